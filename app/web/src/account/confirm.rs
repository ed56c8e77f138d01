//! Typing the code, or pressing the button behind the link: then somebody has proved to be behind an address.
//!
//! The page looks alike whether the address has an account or not; only the letter says which.

use axum::Extension;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::account::challenge::{self, ConfirmError, Confirmed, Pending, Proof};
use domain::account::store::names_of;
use domain::account::{Code, Password, mask_name};
use leptos::prelude::*;
use uuid::Uuid;

use super::throttle::{self, TooMany};
use super::{Beside, Gate, sign_up};
use crate::AppError;
use crate::ask::{Ask, next_of, with_next};
use crate::ui::{
    Alert, Breadcrumb, Button, Form, Input, LinkButton, Look, PageHead, Problems, Query, StepIndicator,
    TextInput, Tone,
};
use crate::words;

/// From which page somebody came here, to lead back where a code has gone stale.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Way {
    SignUp,
    SignIn,
    Reset,
    /// An address of one's own account.
    Contact,
    /// The second address of a sign-up, which can wait.
    Second,
}

impl Way {
    fn word(self) -> &'static str {
        match self {
            Self::SignUp => "sign-up",
            Self::SignIn => "sign-in",
            Self::Reset => "reset",
            Self::Contact => "contact",
            Self::Second => "second",
        }
    }

    fn parse(word: &str) -> Self {
        let ways = [Self::SignUp, Self::Reset, Self::Contact, Self::Second];
        ways.into_iter().find(|way| way.word() == word).unwrap_or(Self::SignIn)
    }

    /// Where a new code can be had.
    fn start(self) -> &'static str {
        match self {
            Self::SignUp => "/sign-up",
            Self::SignIn => "/sign-in",
            Self::Reset => "/reset",
            Self::Contact | Self::Second => "/account",
        }
    }
}

/// The page that asks for the code of a challenge.
pub fn path(challenge: Uuid, way: Way, next: &str) -> String {
    with_next(&format!("/confirm/{challenge}?way={}", way.word()), next)
}

pub async fn show(ask: Ask, Path(id): Path<Uuid>, Query(query): Query) -> Result<Response, AppError> {
    let pending = find(&ask, id).await?;
    let page = CodePage { ask: &ask, id, pending, way: Way::parse(query.text("way")), next: next_of(&query) };
    Ok(page.draw(StatusCode::OK, Problems::default()))
}

async fn find(ask: &Ask, id: Uuid) -> Result<Pending, AppError> {
    challenge::find_by_id(ask.centre.database(), id).await?.ok_or(AppError::NotFound)
}

pub async fn submit(
    ask: Ask,
    Extension(gate): Extension<Gate>,
    Path(id): Path<Uuid>,
    Query(query): Query,
    input: Input,
) -> Result<Response, AppError> {
    let l = ask.language;
    let pending = find(&ask, id).await?;
    let asks_password = pending.asks_password;
    let page = CodePage { ask: &ask, id, pending, way: Way::parse(query.text("way")), next: next_of(&query) };
    let mut problems = Problems::default();
    let code = Code::parse(input.text("code"));
    if code.is_none() {
        problems.add("code", words::account::wrong_code_shape(l));
    }
    let password = asks_password.then(|| new_password(&ask, &input, &mut problems)).flatten();
    let Some(code) = code.filter(|_| problems.is_empty()) else {
        return Ok(page.draw(StatusCode::UNPROCESSABLE_ENTITY, problems));
    };
    if let Err(refusal) = gate.throttle.check(ask.source, None) {
        return Ok(page.too_many(refusal));
    }
    match prove(&ask, &gate, Proof::Code(id, code), password).await? {
        Ok(confirmed) => go_on(&ask, confirmed, page.next).await,
        Err(refusal) => Ok(page.refuse(refusal)),
    }
}

/// The new password of a reset; an ill-formed one is a problem.
fn new_password(ask: &Ask, input: &Input, problems: &mut Problems) -> Option<Password> {
    let password = Password::parse(input.raw("password"));
    if password.is_none() {
        problems.add("password", words::account::wrong_password_shape(ask.language));
    }
    password
}

/// Why a proof was refused, where that is the reader's to know.
enum Refusal {
    Wrong { left: u32 },
    Over,
    Taken,
}

