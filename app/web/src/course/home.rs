//! The front page: what can be applied for now, what opens next, and how it is done.

use axum::response::Response;
use domain::course::Window;
use domain::course::store::{self, Filter};
use leptos::prelude::*;

use super::catalogue::item;
use crate::AppError;
use crate::ask::Ask;
use crate::ui::{EmptyState, Form, LinkButton, Look, SearchBox, StructuredList};
use crate::words::{Language, catalogue as words};

/// How many runs of each kind the front page shows.
const SOME: u64 = 4;

/// `GET /`
pub async fn home(ask: Ask) -> Result<Response, AppError> {
    let l = ask.language;
    let list = async |window| {
        let filter = Filter { window: Some(window), ..Filter::default() };
        store::list_runs(&ask.centre, &filter, ask.viewer.as_ref(), 0, SOME).await
    };
    let (open, soon) = (list(Window::Open).await?, list(Window::Soon).await?);
    let phone = ask.centre.settings().phone.clone();
    let page = ask.page("", move || {
        view! {
            <div class="hero">
                <h1 class="page-title">{words::hero(l)}</h1>
                <p class="page-lead">{words::hero_lead(l)}</p>
                <Form l=l action=l.path("/courses") get=true><SearchBox name="q" label=words::search(l)/></Form>
            </div>
            {section(l, words::open_now(l), words::all_open(l), "/courses?window=open", words::none_open(l), open)}
            {section(l, words::opening_soon(l), words::all_soon(l), "/courses?window=soon", words::none_soon(l), soon)}
            <section aria-labelledby="how-title">
                <h2 class="section-title" id="how-title">{words::how(l)}</h2>
                <ol class="how">
                    <li><strong>{words::how_find(l)}</strong> <p>{words::how_find_text(l)}</p></li>
                    <li><strong>{words::how_seat(l)}</strong> <p>{words::how_seat_text(l)}</p></li>
                    <li><strong>{words::how_come(l)}</strong> <p>{words::how_come_text(l)}</p></li>
                </ol>
                {(!phone.is_empty()).then(|| view! { <p class="call">{words::call(l, phone)}</p> })}
            </section>
        }
    });
    ask.kept(page).await
}

fn section(
    l: Language,
    title: &'static str,
    more: &'static str,
    path: &str,
    none: &'static str,
    found: store::Listing,
) -> impl IntoView + use<> {
    let id = path.rsplit('=').next().unwrap_or_default().to_owned();
    let labelled = id.clone();
    let rest = (found.total > SOME).then(|| {
        view! { <div class="actions"><LinkButton href=l.path(path) look=Look::Secondary>{more}</LinkButton></div> }
    });
    view! {
        <section aria-labelledby=labelled>
            <h2 class="section-title" id=id>{title}</h2>
            {if found.lines.is_empty() {
                view! { <EmptyState title=none/> }.into_any()
            } else {
                view! { <StructuredList>{found.lines.iter().map(|line| item(l, line)).collect_view()}</StructuredList> }
                    .into_any()
            }}
            {rest}
        </section>
    }
}
