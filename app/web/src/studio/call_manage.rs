//! Open calls as producers keep them: publishing one, reading the answers, choosing.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Datelike, NaiveDateTime, Utc};
use domain::account::mask_name;
use domain::course::Line;
use domain::seoul;
use domain::studio::AnswerState;
use domain::studio::call::{
    self, AnswerView, CallDetails, Counts, count_answers, find_call, list_answers, list_calls, read_answer,
};
use domain::studio::entity::{call_answer, call_answer_event, open_call};
use leptos::prelude::*;
use uuid::Uuid;

use super::call::{answer_badge, answer_word, facts, paragraphs, refused, window_badge};
use super::form::needed_line;
use crate::AppError;
use crate::ask::Ask;
use crate::ui::{
    Alert, Breadcrumb, Button, Cell, Column, Crumb, DescriptionList, EmptyState, Fact, Form, Hidden, Input,
    LinkButton, Look, PageHead, Problems, Query, Table, TextArea, TextInput, Tone,
};
use crate::when;
use crate::words::{Language, call as words, studio};

/// The longest text in a call, in characters, and the most people it can ask for.
const TEXT: usize = 1000;
const PEOPLE: u16 = 500;

/// How many calls are listed.
const LISTED: u64 = 200;

/// `GET /manage/calls`
pub async fn list(ask: Ask) -> Result<Response, AppError> {
    let (l, now) = (ask.language, ask.centre.clock().now());
    let by = ask.signed_in()?.producer()?;
    let calls = list_calls(ask.centre.database(), LISTED).await?;
    let counts = count_answers(ask.centre.database(), &by, &calls).await?;
    Ok(ask.page(words::menu(l), || {
        let row = |call: &open_call::Model| -> Vec<Cell> {
            let href = l.path(&format!("/manage/calls/{}", call.code));
            let name = format!("{} ({})", call.title, call.code);
            vec![
                view! { <a href=href>{name}</a> }.into_any(),
                window_badge(l, call.window(now)).into_any(),
                when::moment(l, call.closes_at).into_any(),
                count(&counts, call, AnswerState::Asked).to_string().into_any(),
                words::chosen_of(l, count(&counts, call, AnswerState::Chosen), call.people).into_any(),
            ]
        };
        let rows: Vec<Vec<Cell>> = calls.iter().map(row).collect();
        let columns = vec![
            Column::text(words::call(l)),
            Column::text(words::state(l)),
            Column::text(words::closes_at(l)),
            Column::number(words::to_decide(l)),
            Column::number(words::chosen(l)),
        ];
        view! {
            <Breadcrumb l=l way=vec![Crumb::new(l, studio::menu(l), "/manage/studio")] here=words::menu(l)/>
            <PageHead title=words::menu(l) lead=words::menu_lead(l)>
                <LinkButton href=l.path("/manage/calls/new") small=true>{words::publish(l)}</LinkButton>
            </PageHead>
            {if rows.is_empty() {
                view! { <EmptyState title=words::none(l)/> }.into_any()
            } else {
                view! { <Table caption=words::menu(l) hidden_caption=true columns=columns rows=rows/> }.into_any()
            }}
        }
    }))
}

fn count(counts: &Counts, call: &open_call::Model, state: AnswerState) -> u32 {
    counts.get(&(call.id, state)).copied().unwrap_or_default()
}

/// `GET /manage/calls/new`
pub async fn blank(ask: Ask) -> Result<Response, AppError> {
    ask.signed_in()?.producer()?;
    let now = ask.centre.clock().now();
    let input = Input::new([("key", ask.centre.clock().id().to_string()), ("opens_at", local(now))]);
    Ok(draw_form(&ask, None, StatusCode::OK, input, Problems::default()))
}

