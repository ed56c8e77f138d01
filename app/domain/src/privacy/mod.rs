//! The end of personal data: an account that is closed, and what has been kept long enough.

mod close;
mod retention;

pub use close::{CloseError, close};
pub use retention::{Due, due, purge};
