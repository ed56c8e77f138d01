//! Writing notices down, in the transaction of what they tell about, and keeping account of how they were sent.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use uuid::Uuid;

use crate::account::store::people_by_mail;
use crate::account::{Address, Administrator, ContactKind, record};
use crate::centre::Centre;
use crate::clock::Clock;
use crate::language::Language;
use crate::notice::entity::notice;
use crate::notice::{Event, Facts, MOST_TRIES, NoticeState, delay};

/// A notice to be. Its row's id becomes the letter's Message-ID, so that one event reaches one person as one letter.
#[derive(Clone, Debug)]
pub struct Draft {
    pub event: Event,
    pub to: Recipient,
    pub language: Language,
    pub facts: Facts,
}

/// A person (by any confirmed address, looked up when sent) or an address that may not be anybody's yet.
#[derive(Clone, Debug)]
pub enum Recipient {
    Person(Uuid),
    Address(Address),
}

/// Queues notices in `tx`: they exist if and only if what they tell about is committed.
pub async fn queue<C: ConnectionTrait>(tx: &C, clock: &Clock, drafts: Vec<Draft>) -> Result<(), DbErr> {
    if drafts.is_empty() {
        return Ok(());
    }
    let rows: Vec<notice::ActiveModel> = drafts.into_iter().map(|draft| row(clock, draft)).collect();
    notice::Entity::insert_many(rows).exec_without_returning(tx).await?;
    Ok(())
}

fn row(clock: &Clock, draft: Draft) -> notice::ActiveModel {
    let (person_id, kind, address) = match draft.to {
        Recipient::Person(id) => (Some(id), None, None),
        Recipient::Address(address) => (None, Some(address.kind()), Some(address.as_str().to_owned())),
    };
    let now = clock.now();
    notice::ActiveModel {
        id: Set(clock.id()),
        event: Set(draft.event),
        person_id: Set(person_id),
        kind: Set(kind),
        address: Set(address),
        language: Set(draft.language),
        facts: Set(serde_json::to_string(&draft.facts).unwrap_or_else(|_| "{}".into())),
        state: Set(NoticeState::Queued),
        tries: Set(0),
        uncertain: Set(0),
        next_at: Set(now),
        created_at: Set(now),
        sent_at: Set(None),
        trouble: Set(None),
    }
}

/// How long an attempt may take. What is still `sending` after this was cut off, and nobody knows whether it arrived.
const LEASE: TimeDelta = TimeDelta::minutes(2);

/// Notices whose time has come and that go this way: codes first, since somebody waits for them, then the longest
/// due. While applications wait for the writer, codes alone: a letter costs two commits, for which they would wait.
/// Uses the index `notice_due`.
pub async fn due(centre: &Centre, way: ContactKind, most: u64) -> Result<Vec<notice::Model>, DbErr> {
    // Each part is true or false, never null, so that the other way is just what this one is not.
    let to_address = notice::Column::Kind.is_not_null().and(notice::Column::Kind.eq(ContactKind::Email));
    let to_person =
        notice::Column::PersonId.is_not_null().and(notice::Column::PersonId.in_subquery(people_by_mail()));
    let by_mail = to_address.or(to_person);
    let codes_alone = centre.writer().is_busy().then(|| notice::Column::Event.is_in(codes()));
    notice::Entity::find()
        .filter(match way {
            ContactKind::Email => by_mail,
            ContactKind::Phone => by_mail.not(),
        })
        .filter(notice::Column::State.is_in([NoticeState::Queued, NoticeState::Sending]))
        .filter(notice::Column::NextAt.lte(centre.clock().now()))
        .filter(Condition::all().add_option(codes_alone))
        .order_by_desc(notice::Column::Event.is_in(codes()))
        .order_by_asc(notice::Column::NextAt)
        .limit(most)
        .all(centre.database())
        .await
}

fn codes() -> impl Iterator<Item = Event> {
    Event::ALL.iter().copied().filter(|event| event.is_code())
}

