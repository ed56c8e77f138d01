//! The whole programme in memory: what a new or changed run is checked against, date by date.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use uuid::Uuid;

use crate::account::Audience;
use crate::attendance::entity::{attendance_code, class_log, mark_event, viewing};
use crate::centre::Settings;
use crate::course::edit::Refusal;
use crate::course::entity::{class_session, run};
use crate::course::minimum;
use crate::course::{ClassState, Meeting, Mode, Pattern, PatternError, RunDetails, RunState, Selection};
use crate::registration::drawing::follows;
use crate::registration::entity::{application, draw};
use crate::registration::{State, ValueKind};
use crate::seoul;
use crate::space::diary::{Clash, Diary, Wanted, who_is};
use crate::space::entity::space;
use crate::space::free::Missed;
use crate::space::rules::{Shut, SpaceRules};
use crate::space::store::seats_in_service;
use crate::space::{Margin, Slot, SpaceKind, Use};

/// A class session to be: when it is, the minutes it counts, and those for which the room is held around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub slot: Slot,
    pub minutes: i32,
    pub margin: Margin,
}

impl Span {
    fn of(meeting: &Meeting, margin: Margin) -> Self {
        let instant = |wall| seoul::instant(wall).unwrap_or_else(|| seoul::midnight(wall.date()));
        Self {
            slot: Slot { starts_at: instant(meeting.start), ends_at: instant(meeting.end) },
            minutes: i32::try_from(meeting.minutes).unwrap_or(i32::MAX),
            margin,
        }
    }

    pub fn of_session(session: &class_session::Model) -> Self {
        let minutes = |minutes: i32| u16::try_from(minutes).unwrap_or_default();
        Self {
            slot: Slot { starts_at: session.starts_at, ends_at: session.ends_at },
            minutes: session.minutes,
            margin: Margin { set_up: minutes(session.set_up), strike: minutes(session.strike) },
        }
    }
}

/// Where a run's details come from: a form's classes are set up and struck as the room's rules say, those of the office's
/// file follow each other as it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Form,
    File,
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
    /// They stay when they are, each counting so many minutes; those to come take the run's room and instructor.
    Settle { minutes: Option<i32> },
    /// They are made anew from the pattern.
    Make(Vec<Span>),
}

/// Read in a transaction that has taken the writer's turn, so that nobody else changes it meanwhile.
pub(super) struct Programme {
    pub rules: SpaceRules,
    pub runs: HashMap<String, run::Model>,
    pub sessions: HashMap<Uuid, Vec<class_session::Model>>,
    seats: HashMap<Uuid, u32>,
    applied: HashMap<Uuid, Applied>,
    /// Class sessions of which something is on record, if need be from shortly before they begin: those are not made anew.
    recorded: HashSet<Uuid>,
    /// Of runs whose places are still to be drawn.
    draws: HashMap<Uuid, draw::Model>,
    /// Of a draw that nobody has promised yet.
    value_kind: ValueKind,
    can_promise: bool,
    diary: Diary,
}

/// How far ahead anybody plans.
const AHEAD: TimeDelta = TimeDelta::days(50 * 366);

async fn recorded<C: ConnectionTrait>(tx: &C, since: DateTime<Utc>) -> Result<HashSet<Uuid>, DbErr> {
    let mut found =
        list_recorded::<mark_event::Entity, _>(tx, mark_event::Column::ClassSessionId, since).await?;
    found.extend(list_recorded::<viewing::Entity, _>(tx, viewing::Column::ClassSessionId, since).await?);
    found.extend(
        list_recorded::<attendance_code::Entity, _>(tx, attendance_code::Column::ClassSessionId, since)
            .await?,
    );
    found.extend(list_recorded::<class_log::Entity, _>(tx, class_log::Column::ClassSessionId, since).await?);
    Ok(found.into_iter().collect())
}

/// The class sessions from `since` on that a table knows. Found by `class_session_time` and the table's own key.
async fn list_recorded<E: EntityTrait, C: ConnectionTrait>(
    tx: &C,
    class: E::Column,
    since: DateTime<Utc>,
) -> Result<Vec<Uuid>, DbErr> {
    let classes = class_session::Entity::find()
        .select_only()
        .column(class_session::Column::Id)
        .filter(class_session::Column::StartsAt.gte(since))
        .into_query();
    let known = E::find().select_only().column(class).distinct().filter(class.in_subquery(classes));
    known.into_tuple().all(tx).await
}

