//! Making a run, keeping it, showing it to people, and taking it back.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::account::RunEditor;
use domain::course::edit::{self, EditError};
use domain::course::store::{self, RunView};
use domain::course::{Line, RunCode, RunDetails, RunState, Selection, desk_shut};
use domain::registration;
use domain::seoul;
use domain::space::diary::Clash;
use domain::space::holiday::Holidays;
use leptos::prelude::*;

use super::form::{self, Choices, clash_list, whole};
use super::list::state_badge;
use super::minimum;
use super::sentence;
use super::session::{self, Chosen};
use crate::AppError;
use crate::ask::Ask;
use crate::course::title;
use crate::ui::{
    Alert, Breadcrumb, Button, Crumb, Form, Hidden, Input, LinkButton, Look, PageHead, Problems, Query,
    TextArea, Tone,
};
use crate::words::{Language, course as words};

/// `GET /manage/runs/new`
pub async fn blank(ask: Ask) -> Result<Response, AppError> {
    ask.signed_in()?.training_manager()?;
    draw_new(&ask, StatusCode::OK, form::fresh(), Problems::default(), Vec::new()).await
}

/// `POST /manage/runs/new`: a draft may lack everything but its code, course, mode, capacity and way of giving places.
pub async fn create(ask: Ask, input: Input) -> Result<Response, AppError> {
    let l = ask.language;
    let manager = ask.signed_in()?.training_manager()?;
    let choices = Choices::load(&ask.centre).await?;
    let (code, details) = match (form::parse_code(l, &input), form::parse(l, &input, &choices, None)) {
        (Ok(code), Ok(details)) => (code, details),
        (code, details) => {
            let mut problems = code.err().unwrap_or_default();
            details
                .err()
                .unwrap_or_default()
                .iter()
                .for_each(|(field, sentence)| problems.add(field, sentence));
            return draw_new(&ask, StatusCode::UNPROCESSABLE_ENTITY, input, problems, Vec::new()).await;
        }
    };
    match edit::create_run(&ask.centre, &manager, &code, &details).await {
        Ok(()) => Ok(ask.see_other(&format!("/manage/runs/{code}?done=created"))),
        Err(error) => {
            let refusals = sentence::refusals(error)?;
            let (status, problems) = (sentence::status(&refusals), sentence::problems(l, &refusals));
            draw_new(&ask, status, input, problems, sentence::clashes(refusals)).await
        }
    }
}

async fn draw_new(
    ask: &Ask,
    status: StatusCode,
    input: Input,
    problems: Problems,
    clashes: Vec<Clash>,
) -> Result<Response, AppError> {
    let l = ask.language;
    let choices = Choices::load(&ask.centre).await?;
    Ok(ask.refuse(status, words::new_run(l), move || {
        view! {
            <Breadcrumb l=l way=vec![Crumb::new(l, words::runs(l), "/manage/runs")] here=words::new_run(l)/>
            <PageHead title=words::new_run(l) lead=words::new_run_lead(l)/>
            <p>{words::new_course_first(l)} " " <a href=l.path("/manage/courses/new")>{words::new_course(l)}</a></p>
            {clash_list(l, &clashes)}
            {form::view(l, l.path("/manage/runs/new"), None, &choices, input, problems)}
        }
    }))
}

/// A run that the viewer may edit; others don't learn whether a draft exists.
pub(crate) async fn find(ask: &Ask, code: &str) -> Result<(RunView, RunEditor), AppError> {
    let viewer = ask.signed_in()?;
    let code = RunCode::parse(code).ok_or(AppError::NotFound)?;
    let view = store::find_run(&ask.centre, &code).await?;
    let view = view.filter(|view| view.may_be_seen_by(Some(viewer))).ok_or(AppError::NotFound)?;
    let editor = viewer.editor_of(view.run.id, view.run.instructor_id)?;
    Ok((view, editor))
}

/// The version of the run that a form was made from; a form without one was not made by us.
pub(super) fn version(input: &Input) -> Result<i32, AppError> {
    let version = whole(input.text("version"), 1, i32::MAX.unsigned_abs());
    version.and_then(|version| i32::try_from(version).ok()).ok_or(AppError::BadRequest)
}

/// How the page is drawn this time.
#[derive(Default)]
pub(super) struct Drawn {
    pub status: StatusCode,
    /// What was typed into the form of the run, if that was sent.
    pub input: Option<Input>,
    pub problems: Problems,
    pub clashes: Vec<Clash>,
    pub session: Option<Chosen>,
    pub done: Option<&'static str>,
}

/// `GET /manage/runs/{code}?class=`; `done` names what has just happened.
pub async fn page(ask: Ask, Path(code): Path<String>, Query(query): Query) -> Result<Response, AppError> {
    let l = ask.language;
    let done = match query.text("done") {
        "created" => Some(words::done_created(l)),
        "saved" => Some(words::done_saved(l)),
        "published" => Some(words::done_published(l)),
        "moved" => Some(words::done_moved(l)),
        "class-cancelled" => Some(words::done_class_cancelled(l)),
        "cancelled" => Some(words::done_cancelled(l)),
        "kept" => Some(crate::words::minimum::done(l)),
        _ => None,
    };
    let session = query.text("class").parse().ok().map(|number| Chosen { number, sent: None });
    draw(&ask, &code, Drawn { done, session, ..Drawn::default() }).await
}

