//! What is live now and next, and the page on which one watches.

use axum::Json;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::broadcast::OnShow;
use domain::broadcast::store::{self as broadcasts, Host, Shown};
use domain::course::store::find_course_of;
use domain::lesson::LONGEST;
use domain::lesson::progress::Watched;
use domain::seoul;
use leptos::prelude::*;

use super::LiveSwitch;
use super::beside::{Beside, Sent, heard};
use super::feed::{AHEAD, json_ld};
use super::place::no_place;
use super::player::player;
use super::sentence::title;
use crate::AppError;
use crate::ask::Ask;
use crate::course::handouts;
use crate::lesson::{PlayerFollow, of_replay};
use crate::ui::{
    Alert, Breadcrumb, Crumb, DescriptionList, EmptyState, Fact, LinkButton, Look, PageHead, Query,
    StructuredItem, StructuredList, Telephone, Tone,
};
use crate::when;
use crate::words::{Language, broadcast as words};

/// Goes with a page that shows a video: the content policy then lets in YouTube's player without cookies.
#[derive(Clone, Copy, Debug)]
pub struct Embeds;

/// `GET /live`
pub async fn list(ask: Ask) -> Result<Response, AppError> {
    let (l, now) = (ask.language, ask.centre.clock().now());
    let shown = broadcasts::list_for(&ask.centre, ask.viewer.as_ref(), now, now + AHEAD).await?;
    let public: Vec<&Shown> = shown.iter().filter(|it| broadcasts::is_public(it)).collect();
    let data = json_ld(&ask, &public);
    let (on, next): (Vec<Shown>, Vec<Shown>) =
        shown.into_iter().partition(|it| it.on_show(now) == OnShow::Live);
    let draw = |list: &[Shown]| {
        let items: Vec<_> = list.iter().map(|it| item(l, it)).collect();
        view! { <StructuredList>{items}</StructuredList> }
    };
    Ok(ask.page(words::live(l), || {
        view! {
            <Breadcrumb l=l here=words::live(l)/>
            <PageHead title=words::live(l) lead=words::live_lead(l)/>
            <script type="application/ld+json" inner_html=data></script>
            {ask.viewer.is_none().then(|| view! {
                <p>{words::live_own(l)} " " <a href=ask.sign_in_path()>{crate::words::ui::sign_in(l)}</a></p>
            })}
            <h2 class="section-title">{words::live_now(l)}</h2>
            {if on.is_empty() { view! { <p>{words::live_none(l)}</p> }.into_any() } else { draw(&on).into_any() }}
            <h2 class="section-title">{words::live_next(l)}</h2>
            {if next.is_empty() {
                view! { <EmptyState title=words::live_none_next(l)/> }.into_any()
            } else {
                draw(&next).into_any()
            }}
            <p class="actions">
                <LinkButton href=l.path("/live.ics") look=Look::Tertiary small=true>{words::live_calendar(l)}</LinkButton>
                <LinkButton href=l.path("/live.atom") look=Look::Tertiary small=true>{words::live_feed(l)}</LinkButton>
            </p>
        }
    }))
}

fn item(l: Language, shown: &Shown) -> impl IntoView + use<> {
    let subject = &shown.subject;
    let facts = vec![
        Fact::new(words::when(l), when::span(l, subject.starts_at, subject.ends_at)),
        Fact::new(words::presenter(l), subject.presenter.clone()),
    ];
    let facts = facts.into_iter().take(if subject.presenter.is_empty() { 1 } else { 2 }).collect::<Vec<_>>();
    let href = l.path(&format!("/live/{}", shown.row.code));
    view! { <StructuredItem href=href title=title(l, shown) items=facts/> }
}

/// The broadcast of a code, for those who may watch it. Others learn where to sign in, or nothing.
pub(crate) async fn find(ask: &Ask, code: &str) -> Result<Shown, AppError> {
    let shown = broadcasts::find(&ask.centre, code).await?.ok_or(AppError::NotFound)?;
    if broadcasts::may_watch(&ask.centre, ask.viewer.as_ref(), &shown).await? {
        return Ok(shown);
    }
    ask.signed_in()?;
    Err(domain::account::Denied.into())
}

