//! Certificates and their numbers, whom was told that completion is out of reach, what instructors write of a
//! class, and where staff work.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::dialect::run(manager, SQL).await
    }
}

/// `certificate_serial.last` is raised in the transaction that makes the certificates, so that a year's numbers have no
/// gap. `token` stands in the clear: it has to be printed again, and whoever holds it learns only whether a certificate
/// is a true one. `name`, `latin_name`, `course` and `course_en` are what they were when it was issued.
const SQL: &str = "
CREATE TABLE certificate_serial (
    year integer NOT NULL PRIMARY KEY,
    last integer NOT NULL CONSTRAINT certificate_serial_not_negative CHECK (last >= 0)
);

CREATE TABLE certificate (
    id uuid NOT NULL PRIMARY KEY,
    application_id uuid NOT NULL REFERENCES completion (application_id),
    year integer NOT NULL REFERENCES certificate_serial (year),
    serial integer NOT NULL CONSTRAINT certificate_serial_positive CHECK (serial >= 1),
    token text NOT NULL CONSTRAINT certificate_token_once UNIQUE,
    name text NOT NULL,
    latin_name text,
    course text NOT NULL,
    course_en text,
    issued_at timestamptz NOT NULL,
    issued_by uuid NOT NULL REFERENCES person (id),
    revoked_at timestamptz,
    revoked_by uuid REFERENCES person (id),
    reason text,
    CONSTRAINT certificate_number_once UNIQUE (year, serial),
    CONSTRAINT certificate_token_long CHECK (length(token) = 22),
    CONSTRAINT certificate_revoked_by_somebody CHECK ((revoked_at IS NULL) = (revoked_by IS NULL)),
    CONSTRAINT certificate_reason_when_revoked CHECK (reason IS NULL OR revoked_at IS NOT NULL)
);

CREATE UNIQUE INDEX certificate_one_true ON certificate (application_id) WHERE revoked_at IS NULL;

CREATE TABLE out_of_reach (
    application_id uuid NOT NULL PRIMARY KEY REFERENCES application (id),
    told_at timestamptz NOT NULL
);

CREATE TABLE class_log (
    class_session_id uuid NOT NULL PRIMARY KEY REFERENCES class_session (id),
    topic text NOT NULL,
    notes text NOT NULL,
    written_by uuid NOT NULL REFERENCES person (id),
    written_at timestamptz NOT NULL
);

CREATE TABLE staff_post (
    person_id uuid NOT NULL PRIMARY KEY REFERENCES person (id),
    department text NOT NULL CONSTRAINT staff_post_department_given CHECK (department <> ''),
    grade text NOT NULL CONSTRAINT staff_post_grade_given CHECK (grade <> '')
);
";
