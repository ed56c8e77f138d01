//! What an absence without notice leads to, and what its person and the office say about it.

use chrono::{DateTime, Days, Utc};
use unicode_normalization::UnicodeNormalization;

use super::{AbsenceSettings, NoShowOutcome};
use crate::named::named;

named! {
    /// What became of an appeal, or of a bar that somebody looked at by themselves.
    pub enum BarDecision { Lift = "lift", Keep = "keep" }
}

/// An absence without notice that somebody was told of earlier, in the same category, and that still stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    pub at: DateTime<Utc>,
    pub outcome: NoShowOutcome,
}

/// What comes of one more absence of which somebody is told at `now`. What led to one bar doesn't lead to the next.
pub fn outcome(earlier: &[Told], settings: &AbsenceSettings, now: DateTime<Utc>) -> NoShowOutcome {
    let days = now - Days::new(settings.days.into());
    let last_bar =
        earlier.iter().filter(|told| told.outcome == NoShowOutcome::Barred).map(|told| told.at).max();
    let counts = |told: &&Told| told.at > days && last_bar.is_none_or(|bar| told.at > bar);
    let count = u32::try_from(earlier.iter().filter(counts).count()).unwrap_or(u32::MAX).saturating_add(1);
    if count >= settings.bar {
        NoShowOutcome::Barred
    } else if count >= settings.warning {
        NoShowOutcome::Warned
    } else {
        NoShowOutcome::Told
    }
}

/// Why somebody won't come, in one line of their own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwayReason(String);

impl AwayReason {
    pub const MAX: usize = 300;

    pub fn parse(text: &str) -> Option<Self> {
        let line = text.nfc().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ");
        fits(&line, Self::MAX).then_some(Self(line))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What somebody says against a bar, or is answered: 1 to 500 characters, which may be in several lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppealWords(String);

impl AppealWords {
    pub const MAX: usize = 500;

    pub fn parse(text: &str) -> Option<Self> {
        let text: String = text.trim().nfc().collect();
        fits(&text, Self::MAX).then_some(Self(text))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn fits(text: &str, max: usize) -> bool {
    (1..=max).contains(&text.chars().count()) && text.chars().any(|c| c.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: i64) -> DateTime<Utc> {
        let first: DateTime<Utc> = "2021-03-03T01:00:00Z".parse().unwrap();
        first + chrono::TimeDelta::days(day)
    }

    #[test]
    fn the_second_is_a_warning_and_the_third_bars() {
        let mut earlier = Vec::new();
        let expected = [
            NoShowOutcome::Told,
            NoShowOutcome::Warned,
            NoShowOutcome::Barred,
            // After a bar it begins anew.
            NoShowOutcome::Told,
            NoShowOutcome::Warned,
            NoShowOutcome::Barred,
        ];
        for (day, expected) in (0..).zip(expected) {
            let outcome = outcome(&earlier, &AbsenceSettings::default(), at(day));
            assert_eq!(outcome, expected, "on day {day}");
            earlier.push(Told { at: at(day), outcome });
        }
    }

    #[test]
    fn what_is_long_past_no_longer_counts() {
        let earlier = [0, 1].map(|day| Told { at: at(day), outcome: NoShowOutcome::Told });
        let outcome = |day| outcome(&earlier, &AbsenceSettings::default(), at(day));
        assert_eq!(outcome(179), NoShowOutcome::Barred);
        assert_eq!(outcome(180), NoShowOutcome::Warned);
        assert_eq!(outcome(181), NoShowOutcome::Told);
    }

    #[test]
    fn the_office_may_bar_at_once() {
        let strict = AbsenceSettings { bar: 1, ..AbsenceSettings::default() };
        assert_eq!(outcome(&[], &strict, at(0)), NoShowOutcome::Barred);
    }

    #[test]
    fn words_are_as_long_as_they_may_be_and_say_something() {
        assert_eq!(AwayReason::parse(" 병원에\n 갑니다 ").unwrap().as_str(), "병원에 갑니다");
        assert!(
            AwayReason::parse(&"가".repeat(300)).is_some() && AwayReason::parse(&"가".repeat(301)).is_none()
        );
        assert_eq!(AppealWords::parse(" 두\n줄 ").unwrap().as_str(), "두\n줄");
        assert!(
            AppealWords::parse(&"가".repeat(500)).is_some()
                && AppealWords::parse(&"가".repeat(501)).is_none()
        );
        for nothing in ["", "  ", "\u{200b}", "…"] {
            assert_eq!(
                (AwayReason::parse(nothing), AppealWords::parse(nothing)),
                (None, None),
                "{nothing:?}"
            );
        }
    }
}
