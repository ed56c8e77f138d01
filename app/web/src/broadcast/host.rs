//! The page of whoever stands alone before the camera: is my picture arriving, begin, end, whom to call.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::account::Denied;
use domain::broadcast::State;
use domain::broadcast::ahead;
use domain::broadcast::entity::broadcast;
use domain::broadcast::store::{self as broadcasts, BroadcastError, Host, Shown};
use leptos::prelude::*;

use super::LiveSwitch;
use super::beside::{BesideHost, heard};
use super::sentence::{ahead_sentence, encoder_sentence, refused, title, trouble_sentence};
use super::watch::Side;
use crate::AppError;
use crate::ask::Ask;
use crate::ui::{
    Alert, Breadcrumb, Button, Crumb, DescriptionList, Fact, Form, Input, LinkButton, Look, PageHead, Query,
    Telephone, Tone,
};
use crate::when;
use crate::words::{Language, broadcast as words};

pub(crate) async fn find(ask: &Ask, code: &str) -> Result<(Shown, Host), AppError> {
    let viewer = ask.signed_in()?;
    let shown = broadcasts::find(&ask.centre, code).await?.ok_or(AppError::NotFound)?;
    let host = Host::of(viewer, &shown.subject).ok_or(AppError::Denied(Denied))?;
    Ok((shown, host))
}

/// `GET /live/{code}/host`
pub async fn page(ask: Ask, Path(code): Path<String>, Query(query): Query) -> Result<Response, AppError> {
    let (shown, _) = find(&ask, &code).await?;
    let done = match query.text("done") {
        "start" => Some(words::done_start(ask.language)),
        "end" => Some(words::done_end(ask.language)),
        _ => None,
    };
    draw(&ask, &shown, StatusCode::OK, done, None).await
}

/// `POST /live/{code}/start`
pub async fn start(ask: Ask, Path(code): Path<String>, _: Input) -> Result<Response, AppError> {
    let (shown, host) = find(&ask, &code).await?;
    answer(&ask, &shown, "start", &code, broadcasts::ask_start(&ask.centre, &host, &code).await).await
}

/// `POST /live/{code}/end`: also from the page of whoever waits for the encoder, which `back` names.
pub async fn end(ask: Ask, Path(code): Path<String>, input: Input) -> Result<Response, AppError> {
    let (shown, host) = match find(&ask, &code).await {
        // An instructor who waits may end the show before hers: it stands in the way of her class.
        Err(AppError::Denied(_)) if !input.text("back").is_empty() => {
            in_the_way(&ask, &code, input.text("back")).await?
        }
        found => found?,
    };
    let back = if input.text("back").is_empty() { code.clone() } else { input.text("back").to_owned() };
    answer(&ask, &shown, "end", &back, broadcasts::ask_end(&ask.centre, &host, &code).await).await
}

/// The show of `code`, where it holds the encoder that `waiting`, which the asker hosts, needs.
async fn in_the_way(ask: &Ask, code: &str, waiting: &str) -> Result<(Shown, Host), AppError> {
    let (waiting, host) = find(ask, waiting).await?;
    let overrun = broadcasts::overrun(&ask.centre, &waiting).await?;
    let overrun = overrun.filter(|it| it.row.code == code && is_over(ask, it));
    Ok((overrun.ok_or(AppError::Denied(Denied))?, host))
}

fn is_over(ask: &Ask, shown: &Shown) -> bool {
    shown.subject.ends_at <= ask.centre.clock().now()
}

async fn answer(
    ask: &Ask,
    shown: &Shown,
    done: &str,
    back: &str,
    result: Result<(), BroadcastError>,
) -> Result<Response, AppError> {
    match result {
        Ok(()) => Ok(ask.see_other(&format!("/live/{back}/host?done={done}"))),
        Err(error) => {
            let (status, _, sentence) = refused(ask.language, error)?;
            draw(ask, shown, status, None, Some(sentence)).await
        }
    }
}

