//! The class sessions of a run: each can be moved or cancelled by itself, with a reason that those who applied read.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, NaiveDateTime, Utc};
use domain::course::edit;
use domain::course::entity::class_session;
use domain::course::file::parse_time;
use domain::course::store::RunView;
use domain::course::{ClassState, Line, RunState};
use domain::seoul;
use domain::space::holiday::parse_day;
use leptos::prelude::*;

use super::run::{Drawn, draw, find, version};
use super::sentence;
use crate::AppError;
use crate::ask::Ask;
use crate::ui::{
    Badge, Button, Cell, Column, EmptyState, Form, Hidden, Input, Look, Problems, Table, TextInput, Tone,
};
use crate::when;
use crate::words::{Language, course as words};

/// The longest reason, which a text message carries too.
const REASON: usize = 200;

/// The class session whose form the page shows.
pub struct Chosen {
    pub number: i32,
    /// What was sent, with what was wrong with it.
    pub sent: Option<(Input, Problems)>,
}

/// `POST /manage/runs/{code}/sessions/{number}`: `act` is `move` (which wants `date`, `start`, `end`) or `cancel`.
pub async fn change(
    ask: Ask,
    Path((code, number)): Path<(String, i32)>,
    input: Input,
) -> Result<Response, AppError> {
    let l = ask.language;
    let (_, editor) = find(&ask, &code).await?;
    let version = version(&input)?;
    let (done, answer) = match (input.text("act"), time(l, &input), reason(l, &input)) {
        ("cancel", _, Ok(reason)) => {
            ("class-cancelled", edit::cancel_session(&ask.centre, &editor, version, number, &reason).await)
        }
        ("move", Ok(time), Ok(reason)) => {
            ("moved", edit::move_session(&ask.centre, &editor, version, number, time, &reason).await)
        }
        ("move", time, reason) => {
            let mut problems = time.err().unwrap_or_default();
            reason.err().unwrap_or_default().iter().for_each(|(field, why)| problems.add(field, why));
            return refuse(&ask, &code, StatusCode::UNPROCESSABLE_ENTITY, number, (input, problems)).await;
        }
        ("cancel", _, Err(problems)) => {
            return refuse(&ask, &code, StatusCode::UNPROCESSABLE_ENTITY, number, (input, problems)).await;
        }
        _ => return Err(AppError::BadRequest),
    };
    let Err(error) = answer else {
        return Ok(ask.see_other(&format!("/manage/runs/{code}?done={done}")));
    };
    let refusals = sentence::refusals(error)?;
    let (status, problems) = (sentence::status(&refusals), sentence::problems(l, &refusals));
    refuse(&ask, &code, status, number, (input, problems)).await
}

async fn refuse(
    ask: &Ask,
    code: &str,
    status: StatusCode,
    number: i32,
    sent: (Input, Problems),
) -> Result<Response, AppError> {
    let session = Some(Chosen { number, sent: Some(sent) });
    draw(ask, code, Drawn { status, session, ..Drawn::default() }).await
}

/// The form's `reason`, which is always needed.
pub fn reason(l: Language, input: &Input) -> Result<Line, Problems> {
    let wrong = match input.text("reason") {
        "" => words::reason_needed(l).to_owned(),
        _ => words::wrong_line(l, REASON),
    };
    Line::parse(input.text("reason"), REASON).ok_or_else(|| Problems::one("reason", wrong))
}

/// When the class shall be, by the clock in Seoul.
fn time(l: Language, input: &Input) -> Result<(NaiveDateTime, NaiveDateTime), Problems> {
    let mut problems = Problems::default();
    let (date, start, end) =
        (parse_day(input.text("date")), parse_time(input.text("start")), parse_time(input.text("end")));
    if date.is_none() {
        problems.add("date", words::wrong_date(l));
    }
    for (name, time) in [("start", start), ("end", end)] {
        if time.is_none() {
            problems.add(name, words::wrong_time(l));
        }
    }
    match (date, start, end) {
        (Some(date), Some(start), Some(end)) => Ok((date.and_time(start), date.and_time(end))),
        _ => Err(problems),
    }
}

