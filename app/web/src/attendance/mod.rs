//! The attendance code, shown by whoever presents and entered by those who take part; the minutes watched; and absence,
//! with notice and without.

mod code;
mod watching;

pub use code::{Board, CodeBoard, CodeEntry, Entry};
pub use watching::{Minutes, WatchMinutes};

#[cfg(feature = "ssr")]
pub(crate) mod absence;
#[cfg(feature = "ssr")]
mod absence_manage;
#[cfg(feature = "ssr")]
pub(crate) mod away;
#[cfg(feature = "ssr")]
mod form;
#[cfg(feature = "ssr")]
mod link;
#[cfg(feature = "ssr")]
pub(crate) mod minutes;
#[cfg(feature = "ssr")]
mod page;

#[cfg(feature = "ssr")]
pub(crate) use page::{address, board_of, entry_of, word_of};

#[cfg(feature = "ssr")]
pub fn routes() -> axum::Router<domain::centre::Centre> {
    use axum::routing::{get, post};

    use crate::broadcast::watch;
    axum::Router::new()
        .route("/code", get(form::page).post(form::enter))
        .route("/code/{token}", get(link::page).post(link::enter))
        .route("/live/{code}/watching", post(minutes::report))
        .route("/my/{application}/absence", post(away::announce))
        .route("/my/{application}/absence/{class}/withdraw", post(away::take_back))
        .route("/my/bars/{bar}/appeal", post(absence::appeal))
        .route("/manage/absences", get(absence_manage::list))
        .route("/manage/absences/{bar}", get(absence_manage::page).post(absence_manage::decide))
        .route("/live/{code}/attend", get(watch::back).post(form::attend))
        .route("/live/{code}/attendance", get(page::entry))
        .route("/live/{code}/host/code", get(watch::back).post(form::show))
        .route("/live/{code}/host/attendance", get(page::board))
}
