//! The draw of a lottery: it favours nobody, whatever is changed in its record is found, and a reader written in another
//! language says the same of every file.

mod hostile;
mod tamper;
mod uniform;

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use domain::course::RunCode;
use domain::registration::draw::{Fault, Occasion, Record, Secret, Ticket, draw};
use server::draw::{Verdict, verify};
use tempfile::TempDir;

/// The verifier that was written from the description of the algorithm and not from the program.
const PYTHON: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/draw.py");

const RUN: &str = "P21-014";

/// Tickets by number, all different.
fn ticket(number: u32) -> Ticket {
    Ticket::from_bytes(std::array::from_fn(|index| {
        u8::try_from(u64::from(number) >> (5 * index) & 31).unwrap()
    }))
}

/// A true record of so many applicants.
fn record(applicants: u32) -> Record {
    let tickets: Vec<Ticket> = (0..applicants).map(ticket).collect();
    let secret = Secret::from_bytes([7; Secret::BYTES]);
    let occasion = Occasion {
        run: RunCode::parse(RUN).unwrap(),
        places: 3,
        committed_at: "2021-01-04T00:00:00Z".parse().unwrap(),
        listed_at: "2021-01-28T09:00:00Z".parse().unwrap(),
        public_source: "로또6/45 제952회 당첨번호, 작은 수부터".into(),
        public_value: "4 12 22 24 33 41".into(),
        drawn_at: "2021-01-30T12:00:00.000001Z".parse().unwrap(),
    };
    let drawn = draw(&secret, RUN, &occasion.public_value, &tickets);
    Record::of(occasion, &secret, &drawn)
}

/// What is said of a file: nothing if it is true, a word for each fault, `unreadable` alone if it is no record.
type Words = Vec<String>;

/// Writes the files, has both verifiers look at them, and returns what they agree on.
#[track_caller]
fn judged(contents: &[Vec<u8>]) -> Vec<Words> {
    let folder = TempDir::new().unwrap();
    let files: Vec<PathBuf> =
        (0..contents.len()).map(|number| folder.path().join(number.to_string())).collect();
    for (file, content) in files.iter().zip(contents) {
        fs::write(file, content).unwrap();
    }
    let ours: Vec<Words> = files.iter().map(|file| words_of(&verify(file))).collect();
    for ((ours, theirs), content) in ours.iter().zip(python(&files)).zip(contents) {
        assert_eq!(*ours, theirs, "the program and Python differ on {}", String::from_utf8_lossy(content));
    }
    ours
}

fn words_of(verdict: &Verdict) -> Words {
    match verdict {
        Verdict::True(_) => Vec::new(),
        Verdict::False(faults) => faults.iter().map(|fault| word(fault).to_owned()).collect(),
        Verdict::Unreadable(_) => vec!["unreadable".to_owned()],
    }
}

/// What Python says of each file, and that it ends as the worst of them wants.
#[track_caller]
fn python(files: &[PathBuf]) -> Vec<Words> {
    let output = Command::new("python3")
        .arg(PYTHON)
        .args(files)
        .output()
        .unwrap_or_else(|cause| panic!("python3: {cause}; `./dev setup` installs it"));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut said: HashMap<String, Words> = HashMap::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let mut parts = line.splitn(3, ": ");
        let (file, word) = (parts.next().unwrap().to_owned(), parts.next().unwrap());
        said.entry(file).or_default().extend((word != "true").then(|| word.to_owned()));
    }
    let words: Vec<Words> = files
        .iter()
        .map(|file| said.remove(file.to_str().unwrap()).expect("something is said of each file"))
        .collect();
    let worst = words.iter().map(|words| match words.first().map(String::as_str) {
        None => 0,
        Some("unreadable") => 2,
        Some(_) => 1,
    });
    assert_eq!(output.status.code(), worst.max());
    words
}

fn word(fault: &Fault) -> &'static str {
    match fault {
        Fault::Version => "version",
        Fault::Rule => "rule",
        Fault::Run => "run",
        Fault::ListedTooEarly => "listed-too-early",
        Fault::DrawnTooEarly => "drawn-too-early",
        Fault::PublicValue => "public-value",
        Fault::Secret => "secret",
        Fault::Commitment => "commitment",
        Fault::Ticket(_) => "ticket",
        Fault::TicketTwice(_) => "ticket-twice",
        Fault::ListHash => "list-hash",
        Fault::Seed => "seed",
        Fault::Lot(_) => "lot",
        Fault::Rank(_) => "rank",
        Fault::Order(_) => "order",
    }
}
