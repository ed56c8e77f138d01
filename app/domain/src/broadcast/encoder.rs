//! Encoders: each has one reusable stream on its channel, made once and known by its name.

use std::collections::HashSet;

use chrono::TimeDelta;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr,
    EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, SqlErr,
};
use thiserror::Error;
use uuid::Uuid;

use crate::account::{Producer, record};
use crate::broadcast::ChannelState;
use crate::broadcast::call::{Answer, Call, Health, Outcome, Stream, StreamStatus};
use crate::broadcast::entity::{channel, encoder};
use crate::centre::Centre;
use crate::course::Line;
use crate::seal::SealError;

/// How often one asks whether a picture arrives, while somebody waits for it.
const PACE: TimeDelta = TimeDelta::seconds(15);

/// How often one asks for a stream that YouTube has not made yet. Much longer than two calls take: who asks claims it.
const PATIENCE: TimeDelta = TimeDelta::minutes(5);

#[derive(Debug, Error)]
pub enum EncoderError {
    #[error("the name is another encoder's")]
    NameTaken,
    #[error("no such channel, or not connected")]
    NoChannel,
    #[error("no such encoder, or its stream is not made yet")]
    NotFound,
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error(transparent)]
    Db(#[from] DbErr),
}

pub(super) fn purpose(id: Uuid) -> String {
    format!("encoder:{id}:stream_key")
}

/// By name.
pub async fn list<C: ConnectionTrait>(db: &C) -> Result<Vec<encoder::Model>, DbErr> {
    encoder::Entity::find().order_by_asc(encoder::Column::Name).all(db).await
}

/// Notes an encoder. Its stream is made by the reconciler.
pub async fn add(
    centre: &Centre,
    by: &Producer,
    name: &Line,
    space: Option<Uuid>,
    channel: Uuid,
) -> Result<(), EncoderError> {
    let tx = centre.begin().await?;
    let id = centre.clock().id();
    record(&tx, centre.clock(), Some(by.id()), "add", "encoder", &id.to_string(), "name channel").await?;
    let found = channel::Entity::find_by_id(channel).one(&tx).await?;
    if found.is_none_or(|channel| channel.state != ChannelState::Connected) {
        return Err(EncoderError::NoChannel);
    }
    let row = encoder::Model {
        id,
        name: name.as_str().to_owned(),
        space_id: space,
        channel_id: channel,
        stream: None,
        address: None,
        sealed_key: None,
        status: StreamStatus::Created,
        health: Health::NoData,
        seen_at: None,
        looked_at: None,
    };
    match encoder::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(&tx).await {
        Ok(_) => {}
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
            return Err(EncoderError::NameTaken);
        }
        Err(error) => return Err(error.into()),
    }
    tx.commit().await?;
    Ok(())
}

/// Where an encoder has to send, for whoever sets it up. Looking at the key leaves a line in the audit log.
pub async fn stream_key(centre: &Centre, by: &Producer, id: Uuid) -> Result<(String, String), EncoderError> {
    let tx = centre.begin().await?;
    record(&tx, centre.clock(), Some(by.id()), "show", "encoder", &id.to_string(), "stream_key").await?;
    let row = encoder::Entity::find_by_id(id).one(&tx).await?.ok_or(EncoderError::NotFound)?;
    let (Some(address), Some(sealed)) = (row.address, row.sealed_key) else {
        return Err(EncoderError::NotFound);
    };
    let key = centre.settings().secrets.open(&sealed, &purpose(id))?;
    tx.commit().await?;
    Ok((address, key))
}

/// What is to be asked about an encoder now: its stream where it has none, or what arrives while somebody waits for it.
pub(super) fn due(centre: &Centre, encoder: &encoder::Model, watched: &HashSet<Uuid>) -> Option<Call> {
    let now = centre.clock().now();
    let rested = |span| encoder.looked_at.is_none_or(|at| now >= at + span);
    match &encoder.stream {
        None => rested(PATIENCE).then_some(Call::ListStreams),
        Some(id) => {
            (watched.contains(&encoder.id) && rested(PACE)).then(|| Call::ReadStream { id: id.clone() })
        }
    }
}

/// Takes an encoder for this process, as it was read; `false` where another has asked about it since.
pub(super) async fn claim(
    tx: &DatabaseTransaction,
    centre: &Centre,
    encoder: &encoder::Model,
) -> Result<bool, DbErr> {
    let same = encoder
        .looked_at
        .map_or_else(|| encoder::Column::LookedAt.is_null(), |looked| encoder::Column::LookedAt.eq(looked));
    let looks = encoder::ActiveModel { looked_at: Set(Some(centre.clock().now())), ..Default::default() };
    let ours = Condition::all().add(encoder::Column::Id.eq(encoder.id)).add(same);
    let claimed = encoder::Entity::update_many().set(looks).filter(ours).exec(tx).await?;
    Ok(claimed.rows_affected == 1)
}

/// What is to be said next, after a list in which its name was not found.
pub(super) fn follow_up(encoder: &encoder::Model, outcome: &Outcome) -> Option<Call> {
    match outcome {
        Outcome::Done(Answer::Streams(all)) if all.iter().all(|it| it.title != encoder.name) => {
            Some(Call::InsertStream { title: encoder.name.clone() })
        }
        _ => None,
    }
}

/// Takes in what YouTube said. An insert whose answer was lost is found in the next list, by its name.
pub(super) async fn learn(
    tx: &DatabaseTransaction,
    centre: &Centre,
    row: &encoder::Model,
    outcome: &Outcome,
) -> Result<(), DbErr> {
    let now = centre.clock().now();
    let mut change = encoder::ActiveModel { looked_at: Set(Some(now)), ..Default::default() };
    let stream = match outcome {
        Outcome::Done(Answer::Stream(stream)) => Some(stream),
        Outcome::Done(Answer::Streams(all)) => all.iter().find(|it| it.title == row.name),
        _ => None,
    };
    if let Some(Stream { id, status, health, address, key, .. }) = stream {
        match centre.settings().secrets.seal(key, &purpose(row.id)) {
            Ok(sealed) => {
                change.stream = Set(Some(id.clone()));
                change.address = Set(Some(address.clone()));
                // What is sealed anew differs each time; the key itself stays the stream's.
                if row.sealed_key.is_none() {
                    change.sealed_key = Set(Some(sealed));
                }
                change.status = Set(*status);
                change.health = Set(*health);
                change.seen_at = Set(Some(now));
            }
            Err(error) => tracing::error!(encoder = %row.id, %error, "a stream key can't be sealed"),
        }
    }
    encoder::Entity::update_many().set(change).filter(encoder::Column::Id.eq(row.id)).exec(tx).await?;
    Ok(())
}
