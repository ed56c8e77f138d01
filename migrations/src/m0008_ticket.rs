//! Paper tickets of those who come to the front desk before a window opens.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::dialect::run(manager, SQL).await
    }
}

/// A ticket's id is the key of the form in which it was entered. A number that was withdrawn may be entered again:
/// somebody mistyped something else on the slip.
const SQL: &str = "
CREATE TABLE ticket (
    id uuid NOT NULL PRIMARY KEY,
    run_id uuid NOT NULL REFERENCES run (id),
    person_id uuid NOT NULL REFERENCES person (id),
    number integer NOT NULL CONSTRAINT ticket_number_positive CHECK (number > 0),
    choice text NOT NULL,
    state text NOT NULL CONSTRAINT ticket_state_known CHECK (state IN ('waiting', 'released', 'refused', 'withdrawn')),
    entered_by uuid NOT NULL REFERENCES person (id),
    entered_at timestamptz NOT NULL,
    application_id uuid CONSTRAINT ticket_application_once UNIQUE REFERENCES application (id),
    refusal text,
    CONSTRAINT ticket_released_as CHECK ((state = 'released') = (application_id IS NOT NULL)),
    CONSTRAINT ticket_refused_for CHECK ((state = 'refused') = (refusal IS NOT NULL))
);

CREATE UNIQUE INDEX ticket_number_once ON ticket (run_id, number) WHERE state <> 'withdrawn';

CREATE UNIQUE INDEX ticket_one_waiting ON ticket (run_id, person_id) WHERE state = 'waiting';

CREATE INDEX ticket_person ON ticket (person_id);
";
