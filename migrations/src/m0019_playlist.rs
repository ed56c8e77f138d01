//! The playlist of a run, the picture of a broadcast, and what is ticked off on its run sheet.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::dialect::run(manager, SQL).await
    }
}

/// `drawn` is the JSON of what its picture says. `list_doubt` is set while a broadcast may have been put into its playlist
/// without an answer.
const SQL: &str = "
CREATE TABLE playlist (
    run_id uuid NOT NULL REFERENCES run (id),
    channel_id uuid NOT NULL REFERENCES channel (id),
    title text NOT NULL,
    youtube text CONSTRAINT playlist_youtube_once UNIQUE,
    looked_at timestamptz,
    CONSTRAINT playlist_one_a_run PRIMARY KEY (run_id, channel_id)
);

CREATE TABLE broadcast_check (
    id uuid NOT NULL PRIMARY KEY,
    broadcast_id uuid NOT NULL REFERENCES broadcast (id),
    item text NOT NULL CONSTRAINT broadcast_check_item_known CHECK (item IN ('encoder', 'sound', 'picture', 'slides', 'consent', 'helper', 'replay')),
    checked_by uuid NOT NULL REFERENCES person (id),
    checked_at timestamptz NOT NULL,
    CONSTRAINT broadcast_check_once UNIQUE (broadcast_id, item)
);

ALTER TABLE broadcast ADD COLUMN drawn text;

ALTER TABLE broadcast ADD COLUMN listed text;

ALTER TABLE broadcast ADD COLUMN list_doubt boolean NOT NULL DEFAULT FALSE;
";
