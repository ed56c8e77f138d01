//! Calendars for other programs: the page of one's links, and the file behind a link.

use std::hash::{DefaultHasher, Hash, Hasher};

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::calendar::entity::feed;
use domain::calendar::feed::{self as feeds, Feed, FeedError};
use domain::calendar::{Entry, Standing};
use domain::space::store::Tree;
use leptos::prelude::*;
use uuid::Uuid;

use super::entry::{kind_word, path, title};
use crate::ask::Ask;
use crate::ui::{
    Alert, Breadcrumb, Button, Choice, Crumb, DescriptionList, EmptyState, Fact, Form, Input, Look, PageHead,
    Problems, Query, Select, StructuredList, Tone,
};
use crate::words::{Language, calendar as words, ui};
use crate::{AppError, ical, when};

/// `GET /my/feeds`
pub async fn page(ask: Ask, Query(query): Query) -> Result<Response, AppError> {
    let revoked = query.text("done") == "revoked";
    draw(&ask, StatusCode::OK, Said { revoked, ..Said::default() }).await
}

/// `POST /my/feeds`: makes a link, which is shown this once.
pub async fn make(ask: Ask, input: Input) -> Result<Response, AppError> {
    let (l, viewer) = (ask.language, ask.signed_in()?);
    let space = Some(input.text("of")).filter(|code| !code.is_empty());
    let said = match feeds::make(&ask.centre, viewer, space).await {
        Ok(token) => {
            let path = l.path(&format!("/feeds/{token}.ics"));
            let made = Some(format!("{}{path}", ask.centre.settings().public_url));
            return draw(&ask, StatusCode::OK, Said { made, ..Said::default() }).await;
        }
        Err(FeedError::NoSpace) => Problems::one("of", words::wrong_place(l)),
        Err(FeedError::TooMany) => Problems::one("of", words::feed_too_many(l, feeds::MOST)),
        Err(FeedError::Db(error)) => return Err(error.into()),
    };
    draw(&ask, StatusCode::UNPROCESSABLE_ENTITY, Said { problems: said, ..Said::default() }).await
}

/// `POST /my/feeds/{id}/revoke`
pub async fn revoke(ask: Ask, Path(id): Path<Uuid>) -> Result<Response, AppError> {
    match feeds::revoke(&ask.centre, ask.signed_in()?, id).await? {
        true => Ok(ask.see_other("/my/feeds?done=revoked")),
        false => Err(AppError::NotFound),
    }
}

/// What the page says beside the list.
#[derive(Default)]
struct Said {
    /// A new link in full.
    made: Option<String>,
    revoked: bool,
    problems: Problems,
}

async fn draw(ask: &Ask, status: StatusCode, said: Said) -> Result<Response, AppError> {
    let l = ask.language;
    let mine = feeds::list(&ask.centre, ask.signed_in()?).await?;
    let tree = Tree::load(ask.centre.database()).await?;
    let choices = tree.all().iter().map(|space| Choice::new(&space.code, space.name_in(l))).collect();
    let lines: Vec<_> = mine.iter().map(|feed| line(l, &tree, feed)).collect();
    let way = vec![Crumb::new(l, ui::menu_my(l), "/my")];
    Ok(ask.refuse(status, words::feeds(l), || {
        view! {
            <Breadcrumb l=l way=way here=words::feeds(l)/>
            <PageHead title=words::feeds(l) lead=words::feeds_lead(l)/>
            {said.made.map(|link| shown_once(l, link))}
            {said.revoked.then(|| view! {
                <Alert l=l tone=Tone::Success attr:role="status"><p>{words::feed_revoked(l)}</p></Alert>
            })}
            <h2 class="section-title">{words::feed_make(l)}</h2>
            <Form l=l action=l.path("/my/feeds") problems=said.problems>
                <Select name="of" label=words::feed_of(l) choices=choices none=words::feed_own(l) hint=words::feed_of_hint(l) required=true/>
                <div class="actions"><Button>{words::feed_make(l)}</Button></div>
            </Form>
            <h2 class="section-title">{words::feed_list(l)}</h2>
            {match lines.is_empty() {
                true => view! { <EmptyState title=words::feed_none(l)/> }.into_any(),
                false => view! { <StructuredList>{lines}</StructuredList> }.into_any(),
            }}
        }
    }))
}

