//! Making and changing courses, runs and class sessions. Each act is one transaction that takes the writer's turn
//! first, so that what it is checked against holds until it is committed.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, DatabaseTransaction, DbErr, EntityTrait,
    IntoActiveModel, QueryFilter, QuerySelect, QueryTrait,
};
use thiserror::Error;
use uuid::Uuid;

use crate::account::{RunEditor, TrainingManager, record};
use crate::attendance::entity::mark;
use crate::attendance::sheet::{MarkError, take_back_all};
use crate::centre::{Centre, turn};
use crate::clock::Clock;
use crate::course::entity::{class_session, course, run};
use crate::course::letter::{tell, tell_some};
use crate::course::minimum;
use crate::course::programme::{Programme, Sessions, Source, Span};
use crate::course::{
    Audience, Category, ClassState, DeskShut, Line, Minimum, Missing, Mode, PatternError, RunCode,
    RunDetails, RunState, Weekdays, desk_shut, search_key,
};
use crate::notice::{Event, Facts};
use crate::registration::drawing::follow_window;
use crate::registration::relocate::take_along;
use crate::seoul;
use crate::space::diary::{Clash, Holding, hold, is_clash, release};
use crate::space::{Holder, Slot};

/// Why the programme can't be changed so.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    #[error("no such run, course or class session")]
    NotFound,
    #[error("changed by somebody else since the form was made")]
    Stale,
    #[error("the code is another run's")]
    CodeTaken,
    #[error("the title is another course's")]
    TitleTaken,
    #[error("the run was cancelled")]
    RunCancelled,
    #[error("missing for publication")]
    Missing(Vec<Missing>),
    #[error(transparent)]
    Pattern(PatternError),
    /// Empty where the database's guard spoke: somebody was quicker, and the next look will say who.
    #[error("the room or the instructor is busy then")]
    Clashes(Vec<Clash>),
    /// Said beside clashes: rooms that are large enough and free at all those times, by name.
    #[error("{} would be free", .0.join(", "))]
    FreeRooms(Vec<String>),
    /// Said beside clashes: when the room is free on that day instead.
    #[error("the room is free at other times")]
    FreeTimes(Vec<DateTime<Utc>>),
    #[error("classes are held in rooms, not in buildings")]
    NoRoom,
    #[error("the room is not in use on {0}")]
    RoomNotInUse(NaiveDate),
    #[error("the room is closed on {0}: {1}")]
    RoomClosed(NaiveDate, String),
    #[error("the class is outside of the room's hours on {0}")]
    RoomShut(NaiveDate),
    #[error("the room has {0} seats in service")]
    CapacityOverSeats(u32),
    #[error("{0} people hold a place")]
    CapacityUnderTaken(u32),
    #[error("people hold places that another room or mode would take from them")]
    PlacesHeld,
    #[error("the run has begun; its class sessions move singly")]
    Begun,
    #[error("the window must open before it closes")]
    WindowBackwards,
    #[error("whether places are drawn is settled when the window opens")]
    LotteryStands,
    #[error("the window of a lottery is settled when it opens")]
    WindowStands,
    #[error("the settings have no key to seal the secret of a draw with")]
    NoKey,
    #[error("the public value of its draw is known from {0} on, when the run has begun")]
    DrawTooLate(DateTime<Utc>),
    #[error("fewer people fit in than the run needs")]
    MinimumOverCapacity,
    #[error("people are counted when they could apply, at a time to come")]
    MinimumTooEarly,
    #[error("people are counted before the first class")]
    MinimumTooLate,
    #[error(
        "a minimum is neither raised nor hastened once people may apply, nor changed once the run takes place all the same"
    )]
    MinimumStands,
    #[error("no minimum was missed, or the run has begun")]
    NothingToDecide,
    #[error("the class session has begun")]
    SessionBegun,
    #[error("a class must end after it starts, on the same day")]
    SessionBackwards,
    #[error("a class can't be moved into the past")]
    SessionPast,
    #[error("the class already takes place then")]
    SessionUnmoved,
    #[error("the last class session goes with its run")]
    LastSession,
}

