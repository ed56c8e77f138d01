//! Who took part in a class: marks, the code of an online class and the minutes watched of it, and what follows where
//! somebody stayed away without a word.

mod absence;
mod mark;
mod model;
mod watch;

#[cfg(feature = "store")]
pub mod away;
#[cfg(feature = "store")]
pub mod bar;
#[cfg(feature = "store")]
pub mod entity;
#[cfg(feature = "store")]
pub mod keep;
#[cfg(feature = "store")]
pub mod key;
#[cfg(feature = "store")]
pub mod link;
#[cfg(feature = "store")]
mod no_show;
#[cfg(feature = "store")]
pub mod sheet;
#[cfg(feature = "store")]
pub mod store;
#[cfg(feature = "store")]
pub mod viewing;

pub use absence::*;
pub use mark::*;
pub use model::*;
pub use watch::*;
