//! The whole programme in memory: what a new or changed run is checked against, date by date.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::course::edit::{Clash, Over, Refusal};
use crate::course::entity::{class_session, run};
use crate::course::{ClassState, Meeting, Mode, Pattern, PatternError, RunDetails, RunState};
use crate::registration::State;
use crate::registration::entity::application;
use crate::seoul;
use crate::space::holiday::Holidays;
use crate::space::store::{Tree, seats_in_service};

/// A class session to be: instants, and the minutes it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub minutes: i32,
}

impl Span {
    fn of(meeting: &Meeting) -> Self {
        let instant = |wall| seoul::instant(wall).unwrap_or_else(|| seoul::midnight(wall.date()));
        Self {
            starts_at: instant(meeting.start),
            ends_at: instant(meeting.end),
            minutes: i32::try_from(meeting.minutes).unwrap_or(i32::MAX),
        }
    }

    pub fn of_session(session: &class_session::Model) -> Self {
        Self { starts_at: session.starts_at, ends_at: session.ends_at, minutes: session.minutes }
    }
}

/// Who is in a room, or where an instructor is, from when to when.
#[derive(Clone)]
struct Busy {
    span: Span,
    run: Uuid,
    code: String,
}

/// Applications of a run, counted.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Applied {
    /// Anybody ever, whatever became of it.
    pub ever: bool,
    pub taken: u32,
}

/// What becomes of a run's class sessions when it is saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sessions {
    /// They stay, in the room they are in.
    Stay,
    /// They stay when they are, each counting so many minutes, and take the run's room.
    Settle { minutes: Option<i32> },
    /// They are made anew from the pattern.
    Make(Vec<Span>),
}

/// Read in a transaction that has taken the writer's turn, so that nobody else changes it meanwhile.
pub(super) struct Programme {
    pub tree: Tree,
    pub holidays: Holidays,
    pub runs: HashMap<String, run::Model>,
    pub sessions: HashMap<Uuid, Vec<class_session::Model>>,
    seats: HashMap<Uuid, u32>,
    applied: HashMap<Uuid, Applied>,
    rooms: HashMap<Uuid, Vec<Busy>>,
    instructors: HashMap<String, Vec<Busy>>,
}

impl Programme {
    pub async fn load<C: ConnectionTrait>(tx: &C) -> Result<Self, DbErr> {
        let tree = Tree::load(tx).await?;
        let mut sessions: HashMap<Uuid, Vec<class_session::Model>> = HashMap::new();
        let in_order = class_session::Entity::find().order_by_asc(class_session::Column::Number);
        for session in in_order.all(tx).await? {
            sessions.entry(session.run_id).or_default().push(session);
        }
        let runs = run::Entity::find().all(tx).await?;
        let mut programme = Self {
            holidays: Holidays::load(tx).await?,
            seats: seats_in_service(tx, &tree).await?,
            applied: applied(tx).await?,
            tree,
            sessions,
            runs: runs.iter().map(|run| (run.code.clone(), run.clone())).collect(),
            rooms: HashMap::new(),
            instructors: HashMap::new(),
        };
        for run in runs.iter().filter(|run| run.state != RunState::Cancelled) {
            let spans = programme.planned(run.id);
            programme.occupy(run.id, &run.code, run.space_id, &run.instructor, &spans);
        }
        Ok(programme)
    }

    pub fn applied(&self, run: Uuid) -> Applied {
        self.applied.get(&run).copied().unwrap_or_default()
    }

    /// The times of a run's class sessions that take place.
    pub fn planned(&self, run: Uuid) -> Vec<Span> {
        let sessions = self.sessions.get(&run).into_iter().flatten();
        sessions.filter(|session| session.state == ClassState::Planned).map(Span::of_session).collect()
    }

    /// Enters a run's times, so that the next is checked against them.
    pub fn occupy(&mut self, run: Uuid, code: &str, space: Option<Uuid>, instructor: &str, spans: &[Span]) {
        let busy = || spans.iter().map(|span| Busy { span: *span, run, code: code.to_owned() });
        for leaf in space.map(|space| self.tree.leaves_of(space)).unwrap_or_default() {
            self.rooms.entry(leaf).or_default().extend(busy());
        }
        if !instructor.is_empty() {
            self.instructors.entry(instructor.to_owned()).or_default().extend(busy());
        }
    }

    /// Takes a run's times out again, before it is checked anew.
    pub fn vacate(&mut self, run: Uuid) {
        for busy in self.rooms.values_mut().chain(self.instructors.values_mut()) {
            busy.retain(|busy| busy.run != run);
        }
    }

    /// Takes one class session out, before it is moved.
    pub fn vacate_session(&mut self, run: Uuid, starts_at: DateTime<Utc>) {
        for busy in self.rooms.values_mut().chain(self.instructors.values_mut()) {
            busy.retain(|busy| (busy.run, busy.span.starts_at) != (run, starts_at));
        }
    }

    /// Everything that stands in the way of these times, earliest first; one line for each run and date.
    pub fn clashes(&self, space: Option<Uuid>, instructor: &str, spans: &[Span]) -> Vec<Clash> {
        let mut clashes = Vec::new();
        let mut look = |busy: Option<&Vec<Busy>>, over: Over| {
            for other in busy.into_iter().flatten() {
                if spans
                    .iter()
                    .any(|it| it.starts_at < other.span.ends_at && other.span.starts_at < it.ends_at)
                {
                    clashes.push(Clash {
                        starts_at: other.span.starts_at,
                        ends_at: other.span.ends_at,
                        with: other.code.clone(),
                        over,
                    });
                }
            }
        };
        for leaf in space.map(|space| self.tree.leaves_of(space)).unwrap_or_default() {
            look(self.rooms.get(&leaf), Over::Room);
        }
        look(self.instructors.get(instructor), Over::Instructor);
        clashes.sort();
        clashes.dedup();
        clashes
    }

