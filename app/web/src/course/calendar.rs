//! A run's class sessions as a calendar file (RFC 5545), with Seoul's time zone in it.

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::course::ClassState;
use domain::course::store::RunView;
use domain::seoul;
use domain::space::store::Tree;
use icalendar::{Calendar, CalendarDateTime, Component, Event, EventLike, EventStatus};

use super::run::find;
use super::title;
use crate::AppError;
use crate::ask::Ask;
use crate::words::{Language, catalogue as words};

const ZONE: &str = "Asia/Seoul";

/// `GET /courses/{code}/calendar.ics`
pub async fn calendar(ask: Ask, Path(code): Path<String>) -> Result<Response, AppError> {
    let view = find(&ask, &code).await?;
    let settings = ask.centre.settings();
    let url = format!("{}{}", settings.public_url, ask.link(&format!("/courses/{code}")));
    let tree = Tree::load(ask.centre.database()).await?;
    let place = view.space.as_ref().map(|space| {
        // A room stands where the building around it stands.
        let address = tree.ancestry(space.id).into_iter().find_map(|around| around.address.as_deref());
        let name = space.name_in(ask.language);
        address.map_or_else(|| name.to_owned(), |address| format!("{name}, {address}"))
    });
    let file = file(ask.language, &view, place.as_deref(), &url, ask.centre.clock().now());
    let file = file.map_err(AppError::Broken)?;
    let name = format!("attachment; filename=\"{code}.ics\"");
    let headers = [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, name),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    Ok((headers, with_zone(&file.to_string())).into_response())
}

fn file(
    l: Language,
    view: &RunView,
    place: Option<&str>,
    url: &str,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Calendar, String> {
    let mut calendar: Calendar = EMPTY.parse()?;
    calendar.name(&title(l, &view.course)).append_property(("X-WR-TIMEZONE", ZONE));
    for session in &view.sessions {
        let local = |at| CalendarDateTime::WithTimezone { date_time: seoul::wall(at), tzid: ZONE.into() };
        let mut event = Event::new();
        event
            // The session's own id stays when it is moved, so that a calendar moves it too.
            .uid(&format!("{}@{}", session.id, host(url)))
            .timestamp(now)
            .sequence(u32::try_from(view.run.version).unwrap_or_default())
            .summary(&format!("{} {}", title(l, &view.course), words::nth(l, session.number)))
            .starts(local(session.starts_at))
            .ends(local(session.ends_at))
            .url(url);
        if let Some(place) = place {
            event.location(place);
        }
        event.status(match session.state {
            ClassState::Planned => EventStatus::Confirmed,
            ClassState::Cancelled => EventStatus::Cancelled,
        });
        calendar.push(event.done());
    }
    Ok(calendar.done())
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

fn host(url: &str) -> &str {
    url.split("://").nth(1).and_then(|rest| rest.split(['/', ':']).next()).unwrap_or("localhost")
}
