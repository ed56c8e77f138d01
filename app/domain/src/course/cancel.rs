//! Ending a run: what the writer does to the catalogue when a run is cancelled.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::entity::{class_session, run};
use super::{ClassState, RunState};
use crate::space::diary::release;

/// Ends a run inside the writer's transaction: the run, its class sessions that have not begun, and what they occupy.
/// Those that were held stay what they were: held.
pub(crate) async fn cancel_in<C: ConnectionTrait>(
    tx: &C,
    run: Uuid,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let state = run::ActiveModel { state: Set(RunState::Cancelled), ..Default::default() };
    run::Entity::update_many()
        .set(state)
        // A calendar takes a change for new by the version.
        .col_expr(run::Column::Version, Expr::col(run::Column::Version).add(1))
        .filter(run::Column::Id.eq(run))
        .exec(tx)
        .await?;
    let classes: Vec<Uuid> = class_session::Entity::find()
        .select_only()
        .column(class_session::Column::Id)
        .filter(class_session::Column::RunId.eq(run))
        .filter(class_session::Column::StartsAt.gt(now))
        .into_tuple()
        .all(tx)
        .await?;
    let state = class_session::ActiveModel { state: Set(ClassState::Cancelled), ..Default::default() };
    class_session::Entity::update_many()
        .set(state)
        .filter(class_session::Column::Id.is_in(classes.iter().copied()))
        .exec(tx)
        .await?;
    release(tx, &classes).await
}
