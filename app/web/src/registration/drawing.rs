//! Holding the draw of a run: what is announced of it, how it stands, and the one press that makes it.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, NaiveDateTime, Utc};
use domain::account::TrainingManager;
use domain::course::Selection;
use domain::course::store::RunView;
use domain::registration::drawing::{self, AtOffice, Plan, PlanError};
use domain::registration::entity::draw;
use domain::registration::{PublicValue, SOURCE_MAX, Source, ValueKind, WriterError};
use domain::seoul;
use leptos::prelude::*;
use uuid::Uuid;

use super::lottery::{announced, commitment, path, source, source_words};
use super::page::find_run;
use super::refusal;
use crate::AppError;
use crate::ask::Ask;
use crate::course::title;
use crate::ui::{
    Alert, Breadcrumb, Button, Cell, Choice, Column, Crumb, DescriptionList, Fact, Form, Hidden, Input,
    LinkButton, Look, PageHead, Problems, Query, RadioGroup, Table, TextArea, TextInput, Tone,
};
use crate::when;
use crate::words::{Language, draw as words};

/// As a `datetime-local` field has it.
const MOMENT: &str = "%Y-%m-%dT%H:%M";

/// The run and who may draw its places; others don't learn whether it has a lottery.
async fn open(ask: &Ask, code: &str) -> Result<(RunView, TrainingManager), AppError> {
    let manager = ask.signed_in()?.training_manager()?;
    let view = find_run(&ask.centre, code).await?;
    if view.run.selection == Selection::Lottery { Ok((view, manager)) } else { Err(AppError::NotFound) }
}

/// How the page is drawn this time.
#[derive(Default)]
struct Drawn {
    status: StatusCode,
    /// What was typed into the form of the plan, or into the one of the value, and what was wrong with it.
    plan: (Option<Input>, Problems),
    value: (Input, Problems),
    /// To be confirmed by one press.
    chosen: Option<PublicValue>,
    done: Option<&'static str>,
}

/// What is announced of the draw of this run, and when its window closes.
async fn announced_draw(ask: &Ask, view: &RunView) -> Result<(draw::Model, DateTime<Utc>), AppError> {
    let found = drawing::find_draw(&ask.centre, view.run.id).await?;
    found.zip(view.run.apply_until).ok_or(AppError::NotFound)
}

/// What was typed as the value of a draw, or the sentence that says what it must be.
fn parse_value(
    l: Language,
    (draw, closes): &(draw::Model, DateTime<Utc>),
    typed: &str,
) -> Result<PublicValue, String> {
    let kind = draw.value_kind;
    PublicValue::parse(kind, *closes, typed).ok_or_else(|| match kind {
        ValueKind::Lotto => words::wrong_lotto(l).into(),
        ValueKind::Drand => words::wrong_drand(l, kind.round(*closes).unwrap_or_default()),
        ValueKind::Other => words::wrong_value(l, PublicValue::MAX),
    })
}

/// `GET /manage/runs/{code}/draw?value=`: with a value, the page on which it is confirmed.
pub async fn page(ask: Ask, Path(code): Path<String>, Query(query): Query) -> Result<Response, AppError> {
    let l = ask.language;
    let done = (query.text("done") == "planned").then(|| words::plan_done(l));
    if query.text("value").is_empty() && !query.flag("asked") {
        return draw(&ask, &code, Drawn { done, ..Drawn::default() }).await;
    }
    let (view, _) = open(&ask, &code).await?;
    let drawn = match parse_value(l, &announced_draw(&ask, &view).await?, query.text("value")) {
        Ok(value) => {
            let key = ask.centre.clock().id().to_string();
            Drawn {
                chosen: Some(value),
                value: (Input::new([("key", key)]), Problems::default()),
                ..Drawn::default()
            }
        }
        Err(sentence) => Drawn {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            value: (query, Problems::one("value", sentence)),
            ..Drawn::default()
        },
    };
    draw(&ask, &code, drawn).await
}

