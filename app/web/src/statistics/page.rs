//! The figures of the centre by any side, filtered by the address, as a page, as CSV and as a workbook.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::space::store::{Tree, tree};
use domain::statistics::{Dimension, Facts, Figure, Key, Measure, Table, fact};
use leptos::prelude::*;

use super::chart::chart;
use super::question::Asked;
use super::sentence::{dimension_word, key_word, measure_word};
use super::sheet::{Sheet, Value, file_name};
use super::{studio, tabs};
use crate::AppError;
use crate::ask::Ask;
use crate::ui::{
    Alert, Breadcrumb, DescriptionList, EmptyState, Fact, Input, LinkButton, Look, PageHead, Query, Tone,
};
use crate::when;
use crate::words::{Language, statistics as words};

/// What was asked, and all that is needed to answer it.
struct Answer {
    l: Language,
    asked: Asked,
    facts: Facts,
    tree: std::sync::Arc<Tree>,
}

impl Answer {
    async fn read(ask: &Ask, input: &Input) -> Result<Self, AppError> {
        ask.signed_in()?.training_manager()?;
        let asked = Asked::read(ask, input);
        let facts = fact::load(&ask.centre, asked.period, asked.as_of).await?;
        Ok(Self { l: ask.language, asked, facts, tree: tree(&ask.centre).await? })
    }

    fn table(&self) -> Table {
        self.facts.table(&self.asked.question(&self.facts))
    }

    fn word(&self, key: Key) -> String {
        key_word(self.l, &self.facts, &self.tree, key)
    }

    /// What can be measured here.
    fn measures(&self) -> impl Iterator<Item = Measure> + use<> {
        let of_people = self.asked.is_of_people();
        Measure::ALL.iter().copied().filter(move |measure| !of_people || !measure.is_of_runs())
    }

    /// Each row with all its measures, or, where columns are asked for, with one measure in each of them.
    fn sheet(&self) -> Sheet {
        let (l, table) = (self.l, self.table());
        let first = dimension_word(l, self.asked.rows).to_owned();
        let rows = table.rows.iter().map(|row| Some(*row)).chain([None]);
        let named = |row: Option<Key>| row.map_or_else(|| words::total(l).to_owned(), |key| self.word(key));
        match self.asked.columns {
            None => {
                let name = words::by(l, dimension_word(l, self.asked.rows));
                let titles = self.measures().map(|it| measure_word(l, it).to_owned());
                let mut sheet = Sheet::new(name, [first].into_iter().chain(titles));
                sheet.rows.extend(rows.map(|row| {
                    let counts = table.cell(row, None);
                    let values = self.measures().map(|measure| measure.of(&counts).into());
                    [Value::Text(named(row))].into_iter().chain(values).collect()
                }));
                sheet
            }
            Some(side) => {
                let measure = self.asked.measure;
                let name = words::by_both(
                    l,
                    dimension_word(l, self.asked.rows),
                    dimension_word(l, side),
                    measure_word(l, measure),
                );
                let columns: Vec<Option<Key>> =
                    table.columns.iter().map(|it| Some(*it)).chain([None]).collect();
                let titles = columns.iter().map(|column| named(*column));
                let mut sheet = Sheet::new(name, [first].into_iter().chain(titles));
                sheet.rows.extend(rows.map(|row| {
                    let values = columns.iter().map(|column| measure.of(&table.cell(row, *column)).into());
                    [Value::Text(named(row))].into_iter().chain(values).collect()
                }));
                sheet
            }
        }
    }
}

/// `GET /manage/statistics?from=&until=&as_of=&rows=&columns=&measure=` and a word for each side that is filtered by.
pub async fn page(ask: Ask, Query(query): Query) -> Result<Response, AppError> {
    let l = ask.language;
    let answer = Answer::read(&ask, &query).await?;
    let table = answer.table();
    let total = table.cell(None, None);
    let asked = &answer.asked;
    let measure = asked.measure;
    let is_measured = !(asked.is_of_people() && measure.is_of_runs());
    let bars: Vec<(String, Figure)> = table
        .rows
        .iter()
        .map(|row| (answer.word(*row), measure.of(&table.cell(Some(*row), None))))
        .filter(|_| is_measured)
        .collect();
    let sheet = answer.sheet();
    let facts: Vec<Fact> = answer
        .measures()
        .map(|it| Fact::new(measure_word(l, it), Value::from(it.of(&total)).shown()))
        .collect();
    let file = |path: &str| l.path(&asked.path(path));
    let title = words::by_both_title(l, dimension_word(l, asked.rows), measure_word(l, measure));
    let is_empty = table.rows.is_empty();
    Ok(ask.page(words::title(l), || {
        view! {
            <Breadcrumb l=l here=words::title(l)/>
            <PageHead title=words::title(l) lead=words::lead(l)/>
            {tabs(l, "/manage/statistics")}
            {asked.form(l, &answer.facts, &answer.tree)}
            <h2>{words::period(l, when::days(l, asked.period.0, asked.period.1), when::day(l, answer.facts.as_of))}</h2>
            {if is_empty {
                view! { <EmptyState title=words::nothing(l)><p>{words::nothing_hint(l)}</p></EmptyState> }.into_any()
            } else {
                view! {
                    <DescriptionList items=facts/>
                    {(total.unnamed > 0).then(|| view! {
                        <Alert l=l tone=Tone::Information>{words::unnamed(l, Value::Count(total.unnamed).shown())}</Alert>
                    })}
                    {chart(title, &bars)}
                    {sheet.draw()}
                    <p class="actions">
                        <LinkButton href=file("/manage/statistics.xlsx") look=Look::Tertiary small=true attr:download="">{words::as_workbook(l)}</LinkButton>
                        <LinkButton href=file("/manage/statistics.csv") look=Look::Tertiary small=true attr:download="">{words::as_csv(l)}</LinkButton>
                    </p>
                }.into_any()
            }}
            <h2>{words::how(l)}</h2>
            <ul class="statistics-notes">
                <li>{words::how_runs(l)}</li>
                <li>{words::how_people(l)}</li>
                <li>{words::how_rates(l)}</li>
                <li>{words::how_as_of(l)}</li>
            </ul>
        }
    }))
}

/// `GET /manage/statistics.csv`: the table of the page with the same address.
pub async fn csv(ask: Ask, Query(query): Query) -> Result<Response, AppError> {
    let answer = Answer::read(&ask, &query).await?;
    let bytes = answer.sheet().csv().map_err(|error| AppError::Broken(error.to_string()))?;
    let name = file_name(ask.language, "statistics", "csv");
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}

/// Every table for what the address asks: what was chosen, each side, and the studio.
pub async fn workbook(ask: &Ask, input: &Input) -> Result<Vec<Sheet>, AppError> {
    let mut answer = Answer::read(ask, input).await?;
    let mut sheets = vec![answer.sheet()];
    let chosen = (answer.asked.rows, answer.asked.columns.take());
    for side in Dimension::ALL.iter().copied().filter(|side| (*side, None) != chosen) {
        answer.asked.rows = side;
        sheets.push(answer.sheet());
    }
    sheets.extend(studio::sheets(ask, answer.asked.period, answer.asked.as_of).await?);
    Ok(sheets)
}
