//! What the program promises, one file for each feature.

mod constraint;
mod schema;
mod server;
