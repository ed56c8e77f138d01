//! The applications of a run for who runs it; where it gives places by approval, the yes and the no.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::course::Selection;
use domain::course::entity::run;
use domain::registration::State;
use domain::registration::store::{self, Participant};
use leptos::prelude::*;
use uuid::Uuid;

use super::desk::{people_table, seat_of};
use super::form::reason;
use super::page::{find_run, state_word};
use super::refusal;
use crate::AppError;
use crate::ask::Ask;
use crate::ui::{
    Breadcrumb, Button, Cell, Column, Crumb, Form, Hidden, Input, Look, PageHead, Problems, TextArea,
};
use crate::when;
use crate::words::{Language, registration as words};

/// `GET /manage/runs/{code}/applications`
pub async fn list(ask: Ask, Path(code): Path<String>) -> Result<Response, AppError> {
    let run = find_run(&ask.centre, &code).await?.run;
    draw(&ask, &run, StatusCode::OK, Input::default(), Problems::default()).await
}

/// `POST /manage/runs/{code}/applications`: `decision` is `approve` or `decline` (which wants a `reason`), for each
/// `application` that was ticked. Those decided before a refusal stay decided; the page shows which.
pub async fn decide(ask: Ask, Path(code): Path<String>, input: Input) -> Result<Response, AppError> {
    let l = ask.language;
    let manager = ask.signed_in()?.training_manager()?;
    let run = find_run(&ask.centre, &code).await?.run;
    let (chosen, declined_for) = match parse(l, &input) {
        Ok(parsed) => parsed,
        Err(problems) => return draw(&ask, &run, StatusCode::UNPROCESSABLE_ENTITY, input, problems).await,
    };
    for application in chosen {
        let answer = match &declined_for {
            None => store::approve(&ask.centre, &manager, application).await,
            Some(reason) => store::decline(&ask.centre, &manager, application, reason.clone()).await,
        };
        if let Err(error) = answer {
            let refused = refusal::of_writer(error)?;
            let problems = Problems::one("", refusal::sentence(l, &refused));
            return draw(&ask, &run, refusal::status(&refused), input, problems).await;
        }
    }
    Ok(ask.see_other(&format!("/manage/runs/{code}/applications")))
}

/// The ticked applications, and the reason if they are declined.
fn parse(l: Language, input: &Input) -> Result<(Vec<Uuid>, Option<String>), Problems> {
    let chosen: Result<Vec<Uuid>, _> = input.all("application").map(str::parse).collect();
    let chosen = chosen.map_err(|_| Problems::one("", words::refused_not_found(l)))?;
    if chosen.is_empty() {
        return Err(Problems::one("", words::choose_somebody(l)));
    }
    match (input.text("decision"), reason(l, input)?) {
        ("approve", _) => Ok((chosen, None)),
        ("decline", Some(reason)) => Ok((chosen, Some(reason))),
        ("decline", None) => Err(Problems::one("reason", words::refused_reason_wanted(l))),
        _ => Err(Problems::one("", words::choose_decision(l))),
    }
}

async fn draw(
    ask: &Ask,
    run: &run::Model,
    status: StatusCode,
    input: Input,
    problems: Problems,
) -> Result<Response, AppError> {
    let l = ask.language;
    let viewer = ask.signed_in()?;
    let editor = viewer.editor_of(run.id, run.instructor_id)?;
    let people = store::list_of_run(&ask.centre, &editor).await?;
    let decides = run.selection == Selection::Approval && viewer.training_manager().is_ok();
    let (code, selection) = (run.code.clone(), run.selection);
    let title = words::applications_of(l, &code);
    let heading = title.clone();
    Ok(ask.refuse(status, &heading, move || {
        let action = l.path(&format!("/manage/runs/{code}/applications"));
        let way = vec![
            Crumb::new(l, words::manage_runs(l), "/manage/runs"),
            Crumb::new(l, code.clone(), &format!("/manage/runs/{code}")),
        ];
        let asks = |who: &&Participant| decides && who.application.state == State::Asked;
        let asked: Vec<Participant> = people.iter().filter(asks).cloned().collect();
        let rows: Vec<Vec<Cell>> = people.iter().map(|who| row(l, selection, who)).collect();
        let columns = [words::desk_name(l), words::state(l), words::seat(l), words::applied_at(l)];
        view! {
            <Breadcrumb l=l way=way here=title.clone()/>
            <PageHead title=title.clone()/>
            {(!asked.is_empty()).then(|| decision(l, &action, &asked, input, problems))}
            <h2>{words::desk_people(l)}</h2>
            {people_table(l, columns.map(Column::text).into(), rows)}
        }
    }))
}

/// One form that approves all of those who ask, and one for some of them.
fn decision(
    l: Language,
    action: &str,
    asked: &[Participant],
    input: Input,
    problems: Problems,
) -> impl IntoView + use<> {
    let line = |who: &Participant| {
        let label = format!("{} · {}", who.name, when::moment(l, who.application.applied_at));
        let id = format!("application-{}", who.application.id);
        view! {
            <li class="krds-form-check large">
                <input type="checkbox" id=id.clone() name="application" value=who.application.id.to_string()/>
                <label for=id>{label}</label>
            </li>
        }
    };
    let lines: Vec<_> = asked.iter().map(line).collect();
    let all: Vec<_> = asked
        .iter()
        .map(|who| view! { <Hidden name="application" value=who.application.id.to_string()/> })
        .collect();
    view! {
        <section aria-labelledby="asked-title">
            <h2 id="asked-title">{words::asked_title(l, asked.len())}</h2>
            <Form l=l action=action.to_owned() id="all">
                {all}
                <Button attr:name="decision" attr:value="approve">{words::approve_all(l)}</Button>
            </Form>
            <Form l=l action=action.to_owned() input=input problems=problems>
                <fieldset>
                    <legend>{words::one_by_one(l)}</legend>
                    <ul>{lines}</ul>
                </fieldset>
                <TextArea name="reason" label=words::decline_reason(l) rows=2 maxlength=300/>
                <div class="page-actions">
                    <Button look=Look::Secondary attr:name="decision" attr:value="approve">{words::approve(l)}</Button>
                    <Button look=Look::Danger attr:name="decision" attr:value="decline">{words::decline(l)}</Button>
                </div>
            </Form>
        </section>
    }
}

fn row(l: Language, selection: Selection, who: &Participant) -> Vec<Cell> {
    vec![
        who.name.clone().into_any(),
        state_word(l, selection, who.application.state, who.rank).into_any(),
        seat_of(who).into_any(),
        when::moment(l, who.application.applied_at).into_any(),
    ]
}
