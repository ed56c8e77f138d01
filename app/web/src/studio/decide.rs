//! What those who decide do on the page of a booking: approve, decline, move, record what came of it.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::account::{OnDuty, mask_name};
use domain::space::Margin;
use domain::space::entity::space;
use domain::studio::decide::{self, Alteration, Made};
use domain::studio::entity::booking;
use domain::studio::store::list_rivals;
use domain::studio::{BookingState, Kind};
use leptos::prelude::*;

use super::booking::{Drawn, Seen, find, finish as answer, refuse, slot_fields, version, which, which_group};
use super::form::{line, needed_line, parse_slot};
use super::kind_word;
use super::sentence::{Refused, obstacle_list};
use crate::AppError;
use crate::ask::Ask;
use crate::ui::{
    Breadcrumb, Button, Cell, Choice, Column, Crumb, Form, Hidden, Input, LinkButton, Look, PageHead,
    Problems, Query, RadioGroup, Select, Table, TextInput,
};
use crate::when;
use crate::words::{Language, studio as words};

/// Whoever decides about this booking; others learn no more than that they may not.
async fn decider(ask: &Ask, code: &str) -> Result<(Seen, OnDuty), AppError> {
    let seen = find(ask, code).await?;
    let by = seen.decides.clone().ok_or(AppError::Denied(domain::account::Denied))?;
    Ok((seen, by))
}

/// Those who ask for the same, for whoever is about to decide.
pub(super) async fn rivals(ask: &Ask, seen: &Seen) -> Result<Vec<booking::Model>, AppError> {
    if seen.decides.is_none() || seen.view.booking.state != BookingState::Asked {
        return Ok(Vec::new());
    }
    Ok(list_rivals(&ask.centre, &seen.rules, &seen.view.booking).await?)
}

/// `POST /studio/{code}/approve`
pub async fn approve(ask: Ask, Path(code): Path<String>, input: Input) -> Result<Response, AppError> {
    let (_, by) = decider(&ask, &code).await?;
    let result = decide::approve(&ask.centre, &by, &code, version(&input)?).await;
    answer(&ask, &code, ("approve", "approved"), input, result).await
}

/// `POST /studio/{code}/decline`
pub async fn decline(ask: Ask, Path(code): Path<String>, input: Input) -> Result<Response, AppError> {
    let (_, by) = decider(&ask, &code).await?;
    let mut problems = Problems::default();
    let Some(reason) = needed_line(ask.language, &input, "reason", &mut problems) else {
        return refuse(&ask, &code, "decline", input, problems).await;
    };
    let result = decide::decline(&ask.centre, &by, &code, version(&input)?, &reason).await;
    answer(&ask, &code, ("decline", "declined"), input, result).await
}

/// `POST /studio/{code}/finish`
pub async fn finish(ask: Ask, Path(code): Path<String>, input: Input) -> Result<Response, AppError> {
    let l = ask.language;
    let (_, by) = decider(&ask, &code).await?;
    let mut problems = Problems::default();
    let kind = Kind::parse(input.text("made_kind"));
    if kind.is_none() {
        problems.add("made_kind", words::wrong_kind(l));
    }
    let title = line(l, &input, "made_title", &mut problems);
    let channel = line(l, &input, "made_channel", &mut problems);
    let link = input.text("made_link");
    let is_link = (link.starts_with("https://") || link.starts_with("http://"))
        && link.len() <= 500
        && link.bytes().all(|byte| byte.is_ascii_graphic());
    if !link.is_empty() && !is_link {
        problems.add("made_link", words::wrong_link(l));
    }
    let (Some(kind), true) = (kind, problems.is_empty()) else {
        return refuse(&ask, &code, "finish", input, problems).await;
    };
    let link = Some(link.to_owned()).filter(|link| !link.is_empty());
    let made = Made { kind, title, link, channel };
    let result = decide::finish(&ask.centre, &by, &code, version(&input)?, &made).await;
    answer(&ask, &code, ("finish", "finished"), input, result).await
}

/// What whoever decides may press, on the page of the booking.
pub(super) fn actions(ask: &Ask, seen: &Seen, rivals: &[booking::Model], drawn: &Drawn) -> AnyView {
    let (l, booking) = (ask.language, &seen.view.booking);
    let begun = booking.starts_at <= ask.centre.clock().now();
    let may_move = matches!(booking.state, BookingState::Asked | BookingState::Approved) && !begun;
    let may_finish = matches!(booking.state, BookingState::Approved | BookingState::InUse) && begun;
    let alter = l.path(&format!("/studio/{}/alter", booking.code));
    view! {
        {(booking.state == BookingState::Asked).then(|| deciding(l, seen, rivals, drawn))}
        {may_finish.then(|| finishing(l, booking, drawn))}
        {may_move.then(|| view! {
            <p class="actions"><LinkButton href=alter look=Look::Secondary>{words::alter(l)}</LinkButton></p>
        })}
    }
    .into_any()
}

