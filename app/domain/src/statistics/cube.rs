//! The cube: facts about runs, classes and those who took part, and how they are counted by any of their sides.
//!
//! A run, and whoever took part in it, counts in the period in which the run starts; hours and viewers count on the day of
//! their class. Distinct people are counted anew in every cell and in every total: nothing is ever added up.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::{Datelike, NaiveDate};

use super::{ClassFact, Counts, Dimension, Facts, FoldedFact, Key, PartFact, RunFact, Standing, Traits};

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

    fn key_of_people(&self, run: u32, traits: &Traits, dimension: Dimension) -> Option<Key> {
        match dimension {
            Dimension::Sex => Some(Key::Sex(traits.sex)),
            Dimension::Age => Some(Key::Age(traits.age)),
            Dimension::Neighbourhood => Some(Key::Neighbourhood(traits.neighbourhood)),
            _ => self.run(run).key(dimension),
        }
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
                let corners =
                    question.corners(|dimension| self.key_of_people(part.run, &part.traits, dimension));
                for corner in corners.into_iter().filter(|it| question.is_of_people(*it) == of_people) {
                    cells.entry(corner).or_default().add_part(part, self.run(part.run), self.as_of);
                }
            }
        }
        for folded in self.folded.iter().filter(|it| question.holds(self.run(it.run).first_day)) {
            let key = |dimension| self.key_of_people(folded.run, &folded.traits, dimension);
            for corner in question.corners(key).into_iter().filter(|it| question.is_of_people(*it)) {
                cells.entry(corner).or_default().add_folded(folded, self.run(folded.run));
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
                    counts.planned_minutes += u64::from(part.held_minutes);
                    counts.no_shows += u64::from(part.no_shows);
                    counts.expected += u64::from(part.held);
                }
            }
            Standing::Enrolled | Standing::Nowhere => {}
        }
    }

    fn add_folded(&mut self, folded: &FoldedFact, run: &RunFact) {
        if run.cancelled {
            return;
        }
        let counts = &mut self.counts;
        counts.attended += u64::from(folded.attended);
        if run.marked {
            counts.attended_minutes += u64::from(folded.minutes);
            counts.no_shows += u64::from(folded.no_shows);
        }
    }

    fn done(self) -> Counts {
        Counts { people: self.people.len() as u64, ..self.counts }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::Sex;
    use crate::course::{Audience, Category, Mode};
    use crate::statistics::DayPart;

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
            held: 2,
            held_minutes: 240,
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
            folded: Vec::new(),
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
}
