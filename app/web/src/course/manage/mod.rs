//! Keeping the programme: runs, courses, imports and holidays, for training managers; instructors keep their own runs.

mod course;
mod form;
mod holiday;
mod import;
mod list;
mod minimum;
mod run;
mod sentence;
mod session;

pub(crate) use run::find as find_to_edit;
pub use sentence::problem as import_problem;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use domain::centre::Centre;

/// A file of the largest size, as it comes back from the page of its dry run: a byte may need three characters.
const IMPORT_LIMIT: usize = 8 * 1024 * 1024;

pub fn routes() -> Router<Centre> {
    let import = Router::new()
        .route("/manage/import", get(import::page).post(import::look))
        .route("/manage/import/confirm", post(import::confirm))
        .layer(DefaultBodyLimit::max(IMPORT_LIMIT));
    Router::new()
        .route("/manage/runs", get(list::list))
        .route("/manage/runs/new", get(run::blank).post(run::create))
        .route("/manage/runs/{code}", get(run::page).post(run::change))
        .route("/manage/runs/{code}/publish", post(run::publish))
        .route("/manage/runs/{code}/keep", post(minimum::keep))
        .route("/manage/runs/{code}/cancel", get(run::ask_cancel).post(run::cancel))
        .route("/manage/runs/{code}/sessions/{number}", post(session::change))
        .route("/manage/courses", get(course::list))
        .route("/manage/courses/new", get(course::blank).post(course::create))
        .route("/manage/courses/{id}", get(course::page).post(course::change))
        .route("/manage/export.csv", get(import::export))
        .route("/manage/holidays", get(holiday::page).post(holiday::add))
        .route("/manage/holidays/import", post(holiday::import))
        .route("/manage/holidays/{day}/remove", post(holiday::remove))
        .merge(import)
}
