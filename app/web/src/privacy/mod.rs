//! What is known about people, who looked at it, and how it ends.

use axum::Router;
use axum::routing::{get, post};
use domain::centre::Centre;

mod close;
mod officer;
mod policy;

pub fn routes() -> Router<Centre> {
    Router::new()
        .route("/privacy", get(policy::page))
        .route("/account/close", get(close::show).post(close::submit))
        .route("/closed", get(close::closed))
        .route("/manage/privacy", get(officer::show))
        .route("/manage/privacy/purge", post(officer::purge))
}
