//! Tickets in a batch: entered and taken back before a window opens, decided at the opening before anybody else.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel,
    QueryFilter,
};
use uuid::Uuid;

use super::{Batch, Memory, Waiting, chunks, facts, load_books, load_people};
use crate::account::{Absent, find_absent, record};
use crate::centre::Settings;
use crate::clock::Clock;
use crate::notice::store::{Draft, Recipient};
use crate::notice::{Event, Facts};
use crate::registration::entity::ticket;
use crate::registration::shelf::Shelf;
use crate::registration::writer::{Actor, Apply, Command};
use crate::registration::{Entrance, Refusal, TicketNumber, TicketState};

/// The tickets of a run that wait, by their numbers.
pub(super) type Line = BTreeMap<i32, ticket::Model>;

/// What a batch knows of tickets besides the lines in memory, and what it changes.
#[derive(Default)]
pub(super) struct Tickets {
    /// Whose tickets may be decided in this batch; nobody whose account is closed.
    holders: HashMap<Uuid, Absent>,
    /// The rows that those entered in this batch could meet: of the same form, or of the same number.
    rivals: Vec<ticket::Model>,
    entered: BTreeMap<Uuid, ticket::Model>,
    changed: BTreeMap<Uuid, ticket::Model>,
    withdrawn: Vec<(Uuid, Actor)>,
}

/// Reads the lines of runs whose books were not in memory: one statement for all of them, none where all were.
pub(super) async fn load_lines(
    tx: &DatabaseTransaction,
    memory: &mut Memory,
    runs: BTreeSet<Uuid>,
) -> Result<(), DbErr> {
    if runs.is_empty() {
        return Ok(());
    }
    let rows = ticket::Entity::find()
        .filter(ticket::Column::RunId.is_in(runs))
        .filter(ticket::Column::State.eq(TicketState::Waiting));
    for row in rows.all(tx).await? {
        memory.lines.entry(row.run_id).or_default().insert(row.number, row);
    }
    Ok(())
}

impl Tickets {
    /// Reads what the tickets need that this batch may enter or decide. Nothing is read where it does neither.
    pub(super) async fn load(
        tx: &DatabaseTransaction,
        settings: &Settings,
        memory: &mut Memory,
        shelf: &Shelf,
        waiting: &[Waiting],
    ) -> Result<Self, DbErr> {
        let rivals = load_rivals(tx, waiting).await?;
        let ends = |asked: &&Waiting| {
            let book = memory.books.get(&asked.command.run());
            let cancels = matches!(asked.command, Command::CancelRun { .. });
            cancels || book.is_some_and(|book| book.releases(asked.arrived).is_some())
        };
        let lines = waiting.iter().filter(ends).filter_map(|asked| memory.lines.get(&asked.command.run()));
        let people: BTreeSet<Uuid> = lines.flat_map(Line::values).map(|ticket| ticket.person_id).collect();
        if people.is_empty() {
            return Ok(Self { rivals, ..Self::default() });
        }
        load_people(tx, memory, &people).await?;
        load_books(tx, memory, shelf, std::iter::empty(), &people).await?;
        let ids: Vec<Uuid> = people.into_iter().collect();
        Ok(Self { rivals, holders: find_absent(tx, settings, &ids).await?, ..Self::default() })
    }

    pub(super) fn changes_nothing(&self) -> bool {
        self.entered.is_empty() && self.changed.is_empty()
    }

    /// After the applications that tickets have become. A number that is withdrawn is free for one entered after it.
    pub(super) async fn write(self, tx: &DatabaseTransaction, clock: &Clock) -> Result<(), DbErr> {
        for row in self.changed.into_values() {
            row.into_active_model().reset_all().update(tx).await?;
        }
        for rows in chunks(self.entered.into_values()) {
            let rows = rows.into_iter().map(|row| row.into_active_model().reset_all());
            ticket::Entity::insert_many(rows).exec_without_returning(tx).await?;
        }
        for (id, actor) in self.withdrawn {
            record(tx, clock, actor.id(), "cancel", "ticket", &id.to_string(), "state").await?;
        }
        Ok(())
    }

    fn set(&mut self, row: ticket::Model) {
        match self.entered.get_mut(&row.id) {
            Some(entered) => *entered = row,
            None => {
                self.changed.insert(row.id, row);
            }
        }
    }
}

async fn load_rivals(tx: &DatabaseTransaction, waiting: &[Waiting]) -> Result<Vec<ticket::Model>, DbErr> {
    let mut any = Condition::any();
    for asked in waiting {
        let Command::Apply(Apply { run, key, ticket: Some(number), .. }) = &asked.command else { continue };
        let same_number = Condition::all()
            .add(ticket::Column::RunId.eq(*run))
            .add(ticket::Column::Number.eq(number.get()))
            .add(ticket::Column::State.ne(TicketState::Withdrawn));
        any = any.add(ticket::Column::Id.eq(*key)).add(same_number);
    }
    if any.is_empty() { Ok(Vec::new()) } else { ticket::Entity::find().filter(any).all(tx).await }
}

