//! Changing a seat plan. Nobody loses a seat to it: one that is held can't vanish or leave service.

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter, QuerySelect,
};
use thiserror::Error;
use uuid::Uuid;

use crate::account::Administrator;
use crate::account::record;
use crate::centre::{Centre, turn};
use crate::course::ClassState;
use crate::course::entity::class_session;
use crate::registration::entity::application;
use crate::space::entity::{seat, space};
use crate::space::file::seat_row;
use crate::space::store::Tree;
use crate::space::{PlanSeat, SeatCode, SpaceKind};

#[derive(Debug, Error)]
pub enum PlanError {
    #[error("no such room or seat")]
    NotFound,
    #[error("the room's parts have the seats")]
    InParts,
    #[error("the code is another seat's")]
    CodeTaken,
    #[error("another seat stands there")]
    PositionTaken,
    #[error("somebody holds the seat in a run that is not over")]
    Held,
    #[error("the seat is in the record of past runs")]
    InRecord,
    #[error(transparent)]
    Db(#[from] DbErr),
}

/// Puts a new seat into a room.
pub async fn add_seat(
    centre: &Centre,
    by: &Administrator,
    room: Uuid,
    wanted: &PlanSeat,
) -> Result<(), PlanError> {
    let tx = centre.begin().await?;
    turn(&tx).await?;
    let space = space::Entity::find_by_id(room).one(&tx).await?.ok_or(PlanError::NotFound)?;
    let parts = space::Entity::find().filter(space::Column::ParentId.eq(room)).count(&tx).await?;
    if space.kind != SpaceKind::Classroom || parts > 0 {
        return Err(PlanError::InParts);
    }
    check_free(&tx, &space, None, wanted).await?;
    let row = seat_row(centre.clock(), room, wanted).insert(&tx).await?;
    record(&tx, centre.clock(), Some(by.id()), "add", "seat", &row.id.to_string(), FIELDS).await?;
    tx.commit().await?;
    centre.settle().await;
    Ok(())
}

const FIELDS: &str = "code line position accessible out_of_service";

/// Changes where a seat stands, what it is called, and whether it is in service.
pub async fn change_seat(
    centre: &Centre,
    by: &Administrator,
    room: Uuid,
    code: &SeatCode,
    wanted: &PlanSeat,
) -> Result<(), PlanError> {
    let tx = centre.begin().await?;
    turn(&tx).await?;
    let seat = find(&tx, room, code).await?;
    let space = space::Entity::find_by_id(room).one(&tx).await?.ok_or(PlanError::NotFound)?;
    check_free(&tx, &space, Some(seat.id), wanted).await?;
    let leaves_service = seat.out_of_service.is_none() && wanted.out_of_service.is_some();
    if leaves_service && is_held(&tx, seat.id, centre.clock().now()).await? {
        return Err(PlanError::Held);
    }
    let id = seat.id;
    let mut row = seat.into_active_model();
    row.code = Set(wanted.code.as_str().to_owned());
    row.line = Set(wanted.line.into());
    row.position = Set(wanted.position.into());
    row.accessible = Set(wanted.accessible);
    row.out_of_service = Set(wanted.out_of_service.clone());
    row.update(&tx).await?;
    record(&tx, centre.clock(), Some(by.id()), "change", "seat", &id.to_string(), FIELDS).await?;
    tx.commit().await?;
    centre.settle().await;
    Ok(())
}

/// Takes a seat out of the plan for good.
pub async fn remove_seat(
    centre: &Centre,
    by: &Administrator,
    room: Uuid,
    code: &SeatCode,
) -> Result<(), PlanError> {
    let tx = centre.begin().await?;
    turn(&tx).await?;
    let seat = find(&tx, room, code).await?;
    if is_held(&tx, seat.id, centre.clock().now()).await? {
        return Err(PlanError::Held);
    }
    let in_record =
        application::Entity::find().filter(application::Column::SeatId.eq(seat.id)).count(&tx).await?;
    if in_record > 0 {
        return Err(PlanError::InRecord);
    }
    seat::Entity::delete_by_id(seat.id).exec(&tx).await?;
    record(&tx, centre.clock(), Some(by.id()), "remove", "seat", &seat.id.to_string(), "").await?;
    tx.commit().await?;
    Ok(())
}

async fn find(tx: &impl ConnectionTrait, room: Uuid, code: &SeatCode) -> Result<seat::Model, PlanError> {
    seat::Entity::find()
        .filter(seat::Column::SpaceId.eq(room))
        .filter(seat::Column::Code.eq(code.as_str()))
        .one(tx)
        .await?
        .ok_or(PlanError::NotFound)
}

/// Whether a seat may be called and stand so: a code is one chair's in the whole hall, a position in its room.
async fn check_free(
    tx: &impl ConnectionTrait,
    room: &space::Model,
    itself: Option<Uuid>,
    wanted: &PlanSeat,
) -> Result<(), PlanError> {
    let hall = Tree::load(tx).await?.hall_of(room.id);
    let seats = seat::Entity::find().filter(seat::Column::SpaceId.is_in(hall)).all(tx).await?;
    for other in seats.iter().filter(|seat| Some(seat.id) != itself) {
        if other.code == wanted.code.as_str() {
            return Err(PlanError::CodeTaken);
        }
        let place = (other.space_id, other.line, other.position);
        if place == (room.id, i32::from(wanted.line), i32::from(wanted.position)) {
            return Err(PlanError::PositionTaken);
        }
    }
    Ok(())
}

/// Whether a live application holds the seat in a run that still meets.
async fn is_held(tx: &impl ConnectionTrait, seat: Uuid, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let runs: Vec<Uuid> = application::Entity::find()
        .select_only()
        .column(application::Column::RunId)
        .filter(application::Column::SeatId.eq(seat))
        .into_tuple()
        .all(tx)
        .await?;
    let ahead = class_session::Entity::find()
        .filter(class_session::Column::RunId.is_in(runs))
        .filter(class_session::Column::State.eq(ClassState::Planned))
        .filter(class_session::Column::EndsAt.gt(now))
        .count(tx)
        .await?;
    Ok(ahead > 0)
}
