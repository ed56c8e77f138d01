//! A class's or an event's life on YouTube: what is wanted is kept here, and a worker makes YouTube agree.

pub mod call;
mod model;
pub mod plan;
pub mod question;
pub mod read;
pub mod stream;

#[cfg(feature = "store")]
pub mod abandoned;
#[cfg(feature = "store")]
pub mod ahead;
#[cfg(feature = "store")]
pub mod channel;
#[cfg(feature = "store")]
pub mod encoder;
#[cfg(feature = "store")]
pub mod entity;
#[cfg(feature = "store")]
pub mod ledger;
#[cfg(feature = "store")]
mod playlist;
#[cfg(feature = "store")]
pub mod reconcile;
#[cfg(feature = "store")]
pub mod reseal;
#[cfg(feature = "store")]
pub mod sheet;
#[cfg(feature = "store")]
pub mod store;
#[cfg(feature = "store")]
pub mod template;
#[cfg(feature = "store")]
pub mod wanted;

pub use model::*;
