//! Who has an encoder's stream and who waits for it: one broadcast at most is bound to it, and whoever begins earlier has
//! it first. Pure.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::State;
use super::plan::{ARMING, Record};

/// Which broadcast holds which stream, as far as we know or YouTube last said, and who waits for it.
#[derive(Clone, Debug, Default)]
pub struct Holders {
    bound: HashMap<String, Vec<Uuid>>,
    waiting: HashMap<String, Vec<Waiting>>,
    /// What broadcasts that nobody wants any more may still be started by.
    left: HashSet<String>,
}

/// One that is still to be shown. Tomorrow's class doesn't take the stream before today's has had it.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    starts_at: DateTime<Utc>,
    id: Uuid,
    /// Whether it would be bound at once if the stream were free.
    is_due: bool,
}

impl Holders {
    /// Takes one broadcast into account: what it is bound to, and from when it wants the `stream` of its encoder, where it
    /// is still to be shown.
    pub fn add(
        &mut self,
        record: &Record,
        stream: Option<&str>,
        starts_at: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) {
        if let Some(bound) = &record.bound {
            self.bound.entry(bound.clone()).or_default().push(record.id);
        }
        let waits = matches!(record.state, State::Planned | State::Creating | State::Created);
        if let (true, Some(stream), Some(starts_at)) = (waits, stream, starts_at) {
            let is_near = now >= starts_at - ARMING || record.start_asked.is_some();
            let is_put_off = record.not_before.is_some_and(|at| at > now);
            let is_due = record.state == State::Created && is_near && !is_put_off;
            self.waiting.entry(stream.to_owned()).or_default().push(Waiting {
                starts_at,
                id: record.id,
                is_due,
            });
        }
    }

    /// Takes an abandoned broadcast into account, by the stream it may still have.
    pub fn leave(&mut self, stream: &str) {
        self.left.insert(stream.to_owned());
    }

    /// Whether another has the stream, or is to have it before this one.
    pub fn is_taken(&self, stream: &str, starts_at: DateTime<Utc>, id: Uuid) -> bool {
        let mut bound = self.bound.get(stream).into_iter().flatten();
        self.left.contains(stream)
            || bound.any(|other| *other != id)
            || self.before(stream, starts_at, id).next().is_some()
    }

    /// Whether another that begins earlier could be bound now, if this one let go of the stream.
    pub fn is_awaited(&self, stream: &str, starts_at: DateTime<Utc>, id: Uuid) -> bool {
        !self.left.contains(stream) && self.before(stream, starts_at, id).any(|other| other.is_due)
    }

    /// When the next begins that waits for it.
    pub fn wanted_after(&self, stream: &str, starts_at: DateTime<Utc>, id: Uuid) -> Option<DateTime<Utc>> {
        let waiting = self.waiting.get(stream).into_iter().flatten();
        let after = waiting.filter(|other| (other.starts_at, other.id) > (starts_at, id));
        after.map(|other| other.starts_at).min()
    }

    fn before(&self, stream: &str, starts_at: DateTime<Utc>, id: Uuid) -> impl Iterator<Item = &Waiting> {
        let waiting = self.waiting.get(stream).into_iter().flatten();
        waiting.filter(move |other| (other.starts_at, other.id) < (starts_at, id))
    }
}
