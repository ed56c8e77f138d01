//! The cube: facts about runs, classes and those who took part, and how they are counted by any of their sides.
//!
//! A run, and whoever took part in it, counts in the period in which the run starts; hours and viewers count on the day of
//! their class. Distinct people are counted anew in every cell and in every total: nothing is ever added up.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

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

    /// How an application ended.
    pub enum End { Cancelled = "cancelled", Lapsed = "lapsed", Declined = "declined" }
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
    /// An index into [`Facts::places`].
    Place(Option<u32>),
    /// An index into [`Facts::instructors`].
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

/// How an application went, in days of Seoul.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Path {
    /// Since when it stood in the waiting list.
    pub waited: Option<NaiveDate>,
    /// Since when it had a place.
    pub placed: Option<NaiveDate>,
    pub ended: Option<(NaiveDate, End)>,
}

/// Where an application stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It has a place, or had one when the run began: whoever leaves midway was there.
    Enrolled,
    /// In the waiting list, or it was until the list ended.
    Waiting,
    /// Taken back before the run began.
    GivenUp,
    /// Nothing of it counts.
    Nowhere,
}

impl Path {
    pub fn standing(&self, first_day: NaiveDate, as_of: NaiveDate) -> Standing {
        let by_then = |day: Option<NaiveDate>| day.is_some_and(|day| day <= as_of);
        let (waited, placed) = (by_then(self.waited), by_then(self.placed));
        match self.ended.filter(|(day, _)| *day <= as_of) {
            Some((day, _)) if placed && day >= first_day => Standing::Enrolled,
            Some((_, End::Cancelled)) => Standing::GivenUp,
            Some((_, End::Lapsed)) if waited => Standing::Waiting,
            Some(_) => Standing::Nowhere,
            None if placed => Standing::Enrolled,
            None if waited => Standing::Waiting,
            None => Standing::Nowhere,
        }
    }
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
    pub completed: bool,
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
    /// that leads to nobody, with what they had said of themselves.
    pub described: Vec<PartFact>,
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

/// What is asked of the cube.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The period, both days within it.
    pub first: NaiveDate,
    pub last: NaiveDate,
    /// Only what is all of these.
    pub only: Vec<Key>,
    pub rows: Dimension,
    pub columns: Option<Dimension>,
}

/// An answer: a cell for each row and column, and totals where either is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    pub rows: Vec<Key>,
    pub columns: Vec<Key>,
    cells: BTreeMap<Corner, Counts>,
}

/// A row and a column; absent for all of them.
type Corner = (Option<Key>, Option<Key>);

impl Table {
    pub fn cell(&self, row: Option<Key>, column: Option<Key>) -> Counts {
        self.cells.get(&(row, column)).copied().unwrap_or_default()
    }
}

/// A cell while it is counted.
#[derive(Default)]
struct Counting {
    counts: Counts,
    people: HashSet<u32>,
}

impl Question {
    fn holds(&self, day: NaiveDate) -> bool {
        self.first <= day && day <= self.last
    }

    /// The cells that a fact belongs to; none where the filter leaves it out.
    fn corners(&self, key: impl Fn(Dimension) -> Option<Key>) -> Vec<Corner> {
        if self.only.iter().any(|wanted| key(wanted.dimension()) != Some(*wanted)) {
            return Vec::new();
        }
        let row = key(self.rows);
        let column = self.columns.and_then(key);
        let mut corners = vec![(None, None)];
        corners.extend(row.map(|row| (Some(row), None)));
        corners.extend(column.map(|column| (None, Some(column))));
        corners.extend(row.zip(column).map(|(row, column)| (Some(row), Some(column))));
        corners
    }

    /// Whether a cell counts people by what they said of themselves.
    fn is_of_people(&self, (row, column): Corner) -> bool {
        let is = |key: &Key| key.dimension().is_of_people();
        self.only.iter().any(is) || [row, column].iter().flatten().any(is)
    }
}

impl RunFact {
    fn key(&self, dimension: Dimension) -> Option<Key> {
        match dimension {
            Dimension::Audience => Some(Key::Audience(self.audience)),
            Dimension::Mode => Some(Key::Mode(self.mode)),
            Dimension::Category => Some(Key::Category(self.category)),
            Dimension::Place => Some(Key::Place(self.place)),
            Dimension::Instructor => Some(Key::Instructor(self.instructor)),
            Dimension::Year => Some(Key::Year(self.first_day.year())),
            Dimension::Month => Some(Key::Month(self.first_day.year(), self.first_day.month())),
            Dimension::DayPart => Some(Key::DayPart(self.part)),
            Dimension::Sex | Dimension::Age | Dimension::Neighbourhood => None,
        }
    }
}

impl Facts {
    /// None at all, for whoever only wants to know what words stand for.
    pub fn nothing(as_of: NaiveDate) -> Self {
        let (places, instructors) = (Vec::new(), Vec::new());
        let (runs, classes) = (Vec::new(), Vec::new());
        let (parts, described) = (Vec::new(), Vec::new());
        Self { as_of, places, instructors, runs, classes, parts, described }
    }

