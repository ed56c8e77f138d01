//! Who completes a run: its rule, how everybody in it stands, and closing it, which freezes that.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use thiserror::Error;
use uuid::Uuid;

use crate::account::access::look;
use crate::account::store::names_of;
use crate::account::{Duty, RunEditor, SignedIn, Subject, TrainingManager, mask_name, record};
use crate::attendance::entity::{completion, completion_rule, mark, run_closing};
use crate::attendance::{CompletionState, Hours, Reach, Rule};
use crate::centre::{Centre, Settings};
use crate::course::entity::{class_session, run};
use crate::course::store::last_end;
use crate::course::{ClassState, RunState};
use crate::lesson::LessonState;
use crate::lesson::entity::{lesson, lesson_progress};
use crate::registration::State;
use crate::registration::entity::application;
use crate::survey;

/// Why a run isn't closed, or its rule not changed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CloseRefusal {
    #[error("no such run, or none that takes place")]
    NotFound,
    #[error("closed already")]
    Closed,
    #[error("its last class is not over")]
    NotOver,
    #[error("something is missing that may still come")]
    Missing(Missing),
}

/// What may still come in a run that is to be closed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Missing {
    /// The classes in which somebody has no mark.
    pub marks: Vec<Unmarked>,
    /// Until when the survey, which the run wants, may still be answered by those who haven't.
    pub survey_until: Option<DateTime<Utc>>,
}

/// A class and who has no mark in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmarked {
    pub number: i32,
    /// Masked names.
    pub people: Vec<String>,
}

