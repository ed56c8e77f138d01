//! The number that whoever presents an online class shows and says, and who has answered it.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::dialect::run(manager, SQL).await
    }
}

/// `number` says the how-manieth code of its class it is. `wrong` counts the wrong tries of one application at one code.
const SQL: &str = "
CREATE TABLE attendance_code (
    id uuid NOT NULL PRIMARY KEY,
    class_session_id uuid NOT NULL REFERENCES class_session (id),
    number integer NOT NULL CONSTRAINT attendance_code_number_known CHECK (number BETWEEN 1 AND 2),
    digits text NOT NULL CONSTRAINT attendance_code_digits_four CHECK (length(digits) = 4),
    shown_by uuid NOT NULL REFERENCES person (id),
    shown_at timestamptz NOT NULL,
    until_at timestamptz NOT NULL,
    CONSTRAINT attendance_code_forward CHECK (shown_at < until_at),
    CONSTRAINT attendance_code_number_once UNIQUE (class_session_id, number)
);

CREATE INDEX attendance_code_until ON attendance_code (until_at);

CREATE TABLE attendance_answer (
    id uuid NOT NULL PRIMARY KEY,
    code_id uuid NOT NULL REFERENCES attendance_code (id),
    application_id uuid NOT NULL REFERENCES application (id),
    way text NOT NULL CONSTRAINT attendance_answer_way_known CHECK (way IN ('watch_page', 'code_page')),
    at timestamptz NOT NULL,
    CONSTRAINT attendance_answer_once UNIQUE (code_id, application_id)
);

CREATE INDEX attendance_answer_application ON attendance_answer (application_id);

CREATE TABLE attendance_try (
    code_id uuid NOT NULL REFERENCES attendance_code (id),
    application_id uuid NOT NULL REFERENCES application (id),
    wrong integer NOT NULL CONSTRAINT attendance_try_wrong_known CHECK (wrong BETWEEN 1 AND 5),
    CONSTRAINT attendance_try_once PRIMARY KEY (code_id, application_id)
);
";
