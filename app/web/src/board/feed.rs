//! What a board with a program of its own asks for: a JSON feed of all faces, the picture of a poster whose turn it is, and
//! the files themselves.
//!
//! The feed's shape is promised: fields are added, none is renamed or dropped. Instants are RFC 3339 in Seoul's time, `until`
//! is exclusive. It holds what is shown now and what will be within [`DAYS_AHEAD`](domain::board::DAYS_AHEAD) days, so
//! that a board shows the right thing without a connection. Of the items of one face that are due each has its turn, in
//! their order, for so many `seconds`. `README.md` has an example.

use std::hash::{DefaultHasher, Hash, Hasher};

use axum::Json;
use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use domain::DbErr;
use domain::board::Face;
use domain::board::entity::{board, board_item};
use domain::board::store::{current, find_board, find_item, read};
use domain::centre::Centre;
use futures::stream::try_unfold;
use serde::Serialize;
use uuid::Uuid;

use super::page::{found, media_path};
use crate::AppError;
use crate::ask::Ask;

#[derive(Serialize)]
struct Feed {
    board: Named,
    /// When this was true.
    generated: String,
    faces: Vec<FaceItems>,
}

#[derive(Serialize)]
struct Named {
    code: String,
    name: String,
    name_en: Option<String>,
}

#[derive(Serialize)]
struct FaceItems {
    face: Face,
    items: Vec<Item>,
}

#[derive(Serialize)]
struct Item {
    id: Uuid,
    title: String,
    text: Option<String>,
    from: String,
    until: String,
    seconds: i32,
    media: Option<File>,
}

#[derive(Serialize)]
struct File {
    url: String,
    #[serde(rename = "type")]
    kind: &'static str,
    width: Option<i32>,
    height: Option<i32>,
    bytes: i32,
    sha256: String,
}

/// `GET /boards/{code}/feed.json`
pub async fn feed(ask: Ask, Path(code): Path<String>, headers: HeaderMap) -> Result<Response, AppError> {
    let (board, items) = found(&ask, &code).await?;
    let public_url = &ask.centre.settings().public_url;
    let of = |face: Face| FaceItems {
        face,
        items: items.iter().filter(|it| it.face == face).map(|it| item(public_url, &board, it)).collect(),
    };
    let faces: Vec<FaceItems> = Face::ALL.iter().map(|face| of(*face)).collect();
    let board = Named { code: board.code, name: board.name, name_en: board.name_en };
    // All but the moment at which it is made.
    let said =
        serde_json::to_string(&(&board, &faces)).map_err(|error| AppError::Broken(error.to_string()))?;
    let tag = format!("W/\"{}\"", short(said.as_bytes()));
    let feed = Feed { board, generated: seoul(ask.centre.clock().now()), faces };
    let caching = caching(&tag, PUBLIC);
    if is_known(&headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, caching).into_response());
    }
    Ok((caching, Json(feed)).into_response())
}

fn item(public_url: &str, board: &board::Model, item: &board_item::Model) -> Item {
    let media = item.media_type.zip(item.size).zip(item.hash()).map(|((kind, bytes), sha256)| File {
        url: format!("{public_url}{}", media_path(board, item.id)),
        kind: kind.as_str(),
        width: item.width,
        height: item.height,
        bytes,
        sha256,
    });
    Item {
        id: item.id,
        title: item.title.clone(),
        text: item.lines.clone(),
        from: seoul(item.starts_at),
        until: seoul(item.ends_at),
        seconds: item.seconds,
        media,
    }
}

/// `2026-11-30T00:00:00+09:00`
fn seoul(at: DateTime<Utc>) -> String {
    domain::seoul::wall(at).format("%Y-%m-%dT%H:%M:%S+09:00").to_string()
}

/// Shown where no poster is due. Whatever can only fetch a picture keeps its last one when it is refused another, and a
/// poster whose day is over must go.
const NOTHING: &[u8] = include_bytes!("nothing.png");

