//! The producers' board of broadcasts: how each stands, what is wrong with it, and what to press.

use std::collections::HashMap;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, TimeDelta, Utc};
use domain::account::Producer;
use domain::broadcast::ahead::{self, Ahead};
use domain::broadcast::call::Draft;
use domain::broadcast::entity::broadcast_event;
use domain::broadcast::ledger::{quota_reset, spent_today};
use domain::broadcast::store::{self as broadcasts, Choice as Decision, Shown};
use domain::broadcast::{State, Trouble, VideoId, abandoned};
use leptos::prelude::*;
use uuid::Uuid;

use super::channel::lost_banner;
use super::sentence::{
    ahead_sentence, encoder_sentence, event_word, privacy_word, refused, state_badge, state_word, title,
    trouble_sentence,
};
use super::setup::{Drawn, Offer};
use crate::AppError;
use crate::ask::Ask;
use crate::ui::{
    Alert, Breadcrumb, Button, Cell, Choice, Column, Crumb, DescriptionList, Disclosure, EmptyState, Fact,
    Form, Hidden, Input, LinkButton, Look, PageHead, Problems, Query, Select, Table, TextInput, Tone,
};
use crate::when;
use crate::words::{Language, broadcast as words};

/// How far ahead the board looks.
const AHEAD: TimeDelta = TimeDelta::days(14);

fn producer(ask: &Ask) -> Result<Producer, AppError> {
    Ok(ask.signed_in()?.producer()?)
}

/// `GET /manage/broadcasts`
pub async fn list(ask: Ask, Query(query): Query) -> Result<Response, AppError> {
    let planned = (query.text("done") == "planned").then(|| words::done_planned(ask.language));
    draw_list(&ask, Drawn::default(), planned).await
}

/// `POST /manage/broadcasts`: plans a broadcast for a booking, or for each class of a run that is to come.
pub async fn plan(ask: Ask, input: Input) -> Result<Response, AppError> {
    let (l, by) = (ask.language, producer(&ask)?);
    let offer = Offer::load(&ask).await?;
    let mut problems = Problems::default();
    let unplanned = broadcasts::list_unplanned(&ask.centre, &by).await?;
    let what = unplanned.iter().find(|it| it.code == input.text("what"));
    if what.is_none() {
        problems.add("what", words::refused_nothing(l));
    }
    let setup = offer.parse(l, &input, &mut problems);
    let (Some(what), Some(setup)) = (what, setup) else {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return draw_list(&ask, Drawn { status, form: "plan", input, problems }, None).await;
    };
    let done = match what.is_class {
        true => broadcasts::plan_run(&ask.centre, &by, &what.code, &setup).await.map(drop),
        false => broadcasts::plan_booking(&ask.centre, &by, &what.code, &setup).await,
    };
    match done {
        Ok(()) => Ok(ask.see_other("/manage/broadcasts?done=planned")),
        Err(error) => {
            let (status, field, sentence) = refused(l, error)?;
            let problems = Problems::one(field, sentence);
            draw_list(&ask, Drawn { status, form: "plan", input, problems }, None).await
        }
    }
}