fn deciding(l: Language, seen: &Seen, rivals: &[booking::Model], drawn: &Drawn) -> impl IntoView + use<> {
    let booking = &seen.view.booking;
    let (input, problems) = drawn.sent("decline");
    let action = |act: &str| l.path(&format!("/studio/{}/{act}", booking.code));
    let (version, same_version) = (booking.version.to_string(), booking.version.to_string());
    let compared = (!rivals.is_empty()).then(|| {
        let mut all = vec![booking.clone()];
        all.extend(rivals.iter().cloned());
        view! { <p>{words::rivals_lead(l)}</p> {comparison(l, &seen.rules, &all)} }
    });
    view! {
        <section aria-labelledby="decide-title">
            <h2 class="section-title" id="decide-title">{words::decide(l)}</h2>
            {compared}
            <Form l=l action=action("approve") id="approve">
                <Hidden name="version" value=same_version/>
                <Button>{words::approve(l)}</Button>
            </Form>
            <Form l=l action=action("decline") input=input problems=problems id="decline">
                <Hidden name="version" value=version/>
                <TextInput name="reason" label=words::decline_reason(l) hint=words::cancel_reason_hint(l) required=true maxlength=100/>
                <Button look=Look::Secondary>{words::decline(l)}</Button>
            </Form>
        </section>
    }
}

/// Requests for one time beside each other: what each wants, when, for how many, with what.
pub(super) fn comparison(
    l: Language,
    rules: &domain::space::rules::SpaceRules,
    bookings: &[booking::Model],
) -> impl IntoView + use<> {
    let columns = vec![
        Column::text(words::purpose(l)),
        Column::text(words::when(l)),
        Column::text(words::place(l)),
        Column::text(words::kind(l)),
        Column::text(words::in_charge(l)),
        Column::number(words::people(l)),
    ];
    let row = |booking: &booking::Model| -> Vec<Cell> {
        let href = l.path(&format!("/studio/{}", booking.code));
        let name = format!("{} ({})", booking.purpose, booking.code);
        let place = rules.tree.get(booking.space_id).map(|space| space.name_in(l).to_owned());
        let who = match (&booking.department, &booking.in_charge) {
            (Some(department), _) => department.clone(),
            (None, Some(name)) => mask_name(name),
            (None, None) => "–".into(),
        };
        vec![
            view! { <a href=href>{name}</a> }.into_any(),
            when::span(l, booking.starts_at, booking.ends_at).into_any(),
            place.into_any(),
            kind_word(l, booking.kind).into_any(),
            who.into_any(),
            booking.people.map_or_else(|| "–".to_owned(), |people| people.to_string()).into_any(),
        ]
    };
    let rows = bookings.iter().map(row).collect();
    view! { <Table caption=words::rivals(l, bookings.len()) columns=columns rows=rows/> }
}

fn finishing(l: Language, booking: &booking::Model, drawn: &Drawn) -> impl IntoView + use<> {
    let (mut input, problems) = drawn.sent("finish");
    if problems.is_empty() {
        let title = booking.purpose.clone();
        input = Input::new([("made_kind", booking.kind.as_str().to_owned()), ("made_title", title)]);
    }
    let action = l.path(&format!("/studio/{}/finish", booking.code));
    let version = booking.version.to_string();
    let kinds = Kind::ALL.iter().map(|kind| Choice::new(kind.as_str(), kind_word(l, *kind))).collect();
    view! {
        <section aria-labelledby="finish-title">
            <h2 class="section-title" id="finish-title">{words::finish(l)}</h2>
            <p>{words::finish_lead(l)}</p>
            <Form l=l action=action input=input problems=problems id="finish">
                <Hidden name="version" value=version/>
                <RadioGroup name="made_kind" legend=words::made_kind(l) choices=kinds required=true/>
                <TextInput name="made_title" label=words::made_title(l) maxlength=100/>
                <TextInput name="made_channel" label=words::made_channel(l) maxlength=100/>
                <TextInput name="made_link" label=words::made_link(l) kind="url" maxlength=500/>
                <Button>{words::finish_send(l)}</Button>
            </Form>
        </section>
    }
}