    fn run(&self, index: u32) -> &RunFact {
        &self.runs[index as usize]
    }

    fn key_of_class(&self, class: &ClassFact, dimension: Dimension) -> Option<Key> {
        match dimension {
            Dimension::Year => Some(Key::Year(class.day.year())),
            Dimension::Month => Some(Key::Month(class.day.year(), class.day.month())),
            Dimension::DayPart => Some(Key::DayPart(Some(class.part))),
            _ => self.run(class.run).key(dimension),
        }
    }

    fn key_of_part(&self, part: &PartFact, dimension: Dimension) -> Option<Key> {
        match dimension {
            Dimension::Sex => Some(Key::Sex(part.traits.sex)),
            Dimension::Age => Some(Key::Age(part.traits.age)),
            Dimension::Neighbourhood => Some(Key::Neighbourhood(part.traits.neighbourhood)),
            _ => self.run(part.run).key(dimension),
        }
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

    /// Counts what is asked for.
    pub fn table(&self, question: &Question) -> Table {
        let mut cells: BTreeMap<Corner, Counting> = BTreeMap::new();
        for run in self.runs.iter().filter(|run| question.holds(run.first_day)) {
            for corner in question.corners(|dimension| run.key(dimension)) {
                cells.entry(corner).or_default().add_run(run, self.as_of);
            }
        }
        for class in self.classes.iter().filter(|class| question.holds(class.day)) {
            for corner in question.corners(|dimension| self.key_of_class(class, dimension)) {
                cells.entry(corner).or_default().add_class(class);
            }
        }
        for (parts, of_people) in [(&self.parts, false), (&self.described, true)] {
            for part in parts.iter().filter(|part| question.holds(self.run(part.run).first_day)) {
                let corners = question.corners(|dimension| self.key_of_part(part, dimension));
                for corner in corners.into_iter().filter(|it| question.is_of_people(*it) == of_people) {
                    cells.entry(corner).or_default().add_part(part, self.run(part.run), self.as_of);
                }
            }
        }
        let rows: BTreeSet<Key> = cells.keys().filter_map(|(row, _)| *row).collect();
        let columns: BTreeSet<Key> = cells.keys().filter_map(|(_, column)| *column).collect();
        let last_unknown = |keys: BTreeSet<Key>| {
            let (unknown, mut known): (Vec<Key>, Vec<Key>) = keys.into_iter().partition(|it| it.is_unknown());
            known.extend(unknown);
            known
        };
        let counted = |(corner, cell): (Corner, Counting)| (corner, cell.done());
        Table {
            rows: last_unknown(rows),
            columns: last_unknown(columns),
            cells: cells.into_iter().map(counted).collect(),
        }
    }
}

impl Counting {
    fn add_run(&mut self, run: &RunFact, as_of: NaiveDate) {
        let counts = &mut self.counts;
        if run.cancelled {
            counts.cancelled += 1;
        } else if run.first_day <= as_of {
            counts.runs += 1;
            counts.places += u64::from(run.places);
            counts.enrolled += u64::from(run.head_count.unwrap_or_default());
            counts.unnamed += u64::from(run.head_count.unwrap_or_default());
        }
    }

    fn add_class(&mut self, class: &ClassFact) {
        self.counts.minutes += u64::from(class.minutes);
        if let Some(viewers) = class.viewers {
            self.counts.shows += 1;
            self.counts.viewers += u64::from(viewers);
        }
    }

    fn add_part(&mut self, part: &PartFact, run: &RunFact, as_of: NaiveDate) {
        let counts = &mut self.counts;
        match part.standing {
            _ if run.cancelled => {}
            Standing::Waiting => counts.waiting += 1,
            Standing::GivenUp => counts.given_up += 1,
            Standing::Enrolled if run.first_day <= as_of => {
                counts.enrolled += 1;
                self.people.insert(part.person);
                counts.attended += u64::from(part.came > 0);
                counts.completed += u64::from(part.completed);
                if run.marked {
                    counts.attended_minutes += u64::from(part.minutes);
                    counts.planned_minutes += u64::from(run.held_minutes);
                    counts.no_shows += u64::from(part.no_shows);
                    counts.expected += u64::from(run.held);
                }
            }
            Standing::Enrolled | Standing::Nowhere => {}
        }
    }

