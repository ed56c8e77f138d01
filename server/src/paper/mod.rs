//! Pictures and papers that the program makes itself, with the typeface it brings along.

mod font;
mod hwpx;
pub mod route;
mod thumbnail;
mod workbook;

pub use hwpx::draw as draw_hwpx;
pub use thumbnail::{NotDrawn, draw as draw_thumbnail};
pub use workbook::draw as draw_workbook;
