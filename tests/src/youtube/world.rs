//! YouTube as it is at a moment: channels, shows, streams, playlists, who may do what, what it costs, what was asked.

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::America::Los_Angeles;
use serde_json::json;

use super::discovery::{Wrong, google};
use super::fault::{Delivery, Fault, PAGE, TokenFault, When};
use super::playlist::Playlist;
use super::show::Show;
use super::sign_in::SignIn;
use super::stream::Stream;
use super::wire::{Reply, Request, page};

/// What may differ from test to test.
#[derive(Clone, Debug)]
pub struct Rules {
    /// For so long a new broadcast isn't in the channel's list. Asked for by its id it is there at once.
    pub list_lag: TimeDelta,
    /// From `liveStarting` to `live`, and from `testStarting` to `testing`.
    pub start_lag: TimeDelta,
    /// How long a stream may be silent before auto-stop ends the show.
    pub auto_stop: TimeDelta,
    /// Units of a Pacific day.
    pub quota: u32,
    /// How many broadcasts a channel may have that aren't over.
    pub most_broadcasts: usize,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            list_lag: TimeDelta::zero(),
            start_lag: TimeDelta::seconds(5),
            auto_stop: TimeDelta::seconds(60),
            quota: 10_000,
            most_broadcasts: 1000,
        }
    }
}

pub struct Channel {
    pub id: String,
    pub title: String,
    /// The reason for which it refuses everything that has to do with live shows: `liveStreamingNotEnabled`.
    pub refuses: Option<&'static str>,
}

/// One request to the API, as it is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub at: DateTime<Utc>,
    /// `liveBroadcasts.insert`
    pub method: String,
    pub units: u32,
    /// Whether it did what it asked for.
    pub done: bool,
    /// What it was refused for.
    pub reason: Option<String>,
    pub fault: Option<Fault>,
}

#[derive(Default)]
pub struct World {
    pub rules: Rules,
    pub channels: Vec<Channel>,
    pub sign_in: SignIn,
    /// Of the next requests to the API, one each.
    pub faults: VecDeque<Option<Fault>>,
    /// Of the next call of one method, whatever comes before it.
    pub fault_of: Option<(&'static str, Fault)>,
    /// Of the next requests to the sign-in, one each.
    pub token_faults: VecDeque<Option<TokenFault>>,
    /// Everything that arrived, oldest first.
    pub log: Vec<Entry>,
    /// Requests that Google's description doesn't allow.
    pub wrong: Vec<Wrong>,
    /// Fields of broadcasts that YouTube has come to know since its description was written: `contentDetails.quiet`.
    pub added: Vec<String>,
    pub(super) shows: Vec<Show>,
    pub(super) streams: Vec<Stream>,
    pub(super) playlists: Vec<Playlist>,
    spent: BTreeMap<NaiveDate, u32>,
    count: u64,
}

/// What a method costs, the dearer one where Google's pages disagree.
pub fn cost(method: &str) -> u32 {
    if method.ends_with(".list") { 1 } else { 50 }
}

impl World {
    /// A world of one channel, and the refresh token with which one may act for it.
    pub fn with_channel(title: &str) -> (Self, String) {
        let mut world = Self::default();
        let channel = world.add_channel(title);
        let token = world.sign_in.grant(channel);
        (world, token)
    }

    pub fn add_channel(&mut self, title: &str) -> usize {
        let id = format!("UC{:022}", self.channels.len());
        self.channels.push(Channel { id, title: title.to_owned(), refuses: None });
        self.channels.len() - 1
    }

    pub fn units_on(&self, day: NaiveDate) -> u32 {
        self.spent.get(&day).copied().unwrap_or_default()
    }

    /// Units of all days.
    pub fn units(&self) -> u32 {
        self.spent.values().sum()
    }

    /// The methods of all requests that arrived, oldest first.
    pub fn methods(&self) -> Vec<&str> {
        self.log.iter().map(|entry| entry.method.as_str()).collect()
    }

    /// Lets the time pass: shows that were starting have started, those whose picture stopped have ended.
    pub fn advance(&mut self, now: DateTime<Utc>) {
        for show in &mut self.shows {
            show.advance(now, &self.rules, &self.streams);
        }
    }

    /// Takes a request through whatever happens on its way.
    pub fn deliver(&mut self, now: DateTime<Utc>, request: &Request) -> Delivery {
        let fault = self.faults.pop_front().flatten().or_else(|| {
            let awaited = self.fault_of.take_if(|(method, _)| *method == method_of(request))?;
            Some(awaited.1)
        });
        if fault == Some(Fault::NoConnection) {
            return Delivery::NoConnection;
        }
        let reply = match fault {
            Some(Fault::Refused(status, reason)) => {
                let reply = Reply::refused(status, reason);
                self.remember(now, request, 0, &reply, fault);
                reply
            }
            Some(fault) if !fault.lets_through() => {
                self.remember(now, request, 0, &Reply::refused(503, "backendError"), Some(fault));
                Reply::refused(503, "backendError")
            }
            _ => self.answer(now, request, fault),
        };
        match fault {
            None | Some(Fault::Refused(..)) => Delivery::Whole(reply.status, reply.body()),
            Some(Fault::NoConnection | Fault::Closed(_)) => Delivery::Closed,
            Some(Fault::Hang(_)) => Delivery::Silence,
            Some(Fault::Trouble(status, When::Before | When::After)) => {
                Delivery::Whole(status, Reply::refused(status, "backendError").body())
            }
            Some(Fault::Cut) => Delivery::Cut(reply.status, reply.body()),
            Some(Fault::OtherJson) => Delivery::Whole(200, json!([{ "kind": "other" }]).to_string().into()),
            Some(Fault::Html) => Delivery::Whole(200, PAGE.to_vec()),
        }
    }

