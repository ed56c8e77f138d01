//! Broadcasts: that YouTube comes to agree with the rows whatever fails, and what people see of them.

mod desk;
mod feed;
mod history;
mod hold;
mod kill;
pub mod life;
mod page;
pub(crate) mod question;
mod replay;
