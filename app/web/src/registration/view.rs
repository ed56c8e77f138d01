//! What the seat plan is drawn from, on the server and in the browser.

use domain::registration::{Snapshot, State};
use domain::space::{SeatCode, SeatPlan};
use serde::{Deserialize, Serialize};

/// A run's seats and the viewer's own part in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Board {
    /// The run's page without the language's prefix: `/courses/P21-014`; its live addresses lie below it.
    pub path: String,
    pub plan: SeatPlan,
    pub capacity: u32,
    pub snapshot: Snapshot,
    pub mine: Option<Mine>,
    pub offer: Offer,
}

/// What pressing a seat does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Offer {
    /// Nothing: the plan is only looked at.
    Look,
    /// Applies, with the key that makes a second press harmless. `online` where the run is both.
    Apply { key: String, online: bool },
    /// Moves the viewer's booked application.
    Change,
}

/// The viewer's live application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mine {
    /// The application's page without the language's prefix: `/my/<id>`.
    pub path: String,
    pub state: State,
    pub seat: Option<SeatCode>,
    pub rank: Option<u32>,
    /// Until when an offer is good, in words.
    pub until: Option<String>,
}
