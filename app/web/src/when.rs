//! Days and hours in words, in Seoul's time.

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc, Weekday};
use domain::{language::Language, seoul};

/// `2026년 11월 23일(월)`, `Mon 23 November 2026`.
pub fn day(l: Language, day: NaiveDate) -> String {
    match l {
        Language::Ko => {
            format!("{}년 {}월 {}일({})", day.year(), day.month(), day.day(), weekday(l, day.weekday()))
        }
        Language::En => day.format("%a %-d %B %Y").to_string(),
        Language::Zh | Language::Ja => format!("{}{}", date(l, day), in_brackets(l, day)),
    }
}

/// `2026년 11월 23일`, `23 November 2026`: as papers have it.
pub fn date(l: Language, day: NaiveDate) -> String {
    match l {
        Language::Ko => format!("{}년 {}월 {}일", day.year(), day.month(), day.day()),
        Language::En => day.format("%-d %B %Y").to_string(),
        Language::Zh | Language::Ja => format!("{}年{}月{}日", day.year(), day.month(), day.day()),
    }
}

/// `2026년 11월 23일(월) 18:00`.
pub fn moment(l: Language, at: DateTime<Utc>) -> String {
    format!("{} {}", day(l, seoul::day(at)), time(at))
}

/// `18:00`.
pub fn time(at: DateTime<Utc>) -> String {
    let wall = seoul::wall(at);
    format!("{:02}:{:02}", wall.hour(), wall.minute())
}

/// `2026년 11월 23일(월) 10:00~12:00`; what ends on another day names both, the year once.
pub fn span(l: Language, start: DateTime<Utc>, end: DateTime<Utc>) -> String {
    if seoul::day(start) == seoul::day(end) {
        return format!("{}{}{}", moment(l, start), until(l), time(end));
    }
    let (first, last) = both(l, seoul::day(start), seoul::day(end));
    format!("{first} {} {} {last} {}", time(start), until(l), time(end))
}

/// `2026년 11월 23일(월) ~ 12월 4일(금)`, and one day alone.
pub fn days(l: Language, first: NaiveDate, last: NaiveDate) -> String {
    if first == last {
        return day(l, first);
    }
    let (first, last) = both(l, first, last);
    format!("{first} {} {last}", until(l))
}

/// What stands between a beginning and an end.
fn until(l: Language) -> &'static str {
    match l {
        Language::Ko => "~",
        Language::En => "–",
        Language::Zh | Language::Ja => "～",
    }
}

/// Two days, where they are of one year with the year only where one reads it first or last.
fn both(l: Language, first: NaiveDate, last: NaiveDate) -> (String, String) {
    match l {
        _ if first.year() != last.year() => (day(l, first), day(l, last)),
        Language::Ko => {
            (day(l, first), format!("{}월 {}일({})", last.month(), last.day(), weekday(l, last.weekday())))
        }
        Language::En => (first.format("%a %-d %B").to_string(), day(l, last)),
        Language::Zh | Language::Ja => {
            (day(l, first), format!("{}月{}日{}", last.month(), last.day(), in_brackets(l, last)))
        }
    }
}

/// `2026년 11월`, `November 2026`.
pub fn month(l: Language, day: NaiveDate) -> String {
    match l {
        Language::Ko => format!("{}년 {}월", day.year(), day.month()),
        Language::En => day.format("%B %Y").to_string(),
        Language::Zh | Language::Ja => format!("{}年{}月", day.year(), day.month()),
    }
}

/// `11월`, `Nov`.
pub fn month_name(l: Language, day: NaiveDate) -> String {
    match l {
        Language::Ko => format!("{}월", day.month()),
        Language::En => day.format("%b").to_string(),
        Language::Zh | Language::Ja => format!("{}月", day.month()),
    }
}

/// `월`, `Mon`.
pub fn weekday(l: Language, day: Weekday) -> &'static str {
    let index = usize::try_from(day.num_days_from_monday()).unwrap_or_default();
    match l {
        Language::Ko => ["월", "화", "수", "목", "금", "토", "일"][index],
        Language::En => ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][index],
        Language::Zh => ["周一", "周二", "周三", "周四", "周五", "周六", "周日"][index],
        Language::Ja => ["月", "火", "水", "木", "金", "土", "日"][index],
    }
}

/// The day of the week after a date, in the brackets of the script.
fn in_brackets(l: Language, day: NaiveDate) -> String {
    let (open, close) = if l == Language::Zh { ('（', '）') } else { ('(', ')') };
    format!("{open}{}{close}", weekday(l, day.weekday()))
}

/// The machine's form for `<time datetime>`, `2026-11-23T18:00+09:00`.
pub fn machine(at: DateTime<Utc>) -> String {
    seoul::wall(at).format("%Y-%m-%dT%H:%M+09:00").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_evening_in_utc_is_the_next_morning_in_seoul() {
        let at: DateTime<Utc> = "2020-12-31T15:30:00Z".parse().unwrap();
        assert_eq!(moment(Language::Ko, at), "2021년 1월 1일(금) 00:30");
        assert_eq!(moment(Language::En, at), "Fri 1 January 2021 00:30");
        assert_eq!(moment(Language::Zh, at), "2021年1月1日（周五） 00:30");
        assert_eq!(moment(Language::Ja, at), "2021年1月1日(金) 00:30");
        assert_eq!(machine(at), "2021-01-01T00:30+09:00");
    }

    #[test]
    fn two_days_of_one_year_name_it_once() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let (first, last) = (day("2021-03-02"), day("2021-04-09"));
        assert_eq!(days(Language::Ko, first, last), "2021년 3월 2일(화) ~ 4월 9일(금)");
        assert_eq!(days(Language::En, first, last), "Tue 2 March – Fri 9 April 2021");
        assert_eq!(days(Language::Ja, first, last), "2021年3月2日(火) ～ 4月9日(金)");
        let next = day("2022-01-03");
        assert_eq!(days(Language::Ko, first, next), "2021년 3월 2일(화) ~ 2022년 1월 3일(월)");
    }
}
