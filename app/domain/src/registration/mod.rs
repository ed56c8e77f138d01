//! Applications, seats and the waiting list: who gets what, decided in order of arrival.

mod model;
pub use model::*;

#[cfg(feature = "store")]
pub mod entity;
#[cfg(feature = "store")]
pub mod store;
#[cfg(feature = "store")]
mod writer;
#[cfg(feature = "store")]
pub use writer::*;
