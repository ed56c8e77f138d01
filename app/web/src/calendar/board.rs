//! Hours from top to bottom, places or days beside each other; on a phone a list by place.
//!
//! The content policy forbids inline styles, so a quarter of an hour is a row of a grid and a class says which:
//! `from-4 for-8` begins an hour after the first row and takes two. The island that lets one drag reads the same numbers.

use chrono::{DateTime, NaiveDate, TimeDelta, Timelike, Utc};
use domain::calendar::{Entry, Standing};
use domain::seoul;
use domain::space::entity::space;
use domain::space::{Holder, Slot};
use leptos::prelude::*;

use super::entry::class;
use super::sheet::{Group, Sheet, day_of};
use crate::when;
use crate::words::calendar as words;

/// Shown also where nothing takes place: what lies outside of it makes the board longer.
const HOURS: (u32, u32) = (8, 22);

/// Rows of a day, each a quarter of an hour.
const ROW: i64 = 15 * 60;

/// Asking for what is free begins with so much of it.
const FIRST_WISH: TimeDelta = TimeDelta::hours(2);

/// The places of one day beside each other, halls above their halves.
pub fn day(sheet: &Sheet, day: NaiveDate) -> AnyView {
    let groups = sheet.groups();
    let hours = Hours::of(sheet, &[day]);
    let groups: Vec<_> = groups
        .iter()
        .map(|group| {
            let title = group.whole.map(|whole| place_link(sheet, whole));
            let columns =
                group.parts.iter().map(|part| hours.column(sheet, group, part, day, place_link(sheet, part)));
            hours.group(title, columns.collect())
        })
        .collect();
    hours.board(sheet, groups)
}

/// The days of a week beside each other, for one place.
pub fn week(sheet: &Sheet, days: &[NaiveDate]) -> AnyView {
    let groups = sheet.groups();
    let hours = Hours::of(sheet, days);
    let draw = |day: &NaiveDate| {
        let several = groups.iter().map(|group| group.parts.len()).sum::<usize>() > 1;
        let parts = groups.iter().flat_map(|group| group.parts.iter().map(move |part| (group, *part)));
        let columns = parts.map(|(group, part)| {
            let name = if several { part.name_in(sheet.l).to_owned() } else { sheet.short_day(*day) };
            hours.column(sheet, group, part, *day, name.into_any())
        });
        let columns = columns.collect();
        let title = several.then(|| day_link(sheet, *day));
        hours.group(title, columns)
    };
    let groups = days.iter().map(draw).collect();
    hours.board(sheet, groups)
}

fn place_link(sheet: &Sheet, space: &space::Model) -> AnyView {
    let href = sheet.l.path(&format!("/calendar?view=week&place={}&on={}", space.code, sheet.first));
    view! { <a href=href>{space.name_in(sheet.l).to_owned()}</a> }.into_any()
}

fn day_link(sheet: &Sheet, day: NaiveDate) -> AnyView {
    let href = sheet.l.path(&format!("/calendar?view=day&on={day}"));
    view! { <a href=href>{sheet.short_day(day)}</a> }.into_any()
}

/// The hours that are shown, whole ones.
struct Hours {
    from: u32,
    until: u32,
}

/// Rows of a column: where something begins and how many it takes.
struct Rows {
    from: i64,
    count: i64,
}

impl Rows {
    fn class(&self) -> String {
        format!("from-{} for-{}", self.from, self.count)
    }
}

impl Hours {
    fn of(sheet: &Sheet, days: &[NaiveDate]) -> Self {
        let (mut from, mut until) = HOURS;
        for day in days {
            let whole = day_of(*day);
            for held in sheet.entries.iter().map(Entry::held).filter(|held| held.overlaps(&whole)) {
                from = from.min(seoul::wall(held.starts_at.max(whole.starts_at)).hour());
                let end = held.ends_at.min(whole.ends_at) - TimeDelta::seconds(1);
                until = until.max(seoul::wall(end).hour() + 1);
            }
        }
        Self { from, until }
    }

    fn rows(&self, day: NaiveDate, slot: Slot) -> Option<Rows> {
        let first = seoul::midnight(day) + TimeDelta::hours(self.from.into());
        let last = seoul::midnight(day) + TimeDelta::hours(self.until.into());
        let row = |at: DateTime<Utc>| (at.clamp(first, last) - first).num_seconds();
        let (from, until) = (row(slot.starts_at).div_euclid(ROW), -(-row(slot.ends_at)).div_euclid(ROW));
        (from < until).then_some(Rows { from, count: until - from })
    }

    fn board(&self, sheet: &Sheet, groups: Vec<AnyView>) -> AnyView {
        let l = sheet.l;
        let hours: Vec<_> =
            (self.from..self.until).map(|hour| view! { <li>{format!("{hour:02}:00")}</li> }).collect();
        let axis = format!("calendar-axis hours-{}", self.until - self.from);
        view! {
            <div class="calendar-board" role="region" tabindex="0" aria-label=words::title(l) data-first=self.from.to_string()>
                <ol class=axis aria-hidden="true">{hours}</ol>
                {groups}
            </div>
        }
        .into_any()
    }

    fn group(&self, title: Option<AnyView>, columns: Vec<AnyView>) -> AnyView {
        let width = columns.len().min(4);
        let title = title.map(|title| view! { <h2 class="calendar-whole">{title}</h2> });
        view! {
            <section class=format!("calendar-group columns-{width}")>
                {title}
                <div class="calendar-columns">{columns}</div>
            </section>
        }
        .into_any()
    }

