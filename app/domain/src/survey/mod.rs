//! The survey after a run: its questions, answers that lead to nobody, and what they say together.

mod model;
pub use model::*;

#[cfg(feature = "store")]
pub mod entity;
#[cfg(feature = "store")]
pub mod invite;
#[cfg(feature = "store")]
pub mod store;
