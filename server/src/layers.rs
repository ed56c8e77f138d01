//! What happens to every request before and after its page, one function each; `router` says in which order.

use std::any::Any;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::centre::Centre;
use domain::language::Language;
use futures::StreamExt;
use ipnet::IpNet;
use tracing::Instrument;
use web::AppError;
use web::ask::SourceIp;
use web::broadcast::Embeds;

use crate::door::{Came, TurnedAway};
use crate::router::WebSettings;

/// Takes the language off the path, before routing: `/en/courses` becomes `/courses`, read in English.
pub fn split_language(mut request: Request) -> Request {
    let (language, path) = language_of(request.uri().path());
    if language != Language::Ko {
        let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
        // A path and query that were part of a URI are part of one without their beginning, too.
        if let Ok(uri) = format!("{path}{query}").parse::<Uri>() {
            *request.uri_mut() = uri;
        }
    }
    request.extensions_mut().insert(language);
    request
}

fn language_of(path: &str) -> (Language, &str) {
    for &language in Language::ALL.iter().filter(|language| !language.prefix().is_empty()) {
        match path.strip_prefix(language.prefix()) {
            Some("") => return (language, "/"),
            Some(rest) if rest.starts_with('/') => return (language, rest),
            _ => {}
        }
    }
    (Language::Ko, path)
}

/// Numbers the request, counts and times it, and writes one line about it. The line holds the matched route, never
/// the path: paths carry tokens, and queries what people look for.
pub async fn observe(State(centre): State<Centre>, request: Request, next: Next) -> Response {
    let id = centre.clock().id().to_string();
    let route = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str).to_owned();
    let method = request.method().to_string();
    let span = tracing::info_span!("request", %id, method, route);
    let came = request.extensions().get::<Came>().map_or_else(Instant::now, |came| came.0);
    let mut response = next.run(request).instrument(span.clone()).await;
    let took = came.elapsed();
    let status = response.status().as_u16();
    span.in_scope(|| tracing::info!(status, milliseconds = took.as_millis() as u64, "answered"));
    let labels = [("method", method), ("route", route), ("status", status.to_string())];
    metrics::counter!("http_requests_total", &labels).increment(1);
    metrics::histogram!("http_request_seconds", &labels).record(took);
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-request-id", id);
    }
    response
}

/// Of pages that show a video, and of no others: the same, and YouTube's player without cookies.
const WITH_PLAYER: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
     frame-src https://www.youtube-nocookie.com; object-src 'none'; base-uri 'none'; form-action 'self'; \
     frame-ancestors 'none'",
);

const SECURITY: [(HeaderName, HeaderValue); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
             object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        ),
    ),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    // Links to other sites tell them nothing; a token in one of our paths must not travel.
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
];

const TWO_YEARS: HeaderValue = HeaderValue::from_static("max-age=63072000");

/// Says what browsers may do with our pages, and to keep them to themselves unless a page says otherwise.
pub fn protect<B>(centre: &Centre) -> impl Fn(Response<B>) -> Response<B> + Clone + use<B> {
    let over_tls = centre.settings().public_url.starts_with("https://");
    move |mut response| {
        let embeds = response.extensions().get::<Embeds>().is_some();
        let headers = response.headers_mut();
        headers.extend(SECURITY);
        if embeds {
            headers.insert(header::CONTENT_SECURITY_POLICY, WITH_PLAYER);
        }
        if over_tls {
            headers.insert(header::STRICT_TRANSPORT_SECURITY, TWO_YEARS);
        }
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-store"));
        response
    }
}

/// Finds out where the request came from.
pub fn find_source<B>(web: Arc<WebSettings>) -> impl Fn(Request<B>) -> Request<B> + Clone + use<B> {
    move |mut request| {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| info.0.ip().to_canonical());
        let source = source(peer, request.headers(), &web.trusted_proxies);
        request.extensions_mut().insert(SourceIp(source));
        request
    }
}

/// Walks `X-Forwarded-For` from its end, where our own proxies wrote, to the first address that is none of them.
fn source(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_ours = |address: &IpAddr| trusted.iter().any(|network| network.contains(address));
    let forwarded = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let forwarded: Vec<&str> = forwarded.flat_map(|value| value.split(',')).collect();
    let mut nearest = peer;
    for hop in forwarded.iter().rev() {
        if !is_ours(&nearest) {
            break;
        }
        match hop.trim().parse::<IpAddr>() {
            Ok(address) => nearest = address.to_canonical(),
            Err(_) => break,
        }
    }
    nearest
}

