//! Minutes watched of an online class, beside its player: what is shown of them, and the reports by which they grow.

use axum::Json;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use domain::attendance::viewing::{self, Watched};
use domain::attendance::{link, store as codes};
use domain::broadcast::OnShow;
use domain::broadcast::store::Shown;
use leptos::prelude::*;
use serde::Deserialize;
use uuid::Uuid;

use super::page::no_store;
use super::{Minutes, WatchMinutes};
use crate::AppError;
use crate::ask::Ask;
use crate::broadcast::watch;
use crate::words::{Language, watching as words};

impl From<Watched> for Minutes {
    fn from(watched: Watched) -> Self {
        Self {
            watched: watched.seconds / 60,
            needed: watched.needed.div_ceil(60),
            is_present: watched.is_present,
            is_elsewhere: watched.is_elsewhere,
        }
    }
}

/// What stands beside the player for somebody with a place, while the class goes on.
pub(crate) struct Watching {
    path: String,
    page: Uuid,
    minutes: Minutes,
    link: Option<String>,
}

impl Watching {
    pub(crate) async fn load(ask: &Ask, shown: &Shown) -> Result<Option<Self>, AppError> {
        let Some(who) = &ask.viewer else { return Ok(None) };
        if shown.on_show(ask.centre.clock().now()) != OnShow::Live {
            return Ok(None);
        }
        let Some(class) = codes::find_class(&ask.centre, shown).await? else { return Ok(None) };
        let Some(watched) = viewing::standing_of(&ask.centre, who, &class).await? else { return Ok(None) };
        let token = link::token_of(&ask.centre, who, &class).await?;
        Ok(Some(Self {
            path: ask.link(&watch::path(shown)),
            page: ask.centre.clock().id(),
            minutes: watched.into(),
            link: token.map(|token| ask.link(&format!("/code/{token}"))),
        }))
    }

    pub(crate) fn draw(&self, l: Language) -> impl IntoView + use<> {
        let (path, page) = (self.path.clone(), self.page.to_string());
        view! {
            <WatchMinutes l=l path=path page=page minutes=self.minutes/>
            <p class="form-hint">{words::by_code(l)}</p>
        }
    }

    /// Stands below the field for the code.
    pub(crate) fn draw_link(&self, l: Language) -> impl IntoView + use<> {
        let link = self.link.clone();
        link.map(|link| view! { <p>{words::link_lead(l)} " " <a href=link>{words::link(l)}</a></p> })
    }
}

#[derive(Deserialize)]
struct Body {
    page: Uuid,
}

/// `POST /live/{code}/watching`: `{"page":"<its id>"}`, from a page in sight. Shows begin and end at other times than their
/// classes, and a page that is open beyond them does nothing wrong: it hears how it stands.
pub async fn report(ask: Ask, Path(code): Path<String>, body: String) -> Result<Response, AppError> {
    let who = ask.signed_in()?;
    let shown = watch::find(&ask, &code).await?;
    let Body { page } = serde_json::from_str(&body).map_err(|_| AppError::BadRequest)?;
    let class = codes::find_class(&ask.centre, &shown).await?.ok_or(AppError::NotFound)?;
    let watched = match shown.on_show(ask.centre.clock().now()) {
        OnShow::Live => viewing::report(&ask.centre, who, &class, page).await?,
        _ => viewing::standing_of(&ask.centre, who, &class).await?,
    };
    let watched = watched.ok_or(domain::account::Denied)?;
    Ok(no_store(Json(Minutes::from(watched))).into_response())
}
