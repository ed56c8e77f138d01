//! Draws in a batch: promised before a window opens, frozen when it has closed, drawn once.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use rand::Rng;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait,
    IntoActiveModel, QueryFilter,
};
use uuid::Uuid;

use super::{Batch, Memory, Waiting, chunks};
use crate::centre::Settings;
use crate::notice::Event;
use crate::registration::draw::{self as rule, Secret, Ticket, Version, list_hash};
use crate::registration::drawing::purpose;
use crate::registration::entity::{draw, draw_attempt, draw_ticket};
use crate::registration::writer::{Actor, Command};
use crate::registration::{EventKind, Lottery, PublicValue, Refusal, Stage, State};

/// The codes of a list by their applications.
type List = BTreeMap<Uuid, Ticket>;

/// What a batch knows of draws besides the books in memory, and what it changes.
#[derive(Default)]
pub(super) struct Draws {
    /// The lists that this batch may freeze or draw from, as the database has them.
    lists: HashMap<Uuid, List>,
    /// What was promised of those it may draw, as far as the settings' keys open their secrets.
    promises: HashMap<Uuid, Promise>,
    /// The forms by which places were drawn.
    keys: HashMap<Uuid, Uuid>,
    promised: Vec<draw::Model>,
    entered: BTreeMap<Uuid, draw_ticket::Model>,
    withdrawn: BTreeSet<Uuid>,
    /// Frozen lists and draws, in their order.
    decided: Vec<draw::ActiveModel>,
    ranked: Vec<draw_ticket::ActiveModel>,
    attempts: Vec<draw_attempt::ActiveModel>,
}

/// The secret of a draw, and what was published of it and of its list.
struct Promise {
    secret: Secret,
    commitment: String,
    list_hash: Option<String>,
}

impl Draws {
    /// Reads the lists that this batch may freeze or draw from. Nothing is read where it does neither.
    pub(super) async fn load(
        tx: &DatabaseTransaction,
        settings: &Settings,
        memory: &Memory,
        waiting: &[Waiting],
    ) -> Result<Self, DbErr> {
        let mut draws = Self::default();
        for asked in waiting {
            let run = asked.command.run();
            let wants_draw = matches!(asked.command, Command::Draw { .. });
            let freezes = memory.books.get(&run).is_some_and(|book| book.lists(asked.arrived));
            if (wants_draw || freezes) && !draws.lists.contains_key(&run) {
                draws.lists.insert(run, load_list(tx, run).await?);
            }
            if wants_draw && !draws.promises.contains_key(&run) {
                let Some(row) = draw::Entity::find_by_id(run).one(tx).await? else { continue };
                draws.keys.extend(row.key.map(|key| (run, key)));
                draws.promises.extend(open_promise(settings, row).map(|promise| (run, promise)));
            }
        }
        Ok(draws)
    }

    pub(super) fn changes_nothing(&self) -> bool {
        // A ticket comes and goes with its application.
        self.promised.is_empty() && self.decided.is_empty() && self.attempts.is_empty()
    }

    /// After the applications. The database refuses tickets that come or go once their list is frozen.
    pub(super) async fn write(self, tx: &DatabaseTransaction) -> Result<(), DbErr> {
        for row in self.promised {
            draw::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(tx).await?;
        }
        for applications in chunks(self.withdrawn) {
            let theirs = draw_ticket::Column::ApplicationId.is_in(applications);
            draw_ticket::Entity::delete_many().filter(theirs).exec(tx).await?;
        }
        for rows in chunks(self.entered.into_values()) {
            let rows = rows.into_iter().map(|row| row.into_active_model().reset_all());
            draw_ticket::Entity::insert_many(rows).exec_without_returning(tx).await?;
        }
        for row in self.decided {
            row.update(tx).await?;
        }
        for row in self.ranked {
            row.update(tx).await?;
        }
        for rows in chunks(self.attempts) {
            draw_attempt::Entity::insert_many(rows).exec_without_returning(tx).await?;
        }
        Ok(())
    }

    /// Gives a new application its ticket.
    pub(super) fn enter(&mut self, run: Uuid, application: Uuid) -> Ticket {
        let ticket = Ticket::from_bytes(rand::rng().random());
        let row = draw_ticket::Model {
            application_id: application,
            run_id: run,
            code: ticket.to_string(),
            rank: None,
            lot: None,
        };
        self.entered.insert(application, row);
        ticket
    }

