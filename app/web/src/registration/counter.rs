//! One person's application at the front desk: who it is, how it stands, and what can be done for them.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::account::store::Contact;
use domain::account::{ContactKind, Desk};
use domain::attendance::certificate;
use domain::course::entity::run;
use domain::registration::store::{self, AtCounter};
use domain::registration::{Outcome, Refusal, State, WriterError};
use domain::space::SeatCode;
use leptos::prelude::*;
use uuid::Uuid;

use super::desk::seat_choices;
use super::form::reason;
use super::page::{facts, find_run, history_table, state_word, title_of};
use super::refusal;
use crate::AppError;
use crate::ask::Ask;
use crate::ui::{
    Alert, Breadcrumb, Button, Choice, Crumb, DescriptionList, Fact, Form, Input, LinkButton, Look, PageHead,
    Problems, Query, Select, Telephone, TextArea, Tone,
};
use crate::when;
use crate::words::{Language, registration as words};

/// `GET /desk/{code}/{application}`; with `done` after one of its forms.
pub async fn show(
    ask: Ask,
    Path((code, application)): Path<(String, Uuid)>,
    Query(query): Query,
) -> Result<Response, AppError> {
    let counter = Counter::open(&ask, &code, application).await?;
    let done = match query.text("done") {
        "accepted" => Some(words::desk_accepted(ask.language)),
        "moved" => Some(words::desk_moved(ask.language)),
        "cancelled" => Some(words::desk_cancelled(ask.language)),
        _ => None,
    };
    counter.draw(StatusCode::OK, Input::default(), Problems::default(), done).await
}

/// `POST /desk/{code}/{application}/accept`: the offered seat, for somebody who said yes.
pub async fn accept(ask: Ask, Path((code, application)): Path<(String, Uuid)>) -> Result<Response, AppError> {
    let counter = Counter::open(&ask, &code, application).await?;
    let answer = store::accept_at_desk(&ask.centre, &counter.desk, counter.which()).await;
    counter.finish(answer, "accepted", "", Input::default()).await
}

/// `POST /desk/{code}/{application}/seat`: to the free seat named by `seat`.
pub async fn change_seat(
    ask: Ask,
    Path((code, application)): Path<(String, Uuid)>,
    input: Input,
) -> Result<Response, AppError> {
    let counter = Counter::open(&ask, &code, application).await?;
    let answer = match SeatCode::parse(input.text("seat")) {
        Some(seat) => store::change_seat_at_desk(&ask.centre, &counter.desk, counter.which(), seat).await,
        None => Err(WriterError::Refused(Refusal::NoSuchSeat)),
    };
    counter.finish(answer, "moved", "seat", input).await
}

/// `POST /desk/{code}/{application}/cancel`: always with a `reason`.
pub async fn cancel(
    ask: Ask,
    Path((code, application)): Path<(String, Uuid)>,
    input: Input,
) -> Result<Response, AppError> {
    let counter = Counter::open(&ask, &code, application).await?;
    let wrong = match reason(ask.language, &input) {
        Ok(Some(reason)) => {
            let answer = store::cancel_at_desk(&ask.centre, &counter.desk, counter.which(), reason).await;
            return counter.finish(answer, "cancelled", "reason", input).await;
        }
        Ok(None) => Problems::one("reason", words::refused_reason_wanted(ask.language)),
        Err(problems) => problems,
    };
    counter.draw(StatusCode::UNPROCESSABLE_ENTITY, input, wrong, None).await
}

/// A request about one application, by somebody at the desk.
struct Counter<'a> {
    ask: &'a Ask,
    desk: Desk,
    run: run::Model,
    application: Uuid,
}

impl<'a> Counter<'a> {
    async fn open(ask: &'a Ask, code: &str, application: Uuid) -> Result<Self, AppError> {
        let desk = ask.signed_in()?.desk()?;
        let run = find_run(&ask.centre, code).await?.run;
        Ok(Self { ask, desk, run, application })
    }

    /// The application, in the run in which it was looked for.
    fn which(&self) -> (Uuid, Uuid) {
        (self.run.id, self.application)
    }

    fn path(&self) -> String {
        format!("/desk/{}/{}", self.run.code, self.application)
    }

    /// Back to the page, which says what was done; or the page with what was wrong, at `field` where it is of that.
    async fn finish(
        &self,
        answer: Result<Outcome, WriterError>,
        done: &str,
        field: &'static str,
        input: Input,
    ) -> Result<Response, AppError> {
        let Err(error) = answer else {
            return Ok(self.ask.see_other(&format!("{}?done={done}", self.path())));
        };
        let refused = refusal::of_writer(error)?;
        let status = refusal::status(&refused);
        let is_of_field = matches!(
            refused,
            Refusal::SeatTaken(_)
                | Refusal::SeatOutOfService(_)
                | Refusal::NoSuchSeat
                | Refusal::ReasonWanted
        );
        let field = if is_of_field { field } else { "" };
        let problems = Problems::one(field, refusal::sentence(self.ask.language, &refused));
        self.draw(status, input, problems, None).await
    }

