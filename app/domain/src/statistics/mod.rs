//! What the centre has done, in figures: runs, hours and people by any of their sides, plan against result, months that are kept.

mod cube;
mod figure;
mod model;
mod path;
mod side;

#[cfg(feature = "store")]
pub mod entity;
#[cfg(feature = "store")]
pub mod fact;
#[cfg(feature = "store")]
pub mod fold;
#[cfg(feature = "store")]
pub mod month;
#[cfg(feature = "store")]
pub mod plan;
#[cfg(feature = "store")]
pub mod studio;
#[cfg(feature = "store")]
pub mod work;

pub use cube::*;
pub use figure::*;
pub use model::*;
pub use path::*;
pub use side::*;
