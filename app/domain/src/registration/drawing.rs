//! Holding a draw: what is promised and published of it, what its office does, what its applicants see.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr,
    EntityTrait, ExprTrait, IntoActiveModel, JoinType, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
};
use thiserror::Error;
use uuid::Uuid;

use super::draw::{Digest, Drawn, Lot, Occasion, Record, Secret, Ticket, draw as decide};
use super::entity::{application, draw, draw_attempt, draw_ticket};
use super::shelf::book;
use super::writer::{Actor, Command, WriterError};
use super::{Book, PublicValue, Source, Stage, State};
use crate::account::store::names_of;
use crate::account::{SignedIn, TrainingManager, record};
use crate::centre::{Centre, turn};
use crate::course::entity::{class_session, run};
use crate::course::{ClassState, RunCode, RunState, Selection};

/// For what the secret of a run's draw is sealed.
pub(crate) fn purpose(run: Uuid) -> String {
    format!("draw:{run}:secret")
}

/// The runs whose draw is to be promised or whose list is to be frozen now. `promises` says whether a secret can be sealed.
pub(super) async fn due<C: ConnectionTrait>(
    db: &C,
    promises: bool,
    now: DateTime<Utc>,
) -> Result<BTreeSet<Uuid>, DbErr> {
    let promised = draw::Entity::find().select_only().column(draw::Column::RunId).into_query();
    let open_lists = draw::Entity::find()
        .select_only()
        .column(draw::Column::RunId)
        .filter(draw::Column::ListedAt.is_null())
        .into_query();
    let unpromised = run::Column::Id.not_in_subquery(promised).and(run::Column::ApplyUntil.gt(now));
    let unlisted = run::Column::Id.in_subquery(open_lists).and(run::Column::ApplyUntil.lte(now));
    let wanted = if promises { unpromised.or(unlisted) } else { unlisted };
    let ids: Vec<Uuid> = run::Entity::find()
        .select_only()
        .column(run::Column::Id)
        .filter(run::Column::State.eq(RunState::Published))
        .filter(run::Column::Selection.eq(Selection::Lottery))
        .filter(wanted)
        .into_tuple()
        .all(db)
        .await?;
    Ok(ids.into_iter().collect())
}

/// The draw of a run with a lottery; `None` before it is promised.
pub async fn find_draw(centre: &Centre, run: Uuid) -> Result<Option<draw::Model>, DbErr> {
    draw::Entity::find_by_id(run).one(centre.database()).await
}

/// The runs whose list is frozen, whose draw is due and that have not begun, by when it was announced.
pub async fn list_due(
    centre: &Centre,
    _manager: &TrainingManager,
) -> Result<Vec<(RunCode, DateTime<Utc>)>, DbErr> {
    let (db, now) = (centre.database(), centre.clock().now());
    let of_run = draw::Entity::belongs_to(run::Entity).from(draw::Column::RunId).to(run::Column::Id);
    let due: Vec<(Uuid, String, DateTime<Utc>)> = draw::Entity::find()
        .join(JoinType::InnerJoin, of_run.into())
        .select_only()
        .column(draw::Column::RunId)
        .column(run::Column::Code)
        .column(draw::Column::PlannedFor)
        .filter(draw::Column::ListedAt.is_not_null())
        .filter(draw::Column::DrawnAt.is_null())
        .filter(draw::Column::PlannedFor.lte(now))
        .filter(run::Column::State.eq(RunState::Published))
        .filter(run::Column::Selection.eq(Selection::Lottery))
        .order_by_asc(draw::Column::PlannedFor)
        .into_tuple()
        .all(db)
        .await?;
    let begun: Vec<Uuid> = class_session::Entity::find()
        .select_only()
        .column(class_session::Column::RunId)
        .distinct()
        .filter(class_session::Column::RunId.is_in(due.iter().map(|(run, ..)| *run)))
        .filter(class_session::Column::State.eq(ClassState::Planned))
        .filter(class_session::Column::StartsAt.lte(now))
        .into_tuple()
        .all(db)
        .await?;
    let to_come = due.into_iter().filter(|(run, ..)| !begun.contains(run));
    Ok(to_come.filter_map(|(_, code, at)| Some((RunCode::parse(&code)?, at))).collect())
}

