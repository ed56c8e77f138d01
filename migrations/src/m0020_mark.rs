//! Marks of attendance and their history, ways to check in, minutes watched online, and absence without notice.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::dialect::run(manager, SQL).await?;
        // A reason is somebody's words and ends with their data; all else of a history stays as it was written.
        let guard = "CREATE TRIGGER mark_event_append_only BEFORE UPDATE OF
            id, class_session_id, application_id, presence, missed, way, made_at, arrived_at, by_id, outcome ON mark_event";
        let sqlite = format!("{guard} BEGIN SELECT RAISE(ABORT, 'mark_event_append_only'); END");
        let postgres = format!("{guard} FOR EACH ROW EXECUTE FUNCTION refuse_update()");
        crate::dialect::run_on(manager, DbBackend::Sqlite, &sqlite).await?;
        crate::dialect::run_on(manager, DbBackend::Postgres, &postgres).await
    }
}

/// `minutes` of a mark are those of its class that count as attended, as the settings were when it was made; `missed` are
/// those that somebody was late or left early. `made_at` is when it was marked, which without a line may be long before
/// it arrived. The id of an event is the nonce of whoever sent it: what comes twice counts once.
///
/// `viewing.seconds` were watched with the page in sight; `page` is the one that counts at present.
///
/// What was said about a class to come goes with it where a run that hasn't begun gets other dates; marks never do.
///
/// A `no_show` is one absence about which its person was written to; it is withdrawn when the mark is corrected.
const SQL: &str = "
CREATE TABLE mark (
    class_session_id uuid NOT NULL REFERENCES class_session (id),
    application_id uuid NOT NULL REFERENCES application (id),
    presence text NOT NULL CONSTRAINT mark_presence_known CHECK (presence IN ('present', 'late', 'left_early', 'absent', 'excused')),
    missed integer NOT NULL CONSTRAINT mark_missed_not_negative CHECK (missed >= 0),
    minutes integer NOT NULL CONSTRAINT mark_minutes_not_negative CHECK (minutes >= 0),
    way text NOT NULL CONSTRAINT mark_way_known CHECK (way IN ('sheet', 'office', 'qr', 'desk', 'kiosk', 'code', 'watch')),
    made_at timestamptz NOT NULL,
    arrived_at timestamptz NOT NULL,
    by_id uuid REFERENCES person (id),
    CONSTRAINT mark_once PRIMARY KEY (class_session_id, application_id),
    CONSTRAINT mark_missed_when_partly CHECK ((presence IN ('late', 'left_early')) = (missed > 0)),
    CONSTRAINT mark_absent_counts_nothing CHECK (presence <> 'absent' OR minutes = 0)
);

CREATE INDEX mark_application ON mark (application_id);

CREATE TABLE mark_event (
    id uuid NOT NULL PRIMARY KEY,
    class_session_id uuid NOT NULL REFERENCES class_session (id),
    application_id uuid NOT NULL REFERENCES application (id),
    presence text CONSTRAINT mark_event_presence_known CHECK (presence IN ('present', 'late', 'left_early', 'absent', 'excused')),
    missed integer NOT NULL CONSTRAINT mark_event_missed_not_negative CHECK (missed >= 0),
    way text NOT NULL CONSTRAINT mark_event_way_known CHECK (way IN ('sheet', 'office', 'qr', 'desk', 'kiosk', 'code', 'watch')),
    made_at timestamptz NOT NULL,
    arrived_at timestamptz NOT NULL,
    by_id uuid REFERENCES person (id),
    outcome text NOT NULL CONSTRAINT mark_event_outcome_known CHECK (outcome IN ('taken', 'overtaken')),
    reason text
);

CREATE INDEX mark_event_class ON mark_event (class_session_id, application_id, arrived_at);

CREATE INDEX mark_event_application ON mark_event (application_id);

CREATE TABLE check_in_key (
    class_session_id uuid NOT NULL PRIMARY KEY REFERENCES class_session (id) ON DELETE CASCADE,
    key bytea NOT NULL CONSTRAINT check_in_key_long CHECK (length(key) = 16),
    made_at timestamptz NOT NULL
);

CREATE TABLE check_in_code (
    application_id uuid NOT NULL PRIMARY KEY REFERENCES application (id),
    digits text NOT NULL CONSTRAINT check_in_code_once UNIQUE,
    CONSTRAINT check_in_code_six CHECK (length(digits) = 6)
);

CREATE TABLE absence_notice (
    class_session_id uuid NOT NULL REFERENCES class_session (id) ON DELETE CASCADE,
    application_id uuid NOT NULL REFERENCES application (id),
    at timestamptz NOT NULL,
    reason text,
    CONSTRAINT absence_notice_once PRIMARY KEY (class_session_id, application_id)
);

CREATE INDEX absence_notice_application ON absence_notice (application_id);

CREATE TABLE viewing (
    class_session_id uuid NOT NULL REFERENCES class_session (id),
    application_id uuid NOT NULL REFERENCES application (id),
    seconds integer NOT NULL CONSTRAINT viewing_seconds_not_negative CHECK (seconds >= 0),
    page uuid NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT viewing_once PRIMARY KEY (class_session_id, application_id)
);

CREATE INDEX viewing_application ON viewing (application_id);

CREATE TABLE absence_bar (
    id uuid NOT NULL PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES person (id),
    category text NOT NULL CONSTRAINT absence_bar_category_known CHECK (category IN ('basic', 'practical', 'career', 'newtech', 'staff_it')),
    from_at timestamptz NOT NULL,
    until_at timestamptz NOT NULL,
    appeal text,
    appealed_at timestamptz,
    answer text,
    answered_at timestamptz,
    answered_by uuid REFERENCES person (id),
    lifted_at timestamptz,
    CONSTRAINT absence_bar_forward CHECK (from_at < until_at),
    CONSTRAINT absence_bar_answered_by_somebody CHECK ((answered_at IS NULL) = (answered_by IS NULL))
);

CREATE INDEX absence_bar_person ON absence_bar (person_id, until_at);

CREATE TABLE no_show (
    class_session_id uuid NOT NULL REFERENCES class_session (id),
    application_id uuid NOT NULL REFERENCES application (id),
    person_id uuid NOT NULL REFERENCES person (id),
    category text NOT NULL CONSTRAINT no_show_category_known CHECK (category IN ('basic', 'practical', 'career', 'newtech', 'staff_it')),
    at timestamptz NOT NULL,
    outcome text NOT NULL CONSTRAINT no_show_outcome_known CHECK (outcome IN ('told', 'warned', 'barred')),
    bar_id uuid REFERENCES absence_bar (id),
    withdrawn_at timestamptz,
    CONSTRAINT no_show_once PRIMARY KEY (class_session_id, application_id),
    CONSTRAINT no_show_barred_by CHECK ((outcome = 'barred') = (bar_id IS NOT NULL))
);

CREATE INDEX no_show_person ON no_show (person_id, category, at);
";
