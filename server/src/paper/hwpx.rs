//! A report as HWPX, which 한글 opens: OWPML (KS X 6101) in a zip, as little of it as there needs to be.
//!
//! What is the same in every paper stands in `hwpx/`: there the letters, paragraphs and borders have the numbers by which they
//! are called here.

use std::io::{Cursor, Write};

use web::statistics::{Report, Sheet, Value};
use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// First and stored as it is, so that programs know the file by its beginning.
const MIMETYPE: &str = "application/hwp+zip";

/// The width of a page's text in its own units, of which an inch has 7200.
const WIDTH: usize = 59_528 - 2 * 5_669;

/// The height of a row, which grows with its text.
const ROW: usize = 1_800;

/// Letters, by their numbers in `header.xml`.
#[derive(Clone, Copy)]
enum Letters {
    Text = 0,
    Title = 1,
    Heading = 2,
    Head = 3,
}

/// Paragraphs, by their numbers there.
#[derive(Clone, Copy)]
enum Align {
    Left = 0,
    Centre = 1,
    Right = 2,
}

/// Borders of a cell, by their numbers there.
#[derive(Clone, Copy)]
enum Border {
    Plain = 2,
    Shaded = 3,
}

pub fn draw(report: &Report) -> Result<Vec<u8>, ZipError> {
    let content = include_str!("hwpx/content.hpf").replace("{title}", &escape(&report.title));
    let files = [
        ("version.xml", include_str!("hwpx/version.xml").to_owned()),
        ("Contents/content.hpf", content),
        ("Contents/header.xml", include_str!("hwpx/header.xml").to_owned()),
        ("Contents/section0.xml", section(report)),
        ("settings.xml", include_str!("hwpx/settings.xml").to_owned()),
        ("META-INF/container.xml", include_str!("hwpx/container.xml").to_owned()),
        ("META-INF/manifest.xml", include_str!("hwpx/manifest.xml").to_owned()),
    ];
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    zip.start_file("mimetype", stored)?;
    zip.write_all(MIMETYPE.as_bytes())?;
    for (name, text) in files {
        zip.start_file(name, stored.compression_method(CompressionMethod::Deflated))?;
        zip.write_all(text.as_bytes())?;
    }
    Ok(zip.finish()?.into_inner())
}

fn section(report: &Report) -> String {
    let mut page = Page { text: String::new(), tables: 0 };
    page.text.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n");
    page.text.push_str("<hs:sec xmlns:hs=\"http://www.hancom.co.kr/hwpml/2011/section\"");
    page.text.push_str(" xmlns:hp=\"http://www.hancom.co.kr/hwpml/2011/paragraph\">");
    // The first paragraph holds what the page is like.
    let first = run(&report.title, Letters::Title);
    page.paragraph(Align::Centre, &format!("{}{first}", include_str!("hwpx/section.xml").trim_end()));
    page.line(&report.under, Letters::Text, Align::Right);
    for part in &report.sections {
        page.line("", Letters::Text, Align::Left);
        page.line(&part.title, Letters::Heading, Align::Left);
        for line in &part.lines {
            page.line(line, Letters::Text, Align::Left);
        }
        for sheet in &part.sheets {
            page.line(&sheet.name, Letters::Head, Align::Left);
            page.table(sheet);
        }
    }
    page.text.push_str("</hs:sec>\n");
    page.text
}

struct Page {
    text: String,
    tables: usize,
}

impl Page {
    fn paragraph(&mut self, align: Align, runs: &str) {
        self.text.push_str(&paragraph(align, runs));
    }

    fn line(&mut self, text: &str, letters: Letters, align: Align) {
        self.paragraph(align, &run(text, letters));
    }

