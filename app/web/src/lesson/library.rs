//! The library: every recorded lesson that one may see, by course.

use axum::response::Response;
use domain::course::Category;
use domain::course::reader::Reader;
use domain::lesson::store::{self, Filter, Listed};
use leptos::prelude::*;

use super::list::{item, progress};
use crate::AppError;
use crate::ask::Ask;
use crate::course::category_word;
use crate::ui::{
    Breadcrumb, Button, Choice, EmptyState, Form, Input, LinkButton, Look, PageHead, Query, SearchBox,
    Select, StructuredList,
};
use crate::words::{Language, lesson as words};

/// `GET /lessons?q=&category=`. What it doesn't understand narrows nothing.
pub async fn library(ask: Ask, Query(query): Query) -> Result<Response, AppError> {
    let l = ask.language;
    let filter =
        Filter { words: query.text("q").to_owned(), category: Category::parse(query.text("category")) };
    let reader = Reader::of(&ask.centre, ask.viewer.as_ref()).await?;
    let found = store::library(&ask.centre, &reader, &filter).await?;
    let progress = progress(&ask).await?;
    let stranger = ask.viewer.is_none().then(|| ask.sign_in_path());
    Ok(ask.page(words::title(l), move || {
        let courses: Vec<_> = found
            .chunk_by(|one, other| one.course.id == other.course.id)
            .map(|lessons: &[Listed]| {
                let draw = |it: &Listed| item(l, &it.lesson, progress.get(&it.lesson.id));
                let items: Vec<_> = lessons.iter().map(draw).collect();
                let title = crate::course::title(l, &lessons[0].course);
                view! {
                    <h2 class="section-title">{title}</h2>
                    <StructuredList>{items}</StructuredList>
                }
            })
            .collect();
        view! {
            <Breadcrumb l=l here=words::title(l)/>
            <PageHead title=words::title(l) lead=words::lead(l)/>
            {search(l, query)}
            <p class="list-count" role="status">{words::count(l, found.len())}</p>
            {if courses.is_empty() {
                view! {
                    <EmptyState title=words::none(l)>
                        <p>{words::none_hint(l)}</p>
                        <LinkButton href=l.path("/lessons") look=Look::Secondary>{words::clear(l)}</LinkButton>
                    </EmptyState>
                }.into_any()
            } else {
                courses.into_any()
            }}
            {stranger.map(|path| view! { <p><a href=path>{words::sign_in_for_more(l)}</a></p> })}
        }
    }))
}

fn search(l: Language, query: Input) -> impl IntoView {
    let categories =
        Category::ALL.iter().map(|one| Choice::new(one.as_str(), category_word(l, *one))).collect();
    view! {
        <Form l=l action=l.path("/lessons") get=true input=query>
            <SearchBox name="q" label=words::search(l)/>
            <div class="filters">
                <Select name="category" label=words::category(l) choices=categories none=words::all(l)/>
                <Button look=Look::Secondary>{words::filter(l)}</Button>
            </div>
        </Form>
    }
}
