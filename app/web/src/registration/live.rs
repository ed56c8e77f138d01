//! What a run's page listens to: its state as a stream, the same for those whose stream is cut, and one's own part.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::Path;
use axum::http::header;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use domain::course::entity::run;
use domain::registration::store;
use futures::{Stream, StreamExt};
use tokio_stream::wrappers::{IntervalStream, WatchStream};

use super::page::mine_view;
use crate::AppError;
use crate::ask::Ask;

/// A page hears something at least this often, and so finds out when its stream is cut. Long enough to be cheap,
/// short enough for proxies, which close what is silent for a minute.
const BEAT: Duration = Duration::from_secs(15);

/// `GET /courses/{code}/events`: the run's snapshot at once and after every change, as server-sent events.
pub async fn events(ask: Ask, Path(code): Path<String>) -> Result<impl IntoResponse, AppError> {
    let run = seen_run(&ask, &code).await?;
    let receiver = ask.centre.watchers().watch(&ask.centre, run.id).await?.ok_or(AppError::NotFound)?;
    Ok(([(header::CACHE_CONTROL, "no-store")], Sse::new(stream(receiver))))
}

fn stream(
    receiver: tokio::sync::watch::Receiver<Arc<str>>,
) -> impl Stream<Item = Result<Event, Infallible>> + use<> {
    let latest = receiver.clone();
    let beats = IntervalStream::new(tokio::time::interval_at(tokio::time::Instant::now() + BEAT, BEAT))
        .map(move |_| Arc::clone(&latest.borrow()));
    // The stream of changes ends with the program; the beats must not outlive it.
    let changes = WatchStream::new(receiver).map(Some).chain(futures::stream::once(async { None }));
    futures::stream::select(changes, beats.map(Some))
        .take_while(|text| std::future::ready(text.is_some()))
        .filter_map(|text| std::future::ready(text.map(|text| Ok(Event::default().data(&*text)))))
}

/// `GET /courses/{code}/seats`: the same state once, as JSON.
pub async fn seats(ask: Ask, Path(code): Path<String>) -> Result<Response, AppError> {
    let run = seen_run(&ask, &code).await?;
    let standing = store::standing(&ask.centre, run.id, None).await?.ok_or(AppError::NotFound)?;
    Ok(no_store(Json(standing.book.snapshot())))
}

/// `GET /courses/{code}/mine`: the viewer's live application, or `null`.
pub async fn mine(ask: Ask, Path(code): Path<String>) -> Result<Response, AppError> {
    let viewer = ask.signed_in()?.id();
    let run = seen_run(&ask, &code).await?;
    let standing = store::standing(&ask.centre, run.id, Some(viewer)).await?.ok_or(AppError::NotFound)?;
    Ok(no_store(Json(standing.mine.map(|mine| mine_view(ask.language, mine)))))
}

/// The run, if the asker may know of it.
async fn seen_run(ask: &Ask, code: &str) -> Result<run::Model, AppError> {
    Ok(crate::course::find(ask, code).await?.run)
}

fn no_store(body: impl IntoResponse) -> Response {
    ([(header::CACHE_CONTROL, "private, no-store")], body).into_response()
}
