//! What instructors hand in: the attendance sheet to sign (출석부), the log of a class (수업일지), and the hours taught in a
//! month (강의시간 확인서).

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::sea_query::{ExprTrait, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use uuid::Uuid;

use crate::account::access::look;
use crate::account::store::names_of;
use crate::account::{Denied, Duty, RunEditor, SignedIn, Subject, record};
use crate::attendance::Presence;
use crate::attendance::entity::{class_log, mark};
use crate::centre::Centre;
use crate::course::entity::{class_session, course, run};
use crate::course::{ClassState, Line, RunState};
use crate::registration::State;
use crate::registration::entity::application;
use crate::seoul;
use crate::space::diary::who_is;
use crate::space::entity::engagement;

/// The longest topic and the longest notes of a class's log, in characters.
pub const TOPIC_MAX: usize = 100;
pub const NOTES_MAX: usize = 2000;

/// The attendance sheet of a run.
#[derive(Clone, Debug)]
pub struct Sheet {
    pub classes: Vec<class_session::Model>,
    pub rows: Vec<SheetRow>,
}

#[derive(Clone, Debug)]
pub struct SheetRow {
    pub name: String,
    /// They have no place any more; what is marked of them stays.
    pub has_left: bool,
    /// For each class, in their order.
    pub presences: Vec<Option<Presence>>,
}

/// The sheet of a run with whole names, for signatures. The look is written down.
pub async fn sheet(centre: &Centre, by: &RunEditor, run: &run::Model) -> Result<Sheet, DbErr> {
    let db = centre.database();
    look(centre, by.id(), by.duty(), Subject::Run, &run.code).await?;
    let classes = planned(centre, run.id).await?;
    let places = attendees(centre, run.id, &classes).await?;
    let names = names_of(db, places.iter().map(|place| place.person_id)).await?;
    let marks = mark::Entity::find()
        .filter(mark::Column::ClassSessionId.is_in(classes.iter().map(|class| class.id)))
        .all(db)
        .await?;
    let marks: HashMap<(Uuid, Uuid), Presence> =
        marks.into_iter().map(|mark| ((mark.class_session_id, mark.application_id), mark.presence)).collect();
    let row = |place: &application::Model| SheetRow {
        name: names.get(&place.person_id).cloned().unwrap_or_default(),
        has_left: place.state != State::Booked,
        presences: classes.iter().map(|class| marks.get(&(class.id, place.id)).copied()).collect(),
    };
    let rows = places.iter().map(row).collect();
    Ok(Sheet { classes, rows })
}

async fn planned(centre: &Centre, run: Uuid) -> Result<Vec<class_session::Model>, DbErr> {
    class_session::Entity::find()
        .filter(class_session::Column::RunId.eq(run))
        .filter(class_session::Column::State.eq(ClassState::Planned))
        .order_by_asc(class_session::Column::Number)
        .all(centre.database())
        .await
}

/// Those with a place in a run, and those who have left it after they were marked in one of these classes.
async fn attendees(
    centre: &Centre,
    run: Uuid,
    classes: &[class_session::Model],
) -> Result<Vec<application::Model>, DbErr> {
    let marked = mark::Entity::find()
        .select_only()
        .column(mark::Column::ApplicationId)
        .filter(mark::Column::ClassSessionId.is_in(classes.iter().map(|class| class.id)))
        .into_query();
    let was_there =
        application::Column::State.eq(State::Booked).or(application::Column::Id.in_subquery(marked));
    application::Entity::find()
        .filter(application::Column::RunId.eq(run))
        .filter(was_there)
        .order_by_asc(application::Column::Stamp)
        .all(centre.database())
        .await
}

/// The log of a class, and how many were there.
#[derive(Clone, Debug)]
pub struct Log {
    pub class: class_session::Model,
    /// Absent until it is written.
    pub log: Option<class_log::Model>,
    /// Also those who have left the run since.
    pub places: usize,
    /// Also those who came late, left early, or were excused.
    pub present: usize,
    pub absent: usize,
}

/// The log of a class that takes place, by its number in the run.
pub async fn find_log(centre: &Centre, by: &RunEditor, number: i32) -> Result<Option<Log>, DbErr> {
    let db = centre.database();
    let classes = planned(centre, by.run()).await?;
    let Some(class) = classes.into_iter().find(|class| class.number == number) else { return Ok(None) };
    let log = class_log::Entity::find_by_id(class.id).one(db).await?;
    let attendees = attendees(centre, by.run(), std::slice::from_ref(&class)).await?;
    let marks = mark::Entity::find().filter(mark::Column::ClassSessionId.eq(class.id)).all(db).await?;
    let present = marks.iter().filter(|mark| mark.presence.counts()).count();
    Ok(Some(Log { class, log, places: attendees.len(), present, absent: marks.len() - present }))
}

/// Writes the log of a class, in the place of what was written before.
pub async fn write_log(
    centre: &Centre,
    by: &RunEditor,
    class: Uuid,
    topic: &Line,
    notes: &str,
) -> Result<(), DbErr> {
    let tx = centre.begin().await?;
    let row = class_log::ActiveModel {
        class_session_id: Set(class),
        topic: Set(topic.as_str().to_owned()),
        notes: Set(notes.to_owned()),
        written_by: Set(by.id()),
        written_at: Set(centre.clock().now()),
    };
    let again = OnConflict::column(class_log::Column::ClassSessionId)
        .update_columns([
            class_log::Column::Topic,
            class_log::Column::Notes,
            class_log::Column::WrittenBy,
            class_log::Column::WrittenAt,
        ])
        .to_owned();
    class_log::Entity::insert(row).on_conflict(again).exec_without_returning(&tx).await?;
    record(&tx, centre.clock(), Some(by.id()), "change", "class_log", &class.to_string(), "topic notes")
        .await?;
    tx.commit().await
}

/// Whose hours of teaching somebody may see: an instructor their own, a training manager everybody's.
#[derive(Clone, Debug)]
pub struct HoursOf {
    instructor: Uuid,
}

impl HoursOf {
    pub fn new(viewer: &SignedIn, instructor: Uuid) -> Result<Self, Denied> {
        if viewer.has(Duty::Instructor) && viewer.id() == instructor {
            return Ok(Self { instructor });
        }
        viewer.training_manager()?;
        Ok(Self { instructor })
    }
}

/// A class that was held.
#[derive(Clone, Debug)]
pub struct Held {
    pub class: class_session::Model,
    pub run: run::Model,
    pub course: course::Model,
}

/// What an instructor taught in a month.
#[derive(Clone, Debug)]
pub struct Taught {
    pub name: String,
    pub held: Vec<Held>,
}

impl Taught {
    /// Minutes.
    pub fn total(&self) -> u32 {
        self.held.iter().map(|held| held.class.minutes.unsigned_abs()).sum()
    }
}

/// The classes that an instructor has held in the month that begins with `first`, whoever teaches their runs today, and
/// whether or not these were cancelled later.
pub async fn taught(centre: &Centre, of: &HoursOf, first: NaiveDate) -> Result<Taught, DbErr> {
    let (db, now) = (centre.database(), centre.clock().now());
    let (from, until): (DateTime<Utc>, DateTime<Utc>) = seoul::month(seoul::midnight(first));
    // Found by `class_session_time`.
    let classes = class_session::Entity::find()
        .filter(class_session::Column::StartsAt.gte(from))
        .filter(class_session::Column::StartsAt.lt(until))
        .filter(class_session::Column::EndsAt.lte(now))
        .filter(class_session::Column::State.eq(ClassState::Planned))
        .order_by_asc(class_session::Column::StartsAt)
        .all(db)
        .await?;
    // Found by `engagement_once`.
    let engaged: Vec<(Uuid, Uuid)> = engagement::Entity::find()
        .select_only()
        .columns([engagement::Column::HolderId, engagement::Column::Who])
        .filter(engagement::Column::HolderId.is_in(classes.iter().map(|class| class.id)))
        .into_tuple()
        .all(db)
        .await?;
    let runs = run::Entity::find()
        .filter(run::Column::Id.is_in(classes.iter().map(|class| class.run_id)))
        .filter(run::Column::State.ne(RunState::Draft))
        .all(db)
        .await?;
    let courses = course::Entity::find()
        .filter(course::Column::Id.is_in(runs.iter().map(|run| run.course_id)))
        .all(db)
        .await?;
    let held = |class: class_session::Model| {
        let run = runs.iter().find(|run| run.id == class.run_id)?;
        let engaged = engaged.iter().filter(|(holder, _)| *holder == class.id).map(|(_, who)| *who);
        let course = courses.iter().find(|course| course.id == run.course_id)?;
        held_by(of.instructor, run, &engaged.collect::<Vec<_>>()).then(|| Held {
            class,
            run: run.clone(),
            course: course.clone(),
        })
    };
    let name = names_of(db, [of.instructor]).await?.remove(&of.instructor).unwrap_or_default();
    Ok(Taught { name, held: classes.into_iter().filter_map(held).collect() })
}

/// Whether somebody held a class: they were engaged for it, and what is held of a class that has begun stays. Where no
/// other was engaged it was whoever the run names, since a run may get its account after it has begun.
fn held_by(instructor: Uuid, run: &run::Model, engaged: &[Uuid]) -> bool {
    let by_name = who_is(&run.instructor, None);
    let nobody_else = || engaged.iter().all(|who| by_name.contains(who));
    engaged.contains(&instructor) || (run.instructor_id == Some(instructor) && nobody_else())
}
