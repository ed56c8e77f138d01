//! What YouTube lets us say in a day: units are reserved before each call, and some are kept for going live and ending.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeZone, Utc};
use chrono_tz::America::Los_Angeles;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait,
    IntoActiveModel, QueryFilter,
};
use uuid::Uuid;

use crate::broadcast::call::{Method, Outcome};
use crate::broadcast::entity::{broadcast_call, quota};
use crate::broadcast::{CallOutcome, cost};
use crate::centre::Centre;

/// How many units a day has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Google's grant to the project.
    pub units: u32,
    /// Of those, what only going live and ending may use.
    pub kept: u32,
}

impl Default for Allowance {
    fn default() -> Self {
        Self { units: 10_000, kept: 2_000 }
    }
}

/// How YouTube is spoken to, for the centre as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BroadcastSettings {
    pub allowance: Allowance,
}

/// The day by which the quota counts: it begins at midnight Pacific time.
pub fn quota_day(now: DateTime<Utc>) -> NaiveDate {
    now.with_timezone(&Los_Angeles).date_naive()
}

/// When the next day of the quota begins: at 16:00 or 17:00 in Seoul.
pub fn quota_reset(now: DateTime<Utc>) -> DateTime<Utc> {
    let midnight = (quota_day(now) + Days::new(1)).and_time(NaiveTime::MIN);
    // Their clocks change at two in the morning, so that midnight is always there, once.
    Los_Angeles.from_local_datetime(&midnight).earliest().map_or(now, |at| at.with_timezone(&Utc))
}

/// A call that was written down.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    id: Uuid,
    method: Method,
    day: NaiveDate,
}

/// Reserves the units of a call and writes it down; `None` where they are not there.
pub(super) async fn reserve(
    tx: &DatabaseTransaction,
    centre: &Centre,
    method: Method,
    (broadcast, channel): (Option<Uuid>, Uuid),
    is_urgent: bool,
) -> Result<Option<Entry>, DbErr> {
    let now = centre.clock().now();
    let Allowance { units, kept } = centre.settings().broadcast.allowance;
    let limit = if is_urgent { units } else { units.saturating_sub(kept) };
    let (day, units) = (quota_day(now), cost(method));
    let today = quota::ActiveModel { day: Set(day), spent: Set(0) };
    quota::Entity::insert(today)
        .on_conflict(OnConflict::column(quota::Column::Day).do_nothing().to_owned())
        .exec_without_returning(tx)
        .await?;
    let after = Expr::col(quota::Column::Spent).add(number(units));
    let reserved = quota::Entity::update_many()
        .col_expr(quota::Column::Spent, after.clone())
        .filter(quota::Column::Day.eq(day))
        .filter(after.lte(number(limit)))
        .exec(tx)
        .await?;
    if reserved.rows_affected == 0 {
        return Ok(None);
    }
    let row = broadcast_call::Model {
        id: centre.clock().id(),
        broadcast_id: broadcast,
        channel_id: channel,
        method,
        units: number(units),
        day,
        at: now,
        outcome: None,
        said: None,
        answered_at: None,
    };
    let id = row.id;
    broadcast_call::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(tx).await?;
    Ok(Some(Entry { id, method, day }))
}

/// Notes what became of a call. What never left costs nothing.
pub(super) async fn settle(
    tx: &DatabaseTransaction,
    centre: &Centre,
    entry: &Entry,
    outcome: &Outcome,
) -> Result<(), DbErr> {
    let (word, said) = match outcome {
        Outcome::Done(_) => (CallOutcome::Done, None),
        Outcome::Rejected(refusal) => (CallOutcome::Rejected, Some(refusal.said.clone())),
        Outcome::Uncertain(said) => (CallOutcome::Uncertain, Some(said.clone())),
        Outcome::NotTried(hindrance) => (CallOutcome::NotTried, Some(format!("{hindrance:?}"))),
    };
    let mut row = broadcast_call::ActiveModel {
        outcome: Set(Some(word)),
        said: Set(said),
        answered_at: Set(Some(centre.clock().now())),
        ..Default::default()
    };
    if word == CallOutcome::NotTried {
        row.units = Set(0);
        let back = Expr::col(quota::Column::Spent).sub(number(cost(entry.method)));
        quota::Entity::update_many()
            .col_expr(quota::Column::Spent, back)
            .filter(quota::Column::Day.eq(entry.day))
            .exec(tx)
            .await?;
    }
    let written = broadcast_call::Entity::update_many().set(row);
    written.filter(broadcast_call::Column::Id.eq(entry.id)).exec(tx).await?;
    Ok(())
}

/// YouTube says that the day's units are spent: whatever we have counted, nothing is left but what comes tomorrow.
pub(super) async fn exhaust(tx: &DatabaseTransaction, centre: &Centre) -> Result<(), DbErr> {
    let units = number(centre.settings().broadcast.allowance.units);
    quota::Entity::update_many()
        .col_expr(quota::Column::Spent, Expr::value(units))
        .filter(quota::Column::Day.eq(quota_day(centre.clock().now())))
        .filter(quota::Column::Spent.lt(units))
        .exec(tx)
        .await?;
    Ok(())
}

/// How many units are spent today, those of calls under way included.
pub async fn spent_today(centre: &Centre) -> Result<u32, DbErr> {
    let day = quota_day(centre.clock().now());
    let row = quota::Entity::find_by_id(day).one(centre.database()).await?;
    Ok(row.and_then(|row| u32::try_from(row.spent).ok()).unwrap_or_default())
}

fn number(units: u32) -> i32 {
    i32::try_from(units).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn the_quota_begins_anew_at_midnight_pacific_time() {
        // In winter 17:00 in Seoul, in summer 16:00.
        assert_eq!(quota_reset(at("2026-11-26T00:00:00Z")), at("2026-11-26T08:00:00Z"));
        assert_eq!(quota_reset(at("2026-11-26T08:00:00Z")), at("2026-11-27T08:00:00Z"));
        assert_eq!(quota_reset(at("2026-07-01T00:00:00Z")), at("2026-07-01T07:00:00Z"));
        assert_eq!(quota_day(at("2026-11-26T07:59:59Z")).to_string(), "2026-11-25");
        assert_eq!(quota_day(at("2026-11-26T08:00:00Z")).to_string(), "2026-11-26");
        // The day on which their clocks go back has 25 hours.
        assert_eq!(quota_reset(at("2026-11-01T07:00:00Z")), at("2026-11-02T08:00:00Z"));
    }
}
