//! The certificate of completion as a PDF, for one person or for a whole run.

use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};
use serde::Serialize;
use web::attendance::{CertificatePaper, CertificateText};

use super::press::{NotSet, Sheet, settable};

const TEMPLATE: &str = include_str!("certificate.typ");

/// What the template reads.
#[derive(Serialize)]
struct Paper {
    language: &'static str,
    title: String,
    issuer: String,
    how_to_verify: String,
    certificates: Vec<Page>,
}

#[derive(Serialize)]
struct Page {
    number: String,
    /// What it is about, what it says, and whether it is the one to be seen first.
    facts: Vec<(String, String, bool)>,
    sentence: String,
    date: String,
    code_alt: String,
}

/// Takes some 20 ms of a processor for one, and less for each of many.
pub fn draw(paper: &CertificatePaper) -> Result<Vec<u8>, NotSet> {
    let mut sheet = Sheet::new(TEMPLATE)?;
    for (index, one) in paper.certificates.iter().enumerate() {
        sheet.add(&format!("code-{index}.svg"), code(&one.verify_url)?)?;
    }
    let words = Paper {
        language: paper.language.code(),
        title: settable(&paper.title),
        issuer: settable(&paper.issuer),
        how_to_verify: settable(&paper.how_to_verify),
        certificates: paper.certificates.iter().map(page).collect(),
    };
    sheet.add("paper.json", serde_json::to_vec(&words)?)?;
    sheet.pdf()
}

fn page(text: &CertificateText) -> Page {
    let facts = text.facts.iter().enumerate();
    Page {
        number: settable(&text.number),
        facts: facts.map(|(index, (what, said))| (settable(what), settable(said), index == 0)).collect(),
        sentence: settable(&text.sentence),
        date: settable(&text.date),
        code_alt: text.code_alt.clone(),
    }
}

/// A QR code as a drawing, so that it is sharp in any size.
fn code(url: &str) -> Result<Vec<u8>, NotSet> {
    let code = QrCode::with_error_correction_level(url, EcLevel::M)?;
    Ok(code.render::<svg::Color<'_>>().quiet_zone(false).build().into_bytes())
}
