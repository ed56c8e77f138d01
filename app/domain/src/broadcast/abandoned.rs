//! What YouTube still has of ours and nobody wants any more, since a person has pasted a link or had another made: it is
//! deleted there, or ended where it is on, and holds its stream until then.

use chrono::TimeDelta;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ActiveValue, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait,
    DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
};

use uuid::Uuid;

use crate::broadcast::State;
use crate::broadcast::call::{Answer, Broadcast, Call, Move, Outcome, Phase, Reason, Refusal};
use crate::broadcast::entity::{abandoned, broadcast};
use crate::broadcast::model::marker;
use crate::broadcast::plan::LAG;
use crate::centre::Centre;

pub use abandoned::Model;

/// So long nobody else speaks about it: much longer than a look and a call take.
const CLAIM: TimeDelta = TimeDelta::minutes(5);

/// What `video` holds where nobody knows the id begins so, as no id does.
const MARKER: char = '#';

/// How often one looks whether a person has seen to what YouTube doesn't let go of.
const PATIENCE: TimeDelta = TimeDelta::minutes(5);

/// Oldest first.
pub async fn list<C: ConnectionTrait>(db: &C) -> Result<Vec<Model>, DbErr> {
    abandoned::Entity::find().order_by_asc(abandoned::Column::AbandonedAt).all(db).await
}

/// Those of one broadcast.
pub async fn list_of(centre: &Centre, broadcast: Uuid) -> Result<Vec<Model>, DbErr> {
    let of = abandoned::Column::BroadcastId.eq(broadcast);
    abandoned::Entity::find().filter(of).all(centre.database()).await
}

/// Whether one of them may still be started by a stream.
pub(super) async fn holds(tx: &DatabaseTransaction, stream: &str) -> Result<bool, DbErr> {
    let found = abandoned::Entity::find().filter(abandoned::Column::Stream.eq(stream));
    Ok(found.count(tx).await? > 0)
}

/// Takes note of a person's choice of another video, or of none: what was ours and is replaced is abandoned, and what is
/// chosen is not any more. Of an insert without an answer the marker is abandoned. A pasted link was never ours.
pub(super) async fn replace(
    tx: &DatabaseTransaction,
    centre: &Centre,
    row: &broadcast::Model,
    video: &ActiveValue<Option<String>>,
) -> Result<(), DbErr> {
    let Set(chosen) = video else { return Ok(()) };
    if let Some(chosen) = chosen {
        abandoned::Entity::delete_by_id(chosen.as_str()).exec(tx).await?;
    }
    // Also one that a look didn't find: it may have been made a moment before.
    let was_ours = !matches!(row.state, State::Manual | State::Cancelled);
    match &row.video {
        Some(old) if was_ours && row.video != *chosen => abandon(tx, centre, row, old).await,
        None if was_ours && row.asked.is_some() => {
            abandon(tx, centre, row, &marker(row.id, row.generation)).await
        }
        _ => Ok(()),
    }
}

/// What the broadcast shows now: that is never let go of, though it may carry an abandoned marker.
pub(super) async fn kept<C: ConnectionTrait>(db: &C, row: &Model) -> Result<Option<String>, DbErr> {
    let found = broadcast::Entity::find_by_id(row.broadcast_id).one(db).await?;
    Ok(found.and_then(|found| found.video))
}

/// What an insert has made after a person had decided otherwise. Where another process is at it, it is found by its marker.
pub(super) async fn made_for_nobody(
    tx: &DatabaseTransaction,
    centre: &Centre,
    asked: &broadcast::Model,
    video: &str,
) -> Result<(), DbErr> {
    let Some(row) = broadcast::Entity::find_by_id(asked.id).one(tx).await? else { return Ok(()) };
    let is_unwanted =
        matches!(row.state, State::Manual | State::Cancelled) || row.generation != asked.generation;
    if is_unwanted && row.video.as_deref() != Some(video) {
        abandon(tx, centre, &broadcast::Model { bound: None, ..row }, video).await?;
    }
    Ok(())
}

async fn abandon(
    tx: &DatabaseTransaction,
    centre: &Centre,
    row: &broadcast::Model,
    video: &str,
) -> Result<(), DbErr> {
    let Some(channel_id) = row.channel_id else { return Ok(()) };
    let row = Model {
        video: video.to_owned(),
        broadcast_id: row.id,
        channel_id,
        stream: row.bound.clone(),
        tries: 0,
        not_before: None,
        said: None,
        abandoned_at: centre.clock().now(),
    };
    let once = OnConflict::column(abandoned::Column::Video).do_nothing().to_owned();
    let new = abandoned::Entity::insert(row.into_active_model().reset_all());
    new.on_conflict(once).exec_without_returning(tx).await?;
    Ok(())
}