#[derive(Debug, Error)]
pub enum EditError {
    /// All that is wrong, not only the first.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Refused(Vec<Refusal>),
    #[error(transparent)]
    Db(DbErr),
}

impl From<Refusal> for EditError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(vec![refusal])
    }
}

impl From<Vec<Refusal>> for EditError {
    fn from(refusals: Vec<Refusal>) -> Self {
        Self::Refused(refusals)
    }
}

/// What the database's own guards refuse reads like the refusal before it.
impl From<DbErr> for EditError {
    fn from(error: DbErr) -> Self {
        if is_clash(&error) { Refusal::Clashes(Vec::new()).into() } else { Self::Db(error) }
    }
}

/// What a form says of a course.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CourseDetails {
    pub title: Line,
    pub title_en: Option<Line>,
    pub category: Category,
    pub audience: Audience,
    pub learn: String,
    pub who_for: String,
    pub materials: String,
    pub fee: String,
}

impl CourseDetails {
    /// A course of which only the office's file is known.
    pub(super) fn bare(title: Line, category: Category, audience: Audience) -> Self {
        let (learn, who_for, materials, fee) = Default::default();
        Self { title, title_en: None, category, audience, learn, who_for, materials, fee }
    }

    fn write(&self, row: &mut course::ActiveModel) {
        let title_en = self.title_en.as_ref().map(|title| title.as_str().to_owned());
        let texts = [self.title.as_str(), title_en.as_deref().unwrap_or_default(), &self.learn];
        row.search = Set(search_key(&texts.join("\n")));
        row.title = Set(self.title.as_str().to_owned());
        row.title_en = Set(title_en);
        row.category = Set(self.category);
        row.audience = Set(self.audience);
        row.learn = Set(self.learn.clone());
        row.who_for = Set(self.who_for.clone());
        row.materials = Set(self.materials.clone());
        row.fee = Set(self.fee.clone());
    }
}

/// Makes a course and gives its id.
pub async fn create_course(
    centre: &Centre,
    by: &TrainingManager,
    details: &CourseDetails,
) -> Result<Uuid, EditError> {
    let tx = centre.begin().await?;
    turn(&tx).await?;
    check_title(&tx, None, details).await?;
    let id = insert_course(&tx, centre.clock(), details).await?;
    record(&tx, centre.clock(), Some(by.id()), "create", "course", &id.to_string(), "").await?;
    tx.commit().await?;
    Ok(id)
}

pub(super) async fn insert_course(
    tx: &DatabaseTransaction,
    clock: &Clock,
    details: &CourseDetails,
) -> Result<Uuid, DbErr> {
    let mut row = course::ActiveModel { id: Set(clock.id()), version: Set(1), ..Default::default() };
    details.write(&mut row);
    Ok(row.insert(tx).await?.id)
}

/// Changes a course; all its runs show the new text.
pub async fn change_course(
    centre: &Centre,
    by: &TrainingManager,
    id: Uuid,
    version: i32,
    details: &CourseDetails,
) -> Result<(), EditError> {
    let tx = centre.begin().await?;
    turn(&tx).await?;
    let course = course::Entity::find_by_id(id).one(&tx).await?.ok_or(Refusal::NotFound)?;
    if course.version != version {
        return Err(Refusal::Stale.into());
    }
    check_title(&tx, Some(id), details).await?;
    let mut row = course.into_active_model();
    details.write(&mut row);
    row.version = Set(version + 1);
    row.update(&tx).await?;
    let fields = "title title_en category audience learn who_for materials fee";
    record(&tx, centre.clock(), Some(by.id()), "change", "course", &id.to_string(), fields).await?;
    tx.commit().await?;
    Ok(())
}

async fn check_title(
    tx: &DatabaseTransaction,
    itself: Option<Uuid>,
    details: &CourseDetails,
) -> Result<(), EditError> {
    let same =
        course::Entity::find().filter(course::Column::Title.eq(details.title.as_str())).one(tx).await?;
    match same {
        Some(other) if Some(other.id) != itself => Err(Refusal::TitleTaken.into()),
        _ => Ok(()),
    }
}

