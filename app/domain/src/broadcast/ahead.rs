//! Who has the encoder that a broadcast waits for, and until when, for people to read.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, Condition, DbErr};
use uuid::Uuid;

use crate::broadcast::State;
use crate::broadcast::abandoned;
use crate::broadcast::entity::broadcast;
use crate::broadcast::plan::ARMING;
use crate::broadcast::store::{Shown, show};
use crate::centre::Centre;

/// What a broadcast waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ahead {
    /// Another has the encoder, or is to have it first.
    Another { code: String, until: DateTime<Utc> },
    /// Another asks a person, and has the encoder until somebody has decided.
    Asking { code: String },
    /// YouTube has not let go yet of one that nobody wants any more.
    Left { code: String },
}

/// Of those that could be bound by now and aren't, what they wait for, by id.
pub async fn list(centre: &Centre, shown: &[Shown]) -> Result<HashMap<Uuid, Ahead>, DbErr> {
    let now = centre.clock().now();
    let is_waiting = |it: &&Shown| {
        let waits = matches!(it.row.state, State::Planned | State::Creating | State::Created);
        waits && !it.wanted.cancelled && now >= it.subject.starts_at - ARMING && now < it.subject.ends_at
    };
    let waiting: Vec<(&Shown, &String)> =
        shown.iter().filter(is_waiting).filter_map(|it| Some((it, it.wanted.stream.as_ref()?))).collect();
    if waiting.is_empty() {
        return Ok(HashMap::new());
    }
    let before = [State::Planned, State::Creating, State::Created];
    let left = abandoned::list(centre.database()).await?;
    let rivals = Condition::any()
        .add(broadcast::Column::Bound.is_not_null())
        .add(broadcast::Column::State.is_in(before))
        .add(broadcast::Column::Id.is_in(left.iter().map(|it| it.broadcast_id)));
    let rivals = show(centre, rivals).await?;
    let ahead = |(it, stream): (&Shown, &String)| {
        let others = || rivals.iter().filter(|other| other.row.id != it.row.id);
        if let Some(left) = left.iter().find(|left| left.stream.as_ref() == Some(stream)) {
            let of = rivals.iter().find(|other| other.row.id == left.broadcast_id)?;
            return Some((it.row.id, Ahead::Left { code: of.row.code.clone() }));
        }
        let is_first = |other: &&Shown| {
            let order = |it: &Shown| (it.subject.starts_at, it.row.id);
            let is_to_come = !other.wanted.cancelled && now < other.subject.ends_at;
            let waits = before.contains(&other.row.state) && other.wanted.stream.as_ref() == Some(stream);
            waits && is_to_come && order(other) < order(it)
        };
        let holder = others().find(|other| other.row.bound.as_ref() == Some(stream));
        let other = holder.or_else(|| others().find(is_first))?;
        let code = other.row.code.clone();
        Some((
            it.row.id,
            match other.row.state {
                State::Attention => Ahead::Asking { code },
                _ => Ahead::Another { code, until: other.subject.ends_at },
            },
        ))
    };
    Ok(waiting.into_iter().filter_map(ahead).collect())
}
