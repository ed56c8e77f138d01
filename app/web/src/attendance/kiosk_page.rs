//! A kiosk: opening it at a device, and the one field at which people check themselves in there. Large, by keys alone, with
//! every answer a page of its own whose title is the answer, so that it is said as well as seen.

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use domain::attendance::CheckInNumber;
use domain::attendance::entity::kiosk;
use domain::attendance::kiosk::{self as kiosks, Arrived, Device, KioskError};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::check_in::{Done, refused};
use crate::AppError;
use crate::ask::Ask;
use crate::ui::{Alert, Button, Form, Input, LinkButton, Look, Problems, TextInput, Tone};
use crate::when;
use crate::words::{Language, broadcast, check_in as check_in_words, kiosk as words};

/// The device's cookie. Nobody is signed in by it.
const COOKIE: &str = "kiosk";

/// As long as browsers keep one; each use of the page begins it anew.
const COOKIE_LIFE: u32 = 400 * 24 * 60 * 60;

/// So many seconds an answer stands before the page is empty for the next in the queue.
const STANDS: u32 = 12;

/// Under which the session keeps what is said on the next page.
const SAID: &str = "kiosk_said";

/// What is said to somebody who was checked in.
#[derive(Serialize, Deserialize)]
struct Said {
    sentence: String,
    class: String,
}

impl Said {
    fn of(l: Language, arrived: &Arrived) -> Self {
        let Arrived { done, class, course } = arrived;
        let title = broadcast::title_of_class(l, crate::course::title(l, course), class.number);
        let span = when::span(l, class.starts_at, class.ends_at);
        Self { sentence: Done::of(done).sentence(l), class: format!("{title}, {span}") }
    }
}

fn key_in(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, key)| key)
}

