//! The draw of a run for everybody: the rule and what is promised, the frozen list, the result and how to check it. It holds
//! codes and never a name.

use axum::Json;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use domain::course::store::RunView;
use domain::course::{RunState, Selection};
use domain::registration::draw::{ALGORITHM, Line, Record, Ticket};
use domain::registration::entity::draw;
use domain::registration::{Book, State, drawing, store};
use leptos::prelude::*;

use super::lottery::{announced, commitment, path};
use crate::AppError;
use crate::ask::Ask;
use crate::course::{find, title};
use crate::ui::{
    Alert, Breadcrumb, Button, Crumb, DescriptionList, Disclosure, Fact, Form, Input, LinkButton, Look,
    PageHead, Problems, Query, StepIndicator, TextInput, Tone,
};
use crate::when;
use crate::words::{Language, draw as words};

/// A run with a lottery that the asker may know of.
async fn find_lottery(ask: &Ask, code: &str) -> Result<RunView, AppError> {
    let view = find(ask, code).await?;
    if view.run.selection == Selection::Lottery { Ok(view) } else { Err(AppError::NotFound) }
}

/// One's own line in the result, and how that application stands now, where the asker is signed in as whose it is.
struct Own {
    ticket: Ticket,
    rank: u32,
    state: Option<State>,
}

/// What was looked for, and what came of it.
#[derive(Default)]
struct Search {
    input: Input,
    problems: Problems,
    own: Option<Own>,
}

/// Why a code has no line: it is none, or none of this draw.
fn look_up(l: Language, query: Query, record: Option<&Record>) -> (StatusCode, Search) {
    let Query(input) = query;
    let Some(record) = record.filter(|_| !input.text("code").is_empty()) else {
        return (StatusCode::OK, Search::default());
    };
    let Some(ticket) = Ticket::parse(input.text("code")) else {
        let problems = Problems::one("code", words::wrong_code(l));
        return (StatusCode::UNPROCESSABLE_ENTITY, Search { input, problems, own: None });
    };
    match record.order.iter().find(|line| line.ticket == ticket.as_str()) {
        Some(Line { rank, .. }) => {
            let own = Some(Own { ticket, rank: *rank, state: None });
            (StatusCode::OK, Search { input, own, ..Search::default() })
        }
        None => {
            let problems = Problems::one("code", words::unknown_code(l));
            (StatusCode::NOT_FOUND, Search { input, problems, own: None })
        }
    }
}

/// `GET /courses/{code}/draw?code=`: `code` highlights one's own line.
pub async fn show(ask: Ask, Path(code): Path<String>, query: Query) -> Result<Response, AppError> {
    let l = ask.language;
    let view = find_lottery(&ask, &code).await?;
    let draw = drawing::find_draw(&ask.centre, view.run.id).await?;
    let record = drawing::find_record(&ask.centre, &view.run).await?;
    let standing = store::standing(&ask.centre, view.run.id, None).await?.ok_or(AppError::NotFound)?;
    let now = ask.centre.clock().now();
    let searches = !query.0.text("code").is_empty();
    let (status, mut search) = look_up(l, query, record.as_ref());
    // Whoever else knows the code reads of it what everybody may.
    if let (Some(own), Some(viewer)) = (&mut search.own, &ask.viewer) {
        own.state = drawing::own_state(&ask.centre, viewer, view.run.id, &own.ticket).await?;
    }
    let course = title(l, &view.course);
    let heading = words::title_of(l, &course);
    let page = ask.refuse(status, &heading.clone(), move || {
        let way = vec![
            Crumb::new(l, crate::words::catalogue::title(l), "/courses"),
            Crumb::new(l, course, &format!("/courses/{code}")),
        ];
        let step = match &draw {
            None => 0,
            Some(draw) if draw.drawn_at.is_some() => 3,
            Some(draw) if draw.listed_at.is_some() => 2,
            Some(_) => 1,
        };
        let steps = [words::step_promise(l), words::step_window(l), words::step_list(l), words::step_draw(l)];
        view! {
            <Breadcrumb l=l way=way here=words::title(l)/>
            <PageHead title=heading lead=words::page_lead(l)/>
            <StepIndicator l=l steps=steps.map(str::to_owned).into() current=step/>
            {(view.run.state == RunState::Cancelled).then(|| view! {
                <Alert l=l tone=Tone::Danger><p>{crate::words::catalogue::cancelled(l)}</p></Alert>
            })}
            {record.as_ref().map(|record| result(l, &code, record, search))}
            <section aria-labelledby="facts-title">
                <h2 class="section-title" id="facts-title">{words::facts(l)}</h2>
                {draw.as_ref().map(|draw| facts(l, &view, draw, &standing.book, now))}
            </section>
            {how(l)}
            {record.is_some().then(|| check(l, &code))}
        }
    });
    // What somebody looks for is theirs.
    if searches { Ok(page) } else { ask.kept(page).await }
}

