//! Open calls for programmes that people take part in: what is called for, who answers, who is chosen.

use std::collections::HashMap;

use chrono::{DateTime, Datelike, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr,
    EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use thiserror::Error;
use uuid::Uuid;

use crate::account::access::look;
use crate::account::entity::person;
use crate::account::store::{Contact, contacts_of};
use crate::account::tell::tell_people;
use crate::account::{Duty, Producer, SignedIn, Subject, record};
use crate::centre::Centre;
use crate::course::{Line, Window, window};
use crate::notice::{Event, Facts};
use crate::seoul;
use crate::studio::entity::{call_answer, call_answer_event, open_call};
use crate::studio::write::begin;
use crate::studio::{AnswerState, CallCode, PICTURE_CONSENT};

#[derive(Debug, Error)]
pub enum CallError {
    #[error("no such call or answer")]
    NotFound,
    #[error("changed by somebody else since the form was made")]
    Stale,
    #[error("it must close after it opens")]
    Backwards,
    #[error("it is not open")]
    NotOpen,
    #[error("this person has answered already")]
    Answered,
    #[error("the use of pictures and voices was not consented to")]
    NoConsent,
    #[error(transparent)]
    Db(#[from] DbErr),
}

/// What a form says of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallDetails {
    pub title: Line,
    pub purpose: String,
    pub who_for: String,
    /// When is recorded, in words.
    pub dates: Line,
    /// How many are wanted.
    pub people: u16,
    pub contact: Line,
    pub opens_at: DateTime<Utc>,
    /// From this instant on nobody answers any more.
    pub closes_at: DateTime<Utc>,
}

impl open_call::Model {
    pub fn window(&self, now: DateTime<Utc>) -> Window {
        window(Some(self.opens_at), Some(self.closes_at), now)
    }
}

/// Publishes a call and gives its code. `key` is the form's, so that sending it twice publishes one.
pub async fn publish(
    centre: &Centre,
    by: &Producer,
    details: &CallDetails,
    key: Uuid,
) -> Result<String, CallError> {
    if details.opens_at >= details.closes_at {
        return Err(CallError::Backwards);
    }
    let tx = begin(centre).await?;
    let before = open_call::Entity::find().filter(open_call::Column::RequestKey.eq(key)).one(&tx).await?;
    if let Some(before) = before {
        return Ok(before.code);
    }
    let (id, now) = (centre.clock().id(), centre.clock().now());
    let code = next_code(&tx, now).await?;
    let row = open_call::ActiveModel {
        id: Set(id),
        code: Set(code.clone()),
        request_key: Set(key),
        version: Set(1),
        created_by: Set(Some(by.id())),
        created_at: Set(now),
        ..row(details)
    };
    open_call::Entity::insert(row).exec_without_returning(&tx).await?;
    record(&tx, centre.clock(), Some(by.id()), "add", "open_call", &id.to_string(), FIELDS).await?;
    tx.commit().await?;
    Ok(code)
}

const FIELDS: &str = "title purpose who_for dates people contact opens_at closes_at";

fn row(details: &CallDetails) -> open_call::ActiveModel {
    open_call::ActiveModel {
        title: Set(details.title.as_str().to_owned()),
        purpose: Set(details.purpose.clone()),
        who_for: Set(details.who_for.clone()),
        dates: Set(details.dates.as_str().to_owned()),
        people: Set(details.people.into()),
        contact: Set(details.contact.as_str().to_owned()),
        opens_at: Set(details.opens_at),
        closes_at: Set(details.closes_at),
        ..Default::default()
    }
}

/// The next free code of a year. Transactions on the studio come one after the other, so that nobody else takes it.
async fn next_code(tx: &DatabaseTransaction, now: DateTime<Utc>) -> Result<String, DbErr> {
    let year = seoul::day(now).year();
    let of_year = |code: &str| open_call::Entity::find().filter(open_call::Column::Code.eq(code.to_owned()));
    for number in 1.. {
        let code = CallCode::of_year(year, number);
        if of_year(code.as_str()).count(tx).await? == 0 {
            return Ok(code.as_str().to_owned());
        }
    }
    unreachable!("the numbers have no end")
}

/// Changes what a call says. Answers stay.
pub async fn change(
    centre: &Centre,
    by: &Producer,
    code: &str,
    version: i32,
    details: &CallDetails,
) -> Result<(), CallError> {
    if details.opens_at >= details.closes_at {
        return Err(CallError::Backwards);
    }
    let tx = begin(centre).await?;
    let call = find_call(&tx, code).await?.ok_or(CallError::NotFound)?;
    if call.version != version {
        return Err(CallError::Stale);
    }
    let changed = open_call::ActiveModel { id: Set(call.id), version: Set(call.version + 1), ..row(details) };
    changed.update(&tx).await?;
    record(&tx, centre.clock(), Some(by.id()), "change", "open_call", &call.id.to_string(), FIELDS).await?;
    Ok(tx.commit().await?)
}

/// Answers a call with what somebody would bring. They consent to the use of their picture and voice, or can't take part.
pub async fn answer(
    centre: &Centre,
    by: &SignedIn,
    code: &str,
    words: &str,
    consents: bool,
) -> Result<(), CallError> {
    let tx = begin(centre).await?;
    let call = find_call(&tx, code).await?.ok_or(CallError::NotFound)?;
    let now = centre.clock().now();
    if call.window(now) != Window::Open {
        return Err(CallError::NotOpen);
    }
    if !consents {
        return Err(CallError::NoConsent);
    }
    if find_live(&tx, call.id, by.id()).await?.is_some() {
        return Err(CallError::Answered);
    }
    let answer = call_answer::Model {
        id: centre.clock().id(),
        call_id: call.id,
        person_id: by.id(),
        words: Some(words.to_owned()),
        consent: PICTURE_CONSENT,
        state: AnswerState::Asked,
        reason: None,
        version: 1,
        created_at: now,
    };
    call_answer::ActiveModel::from(answer.clone()).reset_all().insert(&tx).await?;
    note(&tx, centre, &answer, by.id()).await?;
    tell(&tx, centre, &call, &answer).await?;
    Ok(tx.commit().await?)
}

/// Takes one's own answer back, chosen or not.
pub async fn withdraw(centre: &Centre, by: &SignedIn, code: &str, version: i32) -> Result<(), CallError> {
    let tx = begin(centre).await?;
    let call = find_call(&tx, code).await?.ok_or(CallError::NotFound)?;
    let answer = find_live(&tx, call.id, by.id()).await?.ok_or(CallError::Stale)?;
    let withdrawn = call_answer::Model { state: AnswerState::Withdrawn, reason: None, ..answer.clone() };
    save(&tx, centre, &call, (&answer, version), withdrawn, by.id()).await?;
    Ok(tx.commit().await?)
}

/// Takes all back that somebody has answered and that nobody has declined: their account is closed.
pub async fn withdraw_all(centre: &Centre, by: &SignedIn) -> Result<(), CallError> {
    let live = || {
        let theirs = call_answer::Entity::find().filter(call_answer::Column::PersonId.eq(by.id()));
        theirs.filter(call_answer::Column::State.is_in([AnswerState::Asked, AnswerState::Chosen]))
    };
    if live().count(centre.database()).await? == 0 {
        return Ok(());
    }
    let tx = begin(centre).await?;
    for answer in live().order_by_asc(call_answer::Column::Id).all(&tx).await? {
        let call = open_call::Entity::find_by_id(answer.call_id).one(&tx).await?;
        let call = call.ok_or(CallError::NotFound)?;
        let withdrawn = call_answer::Model { state: AnswerState::Withdrawn, reason: None, ..answer.clone() };
        save(&tx, centre, &call, (&answer, answer.version), withdrawn, by.id()).await?;
    }
    Ok(tx.commit().await?)
}

/// Chooses somebody or declines them, for a reason that they read. A choice can be taken back so, and the other way round.
pub async fn decide(
    centre: &Centre,
    by: &Producer,
    code: &str,
    answer: Uuid,
    version: i32,
    (state, reason): (AnswerState, &Line),
) -> Result<(), CallError> {
    let tx = begin(centre).await?;
    let call = find_call(&tx, code).await?.ok_or(CallError::NotFound)?;
    let found = call_answer::Entity::find_by_id(answer).filter(call_answer::Column::CallId.eq(call.id));
    let answer = found.one(&tx).await?.ok_or(CallError::NotFound)?;
    let decided = call_answer::Model { state, reason: Some(reason.as_str().to_owned()), ..answer.clone() };
    save(&tx, centre, &call, (&answer, version), decided, by.id()).await?;
    let id = answer.id.to_string();
    record(&tx, centre.clock(), Some(by.id()), "change", "call_answer", &id, "state reason").await?;
    Ok(tx.commit().await?)
}

/// Writes an answer that was `before` as what it is to be, with its history and its letter.
async fn save(
    tx: &DatabaseTransaction,
    centre: &Centre,
    call: &open_call::Model,
    (before, version): (&call_answer::Model, i32),
    mut after: call_answer::Model,
    actor: Uuid,
) -> Result<(), CallError> {
    if before.version != version || !before.state.may_become(after.state) {
        return Err(CallError::Stale);
    }
    after.version = before.version + 1;
    let changed = call_answer::ActiveModel {
        state: Set(after.state),
        reason: Set(after.reason.clone()),
        version: Set(after.version),
        ..Default::default()
    };
    let saved = call_answer::Entity::update_many()
        .set(changed)
        .filter(call_answer::Column::Id.eq(before.id))
        .filter(call_answer::Column::State.eq(before.state))
        .filter(call_answer::Column::Version.eq(before.version))
        .exec(tx)
        .await?;
    if saved.rows_affected != 1 {
        return Err(CallError::Stale);
    }
    note(tx, centre, &after, actor).await?;
    tell(tx, centre, call, &after).await?;
    Ok(())
}

async fn note(
    tx: &DatabaseTransaction,
    centre: &Centre,
    answer: &call_answer::Model,
    actor: Uuid,
) -> Result<(), DbErr> {
    let row = call_answer_event::ActiveModel {
        id: Set(centre.clock().id()),
        answer_id: Set(answer.id),
        at: Set(centre.clock().now()),
        state: Set(answer.state),
        actor_id: Set(Some(actor)),
        reason: Set(answer.reason.clone()),
    };
    call_answer_event::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Writes to whoever answered how their answer stands.
async fn tell(
    tx: &DatabaseTransaction,
    centre: &Centre,
    call: &open_call::Model,
    answer: &call_answer::Model,
) -> Result<(), DbErr> {
    let event = match answer.state {
        AnswerState::Asked => Event::CallAnswered,
        AnswerState::Chosen => Event::CallChosen,
        AnswerState::Declined => Event::CallDeclined,
        AnswerState::Withdrawn => Event::CallWithdrawn,
    };
    let facts = Facts {
        call: Some(call.code.clone()),
        course: Some(call.title.clone()),
        reason: answer.reason.clone(),
        ..Facts::default()
    };
    tell_people(tx, centre.clock(), &[answer.person_id], event, facts).await
}

pub async fn find_call<C: ConnectionTrait>(db: &C, code: &str) -> Result<Option<open_call::Model>, DbErr> {
    open_call::Entity::find().filter(open_call::Column::Code.eq(code)).one(db).await
}

/// The answer somebody has given and not taken back. Uses the index `call_answer_one_live`.
pub async fn find_live<C: ConnectionTrait>(
    db: &C,
    call: Uuid,
    person: Uuid,
) -> Result<Option<call_answer::Model>, DbErr> {
    call_answer::Entity::find()
        .filter(call_answer::Column::CallId.eq(call))
        .filter(call_answer::Column::PersonId.eq(person))
        .filter(call_answer::Column::State.ne(AnswerState::Withdrawn))
        .one(db)
        .await
}

/// The latest calls, those that close last first.
pub async fn list_calls<C: ConnectionTrait>(db: &C, most: u64) -> Result<Vec<open_call::Model>, DbErr> {
    open_call::Entity::find()
        .order_by_desc(open_call::Column::ClosesAt)
        .order_by_desc(open_call::Column::Code)
        .limit(most)
        .all(db)
        .await
}

/// How many answers a call has in a state.
pub type Counts = HashMap<(Uuid, AnswerState), u32>;

/// How many answers these calls have, by state.
pub async fn count_answers<C: ConnectionTrait>(
    db: &C,
    _: &Producer,
    calls: &[open_call::Model],
) -> Result<Counts, DbErr> {
    let found: Vec<(Uuid, AnswerState)> = call_answer::Entity::find()
        .select_only()
        .column(call_answer::Column::CallId)
        .column(call_answer::Column::State)
        .filter(call_answer::Column::CallId.is_in(calls.iter().map(|call| call.id)))
        .into_tuple()
        .all(db)
        .await?;
    let mut counts = Counts::new();
    for answer in found {
        *counts.entry(answer).or_insert(0) += 1;
    }
    Ok(counts)
}

/// The answers to a call in the order in which they came, each with the whole name of whoever gave it: lists mask it.
pub async fn list_answers<C: ConnectionTrait>(
    db: &C,
    _: &Producer,
    call: Uuid,
) -> Result<Vec<(call_answer::Model, String)>, DbErr> {
    let answers = call_answer::Entity::find()
        .filter(call_answer::Column::CallId.eq(call))
        .order_by_asc(call_answer::Column::Id)
        .all(db)
        .await?;
    let people = person::Entity::find()
        .filter(person::Column::Id.is_in(answers.iter().map(|answer| answer.person_id)))
        .all(db)
        .await?;
    let names: HashMap<Uuid, String> = people.into_iter().map(|it| (it.id, it.name)).collect();
    let named = |answer: call_answer::Model| {
        let name = names.get(&answer.person_id).cloned().unwrap_or_default();
        (answer, name)
    };
    Ok(answers.into_iter().map(named).collect())
}

/// One answer with whoever gave it.
#[derive(Clone, Debug)]
pub struct AnswerView {
    pub answer: call_answer::Model,
    pub name: String,
    pub contacts: Vec<Contact>,
    /// Oldest first.
    pub events: Vec<call_answer_event::Model>,
}

/// An answer as a producer reads it, with the whole name and how to reach them. That they looked is written down.
pub async fn read_answer(
    centre: &Centre,
    by: &Producer,
    call: Uuid,
    answer: Uuid,
) -> Result<Option<AnswerView>, DbErr> {
    let db = centre.database();
    let found = call_answer::Entity::find_by_id(answer).filter(call_answer::Column::CallId.eq(call));
    let Some(answer) = found.one(db).await? else { return Ok(None) };
    look(centre, by.id(), Duty::Producer, Subject::Person, &answer.person_id.to_string()).await?;
    let name = person::Entity::find_by_id(answer.person_id).one(db).await?.map(|person| person.name);
    let events = call_answer_event::Entity::find()
        .filter(call_answer_event::Column::AnswerId.eq(answer.id))
        .order_by_asc(call_answer_event::Column::Id)
        .all(db)
        .await?;
    let contacts = contacts_of(db, answer.person_id).await?;
    Ok(Some(AnswerView { answer, name: name.unwrap_or_default(), contacts, events }))
}