pub(crate) async fn draw(
    ask: &Ask,
    shown: &Shown,
    status: StatusCode,
    done: Option<&'static str>,
    refused: Option<&'static str>,
) -> Result<Response, AppError> {
    let l = ask.language;
    let overrun = broadcasts::overrun(&ask.centre, shown).await?.filter(|it| is_over(ask, it));
    let mut ahead = ahead::list(&ask.centre, std::slice::from_ref(shown)).await?;
    let ahead = ahead.remove(&shown.row.id).map(|ahead| ahead_sentence(l, &ahead));
    let (code, state) = (shown.row.code.clone(), shown.row.state);
    let heading = words::host_of(l, title(l, shown));
    // Before the rest is read, so that what changes meanwhile is heard of.
    let parts = heard(ask, shown, Side::Presenting).await?;
    let beside = BesideHost::load(ask, shown).await?;
    let now = ask.centre.clock().now();
    let (begins, ends) = (shown.may_start(now), shown.may_end(now));
    let is_manual = state == State::Manual;
    let trouble = shown.row.trouble.map(|trouble| trouble_sentence(l, shown, trouble));
    Ok(ask.refuse(status, &heading.clone(), || {
        let subject = &shown.subject;
        let way = vec![Crumb::new(l, words::live(l), "/live")];
        let facts = vec![Fact::new(words::when(l), when::span(l, subject.starts_at, subject.ends_at))];
        // Afterwards nobody looks any more whether a picture arrives.
        let is_over = matches!(state, State::Complete | State::Filed | State::Cancelled);
        let picture = (!is_over).then(|| encoder_sentence(l, shown.encoder.as_ref()));
        let phone = ask.centre.settings().phone.clone();
        let (back, watch) = (code.clone(), l.path(&format!("/live/{code}")));
        let path = move |act: &str| l.path(&format!("/live/{code}/{act}"));
        view! {
            <Breadcrumb l=l way=way here=words::host(l)/>
            <PageHead title=heading/>
            {done.map(|done| view! { <div role="status"><Alert l=l tone=Tone::Success><p>{done}</p></Alert></div> })}
            {refused.map(|why| view! { <div role="alert"><Alert l=l tone=Tone::Danger><p>{why}</p></Alert></div> })}
            {overrun.map(|other| {
                let action = l.path(&format!("/live/{}/end", other.row.code));
                // What has not begun can't be ended.
                let is_on = matches!(other.row.state, State::Live | State::Ending);
                let say = if is_on { words::overrun } else { words::overrun_armed };
                let sentence = say(l, title(l, &other), when::time(other.subject.ends_at));
                view! {
                    <div role="alert"><Alert l=l tone=Tone::Danger>
                        <p>{sentence}</p>
                        {is_on.then(|| view! {
                            <form method="post" action=action>
                                <input type="hidden" name="back" value=back/>
                                <Button look=Look::Danger>{words::end_previous(l)}</Button>
                            </form>
                        })}
                    </Alert></div>
                }
            })}
            {trouble.map(|sentence| view! {
                <div role="alert"><Alert l=l tone=Tone::Danger><p>{sentence}</p></Alert></div>
            })}
            <section class="host-now" aria-labelledby="host-state">
                <h2 class="host-state" id="host-state">{stand(l, &shown.row)}</h2>
                {ahead.map(|sentence| view! { <p>{sentence}</p> })}
                {picture.map(|said| view! { <p>{words::picture(l)} " · " {said}</p> })}
                <LiveSwitch l=l path=path("host/state") state=parts milliseconds=None/>
                {begins.then(|| view! {
                    <Form l=l action=path("start")><Button>{words::start(l)}</Button></Form>
                    <p>{if is_manual { words::start_by_hand_hint(l) } else { words::start_hint(l) }}</p>
                })}
                {ends.then(|| view! {
                    <Form l=l action=path("end")><Button look=Look::Danger>{words::end(l)}</Button></Form>
                    <p>{words::end_hint(l)}</p>
                })}
            </section>
            {(!phone.is_empty()).then(|| view! { <p class="live-phone">{words::host_help(l)} " " <Telephone number=phone/></p> })}
            <DescriptionList items=facts/>
            {beside.map(|beside| beside.draw(l))}
            <p class="actions">
                <LinkButton href=watch look=Look::Tertiary small=true>{words::to_watch(l)}</LinkButton>
            </p>
        }
    }))
}

/// How it stands, for whoever has no time to read more.
fn stand(l: Language, row: &broadcast::Model) -> &'static str {
    match row.state {
        State::Live if row.end_asked.is_some() => words::host_ending(l),
        State::Live => words::host_live(l),
        State::Ending => words::host_ending(l),
        State::Complete | State::Filed => words::host_over(l),
        State::Cancelled => words::host_cancelled(l),
        State::Attention => words::host_attention(l),
        State::Manual if row.ended_at.is_some() => words::host_over(l),
        State::Manual if row.started_at.is_some() => words::host_live(l),
        State::Manual => words::host_manual(l),
        _ if row.start_asked.is_some() => words::host_starting(l),
        State::Planned | State::Creating | State::Created | State::Bound | State::Armed => {
            words::host_before(l)
        }
    }
}