fn facts(
    l: Language,
    view: &RunView,
    draw: &draw::Model,
    book: &Book,
    now: DateTime<Utc>,
) -> impl IntoView + use<> {
    let hash = |text: &String| view! { <code class="hash">{text.clone()}</code> };
    let mut items = vec![Fact::new(words::version(l), draw.version.clone())];
    if let (Some(from), Some(until)) = (view.run.apply_from, view.run.apply_until) {
        items.push(Fact::new(words::window(l), when::span(l, from, until)));
    }
    items.extend(announced(l, draw, book, now));
    items.push(commitment(l, draw));
    if let (Some(list_hash), Some(people), Some(at)) = (&draw.list_hash, draw.people, draw.listed_at) {
        let list = words::list_of(l, people, when::moment(l, at));
        items.push(Fact::new(words::list_hash(l), view! { {hash(list_hash)} <br/> {list} }));
    }
    if let (Some(value), Some(places), Some(secret), Some(at)) =
        (&draw.public_value, draw.places, &draw.secret, draw.drawn_at)
    {
        items.push(Fact::new(words::drawn_at(l), when::moment(l, at)));
        items.push(Fact::new(words::places(l), words::places_of(l, places)));
        items.push(Fact::new(words::public_value(l), value.clone()));
        items.push(Fact::new(words::secret(l), hash(secret)));
    }
    let yet = match (view.run.state, draw.listed_at, draw.drawn_at, book.draws_after()) {
        // Nothing is to come.
        (RunState::Cancelled, ..) => None,
        (_, _, None, _) if !book.draw_is_to_come(now) => Some(words::never_drawn(l).to_owned()),
        (_, None, ..) => Some(words::yet_open(l).to_owned()),
        (_, Some(_), None, Some(after)) => Some(words::yet_drawn(l, when::moment(l, after))),
        _ => None,
    };
    view! {
        {yet.map(|yet| view! { <p>{yet}</p> })}
        <DescriptionList items=items/>
    }
}

/// Everybody's rank by code, and one's own by looking for it.
fn result(l: Language, code: &str, record: &Record, search: Search) -> impl IntoView + use<> {
    let count = record.order.len();
    let own = search.own;
    let is_own = |line: &Line| own.as_ref().is_some_and(|own| own.ticket.as_str() == line.ticket);
    let line = |line: &Line| {
        let ticket = line.ticket.clone();
        let ticket = if is_own(line) {
            view! { <mark>{ticket} " · " {words::own(l)}</mark> }.into_any()
        } else {
            ticket.into_any()
        };
        view! { <li>{ticket}</li> }
    };
    // Their numbers are the ranks.
    let lines: Vec<_> = record.order.iter().map(line).collect();
    let found = own.map(|own| {
        let stands = match own.state {
            None => (Tone::Success, None),
            Some(State::Booked) => (Tone::Success, Some(words::found_place(l))),
            Some(State::Offered) => (Tone::Success, Some(words::found_offered(l))),
            Some(State::Waiting) => (Tone::Information, Some(words::found_waiting(l))),
            Some(_) => (Tone::Information, Some(words::found_over(l))),
        };
        (words::found(l, own.ticket.as_str(), count, own.rank), stands)
    });
    view! {
        <section aria-labelledby="find-title">
            <h2 class="section-title" id="find-title">{words::find(l)}</h2>
            {found.map(|(rank, (tone, stands))| view! {
                <div role="status">
                    <Alert l=l tone=tone>{stands.map(|stands| view! { <p><strong>{stands}</strong></p> })} <p>{rank}</p></Alert>
                </div>
            })}
            <Form l=l action=l.path(&path(code)) get=true input=search.input problems=search.problems>
                <TextInput name="code" label=words::code(l) hint=words::find_hint(l) maxlength=20 short=true/>
                <Button look=Look::Secondary>{words::find_button(l)}</Button>
            </Form>
        </section>
        <section aria-labelledby="ranks-title">
            <h2 class="section-title" id="ranks-title">{words::ranks(l)}</h2>
            {if count == 0 {
                view! { <p>{words::nobody(l)}</p> }.into_any()
            } else {
                view! { <p>{words::ranks_lead(l)}</p> <ol class="draw-ranks">{lines}</ol> }.into_any()
            }}
        </section>
    }
}

fn how(l: Language) -> impl IntoView {
    view! {
        <Disclosure summary=words::how(l) open=true>
            <p>{words::rule(l)}</p>
            <ol class="bullets">
                <li>{words::how_promise(l)}</li>
                <li>{words::how_apply(l)}</li>
                <li>{words::how_list(l)}</li>
                <li>{words::how_draw(l)}</li>
            </ol>
            <p><a href="/draw/algorithm.md" hreflang="en">{words::algorithm(l)}</a></p>
        </Disclosure>
    }
}

fn check(l: Language, code: &str) -> impl IntoView + use<> {
    view! {
        <section aria-labelledby="check-title">
            <h2 class="section-title" id="check-title">{words::check(l)}</h2>
            <p>{words::check_lead(l)}</p>
            <ul class="bullets">
                <li>{words::check_program(l)}</li>
                <li>{words::check_python(l)}</li>
            </ul>
            <div class="actions">
                <LinkButton href=format!("/courses/{code}/draw.json") look=Look::Secondary small=true>
                    {words::record(l)}
                </LinkButton>
            </div>
        </section>
    }
}

/// `GET /courses/{code}/draw.json`: the record, once it is drawn.
pub async fn record(ask: Ask, Path(code): Path<String>) -> Result<Response, AppError> {
    let view = find_lottery(&ask, &code).await?;
    let record = drawing::find_record(&ask.centre, &view.run).await?.ok_or(AppError::NotFound)?;
    Ok(Json(record).into_response())
}

/// `GET /draw/algorithm.md`: how every draw is computed, exactly.
pub async fn algorithm() -> Response {
    ([(header::CONTENT_TYPE, "text/markdown; charset=utf-8")], ALGORITHM).into_response()
}