async fn draw_list(ask: &Ask, drawn: Drawn, done: Option<&'static str>) -> Result<Response, AppError> {
    let (l, by) = (ask.language, producer(ask)?);
    let now = ask.centre.clock().now();
    let offer = Offer::load(ask).await?;
    let unplanned = broadcasts::list_unplanned(&ask.centre, &by).await?;
    let shown = broadcasts::list_between(&ask.centre, now - TimeDelta::hours(12), now + AHEAD).await?;
    let ahead = ahead::list(&ask.centre, &shown).await?;
    let banner = lost_banner(ask).await?;
    let put_off = put_off(ask, now).await?;
    Ok(ask.refuse(drawn.status, words::broadcasts(l), || {
        let input = if drawn.form.is_empty() { Input::new(offer.usual()) } else { drawn.input };
        let choices: Vec<Choice> = unplanned
            .iter()
            .map(|it| Choice::new(&it.code, format!("{} ({}, {})", it.title, it.code, when::moment(l, it.starts_at))))
            .collect();
        view! {
            <Breadcrumb l=l here=words::broadcasts(l)/>
            <PageHead title=words::broadcasts(l) lead=words::broadcasts_lead(l)>
                <LinkButton href=l.path("/manage/channels") look=Look::Secondary small=true>{words::channels(l)}</LinkButton>
                <LinkButton href=l.path("/manage/broadcasts/templates") look=Look::Secondary small=true>{words::templates(l)}</LinkButton>
            </PageHead>
            {banner}
            {put_off.map(|sentence| view! { <Alert l=l tone=Tone::Warning><p>{sentence}</p></Alert> })}
            {done.map(|done| view! { <div role="status"><Alert l=l tone=Tone::Success><p>{done}</p></Alert></div> })}
            {if shown.is_empty() {
                view! { <EmptyState title=words::broadcasts_none(l)/> }.into_any()
            } else {
                board(l, &shown, &ahead, now).into_any()
            }}
            <h2 class="section-title">{words::plan(l)}</h2>
            {if offer.channels.is_empty() {
                view! { <p>{words::plan_no_channel(l)} " " <a href=l.path("/manage/channels")>{words::channels(l)}</a></p> }.into_any()
            } else if choices.is_empty() {
                view! { <p>{words::plan_nothing(l)}</p> }.into_any()
            } else {
                view! {
                    <Form l=l action=l.path("/manage/broadcasts") input=input problems=drawn.problems id="plan">
                        <Select name="what" label=words::plan_what(l) hint=words::plan_what_hint(l) choices=choices required=true/>
                        {offer.fields(l)}
                        <Button>{words::plan_send(l)}</Button>
                    </Form>
                }.into_any()
            }}
        }
    }))
}

/// What is put off until when, where today's units are spent but for those kept back.
async fn put_off(ask: &Ask, now: DateTime<Utc>) -> Result<Option<String>, AppError> {
    let l = ask.language;
    let (spent, allowance) = (spent_today(&ask.centre).await?, ask.centre.settings().broadcast.allowance);
    let is_spent = spent + allowance.kept >= allowance.units;
    Ok(is_spent.then(|| words::put_off(l, when::moment(l, quota_reset(now)))))
}

fn board(
    l: Language,
    shown: &[Shown],
    ahead: &HashMap<Uuid, Ahead>,
    now: DateTime<Utc>,
) -> impl IntoView + use<> {
    let columns = vec![
        Column::text(words::when(l)),
        Column::text(words::what(l)),
        Column::text(words::state(l)),
        Column::text(words::picture(l)),
        Column::text(words::to_do(l)),
    ];
    let row = |it: &Shown| -> Vec<Cell> {
        let href = l.path(&format!("/manage/broadcasts/{}", it.row.code));
        vec![
            when::span(l, it.subject.starts_at, it.subject.ends_at).into_any(),
            view! { <a href=href>{title(l, it)}</a> }.into_any(),
            state_badge(l, it.row.state).into_any(),
            encoder_sentence(l, it.encoder.as_ref()).into_any(),
            to_do(l, it, ahead.get(&it.row.id), now).into_any(),
        ]
    };
    view! { <Table caption=words::board_caption(l) columns=columns rows=shown.iter().map(row).collect()/> }
}

/// What a person has to do about it, or whom it waits for; a dash where neither.
fn to_do(l: Language, shown: &Shown, ahead: Option<&Ahead>, now: DateTime<Utc>) -> String {
    match (shown.row.trouble, shown.row.state) {
        (Some(trouble), _) => trouble_sentence(l, shown, trouble).to_owned(),
        (None, State::Live) if now > shown.subject.ends_at => words::overruns(l).to_owned(),
        _ if shown.is_replay_to_close() => words::replay_to_close(l).to_owned(),
        _ if shown.difference().is_some() => words::changed_there(l).to_owned(),
        _ => ahead.map_or_else(|| "–".to_owned(), |ahead| ahead_sentence(l, ahead)),
    }
}

async fn find(ask: &Ask, code: &str) -> Result<Shown, AppError> {
    producer(ask)?;
    broadcasts::find(&ask.centre, code).await?.ok_or(AppError::NotFound)
}

/// `GET /manage/broadcasts/{code}`
pub async fn page(ask: Ask, Path(code): Path<String>, Query(query): Query) -> Result<Response, AppError> {
    let shown = find(&ask, &code).await?;
    let done = (!query.text("done").is_empty()).then(|| words::done_changed(ask.language));
    draw(&ask, &shown, Drawn::default(), done).await
}

