//! The front desk: people without a phone or an account, entered into the same queue as everybody else.

use std::sync::Arc;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::account::{Address, Desk, PersonName, SignedIn, store as accounts};
use domain::course::Selection;
use domain::course::entity::run;
use domain::registration::desk::{self as office, AtDesk, Soon, Wish};
use domain::registration::drawing;
use domain::registration::seating::list_meeting_at_desk;
use domain::registration::store::{self, Participant};
use domain::registration::{Book, Choice as Seat, Outcome, Refusal, Snapshot, TicketNumber, WriterError};
use domain::space::{PlanSeat, SeatPlan};
use leptos::prelude::*;
use uuid::Uuid;

use super::page::{find_run, state_word};
use super::refusal;
use super::ticket;
use crate::AppError;
use crate::ask::Ask;
use crate::ui::{
    Alert, Breadcrumb, Button, Cell, Checkbox, Choice, Column, Crumb, EmptyState, Form, Hidden, Input,
    PageHead, Problems, Query, RadioGroup, Select, Table, TextInput, Tone,
};
use crate::when;
use crate::words::{Language, draw as draw_words, registration as words};

/// `GET /desk`: the runs somebody can be entered into now, those that begin first on top, and those that open soon.
pub async fn runs(ask: Ask) -> Result<Response, AppError> {
    let l = ask.language;
    let desk = ask.signed_in()?.desk()?;
    let books = office::list_open_at_desk(&ask.centre, &desk).await?;
    let meeting = list_meeting_at_desk(&ask.centre, &desk).await?;
    let soon = office::list_soon_at_desk(&ask.centre, &desk).await?;
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
            <h2>{words::desk_open(l)}</h2>
            {if rows.is_empty() {
                view! { <EmptyState title=words::desk_empty(l)/> }.into_any()
            } else {
                view! { <Table caption=words::desk_open(l) hidden_caption=true columns=columns rows=rows/> }.into_any()
            }}
            {(!meeting.is_empty()).then(|| meeting_table(l, &meeting))}
            {(!soon.is_empty()).then(|| soon_table(l, &soon))}
        }
    }))
}

/// The runs that have begun: whoever has come to one of their classes is entered into what is free.
fn meeting_table(l: Language, books: &[Arc<Book>]) -> impl IntoView + use<> {
    let row = |book: &Arc<Book>| vec![run_link(l, book), book.left().to_string().into_any()];
    let rows: Vec<Vec<Cell>> = books.iter().map(row).collect();
    let columns = vec![Column::text(words::course(l)), Column::number(words::desk_left(l))];
    view! {
        <h2>{words::desk_meeting(l)}</h2>
        <p>{words::desk_meeting_lead(l)}</p>
        <Table caption=words::desk_meeting(l) hidden_caption=true columns=columns rows=rows/>
    }
}

fn soon_table(l: Language, soon: &[Soon]) -> impl IntoView + use<> {
    let rows: Vec<Vec<Cell>> = soon.iter().map(|soon| soon_row(l, soon)).collect();
    let columns = vec![
        Column::text(words::course(l)),
        Column::text(words::desk_opens(l)),
        Column::text(words::first_class(l)),
        Column::number(words::desk_tickets(l)),
    ];
    view! {
        <h2>{words::desk_soon(l)}</h2>
        <p>{words::desk_soon_lead(l)}</p>
        <Table caption=words::desk_soon(l) hidden_caption=true columns=columns rows=rows/>
    }
}

fn soon_row(l: Language, Soon { book, tickets }: &Soon) -> Vec<Cell> {
    vec![
        run_link(l, book),
        book.apply_from.map(|opens| when::moment(l, opens)).into_any(),
        book.begins().map(|begins| when::moment(l, begins)).into_any(),
        tickets.to_string().into_any(),
    ]
}

fn run_link(l: Language, book: &Book) -> Cell {
    let href = l.path(&format!("/desk/{}", book.code));
    view! { <a href=href>{format!("{} ({})", book.course, book.code)}</a> }.into_any()
}

fn run_row(l: Language, book: &Book) -> Vec<Cell> {
    vec![
        run_link(l, book),
        book.begins().map(|begins| when::moment(l, begins)).into_any(),
        book.left().to_string().into_any(),
        book.snapshot().waiting.to_string().into_any(),
    ]
}

/// `GET /desk/{code}`; `?entered=<application>` or `?ticket=<ticket>` says what the last entry came to.
pub async fn run(ask: Ask, Path(code): Path<String>, Query(query): Query) -> Result<Response, AppError> {
    let desk = ask.signed_in()?.desk()?;
    let run = find_run(&ask.centre, &code).await?.run;
    let id = |name: &str| query.text(name).parse::<Uuid>().ok();
    draw(&ask, &desk, &run, Drawn { entered: id("entered"), ticket: id("ticket"), ..Drawn::default() }).await
}

