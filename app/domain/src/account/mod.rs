//! People, the ways to reach them, their duties, sign-in and consent.

mod model;
pub use model::*;

#[cfg(feature = "store")]
pub mod access;
#[cfg(feature = "store")]
mod accounts;
#[cfg(feature = "store")]
pub mod audit;
#[cfg(feature = "store")]
pub mod challenge;
#[cfg(feature = "store")]
pub mod duty;
#[cfg(feature = "store")]
pub mod entity;
#[cfg(feature = "store")]
pub mod password;
#[cfg(feature = "store")]
mod permission;
#[cfg(feature = "store")]
pub mod store;
#[cfg(feature = "store")]
pub(crate) mod tell;
#[cfg(feature = "store")]
pub use {accounts::Accounts, audit::record, permission::*};
