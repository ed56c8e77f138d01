//! The desk of the boards: which there are, and what stands on the faces of each now, next and before.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::account::Denied;
use domain::board::edit::{self, BoardDetails};
use domain::board::entity::{board, board_item};
use domain::board::store::{count_shown, find_board, list_boards, list_items};
use domain::board::{BoardCode, DAYS_KEPT, Face, Stage};
use domain::course::Line;
use domain::seoul;
use leptos::prelude::*;

use super::face::{face_word, stage_badge, thumbnail};
use super::item::refused;
use super::page::media_path;
use crate::AppError;
use crate::ask::Ask;
use crate::ui::{
    Alert, Breadcrumb, Button, Cell, Column, Crumb, DescriptionList, Disclosure, EmptyState, Fact, Form,
    Hidden, Input, LinkButton, Look, PageHead, Problems, Query, Table, TextInput, Tone,
};
use crate::when;
use crate::words::{Language, board as words};

/// The longest name, in characters.
const NAME: usize = 60;

/// How a page is drawn this time.
#[derive(Default)]
pub(super) struct Drawn {
    pub status: StatusCode,
    pub input: Option<Input>,
    pub problems: Problems,
    pub done: Option<&'static str>,
}

/// `GET /manage/boards`: for those who fill them and those who put them up.
pub async fn list(ask: Ask, Query(query): Query) -> Result<Response, AppError> {
    let done = (query.text("done") == "founded").then(|| words::done_founded(ask.language));
    draw_list(&ask, Drawn { done, ..Drawn::default() }).await
}

/// `POST /manage/boards`: puts one up.
pub async fn found(ask: Ask, input: Input) -> Result<Response, AppError> {
    let l = ask.language;
    let by = ask.signed_in()?.board_founder()?;
    let mut problems = Problems::default();
    let code = BoardCode::parse(input.text("code"));
    if code.is_none() {
        problems.add("code", words::wrong_code(l));
    }
    let (name, name_en) = parse_names(l, &input, &mut problems);
    let (Some(code), Some(name), true) = (code, name, problems.is_empty()) else {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return draw_list(&ask, Drawn { status, input: Some(input), problems, done: None }).await;
    };
    match edit::found(&ask.centre, &by, &BoardDetails { code, name, name_en }).await {
        Ok(()) => Ok(ask.see_other("/manage/boards?done=founded")),
        Err(error) => {
            let (status, problems) = refused(l, error)?;
            draw_list(&ask, Drawn { status, input: Some(input), problems, done: None }).await
        }
    }
}

fn parse_names(l: Language, input: &Input, problems: &mut Problems) -> (Option<Line>, Option<Line>) {
    let mut name = |field: &str, must: bool| {
        let name = Line::parse(input.text(field), NAME);
        if name.is_none() && (must || !input.text(field).is_empty()) {
            problems.add(field, words::wrong_name(l, NAME));
        }
        name
    };
    (name("name", true), name("name_en", false))
}

async fn draw_list(ask: &Ask, drawn: Drawn) -> Result<Response, AppError> {
    let l = ask.language;
    let viewer = ask.signed_in()?;
    let (fills, founds) = (viewer.board_editor().is_ok(), viewer.board_founder().is_ok());
    if !fills && !founds {
        return Err(AppError::Denied(Denied));
    }
    let boards = list_boards(ask.centre.database()).await?;
    let shown = count_shown(ask.centre.database(), ask.centre.clock().now()).await?;
    Ok(ask.refuse(drawn.status, words::menu(l), move || {
        let row = |board: &board::Model| -> Vec<Cell> {
            let href = l.path(&format!("/manage/boards/{}", board.code));
            let screen = l.path(&format!("/boards/{}", board.code));
            let count = shown.get(&board.id).copied().unwrap_or_default();
            vec![
                view! { <a href=href>{board.name_in(l).to_owned()}</a> }.into_any(),
                count.to_string().into_any(),
                view! { <a href=screen>{words::screen(l)}</a> }.into_any(),
            ]
        };
        let rows: Vec<Vec<Cell>> = boards.iter().map(row).collect();
        let columns =
            vec![Column::text(words::board(l)), Column::number(words::shown(l)), Column::text(words::screen_title(l))];
        view! {
            <Breadcrumb l=l here=words::menu(l)/>
            <PageHead title=words::menu(l) lead=words::menu_lead(l)/>
            {drawn.done.map(|done| view! {
                <div role="status"><Alert l=l tone=Tone::Success><p>{done}</p></Alert></div>
            })}
            {if rows.is_empty() {
                view! { <EmptyState title=words::boards_none(l)/> }.into_any()
            } else {
                view! { <Table caption=words::menu(l) hidden_caption=true columns=columns rows=rows/> }.into_any()
            }}
            {founds.then(|| found_form(l, drawn.input.unwrap_or_default(), drawn.problems))}
        }
    }))
}

