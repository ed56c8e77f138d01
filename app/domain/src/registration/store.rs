//! What people do with applications, each verb one command to the writer; and reading them back.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::SelectStatement;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, Select,
};
use uuid::Uuid;

use super::entity::{application, application_event, ticket, writer};
use super::shelf::book;
use super::writer::{Actor, Apply, Command, Outcome, WriterError};
use super::{Book, Choice, Entrance, Refusal, State, TicketState};
use crate::account::access::look;
use crate::account::entity::{contact, person};
use crate::account::store::{Contact, contacts_of, names_of};
use crate::account::{ContactKind, Desk, Duty, RunEditor, SignedIn, Subject, TrainingManager, mask_name};
use crate::centre::Centre;
use crate::course::entity::{class_session, course, run};
use crate::course::{ClassState, Selection};
use crate::kept::kept;
use crate::space::entity::{seat, space};
use crate::space::{SeatCode, SeatPlan};

/// Applies for oneself. `key` was made with the form: sent again, it is answered as the first time.
pub async fn apply(
    centre: &Centre,
    who: &SignedIn,
    run: Uuid,
    choice: Choice,
    key: Uuid,
) -> Result<Outcome, WriterError> {
    let apply = Apply {
        run,
        person: who.id(),
        language: who.language(),
        staff: who.is_staff(),
        choice,
        entrance: Entrance::Page,
        key,
        actor: Actor::Own(who.id()),
        ticket: None,
    };
    one(centre, Command::Apply(apply)).await
}

/// Moves one's booked application to another free seat.
pub async fn change_seat(
    centre: &Centre,
    who: &SignedIn,
    application: Uuid,
    seat: SeatCode,
) -> Result<Outcome, WriterError> {
    let run = run_of(centre, application, Some(who.id())).await?;
    one(centre, Command::ChangeSeat { run, application, actor: Actor::Own(who.id()), seat }).await
}

/// Cancels one's own application; after the run's deadline a reason is wanted.
pub async fn cancel(
    centre: &Centre,
    who: &SignedIn,
    application: Uuid,
    reason: Option<String>,
) -> Result<Outcome, WriterError> {
    let run = run_of(centre, application, Some(who.id())).await?;
    one(centre, Command::Cancel { run, application, actor: Actor::Own(who.id()), reason }).await
}

/// Cancels somebody's application at the desk, always with a reason.
pub async fn cancel_at_desk(
    centre: &Centre,
    desk: &Desk,
    (run, application): (Uuid, Uuid),
    reason: String,
) -> Result<Outcome, WriterError> {
    check_run(centre, application, run).await?;
    let actor = Actor::Office(desk.id());
    one(centre, Command::Cancel { run, application, actor, reason: Some(reason) }).await
}

/// Moves somebody to another free seat at the desk.
pub async fn change_seat_at_desk(
    centre: &Centre,
    desk: &Desk,
    (run, application): (Uuid, Uuid),
    seat: SeatCode,
) -> Result<Outcome, WriterError> {
    check_run(centre, application, run).await?;
    one(centre, Command::ChangeSeat { run, application, actor: Actor::Office(desk.id()), seat }).await
}

/// Takes the offered seat for somebody who said yes at the desk or on its telephone.
pub async fn accept_at_desk(
    centre: &Centre,
    desk: &Desk,
    (run, application): (Uuid, Uuid),
) -> Result<Outcome, WriterError> {
    check_run(centre, application, run).await?;
    accept_by(centre, Actor::Office(desk.id()), application, None).await
}

/// Takes the seat that was offered.
pub async fn accept(centre: &Centre, who: &SignedIn, application: Uuid) -> Result<Outcome, WriterError> {
    accept_by(centre, Actor::Own(who.id()), application, Some(who.id())).await
}

async fn accept_by(
    centre: &Centre,
    actor: Actor,
    application: Uuid,
    owner: Option<Uuid>,
) -> Result<Outcome, WriterError> {
    let run = run_of(centre, application, owner).await.map_err(|error| match error {
        WriterError::Refused(Refusal::WrongState) => WriterError::Refused(Refusal::OfferGone),
        error => error,
    })?;
    one(centre, Command::Accept { run, application, actor }).await
}

