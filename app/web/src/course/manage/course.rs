//! The courses themselves: what they are called, what one learns, for whom.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::course::edit::{self, CourseDetails};
use domain::course::entity::course;
use domain::course::store;
use domain::course::{Audience, Category, Line};
use leptos::prelude::*;
use uuid::Uuid;

use super::run::version;
use super::sentence;
use crate::AppError;
use crate::ask::Ask;
use crate::course::category_word;
use crate::ui::{
    Alert, Breadcrumb, Button, Cell, Choice, Column, Crumb, EmptyState, Form, Hidden, Input, LinkButton,
    Look, PageHead, Problems, Query, RadioGroup, Select, Table, TextArea, TextInput, Tone,
};
use crate::words::{Language, course as words};

/// The longest text about a course.
const TEXT: usize = 2000;

/// `GET /manage/courses`
pub async fn list(ask: Ask) -> Result<Response, AppError> {
    let l = ask.language;
    ask.signed_in()?.training_manager()?;
    let courses = store::list_courses(ask.centre.database()).await?;
    Ok(ask.page(words::courses(l), move || {
        let row = |course: &course::Model| -> Vec<Cell> {
            let href = l.path(&format!("/manage/courses/{}", course.id));
            vec![
                view! { <a href=href>{course.title.clone()}</a> }.into_any(),
                category_word(l, course.category).into_any(),
                audience_word(l, course.audience).into_any(),
            ]
        };
        let rows: Vec<Vec<Cell>> = courses.iter().map(row).collect();
        let columns = [words::course_title(l), words::category(l), words::audience(l)].map(Column::text);
        view! {
            <Breadcrumb l=l way=vec![Crumb::new(l, words::runs(l), "/manage/runs")] here=words::courses(l)/>
            <PageHead title=words::courses(l) lead=words::courses_lead(l)>
                <LinkButton href=l.path("/manage/courses/new") small=true>{words::new_course(l)}</LinkButton>
            </PageHead>
            {if rows.is_empty() {
                view! { <EmptyState title=words::courses_none(l)/> }.into_any()
            } else {
                view! { <Table caption=words::courses(l) hidden_caption=true columns=columns.into() rows=rows/> }.into_any()
            }}
        }
    }))
}

fn audience_word(l: Language, audience: Audience) -> &'static str {
    match audience {
        Audience::Resident => words::audience_resident(l),
        Audience::Staff => words::audience_staff(l),
    }
}

/// `GET /manage/courses/new`
pub async fn blank(ask: Ask) -> Result<Response, AppError> {
    ask.signed_in()?.training_manager()?;
    let input = Input::new([("audience", Audience::Resident.as_str())]);
    Ok(draw(&ask, None, Drawn { input, ..Drawn::default() }))
}

/// `POST /manage/courses/new`
pub async fn create(ask: Ask, input: Input) -> Result<Response, AppError> {
    let l = ask.language;
    let manager = ask.signed_in()?.training_manager()?;
    let details = match parse(l, &input) {
        Ok(details) => details,
        Err(problems) => return Ok(draw(&ask, None, Drawn::wrong(input, problems))),
    };
    match edit::create_course(&ask.centre, &manager, &details).await {
        Ok(id) => Ok(ask.see_other(&format!("/manage/courses/{id}?done=saved"))),
        Err(error) => {
            let refusals = sentence::refusals(error)?;
            let (status, problems) = (sentence::status(&refusals), sentence::problems(l, &refusals));
            Ok(draw(&ask, None, Drawn { status, input, problems, ..Drawn::default() }))
        }
    }
}

async fn find(ask: &Ask, id: Uuid) -> Result<course::Model, AppError> {
    store::find_course(ask.centre.database(), id).await?.ok_or(AppError::NotFound)
}

/// `GET /manage/courses/{id}`
pub async fn page(ask: Ask, Path(id): Path<Uuid>, Query(query): Query) -> Result<Response, AppError> {
    ask.signed_in()?.training_manager()?;
    let course = find(&ask, id).await?;
    let fields = [
        ("title", course.title.as_str()),
        ("title_en", course.title_en.as_deref().unwrap_or_default()),
        ("category", course.category.as_str()),
        ("audience", course.audience.as_str()),
        ("learn", &course.learn),
        ("who_for", &course.who_for),
        ("materials", &course.materials),
        ("fee", &course.fee),
    ];
    let drawn = Drawn { input: Input::new(fields), saved: query.text("done") == "saved", ..Drawn::default() };
    Ok(draw(&ask, Some(&course), drawn))
}

