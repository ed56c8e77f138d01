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

/// Takes long enough to belong on a thread of its own.
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

#[cfg(test)]
mod tests {
    use domain::language::Language;

    use super::*;

    fn paper(count: usize) -> CertificatePaper {
        let fact = |what: &str, said: &str| (what.to_owned(), said.to_owned());
        let one = CertificateText {
            number: "제2021-0042호".into(),
            facts: vec![fact("성명", "홍길동"), fact("과정명", "#set text(red) <&> $x$ \\ [*]")],
            sentence: "위 사람은 위 교육과정을 마쳤으므로 이 증서를 드립니다.".into(),
            date: "2021년 3월 9일".into(),
            code_alt: "QR".into(),
            verify_url: "https://learn.example.org/verify/abcdefghijklmnopqrstuv".into(),
        };
        CertificatePaper {
            language: Language::Ko,
            title: "수료증".into(),
            issuer: "구청".into(),
            how_to_verify: "QR코드로 확인합니다.".into(),
            certificates: vec![one; count],
        }
    }

    #[test]
    fn a_run_is_one_file_and_nothing_in_a_name_is_taken_for_the_template() {
        for count in [1, 50] {
            let pdf = draw(&paper(count)).unwrap();
            assert!(pdf.starts_with(b"%PDF-"));
        }
    }

    #[test]
    fn the_typeface_has_korean_and_latin_letters_and_a_box_for_the_rest() {
        assert_eq!(settable("홍길동 뷁 Hong, 1"), "홍길동 뷁 Hong, 1");
        assert_eq!(settable("𠮷"), "□");
    }
}