/// `POST /manage/runs/{code}`
pub async fn change(ask: Ask, Path(code): Path<String>, input: Input) -> Result<Response, AppError> {
    let l = ask.language;
    let (view, editor) = find(&ask, &code).await?;
    let version = version(&input)?;
    let choices = Choices::load(&ask.centre).await?;
    let details = match form::parse(l, &input, &choices, Some(&view.run)) {
        Ok(details) => details,
        Err(problems) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return draw(&ask, &code, Drawn { status, input: Some(input), problems, ..Drawn::default() })
                .await;
        }
    };
    let answer = edit::change_run(&ask.centre, &editor, version, &details).await;
    finish(&ask, &code, "saved", answer, Some(input)).await
}

/// `POST /manage/runs/{code}/publish`
pub async fn publish(ask: Ask, Path(code): Path<String>, input: Input) -> Result<Response, AppError> {
    let manager = ask.signed_in()?.training_manager()?;
    let (view, _) = find(&ask, &code).await?;
    let answer = edit::publish(&ask.centre, &manager, view.run.id, version(&input)?).await;
    finish(&ask, &code, "published", answer.map(|_| ()), None).await
}

pub(super) async fn finish(
    ask: &Ask,
    code: &str,
    done: &str,
    answer: Result<(), EditError>,
    input: Option<Input>,
) -> Result<Response, AppError> {
    let Err(error) = answer else {
        return Ok(ask.see_other(&format!("/manage/runs/{code}?done={done}")));
    };
    let refusals = sentence::refusals(error)?;
    let (status, problems) = (sentence::status(&refusals), sentence::problems(ask.language, &refusals));
    let clashes = sentence::clashes(refusals);
    draw(ask, code, Drawn { status, input, problems, clashes, ..Drawn::default() }).await
}

pub(super) async fn draw(ask: &Ask, code: &str, drawn: Drawn) -> Result<Response, AppError> {
    let l = ask.language;
    let (view, _) = find(ask, code).await?;
    let manages = ask.viewer.as_ref().is_some_and(|viewer| viewer.training_manager().is_ok());
    let choices = Choices::load(&ask.centre).await?;
    let undecided = minimum::find_undecided(ask, &view.run).await?;
    let holidays = Holidays::load(ask.centre.database()).await?;
    let shut = view.run.apply_until.and_then(|until| desk_shut(seoul::wall(until), &holidays.days));
    let now = ask.centre.clock().now();
    let heading = format!("{} ({})", title(l, &view.course), view.run.code);
    Ok(ask.refuse(drawn.status, &heading.clone(), move || {
        let code = view.run.code.clone();
        let here = l.path(&format!("/manage/runs/{code}"));
        let cancelled = view.run.state == RunState::Cancelled;
        let input = drawn.input.unwrap_or_else(|| form::filled(&view.run, &choices));
        view! {
            <Breadcrumb l=l way=vec![Crumb::new(l, words::runs(l), "/manage/runs")] here=code.clone()/>
            <PageHead title=heading>{state_badge(l, view.run.state, view.window)}</PageHead>
            {drawn.done.map(|done| view! {
                <div role="status"><Alert l=l tone=Tone::Success><p>{done}</p></Alert></div>
            })}
            {shut.filter(|_| !cancelled).map(|shut| view! {
                <Alert l=l tone=Tone::Warning><p>{sentence::desk_shut(l, shut)}</p></Alert>
            })}
            {minimum::decision(l, &view.run, undecided.as_ref())}
            {links(l, &view, manages)}
            {(view.run.state == RunState::Draft && manages).then(|| publishing(l, &view))}
            <section aria-labelledby="sessions-title">
                <h2 class="section-title" id="sessions-title">{words::sessions(l)}</h2>
                {session::table(l, &view, now)}
            </section>
            {drawn.session.and_then(|chosen| session::form(l, &view, chosen))}
            {(!cancelled || !drawn.problems.is_empty()).then(|| view! {
                <section aria-labelledby="details-title">
                    <h2 class="section-title" id="details-title">{words::details(l)}</h2>
                    {clash_list(l, &drawn.clashes)}
                    {form::view(l, here, Some(view.run.version), &choices, input, drawn.problems)}
                </section>
            })}
        }
    }))
}

