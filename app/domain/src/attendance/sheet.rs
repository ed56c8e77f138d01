//! The sheet of a class: who sits where, and their marks. Every way to a mark ends in [`settle`], which holds the class's
//! row, so that two who mark at once come one after the other.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use thiserror::Error;
use uuid::Uuid;

use crate::account::access::look;
use crate::account::store::names_of;
use crate::account::{Duty, RunEditor, Subject};
use crate::attendance::completion::{closed_at, is_closed};
use crate::attendance::entity::{absence_notice, mark, mark_event, viewing};
use crate::attendance::no_show::withdraw;
use crate::attendance::{Arrival, Mark, MarkOutcome, MarkTime, MarkWay, MarkWindow, Marked, arrive};
use crate::centre::Centre;
use crate::course::entity::{class_session, run};
use crate::course::{ClassState, Line, RunCode, RunState};
use crate::registration::State;
use crate::registration::entity::application;
use crate::space::entity::seat;

/// Why none of the marks sent together is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum MarkRefusal {
    #[error("no such class, or it doesn't take place")]
    NoClass,
    #[error("marks are made later")]
    Early(DateTime<Utc>),
    #[error("the time for marks is over")]
    Late,
    #[error("the run is closed")]
    Closed,
}

#[derive(Debug, Error)]
pub enum MarkError {
    #[error(transparent)]
    Refused(#[from] MarkRefusal),
    #[error(transparent)]
    Db(#[from] DbErr),
}

/// A mark as it is sent: `None` takes one back. The nonce is its sender's, so that what comes twice counts once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentMark {
    pub nonce: Uuid,
    pub application: Uuid,
    pub mark: Option<Mark>,
    /// When it was made, if not just now.
    pub made_at: Option<DateTime<Utc>>,
}

/// Somebody with a place in a class.
#[derive(Clone, Debug, PartialEq)]
pub struct Attendee {
    pub application: Uuid,
    pub person: Uuid,
    pub name: String,
    pub seat: Option<String>,
    pub standing: AttendeeStanding,
}

/// How somebody stands in a sheet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AttendeeStanding {
    pub mark: Option<mark::Model>,
    /// A mark that arrived after a newer one, and waits for a person's word.
    pub overtaken: Option<mark_event::Model>,
    /// They have said that they won't come.
    pub notice: Option<absence_notice::Model>,
}

/// A class's sheet: its people by their seats.
#[derive(Clone, Debug)]
pub struct Sheet {
    pub attendees: Vec<Attendee>,
    pub time: MarkTime,
    /// What was attended of the run is frozen.
    pub is_closed: bool,
}

/// The class with this number of a run, where it takes place.
pub async fn find_class(
    centre: &Centre,
    code: &RunCode,
    number: i32,
) -> Result<Option<(run::Model, class_session::Model)>, DbErr> {
    let db = centre.database();
    let found = run::Entity::find()
        .filter(run::Column::Code.eq(code.as_str()))
        .filter(run::Column::State.ne(RunState::Draft))
        .one(db)
        .await?;
    let Some(run) = found else { return Ok(None) };
    let class = class_session::Entity::find()
        .filter(class_session::Column::RunId.eq(run.id))
        .filter(class_session::Column::Number.eq(number))
        .filter(class_session::Column::State.eq(ClassState::Planned))
        .one(db)
        .await?;
    Ok(class.map(|class| (run, class)))
}

