//! Calendar files (RFC 5545) with Seoul's time zone in them, for whoever downloads, subscribes or gets one by mail.

use chrono::{DateTime, Utc};
use domain::seoul;
use icalendar::{Calendar, CalendarDateTime, Component, Event, EventLike, EventStatus};

const ZONE: &str = "Asia/Seoul";

/// The media type of such a file.
pub const MEDIA_TYPE: &str = "text/calendar; charset=utf-8";

/// Something that takes place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Entry {
    /// Stays when it is moved or cancelled, so that a calendar moves or cancels it too; see [`uid`].
    pub uid: String,
    /// Rises with each change. Calendars ignore what is older than what they know.
    pub sequence: i32,
    pub summary: String,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub location: Option<String>,
    /// Where its page is, in full.
    pub url: String,
    pub cancelled: bool,
}

/// The id of a row, made the world's by the host of the site.
pub fn uid(id: uuid::Uuid, public_url: &str) -> String {
    format!("{id}@{}", host(public_url))
}

fn host(url: &str) -> &str {
    url.split("://").nth(1).and_then(|rest| rest.split(['/', ':']).next()).unwrap_or("localhost")
}

/// A file of these entries under a name. `method` is for what is sent by mail: `REQUEST`, `CANCEL`; what is downloaded
/// has none.
pub fn file(
    name: &str,
    entries: &[Entry],
    method: Option<&str>,
    now: DateTime<Utc>,
) -> Result<String, String> {
    let mut calendar: Calendar = EMPTY.parse()?;
    calendar.name(name).append_property(("X-WR-TIMEZONE", ZONE));
    if let Some(method) = method {
        calendar.append_property(("METHOD", method));
    }
    for entry in entries {
        let local = |at| CalendarDateTime::WithTimezone { date_time: seoul::wall(at), tzid: ZONE.into() };
        let mut event = Event::new();
        event
            .uid(&entry.uid)
            .timestamp(now)
            .sequence(u32::try_from(entry.sequence).unwrap_or_default())
            .summary(&entry.summary)
            .starts(local(entry.starts_at))
            .ends(local(entry.ends_at))
            .url(&entry.url);
        if let Some(place) = &entry.location {
            event.location(place);
        }
        event.status(if entry.cancelled { EventStatus::Cancelled } else { EventStatus::Confirmed });
        calendar.push(event.done());
    }
    Ok(with_zone(&calendar.done().to_string()))
}

const EMPTY: &str = "\
BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//Yeongdeungpo-gu//Learning centre//KO\r
CALSCALE:GREGORIAN\r
END:VCALENDAR\r
";

/// Seoul's zone, whose offset has been one since 1988.
const VTIMEZONE: &str = "\r
BEGIN:VTIMEZONE\r
TZID:Asia/Seoul\r
BEGIN:STANDARD\r
DTSTART:19881009T030000\r
TZOFFSETFROM:+0900\r
TZOFFSETTO:+0900\r
TZNAME:KST\r
END:STANDARD\r
END:VTIMEZONE";

/// The crate builds no VTIMEZONE, and gives one that it has read an id, which the standard forbids: so the zone goes
/// into the finished text.
fn with_zone(text: &str) -> String {
    let place = text.find("\r\nBEGIN:VEVENT").or_else(|| text.find("\r\nEND:VCALENDAR"));
    let (head, events) = text.split_at(place.unwrap_or(text.len()));
    format!("{head}{VTIMEZONE}{events}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        Entry {
            uid: uid(uuid::Uuid::nil(), "https://learn.example.kr:8443/x"),
            sequence: 2,
            summary: "엑셀, 기초; 1차시".into(),
            starts_at: "2026-12-31T15:30:00Z".parse().unwrap(),
            ends_at: "2026-12-31T17:00:00Z".parse().unwrap(),
            location: None,
            url: "https://learn.example.kr/courses/P27-001".into(),
            cancelled: false,
        }
    }

    #[test]
    fn an_entry_is_told_in_seouls_time_with_the_zone_beside_it() {
        let now = "2026-11-24T00:00:00Z".parse().unwrap();
        let text = file("달력", &[entry()], None, now).unwrap();
        for line in [
            "UID:00000000-0000-0000-0000-000000000000@learn.example.kr",
            "SEQUENCE:2",
            "SUMMARY:엑셀\\, 기초\\; 1차시",
            "DTSTART;TZID=Asia/Seoul:20270101T003000",
            "STATUS:CONFIRMED",
            "TZID:Asia/Seoul",
        ] {
            assert!(text.split("\r\n").any(|it| it == line), "{line} in {text}");
        }
        assert!(!text.contains("METHOD"));
        assert!(text.find("END:VTIMEZONE") < text.find("BEGIN:VEVENT"));
    }

    #[test]
    fn a_letter_says_what_is_to_be_done_with_it() {
        let now = "2026-11-24T00:00:00Z".parse().unwrap();
        let gone = Entry { cancelled: true, ..entry() };
        let text = file("달력", &[gone], Some("CANCEL"), now).unwrap();
        assert!(
            text.contains("\r\nMETHOD:CANCEL\r\n") && text.contains("\r\nSTATUS:CANCELLED\r\n"),
            "{text}"
        );
        assert!(text.find("METHOD:CANCEL") < text.find("BEGIN:VTIMEZONE"));
    }

    #[test]
    fn a_calendar_without_entries_is_one_too() {
        let now = "2026-11-24T00:00:00Z".parse().unwrap();
        let text = file("달력", &[], None, now).unwrap();
        assert!(text.ends_with("END:VTIMEZONE\r\nEND:VCALENDAR\r\n"), "{text}");
    }
}
