//! The files of a course: beside it for whoever may have them, and the desk of those who put them there.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use domain::centre::Centre;
use domain::course::entity::{course, handout};
use domain::course::handout::{self as handouts, HandoutError};
use domain::course::reader::Reader;
use domain::course::store::find_course;
use domain::course::{Line, Viewers};
use leptos::prelude::*;
use uuid::Uuid;

use crate::AppError;
use crate::ask::Ask;
use crate::board::{Sent, is_known};
use crate::lesson::{viewers_choices, viewers_word};
use crate::ui::{
    Alert, Breadcrumb, Button, Cell, Column, Crumb, EmptyState, FileInput, Form, Hidden, Input, Look,
    PageHead, Problems, Query, RadioGroup, Table, TextInput, Tone,
};
use crate::words::{Language, lesson as words};

/// The longest title, in characters.
const TITLE: usize = 80;

/// What the browser offers first.
const ACCEPT: &str = ".pdf,.hwp,.hwpx,.docx,.xlsx,.pptx,.png,.jpg,.jpeg";

pub fn routes() -> Router<Centre> {
    // The file's bytes are counted with a sentence.
    let upload = Router::new()
        .route("/manage/courses/{id}/handouts", get(page).post(add))
        .layer(DefaultBodyLimit::disable());
    Router::new()
        .route("/handouts/{id}", get(send))
        .route("/manage/courses/{id}/handouts/{handout}/end", post(end))
        .merge(upload)
}

/// The files of a course that whoever asks may have; nothing where there are none.
pub(crate) async fn part(ask: &Ask, course: &course::Model) -> Result<AnyView, AppError> {
    let l = ask.language;
    let files = handouts::list(&ask.centre, course.id).await?;
    if files.is_empty() {
        return Ok(().into_any());
    }
    let reader = Reader::of(&ask.centre, ask.viewer.as_ref()).await?;
    let theirs = files.iter().filter(|file| reader.may_see(course, file.viewers));
    let links: Vec<_> = theirs.map(|file| view! { <li>{link(l, file)}</li> }).collect();
    if links.is_empty() {
        return Ok(().into_any());
    }
    Ok(view! {
        <section aria-labelledby="files-title">
            <h2 class="section-title" id="files-title">{words::files(l)}</h2>
            <ul class="plain-list">{links}</ul>
        </section>
    }
    .into_any())
}

fn link(l: Language, file: &handout::Model) -> impl IntoView + use<> {
    let kind = file.file_type.as_str().to_uppercase();
    let size = match file.size {
        size if size < 1_000_000 => words::kilobytes(l, (size / 1000).max(1)),
        size => words::megabytes(l, format!("{:.1}", f64::from(size) / 1_000_000.0)),
    };
    let (href, title) = (format!("/handouts/{}", file.id), words::file_of(l, &file.title, kind, size));
    view! { <a href=href download>{title}</a> }
}

/// `GET /handouts/{id}`: a file as it was put there, for those who may have it.
pub async fn send(ask: Ask, Path(id): Path<Uuid>, headers: HeaderMap) -> Result<Response, AppError> {
    let (file, course) = handouts::find(&ask.centre, id).await?.ok_or(AppError::NotFound)?;
    let reader = Reader::of(&ask.centre, ask.viewer.as_ref()).await?;
    if !reader.may_see(&course, file.viewers) {
        ask.signed_in()?;
        return Err(domain::account::Denied.into());
    }
    // A file never changes. Who may have it is asked each time.
    let tag = format!("\"{id}\"");
    let caching = [(header::ETAG, tag.as_str()), (header::CACHE_CONTROL, "private, no-cache")];
    if is_known(&headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, caching).into_response());
    }
    let name = percent_encoded(&format!("{}.{}", file.title, file.file_type.as_str()));
    // Never shown as a page of ours, whatever is in it.
    let disposition = format!("attachment; filename*=UTF-8''{name}");
    let kind = [
        (header::CONTENT_TYPE, file.file_type.media_type()),
        (header::CONTENT_DISPOSITION, disposition.as_str()),
    ];
    let bytes = handouts::read(&ask.centre, id).await?;
    Ok((caching, kind, bytes).into_response())
}

/// As RFC 8187 wants names that are not ASCII.
fn percent_encoded(name: &str) -> String {
    let one = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    name.bytes().map(one).collect()
}

async fn find(ask: &Ask, id: Uuid) -> Result<course::Model, AppError> {
    find_course(ask.centre.database(), id).await?.ok_or(AppError::NotFound)
}

/// How the page is drawn this time.
#[derive(Default)]
struct Drawn {
    status: StatusCode,
    input: Option<Input>,
    problems: Problems,
    done: Option<&'static str>,
}

/// `GET /manage/courses/{id}/handouts`
pub async fn page(ask: Ask, Path(id): Path<Uuid>, Query(query): Query) -> Result<Response, AppError> {
    ask.signed_in()?.lesson_editor()?;
    let done = match query.text("done") {
        "added" => Some(words::done_file_added(ask.language)),
        "ended" => Some(words::done_file_ended(ask.language)),
        _ => None,
    };
    draw(&ask, &find(&ask, id).await?, Drawn { done, ..Drawn::default() }).await
}

