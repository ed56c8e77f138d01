//! What those who watch ask, and whether the box for it is open.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::dialect::run(manager, SQL).await
    }
}

/// A box has a row from its first question, opening or closing on; `turn` rises with everything that happens in it, so that
/// open pages see by one number whether they are still true. `nickname` and `words` are empty once they were kept long enough.
const SQL: &str = "
CREATE TABLE question_box (
    broadcast_id uuid NOT NULL PRIMARY KEY REFERENCES broadcast (id),
    open boolean NOT NULL,
    turn bigint NOT NULL
);

CREATE TABLE question (
    id uuid NOT NULL PRIMARY KEY,
    broadcast_id uuid NOT NULL REFERENCES broadcast (id),
    person_id uuid NOT NULL REFERENCES person (id),
    nickname text CONSTRAINT question_nickname_given CHECK (nickname <> ''),
    words text CONSTRAINT question_words_given CHECK (words <> ''),
    state text NOT NULL CONSTRAINT question_state_known CHECK (state IN ('asked', 'answered', 'hidden')),
    request_key uuid NOT NULL,
    asked_at timestamptz NOT NULL,
    CONSTRAINT question_whole CHECK ((nickname IS NULL) = (words IS NULL)),
    CONSTRAINT question_key_once UNIQUE (person_id, request_key)
);

CREATE INDEX question_broadcast ON question (broadcast_id, asked_at);

CREATE INDEX question_person ON question (person_id, asked_at);
";
