//! The pages, forms, islands and server functions of the centre.

#[cfg(feature = "ssr")]
pub mod account;
#[cfg(feature = "ssr")]
pub mod ask;
#[cfg(feature = "ssr")]
mod error;
#[cfg(feature = "ssr")]
pub use error::{AppError, draw_errors};

pub mod attendance;
pub mod board;
pub mod broadcast;
pub mod calendar;
#[cfg(feature = "ssr")]
pub mod course;
#[cfg(feature = "ssr")]
pub mod ical;
pub mod lesson;
#[cfg(feature = "ssr")]
pub mod notice;
#[cfg(feature = "ssr")]
mod privacy;
pub mod registration;
pub mod space;
#[cfg(feature = "ssr")]
pub mod statistics;
#[cfg(feature = "ssr")]
mod studio;
#[cfg(feature = "ssr")]
mod survey;
pub mod ui;
#[cfg(feature = "ssr")]
pub mod when;
#[cfg_attr(not(feature = "ssr"), allow(dead_code, reason = "most sentences are only said by the server"))]
#[allow(clippy::too_many_arguments, reason = "a sentence mentions what it mentions")]
pub(crate) mod words;

#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}

/// The pages and forms of every feature.
#[cfg(feature = "ssr")]
pub fn routes() -> axum::Router<domain::centre::Centre> {
    account::routes()
        .merge(attendance::routes())
        .merge(broadcast::routes())
        .merge(board::routes())
        .merge(calendar::routes())
        .merge(course::routes())
        .merge(lesson::routes())
        .merge(notice::routes())
        .merge(registration::routes())
        .merge(space::routes())
        .merge(statistics::routes())
        .merge(studio::routes())
        .merge(survey::routes())
        .merge(privacy::routes())
}
