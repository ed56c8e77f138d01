//! What the program promises, one file for each feature.

mod constraint;
mod registration;
mod schema;
mod server;
