//! Every sentence of the pages and letters, as functions of the language; `build.rs` makes them from `locales/`.

pub use domain::language::Language;

include!(concat!(env!("OUT_DIR"), "/words.rs"));