impl RunDetails {
    /// What a stored run says.
    pub fn of(run: &run::Model) -> Self {
        let time = |text: &Option<String>| NaiveTime::parse_from_str(text.as_deref()?, "%H:%M").ok();
        let count = |number: i32| u16::try_from(number).ok().filter(|count| *count > 0);
        Self {
            course_id: run.course_id,
            mode: run.mode,
            space_id: run.space_id,
            instructor: Line::parse(&run.instructor, Line::INSTRUCTOR_MAX),
            instructor_id: run.instructor_id,
            first_date: run.first_date,
            weekdays: Weekdays::parse(&run.weekdays),
            start: time(&run.starts),
            end: time(&run.ends),
            session_count: count(run.session_count),
            minutes: u32::try_from(run.minutes).ok().filter(|minutes| *minutes > 0),
            capacity: count(run.capacity).unwrap_or(1),
            selection: run.selection,
            apply_from: run.apply_from,
            apply_until: run.apply_until,
            cancel_until: run.cancel_until,
            offer_minutes: run.offer_minutes.and_then(count),
            enrolled: run.enrolled.and_then(|people| u32::try_from(people).ok()),
            minimum: Minimum::of(run),
        }
    }

    fn write(&self, row: &mut run::ActiveModel) {
        let time = |time: Option<NaiveTime>| time.map(|time| time.format("%H:%M").to_string());
        let whole = |number: Option<u32>| number.and_then(|number| i32::try_from(number).ok());
        row.course_id = Set(self.course_id);
        row.mode = Set(self.mode);
        row.space_id = Set(self.space_id);
        row.instructor = Set(self.instructor_name().to_owned());
        row.instructor_id = Set(self.instructor_id);
        row.first_date = Set(self.first_date);
        row.weekdays = Set(self.weekdays.as_ref().map(Weekdays::text).unwrap_or_default());
        row.starts = Set(time(self.start));
        row.ends = Set(time(self.end));
        row.session_count = Set(self.session_count.map_or(0, i32::from));
        row.minutes = Set(whole(self.minutes).unwrap_or_default());
        row.capacity = Set(self.capacity.into());
        row.selection = Set(self.selection);
        row.apply_from = Set(self.apply_from);
        row.apply_until = Set(self.apply_until);
        row.cancel_until = Set(self.cancel_until);
        row.offer_minutes = Set(self.offer_minutes.map(i32::from));
        row.enrolled = Set(whole(self.enrolled));
        row.minimum_people = Set(self.minimum.map(|minimum| minimum.people.into()));
        row.minimum_at = Set(self.minimum.map(|minimum| minimum.at));
    }

    /// Empty where nobody is named yet.
    pub(super) fn instructor_name(&self) -> &str {
        self.instructor.as_ref().map_or("", |name| name.as_str())
    }
}

/// Makes a draft, with its class sessions as soon as the pattern is complete.
pub async fn create_run(
    centre: &Centre,
    by: &TrainingManager,
    code: &RunCode,
    details: &RunDetails,
) -> Result<(), EditError> {
    let tx = centre.begin().await?;
    turn(&tx).await?;
    let programme = Programme::load(&tx, centre.settings(), earliest(centre, details)).await?;
    let mut refusals = Vec::new();
    if programme.runs.contains_key(code.as_str()) {
        refusals.push(Refusal::CodeTaken);
    }
    match programme.check(None, details, Source::Form, centre.clock().now()) {
        Ok(sessions) if refusals.is_empty() => {
            let saving = Saving { present: None, code, details, state: RunState::Draft, sessions: &sessions };
            let id = saving.write(&tx, centre.clock(), &programme).await?;
            record(&tx, centre.clock(), Some(by.id()), "create", "run", &id.to_string(), "").await?;
            tx.commit().await?;
            Ok(())
        }
        Ok(_) => Err(refusals.into()),
        Err(more) => {
            refusals.extend(more);
            Err(refusals.into())
        }
    }
}