/// Uses the proof: for a new password where there is one, else for what the challenge was made for.
async fn prove(
    ask: &Ask,
    gate: &Gate,
    proof: Proof,
    password: Option<Password>,
) -> Result<Result<Confirmed, Refusal>, AppError> {
    let outcome = match password {
        Some(password) => {
            let hash = gate.passwords.hash(password).await?;
            let person = challenge::reset(&ask.centre, proof, hash).await;
            person.map(|person| Confirmed::SignedIn { person })
        }
        None => challenge::confirm(&ask.centre, proof).await,
    };
    match outcome {
        Ok(confirmed) => Ok(Ok(confirmed)),
        Err(ConfirmError::Wrong { left }) => Ok(Err(Refusal::Wrong { left })),
        Err(ConfirmError::Over) => Ok(Err(Refusal::Over)),
        Err(ConfirmError::Taken) => Ok(Err(Refusal::Taken)),
        Err(ConfirmError::Database(error)) => Err(error.into()),
    }
}

/// Signs in where that was proved, and goes where the person wanted to go.
async fn go_on(ask: &Ask, confirmed: Confirmed, next: &str) -> Result<Response, AppError> {
    let onward = if next.is_empty() { "/my" } else { next };
    Ok(match confirmed {
        Confirmed::SignedUp { person, other } => {
            ask.sign_in(person).await?;
            match other {
                Some(other) => ask.see_other(&path(other, Way::Second, onward)),
                None => ask.see_other(onward),
            }
        }
        Confirmed::SignedIn { person } => {
            ask.sign_in(person).await?;
            ask.see_other(onward)
        }
        Confirmed::Contact { person } => {
            let own = ask.viewer.as_ref().is_some_and(|viewer| viewer.id() == person);
            match (own, next) {
                (true, "") => ask.see_other("/account?done=contact"),
                (true, next) => ask.see_other(next),
                // A letter opened in another browser, where nobody is signed in.
                (false, _) => ask.see_other("/confirmed"),
            }
        }
    })
}

/// The page that asks for the code; it never shows the whole address to who only has the page's own.
struct CodePage<'a> {
    ask: &'a Ask,
    id: Uuid,
    pending: Pending,
    way: Way,
    next: &'a str,
}

impl CodePage<'_> {
    fn too_many(&self, refusal: TooMany) -> Response {
        let problems = Problems::one("code", throttle::sentence(self.ask, refusal));
        throttle::refused(self.draw(StatusCode::OK, problems), refusal)
    }

    fn refuse(&self, refusal: Refusal) -> Response {
        let l = self.ask.language;
        let (status, sentence) = match refusal {
            Refusal::Wrong { left } => {
                (StatusCode::UNPROCESSABLE_ENTITY, words::account::wrong_code(l, left))
            }
            Refusal::Over => (StatusCode::CONFLICT, words::account::code_over(l).to_owned()),
            Refusal::Taken => (StatusCode::CONFLICT, words::account::address_taken(l).to_owned()),
        };
        self.draw(status, Problems::one("code", sentence))
    }

    fn draw(&self, status: StatusCode, problems: Problems) -> Response {
        let (l, way) = (self.ask.language, self.way);
        let asks_password = self.pending.asks_password;
        let title = if asks_password { words::account::reset(l) } else { words::account::confirm(l) };
        let lead = words::account::code_sent(
            l,
            self.pending.address.masked(),
            self.ask.centre.settings().code_minutes,
        );
        let action = self.ask.link(&path(self.id, way, self.next));
        let again = self.ask.link(&with_next(way.start(), self.next));
        let later = (way == Way::Second).then(|| self.ask.link(self.next));
        self.ask.refuse(status, title, move || {
            view! {
                <div class="narrow">
                    <Breadcrumb l here=title/>
                    <PageHead title lead/>
                    {(way == Way::SignUp).then(|| view! { <StepIndicator l steps=sign_up::steps(l) current=1/> })}
                    <Form l action problems>
                        <TextInput
                            name="code"
                            label=words::account::code(l)
                            hint=words::account::code_hint(l)
                            required=true
                            autocomplete="one-time-code"
                            inputmode="numeric"
                            maxlength=12
                            short=true
                        />
                        {asks_password.then(|| password_field(l))}
                        <div class="actions">
                            <Button>{words::account::confirm_button(l)}</Button>
                            {later.map(|href| view! {
                                <LinkButton href look=Look::Tertiary>{words::account::later(l)}</LinkButton>
                            })}
                        </div>
                    </Form>
                    <Beside text=words::account::no_code(l) href=again label=words::account::new_code(l)/>
                </div>
            }
        })
    }
}

