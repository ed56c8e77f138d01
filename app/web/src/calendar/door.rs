//! What hangs beside a door: the page of its screen, and the state it asks for.

use axum::Json;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use domain::calendar::{Entry, Sight, Standing, entries};
use domain::seoul;
use domain::space::rules::SpaceRules;
use domain::space::{Holder, Slot};
use leptos::prelude::*;
use uuid::Uuid;

use super::entry::{kind_word, time};
use super::sheet::day_of;
use super::{Door, DoorScreen, Shown};
use crate::AppError;
use crate::ask::Ask;
use crate::when;
use crate::words::{Language, calendar as words};

/// Without JavaScript the page is opened anew so often, in seconds.
const REFRESH: u32 = 60;

/// `GET /places/{code}/now`
pub async fn page(ask: Ask, Path(code): Path<String>) -> Result<Response, AppError> {
    let (l, now) = (ask.language, ask.centre.clock().now());
    let (name, door) = door(&ask, &code).await?;
    let path = l.path(&format!("/places/{code}/now/state"));
    let title = words::door_title(l, &name);
    Ok(ask.frame().screen(&title, REFRESH, || {
        view! {
            <header class="door-head">
                <h1>{name}</h1>
                <p>{when::day(l, seoul::day(now))}</p>
            </header>
            <DoorScreen l=l path=path door=door/>
        }
    }))
}

/// `GET /places/{code}/now/state`: the same as JSON.
pub async fn state(ask: Ask, Path(code): Path<String>) -> Result<Response, AppError> {
    let (_, door) = door(&ask, &code).await?;
    Ok(([(header::CACHE_CONTROL, "private, no-store")], Json(door)).into_response())
}

/// The day of a place as everybody may see it, whoever has signed in at the screen.
async fn door(ask: &Ask, code: &str) -> Result<(String, Door), AppError> {
    let (db, now) = (ask.centre.database(), ask.centre.clock().now());
    let rules = SpaceRules::load(db).await?;
    let space = rules.tree.by_code(code).ok_or(AppError::NotFound)?;
    let mut entries =
        entries(db, &Sight { rules: &rules, viewer: None }, &[space.id], rest_of_day(now)).await?;
    entries.retain(|entry| entry.standing == Standing::Firm && now < entry.slot.ends_at);
    let l = ask.language;
    let shown = |entry: &Entry| shown_in(l, &rules, entry, Some(space.id), now);
    let door = Door { second: second_of_day(now, now), shown: entries.iter().map(shown).collect() };
    Ok((space.name_in(l).to_owned(), door))
}

/// From now to midnight.
pub(crate) fn rest_of_day(now: DateTime<Utc>) -> Slot {
    Slot { starts_at: now, ends_at: day_of(seoul::day(now)).ends_at }
}

/// Seconds since the midnight before `now`; what was earlier counts as midnight.
fn second_of_day(now: DateTime<Utc>, at: DateTime<Utc>) -> u32 {
    let midnight = day_of(seoul::day(now)).starts_at;
    u32::try_from((at - midnight).num_seconds().max(0)).unwrap_or_default()
}

/// Something of today as a screen shows it. It says where it is unless that is `here`.
pub(crate) fn shown_in(
    l: Language,
    rules: &SpaceRules,
    entry: &Entry,
    here: Option<Uuid>,
    now: DateTime<Utc>,
) -> Shown {
    let part = entry.space.filter(|it| Some(*it) != here).and_then(|it| rules.tree.get(it));
    let part = part.map(|part| part.name_in(l).to_owned());
    let title = match entry.holder {
        Holder::ClassSession => super::entry::title(l, entry),
        Holder::Booking => words::door_booking(l, kind_word(l, entry.kind)),
    };
    let more: Vec<String> = entry.who.clone().into_iter().chain(part).collect();
    Shown {
        from: second_of_day(now, entry.slot.starts_at),
        until: second_of_day(now, entry.slot.ends_at),
        time: time(l, entry),
        title,
        more: more.join(" · "),
    }
}