/// `POST /manage/broadcasts/{code}`
pub async fn change(ask: Ask, Path(code): Path<String>, input: Input) -> Result<Response, AppError> {
    let (l, by) = (ask.language, producer(&ask)?);
    let (shown, offer) = (find(&ask, &code).await?, Offer::load(&ask).await?);
    let version = input.text("version").parse().map_err(|_| AppError::BadRequest)?;
    let mut problems = Problems::default();
    let Some(setup) = offer.parse(l, &input, &mut problems) else {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return draw(&ask, &shown, Drawn { status, form: "setup", input, problems }, None).await;
    };
    match broadcasts::change(&ask.centre, &by, &code, version, &setup).await {
        Ok(()) => Ok(ask.see_other(&format!("/manage/broadcasts/{code}?done=changed"))),
        Err(error) => {
            let (status, field, sentence) = refused(l, error)?;
            let problems = Problems::one(field, sentence);
            draw(&ask, &shown, Drawn { status, form: "setup", input, problems }, None).await
        }
    }
}

/// `POST /manage/broadcasts/{code}/{act}`: `link`, `hand-back`, `replay-closed`, `without-replay`, `retry`, `anew`, `call-off`, `ours`, `theirs`.
pub async fn act(
    ask: Ask,
    Path((code, act)): Path<(String, String)>,
    input: Input,
) -> Result<Response, AppError> {
    let (l, by, centre) = (ask.language, producer(&ask)?, &ask.centre);
    let shown = find(&ask, &code).await?;
    let done = match act.as_str() {
        "link" => {
            let Some(video) = VideoId::parse(input.text("link")) else {
                let (status, problems) =
                    (StatusCode::UNPROCESSABLE_ENTITY, Problems::one("link", words::wrong_link(l)));
                return draw(&ask, &shown, Drawn { status, form: "link", input, problems }, None).await;
            };
            broadcasts::paste_link(centre, &by, &code, video).await
        }
        "hand-back" => broadcasts::hand_back(centre, &by, &code).await,
        "replay-closed" => broadcasts::note_closed_replay(centre, &by, &code).await,
        "without-replay" => broadcasts::give_up_replay(centre, &by, &code).await,
        "retry" => broadcasts::retry(centre, &by, &code).await,
        "anew" => broadcasts::make_anew(centre, &by, &code).await,
        "call-off" => broadcasts::call_off(centre, &by, &code).await,
        "ours" => broadcasts::decide_difference(centre, &by, &code, Decision::Ours).await,
        "theirs" => broadcasts::decide_difference(centre, &by, &code, Decision::Theirs).await,
        _ => return Err(AppError::NotFound),
    };
    match done {
        Ok(()) => Ok(ask.see_other(&format!("/manage/broadcasts/{code}?done={act}"))),
        Err(error) => {
            let (status, _, sentence) = refused(l, error)?;
            let problems = Problems::one("", sentence);
            draw(&ask, &shown, Drawn { status, form: "act", input, problems }, None).await
        }
    }
}