    fn done(self) -> Counts {
        Counts { people: self.people.len() as u64, ..self.counts }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn run(first_day: &str) -> RunFact {
        RunFact {
            audience: Audience::Resident,
            mode: Mode::InPerson,
            category: Category::Basic,
            place: None,
            instructor: None,
            first_day: day(first_day),
            part: Some(DayPart::Morning),
            cancelled: false,
            places: 10,
            head_count: None,
            held: 2,
            held_minutes: 240,
            marked: true,
        }
    }

    fn part(run: u32, person: u32) -> PartFact {
        PartFact {
            run,
            person,
            traits: Traits::default(),
            standing: Standing::Enrolled,
            came: 1,
            minutes: 120,
            no_shows: 1,
            completed: false,
        }
    }

    fn facts(runs: Vec<RunFact>, parts: Vec<PartFact>) -> Facts {
        let (places, instructors, classes) = (Vec::new(), Vec::new(), Vec::new());
        Facts {
            as_of: day("2021-12-31"),
            places,
            instructors,
            runs,
            classes,
            described: parts.clone(),
            parts,
        }
    }

    fn year(rows: Dimension) -> Question {
        Question { first: day("2021-01-01"), last: day("2021-12-31"), only: Vec::new(), rows, columns: None }
    }

    #[test]
    fn a_person_in_two_months_is_one_in_the_year() {
        let facts =
            facts(vec![run("2021-01-04"), run("2021-02-01")], vec![part(0, 7), part(1, 7), part(1, 8)]);
        let table = facts.table(&year(Dimension::Month));
        let people = |row| table.cell(row, None).people;
        assert_eq!(people(Some(Key::Month(2021, 1))), 1);
        assert_eq!(people(Some(Key::Month(2021, 2))), 2);
        assert_eq!((people(None), table.cell(None, None).enrolled), (2, 3));
        assert_eq!(table.cell(None, None).attendance().unwrap().percent(), "50.0");
        assert_eq!(table.cell(None, None).no_show().unwrap().percent(), "50.0");
    }

    #[test]
    fn hours_count_when_held_and_the_run_when_it_starts() {
        let mut facts = facts(vec![run("2020-12-28")], vec![part(0, 1)]);
        facts.classes = ["2020-12-28", "2021-01-04"]
            .map(|on| ClassFact {
                run: 0,
                day: day(on),
                part: DayPart::Evening,
                minutes: 120,
                viewers: Some(3),
            })
            .to_vec();
        let total = facts.table(&year(Dimension::Month)).cell(None, None);
        assert_eq!((total.runs, total.minutes, total.enrolled, total.viewers_a_show()), (0, 120, 0, Some(3)));
        let evening = facts.table(&year(Dimension::DayPart));
        assert_eq!(evening.rows, [Key::DayPart(Some(DayPart::Evening))]);
    }

    #[test]
    fn what_has_not_begun_and_what_was_cancelled_is_no_result() {
        let cancelled = RunFact { cancelled: true, ..run("2021-01-04") };
        let mut facts = facts(vec![cancelled, run("2021-06-01")], vec![part(0, 1), part(1, 1)]);
        facts.as_of = day("2021-05-31");
        let waits = PartFact { standing: Standing::Waiting, ..part(1, 2) };
        facts.parts.push(waits);
        let total = facts.table(&year(Dimension::Mode)).cell(None, None);
        assert_eq!((total.runs, total.cancelled, total.enrolled, total.people), (0, 1, 0, 0));
        assert_eq!((total.places, total.waiting), (0, 1));
    }

    #[test]
    fn erased_people_are_counted_by_what_they_had_said_under_another_number() {
        let mut facts = facts(vec![run("2021-01-04"), run("2021-02-01")], vec![part(0, 7), part(1, 7)]);
        let traits = Traits { sex: Some(Sex::Female), ..Traits::default() };
        facts.described = [part(0, 900), part(1, 900)].map(|it| PartFact { traits, ..it }).to_vec();
        let table = facts.table(&year(Dimension::Sex));
        let women = table.cell(Some(Key::Sex(Some(Sex::Female))), None);
        assert_eq!((women.enrolled, women.people, women.runs), (2, 1, 0));
        assert_eq!((table.cell(None, None).people, table.cell(None, None).runs), (1, 2));
        let only = vec![Key::Sex(Some(Sex::Female))];
        let filtered = facts.table(&Question { only, ..year(Dimension::Month) });
        assert_eq!((filtered.cell(None, None).people, filtered.rows.len()), (1, 2));
    }

    #[test]
    fn where_an_application_stood_depends_on_the_day() {
        let first_day = day("2021-02-01");
        let path = Path {
            waited: Some(day("2021-01-10")),
            placed: Some(day("2021-01-20")),
            ended: Some((day("2021-02-05"), End::Cancelled)),
        };
        let on = |path: Path, text: &str| path.standing(first_day, day(text));
        assert_eq!(on(path, "2021-01-09"), Standing::Nowhere);
        assert_eq!(on(path, "2021-01-10"), Standing::Waiting);
        assert_eq!(on(path, "2021-01-20"), Standing::Enrolled);
        assert_eq!(on(path, "2021-03-01"), Standing::Enrolled, "whoever leaves midway was there");
        let before = Path { ended: Some((day("2021-01-31"), End::Cancelled)), ..path };
        assert_eq!(on(before, "2021-03-01"), Standing::GivenUp);
        let lapsed = Path { placed: None, ended: Some((first_day, End::Lapsed)), ..path };
        assert_eq!(on(lapsed, "2021-03-01"), Standing::Waiting, "nobody had room for them");
        let declined = Path { ended: Some((day("2021-01-15"), End::Declined)), ..Path::default() };
        assert_eq!(on(declined, "2021-03-01"), Standing::Nowhere);
    }

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
