//! Reading the facts of the cube: a handful of queries, none of them by person or by class.
//!
//! As of a day is what began, was held, was applied for, was marked absent without a word and was closed until its end. Not
//! as of it but as they are now are the programme itself (dates, places, capacity, what was cancelled), the marks of a class
//! that was held by then, and what people say of themselves.

use std::cmp::min;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Timelike, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, SelectStatement, SimpleExpr};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select,
};
use uuid::Uuid;

use crate::account::entity::person;
use crate::account::{Neighbourhood, Sex};
use crate::attendance::entity::{completion, mark, no_show, run_closing};
use crate::attendance::{CompletionState, Presence};
use crate::broadcast::entity::{broadcast, viewer_sample};
use crate::centre::Centre;
use crate::course::entity::{class_session, course, run};
use crate::course::{Audience, Category, ClassState, RunState};
use crate::kept::kept;
use crate::registration::entity::{application, application_event};
use crate::registration::{EventKind, State};
use crate::seoul;
use crate::space::entity::space;
use crate::statistics::entity::{anonymous_attendance, anonymous_part, folded_application};
use crate::statistics::{
    AgeGroup, ClassFact, DayPart, End, Facts, FoldedFact, PartFact, Path, RunFact, Traits,
};

/// What is known of the period (both days within it) as of a day; of a day to come, as of today.
pub async fn load(centre: &Centre, period: (NaiveDate, NaiveDate), as_of: NaiveDate) -> Result<Facts, DbErr> {
    read(centre.database(), centre.clock().now(), period, as_of).await
}

/// The same by this connection, so that a transaction may read it as it was at one moment.
pub(super) async fn read<C: ConnectionTrait>(
    db: &C,
    now: DateTime<Utc>,
    (first, last): (NaiveDate, NaiveDate),
    as_of: NaiveDate,
) -> Result<Facts, DbErr> {
    let as_of = min(as_of, seoul::day(now));
    let until = min(seoul::midnight(as_of + Days::new(1)), now);
    let scope = Scope { runs: runs_of(first, last), until };
    let programme = Programme::read(db, &scope).await?;
    let parts = programme.parts(db, &scope, as_of).await?;
    Ok(Facts {
        as_of,
        places: programme.places,
        instructors: programme.instructors,
        runs: programme.runs,
        classes: programme.classes,
        parts: parts.of_people,
        described: parts.described,
        folded: parts.folded,
    })
}

/// What everybody may see of a period, until yesterday: read once a day, and anew when somebody has changed the programme.
/// Applications that come later are not of that time. Marks are as they were when it was read.
pub async fn load_kept(centre: &Centre, (first, last): (NaiveDate, NaiveDate)) -> Result<Arc<Facts>, DbErr> {
    let today = seoul::day(centre.clock().now());
    let as_of = min(today - Days::new(1), last);
    let read = || async { Ok((today, Arc::new(load(centre, (first, last), as_of).await?))) };
    let of_today = |(day, _): &(NaiveDate, Arc<Facts>)| *day == today;
    let (_, facts) = kept(centre, &centre.programme().figures, (first, last), of_today, read).await?;
    Ok(facts)
}

/// Which runs are read, and until which instant what happened counts.
struct Scope {
    runs: SelectStatement,
    until: DateTime<Utc>,
}

/// The runs that have a class in the period, or were to begin in it.
fn runs_of(first: NaiveDate, last: NaiveDate) -> SelectStatement {
    let span = seoul::midnight(first)..seoul::midnight(last + Days::new(1));
    let with_classes = class_session::Entity::find()
        .select_only()
        .column(class_session::Column::RunId)
        .filter(class_session::Column::StartsAt.gte(span.start))
        .filter(class_session::Column::StartsAt.lt(span.end))
        .into_query();
    let meant = Condition::any()
        .add(run::Column::Id.in_subquery(with_classes))
        .add(run::Column::FirstDate.between(first, last));
    run::Entity::find()
        .select_only()
        .column(run::Column::Id)
        .filter(run::Column::State.ne(RunState::Draft))
        .filter(meant)
        .into_query()
}

