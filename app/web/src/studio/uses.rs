//! The year's table of the studio: how often and how long it was used, by month and kind.

use axum::response::Response;
use chrono::Datelike;
use domain::decimal;
use domain::seoul;
use domain::space::SpaceKind;
use domain::space::entity::space;
use domain::space::rules::SpaceRules;
use domain::studio::Kind;
use domain::studio::store::{Uses, YearOfUses, year_of_uses};
use leptos::prelude::*;

use super::kind_word;
use crate::AppError;
use crate::ask::Ask;
use crate::ui::{
    Breadcrumb, Button, Cell, Choice, Column, Crumb, Form, Input, Look, PageHead, Query, Select, Table,
};
use crate::words::{Language, studio as words};

/// `GET /studio/uses?year=&place=`: figures without names, for everybody.
pub async fn page(ask: Ask, Query(query): Query) -> Result<Response, AppError> {
    let l = ask.language;
    let rules = SpaceRules::load(ask.centre.database()).await?;
    let this_year = seoul::day(ask.centre.clock().now()).year();
    let year =
        query.text("year").parse().ok().filter(|year| (2000..=2100).contains(year)).unwrap_or(this_year);
    let is_studio = |space: &&space::Model| space.kind == SpaceKind::Studio;
    let studios: Vec<&space::Model> = rules.tree.all().iter().filter(is_studio).collect();
    let asked = studios.iter().find(|space| space.code == query.text("place"));
    let largest = studios.iter().max_by_key(|space| rules.tree.within(space.id).len());
    let Some(chosen) = asked.or(largest) else { return Err(AppError::NotFound) };
    let table = year_of_uses(&ask.centre, &rules.tree.within(chosen.id), year).await?;
    let title = words::uses_title(l, year, chosen.name_in(l));
    Ok(ask.page(&title.clone(), || {
        let places = studios.iter().map(|space| Choice::new(&space.code, space.name_in(l))).collect();
        let years = (2020..=this_year + 1).rev();
        let years = years.map(|year| Choice::new(year.to_string(), words::year(l, year))).collect();
        let input = Input::new([("year", year.to_string()), ("place", chosen.code.clone())]);
        view! {
            <Breadcrumb l=l way=vec![Crumb::new(l, words::title(l), "/studio")] here=words::uses(l)/>
            <PageHead title=title.clone() lead=words::uses_lead(l)/>
            <Form l=l action=l.path("/studio/uses") get=true input=input>
                <Select name="place" label=words::uses_places(l) choices=places/>
                <Select name="year" label=words::uses_years(l) choices=years/>
                <Button look=Look::Secondary small=true>{words::uses_show(l)}</Button>
            </Form>
            {figures(l, title, &table)}
        }
    }))
}

fn figures(l: Language, caption: String, table: &YearOfUses) -> impl IntoView + use<> {
    let kinds = Kind::ALL.iter().map(|kind| Column::number(kind_word(l, *kind)));
    let columns = [Column::text(words::uses_month(l))]
        .into_iter()
        .chain(kinds)
        .chain([Column::number(words::uses_all(l))])
        .collect();
    let row = |title: String, month: Option<u32>| -> Vec<Cell> {
        let kinds = Kind::ALL.iter().map(|kind| cell(l, table.of(month, Some(*kind))));
        let all = [cell(l, table.of(month, None))];
        [title.into_any()].into_iter().chain(kinds).chain(all).collect()
    };
    let months = (0..12).map(|month| row(month_name(l, month), Some(month)));
    let rows = months.chain([row(words::uses_all(l).into(), None)]).collect();
    view! { <Table caption=caption hidden_caption=true columns=columns rows=rows/> }
}

fn month_name(l: Language, month: u32) -> String {
    let number = u8::try_from(month + 1).unwrap_or(1);
    match l {
        Language::Ko | Language::Zh | Language::Ja => words::uses_month_of(l, number),
        Language::En => {
            words::uses_month_of(l, chrono::Month::try_from(number).map_or("", |month| month.name()))
        }
    }
}

fn cell(l: Language, uses: Uses) -> Cell {
    if uses.count == 0 {
        return "–".into_any();
    }
    let hundredths = u32::try_from(uses.minutes * 100 / 60).unwrap_or_default();
    words::uses_cell(l, uses.count, decimal::text(hundredths)).into_any()
}
