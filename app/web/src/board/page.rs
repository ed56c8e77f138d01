//! The page of a screen on a wall, and the state it asks for.

use axum::Json;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::board::Face;
use domain::board::entity::{board, board_item};
use domain::board::store::{current, find_board, list_public};
use domain::calendar::{Sight, Standing, entries};
use domain::seoul;
use domain::space::rules::SpaceRules;
use leptos::prelude::*;
use uuid::Uuid;

use super::{BoardScreen, Screen, Showing};
use crate::AppError;
use crate::ask::Ask;
use crate::calendar::{Shown, shown_in};
use crate::ui::{CentreFacts, Frame};
use crate::when;

/// Without JavaScript the page is opened anew when the next item has its turn, but neither sooner nor later than this, in
/// seconds. A clip would begin again each time, so that it gets the longest.
const REFRESH: std::ops::RangeInclusive<i64> = 10..=60;

/// `GET /boards/{code}`
pub async fn page(ask: Ask, Path(code): Path<String>) -> Result<Response, AppError> {
    let (l, now) = (ask.language, ask.centre.clock().now());
    let (board, items) = found(&ask, &code).await?;
    let screen = screen(&ask, &board, &items).await?;
    let of = |face: Face| current(items.iter().filter(move |item| item.face == face), now);
    let next = Face::ALL.iter().filter_map(|face| of(*face)).map(|(_, left)| left).min();
    let next = next.filter(|_| of(Face::Video).is_none()).unwrap_or(*REFRESH.end());
    let refresh = next.clamp(*REFRESH.start(), *REFRESH.end());
    let path = l.path(&format!("/boards/{code}/state"));
    // Light on dark, so that it doesn't dazzle in a dim hall.
    let frame = Frame { high_contrast: true, ..ask.frame() };
    let (name, about) = (board.name_in(l).to_owned(), about(&frame.centre, l));
    let centre = about.0.clone();
    Ok(frame.screen(&name.clone(), u32::try_from(refresh).unwrap_or(60), || {
        view! {
            <div class="board">
                <header class="board-head">
                    <h1>{centre}</h1>
                    <p>{name} " · " {when::day(l, seoul::day(now))}</p>
                </header>
                <BoardScreen l=l path=path about=about screen=screen/>
            </div>
        }
    }))
}

/// The centre's name, and where and by which number it is reached.
fn about(centre: &CentreFacts, l: crate::words::Language) -> (String, String) {
    let reach: Vec<&str> =
        [centre.address.of(l), &centre.phone].into_iter().filter(|text| !text.is_empty()).collect();
    (centre.name.of(l).to_owned(), reach.join(" · "))
}

/// `GET /boards/{code}/state`: the same as JSON.
pub async fn state(ask: Ask, Path(code): Path<String>) -> Result<Response, AppError> {
    let (board, items) = found(&ask, &code).await?;
    let screen = screen(&ask, &board, &items).await?;
    Ok(([(header::CACHE_CONTROL, "private, no-store")], Json(screen)).into_response())
}

/// A board with what it shows now and in the days to come.
pub(super) async fn found(ask: &Ask, code: &str) -> Result<(board::Model, Vec<board_item::Model>), AppError> {
    let (db, now) = (ask.centre.database(), ask.centre.clock().now());
    let board = find_board(db, code).await?.ok_or(AppError::NotFound)?;
    let items = list_public(db, board.id, now).await?;
    Ok((board, items))
}

pub(super) fn media_path(board: &board::Model, item: Uuid) -> String {
    format!("/boards/{}/media/{item}", board.code)
}

async fn screen(ask: &Ask, board: &board::Model, items: &[board_item::Model]) -> Result<Screen, AppError> {
    let now = ask.centre.clock().now();
    let of = |face: Face| {
        let showing = |item: &board_item::Model| Showing {
            from: seoul::second(item.starts_at),
            until: seoul::second(item.ends_at),
            seconds: item.seconds.into(),
            title: item.title.clone(),
            lines: item.lines.as_deref().unwrap_or_default().lines().map(str::to_owned).collect(),
            source: item.media_type.map(|kind| (media_path(board, item.id), kind.as_str().to_owned())),
        };
        items.iter().filter(|item| item.face == face).map(showing).collect::<Vec<_>>()
    };
    Ok(Screen {
        second: seoul::second(now),
        notices: of(Face::Notices),
        video: of(Face::Video),
        left_poster: of(Face::LeftPoster),
        right_poster: of(Face::RightPoster),
        // Also where a notice is up: the last of them may come down while the connection is lost.
        today: today(ask).await?,
    })
}

/// The rest of the day in all places, as everybody may see it.
async fn today(ask: &Ask) -> Result<Vec<Shown>, AppError> {
    let (db, now) = (ask.centre.database(), ask.centre.clock().now());
    let rules = SpaceRules::load(db).await?;
    let spaces: Vec<Uuid> = rules.tree.all().iter().map(|space| space.id).collect();
    let rest = crate::calendar::rest_of_day(now);
    let mut entries = entries(db, &Sight { rules: &rules, viewer: None }, &spaces, rest).await?;
    entries.retain(|entry| entry.standing == Standing::Firm && now < entry.slot.ends_at);
    Ok(entries.iter().map(|entry| shown_in(ask.language, &rules, entry, None, now)).collect())
}
