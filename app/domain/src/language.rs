//! The languages a reader can choose; pure, so that pages, letters and islands name them alike.

use crate::named::named;

named! {
    /// A language every sentence exists in, by its BCP 47 code. Korean comes first and has no URL prefix.
    pub enum Language { Ko = "ko", En = "en" }
}

impl Language {
    /// What stands before every path in this language: `/courses`, `/en/courses`.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Ko => "",
            Self::En => "/en",
        }
    }

    /// The BCP 47 code, as in `<html lang>`.
    pub fn code(self) -> &'static str {
        self.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::Language;

    #[test]
    fn a_code_names_one_language() {
        for language in Language::ALL {
            assert_eq!(Language::parse(language.code()), Some(*language));
        }
        assert_eq!(Language::parse("EN"), None);
    }
}
