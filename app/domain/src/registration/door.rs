//! What is decided at the door of a class that goes on: who else may come in, and who sits where.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Book, Grant, Place, Refusal, State};
use crate::course::Selection;
use crate::space::SeatCode;

/// By which way an application comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entrance {
    /// From the person's own pages.
    Page,
    /// Entered at the desk, until the run begins.
    Desk,
    /// For somebody who stands in the door of a class. `approves` says whether whoever lets them in may approve, too.
    Door { approves: bool },
}

/// People stand in the door from so long before a class.
const BEFORE: TimeDelta = TimeDelta::minutes(30);

impl Book {
    /// Whether a class of the run goes on or is about to begin.
    pub fn is_meeting(&self, now: DateTime<Utc>) -> bool {
        self.meets.iter().any(|(start, end)| *start - BEFORE <= now && now < *end)
    }

    /// How the desk enters somebody: once the run has begun, only whoever has come to a class.
    pub fn entrance_at_desk(&self, now: DateTime<Utc>) -> Entrance {
        let has_begun = self.begins().is_some_and(|begins| begins <= now);
        if has_begun && self.is_meeting(now) { Entrance::Door { approves: false } } else { Entrance::Desk }
    }

    /// What somebody in the door gets: a place that nobody else waits for, or nothing.
    pub(super) fn let_in(&self, place: Option<Place>, approves: bool) -> Result<Grant, Refusal> {
        if self.selection == Selection::Approval && !approves {
            return Err(Refusal::ApprovalWanted);
        }
        match place {
            _ if self.waits() => Err(Refusal::OthersFirst),
            None if !self.live.offered().is_empty() => Err(Refusal::OthersFirst),
            None => Err(Refusal::Full),
            Some(place) => Ok(Grant::Booked(place)),
        }
    }

    /// The places of two who are booked, once they have exchanged them: that of `stamp`, then that of `other`. `seat` is the one
    /// on which whoever asks has seen `other`; `None` where `stamp` sits there already, since they have asked before.
    pub fn swap(
        &self,
        stamp: i64,
        other: i64,
        seat: &SeatCode,
        now: DateTime<Utc>,
    ) -> Result<Option<(Place, Place)>, Refusal> {
        let place = self.change_seat(stamp, seat, now);
        let held = |stamp| self.live.get(stamp).filter(|entry| entry.state == State::Booked)?.place;
        let (own, theirs) =
            (held(stamp).ok_or(Refusal::WrongState)?, held(other).ok_or(Refusal::WrongState)?);
        match place {
            Ok(place) if place == own => return Ok(None),
            // `other` has left it meanwhile, and nobody else has taken it.
            Ok(_) => return Err(Refusal::WrongState),
            Err(Refusal::SeatTaken(_)) if self.seat(seat)? == theirs => {}
            Err(refused) => return Err(refused),
        }
        let Place::Seat(left) = own else { return Err(Refusal::NoSuchSeat) };
        match self.chairs.get(&left) {
            Some(chair) if chair.in_service => Ok(Some((theirs, own))),
            Some(chair) => Err(Refusal::SeatOutOfService(chair.code.clone())),
            None => Err(Refusal::NoSuchSeat),
        }
    }
}
