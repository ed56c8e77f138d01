//! Many things of one kind: structured lists, tables, and facts with their names.

use leptos::prelude::*;

/// A fact about something: what it is called, and what it is.
pub struct Fact {
    term: String,
    value: AnyView,
}

impl Fact {
    pub fn new(term: impl Into<String>, value: impl IntoAny) -> Self {
        Self { term: term.into(), value: value.into_any() }
    }
}

fn facts(class: &'static str, facts: Vec<Fact>) -> impl IntoView {
    let lines: Vec<_> = facts
        .into_iter()
        .map(|fact| view! { <div class="fact"><dt>{fact.term}</dt><dd>{fact.value}</dd></div> })
        .collect();
    (!lines.is_empty()).then(|| view! { <dl class=class>{lines}</dl> })
}

/// Facts below each other, names on the left where there is room.
#[component]
pub fn DescriptionList(items: Vec<Fact>) -> impl IntoView {
    facts("description-list", items)
}

/// A list of things that each have a page of their own, such as the catalogue; holds `StructuredItem`s.
#[component]
pub fn StructuredList(children: Children) -> impl IntoView {
    view! { <ul class="krds-structured-list">{children()}</ul> }
}

/// One thing of a structured list: badges, a title that leads to its page, facts, and on the right what can be done.
#[component]
pub fn StructuredItem(
    #[prop(into)] href: String,
    #[prop(into)] title: String,
    /// The `Badge`s above the title.
    #[prop(optional, into)]
    badges: Option<AnyView>,
    #[prop(optional)] items: Vec<Fact>,
    /// What stands at the end: places left, a `LinkButton`.
    #[prop(optional, into)]
    action: Option<AnyView>,
    /// A sentence or two below the title.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <li class="structured-item">
            <div class="structured-body">
                {badges.map(|badges| view! { <div class="krds-badge-wrap">{badges}</div> })}
                <h2 class="structured-title"><a href=href>{title}</a></h2>
                {children.map(|children| view! { <div class="structured-text">{children()}</div> })}
                {facts("structured-facts", items)}
            </div>
            {action.map(|action| view! { <div class="structured-action">{action}</div> })}
        </li>
    }
}

/// A column of a table.
pub struct Column {
    title: String,
    class: &'static str,
}

impl Column {
    pub fn text(title: impl Into<String>) -> Self {
        Self { title: title.into(), class: "" }
    }

    /// Numbers stand below each other, on the right.
    pub fn number(title: impl Into<String>) -> Self {
        Self { title: title.into(), class: "number" }
    }
}

/// What stands in one field of a table; anything becomes one with `.into_any()`.
pub type Cell = AnyView;

/// A KRDS table; the first cell of a row names the row.
///
/// On a phone a row becomes a card with the columns' titles in it, unless the table is a `grid`, which keeps its form
/// and scrolls sideways in its own frame. The roles keep it a table for screen readers in either form.
#[component]
pub fn Table(
    #[prop(into)] caption: String,
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
    /// Only for screen readers, where a heading above already says it.
    #[prop(optional)]
    hidden_caption: bool,
    #[prop(optional)] grid: bool,
) -> impl IntoView {
    let head: Vec<_> = columns
        .iter()
        .map(|column| {
            let title = column.title.clone();
            view! { <th scope="col" role="columnheader" class=column.class>{title}</th> }
        })
        .collect();
    let draw = |(index, (cell, column)): (usize, (Cell, &Column))| {
        if index == 0 {
            view! { <th scope="row" role="rowheader" class=column.class>{cell}</th> }.into_any()
        } else {
            let title = column.title.clone();
            view! { <td role="cell" class=column.class data-label=title>{cell}</td> }.into_any()
        }
    };
    let rows: Vec<_> = rows
        .into_iter()
        .map(|row| row.into_iter().zip(&columns).enumerate().map(draw).collect_view())
        .map(|cells| view! { <tr role="row">{cells}</tr> })
        .collect();
    let frame = grid.then(|| ("region", "0", caption.clone()));
    view! {
        <div
            class=if grid { "krds-table-wrap grid" } else { "krds-table-wrap cards" }
            role=frame.as_ref().map(|frame| frame.0)
            tabindex=frame.as_ref().map(|frame| frame.1)
            aria-label=frame.map(|frame| frame.2)
        >
            <table class="tbl col data" role="table">
                <caption class=hidden_caption.then_some("sr-only")>{caption}</caption>
                <thead role="rowgroup"><tr role="row">{head}</tr></thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        </div>
    }
}

/// What a list says when it holds nothing, and in its children where to go from here.
#[component]
pub fn EmptyState(
    #[prop(into)] title: String,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty-state">
            <p class="empty-state-title">{title}</p>
            {children.map(|children| children())}
        </div>
    }
}
