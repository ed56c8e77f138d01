//! The desk of those who decide: what is asked, what is on today, who is barred.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::account::{Denied, Duty, OnDuty};
use domain::seoul;
use domain::space::Slot;
use domain::space::rules::SpaceRules;
use domain::studio::BookingState;
use domain::studio::decide;
use domain::studio::entity::{bar, booking};
use domain::studio::store::{list_bars, list_between, list_to_decide, list_unrecorded};
use leptos::prelude::*;
use uuid::Uuid;

use super::decide::comparison;
use super::form::needed_line;
use super::page::request_table;
use super::sentence::Refused;
use crate::AppError;
use crate::ask::Ask;
use crate::ui::{
    Alert, Breadcrumb, Button, Form, Input, LinkButton, Look, PageHead, Problems, Query, TextInput, Tone,
};
use crate::when;
use crate::words::{Language, call, studio as words};

/// The duty by which somebody looks: a producer's first.
fn on_duty(ask: &Ask) -> Result<OnDuty, AppError> {
    let viewer = ask.signed_in()?;
    let producer = viewer.on_duty(Duty::Producer);
    Ok(producer.or_else(|Denied| viewer.on_duty(Duty::TrainingManager))?)
}

/// How the page is drawn this time.
#[derive(Default)]
struct Drawn {
    status: StatusCode,
    /// Whose bar was to be lifted, with what was typed and what was wrong.
    bar: Option<(Uuid, Input, Problems)>,
    done: Option<&'static str>,
}

/// `GET /manage/studio`
pub async fn page(ask: Ask, Query(query): Query) -> Result<Response, AppError> {
    let done = (query.text("done") == "lifted").then(|| words::done_lifted(ask.language));
    draw(&ask, Drawn { done, ..Drawn::default() }).await
}

/// `POST /manage/studio/bars/{person}/lift`
pub async fn lift(ask: Ask, Path(person): Path<Uuid>, input: Input) -> Result<Response, AppError> {
    let producer = ask.signed_in()?.on_duty(Duty::Producer)?;
    let mut problems = Problems::default();
    let Some(reason) = needed_line(ask.language, &input, "reason", &mut problems) else {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return draw(&ask, Drawn { status, bar: Some((person, input, problems)), ..Drawn::default() }).await;
    };
    match decide::lift_bar(&ask.centre, &producer, person, &reason).await {
        Ok(()) => Ok(ask.see_other("/manage/studio?done=lifted")),
        Err(error) => {
            let Refused { status, problems, .. } = Refused::of(&ask, error)?;
            draw(&ask, Drawn { status, bar: Some((person, input, problems)), ..Drawn::default() }).await
        }
    }
}

async fn draw(ask: &Ask, drawn: Drawn) -> Result<Response, AppError> {
    let l = ask.language;
    let by = on_duty(ask)?;
    let db = ask.centre.database();
    let rules = SpaceRules::load(db).await?;
    let groups = list_to_decide(&ask.centre, &by, &rules).await?;
    let day = seoul::day(ask.centre.clock().now());
    let today =
        Slot { starts_at: seoul::midnight(day), ends_at: seoul::midnight(day + chrono::Days::new(1)) };
    let on = [BookingState::Held, BookingState::Approved, BookingState::InUse, BookingState::Done];
    let theirs = |booking: &booking::Model| rules.approver(booking.space_id).duty() == by.duty();
    let mut today = list_between(db, today, &on).await?;
    today.retain(theirs);
    let mut unrecorded = list_unrecorded(&ask.centre).await?;
    unrecorded.retain(theirs);
    let bars = list_bars(&ask.centre, &by).await?;
    let produces = by.duty() == Duty::Producer;
    Ok(ask.refuse(drawn.status, words::menu(l), || {
        let whole = drawn.bar.as_ref().and_then(|(_, _, problems)| problems.of("")).map(str::to_owned);
        view! {
            <Breadcrumb l=l here=words::menu(l)/>
            <PageHead title=words::menu(l) lead=words::manage_lead(l)>
                <LinkButton href=l.path("/studio/new") small=true>{words::ask(l)}</LinkButton>
                {produces.then(|| view! {
                    <LinkButton href=l.path("/manage/calls") look=Look::Secondary small=true>{call::menu(l)}</LinkButton>
                })}
            </PageHead>
            {drawn.done.map(|done| view! {
                <div role="status"><Alert l=l tone=Tone::Success><p>{done}</p></Alert></div>
            })}
            {whole.map(|sentence| view! { <Alert l=l tone=Tone::Danger><p>{sentence}</p></Alert> })}
            {to_decide(l, &rules, &groups)}
            <h2 class="section-title">{words::today(l)}</h2>
            {if today.is_empty() {
                view! { <p>{words::today_empty(l)}</p> }.into_any()
            } else {
                request_table(l, &rules, words::today(l), &today).into_any()
            }}
            {(!unrecorded.is_empty()).then(|| view! {
                <h2 class="section-title">{words::unrecorded(l)}</h2>
                {request_table(l, &rules, words::unrecorded(l), &unrecorded)}
            })}
            {(!bars.is_empty()).then(|| bar_list(l, &bars, &drawn))}
            <p class="actions">
                <LinkButton href=l.path("/studio/uses") look=Look::Tertiary small=true>{words::uses(l)}</LinkButton>
            </p>
        }
    }))
}

/// Requests by time; those for one time are compared side by side.
fn to_decide(l: Language, rules: &SpaceRules, groups: &[Vec<booking::Model>]) -> impl IntoView + use<> {
    let alone: Vec<booking::Model> =
        groups.iter().filter(|group| group.len() == 1).flatten().cloned().collect();
    let compared: Vec<_> =
        groups.iter().filter(|group| group.len() > 1).map(|group| comparison(l, rules, group)).collect();
    let rivals = (!compared.is_empty()).then(|| view! { <p>{words::rivals_lead(l)}</p> {compared} });
    view! {
        <h2 class="section-title">{words::to_decide(l)}</h2>
        {groups.is_empty().then(|| view! { <p>{words::to_decide_empty(l)}</p> })}
        {rivals}
        {(!alone.is_empty()).then(|| request_table(l, rules, words::to_decide(l), &alone))}
    }
}

fn bar_list(l: Language, bars: &[(bar::Model, String)], drawn: &Drawn) -> impl IntoView + use<> {
    let forms: Vec<_> = bars
        .iter()
        .map(|(bar, name)| {
            let sent = drawn.bar.as_ref().filter(|(person, ..)| *person == bar.person_id);
            let (input, problems) =
                sent.map(|(_, input, problems)| (input.clone(), problems.clone())).unwrap_or_default();
            let action = l.path(&format!("/manage/studio/bars/{}/lift", bar.person_id));
            view! {
                <li>
                    <p>{words::bars_until(l, name, when::moment(l, bar.until_at))}</p>
                    <Form l=l action=action input=input problems=problems id=format!("bar-{}", bar.id)>
                        <TextInput name="reason" label=words::lift_reason(l) required=true maxlength=100/>
                        <Button look=Look::Secondary small=true>{words::lift(l)}</Button>
                    </Form>
                </li>
            }
        })
        .collect();
    view! {
        <h2 class="section-title">{words::bars(l)}</h2>
        <ul class="plain-list">{forms}</ul>
    }
}
