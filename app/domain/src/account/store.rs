//! Finding, making and changing accounts.
