//! High contrast, chosen by the reader and kept in a cookie, so that it needs neither a script nor an account.

use super::Input;
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
    let cookie = format!("{COOKIE}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax");
    let headers = [(header::SET_COOKIE, cookie), (header::LOCATION, local(input.text("back")).to_owned())];
    (StatusCode::SEE_OTHER, headers).into_response()
}

/// The path, if it leads to a page of ours: `//elsewhere` and `/\elsewhere` lead away, control characters split headers.
fn local(path: &str) -> &str {
    let ours = path.starts_with('/')
        && !path[1..].starts_with(['/', '\\'])
        && path.bytes().all(|b| b.is_ascii_graphic());
    if ours { path } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_are_gone_back_to() {
        assert_eq!(local("/en/courses?q=%EC%97%91"), "/en/courses?q=%EC%97%91");
        for away in ["", "https://evil.example", "//evil.example", "/\\evil.example", "/a\r\nSet-Cookie: b"] {
            assert_eq!(local(away), "/", "{away:?}");
        }
    }

    #[test]
    fn the_choice_is_read_from_among_other_cookies() {
        let mut headers = HeaderMap::new();
        assert!(!Display::high_contrast(&headers));
        headers.insert(header::COOKIE, "id=1; display=high-contrast".parse().unwrap());
        assert!(Display::high_contrast(&headers));
    }
}
