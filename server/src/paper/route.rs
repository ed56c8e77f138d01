//! Where pictures can be looked at before they are sent.

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::broadcast::store;
use web::AppError;
use web::ask::Ask;

use super::draw_thumbnail;

/// `GET /manage/broadcasts/{code}/thumbnail.png`: as YouTube will get it.
pub async fn thumbnail(ask: Ask, Path(code): Path<String>) -> Result<Response, AppError> {
    ask.signed_in()?.producer()?;
    let shown = store::find(&ask.centre, &code).await?.ok_or(AppError::NotFound)?;
    let drawn = tokio::task::spawn_blocking(move || draw_thumbnail(&shown.wanted.thumbnail)).await;
    let png =
        drawn.map_err(|error| error.to_string()).and_then(|drawn| drawn.map_err(|error| error.to_string()));
    let headers = [(header::CONTENT_TYPE, "image/png"), (header::CACHE_CONTROL, "private, no-store")];
    Ok((headers, png.map_err(AppError::Broken)?).into_response())
}
