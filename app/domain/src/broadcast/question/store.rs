//! Asking, and what whoever presents does with it. Everything that happens in a box raises its turn first, which takes the
//! lock: so that limits are true, and open pages see that something is new.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, DatabaseTransaction, DbErr, EntityTrait, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect,
};
use thiserror::Error;
use uuid::Uuid;

use crate::account::entity::person;
use crate::account::{SignedIn, record};
use crate::broadcast::question::entity::{question, question_box};
use crate::broadcast::question::{
    A_BROADCAST, Nickname, QuestionAct, QuestionState, QuestionWords, Taking, pause_left, taking,
};
use crate::broadcast::store::{Host, Shown, may_watch};
use crate::centre::Centre;

/// Why a question isn't taken.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum QuestionRefusal {
    #[error("not for this person to watch")]
    NotTheirs,
    #[error("questions are not taken at this time")]
    NotNow,
    #[error("whoever presents has closed the box")]
    Closed,
    #[error("the nickname reads as the presenter's name")]
    PresentersName,
    #[error("another question makes sense after so many seconds: {0}")]
    TooSoon(u64),
    #[error("this person has asked as often as one may")]
    Enough,
    #[error("no such question")]
    NotFound,
}

#[derive(Debug, Error)]
pub enum QuestionError {
    #[error(transparent)]
    Refused(#[from] QuestionRefusal),
    #[error(transparent)]
    Db(#[from] DbErr),
}

/// A box as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuestionBox {
    pub is_open: bool,
    /// Rises with everything that happens in it; 0 while nothing has.
    pub turn: i64,
}

/// Until whoever presents says otherwise a class takes questions, since those who have a place are known there, and an event
/// takes none, since everybody may watch it and nobody may be there to look after what is asked.
fn opens_by_itself(shown: &Shown) -> bool {
    shown.subject.run.is_some()
}

pub async fn find_box(centre: &Centre, shown: &Shown) -> Result<QuestionBox, DbErr> {
    let row = question_box::Entity::find_by_id(shown.row.id).one(centre.database()).await?;
    Ok(match row {
        Some(row) => QuestionBox { is_open: row.open, turn: row.turn },
        None => QuestionBox { is_open: opens_by_itself(shown), turn: 0 },
    })
}

/// A question as pages show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    pub id: Uuid,
    pub nickname: String,
    pub words: String,
    pub state: QuestionState,
    pub asked_at: DateTime<Utc>,
}

/// The longest list that is of use to anybody while a show goes on.
const LIST: u64 = 100;

async fn list(
    centre: &Centre,
    shown: &Shown,
    wanted: Condition,
    order: sea_orm::Order,
) -> Result<Vec<Question>, DbErr> {
    let rows = question::Entity::find()
        .filter(question::Column::BroadcastId.eq(shown.row.id))
        .filter(question::Column::Words.is_not_null())
        .filter(wanted)
        .order_by(question::Column::AskedAt, order.clone())
        .order_by(question::Column::Id, order)
        .limit(LIST)
        .all(centre.database())
        .await?;
    let question = |row: question::Model| {
        let (nickname, words) = (row.nickname.unwrap_or_default(), row.words.unwrap_or_default());
        Question { id: row.id, nickname, words, state: row.state, asked_at: row.asked_at }
    };
    Ok(rows.into_iter().map(question).collect())
}

fn of_state(state: QuestionState) -> Condition {
    Condition::all().add(question::Column::State.eq(state))
}

/// What everybody sees who may watch: all that isn't hidden, the newest first.
pub async fn list_shown(centre: &Centre, shown: &Shown) -> Result<Vec<Question>, DbErr> {
    let wanted = Condition::all().add(question::Column::State.ne(QuestionState::Hidden));
    list(centre, shown, wanted, sea_orm::Order::Desc).await
}

/// What whoever presents sees: the longest unanswered first, then what is answered and what is hidden, each the newest first.
pub async fn list_for_host(centre: &Centre, _: &Host, shown: &Shown) -> Result<Vec<Question>, DbErr> {
    let mut questions = list(centre, shown, of_state(QuestionState::Asked), sea_orm::Order::Asc).await?;
    for state in [QuestionState::Answered, QuestionState::Hidden] {
        questions.extend(list(centre, shown, of_state(state), sea_orm::Order::Desc).await?);
    }
    Ok(questions)
}

/// Under which nickname somebody asked last, wherever that was.
pub async fn last_nickname(centre: &Centre, who: &SignedIn) -> Result<Option<String>, DbErr> {
    let last = question::Entity::find()
        .filter(question::Column::PersonId.eq(who.id()))
        .order_by_desc(question::Column::AskedAt)
        .one(centre.database())
        .await?;
    Ok(last.and_then(|row| row.nickname))
}

