//! Entering the code of one class without signing in, at an address that was made for one place in it.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::attendance::link::{self, CodeLink, LinkError, LinkRefusal};
use domain::attendance::{Digits, Standing};
use leptos::prelude::*;

use super::form::{code_part, refused};
use crate::AppError;
use crate::ask::Ask;
use crate::ui::{Alert, Breadcrumb, EmptyState, Input, LinkButton, Look, PageHead, Tone};
use crate::words::{attendance, watching as words};

/// The link of a token, or the page that says that it is over.
async fn open(ask: &Ask, token: &str) -> Result<Result<CodeLink, Response>, AppError> {
    let l = ask.language;
    match link::open(&ask.centre, token).await {
        Ok(link) => Ok(Ok(link)),
        Err(LinkError::Refused(LinkRefusal::Unknown)) => Err(AppError::NotFound),
        Err(LinkError::Refused(LinkRefusal::Over)) => {
            Ok(Err(ask.refuse(StatusCode::GONE, attendance::code_page(l), || {
                view! {
                    <Breadcrumb l=l here=attendance::code_page(l)/>
                    <PageHead title=attendance::code_page(l)/>
                    <EmptyState title=words::link_over(l)><p>{words::link_over_lead(l)}</p></EmptyState>
                }
            })))
        }
        Err(LinkError::Db(error)) => Err(error.into()),
    }
}

/// `GET /code/{token}`
pub async fn page(ask: Ask, Path(token): Path<String>) -> Result<Response, AppError> {
    match open(&ask, &token).await? {
        Ok(link) => draw(&ask, &token, &link, StatusCode::OK, None).await,
        Err(over) => Ok(over),
    }
}

/// `POST /code/{token}`: `code` is the number that was shown.
pub async fn enter(ask: Ask, Path(token): Path<String>, input: Input) -> Result<Response, AppError> {
    let l = ask.language;
    let link = match open(&ask, &token).await? {
        Ok(link) => link,
        Err(over) => return Ok(over),
    };
    let (status, sentence) = match Digits::parse(input.text("code")) {
        None => (StatusCode::UNPROCESSABLE_ENTITY, attendance::wrong_digits(l).to_owned()),
        Some(digits) => match link::answer(&ask.centre, &link, &digits).await {
            Ok(()) => return Ok(ask.see_other(&format!("/code/{token}"))),
            Err(error) => refused(l, error)?,
        },
    };
    draw(&ask, &token, &link, status, Some((input, sentence))).await
}

async fn draw(
    ask: &Ask,
    token: &str,
    link: &CodeLink,
    status: StatusCode,
    sent: Option<(Input, String)>,
) -> Result<Response, AppError> {
    let l = ask.language;
    let at = link::describe(&ask.centre, link).await?;
    let path = ask.link(&format!("/code/{token}"));
    let takes = matches!(at.standing, Standing::Open { tries_left: 1.., .. });
    let above = sent.as_ref().filter(|_| !takes).map(|(_, sentence)| sentence.clone());
    Ok(ask.refuse(status, attendance::code_page(l), || {
        let waits = matches!(at.standing, Standing::NotShown);
        let missed = above.is_none() && matches!(at.standing, Standing::Missed);
        view! {
            <Breadcrumb l=l here=attendance::code_page(l)/>
            <PageHead title=attendance::code_page(l) lead=words::link_for(l, at.name)/>
            {above.map(|sentence| view! { <div role="alert"><Alert l=l tone=Tone::Danger><p>{sentence}</p></Alert></div> })}
            {code_part(l, (&link.class, &at.course), at.standing, path.clone(), sent)}
            {missed.then(|| view! { <Alert l=l tone=Tone::Warning><p>{attendance::missed(l)}</p></Alert> })}
            {waits.then(|| view! {
                <p>{words::link_waiting(l)}</p>
                <p class="actions"><LinkButton href=path look=Look::Secondary>{words::link_reload(l)}</LinkButton></p>
            })}
        }
    }))
}
