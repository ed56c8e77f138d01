//! One call as HTTP: its requests, page by page, and the outcome that the answers make. Nothing here touches the network,
//! so that the tests' YouTube in memory speaks and is read as the real one.

use domain::broadcast::Thumbnail;
use domain::broadcast::call::{
    Answer, Broadcast, Call, Method, Outcome, Privacy, Reason, Refusal, Stream, Titled, Video,
};
use domain::broadcast::read::{Unreadable, video_of_item};
use serde_json::{Value, json};

use super::error::{Verdict, judge};

/// Ten thousand rows: a channel that has more is not ours, or the pages go round in a circle.
const MOST_PAGES: u32 = 200;

const BROADCAST: &str = "id,snippet,contentDetails,status";
const STREAM: &str = "id,snippet,cdn,contentDetails,status";
const PAGE: (&str, &str) = ("maxResults", "50");
const MINE: (&str, &str) = ("mine", "true");

#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    pub method: reqwest::Method,
    pub base: Base,
    /// Below the base: `/liveBroadcasts/bind`.
    pub path: &'static str,
    pub query: Vec<(&'static str, String)>,
    pub body: Body,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    Api,
    Upload,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    None,
    Json(Value),
    /// Drawn when it is sent: a picture takes a while.
    Picture(Thumbnail),
}

/// A call on its way.
pub struct Exchange<'a> {
    call: &'a Call,
    /// Of the page that is asked for next.
    page: Option<String>,
    pages: u32,
    rows: Vec<Value>,
}

impl<'a> Exchange<'a> {
    pub fn new(call: &'a Call) -> Self {
        Self { call, page: None, pages: 0, rows: Vec::new() }
    }

    /// What is to be sent now.
    pub fn request(&self) -> Request {
        let mut request = request(self.call);
        if let Some(page) = &self.page {
            request.query.push(("pageToken", page.clone()));
        }
        request
    }

    /// Takes the answer in. None where another page has to be asked for.
    pub fn take(&mut self, status: u16, body: &[u8]) -> Option<Outcome> {
        if !(200..300).contains(&status) {
            return Some(match judge(status, body) {
                Verdict::Refused(refusal) => Outcome::Rejected(refusal),
                Verdict::Unclear(why) => Outcome::Uncertain(why),
            });
        }
        if self.call.method() == Method::DeleteBroadcast {
            let is_said = status == 204 || body.is_empty();
            return Some(if is_said {
                Outcome::Done(Answer::Nothing)
            } else {
                unreadable("it says something")
            });
        }
        let Ok(mut json) = serde_json::from_slice::<Value>(body) else {
            return Some(unreadable("it is no JSON"));
        };
        if !self.call.method().as_str().ends_with(".list") {
            return Some(self.single(json));
        }
        let Some(Value::Array(rows)) = json.get_mut("items").map(Value::take) else {
            // An empty list may lack it.
            let is_list = json["kind"].as_str().is_some_and(|kind| kind.ends_with("ListResponse"));
            return Some(if is_list { self.list() } else { unreadable("`items` is missing") });
        };
        self.rows.extend(rows);
        self.pages += 1;
        match json["nextPageToken"].as_str() {
            Some(_) if self.pages >= MOST_PAGES => Some(unreadable("there is no end of pages")),
            Some(next) => {
                self.page = Some(next.to_owned());
                None
            }
            None => Some(self.list()),
        }
    }

    fn single(&self, json: Value) -> Outcome {
        let answer = match self.call {
            Call::InsertBroadcast(_) => Broadcast::read(json).map(|it| Answer::Broadcast(Box::new(it))),
            Call::UpdateBroadcast { raw } => self.same(raw["id"].as_str().unwrap_or_default(), json),
            Call::Bind { id, .. } | Call::Transition { id, .. } => self.same(id, json),
            Call::InsertStream { .. } => Stream::read(&json).map(Answer::Stream),
            Call::InsertPlaylist { .. } => Titled::read(&json).map(Answer::Playlist),
            Call::InsertPlaylistItem { .. } => video_of_item(&json).map(|_| Answer::Nothing),
            _ => has_items(&json).map(|()| Answer::Nothing),
        };
        answer.map_or_else(unreadable, Outcome::Done)
    }

    /// The broadcast that was spoken of, and no other.
    fn same(&self, id: &str, json: Value) -> Result<Answer, Unreadable> {
        let broadcast = Broadcast::read(json)?;
        if broadcast.id == id { Ok(Answer::Broadcast(Box::new(broadcast))) } else { Err(Unreadable("id")) }
    }

