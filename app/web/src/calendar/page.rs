//! The calendar by day, week, month and year, of all places or of one.

use axum::response::Response;
use chrono::{Datelike, Days, Months, NaiveDate};
use domain::seoul;
use domain::space::Use;
use domain::space::holiday::parse_day;
use leptos::prelude::*;

use super::entry::kind_word;
use super::sheet::Sheet;
use super::{CalendarDrag, board, table, year};
use crate::AppError;
use crate::ask::Ask;
use crate::ui::{
    Breadcrumb, Button, Choice, EmptyState, Form, Hidden, Input, LinkButton, Look, PageHead, Query, Select,
    Tab, Tabs,
};
use crate::when;
use crate::words::{Language, calendar as words};

#[derive(Clone, Copy, PartialEq, Eq)]
enum View {
    Day,
    Week,
    Month,
    Year,
}

const VIEWS: [View; 4] = [View::Day, View::Week, View::Month, View::Year];

impl View {
    fn code(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        }
    }

    fn word(self, l: Language) -> &'static str {
        match self {
            Self::Day => words::view_day(l),
            Self::Week => words::view_week(l),
            Self::Month => words::view_month(l),
            Self::Year => words::view_year(l),
        }
    }

    /// The first and the last day of the span that holds a day.
    fn span(self, on: NaiveDate) -> (NaiveDate, NaiveDate) {
        let first = match self {
            Self::Day => on,
            Self::Week => table::monday_of(on),
            Self::Month => on.with_day(1).unwrap_or(on),
            Self::Year => NaiveDate::from_ymd_opt(on.year(), 1, 1).unwrap_or(on),
        };
        (first, self.after(first) - Days::new(1))
    }

    fn after(self, first: NaiveDate) -> NaiveDate {
        match self {
            Self::Day => first + Days::new(1),
            Self::Week => first + Days::new(7),
            Self::Month => first + Months::new(1),
            Self::Year => first + Months::new(12),
        }
    }

    fn before(self, first: NaiveDate) -> NaiveDate {
        match self {
            Self::Day => first - Days::new(1),
            Self::Week => first - Days::new(7),
            Self::Month => first - Months::new(1),
            Self::Year => first - Months::new(12),
        }
    }

    fn title(self, l: Language, first: NaiveDate) -> String {
        match self {
            Self::Day => when::day(l, first),
            Self::Week => when::days(l, first, first + Days::new(6)),
            Self::Month => when::month(l, first),
            Self::Year => words::year(l, first.year()),
        }
    }
}

impl Sheet {
    /// The address of another view of the same place, without the language.
    pub fn link(&self, view: &str, on: NaiveDate) -> String {
        let place = self.place.as_ref().map(|place| format!("&place={}", place.code)).unwrap_or_default();
        format!("/calendar?view={view}{place}&on={on}")
    }
}

/// `GET /calendar?view=&place=&on=`. What it doesn't understand narrows nothing.
pub async fn page(ask: Ask, Query(query): Query) -> Result<Response, AppError> {
    let l = ask.language;
    let view = VIEWS.into_iter().find(|view| view.code() == query.text("view")).unwrap_or(View::Week);
    let today = seoul::day(ask.centre.clock().now());
    let on = parse_day(query.text("on")).unwrap_or(today);
    let (first, last) = view.span(on);
    let sheet = Sheet::load(&ask, query.text("place"), first, last).await?;
    let title = view.title(l, first);
    let caption = words::caption(l, &title);
    let days: Vec<NaiveDate> = first.iter_days().take_while(|day| *day <= last).collect();
    let body = match view {
        _ if sheet.groups().is_empty() => view! { <EmptyState title=words::no_places(l)/> }.into_any(),
        View::Day => board::day(&sheet, first),
        View::Week if sheet.place.is_some() => board::week(&sheet, &days),
        View::Week => table::week(&sheet, &days, caption),
        View::Month => table::month(&sheet, first, caption),
        View::Year => year::year(&ask, &sheet, first.year(), caption).await?,
    };
    let on_board = view == View::Day || (view == View::Week && sheet.place.is_some());
    let asks = sheet.groups().iter().any(|group| group.parts.iter().any(|part| sheet.may_ask_for(part.id)));
    let empty = sheet.entries.is_empty() && !on_board && view != View::Year;
    let heading = format!("{} {title}", words::title(l));
    Ok(ask.page(&heading, || {
        view! {
            <Breadcrumb l=l here=words::title(l)/>
            <PageHead title=words::title(l) lead=words::lead(l)>
                <LinkButton href=l.path("/calendar/free") look=Look::Secondary small=true>{words::find_free(l)}</LinkButton>
            </PageHead>
            {tools(&sheet, view, on)}
            <h2 class="section-title calendar-title">{title}</h2>
            {steps(&sheet, view, first)}
            {empty.then(|| view! { <EmptyState title=words::empty(l)/> })}
            {(!empty).then_some(body)}
            {(on_board && asks).then(|| view! { <CalendarDrag l=l/> })}
            {(view != View::Year).then(|| legend(l, on_board && asks))}
        }
    }))
}

