//! What the front desk does for people in front of it: enters them, before the opening by the tickets they have drawn.

use std::collections::HashMap;
use std::sync::Arc;

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
};
use uuid::Uuid;

use super::entity::{application, ticket};
use super::shelf::book;
use super::store::{Face, Names, begun, faces};
use super::writer::{Actor, Apply, Command, Outcome, WriterError};
use super::{Applicant, Book, Choice, Refusal, State, TicketNumber, TicketState};
use crate::account::access::look;
use crate::account::store::{Contact, contacts_of, names_of};
use crate::account::{Desk, Duty, SignedIn, Subject};
use crate::centre::Centre;
use crate::course::entity::run;
use crate::course::{RunState, Selection};
use crate::language::Language;

/// How far ahead of an opening its run stands in the desk's list.
const SOON: chrono::Duration = chrono::Duration::days(14);

/// Somebody in front of the desk or on its telephone.
#[derive(Clone, Debug)]
pub struct AtDesk {
    pub person: Uuid,
    pub language: Language,
    pub staff: bool,
}

/// What somebody wants there. `ticket` counts before the opening only.
#[derive(Clone, Debug)]
pub struct Wish {
    pub run: Uuid,
    pub choice: Choice,
    pub ticket: Option<TicketNumber>,
    /// Made with the form, so that sending it twice asks once. It is the id of a ticket that it enters.
    pub key: Uuid,
}

/// Enters somebody at the desk into the same queue as everybody else's; where the run has begun, into a class that goes on.
/// `None` where their ticket waits for the opening.
pub async fn apply_at_desk(
    centre: &Centre,
    desk: &Desk,
    who: AtDesk,
    wish: Wish,
) -> Result<Option<Outcome>, WriterError> {
    let AtDesk { person, language, staff } = who;
    let Wish { run, choice, ticket, key } = wish;
    let book = book(centre, run).await?.ok_or(Refusal::NotFound)?;
    let entrance = book.entrance_at_desk(centre.clock().now());
    let actor = Actor::Office(desk.id());
    let apply = Apply { run, person, language, staff, choice, entrance, key, actor, ticket };
    centre.writer().send(Command::Apply(apply)).await
}

/// Why nobody could be entered this way at the moment, asked before a person is made for nothing. The writer decides.
pub async fn check_at_desk(centre: &Centre, _desk: &Desk, wish: &Wish) -> Result<(), WriterError> {
    let db = centre.database();
    let book = book(centre, wish.run).await?.ok_or(Refusal::NotFound)?;
    let now = centre.clock().now();
    let who = Applicant {
        staff: false,
        entrance: book.entrance_at_desk(now),
        barred_until: None,
        others: Vec::new(),
        monthly_limit: centre.settings().applications_a_month,
    };
    let Some((number, opening)) = wish.ticket.zip(book.opens_after(now)) else {
        book.apply(&who, &wish.choice, now)?;
        return Ok(());
    };
    book.apply(&who, &wish.choice, opening)?;
    let others = ticket::Entity::find()
        .filter(ticket::Column::RunId.eq(wish.run))
        .filter(ticket::Column::Number.eq(number.get()))
        .filter(ticket::Column::State.ne(TicketState::Withdrawn))
        .filter(ticket::Column::Id.ne(wish.key));
    if others.one(db).await?.is_some() {
        return Err(Refusal::TicketTaken(number.get()).into());
    }
    Ok(())
}

/// Takes back a ticket that waits for the opening.
pub async fn withdraw_ticket(centre: &Centre, desk: &Desk, run: Uuid, id: Uuid) -> Result<(), WriterError> {
    find_ticket(centre.database(), run, id).await?.ok_or(Refusal::NotFound)?;
    centre.writer().send(Command::Withdraw { run, ticket: id, actor: Actor::Office(desk.id()) }).await?;
    Ok(())
}

