//! The sides of what is counted, and what stands for a place on one.

use crate::account::{Neighbourhood, Sex};
use crate::course::{Audience, Category, Mode};
use crate::named::named;

named! {
    /// A side of what is counted.
    pub enum Dimension {
        Audience = "audience",
        Mode = "mode",
        Category = "category",
        Place = "place",
        Instructor = "instructor",
        Year = "year",
        Month = "month",
        DayPart = "time",
        Sex = "sex",
        Age = "age",
        Neighbourhood = "neighbourhood",
    }

    /// When in the day a class begins, in Seoul: until noon, until six, after that.
    pub enum DayPart { Morning = "morning", Afternoon = "afternoon", Evening = "evening" }
}

impl Dimension {
    /// Whether it is a side of people, not of runs. A run has people of both sexes, so that it has no sex.
    pub fn is_of_people(self) -> bool {
        matches!(self, Self::Sex | Self::Age | Self::Neighbourhood)
    }
}

impl DayPart {
    /// `hour` is that of the wall clock in Seoul.
    pub fn of_hour(hour: u32) -> Self {
        match hour {
            0..12 => Self::Morning,
            12..18 => Self::Afternoon,
            _ => Self::Evening,
        }
    }
}

/// Ten years of life, by the first of them: 40 is from 40 to 49. Whoever is 90 or older is of the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AgeGroup(u8);

impl AgeGroup {
    pub const LAST: u8 = 90;

    /// Of somebody born in that year, in the year in which a run starts. `None` where they were not born yet.
    pub fn of(birth_year: i32, year: i32) -> Option<Self> {
        let age = u8::try_from((year - birth_year).min(i32::from(Self::LAST))).ok()?;
        Some(Self(age / 10 * 10))
    }

    /// The one that begins with this year of life: 0, 10, … 90.
    pub fn parse(text: &str) -> Option<Self> {
        let first: u8 = text.parse().ok()?;
        (first.is_multiple_of(10) && first <= Self::LAST && first.to_string() == text).then_some(Self(first))
    }

    /// All of them, the youngest first.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..=Self::LAST).step_by(10).map(Self)
    }

    pub fn first(self) -> u8 {
        self.0
    }
}

/// A place on one side: what a row or a column of a table stands for. Nothing stands for "not given".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    Audience(Audience),
    Mode(Mode),
    Category(Category),
    /// An index into [`super::Facts::places`].
    Place(Option<u32>),
    /// An index into [`super::Facts::instructors`].
    Instructor(Option<u32>),
    Year(i32),
    /// A year and a month from 1.
    Month(i32, u32),
    DayPart(Option<DayPart>),
    Sex(Option<Sex>),
    Age(Option<AgeGroup>),
    Neighbourhood(Option<Neighbourhood>),
}

impl Key {
    pub fn dimension(self) -> Dimension {
        match self {
            Self::Audience(_) => Dimension::Audience,
            Self::Mode(_) => Dimension::Mode,
            Self::Category(_) => Dimension::Category,
            Self::Place(_) => Dimension::Place,
            Self::Instructor(_) => Dimension::Instructor,
            Self::Year(_) => Dimension::Year,
            Self::Month(..) => Dimension::Month,
            Self::DayPart(_) => Dimension::DayPart,
            Self::Sex(_) => Dimension::Sex,
            Self::Age(_) => Dimension::Age,
            Self::Neighbourhood(_) => Dimension::Neighbourhood,
        }
    }

    /// Whether it stands for what nobody has said.
    pub fn is_unknown(self) -> bool {
        matches!(
            self,
            Self::Place(None)
                | Self::Instructor(None)
                | Self::DayPart(None)
                | Self::Sex(None)
                | Self::Age(None)
                | Self::Neighbourhood(None)
        )
    }
}

/// What somebody has said about themselves for the figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Traits {
    pub sex: Option<Sex>,
    pub age: Option<AgeGroup>,
    pub neighbourhood: Option<Neighbourhood>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_group_is_ten_years_and_the_last_has_no_end() {
        let group = |born, year| AgeGroup::of(born, year).map(AgeGroup::first);
        assert_eq!([group(1951, 2021), group(1952, 2021), group(1900, 2021)], [Some(70), Some(60), Some(90)]);
        assert_eq!(group(2022, 2021), None);
        for text in ["0", "40", "90"] {
            assert_eq!(AgeGroup::parse(text).map(|it| it.first().to_string()).as_deref(), Some(text));
        }
        assert!(["", "45", "100", "040", "-10"].iter().all(|text| AgeGroup::parse(text).is_none()));
    }
}
