//! The tree of spaces, their seats, and who occupies what when.

mod model;
pub use model::*;

#[cfg(feature = "store")]
pub mod arrange;
#[cfg(feature = "store")]
pub mod diary;
#[cfg(feature = "store")]
pub mod entity;
#[cfg(feature = "store")]
pub mod file;
#[cfg(feature = "store")]
pub mod free;
#[cfg(feature = "store")]
pub mod holiday;
#[cfg(feature = "store")]
pub mod plan;
#[cfg(feature = "store")]
pub mod rules;
#[cfg(feature = "store")]
pub mod store;
