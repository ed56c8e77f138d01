//! Pictures and papers that the program makes itself, with the typeface it brings along.

mod font;
pub mod route;
mod thumbnail;
mod workbook;

pub use thumbnail::{NotDrawn, draw as draw_thumbnail};
pub use workbook::draw as draw_workbook;
