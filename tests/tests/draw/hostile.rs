//! Files that are no records: both verifiers say so, and neither breaks.

use std::fs;
use std::path::Path;

use domain::registration::draw::Record;
use serde_json::{Value, json};
use server::draw::verify;
use tempfile::TempDir;

use super::{judged, python, record};

/// A true record, with what stands under a name in its text replaced.
fn with(pattern: &str, replacement: &str) -> Vec<u8> {
    let text = serde_json::to_string(&record(3)).unwrap();
    assert!(text.contains(pattern), "{pattern} is not in {text}");
    text.replacen(pattern, replacement, 1).into_bytes()
}

#[test]
fn what_is_no_record_is_said_to_be_none() {
    let whole = serde_json::to_string(&record(3)).unwrap();
    let array: Value =
        serde_json::from_str::<Value>(&whole).unwrap().as_object().unwrap().values().cloned().collect();
    let lines_as_arrays = {
        let mut value: Value = serde_json::from_str(&whole).unwrap();
        value["order"] = json!([[1, "00000-00000", "00"]]);
        value.to_string()
    };
    let contents: Vec<Vec<u8>> = [
        "",
        " ",
        "null",
        "true",
        "7",
        "\"\"",
        "[]",
        "{}",
        "{",
        "nul",
        "NaN",
        "홍길동",
        &whole[..whole.len() - 1],
        &format!("{whole}}}"),
        &format!("{whole} {whole}"),
        &format!("\u{feff}{whole}"),
        &array.to_string(),
        &lines_as_arrays,
        // Deeper than anybody's stack.
        &"[".repeat(1_000_000),
        &"{\"order\":".repeat(1_000_000),
        &format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)),
    ]
    .map(|text| text.as_bytes().to_vec())
    .into_iter()
    .chain([
        b"\xff\xfe{\x00}\x00".to_vec(),
        b"{\"version\":\"\xed\xa0\x80\"}".to_vec(),
        with("\"places\":3", "\"places\":-1"),
        with("\"places\":3", "\"places\":-0"),
        with("\"places\":3", "\"places\":3.0"),
        with("\"places\":3", "\"places\":3e0"),
        with("\"places\":3", "\"places\":03"),
        with("\"places\":3", "\"places\":\"3\""),
        with("\"places\":3", "\"places\":true"),
        with("\"places\":3", "\"places\":null"),
        with("\"places\":3", "\"places\":Infinity"),
        with("\"places\":3", "\"places\":1e999"),
        with("\"places\":3", "\"places\":4294967296"),
        with("\"places\":3", &format!("\"places\":{}", "9".repeat(5_000))),
        with("\"places\":3", "\"places\":3,\"places\":3"),
        with("\"places\":3", "\"places\":3,\"more\":3"),
        with("\"places\":3,", ""),
        with("\"rank\":1", "\"rank\":1,\"rank\":1"),
        with("\"rank\":1", "\"rank\":1,\"name\":\"홍길동\""),
        with("\"rank\":1,", ""),
        with("\"order\":[", "\"order\":[null,"),
        with("\"run\":\"P21-014\"", "\"run\":[\"P21-014\"]"),
        with("\"run\":\"P21-014\"", "\"run\":\"\\ud800\""),
        with("\"run\":\"P21-014\"", "\"run\":\"\\udc00\\ud800\""),
        with("\"run\":\"P21-014\"", "\"run\":\"\u{1}\""),
        with("\"run\":\"P21-014\"", "'run':'P21-014'"),
        with("2021-01-28T09:00:00.000000Z", "2021-01-28T09:00:00Z"),
        with("2021-01-28T09:00:00.000000Z", "2021-01-28T09:00:00.0Z"),
        with("2021-01-28T09:00:00.000000Z", "2021-01-28T09:00:00.000000+00:00"),
        with("2021-01-28T09:00:00.000000Z", "2021-01-28 09:00:00.000000Z"),
        with("2021-01-28T09:00:00.000000Z", "2021-01-28T09:00:60.000000Z"),
        with("2021-01-28T09:00:00.000000Z", "2021-01-28T24:00:00.000000Z"),
        with("2021-01-28T09:00:00.000000Z", "2021-02-29T09:00:00.000000Z"),
        with("2021-01-28T09:00:00.000000Z", "0021-01-28T09:00:00.000000Z"),
        with("2021-01-28T09:00:00.000000Z", "+2021-01-28T09:00:00.000000Z"),
        with("2021-01-28T09:00:00.000000Z", "２021-01-28T09:00:00.000000Z"),
        with("2021-01-28T09:00:00.000000Z", ""),
    ])
    .collect();
    for (words, content) in judged(&contents).iter().zip(&contents) {
        assert_eq!(*words, ["unreadable"], "{}", String::from_utf8_lossy(content));
    }
}