/// The classes that begin in a span, in their order; of one instructor, or all.
pub async fn list_classes(
    centre: &Centre,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    of: Option<Uuid>,
) -> Result<Vec<(class_session::Model, run::Model)>, DbErr> {
    let db = centre.database();
    // Found by `class_session_time`.
    let classes = class_session::Entity::find()
        .filter(class_session::Column::StartsAt.gte(from))
        .filter(class_session::Column::StartsAt.lt(until))
        .filter(class_session::Column::State.eq(ClassState::Planned))
        .order_by_asc(class_session::Column::StartsAt)
        .all(db)
        .await?;
    let wanted = Condition::all()
        .add(run::Column::Id.is_in(classes.iter().map(|class| class.run_id)))
        .add(run::Column::State.ne(RunState::Draft))
        .add_option(of.map(|person| run::Column::InstructorId.eq(person)));
    let runs = run::Entity::find().filter(wanted).all(db).await?;
    let runs: HashMap<Uuid, run::Model> = runs.into_iter().map(|run| (run.id, run)).collect();
    let with_run = |class: class_session::Model| Some((runs.get(&class.run_id)?.clone(), class));
    Ok(classes.into_iter().filter_map(with_run).map(|(run, class)| (class, run)).collect())
}

/// The sheet with whole names; that somebody looked is written down.
pub async fn read_sheet(
    centre: &Centre,
    by: &RunEditor,
    run: &run::Model,
    class: &class_session::Model,
) -> Result<Sheet, DbErr> {
    look(centre, by.id(), by.duty(), Subject::Run, &run.code).await?;
    let db = centre.database();
    let places = application::Entity::find()
        .filter(application::Column::RunId.eq(run.id))
        .filter(application::Column::State.eq(State::Booked))
        .all(db)
        .await?;
    let names = names_of(db, places.iter().map(|place| place.person_id)).await?;
    let seats: HashMap<Uuid, String> = seat::Entity::find()
        .filter(seat::Column::Id.is_in(places.iter().filter_map(|place| place.seat_id)))
        .all(db)
        .await?
        .into_iter()
        .map(|seat| (seat.id, seat.code))
        .collect();
    let mut standings = read_standings(centre, class).await?;
    let attendee = |place: application::Model| Attendee {
        standing: standings.remove(&place.id).unwrap_or_default(),
        application: place.id,
        person: place.person_id,
        name: names.get(&place.person_id).cloned().unwrap_or_default(),
        seat: place.seat_id.and_then(|id| seats.get(&id).cloned()),
    };
    let mut attendees: Vec<Attendee> = places.into_iter().map(attendee).collect();
    attendees.sort_by(|a, b| (a.seat.is_none(), &a.seat, &a.name).cmp(&(b.seat.is_none(), &b.seat, &b.name)));
    let is_closed = closed_at(db, run.id).await?.is_some();
    Ok(Sheet { attendees, time: time_for_marks(centre, class), is_closed })
}

/// How everybody about whom something stands in the sheet of a class stands, by application. No names.
pub async fn read_standings(
    centre: &Centre,
    class: &class_session::Model,
) -> Result<HashMap<Uuid, AttendeeStanding>, DbErr> {
    let db = centre.database();
    let mut standings: HashMap<Uuid, AttendeeStanding> = HashMap::new();
    for row in mark::Entity::find().filter(mark::Column::ClassSessionId.eq(class.id)).all(db).await? {
        let standing = standings.entry(row.application_id).or_default();
        standing.mark = Some(row);
    }
    for row in list_overtaken(db, class.id).await? {
        let standing = standings.entry(row.application_id).or_default();
        standing.overtaken = Some(row);
    }
    let notices = absence_notice::Entity::find().filter(absence_notice::Column::ClassSessionId.eq(class.id));
    for row in notices.all(db).await? {
        let standing = standings.entry(row.application_id).or_default();
        standing.notice = Some(row);
    }
    Ok(standings)
}

/// Those with a place in the run of a class whom nobody has marked there.
pub async fn list_unmarked(centre: &Centre, class: &class_session::Model) -> Result<Vec<Uuid>, DbErr> {
    let marked = mark::Entity::find()
        .select_only()
        .column(mark::Column::ApplicationId)
        .filter(mark::Column::ClassSessionId.eq(class.id))
        .into_query();
    application::Entity::find()
        .select_only()
        .column(application::Column::Id)
        .filter(application::Column::RunId.eq(class.run_id))
        .filter(application::Column::State.eq(State::Booked))
        .filter(application::Column::Id.not_in_subquery(marked))
        .into_tuple()
        .all(centre.database())
        .await
}

