//! One booking: how it stands, and what whoever asked may do with it.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::NaiveDate;
use domain::account::OnDuty;
use domain::seoul;
use domain::space::rules::SpaceRules;
use domain::studio::ask::{Obstacle, StudioError};
use domain::studio::decide::{self, Which};
use domain::studio::entity::{booking, booking_event};
use domain::studio::store::{BookingView, asker_of, find_booking};
use domain::studio::{BookingEvent, BookingState};
use leptos::prelude::*;

use super::form::line;
use super::page::request_table;
use super::sentence::{Refused, obstacle_list};
use super::{decide as desk, kind_word, state_badge};
use crate::AppError;
use crate::ask::Ask;
use crate::ui::{
    Alert, Breadcrumb, Button, Cell, Choice, Column, Crumb, DescriptionList, Fact, Form, Hidden, Input, Look,
    PageHead, Problems, Query, RadioGroup, Table, TextInput, Tone,
};
use crate::when;
use crate::words::{Language, studio as words};

/// A booking with who looks at it.
pub(super) struct Seen {
    pub view: BookingView,
    pub rules: SpaceRules,
    /// Whoever looks asked for it.
    pub own: bool,
    /// Whoever looks decides about its space.
    pub decides: Option<OnDuty>,
}

/// Finds a booking for whoever asked, whoever decides, and for the office's people, who see what is on. Others learn
/// nothing of it.
pub(super) async fn find(ask: &Ask, code: &str) -> Result<Seen, AppError> {
    let viewer = ask.signed_in()?;
    let view = find_booking(&ask.centre, code).await?.ok_or(AppError::NotFound)?;
    let rules = SpaceRules::load(ask.centre.database()).await?;
    let own = view.is_of(viewer);
    let decides = viewer.on_duty(rules.approver(view.booking.space_id).duty()).ok();
    if !own && decides.is_none() && !viewer.is_staff() {
        return Err(AppError::NotFound);
    }
    Ok(Seen { view, rules, own, decides })
}

/// How the page is drawn this time.
#[derive(Default)]
pub(super) struct Drawn {
    pub status: StatusCode,
    /// Which form was sent, what was typed into it, and what was wrong.
    pub form: &'static str,
    pub input: Input,
    pub problems: Problems,
    pub obstacles: Vec<Obstacle>,
    pub done: Vec<String>,
}

impl Drawn {
    /// What was typed into one of the page's forms, if it is that one that was sent.
    pub fn sent(&self, form: &str) -> (Input, Problems) {
        if self.form == form { (self.input.clone(), self.problems.clone()) } else { Default::default() }
    }
}

/// `GET /studio/{code}`; `?done=` says what was just done.
pub async fn page(ask: Ask, Path(code): Path<String>, Query(query): Query) -> Result<Response, AppError> {
    let l = ask.language;
    let mut done: Vec<String> = match query.text("done") {
        "asked" => vec![words::done_asked(l).into()],
        "series" => vec![words::done_asked_series(l, query.text("count").parse::<u16>().unwrap_or(1))],
        "own" => vec![words::done_own(l).into()],
        "waiting" => vec![words::done_waiting(l).into()],
        "approved" => vec![words::done_approved(l).into()],
        "declined" => vec![words::done_declined(l).into()],
        "altered" => vec![words::done_altered(l).into()],
        "cancelled" => vec![words::done_cancelled(l).into()],
        "accepted" => vec![words::done_accepted(l).into()],
        "checked_in" => vec![words::done_checked_in(l).into()],
        "finished" => vec![words::done_finished(l).into()],
        _ => Vec::new(),
    };
    let days = query.text("skipped").split(',').filter_map(|day| day.parse::<NaiveDate>().ok());
    let skipped: Vec<String> = days.map(|day| when::day(l, day)).collect();
    if !skipped.is_empty() {
        done.push(words::done_skipped(l, skipped.join(", ")));
    }
    draw(&ask, &code, Drawn { done, ..Drawn::default() }).await
}

