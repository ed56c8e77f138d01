//! What the pages of a live class show of its attendance code.

use axum::Json;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::attendance::store as codes;
use domain::attendance::{Next, Standing, may_show, next_code};
use domain::broadcast::store::{Host, Shown};

use super::{Board, Entry};
use crate::AppError;
use crate::ask::Ask;
use crate::broadcast::{host, watch};
use crate::when;
use crate::words::attendance as words;

/// What is asked of this person below the player.
pub(crate) async fn entry_of(ask: &Ask, shown: &Shown) -> Result<Entry, AppError> {
    let Some(who) = &ask.viewer else { return Ok(Entry::Nothing) };
    let Some(class) = codes::find_class(&ask.centre, shown).await? else { return Ok(Entry::Nothing) };
    let standing = codes::standing_of(&ask.centre, who, &class).await?;
    Ok(match standing {
        None => Entry::Nothing,
        Some(Standing::NotShown) => {
            let goes_on = may_show(class.starts_at, class.ends_at, ask.centre.clock().now());
            if goes_on { Entry::NotShown } else { Entry::Nothing }
        }
        Some(Standing::Open { tries_left: 0, .. }) => Entry::Barred,
        Some(Standing::Open { until, .. }) => Entry::Open { until: when::time(until) },
        Some(Standing::Heard { at }) => Entry::Heard { at: when::time(at) },
        Some(Standing::Missed) => Entry::Missed,
    })
}

/// What whoever presents sees; nothing where the broadcast is of no class that takes place.
pub(crate) async fn board_of(ask: &Ask, by: &Host, shown: &Shown) -> Result<Option<Board>, AppError> {
    let (l, now) = (ask.language, ask.centre.clock().now());
    let Some(class) = codes::find_class(&ask.centre, shown).await? else { return Ok(None) };
    let board = codes::board(&ask.centre, by, &class).await?;
    let untils: Vec<_> = board.codes.iter().map(|code| code.until_at).collect();
    let refused = match next_code((class.starts_at, class.ends_at), &untils, now) {
        Next::Standing | Next::New(_) => None,
        Next::NotNow => Some(words::refused_not_now(l).to_owned()),
        Next::Enough => Some(words::refused_enough(l).to_owned()),
    };
    let good = board.codes.iter().find(|code| now < code.until_at);
    Ok(Some(Board {
        digits: good.map(|code| (code.digits.clone(), when::time(code.until_at))),
        is_again: !board.codes.is_empty(),
        refused,
        answers: board.answers,
        places: board.places,
        minutes: ask.centre.settings().attendance.code_minutes,
        address: address(ask),
    }))
}

/// What is said to those who watch elsewhere, `learn.example.kr/code`.
pub(crate) fn address(ask: &Ask) -> String {
    let host = ask.centre.settings().public_url.split_once("://").map_or("", |(_, host)| host);
    format!("{host}{}", ask.link("/code"))
}

/// The word by which an open page knows that its part about the code is to be another.
pub(crate) async fn word_of(ask: &Ask, shown: &Shown) -> Result<String, AppError> {
    let entry = entry_of(ask, shown).await?;
    let by = ask.viewer.as_ref().and_then(|viewer| Host::of(viewer, &shown.subject));
    let board = match &by {
        Some(by) => board_of(ask, by, shown).await?,
        None => None,
    };
    Ok(format!("{entry:?} {:?}", board.map(|board| (board.digits.is_some(), board.refused, board.answers))))
}

/// `GET /live/{code}/attendance`
pub async fn entry(ask: Ask, Path(code): Path<String>) -> Result<Response, AppError> {
    let shown = watch::find(&ask, &code).await?;
    Ok(no_store(Json(entry_of(&ask, &shown).await?)))
}

/// `GET /live/{code}/host/attendance`
pub async fn board(ask: Ask, Path(code): Path<String>) -> Result<Response, AppError> {
    let (shown, by) = host::find(&ask, &code).await?;
    let board = board_of(&ask, &by, &shown).await?.ok_or(AppError::NotFound)?;
    Ok(no_store(Json(board)))
}

pub(super) fn no_store(body: impl IntoResponse) -> Response {
    ([(header::CACHE_CONTROL, "private, no-store")], body).into_response()
}
