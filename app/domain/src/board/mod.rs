//! The office's boards: screens in its halls and lifts, each with four faces that show what is due on the day.

pub mod media;
mod model;
pub use model::*;

#[cfg(feature = "store")]
pub mod edit;
#[cfg(feature = "store")]
pub mod entity;
#[cfg(feature = "store")]
pub mod store;
