//! What a course and a run are made of, and how class sessions follow from a pattern.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Utc, Weekday};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

pub use crate::account::Audience;
use crate::decimal;
use crate::named::named;

named! {
    pub enum Category {
        Basic = "basic",
        Practical = "practical",
        Career = "career",
        NewTechnology = "newtech",
        StaffIt = "staff_it",
    }

    pub enum Mode { InPerson = "in_person", Online = "online", Both = "both" }

    /// How places are given. Lottery and staged runs take applications at the desk only, until their draw exists.
    pub enum Selection { FirstCome = "first_come", Approval = "approval", Lottery = "lottery", Staged = "staged" }

    pub enum RunState { Draft = "draft", Published = "published", Cancelled = "cancelled" }

    pub enum ClassState { Planned = "planned", Cancelled = "cancelled" }

    /// Who may see what belongs to a course: a recorded lesson, a file. Of a course for staff, everybody is staff.
    pub enum Viewers {
        Everybody = "everybody",
        SignedIn = "signed_in",
        Staff = "staff",
        /// Those with a place in one of its runs, and who teaches one.
        Learners = "learners",
    }

    /// Where an application window stands.
    pub enum Window { Unset = "unset", Soon = "soon", Open = "open", Closed = "closed" }
}

/// The code of a run as in its URL and on the office's lists, `P21-014`: 1 to 20 capital letters, digits, hyphens.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RunCode(String);

impl RunCode {
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=20).contains(&text.len())
            && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-');
        fits.then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for RunCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A line of text as the office's lists hold it: a course's title, an instructor's name. NFC, single spaces, no
/// control characters, and not begun with what a spreadsheet would take for a formula when the list is exported.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Line(String);

impl Line {
    pub const TITLE_MAX: usize = 100;
    pub const INSTRUCTOR_MAX: usize = 40;

    /// At least 1 and at most `max` characters.
    pub fn parse(text: &str, max: usize) -> Option<Self> {
        let line: String = text.nfc().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ");
        let fits = (1..=max).contains(&line.chars().count())
            && !line.chars().any(char::is_control)
            && !line.starts_with(['=', '+', '-', '@']);
        fits.then_some(Self(line))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Text in the form the catalogue is searched in: NFC, lower case, without spaces.
pub fn search_key(text: &str) -> String {
    text.nfc().flat_map(char::to_lowercase).filter(|c| !c.is_whitespace()).collect()
}

/// Hours as people write them, `20` or `1.5`, as whole minutes. `None` where they are no whole minutes.
pub fn minutes_of_hours(text: &str) -> Option<u32> {
    let minutes = decimal::hundredths(text)?.checked_mul(60)?;
    minutes.is_multiple_of(100).then_some(minutes / 100)
}

/// The hours of [`minutes_of_hours`] again, exact for whatever it gave.
pub fn hours_text(minutes: u32) -> String {
    decimal::text(minutes.saturating_mul(100) / 60)
}

/// Why nobody answers the phone at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeskShut {
    Weekend,
    Holiday,
    Hour,
}

/// Whether the desk (Monday to Friday, 09:00 to 18:00) is shut at a wall-clock time in Seoul. A window that ends
/// as the desk shuts is well.
pub fn desk_shut(wall: NaiveDateTime, holidays: &BTreeSet<NaiveDate>) -> Option<DeskShut> {
    let minute = wall.hour() * 60 + wall.minute();
    if matches!(wall.weekday(), Weekday::Sat | Weekday::Sun) {
        Some(DeskShut::Weekend)
    } else if holidays.contains(&wall.date()) {
        Some(DeskShut::Holiday)
    } else {
        (!(9 * 60..=18 * 60).contains(&minute)).then_some(DeskShut::Hour)
    }
}

/// Where the window from `from` (inclusive) to `until` (exclusive) stands at `now`.
pub fn window(from: Option<DateTime<Utc>>, until: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Window {
    match (from, until) {
        (Some(from), Some(_)) if now < from => Window::Soon,
        (Some(_), Some(until)) if now < until => Window::Open,
        (Some(_), Some(_)) => Window::Closed,
        _ => Window::Unset,
    }
}

/// Days of the week in the office's file form, `mon tue wed`. Not empty, in the week's order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weekdays(Vec<Weekday>);

const DAY_WORDS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Mon),
    ("tue", Weekday::Tue),
    ("wed", Weekday::Wed),
    ("thu", Weekday::Thu),
    ("fri", Weekday::Fri),
    ("sat", Weekday::Sat),
    ("sun", Weekday::Sun),
];

impl Weekdays {
    pub fn parse(text: &str) -> Option<Self> {
        let words: BTreeSet<&str> = text.split_whitespace().collect();
        let known = words.iter().all(|word| DAY_WORDS.iter().any(|(name, _)| name == word));
        let days: Vec<Weekday> =
            DAY_WORDS.iter().filter(|(name, _)| words.contains(name)).map(|(_, day)| *day).collect();
        (known && !days.is_empty()).then_some(Self(days))
    }

