//! A run's class sessions as a calendar file.

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::course::ClassState;
use domain::space::store::Tree;

use super::run::find;
use super::title;
use crate::AppError;
use crate::ask::Ask;
use crate::ical::{self, Entry};
use crate::words::catalogue as words;

/// `GET /courses/{code}/calendar.ics`
pub async fn calendar(ask: Ask, Path(code): Path<String>) -> Result<Response, AppError> {
    let view = find(&ask, &code).await?;
    let l = ask.language;
    let public_url = &ask.centre.settings().public_url;
    let tree = Tree::load(ask.centre.database()).await?;
    let entry = |session: &domain::course::entity::class_session::Model| Entry {
        uid: ical::uid(session.id, public_url),
        sequence: view.run.version,
        summary: format!("{} {}", title(l, &view.course), words::nth(l, session.number)),
        starts_at: session.starts_at,
        ends_at: session.ends_at,
        location: view.space.as_ref().map(|space| tree.whereabouts(l, space.id)),
        url: format!("{public_url}{}", ask.link(&format!("/courses/{code}"))),
        cancelled: session.state == ClassState::Cancelled,
    };
    let entries: Vec<Entry> = view.sessions.iter().map(entry).collect();
    let file = ical::file(&title(l, &view.course), &entries, None, ask.centre.clock().now());
    let name = format!("attachment; filename=\"{code}.ics\"");
    let headers = [
        (header::CONTENT_TYPE, ical::MEDIA_TYPE.to_owned()),
        (header::CONTENT_DISPOSITION, name),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    Ok((headers, file.map_err(AppError::Broken)?).into_response())
}
