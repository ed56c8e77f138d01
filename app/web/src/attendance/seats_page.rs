//! Other seats and people who come without an application, at the sheet of a class. Both need the server's word at once, so
//! this page is no part of the sheet that works without a line.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::account::{Address, PersonName, mask_name};
use domain::attendance::sheet::{Attendee, read_sheet};
use domain::course::Mode;
use domain::course::store::find_course;
use domain::registration::seating::{self, InDoor};
use domain::registration::store::{plan, standing};
use domain::registration::{Book, Choice as Seat, Refusal, WriterError};
use domain::space::{PlanSeat, SeatCode, SeatPlan};
use leptos::prelude::*;
use uuid::Uuid;

use super::sheet_page::{MASKED, Opened, masking};
use crate::AppError;
use crate::ask::Ask;
use crate::registration::{refusal, seat_choices};
use crate::ui::{
    Alert, Breadcrumb, Button, Choice, Crumb, Form, Hidden, Input, LinkButton, Look, PageHead, Problems,
    Query, Select, TextInput, Tone,
};
use crate::words::{Language, broadcast, seats as words, sheet as sheet_words};

/// `GET /sheets/{code}/{number}/seats`; `moved` or `added` names the application of whom the last form was about.
pub async fn page(
    ask: Ask,
    Path((code, number)): Path<(String, i32)>,
    Query(query): Query,
) -> Result<Response, AppError> {
    let at = AtDoor::open(&ask, &code, number, &query).await?;
    let id = |name: &str| query.text(name).parse::<Uuid>().ok();
    at.draw(Drawn { moved: id("moved"), added: id("added"), ..Drawn::default() }).await
}

/// `POST /sheets/{code}/{number}/seats`: `who` is an application; `to` a free seat's code, or a seat's code and the application
/// that holds it.
pub async fn change(
    ask: Ask,
    Path((code, number)): Path<(String, i32)>,
    input: Input,
) -> Result<Response, AppError> {
    let l = ask.language;
    let at = AtDoor::open(&ask, &code, number, &input).await?;
    let (who, to) = match (input.text("who").parse::<Uuid>(), Target::parse(input.text("to"))) {
        (Ok(who), Some(to)) => (who, to),
        (who, to) => {
            let mut problems = Problems::default();
            if who.is_err() {
                problems.add("who", words::who_wanted(l));
            }
            if to.is_none() {
                problems.add("to", words::to_wanted(l));
            }
            return at.refuse_move(StatusCode::UNPROCESSABLE_ENTITY, input, problems).await;
        }
    };
    let answer = match to {
        Target::Free(seat) => seating::change_seat(&ask.centre, &at.opened.by, who, seat).await,
        Target::Of(seat, other) => seating::swap(&ask.centre, &at.opened.by, who, (other, seat)).await,
    };
    let Err(error) = answer else { return Ok(at.see_other("moved", who)) };
    let refused = of_writer(error)?;
    let (field, sentence) = match &refused {
        Refusal::WrongState => ("", words::list_changed(l).to_owned()),
        Refusal::Begun => ("", words::over(l).to_owned()),
        Refusal::SeatTaken(seat) => ("to", words::seat_taken(l, seat.as_str())),
        Refusal::SeatOutOfService(_) | Refusal::NoSuchSeat => ("to", refusal::sentence(l, &refused)),
        _ => ("", refusal::sentence(l, &refused)),
    };
    at.refuse_move(refusal::status(&refused), input, Problems::one(field, sentence)).await
}

/// `POST /sheets/{code}/{number}/walk-ins`: the `name` and the `address` of somebody in the door, the `seat` they want.
pub async fn let_in(
    ask: Ask,
    Path((code, number)): Path<(String, i32)>,
    input: Input,
) -> Result<Response, AppError> {
    let l = ask.language;
    let at = AtDoor::open(&ask, &code, number, &input).await?;
    let key = input.text("key").parse::<Uuid>().map_err(|_| AppError::BadRequest)?;
    let (who, choice) = match parse(l, &input) {
        Ok(parsed) => parsed,
        Err(problems) => return at.refuse_walk_in(StatusCode::UNPROCESSABLE_ENTITY, input, problems).await,
    };
    let error = match seating::let_in(&ask.centre, &at.opened.by, &who, choice, key).await {
        Ok(Some(outcome)) => return Ok(at.see_other("added", outcome.application)),
        Ok(None) => {
            let problems = Problems::one("address", words::no_account(l));
            return at.refuse_walk_in(StatusCode::UNPROCESSABLE_ENTITY, input, problems).await;
        }
        Err(error) => error,
    };
    let refused = of_writer(error)?;
    let (field, sentence) = match &refused {
        // What else somebody takes, and why they may not, is theirs and the desk's to know.
        Refusal::StaffOnly | Refusal::Barred(_) | Refusal::Overlaps(_) | Refusal::MonthlyLimit(_) => {
            ("", words::not_for_them(l).to_owned())
        }
        Refusal::AlreadyApplied => ("", words::already(l).to_owned()),
        Refusal::SeatTaken(seat) => ("seat", words::seat_taken(l, seat.as_str())),
        Refusal::SeatOutOfService(_) | Refusal::NoSuchSeat | Refusal::OnlineFull => {
            ("seat", refusal::sentence(l, &refused))
        }
        _ => ("", refusal::sentence(l, &refused)),
    };
    at.refuse_walk_in(refusal::status(&refused), input, Problems::one(field, sentence)).await
}