    async fn draw(
        &self,
        status: StatusCode,
        input: Input,
        problems: Problems,
        done: Option<&'static str>,
    ) -> Result<Response, AppError> {
        let Self { ask, desk, run, application } = self;
        let l = ask.language;
        let AtCounter { name, contacts, course } =
            store::find_at_desk(&ask.centre, desk, run.id, *application).await?.ok_or(AppError::NotFound)?;
        let seats = match course.application.state {
            State::Booked if course.seat.is_some() => self.free_seats(l).await?,
            _ => Vec::new(),
        };
        let live = course.application.state.is_live();
        let has_certificate = certificate::is_issued(&ask.centre, desk, *application).await?;
        let paper = ask.link(&format!("{}/certificate.pdf", self.path()));
        let address = ask.link(&self.path());
        let run_title = format!("{} ({})", title_of(l, &course), run.code);
        let way = vec![
            Crumb::new(l, words::desk(l), "/desk"),
            Crumb::new(l, run_title, &format!("/desk/{}", run.code)),
        ];
        let state = state_word(l, course.run.selection, course.application.state, course.rank);
        let mut lines =
            vec![Fact::new(words::state(l), state), Fact::new(words::course(l), title_of(l, &course))];
        if let Some(until) = course.application.offer_until {
            lines.push(Fact::new(words::desk_until(l), when::moment(l, until)));
        }
        lines.extend(contacts.iter().map(|contact| contact_fact(l, contact)));
        lines.extend(facts(l, &course));
        // For whoever has no phone to look it up in.
        let number = crate::attendance::check_in_number(ask, &course).await?;
        lines.extend(number.map(|digits| Fact::new(crate::words::check_in::their_number(l), digits)));
        // What is wrong with a field that is no longer there is said above everything.
        let lost = |field: &str| match field {
            "seat" => seats.is_empty(),
            "reason" => !live,
            _ => true,
        };
        let general = problems.iter().find(|(field, _)| lost(field)).map(|(_, sentence)| sentence.to_owned());
        let (of_seat, of_cancel) = match problems.of("seat").is_some() {
            true => ((input, problems), Default::default()),
            false if general.is_some() => Default::default(),
            false => (Default::default(), (input, problems)),
        };
        let title = name.clone();
        Ok(ask.refuse(status, &title, move || {
            view! {
                <Breadcrumb l=l way=way here=name.clone()/>
                <PageHead title=name/>
                {done.map(|done| view! {
                    <div role="status"><Alert l=l tone=Tone::Success><p>{done}</p></Alert></div>
                })}
                {general.map(|sentence| view! {
                    <div role="alert" tabindex="-1" autofocus><Alert l=l tone=Tone::Danger><p>{sentence}</p></Alert></div>
                })}
                <DescriptionList items=lines/>
                {(course.application.state == State::Offered).then(|| accept_form(l, &address))}
                {has_certificate.then(|| view! {
                    <p class="actions">
                        <LinkButton href=paper look=Look::Secondary small=true>{crate::words::completion::certificate_of_desk(l)}</LinkButton>
                    </p>
                })}
                {(!seats.is_empty()).then(|| seat_form(l, &address, seats, of_seat))}
                {live.then(|| cancel_form(l, &address, of_cancel))}
                <h2>{words::history(l)}</h2>
                {history_table(l, &course)}
            }
        }))
    }

    async fn free_seats(&self, l: Language) -> Result<Vec<Choice>, AppError> {
        let centre = &self.ask.centre;
        let standing = store::standing(centre, self.run.id, None).await?.ok_or(AppError::NotFound)?;
        let plan = store::plan(centre, &self.run, &standing.book).await?;
        Ok(seat_choices(l, &plan, &standing.book.snapshot()))
    }
}

/// How to reach somebody: a number is one press away from a call.
pub(super) fn contact_fact(l: Language, contact: &Contact) -> Fact {
    let shown = contact.address.shown();
    let value = match contact.address.kind() {
        ContactKind::Phone => view! { <Telephone number=shown/> }.into_any(),
        ContactKind::Email => shown.into_any(),
    };
    Fact::new(crate::account::say::contact_kind(l, contact.address.kind()), value)
}

fn accept_form(l: Language, address: &str) -> impl IntoView + use<> {
    view! {
        <section aria-labelledby="accept-title">
            <h2 id="accept-title">{words::desk_accept(l)}</h2>
            <Form l=l action=format!("{address}/accept") id="accept">
                <Button>{words::accept(l)}</Button>
            </Form>
        </section>
    }
}

fn seat_form(
    l: Language,
    address: &str,
    seats: Vec<Choice>,
    (input, problems): (Input, Problems),
) -> impl IntoView + use<> {
    view! {
        <section aria-labelledby="seat-title">
            <h2 id="seat-title">{words::desk_change_seat(l)}</h2>
            <Form l=l action=format!("{address}/seat") id="move" input=input problems=problems>
                <Select name="seat" label=words::seat(l) choices=seats required=true/>
                <Button look=Look::Secondary>{words::change_seat(l)}</Button>
            </Form>
        </section>
    }
}

fn cancel_form(l: Language, address: &str, (input, problems): (Input, Problems)) -> impl IntoView + use<> {
    view! {
        <section aria-labelledby="cancel-title">
            <h2 id="cancel-title">{words::cancel(l)}</h2>
            <Form l=l action=format!("{address}/cancel") id="cancel" input=input problems=problems>
                <TextArea name="reason" label=words::reason(l) required=true rows=2 maxlength=300/>
                <Button look=Look::Danger>{words::cancel(l)}</Button>
            </Form>
        </section>
    }
}
