//! What is counted in a cell, what a measure makes of it, and how much of it everybody may see.

use serde::{Deserialize, Serialize};

use crate::named::named;

named! {
    /// What a cell is asked for.
    pub enum Measure {
        Runs = "runs",
        Hours = "hours",
        Enrolled = "enrolled",
        People = "people",
        Attended = "attended",
        Completed = "completed",
        Attendance = "attendance",
        NoShow = "no_show",
        Waiting = "waiting",
        GivenUp = "given_up",
        Cancelled = "cancelled",
        Seats = "seats",
        Viewers = "viewers",
    }
}

/// A part of a whole, such as an attendance rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    part: u64,
    whole: u64,
}

impl Share {
    /// `None` where there is nothing to have a part of.
    pub fn of(part: u64, whole: u64) -> Option<Self> {
        (whole > 0).then_some(Self { part, whole })
    }

    /// As a number from 0 on; exact figures are [`Share::percent`].
    pub fn ratio(self) -> f64 {
        self.part as f64 / self.whole as f64
    }

    /// In thousandths, half of one rounded up.
    pub fn thousandths(self) -> u64 {
        (self.part * 2000 + self.whole) / (self.whole * 2)
    }

    /// In per cent with one place: `88.7`.
    pub fn percent(self) -> String {
        format!("{}.{}", self.thousandths() / 10, self.thousandths() % 10)
    }
}

/// What is counted in a cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Runs that have started and were not cancelled.
    pub runs: u32,
    pub cancelled: u32,
    /// Minutes of classes held.
    pub minutes: u64,
    /// Places in runs that have started.
    pub places: u64,
    pub enrolled: u64,
    /// Those among the enrolled of whom only the number is known.
    pub unnamed: u64,
    /// Distinct people among the others.
    pub people: u64,
    pub attended: u64,
    pub completed: u64,
    /// Minutes that were attended, of so many that could have been.
    pub attended_minutes: u64,
    pub planned_minutes: u64,
    /// Absences without a word, of so many times that somebody was expected.
    pub no_shows: u64,
    pub expected: u64,
    pub waiting: u64,
    pub given_up: u64,
    /// Classes that were broadcast, and the most who watched each at one time, together.
    pub shows: u64,
    pub viewers: u64,
}

impl Counts {
    pub fn attendance(&self) -> Option<Share> {
        Share::of(self.attended_minutes, self.planned_minutes)
    }

    pub fn no_show(&self) -> Option<Share> {
        Share::of(self.no_shows, self.expected)
    }

    pub fn seats_used(&self) -> Option<Share> {
        Share::of(self.enrolled, self.places)
    }

    /// How many watched a broadcast class, on average, rounded.
    pub fn viewers_a_show(&self) -> Option<u64> {
        (self.shows > 0).then(|| (self.viewers * 2 + self.shows) / (self.shows * 2))
    }
}

/// What a measure comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figure {
    Count(u64),
    /// Shown as hours.
    Minutes(u64),
    Share(Share),
    /// There was nothing to measure.
    Nothing,
}

impl Figure {
    /// How long a bar is, in any unit that is the same for one measure.
    pub fn size(self) -> u64 {
        match self {
            Self::Count(size) | Self::Minutes(size) => size,
            Self::Share(share) => share.thousandths(),
            Self::Nothing => 0,
        }
    }
}

impl Measure {
    /// Whether it measures runs and classes, which have no sex, age or neighbourhood.
    pub fn is_of_runs(self) -> bool {
        matches!(self, Self::Runs | Self::Hours | Self::Cancelled | Self::Seats | Self::Viewers)
    }

    pub fn of(self, counts: &Counts) -> Figure {
        let share = |share: Option<Share>| share.map_or(Figure::Nothing, Figure::Share);
        // Of whom only the number is known, nobody knows what they did or whether they came twice.
        let known = counts.enrolled == 0 || counts.enrolled > counts.unnamed;
        match self {
            Self::Runs => Figure::Count(counts.runs.into()),
            Self::Hours => Figure::Minutes(counts.minutes),
            Self::Enrolled => Figure::Count(counts.enrolled),
            Self::People | Self::Attended | Self::Completed if !known => Figure::Nothing,
            Self::People => Figure::Count(counts.people),
            Self::Attended => Figure::Count(counts.attended),
            Self::Completed => Figure::Count(counts.completed),
            Self::Attendance => share(counts.attendance()),
            Self::NoShow => share(counts.no_show()),
            Self::Waiting => Figure::Count(counts.waiting),
            Self::GivenUp => Figure::Count(counts.given_up),
            Self::Cancelled => Figure::Count(counts.cancelled.into()),
            Self::Seats => share(counts.seats_used()),
            Self::Viewers => counts.viewers_a_show().map_or(Figure::Nothing, Figure::Count),
        }
    }
}

/// Fewer people than this are not shown to everybody.
pub const FEW: u64 = 5;

/// What of a column of numbers may be shown to everybody beside its sum: what is small is withheld, and where that is one
/// alone, the smallest of the others with it, since the sum would tell.
pub fn withhold(numbers: &[u64]) -> Vec<Option<u64>> {
    let mut shown: Vec<Option<u64>> =
        numbers.iter().map(|number| Some(*number).filter(|it| *it == 0 || *it >= FEW)).collect();
    if shown.iter().filter(|it| it.is_none()).count() == 1 {
        let smallest = shown.iter().flatten().copied().filter(|it| *it > 0).min();
        let place = smallest.and_then(|smallest| shown.iter().position(|it| *it == Some(smallest)));
        if let Some(place) = place {
            shown[place] = None;
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_small_is_withheld_and_never_alone() {
        assert_eq!(withhold(&[5, 0, 12]), [Some(5), Some(0), Some(12)]);
        assert_eq!(withhold(&[4, 0, 12, 7]), [None, Some(0), Some(12), None]);
        assert_eq!(withhold(&[4, 3, 12]), [None, None, Some(12)]);
        assert_eq!(withhold(&[4]), [None]);
    }

    #[test]
    fn a_share_is_rounded_to_tenths_of_a_per_cent() {
        let percent = |part, whole| Share::of(part, whole).map(Share::percent);
        assert_eq!(percent(185_790, 209_496).as_deref(), Some("88.7"));
        assert_eq!(percent(1, 3).as_deref(), Some("33.3"));
        assert_eq!(percent(2000, 2000).as_deref(), Some("100.0"));
        assert_eq!(percent(1, 2000).as_deref(), Some("0.1"), "half a tenth counts");
        assert_eq!(percent(0, 0), None);
    }
}
