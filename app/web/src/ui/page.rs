//! The frame of a page and how it becomes a response: everything is read before, then drawn in one go.
//!
//! Leptos' own integration streams and wants inline scripts for it. Our pages wait for nothing once they are drawn, and
//! the content policy forbids inline scripts; so a page is one string, made within an owner in "islands" mode, in which
//! only islands are marked for the browser.

use super::{field::escape, frame};
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::language::Language;
use hydration_context::SsrSharedContext;
use leptos::prelude::*;
use std::sync::Arc;

/// A setting of the operator's, in Korean and for whoever reads none.
#[derive(Clone, Debug)]
pub struct Bilingual {
    pub ko: String,
    pub en: String,
}

impl Bilingual {
    pub fn new(ko: impl Into<String>, en: impl Into<String>) -> Self {
        Self { ko: ko.into(), en: en.into() }
    }

    pub fn of(&self, l: Language) -> &str {
        l.choose(&self.ko, Some(&self.en))
    }
}

/// What the header and footer say about the centre; settings, the same for every page.
#[derive(Clone, Debug)]
pub struct CentreFacts {
    /// The name of the service.
    pub name: Bilingual,
    /// The office that runs it.
    pub office: Bilingual,
    pub address: Bilingual,
    pub phone: String,
    /// When somebody answers the phone.
    pub hours: Bilingual,
    /// Made-up people and courses: every page says so at its top.
    pub demonstration: bool,
    /// Changes with the files of the site; stands behind their URLs so that browsers may keep them.
    pub version: String,
}

/// A line of the menu; its path is without the language's prefix.
#[derive(Clone, Debug)]
pub struct MenuItem {
    pub label: String,
    pub path: String,
}

impl MenuItem {
    pub fn new(label: impl Into<String>, path: impl Into<String>) -> Self {
        Self { label: label.into(), path: path.into() }
    }
}

/// The person who is signed in, as the header shows them.
#[derive(Clone, Debug)]
pub struct Visitor {
    pub name: String,
    /// What staff may do beside what everybody may; empty for residents.
    pub menu: Vec<MenuItem>,
}

/// What a page is drawn into: who looks at it, in which language, at which address.
#[derive(Clone, Debug)]
pub struct Frame {
    pub language: Language,
    /// The address without the language's prefix, with the query: `/courses?q=엑셀`, percent-encoded as it came.
    pub path: String,
    pub visitor: Option<Visitor>,
    pub high_contrast: bool,
    pub centre: Arc<CentreFacts>,
}

impl Frame {
    /// Draws a page. The starter of the islands is added where the page holds one.
    pub fn render<V: IntoView + 'static>(
        &self,
        status: StatusCode,
        title: &str,
        body: impl FnOnce() -> V,
    ) -> Response {
        let l = self.language;
        self.draw(status, body, |body| {
            let inside = view! {
                {frame::skip_link(l)}
                {frame::masthead(l, &self.centre)}
                {frame::header(self)}
                <main id="content" tabindex="-1" class="inner" inner_html=body.clone()></main>
                {frame::footer(l, &self.centre)}
            };
            self.document(title, &body, None, inside.into_any()).to_html()
        })
    }

    /// Draws a page for a screen on a wall: nothing around it, and opened anew after so many seconds where there are no
    /// scripts that keep it true.
    pub fn screen<V: IntoView + 'static>(
        &self,
        title: &str,
        refresh: u32,
        body: impl FnOnce() -> V,
    ) -> Response {
        self.draw(StatusCode::OK, body, |body| {
            let refresh =
                view! { <noscript><meta http-equiv="refresh" content=refresh.to_string()/></noscript> };
            let inside = view! { <main id="content" class="screen" inner_html=body.clone()></main> };
            self.document(title, &body, Some(refresh.into_any()), inside.into_any()).to_html()
        })
    }

    /// Draws a page for a device that is nobody's: nothing around it. Where there is a way `back`, it goes there after so many
    /// seconds, without scripts, too.
    pub fn terminal<V: IntoView + 'static>(
        &self,
        status: StatusCode,
        title: &str,
        back: Option<(u32, &str)>,
        body: impl FnOnce() -> V,
    ) -> Response {
        self.draw(status, body, |body| {
            let back = back.map(|(seconds, path)| {
                view! { <meta http-equiv="refresh" content=format!("{seconds}; url={path}")/> }.into_any()
            });
            let inside = view! { <main id="content" class="screen" inner_html=body.clone()></main> };
            self.document(title, &body, back, inside.into_any()).to_html()
        })
    }

    fn draw<V: IntoView + 'static>(
        &self,
        status: StatusCode,
        body: impl FnOnce() -> V,
        document: impl FnOnce(String) -> String,
    ) -> Response {
        let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new_islands())));
        let html = owner.with(|| document(body().into_view().to_html()));
        owner.unset_with_forced_cleanup();
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
            (header::CONTENT_LANGUAGE, HeaderValue::from_static(self.language.code())),
            (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
        ];
        (status, headers, format!("<!DOCTYPE html>{html}")).into_response()
    }

    fn document(
        &self,
        title: &str,
        body: &str,
        head: Option<AnyView>,
        inside: AnyView,
    ) -> impl IntoView + use<> {
        let l = self.language;
        let service = self.centre.name.of(l);
        let title = if title.is_empty() { service.to_owned() } else { format!("{title} | {service}") };
        let versioned = |path: &str| format!("{path}?v={}", self.centre.version);
        let starter = body
            .contains("<leptos-island")
            .then(|| view! { <script type="module" src=versioned("/islands.js")></script> });
        let alternate = |l: &Language| {
            view! { <link rel="alternate" hreflang=l.code() href=l.path(&self.path)/> }
        };
        let alternates: Vec<_> = Language::ALL.iter().map(alternate).collect();
        view! {
            <html lang=l.code() data-krds-mode=if self.high_contrast { "high-contrast" } else { "light" }>
                <head>
                    <meta charset="utf-8"/>
                    <meta name="viewport" content="width=device-width, initial-scale=1"/>
                    <meta name="description" content=crate::words::ui::description(l)/>
                    <title inner_html=escape(&title)></title>
                    <link rel="icon" type="image/svg+xml" href="/icon.svg"/>
                    <link rel="stylesheet" href=versioned("/pkg/style.css")/>
                    {alternates}
                    {head}
                    {starter}
                </head>
                <body>{inside}</body>
            </html>
        }
    }
}
