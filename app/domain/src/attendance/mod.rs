//! Who took part in a class: marks, and the code of an online class, which whoever presents shows and says.

mod mark;
mod model;
mod standing;

#[cfg(feature = "store")]
pub mod certificate;
#[cfg(feature = "store")]
pub mod check_in;
#[cfg(feature = "store")]
pub mod completion;
#[cfg(feature = "store")]
pub mod entity;
#[cfg(feature = "store")]
pub mod key;
#[cfg(feature = "store")]
pub mod learning;
#[cfg(feature = "store")]
pub mod paper;
#[cfg(feature = "store")]
pub mod reach;
#[cfg(feature = "store")]
pub mod sheet;
#[cfg(feature = "store")]
pub mod store;

pub use mark::*;
pub use model::*;
pub use standing::*;