    pub fn contains(&self, day: Weekday) -> bool {
        self.0.contains(&day)
    }

    pub fn days(&self) -> &[Weekday] {
        &self.0
    }

    /// All seven with their words, in the week's order.
    pub fn all() -> impl Iterator<Item = (&'static str, Weekday)> {
        DAY_WORDS.into_iter()
    }

    /// The file form again: `mon tue wed`.
    pub fn text(&self) -> String {
        let words: Vec<&str> =
            DAY_WORDS.iter().filter(|(_, day)| self.contains(*day)).map(|(name, _)| *name).collect();
        words.join(" ")
    }
}

/// From which a run's class sessions are made. Times are wall-clock times in Seoul.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pattern {
    pub first_date: NaiveDate,
    pub weekdays: Weekdays,
    pub start: NaiveTime,
    pub end: NaiveTime,
    pub session_count: u16,
    /// Counted time of the whole run, which need not be the time on the clock: 09:00 to 17:00 counts 7 hours.
    pub minutes: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PatternError {
    #[error("a class must end after it starts, on the same day")]
    Backwards,
    #[error("1 to 200 class sessions")]
    Count,
    #[error("{0} minutes can't be shared out over the class sessions in whole minutes")]
    Minutes(u32),
    #[error("the public holidays of {0} are not known yet")]
    NoHolidays(i32),
}

/// A class session as the pattern gives it, wall-clock times in Seoul.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meeting {
    pub start: NaiveDateTime,
    pub end: NaiveDateTime,
    pub minutes: u32,
}

impl Pattern {
    /// The run's meetings: each given weekday from the first date on, holidays left out, until there are enough.
    /// `years` are the years whose holidays are known; a pattern that runs into another is refused.
    pub fn meetings(
        &self,
        holidays: &BTreeSet<NaiveDate>,
        years: &BTreeSet<i32>,
    ) -> Result<Vec<Meeting>, PatternError> {
        if self.start >= self.end {
            return Err(PatternError::Backwards);
        }
        if !(1..=200).contains(&self.session_count) {
            return Err(PatternError::Count);
        }
        let count = u32::from(self.session_count);
        if self.minutes == 0 || !self.minutes.is_multiple_of(count) {
            return Err(PatternError::Minutes(self.minutes));
        }
        let mut meetings = Vec::with_capacity(usize::from(self.session_count));
        let mut day = self.first_date;
        while meetings.len() < usize::from(self.session_count) {
            if !years.contains(&day.year()) {
                return Err(PatternError::NoHolidays(day.year()));
            }
            if self.weekdays.contains(day.weekday()) && !holidays.contains(&day) {
                let minutes = self.minutes / count;
                meetings.push(Meeting {
                    start: day.and_time(self.start),
                    end: day.and_time(self.end),
                    minutes,
                });
            }
            day = day + Days::new(1);
        }
        Ok(meetings)
    }
}

/// Everything of a run that a form or a line of the office's file says. A draft may lack much of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunDetails {
    pub course_id: Uuid,
    pub mode: Mode,
    pub space_id: Option<Uuid>,
    /// The name shown; `instructor_id` is the account that may mark and edit, where there is one.
    pub instructor: Option<Line>,
    pub instructor_id: Option<Uuid>,
    pub first_date: Option<NaiveDate>,
    pub weekdays: Option<Weekdays>,
    pub start: Option<NaiveTime>,
    pub end: Option<NaiveTime>,
    pub session_count: Option<u16>,
    pub minutes: Option<u32>,
    pub capacity: u16,
    pub selection: Selection,
    pub apply_from: Option<DateTime<Utc>>,
    pub apply_until: Option<DateTime<Utc>>,
    pub cancel_until: Option<DateTime<Utc>>,
    pub offer_minutes: Option<u16>,
    /// The head count of a past run without people behind it.
    pub enrolled: Option<u32>,
    pub minimum: Option<Minimum>,
}

/// How many must have signed up by when. Below it somebody decides whether the run takes place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Minimum {
    pub people: u16,
    pub at: DateTime<Utc>,
}

named! {
    /// What a run must have before it is published, by the name of its form field.
    pub enum Missing {
        Space = "space",
        Instructor = "instructor",
        FirstDate = "first_date",
        Weekdays = "weekdays",
        Start = "start",
        End = "end",
        SessionCount = "session_count",
        Hours = "hours",
        ApplyFrom = "apply_from",
        ApplyUntil = "apply_until",
    }
}

impl RunDetails {
    /// The pattern, once all of it is there.
    pub fn pattern(&self) -> Option<Pattern> {
        Some(Pattern {
            first_date: self.first_date?,
            weekdays: self.weekdays.clone()?,
            start: self.start?,
            end: self.end?,
            session_count: self.session_count?,
            minutes: self.minutes?,
        })
    }

