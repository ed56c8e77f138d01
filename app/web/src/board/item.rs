//! Putting something on a face of a board, changing when and in which order it is shown, and taking it down.

use axum::extract::{Path, Request};
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{Datelike, Days, NaiveDate};
use domain::board::edit::{self, BoardError, ItemDetails, Way, most_bytes};
use domain::board::entity::{board, board_item};
use domain::board::media::{MOST_PIXELS, MediaError};
use domain::board::store::{find_board, find_item};
use domain::board::{Face, MEGABYTE, NoticeText, Seconds};
use domain::course::Line;
use domain::seoul;
use leptos::prelude::*;
use uuid::Uuid;

use super::face::{face_word, stage_badge, thumbnail};
use super::page::media_path;
use super::sent::Sent;
use crate::AppError;
use crate::ask::Ask;
use crate::ui::{
    Breadcrumb, Button, Crumb, FileInput, Form, Hidden, Input, Look, PageHead, Problems, TextArea, TextInput,
};
use crate::words::{Language, board as words};

/// The longest title, in characters: of a notice as much as is read in passing, of a file as much as stands for it.
fn title_max(face: Face) -> usize {
    if face == Face::Notices { 40 } else { 80 }
}

/// How long a turn takes unless somebody says otherwise.
const SECONDS: u16 = 15;

async fn board_of(ask: &Ask, code: &str) -> Result<board::Model, AppError> {
    find_board(ask.centre.database(), code).await?.ok_or(AppError::NotFound)
}

async fn item_of(ask: &Ask, board: &board::Model, item: Uuid) -> Result<board_item::Model, AppError> {
    find_item(ask.centre.database(), board.id, item).await?.ok_or(AppError::NotFound)
}

/// `GET /manage/boards/{code}/{face}`: the form of something new.
pub async fn blank(ask: Ask, Path((code, face)): Path<(String, String)>) -> Result<Response, AppError> {
    ask.signed_in()?.board_editor()?;
    let face = Face::parse(&face).ok_or(AppError::NotFound)?;
    let board = board_of(&ask, &code).await?;
    let today = seoul::day(ask.centre.clock().now());
    let input = Input::new([
        ("key", ask.centre.clock().id().to_string()),
        ("first_day", today.to_string()),
        ("last_day", (today + Days::new(6)).to_string()),
        ("seconds", SECONDS.to_string()),
    ]);
    Ok(draw_new(&ask, &board, face, StatusCode::OK, input, Problems::default()))
}

/// `POST /manage/boards/{code}/{face}`: a notice, or a `file` to show.
pub async fn add(
    ask: Ask,
    Path((code, face)): Path<(String, String)>,
    request: Request,
) -> Result<Response, AppError> {
    let by = ask.signed_in()?.board_editor()?;
    let face = Face::parse(&face).ok_or(AppError::NotFound)?;
    let board = board_of(&ask, &code).await?;
    let largest = Face::ALL.iter().map(|face| most_bytes(&ask.centre, *face)).max().unwrap_or_default();
    let Sent { input, file } = match Sent::read(request, &ask.centre, largest).await {
        Ok(sent) => sent,
        Err(refusal) => return Ok(refusal),
    };
    let key = input.text("key").parse().map_err(|_| AppError::BadRequest)?;
    let (details, mut problems) = parse(ask.language, face, &input);
    if face != Face::Notices && file.is_empty() {
        problems.add("file", words::wrong_no_file(ask.language));
    }
    let (Some(details), true) = (details, problems.is_empty()) else {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(draw_new(&ask, &board, face, status, input, problems));
    };
    match edit::add(&ask.centre, &by, &code, face, &details, &file, key).await {
        Ok(_) => Ok(ask.see_other(&format!("/manage/boards/{code}?done=added"))),
        Err(error) => {
            let (status, problems) = refused(ask.language, error)?;
            Ok(draw_new(&ask, &board, face, status, input, problems))
        }
    }
}

/// `GET /manage/boards/{code}/items/{item}`
pub async fn page(ask: Ask, Path((code, item)): Path<(String, Uuid)>) -> Result<Response, AppError> {
    ask.signed_in()?.board_editor()?;
    let board = board_of(&ask, &code).await?;
    let item = item_of(&ask, &board, item).await?;
    let input = Input::new([
        ("version", item.version.to_string()),
        ("title", item.title.clone()),
        ("lines", item.lines.clone().unwrap_or_default()),
        ("first_day", seoul::day(item.starts_at).to_string()),
        ("last_day", item.last_day().to_string()),
        ("seconds", item.seconds.to_string()),
    ]);
    Ok(draw(&ask, &board, &item, StatusCode::OK, input, Problems::default()))
}

