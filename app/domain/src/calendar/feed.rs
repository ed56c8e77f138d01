//! Calendars that a program subscribes to by a link which nobody can guess: a space's, or one's own.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use rand::Rng;
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
};
use sha2::{Digest, Sha256};
use thiserror::Error;
use uuid::Uuid;

use crate::account::SignedIn;
use crate::calendar::entity::feed;
use crate::calendar::{Entry, HOLDING, Sight, classes, entries};
use crate::centre::Centre;
use crate::course::entity::{class_session, run};
use crate::registration::State;
use crate::registration::entity::application;
use crate::space::Slot;
use crate::space::rules::SpaceRules;
use crate::studio::entity::booking;

/// More than anybody has programs for.
pub const MOST: u64 = 20;

#[derive(Debug, Error)]
pub enum FeedError {
    #[error("no such space")]
    NoSpace,
    #[error("there are {MOST} already")]
    TooMany,
    #[error(transparent)]
    Db(#[from] DbErr),
}

fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token).to_vec()
}

/// Makes a link and gives its token, which is kept nowhere: what is kept is its hash.
pub async fn make(centre: &Centre, by: &SignedIn, space: Option<&str>) -> Result<String, FeedError> {
    let rules = SpaceRules::load(centre.database()).await?;
    let space = match space {
        None => None,
        Some(code) => Some(rules.tree.by_code(code).ok_or(FeedError::NoSpace)?.id),
    };
    if live(by).count(centre.database()).await? >= MOST {
        return Err(FeedError::TooMany);
    }
    let token = BASE64_URL_SAFE_NO_PAD.encode(rand::rng().random::<[u8; 32]>());
    let row = feed::ActiveModel {
        id: Set(centre.clock().id()),
        token_hash: Set(hash(&token)),
        person_id: Set(by.id()),
        space_id: Set(space),
        created_at: Set(centre.clock().now()),
        revoked_at: Set(None),
    };
    feed::Entity::insert(row).exec_without_returning(centre.database()).await?;
    Ok(token)
}

fn live(by: &SignedIn) -> sea_orm::Select<feed::Entity> {
    feed::Entity::find().filter(feed::Column::PersonId.eq(by.id())).filter(feed::Column::RevokedAt.is_null())
}

/// One's own links that are good, the latest first.
pub async fn list(centre: &Centre, by: &SignedIn) -> Result<Vec<feed::Model>, DbErr> {
    live(by).order_by_desc(feed::Column::Id).all(centre.database()).await
}

/// Makes a link worth nothing; `false` where it wasn't one's own, or no longer good.
pub async fn revoke(centre: &Centre, by: &SignedIn, id: Uuid) -> Result<bool, DbErr> {
    let done = feed::Entity::update_many()
        .col_expr(feed::Column::RevokedAt, Expr::value(centre.clock().now()))
        .filter(feed::Column::Id.eq(id))
        .filter(feed::Column::PersonId.eq(by.id()))
        .filter(feed::Column::RevokedAt.is_null())
        .exec(centre.database())
        .await?;
    Ok(done.rows_affected == 1)
}

/// What a link shows at the moment.
pub struct Feed {
    /// `None` for one's own.
    pub space: Option<Uuid>,
    pub rules: SpaceRules,
    /// By start, what was cancelled too where it is one's own.
    pub entries: Vec<Entry>,
}

/// What lies behind a token; nothing where it was revoked or its owner's account is closed. The link sees what its owner
/// would: a duty that was taken away is gone here too.
pub async fn open(centre: &Centre, token: &str) -> Result<Option<Feed>, DbErr> {
    let found = feed::Entity::find()
        .filter(feed::Column::TokenHash.eq(hash(token)))
        .filter(feed::Column::RevokedAt.is_null())
        .one(centre.database())
        .await?;
    let Some(feed) = found else { return Ok(None) };
    let Some(owner) = SignedIn::of_session(centre, feed.person_id).await? else { return Ok(None) };
    let rules = SpaceRules::load(centre.database()).await?;
    let sight = Sight { rules: &rules, viewer: Some(&owner) };
    let span = span(centre.clock().now());
    let entries = match feed.space_id {
        Some(space) => entries(centre.database(), &sight, &[space], span).await?,
        None => own(centre, &sight, &owner, span).await?,
    };
    Ok(Some(Feed { space: feed.space_id, rules, entries }))
}

/// From a quarter ago to a year ahead.
fn span(now: DateTime<Utc>) -> Slot {
    Slot { starts_at: now - TimeDelta::days(90), ends_at: now + TimeDelta::days(366) }
}

/// The classes one is booked for, those one teaches, and the bookings one has.
async fn own(centre: &Centre, sight: &Sight<'_>, owner: &SignedIn, span: Slot) -> Result<Vec<Entry>, DbErr> {
    let booked = Query::select()
        .column(application::Column::RunId)
        .from(application::Entity)
        .and_where(application::Column::PersonId.eq(owner.id()))
        .and_where(application::Column::State.eq(State::Booked))
        .to_owned();
    let taught = Query::select()
        .column(run::Column::Id)
        .from(run::Entity)
        .and_where(run::Column::InstructorId.eq(owner.id()))
        .to_owned();
    let theirs = Condition::any()
        .add(class_session::Column::RunId.in_subquery(booked))
        .add(class_session::Column::RunId.in_subquery(taught));
    let mut entries = classes(centre.database(), sight, theirs, span).await?;
    // Uses the index `booking_person`.
    let bookings = booking::Entity::find()
        .filter(booking::Column::PersonId.eq(owner.id()))
        .filter(booking::Column::State.is_in(HOLDING))
        .filter(booking::Column::StartsAt.gt(span.starts_at))
        .filter(booking::Column::StartsAt.lt(span.ends_at))
        .all(centre.database())
        .await?;
    entries.extend(bookings.into_iter().map(|booking| sight.booking(booking)));
    entries.sort_by(|one, other| (one.slot, &one.code).cmp(&(other.slot, &other.code)));
    Ok(entries)
}