fn found_form(l: Language, input: Input, problems: Problems) -> impl IntoView {
    view! {
        <h2 class="section-title">{words::found(l)}</h2>
        <Form l=l action=l.path("/manage/boards") input=input problems=problems>
            <TextInput name="name" label=words::name(l) hint=words::name_hint(l) required=true maxlength=60/>
            <TextInput name="name_en" label=words::name_en(l) maxlength=60/>
            <TextInput name="code" label=words::code(l) hint=words::code_hint(l) required=true short=true maxlength=40/>
            <Button>{words::found(l)}</Button>
        </Form>
    }
}

/// `GET /manage/boards/{code}`
pub async fn page(ask: Ask, Path(code): Path<String>, Query(query): Query) -> Result<Response, AppError> {
    let l = ask.language;
    let done = match query.text("done") {
        "added" => Some(words::done_added(l)),
        "changed" => Some(words::done_changed(l)),
        "shifted" => Some(words::done_shifted(l)),
        "ended" => Some(words::done_ended(l)),
        "renamed" => Some(words::done_renamed(l)),
        _ => None,
    };
    draw_board(&ask, &code, Drawn { done, ..Drawn::default() }).await
}

/// `POST /manage/boards/{code}`: calls it otherwise.
pub async fn rename(ask: Ask, Path(code): Path<String>, input: Input) -> Result<Response, AppError> {
    let l = ask.language;
    let by = ask.signed_in()?.board_founder()?;
    let mut problems = Problems::default();
    let (name, name_en) = parse_names(l, &input, &mut problems);
    let (Some(name), true) = (name, problems.is_empty()) else {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return draw_board(&ask, &code, Drawn { status, input: Some(input), problems, done: None }).await;
    };
    match edit::rename(&ask.centre, &by, &code, &name, name_en.as_ref()).await {
        Ok(()) => Ok(ask.see_other(&format!("/manage/boards/{code}?done=renamed"))),
        Err(error) => {
            let (status, problems) = refused(l, error)?;
            draw_board(&ask, &code, Drawn { status, input: Some(input), problems, done: None }).await
        }
    }
}

/// A board: what stands on it for those who fill it, its name for those who put it up.
pub(super) async fn draw_board(ask: &Ask, code: &str, drawn: Drawn) -> Result<Response, AppError> {
    let l = ask.language;
    let viewer = ask.signed_in()?;
    let (editor, founds) = (viewer.board_editor(), viewer.board_founder().is_ok());
    if editor.is_err() && !founds {
        return Err(AppError::Denied(Denied));
    }
    let (db, now) = (ask.centre.database(), ask.centre.clock().now());
    let board = find_board(db, code).await?.ok_or(AppError::NotFound)?;
    let items = match &editor {
        Ok(editor) => Some(list_items(db, editor, board.id, now).await?),
        Err(Denied) => None,
    };
    let public_url = ask.centre.settings().public_url.clone();
    let name = board.name_in(l).to_owned();
    Ok(ask.refuse(drawn.status, &name.clone(), move || {
        // A button has no form in which its refusal could stand.
        let whole = drawn.problems.of("").map(str::to_owned);
        let (input, problems) = match drawn.input {
            Some(input) => (input, drawn.problems),
            None => (named(&board), Problems::default()),
        };
        let faces = items.map(|items| {
            Face::ALL.iter().map(|face| face_section(l, &board, *face, &items, now)).collect::<Vec<_>>()
        });
        let screen = l.path(&format!("/boards/{}", board.code));
        let links = links(l, &board, &public_url);
        view! {
            <Breadcrumb l=l way=vec![Crumb::new(l, words::menu(l), "/manage/boards")] here=name.clone()/>
            <PageHead title=name lead=words::board_lead(l, DAYS_KEPT)>
                <LinkButton href=screen look=Look::Secondary small=true>{words::screen(l)}</LinkButton>
            </PageHead>
            {drawn.done.map(|done| view! {
                <div role="status"><Alert l=l tone=Tone::Success><p>{done}</p></Alert></div>
            })}
            {whole.map(|sentence| view! {
                <div role="alert"><Alert l=l tone=Tone::Danger><p>{sentence}</p></Alert></div>
            })}
            {faces}
            {links}
            {founds.then(|| rename_form(l, &board, input, problems))}
        }
    }))
}

fn named(board: &board::Model) -> Input {
    Input::new([("name", board.name.clone()), ("name_en", board.name_en.clone().unwrap_or_default())])
}