#[derive(Debug, Error)]
pub enum CloseError {
    #[error(transparent)]
    Refused(#[from] CloseRefusal),
    #[error(transparent)]
    Db(#[from] DbErr),
}

/// Whether a run is closed, so that its marks stay as they are. Where it isn't, nobody closes it until `tx` ends.
pub async fn is_closed<C: ConnectionTrait>(tx: &C, run: Uuid) -> Result<bool, DbErr> {
    run::Entity::find_by_id(run).lock_shared().one(tx).await?;
    Ok(run_closing::Entity::find_by_id(run).one(tx).await?.is_some())
}

/// When a run was closed.
pub async fn closed_at<C: ConnectionTrait>(db: &C, run: Uuid) -> Result<Option<DateTime<Utc>>, DbErr> {
    Ok(run_closing::Entity::find_by_id(run).one(db).await?.map(|row| row.closed_at))
}

/// What a run asks of those who complete it: its own rule, or that of the settings.
pub async fn rule_of<C: ConnectionTrait>(db: &C, settings: &Settings, run: Uuid) -> Result<Rule, DbErr> {
    Ok(Rules::read(db, settings, &[run]).await?.of(run))
}

/// What some runs ask for.
struct Rules {
    own: HashMap<Uuid, Rule>,
    common: Rule,
}

impl Rules {
    async fn read<C: ConnectionTrait>(db: &C, settings: &Settings, runs: &[Uuid]) -> Result<Self, DbErr> {
        let rows = completion_rule::Entity::find()
            .filter(completion_rule::Column::RunId.is_in(runs.iter().copied()))
            .all(db)
            .await?;
        let own = rows.into_iter().map(|row| {
            let percent = row.percent.unsigned_abs();
            (row.run_id, Rule { percent, survey: row.survey, lessons: row.lessons })
        });
        let percent = settings.attendance.completion_percent;
        Ok(Self { own: own.collect(), common: Rule { percent, survey: false, lessons: false } })
    }

    fn of(&self, run: Uuid) -> Rule {
        self.own.get(&run).copied().unwrap_or(self.common)
    }
}

/// Says what a run asks for. Once it is closed nothing changes any more.
pub async fn set_rule(
    centre: &Centre,
    by: &TrainingManager,
    run: Uuid,
    rule: Rule,
) -> Result<(), CloseError> {
    let tx = centre.begin().await?;
    let row = completion_rule::ActiveModel {
        run_id: Set(run),
        percent: Set(i32::try_from(rule.percent).unwrap_or(100)),
        survey: Set(rule.survey),
        lessons: Set(rule.lessons),
    };
    let again = OnConflict::column(completion_rule::Column::RunId)
        .update_columns([
            completion_rule::Column::Percent,
            completion_rule::Column::Survey,
            completion_rule::Column::Lessons,
        ])
        .to_owned();
    completion_rule::Entity::insert(row).on_conflict(again).exec_without_returning(&tx).await?;
    if is_closed(&tx, run).await? {
        return Err(CloseRefusal::Closed.into());
    }
    let fields = "percent survey lessons";
    record(&tx, centre.clock(), Some(by.id()), "change", "completion_rule", &run.to_string(), fields).await?;
    tx.commit().await?;
    Ok(())
}

/// How one person stands in a run: as it is now or, once it is closed, as it was then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub application: Uuid,
    pub rule: Rule,
    pub hours: Hours,
    pub reach: Reach,
    pub frozen: Option<CompletionState>,
}

/// A class that takes place, as far as it counts.
struct Counted {
    id: Uuid,
    run: Uuid,
    number: i32,
    minutes: u32,
}

fn minutes(number: i32) -> u32 {
    u32::try_from(number).unwrap_or_default()
}

async fn classes_of<C: ConnectionTrait>(db: &C, runs: &[Uuid]) -> Result<Vec<Counted>, DbErr> {
    let rows = class_session::Entity::find()
        .filter(class_session::Column::RunId.is_in(runs.iter().copied()))
        .filter(class_session::Column::State.eq(ClassState::Planned))
        .order_by_asc(class_session::Column::Number)
        .all(db)
        .await?;
    let counted = |row: class_session::Model| Counted {
        id: row.id,
        run: row.run_id,
        number: row.number,
        minutes: minutes(row.minutes),
    };
    Ok(rows.into_iter().map(counted).collect())
}

/// Minutes that the marks of some applications count, by class and application; of those alone that have stood so `since`
/// then, where that is asked for.
async fn marks_of<C: ConnectionTrait>(
    db: &C,
    classes: &[Counted],
    places: &[application::Model],
    since: Option<DateTime<Utc>>,
) -> Result<HashMap<(Uuid, Uuid), u32>, DbErr> {
    let has_stood = Condition::all().add_option(since.map(|since| mark::Column::ArrivedAt.lte(since)));
    let rows: Vec<(Uuid, Uuid, i32)> = mark::Entity::find()
        .select_only()
        .columns([mark::Column::ClassSessionId, mark::Column::ApplicationId, mark::Column::Minutes])
        .filter(mark::Column::ClassSessionId.is_in(classes.iter().map(|class| class.id)))
        .filter(mark::Column::ApplicationId.is_in(places.iter().map(|place| place.id)))
        .filter(has_stood)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(class, application, counted)| ((class, application), minutes(counted)))
        .collect())
}

/// A recorded lesson, as far as it counts.
struct CountedLesson {
    id: Uuid,
    course: Uuid,
    minutes: u32,
}

/// The recorded lessons of some courses, and which of these people have watched which.
async fn lessons_of<C: ConnectionTrait>(
    db: &C,
    courses: &[Uuid],
    places: &[application::Model],
) -> Result<(Vec<CountedLesson>, HashSet<(Uuid, Uuid)>), DbErr> {
    if courses.is_empty() {
        return Ok(Default::default());
    }
    let lessons = lesson::Entity::find()
        .filter(lesson::Column::CourseId.is_in(courses.iter().copied()))
        .filter(lesson::Column::State.eq(LessonState::Published))
        .all(db)
        .await?;
    let watched: Vec<(Uuid, Uuid)> = lesson_progress::Entity::find()
        .select_only()
        .columns([lesson_progress::Column::PersonId, lesson_progress::Column::LessonId])
        .filter(lesson_progress::Column::PersonId.is_in(places.iter().map(|place| place.person_id)))
        .filter(lesson_progress::Column::LessonId.is_in(lessons.iter().map(|lesson| lesson.id)))
        .filter(lesson_progress::Column::DoneAt.is_not_null())
        .into_tuple()
        .all(db)
        .await?;
    let counted = |row: lesson::Model| CountedLesson {
        id: row.id,
        course: row.course_id,
        minutes: minutes(row.seconds).div_ceil(60),
    };
    Ok((lessons.into_iter().map(counted).collect(), watched.into_iter().collect()))
}

