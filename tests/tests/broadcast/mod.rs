//! Broadcasts: that YouTube comes to agree with the rows whatever fails, and what people see of them.

mod history;
pub mod life;
mod page;
