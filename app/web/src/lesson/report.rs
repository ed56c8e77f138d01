//! What a player tells of how much was watched.

use axum::extract::Path;
use axum::http::StatusCode;
use domain::lesson::progress::Watched;
use domain::lesson::watch::{self, Report};
use serde::Deserialize;

use super::page::find;
use crate::AppError;
use crate::ask::Ask;

#[derive(Deserialize)]
struct Body {
    position: u32,
    watched: String,
}

/// `POST /lessons/{code}/progress`: `{"position":75,"watched":"0-6 7-8"}`. Sent again it changes nothing.
pub async fn report(ask: Ask, Path(code): Path<String>, body: String) -> Result<StatusCode, AppError> {
    let viewer = ask.signed_in()?;
    let listed = find(&ask, &code).await?;
    let body: Body = serde_json::from_str(&body).map_err(|_| AppError::BadRequest)?;
    let watched = Watched::parse(&body.watched).ok_or(AppError::BadRequest)?;
    let report = Report { position: body.position, watched };
    watch::report(&ask.centre, viewer, &listed.lesson, &report).await?;
    Ok(StatusCode::NO_CONTENT)
}