/// `POST /manage/boards/{code}/items/{item}`
pub async fn change(
    ask: Ask,
    Path((code, item)): Path<(String, Uuid)>,
    input: Input,
) -> Result<Response, AppError> {
    let by = ask.signed_in()?.board_editor()?;
    let board = board_of(&ask, &code).await?;
    let item = item_of(&ask, &board, item).await?;
    let (details, problems) = parse(ask.language, item.face, &input);
    let Some(details) = details else {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(draw(&ask, &board, &item, status, input, problems));
    };
    match edit::change(&ask.centre, &by, &code, item.id, version(&input)?, &details).await {
        Ok(()) => Ok(ask.see_other(&format!("/manage/boards/{code}?done=changed"))),
        Err(error) => {
            let (status, problems) = refused(ask.language, error)?;
            Ok(draw(&ask, &board, &item, status, input, problems))
        }
    }
}

/// `POST /manage/boards/{code}/items/{item}/shift`: `way` is `earlier` or `later`.
pub async fn shift(
    ask: Ask,
    Path((code, item)): Path<(String, Uuid)>,
    input: Input,
) -> Result<Response, AppError> {
    let by = ask.signed_in()?.board_editor()?;
    let way = match input.text("way") {
        "earlier" => Way::Earlier,
        "later" => Way::Later,
        _ => return Err(AppError::BadRequest),
    };
    let answer = edit::shift(&ask.centre, &by, &code, item, version(&input)?, way).await;
    back(&ask, &code, "shifted", answer).await
}

/// `POST /manage/boards/{code}/items/{item}/end`
pub async fn end(
    ask: Ask,
    Path((code, item)): Path<(String, Uuid)>,
    input: Input,
) -> Result<Response, AppError> {
    let by = ask.signed_in()?.board_editor()?;
    let answer = edit::end(&ask.centre, &by, &code, item, version(&input)?).await;
    back(&ask, &code, "ended", answer).await
}

/// On to the board, or the board again with a sentence.
async fn back(
    ask: &Ask,
    code: &str,
    done: &str,
    answer: Result<(), BoardError>,
) -> Result<Response, AppError> {
    match answer {
        Ok(()) => Ok(ask.see_other(&format!("/manage/boards/{code}?done={done}"))),
        Err(error) => {
            let (status, problems) = refused(ask.language, error)?;
            super::manage::draw_board(
                ask,
                code,
                super::manage::Drawn { status, problems, ..Default::default() },
            )
            .await
        }
    }
}

fn version(input: &Input) -> Result<i32, AppError> {
    input.text("version").parse().map_err(|_| AppError::BadRequest)
}

/// What was typed, if all of it makes sense.
fn parse(l: Language, face: Face, input: &Input) -> (Option<ItemDetails>, Problems) {
    let mut problems = Problems::default();
    let title = Line::parse(input.text("title"), title_max(face));
    if title.is_none() {
        problems.add("title", words::wrong_title(l, title_max(face)));
    }
    let lines = NoticeText::parse(input.text("lines"));
    if lines.is_none() {
        problems.add("lines", words::wrong_lines(l, NoticeText::LINES, NoticeText::CHARACTERS));
    }
    let mut day = |name: &str| {
        let day = input.text(name).parse::<NaiveDate>().ok().filter(|day| (2000..2200).contains(&day.year()));
        if day.is_none() {
            problems.add(name, words::wrong_day(l));
        }
        day
    };
    let (first_day, last_day) = (day("first_day"), day("last_day"));
    let seconds = Seconds::parse(input.text("seconds"));
    if seconds.is_none() {
        problems.add("seconds", words::wrong_seconds(l, Seconds::LEAST, Seconds::MOST));
    }
    let details = match (title, lines, first_day, last_day, seconds) {
        (Some(title), Some(lines), Some(first_day), Some(last_day), Some(seconds)) => {
            let lines = Some(lines).filter(|_| face == Face::Notices);
            Some(ItemDetails { title, lines, first_day, last_day, seconds })
        }
        _ => None,
    };
    (details, problems)
}

/// A refusal as a status, and a sentence at its field.
pub(super) fn refused(l: Language, error: BoardError) -> Result<(StatusCode, Problems), AppError> {
    let invalid = StatusCode::UNPROCESSABLE_ENTITY;
    let (status, field, sentence) = match error {
        BoardError::NotFound => return Err(AppError::NotFound),
        BoardError::Db(error) => return Err(error.into()),
        BoardError::Stale => (StatusCode::CONFLICT, "", words::refused_stale(l).to_owned()),
        BoardError::CodeTaken => (StatusCode::CONFLICT, "code", words::refused_code(l).to_owned()),
        BoardError::Backwards => (invalid, "last_day", words::refused_backwards(l).to_owned()),
        BoardError::Over => (invalid, "last_day", words::refused_over(l).to_owned()),
        BoardError::TooLarge(most) => (invalid, "file", words::refused_large(l, most / MEGABYTE)),
        BoardError::OtherKind => (invalid, "file", words::refused_other(l).to_owned()),
        BoardError::Media(MediaError::Unknown) => (invalid, "file", words::refused_unknown(l).to_owned()),
        BoardError::Media(MediaError::Broken) => (invalid, "file", words::refused_broken(l).to_owned()),
        BoardError::Media(MediaError::TooWide) => (invalid, "file", words::refused_wide(l, MOST_PIXELS)),
    };
    Ok((status, Problems::one(field, sentence)))
}