/// What some applications have attended of their runs, read with one statement for each kind of record, however many runs.
struct Attended {
    classes: Vec<Counted>,
    marks: HashMap<(Uuid, Uuid), u32>,
    lessons: Vec<CountedLesson>,
    watched: HashSet<(Uuid, Uuid)>,
}

impl Attended {
    /// Marks count that have stood so `since` then, where that is asked for.
    async fn read<C: ConnectionTrait>(
        db: &C,
        runs: &[&run::Model],
        rules: &Rules,
        places: &[application::Model],
        since: Option<DateTime<Utc>>,
    ) -> Result<Self, DbErr> {
        let ids: Vec<Uuid> = runs.iter().map(|run| run.id).collect();
        let with_lessons = runs.iter().filter(|run| rules.of(run.id).lessons).map(|run| run.course_id);
        let courses: Vec<Uuid> = with_lessons.collect();
        let classes = classes_of(db, &ids).await?;
        let marks = marks_of(db, &classes, places, since).await?;
        let (lessons, watched) = lessons_of(db, &courses, places).await?;
        Ok(Self { classes, marks, lessons, watched })
    }

    /// Of an application for that run, under its rule.
    fn hours(&self, run: &run::Model, rule: Rule, place: &application::Model) -> Hours {
        let mut hours = Hours::default();
        for class in self.classes.iter().filter(|class| class.run == run.id) {
            hours.planned += class.minutes;
            match self.marks.get(&(class.id, place.id)) {
                // A class that was shortened after it was marked counts no more than it is long.
                Some(attended) => hours.attended += class.minutes.min(*attended),
                None => hours.open += class.minutes,
            }
        }
        let counts = |lesson: &&CountedLesson| rule.lessons && lesson.course == run.course_id;
        for lesson in self.lessons.iter().filter(counts) {
            hours.planned += lesson.minutes;
            match self.watched.contains(&(place.person_id, lesson.id)) {
                true => hours.attended += lesson.minutes,
                false => hours.open += lesson.minutes,
            }
        }
        hours
    }
}

/// How these applications for these runs stand, in their order; those without a place are left out. Marks count that have
/// stood so `since` then, where that is asked for.
async fn progress_of<C: ConnectionTrait>(
    db: &C,
    settings: &Settings,
    runs: &[run::Model],
    places: &[application::Model],
    since: Option<DateTime<Utc>>,
) -> Result<Vec<Progress>, DbErr> {
    let ids: Vec<Uuid> = runs.iter().map(|run| run.id).collect();
    let closed: HashSet<Uuid> = run_closing::Entity::find()
        .filter(run_closing::Column::RunId.is_in(ids.iter().copied()))
        .all(db)
        .await?
        .into_iter()
        .map(|row| row.run_id)
        .collect();
    let rules = Rules::read(db, settings, &ids).await?;
    let (over, open): (Vec<_>, Vec<_>) =
        places.iter().cloned().partition(|place| closed.contains(&place.run_id));
    let frozen: HashMap<Uuid, completion::Model> = completion::Entity::find()
        .filter(completion::Column::ApplicationId.is_in(over.iter().map(|place| place.id)))
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.application_id, row))
        .collect();
    let going_on: Vec<&run::Model> = runs.iter().filter(|run| !closed.contains(&run.id)).collect();
    let attended = Attended::read(db, &going_on, &rules, &open, since).await?;
    let answered = survey::store::answered(db, open.iter().map(|place| place.id)).await?;
    let progress = |place: &application::Model| {
        let run = runs.iter().find(|run| run.id == place.run_id)?;
        let (application, rule) = (place.id, rules.of(run.id));
        if closed.contains(&run.id) {
            let row = frozen.get(&place.id)?;
            let hours = Hours { planned: minutes(row.planned), attended: minutes(row.minutes), open: 0 };
            let reach = match row.state {
                CompletionState::Completed => Reach::Done,
                CompletionState::NotCompleted => Reach::OutOfReach,
            };
            return Some(Progress { application, rule, hours, reach, frozen: Some(row.state) });
        }
        let hours = attended.hours(run, rule, place);
        let reach = hours.reach(rule, answered.contains(&place.id));
        (place.state == State::Booked).then_some(Progress { application, rule, hours, reach, frozen: None })
    };
    Ok(places.iter().filter_map(progress).collect())
}

