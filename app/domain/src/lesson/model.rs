//! What a lesson is made of: its code, its length, the languages it may be in, and its chapters.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::course::Line;
use crate::named::named;

named! {
    pub enum LessonState {
        Draft = "draft",
        Published = "published",
        /// Taken out of the library for a reason; what learners watched of it stays theirs.
        Withdrawn = "withdrawn",
    }

    /// What happened to a lesson, for its history.
    pub enum LessonEvent {
        Made = "made",
        Changed = "changed",
        Chaptered = "chaptered",
        Published = "published",
        Withdrawn = "withdrawn",
    }

    /// The language of a lesson or of a caption, by its BCP 47 code.
    pub enum Spoken { Korean = "ko", English = "en", Chinese = "zh", Japanese = "ja", Vietnamese = "vi" }
}

impl Spoken {
    /// Its name in itself, as whoever needs it looks for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Korean => "한국어",
            Self::English => "English",
            Self::Chinese => "中文",
            Self::Japanese => "日本語",
            Self::Vietnamese => "Tiếng Việt",
        }
    }
}

/// The code of a lesson as in its URL, `E26-001`: 1 to 24 capital letters, digits, hyphens. A broadcast's code is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LessonCode(String);

impl LessonCode {
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=24).contains(&text.len())
            && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-');
        fits.then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The longest lesson, in seconds: a day.
pub const LONGEST: u32 = 24 * 60 * 60;

/// A moment of a video as people write it, in whole seconds from its beginning: `0:00`, `12:30`, `1:02:03`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Moment(u32);

impl Moment {
    /// At most a day; `None` where the parts are no numbers of two digits below 60.
    pub fn parse(text: &str) -> Option<Self> {
        let number = |part: &str| {
            let is_number = (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| part.parse::<u32>().ok()).flatten()
        };
        let below_60 = |part: &str| number(part).filter(|value| part.len() == 2 && *value < 60);
        let parts: Vec<&str> = text.split(':').collect();
        let seconds = match parts[..] {
            [minutes, seconds] => number(minutes)? * 60 + below_60(seconds)?,
            [hours, minutes, seconds] => number(hours)? * 3600 + below_60(minutes)? * 60 + below_60(seconds)?,
            _ => return None,
        };
        (seconds <= LONGEST).then_some(Self(seconds))
    }

    /// What is beyond a day is a day.
    pub fn of_seconds(seconds: u32) -> Self {
        Self(seconds.min(LONGEST))
    }

    pub fn seconds(self) -> u32 {
        self.0
    }
}

impl std::fmt::Display for Moment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (hours, minutes, seconds) = (self.0 / 3600, self.0 / 60 % 60, self.0 % 60);
        match hours {
            0 => write!(f, "{minutes}:{seconds:02}"),
            _ => write!(f, "{hours}:{minutes:02}:{seconds:02}"),
        }
    }
}

/// A part of a lesson with a name of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chapter {
    pub starts: Moment,
    pub title: Line,
}

/// The longest name of a chapter, in characters.
pub const CHAPTER: usize = 80;

/// So many chapters a lesson has at most.
pub const MOST_CHAPTERS: usize = 100;

/// Why a list of chapters is none, with the line from 1 on which it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ChapterProblem {
    #[error("line {0} does not begin with a time and go on with a name")]
    Unreadable(usize),
    #[error("the first chapter begins at 0:00")]
    NotAtBeginning,
    #[error("line {0} is not later than the one before")]
    NotLater(usize),
    #[error("line {0} is not before the lesson's end")]
    Beyond(usize),
    #[error("more than {MOST_CHAPTERS}")]
    TooMany,
}