fn way(l: Language, board: &board::Model) -> Vec<Crumb> {
    vec![
        Crumb::new(l, words::menu(l), "/manage/boards"),
        Crumb::new(l, board.name_in(l), &format!("/manage/boards/{}", board.code)),
    ]
}

fn draw_new(
    ask: &Ask,
    board: &board::Model,
    face: Face,
    status: StatusCode,
    input: Input,
    problems: Problems,
) -> Response {
    let l = ask.language;
    let title = words::add_to(l, face_word(l, face));
    let action = l.path(&format!("/manage/boards/{}/{}", board.code, face.as_str()));
    let megabytes = most_bytes(&ask.centre, face) / MEGABYTE;
    let way = way(l, board);
    ask.refuse(status, &title.clone(), move || {
        let key = input.text("key").to_owned();
        let file = match face {
            Face::Notices => None,
            Face::Video => Some((words::clip_hint(l, megabytes), ".mp4,.webm,video/mp4,video/webm")),
            Face::LeftPoster | Face::RightPoster => Some((
                words::picture_hint(l, megabytes),
                ".png,.jpg,.jpeg,.webp,image/png,image/jpeg,image/webp",
            )),
        };
        view! {
            <Breadcrumb l=l way=way here=title.clone()/>
            <PageHead title=title lead=words::add_lead(l)/>
            <Form l=l action=action input=input problems=problems upload=file.is_some()>
                <Hidden name="key" value=key/>
                {file.map(|(hint, accept)| view! {
                    <FileInput name="file" label=words::file(l) hint=hint accept=accept required=true/>
                })}
                {fields(l, face)}
                <Button>{words::add(l)}</Button>
            </Form>
        }
    })
}

fn fields(l: Language, face: Face) -> impl IntoView {
    let (label, hint) = match face {
        Face::Notices => (words::title(l), ""),
        _ => (words::title_of_file(l), words::title_of_file_hint(l)),
    };
    let longest = u32::try_from(title_max(face)).unwrap_or_default();
    let lines_hint = words::lines_hint(l, NoticeText::LINES, NoticeText::CHARACTERS);
    let seconds_hint = words::seconds_hint(l, Seconds::LEAST, Seconds::MOST);
    view! {
        <TextInput name="title" label=label hint=hint required=true maxlength=longest/>
        {(face == Face::Notices).then(|| view! {
            <TextArea name="lines" label=words::lines(l) hint=lines_hint rows=4 maxlength=200/>
        })}
        <TextInput name="first_day" label=words::first_day(l) kind="date" required=true short=true/>
        <TextInput name="last_day" label=words::last_day(l) hint=words::last_day_hint(l) kind="date" required=true short=true/>
        <TextInput name="seconds" label=words::seconds(l) hint=seconds_hint inputmode="numeric" required=true short=true maxlength=3/>
    }
}

fn draw(
    ask: &Ask,
    board: &board::Model,
    item: &board_item::Model,
    status: StatusCode,
    input: Input,
    problems: Problems,
) -> Response {
    let l = ask.language;
    let (title, face, now) = (item.title.clone(), item.face, ask.centre.clock().now());
    let path = format!("/manage/boards/{}/items/{}", board.code, item.id);
    let (stage, shown) = (item.stage(now), thumbnail(item, &media_path(board, item.id)));
    let (way, is_ended) = (way(l, board), item.ended_at.is_some());
    let (version, same_version) = (input.text("version").to_owned(), item.version.to_string());
    ask.refuse(status, &title.clone(), move || {
        let form = (!is_ended).then(|| {
            let end = l.path(&format!("{path}/end"));
            view! {
                <Form l=l action=l.path(&path) input=input problems=problems>
                    <Hidden name="version" value=version/>
                    {fields(l, face)}
                    <Button>{words::save(l)}</Button>
                </Form>
                <section aria-labelledby="end-title">
                    <h2 class="section-title" id="end-title">{words::end_title(l)}</h2>
                    <p>{words::end_lead(l)}</p>
                    <Form l=l action=end id="end">
                        <Hidden name="version" value=same_version/>
                        <Button look=Look::Danger>{words::end(l)}</Button>
                    </Form>
                </section>
            }
        });
        view! {
            <Breadcrumb l=l way=way here=title.clone()/>
            <PageHead title=title lead=face_word(l, face)>{stage_badge(l, stage)}</PageHead>
            {shown}
            {form}
        }
    })
}