/// Where now lies towards the time in which the marks of a class are made.
pub fn time_for_marks(centre: &Centre, class: &class_session::Model) -> MarkTime {
    window(centre, class).at(centre.clock().now())
}

fn window(centre: &Centre, class: &class_session::Model) -> MarkWindow {
    let settings = &centre.settings().attendance;
    MarkWindow::new((class.starts_at, class.ends_at), settings.mark_minutes_before, settings.mark_days_after)
}

/// The newest overtaken mark of each application about which nobody has said anything since.
async fn list_overtaken<C: ConnectionTrait>(db: &C, class: Uuid) -> Result<Vec<mark_event::Model>, DbErr> {
    let mut last: BTreeMap<Uuid, mark_event::Model> = BTreeMap::new();
    // Found by `mark_event_class`.
    let events = mark_event::Entity::find()
        .filter(mark_event::Column::ClassSessionId.eq(class))
        .order_by_asc(mark_event::Column::ArrivedAt);
    for event in events.all(db).await? {
        last.insert(event.application_id, event);
    }
    Ok(last.into_values().filter(|event| event.outcome == MarkOutcome::Overtaken).collect())
}

/// So long a device's word is believed about when a mark was made.
const BELIEVED: TimeDelta = TimeDelta::days(1);

/// Marks by whoever teaches the run or answers for the programme; answers each. After the time for it the office may,
/// with a reason.
pub async fn mark(
    centre: &Centre,
    by: &RunEditor,
    class: Uuid,
    sent: &[SentMark],
    reason: Option<&str>,
) -> Result<Vec<Arrival>, MarkError> {
    let tx = centre.begin().await?;
    let class = hold_class_of(&tx, by, class).await?;
    let arrivals = judge(&tx, centre, by, &class, sent, reason).await?;
    tx.commit().await?;
    Ok(arrivals)
}

/// Takes back what `by` has marked last in a class, all of it together; says of how many people.
pub async fn undo(centre: &Centre, by: &RunEditor, class: Uuid) -> Result<usize, MarkError> {
    let tx = centre.begin().await?;
    let class = hold_class_of(&tx, by, class).await?;
    let events = mark_event::Entity::find()
        .filter(mark_event::Column::ClassSessionId.eq(class.id))
        .filter(mark_event::Column::Outcome.eq(MarkOutcome::Taken))
        .order_by_asc(mark_event::Column::ArrivedAt)
        .all(&tx)
        .await?;
    // An undoing bears a name made of what it undid, so that nothing is undone twice and no undoing is.
    let undoing = |event: &mark_event::Model| Uuid::new_v5(&event.id, b"undo");
    let names: HashSet<Uuid> = events.iter().map(|event| event.id).collect();
    let undone: HashSet<Uuid> = events.iter().map(undoing).collect();
    let is_theirs = |event: &&mark_event::Model| {
        let stands = !undone.contains(&event.id) && !names.contains(&undoing(event));
        event.by_id == Some(by.id()) && event.way == MarkWay::Sheet && stands
    };
    let Some(last) = events.iter().rfind(is_theirs).map(|event| event.arrived_at) else { return Ok(0) };
    let (before, since): (Vec<_>, Vec<_>) = events.iter().partition(|event| event.arrived_at < last);
    let before: HashMap<Uuid, Option<Mark>> =
        before.into_iter().map(|event| (event.application_id, event.mark())).collect();
    // Whom somebody has marked since then is left as they are.
    let newer: HashSet<Uuid> =
        since.iter().filter(|event| event.arrived_at > last).map(|event| event.application_id).collect();
    let sent: Vec<SentMark> = since
        .into_iter()
        .filter(|event| event.arrived_at == last && is_theirs(event))
        .filter(|event| !newer.contains(&event.application_id))
        .map(|event| SentMark {
            nonce: undoing(event),
            application: event.application_id,
            mark: before.get(&event.application_id).copied().flatten(),
            made_at: None,
        })
        .collect();
    judge(&tx, centre, by, &class, &sent, None).await?;
    tx.commit().await?;
    Ok(sent.len())
}

