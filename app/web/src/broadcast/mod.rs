//! Online sessions: watching them, running them, and the desk of those who schedule them on YouTube.

mod switch;

pub use switch::LiveSwitch;

#[cfg(feature = "ssr")]
mod channel;
#[cfg(feature = "ssr")]
mod host;
#[cfg(feature = "ssr")]
mod manage;
#[cfg(feature = "ssr")]
mod player;
#[cfg(feature = "ssr")]
mod sentence;
#[cfg(feature = "ssr")]
mod setup;
#[cfg(feature = "ssr")]
mod watch;

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
        .route("/live/{code}", get(watch::page))
        .route("/live/{code}/state", get(watch::state))
        .route("/live/{code}/host", get(host::page))
        .route("/live/{code}/start", post(host::start))
        .route("/live/{code}/end", post(host::end))
        .route("/manage/broadcasts", get(manage::list).post(manage::plan))
        .route("/manage/broadcasts/{code}", get(manage::page).post(manage::change))
        .route("/manage/broadcasts/{code}/{act}", post(manage::act))
        .route("/manage/channels", get(channel::page))
        .route("/manage/encoders", post(channel::add_encoder))
        .route("/manage/encoders/{id}/key", post(channel::show_key))
}
