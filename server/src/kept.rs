//! Public pages: drawn once for everybody who is not signed in, and kept until something changes.
//!
//! A page says for itself that it is the same for everybody and until when (`web::ask::Keep`). It is true as long as the
//! writer's turn is the one under which it was drawn. It is sent with an ETag and asked for again each time (`no-cache`):
//! a browser or a proxy may keep it, but shows it only after we have said that it still holds. An answer from memory is
//! counted and leaves no line in the log.

use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use chrono::{DateTime, Utc};
use domain::centre::Centre;
use domain::fresh::Cache;
use domain::language::Language;
use sha2::{Digest, Sha256};
use tower::{Layer, ServiceExt, service_fn};
use tower_http::compression::CompressionLayer;
use web::ask::Keep;
use web::ui::Display;

use crate::session::COOKIE;

/// A page weighs about 60 kB, plain and compressed.
const PAGES: u64 = 1_000;

/// Larger than any page of ours.
const MOST_BYTES: usize = 4 * 1024 * 1024;

#[derive(Clone)]
pub struct Kept {
    centre: Centre,
    pages: Arc<Cache<Key, Arc<Page>>>,
}

/// What a page depends on besides the rows. The path has no language and holds the query.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    language: Language,
    path: String,
    high_contrast: bool,
}

impl Kept {
    pub fn new(centre: Centre) -> Self {
        Self { centre, pages: Arc::new(Cache::new(PAGES)) }
    }
}

/// Answers from memory where that is true, and keeps what may be kept.
pub async fn keep(State(kept): State<Kept>, request: Request, next: Next) -> Response {
    let Some(key) = key(&request) else { return next.run(request).await };
    // Without the turn nobody can tell what is true; the page itself will say what is wrong.
    let Ok(turn) = kept.centre.last_turn().await else { return next.run(request).await };
    let page = kept.pages.get(turn, &key);
    if let Some(page) = page.filter(|page| kept.centre.clock().now() < page.until) {
        metrics::counter!("http_kept_pages_total").increment(1);
        return page.answer(request.headers());
    }
    if request.method() != Method::GET {
        return next.run(request).await;
    }
    let asked = request.headers().clone();
    let response = next.run(request).await;
    let Some(Keep { until }) = response.extensions().get().copied() else { return response };
    match Page::read(response, until).await {
        Ok(page) => {
            let page = Arc::new(page);
            kept.pages.put(turn, key, Arc::clone(&page));
            page.answer(&asked)
        }
        Err(error) => {
            tracing::error!(%error, "a page could not be kept");
            let mut failed = Response::new(Body::empty());
            *failed.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            failed
        }
    }
}

/// Whoever brings a sign-in is answered for themselves.
fn key(request: &Request) -> Option<Key> {
    let cookies = request.headers().get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let named = |cookie: &str| cookie.trim_start().split('=').next() == Some(COOKIE);
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if !reads || cookies.flat_map(|value| value.split(';')).any(named) {
        return None;
    }
    Some(Key {
        language: request.extensions().get().copied()?,
        path: request.uri().path_and_query()?.as_str().to_owned(),
        high_contrast: Display::high_contrast(request.headers()),
    })
}

struct Page {
    kind: HeaderValue,
    tag: HeaderValue,
    plain: Bytes,
    brotli: Bytes,
    until: DateTime<Utc>,
}

impl Page {
    async fn read(response: Response, until: DateTime<Utc>) -> Result<Self, axum::Error> {
        let kind = response.headers().get(header::CONTENT_TYPE).cloned();
        let kind = kind.unwrap_or(HeaderValue::from_static("text/html; charset=utf-8"));
        let plain = to_bytes(response.into_body(), MOST_BYTES).await?;
        let hash: String = Sha256::digest(&plain).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let tag = HeaderValue::from_str(&format!("W/\"{hash}\"")).map_err(axum::Error::new)?;
        let brotli = compress(&kind, plain.clone()).await?;
        Ok(Self { kind, tag, plain, brotli, until })
    }

    fn answer(&self, asked: &HeaderMap) -> Response {
        let says = |name: header::HeaderName, word: &str| {
            let values = asked.get_all(name);
            let mut items =
                values.iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
            items.any(|item| {
                let mut parts = item.split(';').map(str::trim);
                // "q=0.000" says no, too.
                let no = |part: &str| part.strip_prefix("q=").is_some_and(|it| it.parse() == Ok(0.0_f32));
                parts.next() == Some(word) && !parts.any(no)
            })
        };
        let mut response = if says(header::IF_NONE_MATCH, self.tag.to_str().unwrap_or_default()) {
            let mut same = Response::new(Body::empty());
            *same.status_mut() = StatusCode::NOT_MODIFIED;
            same
        } else if says(header::ACCEPT_ENCODING, "br") {
            let mut small = Response::new(Body::from(self.brotli.clone()));
            small.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
            small
        } else {
            Response::new(Body::from(self.plain.clone()))
        };
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, self.kind.clone());
        headers.insert(header::ETAG, self.tag.clone());
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, no-cache"));
        headers.insert(header::VARY, HeaderValue::from_static("cookie, accept-encoding"));
        response
    }
}

/// By the layer that compresses all other answers.
async fn compress(kind: &HeaderValue, plain: Bytes) -> Result<Bytes, axum::Error> {
    let kind = kind.clone();
    let service = service_fn(move |_: Request| {
        let mut response = Response::new(Body::from(plain.clone()));
        response.headers_mut().insert(header::CONTENT_TYPE, kind.clone());
        async move { Ok::<_, std::convert::Infallible>(response) }
    });
    let mut request = Request::new(Body::empty());
    request.headers_mut().insert(header::ACCEPT_ENCODING, HeaderValue::from_static("br"));
    let Ok(response) = CompressionLayer::new().layer(service).oneshot(request).await;
    to_bytes(Body::new(response.into_body()), MOST_BYTES).await
}