/// `GET /studio/{code}/alter?place=&date=&start=&end=`: the form in which a booking is moved, with what the calendar says.
pub async fn ask_alter(
    ask: Ask,
    Path(code): Path<String>,
    Query(query): Query,
) -> Result<Response, AppError> {
    let (seen, _) = decider(&ask, &code).await?;
    let booking = &seen.view.booking;
    let place = seen.rules.tree.get(booking.space_id).map(|space| space.code.clone()).unwrap_or_default();
    let mut fields = vec![
        ("place".to_owned(), place),
        ("set_up".to_owned(), booking.set_up.to_string()),
        ("strike".to_owned(), booking.strike.to_string()),
        ("which".to_owned(), "one".to_owned()),
        ("version".to_owned(), booking.version.to_string()),
    ];
    fields.extend(slot_fields(booking));
    for (name, value) in &mut fields {
        let given = query.text(name);
        if !given.is_empty() && name != "version" {
            given.clone_into(value);
        }
    }
    let drawn = Drawn { input: Input::new(fields), ..Drawn::default() };
    Ok(draw_alter(&ask, &seen, drawn))
}

/// `POST /studio/{code}/alter`
pub async fn alter(ask: Ask, Path(code): Path<String>, input: Input) -> Result<Response, AppError> {
    let l = ask.language;
    let (seen, by) = decider(&ask, &code).await?;
    let mut problems = Problems::default();
    let space = seen.rules.tree.by_code(input.text("place"));
    if space.is_none() {
        problems.add("place", words::wrong_place(l));
    }
    let slot = parse_slot(l, &input, &mut problems);
    let mut minutes = |name: &str| {
        let minutes = input.text(name).parse::<u16>().ok().filter(|minutes| *minutes <= 600);
        if minutes.is_none() {
            problems.add(name, words::wrong_minutes(l));
        }
        minutes
    };
    let (set_up, strike) = (minutes("set_up"), minutes("strike"));
    let reason = needed_line(l, &input, "reason", &mut problems);
    let parsed = (space, slot, set_up, strike, reason);
    let (Some(space), Some(slot), Some(set_up), Some(strike), Some(reason)) = parsed else {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(draw_alter(&ask, &seen, Drawn { status, input, problems, ..Drawn::default() }));
    };
    let to = Alteration { space_id: space.id, slot, margin: Margin { set_up, strike }, reason };
    let (version, which) = (version(&input)?, which(&input));
    match decide::alter(&ask.centre, &by, &code, version, &to, which).await {
        Ok(()) => Ok(ask.see_other(&format!("/studio/{code}?done=altered"))),
        Err(error) => {
            let Refused { status, problems, obstacles } = Refused::of(&ask, error)?;
            Ok(draw_alter(&ask, &seen, Drawn { status, input, problems, obstacles, ..Drawn::default() }))
        }
    }
}

fn draw_alter(ask: &Ask, seen: &Seen, drawn: Drawn) -> Response {
    let l = ask.language;
    let booking = &seen.view.booking;
    let title = format!("{}: {}", words::alter(l), booking.code);
    ask.refuse(drawn.status, &title.clone(), || {
        let here = format!("/studio/{}", booking.code);
        let duty = seen.rules.approver(booking.space_id).duty();
        let theirs = |space: &&space::Model| {
            space.holds_classes() && seen.rules.approver(space.id).duty() == duty
        };
        let places = seen.rules.tree.all().iter().filter(theirs);
        let places = places.map(|space| Choice::new(&space.code, space.name_in(l))).collect();
        let way = vec![
            Crumb::new(l, words::title(l), "/studio"),
            Crumb::new(l, booking.code.clone(), &here),
        ];
        let version = drawn.input.text("version").to_owned();
        let series = !seen.view.series.is_empty();
        view! {
            <Breadcrumb l=l way=way here=words::alter(l)/>
            <PageHead title=title lead=words::alter_lead(l)/>
            {obstacle_list(l, &seen.rules.tree, &drawn.obstacles)}
            <Form l=l action=l.path(&format!("{here}/alter")) input=drawn.input problems=drawn.problems>
                <Hidden name="version" value=version/>
                <Select name="place" label=words::place(l) choices=places required=true/>
                <TextInput name="date" label=words::date(l) kind="date" required=true short=true/>
                <TextInput name="start" label=words::start(l) kind="time" required=true short=true/>
                <TextInput name="end" label=words::end(l) kind="time" required=true short=true/>
                <TextInput name="end_date" label=words::end_date(l) hint=words::end_date_hint(l) kind="date" short=true/>
                <TextInput name="set_up" label=words::set_up(l) inputmode="numeric" required=true short=true maxlength=3/>
                <TextInput name="strike" label=words::strike(l) inputmode="numeric" required=true short=true maxlength=3/>
                {series.then(|| which_group(l))}
                <TextInput name="reason" label=words::alter_reason(l) hint=words::cancel_reason_hint(l) required=true maxlength=100/>
                <Button>{words::save(l)}</Button>
            </Form>
        }
    })
}
