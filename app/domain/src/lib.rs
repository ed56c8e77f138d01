//! The rules and the records of the centre; knows nothing of the web.

pub mod language;
