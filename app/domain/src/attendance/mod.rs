//! Who took part in a class. So far: the code of an online class, which whoever presents shows and says.

mod model;

#[cfg(feature = "store")]
pub mod entity;
#[cfg(feature = "store")]
pub mod store;

pub use model::*;
