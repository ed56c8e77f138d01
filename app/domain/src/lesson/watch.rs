//! How far learners have come: what their players report, and what they say themselves.

use std::collections::HashMap;

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait,
    IntoActiveModel, QueryFilter, QueryOrder,
};
use uuid::Uuid;

use crate::account::SignedIn;
use crate::centre::Centre;
use crate::lesson::entity::{lesson, lesson_progress};
use crate::lesson::progress::{FIRST_CREDIT, Watched, accept};

impl lesson_progress::Model {
    pub fn watched(&self) -> Watched {
        Watched::parse(&self.watched).unwrap_or_default()
    }

    /// Whether they are done with it, measured or by their own word.
    pub fn is_done(&self) -> bool {
        self.done_at.is_some() || self.said_at.is_some()
    }
}

/// What a player has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Where it stands, in seconds.
    pub position: u32,
    /// All that it has seen played since the page was opened, and maybe more.
    pub watched: Watched,
}

/// How far somebody has come with a lesson.
pub async fn find(
    centre: &Centre,
    viewer: &SignedIn,
    lesson: Uuid,
) -> Result<Option<lesson_progress::Model>, DbErr> {
    lesson_progress::Entity::find_by_id((viewer.id(), lesson)).one(centre.database()).await
}

/// How far somebody has come with all lessons that they have begun, by lesson.
pub async fn all_of(
    centre: &Centre,
    viewer: &SignedIn,
) -> Result<HashMap<Uuid, lesson_progress::Model>, DbErr> {
    let rows = lesson_progress::Entity::find()
        .filter(lesson_progress::Column::PersonId.eq(viewer.id()))
        .all(centre.database())
        .await?;
    Ok(rows.into_iter().map(|row| (row.lesson_id, row)).collect())
}

/// Takes a player's report, and gives what is known then. The same report twice counts once.
pub async fn report(
    centre: &Centre,
    viewer: &SignedIn,
    lesson: &lesson::Model,
    report: &Report,
) -> Result<lesson_progress::Model, DbErr> {
    let (tx, known) = open(centre, viewer, lesson.id).await?;
    let (now, length) = (centre.clock().now(), u32::try_from(lesson.seconds).unwrap_or_default());
    let passed = u32::try_from((now - known.updated_at).num_seconds().max(0)).unwrap_or(u32::MAX);
    let credit = u32::try_from(known.credit).unwrap_or_default();
    let (watched, credit) = accept(&known.watched(), credit, passed, &report.watched, length);
    let is_done = watched.percent(length) >= centre.settings().lesson.done_percent;
    let done_at = known.done_at.or(is_done.then_some(now));
    let mut row = known.into_active_model();
    row.position = Set(i32::try_from(report.position.min(length)).unwrap_or(i32::MAX));
    row.watched = Set(watched.to_string());
    row.credit = Set(i32::try_from(credit).unwrap_or(i32::MAX));
    row.updated_at = Set(now);
    row.done_at = Set(done_at);
    let row = row.update(&tx).await?;
    tx.commit().await?;
    Ok(row)
}

/// They say that they have watched it to the end. The first word counts.
pub async fn say_done(centre: &Centre, viewer: &SignedIn, lesson: Uuid) -> Result<(), DbErr> {
    let (tx, known) = open(centre, viewer, lesson).await?;
    if known.said_at.is_none() {
        let mut row = known.into_active_model();
        row.said_at = Set(Some(centre.clock().now()));
        row.update(&tx).await?;
    }
    tx.commit().await
}

/// Begins a transaction that has the row of somebody and a lesson for itself, made where it was not there. Written first,
/// so that two windows of one person come one after the other.
async fn open(
    centre: &Centre,
    viewer: &SignedIn,
    lesson: Uuid,
) -> Result<(DatabaseTransaction, lesson_progress::Model), DbErr> {
    let tx = centre.begin().await?;
    let fresh = lesson_progress::Model {
        person_id: viewer.id(),
        lesson_id: lesson,
        position: 0,
        watched: String::new(),
        credit: i32::try_from(FIRST_CREDIT).unwrap_or(i32::MAX),
        updated_at: centre.clock().now(),
        done_at: None,
        said_at: None,
    };
    let key = [lesson_progress::Column::PersonId, lesson_progress::Column::LessonId];
    // Where it is there, it is only locked.
    let there = OnConflict::columns(key).update_column(lesson_progress::Column::PersonId).to_owned();
    lesson_progress::Entity::insert(fresh.into_active_model().reset_all())
        .on_conflict(there)
        .exec_without_returning(&tx)
        .await?;
    let known = lesson_progress::Entity::find_by_id((viewer.id(), lesson)).one(&tx).await?;
    Ok((tx, known.ok_or_else(|| DbErr::RecordNotFound("progress that was just written".into()))?))
}

/// The lessons that somebody has begun, the latest first.
pub async fn begun(
    centre: &Centre,
    viewer: &SignedIn,
) -> Result<Vec<(lesson::Model, lesson_progress::Model)>, DbErr> {
    let db = centre.database();
    let rows = lesson_progress::Entity::find()
        .filter(lesson_progress::Column::PersonId.eq(viewer.id()))
        .order_by_desc(lesson_progress::Column::UpdatedAt)
        .all(db)
        .await?;
    let lessons = lesson::Entity::find()
        .filter(lesson::Column::Id.is_in(rows.iter().map(|row| row.lesson_id)))
        .all(db)
        .await?;
    let with = |row: lesson_progress::Model| {
        let lesson = lessons.iter().find(|lesson| lesson.id == row.lesson_id)?;
        Some((lesson.clone(), row))
    };
    Ok(rows.into_iter().filter_map(with).collect())
}
