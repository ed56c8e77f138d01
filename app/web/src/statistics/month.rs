//! Months that are closed: their figures as they were kept, and beside them what they would be now.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{Datelike, Months, NaiveDate};
use domain::seoul;
use domain::statistics::month::{self, ALL, Beside, MonthError, Place};
use domain::statistics::{Counts, Dimension, Facts, Measure};
use leptos::prelude::*;

use super::sentence::{dimension_word, key_word, measure_word, place_word};
use super::sheet::{Sheet, Value};
use super::tabs;
use crate::AppError;
use crate::ask::Ask;
use crate::ui::{
    Alert, Breadcrumb, Button, Cell, Choice, Column, Crumb, EmptyState, Form, Input, PageHead, Problems,
    Query, Select, Table, Tone,
};
use crate::when;
use crate::words::{Language, statistics as words};

/// `2021-03`.
fn parse_month(text: &str) -> Option<NaiveDate> {
    let day = format!("{text}-01").parse::<NaiveDate>().ok()?;
    (text.len() == 7 && (2000..=2100).contains(&day.year())).then_some(day)
}

fn month_text(month: NaiveDate) -> String {
    month.format("%Y-%m").to_string()
}

/// `GET /manage/statistics/months`
pub async fn list(ask: Ask, Query(query): Query) -> Result<Response, AppError> {
    let done = (query.text("done") == "closed").then(|| words::done_closed(ask.language));
    draw(&ask, StatusCode::OK, done, Problems::default()).await
}

/// `POST /manage/statistics/months`: closes a `month`, written `2021-03`.
pub async fn close(ask: Ask, input: Input) -> Result<Response, AppError> {
    let l = ask.language;
    let by = ask.signed_in()?.training_manager()?;
    let refused = |sentence: &str| Problems::one("month", sentence);
    let Some(month) = parse_month(input.text("month")) else {
        let problems = refused(words::wrong_month(l));
        return draw(&ask, StatusCode::UNPROCESSABLE_ENTITY, None, problems).await;
    };
    match month::close(&ask.centre, &by, month).await {
        Ok(()) => Ok(ask.see_other("/manage/statistics/months?done=closed")),
        Err(MonthError::NotOver) => {
            let problems = refused(words::refused_not_over(l));
            draw(&ask, StatusCode::UNPROCESSABLE_ENTITY, None, problems).await
        }
        Err(MonthError::Closed) => {
            draw(&ask, StatusCode::CONFLICT, None, refused(words::refused_closed(l))).await
        }
        Err(MonthError::Db(error)) => Err(error.into()),
    }
}

/// As many months back as can be closed.
const MONTHS: u32 = 24;

async fn draw(
    ask: &Ask,
    status: StatusCode,
    done: Option<&'static str>,
    problems: Problems,
) -> Result<Response, AppError> {
    let l = ask.language;
    ask.signed_in()?.training_manager()?;
    let closed = month::list(&ask.centre).await?;
    let today = seoul::day(ask.centre.clock().now());
    let this = month::days(today).0;
    let open = (1..=MONTHS).map(|back| this - Months::new(back));
    let open = open.filter(|month| closed.iter().all(|row| row.month != *month));
    let choices: Vec<Choice> =
        open.map(|month| Choice::new(month_text(month), when::month(l, month))).collect();
    let rows: Vec<Vec<Cell>> = closed
        .iter()
        .map(|row| {
            let href = l.path(&format!("/manage/statistics/months/{}", month_text(row.month)));
            vec![
                view! { <a href=href>{when::month(l, row.month)}</a> }.into_any(),
                when::moment(l, row.closed_at).into_any(),
            ]
        })
        .collect();
    let columns = vec![Column::text(words::month(l)), Column::text(words::closed_at(l))];
    Ok(ask.refuse(status, words::months(l), move || {
        let way = vec![Crumb::new(l, words::title(l), "/manage/statistics")];
        view! {
            <Breadcrumb l=l way=way here=words::months(l)/>
            <PageHead title=words::months(l) lead=words::months_lead(l)/>
            {tabs(l, "/manage/statistics/months")}
            {done.map(|done| view! { <Alert l=l tone=Tone::Success>{done}</Alert> })}
            {if rows.is_empty() {
                view! { <EmptyState title=words::none_closed(l)/> }.into_any()
            } else {
                view! { <Table caption=words::closed_months(l) columns=columns rows=rows/> }.into_any()
            }}
            <h2>{words::close_month(l)}</h2>
            <p>{words::close_month_lead(l)}</p>
            <Form l=l action=l.path("/manage/statistics/months") problems=problems>
                <Select name="month" label=words::month(l) choices=choices required=true/>
                <Button>{words::close_month(l)}</Button>
            </Form>
        }
    }))
}

