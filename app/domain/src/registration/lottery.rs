//! Runs whose places are given by lot: until the draw everybody who applies asks, nobody is ahead of anybody.

use chrono::{DateTime, Utc};

use super::{Book, Entrance, Refusal};
use crate::course::{RunState, Selection};

/// How far the draw of a run has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// The secret is promised; whoever applies is in the list.
    Committed,
    /// The list is frozen.
    Listed,
    Drawn,
}

/// The draw of a run, as far as it decides about applications.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lottery {
    pub stage: Stage,
    /// When it came there. What is published of a draw has an order, so that no two steps are at one instant.
    pub since: DateTime<Utc>,
    /// When it is announced for.
    pub planned_for: DateTime<Utc>,
}

/// The longest source that a page shows.
pub const SOURCE_MAX: usize = 300;

impl Book {
    fn stage(&self) -> Option<Stage> {
        self.lottery.map(|lottery| lottery.stage)
    }

    /// Whether its places wait for a draw, so that whoever applies asks.
    pub fn awaits_draw(&self) -> bool {
        self.selection == Selection::Lottery && self.stage().is_some_and(|stage| stage < Stage::Drawn)
    }

    /// Whether whoever applies or cancels comes into its list or leaves it.
    pub(super) fn has_open_list(&self) -> bool {
        self.awaits_draw() && self.stage() == Some(Stage::Committed)
    }

    /// From when on the draw may be expected: as announced, and never before the window has closed.
    pub fn draws_after(&self) -> Option<DateTime<Utc>> {
        self.apply_until.max(self.lottery.map(|lottery| lottery.planned_for))
    }

    /// Whether its draw was promised and is still held.
    pub fn draw_is_to_come(&self, now: DateTime<Utc>) -> bool {
        self.state == RunState::Published
            && self.awaits_draw()
            && self.begins().is_some_and(|begins| now < begins)
    }

    /// Whether the secret of its draw is to be made and promised now. Once its window has closed it is too late.
    pub fn commits(&self, now: DateTime<Utc>) -> bool {
        self.selection == Selection::Lottery
            && self.state == RunState::Published
            && self.lottery.is_none()
            && self.apply_until.is_some_and(|until| now < until)
    }

    /// Whether the list of its applicants is to be frozen now.
    pub fn lists(&self, now: DateTime<Utc>) -> bool {
        self.has_open_list()
            && self.state == RunState::Published
            && self.apply_until.is_some_and(|until| until <= now)
            && self.lottery.is_some_and(|lottery| lottery.since < now)
    }

    /// Whether whoever comes this way may apply in a run with a lottery: inside the window for the draw, after the draw at the
    /// desk for what is left, and through the door of a class unless somebody still waits for the draw. Where no draw was promised
    /// before the window closed, the desk goes on without one.
    pub(super) fn is_open_by_lot(
        &self,
        entrance: Entrance,
        arrived: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<(), Refusal> {
        match self.stage() {
            _ if matches!(entrance, Entrance::Door { .. }) => {
                let waits = self.awaits_draw() && !self.live.asked().is_empty();
                if waits { Err(Refusal::OthersFirst) } else { Ok(()) }
            }
            None if arrived < until => Err(Refusal::DrawNotReady),
            Some(Stage::Committed) if arrived < until => Ok(()),
            Some(Stage::Committed | Stage::Listed) => {
                Err(Refusal::DrawAwaited(self.draws_after().unwrap_or(until)))
            }
            None | Some(Stage::Drawn) if entrance == Entrance::Desk => Ok(()),
            None | Some(Stage::Drawn) => Err(Refusal::Closed),
        }
    }

    /// Whether its places may be drawn now: once, after the list is frozen, as announced, before the run begins.
    pub fn may_draw(&self, now: DateTime<Utc>) -> Result<(), Refusal> {
        match self.state {
            RunState::Draft => return Err(Refusal::NotFound),
            RunState::Cancelled => return Err(Refusal::RunCancelled),
            RunState::Published => {}
        }
        let lottery = self.lottery.filter(|_| self.selection == Selection::Lottery);
        let Lottery { stage, since, .. } = lottery.ok_or(Refusal::NotFound)?;
        if stage == Stage::Drawn {
            return Err(Refusal::AlreadyDrawn);
        }
        if self.begins().is_none_or(|begins| begins <= now) {
            return Err(Refusal::Begun);
        }
        if stage == Stage::Committed || now <= since {
            return Err(Refusal::ListOpen(self.apply_until.unwrap_or(now)));
        }
        self.draws_after().filter(|after| now < *after).map_or(Ok(()), |after| Err(Refusal::DrawEarly(after)))
    }
}
