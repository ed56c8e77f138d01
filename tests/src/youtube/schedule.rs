//! Shows made, listed, changed and taken away.

use chrono::{DateTime, Utc};
use domain::broadcast::call::Phase;
use serde_json::{Value, json};

use super::show::{Show, moment, seconds};
use super::wire::{Reply, Request, page};
use super::world::World;

/// What a PUT replaces, and what stands there where it says nothing. `null` takes the field away.
fn mutable() -> [(&'static str, &'static str, Value); 18] {
    [
        ("snippet", "title", Value::Null),
        ("snippet", "description", "".into()),
        ("snippet", "scheduledStartTime", Value::Null),
        ("snippet", "scheduledEndTime", Value::Null),
        ("snippet", "categoryId", "22".into()),
        ("status", "privacyStatus", "public".into()),
        ("status", "selfDeclaredMadeForKids", false.into()),
        ("contentDetails", "enableAutoStart", false.into()),
        ("contentDetails", "enableAutoStop", false.into()),
        ("contentDetails", "enableContentEncryption", false.into()),
        ("contentDetails", "enableDvr", true.into()),
        ("contentDetails", "enableEmbed", true.into()),
        ("contentDetails", "recordFromStart", true.into()),
        ("contentDetails", "startWithSlate", false.into()),
        ("contentDetails", "closedCaptionsType", "closedCaptionsDisabled".into()),
        ("contentDetails", "latencyPreference", "normal".into()),
        ("contentDetails", "projection", "rectangular".into()),
        (
            "contentDetails",
            "monitorStream",
            json!({ "enableMonitorStream": true, "broadcastStreamDelayMs": 0 }),
        ),
    ]
}

/// What YouTube doesn't accept of a broadcast; `before` are its settings so far.
fn refusal(
    settings: &Value,
    asked: &Value,
    before: Option<&Value>,
    now: DateTime<Utc>,
) -> Option<&'static str> {
    let snippet = &settings["snippet"];
    let text = |name: &str| snippet[name].as_str().unwrap_or_default();
    let has_brackets = |text: &str| text.contains(['<', '>']);
    let (title, description) = (text("title"), text("description"));
    let start = moment(&snippet["scheduledStartTime"]);
    let is_old = before.is_some_and(|it| moment(&it["snippet"]["scheduledStartTime"]) == start);
    let latency = settings["contentDetails"]["latencyPreference"].as_str();
    let older = asked["contentDetails"]["enableLowLatency"].as_bool();
    if title.trim().is_empty() || title.chars().count() > 100 || has_brackets(title) {
        Some("invalidTitle")
    } else if description.len() > 5000 || has_brackets(description) {
        Some("invalidDescription")
    } else if start.is_none_or(|start| start <= now) && !is_old {
        Some("invalidScheduledStartTime")
    } else if moment(&snippet["scheduledEndTime"]).is_some_and(|end| Some(end) <= start) {
        Some("invalidScheduledEndTime")
    } else if older.is_some_and(|low| latency != Some(if low { "low" } else { "normal" })) {
        Some("invalidLatencyPreferenceOptions")
    } else {
        None
    }
}

impl World {
    fn settle(&self, asked: &Value, parts: &[&str], settings: &mut Value) {
        for (part, field, default) in mutable() {
            if parts.contains(&part) {
                replace(settings, part, field, &asked[part][field], default);
            }
        }
        for (part, field) in self.added.iter().filter_map(|path| path.split_once('.')) {
            if parts.contains(&part) {
                replace(settings, part, field, &asked[part][field], Value::Null);
            }
        }
        for name in ["scheduledStartTime", "scheduledEndTime"] {
            if let Some(at) = moment(&settings["snippet"][name]) {
                settings["snippet"][name] = seconds(at).into();
            }
        }
    }

    pub(super) fn insert_show(
        &mut self,
        now: DateTime<Utc>,
        channel: usize,
        asked: &Request,
    ) -> Result<Reply, Reply> {
        let json = asked.json();
        let mut settings = json!({});
        // What is made has all parts, also those that weren't named.
        self.settle(&json, &["snippet", "status", "contentDetails"], &mut settings);
        if let Some(reason) = refusal(&settings, &json, None, now) {
            return Err(Reply::refused(400, reason));
        }
        let coming = self.shows.iter().filter(|it| it.channel == channel && it.phase != Phase::Complete);
        if coming.count() >= self.rules.most_broadcasts {
            return Err(Reply::refused(403, "userBroadcastsExceedLimit"));
        }
        let id = format!("yt{:09}", self.number());
        self.shows.push(Show {
            id,
            channel,
            made_at: now,
            phase: Phase::Created,
            starting_until: None,
            started_at: None,
            ended_at: None,
            stream: None,
            settings,
            viewers: 0,
            views: 0,
            thumbnail: None,
        });
        self.say(self.shows.len() - 1, asked)
    }