async fn hold_class_of(
    tx: &DatabaseTransaction,
    by: &RunEditor,
    class: Uuid,
) -> Result<class_session::Model, MarkError> {
    let class = hold_class(tx, class).await?;
    if class.run_id == by.run() { Ok(class) } else { Err(MarkRefusal::NoClass.into()) }
}

async fn judge(
    tx: &DatabaseTransaction,
    centre: &Centre,
    by: &RunEditor,
    class: &class_session::Model,
    sent: &[SentMark],
    reason: Option<&str>,
) -> Result<Vec<Arrival>, MarkError> {
    let now = centre.clock().now();
    let window = window(centre, class);
    let made_at = |it: &SentMark| it.made_at.unwrap_or(now).min(now);
    // What is older than a device is believed counts as made a day ago: too late, perhaps, but never newer than it says.
    let times = || sent.iter().map(|it| window.at(made_at(it).max(now - BELIEVED)));
    let is_late = times().any(|time| time == MarkTime::Late);
    let way = match reason {
        Some(_) if is_late && by.duty() == Duty::TrainingManager => MarkWay::Office,
        _ if is_late => return Err(MarkRefusal::Late.into()),
        _ => MarkWay::Sheet,
    };
    for time in times() {
        if let MarkTime::Early { from } = time {
            return Err(MarkRefusal::Early(from).into());
        }
    }
    let made: Vec<Made> = sent
        .iter()
        .map(|it| Made { nonce: it.nonce, application: it.application, mark: it.mark, made_at: made_at(it) })
        .collect();
    settle(tx, centre, class, &made, Maker { way, by: Some(by.id()), kiosk: None, reason }).await
}

impl mark::Model {
    pub fn mark(&self) -> Mark {
        Mark::new(self.presence, self.missed.unsigned_abs())
    }
}

impl mark_event::Model {
    /// `None` where it took one back.
    pub fn mark(&self) -> Option<Mark> {
        self.presence.map(|presence| Mark::new(presence, self.missed.unsigned_abs()))
    }
}

/// A mark whose time is known.
#[derive(Clone, Debug)]
pub(crate) struct Made {
    pub nonce: Uuid,
    pub application: Uuid,
    pub mark: Option<Mark>,
    pub made_at: DateTime<Utc>,
}

/// By whom and how marks are made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Maker<'a> {
    pub way: MarkWay,
    /// Nobody where a worker makes them.
    pub by: Option<Uuid>,
    pub kiosk: Option<Uuid>,
    pub reason: Option<&'a str>,
}

impl Maker<'_> {
    /// In this way, by nobody who judges.
    pub fn itself(way: MarkWay) -> Self {
        Self { way, by: None, kiosk: None, reason: None }
    }
}

/// Locks a class's row for whoever is about to mark: it takes the lock before it looks.
pub(crate) async fn hold_class(
    tx: &DatabaseTransaction,
    class: Uuid,
) -> Result<class_session::Model, MarkError> {
    class_session::Entity::update_many()
        .col_expr(class_session::Column::Moved, Expr::col(class_session::Column::Moved))
        .filter(class_session::Column::Id.eq(class))
        .exec(tx)
        .await?;
    let found = class_session::Entity::find_by_id(class).one(tx).await?;
    Ok(found.filter(|class| class.state == ClassState::Planned).ok_or(MarkRefusal::NoClass)?)
}

