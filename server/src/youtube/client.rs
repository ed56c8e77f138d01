//! The API over HTTP: each call is made once, and what became of it is said exactly.

use domain::broadcast::call::{Call, Grant, Hindrance, Outcome, Reason, Youtube};
use domain::clock::Clock;
use reqwest::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use reqwest::{Request, Url};

use super::exchange::{self, Base, Body, Exchange};
use super::http::{self, Trouble, send};
use super::oauth::{SignIn, SignInError, Verifier};
use super::token::Tokens;
use crate::paper::draw_thumbnail;
use crate::youtube::YoutubeSettings;

pub struct Client {
    settings: YoutubeSettings,
    http: reqwest::Client,
    sign_in: SignIn,
    tokens: Tokens,
    clock: Clock,
}

impl Client {
    pub fn new(settings: YoutubeSettings, clock: Clock) -> Result<Self, reqwest::Error> {
        let http = http::client(&settings.user_agent, settings.patience)?;
        let sign_in = SignIn::new(&settings, http.clone());
        Ok(Self { settings, http, sign_in, tokens: Tokens::default(), clock })
    }

    /// Google's page on which the owner of a channel consents. `state` comes back in the address, for the one who left.
    pub fn authorize_url(&self, state: &str, verifier: &Verifier) -> Url {
        self.sign_in.authorize_url(state, verifier)
    }

    /// The refresh token for the code that the browser brought back. A code is good once.
    pub async fn exchange(&self, code: &str, verifier: &Verifier) -> Result<String, SignInError> {
        self.sign_in.exchange(code, verifier).await
    }

    /// Gives a permission back to Google. One that is gone already is no error.
    pub async fn revoke(&self, refresh_token: &str) -> Result<(), SignInError> {
        self.sign_in.revoke(refresh_token).await
    }

    async fn carry_out(&self, grant: &Grant, call: &Call) -> Outcome {
        let mut token = match self.token(grant, None).await {
            Ok(token) => token,
            Err(hindrance) => return Outcome::NotTried(hindrance),
        };
        let mut exchange = Exchange::new(call);
        let mut renewed = false;
        loop {
            let (status, body) = match self.send(exchange.request(), &token).await {
                Ok(answer) => answer,
                Err(trouble @ (Trouble::NotSent | Trouble::NotDrawn)) => {
                    return Outcome::NotTried(Hindrance::Unreachable(trouble.to_string()));
                }
                Err(trouble) => return Outcome::Uncertain(trouble.to_string()),
            };
            match exchange.take(status, &body) {
                // A 401 means that nothing was done: this is the one answer after which a POST is sent again.
                Some(Outcome::Rejected(refusal)) if refusal.reason == Reason::Unauthorized && !renewed => {
                    renewed = true;
                    token = match self.token(grant, Some(&token)).await {
                        Ok(token) => token,
                        Err(hindrance) => return Outcome::NotTried(hindrance),
                    };
                }
                Some(outcome) => return outcome,
                None => {}
            }
        }
    }

    async fn token(&self, grant: &Grant, refused: Option<&str>) -> Result<String, Hindrance> {
        let fetch = self.sign_in.fetch(&grant.refresh_token);
        self.tokens.get(grant, &self.clock, refused, fetch).await
    }

    async fn send(&self, asked: exchange::Request, token: &str) -> Result<(u16, Vec<u8>), Trouble> {
        let mut url = match asked.base {
            Base::Api => self.settings.api_url.clone(),
            Base::Upload => self.settings.upload_url.clone(),
        };
        let path = format!("{}{}", url.path().trim_end_matches('/'), asked.path);
        url.set_path(&path);
        url.query_pairs_mut().extend_pairs(&asked.query);
        let mut request = Request::new(asked.method, url);
        let mut bearer = HeaderValue::try_from(format!("Bearer {token}")).map_err(|_| Trouble::NotSent)?;
        bearer.set_sensitive(true);
        request.headers_mut().insert(AUTHORIZATION, bearer);
        let (kind, body) = match asked.body {
            Body::Json(json) => ("application/json; charset=utf-8", json.to_string().into_bytes()),
            Body::Picture(thumbnail) => {
                let drawn = tokio::task::spawn_blocking(move || draw_thumbnail(&thumbnail)).await;
                let png = drawn.map_err(|_| Trouble::NotDrawn)?.map_err(|error| {
                    tracing::error!(%error, "a picture was not drawn");
                    Trouble::NotDrawn
                })?;
                ("image/png", png)
            }
            Body::None => {
                if *request.method() == reqwest::Method::POST {
                    // Google answers 411 to a POST that doesn't say that it brings nothing.
                    request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
                }
                return send(&self.http, request).await;
            }
        };
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        *request.body_mut() = Some(body.into());
        send(&self.http, request).await
    }
}

impl Youtube for Client {
    async fn call(&self, grant: &Grant, call: &Call) -> Outcome {
        let method = call.method().as_str();
        let outcome = self.carry_out(grant, call).await;
        let word = match &outcome {
            Outcome::Done(_) => "done",
            Outcome::Rejected(refusal) => {
                tracing::info!(method, channel = %grant.channel, said = refusal.said, "YouTube refused");
                "rejected"
            }
            Outcome::Uncertain(why) => {
                tracing::warn!(method, channel = %grant.channel, why, "YouTube may have done it");
                "uncertain"
            }
            Outcome::NotTried(hindrance) => {
                tracing::warn!(method, channel = %grant.channel, ?hindrance, "not said to YouTube");
                "not tried"
            }
        };
        metrics::counter!("youtube_calls_total", "method" => method, "outcome" => word).increment(1);
        outcome
    }

    async fn renew(&self, grant: &Grant) -> Result<(), Hindrance> {
        self.tokens.renew(grant, &self.clock, self.sign_in.fetch(&grant.refresh_token)).await
    }
}