/// How the viewer stands in the runs they have a place in, by application.
pub async fn list_mine(centre: &Centre, who: &SignedIn) -> Result<HashMap<Uuid, Progress>, DbErr> {
    mine(centre, who, None).await
}

/// How the viewer stands in one of them.
pub async fn find_mine(
    centre: &Centre,
    who: &SignedIn,
    application: Uuid,
) -> Result<Option<Progress>, DbErr> {
    Ok(mine(centre, who, Some(application)).await?.remove(&application))
}

async fn mine(centre: &Centre, who: &SignedIn, only: Option<Uuid>) -> Result<HashMap<Uuid, Progress>, DbErr> {
    let db = centre.database();
    let mut places = application::Entity::find()
        .filter(application::Column::PersonId.eq(who.id()))
        .filter(application::Column::State.eq(State::Booked));
    if let Some(application) = only {
        places = places.filter(application::Column::Id.eq(application));
    }
    let places = places.all(db).await?;
    let runs = run::Entity::find()
        .filter(run::Column::Id.is_in(places.iter().map(|place| place.run_id)))
        .filter(run::Column::State.eq(RunState::Published))
        .all(db)
        .await?;
    let progress = progress_of(db, centre.settings(), &runs, &places, None).await?;
    Ok(progress.into_iter().map(|progress| (progress.application, progress)).collect())
}

/// Somebody with a place in a run, and how they stand.
#[derive(Clone, Debug)]
pub struct Learner {
    /// Whole for the instructor, masked for others.
    pub name: String,
    pub progress: Progress,
}

/// Everybody with a place in a run, in order of arrival. Where the instructor looks, that is written down.
pub async fn list_learners(centre: &Centre, by: &RunEditor) -> Result<Vec<Learner>, DbErr> {
    let db = centre.database();
    let Some(run) = run::Entity::find_by_id(by.run()).one(db).await? else { return Ok(Vec::new()) };
    let places = places_of(db, run.id).await?;
    let is_whole = by.duty() == Duty::Instructor;
    if is_whole {
        look(centre, by.id(), by.duty(), Subject::Run, &run.code).await?;
    }
    let names = names_of(db, places.iter().map(|place| place.person_id)).await?;
    let progress = progress_of(db, centre.settings(), std::slice::from_ref(&run), &places, None).await?;
    let learner = |progress: Progress| {
        let place = places.iter().find(|place| place.id == progress.application)?;
        let name = names.get(&place.person_id).cloned().unwrap_or_default();
        Some(Learner { name: if is_whole { name } else { mask_name(&name) }, progress })
    };
    Ok(progress.into_iter().filter_map(learner).collect())
}

/// The applications with a place in a run, in order of arrival.
async fn places_of<C: ConnectionTrait>(db: &C, run: Uuid) -> Result<Vec<application::Model>, DbErr> {
    application::Entity::find()
        .filter(application::Column::RunId.eq(run))
        .filter(application::Column::State.eq(State::Booked))
        .order_by_asc(application::Column::Stamp)
        .all(db)
        .await
}

