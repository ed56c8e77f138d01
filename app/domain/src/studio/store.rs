//! Reading bookings: one with all that belongs to it, those that wait for a decision, those of a time, the year's table.

use std::collections::HashMap;

use chrono::{Datelike, NaiveDate};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::account::access::look;
use crate::account::entity::person;
use crate::account::{Duty, OnDuty, SignedIn, Subject};
use crate::centre::Centre;
use crate::seoul;
use crate::space::Slot;
use crate::space::entity::thing;
use crate::space::rules::SpaceRules;
use crate::studio::decide::asked_at;
use crate::studio::entity::{bar, booking, booking_event, booking_thing};
use crate::studio::{BookingState, Kind, Scope};

/// A thing that a booking asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct Lent {
    pub thing: thing::Model,
    pub number: i32,
}

/// A booking with all that its page says.
#[derive(Clone, Debug)]
pub struct BookingView {
    pub booking: booking::Model,
    pub things: Vec<Lent>,
    /// Oldest first.
    pub events: Vec<booking_event::Model>,
    /// The whole series, by date; empty for one that stands alone.
    pub series: Vec<booking::Model>,
}

impl BookingView {
    pub fn is_of(&self, viewer: &SignedIn) -> bool {
        self.booking.person_id == Some(viewer.id())
    }
}

/// The booking of a code, whoever may see it.
pub async fn find_booking(centre: &Centre, code: &str) -> Result<Option<BookingView>, DbErr> {
    let db = centre.database();
    let Some(booking) = booking::Entity::find().filter(booking::Column::Code.eq(code)).one(db).await? else {
        return Ok(None);
    };
    let asked_for: HashMap<Uuid, i32> = booking_thing::Entity::find()
        .filter(booking_thing::Column::BookingId.eq(booking.id))
        .all(db)
        .await?
        .into_iter()
        .map(|line| (line.thing_id, line.number))
        .collect();
    let mut things = Vec::new();
    for thing in list_things(db).await? {
        things.extend(asked_for.get(&thing.id).map(|number| Lent { thing, number: *number }));
    }
    let events = booking_event::Entity::find()
        .filter(booking_event::Column::BookingId.eq(booking.id))
        .order_by_asc(booking_event::Column::Id)
        .all(db)
        .await?;
    let series = match booking.series_id {
        None => Vec::new(),
        Some(series) => {
            let all = booking::Entity::find().filter(booking::Column::SeriesId.eq(series));
            all.order_by_asc(booking::Column::StartsAt).all(db).await?
        }
    };
    Ok(Some(BookingView { booking, things, events, series }))
}

/// Everything that can be lent, by name.
pub async fn list_things<C: ConnectionTrait>(db: &C) -> Result<Vec<thing::Model>, DbErr> {
    thing::Entity::find().order_by_asc(thing::Column::Kind).order_by_asc(thing::Column::Name).all(db).await
}

/// What somebody has asked for, latest first.
pub async fn list_mine(centre: &Centre, by: &SignedIn, most: u64) -> Result<Vec<booking::Model>, DbErr> {
    booking::Entity::find()
        .filter(booking::Column::PersonId.eq(by.id()))
        .order_by_desc(booking::Column::StartsAt)
        .limit(most)
        .all(centre.database())
        .await
}

/// Bookings that touch a span of time, in any of these states, by start. Uses the index `booking_time`.
pub async fn list_between<C: ConnectionTrait>(
    db: &C,
    span: Slot,
    states: &[BookingState],
) -> Result<Vec<booking::Model>, DbErr> {
    booking::Entity::find()
        .filter(booking::Column::StartsAt.gt(span.starts_at - Slot::LONGEST))
        .filter(booking::Column::StartsAt.lt(span.ends_at))
        .filter(booking::Column::EndsAt.gt(span.starts_at))
        .filter(booking::Column::State.is_in(states.iter().copied()))
        .order_by_asc(booking::Column::StartsAt)
        .order_by_asc(booking::Column::Id)
        .all(db)
        .await
}

/// Requests of spaces that somebody decides about, by time; those that overlap stand together and are compared.
pub async fn list_to_decide(
    centre: &Centre,
    by: &OnDuty,
    rules: &SpaceRules,
) -> Result<Vec<Vec<booking::Model>>, DbErr> {
    let asked = booking::Entity::find()
        .filter(booking::Column::State.eq(BookingState::Asked))
        .order_by_asc(booking::Column::StartsAt)
        .order_by_asc(booking::Column::Id)
        .all(centre.database())
        .await?;
    let theirs = asked.into_iter().filter(|it| rules.approver(it.space_id).duty() == by.duty());
    let mut groups: Vec<Vec<booking::Model>> = Vec::new();
    for booking in theirs {
        let rivals = |other: &booking::Model| are_rivals(rules, other, &booking);
        match groups.iter_mut().find(|group| group.iter().any(rivals)) {
            Some(group) => group.push(booking),
            None => groups.push(vec![booking]),
        }
    }
    Ok(groups)
}