    /// Decides what becomes of the class sessions of a run that shall be `details`, or says all that is wrong with
    /// it. The run's own times must have been taken out before.
    pub fn check(
        &self,
        present: Option<&run::Model>,
        details: &RunDetails,
        now: DateTime<Utc>,
    ) -> Result<Sessions, Vec<Refusal>> {
        let mut refusals = Vec::new();
        let sessions = self.sessions_for(present, details).unwrap_or_else(|error| {
            refusals.push(Refusal::Pattern(error));
            Sessions::Stay
        });
        let published = present.is_some_and(|run| run.state == RunState::Published);
        let missing = details.missing();
        if published && !missing.is_empty() {
            refusals.push(Refusal::Missing(missing));
        }
        if details.apply_from.zip(details.apply_until).is_some_and(|(from, until)| from >= until) {
            refusals.push(Refusal::WindowBackwards);
        }
        let spans = match &sessions {
            Sessions::Make(spans) => spans.clone(),
            _ => present.map(|run| self.planned(run.id)).unwrap_or_default(),
        };
        refusals.extend(self.check_room(details, &spans));
        if let Some(run) = present {
            refusals.extend(self.check_people(run, details, &sessions, now));
        }
        let instructor = details.instructor_name();
        let stays = present.is_some_and(|run| sessions == Sessions::Stay && run.instructor == instructor);
        if !stays {
            let clashes = self.clashes(details.space_id, instructor, &spans);
            if !clashes.is_empty() {
                refusals.push(Refusal::Clashes(clashes));
            }
        }
        if refusals.is_empty() { Ok(sessions) } else { Err(refusals) }
    }

    fn sessions_for(
        &self,
        present: Option<&run::Model>,
        details: &RunDetails,
    ) -> Result<Sessions, PatternError> {
        let wanted = details.pattern();
        let present = present.map(|run| (run, RunDetails::of(run)));
        if let Some((run, old)) = &present
            && let Some(old) = old.pattern()
            && let Some(wanted) = &wanted
            && (Pattern { minutes: wanted.minutes, ..old.clone() }) == *wanted
        {
            let recount = (old.minutes != wanted.minutes).then(|| self.check_pattern(wanted)).transpose()?;
            let minutes = recount.and_then(|spans| spans.first().map(|span| span.minutes));
            let moves = run.space_id != details.space_id;
            return Ok(if moves || minutes.is_some() {
                Sessions::Settle { minutes }
            } else {
                Sessions::Stay
            });
        }
        wanted.as_ref().map_or(Ok(Vec::new()), |pattern| self.check_pattern(pattern)).map(Sessions::Make)
    }

    fn check_pattern(&self, pattern: &Pattern) -> Result<Vec<Span>, PatternError> {
        let meetings = pattern.meetings(&self.holidays.days, &self.holidays.years)?;
        Ok(meetings.iter().map(Span::of).collect())
    }

    fn check_room(&self, details: &RunDetails, spans: &[Span]) -> Option<Refusal> {
        let space = self.tree.get(details.space_id?)?;
        if !space.holds_classes() {
            return Some(Refusal::NoRoom);
        }
        let mut days = spans.iter().map(|span| seoul::day(span.starts_at));
        if let Some(day) = days.find(|day| !space.in_use_on(*day)) {
            return Some(Refusal::RoomNotInUse(day));
        }
        let seats = self.seats.get(&space.id).copied().filter(|_| details.mode == Mode::InPerson)?;
        (u32::from(details.capacity) > seats).then_some(Refusal::CapacityOverSeats(seats))
    }

    /// What would be taken from people who have applied.
    fn check_people(
        &self,
        run: &run::Model,
        details: &RunDetails,
        sessions: &Sessions,
        now: DateTime<Utc>,
    ) -> Vec<Refusal> {
        let mut refusals = Vec::new();
        let applied = self.applied(run.id);
        if run.state == RunState::Cancelled {
            refusals.push(Refusal::RunCancelled);
        }
        let begun = self.planned(run.id).iter().any(|span| span.starts_at <= now);
        if applied.ever && begun && matches!(sessions, Sessions::Make(_)) {
            refusals.push(Refusal::Begun);
        }
        if applied.taken > u32::from(details.capacity) {
            refusals.push(Refusal::CapacityUnderTaken(applied.taken));
        }
        let other_places = run.space_id != details.space_id || run.mode != details.mode;
        if other_places && applied.taken > 0 {
            refusals.push(Refusal::PlacesHeld);
        }
        refusals
    }
}

async fn applied<C: ConnectionTrait>(tx: &C) -> Result<HashMap<Uuid, Applied>, DbErr> {
    let found: Vec<(Uuid, State, i64)> = application::Entity::find()
        .select_only()
        .column(application::Column::RunId)
        .column(application::Column::State)
        .column_as(application::Column::Id.count(), "people")
        .group_by(application::Column::RunId)
        .group_by(application::Column::State)
        .into_tuple()
        .all(tx)
        .await?;
    let mut applied: HashMap<Uuid, Applied> = HashMap::new();
    for (run, state, count) in found {
        let applied = applied.entry(run).or_default();
        applied.ever = true;
        if state.holds() {
            applied.taken += u32::try_from(count).unwrap_or(u32::MAX);
        }
    }
    Ok(applied)
}
