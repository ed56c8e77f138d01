//! An answer as a reader sees it.

use axum::http::{HeaderMap, StatusCode, header};
use scraper::{ElementRef, Html, Selector};

use crate::{Form, Visitor};

pub struct Page {
    /// Where it is, after redirects, as it was asked for.
    pub path: String,
    pub status: StatusCode,
    /// The statuses of the redirects that led here.
    pub hops: Vec<StatusCode>,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
    visitor: Visitor,
}

impl Page {
    pub(crate) fn new(
        visitor: Visitor,
        path: String,
        status: StatusCode,
        headers: HeaderMap,
        bytes: Vec<u8>,
    ) -> Self {
        Self { path, status, hops: Vec::new(), headers, bytes, visitor }
    }

    /// Itself, if it has this status; else the test fails and shows what the page said.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}: {}", self.path, self.said());
        self
    }

    /// The body as text.
    pub fn body(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub fn location(&self) -> Option<String> {
        self.header(header::LOCATION.as_str()).map(str::to_owned)
    }

    /// The texts of all elements that match, white space as one sees it.
    pub fn all(&self, selector: &str) -> Vec<String> {
        let html = self.html();
        html.select(&parse(selector)).map(text).collect()
    }

    pub fn has(&self, selector: &str) -> bool {
        let html = self.html();
        html.select(&parse(selector)).next().is_some()
    }

    /// The text of the first element that matches.
    #[track_caller]
    pub fn text(&self, selector: &str) -> String {
        let found = self.all(selector).into_iter().next();
        found.unwrap_or_else(|| panic!("no {selector} on {}: {}", self.path, self.said()))
    }

    /// An attribute of the first element that matches and has it.
    #[track_caller]
    pub fn attribute(&self, selector: &str, name: &str) -> String {
        let html = self.html();
        let found = html.select(&parse(selector)).find_map(|element| element.attr(name).map(str::to_owned));
        found.unwrap_or_else(|| panic!("no {selector} with {name} on {}: {}", self.path, self.said()))
    }

    /// What the page itself says, without what stands around every page.
    pub fn said(&self) -> String {
        self.all("main").into_iter().next().unwrap_or_else(|| self.body())
    }

    /// The sentences about what was wrong with a form, in order.
    pub fn problems(&self) -> Vec<String> {
        self.all(".error-summary li")
    }

    /// The sentence at one field, by the name of the field.
    pub fn problem(&self, field: &str) -> Option<String> {
        self.all(&format!("[id=\"{field}-problem\"]")).into_iter().next()
    }

    /// The first form that matches, with what its fields hold: `page.form("main form")`.
    #[track_caller]
    pub fn form(&self, selector: &str) -> Form {
        let html = self.html();
        let Some(element) = html.select(&parse(selector)).next() else {
            panic!("no {selector} on {}: {}", self.path, self.said())
        };
        Form::read(self.visitor.clone(), &self.path, element)
    }

    /// Follows the first link that holds this text.
    pub async fn click(&self, label: &str) -> Page {
        let target = self.link(label);
        self.visitor.get(&target).await
    }

    /// Where the first link that holds this text leads.
    #[track_caller]
    pub fn link(&self, label: &str) -> String {
        let html = self.html();
        let found = html.select(&parse("a[href]")).find(|link| text(*link).contains(label));
        let found = found.and_then(|link| link.attr("href").map(str::to_owned));
        found.unwrap_or_else(|| panic!("no link {label:?} on {}: {}", self.path, self.said()))
    }

    fn html(&self) -> Html {
        Html::parse_document(&self.body())
    }
}

pub(crate) fn parse(selector: &str) -> Selector {
    Selector::parse(selector).unwrap_or_else(|cause| panic!("{selector}: {cause}"))
}

pub(crate) fn text(element: ElementRef) -> String {
    let text: String = element.text().collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