    pub(super) fn list_shows(
        &self,
        now: DateTime<Utc>,
        channel: usize,
        asked: &Request,
    ) -> Result<Reply, Reply> {
        let filters = ["id", "mine", "broadcastStatus"].map(|name| asked.parameter(name));
        if filters.iter().flatten().count() != 1 {
            return Err(Reply::refused(400, "incompatibleParameters"));
        }
        let own = self.shows.iter().rev().filter(|show| show.channel == channel);
        let rows = match filters {
            [Some(ids), ..] => own.filter(|show| ids.split(',').any(|id| id == show.id)).collect(),
            [_, _, Some(status)] => own.filter(|show| has_status(show, status)).collect(),
            _ => own.filter(|show| show.made_at + self.rules.list_lag <= now).collect::<Vec<_>>(),
        };
        let rows = rows.into_iter().map(|show| self.resource_of(show)).collect();
        Ok(page(asked, "liveBroadcast", rows))
    }

    pub(super) fn update_show(
        &mut self,
        now: DateTime<Utc>,
        channel: usize,
        asked: &Request,
    ) -> Result<Reply, Reply> {
        let json = asked.json();
        let index = self.index(channel, json["id"].as_str().unwrap_or_default())?;
        let before = self.shows[index].settings.clone();
        let mut settings = before.clone();
        self.settle(&json, &asked.parts(), &mut settings);
        if let Some(reason) = refusal(&settings, &json, Some(&before), now) {
            return Err(Reply::refused(400, reason));
        }
        let differs = |field: &str| settings["contentDetails"][field] != before["contentDetails"][field];
        if self.shows[index].is_on() {
            let fixed = [
                ("monitorStream", "enableMonitorStreamModificationNotAllowed"),
                ("enableAutoStart", "autoStartModificationNotAllowed"),
                ("enableAutoStop", "autoStopModificationNotAllowed"),
            ];
            if let Some((_, reason)) = fixed.iter().find(|(field, _)| differs(field)) {
                return Err(Reply::refused(403, reason));
            }
        }
        self.shows[index].settings = settings;
        self.say(index, asked)
    }

    pub(super) fn delete_show(&mut self, channel: usize, asked: &Request) -> Result<Reply, Reply> {
        let index = self.index(channel, asked.parameter("id").unwrap_or_default())?;
        if self.shows[index].is_on() {
            return Err(Reply::refused(403, "liveBroadcastDeletionNotAllowed"));
        }
        self.shows.remove(index);
        Ok(Reply { status: 204, json: Value::Null })
    }

    pub(super) fn list_videos(&self, channel: usize, asked: &Request) -> Result<Reply, Reply> {
        let ids = asked.parameter("id").ok_or_else(|| Reply::refused(400, "missingRequiredParameter"))?;
        let seen = |show: &&Show| {
            let hidden = show.settings["status"]["privacyStatus"] == "private";
            ids.split(',').any(|id| id == show.id) && (show.channel == channel || !hidden)
        };
        Ok(page(asked, "video", self.shows.iter().filter(seen).map(Show::video).collect()))
    }

    pub(super) fn set_thumbnail(&mut self, channel: usize, asked: &Request) -> Result<Reply, Reply> {
        let id = asked.parameter("videoId").unwrap_or_default();
        let own = self.shows.iter_mut().find(|show| show.channel == channel && show.id == id);
        let show = own.ok_or_else(|| Reply::refused(404, "videoNotFound"))?;
        let is_picture =
            asked.body.starts_with(b"\x89PNG\r\n\x1a\n") || asked.body.starts_with(b"\xff\xd8\xff");
        if !is_picture {
            return Err(Reply::refused(400, "invalidImage"));
        }
        if asked.body.len() > 2 * 1024 * 1024 {
            return Err(Reply::refused(413, "uploadTooLarge"));
        }
        show.thumbnail = Some(asked.body.clone());
        let picture = json!({ "url": format!("https://i.ytimg.com/vi/{id}/maxres.jpg"), "width": 1280 });
        let items = json!([{ "maxres": picture }]);
        Ok(Reply::ok(json!({ "kind": "youtube#thumbnailSetResponse", "etag": "e", "items": items })))
    }
}

fn replace(settings: &mut Value, part: &str, field: &str, given: &Value, default: Value) {
    let value = if given.is_null() { default } else { given.clone() };
    if !value.is_null() {
        settings[part][field] = value;
    } else if let Some(fields) = settings[part].as_object_mut() {
        fields.remove(field);
    }
}

fn has_status(show: &Show, status: &str) -> bool {
    match status {
        "active" => show.is_on(),
        "upcoming" => matches!(show.phase, Phase::Created | Phase::Ready),
        "completed" => show.phase == Phase::Complete,
        _ => true,
    }
}
