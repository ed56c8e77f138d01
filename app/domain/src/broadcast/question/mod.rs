//! The question box of a broadcast: what those who watch ask whoever presents.

mod model;

#[cfg(feature = "store")]
pub mod entity;
#[cfg(feature = "store")]
pub mod store;

pub use model::*;
