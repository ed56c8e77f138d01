//! Who holds what when: spaces, things and people, in memory for saying what clashes, and in the rows that forbid it.
//!
//! What is asked here is only asked to give a good answer. That nothing is promised twice is the database's: the
//! constraints `occupation_no_overlap`, `engagement_no_overlap` and `allocation_within_total` refuse whatever the
//! program overlooks, and [`is_clash`] knows their voice.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter,
};
use uuid::Uuid;

use crate::clock::Clock;
use crate::space::entity::{allocation, engagement, occupation, thing};
use crate::space::{Holder, Slot};

/// What somebody wants to hold, set-up and strike included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub slot: Slot,
    /// The smallest spaces: those of [`super::store::Tree::leaves_of`].
    pub leaves: Vec<Uuid>,
    pub things: Vec<(Uuid, u32)>,
    pub people: Vec<Uuid>,
}

/// Over what two clash.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Over {
    Space,
    Person,
    /// By its name, and how many are left.
    Thing {
        name: String,
        left: u32,
    },
}

/// Something held that stands in the way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Clash {
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    /// The code of the run or booking that holds it.
    pub with: String,
    pub over: Over,
}

/// Whom an engagement names: by account, and by name too, since not everything that names an instructor knows the
/// account. A name without an account becomes a version 5 UUID, so that it is written down only where it belongs.
pub fn who_is(name: &str, account: Option<Uuid>) -> Vec<Uuid> {
    let by_name = (!name.is_empty()).then(|| Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes()));
    account.into_iter().chain(by_name).collect()
}

#[derive(Clone, Debug)]
struct Held {
    slot: Slot,
    holder: Uuid,
    code: String,
    number: u32,
}

/// How many there are of a thing.
#[derive(Clone, Debug)]
struct Stock {
    name: String,
    total: u32,
}

/// All that is held in a span of time.
#[derive(Clone, Debug, Default)]
pub struct Diary {
    spaces: HashMap<Uuid, Vec<Held>>,
    things: HashMap<Uuid, Vec<Held>>,
    people: HashMap<Uuid, Vec<Held>>,
    stock: HashMap<Uuid, Stock>,
}

/// What overlaps a span, found by the index over (key, start) because nothing is longer than [`Slot::LONGEST`].
macro_rules! within {
    ($entity:ident, $span:expr) => {
        Condition::all()
            .add($entity::Column::StartsAt.gt($span.starts_at - Slot::LONGEST))
            .add($entity::Column::StartsAt.lt($span.ends_at))
            .add($entity::Column::EndsAt.gt($span.starts_at))
    };
}

impl Diary {
    /// Reads all that is held at some time within `span`.
    pub async fn load<C: ConnectionTrait>(db: &C, span: Slot) -> Result<Self, DbErr> {
        let mut diary = Self::default();
        for row in occupation::Entity::find().filter(within!(occupation, span)).all(db).await? {
            let slot = Slot { starts_at: row.starts_at, ends_at: row.ends_at };
            let held = Held { slot, holder: row.holder_id, code: row.code, number: 1 };
            diary.spaces.entry(row.leaf_id).or_default().push(held);
        }
        for row in engagement::Entity::find().filter(within!(engagement, span)).all(db).await? {
            let slot = Slot { starts_at: row.starts_at, ends_at: row.ends_at };
            let held = Held { slot, holder: row.holder_id, code: row.code, number: 1 };
            diary.people.entry(row.who).or_default().push(held);
        }
        for row in allocation::Entity::find().filter(within!(allocation, span)).all(db).await? {
            let slot = Slot { starts_at: row.starts_at, ends_at: row.ends_at };
            let number = u32::try_from(row.number).unwrap_or_default();
            let held = Held { slot, holder: row.holder_id, code: row.code, number };
            diary.things.entry(row.thing_id).or_default().push(held);
        }
        for row in thing::Entity::find().all(db).await? {
            let stock = Stock { name: row.name, total: u32::try_from(row.total).unwrap_or_default() };
            diary.stock.insert(row.id, stock);
        }
        Ok(diary)
    }

    /// Notes what is to be held, so that the next is asked against it.
    pub fn enter(&mut self, holder: Uuid, code: &str, wanted: &Wanted) {
        let held = |number| Held { slot: wanted.slot, holder, code: code.to_owned(), number };
        for leaf in &wanted.leaves {
            self.spaces.entry(*leaf).or_default().push(held(1));
        }
        for who in &wanted.people {
            self.people.entry(*who).or_default().push(held(1));
        }
        for (thing, number) in &wanted.things {
            self.things.entry(*thing).or_default().push(held(*number));
        }
    }