/// Where one watches it, in no language.
pub(crate) fn path(shown: &Shown) -> String {
    format!("/live/{}", shown.row.code)
}

/// `GET` of what is only sent: where a page was refused, one may turn to the other language or come back from signing in.
pub async fn back(ask: Ask) -> Response {
    ask.see_other(ask.path.rsplit_once('/').map_or("/live", |(page, _)| page))
}

/// Whether the show is over and may be watched again.
pub(crate) fn has_replay(ask: &Ask, shown: &Shown) -> bool {
    let now = ask.centre.clock().now();
    let is_over = shown.row.replay_until.is_some_and(|last| last < seoul::day(now));
    shown.on_show(now) == OnShow::After && shown.row.video.is_some() && !is_over
}

/// The word by which an open page knows that it has to be another. Whoever watches sees no more of the state than what is
/// on show: their player goes on.
pub(super) fn word_of(ask: &Ask, shown: &Shown, at: Side) -> String {
    let show = shown.on_show(ask.centre.clock().now());
    let times = (shown.subject.starts_at.timestamp(), shown.subject.ends_at.timestamp());
    let video = shown.row.video.as_deref().unwrap_or_default();
    match at {
        Side::Watching => format!("{show:?} {video} {times:?}"),
        Side::Presenting => format!("{show:?} {video} {times:?} {}", shown.row.state.as_str()),
    }
}

/// Which of a show's pages is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Watching,
    Presenting,
}

/// `GET /live/{code}/state`, and `…/host/state` for the page of whoever presents.
pub async fn state(ask: Ask, Path(code): Path<String>) -> Result<Response, AppError> {
    let shown = find(&ask, &code).await?;
    let at = if ask.path.ends_with("/host/state") { Side::Presenting } else { Side::Watching };
    Ok(([(header::CACHE_CONTROL, "private, no-store")], Json(heard(&ask, &shown, at).await?)).into_response())
}

/// `GET /live/{code}?play=1&at=SECONDS`: `play` shows the replay; what is live is shown at once.
pub async fn page(ask: Ask, Path(code): Path<String>, Query(query): Query) -> Result<Response, AppError> {
    let shown = match find(&ask, &code).await {
        Err(AppError::Denied(_)) => return no_place(&ask, &code).await,
        found => found?,
    };
    let at = query.text("at").parse::<u32>().unwrap_or_default().min(LONGEST);
    draw(&ask, shown, query.flag("play").then_some(at), StatusCode::OK, Sent::done(query.text("done"))).await
}

