//! Broadcasts and the videos that they are.

use chrono::{DateTime, SecondsFormat, Utc};
use domain::broadcast::call::Phase;
use serde_json::{Value, json};

use super::stream::Stream;
use super::wire::{Reply, Request, only};
use super::world::{Rules, World};

pub struct Show {
    pub id: String,
    pub(super) channel: usize,
    pub(super) made_at: DateTime<Utc>,
    pub phase: Phase,
    /// When a `…Starting` phase is over.
    pub(super) starting_until: Option<DateTime<Utc>>,
    pub started_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
    pub stream: Option<String>,
    /// What its owner decides, part by part.
    pub settings: Value,
    pub viewers: u64,
    pub views: u64,
    pub thumbnail: Option<Vec<u8>>,
}

impl Show {
    pub(super) fn is_on(&self) -> bool {
        matches!(self.phase, Phase::TestStarting | Phase::Testing | Phase::LiveStarting | Phase::Live)
    }

    pub(super) fn has(&self, part: &str, field: &str) -> bool {
        self.settings[part][field] == true
    }

    pub(super) fn has_monitor(&self) -> bool {
        self.settings["contentDetails"]["monitorStream"]["enableMonitorStream"] == true
    }

    pub(super) fn advance(&mut self, now: DateTime<Utc>, rules: &Rules, streams: &[Stream]) {
        if let Some(until) = self.starting_until.filter(|until| *until <= now) {
            self.starting_until = None;
            match self.phase {
                Phase::TestStarting => self.phase = Phase::Testing,
                Phase::LiveStarting => {
                    self.phase = Phase::Live;
                    self.started_at = Some(until);
                }
                _ => {}
            }
        }
        let stream = self.stream.as_ref().and_then(|id| streams.iter().find(|stream| stream.id == *id));
        if self.phase == Phase::Live
            && self.has("contentDetails", "enableAutoStop")
            && let Some(silent) = stream.and_then(|stream| stream.silent_since)
            && silent + rules.auto_stop <= now
        {
            self.end(silent + rules.auto_stop);
        }
    }

    pub(super) fn start(&mut self, now: DateTime<Utc>, phase: Phase, rules: &Rules) {
        self.phase = phase;
        self.starting_until = Some(now + rules.start_lag);
        self.advance(now, rules, &[]);
    }

    pub(super) fn end(&mut self, now: DateTime<Utc>) {
        self.phase = Phase::Complete;
        self.ended_at = Some(now);
        self.starting_until = None;
        self.viewers = 0;
    }

    /// The whole `liveBroadcast`, with what YouTube adds of its own.
    fn resource(&self, channel: &str) -> Value {
        let mut json = self.settings.clone();
        json["kind"] = "youtube#liveBroadcast".into();
        json["etag"] = "e".into();
        json["id"] = self.id.as_str().into();
        let snippet = &mut json["snippet"];
        snippet["channelId"] = channel.into();
        snippet["publishedAt"] = seconds(self.made_at).into();
        snippet["isDefaultBroadcast"] = false.into();
        let picture = format!("https://i.ytimg.com/vi/{}/default.jpg", self.id);
        snippet["thumbnails"] = json!({ "default": { "url": picture, "width": 120, "height": 90 } });
        for (name, at) in [("actualStartTime", self.started_at), ("actualEndTime", self.ended_at)] {
            if let Some(at) = at {
                snippet[name] = seconds(at).into();
            }
        }
        let for_kids = self.has("status", "selfDeclaredMadeForKids");
        if !for_kids && self.phase != Phase::Complete {
            snippet["liveChatId"] = format!("chat-{}", self.id).into();
        }
        let status = &mut json["status"];
        status["lifeCycleStatus"] = self.phase.as_str().into();
        status["madeForKids"] = for_kids.into();
        status["recordingStatus"] = match self.phase {
            Phase::Live => "recording",
            Phase::Complete => "recorded",
            _ => "notRecording",
        }
        .into();
        let details = &mut json["contentDetails"];
        if let Some(stream) = &self.stream {
            details["boundStreamId"] = stream.as_str().into();
            details["boundStreamLastUpdateTimeMs"] = seconds(self.made_at).into();
        }
        let latency = details["latencyPreference"].as_str().unwrap_or_default().to_owned();
        if latency != "ultraLow" {
            details["enableLowLatency"] = (latency == "low").into();
        }
        details["enableClosedCaptions"] = (details["closedCaptionsType"] == "closedCaptionsHttpPost").into();
        json
    }

    pub(super) fn video(&self) -> Value {
        let mut live = json!({});
        for (name, value) in [
            ("scheduledStartTime", self.settings["snippet"]["scheduledStartTime"].clone()),
            ("scheduledEndTime", self.settings["snippet"]["scheduledEndTime"].clone()),
            ("actualStartTime", self.started_at.map(seconds).into()),
            ("actualEndTime", self.ended_at.map(seconds).into()),
        ] {
            if !value.is_null() {
                live[name] = value;
            }
        }
        if self.phase == Phase::Live && self.viewers > 0 {
            live["concurrentViewers"] = self.viewers.to_string().into();
        }
        let uploaded = if self.phase == Phase::Complete { "processed" } else { "uploaded" };
        json!({
            "kind": "youtube#video",
            "etag": "e",
            "id": self.id,
            "snippet": { "title": self.settings["snippet"]["title"] },
            "status": { "privacyStatus": self.settings["status"]["privacyStatus"], "uploadStatus": uploaded },
            "statistics": { "viewCount": self.views.to_string() },
            "liveStreamingDetails": live,
        })
    }
}

pub(super) fn seconds(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

pub(super) fn moment(value: &Value) -> Option<DateTime<Utc>> {
    value.as_str()?.parse().ok()
}

impl World {
    /// The show of that id.
    ///
    /// # Panics
    /// Where there is none.
    pub fn show(&mut self, id: &str) -> &mut Show {
        self.shows.iter_mut().find(|show| show.id == id).expect("a show of that id")
    }

    /// All shows of all channels, oldest first.
    pub fn shows(&self) -> &[Show] {
        &self.shows
    }

    /// The channel's `liveBroadcast`, as it would be read now.
    pub fn resource(&self, id: &str) -> Option<Value> {
        self.shows.iter().find(|show| show.id == id).map(|show| self.resource_of(show))
    }

    pub(super) fn resource_of(&self, show: &Show) -> Value {
        show.resource(&self.channels[show.channel].id)
    }

    pub(super) fn say(&self, index: usize, asked: &Request) -> Result<Reply, Reply> {
        Ok(Reply::ok(only(&asked.parts(), self.resource_of(&self.shows[index]))))
    }

    pub(super) fn index(&self, channel: usize, id: &str) -> Result<usize, Reply> {
        let own = self.shows.iter().position(|show| show.channel == channel && show.id == id);
        own.ok_or_else(|| Reply::refused(404, "liveBroadcastNotFound"))
    }
}
