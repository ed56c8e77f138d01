//! Who looked at whom: every look at a name or a number that lists mask.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use crate::account::audit::LINES_A_PAGE;
use crate::account::entity::access;
use crate::account::{Duty, PrivacyOfficer, Subject, store};
use crate::centre::Centre;

/// Writes a look down before what was looked at is shown. `id` is a person's, or a run's code.
pub(crate) async fn look(
    centre: &Centre,
    viewer: Uuid,
    duty: Duty,
    subject: Subject,
    id: &str,
) -> Result<(), DbErr> {
    let clock = centre.clock();
    let row = access::ActiveModel {
        id: Set(clock.id()),
        at: Set(clock.now()),
        viewer_id: Set(viewer),
        duty: Set(duty),
        subject: Set(subject),
        subject_id: Set(id.to_owned()),
    };
    access::Entity::insert(row).exec_without_returning(centre.database()).await?;
    Ok(())
}

/// A look as the privacy officer reads it, with the names that people have today.
#[derive(Clone, Debug)]
pub struct Look {
    pub id: Uuid,
    pub at: DateTime<Utc>,
    pub viewer: String,
    pub duty: Duty,
    pub at_whom: AtWhom,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AtWhom {
    /// By the whole name; empty where it is erased.
    Person(String),
    /// Everybody in the list of the run with this code.
    Run(String),
}

/// The newest looks, or the newest of those before `before`, as many as [`LINES_A_PAGE`]. Row ids follow time.
pub async fn list_looks<C: ConnectionTrait>(
    db: &C,
    _: &PrivacyOfficer,
    before: Option<Uuid>,
) -> Result<Vec<Look>, DbErr> {
    let mut query = access::Entity::find().order_by_desc(access::Column::Id).limit(LINES_A_PAGE);
    if let Some(before) = before {
        query = query.filter(access::Column::Id.lt(before));
    }
    let rows = query.all(db).await?;
    let people = rows.iter().flat_map(|row| person_in(row).into_iter().chain([row.viewer_id]));
    let names = store::names_of(db, people).await?;
    Ok(rows.into_iter().map(|row| describe(row, &names)).collect())
}

fn person_in(row: &access::Model) -> Option<Uuid> {
    (row.subject == Subject::Person).then(|| row.subject_id.parse().ok()).flatten()
}

fn describe(row: access::Model, names: &HashMap<Uuid, String>) -> Look {
    let name = |id: Uuid| names.get(&id).cloned().unwrap_or_default();
    Look {
        id: row.id,
        at: row.at,
        viewer: name(row.viewer_id),
        duty: row.duty,
        at_whom: match person_in(&row) {
            Some(person) => AtWhom::Person(name(person)),
            None => AtWhom::Run(row.subject_id),
        },
    }
}
