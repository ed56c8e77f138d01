//! The front desk: people without a phone or an account, entered into the same queue as everybody else.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::account::{Address, Desk, PersonName, SignedIn, store as accounts};
use domain::course::entity::run;
use domain::registration::store::{self, AtDesk, Participant};
use domain::registration::{Book, Choice as Wish, Outcome, Refusal, Snapshot, WriterError};
use domain::space::{PlanSeat, SeatPlan};
use leptos::prelude::*;
use uuid::Uuid;

use super::page::{find_run, state_word};
use super::refusal;
use crate::AppError;
use crate::ask::Ask;
use crate::ui::{
    Alert, Breadcrumb, Button, Cell, Checkbox, Choice, Column, Crumb, EmptyState, Form, Hidden, Input,
    PageHead, Problems, Query, RadioGroup, Select, Table, TextInput, Tone,
};
use crate::when;
use crate::words::{Language, registration as words};

/// `GET /desk`: the runs somebody can be entered into now, those that begin first on top.
pub async fn runs(ask: Ask) -> Result<Response, AppError> {
    let l = ask.language;
    let desk = ask.signed_in()?.desk()?;
    let books = store::list_open_at_desk(&ask.centre, &desk).await?;
    Ok(ask.page(words::desk(l), move || {
        let rows: Vec<Vec<Cell>> = books.iter().map(|book| run_row(l, book)).collect();
        let columns = vec![
            Column::text(words::course(l)),
            Column::text(words::first_class(l)),
            Column::number(words::desk_left(l)),
            Column::number(words::desk_waiting(l)),
        ];
        view! {
            <Breadcrumb l=l here=words::desk(l)/>
            <PageHead title=words::desk(l) lead=words::desk_lead(l)/>
            {if rows.is_empty() {
                view! { <EmptyState title=words::desk_empty(l)/> }.into_any()
            } else {
                view! { <Table caption=words::desk(l) hidden_caption=true columns=columns rows=rows/> }.into_any()
            }}
        }
    }))
}

fn run_row(l: Language, book: &Book) -> Vec<Cell> {
    let href = l.path(&format!("/desk/{}", book.code));
    vec![
        view! { <a href=href>{format!("{} ({})", book.course, book.code)}</a> }.into_any(),
        book.begins().map(|begins| when::moment(l, begins)).into_any(),
        book.left().to_string().into_any(),
        book.snapshot().waiting.to_string().into_any(),
    ]
}

/// `GET /desk/{code}`; `?entered=<application>` says what the last entry came to.
pub async fn run(ask: Ask, Path(code): Path<String>, Query(query): Query) -> Result<Response, AppError> {
    let desk = ask.signed_in()?.desk()?;
    let run = find_run(&ask.centre, &code).await?;
    let entered = query.text("entered").parse::<Uuid>().ok();
    draw(&ask, &desk, &run, Drawn { entered, ..Drawn::default() }).await
}

/// `POST /desk/{code}`: the form's `key` is also the id of a person who is new, so that sending it twice makes one.
pub async fn enter(ask: Ask, Path(code): Path<String>, input: Input) -> Result<Response, AppError> {
    let l = ask.language;
    let desk = ask.signed_in()?.desk()?;
    let run = find_run(&ask.centre, &code).await?;
    let key = input.text("key").parse::<Uuid>().map_err(|_| AppError::BadRequest)?;
    let entry = match Entry::parse(l, &input) {
        Ok(entry) => entry,
        Err(problems) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return draw(&ask, &desk, &run, Drawn { status, input, problems, entered: None }).await;
        }
    };
    match admit(&ask, &desk, &run, entry, key).await {
        Ok(outcome) => Ok(ask.see_other(&format!("/desk/{code}?entered={}", outcome.application))),
        Err(error) => {
            let refused = refusal::of_writer(error)?;
            let field = match refused {
                Refusal::SeatTaken(_) | Refusal::SeatOutOfService(_) | Refusal::NoSuchSeat => "seat",
                _ => "",
            };
            let problems = Problems::one(field, refusal::sentence(l, &refused));
            let status = refusal::status(&refused);
            draw(&ask, &desk, &run, Drawn { status, input, problems, entered: None }).await
        }
    }
}

/// Finds or makes the person, and puts their application into the queue.
async fn admit(
    ask: &Ask,
    desk: &Desk,
    run: &run::Model,
    entry: Entry,
    key: Uuid,
) -> Result<Outcome, WriterError> {
    let Entry { name, phone, language, choice } = entry;
    let known = match &phone {
        Some(phone) => accounts::find_at_desk(&ask.centre, desk, phone, &name).await?,
        None => None,
    };
    let db = ask.centre.database();
    let person = match known {
        Some(person) => person,
        None => {
            store::check_at_desk(&ask.centre, desk, run.id, &choice).await?;
            let wanted = name.clone();
            let made = accounts::create_at_desk(&ask.centre, desk, key, name, phone, language).await?;
            // Going back and typing another name over an old form must not enter the first person again.
            if accounts::names_of(db, [made]).await?.get(&made).map(String::as_str) != Some(wanted.as_str()) {
                return Err(WriterError::Refused(Refusal::WrongState));
            }
            made
        }
    };
    let account = SignedIn::of_session(&ask.centre, person).await?;
    let who = AtDesk { person, language, staff: account.is_some_and(|account| account.is_staff()) };
    store::apply_at_desk(&ask.centre, desk, who, run.id, choice, key).await
}

/// What the desk typed, checked.
struct Entry {
    name: PersonName,
    phone: Option<Address>,
    language: Language,
    choice: Wish,
}

