//! What every change of a booking is made of: the lock, the row in a new state, its history, what it holds, its letters.

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr,
    EntityTrait, QueryFilter, QueryOrder,
};
use uuid::Uuid;

use crate::account::tell::{people_on_duty, tell_people};
use crate::centre::Centre;
use crate::clock::Clock;
use crate::notice::{CalendarFact, Event, Facts};
use crate::space::diary::{Diary, Holding, Wanted, hold, release, who_is};
use crate::space::rules::SpaceRules;
use crate::space::{Holder, Margin, Slot};
use crate::studio::ask::StudioError;
use crate::studio::entity::{booking, booking_event, booking_thing};
use crate::studio::{BookingEvent, BookingState};

/// Begins a transaction on bookings. They come one after the other, so that what is looked at holds until the commit.
pub(super) async fn begin(centre: &Centre) -> Result<DatabaseTransaction, DbErr> {
    let tx = centre.begin().await?;
    tx.execute_unprepared("UPDATE studio SET turn = turn + 1").await?;
    Ok(tx)
}

impl booking::Model {
    /// The use itself.
    pub fn slot(&self) -> Slot {
        Slot { starts_at: self.starts_at, ends_at: self.ends_at }
    }

    pub fn margin(&self) -> Margin {
        let minutes = |minutes: i32| u16::try_from(minutes).unwrap_or_default();
        Margin { set_up: minutes(self.set_up), strike: minutes(self.strike) }
    }

    /// Set-up and strike included.
    pub fn held(&self) -> Slot {
        self.slot().with(self.margin())
    }
}

pub(super) async fn things_of<C: ConnectionTrait>(db: &C, booking: Uuid) -> Result<Vec<(Uuid, u32)>, DbErr> {
    let rows = booking_thing::Entity::find()
        .filter(booking_thing::Column::BookingId.eq(booking))
        .order_by_asc(booking_thing::Column::ThingId)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.thing_id, u32::try_from(row.number).unwrap_or_default())).collect())
}

/// What a booking holds once it is given.
pub(super) fn wanted(rules: &SpaceRules, booking: &booking::Model, things: Vec<(Uuid, u32)>) -> Wanted {
    Wanted {
        slot: booking.held(),
        leaves: rules.tree.leaves_of(booking.space_id),
        things,
        people: who_is(booking.presenter.as_deref().unwrap_or_default(), booking.presenter_id),
    }
}

/// All that is held on the days around some slots, which is enough to say what is free instead.
pub(super) async fn diary_around<C: ConnectionTrait>(db: &C, slots: &[Slot]) -> Result<Diary, DbErr> {
    let day = chrono::TimeDelta::days(2);
    let from = slots.iter().map(|slot| slot.starts_at).min().unwrap_or_default() - day;
    let until = slots.iter().map(|slot| slot.ends_at).max().unwrap_or_default() + day;
    Diary::load(db, Slot { starts_at: from, ends_at: until }).await
}

/// One step of a booking's life, as it is written down.
pub(super) struct Step<'a> {
    pub centre: &'a Centre,
    pub rules: &'a SpaceRules,
    /// Nobody where time alone does it.
    pub actor: Option<Uuid>,
}

