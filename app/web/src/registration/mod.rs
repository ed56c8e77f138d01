//! Applying for a run, the seat plan, and what one has applied for.

pub(crate) mod browser;
mod countdown;
mod plan;
mod view;

pub use countdown::Countdown;
pub use plan::SeatBoard;
pub use view::{Board, Mine, Offer};

#[cfg(feature = "ssr")]
mod counter;
#[cfg(feature = "ssr")]
mod desk;
#[cfg(feature = "ssr")]
mod draw;
#[cfg(feature = "ssr")]
mod drawing;
#[cfg(feature = "ssr")]
mod form;
#[cfg(feature = "ssr")]
mod limit;
#[cfg(feature = "ssr")]
mod live;
#[cfg(feature = "ssr")]
mod lottery;
#[cfg(feature = "ssr")]
mod manage;
#[cfg(feature = "ssr")]
mod page;
#[cfg(feature = "ssr")]
pub(crate) mod refusal;
#[cfg(feature = "ssr")]
mod ticket;

#[cfg(feature = "ssr")]
pub(crate) use desk::seat_choices;
#[cfg(feature = "ssr")]
pub(crate) use form::reason;
#[cfg(feature = "ssr")]
pub use page::part;
#[cfg(feature = "ssr")]
pub(crate) use page::{draw_away, draw_list};

/// Everything under `/my`, `/desk`, and what a run's page sends and listens to.
#[cfg(feature = "ssr")]
pub fn routes() -> axum::Router<domain::centre::Centre> {
    use axum::routing::{get, post};
    axum::Router::new()
        .route("/courses/{code}", post(form::apply))
        .route("/courses/{code}/events", get(live::events))
        .route("/courses/{code}/seats", get(live::seats))
        .route("/courses/{code}/mine", get(live::mine))
        .route("/courses/{code}/draw", get(draw::show))
        .route("/courses/{code}/draw.json", get(draw::record))
        .route("/draw/algorithm.md", get(draw::algorithm))
        .route("/manage/runs/{code}/draw", get(drawing::page).post(drawing::hold))
        .route("/manage/runs/{code}/draw/plan", post(drawing::change_plan))
        .route("/my", get(page::list))
        .route("/my/{application}", get(page::detail))
        .route("/my/{application}/accept", post(form::accept))
        .route("/my/{application}/seat", post(form::change_seat))
        .route("/my/{application}/cancel", post(form::cancel))
        .route("/desk", get(desk::runs))
        .route("/desk/{code}", get(desk::run).post(desk::enter))
        .route("/desk/{code}/tickets/{ticket}", get(ticket::show))
        .route("/desk/{code}/tickets/{ticket}/withdraw", post(ticket::withdraw))
        .route("/desk/{code}/{application}", get(counter::show))
        .route("/desk/{code}/{application}/accept", post(counter::accept))
        .route("/desk/{code}/{application}/seat", post(counter::change_seat))
        .route("/desk/{code}/{application}/cancel", post(counter::cancel))
        .route("/manage/runs/{code}/applications", get(manage::list).post(manage::decide))
        .layer(axum::Extension(limit::Limit::new()))
}
