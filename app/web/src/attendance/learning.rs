//! The hours of learning that staff are credited with: one's own, and the office's figures by department and grade.

use axum::http::StatusCode;
use axum::response::Response;
use chrono::Datelike;
use domain::attendance::learning::{self, Credit, POST_MAX, Post, PostHours, Staff};
use domain::course::{Line, hours_text};
use domain::seoul;
use leptos::prelude::*;

use crate::AppError;
use crate::ask::Ask;
use crate::course::title;
use crate::ui::{
    Alert, Breadcrumb, Button, Cell, Choice, Column, Crumb, EmptyState, Form, Input, Look, PageHead,
    Problems, Query, Select, Table, TextInput, Tone,
};
use crate::words::{Language, course, paper as words, registration};

/// `GET /my/learning`
pub async fn mine(ask: Ask, Query(query): Query) -> Result<Response, AppError> {
    let done = (query.text("done") == "saved").then(|| words::done_post(ask.language));
    draw_mine(&ask, StatusCode::OK, None, Problems::default(), done).await
}

/// `POST /my/learning`: where one works.
pub async fn set_post(ask: Ask, input: Input) -> Result<Response, AppError> {
    let l = ask.language;
    let who = Staff::new(ask.signed_in()?)?;
    let line = |name: &str| Line::parse(input.text(name), POST_MAX);
    match (line("department"), line("grade")) {
        (Some(department), Some(grade)) => {
            learning::set_post(&ask.centre, &who, &Post { department, grade }).await?;
            Ok(ask.see_other("/my/learning?done=saved"))
        }
        (department, grade) => {
            let mut problems = Problems::default();
            for (field, is_wrong) in [("department", department.is_none()), ("grade", grade.is_none())] {
                if is_wrong {
                    problems.add(field, words::wrong_post(l, POST_MAX));
                }
            }
            draw_mine(&ask, StatusCode::UNPROCESSABLE_ENTITY, Some(input), problems, None).await
        }
    }
}

async fn draw_mine(
    ask: &Ask,
    status: StatusCode,
    sent: Option<Input>,
    problems: Problems,
    done: Option<&'static str>,
) -> Result<Response, AppError> {
    let l = ask.language;
    let who = Staff::new(ask.signed_in()?)?;
    let post = learning::find_post(&ask.centre, &who).await?;
    let credits = learning::list_mine(&ask.centre, &who).await?;
    Ok(ask.refuse(status, words::mine(l), move || {
        let present = post.map(|post| Input::new([("department", post.department), ("grade", post.grade)]));
        let input = sent.or(present).unwrap_or_default();
        let total: u32 = credits.iter().map(|credit| credit.minutes).sum();
        let row = |credit: &Credit| -> Vec<Cell> {
            let name = format!("{} ({})", title(l, &credit.course), credit.run.code);
            vec![name.into_any(), hours_text(credit.minutes).into_any()]
        };
        let rows = credits.iter().map(row).collect();
        let columns = vec![Column::text(words::course(l)), Column::number(words::hours(l))];
        view! {
            <Breadcrumb l=l way=vec![Crumb::new(l, registration::my_courses(l), "/my")] here=words::mine(l)/>
            <PageHead title=words::mine(l) lead=words::mine_lead(l)/>
            {done.map(|done| view! { <div role="status"><Alert l=l tone=Tone::Success><p>{done}</p></Alert></div> })}
            {match credits.is_empty() {
                true => view! { <EmptyState title=words::mine_empty(l)/> }.into_any(),
                false => view! {
                    <p>{words::mine_total(l, hours_text(total))}</p>
                    <Table caption=words::mine(l) hidden_caption=true columns=columns rows=rows/>
                }
                .into_any(),
            }}
            <Form l=l action=l.path("/my/learning") input=input problems=problems>
                <TextInput name="department" label=words::department(l) required=true maxlength=30/>
                <TextInput name="grade" label=words::grade(l) required=true maxlength=30 short=true/>
                <Button look=Look::Secondary>{words::save(l)}</Button>
            </Form>
        }
    }))
}

/// `GET /manage/learning?year=`
pub async fn by_post(ask: Ask, Query(query): Query) -> Result<Response, AppError> {
    let l = ask.language;
    let manager = ask.signed_in()?.training_manager()?;
    let this_year = seoul::day(ask.centre.clock().now()).year();
    let year =
        query.text("year").parse().ok().filter(|year| (2000..=this_year).contains(year)).unwrap_or(this_year);
    let lines = learning::by_post(&ask.centre, &manager, year).await?;
    let heading = words::learning_of(l, year);
    Ok(ask.page(&heading.clone(), || {
        let years = (this_year - 4..=this_year).rev();
        let years = years.map(|year| Choice::new(year.to_string(), words::year_of(l, year))).collect();
        let rows = lines.iter().map(|line| post_row(l, line)).collect();
        let columns = vec![
            Column::text(words::department(l)),
            Column::text(words::grade(l)),
            Column::number(words::people(l)),
            Column::number(words::hours(l)),
        ];
        view! {
            <Breadcrumb l=l way=vec![Crumb::new(l, course::runs(l), "/manage/runs")] here=words::learning(l)/>
            <PageHead title=heading.clone() lead=words::learning_lead(l)/>
            <div class="page-actions">
                <Form l=l action=l.path("/manage/learning") get=true input=Input::new([("year", year.to_string())])>
                    <Select name="year" label=words::year(l) choices=years/>
                    <Button look=Look::Secondary small=true>{words::show(l)}</Button>
                </Form>
            </div>
            {match lines.is_empty() {
                true => view! { <EmptyState title=words::learning_empty(l)/> }.into_any(),
                false => view! { <Table caption=heading hidden_caption=true columns=columns rows=rows/> }.into_any(),
            }}
        }
    }))
}

fn post_row(l: Language, line: &PostHours) -> Vec<Cell> {
    let (department, grade) = match &line.post {
        Some((department, grade)) => (department.clone(), grade.clone()),
        None => (words::no_post(l).to_owned(), "–".to_owned()),
    };
    vec![
        department.into_any(),
        grade.into_any(),
        line.people.to_string().into_any(),
        hours_text(line.minutes).into_any(),
    ]
}
