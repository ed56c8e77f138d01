//! The desk of captions, of a lesson and of a replay alike, and of a replay the way to a lesson made of it.

use axum::extract::{Path, Request};
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};
use domain::account::LessonEditor;
use domain::broadcast::store::Shown;
use domain::course::Line;
use domain::lesson::Spoken;
use domain::lesson::caption::CAPTION_BYTES;
use domain::lesson::edit::{self, make_of_replay};
use domain::lesson::entity::lesson;
use domain::lesson::store;
use domain::lesson::track::{self, Of};
use leptos::prelude::*;

use super::sentence::{refused, track_sentence};
use crate::AppError;
use crate::ask::Ask;
use crate::board::Sent;
use crate::broadcast::has_replay;
use crate::ui::{
    Alert, Breadcrumb, Button, Cell, Choice, Column, Crumb, EmptyState, FileInput, Form, Input, LinkButton,
    Look, PageHead, Problems, Query, Select, Table, Tone,
};
use crate::when;
use crate::words::{Language, broadcast, lesson as words};

/// What a page of captions belongs to.
struct Whole {
    of: Of,
    title: String,
    /// Where its desk is.
    path: String,
    /// The desk's list, and what it is called.
    list: (&'static str, &'static str),
    replay: Option<Replay>,
}

/// A replay, and the lesson that was made of it.
struct Replay {
    has_replay: bool,
    lesson: Option<lesson::Model>,
}

/// How the page is drawn this time.
#[derive(Default)]
struct Drawn {
    status: StatusCode,
    input: Input,
    problems: Problems,
    done: Option<&'static str>,
}

fn editor(ask: &Ask) -> Result<LessonEditor, AppError> {
    Ok(ask.signed_in()?.lesson_editor()?)
}

async fn lesson(ask: &Ask, code: &str) -> Result<Whole, AppError> {
    editor(ask)?;
    let listed = store::find(&ask.centre, code).await?.ok_or(AppError::NotFound)?;
    Ok(Whole {
        of: Of::Lesson(listed.lesson.id),
        title: listed.lesson.title,
        path: format!("/manage/lessons/{code}"),
        list: (words::title(ask.language), "/manage/lessons"),
        replay: None,
    })
}

async fn find_broadcast(ask: &Ask, code: &str) -> Result<Shown, AppError> {
    editor(ask)?;
    domain::broadcast::store::find(&ask.centre, code).await?.ok_or(AppError::NotFound)
}

async fn replay(ask: &Ask, shown: &Shown) -> Result<Whole, AppError> {
    let lesson = store::of_broadcast(&ask.centre, shown.row.id).await?;
    let is_class = shown.subject.run.is_some();
    Ok(Whole {
        of: Of::Broadcast(shown.row.id),
        title: crate::broadcast::title(ask.language, shown),
        path: format!("/manage/broadcasts/{}", shown.row.code),
        list: (broadcast::broadcasts(ask.language), "/manage/broadcasts"),
        replay: Some(Replay { has_replay: is_class && has_replay(ask, shown), lesson }),
    })
}

/// `GET /manage/lessons/{code}/captions`
pub async fn of_lesson(
    ask: Ask,
    Path(code): Path<String>,
    Query(query): Query,
) -> Result<Response, AppError> {
    let whole = lesson(&ask, &code).await?;
    draw(&ask, &whole, Drawn { done: done(ask.language, &query), ..Drawn::default() }).await
}

/// `GET /manage/broadcasts/{code}/captions`
pub async fn of_broadcast(
    ask: Ask,
    Path(code): Path<String>,
    Query(query): Query,
) -> Result<Response, AppError> {
    let whole = replay(&ask, &find_broadcast(&ask, &code).await?).await?;
    draw(&ask, &whole, Drawn { done: done(ask.language, &query), ..Drawn::default() }).await
}

