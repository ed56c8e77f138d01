//! Letters and text messages in words, and the page of those that could not be sent.

mod letter;
mod page;

pub use letter::{Letter, letter, text_message};

/// Everything under `/manage/notices`.
pub fn routes() -> axum::Router<domain::centre::Centre> {
    use axum::routing::{get, post};
    axum::Router::new()
        .route("/manage/notices", get(page::list))
        .route("/manage/notices/{notice}/retry", post(page::retry))
}
