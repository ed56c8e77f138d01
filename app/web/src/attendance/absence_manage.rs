//! Absences without notice at the office: appeals first, then bars and what led to them.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};
use domain::attendance::bar::{self, AtOffice, BarAtOffice, BarLine};
use domain::attendance::entity::absence_bar;
use domain::attendance::{AppealWords, BarDecision};
use leptos::prelude::*;
use uuid::Uuid;

use super::absence::{no_show_cells, no_show_table, said, sentence};
use crate::AppError;
use crate::ask::Ask;
use crate::course::category_word;
use crate::ui::{
    Alert, Badge, Breadcrumb, Button, Cell, Column, Crumb, DescriptionList, Fact, Form, Input, Look,
    PageHead, Problems, Query, Table, TextArea, Tone,
};
use crate::when;
use crate::words::{Language, absence as words};

/// `GET /manage/absences`
pub async fn list(ask: Ask, Query(query): Query) -> Result<Response, AppError> {
    let (l, now) = (ask.language, ask.centre.clock().now());
    let by = ask.signed_in()?.training_manager()?;
    let AtOffice { appeals, bars, no_shows } = bar::list_at_office(&ask.centre, &by).await?;
    let done = match BarDecision::parse(query.text("done")) {
        Some(BarDecision::Lift) => Some(words::done_lift(l)),
        Some(BarDecision::Keep) => Some(words::done_keep(l)),
        None => None,
    };
    Ok(ask.page(words::menu(l), || {
        let rows: Vec<Vec<Cell>> = no_shows
            .into_iter()
            .map(|(it, name)| [name.into_any()].into_iter().chain(no_show_cells(l, &it)).collect())
            .collect();
        let columns = [words::name(l), words::course(l), words::class(l), words::outcome(l)].map(Column::text);
        view! {
            <Breadcrumb l=l here=words::menu(l)/>
            <PageHead title=words::menu(l) lead=words::lead(l)/>
            {done.map(|done| view! { <div role="status"><Alert l=l tone=Tone::Success><p>{done}</p></Alert></div> })}
            <h2 class="section-title">{words::appeals(l)}</h2>
            {if appeals.is_empty() {
                view! { <p>{words::appeals_empty(l)}</p> }.into_any()
            } else {
                appeal_table(l, &appeals).into_any()
            }}
            <h2 class="section-title">{words::bars(l)}</h2>
            {if bars.is_empty() {
                view! { <p>{words::bars_empty(l)}</p> }.into_any()
            } else {
                bar_table(l, now, &bars).into_any()
            }}
            <h2 class="section-title">{words::menu(l)}</h2>
            {if rows.is_empty() {
                view! { <p>{words::no_shows_empty(l)}</p> }.into_any()
            } else {
                view! { <Table caption=words::menu(l) hidden_caption=true columns=columns.into() rows=rows/> }.into_any()
            }}
        }
    }))
}

fn link(l: Language, line: &BarLine) -> Cell {
    let (href, name) = (l.path(&format!("/manage/absences/{}", line.bar.id)), line.name.clone());
    view! { <a href=href>{name}</a> }.into_any()
}

fn appeal_table(l: Language, lines: &[BarLine]) -> impl IntoView + use<> {
    let row = |line: &BarLine| {
        let appealed = line.bar.appealed_at.map(|at| when::moment(l, at)).unwrap_or_default();
        vec![
            link(l, line),
            category_word(l, line.bar.category).into_any(),
            appealed.into_any(),
            when::moment(l, line.bar.until_at).into_any(),
        ]
    };
    let rows: Vec<Vec<Cell>> = lines.iter().map(row).collect();
    let columns =
        [words::name(l), words::category(l), words::appealed_at(l), words::until(l)].map(Column::text);
    view! { <Table caption=words::appeals(l) hidden_caption=true columns=columns.into() rows=rows/> }
}

fn bar_table(l: Language, now: DateTime<Utc>, lines: &[BarLine]) -> impl IntoView + use<> {
    let row = |line: &BarLine| {
        vec![
            link(l, line),
            category_word(l, line.bar.category).into_any(),
            when::moment(l, line.bar.until_at).into_any(),
            state(l, &line.bar, now),
        ]
    };
    let rows: Vec<Vec<Cell>> = lines.iter().map(row).collect();
    let columns = [words::name(l), words::category(l), words::until(l), words::state(l)].map(Column::text);
    view! { <Table caption=words::bars(l) hidden_caption=true columns=columns.into() rows=rows/> }
}

