//! The attendance code: shown by whoever presents, entered by those who take part.

mod code;

pub use code::{Board, CodeBoard, CodeEntry, Entry};

#[cfg(feature = "ssr")]
mod form;
#[cfg(feature = "ssr")]
mod page;

#[cfg(feature = "ssr")]
pub(crate) use page::{address, board_of, entry_of, word_of};

#[cfg(feature = "ssr")]
pub fn routes() -> axum::Router<domain::centre::Centre> {
    use axum::routing::get;

    use crate::broadcast::watch;
    axum::Router::new()
        .route("/code", get(form::page).post(form::enter))
        .route("/live/{code}/attend", get(watch::back).post(form::attend))
        .route("/live/{code}/attendance", get(page::entry))
        .route("/live/{code}/host/code", get(watch::back).post(form::show))
        .route("/live/{code}/host/attendance", get(page::board))
}
