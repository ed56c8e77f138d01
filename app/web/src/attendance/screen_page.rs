//! The page of a room's screen, its state, and the field for those who scan nothing.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::account::Denied;
use domain::attendance::check_in::{self, Screen};
use domain::attendance::{CheckInNumber, CheckInTime, check_in_time};
use domain::registration::store::count_booked;
use leptos::prelude::*;
use qrcode::QrCode;
use qrcode::render::svg;

use super::check_in::{Class, DONE, Done, number_form, refused};
use super::page::no_store;
use super::screen::{RoomScreen, WallScreen};
use crate::AppError;
use crate::ask::Ask;
use crate::ui::{Alert, Input, Problems, Tone};
use crate::when;
use crate::words::check_in as words;

/// Without JavaScript the page is opened anew so often, in seconds: sooner than a code grows stale.
const REFRESH: u32 = 15;

/// The class of a screen, for whoever may have one.
async fn open(ask: &Ask, code: &str, number: i32) -> Result<(Class, Screen), AppError> {
    let viewer = ask.signed_in()?;
    let of = Class::find(ask, code, number).await?;
    let screen = match (viewer.editor_of(of.run.id, of.run.instructor_id), viewer.desk()) {
        (Ok(editor), _) => Screen::of_editor(&editor),
        (_, Ok(desk)) => Screen::of_desk(&desk),
        (Err(_), Err(_)) => return Err(Denied.into()),
    };
    Ok((of, screen))
}

async fn read(ask: &Ask, of: &Class, screen: &Screen) -> Result<RoomScreen, AppError> {
    let (l, centre) = (ask.language, &ask.centre);
    let minutes = centre.settings().attendance.check_in_minutes;
    let time = check_in_time((of.class.starts_at, of.class.ends_at), minutes, centre.clock().now());
    let (code, said) = match time {
        CheckInTime::Early { from } => (None, Some(words::early(l, when::moment(l, from)))),
        CheckInTime::Over => (None, Some(words::over(l).to_owned())),
        CheckInTime::Open => {
            let code = check_in::screen_code(centre, &of.class).await?;
            let path = l.path(&format!("/check-in/{}/{}/{code}", of.run.code, of.class.number));
            (Some(draw_code(&format!("{}{path}", centre.settings().public_url))?), None)
        }
    };
    let arrived = check_in::list_arrived(centre, screen, &of.class).await?;
    Ok(RoomScreen { code, said, arrived, places: count_booked(centre, of.run.id).await? })
}

/// The picture that a phone reads; black on white whatever the screen's colours are.
fn draw_code(address: &str) -> Result<String, AppError> {
    let code = QrCode::new(address).map_err(|_| AppError::Unset("an address that fits into a code"))?;
    let picture = code.render::<svg::Color<'_>>().min_dimensions(300, 300).build();
    // Inside a page a picture has no header of its own.
    Ok(picture.find("<svg").map_or(picture.clone(), |start| picture[start..].to_owned()))
}

/// `GET /sheets/{code}/{number}/screen`
pub async fn page(ask: Ask, Path((code, number)): Path<(String, i32)>) -> Result<Response, AppError> {
    let (of, screen) = open(&ask, &code, number).await?;
    let done = ask.recall::<Done>(DONE).await?;
    draw(&ask, &of, &screen, StatusCode::OK, done, (Input::default(), Problems::default())).await
}

/// `GET /sheets/{code}/{number}/screen/state`
pub async fn state(ask: Ask, Path((code, number)): Path<(String, i32)>) -> Result<Response, AppError> {
    let (of, screen) = open(&ask, &code, number).await?;
    Ok(no_store(Json(read(&ask, &of, &screen).await?)).into_response())
}

/// `POST /sheets/{code}/{number}/screen`: the `number` of somebody who has come.
pub async fn enter(
    ask: Ask,
    Path((code, number)): Path<(String, i32)>,
    input: Input,
) -> Result<Response, AppError> {
    let l = ask.language;
    let (of, screen) = open(&ask, &code, number).await?;
    let (status, sentence) = match CheckInNumber::parse(input.text("number")) {
        Some(number) => match check_in::check_in_at_screen(&ask.centre, &screen, &of.class, &number).await {
            Ok(done) => {
                ask.remember(DONE, &Done::of(&done)).await?;
                return Ok(ask.see_other(&format!("/sheets/{}/{}/screen", of.run.code, of.class.number)));
            }
            Err(error) => refused(l, error)?,
        },
        None => (StatusCode::UNPROCESSABLE_ENTITY, words::wrong_digits(l).into()),
    };
    draw(&ask, &of, &screen, status, None, (input, Problems::one("number", sentence))).await
}

async fn draw(
    ask: &Ask,
    of: &Class,
    screen: &Screen,
    status: StatusCode,
    done: Option<Done>,
    (input, problems): (Input, Problems),
) -> Result<Response, AppError> {
    let l = ask.language;
    let state = read(ask, of, screen).await?;
    let path = format!("/sheets/{}/{}/screen", of.run.code, of.class.number);
    let title = of.title(l);
    let heading = title.clone();
    let mut page = ask.frame().screen(&heading, REFRESH, || {
        view! {
            <header class="door-head">
                <h1>{title}</h1>
                <p>{when::span(l, of.class.starts_at, of.class.ends_at)}</p>
            </header>
            <div class="wall">
                <div class="wall-scan">
                    <WallScreen l=l path=l.path(&format!("{path}/state")) screen=state/>
                </div>
                <div class="wall-type">
                    <h2>{words::by_number(l)}</h2>
                    <div role="status">
                        {done.map(|done| view! { <Alert l=l tone=Tone::Success><p>{done.sentence(l)}</p></Alert> })}
                    </div>
                    {number_form(l, l.path(&path), input, problems)}
                </div>
            </div>
        }
    });
    *page.status_mut() = status;
    Ok(page)
}