/// Changes a run. Where the pattern stays, so do its class sessions, moved ones too; else they are made anew, and
/// those who applied get a letter.
pub async fn change_run(
    centre: &Centre,
    by: &RunEditor,
    version: i32,
    details: &RunDetails,
) -> Result<(), EditError> {
    let (tx, mut programme, run) = open(centre, by.run(), version, earliest(centre, details)).await?;
    programme.vacate(run.id);
    let sessions = programme.check(Some(&run), details, Source::Form, centre.clock().now())?;
    let code = RunCode::parse(&run.code).ok_or(Refusal::NotFound)?;
    let saving = Saving { present: Some(&run), code: &code, details, state: run.state, sessions: &sessions };
    saving.clear(&tx, centre.clock().now()).await?;
    saving.write(&tx, centre.clock(), &programme).await?;
    follow_window(&tx, &run, details.apply_until).await?;
    record(&tx, centre.clock(), Some(by.id()), "change", "run", &run.id.to_string(), "details").await?;
    tx.commit().await?;
    centre.settle().await;
    Ok(())
}

/// Makes a draft visible, or says all that is missing. Gives the hint that its window ends when the desk is shut.
pub async fn publish(
    centre: &Centre,
    by: &TrainingManager,
    run: Uuid,
    version: i32,
) -> Result<Option<DeskShut>, EditError> {
    let (tx, programme, run) = open(centre, run, version, centre.clock().now()).await?;
    if run.state != RunState::Draft {
        return Err(Refusal::Stale.into());
    }
    let missing = RunDetails::of(&run).missing();
    if !missing.is_empty() {
        return Err(Refusal::Missing(missing).into());
    }
    let begins = programme.planned(run.id).iter().map(|span| span.slot.starts_at).min();
    let (details, now) = (RunDetails::of(&run), centre.clock().now());
    let mut refusals = programme.check_draw(Some(&run), &details, begins, now);
    refusals.extend(minimum::check(None, &details, begins, now));
    if !refusals.is_empty() {
        return Err(EditError::Refused(refusals));
    }
    let id = run.id;
    let shut =
        run.apply_until.and_then(|until| desk_shut(seoul::wall(until), &programme.rules.holidays.days));
    let mut row = run.into_active_model();
    row.state = Set(RunState::Published);
    row.version = Set(version + 1);
    row.update(&tx).await?;
    record(&tx, centre.clock(), Some(by.id()), "publish", "run", &id.to_string(), "state").await?;
    tx.commit().await?;
    // Where its places are drawn, the draw is promised at once.
    centre.settle().await;
    Ok(shut)
}

