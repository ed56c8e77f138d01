//! Letters and text messages: what is told to whom, written down before it is sent. Everyone calls it, it calls no one.

mod model;
pub use model::*;

#[cfg(feature = "store")]
pub mod entity;
#[cfg(feature = "store")]
pub mod store;
