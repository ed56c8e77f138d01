//! The outbox: letters and text messages on their way.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::dialect::run(manager, SQL).await
    }
}

/// A notice holds the event and its facts, not the finished letter. The address is looked up when it is sent,
/// except for codes, which go to an address that may not be anybody's yet.
const SQL: &str = "
CREATE TABLE notice (
    id uuid NOT NULL PRIMARY KEY,
    event text NOT NULL,
    person_id uuid REFERENCES person (id),
    kind text CONSTRAINT notice_kind_known CHECK (kind IN ('phone', 'email')),
    address text,
    language text NOT NULL,
    facts text NOT NULL,
    state text NOT NULL CONSTRAINT notice_state_known CHECK (state IN ('queued', 'sending', 'sent', 'stuck')),
    tries integer NOT NULL,
    uncertain integer NOT NULL,
    next_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    sent_at timestamptz,
    trouble text,
    CONSTRAINT notice_somebody CHECK (person_id IS NOT NULL OR address IS NOT NULL OR state = 'sent')
);

CREATE INDEX notice_due ON notice (next_at) WHERE state IN ('queued', 'sending');

CREATE INDEX notice_person ON notice (person_id, created_at);
";