/// Takes back all tickets with which somebody waits.
pub(crate) async fn withdraw_tickets_of(centre: &Centre, who: &SignedIn) -> Result<(), WriterError> {
    let waiting = ticket::Entity::find()
        .filter(ticket::Column::PersonId.eq(who.id()))
        .filter(ticket::Column::State.eq(TicketState::Waiting));
    for ticket in waiting.all(centre.database()).await? {
        let (run, actor) = (ticket.run_id, Actor::Own(who.id()));
        match centre.writer().send(Command::Withdraw { run, ticket: ticket.id, actor }).await {
            // Decided in the meantime.
            Ok(_) | Err(WriterError::Refused(Refusal::WrongState)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// The runs the desk can enter somebody into: published, their window has opened, not yet begun.
pub async fn list_open_at_desk(centre: &Centre, _desk: &Desk) -> Result<Vec<Arc<Book>>, DbErr> {
    let opened = run::Column::ApplyFrom.lte(centre.clock().now());
    let mut books = list_books(centre, Condition::all().add(opened)).await?;
    books.sort_by_key(|book| book.begins());
    Ok(books)
}

/// A run that opens soon, and how many tickets wait for that.
#[derive(Clone, Debug)]
pub struct Soon {
    pub book: Arc<Book>,
    pub tickets: u64,
}

/// The runs for which the desk can enter tickets, those that open first on top.
pub async fn list_soon_at_desk(centre: &Centre, _desk: &Desk) -> Result<Vec<Soon>, DbErr> {
    let now = centre.clock().now();
    let opens =
        Condition::all().add(run::Column::ApplyFrom.gt(now)).add(run::Column::ApplyFrom.lte(now + SOON));
    let mut books = list_books(centre, opens).await?;
    books.sort_by_key(|book| (book.apply_from, book.begins()));
    let mut soon = Vec::with_capacity(books.len());
    for book in books {
        let waiting = ticket::Entity::find()
            .filter(ticket::Column::RunId.eq(book.run))
            .filter(ticket::Column::State.eq(TicketState::Waiting));
        soon.push(Soon { tickets: waiting.count(centre.database()).await?, book });
    }
    Ok(soon)
}

async fn list_books(centre: &Centre, window: Condition) -> Result<Vec<Arc<Book>>, DbErr> {
    let db = centre.database();
    let runs = run::Entity::find()
        .filter(run::Column::State.eq(RunState::Published))
        .filter(window)
        .filter(run::Column::Id.not_in_subquery(begun(centre.clock().now())))
        .all(db)
        .await?;
    let mut books = Vec::with_capacity(runs.len());
    for run in runs {
        books.extend(book(centre, run.id).await?.filter(|book| book.begins().is_some()));
    }
    Ok(books)
}

/// What a ticket came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Came {
    Waiting,
    To { application: Uuid, selection: Selection, state: State, seat: Option<String>, rank: Option<u32> },
    Refused(Refusal),
    Withdrawn,
}

/// A line of a run's tickets.
#[derive(Clone, Debug)]
pub struct TicketLine {
    pub ticket: ticket::Model,
    /// Masked.
    pub name: String,
    pub phone_end: Option<String>,
    pub came: Came,
}

/// The tickets of a run by their numbers.
pub async fn list_tickets(centre: &Centre, _desk: &Desk, book: &Book) -> Result<Vec<TicketLine>, DbErr> {
    let db = centre.database();
    let query = ticket::Entity::find()
        .filter(ticket::Column::RunId.eq(book.run))
        .order_by_asc(ticket::Column::Number)
        .order_by_asc(ticket::Column::EnteredAt);
    let people = query.clone().select_only().column(ticket::Column::PersonId).into_query();
    // First the tickets: what they have come to by then is there to be read.
    let tickets = query.all(db).await?;
    let faces = faces(db, people, Names::Masked).await?;
    let states = states_of(db, book.run).await?;
    let mut lines = Vec::new();
    for ticket in tickets {
        let Face { name, phone_end } = faces.get(&ticket.person_id).cloned().unwrap_or_default();
        let came = came_to(&ticket, book, &states)?;
        lines.push(TicketLine { ticket, name, phone_end, came });
    }
    Ok(lines)
}

/// One ticket and who holds it.
#[derive(Clone, Debug)]
pub struct AtTicket {
    pub ticket: ticket::Model,
    pub name: String,
    pub contacts: Vec<Contact>,
    pub came: Came,
}

/// One ticket of a run, for the desk that calls whoever holds it. The look is written down.
pub async fn find_ticket_at_desk(
    centre: &Centre,
    desk: &Desk,
    run: Uuid,
    id: Uuid,
) -> Result<Option<AtTicket>, DbErr> {
    let db = centre.database();
    let Some(ticket) = find_ticket(db, run, id).await? else { return Ok(None) };
    let Some(book) = book(centre, run).await? else { return Ok(None) };
    let person = ticket.person_id;
    look(centre, desk.id(), Duty::FrontDesk, Subject::Person, &person.to_string()).await?;
    let name = names_of(db, [person]).await?.remove(&person).unwrap_or_default();
    let came = came_to(&ticket, &book, &states_of(db, run).await?)?;
    Ok(Some(AtTicket { name, contacts: contacts_of(db, person).await?, came, ticket }))
}

async fn find_ticket<C: ConnectionTrait>(
    db: &C,
    run: Uuid,
    id: Uuid,
) -> Result<Option<ticket::Model>, DbErr> {
    ticket::Entity::find_by_id(id).filter(ticket::Column::RunId.eq(run)).one(db).await
}

/// How the applications stand that the tickets of a run have become.
async fn states_of<C: ConnectionTrait>(db: &C, run: Uuid) -> Result<HashMap<Uuid, State>, DbErr> {
    let released = ticket::Entity::find()
        .select_only()
        .column(ticket::Column::ApplicationId)
        .filter(ticket::Column::RunId.eq(run))
        .filter(ticket::Column::ApplicationId.is_not_null())
        .into_query();
    let rows =
        application::Entity::find().filter(application::Column::Id.in_subquery(released)).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.state)).collect())
}

fn came_to(ticket: &ticket::Model, book: &Book, states: &HashMap<Uuid, State>) -> Result<Came, DbErr> {
    Ok(match (ticket.state, ticket.application_id, &ticket.refusal) {
        (_, Some(application), _) => {
            let state = *states
                .get(&application)
                .ok_or_else(|| DbErr::RecordNotFound("the application of a ticket".into()))?;
            let live = book.live.of_application(application);
            Came::To {
                application,
                selection: book.selection,
                state,
                seat: live.and_then(|(_, entry)| book.seat_code(entry.place)),
                rank: live.and_then(|(stamp, _)| book.rank(stamp)),
            }
        }
        (_, _, Some(refusal)) => {
            Came::Refused(serde_json::from_str(refusal).map_err(|error| DbErr::Json(error.to_string()))?)
        }
        (TicketState::Withdrawn, ..) => Came::Withdrawn,
        _ => Came::Waiting,
    })
}
