//! Closing a month: its figures are kept as they are and stay, whatever is corrected or erased afterwards.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, Utc};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use thiserror::Error;

use crate::account::{TrainingManager, record};
use crate::centre::Centre;
use crate::seoul;
use crate::statistics::entity::{closed_month, kept_figure};
use crate::statistics::{Counts, Dimension, Facts, Question, fact};

#[derive(Debug, Error)]
pub enum MonthError {
    #[error("the month is not over")]
    NotOver,
    #[error("it is closed already")]
    Closed,
    #[error(transparent)]
    Db(#[from] DbErr),
}

/// The sides whose figures are kept. Not those of instructors: a name is not kept for good.
pub const SIDES: [Dimension; 8] = [
    Dimension::Audience,
    Dimension::Mode,
    Dimension::Category,
    Dimension::Place,
    Dimension::DayPart,
    Dimension::Sex,
    Dimension::Age,
    Dimension::Neighbourhood,
];

/// What stands for all of a month among its sides.
pub const ALL: &str = "all";

/// A side (`all` for none) and a word of it.
pub type Place = (String, String);

/// A line of a month: as it was kept, and as it is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beside {
    pub kept: Counts,
    pub now: Counts,
}

/// The first and the last day of a month.
pub fn days(month: NaiveDate) -> (NaiveDate, NaiveDate) {
    let first = month.with_day(1).unwrap_or(month);
    (first, first + Months::new(1) - Days::new(1))
}

/// Every closed month, the latest first.
pub async fn list(centre: &Centre) -> Result<Vec<closed_month::Model>, DbErr> {
    closed_month::Entity::find().order_by_desc(closed_month::Column::Month).all(centre.database()).await
}

/// Keeps a month's figures, by its first day.
pub async fn close(centre: &Centre, by: &TrainingManager, month: NaiveDate) -> Result<(), MonthError> {
    let (first, last) = days(month);
    let today = seoul::day(centre.clock().now());
    if last >= today {
        return Err(MonthError::NotOver);
    }
    let tx = centre.begin_at_one_moment().await?;
    let row = closed_month::ActiveModel {
        month: Set(first),
        closed_at: Set(centre.clock().now()),
        closed_by: Set(by.id()),
    };
    let once = OnConflict::column(closed_month::Column::Month).do_nothing().to_owned();
    match closed_month::Entity::insert(row).on_conflict(once).exec_without_returning(&tx).await {
        Ok(0) => return Err(MonthError::Closed),
        Ok(_) => {}
        // Of two at once the later one doesn't see the earlier one's row in its moment: PostgreSQL refuses it.
        Err(_) if is_closed(centre, first).await? => return Err(MonthError::Closed),
        Err(error) => return Err(error.into()),
    }
    let rows = figures(&tx, centre.clock().now(), first).await?;
    let rows = rows.into_iter().map(|((side, word), counts)| {
        let counts = serde_json::to_string(&counts).unwrap_or_default();
        kept_figure::ActiveModel { month: Set(first), side: Set(side), word: Set(word), counts: Set(counts) }
    });
    kept_figure::Entity::insert_many(rows).exec_without_returning(&tx).await?;
    record(&tx, centre.clock(), Some(by.id()), "close", "month", &first.to_string(), "").await?;
    Ok(tx.commit().await?)
}

async fn is_closed(centre: &Centre, month: NaiveDate) -> Result<bool, DbErr> {
    Ok(closed_month::Entity::find_by_id(month).one(centre.database()).await?.is_some())
}

/// A closed month, line by line; empty where it isn't closed.
pub async fn compare(centre: &Centre, month: NaiveDate) -> Result<BTreeMap<Place, Beside>, DbErr> {
    let (first, _) = days(month);
    let kept = kept_figure::Entity::find()
        .filter(kept_figure::Column::Month.eq(first))
        .all(centre.database())
        .await?;
    if kept.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut lines: BTreeMap<Place, Beside> = figures(centre.database(), centre.clock().now(), first)
        .await?
        .into_iter()
        .map(|(place, now)| (place, Beside { kept: Counts::default(), now }))
        .collect();
    for row in kept {
        let counts: Counts = serde_json::from_str(&row.counts)
            .map_err(|error| DbErr::Type(format!("kept_figure {}: {error}", row.month)))?;
        let nothing = Beside { kept: Counts::default(), now: Counts::default() };
        lines.entry((row.side, row.word)).or_insert(nothing).kept = counts;
    }
    Ok(lines)
}

/// All lines of a month as they are now.
async fn figures<C: ConnectionTrait>(
    db: &C,
    now: DateTime<Utc>,
    first: NaiveDate,
) -> Result<BTreeMap<Place, Counts>, DbErr> {
    let period = days(first);
    let facts = fact::read(db, now, period, seoul::day(now)).await?;
    Ok(lines(&facts, period))
}

fn lines(facts: &Facts, (first, last): (NaiveDate, NaiveDate)) -> BTreeMap<Place, Counts> {
    let mut lines = BTreeMap::new();
    for side in SIDES {
        let table = facts.table(&Question { first, last, only: Vec::new(), rows: side, columns: None });
        lines.insert((ALL.to_owned(), String::new()), table.cell(None, None));
        for row in &table.rows {
            let place = (side.as_str().to_owned(), facts.word(*row));
            lines.insert(place, table.cell(Some(*row), None));
        }
    }
    lines
}