/// A link that is kept nowhere, in a field from which it is easily copied.
fn shown_once(l: Language, link: String) -> impl IntoView {
    view! {
        <Alert l=l tone=Tone::Success attr:role="status">
            <p><strong>{words::feed_made(l)}</strong></p>
            <p>{words::feed_made_hint(l)}</p>
            <p>
                <label for="feed-link">{words::feed_link(l)}</label>
                <input class="krds-input" id="feed-link" type="text" readonly value=link/>
            </p>
        </Alert>
    }
}

fn line(l: Language, tree: &Tree, feed: &feed::Model) -> impl IntoView + use<> {
    let name = match feed.space_id.and_then(|id| tree.get(id)) {
        Some(space) => space.name_in(l).to_owned(),
        None => words::feed_own(l).to_owned(),
    };
    let since = Fact::new(words::feed_since(l), when::moment(l, feed.created_at));
    let label = words::feed_revoke_of(l, &name);
    view! {
        <li class="structured-item">
            <div class="structured-body">
                <h3 class="structured-title">{name}</h3>
                <DescriptionList items=vec![since]/>
            </div>
            <div class="structured-action">
                <form method="post" action=l.path(&format!("/my/feeds/{}/revoke", feed.id))>
                    <Button look=Look::Danger small=true attr:aria-label=label>{words::feed_revoke(l)}</Button>
                </form>
            </div>
        </li>
    }
}

/// `GET /feeds/{token}.ics`: asked again and again by calendar programs, so it says when nothing has changed. Logs name
/// the route, never the path.
pub async fn file(ask: Ask, Path(file): Path<String>, headers: HeaderMap) -> Result<Response, AppError> {
    let l = ask.language;
    let token = file.strip_suffix(".ics").ok_or(AppError::NotFound)?;
    let feed = feeds::open(&ask.centre, token).await?.ok_or(AppError::NotFound)?;
    let name = match feed.space.and_then(|id| feed.rules.tree.get(id)) {
        Some(space) => space.name_in(l).to_owned(),
        None => words::feed_own(l).to_owned(),
    };
    let entries: Vec<ical::Entry> = feed.entries.iter().map(|entry| entry_of(&ask, &feed, entry)).collect();
    let tag = tag(&name, &entries);
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let same = known.flat_map(|value| value.split(',')).any(|known| known.trim() == tag);
    let caching = [(header::ETAG, tag), (header::CACHE_CONTROL, "private, no-cache".to_owned())];
    if same {
        return Ok((StatusCode::NOT_MODIFIED, caching).into_response());
    }
    let text = ical::file(&name, &entries, None, ask.centre.clock().now()).map_err(AppError::Broken)?;
    Ok((caching, [(header::CONTENT_TYPE, ical::MEDIA_TYPE)], text).into_response())
}

/// Weak, since the moment at which a file is made stands in it and means nothing.
fn tag(name: &str, entries: &[ical::Entry]) -> String {
    let mut hasher = DefaultHasher::new();
    (name, entries).hash(&mut hasher);
    format!("W/\"{:016x}\"", hasher.finish())
}

fn entry_of(ask: &Ask, feed: &Feed, entry: &Entry) -> ical::Entry {
    let l = ask.language;
    let public_url = &ask.centre.settings().public_url;
    let summary = match &entry.title {
        Some(_) => title(l, entry),
        None => format!("{} ({})", title(l, entry), kind_word(l, entry.kind)),
    };
    ical::Entry {
        uid: ical::uid(entry.id, public_url),
        sequence: entry.sequence,
        summary: match super::entry::standing_word(l, entry.standing) {
            Some(word) if entry.standing != Standing::Cancelled => format!("{summary} ({word})"),
            _ => summary,
        },
        starts_at: entry.slot.starts_at,
        ends_at: entry.slot.ends_at,
        location: entry.space.map(|space| feed.rules.tree.whereabouts(l, space)),
        url: format!(
            "{public_url}{}",
            l.path(&if entry.opens { path(entry) } else { "/calendar".to_owned() })
        ),
        cancelled: entry.standing == Standing::Cancelled,
    }
}
