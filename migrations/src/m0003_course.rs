//! Courses, their runs, and the class sessions of a run.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::dialect::run(manager, SQL).await
    }
}

/// `course.search` is title and text in NFC, lower case and without spaces, for `LIKE`.
/// The pattern columns of `run` (first_date to session_count) say how its class sessions were made; the
/// sessions are the truth about when it meets. `weekdays` is the file's form, `mon tue`. Times are Seoul's.
/// `enrolled` is the head count of a past run without people behind it.
const SQL: &str = "
CREATE TABLE course (
    id uuid NOT NULL PRIMARY KEY,
    title text NOT NULL CONSTRAINT course_title_once UNIQUE,
    title_en text,
    category text NOT NULL CONSTRAINT course_category_known CHECK (category IN ('basic', 'practical', 'career', 'newtech', 'staff_it')),
    audience text NOT NULL CONSTRAINT course_audience_known CHECK (audience IN ('resident', 'staff')),
    learn text NOT NULL,
    who_for text NOT NULL,
    materials text NOT NULL,
    fee text NOT NULL,
    search text NOT NULL,
    version integer NOT NULL
);

CREATE TABLE run (
    id uuid NOT NULL PRIMARY KEY,
    code text NOT NULL CONSTRAINT run_code_once UNIQUE,
    course_id uuid NOT NULL REFERENCES course (id),
    mode text NOT NULL CONSTRAINT run_mode_known CHECK (mode IN ('in_person', 'online', 'both')),
    space_id uuid REFERENCES space (id),
    instructor text NOT NULL,
    instructor_id uuid REFERENCES person (id),
    first_date date,
    weekdays text NOT NULL,
    starts text,
    ends text,
    session_count integer NOT NULL CONSTRAINT run_session_count_not_negative CHECK (session_count >= 0),
    minutes integer NOT NULL CONSTRAINT run_minutes_not_negative CHECK (minutes >= 0),
    capacity integer NOT NULL CONSTRAINT run_capacity_positive CHECK (capacity > 0),
    selection text NOT NULL CONSTRAINT run_selection_known CHECK (selection IN ('first_come', 'approval', 'lottery', 'staged')),
    apply_from timestamptz,
    apply_until timestamptz,
    cancel_until timestamptz,
    offer_minutes integer CONSTRAINT run_offer_positive CHECK (offer_minutes > 0),
    enrolled integer CONSTRAINT run_enrolled_not_negative CHECK (enrolled >= 0),
    state text NOT NULL CONSTRAINT run_state_known CHECK (state IN ('draft', 'published', 'cancelled')),
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT run_window_forward CHECK (apply_from < apply_until)
);

CREATE INDEX run_course ON run (course_id);

CREATE INDEX run_window ON run (apply_from);

CREATE TABLE class_session (
    id uuid NOT NULL PRIMARY KEY,
    run_id uuid NOT NULL REFERENCES run (id),
    number integer NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    minutes integer NOT NULL CONSTRAINT class_session_minutes_positive CHECK (minutes > 0),
    state text NOT NULL CONSTRAINT class_session_state_known CHECK (state IN ('planned', 'cancelled')),
    moved boolean NOT NULL,
    reason text,
    CONSTRAINT class_session_number_once UNIQUE (run_id, number),
    CONSTRAINT class_session_forward CHECK (starts_at < ends_at)
);

CREATE INDEX class_session_time ON class_session (starts_at);
";
