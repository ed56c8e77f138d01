//! How the studio was used in a period: by kind, how long, of its opening hours, and how often nobody came.

use axum::response::Response;
use chrono::NaiveDate;
use domain::space::rules::SpaceRules;
use domain::statistics::studio::{StudioUses, Uses, load};
use domain::statistics::{Figure, Share};
use leptos::prelude::*;

use super::chart::chart;
use super::question::Asked;
use super::sheet::{Sheet, Value};
use super::tabs;
use crate::AppError;
use crate::ask::Ask;
use crate::studio::kind_word;
use crate::ui::{Breadcrumb, Button, Crumb, EmptyState, Form, Input, Look, PageHead, Query, TextInput};
use crate::when;
use crate::words::{Language, statistics as words};

/// `GET /manage/statistics/studio?from=&until=&as_of=`
pub async fn page(ask: Ask, Query(query): Query) -> Result<Response, AppError> {
    let l = ask.language;
    ask.signed_in()?.training_manager()?;
    let asked = Asked::read(&ask, &query);
    let (rules, studios) = read(&ask, asked.period, asked.as_of).await?;
    let input = Input::new([
        ("from", asked.period.0.to_string()),
        ("until", asked.period.1.to_string()),
        ("as_of", asked.as_of.to_string()),
    ]);
    let parts: Vec<_> = studios
        .iter()
        .map(|studio| {
            let name = name(l, &rules, studio);
            let bars: Vec<(String, Figure)> = studio
                .by_kind
                .iter()
                .map(|(kind, uses)| (kind_word(l, *kind).to_owned(), Figure::Count(uses.count.into())))
                .collect();
            let sheet = sheet(l, name.clone(), studio);
            view! {
                <section>
                    <h2>{name.clone()}</h2>
                    {chart(words::studio_chart(l, name), &bars)}
                    {sheet.draw()}
                </section>
            }
        })
        .collect();
    let period = words::period(l, when::days(l, asked.period.0, asked.period.1), when::day(l, asked.as_of));
    Ok(ask.page(words::studio(l), move || {
        let way = vec![Crumb::new(l, words::title(l), "/manage/statistics")];
        view! {
            <Breadcrumb l=l way=way here=words::studio(l)/>
            <PageHead title=words::studio(l) lead=words::studio_lead(l)/>
            {tabs(l, "/manage/statistics/studio")}
            <Form l=l action=l.path("/manage/statistics/studio") get=true input=input>
                <div class="statistics-asked">
                    <TextInput name="from" label=words::from(l) kind="date" short=true/>
                    <TextInput name="until" label=words::until(l) kind="date" short=true/>
                    <TextInput name="as_of" label=words::as_of(l) kind="date" short=true/>
                </div>
                <Button look=Look::Secondary>{words::show(l)}</Button>
            </Form>
            <p class="list-count">{period}</p>
            {if parts.is_empty() {
                view! { <EmptyState title=words::no_studio(l)/> }.into_any()
            } else {
                parts.into_any()
            }}
        }
    }))
}

async fn read(
    ask: &Ask,
    period: (NaiveDate, NaiveDate),
    as_of: NaiveDate,
) -> Result<(SpaceRules, Vec<StudioUses>), AppError> {
    let rules = SpaceRules::load(ask.centre.database()).await?;
    let studios = load(&ask.centre, &rules, period, as_of).await?;
    Ok((rules, studios))
}

fn name(l: Language, rules: &SpaceRules, studio: &StudioUses) -> String {
    rules.tree.get(studio.space).map(|space| space.name_in(l).to_owned()).unwrap_or_default()
}

/// A table for each studio.
pub async fn sheets(
    ask: &Ask,
    period: (NaiveDate, NaiveDate),
    as_of: NaiveDate,
) -> Result<Vec<Sheet>, AppError> {
    let (rules, studios) = read(ask, period, as_of).await?;
    Ok(studios.iter().map(|studio| sheet(ask.language, name(ask.language, &rules, studio), studio)).collect())
}

fn sheet(l: Language, name: String, studio: &StudioUses) -> Sheet {
    let columns = [
        words::kind(l),
        words::uses(l),
        words::use_hours(l),
        words::share_of_opening(l),
        words::no_shows(l),
        words::no_show_rate(l),
    ];
    let mut sheet = Sheet::new(name, columns.map(str::to_owned));
    let row = |title: &str, uses: &Uses| {
        vec![
            Value::text(title),
            Value::Count(uses.count.into()),
            Value::Hours(uses.minutes),
            Share::of(uses.minutes, studio.open_minutes).into(),
            Value::Count(uses.no_shows.into()),
            uses.no_show_share().into(),
        ]
    };
    sheet.rows.extend(studio.by_kind.iter().map(|(kind, uses)| row(kind_word(l, *kind), uses)));
    sheet.rows.push(row(words::total(l), &studio.all));
    sheet
}