/// Somebody who is no longer in the list is no page that isn't there.
fn of_writer(error: WriterError) -> Result<Refusal, AppError> {
    match error {
        WriterError::Refused(Refusal::NotFound) => Ok(Refusal::WrongState),
        error => refusal::of_writer(error),
    }
}

fn parse(l: Language, input: &Input) -> Result<(InDoor, Seat), Problems> {
    let mut problems = Problems::default();
    let name = PersonName::parse(input.text("name"));
    if name.is_none() {
        problems.add("name", words::name_wrong(l));
    }
    let address = Address::parse(input.text("address"));
    if address.is_none() {
        problems.add("address", words::address_wrong(l));
    }
    let choice = Seat::parse(input.text("seat"));
    if choice.is_none() {
        problems.add("seat", crate::words::registration::refused_no_such_seat(l));
    }
    match (name, address, choice) {
        (Some(name), Some(address), Some(choice)) => Ok((InDoor { name, address }, choice)),
        _ => Err(problems),
    }
}

/// Where somebody is to sit.
enum Target {
    Free(SeatCode),
    /// The seat on which this application was seen, to exchange with it.
    Of(SeatCode, Uuid),
}

impl Target {
    fn parse(text: &str) -> Option<Self> {
        match text.split_once(' ') {
            None => SeatCode::parse(text).map(Self::Free),
            Some((seat, other)) => Some(Self::Of(SeatCode::parse(seat)?, other.parse().ok()?)),
        }
    }
}

/// How the page is drawn this time.
#[derive(Default)]
struct Drawn {
    status: StatusCode,
    of_move: (Input, Problems),
    of_walk_in: (Input, Problems),
    /// Whose seat has just changed, or who has just been let in.
    moved: Option<Uuid>,
    added: Option<Uuid>,
}

/// A request of whoever may mark the sheet.
struct AtDoor<'a> {
    ask: &'a Ask,
    opened: Opened,
    masked: bool,
}

impl<'a> AtDoor<'a> {
    async fn open(ask: &'a Ask, code: &str, number: i32, fields: &Input) -> Result<Self, AppError> {
        let opened = Opened::find(ask, code, number).await?;
        Ok(Self { ask, opened, masked: fields.text("names") == MASKED })
    }

    fn see_other(&self, done: &str, application: Uuid) -> Response {
        let names = if self.masked { "&names=masked" } else { "" };
        self.ask.see_other(&format!("{}/seats?{done}={application}{names}", self.opened.path()))
    }

    async fn refuse_move(
        &self,
        status: StatusCode,
        input: Input,
        problems: Problems,
    ) -> Result<Response, AppError> {
        self.draw(Drawn { status, of_move: (input, problems), ..Drawn::default() }).await
    }

    async fn refuse_walk_in(
        &self,
        status: StatusCode,
        input: Input,
        problems: Problems,
    ) -> Result<Response, AppError> {
        self.draw(Drawn { status, of_walk_in: (input, problems), ..Drawn::default() }).await
    }

    fn shown(&self, name: &str) -> String {
        if self.masked { mask_name(name) } else { name.to_owned() }
    }

    async fn draw(&self, drawn: Drawn) -> Result<Response, AppError> {
        let (ask, l) = (self.ask, self.ask.language);
        let Opened { run, class, by } = &self.opened;
        let attendees = read_sheet(&ask.centre, by, run, class).await?.attendees;
        let book = standing(&ask.centre, run.id, None).await?.ok_or(AppError::NotFound)?.book;
        let seats = plan(&ask.centre, run, &book).await?;
        let find = |id: Option<Uuid>| attendees.iter().find(|it| Some(it.application) == id);
        let seat_of = |it: &Attendee| it.seat.clone().unwrap_or_else(|| "–".into());
        let moved = find(drawn.moved).map(|it| words::moved(l, self.shown(&it.name), seat_of(it)));
        let added =
            find(drawn.added).map(|it| (it.application, words::added(l, self.shown(&it.name), seat_of(it))));
        let sheet = ask.link(&format!("{}{}", self.opened.path(), masking(self.masked)));
        let title = words::title(l);
        let way = vec![
            Crumb::new(l, sheet_words::sheets(l), "/sheets"),
            Crumb::new(l, format!("{} {}", run.code, class.number), &self.opened.path()),
        ];
        let course = find_course(ask.centre.database(), run.course_id).await?.ok_or(AppError::NotFound)?;
        let course = broadcast::title_of_class(l, crate::course::title(l, &course), class.number);
        let lead = format!("{course} · {}", crate::when::span(l, class.starts_at, class.ends_at));
        let status = drawn.status;
        Ok(ask.refuse(status, title, || {
            let Drawn { of_move, of_walk_in, .. } = drawn;
            let moving = book.has_plan().then(|| self.move_form(&attendees, &seats, &book, of_move));
            let adding = self.walk_in_form(&seats, &book, of_walk_in);
            view! {
                <Breadcrumb l=l way=way here=title/>
                <PageHead title=title lead=lead/>
                {moved.map(|sentence| view! {
                    <div role="status"><Alert l=l tone=Tone::Success><p>{sentence}</p></Alert></div>
                })}
                {added.map(|(application, sentence)| view! {
                    <div role="status"><Alert l=l tone=Tone::Success>
                        <p>{sentence}</p>
                        <p class="actions">
                            <LinkButton href=format!("{sheet}#who-{application}") look=Look::Secondary small=true>
                                {words::mark(l)}
                            </LinkButton>
                        </p>
                    </Alert></div>
                })}
                <h2 class="section-title">{words::move_title(l)}</h2>
                {moving.unwrap_or_else(|| view! { <p>{words::no_plan(l)}</p> }.into_any())}
                <h2 class="section-title">{words::add_title(l)}</h2>
                {adding}
            }
        }))
    }

