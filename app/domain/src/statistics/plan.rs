//! What a year is to bring and may cost: targets by audience, the training budget, and what was spent of it.

use chrono::{Datelike, NaiveDate};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter,
    QueryOrder,
};
use thiserror::Error;
use uuid::Uuid;

use crate::account::{TrainingManager, record};
use crate::centre::Centre;
use crate::course::{Audience, Line};
use crate::statistics::entity::{spending, target, training_budget};

/// What a year is to bring for one audience.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Target {
    pub runs: u32,
    pub minutes: u32,
}

/// The plan of a year, with what was spent until a day.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct YearPlan {
    /// By audience; absent where none was set.
    pub resident: Option<Target>,
    pub staff: Option<Target>,
    /// Thousand won.
    pub budget: Option<i64>,
    pub spent: i64,
    /// Earliest first.
    pub spendings: Vec<spending::Model>,
    /// How often the targets and the budget were saved: a form made from an older version is refused.
    pub version: i32,
}

impl YearPlan {
    pub fn target(&self, audience: Audience) -> Option<Target> {
        match audience {
            Audience::Resident => self.resident,
            Audience::Staff => self.staff,
        }
    }
}

#[derive(Debug, Error)]
pub enum PlanError {
    #[error("changed by somebody else since the form was made")]
    Stale,
    #[error(transparent)]
    Db(#[from] DbErr),
}

/// The first and the last day of a year.
pub fn year(year: i32) -> (NaiveDate, NaiveDate) {
    let day = |month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default();
    (day(1, 1), day(12, 31))
}

/// The plan of the year in which `as_of` lies; money counts that was spent until then.
pub async fn load<C: ConnectionTrait>(db: &C, as_of: NaiveDate) -> Result<YearPlan, DbErr> {
    let (first, _) = year(as_of.year());
    let targets = target::Entity::find().filter(target::Column::Year.eq(as_of.year())).all(db).await?;
    let number = |number: i32| u32::try_from(number).unwrap_or_default();
    let of = |audience: Audience| {
        let row = targets.iter().find(|row| row.audience == audience)?;
        Some(Target { runs: number(row.runs), minutes: number(row.minutes) })
    };
    let budget = training_budget::Entity::find_by_id(as_of.year()).one(db).await?;
    let spendings = spending::Entity::find()
        .filter(spending::Column::Day.between(first, as_of))
        .order_by_asc(spending::Column::Day)
        .order_by_asc(spending::Column::Id)
        .all(db)
        .await?;
    Ok(YearPlan {
        resident: of(Audience::Resident),
        staff: of(Audience::Staff),
        version: budget.as_ref().map_or(0, |row| row.version),
        budget: budget.map(|row| row.amount),
        spent: spendings.iter().map(|row| row.amount).sum(),
        spendings,
    })
}

/// What a form says of a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    pub resident: Target,
    pub staff: Target,
    /// Thousand won.
    pub budget: u32,
}

/// Sets the plan of a year. Whoever has seen `version` last may.
///
/// A training manager plans: an administrator of the system holds no plan, as duties are apart.
pub async fn set(
    centre: &Centre,
    by: &TrainingManager,
    year: i32,
    version: i32,
    plan: &Plan,
) -> Result<(), PlanError> {
    let tx = centre.begin().await?;
    if !raise(&tx, year, version, plan.budget).await? {
        return Err(PlanError::Stale);
    }
    let whole = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
    for (audience, it) in [(Audience::Resident, plan.resident), (Audience::Staff, plan.staff)] {
        let row = target::ActiveModel {
            year: Set(year),
            audience: Set(audience),
            runs: Set(whole(it.runs)),
            minutes: Set(whole(it.minutes)),
        };
        let again = OnConflict::columns([target::Column::Year, target::Column::Audience])
            .update_columns([target::Column::Runs, target::Column::Minutes])
            .to_owned();
        target::Entity::insert(row).on_conflict(again).exec_without_returning(&tx).await?;
    }
    record(&tx, centre.clock(), Some(by.id()), "change", "plan", &year.to_string(), "target budget").await?;
    Ok(tx.commit().await?)
}

/// Whether the budget's row, which every change of a plan raises first, was of this version.
async fn raise(tx: &DatabaseTransaction, year: i32, version: i32, budget: u32) -> Result<bool, DbErr> {
    let amount = i64::from(budget);
    let raised = training_budget::Entity::update_many()
        .col_expr(training_budget::Column::Amount, Expr::value(amount))
        .col_expr(training_budget::Column::Version, Expr::value(version.saturating_add(1)))
        .filter(training_budget::Column::Year.eq(year))
        .filter(training_budget::Column::Version.eq(version))
        .exec(tx)
        .await?;
    if raised.rows_affected == 1 {
        return Ok(true);
    }
    let row = training_budget::ActiveModel { year: Set(year), amount: Set(amount), version: Set(1) };
    let once = OnConflict::column(training_budget::Column::Year).do_nothing().to_owned();
    let made = training_budget::Entity::insert(row).on_conflict(once).exec_without_returning(tx).await?;
    Ok(version == 0 && made == 1)
}

/// Money that was spent, or came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spending {
    pub day: NaiveDate,
    /// Thousand won; less than nothing where it came back. Not nothing.
    pub amount: i64,
    pub purpose: Line,
}

/// Writes a spending down. A second answer to the same form, known by its key, adds nothing.
pub async fn spend(centre: &Centre, by: &TrainingManager, key: Uuid, it: &Spending) -> Result<(), DbErr> {
    let tx = centre.begin().await?;
    let row = spending::ActiveModel {
        id: Set(key),
        day: Set(it.day),
        amount: Set(it.amount),
        purpose: Set(it.purpose.as_str().to_owned()),
        entered_by: Set(by.id()),
        entered_at: Set(centre.clock().now()),
    };
    let once = OnConflict::column(spending::Column::Id).do_nothing().to_owned();
    let added = spending::Entity::insert(row).on_conflict(once).exec_without_returning(&tx).await?;
    if added == 1 {
        record(&tx, centre.clock(), Some(by.id()), "add", "spending", &key.to_string(), "amount").await?;
    }
    tx.commit().await
}
