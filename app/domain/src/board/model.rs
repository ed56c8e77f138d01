//! What a board is made of, what may stand on it, and whose turn it is.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::named::named;

named! {
    /// A part of a board.
    pub enum Face {
        /// Short texts.
        Notices = "notices",
        /// Clips without sound.
        Video = "video",
        LeftPoster = "left_poster",
        RightPoster = "right_poster",
    }
}

impl Face {
    pub fn is_poster(self) -> bool {
        matches!(self, Self::LeftPoster | Self::RightPoster)
    }
}

/// Where an item stands on an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Now,
    Next,
    /// Its last day is over.
    Over,
    /// Somebody has taken it down, or it was over for so long that its file was erased.
    Ended,
}

/// `from` inclusive, `until` exclusive: an item of one day is shown until midnight, and not after.
pub fn stage(from: DateTime<Utc>, until: DateTime<Utc>, is_ended: bool, now: DateTime<Utc>) -> Stage {
    match () {
        () if is_ended => Stage::Ended,
        () if now < from => Stage::Next,
        () if now < until => Stage::Now,
        () => Stage::Over,
    }
}

/// The code of a board as in its URL, `lobby`: 1 to 40 lower-case letters, digits and hyphens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoardCode(String);

impl BoardCode {
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=40).contains(&text.len())
            && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        fits.then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The lines of a notice below its title: at most [`NoticeText::LINES`] lines, as much as is read in passing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeText(String);

impl NoticeText {
    pub const LINES: usize = 5;
    pub const CHARACTERS: usize = 200;

    pub fn parse(text: &str) -> Option<Self> {
        let text: Vec<&str> = text.trim().lines().map(str::trim).collect();
        let text = text.join("\n");
        let fits = text.lines().count() <= Self::LINES
            && text.chars().count() <= Self::CHARACTERS
            && !text.chars().any(|c| c.is_control() && c != '\n');
        fits.then_some(Self(text))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How many seconds a turn takes: long enough to be read, short enough that the next is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seconds(u16);

impl Seconds {
    pub const LEAST: u16 = 5;
    pub const MOST: u16 = 600;

    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let seconds = text.parse().ok().filter(|_| digits)?;
        (Self::LEAST..=Self::MOST).contains(&seconds).then_some(Self(seconds))
    }

    pub fn get(self) -> u16 {
        self.0
    }
}

/// Whose turn it is among items that are shown one after the other, and for how many seconds it still is. `lengths` are
/// those of their turns; `second` counts on Seoul's wall clock since 1970, so that page, picture and feed agree without
/// knowing of each other.
pub fn turn(lengths: impl Iterator<Item = i64> + Clone, second: i64) -> Option<(usize, i64)> {
    let round: i64 = lengths.clone().sum();
    let mut left = second.checked_rem_euclid(round)?;
    for (index, length) in lengths.enumerate() {
        if left < length {
            return Some((index, length - left));
        }
        left -= length;
    }
    None
}

/// What may be put on the boards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BoardSettings {
    /// The largest poster, in bytes.
    pub picture_bytes: usize,
    /// The largest clip, in bytes.
    pub clip_bytes: usize,
}

/// A million bytes, as people count them.
pub const MEGABYTE: usize = 1_000_000;

impl Default for BoardSettings {
    fn default() -> Self {
        Self { picture_bytes: 5 * MEGABYTE, clip_bytes: 30 * MEGABYTE }
    }
}

/// So many days ahead a board with a program of its own learns what it will show, so that it stays right without a
/// connection.
pub const DAYS_AHEAD: u32 = 7;

/// So many days after its last one an item ends by itself, and its file is erased. Until then its days can be changed.
pub const DAYS_KEPT: u32 = 30;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_its_turn_and_then_it_begins_again() {
        let lengths = || [10, 5].into_iter();
        let turns: Vec<_> = [0, 9, 10, 14, 15, 29, 30].map(|second| turn(lengths(), second)).into();
        let expected = [(0, 10), (0, 1), (1, 5), (1, 1), (0, 10), (1, 1), (0, 10)].map(Some);
        assert_eq!(turns, expected);
        assert_eq!(turn([].into_iter(), 7), None);
        assert_eq!(turn([20].into_iter(), 7), Some((0, 13)));
    }

    #[test]
    fn a_day_ends_at_midnight() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let (from, until) = (at("2020-11-29T15:00:00Z"), at("2020-11-30T15:00:00Z"));
        assert_eq!(stage(from, until, false, at("2020-11-29T14:59:59.999999Z")), Stage::Next);
        assert_eq!(stage(from, until, false, at("2020-11-29T15:00:00Z")), Stage::Now);
        assert_eq!(stage(from, until, false, at("2020-11-30T14:59:59.999999Z")), Stage::Now);
        assert_eq!(stage(from, until, false, at("2020-11-30T15:00:00Z")), Stage::Over);
        assert_eq!(stage(from, until, true, at("2020-11-30T00:00:00Z")), Stage::Ended);
    }

    #[test]
    fn a_notice_is_short() {
        assert_eq!(NoticeText::parse(" a \n\n b\r\n").unwrap().as_str(), "a\n\nb");
        assert!(NoticeText::parse("1\n2\n3\n4\n5").is_some());
        assert!(NoticeText::parse("1\n2\n3\n4\n5\n6").is_none());
        assert!(NoticeText::parse(&"가".repeat(201)).is_none());
        assert!(NoticeText::parse("a\u{7}").is_none());
    }

    #[test]
    fn seconds_are_digits_within_bounds() {
        assert_eq!(Seconds::parse("15").map(Seconds::get), Some(15));
        for bad in ["", "4", "601", "+15", "1.5", "ten"] {
            assert!(Seconds::parse(bad).is_none(), "{bad}");
        }
    }
}
