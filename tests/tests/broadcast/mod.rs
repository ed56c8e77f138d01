//! Broadcasts: that YouTube comes to agree with the rows whatever fails, and what people see of them.

mod history;
mod life;
mod page;
pub(crate) mod question;
