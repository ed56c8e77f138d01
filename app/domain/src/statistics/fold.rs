//! Keeping the figures when somebody is no longer described: what they took part in stands from then on under a number
//! that leads to nobody.
//!
//! Whoever erases birth years, sexes and neighbourhoods calls [`fold`] before, in the same transaction. What happens later to
//! an application that was folded is counted in the totals, but no more by sides of people.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, DatabaseTransaction, DbErr, EntityTrait, QueryFilter,
    QuerySelect,
};
use uuid::Uuid;

use crate::attendance::entity::{completion, mark, no_show};
use crate::clock::Clock;
use crate::course::ClassState;
use crate::course::entity::{class_session, run};
use crate::registration::entity::application;
use crate::seoul;
use crate::statistics::entity::{anonymous_mark, anonymous_part, folded_application};
use crate::statistics::fact::{Application, completed, described};
use crate::statistics::{AgeGroup, Traits};

/// Rows of one statement: below the number of values that SQLite takes.
const ROWS_AT_ONCE: usize = 1_000;

/// Folds the applications of these people, whoever of them says anything, as they stand now.
pub async fn fold(tx: &DatabaseTransaction, clock: &Clock, people: &[Uuid]) -> Result<(), DbErr> {
    let who = Condition::all().add(crate::account::entity::person::Column::Id.is_in(people.iter().copied()));
    let said = described(tx, who).await?;
    if said.is_empty() {
        return Ok(());
    }
    let of_them = application::Column::PersonId.is_in(said.keys().copied());
    let applications = Application::read(tx, of_them).await?;
    let ids: Vec<Uuid> = applications.iter().map(|it| it.id).collect();
    let folded = folded(tx, &ids).await?;
    let first_days = first_days(tx, applications.iter().map(|it| it.run).collect()).await?;
    let mut parts: Vec<(Traits, Application)> = applications
        .into_iter()
        .filter(|it| !folded.contains(&it.id))
        .filter_map(|it| Some((said[&it.person].in_year_of(*first_days.get(&it.run)?), it)))
        .filter(|(traits, _)| *traits != Traits::default())
        .collect();
    // In an order that says nothing about who they are.
    parts.sort_by_key(|(traits, it)| (*traits, it.run));
    let mut numbers: HashMap<Uuid, Uuid> = HashMap::new();
    let ids: Vec<Uuid> = parts.iter().map(|(_, it)| it.id).collect();
    let completed = completed(tx, completion::Column::ApplicationId.is_in(ids.iter().copied())).await?;
    let mut marks = marks(tx, &ids).await?;
    let (mut part_rows, mut mark_rows) = (Vec::new(), Vec::new());
    for (traits, it) in &parts {
        let id = chance(clock);
        let number = *numbers.entry(it.person).or_insert_with(|| chance(clock));
        part_rows.push(anonymous_part::ActiveModel {
            id: Set(id),
            number: Set(number),
            run_id: Set(it.run),
            sex: Set(traits.sex),
            age: Set(traits.age.map(AgeGroup::first).map(i32::from)),
            neighbourhood: Set(traits.neighbourhood),
            waited: Set(it.path.waited),
            placed: Set(it.path.placed),
            ended: Set(it.path.ended.map(|(day, _)| day)),
            how: Set(it.path.ended.map(|(_, how)| how)),
            completed: Set(completed.get(&it.id).copied()),
        });
        for (mark, no_show) in marks.remove(&it.id).unwrap_or_default() {
            mark_rows.push(anonymous_mark::ActiveModel {
                part_id: Set(id),
                class_session_id: Set(mark.class_session_id),
                presence: Set(mark.presence),
                minutes: Set(mark.minutes),
                no_show: Set(no_show),
            });
        }
    }
    for rows in part_rows.chunks(ROWS_AT_ONCE) {
        anonymous_part::Entity::insert_many(rows.to_vec()).exec_without_returning(tx).await?;
    }
    for rows in mark_rows.chunks(ROWS_AT_ONCE) {
        anonymous_mark::Entity::insert_many(rows.to_vec()).exec_without_returning(tx).await?;
    }
    for ids in ids.chunks(ROWS_AT_ONCE) {
        let rows = ids.iter().map(|id| folded_application::ActiveModel { application_id: Set(*id) });
        folded_application::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// A UUID from which neither the time nor the order of its making can be read.
fn chance(clock: &Clock) -> Uuid {
    Uuid::new_v5(&clock.id(), b"anonymous")
}

async fn folded(tx: &DatabaseTransaction, ids: &[Uuid]) -> Result<HashSet<Uuid>, DbErr> {
    let mut folded = HashSet::new();
    for ids in ids.chunks(ROWS_AT_ONCE) {
        let known = folded_application::Entity::find()
            .filter(folded_application::Column::ApplicationId.is_in(ids.iter().copied()));
        folded.extend(known.all(tx).await?.into_iter().map(|row| row.application_id));
    }
    Ok(folded)
}

/// The day on which each of these runs starts.
async fn first_days(
    tx: &DatabaseTransaction,
    runs: HashSet<Uuid>,
) -> Result<HashMap<Uuid, NaiveDate>, DbErr> {
    let runs: Vec<Uuid> = runs.into_iter().collect();
    let mut days = HashMap::new();
    for runs in runs.chunks(ROWS_AT_ONCE) {
        let planned: Vec<(Uuid, Option<NaiveDate>)> = run::Entity::find()
            .select_only()
            .columns([run::Column::Id, run::Column::FirstDate])
            .filter(run::Column::Id.is_in(runs.iter().copied()))
            .into_tuple()
            .all(tx)
            .await?;
        days.extend(planned.into_iter().filter_map(|(run, day)| Some((run, day?))));
        let met: Vec<(Uuid, chrono::DateTime<chrono::Utc>)> = class_session::Entity::find()
            .select_only()
            .column(class_session::Column::RunId)
            .column_as(class_session::Column::StartsAt.min(), "first")
            .filter(class_session::Column::RunId.is_in(runs.iter().copied()))
            .filter(class_session::Column::State.eq(ClassState::Planned))
            .group_by(class_session::Column::RunId)
            .into_tuple()
            .all(tx)
            .await?;
        days.extend(met.into_iter().map(|(run, at)| (run, seoul::day(at))));
    }
    Ok(days)
}

/// Their marks by application, and whether each was an absence without a word.
async fn marks(
    tx: &DatabaseTransaction,
    applications: &[Uuid],
) -> Result<HashMap<Uuid, Vec<(mark::Model, bool)>>, DbErr> {
    let mut all: HashMap<Uuid, Vec<(mark::Model, bool)>> = HashMap::new();
    for ids in applications.chunks(ROWS_AT_ONCE) {
        let absences = no_show::Entity::find()
            .filter(no_show::Column::ApplicationId.is_in(ids.iter().copied()))
            .filter(no_show::Column::WithdrawnAt.is_null())
            .all(tx)
            .await?;
        let absences: HashSet<(Uuid, Uuid)> =
            absences.into_iter().map(|row| (row.application_id, row.class_session_id)).collect();
        let marks = mark::Entity::find().filter(mark::Column::ApplicationId.is_in(ids.iter().copied()));
        for mark in marks.all(tx).await? {
            let absent = absences.contains(&(mark.application_id, mark.class_session_id));
            all.entry(mark.application_id).or_default().push((mark, absent));
        }
    }
    Ok(all)
}