impl Scope {
    fn held_classes(&self) -> SelectStatement {
        class_session::Entity::find()
            .select_only()
            .column(class_session::Column::Id)
            .filter(class_session::Column::RunId.in_subquery(self.runs.clone()))
            .filter(class_session::Column::State.eq(ClassState::Planned))
            .filter(class_session::Column::EndsAt.lte(self.until))
            .into_query()
    }

    fn applications(&self) -> SelectStatement {
        application::Entity::find()
            .select_only()
            .column(application::Column::Id)
            .filter(application::Column::RunId.in_subquery(self.runs.clone()))
            .into_query()
    }
}

/// Numbers what comes by the order in which it comes first.
#[derive(Default)]
struct Numbers<T>(HashMap<T, u32>);

impl<T: std::hash::Hash + Eq> Numbers<T> {
    fn of(&mut self, thing: T) -> u32 {
        let next = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        *self.0.entry(thing).or_insert(next)
    }
}

/// Runs and classes, with the ids that their facts don't hold.
struct Programme {
    runs: Vec<RunFact>,
    index: HashMap<Uuid, u32>,
    classes: Vec<ClassFact>,
    places: Vec<String>,
    instructors: Vec<String>,
}

/// A class as far as it is counted.
#[derive(FromQueryResult)]
struct Meeting {
    run_id: Uuid,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    minutes: i32,
    number: i32,
}

#[derive(Clone, Copy, Default)]
struct Meets {
    first: Option<DateTime<Utc>>,
    held: u32,
    held_minutes: u32,
}

fn count(number: i32) -> u32 {
    u32::try_from(number).unwrap_or_default()
}

impl Programme {
    async fn read<C: ConnectionTrait>(db: &C, scope: &Scope) -> Result<Self, DbErr> {
        let courses: Vec<(Uuid, Audience, Category)> = course::Entity::find()
            .select_only()
            .columns([course::Column::Id, course::Column::Audience, course::Column::Category])
            .into_tuple()
            .all(db)
            .await?;
        let courses: HashMap<Uuid, (Audience, Category)> =
            courses.into_iter().map(|(id, audience, category)| (id, (audience, category))).collect();
        let spaces: Vec<(Uuid, String)> = space::Entity::find()
            .select_only()
            .columns([space::Column::Id, space::Column::Code])
            .order_by_asc(space::Column::Code)
            .into_tuple()
            .all(db)
            .await?;
        let place: HashMap<Uuid, u32> =
            spaces.iter().zip(0..).map(|((id, _), number)| (*id, number)).collect();
        let meetings: Vec<Meeting> = class_session::Entity::find()
            .select_only()
            .columns([
                class_session::Column::RunId,
                class_session::Column::StartsAt,
                class_session::Column::EndsAt,
                class_session::Column::Minutes,
                class_session::Column::Number,
            ])
            .filter(class_session::Column::RunId.in_subquery(scope.runs.clone()))
            .filter(class_session::Column::State.eq(ClassState::Planned))
            .into_model()
            .all(db)
            .await?;
        let mut meets: HashMap<Uuid, Meets> = HashMap::new();
        for meeting in &meetings {
            let meets = meets.entry(meeting.run_id).or_default();
            meets.first = Some(meets.first.map_or(meeting.starts_at, |first| min(first, meeting.starts_at)));
            if meeting.ends_at <= scope.until {
                meets.held += 1;
                meets.held_minutes += count(meeting.minutes);
            }
        }
        let marked = runs_with_marks(db, scope).await?;
        let with_people = runs_with_people(db, scope).await?;
        let rows: Vec<run::Model> = run::Entity::find()
            .filter(run::Column::Id.in_subquery(scope.runs.clone()))
            .order_by_asc(run::Column::Code)
            .all(db)
            .await?;
        let mut instructors = Numbers::default();
        let (mut runs, mut index) = (Vec::new(), HashMap::new());
        for row in &rows {
            let Some((audience, category)) = courses.get(&row.course_id).copied() else { continue };
            let meets = meets.get(&row.id).copied().unwrap_or_default();
            let Some(first_day) = meets.first.map(seoul::day).or(row.first_date) else { continue };
            index.insert(row.id, u32::try_from(runs.len()).unwrap_or(u32::MAX));
            runs.push(RunFact {
                audience,
                mode: row.mode,
                category,
                place: row.space_id.and_then(|id| place.get(&id).copied()),
                instructor: (!row.instructor.is_empty()).then(|| instructors.of(row.instructor.as_str())),
                first_day,
                part: meets.first.map(part_of),
                cancelled: row.state == RunState::Cancelled,
                places: count(row.capacity),
                head_count: row.enrolled.map(count).filter(|_| !with_people.contains(&row.id)),
                held: meets.held,
                held_minutes: meets.held_minutes,
                marked: marked.contains(&row.id),
            });
        }
        let viewers = viewers(db, scope).await?;
        let held = meetings.into_iter().filter(|meeting| meeting.ends_at <= scope.until);
        let classes = held.filter_map(|meeting| {
            Some(ClassFact {
                run: *index.get(&meeting.run_id)?,
                day: seoul::day(meeting.starts_at),
                part: part_of(meeting.starts_at),
                minutes: count(meeting.minutes),
                viewers: viewers.get(&(meeting.run_id, meeting.number)).copied(),
            })
        });
        let classes = classes.collect();
        let mut names: Vec<(&str, u32)> = instructors.0.into_iter().collect();
        names.sort_unstable_by_key(|(_, number)| *number);
        let instructors = names.into_iter().map(|(name, _)| name.to_owned()).collect();
        let places = spaces.into_iter().map(|(_, code)| code).collect();
        Ok(Self { runs, index, classes, places, instructors })
    }

