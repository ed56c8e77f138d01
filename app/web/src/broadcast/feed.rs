//! What is live now and next, for calendars, feed readers and search engines.

use atom_syndication::{Entry as AtomEntry, Feed, FixedDateTime, Link, Text};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use domain::broadcast::OnShow;
use domain::broadcast::store::{self as broadcasts, Shown};
use serde_json::{Value, json};

use super::sentence::title;
use crate::AppError;
use crate::ask::Ask;
use crate::ical::{self, Entry};
use crate::when;
use crate::words::{Language, broadcast as words};

/// How far ahead the public list looks.
pub(super) const AHEAD: TimeDelta = TimeDelta::days(14);

/// What everybody may know of, from now on; by start.
pub(super) async fn list_public(ask: &Ask) -> Result<Vec<Shown>, AppError> {
    let now = ask.centre.clock().now();
    Ok(broadcasts::list_for(&ask.centre, None, now, now + AHEAD).await?)
}

/// Its page, in full.
fn url(ask: &Ask, shown: &Shown) -> String {
    format!("{}{}", ask.centre.settings().public_url, ask.link(&format!("/live/{}", shown.row.code)))
}

/// `GET /live.ics`
pub async fn calendar(ask: Ask) -> Result<Response, AppError> {
    let l = ask.language;
    let entry = |shown: &Shown| Entry {
        uid: ical::uid(shown.row.id, &ask.centre.settings().public_url),
        sequence: shown.row.version,
        summary: title(l, shown),
        starts_at: shown.subject.starts_at,
        ends_at: shown.subject.ends_at,
        location: None,
        url: url(&ask, shown),
        cancelled: shown.subject.cancelled,
    };
    let entries: Vec<Entry> = list_public(&ask).await?.iter().map(entry).collect();
    let file = ical::file(words::live(l), &entries, None, ask.centre.clock().now());
    Ok(([(header::CONTENT_TYPE, ical::MEDIA_TYPE)], file.map_err(AppError::Broken)?).into_response())
}

/// `GET /live.atom` (RFC 4287): an entry is updated when its broadcast is made and when it begins.
pub async fn atom(ask: Ask) -> Result<Response, AppError> {
    let (l, now) = (ask.language, ask.centre.clock().now());
    let shown = list_public(&ask).await?;
    let link = |href: String, rel: &str| Link { href, rel: rel.to_owned(), ..Link::default() };
    let here = |path: &str| format!("{}{}", ask.centre.settings().public_url, ask.link(path));
    let entry = |it: &Shown| AtomEntry {
        title: Text::plain(title(l, it)),
        id: format!("urn:uuid:{}", it.row.id),
        updated: moment(it.record.started_at.unwrap_or(it.row.created_at)),
        links: vec![link(url(&ask, it), "alternate")],
        summary: Some(Text::plain(match it.on_show(now) {
            OnShow::Live => words::watch_live(l).to_owned(),
            _ => when::span(l, it.subject.starts_at, it.subject.ends_at),
        })),
        ..AtomEntry::default()
    };
    let entries: Vec<AtomEntry> = shown.iter().map(entry).collect();
    let feed = Feed {
        title: Text::plain(words::live(l)),
        id: here("/live"),
        updated: entries
            .iter()
            .map(|entry| entry.updated)
            .max()
            .unwrap_or_else(|| moment(DateTime::UNIX_EPOCH)),
        authors: vec![atom_syndication::Person {
            name: ask.facts.office.of(l).to_owned(),
            ..Default::default()
        }],
        links: vec![link(here("/live.atom"), "self"), link(here("/live"), "alternate")],
        lang: Some(l.code().to_owned()),
        entries,
        ..Feed::default()
    };
    Ok(([(header::CONTENT_TYPE, "application/atom+xml; charset=utf-8")], feed.to_string()).into_response())
}

fn moment(at: DateTime<Utc>) -> FixedDateTime {
    at.fixed_offset()
}

/// What search engines read of a broadcast (schema.org), as the text of a script that runs nothing.
pub(super) fn json_ld(ask: &Ask, shown: &[&Shown]) -> String {
    let (l, now) = (ask.language, ask.centre.clock().now());
    let graph: Vec<Value> = shown.iter().map(|it| event(ask, l, it, now)).collect();
    let json = json!({ "@context": "https://schema.org", "@graph": graph }).to_string();
    // Nothing in a title may end the script.
    json.replace('<', "\\u003c")
}

fn event(ask: &Ask, l: Language, shown: &Shown, now: DateTime<Utc>) -> Value {
    let time = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let status = if shown.subject.cancelled { "EventCancelled" } else { "EventScheduled" };
    let mut event = json!({
        "@type": "BroadcastEvent",
        "name": title(l, shown),
        "startDate": time(shown.subject.starts_at),
        "endDate": time(shown.subject.ends_at),
        "isLiveBroadcast": shown.on_show(now) == OnShow::Live,
        "eventStatus": format!("https://schema.org/{status}"),
        "eventAttendanceMode": "https://schema.org/OnlineEventAttendanceMode",
        "location": { "@type": "VirtualLocation", "url": url(ask, shown) },
        "isAccessibleForFree": true,
        "inLanguage": "ko",
        "url": url(ask, shown),
    });
    if !shown.subject.presenter.is_empty() {
        event["performer"] = json!({ "@type": "Person", "name": shown.subject.presenter });
    }
    event
}
