//! One batch of the writer: takes its turn, reads what it doesn't know, decides, writes everything at once.

mod draw;
mod ticket;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter,
    sea_query::Expr,
};
use uuid::Uuid;

use self::draw::Draws;
use self::ticket::{Line, Tickets};
use super::entity::{application, application_event, writer};
use super::shelf::Shelf;
use super::writer::{Actor, Apply, Command, Outcome, Waiting};
use super::{Applicant, Book, Entry, EventKind, Grant, Place, Refusal, State};
use crate::attendance::bar::bars_of;
use crate::centre::Settings;
use crate::clock::Clock;
use crate::course::{Category, RunState};
use crate::notice::store::{Draft, Recipient};
use crate::notice::{Event, Facts, quiet_for};
use crate::seoul;
use crate::space::SeatCode;

/// What the writer remembers between batches, true as long as the turn is the one it knows.
#[derive(Default)]
pub(super) struct Memory {
    turn: i64,
    stamp: i64,
    books: HashMap<Uuid, Arc<Book>>,
    people: HashMap<Uuid, Vec<Past>>,
    /// The bars of those in `people` who have any.
    bars: HashMap<Uuid, Vec<(Category, DateTime<Utc>)>>,
    /// The tickets that wait, of each run in `books` that has any.
    lines: HashMap<Uuid, Line>,
}

/// One application of a person, live or not.
#[derive(Clone)]
struct Past {
    application: Uuid,
    run: Uuid,
    key: Uuid,
    state: State,
}

impl Memory {
    /// Until when somebody may not apply in a category, where they may not.
    fn barred_until(&self, person: Uuid, category: Category) -> Option<DateTime<Utc>> {
        let of_category = |(of, until): &(Category, DateTime<Utc>)| (*of == category).then_some(*until);
        self.bars.get(&person)?.iter().filter_map(of_category).max()
    }

    fn past(&self, person: Uuid) -> &[Past] {
        self.people.get(&person).map_or(&[], Vec::as_slice)
    }

    /// After this no turn is the one it knows: what a batch that failed has left here must not pass for true when
    /// somebody else advances the turn to the one that batch would have had.
    pub(super) fn forget(&mut self) {
        self.turn = UNKNOWN;
        self.books.clear();
        self.people.clear();
        self.bars.clear();
        self.lines.clear();
    }
}

fn applicant(asked: &Waiting) -> Option<Uuid> {
    if let Command::Apply(apply) = &asked.command { Some(apply.person) } else { None }
}

/// The turn in the database is never negative.
const UNKNOWN: i64 = -1;

/// How many people are kept in mind before starting anew; each costs about 200 bytes.
const PEOPLE: usize = 100_000;

pub(super) struct Batch<'a> {
    tx: &'a DatabaseTransaction,
    clock: &'a Clock,
    settings: &'a Settings,
    memory: &'a mut Memory,
    now: DateTime<Utc>,
    /// New applications, whose rows are inserted with what they came to at the end of the batch.
    made: BTreeMap<Uuid, application::Model>,
    /// Known applications that changed, by id.
    changed: BTreeMap<Uuid, Change>,
    /// Who goes from one place to another in this batch.
    moving: BTreeSet<Uuid>,
    /// The runs whose books this batch has changed.
    touched: BTreeSet<Uuid>,
    cancelled_runs: Vec<(Uuid, Actor)>,
    events: Vec<application_event::ActiveModel>,
    notices: Vec<Draft>,
    tickets: Tickets,
    draws: Draws,
}

/// What a committed batch lets everybody see.
pub(super) struct Shown {
    turn: i64,
    books: Vec<Arc<Book>>,
    applications_alone: bool,
}

impl Shown {
    pub(super) fn put_on(self, shelf: &Shelf) {
        shelf.advance(self.turn, self.books, self.applications_alone);
    }
}

struct Change {
    stamp: i64,
    state: State,
    place: Option<Place>,
    offer_until: Option<DateTime<Utc>>,
}

