//! Recorded lessons: the library, watching one, the text of what is said, and the desk of those who make them.

mod follow;

pub use follow::PlayerFollow;

#[cfg(feature = "ssr")]
mod desk;
#[cfg(feature = "ssr")]
mod form;
#[cfg(feature = "ssr")]
mod library;
#[cfg(feature = "ssr")]
mod list;
#[cfg(feature = "ssr")]
mod page;
#[cfg(feature = "ssr")]
mod report;
#[cfg(feature = "ssr")]
mod sentence;
#[cfg(feature = "ssr")]
mod track;
#[cfg(feature = "ssr")]
mod transcript;

#[cfg(feature = "ssr")]
pub(crate) use {
    list::{begun, of_course},
    sentence::{viewers_choices, viewers_word},
    transcript::of_replay,
};

#[cfg(feature = "ssr")]
pub fn routes() -> axum::Router<domain::centre::Centre> {
    use axum::extract::DefaultBodyLimit;
    use axum::routing::{get, post};
    // The file's bytes are counted with a sentence.
    let upload = axum::Router::new()
        .route("/manage/lessons/{code}/captions", get(track::of_lesson).post(track::add_to_lesson))
        .route("/manage/broadcasts/{code}/captions", get(track::of_broadcast).post(track::add_to_broadcast))
        .layer(DefaultBodyLimit::disable());
    axum::Router::new()
        .route("/lessons", get(library::library))
        .route("/lessons/{code}", get(page::page))
        .route("/lessons/{code}/done", get(crate::broadcast::watch::back).post(page::say_done))
        .route("/lessons/{code}/progress", post(report::report))
        .route("/lessons/{code}/captions/{file}", get(transcript::of_lesson_file))
        .route("/live/{code}/captions/{file}", get(transcript::of_broadcast_file))
        .route("/manage/lessons", get(desk::list))
        .route("/manage/lessons/new", get(form::blank).post(form::make))
        .route("/manage/lessons/{code}", get(form::page).post(form::change))
        .route("/manage/lessons/{code}/chapters", get(crate::broadcast::watch::back).post(form::chapters))
        .route("/manage/lessons/{code}/publish", get(crate::broadcast::watch::back).post(form::publish))
        .route("/manage/lessons/{code}/withdraw", get(crate::broadcast::watch::back).post(form::withdraw))
        .route("/manage/lessons/{code}/shift", post(desk::shift))
        .route("/manage/lessons/{code}/captions/{language}/remove", post(track::remove_of_lesson))
        .route("/manage/broadcasts/{code}/captions/{language}/remove", post(track::remove_of_broadcast))
        .route("/manage/broadcasts/{code}/lesson", post(track::make_lesson))
        .merge(upload)
}
