//! Terminals at which people check themselves in without anybody being signed in. A link opens one once; from then on the
//! device that opened it has a key of its own.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use rand::Rng;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QueryOrder,
};
use sha2::{Digest, Sha256};
use thiserror::Error;
use uuid::Uuid;

use crate::account::{Administrator, record};
use crate::attendance::check_in::{CheckInError, CheckInRefusal, CheckedIn, check_in_now};
use crate::attendance::entity::kiosk;
use crate::attendance::sheet::Maker;
use crate::attendance::{CheckInNumber, MarkWay};
use crate::centre::Centre;
use crate::course::Line;
use crate::course::entity::{class_session, course, run};

/// So long a link opens a device.
pub const LINK: TimeDelta = TimeDelta::days(1);

/// So many wrong numbers within so long a time are typed by somebody who tries numbers out, and not by a queue.
const WRONG: i32 = 10;
const WITHIN: TimeDelta = TimeDelta::minutes(5);

/// That a device was used is written down no more often.
const USED: TimeDelta = TimeDelta::minutes(1);

/// The longest name and place, in characters.
pub const TEXT: usize = 60;

/// Why nobody is checked in at a kiosk.
#[derive(Debug, Error)]
pub enum KioskError {
    #[error("too many wrong numbers")]
    Resting,
    #[error(transparent)]
    CheckIn(#[from] CheckInError),
}

impl From<DbErr> for KioskError {
    fn from(error: DbErr) -> Self {
        Self::CheckIn(error.into())
    }
}

/// A device whose key was checked for this request. It may check people in, and nothing else.
#[derive(Clone, Debug)]
pub struct Device {
    id: Uuid,
}

/// Somebody who has checked in, and for what.
#[derive(Clone, Debug)]
pub struct Arrived {
    pub done: CheckedIn,
    pub class: class_session::Model,
    pub course: course::Model,
}

fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret).to_vec()
}

fn secret() -> String {
    BASE64_URL_SAFE_NO_PAD.encode(rand::rng().random::<[u8; 32]>())
}

/// Every kiosk, those in use first, the latest on top.
pub async fn list(centre: &Centre, _: &Administrator) -> Result<Vec<kiosk::Model>, DbErr> {
    let mut all = kiosk::Entity::find().order_by_desc(kiosk::Column::Id).all(centre.database()).await?;
    all.sort_by_key(|kiosk| kiosk.revoked_at.is_some());
    Ok(all)
}

/// Makes a kiosk and gives the token of its link, which is kept nowhere.
pub async fn issue(
    centre: &Centre,
    by: &Administrator,
    (name, place): (&Line, &Line),
) -> Result<String, DbErr> {
    let (clock, token) = (centre.clock(), secret());
    let id = clock.id();
    let row = kiosk::ActiveModel {
        id: Set(id),
        name: Set(name.as_str().to_owned()),
        place: Set(place.as_str().to_owned()),
        link_hash: Set(Some(hash(&token))),
        link_until: Set(Some(clock.now() + LINK)),
        key_hash: Set(None),
        made_by: Set(by.id()),
        made_at: Set(clock.now()),
        used_at: Set(None),
        revoked_at: Set(None),
        wrong: Set(0),
        wrong_from: Set(None),
    };
    let tx = centre.begin().await?;
    kiosk::Entity::insert(row).exec_without_returning(&tx).await?;
    record(&tx, clock, Some(by.id()), "add", "kiosk", &id.to_string(), "name").await?;
    tx.commit().await?;
    Ok(token)
}

/// Makes another link for a kiosk, of which the one before opens nothing any more; `None` where it was revoked. The device that is
/// in use goes on until the link is opened.
pub async fn renew(centre: &Centre, by: &Administrator, id: Uuid) -> Result<Option<String>, DbErr> {
    let (clock, token) = (centre.clock(), secret());
    let tx = centre.begin().await?;
    let link = kiosk::ActiveModel {
        link_hash: Set(Some(hash(&token))),
        link_until: Set(Some(clock.now() + LINK)),
        ..Default::default()
    };
    let changed = kiosk::Entity::update_many().set(link).filter(in_use(id)).exec(&tx).await?;
    if changed.rows_affected == 0 {
        return Ok(None);
    }
    record(&tx, clock, Some(by.id()), "change", "kiosk", &id.to_string(), "link").await?;
    tx.commit().await?;
    Ok(Some(token))
}

/// Takes a kiosk out of use for good; `false` where it was before.
pub async fn revoke(centre: &Centre, by: &Administrator, id: Uuid) -> Result<bool, DbErr> {
    let clock = centre.clock();
    let tx = centre.begin().await?;
    let out = kiosk::ActiveModel {
        link_hash: Set(None),
        link_until: Set(None),
        key_hash: Set(None),
        revoked_at: Set(Some(clock.now())),
        ..Default::default()
    };
    let changed = kiosk::Entity::update_many().set(out).filter(in_use(id)).exec(&tx).await?;
    if changed.rows_affected == 0 {
        return Ok(false);
    }
    record(&tx, clock, Some(by.id()), "revoke", "kiosk", &id.to_string(), "link").await?;
    tx.commit().await?;
    Ok(true)
}

fn in_use(id: Uuid) -> Condition {
    Condition::all().add(kiosk::Column::Id.eq(id)).add(kiosk::Column::RevokedAt.is_null())
}

