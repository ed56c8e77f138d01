//! Signing up and in, one's own account, and who may do what.

use axum::routing::{get, post};
use axum::{Extension, Router};
use domain::account::password::{PasswordError, Passwords};
use domain::account::store::PasswordSignInError;
use domain::centre::Centre;
use leptos::prelude::*;

use crate::AppError;
use throttle::Throttle;

mod confirm;
mod figures;
mod manage;
mod own;
pub(crate) mod say;
mod sign_in;
mod sign_up;
mod throttle;

/// What the pages of this feature share besides the centre; made once, with its routes.
#[derive(Clone)]
struct Gate {
    passwords: Passwords,
    throttle: Throttle,
}

pub fn routes() -> Router<Centre> {
    let gate = Gate { passwords: Passwords::default(), throttle: Throttle::new() };
    Router::new()
        .route("/sign-up", get(sign_up::show).post(sign_up::submit))
        .route("/sign-in", get(sign_in::show).post(sign_in::submit))
        .route("/reset", get(sign_in::show_reset).post(sign_in::submit_reset))
        .route("/sign-out", post(own::sign_out))
        .route("/sign-out-everywhere", post(own::sign_out_everywhere))
        .route("/confirm/{id}", get(confirm::show).post(confirm::submit))
        .route("/confirm/link/{token}", get(confirm::show_link).post(confirm::submit_link))
        .route("/confirmed", get(confirm::show_confirmed))
        .route("/account", get(own::show))
        .route("/account/profile", get(own::show_profile).post(own::submit_profile))
        .route("/account/contact/{kind}", get(own::show_contact).post(own::submit_contact))
        .route("/account/password", get(own::show_password).post(own::submit_password))
        .route("/account/consents", get(own::show_consents).post(own::submit_consents))
        .route("/manage/people", get(manage::list))
        .route("/manage/people/{id}", get(manage::show).post(manage::submit))
        .route("/manage/audit", get(manage::show_audit))
        .layer(Extension(gate))
}

impl From<PasswordError> for AppError {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Busy => Self::Busy,
            PasswordError::Broken => Self::Broken(error.to_string()),
        }
    }
}

impl From<PasswordSignInError> for AppError {
    fn from(error: PasswordSignInError) -> Self {
        match error {
            PasswordSignInError::Password(error) => error.into(),
            PasswordSignInError::Database(error) => error.into(),
        }
    }
}

/// A question and, beside it, the link for those who say yes; large enough for a thumb.
#[component]
fn Beside(text: &'static str, href: String, label: &'static str) -> impl IntoView {
    view! {
        <p class="beside"><span>{text}</span> <a href=href>{label}</a></p>
    }
}
