//! What a page is asked: by whom, in which language, at which address; and the answers it may give.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use domain::account::{Duty, SignedIn};
use domain::centre::Centre;
use domain::course::store::next_change;
use domain::language::Language;
use leptos::prelude::IntoView;
use tower_sessions::Session;
use uuid::Uuid;

use crate::AppError;
use crate::ui::{CentreFacts, Display, Frame, Input, MenuItem, Visitor};
use crate::words;

/// The key of the web session under which the id of whoever signed in stands.
pub const PERSON: &str = "person";

/// Goes with a page that is the same for everybody who isn't signed in, until time alone changes it.
#[derive(Clone, Copy, Debug)]
pub struct Keep {
    pub until: DateTime<Utc>,
}

/// Where a request comes from, behind the proxies that are trusted by setting; `server`'s router says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SourceIp(pub IpAddr);

/// Whether an island has sent the form: it stays on its page and wants the new state as JSON instead of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InPlace(pub bool);

impl<S: Send + Sync> FromRequestParts<S> for InPlace {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(parts.headers.get(header::ACCEPT).is_some_and(|kind| kind == "application/json")))
    }
}

/// One request for a page, extracted by every handler.
///
/// `server`'s router puts the language, the source, the web session and the facts of the centre into the request's
/// extensions before it gets here.
#[derive(Clone)]
pub struct Ask {
    pub centre: Centre,
    pub language: Language,
    /// The address without the language's prefix, with its query.
    pub path: String,
    /// Whoever is signed in; read from the database for each request, so that duties taken away are gone at once.
    pub viewer: Option<SignedIn>,
    pub source: SourceIp,
    /// Before anything was read for it.
    asked_at: DateTime<Utc>,
    session: Session,
    pub(crate) facts: Arc<CentreFacts>,
    high_contrast: bool,
}

impl FromRequestParts<Centre> for Ask {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, centre: &Centre) -> Result<Self, AppError> {
        let asked_at = centre.clock().now();
        let session = parts.extensions.get::<Session>().ok_or(AppError::Unset("the web session"))?.clone();
        let facts = parts.extensions.get::<Arc<CentreFacts>>();
        let facts = facts.ok_or(AppError::Unset("the facts of the centre"))?.clone();
        let viewer = match session.get::<Uuid>(PERSON).await? {
            Some(person) => SignedIn::of_session(centre, person).await?,
            None => None,
        };
        Ok(Self {
            centre: centre.clone(),
            language: parts.extensions.get().copied().unwrap_or(Language::Ko),
            path: parts.uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
            viewer,
            source: parts.extensions.get().copied().unwrap_or(SourceIp(IpAddr::V4(Ipv4Addr::LOCALHOST))),
            asked_at,
            session,
            facts,
            high_contrast: Display::high_contrast(&parts.headers),
        })
    }
}

impl Ask {
    /// Whoever is signed in. Others are sent to sign in and come back here: `ask.signed_in()?.desk()?`.
    pub fn signed_in(&self) -> Result<&SignedIn, AppError> {
        self.viewer.as_ref().ok_or_else(|| AppError::SignInNeeded(self.sign_in_path()))
    }

    /// The address of the sign-in page that leads back to this one.
    pub fn sign_in_path(&self) -> String {
        self.link(&with_next("/sign-in", &self.path))
    }

    /// A page as it was asked for.
    pub fn page<V: IntoView + 'static>(&self, title: &str, body: impl FnOnce() -> V) -> Response {
        self.refuse(StatusCode::OK, title, body)
    }

    /// Lets a page be kept for others who aren't signed in, until time alone changes what the catalogue says.
    pub async fn kept(&self, mut page: Response) -> Result<Response, AppError> {
        if self.viewer.is_none() && page.status() == StatusCode::OK {
            // From before it was drawn: one drawn while a window opened is never shown again.
            let until = next_change(&self.centre, self.asked_at).await?;
            page.extensions_mut().insert(Keep { until });
        }
        Ok(page)
    }

    /// A page that says, at the field it concerns, why nothing was changed.
    pub fn refuse<V: IntoView + 'static>(
        &self,
        status: StatusCode,
        title: &str,
        body: impl FnOnce() -> V,
    ) -> Response {
        self.frame().render(status, title, body)
    }

    /// The address of one of our pages in the reader's language; `path` has no prefix.
    pub fn link(&self, path: &str) -> String {
        self.language.path(path)
    }

    /// Sends the browser on after a form has done its work; `path` has no prefix.
    pub fn see_other(&self, path: &str) -> Response {
        (StatusCode::SEE_OTHER, [(header::LOCATION, self.link(path))]).into_response()
    }

    /// Makes this browser's session the person's. Its id changes, so that one known before is worth nothing.
    pub async fn sign_in(&self, person: Uuid) -> Result<(), AppError> {
        self.session.cycle_id().await?;
        self.session.insert(PERSON, person).await?;
        Ok(())
    }

    /// Forgets who is signed in at this browser.
    pub async fn sign_out(&self) -> Result<(), AppError> {
        Ok(self.session.flush().await?)
    }

    /// Keeps something for this browser's next request.
    pub async fn remember<T: serde::Serialize>(&self, key: &str, value: &T) -> Result<(), AppError> {
        Ok(self.session.insert(key, value).await?)
    }

    /// What was kept for it, once.
    pub async fn recall<T: serde::de::DeserializeOwned>(&self, key: &str) -> Result<Option<T>, AppError> {
        Ok(self.session.remove(key).await?)
    }

    /// What the page is drawn into.
    pub fn frame(&self) -> Frame {
        Frame {
            language: self.language,
            path: self.path.clone(),
            visitor: self.viewer.as_ref().map(|viewer| Visitor {
                name: viewer.name().to_owned(),
                menu: staff_menu(self.language, viewer),
            }),
            high_contrast: self.high_contrast,
            centre: self.facts.clone(),
        }
    }
}

