//! Who may do what: an administrator finds people, grants and takes away duties, and reads who changed what.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::account::audit::{self, Actor, LINES_A_PAGE, Line};
use domain::account::duty::{self, DutyError, FOUND_AT_MOST};
use domain::account::store::{Contact, Listed};
use domain::account::{Administrator, Duty, Purpose, mask_name};
use domain::language::Language;
use leptos::prelude::*;
use uuid::Uuid;

use super::{own, say};
use crate::ask::Ask;
use crate::ui::{
    Alert, Badge, Breadcrumb, Button, Cell, Column, Crumb, DescriptionList, EmptyState, Fact, Form, Hidden,
    Input, LinkButton, Look, PageHead, Problems, Query, SearchBox, Table, Tone,
};
use crate::{AppError, when, words};

fn administrator(ask: &Ask) -> Result<Administrator, AppError> {
    Ok(ask.signed_in()?.administrator()?)
}

pub async fn list(ask: Ask, Query(query): Query) -> Result<Response, AppError> {
    let l = ask.language;
    let by = administrator(&ask)?;
    let found = duty::list_people(&ask.centre, &by, query.text("q")).await?;
    let title = words::account::people(l);
    let action = ask.link("/manage/people");
    let searched = query.flag("q");
    let cut = (found.len() as u64 == FOUND_AT_MOST).then(|| words::account::found_at_most(l, FOUND_AT_MOST));
    let caption = if searched { words::account::found(l) } else { words::account::on_duty(l) };
    let columns = vec![
        Column::text(words::account::name(l)),
        Column::text(words::account::contacts(l)),
        Column::text(words::account::duties(l)),
    ];
    let rows: Vec<Vec<Cell>> = found.iter().map(|person| row(&ask, person)).collect();
    Ok(ask.page(title, move || {
        view! {
            <Breadcrumb l here=title/>
            <PageHead title lead=words::account::people_lead(l)/>
            <Form l action input=query get=true>
                <SearchBox name="q" label=words::account::people_search(l)/>
            </Form>
            {cut}
            {match rows.is_empty() {
                true => view! { <EmptyState title=words::account::nobody_found(l)/> }.into_any(),
                false => view! { <Table caption columns rows/> }.into_any(),
            }}
        }
    }))
}

fn row(ask: &Ask, person: &Listed) -> Vec<Cell> {
    let l = ask.language;
    let href = ask.link(&format!("/manage/people/{}", person.id));
    vec![
        view! { <a href=href>{mask_name(&person.name)}</a> }.into_any(),
        contacts(l, &person.contacts),
        duties(l, person),
    ]
}

fn contacts(l: Language, contacts: &[Contact]) -> Cell {
    let draw = |contact: &Contact| {
        view! { <div>{contact.address.masked()} " " {own::confirmed_badge(l, contact.confirmed)}</div> }
    };
    view! { <div>{contacts.iter().map(draw).collect_view()}</div> }.into_any()
}

fn duties(l: Language, person: &Listed) -> Cell {
    let staff = person.made_staff.then(|| words::account::staff(l));
    let words = staff.into_iter().chain(person.duties.iter().map(|duty| say::duty(l, *duty)));
    let badges = words.map(|word| view! { <Badge tone=Tone::Primary outline=true text=word/> });
    view! { <div class="krds-badge-wrap">{badges.collect_view()}</div> }.into_any()
}

pub async fn show(ask: Ask, Path(id): Path<Uuid>, Query(query): Query) -> Result<Response, AppError> {
    let by = administrator(&ask)?;
    let person = duty::find_person(&ask.centre, &by, id).await?.ok_or(AppError::NotFound)?;
    Ok(draw(&ask, StatusCode::OK, person, query.text("done"), Problems::default()))
}