/// `POST /manage/calls/new`
pub async fn publish(ask: Ask, input: Input) -> Result<Response, AppError> {
    let by = ask.signed_in()?.producer()?;
    let key = input.text("key").parse().map_err(|_| AppError::BadRequest)?;
    let details = match parse(ask.language, &input) {
        Ok(details) => details,
        Err(problems) => {
            return Ok(draw_form(&ask, None, StatusCode::UNPROCESSABLE_ENTITY, input, problems));
        }
    };
    match call::publish(&ask.centre, &by, &details, key).await {
        Ok(code) => Ok(ask.see_other(&format!("/manage/calls/{code}?done=published"))),
        Err(error) => {
            let (status, problems) = refused(ask.language, error)?;
            Ok(draw_form(&ask, None, status, input, problems))
        }
    }
}

async fn call_of(ask: &Ask, code: &str) -> Result<open_call::Model, AppError> {
    find_call(ask.centre.database(), code).await?.ok_or(AppError::NotFound)
}

/// `GET /manage/calls/{code}/edit`
pub async fn edit(ask: Ask, Path(code): Path<String>) -> Result<Response, AppError> {
    ask.signed_in()?.producer()?;
    let call = call_of(&ask, &code).await?;
    let input = Input::new([
        ("version", call.version.to_string()),
        ("title", call.title.clone()),
        ("purpose", call.purpose.clone()),
        ("who_for", call.who_for.clone()),
        ("dates", call.dates.clone()),
        ("people", call.people.to_string()),
        ("contact", call.contact.clone()),
        ("opens_at", local(call.opens_at)),
        ("closes_at", local(call.closes_at)),
    ]);
    Ok(draw_form(&ask, Some(&call), StatusCode::OK, input, Problems::default()))
}

/// `POST /manage/calls/{code}/edit`
pub async fn change(ask: Ask, Path(code): Path<String>, input: Input) -> Result<Response, AppError> {
    let by = ask.signed_in()?.producer()?;
    let call = call_of(&ask, &code).await?;
    let version = input.text("version").parse().map_err(|_| AppError::BadRequest)?;
    let details = match parse(ask.language, &input) {
        Ok(details) => details,
        Err(problems) => {
            return Ok(draw_form(&ask, Some(&call), StatusCode::UNPROCESSABLE_ENTITY, input, problems));
        }
    };
    match call::change(&ask.centre, &by, &code, version, &details).await {
        Ok(()) => Ok(ask.see_other(&format!("/manage/calls/{code}?done=changed"))),
        Err(error) => {
            let (status, problems) = refused(ask.language, error)?;
            Ok(draw_form(&ask, Some(&call), status, input, problems))
        }
    }
}

/// As a `datetime-local` field wants it.
fn local(at: DateTime<Utc>) -> String {
    seoul::wall(at).format("%Y-%m-%dT%H:%M").to_string()
}

fn parse(l: Language, input: &Input) -> Result<CallDetails, Problems> {
    let mut problems = Problems::default();
    let title = needed_line(l, input, "title", &mut problems);
    let mut text = |name: &str| {
        let text = input.text(name).to_owned();
        if text.is_empty() || text.chars().count() > TEXT {
            problems.add(name, words::wrong_text(l, TEXT));
        }
        text
    };
    let (purpose, who_for) = (text("purpose"), text("who_for"));
    let dates = needed_line(l, input, "dates", &mut problems);
    let people = input.text("people").parse::<u16>().ok().filter(|people| (1..=PEOPLE).contains(people));
    if people.is_none() {
        problems.add("people", words::wrong_people(l, PEOPLE));
    }
    let contact = needed_line(l, input, "contact", &mut problems);
    let mut moment = |name: &str| {
        let wall = NaiveDateTime::parse_from_str(input.text(name), "%Y-%m-%dT%H:%M").ok();
        let at = wall.filter(|wall| (2000..2200).contains(&wall.year())).and_then(seoul::instant);
        if at.is_none() {
            problems.add(name, words::wrong_moment(l));
        }
        at
    };
    let (opens_at, closes_at) = (moment("opens_at"), moment("closes_at"));
    match (title, dates, people, contact, opens_at, closes_at) {
        (Some(title), Some(dates), Some(people), Some(contact), Some(opens_at), Some(closes_at))
            if problems.is_empty() =>
        {
            Ok(CallDetails { title, purpose, who_for, dates, people, contact, opens_at, closes_at })
        }
        _ => Err(problems),
    }
}