impl<'a> Batch<'a> {
    pub(super) async fn begin(
        tx: &'a DatabaseTransaction,
        clock: &'a Clock,
        settings: &'a Settings,
        memory: &'a mut Memory,
        shelf: &Shelf,
        waiting: &[Waiting],
    ) -> Result<Self, DbErr> {
        take_turn(tx, memory, waiting.len()).await?;
        if memory.people.len() > PEOPLE {
            memory.people.clear();
            memory.bars.clear();
        }
        let applicants: BTreeSet<Uuid> = waiting.iter().filter_map(applicant).collect();
        load_people(tx, memory, &applicants).await?;
        load_books(tx, memory, shelf, waiting.iter().map(|asked| asked.command.run()), &applicants).await?;
        let tickets = Tickets::load(tx, settings, memory, shelf, waiting).await?;
        let draws = Draws::load(tx, settings, memory, waiting).await?;
        Ok(Self {
            tx,
            clock,
            settings,
            memory,
            now: clock.now(),
            made: BTreeMap::new(),
            changed: BTreeMap::new(),
            moving: BTreeSet::new(),
            touched: BTreeSet::new(),
            cancelled_runs: Vec::new(),
            events: Vec::new(),
            notices: Vec::new(),
            tickets,
            draws,
        })
    }

    /// Decides one command. A freed place is given away before the next command is looked at.
    pub(super) fn decide(
        &mut self,
        command: &Command,
        arrived: DateTime<Utc>,
    ) -> Result<Option<Outcome>, Refusal> {
        let run = command.run();
        if !self.memory.books.contains_key(&run) {
            return Err(Refusal::NotFound);
        }
        if self.memory.books[&run].awaits_draw() {
            // Before anybody's application ends, so that the list says who was in it also where nobody drew.
            self.release(run, arrived);
            self.freeze(run, arrived);
        }
        self.end_overdue(run);
        self.admit_unasked(run);
        self.promise(run, arrived);
        self.release(run, arrived);
        let outcome = match command {
            Command::Apply(apply) => match apply.ticket.zip(self.memory.books[&run].opens_after(arrived)) {
                Some((number, opening)) => self.enter(apply, number, opening).map(|()| None),
                None => self.apply(apply, arrived).map(Some),
            },
            Command::ChangeSeat { application, actor, seat, .. } => {
                self.change_seat(run, *application, *actor, seat).map(Some)
            }
            Command::Swap { application, other, actor, seat, .. } => {
                self.swap(run, (*application, *other), *actor, seat).map(Some)
            }
            Command::Cancel { application, actor, reason, .. } => {
                self.cancel(run, *application, *actor, reason.as_deref()).map(Some)
            }
            Command::Accept { application, actor, .. } => self.accept(run, *application, *actor).map(Some),
            Command::Approve { application, actor, .. } => self.approve(run, *application, *actor).map(Some),
            Command::Decline { application, actor, reason, .. } => {
                self.decline(run, *application, *actor, reason).map(Some)
            }
            Command::CancelRun { actor, reason, .. } => self.cancel_run(run, *actor, reason).map(|()| None),
            Command::Withdraw { ticket, actor, .. } => self.withdraw(run, *ticket, *actor).map(|()| None),
            Command::Draw { actor, value, key, .. } => self.draw(run, value, *actor, *key).map(|()| None),
            Command::Settle { .. } => Ok(None),
        };
        self.promote(run);
        outcome
    }

