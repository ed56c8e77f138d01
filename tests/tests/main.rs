//! What the program promises, one file for each feature.

mod account;
mod constraint;
mod registration;
mod schema;
mod server;
