//! Why a page could not be shown: one error at the boundary, logged once, explained in the reader's language.

use axum::extract::{FromRequestParts, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::DbErr;
use domain::account::Denied;
use domain::centre::Centre;
use domain::registration::{Refusal, WriterError};

use crate::ask::Ask;
use crate::ui::error_page;

/// What a handler may end with instead of a page. What concerns a field of a form is no error: that is `Ask::refuse`.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    #[error("not signed in")]
    SignInNeeded(
        /// Where to go instead: the sign-in page, in the reader's language.
        String,
    ),
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error("there is no such page")]
    NotFound,
    #[error("the request makes no sense")]
    BadRequest,
    #[error("the state it was made for is over")]
    Conflict,
    #[error("what was sent is too large")]
    TooLarge,
    #[error("too many requests")]
    TooMany {
        /// Seconds until another try makes sense.
        retry_after: u64,
    },
    #[error("too busy to answer in time")]
    Busy,
    #[error("database: {0}")]
    Database(#[from] DbErr),
    #[error("nobody knows whether it was written: {0}")]
    Doubtful(DbErr),
    #[error("web session: {0}")]
    Session(#[from] tower_sessions::session::Error),
    #[error("the router has not set {0}")]
    Unset(&'static str),
    #[error("{0}")]
    Broken(
        /// What went wrong, without personal data.
        String,
    ),
}

impl AppError {
    fn status(&self) -> StatusCode {
        match self {
            Self::SignInNeeded(_) => StatusCode::SEE_OTHER,
            Self::Denied(_) => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::Conflict => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Busy | Self::Doubtful(_) | Self::Database(DbErr::ConnectionAcquire(_)) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Database(_) | Self::Session(_) | Self::Unset(_) | Self::Broken(_) => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
        }
    }
}

/// For a page that has no sentence of its own for what the writer refuses.
impl From<WriterError> for AppError {
    fn from(error: WriterError) -> Self {
        match error {
            WriterError::Refused(Refusal::NotFound) => Self::NotFound,
            WriterError::Refused(Refusal::Busy) | WriterError::Stopped => Self::Busy,
            WriterError::Refused(_) => Self::Conflict,
            // Perhaps only the answer to its commit was lost.
            WriterError::Database(error) => Self::Doubtful(error),
        }
    }
}

/// Answers with the bare status and logs what is our fault; [`draw_errors`] makes a page of it.
impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        let status = self.status();
        if status.is_server_error() {
            tracing::error!(error = %self, "a page could not be shown");
        }
        let mut headers = HeaderMap::new();
        match &self {
            Self::SignInNeeded(path) => {
                if let Ok(path) = HeaderValue::from_str(path) {
                    headers.insert(header::LOCATION, path);
                }
            }
            Self::TooMany { retry_after } => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(*retry_after));
            }
            _ if status == StatusCode::SERVICE_UNAVAILABLE => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
            }
            _ => {}
        }
        (status, headers).into_response()
    }
}

/// Draws the page for every refusal that comes as a bare status: ours, and those of axum's routing and limits.
/// A layer below the web session's; what speaks to machines (health, figures) stays outside of it.
pub async fn draw_errors(State(centre): State<Centre>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let mut asked = parts.clone();
    let response = next.run(Request::from_parts(parts, body)).await;
    let status = response.status();
    let is_refusal = status.is_client_error() || status.is_server_error();
    let is_drawn = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| !kind.as_bytes().starts_with(b"text/plain"));
    if !is_refusal || is_drawn {
        return response;
    }
    // Where even this fails, as with the database gone, the bare status has to do.
    let Ok(ask) = Ask::from_request_parts(&mut asked, &centre).await else { return response };
    let is_read = asked.method.is_safe();
    let comes_back = response.headers().contains_key(header::REFRESH);
    let mut page = error_page(&ask.frame(), status, is_read || comes_back);
    for name in [header::RETRY_AFTER, header::REFRESH, header::ALLOW] {
        if let Some(value) = response.headers().get(&name) {
            page.headers_mut().insert(name, value.clone());
        }
    }
    if status == StatusCode::SERVICE_UNAVAILABLE && is_read {
        // It comes back by itself.
        let seconds = response.headers().get(header::RETRY_AFTER).cloned();
        page.headers_mut().insert(header::REFRESH, seconds.unwrap_or(HeaderValue::from_static("5")));
    }
    page
}
