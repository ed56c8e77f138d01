//! The languages a reader can choose; pure, so that pages, letters and islands name them alike.

use serde::{Deserialize, Serialize};

/// A language every sentence exists in. Korean comes first and has no URL prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    Ko,
    En,
}

impl Language {
    pub const ALL: [Self; 2] = [Self::Ko, Self::En];

    /// The BCP 47 code, as in `<html lang>` and in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Ko => "ko",
            Self::En => "en",
        }
    }

    /// What stands before every path in this language: `/courses`, `/en/courses`.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Ko => "",
            Self::En => "/en",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::Language;

    #[test]
    fn a_code_names_one_language() {
        for language in Language::ALL {
            assert_eq!(Language::parse(language.code()), Some(language));
        }
        assert_eq!(Language::parse("EN"), None);
    }
}
