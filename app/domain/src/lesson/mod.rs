//! Recorded lessons: videos of a course that one watches when one likes, with chapters, captions and how far one has come.

pub mod caption;
mod model;
pub mod progress;
pub use model::*;

#[cfg(feature = "store")]
pub mod edit;
#[cfg(feature = "store")]
pub mod entity;
#[cfg(feature = "store")]
pub mod store;
#[cfg(feature = "store")]
pub mod track;
#[cfg(feature = "store")]
pub mod watch;