/// Takes a due notice for one attempt, and counts it. `None` if another server was quicker.
/// One that was cut off is counted as uncertain: it may arrive twice, under the same Message-ID.
pub async fn claim(centre: &Centre, row: notice::Model) -> Result<Option<notice::Model>, DbErr> {
    let claimed = notice::Model {
        state: NoticeState::Sending,
        tries: row.tries + 1,
        uncertain: row.uncertain + i32::from(row.state == NoticeState::Sending),
        next_at: centre.clock().now() + LEASE,
        ..row.clone()
    };
    let updated = notice::Entity::update_many()
        .col_expr(notice::Column::State, Expr::value(claimed.state))
        .col_expr(notice::Column::Tries, Expr::value(claimed.tries))
        .col_expr(notice::Column::Uncertain, Expr::value(claimed.uncertain))
        .col_expr(notice::Column::NextAt, Expr::value(claimed.next_at))
        .filter(notice::Column::Id.eq(row.id))
        .filter(notice::Column::State.eq(row.state))
        .filter(notice::Column::NextAt.eq(row.next_at))
        .exec(centre.database())
        .await?;
    Ok((updated.rows_affected == 1).then_some(claimed))
}

/// How an attempt ended. What went wrong is a word and a status, without personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempt {
    Sent,
    /// Not now; another attempt may do better.
    Failed(String),
    /// The answer was lost after everything had been handed over.
    Uncertain(String),
    /// Another attempt would end the same.
    Refused(String),
}

/// Writes down how the attempt on a claimed notice ended. The row stays.
pub async fn finish(centre: &Centre, claimed: &notice::Model, attempt: Attempt) -> Result<(), DbErr> {
    let now = centre.clock().now();
    let tries = claimed.tries.unsigned_abs();
    let (trouble, mut uncertain, mut state) = match attempt {
        Attempt::Sent => (None, 0, NoticeState::Sent),
        Attempt::Failed(trouble) => (Some(trouble), 0, NoticeState::Queued),
        Attempt::Uncertain(trouble) => (Some(trouble), 1, NoticeState::Queued),
        Attempt::Refused(trouble) => (Some(trouble), 0, NoticeState::Stuck),
    };
    if state == NoticeState::Queued && tries >= MOST_TRIES {
        state = NoticeState::Stuck;
    }
    uncertain += claimed.uncertain;
    let sent_at = (state == NoticeState::Sent).then_some(now);
    let mut update = notice::Entity::update_many()
        .col_expr(notice::Column::State, Expr::value(state))
        .col_expr(notice::Column::Uncertain, Expr::value(uncertain))
        .col_expr(notice::Column::NextAt, Expr::value(now + delay(tries, claimed.id)))
        .col_expr(notice::Column::SentAt, Expr::value(sent_at))
        .col_expr(notice::Column::Trouble, Expr::value(trouble));
    let is_over = state == NoticeState::Sent || claimed.created_at <= expired_before(centre);
    if claimed.event.is_code() && is_over {
        update = update.col_expr(notice::Column::Facts, Expr::value(EMPTY));
    }
    update
        .filter(notice::Column::Id.eq(claimed.id))
        .filter(notice::Column::State.eq(NoticeState::Sending))
        .exec(centre.database())
        .await?;
    Ok(())
}

/// Lets a queued notice wait, without counting an attempt.
pub async fn postpone(centre: &Centre, row: &notice::Model, until: DateTime<Utc>) -> Result<(), DbErr> {
    notice::Entity::update_many()
        .col_expr(notice::Column::NextAt, Expr::value(until))
        .filter(notice::Column::Id.eq(row.id))
        .filter(notice::Column::State.eq(NoticeState::Queued))
        .exec(centre.database())
        .await?;
    Ok(())
}

/// Codes written before this are good for nothing.
fn expired_before(centre: &Centre) -> DateTime<Utc> {
    centre.clock().now() - TimeDelta::minutes(centre.settings().code_minutes.into())
}

