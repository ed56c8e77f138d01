//! Pictures and papers that the program makes itself, with the typeface it brings along.

mod font;
pub mod route;
mod thumbnail;

pub use thumbnail::{NotDrawn, draw as draw_thumbnail};
