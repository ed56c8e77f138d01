//! Connecting a channel: to Google's page, back with a code, and from then on we may act for it.

use std::sync::Arc;

use axum::Extension;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::broadcast::call::{Answer, Call, Grant, Outcome, Youtube};
use domain::broadcast::channel::{self, ChannelError};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use web::AppError;
use web::ask::Ask;
use web::ui::Query;

use super::{SignInError, Verifier};
use crate::router::WebSettings;

/// Under which the browser's session keeps what it left with.
const LEAVING: &str = "youtube_sign_in";

/// Who comes back must bring the same `state`, and only this session has the verifier.
#[derive(Serialize, Deserialize)]
struct Leaving {
    state: String,
    verifier: String,
}

/// `GET /manage/channels/connect`: a link, since the content policy lets no form lead to another site.
pub async fn leave(web: Extension<Arc<WebSettings>>, ask: Ask) -> Result<Response, AppError> {
    ask.signed_in()?.producer()?;
    let Some(youtube) = &web.youtube else { return Ok(ask.see_other("/manage/channels?done=unset")) };
    // Both are secrets of one kind: long and random.
    let (state, verifier) = (Verifier::fresh(), Verifier::fresh());
    let url = youtube.authorize_url(state.as_str(), &verifier);
    let leaving = Leaving { state: state.as_str().into(), verifier: verifier.as_str().into() };
    ask.remember(LEAVING, &leaving).await?;
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, url.to_string())]).into_response())
}

/// `GET /manage/channels/return?code=&state=`, or `?error=`.
pub async fn come_back(
    web: Extension<Arc<WebSettings>>,
    ask: Ask,
    Query(query): Query,
) -> Result<Response, AppError> {
    let producer = ask.signed_in()?.producer()?;
    let leaving: Leaving = ask.recall(LEAVING).await?.ok_or(AppError::BadRequest)?;
    let verifier = Verifier::parse(&leaving.verifier).filter(|_| leaving.state == query.raw("state"));
    let (Some(verifier), Some(youtube)) = (verifier, &web.youtube) else { return Err(AppError::BadRequest) };
    if !query.raw("error").is_empty() {
        return Ok(ask.see_other("/manage/channels?done=refused"));
    }
    let refresh_token = match youtube.exchange(query.raw("code"), &verifier).await {
        Ok(token) => token,
        Err(error) => {
            tracing::warn!(%error, "a channel was not connected");
            let refused = matches!(error, SignInError::Scope | SignInError::NoRefreshToken);
            let done = if refused { "refused" } else { "failed" };
            return Ok(ask.see_other(&format!("/manage/channels?done={done}")));
        }
    };
    // Nobody's yet: the answer says whose it is.
    let grant = Grant { channel: ask.centre.clock().id(), refresh_token };
    let titled = match youtube.call(&grant, &Call::ReadChannel).await {
        Outcome::Done(Answer::Channel(titled)) => titled,
        outcome => {
            tracing::warn!(?outcome, "a channel was not connected");
            return Ok(ask.see_other("/manage/channels?done=failed"));
        }
    };
    match channel::connect(&ask.centre, &producer, &titled, &grant.refresh_token).await {
        Ok(_) => Ok(ask.see_other("/manage/channels?done=connected")),
        Err(ChannelError::Db(error)) => Err(error.into()),
        Err(error) => Err(AppError::Broken(error.to_string())),
    }
}

/// `POST /manage/channels/{id}/disconnect`: forgets the grant here, and gives it back to Google.
pub async fn disconnect(
    web: Extension<Arc<WebSettings>>,
    ask: Ask,
    Path(id): Path<Uuid>,
) -> Result<Response, AppError> {
    let producer = ask.signed_in()?.producer()?;
    let token = match channel::disconnect(&ask.centre, &producer, id).await {
        Ok(token) => token,
        Err(ChannelError::NotFound) => return Err(AppError::NotFound),
        Err(ChannelError::Db(error)) => return Err(error.into()),
        Err(error) => return Err(AppError::Broken(error.to_string())),
    };
    if let (Some(token), Some(youtube)) = (token, &web.youtube)
        && let Err(error) = youtube.revoke(&token).await
    {
        // Forgotten here it is of no use to anybody; its owner can take it back on Google's page.
        tracing::warn!(%error, "a grant was not given back");
    }
    Ok(ask.see_other("/manage/channels?done=disconnected"))
}