async fn draw(
    ask: &Ask,
    shown: &Shown,
    drawn: Drawn,
    done: Option<&'static str>,
) -> Result<Response, AppError> {
    let l = ask.language;
    let offer = Offer::load(ask).await?;
    let history = broadcasts::history(&ask.centre, shown.row.id).await?;
    let audience = broadcasts::audience(&ask.centre, shown.row.id).await?;
    let left = abandoned::list_of(&ask.centre, shown.row.id).await?;
    let mut ahead = ahead::list(&ask.centre, std::slice::from_ref(shown)).await?;
    let ahead = ahead.remove(&shown.row.id).map(|ahead| ahead_sentence(l, &ahead));
    let banner = lost_banner(ask).await?;
    let heading = title(l, shown);
    Ok(ask.refuse(drawn.status, &heading.clone(), || {
        let (code, state, subject) = (shown.row.code.clone(), shown.row.state, &shown.subject);
        let way = vec![Crumb::new(l, words::broadcasts(l), "/manage/broadcasts")];
        let mut facts = vec![
            Fact::new(words::when(l), when::span(l, subject.starts_at, subject.ends_at)),
            Fact::new(words::state(l), state_badge(l, state)),
            Fact::new(words::channel(l), shown.channel.as_ref().map(|it| it.title.clone())),
            Fact::new(words::picture(l), encoder_sentence(l, shown.encoder.as_ref())),
        ];
        if let Some(audience) = audience {
            facts.push(Fact::new(words::viewers(l), words::viewers_of(l, audience.peak, audience.average)));
        }
        if let Some(views) = shown.row.views {
            facts.push(Fact::new(words::views(l), words::views_of(l, views)));
        }
        let whole = (drawn.form == "act").then(|| drawn.problems.of("").map(str::to_owned)).flatten();
        let trouble = shown.row.trouble.map(|trouble| trouble_sentence(l, shown, trouble));
        let is_explained = matches!(shown.row.trouble, Some(Trouble::Refused | Trouble::Channel));
        let said = shown.row.said.clone().filter(|_| is_explained);
        let (input, problems) = match drawn.form {
            "setup" => (drawn.input.clone(), drawn.problems.clone()),
            _ => (Input::new(offer.of(&shown.row)), Problems::default()),
        };
        let version = input.text("version").to_owned();
        let host = l.path(&format!("/live/{code}/host"));
        let sheet = l.path(&format!("/manage/broadcasts/{code}/sheet"));
        let thumbnail = format!("/manage/broadcasts/{code}/thumbnail.png");
        let captions = l.path(&format!("/manage/broadcasts/{code}/captions"));
        view! {
            <Breadcrumb l=l way=way here=heading.clone()/>
            <PageHead title=heading.clone()>
                <LinkButton href=host small=true>{words::host(l)}</LinkButton>
                <LinkButton href=sheet look=Look::Secondary small=true>{words::sheet(l)}</LinkButton>
                <LinkButton href=captions look=Look::Secondary small=true>{crate::words::lesson::of_replay(l)}</LinkButton>
            </PageHead>
            {banner}
            {done.map(|done| view! { <div role="status"><Alert l=l tone=Tone::Success><p>{done}</p></Alert></div> })}
            {whole.map(|sentence| view! { <div role="alert"><Alert l=l tone=Tone::Danger><p>{sentence}</p></Alert></div> })}
            {trouble.map(|sentence| view! {
                <div role="alert"><Alert l=l tone=Tone::Danger>
                    <p>{sentence}</p>
                    {said.map(|said| view! { <p lang="en">{said}</p> })}
                </Alert></div>
            })}
            {ahead.map(|sentence| view! { <Alert l=l tone=Tone::Warning><p>{sentence}</p></Alert> })}
            {left.into_iter().map(|row| left_there(l, row)).collect_view()}
            <DescriptionList items=facts/>
            <Disclosure summary=words::thumbnail(l)>
                <img class="live-thumbnail" src=thumbnail alt=words::thumbnail_of(l, heading.clone()) width="640" height="360" loading="lazy"/>
            </Disclosure>
            {shown.difference().map(|(there, ours)| difference(l, &code, there, ours))}
            {shown.is_replay_to_close().then(|| view! {
                <div role="alert"><Alert l=l tone=Tone::Danger><p>{words::replay_to_close(l)}</p></Alert></div>
            })}
            {acts(l, shown)}
            {(!matches!(state, State::Complete | State::Filed | State::Cancelled)).then(|| link_form(l, &code, &drawn))}
            <h2 class="section-title">{words::setup(l)}</h2>
            <Form l=l action=l.path(&format!("/manage/broadcasts/{code}")) input=input problems=problems id="setup">
                <Hidden name="version" value=version/>
                {offer.fields(l)}
                <Button look=Look::Secondary>{words::save(l)}</Button>
            </Form>
            {history_of(l, &history)}
        }
    }))
}

/// What YouTube still has of it and nobody wants any more.
fn left_there(l: Language, row: abandoned::Model) -> impl IntoView {
    let sentence = match (&row.said, row.marker()) {
        (_, Some(_)) => words::left_unsure(l).to_owned(),
        (None, None) => words::left_there(l, &row.video),
        (Some(_), None) => words::left_refused(l, &row.video),
    };
    let said = row.said;
    view! {
        <Alert l=l tone=Tone::Warning>
            <p>{sentence}</p>
            {said.map(|said| view! { <p lang="en">{said}</p> })}
        </Alert>
    }
}

