//! Somebody signed in who applies over a connection that may break.

use std::collections::HashMap;

use domain::centre::Centre;
use domain::registration::{Snapshot, State};
use reqwest::header::{CONTENT_TYPE, COOKIE as COOKIE_HEADER, LOCATION, ORIGIN};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Response, StatusCode};
use server::session::{COOKIE, Sessions};
use tower_sessions::SessionStore;
use tower_sessions::session::{Id, Record};
use uuid::Uuid;

use crate::programme::add_people;

pub struct Applicant {
    pub person: Uuid,
    cookie: String,
    client: Client,
}

/// What an application or a cancellation came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The application whose page says more.
    Done(Uuid),
    Refused,
}

/// A live application as its owner is told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mine {
    pub state: State,
    pub seat: Option<String>,
}

impl Applicant {
    /// So many new people, signed in.
    pub async fn many(centre: &Centre, count: usize) -> Vec<Self> {
        let client = Client::builder().redirect(Policy::none()).build().expect("a client");
        let mut applicants = Vec::with_capacity(count);
        for person in add_people(centre, count).await {
            let data = HashMap::from([("person".to_owned(), serde_json::json!(person))]);
            let mut record = Record { id: Id::default(), data, expiry_date: time::OffsetDateTime::now_utc() };
            Sessions::new(centre.clone()).create(&mut record).await.expect("a session");
            let cookie = format!("{COOKIE}={}", record.id);
            applicants.push(Self { person, cookie, client: client.clone() });
        }
        applicants
    }

    /// `None` where no answer came, or none that decides anything: asked again with the same key, it is decided once.
    pub async fn apply(&self, url: &str, code: &str, seat: &str, key: Uuid) -> Option<Answer> {
        let fields = [("key", key.to_string()), ("seat", seat.to_owned())];
        let body = serde_urlencoded::to_string(fields).expect("a form");
        answer(self.send(Method::POST, url, &format!("/courses/{code}"), body).await?)
    }

    pub async fn cancel(&self, url: &str, application: Uuid) -> Option<Answer> {
        answer(self.send(Method::POST, url, &format!("/my/{application}/cancel"), String::new()).await?)
    }

    /// One's live application as the run's page shows it; the outer `None` where no answer came.
    pub async fn mine(&self, url: &str, code: &str) -> Option<Option<Mine>> {
        let response = self.send(Method::GET, url, &format!("/courses/{code}/mine"), String::new()).await?;
        let mine: serde_json::Value = body(response).await?;
        Some((!mine.is_null()).then(|| Mine {
            state: serde_json::from_value(mine["state"].clone()).expect("a state"),
            seat: mine["seat"].as_str().map(str::to_owned),
        }))
    }

    /// What everybody sees of a run.
    pub async fn seats(&self, url: &str, code: &str) -> Option<Snapshot> {
        body(self.send(Method::GET, url, &format!("/courses/{code}/seats"), String::new()).await?).await
    }

    async fn send(&self, method: Method, url: &str, path: &str, body: String) -> Option<Response> {
        let request = self
            .client
            .request(method, format!("{url}{path}"))
            .header(ORIGIN, url)
            .header(COOKIE_HEADER, &self.cookie)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body);
        request.send().await.ok()
    }
}

fn answer(response: Response) -> Option<Answer> {
    match response.status() {
        StatusCode::SEE_OTHER => {
            let location = response.headers()[LOCATION].to_str().expect("an address");
            let application = location.rsplit('/').next().and_then(|id| id.parse().ok());
            Some(Answer::Done(application.unwrap_or_else(|| panic!("{location} is no application's page"))))
        }
        StatusCode::CONFLICT => Some(Answer::Refused),
        status if status.is_server_error() => None,
        status => panic!("an answer that makes no sense: {status}"),
    }
}

async fn body<T: serde::de::DeserializeOwned>(response: Response) -> Option<T> {
    if !response.status().is_success() {
        return None;
    }
    let text = response.text().await.ok()?;
    Some(serde_json::from_str(&text).expect("JSON"))
}