/// The page; `play` shows the replay from that second on; `sent` is what was sent from it, where that is refused or has just been done.
pub(crate) async fn draw(
    ask: &Ask,
    shown: Shown,
    play: Option<u32>,
    status_code: StatusCode,
    sent: Sent,
) -> Result<Response, AppError> {
    let (l, now) = (ask.language, ask.centre.clock().now());
    let (show, code) = (shown.on_show(now), shown.row.code.clone());
    // Before the rest is read, so that what changes meanwhile is heard of.
    let parts = heard(ask, &shown, Side::Watching).await?;
    let beside = Beside::load(ask, &shown, sent).await?;
    let is_host = ask.viewer.as_ref().is_some_and(|viewer| Host::of(viewer, &shown.subject).is_some());
    let replay_over = shown.row.replay_until.is_some_and(|last| last < seoul::day(now));
    let video = shown.row.video.clone();
    let plays = match show {
        OnShow::Live => video.is_some(),
        OnShow::After => video.is_some() && !replay_over && play.is_some(),
        OnShow::Before | OnShow::Cancelled => false,
    };
    let preparation = preparation(ask, &shown, show).await?;
    let transcript = of_replay(ask, &shown).await?;
    let heading = title(l, &shown);
    let data = broadcasts::is_public(&shown).then(|| json_ld(ask, &[&shown]));
    let mut response = ask.refuse(status_code, &heading, || {
        let subject = &shown.subject;
        let way = vec![Crumb::new(l, words::live(l), "/live")];
        let until = u64::try_from((subject.starts_at - now).num_milliseconds()).ok().filter(|_| show == OnShow::Before);
        let switch = (show != OnShow::Cancelled).then(|| {
            let path = l.path(&format!("/live/{code}/state"));
            view! { <LiveSwitch l=l path=path state=parts milliseconds=until/> }
        });
        let mut facts = vec![Fact::new(words::when(l), when::span(l, subject.starts_at, subject.ends_at))];
        if !subject.presenter.is_empty() {
            facts.push(Fact::new(words::presenter(l), subject.presenter.clone()));
        }
        let course = subject.run.as_ref().map(|run| l.path(&format!("/courses/{}", run.code)));
        let is_late = show == OnShow::Before && now >= subject.starts_at;
        let phone = ask.centre.settings().phone.clone();
        view! {
            <Breadcrumb l=l way=way here=heading.clone()/>
            {data.map(|data| view! { <script type="application/ld+json" inner_html=data></script> })}
            <PageHead title=heading.clone()/>
            {status(l, &shown, show, is_late, replay_over)}
            {switch}
            {plays.then(|| video.as_deref().map(|video| player(ask, video, &heading, play.unwrap_or_default())))}
            {(show == OnShow::After && video.is_some() && !replay_over && !plays).then(|| view! {
                <p class="actions"><LinkButton href=l.path(&format!("/live/{code}?play=1"))>{words::watch_replay(l)}</LinkButton></p>
            })}
            {(show == OnShow::Live && plays && subject.run.is_some()).then(|| view! { <p class="live-limit">{words::link_limit(l)}</p> })}
            {beside.draw(l)}
            {(plays && transcript.is_some()).then(|| view! { <PlayerFollow l=l report=None length=LONGEST watched=Watched::default()/> })}
            {preparation}
            {transcript}
            <DescriptionList items=facts/>
            <p class="actions">
                {course.map(|href| view! { <LinkButton href=href look=Look::Tertiary small=true>{words::to_course(l)}</LinkButton> })}
                {is_host.then(|| view! { <LinkButton href=l.path(&format!("/live/{code}/host")) look=Look::Secondary small=true>{words::host(l)}</LinkButton> })}
            </p>
            {(!phone.is_empty()).then(|| view! { <p class="live-help">{words::help(l)} " " <Telephone number=phone/></p> })}
        }
    });
    if plays {
        response.extensions_mut().insert(Embeds);
    }
    Ok(response)
}

/// What belongs to the course of a class: what to prepare while there is time, and its files at any time.
async fn preparation(ask: &Ask, shown: &Shown, show: OnShow) -> Result<Option<AnyView>, AppError> {
    let Some(run) = &shown.subject.run else { return Ok(None) };
    let Some(course) = find_course_of(&ask.centre, run.id).await? else { return Ok(None) };
    let (l, files) = (ask.language, handouts(ask, &course).await?);
    let materials = (show == OnShow::Before && !course.materials.is_empty()).then(|| {
        view! { <DescriptionList items=vec![Fact::new(words::prepare(l), course.materials)]/> }
    });
    Ok(Some(view! { {materials} {files} }.into_any()))
}

/// What the reader is to know now.
fn status(
    l: Language,
    shown: &Shown,
    show: OnShow,
    is_late: bool,
    replay_over: bool,
) -> impl IntoView + use<> {
    let (tone, sentence) = match show {
        OnShow::Cancelled => (Tone::Danger, words::watch_cancelled(l)),
        OnShow::Before if is_late => (Tone::Warning, words::watch_late(l)),
        OnShow::Before => (Tone::Information, words::watch_before(l)),
        OnShow::Live => (Tone::Information, words::watch_live(l)),
        OnShow::After if shown.row.video.is_none() => (Tone::Information, words::watch_over(l)),
        OnShow::After if replay_over => (Tone::Information, words::replay_over(l)),
        OnShow::After => (Tone::Information, words::watch_after(l)),
    };
    view! { <div role="status"><Alert l=l tone=tone><p>{sentence}</p></Alert></div> }
}