/// Moves a class session, or makes up a cancelled one; those who applied get a letter. Wall-clock times in Seoul.
pub async fn move_session(
    centre: &Centre,
    by: &RunEditor,
    version: i32,
    number: i32,
    (start, end): (NaiveDateTime, NaiveDateTime),
    reason: &Line,
) -> Result<(), EditError> {
    let now = centre.clock().now();
    let (tx, mut programme, run) = open(centre, by.run(), version, now).await?;
    let session = find_session(&programme, &run, number)?;
    let instant = |wall| seoul::instant(wall).ok_or(Refusal::SessionBackwards);
    let slot = Slot { starts_at: instant(start)?, ends_at: instant(end)? };
    let span = Span { slot, ..Span::of_session(&session) };
    if session.state == ClassState::Planned && session.starts_at <= now {
        return Err(Refusal::SessionBegun.into());
    }
    if start >= end || start.date() != end.date() {
        return Err(Refusal::SessionBackwards.into());
    }
    if slot.starts_at <= now {
        return Err(Refusal::SessionPast.into());
    }
    if session.state == ClassState::Planned && span == Span::of_session(&session) {
        return Err(Refusal::SessionUnmoved.into());
    }
    if let Some(refusal) = run.space_id.and_then(|room| programme.check_open(room, &[span])) {
        return Err(refusal.into());
    }
    programme.vacate_session(session.id);
    let wanted = programme.wanted(run.space_id, &run.instructor, run.instructor_id, &span);
    let clashes = programme.clashes([&wanted]);
    if !clashes.is_empty() {
        let times = run.space_id.map(|room| programme.free_times(room, slot, now)).unwrap_or_default();
        let times = (!times.is_empty()).then_some(Refusal::FreeTimes(times));
        return Err([Refusal::Clashes(clashes)].into_iter().chain(times).collect::<Vec<_>>().into());
    }
    let others = programme.sessions.get(&run.id).into_iter().flatten().filter(|other| other.id != session.id);
    let others = others.filter(|other| other.state == ClassState::Planned).map(|other| other.starts_at);
    let begins = others.chain([slot.starts_at]).min();
    let began_after = programme.planned(run.id).iter().all(|other| other.slot.starts_at > slot.starts_at);
    if run.state == RunState::Published && began_after {
        let details = RunDetails::of(&run);
        let mut refusals = programme.check_draw(Some(&run), &details, begins, now);
        refusals.extend(minimum::check(Some(&run), &details, begins, now));
        if !refusals.is_empty() {
            return Err(EditError::Refused(refusals));
        }
    }
    release(&tx, &[session.id]).await?;
    occupy(&tx, centre.clock(), &programme, &run, &[(session.id, span)]).await?;
    take_back_all(&tx, centre, &session, by, reason).await.map_err(|error| match error {
        MarkError::Refused(_) => Refusal::SessionBegun.into(),
        MarkError::Db(error) => EditError::from(error),
    })?;
    let (id, from) = (session.id, session.starts_at);
    let mut row = session.into_active_model();
    row.starts_at = Set(slot.starts_at);
    row.ends_at = Set(slot.ends_at);
    row.state = Set(ClassState::Planned);
    row.moved = Set(true);
    row.reason = Set(Some(reason.as_str().to_owned()));
    row.update(&tx).await?;
    let facts = Facts { starts_at: Some(slot.starts_at), moved_from: Some(from), ..because(reason) };
    tell(&tx, centre.clock(), &programme, &run, Event::ClassMoved, facts).await?;
    finish(tx, centre, by, run, ("move", id)).await
}

/// Cancels a class session and frees its room; those who applied get a letter.
pub async fn cancel_session(
    centre: &Centre,
    by: &RunEditor,
    version: i32,
    number: i32,
    reason: &Line,
) -> Result<(), EditError> {
    let (tx, programme, run) = open(centre, by.run(), version, centre.clock().now()).await?;
    let session = find_session(&programme, &run, number)?;
    if session.state == ClassState::Cancelled {
        return Err(Refusal::NotFound.into());
    }
    if session.starts_at <= centre.clock().now() {
        return Err(Refusal::SessionBegun.into());
    }
    if programme.planned(run.id).len() == 1 {
        return Err(Refusal::LastSession.into());
    }
    release(&tx, &[session.id]).await?;
    let (id, starts_at) = (session.id, session.starts_at);
    let mut row = session.into_active_model();
    row.state = Set(ClassState::Cancelled);
    row.reason = Set(Some(reason.as_str().to_owned()));
    row.update(&tx).await?;
    let facts = Facts { starts_at: Some(starts_at), ..because(reason) };
    tell(&tx, centre.clock(), &programme, &run, Event::ClassCancelled, facts).await?;
    finish(tx, centre, by, run, ("cancel", id)).await
}

fn because(reason: &Line) -> Facts {
    Facts { reason: Some(reason.as_str().to_owned()), ..Facts::default() }
}

/// The first instant that a run of these details may touch.
fn earliest(centre: &Centre, details: &RunDetails) -> DateTime<Utc> {
    let now = centre.clock().now();
    details.first_date.map_or(now, |day| seoul::midnight(day).min(now))
}

