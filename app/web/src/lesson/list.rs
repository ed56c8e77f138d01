//! Lessons in lists: in the library, beside a course, among what one has begun.

use std::collections::HashMap;

use domain::course::entity::course;
use domain::course::reader::Reader;
use domain::lesson::entity::{lesson, lesson_progress};
use domain::lesson::store::{self, Listed};
use domain::lesson::{Moment, watch};
use domain::seoul;
use leptos::prelude::*;
use uuid::Uuid;

use crate::AppError;
use crate::ask::Ask;
use crate::ui::{Badge, Cell, Column, Fact, StructuredItem, Table, Tone};
use crate::words::{Language, lesson as words};

/// How far whoever asks has come with each lesson.
pub(super) async fn progress(ask: &Ask) -> Result<HashMap<Uuid, lesson_progress::Model>, AppError> {
    match &ask.viewer {
        Some(viewer) => Ok(watch::all_of(&ask.centre, viewer).await?),
        None => Ok(HashMap::new()),
    }
}

/// How far somebody has come, in a word: done, by their own word, or so many hundredths.
pub(super) fn progress_badge(
    l: Language,
    lesson: &lesson::Model,
    progress: &lesson_progress::Model,
) -> AnyView {
    let (tone, text) = if progress.done_at.is_some() {
        (Tone::Success, words::done(l).to_owned())
    } else if progress.said_at.is_some() {
        (Tone::Success, words::said(l).to_owned())
    } else {
        let percent = progress.watched().percent(lesson.length().seconds());
        (Tone::Information, words::percent(l, percent))
    };
    view! { <Badge tone=tone text=text/> }.into_any()
}

pub(super) fn item(
    l: Language,
    lesson: &lesson::Model,
    progress: Option<&lesson_progress::Model>,
) -> impl IntoView + use<> {
    let mut facts = vec![Fact::new(words::length(l), lesson.length().to_string())];
    if !lesson.presenter.is_empty() {
        facts.push(Fact::new(words::presenter(l), lesson.presenter.clone()));
    }
    let badges = progress.map(|progress| progress_badge(l, lesson, progress));
    let (href, summary) = (l.path(&format!("/lessons/{}", lesson.code)), lesson.summary.clone());
    view! {
        <StructuredItem href=href title=lesson.title.clone() items=facts badges=badges.unwrap_or_else(|| ().into_any())>
            {(!summary.is_empty()).then(|| view! { <p>{summary}</p> })}
        </StructuredItem>
    }
}

/// The recorded lessons of a course, for its page; nothing where there are none for whoever asks.
pub(crate) async fn of_course(ask: &Ask, course: &course::Model) -> Result<AnyView, AppError> {
    let l = ask.language;
    let lessons = store::of_course(&ask.centre, ask.viewer.as_ref(), course.id).await?;
    if lessons.is_empty() {
        return Ok(().into_any());
    }
    let link = |it: &Listed| {
        let (href, length) =
            (l.path(&format!("/lessons/{}", it.lesson.code)), it.lesson.length().to_string());
        view! { <li><a href=href>{it.lesson.title.clone()}</a> " " <span>{words::in_brackets(l, length)}</span></li> }
    };
    let links: Vec<_> = lessons.iter().map(link).collect();
    Ok(view! {
        <section aria-labelledby="lessons-title">
            <h2 class="section-title" id="lessons-title">{words::title(l)}</h2>
            <ul class="plain-list">{links}</ul>
        </section>
    }
    .into_any())
}

/// The lessons that whoever asks has begun, for the page of their courses; the way to the library where there are none.
pub(crate) async fn begun(ask: &Ask) -> Result<AnyView, AppError> {
    let l = ask.language;
    let viewer = ask.signed_in()?;
    let reader = Reader::of(&ask.centre, Some(viewer)).await?;
    let today = seoul::day(ask.centre.clock().now());
    let begun = watch::begun(&ask.centre, viewer).await?;
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for (lesson, progress) in begun {
        let Some(listed) = store::find(&ask.centre, &lesson.code).await? else { continue };
        // What may no longer be shown is still theirs, without a way there.
        let title = match listed.may_be_seen_by(&reader, today) {
            true => {
                let href = l.path(&format!("/lessons/{}", lesson.code));
                view! { <a href=href>{lesson.title.clone()}</a> }.into_any()
            }
            false => lesson.title.clone().into_any(),
        };
        let position = Moment::of_seconds(u32::try_from(progress.position).unwrap_or_default());
        let at = words::position_of(l, position, lesson.length());
        rows.push(vec![title, progress_badge(l, &lesson, &progress), at.into_any()]);
    }
    let columns = [words::lesson(l), words::progress(l), words::position(l)].map(Column::text);
    Ok(view! {
        <section aria-labelledby="lessons-title">
            <h2 class="section-title" id="lessons-title">{words::begun(l)}</h2>
            {(!rows.is_empty()).then(|| view! {
                <Table caption=words::begun(l) hidden_caption=true columns=columns.into() rows=rows/>
            })}
            <p><a href=l.path("/lessons")>{words::to_library(l)}</a></p>
        </section>
    }
    .into_any())
}
