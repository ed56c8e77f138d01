//! What the survey of a run says, for who runs it.

use axum::extract::Path;
use axum::response::Response;
use domain::decimal;
use domain::survey::store::{self, Results, Said, SaidTo};
use domain::survey::{FEWEST_ANSWERS, Kind, MOST_POINTS};
use leptos::prelude::*;

use super::question;
use crate::AppError;
use crate::ask::Ask;
use crate::course::{find_to_edit, title};
use crate::ui::{
    Alert, Breadcrumb, Cell, Column, Crumb, EmptyState, LinkButton, Look, PageHead, Table, Tone,
};
use crate::when;
use crate::words::{Language, course, survey as words};

/// `GET /manage/runs/{code}/survey`
pub async fn page(ask: Ask, Path(code): Path<String>) -> Result<Response, AppError> {
    let l = ask.language;
    let (view, editor) = find_to_edit(&ask, &code).await?;
    let results = store::results(&ask.centre, &editor).await?;
    let manages = ask.signed_in()?.training_manager().is_ok();
    let heading = words::results_of(l, title(l, &view.course), &view.run.code);
    Ok(ask.page(&heading.clone(), || {
        let path = format!("/manage/runs/{code}");
        let way = vec![Crumb::new(l, course::runs(l), "/manage/runs"), Crumb::new(l, code.clone(), &path)];
        view! {
            <Breadcrumb l=l way=way here=words::title(l)/>
            <PageHead title=heading>
                {manages.then(|| view! {
                    <LinkButton href=l.path("/manage/survey") look=Look::Tertiary small=true>{words::edit_form(l)}</LinkButton>
                })}
            </PageHead>
            {match &results {
                None => view! { <EmptyState title=words::no_class(l)/> }.into_any(),
                Some(results) => said(l, results),
            }}
        }
    }))
}

fn said(l: Language, results: &Results) -> AnyView {
    let answered = words::answered(l, results.places, results.answered);
    let not_shown = |why: String| {
        view! { <p>{answered.clone()}</p> <Alert l=l tone=Tone::Information><p>{why}</p></Alert> }.into_any()
    };
    let questions = match &results.said {
        Said::GoingOn => {
            return not_shown(words::going_on(l, when::moment(l, results.span.until), FEWEST_ANSWERS));
        }
        Said::TooFew => return not_shown(words::too_few(l, FEWEST_ANSWERS)),
        Said::All(questions) => questions,
    };
    let of_kind = |kind: Kind| questions.iter().filter(move |said| said.question.kind == kind);
    let rows = of_kind(Kind::Points).map(|said| row(l, said)).collect();
    let points = (1..=MOST_POINTS).rev().map(|points| Column::number(words::points(l, points)));
    let columns =
        [Column::text(words::question(l)), Column::number(words::mean(l))].into_iter().chain(points);
    let words: Vec<_> = of_kind(Kind::Words).map(|said| words_of(l, said)).collect();
    view! {
        <p>{answered}</p>
        <Table caption=words::title(l) hidden_caption=true columns=columns.collect() rows=rows/>
        {words}
    }
    .into_any()
}

fn row(l: Language, said: &SaidTo) -> Vec<Cell> {
    let mean = said.spread.mean().map_or_else(|| "–".to_owned(), decimal::text);
    let people = said.spread.0.iter().rev().map(|people| people.to_string().into_any());
    [question(l, &said.question).into_any(), mean.into_any()].into_iter().chain(people).collect()
}

fn words_of(l: Language, said: &SaidTo) -> impl IntoView + use<> {
    let lines: Vec<_> =
        said.words.iter().map(|words| view! { <li class="survey-words">{words.clone()}</li> }).collect();
    let body = match lines.is_empty() {
        true => view! { <p>{words::nobody(l)}</p> }.into_any(),
        false => view! { <ul class="bullets">{lines}</ul> }.into_any(),
    };
    view! {
        <section>
            <h2 class="section-title">{question(l, &said.question)}</h2>
            {body}
        </section>
    }
}
