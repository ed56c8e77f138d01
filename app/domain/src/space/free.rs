//! When something is free: as an answer to a search, and instead of what clashes.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use uuid::Uuid;

use crate::account::Audience;
use crate::seoul;
use crate::space::diary::{Diary, Wanted};
use crate::space::rules::{SpaceRules, last_day};
use crate::space::{Slot, Use};

/// Uses begin on these.
const STEP: TimeDelta = TimeDelta::minutes(30);

/// What somebody looks for.
#[derive(Clone, Debug)]
pub struct Search {
    pub spaces: Vec<Uuid>,
    pub kind: Use,
    pub audience: Audience,
    pub first: NaiveDate,
    /// The last day.
    pub last: NaiveDate,
    /// The part of the day, in minutes from midnight in Seoul.
    pub from_minute: u16,
    pub until_minute: u16,
    /// How long it is used.
    pub length: TimeDelta,
    pub things: Vec<(Uuid, u32)>,
}

/// A space that is free: a use of the length looked for may begin at each half hour from the first start to the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    pub space: Uuid,
    pub first_start: DateTime<Utc>,
    pub last_start: DateTime<Utc>,
}

/// Everything that is free, by day and then in the order of the spaces looked for.
pub fn search(rules: &SpaceRules, diary: &Diary, search: &Search, now: DateTime<Utc>) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    for day in search.first.iter_days().take_while(|day| *day <= search.last) {
        let minute = |minute: u16| seoul::midnight(day) + TimeDelta::minutes(minute.into());
        let (from, until) = (minute(search.from_minute), minute(search.until_minute));
        for &space in &search.spaces {
            let at = Place { rules, diary, space, kind: search.kind, things: &search.things };
            let mut last: Option<DateTime<Utc>> = None;
            for start in starts(from.max(now), until - search.length) {
                let slot = Slot { starts_at: start, ends_at: start + search.length };
                if !at.takes(search.audience, slot) {
                    continue;
                }
                match found.last_mut().filter(|_| last == Some(start - STEP)) {
                    Some(open) => open.last_start = start,
                    None => found.push(Found { space, first_start: start, last_start: start }),
                }
                last = Some(start);
            }
        }
    }
    found
}

/// The half hours from `from` to `until`, both included.
fn starts(from: DateTime<Utc>, until: DateTime<Utc>) -> impl Iterator<Item = DateTime<Utc>> {
    let step = STEP.num_seconds();
    let first = DateTime::from_timestamp(from.timestamp().div_euclid(step) * step, 0).unwrap_or(from);
    let first = if first < from { first + STEP } else { first };
    std::iter::successors(Some(first), |start| Some(*start + STEP)).take_while(move |start| *start <= until)
}

struct Place<'a> {
    rules: &'a SpaceRules,
    diary: &'a Diary,
    space: Uuid,
    kind: Use,
    things: &'a [(Uuid, u32)],
}

impl Place<'_> {
    fn takes(&self, audience: Audience, slot: Slot) -> bool {
        let wanted = Wanted {
            slot: slot.with(self.rules.margin(self.space, self.kind)),
            leaves: self.rules.tree.leaves_of(self.space),
            things: self.things.to_vec(),
            people: Vec::new(),
        };
        self.rules.check(self.space, audience, slot).is_ok() && self.diary.clashes(&wanted).is_empty()
    }
}

/// What would be free instead of a slot that clashes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Instead {
    /// The same space on the same day, nearest first.
    pub slots: Vec<Slot>,
    /// Other spaces at the same time.
    pub spaces: Vec<Uuid>,
}

/// How many of each are offered.
const MOST: usize = 3;

/// A space that somebody wanted at a time when it is taken.
pub struct Missed<'a> {
    pub rules: &'a SpaceRules,
    pub diary: &'a Diary,
    pub space: Uuid,
    pub kind: Use,
    pub audience: Audience,
    pub slot: Slot,
    pub now: DateTime<Utc>,
}

impl Missed<'_> {
    /// What is free around the slot; `others` are the spaces that would do as well.
    pub fn instead(&self, others: &[Uuid]) -> Instead {
        let Self { rules, diary, space, kind, audience, slot, now } = *self;
        let at = |space| Place { rules, diary, space, kind, things: &[] };
        let day = seoul::midnight(seoul::day(slot.starts_at));
        let end = seoul::midnight(last_day(slot) + Days::new(1));
        let length = slot.length();
        let mut slots: Vec<Slot> = starts(day.max(now), end - length)
            .map(|start| Slot { starts_at: start, ends_at: start + length })
            .filter(|slot| at(space).takes(audience, *slot))
            .collect();
        slots.sort_by_key(|free| ((free.starts_at - slot.starts_at).abs(), free.starts_at));
        let mut chosen: Vec<Slot> = Vec::new();
        for free in slots {
            // Half an hour apart they would be one offer said three times.
            if chosen.len() < MOST && chosen.iter().all(|other| !other.overlaps(&free)) {
                chosen.push(free);
            }
        }
        let others = others.iter().copied().filter(|other| *other != space);
        let spaces = others.filter(|other| at(*other).takes(audience, slot)).take(MOST).collect();
        Instead { slots: chosen, spaces }
    }
}
