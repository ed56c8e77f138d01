//! The rules by which applications are decided.

use crate::named::named;

named! {
    /// Where an application stands. The first four are live.
    pub enum State {
        /// Waits for the office's approval.
        Asked = "asked",
        Waiting = "waiting",
        /// Holds a seat until a deadline; taken once accepted.
        Offered = "offered",
        Booked = "booked",
        Declined = "declined",
        Cancelled = "cancelled",
        /// An offer not taken in time, or a waiting list that ended when the run began.
        Lapsed = "lapsed",
    }

    /// What happened to an application.
    pub enum EventKind {
        Asked = "asked",
        Waiting = "waiting",
        Booked = "booked",
        Promoted = "promoted",
        Offered = "offered",
        Accepted = "accepted",
        Lapsed = "lapsed",
        Moved = "moved",
        Approved = "approved",
        Declined = "declined",
        Cancelled = "cancelled",
    }
}

impl State {
    pub fn is_live(self) -> bool {
        matches!(self, Self::Asked | Self::Waiting | Self::Offered | Self::Booked)
    }

    /// Whether it holds a seat or an admission.
    pub fn holds(self) -> bool {
        matches!(self, Self::Offered | Self::Booked)
    }
}
