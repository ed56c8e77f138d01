//! The office's file of runs: looked through first, brought in when somebody says so, and given out again.

use axum::extract::Multipart;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::course::file::{self, Act, ImportError, Problem, Report};
use leptos::prelude::*;

use super::sentence;
use crate::AppError;
use crate::ask::Ask;
use crate::ui::{
    Alert, Breadcrumb, Button, Cell, Column, Crumb, DescriptionList, Fact, FileInput, Form, Hidden, Input,
    PageHead, Problems, Query, StepIndicator, Table, Tone,
};
use crate::words::{Language, course as words};

/// How many of the errors in a file are shown; whoever has more begins with these.
const SHOWN: usize = 200;

/// What the page shows below its head.
enum Stage {
    Choose(Problems),
    Wrong(Vec<Problem>),
    /// What would change, and the file that says so.
    Ready(Report, String),
    Done(Report),
}

/// `GET /manage/import`
pub async fn page(ask: Ask) -> Result<Response, AppError> {
    ask.signed_in()?.training_manager()?;
    Ok(draw(&ask, StatusCode::OK, Stage::Choose(Problems::default())))
}

/// `POST /manage/import`: the `file` is looked through and nothing is changed.
pub async fn look(ask: Ask, upload: Multipart) -> Result<Response, AppError> {
    let manager = ask.signed_in()?.training_manager()?;
    let bytes = match uploaded(upload).await? {
        Some(bytes) => bytes,
        None => {
            let problems = Problems::one("file", words::choose_file(ask.language));
            return Ok(draw(&ask, StatusCode::UNPROCESSABLE_ENTITY, Stage::Choose(problems)));
        }
    };
    let stage = match file::import(&ask.centre, &manager, &bytes, Act::DryRun).await {
        // What was read as text is text.
        Ok(report) => Stage::Ready(report, String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) => Stage::Wrong(problems(error)?),
    };
    Ok(draw(&ask, status(&stage), stage))
}

/// `POST /manage/import/confirm`: the `file` comes back from the page of its dry run, and is checked all over.
pub async fn confirm(ask: Ask, input: Input) -> Result<Response, AppError> {
    let manager = ask.signed_in()?.training_manager()?;
    let stage = match file::import(&ask.centre, &manager, input.raw("file").as_bytes(), Act::Commit).await {
        Ok(report) => Stage::Done(report),
        Err(error) => Stage::Wrong(problems(error)?),
    };
    Ok(draw(&ask, status(&stage), stage))
}

fn status(stage: &Stage) -> StatusCode {
    if matches!(stage, Stage::Wrong(_)) { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }
}

fn problems(error: ImportError) -> Result<Vec<Problem>, AppError> {
    match error {
        ImportError::Problems(problems) => Ok(problems),
        ImportError::Db(error) => Err(error.into()),
    }
}

/// The bytes of the field `file`; nothing where no file was chosen.
pub(super) async fn uploaded(mut upload: Multipart) -> Result<Option<Vec<u8>>, AppError> {
    let unreadable = |error: axum::extract::multipart::MultipartError| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => AppError::TooLarge,
        _ => AppError::BadRequest,
    };
    while let Some(field) = upload.next_field().await.map_err(unreadable)? {
        if field.name() == Some("file") {
            let bytes = field.bytes().await.map_err(unreadable)?;
            return Ok((!bytes.is_empty()).then(|| bytes.to_vec()));
        }
    }
    Ok(None)
}

fn draw(ask: &Ask, status: StatusCode, stage: Stage) -> Response {
    let l = ask.language;
    ask.refuse(status, words::import(l), move || {
        let steps = [words::step_choose(l), words::step_check(l), words::step_done(l)].map(str::to_owned);
        let current = match &stage {
            Stage::Choose(_) => 0,
            Stage::Wrong(_) | Stage::Ready(..) => 1,
            Stage::Done(_) => 2,
        };
        let body = match stage {
            Stage::Choose(problems) => upload_form(l, problems).into_any(),
            Stage::Wrong(problems) => {
                view! { {faults(l, &problems)} {upload_form(l, Problems::default())} }.into_any()
            }
            Stage::Ready(report, text) => ready(l, &report, text).into_any(),
            Stage::Done(report) => view! {
                <div role="status"><Alert l=l tone=Tone::Success><p>{words::import_done(l)}</p></Alert></div>
                {summary(l, &report)}
                <p><a href=l.path("/manage/runs")>{words::runs(l)}</a></p>
            }
            .into_any(),
        };
        view! {
            <Breadcrumb l=l way=vec![Crumb::new(l, words::runs(l), "/manage/runs")] here=words::import(l)/>
            <PageHead title=words::import(l) lead=words::import_lead(l)/>
            <StepIndicator l=l steps=steps.into() current=current/>
            {body}
        }
    })
}

