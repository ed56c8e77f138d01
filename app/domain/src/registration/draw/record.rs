//! The record of a draw as it is published, and whether it is true.

use std::collections::HashSet;
use std::fmt;
use std::marker::PhantomData;

use chrono::{DateTime, Datelike, NaiveDateTime, SecondsFormat, Utc};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use super::{Digest, Drawn, Lots, Secret, Ticket, Version, hash_of_list, normalised, seed};
use crate::course::RunCode;

/// All that is published of a draw. It may come from anybody, so that what should be a hash or a code is text here:
/// [`Record::verify`] says whether it is one, and the right one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    pub version: String,
    pub rule: String,
    pub run: String,
    pub places: u32,
    pub commitment: String,
    #[serde(with = "instant")]
    pub committed_at: DateTime<Utc>,
    pub list_hash: String,
    #[serde(with = "instant")]
    pub listed_at: DateTime<Utc>,
    pub public_source: String,
    pub public_value: String,
    #[serde(with = "instant")]
    pub drawn_at: DateTime<Utc>,
    pub secret: String,
    pub seed: String,
    #[serde(deserialize_with = "lines")]
    pub order: Vec<Line>,
}

/// One applicant's line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    pub rank: u32,
    pub ticket: String,
    pub lot: String,
}

/// What is said of a draw besides what follows from its secret: of which run, from what, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occasion {
    pub run: RunCode,
    pub places: u32,
    pub committed_at: DateTime<Utc>,
    pub listed_at: DateTime<Utc>,
    pub public_source: String,
    pub public_value: String,
    pub drawn_at: DateTime<Utc>,
}

/// Why a record isn't true. Of each kind there is one at most, in the order of this list.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Fault {
    /// Nothing else can be checked then.
    #[error("It was drawn by a version of the rule that this program doesn't know.")]
    Version,
    #[error("The rule in words is not the one of its version.")]
    Rule,
    #[error("The code of the run is not written as one.")]
    Run,
    #[error("The list was published before the commitment, or with it.")]
    ListedTooEarly,
    #[error("The draw was made before the list was published, or with it.")]
    DrawnTooEarly,
    #[error("The public value is not written as it is hashed, or there is none.")]
    PublicValue,
    #[error("The secret is not written as one.")]
    Secret,
    #[error("The commitment is not the secret's.")]
    Commitment,
    #[error("A code is not written as one: {0}.")]
    Ticket(Lines),
    #[error("A code is there already: {0}.")]
    TicketTwice(Lines),
    #[error("The list hash is not that of the codes.")]
    ListHash,
    #[error("The seed doesn't follow from the secret, the public value and the list hash.")]
    Seed,
    #[error("A lot doesn't follow from the seed and the code: {0}.")]
    Lot(Lines),
    #[error("A rank is not the number of its line: {0}.")]
    Rank(Lines),
    #[error("A lot is not above the one before it: {0}.")]
    Order(Lines),
}

/// Where in the order something is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lines {
    /// The first such line, from 1.
    pub first: usize,
    /// How many there are besides it.
    pub others: usize,
}

impl fmt::Display for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.others {
            0 => write!(f, "line {}", self.first),
            others => write!(f, "line {} and {others} more", self.first),
        }
    }
}

/// Why something isn't the record of a draw at all.
#[derive(Debug, Error)]
pub enum Unreadable {
    #[error("it is larger than {} MiB", Record::BYTES_MAX >> 20)]
    TooLarge,
    #[error("it is not the record of a draw: {0}")]
    Malformed(#[from] serde_json::Error),
}

impl Record {
    /// Room for half a million applicants.
    pub const BYTES_MAX: usize = 64 << 20;

    /// What is to be published after the draw, the secret revealed.
    pub fn of(occasion: Occasion, secret: &Secret, drawn: &Drawn) -> Self {
        let order = (1..).zip(&drawn.order);
        Self {
            version: Version::First.as_str().to_owned(),
            rule: Version::First.rule().to_owned(),
            places: occasion.places,
            commitment: secret.commitment(occasion.run.as_str()).to_string(),
            run: occasion.run.to_string(),
            committed_at: occasion.committed_at,
            list_hash: drawn.list_hash.to_string(),
            listed_at: occasion.listed_at,
            public_source: occasion.public_source,
            public_value: normalised(&occasion.public_value),
            drawn_at: occasion.drawn_at,
            secret: secret.hex(),
            seed: drawn.seed.to_string(),
            order: order
                .map(|(rank, it)| Line { rank, ticket: it.ticket.to_string(), lot: it.lot.to_string() })
                .collect(),
        }
    }

