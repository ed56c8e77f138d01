//! Streams: where an encoder sends its picture, over and over with the same key.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::wire::{Reply, Request, only, page};
use super::world::World;

pub struct Stream {
    pub id: String,
    pub(super) channel: usize,
    pub title: String,
    pub key: String,
    cdn: Value,
    /// `ready` until the encoder has sent for the first time, then `active` or `inactive`.
    status: &'static str,
    pub(super) silent_since: Option<DateTime<Utc>>,
}

impl Stream {
    pub fn is_active(&self) -> bool {
        self.status == "active"
    }

    fn resource(&self, channel: &str) -> Value {
        let mut cdn = self.cdn.clone();
        cdn["ingestionInfo"] = json!({
            "streamName": self.key,
            "ingestionAddress": "rtmp://a.rtmp.youtube.com/live2",
            "backupIngestionAddress": "rtmp://b.rtmp.youtube.com/live2?backup=1",
            "rtmpsIngestionAddress": "rtmps://a.rtmps.youtube.com/live2",
            "rtmpsBackupIngestionAddress": "rtmps://b.rtmps.youtube.com/live2?backup=1",
        });
        json!({
            "kind": "youtube#liveStream",
            "etag": "e",
            "id": self.id,
            "snippet": { "channelId": channel, "title": self.title, "description": "" },
            "cdn": cdn,
            "status": {
                "streamStatus": self.status,
                "healthStatus": { "status": if self.is_active() { "good" } else { "noData" } },
            },
            "contentDetails": { "isReusable": true },
        })
    }
}

impl World {
    /// The encoder begins to send with this stream's key.
    pub fn encoder_sends(&mut self, now: DateTime<Utc>, stream: &str) {
        self.advance(now);
        let found = self.streams.iter_mut().find(|it| it.id == stream).expect("a stream of that id");
        found.status = "active";
        found.silent_since = None;
        self.start_by_itself(now, stream);
    }

    /// The encoder stops, or its line is cut.
    pub fn encoder_stops(&mut self, now: DateTime<Utc>, stream: &str) {
        self.advance(now);
        let found = self.streams.iter_mut().find(|it| it.id == stream).expect("a stream of that id");
        if found.is_active() {
            found.status = "inactive";
            found.silent_since = Some(now);
        }
    }

    pub fn streams(&self) -> &[Stream] {
        &self.streams
    }

    pub(super) fn stream_of(&self, channel: usize, id: &str) -> Result<&Stream, Reply> {
        let own = self.streams.iter().find(|stream| stream.channel == channel && stream.id == id);
        own.ok_or_else(|| Reply::refused(404, "liveStreamNotFound"))
    }

    pub(super) fn insert_stream(&mut self, channel: usize, asked: &Request) -> Result<Reply, Reply> {
        let json = asked.json();
        let title = json["snippet"]["title"].as_str().unwrap_or_default();
        if title.is_empty() || title.chars().count() > 128 {
            return Err(Reply::refused(400, "invalidTitle"));
        }
        for (field, reason) in [("resolution", "resolutionRequired"), ("frameRate", "frameRateRequired")] {
            if !json["cdn"][field].is_string() {
                return Err(Reply::refused(400, reason));
            }
        }
        let number = self.number();
        let stream = Stream {
            id: format!("{}st{number:08}", self.channels[channel].id),
            channel,
            title: title.to_owned(),
            key: format!("strk-{number:04}-abcd-efgh"),
            cdn: json["cdn"].clone(),
            status: "ready",
            silent_since: None,
        };
        let reply = Reply::ok(only(&asked.parts(), stream.resource(&self.channels[channel].id)));
        self.streams.push(stream);
        Ok(reply)
    }

    pub(super) fn list_streams(&self, channel: usize, asked: &Request) -> Result<Reply, Reply> {
        let filters = ["id", "mine"].map(|name| asked.parameter(name));
        if filters.iter().flatten().count() != 1 {
            return Err(Reply::refused(400, "incompatibleParameters"));
        }
        let wanted = |stream: &&Stream| {
            stream.channel == channel && filters[0].is_none_or(|ids| ids.split(',').any(|id| id == stream.id))
        };
        let rows = self.streams.iter().rev().filter(wanted);
        Ok(page(asked, "liveStream", rows.map(|it| it.resource(&self.channels[channel].id)).collect()))
    }
}
