//! The typeface of everything drawn here: the design system's own, with every Korean syllable there is.

use std::sync::{Arc, LazyLock};

use resvg::usvg::fontdb::Database;

/// As a picture names it.
pub const FAMILY: &str = "Pretendard GOV";

/// From the package `pretendard-gov` (SIL Open Font License), which `./dev setup` installs. Part of the program, so that
/// what it draws doesn't hang on what is installed beside it.
pub const BOLD: &[u8] = include_bytes!(
    "../../../style/node_modules/pretendard-gov/dist/public/static/alternative/PretendardGOV-Bold.ttf"
);

pub const REGULAR: &[u8] = include_bytes!(
    "../../../style/node_modules/pretendard-gov/dist/public/static/alternative/PretendardGOV-Regular.ttf"
);

/// Read once.
pub static FONTS: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    fonts.load_font_data(BOLD.to_vec());
    Arc::new(fonts)
});
