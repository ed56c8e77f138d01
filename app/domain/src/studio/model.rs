//! What a booking is, which states it goes through, and who may ask for how much.

use serde::{Deserialize, Serialize};

use crate::named::named;
use crate::space::Use;

named! {
    /// What a studio is used for, as the office counts it. Video conferences, interviews and the like are other uses.
    pub enum Kind { Recording = "recording", Live = "live", Other = "other" }

    pub enum BookingState {
        /// Somebody asks; nothing is held.
        Asked = "asked",
        /// In line for a slot that somebody else has; nothing is held.
        Waiting = "waiting",
        /// The slot became free and is kept for whoever was first in line, until they say.
        Held = "held",
        Approved = "approved",
        Declined = "declined",
        Cancelled = "cancelled",
        /// Somebody has checked in.
        InUse = "in_use",
        Done = "done",
        /// Nobody checked in in time.
        NoShow = "no_show",
    }

    /// What happened to a booking.
    pub enum BookingEvent {
        Asked = "asked",
        Waiting = "waiting",
        Held = "held",
        Lapsed = "lapsed",
        Approved = "approved",
        Declined = "declined",
        Altered = "altered",
        Displaced = "displaced",
        Cancelled = "cancelled",
        CheckedIn = "checked_in",
        Done = "done",
        NoShow = "no_show",
        Imported = "imported",
    }

    /// How somebody's answer to an open call stands.
    pub enum AnswerState { Asked = "asked", Chosen = "chosen", Declined = "declined", Withdrawn = "withdrawn" }

    /// What somebody is barred from for a time.
    pub enum Scope { Studio = "studio" }
}

impl Kind {
    /// By which margins its place is set up and struck.
    pub fn as_use(self) -> Use {
        match self {
            Self::Recording => Use::Recording,
            Self::Live => Use::Live,
            Self::Other => Use::Other,
        }
    }
}

impl BookingState {
    /// Whether the space, the things and the people are held for it.
    pub fn holds(self) -> bool {
        matches!(self, Self::Held | Self::Approved | Self::InUse | Self::Done)
    }

    /// Whether it may still come to something.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Asked | Self::Waiting | Self::Held | Self::Approved)
    }

    /// Whether `next` may follow. Everything else is refused, and nothing leaves a final state.
    pub fn may_become(self, next: Self) -> bool {
        use BookingState::*;
        match self {
            Asked => matches!(next, Approved | Declined | Cancelled | Waiting),
            Waiting => matches!(next, Held | Cancelled),
            Held => matches!(next, Approved | Asked | Cancelled),
            Approved => matches!(next, Cancelled | InUse | Done | NoShow),
            InUse => next == Done,
            Declined | Cancelled | Done | NoShow => false,
        }
    }
}

impl AnswerState {
    /// Whether `next` may follow. Whoever chose may think again; what was taken back is over.
    pub fn may_become(self, next: Self) -> bool {
        match self {
            Self::Asked => next != Self::Asked,
            Self::Chosen => matches!(next, Self::Declined | Self::Withdrawn),
            Self::Declined => next == Self::Chosen,
            Self::Withdrawn => false,
        }
    }
}

/// The code of an open call as in its URL, `C26-01`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallCode(String);

impl CallCode {
    /// The `number`th of a year.
    pub fn of_year(year: i32, number: u32) -> Self {
        Self(format!("C{:02}-{number:02}", year.rem_euclid(100)))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The code of a booking as in its URL and in the office's file, `S26-014`, `T20-01`: 1 to 20 capital letters, digits and
/// hyphens.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BookingCode(String);

impl BookingCode {
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=20).contains(&text.len())
            && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-');
        fits.then(|| Self(text.to_owned()))
    }

    /// The `number`th of a year: `S26-014`.
    pub fn of_year(year: i32, number: u32) -> Self {
        Self(format!("S{:02}-{number:03}", year.rem_euclid(100)))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How the studio is lent, for the centre as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StudioSettings {
    /// Addresses (`pr@ydp.example`) and domains (`@ydp.example`) whose staff are approved at once where nothing clashes.
    pub approved_at_once: Vec<String>,
    /// How many days ahead residents may ask.
    pub resident_days_ahead: u32,
    /// So long before a slot begins one may check in.
    pub check_in_minutes: u32,
    /// So long after it began nobody has come, and it is released.
    pub no_show_minutes: u32,
    /// So many slots that nobody came to lead to a bar.
    pub no_shows: u32,
    /// For so many days, and counted over as many before.
    pub bar_days: u32,
    /// How long a slot that became free is kept for whoever is first in line.
    pub hold_minutes: u32,
}

impl Default for StudioSettings {
    fn default() -> Self {
        Self {
            approved_at_once: Vec::new(),
            resident_days_ahead: 60,
            check_in_minutes: 30,
            no_show_minutes: 20,
            no_shows: 3,
            bar_days: 30,
            hold_minutes: 180,
        }
    }
}

/// The house rules residents agree to, as their text stands now. Raised when the text changes.
pub const HOUSE_RULES: i32 = 1;

/// The text on the use of pictures and voices that whoever answers a call agrees to. Raised when the text changes.
pub const PICTURE_CONSENT: i32 = 1;

/// The most occurrences of one series: two a week for a year.
pub const MOST_OCCURRENCES: u16 = 104;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_a_final_state_and_what_is_over_was_held() {
        for &state in BookingState::ALL {
            for &next in BookingState::ALL {
                if state.may_become(next) {
                    assert!(state.is_open() || state == BookingState::InUse, "{state:?} to {next:?}");
                    assert_ne!(state, next);
                }
            }
        }
        assert!(!BookingState::Asked.holds() && !BookingState::Waiting.holds());
        assert!(BookingState::Approved.holds() && BookingState::Held.holds());
    }

    #[test]
    fn an_answer_that_was_taken_back_is_over_and_a_declined_one_can_still_be_chosen() {
        use AnswerState::*;
        let all = || AnswerState::ALL.iter().copied();
        let leads = |from: AnswerState| all().filter(|to| from.may_become(*to)).collect::<Vec<_>>();
        assert_eq!(leads(Asked), [Chosen, Declined, Withdrawn]);
        assert_eq!(leads(Chosen), [Declined, Withdrawn]);
        assert_eq!(leads(Declined), [Chosen]);
        assert_eq!(leads(Withdrawn), []);
    }

    #[test]
    fn codes_count_within_a_year() {
        assert_eq!(CallCode::of_year(2026, 7).as_str(), "C26-07");
        assert_eq!(BookingCode::of_year(2026, 7).as_str(), "S26-007");
        assert_eq!(BookingCode::of_year(2026, 1234).as_str(), "S26-1234");
        assert!(BookingCode::parse("T20-01").is_some());
        for bad in ["", "t20-01", "T20 01", "../X"] {
            assert!(BookingCode::parse(bad).is_none(), "{bad}");
        }
    }
}