    fn list(&mut self) -> Outcome {
        let rows = std::mem::take(&mut self.rows);
        let answer = match self.call {
            Call::ReadChannel => {
                return first(rows, None, |row| Titled::read(&row).map(Answer::Channel), Reason::Channel);
            }
            Call::ReadBroadcast { id } => {
                let read = |row| Broadcast::read(row).map(|it| Answer::Broadcast(Box::new(it)));
                return first(rows, Some(id), read, Reason::NotFound);
            }
            Call::ReadStream { id } => {
                return first(rows, Some(id), |row| Stream::read(&row).map(Answer::Stream), Reason::NotFound);
            }
            Call::ReadVideo { id } => {
                return first(rows, Some(id), |row| Video::read(&row).map(Answer::Video), Reason::NotFound);
            }
            Call::ListStreams => all(rows, |row| Stream::read(&row), |it| &it.id).map(Answer::Streams),
            Call::ListPlaylists => all(rows, |row| Titled::read(&row), |it| &it.id).map(Answer::Playlists),
            Call::ListPlaylistItems { .. } => {
                rows.iter().map(video_of_item).collect::<Result<_, _>>().map(Answer::Items)
            }
            _ => all(rows, Broadcast::read, |it| &it.id).map(Answer::Broadcasts),
        };
        answer.map_or_else(unreadable, Outcome::Done)
    }
}

/// Reads every row, each thing once: what is made while pages are read moves rows to the next page, where they come again.
fn all<T>(
    rows: Vec<Value>,
    read: impl Fn(Value) -> Result<T, Unreadable>,
    id: impl Fn(&T) -> &str,
) -> Result<Vec<T>, Unreadable> {
    let mut things: Vec<T> = Vec::with_capacity(rows.len());
    let mut seen = std::collections::HashSet::new();
    for row in rows {
        let thing = read(row)?;
        if seen.insert(id(&thing).to_owned()) {
            things.push(thing);
        }
    }
    Ok(things)
}

/// The one that was asked for, by its id where that was said.
fn first(
    rows: Vec<Value>,
    id: Option<&str>,
    read: impl Fn(Value) -> Result<Answer, Unreadable>,
    absent: Reason,
) -> Outcome {
    match rows.into_iter().next() {
        Some(row) if id.is_some_and(|id| row["id"] != id) => unreadable(Unreadable("id")),
        Some(row) => read(row).map_or_else(unreadable, Outcome::Done),
        None => Outcome::Rejected(Refusal { reason: absent, said: "it is not among those asked for".into() }),
    }
}

fn has_items(json: &Value) -> Result<(), Unreadable> {
    json["items"].is_array().then_some(()).ok_or(Unreadable("items"))
}

fn unreadable(why: impl std::fmt::Display) -> Outcome {
    Outcome::Uncertain(format!("YouTube's answer is not as expected: {why}"))
}