/// Reads chapters as YouTube's descriptions have them, one a line: `0:00 인사`. Empty lines count for nothing, and no line at
/// all is no chapters. `length` is the lesson's, in seconds.
pub fn parse_chapters(text: &str, length: u32) -> Result<Vec<Chapter>, ChapterProblem> {
    let mut chapters: Vec<Chapter> = Vec::new();
    for (line, number) in text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty()) {
        let parts = line.trim().split_once(char::is_whitespace);
        let read =
            parts.and_then(|(starts, title)| Some((Moment::parse(starts)?, Line::parse(title, CHAPTER)?)));
        let (starts, title) = read.ok_or(ChapterProblem::Unreadable(number))?;
        match chapters.last() {
            None if starts.seconds() > 0 => return Err(ChapterProblem::NotAtBeginning),
            Some(before) if starts <= before.starts => return Err(ChapterProblem::NotLater(number)),
            _ if starts.seconds() >= length => return Err(ChapterProblem::Beyond(number)),
            _ if chapters.len() == MOST_CHAPTERS => return Err(ChapterProblem::TooMany),
            _ => chapters.push(Chapter { starts, title }),
        }
    }
    Ok(chapters)
}

/// The lines of [`parse_chapters`] again.
pub fn chapters_text<'a>(chapters: impl IntoIterator<Item = (Moment, &'a str)>) -> String {
    let lines: Vec<String> =
        chapters.into_iter().map(|(starts, title)| format!("{starts} {title}")).collect();
    lines.join("\n")
}

/// What is asked of those who learn by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LessonSettings {
    /// Whoever has watched so many hundredths of a lesson is done with it.
    pub done_percent: u32,
    /// The largest file of a course, in bytes.
    pub handout_bytes: usize,
}

impl Default for LessonSettings {
    fn default() -> Self {
        Self { done_percent: 90, handout_bytes: 20 * crate::board::MEGABYTE }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_as_it_is_read() {
        for (text, seconds) in
            [("0:00", 0), ("0:09", 9), ("12:30", 750), ("1:02:03", 3723), ("24:00:00", 86_400)]
        {
            assert_eq!(Moment::parse(text).map(Moment::seconds), Some(seconds), "{text}");
            assert_eq!(Moment::of_seconds(seconds).to_string(), text);
        }
        assert_eq!(Moment::parse("75:00").map(Moment::seconds), Some(4500), "minutes may be many");
        for bad in
            ["", "12", "0:60", "1:2:03", "1:60:00", "0:5", "-1:00", "1:00.5", "24:00:01", "100:00", "+1:00"]
        {
            assert_eq!(Moment::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn chapters_are_a_line_each_and_rise() {
        let text = "0:00 인사\n\n 1:30   폴더   만들기 \n10:00 마무리";
        let chapters = parse_chapters(text, 601).unwrap();
        let again = chapters_text(chapters.iter().map(|it| (it.starts, it.title.as_str())));
        assert_eq!(again, "0:00 인사\n1:30 폴더 만들기\n10:00 마무리");
        assert_eq!(parse_chapters(&again, 601).unwrap(), chapters);
        assert_eq!(parse_chapters(" \n", 10), Ok(Vec::new()));
        for (text, problem) in [
            ("0:00 인사\n끝", ChapterProblem::Unreadable(2)),
            ("0:00", ChapterProblem::Unreadable(1)),
            ("0:00 =1+1", ChapterProblem::Unreadable(1)),
            ("0:01 인사", ChapterProblem::NotAtBeginning),
            ("0:00 a\n\n0:00 b", ChapterProblem::NotLater(3)),
            ("0:00 a\n10:00 b", ChapterProblem::Beyond(2)),
        ] {
            assert_eq!(parse_chapters(text, 600), Err(problem), "{text}");
        }
        let many: Vec<String> = (0..=100).map(|second| format!("{} a", Moment::of_seconds(second))).collect();
        assert_eq!(parse_chapters(&many.join("\n"), 600), Err(ChapterProblem::TooMany));
    }

    #[test]
    fn a_code_is_capitals_digits_and_hyphens() {
        assert_eq!(LessonCode::parse("P21-014-1").as_ref().map(LessonCode::as_str), Some("P21-014-1"));
        for bad in ["", "e26", "E 26", "가", "E26/1", &"A".repeat(25)] {
            assert_eq!(LessonCode::parse(bad), None, "{bad}");
        }
    }
}
