//! The centre in figures: the cube and its files, the studio, plan and money, closed months, the work report, what everybody
//! may see.

mod chart;
mod figures;
mod month;
mod page;
mod plan;
mod question;
mod report;
mod sentence;
mod sheet;
mod studio;

pub use page::workbook;
pub use report::{Report, Section, report};
pub use sheet::{Sheet, Value};

use axum::Router;
use axum::routing::get;
use domain::centre::Centre;
use leptos::prelude::*;

use crate::ui::{Tab, Tabs};
use crate::words::{Language, statistics as words};

pub fn routes() -> Router<Centre> {
    Router::new()
        .route("/figures", get(figures::page))
        .route("/figures.json", get(figures::json))
        .route("/manage/statistics", get(page::page))
        .route("/manage/statistics.csv", get(page::csv))
        .route("/manage/statistics/studio", get(studio::page))
        .route("/manage/statistics/plan", get(plan::page).post(plan::set))
        .route("/manage/statistics/plan/spendings", get(plan::back).post(plan::spend))
        .route("/manage/statistics/months", get(month::list).post(month::close))
        .route("/manage/statistics/months/{month}", get(month::page))
        .route("/manage/statistics/report", get(report::page))
        .route("/manage/statistics/report/pilots", get(report::back).post(report::pilots))
        .route("/manage/statistics/report/weeks", get(report::back).post(report::note))
}

/// The pages of the figures beside each other.
fn tabs(l: Language, current: &str) -> impl IntoView + use<> {
    let tab = |(label, path): (&'static str, &'static str)| Tab {
        label: label.to_owned(),
        href: l.path(path),
        current: path == current,
    };
    let tabs = [
        (words::cube(l), "/manage/statistics"),
        (words::plan(l), "/manage/statistics/plan"),
        (words::studio(l), "/manage/statistics/studio"),
        (words::months(l), "/manage/statistics/months"),
        (words::report(l), "/manage/statistics/report"),
    ];
    view! { <Tabs label=words::title(l) tabs=tabs.map(tab).into()/> }
}