/// Writes what becomes of marks in a class that [`hold_class`] holds. Who has no place in its run is left out.
pub(crate) async fn settle(
    tx: &DatabaseTransaction,
    centre: &Centre,
    class: &class_session::Model,
    made: &[Made],
    maker: Maker<'_>,
) -> Result<Vec<Arrival>, MarkError> {
    if is_closed(tx, class.run_id).await? {
        return Err(MarkRefusal::Closed.into());
    }
    let mut marks = ClassMarks::load(tx, class, made).await?;
    let now = centre.clock().now();
    let mut arrivals = Vec::with_capacity(made.len());
    let mut events = Vec::new();
    for it in made {
        if let Some(outcome) = marks.known.get(&it.nonce) {
            arrivals.push((*outcome).into());
            continue;
        }
        let arrival = marks.decide(it, maker.way);
        arrivals.push(arrival);
        let Some(outcome) = arrival.outcome() else { continue };
        events.push(mark_event::ActiveModel {
            id: Set(it.nonce),
            class_session_id: Set(class.id),
            application_id: Set(it.application),
            presence: Set(it.mark.map(Mark::presence)),
            missed: Set(it.mark.map_or(0, missed)),
            way: Set(maker.way),
            made_at: Set(it.made_at),
            arrived_at: Set(now),
            by_id: Set(maker.by),
            kiosk_id: Set(maker.kiosk),
            outcome: Set(outcome),
            reason: Set(maker.reason.map(str::to_owned)),
        });
    }
    if !events.is_empty() {
        mark_event::Entity::insert_many(events).exec_without_returning(tx).await?;
        marks.write(tx, centre, class, maker.by).await?;
        withdraw(tx, centre, class, marks.counting()).await?;
    }
    Ok(arrivals)
}

/// Takes back what was marked and watched of a class that is moved: early marks were of the time it had.
pub(crate) async fn take_back_all(
    tx: &DatabaseTransaction,
    centre: &Centre,
    class: &class_session::Model,
    by: &RunEditor,
    reason: &Line,
) -> Result<(), MarkError> {
    let marked: Vec<Uuid> = mark::Entity::find()
        .select_only()
        .column(mark::Column::ApplicationId)
        .filter(mark::Column::ClassSessionId.eq(class.id))
        .into_tuple()
        .all(tx)
        .await?;
    let clock = centre.clock();
    let gone: Vec<Made> = marked
        .into_iter()
        .map(|application| Made { nonce: clock.id(), application, mark: None, made_at: clock.now() })
        .collect();
    if !gone.is_empty() {
        let maker =
            Maker { by: Some(by.id()), reason: Some(reason.as_str()), ..Maker::itself(MarkWay::Office) };
        settle(tx, centre, class, &gone, maker).await?;
    }
    viewing::Entity::delete_many().filter(viewing::Column::ClassSessionId.eq(class.id)).exec(tx).await?;
    Ok(())
}

/// What stands in a class for those who are being marked.
struct ClassMarks {
    /// The nonces that have arrived before.
    known: HashMap<Uuid, MarkOutcome>,
    places: HashSet<Uuid>,
    standing: HashMap<Uuid, Marked>,
    contested: HashSet<Uuid>,
    changed: HashSet<Uuid>,
}

impl ClassMarks {
    async fn load(
        tx: &DatabaseTransaction,
        class: &class_session::Model,
        made: &[Made],
    ) -> Result<Self, MarkError> {
        let of_them = || made.iter().map(|it| it.application);
        let places: HashSet<Uuid> = application::Entity::find()
            .select_only()
            .column(application::Column::Id)
            .filter(application::Column::Id.is_in(of_them()))
            .filter(application::Column::RunId.eq(class.run_id))
            .filter(application::Column::State.eq(State::Booked))
            .into_tuple()
            .all(tx)
            .await?
            .into_iter()
            .collect();
        let known = mark_event::Entity::find()
            .filter(mark_event::Column::Id.is_in(made.iter().map(|it| it.nonce)))
            .all(tx)
            .await?;
        let standing = mark::Entity::find()
            .filter(mark::Column::ClassSessionId.eq(class.id))
            .filter(mark::Column::ApplicationId.is_in(of_them()))
            .all(tx)
            .await?;
        let marked = |row: mark::Model| {
            (row.application_id, Marked { mark: row.mark(), way: row.way, made_at: row.made_at })
        };
        let contested = list_overtaken(tx, class.id).await?;
        Ok(Self {
            places,
            known: known.into_iter().map(|event| (event.id, event.outcome)).collect(),
            standing: standing.into_iter().map(marked).collect(),
            contested: contested.into_iter().map(|event| event.application_id).collect(),
            changed: HashSet::new(),
        })
    }

