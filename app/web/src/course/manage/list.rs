//! The programme of a year as one table.

use axum::response::Response;
use chrono::{DateTime, Datelike, Utc};
use domain::account::{Denied, Duty};
use domain::course::store::{self, RunLine};
use domain::course::{RunCode, RunState, Window};
use domain::registration::drawing;
use domain::seoul;
use leptos::prelude::*;

use super::minimum;
use crate::AppError;
use crate::ask::Ask;
use crate::course::{title, window_badge};
use crate::ui::{
    Alert, Badge, Breadcrumb, Cell, Column, EmptyState, LinkButton, Look, PageHead, Query, Tab, Table, Tabs,
    Tone,
};
use crate::when;
use crate::words::{Language, course as words};

/// `GET /manage/runs?year=`: a training manager sees all runs, an instructor those that name their account.
pub async fn list(ask: Ask, Query(query): Query) -> Result<Response, AppError> {
    let l = ask.language;
    let viewer = ask.signed_in()?;
    let manages = viewer.training_manager().is_ok();
    if !manages && !viewer.has(Duty::Instructor) {
        return Err(Denied.into());
    }
    let own = (!manages).then(|| viewer.id());
    let this_year = seoul::day(ask.centre.clock().now()).year();
    let year =
        query.text("year").parse().ok().filter(|year| (2000..=2100).contains(year)).unwrap_or(this_year);
    let lines = store::list_programme(&ask.centre, year, own).await?;
    let due = match viewer.training_manager() {
        Ok(manager) => drawing::list_due(&ask.centre, &manager).await?,
        Err(_) => Vec::new(),
    };
    let undecided = minimum::list(&ask).await?;
    let mut years = store::list_years(ask.centre.database()).await?;
    years.extend([this_year, year]);
    years.sort_unstable_by(|a, b| b.cmp(a));
    years.dedup();
    Ok(ask.page(words::runs(l), move || {
        let tab = |one: &i32| Tab {
            label: words::year(l, one),
            href: l.path(&format!("/manage/runs?year={one}")),
            current: *one == year,
        };
        let tabs: Vec<Tab> = years.iter().map(tab).collect();
        view! {
            <Breadcrumb l=l here=words::runs(l)/>
            <PageHead title=words::runs(l) lead=if manages { words::runs_lead(l) } else { words::runs_own_lead(l) }>
                {manages.then(|| view! {
                    <LinkButton href=l.path("/manage/runs/new") small=true>{words::new_run(l)}</LinkButton>
                })}
            </PageHead>
            {(!due.is_empty()).then(|| draws_due(l, &due))}
            {minimum::alert(l, &undecided)}
            {manages.then(|| tools(l, year))}
            <Tabs label=words::years(l) tabs=tabs/>
            {table(l, year, &lines)}
        }
    }))
}

/// Draws that can be held and that nobody has held yet.
fn draws_due(l: Language, due: &[(RunCode, DateTime<Utc>)]) -> impl IntoView + use<> {
    let line = |(code, since): &(RunCode, DateTime<Utc>)| {
        let path = l.path(&format!("/manage/runs/{}/draw", code.as_str()));
        view! { <li><a href=path>{code.as_str().to_owned()}</a> " · " {words::draw_due_since(l, when::moment(l, *since))}</li> }
    };
    let lines: Vec<_> = due.iter().map(line).collect();
    view! {
        <Alert l=l tone=Tone::Warning>
            <p>{words::draws_due(l)}</p>
            <ul class="bullets">{lines}</ul>
        </Alert>
    }
}

fn tools(l: Language, year: i32) -> impl IntoView {
    let link = |path: String, label: &'static str| {
        view! { <LinkButton href=l.path(&path) look=Look::Tertiary small=true>{label}</LinkButton> }
    };
    view! {
        <p class="actions">
            {link("/manage/courses".into(), words::courses(l))}
            {link("/manage/import".into(), words::import(l))}
            {link(format!("/manage/export.csv?year={year}"), words::export(l))}
            {link("/manage/holidays".into(), words::holidays(l))}
        </p>
    }
}

fn table(l: Language, year: i32, lines: &[RunLine]) -> AnyView {
    if lines.is_empty() {
        return view! { <EmptyState title=words::runs_none(l, year)/> }.into_any();
    }
    let columns = vec![
        Column::text(words::course(l)),
        Column::text(words::state(l)),
        Column::text(words::dates(l)),
        Column::text(words::space(l)),
        Column::text(words::instructor(l)),
        Column::number(words::people(l)),
    ];
    let rows: Vec<Vec<Cell>> = lines.iter().map(|line| row(l, line)).collect();
    view! { <Table caption=words::runs_of(l, year, lines.len()) columns=columns rows=rows/> }.into_any()
}

fn row(l: Language, line: &RunLine) -> Vec<Cell> {
    let href = l.path(&format!("/manage/runs/{}", line.run.code));
    let name = format!("{} ({})", title(l, &line.course), line.run.code);
    let dates = line.first.zip(line.last);
    let dates = dates.map(|(first, last)| when::days(l, seoul::day(first), seoul::day(last)));
    let people = match (line.run.enrolled, line.people.waiting) {
        (Some(count), _) => words::head_count(l, count),
        (None, 0) => format!("{} / {}", line.people.taken, line.people.places),
        (None, waiting) => words::taken_and_waiting(l, line.people.taken, line.people.places, waiting),
    };
    let or_dash = |text: Option<String>| text.filter(|text| !text.is_empty()).unwrap_or_else(|| "–".into());
    vec![
        view! { <a href=href>{name}</a> }.into_any(),
        state_badge(l, line.run.state, line.window).into_any(),
        or_dash(dates).into_any(),
        or_dash(line.space.as_ref().map(|space| space.name_in(l).to_owned())).into_any(),
        or_dash(Some(line.run.instructor.clone())).into_any(),
        people.into_any(),
    ]
}

/// Where a run stands: a published one, where its window stands.
pub(super) fn state_badge(l: Language, state: RunState, window: Window) -> AnyView {
    match state {
        RunState::Draft => view! { <Badge tone=Tone::Warning text=words::state_draft(l)/> }.into_any(),
        RunState::Published => window_badge(l, window).into_any(),
        RunState::Cancelled => view! { <Badge tone=Tone::Danger text=words::state_cancelled(l)/> }.into_any(),
    }
}
