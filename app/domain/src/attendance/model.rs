//! What a code looks like, when one may be shown, and how somebody stands towards it.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::named::named;

named! {
    /// Where a code was entered.
    pub enum Way {
        WatchPage = "watch_page",
        /// The short address that is said to those who watch in YouTube's own app.
        CodePage = "code_page",
    }
}

/// How attendance is found out and what follows from it, for the centre as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttendanceSettings {
    /// How long a code is good.
    pub code_minutes: u32,
    /// From so many minutes before a class its marks may be made.
    pub mark_minutes_before: u32,
    /// Until so many days after it; later by the office alone.
    pub mark_days_after: u32,
    /// From so many minutes before a class people check themselves in.
    pub check_in_minutes: u32,
    /// Who is late, or leaves early, by no more minutes than these has attended all of it.
    pub tolerated_minutes: u32,
    /// Hundredths of all planned hours that complete a run which says nothing else.
    pub completion_percent: u32,
    /// Who has watched so much of an online class's minutes was there, in per cent.
    pub watch_percent: u32,
    /// What follows an absence without notice.
    pub absence: AbsenceSettings,
}

/// What follows an absence without notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AbsenceSettings {
    /// Its letter is written so many hours after the end of the class, and after it was marked: until then the sheet may be
    /// put right.
    pub hours: u32,
    /// Those of so many days count together, within a category.
    pub days: u32,
    /// From so many on the letter is a warning.
    pub warning: u32,
    /// So many bar their person from the category.
    pub bar: u32,
    /// For so many days.
    pub bar_days: u32,
}

impl Default for AbsenceSettings {
    fn default() -> Self {
        Self { hours: 24, days: 180, warning: 2, bar: 3, bar_days: 30 }
    }
}

impl Default for AttendanceSettings {
    fn default() -> Self {
        Self {
            code_minutes: 10,
            mark_minutes_before: 30,
            mark_days_after: 7,
            check_in_minutes: 15,
            tolerated_minutes: 10,
            completion_percent: 80,
            watch_percent: 80,
            absence: AbsenceSettings::default(),
        }
    }
}

/// The four digits of a code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digits(String);

impl Digits {
    pub const COUNT: usize = 4;

    /// As people type them: with spaces or hyphens between, or wide.
    pub fn parse(text: &str) -> Option<Self> {
        let digits: String = text.nfkc().filter(|c| !c.is_whitespace() && *c != '-').collect();
        let fits = digits.len() == Self::COUNT && digits.bytes().all(|byte| byte.is_ascii_digit());
        fits.then_some(Self(digits))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// So many codes a class has: one at its beginning, say, and one at its end.
pub const CODES: usize = 2;

/// So many wrong tries somebody has at one code: of ten thousand, nobody guesses it so.
pub const TRIES: u32 = 5;

/// Classes overrun: so long after its end a code may still be shown, and minutes still count.
pub const OVERRUN: TimeDelta = TimeDelta::minutes(30);

/// Whether a code of a class may be shown. Never before it has begun: who is there counts.
pub fn may_show(starts_at: DateTime<Utc>, ends_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    starts_at <= now && now < ends_at + OVERRUN
}

/// What pressing "show a code" comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// One is still good: it is shown again.
    Standing,
    /// A new one, the how-manieth of its class.
    New(i32),
    NotNow,
    /// As many as a class has were shown.
    Enough,
}

/// `untils` are the ends of the codes that were shown.
pub fn next_code(
    (starts_at, ends_at): (DateTime<Utc>, DateTime<Utc>),
    untils: &[DateTime<Utc>],
    now: DateTime<Utc>,
) -> Next {
    if untils.iter().any(|until| now < *until) {
        return Next::Standing;
    }
    match i32::try_from(untils.len() + 1) {
        _ if !may_show(starts_at, ends_at, now) => Next::NotNow,
        Ok(number) if untils.len() < CODES => Next::New(number),
        _ => Next::Enough,
    }
}

/// How somebody who has a place stands towards the codes of a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// None was shown so far.
    NotShown,
    /// One may be entered until then.
    Open { until: DateTime<Utc>, tries_left: u32 },
    /// Theirs has arrived.
    Heard { at: DateTime<Utc> },
    /// The last one is over, and nothing of theirs has arrived.
    Missed,
}

/// A code that was shown, and what one person has done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    pub until: DateTime<Utc>,
    pub answered_at: Option<DateTime<Utc>>,
    /// Wrong tries.
    pub wrong: u32,
}

/// `codes` are those of a class in their order. A new code wants an answer of its own while it is good.
pub fn standing(codes: &[Known], now: DateTime<Utc>) -> Standing {
    let Some(last) = codes.last() else { return Standing::NotShown };
    let heard = codes.iter().rev().find_map(|code| code.answered_at);
    match (last.answered_at, heard) {
        (Some(at), _) => Standing::Heard { at },
        (None, _) if now < last.until => {
            Standing::Open { until: last.until, tries_left: TRIES.saturating_sub(last.wrong) }
        }
        (None, Some(at)) => Standing::Heard { at },
        (None, None) => Standing::Missed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        let starts_at: DateTime<Utc> = "2021-03-03T01:00:00Z".parse().unwrap();
        starts_at + TimeDelta::minutes(minutes)
    }

    const CLASS: i64 = 120;

    #[test]
    fn digits_are_read_however_they_are_typed() {
        for typed in ["0417", " 04 17 ", "0 4 1 7", "04-17", "０４１７"] {
            assert_eq!(Digits::parse(typed).unwrap().as_str(), "0417", "{typed}");
        }
        for wrong in ["", "417", "04170", "041a", "영사일칠", "٠٤١٧"] {
            assert_eq!(Digits::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_code_is_shown_while_its_class_goes_on_and_no_more_than_twice() {
        let next = |untils: &[i64], now| {
            let untils: Vec<_> = untils.iter().map(|minutes| at(*minutes)).collect();
            next_code((at(0), at(CLASS)), &untils, at(now))
        };
        assert_eq!(next(&[], -1), Next::NotNow);
        assert_eq!(next(&[], 0), Next::New(1));
        assert_eq!(next(&[10], 9), Next::Standing);
        assert_eq!(next(&[10], 10), Next::New(2));
        assert_eq!(next(&[10, 20], 19), Next::Standing);
        assert_eq!(next(&[10, 20], 20), Next::Enough);
        assert_eq!(next(&[], CLASS + 29), Next::New(1));
        assert_eq!(next(&[], CLASS + 30), Next::NotNow);
    }

    #[test]
    fn who_has_answered_is_asked_again_only_by_a_new_code() {
        let code = |until, answered: Option<i64>, wrong| Known {
            until: at(until),
            answered_at: answered.map(at),
            wrong,
        };
        assert_eq!(standing(&[], at(5)), Standing::NotShown);
        assert_eq!(standing(&[code(10, None, 2)], at(5)), Standing::Open { until: at(10), tries_left: 3 });
        assert_eq!(standing(&[code(10, None, 0)], at(10)), Standing::Missed);
        assert_eq!(standing(&[code(10, Some(3), 1)], at(5)), Standing::Heard { at: at(3) });
        let both = [code(10, Some(3), 0), code(60, None, 0)];
        assert_eq!(standing(&both, at(55)), Standing::Open { until: at(60), tries_left: 5 });
        assert_eq!(standing(&both, at(60)), Standing::Heard { at: at(3) });
    }
}