/// What is shown of a kept line.
const MEASURES: [Measure; 8] = [
    Measure::Runs,
    Measure::Hours,
    Measure::Enrolled,
    Measure::People,
    Measure::Completed,
    Measure::Attendance,
    Measure::NoShow,
    Measure::Cancelled,
];

/// `GET /manage/statistics/months/{month}`
pub async fn page(ask: Ask, Path(text): Path<String>) -> Result<Response, AppError> {
    let l = ask.language;
    ask.signed_in()?.training_manager()?;
    let first = parse_month(&text).ok_or(AppError::NotFound)?;
    let lines = month::compare(&ask.centre, first).await?;
    if lines.is_empty() {
        return Err(AppError::NotFound);
    }
    let tree = domain::space::store::tree(&ask.centre).await?;
    let named = |(side, word): &Place| match Dimension::parse(side) {
        None => words::total(l).to_owned(),
        Some(Dimension::Place) if !word.is_empty() => place_word(l, &tree, word),
        Some(side) => {
            let facts = Facts::nothing(first);
            let word = if word.is_empty() { "none" } else { word };
            facts.key(side, word).map(|key| key_word(l, &facts, &tree, key)).unwrap_or_default()
        }
    };
    let sheets: Vec<Sheet> = [ALL]
        .into_iter()
        .chain(month::SIDES.iter().map(|side| side.as_str()))
        .map(|side| sheet(l, side, lines.iter().filter(|((of, _), _)| of == side), &named))
        .collect();
    let changed = lines.values().filter(|it| it.kept != it.now).count();
    let title = words::month_of(l, when::month(l, first));
    Ok(ask.page(&title.clone(), move || {
        let way = vec![
            Crumb::new(l, words::title(l), "/manage/statistics"),
            Crumb::new(l, words::months(l), "/manage/statistics/months"),
        ];
        view! {
            <Breadcrumb l=l way=way here=title.clone()/>
            <PageHead title=title.clone() lead=words::month_lead(l)/>
            <Alert l=l tone=Tone::Information>{match changed {
                0 => words::unchanged(l).to_owned(),
                changed => words::changed(l, changed),
            }}</Alert>
            {sheets.iter().map(Sheet::draw).collect_view()}
        }
    }))
}

/// The lines of one side: what was kept, and below what differs now.
fn sheet<'a>(
    l: Language,
    side: &str,
    lines: impl Iterator<Item = (&'a Place, &'a Beside)>,
    named: &impl Fn(&Place) -> String,
) -> Sheet {
    let side = Dimension::parse(side);
    let name = side.map_or_else(|| words::total(l).to_owned(), |side| words::by(l, dimension_word(l, side)));
    let of_people = side.is_some_and(Dimension::is_of_people);
    let measures: Vec<Measure> = MEASURES.into_iter().filter(|it| !of_people || !it.is_of_runs()).collect();
    let first = side.map_or(words::total(l), |side| dimension_word(l, side));
    let titles = measures.iter().map(|it| measure_word(l, *it));
    let mut sheet = Sheet::new(name, [first].into_iter().chain(titles).map(str::to_owned));
    let row = |name: String, counts: &Counts| {
        let values = measures.iter().map(|measure| Value::from(measure.of(counts)));
        [Value::Text(name)].into_iter().chain(values).collect()
    };
    for (place, beside) in lines {
        let name = named(place);
        sheet.rows.push(row(name.clone(), &beside.kept));
        if beside.kept != beside.now {
            sheet.rows.push(row(words::corrected(l, name), &beside.now));
        }
    }
    sheet
}