/// Draws the page again with what was refused, or goes on to what was done.
pub(super) async fn finish(
    ask: &Ask,
    code: &str,
    (form, done): (&'static str, &str),
    input: Input,
    answer: Result<(), StudioError>,
) -> Result<Response, AppError> {
    match answer {
        Ok(()) => Ok(ask.see_other(&format!("/studio/{code}?done={done}"))),
        Err(error) => {
            let Refused { status, problems, obstacles } = Refused::of(ask, error)?;
            draw(ask, code, Drawn { status, form, input, problems, obstacles, ..Drawn::default() }).await
        }
    }
}

/// Draws the page again with what was typed wrongly.
pub(super) async fn refuse(
    ask: &Ask,
    code: &str,
    form: &'static str,
    input: Input,
    problems: Problems,
) -> Result<Response, AppError> {
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    draw(ask, code, Drawn { status, form, input, problems, ..Drawn::default() }).await
}

pub(super) fn version(input: &Input) -> Result<i32, AppError> {
    input.text("version").parse().map_err(|_| AppError::BadRequest)
}

/// One date of a series, or it and all later ones: `which`.
pub(super) fn which(input: &Input) -> Which {
    if input.text("which") == "later" { Which::Later } else { Which::One }
}

/// `POST /studio/{code}/accept`: takes a slot that is held.
pub async fn accept(ask: Ask, Path(code): Path<String>, input: Input) -> Result<Response, AppError> {
    let viewer = ask.signed_in()?;
    let answer = decide::accept(&ask.centre, viewer, &code, version(&input)?).await;
    finish(&ask, &code, ("accept", "accepted"), input, answer).await
}

/// `POST /studio/{code}/check-in`: whoever has it, or decides about it, says that somebody has come.
pub async fn check_in(ask: Ask, Path(code): Path<String>, input: Input) -> Result<Response, AppError> {
    let viewer = ask.signed_in()?;
    let answer = decide::check_in(&ask.centre, viewer, &code, version(&input)?).await;
    finish(&ask, &code, ("check-in", "checked_in"), input, answer).await
}

/// `POST /studio/{code}/cancel`: whoever asked needs no reason, whoever decides gives one.
pub async fn cancel(ask: Ask, Path(code): Path<String>, input: Input) -> Result<Response, AppError> {
    let l = ask.language;
    let seen = find(&ask, &code).await?;
    let mut problems = Problems::default();
    let reason = if seen.own {
        line(l, &input, "reason", &mut problems)
    } else {
        super::form::needed_line(l, &input, "reason", &mut problems)
    };
    if !problems.is_empty() {
        return refuse(&ask, &code, "cancel", input, problems).await;
    }
    let viewer = ask.signed_in()?;
    let (version, which) = (version(&input)?, which(&input));
    let answer = decide::cancel(&ask.centre, viewer, &code, version, reason.as_ref(), which).await;
    finish(&ask, &code, ("cancel", "cancelled"), input, answer).await
}

pub(super) async fn draw(ask: &Ask, code: &str, drawn: Drawn) -> Result<Response, AppError> {
    let l = ask.language;
    let seen = find(ask, code).await?;
    let asker = match &seen.decides {
        Some(by) => asker_of(&ask.centre, by, &seen.view.booking).await?,
        None => None,
    };
    let rivals = desk::rivals(ask, &seen).await?;
    let title = format!("{} ({})", seen.view.booking.purpose, seen.view.booking.code);
    Ok(ask.refuse(drawn.status, &title.clone(), || {
        let booking = &seen.view.booking;
        let others: Vec<booking::Model> =
            seen.view.series.iter().filter(|other| other.id != booking.id).cloned().collect();
        let whole = drawn.problems.of("").map(str::to_owned);
        let alone = whole.filter(|_| !matches!(drawn.form, "cancel" | "decline" | "finish"));
        let state = booking.state;
        let done = drawn.done.clone().into_iter().map(|done| {
            view! { <div role="status"><Alert l=l tone=Tone::Success><p>{done}</p></Alert></div> }
        });
        let done: Vec<_> = done.collect();
        view! {
            <Breadcrumb l=l way=vec![Crumb::new(l, words::title(l), "/studio")] here=booking.code.clone()/>
            <PageHead title=title>{state_badge(l, state)}</PageHead>
            {done}
            {alone.map(|sentence| view! { <Alert l=l tone=Tone::Danger><p>{sentence}</p></Alert> })}
            {obstacle_list(l, &seen.rules.tree, &drawn.obstacles)}
            {says(ask, booking).map(|sentence| view! { <p>{sentence}</p> })}
            <DescriptionList items=facts(l, &seen, asker)/>
            {seen.own.then(|| own_actions(ask, booking))}
            {seen.decides.as_ref().map(|_| desk::actions(ask, &seen, &rivals, &drawn))}
            {may_cancel(&seen).then(|| cancelling(l, &seen, &drawn))}
            {(!others.is_empty()).then(|| view! {
                <h2 class="section-title">{words::series(l)}</h2>
                {request_table(l, &seen.rules, words::series(l), &others)}
            })}
            {(seen.own || seen.decides.is_some()).then(|| history(l, &seen.view.events))}
        }
    }))
}

/// What the state means for whoever reads it.
fn says(ask: &Ask, booking: &booking::Model) -> Option<String> {
    let (l, studio) = (ask.language, &ask.centre.settings().studio);
    match booking.state {
        BookingState::Asked => Some(words::says_asked(l).into()),
        BookingState::Waiting => Some(words::says_waiting(l).into()),
        BookingState::Held => booking.held_until.map(|until| words::says_held(l, when::moment(l, until))),
        BookingState::Approved => {
            Some(words::says_approved(l, studio.check_in_minutes, studio.no_show_minutes))
        }
        _ => None,
    }
}

fn facts(l: Language, seen: &Seen, asker: Option<String>) -> Vec<Fact> {
    let booking = &seen.view.booking;
    let knows = seen.own || seen.decides.is_some();
    let told = |term: &'static str, text: Option<&String>| {
        text.filter(|_| knows).map(|text| Fact::new(term, text.clone()))
    };
    let margin = (booking.set_up > 0 || booking.strike > 0)
        .then(|| Fact::new(words::around(l), words::around_of(l, booking.set_up, booking.strike)));
    let things: Vec<String> =
        seen.view.things.iter().map(|lent| format!("{} {}", lent.thing.name, lent.number)).collect();
    let made = booking.made_kind.map(|kind| {
        let texts = [&booking.made_title, &booking.made_channel, &booking.made_link];
        let texts = texts.into_iter().flatten().cloned();
        let all: Vec<String> = [kind_word(l, kind).to_owned()].into_iter().chain(texts).collect();
        Fact::new(words::made(l), all.join(", "))
    });
    let place = seen.rules.tree.get(booking.space_id).map(|space| {
        let (href, name) = (l.path(&format!("/places/{}", space.code)), space.name_in(l).to_owned());
        Fact::new(words::place(l), view! { <a href=href>{name}</a> })
    });
    let facts = [
        Some(Fact::new(words::when(l), when::span(l, booking.starts_at, booking.ends_at))),
        margin,
        place,
        Some(Fact::new(words::kind(l), kind_word(l, booking.kind))),
        booking.department.as_ref().map(|text| Fact::new(words::department(l), text.clone())),
        asker.map(|name| Fact::new(words::asker(l), name)),
        told(words::in_charge(l), booking.in_charge.as_ref()),
        told(words::presenter(l), booking.presenter.as_ref()),
        booking.people.filter(|_| knows).map(|people| Fact::new(words::people(l), people.to_string())),
        (knows && !things.is_empty()).then(|| Fact::new(words::things(l), things.join(", "))),
        told(words::help(l), booking.help.as_ref()),
        told(words::reason(l), booking.reason.as_ref()),
        made,
    ];
    facts.into_iter().flatten().collect()
}

