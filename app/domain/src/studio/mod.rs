//! Bookings of the studio and of whatever else may be asked for: who wants a space, who decides, what came of it;
//! and open calls for programmes.

mod model;
pub use model::*;

#[cfg(feature = "store")]
pub mod ask;
#[cfg(feature = "store")]
pub mod call;
#[cfg(feature = "store")]
pub mod decide;
#[cfg(feature = "store")]
pub mod entity;
#[cfg(feature = "store")]
pub mod file;
#[cfg(feature = "store")]
pub mod keep;
#[cfg(feature = "store")]
pub mod series;
#[cfg(feature = "store")]
pub mod store;
#[cfg(feature = "store")]
mod write;
