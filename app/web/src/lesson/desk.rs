//! The desk of recorded lessons: which there are, how each stands, and in which order a course shows them.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::board::edit::Way;
use domain::lesson::edit;
use domain::lesson::store::{self, Listed};
use domain::seoul;
use leptos::prelude::*;

use super::sentence::{refused, state_badge, viewers_word};
use crate::AppError;
use crate::ask::Ask;
use crate::ui::{
    Alert, Badge, Breadcrumb, Button, Cell, Column, EmptyState, Hidden, Input, LinkButton, Look, PageHead,
    Problems, Query, Table, Tone,
};
use crate::words::{Language, lesson as words};

/// `GET /manage/lessons`
pub async fn list(ask: Ask, Query(query): Query) -> Result<Response, AppError> {
    let done = (query.text("done") == "shifted").then(|| words::done_shifted(ask.language));
    draw(&ask, StatusCode::OK, done, &Problems::default()).await
}

/// `POST /manage/lessons/{code}/shift`: `way` is `earlier` or `later`.
pub async fn shift(ask: Ask, Path(code): Path<String>, input: Input) -> Result<Response, AppError> {
    let by = ask.signed_in()?.lesson_editor()?;
    let way = match input.text("way") {
        "earlier" => Way::Earlier,
        "later" => Way::Later,
        _ => return Err(AppError::BadRequest),
    };
    match edit::shift(&ask.centre, &by, &code, way).await {
        Ok(()) => Ok(ask.see_other("/manage/lessons?done=shifted")),
        Err(error) => {
            let (status, problems) = refused(ask.language, error)?;
            draw(&ask, status, None, &problems).await
        }
    }
}

async fn draw(
    ask: &Ask,
    status: StatusCode,
    done: Option<&'static str>,
    problems: &Problems,
) -> Result<Response, AppError> {
    let l = ask.language;
    let by = ask.signed_in()?.lesson_editor()?;
    let lessons = store::list_all(&ask.centre, &by).await?;
    let today = seoul::day(ask.centre.clock().now());
    let whole = problems.of("").map(str::to_owned);
    Ok(ask.refuse(status, words::title(l), move || {
        let courses: Vec<_> = lessons
            .chunk_by(|one, other| one.course.id == other.course.id)
            .map(|lessons| of_course(l, lessons, today))
            .collect();
        view! {
            <Breadcrumb l=l here=words::title(l)/>
            <PageHead title=words::title(l) lead=words::desk_lead(l)>
                <LinkButton href=l.path("/manage/lessons/new") small=true>{words::make(l)}</LinkButton>
            </PageHead>
            {done.map(|done| view! { <div role="status"><Alert l=l tone=Tone::Success><p>{done}</p></Alert></div> })}
            {whole.map(|sentence| view! { <div role="alert"><Alert l=l tone=Tone::Danger><p>{sentence}</p></Alert></div> })}
            {if courses.is_empty() {
                view! { <EmptyState title=words::none_made(l)/> }.into_any()
            } else {
                courses.into_any()
            }}
        }
    }))
}

fn of_course(l: Language, lessons: &[Listed], today: chrono::NaiveDate) -> impl IntoView + use<> {
    let last = lessons.len().saturating_sub(1);
    let row = |(index, it): (usize, &Listed)| -> Vec<Cell> {
        let href = l.path(&format!("/manage/lessons/{}", it.lesson.code));
        let over = it.is_over(today).then(|| view! { <Badge tone=Tone::Danger text=words::state_over(l)/> });
        vec![
            view! { <a href=href>{it.lesson.title.clone()}</a> }.into_any(),
            view! { {state_badge(l, it.lesson.state)} " " {over} }.into_any(),
            viewers_word(l, it.lesson.viewers).into_any(),
            it.lesson.length().to_string().into_any(),
            view! {
                <div class="actions">
                    {(index > 0).then(|| button(l, it, "earlier"))}
                    {(index < last).then(|| button(l, it, "later"))}
                </div>
            }
            .into_any(),
        ]
    };
    let rows: Vec<Vec<Cell>> = lessons.iter().enumerate().map(row).collect();
    let columns = [words::lesson(l), words::state(l), words::viewers(l), words::length(l), words::order(l)];
    let course = &lessons[0].course;
    let (title, files) =
        (crate::course::title(l, course), l.path(&format!("/manage/courses/{}/handouts", course.id)));
    let label = words::files_of(l, &title);
    view! {
        <h2 class="section-title">{title.clone()}</h2>
        <Table caption=title hidden_caption=true columns=columns.map(Column::text).into() rows=rows/>
        <p class="actions"><LinkButton href=files look=Look::Tertiary small=true>{label}</LinkButton></p>
    }
}

fn button(l: Language, it: &Listed, way: &'static str) -> impl IntoView + use<> {
    let (word, label) = match way {
        "earlier" => (words::earlier(l), words::earlier_of(l, &it.lesson.title)),
        _ => (words::later(l), words::later_of(l, &it.lesson.title)),
    };
    let action = l.path(&format!("/manage/lessons/{}/shift", it.lesson.code));
    view! {
        <form method="post" action=action>
            <Hidden name="way" value=way/>
            <Button look=Look::Tertiary small=true attr:aria-label=label>{word}</Button>
        </form>
    }
}