fn links(l: Language, view: &RunView, manages: bool) -> impl IntoView + use<> {
    let code = &view.run.code;
    let taken = words::applications(l, view.people.taken, view.people.places, view.people.waiting);
    let cancels = manages && view.run.state == RunState::Published;
    view! {
        <p class="actions">
            <LinkButton href=l.path(&format!("/courses/{code}")) look=Look::Tertiary small=true>{words::public_page(l)}</LinkButton>
            <LinkButton href=l.path(&format!("/manage/runs/{code}/applications")) look=Look::Tertiary small=true>{taken}</LinkButton>
            <LinkButton href=l.path(&format!("/manage/runs/{code}/completion")) look=Look::Tertiary small=true>{crate::words::completion::title(l)}</LinkButton>
            <LinkButton href=l.path(&format!("/manage/runs/{code}/papers")) look=Look::Tertiary small=true>{crate::words::paper::title(l)}</LinkButton>
            <LinkButton href=l.path(&format!("/manage/runs/{code}/survey")) look=Look::Tertiary small=true>{crate::words::survey::title(l)}</LinkButton>
            {(manages && view.run.selection == Selection::Lottery).then(|| view! {
                <LinkButton href=l.path(&format!("/manage/runs/{code}/draw")) look=Look::Tertiary small=true>{crate::words::draw::title(l)}</LinkButton>
            })}
            {cancels.then(|| view! {
                <LinkButton href=l.path(&format!("/manage/runs/{code}/cancel")) look=Look::Danger small=true>{words::cancel_run(l)}</LinkButton>
            })}
        </p>
    }
}

/// A draft: what is missing, all at once, or the button.
fn publishing(l: Language, view: &RunView) -> impl IntoView + use<> {
    let missing = RunDetails::of(&view.run).missing();
    let action = l.path(&format!("/manage/runs/{}/publish", view.run.code));
    let version = view.run.version.to_string();
    let lines: Vec<_> =
        missing.iter().map(|what| view! { <li>{form::label(l, what.as_str())}</li> }).collect();
    view! {
        <section aria-labelledby="publish-title">
            <h2 class="section-title" id="publish-title">{words::publishing(l)}</h2>
            {if lines.is_empty() {
                view! {
                    <p>{words::publish_ready(l)}</p>
                    <Form l=l action=action id="publish">
                        <Hidden name="version" value=version/>
                        <Button>{words::publish(l)}</Button>
                    </Form>
                }.into_any()
            } else {
                view! {
                    <Alert l=l tone=Tone::Information>
                        <p>{words::publish_missing(l)}</p>
                        <ul class="bullets">{lines}</ul>
                    </Alert>
                }.into_any()
            }}
        </section>
    }
}

/// `GET /manage/runs/{code}/cancel`: what it means, before it is done.
pub async fn ask_cancel(ask: Ask, Path(code): Path<String>) -> Result<Response, AppError> {
    ask.signed_in()?.training_manager()?;
    draw_cancel(&ask, &code, StatusCode::OK, Input::default(), Problems::default()).await
}

/// `POST /manage/runs/{code}/cancel`: everybody who applied gets the reason.
pub async fn cancel(ask: Ask, Path(code): Path<String>, input: Input) -> Result<Response, AppError> {
    let l = ask.language;
    ask.signed_in()?.training_manager()?;
    let (view, editor) = find(&ask, &code).await?;
    let version = version(&input)?;
    let reason = match session::reason(l, &input) {
        Ok(reason) => reason,
        Err(problems) => {
            return draw_cancel(&ask, &code, StatusCode::UNPROCESSABLE_ENTITY, input, problems).await;
        }
    };
    if version != view.run.version || view.run.state != RunState::Published {
        let problems = Problems::one("", words::refused_stale(l));
        return draw_cancel(&ask, &code, StatusCode::CONFLICT, input, problems).await;
    }
    cancel_run(&ask, &editor, &reason).await?;
    Ok(ask.see_other(&format!("/manage/runs/{code}?done=cancelled")))
}

/// The writer ends the run, so that nobody gets a place in it meanwhile.
async fn cancel_run(ask: &Ask, editor: &RunEditor, reason: &Line) -> Result<(), AppError> {
    Ok(registration::store::cancel_run(&ask.centre, editor, reason.as_str().to_owned()).await?)
}

async fn draw_cancel(
    ask: &Ask,
    code: &str,
    status: StatusCode,
    input: Input,
    problems: Problems,
) -> Result<Response, AppError> {
    let l = ask.language;
    let (view, _) = find(ask, code).await?;
    let heading = words::cancel_run_of(l, &view.run.code);
    Ok(ask.refuse(status, &heading.clone(), move || {
        let code = &view.run.code;
        let back = format!("/manage/runs/{code}");
        let way = vec![Crumb::new(l, words::runs(l), "/manage/runs"), Crumb::new(l, code.clone(), &back)];
        let told = words::cancel_run_lead(l, view.people.taken + view.people.waiting);
        view! {
            <Breadcrumb l=l way=way here=words::cancel_run(l)/>
            <PageHead title=heading lead=title(l, &view.course)/>
            <Alert l=l tone=Tone::Warning><p>{told}</p></Alert>
            <Form l=l action=l.path(&format!("{back}/cancel")) input=input problems=problems>
                <Hidden name="version" value=view.run.version.to_string()/>
                <TextArea name="reason" label=words::reason(l) hint=words::reason_hint(l) required=true rows=3 maxlength=200/>
                <div class="actions">
                    <Button look=Look::Danger>{words::cancel_run(l)}</Button>
                    <LinkButton href=l.path(&back) look=Look::Tertiary>{words::keep_run(l)}</LinkButton>
                </div>
            </Form>
        }
    }))
}
