//! A year at a glance: how long each place was used in each month, and which share of its opening hours that is.

use chrono::{Months, NaiveDate, TimeDelta};
use domain::calendar::{MonthOfUse, uses_of_year};
use domain::space::entity::space;
use leptos::prelude::*;
use uuid::Uuid;

use super::sheet::Sheet;
use crate::AppError;
use crate::ask::Ask;
use crate::ui::{Cell, Column, Table};
use crate::when;
use crate::words::{Language, calendar as words};

/// A row for each place, a column for each month, and the year.
pub async fn year(ask: &Ask, sheet: &Sheet, year: i32, caption: String) -> Result<AnyView, AppError> {
    let l = sheet.l;
    let places: Vec<(&space::Model, bool)> = sheet
        .groups()
        .into_iter()
        .flat_map(|group| {
            let is_part = group.whole.is_some();
            let parts = group.parts.into_iter().map(move |part| (part, is_part));
            group.whole.map(|whole| (whole, false)).into_iter().chain(parts)
        })
        .collect();
    let ids: Vec<Uuid> = places.iter().map(|(place, _)| place.id).collect();
    let uses = uses_of_year(ask.centre.database(), &sheet.rules, &ids, year).await?;
    let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default();
    let months = (0..12).map(|month| Column::number(when::month_name(l, first + Months::new(month))));
    let columns = [Column::text(words::place(l))]
        .into_iter()
        .chain(months)
        .chain([Column::number(words::whole_year(l))]);
    let row = |(place, is_part): (&space::Model, bool)| -> Vec<Cell> {
        let class = if is_part { "calendar-place calendar-part" } else { "calendar-place" };
        let href = l.path(&format!("/calendar?view=month&place={}&on={first}", place.code));
        let name = view! { <a class=class href=href>{place.name_in(l).to_owned()}</a> };
        let months = uses.get(&place.id).copied().unwrap_or_default();
        let whole = months.iter().fold(MonthOfUse::default(), |sum, month| MonthOfUse {
            used: sum.used + month.used,
            open: sum.open + month.open,
        });
        let cells = months.into_iter().chain([whole]).map(|month| cell(l, month));
        [name.into_any()].into_iter().chain(cells).collect()
    };
    let rows: Vec<Vec<Cell>> = places.into_iter().map(row).collect();
    Ok(view! {
        <div class="calendar-year">
            <Table caption=caption hidden_caption=true columns=columns.collect() rows=rows/>
            <p class="calendar-note">{words::year_note(l)}</p>
        </div>
    }
    .into_any())
}

/// Hours, a bar as long as the share, and the share in words.
fn cell(l: Language, month: MonthOfUse) -> Cell {
    if month.open == TimeDelta::zero() && month.used == TimeDelta::zero() {
        return view! { <span class="calendar-none">"–"</span> }.into_any();
    }
    let hours = tenths(month.used.num_minutes());
    let share = (month.open > TimeDelta::zero())
        .then(|| (month.used.num_minutes() * 100 + month.open.num_minutes() / 2) / month.open.num_minutes());
    let width = share.unwrap_or_default().clamp(0, 100).to_string();
    let bar = (month.used > TimeDelta::zero() && share.is_some()).then(|| {
        view! {
            <svg class="calendar-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">
                <rect class="calendar-bar-all" width="100" height="8"/>
                <rect class="calendar-bar-used" width=width height="8"/>
            </svg>
        }
    });
    view! {
        <span class="calendar-use">
            <span>{words::hours(l, hours)}</span>
            " "
            {share.map(|share| view! { <span class="entry-more">{words::share(l, share)}</span> })}
            {bar}
        </span>
    }
    .into_any()
}

/// Hours with one decimal where there is one.
fn tenths(minutes: i64) -> String {
    let tenths = (minutes * 10 + 30) / 60;
    if tenths % 10 == 0 { (tenths / 10).to_string() } else { format!("{}.{}", tenths / 10, tenths % 10) }
}
