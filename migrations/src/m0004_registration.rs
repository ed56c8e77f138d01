//! Applications for runs, their history, and the writer's turn.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::dialect::run(manager, SQL).await
    }
}

/// What must never happen is refused here whatever the program does: two people on a seat of a run, two people
/// on an admission (a numbered place of a run without a plan), two live applications of one person for a run.
const SQL: &str = "
CREATE TABLE application (
    id uuid NOT NULL PRIMARY KEY,
    run_id uuid NOT NULL REFERENCES run (id),
    person_id uuid NOT NULL REFERENCES person (id),
    state text NOT NULL CONSTRAINT application_state_known CHECK (state IN ('asked', 'waiting', 'offered', 'booked', 'declined', 'cancelled', 'lapsed')),
    stamp bigint NOT NULL CONSTRAINT application_stamp_once UNIQUE,
    request_key uuid NOT NULL,
    seat_id uuid REFERENCES seat (id),
    admission integer CONSTRAINT application_admission_positive CHECK (admission > 0),
    offer_until timestamptz,
    entered_by uuid REFERENCES person (id),
    applied_at timestamptz NOT NULL,
    CONSTRAINT application_key_once UNIQUE (person_id, request_key),
    CONSTRAINT application_holds_one CHECK (
        (state IN ('booked', 'offered') AND (seat_id IS NULL) <> (admission IS NULL))
        OR (state NOT IN ('booked', 'offered') AND seat_id IS NULL AND admission IS NULL)),
    CONSTRAINT application_offer_ends CHECK ((state = 'offered') = (offer_until IS NOT NULL))
);

CREATE UNIQUE INDEX application_one_live ON application (run_id, person_id) WHERE state IN ('asked', 'waiting', 'offered', 'booked');

CREATE UNIQUE INDEX application_one_a_seat ON application (run_id, seat_id) WHERE seat_id IS NOT NULL;

CREATE UNIQUE INDEX application_one_an_admission ON application (run_id, admission) WHERE admission IS NOT NULL;

CREATE INDEX application_person ON application (person_id);

CREATE TABLE application_event (
    id uuid NOT NULL PRIMARY KEY,
    application_id uuid NOT NULL REFERENCES application (id),
    at timestamptz NOT NULL,
    kind text NOT NULL CONSTRAINT application_event_kind_known CHECK (kind IN ('asked', 'waiting', 'booked', 'promoted', 'offered', 'accepted', 'lapsed', 'moved', 'approved', 'declined', 'cancelled')),
    actor_id uuid,
    seat text,
    reason text
);

CREATE INDEX application_event_application ON application_event (application_id, at);

CREATE TABLE writer (
    id integer NOT NULL PRIMARY KEY CONSTRAINT writer_is_one CHECK (id = 1),
    turn bigint NOT NULL,
    stamp bigint NOT NULL
);

INSERT INTO writer (id, turn, stamp) VALUES (1, 0, 0);
";
