//! One lesson: the player when it is asked for, chapters, what is said, files, and how far one has come.

use axum::extract::Path;
use axum::response::Response;
use domain::course::reader::Reader;
use domain::lesson::entity::lesson_progress;
use domain::lesson::progress::PIECE;
use domain::lesson::store::{self, Listed};
use domain::lesson::track::Of;
use domain::lesson::{LONGEST, Moment, watch};
use domain::seoul;
use leptos::prelude::*;

use super::PlayerFollow;
use super::list::progress_badge;
use super::transcript::{self, link};
use crate::AppError;
use crate::ask::Ask;
use crate::broadcast::{Embeds, player};
use crate::course::handouts;
use crate::ui::{
    Alert, Breadcrumb, Button, Crumb, DescriptionList, Fact, Form, Input, LinkButton, Look, PageHead, Query,
    Tone,
};
use crate::when;
use crate::words::{Language, lesson as words};

/// The lesson of a code, for those who may see it. Of one that is not in the library only those know who make lessons; who
/// is a stranger learns where to sign in.
pub(super) async fn find(ask: &Ask, code: &str) -> Result<Listed, AppError> {
    let listed = store::find(&ask.centre, code).await?.ok_or(AppError::NotFound)?;
    let is_editor = ask.viewer.as_ref().is_some_and(|viewer| viewer.lesson_editor().is_ok());
    let today = seoul::day(ask.centre.clock().now());
    let is_shown = listed.lesson.state == domain::lesson::LessonState::Published && !listed.is_over(today);
    if is_editor {
        return Ok(listed);
    }
    if !is_shown {
        return Err(AppError::NotFound);
    }
    let reader = Reader::of(&ask.centre, ask.viewer.as_ref()).await?;
    if reader.may_see(&listed.course, listed.lesson.viewers) {
        return Ok(listed);
    }
    ask.signed_in()?;
    Err(domain::account::Denied.into())
}

/// `GET /lessons/{code}?play=1&at=SECONDS`: nothing of YouTube's is loaded before `play` asks for it.
pub async fn page(ask: Ask, Path(code): Path<String>, Query(query): Query) -> Result<Response, AppError> {
    let l = ask.language;
    let listed = find(&ask, &code).await?;
    let path = format!("/lessons/{}", listed.lesson.code);
    let progress = match &ask.viewer {
        Some(viewer) => watch::find(&ask.centre, viewer, listed.lesson.id).await?,
        None => None,
    };
    let chapters = store::chapters(&ask.centre, listed.lesson.id).await?;
    let transcript = transcript::part(&ask, Of::Lesson(listed.lesson.id), &path).await?;
    let files = handouts(&ask, &listed.course).await?;
    let (before, after) = neighbours(&ask, &listed).await?;
    let plays = query.flag("play");
    let at = query.text("at").parse::<u32>().unwrap_or_default().min(LONGEST);
    let said = (query.text("done") == "said").then(|| words::done_said(l));
    let mut response = ask.page(&listed.lesson.title, || {
        let lesson = &listed.lesson;
        let heading = lesson.title.clone();
        let chapters: Vec<_> = chapters
            .into_iter()
            .map(|(starts, title)| view! { <li>{link(l, &path, starts)} " " {title}</li> })
            .collect();
        view! {
            <Breadcrumb l=l way=vec![Crumb::new(l, words::title(l), "/lessons")] here=heading.clone()/>
            <PageHead title=heading.clone() lead=lesson.summary.clone()/>
            {said.map(|said| view! { <div role="status"><Alert l=l tone=Tone::Success><p>{said}</p></Alert></div> })}
            <DescriptionList items=facts(l, &listed, progress.as_ref())/>
            {if plays {
                view! { {player(&ask, &lesson.video, &heading, at)} {follow(&ask, &listed, progress.as_ref())} }.into_any()
            } else {
                begin(l, &path, progress.as_ref()).into_any()
            }}
            {own_word(&ask, &path, progress.as_ref())}
            {(!chapters.is_empty()).then(|| view! {
                <section aria-labelledby="chapters-title">
                    <h2 class="section-title" id="chapters-title">{words::chapters(l)}</h2>
                    <ol class="lesson-chapters">{chapters}</ol>
                </section>
            })}
            {transcript}
            {files}
            <nav class="lesson-neighbours" aria-label=words::neighbours(l)>
                {before.map(|it| neighbour(l, words::before(l, it.lesson.title), &it.lesson.code))}
                {after.map(|it| neighbour(l, words::after(l, it.lesson.title), &it.lesson.code))}
            </nav>
        }
    });
    if plays {
        response.extensions_mut().insert(Embeds);
    }
    Ok(response)
}

