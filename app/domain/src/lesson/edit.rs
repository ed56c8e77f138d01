//! Making lessons, changing them, and saying when the library shows them.

use chrono::NaiveDate;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait,
    IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, SqlErr,
};
use thiserror::Error;
use uuid::Uuid;

use crate::account::{LessonEditor, record};
use crate::board::edit::Way;
use crate::broadcast::store::Shown;
use crate::broadcast::{OnShow, VideoId};
use crate::centre::{Centre, turn};
use crate::course::entity::{course, run};
use crate::course::{Line, Viewers, search_key};
use crate::lesson::entity::{lesson, lesson_chapter, lesson_event};
use crate::lesson::track::{self, Of};
use crate::lesson::{Chapter, LessonCode, LessonEvent, LessonState, Moment, Spoken};
use crate::seoul;

/// Why a lesson can't be made or changed so.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    #[error("no such lesson")]
    NotFound,
    #[error("changed by somebody else since the form was made")]
    Stale,
    #[error("the code is another lesson's")]
    CodeTaken,
    #[error("no such course")]
    NoCourse,
    #[error("a chapter begins after the end")]
    ChapterBeyond,
    #[error("that can't be done as it stands")]
    NotNow,
    #[error("the broadcast has no replay to show, or is no class's")]
    NoReplay,
    #[error("a lesson was made of it already")]
    MadeAlready,
}

#[derive(Debug, Error)]
pub enum LessonError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Db(#[from] DbErr),
}

/// What a form says of a lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LessonDetails {
    pub course: Uuid,
    pub title: Line,
    pub summary: String,
    pub presenter: Option<Line>,
    pub length: Moment,
    pub spoken: Spoken,
    pub video: VideoId,
    pub viewers: Viewers,
    pub shown_until: Option<NaiveDate>,
}

impl LessonDetails {
    fn write(&self, row: &mut lesson::ActiveModel) {
        let presenter = self.presenter.as_ref().map(|it| it.as_str().to_owned()).unwrap_or_default();
        row.search = Set(search_key(&[self.title.as_str(), &self.summary, &presenter].join("\n")));
        row.course_id = Set(self.course);
        row.title = Set(self.title.as_str().to_owned());
        row.summary = Set(self.summary.clone());
        row.presenter = Set(presenter);
        row.seconds = Set(i32::try_from(self.length.seconds()).unwrap_or(i32::MAX));
        row.spoken = Set(self.spoken);
        row.video = Set(self.video.as_str().to_owned());
        row.viewers = Set(self.viewers);
        row.shown_until = Set(self.shown_until);
    }
}

/// Makes a draft, behind all others of its course.
pub async fn make(
    centre: &Centre,
    by: &LessonEditor,
    code: &LessonCode,
    details: &LessonDetails,
) -> Result<(), LessonError> {
    insert(centre, by, code, details, None).await
}

/// Makes a draft of a class's replay: course, presenter, video, captions and the end of the consent are the broadcast's. How
/// long it is YouTube doesn't tell us: the time between beginning and end stands there until somebody looks.
pub async fn make_of_replay(
    centre: &Centre,
    by: &LessonEditor,
    replay: &Shown,
    title: &Line,
) -> Result<String, LessonError> {
    let video = replay.row.video.as_deref().and_then(VideoId::parse).ok_or(Refusal::NoReplay)?;
    let of_run = replay.subject.run.as_ref().ok_or(Refusal::NoReplay)?;
    let (now, subject) = (centre.clock().now(), &replay.subject);
    let show = replay.on_show(now);
    if show != OnShow::After || replay.row.replay_until.is_some_and(|last| last < seoul::day(now)) {
        return Err(Refusal::NoReplay.into());
    }
    let run = run::Entity::find_by_id(of_run.id).one(centre.database()).await?.ok_or(Refusal::NoReplay)?;
    let code = LessonCode::parse(&replay.row.code).ok_or(Refusal::NoReplay)?;
    let began_at = replay.row.started_at.unwrap_or(subject.starts_at);
    let ended_at = replay.row.ended_at.unwrap_or(subject.ends_at);
    let seconds = u32::try_from((ended_at - began_at).num_seconds().max(1)).unwrap_or(u32::MAX);
    let details = LessonDetails {
        course: run.course_id,
        title: title.clone(),
        summary: String::new(),
        presenter: Line::parse(&subject.presenter, Line::INSTRUCTOR_MAX),
        length: Moment::of_seconds(seconds),
        spoken: Spoken::Korean,
        video,
        viewers: Viewers::Learners,
        shown_until: replay.row.replay_until,
    };
    insert(centre, by, &code, &details, Some(replay.row.id)).await?;
    Ok(code.as_str().to_owned())
}