/// `POST /manage/courses/{id}/handouts`
pub async fn add(ask: Ask, Path(id): Path<Uuid>, request: Request) -> Result<Response, AppError> {
    let l = ask.language;
    let by = ask.signed_in()?.lesson_editor()?;
    let course = find(&ask, id).await?;
    let most = ask.centre.settings().lesson.handout_bytes;
    let Sent { input, file } = match Sent::read(request, &ask.centre, most).await {
        Ok(sent) => sent,
        Err(refusal) => return Ok(refusal),
    };
    let key = input.text("key").parse().map_err(|_| AppError::BadRequest)?;
    let mut problems = Problems::default();
    if file.is_empty() {
        problems.add("file", words::wrong_no_file(l));
    }
    let title = Line::parse(input.text("title"), TITLE);
    if title.is_none() {
        problems.add("title", words::wrong_line(l, TITLE));
    }
    let viewers = Viewers::parse(input.text("viewers"));
    if viewers.is_none() {
        problems.add("viewers", words::wrong_choice(l));
    }
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let (Some(title), Some(viewers), true) = (title, viewers, problems.is_empty()) else {
        return draw(&ask, &course, Drawn { status, input: Some(input), problems, done: None }).await;
    };
    let sentence = match handouts::add(&ask.centre, &by, id, &title, viewers, &file, key).await {
        Ok(()) => return Ok(ask.see_other(&format!("/manage/courses/{id}/handouts?done=added"))),
        Err(HandoutError::NotFound) => return Err(AppError::NotFound),
        Err(HandoutError::Db(error)) => return Err(error.into()),
        Err(HandoutError::TooLarge(most)) => words::wrong_file_large(l, most / domain::board::MEGABYTE),
        Err(HandoutError::Unknown) => words::wrong_file_kind(l).to_owned(),
    };
    let problems = Problems::one("file", sentence);
    draw(&ask, &course, Drawn { status, input: Some(input), problems, done: None }).await
}

/// `POST /manage/courses/{id}/handouts/{handout}/end`
pub async fn end(ask: Ask, Path((id, handout)): Path<(Uuid, Uuid)>, _: Input) -> Result<Response, AppError> {
    let by = ask.signed_in()?.lesson_editor()?;
    match handouts::end(&ask.centre, &by, handout).await {
        Ok(()) => Ok(ask.see_other(&format!("/manage/courses/{id}/handouts?done=ended"))),
        Err(HandoutError::Db(error)) => Err(error.into()),
        Err(_) => Err(AppError::NotFound),
    }
}

async fn draw(ask: &Ask, course: &course::Model, drawn: Drawn) -> Result<Response, AppError> {
    let l = ask.language;
    let files = handouts::list(&ask.centre, course.id).await?;
    let key = ask.centre.clock().id().to_string();
    let most = ask.centre.settings().lesson.handout_bytes / domain::board::MEGABYTE;
    let title = words::files_of(l, crate::course::title(l, course));
    let path = format!("/manage/courses/{}/handouts", course.id);
    Ok(ask.refuse(drawn.status, &title.clone(), move || {
        let row = |file: &handout::Model| -> Vec<Cell> {
            let action = l.path(&format!("{path}/{}/end", file.id));
            let label = words::end_file_of(l, &file.title);
            let button = view! {
                <form method="post" action=action>
                    <Button look=Look::Danger small=true attr:aria-label=label>{words::end_file(l)}</Button>
                </form>
            };
            vec![link(l, file).into_any(), viewers_word(l, file.viewers).into_any(), button.into_any()]
        };
        let rows: Vec<Vec<Cell>> = files.iter().map(row).collect();
        let columns = [words::file(l), words::viewers(l), words::to_do(l)].map(Column::text);
        let input = drawn.input.unwrap_or_else(|| {
            Input::new([("key", key), ("viewers", Viewers::Learners.as_str().to_owned())])
        });
        let key = input.text("key").to_owned();
        view! {
            <Breadcrumb l=l way=vec![Crumb::new(l, words::title(l), "/manage/lessons")] here=title.clone()/>
            <PageHead title=title lead=words::files_lead(l)/>
            {drawn.done.map(|done| view! {
                <div role="status"><Alert l=l tone=Tone::Success><p>{done}</p></Alert></div>
            })}
            {if rows.is_empty() {
                view! { <EmptyState title=words::files_none(l)/> }.into_any()
            } else {
                view! { <Table caption=words::files(l) hidden_caption=true columns=columns.into() rows=rows/> }.into_any()
            }}
            <h2 class="section-title">{words::add_file(l)}</h2>
            <Form l=l action=l.path(&path) input=input problems=drawn.problems upload=true>
                <Hidden name="key" value=key/>
                <FileInput name="file" label=words::file(l) hint=words::file_hint(l, most) accept=ACCEPT required=true/>
                <TextInput name="title" label=words::file_title(l) hint=words::file_title_hint(l) required=true maxlength=80/>
                <RadioGroup name="viewers" legend=words::viewers(l) choices=viewers_choices(l) required=true/>
                <Button>{words::add_file(l)}</Button>
            </Form>
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::percent_encoded;

    #[test]
    fn a_name_ends_no_header() {
        assert_eq!(percent_encoded("표 1\";\r\n.pdf"), "%ED%91%9C%201%22%3B%0D%0A.pdf");
    }
}
