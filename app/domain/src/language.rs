//! The languages a reader can choose; pure, so that pages, letters and islands name them alike.

use crate::named::named;

named! {
    /// A language every sentence exists in, by its BCP 47 code. Korean comes first and has no URL prefix.
    pub enum Language { Ko = "ko", En = "en", Zh = "zh-Hans", Ja = "ja" }
}

impl Language {
    /// What stands before every path in this language: `/courses`, `/en/courses`.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Ko => "",
            Self::En => "/en",
            Self::Zh => "/zh",
            Self::Ja => "/ja",
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
            Self::Zh => "简体中文",
            Self::Ja => "日本語",
        }
    }

    /// What is written in Korean and perhaps in English, as this reader had best read it: who reads no Korean reads more of
    /// English.
    pub fn choose<'a>(self, korean: &'a str, english: Option<&'a str>) -> &'a str {
        english.filter(|_| self != Self::Ko).unwrap_or(korean)
    }

    /// The language of what reaches this reader where Chinese characters can't be written: text messages, which the gateways
    /// take in a Korean encoding, and papers, whose fonts have none.
    pub fn without_characters(self, instead: Self) -> Self {
        match self {
            Self::Ko | Self::En => self,
            Self::Zh | Self::Ja => instead,
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
        assert_eq!(Language::Zh.path("/courses"), "/zh/courses");
    }

    #[test]
    fn who_reads_no_korean_reads_english_where_there_is_any() {
        assert_eq!(Language::Ko.choose("엑셀", Some("Excel")), "엑셀");
        assert_eq!(Language::Ja.choose("엑셀", Some("Excel")), "Excel");
        assert_eq!(Language::Zh.choose("엑셀", None), "엑셀");
    }
}