async fn insert(
    centre: &Centre,
    by: &LessonEditor,
    code: &LessonCode,
    details: &LessonDetails,
    broadcast: Option<Uuid>,
) -> Result<(), LessonError> {
    let tx = centre.begin().await?;
    // First, since it writes; and pages that are kept show the programme of one turn.
    turn(&tx).await?;
    check_course(&tx, details.course).await?;
    let (id, now) = (centre.clock().id(), centre.clock().now());
    let mut row = lesson::ActiveModel {
        id: Set(id),
        code: Set(code.as_str().to_owned()),
        place: Set(last_place(&tx, details.course).await? + 1),
        state: Set(LessonState::Draft),
        broadcast_id: Set(broadcast),
        version: Set(1),
        created_by: Set(Some(by.id())),
        created_at: Set(now),
        ..Default::default()
    };
    details.write(&mut row);
    match lesson::Entity::insert(row).exec_without_returning(&tx).await {
        Ok(_) => {}
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
            return Err(if broadcast.is_some() { Refusal::MadeAlready } else { Refusal::CodeTaken }.into());
        }
        Err(error) => return Err(error.into()),
    }
    if let Some(broadcast) = broadcast {
        track::copy(&tx, centre.clock(), Of::Broadcast(broadcast), id).await?;
    }
    note(&tx, centre, id, LessonEvent::Made, by, None).await?;
    tx.commit().await?;
    Ok(())
}

async fn check_course(tx: &DatabaseTransaction, course: Uuid) -> Result<(), LessonError> {
    let found = course::Entity::find_by_id(course).one(tx).await?;
    found.map(drop).ok_or(Refusal::NoCourse.into())
}

async fn last_place(tx: &DatabaseTransaction, course: Uuid) -> Result<i32, DbErr> {
    let last: Option<Option<i32>> = lesson::Entity::find()
        .select_only()
        .column_as(lesson::Column::Place.max(), "place")
        .filter(lesson::Column::CourseId.eq(course))
        .into_tuple()
        .one(tx)
        .await?;
    Ok(last.flatten().unwrap_or_default())
}

