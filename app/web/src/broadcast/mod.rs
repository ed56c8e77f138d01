//! Online sessions: watching them, running them, and the desk of those who schedule them on YouTube.

mod question;
pub(crate) mod switch;

pub use question::{QuestionBox, QuestionDesk};
pub use switch::{Heard, LiveSwitch};

#[cfg(feature = "ssr")]
mod ask;
#[cfg(feature = "ssr")]
mod beside;
#[cfg(feature = "ssr")]
mod channel;
#[cfg(feature = "ssr")]
mod feed;
#[cfg(feature = "ssr")]
pub(crate) mod host;
#[cfg(feature = "ssr")]
mod manage;
#[cfg(feature = "ssr")]
mod place;
#[cfg(feature = "ssr")]
mod player;
#[cfg(feature = "ssr")]
mod sentence;
#[cfg(feature = "ssr")]
mod setup;
#[cfg(feature = "ssr")]
mod sheet;
#[cfg(feature = "ssr")]
mod template;
#[cfg(feature = "ssr")]
pub(crate) mod watch;

#[cfg(feature = "ssr")]
pub(crate) use beside::Sent;
#[cfg(feature = "ssr")]
pub use {channel::lost_banner, watch::Embeds};
#[cfg(feature = "ssr")]
pub(crate) use {
    player::player,
    sentence::title,
    watch::{find as watchable, has_replay},
};

#[cfg(feature = "ssr")]
pub fn routes() -> axum::Router<domain::centre::Centre> {
    use axum::routing::{get, post};
    axum::Router::new()
        .route("/live", get(watch::list))
        .route("/live.ics", get(feed::calendar))
        .route("/live.atom", get(feed::atom))
        .route("/live/{code}", get(watch::page))
        .route("/live/{code}/state", get(watch::state))
        .route("/live/{code}/ask", get(watch::back).post(ask::ask))
        .route("/live/{code}/questions", get(ask::list))
        .route("/live/{code}/host", get(host::page))
        .route("/live/{code}/host/state", get(watch::state))
        .route("/live/{code}/host/desk", get(ask::desk))
        .route("/live/{code}/host/questions", get(watch::back).post(ask::set_open))
        .route("/live/{code}/host/questions/{id}/{act}", get(ask::back_to_desk).post(ask::act))
        .route("/live/{code}/start", post(host::start))
        .route("/live/{code}/end", post(host::end))
        .route("/manage/broadcasts", get(manage::list).post(manage::plan))
        .route("/manage/broadcasts/templates", get(template::list))
        .route("/manage/broadcasts/templates/{course}", get(template::page).post(template::save))
        .route("/manage/broadcasts/{code}/sheet", get(sheet::page).post(sheet::tick))
        .route("/manage/broadcasts/{code}", get(manage::page).post(manage::change))
        .route("/manage/broadcasts/{code}/{act}", post(manage::act))
        .route("/manage/channels", get(channel::page))
        .route("/manage/encoders", post(channel::add_encoder))
        .route("/manage/encoders/{id}/key", post(channel::show_key))
}
