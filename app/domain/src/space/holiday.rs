//! The public holidays, which class patterns skip. A year is known once it has any.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ConnectionTrait, DbErr, EntityTrait, QueryOrder};
use thiserror::Error;
use uuid::Uuid;

use crate::account::TrainingManager;
use crate::account::record;
use crate::centre::Centre;
use crate::lines::Lines;
use crate::space::entity::holiday;

/// The holidays that are known, and the years they cover.
#[derive(Clone, Debug, Default)]
pub struct Holidays {
    pub days: BTreeSet<NaiveDate>,
    pub years: BTreeSet<i32>,
}

impl Holidays {
    pub async fn load<C: ConnectionTrait>(db: &C) -> Result<Self, DbErr> {
        let days: BTreeSet<NaiveDate> = list(db).await?.into_iter().map(|holiday| holiday.day).collect();
        Ok(Self { years: days.iter().map(Datelike::year).collect(), days })
    }
}

/// Every holiday, earliest first.
pub async fn list<C: ConnectionTrait>(db: &C) -> Result<Vec<holiday::Model>, DbErr> {
    holiday::Entity::find().order_by_asc(holiday::Column::Day).all(db).await
}

/// A day and what is celebrated on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holiday {
    pub day: NaiveDate,
    pub name: String,
}

/// What a holiday is called when nobody says.
const UNNAMED: &str = "공휴일";

/// What is wrong with a file of holidays.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum HolidayFileError {
    #[error("not UTF-8")]
    NotUtf8,
    #[error("the first line must be `date` or `date,name`")]
    Header,
    #[error("line {0}: the date must be written as 2021-09-21")]
    Date(u64),
    #[error("line {0}: a name has at most 40 characters")]
    Name(u64),
}

/// Reads `date` or `date,name` lines: the first line names the columns, dates are written `2021-09-21`.
pub fn parse(bytes: &[u8]) -> Result<Vec<Holiday>, HolidayFileError> {
    let text = std::str::from_utf8(bytes).map_err(|_| HolidayFileError::NotUtf8)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|_| HolidayFileError::Header)?;
    let columns: Vec<&str> = header.iter().collect();
    if columns != ["date"] && columns != ["date", "name"] {
        return Err(HolidayFileError::Header);
    }
    let mut lines = Lines::of(text);
    reader
        .into_records()
        .map(|record| {
            let record = record.map_err(|_| HolidayFileError::NotUtf8)?;
            let line = lines.line(record.position());
            let day = record.get(0).and_then(parse_day).ok_or(HolidayFileError::Date(line))?;
            let name = parse_name(record.get(1).unwrap_or_default()).ok_or(HolidayFileError::Name(line))?;
            Ok(Holiday { day, name })
        })
        .collect()
}

/// A day of the years 2000 to 2100, written `2021-09-21`.
pub fn parse_day(text: &str) -> Option<NaiveDate> {
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    (text.len() == 10 && (2000..=2100).contains(&day.year())).then_some(day)
}

/// At most 40 characters; nothing stands for "a public holiday".
pub fn parse_name(text: &str) -> Option<String> {
    let fits = text.chars().count() <= 40 && !text.chars().any(char::is_control);
    fits.then(|| if text.is_empty() { UNNAMED.to_owned() } else { text.to_owned() })
}

/// Adds days, or renames those that are there. Class sessions already made stay as they are.
pub async fn add(centre: &Centre, by: &TrainingManager, holidays: &[Holiday]) -> Result<(), DbErr> {
    put(centre, Some(by.id()), holidays).await
}

/// The same at the command line and for the demonstration, where nobody is signed in.
pub async fn install(centre: &Centre, holidays: &[Holiday]) -> Result<(), DbErr> {
    put(centre, None, holidays).await
}

async fn put(centre: &Centre, by: Option<Uuid>, holidays: &[Holiday]) -> Result<(), DbErr> {
    if holidays.is_empty() {
        return Ok(());
    }
    // One statement can't update a row twice on PostgreSQL: the last line for a day wins.
    let named: std::collections::BTreeMap<NaiveDate, &str> =
        holidays.iter().map(|holiday| (holiday.day, holiday.name.as_str())).collect();
    let rows = named
        .iter()
        .map(|(day, name)| holiday::ActiveModel { day: Set(*day), name: Set((*name).to_owned()) });
    let tx = centre.begin().await?;
    holiday::Entity::insert_many(rows)
        .on_conflict(OnConflict::column(holiday::Column::Day).update_column(holiday::Column::Name).to_owned())
        .exec_without_returning(&tx)
        .await?;
    for day in named.keys() {
        record(&tx, centre.clock(), by, "add", "holiday", &day.to_string(), "name").await?;
    }
    tx.commit().await
}

/// Removes a day; `false` where there was none. Class sessions already made stay as they are.
pub async fn remove(centre: &Centre, by: &TrainingManager, day: NaiveDate) -> Result<bool, DbErr> {
    let tx = centre.begin().await?;
    let gone = holiday::Entity::delete_by_id(day).exec(&tx).await?.rows_affected == 1;
    if gone {
        record(&tx, centre.clock(), Some(by.id()), "remove", "holiday", &day.to_string(), "").await?;
    }
    tx.commit().await?;
    Ok(gone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_may_name_its_holidays_or_not() {
        let named = parse("\u{feff}date,name\r\n2021-09-21,추석\r\n".as_bytes()).unwrap();
        assert_eq!((named[0].day.to_string().as_str(), named[0].name.as_str()), ("2021-09-21", "추석"));
        assert_eq!(parse(b"date\n2021-09-21\n").unwrap()[0].name, "공휴일");
    }

    #[test]
    fn what_is_no_list_of_holidays_names_its_line() {
        assert_eq!(parse(b"day\n2021-09-21\n"), Err(HolidayFileError::Header));
        assert_eq!(parse(b"date\n2021-09-21\n21.9.2021\n"), Err(HolidayFileError::Date(3)));
        assert_eq!(parse(&[0xb0, 0xa1]), Err(HolidayFileError::NotUtf8));
    }
}
