//! High contrast, chosen by the reader and kept in a cookie, so that it needs neither a script nor an account.

use super::Input;
use crate::ask::our_own;
use axum::{
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};

/// `__Host-` would need https, which a first look at the program has not.
const COOKIE: &str = "display=high-contrast";

/// How the reader wants to see the pages.
pub struct Display;

impl Display {
    /// Whether these headers carry the choice of high contrast.
    pub fn high_contrast(headers: &HeaderMap) -> bool {
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        cookies.flat_map(|value| value.split(';')).any(|cookie| cookie.trim() == COOKIE)
    }
}

/// `POST /display`: keeps the choice for a year and goes back to the page it was made on.
pub async fn change_display(input: Input) -> Response {
    let age = if input.text("mode") == "high-contrast" { 365 * 24 * 60 * 60 } else { 0 };
    let back = our_own(input.text("back")).unwrap_or("/");
    let cookie = format!("{COOKIE}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax");
    let headers = [(header::SET_COOKIE, cookie), (header::LOCATION, back.to_owned())];
    (StatusCode::SEE_OTHER, headers).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_choice_is_read_from_among_other_cookies() {
        let mut headers = HeaderMap::new();
        assert!(!Display::high_contrast(&headers));
        headers.insert(header::COOKIE, "id=1; display=high-contrast".parse().unwrap());
        assert!(Display::high_contrast(&headers));
    }
}
