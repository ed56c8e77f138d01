//! How a broadcast stands, what is wrong with it and what to press, in words.

use axum::http::StatusCode;
use domain::broadcast::ahead::Ahead;
use domain::broadcast::call::{Health, Latency, Privacy, StreamStatus};
use domain::broadcast::entity::encoder;
use domain::broadcast::store::{BroadcastError, Refusal, Shown};
use domain::broadcast::{BroadcastEvent, State, Trouble};
use leptos::prelude::*;

use crate::AppError;
use crate::ui::{Badge, Tone};
use crate::words::{Language, broadcast as words};

pub(super) fn state_word(l: Language, state: State) -> &'static str {
    match state {
        State::Planned => words::state_planned(l),
        State::Creating => words::state_creating(l),
        State::Created => words::state_created(l),
        State::Bound => words::state_bound(l),
        State::Armed => words::state_armed(l),
        State::Live => words::state_live(l),
        State::Ending => words::state_ending(l),
        State::Complete => words::state_complete(l),
        State::Filed => words::state_filed(l),
        State::Attention => words::state_attention(l),
        State::Manual => words::state_manual(l),
        State::Cancelled => words::state_cancelled(l),
    }
}

pub(super) fn state_badge(l: Language, state: State) -> impl IntoView {
    let tone = match state {
        State::Live | State::Ending => Tone::Primary,
        State::Armed => Tone::Success,
        State::Attention => Tone::Danger,
        State::Manual => Tone::Warning,
        _ => Tone::Neutral,
    };
    view! { <Badge tone=tone text=state_word(l, state)/> }
}

/// What is wrong and what to press.
pub(super) fn trouble_sentence(l: Language, shown: &Shown, trouble: Trouble) -> &'static str {
    match trouble {
        _ if shown.asks_about_replay() => words::trouble_replay(l),
        Trouble::Doubled => words::trouble_doubled(l),
        Trouble::Gone => words::trouble_gone(l),
        Trouble::Revoked => words::trouble_revoked(l),
        Trouble::Channel => words::trouble_channel(l),
        Trouble::Refused => words::trouble_refused(l),
        Trouble::NeverBegan => words::trouble_never_began(l),
        Trouble::KeyTaken => words::trouble_key_taken(l),
    }
}

/// Whether picture and sound arrive, by what YouTube said last.
pub(super) fn encoder_sentence(l: Language, encoder: Option<&encoder::Model>) -> String {
    let Some(encoder) = encoder else { return words::encoder_none(l).to_owned() };
    let said = match (encoder.status, encoder.health) {
        (StreamStatus::Active, Health::Good | Health::Ok) => words::picture_good(l),
        (StreamStatus::Active, _) => words::picture_bad(l),
        (StreamStatus::Error, _) => words::picture_error(l),
        _ => words::picture_none(l),
    };
    match encoder.seen_at {
        Some(at) => words::encoder_said(l, &encoder.name, said, crate::when::time(at)),
        None => words::encoder_unknown(l, &encoder.name),
    }
}

/// Whose end a broadcast waits for.
pub(super) fn ahead_sentence(l: Language, ahead: &Ahead) -> String {
    match ahead {
        Ahead::Another { code, until } => words::waits_for(l, crate::when::moment(l, *until), code),
        Ahead::Asking { code } => words::waits_for_asking(l, code),
        Ahead::Left { code } => words::waits_for_left(l, code),
    }
}

pub(super) fn privacy_word(l: Language, privacy: Privacy) -> &'static str {
    match privacy {
        Privacy::Public => words::privacy_public(l),
        Privacy::Unlisted => words::privacy_unlisted(l),
        Privacy::Private => words::privacy_private(l),
    }
}

pub(super) fn latency_word(l: Language, latency: Latency) -> &'static str {
    match latency {
        Latency::Normal => words::latency_normal(l),
        Latency::Low => words::latency_low(l),
        Latency::UltraLow => words::latency_ultra_low(l),
    }
}

pub(super) fn event_word(l: Language, event: BroadcastEvent) -> &'static str {
    match event {
        BroadcastEvent::Planned => words::event_planned(l),
        BroadcastEvent::Changed => words::event_changed(l),
        BroadcastEvent::Moved => words::event_moved(l),
        BroadcastEvent::StartAsked => words::event_start_asked(l),
        BroadcastEvent::EndAsked => words::event_end_asked(l),
        BroadcastEvent::MadeManual => words::event_made_manual(l),
        BroadcastEvent::HandedBack => words::event_handed_back(l),
        BroadcastEvent::Retried => words::event_retried(l),
        BroadcastEvent::KeptOurs => words::event_kept_ours(l),
        BroadcastEvent::TookTheirs => words::event_took_theirs(l),
        BroadcastEvent::Cancelled => words::event_cancelled(l),
    }
}

/// Title and, of a class, its number.
pub(crate) fn title(l: Language, shown: &Shown) -> String {
    let title = shown.subject.title_in(l);
    match shown.subject.number {
        Some(number) => words::title_of_class(l, title, number),
        None => title.to_owned(),
    }
}

/// Which field a refusal concerns, and how it reads; the whole form where it concerns none.
pub(super) fn refused(
    l: Language,
    error: BroadcastError,
) -> Result<(StatusCode, &'static str, &'static str), AppError> {
    let refusal = match error {
        BroadcastError::Refused(refusal) => refusal,
        BroadcastError::Db(error) => return Err(error.into()),
    };
    Ok(match refusal {
        Refusal::NotFound => return Err(AppError::NotFound),
        Refusal::Stale => (StatusCode::CONFLICT, "", words::refused_stale(l)),
        Refusal::NoChannel => (StatusCode::UNPROCESSABLE_ENTITY, "channel", words::refused_channel(l)),
        Refusal::NoEncoder => (StatusCode::UNPROCESSABLE_ENTITY, "encoder", words::refused_encoder(l)),
        Refusal::EncoderHeld => (StatusCode::CONFLICT, "encoder", words::refused_encoder_held(l)),
        Refusal::NothingToPlan => (StatusCode::CONFLICT, "what", words::refused_nothing(l)),
        Refusal::NotNow => (StatusCode::CONFLICT, "", words::refused_not_now(l)),
    })
}
