//! Open calls as everybody reads them, and the form in which somebody answers one.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::account::SignedIn;
use domain::account::store::contacts_of;
use domain::course::Window;
use domain::studio::call::{self, CallError, find_call, find_live, list_calls};
use domain::studio::entity::{call_answer, open_call};
use domain::studio::{AnswerState, PICTURE_CONSENT};
use leptos::prelude::*;

use crate::AppError;
use crate::ask::Ask;
use crate::ui::{
    Alert, Badge, Breadcrumb, Button, Checkbox, Crumb, DescriptionList, EmptyState, Fact, Form, Hidden,
    Input, LinkButton, Look, PageHead, Problems, Query, StructuredItem, StructuredList, TextArea, Tone,
};
use crate::when;
use crate::words::{Language, call as words, studio};

/// How many calls are listed; older ones are found by their address.
const LISTED: u64 = 50;

/// The longest answer, in characters.
const ANSWER: usize = 1000;

pub(super) fn window_badge(l: Language, window: Window) -> impl IntoView {
    let (tone, word) = match window {
        Window::Open => (Tone::Success, words::open(l)),
        Window::Soon => (Tone::Information, words::soon(l)),
        Window::Closed | Window::Unset => (Tone::Neutral, words::closed(l)),
    };
    view! { <Badge tone=tone text=word/> }
}

pub(super) fn answer_badge(l: Language, state: AnswerState) -> impl IntoView {
    let (tone, word) = (answer_tone(state), answer_word(l, state));
    view! { <Badge tone=tone text=word/> }
}

fn answer_tone(state: AnswerState) -> Tone {
    match state {
        AnswerState::Asked => Tone::Warning,
        AnswerState::Chosen => Tone::Success,
        AnswerState::Declined => Tone::Danger,
        AnswerState::Withdrawn => Tone::Neutral,
    }
}

pub(super) fn answer_word(l: Language, state: AnswerState) -> &'static str {
    match state {
        AnswerState::Asked => words::state_asked(l),
        AnswerState::Chosen => words::state_chosen(l),
        AnswerState::Declined => words::state_declined(l),
        AnswerState::Withdrawn => words::state_withdrawn(l),
    }
}

/// `GET /studio/calls`: those that are open, then those to come, then those that are closed.
pub async fn list(ask: Ask) -> Result<Response, AppError> {
    let (l, now) = (ask.language, ask.centre.clock().now());
    let mut calls = list_calls(ask.centre.database(), LISTED).await?;
    calls.sort_by_key(|call| match call.window(now) {
        Window::Open => 0,
        Window::Soon => 1,
        Window::Closed | Window::Unset => 2,
    });
    Ok(ask.page(words::title(l), || {
        let items: Vec<_> = calls.iter().map(|call| line(l, call, call.window(now))).collect();
        view! {
            <Breadcrumb l=l way=vec![Crumb::new(l, studio::title(l), "/studio")] here=words::title(l)/>
            <PageHead title=words::title(l) lead=words::lead(l)/>
            {if items.is_empty() {
                view! { <EmptyState title=words::none(l)/> }.into_any()
            } else {
                view! { <StructuredList>{items}</StructuredList> }.into_any()
            }}
        }
    }))
}

fn line(l: Language, call: &open_call::Model, window: Window) -> impl IntoView + use<> {
    let items = vec![
        Fact::new(words::period(l), when::span(l, call.opens_at, call.closes_at)),
        Fact::new(words::people(l), words::people_of(l, call.people)),
        Fact::new(words::dates(l), call.dates.clone()),
    ];
    view! {
        <StructuredItem
            href=l.path(&format!("/studio/calls/{}", call.code))
            title=call.title.clone()
            badges=window_badge(l, window).into_any()
            items=items
        />
    }
}

/// How the page is drawn this time.
#[derive(Default)]
struct Drawn {
    status: StatusCode,
    input: Input,
    problems: Problems,
    done: Option<&'static str>,
}

/// `GET /studio/calls/{code}`
pub async fn page(ask: Ask, Path(code): Path<String>, Query(query): Query) -> Result<Response, AppError> {
    let l = ask.language;
    let done = match query.text("done") {
        "answered" => Some(words::done_answered(l)),
        "withdrawn" => Some(words::done_withdrawn(l)),
        _ => None,
    };
    draw(&ask, &code, Drawn { done, ..Drawn::default() }).await
}

