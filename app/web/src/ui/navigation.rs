//! Finding one's way: where one is, what is beside it, how far one has come.

use super::icon::{Glyph, Icon};
use crate::words;
use domain::language::Language;
use leptos::prelude::*;

/// A step on the way from the front page to this one.
pub struct Crumb {
    label: String,
    href: String,
}

impl Crumb {
    /// `path` is without the language's prefix.
    pub fn new(l: Language, label: impl Into<String>, path: &str) -> Self {
        Self { label: label.into(), href: l.path(path) }
    }
}

/// The way from the front page to this one; `here` is the page itself and no link.
#[component]
pub fn Breadcrumb(
    l: Language,
    #[prop(optional)] way: Vec<Crumb>,
    #[prop(into)] here: String,
) -> impl IntoView {
    let way: Vec<_> = way
        .into_iter()
        .map(|crumb| view! { <li><a class="txt" href=crumb.href>{crumb.label}</a></li> })
        .collect();
    view! {
        <nav class="krds-breadcrumb-wrap" aria-label=words::ui::breadcrumb(l)>
            <ol class="breadcrumb">
                <li class="home"><a class="txt" href=l.path("/")>{words::ui::home(l)}</a></li>
                {way}
                <li aria-current="page"><span class="txt">{here}</span></li>
            </ol>
        </nav>
    }
}

/// The page's title; its children stand beside it, as buttons for the whole page do.
#[component]
pub fn PageHead(
    #[prop(into)] title: String,
    /// A sentence below it that says what the page is for.
    #[prop(optional, into)]
    lead: String,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="page-head">
            <div>
                <h1 class="page-title">{title}</h1>
                {(!lead.is_empty()).then(|| view! { <p class="page-lead">{lead}</p> })}
            </div>
            {children.map(|children| view! { <div class="page-actions">{children()}</div> })}
        </div>
    }
}

/// How far one has come in something done in several steps; `current` counts from 0.
#[component]
pub fn StepIndicator(l: Language, steps: Vec<String>, current: usize) -> impl IntoView {
    let draw = |(index, title): (usize, String)| {
        let (class, state) = match index.cmp(&current) {
            std::cmp::Ordering::Less => ("done", Some(words::ui::step_done(l))),
            std::cmp::Ordering::Equal => ("active", Some(words::ui::step_current(l))),
            std::cmp::Ordering::Greater => ("", None),
        };
        view! {
            <li class=class aria-current=(index == current).then_some("step")>
                <span>
                    {state.map(|state| view! { <em class="sr-only">{state}</em> })}
                    <i class="step">{words::ui::step(l, index + 1)}</i>
                    <span class="step-tit">{title}</span>
                </span>
            </li>
        }
    };
    let now = words::ui::step_now(l, steps.len(), current + 1, &steps[current]);
    view! {
        <ol class="krds-step-wrap">{steps.into_iter().enumerate().map(draw).collect_view()}</ol>
        <p class="step-now" aria-hidden="true">{now}</p>
    }
}

/// A tab that is a page of its own.
pub struct Tab {
    pub label: String,
    pub href: String,
    pub current: bool,
}

/// Pages beside each other, as links that look like tabs.
#[component]
pub fn Tabs(
    /// What the tabs divide, for screen readers.
    #[prop(into)]
    label: String,
    tabs: Vec<Tab>,
) -> impl IntoView {
    let draw = |tab: Tab| {
        let current = tab.current.then_some("page");
        view! {
            <li class=if tab.current { "active" } else { "" }>
                <a class="btn-tab" href=tab.href aria-current=current>{tab.label}</a>
            </li>
        }
    };
    view! {
        <nav class="tab line" aria-label=label>
            <ul>{tabs.into_iter().map(draw).collect_view()}</ul>
        </nav>
    }
}

/// The pages of a long list, counted from 1; `href` gives the URL of one. Nothing where there is only one page.
#[component]
pub fn Pagination<F>(l: Language, current: usize, pages: usize, href: F) -> impl IntoView
where
    F: Fn(usize) -> String,
{
    if pages < 2 {
        return ().into_any();
    }
    let near = |page: usize| page == 1 || page == pages || page.abs_diff(current) <= 1;
    let shown: Vec<usize> = (1..=pages).filter(|page| near(*page)).collect();
    let draw = |index: usize| {
        let page = shown[index];
        let gap = index > 0 && shown[index - 1] + 1 < page;
        let here = (page == current).then_some("page");
        let class = if page == current { "page-link active" } else { "page-link" };
        view! {
            {gap.then(|| view! { <span class="page-link link-dot" aria-hidden="true"></span> })}
            <a class=class href=href(page) aria-current=here>{page}</a>
        }
    };
    let links: Vec<_> = (0..shown.len()).map(draw).collect();
    let step = |page: usize, class: &'static str, label: &'static str| {
        (1..=pages).contains(&page).then(|| view! { <a class=class href=href(page)>{label}</a> })
    };
    view! {
        <nav class="krds-pagination" aria-label=words::ui::pages(l)>
            {step(current - 1, "page-navi prev", words::ui::page_before(l))}
            <div class="page-links">{links}</div>
            {step(current + 1, "page-navi next", words::ui::page_after(l))}
        </nav>
    }
    .into_any()
}

/// What is shown when asked for: the browser's own `details`.
#[component]
pub fn Disclosure(
    #[prop(into)] summary: String,
    #[prop(optional)] open: bool,
    children: Children,
) -> impl IntoView {
    view! {
        <details class="krds-disclosure" open=open>
            <summary><Icon glyph=Glyph::Arrow/> {summary}</summary>
            <div class="expand-in">{children()}</div>
        </details>
    }
}
