//! The calendar of all places, the search for what is free, the screens at the doors, and feeds for other programs.

mod drag;
mod screen;

pub use drag::CalendarDrag;
pub use screen::{Door, DoorScreen, Shown};

#[cfg(feature = "ssr")]
mod board;
#[cfg(feature = "ssr")]
mod door;
#[cfg(feature = "ssr")]
mod entry;
#[cfg(feature = "ssr")]
mod feed;
#[cfg(feature = "ssr")]
mod free;
#[cfg(feature = "ssr")]
mod page;
#[cfg(feature = "ssr")]
mod sheet;
#[cfg(feature = "ssr")]
mod table;
#[cfg(feature = "ssr")]
mod year;

#[cfg(feature = "ssr")]
pub(crate) use door::{rest_of_day, shown_in};

#[cfg(feature = "ssr")]
pub fn routes() -> axum::Router<domain::centre::Centre> {
    use axum::routing::{get, post};
    axum::Router::new()
        .route("/calendar", get(page::page))
        .route("/calendar/free", get(free::page))
        .route("/places/{code}/now", get(door::page))
        .route("/places/{code}/now/state", get(door::state))
        .route("/my/feeds", get(feed::page).post(feed::make))
        .route("/my/feeds/{id}/revoke", post(feed::revoke))
        .route("/feeds/{file}", get(feed::file))
}