/// Whether only one of two can have what both want.
pub(super) fn are_rivals(rules: &SpaceRules, one: &booking::Model, other: &booking::Model) -> bool {
    let leaves = rules.tree.leaves_of(one.space_id);
    one.held().overlaps(&other.held())
        && rules.tree.leaves_of(other.space_id).iter().any(|leaf| leaves.contains(leaf))
}

/// Those who ask for what a booking wants too.
pub async fn list_rivals(
    centre: &Centre,
    rules: &SpaceRules,
    booking: &booking::Model,
) -> Result<Vec<booking::Model>, DbErr> {
    let mut asked = asked_at(centre.database(), booking.held()).await?;
    asked.retain(|other| other.id != booking.id && are_rivals(rules, other, booking));
    Ok(asked)
}

/// The whole name of whoever asked, for those who decide. That they looked is written down.
pub async fn asker_of(
    centre: &Centre,
    by: &OnDuty,
    booking: &booking::Model,
) -> Result<Option<String>, DbErr> {
    let Some(id) = booking.person_id else { return Ok(None) };
    if id != by.id() {
        look(centre, by.id(), by.duty(), Subject::Person, &id.to_string()).await?;
    }
    Ok(person::Entity::find_by_id(id).one(centre.database()).await?.map(|person| person.name))
}

/// Uses that are over and of which nobody has recorded what came of them, by start.
pub async fn list_unrecorded(centre: &Centre) -> Result<Vec<booking::Model>, DbErr> {
    booking::Entity::find()
        .filter(booking::Column::State.eq(BookingState::InUse))
        .filter(booking::Column::EndsAt.lte(centre.clock().now()))
        .order_by_asc(booking::Column::StartsAt)
        .all(centre.database())
        .await
}

/// Everybody under a bar now, with their name, the latest first.
pub async fn list_bars(centre: &Centre, by: &OnDuty) -> Result<Vec<(bar::Model, String)>, DbErr> {
    // The studio's own bars: of another duty's there are none yet.
    if by.duty() != Duty::Producer {
        return Ok(Vec::new());
    }
    let now = centre.clock().now();
    let bars = bar::Entity::find()
        .filter(bar::Column::Scope.eq(Scope::Studio))
        .filter(bar::Column::LiftedAt.is_null())
        .filter(bar::Column::UntilAt.gt(now))
        .order_by_desc(bar::Column::FromAt)
        .all(centre.database())
        .await?;
    let people = person::Entity::find()
        .filter(person::Column::Id.is_in(bars.iter().map(|bar| bar.person_id)))
        .all(centre.database())
        .await?;
    let names: HashMap<Uuid, String> = people.into_iter().map(|it| (it.id, it.name)).collect();
    Ok(bars
        .into_iter()
        .map(|bar| {
            let name = names.get(&bar.person_id).cloned().unwrap_or_default();
            (bar, name)
        })
        .collect())
}

/// How often and how long a studio was used, as the office counts it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Uses {
    pub count: u32,
    pub minutes: i64,
}

/// The uses of a year by month (0 is January) and kind. What counts is what took place, or will as things stand: by
/// what was really made, where that is recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct YearOfUses {
    pub uses: HashMap<(u32, Kind), Uses>,
}

impl YearOfUses {
    pub fn of(&self, month: Option<u32>, kind: Option<Kind>) -> Uses {
        let wanted =
            |(at, of): &(u32, Kind)| month.is_none_or(|it| it == *at) && kind.is_none_or(|it| it == *of);
        let chosen = self.uses.iter().filter(|(key, _)| wanted(key)).map(|(_, uses)| uses);
        chosen.fold(Uses::default(), |sum, uses| Uses {
            count: sum.count + uses.count,
            minutes: sum.minutes + uses.minutes,
        })
    }
}

/// The uses of a space and all within it that began in a year.
pub async fn year_of_uses(centre: &Centre, spaces: &[Uuid], year: i32) -> Result<YearOfUses, DbErr> {
    let first = |year: i32| seoul::midnight(NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default());
    let counted = [BookingState::Approved, BookingState::InUse, BookingState::Done];
    let bookings = booking::Entity::find()
        .filter(booking::Column::SpaceId.is_in(spaces.iter().copied()))
        .filter(booking::Column::StartsAt.gte(first(year)))
        .filter(booking::Column::StartsAt.lt(first(year.saturating_add(1))))
        .filter(booking::Column::State.is_in(counted))
        .all(centre.database())
        .await?;
    let mut table = YearOfUses::default();
    for booking in bookings {
        let month = seoul::day(booking.starts_at).month0();
        let uses = table.uses.entry((month, booking.made_kind.unwrap_or(booking.kind))).or_default();
        uses.count += 1;
        uses.minutes += booking.slot().length().num_minutes();
    }
    Ok(table)
}
