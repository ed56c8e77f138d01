//! What the writer refuses, as a status and a sentence.

use axum::http::StatusCode;
use domain::language::Language;
use domain::registration::{Refusal, WriterError};

use crate::AppError;
use crate::when;
use crate::words::registration as words;

/// A refusal the page can say, or an error it can't help. What is not there, or not the asker's, is not found.
pub fn of_writer(error: WriterError) -> Result<Refusal, AppError> {
    match error {
        WriterError::Refused(refusal) if !matches!(refusal, Refusal::NotFound | Refusal::Busy) => Ok(refusal),
        error => Err(error.into()),
    }
}

/// 403 where it is not for this person, 422 where they can put it right in the form, else 409: things stand otherwise.
pub fn status(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::StaffOnly | Refusal::DeskOnly | Refusal::Barred(_) => StatusCode::FORBIDDEN,
        Refusal::NoSuchSeat | Refusal::ReasonWanted => StatusCode::UNPROCESSABLE_ENTITY,
        Refusal::NotFound => StatusCode::NOT_FOUND,
        Refusal::Busy => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::CONFLICT,
    }
}

pub fn sentence(l: Language, refusal: &Refusal) -> String {
    match refusal {
        Refusal::NotFound => words::refused_not_found(l).into(),
        Refusal::TooEarly(from) => words::refused_too_early(l, when::moment(l, *from)),
        Refusal::Closed => words::refused_closed(l).into(),
        Refusal::Begun => words::refused_begun(l).into(),
        Refusal::RunCancelled => words::refused_run_cancelled(l).into(),
        Refusal::StaffOnly => words::refused_staff_only(l).into(),
        Refusal::Barred(until) => words::refused_barred(l, when::moment(l, *until)),
        Refusal::DeskOnly => words::refused_desk_only(l).into(),
        Refusal::SeatTaken(code) => words::refused_seat_taken(l, code.as_str()),
        Refusal::SeatOutOfService(code) => words::refused_seat_out(l, code.as_str()),
        Refusal::NoSuchSeat => words::refused_no_such_seat(l).into(),
        Refusal::OnlineFull => words::refused_online_full(l).into(),
        Refusal::AlreadyApplied => words::refused_already_applied(l).into(),
        Refusal::TicketTaken(number) => words::refused_ticket_taken(l, number),
        Refusal::Overlaps(code) => words::refused_overlaps(l, code),
        Refusal::MonthlyLimit(limit) => words::refused_monthly_limit(l, limit),
        Refusal::ReasonWanted => words::refused_reason_wanted(l).into(),
        Refusal::OfferGone => words::refused_offer_gone(l).into(),
        Refusal::WrongState => words::refused_wrong_state(l).into(),
        Refusal::Busy => words::refused_busy(l).into(),
        Refusal::NoClassNow => words::refused_no_class_now(l).into(),
        Refusal::Full => words::refused_full(l).into(),
        Refusal::OthersFirst => words::refused_others_first(l).into(),
        Refusal::ApprovalWanted => words::refused_approval_wanted(l).into(),
        Refusal::DrawAwaited(after) => words::refused_draw_awaited(l, when::moment(l, *after)),
        Refusal::DrawNotReady => words::refused_draw_not_ready(l).into(),
        Refusal::ListOpen(until) => words::refused_list_open(l, when::moment(l, *until)),
        Refusal::AlreadyDrawn => words::refused_already_drawn(l).into(),
        Refusal::DrawSealed => words::refused_draw_sealed(l).into(),
        Refusal::DrawEarly(after) => words::refused_draw_early(l, when::moment(l, *after)),
        Refusal::DrawBroken => words::refused_draw_broken(l).into(),
    }
}
