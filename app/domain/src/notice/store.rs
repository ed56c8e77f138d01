//! Writing notices down, in the transaction of what they tell about.

use sea_orm::{ActiveValue::Set, ConnectionTrait, DbErr, EntityTrait};
use uuid::Uuid;

use crate::account::Address;
use crate::clock::Clock;
use crate::language::Language;
use crate::notice::entity::notice;
use crate::notice::{Event, Facts, NoticeState};

/// A notice to be. Its row's id becomes the letter's Message-ID, so that one event reaches one person as one letter.
#[derive(Clone, Debug)]
pub struct Draft {
    pub event: Event,
    pub to: Recipient,
    pub language: Language,
    pub facts: Facts,
}

/// A person (by any confirmed address, looked up when sent) or an address that may not be anybody's yet.
#[derive(Clone, Debug)]
pub enum Recipient {
    Person(Uuid),
    Address(Address),
}

/// Queues notices in `tx`: they exist if and only if what they tell about is committed.
pub async fn queue<C: ConnectionTrait>(tx: &C, clock: &Clock, drafts: Vec<Draft>) -> Result<(), DbErr> {
    if drafts.is_empty() {
        return Ok(());
    }
    let rows: Vec<notice::ActiveModel> = drafts.into_iter().map(|draft| row(clock, draft)).collect();
    notice::Entity::insert_many(rows).exec_without_returning(tx).await?;
    Ok(())
}

fn row(clock: &Clock, draft: Draft) -> notice::ActiveModel {
    let (person_id, kind, address) = match draft.to {
        Recipient::Person(id) => (Some(id), None, None),
        Recipient::Address(address) => (None, Some(address.kind()), Some(address.as_str().to_owned())),
    };
    let now = clock.now();
    notice::ActiveModel {
        id: Set(clock.id()),
        event: Set(draft.event),
        person_id: Set(person_id),
        kind: Set(kind),
        address: Set(address),
        language: Set(draft.language),
        facts: Set(serde_json::to_string(&draft.facts).unwrap_or_else(|_| "{}".into())),
        state: Set(NoticeState::Queued),
        tries: Set(0),
        uncertain: Set(0),
        next_at: Set(now),
        created_at: Set(now),
        sent_at: Set(None),
        trouble: Set(None),
    }
}