fn draw_form(
    ask: &Ask,
    call: Option<&open_call::Model>,
    status: StatusCode,
    input: Input,
    problems: Problems,
) -> Response {
    let l = ask.language;
    let (title, path) = match call {
        None => (words::publish(l).to_owned(), "/manage/calls/new".to_owned()),
        Some(call) => (words::edit_of(l, &call.code), format!("/manage/calls/{}/edit", call.code)),
    };
    let is_new = call.is_none();
    ask.refuse(status, &title.clone(), move || {
        let (key, version) = (input.text("key").to_owned(), input.text("version").to_owned());
        view! {
            <Breadcrumb l=l way=vec![Crumb::new(l, words::menu(l), "/manage/calls")] here=title.clone()/>
            <PageHead title=title lead=words::publish_lead(l)/>
            <Form l=l action=l.path(&path) input=input problems=problems>
                {is_new.then(|| view! { <Hidden name="key" value=key/> })}
                {(!is_new).then(|| view! { <Hidden name="version" value=version/> })}
                <TextInput name="title" label=words::call_title(l) hint=words::call_title_hint(l) required=true maxlength=100/>
                <TextArea name="purpose" label=words::purpose(l) required=true maxlength=1000/>
                <TextArea name="who_for" label=words::who_for(l) hint=words::who_for_hint(l) rows=2 required=true maxlength=1000/>
                <TextInput name="people" label=words::people(l) inputmode="numeric" required=true short=true maxlength=3/>
                <TextInput name="dates" label=words::dates(l) hint=words::dates_hint(l) required=true maxlength=100/>
                <TextInput name="contact" label=words::contact(l) hint=words::contact_hint(l) required=true maxlength=100/>
                <TextInput name="opens_at" label=words::opens_at(l) kind="datetime-local" required=true/>
                <TextInput name="closes_at" label=words::closes_at(l) hint=words::closes_at_hint(l) kind="datetime-local" required=true/>
                <Button>{if is_new { words::publish(l) } else { words::save(l) }}</Button>
            </Form>
        }
    })
}

/// `GET /manage/calls/{code}`: the answers, names masked until one is opened.
pub async fn page(ask: Ask, Path(code): Path<String>, Query(query): Query) -> Result<Response, AppError> {
    let (l, now) = (ask.language, ask.centre.clock().now());
    let by = ask.signed_in()?.producer()?;
    let call = call_of(&ask, &code).await?;
    let answers = list_answers(ask.centre.database(), &by, call.id).await?;
    let done = match query.text("done") {
        "published" => Some(words::done_published(l)),
        "changed" => Some(words::done_changed(l)),
        _ => None,
    };
    Ok(ask.page(&call.title.clone(), || {
        let (title, window) = (call.title.clone(), call.window(now));
        let chosen = answers.iter().filter(|(answer, _)| answer.state == AnswerState::Chosen).count();
        let edit = l.path(&format!("/manage/calls/{}/edit", call.code));
        let public = l.path(&format!("/studio/calls/{}", call.code));
        view! {
            <Breadcrumb l=l way=vec![Crumb::new(l, words::menu(l), "/manage/calls")] here=call.code.clone()/>
            <PageHead title=title>{window_badge(l, window)}</PageHead>
            {done.map(|done| view! {
                <div role="status"><Alert l=l tone=Tone::Success><p>{done}</p></Alert></div>
            })}
            <DescriptionList items=facts(l, &call)/>
            <p class="actions">
                <LinkButton href=edit look=Look::Secondary small=true>{words::edit(l)}</LinkButton>
                <LinkButton href=public look=Look::Tertiary small=true>{words::to_public(l)}</LinkButton>
            </p>
            <h2 class="section-title">{words::answers(l)}</h2>
            <p>{words::chosen_so_far(l, call.people, chosen)}</p>
            {if answers.is_empty() {
                view! { <p>{words::answers_none(l)}</p> }.into_any()
            } else {
                answer_table(l, &call, &answers).into_any()
            }}
        }
    }))
}