/// `POST /desk/{code}`: the form's `key` is also the id of a person who is new, so that sending it twice makes one.
/// Before the opening `number` is that of their ticket.
pub async fn enter(ask: Ask, Path(code): Path<String>, input: Input) -> Result<Response, AppError> {
    let l = ask.language;
    let desk = ask.signed_in()?.desk()?;
    let run = find_run(&ask.centre, &code).await?.run;
    let key = input.text("key").parse::<Uuid>().map_err(|_| AppError::BadRequest)?;
    let opens_later = run.apply_from.is_some_and(|opens| opens > ask.centre.clock().now());
    let entry = match Entry::parse(l, &input, opens_later) {
        Ok(entry) => entry,
        Err(problems) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return draw(&ask, &desk, &run, Drawn { status, input, problems, ..Drawn::default() }).await;
        }
    };
    match admit(&ask, &desk, &run, entry, key).await {
        Ok(Some(outcome)) => Ok(ask.see_other(&format!("/desk/{code}?entered={}", outcome.application))),
        Ok(None) => Ok(ask.see_other(&format!("/desk/{code}?ticket={key}"))),
        Err(error) => {
            let refused = refusal::of_writer(error)?;
            let field = match refused {
                Refusal::SeatTaken(_) | Refusal::SeatOutOfService(_) | Refusal::NoSuchSeat => "seat",
                Refusal::TicketTaken(_) => "number",
                _ => "",
            };
            draw(&ask, &desk, &run, Drawn::refused(l, &refused, field, input)).await
        }
    }
}

/// Finds or makes the person, and puts their application into the queue. `None` where their ticket waits for the opening.
async fn admit(
    ask: &Ask,
    desk: &Desk,
    run: &run::Model,
    entry: Entry,
    key: Uuid,
) -> Result<Option<Outcome>, WriterError> {
    let Entry { name, phone, language, choice, ticket } = entry;
    let wish = Wish { run: run.id, choice, ticket, key };
    let known = match &phone {
        Some(phone) => accounts::find_at_desk(&ask.centre, desk, phone, &name).await?,
        None => None,
    };
    let db = ask.centre.database();
    let person = match known {
        Some(person) => person,
        None => {
            office::check_at_desk(&ask.centre, desk, &wish).await?;
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
    office::apply_at_desk(&ask.centre, desk, who, wish).await
}

/// What the desk typed, checked.
struct Entry {
    name: PersonName,
    phone: Option<Address>,
    language: Language,
    choice: Seat,
    ticket: Option<TicketNumber>,
}

impl Entry {
    fn parse(l: Language, input: &Input, with_ticket: bool) -> Result<Self, Problems> {
        let mut problems = Problems::default();
        let ticket = TicketNumber::parse(input.text("number")).filter(|_| with_ticket);
        if with_ticket && ticket.is_none() {
            problems.add("number", words::ticket_number_wrong(l));
        }
        let name = PersonName::parse(input.text("name"));
        if name.is_none() {
            problems.add("name", words::desk_name_wrong(l));
        }
        let phone = Address::parse_phone(input.text("phone"));
        if phone.is_none() && !input.text("phone").is_empty() {
            problems.add("phone", words::desk_phone_wrong(l));
        }
        let choice = Seat::parse(input.text("seat"));
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
                Ok(Self { name, phone, language, choice, ticket })
            }
            _ => Err(problems),
        }
    }
}

/// How the page is drawn this time.
#[derive(Default)]
pub(super) struct Drawn {
    status: StatusCode,
    input: Input,
    problems: Problems,
    /// The application or the ticket of which the page says what it came to.
    entered: Option<Uuid>,
    ticket: Option<Uuid>,
}

impl Drawn {
    pub(super) fn refused(l: Language, refused: &Refusal, field: &str, input: Input) -> Self {
        let problems = Problems::one(field, refusal::sentence(l, refused));
        Self { status: refusal::status(refused), input, problems, ..Self::default() }
    }
}