    /// All that is missing for publication, in the order of the form. Only online runs can do without a room.
    pub fn missing(&self) -> Vec<Missing> {
        let lacks = [
            (self.space_id.is_none() && self.mode != Mode::Online, Missing::Space),
            (self.instructor.is_none(), Missing::Instructor),
            (self.first_date.is_none(), Missing::FirstDate),
            (self.weekdays.is_none(), Missing::Weekdays),
            (self.start.is_none(), Missing::Start),
            (self.end.is_none(), Missing::End),
            (self.session_count.is_none(), Missing::SessionCount),
            (self.minutes.is_none(), Missing::Hours),
            (self.apply_from.is_none(), Missing::ApplyFrom),
            (self.apply_until.is_none(), Missing::ApplyUntil),
        ];
        lacks.into_iter().filter(|(lacks, _)| *lacks).map(|(_, what)| what).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn pattern(first: &str, weekdays: &str, count: u16) -> Pattern {
        Pattern {
            first_date: date(first),
            weekdays: Weekdays::parse(weekdays).unwrap(),
            start: "10:00:00".parse().unwrap(),
            end: "12:00:00".parse().unwrap(),
            session_count: count,
            minutes: 120 * u32::from(count),
        }
    }

    #[test]
    fn a_holiday_is_skipped_and_made_up_at_the_end() {
        let holidays = BTreeSet::from([date("2021-02-11"), date("2021-02-12")]);
        let meetings = pattern("2021-02-08", "mon tue wed thu fri", 5)
            .meetings(&holidays, &BTreeSet::from([2021]))
            .unwrap();
        let days: Vec<String> = meetings.iter().map(|meeting| meeting.start.date().to_string()).collect();
        assert_eq!(days, ["2021-02-08", "2021-02-09", "2021-02-10", "2021-02-15", "2021-02-16"]);
        assert!(meetings.iter().all(|meeting| meeting.minutes == 120));
    }

    #[test]
    fn a_pattern_that_runs_into_a_year_without_holidays_is_refused() {
        let refused = pattern("2021-12-30", "thu fri", 4).meetings(&BTreeSet::new(), &BTreeSet::from([2021]));
        assert_eq!(refused, Err(PatternError::NoHolidays(2022)));
    }

    #[test]
    fn minutes_that_do_not_divide_are_refused() {
        let odd = Pattern { minutes: 100, ..pattern("2021-01-04", "mon", 3) };
        assert_eq!(odd.meetings(&BTreeSet::new(), &BTreeSet::from([2021])), Err(PatternError::Minutes(100)));
    }

    #[test]
    fn a_window_opens_at_its_first_instant_and_is_shut_at_its_last() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let (from, until) = (Some(at("2021-01-11T00:00:00Z")), Some(at("2021-01-28T09:00:00Z")));
        assert_eq!(window(from, until, at("2021-01-10T23:59:59.999999Z")), Window::Soon);
        assert_eq!(window(from, until, at("2021-01-11T00:00:00Z")), Window::Open);
        assert_eq!(window(from, until, at("2021-01-28T09:00:00Z")), Window::Closed);
        assert_eq!(window(None, None, at("2021-01-28T09:00:00Z")), Window::Unset);
    }

    #[test]
    fn weekdays_keep_the_files_form() {
        assert_eq!(Weekdays::parse("wed mon").unwrap().text(), "mon wed");
        assert!(Weekdays::parse("monday").is_none());
        assert!(Weekdays::parse("").is_none());
    }

    #[test]
    fn hours_are_read_as_whole_minutes_or_not_at_all() {
        for (hours, minutes) in [("20", 1200), ("1.5", 90), ("0.75", 45), ("7", 420), ("0.05", 3)] {
            assert_eq!(minutes_of_hours(hours), Some(minutes), "{hours}");
            assert_eq!(hours_text(minutes), hours);
        }
        for bad in ["0.33", "-1", "1:30", "1.234", ""] {
            assert_eq!(minutes_of_hours(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_line_holds_no_formula_and_no_line_break() {
        assert_eq!(Line::parse(" 엑셀   기초 ", 100).unwrap().as_str(), "엑셀 기초");
        assert_eq!(Line::parse("\u{1100}\u{1161}", 100).unwrap().as_str(), "가");
        for bad in ["", "  ", "=1+1", "@x", "a\u{7}b"] {
            assert!(Line::parse(bad, 100).is_none(), "{bad:?}");
        }
        assert!(Line::parse(&"가".repeat(101), 100).is_none());
    }

    #[test]
    fn the_search_form_has_neither_spaces_nor_capitals() {
        assert_eq!(search_key("ITQ 엑셀  자격증"), "itq엑셀자격증");
    }

    #[test]
    fn the_desk_is_shut_on_weekends_holidays_and_at_night() {
        let holidays = BTreeSet::from([date("2021-02-11")]);
        let at = |text: &str| desk_shut(text.parse().unwrap(), &holidays);
        assert_eq!(at("2021-01-28T18:00:00"), None);
        assert_eq!(at("2021-01-28T18:01:00"), Some(DeskShut::Hour));
        assert_eq!(at("2021-01-30T18:00:00"), Some(DeskShut::Weekend));
        assert_eq!(at("2021-02-11T12:00:00"), Some(DeskShut::Holiday));
    }
}