/// How somebody's own application in a draw stands now, by its code; `None` where it isn't theirs.
pub async fn own_state(
    centre: &Centre,
    owner: &SignedIn,
    run: Uuid,
    ticket: &Ticket,
) -> Result<Option<State>, DbErr> {
    let found = draw_ticket::Entity::find()
        .filter(draw_ticket::Column::RunId.eq(run))
        .filter(draw_ticket::Column::Code.eq(ticket.as_str()))
        .one(centre.database())
        .await?;
    let Some(found) = found else { return Ok(None) };
    let row = application::Entity::find_by_id(found.application_id).one(centre.database()).await?;
    Ok(row.filter(|row| row.person_id == owner.id()).map(|row| row.state))
}

/// The code of an application in its draw.
pub async fn ticket_of(centre: &Centre, application: Uuid) -> Result<Option<draw_ticket::Model>, DbErr> {
    draw_ticket::Entity::find_by_id(application).one(centre.database()).await
}

/// What is published of a draw once it was made. `None` before.
pub async fn find_record(centre: &Centre, run: &run::Model) -> Result<Option<Record>, DbErr> {
    let Some(row) = find_draw(centre, run.id).await? else { return Ok(None) };
    let (Some(listed_at), Some(drawn_at)) = (row.listed_at, row.drawn_at) else { return Ok(None) };
    let malformed = |what: &str| DbErr::Type(format!("{what} of a draw"));
    let secret = row.secret.as_deref().and_then(Secret::parse).ok_or_else(|| malformed("the secret"))?;
    let public_value = row.public_value.ok_or_else(|| malformed("the public value"))?;
    let rows: Vec<(String, Option<String>)> = draw_ticket::Entity::find()
        .select_only()
        .columns([draw_ticket::Column::Code, draw_ticket::Column::Lot])
        .filter(draw_ticket::Column::RunId.eq(run.id))
        .order_by_asc(draw_ticket::Column::Rank)
        .into_tuple()
        .all(centre.database())
        .await?;
    let lot = |(code, lot): &(String, Option<String>)| {
        Some(Lot { ticket: Ticket::parse(code)?, lot: Digest::parse(lot.as_deref()?)? })
    };
    let order: Option<Vec<Lot>> = rows.iter().map(lot).collect();
    let order = order.ok_or_else(|| malformed("a code or its lot"))?;
    let list_hash = row.list_hash.as_deref().and_then(Digest::parse).ok_or_else(|| malformed("the list"))?;
    let tickets: Vec<Ticket> = order.iter().map(|lot| lot.ticket.clone()).collect();
    let seed = decide(&secret, &run.code, &public_value, &tickets).seed;
    let occasion = Occasion {
        run: RunCode::parse(&run.code).ok_or_else(|| malformed("the run"))?,
        places: row.places.and_then(|places| u32::try_from(places).ok()).unwrap_or_default(),
        committed_at: row.committed_at,
        listed_at,
        public_source: row.source,
        public_value,
        drawn_at,
    };
    // As it was published and used: what somebody has changed in the rows since doesn't follow from the rest.
    let record = Record::of(occasion, &secret, &Drawn { seed, list_hash, order });
    Ok(Some(Record { commitment: row.commitment, ..record }))
}

/// Draws the places of a run: once, after its list is frozen. `key` is that of the form: whoever sends it twice has drawn once.
pub async fn draw(
    centre: &Centre,
    manager: &TrainingManager,
    run: Uuid,
    value: PublicValue,
    key: Uuid,
) -> Result<(), WriterError> {
    let actor = Actor::Office(manager.id());
    centre.writer().send(Command::Draw { run, actor, value, key }).await?;
    Ok(())
}

/// What the office's page says of a draw.
#[derive(Clone, Debug)]
pub struct AtOffice {
    pub draw: draw::Model,
    pub book: std::sync::Arc<Book>,
    /// Who made it, and who wanted to once more and when.
    pub drawn_by: Option<String>,
    pub attempts: Vec<(DateTime<Utc>, String)>,
    /// How many of the list have withdrawn since it was frozen, before the draw.
    pub withdrawn: u64,
}

/// The draw of a run for who holds it; `None` where there is none.
pub async fn find_at_office(
    centre: &Centre,
    _manager: &TrainingManager,
    run: Uuid,
) -> Result<Option<AtOffice>, DbErr> {
    let db = centre.database();
    let (Some(draw), Some(book)) = (find_draw(centre, run).await?, book(centre, run).await?) else {
        return Ok(None);
    };
    let attempts = draw_attempt::Entity::find()
        .filter(draw_attempt::Column::RunId.eq(run))
        .order_by_asc(draw_attempt::Column::At)
        .all(db)
        .await?;
    let people: Vec<Uuid> = attempts.iter().map(|it| it.actor_id).chain(draw.drawn_by).collect();
    let names: HashMap<Uuid, String> = names_of(db, people).await?;
    let name = |id: Uuid| names.get(&id).cloned().unwrap_or_default();
    let listed = draw_ticket::Entity::find().filter(draw_ticket::Column::RunId.eq(run)).count(db).await?;
    let asking = u64::try_from(book.live.asked().len()).unwrap_or_default();
    Ok(Some(AtOffice {
        drawn_by: draw.drawn_by.map(name),
        attempts: attempts.iter().map(|it| (it.at, name(it.actor_id))).collect(),
        withdrawn: if draw.drawn_at.is_none() { listed.saturating_sub(asking) } else { 0 },
        draw,
        book,
    }))
}

