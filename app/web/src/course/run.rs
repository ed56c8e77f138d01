//! One run: what is learned, when it meets and where, and the part in which one applies.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};
use domain::course::store::{self, RunView};
use domain::course::{ClassState, Minimum, RunCode, RunState, Window};
use domain::seoul;
use leptos::prelude::*;

use super::{category_word, mode_word, selection_word, title, window_badge};
use crate::AppError;
use crate::ask::Ask;
use crate::ui::{
    Alert, Badge, Breadcrumb, Cell, Column, Crumb, DescriptionList, Disclosure, Fact, LinkButton, Look,
    PageHead, Table, Tone,
};
use crate::when;
use crate::words::{Language, catalogue as words, minimum};

/// A run that `ask`'s viewer may know of.
pub(crate) async fn find(ask: &Ask, code: &str) -> Result<RunView, AppError> {
    let code = RunCode::parse(code).ok_or(AppError::NotFound)?;
    let found = store::find_run(&ask.centre, &code).await?;
    found.filter(|run| run.may_be_seen_by(ask.viewer.as_ref())).ok_or(AppError::NotFound)
}

/// `GET /courses/{code}`
pub async fn run(ask: Ask, Path(code): Path<String>) -> Result<Response, AppError> {
    let soon = find(&ask, &code).await?.window == Window::Soon;
    let page = draw_run(&ask, &code, StatusCode::OK, None).await?;
    // A countdown is right only at the moment for which it was drawn.
    if soon { Ok(page) } else { ask.kept(page).await }
}

/// The page of a run, with what was refused there just now, if anything.
pub async fn draw_run(
    ask: &Ask,
    code: &str,
    status: StatusCode,
    refused: Option<String>,
) -> Result<Response, AppError> {
    let l = ask.language;
    let view = find(ask, code).await?;
    let part = match view.run.enrolled {
        Some(count) => past(l, count).into_any(),
        None => crate::registration::part(ask, &view.run, refused).await?,
    };
    let lessons = crate::lesson::of_course(ask, &view.course).await?;
    let files = super::handouts(ask, &view.course).await?;
    let (heading, now) = (title(l, &view.course), ask.centre.clock().now());
    Ok(ask.refuse(status, &heading.clone(), move || {
        let way = vec![Crumb::new(l, words::title(l), "/courses")];
        let calendar = l.path(&format!("/courses/{}/calendar.ics", view.run.code));
        view! {
            <Breadcrumb l=l way=way here=heading.clone()/>
            <PageHead title=heading lead=view.course.learn.clone()/>
            <p class="krds-badge-wrap">
                {window_badge(l, view.window)}
                <Badge outline=true text=mode_word(l, view.run.mode)/>
                <Badge outline=true text=category_word(l, view.course.category)/>
            </p>
            {(view.run.state == RunState::Cancelled).then(|| view! {
                <Alert l=l tone=Tone::Danger><p>{words::cancelled(l)}</p></Alert>
            })}
            {(view.run.state == RunState::Draft).then(|| view! {
                <Alert l=l tone=Tone::Warning><p>{words::draft(l)}</p></Alert>
            })}
            <DescriptionList items=facts(l, &view, now)/>
            {part}
            {files}
            {lessons}
            <section aria-labelledby="sessions-title">
                <h2 class="section-title" id="sessions-title">{words::sessions(l)}</h2>
                <div class="actions">
                    <LinkButton href=calendar look=Look::Tertiary small=true>{words::calendar(l)}</LinkButton>
                </div>
                {sessions(l, &view)}
            </section>
        }
    }))
}

/// A run of the past of which only a head count is known.
fn past(l: Language, count: i32) -> impl IntoView {
    view! { <p>{words::past(l, count)}</p> }
}

fn facts(l: Language, view: &RunView, now: DateTime<Utc>) -> Vec<Fact> {
    let run = &view.run;
    let mut facts = vec![Fact::new(words::code(l), run.code.clone())];
    let planned = || view.sessions.iter().filter(|session| session.state == ClassState::Planned);
    if let (Some(first), Some(last)) = (planned().next(), planned().next_back()) {
        facts.push(Fact::new(
            words::dates(l),
            when::days(l, seoul::day(first.starts_at), seoul::day(last.ends_at)),
        ));
        facts.push(Fact::new(words::hours(l), words::hours_of(l, planned().count(), hours(run.minutes))));
    }
    if let Some(space) = &view.space {
        let (href, name) = (l.path(&format!("/places/{}", space.code)), space.name_in(l).to_owned());
        facts.push(Fact::new(words::place(l), view! { <a href=href>{name}</a> }));
    }
    if !run.instructor.is_empty() {
        facts.push(Fact::new(words::instructor(l), run.instructor.clone()));
    }
    if let (Some(from), Some(until)) = (run.apply_from, run.apply_until) {
        facts.push(Fact::new(words::window(l), when::span(l, from, until)));
    }
    facts.push(Fact::new(words::selection(l), selection_word(l, run.selection)));
    facts.push(Fact::new(words::capacity(l), words::people(l, run.capacity)));
    // It no longer matters once the run has begun, and not where it was cancelled.
    let is_to_come = planned().next().is_some_and(|first| first.starts_at > now);
    if let Some(least) = Minimum::of(run).filter(|_| is_to_come && run.state != RunState::Cancelled) {
        let says = match run.minimum_kept_at {
            Some(_) => minimum::held(l).to_owned(),
            None => minimum::rule(l, when::moment(l, least.at), least.people),
        };
        facts.push(Fact::new(minimum::people(l), says));
    }
    let texts = [
        (words::who_for(l), &view.course.who_for),
        (words::materials(l), &view.course.materials),
        (words::fee(l), &view.course.fee),
    ];
    facts.extend(
        texts
            .into_iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(term, text)| Fact::new(term, text.clone())),
    );
    facts
}

/// `20`, `1.5`: counted hours.
fn hours(minutes: i32) -> String {
    match minutes % 60 {
        0 => (minutes / 60).to_string(),
        _ => format!("{:.1}", f64::from(minutes) / 60.0),
    }
}

/// Every date; a long list is folded.
fn sessions(l: Language, view: &RunView) -> AnyView {
    let rows: Vec<Vec<Cell>> = view
        .sessions
        .iter()
        .map(|session| {
            let state = match (session.state, session.moved) {
                (ClassState::Cancelled, _) => {
                    view! { <Badge tone=Tone::Danger text=words::class_cancelled(l)/> }.into_any()
                }
                (ClassState::Planned, true) => {
                    view! { <Badge tone=Tone::Warning text=words::class_moved(l)/> }.into_any()
                }
                (ClassState::Planned, false) => ().into_any(),
            };
            vec![
                words::nth(l, session.number).into_any(),
                when::span(l, session.starts_at, session.ends_at).into_any(),
                state,
            ]
        })
        .collect();
    let columns = [words::number(l), words::time(l), words::note(l)].map(Column::text).into();
    let table = view! { <Table caption=words::sessions(l) hidden_caption=true columns=columns rows=rows/> };
    if view.sessions.len() <= 6 {
        return table.into_any();
    }
    view! { <Disclosure summary=words::all_sessions(l, view.sessions.len())>{table}</Disclosure> }.into_any()
}
