//! Who takes part: the sheet of a class and how people check themselves in, the code and the minutes of an online class, and
//! what follows: absence with notice and without, completion, certificates, papers.

mod code;
mod offline;
mod screen;
mod sheet;
mod watching;

pub use code::{Board, CodeBoard, CodeEntry, Entry};
pub use screen::{RoomScreen, WallScreen};
pub use sheet::AttendanceSheet;
pub use watching::{Minutes, WatchMinutes};

#[cfg(feature = "ssr")]
pub(crate) mod absence;
#[cfg(feature = "ssr")]
mod absence_manage;
#[cfg(feature = "ssr")]
pub(crate) mod away;
#[cfg(feature = "ssr")]
pub mod certificate;
#[cfg(feature = "ssr")]
mod check_in;
#[cfg(feature = "ssr")]
mod completion;
#[cfg(feature = "ssr")]
mod form;
#[cfg(feature = "ssr")]
mod history_page;
#[cfg(feature = "ssr")]
mod kiosk_manage;
#[cfg(feature = "ssr")]
mod kiosk_page;
#[cfg(feature = "ssr")]
mod learning;
#[cfg(feature = "ssr")]
mod link;
#[cfg(feature = "ssr")]
pub(crate) mod minutes;
#[cfg(feature = "ssr")]
mod page;
#[cfg(feature = "ssr")]
mod paper;
#[cfg(feature = "ssr")]
mod screen_page;
#[cfg(feature = "ssr")]
mod seats_page;
#[cfg(feature = "ssr")]
mod sheet_page;
#[cfg(feature = "ssr")]
mod standing;
#[cfg(feature = "ssr")]
mod taught;

#[cfg(feature = "ssr")]
pub use certificate::{CertificatePaper, CertificateText, ShownName};
#[cfg(feature = "ssr")]
pub(crate) use standing::{open_surveys, part as standing_part, rate_of, standings};

#[cfg(feature = "ssr")]
pub(crate) use page::{address, board_of, entry_of, word_of};

/// The number by which somebody with a place in a room checks in, as people read it aloud; none once there is no class to come.
#[cfg(feature = "ssr")]
pub(crate) async fn check_in_number(
    ask: &crate::ask::Ask,
    mine: &domain::registration::store::MyCourse,
) -> Result<Option<String>, crate::AppError> {
    let now = ask.centre.clock().now();
    let is_coming = mine.application.state == domain::registration::State::Booked
        && mine.run.mode != domain::course::Mode::Online
        && mine.ends.is_some_and(|ends| now < ends);
    if !is_coming {
        return Ok(None);
    }
    let number = domain::attendance::check_in::number_of(&ask.centre, mine.application.id).await?;
    Ok(Some(format!("{} {}", &number.as_str()[..3], &number.as_str()[3..])))
}

#[cfg(feature = "ssr")]
pub fn routes() -> axum::Router<domain::centre::Centre> {
    use axum::routing::{get, post};

    use crate::broadcast::watch;
    axum::Router::new()
        .route("/sheets", get(sheet_page::list))
        .route("/sheets/{code}/{number}", get(sheet_page::show).post(sheet_page::mark_one))
        .route("/sheets/{code}/{number}/state", get(sheet_page::state))
        .route("/sheets/{code}/{number}/marks", post(sheet_page::take))
        .route("/sheets/{code}/{number}/undo", post(sheet_page::undo))
        .route("/sheets/{code}/{number}/history", get(history_page::page))
        .route("/sheets/{code}/{number}/seats", get(seats_page::page).post(seats_page::change))
        .route("/sheets/{code}/{number}/walk-ins", post(seats_page::let_in))
        .route("/sheets/{code}/{number}/screen", get(screen_page::page).post(screen_page::enter))
        .route("/sheets/{code}/{number}/screen/state", get(screen_page::state))
        .route("/check-in/{code}/{number}", get(check_in::show).post(check_in::enter))
        .route("/check-in/{code}/{number}/{scan}", get(check_in::scan))
        .route("/desk/check-in", get(check_in::desk).post(check_in::enter_at_desk))
        .route("/kiosk", get(kiosk_page::page).post(kiosk_page::enter))
        .route("/kiosk/{token}", get(kiosk_page::link).post(kiosk_page::open))
        .route("/manage/kiosks", get(kiosk_manage::list).post(kiosk_manage::issue))
        .route("/manage/kiosks/{kiosk}/renew", post(kiosk_manage::renew))
        .route("/manage/kiosks/{kiosk}/revoke", post(kiosk_manage::revoke))
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
        .route("/my/learning", get(learning::mine).post(learning::set_post))
        .route("/manage/learning", get(learning::by_post))
        .route("/manage/taught/{month}", get(taught::page))
        .route("/manage/runs/{code}/papers", get(paper::index))
        .route("/manage/runs/{code}/papers/sheet", get(paper::sheet))
        .route("/manage/runs/{code}/papers/classes/{number}", get(paper::log).post(paper::write_log))
        .route("/verify/{token}", get(certificate::verify))
        .route("/manage/runs/{code}/completion", get(completion::page))
        .route("/manage/runs/{code}/completion/rule", post(completion::rule))
        .route("/manage/runs/{code}/completion/close", post(completion::close))
        .route("/manage/runs/{code}/completion/certificates", post(completion::issue))
        .route("/manage/runs/{code}/certificates/{id}", get(completion::certificate))
        .route("/manage/runs/{code}/certificates/{id}/revoke", post(completion::revoke))
}
