//! Broadcasts that YouTube still has and nobody wants any more, until it has let go of them.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::dialect::run(manager, SQL).await
    }
}

/// `stream` is what it may still wait for; `not_before` also keeps other processes away while one is at it.
const SQL: &str = "
CREATE TABLE abandoned (
    video text NOT NULL CONSTRAINT abandoned_once PRIMARY KEY,
    broadcast_id uuid NOT NULL REFERENCES broadcast (id),
    channel_id uuid NOT NULL REFERENCES channel (id),
    stream text CONSTRAINT abandoned_one_a_stream UNIQUE,
    tries integer NOT NULL CONSTRAINT abandoned_tries_not_negative CHECK (tries >= 0),
    not_before timestamptz,
    said text,
    abandoned_at timestamptz NOT NULL
);
";