/// Gives the device its key, or again the one it has.
fn keep(ask: &Ask, mut response: Response, key: &str) -> Result<Response, AppError> {
    let secure = if ask.centre.settings().public_url.starts_with("https://") { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={key}; Path=/; Max-Age={COOKIE_LIFE}; HttpOnly; SameSite=Lax{secure}");
    let cookie = HeaderValue::from_str(&cookie).map_err(|_| AppError::BadRequest)?;
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

/// `GET /kiosk/{token}`: what the link is for, and the button that spends it. Looking at it, as messengers do, changes nothing.
pub async fn link(ask: Ask, Path(token): Path<String>) -> Result<Response, AppError> {
    let l = ask.language;
    let kiosk = kiosks::find_by_link(&ask.centre, &token).await?.ok_or(AppError::NotFound)?;
    let title = words::open_title(l);
    let lead = words::open_lead(l, &kiosk.name, &kiosk.place);
    Ok(ask.frame().terminal(StatusCode::OK, title, None, || {
        view! {
            <div class="kiosk">
                <h1>{title}</h1>
                <p>{lead}</p>
                <Form l=l action=l.path(&format!("/kiosk/{token}"))>
                    <Button>{words::open(l)}</Button>
                </Form>
            </div>
        }
    }))
}

/// `POST /kiosk/{token}`: makes this device the kiosk.
pub async fn open(ask: Ask, Path(token): Path<String>) -> Result<Response, AppError> {
    let key = kiosks::open(&ask.centre, &token).await?.ok_or(AppError::NotFound)?;
    keep(&ask, ask.see_other("/kiosk"), &key)
}

/// The device that asks, by the key it has.
async fn device<'a>(
    ask: &Ask,
    headers: &'a HeaderMap,
) -> Result<Option<(Device, kiosk::Model, &'a str)>, AppError> {
    let Some(key) = key_in(headers) else { return Ok(None) };
    let found = kiosks::find_device(&ask.centre, key).await?;
    Ok(found.map(|(device, kiosk)| (device, kiosk, key)))
}

/// `GET /kiosk`: the field, or what came of the last number.
pub async fn page(ask: Ask, headers: HeaderMap) -> Result<Response, AppError> {
    let Some((_, kiosk, key)) = device(&ask, &headers).await? else { return Ok(no_kiosk(&ask)) };
    let response = match ask.recall::<Said>(SAID).await? {
        Some(said) => draw_said(&ask, &said),
        None => draw(&ask, &kiosk, StatusCode::OK, Problems::default()),
    };
    keep(&ask, response, key)
}

/// `POST /kiosk`: the `number` of somebody who has come.
pub async fn enter(ask: Ask, headers: HeaderMap, input: Input) -> Result<Response, AppError> {
    let l = ask.language;
    let Some((device, kiosk, _)) = device(&ask, &headers).await? else { return Ok(no_kiosk(&ask)) };
    let (status, sentence) = match CheckInNumber::parse(input.text("number")) {
        Some(number) => match kiosks::check_in(&ask.centre, &device, &number).await {
            Ok(arrived) => {
                ask.remember(SAID, &Said::of(l, &arrived)).await?;
                return Ok(ask.see_other("/kiosk"));
            }
            Err(KioskError::Resting) => (StatusCode::TOO_MANY_REQUESTS, words::resting(l).to_owned()),
            Err(KioskError::CheckIn(error)) => refused(l, error)?,
        },
        None => (StatusCode::UNPROCESSABLE_ENTITY, check_in_words::wrong_digits(l).to_owned()),
    };
    Ok(draw(&ask, &kiosk, status, Problems::one("number", sentence)))
}

fn no_kiosk(ask: &Ask) -> Response {
    let l = ask.language;
    let title = words::no_kiosk(l);
    ask.frame().terminal(StatusCode::FORBIDDEN, title, None, || {
        view! {
            <div class="kiosk">
                <h1>{title}</h1>
                <p>{words::no_kiosk_lead(l)}</p>
            </div>
        }
    })
}

/// The field, empty also after a refusal: nobody's number is left to the next in the queue. It stays as long as somebody types.
fn draw(ask: &Ask, kiosk: &kiosk::Model, status: StatusCode, problems: Problems) -> Response {
    let l = ask.language;
    let title = match problems.of("number") {
        Some(sentence) => sentence.to_owned(),
        None => words::title(l).to_owned(),
    };
    let path = l.path("/kiosk");
    ask.frame().terminal(status, &title, None, || {
        let others = Language::ALL.iter().filter(|other| **other != l).map(|other| {
            view! { <a href=other.path("/kiosk") lang=other.code() hreflang=other.code()>{other.name()}</a> }
        });
        let others: Vec<_> = others.collect();
        view! {
            <div class="kiosk">
                <h1>{words::title(l)}</h1>
                <p class="kiosk-help">{format!("{} · {}", kiosk.place, kiosk.name)}</p>
                <Form l=l action=path problems=problems>
                    <TextInput
                        name="number" label=check_in_words::number(l) hint=check_in_words::number_hint(l) required=true
                        inputmode="numeric" autocomplete="off" maxlength=12 autofocus=true
                    />
                    <Button>{check_in_words::check_in(l)}</Button>
                </Form>
                <p class="kiosk-help">{words::help(l)}</p>
                <p class="kiosk-languages">{others}</p>
            </div>
        }
    })
}

fn draw_said(ask: &Ask, said: &Said) -> Response {
    let l = ask.language;
    // In Korean, whatever the one before them reads.
    let next = Language::Ko.path("/kiosk");
    ask.frame().terminal(StatusCode::OK, &said.sentence, Some((STANDS, &*next.clone())), || {
        let (sentence, class) = (said.sentence.clone(), said.class.clone());
        view! {
            <div class="kiosk">
                <h1>{words::title(l)}</h1>
                <div role="status" tabindex="-1" autofocus>
                    <Alert l=l tone=Tone::Success><p>{sentence}</p><p>{class}</p></Alert>
                </div>
                <p class="actions"><LinkButton href=next look=Look::Secondary>{words::next(l)}</LinkButton></p>
                <p class="kiosk-help">{words::next_lead(l, STANDS)}</p>
            </div>
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_read_from_among_other_cookies() {
        let mut headers = HeaderMap::new();
        assert_eq!(key_in(&headers), None);
        headers.insert(header::COOKIE, "centre=1; kiosks=2; kiosk=abc; display=x".parse().unwrap());
        assert_eq!(key_in(&headers), Some("abc"));
    }
}