#[test]
fn what_is_written_otherwise_but_says_the_same_is_true() {
    let record = record(3);
    let backwards: String = {
        let value = serde_json::to_value(&record).unwrap();
        let members: Vec<String> =
            value.as_object().unwrap().iter().rev().map(|(name, it)| format!("{name:?}:{it}")).collect();
        format!("\r\n\t {{{}}} \n", members.join(" , "))
    };
    let contents = [
        serde_json::to_vec(&record).unwrap(),
        serde_json::to_vec_pretty(&record).unwrap(),
        backwards.into_bytes(),
        with("\"run\":\"P21-014\"", "\"\\u0072un\":\"P21-01\\u0034\""),
        with("\"public_source\":\"", "\"public_source\":\"\\u0000\\ud83c\\udfb1\\n"),
        with("2021-01-30T12:00:00.000001Z", "2024-02-29T23:59:59.999999Z"),
        serde_json::to_vec(&super::record(0)).unwrap(),
    ];
    for (words, content) in judged(&contents).iter().zip(&contents) {
        assert!(words.is_empty(), "{words:?}: {}", String::from_utf8_lossy(content));
    }
}

#[test]
fn a_file_that_cannot_be_read_or_is_too_large_is_said_to_be_so() {
    let folder = TempDir::new().unwrap();
    let (missing, large) = (folder.path().join("missing"), folder.path().join("large"));
    let mut spaced = serde_json::to_vec(&record(3)).unwrap();
    spaced.resize(Record::BYTES_MAX + 1, b' ');
    fs::write(&large, spaced).unwrap();
    for file in [&missing, &large, &folder.path().to_owned()] {
        let verdict = verify(file);
        assert_eq!((verdict.exit_code(), verdict.to_string().lines().count()), (2, 1), "{verdict}");
        assert_eq!(python(std::slice::from_ref(file)), [["unreadable"]]);
    }
    assert!(verify(&large).to_string().ends_with("it is larger than 64 MiB"));
}

#[test]
fn the_command_says_what_holds_what_does_not_and_what_nobody_can_know_from_the_file() {
    let folder = TempDir::new().unwrap();
    let said = |content: &[u8]| {
        let file = folder.path().join("draw.json");
        fs::write(&file, content).unwrap();
        let verdict = verify(&file);
        (verdict.exit_code(), verdict.to_string())
    };
    let (code, truth) = said(&with("로또6/45", "\\u001b[2J"));
    assert_eq!(code, 0);
    assert!(truth.starts_with(
        "The draw of P21-014 is true: each of 3 ranks follows from what was published before it.\n"
    ));
    assert!(
        truth.contains("- 3 places\n") && truth.contains("published 2021-01-28 09:00:00 UTC\n"),
        "{truth}"
    );
    assert!(!truth.contains('\u{1b}'), "a terminal would obey it");
    let (code, faults) = said(&with("\"rank\":2", "\"rank\":3"));
    assert_eq!(
        (code, faults.as_str()),
        (1, "The record is not that of a true draw.\n- A rank is not the number of its line: line 2.")
    );
    assert_eq!(verify(Path::new("/nowhere")).exit_code(), 2);
}