/// `GET /boards/{code}/{face}/picture`: the poster whose turn it is. It is asked for each time, and sent if it is another.
pub async fn picture(
    ask: Ask,
    Path((code, face)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    let face = Face::parse(&face).filter(|face| face.is_poster()).ok_or(AppError::NotFound)?;
    let (_, items) = found(&ask, &code).await?;
    let now = ask.centre.clock().now();
    match current(items.iter().filter(|item| item.face == face), now) {
        Some((item, _)) => send(&ask, item, &headers, PUBLIC).await,
        None => {
            let tag = format!("\"{}\"", short(NOTHING));
            let caching = caching(&tag, PUBLIC);
            if is_known(&headers, &tag) {
                return Ok((StatusCode::NOT_MODIFIED, caching).into_response());
            }
            Ok((caching, [(header::CONTENT_TYPE, "image/png")], NOTHING).into_response())
        }
    }
}

/// `GET /boards/{code}/media/{item}`: a poster or a clip as it was uploaded, or a part of it. Whoever fills the boards sees
/// also what is for a later day.
pub async fn media(
    ask: Ask,
    Path((code, item)): Path<(String, Uuid)>,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    let db = ask.centre.database();
    let board = find_board(db, &code).await?.ok_or(AppError::NotFound)?;
    let item = find_item(db, board.id, item).await?.ok_or(AppError::NotFound)?;
    let is_public = item.is_public(ask.centre.clock().now());
    let is_known = ask.viewer.as_ref().is_some_and(|viewer| viewer.board_editor().is_ok());
    if !is_public && !is_known {
        return Err(AppError::NotFound);
    }
    send(&ask, &item, &headers, if is_public { PUBLIC } else { "private, no-cache" }).await
}

fn short(bytes: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// May be kept by anybody, who asks each time whether it still holds.
const PUBLIC: &str = "public, no-cache";

/// What goes with an answer that may be kept and is asked for again each time.
type Caching = [(HeaderName, HeaderValue); 2];

fn caching(tag: &str, cache: &'static str) -> Caching {
    [
        (header::ETAG, HeaderValue::from_str(tag).unwrap_or(HeaderValue::from_static("\"\""))),
        (header::CACHE_CONTROL, HeaderValue::from_static(cache)),
    ]
}

/// Whether the asker has it already.
pub(crate) fn is_known(asked: &HeaderMap, tag: &str) -> bool {
    let known = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let mut known = known.flat_map(|value| value.split(','));
    known.any(|known| known.trim() == "*" || bare(known) == bare(tag))
}

/// A file, or the part of it that is asked for (RFC 9110, 14.2). An erased one is not there.
async fn send(
    ask: &Ask,
    item: &board_item::Model,
    asked: &HeaderMap,
    cache: &'static str,
) -> Result<Response, AppError> {
    let (Some(kind), Some(hash), Some(size)) = (item.media_type, item.hash(), item.size) else {
        return Err(AppError::NotFound);
    };
    if item.ended_at.is_some() {
        return Err(AppError::NotFound);
    }
    let size = usize::try_from(size).unwrap_or_default();
    let tag = format!("\"{hash}\"");
    let caching = caching(&tag, cache);
    if is_known(asked, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, caching).into_response());
    }
    let whole = (0, size);
    let is_same = asked.get(header::IF_RANGE).is_none_or(|known| known.as_bytes() == tag.as_bytes());
    let range = asked.get(header::RANGE).and_then(|range| range.to_str().ok()).filter(|_| is_same);
    let (status, (from, until)) = match range.map(|range| part(range, size)) {
        None | Some(Part::Whole) => (StatusCode::OK, whole),
        Some(Part::Of(from, until)) => (StatusCode::PARTIAL_CONTENT, (from, until)),
        Some(Part::Beyond) => {
            let range = [(header::CONTENT_RANGE, format!("bytes */{size}"))];
            // Drawn already, as far as the error pages go: a program asked.
            let kind = [(header::CONTENT_TYPE, kind.as_str())];
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, range, kind).into_response());
        }
    };
    let body = Body::from_stream(try_unfold(from, {
        let (centre, id): (Centre, Uuid) = (ask.centre.clone(), item.id);
        move |at| {
            let centre = centre.clone();
            async move {
                if at >= until {
                    return Ok::<_, DbErr>(None);
                }
                // Erased meanwhile: the answer breaks off.
                let piece = read(centre.database(), id, at).await?.filter(|piece| !piece.is_empty());
                let mut piece = piece.ok_or_else(|| DbErr::RecordNotFound("a piece of a file".into()))?;
                piece.truncate(until - at);
                let next = at + piece.len();
                Ok(Some((piece, next)))
            }
        }
    }));
    let mut response = (status, caching, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind.as_str()));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(until - from));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if status == StatusCode::PARTIAL_CONTENT
        && let Ok(range) = HeaderValue::from_str(&format!("bytes {from}-{}/{size}", until - 1))
    {
        headers.insert(header::CONTENT_RANGE, range);
    }
    Ok(response)
}

