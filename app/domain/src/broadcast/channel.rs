//! The office's channels: connecting one, losing it, giving it up. Its refresh token is kept sealed.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait,
    IntoActiveModel, QueryFilter, QueryOrder,
};
use thiserror::Error;
use uuid::Uuid;

use crate::account::{Producer, record};
use crate::broadcast::ChannelState;
use crate::broadcast::call::{Grant, Hindrance, Titled, Youtube};
use crate::broadcast::entity::{broadcast, channel};
use crate::broadcast::reconcile::lose_grant;
use crate::centre::{Centre, begin};
use crate::seal::SealError;

/// A grant that rests for so long is renewed, so that it doesn't die of idleness and its death is noticed.
pub const RENEWED_EVERY: TimeDelta = TimeDelta::hours(24);

#[derive(Debug, Error)]
pub enum ChannelError {
    #[error("no such channel")]
    NotFound,
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error(transparent)]
    Db(#[from] DbErr),
}

pub(super) fn purpose(id: Uuid) -> String {
    format!("channel:{id}:refresh_token")
}

/// All channels there are or were, by title.
pub async fn list(centre: &Centre, _: &Producer) -> Result<Vec<channel::Model>, DbErr> {
    channel::Entity::find().order_by_asc(channel::Column::Title).all(centre.database()).await
}

/// Those whose grant is lost: a banner says so to producers on every page of theirs.
pub async fn list_lost(centre: &Centre) -> Result<Vec<channel::Model>, DbErr> {
    channel::Entity::find()
        .filter(channel::Column::State.eq(ChannelState::Lost))
        .order_by_asc(channel::Column::Title)
        .all(centre.database())
        .await
}

/// Keeps what lets us act for a channel. One that was connected before keeps its row and its broadcasts.
pub async fn connect(
    centre: &Centre,
    by: &Producer,
    youtube: &Titled,
    refresh_token: &str,
) -> Result<Uuid, ChannelError> {
    let tx = centre.begin().await?;
    let now = centre.clock().now();
    let known = channel::Entity::find().filter(channel::Column::YoutubeId.eq(&youtube.id)).one(&tx).await?;
    let id = known.as_ref().map_or_else(|| centre.clock().id(), |row| row.id);
    let row = channel::Model {
        id,
        youtube_id: youtube.id.clone(),
        title: youtube.title.clone(),
        state: ChannelState::Connected,
        sealed_grant: Some(centre.settings().secrets.seal(refresh_token, &purpose(id))?),
        connected_by: by.id(),
        connected_at: now,
        renewed_at: now,
        lost_at: None,
    };
    let row = row.into_active_model().reset_all();
    match known {
        Some(_) => drop(channel::Entity::update(row).exec(&tx).await?),
        None => drop(channel::Entity::insert(row).exec_without_returning(&tx).await?),
    }
    // What waited for the grant may go on.
    let waiting = broadcast::ActiveModel { not_before: Set(None), tries: Set(0), ..Default::default() };
    broadcast::Entity::update_many()
        .set(waiting)
        .filter(broadcast::Column::ChannelId.eq(id))
        .exec(&tx)
        .await?;
    record(&tx, centre.clock(), Some(by.id()), "connect", "channel", &id.to_string(), "grant").await?;
    tx.commit().await?;
    Ok(id)
}

/// Forgets the grant. Returns the token, to be taken back at Google's too.
pub async fn disconnect(centre: &Centre, by: &Producer, id: Uuid) -> Result<Option<String>, ChannelError> {
    let tx = begin(centre.database()).await?;
    let row = channel::Entity::find_by_id(id).one(&tx).await?.ok_or(ChannelError::NotFound)?;
    let token = grant_of(centre, &row).ok().map(|grant| grant.refresh_token);
    let change = channel::ActiveModel {
        state: Set(ChannelState::Disconnected),
        sealed_grant: Set(None),
        lost_at: Set(None),
        ..Default::default()
    };
    channel::Entity::update_many().set(change).filter(channel::Column::Id.eq(id)).exec(&tx).await?;
    record(&tx, centre.clock(), Some(by.id()), "disconnect", "channel", &id.to_string(), "grant").await?;
    tx.commit().await?;
    Ok(token)
}

/// What lets us act for a channel that is connected.
pub fn grant_of(centre: &Centre, row: &channel::Model) -> Result<Grant, SealError> {
    let sealed = row.sealed_grant.as_deref().ok_or(SealError::Malformed)?;
    let refresh_token = centre.settings().secrets.open(sealed, &purpose(row.id))?;
    Ok(Grant { channel: row.id, refresh_token })
}

/// Notes that YouTube no longer honours the grant; the channel's title, where that is news.
pub(super) async fn mark_lost(
    tx: &DatabaseTransaction,
    centre: &Centre,
    id: Uuid,
) -> Result<Option<String>, DbErr> {
    let change = channel::ActiveModel {
        state: Set(ChannelState::Lost),
        lost_at: Set(Some(centre.clock().now())),
        ..Default::default()
    };
    let marked = channel::Entity::update_many()
        .set(change)
        .filter(channel::Column::Id.eq(id))
        .filter(channel::Column::State.eq(ChannelState::Connected))
        .exec(tx)
        .await?;
    if marked.rows_affected == 0 {
        return Ok(None);
    }
    Ok(channel::Entity::find_by_id(id).one(tx).await?.map(|row| row.title))
}

/// Renews the grants that have rested for a day, whether or not anybody needs them.
pub async fn renew<Y: Youtube>(centre: &Centre, youtube: &Y) -> Result<usize, DbErr> {
    let due: DateTime<Utc> = centre.clock().now() - RENEWED_EVERY;
    let rows = channel::Entity::find()
        .filter(channel::Column::State.eq(ChannelState::Connected))
        .filter(channel::Column::RenewedAt.lte(due))
        .all(centre.database())
        .await?;
    let mut renewed = 0;
    for row in rows {
        let Ok(grant) = grant_of(centre, &row) else { continue };
        let answer = youtube.renew(&grant).await;
        let tx = centre.begin().await?;
        match answer {
            Ok(()) => {
                let change =
                    channel::ActiveModel { renewed_at: Set(centre.clock().now()), ..Default::default() };
                let ours = channel::Entity::update_many().set(change);
                ours.filter(channel::Column::Id.eq(row.id)).exec(&tx).await?;
                renewed += 1;
            }
            Err(Hindrance::GrantLost) => lose_grant(&tx, centre, row.id).await?,
            Err(hindrance) => tracing::warn!(channel = %row.id, ?hindrance, "a grant could not be renewed"),
        }
        tx.commit().await?;
    }
    Ok(renewed)
}
