//! Pictures and papers that the program makes itself, with the typeface it brings along.

mod certificate;
mod font;
mod hwpx;
mod press;
pub mod route;
mod thumbnail;
mod workbook;

pub use certificate::draw as draw_certificates;
pub use hwpx::draw as draw_hwpx;
pub use press::NotSet;
pub use thumbnail::{NotDrawn, draw as draw_thumbnail};
pub use workbook::draw as draw_workbook;
