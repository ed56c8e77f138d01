//! A week of all places and a month as tables, whose rows become cards on a phone.

use chrono::{Datelike, Days, NaiveDate};
use domain::calendar::Entry;
use domain::space::entity::space;
use leptos::prelude::*;

use super::entry::title;
use super::sheet::{Sheet, day_of};
use crate::ui::{Cell, Column, Table};
use crate::when;
use crate::words::calendar as words;

/// Places below each other, a hall above its halves, days beside each other.
pub fn week(sheet: &Sheet, days: &[NaiveDate], caption: String) -> AnyView {
    let l = sheet.l;
    let heading = |day: &NaiveDate| match *day == sheet.today() {
        true => words::today_is(l, sheet.short_day(*day)),
        false => sheet.short_day(*day),
    };
    let columns =
        [Column::text(words::place(l))].into_iter().chain(days.iter().map(heading).map(Column::text));
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for group in sheet.groups() {
        if let Some(whole) = group.whole {
            let within = |entry: &&Entry| {
                entry.space.is_some_and(|it| {
                    sheet.rules.tree.ancestry(whole.id).iter().any(|around| around.id == it)
                })
            };
            rows.push(row(sheet, whole, days, "calendar-place", |day| {
                sheet.on(whole.id, day).filter(within).collect()
            }));
        }
        let class = if group.whole.is_some() { "calendar-place calendar-part" } else { "calendar-place" };
        for part in &group.parts {
            rows.push(row(sheet, part, days, class, |day| sheet.on(part.id, day).collect()));
        }
    }
    view! {
        <div class="calendar-week">
            <Table caption=caption hidden_caption=true columns=columns.collect() rows=rows/>
        </div>
    }
    .into_any()
}

fn row<'a>(
    sheet: &'a Sheet,
    space: &space::Model,
    days: &[NaiveDate],
    class: &'static str,
    on: impl Fn(NaiveDate) -> Vec<&'a Entry>,
) -> Vec<Cell> {
    let href = sheet.l.path(&format!("/calendar?view=week&place={}&on={}", space.code, sheet.first));
    let name = view! { <a class=class href=href>{space.name_in(sheet.l).to_owned()}</a> };
    let cells = days.iter().map(|day| sheet.list(on(*day), Some(space.id)));
    [name.into_any()].into_iter().chain(cells).collect()
}

/// How many lines a day of a month has room for.
const LINES: usize = 4;

/// Weeks below each other.
pub fn month(sheet: &Sheet, first: NaiveDate, caption: String) -> AnyView {
    let l = sheet.l;
    let weekday = |number: u64| when::weekday(l, (monday_of(first) + Days::new(number)).weekday());
    let columns = [Column::text(words::week(l))].into_iter().chain((0..7).map(weekday).map(Column::text));
    let weeks = monday_of(first).iter_weeks().take_while(|monday| *monday <= sheet.last);
    let draw = |monday: NaiveDate| {
        let days = (0..7).map(|number| monday + Days::new(number));
        let href = l.path(&sheet.link("week", monday));
        let label = words::week_from(l, sheet.short_day(monday));
        let head = view! { <a class="calendar-place" href=href>{label}</a> }.into_any();
        let cell =
            |day: NaiveDate| if day.month() == first.month() { month_day(sheet, day) } else { ().into_any() };
        [head].into_iter().chain(days.map(cell)).collect()
    };
    let rows: Vec<Vec<Cell>> = weeks.map(draw).collect();
    view! {
        <div class="calendar-month">
            <Table caption=caption hidden_caption=true columns=columns.collect() rows=rows/>
        </div>
    }
    .into_any()
}

fn month_day(sheet: &Sheet, day: NaiveDate) -> Cell {
    let l = sheet.l;
    let span = day_of(day);
    let all: Vec<&Entry> = sheet.entries.iter().filter(|entry| entry.slot.overlaps(&span)).collect();
    let line = |entry: &&Entry| {
        let class = super::entry::class(entry);
        let standing = super::entry::standing_word(l, entry.standing).map(|word| format!(" ({word})"));
        let text = format!(
            "{} {}{}",
            when::time(entry.slot.starts_at),
            title(l, entry),
            standing.unwrap_or_default()
        );
        let place = entry.space.map(|space| sheet.name(space).to_owned());
        view! { <li class=class><span>{text}</span> <span class="entry-more">{place}</span></li> }
    };
    let lines: Vec<_> = all.iter().take(LINES).map(line).collect();
    let rest = all.len().saturating_sub(LINES);
    let href = l.path(&sheet.link("day", day));
    let more =
        (rest > 0).then(|| view! { <a class="calendar-rest" href=href.clone()>{words::rest(l, rest)}</a> });
    let today = day == sheet.today();
    let class = if today { "calendar-date today" } else { "calendar-date" };
    view! {
        <div class="calendar-cell">
            <a class=class href=href aria-current=today.then_some("date")>
                <span class="sr-only">{when::day(l, day)}</span>
                <span aria-hidden="true">{day.day()}</span>
            </a>
            {(!lines.is_empty()).then(|| view! { <ol class="calendar-entries">{lines}</ol> })}
            {more}
        </div>
    }
    .into_any()
}

pub fn monday_of(day: NaiveDate) -> NaiveDate {
    day - Days::new(day.weekday().num_days_from_monday().into())
}
