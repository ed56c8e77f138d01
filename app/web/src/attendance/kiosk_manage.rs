//! The kiosks at the office: which there are, a link for a new one, taking one out of use.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};
use domain::attendance::entity::kiosk;
use domain::attendance::kiosk::{self as kiosks, TEXT};
use domain::course::Line;
use leptos::prelude::*;
use uuid::Uuid;

use crate::AppError;
use crate::ask::Ask;
use crate::ui::{
    Alert, Badge, Breadcrumb, Button, Cell, Column, EmptyState, Form, Input, Look, PageHead, Problems, Query,
    Table, TextInput, Tone,
};
use crate::when;
use crate::words::{Language, kiosk as words};

/// `GET /manage/kiosks`
pub async fn list(ask: Ask, Query(query): Query) -> Result<Response, AppError> {
    let revoked = query.text("done") == "revoked";
    draw(&ask, Drawn { revoked, ..Drawn::default() }).await
}

/// `POST /manage/kiosks`: makes one, whose link is shown this once.
pub async fn issue(ask: Ask, input: Input) -> Result<Response, AppError> {
    let (l, by) = (ask.language, ask.signed_in()?.administrator()?);
    let mut problems = Problems::default();
    let mut line = |field: &str| {
        let line = Line::parse(input.text(field), TEXT);
        if line.is_none() {
            problems.add(field, words::wrong_text(l, TEXT));
        }
        line
    };
    let (Some(name), Some(place)) = (line("name"), line("place")) else {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return draw(&ask, Drawn { status, input, problems, ..Drawn::default() }).await;
    };
    let token = kiosks::issue(&ask.centre, &by, (&name, &place)).await?;
    draw(&ask, Drawn { made: Some(token), ..Drawn::default() }).await
}

/// `POST /manage/kiosks/{kiosk}/renew`: another link, shown this once.
pub async fn renew(ask: Ask, Path(id): Path<Uuid>) -> Result<Response, AppError> {
    let by = ask.signed_in()?.administrator()?;
    let token = kiosks::renew(&ask.centre, &by, id).await?.ok_or(AppError::NotFound)?;
    draw(&ask, Drawn { made: Some(token), ..Drawn::default() }).await
}

/// `POST /manage/kiosks/{kiosk}/revoke`
pub async fn revoke(ask: Ask, Path(id): Path<Uuid>) -> Result<Response, AppError> {
    let by = ask.signed_in()?.administrator()?;
    match kiosks::revoke(&ask.centre, &by, id).await? {
        true => Ok(ask.see_other("/manage/kiosks?done=revoked")),
        false => Err(AppError::NotFound),
    }
}

/// How the page is drawn this time.
#[derive(Default)]
struct Drawn {
    status: StatusCode,
    input: Input,
    problems: Problems,
    /// The token of a new link.
    made: Option<String>,
    revoked: bool,
}

async fn draw(ask: &Ask, drawn: Drawn) -> Result<Response, AppError> {
    let (l, now) = (ask.language, ask.centre.clock().now());
    let by = ask.signed_in()?.administrator()?;
    let all = kiosks::list(&ask.centre, &by).await?;
    let link =
        |token: String| format!("{}{}", ask.centre.settings().public_url, l.path(&format!("/kiosk/{token}")));
    let made = drawn.made.map(link);
    Ok(ask.refuse(drawn.status, words::menu(l), move || {
        let rows: Vec<Vec<Cell>> = all.iter().map(|kiosk| row(l, kiosk, now)).collect();
        let columns =
            [words::name(l), words::place(l), words::state(l), words::used(l), words::acts(l)].map(Column::text);
        view! {
            <Breadcrumb l=l here=words::menu(l)/>
            <PageHead title=words::menu(l) lead=words::manage_lead(l)/>
            {made.map(|link| view! {
                <div role="status" tabindex="-1" autofocus><Alert l=l tone=Tone::Success>
                    <p><strong>{words::made(l)}</strong></p>
                    <p>{words::made_lead(l)}</p>
                    <p>
                        <label for="kiosk-link">{words::link(l)}</label>
                        <input class="krds-input" id="kiosk-link" type="text" readonly value=link/>
                    </p>
                </Alert></div>
            })}
            {drawn.revoked.then(|| view! {
                <div role="status"><Alert l=l tone=Tone::Success><p>{words::revoked(l)}</p></Alert></div>
            })}
            {if rows.is_empty() {
                view! { <EmptyState title=words::empty(l)/> }.into_any()
            } else {
                view! { <Table caption=words::menu(l) hidden_caption=true columns=columns.into() rows=rows/> }.into_any()
            }}
            <h2 class="section-title">{words::add(l)}</h2>
            <Form l=l action=l.path("/manage/kiosks") input=drawn.input problems=drawn.problems>
                <TextInput name="name" label=words::name(l) hint=words::name_hint(l) required=true maxlength=60/>
                <TextInput name="place" label=words::place(l) hint=words::place_hint(l) required=true maxlength=60/>
                <Button>{words::submit(l)}</Button>
            </Form>
        }
    }))
}

fn row(l: Language, kiosk: &kiosk::Model, now: DateTime<Utc>) -> Vec<Cell> {
    let used = match kiosk.used_at {
        Some(at) => view! { <time datetime=when::machine(at)>{when::moment(l, at)}</time> }.into_any(),
        None => words::never(l).into_any(),
    };
    vec![
        kiosk.name.clone().into_any(),
        kiosk.place.clone().into_any(),
        state(l, kiosk, now),
        used,
        kiosk.revoked_at.is_none().then(|| acts(l, kiosk)).into_any(),
    ]
}

fn state(l: Language, kiosk: &kiosk::Model, now: DateTime<Utc>) -> Cell {
    let (tone, word) = match (kiosk.revoked_at, &kiosk.key_hash, kiosk.link_until) {
        (Some(_), ..) => (Tone::Neutral, words::state_revoked(l)),
        (None, Some(_), _) => (Tone::Success, words::state_in_use(l)),
        (None, None, Some(until)) if now < until => (Tone::Information, words::state_waiting(l)),
        (None, None, _) => (Tone::Warning, words::state_late(l)),
    };
    view! { <Badge tone=tone text=word/> }.into_any()
}

fn acts(l: Language, kiosk: &kiosk::Model) -> impl IntoView + use<> {
    let path = l.path(&format!("/manage/kiosks/{}", kiosk.id));
    let (renew, revoke) = (words::renew_of(l, &kiosk.name), words::revoke_of(l, &kiosk.name));
    view! {
        <div class="actions">
            <form method="post" action=format!("{path}/renew")>
                <Button look=Look::Tertiary small=true attr:aria-label=renew>{words::renew(l)}</Button>
            </form>
            <form method="post" action=format!("{path}/revoke")>
                <Button look=Look::Danger small=true attr:aria-label=revoke>{words::revoke(l)}</Button>
            </form>
        </div>
    }
}
