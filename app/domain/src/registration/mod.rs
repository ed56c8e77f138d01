//! Applications, seats and the waiting list: who gets what, decided in order of arrival.

mod door;
mod lottery;
mod model;
mod roll;
mod ticket;
pub use door::Entrance;
pub use lottery::{Lottery, SOURCE_MAX, Stage};
pub use model::*;
pub use roll::{Entry, Roll};
pub use ticket::{TicketNumber, TicketState};

#[cfg(feature = "store")]
mod batch;
#[cfg(feature = "store")]
mod book;
#[cfg(feature = "store")]
pub mod desk;
#[cfg(feature = "store")]
pub mod draw;
#[cfg(feature = "store")]
pub mod drawing;
#[cfg(feature = "store")]
pub mod entity;
#[cfg(feature = "store")]
mod public_value;
#[cfg(feature = "store")]
pub(crate) mod relocate;
#[cfg(feature = "store")]
pub mod seating;
#[cfg(feature = "store")]
mod shelf;
#[cfg(feature = "store")]
pub mod store;
#[cfg(feature = "store")]
mod watch;
#[cfg(feature = "store")]
mod writer;
#[cfg(feature = "store")]
pub use public_value::{DrawSettings, PublicValue, Source, ValueKind};
#[cfg(feature = "store")]
pub(crate) use shelf::{Shelf, book};
#[cfg(feature = "store")]
pub(crate) use store::read_turn;
#[cfg(feature = "store")]
pub use watch::Watchers;
#[cfg(feature = "store")]
pub use writer::{Actor, Outcome, Writer, WriterError};