/// Says yes to an application of an approval run; where the run is full it joins the waiting list in its order.
pub async fn approve(
    centre: &Centre,
    manager: &TrainingManager,
    application: Uuid,
) -> Result<Outcome, WriterError> {
    let run = run_of(centre, application, None).await?;
    one(centre, Command::Approve { run, application, actor: Actor::Office(manager.id()) }).await
}

/// Says no to an application of an approval run, with a reason the applicant reads.
pub async fn decline(
    centre: &Centre,
    manager: &TrainingManager,
    application: Uuid,
    reason: String,
) -> Result<Outcome, WriterError> {
    let run = run_of(centre, application, None).await?;
    one(centre, Command::Decline { run, application, actor: Actor::Office(manager.id()), reason }).await
}

/// Cancels a whole run: its class sessions end, its rooms are free, and everybody in it is told why.
pub async fn cancel_run(centre: &Centre, editor: &RunEditor, reason: String) -> Result<(), WriterError> {
    let actor = Actor::Office(editor.id());
    centre.writer().send(Command::CancelRun { run: editor.run(), actor, reason }).await?;
    Ok(())
}

pub(super) async fn one(centre: &Centre, command: Command) -> Result<Outcome, WriterError> {
    centre.writer().send(command).await?.ok_or(WriterError::Refused(Refusal::NotFound))
}

/// An application that is looked for in a run it isn't of is not found.
pub(super) async fn check_run(centre: &Centre, application: Uuid, run: Uuid) -> Result<(), WriterError> {
    let row = application::Entity::find_by_id(application).one(centre.database()).await?;
    let row = row.filter(|row| row.run_id == run).ok_or(Refusal::NotFound)?;
    if row.state.is_live() { Ok(()) } else { Err(WriterError::Refused(Refusal::WrongState)) }
}

/// The run of a live application; another's than `owner`'s is not found, one that has ended is in the wrong state.
async fn run_of(centre: &Centre, application: Uuid, owner: Option<Uuid>) -> Result<Uuid, WriterError> {
    let row = application::Entity::find_by_id(application).one(centre.database()).await?;
    let row = row.filter(|row| owner.is_none_or(|owner| row.person_id == owner)).ok_or(Refusal::NotFound)?;
    if row.state.is_live() { Ok(row.run_id) } else { Err(WriterError::Refused(Refusal::WrongState)) }
}

/// One's application for a run as the pages show it.
#[derive(Clone, Debug)]
pub struct Mine {
    pub id: Uuid,
    pub state: State,
    pub seat: Option<SeatCode>,
    pub rank: Option<u32>,
    pub offer_until: Option<DateTime<Utc>>,
}

/// What a run's page needs to take an application: what everybody sees, and what is one's own.
#[derive(Clone, Debug)]
pub struct Standing {
    pub book: Arc<Book>,
    pub mine: Option<Mine>,
}

/// A run's book and the viewer's live application in it; from memory, where nobody but the writer here has changed
/// anything since it was read.
pub async fn standing(centre: &Centre, run: Uuid, viewer: Option<Uuid>) -> Result<Option<Standing>, DbErr> {
    let Some(book) = book(centre, run).await? else { return Ok(None) };
    let mine = viewer.and_then(|person| book.of_person(person)).map(|(stamp, entry)| Mine {
        id: entry.id,
        state: entry.state,
        seat: book.seat_code(entry.place).and_then(|code| SeatCode::parse(&code)),
        rank: book.rank(stamp),
        offer_until: entry.offer_until,
    });
    Ok(Some(Standing { book, mine }))
}

/// The seat plan people of the run sit in; empty where they don't.
pub async fn plan(centre: &Centre, run: &run::Model, book: &Book) -> Result<Arc<SeatPlan>, DbErr> {
    let Some(id) = run.space_id.filter(|_| book.has_plan()) else { return Ok(Arc::default()) };
    let read = || async {
        let plan = match space::Entity::find_by_id(id).one(centre.database()).await? {
            Some(space) => crate::space::store::plan_of(centre.database(), &space).await?,
            None => SeatPlan::default(),
        };
        Ok(Arc::new(plan))
    };
    kept(centre, &centre.programme().plans, id, |_| true, read).await
}