/// `POST /studio/calls/{code}`: what somebody would bring, and their consent.
pub async fn send(ask: Ask, Path(code): Path<String>, input: Input) -> Result<Response, AppError> {
    let (l, viewer) = (ask.language, ask.signed_in()?);
    let text = input.text("words");
    if text.is_empty() || text.chars().count() > ANSWER {
        let problems = Problems::one("words", words::wrong_words(l, ANSWER));
        return draw(
            &ask,
            &code,
            Drawn { status: StatusCode::UNPROCESSABLE_ENTITY, input, problems, done: None },
        )
        .await;
    }
    let answer = call::answer(&ask.centre, viewer, &code, text, input.flag("consent")).await;
    finish(&ask, &code, "answered", input, answer).await
}

/// `POST /studio/calls/{code}/withdraw`
pub async fn withdraw(ask: Ask, Path(code): Path<String>, input: Input) -> Result<Response, AppError> {
    let viewer = ask.signed_in()?;
    let version = input.text("version").parse().map_err(|_| AppError::BadRequest)?;
    let answer = call::withdraw(&ask.centre, viewer, &code, version).await;
    finish(&ask, &code, "withdrawn", input, answer).await
}

async fn finish(
    ask: &Ask,
    code: &str,
    done: &str,
    input: Input,
    answer: Result<(), CallError>,
) -> Result<Response, AppError> {
    match answer {
        Ok(()) => Ok(ask.see_other(&format!("/studio/calls/{code}?done={done}"))),
        Err(error) => {
            let (status, problems) = refused(ask.language, error)?;
            draw(ask, code, Drawn { status, input, problems, done: None }).await
        }
    }
}

/// A refusal as a status, and a sentence at its field.
pub(super) fn refused(l: Language, error: CallError) -> Result<(StatusCode, Problems), AppError> {
    let (status, field, sentence) = match error {
        CallError::NotFound => return Err(AppError::NotFound),
        CallError::Db(error) => return Err(error.into()),
        CallError::Stale => (StatusCode::CONFLICT, "", words::refused_stale(l)),
        CallError::NotOpen => (StatusCode::CONFLICT, "", words::refused_not_open(l)),
        CallError::Answered => (StatusCode::CONFLICT, "", words::refused_answered(l)),
        CallError::Backwards => (StatusCode::UNPROCESSABLE_ENTITY, "closes_at", words::refused_backwards(l)),
        CallError::NoConsent => (StatusCode::UNPROCESSABLE_ENTITY, "consent", words::refused_no_consent(l)),
    };
    Ok((status, Problems::one(field, sentence)))
}

async fn draw(ask: &Ask, code: &str, drawn: Drawn) -> Result<Response, AppError> {
    let (l, now) = (ask.language, ask.centre.clock().now());
    let db = ask.centre.database();
    let call = find_call(db, code).await?.ok_or(AppError::NotFound)?;
    let (mut mine, mut reach) = (None, String::new());
    if let Some(viewer) = &ask.viewer {
        mine = find_live(db, call.id, viewer.id()).await?;
        let contacts = contacts_of(db, viewer.id()).await?;
        let contacts: Vec<String> = contacts.iter().map(|contact| contact.address.shown()).collect();
        reach = contacts.join(", ");
    }
    let produces = ask.viewer.as_ref().is_some_and(|viewer| viewer.producer().is_ok());
    let window = call.window(now);
    Ok(ask.refuse(drawn.status, &call.title.clone(), || {
        let way =
            vec![Crumb::new(l, studio::title(l), "/studio"), Crumb::new(l, words::title(l), "/studio/calls")];
        let (title, here) = (call.title.clone(), call.code.clone());
        let manage = l.path(&format!("/manage/calls/{}", call.code));
        // Above all where there is no form that could say it.
        let has_form = window == Window::Open && mine.is_none() && ask.viewer.is_some();
        let whole = drawn.problems.of("").filter(|_| !has_form).map(str::to_owned);
        let said = match window {
            Window::Open => None,
            Window::Soon => Some(words::says_soon(l, when::moment(l, call.opens_at))),
            Window::Closed | Window::Unset => Some(words::says_closed(l).to_owned()),
        };
        view! {
            <Breadcrumb l=l way=way here=here/>
            <PageHead title=title>{window_badge(l, window)}</PageHead>
            {drawn.done.map(|done| view! {
                <div role="status"><Alert l=l tone=Tone::Success><p>{done}</p></Alert></div>
            })}
            {whole.map(|sentence| view! {
                <div role="alert"><Alert l=l tone=Tone::Danger><p>{sentence}</p></Alert></div>
            })}
            {said.map(|sentence| view! { <p>{sentence}</p> })}
            <DescriptionList items=facts(l, &call)/>
            {produces.then(|| view! {
                <p class="actions">
                    <LinkButton href=manage look=Look::Tertiary small=true>{words::to_answers(l)}</LinkButton>
                </p>
            })}
            {match (&ask.viewer, &mine) {
                (_, Some(answer)) => own(l, &call, answer).into_any(),
                (Some(viewer), None) if window == Window::Open => {
                    form(l, &call, viewer, reach, drawn.input, drawn.problems).into_any()
                }
                (None, None) if window == Window::Open => sign_in(ask).into_any(),
                _ => ().into_any(),
            }}
        }
    }))
}