impl Programme {
    /// `since` is the earliest that will be asked about: what was held before is left in the database.
    pub async fn load<C: ConnectionTrait>(
        tx: &C,
        settings: &Settings,
        since: DateTime<Utc>,
    ) -> Result<Self, DbErr> {
        let rules = SpaceRules::load(tx).await?;
        let mut sessions: HashMap<Uuid, Vec<class_session::Model>> = HashMap::new();
        let in_order = class_session::Entity::find().order_by_asc(class_session::Column::Number);
        for session in in_order.all(tx).await? {
            sessions.entry(session.run_id).or_default().push(session);
        }
        let runs = run::Entity::find().all(tx).await?;
        let draws = draw::Entity::find().filter(draw::Column::DrawnAt.is_null()).all(tx).await?;
        Ok(Self {
            seats: seats_in_service(tx, &rules.tree).await?,
            rules,
            applied: applied(tx).await?,
            recorded: recorded(tx, since).await?,
            sessions,
            draws: draws.into_iter().map(|draw| (draw.run_id, draw)).collect(),
            value_kind: settings.draw.source.kind(),
            can_promise: settings.secrets.has_keys(),
            runs: runs.into_iter().map(|run| (run.code.clone(), run)).collect(),
            diary: Diary::load(tx, Slot { starts_at: since, ends_at: since + AHEAD }).await?,
        })
    }

    pub fn applied(&self, run: Uuid) -> Applied {
        self.applied.get(&run).copied().unwrap_or_default()
    }

    /// The times of a run's class sessions that take place.
    pub fn planned(&self, run: Uuid) -> Vec<Span> {
        let sessions = self.sessions.get(&run).into_iter().flatten();
        sessions.filter(|session| session.state == ClassState::Planned).map(Span::of_session).collect()
    }

    /// What a class session holds: every part of its room, and whoever teaches.
    pub fn wanted(
        &self,
        space: Option<Uuid>,
        instructor: &str,
        account: Option<Uuid>,
        span: &Span,
    ) -> Wanted {
        Wanted {
            slot: span.slot.with(span.margin),
            leaves: space.map(|space| self.rules.tree.leaves_of(space)).unwrap_or_default(),
            things: Vec::new(),
            people: who_is(instructor, account),
        }
    }

    /// Enters a run's times, so that the next is checked against them.
    pub fn occupy(&mut self, run: Uuid, code: &str, details: &RunDetails, spans: &[Span]) {
        for span in spans {
            let wanted =
                self.wanted(details.space_id, details.instructor_name(), details.instructor_id, span);
            self.diary.enter(run, code, &wanted);
        }
    }

    /// Takes a run's times out again, before it is checked anew.
    pub fn vacate(&mut self, run: Uuid) {
        let sessions = self.sessions.get(&run).into_iter().flatten().map(|session| session.id);
        self.diary.vacate(&sessions.chain([run]).collect());
    }

    /// Takes one class session out, before it is moved.
    pub fn vacate_session(&mut self, session: Uuid) {
        self.diary.vacate(&HashSet::from([session]));
    }