fn done(l: Language, query: &Input) -> Option<&'static str> {
    match query.text("done") {
        "added" => Some(words::done_captions(l)),
        "removed" => Some(words::done_captions_removed(l)),
        _ => None,
    }
}

/// `POST /manage/lessons/{code}/captions`
pub async fn add_to_lesson(
    ask: Ask,
    Path(code): Path<String>,
    request: Request,
) -> Result<Response, AppError> {
    let whole = lesson(&ask, &code).await?;
    add(&ask, &whole, request).await
}

/// `POST /manage/broadcasts/{code}/captions`
pub async fn add_to_broadcast(
    ask: Ask,
    Path(code): Path<String>,
    request: Request,
) -> Result<Response, AppError> {
    let whole = replay(&ask, &find_broadcast(&ask, &code).await?).await?;
    add(&ask, &whole, request).await
}

async fn add(ask: &Ask, whole: &Whole, request: Request) -> Result<Response, AppError> {
    let (l, by) = (ask.language, editor(ask)?);
    let Sent { input, file } = match Sent::read(request, &ask.centre, CAPTION_BYTES).await {
        Ok(sent) => sent,
        Err(refusal) => return Ok(refusal),
    };
    let mut problems = Problems::default();
    if file.is_empty() {
        problems.add("file", words::wrong_no_file(l));
    }
    let language = Spoken::parse(input.text("language"));
    if language.is_none() {
        problems.add("language", words::wrong_choice(l));
    }
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let (Some(language), true) = (language, problems.is_empty()) else {
        return draw(ask, whole, Drawn { status, input, problems, done: None }).await;
    };
    match track::put(&ask.centre, &by, whole.of, language, &file).await {
        Ok(()) => Ok(ask.see_other(&format!("{}/captions?done=added", whole.path))),
        Err(error) => {
            let problems = Problems::one("file", track_sentence(l, error)?);
            draw(ask, whole, Drawn { status, input, problems, done: None }).await
        }
    }
}

/// `POST /manage/lessons/{code}/captions/{language}/remove`
pub async fn remove_of_lesson(
    ask: Ask,
    Path((code, language)): Path<(String, String)>,
    _: Input,
) -> Result<Response, AppError> {
    let whole = lesson(&ask, &code).await?;
    remove(&ask, &whole, &language).await
}

/// `POST /manage/broadcasts/{code}/captions/{language}/remove`
pub async fn remove_of_broadcast(
    ask: Ask,
    Path((code, language)): Path<(String, String)>,
    _: Input,
) -> Result<Response, AppError> {
    let whole = replay(&ask, &find_broadcast(&ask, &code).await?).await?;
    remove(&ask, &whole, &language).await
}

async fn remove(ask: &Ask, whole: &Whole, language: &str) -> Result<Response, AppError> {
    let language = Spoken::parse(language).ok_or(AppError::NotFound)?;
    track::remove(&ask.centre, &editor(ask)?, whole.of, language).await?;
    Ok(ask.see_other(&format!("{}/captions?done=removed", whole.path)))
}

/// `POST /manage/broadcasts/{code}/lesson`: makes a draft of the replay, and goes on to it.
pub async fn make_lesson(ask: Ask, Path(code): Path<String>, input: Input) -> Result<Response, AppError> {
    let (l, by) = (ask.language, editor(&ask)?);
    let shown = find_broadcast(&ask, &code).await?;
    let title = Line::parse(&crate::broadcast::title(l, &shown), Line::TITLE_MAX);
    let made = match title {
        Some(title) => make_of_replay(&ask.centre, &by, &shown, &title).await,
        None => Err(edit::Refusal::NoReplay.into()),
    };
    match made {
        Ok(code) => Ok(ask.see_other(&format!("/manage/lessons/{code}?done=made"))),
        Err(error) => {
            let (status, problems) = refused(l, error)?;
            draw(&ask, &replay(&ask, &shown).await?, Drawn { status, input, problems, done: None }).await
        }
    }
}