fn upload_form(l: Language, problems: Problems) -> impl IntoView {
    view! {
        <Form l=l action=l.path("/manage/import") problems=problems upload=true>
            <FileInput name="file" label=words::file(l) hint=words::file_hint(l) accept=".csv,text/csv" required=true/>
            <Button>{words::look_through(l)}</Button>
        </Form>
    }
}

/// Every error by line and column.
fn faults(l: Language, problems: &[Problem]) -> impl IntoView + use<> {
    let row = |problem: &Problem| -> Vec<Cell> {
        let line = if problem.line == 0 { words::whole_file(l).into() } else { words::line(l, problem.line) };
        let column = problem.column.map_or("–", |column| column.as_str());
        vec![line.into_any(), column.into_any(), sentence::problem(l, problem).into_any()]
    };
    let rows: Vec<Vec<Cell>> = problems.iter().take(SHOWN).map(row).collect();
    let (all, more) = (problems.len(), problems.len().saturating_sub(SHOWN));
    let columns = [words::line_title(l), words::column(l), words::what(l)].map(Column::text);
    view! {
        <div role="alert"><Alert l=l tone=Tone::Danger><p>{words::import_wrong(l, all)}</p></Alert></div>
        <Table caption=words::import_faults(l) columns=columns.into() rows=rows/>
        {(more > 0).then(|| view! { <p>{words::more_faults(l, more)}</p> })}
    }
}

fn ready(l: Language, report: &Report, text: String) -> impl IntoView + use<> {
    let changes = !report.created.is_empty() || !report.changed.is_empty();
    view! {
        <div role="status">
            <Alert l=l tone=Tone::Information>
                <p>{if changes { words::import_ready(l) } else { words::import_nothing(l) }}</p>
            </Alert>
        </div>
        {summary(l, report)}
        {changes.then(|| view! {
            <Form l=l action=l.path("/manage/import/confirm")>
                <Hidden name="file" value=text/>
                <Button>{words::bring_in(l)}</Button>
            </Form>
        })}
        <p><a href=l.path("/manage/import")>{words::another_file(l)}</a></p>
    }
}

/// What is new, what changes in which columns, and where somebody might look twice.
fn summary(l: Language, report: &Report) -> impl IntoView + use<> {
    let counts = vec![
        Fact::new(words::created(l), words::runs_count(l, report.created.len())),
        Fact::new(words::changed(l), words::runs_count(l, report.changed.len())),
        Fact::new(words::unchanged(l), words::runs_count(l, report.unchanged)),
    ];
    let changed: Vec<Vec<Cell>> = report
        .changed
        .iter()
        .map(|change| {
            let columns: Vec<&str> = change.columns.iter().map(|column| column.as_str()).collect();
            vec![change.code.clone().into_any(), columns.join(", ").into_any()]
        })
        .collect();
    let hints: Vec<Vec<Cell>> = report
        .hints
        .iter()
        .map(|hint| {
            let why = sentence::desk_shut(l, hint.shut);
            vec![words::line(l, hint.line).into_any(), hint.code.clone().into_any(), why.into_any()]
        })
        .collect();
    let changed_columns = [words::code(l), words::changed_columns(l)].map(Column::text);
    let hint_columns = [words::line_title(l), words::code(l), words::hint(l)].map(Column::text);
    view! {
        <DescriptionList items=counts/>
        {(!report.created.is_empty()).then(|| view! { <p class="code-list">{words::created_codes(l, report.created.join(", "))}</p> })}
        {(!changed.is_empty()).then(|| view! {
            <Table caption=words::changed(l) columns=changed_columns.into() rows=changed/>
        })}
        {(!hints.is_empty()).then(|| view! {
            <Table caption=words::hints(l) columns=hint_columns.into() rows=hints/>
        })}
    }
}

/// `GET /manage/export.csv?year=`: the published runs of a year in the form the import takes.
pub async fn export(ask: Ask, Query(query): Query) -> Result<Response, AppError> {
    let manager = ask.signed_in()?.training_manager()?;
    let year = query.text("year").parse().ok().filter(|year| (2000..=2100).contains(year));
    let year = year.ok_or(AppError::BadRequest)?;
    let bytes = file::export(&ask.centre, &manager, year).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"programme-{year}.csv\"")),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}
