//! The hours of learning that staff are credited with (상시학습): those of the staff courses they completed, by where they
//! work and by grade.

use std::collections::{BTreeMap, HashMap};

use chrono::{Datelike, NaiveDate};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
};
use uuid::Uuid;

use crate::account::{Audience, Denied, SignedIn, TrainingManager};
use crate::attendance::CompletionState;
use crate::attendance::entity::{completion, run_closing, staff_post};
use crate::centre::Centre;
use crate::course::Line;
use crate::course::entity::{course, run};
use crate::registration::entity::application;
use crate::seoul;

/// The longest name of a department or a grade, in characters.
pub const POST_MAX: usize = 30;

/// Where somebody works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    pub department: Line,
    pub grade: Line,
}

/// Somebody of the staff; only they have a post.
#[derive(Clone, Debug)]
pub struct Staff(SignedIn);

impl Staff {
    pub fn new(viewer: &SignedIn) -> Result<Self, Denied> {
        if viewer.is_staff() { Ok(Self(viewer.clone())) } else { Err(Denied) }
    }
}

/// The viewer's own post.
pub async fn find_post(centre: &Centre, who: &Staff) -> Result<Option<staff_post::Model>, DbErr> {
    staff_post::Entity::find_by_id(who.0.id()).one(centre.database()).await
}

/// Says where one works, in the place of what was said before.
pub async fn set_post(centre: &Centre, who: &Staff, post: &Post) -> Result<(), DbErr> {
    let row = staff_post::ActiveModel {
        person_id: Set(who.0.id()),
        department: Set(post.department.as_str().to_owned()),
        grade: Set(post.grade.as_str().to_owned()),
    };
    let again = OnConflict::column(staff_post::Column::PersonId)
        .update_columns([staff_post::Column::Department, staff_post::Column::Grade])
        .to_owned();
    staff_post::Entity::insert(row).on_conflict(again).exec_without_returning(centre.database()).await?;
    Ok(())
}

/// A completed run with the minutes it is credited with.
#[derive(Clone, Debug)]
pub struct Credit {
    person: Uuid,
    pub run: run::Model,
    pub course: course::Model,
    /// Minutes.
    pub minutes: u32,
}

/// The staff courses that were completed in a year: the year in which their run was closed.
async fn credits<C: ConnectionTrait>(db: &C, year: i32, of: Option<Uuid>) -> Result<Vec<Credit>, DbErr> {
    let instant = |year: i32| seoul::midnight(NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default());
    let staff = course::Entity::find()
        .select_only()
        .column(course::Column::Id)
        .filter(course::Column::Audience.eq(Audience::Staff))
        .into_query();
    let closed = run_closing::Entity::find()
        .select_only()
        .column(run_closing::Column::RunId)
        .filter(run_closing::Column::ClosedAt.gte(instant(year)))
        .filter(run_closing::Column::ClosedAt.lt(instant(year + 1)))
        .into_query();
    let runs = run::Entity::find()
        .filter(run::Column::Id.in_subquery(closed))
        .filter(run::Column::CourseId.in_subquery(staff))
        .order_by_asc(run::Column::Code)
        .all(db)
        .await?;
    let courses = course::Entity::find()
        .filter(course::Column::Id.is_in(runs.iter().map(|run| run.course_id)))
        .all(db)
        .await?;
    let completed = completion::Entity::find()
        .filter(completion::Column::RunId.is_in(runs.iter().map(|run| run.id)))
        .filter(completion::Column::State.eq(CompletionState::Completed))
        .all(db)
        .await?;
    let mut places = application::Entity::find()
        .filter(application::Column::Id.is_in(completed.iter().map(|row| row.application_id)));
    if let Some(person) = of {
        places = places.filter(application::Column::PersonId.eq(person));
    }
    let people: HashMap<Uuid, Uuid> =
        places.all(db).await?.into_iter().map(|place| (place.id, place.person_id)).collect();
    let credit = |row: completion::Model| {
        let person = *people.get(&row.application_id)?;
        let run = runs.iter().find(|run| run.id == row.run_id)?.clone();
        let course = courses.iter().find(|course| course.id == run.course_id)?.clone();
        Some(Credit { person, run, course, minutes: row.minutes.unsigned_abs() })
    };
    Ok(completed.into_iter().filter_map(credit).collect())
}

/// What the viewer is credited with in the year of today.
pub async fn list_mine(centre: &Centre, who: &Staff) -> Result<Vec<Credit>, DbErr> {
    let year = seoul::day(centre.clock().now()).year();
    credits(centre.database(), year, Some(who.0.id())).await
}

/// How many people of one department and grade are credited with how much.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostHours {
    /// Absent where people haven't said where they work.
    pub post: Option<(String, String)>,
    pub people: usize,
    /// Minutes.
    pub minutes: u32,
}

/// The credited hours of a year by department and grade, without names; those who haven't said come last.
pub async fn by_post(centre: &Centre, _: &TrainingManager, year: i32) -> Result<Vec<PostHours>, DbErr> {
    let db = centre.database();
    let mut minutes: HashMap<Uuid, u32> = HashMap::new();
    for credit in credits(db, year, None).await? {
        *minutes.entry(credit.person).or_default() += credit.minutes;
    }
    let posts = staff_post::Entity::find()
        .filter(staff_post::Column::PersonId.is_in(minutes.keys().copied()))
        .all(db)
        .await?;
    let posts: HashMap<Uuid, (String, String)> =
        posts.into_iter().map(|row| (row.person_id, (row.department, row.grade))).collect();
    let mut groups: BTreeMap<Option<(String, String)>, (usize, u32)> = BTreeMap::new();
    for (person, minutes) in minutes {
        let group = groups.entry(posts.get(&person).cloned()).or_default();
        *group = (group.0 + 1, group.1 + minutes);
    }
    let line = |(post, (people, minutes))| PostHours { post, people, minutes };
    let mut lines: Vec<PostHours> = groups.into_iter().map(line).collect();
    // `None` sorts first.
    if lines.first().is_some_and(|line| line.post.is_none()) {
        lines.rotate_left(1);
    }
    Ok(lines)
}