/// The one thing to press, where there is one.
fn own_actions(ask: &Ask, booking: &booking::Model) -> Option<impl IntoView + use<>> {
    let l = ask.language;
    let now = ask.centre.clock().now();
    let early = chrono::TimeDelta::minutes(ask.centre.settings().studio.check_in_minutes.into());
    let (act, label) = match booking.state {
        BookingState::Held => ("accept", words::accept(l)),
        BookingState::Approved if booking.starts_at - early <= now && now < booking.ends_at => {
            ("check-in", words::check_in(l))
        }
        _ => return None,
    };
    let action = l.path(&format!("/studio/{}/{act}", booking.code));
    let version = booking.version.to_string();
    Some(view! {
        <Form l=l action=action id=act>
            <Hidden name="version" value=version/>
            <Button>{label}</Button>
        </Form>
    })
}

/// Whoever asked takes their request back; whoever decides declines it instead while it is only asked.
fn may_cancel(seen: &Seen) -> bool {
    let state = seen.view.booking.state;
    state.is_open() && (seen.own || (seen.decides.is_some() && state != BookingState::Asked))
}

fn cancelling(l: Language, seen: &Seen, drawn: &Drawn) -> impl IntoView + use<> {
    let booking = &seen.view.booking;
    let (input, problems) = drawn.sent("cancel");
    let action = l.path(&format!("/studio/{}/cancel", booking.code));
    let version = booking.version.to_string();
    let (must, series) = (!seen.own, !seen.view.series.is_empty());
    view! {
        <section aria-labelledby="cancel-title">
            <h2 class="section-title" id="cancel-title">{words::cancel(l)}</h2>
            <p>{words::cancel_lead(l)}</p>
            <Form l=l action=action input=input problems=problems id="cancel">
                <Hidden name="version" value=version/>
                {must.then(|| view! {
                    <TextInput name="reason" label=words::reason(l) hint=words::cancel_reason_hint(l) required=true maxlength=100/>
                })}
                {series.then(|| which_group(l))}
                <Button look=Look::Danger>{words::cancel(l)}</Button>
            </Form>
        </section>
    }
}

