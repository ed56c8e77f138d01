//! A browser without scripts: it keeps cookies, says where its forms come from, and follows redirects.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use tower::ServiceExt;
use uuid::Uuid;

use crate::Page;
use crate::site::ORIGIN;

/// Cheap to clone; clones share the cookies, like windows of one browser.
#[derive(Clone)]
pub struct Visitor {
    /// Who is signed in, where the test signed them in.
    pub person: Option<Uuid>,
    app: Router,
    cookies: Arc<Mutex<BTreeMap<String, String>>>,
    headers: HeaderMap,
    peer: SocketAddr,
}

impl Visitor {
    pub(crate) fn new(app: Router) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(header::ORIGIN, HeaderValue::from_static(ORIGIN));
        let peer = SocketAddr::from(([192, 0, 2, 1], 50000));
        Self { person: None, app, cookies: Arc::default(), headers, peer }
    }

    /// The same browser at another server, with its cookies.
    pub(crate) fn at(&self, app: Router) -> Self {
        Self { app, ..self.clone() }
    }

    /// Whose id this is, for a visitor that the test signed in.
    pub fn id(&self) -> Uuid {
        self.person.expect("a visitor whom the test signed in")
    }

    /// The same browser from another address.
    pub fn from(mut self, ip: &str) -> Self {
        self.peer = SocketAddr::new(ip.parse().expect("an address"), 50000);
        self
    }

    /// Sends this header with everything; an empty value takes it away.
    pub fn with_header(mut self, name: &'static str, value: &str) -> Self {
        if value.is_empty() {
            self.headers.remove(name);
        } else {
            self.headers.insert(name, HeaderValue::from_str(value).expect("a header"));
        }
        self
    }

    pub fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.lock().expect("the cookies").insert(name.to_owned(), value.to_owned());
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().expect("the cookies").get(name).cloned()
    }

    /// Opens an address and follows where it leads.
    pub async fn get(&self, path: &str) -> Page {
        self.open(Method::GET, path, None, Vec::new()).await
    }

    /// Sends fields as a form would that no page of ours showed.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let body = serde_urlencoded::to_string(fields).expect("encoding the form").into_bytes();
        self.open(Method::POST, path, Some("application/x-www-form-urlencoded"), body).await
    }

    pub async fn open(&self, method: Method, path: &str, kind: Option<&str>, body: Vec<u8>) -> Page {
        let mut page = self.send(method, path, kind, body).await;
        let mut hops = Vec::new();
        while page.status.is_redirection() && page.status != StatusCode::NOT_MODIFIED {
            assert!(hops.len() < 8, "redirected in circles: {hops:?}");
            hops.push(page.status);
            let target = page.location().expect("a redirect leads somewhere");
            page = self.send(Method::GET, &target, None, Vec::new()).await;
        }
        page.hops = hops;
        page
    }

    /// One request and its answer, redirects not followed.
    pub async fn send(&self, method: Method, path: &str, kind: Option<&str>, body: Vec<u8>) -> Page {
        let response = self.app.clone().oneshot(self.request(method, path, kind, body)).await;
        let Ok(response) = response;
        let (parts, body) = response.into_parts();
        self.keep_cookies(&parts.headers);
        let bytes = body.collect().await.expect("the whole body").to_bytes();
        Page::new(self.clone(), path.to_owned(), parts.status, parts.headers, bytes.to_vec())
    }

    /// The bare response, for streams that don't end.
    pub async fn stream(&self, path: &str) -> axum::response::Response {
        let Ok(response) = self.app.clone().oneshot(self.request(Method::GET, path, None, Vec::new())).await;
        response
    }

    fn request(&self, method: Method, path: &str, kind: Option<&str>, body: Vec<u8>) -> Request<Body> {
        let path = path.strip_prefix(ORIGIN).unwrap_or(path);
        let path = path.split('#').next().unwrap_or_default();
        let mut request = Request::new(Body::from(body));
        *request.uri_mut() = path.parse().unwrap_or_else(|_| panic!("{path} is no address"));
        *request.headers_mut() = self.headers.clone();
        if method == Method::GET {
            request.headers_mut().remove(header::ORIGIN);
        }
        *request.method_mut() = method;
        if let Some(kind) = kind {
            let kind = HeaderValue::from_str(kind).expect("a content type");
            request.headers_mut().insert(header::CONTENT_TYPE, kind);
        }
        let cookies = self.cookies.lock().expect("the cookies");
        if !cookies.is_empty() {
            let pairs: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let cookies = HeaderValue::from_str(&pairs.join("; ")).expect("cookies");
            request.headers_mut().insert(header::COOKIE, cookies);
        }
        request.extensions_mut().insert(ConnectInfo(self.peer));
        request
    }

    fn keep_cookies(&self, headers: &HeaderMap) {
        let mut cookies = self.cookies.lock().expect("the cookies");
        for cookie in headers.get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().expect("a cookie");
            let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
            let (name, value) = pair.split_once('=').expect("a cookie has a name");
            if attributes.to_lowercase().contains("max-age=0") {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}