    fn apply(&mut self, apply: &Apply, arrived: DateTime<Utc>) -> Result<Outcome, Refusal> {
        if let Some(before) = self.memory.past(apply.person).iter().find(|past| past.key == apply.key) {
            return Ok(self.outcome(before.run, before.application, before.state, true));
        }
        let (state, place, kind, event) = match self.grant(apply, arrived)? {
            Grant::Booked(place) => (State::Booked, Some(place), EventKind::Booked, Event::Booked),
            Grant::Waiting => (State::Waiting, None, EventKind::Waiting, Event::Waiting),
            Grant::Asked => (State::Asked, None, EventKind::Asked, Event::Asked),
        };
        self.memory.stamp += 1;
        let (stamp, id) = (self.memory.stamp, self.clock.id());
        let (seat_id, admission) = columns(place);
        let model = application::Model {
            id,
            run_id: apply.run,
            person_id: apply.person,
            state,
            stamp,
            request_key: apply.key,
            seat_id,
            admission,
            offer_until: None,
            entered_by: if let Actor::Office(id) = apply.actor { Some(id) } else { None },
            applied_at: arrived,
        };
        self.made.insert(id, model);
        let entry =
            Entry { id, person: apply.person, language: apply.language, state, place, offer_until: None };
        let past = Past { application: id, run: apply.run, key: apply.key, state };
        self.memory.people.entry(apply.person).or_default().push(past);
        if let Some(book) = self.change(apply.run) {
            book.live.insert(stamp, entry);
        }
        self.record(apply.run, stamp, kind, apply.actor, None);
        if state == State::Asked && self.memory.books[&apply.run].awaits_draw() {
            let ticket = self.draws.enter(apply.run, id);
            self.tell_of_draw(apply.run, stamp, Event::DrawEntered, &ticket);
        } else {
            self.tell(apply.run, stamp, event, None);
        }
        Ok(self.outcome(apply.run, id, state, false))
    }

    /// What an application would get, if it is not refused.
    fn grant(&self, apply: &Apply, arrived: DateTime<Utc>) -> Result<Grant, Refusal> {
        let book = &self.memory.books[&apply.run];
        if book.of_person(apply.person).is_some() {
            return Err(Refusal::AlreadyApplied);
        }
        let live = self.memory.past(apply.person).iter().filter(|past| past.state.is_live());
        let who = Applicant {
            staff: apply.staff,
            entrance: apply.entrance,
            barred_until: self.memory.barred_until(apply.person, book.category),
            others: live.filter_map(|past| self.memory.books.get(&past.run)).map(Arc::as_ref).collect(),
            monthly_limit: self.settings.applications_a_month,
        };
        book.apply(&who, &apply.choice, arrived)
    }

    fn change_seat(
        &mut self,
        run: Uuid,
        application: Uuid,
        actor: Actor,
        seat: &SeatCode,
    ) -> Result<Outcome, Refusal> {
        let stamp = self.find(run, application, actor)?;
        let place = self.memory.books[&run].change_seat(stamp, seat, self.now)?;
        if self.entry(run, stamp).place != Some(place) {
            self.set(run, stamp, State::Booked, Some(place), None);
            self.moved(run, stamp, actor);
        }
        Ok(self.outcome(run, application, State::Booked, false))
    }

    fn swap(
        &mut self,
        run: Uuid,
        (application, other): (Uuid, Uuid),
        actor: Actor,
        seat: &SeatCode,
    ) -> Result<Outcome, Refusal> {
        let stamp = self.find(run, application, actor)?;
        let of_other = self.find(run, other, actor)?;
        if let Some((place, place_of_other)) =
            self.memory.books[&run].swap(stamp, of_other, seat, self.now)?
        {
            // As in the room: one gets up before the other sits down.
            self.set(run, stamp, State::Waiting, None, None);
            self.set(run, of_other, State::Booked, Some(place_of_other), None);
            self.set(run, stamp, State::Booked, Some(place), None);
            self.moved(run, stamp, actor);
            self.moved(run, of_other, actor);
        }
        Ok(self.outcome(run, application, State::Booked, false))
    }

    /// Writes down that somebody has another seat now, and tells them.
    fn moved(&mut self, run: Uuid, stamp: i64, actor: Actor) {
        self.moving.insert(self.entry(run, stamp).id);
        self.record(run, stamp, EventKind::Moved, actor, None);
        self.tell(run, stamp, Event::SeatChanged, None);
    }

    fn cancel(
        &mut self,
        run: Uuid,
        application: Uuid,
        actor: Actor,
        reason: Option<&str>,
    ) -> Result<Outcome, Refusal> {
        let stamp = self.find(run, application, actor)?;
        self.memory.books[&run].cancel(reason, self.now)?;
        self.end(run, stamp, State::Cancelled, EventKind::Cancelled, actor, reason);
        Ok(self.outcome(run, application, State::Cancelled, false))
    }

