//! What whoever teaches does about places while the run goes on: lets people in who stand in the door, and has them sit
//! elsewhere.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::TimeDelta;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::shelf::book;
use super::store::{check_run, one};
use super::writer::{Actor, Apply, Command, Outcome, WriterError};
use super::{Book, Choice, Entrance};
use crate::account::access::look;
use crate::account::store::find_of_name;
use crate::account::{Address, Desk, Duty, PersonName, RunEditor, Subject, find_absent};
use crate::centre::Centre;
use crate::course::ClassState;
use crate::course::entity::class_session;
use crate::space::SeatCode;

/// Moves somebody to a free seat.
pub async fn change_seat(
    centre: &Centre,
    by: &RunEditor,
    application: Uuid,
    seat: SeatCode,
) -> Result<Outcome, WriterError> {
    check_run(centre, application, by.run()).await?;
    let actor = Actor::Office(by.id());
    one(centre, Command::ChangeSeat { run: by.run(), application, actor, seat }).await
}

/// Has two people exchange their seats; `seat` is the one on which `other` was seen.
pub async fn swap(
    centre: &Centre,
    by: &RunEditor,
    application: Uuid,
    (other, seat): (Uuid, SeatCode),
) -> Result<Outcome, WriterError> {
    check_run(centre, application, by.run()).await?;
    check_run(centre, other, by.run()).await?;
    let actor = Actor::Office(by.id());
    one(centre, Command::Swap { run: by.run(), application, other, actor, seat }).await
}

/// Somebody in the door of a class, as they say who they are. Both must be those of one account: nobody is looked for here.
#[derive(Clone, Debug)]
pub struct InDoor {
    pub name: PersonName,
    pub address: Address,
}

/// Lets somebody in for a free place; `None` where no account has this name and this address. `key` came with the form.
/// That somebody was looked at is written down, whatever comes of it.
pub async fn let_in(
    centre: &Centre,
    by: &RunEditor,
    who: &InDoor,
    choice: Choice,
    key: Uuid,
) -> Result<Option<Outcome>, WriterError> {
    let db = centre.database();
    let Some(person) = find_of_name(db, &who.address, &who.name).await? else { return Ok(None) };
    look(centre, by.id(), by.duty(), Subject::Person, &person.to_string()).await?;
    let absent = find_absent(db, centre.settings(), &[person]).await?.remove(&person);
    let Some(absent) = absent else { return Ok(None) };
    let apply = Apply {
        run: by.run(),
        person,
        language: absent.language,
        staff: absent.staff,
        choice,
        entrance: Entrance::Door { approves: by.duty() == Duty::TrainingManager },
        key,
        actor: Actor::Office(by.id()),
        ticket: None,
    };
    one(centre, Command::Apply(apply)).await.map(Some)
}

/// No class lasts longer.
const A_DAY: TimeDelta = TimeDelta::days(1);

/// The runs that have begun and of which a class goes on or is about to begin: the desk enters whoever comes to it.
pub async fn list_meeting_at_desk(centre: &Centre, _: &Desk) -> Result<Vec<Arc<Book>>, DbErr> {
    let now = centre.clock().now();
    // Found by `class_session_time`.
    let runs: BTreeSet<Uuid> = class_session::Entity::find()
        .select_only()
        .column(class_session::Column::RunId)
        .filter(class_session::Column::State.eq(ClassState::Planned))
        .filter(class_session::Column::StartsAt.gt(now - A_DAY))
        .filter(class_session::Column::StartsAt.lt(now + A_DAY))
        .into_tuple()
        .all(centre.database())
        .await?
        .into_iter()
        .collect();
    let mut books = Vec::new();
    for run in runs {
        let found = book(centre, run).await?;
        books.extend(found.filter(|book| matches!(book.entrance_at_desk(now), Entrance::Door { .. })));
    }
    books.sort_by(|one, other| one.code.cmp(&other.code));
    Ok(books)
}