pub(super) fn facts(l: Language, call: &open_call::Model) -> Vec<Fact> {
    vec![
        Fact::new(words::purpose(l), paragraphs(&call.purpose)),
        Fact::new(words::who_for(l), paragraphs(&call.who_for)),
        Fact::new(words::people(l), words::people_of(l, call.people)),
        Fact::new(words::dates(l), call.dates.clone()),
        Fact::new(words::period(l), when::span(l, call.opens_at, call.closes_at)),
        Fact::new(words::contact(l), call.contact.clone()),
    ]
}

/// A text with its line breaks.
pub(super) fn paragraphs(text: &str) -> impl IntoView + use<> {
    text.lines().map(|line| view! { <span class="call-line">{line.to_owned()}</span> }).collect_view()
}

fn sign_in(ask: &Ask) -> impl IntoView + use<> {
    let l = ask.language;
    view! {
        <p>{words::sign_in_lead(l)}</p>
        <p class="actions"><LinkButton href=ask.sign_in_path()>{words::sign_in(l)}</LinkButton></p>
    }
}

fn form(
    l: Language,
    call: &open_call::Model,
    viewer: &SignedIn,
    reach: String,
    input: Input,
    problems: Problems,
) -> impl IntoView + use<> {
    let action = l.path(&format!("/studio/calls/{}", call.code));
    let who = words::reach(l, viewer.name(), reach);
    view! {
        <section aria-labelledby="answer-title">
            <h2 class="section-title" id="answer-title">{words::answer(l)}</h2>
            <p>{who} " " <a href=l.path("/account")>{words::change_reach(l)}</a></p>
            <Form l=l action=action input=input problems=problems>
                <TextArea name="words" label=words::words(l) hint=words::words_hint(l, ANSWER) rows=6 required=true maxlength=1000/>
                <Checkbox name="consent" label=words::consent(l, PICTURE_CONSENT) note=words::consent_text(l) required=true/>
                <Button>{words::send(l)}</Button>
            </Form>
        </section>
    }
}

/// One's own answer and how it stands.
fn own(l: Language, call: &open_call::Model, answer: &call_answer::Model) -> impl IntoView + use<> {
    let action = l.path(&format!("/studio/calls/{}/withdraw", call.code));
    let version = answer.version.to_string();
    let may_withdraw = answer.state.may_become(AnswerState::Withdrawn);
    let facts = [
        Some(Fact::new(words::state(l), answer_badge(l, answer.state))),
        answer.reason.clone().map(|reason| Fact::new(words::reason(l), reason)),
        answer.words.as_ref().map(|text| Fact::new(words::words(l), paragraphs(text))),
        Some(Fact::new(words::agreed(l), words::agreed_to(l, answer.consent))),
        Some(Fact::new(words::answered_at(l), when::moment(l, answer.created_at))),
    ];
    let items: Vec<Fact> = facts.into_iter().flatten().collect();
    view! {
        <section aria-labelledby="own-title">
            <h2 class="section-title" id="own-title">{words::own(l)}</h2>
            <DescriptionList items=items/>
            {may_withdraw.then(|| view! {
                <Form l=l action=action id="withdraw">
                    <Hidden name="version" value=version/>
                    <Button look=Look::Danger>{words::withdraw(l)}</Button>
                </Form>
            })}
        </section>
    }
}