#[derive(Debug, PartialEq, Eq)]
enum Part {
    /// Not understood, or more than one part: the whole is a right answer, too.
    Whole,
    /// From a byte to the one before another.
    Of(usize, usize),
    Beyond,
}

fn part(range: &str, size: usize) -> Part {
    let Some((from, last)) = range.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return Part::Whole;
    };
    let number = |text: &str| {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| text.parse::<usize>().unwrap_or(usize::MAX))
    };
    let (from, until) = match (number(from.trim()), number(last.trim())) {
        (Some(from), Some(last)) if from <= last => (from, last.saturating_add(1).min(size)),
        (Some(from), None) if last.trim().is_empty() => (from, size),
        // The last so many bytes.
        (None, Some(0)) if from.trim().is_empty() => return Part::Beyond,
        (None, Some(count)) if from.trim().is_empty() => (size.saturating_sub(count), size),
        _ => return Part::Whole,
    };
    if from < until { Part::Of(from, until) } else { Part::Beyond }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn a_part_is_within_the_file() {
        for (range, expected) in [
            ("bytes=0-9", Part::Of(0, 10)),
            ("bytes=90-", Part::Of(90, 100)),
            ("bytes=90-1000", Part::Of(90, 100)),
            ("bytes=-10", Part::Of(90, 100)),
            ("bytes=-1000", Part::Of(0, 100)),
            ("bytes=100-", Part::Beyond),
            ("bytes=-0", Part::Beyond),
            ("bytes=99999999999999999999-", Part::Beyond),
            ("bytes=9-0", Part::Whole),
            ("bytes=0-1,5-6", Part::Whole),
            ("lines=0-1", Part::Whole),
            ("bytes=a-b", Part::Whole),
        ] {
            assert_eq!(part(range, 100), expected, "{range}");
        }
    }

    #[test]
    fn the_neutral_picture_is_one() {
        let found = domain::board::media::look(NOTHING).unwrap();
        assert_eq!((found.kind.as_str(), found.size), ("image/png", Some((1080, 1920))));
    }

    #[test]
    fn the_shape_of_the_feed_is_promised() {
        let file = File {
            url: String::new(),
            kind: "image/png",
            width: Some(1),
            height: None,
            bytes: 1,
            sha256: String::new(),
        };
        let item = Item {
            id: Uuid::nil(),
            title: String::new(),
            text: None,
            from: String::new(),
            until: String::new(),
            seconds: 15,
            media: Some(file),
        };
        let board = Named { code: String::new(), name: String::new(), name_en: None };
        let faces = vec![FaceItems { face: Face::LeftPoster, items: vec![item] }];
        let feed = serde_json::to_value(Feed { board, generated: String::new(), faces }).unwrap();
        let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
        assert_eq!(keys(&feed), "board faces generated");
        assert_eq!(keys(&feed["board"]), "code name name_en");
        assert_eq!(feed["faces"][0]["face"], "left_poster");
        let item = &feed["faces"][0]["items"][0];
        assert_eq!(keys(item), "from id media seconds text title until");
        assert_eq!(keys(&item["media"]), "bytes height sha256 type url width");
    }
}