/// `POST /manage/courses/{id}`
pub async fn change(ask: Ask, Path(id): Path<Uuid>, input: Input) -> Result<Response, AppError> {
    let l = ask.language;
    let manager = ask.signed_in()?.training_manager()?;
    let course = find(&ask, id).await?;
    let version = version(&input)?;
    let details = match parse(l, &input) {
        Ok(details) => details,
        Err(problems) => return Ok(draw(&ask, Some(&course), Drawn::wrong(input, problems))),
    };
    match edit::change_course(&ask.centre, &manager, id, version, &details).await {
        Ok(()) => Ok(ask.see_other(&format!("/manage/courses/{id}?done=saved"))),
        Err(error) => {
            let refusals = sentence::refusals(error)?;
            let (status, problems) = (sentence::status(&refusals), sentence::problems(l, &refusals));
            let stale = course::Model { version, ..course };
            Ok(draw(&ask, Some(&stale), Drawn { status, input, problems, ..Drawn::default() }))
        }
    }
}

fn parse(l: Language, input: &Input) -> Result<CourseDetails, Problems> {
    let mut problems = Problems::default();
    let title = Line::parse(input.text("title"), Line::TITLE_MAX);
    if title.is_none() {
        problems.add("title", words::wrong_line(l, Line::TITLE_MAX));
    }
    let title_en = Line::parse(input.text("title_en"), Line::TITLE_MAX);
    if title_en.is_none() && !input.text("title_en").is_empty() {
        problems.add("title_en", words::wrong_line(l, Line::TITLE_MAX));
    }
    let category = Category::parse(input.text("category"));
    if category.is_none() {
        problems.add("category", words::choose(l));
    }
    let audience = Audience::parse(input.text("audience"));
    if audience.is_none() {
        problems.add("audience", words::choose(l));
    }
    let [learn, who_for, materials, fee] = ["learn", "who_for", "materials", "fee"].map(|name| {
        if input.text(name).chars().count() > TEXT {
            problems.add(name, words::wrong_text(l, TEXT));
        }
        input.text(name).to_owned()
    });
    match (title, category, audience) {
        (Some(title), Some(category), Some(audience)) if problems.is_empty() => {
            Ok(CourseDetails { title, title_en, category, audience, learn, who_for, materials, fee })
        }
        _ => Err(problems),
    }
}

/// How the page is drawn this time.
#[derive(Default)]
struct Drawn {
    status: StatusCode,
    input: Input,
    problems: Problems,
    saved: bool,
}

impl Drawn {
    fn wrong(input: Input, problems: Problems) -> Self {
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, input, problems, saved: false }
    }
}

/// The form of a new course, or of one that is there.
fn draw(ask: &Ask, course: Option<&course::Model>, drawn: Drawn) -> Response {
    let l = ask.language;
    let heading = course.map_or_else(|| words::new_course(l).to_owned(), |course| course.title.clone());
    let path = course.map_or("/manage/courses/new".into(), |course| format!("/manage/courses/{}", course.id));
    let version = course.map(|course| course.version.to_string());
    let files = course.map(|course| l.path(&format!("/manage/courses/{}/handouts", course.id)));
    ask.refuse(drawn.status, &heading.clone(), move || {
        let way = vec![
            Crumb::new(l, words::runs(l), "/manage/runs"),
            Crumb::new(l, words::courses(l), "/manage/courses"),
        ];
        let categories = Category::ALL.iter().map(|it| Choice::new(it.as_str(), category_word(l, *it))).collect();
        let audiences = Audience::ALL.iter().map(|it| Choice::new(it.as_str(), audience_word(l, *it))).collect();
        view! {
            <Breadcrumb l=l way=way here=heading.clone()/>
            <PageHead title=heading>
                {files.map(|href| view! {
                    <LinkButton href=href look=Look::Secondary small=true>{crate::words::lesson::files(l)}</LinkButton>
                })}
            </PageHead>
            {drawn.saved.then(|| view! {
                <div role="status"><Alert l=l tone=Tone::Success><p>{words::done_saved(l)}</p></Alert></div>
            })}
            <Form l=l action=l.path(&path) input=drawn.input problems=drawn.problems>
                {version.map(|version| view! { <Hidden name="version" value=version/> })}
                <TextInput name="title" label=words::course_title(l) required=true maxlength=100/>
                <TextInput name="title_en" label=words::course_title_en(l) hint=words::course_title_en_hint(l) maxlength=100/>
                <Select name="category" label=words::category(l) choices=categories none=words::choose(l) required=true/>
                <RadioGroup name="audience" legend=words::audience(l) choices=audiences required=true/>
                <TextArea name="learn" label=words::learn(l) maxlength=2000/>
                <TextArea name="who_for" label=words::who_for(l) rows=2 maxlength=2000/>
                <TextArea name="materials" label=words::materials(l) rows=2 maxlength=2000/>
                <TextInput name="fee" label=words::fee(l) hint=words::fee_hint(l) maxlength=200/>
                <Button>{words::save(l)}</Button>
            </Form>
        }
    })
}
