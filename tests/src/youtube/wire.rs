//! A request as it arrives, and the answer in Google's form.

use serde_json::{Value, json};
use server::youtube::{self, Base, Body};

/// How a picture begins.
pub const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

#[derive(Clone, Debug, Default)]
pub struct Request {
    /// `GET`, `POST`, …
    pub verb: String,
    /// `/youtube/v3/liveBroadcasts`
    pub path: String,
    pub query: Vec<(String, String)>,
    /// What stands behind `Bearer `.
    pub token: Option<String>,
    pub content_type: Option<String>,
    pub body: Vec<u8>,
}

impl Request {
    /// The client's request, as it arrives.
    pub fn of(asked: youtube::Request, token: &str) -> Self {
        let base = match asked.base {
            Base::Api => "/youtube/v3",
            Base::Upload => "/upload/youtube/v3",
        };
        let (content_type, body) = match asked.body {
            Body::None => (None, Vec::new()),
            Body::Json(json) => (Some("application/json; charset=utf-8".to_owned()), json.to_string().into()),
            // Drawing takes a while, and the world looks at the first bytes alone.
            Body::Picture(_) => (Some("image/png".to_owned()), PNG.to_vec()),
        };
        Self {
            verb: asked.method.to_string(),
            path: format!("{base}{}", asked.path),
            query: asked.query.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            token: Some(token.to_owned()),
            content_type,
            body,
        }
    }

    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn parts(&self) -> Vec<&str> {
        self.parameter("part").unwrap_or_default().split(',').collect()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    pub status: u16,
    /// `Null` for an empty body.
    pub json: Value,
}

impl Reply {
    pub fn ok(json: Value) -> Self {
        Self { status: 200, json }
    }

    /// Google's error envelope.
    pub fn refused(status: u16, reason: &str) -> Self {
        let message = format!("The request was refused: {reason}.");
        let first = json!({ "message": message, "domain": "youtube", "reason": reason });
        Self { status, json: json!({ "error": { "code": status, "message": message, "errors": [first] } }) }
    }

    /// The reason of a refusal.
    pub fn reason(&self) -> Option<&str> {
        self.json["error"]["errors"][0]["reason"].as_str()
    }

    pub fn body(&self) -> Vec<u8> {
        if self.json.is_null() { Vec::new() } else { self.json.to_string().into_bytes() }
    }
}

/// A resource with the parts that were asked for, and no other.
pub fn only(parts: &[&str], mut resource: Value) -> Value {
    if let Some(fields) = resource.as_object_mut() {
        fields.retain(|name, _| {
            matches!(name.as_str(), "kind" | "etag" | "id") || parts.contains(&name.as_str())
        });
    }
    resource
}

/// One page of a list: 5 rows unless told otherwise, 50 at most, from the row that the token counts to.
pub fn page(request: &Request, kind: &str, rows: Vec<Value>) -> Reply {
    let number = |name: &str| request.parameter(name).and_then(|text| text.parse::<usize>().ok());
    let size = number("maxResults").unwrap_or(5);
    let from = match request.parameter("pageToken") {
        None => 0,
        Some(token) => match token.strip_prefix("CAU").and_then(|text| text.parse::<usize>().ok()) {
            Some(from) => from,
            None => return Reply::refused(400, "invalidPageToken"),
        },
    };
    let total = rows.len();
    let items: Vec<Value> =
        rows.into_iter().skip(from).take(size).map(|row| only(&request.parts(), row)).collect();
    let mut json = json!({
        "kind": format!("youtube#{kind}ListResponse"),
        "etag": "e",
        "pageInfo": { "totalResults": total, "resultsPerPage": size },
        "items": items,
    });
    if from + size < total && size > 0 {
        json["nextPageToken"] = format!("CAU{}", from + size).into();
    }
    Reply::ok(json)
}
