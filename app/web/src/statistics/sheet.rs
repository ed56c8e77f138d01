//! A table of figures once, for every form it takes: on a page, as CSV, in a workbook, in a paper.

use chrono::NaiveDate;
use domain::decimal;
use domain::statistics::{Figure, Share};
use leptos::prelude::*;

use crate::ui::{Cell, Column, Table};
use crate::words::Language;

/// What stands in a field of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Text(String),
    Count(u64),
    /// Minutes, shown as hours.
    Hours(u64),
    Share(Share),
    /// Thousand won; what is less than nothing is written with △.
    Money(i64),
    Day(NaiveDate),
    Nothing,
}

impl From<Figure> for Value {
    fn from(figure: Figure) -> Self {
        match figure {
            Figure::Count(count) => Self::Count(count),
            Figure::Minutes(minutes) => Self::Hours(minutes),
            Figure::Share(share) => Self::Share(share),
            Figure::Nothing => Self::Nothing,
        }
    }
}

impl From<Option<Share>> for Value {
    fn from(share: Option<Share>) -> Self {
        share.map_or(Self::Nothing, Self::Share)
    }
}

impl Value {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// As people read it.
    pub fn shown(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Count(count) => grouped(*count),
            Self::Hours(minutes) => {
                let hours = hours(*minutes);
                let (whole, part) =
                    hours.split_once('.').map_or((hours.as_str(), None), |(a, b)| (a, Some(b)));
                let whole = grouped(whole.parse().unwrap_or_default());
                part.map_or(whole.clone(), |part| format!("{whole}.{part}"))
            }
            Self::Share(share) => format!("{}%", share.percent()),
            Self::Money(amount) if *amount < 0 => format!("△{}", grouped(amount.unsigned_abs())),
            Self::Money(amount) => grouped(amount.unsigned_abs()),
            Self::Day(day) => day.to_string(),
            Self::Nothing => "–".to_owned(),
        }
    }

    /// As programs read it: no separators, no signs of a unit.
    pub fn plain(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Count(count) => count.to_string(),
            Self::Hours(minutes) => hours(*minutes),
            Self::Share(share) => share.percent(),
            Self::Money(amount) => amount.to_string(),
            Self::Day(day) => day.to_string(),
            Self::Nothing => String::new(),
        }
    }

    fn is_number(&self) -> bool {
        !matches!(self, Self::Text(_) | Self::Day(_))
    }
}

/// Hours with at most two places.
pub fn hours(minutes: u64) -> String {
    decimal::text(u32::try_from((minutes * 100 + 30) / 60).unwrap_or(u32::MAX))
}

/// `3,243`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let first = digits.len() % 3;
    let mut text = digits[..first].to_owned();
    for group in digits.as_bytes()[first..].chunks(3) {
        if !text.is_empty() {
            text.push(',');
        }
        text.extend(group.iter().map(|digit| char::from(*digit)));
    }
    text
}

/// A table with a name of its own; the first field of a row names the row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    pub name: String,
    pub columns: Vec<String>,
    pub rows: Vec<Vec<Value>>,
}

impl Sheet {
    pub fn new(name: impl Into<String>, columns: impl IntoIterator<Item = String>) -> Self {
        Self { name: name.into(), columns: columns.into_iter().collect(), rows: Vec::new() }
    }

    /// UTF-8 with a mark at its beginning, without which Excel reads Korean as something else.
    pub fn csv(&self) -> Result<Vec<u8>, csv::Error> {
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
        writer.write_record(&self.columns)?;
        for row in &self.rows {
            writer.write_record(row.iter().map(Value::plain))?;
        }
        let lines = writer.into_inner().map_err(|error| error.into_error())?;
        Ok([b"\xef\xbb\xbf", lines.as_slice()].concat())
    }

    /// The table on a page. A wide one keeps its form and scrolls.
    pub fn draw(&self) -> impl IntoView + use<> {
        let is_number = |index: usize| self.rows.iter().all(|row| row[index].is_number());
        let column = |(index, title): (usize, &String)| match is_number(index) {
            true => Column::number(title.clone()),
            false => Column::text(title.clone()),
        };
        let columns: Vec<Column> = self.columns.iter().enumerate().map(column).collect();
        let wide = columns.len() > 5;
        let rows: Vec<Vec<Cell>> =
            self.rows.iter().map(|row| row.iter().map(|value| value.shown().into_any()).collect()).collect();
        view! { <Table caption=self.name.clone() columns=columns rows=rows grid=wide/> }
    }
}

/// The language of a file, for its name: `statistics-ko.csv`.
pub fn file_name(l: Language, stem: &str, ending: &str) -> String {
    format!("{stem}-{}.{ending}", l.code())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_by_people_and_by_programs() {
        let both = |value: Value| (value.shown(), value.plain());
        let pair = |shown: &str, plain: &str| (shown.to_owned(), plain.to_owned());
        assert_eq!(both(Value::Count(1_234_567)), pair("1,234,567", "1234567"));
        assert_eq!(both(Value::Count(999)), pair("999", "999"));
        assert_eq!(both(Value::Hours(1720 * 60 + 30)), pair("1,720.5", "1720.5"));
        assert_eq!(both(Value::Hours(50)), pair("0.83", "0.83"));
        assert_eq!(both(Value::Money(-3000)), pair("△3,000", "-3000"));
        assert_eq!(both(Share::of(185_790, 209_496).into()), pair("88.7%", "88.7"));
        assert_eq!(both(Value::Nothing), pair("–", ""));
    }

    #[test]
    fn a_file_begins_with_the_mark_that_excel_wants() {
        let mut sheet = Sheet::new("표", ["달".to_owned(), "인원".to_owned()]);
        sheet.rows.push(vec![Value::text("1월, 2월"), Value::Count(1234)]);
        assert_eq!(sheet.csv().unwrap(), "\u{feff}달,인원\r\n\"1월, 2월\",1234\r\n".as_bytes());
    }
}