    fn table(&mut self, sheet: &Sheet) {
        self.tables += 1;
        let (columns, rows) = (sheet.columns.len(), sheet.rows.len() + 1);
        // The first names the row and has twice the room.
        let narrow = WIDTH / (columns + 1);
        let width = |column: usize| if column == 0 { WIDTH - narrow * (columns - 1) } else { narrow };
        let head: Vec<String> = (0..)
            .zip(&sheet.columns)
            .map(|(column, title)| {
                let text = paragraph(Align::Centre, &run(title, Letters::Head));
                cell((column, 0), width(column), Border::Shaded, &text)
            })
            .collect();
        let body = (1..).zip(&sheet.rows).map(|(line, row)| {
            let cells = (0..).zip(row).map(|(column, value)| {
                let align = if matches!(value, Value::Text(_)) { Align::Left } else { Align::Right };
                let text = paragraph(align, &run(&value.shown(), Letters::Text));
                cell((column, line), width(column), Border::Plain, &text)
            });
            format!("<hp:tr>{}</hp:tr>", cells.collect::<String>())
        });
        let body: String = body.collect();
        let (id, border, height) = (self.tables, Border::Plain as u8, ROW * rows);
        let table = format!(
            "<hp:run charPrIDRef=\"0\"><hp:tbl id=\"{id}\" zOrder=\"{id}\" numberingType=\"TABLE\" textWrap=\"TOP_AND_BOTTOM\" \
             textFlow=\"BOTH_SIDES\" lock=\"0\" dropcapstyle=\"None\" pageBreak=\"CELL\" repeatHeader=\"1\" rowCnt=\"{rows}\" \
             colCnt=\"{columns}\" cellSpacing=\"0\" borderFillIDRef=\"{border}\" noAdjust=\"0\">\
             <hp:sz width=\"{WIDTH}\" widthRelTo=\"ABSOLUTE\" height=\"{height}\" heightRelTo=\"ABSOLUTE\" protect=\"0\"/>\
             <hp:pos treatAsChar=\"0\" affectLSpacing=\"0\" flowWithText=\"1\" allowOverlap=\"0\" holdAnchorAndSO=\"0\" \
             vertRelTo=\"PARA\" horzRelTo=\"COLUMN\" vertAlign=\"TOP\" horzAlign=\"LEFT\" vertOffset=\"0\" horzOffset=\"0\"/>\
             <hp:outMargin left=\"0\" right=\"0\" top=\"0\" bottom=\"566\"/>\
             <hp:inMargin left=\"283\" right=\"283\" top=\"141\" bottom=\"141\"/>\
             <hp:tr>{}</hp:tr>{body}</hp:tbl></hp:run>",
            head.concat()
        );
        self.paragraph(Align::Left, &table);
    }
}

fn run(text: &str, letters: Letters) -> String {
    format!("<hp:run charPrIDRef=\"{}\"><hp:t>{}</hp:t></hp:run>", letters as u8, escape(text))
}

fn paragraph(align: Align, runs: &str) -> String {
    let align = align as u8;
    format!(
        "<hp:p id=\"0\" paraPrIDRef=\"{align}\" styleIDRef=\"0\" pageBreak=\"0\" columnBreak=\"0\" merged=\"0\">{runs}</hp:p>"
    )
}

fn cell((column, row): (usize, usize), width: usize, border: Border, text: &str) -> String {
    let (border, header) = (border as u8, u8::from(row == 0));
    format!(
        "<hp:tc name=\"\" header=\"{header}\" hasMargin=\"0\" protect=\"0\" editable=\"0\" dirty=\"0\" borderFillIDRef=\"{border}\">\
         <hp:subList id=\"\" textDirection=\"HORIZONTAL\" lineWrap=\"BREAK\" vertAlign=\"CENTER\" linkListIDRef=\"0\" \
         linkListNextIDRef=\"0\" textWidth=\"0\" textHeight=\"0\" hasTextRef=\"0\" hasNumRef=\"0\">{text}</hp:subList>\
         <hp:cellAddr colAddr=\"{column}\" rowAddr=\"{row}\"/><hp:cellSpan colSpan=\"1\" rowSpan=\"1\"/>\
         <hp:cellSz width=\"{width}\" height=\"{ROW}\"/><hp:cellMargin left=\"283\" right=\"283\" top=\"141\" bottom=\"141\"/></hp:tc>"
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