    fn column(
        &self,
        sheet: &Sheet,
        group: &Group<'_>,
        part: &space::Model,
        day: NaiveDate,
        title: AnyView,
    ) -> AnyView {
        let l = sheet.l;
        let entries: Vec<&Entry> = sheet.on(part.id, day).collect();
        let (lanes, width) = lanes(&entries);
        let mut lines: Vec<(DateTime<Utc>, AnyView)> = Vec::new();
        for (entry, lane) in entries.into_iter().zip(lanes) {
            lines.extend(self.lines(sheet, part, day, (entry, lane)));
        }
        for free in sheet.free_on(part.id, day) {
            lines.extend(self.free(sheet, part, day, free));
        }
        lines.sort_by_key(|line| line.0);
        let is_today = day == sheet.today();
        let now = Slot { starts_at: sheet.now, ends_at: sheet.now + TimeDelta::minutes(1) };
        let now = self.rows(day, now).filter(|_| is_today).map(|rows| {
            view! { <li class=format!("calendar-now from-{}", rows.from) aria-hidden="true"></li> }
        });
        let asks = sheet.may_ask_for(part.id);
        let new = asks.then(|| l.path(&format!("/studio/new?place={}", part.code)));
        let whole = group.whole.map(|whole| whole.code.clone());
        let list = format!("calendar-entries calendar-hours hours-{} lanes-{width}", self.until - self.from);
        let name = format!("{} {}", sheet.short_day(day), part.name_in(l));
        let nothing = lines.is_empty().then(|| view! { <p class="calendar-nothing">{words::nothing(l)}</p> });
        view! {
            <section
                class=if is_today { "calendar-column today" } else { "calendar-column" }
                data-day=day.to_string()
                data-place=part.code.clone()
                data-whole=whole
                data-new=new
                data-name=name
            >
                <h3>{title}{is_today.then(|| view! { <span class="calendar-today">{words::today(l)}</span> })}</h3>
                {nothing}
                <ol class=list>{lines.into_iter().map(|line| line.1).collect_view()}{now}</ol>
            </section>
        }
        .into_any()
    }

    /// An entry, and lighter before and after it the time in which it is set up and struck.
    fn lines(
        &self,
        sheet: &Sheet,
        part: &space::Model,
        day: NaiveDate,
        (entry, lane): (&Entry, Lane),
    ) -> Vec<(DateTime<Utc>, AnyView)> {
        let (slot, held) = (entry.slot, entry.held());
        let lane = lane.class();
        let margin = |from, until| {
            let rows = self.rows(day, Slot { starts_at: from, ends_at: until })?;
            let class = format!("calendar-margin {lane} {}", rows.class());
            let line = view! { <li class=class aria-hidden="true" data-id=entry.id.to_string()></li> };
            Some((from, line.into_any()))
        };
        let mut lines: Vec<_> = margin(held.starts_at, slot.starts_at).into_iter().collect();
        lines.extend(margin(slot.ends_at, held.ends_at));
        let Some(rows) = self.rows(day, slot) else { return lines };
        let movable = entry.alters && entry.holder == Holder::Booking;
        let alter = movable.then(|| sheet.l.path(&format!("/studio/{}/alter", entry.code)));
        let place = entry.space.and_then(|id| sheet.rules.tree.get(id)).map(|space| space.code.clone());
        let class = format!("{} {lane} {}", class(entry), rows.class());
        let quarters = |minutes: u16| minutes.div_ceil(15).to_string();
        let line = view! {
            <li
                class=class
                data-id=entry.id.to_string()
                data-asked=(entry.standing == Standing::Asked).then_some("")
                data-place=place
                data-alter=alter
                data-before=quarters(entry.margin.set_up)
                data-after=quarters(entry.margin.strike)
            >
                {sheet.entry(entry, Some(part.id))}
            </li>
        };
        lines.push((slot.starts_at, line.into_any()));
        lines
    }

    fn free(
        &self,
        sheet: &Sheet,
        part: &space::Model,
        day: NaiveDate,
        free: Slot,
    ) -> Option<(DateTime<Utc>, AnyView)> {
        let l = sheet.l;
        let rows = self.rows(day, free)?;
        let wish = Slot { ends_at: free.ends_at.min(free.starts_at + FIRST_WISH), ..free };
        let href = sheet.ask_path(part, wish);
        let span = format!("{}~{}", when::time(free.starts_at), when::time(free.ends_at));
        let line = view! {
            <li class=format!("calendar-free {}", rows.class())>
                <a href=href><span class="calendar-free-span">{words::free_span(l, span)}</span> " " {words::ask(l)}</a>
            </li>
        };
        Some((free.starts_at, line.into_any()))
    }
}

/// Where an entry stands where several are asked for at one time: beside each other.
#[derive(Clone, Copy)]
enum Lane {
    Whole,
    Number(usize),
}

impl Lane {
    fn class(self) -> String {
        match self {
            Self::Whole => "lane".into(),
            Self::Number(number) => format!("lane-{number}"),
        }
    }
}

/// More than that would be too narrow to read.
const MOST_LANES: usize = 4;

fn lanes(entries: &[&Entry]) -> (Vec<Lane>, usize) {
    let mut ends: Vec<DateTime<Utc>> = Vec::new();
    let mut lanes = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let held = entry.held();
        let alone =
            entries.iter().enumerate().all(|(other, it)| other == index || !it.held().overlaps(&held));
        let free = ends.iter().position(|end| *end <= held.starts_at).unwrap_or(ends.len());
        let lane = free.min(MOST_LANES - 1);
        if alone {
            lanes.push(Lane::Whole);
            continue;
        }
        match ends.get_mut(lane) {
            Some(end) => *end = held.ends_at,
            None => ends.push(held.ends_at),
        }
        lanes.push(Lane::Number(lane + 1));
    }
    (lanes, ends.len().max(1))
}
