//! The world over real HTTP, with Google's paths: each fault happens as it would on a line.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use domain::broadcast::call::Grant;
use domain::clock::Clock;
use futures::stream;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use server::youtube::{Client, RETURN_PATH, YoutubeSettings};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tower::ServiceExt;

use super::fault::{Delivery, PAGE, TokenFault};
use super::sign_in::{CLIENT_ID, CLIENT_SECRET};
use super::wire::{Reply, Request};
use super::world::World;
use crate::ORIGIN;

/// How long a client waits for an answer: no machine is so slow.
const PATIENCE: Duration = Duration::from_secs(20);

/// And one that is to meet silence.
const IMPATIENCE: Duration = Duration::from_millis(1500);

/// Google, on a port of its own.
pub struct Google {
    pub port: u16,
    shared: Arc<Shared>,
    listening: JoinHandle<()>,
}

struct Shared {
    world: Mutex<World>,
    clock: Clock,
    agents: Mutex<HashSet<String>>,
}

/// Says that the connection is to be closed instead of an answer.
#[derive(Clone)]
struct HangUp;

impl Google {
    pub async fn start(world: World, clock: Clock) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let mut world = world;
        world.sign_in.return_urls.push(format!("{ORIGIN}{RETURN_PATH}"));
        let shared = Arc::new(Shared { world: Mutex::new(world), clock, agents: Mutex::default() });
        let router = Router::new().fallback(answer).with_state(shared.clone());
        let listening = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let router = router.clone();
                let service = service_fn(move |request| {
                    let router = router.clone();
                    async move {
                        let answer = router.oneshot(request).await.unwrap_or_else(|never| match never {});
                        if answer.extensions().get::<HangUp>().is_some() {
                            Err("hung up")
                        } else {
                            Ok(answer)
                        }
                    }
                });
                connections.spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Self { port, shared, listening }
    }

    pub fn world(&self) -> MutexGuard<'_, World> {
        self.shared.world.lock().expect("the world")
    }

    /// Nobody listens any more, and all connections are cut.
    pub async fn stop(&mut self) {
        self.listening.abort();
        let _ = (&mut self.listening).await;
    }

    /// How the callers called themselves.
    pub fn agents(&self) -> HashSet<String> {
        self.shared.agents.lock().expect("the agents").clone()
    }

    pub fn settings(&self) -> YoutubeSettings {
        Self::settings_at(self.port)
    }

    /// The same for another process, which knows the port alone.
    pub fn settings_at(port: u16) -> YoutubeSettings {
        let url = |path: &str| format!("http://127.0.0.1:{port}{path}").parse().expect("an address");
        YoutubeSettings {
            client_id: CLIENT_ID.into(),
            client_secret: CLIENT_SECRET.into(),
            api_url: url("/youtube/v3"),
            upload_url: url("/upload/youtube/v3"),
            token_url: url("/token"),
            auth_url: url("/o/oauth2/v2/auth"),
            revoke_url: url("/revoke"),
            return_url: format!("{ORIGIN}{RETURN_PATH}").parse().expect("an address"),
            user_agent: format!("learning-centre/test (+{ORIGIN})"),
            patience: PATIENCE,
        }
    }

    /// A client that knows no token yet.
    pub fn client(&self) -> Client {
        self.client_of(self.settings())
    }

    /// One that gives up soon.
    pub fn impatient_client(&self) -> Client {
        self.client_of(YoutubeSettings { patience: IMPATIENCE, ..self.settings() })
    }

    fn client_of(&self, settings: YoutubeSettings) -> Client {
        // Whoever comes second finds it done.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Client::new(settings, self.shared.clock.clone()).expect("a client")
    }

    /// A grant for the world's first channel.
    pub fn grant(&self) -> Grant {
        let refresh_token = self.world().sign_in.grant(0);
        Grant { channel: uuid::Uuid::from_u128(1), refresh_token }
    }
}

impl Drop for Google {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn answer(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    if let Some(agent) = text(header::USER_AGENT) {
        shared.agents.lock().expect("the agents").insert(agent);
    }
    let query: Vec<(String, String)> =
        serde_urlencoded::from_str(uri.query().unwrap_or_default()).unwrap_or_default();
    let form = || serde_urlencoded::from_bytes::<HashMap<String, String>>(&body).unwrap_or_default();
    let now = shared.clock.now();
    match (method.as_str(), uri.path()) {
        ("GET", "/o/oauth2/v2/auth") => {
            let query = query.into_iter().collect();
            match shared.world.lock().expect("the world").sign_in.authorize(now, &query) {
                Ok(place) => (StatusCode::FOUND, [(header::LOCATION, place)]).into_response(),
                Err(why) => (StatusCode::BAD_REQUEST, why).into_response(),
            }
        }
        ("POST", "/token") => {
            let fault = shared.world.lock().expect("the world").token_faults.pop_front().flatten();
            match fault {
                None => whole(&shared.world.lock().expect("the world").sign_in.token(now, &form())),
                Some(TokenFault::InvalidGrant) => {
                    whole(&Reply { status: 400, json: serde_json::json!({ "error": "invalid_grant" }) })
                }
                Some(TokenFault::Trouble(status)) => send(status, PAGE.to_vec()),
                Some(TokenFault::Html) => send(200, PAGE.to_vec()),
                Some(TokenFault::Closed) => hang_up(),
                Some(TokenFault::Hang) => std::future::pending().await,
            }
        }
        ("POST", "/revoke") => whole(&shared.world.lock().expect("the world").sign_in.revoke(&form())),
        // Google's front door, before the API sees it.
        ("POST", _) if !headers.contains_key(header::CONTENT_LENGTH) => send(411, PAGE.to_vec()),
        _ => {
            let request = Request {
                verb: method.to_string(),
                path: uri.path().to_owned(),
                query,
                token: text(header::AUTHORIZATION)
                    .and_then(|value| value.strip_prefix("Bearer ").map(str::to_owned)),
                content_type: text(header::CONTENT_TYPE),
                body: body.to_vec(),
            };
            let delivery = shared.world.lock().expect("the world").deliver(now, &request);
            match delivery {
                Delivery::Whole(status, body) => send(status, body),
                Delivery::Cut(status, body) => cut(status, body),
                Delivery::Closed | Delivery::NoConnection => hang_up(),
                Delivery::Silence => std::future::pending().await,
            }
        }
    }
}

fn whole(reply: &Reply) -> Response {
    send(reply.status, reply.body())
}

fn send(status: u16, body: Vec<u8>) -> Response {
    let kind = if body.starts_with(b"<") { "text/html" } else { "application/json; charset=UTF-8" };
    let status = StatusCode::from_u16(status).expect("a status");
    let mut answer = (status, [(header::CONTENT_TYPE, kind)], body).into_response();
    if status.is_redirection() {
        answer.headers_mut().insert(header::LOCATION, HeaderValue::from_static("/youtube/v3/channels"));
    }
    answer
}

fn cut(status: u16, mut body: Vec<u8>) -> Response {
    if body.is_empty() {
        return send(status, body);
    }
    let length = body.len();
    body.truncate(length / 2);
    let parts: [Result<Bytes, &str>; 2] = [Ok(body.into()), Err("cut")];
    let mut answer = Response::new(Body::from_stream(stream::iter(parts)));
    *answer.status_mut() = StatusCode::from_u16(status).expect("a status");
    answer.headers_mut().insert(header::CONTENT_LENGTH, length.into());
    answer
}

fn hang_up() -> Response {
    let mut answer = Response::new(Body::empty());
    answer.extensions_mut().insert(HangUp);
    answer
}
