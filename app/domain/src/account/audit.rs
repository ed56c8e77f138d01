//! The audit log: who changed what, and when. It holds ids and names of fields, never names or addresses of people.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use crate::account::entity::audit;
use crate::account::{Administrator, store};
use crate::clock::Clock;

/// How many lines a page of the log has.
pub const LINES_A_PAGE: u64 = 50;

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

/// Who made a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Somebody typed a command on the server, or time passed.
    Command,
    /// Somebody changed their own account.
    Oneself,
    /// By the name of today; by the id where the person's details are erased.
    Person(String),
}

/// A change as it is read, with the names that its ids have today.
#[derive(Clone, Debug)]
pub struct Line {
    pub id: Uuid,
    pub at: DateTime<Utc>,
    pub actor: Actor,
    pub action: String,
    pub subject: String,
    pub subject_id: String,
    /// The name of a person it concerns.
    pub subject_name: Option<String>,
    pub fields: String,
}

/// The newest changes, or the newest of those before `before`. Row ids follow time, so they are also the place in the log.
pub async fn list_lines<C: ConnectionTrait>(
    db: &C,
    _: &Administrator,
    before: Option<Uuid>,
) -> Result<Vec<Line>, DbErr> {
    let mut query = audit::Entity::find().order_by_desc(audit::Column::Id).limit(LINES_A_PAGE);
    if let Some(before) = before {
        query = query.filter(audit::Column::Id.lt(before));
    }
    let rows = query.all(db).await?;
    let people = rows.iter().flat_map(|row| row.actor_id.into_iter().chain(person_in(row)));
    let names = store::names_of(db, people).await?;
    Ok(rows.into_iter().map(|row| line(row, &names)).collect())
}

fn person_in(row: &audit::Model) -> Option<Uuid> {
    (row.subject == "person").then(|| Uuid::parse_str(&row.subject_id).ok()).flatten()
}

fn line(row: audit::Model, names: &HashMap<Uuid, String>) -> Line {
    let subject = person_in(&row);
    let actor = match row.actor_id {
        None => Actor::Command,
        Some(id) if subject == Some(id) => Actor::Oneself,
        Some(id) => Actor::Person(names.get(&id).cloned().unwrap_or_else(|| id.to_string())),
    };
    Line {
        id: row.id,
        at: row.at,
        actor,
        subject_name: subject.and_then(|id| names.get(&id).cloned()),
        action: row.action,
        subject: row.subject,
        subject_id: row.subject_id,
        fields: row.fields,
    }
}