/// What is announced of a draw before its window opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub source: Source,
    /// When it is held; without it, as soon as the public value is known.
    pub planned_for: Option<DateTime<Utc>>,
}

/// Why the plan of a draw is not changed so.
#[derive(Debug, Error)]
pub enum PlanError {
    #[error("no draw is promised for the run")]
    NotFound,
    /// Whoever applies must know by what the places are drawn.
    #[error("the window has opened")]
    Opened,
    #[error("the public value is known from {0} on")]
    BeforeValue(DateTime<Utc>),
    #[error("the draw must be before the first class")]
    AfterBeginning,
    #[error("the public value is known from {0} on, when the run has begun")]
    ValueTooLate(DateTime<Utc>),
    #[error(transparent)]
    Db(#[from] DbErr),
}

/// When a draw is announced for once its window, which closed then, closes otherwise: one that was to be held as soon as its value
/// is known still is, and none is held before that.
pub(crate) fn follows(
    draw: &draw::Model,
    was: Option<DateTime<Utc>>,
    closes: DateTime<Utc>,
) -> DateTime<Utc> {
    let known_from = draw.value_kind.known_from(closes);
    let as_soon_as_known = was.is_some_and(|was| draw.planned_for == draw.value_kind.known_from(was));
    if as_soon_as_known || draw.planned_for < known_from { known_from } else { draw.planned_for }
}

/// Announces anew when the places of a run are drawn, where its window has changed before it opened. In the transaction that
/// changes it.
pub(crate) async fn follow_window(
    tx: &DatabaseTransaction,
    was: &run::Model,
    closes: Option<DateTime<Utc>>,
) -> Result<(), DbErr> {
    let Some(closes) = closes.filter(|_| closes != was.apply_until) else { return Ok(()) };
    let found = draw::Entity::find_by_id(was.id).filter(draw::Column::ListedAt.is_null()).one(tx).await?;
    let Some(draw) = found else { return Ok(()) };
    let planned_for = follows(&draw, was.apply_until, closes);
    let mut draw = draw.into_active_model();
    draw.planned_for = Set(planned_for);
    draw.update(tx).await?;
    Ok(())
}

/// Announces by what and when the places of a run are drawn, as long as nobody can have applied.
pub async fn plan(
    centre: &Centre,
    manager: &TrainingManager,
    run: Uuid,
    plan: Plan,
) -> Result<(), PlanError> {
    let tx = centre.begin().await?;
    turn(&tx).await?;
    let book = super::book::load_one(&tx, run).await?.ok_or(PlanError::NotFound)?;
    let row = draw::Entity::find_by_id(run).one(&tx).await?.ok_or(PlanError::NotFound)?;
    let stage = book.lottery.map(|lottery| lottery.stage);
    if book.opens_after(centre.clock().now()).is_none() || stage != Some(Stage::Committed) {
        return Err(PlanError::Opened);
    }
    let closes = book.apply_until.ok_or(PlanError::NotFound)?;
    let known_from = plan.source.kind().known_from(closes);
    if book.begins().is_some_and(|begins| begins <= known_from) {
        return Err(PlanError::ValueTooLate(known_from));
    }
    let planned_for = plan.planned_for.unwrap_or(known_from);
    if planned_for < known_from {
        return Err(PlanError::BeforeValue(known_from));
    }
    if book.begins().is_some_and(|begins| begins <= planned_for) {
        return Err(PlanError::AfterBeginning);
    }
    let mut row = row.into_active_model();
    row.value_kind = Set(plan.source.kind());
    row.source = Set(plan.source.as_str().to_owned());
    row.planned_for = Set(planned_for);
    row.update(&tx).await?;
    let subject = run.to_string();
    record(
        &tx,
        centre.clock(),
        Some(manager.id()),
        "change",
        "draw",
        &subject,
        "value_kind source planned_for",
    )
    .await?;
    tx.commit().await?;
    Ok(())
}
