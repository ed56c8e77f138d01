//! The page that stands in for one that could not be shown, with a sentence on why and where to go next.

use super::{Frame, LinkButton, Look, PageHead};
use crate::words::{self, Language};
use axum::{http::StatusCode, response::Response};
use leptos::prelude::*;

/// Draws the page for a status that came without one. What was only read can be asked for again; what was sent may have
/// arrived.
pub fn error_page(frame: &Frame, status: StatusCode, is_read: bool) -> Response {
    let l = frame.language;
    let is_doubtful = status == StatusCode::SERVICE_UNAVAILABLE && !is_read;
    let (title, sentence) = match is_doubtful {
        true => (words::ui::error_503_sent_title(l), words::ui::error_503_sent(l)),
        false => say(l, status),
    };
    let phone = words::ui::error_call(l, &frame.centre.phone);
    frame.render(status, title, move || {
        view! {
            <div class="error-page">
                <p class="error-status">{words::ui::error_status(l, status.as_u16())}</p>
                <PageHead title=title lead=sentence/>
                <div class="actions">
                    {is_doubtful.then(|| view! {
                        <LinkButton href=l.path("/my")>{words::ui::menu_my(l)}</LinkButton>
                    })}
                    <LinkButton href=l.path("/courses")>{words::ui::menu_courses(l)}</LinkButton>
                    <LinkButton href=l.path("/") look=Look::Tertiary>{words::ui::home(l)}</LinkButton>
                </div>
                <p>{phone}</p>
            </div>
        }
    })
}

fn say(l: Language, status: StatusCode) -> (&'static str, &'static str) {
    match status {
        StatusCode::UNAUTHORIZED => (words::ui::error_401_title(l), words::ui::error_401(l)),
        StatusCode::FORBIDDEN => (words::ui::error_403_title(l), words::ui::error_403(l)),
        StatusCode::NOT_FOUND | StatusCode::GONE => (words::ui::error_404_title(l), words::ui::error_404(l)),
        StatusCode::METHOD_NOT_ALLOWED => (words::ui::error_405_title(l), words::ui::error_405(l)),
        StatusCode::CONFLICT => (words::ui::error_409_title(l), words::ui::error_409(l)),
        StatusCode::PAYLOAD_TOO_LARGE => (words::ui::error_413_title(l), words::ui::error_413(l)),
        StatusCode::TOO_MANY_REQUESTS => (words::ui::error_429_title(l), words::ui::error_429(l)),
        status if status.is_client_error() => (words::ui::error_400_title(l), words::ui::error_400(l)),
        StatusCode::SERVICE_UNAVAILABLE => (words::ui::error_503_title(l), words::ui::error_503(l)),
        _ => (words::ui::error_500_title(l), words::ui::error_500(l)),
    }
}
