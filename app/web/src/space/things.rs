//! What can be lent by number: cameras, microphones, the car, the crew; for administrators.

use axum::http::StatusCode;
use axum::response::Response;
use domain::account::Administrator;
use domain::course::Line;
use domain::space::arrange::{self, ArrangeError, ThingDetails};
use domain::space::entity::thing;
use domain::space::{SpaceCode, ThingKind};
use domain::studio::store::list_things;
use leptos::prelude::*;
use uuid::Uuid;

use crate::AppError;
use crate::ask::Ask;
use crate::ui::{
    Alert, Breadcrumb, Button, Cell, Choice, Column, Crumb, EmptyState, Form, Hidden, Input, PageHead,
    Problems, Query, Select, Table, TextInput, Tone,
};
use crate::words::{Language, space as words};

/// The longest name, in characters, and the most there can be of a thing.
const NAME: usize = 60;
const MOST: u32 = 999;

#[derive(Default)]
struct Drawn {
    status: StatusCode,
    /// The code of the thing whose form is shown.
    chosen: String,
    sent: Option<(Input, Problems)>,
    done: Option<&'static str>,
}

/// `GET /manage/things?thing=`: all of them, and the form of one or of a new one.
pub async fn page(ask: Ask, Query(query): Query) -> Result<Response, AppError> {
    let done = (query.text("done") == "saved").then(|| words::thing_done(ask.language));
    let chosen = query.text("thing").to_owned();
    draw(&ask, Drawn { chosen, done, ..Drawn::default() }).await
}

/// `POST /manage/things`: `id` is that of the thing to change, nothing for a new one.
pub async fn put(ask: Ask, input: Input) -> Result<Response, AppError> {
    let l = ask.language;
    let administrator: Administrator = ask.signed_in()?.administrator()?;
    let present = match input.text("id") {
        "" => None,
        id => Some(id.parse::<Uuid>().map_err(|_| AppError::BadRequest)?),
    };
    let details = match parse(l, &input) {
        Ok(details) => details,
        Err(problems) => {
            return refuse(&ask, StatusCode::UNPROCESSABLE_ENTITY, input, problems).await;
        }
    };
    let conflict = StatusCode::CONFLICT;
    match arrange::put_thing(&ask.centre, Some(&administrator), present, &details).await {
        Ok(()) => Ok(ask.see_other("/manage/things?done=saved")),
        Err(ArrangeError::CodeTaken) => {
            refuse(&ask, conflict, input, Problems::one("code", words::refused_thing_code(l))).await
        }
        Err(ArrangeError::Promised(count)) => {
            let problems = Problems::one("total", words::refused_promised(l, count));
            refuse(&ask, conflict, input, problems).await
        }
        Err(ArrangeError::NotFound) => Err(AppError::NotFound),
        Err(ArrangeError::Db(error)) => Err(error.into()),
        Err(other) => Err(AppError::Broken(other.to_string())),
    }
}

async fn refuse(
    ask: &Ask,
    status: StatusCode,
    input: Input,
    problems: Problems,
) -> Result<Response, AppError> {
    draw(ask, Drawn { status, sent: Some((input, problems)), ..Drawn::default() }).await
}

fn parse(l: Language, input: &Input) -> Result<ThingDetails, Problems> {
    let mut problems = Problems::default();
    let code = SpaceCode::parse(input.text("code"));
    if code.is_none() {
        problems.add("code", words::wrong_thing_code(l));
    }
    let name = Line::parse(input.text("name"), NAME);
    if name.is_none() {
        problems.add("name", words::wrong_name(l, NAME));
    }
    let name_en = Line::parse(input.text("name_en"), NAME);
    if name_en.is_none() && !input.text("name_en").is_empty() {
        problems.add("name_en", words::wrong_name(l, NAME));
    }
    let kind = ThingKind::parse(input.text("kind"));
    if kind.is_none() {
        problems.add("kind", words::wrong_choice(l));
    }
    let total = input.text("total").parse::<u32>().ok().filter(|total| *total <= MOST);
    if total.is_none() {
        problems.add("total", words::wrong_total(l, MOST));
    }
    match (code, name, kind, total) {
        (Some(code), Some(name), Some(kind), Some(total)) if problems.is_empty() => Ok(ThingDetails {
            code,
            name: name.as_str().to_owned(),
            name_en: name_en.map(|name| name.as_str().to_owned()),
            kind,
            total,
        }),
        _ => Err(problems),
    }
}

