//! The hours an instructor has taught in a month, to be signed for pay.

use axum::extract::Path;
use axum::response::Response;
use chrono::{Months, NaiveDate};
use domain::attendance::paper::{Held, HoursOf, taught};
use domain::course::hours_text;
use domain::course::store::list_instructors;
use leptos::prelude::*;
use uuid::Uuid;

use crate::AppError;
use crate::ask::Ask;
use crate::course::title;
use crate::ui::{
    Breadcrumb, Button, Cell, Choice, Column, Crumb, EmptyState, Form, Input, LinkButton, Look, PageHead,
    Query, Select, Table,
};
use crate::when;
use crate::words::{Language, course, paper as words};

/// `GET /manage/taught/{month}?instructor=`: an instructor's own, or whose a training manager chooses.
pub async fn page(ask: Ask, Path(month): Path<String>, Query(query): Query) -> Result<Response, AppError> {
    let (l, viewer) = (ask.language, ask.signed_in()?);
    let first: NaiveDate = format!("{month}-01").parse().map_err(|_| AppError::NotFound)?;
    let instructors = match viewer.training_manager() {
        Ok(_) => list_instructors(ask.centre.database()).await?,
        Err(_) => Vec::new(),
    };
    let asked: Option<Uuid> = query.text("instructor").parse().ok();
    let chosen = asked.or(instructors.first().map(|(id, _)| *id)).unwrap_or(viewer.id());
    let taught = taught(&ask.centre, &HoursOf::new(viewer, chosen)?, first).await?;
    let heading = words::taught_of(l, when::month(l, first));
    Ok(ask.page(&heading.clone(), || {
        let choices: Vec<Choice> =
            instructors.iter().map(|(id, name)| Choice::new(id.to_string(), name)).collect();
        let input = Input::new([("instructor", chosen.to_string())]);
        let link = |first: Option<NaiveDate>| {
            let month = first.unwrap_or_default().format("%Y-%m").to_string();
            l.path(&format!("/manage/taught/{month}?instructor={chosen}"))
        };
        let (earlier, later) =
            (link(first.checked_sub_months(Months::new(1))), link(first.checked_add_months(Months::new(1))));
        let rows: Vec<Vec<Cell>> = taught.held.iter().map(|held| row(l, held)).collect();
        let columns = vec![
            Column::text(words::when(l)),
            Column::text(words::course(l)),
            Column::text(words::class(l)),
            Column::number(words::hours(l)),
        ];
        let total = words::total(l, taught.held.len(), hours_text(taught.total()));
        view! {
            <Breadcrumb l=l way=vec![Crumb::new(l, course::runs(l), "/manage/runs")] here=words::month_papers(l)/>
            <div class="paper">
                <PageHead title=heading lead=words::taught_lead(l, &taught.name)/>
                <p class="actions">
                    <LinkButton href=earlier look=Look::Tertiary small=true>{words::earlier(l)}</LinkButton>
                    <LinkButton href=later look=Look::Tertiary small=true>{words::later(l)}</LinkButton>
                </p>
                {(!choices.is_empty()).then(|| view! {
                    <div class="page-actions">
                        <Form l=l action=l.path(&format!("/manage/taught/{month}")) get=true input=input>
                            <Select name="instructor" label=words::of_instructor(l) choices=choices/>
                            <Button look=Look::Secondary small=true>{words::show(l)}</Button>
                        </Form>
                    </div>
                })}
                {match rows.is_empty() {
                    true => view! { <EmptyState title=words::taught_empty(l)/> }.into_any(),
                    false => view! {
                        <Table caption=words::month_papers(l) hidden_caption=true columns=columns rows=rows/>
                        <p class="paper-total">{total}</p>
                        <p>{words::confirm(l)}</p>
                        <p class="paper-sign">{words::sign(l)}</p>
                        <p class="paper-sign">{words::sign_office(l)}</p>
                    }
                    .into_any(),
                }}
            </div>
        }
    }))
}

fn row(l: Language, held: &Held) -> Vec<Cell> {
    let class = &held.class;
    vec![
        when::span(l, class.starts_at, class.ends_at).into_any(),
        format!("{} ({})", title(l, &held.course), held.run.code).into_any(),
        words::class_number(l, class.number).into_any(),
        hours_text(class.minutes.unsigned_abs()).into_any(),
    ]
}
