//! The catalogue: courses, their runs, and the class sessions of a run.

mod model;
pub use model::*;

#[cfg(feature = "store")]
mod cancel;
#[cfg(feature = "store")]
pub(crate) use cancel::cancel_in;
#[cfg(feature = "store")]
pub mod edit;
#[cfg(feature = "store")]
pub mod entity;
#[cfg(feature = "store")]
pub mod file;
#[cfg(feature = "store")]
pub mod handout;
#[cfg(feature = "store")]
mod letter;
#[cfg(feature = "store")]
pub mod minimum;
#[cfg(feature = "store")]
mod programme;
#[cfg(feature = "store")]
pub mod reader;
#[cfg(feature = "store")]
mod similar;
#[cfg(feature = "store")]
pub(crate) use similar::list_similar;
#[cfg(feature = "store")]
pub mod store;
