//! The catalogue: search, filters in the URL, runs by opening time.

use axum::response::Response;
use domain::course::store::{self, Filter, RunLine, When};
use domain::course::{Category, Mode, Window};
use domain::seoul;
use domain::space::store::tree;
use leptos::prelude::*;

use super::{badges, category_word, mode_word, selection_word, title};
use crate::AppError;
use crate::ask::Ask;
use crate::ui::{
    Breadcrumb, Button, Choice, EmptyState, Fact, Form, Input, LinkButton, Look, PageHead, Pagination, Query,
    SearchBox, Select, StructuredItem, StructuredList,
};
use crate::when;
use crate::words::{Language, catalogue as words};

const PAGE: u64 = 12;

/// `GET /courses?q=&category=&place=&mode=&when=&window=&page=`. What it doesn't understand narrows nothing.
pub async fn catalogue(ask: Ask, Query(query): Query) -> Result<Response, AppError> {
    let l = ask.language;
    let page: u64 = query.text("page").parse().unwrap_or(1).clamp(1, 10_000);
    let filter = Filter {
        words: query.text("q").to_owned(),
        category: Category::parse(query.text("category")),
        space: Some(query.text("place").to_owned()).filter(|code| !code.is_empty()),
        mode: Mode::parse(query.text("mode")),
        when: When::parse(query.text("when")),
        window: Window::parse(query.text("window")),
    };
    let found = store::list_runs(&ask.centre, &filter, ask.viewer.as_ref(), page - 1, PAGE).await?;
    let tree = tree(&ask.centre).await?;
    let rooms = tree.all().iter().filter(|space| space.holds_classes());
    let rooms: Vec<Choice> = rooms.map(|room| Choice::new(&room.code, room.name_in(l))).collect();
    let pages = usize::try_from(found.total.div_ceil(PAGE)).unwrap_or(1);
    let here = usize::try_from(page).unwrap_or(1);
    let page = ask.page(words::title(l), move || {
        let link = {
            let query = query.clone();
            move |page: usize| l.path(&page_path(&query, page))
        };
        view! {
            <Breadcrumb l=l here=words::title(l)/>
            <PageHead title=words::title(l) lead=words::lead(l)/>
            {search(l, query, rooms)}
            <p class="list-count" role="status">{words::count(l, found.total)}</p>
            {if found.lines.is_empty() {
                view! {
                    <EmptyState title=words::none(l)>
                        <p>{words::none_hint(l)}</p>
                        <LinkButton href=l.path("/courses") look=Look::Secondary>{words::clear(l)}</LinkButton>
                    </EmptyState>
                }.into_any()
            } else {
                view! { <StructuredList>{found.lines.iter().map(|line| item(l, line)).collect_view()}</StructuredList> }
                    .into_any()
            }}
            <Pagination l=l current=here pages=pages href=link/>
        }
    });
    ask.kept(page).await
}

fn page_path(query: &Input, page: usize) -> String {
    let names = ["q", "category", "place", "mode", "when", "window"];
    let mut fields: Vec<(&str, String)> = names
        .map(|name| (name, query.text(name).to_owned()))
        .into_iter()
        .filter(|field| !field.1.is_empty())
        .collect();
    if page > 1 {
        fields.push(("page", page.to_string()));
    }
    match serde_urlencoded::to_string(fields).unwrap_or_default() {
        fields if fields.is_empty() => "/courses".into(),
        fields => format!("/courses?{fields}"),
    }
}

fn search(l: Language, query: Input, rooms: Vec<Choice>) -> impl IntoView {
    let categories =
        Category::ALL.iter().map(|one| Choice::new(one.as_str(), category_word(l, *one))).collect();
    let modes = Mode::ALL.iter().map(|one| Choice::new(one.as_str(), mode_word(l, *one))).collect();
    let times = vec![
        Choice::new(When::Evening.as_str(), words::evening(l)),
        Choice::new(When::Weekend.as_str(), words::weekend(l)),
    ];
    let windows = vec![
        Choice::new(Window::Open.as_str(), words::window_open(l)),
        Choice::new(Window::Soon.as_str(), words::window_soon(l)),
    ];
    let all = words::all(l);
    view! {
        <Form l=l action=l.path("/courses") get=true input=query>
            <SearchBox name="q" label=words::search(l)/>
            <div class="filters">
                <Select name="window" label=words::window(l) choices=windows none=all/>
                <Select name="category" label=words::category(l) choices=categories none=all/>
                <Select name="place" label=words::place(l) choices=rooms none=all/>
                <Select name="mode" label=words::mode(l) choices=modes none=all/>
                <Select name="when" label=words::time(l) choices=times none=all/>
                <Button look=Look::Secondary>{words::filter(l)}</Button>
            </div>
        </Form>
    }
}

/// One run in a list.
pub(super) fn item(l: Language, line: &RunLine) -> impl IntoView + use<> {
    let code = line.run.code.clone();
    let mut facts = Vec::new();
    if let (Some(first), Some(last)) = (line.first, line.last) {
        facts.push(Fact::new(words::dates(l), when::days(l, seoul::day(first), seoul::day(last))));
    }
    if let Some(space) = &line.space {
        facts.push(Fact::new(words::place(l), space.name_in(l)));
    }
    if let (Some(from), Some(until)) = (line.run.apply_from, line.run.apply_until) {
        facts.push(Fact::new(words::window(l), when::span(l, from, until)));
    }
    facts.push(Fact::new(words::selection(l), selection_word(l, line.run.selection)));
    let title = format!("{} ({code})", title(l, &line.course));
    let action =
        (line.run.enrolled.is_none() && line.window != Window::Closed).then(|| places(l, line).into_any());
    view! {
        <StructuredItem
            href=l.path(&format!("/courses/{code}"))
            title=title
            badges=badges(l, line).into_any()
            items=facts
            action=action.unwrap_or_else(|| ().into_any())
        />
    }
}

fn places(l: Language, line: &RunLine) -> impl IntoView + use<> {
    let left = line.people.left();
    let waiting = (left == 0).then(|| view! { <p>{words::waiting(l, line.people.waiting)}</p> });
    view! {
        <p class="places-left">{words::left(l)} " " <strong>{left}</strong> {format!(" / {}", line.people.places)}</p>
        {waiting}
    }
}