    fn accept(&mut self, run: Uuid, application: Uuid, actor: Actor) -> Result<Outcome, Refusal> {
        let stamp = self.find(run, application, actor).map_err(|_| Refusal::OfferGone)?;
        let entry = self.entry(run, stamp);
        match entry.state {
            State::Booked => {}
            State::Offered => {
                let place = entry.place;
                self.set(run, stamp, State::Booked, place, None);
                self.record(run, stamp, EventKind::Accepted, actor, None);
                self.tell(run, stamp, Event::Booked, None);
            }
            _ => return Err(Refusal::OfferGone),
        }
        Ok(self.outcome(run, application, State::Booked, false))
    }

    fn approve(&mut self, run: Uuid, application: Uuid, actor: Actor) -> Result<Outcome, Refusal> {
        let stamp = self.find_asked(run, application, actor)?;
        let book = &self.memory.books[&run];
        let place = if book.waits() { None } else { book.free_place() };
        let state = if place.is_some() { State::Booked } else { State::Waiting };
        self.set(run, stamp, state, place, None);
        self.record(run, stamp, EventKind::Approved, actor, None);
        self.tell(run, stamp, if place.is_some() { Event::Approved } else { Event::Waiting }, None);
        Ok(self.outcome(run, application, state, false))
    }

    fn decline(
        &mut self,
        run: Uuid,
        application: Uuid,
        actor: Actor,
        reason: &str,
    ) -> Result<Outcome, Refusal> {
        let stamp = self.find_asked(run, application, actor)?;
        self.end(run, stamp, State::Declined, EventKind::Declined, actor, Some(reason));
        Ok(self.outcome(run, application, State::Declined, false))
    }

    fn cancel_run(&mut self, run: Uuid, actor: Actor, reason: &str) -> Result<(), Refusal> {
        let book = &self.memory.books[&run];
        if book.state != RunState::Published {
            return Err(Refusal::RunCancelled);
        }
        if book.meets.last().is_some_and(|(_, end)| *end <= self.now) {
            return Err(Refusal::Closed);
        }
        let stamps: Vec<i64> = book.live.iter().map(|(stamp, _)| stamp).collect();
        if let Some(book) = self.change(run) {
            book.state = RunState::Cancelled;
        }
        for stamp in stamps {
            self.tell(run, stamp, Event::RunCancelled, Some(reason));
            self.close(run, stamp, State::Cancelled, EventKind::Cancelled, actor, Some(reason));
        }
        self.withdraw_all(run, reason);
        // As `cancel_in` does with the rows. Until here the letters say when it would have begun.
        let now = self.now;
        if let Some(book) = self.change(run) {
            book.meets.retain(|(start, _)| *start <= now);
            book.month = book.month.filter(|_| !book.meets.is_empty());
        }
        self.cancelled_runs.push((run, actor));
        Ok(())
    }

    fn end_overdue(&mut self, run: Uuid) {
        for stamp in self.memory.books[&run].overdue(self.now) {
            let was = self.entry(run, stamp).state;
            let event = match was {
                State::Offered => Event::OfferLapsed,
                State::Asked if self.memory.books[&run].awaits_draw() => Event::DrawLapsed,
                _ => Event::ListEnded,
            };
            self.tell(run, stamp, event, None);
            self.close(run, stamp, State::Lapsed, EventKind::Lapsed, Actor::Time, None);
        }
    }

    /// Lets those in who wait for an approval that the run no longer wants, as if they applied in their order now.
    fn admit_unasked(&mut self, run: Uuid) {
        let stamps = self.memory.books[&run].unasked();
        for stamp in &stamps {
            self.set(run, *stamp, State::Waiting, None, None);
            self.record(run, *stamp, EventKind::Waiting, Actor::Time, None);
        }
        self.promote(run);
        for stamp in stamps {
            if self.entry(run, stamp).state == State::Waiting {
                self.tell(run, stamp, Event::Waiting, None);
            }
        }
    }

    fn promote(&mut self, run: Uuid) {
        let told_at = self.now + quiet_for(seoul::wall(self.now).time());
        while let Some(next) = self.memory.books[&run].promotion(self.now, told_at) {
            let (state, kind, event) = match next.offer_until {
                Some(_) => (State::Offered, EventKind::Offered, Event::Offered),
                None => (State::Booked, EventKind::Promoted, Event::Promoted),
            };
            self.set(run, next.stamp, state, Some(next.place), next.offer_until);
            self.record(run, next.stamp, kind, Actor::Time, None);
            self.tell(run, next.stamp, event, None);
        }
    }

