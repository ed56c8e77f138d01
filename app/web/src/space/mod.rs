//! The places where courses are held, and how a room's seats are drawn.

pub mod plan;

#[cfg(feature = "ssr")]
mod manage;
#[cfg(feature = "ssr")]
mod page;
#[cfg(feature = "ssr")]
mod rules;
#[cfg(feature = "ssr")]
mod things;

#[cfg(feature = "ssr")]
pub fn routes() -> axum::Router<domain::centre::Centre> {
    use axum::routing::{get, post};
    axum::Router::new()
        .route("/places", get(page::list))
        .route("/places/{code}", get(page::detail))
        .route("/manage/places", get(manage::list))
        .route("/manage/places/{code}", get(rules::page).post(rules::change))
        .route("/manage/places/{code}/closures", post(rules::close))
        .route("/manage/places/{code}/closures/{closure}/remove", post(rules::reopen))
        .route("/manage/things", get(things::page).post(things::put))
        .route("/manage/places/{code}/plan", get(manage::page).post(manage::add))
        .route("/manage/places/{code}/plan/{seat}", post(manage::change))
}
