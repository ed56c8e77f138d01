//! What YouTube says, read: the JSON of the API's resources as the values of [`call`](super::call).
//!
//! Read leniently where somebody may have made the thing by hand, so that one odd row doesn't hide the others; but an
//! unknown word or a missing id is an error, since to take a broadcast for absent may make a second one.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::call::{Broadcast, Draft, Health, Latency, Phase, Privacy, Stream, StreamStatus, Titled, Video};

/// The field that is missing or says what nobody knows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is missing or unknown")]
pub struct Unreadable(pub &'static str);

impl Broadcast {
    /// Reads a `liveBroadcast` with the parts id, snippet, contentDetails and status.
    pub fn read(raw: Value) -> Result<Self, Unreadable> {
        let (snippet, status) = (&raw["snippet"], &raw["status"]);
        let details = &raw["contentDetails"];
        // So that a draft can be written into it.
        for (part, name) in
            [(details, "contentDetails"), (&details["monitorStream"], "contentDetails.monitorStream")]
        {
            if !part.is_null() && !part.is_object() {
                return Err(Unreadable(name));
            }
        }
        let made_at = moment(&snippet["publishedAt"]).unwrap_or_default();
        let starts_at = moment(&snippet["scheduledStartTime"])
            .or_else(|| moment(&snippet["actualStartTime"]))
            .unwrap_or(made_at);
        let draft = Draft {
            title: text(&snippet["title"]).ok_or(Unreadable("snippet.title"))?,
            description: text(&snippet["description"]).unwrap_or_default(),
            starts_at,
            ends_at: moment(&snippet["scheduledEndTime"]).unwrap_or(starts_at),
            privacy: word(&status["privacyStatus"], Privacy::parse, "status.privacyStatus")?,
            made_for_kids: status["selfDeclaredMadeForKids"].as_bool().unwrap_or(false),
            dvr: details["enableDvr"].as_bool().unwrap_or(true),
            latency: text(&details["latencyPreference"])
                .and_then(|word| Latency::parse(&word))
                .unwrap_or(Latency::Normal),
        };
        let phase = match status["lifeCycleStatus"].as_str() {
            Some("lifeCycleStatusUnspecified") => Phase::Created,
            _ => word(&status["lifeCycleStatus"], Phase::parse, "status.lifeCycleStatus")?,
        };
        let stream = text(&details["boundStreamId"]).filter(|id| !id.is_empty());
        let id = text(&raw["id"]).ok_or(Unreadable("id"))?;
        Ok(Self { id, draft, phase, stream, raw })
    }
}

impl Stream {
    /// Reads a `liveStream` with the parts id, snippet, cdn and status.
    pub fn read(raw: &Value) -> Result<Self, Unreadable> {
        let (ingestion, status) = (&raw["cdn"]["ingestionInfo"], &raw["status"]);
        Ok(Self {
            id: text(&raw["id"]).ok_or(Unreadable("id"))?,
            title: text(&raw["snippet"]["title"]).unwrap_or_default(),
            status: word(&status["streamStatus"], StreamStatus::parse, "status.streamStatus")?,
            health: status["healthStatus"]["status"]
                .as_str()
                .and_then(Health::parse)
                .unwrap_or(Health::NoData),
            address: text(&ingestion["rtmpsIngestionAddress"])
                .or_else(|| text(&ingestion["ingestionAddress"]))
                .ok_or(Unreadable("cdn.ingestionInfo.rtmpsIngestionAddress"))?,
            key: text(&ingestion["streamName"]).ok_or(Unreadable("cdn.ingestionInfo.streamName"))?,
        })
    }
}

impl Video {
    /// Reads a `video` with the parts id, status, statistics and liveStreamingDetails.
    pub fn read(raw: &Value) -> Result<Self, Unreadable> {
        let live = &raw["liveStreamingDetails"];
        Ok(Self {
            id: text(&raw["id"]).ok_or(Unreadable("id"))?,
            privacy: word(&raw["status"]["privacyStatus"], Privacy::parse, "status.privacyStatus")?,
            viewers: count(&live["concurrentViewers"]).map(|it| u32::try_from(it).unwrap_or(u32::MAX)),
            views: count(&raw["statistics"]["viewCount"]),
            started_at: moment(&live["actualStartTime"]),
            ended_at: moment(&live["actualEndTime"]),
        })
    }
}

impl Titled {
    /// Reads a `channel` or a `playlist` with the parts id and snippet.
    pub fn read(raw: &Value) -> Result<Self, Unreadable> {
        let id = text(&raw["id"]).ok_or(Unreadable("id"))?;
        Ok(Self { id, title: text(&raw["snippet"]["title"]).ok_or(Unreadable("snippet.title"))? })
    }
}

/// The id of the video that a `playlistItem` with its snippet stands for.
pub fn video_of_item(raw: &Value) -> Result<String, Unreadable> {
    text(&raw["snippet"]["resourceId"]["videoId"]).ok_or(Unreadable("snippet.resourceId.videoId"))
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn moment(value: &Value) -> Option<DateTime<Utc>> {
    value.as_str()?.parse().ok()
}

/// 64-bit numbers travel as text.
fn count(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

fn word<T>(value: &Value, parse: fn(&str) -> Option<T>, name: &'static str) -> Result<T, Unreadable> {
    value.as_str().and_then(parse).ok_or(Unreadable(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> Draft {
        Draft {
            title: "스마트폰 기초 3회".into(),
            description: "강사: 홍길동\nlc:1".into(),
            starts_at: "2021-03-02T05:00:00Z".parse().unwrap(),
            ends_at: "2021-03-02T07:00:00Z".parse().unwrap(),
            privacy: Privacy::Unlisted,
            made_for_kids: false,
            dvr: true,
            latency: Latency::Low,
        }
    }

    #[test]
    fn what_is_written_is_what_is_read() {
        let mut raw = draft().resource();
        raw["id"] = "b1".into();
        raw["status"]["lifeCycleStatus"] = "created".into();
        let read = Broadcast::read(raw.clone()).unwrap();
        assert_eq!(
            read,
            Broadcast { id: "b1".into(), draft: draft(), phase: Phase::Created, stream: None, raw }
        );
    }

    #[test]
    fn a_changed_draft_leaves_the_rest_of_the_resource_as_it_was() {
        let mut raw = draft().resource();
        raw["snippet"]["categoryId"] = "27".into();
        raw["contentDetails"]["enableEmbed"] = true.into();
        raw["contentDetails"]["monitorStream"]["embedHtml"] = "<iframe>".into();
        // The older word for the latency, which may not disagree with the newer one.
        raw["contentDetails"]["enableLowLatency"] = true.into();
        Draft { latency: Latency::UltraLow, ..draft() }.apply(&mut raw);
        assert_eq!(raw["snippet"]["categoryId"], "27");
        assert_eq!(raw["contentDetails"]["enableEmbed"], true);
        assert_eq!(raw["contentDetails"]["monitorStream"]["embedHtml"], "<iframe>");
        assert_eq!(raw["contentDetails"]["latencyPreference"], "ultraLow");
        assert_eq!(raw["contentDetails"]["enableLowLatency"], Value::Null);
    }

    #[test]
    fn a_row_made_by_hand_is_read_but_one_nobody_understands_is_not_passed_over() {
        let made = "2021-03-01T00:00:00Z";
        let mut raw = serde_json::json!({
            "id": "b1",
            "snippet": { "title": "실시간", "publishedAt": made },
            "status": { "privacyStatus": "public", "lifeCycleStatus": "live" },
        });
        let read = Broadcast::read(raw.clone()).unwrap();
        assert_eq!(
            (read.draft.starts_at, read.draft.ends_at),
            (made.parse().unwrap(), made.parse().unwrap())
        );
        draft().apply(&mut raw.clone());
        let odd = serde_json::json!({ "monitorStream": "none" });
        let odd = Broadcast::read({
            let mut raw = raw.clone();
            raw["contentDetails"] = odd;
            raw
        });
        assert_eq!(odd.unwrap_err(), Unreadable("contentDetails.monitorStream"));
        raw["status"]["lifeCycleStatus"] = "paused".into();
        assert_eq!(Broadcast::read(raw).unwrap_err(), Unreadable("status.lifeCycleStatus"));
    }

    #[test]
    fn numbers_that_come_as_text_are_numbers() {
        let raw = serde_json::json!({
            "id": "v", "status": { "privacyStatus": "private" },
            "statistics": { "viewCount": "5000000000" }, "liveStreamingDetails": { "concurrentViewers": "12" },
        });
        let video = Video::read(&raw).unwrap();
        assert_eq!((video.views, video.viewers), (Some(5_000_000_000), Some(12)));
    }
}
