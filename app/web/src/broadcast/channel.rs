//! The office's channels and their encoders, for producers. Connecting and giving up lead to Google, so that `server` does
//! them.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::broadcast::ChannelState;
use domain::broadcast::channel::{self as channels};
use domain::broadcast::encoder::{self, EncoderError};
use domain::broadcast::entity::{channel, encoder as encoder_row};
use domain::broadcast::ledger::{quota_reset, spent_today};
use domain::course::Line;
use domain::space::store::Tree;
use leptos::prelude::*;
use uuid::Uuid;

use super::sentence::encoder_sentence;
use super::setup::Drawn;
use crate::AppError;
use crate::ask::Ask;
use crate::ui::{
    Alert, Badge, Breadcrumb, Button, Choice, Crumb, DescriptionList, EmptyState, Fact, Form, Input,
    LinkButton, Look, PageHead, Problems, Query, Select, StructuredList, TextInput, Tone,
};
use crate::when;
use crate::words::{Language, broadcast as words};

/// The longest name of an encoder, in characters.
const NAME: usize = 60;

/// Says to producers that a channel is lost, on every page of theirs that has to do with broadcasts.
pub async fn lost_banner(ask: &Ask) -> Result<Option<AnyView>, AppError> {
    let l = ask.language;
    let lost = channels::list_lost(&ask.centre).await?;
    if lost.is_empty() {
        return Ok(None);
    }
    let titles: Vec<String> = lost.into_iter().map(|channel| channel.title).collect();
    let banner = view! {
        <div role="alert"><Alert l=l tone=Tone::Danger>
            <p>{words::channel_lost(l, titles.join(", "))} " " <a href=l.path("/manage/channels")>{words::connect_again(l)}</a></p>
        </Alert></div>
    };
    Ok(Some(banner.into_any()))
}

/// `GET /manage/channels`
pub async fn page(ask: Ask, Query(query): Query) -> Result<Response, AppError> {
    let l = ask.language;
    let done = match query.text("done") {
        "connected" => Some((Tone::Success, words::done_connected(l))),
        "disconnected" => Some((Tone::Success, words::done_disconnected(l))),
        "encoder" => Some((Tone::Success, words::done_encoder(l))),
        "refused" => Some((Tone::Danger, words::connect_refused(l))),
        "failed" => Some((Tone::Danger, words::connect_failed(l))),
        "unset" => Some((Tone::Danger, words::connect_unset(l))),
        _ => None,
    };
    draw(&ask, Drawn::default(), done, None).await
}

/// `POST /manage/encoders`
pub async fn add_encoder(ask: Ask, input: Input) -> Result<Response, AppError> {
    let l = ask.language;
    let producer = ask.signed_in()?.producer()?;
    let mut problems = Problems::default();
    let name = Line::parse(input.text("name"), NAME);
    if name.is_none() {
        problems.add("name", words::wrong_name(l, NAME));
    }
    let all = channels::list(&ask.centre, &producer).await?;
    let channel = all.iter().find(|it| it.youtube_id == input.text("channel"));
    if channel.is_none() {
        problems.add("channel", words::refused_channel(l));
    }
    let tree = Tree::load(ask.centre.database()).await?;
    let space = match input.text("place") {
        "" => Some(None),
        code => tree.by_code(code).map(|space| Some(space.id)),
    };
    if space.is_none() {
        problems.add("place", words::wrong_place(l));
    }
    let (Some(name), Some(channel), Some(space)) = (name, channel, space) else {
        return refuse(&ask, StatusCode::UNPROCESSABLE_ENTITY, input, problems).await;
    };
    match encoder::add(&ask.centre, &producer, &name, space, channel.id).await {
        Ok(()) => Ok(ask.see_other("/manage/channels?done=encoder")),
        Err(EncoderError::NameTaken) => {
            refuse(&ask, StatusCode::CONFLICT, input, Problems::one("name", words::refused_name(l))).await
        }
        Err(EncoderError::NoChannel) => {
            refuse(&ask, StatusCode::CONFLICT, input, Problems::one("channel", words::refused_channel(l)))
                .await
        }
        Err(EncoderError::Db(error)) => Err(error.into()),
        Err(error) => Err(AppError::Broken(error.to_string())),
    }
}

async fn refuse(
    ask: &Ask,
    status: StatusCode,
    input: Input,
    problems: Problems,
) -> Result<Response, AppError> {
    draw(ask, Drawn { status, form: "encoder", input, problems }, None, None).await
}

/// `POST /manage/encoders/{id}/key`: shows where an encoder has to send, this once.
pub async fn show_key(ask: Ask, Path(id): Path<Uuid>, _: Input) -> Result<Response, AppError> {
    let producer = ask.signed_in()?.producer()?;
    match encoder::stream_key(&ask.centre, &producer, id).await {
        Ok(key) => draw(&ask, Drawn::default(), None, Some(key)).await,
        Err(EncoderError::NotFound) => Err(AppError::NotFound),
        Err(EncoderError::Db(error)) => Err(error.into()),
        Err(error) => Err(AppError::Broken(error.to_string())),
    }
}