    async fn parts<C: ConnectionTrait>(
        &self,
        db: &C,
        scope: &Scope,
        as_of: NaiveDate,
    ) -> Result<Parts, DbErr> {
        let applications = Application::read(db, application_in(scope)).await?;
        let did = did(db, scope.held_classes()).await?;
        let completed = completed(db, completion::Column::RunId.in_subquery(scope.runs.clone())).await?;
        let folded: HashSet<Uuid> = folded_application::Entity::find()
            .select_only()
            .column(folded_application::Column::ApplicationId)
            .filter(folded_application::Column::ApplicationId.in_subquery(scope.applications()))
            .into_tuple()
            .all(db)
            .await?
            .into_iter()
            .collect();
        let described = described(db, Condition::all()).await?;
        let mut numbers = Numbers::default();
        let mut parts = Parts::default();
        for application in applications {
            let Some(run) = self.index.get(&application.run) else { continue };
            let first_day = self.runs[*run as usize].first_day;
            let said = described.get(&application.person);
            let did = did.get(&application.id).copied().unwrap_or_default();
            let fact = PartFact {
                run: *run,
                person: numbers.of(application.person),
                traits: said.map(|said| said.in_year_of(first_day)).unwrap_or_default(),
                standing: application.path.standing(first_day, as_of),
                came: did.came,
                minutes: did.minutes,
                no_shows: did.no_shows,
                held: self.runs[*run as usize].held,
                held_minutes: self.runs[*run as usize].held_minutes,
                completed: completed.get(&application.id).is_some_and(|day| *day <= as_of),
            };
            parts.of_people.push(fact);
            if !folded.contains(&application.id) {
                parts.described.push(fact);
            }
        }
        let anonymous = anonymous_part::Entity::find()
            .filter(anonymous_part::Column::RunId.in_subquery(scope.runs.clone()))
            .all(db)
            .await?;
        for row in anonymous {
            let Some(run) = self.index.get(&row.run_id) else { continue };
            let fact = &self.runs[*run as usize];
            let path = Path { waited: row.waited, placed: row.placed, ended: row.ended.zip(row.how) };
            parts.described.push(PartFact {
                run: *run,
                person: numbers.of(row.number),
                traits: traits_of(row.sex, row.age, row.neighbourhood),
                standing: path.standing(fact.first_day, as_of),
                came: 0,
                minutes: 0,
                no_shows: 0,
                held: row.held.map_or(fact.held, |held| min(fact.held, count(held))),
                held_minutes: row
                    .held_minutes
                    .map_or(fact.held_minutes, |held| min(fact.held_minutes, count(held))),
                completed: row.completed.is_some_and(|day| day <= as_of),
            });
        }
        let attendance = anonymous_attendance::Entity::find()
            .filter(anonymous_attendance::Column::RunId.in_subquery(scope.runs.clone()))
            .filter(anonymous_attendance::Column::Day.lte(as_of))
            .all(db)
            .await?;
        let of_known = attendance.into_iter().filter_map(|row| Some((*self.index.get(&row.run_id)?, row)));
        parts.folded.extend(of_known.map(|(run, row)| FoldedFact {
            run,
            traits: traits_of(row.sex, row.age, row.neighbourhood),
            attended: count(row.attended),
            minutes: count(row.minutes),
            no_shows: count(row.no_shows),
        }));
        Ok(parts)
    }
}