/// `POST /manage/runs/{code}/draw`: draws with `value`, typed once more as `again`, once and for all. `key` is the form's.
pub async fn hold(ask: Ask, Path(code): Path<String>, input: Input) -> Result<Response, AppError> {
    let l = ask.language;
    let (view, manager) = open(&ask, &code).await?;
    let key = input.text("key").parse::<Uuid>().map_err(|_| AppError::BadRequest)?;
    let announced = announced_draw(&ask, &view).await?;
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let value = match parse_value(l, &announced, input.text("value")) {
        Ok(value) => value,
        Err(sentence) => {
            let value = (input, Problems::one("value", sentence));
            return draw(&ask, &code, Drawn { status, value, ..Drawn::default() }).await;
        }
    };
    if parse_value(l, &announced, input.text("again")).as_ref() != Ok(&value) {
        let value_again = (input, Problems::one("again", words::wrong_again(l)));
        let drawn = Drawn { status, value: value_again, chosen: Some(value), ..Drawn::default() };
        return draw(&ask, &code, drawn).await;
    }
    match drawing::draw(&ask.centre, &manager, view.run.id, value, key).await {
        Ok(()) => Ok(ask.see_other(&format!("/manage/runs/{code}/draw"))),
        Err(error @ WriterError::Refused(_)) => {
            let refused = refusal::of_writer(error)?;
            let problems = Problems::one("", refusal::sentence(l, &refused));
            let (status, value) = (refusal::status(&refused), (input, problems));
            draw(&ask, &code, Drawn { status, value, ..Drawn::default() }).await
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /manage/runs/{code}/draw/plan`: what `kind` of value, its `source` in words where the kind doesn't say it, and when the
/// draw is held, `planned_for`, which may be empty.
pub async fn change_plan(ask: Ask, Path(code): Path<String>, input: Input) -> Result<Response, AppError> {
    let l = ask.language;
    let (view, manager) = open(&ask, &code).await?;
    let (status, problems) = match parse_plan(l, &input) {
        Err(problems) => (StatusCode::UNPROCESSABLE_ENTITY, problems),
        Ok(plan) => match drawing::plan(&ask.centre, &manager, view.run.id, plan).await {
            Ok(()) => return Ok(ask.see_other(&format!("/manage/runs/{code}/draw?done=planned"))),
            Err(PlanError::NotFound) => return Err(AppError::NotFound),
            Err(PlanError::Db(error)) => return Err(error.into()),
            Err(PlanError::Opened) => (StatusCode::CONFLICT, Problems::one("", words::plan_opened(l))),
            Err(PlanError::BeforeValue(at)) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                Problems::one("planned_for", words::plan_before_value(l, when::moment(l, at))),
            ),
            Err(PlanError::ValueTooLate(at)) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                Problems::one("kind", crate::words::course::refused_draw_too_late(l, when::moment(l, at))),
            ),
            Err(PlanError::AfterBeginning) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                Problems::one("planned_for", words::plan_after_beginning(l)),
            ),
        },
    };
    draw(&ask, &code, Drawn { status, plan: (Some(input), problems), ..Drawn::default() }).await
}

fn parse_plan(l: Language, input: &Input) -> Result<Plan, Problems> {
    let mut problems = Problems::default();
    let kind = ValueKind::parse(input.text("kind"));
    if kind.is_none() {
        problems.add("kind", words::wrong_kind(l));
    }
    let source = kind.and_then(|kind| Source::of(kind, input.text("source")));
    if kind.is_some() && source.is_none() {
        problems.add("source", words::wrong_source(l, SOURCE_MAX));
    }
    if kind.is_some_and(|kind| kind != ValueKind::Other) && !input.text("source").is_empty() {
        problems.add("source", words::source_not_wanted(l));
    }
    let typed = input.text("planned_for");
    let moment = NaiveDateTime::parse_from_str(typed, MOMENT).ok().and_then(seoul::instant);
    if moment.is_none() && !typed.is_empty() {
        problems.add("planned_for", words::wrong_when(l));
    }
    match source {
        Some(source) if problems.is_empty() => Ok(Plan { source, planned_for: moment }),
        _ => Err(problems),
    }
}

async fn draw(ask: &Ask, code: &str, drawn: Drawn) -> Result<Response, AppError> {
    let l = ask.language;
    let (view, manager) = open(ask, code).await?;
    let found = drawing::find_at_office(&ask.centre, &manager, view.run.id).await?;
    let has_keys = ask.centre.settings().secrets.has_keys();
    let now = ask.centre.clock().now();
    let heading = words::office_title(l, code);
    let code = code.to_owned();
    Ok(ask.refuse(drawn.status, &heading.clone(), move || {
        let way = vec![
            Crumb::new(l, crate::words::registration::manage_runs(l), "/manage/runs"),
            Crumb::new(l, code.clone(), &format!("/manage/runs/{code}")),
        ];
        let links = view! {
            <p class="actions">
                <LinkButton href=l.path(&path(&code)) look=Look::Tertiary small=true>{words::to_page(l)}</LinkButton>
            </p>
        };
        view! {
            <Breadcrumb l=l way=way here=words::title(l)/>
            <PageHead title=heading lead=title(l, &view.course)/>
            {drawn.done.map(|done| view! {
                <div role="status"><Alert l=l tone=Tone::Success><p>{done}</p></Alert></div>
            })}
            {match found {
                None => view! {
                    <p>{words::office_none(l)}</p>
                    {(!has_keys).then(|| view! {
                        <Alert l=l tone=Tone::Danger><p>{words::office_no_key(l)}</p></Alert>
                    })}
                }.into_any(),
                Some(found) => view! { {links} {standing(l, &code, &found, now, drawn.plan, drawn.value, drawn.chosen)} }
                    .into_any(),
            }}
        }
    }))
}

/// How a draw stands, and what is to be done next.
fn standing(
    l: Language,
    code: &str,
    found: &AtOffice,
    now: DateTime<Utc>,
    plan: (Option<Input>, Problems),
    value: (Input, Problems),
    chosen: Option<PublicValue>,
) -> impl IntoView + use<> {
    let (draw, book) = (&found.draw, &found.book);
    let action = l.path(&format!("/manage/runs/{code}/draw"));
    let mut items = announced(l, draw, book, now);
    items.push(commitment(l, draw));
    let plans = book.opens_after(now).is_some() || !plan.1.is_empty();
    let is_time = book.may_draw(now).is_ok();
    let draws = is_time || !value.1.is_empty();
    let sentence = match (draw.drawn_at, draw.listed_at) {
        (Some(at), _) => words::drawn(l, when::moment(l, at), found.drawn_by.clone().unwrap_or_default()),
        _ if !book.draw_is_to_come(now) => words::never_drawn(l).to_owned(),
        (None, Some(_)) => {
            words::yet_drawn(l, book.draws_after().map(|after| when::moment(l, after)).unwrap_or_default())
        }
        (None, None) => words::office_open(l).to_owned(),
    };
    let counts = counts(l, found);
    let attempts: Vec<Vec<Cell>> = found
        .attempts
        .iter()
        .map(|(at, name)| vec![when::moment(l, *at).into_any(), name.clone().into_any()])
        .collect();
    let columns = vec![Column::text(words::attempt_at(l)), Column::text(words::attempt_by(l))];
    let list = l.path(&format!("/manage/runs/{code}/applications"));
    view! {
        <Alert l=l tone=if draw.drawn_at.is_some() { Tone::Success } else { Tone::Information }>
            <p>{sentence}</p>
            <p><a href=list>{counts}</a></p>
        </Alert>
        {draws.then(|| match chosen {
            Some(chosen) => confirmation(l, &action, found, &chosen, value).into_any(),
            None => value_form(l, &action, source_words(l, draw, book), value).into_any(),
        })}
        <section aria-labelledby="facts-title">
            <h2 class="section-title" id="facts-title">{words::facts(l)}</h2>
            <DescriptionList items=items/>
        </section>
        {plans.then(|| plan_form(l, &action, found, plan))}
        {(!attempts.is_empty()).then(|| view! {
            <section aria-labelledby="attempts-title">
                <h2 class="section-title" id="attempts-title">{words::attempts(l)}</h2>
                <Table caption=words::attempts(l) hidden_caption=true columns=columns rows=attempts/>
            </section>
        })}
    }
}

/// How many are in it, and for how many places.
fn counts(l: Language, found: &AtOffice) -> String {
    let Some(people) = found.draw.people else {
        return words::office_applied(l, found.book.live.asked().len(), found.book.capacity);
    };
    let places = found.draw.places.map_or_else(|| found.book.left().to_string(), |places| places.to_string());
    let withdrawn = (found.withdrawn > 0).then(|| words::office_withdrawn(l, found.withdrawn));
    let lines = [Some(words::office_listed(l, people)), withdrawn, Some(words::office_free(l, places))];
    lines.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn value_form(
    l: Language,
    action: &str,
    source: String,
    (input, problems): (Input, Problems),
) -> impl IntoView + use<> {
    view! {
        <section aria-labelledby="hold-title">
            <h2 class="section-title" id="hold-title">{words::hold(l)}</h2>
            <p>{words::hold_lead(l)}</p>
            <Form l=l action=action get=true input=input problems=problems>
                <Hidden name="asked" value="yes"/>
                <TextInput name="value" label=words::hold_value(l) hint=source maxlength=200/>
                <Button>{words::hold_check(l)}</Button>
            </Form>
        </section>
    }
}

/// What will happen, before the one press.
fn confirmation(
    l: Language,
    action: &str,
    found: &AtOffice,
    chosen: &PublicValue,
    (input, problems): (Input, Problems),
) -> impl IntoView + use<> {
    let key = input.text("key").to_owned();
    let (value, action) = (chosen.as_str().to_owned(), action.to_owned());
    let items = vec![
        Fact::new(words::confirm_value(l), view! { <strong>{value.clone()}</strong> }),
        Fact::new(words::source(l), source(l, &found.draw, &found.book)),
        Fact::new(words::title(l), counts(l, found)),
    ];
    view! {
        <section aria-labelledby="confirm-title">
            <h2 class="section-title" id="confirm-title">{words::confirm(l)}</h2>
            <DescriptionList items=items/>
            <p>{words::confirm_what(l)}</p>
            <Form l=l action=action.clone() input=input problems=problems>
                <Hidden name="key" value=key/>
                <Hidden name="value" value=value/>
                <TextInput name="again" label=words::confirm_again(l) hint=words::confirm_again_hint(l) required=true/>
                <div class="page-actions">
                    <Button>{words::confirm_press(l)}</Button>
                    <LinkButton href=action look=Look::Secondary>{words::confirm_back(l)}</LinkButton>
                </div>
            </Form>
        </section>
    }
}

fn plan_form(
    l: Language,
    action: &str,
    found: &AtOffice,
    (input, problems): (Option<Input>, Problems),
) -> impl IntoView + use<> {
    let draw = &found.draw;
    let input = input.unwrap_or_else(|| {
        let own_words = draw.value_kind == ValueKind::Other;
        Input::new([
            ("kind", draw.value_kind.as_str().to_owned()),
            ("source", if own_words { draw.source.clone() } else { String::new() }),
            ("planned_for", seoul::wall(draw.planned_for).format(MOMENT).to_string()),
        ])
    });
    let round = found.book.apply_until.and_then(|until| ValueKind::Drand.round(until)).unwrap_or_default();
    let kinds = ValueKind::ALL.iter().map(|kind| {
        let label = match kind {
            ValueKind::Lotto => words::source_lotto(l).to_owned(),
            ValueKind::Drand => words::source_drand(l, round),
            ValueKind::Other => words::kind_other(l).to_owned(),
        };
        Choice::new(kind.as_str(), label)
    });
    let kinds = kinds.collect::<Vec<_>>();
    view! {
        <section aria-labelledby="plan-title">
            <h2 class="section-title" id="plan-title">{words::plan(l)}</h2>
            <p>{words::plan_lead(l)}</p>
            <Form l=l action=format!("{action}/plan") id="plan" input=input problems=problems>
                <RadioGroup name="kind" legend=words::source(l) choices=kinds required=true/>
                <TextArea
                    name="source"
                    label=words::plan_source(l)
                    hint=words::plan_source_hint(l, SOURCE_MAX)
                    rows=3
                    maxlength=300
                />
                <TextInput
                    name="planned_for"
                    label=words::plan_when(l)
                    hint=words::plan_when_hint(l)
                    kind="datetime-local"
                />
                <Button>{words::plan_submit(l)}</Button>
            </Form>
        </section>
    }
}