    /// Takes back the ticket of an application that ends before its list is frozen.
    pub(super) fn withdraw(&mut self, application: Uuid) {
        if self.entered.remove(&application).is_none() {
            self.withdrawn.insert(application);
        }
    }

    /// The list of a run as it stands after all that was decided so far.
    fn list(&self, run: Uuid) -> List {
        let mut list = self.lists.get(&run).cloned().unwrap_or_default();
        list.retain(|application, _| !self.withdrawn.contains(application));
        let entered = self.entered.values().filter(|row| row.run_id == run);
        list.extend(entered.filter_map(|row| Some((row.application_id, Ticket::parse(&row.code)?))));
        list
    }
}

async fn load_list(tx: &DatabaseTransaction, run: Uuid) -> Result<List, DbErr> {
    let rows = draw_ticket::Entity::find().filter(draw_ticket::Column::RunId.eq(run)).all(tx).await?;
    let read = |row: draw_ticket::Model| {
        let ticket = Ticket::parse(&row.code);
        let ticket = ticket.ok_or_else(|| DbErr::Type(format!("{} is no ticket of a draw", row.code)))?;
        Ok((row.application_id, ticket))
    };
    rows.into_iter().map(read).collect()
}

fn open_promise(settings: &Settings, row: draw::Model) -> Option<Promise> {
    match settings.secrets.open(&row.sealed, &purpose(row.run_id)) {
        Ok(text) => {
            let secret = Secret::parse(&text)?;
            Some(Promise { secret, commitment: row.commitment, list_hash: row.list_hash })
        }
        Err(error) => {
            tracing::error!(%error, run = %row.run_id, "the secret of a draw can't be opened");
            None
        }
    }
}

