//! Which classes and events are to be broadcast, and which could be.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, SqlErr,
};
use uuid::Uuid;

use super::{BroadcastError, Refusal, Setup};
use crate::account::Producer;
use crate::broadcast::entity::{broadcast, channel, encoder};
use crate::broadcast::reconcile::note;
use crate::broadcast::{BroadcastEvent, ChannelState, State};
use crate::centre::Centre;
use crate::course::entity::{class_session, course, run};
use crate::course::{ClassState, Mode, RunState};
use crate::studio::Kind;
use crate::studio::entity::booking;

/// Plans a broadcast for every class of a run that is still to come and has none. Returns how many.
pub async fn plan_run(
    centre: &Centre,
    by: &Producer,
    code: &str,
    setup: &Setup,
) -> Result<usize, BroadcastError> {
    let tx = centre.begin().await?;
    check(&tx, setup).await?;
    let run = run::Entity::find().filter(run::Column::Code.eq(code)).one(&tx).await?;
    let run = run.ok_or(Refusal::NotFound)?;
    if run.mode == Mode::InPerson || run.state == RunState::Cancelled {
        return Err(Refusal::NothingToPlan.into());
    }
    let known = broadcast::Entity::find().filter(broadcast::Column::RunId.eq(run.id)).all(&tx).await?;
    let now = centre.clock().now();
    let classes = class_session::Entity::find()
        .filter(class_session::Column::RunId.eq(run.id))
        .filter(class_session::Column::State.eq(ClassState::Planned))
        .filter(class_session::Column::EndsAt.gt(now))
        .order_by_asc(class_session::Column::Number)
        .all(&tx)
        .await?;
    let mut count = 0;
    for class in classes.iter().filter(|class| known.iter().all(|it| it.number != Some(class.number))) {
        let code = format!("{}-{}", run.code, class.number);
        let row = broadcast::Model {
            run_id: Some(run.id),
            number: Some(class.number),
            ..planned(centre, code, setup)
        };
        insert(&tx, centre, by, row).await?;
        count += 1;
    }
    if count == 0 {
        return Err(Refusal::NothingToPlan.into());
    }
    tx.commit().await?;
    Ok(count)
}

/// Plans a broadcast for a live booking of the studio that no class is behind.
pub async fn plan_booking(
    centre: &Centre,
    by: &Producer,
    code: &str,
    setup: &Setup,
) -> Result<(), BroadcastError> {
    let tx = centre.begin().await?;
    check(&tx, setup).await?;
    let booking = booking::Entity::find().filter(booking::Column::Code.eq(code)).one(&tx).await?;
    let booking = booking.ok_or(Refusal::NotFound)?;
    let is_to_come = booking.ends_at > centre.clock().now();
    if booking.kind != Kind::Live || !booking.state.holds() || !is_to_come {
        return Err(Refusal::NothingToPlan.into());
    }
    let row =
        broadcast::Model { booking_id: Some(booking.id), ..planned(centre, booking.code.clone(), setup) };
    insert(&tx, centre, by, row).await?;
    tx.commit().await?;
    Ok(())
}

async fn insert(
    tx: &DatabaseTransaction,
    centre: &Centre,
    by: &Producer,
    row: broadcast::Model,
) -> Result<(), BroadcastError> {
    let id = row.id;
    let inserted = broadcast::Entity::insert(row.into_active_model().reset_all());
    match inserted.exec_without_returning(tx).await {
        Ok(_) => {}
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
            return Err(Refusal::NothingToPlan.into());
        }
        Err(error) => return Err(error.into()),
    }
    note(tx, centre, id, BroadcastEvent::Planned, State::Planned, Some(by.id()), None).await?;
    Ok(())
}

pub(super) async fn check(tx: &DatabaseTransaction, setup: &Setup) -> Result<(), BroadcastError> {
    let channel = channel::Entity::find_by_id(setup.channel).one(tx).await?;
    if channel.is_none_or(|channel| channel.state == ChannelState::Disconnected) {
        return Err(Refusal::NoChannel.into());
    }
    if let Some(encoder) = setup.encoder {
        let encoder = encoder::Entity::find_by_id(encoder).one(tx).await?;
        if encoder.is_none_or(|encoder| encoder.channel_id != setup.channel) {
            return Err(Refusal::NoEncoder.into());
        }
    }
    Ok(())
}