/// Begins a transaction in which a run of a known version may be changed; what is held is known from `since` on.
async fn open(
    centre: &Centre,
    run: Uuid,
    version: i32,
    since: DateTime<Utc>,
) -> Result<(DatabaseTransaction, Programme, run::Model), EditError> {
    let tx = centre.begin().await?;
    turn(&tx).await?;
    let programme = Programme::load(&tx, centre.settings(), since).await?;
    let run = programme.runs.values().find(|it| it.id == run).ok_or(Refusal::NotFound)?.clone();
    if run.version != version {
        return Err(Refusal::Stale.into());
    }
    if run.state == RunState::Cancelled {
        return Err(Refusal::RunCancelled.into());
    }
    Ok((tx, programme, run))
}

fn find_session(
    programme: &Programme,
    run: &run::Model,
    number: i32,
) -> Result<class_session::Model, Refusal> {
    let sessions = programme.sessions.get(&run.id).into_iter().flatten();
    sessions.into_iter().find(|session| session.number == number).cloned().ok_or(Refusal::NotFound)
}

/// Raises the run's version, notes a change of one class session and commits.
async fn finish(
    tx: DatabaseTransaction,
    centre: &Centre,
    by: &RunEditor,
    run: run::Model,
    (action, session): (&str, Uuid),
) -> Result<(), EditError> {
    let version = run.version + 1;
    let mut row = run.into_active_model();
    row.version = Set(version);
    row.update(&tx).await?;
    let session = session.to_string();
    record(&tx, centre.clock(), Some(by.id()), action, "class_session", &session, "starts_at ends_at")
        .await?;
    tx.commit().await?;
    Ok(())
}

/// A checked run on its way into the database.
pub(super) struct Saving<'a> {
    pub present: Option<&'a run::Model>,
    pub code: &'a RunCode,
    pub details: &'a RunDetails,
    pub state: RunState,
    pub sessions: &'a Sessions,
}

impl Saving<'_> {
    /// Takes away what will be made anew. An import clears all its runs first, so that two may change rooms.
    pub async fn clear(&self, tx: &DatabaseTransaction, now: DateTime<Utc>) -> Result<(), DbErr> {
        let Some(run) = self.present else { return Ok(()) };
        let anew = match self.sessions {
            Sessions::Stay => return Ok(()),
            Sessions::Settle { .. } => Some(class_session::Column::StartsAt.gt(now)),
            Sessions::Make(_) => None,
        };
        let ids: Vec<Uuid> = class_session::Entity::find()
            .select_only()
            .column(class_session::Column::Id)
            .filter(class_session::Column::RunId.eq(run.id))
            .filter(Condition::all().add_option(anew))
            .into_tuple()
            .all(tx)
            .await?;
        release(tx, &ids).await?;
        if matches!(self.sessions, Sessions::Make(_)) {
            let gone = class_session::Entity::delete_many().filter(class_session::Column::RunId.eq(run.id));
            gone.exec(tx).await?;
        }
        Ok(())
    }

    /// Writes the run and its class sessions, tells those who applied, and gives the run's id.
    pub async fn write(
        &self,
        tx: &DatabaseTransaction,
        clock: &Clock,
        programme: &Programme,
    ) -> Result<Uuid, DbErr> {
        let mut row = self.present.map_or_else(Default::default, |run| run.clone().into_active_model());
        self.details.write(&mut row);
        row.state = Set(self.state);
        row.version = Set(self.present.map_or(1, |run| run.version + 1));
        let run = if self.present.is_some() {
            row.update(tx).await?
        } else {
            row.id = Set(clock.id());
            row.code = Set(self.code.as_str().to_owned());
            row.created_at = Set(clock.now());
            row.insert(tx).await?
        };
        let dated: Vec<(Uuid, Span)> = match self.sessions {
            Sessions::Stay => return Ok(run.id),
            Sessions::Settle { minutes } => {
                let mut dated = self.recount(tx, programme, &run, *minutes).await?;
                dated.retain(|(_, span)| span.slot.starts_at > clock.now());
                dated
            }
            Sessions::Make(spans) => make_sessions(tx, clock, run.id, spans).await?,
        };
        occupy(tx, clock, programme, &run, &dated).await?;
        let moved = matches!(self.sessions, Sessions::Make(_))
            || self.present.is_some_and(|present| present.space_id != run.space_id);
        if moved && self.present.is_some() {
            let first = dated.iter().map(|(_, span)| span.slot.starts_at).min();
            let facts = Facts { starts_at: first, ..Facts::default() };
            tell(tx, clock, programme, &run, Event::RunChanged, facts).await?;
        }
        if let Some(present) = self.present.filter(|present| present.space_id != run.space_id) {
            move_people(tx, clock, programme, present, &run).await?;
        }
        Ok(run.id)
    }

    async fn recount(
        &self,
        tx: &DatabaseTransaction,
        programme: &Programme,
        run: &run::Model,
        minutes: Option<i32>,
    ) -> Result<Vec<(Uuid, Span)>, DbErr> {
        if let Some(minutes) = minutes {
            // A class that was marked keeps the minutes by which its people were counted.
            let classes = class_session::Entity::find()
                .select_only()
                .column(class_session::Column::Id)
                .filter(class_session::Column::RunId.eq(run.id))
                .into_query();
            let marked = mark::Entity::find()
                .select_only()
                .column(mark::Column::ClassSessionId)
                .filter(mark::Column::ClassSessionId.in_subquery(classes))
                .into_query();
            class_session::Entity::update_many()
                .set(class_session::ActiveModel { minutes: Set(minutes), ..Default::default() })
                .filter(class_session::Column::RunId.eq(run.id))
                .filter(class_session::Column::Id.not_in_subquery(marked))
                .exec(tx)
                .await?;
        }
        let sessions = programme.sessions.get(&run.id).into_iter().flatten();
        let planned = sessions.filter(|session| session.state == ClassState::Planned);
        Ok(planned.map(|session| (session.id, Span::of_session(session))).collect())
    }
}

