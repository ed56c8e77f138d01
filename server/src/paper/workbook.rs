//! Tables as a workbook that Excel and LibreOffice open: one sheet a table, with real numbers and days.

use rust_xlsxwriter::{Format, FormatAlign, Workbook, Worksheet, XlsxError};
use web::statistics::{Sheet, Value};

/// The longest name of a sheet, in characters.
const NAME: usize = 31;

/// What values look like, by kind.
struct Looks {
    head: Format,
    count: Format,
    hours: Format,
    share: Format,
    money: Format,
    day: Format,
}

/// Excel's number for the size of paper.
const A4: u8 = 9;

/// Takes some milliseconds of a processor for each sheet.
pub fn draw(sheets: &[Sheet]) -> Result<Vec<u8>, XlsxError> {
    let number = |format: &str| Format::new().set_num_format(format);
    let looks = Looks {
        head: Format::new().set_bold().set_align(FormatAlign::Center),
        count: number("#,##0"),
        hours: number("#,##0.##"),
        share: number("0.0%"),
        money: number("#,##0;△#,##0"),
        day: number("yyyy-mm-dd"),
    };
    let mut workbook = Workbook::new();
    let mut names: Vec<String> = Vec::new();
    for sheet in sheets {
        let name = name_beside(&sheet.name, &names);
        write(workbook.add_worksheet().set_name(&name)?, sheet, &looks)?;
        names.push(name);
    }
    workbook.save_to_buffer()
}

/// A name that a sheet may have and no other has.
fn name_beside(wanted: &str, taken: &[String]) -> String {
    let fits = |c: &char| !matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\'');
    let whole: String = wanted.chars().filter(fits).take(NAME).collect();
    let numbered = |number: usize| {
        let ending = format!(" {number}");
        whole.chars().take(NAME - ending.len()).chain(ending.chars()).collect()
    };
    let names = [whole.clone()].into_iter().chain((2..).map(numbered));
    let is_taken = |name: &String| taken.iter().any(|other| other.to_lowercase() == name.to_lowercase());
    names.into_iter().find(|name| !is_taken(name)).unwrap_or(whole)
}

fn write(page: &mut Worksheet, sheet: &Sheet, looks: &Looks) -> Result<(), XlsxError> {
    for (column, title) in (0..).zip(&sheet.columns) {
        page.write_string_with_format(0, column, title, &looks.head)?;
    }
    for (line, row) in (1..).zip(&sheet.rows) {
        for (column, value) in (0..).zip(row) {
            match value {
                Value::Text(text) => page.write_string(line, column, text)?,
                Value::Count(count) => {
                    page.write_number_with_format(line, column, *count as f64, &looks.count)?
                }
                Value::Hours(minutes) => {
                    page.write_number_with_format(line, column, *minutes as f64 / 60.0, &looks.hours)?
                }
                Value::Share(share) => {
                    page.write_number_with_format(line, column, share.ratio(), &looks.share)?
                }
                Value::Money(amount) => {
                    page.write_number_with_format(line, column, *amount as f64, &looks.money)?
                }
                Value::Day(day) => page.write_datetime_with_format(line, column, day, &looks.day)?,
                Value::Nothing => page,
            };
        }
    }
    page.set_freeze_panes(1, 1)?;
    page.autofit();
    // On paper too a table keeps all its columns side by side, and their titles on each page.
    page.set_paper_size(A4).set_landscape().set_print_fit_to_pages(1, 0);
    page.set_repeat_rows(0, 0)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sheet_has_a_name_of_its_own() {
        let mut names = Vec::new();
        for wanted in ["성별/나이별 실적", "성별나이별 실적", &"가".repeat(40), &"가".repeat(40)]
        {
            names.push(name_beside(wanted, &names));
        }
        assert_eq!(names[..2], ["성별나이별 실적", "성별나이별 실적 2"]);
        assert_eq!((names[2].chars().count(), names[3].chars().count()), (31, 31));
        assert!(names[3].ends_with(" 2"));
    }
}
