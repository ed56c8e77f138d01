//! What the work report says beside figures: runs by which something new is tried, weeks without classes and why, and the
//! runs that are still to come.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use thiserror::Error;
use uuid::Uuid;

use crate::account::{TrainingManager, record};
use crate::centre::Centre;
use crate::course::entity::{class_session, course, run};
use crate::course::{ClassState, Line, RunCode, RunState};
use crate::seoul;
use crate::space::entity::{closure, holiday};
use crate::statistics::entity::{pilot_run, week_note};
use crate::statistics::plan;

/// Why nothing was changed.
#[derive(Debug, Error)]
pub enum WorkError {
    #[error("there is no such run")]
    NoRun,
    #[error(transparent)]
    Db(#[from] DbErr),
}

/// A week without classes: its Monday, what the calendar says, and what the office says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuietWeek {
    pub monday: NaiveDate,
    /// Holidays, closures and the reasons of cancelled classes that fall into it, each once.
    pub reasons: Vec<String>,
    pub note: Option<String>,
}

/// The Monday of a day's week.
pub fn monday(day: NaiveDate) -> NaiveDate {
    day - Days::new(day.weekday().num_days_from_monday().into())
}

/// The whole weeks of the year until `as_of` in which no class was held, earliest first.
pub async fn quiet_weeks(centre: &Centre, as_of: NaiveDate) -> Result<Vec<QuietWeek>, DbErr> {
    let db = centre.database();
    let (first, _) = plan::year(as_of.year());
    // A week that began in the year before is that year's.
    let begin = monday(first + Days::new(6));
    let drafts = run::Entity::find()
        .select_only()
        .column(run::Column::Id)
        .filter(run::Column::State.eq(RunState::Draft))
        .into_query();
    let classes: Vec<(DateTime<Utc>, ClassState, Option<String>)> = class_session::Entity::find()
        .select_only()
        .columns([
            class_session::Column::StartsAt,
            class_session::Column::State,
            class_session::Column::Reason,
        ])
        .filter(class_session::Column::RunId.not_in_subquery(drafts))
        .filter(class_session::Column::StartsAt.gte(seoul::midnight(begin)))
        .filter(class_session::Column::StartsAt.lt(seoul::midnight(as_of + Days::new(1))))
        .order_by_asc(class_session::Column::StartsAt)
        .into_tuple()
        .all(db)
        .await?;
    let mut held = BTreeSet::new();
    let mut reasons: BTreeMap<NaiveDate, Vec<String>> = BTreeMap::new();
    let mut because = |week: NaiveDate, reason: &str| {
        let reasons = reasons.entry(week).or_default();
        if !reason.is_empty() && !reasons.iter().any(|known| known == reason) {
            reasons.push(reason.to_owned());
        }
    };
    for holiday in holiday::Entity::find().order_by_asc(holiday::Column::Day).all(db).await? {
        because(monday(holiday.day), &holiday.name);
    }
    let weeks = || begin.iter_weeks().take_while(|week| *week + Days::new(6) <= as_of);
    for closure in closure::Entity::find().order_by_asc(closure::Column::FirstDay).all(db).await? {
        let shut = |week: &NaiveDate| closure.first_day < *week + Days::new(7) && *week <= closure.last_day;
        for week in weeks().filter(shut) {
            because(week, &closure.reason);
        }
    }
    for (starts_at, state, reason) in classes {
        let week = monday(seoul::day(starts_at));
        match state {
            ClassState::Planned => {
                held.insert(week);
            }
            ClassState::Cancelled => because(week, reason.as_deref().unwrap_or_default()),
        }
    }
    let notes =
        week_note::Entity::find().filter(week_note::Column::Monday.between(begin, as_of)).all(db).await?;
    let mut notes: BTreeMap<NaiveDate, String> =
        notes.into_iter().map(|row| (row.monday, row.note)).collect();
    let quiet = weeks().filter(|week| !held.contains(week)).map(|monday| QuietWeek {
        monday,
        reasons: reasons.remove(&monday).unwrap_or_default(),
        note: notes.remove(&monday),
    });
    Ok(quiet.collect())
}

/// Writes down why a week had no classes; another note takes the place of the one before.
pub async fn note_week(
    centre: &Centre,
    by: &TrainingManager,
    week: NaiveDate,
    note: &Line,
) -> Result<(), DbErr> {
    let tx = centre.begin().await?;
    let row = week_note::ActiveModel {
        monday: Set(monday(week)),
        note: Set(note.as_str().to_owned()),
        written_by: Set(by.id()),
        written_at: Set(centre.clock().now()),
    };
    let again = OnConflict::column(week_note::Column::Monday)
        .update_columns([week_note::Column::Note, week_note::Column::WrittenBy, week_note::Column::WrittenAt])
        .to_owned();
    week_note::Entity::insert(row).on_conflict(again).exec_without_returning(&tx).await?;
    record(&tx, centre.clock(), Some(by.id()), "change", "week_note", &monday(week).to_string(), "note")
        .await?;
    tx.commit().await
}

/// A run as the report names it.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    pub run: run::Model,
    pub course: course::Model,
    /// Days of its first and last class; of one without classes the planned first.
    pub days: Option<(NaiveDate, NaiveDate)>,
    pub pilot: bool,
}

/// The year's published runs by their first day.
pub async fn runs_of_year(centre: &Centre, year: i32) -> Result<Vec<Named>, DbErr> {
    let db = centre.database();
    let lines = crate::course::store::list_programme(centre, year, None).await?;
    let pilots = pilot_run::Entity::find().all(db).await?;
    let pilots: BTreeSet<Uuid> = pilots.into_iter().map(|row| row.run_id).collect();
    let named = lines.into_iter().filter(|line| line.run.state == RunState::Published).map(|line| {
        let met = line.first.zip(line.last).map(|(first, last)| (seoul::day(first), seoul::day(last)));
        let days = met.or(line.run.first_date.map(|day| (day, day)));
        let pilot = pilots.contains(&line.run.id);
        Named { run: line.run, course: line.course, days, pilot }
    });
    let mut named: Vec<Named> = named.collect();
    named.sort_by_key(|it| (it.days, it.run.code.clone()));
    Ok(named)
}

/// Says that a run is one by which something new is tried, or no longer.
pub async fn set_pilot(
    centre: &Centre,
    by: &TrainingManager,
    code: &RunCode,
    is_pilot: bool,
) -> Result<(), WorkError> {
    let tx = centre.begin().await?;
    let found = run::Entity::find().filter(run::Column::Code.eq(code.as_str())).one(&tx).await?;
    let run = found.filter(|run| run.state != RunState::Draft).ok_or(WorkError::NoRun)?;
    if is_pilot {
        let row = pilot_run::ActiveModel {
            run_id: Set(run.id),
            marked_by: Set(by.id()),
            marked_at: Set(centre.clock().now()),
        };
        let once = OnConflict::column(pilot_run::Column::RunId).do_nothing().to_owned();
        pilot_run::Entity::insert(row).on_conflict(once).exec_without_returning(&tx).await?;
    } else {
        pilot_run::Entity::delete_by_id(run.id).exec(&tx).await?;
    }
    record(&tx, centre.clock(), Some(by.id()), "change", "run", &run.id.to_string(), "pilot").await?;
    Ok(tx.commit().await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_begins_on_monday() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        for text in ["2020-12-28", "2021-01-01", "2021-01-03"] {
            assert_eq!(monday(day(text)), day("2020-12-28"), "{text}");
        }
    }
}
