//! The events people are told about, and the facts a letter is rendered from.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::named::named;

named! {
    /// What happened. Each has a subject and a text in every language.
    pub enum Event {
        SignUpCode = "sign_up_code",
        SignInCode = "sign_in_code",
        ResetCode = "reset_code",
        ContactCode = "contact_code",
        /// Another address took this one's place, or it was removed.
        ContactReplaced = "contact_replaced",
        AccountClosed = "account_closed",
        /// Somebody signed up with an address that already has an account.
        AlreadyRegistered = "already_registered",
        /// Somebody tried to sign in with an address that has none.
        NotRegistered = "not_registered",
        Booked = "booked",
        Waiting = "waiting",
        Asked = "asked",
        /// In the list of a draw, and drawn: a place, or one on the waiting list.
        DrawEntered = "draw_entered",
        Selected = "selected",
        NotSelected = "not_selected",
        /// Nobody drew before the run began.
        DrawLapsed = "draw_lapsed",
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
        /// To those who decide: somebody asks for a space.
        BookingToDecide = "booking_to_decide",
        BookingAsked = "booking_asked",
        BookingWaiting = "booking_waiting",
        /// The wanted slot became free and is held for a time.
        BookingHeld = "booking_held",
        BookingApproved = "booking_approved",
        BookingDeclined = "booking_declined",
        /// Another request got the slot; this one waits in line for it.
        BookingOutdone = "booking_outdone",
        BookingAltered = "booking_altered",
        BookingCancelled = "booking_cancelled",
        /// Taken for something more urgent.
        BookingDisplaced = "booking_displaced",
        /// Time ran out: before anybody decided, or before a held slot was taken.
        BookingLapsed = "booking_lapsed",
        BookingNoShow = "booking_no_show",
        Barred = "barred",
        BarLifted = "bar_lifted",
        /// To producers: YouTube no longer honours a channel's grant.
        ChannelLost = "channel_lost",
        /// Somebody's answer to an open call has come in, was chosen, declined, or taken back by them.
        CallAnswered = "call_answered",
        CallChosen = "call_chosen",
        CallDeclined = "call_declined",
        CallWithdrawn = "call_withdrawn",
        /// So much was missed that a run can no longer be completed.
        OutOfReach = "out_of_reach",
        SurveyOpen = "survey_open",
        CertificateIssued = "certificate_issued",
        CertificateRevoked = "certificate_revoked",
        /// Somebody was absent from a class without notice; the later two warn and bar.
        Absent = "absent",
        AbsentWarned = "absent_warned",
        AbsentBarred = "absent_barred",
        /// The sheet was put right: it was no absence.
        AbsenceWithdrawn = "absence_withdrawn",
        AbsenceBarLifted = "absence_bar_lifted",
        /// The appeal against a bar was declined.
        AbsenceBarKept = "absence_bar_kept",
        /// To those who decide: somebody appeals against a bar.
        AppealToDecide = "appeal_to_decide",
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

impl Event {
    /// Whether it brings a secret that is good for minutes: it may go out at night and before all others, and
    /// is forgotten once sent or expired.
    pub fn is_code(self) -> bool {
        matches!(
            self,
            Self::SignUpCode
                | Self::SignInCode
                | Self::ResetCode
                | Self::ContactCode
                | Self::AlreadyRegistered
        )
    }
}

/// After so many attempts in vain a notice waits for an administrator.
pub const MOST_TRIES: u32 = 12;

/// How long to wait after the `tries`-th attempt in vain: one minute, doubled each time, at most six hours. The id
/// spreads those that failed together over a quarter more.
pub fn delay(tries: u32, id: Uuid) -> TimeDelta {
    let seconds = 60_i64 << tries.saturating_sub(1).min(9);
    let seconds = seconds.min(6 * 60 * 60);
    let spread = i64::from(id.as_bytes()[15]) * seconds / 4 / 255;
    TimeDelta::seconds(seconds + spread)
}

/// When a text message may go out: at once, but between 21:00 and 08:00 in Seoul people sleep.
/// `wall` is the time there; the answer is how long to wait.
pub fn quiet_for(wall: NaiveTime) -> TimeDelta {
    let morning = TimeDelta::hours(8);
    let since_midnight = wall - NaiveTime::MIN;
    if since_midnight < morning {
        morning - since_midnight
    } else if since_midnight >= TimeDelta::hours(21) {
        morning + TimeDelta::hours(24) - since_midnight
    } else {
        TimeDelta::zero()
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
    /// The word of a course's category.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<DateTime<Utc>>,
    /// The application that the letter's link leads to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application: Option<Uuid>,
    /// The code of a booking.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub booking: Option<String>,
    /// The code of an open call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call: Option<String>,
    /// What the calendar file says that goes with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calendar: Option<CalendarFact>,
    /// When the same is free instead.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub instead: Vec<DateTime<Utc>>,
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
    /// What somebody may apply for instead of a run that was cancelled.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub similar: Vec<SimilarRun>,
    /// By which somebody finds their line in a draw.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub draw_code: Option<String>,
}

/// A run that is open for applications.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SimilarRun {
    pub code: String,
    pub course: String,
    pub starts_at: DateTime<Utc>,
}

/// By which a calendar program knows that an entry it has was moved or cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarFact {
    /// Of the row that the entry stands for.
    pub id: Uuid,
    pub sequence: i32,
    /// When it came to stand so.
    pub at: DateTime<Utc>,
    pub cancelled: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_from_a_minute_to_six_hours_and_are_spread() {
        let delays: Vec<i64> = (1..=12).map(|tries| delay(tries, Uuid::nil()).num_minutes()).collect();
        assert_eq!(delays, [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360]);
        assert_eq!(delay(1, Uuid::max()).num_seconds(), 75);
    }

    #[test]
    fn nobody_is_woken_by_a_text_message() {
        let wait = |text: &str| quiet_for(text.parse().unwrap()).num_minutes();
        assert_eq!(wait("08:00:00"), 0);
        assert_eq!(wait("20:59:59"), 0);
        assert_eq!(wait("21:00:00"), 11 * 60);
        assert_eq!(wait("00:00:00"), 8 * 60);
        assert_eq!(wait("07:59:00"), 1);
    }
}
