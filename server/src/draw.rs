//! Checking the published record of a draw from the command line, for anybody who has the file and this program.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use domain::registration::draw::{Fault, Record};

/// What is to be said of a file.
#[derive(Debug)]
pub enum Verdict {
    True(Box<Record>),
    False(Vec<Fault>),
    Unreadable(String),
}

/// Reads the file and checks whether it is the record of a true draw.
pub fn verify(file: &Path) -> Verdict {
    let unreadable = |why: String| Verdict::Unreadable(format!("{}: {why}", file.display()));
    let record = match read(file).map(|bytes| Record::read(&bytes)) {
        Ok(Ok(record)) => record,
        Ok(Err(error)) => return unreadable(error.to_string()),
        Err(error) => return unreadable(error.to_string()),
    };
    match record.verify() {
        Ok(()) => Verdict::True(Box::new(record)),
        Err(faults) => Verdict::False(faults),
    }
}

/// No more of it than tells that it is too large.
fn read(file: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(file)?.take(Record::BYTES_MAX as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

impl Verdict {
    /// What the program ends with.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::True(_) => 0,
            Self::False(_) => 1,
            Self::Unreadable(_) => 2,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::True(record) => tell(record, f),
            Self::False(faults) => {
                write!(f, "The record is not that of a true draw.")?;
                faults.iter().try_for_each(|fault| write!(f, "\n- {fault}"))
            }
            Self::Unreadable(why) => write!(f, "{why}"),
        }
    }
}

/// That all follows, and what only those who took part can know. Texts are shown quoted: a file can hold what a terminal obeys.
fn tell(record: &Record, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let Record { run, order, places, public_source, public_value, commitment, list_hash, .. } = record;
    writeln!(
        f,
        "The draw of {run} is true: each of {} ranks follows from what was published before it.",
        order.len()
    )?;
    writeln!(f, "What the file can't prove, compare with what you saw then:")?;
    writeln!(f, "- {places} places")?;
    writeln!(f, "- the commitment {commitment}, published {}", record.committed_at)?;
    writeln!(f, "- the list hash {list_hash}, published {}", record.listed_at)?;
    write!(f, "- the public value {public_value:?} of {public_source:?}, used {}", record.drawn_at)
}