    /// The stamp of a live application that `actor` may act on.
    fn find(&self, run: Uuid, application: Uuid, actor: Actor) -> Result<i64, Refusal> {
        let found = self.memory.books[&run].live.of_application(application);
        let mine = found.filter(|(_, entry)| actor.owns(entry.person));
        mine.map(|(stamp, _)| stamp).ok_or(Refusal::NotFound)
    }

    /// A live application by a stamp that was found in the book just now.
    fn entry(&self, run: Uuid, stamp: i64) -> &Entry {
        self.memory.books[&run].live.get(stamp).expect("a stamp of this book")
    }

    fn find_asked(&self, run: Uuid, application: Uuid, actor: Actor) -> Result<i64, Refusal> {
        let stamp = self.find(run, application, actor)?;
        // What a draw decides nobody else does.
        let asked = self.entry(run, stamp).state == State::Asked && !self.memory.books[&run].awaits_draw();
        if asked { Ok(stamp) } else { Err(Refusal::WrongState) }
    }

    fn end(
        &mut self,
        run: Uuid,
        stamp: i64,
        state: State,
        kind: EventKind,
        actor: Actor,
        reason: Option<&str>,
    ) {
        let event = if state == State::Declined { Event::Declined } else { Event::Cancelled };
        self.tell(run, stamp, event, reason);
        self.close(run, stamp, state, kind, actor, reason);
    }

    /// Takes a live application out of the book; what it held is free. History keeps the seat it had.
    fn close(
        &mut self,
        run: Uuid,
        stamp: i64,
        state: State,
        kind: EventKind,
        actor: Actor,
        reason: Option<&str>,
    ) {
        if self.memory.books[&run].has_open_list() {
            self.draws.withdraw(self.entry(run, stamp).id);
        }
        self.record(run, stamp, kind, actor, reason);
        self.set(run, stamp, state, None, None);
        if let Some(book) = self.change(run) {
            book.live.remove(stamp);
        }
    }

    /// Changes a live application in the book, in the person's list and in what will be written.
    fn set(
        &mut self,
        run: Uuid,
        stamp: i64,
        state: State,
        place: Option<Place>,
        offer_until: Option<DateTime<Utc>>,
    ) {
        let Some(book) = self.change(run) else { return };
        let Some(entry) = book.live.change(stamp, state, place, offer_until) else { return };
        let (id, person) = (entry.id, entry.person);
        if let Some(past) = self.memory.people.get_mut(&person) {
            past.iter_mut().filter(|past| past.application == id).for_each(|past| past.state = state);
        }
        match self.made.get_mut(&id) {
            Some(row) => {
                (row.stamp, row.state, row.offer_until) = (stamp, state, offer_until);
                (row.seat_id, row.admission) = columns(place);
            }
            None => {
                self.changed.insert(id, Change { stamp, state, place, offer_until });
            }
        }
    }

    /// A book to be changed. Whoever reads it on the shelf keeps it as it was.
    fn change(&mut self, run: Uuid) -> Option<&mut Book> {
        let book = self.memory.books.get_mut(&run)?;
        self.touched.insert(run);
        Some(Arc::make_mut(book))
    }

    fn outcome(&self, run: Uuid, application: Uuid, state: State, repeated: bool) -> Outcome {
        let book = self.memory.books.get(&run);
        let found = book.and_then(|book| Some((book, book.live.of_application(application)?)));
        Outcome {
            application,
            state,
            seat: found.and_then(|(book, (_, entry))| book.seat_code(entry.place)),
            rank: found.and_then(|(book, (stamp, _))| book.rank(stamp)),
            repeated,
        }
    }

    fn record(&mut self, run: Uuid, stamp: i64, kind: EventKind, actor: Actor, reason: Option<&str>) {
        let (book, entry) = (&self.memory.books[&run], self.entry(run, stamp));
        self.events.push(application_event::ActiveModel {
            id: Set(self.clock.id()),
            application_id: Set(entry.id),
            at: Set(self.now),
            kind: Set(kind),
            actor_id: Set(actor.id()),
            seat: Set(book.seat_code(entry.place)),
            reason: Set(reason.map(str::to_owned)),
        });
    }

