//! Shows bound to streams, started and ended, by a call, by the picture's arrival, or by hand.

use chrono::{DateTime, Utc};
use domain::broadcast::call::Phase;
use serde_json::Value;

use super::show::{Show, moment};
use super::wire::{Reply, Request};
use super::world::World;

impl World {
    /// Staff give it another title in YouTube's own pages.
    pub fn rename_by_hand(&mut self, id: &str, title: &str) {
        self.change_by_hand(id, "snippet", "title", title);
    }

    /// Staff change anything else there: `("status", "privacyStatus", "private")`.
    pub fn change_by_hand(&mut self, id: &str, part: &str, field: &str, value: impl Into<Value>) {
        self.show(id).settings[part][field] = value.into();
    }

    /// Staff end it there.
    pub fn end_by_hand(&mut self, now: DateTime<Utc>, id: &str) {
        self.advance(now);
        self.show(id).end(now);
    }

    /// Staff delete it there.
    pub fn delete_by_hand(&mut self, id: &str) {
        self.shows.retain(|show| show.id != id);
    }

    /// YouTube takes it down.
    pub fn revoke_show(&mut self, id: &str) {
        self.show(id).phase = Phase::Revoked;
    }

    pub(super) fn bind(
        &mut self,
        now: DateTime<Utc>,
        channel: usize,
        asked: &Request,
    ) -> Result<Reply, Reply> {
        let index = self.index(channel, asked.parameter("id").unwrap_or_default())?;
        if !matches!(self.shows[index].phase, Phase::Created | Phase::Ready) {
            return Err(Reply::refused(403, "liveBroadcastBindingNotAllowed"));
        }
        let stream = asked.parameter("streamId").map(str::to_owned);
        if let Some(id) = &stream {
            self.stream_of(channel, id)?;
        }
        let show = &mut self.shows[index];
        show.phase = if stream.is_some() { Phase::Ready } else { Phase::Created };
        show.stream = stream.clone();
        if let Some(stream) = stream {
            self.start_by_itself(now, &stream);
        }
        self.say(index, asked)
    }

    /// Auto-start: a picture arrives, and the earliest show that waits for it on this stream begins.
    pub(super) fn start_by_itself(&mut self, now: DateTime<Utc>, stream: &str) {
        let here = |show: &Show| show.stream.as_deref() == Some(stream);
        let is_active = self.streams.iter().any(|it| it.id == stream && it.is_active());
        if !is_active || self.shows.iter().any(|show| here(show) && show.is_on()) {
            return;
        }
        let waiting = self.shows.iter_mut().filter(|show| {
            here(show) && show.phase == Phase::Ready && show.has("contentDetails", "enableAutoStart")
        });
        let first = waiting.min_by_key(|show| moment(&show.settings["snippet"]["scheduledStartTime"]));
        if let Some(show) = first {
            let phase = if show.has_monitor() { Phase::TestStarting } else { Phase::LiveStarting };
            show.start(now, phase, &self.rules);
        }
    }

    pub(super) fn transition(
        &mut self,
        now: DateTime<Utc>,
        channel: usize,
        asked: &Request,
    ) -> Result<Reply, Reply> {
        let index = self.index(channel, asked.parameter("id").unwrap_or_default())?;
        let show = &self.shows[index];
        let to = asked.parameter("broadcastStatus").unwrap_or_default();
        let (phase, monitor) = (show.phase, show.has_monitor());
        match (to, phase) {
            ("testing", Phase::TestStarting | Phase::Testing)
            | ("live", Phase::LiveStarting | Phase::Live)
            | ("complete", Phase::Complete) => return Err(Reply::refused(403, "redundantTransition")),
            ("testing", Phase::Ready) if monitor => {}
            ("live", Phase::Ready) if !monitor => {}
            ("live", Phase::Testing) | ("complete", Phase::Testing | Phase::Live) => {}
            _ => return Err(Reply::refused(403, "invalidTransition")),
        }
        if to == "complete" {
            self.shows[index].end(now);
            return self.say(index, asked);
        }
        let stream = show.stream.clone();
        if !self.streams.iter().any(|it| Some(&it.id) == stream.as_ref() && it.is_active()) {
            return Err(Reply::refused(403, "errorStreamInactive"));
        }
        let others =
            self.shows.iter().filter(|other| other.id != self.shows[index].id && other.stream == stream);
        if others.into_iter().any(Show::is_on) {
            return Err(Reply::refused(403, "invalidTransition"));
        }
        let phase = if to == "live" { Phase::LiveStarting } else { Phase::TestStarting };
        self.shows[index].start(now, phase, &self.rules);
        self.say(index, asked)
    }
}