/// A row as it is when nothing has been said yet; of which class or booking is still to be said.
pub fn planned(centre: &Centre, code: String, setup: &Setup) -> broadcast::Model {
    broadcast::Model {
        id: centre.clock().id(),
        code,
        run_id: None,
        number: None,
        booking_id: None,
        channel_id: Some(setup.channel),
        encoder_id: setup.encoder,
        privacy: setup.privacy,
        made_for_kids: setup.made_for_kids,
        dvr: setup.dvr,
        latency: setup.latency,
        own_title: None,
        own_description: None,
        state: State::Planned,
        trouble: None,
        said: None,
        generation: 1,
        video: None,
        bound: None,
        under_way: None,
        looks: 0,
        tries: 0,
        not_before: None,
        asked: None,
        settled: false,
        written: None,
        seen: None,
        seen_at: None,
        drawn: None,
        listed: None,
        list_doubt: false,
        start_asked: None,
        end_asked: None,
        started_at: None,
        ended_at: None,
        sampled_at: None,
        views: None,
        unwanted: false,
        replay_until: setup.replay_until,
        claimed_by: None,
        claimed_until: None,
        version: 1,
        turn: 0,
        created_at: centre.clock().now(),
    }
}

/// Something that could be broadcast and isn't planned to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unplanned {
    /// Of the run or the booking.
    pub code: String,
    pub title: String,
    pub starts_at: DateTime<Utc>,
    pub is_class: bool,
}

/// Runs held online with classes to come that have no broadcast, and live bookings of the studio; by start.
pub async fn list_unplanned(centre: &Centre, _: &Producer) -> Result<Vec<Unplanned>, DbErr> {
    let (db, now) = (centre.database(), centre.clock().now());
    let classes = class_session::Entity::find()
        .filter(class_session::Column::State.eq(ClassState::Planned))
        .filter(class_session::Column::EndsAt.gt(now))
        .order_by_asc(class_session::Column::StartsAt)
        .all(db)
        .await?;
    let ids: HashSet<Uuid> = classes.iter().map(|class| class.run_id).collect();
    let runs = run::Entity::find()
        .filter(run::Column::Id.is_in(ids))
        .filter(run::Column::Mode.ne(Mode::InPerson))
        .filter(run::Column::State.ne(RunState::Cancelled))
        .all(db)
        .await?;
    let ids: HashSet<Uuid> = runs.iter().map(|run| run.course_id).collect();
    let courses = course::Entity::find().filter(course::Column::Id.is_in(ids)).all(db).await?;
    let bookings = booking::Entity::find()
        .filter(booking::Column::Kind.eq(Kind::Live))
        .filter(booking::Column::EndsAt.gt(now))
        .all(db)
        .await?;
    let theirs = Condition::any()
        .add(broadcast::Column::RunId.is_in(runs.iter().map(|run| run.id)))
        .add(broadcast::Column::BookingId.is_in(bookings.iter().map(|booking| booking.id)));
    let planned = broadcast::Entity::find().filter(theirs).all(db).await?;
    let mut unplanned = Vec::new();
    for run in &runs {
        let is_planned = |class: &class_session::Model| {
            planned.iter().any(|it| it.run_id == Some(run.id) && it.number == Some(class.number))
        };
        let next = classes.iter().find(|class| class.run_id == run.id && !is_planned(class));
        let course = courses.iter().find(|course| course.id == run.course_id);
        if let (Some(class), Some(course)) = (next, course) {
            let (code, title, starts_at) = (run.code.clone(), course.title.clone(), class.starts_at);
            unplanned.push(Unplanned { code, title, starts_at, is_class: true });
        }
    }
    let open = bookings.into_iter().filter(|booking| {
        booking.state.holds() && planned.iter().all(|it| it.booking_id != Some(booking.id))
    });
    unplanned.extend(open.map(|booking| Unplanned {
        code: booking.code,
        title: booking.purpose,
        starts_at: booking.starts_at,
        is_class: false,
    }));
    unplanned.sort_by(|one, other| (one.starts_at, &one.code).cmp(&(other.starts_at, &other.code)));
    Ok(unplanned)
}
