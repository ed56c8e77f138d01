//! What a course and a run are made of, and how class sessions follow from a pattern.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, Utc, Weekday};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::named::named;

named! {
    pub enum Category {
        Basic = "basic",
        Practical = "practical",
        Career = "career",
        NewTechnology = "newtech",
        StaffIt = "staff_it",
    }

    /// Who may see and take it.
    pub enum Audience { Resident = "resident", Staff = "staff" }

    pub enum Mode { InPerson = "in_person", Online = "online", Both = "both" }

    /// How places are given. Lottery and staged runs take applications at the desk only, until their draw exists.
    pub enum Selection { FirstCome = "first_come", Approval = "approval", Lottery = "lottery", Staged = "staged" }

    pub enum RunState { Draft = "draft", Published = "published", Cancelled = "cancelled" }

    pub enum ClassState { Planned = "planned", Cancelled = "cancelled" }

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
}