/// Raises the turn of a box, which begins with the first that happens in it.
async fn raise(tx: &DatabaseTransaction, shown: &Shown) -> Result<question_box::Model, DbErr> {
    let row = question_box::ActiveModel {
        broadcast_id: Set(shown.row.id),
        open: Set(opens_by_itself(shown)),
        turn: Set(1),
    };
    let next = Expr::col((question_box::Entity, question_box::Column::Turn)).add(1);
    let raised = OnConflict::column(question_box::Column::BroadcastId)
        .value(question_box::Column::Turn, next)
        .to_owned();
    question_box::Entity::insert(row).on_conflict(raised).exec_with_returning(tx).await
}

/// What somebody asks, and the key of the form they did it by.
#[derive(Clone, Debug)]
pub struct Draft {
    pub nickname: Nickname,
    pub words: QuestionWords,
    pub key: Uuid,
}

/// Asks. Sent again with the same key, it is answered as the first time.
pub async fn ask(centre: &Centre, who: &SignedIn, shown: &Shown, draft: Draft) -> Result<(), QuestionError> {
    if !may_watch(centre, Some(who), shown).await? {
        return Err(QuestionRefusal::NotTheirs.into());
    }
    let tx = centre.begin().await?;
    let open = raise(&tx, shown).await?.open;
    let theirs = question::Entity::find().filter(question::Column::PersonId.eq(who.id()));
    let before = theirs.clone().filter(question::Column::RequestKey.eq(draft.key)).count(&tx).await?;
    if before > 0 {
        return Ok(());
    }
    let now = centre.clock().now();
    if taking(shown.on_show(now), shown.subject.starts_at, now) != Taking::Now {
        return Err(QuestionRefusal::NotNow.into());
    }
    if !open {
        return Err(QuestionRefusal::Closed.into());
    }
    for name in presenters(&tx, shown).await? {
        if draft.nickname.passes_for(&name) {
            return Err(QuestionRefusal::PresentersName.into());
        }
    }
    let here = theirs.filter(question::Column::BroadcastId.eq(shown.row.id));
    let last = here.clone().order_by_desc(question::Column::AskedAt).one(&tx).await?;
    if let Some(seconds) = last.and_then(|last| pause_left(last.asked_at, now)) {
        return Err(QuestionRefusal::TooSoon(seconds).into());
    }
    if here.count(&tx).await? >= A_BROADCAST {
        return Err(QuestionRefusal::Enough.into());
    }
    let row = question::ActiveModel {
        id: Set(centre.clock().id()),
        broadcast_id: Set(shown.row.id),
        person_id: Set(who.id()),
        nickname: Set(Some(draft.nickname.as_str().to_owned())),
        words: Set(Some(draft.words.as_str().to_owned())),
        state: Set(QuestionState::Asked),
        request_key: Set(draft.key),
        asked_at: Set(now),
    };
    question::Entity::insert(row).exec_without_returning(&tx).await?;
    tx.commit().await?;
    Ok(())
}

/// The names of whoever presents: as it is announced, and as the account has it.
async fn presenters(tx: &DatabaseTransaction, shown: &Shown) -> Result<Vec<String>, DbErr> {
    let mut names = vec![shown.subject.presenter.clone()];
    let account = shown.subject.run.as_ref().and_then(|run| run.instructor_id);
    if let Some(id) = account {
        names.extend(person::Entity::find_by_id(id).one(tx).await?.map(|person| person.name));
    }
    Ok(names)
}

/// Marks a question. What somebody else has done already is done.
pub async fn act(
    centre: &Centre,
    by: &Host,
    shown: &Shown,
    id: Uuid,
    act: QuestionAct,
) -> Result<(), QuestionError> {
    let tx = centre.begin().await?;
    raise(&tx, shown).await?;
    let row = question::Entity::find_by_id(id)
        .filter(question::Column::BroadcastId.eq(shown.row.id))
        .one(&tx)
        .await?
        .ok_or(QuestionRefusal::NotFound)?;
    if !act.is_for(row.state) {
        return Ok(());
    }
    let changed = question::ActiveModel { state: Set(act.leads_to()), ..Default::default() };
    question::Entity::update_many()
        .set(changed)
        .filter(question::Column::Id.eq(id))
        .filter(question::Column::State.eq(row.state))
        .exec(&tx)
        .await?;
    record(&tx, centre.clock(), Some(by.id()), act.as_str(), "question", &id.to_string(), "state").await?;
    tx.commit().await?;
    Ok(())
}

/// Opens or closes the box. What was asked stays.
pub async fn set_open(centre: &Centre, by: &Host, shown: &Shown, open: bool) -> Result<(), DbErr> {
    let tx = centre.begin().await?;
    if raise(&tx, shown).await?.open == open {
        return Ok(());
    }
    let changed = question_box::ActiveModel { open: Set(open), ..Default::default() };
    question_box::Entity::update_many()
        .set(changed)
        .filter(question_box::Column::BroadcastId.eq(shown.row.id))
        .exec(&tx)
        .await?;
    let code = &shown.row.code;
    record(&tx, centre.clock(), Some(by.id()), "change", "question_box", code, "open").await?;
    tx.commit().await?;
    Ok(())
}
