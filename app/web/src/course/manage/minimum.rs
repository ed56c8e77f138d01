//! Runs that lack people when it is time: a training manager holds such a run as it is, or goes on to cancel it.

use axum::extract::Path;
use axum::response::Response;
use domain::course::entity::run;
use domain::course::minimum::{self, Undecided};
use domain::course::{Minimum, RunState};
use leptos::prelude::*;

use super::run::{find, finish};
use crate::AppError;
use crate::ask::Ask;
use crate::ui::{Alert, Button, Form, LinkButton, Look, Tone};
use crate::when;
use crate::words::{Language, course, minimum as words};

/// `POST /manage/runs/{code}/keep`
pub async fn keep(ask: Ask, Path(code): Path<String>) -> Result<Response, AppError> {
    let manager = ask.signed_in()?.training_manager()?;
    let (view, _) = find(&ask, &code).await?;
    let answer = minimum::keep(&ask.centre, &manager, view.run.id).await;
    finish(&ask, &code, "kept", answer, None).await
}

/// The runs that wait for a decision, where the viewer is who decides.
pub(super) async fn list(ask: &Ask) -> Result<Vec<Undecided>, AppError> {
    match ask.signed_in()?.training_manager() {
        Ok(manager) => Ok(minimum::list_undecided(&ask.centre, &manager).await?),
        Err(_) => Ok(Vec::new()),
    }
}

/// What there is to decide about a run, where the viewer is who decides.
pub(super) async fn find_undecided(ask: &Ask, run: &run::Model) -> Result<Option<Undecided>, AppError> {
    match ask.signed_in()?.training_manager() {
        Ok(manager) => Ok(minimum::find_undecided(&ask.centre, &manager, run.id).await?),
        Err(_) => Ok(None),
    }
}

/// Above the programme: each run leads to where it is decided about.
pub(super) fn alert(l: Language, undecided: &[Undecided]) -> Option<AnyView> {
    let line = |it: &Undecided| {
        let path = l.path(&format!("/manage/runs/{}#decision", it.code.as_str()));
        let says = words::due_line(l, when::moment(l, it.minimum.at), it.minimum.people, it.people);
        view! { <li><a href=path>{it.code.as_str().to_owned()}</a> " · " {says}</li> }
    };
    let lines: Vec<_> = undecided.iter().map(line).collect();
    (!undecided.is_empty()).then(|| {
        view! {
            <Alert l=l tone=Tone::Warning>
                <p>{words::due(l)}</p>
                <ul class="bullets">{lines}</ul>
            </Alert>
        }
        .into_any()
    })
}

/// On the page of a run: what there is to decide, or that it was decided.
pub(super) fn decision(l: Language, run: &run::Model, undecided: Option<&Undecided>) -> Option<AnyView> {
    if let (Some(minimum), Some(at), RunState::Published) = (Minimum::of(run), run.minimum_kept_at, run.state)
    {
        let says = words::kept(l, minimum.people, when::moment(l, at));
        return Some(view! { <Alert l=l tone=Tone::Information><p>{says}</p></Alert> }.into_any());
    }
    undecided.map(|undecided| decide(l, undecided).into_any())
}

fn decide(l: Language, it: &Undecided) -> impl IntoView + use<> {
    let path = format!("/manage/runs/{}", it.code.as_str());
    let says = words::decide(l, when::moment(l, it.minimum.at), it.minimum.people, it.people);
    view! {
        <section id="decision" aria-labelledby="decision-title">
            <h2 class="section-title" id="decision-title">{words::title(l)}</h2>
            <Alert l=l tone=Tone::Warning><p>{says}</p></Alert>
            <Form l=l action=l.path(&format!("{path}/keep")) id="keep">
                <div class="actions">
                    <Button>{words::keep(l)}</Button>
                    <LinkButton href=l.path(&format!("{path}/cancel")) look=Look::Danger>{course::cancel_run(l)}</LinkButton>
                </div>
            </Form>
        </section>
    }
}
