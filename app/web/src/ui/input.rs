//! What a form sent, and what was wrong with it.

use axum::{
    RequestExt,
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
    http::{StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use std::convert::Infallible;
use unicode_normalization::UnicodeNormalization;

/// The fields of one form, in the order they were sent. A name may occur more than once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Input(Vec<Field>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Field {
    name: String,
    raw: String,
    text: String,
}

impl Input {
    /// What a form shows before anything was sent: a record's present values, say.
    pub fn new<N: Into<String>, V: Into<String>>(fields: impl IntoIterator<Item = (N, V)>) -> Self {
        let field = |(name, raw): (N, V)| {
            let raw = raw.into();
            Field { name: name.into(), text: tidy(&raw), raw }
        };
        Self(fields.into_iter().map(field).collect())
    }

    /// Reads an urlencoded form. `None` where it holds what no keyboard writes: broken UTF-8 or a zero character,
    /// which PostgreSQL would refuse later.
    fn parse(encoded: &[u8]) -> Option<Self> {
        let fields: Vec<(String, String)> = serde_urlencoded::from_bytes(encoded).ok()?;
        let broken = |text: &str| text.contains(['\0', char::REPLACEMENT_CHARACTER]);
        let whole = !fields.iter().any(|(name, value)| broken(name) || broken(value));
        whole.then(|| Self::new(fields))
    }

    /// The first field of that name, trimmed, NFC, lines ended with `\n`; empty where there is none.
    pub fn text(&self, name: &str) -> &str {
        self.field(name).map_or("", |field| &field.text)
    }

    /// The same exactly as it was sent: for passwords.
    pub fn raw(&self, name: &str) -> &str {
        self.field(name).map_or("", |field| &field.raw)
    }

    /// Every value of that name, as `text` gives them.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |field| field.name == name).map(|field| field.text.as_str())
    }

    /// Whether a checkbox of that name is ticked.
    pub fn flag(&self, name: &str) -> bool {
        !self.text(name).is_empty()
    }

    fn field(&self, name: &str) -> Option<&Field> {
        self.0.iter().find(|field| field.name == name)
    }
}

fn tidy(raw: &str) -> String {
    raw.replace("\r\n", "\n").trim().nfc().collect()
}

/// Reads the body of a posted form; what is no form is refused with a bare status, which the error page explains.
impl<S: Send + Sync> FromRequest<S> for Input {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        if !kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded")) {
            return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response());
        }
        let body: Bytes = request.extract_with_state(state).await.map_err(IntoResponse::into_response)?;
        Self::parse(&body).ok_or_else(|| StatusCode::BAD_REQUEST.into_response())
    }
}

/// What stands behind the `?` of a URL: the fields of a form sent with `get`. Nonsense counts as nothing asked.
#[derive(Clone, Debug, Default)]
pub struct Query(pub Input);

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(Input::parse(parts.uri.query().unwrap_or("").as_bytes()).unwrap_or_default()))
    }
}

/// What is wrong with a form: at most one sentence for each field, in the order they were found.
///
/// The name `""` stands for the form as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems(Vec<(String, String)>);

impl Problems {
    /// One problem, for a refusal that names a single field.
    pub fn one(field: impl Into<String>, sentence: impl Into<String>) -> Self {
        Self(vec![(field.into(), sentence.into())])
    }

    /// Adds a sentence, unless the field already has one.
    pub fn add(&mut self, field: impl Into<String>, sentence: impl Into<String>) {
        let field = field.into();
        if self.of(&field).is_none() {
            self.0.push((field, sentence.into()));
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn of(&self, field: &str) -> Option<&str> {
        self.iter().find(|(name, _)| *name == field).map(|(_, sentence)| sentence)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(field, sentence)| (field.as_str(), sentence.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_trimmed_and_composed_and_raw_is_not() {
        let input =
            Input::parse("name=+%E1%84%80%E1%85%A1+&day=mon&day=tue&note=a%0D%0Ab".as_bytes()).unwrap();
        assert_eq!(input.text("name"), "가");
        assert_eq!(input.raw("name"), " \u{1100}\u{1161} ");
        assert_eq!(input.text("note"), "a\nb");
        assert_eq!(input.all("day").collect::<Vec<_>>(), ["mon", "tue"]);
        assert_eq!(input.text("nothing"), "");
        assert!(!input.flag("nothing"));
    }

    #[test]
    fn what_no_keyboard_writes_is_refused() {
        assert_eq!(Input::parse(b"name=a%00b"), None);
        assert_eq!(Input::parse(b"name=%FF"), None);
    }

    #[test]
    fn a_field_keeps_its_first_problem() {
        let mut problems = Problems::one("phone", "first");
        problems.add("phone", "second");
        problems.add("name", "third");
        assert_eq!(problems.iter().collect::<Vec<_>>(), [("phone", "first"), ("name", "third")]);
    }
}