pub(super) async fn draw(
    ask: &Ask,
    desk: &Desk,
    run: &run::Model,
    drawn: Drawn,
) -> Result<Response, AppError> {
    let l = ask.language;
    let standing = store::standing(&ask.centre, run.id, None).await?.ok_or(AppError::NotFound)?;
    let plan = store::plan(&ask.centre, run, &standing.book).await?;
    let people = store::list_at_desk(&ask.centre, desk, run.id).await?;
    let tickets = office::list_tickets(&ask.centre, desk, &standing.book).await?;
    let selection = standing.book.selection;
    let opening = standing.book.opens_after(ask.centre.clock().now());
    let entered =
        drawn.entered.and_then(|id| people.iter().find(|who| who.application.id == id)).map(|who| {
            let state = state_word(l, selection, who.application.state, who.rank);
            words::desk_entered(l, &who.name, state, seat_of(who))
        });
    // Whoever was entered just now is told their code, by whom they were entered; others read it in their letter.
    let is_own = |who: &&Participant| {
        Some(who.application.id) == drawn.entered && who.application.entered_by == Some(desk.id())
    };
    let code = match people.iter().find(is_own) {
        Some(who) => drawing::ticket_of(&ask.centre, who.application.id).await?.map(|ticket| ticket.code),
        None => None,
    };
    let ticket = drawn.ticket.and_then(|id| tickets.iter().find(|line| line.ticket.id == id));
    let entered = entered.or(ticket.map(|line| ticket::says(l, line)));
    let key = ask.centre.clock().id().to_string();
    let address = ask.link(&format!("/desk/{}", run.code));
    let title = format!("{} ({})", standing.book.course, run.code);
    let mut seats = vec![Choice::new("any", words::desk_any(l))];
    seats.extend(seat_choices(l, &plan, &standing.book.snapshot()));
    let Snapshot { left, waiting, .. } = standing.book.snapshot();
    let lead = match opening {
        Some(opens) => words::ticket_opens(l, when::moment(l, opens), standing.book.capacity),
        None => words::places_left_and_waiting(l, left, standing.book.capacity, waiting),
    };
    let number = ticket::next_number(&tickets).to_string();
    let fresh = Input::new([("language", Language::Ko.code()), ("seat", "any"), ("number", &number)]);
    let input = if drawn.input == Input::default() { fresh } else { drawn.input };
    let heading = title.clone();
    Ok(ask.refuse(drawn.status, &heading, move || {
        let rows: Vec<Vec<Cell>> = people.iter().map(|who| row(l, &address, selection, who)).collect();
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
            <PageHead title=title.clone() lead=lead/>
            {entered.map(|sentence| view! {
                <div role="status"><Alert l=l tone=Tone::Success>
                    <p>{sentence}</p>
                    {code.map(|code| view! {
                        <p>{draw_words::code(l)} " " <strong>{code}</strong> <br/> {draw_words::code_hint(l)}</p>
                    })}
                </Alert></div>
            })}
            {match opening {
                Some(_) => view! { <h2>{words::ticket_enter(l)}</h2><p>{words::ticket_lead(l)}</p> }.into_any(),
                None => view! { <h2>{words::desk_enter(l)}</h2> }.into_any(),
            }}
            <Form l=l action=address.clone() input=input problems=drawn.problems>
                <Hidden name="key" value=key/>
                {opening.map(|_| ticket::number_field(l))}
                <TextInput name="name" label=words::desk_name(l) required=true maxlength=60/>
                <TextInput name="phone" label=words::desk_phone(l) hint=words::desk_phone_hint(l) kind="tel" inputmode="tel"/>
                <Select name="seat" label=words::seat(l) choices=seats required=true/>
                <RadioGroup name="language" legend=words::desk_language(l) choices=languages required=true/>
                <Checkbox name="consent" label=words::desk_consent(l) required=true/>
                <Button>{words::desk_submit(l)}</Button>
            </Form>
            {(opening.is_some() || !tickets.is_empty()).then(|| ticket::section(l, &address, &tickets))}
            {(opening.is_none() || !rows.is_empty()).then(|| view! {
                <h2>{words::desk_people(l)}</h2>
                {(tickets.is_empty() && !rows.is_empty()).then(|| view! { <p>{words::desk_people_lead(l)}</p> })}
                {people_table(l, columns.map(Column::text).into(), rows)}
            })}
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

pub(crate) fn seat_choices(l: Language, plan: &SeatPlan, snapshot: &Snapshot) -> Vec<Choice> {
    let free = |seat: &&PlanSeat| seat.out_of_service.is_none() && !snapshot.taken.contains(&seat.code);
    let choice = |seat: &PlanSeat| {
        let code = seat.code.as_str();
        let label = if seat.accessible { words::option_accessible(l, code) } else { code.to_owned() };
        Choice::new(code, label)
    };
    plan.seats().filter(free).map(choice).collect()
}

fn row(l: Language, address: &str, selection: Selection, who: &Participant) -> Vec<Cell> {
    let href = format!("{address}/{}", who.application.id);
    vec![
        view! { <a href=href>{who.name.clone()}</a> }.into_any(),
        who.phone_end.clone().unwrap_or_else(|| "–".into()).into_any(),
        state_word(l, selection, who.application.state, who.rank).into_any(),
        seat_of(who).into_any(),
        when::moment(l, who.application.applied_at).into_any(),
    ]
}