fn opened_by(token: &str, now: DateTime<Utc>) -> Condition {
    Condition::all().add(kiosk::Column::LinkHash.eq(hash(token))).add(kiosk::Column::LinkUntil.gt(now))
}

/// The kiosk that a link would open.
pub async fn find_by_link(centre: &Centre, token: &str) -> Result<Option<kiosk::Model>, DbErr> {
    kiosk::Entity::find().filter(opened_by(token, centre.clock().now())).one(centre.database()).await
}

/// Opens a kiosk and gives the device its key, which is kept nowhere else; the link is spent, and the device before it knows
/// nothing any more.
pub async fn open(centre: &Centre, token: &str) -> Result<Option<String>, DbErr> {
    let key = secret();
    let opened = kiosk::ActiveModel {
        link_hash: Set(None),
        link_until: Set(None),
        key_hash: Set(Some(hash(&key))),
        ..Default::default()
    };
    let changed = kiosk::Entity::update_many()
        .set(opened)
        .filter(opened_by(token, centre.clock().now()))
        .exec(centre.database())
        .await?;
    Ok((changed.rows_affected == 1).then_some(key))
}

/// The device with this key, and its kiosk.
pub async fn find_device(centre: &Centre, key: &str) -> Result<Option<(Device, kiosk::Model)>, DbErr> {
    let found = kiosk::Entity::find().filter(kiosk::Column::KeyHash.eq(hash(key)));
    let found = found.one(centre.database()).await?;
    Ok(found.map(|kiosk| (Device { id: kiosk.id }, kiosk)))
}

/// Checks in whoever types their number at a kiosk, for the class of theirs that goes on or begins soon.
pub async fn check_in(
    centre: &Centre,
    device: &Device,
    number: &CheckInNumber,
) -> Result<Arrived, KioskError> {
    let db = centre.database();
    let missing = || DbErr::RecordNotFound("the class somebody has checked into".into());
    let kiosk = kiosk::Entity::find_by_id(device.id).one(db).await?.ok_or_else(missing)?;
    if is_resting(&kiosk, centre.clock().now()) {
        return Err(KioskError::Resting);
    }
    let at = Maker { kiosk: Some(device.id), ..Maker::itself(MarkWay::Kiosk) };
    let done = match check_in_now(centre, number, at).await {
        Ok(done) => done,
        Err(error) => {
            if matches!(error, CheckInError::Refused(CheckInRefusal::WrongNumber)) {
                count_wrong(centre, device).await?;
            }
            return Err(error.into());
        }
    };
    note_use(centre, &kiosk).await?;
    let class = class_session::Entity::find_by_id(done.class).one(db).await?.ok_or_else(missing)?;
    let run = run::Entity::find_by_id(class.run_id).one(db).await?.ok_or_else(missing)?;
    let course = course::Entity::find_by_id(run.course_id).one(db).await?.ok_or_else(missing)?;
    Ok(Arrived { done, class, course })
}

/// Whether so many wrong numbers were typed that none is taken for a while.
fn is_resting(kiosk: &kiosk::Model, now: DateTime<Utc>) -> bool {
    kiosk.wrong >= WRONG && kiosk.wrong_from.is_some_and(|from| now < from + WITHIN)
}

async fn count_wrong(centre: &Centre, device: &Device) -> Result<(), DbErr> {
    let now = centre.clock().now();
    let tx = centre.begin().await?;
    let counted = kiosk::Entity::update_many()
        .col_expr(kiosk::Column::Wrong, Expr::col(kiosk::Column::Wrong).add(1))
        .filter(kiosk::Column::Id.eq(device.id))
        .filter(kiosk::Column::WrongFrom.gt(now - WITHIN))
        .exec(&tx)
        .await?;
    if counted.rows_affected == 0 {
        let first = kiosk::ActiveModel {
            id: Set(device.id),
            wrong: Set(1),
            wrong_from: Set(Some(now)),
            ..Default::default()
        };
        first.update(&tx).await?;
    }
    tx.commit().await
}

async fn note_use(centre: &Centre, kiosk: &kiosk::Model) -> Result<(), DbErr> {
    let now = centre.clock().now();
    if kiosk.used_at.is_some_and(|used| now < used + USED) {
        return Ok(());
    }
    let used = kiosk::ActiveModel { id: Set(kiosk.id), used_at: Set(Some(now)), ..Default::default() };
    used.update(centre.database()).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_rests_after_ten_wrong_numbers_in_five_minutes() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let from = at("2021-03-03T01:00:00Z");
        let kiosk = |wrong| kiosk::Model {
            id: Uuid::nil(),
            name: "a".into(),
            place: "b".into(),
            link_hash: None,
            link_until: None,
            key_hash: None,
            made_by: Uuid::nil(),
            made_at: from,
            used_at: None,
            revoked_at: None,
            wrong,
            wrong_from: Some(from),
        };
        assert!(!is_resting(&kiosk(9), from));
        assert!(is_resting(&kiosk(10), at("2021-03-03T01:04:59Z")));
        assert!(!is_resting(&kiosk(10), at("2021-03-03T01:05:00Z")));
        assert!(!is_resting(&kiosk::Model { wrong_from: None, ..kiosk(0) }, from));
    }
}