/// Takes it for this process; `false` where another has it, or it is too early.
pub(super) async fn claim(tx: &DatabaseTransaction, centre: &Centre, row: &Model) -> Result<bool, DbErr> {
    let now = centre.clock().now();
    let rested = Condition::any()
        .add(abandoned::Column::NotBefore.is_null())
        .add(abandoned::Column::NotBefore.lte(now));
    let claimed = abandoned::Entity::update_many()
        .set(abandoned::ActiveModel { not_before: Set(Some(now + CLAIM)), ..Default::default() })
        .filter(abandoned::Column::Video.eq(row.video.as_str()))
        .filter(rested)
        .exec(tx)
        .await?;
    Ok(claimed.rows_affected == 1)
}

impl Model {
    /// The marker, where the id isn't known.
    pub fn marker(&self) -> Option<&str> {
        Some(self.video.as_str()).filter(|it| it.starts_with(MARKER))
    }

    /// The one in the channel's list that carries the marker and is neither kept nor over.
    fn marked<'a>(&self, all: &'a [Broadcast], kept: Option<&str>) -> Option<&'a Broadcast> {
        let marker = self.marker()?;
        all.iter().find(|it| {
            let is_open = !matches!(it.phase, Phase::Complete | Phase::Revoked);
            is_open && it.draft.description.lines().last() == Some(marker) && Some(it.id.as_str()) != kept
        })
    }
}

/// What is to be said first.
pub fn look(row: &Model) -> Call {
    match row.marker() {
        Some(_) => Call::ListBroadcasts,
        None => Call::ReadBroadcast { id: row.video.clone() },
    }
}

/// What is to be said after a look: what was never shown is deleted, what is on is ended, and its recording stays.
pub fn follow_up(row: &Model, kept: Option<&str>, call: &Call, outcome: &Outcome) -> Option<Call> {
    let id = || row.video.clone();
    let let_go = |seen: &Broadcast| match seen.phase {
        Phase::Complete | Phase::Revoked => None,
        Phase::Live | Phase::LiveStarting => {
            Some(Call::Transition { id: seen.id.clone(), to: Move::Complete })
        }
        Phase::Created | Phase::Ready | Phase::TestStarting | Phase::Testing => {
            Some(Call::DeleteBroadcast { id: seen.id.clone() })
        }
    };
    match (call, outcome) {
        _ if row.said.is_some() => None,
        (Call::ReadBroadcast { .. }, Outcome::Done(Answer::Broadcast(seen))) => let_go(seen),
        (Call::ListBroadcasts, Outcome::Done(Answer::Broadcasts(all))) => {
            row.marked(all, kept).and_then(let_go)
        }
        // A look may not find what was made a moment ago; to delete it does.
        (Call::ReadBroadcast { .. }, Outcome::Rejected(Refusal { reason: Reason::NotFound, .. })) => {
            Some(Call::DeleteBroadcast { id: id() })
        }
        _ => None,
    }
}

/// Whether YouTube has let go of it. What was made without an answer is looked for twice, since a list lags behind.
pub fn is_let_go(row: &Model, kept: Option<&str>, call: &Call, outcome: &Outcome) -> bool {
    match (call, outcome) {
        (Call::ListBroadcasts, Outcome::Done(Answer::Broadcasts(all))) => {
            row.tries > 0 && row.marked(all, kept).is_none()
        }
        _ if row.marker().is_some() => false,
        (Call::DeleteBroadcast { .. }, Outcome::Done(_)) => true,
        (Call::DeleteBroadcast { .. }, Outcome::Rejected(refusal)) => refusal.reason == Reason::NotFound,
        (Call::ReadBroadcast { .. }, Outcome::Rejected(refusal)) => {
            refusal.reason == Reason::NotFound && row.said.is_some()
        }
        (_, Outcome::Done(Answer::Broadcast(seen))) => matches!(seen.phase, Phase::Complete | Phase::Revoked),
        _ => false,
    }
}

/// Takes in what YouTube said.
pub(super) async fn learn(
    tx: &DatabaseTransaction,
    centre: &Centre,
    row: &Model,
    kept: Option<&str>,
    call: &Call,
    outcome: &Outcome,
) -> Result<(), DbErr> {
    if is_let_go(row, kept, call, outcome) {
        abandoned::Entity::delete_by_id(row.video.as_str()).exec(tx).await?;
        return Ok(());
    }
    if follow_up(row, kept, call, outcome).is_some() {
        return Ok(());
    }
    let refused = match (call, outcome) {
        (
            Call::DeleteBroadcast { .. } | Call::Transition { .. },
            Outcome::Rejected(Refusal { reason: Reason::Channel | Reason::Invalid | Reason::Other, said }),
        ) => Some(said.clone()),
        _ => row.said.clone(),
    };
    // Ten seconds, doubled each time, as long as it may still be a passing trouble.
    let pause = match refused {
        Some(_) => PATIENCE,
        None if row.marker().is_some() => LAG,
        None => TimeDelta::seconds(10 << row.tries.clamp(0, 6)).min(PATIENCE),
    };
    let change = abandoned::ActiveModel {
        tries: Set(row.tries + 1),
        not_before: Set(Some(centre.clock().now() + pause)),
        said: Set(refused),
        ..Default::default()
    };
    abandoned::Entity::update_many()
        .set(change)
        .filter(abandoned::Column::Video.eq(row.video.as_str()))
        .exec(tx)
        .await?;
    Ok(())
}
