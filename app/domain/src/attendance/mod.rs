//! Who took part in a class: marks and how people check themselves in, the code of an online class and the minutes watched of
//! it; and what follows: absence without a word, completion, certificates.

mod absence;
mod mark;
mod model;
mod standing;
mod watch;

#[cfg(feature = "store")]
pub mod away;
#[cfg(feature = "store")]
pub mod bar;
#[cfg(feature = "store")]
pub mod certificate;
#[cfg(feature = "store")]
pub mod check_in;
#[cfg(feature = "store")]
pub mod completion;
#[cfg(feature = "store")]
pub mod entity;
#[cfg(feature = "store")]
pub mod history;
#[cfg(feature = "store")]
pub mod keep;
#[cfg(feature = "store")]
pub mod key;
#[cfg(feature = "store")]
pub mod kiosk;
#[cfg(feature = "store")]
pub mod learning;
#[cfg(feature = "store")]
pub mod link;
#[cfg(feature = "store")]
mod no_show;
#[cfg(feature = "store")]
pub mod paper;
#[cfg(feature = "store")]
pub mod reach;
#[cfg(feature = "store")]
pub mod sheet;
#[cfg(feature = "store")]
pub mod store;
#[cfg(feature = "store")]
pub mod viewing;

pub use absence::*;
pub use mark::*;
pub use model::*;
pub use standing::*;
pub use watch::*;