/// Grants or takes away one duty, or the standing of staff.
pub async fn submit(ask: Ask, Path(id): Path<Uuid>, input: Input) -> Result<Response, AppError> {
    let by = administrator(&ask)?;
    let grants = match input.text("act") {
        "grant" => true,
        "revoke" => false,
        _ => return Err(AppError::BadRequest),
    };
    let outcome = match input.text("duty") {
        "staff" => duty::make_staff(&ask.centre, &by, id, grants).await,
        word => {
            let duty = Duty::parse(word).ok_or(AppError::BadRequest)?;
            if grants {
                duty::grant(&ask.centre, &by, id, duty).await
            } else {
                duty::revoke(&ask.centre, &by, id, duty).await
            }
        }
    };
    let done = if grants { "granted" } else { "revoked" };
    match outcome {
        Ok(()) => Ok(ask.see_other(&format!("/manage/people/{id}?done={done}"))),
        Err(DutyError::Nobody) => Err(AppError::NotFound),
        Err(DutyError::Database(error)) => Err(error.into()),
        Err(DutyError::LastAdministrator) => {
            let person = duty::find_person(&ask.centre, &by, id).await?.ok_or(AppError::NotFound)?;
            let problems = Problems::one("", words::account::last_administrator(ask.language));
            Ok(draw(&ask, StatusCode::CONFLICT, person, "", problems))
        }
    }
}

fn draw(ask: &Ask, status: StatusCode, person: Listed, done: &str, problems: Problems) -> Response {
    let l = ask.language;
    let title = mask_name(&person.name);
    let action = ask.link(&format!("/manage/people/{}", person.id));
    let done = match done {
        "granted" => Some(words::account::done_granted(l)),
        "revoked" => Some(words::account::done_revoked(l)),
        _ => None,
    };
    let refused = problems.of("").map(str::to_owned);
    let facts = vec![Fact::new(words::account::contacts(l), contacts(l, &person.contacts))];
    let columns = vec![
        Column::text(words::account::duty(l)),
        Column::text(words::account::allows(l)),
        Column::text(words::account::state(l)),
    ];
    let staff = [words::account::staff(l).into_any(), words::account::staff_note(l).into_any()];
    let staff =
        staff.into_iter().chain([switch(l, &action, "staff", words::account::staff(l), person.made_staff)]);
    let rows = Duty::ALL.iter().map(|&duty| {
        let (name, held) = (say::duty(l, duty), person.duties.contains(&duty));
        vec![
            name.into_any(),
            say::duty_note(l, duty).into_any(),
            switch(l, &action, duty.as_str(), name, held),
        ]
    });
    let rows: Vec<Vec<Cell>> = rows.chain([staff.collect()]).collect();
    let way = vec![Crumb::new(l, words::account::people(l), "/manage/people")];
    let here = title.clone();
    ask.refuse(status, &title, move || {
        view! {
            <Breadcrumb l way here=here.clone()/>
            <PageHead title=here/>
            {done.map(|done| view! { <Alert l tone=Tone::Success attr:role="status">{done}</Alert> })}
            {refused.map(|refused| view! { <Alert l tone=Tone::Danger attr:role="alert">{refused}</Alert> })}
            <DescriptionList items=facts/>
            <Table caption=words::account::duties(l) columns rows/>
        }
    })
}

/// Whether a duty is held, and the button that changes it.
fn switch(l: Language, action: &str, duty: &'static str, name: &str, held: bool) -> Cell {
    let (act, label, look) = match held {
        true => ("revoke", words::account::revoke(l), Look::Danger),
        false => ("grant", words::account::grant(l), Look::Secondary),
    };
    let state = if held { words::account::held(l) } else { words::account::not_held(l) };
    let spoken = format!("{name} {label}");
    view! {
        <form method="post" action=action.to_owned()>
            <Hidden name="duty" value=duty/>
            <span>{state}</span>
            " "
            <Button look small=true attr:name="act" attr:value=act attr:aria-label=spoken>{label}</Button>
        </form>
    }
    .into_any()
}