async fn draw(ask: &Ask, whole: &Whole, drawn: Drawn) -> Result<Response, AppError> {
    let l = ask.language;
    let tracks = track::list(&ask.centre, whole.of).await?;
    let title = words::captions_of(l, &whole.title);
    Ok(ask.refuse(drawn.status, &title.clone(), || {
        let whole_problem = drawn.problems.of("").map(str::to_owned);
        let way = vec![Crumb::new(l, whole.list.0, whole.list.1), Crumb::new(l, &whole.title, &whole.path)];
        let rows: Vec<Vec<Cell>> = tracks.iter().map(|track| row(l, &whole.path, track)).collect();
        let columns = [words::language(l), words::since(l), words::to_do(l)].map(Column::text);
        let languages = Spoken::ALL.iter().map(|it| Choice::new(it.as_str(), it.name())).collect();
        let problems = if whole_problem.is_some() { Problems::default() } else { drawn.problems };
        view! {
            <Breadcrumb l=l way=way here=title.clone()/>
            <PageHead title=title lead=words::captions_lead(l)/>
            {drawn.done.map(|done| view! { <div role="status"><Alert l=l tone=Tone::Success><p>{done}</p></Alert></div> })}
            {whole_problem.map(|sentence| view! { <div role="alert"><Alert l=l tone=Tone::Danger><p>{sentence}</p></Alert></div> })}
            {if rows.is_empty() {
                view! { <EmptyState title=words::captions_none(l)/> }.into_any()
            } else {
                view! { <Table caption=words::captions(l) hidden_caption=true columns=columns.into() rows=rows/> }.into_any()
            }}
            <h2 class="section-title">{words::add_captions(l)}</h2>
            <Form l=l action=l.path(&format!("{}/captions", whole.path)) input=drawn.input problems=problems upload=true>
                <FileInput name="file" label=words::file(l) hint=words::captions_hint(l, CAPTION_BYTES / 1000) accept=".vtt,text/vtt" required=true/>
                <Select name="language" label=words::language(l) choices=languages none=words::choose(l) required=true/>
                <Button>{words::add_captions(l)}</Button>
            </Form>
            {whole.replay.as_ref().map(|replay| lesson_of(l, &whole.path, replay))}
        }
    }))
}

fn row(l: Language, path: &str, (language, since): &(Spoken, DateTime<Utc>)) -> Vec<Cell> {
    let action = l.path(&format!("{path}/captions/{}/remove", language.as_str()));
    let label = words::remove_captions_of(l, language.name());
    let button = view! {
        <form method="post" action=action>
            <Button look=Look::Danger small=true attr:aria-label=label>{words::remove_captions(l)}</Button>
        </form>
    };
    vec![language.name().into_any(), when::moment(l, *since).into_any(), button.into_any()]
}

/// The lesson that was made of a replay, or the button that makes one.
fn lesson_of(l: Language, path: &str, replay: &Replay) -> impl IntoView + use<> {
    let made = replay.lesson.as_ref().map(|lesson| {
        let href = l.path(&format!("/manage/lessons/{}", lesson.code));
        view! { <p><LinkButton href=href look=Look::Secondary>{words::to_lesson(l)}</LinkButton></p> }
    });
    let action = l.path(&format!("{path}/lesson"));
    let make = (replay.lesson.is_none() && replay.has_replay).then(|| {
        view! {
            <p>{words::make_of_replay_lead(l)}</p>
            <Form l=l action=action id="lesson"><Button look=Look::Secondary>{words::make_of_replay(l)}</Button></Form>
        }
    });
    let nothing =
        (replay.lesson.is_none() && !replay.has_replay).then(|| view! { <p>{words::no_replay(l)}</p> });
    view! {
        <h2 class="section-title">{words::lesson_of_replay(l)}</h2>
        {made}
        {make}
        {nothing}
    }
}
