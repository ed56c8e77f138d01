//! What the broadcasts of a course are called on YouTube.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::account::Producer;
use domain::broadcast::template::{self as templates, OfCourse};
use domain::broadcast::{Facts, PLACEHOLDERS, Template, TemplateError};
use leptos::prelude::*;
use uuid::Uuid;

use crate::AppError;
use crate::ask::Ask;
use crate::ui::{
    Alert, Breadcrumb, Button, Cell, Column, Crumb, DescriptionList, EmptyState, Fact, Form, Input, Look,
    PageHead, Problems, Query, Table, TextArea, TextInput, Tone,
};
use crate::words::{Language, broadcast as words};

fn producer(ask: &Ask) -> Result<Producer, AppError> {
    Ok(ask.signed_in()?.producer()?)
}

fn way(l: Language) -> Crumb {
    Crumb::new(l, words::broadcasts(l), "/manage/broadcasts")
}

/// `GET /manage/broadcasts/templates`
pub async fn list(ask: Ask) -> Result<Response, AppError> {
    let l = ask.language;
    let courses = templates::list(&ask.centre, &producer(&ask)?).await?;
    let usual = Template::default();
    let row = |it: &OfCourse| -> Vec<Cell> {
        let href = l.path(&format!("/manage/broadcasts/templates/{}", it.course.id));
        let title = it.own.as_ref().unwrap_or(&usual).title.clone();
        let whose = if it.own.is_some() { words::template_own(l) } else { words::template_usual(l) };
        vec![
            view! { <a href=href>{it.course.title.clone()}</a> }.into_any(),
            title.into_any(),
            whose.into_any(),
        ]
    };
    let rows: Vec<_> = courses.iter().map(row).collect();
    Ok(ask.page(words::templates(l), || {
        let columns = vec![
            Column::text(words::template_course(l)),
            Column::text(words::field_title(l)),
            Column::text(words::template_which(l)),
        ];
        view! {
            <Breadcrumb l=l way=vec![way(l)] here=words::templates(l)/>
            <PageHead title=words::templates(l) lead=words::templates_lead(l)/>
            {if rows.is_empty() {
                view! { <EmptyState title=words::templates_none(l)/> }.into_any()
            } else {
                view! { <Table caption=words::templates(l) hidden_caption=true columns=columns rows=rows/> }.into_any()
            }}
        }
    }))
}

/// `GET /manage/broadcasts/templates/{course}`
pub async fn page(ask: Ask, Path(id): Path<Uuid>, Query(query): Query) -> Result<Response, AppError> {
    let of = find(&ask, id).await?;
    let done = (!query.text("done").is_empty()).then(|| words::done_changed(ask.language));
    let template = of.own.clone().unwrap_or_default();
    let input =
        Input::new(vec![("title", template.title.clone()), ("description", template.description.clone())]);
    Ok(draw(&ask, &of, StatusCode::OK, input, Problems::default(), Some(&template), done))
}

/// `POST /manage/broadcasts/templates/{course}`: `act` is `save`, `usual` or `look`.
pub async fn save(ask: Ask, Path(id): Path<Uuid>, input: Input) -> Result<Response, AppError> {
    let (l, by, of) = (ask.language, producer(&ask)?, find(&ask, id).await?);
    let done = format!("/manage/broadcasts/templates/{id}?done=yes");
    if input.text("act") == "usual" {
        templates::set(&ask.centre, &by, id, None).await?;
        return Ok(ask.see_other(&done));
    }
    let mut problems = Problems::default();
    let mut take = |field: &str, parsed: Result<String, TemplateError>| {
        parsed.map_err(|error| problems.add(field, sentence(l, &error))).ok()
    };
    let title = take("title", Template::parse_title(input.text("title")));
    let description = take("description", Template::parse_description(input.text("description")));
    let (Some(title), Some(description)) = (title, description) else {
        return Ok(draw(&ask, &of, StatusCode::UNPROCESSABLE_ENTITY, input, problems, None, None));
    };
    let template = Template { title, description };
    if input.text("act") == "look" {
        return Ok(draw(&ask, &of, StatusCode::OK, input, problems, Some(&template), None));
    }
    templates::set(&ask.centre, &by, id, Some(&template)).await?;
    Ok(ask.see_other(&done))
}

async fn find(ask: &Ask, id: Uuid) -> Result<OfCourse, AppError> {
    templates::find(&ask.centre, &producer(ask)?, id).await?.ok_or(AppError::NotFound)
}

fn sentence(l: Language, error: &TemplateError) -> String {
    match error {
        TemplateError::Title => words::wrong_template_title(l).to_owned(),
        TemplateError::SameTitle => words::wrong_template_same(l).to_owned(),
        TemplateError::Description => words::wrong_template_description(l).to_owned(),
        TemplateError::Unknown(word) => words::wrong_template_word(l, word),
    }
}

fn draw(
    ask: &Ask,
    of: &OfCourse,
    status: StatusCode,
    input: Input,
    problems: Problems,
    shown: Option<&Template>,
    done: Option<&'static str>,
) -> Response {
    let l = ask.language;
    let heading = words::template_of(l, &of.course.title);
    // As the first class of a run would be called.
    let facts = Facts {
        course: of.course.title.clone(),
        number: Some(1),
        date: words::template_date(l).to_owned(),
        presenter: words::template_presenter(l).to_owned(),
        link: format!("{}/live/P21-014-1", ask.centre.settings().public_url),
    };
    let looks = shown.map(|template| template.fill(&facts, "")).map(|(title, text)| {
        let items = vec![
            Fact::new(words::field_title(l), title),
            Fact::new(words::field_description(l), view! { <span class="live-text">{text}</span> }),
        ];
        view! {
            <h2 class="section-title">{words::template_looks(l)}</h2>
            <DescriptionList items=items/>
        }
    });
    let way = vec![way(l), Crumb::new(l, words::templates(l), "/manage/broadcasts/templates")];
    let action = l.path(&format!("/manage/broadcasts/templates/{}", of.course.id));
    let has_own = of.own.is_some();
    ask.refuse(status, &heading.clone(), || {
        view! {
            <Breadcrumb l=l way=way here=of.course.title.clone()/>
            <PageHead title=heading lead=words::template_lead(l)/>
            {done.map(|done| view! { <div role="status"><Alert l=l tone=Tone::Success><p>{done}</p></Alert></div> })}
            <Form l=l action=action input=input problems=problems id="template">
                <TextInput name="title" label=words::field_title(l) hint=words::template_words(l, PLACEHOLDERS.join(" ")) required=true maxlength=100/>
                <TextArea name="description" label=words::field_description(l) rows=8 maxlength=1250/>
                <div class="actions">
                    <Button attr:name="act" attr:value="save">{words::save(l)}</Button>
                    <Button look=Look::Secondary attr:name="act" attr:value="look">{words::template_look(l)}</Button>
                    {has_own.then(|| view! { <Button look=Look::Tertiary attr:name="act" attr:value="usual">{words::template_back(l)}</Button> })}
                </div>
            </Form>
            {looks}
        }
    })
}