/// The lines of the menu that a duty brings; each feature adds its own.
fn staff_menu(l: Language, viewer: &SignedIn) -> Vec<MenuItem> {
    let lines = [
        (Duty::FrontDesk, words::registration::desk(l), "/desk"),
        (Duty::TrainingManager, words::sheet::sheets(l), "/sheets"),
        (Duty::Instructor, words::sheet::sheets(l), "/sheets"),
        (Duty::TrainingManager, words::course::runs(l), "/manage/runs"),
        (Duty::Instructor, words::course::runs(l), "/manage/runs"),
        (Duty::TrainingManager, words::absence::menu(l), "/manage/absences"),
        (Duty::Producer, words::studio::menu(l), "/manage/studio"),
        (Duty::TrainingManager, words::studio::menu(l), "/manage/studio"),
        (Duty::Producer, words::broadcast::broadcasts(l), "/manage/broadcasts"),
        (Duty::Producer, words::lesson::title(l), "/manage/lessons"),
        (Duty::TrainingManager, words::lesson::title(l), "/manage/lessons"),
        (Duty::Producer, words::board::menu(l), "/manage/boards"),
        (Duty::TrainingManager, words::board::menu(l), "/manage/boards"),
        (Duty::Administrator, words::board::menu(l), "/manage/boards"),
        (Duty::TrainingManager, words::paper::learning(l), "/manage/learning"),
        (Duty::TrainingManager, words::statistics::title(l), "/manage/statistics"),
        (Duty::PrivacyOfficer, words::privacy::officer_page(l), "/manage/privacy"),
        (Duty::Administrator, words::space::places(l), "/manage/places"),
        (Duty::Administrator, words::kiosk::menu(l), "/manage/kiosks"),
        (Duty::Administrator, words::account::menu_people(l), "/manage/people"),
        (Duty::Administrator, words::account::menu_audit(l), "/manage/audit"),
        (Duty::Administrator, words::notice::menu(l), "/manage/notices"),
    ];
    let mut theirs: Vec<_> = lines.into_iter().filter(|(duty, ..)| viewer.has(*duty)).collect();
    // Two duties may lead to one page.
    theirs.dedup_by_key(|(.., path)| *path);
    theirs.into_iter().map(|(_, label, path)| MenuItem::new(label, path)).collect()
}

/// `path` with `next`, the address to go to afterwards, in its query. The front page needs no mention.
pub fn with_next(path: &str, next: &str) -> String {
    if next.is_empty() || next == "/" {
        return path.to_owned();
    }
    let mark = if path.contains('?') { '&' } else { '?' };
    let query = serde_urlencoded::to_string([("next", next)]).unwrap_or_default();
    format!("{path}{mark}{query}")
}

/// Where a page was asked to go on to afterwards; empty where that is nowhere of ours.
pub fn next_of(query: &Input) -> &str {
    our_own(query.text("next")).unwrap_or_default()
}

/// A path, if it leads to a page of ours: `//elsewhere` and `/\elsewhere` lead away, control characters split headers.
pub fn our_own(path: &str) -> Option<&str> {
    let ours = path.starts_with('/')
        && !path[1..].starts_with(['/', '\\'])
        && path.bytes().all(|byte| byte.is_ascii_graphic());
    ours.then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_are_gone_on_to() {
        assert_eq!(our_own("/courses?q=%EC%97%91"), Some("/courses?q=%EC%97%91"));
        for away in ["", "https://evil.example", "//evil.example", "/\\evil.example", "/a\r\nSet-Cookie: b"] {
            assert_eq!(our_own(away), None, "{away:?}");
        }
    }

    #[test]
    fn where_to_go_afterwards_keeps_its_own_query() {
        assert_eq!(
            with_next("/sign-in", "/courses?q=a&open=yes"),
            "/sign-in?next=%2Fcourses%3Fq%3Da%26open%3Dyes"
        );
        assert_eq!(with_next("/sign-in", "/"), "/sign-in");
    }
}
