//! The YouTube of the tests as a process, for the browser's journeys: Google's paths on one port, and on another the page on
//! which a channel's owner consents and a way to play what happens out there.
//!
//! `youtube PUBLIC_URL` prints one line of JSON, the settings by which the server at that address finds it and where it is
//! played, and ends with its standard input.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Path, Query, RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::{DateTime, Utc};
use domain::clock::Clock;
use domain::seal::fresh_key;
use serde::Deserialize;
use serde_json::{Value, json};
use server::youtube::RETURN_PATH;
use tests::youtube::discovery::google;
use tests::youtube::{Consent, Google, World};
use tokio::net::TcpListener;

/// The office's channels; whoever consents chooses one.
const CHANNELS: [&str; 2] = ["구청 TV", "평생학습 TV"];

/// What happens outside the office's program.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case", tag = "act")]
enum Act {
    /// An encoder begins to send.
    Send { encoder: String },
    /// The channels' owner takes back whatever they have allowed.
    TakeBack,
}

#[tokio::main]
async fn main() {
    let public_url = std::env::args().nth(1).expect("the address of the server that is to find this");
    // Says what is missing before anybody waits for an answer.
    google();
    std::thread::spawn(|| {
        // Nobody is left to end it once the journeys have gone, however they ended.
        let _ended = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        std::process::exit(0);
    });
    let clock = Clock::new(Utc::now);
    let mut world = World::default();
    for title in CHANNELS {
        world.add_channel(title);
    }
    world.sign_in.return_urls.push(format!("{public_url}{RETURN_PATH}"));
    let google = Arc::new(Google::start(world, clock.clone()).await);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let played = format!("http://{}", listener.local_addr().expect("an address"));
    println!("{}", json!({ "played": played, "environment": environment(&google, &played) }));
    let router = Router::new()
        .route("/consent", get(ask))
        .route("/consent/{answer}", get(consent))
        .route("/broadcasts", get(broadcasts))
        .route("/play", post(play))
        .with_state((google, clock));
    axum::serve(listener, router).await.expect("serving");
}

/// The settings of a server that takes this for YouTube.
fn environment(google: &Google, played: &str) -> Value {
    let settings = google.settings();
    json!({
        "CENTRE_SECRET_KEYS": fresh_key(),
        "CENTRE_YOUTUBE_SECRET": settings.client_secret,
        "CENTRE_YOUTUBE__CLIENT_ID": settings.client_id,
        "CENTRE_YOUTUBE__API_URL": settings.api_url.as_str(),
        "CENTRE_YOUTUBE__UPLOAD_URL": settings.upload_url.as_str(),
        "CENTRE_YOUTUBE__TOKEN_URL": settings.token_url.as_str(),
        "CENTRE_YOUTUBE__REVOKE_URL": settings.revoke_url.as_str(),
        "CENTRE_YOUTUBE__AUTH_URL": format!("{played}/consent"),
    })
}

type Played = State<(Arc<Google>, Clock)>;

/// `GET /consent`: Google's page, on which the owner allows it for one of the channels, or doesn't.
async fn ask(RawQuery(query): RawQuery) -> Html<String> {
    let query = query.unwrap_or_default().replace('&', "&amp;");
    let link = |answer: &str, word: &str| format!("<p><a href=\"/consent/{answer}?{query}\">{word}</a></p>");
    let channels = CHANNELS.iter().enumerate().map(|(number, title)| link(&number.to_string(), title));
    let links: String = channels.chain([link("no", "취소")]).collect();
    Html(format!("<!doctype html><html lang=\"ko\"><title>Google</title><h1>채널 선택</h1>{links}</html>"))
}

/// `GET /consent/{answer}`: the number of a channel, or `no`.
async fn consent(
    State((google, clock)): Played,
    Path(answer): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let sign_in = &mut google.world().sign_in;
    sign_in.consent = answer.parse().map_or(Consent::Deny, Consent::Allow);
    match sign_in.authorize(clock.now(), &query) {
        Ok(place) => (StatusCode::FOUND, [(header::LOCATION, place)]).into_response(),
        Err(why) => (StatusCode::BAD_REQUEST, why).into_response(),
    }
}

/// `GET /broadcasts`: each as Google's API would say it, oldest first.
async fn broadcasts(State((google, clock)): Played) -> Json<Vec<Value>> {
    let mut world = google.world();
    world.advance(clock.now());
    Json(world.shows().iter().filter_map(|show| world.resource(&show.id)).collect())
}

/// `POST /play`
async fn play(State((google, clock)): Played, Json(act): Json<Act>) -> Response {
    match happen(&mut google.world(), clock.now(), act) {
        Some(()) => StatusCode::NO_CONTENT.into_response(),
        None => (StatusCode::NOT_FOUND, "there is no such thing").into_response(),
    }
}

/// `None` where what it names isn't there.
fn happen(world: &mut World, now: DateTime<Utc>, act: Act) -> Option<()> {
    match act {
        Act::Send { encoder } => {
            let id = world.streams().iter().find(|stream| stream.title == encoder)?.id.clone();
            world.encoder_sends(now, &id);
        }
        Act::TakeBack => world.sign_in.lose_all(),
    }
    Some(())
}