async fn note(
    tx: &DatabaseTransaction,
    centre: &Centre,
    lesson: Uuid,
    kind: LessonEvent,
    by: &LessonEditor,
    reason: Option<&Line>,
) -> Result<(), DbErr> {
    let row = lesson_event::ActiveModel {
        id: Set(centre.clock().id()),
        lesson_id: Set(lesson),
        at: Set(centre.clock().now()),
        kind: Set(kind),
        actor_id: Set(Some(by.id())),
        reason: Set(reason.map(|reason| reason.as_str().to_owned())),
    };
    lesson_event::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Begins a transaction in which a lesson of a known version may be changed.
async fn open(
    centre: &Centre,
    code: &str,
    version: i32,
) -> Result<(DatabaseTransaction, lesson::Model), LessonError> {
    let tx = centre.begin().await?;
    turn(&tx).await?;
    let row = lesson::Entity::find().filter(lesson::Column::Code.eq(code)).one(&tx).await?;
    let row = row.ok_or(Refusal::NotFound)?;
    if row.version == version { Ok((tx, row)) } else { Err(Refusal::Stale.into()) }
}

async fn close(
    tx: DatabaseTransaction,
    centre: &Centre,
    by: &LessonEditor,
    mut row: lesson::ActiveModel,
    (id, version): (Uuid, i32),
    (kind, reason): (LessonEvent, Option<&Line>),
) -> Result<(), LessonError> {
    row.version = Set(version + 1);
    row.update(&tx).await?;
    note(&tx, centre, id, kind, by, reason).await?;
    tx.commit().await?;
    Ok(())
}

/// Changes what a lesson is. In another course it stands behind all others.
pub async fn change(
    centre: &Centre,
    by: &LessonEditor,
    code: &str,
    version: i32,
    details: &LessonDetails,
) -> Result<(), LessonError> {
    let (tx, lesson) = open(centre, code, version).await?;
    let last = lesson_chapter::Entity::find()
        .filter(lesson_chapter::Column::LessonId.eq(lesson.id))
        .order_by_desc(lesson_chapter::Column::Starts)
        .one(&tx)
        .await?;
    let length = i32::try_from(details.length.seconds()).unwrap_or(i32::MAX);
    if last.is_some_and(|last| last.starts >= length) {
        return Err(Refusal::ChapterBeyond.into());
    }
    let (known, is_moved) = ((lesson.id, lesson.version), lesson.course_id != details.course);
    let mut row = lesson.into_active_model();
    if is_moved {
        check_course(&tx, details.course).await?;
        row.place = Set(last_place(&tx, details.course).await? + 1);
    }
    details.write(&mut row);
    close(tx, centre, by, row, known, (LessonEvent::Changed, None)).await
}

/// Says anew which chapters a lesson has. They were read against its length of this version.
pub async fn set_chapters(
    centre: &Centre,
    by: &LessonEditor,
    code: &str,
    version: i32,
    chapters: &[Chapter],
) -> Result<(), LessonError> {
    let (tx, lesson) = open(centre, code, version).await?;
    let of_lesson = lesson_chapter::Column::LessonId.eq(lesson.id);
    lesson_chapter::Entity::delete_many().filter(of_lesson).exec(&tx).await?;
    let rows = chapters.iter().map(|chapter| lesson_chapter::ActiveModel {
        lesson_id: Set(lesson.id),
        starts: Set(i32::try_from(chapter.starts.seconds()).unwrap_or(i32::MAX)),
        title: Set(chapter.title.as_str().to_owned()),
    });
    if !chapters.is_empty() {
        lesson_chapter::Entity::insert_many(rows).exec_without_returning(&tx).await?;
    }
    let known = (lesson.id, lesson.version);
    close(tx, centre, by, lesson.into_active_model(), known, (LessonEvent::Chaptered, None)).await
}

/// Puts a draft, or one that was withdrawn, into the library.
pub async fn publish(
    centre: &Centre,
    by: &LessonEditor,
    code: &str,
    version: i32,
) -> Result<(), LessonError> {
    let (tx, lesson) = open(centre, code, version).await?;
    if lesson.state == LessonState::Published {
        return Err(Refusal::NotNow.into());
    }
    let known = (lesson.id, lesson.version);
    let row = lesson::ActiveModel { state: Set(LessonState::Published), ..lesson.into_active_model() };
    close(tx, centre, by, row, known, (LessonEvent::Published, None)).await
}

/// Takes a lesson out of the library.
pub async fn withdraw(
    centre: &Centre,
    by: &LessonEditor,
    code: &str,
    version: i32,
    reason: &Line,
) -> Result<(), LessonError> {
    let (tx, lesson) = open(centre, code, version).await?;
    if lesson.state != LessonState::Published {
        return Err(Refusal::NotNow.into());
    }
    let known = (lesson.id, lesson.version);
    let row = lesson::ActiveModel { state: Set(LessonState::Withdrawn), ..lesson.into_active_model() };
    close(tx, centre, by, row, known, (LessonEvent::Withdrawn, Some(reason))).await
}

/// Lets a lesson change places with its neighbour of the same course. At either end it stays.
pub async fn shift(centre: &Centre, by: &LessonEditor, code: &str, way: Way) -> Result<(), LessonError> {
    let tx = centre.begin().await?;
    turn(&tx).await?;
    let found = lesson::Entity::find().filter(lesson::Column::Code.eq(code)).one(&tx).await?;
    let found = found.ok_or(Refusal::NotFound)?;
    let all = lesson::Entity::find()
        .filter(lesson::Column::CourseId.eq(found.course_id))
        .order_by_asc(lesson::Column::Place)
        .order_by_asc(lesson::Column::Code)
        .all(&tx)
        .await?;
    let at = all.iter().position(|other| other.id == found.id).ok_or(Refusal::NotFound)?;
    let neighbour = match way {
        Way::Earlier => at.checked_sub(1),
        Way::Later => Some(at + 1),
    };
    let Some(neighbour) = neighbour.and_then(|index| all.get(index)) else { return Ok(()) };
    for (moved, place) in [(all[at].id, neighbour.place), (neighbour.id, all[at].place)] {
        lesson::ActiveModel { id: Set(moved), place: Set(place), ..Default::default() }.update(&tx).await?;
    }
    record(&tx, centre.clock(), Some(by.id()), "change", "lesson", &found.id.to_string(), "place").await?;
    tx.commit().await?;
    Ok(())
}