fn answer_table(
    l: Language,
    call: &open_call::Model,
    answers: &[(call_answer::Model, String)],
) -> impl IntoView + use<> {
    let row = |(answer, name): &(call_answer::Model, String)| -> Vec<Cell> {
        let href = l.path(&format!("/manage/calls/{}/answers/{}", call.code, answer.id));
        let name = if name.is_empty() { words::erased(l).to_owned() } else { mask_name(name) };
        vec![
            view! { <a href=href>{name}</a> }.into_any(),
            answer_badge(l, answer.state).into_any(),
            when::moment(l, answer.created_at).into_any(),
        ]
    };
    let columns =
        vec![Column::text(words::who(l)), Column::text(words::state(l)), Column::text(words::answered_at(l))];
    let rows = answers.iter().map(row).collect();
    view! { <Table caption=words::answers(l) hidden_caption=true columns=columns rows=rows/> }
}

/// How the page of an answer is drawn this time.
#[derive(Default)]
struct Drawn {
    status: StatusCode,
    form: &'static str,
    input: Input,
    problems: Problems,
    done: Option<&'static str>,
}

/// `GET /manage/calls/{code}/answers/{answer}`: all of it. The look is written down.
pub async fn answer(
    ask: Ask,
    Path((code, answer)): Path<(String, Uuid)>,
    Query(query): Query,
) -> Result<Response, AppError> {
    let l = ask.language;
    let done = match query.text("done") {
        "chosen" => Some(words::done_chosen(l)),
        "declined" => Some(words::done_declined(l)),
        _ => None,
    };
    draw(&ask, &code, answer, Drawn { done, ..Drawn::default() }).await
}

/// `POST /manage/calls/{code}/answers/{answer}/choose`
pub async fn choose(ask: Ask, path: Path<(String, Uuid)>, input: Input) -> Result<Response, AppError> {
    decide(ask, path, input, ("choose", AnswerState::Chosen)).await
}

/// `POST /manage/calls/{code}/answers/{answer}/decline`
pub async fn decline(ask: Ask, path: Path<(String, Uuid)>, input: Input) -> Result<Response, AppError> {
    decide(ask, path, input, ("decline", AnswerState::Declined)).await
}

