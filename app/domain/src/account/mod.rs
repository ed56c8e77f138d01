//! People, the ways to reach them, their duties, sign-in and consent.

mod model;
pub use model::*;

#[cfg(feature = "store")]
mod audit;
#[cfg(feature = "store")]
pub mod entity;
#[cfg(feature = "store")]
mod permission;
#[cfg(feature = "store")]
pub mod store;
#[cfg(feature = "store")]
pub use {audit::record, permission::*};
