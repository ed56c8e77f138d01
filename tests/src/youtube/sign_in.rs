//! Google's sign-in: consent, codes, refresh tokens, access tokens (RFC 6749, 7009 and 7636, as Google speaks them).

use std::collections::HashMap;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use server::youtube::SCOPE;
use sha2::{Digest, Sha256};

use super::wire::Reply;

pub const CLIENT_ID: &str = "123.apps.googleusercontent.com";
pub const CLIENT_SECRET: &str = "GOCSPX-client-secret";

/// What the person at the consent page does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// Allows it for the channel with this number.
    Allow(usize),
    /// Allows it, but unticks what was asked for.
    WithoutScope(usize),
    Deny,
}

pub struct SignIn {
    pub consent: Consent,
    /// Where browsers may be sent back to.
    pub return_urls: Vec<String>,
    /// How long an access token lasts.
    pub lasts: TimeDelta,
    codes: HashMap<String, Code>,
    grants: HashMap<String, Granted>,
    access: HashMap<String, Access>,
    count: u64,
    /// How many access tokens were given for refresh tokens.
    pub refreshed: u64,
}

struct Code {
    channel: usize,
    challenge: String,
    return_url: String,
    scope: String,
    made_at: DateTime<Utc>,
}

struct Granted {
    channel: usize,
    scopes: Vec<String>,
}

struct Access {
    grant: String,
    until: DateTime<Utc>,
}

impl Default for SignIn {
    fn default() -> Self {
        Self {
            consent: Consent::Allow(0),
            return_urls: Vec::new(),
            lasts: TimeDelta::seconds(3599),
            codes: HashMap::new(),
            grants: HashMap::new(),
            access: HashMap::new(),
            count: 0,
            refreshed: 0,
        }
    }
}

impl SignIn {
    /// A refresh token for the channel, as if its owner had consented before.
    pub fn grant(&mut self, channel: usize) -> String {
        self.grant_with(channel, vec![SCOPE.to_owned()])
    }

    pub fn grant_with(&mut self, channel: usize, scopes: Vec<String>) -> String {
        let token = self.name("1//refresh-secret");
        self.grants.insert(token.clone(), Granted { channel, scopes });
        token
    }

    /// The owner takes the permission back in their Google account, or Google lets it die.
    pub fn lose(&mut self, refresh_token: &str) {
        self.grants.remove(refresh_token);
    }

    /// The owner takes back every permission.
    pub fn lose_all(&mut self) {
        self.grants.clear();
    }

    /// All access tokens end at once.
    pub fn end_access(&mut self) {
        self.access.clear();
    }

    pub fn is_good(&self, refresh_token: &str) -> bool {
        self.grants.contains_key(refresh_token)
    }

    /// For whom an access token acts, and what it may.
    pub fn channel_of(&self, now: DateTime<Utc>, token: &str) -> Option<(usize, &[String])> {
        let access = self.access.get(token).filter(|access| now < access.until)?;
        self.grants.get(&access.grant).map(|grant| (grant.channel, grant.scopes.as_slice()))
    }

    /// The consent page: where the browser goes from it, or why it stays.
    pub fn authorize(
        &mut self,
        now: DateTime<Utc>,
        query: &HashMap<String, String>,
    ) -> Result<String, &'static str> {
        let given = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
        let return_url = given("redirect_uri");
        if given("client_id") != CLIENT_ID {
            return Err("invalid_client");
        }
        if !self.return_urls.iter().any(|known| known == return_url) {
            return Err("redirect_uri_mismatch");
        }
        if given("response_type") != "code" || given("code_challenge_method") != "S256" {
            return Err("invalid_request");
        }
        if given("state").is_empty() || given("code_challenge").len() != 43 {
            return Err("invalid_request");
        }
        if given("access_type") != "offline" || given("prompt") != "consent" {
            return Err("no refresh token would be given");
        }
        let state = percent(given("state"));
        let (channel, scope) = match self.consent {
            Consent::Deny => return Ok(format!("{return_url}?error=access_denied&state={state}")),
            Consent::Allow(channel) => (channel, given("scope").to_owned()),
            Consent::WithoutScope(channel) => (channel, "openid".to_owned()),
        };
        let code = self.name("4/code");
        self.codes.insert(
            code.clone(),
            Code {
                channel,
                challenge: given("code_challenge").to_owned(),
                return_url: return_url.to_owned(),
                scope: scope.clone(),
                made_at: now,
            },
        );
        Ok(format!("{return_url}?state={state}&code={}&scope={}", percent(&code), percent(&scope)))
    }

    /// The token endpoint.
    pub fn token(&mut self, now: DateTime<Utc>, form: &HashMap<String, String>) -> Reply {
        let given = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
        if given("client_id") != CLIENT_ID || given("client_secret") != CLIENT_SECRET {
            return wrong(401, "invalid_client");
        }
        match given("grant_type") {
            "authorization_code" => {
                // Used once, whatever becomes of it.
                let Some(code) = self.codes.remove(given("code")) else { return wrong(400, "invalid_grant") };
                let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(given("code_verifier")));
                let is_fresh = now - code.made_at < TimeDelta::minutes(10);
                if challenge != code.challenge || given("redirect_uri") != code.return_url || !is_fresh {
                    return wrong(400, "invalid_grant");
                }
                let scopes = code.scope.split(' ').map(str::to_owned).collect();
                let refresh = self.grant_with(code.channel, scopes);
                let mut json = self.access_for(now, &refresh);
                json["refresh_token"] = refresh.into();
                Reply::ok(json)
            }
            "refresh_token" if self.is_good(given("refresh_token")) => {
                self.refreshed += 1;
                Reply::ok(self.access_for(now, given("refresh_token")))
            }
            "refresh_token" => wrong(400, "invalid_grant"),
            _ => wrong(400, "unsupported_grant_type"),
        }
    }

    pub fn revoke(&mut self, form: &HashMap<String, String>) -> Reply {
        let token = form.get("token").map(String::as_str).unwrap_or_default();
        match self.grants.remove(token) {
            Some(_) => Reply::ok(json!({})),
            None => wrong(400, "invalid_token"),
        }
    }

    fn access_for(&mut self, now: DateTime<Utc>, refresh: &str) -> serde_json::Value {
        self.access.retain(|_, access| now < access.until);
        let token = self.name("ya29.access-secret");
        self.access.insert(token.clone(), Access { grant: refresh.to_owned(), until: now + self.lasts });
        let scope = self.grants.get(refresh).map(|grant| grant.scopes.join(" "));
        json!({
            "access_token": token,
            "expires_in": self.lasts.num_seconds(),
            "scope": scope,
            "token_type": "Bearer",
        })
    }

    fn name(&mut self, kind: &str) -> String {
        self.count += 1;
        format!("{kind}-{}", self.count)
    }
}

fn percent(text: &str) -> String {
    serde_urlencoded::to_string([("", text)]).unwrap_or_default().trim_start_matches('=').to_owned()
}

fn wrong(status: u16, error: &str) -> Reply {
    Reply { status, json: json!({ "error": error, "error_description": "Bad Request" }) }
}