async fn decide(
    ask: Ask,
    Path((code, answer)): Path<(String, Uuid)>,
    input: Input,
    (form, state): (&'static str, AnswerState),
) -> Result<Response, AppError> {
    let by = ask.signed_in()?.producer()?;
    let version = input.text("version").parse().map_err(|_| AppError::BadRequest)?;
    let mut problems = Problems::default();
    let Some(reason): Option<Line> = needed_line(ask.language, &input, "reason", &mut problems) else {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return draw(&ask, &code, answer, Drawn { status, form, input, problems, done: None }).await;
    };
    match call::decide(&ask.centre, &by, &code, answer, version, (state, &reason)).await {
        Ok(()) => {
            let path = format!("/manage/calls/{code}/answers/{answer}?done={}", state.as_str());
            Ok(ask.see_other(&path))
        }
        Err(error) => {
            let (status, problems) = refused(ask.language, error)?;
            draw(&ask, &code, answer, Drawn { status, form, input, problems, done: None }).await
        }
    }
}

async fn draw(ask: &Ask, code: &str, answer: Uuid, drawn: Drawn) -> Result<Response, AppError> {
    let l = ask.language;
    let by = ask.signed_in()?.producer()?;
    let call = call_of(ask, code).await?;
    let seen = read_answer(&ask.centre, &by, call.id, answer).await?.ok_or(AppError::NotFound)?;
    let name = if seen.name.is_empty() { words::erased(l).to_owned() } else { seen.name.clone() };
    // The name stands on the page, and in no title that a browser keeps in its history.
    Ok(ask.refuse(drawn.status, words::answer_page(l), || {
        let way = vec![
            Crumb::new(l, words::menu(l), "/manage/calls"),
            Crumb::new(l, call.code.clone(), &format!("/manage/calls/{}", call.code)),
        ];
        let state = seen.answer.state;
        let may = |next: AnswerState| state.may_become(next);
        let choose = may(AnswerState::Chosen)
            .then(|| decision(l, &call, &seen, &drawn, ("choose", words::choose(l), Look::Primary)));
        let decline = may(AnswerState::Declined)
            .then(|| decision(l, &call, &seen, &drawn, ("decline", words::decline(l), Look::Secondary)));
        // What has no form left in which it could stand.
        let shown =
            (drawn.form == "choose" && choose.is_some()) || (drawn.form == "decline" && decline.is_some());
        let whole = drawn.problems.of("").filter(|_| !shown).map(str::to_owned);
        view! {
            <Breadcrumb l=l way=way here=words::answer_page(l)/>
            <PageHead title=name lead=call.title.clone()>{answer_badge(l, state)}</PageHead>
            {drawn.done.map(|done| view! {
                <div role="status"><Alert l=l tone=Tone::Success><p>{done}</p></Alert></div>
            })}
            {whole.map(|sentence| view! {
                <div role="alert"><Alert l=l tone=Tone::Danger><p>{sentence}</p></Alert></div>
            })}
            <DescriptionList items=answer_facts(l, &seen)/>
            {choose}
            {decline}
            {history(l, &seen.events)}
        }
    }))
}

fn answer_facts(l: Language, seen: &AnswerView) -> Vec<Fact> {
    let contacts: Vec<String> = seen.contacts.iter().map(|contact| contact.address.shown()).collect();
    let facts = [
        seen.answer.words.as_ref().map(|text| Fact::new(words::words(l), paragraphs(text))),
        (!contacts.is_empty()).then(|| Fact::new(words::contacts(l), contacts.join(", "))),
        Some(Fact::new(words::agreed(l), words::agreed_to(l, seen.answer.consent))),
        Some(Fact::new(words::answered_at(l), when::moment(l, seen.answer.created_at))),
        seen.answer.reason.clone().map(|reason| Fact::new(words::reason(l), reason)),
    ];
    facts.into_iter().flatten().collect()
}

fn decision(
    l: Language,
    call: &open_call::Model,
    seen: &AnswerView,
    drawn: &Drawn,
    (form, word, look): (&'static str, &'static str, Look),
) -> impl IntoView + use<> {
    let (input, problems) =
        if drawn.form == form { (drawn.input.clone(), drawn.problems.clone()) } else { Default::default() };
    let action = l.path(&format!("/manage/calls/{}/answers/{}/{form}", call.code, seen.answer.id));
    let version = seen.answer.version.to_string();
    view! {
        <Form l=l action=action input=input problems=problems id=form>
            <Hidden name="version" value=version/>
            <TextInput name="reason" label=words::reason_for(l, word) hint=words::reason_hint(l) required=true maxlength=100/>
            <Button look=look>{word}</Button>
        </Form>
    }
}

fn history(l: Language, events: &[call_answer_event::Model]) -> impl IntoView + use<> {
    let columns = vec![
        Column::text(studio::history_when(l)),
        Column::text(studio::history_what(l)),
        Column::text(words::reason(l)),
    ];
    let row = |event: &call_answer_event::Model| -> Vec<Cell> {
        vec![
            when::moment(l, event.at).into_any(),
            answer_word(l, event.state).into_any(),
            event.reason.clone().unwrap_or_else(|| "–".into()).into_any(),
        ]
    };
    let rows = events.iter().map(row).collect();
    view! {
        <h2 class="section-title">{studio::history(l)}</h2>
        <Table caption=studio::history(l) hidden_caption=true columns=columns rows=rows/>
    }
}
