//! The audit log: who changed what when. It holds ids and the names of fields, never what is in them.

use sea_orm::{ActiveValue::Set, ConnectionTrait, DbErr, EntityTrait};
use uuid::Uuid;

use crate::account::entity::audit;
use crate::clock::Clock;

/// Writes a line in the transaction of what it tells about. Nobody did it where the command line or time did.
/// `fields` are the names of what changed, separated by spaces.
pub async fn record<C: ConnectionTrait>(
    tx: &C,
    clock: &Clock,
    actor: Option<Uuid>,
    action: &str,
    subject: &str,
    subject_id: &str,
    fields: &str,
) -> Result<(), DbErr> {
    let row = audit::ActiveModel {
        id: Set(clock.id()),
        at: Set(clock.now()),
        actor_id: Set(actor),
        action: Set(action.to_owned()),
        subject: Set(subject.to_owned()),
        subject_id: Set(subject_id.to_owned()),
        fields: Set(fields.to_owned()),
    };
    audit::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}
