//! Booking the studio: asking for it, one's own requests, the desk of those who decide; and
//! open calls.

mod booking;
mod call;
mod call_manage;
mod decide;
mod form;
mod manage;
mod page;
mod sentence;
mod uses;

use axum::Router;
use axum::routing::{get, post};
use domain::centre::Centre;
use domain::studio::{BookingState, Kind};
use leptos::prelude::*;

use crate::ui::{Badge, Tone};
use crate::words::{Language, studio as words};

pub fn routes() -> Router<Centre> {
    Router::new()
        .route("/studio", get(page::page))
        .route("/studio/new", get(form::page).post(form::send))
        .route("/studio/uses", get(uses::page))
        .route("/studio/calls", get(call::list))
        .route("/studio/calls/{code}", get(call::page).post(call::send))
        .route("/studio/calls/{code}/withdraw", post(call::withdraw))
        .route("/studio/{code}", get(booking::page))
        .route("/studio/{code}/accept", post(booking::accept))
        .route("/studio/{code}/check-in", post(booking::check_in))
        .route("/studio/{code}/cancel", post(booking::cancel))
        .route("/studio/{code}/approve", post(decide::approve))
        .route("/studio/{code}/decline", post(decide::decline))
        .route("/studio/{code}/alter", get(decide::ask_alter).post(decide::alter))
        .route("/studio/{code}/finish", post(decide::finish))
        .route("/manage/calls", get(call_manage::list))
        .route("/manage/calls/new", get(call_manage::blank).post(call_manage::publish))
        .route("/manage/calls/{code}", get(call_manage::page))
        .route("/manage/calls/{code}/edit", get(call_manage::edit).post(call_manage::change))
        .route("/manage/calls/{code}/answers/{answer}", get(call_manage::answer))
        .route("/manage/calls/{code}/answers/{answer}/choose", post(call_manage::choose))
        .route("/manage/calls/{code}/answers/{answer}/decline", post(call_manage::decline))
        .route("/manage/studio", get(manage::page))
        .route("/manage/studio/bars/{person}/lift", post(manage::lift))
}

pub(crate) fn kind_word(l: Language, kind: Kind) -> &'static str {
    match kind {
        Kind::Recording => words::kind_recording(l),
        Kind::Live => words::kind_live(l),
        Kind::Other => words::kind_other(l),
    }
}

fn state_badge(l: Language, state: BookingState) -> impl IntoView {
    let (tone, word) = match state {
        BookingState::Asked => (Tone::Warning, words::state_asked(l)),
        BookingState::Waiting => (Tone::Neutral, words::state_waiting(l)),
        BookingState::Held => (Tone::Warning, words::state_held(l)),
        BookingState::Approved => (Tone::Success, words::state_approved(l)),
        BookingState::Declined => (Tone::Danger, words::state_declined(l)),
        BookingState::Cancelled => (Tone::Neutral, words::state_cancelled(l)),
        BookingState::InUse => (Tone::Primary, words::state_in_use(l)),
        BookingState::Done => (Tone::Neutral, words::state_done(l)),
        BookingState::NoShow => (Tone::Danger, words::state_no_show(l)),
    };
    view! { <Badge tone=tone text=word/> }
}