/// Takes the seats of a run's people along to its new room. Whoever gets another seat hears which.
async fn move_people(
    tx: &DatabaseTransaction,
    clock: &Clock,
    programme: &Programme,
    present: &run::Model,
    run: &run::Model,
) -> Result<(), DbErr> {
    let (Some(space), true) = (run.space_id, present.mode == Mode::InPerson) else { return Ok(()) };
    for moved in take_along(tx, clock, &programme.rules.tree, run.id, space).await? {
        let facts = Facts { seat: Some(moved.seat), ..Facts::default() };
        tell_some(tx, clock, programme, run, &[moved.person], Event::SeatChanged, facts).await?;
    }
    Ok(())
}

async fn make_sessions(
    tx: &DatabaseTransaction,
    clock: &Clock,
    run: Uuid,
    spans: &[Span],
) -> Result<Vec<(Uuid, Span)>, DbErr> {
    let dated: Vec<(Uuid, Span)> = spans.iter().map(|span| (clock.id(), *span)).collect();
    let rows = dated.iter().zip(1..).map(|((id, span), number)| class_session::ActiveModel {
        id: Set(*id),
        run_id: Set(run),
        number: Set(number),
        starts_at: Set(span.slot.starts_at),
        ends_at: Set(span.slot.ends_at),
        minutes: Set(span.minutes),
        state: Set(ClassState::Planned),
        moved: Set(false),
        reason: Set(None),
        set_up: Set(span.margin.set_up.into()),
        strike: Set(span.margin.strike.into()),
    });
    if !dated.is_empty() {
        class_session::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(dated)
}

/// Holds a run's room and instructor for class sessions.
async fn occupy(
    tx: &DatabaseTransaction,
    clock: &Clock,
    programme: &Programme,
    run: &run::Model,
    sessions: &[(Uuid, Span)],
) -> Result<(), DbErr> {
    let holding = |(session, span): &(Uuid, Span)| Holding {
        holder: Holder::ClassSession,
        holder_id: *session,
        code: run.code.clone(),
        wanted: programme.wanted(run.space_id, &run.instructor, run.instructor_id, span),
    };
    let holdings: Vec<Holding> = sessions.iter().map(holding).collect();
    hold(tx, clock, &holdings).await
}
