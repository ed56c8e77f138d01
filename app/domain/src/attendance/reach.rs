//! Telling people, once, that they can no longer complete a run.

use chrono::{DateTime, Days, TimeDelta, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    TryInsertResult,
};

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
    let hours = centre.settings().attendance.absence.hours;
    // As long as an absence is left alone, the sheet may be put right.
    let settled = centre.clock().now() - TimeDelta::hours(hours.into());
    let places = candidates(centre, settled).all(db).await?;
    if places.is_empty() {
        return Ok(0);
    }
    let runs = run::Entity::find()
        .filter(run::Column::Id.is_in(places.iter().map(|place| place.run_id)))
        .all(db)
        .await?;
    let out = completion::out_of_reach(db, centre.settings(), &runs, &places, settled).await?;
    let mut told = 0;
    for place in places.iter().filter(|place| out.contains(&place.id)) {
        let Some(run) = runs.iter().find(|run| run.id == place.run_id) else { continue };
        let course = course::Entity::find_by_id(run.course_id).one(db).await?;
        let facts = Facts {
            application: Some(place.id),
            run_code: Some(run.code.clone()),
            course: course.map(|course| course.title),
            ..Facts::default()
        };
        told += usize::from(tell_one(centre, place, facts).await?);
    }
    Ok(told)
}

/// Those with a place who have missed something in a run that isn't closed, and weren't told. Only marks of runs that go on
/// are looked at: their classes are found by `class_session_number_once`, the marks of each by `mark_once`.
fn candidates(centre: &Centre, settled: DateTime<Utc>) -> sea_orm::Select<application::Entity> {
    let since = centre.clock().now() - Days::new(DAYS_AFTER);
    // Found by `class_session_time`: a class ends on the day on which it starts.
    let recent = class_session::Entity::find()
        .select_only()
        .column(class_session::Column::RunId)
        .filter(class_session::Column::State.eq(ClassState::Planned))
        .filter(class_session::Column::StartsAt.gt(since - Days::new(1)))
        .filter(class_session::Column::EndsAt.gt(since))
        .into_query();
    let closed = Query::select()
        .expr(Expr::val(1))
        .from(run_closing::Entity)
        .and_where(run_closing::Column::RunId.into_expr().eq(run::Column::Id.into_expr()))
        .to_owned();
    let runs = run::Entity::find()
        .select_only()
        .column(run::Column::Id)
        .filter(run::Column::State.eq(RunState::Published))
        .filter(run::Column::Id.in_subquery(recent))
        .filter(Expr::exists(closed).not())
        .into_query();
    let missed = Query::select()
        .expr(mark::Column::ApplicationId.into_expr())
        .from(class_session::Entity)
        .inner_join(
            mark::Entity,
            mark::Column::ClassSessionId.into_expr().eq(class_session::Column::Id.into_expr()),
        )
        .and_where(class_session::Column::RunId.in_subquery(runs))
        .and_where(mark::Column::Minutes.into_expr().lt(class_session::Column::Minutes.into_expr()))
        .and_where(mark::Column::ArrivedAt.lte(settled))
        .to_owned();
    let told = Query::select()
        .expr(Expr::val(1))
        .from(out_of_reach::Entity)
        .and_where(out_of_reach::Column::ApplicationId.into_expr().eq(application::Column::Id.into_expr()))
        .to_owned();
    application::Entity::find()
        .filter(application::Column::State.eq(State::Booked))
        .filter(application::Column::Id.in_subquery(missed))
        .filter(Expr::exists(told).not())
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