/// Every class session; those still to come lead to their form below.
pub fn table(l: Language, view: &RunView, now: DateTime<Utc>) -> AnyView {
    if view.sessions.is_empty() {
        return view! { <EmptyState title=words::sessions_none(l)/> }.into_any();
    }
    let rows: Vec<Vec<Cell>> = view
        .sessions
        .iter()
        .map(|session| {
            let ahead = session.state == ClassState::Cancelled || session.starts_at > now;
            let link = (ahead && view.run.state != RunState::Cancelled).then(|| {
                let path = format!("/manage/runs/{}?class={}#class-title", view.run.code, session.number);
                let label = words::change_nth(l, session.number);
                view! { <a href=l.path(&path) aria-label=label>{words::change(l)}</a> }.into_any()
            });
            vec![
                words::nth(l, session.number).into_any(),
                when::span(l, session.starts_at, session.ends_at).into_any(),
                state(l, session),
                link.unwrap_or_else(|| "–".into_any()),
            ]
        })
        .collect();
    let columns = [words::number(l), words::time(l), words::state(l), words::change(l)].map(Column::text);
    view! { <Table caption=words::sessions(l) hidden_caption=true columns=columns.into() rows=rows/> }
        .into_any()
}

fn state(l: Language, session: &class_session::Model) -> AnyView {
    let reason = session.reason.clone().map(|reason| view! { " " <span>{reason}</span> });
    let (tone, word) = match (session.state, session.moved) {
        (ClassState::Cancelled, _) => (Tone::Danger, words::class_cancelled(l)),
        (ClassState::Planned, true) => (Tone::Warning, words::class_moved(l)),
        (ClassState::Planned, false) => (Tone::Neutral, words::class_planned(l)),
    };
    view! { <Badge tone=tone text=word/>{reason} }.into_any()
}

/// The form of one class session, with what was sent and what was wrong with it.
pub fn form(l: Language, view: &RunView, chosen: Chosen) -> Option<impl IntoView + use<>> {
    let session = view.sessions.iter().find(|session| session.number == chosen.number)?;
    let (start, end) = (seoul::wall(session.starts_at), seoul::wall(session.ends_at));
    let (input, problems) = chosen.sent.unwrap_or_else(|| {
        let fields = [
            ("date", start.date().to_string()),
            ("start", start.format("%H:%M").to_string()),
            ("end", end.format("%H:%M").to_string()),
        ];
        (Input::new(fields), Problems::default())
    });
    let cancelled = session.state == ClassState::Cancelled;
    let action = l.path(&format!("/manage/runs/{}/sessions/{}", view.run.code, session.number));
    let (title, version) = (words::change_nth(l, session.number), view.run.version.to_string());
    let now = when::span(l, session.starts_at, session.ends_at);
    Some(view! {
        <section aria-labelledby="class-title">
            <h2 class="section-title" id="class-title">{title}</h2>
            <p>{now}</p>
            <Form l=l action=action input=input problems=problems id="class">
                <Hidden name="version" value=version/>
                <TextInput name="date" label=words::date(l) kind="date" required=true short=true/>
                <TextInput name="start" label=words::start(l) kind="time" required=true short=true/>
                <TextInput name="end" label=words::end(l) kind="time" required=true short=true/>
                <TextInput name="reason" label=words::reason(l) hint=words::reason_hint(l) required=true maxlength=200/>
                <div class="actions">
                    <Button look=Look::Secondary attr:name="act" attr:value="move">
                        {if cancelled { words::make_up(l) } else { words::move_class(l) }}
                    </Button>
                    {(!cancelled).then(|| view! {
                        <Button look=Look::Danger attr:name="act" attr:value="cancel">{words::cancel_class(l)}</Button>
                    })}
                </div>
            </Form>
        </section>
    })
}
