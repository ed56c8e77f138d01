//! What hangs beside a door: the page of its screen, and the state it asks for.

use axum::Json;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::calendar::{Entry, Sight, Standing, entries};
use domain::seoul;
use domain::space::rules::SpaceRules;
use domain::space::{Holder, Slot};
use leptos::prelude::*;

use super::entry::{kind_word, time};
use super::sheet::day_of;
use super::{Door, DoorScreen, Shown};
use crate::AppError;
use crate::ask::Ask;
use crate::when;
use crate::words::calendar as words;

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
    let today = day_of(seoul::day(now));
    let rest = Slot { starts_at: now, ends_at: today.ends_at };
    let mut entries = entries(db, &Sight { rules: &rules, viewer: None }, &[space.id], rest).await?;
    entries.retain(|entry| entry.standing == Standing::Firm && now < entry.slot.ends_at);
    let second = |at: chrono::DateTime<chrono::Utc>| {
        u32::try_from((at - today.starts_at).num_seconds().max(0)).unwrap_or_default()
    };
    let l = ask.language;
    let shown = |entry: &Entry| {
        let part = entry.space.filter(|it| *it != space.id).and_then(|it| rules.tree.get(it));
        let part = part.map(|part| part.name_in(l).to_owned());
        let title = match entry.holder {
            Holder::ClassSession => super::entry::title(l, entry),
            Holder::Booking => words::door_booking(l, kind_word(l, entry.kind)),
        };
        let more: Vec<String> = entry.who.clone().into_iter().chain(part).collect();
        Shown {
            from: second(entry.slot.starts_at),
            until: second(entry.slot.ends_at),
            time: time(l, entry),
            title,
            more: more.join(" · "),
        }
    };
    let door = Door { second: second(now), shown: entries.iter().map(shown).collect() };
    Ok((space.name_in(l).to_owned(), door))
}