/// What staff have changed on YouTube beside what is wanted, and the choice between the two.
fn difference(l: Language, code: &str, there: &Draft, ours: &Draft) -> impl IntoView + use<> {
    let columns =
        vec![Column::text(words::field(l)), Column::text(words::there(l)), Column::text(words::here(l))];
    let pairs = [
        (words::field_title(l), there.title.clone(), ours.title.clone()),
        (words::field_description(l), there.description.clone(), ours.description.clone()),
        (words::when(l), when::moment(l, there.starts_at), when::moment(l, ours.starts_at)),
        (
            words::privacy(l),
            privacy_word(l, there.privacy).to_owned(),
            privacy_word(l, ours.privacy).to_owned(),
        ),
    ];
    let rows: Vec<Vec<Cell>> = pairs
        .into_iter()
        .filter(|(_, there, ours)| there != ours)
        .map(|(field, there, ours)| vec![field.into_any(), there.into_any(), ours.into_any()])
        .collect();
    let action = |act: &str| l.path(&format!("/manage/broadcasts/{code}/{act}"));
    view! {
        <section aria-labelledby="difference-title">
            <h2 class="section-title" id="difference-title">{words::difference(l)}</h2>
            <p>{words::difference_lead(l)}</p>
            <Table caption=words::difference(l) columns=columns rows=rows/>
            <div class="actions">
                <form method="post" action=action("ours")><Button look=Look::Secondary>{words::keep_ours(l)}</Button></form>
                <form method="post" action=action("theirs")><Button look=Look::Secondary>{words::take_theirs(l)}</Button></form>
            </div>
        </section>
    }
}

/// What can be pressed as it stands.
fn acts(l: Language, shown: &Shown) -> impl IntoView + use<> {
    let state = shown.row.state;
    let is_over = shown.asks_about_replay();
    let is_of_no_use = matches!(
        shown.row.trouble,
        Some(Trouble::Gone | Trouble::Revoked | Trouble::Doubled | Trouble::Refused)
    );
    let makes_anew = is_of_no_use && !is_over || state == State::Cancelled && !shown.subject.cancelled;
    let buttons = [
        ("retry", words::retry(l), Look::Primary, state == State::Attention),
        ("anew", words::make_anew(l), Look::Secondary, makes_anew),
        ("replay-closed", words::replay_closed(l), Look::Primary, shown.is_replay_to_close()),
        ("without-replay", words::without_replay(l), Look::Secondary, is_over),
        ("hand-back", words::hand_back(l), Look::Secondary, state == State::Manual),
        (
            "call-off",
            words::call_off(l),
            Look::Danger,
            !is_over
                && !matches!(
                    state,
                    State::Live | State::Ending | State::Complete | State::Filed | State::Cancelled
                ),
        ),
    ];
    let forms: Vec<_> = buttons
        .into_iter()
        .filter(|(.., shown)| *shown)
        .map(|(act, word, look, _)| {
            let action = l.path(&format!("/manage/broadcasts/{}/{act}", shown.row.code));
            view! { <form method="post" action=action><Button look=look small=true>{word}</Button></form> }
        })
        .collect();
    (!forms.is_empty()).then(|| view! { <div class="actions">{forms}</div> })
}

fn link_form(l: Language, code: &str, drawn: &Drawn) -> impl IntoView + use<> {
    let sent = drawn.form == "link";
    let input = if sent { drawn.input.clone() } else { Input::default() };
    let problems = if sent { drawn.problems.clone() } else { Problems::default() };
    let action = l.path(&format!("/manage/broadcasts/{code}/link"));
    view! {
        <h2 class="section-title">{words::by_hand(l)}</h2>
        <p>{words::by_hand_lead(l)}</p>
        <Form l=l action=action input=input problems=problems id="link">
            <TextInput name="link" label=words::link(l) hint=words::link_hint(l) required=true maxlength=200/>
            <Button look=Look::Secondary>{words::link_send(l)}</Button>
        </Form>
    }
}

fn history_of(l: Language, history: &[broadcast_event::Model]) -> impl IntoView + use<> {
    let lines: Vec<_> = history
        .iter()
        .map(|event| {
            let line = words::event_line(
                l,
                when::moment(l, event.at),
                event_word(l, event.kind),
                state_word(l, event.state),
            );
            view! { <li>{line}</li> }
        })
        .collect();
    view! { <Disclosure summary=words::history(l)><ul class="plain-list">{lines}</ul></Disclosure> }
}