    /// Everything that stands in the way of these times, earliest first; one line for each holder and date.
    pub fn clashes<'a>(&self, wanted: impl IntoIterator<Item = &'a Wanted>) -> Vec<Clash> {
        let mut clashes: Vec<Clash> =
            wanted.into_iter().flat_map(|wanted| self.diary.clashes(wanted)).collect();
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
        source: Source,
        now: DateTime<Utc>,
    ) -> Result<Sessions, Vec<Refusal>> {
        let mut refusals = Vec::new();
        let sessions = self.sessions_for(present, details, source).unwrap_or_else(|error| {
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
        // Nobody judges the past again: of a run that is there, only what is to come or wasn't so before.
        let before = present.map(|run| self.planned(run.id)).unwrap_or_default();
        let stays = |span: &Span| span.slot.starts_at <= now && before.contains(span);
        let mut spans = match &sessions {
            Sessions::Make(spans) => spans.clone(),
            Sessions::Settle { .. } => before.clone(),
            Sessions::Stay => Vec::new(),
        };
        spans.retain(|span| !stays(span));
        refusals.extend(self.check_room(details, &spans));
        if let Some(run) = present {
            refusals.extend(self.check_people(run, details, &sessions, now));
        }
        let classes = match &sessions {
            Sessions::Make(spans) => first_of(spans),
            Sessions::Settle { .. } | Sessions::Stay => first_of(&before),
        };
        refusals.extend(minimum::check(present, details, classes, now));
        // A draft is judged when it is published; a file's runs are public at once.
        if published || present.is_none() && source == Source::File {
            let is_as_before = present.is_some_and(|run| {
                let (was, is) = (RunDetails::of(run), details);
                (was.selection, was.apply_until) == (is.selection, is.apply_until)
                    && classes == first_of(&before)
            });
            if !is_as_before {
                refusals.extend(self.check_draw(present, details, classes, now));
            }
        }
        let wanted: Vec<Wanted> = spans
            .iter()
            .map(|span| self.wanted(details.space_id, details.instructor_name(), details.instructor_id, span))
            .collect();
        let clashes = self.clashes(&wanted);
        if !clashes.is_empty() {
            refusals.push(Refusal::Clashes(clashes));
            let rooms = self.free_rooms(details, &spans);
            if source == Source::Form && !rooms.is_empty() {
                refusals.push(Refusal::FreeRooms(rooms));
            }
        }
        if refusals.is_empty() { Ok(sessions) } else { Err(refusals) }
    }

    /// What keeps a run whose first class is then from having its places drawn: its draw must come before, and its secret must
    /// be sealed. Of a window that is over without a promise nothing is judged again.
    pub fn check_draw(
        &self,
        run: Option<&run::Model>,
        details: &RunDetails,
        begins: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Vec<Refusal> {
        let Some(closes) = details.apply_until.filter(|_| details.selection == Selection::Lottery) else {
            return Vec::new();
        };
        let promised = run.and_then(|run| Some((run.apply_until, self.draws.get(&run.id)?)));
        let planned_for = match promised {
            Some((was, draw)) => follows(draw, was, closes),
            None if closes <= now => return Vec::new(),
            None => self.value_kind.known_from(closes),
        };
        let held = planned_for.max(closes);
        let too_late = begins.filter(|begins| *begins > now && *begins <= held);
        let no_key = promised.is_none() && !self.can_promise;
        let too_late = too_late.map(|_| Refusal::DrawTooLate(held));
        too_late.into_iter().chain(no_key.then_some(Refusal::NoKey)).collect()
    }

    /// The rooms in which all these classes could be held instead, by name: large enough, open and free.
    fn free_rooms(&self, details: &RunDetails, spans: &[Span]) -> Vec<String> {
        let takes = |space: &&space::Model| {
            let seats = self.seats.get(&space.id).copied().unwrap_or_default();
            space.kind == SpaceKind::Classroom
                && seats >= u32::from(details.capacity)
                && self.check_open(space.id, spans).is_none()
                && spans.iter().all(|span| {
                    let wanted = self.wanted(Some(space.id), "", None, span);
                    self.diary.clashes(&wanted).is_empty()
                })
        };
        self.rules.tree.all().iter().filter(takes).map(|space| space.name.clone()).collect()
    }

    /// When a room is free on the day of a slot for as long, nearest first.
    pub fn free_times(&self, space: Uuid, slot: Slot, now: DateTime<Utc>) -> Vec<DateTime<Utc>> {
        let (rules, diary, audience) = (&self.rules, &self.diary, Audience::Staff);
        let missed = Missed { rules, diary, space, kind: Use::Class, audience, slot, now };
        missed.instead(&[]).slots.into_iter().map(|slot| slot.starts_at).collect()
    }

    fn sessions_for(
        &self,
        present: Option<&run::Model>,
        details: &RunDetails,
        source: Source,
    ) -> Result<Sessions, PatternError> {
        let margin = match (source, details.space_id) {
            (Source::Form, Some(space)) => self.rules.margin(space, Use::Class),
            _ => Margin::default(),
        };
        let wanted = details.pattern();
        let present = present.map(|run| (run, RunDetails::of(run)));
        if let Some((run, old)) = &present
            && let Some(old) = old.pattern()
            && let Some(wanted) = &wanted
            && (Pattern { minutes: wanted.minutes, ..old.clone() }) == *wanted
        {
            let recount =
                (old.minutes != wanted.minutes).then(|| self.check_pattern(wanted, margin)).transpose()?;
            let minutes = recount.and_then(|spans| spans.first().map(|span| span.minutes));
            let moves = run.space_id != details.space_id
                || run.instructor != details.instructor_name()
                || run.instructor_id != details.instructor_id;
            return Ok(if moves || minutes.is_some() {
                Sessions::Settle { minutes }
            } else {
                Sessions::Stay
            });
        }
        let spans = wanted.as_ref().map_or(Ok(Vec::new()), |pattern| self.check_pattern(pattern, margin));
        spans.map(Sessions::Make)
    }

    fn check_pattern(&self, pattern: &Pattern, margin: Margin) -> Result<Vec<Span>, PatternError> {
        let holidays = &self.rules.holidays;
        let meetings = pattern.meetings(&holidays.days, &holidays.years)?;
        Ok(meetings.iter().map(|meeting| Span::of(meeting, margin)).collect())
    }

    /// Why the room can't be used at one of these times.
    pub fn check_open(&self, space: Uuid, spans: &[Span]) -> Option<Refusal> {
        let shut = spans.iter().find_map(|span| self.rules.check(space, Audience::Staff, span.slot).err())?;
        Some(match shut {
            Shut::NotInUse(day) => Refusal::RoomNotInUse(day),
            Shut::Closed(day, reason) => Refusal::RoomClosed(day, reason),
            Shut::Hours(day) => Refusal::RoomShut(day),
        })
    }

    fn check_room(&self, details: &RunDetails, spans: &[Span]) -> Option<Refusal> {
        let space = self.rules.tree.get(details.space_id?)?;
        if !space.holds_classes() {
            return Some(Refusal::NoRoom);
        }
        if let Some(refusal) = self.check_open(space.id, spans) {
            return Some(refusal);
        }
        let seats = self.seats.get(&space.id).copied().filter(|_| details.mode == Mode::InPerson)?;
        (u32::from(details.capacity) > seats).then_some(Refusal::CapacityOverSeats(seats))
    }

    /// Whether both rooms have a plan, so that everybody's seat has a counterpart. Those who learn from home have none.
    fn seats_go_along(&self, run: &run::Model, details: &RunDetails) -> bool {
        let has_plan = |space: Option<Uuid>| space.is_some_and(|space| self.seats.contains_key(&space));
        details.mode == Mode::InPerson && has_plan(run.space_id) && has_plan(details.space_id)
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
        let begun = self.planned(run.id).iter().any(|span| span.slot.starts_at <= now);
        let mut classes = self.sessions.get(&run.id).into_iter().flatten();
        let recorded = classes.any(|class| self.recorded.contains(&class.id));
        if (applied.ever && begun || recorded) && matches!(sessions, Sessions::Make(_)) {
            refusals.push(Refusal::Begun);
        }
        refusals.extend(check_lottery(run, details, now));
        if applied.taken > u32::from(details.capacity) {
            refusals.push(Refusal::CapacityUnderTaken(applied.taken));
        }
        let other_places = run.mode != details.mode
            || (run.space_id != details.space_id && !self.seats_go_along(run, details));
        if other_places && applied.taken > 0 {
            refusals.push(Refusal::PlacesHeld);
        }
        refusals
    }
}

fn first_of(spans: &[Span]) -> Option<DateTime<Utc>> {
    spans.iter().map(|span| span.slot.starts_at).min()
}

/// What is settled of a lottery from its opening on: that it is one, and from when until when one can take part. Moved, the end
/// could come after its public value, and the beginning would open anew what was announced.
fn check_lottery(run: &run::Model, details: &RunDetails, now: DateTime<Utc>) -> Option<Refusal> {
    let has_opened = run.state == RunState::Published && run.apply_from.is_some_and(|from| from <= now);
    let drawn = |selection| selection == Selection::Lottery;
    if has_opened && drawn(run.selection) != drawn(details.selection) {
        return Some(Refusal::LotteryStands);
    }
    let window = (details.apply_from, details.apply_until);
    let moved = drawn(run.selection) && window != (run.apply_from, run.apply_until);
    (moved && has_opened).then_some(Refusal::WindowStands)
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