    /// Those who changed, and were there as it stands now.
    fn counting(&self) -> impl Iterator<Item = Uuid> + '_ {
        let counts = |id: &Uuid| self.standing.get(id).is_some_and(|marked| marked.mark.presence().counts());
        self.changed.iter().copied().filter(move |id| counts(id))
    }

    fn decide(&mut self, it: &Made, way: MarkWay) -> Arrival {
        if !self.places.contains(&it.application) {
            return Arrival::NoPlace;
        }
        let standing = self.standing.get(&it.application).copied();
        let arrival = arrive(standing, self.contested.contains(&it.application), it.mark, way, it.made_at);
        match arrival {
            Arrival::Taken => {
                self.contested.remove(&it.application);
                self.changed.insert(it.application);
                match it.mark {
                    Some(mark) => {
                        self.standing.insert(it.application, Marked { mark, way, made_at: it.made_at })
                    }
                    None => self.standing.remove(&it.application),
                };
            }
            Arrival::Overtaken => {
                self.contested.insert(it.application);
            }
            Arrival::Same | Arrival::Judged | Arrival::NoPlace => {}
        }
        arrival
    }

    /// Makes the rows of those who changed what stands.
    async fn write(
        &self,
        tx: &DatabaseTransaction,
        centre: &Centre,
        class: &class_session::Model,
        by: Option<Uuid>,
    ) -> Result<(), DbErr> {
        let (now, tolerated) = (centre.clock().now(), centre.settings().attendance.tolerated_minutes);
        let row = |(application, marked): (Uuid, &Marked)| mark::ActiveModel {
            class_session_id: Set(class.id),
            application_id: Set(application),
            presence: Set(marked.mark.presence()),
            missed: Set(missed(marked.mark)),
            minutes: Set(whole(marked.mark.minutes(class.minutes.unsigned_abs(), tolerated))),
            way: Set(marked.way),
            made_at: Set(marked.made_at),
            arrived_at: Set(now),
            by_id: Set(by),
        };
        let stands = |id: &Uuid| Some((*id, self.standing.get(id)?));
        let rows: Vec<mark::ActiveModel> = self.changed.iter().filter_map(stands).map(row).collect();
        let gone = self.changed.iter().filter(|id| !self.standing.contains_key(id)).copied();
        mark::Entity::delete_many()
            .filter(mark::Column::ClassSessionId.eq(class.id))
            .filter(mark::Column::ApplicationId.is_in(gone))
            .exec(tx)
            .await?;
        if rows.is_empty() {
            return Ok(());
        }
        let again = OnConflict::columns([mark::Column::ClassSessionId, mark::Column::ApplicationId])
            .update_columns([
                mark::Column::Presence,
                mark::Column::Missed,
                mark::Column::Minutes,
                mark::Column::Way,
                mark::Column::MadeAt,
                mark::Column::ArrivedAt,
                mark::Column::ById,
            ])
            .to_owned();
        mark::Entity::insert_many(rows).on_conflict(again).exec_without_returning(tx).await?;
        Ok(())
    }
}

fn missed(mark: Mark) -> i32 {
    whole(mark.missed())
}

fn whole(minutes: u32) -> i32 {
    i32::try_from(minutes).unwrap_or(i32::MAX)
}