fn state(l: Language, bar: &absence_bar::Model, now: DateTime<Utc>) -> Cell {
    let (tone, word) = match bar.lifted_at {
        Some(_) => (Tone::Success, words::state_lifted(l)),
        None if bar.is_in_force(now) => (Tone::Warning, words::state_in_force(l)),
        None => (Tone::Neutral, words::state_over(l)),
    };
    view! { <Badge tone=tone text=word/> }.into_any()
}

/// `GET /manage/absences/{bar}`
pub async fn page(ask: Ask, Path(id): Path<Uuid>) -> Result<Response, AppError> {
    draw(&ask, id, StatusCode::OK, Input::default(), Problems::default()).await
}

/// `POST /manage/absences/{bar}`: `decision` is `lift` or `keep`, `words` are what its person is told.
pub async fn decide(ask: Ask, Path(id): Path<Uuid>, input: Input) -> Result<Response, AppError> {
    let l = ask.language;
    let by = ask.signed_in()?.training_manager()?;
    let decision = BarDecision::parse(input.text("decision")).ok_or(AppError::BadRequest)?;
    let Some(words) = AppealWords::parse(input.text("words")) else {
        let problems = Problems::one("words", words::wrong_appeal(l));
        return draw(&ask, id, StatusCode::UNPROCESSABLE_ENTITY, input, problems).await;
    };
    match bar::decide(&ask.centre, &by, id, decision, &words).await {
        Ok(()) => Ok(ask.see_other(&format!("/manage/absences?done={}", decision.as_str()))),
        Err(error) => {
            let problems = Problems::one("", sentence(l, error)?);
            draw(&ask, id, StatusCode::CONFLICT, input, problems).await
        }
    }
}

/// One bar, and its appeal where there is one.
async fn draw(
    ask: &Ask,
    id: Uuid,
    status: StatusCode,
    input: Input,
    problems: Problems,
) -> Result<Response, AppError> {
    let (l, now) = (ask.language, ask.centre.clock().now());
    let by = ask.signed_in()?.training_manager()?;
    let BarAtOffice { bar, name, no_shows } =
        bar::find_at_office(&ask.centre, &by, id).await?.ok_or(AppError::NotFound)?;
    let (appealed, in_force) = (bar.is_open_appeal(), bar.is_in_force(now));
    let decides = bar.answered_at.is_none() && (appealed || in_force);
    Ok(ask.refuse(status, &name.clone(), || {
        let above = problems.of("").filter(|_| !decides).map(str::to_owned);
        let facts = vec![
            Fact::new(words::category(l), category_word(l, bar.category)),
            Fact::new(words::period(l), when::span(l, bar.from_at, bar.until_at)),
            Fact::new(words::state(l), state(l, &bar, now)),
        ];
        let action = l.path(&format!("/manage/absences/{id}"));
        view! {
            <Breadcrumb l=l way=vec![Crumb::new(l, words::menu(l), "/manage/absences")] here=name.clone()/>
            <PageHead title=name/>
            {above.map(|sentence| view! {
                <div role="alert" tabindex="-1" autofocus><Alert l=l tone=Tone::Danger><p>{sentence}</p></Alert></div>
            })}
            <DescriptionList items=facts/>
            {said(l, &bar)}
            <h2 class="section-title">{words::led_to_it(l)}</h2>
            {no_show_table(l, words::led_to_it(l), &no_shows)}
            {decides.then(|| view! {
                <h2 class="section-title">{words::answer(l)}</h2>
                <Form l=l action=action input=input problems=problems>
                    <TextArea
                        name="words" label=words::answer(l) hint=words::answer_hint(l) required=true maxlength=500
                    />
                    <div class="page-actions">
                        <Button look=Look::Secondary attr:name="decision" attr:value=BarDecision::Lift.as_str()>
                            {words::lift(l)}
                        </Button>
                        {appealed.then(|| view! {
                            <Button look=Look::Danger attr:name="decision" attr:value=BarDecision::Keep.as_str()>
                                {words::keep(l)}
                            </Button>
                        })}
                    </div>
                </Form>
            })}
        }
    }))
}
