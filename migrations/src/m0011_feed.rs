//! Calendar feeds by a link that nobody can guess.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::dialect::run(manager, SQL).await
    }
}

/// Without a space it is the person's own: the classes they are booked for, their bookings, and the classes they teach.
const SQL: &str = "
CREATE TABLE feed (
    id uuid NOT NULL PRIMARY KEY,
    token_hash bytea NOT NULL CONSTRAINT feed_token_once UNIQUE,
    person_id uuid NOT NULL REFERENCES person (id),
    space_id uuid REFERENCES space (id),
    created_at timestamptz NOT NULL,
    revoked_at timestamptz
);

CREATE INDEX feed_person ON feed (person_id);
";
