//! Paper tickets at the front desk: the list of a run, and the page of one ticket for whoever has to call its holder.

use axum::extract::Path;
use axum::response::Response;
use domain::course::store::RunView;
use domain::registration::desk::{self as office, AtTicket, Came, TicketLine};
use domain::registration::{Choice, Refusal, TicketState};
use leptos::prelude::*;
use uuid::Uuid;

use super::counter::contact_fact;
use super::desk::{Drawn, draw};
use super::page::{find_run, state_word};
use super::refusal;
use crate::AppError;
use crate::ask::Ask;
use crate::course::title as course_title;
use crate::ui::{
    Breadcrumb, Button, Cell, Column, Crumb, DescriptionList, EmptyState, Fact, Form, Input, Look, PageHead,
    Table, TextInput,
};
use crate::when;
use crate::words::{Language, registration as words};

/// `GET /desk/{code}/tickets/{ticket}`
pub async fn show(ask: Ask, Path((code, id)): Path<(String, Uuid)>) -> Result<Response, AppError> {
    let l = ask.language;
    let desk = ask.signed_in()?.desk()?;
    let RunView { run, course, .. } = find_run(&ask.centre, &code).await?;
    let found = office::find_ticket_at_desk(&ask.centre, &desk, run.id, id).await?;
    let AtTicket { ticket, name, contacts, came } = found.ok_or(AppError::NotFound)?;
    let address = ask.link(&format!("/desk/{}", run.code));
    let run_title = format!("{} ({})", course_title(l, &course), run.code);
    let way = vec![
        Crumb::new(l, words::desk(l), "/desk"),
        Crumb::new(l, run_title.clone(), &format!("/desk/{}", run.code)),
    ];
    let mut facts = vec![
        Fact::new(words::course(l), run_title),
        Fact::new(words::ticket_number(l), ticket.number.to_string()),
        Fact::new(words::ticket_result(l), result(l, &came)),
        Fact::new(words::ticket_wish(l), wish(l, &ticket.choice)),
    ];
    facts.extend(contacts.iter().map(|contact| contact_fact(l, contact)));
    facts.push(Fact::new(words::ticket_entered_at(l), when::moment(l, ticket.entered_at)));
    let title = name.clone();
    Ok(ask.page(&title, move || {
        view! {
            <Breadcrumb l=l way=way here=name.clone()/>
            <PageHead title=name/>
            <DescriptionList items=facts/>
            {(came == Came::Waiting).then(|| view! {
                <div class="actions">{withdraw_form(l, &address, id, ticket.number)}</div>
            })}
        }
    }))
}

/// `POST /desk/{code}/tickets/{ticket}/withdraw`
pub async fn withdraw(ask: Ask, Path((code, id)): Path<(String, Uuid)>) -> Result<Response, AppError> {
    let desk = ask.signed_in()?.desk()?;
    let run = find_run(&ask.centre, &code).await?.run;
    match office::withdraw_ticket(&ask.centre, &desk, run.id, id).await {
        Ok(()) => Ok(ask.see_other(&format!("/desk/{code}?ticket={id}"))),
        Err(error) => {
            let refused: Refusal = refusal::of_writer(error)?;
            draw(&ask, &desk, &run, Drawn::refused(ask.language, &refused, "", Input::default())).await
        }
    }
}

/// What the page proposes for the next slip of paper.
pub(super) fn next_number(tickets: &[TicketLine]) -> i32 {
    let known = tickets.iter().map(|line| &line.ticket).filter(|it| it.state != TicketState::Withdrawn);
    known.map(|ticket| ticket.number).max().unwrap_or_default() + 1
}

pub(super) fn number_field(l: Language) -> impl IntoView {
    view! {
        <TextInput
            name="number"
            label=words::ticket_number(l)
            hint=words::ticket_number_hint(l)
            inputmode="numeric"
            required=true
            maxlength=4
            short=true
        />
    }
}

/// How a ticket stands, in one sentence.
pub(super) fn says(l: Language, line: &TicketLine) -> String {
    words::ticket_says(l, line.ticket.number, &line.name, result(l, &line.came))
}

/// The tickets of the run whose page is at `address`.
pub(super) fn section(l: Language, address: &str, tickets: &[TicketLine]) -> impl IntoView + use<> {
    let rows: Vec<Vec<Cell>> = tickets.iter().map(|line| row(l, address, line)).collect();
    let columns = vec![
        Column::text(words::ticket(l)),
        Column::text(words::desk_name(l)),
        Column::text(words::desk_phone_end(l)),
        Column::text(words::ticket_wish(l)),
        Column::text(words::ticket_result(l)),
    ];
    view! {
        <h2>{words::ticket_list(l)}</h2>
        {if rows.is_empty() {
            view! { <EmptyState title=words::ticket_nobody(l)/> }.into_any()
        } else {
            view! {
                <p>{words::desk_people_lead(l)}</p>
                <Table caption=words::ticket_list(l) hidden_caption=true columns=columns rows=rows/>
            }.into_any()
        }}
    }
}

fn row(l: Language, address: &str, line: &TicketLine) -> Vec<Cell> {
    let TicketLine { ticket, name, phone_end, came } = line;
    let href = match came {
        Came::To { application, .. } => format!("{address}/{application}"),
        _ => format!("{address}/tickets/{}", ticket.id),
    };
    let withdraw = (*came == Came::Waiting).then(|| withdraw_form(l, address, ticket.id, ticket.number));
    vec![
        words::ticket_of_number(l, ticket.number).into_any(),
        view! { <a href=href>{name.clone()}</a> }.into_any(),
        phone_end.clone().unwrap_or_else(|| "–".into()).into_any(),
        wish(l, &ticket.choice).into_any(),
        view! { <div class="desk-cell">{result(l, came)} {withdraw}</div> }.into_any(),
    ]
}

fn withdraw_form(l: Language, address: &str, id: Uuid, number: i32) -> impl IntoView + use<> {
    view! {
        <Form l=l action=format!("{address}/tickets/{id}/withdraw")>
            <Button look=Look::Danger small=true>{words::ticket_withdraw(l, number)}</Button>
        </Form>
    }
}

fn result(l: Language, came: &Came) -> String {
    match came {
        Came::Waiting => words::ticket_waiting(l).into(),
        Came::Withdrawn => words::ticket_withdrawn(l).into(),
        Came::Refused(refused) => words::ticket_refused(l, refusal::sentence(l, refused)),
        Came::To { selection, state, seat: Some(seat), rank, .. } => {
            words::ticket_seated(l, state_word(l, *selection, *state, *rank), seat)
        }
        Came::To { selection, state, seat: None, rank, .. } => state_word(l, *selection, *state, *rank),
    }
}

fn wish(l: Language, choice: &Choice) -> String {
    match choice {
        Choice::Any => words::desk_any(l).into(),
        Choice::Online => words::ticket_online(l).into(),
        Choice::Seat(code) => code.as_str().into(),
    }
}
