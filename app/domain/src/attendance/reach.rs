//! Telling people, once, that they can no longer complete a run.

use std::collections::BTreeMap;

use chrono::{Days, TimeDelta};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    TryInsertResult,
};
use uuid::Uuid;

use crate::account::tell::tell_people;
use crate::attendance::completion;
use crate::attendance::entity::{mark, out_of_reach, run_closing};
use crate::centre::Centre;
use crate::course::entity::{class_session, course, run};
use crate::course::{ClassState, RunState};
use crate::notice::{Event, Facts};
use crate::registration::State;
use crate::registration::entity::application;

/// For so many days after its last class marks of a run are looked at: they may come late, and after that it is closed.
const DAYS_AFTER: u64 = 14;

/// Writes to those who can't reach what their run asks for any more and weren't told yet, and says to how many.
pub async fn tell(centre: &Centre) -> Result<usize, DbErr> {
    let db = centre.database();
    let mut by_run: BTreeMap<Uuid, Vec<application::Model>> = BTreeMap::new();
    for place in candidates(centre).all(db).await? {
        by_run.entry(place.run_id).or_default().push(place);
    }
    let mut told = 0;
    for (run, places) in by_run {
        let Some(run) = run::Entity::find_by_id(run).one(db).await? else { continue };
        let out = completion::out_of_reach(db, centre.settings(), &run, &places).await?;
        let course = course::Entity::find_by_id(run.course_id).one(db).await?;
        let title = course.map(|course| course.title);
        for place in places.iter().filter(|place| out.contains(&place.id)) {
            let facts = Facts {
                application: Some(place.id),
                run_code: Some(run.code.clone()),
                course: title.clone(),
                ..Facts::default()
            };
            told += usize::from(tell_one(centre, place, facts).await?);
        }
    }
    Ok(told)
}

/// Those with a place who have missed something in a run that isn't closed, and weren't told.
fn candidates(centre: &Centre) -> sea_orm::Select<application::Entity> {
    let since = centre.clock().now() - Days::new(DAYS_AFTER);
    let settled = TimeDelta::hours(centre.settings().attendance.absence.hours.into());
    let recent = class_session::Entity::find()
        .select_only()
        .column(class_session::Column::RunId)
        .filter(class_session::Column::State.eq(ClassState::Planned))
        .filter(class_session::Column::EndsAt.gt(since))
        .into_query();
    let closed = run_closing::Entity::find().select_only().column(run_closing::Column::RunId).into_query();
    let runs = run::Entity::find()
        .select_only()
        .column(run::Column::Id)
        .filter(run::Column::State.eq(RunState::Published))
        .filter(run::Column::Id.in_subquery(recent))
        .filter(run::Column::Id.not_in_subquery(closed))
        .into_query();
    let class_minutes = class_session::Entity::find()
        .select_only()
        .column(class_session::Column::Minutes)
        .filter(
            Expr::col((class_session::Entity, class_session::Column::Id))
                .equals((mark::Entity, mark::Column::ClassSessionId)),
        )
        .into_query();
    let missed = mark::Entity::find()
        .select_only()
        .column(mark::Column::ApplicationId)
        .filter(Expr::col((mark::Entity, mark::Column::Minutes)).lt(class_minutes))
        // As long as an absence is left alone, the sheet may be put right.
        .filter(mark::Column::ArrivedAt.lte(centre.clock().now() - settled))
        .into_query();
    let told =
        out_of_reach::Entity::find().select_only().column(out_of_reach::Column::ApplicationId).into_query();
    application::Entity::find()
        .filter(application::Column::State.eq(State::Booked))
        .filter(application::Column::RunId.in_subquery(runs))
        .filter(application::Column::Id.in_subquery(missed))
        .filter(application::Column::Id.not_in_subquery(told))
        .order_by_asc(application::Column::Stamp)
}

/// `false` where another server was quicker.
async fn tell_one(centre: &Centre, place: &application::Model, facts: Facts) -> Result<bool, DbErr> {
    let tx = centre.begin().await?;
    let row = out_of_reach::ActiveModel { application_id: Set(place.id), told_at: Set(centre.clock().now()) };
    let inserted =
        out_of_reach::Entity::insert(row).on_conflict_do_nothing().exec_without_returning(&tx).await?;
    if !matches!(inserted, TryInsertResult::Inserted(1)) {
        return Ok(false);
    }
    tell_people(&tx, centre.clock(), &[place.person_id], Event::OutOfReach, facts).await?;
    tx.commit().await?;
    Ok(true)
}