    fn tell(&mut self, run: Uuid, stamp: i64, event: Event, reason: Option<&str>) {
        let (book, entry) = (&self.memory.books[&run], self.entry(run, stamp));
        self.notices.push(Draft {
            event,
            to: Recipient::Person(entry.person),
            language: entry.language,
            facts: Facts {
                seat: book.seat_code(entry.place),
                rank: book.rank(stamp),
                until: entry.offer_until,
                reason: reason.map(str::to_owned),
                ..facts(book, self.now)
            },
        });
    }

    /// Whether every command was refused, or had been answered before.
    pub(super) fn changes_nothing(&self) -> bool {
        self.made.is_empty()
            && self.changed.is_empty()
            && self.cancelled_runs.is_empty()
            && self.tickets.changes_nothing()
            && self.draws.changes_nothing()
    }

    /// For a batch that is rolled back: the turn in the database stays what it was.
    pub(super) fn give_turn_back(self) {
        self.memory.turn -= 1;
    }

    /// Writes the whole batch. What frees a place goes before what takes one, and whoever moves gets up before anybody
    /// sits down, so that the unique indexes hold at every statement. Returns what is to be shown once it is committed.
    pub(super) async fn write(self) -> Result<Shown, DbErr> {
        let books =
            self.touched.iter().filter_map(|run| self.memory.books.get(run)).map(Arc::clone).collect();
        let applications_alone = self.cancelled_runs.is_empty();
        let shown = Shown { turn: self.memory.turn, books, applications_alone };
        let (freeing, taking): (Vec<_>, Vec<_>) =
            self.changed.into_iter().partition(|(_, change)| change.place.is_none());
        if !self.moving.is_empty() {
            // Who is booked holds a place: between two statements of this transaction they wait.
            let up = application::ActiveModel {
                state: Set(State::Waiting),
                seat_id: Set(None),
                admission: Set(None),
                ..Default::default()
            };
            let moving = application::Column::Id.is_in(self.moving);
            application::Entity::update_many().set(up).filter(moving).exec(self.tx).await?;
        }
        for (id, change) in freeing.into_iter().chain(taking) {
            let (seat_id, admission) = columns(change.place);
            let row = application::ActiveModel {
                id: Set(id),
                stamp: Set(change.stamp),
                state: Set(change.state),
                seat_id: Set(seat_id),
                admission: Set(admission),
                offer_until: Set(change.offer_until),
                ..Default::default()
            };
            row.update(self.tx).await?;
        }
        for rows in chunks(self.made.into_values().map(application::ActiveModel::from)) {
            let rows = rows.into_iter().map(|row| row.reset_all());
            application::Entity::insert_many(rows).exec_without_returning(self.tx).await?;
        }
        self.tickets.write(self.tx, self.clock).await?;
        self.draws.write(self.tx).await?;
        for rows in chunks(self.events) {
            application_event::Entity::insert_many(rows).exec_without_returning(self.tx).await?;
        }
        for (run, actor) in &self.cancelled_runs {
            crate::course::cancel_in(self.tx, *run, self.now).await?;
            let subject = run.to_string();
            crate::account::record(self.tx, self.clock, actor.id(), "cancel", "run", &subject, "state")
                .await?;
        }
        let mut notices = self.notices;
        // Once all are cancelled, so that none is offered instead of another.
        for (run, _) in &self.cancelled_runs {
            let similar = crate::course::list_similar(self.tx, *run, self.now).await?;
            let of_run = Some(&self.memory.books[run].code);
            let told = notices.iter_mut().filter(|draft| draft.event == Event::RunCancelled);
            for draft in told.filter(|draft| draft.facts.run_code.as_ref() == of_run) {
                draft.facts.similar.clone_from(&similar);
            }
        }
        for drafts in chunks(notices) {
            crate::notice::store::queue(self.tx, self.clock, drafts).await?;
        }
        let stamp = writer::ActiveModel { stamp: Set(self.memory.stamp), ..Default::default() };
        writer::Entity::update_many().set(stamp).exec(self.tx).await?;
        Ok(shown)
    }
}