/// How many have a place in a run.
pub async fn count_booked(centre: &Centre, run: Uuid) -> Result<u64, DbErr> {
    application::Entity::find()
        .filter(application::Column::RunId.eq(run))
        .filter(application::Column::State.eq(State::Booked))
        .count(centre.database())
        .await
}

/// A line of "my courses".
#[derive(Clone, Debug)]
pub struct MyCourse {
    pub application: application::Model,
    pub run: run::Model,
    pub course: course::Model,
    pub space: Option<space::Model>,
    pub seat: Option<String>,
    pub rank: Option<u32>,
    /// The planned class sessions' first start and last end.
    pub begins: Option<DateTime<Utc>>,
    pub ends: Option<DateTime<Utc>>,
    pub history: Vec<application_event::Model>,
}

/// Everything somebody has applied for, newest first.
pub async fn list_mine(centre: &Centre, who: &SignedIn) -> Result<Vec<MyCourse>, DbErr> {
    let db = centre.database();
    let applications = application::Entity::find()
        .filter(application::Column::PersonId.eq(who.id()))
        .order_by_desc(application::Column::Stamp)
        .all(db)
        .await?;
    describe(db, applications).await
}

/// One of the viewer's own applications; another's is not found.
pub async fn find_mine(
    centre: &Centre,
    who: &SignedIn,
    application: Uuid,
) -> Result<Option<MyCourse>, DbErr> {
    let row = application::Entity::find_by_id(application)
        .filter(application::Column::PersonId.eq(who.id()))
        .one(centre.database())
        .await?;
    Ok(describe(centre.database(), row.into_iter().collect()).await?.pop())
}

/// What is known of each, in their order, with one statement for each kind of row, however many they are; ranks alone are
/// counted one by one, for the few that wait.
async fn describe<C: ConnectionTrait>(
    db: &C,
    applications: Vec<application::Model>,
) -> Result<Vec<MyCourse>, DbErr> {
    let ids: Vec<Uuid> = applications.iter().map(|application| application.id).collect();
    let runs = run::Entity::find()
        .filter(run::Column::Id.is_in(applications.iter().map(|application| application.run_id)))
        .all(db)
        .await?;
    let courses = course::Entity::find()
        .filter(course::Column::Id.is_in(runs.iter().map(|run| run.course_id)))
        .all(db)
        .await?;
    let spaces = space::Entity::find()
        .filter(space::Column::Id.is_in(runs.iter().filter_map(|run| run.space_id)))
        .all(db)
        .await?;
    let seats = seat::Entity::find()
        .filter(seat::Column::Id.is_in(applications.iter().filter_map(|application| application.seat_id)))
        .all(db)
        .await?;
    let classes = class_session::Entity::find()
        .filter(class_session::Column::RunId.is_in(runs.iter().map(|run| run.id)))
        .filter(class_session::Column::State.eq(ClassState::Planned))
        .order_by_asc(class_session::Column::StartsAt)
        .all(db)
        .await?;
    let mut histories: HashMap<Uuid, Vec<application_event::Model>> = HashMap::new();
    let events = application_event::Entity::find()
        .filter(application_event::Column::ApplicationId.is_in(ids))
        .order_by_asc(application_event::Column::At)
        .order_by_asc(application_event::Column::Id);
    for event in events.all(db).await? {
        histories.entry(event.application_id).or_default().push(event);
    }
    let mut described = Vec::with_capacity(applications.len());
    for application in applications {
        let Some(run) = runs.iter().find(|run| run.id == application.run_id) else { continue };
        let Some(course) = courses.iter().find(|course| course.id == run.course_id) else { continue };
        let seat = seats.iter().find(|seat| Some(seat.id) == application.seat_id);
        let mut classes = classes.iter().filter(|class| class.run_id == run.id);
        let (first, last) = (classes.clone().next(), classes.next_back());
        described.push(MyCourse {
            rank: rank_of(db, &application).await?,
            space: spaces.iter().find(|space| Some(space.id) == run.space_id).cloned(),
            seat: seat.map(|seat| seat.code.clone()),
            begins: first.map(|class| class.starts_at),
            ends: last.map(|class| class.ends_at),
            history: histories.remove(&application.id).unwrap_or_default(),
            run: run.clone(),
            course: course.clone(),
            application,
        });
    }
    Ok(described)
}

