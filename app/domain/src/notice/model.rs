//! The events people are told about, and the facts a letter is rendered from.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::named::named;

named! {
    /// What happened. Each has a subject and a text in every language.
    pub enum Event {
        SignUpCode = "sign_up_code",
        SignInCode = "sign_in_code",
        ResetCode = "reset_code",
        ContactCode = "contact_code",
        /// Somebody signed up with an address that already has an account.
        AlreadyRegistered = "already_registered",
        /// Somebody tried to sign in with an address that has none.
        NotRegistered = "not_registered",
        Booked = "booked",
        Waiting = "waiting",
        Asked = "asked",
        Promoted = "promoted",
        Offered = "offered",
        OfferLapsed = "offer_lapsed",
        ListEnded = "list_ended",
        Approved = "approved",
        Declined = "declined",
        SeatChanged = "seat_changed",
        Cancelled = "cancelled",
        ClassMoved = "class_moved",
        ClassCancelled = "class_cancelled",
        RunCancelled = "run_cancelled",
        RunChanged = "run_changed",
    }

    pub enum NoticeState {
        Queued = "queued",
        /// Handed over, answer not yet known. Found so after a crash, it is sent again under the same Message-ID.
        Sending = "sending",
        Sent = "sent",
        /// Given up for now; an administrator can try it again.
        Stuck = "stuck",
    }
}

/// What a letter is rendered from. Absent means: not part of this event.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// The six digits of a code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The token of a link, which is part of the URL `/confirm/link/<token>`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub course: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<DateTime<Utc>>,
    /// What it was before a move.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved_from: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub space: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seat: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rank: Option<u32>,
    /// Until when an offer or a code is good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
