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

    /// Its name in itself, as a reader looks for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ko => "한국어",
            Self::En => "English",
        }
    }

    /// The address of a page in this language: `/courses` gives `/en/courses`, and `/` gives `/en`.
    pub fn path(self, path: &str) -> String {
        match (self.prefix(), path.strip_prefix('/')) {
            ("", _) => path.to_owned(),
            (prefix, Some(rest)) if rest.is_empty() || rest.starts_with('?') => format!("{prefix}{rest}"),
            (prefix, _) => format!("{prefix}{path}"),
        }
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

    #[test]
    fn every_page_has_an_address_in_each_language() {
        assert_eq!(Language::Ko.path("/courses"), "/courses");
        assert_eq!(Language::En.path("/courses?open=yes"), "/en/courses?open=yes");
        assert_eq!(Language::En.path("/"), "/en");
        assert_eq!(Language::En.path("/?a=b"), "/en?a=b");
    }
}
