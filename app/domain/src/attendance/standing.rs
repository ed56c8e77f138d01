//! How far somebody has come with a run: what it asks for, what they have attended, and whether it can still be reached.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::named::named;

named! {
    /// Where somebody stands towards what a run asks of those who complete it.
    pub enum Reach {
        /// All of it is done.
        Done = "done",
        /// Attended enough; the survey is missing.
        SurveyMissing = "survey_missing",
        /// Not yet, but it can be.
        Open = "open",
        /// Even all that is left would not be enough.
        OutOfReach = "out_of_reach",
    }
}

/// What a run asks of those who complete it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Of the planned minutes, 1 to 100.
    pub percent: u32,
    /// Whether the survey has to be answered.
    pub survey: bool,
    /// Whether the recorded lessons of its course count, to what is planned and to what is attended.
    pub lessons: bool,
}

/// Minutes of one person in one run. What is planned are all its classes, not only those marked so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hours {
    pub planned: u32,
    pub attended: u32,
    /// Of classes for which they have no mark yet, and of lessons they haven't watched: these may still count.
    pub open: u32,
}

impl Hours {
    /// Hundredths of what is planned that are attended, rounded down, so that 80 never says what isn't 80.
    pub fn percent(self) -> u32 {
        percent_of(self.attended, self.planned)
    }

    /// Whether `percent` of what is planned are attended. Where nothing is planned, nothing is.
    fn has(self, percent: u32) -> bool {
        enough(self.attended, self.planned, percent)
    }

    /// Where it leads under a rule.
    pub fn reach(self, rule: Rule, has_answered: bool) -> Reach {
        if self.has(rule.percent) {
            return if rule.survey && !has_answered { Reach::SurveyMissing } else { Reach::Done };
        }
        let most = Self { attended: self.attended.saturating_add(self.open), ..self };
        if most.has(rule.percent) { Reach::Open } else { Reach::OutOfReach }
    }
}

fn enough(attended: u32, planned: u32, percent: u32) -> bool {
    planned > 0 && u64::from(attended) * 100 >= u64::from(planned) * u64::from(percent)
}

fn percent_of(part: u32, whole: u32) -> u32 {
    let percent = (u64::from(part) * 100).checked_div(u64::from(whole)).unwrap_or_default();
    u32::try_from(percent.min(100)).unwrap_or(100)
}

/// The number of a certificate: its year and the how-manieth of that year, from 1, without a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CertificateNumber {
    pub year: i32,
    pub serial: u32,
}

/// As on paper, without the words around it: `2021-0042`.
impl fmt::Display for CertificateNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:04}", self.year, self.serial)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: Rule = Rule { percent: 80, survey: false, lessons: false };

    fn reach(planned: u32, attended: u32, open: u32) -> Reach {
        Hours { planned, attended, open }.reach(RULE, false)
    }

    #[test]
    fn the_share_is_of_all_that_is_planned_and_not_of_what_was_marked_so_far() {
        assert_eq!(reach(1200, 120, 1080), Reach::Open);
        assert_eq!(reach(1200, 959, 0), Reach::OutOfReach);
        assert_eq!(reach(1200, 960, 240), Reach::Done);
        assert_eq!(reach(0, 0, 0), Reach::OutOfReach, "nothing planned is nothing completed");
    }

    #[test]
    fn out_of_reach_is_said_as_soon_as_all_that_is_left_is_not_enough() {
        assert_eq!(reach(1200, 600, 360), Reach::Open);
        assert_eq!(reach(1200, 600, 359), Reach::OutOfReach);
    }

    #[test]
    fn where_the_survey_is_wanted_attending_alone_is_not_enough() {
        let hours = Hours { planned: 100, attended: 80, open: 0 };
        let rule = Rule { survey: true, ..RULE };
        assert_eq!(hours.reach(rule, false), Reach::SurveyMissing);
        assert_eq!(hours.reach(rule, true), Reach::Done);
        assert_eq!(Hours { attended: 79, ..hours }.reach(rule, true), Reach::OutOfReach);
    }

    #[test]
    fn a_share_is_rounded_down_and_no_hours_overflow() {
        assert_eq!(Hours { planned: 1200, attended: 959, open: 0 }.percent(), 79);
        assert_eq!(Hours { planned: u32::MAX, attended: u32::MAX, open: u32::MAX }.percent(), 100);
        assert_eq!(Hours::default().percent(), 0);
    }

    #[test]
    fn a_number_has_four_digits_until_it_needs_more() {
        let number = |serial| CertificateNumber { year: 2021, serial }.to_string();
        assert_eq!((number(42), number(12_345)), ("2021-0042".into(), "2021-12345".into()));
    }
}