/// What is kept of what somebody had said; `age` in tens.
fn traits_of(sex: Option<Sex>, age: Option<i32>, neighbourhood: Option<Neighbourhood>) -> Traits {
    Traits { sex, age: age.and_then(|age| AgeGroup::parse(&age.to_string())), neighbourhood }
}

/// When in the day a class begins.
fn part_of(starts_at: DateTime<Utc>) -> DayPart {
    DayPart::of_hour(seoul::wall(starts_at).hour())
}

#[derive(Default)]
struct Parts {
    of_people: Vec<PartFact>,
    described: Vec<PartFact>,
    folded: Vec<FoldedFact>,
}

async fn runs_with_marks<C: ConnectionTrait>(db: &C, scope: &Scope) -> Result<HashSet<Uuid>, DbErr> {
    let marked = mark::Entity::find().select_only().column(mark::Column::ClassSessionId).into_query();
    let runs: Vec<Uuid> = class_session::Entity::find()
        .select_only()
        .column(class_session::Column::RunId)
        .distinct()
        .filter(class_session::Column::Id.in_subquery(scope.held_classes()))
        .filter(class_session::Column::Id.in_subquery(marked))
        .into_tuple()
        .all(db)
        .await?;
    Ok(runs.into_iter().collect())
}

async fn runs_with_people<C: ConnectionTrait>(db: &C, scope: &Scope) -> Result<HashSet<Uuid>, DbErr> {
    let runs: Vec<Uuid> = application::Entity::find()
        .select_only()
        .column(application::Column::RunId)
        .distinct()
        .filter(application::Column::RunId.in_subquery(scope.runs.clone()))
        .into_tuple()
        .all(db)
        .await?;
    Ok(runs.into_iter().collect())
}

