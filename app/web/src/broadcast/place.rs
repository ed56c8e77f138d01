//! The page of whoever has no place in what they came to watch: why, and where one gets a place.

use axum::http::StatusCode;
use axum::response::Response;
use domain::account::Denied;
use domain::broadcast::call::Privacy;
use domain::broadcast::store as broadcasts;
use leptos::prelude::*;

use super::sentence::title;
use crate::AppError;
use crate::ask::Ask;
use crate::ui::{Alert, Breadcrumb, Crumb, LinkButton, Look, PageHead, Tone};
use crate::words::broadcast as words;

/// Answers 403. What nobody may find yet is not named either.
pub(super) async fn no_place(ask: &Ask, code: &str) -> Result<Response, AppError> {
    let l = ask.language;
    let shown = broadcasts::find(&ask.centre, code).await?.ok_or(AppError::NotFound)?;
    let run = shown.subject.run.as_ref().filter(|run| run.is_published);
    let run = run.filter(|_| shown.row.privacy != Privacy::Private).ok_or(AppError::Denied(Denied))?;
    let course = l.path(&format!("/courses/{}", run.code));
    let heading = title(l, &shown);
    Ok(ask.refuse(StatusCode::FORBIDDEN, &heading.clone(), || {
        view! {
            <Breadcrumb l=l way=vec![Crumb::new(l, words::live(l), "/live")] here=heading.clone()/>
            <PageHead title=heading/>
            <div role="alert"><Alert l=l tone=Tone::Warning><p>{words::no_place(l)}</p></Alert></div>
            <p class="actions">
                <LinkButton href=course>{words::to_course(l)}</LinkButton>
                <LinkButton href=l.path("/my") look=Look::Tertiary>{crate::words::ui::menu_my(l)}</LinkButton>
            </p>
        }
    }))
}
