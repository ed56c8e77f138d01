//! What the broadcasts of a course are called: kept for a course, where it is not the usual.

use std::collections::HashSet;

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::account::{Producer, record};
use crate::broadcast::Template;
use crate::broadcast::entity::broadcast_template;
use crate::centre::Centre;
use crate::course::entity::{course, run};
use crate::course::store::{find_course, list_courses};
use crate::course::{Mode, RunState};

/// A course that is broadcast, and its template where it has one of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct OfCourse {
    pub course: course::Model,
    pub own: Option<Template>,
}

/// Courses with runs held online, and those that have a template; by title.
pub async fn list(centre: &Centre, _: &Producer) -> Result<Vec<OfCourse>, DbErr> {
    let db = centre.database();
    let online: HashSet<Uuid> = run::Entity::find()
        .select_only()
        .column(run::Column::CourseId)
        .filter(run::Column::Mode.ne(Mode::InPerson))
        .filter(run::Column::State.ne(RunState::Cancelled))
        .distinct()
        .into_tuple()
        .all(db)
        .await?
        .into_iter()
        .collect();
    let templates = broadcast_template::Entity::find().all(db).await?;
    let courses = list_courses(db).await?.into_iter().map(|course| {
        let own = templates.iter().find(|row| row.course_id == course.id).map(template);
        OfCourse { course, own }
    });
    Ok(courses.filter(|it| it.own.is_some() || online.contains(&it.course.id)).collect())
}

pub async fn find(centre: &Centre, _: &Producer, course: Uuid) -> Result<Option<OfCourse>, DbErr> {
    let db = centre.database();
    let Some(course) = find_course(db, course).await? else { return Ok(None) };
    let row = broadcast_template::Entity::find_by_id(course.id).one(db).await?;
    Ok(Some(OfCourse { course, own: row.as_ref().map(template) }))
}

/// Keeps a template for a course; `None` is the usual. What is made already is renamed by the reconciler.
pub async fn set(
    centre: &Centre,
    by: &Producer,
    course: Uuid,
    template: Option<&Template>,
) -> Result<(), DbErr> {
    let tx = centre.begin().await?;
    let fields = "title description";
    record(&tx, centre.clock(), Some(by.id()), "change", "broadcast_template", &course.to_string(), fields)
        .await?;
    match template {
        Some(template) => {
            let row = broadcast_template::ActiveModel {
                course_id: Set(course),
                title: Set(template.title.clone()),
                description: Set(template.description.clone()),
            };
            let mut over = OnConflict::column(broadcast_template::Column::CourseId);
            over.update_columns([broadcast_template::Column::Title, broadcast_template::Column::Description]);
            broadcast_template::Entity::insert(row).on_conflict(over).exec_without_returning(&tx).await?;
        }
        None => {
            broadcast_template::Entity::delete_by_id(course).exec(&tx).await?;
        }
    }
    tx.commit().await
}

fn template(row: &broadcast_template::Model) -> Template {
    Template { title: row.title.clone(), description: row.description.clone() }
}
