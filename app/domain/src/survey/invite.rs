//! Asking those who had a place in a run, once its last class is over, to answer the survey.

use chrono::{DateTime, Days, Utc};
use sea_orm::sea_query::SelectStatement;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    TryInsertResult,
};

use crate::account::tell::tell_people;
use crate::centre::Centre;
use crate::course::entity::{class_session, course, run};
use crate::course::{ClassState, RunState};
use crate::notice::{Event, Facts};
use crate::registration::State;
use crate::registration::entity::application;
use crate::survey::entity::{survey_done, survey_invitation};
use crate::survey::store::span_of;

/// Writes to those whose run is over and who weren't asked yet, and says to how many.
pub async fn invite(centre: &Centre) -> Result<usize, DbErr> {
    let (db, now) = (centre.database(), centre.clock().now());
    let asked = survey_invitation::Entity::find()
        .select_only()
        .column(survey_invitation::Column::ApplicationId)
        .into_query();
    let done =
        survey_done::Entity::find().select_only().column(survey_done::Column::ApplicationId).into_query();
    let places = application::Entity::find()
        .filter(application::Column::State.eq(State::Booked))
        .filter(application::Column::RunId.in_subquery(runs_over(centre, now)))
        .filter(application::Column::Id.not_in_subquery(asked))
        .filter(application::Column::Id.not_in_subquery(done))
        .order_by_asc(application::Column::Stamp)
        .all(db)
        .await?;
    let mut written = 0;
    for place in places {
        let Some(span) = span_of(db, centre.settings(), place.run_id).await? else { continue };
        let Some(run) = run::Entity::find_by_id(place.run_id).one(db).await? else { continue };
        let course = course::Entity::find_by_id(run.course_id).one(db).await?;
        let tx = centre.begin().await?;
        let row = survey_invitation::ActiveModel { application_id: Set(place.id), sent_at: Set(now) };
        let inserted = survey_invitation::Entity::insert(row)
            .on_conflict_do_nothing()
            .exec_without_returning(&tx)
            .await?;
        if !matches!(inserted, TryInsertResult::Inserted(1)) {
            // Another server was quicker.
            continue;
        }
        let facts = Facts {
            application: Some(place.id),
            run_code: Some(run.code),
            course: course.map(|course| course.title),
            until: Some(span.until),
            ..Facts::default()
        };
        tell_people(&tx, centre.clock(), &[place.person_id], Event::SurveyOpen, facts).await?;
        tx.commit().await?;
        written += 1;
    }
    Ok(written)
}

/// The runs whose last class is over, but not for longer than one may answer.
fn runs_over(centre: &Centre, now: DateTime<Utc>) -> SelectStatement {
    let classes = || {
        class_session::Entity::find()
            .select_only()
            .column(class_session::Column::RunId)
            .filter(class_session::Column::State.eq(ClassState::Planned))
    };
    let since = now - Days::new(centre.settings().survey.days.into());
    let recent = classes()
        .filter(class_session::Column::EndsAt.gt(since))
        .filter(class_session::Column::EndsAt.lte(now))
        .into_query();
    let going_on = classes().filter(class_session::Column::EndsAt.gt(now)).into_query();
    run::Entity::find()
        .select_only()
        .column(run::Column::Id)
        .filter(run::Column::State.eq(RunState::Published))
        .filter(run::Column::Id.in_subquery(recent))
        .filter(run::Column::Id.not_in_subquery(going_on))
        .into_query()
}