/// The place in the waiting list, from 1.
async fn rank_of<C: ConnectionTrait>(db: &C, row: &application::Model) -> Result<Option<u32>, DbErr> {
    if row.state != State::Waiting {
        return Ok(None);
    }
    let ahead = application::Entity::find()
        .filter(application::Column::RunId.eq(row.run_id))
        .filter(application::Column::State.eq(State::Waiting))
        .filter(application::Column::Stamp.lte(row.stamp))
        .count(db)
        .await?;
    Ok(u32::try_from(ahead).ok())
}

/// A line of a run's list for the office.
#[derive(Clone, Debug)]
pub struct Participant {
    pub application: application::Model,
    /// Masked for those who don't need the whole.
    pub name: String,
    /// The last four digits of the phone, by which a desk tells two of one name apart.
    pub phone_end: Option<String>,
    pub seat: Option<String>,
    pub rank: Option<u32>,
}

/// The live applications of a run, in order of arrival, for the desk: masked, since whoever stands there says who
/// they are.
pub async fn list_at_desk(centre: &Centre, _desk: &Desk, run: Uuid) -> Result<Vec<Participant>, DbErr> {
    let Some(book) = book(centre, run).await? else { return Ok(Vec::new()) };
    list_live(centre, &book, Names::Masked).await
}

/// The live applications of a run, in order of arrival, for who runs it. Names are whole for those who need them: the
/// instructor, and who approves applications; that look is written down.
pub async fn list_of_run(centre: &Centre, editor: &RunEditor) -> Result<Vec<Participant>, DbErr> {
    let Some(book) = book(centre, editor.run()).await? else { return Ok(Vec::new()) };
    if editor.duty() != Duty::Instructor && book.selection != Selection::Approval {
        return list_live(centre, &book, Names::Masked).await;
    }
    look(centre, editor.id(), editor.duty(), Subject::Run, &book.code).await?;
    list_live(centre, &book, Names::Whole).await
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    Masked,
    Whole,
}

async fn list_live(centre: &Centre, book: &Book, names: Names) -> Result<Vec<Participant>, DbErr> {
    let (db, run) = (centre.database(), book.run);
    let rows = application::Entity::find()
        .filter(application::Column::RunId.eq(run))
        .filter(application::Column::State.is_in(State::LIVE))
        .order_by_asc(application::Column::Stamp);
    let people = rows.clone().select_only().column(application::Column::PersonId).into_query();
    let faces = faces(db, people, names).await?;
    let participant = |row: application::Model| {
        let Face { name, phone_end } = faces.get(&row.person_id).cloned().unwrap_or_default();
        Participant {
            name,
            phone_end,
            seat: book.live.get(row.stamp).and_then(|entry| book.seat_code(entry.place)),
            rank: book.rank(row.stamp),
            application: row,
        }
    };
    Ok(rows.all(db).await?.into_iter().map(participant).collect())
}

/// What a list says of somebody.
#[derive(Clone, Debug, Default)]
pub(super) struct Face {
    pub name: String,
    pub phone_end: Option<String>,
}

/// What lists say of the people whose ids `people` selects.
pub(super) async fn faces<C: ConnectionTrait>(
    db: &C,
    people: SelectStatement,
    names: Names,
) -> Result<HashMap<Uuid, Face>, DbErr> {
    let named: HashMap<Uuid, String> = person::Entity::find()
        .select_only()
        .columns([person::Column::Id, person::Column::Name])
        .filter(person::Column::Id.in_subquery(people.clone()))
        .into_tuple()
        .all(db)
        .await?
        .into_iter()
        .collect();
    let phones: HashMap<Uuid, String> = contact::Entity::find()
        .select_only()
        .columns([contact::Column::PersonId, contact::Column::Address])
        .filter(contact::Column::Kind.eq(ContactKind::Phone))
        .filter(contact::Column::PersonId.in_subquery(people))
        .into_tuple()
        .all(db)
        .await?
        .into_iter()
        .collect();
    let face = |(person, whole): (Uuid, String)| {
        let name = if names == Names::Whole { whole } else { mask_name(&whole) };
        let phone_end = phones.get(&person).and_then(|phone| phone.get(7..)).map(str::to_owned);
        (person, Face { name, phone_end })
    };
    Ok(named.into_iter().map(face).collect())
}