    /// Forgets what these hold.
    pub fn vacate(&mut self, holders: &HashSet<Uuid>) {
        let all = self.spaces.values_mut().chain(self.people.values_mut()).chain(self.things.values_mut());
        for held in all {
            held.retain(|held| !holders.contains(&held.holder));
        }
    }

    /// Everything that stands in the way, earliest first; each holder once, whatever it holds.
    pub fn clashes(&self, wanted: &Wanted) -> Vec<Clash> {
        let clash = |slot: Slot, with: &str, over: Over| {
            let Slot { starts_at, ends_at } = slot;
            Clash { starts_at, ends_at, with: with.to_owned(), over }
        };
        let mut clashes: Vec<Clash> = Vec::new();
        for leaf in &wanted.leaves {
            let held = overlapping(&self.spaces, *leaf, wanted.slot);
            clashes.extend(held.map(|held| clash(held.slot, &held.code, Over::Space)));
        }
        for who in &wanted.people {
            let held = overlapping(&self.people, *who, wanted.slot);
            clashes.extend(held.map(|held| clash(held.slot, &held.code, Over::Person)));
        }
        for (thing, number) in &wanted.things {
            let left = self.left(*thing, wanted.slot);
            if *number <= left {
                continue;
            }
            let name = self.stock.get(thing).map(|stock| stock.name.clone()).unwrap_or_default();
            let over = Over::Thing { name, left };
            let held = overlapping(&self.things, *thing, wanted.slot);
            let before = clashes.len();
            clashes.extend(held.map(|held| clash(held.slot, &held.code, over.clone())));
            if clashes.len() == before {
                // Nobody has any of it, and still there are not so many.
                clashes.push(clash(wanted.slot, "", over));
            }
        }
        clashes.sort();
        clashes.dedup();
        clashes
    }

    /// How many of a thing nobody holds at any moment of a slot.
    pub fn left(&self, thing: Uuid, slot: Slot) -> u32 {
        let total = self.stock.get(&thing).map_or(0, |stock| stock.total);
        total.saturating_sub(self.most_out(thing, slot))
    }

    /// How many of a thing are held at the fullest moment of a slot.
    pub fn most_out(&self, thing: Uuid, slot: Slot) -> u32 {
        let held: Vec<&Held> = overlapping(&self.things, thing, slot).collect();
        // What is out is most where something begins.
        let moments = held.iter().map(|it| it.slot.starts_at.max(slot.starts_at));
        let out_at = |moment: DateTime<Utc>| {
            let out = held.iter().filter(|it| it.slot.starts_at <= moment && moment < it.slot.ends_at);
            out.map(|it| it.number).sum::<u32>()
        };
        moments.map(out_at).max().unwrap_or_default()
    }

    /// The parts of `within` in which nobody holds any of these spaces, in order.
    pub fn free(&self, leaves: &[Uuid], within: Slot) -> Vec<Slot> {
        let mut held: Vec<Slot> = leaves
            .iter()
            .flat_map(|leaf| overlapping(&self.spaces, *leaf, within))
            .map(|held| held.slot)
            .collect();
        held.sort_unstable();
        let (mut free, mut from) = (Vec::new(), within.starts_at);
        for slot in held {
            if slot.starts_at > from {
                free.push(Slot { starts_at: from, ends_at: slot.starts_at });
            }
            from = from.max(slot.ends_at);
        }
        if from < within.ends_at {
            free.push(Slot { starts_at: from, ends_at: within.ends_at });
        }
        free
    }
}

fn overlapping(held: &HashMap<Uuid, Vec<Held>>, key: Uuid, slot: Slot) -> impl Iterator<Item = &Held> {
    held.get(&key).into_iter().flatten().filter(move |held| held.slot.overlaps(&slot))
}

/// Something on its way into the rows.
#[derive(Clone, Debug)]
pub struct Holding {
    pub holder: Holder,
    pub holder_id: Uuid,
    /// By which people know the holder.
    pub code: String,
    pub wanted: Wanted,
}

