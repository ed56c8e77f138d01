//! Where pictures can be looked at before they are sent, and papers fetched.

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::attendance::certificate::{self, Certificate};
use domain::broadcast::store;
use domain::course::RunCode;
use domain::course::store::{self as course, RunView};
use uuid::Uuid;
use web::AppError;
use web::ask::Ask;
use web::attendance::ShownName;
use web::ui::Query;

use super::{draw_certificates, draw_hwpx, draw_thumbnail, draw_workbook};

/// `GET /manage/broadcasts/{code}/thumbnail.png`: as YouTube will get it.
pub async fn thumbnail(ask: Ask, Path(code): Path<String>) -> Result<Response, AppError> {
    ask.signed_in()?.producer()?;
    let shown = store::find(&ask.centre, &code).await?.ok_or(AppError::NotFound)?;
    let drawn = tokio::task::spawn_blocking(move || draw_thumbnail(&shown.wanted.thumbnail)).await;
    let png =
        drawn.map_err(|error| error.to_string()).and_then(|drawn| drawn.map_err(|error| error.to_string()));
    let headers = [(header::CONTENT_TYPE, "image/png"), (header::CACHE_CONTROL, "private, no-store")];
    Ok((headers, png.map_err(AppError::Broken)?).into_response())
}

/// `GET /my/{application}/certificate.pdf`: with `name=latin` under the Latin name.
pub async fn own_certificate(
    ask: Ask,
    Path(application): Path<Uuid>,
    Query(query): Query,
) -> Result<Response, AppError> {
    let found = certificate::read_mine(&ask.centre, ask.signed_in()?, application).await?;
    let name = if query.text("name") == "latin" { ShownName::Latin } else { ShownName::Registered };
    pdf(&ask, found.as_slice(), name).await
}

/// `GET /desk/{code}/{application}/certificate.pdf`: for somebody who stands there.
pub async fn certificate_at_desk(
    ask: Ask,
    Path((code, application)): Path<(String, Uuid)>,
) -> Result<Response, AppError> {
    let desk = ask.signed_in()?.desk()?;
    let run = find_run(&ask, &code).await?.run;
    let found = certificate::read_at_desk(&ask.centre, &desk, run.id, application).await?;
    pdf(&ask, found.as_slice(), ShownName::Registered).await
}

/// `GET /manage/runs/{code}/certificates.pdf`: all of them, a page each.
pub async fn certificates_of_run(ask: Ask, Path(code): Path<String>) -> Result<Response, AppError> {
    let manager = ask.signed_in()?.training_manager()?;
    let run = find_run(&ask, &code).await?.run;
    let found = certificate::read_run(&ask.centre, &manager, &run).await?;
    pdf(&ask, &found, ShownName::Registered).await
}

async fn find_run(ask: &Ask, code: &str) -> Result<RunView, AppError> {
    let code = RunCode::parse(code).ok_or(AppError::NotFound)?;
    course::find_run(&ask.centre, &code).await?.ok_or(AppError::NotFound)
}

async fn pdf(ask: &Ask, certificates: &[Certificate], name: ShownName) -> Result<Response, AppError> {
    let Some(first) = certificates.first() else { return Err(AppError::NotFound) };
    let paper = web::attendance::certificate::paper(ask, certificates, name);
    let drawn = tokio::task::spawn_blocking(move || draw_certificates(&paper)).await;
    let bytes =
        drawn.map_err(|error| error.to_string()).and_then(|drawn| drawn.map_err(|error| error.to_string()));
    // What a saved file is called: by its number, since a name says whose it is to everybody who sees the file.
    let name = format!("certificate-{}.pdf", first.number);
    Ok(file("application/pdf", name, bytes.map_err(AppError::Broken)?))
}

/// `GET /manage/statistics.xlsx`: every table for what the page with the same address asks.
pub async fn workbook(ask: Ask, Query(query): Query) -> Result<Response, AppError> {
    let sheets = web::statistics::workbook(&ask, &query).await?;
    let drawn = tokio::task::spawn_blocking(move || draw_workbook(&sheets)).await;
    let bytes =
        drawn.map_err(|error| error.to_string()).and_then(|drawn| drawn.map_err(|error| error.to_string()));
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    Ok(file(kind, "statistics.xlsx".into(), bytes.map_err(AppError::Broken)?))
}

/// `GET /manage/statistics/report.hwpx?year=&as_of=`: the work report for 한글.
pub async fn report(ask: Ask, Query(query): Query) -> Result<Response, AppError> {
    let (report, as_of) = web::statistics::report(&ask, &query).await?;
    let bytes = draw_hwpx(&report).map_err(|error| AppError::Broken(error.to_string()))?;
    Ok(file("application/hwp+zip", format!("work-report-{as_of}.hwpx"), bytes))
}

fn file(kind: &'static str, name: String, bytes: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    (headers, bytes).into_response()
}