/// Somebody the desk is talking to, with what they applied for.
#[derive(Clone, Debug)]
pub struct AtCounter {
    pub name: String,
    pub contacts: Vec<Contact>,
    pub course: MyCourse,
}

/// One application for a run and who made it, live or not, for the desk. The look is written down.
pub async fn find_at_desk(
    centre: &Centre,
    desk: &Desk,
    run: Uuid,
    application: Uuid,
) -> Result<Option<AtCounter>, DbErr> {
    let db = centre.database();
    let row = application::Entity::find_by_id(application)
        .filter(application::Column::RunId.eq(run))
        .one(db)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let person = row.person_id;
    look(centre, desk.id(), Duty::FrontDesk, Subject::Person, &person.to_string()).await?;
    let Some(course) = describe(db, vec![row]).await?.pop() else { return Ok(None) };
    let name = names_of(db, [person]).await?.remove(&person).unwrap_or_default();
    Ok(Some(AtCounter { name, contacts: contacts_of(db, person).await?, course }))
}

/// The live applications of a person, by id.
pub(crate) async fn live_of<C: ConnectionTrait>(db: &C, person: Uuid) -> Result<Vec<Uuid>, DbErr> {
    application::Entity::find()
        .select_only()
        .column(application::Column::Id)
        .filter(application::Column::PersonId.eq(person))
        .filter(application::Column::State.is_in(State::LIVE))
        .into_tuple()
        .all(db)
        .await
}

/// The runs with somebody waiting, offered or asking, or with tickets whose time has come.
pub(super) async fn runs_in_motion<C: ConnectionTrait>(
    db: &C,
    now: DateTime<Utc>,
) -> Result<BTreeSet<Uuid>, DbErr> {
    let applied: Vec<Uuid> = application::Entity::find()
        .select_only()
        .column(application::Column::RunId)
        .distinct()
        .filter(application::Column::State.is_in([State::Waiting, State::Offered, State::Asked]))
        .into_tuple()
        .all(db)
        .await?;
    let tickets = due_tickets(now).all(db).await?;
    Ok(applied.into_iter().chain(tickets.into_iter().map(|ticket| ticket.run_id)).collect())
}

pub(super) async fn is_overdue<C: ConnectionTrait>(db: &C, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let offer = application::Column::State.eq(State::Offered).and(application::Column::OfferUntil.lte(now));
    let list = application::Column::State
        .is_in([State::Waiting, State::Asked])
        .and(application::Column::RunId.in_subquery(begun(now)));
    let row = application::Entity::find().filter(Condition::any().add(offer).add(list)).one(db).await?;
    Ok(row.is_some() || due_tickets(now).one(db).await?.is_some())
}

/// The tickets that wait although their window has opened or their run has begun; few, by `ticket_one_waiting`.
fn due_tickets(now: DateTime<Utc>) -> Select<ticket::Entity> {
    let open =
        run::Entity::find().select_only().column(run::Column::Id).filter(run::Column::ApplyFrom.lte(now));
    let open = ticket::Column::RunId.in_subquery(open.into_query());
    ticket::Entity::find()
        .filter(ticket::Column::State.eq(TicketState::Waiting))
        .filter(open.or(ticket::Column::RunId.in_subquery(begun(now))))
}

/// The ids of the runs that have begun.
pub(super) fn begun(now: DateTime<Utc>) -> SelectStatement {
    class_session::Entity::find()
        .select_only()
        .column(class_session::Column::RunId)
        .filter(class_session::Column::State.eq(ClassState::Planned))
        .filter(class_session::Column::StartsAt.lte(now))
        .into_query()
}

/// The writer's turn: it rises whenever something a watcher could see has changed.
pub(crate) async fn read_turn<C: ConnectionTrait>(db: &C) -> Result<i64, DbErr> {
    Ok(writer::Entity::find_by_id(1).one(db).await?.map_or(0, |row| row.turn))
}
