//! The office's boards: the screen itself, what a board with a program of its own asks for, and the desk of those who fill
//! them.

mod screen;

pub use screen::{BoardScreen, Screen, Showing};

#[cfg(feature = "ssr")]
mod face;
#[cfg(feature = "ssr")]
mod feed;
#[cfg(feature = "ssr")]
mod item;
#[cfg(feature = "ssr")]
mod manage;
#[cfg(feature = "ssr")]
mod page;
#[cfg(feature = "ssr")]
mod sent;

#[cfg(feature = "ssr")]
pub(crate) use {feed::is_known, sent::Sent};

#[cfg(feature = "ssr")]
pub fn routes() -> axum::Router<domain::centre::Centre> {
    use axum::extract::DefaultBodyLimit;
    use axum::routing::{get, post};
    // `sent` counts the bytes itself, by the settings and with a sentence.
    let upload = axum::Router::new()
        .route("/manage/boards/{code}/{face}", get(item::blank).post(item::add))
        .layer(DefaultBodyLimit::disable());
    axum::Router::new()
        .route("/boards/{code}", get(page::page))
        .route("/boards/{code}/state", get(page::state))
        .route("/boards/{code}/feed.json", get(feed::feed))
        .route("/boards/{code}/{face}/picture", get(feed::picture))
        .route("/boards/{code}/media/{item}", get(feed::media))
        .route("/manage/boards", get(manage::list).post(manage::found))
        .route("/manage/boards/{code}", get(manage::page).post(manage::rename))
        .route("/manage/boards/{code}/items/{item}", get(item::page).post(item::change))
        .route("/manage/boards/{code}/items/{item}/shift", post(item::shift))
        .route("/manage/boards/{code}/items/{item}/end", post(item::end))
        .merge(upload)
}
