//! Signing in by a code to one's address, or with a password; and a code for a new password.

use axum::Extension;
use axum::http::StatusCode;
use axum::response::Response;
use domain::account::challenge::{Intent, SendError, send};
use domain::account::store::find_person_by_password;
use domain::account::{Address, Password};
use leptos::prelude::*;

use super::confirm::{self, Way};
use super::throttle::{self, TooMany};
use super::{Beside, Gate};
use crate::AppError;
use crate::ask::{Ask, next_of, with_next};
use crate::ui::{
    Alert, Breadcrumb, Button, Disclosure, Form, Hidden, Input, Look, PageHead, Problems, Query, TextInput,
    Tone,
};
use crate::words;

pub async fn show(ask: Ask, Query(query): Query) -> Response {
    let next = next_of(&query);
    if ask.viewer.is_some() {
        return ask.see_other(if next.is_empty() { "/account" } else { next });
    }
    let signed_out = query.text("done") == "signed-out";
    draw(&ask, StatusCode::OK, next, Input::default(), Problems::default(), signed_out)
}

pub async fn submit(
    ask: Ask,
    Extension(gate): Extension<Gate>,
    Query(query): Query,
    input: Input,
) -> Result<Response, AppError> {
    let next = next_of(&query);
    let draw = |status, problems| draw(&ask, status, next, input.clone(), problems, false);
    if input.text("with") == "password" {
        return submit_password(&ask, &gate, &input, next, draw).await;
    }
    send_code(&ask, &gate, &input, Intent::SignIn, Way::SignIn, next, draw).await
}

pub async fn show_reset(ask: Ask) -> Response {
    draw_reset(&ask, StatusCode::OK, Input::default(), Problems::default())
}

pub async fn submit_reset(
    ask: Ask,
    Extension(gate): Extension<Gate>,
    input: Input,
) -> Result<Response, AppError> {
    let draw = |status, problems| draw_reset(&ask, status, input.clone(), problems);
    send_code(&ask, &gate, &input, Intent::Reset, Way::Reset, "", draw).await
}

/// Sends a code to the address that was typed, or draws the form again with what is wrong.
async fn send_code(
    ask: &Ask,
    gate: &Gate,
    input: &Input,
    intent: Intent,
    way: Way,
    next: &str,
    draw: impl Fn(StatusCode, Problems) -> Response,
) -> Result<Response, AppError> {
    let l = ask.language;
    let Some(address) = Address::parse(input.text("address")) else {
        let problems = Problems::one("address", words::account::wrong_address(l));
        return Ok(draw(StatusCode::UNPROCESSABLE_ENTITY, problems));
    };
    let too_many = |refusal: TooMany| {
        let problems = Problems::one("address", throttle::sentence(ask, refusal));
        Ok(throttle::refused(draw(StatusCode::OK, problems), refusal))
    };
    if let Err(refusal) = gate.throttle.check(ask.source, Some(&address)) {
        return too_many(refusal);
    }
    match send(&ask.centre, l, &address, intent).await {
        Ok(id) => Ok(ask.see_other(&confirm::path(id, way, next))),
        Err(SendError::TooMany { retry_after }) => too_many(TooMany { retry_after }),
        Err(SendError::Database(error)) => Err(error.into()),
    }
}

async fn submit_password(
    ask: &Ask,
    gate: &Gate,
    input: &Input,
    next: &str,
    draw: impl Fn(StatusCode, Problems) -> Response,
) -> Result<Response, AppError> {
    let l = ask.language;
    let Some(address) = Address::parse(input.text("address")) else {
        let problems = Problems::one("address", words::account::wrong_address(l));
        return Ok(draw(StatusCode::UNPROCESSABLE_ENTITY, problems));
    };
    if let Err(refusal) = gate.throttle.check(ask.source, Some(&address)) {
        let problems = Problems::one("address", throttle::sentence(ask, refusal));
        return Ok(throttle::refused(draw(StatusCode::OK, problems), refusal));
    }
    let person = match Password::parse(input.raw("password")) {
        Some(password) => find_person_by_password(&ask.centre, &gate.passwords, &address, password).await?,
        None => None,
    };
    let Some(person) = person else {
        let problems = Problems::one("password", words::account::wrong_password(l));
        return Ok(draw(StatusCode::UNPROCESSABLE_ENTITY, problems));
    };
    ask.sign_in(person).await?;
    Ok(ask.see_other(if next.is_empty() { "/my" } else { next }))
}

fn draw(
    ask: &Ask,
    status: StatusCode,
    next: &str,
    input: Input,
    problems: Problems,
    signed_out: bool,
) -> Response {
    let l = ask.language;
    let title = words::account::sign_in(l);
    let action = ask.link(&with_next("/sign-in", next));
    let (sign_up, reset) = (ask.link(&with_next("/sign-up", next)), ask.link("/reset"));
    let by_password = input.text("with") == "password";
    // What was typed and what was wrong belongs to the form that was sent.
    let (code, password) = match by_password {
        true => ((input.clone(), Problems::default()), (input, problems)),
        false => ((input.clone(), problems), (input, Problems::default())),
    };
    let second_action = action.clone();
    ask.refuse(status, title, move || {
        view! {
            <div class="narrow">
                <Breadcrumb l here=title/>
                <PageHead title lead=words::account::sign_in_lead(l)/>
                {signed_out.then(|| view! {
                    <Alert l tone=Tone::Success attr:role="status">{words::account::signed_out(l)}</Alert>
                })}
                <Form l action input=code.0 problems=code.1>
                    {address_field(l)}
                    <div class="actions"><Button>{words::account::send_code(l)}</Button></div>
                </Form>
                <Disclosure summary=words::account::with_password(l) open=by_password>
                    <Form l action=second_action input=password.0 problems=password.1 id="password">
                        <Hidden name="with" value="password"/>
                        {address_field(l)}
                        <TextInput
                            name="password"
                            label=words::account::password(l)
                            kind="password"
                            required=true
                            autocomplete="current-password"
                            maxlength=128
                        />
                        <div class="actions"><Button look=Look::Secondary>{words::account::sign_in(l)}</Button></div>
                    </Form>
                    <Beside text=words::account::forgot(l) href=reset label=words::account::reset(l)/>
                </Disclosure>
                <Beside text=words::account::no_account(l) href=sign_up label=words::account::sign_up(l)/>
            </div>
        }
    })
}

fn address_field(l: domain::language::Language) -> impl IntoView {
    view! {
        <TextInput
            name="address"
            label=words::account::address(l)
            hint=words::account::address_hint(l)
            required=true
            autocomplete="username"
            maxlength=254
        />
    }
}

fn draw_reset(ask: &Ask, status: StatusCode, input: Input, problems: Problems) -> Response {
    let l = ask.language;
    let title = words::account::reset(l);
    let action = ask.link("/reset");
    ask.refuse(status, title, move || {
        view! {
            <div class="narrow">
                <Breadcrumb l here=title/>
                <PageHead title lead=words::account::reset_lead(l)/>
                <Form l action input problems>
                    {address_field(l)}
                    <div class="actions"><Button>{words::account::send_code(l)}</Button></div>
                </Form>
            </div>
        }
    })
}
