//! Broadcasts: that YouTube comes to agree with the rows whatever fails, and what people see of them.

mod desk;
mod feed;
mod history;
pub mod life;
mod page;
pub(crate) mod question;
