//! Where pictures can be looked at before they are sent, and papers fetched.

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::broadcast::store;
use web::AppError;
use web::ask::Ask;
use web::ui::Query;

use super::{draw_hwpx, draw_thumbnail, draw_workbook};

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