impl Step<'_> {
    pub fn clock(&self) -> &Clock {
        self.centre.clock()
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.centre.clock().now()
    }

    /// Writes a booking that was `before` as what it is to be, with what it holds.
    pub async fn save(
        &self,
        tx: &DatabaseTransaction,
        before: &booking::Model,
        mut after: booking::Model,
        (kind, reason): (BookingEvent, Option<&str>),
    ) -> Result<booking::Model, StudioError> {
        if before.state != after.state && !before.state.may_become(after.state) {
            return Err(StudioError::refused(super::ask::Refusal::Stale));
        }
        after.version = before.version + 1;
        after.sequence = before.sequence + 1;
        let things = things_of(tx, after.id).await?;
        let mut row = booking::ActiveModel::from(after.clone()).reset_all();
        row.id = sea_orm::ActiveValue::NotSet;
        let saved = booking::Entity::update_many()
            .set(row)
            .filter(booking::Column::Id.eq(before.id))
            .filter(booking::Column::State.eq(before.state))
            .filter(booking::Column::Version.eq(before.version))
            .exec(tx)
            .await?;
        if saved.rows_affected != 1 {
            return Err(StudioError::refused(super::ask::Refusal::Stale));
        }
        let moved = before.held() != after.held()
            || before.space_id != after.space_id
            || before.presenter != after.presenter;
        if before.state.holds() && (moved || !after.state.holds()) {
            release(tx, &[before.id]).await?;
        }
        if after.state.holds() && (moved || !before.state.holds()) {
            self.hold(tx, &after, things).await?;
        }
        self.note(tx, after.id, kind, reason).await?;
        Ok(after)
    }

    pub async fn hold(
        &self,
        tx: &DatabaseTransaction,
        booking: &booking::Model,
        things: Vec<(Uuid, u32)>,
    ) -> Result<(), DbErr> {
        let holding = Holding {
            holder: Holder::Booking,
            holder_id: booking.id,
            code: booking.code.clone(),
            wanted: wanted(self.rules, booking, things),
        };
        hold(tx, self.clock(), &[holding]).await
    }

    pub async fn note(
        &self,
        tx: &DatabaseTransaction,
        booking: Uuid,
        kind: BookingEvent,
        reason: Option<&str>,
    ) -> Result<(), DbErr> {
        let row = booking_event::ActiveModel {
            id: Set(self.clock().id()),
            booking_id: Set(booking),
            at: Set(self.now()),
            kind: Set(kind),
            actor_id: Set(self.actor),
            reason: Set(reason.map(str::to_owned)),
        };
        booking_event::Entity::insert(row).exec_without_returning(tx).await?;
        Ok(())
    }

    /// What a letter about a booking says.
    pub fn facts(&self, booking: &booking::Model) -> Facts {
        Facts {
            booking: Some(booking.code.clone()),
            course: Some(booking.purpose.clone()),
            starts_at: Some(booking.starts_at),
            ends_at: Some(booking.ends_at),
            space: self.rules.tree.get(booking.space_id).map(|space| space.name.clone()),
            reason: booking.reason.clone(),
            calendar: calendar_of(booking, self.now()),
            ..Facts::default()
        }
    }

    /// Writes to whoever asked; the office's file brings in bookings of nobody.
    pub async fn tell(
        &self,
        tx: &DatabaseTransaction,
        booking: &booking::Model,
        event: Event,
        facts: Facts,
    ) -> Result<(), DbErr> {
        let people: Vec<Uuid> = booking.person_id.into_iter().collect();
        tell_people(tx, self.clock(), &people, event, facts).await
    }

    /// Writes to everybody who may decide about a space.
    pub async fn tell_approvers(
        &self,
        tx: &DatabaseTransaction,
        booking: &booking::Model,
        event: Event,
    ) -> Result<(), DbErr> {
        let duty = self.rules.approver(booking.space_id).duty();
        let people = people_on_duty(tx, duty).await?;
        tell_people(tx, self.clock(), &people, event, self.facts(booking)).await
    }
}

/// A request holds nothing, so that nothing of it goes into a calendar.
fn calendar_of(booking: &booking::Model, at: DateTime<Utc>) -> Option<CalendarFact> {
    let cancelled = match booking.state {
        BookingState::Approved | BookingState::InUse | BookingState::Done => false,
        BookingState::Cancelled | BookingState::NoShow => true,
        BookingState::Asked | BookingState::Waiting | BookingState::Held | BookingState::Declined => {
            return None;
        }
    };
    Some(CalendarFact { id: booking.id, sequence: booking.sequence, at, cancelled })
}

/// The booking of a code as it stands in this transaction.
pub(super) async fn find(
    tx: &DatabaseTransaction,
    code: &str,
    version: Option<i32>,
    states: &[BookingState],
) -> Result<booking::Model, StudioError> {
    use super::ask::Refusal;
    let found = booking::Entity::find().filter(booking::Column::Code.eq(code)).one(tx).await?;
    let booking = found.ok_or_else(|| StudioError::refused(Refusal::NotFound))?;
    let stale = version.is_some_and(|version| version != booking.version);
    if stale || !states.contains(&booking.state) {
        return Err(StudioError::refused(Refusal::Stale));
    }
    Ok(booking)
}
