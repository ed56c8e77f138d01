//! What people send: an application, another seat, a cancellation, a yes to an offer.

use axum::Extension;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::course::RunCode;
use domain::course::store::find_run_id;
use domain::registration::{Choice, Refusal, WriterError, store};
use domain::space::SeatCode;
use uuid::Uuid;

use super::limit::Limit;
use super::page::draw_detail;
use super::refusal;
use crate::AppError;
use crate::ask::Ask;
use crate::course::draw_run;
use crate::ui::{Input, Problems};
use crate::words::registration as words;

/// The longest reason that is kept.
const REASON: usize = 300;

/// `POST /courses/{code}`: `seat` is a seat's code, `any` or `online`; `key` came with the form.
pub async fn apply(
    ask: Ask,
    Extension(limit): Extension<Limit>,
    Path(code): Path<String>,
    input: Input,
) -> Result<Response, AppError> {
    let who = ask.signed_in()?;
    limit.press(who.id())?;
    let run_code = RunCode::parse(&code).ok_or(AppError::NotFound)?;
    let run = find_run_id(&ask.centre, &run_code).await?.ok_or(AppError::NotFound)?;
    let key = input.text("key").parse::<Uuid>().map_err(|_| AppError::BadRequest)?;
    let answer = match Choice::parse(input.text("seat")) {
        Some(choice) => store::apply(&ask.centre, who, run, choice, key).await,
        None => Err(WriterError::Refused(Refusal::NoSuchSeat)),
    };
    match answer {
        Ok(outcome) => Ok(ask.see_other(&format!("/my/{}", outcome.application))),
        Err(error) => {
            let refused = refusal::of_writer(error)?;
            let sentence = refusal::sentence(ask.language, &refused);
            // Boxed: thousands wait for their answer at once, and few of them for this page.
            Box::pin(draw_run(&ask, &code, refusal::status(&refused), Some(sentence))).await
        }
    }
}

/// `POST /my/{application}/accept`
pub async fn accept(ask: Ask, Path(application): Path<Uuid>) -> Result<Response, AppError> {
    let answer = store::accept(&ask.centre, ask.signed_in()?, application).await;
    finish(&ask, application, answer.map(|_| ()), "", Input::default()).await
}

/// `POST /my/{application}/seat`
pub async fn change_seat(
    ask: Ask,
    Extension(limit): Extension<Limit>,
    Path(application): Path<Uuid>,
    input: Input,
) -> Result<Response, AppError> {
    let who = ask.signed_in()?;
    limit.press(who.id())?;
    let answer = match SeatCode::parse(input.text("seat")) {
        Some(seat) => store::change_seat(&ask.centre, who, application, seat).await,
        None => Err(WriterError::Refused(Refusal::NoSuchSeat)),
    };
    finish(&ask, application, answer.map(|_| ()), "", input).await
}

/// `POST /my/{application}/cancel`: `reason` is needed after the run's deadline.
pub async fn cancel(ask: Ask, Path(application): Path<Uuid>, input: Input) -> Result<Response, AppError> {
    let who = ask.signed_in()?;
    match reason(ask.language, &input) {
        Ok(reason) => {
            let answer = store::cancel(&ask.centre, who, application, reason).await;
            finish(&ask, application, answer.map(|_| ()), "reason", input).await
        }
        Err(problems) => {
            draw_detail(&ask, application, StatusCode::UNPROCESSABLE_ENTITY, input, problems).await
        }
    }
}

/// The form's `reason`, if there is one; too long a one is a problem of its field.
pub(crate) fn reason(l: crate::words::Language, input: &Input) -> Result<Option<String>, Problems> {
    let text = input.text("reason");
    if text.chars().count() > REASON {
        let mut problems = Problems::default();
        problems.add("reason", words::reason_too_long(l, REASON));
        return Err(problems);
    }
    Ok(Some(text.to_owned()).filter(|text| !text.is_empty()))
}

/// Back to the application's page, which tells how it stands; or that page with what was wrong, at `field`.
async fn finish(
    ask: &Ask,
    application: Uuid,
    answer: Result<(), WriterError>,
    field: &'static str,
    input: Input,
) -> Result<Response, AppError> {
    let Err(error) = answer else { return Ok(ask.see_other(&format!("/my/{application}"))) };
    let refused = refusal::of_writer(error)?;
    let mut problems = Problems::default();
    let field = if matches!(refused, Refusal::ReasonWanted) { field } else { "" };
    problems.add(field, refusal::sentence(ask.language, &refused));
    draw_detail(ask, application, refusal::status(&refused), input, problems).await
}
