//! Paper tickets: who comes to the front desk before a window opens is entered then, and decided at the opening in the
//! order of the tickets, ahead of everybody who comes at the opening or later.

use chrono::{DateTime, Utc};

use super::{Book, Choice, Place};
use crate::named::named;

named! {
    /// Where a ticket stands.
    pub enum TicketState {
        /// For the opening.
        Waiting = "waiting",
        /// Has become an application.
        Released = "released",
        /// Was refused at the opening by a rule.
        Refused = "refused",
        /// Taken back at the desk, or with the run or the person's account.
        Withdrawn = "withdrawn",
    }
}

/// The number on a slip of paper, from 1 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TicketNumber(i32);

impl TicketNumber {
    /// Reads it as it is typed: `12`, `012`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.len() <= 4 && text.chars().all(|c| c.is_ascii_digit());
        text.parse().ok().filter(|number| digits && *number > 0).map(Self)
    }

    pub fn get(self) -> i32 {
        self.0
    }
}

impl Book {
    /// When the window opens, if that is still to come.
    pub fn opens_after(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.apply_from.filter(|from| *from > now)
    }

    /// The instant at which tickets are taken to have arrived, once they are to be decided: the opening, so that nobody who
    /// came at or after it is ahead of them. Where nobody decided them before the run began, they came too late.
    pub fn releases(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let begun = self.begins().filter(|begins| *begins <= now);
        begun.or(self.apply_from.filter(|from| *from <= now))
    }

    /// What a ticket's wish comes to, when nobody can be asked any more: where the chair is gone any other will do, which can
    /// be changed later; another way to attend will not.
    pub fn wish_left(&self, wish: &Choice) -> Choice {
        let gone = matches!(wish, Choice::Seat(_)) && self.place(wish).is_err();
        match self.free_place() {
            None | Some(Place::Seat(_)) if gone => Choice::Any,
            _ => wish.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_of_one_to_four_digits_and_not_zero() {
        let parsed = ["1", "012", "9999", "0", "", "-1", "+1", "10000", "1.5", "셋"].map(TicketNumber::parse);
        let numbers = parsed.map(|number| number.map(TicketNumber::get));
        assert_eq!(&numbers[..3], [Some(1), Some(12), Some(9999)]);
        assert_eq!(&numbers[3..], [None; 7]);
    }
}
