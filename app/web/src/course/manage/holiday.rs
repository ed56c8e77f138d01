//! The public holidays, which class patterns skip: looked at, added, brought in from a file, removed.

use axum::extract::{Multipart, Path};
use axum::http::StatusCode;
use axum::response::Response;
use chrono::Datelike;
use domain::space::entity::holiday;
use domain::space::holiday::{self as holidays, Holiday, HolidayFileError};
use leptos::prelude::*;

use super::import::uploaded;
use crate::AppError;
use crate::ask::Ask;
use crate::ui::{
    Alert, Breadcrumb, Button, Cell, Column, Crumb, Disclosure, EmptyState, FileInput, Form, Input, Look,
    PageHead, Problems, Query, Table, TextInput, Tone,
};
use crate::when;
use crate::words::{Language, course as words};

/// `GET /manage/holidays`
pub async fn page(ask: Ask, Query(query): Query) -> Result<Response, AppError> {
    let done = match query.text("done") {
        "added" => Some(words::holiday_added(ask.language)),
        "removed" => Some(words::holiday_removed(ask.language)),
        _ => None,
    };
    draw(&ask, Drawn { done, ..Drawn::default() }).await
}

/// `POST /manage/holidays`: one `day` and its `name`.
pub async fn add(ask: Ask, input: Input) -> Result<Response, AppError> {
    let l = ask.language;
    let manager = ask.signed_in()?.training_manager()?;
    let mut problems = Problems::default();
    let day = holidays::parse_day(input.text("day"));
    if day.is_none() {
        problems.add("day", words::wrong_date(l));
    }
    let name = holidays::parse_name(input.text("name"));
    if name.is_none() {
        problems.add("name", words::wrong_text(l, 40));
    }
    let (Some(day), Some(name)) = (day, name) else {
        return draw(
            &ask,
            Drawn { status: StatusCode::UNPROCESSABLE_ENTITY, input, problems, ..Drawn::default() },
        )
        .await;
    };
    holidays::add(&ask.centre, &manager, &[Holiday { day, name }]).await?;
    Ok(ask.see_other("/manage/holidays?done=added"))
}

/// `POST /manage/holidays/import`: a `file` of `date` or `date,name` lines.
pub async fn import(ask: Ask, upload: Multipart) -> Result<Response, AppError> {
    let l = ask.language;
    let manager = ask.signed_in()?.training_manager()?;
    let sentence = match uploaded(upload).await?.as_deref().map(holidays::parse) {
        Some(Ok(days)) => {
            holidays::add(&ask.centre, &manager, &days).await?;
            return Ok(ask.see_other("/manage/holidays?done=added"));
        }
        None => words::choose_file(l).to_owned(),
        Some(Err(HolidayFileError::NotUtf8)) => words::fault_not_utf8(l).to_owned(),
        Some(Err(HolidayFileError::Header)) => words::holiday_header(l).to_owned(),
        Some(Err(HolidayFileError::Date(line))) => words::holiday_date(l, line),
        Some(Err(HolidayFileError::Name(line))) => words::holiday_name(l, line),
    };
    let file_problems = Problems::one("file", sentence);
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    draw(&ask, Drawn { status, file_problems, ..Drawn::default() }).await
}

/// `POST /manage/holidays/{day}/remove`
pub async fn remove(ask: Ask, Path(day): Path<String>) -> Result<Response, AppError> {
    let manager = ask.signed_in()?.training_manager()?;
    let day = holidays::parse_day(&day).ok_or(AppError::NotFound)?;
    if !holidays::remove(&ask.centre, &manager, day).await? {
        return Err(AppError::NotFound);
    }
    Ok(ask.see_other("/manage/holidays?done=removed"))
}

/// How the page is drawn this time.
#[derive(Default)]
struct Drawn {
    status: StatusCode,
    input: Input,
    problems: Problems,
    file_problems: Problems,
    done: Option<&'static str>,
}

async fn draw(ask: &Ask, drawn: Drawn) -> Result<Response, AppError> {
    let l = ask.language;
    ask.signed_in()?.training_manager()?;
    let days = holidays::list(ask.centre.database()).await?;
    Ok(ask.refuse(drawn.status, words::holidays(l), move || {
        view! {
            <Breadcrumb l=l way=vec![Crumb::new(l, words::runs(l), "/manage/runs")] here=words::holidays(l)/>
            <PageHead title=words::holidays(l) lead=words::holidays_lead(l)/>
            {drawn.done.map(|done| view! {
                <div role="status"><Alert l=l tone=Tone::Success><p>{done}</p></Alert></div>
            })}
            <section aria-labelledby="add-title">
                <h2 class="section-title" id="add-title">{words::holiday_add(l)}</h2>
                <Form l=l action=l.path("/manage/holidays") input=drawn.input problems=drawn.problems>
                    <TextInput name="day" label=words::date(l) kind="date" required=true short=true/>
                    <TextInput name="name" label=words::holiday(l) maxlength=40/>
                    <Button look=Look::Secondary>{words::add(l)}</Button>
                </Form>
            </section>
            <section aria-labelledby="import-title">
                <h2 class="section-title" id="import-title">{words::holiday_import(l)}</h2>
                <Form l=l action=l.path("/manage/holidays/import") problems=drawn.file_problems upload=true>
                    <FileInput name="file" label=words::file(l) hint=words::holiday_file_hint(l) accept=".csv,text/csv" required=true/>
                    <Button look=Look::Secondary>{words::bring_in(l)}</Button>
                </Form>
            </section>
            {years(l, &days)}
        }
    }))
}

/// The days by year, the latest year first and open.
fn years(l: Language, days: &[holiday::Model]) -> AnyView {
    let mut years: Vec<i32> = days.iter().map(|holiday| holiday.day.year()).collect();
    years.dedup();
    if years.is_empty() {
        return view! { <EmptyState title=words::holidays_none(l)/> }.into_any();
    }
    let draw = |(index, year): (usize, i32)| {
        let rows: Vec<Vec<Cell>> =
            days.iter().filter(|holiday| holiday.day.year() == year).map(|it| row(l, it)).collect();
        let columns = [words::date(l), words::holiday(l), words::remove(l)].map(Column::text);
        let summary = words::year_of_days(l, year, rows.len());
        view! {
            <Disclosure summary=summary.clone() open=index == 0>
                <Table caption=summary hidden_caption=true columns=columns.into() rows=rows/>
            </Disclosure>
        }
    };
    years.into_iter().rev().enumerate().map(draw).collect_view().into_any()
}

fn row(l: Language, holiday: &holiday::Model) -> Vec<Cell> {
    let action = l.path(&format!("/manage/holidays/{}/remove", holiday.day));
    let label = words::remove_day(l, when::day(l, holiday.day));
    vec![
        when::day(l, holiday.day).into_any(),
        holiday.name.clone().into_any(),
        view! {
            <form method="post" action=action>
                <Button look=Look::Tertiary small=true attr:aria-label=label>{words::remove(l)}</Button>
            </form>
        }
        .into_any(),
    ]
}
