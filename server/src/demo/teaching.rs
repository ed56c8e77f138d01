//! What the demonstration teaches beside the office's programme: free courses for residents, in classes of two hours.

use chrono::{DateTime, Duration, Utc};
use domain::centre::{Centre, turn};
use domain::course::entity::{class_session, course, run};
use domain::course::{Audience, Category, ClassState, RunState, search_key};
use domain::seoul;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::Failure;

/// What a course says of itself.
pub struct Words {
    pub title: &'static str,
    pub title_en: &'static str,
    pub category: Category,
    pub learn: &'static str,
    pub who_for: &'static str,
}

/// Adds a course; its id.
pub async fn add_course(centre: &Centre, words: Words) -> Result<Uuid, Failure> {
    let id = centre.clock().id();
    let row = course::ActiveModel {
        id: Set(id),
        title: Set(words.title.into()),
        title_en: Set(Some(words.title_en.into())),
        category: Set(words.category),
        audience: Set(Audience::Resident),
        learn: Set(words.learn.into()),
        who_for: Set(words.who_for.into()),
        materials: Set(String::new()),
        fee: Set("무료".into()),
        search: Set(search_key(words.title)),
        version: Set(1),
    };
    let tx = centre.begin().await?;
    turn(&tx).await?;
    course::Entity::insert(row).exec_without_returning(&tx).await?;
    tx.commit().await?;
    Ok(id)
}

/// Publishes a run of `course` with a class at each of `starts`. `plan` gives whatever doesn't follow from these.
pub async fn publish(
    centre: &Centre,
    course: Uuid,
    plan: run::ActiveModel,
    starts: &[DateTime<Utc>],
) -> Result<(run::Model, Vec<class_session::Model>), Failure> {
    let clock = centre.clock();
    let id = clock.id();
    let count = i32::try_from(starts.len())?;
    let run = run::ActiveModel {
        id: Set(id),
        course_id: Set(course),
        first_date: Set(starts.first().map(|&first| seoul::day(first))),
        session_count: Set(count),
        minutes: Set(count * 120),
        state: Set(RunState::Published),
        version: Set(1),
        ..plan
    };
    let classes = (1..).zip(starts).map(|(number, &starts_at)| class_session::ActiveModel {
        id: Set(clock.id()),
        run_id: Set(id),
        number: Set(number),
        starts_at: Set(starts_at),
        ends_at: Set(starts_at + Duration::hours(2)),
        minutes: Set(120),
        state: Set(ClassState::Planned),
        moved: Set(false),
        reason: Set(None),
        set_up: Set(0),
        strike: Set(0),
    });
    let tx = centre.begin().await?;
    turn(&tx).await?;
    run::Entity::insert(run).exec_without_returning(&tx).await?;
    class_session::Entity::insert_many(classes).exec_without_returning(&tx).await?;
    tx.commit().await?;
    let db = centre.database();
    let run = run::Entity::find_by_id(id).one(db).await?.ok_or("the run is not there")?;
    let of_run = class_session::Entity::find().filter(class_session::Column::RunId.eq(id));
    Ok((run, of_run.order_by_asc(class_session::Column::Number).all(db).await?))
}