/// The most who watched at one time, by run and number of the class. Of a broadcast of which nobody counted, nothing.
async fn viewers<C: ConnectionTrait>(db: &C, scope: &Scope) -> Result<HashMap<(Uuid, i32), u32>, DbErr> {
    let shows: Vec<(Uuid, Uuid, i32)> = broadcast::Entity::find()
        .select_only()
        .columns([broadcast::Column::Id, broadcast::Column::RunId, broadcast::Column::Number])
        .filter(broadcast::Column::RunId.in_subquery(scope.runs.clone()))
        .filter(broadcast::Column::Number.is_not_null())
        .into_tuple()
        .all(db)
        .await?;
    let of_runs = broadcast::Entity::find()
        .select_only()
        .column(broadcast::Column::Id)
        .filter(broadcast::Column::RunId.in_subquery(scope.runs.clone()))
        .into_query();
    // Found by `viewer_sample_once`.
    let most: Vec<(Uuid, i32)> = viewer_sample::Entity::find()
        .select_only()
        .column(viewer_sample::Column::BroadcastId)
        .column_as(viewer_sample::Column::Viewers.max(), "most")
        .filter(viewer_sample::Column::BroadcastId.in_subquery(of_runs))
        .filter(viewer_sample::Column::At.lte(scope.until))
        .group_by(viewer_sample::Column::BroadcastId)
        .into_tuple()
        .all(db)
        .await?;
    let most: HashMap<Uuid, i32> = most.into_iter().collect();
    let of_class = |(id, run, number): (Uuid, Uuid, i32)| Some(((run, number), count(*most.get(&id)?)));
    Ok(shows.into_iter().filter_map(of_class).collect())
}

/// An application with its history in days.
pub(super) struct Application {
    pub id: Uuid,
    pub run: Uuid,
    pub person: Uuid,
    pub path: Path,
}

fn application_in(scope: &Scope) -> SimpleExpr {
    application::Column::RunId.in_subquery(scope.runs.clone())
}

impl Application {
    pub async fn read<C: ConnectionTrait>(db: &C, wanted: SimpleExpr) -> Result<Vec<Self>, DbErr> {
        let rows: Vec<(Uuid, Uuid, Uuid, State, DateTime<Utc>)> = application::Entity::find()
            .select_only()
            .columns([
                application::Column::Id,
                application::Column::RunId,
                application::Column::PersonId,
                application::Column::State,
                application::Column::AppliedAt,
            ])
            .filter(wanted.clone())
            .order_by_asc(application::Column::Stamp)
            .into_tuple()
            .all(db)
            .await?;
        let meant = application::Entity::find()
            .select_only()
            .column(application::Column::Id)
            .filter(wanted)
            .into_query();
        let events: Vec<(Uuid, EventKind, DateTime<Utc>)> = application_event::Entity::find()
            .select_only()
            .columns([application_event::Column::ApplicationId, application_event::Column::Kind])
            .column_as(application_event::Column::At.min(), "first")
            .filter(application_event::Column::Kind.ne(EventKind::Moved))
            .filter(application_event::Column::ApplicationId.in_subquery(meant))
            .group_by(application_event::Column::ApplicationId)
            .group_by(application_event::Column::Kind)
            .into_tuple()
            .all(db)
            .await?;
        let mut history: HashMap<Uuid, Vec<(EventKind, NaiveDate)>> = HashMap::new();
        for (application, kind, at) in events {
            history.entry(application).or_default().push((kind, seoul::day(at)));
        }
        let read = |(id, run, person, state, applied_at): (Uuid, Uuid, Uuid, State, DateTime<Utc>)| {
            let events = history.get(&id).map_or(&[][..], Vec::as_slice);
            Self { id, run, person, path: path(state, seoul::day(applied_at), events) }
        };
        Ok(rows.into_iter().map(read).collect())
    }
}