/// Writes down what is held from now on. Where a guard refuses, the transaction is lost and [`is_clash`] is true.
/// Rows go in by the order of their keys, so that two who want the same don't wait for each other in a circle.
pub async fn hold(tx: &DatabaseTransaction, clock: &Clock, holdings: &[Holding]) -> Result<(), DbErr> {
    let mut spaces = Vec::new();
    let mut people = Vec::new();
    let mut things = Vec::new();
    for holding in holdings {
        let Holding { holder, holder_id, code, wanted } = holding;
        let Slot { starts_at, ends_at } = wanted.slot;
        spaces.extend(wanted.leaves.iter().map(|leaf| occupation::Model {
            id: clock.id(),
            leaf_id: *leaf,
            holder: *holder,
            holder_id: *holder_id,
            starts_at,
            ends_at,
            code: code.clone(),
        }));
        people.extend(wanted.people.iter().map(|who| engagement::Model {
            id: clock.id(),
            who: *who,
            holder: *holder,
            holder_id: *holder_id,
            code: code.clone(),
            starts_at,
            ends_at,
        }));
        things.extend(wanted.things.iter().map(|(thing, number)| allocation::Model {
            id: clock.id(),
            thing_id: *thing,
            number: i32::try_from(*number).unwrap_or(i32::MAX),
            holder: *holder,
            holder_id: *holder_id,
            code: code.clone(),
            starts_at,
            ends_at,
        }));
    }
    spaces.sort_by_key(|row| (row.leaf_id, row.starts_at));
    people.sort_by_key(|row| (row.who, row.starts_at));
    things.sort_by_key(|row| (row.thing_id, row.starts_at));
    for rows in spaces.chunks(AT_ONCE) {
        let rows = rows.iter().cloned().map(occupation::ActiveModel::from);
        occupation::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    for rows in people.chunks(AT_ONCE) {
        let rows = rows.iter().cloned().map(engagement::ActiveModel::from);
        engagement::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    for rows in things.chunks(AT_ONCE) {
        let rows = rows.iter().cloned().map(allocation::ActiveModel::from);
        allocation::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Rows in one statement, well below what either database takes as parameters.
const AT_ONCE: usize = 500;

/// Gives back all that these hold.
pub async fn release<C: ConnectionTrait>(tx: &C, holders: &[Uuid]) -> Result<(), DbErr> {
    for holders in holders.chunks(AT_ONCE) {
        let theirs = occupation::Column::HolderId.is_in(holders.iter().copied());
        occupation::Entity::delete_many().filter(theirs).exec(tx).await?;
        let theirs = engagement::Column::HolderId.is_in(holders.iter().copied());
        engagement::Entity::delete_many().filter(theirs).exec(tx).await?;
        let theirs = allocation::Column::HolderId.is_in(holders.iter().copied());
        allocation::Entity::delete_many().filter(theirs).exec(tx).await?;
    }
    Ok(())
}

/// Whether it is one of the guards that refused: somebody was quicker, and the next look will say who.
pub fn is_clash(error: &DbErr) -> bool {
    let text = error.to_string();
    ["occupation_no_overlap", "engagement_no_overlap", "allocation_within_total"]
        .iter()
        .any(|guard| text.contains(guard))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: u32) -> DateTime<Utc> {
        DateTime::from_timestamp(i64::from(hour) * 3600, 0).unwrap()
    }

    fn slot(from: u32, until: u32) -> Slot {
        Slot { starts_at: at(from), ends_at: at(until) }
    }

    fn wanted(from: u32, until: u32) -> Wanted {
        Wanted {
            slot: slot(from, until),
            leaves: vec![Uuid::from_u128(1)],
            things: Vec::new(),
            people: Vec::new(),
        }
    }

    #[test]
    fn what_follows_at_once_does_not_clash() {
        let mut diary = Diary::default();
        diary.enter(Uuid::from_u128(9), "A", &wanted(9, 12));
        assert_eq!(diary.clashes(&wanted(12, 13)), []);
        assert_eq!(diary.clashes(&wanted(8, 9)), []);
        assert_eq!(diary.clashes(&wanted(11, 13)).len(), 1);
        assert_eq!(diary.free(&[Uuid::from_u128(1)], slot(8, 14)), [slot(8, 9), slot(12, 14)]);
    }

    #[test]
    fn things_are_counted_at_their_fullest_moment() {
        let camera = Uuid::from_u128(7);
        let mut diary = Diary::default();
        diary.stock.insert(camera, Stock { name: "카메라".into(), total: 3 });
        let use_of = |from, until, number| Wanted {
            leaves: Vec::new(),
            things: vec![(camera, number)],
            ..wanted(from, until)
        };
        diary.enter(Uuid::from_u128(1), "A", &use_of(9, 11, 2));
        diary.enter(Uuid::from_u128(2), "B", &use_of(11, 13, 1));
        assert_eq!(diary.left(camera, slot(9, 13)), 1, "two, then one: never three");
        assert_eq!(diary.clashes(&use_of(9, 13, 1)), []);
        let clashes = diary.clashes(&use_of(10, 12, 2));
        let with: Vec<&str> = clashes.iter().map(|clash| clash.with.as_str()).collect();
        assert_eq!(with, ["A", "B"]);
        assert_eq!(clashes[0].over, Over::Thing { name: "카메라".into(), left: 1 });
    }
}