/// What a letter says of a run.
fn facts(book: &Book, now: DateTime<Utc>) -> Facts {
    Facts {
        run_code: Some(book.code.clone()),
        course: Some(book.course.clone()),
        starts_at: book.next_class(now),
        space: Some(book.space.clone()).filter(|name| !name.is_empty()),
        ..Facts::default()
    }
}

/// Pieces small enough for one statement: SQLite takes 32,766 values at most.
fn chunks<T>(rows: impl IntoIterator<Item = T>) -> Vec<Vec<T>> {
    const ROWS: usize = 1_000;
    let mut pieces: Vec<Vec<T>> = Vec::new();
    for row in rows {
        match pieces.last_mut().filter(|piece| piece.len() < ROWS) {
            Some(piece) => piece.push(row),
            None => pieces.push(vec![row]),
        }
    }
    pieces
}

fn columns(place: Option<Place>) -> (Option<Uuid>, Option<i32>) {
    match place {
        Some(Place::Seat(id)) => (Some(id), None),
        Some(Place::Admission(number)) => (None, i32::try_from(number).ok()),
        None => (None, None),
    }
}

/// Advances the turn from the one in memory; if it is another, forgets everything and goes on from that.
async fn take_turn(tx: &DatabaseTransaction, memory: &mut Memory, commands: usize) -> Result<(), DbErr> {
    tracing::trace!(commands, "batch");
    let advance = |from: i64| {
        writer::Entity::update_many()
            .col_expr(writer::Column::Turn, Expr::value(from + 1))
            .filter(writer::Column::Turn.eq(from))
            .exec(tx)
    };
    let mut known = memory.turn;
    while advance(known).await?.rows_affected == 0 {
        let row = writer::Entity::find_by_id(1).one(tx).await?;
        let row = row.ok_or_else(|| DbErr::RecordNotFound("the writer's turn".into()))?;
        memory.forget();
        (known, memory.stamp) = (row.turn, row.stamp);
    }
    memory.turn = known + 1;
    Ok(())
}

async fn load_people(
    tx: &DatabaseTransaction,
    memory: &mut Memory,
    people: &BTreeSet<Uuid>,
) -> Result<(), DbErr> {
    let unknown: Vec<Uuid> =
        people.iter().copied().filter(|person| !memory.people.contains_key(person)).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let rows = application::Entity::find()
        .filter(application::Column::PersonId.is_in(unknown.iter().copied()))
        .all(tx)
        .await?;
    memory.bars.extend(bars_of(tx, &unknown).await?);
    memory.people.extend(unknown.into_iter().map(|person| (person, Vec::new())));
    for row in rows {
        let past = Past { application: row.id, run: row.run_id, key: row.request_key, state: row.state };
        memory.people.entry(row.person_id).or_default().push(past);
    }
    Ok(())
}

/// Reads the books of these runs, and of those in which these people are live, as far as nobody has before.
async fn load_books(
    tx: &DatabaseTransaction,
    memory: &mut Memory,
    shelf: &Shelf,
    runs: impl Iterator<Item = Uuid>,
    people: &BTreeSet<Uuid>,
) -> Result<(), DbErr> {
    let mut wanted: BTreeSet<Uuid> = runs.collect();
    for person in people {
        wanted.extend(memory.past(*person).iter().filter(|past| past.state.is_live()).map(|past| past.run));
    }
    wanted.retain(|run| !memory.books.contains_key(run));
    // The turn before this batch: nobody can be beyond it while the batch holds the lock.
    let turn = memory.turn - 1;
    memory.books.extend(wanted.iter().filter_map(|run| Some((*run, shelf.find(turn, *run)?))));
    let unread: BTreeSet<Uuid> =
        wanted.iter().copied().filter(|run| !memory.books.contains_key(run)).collect();
    if !unread.is_empty() {
        let books = super::book::load(tx, &unread).await?;
        memory.books.extend(books.into_iter().map(|book| (book.run, Arc::new(book))));
    }
    ticket::load_lines(tx, memory, wanted).await
}