/// How an application went, from what is written down about it and where it stands now. Where nothing is written down, it
/// has stood so since it was made.
fn path(state: State, applied: NaiveDate, events: &[(EventKind, NaiveDate)]) -> Path {
    let first = |kinds: &[EventKind]| {
        events.iter().filter(|(kind, _)| kinds.contains(kind)).map(|(_, day)| *day).min()
    };
    let placed = first(&[EventKind::Booked, EventKind::Promoted, EventKind::Accepted]);
    let waited = first(&[EventKind::Waiting, EventKind::Offered]);
    // Approved is given a place at once, or stands in line until another event gives it one.
    let approved = first(&[EventKind::Approved]);
    let never_placed = matches!(state, State::Waiting | State::Offered | State::Lapsed);
    let (placed, waited) = match approved {
        Some(_) if placed.is_some() || waited.is_some() || never_placed => (placed, waited.or(approved)),
        _ => (placed.or(approved), waited),
    };
    let ended = |end, kind| Some((first(&[kind]).unwrap_or(applied), end));
    Path {
        waited: waited.or((state == State::Waiting).then_some(applied)),
        placed: placed.or((state == State::Booked).then_some(applied)),
        ended: match state {
            State::Cancelled => ended(End::Cancelled, EventKind::Cancelled),
            State::Lapsed => ended(End::Lapsed, EventKind::Lapsed),
            State::Declined => ended(End::Declined, EventKind::Declined),
            State::Asked | State::Waiting | State::Offered | State::Booked => None,
        },
    }
}

/// What somebody did in the classes of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Did {
    pub came: u32,
    pub minutes: u32,
    pub no_shows: u32,
}

/// One where a mark says that they came.
fn came(presence: SimpleExpr) -> SimpleExpr {
    let there = [Presence::Present, Presence::Late, Presence::LeftEarly];
    Expr::case(presence.is_in(there), 1).finally(0).into()
}

/// Minutes of a mark that count: a class that was shortened after it was marked counts no more than it is long.
fn attended() -> SimpleExpr {
    let (marked, held) = (mark::Column::Minutes.into_expr(), class_session::Column::Minutes.into_expr());
    Expr::case(marked.clone().gt(held.clone()), held).finally(marked).into()
}

/// What was done in these classes, by application.
async fn did<C: ConnectionTrait>(db: &C, classes: SelectStatement) -> Result<HashMap<Uuid, Did>, DbErr> {
    let sums: Vec<(Uuid, i64, i64)> = marks_in(classes.clone()).into_tuple().all(db).await?;
    let mut did: HashMap<Uuid, Did> = HashMap::with_capacity(sums.len());
    for (application, came, minutes) in sums {
        did.insert(application, Did { came: number(came), minutes: number(minutes), no_shows: 0 });
    }
    let absences: Vec<(Uuid, i64)> = absences_in(classes).into_tuple().all(db).await?;
    for (application, absences) in absences {
        did.entry(application).or_default().no_shows = number(absences);
    }
    Ok(did)
}

/// What these applications did in these classes, by the days on which the classes ended.
pub(super) async fn did_by_day<C: ConnectionTrait>(
    db: &C,
    classes: SelectStatement,
    only: &[Uuid],
) -> Result<HashMap<Uuid, BTreeMap<NaiveDate, Did>>, DbErr> {
    // What ends at midnight was held on the day before.
    let day = |at: DateTime<Utc>| seoul::day(at - TimeDelta::microseconds(1));
    let ends_at = class_session::Column::EndsAt;
    let mut did: HashMap<Uuid, BTreeMap<NaiveDate, Did>> = HashMap::new();
    let marks = marks_in(classes.clone()).filter(mark::Column::ApplicationId.is_in(only.iter().copied()));
    let sums = marks.column(ends_at).group_by(ends_at).into_tuple();
    let sums: Vec<(Uuid, i64, i64, DateTime<Utc>)> = sums.all(db).await?;
    for (application, came, minutes, at) in sums {
        let did = did.entry(application).or_default().entry(day(at)).or_default();
        did.came += number(came);
        did.minutes += number(minutes);
    }
    let absences = absences_in(classes).filter(no_show::Column::ApplicationId.is_in(only.iter().copied()));
    let absences = absences.column(ends_at).group_by(ends_at).into_tuple();
    let absences: Vec<(Uuid, i64, DateTime<Utc>)> = absences.all(db).await?;
    for (application, absences, at) in absences {
        did.entry(application).or_default().entry(day(at)).or_default().no_shows += number(absences);
    }
    Ok(did)
}

