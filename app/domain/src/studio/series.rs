//! Series of bookings: a rule of RFC 5545 made into single dates, each of which then lives on its own.

use chrono::{DateTime, Datelike, NaiveDate, TimeZone, Utc};
use rrule::{RRule, RRuleSet, Tz, Unvalidated};

use crate::seoul;
use crate::space::Slot;
use crate::space::holiday::Holidays;
use crate::studio::MOST_OCCURRENCES;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SeriesError {
    #[error("no rule of RFC 5545, or one that never begins")]
    Rule,
    #[error("a series must end, after at most {MOST_OCCURRENCES} dates")]
    Endless,
    #[error("the public holidays of {0} are not known yet")]
    NoHolidays(i32),
}

/// The dates of a series, and the holidays that were left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrences {
    pub slots: Vec<Slot>,
    pub skipped: Vec<NaiveDate>,
}

/// Every slot of a series that begins with `first`. Times are Seoul's; public holidays are skipped, not made up.
pub fn occurrences(rule: &str, first: Slot, holidays: &Holidays) -> Result<Occurrences, SeriesError> {
    let zone = Tz::Asia__Seoul;
    let start = zone.from_utc_datetime(&first.starts_at.naive_utc());
    let rule: RRule<Unvalidated> = rule.parse().map_err(|_| SeriesError::Rule)?;
    if rule.get_count().is_none() && rule.get_until().is_none() {
        return Err(SeriesError::Endless);
    }
    let rule = rule.validate(start).map_err(|_| SeriesError::Rule)?;
    let all = RRuleSet::new(start).rrule(rule).all(MOST_OCCURRENCES + 1);
    if all.limited || all.dates.len() > usize::from(MOST_OCCURRENCES) {
        return Err(SeriesError::Endless);
    }
    let mut occurrences = Occurrences { slots: Vec::new(), skipped: Vec::new() };
    for date in all.dates {
        let starts_at: DateTime<Utc> = date.with_timezone(&Utc);
        let day = seoul::day(starts_at);
        if !holidays.years.contains(&day.year()) {
            return Err(SeriesError::NoHolidays(day.year()));
        }
        if holidays.days.contains(&day) {
            occurrences.skipped.push(day);
        } else {
            occurrences.slots.push(Slot { starts_at, ends_at: starts_at + first.length() });
        }
    }
    if occurrences.slots.is_empty() { Err(SeriesError::Rule) } else { Ok(occurrences) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holidays(days: &[&str]) -> Holidays {
        let days: std::collections::BTreeSet<NaiveDate> =
            days.iter().map(|day| day.parse().unwrap()).collect();
        Holidays { years: days.iter().map(Datelike::year).collect(), days }
    }

    fn slot(start: &str, hours: i64) -> Slot {
        let starts_at: DateTime<Utc> = start.parse().unwrap();
        Slot { starts_at, ends_at: starts_at + chrono::TimeDelta::hours(hours) }
    }

    fn days(occurrences: &Occurrences) -> Vec<String> {
        occurrences.slots.iter().map(|slot| seoul::day(slot.starts_at).to_string()).collect()
    }

    #[test]
    fn a_weekly_series_skips_holidays_and_is_not_made_longer() {
        // 11 February 2021 is a holiday. Nine in the evening in UTC is the next morning in Seoul.
        let first = slot("2021-02-03T21:00:00Z", 2);
        let found =
            occurrences("FREQ=WEEKLY;COUNT=3", first, &holidays(&["2021-02-11", "2021-02-12"])).unwrap();
        assert_eq!(days(&found), ["2021-02-04", "2021-02-18"]);
        assert_eq!(found.skipped, ["2021-02-11".parse().unwrap()]);
        assert_eq!(found.slots[1].length(), chrono::TimeDelta::hours(2));
    }

    #[test]
    fn a_leap_day_and_a_years_end_are_days_like_others() {
        let known = holidays(&["2023-01-01", "2024-01-01"]);
        let found = occurrences("FREQ=DAILY;COUNT=3", slot("2024-02-28T01:00:00Z", 1), &known).unwrap();
        assert_eq!(days(&found), ["2024-02-28", "2024-02-29", "2024-03-01"]);
        let found = occurrences("FREQ=WEEKLY;COUNT=2", slot("2023-12-30T14:00:00Z", 3), &known).unwrap();
        assert_eq!(days(&found), ["2023-12-30", "2024-01-06"]);
        // Midnight between two days: it ends on the next.
        assert_eq!(seoul::day(found.slots[0].ends_at).to_string(), "2023-12-31");
    }

    #[test]
    fn what_never_ends_or_makes_no_sense_is_refused() {
        let known = holidays(&["2024-01-01"]);
        let first = slot("2024-02-28T01:00:00Z", 1);
        assert_eq!(occurrences("FREQ=DAILY", first, &known), Err(SeriesError::Endless));
        assert_eq!(occurrences("FREQ=DAILY;COUNT=105", first, &known), Err(SeriesError::Endless));
        assert_eq!(
            occurrences("FREQ=DAILY;UNTIL=20991231T000000Z", first, &known),
            Err(SeriesError::Endless)
        );
        assert_eq!(occurrences("every day", first, &known), Err(SeriesError::Rule));
        assert_eq!(occurrences("FREQ=MONTHLY;COUNT=12", first, &known), Err(SeriesError::NoHolidays(2025)));
    }
}
