//! Facts about runs, classes and those who took part, as of a day, and the words that stand for their sides.

use chrono::NaiveDate;

use super::{AgeGroup, DayPart, Dimension, Key, Standing, Traits};
use crate::account::{Neighbourhood, Sex};
use crate::course::{Audience, Category, Mode};

/// A published run, or one that was cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunFact {
    pub audience: Audience,
    pub mode: Mode,
    pub category: Category,
    pub place: Option<u32>,
    pub instructor: Option<u32>,
    pub first_day: NaiveDate,
    /// Of its first class.
    pub part: Option<DayPart>,
    pub cancelled: bool,
    pub places: u32,
    /// How many people it had, of a run of the past whose people are not known.
    pub head_count: Option<u32>,
    /// Classes held until the day as of which all this is, and their minutes.
    pub held: u32,
    pub held_minutes: u32,
    /// Whether anybody's attendance was kept; else it counts in no rate.
    pub marked: bool,
}

/// A class that was held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClassFact {
    /// An index into [`Facts::runs`].
    pub run: u32,
    pub day: NaiveDate,
    pub part: DayPart,
    pub minutes: u32,
    /// The most who watched at one time, where it was broadcast.
    pub viewers: Option<u32>,
}

/// Somebody's part in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartFact {
    /// An index into [`Facts::runs`].
    pub run: u32,
    /// The same number is the same person.
    pub person: u32,
    pub traits: Traits,
    pub standing: Standing,
    /// How many classes they came to.
    pub came: u32,
    /// Minutes that count as attended.
    pub minutes: u32,
    /// How often they were absent without a word.
    pub no_shows: u32,
    /// Classes of the run to which they were expected, and their minutes.
    pub held: u32,
    pub held_minutes: u32,
    pub completed: bool,
}

/// What those of a run who are no longer described did on one day, as far as they were alike in what they had said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FoldedFact {
    /// An index into [`Facts::runs`].
    pub run: u32,
    pub traits: Traits,
    /// To how many it was the first class they came to.
    pub attended: u32,
    pub minutes: u32,
    pub no_shows: u32,
}

/// All that is counted, as of a day.
#[derive(Clone, Debug)]
pub struct Facts {
    pub as_of: NaiveDate,
    /// Codes of places.
    pub places: Vec<String>,
    /// Names of instructors.
    pub instructors: Vec<String>,
    pub runs: Vec<RunFact>,
    pub classes: Vec<ClassFact>,
    /// Every application, by its person.
    pub parts: Vec<PartFact>,
    /// The same once more as it is counted by sides of people: those whose details were erased stand here under a number
    /// made by chance, with what they had said of themselves, and what they did is in [`Facts::folded`].
    pub described: Vec<PartFact>,
    pub folded: Vec<FoldedFact>,
}

impl Facts {
    /// None at all, for whoever only wants to know what words stand for.
    pub fn nothing(as_of: NaiveDate) -> Self {
        let (places, instructors) = (Vec::new(), Vec::new());
        let (runs, classes) = (Vec::new(), Vec::new());
        let (parts, described, folded) = (Vec::new(), Vec::new(), Vec::new());
        Self { as_of, places, instructors, runs, classes, parts, described, folded }
    }

    /// The word of a key, for addresses and files: `resident`, `mullae`, `2021-03`, `40`. Nothing is empty.
    pub fn word(&self, key: Key) -> String {
        let listed = |list: &[String], index: Option<u32>| {
            index.and_then(|index| list.get(index as usize)).cloned().unwrap_or_default()
        };
        match key {
            Key::Audience(it) => it.as_str().to_owned(),
            Key::Mode(it) => it.as_str().to_owned(),
            Key::Category(it) => it.as_str().to_owned(),
            Key::Place(index) => listed(&self.places, index),
            Key::Instructor(index) => listed(&self.instructors, index),
            Key::Year(year) => year.to_string(),
            Key::Month(year, month) => format!("{year}-{month:02}"),
            Key::DayPart(part) => part.map_or("", DayPart::as_str).to_owned(),
            Key::Sex(sex) => sex.map_or("", Sex::as_str).to_owned(),
            Key::Age(group) => group.map(|group| group.first().to_string()).unwrap_or_default(),
            Key::Neighbourhood(it) => it.map_or("", Neighbourhood::as_str).to_owned(),
        }
    }

    /// The key that a word stands for on a side; `none` stands for what is not given. Years and months are no filter:
    /// the period says them.
    pub fn key(&self, dimension: Dimension, word: &str) -> Option<Key> {
        let index = |list: &[String]| {
            list.iter().position(|it| it == word).and_then(|index| u32::try_from(index).ok())
        };
        let given = word != "none";
        Some(match dimension {
            Dimension::Audience => Key::Audience(Audience::parse(word)?),
            Dimension::Mode => Key::Mode(Mode::parse(word)?),
            Dimension::Category => Key::Category(Category::parse(word)?),
            Dimension::Place if given => Key::Place(Some(index(&self.places)?)),
            Dimension::Place => Key::Place(None),
            // One who taught nothing in the period is nobody here.
            Dimension::Instructor if given => {
                Key::Instructor(Some(index(&self.instructors).unwrap_or(u32::MAX)))
            }
            Dimension::Instructor => Key::Instructor(None),
            Dimension::DayPart if given => Key::DayPart(Some(DayPart::parse(word)?)),
            Dimension::DayPart => Key::DayPart(None),
            Dimension::Sex if given => Key::Sex(Some(Sex::parse(word)?)),
            Dimension::Sex => Key::Sex(None),
            Dimension::Age if given => Key::Age(Some(AgeGroup::parse(word)?)),
            Dimension::Age => Key::Age(None),
            Dimension::Neighbourhood if given => Key::Neighbourhood(Some(Neighbourhood::parse(word)?)),
            Dimension::Neighbourhood => Key::Neighbourhood(None),
            Dimension::Year | Dimension::Month => return None,
        })
    }
}
