//! What a certificate says in the reader's language, and the page that says whether one is true.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::attendance::certificate::{Certificate, is_true};
use domain::course::hours_text;
use domain::language::Language;
use domain::seoul;
use leptos::prelude::*;

use crate::AppError;
use crate::ask::Ask;
use crate::ui::{Alert, PageHead, Tone};
use crate::when;
use crate::words::completion as words;

/// Which of somebody's names a certificate shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShownName {
    Registered,
    /// Where they have one; else the registered one.
    Latin,
}

/// Certificates of one language, a page each.
#[derive(Clone, Debug)]
pub struct CertificatePaper {
    pub language: Language,
    pub title: String,
    pub issuer: String,
    pub how_to_verify: String,
    pub certificates: Vec<CertificateText>,
}

/// The words of one certificate.
#[derive(Clone, Debug)]
pub struct CertificateText {
    pub number: String,
    /// What each fact is and what it says; the first is the name.
    pub facts: Vec<(String, String)>,
    pub sentence: String,
    pub date: String,
    pub code_alt: String,
    /// Where the QR code leads.
    pub verify_url: String,
}

/// What these certificates say in the language of the page, or in English where the fonts can't write it.
pub fn paper(ask: &Ask, certificates: &[Certificate], name: ShownName) -> CertificatePaper {
    let (l, facts) = (paper_language(ask), &ask.facts);
    let office = facts.office.of(l);
    CertificatePaper {
        language: l,
        title: words::paper_title(l).to_owned(),
        issuer: if office.is_empty() { facts.name.of(l) } else { office }.to_owned(),
        how_to_verify: words::paper_verify(l).to_owned(),
        certificates: certificates.iter().map(|one| text(ask, one, name)).collect(),
    }
}

fn paper_language(ask: &Ask) -> Language {
    ask.language.without_characters(Language::En)
}

fn text(ask: &Ask, one: &Certificate, name: ShownName) -> CertificateText {
    let l = paper_language(ask);
    let verify_url =
        format!("{}{}", ask.centre.settings().public_url, l.path(&format!("/verify/{}", one.token)));
    let latin = one.latin_name.as_ref().filter(|_| name == ShownName::Latin);
    let course = l.choose(&one.course, one.course_en.as_deref());
    let dates = match one.first_day == one.last_day {
        true => when::date(l, one.first_day),
        false => format!("{} ~ {}", when::date(l, one.first_day), when::date(l, one.last_day)),
    };
    let hours = words::paper_hours_of(l, hours_text(one.planned), hours_text(one.attended));
    let facts = [
        (words::paper_name(l), latin.unwrap_or(&one.name).clone()),
        (words::paper_course(l), course.to_owned()),
        (words::paper_dates(l), dates),
        (words::paper_hours(l), hours),
    ];
    CertificateText {
        number: words::paper_number(l, one.number),
        facts: facts.into_iter().map(|(what, said)| (what.to_owned(), said)).collect(),
        sentence: words::paper_sentence(l).to_owned(),
        date: when::date(l, seoul::day(one.issued_at)),
        code_alt: words::paper_code(l, &verify_url),
        verify_url,
    }
}

/// `GET /verify/{token}`: true or not, and nothing else.
pub async fn verify(ask: Ask, Path(token): Path<String>) -> Result<Response, AppError> {
    let l = ask.language;
    let (status, tone, said) = match is_true(ask.centre.database(), &token).await? {
        true => (StatusCode::OK, Tone::Success, words::verify_true(l)),
        false => (StatusCode::NOT_FOUND, Tone::Danger, words::verify_false(l)),
    };
    Ok(ask.refuse(status, words::verify(l), || {
        view! {
            <PageHead title=words::verify(l)/>
            <div role="status"><Alert l=l tone=tone><p>{said}</p></Alert></div>
        }
    }))
}