fn facts(l: Language, listed: &Listed, progress: Option<&lesson_progress::Model>) -> Vec<Fact> {
    let lesson = &listed.lesson;
    let mut facts = vec![
        Fact::new(words::course(l), crate::course::title(l, &listed.course)),
        Fact::new(words::length(l), lesson.length().to_string()),
        Fact::new(words::spoken(l), lesson.spoken.name()),
    ];
    if !lesson.presenter.is_empty() {
        facts.push(Fact::new(words::presenter(l), lesson.presenter.clone()));
    }
    if let Some(last) = lesson.shown_until {
        facts.push(Fact::new(words::shown_until(l), when::day(l, last)));
    }
    if let Some(progress) = progress {
        facts.push(Fact::new(words::progress(l), progress_badge(l, lesson, progress)));
    }
    facts
}

/// The way to the player: where one left off, or from the beginning.
fn begin(l: Language, path: &str, progress: Option<&lesson_progress::Model>) -> impl IntoView + use<> {
    let position = progress.filter(|it| it.done_at.is_none()).map_or(0, |it| it.position);
    // Of somebody who has only just begun it is the beginning.
    let left_off = u32::try_from(position).ok().filter(|second| *second >= PIECE).map(Moment::of_seconds);
    let start = l.path(&format!("{path}?play=1#player"));
    view! {
        <p class="actions" id="player">
            {left_off.map(|moment| {
                let href = l.path(&format!("{path}?play=1&at={}#player", moment.seconds()));
                view! { <LinkButton href=href>{words::go_on(l, moment)}</LinkButton> }
            })}
            {match left_off {
                Some(_) => view! { <LinkButton href=start look=Look::Secondary>{words::from_beginning(l)}</LinkButton> },
                None => view! { <LinkButton href=start>{words::play(l)}</LinkButton> },
            }}
        </p>
        <p class="lesson-note">{words::play_note(l)}</p>
    }
}

fn follow(ask: &Ask, listed: &Listed, progress: Option<&lesson_progress::Model>) -> impl IntoView + use<> {
    let l = ask.language;
    let report = ask.viewer.as_ref().map(|_| format!("/lessons/{}/progress", listed.lesson.code));
    let length = listed.lesson.length().seconds();
    let watched = progress.map(lesson_progress::Model::watched).unwrap_or_default();
    view! { <PlayerFollow l=l report=report length=length watched=watched/> }
}

/// Saying oneself that one has watched it, for whoever has no scripts or no player here.
fn own_word(ask: &Ask, path: &str, progress: Option<&lesson_progress::Model>) -> impl IntoView + use<> {
    let l = ask.language;
    let is_done = progress.is_some_and(lesson_progress::Model::is_done);
    let action = l.path(&format!("{path}/done"));
    match &ask.viewer {
        None => view! { <p><a href=ask.sign_in_path()>{words::sign_in_to_remember(l)}</a></p> }.into_any(),
        Some(_) if is_done => ().into_any(),
        Some(_) => view! {
            <Form l=l action=action>
                <Button look=Look::Tertiary small=true>{words::say_done(l)}</Button>
            </Form>
        }
        .into_any(),
    }
}

/// The lessons before and behind this one in its course, of those that whoever asks may see.
async fn neighbours(ask: &Ask, listed: &Listed) -> Result<(Option<Listed>, Option<Listed>), AppError> {
    let all = store::of_course(&ask.centre, ask.viewer.as_ref(), listed.course.id).await?;
    let at = all.iter().position(|it| it.lesson.id == listed.lesson.id);
    let Some(at) = at else { return Ok((None, None)) };
    let before = at.checked_sub(1).and_then(|index| all.get(index));
    Ok((before.cloned(), all.get(at + 1).cloned()))
}

fn neighbour(l: Language, label: String, code: &str) -> impl IntoView + use<> {
    let href = l.path(&format!("/lessons/{code}"));
    view! { <LinkButton href=href look=Look::Tertiary small=true>{label}</LinkButton> }
}

/// `POST /lessons/{code}/done`
pub async fn say_done(ask: Ask, Path(code): Path<String>, _: Input) -> Result<Response, AppError> {
    let viewer = ask.signed_in()?;
    let listed = find(&ask, &code).await?;
    watch::say_done(&ask.centre, viewer, listed.lesson.id).await?;
    Ok(ask.see_other(&format!("/lessons/{code}?done=said")))
}