fn rename_form(l: Language, board: &board::Model, input: Input, problems: Problems) -> impl IntoView + use<> {
    let action = l.path(&format!("/manage/boards/{}", board.code));
    view! {
        <h2 class="section-title">{words::rename(l)}</h2>
        <Form l=l action=action input=input problems=problems id="name">
            <TextInput name="name" label=words::name(l) required=true maxlength=60/>
            <TextInput name="name_en" label=words::name_en(l) maxlength=60/>
            <Button look=Look::Secondary>{words::save(l)}</Button>
        </Form>
    }
}

/// Where a board with a program of its own finds what it shows.
fn links(l: Language, board: &board::Model, public_url: &str) -> impl IntoView + use<> {
    let link = |path: String| {
        let (href, url) = (path.clone(), format!("{public_url}{path}"));
        view! { <a href=href>{url}</a> }
    };
    let at = |rest: &str| format!("/boards/{}/{rest}", board.code);
    let items = vec![
        Fact::new(words::link_screen(l), link(format!("/boards/{}", board.code))),
        Fact::new(words::link_feed(l), link(at("feed.json"))),
        Fact::new(words::link_left(l), link(at("left_poster/picture"))),
        Fact::new(words::link_right(l), link(at("right_poster/picture"))),
    ];
    view! {
        <h2 class="section-title">{words::links(l)}</h2>
        <p>{words::links_lead(l)}</p>
        <DescriptionList items=items/>
    }
}

fn face_section(
    l: Language,
    board: &board::Model,
    face: Face,
    items: &[board_item::Model],
    now: chrono::DateTime<chrono::Utc>,
) -> impl IntoView + use<> {
    let of_face = items.iter().filter(|item| item.face == face);
    let (past, live): (Vec<_>, Vec<_>) =
        of_face.partition(|item| matches!(item.stage(now), Stage::Over | Stage::Ended));
    let last = live.len().saturating_sub(1);
    let lines: Vec<_> = live
        .iter()
        .enumerate()
        .map(|(index, item)| item_line(l, board, item, item.stage(now), (index > 0, index < last)))
        .collect();
    let past_lines: Vec<_> =
        past.iter().map(|item| item_line(l, board, item, item.stage(now), (false, false))).collect();
    let (title, add) =
        (face_word(l, face), l.path(&format!("/manage/boards/{}/{}", board.code, face.as_str())));
    let id = format!("face-{}", face.as_str());
    let (label, same_id) = (words::add_to(l, title), id.clone());
    view! {
        <section aria-labelledby=same_id>
            <h2 class="section-title" id=id>{title}</h2>
            {if lines.is_empty() {
                view! { <p>{if face == Face::Notices { words::face_none_notices(l) } else { words::face_none(l) }}</p> }
                    .into_any()
            } else {
                view! { <ul class="board-items">{lines}</ul> }.into_any()
            }}
            <p class="actions">
                <LinkButton href=add look=Look::Tertiary small=true>{label}</LinkButton>
            </p>
            {(!past_lines.is_empty()).then(|| view! {
                <Disclosure summary=words::past(l, past_lines.len())>
                    <ul class="board-items">{past_lines}</ul>
                </Disclosure>
            })}
        </section>
    }
}

/// What it is, when it is shown, and what can be done with it; `may` says whether it can move earlier and later.
fn item_line(
    l: Language,
    board: &board::Model,
    item: &board_item::Model,
    stage: Stage,
    may: (bool, bool),
) -> impl IntoView + use<> {
    let path = format!("/manage/boards/{}/items/{}", board.code, item.id);
    let days = when::days(l, seoul::day(item.starts_at), item.last_day());
    let seconds = words::seconds_of(l, item.seconds);
    let button = |way: &'static str, word: &'static str, label: String| {
        view! {
            <form method="post" action=l.path(&format!("{path}/shift"))>
                <Hidden name="version" value=item.version.to_string()/>
                <Hidden name="way" value=way/>
                <Button look=Look::Tertiary small=true attr:aria-label=label>{word}</Button>
            </form>
        }
    };
    let earlier = may.0.then(|| button("earlier", words::earlier(l), words::earlier_of(l, &item.title)));
    let later = may.1.then(|| button("later", words::later(l), words::later_of(l, &item.title)));
    view! {
        <li class="board-item">
            {thumbnail(item, &media_path(board, item.id))}
            <div class="board-item-facts">
                <p>{stage_badge(l, stage)}</p>
                <h3 class="structured-title"><a href=l.path(&path)>{item.title.clone()}</a></h3>
                <p>{days} " · " {seconds}</p>
            </div>
            <div class="board-item-actions">{earlier}{later}</div>
        </li>
    }
}