fn number(number: i64) -> u32 {
    u32::try_from(number).unwrap_or_default()
}

/// By application: how often they came, and the minutes that count, by the marks of these classes.
fn marks_in(classes: SelectStatement) -> Select<mark::Entity> {
    let mut marks = mark::Entity::find()
        .select_only()
        .column(mark::Column::ApplicationId)
        .column_as(Expr::expr(came(mark::Column::Presence.into_expr())).sum(), "came")
        .column_as(Expr::expr(attended()).sum(), "attended")
        .filter(mark::Column::ClassSessionId.in_subquery(classes))
        .group_by(mark::Column::ApplicationId);
    let of_mark = class_session::Column::Id.into_expr().eq(mark::Column::ClassSessionId.into_expr());
    QuerySelect::query(&mut marks).inner_join(class_session::Entity, of_mark);
    marks
}

/// By application: how often they were absent from these classes without a word.
fn absences_in(classes: SelectStatement) -> Select<no_show::Entity> {
    let mut absences = no_show::Entity::find()
        .select_only()
        .column(no_show::Column::ApplicationId)
        .column_as(no_show::Column::ApplicationId.count(), "absences")
        .filter(no_show::Column::WithdrawnAt.is_null())
        .filter(no_show::Column::ClassSessionId.in_subquery(classes))
        .group_by(no_show::Column::ApplicationId);
    let of_absence = class_session::Column::Id.into_expr().eq(no_show::Column::ClassSessionId.into_expr());
    QuerySelect::query(&mut absences).inner_join(class_session::Entity, of_absence);
    absences
}

/// Who has completed a run, and on which day it was closed.
pub(super) async fn completed<C: ConnectionTrait>(
    db: &C,
    wanted: SimpleExpr,
) -> Result<HashMap<Uuid, NaiveDate>, DbErr> {
    let rows: Vec<(Uuid, Uuid)> = completion::Entity::find()
        .select_only()
        .columns([completion::Column::ApplicationId, completion::Column::RunId])
        .filter(completion::Column::State.eq(CompletionState::Completed))
        .filter(wanted)
        .into_tuple()
        .all(db)
        .await?;
    let closings: Vec<(Uuid, DateTime<Utc>)> = run_closing::Entity::find()
        .select_only()
        .columns([run_closing::Column::RunId, run_closing::Column::ClosedAt])
        .into_tuple()
        .all(db)
        .await?;
    let closed: HashMap<Uuid, NaiveDate> =
        closings.into_iter().map(|(run, at)| (run, seoul::day(at))).collect();
    Ok(rows.into_iter().filter_map(|(id, run)| Some((id, *closed.get(&run)?))).collect())
}

/// What somebody says of themselves today.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub(super) struct Said {
    id: Uuid,
    birth_year: Option<i32>,
    sex: Option<Sex>,
    neighbourhood: Option<Neighbourhood>,
}

impl Said {
    pub fn in_year_of(&self, first_day: NaiveDate) -> Traits {
        let year = chrono::Datelike::year(&first_day);
        let age = self.birth_year.and_then(|born| AgeGroup::of(born, year));
        Traits { sex: self.sex, age, neighbourhood: self.neighbourhood }
    }
}

/// Those of these people who say anything.
pub(super) async fn described<C: ConnectionTrait>(
    db: &C,
    wanted: Condition,
) -> Result<HashMap<Uuid, Said>, DbErr> {
    let says_anything = Condition::any()
        .add(person::Column::BirthYear.is_not_null())
        .add(person::Column::Sex.is_not_null())
        .add(person::Column::Neighbourhood.is_not_null());
    let rows: Vec<Said> = person::Entity::find()
        .select_only()
        .columns([
            person::Column::Id,
            person::Column::BirthYear,
            person::Column::Sex,
            person::Column::Neighbourhood,
        ])
        .filter(wanted)
        .filter(says_anything)
        .into_model()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|said| (said.id, said)).collect())
}
