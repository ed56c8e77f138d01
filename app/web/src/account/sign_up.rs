//! Signing up: a name, a way to be reached, the consents. Nobody is anybody before a code was typed.

use axum::Extension;
use axum::http::StatusCode;
use axum::response::Response;
use domain::account::challenge::{Intent, SendError, SignUp, send};
use domain::account::{Address, Password, PersonName, Purpose};
use domain::language::Language;
use leptos::prelude::*;

use super::confirm::{self, Way};
use super::figures::{self, FigureFields};
use super::throttle::{self, TooMany};
use super::{Beside, Gate, say};
use crate::AppError;
use crate::ask::{Ask, next_of, with_next};
use crate::ui::{
    Breadcrumb, Button, Checkbox, Choice, Disclosure, Form, Input, PageHead, Problems, Query, RadioGroup,
    StepIndicator, TextInput,
};
use crate::words;

pub async fn show(ask: Ask, Query(query): Query) -> Response {
    let next = next_of(&query);
    if ask.viewer.is_some() {
        return ask.see_other(if next.is_empty() { "/account" } else { next });
    }
    let input = Input::new([("language", ask.language.code())]);
    draw(&ask, StatusCode::OK, next, input, Problems::default())
}

pub async fn submit(
    ask: Ask,
    Extension(gate): Extension<Gate>,
    Query(query): Query,
    input: Input,
) -> Result<Response, AppError> {
    let next = next_of(&query);
    let read = match read(&ask, &input) {
        Ok(read) => read,
        Err(problems) => return Ok(draw(&ask, StatusCode::UNPROCESSABLE_ENTITY, next, input, problems)),
    };
    let too_many = |refusal: TooMany| {
        let problems = Problems::one("", throttle::sentence(&ask, refusal));
        Ok(throttle::refused(draw(&ask, StatusCode::OK, next, input.clone(), problems), refusal))
    };
    if let Err(refusal) = gate.throttle.check(ask.source, Some(&read.address)) {
        return too_many(refusal);
    }
    let password_hash = match read.password {
        Some(password) => Some(gate.passwords.hash(password).await?),
        None => None,
    };
    let sign_up = SignUp { password_hash, ..read.sign_up };
    match send(&ask.centre, sign_up.language, &read.address, Intent::SignUp(sign_up)).await {
        Ok(id) => Ok(ask.see_other(&confirm::path(id, Way::SignUp, next))),
        Err(SendError::TooMany { retry_after }) => too_many(TooMany { retry_after }),
        Err(SendError::Database(error)) => Err(error.into()),
    }
}

/// A form without a fault: what is written down, where its code goes, and the password before it is hashed.
struct Read {
    sign_up: SignUp,
    address: Address,
    password: Option<Password>,
}

fn read(ask: &Ask, input: &Input) -> Result<Read, Problems> {
    let l = ask.language;
    let mut problems = Problems::default();
    let name = PersonName::parse(input.text("name"));
    if name.is_none() {
        problems.add("name", words::account::wrong_name(l));
    }
    let phone = read_address(input, "phone", Address::parse_phone);
    if phone == Some(None) {
        problems.add("phone", words::account::wrong_phone(l));
    }
    let email = read_address(input, "email", Address::parse_email);
    if email == Some(None) {
        problems.add("email", words::account::wrong_email(l));
    }
    if phone.is_none() && email.is_none() {
        problems.add("phone", words::account::no_address(l));
    }
    let language = Language::parse(input.text("language"));
    if language.is_none() {
        problems.add("language", words::account::wrong_choice(l));
    }
    for purpose in Purpose::REQUIRED {
        if !input.flag(field_of(purpose)) {
            problems.add(field_of(purpose), words::account::no_consent(l));
        }
    }
    let figures = figures::read(&ask.centre, l, input, &mut problems);
    let password = Some(input.raw("password")).filter(|text| !text.is_empty()).map(Password::parse);
    if matches!(password, Some(None)) {
        problems.add("password", words::account::wrong_password_shape(l));
    }
    let consents = Purpose::ALL.iter().copied().filter(|purpose| input.flag(field_of(*purpose))).collect();
    let mut addresses = [phone, email].into_iter().flatten().flatten();
    let (Some(name), Some(language), Some(address), true) =
        (name, language, addresses.next(), problems.is_empty())
    else {
        return Err(problems);
    };
    let other = addresses.next();
    let sign_up = SignUp { name, language, other, password_hash: None, consents, figures };
    Ok(Read { sign_up, address, password: password.flatten() })
}

