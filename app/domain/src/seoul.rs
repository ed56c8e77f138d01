//! Seoul's days and hours. Instants are UTC in the database; days belong to Seoul.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Asia::Seoul;

/// The wall clock in Seoul at an instant.
pub fn wall(at: DateTime<Utc>) -> NaiveDateTime {
    at.with_timezone(&Seoul).naive_local()
}

/// The day in Seoul at an instant.
pub fn day(at: DateTime<Utc>) -> NaiveDate {
    wall(at).date()
}

/// The seconds that Seoul's wall clock has counted since 1970: a count that turns of a screen go by.
pub fn second(at: DateTime<Utc>) -> i64 {
    wall(at).and_utc().timestamp()
}

/// The instant of a wall-clock time in Seoul. In the years of summer time (until 1988) the earlier of two.
/// `None` for an hour that was skipped.
pub fn instant(wall: NaiveDateTime) -> Option<DateTime<Utc>> {
    Seoul.from_local_datetime(&wall).earliest().map(|at| at.with_timezone(&Utc))
}

/// The first instants of the month that holds `at`, and of the next: a half-open span.
pub fn month(at: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
    let first = day(at).with_day(1).unwrap_or_default();
    let next = first + chrono::Months::new(1);
    (midnight(first), midnight(next))
}

/// The first instant of a day in Seoul.
pub fn midnight(day: NaiveDate) -> DateTime<Utc> {
    let wall = day.and_time(chrono::NaiveTime::MIN);
    instant(wall).unwrap_or_else(|| wall.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_fifteen_hours_utc_of_the_day_before() {
        let midnight = midnight(NaiveDate::from_ymd_opt(2021, 1, 1).unwrap());
        assert_eq!(midnight.to_rfc3339(), "2020-12-31T15:00:00+00:00");
        assert_eq!(day(midnight), NaiveDate::from_ymd_opt(2021, 1, 1).unwrap());
    }

    #[test]
    fn december_ends_where_the_next_year_begins() {
        let (from, until) = month("2021-12-31T14:59:59Z".parse().unwrap());
        assert_eq!(
            (day(from).to_string(), day(until).to_string()),
            ("2021-12-01".into(), "2022-01-01".into())
        );
    }
}
