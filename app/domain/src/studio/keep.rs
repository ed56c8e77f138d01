//! What time alone does to bookings: slots that nobody came to, holds that nobody took, requests that nobody decided.

use chrono::{Days, TimeDelta};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder,
};

use crate::account::tell::tell_people;
use crate::centre::Centre;
use crate::notice::{Event, Facts};
use crate::space::Slot;
use crate::space::rules::SpaceRules;
use crate::studio::ask::{StudioError, find_bar};
use crate::studio::entity::{bar, booking};
use crate::studio::write::{Step, begin, diary_around, things_of, wanted};
use crate::studio::{BookingEvent, BookingState, Scope};

/// Does whatever is due, and says to how many bookings. Where nothing is due nothing is locked.
pub async fn keep(centre: &Centre) -> Result<usize, StudioError> {
    if due(centre).count(centre.database()).await? == 0 {
        return Ok(0);
    }
    let tx = begin(centre).await?;
    let rules = SpaceRules::load(&tx).await?;
    let step = Step { centre, rules: &rules, actor: None };
    let due = due(centre).order_by_asc(booking::Column::StartsAt).all(&tx).await?;
    let mut freed = Vec::new();
    for booking in &due {
        if booking.state.holds() {
            freed.push(booking.held());
        }
        match booking.state {
            BookingState::Approved if booking.person_id.is_none() => pass(&tx, &step, booking).await?,
            BookingState::Approved => no_show(&tx, &step, booking).await?,
            _ => lapse(&tx, &step, booking).await?,
        }
    }
    serve_waiting(&tx, &step, &freed).await?;
    tx.commit().await?;
    Ok(due.len())
}

/// Uses the index `booking_state`.
fn due(centre: &Centre) -> sea_orm::Select<booking::Entity> {
    let now = centre.clock().now();
    let patience = TimeDelta::minutes(centre.settings().studio.no_show_minutes.into());
    let state = |state: BookingState| Condition::all().add(booking::Column::State.eq(state));
    let came = booking::Column::PersonId.is_not_null();
    let no_show = state(BookingState::Approved).add(came).add(booking::Column::StartsAt.lte(now - patience));
    // What the office's file brought in was agreed on elsewhere: nobody checks in.
    let passed = state(BookingState::Approved)
        .add(booking::Column::PersonId.is_null())
        .add(booking::Column::EndsAt.lte(now));
    let undecided = Condition::all()
        .add(booking::Column::State.is_in([BookingState::Asked, BookingState::Waiting]))
        .add(booking::Column::StartsAt.lte(now));
    let held = state(BookingState::Held).add(
        Condition::any().add(booking::Column::HeldUntil.lte(now)).add(booking::Column::StartsAt.lte(now)),
    );
    booking::Entity::find().filter(Condition::any().add(no_show).add(passed).add(undecided).add(held))
}

async fn pass(
    tx: &DatabaseTransaction,
    step: &Step<'_>,
    booking: &booking::Model,
) -> Result<(), StudioError> {
    let done = booking::Model { state: BookingState::Done, made_kind: Some(booking.kind), ..booking.clone() };
    step.save(tx, booking, done, (BookingEvent::Done, None)).await?;
    Ok(())
}

/// Releases a slot that nobody came to. Too many of them bar whoever had them for a time.
async fn no_show(
    tx: &DatabaseTransaction,
    step: &Step<'_>,
    booking: &booking::Model,
) -> Result<(), StudioError> {
    let missed = booking::Model { state: BookingState::NoShow, ..booking.clone() };
    let missed = step.save(tx, booking, missed, (BookingEvent::NoShow, None)).await?;
    step.tell(tx, &missed, Event::BookingNoShow, step.facts(&missed)).await?;
    let Some(person) = booking.person_id else { return Ok(()) };
    let (settings, now) = (&step.centre.settings().studio, step.now());
    let since = now - Days::new(settings.bar_days.into());
    let last_bar = bar::Entity::find()
        .filter(bar::Column::PersonId.eq(person))
        .filter(bar::Column::Scope.eq(Scope::Studio))
        .order_by_desc(bar::Column::FromAt)
        .one(tx)
        .await?;
    // What led to one bar doesn't lead to the next.
    let since = last_bar.map_or(since, |bar| bar.from_at.max(since));
    let missed = booking::Entity::find()
        .filter(booking::Column::PersonId.eq(person))
        .filter(booking::Column::State.eq(BookingState::NoShow))
        .filter(booking::Column::StartsAt.gt(since))
        .count(tx)
        .await?;
    if missed < u64::from(settings.no_shows) || find_bar(tx, person, now).await?.is_some() {
        return Ok(());
    }
    let until = now + Days::new(settings.bar_days.into());
    let row = bar::ActiveModel {
        id: Set(step.clock().id()),
        person_id: Set(person),
        scope: Set(Scope::Studio),
        from_at: Set(now),
        until_at: Set(until),
        lifted_at: Set(None),
        lifted_by: Set(None),
        lifted_for: Set(None),
    };
    bar::Entity::insert(row).exec_without_returning(tx).await?;
    let facts = Facts { until: Some(until), ..Facts::default() };
    tell_people(tx, step.clock(), &[person], Event::Barred, facts).await?;
    Ok(())
}

/// Ends what time has overtaken: nobody decided, nothing became free, or nobody took what was held.
async fn lapse(
    tx: &DatabaseTransaction,
    step: &Step<'_>,
    booking: &booking::Model,
) -> Result<(), StudioError> {
    let over = booking::Model { state: BookingState::Cancelled, held_until: None, ..booking.clone() };
    let over = step.save(tx, booking, over, (BookingEvent::Lapsed, None)).await?;
    step.tell(tx, &over, Event::BookingLapsed, step.facts(&over)).await?;
    Ok(())
}

/// Holds what became free for whoever was first in line for it, for a set time.
pub(super) async fn serve_waiting(
    tx: &DatabaseTransaction,
    step: &Step<'_>,
    freed: &[Slot],
) -> Result<(), StudioError> {
    if freed.is_empty() {
        return Ok(());
    }
    let waiting = booking::Entity::find()
        .filter(booking::Column::State.eq(BookingState::Waiting))
        .filter(booking::Column::StartsAt.gt(step.now()))
        .order_by_asc(booking::Column::Id)
        .all(tx)
        .await?;
    for booking in waiting {
        if !freed.iter().any(|slot| slot.overlaps(&booking.held())) {
            continue;
        }
        // Read anew for each: the one before may have been given what this one waits for.
        let diary = diary_around(tx, &[booking.held()]).await?;
        let wanted = wanted(step.rules, &booking, things_of(tx, booking.id).await?);
        if !diary.clashes(&wanted).is_empty() {
            continue;
        }
        let patience = TimeDelta::minutes(step.centre.settings().studio.hold_minutes.into());
        let until = (step.now() + patience).min(booking.starts_at);
        let held = booking::Model {
            state: BookingState::Held,
            held_until: Some(until),
            reason: None,
            ..booking.clone()
        };
        let held = step.save(tx, &booking, held, (BookingEvent::Held, None)).await?;
        let facts = Facts { until: Some(until), ..step.facts(&held) };
        step.tell(tx, &held, Event::BookingHeld, facts).await?;
    }
    Ok(())
}