    /// Reads what claims to be one; it may be anything, from anybody.
    pub fn read(json: &[u8]) -> Result<Self, Unreadable> {
        if json.len() > Self::BYTES_MAX {
            return Err(Unreadable::TooLarge);
        }
        let Object(record) = serde_json::from_slice(json)?;
        Ok(record)
    }

    /// Whether everything in it follows from what was published before it. Each part is checked against the parts it
    /// follows from as they are published, so that a fault names the link that is broken and not all after it.
    pub fn verify(&self) -> Result<(), Vec<Fault>> {
        let Some(version) = Version::parse(&self.version) else { return Err(vec![Fault::Version]) };
        let unless = |holds: bool, fault: Fault| (!holds).then_some(fault);
        let value = normalised(&self.public_value);
        let secret = Secret::parse(&self.secret);
        let commitment = secret.as_ref().map(|secret| secret.commitment(&self.run).to_string());
        let list_hash = hash_of_list(&self.run, self.order.iter().map(|line| &*line.ticket)).to_string();
        let follows =
            |secret: &Secret| seed(secret, &self.run, &self.public_value, &self.list_hash).to_string();
        let lots = Digest::parse(&self.seed).map(|seed| Lots::of(&seed));
        let mut known = HashSet::with_capacity(self.order.len());
        let faults = [
            unless(self.rule == version.rule(), Fault::Rule),
            unless(RunCode::parse(&self.run).is_some(), Fault::Run),
            unless(self.committed_at < self.listed_at, Fault::ListedTooEarly),
            unless(self.listed_at < self.drawn_at, Fault::DrawnTooEarly),
            unless(!value.is_empty() && value == self.public_value, Fault::PublicValue),
            unless(secret.is_some(), Fault::Secret),
            unless(commitment.is_none_or(|it| it == self.commitment), Fault::Commitment),
            self.lines_where(|_, line| !line.has_ticket()).map(Fault::Ticket),
            self.lines_where(|_, line| !known.insert(&*line.ticket)).map(Fault::TicketTwice),
            unless(list_hash == self.list_hash, Fault::ListHash),
            unless(secret.as_ref().map(follows).is_none_or(|it| it == self.seed), Fault::Seed),
            lots.and_then(|lots| {
                let is_due = |line: &Line| Digest::parse(&line.lot) == Some(lots.lot(&line.ticket));
                self.lines_where(|_, line| !is_due(line)).map(Fault::Lot)
            }),
            self.lines_where(|index, line| usize::try_from(line.rank) != Ok(index + 1)).map(Fault::Rank),
            self.lines_where(|index, line| index > 0 && self.order[index - 1].key() >= line.key())
                .map(Fault::Order),
        ];
        let faults: Vec<Fault> = faults.into_iter().flatten().collect();
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    fn lines_where<'a>(&'a self, mut holds: impl FnMut(usize, &'a Line) -> bool) -> Option<Lines> {
        let mut found = self.order.iter().enumerate().filter(|(index, line)| holds(*index, line));
        let (first, _) = found.next()?;
        Some(Lines { first: first + 1, others: found.count() })
    }
}

impl Line {
    /// Whether its code is one, written as it is hashed.
    fn has_ticket(&self) -> bool {
        Ticket::parse(&self.ticket).is_some_and(|ticket| ticket.as_str() == self.ticket)
    }

    /// By which lines are in order: hexadecimal digits sort as the bytes they stand for.
    fn key(&self) -> (&str, &str) {
        (&self.lot, &self.ticket)
    }
}

/// Read from an object alone: serde would take an array for a struct as well, which nobody else does.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData)).map(Self)
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(members))
    }
}

fn lines<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Line>, D::Error> {
    let lines = Vec::<Object<Line>>::deserialize(deserializer)?;
    Ok(lines.into_iter().map(|Object(line)| line).collect())
}

/// Instants as records have them, in one way only, so that every reader reads the same.
mod instant {
    use super::*;

    const FORMAT: &str = "%Y-%m-%dT%H:%M:%S%.6fZ";

    pub fn serialize<S: Serializer>(instant: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
        text(instant).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime<Utc>, D::Error> {
        let written = String::deserialize(deserializer)?;
        let read = NaiveDateTime::parse_from_str(&written, FORMAT).ok().map(|it| it.and_utc());
        // A leap second reads back as well, but not everywhere; nor does a year of another length.
        let plain = |it: &DateTime<Utc>| {
            it.timestamp_subsec_nanos() < 1_000_000_000
                && (1000..10_000).contains(&it.year())
                && text(it) == written
        };
        read.filter(plain).ok_or_else(|| D::Error::custom(format!("not an instant: {written:?}")))
    }

    fn text(instant: &DateTime<Utc>) -> String {
        instant.to_rfc3339_opts(SecondsFormat::Micros, true)
    }
}