pub(super) fn which_group(l: Language) -> impl IntoView {
    let choices = vec![Choice::new("one", words::which_one(l)), Choice::new("later", words::which_later(l))];
    view! { <RadioGroup name="which" legend=words::which(l) choices=choices/> }
}

fn history(l: Language, events: &[booking_event::Model]) -> impl IntoView + use<> {
    let columns = vec![
        Column::text(words::history_when(l)),
        Column::text(words::history_what(l)),
        Column::text(words::reason(l)),
    ];
    let row = |event: &booking_event::Model| -> Vec<Cell> {
        vec![
            when::moment(l, event.at).into_any(),
            event_word(l, event.kind).into_any(),
            event.reason.clone().unwrap_or_else(|| "–".into()).into_any(),
        ]
    };
    let rows = events.iter().map(row).collect();
    view! {
        <h2 class="section-title">{words::history(l)}</h2>
        <Table caption=words::history(l) hidden_caption=true columns=columns rows=rows/>
    }
}

fn event_word(l: Language, event: BookingEvent) -> &'static str {
    match event {
        BookingEvent::Asked => words::event_asked(l),
        BookingEvent::Waiting => words::event_waiting(l),
        BookingEvent::Held => words::event_held(l),
        BookingEvent::Lapsed => words::event_lapsed(l),
        BookingEvent::Approved => words::event_approved(l),
        BookingEvent::Declined => words::event_declined(l),
        BookingEvent::Altered => words::event_altered(l),
        BookingEvent::Displaced => words::event_displaced(l),
        BookingEvent::Cancelled => words::event_cancelled(l),
        BookingEvent::CheckedIn => words::event_checked_in(l),
        BookingEvent::Done => words::event_done(l),
        BookingEvent::NoShow => words::event_no_show(l),
        BookingEvent::Imported => words::event_imported(l),
    }
}

/// A booking's day and hours as the fields of a form.
pub(super) fn slot_fields(booking: &booking::Model) -> [(String, String); 4] {
    let (start, end) = (seoul::wall(booking.starts_at), seoul::wall(booking.ends_at));
    let last = if start.date() == end.date() { String::new() } else { end.date().to_string() };
    [
        ("date".into(), start.date().to_string()),
        ("start".into(), start.format("%H:%M").to_string()),
        ("end".into(), end.format("%H:%M").to_string()),
        ("end_date".into(), last),
    ]
}
