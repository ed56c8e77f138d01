//! Enums whose variants have a word of their own: in a column, in a form, in a file.

/// Declares enums with `ALL`, `as_str` and `parse`, written as `Variant = "word"`.
macro_rules! named {
    ($($(#[$doc:meta])* pub enum $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? })+) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
            pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant),+ }

            impl $name {
                pub const ALL: &'static [Self] = &[$(Self::$variant),+];

                /// The word that stands for it in columns, forms and files.
                pub fn as_str(self) -> &'static str {
                    match self { $(Self::$variant => $word),+ }
                }

                pub fn parse(word: &str) -> Option<Self> {
                    match word { $($word => Some(Self::$variant),)+ _ => None }
                }
            }
        )+
        crate::column!($($name)+);
    };
}
pub(crate) use named;