    fn names_field(&self) -> Option<impl IntoView + use<>> {
        self.masked.then(|| view! { <Hidden name="names" value=MASKED/> })
    }

    fn move_form(
        &self,
        attendees: &[Attendee],
        seats: &SeatPlan,
        book: &Book,
        (input, problems): (Input, Problems),
    ) -> AnyView {
        let l = self.ask.language;
        if attendees.is_empty() {
            return view! { <p>{words::nobody(l)}</p> }.into_any();
        }
        let who = |it: &Attendee| {
            let name = self.shown(&it.name);
            let label = match &it.seat {
                Some(seat) => words::seated(l, seat, name),
                None => words::unseated(l, name),
            };
            Choice::new(it.application.to_string(), label)
        };
        let taken = book.snapshot().taken;
        let to = |seat: &PlanSeat| {
            let code = seat.code.as_str();
            match attendees.iter().find(|it| it.seat.as_deref() == Some(code)) {
                Some(it) => {
                    let label = words::exchange(l, code, self.shown(&it.name));
                    Some(Choice::new(format!("{code} {}", it.application), label))
                }
                None if taken.contains(&seat.code) => None,
                None if seat.accessible => Some(Choice::new(code, words::free_wheelchair(l, code))),
                None => Some(Choice::new(code, words::free(l, code))),
            }
        };
        // Nobody is chosen beforehand: a press too early moves nobody.
        let none = || [Choice::new("", words::choose(l))].into_iter();
        let who: Vec<Choice> = none().chain(attendees.iter().map(who)).collect();
        let in_service = seats.seats().filter(|seat| seat.out_of_service.is_none());
        let to: Vec<Choice> = none().chain(in_service.filter_map(to)).collect();
        let action = self.ask.link(&format!("{}/seats", self.opened.path()));
        let names = self.names_field();
        view! {
            <p>{words::move_lead(l)}</p>
            <Form l=l action=action id="move" input=input problems=problems>
                {names}
                <Select name="who" label=words::who(l) choices=who required=true/>
                <Select name="to" label=words::to(l) choices=to required=true/>
                <Button>{words::move_submit(l)}</Button>
            </Form>
        }
        .into_any()
    }

    fn walk_in_form(&self, seats: &SeatPlan, book: &Book, (input, problems): (Input, Problems)) -> AnyView {
        let l = self.ask.language;
        if !book.is_meeting(self.ask.centre.clock().now()) && problems.is_empty() {
            return view! { <p>{words::not_now(l)}</p> }.into_any();
        }
        let snapshot = book.snapshot();
        let mut choices = vec![Choice::new("any", words::any(l))];
        if book.mode == Mode::Both {
            choices.push(Choice::new("online", words::online(l)));
        }
        choices.extend(seat_choices(l, seats, &snapshot));
        let input = if input == Input::default() { Input::new([("seat", "any")]) } else { input };
        let key = self.ask.centre.clock().id().to_string();
        let action = self.ask.link(&format!("{}/walk-ins", self.opened.path()));
        let (has_choice, names) = (choices.len() > 1, self.names_field());
        view! {
            <p>{words::add_lead(l)} " " {words::desk(l)}</p>
            <p>{words::left(l, snapshot.left, book.capacity)}</p>
            <Form l=l action=action id="add" input=input problems=problems>
                <Hidden name="key" value=key/>
                {names}
                <TextInput name="name" label=words::name(l) required=true maxlength=60 autocomplete="off"/>
                <TextInput
                    name="address" label=words::address(l) hint=words::address_hint(l) required=true autocomplete="off"
                />
                {if has_choice {
                    view! { <Select name="seat" label=words::seat(l) choices=choices required=true/> }.into_any()
                } else {
                    view! { <Hidden name="seat" value="any"/> }.into_any()
                }}
                <Button>{words::add_submit(l)}</Button>
            </Form>
        }
        .into_any()
    }
}