fn request(call: &Call) -> Request {
    let get = |path, query: &[(&'static str, &str)]| plain(reqwest::Method::GET, path, query);
    let post = |path, query: &[(&'static str, &str)]| plain(reqwest::Method::POST, path, query);
    match call {
        Call::ReadChannel => get("/channels", &[("part", "id,snippet"), MINE]),
        Call::InsertBroadcast(draft) => {
            post("/liveBroadcasts", &[("part", BROADCAST)]).with(draft.resource())
        }
        Call::ListBroadcasts => get("/liveBroadcasts", &[("part", BROADCAST), MINE, PAGE]),
        Call::ReadBroadcast { id } => get("/liveBroadcasts", &[("part", BROADCAST), ("id", id)]),
        Call::UpdateBroadcast { raw } => {
            plain(reqwest::Method::PUT, "/liveBroadcasts", &[("part", BROADCAST)]).with(raw.clone())
        }
        Call::Bind { id, stream } => {
            let mut query = vec![("part", BROADCAST), ("id", id)];
            query.extend(stream.as_deref().map(|stream| ("streamId", stream)));
            post("/liveBroadcasts/bind", &query)
        }
        Call::Transition { id, to } => {
            let query = [("part", BROADCAST), ("id", id), ("broadcastStatus", to.as_str())];
            post("/liveBroadcasts/transition", &query)
        }
        Call::DeleteBroadcast { id } => plain(reqwest::Method::DELETE, "/liveBroadcasts", &[("id", id)]),
        Call::InsertStream { title } => post("/liveStreams", &[("part", STREAM)]).with(json!({
            "snippet": { "title": title },
            // Whatever the encoder sends is taken.
            "cdn": { "ingestionType": "rtmp", "resolution": "variable", "frameRate": "variable" },
            "contentDetails": { "isReusable": true },
        })),
        Call::ListStreams => get("/liveStreams", &[("part", STREAM), MINE, PAGE]),
        Call::ReadStream { id } => get("/liveStreams", &[("part", STREAM), ("id", id)]),
        Call::ReadVideo { id } => {
            get("/videos", &[("part", "id,status,statistics,liveStreamingDetails"), ("id", id)])
        }
        Call::SetThumbnail { id, thumbnail } => Request {
            base: Base::Upload,
            body: Body::Picture(thumbnail.clone()),
            ..post("/thumbnails/set", &[("videoId", id), ("uploadType", "media")])
        },
        Call::InsertPlaylist { title, privacy } => post("/playlists", &[("part", "id,snippet,status")]).with(
            json!({ "snippet": { "title": title }, "status": { "privacyStatus": Privacy::as_str(*privacy) } }),
        ),
        Call::ListPlaylists => get("/playlists", &[("part", "id,snippet"), MINE, PAGE]),
        Call::InsertPlaylistItem { playlist, video } => {
            let resource = json!({ "kind": "youtube#video", "videoId": video });
            post("/playlistItems", &[("part", "id,snippet")])
                .with(json!({ "snippet": { "playlistId": playlist, "resourceId": resource } }))
        }
        Call::ListPlaylistItems { playlist } => {
            get("/playlistItems", &[("part", "id,snippet"), ("playlistId", playlist), PAGE])
        }
    }
}

fn plain(method: reqwest::Method, path: &'static str, query: &[(&'static str, &str)]) -> Request {
    let query = query.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Request { method, base: Base::Api, path, query, body: Body::None }
}

impl Request {
    fn with(self, json: Value) -> Self {
        Self { body: Body::Json(json), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(call: &Call, status: u16, json: &Value) -> Option<Outcome> {
        Exchange::new(call).take(status, json.to_string().as_bytes())
    }

    fn is_uncertain(outcome: &Option<Outcome>) -> bool {
        matches!(outcome, Some(Outcome::Uncertain(_)))
    }

    #[test]
    fn an_empty_list_is_a_list_and_anything_else_is_none() {
        let empty = json!({ "kind": "youtube#liveBroadcastListResponse" });
        let done = Some(Outcome::Done(Answer::Broadcasts(Vec::new())));
        assert_eq!(take(&Call::ListBroadcasts, 200, &empty), done);
        assert!(is_uncertain(&take(&Call::ListBroadcasts, 200, &json!({ "kind": "other" }))));
        assert!(is_uncertain(&take(&Call::ListBroadcasts, 200, &json!([]))));
        // An account without a channel.
        let none = take(&Call::ReadChannel, 200, &json!({ "kind": "youtube#channelListResponse" }));
        assert!(matches!(none, Some(Outcome::Rejected(it)) if it.reason == Reason::Channel));
    }

    #[test]
    fn one_row_that_nobody_understands_makes_the_list_uncertain() {
        let row = |phase: &str| {
            json!({ "id": phase, "snippet": { "title": "t" },
                "status": { "privacyStatus": "public", "lifeCycleStatus": phase } })
        };
        let list = json!({ "items": [row("ready"), row("paused")] });
        assert!(is_uncertain(&take(&Call::ListBroadcasts, 200, &list)));
    }

    #[test]
    fn the_answer_speaks_of_the_broadcast_that_was_asked_about() {
        let answer = json!({ "id": "b", "snippet": { "title": "t" },
            "status": { "privacyStatus": "public", "lifeCycleStatus": "ready" } });
        let bind = |id: &str| Call::Bind { id: id.into(), stream: Some("s".into()) };
        assert!(matches!(take(&bind("b"), 200, &answer), Some(Outcome::Done(_))));
        assert!(is_uncertain(&take(&bind("a"), 200, &answer)));
        let read = |id: &str| Call::ReadBroadcast { id: id.into() };
        let list = json!({ "items": [answer] });
        assert!(matches!(take(&read("b"), 200, &list), Some(Outcome::Done(_))));
        assert!(is_uncertain(&take(&read("a"), 200, &list)));
    }

    #[test]
    fn pages_without_end_are_given_up() {
        let mut exchange = Exchange::new(&Call::ListPlaylists);
        let page = json!({ "items": [], "nextPageToken": "again" }).to_string();
        let asked = (1..).find(|_| exchange.take(200, page.as_bytes()).is_some());
        assert_eq!(asked, Some(MOST_PAGES));
        assert!(exchange.request().query.contains(&("pageToken", "again".into())));
    }
}