pub async fn show_audit(ask: Ask, Query(query): Query) -> Result<Response, AppError> {
    let l = ask.language;
    let by = administrator(&ask)?;
    let before = Uuid::parse_str(query.text("before")).ok();
    let lines = audit::list_lines(ask.centre.database(), &by, before).await?;
    let title = words::account::menu_audit(l);
    let earlier = (lines.len() as u64 == LINES_A_PAGE)
        .then(|| lines.last().map(|line| ask.link(&format!("/manage/audit?before={}", line.id))))
        .flatten();
    let columns = vec![
        Column::text(words::account::at(l)),
        Column::text(words::account::who(l)),
        Column::text(words::account::action(l)),
        Column::text(words::account::subject(l)),
        Column::text(words::account::fields(l)),
    ];
    let rows: Vec<Vec<Cell>> = lines.into_iter().map(|line| audit_row(l, line)).collect();
    Ok(ask.page(title, move || {
        view! {
            <Breadcrumb l here=title/>
            <PageHead title lead=words::account::audit_lead(l)/>
            {match rows.is_empty() {
                true => view! { <EmptyState title=words::account::audit_empty(l)/> }.into_any(),
                false => view! { <Table caption=title columns rows hidden_caption=true/> }.into_any(),
            }}
            {earlier.map(|href| view! {
                <div class="actions">
                    <LinkButton href look=Look::Tertiary>{words::account::earlier(l)}</LinkButton>
                </div>
            })}
        }
    }))
}

/// Who acted is shown whole, since that is what the log is for; whom it concerns is masked.
fn audit_row(l: Language, line: Line) -> Vec<Cell> {
    let action = match line.action.as_str() {
        "add" => words::account::action_add(l).to_owned(),
        "change" => words::account::action_change(l).to_owned(),
        "remove" => words::account::action_remove(l).to_owned(),
        "grant" => words::account::action_grant(l).to_owned(),
        "revoke" => words::account::action_revoke(l).to_owned(),
        "create" => words::account::action_create(l).to_owned(),
        "publish" => words::account::action_publish(l).to_owned(),
        "cancel" => words::account::action_cancel(l).to_owned(),
        "import" => words::account::action_import(l).to_owned(),
        "retry" => words::account::action_retry(l).to_owned(),
        "close" => words::account::action_close(l).to_owned(),
        "erase" => words::account::action_erase(l).to_owned(),
        _ => line.action,
    };
    let actor = match line.actor {
        Actor::Command => words::account::by_command(l).to_owned(),
        Actor::Oneself => words::account::by_oneself(l).to_owned(),
        Actor::Person(name) => name,
    };
    let whom = line.subject_name.map_or(line.subject_id, |name| mask_name(&name));
    let fields: Vec<String> = line.fields.split(' ').map(|field| field_name(l, field)).collect();
    vec![
        view! { <time datetime=when::machine(line.at)>{when::moment(l, line.at)}</time> }.into_any(),
        actor.into_any(),
        action.into_any(),
        format!("{} {whom}", subject_name(l, &line.subject)).into_any(),
        fields.join(", ").into_any(),
    ]
}

/// What a change was made to; what other features write down has a name of its own here, too.
fn subject_name(l: Language, subject: &str) -> String {
    match subject {
        "person" => words::account::subject_person(l).to_owned(),
        "seat" => words::account::subject_seat(l).to_owned(),
        "holiday" => words::account::subject_holiday(l).to_owned(),
        "course" => words::account::subject_course(l).to_owned(),
        "run" => words::account::subject_run(l).to_owned(),
        "class_session" => words::account::subject_class_session(l).to_owned(),
        "notice" => words::account::subject_notice(l).to_owned(),
        "ticket" => words::account::subject_ticket(l).to_owned(),
        "kiosk" => words::account::subject_kiosk(l).to_owned(),
        other => other.to_owned(),
    }
}

fn field_name(l: Language, field: &str) -> String {
    if let Some(purpose) = Purpose::parse(field) {
        return say::purpose(l, purpose).to_owned();
    }
    match (field, Duty::parse(field)) {
        (_, Some(duty)) => say::duty(l, duty).to_owned(),
        ("staff", _) => words::account::staff(l).to_owned(),
        ("name", _) => words::account::name(l).to_owned(),
        ("language", _) => words::account::language(l).to_owned(),
        ("password", _) => words::account::password(l).to_owned(),
        ("phone", _) => words::account::phone(l).to_owned(),
        ("email", _) => words::account::email(l).to_owned(),
        ("link", _) => words::account::link(l).to_owned(),
        (other, _) => other.to_owned(),
    }
}