fn password_field(l: domain::language::Language) -> impl IntoView {
    view! {
        <TextInput
            name="password"
            label=words::account::new_password(l)
            hint=words::account::password_rule(l)
            kind="password"
            required=true
            autocomplete="new-password"
            maxlength=128
        />
    }
}

/// The letter's link: programs that read mail open it too, so that opening it does nothing yet.
pub async fn show_link(ask: Ask, Path(token): Path<String>) -> Result<Response, AppError> {
    Ok(match challenge::find_by_token(&ask.centre, &token).await? {
        Some(pending) => {
            let lead = link_lead(&ask, &pending).await?;
            draw_link(&ask, StatusCode::OK, &token, &pending, lead, Problems::default())
        }
        None => draw_stale(&ask),
    })
}

pub async fn submit_link(
    ask: Ask,
    Extension(gate): Extension<Gate>,
    Path(token): Path<String>,
    input: Input,
) -> Result<Response, AppError> {
    let Some(pending) = challenge::find_by_token(&ask.centre, &token).await? else {
        return Ok(draw_stale(&ask));
    };
    let lead = link_lead(&ask, &pending).await?;
    let draw = |status, problems| draw_link(&ask, status, &token, &pending, lead, problems);
    let mut problems = Problems::default();
    let password = pending.asks_password.then(|| new_password(&ask, &input, &mut problems)).flatten();
    if !problems.is_empty() {
        return Ok(draw(StatusCode::UNPROCESSABLE_ENTITY, problems));
    }
    if let Err(refusal) = gate.throttle.check(ask.source, None) {
        let problems = Problems::one("", throttle::sentence(&ask, refusal));
        return Ok(throttle::refused(draw(StatusCode::OK, problems), refusal));
    }
    match prove(&ask, &gate, Proof::Token(token.clone()), password).await? {
        Ok(confirmed) => go_on(&ask, confirmed, "").await,
        Err(Refusal::Taken) => {
            let problems = Problems::one("", words::account::address_taken(ask.language));
            Ok(draw(StatusCode::CONFLICT, problems))
        }
        Err(Refusal::Wrong { .. } | Refusal::Over) => Ok(draw_stale(&ask)),
    }
}

/// What pressing the button means. An address that is to become somebody's says whose, so that nobody lends theirs to
/// a stranger's account unawares.
async fn link_lead(ask: &Ask, pending: &Pending) -> Result<String, AppError> {
    let (l, address) = (ask.language, pending.address.masked());
    let Some(person) = pending.wanted_by else { return Ok(words::account::link_lead(l, address)) };
    let name = names_of(ask.centre.database(), [person]).await?.remove(&person).unwrap_or_default();
    Ok(words::account::link_lead_contact(l, address, mask_name(&name)))
}

fn draw_link(
    ask: &Ask,
    status: StatusCode,
    token: &str,
    pending: &Pending,
    lead: String,
    problems: Problems,
) -> Response {
    let l = ask.language;
    let asks_password = pending.asks_password;
    let title = if asks_password { words::account::reset(l) } else { words::account::confirm(l) };
    let action = ask.link(&format!("/confirm/link/{token}"));
    ask.refuse(status, title, move || {
        view! {
            <div class="narrow">
                <Breadcrumb l here=title/>
                <PageHead title lead/>
                <Form l action problems>
                    {asks_password.then(|| password_field(l))}
                    <div class="actions"><Button>{words::account::confirm_button(l)}</Button></div>
                </Form>
            </div>
        }
    })
}

fn draw_stale(ask: &Ask) -> Response {
    let l = ask.language;
    let title = words::account::link_over(l);
    let sign_in = ask.link("/sign-in");
    ask.refuse(StatusCode::GONE, title, move || {
        view! {
            <div class="narrow">
                <Breadcrumb l here=title/>
                <PageHead title lead=words::account::link_over_lead(l)/>
                <div class="actions"><LinkButton href=sign_in>{words::account::sign_in(l)}</LinkButton></div>
            </div>
        }
    })
}

/// Says that an address was confirmed, where the browser is not its person's.
pub async fn show_confirmed(ask: Ask) -> Response {
    let l = ask.language;
    let title = words::account::confirmed(l);
    ask.page(title, move || {
        view! {
            <div class="narrow">
                <Breadcrumb l here=title/>
                <PageHead title/>
                <Alert l tone=Tone::Success>{words::account::confirmed_lead(l)}</Alert>
            </div>
        }
    })
}