/// `None` where the field is empty, `Some(None)` where what stands in it is no address.
fn read_address(input: &Input, field: &str, parse: fn(&str) -> Option<Address>) -> Option<Option<Address>> {
    let text = input.text(field);
    (!text.is_empty()).then(|| parse(text))
}

/// The name of the checkbox of a purpose.
pub fn field_of(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Statutory => "consent_statutory",
        Purpose::Necessary => "consent_necessary",
        Purpose::Figures => "consent_figures",
        Purpose::News => "consent_news",
    }
}

fn draw(ask: &Ask, status: StatusCode, next: &str, input: Input, problems: Problems) -> Response {
    let l = ask.language;
    let title = words::account::sign_up(l);
    let action = ask.link(&with_next("/sign-up", next));
    let sign_in = ask.link(&with_next("/sign-in", next));
    let optional = ["birth_year", "sex", "neighbourhood", "password"];
    let opened = optional.iter().any(|field| problems.of(field).is_some() || input.flag(field));
    let languages = Language::ALL.iter().map(|l| Choice::new(l.code(), l.name())).collect();
    ask.refuse(status, title, move || {
        view! {
            <div class="narrow">
                <Breadcrumb l here=title/>
                <PageHead title lead=words::account::sign_up_lead(l)/>
                <StepIndicator l steps=steps(l) current=0/>
                <Beside text=words::account::have_account(l) href=sign_in label=words::account::sign_in(l)/>
                <Form l action input problems>
                    <TextInput
                        name="name"
                        label=words::account::name(l)
                        required=true
                        autocomplete="name"
                        maxlength=60
                    />
                    <TextInput
                        name="phone"
                        label=words::account::phone(l)
                        hint=words::account::phone_hint(l)
                        kind="tel"
                        autocomplete="tel"
                        inputmode="tel"
                        maxlength=20
                    />
                    <TextInput
                        name="email"
                        label=words::account::email(l)
                        hint=words::account::email_hint(l)
                        kind="email"
                        autocomplete="email"
                        inputmode="email"
                        maxlength=254
                    />
                    <RadioGroup name="language" legend=words::account::language(l) required=true choices=languages/>
                    <h2 class="section-title">{words::account::consents(l)}</h2>
                    <p>{words::account::consents_lead(l)}</p>
                    {Purpose::ALL.iter().map(|purpose| consent_box(l, *purpose)).collect_view()}
                    <Disclosure summary=words::account::more(l) open=opened>
                        <p>{words::account::figures_lead(l)}</p>
                        <FigureFields l/>
                        <TextInput
                            name="password"
                            label=words::account::password(l)
                            hint=words::account::password_hint(l)
                            kind="password"
                            autocomplete="new-password"
                            maxlength=128
                        />
                    </Disclosure>
                    <div class="actions"><Button>{words::account::send_code(l)}</Button></div>
                </Form>
            </div>
        }
    })
}

/// The consent to one purpose, with what is kept and how long beside it.
pub fn consent_box(l: Language, purpose: Purpose) -> impl IntoView {
    view! {
        <Checkbox
            name=field_of(purpose)
            label=say::purpose(l, purpose)
            note=say::purpose_note(l, purpose)
            required=!purpose.is_optional()
        />
    }
}

/// The way of a sign-up, for the step indicator.
pub fn steps(l: Language) -> Vec<String> {
    vec![
        words::account::step_details(l).into(),
        words::account::step_code(l).into(),
        words::account::step_done(l).into(),
    ]
}
