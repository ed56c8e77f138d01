//! How the minutes in front of an online class are counted: by the reports of a page that is in sight, one page of a person
//! at a time.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::OVERRUN;

/// A page in sight reports so often.
pub const ROUND: TimeDelta = TimeDelta::seconds(30);

/// More than this no report counts for: whoever was away meanwhile has watched nothing.
const MOST: TimeDelta = TimeDelta::seconds(45);

/// After so much silence of the page that counts, an older one may go on.
const SILENCE: TimeDelta = TimeDelta::seconds(90);

/// So long before a class the first minutes count: shows begin early.
const EARLY: TimeDelta = TimeDelta::minutes(5);

/// A page that shows a class. Its id is the server's and grows with time, so that of two the newer one is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WatchPage {
    pub class: Uuid,
    pub id: Uuid,
}

/// What a report comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// So much more was watched.
    Counts(TimeDelta),
    /// From now on this page counts.
    TakesOver,
    /// Another page counts.
    Elsewhere,
}

/// `last` is the last report that counted of the same person, of whatever class, and when it came.
pub fn hear(last: Option<(WatchPage, DateTime<Utc>)>, page: WatchPage, now: DateTime<Utc>) -> Heard {
    let Some((known, at)) = last else { return Heard::TakesOver };
    let passed = (now - at).max(TimeDelta::zero());
    if known == page {
        Heard::Counts(passed.min(MOST))
    } else if page.id > known.id || passed >= SILENCE {
        Heard::TakesOver
    } else {
        Heard::Elsewhere
    }
}

/// Whether minutes of a class count at `now`.
pub fn is_watched_time((starts_at, ends_at): (DateTime<Utc>, DateTime<Utc>), now: DateTime<Utc>) -> bool {
    starts_at - EARLY <= now && now < ends_at + OVERRUN
}

/// So many seconds of a class's `minutes` are having been there.
pub fn needed_seconds(minutes: u32, percent: u32) -> u32 {
    (minutes * 60 * percent).div_ceil(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        let starts_at: DateTime<Utc> = "2021-03-03T01:00:00Z".parse().unwrap();
        starts_at + TimeDelta::seconds(seconds)
    }

    fn page(class: u128, id: u128) -> WatchPage {
        WatchPage { class: Uuid::from_u128(class), id: Uuid::from_u128(id) }
    }

    #[test]
    fn a_report_counts_for_the_time_since_the_last_and_no_more_than_45_seconds() {
        let hear = |passed| hear(Some((page(1, 5), at(0))), page(1, 5), at(passed));
        assert_eq!(hear(30), Heard::Counts(TimeDelta::seconds(30)));
        assert_eq!(hear(45), Heard::Counts(TimeDelta::seconds(45)));
        assert_eq!(hear(46), Heard::Counts(TimeDelta::seconds(45)));
        assert_eq!(hear(3600), Heard::Counts(TimeDelta::seconds(45)));
        assert_eq!(hear(0), Heard::Counts(TimeDelta::zero()), "sent twice it counts once");
        assert_eq!(hear(-5), Heard::Counts(TimeDelta::zero()), "another server's clock may be behind");
    }

    #[test]
    fn of_two_pages_the_newer_one_counts_of_whatever_class() {
        assert_eq!(hear(None, page(1, 5), at(0)), Heard::TakesOver);
        let newer = Some((page(1, 6), at(0)));
        assert_eq!(hear(newer, page(1, 5), at(30)), Heard::Elsewhere);
        assert_eq!(hear(newer, page(2, 5), at(30)), Heard::Elsewhere);
        assert_eq!(hear(newer, page(1, 7), at(30)), Heard::TakesOver);
        assert_eq!(hear(newer, page(2, 7), at(30)), Heard::TakesOver);
        assert_eq!(hear(newer, page(2, 6), at(30)), Heard::Elsewhere, "a page shows one class");
        assert_eq!(hear(newer, page(1, 5), at(89)), Heard::Elsewhere);
        assert_eq!(hear(newer, page(1, 5), at(90)), Heard::TakesOver, "the newer one was closed");
    }

    #[test]
    fn minutes_count_from_shortly_before_a_class_until_it_can_no_longer_overrun() {
        let counts = |minutes: i64| is_watched_time((at(0), at(7200)), at(minutes * 60));
        assert!(!counts(-6) && counts(-5) && counts(149) && !counts(150));
    }

    #[test]
    fn a_part_of_a_minute_is_not_given_away() {
        assert_eq!(needed_seconds(120, 80), 96 * 60);
        assert_eq!(needed_seconds(1, 99), 60);
        assert_eq!(needed_seconds(50, 1), 30);
    }
}
