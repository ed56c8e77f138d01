//! Signing in to Google for a channel: consent in the browser (OAuth 2 with PKCE), and tokens for it afterwards.
//!
//! Crate `oauth2` speaks the protocol, over our own HTTP client. Revoking is by hand, since the crate refuses addresses
//! without TLS there, and the tests' Google is one.

use std::pin::Pin;
use std::time::Duration;

use chrono::TimeDelta;
use domain::broadcast::call::Hindrance;
use oauth2::basic::{BasicClient, BasicErrorResponse, BasicErrorResponseType, BasicTokenResponse};
use oauth2::{
    AsyncHttpClient, AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointNotSet,
    EndpointSet, HttpRequest, HttpResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RefreshToken,
    RequestTokenError, Scope, TokenResponse, TokenUrl,
};
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Client, Method, Request, StatusCode, Url};

use super::http::{Trouble, send};
use super::token::Token;
use crate::youtube::YoutubeSettings;

/// The one scope with which everything can be done that we do, captions included. `…/auth/youtube` sounds like more and
/// lacks the captions.
pub const SCOPE: &str = "https://www.googleapis.com/auth/youtube.force-ssl";

/// Where the browser comes back with `code` and `state`, below the public address; Google's console has to know it.
pub const RETURN_PATH: &str = "/manage/channels/return";

/// What Google takes a token to last where it doesn't say.
const USUAL: Duration = Duration::from_secs(3600);

/// No token is believed for longer.
const MOST: Duration = Duration::from_secs(24 * 3600);

/// The secret by which the one who comes back proves to be the one who left (RFC 7636). Its `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Verifier(String);

impl Verifier {
    pub fn fresh() -> Self {
        Self(PkceCodeChallenge::new_random_sha256().1.secret().clone())
    }

    /// Reads one that was kept: 43 to 128 letters, digits and `-._~`.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        ((43..=128).contains(&text.len()) && text.bytes().all(fits)).then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Verifier")
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignInError {
    /// The code was used, is too old, or belongs to another verifier.
    #[error("the code is not valid")]
    Code,
    #[error("what we need was not allowed on Google's page")]
    Scope,
    #[error("Google gave no lasting permission")]
    NoRefreshToken,
    /// Mostly our own settings: `invalid_client`, `redirect_uri_mismatch`.
    #[error("Google's sign-in refuses: {0}")]
    Refused(String),
    #[error("Google's sign-in can't be had: {0}")]
    Unreachable(String),
}

type Oauth = BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;
type TokenError = RequestTokenError<Trouble, BasicErrorResponse>;

pub struct SignIn {
    oauth: Oauth,
    revoke_url: Url,
    http: Http,
}

/// Our HTTP client, as the crate wants it.
struct Http(Client);

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = Trouble;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Trouble>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let request = Request::try_from(request).map_err(|_| Trouble::NotSent)?;
            let (status, body) = send(&self.0, request).await?;
            let mut answer = HttpResponse::new(body);
            *answer.status_mut() = StatusCode::from_u16(status).map_err(|_| Trouble::BrokeOff)?;
            Ok(answer)
        })
    }
}

impl SignIn {
    pub fn new(settings: &YoutubeSettings, http: Client) -> Self {
        let oauth = BasicClient::new(ClientId::new(settings.client_id.clone()))
            .set_client_secret(ClientSecret::new(settings.client_secret.clone()))
            .set_auth_type(AuthType::RequestBody)
            .set_auth_uri(AuthUrl::from_url(settings.auth_url.clone()))
            .set_token_uri(TokenUrl::from_url(settings.token_url.clone()))
            .set_redirect_uri(RedirectUrl::from_url(settings.return_url.clone()));
        Self { oauth, revoke_url: settings.revoke_url.clone(), http: Http(http) }
    }

    /// Google's page. Consent is asked for each time, since only then a refresh token is given.
    pub fn authorize_url(&self, state: &str, verifier: &Verifier) -> Url {
        let verifier = PkceCodeVerifier::new(verifier.0.clone());
        let state = CsrfToken::new(state.to_owned());
        let request = self
            .oauth
            .authorize_url(|| state)
            .add_scope(Scope::new(SCOPE.to_owned()))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .add_extra_param("access_type", "offline")
            .add_extra_param("prompt", "consent");
        request.url().0
    }

    /// The refresh token for the code that the browser brought back.
    pub async fn exchange(&self, code: &str, verifier: &Verifier) -> Result<String, SignInError> {
        let request = self
            .oauth
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .set_pkce_verifier(PkceCodeVerifier::new(verifier.0.clone()));
        let given = request.request_async(&self.http).await.map_err(|cause| match fault_of(&cause) {
            Fault::InvalidGrant => SignInError::Code,
            Fault::Refused(word) => SignInError::Refused(word),
            Fault::Unreachable(why) => SignInError::Unreachable(why),
        })?;
        // A person may untick what we ask for.
        if given.scopes().is_some_and(|scopes| !scopes.iter().any(|scope| scope.as_str() == SCOPE)) {
            return Err(SignInError::Scope);
        }
        given.refresh_token().map(|token| token.secret().clone()).ok_or(SignInError::NoRefreshToken)
    }

    /// A new access token.
    pub async fn fetch(&self, refresh_token: &str) -> Result<Token, Hindrance> {
        let refresh_token = RefreshToken::new(refresh_token.to_owned());
        let request = self.oauth.exchange_refresh_token(&refresh_token);
        let given: BasicTokenResponse =
            request.request_async(&self.http).await.map_err(|cause| match fault_of(&cause) {
                Fault::InvalidGrant => Hindrance::GrantLost,
                Fault::Refused(word) => Hindrance::Unreachable(format!("Google's sign-in refuses: {word}")),
                Fault::Unreachable(why) => Hindrance::Unreachable(format!("Google's sign-in: {why}")),
            })?;
        let lasts = given.expires_in().unwrap_or(USUAL).min(MOST);
        let lasts = TimeDelta::from_std(lasts).unwrap_or_default();
        Ok(Token { access: given.access_token().secret().clone(), lasts })
    }

    /// Gives a permission back. One that is gone already is no error.
    pub async fn revoke(&self, token: &str) -> Result<(), SignInError> {
        let body = format!(
            "token={}",
            percent_encoding::utf8_percent_encode(token, percent_encoding::NON_ALPHANUMERIC)
        );
        let mut request = Request::new(Method::POST, self.revoke_url.clone());
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        request.headers_mut().insert(CONTENT_TYPE, form);
        *request.body_mut() = Some(body.into());
        match send(&self.http.0, request).await {
            Ok((200, _)) => Ok(()),
            Ok((400, body)) if gone(&body) => Ok(()),
            Ok((status, _)) => Err(SignInError::Refused(format!("HTTP {status}"))),
            Err(trouble) => Err(SignInError::Unreachable(trouble.to_string())),
        }
    }
}

fn gone(body: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Value>(body).is_ok_and(|json| json["error"] == "invalid_token")
}

enum Fault {
    InvalidGrant,
    Refused(String),
    Unreachable(String),
}

/// The crate's own texts may hold the answer, and the answer tokens.
fn fault_of(cause: &TokenError) -> Fault {
    match cause {
        RequestTokenError::ServerResponse(said) => match said.error() {
            BasicErrorResponseType::InvalidGrant => Fault::InvalidGrant,
            other => Fault::Refused(other.to_string().chars().take(60).collect()),
        },
        RequestTokenError::Request(trouble) => Fault::Unreachable(trouble.to_string()),
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
            Fault::Unreachable("no sensible answer".to_owned())
        }
    }
}