/// Empties codes that have expired, and what was sent or given up so long ago that nobody will ask about it. What
/// is empty is never sent.
pub async fn empty_old(centre: &Centre) -> Result<(), DbErr> {
    notice::Entity::update_many()
        .col_expr(notice::Column::Facts, Expr::value(EMPTY))
        .col_expr(notice::Column::State, Expr::value(NoticeState::Stuck))
        .col_expr(notice::Column::Trouble, Expr::value(EXPIRED))
        .filter(notice::Column::Event.is_in(codes()))
        .filter(notice::Column::State.is_in([NoticeState::Queued, NoticeState::Stuck]))
        .filter(notice::Column::CreatedAt.lte(expired_before(centre)))
        .filter(notice::Column::Facts.ne(EMPTY))
        .exec(centre.database())
        .await?;
    let long_ago = centre.clock().now() - TimeDelta::days(i64::from(centre.settings().notice_days));
    notice::Entity::update_many()
        .col_expr(notice::Column::Facts, Expr::value(EMPTY))
        .col_expr(notice::Column::Address, Expr::value(None::<String>))
        .filter(notice::Column::State.eq(NoticeState::Sent))
        .filter(notice::Column::SentAt.lt(long_ago))
        .filter(notice::Column::Facts.ne(EMPTY).or(notice::Column::Address.is_not_null()))
        .exec(centre.database())
        .await?;
    let given_up = Condition::all()
        .add(notice::Column::State.eq(NoticeState::Stuck))
        .add(notice::Column::CreatedAt.lt(long_ago));
    notice::Entity::update_many()
        .col_expr(notice::Column::Facts, Expr::value(EMPTY))
        .filter(given_up.clone())
        .filter(notice::Column::Facts.ne(EMPTY))
        .exec(centre.database())
        .await?;
    // The constraint `notice_somebody` wants an address of what is for nobody known and was not sent.
    notice::Entity::update_many()
        .col_expr(notice::Column::Address, Expr::value(""))
        .filter(given_up)
        .filter(notice::Column::Address.ne(""))
        .exec(centre.database())
        .await?;
    Ok(())
}

/// The facts of what has been emptied.
const EMPTY: &str = "{}";

/// Why a code was not sent.
pub const EXPIRED: &str = "the code has expired";

/// How late a notice must be to be worth an administrator's look.
const LATE: TimeDelta = TimeDelta::minutes(10);

/// What is stuck or late and could still be sent, newest first.
pub async fn list_troubled(
    centre: &Centre,
    _: &Administrator,
    most: u64,
) -> Result<Vec<notice::Model>, DbErr> {
    let late = Condition::all()
        .add(notice::Column::State.is_in([NoticeState::Queued, NoticeState::Sending]))
        .add(notice::Column::Tries.gt(0).or(notice::Column::NextAt.lt(centre.clock().now() - LATE)));
    notice::Entity::find()
        .filter(Condition::any().add(notice::Column::State.eq(NoticeState::Stuck)).add(late))
        .filter(notice::Column::Facts.ne(EMPTY))
        .order_by_desc(notice::Column::Id)
        .limit(most)
        .all(centre.database())
        .await
}

/// Sends a stuck or late notice again at once, with all its attempts before it. `false` if it is no longer waiting
/// or has been emptied.
pub async fn retry(centre: &Centre, who: &Administrator, id: Uuid) -> Result<bool, DbErr> {
    let tx = centre.begin().await?;
    let updated = notice::Entity::update_many()
        .col_expr(notice::Column::State, Expr::value(NoticeState::Queued))
        .col_expr(notice::Column::Tries, Expr::value(0))
        .col_expr(notice::Column::NextAt, Expr::value(centre.clock().now()))
        .filter(notice::Column::Id.eq(id))
        .filter(notice::Column::State.is_in([NoticeState::Stuck, NoticeState::Queued]))
        .filter(notice::Column::Facts.ne(EMPTY))
        .exec(&tx)
        .await?;
    if updated.rows_affected == 1 {
        record(&tx, centre.clock(), Some(who.id()), "retry", "notice", &id.to_string(), "").await?;
    }
    tx.commit().await?;
    Ok(updated.rows_affected == 1)
}
