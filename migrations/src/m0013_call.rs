//! Open calls for programmes of the studio, and what people answer.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::dialect::run(manager, SQL).await
    }
}

/// `dates` says in words when is recorded. `words` is what somebody would bring, empty once it was kept long enough;
/// `consent` is the version of the text on pictures and voices that they agreed to.
const SQL: &str = "
CREATE TABLE open_call (
    id uuid NOT NULL PRIMARY KEY,
    code text NOT NULL CONSTRAINT open_call_code_once UNIQUE,
    title text NOT NULL CONSTRAINT open_call_title_given CHECK (title <> ''),
    purpose text NOT NULL,
    who_for text NOT NULL,
    dates text NOT NULL,
    people integer NOT NULL CONSTRAINT open_call_people_positive CHECK (people > 0),
    contact text NOT NULL,
    opens_at timestamptz NOT NULL,
    closes_at timestamptz NOT NULL,
    request_key uuid NOT NULL CONSTRAINT open_call_key_once UNIQUE,
    version integer NOT NULL,
    created_by uuid REFERENCES person (id),
    created_at timestamptz NOT NULL,
    CONSTRAINT open_call_forward CHECK (opens_at < closes_at)
);

CREATE INDEX open_call_time ON open_call (closes_at);

CREATE TABLE call_answer (
    id uuid NOT NULL PRIMARY KEY,
    call_id uuid NOT NULL REFERENCES open_call (id),
    person_id uuid NOT NULL REFERENCES person (id),
    words text CONSTRAINT call_answer_words_given CHECK (words <> ''),
    consent integer NOT NULL CONSTRAINT call_answer_consented CHECK (consent > 0),
    state text NOT NULL CONSTRAINT call_answer_state_known CHECK (state IN ('asked', 'chosen', 'declined', 'withdrawn')),
    reason text,
    version integer NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE UNIQUE INDEX call_answer_one_live ON call_answer (call_id, person_id) WHERE state <> 'withdrawn';

CREATE INDEX call_answer_person ON call_answer (person_id);

CREATE TABLE call_answer_event (
    id uuid NOT NULL PRIMARY KEY,
    answer_id uuid NOT NULL REFERENCES call_answer (id),
    at timestamptz NOT NULL,
    state text NOT NULL CONSTRAINT call_answer_event_state_known CHECK (state IN ('asked', 'chosen', 'declined', 'withdrawn')),
    actor_id uuid,
    reason text
);

CREATE INDEX call_answer_event_answer ON call_answer_event (answer_id, at);
";