/// Closes a run after its last class: how everybody stands is frozen, and its marks stay as they are. Where marks are
/// missing, or the survey is not over, that is refused unless it is to be closed `anyway`; a missing mark then counts as
/// an absence.
pub async fn close(centre: &Centre, by: &TrainingManager, run: Uuid, anyway: bool) -> Result<(), CloseError> {
    let (tx, now) = (centre.begin().await?, centre.clock().now());
    // Waits for those who are marking, and lets nobody mark from here on: see `is_closed`.
    let found = run::Entity::find_by_id(run).lock_exclusive().one(&tx).await?;
    let run = found.filter(|run| run.state == RunState::Published).ok_or(CloseRefusal::NotFound)?;
    if closed_at(&tx, run.id).await?.is_some() {
        return Err(CloseRefusal::Closed.into());
    }
    if last_end(&tx, run.id).await?.is_none_or(|end| end > now) {
        return Err(CloseRefusal::NotOver.into());
    }
    let rules = Rules::read(&tx, centre.settings(), &[run.id]).await?;
    let rule = rules.of(run.id);
    let places = places_of(&tx, run.id).await?;
    let attended = Attended::read(&tx, &[&run], &rules, &places, None).await?;
    let answered = survey::store::answered(&tx, places.iter().map(|place| place.id)).await?;
    let missing = Missing {
        marks: unmarked(&tx, &attended, &places).await?,
        survey_until: match rule.survey && answered.len() < places.len() {
            true => survey::store::span_of(&tx, centre.settings(), run.id)
                .await?
                .map(|span| span.until)
                .filter(|until| now < *until),
            false => None,
        },
    };
    if !anyway && missing != Missing::default() {
        return Err(CloseRefusal::Missing(missing).into());
    }
    let closing =
        run_closing::ActiveModel { run_id: Set(run.id), closed_at: Set(now), closed_by: Set(by.id()) };
    run_closing::Entity::insert(closing).exec_without_returning(&tx).await?;
    let rows: Vec<_> = places
        .iter()
        .map(|place| {
            let hours = attended.hours(&run, rule, place);
            let state = match hours.reach(rule, answered.contains(&place.id)) {
                Reach::Done => CompletionState::Completed,
                _ => CompletionState::NotCompleted,
            };
            completion::ActiveModel {
                application_id: Set(place.id),
                run_id: Set(run.id),
                minutes: Set(i32::try_from(hours.attended).unwrap_or(i32::MAX)),
                planned: Set(i32::try_from(hours.planned).unwrap_or(i32::MAX)),
                state: Set(state),
            }
        })
        .collect();
    if !rows.is_empty() {
        completion::Entity::insert_many(rows).exec_without_returning(&tx).await?;
    }
    record(&tx, centre.clock(), Some(by.id()), "close", "run", &run.id.to_string(), "completion").await?;
    tx.commit().await?;
    Ok(())
}

async fn unmarked<C: ConnectionTrait>(
    db: &C,
    attended: &Attended,
    places: &[application::Model],
) -> Result<Vec<Unmarked>, DbErr> {
    let names = names_of(db, places.iter().map(|place| place.person_id)).await?;
    let name = |place: &application::Model| names.get(&place.person_id).map(|name| mask_name(name));
    let of_class = |class: &Counted| {
        let without = places.iter().filter(|place| !attended.marks.contains_key(&(class.id, place.id)));
        let people: Vec<String> = without.map(|place| name(place).unwrap_or_default()).collect();
        (!people.is_empty()).then_some(Unmarked { number: class.number, people })
    };
    Ok(attended.classes.iter().filter_map(of_class).collect())
}

/// Those of these applications who can no longer complete their run, by the marks that have stood so `since` then: one that
/// is younger may yet be put right, and says nothing either way.
pub(super) async fn out_of_reach<C: ConnectionTrait>(
    db: &C,
    settings: &Settings,
    runs: &[run::Model],
    places: &[application::Model],
    since: DateTime<Utc>,
) -> Result<HashSet<Uuid>, DbErr> {
    let progress = progress_of(db, settings, runs, places, Some(since)).await?;
    let out = progress.into_iter().filter(|it| it.reach == Reach::OutOfReach && it.frozen.is_none());
    Ok(out.map(|it| it.application).collect())
}