    /// Answers a request that arrived whole.
    pub fn handle(&mut self, now: DateTime<Utc>, request: &Request) -> Reply {
        self.answer(now, request, None)
    }

    fn answer(&mut self, now: DateTime<Utc>, request: &Request, fault: Option<Fault>) -> Reply {
        self.advance(now);
        let (units, reply) = self.judge(now, request);
        self.remember(now, request, units, &reply, fault);
        reply
    }

    fn remember(
        &mut self,
        now: DateTime<Utc>,
        request: &Request,
        units: u32,
        reply: &Reply,
        fault: Option<Fault>,
    ) {
        let method = method_of(request);
        self.log.push(Entry {
            at: now,
            method: method.to_owned(),
            units,
            done: reply.status < 300,
            reason: reply.reason().map(str::to_owned),
            fault,
        });
    }

    fn judge(&mut self, now: DateTime<Utc>, request: &Request) -> (u32, Reply) {
        let method = match google().find(request) {
            Ok(method) => method,
            Err(wrong) => {
                self.wrong.push(wrong);
                return (0, Reply::refused(404, "notFound"));
            }
        };
        let token = request.token.as_deref();
        let Some((channel, scopes)) = token.and_then(|token| self.sign_in.channel_of(now, token)) else {
            return (0, Reply::refused(401, "authError"));
        };
        if let Err(wrong) = google().check(request, &self.added) {
            let reason = match &wrong {
                Wrong::MissingParameter(_) | Wrong::MissingField(_) => "required",
                Wrong::UnknownParameter(_) => "unexpectedParameter",
                Wrong::UnnamedPart(_) | Wrong::Part(_) => "unexpectedPart",
                _ => "badRequest",
            };
            self.wrong.push(wrong);
            return (0, Reply::refused(400, reason));
        }
        if !method.scopes.iter().any(|scope| scopes.contains(scope)) {
            return (0, Reply::refused(403, "insufficientPermissions"));
        }
        let name = method.id.trim_start_matches("youtube.");
        let day = now.with_timezone(&Los_Angeles).date_naive();
        let spent = self.spent.entry(day).or_default();
        let units = cost(name);
        if *spent + units > self.rules.quota {
            return (0, Reply::refused(403, "quotaExceeded"));
        }
        *spent += units;
        (units, self.act(now, channel, name, request).unwrap_or_else(|refusal| refusal))
    }

    fn act(
        &mut self,
        now: DateTime<Utc>,
        channel: usize,
        method: &str,
        asked: &Request,
    ) -> Result<Reply, Reply> {
        if let (true, Some(reason)) = (method.starts_with("live"), self.channels[channel].refuses) {
            return Err(Reply::refused(403, reason));
        }
        match method {
            "channels.list" => {
                let Channel { id, title, .. } = &self.channels[channel];
                let row = json!({ "kind": "youtube#channel", "id": id, "snippet": { "title": title } });
                Ok(page(asked, "channel", vec![row]))
            }
            "liveBroadcasts.insert" => self.insert_show(now, channel, asked),
            "liveBroadcasts.list" => self.list_shows(now, channel, asked),
            "liveBroadcasts.update" => self.update_show(now, channel, asked),
            "liveBroadcasts.bind" => self.bind(now, channel, asked),
            "liveBroadcasts.transition" => self.transition(now, channel, asked),
            "liveBroadcasts.delete" => self.delete_show(channel, asked),
            "liveStreams.insert" => self.insert_stream(channel, asked),
            "liveStreams.list" => self.list_streams(channel, asked),
            "videos.list" => self.list_videos(channel, asked),
            "thumbnails.set" => self.set_thumbnail(channel, asked),
            "playlists.insert" => self.insert_playlist(channel, asked),
            "playlists.list" => self.list_playlists(channel, asked),
            "playlistItems.insert" => self.insert_item(channel, asked),
            "playlistItems.list" => self.list_items(channel, asked),
            _ => Err(Reply::refused(403, "methodNotModelled")),
        }
    }

    /// The next number of this world.
    pub(super) fn number(&mut self) -> u64 {
        self.count += 1;
        self.count
    }
}

/// As Google's description names it, without the API's own name: `liveBroadcasts.insert`.
fn method_of(request: &Request) -> &'static str {
    google().find(request).map_or("unknown", |method| method.id.trim_start_matches("youtube."))
}
