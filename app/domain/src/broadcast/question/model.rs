//! What may be asked, under which nickname, when and how often.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::broadcast::OnShow;
use crate::named::named;

named! {
    pub enum QuestionState {
        Asked = "asked",
        Answered = "answered",
        /// Only whoever presents still sees it.
        Hidden = "hidden",
    }

    /// What whoever presents does with a question.
    pub enum QuestionAct {
        Answer = "answer",
        Hide = "hide",
        /// Takes back either of the others.
        Reopen = "reopen",
    }
}

impl QuestionAct {
    pub fn leads_to(self) -> QuestionState {
        match self {
            Self::Answer => QuestionState::Answered,
            Self::Hide => QuestionState::Hidden,
            Self::Reopen => QuestionState::Asked,
        }
    }

    /// Whether it is of use for a question that stands so: what is hidden is shown again before it is answered.
    pub fn is_for(self, state: QuestionState) -> bool {
        match self {
            Self::Answer => state == QuestionState::Asked,
            Self::Hide => state != QuestionState::Hidden,
            Self::Reopen => state != QuestionState::Asked,
        }
    }
}

/// Under which name somebody asks: one line of 1 to 20 characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nickname(String);

impl Nickname {
    pub const MAX: usize = 20;

    pub fn parse(text: &str) -> Option<Self> {
        line(text, Self::MAX).filter(|line| !key(line).is_empty()).map(Self)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it reads as this name, however it is spaced or decorated: `☆ 강사 01 ☆` reads as `강사01`.
    /// A longer name is also not to stand inside of it, as in `홍길동 선생님`.
    pub fn passes_for(&self, name: &str) -> bool {
        let (own, name) = (key(&self.0), key(name));
        let is_whole_name = name.chars().count() >= 3;
        !name.is_empty() && (own == name || is_whole_name && own.contains(&name))
    }
}

/// A question in its asker's words: one paragraph of 1 to 300 characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionWords(String);

impl QuestionWords {
    pub const MAX: usize = 300;

    pub fn parse(text: &str) -> Option<Self> {
        line(text, Self::MAX).map(Self)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// NFC, single spaces, and nothing that can't be seen: such characters turn a line around or make two names look alike.
fn line(text: &str, max: usize) -> Option<String> {
    let text: String = text.nfc().filter(|c| c.is_whitespace() || !is_invisible(*c)).collect();
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (1..=max).contains(&line.chars().count()).then_some(line)
}

fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}')
}

/// By which two names are compared: letters and digits alone, wide ones as narrow ones, in lower case.
fn key(name: &str) -> String {
    name.nfkc().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()).collect()
}

/// So long before the beginning one may ask.
pub const EARLY: TimeDelta = TimeDelta::minutes(15);

/// So long somebody waits between two questions.
pub const PAUSE: TimeDelta = TimeDelta::seconds(20);

/// So many questions one person asks in a broadcast.
pub const A_BROADCAST: u64 = 30;

/// Whether the time is one at which questions are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taking {
    NotYet,
    Now,
    Over,
}

/// From a quarter of an hour before the beginning until the end of the show.
pub fn taking(show: OnShow, starts_at: DateTime<Utc>, now: DateTime<Utc>) -> Taking {
    match show {
        OnShow::Before if now < starts_at - EARLY => Taking::NotYet,
        OnShow::Before | OnShow::Live => Taking::Now,
        OnShow::After | OnShow::Cancelled => Taking::Over,
    }
}

/// Whole seconds until somebody may ask again who asked last at `last`; `None` where they may now.
pub fn pause_left(last: DateTime<Utc>, now: DateTime<Utc>) -> Option<u64> {
    let left = (last + PAUSE - now).num_milliseconds();
    u64::try_from(left).ok().filter(|left| *left > 0).map(|left| left.div_ceil(1_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_composed_and_holds_nothing_that_cannot_be_seen() {
        let nickname = Nickname::parse(" \u{1112}\u{1161}\u{11ab}\u{202e}  글\u{200b}이\n").unwrap();
        assert_eq!(nickname.as_str(), "한 글이");
        for empty in ["", " \n", "\u{200b}\u{feff}", "\u{3164}"] {
            assert_eq!(Nickname::parse(empty), None, "{empty:?}");
            assert_eq!(QuestionWords::parse(empty), None, "{empty:?}");
        }
        assert!(Nickname::parse(&"가".repeat(20)).is_some());
        assert_eq!(Nickname::parse(&"가".repeat(21)), None);
        assert_eq!(Nickname::parse("★ ☆"), None, "nobody is called so");
        assert_eq!(QuestionWords::parse("한 줄\r\n두 줄").unwrap().as_str(), "한 줄 두 줄");
        assert!(QuestionWords::parse(&"가".repeat(300)).is_some());
        assert_eq!(QuestionWords::parse(&"가".repeat(301)), None);
    }

    #[test]
    fn nobody_passes_for_whoever_presents() {
        let passes = |nickname: &str, name: &str| Nickname::parse(nickname).unwrap().passes_for(name);
        for nickname in ["강사01", "강사 01", "☆강사０１☆", "강사01 선생님"] {
            assert!(passes(nickname, "강사01"), "{nickname}");
        }
        assert!(passes("JANE doe", "Jane Doe"));
        assert!(passes("이수", "이수"));
        assert!(!passes("이수민", "이수"), "a short name is part of many others");
        assert!(!passes("강사02", "강사01"));
        assert!(!passes("누구든", ""), "a show without a presenter has nobody to pass for");
    }

    #[test]
    fn questions_are_taken_from_a_quarter_before_until_the_end() {
        let starts_at: DateTime<Utc> = "2021-03-03T01:00:00Z".parse().unwrap();
        let at = |minutes| starts_at + TimeDelta::minutes(minutes);
        assert_eq!(taking(OnShow::Before, starts_at, at(-16)), Taking::NotYet);
        assert_eq!(taking(OnShow::Before, starts_at, at(-15)), Taking::Now);
        assert_eq!(taking(OnShow::Live, starts_at, at(-30)), Taking::Now, "a show may begin early");
        assert_eq!(taking(OnShow::Live, starts_at, at(300)), Taking::Now);
        assert_eq!(taking(OnShow::After, starts_at, at(300)), Taking::Over);
        assert_eq!(taking(OnShow::Cancelled, starts_at, at(0)), Taking::Over);
    }

    #[test]
    fn a_pause_is_counted_in_whole_seconds() {
        let last: DateTime<Utc> = "2021-03-03T01:00:00Z".parse().unwrap();
        let after = |milliseconds| pause_left(last, last + TimeDelta::milliseconds(milliseconds));
        assert_eq!(after(0), Some(20));
        assert_eq!(after(19_001), Some(1));
        assert_eq!(after(20_000), None);
    }
}
