//! What is said in a lesson or a replay, to be read, and the files of captions themselves.

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::broadcast::store::Shown;
use domain::lesson::caption::{paragraphs, parse};
use domain::lesson::track::{self, Of};
use domain::lesson::{Moment, Spoken};
use leptos::prelude::*;

use super::page::find;
use crate::AppError;
use crate::ask::Ask;
use crate::board::is_known;
use crate::broadcast::{has_replay, watchable};
use crate::ui::Disclosure;
use crate::words::{Language, lesson as words};

/// Everything that is said, one part for each language; the reader's own, or the first, is open. `page` is where the
/// player is.
pub(super) async fn part(ask: &Ask, of: Of, page: &str) -> Result<Option<AnyView>, AppError> {
    let l = ask.language;
    let mut languages: Vec<Spoken> =
        track::list(&ask.centre, of).await?.into_iter().map(|(language, _)| language).collect();
    // Korean first, then the order of their codes.
    languages.sort_by_key(|language| (language.as_str() != l.code(), *language != Spoken::Korean));
    let mut parts: Vec<AnyView> = Vec::new();
    for language in languages {
        let Some(caption) = track::find(&ask.centre, of, language).await? else { continue };
        // It was read when it came in.
        let cues = parse(&caption.text).map_err(|problem| AppError::Broken(problem.to_string()))?;
        let lines: Vec<_> = paragraphs(&cues)
            .into_iter()
            .map(|it| view! { <p>{link(l, page, Moment::of_seconds(it.starts))} " " {it.text}</p> })
            .collect();
        let file = format!("{page}/captions/{}.vtt", language.as_str());
        let text = view! {
            <div class="transcript" lang=language.as_str()>{lines}</div>
            <p><a href=file download>{words::captions_file(l, language.name())}</a></p>
        };
        parts.push(match parts.is_empty() {
            true => text.into_any(),
            false => {
                let summary = words::transcript_in(l, language.name());
                view! { <Disclosure summary=summary>{text}</Disclosure> }.into_any()
            }
        });
    }
    Ok((!parts.is_empty()).then(|| {
        view! {
            <section aria-labelledby="transcript-title">
                <h2 class="section-title" id="transcript-title">{words::transcript(l)}</h2>
                <p class="lesson-note">{words::transcript_lead(l)}</p>
                {parts}
            </section>
        }
        .into_any()
    }))
}

/// A link that lets the player begin at a moment.
pub(super) fn link(l: Language, page: &str, moment: Moment) -> impl IntoView + use<> {
    let seconds = moment.seconds();
    let href = l.path(&format!("{page}?play=1&at={seconds}#player"));
    view! {
        <a href=href data-at=seconds.to_string()>{moment.to_string()}</a>
    }
}

/// The transcript of a replay for the page of its broadcast, while the replay may be shown.
pub(crate) async fn of_replay(ask: &Ask, shown: &Shown) -> Result<Option<AnyView>, AppError> {
    if !has_replay(ask, shown) {
        return Ok(None);
    }
    part(ask, Of::Broadcast(shown.row.id), &format!("/live/{}", shown.row.code)).await
}

/// `GET /lessons/{code}/captions/ko.vtt`, for whoever may see the lesson.
pub async fn of_lesson_file(
    ask: Ask,
    Path((code, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    let listed = find(&ask, &code).await?;
    send(&ask, Of::Lesson(listed.lesson.id), &file, &headers).await
}

/// `GET /live/{code}/captions/ko.vtt`, for whoever may see the replay.
pub async fn of_broadcast_file(
    ask: Ask,
    Path((code, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    let shown = watchable(&ask, &code).await?;
    if !has_replay(&ask, &shown) {
        return Err(AppError::NotFound);
    }
    send(&ask, Of::Broadcast(shown.row.id), &file, &headers).await
}

async fn send(ask: &Ask, of: Of, file: &str, asked: &HeaderMap) -> Result<Response, AppError> {
    let language = file.strip_suffix(".vtt").and_then(Spoken::parse).ok_or(AppError::NotFound)?;
    let caption = track::find(&ask.centre, of, language).await?.ok_or(AppError::NotFound)?;
    // Another file is another row. Who may see it is asked each time.
    let tag = format!("\"{}\"", caption.id);
    let caching = [(header::ETAG, tag.as_str()), (header::CACHE_CONTROL, "private, no-cache")];
    if is_known(asked, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, caching).into_response());
    }
    let kind =
        [(header::CONTENT_TYPE, "text/vtt; charset=utf-8"), (header::CONTENT_LANGUAGE, language.as_str())];
    Ok((caching, kind, caption.text).into_response())
}