impl Entry {
    fn parse(l: Language, input: &Input) -> Result<Self, Problems> {
        let mut problems = Problems::default();
        let name = PersonName::parse(input.text("name"));
        if name.is_none() {
            problems.add("name", words::desk_name_wrong(l));
        }
        let phone = Address::parse_phone(input.text("phone"));
        if phone.is_none() && !input.text("phone").is_empty() {
            problems.add("phone", words::desk_phone_wrong(l));
        }
        let choice = Wish::parse(input.text("seat"));
        if choice.is_none() {
            problems.add("seat", words::refused_no_such_seat(l));
        }
        let language = Language::parse(input.text("language"));
        if language.is_none() {
            problems.add("language", words::desk_language_wrong(l));
        }
        if !input.flag("consent") {
            problems.add("consent", words::desk_consent_wanted(l));
        }
        match (name, language, choice) {
            (Some(name), Some(language), Some(choice)) if problems.is_empty() => {
                Ok(Self { name, phone, language, choice })
            }
            _ => Err(problems),
        }
    }
}

/// How the page is drawn this time.
#[derive(Default)]
struct Drawn {
    status: StatusCode,
    input: Input,
    problems: Problems,
    entered: Option<Uuid>,
}

async fn draw(ask: &Ask, desk: &Desk, run: &run::Model, drawn: Drawn) -> Result<Response, AppError> {
    let l = ask.language;
    let standing = store::standing(&ask.centre, run.id, None).await?.ok_or(AppError::NotFound)?;
    let plan = store::plan(&ask.centre, run, &standing.book).await?;
    let people = store::list_at_desk(&ask.centre, desk, run.id).await?;
    let entered =
        drawn.entered.and_then(|id| people.iter().find(|who| who.application.id == id)).map(|who| {
            words::desk_entered(l, &who.name, state_word(l, who.application.state, who.rank), seat_of(who))
        });
    let key = ask.centre.clock().id().to_string();
    let address = ask.link(&format!("/desk/{}", run.code));
    let title = format!("{} ({})", standing.book.course, run.code);
    let mut seats = vec![Choice::new("any", words::desk_any(l))];
    seats.extend(seat_choices(l, &plan, &standing.book.snapshot()));
    let Snapshot { left, waiting, .. } = standing.book.snapshot();
    let left = words::places_left_and_waiting(l, left, standing.book.capacity, waiting);
    let fresh = Input::new([("language", Language::Ko.code()), ("seat", "any")]);
    let input = if drawn.input == Input::default() { fresh } else { drawn.input };
    let heading = title.clone();
    Ok(ask.refuse(drawn.status, &heading, move || {
        let rows: Vec<Vec<Cell>> = people.iter().map(|who| row(l, &address, who)).collect();
        let columns = [
            words::desk_name(l),
            words::desk_phone_end(l),
            words::state(l),
            words::seat(l),
            words::applied_at(l),
        ];
        let languages = Language::ALL.iter().map(|one| Choice::new(one.code(), one.name())).collect();
        view! {
            <Breadcrumb l=l way=vec![Crumb::new(l, words::desk(l), "/desk")] here=title.clone()/>
            <PageHead title=title.clone() lead=left/>
            {entered.map(|sentence| view! {
                <div role="status"><Alert l=l tone=Tone::Success><p>{sentence}</p></Alert></div>
            })}
            <h2>{words::desk_enter(l)}</h2>
            <Form l=l action=address.clone() input=input problems=drawn.problems>
                <Hidden name="key" value=key/>
                <TextInput name="name" label=words::desk_name(l) required=true maxlength=60/>
                <TextInput name="phone" label=words::desk_phone(l) hint=words::desk_phone_hint(l) kind="tel" inputmode="tel"/>
                <Select name="seat" label=words::seat(l) choices=seats required=true/>
                <RadioGroup name="language" legend=words::desk_language(l) choices=languages required=true/>
                <Checkbox name="consent" label=words::desk_consent(l) required=true/>
                <Button>{words::desk_submit(l)}</Button>
            </Form>
            <h2>{words::desk_people(l)}</h2>
            <p>{words::desk_people_lead(l)}</p>
            {people_table(l, columns.map(Column::text).into(), rows)}
        }
    }))
}

/// The list of a run's people, or that there are none yet.
pub(super) fn people_table(l: Language, columns: Vec<Column>, rows: Vec<Vec<Cell>>) -> AnyView {
    if rows.is_empty() {
        return view! { <EmptyState title=words::desk_nobody(l)/> }.into_any();
    }
    view! { <Table caption=words::desk_people(l) hidden_caption=true columns=columns rows=rows/> }.into_any()
}

pub(super) fn seat_of(who: &Participant) -> String {
    who.seat.clone().unwrap_or_else(|| "–".into())
}

pub(super) fn seat_choices(l: Language, plan: &SeatPlan, snapshot: &Snapshot) -> Vec<Choice> {
    let free = |seat: &&PlanSeat| seat.out_of_service.is_none() && !snapshot.taken.contains(&seat.code);
    let choice = |seat: &PlanSeat| {
        let code = seat.code.as_str();
        let label = if seat.accessible { words::option_accessible(l, code) } else { code.to_owned() };
        Choice::new(code, label)
    };
    plan.seats().filter(free).map(choice).collect()
}

fn row(l: Language, address: &str, who: &Participant) -> Vec<Cell> {
    let href = format!("{address}/{}", who.application.id);
    vec![
        view! { <a href=href>{who.name.clone()}</a> }.into_any(),
        who.phone_end.clone().unwrap_or_else(|| "–".into()).into_any(),
        state_word(l, who.application.state, who.rank).into_any(),
        seat_of(who).into_any(),
        when::moment(l, who.application.applied_at).into_any(),
    ]
}