impl Batch<'_> {
    /// Makes the secret of a run's draw and promises it, where that is still to be done. It is sealed at once: until the draw
    /// nobody reads it, not in a copy of the database either.
    pub(super) fn promise(&mut self, run: Uuid, arrived: DateTime<Utc>) {
        let book = &self.memory.books[&run];
        let Some(closes) = book.apply_until.filter(|_| book.commits(arrived)) else { return };
        let secret = Secret::from_bytes(rand::rng().random());
        let commitment = secret.commitment(&book.code);
        let sealed = match self.settings.secrets.seal(&secret.hex(), &purpose(run)) {
            Ok(sealed) => sealed,
            Err(error) => {
                tracing::error!(%error, run = book.code, "no draw can be promised");
                return;
            }
        };
        let source = &self.settings.draw.source;
        let planned_for = source.kind().known_from(closes);
        self.draws.promised.push(draw::Model {
            run_id: run,
            version: Version::First.as_str().to_owned(),
            sealed,
            commitment: commitment.to_string(),
            committed_at: self.now,
            value_kind: source.kind(),
            source: source.as_str().to_owned(),
            planned_for,
            list_hash: None,
            people: None,
            listed_at: None,
            public_value: None,
            places: None,
            secret: None,
            drawn_at: None,
            drawn_by: None,
            key: None,
        });
        let since = self.now;
        if let Some(book) = self.change(run) {
            book.lottery = Some(Lottery { stage: Stage::Committed, since, planned_for });
        }
    }

    /// Freezes the list of a run once its window has closed: by when what is decided next arrived, so that whoever came in time
    /// is in it.
    pub(super) fn freeze(&mut self, run: Uuid, arrived: DateTime<Utc>) {
        let book = &self.memory.books[&run];
        if !book.lists(arrived) {
            return;
        }
        let tickets: Vec<Ticket> = self.draws.list(run).into_values().collect();
        self.draws.decided.push(draw::ActiveModel {
            run_id: Set(run),
            list_hash: Set(Some(list_hash(&book.code, &tickets).to_string())),
            people: Set(i32::try_from(tickets.len()).ok()),
            listed_at: Set(Some(self.now)),
            ..Default::default()
        });
        self.reach(run, Stage::Listed);
    }

    /// Draws the places of a run. Those still asking get what is free in the order of the lots, the others wait in that order;
    /// whoever has cancelled since the list was frozen is passed over. Wanting it once more is refused, and written down, unless
    /// it is the same press.
    pub(super) fn draw(
        &mut self,
        run: Uuid,
        value: &PublicValue,
        actor: Actor,
        key: Uuid,
    ) -> Result<(), Refusal> {
        let book = &self.memory.books[&run];
        let may = book.may_draw(self.now);
        if may == Err(Refusal::AlreadyDrawn) && self.draws.keys.get(&run) == Some(&key) {
            return Ok(());
        }
        if let (Err(Refusal::AlreadyDrawn), Some(by)) = (&may, actor.id()) {
            self.draws.attempts.push(draw_attempt::ActiveModel {
                id: Set(self.clock.id()),
                run_id: Set(run),
                at: Set(self.now),
                actor_id: Set(by),
            });
        }
        may?;
        let promise = self.draws.promises.get(&run).ok_or(Refusal::DrawSealed)?;
        let secret = &promise.secret;
        let list = self.draws.list(run);
        let tickets: Vec<Ticket> = list.values().cloned().collect();
        let drawn = rule::draw(secret, &book.code, value.as_str(), &tickets);
        let list_hash = drawn.list_hash.to_string();
        let is_promised = secret.commitment(&book.code).to_string() == promise.commitment
            && promise.list_hash.as_ref() == Some(&list_hash);
        if !is_promised {
            tracing::error!(run = book.code, "the secret or the list of a draw is not the promised one");
            return Err(Refusal::DrawBroken);
        }
        self.draws.decided.push(draw::ActiveModel {
            run_id: Set(run),
            public_value: Set(Some(value.as_str().to_owned())),
            places: Set(i32::try_from(book.left()).ok()),
            secret: Set(Some(secret.hex())),
            drawn_at: Set(Some(self.now)),
            drawn_by: Set(actor.id()),
            key: Set(Some(key)),
            ..Default::default()
        });
        self.draws.keys.insert(run, key);
        self.reach(run, Stage::Drawn);
        let owners: HashMap<&Ticket, Uuid> =
            list.iter().map(|(application, ticket)| (ticket, *application)).collect();
        for (rank, lot) in (1..).zip(&drawn.order) {
            let Some(&application) = owners.get(&lot.ticket) else { continue };
            self.draws.ranked.push(draw_ticket::ActiveModel {
                application_id: Set(application),
                rank: Set(Some(rank)),
                lot: Set(Some(lot.lot.to_string())),
                ..Default::default()
            });
            self.give_drawn(run, application, &lot.ticket, actor);
        }
        Ok(())
    }

    /// Whoever is next in the order of the lots gets a place, or waits behind those before. The stamp is a fresh one, so that
    /// from now on ranks and promotion follow the draw.
    fn give_drawn(&mut self, run: Uuid, application: Uuid, ticket: &Ticket, actor: Actor) {
        let found = self.memory.books[&run].live.of_application(application);
        let asking = found.filter(|(_, entry)| entry.state == State::Asked);
        let Some(before) = asking.map(|(stamp, _)| stamp) else { return };
        self.memory.stamp += 1;
        let stamp = self.memory.stamp;
        let Some(book) = self.change(run) else { return };
        if let Some(entry) = book.live.remove(before) {
            book.live.insert(stamp, entry);
        }
        let place = if book.waits() { None } else { book.free_place() };
        let (state, kind, event) = match place {
            Some(_) => (State::Booked, EventKind::Booked, Event::Selected),
            None => (State::Waiting, EventKind::Waiting, Event::NotSelected),
        };
        self.set(run, stamp, state, place, None);
        self.record(run, stamp, kind, actor, None);
        self.tell_of_draw(run, stamp, event, ticket);
    }

    /// A letter that says by which code one finds one's line.
    pub(super) fn tell_of_draw(&mut self, run: Uuid, stamp: i64, event: Event, ticket: &Ticket) {
        let after = self.memory.books[&run].draws_after().filter(|_| event == Event::DrawEntered);
        self.tell(run, stamp, event, None);
        if let Some(draft) = self.notices.last_mut() {
            draft.facts.draw_code = Some(ticket.to_string());
            draft.facts.until = after;
        }
    }

    fn reach(&mut self, run: Uuid, stage: Stage) {
        let since = self.now;
        if let Some(lottery) = self.change(run).and_then(|book| book.lottery.as_mut()) {
            (lottery.stage, lottery.since) = (stage, since);
        }
    }
}