async fn draw(
    ask: &Ask,
    drawn: Drawn,
    done: Option<(Tone, &'static str)>,
    key: Option<(String, String)>,
) -> Result<Response, AppError> {
    let l = ask.language;
    let producer = ask.signed_in()?.producer()?;
    let all = channels::list(&ask.centre, &producer).await?;
    let encoders = encoder::list(ask.centre.database()).await?;
    let tree = Tree::load(ask.centre.database()).await?;
    let now = ask.centre.clock().now();
    let spent = spent_today(&ask.centre).await?;
    let allowance = ask.centre.settings().broadcast.allowance;
    let banner = lost_banner(ask).await?;
    let connected: Vec<Choice> = all
        .iter()
        .filter(|it| it.state == ChannelState::Connected)
        .map(|it| Choice::new(&it.youtube_id, &it.title))
        .collect();
    let places = tree.all().iter().map(|space| Choice::new(&space.code, space.name_in(l))).collect();
    Ok(ask.refuse(drawn.status, words::channels(l), || {
        let way = vec![Crumb::new(l, words::broadcasts(l), "/manage/broadcasts")];
        let lines: Vec<_> = all.iter().map(|it| line(l, it)).collect();
        let encoders: Vec<_> = encoders.iter().map(|it| encoder_line(l, it)).collect();
        let units = words::units(l, spent, allowance.units, allowance.kept);
        let put_off = (spent + allowance.kept >= allowance.units)
            .then(|| words::put_off(l, when::moment(l, quota_reset(now))));
        view! {
            <Breadcrumb l=l way=way here=words::channels(l)/>
            <PageHead title=words::channels(l) lead=words::channels_lead(l)/>
            {banner}
            {done.map(|(tone, done)| view! { <div role="status"><Alert l=l tone=tone><p>{done}</p></Alert></div> })}
            {key.map(|(address, key)| shown_once(l, address, key))}
            <h2 class="section-title">{words::channels_ours(l)}</h2>
            {if lines.is_empty() {
                view! { <EmptyState title=words::channels_none(l)/> }.into_any()
            } else {
                view! { <StructuredList>{lines}</StructuredList> }.into_any()
            }}
            <p class="actions">
                <LinkButton href=l.path("/manage/channels/connect") look=Look::Secondary>{words::connect(l)}</LinkButton>
            </p>
            <h2 class="section-title">{words::quota(l)}</h2>
            <p>{units}</p>
            {put_off.map(|sentence| view! { <Alert l=l tone=Tone::Warning><p>{sentence}</p></Alert> })}
            <h2 class="section-title">{words::encoders(l)}</h2>
            {if encoders.is_empty() {
                view! { <p>{words::encoders_none(l)}</p> }.into_any()
            } else {
                view! { <StructuredList>{encoders}</StructuredList> }.into_any()
            }}
            {(!connected.is_empty()).then(|| view! {
                <h2 class="section-title">{words::encoder_add(l)}</h2>
                <Form l=l action=l.path("/manage/encoders") input=drawn.input problems=drawn.problems id="encoder">
                    <TextInput name="name" label=words::encoder_name(l) required=true maxlength=60/>
                    <Select name="channel" label=words::channel(l) choices=connected required=true/>
                    <Select name="place" label=words::encoder_place(l) choices=places none=words::encoder_nowhere(l)/>
                    <Button look=Look::Secondary>{words::encoder_add(l)}</Button>
                </Form>
            })}
        }
    }))
}

fn line(l: Language, row: &channel::Model) -> impl IntoView + use<> {
    let (tone, word) = match row.state {
        ChannelState::Connected => (Tone::Success, words::channel_connected(l)),
        ChannelState::Lost => (Tone::Danger, words::channel_is_lost(l)),
        ChannelState::Disconnected => (Tone::Neutral, words::channel_disconnected(l)),
    };
    let facts = vec![
        Fact::new(words::state(l), view! { <Badge tone=tone text=word/> }),
        Fact::new(words::renewed(l), when::moment(l, row.renewed_at)),
    ];
    let action = l.path(&format!("/manage/channels/{}/disconnect", row.id));
    let label = words::disconnect_of(l, &row.title);
    view! {
        <li class="structured-item">
            <div class="structured-body">
                <h3 class="structured-title">{row.title.clone()}</h3>
                <DescriptionList items=facts/>
            </div>
            {(row.state != ChannelState::Disconnected).then(|| view! {
                <div class="structured-action">
                    <form method="post" action=action>
                        <Button look=Look::Danger small=true attr:aria-label=label>{words::disconnect(l)}</Button>
                    </form>
                </div>
            })}
        </li>
    }
}

fn encoder_line(l: Language, row: &encoder_row::Model) -> impl IntoView + use<> {
    let action = l.path(&format!("/manage/encoders/{}/key", row.id));
    let label = words::key_of(l, &row.name);
    let said = if row.stream.is_some() {
        encoder_sentence(l, Some(row))
    } else {
        words::stream_not_made(l).to_owned()
    };
    view! {
        <li class="structured-item">
            <div class="structured-body">
                <h3 class="structured-title">{row.name.clone()}</h3>
                <p>{said}</p>
            </div>
            {row.stream.is_some().then(|| view! {
                <div class="structured-action">
                    <form method="post" action=action>
                        <Button look=Look::Tertiary small=true attr:aria-label=label>{words::key_show(l)}</Button>
                    </form>
                </div>
            })}
        </li>
    }
}

/// The secret that an encoder sends with, in fields from which it is easily copied.
fn shown_once(l: Language, address: String, key: String) -> impl IntoView {
    view! {
        <Alert l=l tone=Tone::Warning attr:role="status">
            <p>{words::key_hint(l)}</p>
            <p><label for="stream-address">{words::key_address(l)}</label>
                <input class="krds-input" id="stream-address" type="text" readonly value=address/></p>
            <p><label for="stream-key">{words::key(l)}</label>
                <input class="krds-input" id="stream-key" type="text" readonly value=key/></p>
        </Alert>
    }
}
