//! The live applications of a run in order of their stamps, with what a rush asks of them thousands of times kept beside:
//! who has applied, what is held, who waits. None of the questions looks at them all.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Place, State};
use crate::language::Language;

/// A live application as the book keeps it, under its stamp.
#[derive(Clone, Debug)]
pub struct Entry {
    pub id: Uuid,
    pub person: Uuid,
    pub language: Language,
    pub state: State,
    pub place: Option<Place>,
    pub offer_until: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug)]
pub struct Roll {
    entries: BTreeMap<i64, Entry>,
    of_person: HashMap<Uuid, i64>,
    of_application: HashMap<Uuid, i64>,
    held: BTreeSet<Place>,
    asked: BTreeSet<i64>,
    waiting: BTreeSet<i64>,
    offered: BTreeSet<i64>,
    /// No admission below this one is free.
    lowest: u32,
}

impl Default for Roll {
    fn default() -> Self {
        Self {
            entries: BTreeMap::new(),
            of_person: HashMap::new(),
            of_application: HashMap::new(),
            held: BTreeSet::new(),
            asked: BTreeSet::new(),
            waiting: BTreeSet::new(),
            offered: BTreeSet::new(),
            lowest: 1,
        }
    }
}

impl Roll {
    pub fn insert(&mut self, stamp: i64, entry: Entry) {
        self.remove(stamp);
        self.of_person.insert(entry.person, stamp);
        self.of_application.insert(entry.id, stamp);
        self.note(stamp, entry.state, entry.place);
        self.entries.insert(stamp, entry);
    }

    pub fn remove(&mut self, stamp: i64) -> Option<Entry> {
        let entry = self.entries.remove(&stamp)?;
        self.forget(stamp, entry.state, entry.place);
        self.of_person.remove(&entry.person);
        self.of_application.remove(&entry.id);
        Some(entry)
    }

    /// Changes how a live application stands, and gives it back as it is then.
    pub fn change(
        &mut self,
        stamp: i64,
        state: State,
        place: Option<Place>,
        offer_until: Option<DateTime<Utc>>,
    ) -> Option<&Entry> {
        let (old_state, old_place) = self.entries.get(&stamp).map(|entry| (entry.state, entry.place))?;
        self.forget(stamp, old_state, old_place);
        self.note(stamp, state, place);
        let entry = self.entries.get_mut(&stamp)?;
        (entry.state, entry.place, entry.offer_until) = (state, place, offer_until);
        Some(entry)
    }

    fn note(&mut self, stamp: i64, state: State, place: Option<Place>) {
        if let Some(list) = self.list(state) {
            list.insert(stamp);
        }
        self.held.extend(place);
        while self.held.contains(&Place::Admission(self.lowest)) {
            self.lowest += 1;
        }
    }

    fn forget(&mut self, stamp: i64, state: State, place: Option<Place>) {
        if let Some(list) = self.list(state) {
            list.remove(&stamp);
        }
        let Some(place) = place else { return };
        self.held.remove(&place);
        if let Place::Admission(number) = place {
            self.lowest = self.lowest.min(number);
        }
    }

    fn list(&mut self, state: State) -> Option<&mut BTreeSet<i64>> {
        match state {
            State::Asked => Some(&mut self.asked),
            State::Waiting => Some(&mut self.waiting),
            State::Offered => Some(&mut self.offered),
            _ => None,
        }
    }

    pub fn get(&self, stamp: i64) -> Option<&Entry> {
        self.entries.get(&stamp)
    }

    /// In order of the stamps.
    pub fn iter(&self) -> impl Iterator<Item = (i64, &Entry)> {
        self.entries.iter().map(|(stamp, entry)| (*stamp, entry))
    }

    pub fn of_person(&self, person: Uuid) -> Option<(i64, &Entry)> {
        self.found(self.of_person.get(&person))
    }

    pub fn of_application(&self, id: Uuid) -> Option<(i64, &Entry)> {
        self.found(self.of_application.get(&id))
    }

    fn found(&self, stamp: Option<&i64>) -> Option<(i64, &Entry)> {
        let stamp = *stamp?;
        self.entries.get(&stamp).map(|entry| (stamp, entry))
    }

    pub fn is_held(&self, place: Place) -> bool {
        self.held.contains(&place)
    }

    /// What is held, chairs first, then admissions by number.
    pub fn held(&self) -> &BTreeSet<Place> {
        &self.held
    }

    /// The lowest number of an admission that nobody holds.
    pub fn free_admission(&self) -> u32 {
        self.lowest
    }

    pub fn asked(&self) -> &BTreeSet<i64> {
        &self.asked
    }

    pub fn waiting(&self) -> &BTreeSet<i64> {
        &self.waiting
    }

    pub fn offered(&self) -> &BTreeSet<i64> {
        &self.offered
    }

    /// The place in the waiting list, from 1. Whoever has just joined is its last, which costs nothing to tell.
    pub fn rank(&self, stamp: i64) -> Option<usize> {
        if self.waiting.last() == Some(&stamp) {
            return Some(self.waiting.len());
        }
        self.waiting.contains(&stamp).then(|| self.waiting.range(..=stamp).count())
    }
}

impl FromIterator<(i64, Entry)> for Roll {
    fn from_iter<T: IntoIterator<Item = (i64, Entry)>>(entries: T) -> Self {
        let mut roll = Self::default();
        for (stamp, entry) in entries {
            roll.insert(stamp, entry);
        }
        roll
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(number: u128, state: State, place: Option<Place>) -> Entry {
        let id = Uuid::from_u128(number);
        Entry { id, person: id, language: Language::Ko, state, place, offer_until: None }
    }

    #[test]
    fn a_freed_admission_is_the_next_to_be_given() {
        let mut roll = Roll::default();
        for number in 1..=3_u32 {
            let place = Some(Place::Admission(roll.free_admission()));
            roll.insert(number.into(), entry(number.into(), State::Booked, place));
        }
        assert_eq!(roll.free_admission(), 4);
        roll.change(2, State::Waiting, None, None);
        assert_eq!((roll.free_admission(), roll.rank(2)), (2, Some(1)));
        roll.change(2, State::Booked, Some(Place::Admission(2)), None);
        assert_eq!((roll.free_admission(), roll.rank(2)), (4, None));
    }

    #[test]
    fn ranks_are_those_of_the_waiting_alone_and_close_up() {
        let mut roll: Roll = [
            (5, entry(5, State::Waiting, None)),
            (2, entry(2, State::Booked, Some(Place::Admission(1)))),
            (3, entry(3, State::Waiting, None)),
            (4, entry(4, State::Asked, None)),
        ]
        .into_iter()
        .collect();
        assert_eq!([2, 3, 4, 5].map(|stamp| roll.rank(stamp)), [None, Some(1), None, Some(2)]);
        roll.remove(3);
        assert_eq!((roll.rank(5), roll.of_person(Uuid::from_u128(3)).is_none()), (Some(1), true));
    }
}