/// Which view, and of which place.
fn tools(sheet: &Sheet, view: View, on: NaiveDate) -> impl IntoView + use<> {
    let l = sheet.l;
    let tab = |it: View| Tab {
        label: it.word(l).to_owned(),
        href: l.path(&sheet.link(it.code(), on)),
        current: it == view,
    };
    let places =
        sheet.rules.tree.all().iter().map(|space| Choice::new(&space.code, space.name_in(l))).collect();
    let place = sheet.place.as_ref().map(|place| place.code.clone()).unwrap_or_default();
    view! {
        <div class="calendar-tools">
            <Tabs label=words::views(l) tabs=VIEWS.map(tab).into()/>
            <Form l=l action=l.path("/calendar") get=true input=Input::new([("place", place)])>
                <Hidden name="view" value=view.code()/>
                <Hidden name="on" value=on.to_string()/>
                <div class="filters">
                    <Select name="place" label=words::place(l) choices=places none=words::all_places(l)/>
                    <Button look=Look::Secondary>{words::show(l)}</Button>
                </div>
            </Form>
        </div>
    }
}

fn steps(sheet: &Sheet, view: View, first: NaiveDate) -> impl IntoView + use<> {
    let l = sheet.l;
    let step = |on: NaiveDate, word: &'static str| {
        let label = format!("{word}: {}", view.title(l, on));
        let href = l.path(&sheet.link(view.code(), on));
        view! { <a class="krds-btn tertiary medium" href=href aria-label=label>{word}</a> }
    };
    let today = sheet.today();
    let is_now = view.span(today).0 == first;
    let now = l.path(&sheet.link(view.code(), today));
    view! {
        <nav class="calendar-steps" aria-label=words::steps(l)>
            {step(view.before(first), words::before(l))}
            <a class="krds-btn tertiary medium" href=now aria-current=is_now.then_some("date")>{words::today(l)}</a>
            {step(view.after(first), words::after(l))}
        </nav>
    }
}

/// What the patterns mean, each beside its word.
fn legend(l: Language, asks: bool) -> impl IntoView {
    let sample = |class: &'static str, word: &'static str| {
        view! { <li><span class=class aria-hidden="true"></span> {word}</li> }
    };
    let kinds = [
        ("entry entry-class", kind_word(l, Use::Class)),
        ("entry entry-recording", kind_word(l, Use::Recording)),
        ("entry entry-live", kind_word(l, Use::Live)),
        ("entry entry-other", kind_word(l, Use::Other)),
        ("entry entry-other entry-asked", words::standing_asked(l)),
        ("calendar-margin", words::margins(l)),
    ];
    let free = asks.then_some(("calendar-free", words::free(l)));
    let samples: Vec<_> = kinds.into_iter().chain(free).map(|(class, word)| sample(class, word)).collect();
    view! {
        <section class="calendar-legend" aria-label=words::legend(l)><ul>{samples}</ul></section>
    }
}
