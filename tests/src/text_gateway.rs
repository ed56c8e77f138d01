//! A text message provider of a few lines: one POST of JSON with a key, as such providers describe it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::post;
use axum::{Json, Router};
use tokio::net::TcpListener;

#[derive(Default)]
struct Seen {
    answers: VecDeque<StatusCode>,
    messages: Vec<serde_json::Value>,
}

type Shared = Arc<Mutex<Seen>>;

pub struct Gateway {
    pub port: u16,
    seen: Shared,
}

pub const KEY: &str = "Bearer a-key";

impl Gateway {
    /// Takes messages once `answers` are used up.
    pub async fn start(answers: &[u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let answers = answers.iter().map(|code| StatusCode::from_u16(*code).expect("a status")).collect();
        let seen = Arc::new(Mutex::new(Seen { answers, ..Seen::default() }));
        let router = Router::new().route("/messages", post(take)).with_state(seen.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { port, seen }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/messages", self.port)
    }

    /// The messages it took.
    pub fn messages(&self) -> Vec<serde_json::Value> {
        self.seen.lock().expect("the messages").messages.clone()
    }
}

async fn take(
    State(seen): State<Shared>,
    headers: HeaderMap,
    Json(message): Json<serde_json::Value>,
) -> StatusCode {
    if headers.get(header::AUTHORIZATION).is_none_or(|key| key != KEY) {
        return StatusCode::UNAUTHORIZED;
    }
    let is_number = |text: &str| text.len() == 11 && text.bytes().all(|digit| digit.is_ascii_digit());
    let well_formed = message["to"].as_str().is_some_and(is_number)
        && message["text"].as_str().is_some_and(|text| !text.is_empty());
    if !well_formed {
        return StatusCode::BAD_REQUEST;
    }
    let mut seen = seen.lock().expect("the messages");
    let answer = seen.answers.pop_front().unwrap_or(StatusCode::OK);
    if answer.is_success() {
        seen.messages.push(message);
    }
    answer
}