impl Batch<'_> {
    /// Enters a ticket, unless it would be refused if the window opened now: whoever holds it is still there to choose
    /// otherwise. A form that was sent before changes nothing.
    pub(super) fn enter(
        &mut self,
        apply: &Apply,
        number: TicketNumber,
        opening: DateTime<Utc>,
    ) -> Result<(), Refusal> {
        let Actor::Office(entered_by) = apply.actor else { return Err(Refusal::TooEarly(opening)) };
        let line = self.memory.lines.get(&apply.run);
        let waiting = || line.into_iter().flat_map(Line::values);
        let mut known = self.tickets.rivals.iter().chain(self.tickets.entered.values());
        if let Some(before) = known.find(|ticket| ticket.id == apply.key) {
            let same = (before.run_id, before.person_id) == (apply.run, apply.person)
                && (before.number, &before.choice) == (number.get(), &apply.choice)
                && before.state != TicketState::Withdrawn;
            return if same { Ok(()) } else { Err(Refusal::WrongState) };
        }
        if waiting().any(|ticket| ticket.person_id == apply.person) {
            return Err(Refusal::AlreadyApplied);
        }
        self.grant(apply, opening)?;
        let number = number.get();
        let decided = |state| matches!(state, TicketState::Released | TicketState::Refused);
        let rivals = self.tickets.rivals.iter().filter(|rival| decided(rival.state));
        if waiting().chain(rivals).any(|other| other.run_id == apply.run && other.number == number) {
            return Err(Refusal::TicketTaken(number));
        }
        let row = ticket::Model {
            id: apply.key,
            run_id: apply.run,
            person_id: apply.person,
            number,
            choice: apply.choice.clone(),
            state: TicketState::Waiting,
            entered_by,
            entered_at: self.now,
            application_id: None,
            refusal: None,
        };
        self.memory.lines.entry(apply.run).or_default().insert(number, row.clone());
        self.tickets.holders.insert(apply.person, Absent { language: apply.language, staff: apply.staff });
        self.tickets.entered.insert(row.id, row);
        Ok(())
    }

    /// Takes back a ticket that waits.
    pub(super) fn withdraw(&mut self, run: Uuid, id: Uuid, actor: Actor) -> Result<(), Refusal> {
        let line = self.memory.lines.get_mut(&run).ok_or(Refusal::WrongState)?;
        let found = line.values().find(|ticket| ticket.id == id && actor.owns(ticket.person_id));
        let number = found.map(|ticket| ticket.number).ok_or(Refusal::WrongState)?;
        if let Some(row) = line.remove(&number) {
            self.tickets.set(ticket::Model { state: TicketState::Withdrawn, ..row });
            self.tickets.withdrawn.push((id, actor));
        }
        Ok(())
    }

    /// Decides the tickets of a run once its window has opened, in their order and as if they had come at the opening.
    /// Commands are asked in the order in which they arrived, so that this is before any that came at the opening or after it.
    pub(super) fn release(&mut self, run: Uuid, arrived: DateTime<Utc>) {
        let Some(opening) = self.memory.books[&run].releases(arrived) else { return };
        for row in self.memory.lines.remove(&run).into_iter().flat_map(Line::into_values) {
            let decided = match self.tickets.holders.get(&row.person_id).copied() {
                Some(holder) => self.release_one(row, holder, opening),
                None => ticket::Model { state: TicketState::Withdrawn, ..row },
            };
            self.tickets.set(decided);
        }
    }

    fn release_one(&mut self, row: ticket::Model, holder: Absent, opening: DateTime<Utc>) -> ticket::Model {
        let apply = Apply {
            run: row.run_id,
            person: row.person_id,
            language: holder.language,
            staff: holder.staff,
            choice: self.memory.books[&row.run_id].wish_left(&row.choice),
            entrance: Entrance::Desk,
            key: row.id,
            actor: Actor::Office(row.entered_by),
            ticket: None,
        };
        match self.apply(&apply, opening) {
            Ok(outcome) => {
                let application_id = Some(outcome.application);
                ticket::Model { state: TicketState::Released, application_id, ..row }
            }
            Err(refusal) => {
                let refusal = Some(serde_json::json!(refusal).to_string());
                ticket::Model { state: TicketState::Refused, refusal, ..row }
            }
        }
    }

    /// Takes back all tickets of a run that is cancelled, and tells their holders.
    pub(super) fn withdraw_all(&mut self, run: Uuid, reason: &str) {
        for row in self.memory.lines.remove(&run).into_iter().flat_map(Line::into_values) {
            if let Some(holder) = self.tickets.holders.get(&row.person_id) {
                self.notices.push(Draft {
                    event: Event::RunCancelled,
                    to: Recipient::Person(row.person_id),
                    language: holder.language,
                    facts: Facts {
                        reason: Some(reason.to_owned()),
                        ..facts(&self.memory.books[&run], self.now)
                    },
                });
            }
            self.tickets.set(ticket::Model { state: TicketState::Withdrawn, ..row });
        }
    }
}