async fn draw(ask: &Ask, drawn: Drawn) -> Result<Response, AppError> {
    let l = ask.language;
    ask.signed_in()?.administrator()?;
    let things = list_things(ask.centre.database()).await?;
    let chosen = things.iter().find(|thing| thing.code == drawn.chosen).cloned();
    Ok(ask.refuse(drawn.status, words::things(l), move || {
        let title = chosen.as_ref().map_or_else(
            || words::thing_new(l).to_owned(),
            |thing| words::thing_change(l, &thing.name),
        );
        let (input, problems) = drawn.sent.unwrap_or_else(|| (filled(chosen.as_ref()), Problems::default()));
        view! {
            <Breadcrumb l=l way=vec![Crumb::new(l, words::places(l), "/manage/places")] here=words::things(l)/>
            <PageHead title=words::things(l) lead=words::things_lead(l)/>
            {drawn.done.map(|done| view! {
                <div role="status"><Alert l=l tone=Tone::Success><p>{done}</p></Alert></div>
            })}
            {table(l, &things)}
            <h2 class="section-title">{title}</h2>
            {form(l, input, problems)}
        }
    }))
}

fn filled(thing: Option<&thing::Model>) -> Input {
    let Some(thing) = thing else { return Input::default() };
    Input::new([
        ("id", thing.id.to_string()),
        ("code", thing.code.clone()),
        ("name", thing.name.clone()),
        ("name_en", thing.name_en.clone().unwrap_or_default()),
        ("kind", thing.kind.as_str().to_owned()),
        ("total", thing.total.to_string()),
    ])
}

fn table(l: Language, things: &[thing::Model]) -> AnyView {
    if things.is_empty() {
        return view! { <EmptyState title=words::things_empty(l)/> }.into_any();
    }
    let columns = vec![
        Column::text(words::thing_name(l)),
        Column::text(words::thing_kind(l)),
        Column::number(words::thing_total(l)),
    ];
    let row = |thing: &thing::Model| -> Vec<Cell> {
        let href = l.path(&format!("/manage/things?thing={}", thing.code));
        vec![
            view! { <a href=href>{thing.name.clone()}</a> }.into_any(),
            kind_word(l, thing.kind).into_any(),
            thing.total.to_string().into_any(),
        ]
    };
    let rows = things.iter().map(row).collect();
    view! { <Table caption=words::things(l) hidden_caption=true columns=columns rows=rows/> }.into_any()
}

fn form(l: Language, input: Input, problems: Problems) -> impl IntoView {
    let id = input.text("id").to_owned();
    let kinds = ThingKind::ALL.iter().map(|kind| Choice::new(kind.as_str(), kind_word(l, *kind))).collect();
    view! {
        <Form l=l action=l.path("/manage/things") input=input problems=problems>
            <Hidden name="id" value=id/>
            <TextInput name="name" label=words::thing_name(l) required=true maxlength=60/>
            <TextInput name="name_en" label=words::thing_name_en(l) maxlength=60/>
            <TextInput name="code" label=words::thing_code(l) hint=words::thing_code_hint(l) required=true short=true maxlength=40/>
            <Select name="kind" label=words::thing_kind(l) choices=kinds required=true/>
            <TextInput name="total" label=words::thing_total(l) inputmode="numeric" required=true short=true maxlength=3/>
            <Button>{words::thing_save(l)}</Button>
        </Form>
    }
}

fn kind_word(l: Language, kind: ThingKind) -> &'static str {
    match kind {
        ThingKind::Camera => words::kind_camera(l),
        ThingKind::Microphone => words::kind_microphone(l),
        ThingKind::Encoder => words::kind_encoder(l),
        ThingKind::Car => words::kind_car(l),
        ThingKind::Crew => words::kind_crew(l),
        ThingKind::Other => words::kind_other(l),
    }
}
