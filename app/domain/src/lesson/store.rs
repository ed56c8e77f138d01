//! Reading lessons: the library, one lesson with all that its page says, and the desk's list.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::account::{LessonEditor, SignedIn};
use crate::broadcast::entity::broadcast;
use crate::centre::Centre;
use crate::course::entity::course;
use crate::course::reader::Reader;
use crate::course::{Category, search_key};
use crate::kept::kept;
use crate::lesson::entity::{lesson, lesson_chapter, lesson_event};
use crate::lesson::{LessonState, Moment};
use crate::seoul;

/// A lesson with its course.
#[derive(Clone, Debug)]
pub struct Listed {
    pub lesson: lesson::Model,
    pub course: course::Model,
    /// Of a lesson made of a replay: until when the presenter consents to that.
    pub consent_until: Option<NaiveDate>,
}

impl Listed {
    /// Whether the consent of whoever presents has ended.
    pub fn is_over(&self, today: NaiveDate) -> bool {
        [self.lesson.shown_until, self.consent_until].into_iter().flatten().any(|last| last < today)
    }

    /// Whether it is in the library for this reader.
    pub fn may_be_seen_by(&self, reader: &Reader, today: NaiveDate) -> bool {
        self.lesson.state == LessonState::Published
            && !self.is_over(today)
            && reader.may_see(&self.course, self.lesson.viewers)
    }
}

impl lesson::Model {
    pub fn length(&self) -> Moment {
        Moment::of_seconds(u32::try_from(self.seconds).unwrap_or_default())
    }
}

/// What somebody looks for in the library.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub words: String,
    pub category: Option<Category>,
}

/// The published lessons, by course and place, whoever may see them. Read anew when the programme has changed.
async fn published(centre: &Centre) -> Result<Arc<Vec<Listed>>, DbErr> {
    let is_published = Condition::all().add(lesson::Column::State.eq(LessonState::Published));
    let read = || async { list(centre, is_published).await.map(Arc::new) };
    kept(centre, &centre.programme().lessons, (), |_| true, read).await
}

/// The published lessons that a reader may see, by course and place.
pub async fn library(centre: &Centre, reader: &Reader, filter: &Filter) -> Result<Vec<Listed>, DbErr> {
    let today = seoul::day(centre.clock().now());
    let words = search_key(&filter.words);
    let is_meant = |it: &&Listed| {
        filter.category.is_none_or(|category| category == it.course.category)
            && (it.lesson.search.contains(&words) || it.course.search.contains(&words))
            && it.may_be_seen_by(reader, today)
    };
    Ok(published(centre).await?.iter().filter(is_meant).cloned().collect())
}

/// Those of one course that whoever asks may see, by place. Of a course without lessons nothing is read.
pub async fn of_course(
    centre: &Centre,
    viewer: Option<&SignedIn>,
    course: Uuid,
) -> Result<Vec<Listed>, DbErr> {
    let all = published(centre).await?;
    if all.iter().all(|it| it.course.id != course) {
        return Ok(Vec::new());
    }
    let (reader, today) = (Reader::of(centre, viewer).await?, seoul::day(centre.clock().now()));
    let is_meant = |it: &&Listed| it.course.id == course && it.may_be_seen_by(&reader, today);
    Ok(all.iter().filter(is_meant).cloned().collect())
}

/// Every lesson, by course and place.
pub async fn list_all(centre: &Centre, _: &LessonEditor) -> Result<Vec<Listed>, DbErr> {
    list(centre, Condition::all()).await
}

async fn list(centre: &Centre, wanted: Condition) -> Result<Vec<Listed>, DbErr> {
    let db = centre.database();
    let lessons = lesson::Entity::find()
        .filter(wanted)
        .order_by_asc(lesson::Column::Place)
        .order_by_asc(lesson::Column::Code)
        .all(db)
        .await?;
    let courses = course::Entity::find()
        .filter(course::Column::Id.is_in(lessons.iter().map(|lesson| lesson.course_id)))
        .all(db)
        .await?;
    let replays = broadcast::Entity::find()
        .filter(broadcast::Column::Id.is_in(lessons.iter().filter_map(|lesson| lesson.broadcast_id)))
        .all(db)
        .await?;
    let courses: HashMap<Uuid, course::Model> = courses.into_iter().map(|it| (it.id, it)).collect();
    let listed = |lesson: lesson::Model| {
        let course = courses.get(&lesson.course_id)?.clone();
        let replay = lesson.broadcast_id.and_then(|id| replays.iter().find(|row| row.id == id));
        Some(Listed { consent_until: replay.and_then(|row| row.replay_until), lesson, course })
    };
    let mut listed: Vec<Listed> = lessons.into_iter().filter_map(listed).collect();
    // Stable, so that the order within a course stays.
    listed.sort_by(|one, other| one.course.title.cmp(&other.course.title));
    Ok(listed)
}

/// One by its code, whoever may see it.
pub async fn find(centre: &Centre, code: &str) -> Result<Option<Listed>, DbErr> {
    let found = list(centre, Condition::all().add(lesson::Column::Code.eq(code))).await?;
    Ok(found.into_iter().next())
}

/// The lesson that was made of a broadcast's replay.
pub async fn of_broadcast(centre: &Centre, broadcast: Uuid) -> Result<Option<lesson::Model>, DbErr> {
    let found = lesson::Entity::find().filter(lesson::Column::BroadcastId.eq(broadcast));
    found.one(centre.database()).await
}

/// The chapters of a lesson, by their beginning.
pub async fn chapters(centre: &Centre, lesson: Uuid) -> Result<Vec<(Moment, String)>, DbErr> {
    let rows = lesson_chapter::Entity::find()
        .filter(lesson_chapter::Column::LessonId.eq(lesson))
        .order_by_asc(lesson_chapter::Column::Starts)
        .all(centre.database())
        .await?;
    let chapter = |row: lesson_chapter::Model| {
        (Moment::of_seconds(u32::try_from(row.starts).unwrap_or_default()), row.title)
    };
    Ok(rows.into_iter().map(chapter).collect())
}

/// A lesson's history, oldest first.
pub async fn history(
    centre: &Centre,
    _: &LessonEditor,
    lesson: Uuid,
) -> Result<Vec<lesson_event::Model>, DbErr> {
    lesson_event::Entity::find()
        .filter(lesson_event::Column::LessonId.eq(lesson))
        .order_by_asc(lesson_event::Column::At)
        .order_by_asc(lesson_event::Column::Id)
        .all(centre.database())
        .await
}
