//! The run sheet: what is ticked off before and after a show, by whom and when.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::account::Producer;
use crate::account::store::names_of;
use crate::broadcast::CheckItem;
use crate::broadcast::entity::broadcast_check;
use crate::centre::Centre;

/// A line of the sheet that is ticked off.
#[derive(Clone, Debug, PartialEq)]
pub struct Ticked {
    pub row: broadcast_check::Model,
    /// Of whoever did it.
    pub name: String,
}

/// What is ticked off of a broadcast's sheet.
pub async fn list(centre: &Centre, broadcast: Uuid) -> Result<Vec<Ticked>, DbErr> {
    let db = centre.database();
    let of = broadcast_check::Column::BroadcastId.eq(broadcast);
    let rows = broadcast_check::Entity::find().filter(of).all(db).await?;
    let names = names_of(db, rows.iter().map(|row| row.checked_by)).await?;
    let ticked = rows.into_iter().map(|row| {
        let name = names.get(&row.checked_by).cloned().unwrap_or_default();
        Ticked { row, name }
    });
    Ok(ticked.collect())
}

/// Ticks a line off, or takes the tick back. Twice is once, and the first who ticked it stays its name.
pub async fn tick(
    centre: &Centre,
    by: &Producer,
    broadcast: Uuid,
    item: CheckItem,
    is_done: bool,
) -> Result<(), DbErr> {
    if !is_done {
        broadcast_check::Entity::delete_many()
            .filter(broadcast_check::Column::BroadcastId.eq(broadcast))
            .filter(broadcast_check::Column::Item.eq(item))
            .exec(centre.database())
            .await?;
        return Ok(());
    }
    let row = broadcast_check::ActiveModel {
        id: Set(centre.clock().id()),
        broadcast_id: Set(broadcast),
        item: Set(item),
        checked_by: Set(by.id()),
        checked_at: Set(centre.clock().now()),
    };
    let mut once = OnConflict::columns([broadcast_check::Column::BroadcastId, broadcast_check::Column::Item]);
    broadcast_check::Entity::insert(row)
        .on_conflict(once.do_nothing().to_owned())
        .exec_without_returning(centre.database())
        .await?;
    Ok(())
}