/// Turns a panic into an answer; the program and the other requests go on.
pub fn answer_panic(_said: Box<dyn Any + Send>) -> Response {
    tracing::error!("a page panicked");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}

/// Refuses what another site's page sends in our visitor's name, and whoever was turned away at the door. Browsers say
/// where a request comes from; a request that doesn't say is not from a page of ours.
pub async fn admit(State(centre): State<Centre>, request: Request, next: Next) -> Response {
    if !request.method().is_safe() && !is_ours(request.headers(), &centre.settings().public_url) {
        return StatusCode::FORBIDDEN.into_response();
    }
    if let Some(TurnedAway(why)) = request.extensions().get() {
        return if *why == StatusCode::SERVICE_UNAVAILABLE {
            come_back(&request)
        } else {
            why.into_response()
        };
    }
    next.run(request).await
}

/// Nothing has been done for them: the page waits a moment and goes back to the one with the form. The desk's form holds
/// more than a choice, which the browser's way back keeps.
fn come_back(request: &Request) -> Response {
    if request.uri().path().starts_with("/desk/") {
        return AppError::Busy.into_response();
    }
    let language = request.extensions().get::<Language>().copied().unwrap_or(Language::Ko);
    let page = request.uri().path().trim_end_matches("/seat");
    let mut response = AppError::Busy.into_response();
    if let Ok(back) = HeaderValue::from_str(&format!("5; url={}", language.path(page))) {
        response.headers_mut().insert(header::REFRESH, back);
    }
    response
}

fn is_ours(headers: &HeaderMap, public_url: &str) -> bool {
    let said = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    said("sec-fetch-site") == Some("same-origin") || said("origin") == Some(public_url)
}

/// Ends event streams when the program stops: they would never end by themselves, and stopping waits for them.
pub fn end_streams(web: Arc<WebSettings>) -> impl Fn(Response) -> Response + Clone {
    move |response| {
        let kind = response.headers().get(header::CONTENT_TYPE);
        if kind.is_none_or(|kind| kind != "text/event-stream") {
            return response;
        }
        let mut stopping = web.stopping.clone();
        response.map(|body| {
            let stopped = async move { stopping.wait_for(|stopping| *stopping).await.map(drop) };
            Body::from_stream(body.into_data_stream().take_until(Box::pin(stopped)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_a_language_only_as_a_whole_part_of_the_path() {
        assert_eq!(language_of("/en"), (Language::En, "/"));
        assert_eq!(language_of("/en/courses"), (Language::En, "/courses"));
        assert_eq!(language_of("/english"), (Language::Ko, "/english"));
        assert_eq!(language_of("/courses"), (Language::Ko, "/courses"));
    }

    #[test]
    fn only_what_trusted_proxies_wrote_is_believed() {
        let trusted: Vec<IpNet> = vec!["10.0.0.0/8".parse().unwrap()];
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", HeaderValue::from_static("1.1.1.1, 203.0.113.7, 10.0.0.2"));
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        assert_eq!(source(ip("10.0.0.1"), &headers, &trusted), ip("203.0.113.7"));
        assert_eq!(source(ip("198.51.100.1"), &headers, &trusted), ip("198.51.100.1"));
        assert_eq!(source(ip("10.0.0.1"), &HeaderMap::new(), &trusted), ip("10.0.0.1"));
    }

    #[test]
    fn a_request_that_does_not_say_where_it_comes_from_is_not_ours() {
        let headers = |pairs: &[(&'static str, &'static str)]| {
            let pair = |(name, value): &(&'static str, &'static str)| {
                (HeaderName::from_static(name), HeaderValue::from_static(value))
            };
            pairs.iter().map(pair).collect::<HeaderMap>()
        };
        let public = "https://learn.example.org";
        assert!(is_ours(&headers(&[("origin", public)]), public));
        assert!(is_ours(
            &headers(&[("sec-fetch-site", "same-origin"), ("origin", "http://localhost:3000")]),
            public
        ));
        for foreign in [
            &[][..],
            &[("origin", "https://evil.example")],
            &[("origin", "null")],
            &[("origin", "https://learn.example.org.evil.example")],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site")],
        ] {
            assert!(!is_ours(&headers(foreign), public), "{foreign:?}");
        }
    }
}
