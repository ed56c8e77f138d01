//! What everybody may see of the figures: a year by month, by subject and by audience, without anything that points to a
//! person.

use std::sync::Arc;

use axum::Json;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use chrono::{Datelike, Days, NaiveDate};
use domain::centre::Centre;
use domain::seoul;
use domain::space::store::tree;
use domain::statistics::{Dimension, FEW, Facts, Key, Question, fact, plan, withhold};
use leptos::prelude::*;
use serde::Serialize;

use super::sentence::{dimension_word, key_word};
use super::sheet::{Sheet, Value, hours};
use crate::AppError;
use crate::ask::Ask;
use crate::ui::{Breadcrumb, Input, PageHead, Query, Tab, Tabs};
use crate::when;
use crate::words::statistics as words;

/// By what everybody may see them.
const SIDES: [Dimension; 4] = [Dimension::Month, Dimension::Category, Dimension::Mode, Dimension::Audience];

/// A line of the public figures. `people` are enrolments; absent where they are too few to be told.
#[derive(Clone, Debug, Serialize)]
struct Line {
    #[serde(skip)]
    key: Option<Key>,
    word: String,
    runs: u32,
    #[serde(skip)]
    minutes: u64,
    hours: String,
    people: Option<u64>,
}

#[derive(Clone, Debug, Serialize)]
struct Side {
    #[serde(skip)]
    side: Dimension,
    by: &'static str,
    lines: Vec<Line>,
}

/// The figures of a year until yesterday, so that they stand still for a day.
#[derive(Clone, Debug, Serialize)]
struct Public {
    year: i32,
    as_of: NaiveDate,
    total: Line,
    sides: Vec<Side>,
    #[serde(skip)]
    facts: Arc<Facts>,
}

/// The year that is asked for, if it is one of the last ten, or else that of yesterday.
fn year_of(input: &Input, yesterday: NaiveDate) -> i32 {
    let last = yesterday.year();
    input.text("year").parse().ok().filter(|year| (last - 9..=last).contains(year)).unwrap_or(last)
}

fn yesterday(centre: &Centre) -> NaiveDate {
    seoul::day(centre.clock().now()) - Days::new(1)
}

async fn read(centre: &Centre, year: i32) -> Result<Public, AppError> {
    let (first, last) = plan::year(year);
    let facts = fact::load_kept(centre, (first, last)).await?;
    let mut total = None;
    let sides = SIDES.map(|side| {
        let table = facts.table(&Question { first, last, only: Vec::new(), rows: side, columns: None });
        let line = |key: Option<Key>, people: Option<u64>| {
            let counts = table.cell(key, None);
            let word = key.map(|key| facts.word(key)).unwrap_or_default();
            let (runs, minutes) = (counts.runs, counts.minutes);
            Line { key, word, runs, minutes, hours: hours(minutes), people }
        };
        let everybody = table.cell(None, None).enrolled;
        let few = everybody > 0 && everybody < FEW;
        total = Some(line(None, (!few).then_some(everybody)));
        let people: Vec<u64> = table.rows.iter().map(|row| table.cell(Some(*row), None).enrolled).collect();
        let shown = withhold(&people);
        let lines = table.rows.iter().zip(shown).map(|(row, people)| line(Some(*row), people)).collect();
        Side { side, by: side.as_str(), lines }
    });
    let total = total.ok_or_else(|| AppError::Broken("figures by nothing".into()))?;
    Ok(Public { year, as_of: facts.as_of, total, sides: sides.into(), facts })
}

/// `GET /figures?year=`
pub async fn page(ask: Ask, Query(query): Query) -> Result<Response, AppError> {
    let l = ask.language;
    let yesterday = yesterday(&ask.centre);
    let public = read(&ask.centre, year_of(&query, yesterday)).await?;
    let tree = tree(&ask.centre).await?;
    let columns =
        |first: &'static str| [first, words::runs(l), words::hours(l), words::enrolled(l)].map(str::to_owned);
    let row = |name: String, line: &Line| {
        let people = line.people.map_or_else(|| Value::text(words::few(l, FEW)), Value::Count);
        vec![Value::Text(name), Value::Count(line.runs.into()), Value::Hours(line.minutes), people]
    };
    let sheets: Vec<Sheet> = public
        .sides
        .iter()
        .map(|side| {
            let name = dimension_word(l, side.side);
            let mut sheet = Sheet::new(words::by(l, name), columns(name));
            sheet.rows.extend(side.lines.iter().map(|line| {
                let name = line.key.map(|key| key_word(l, &public.facts, &tree, key)).unwrap_or_default();
                row(name, line)
            }));
            sheet.rows.push(row(words::total(l).to_owned(), &public.total));
            sheet
        })
        .collect();
    let years = (yesterday.year() - 4..=yesterday.year()).rev();
    let tabs = years.map(|year| Tab {
        label: words::year_of(l, year),
        href: l.path(&format!("/figures?year={year}")),
        current: year == public.year,
    });
    let tabs = tabs.collect();
    let lead = words::figures_lead(l, when::day(l, public.as_of), FEW);
    let data = l.path(&format!("/figures.json?year={}", public.year));
    Ok(ask.page(words::figures(l), move || {
        view! {
            <Breadcrumb l=l here=words::figures(l)/>
            <PageHead title=words::figures(l) lead=lead/>
            <Tabs label=words::year(l) tabs=tabs/>
            {sheets.iter().map(Sheet::draw).collect_view()}
            <p><a href=data>{words::as_data(l)}</a></p>
        }
    }))
}

/// `GET /figures.json?year=`: the same for programs.
pub async fn json(ask: Ask, Query(query): Query) -> Result<Response, AppError> {
    let public = read(&ask.centre, year_of(&query, yesterday(&ask.centre))).await?;
    Ok(([(header::CACHE_CONTROL, "public, max-age=3600")], Json(public)).into_response())
}
