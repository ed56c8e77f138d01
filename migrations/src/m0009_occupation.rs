//! One calendar: what is held beside spaces (things and people), and the rules by which a space is asked for.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend, Statement};
use uuid::Uuid;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::dialect::run(manager, SQL).await?;
        for statement in POSTGRES {
            crate::dialect::run_on(manager, DbBackend::Postgres, statement).await?;
        }
        crate::dialect::run_on(manager, DbBackend::Sqlite, SQLITE_OCCUPATION).await?;
        for statement in SQLITE {
            crate::dialect::run_on(manager, DbBackend::Sqlite, statement).await?;
        }
        for (table, key, columns) in [
            ("occupation", "leaf_id", "starts_at, ends_at"),
            ("engagement", "who", "who, starts_at, ends_at"),
        ] {
            for statement in sqlite_guard(table, key, columns) {
                crate::dialect::run_on(manager, DbBackend::Sqlite, &statement).await?;
            }
        }
        for statement in SQLITE_ALLOCATION {
            let statement = statement.replace("#most", MOST);
            crate::dialect::run_on(manager, DbBackend::Sqlite, &statement).await?;
        }
        crate::dialect::run(manager, CODES).await?;
        engage_instructors(manager).await
    }
}

/// What a space doesn't say itself it takes from what is around it. Minutes of `opening` count from midnight in Seoul;
/// rows for `resident` narrow the hours in which residents may ask. `margin` is set-up and strike by the kind of use.
///
/// `allocation` holds a number of things; `engagement` a person: `who` is an account's id, or the name's version 5 UUID.
const SQL: &str = "
ALTER TABLE space ADD COLUMN approver text CONSTRAINT space_approver_known CHECK (approver IN ('training_manager', 'producer'));

ALTER TABLE space ADD COLUMN asked_by text CONSTRAINT space_asked_by_known CHECK (asked_by IN ('nobody', 'staff', 'everybody'));

ALTER TABLE space ADD COLUMN resident_minutes integer CONSTRAINT space_resident_minutes_positive CHECK (resident_minutes > 0);

ALTER TABLE space ADD COLUMN equipment text;

ALTER TABLE class_session ADD COLUMN set_up integer NOT NULL DEFAULT 0 CONSTRAINT class_session_set_up_not_negative CHECK (set_up >= 0);

ALTER TABLE class_session ADD COLUMN strike integer NOT NULL DEFAULT 0 CONSTRAINT class_session_strike_not_negative CHECK (strike >= 0);

CREATE TABLE opening (
    id uuid NOT NULL PRIMARY KEY,
    space_id uuid NOT NULL REFERENCES space (id),
    audience text NOT NULL CONSTRAINT opening_audience_known CHECK (audience IN ('staff', 'resident')),
    weekday integer NOT NULL CONSTRAINT opening_weekday_known CHECK (weekday BETWEEN 1 AND 7),
    from_minute integer NOT NULL CONSTRAINT opening_from_known CHECK (from_minute BETWEEN 0 AND 1439),
    until_minute integer NOT NULL CONSTRAINT opening_until_known CHECK (until_minute BETWEEN 1 AND 1440),
    CONSTRAINT opening_forward CHECK (from_minute < until_minute),
    CONSTRAINT opening_once UNIQUE (space_id, audience, weekday, from_minute)
);

CREATE TABLE closure (
    id uuid NOT NULL PRIMARY KEY,
    space_id uuid NOT NULL REFERENCES space (id),
    first_day date NOT NULL,
    last_day date NOT NULL,
    reason text NOT NULL,
    CONSTRAINT closure_forward CHECK (first_day <= last_day)
);

CREATE TABLE margin (
    space_id uuid NOT NULL REFERENCES space (id),
    kind text NOT NULL CONSTRAINT margin_kind_known CHECK (kind IN ('class', 'recording', 'live', 'other')),
    set_up integer NOT NULL CONSTRAINT margin_set_up_not_negative CHECK (set_up >= 0),
    strike integer NOT NULL CONSTRAINT margin_strike_not_negative CHECK (strike >= 0),
    CONSTRAINT margin_once PRIMARY KEY (space_id, kind)
);

CREATE TABLE thing (
    id uuid NOT NULL PRIMARY KEY,
    code text NOT NULL CONSTRAINT thing_code_once UNIQUE,
    name text NOT NULL,
    name_en text,
    kind text NOT NULL CONSTRAINT thing_kind_known CHECK (kind IN ('camera', 'microphone', 'encoder', 'car', 'crew', 'other')),
    total integer NOT NULL CONSTRAINT thing_total_not_negative CHECK (total >= 0)
);

CREATE TABLE allocation (
    id uuid NOT NULL PRIMARY KEY,
    thing_id uuid NOT NULL REFERENCES thing (id),
    number integer NOT NULL CONSTRAINT allocation_number_positive CHECK (number > 0),
    holder text NOT NULL CONSTRAINT allocation_holder_known CHECK (holder IN ('class_session', 'booking')),
    holder_id uuid NOT NULL,
    code text NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    CONSTRAINT allocation_forward CHECK (starts_at < ends_at),
    CONSTRAINT allocation_thing_once UNIQUE (holder_id, thing_id)
);

CREATE INDEX allocation_thing_time ON allocation (thing_id, ends_at);

CREATE TABLE engagement (
    id uuid NOT NULL PRIMARY KEY,
    who uuid NOT NULL,
    holder text NOT NULL CONSTRAINT engagement_holder_known CHECK (holder IN ('class_session', 'booking')),
    holder_id uuid NOT NULL,
    code text NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    CONSTRAINT engagement_forward CHECK (starts_at < ends_at),
    CONSTRAINT engagement_once UNIQUE (holder_id, who)
);

CREATE INDEX engagement_time ON engagement (who, starts_at);
";

/// The rest of `occupation`: a studio booking may hold a space too, and each row says by which code people know its
/// holder. A thing's row is locked while it is counted, so that two who ask at once are counted one after the other.
const POSTGRES: [&str; 6] = [
    "ALTER TABLE occupation ADD COLUMN code text NOT NULL DEFAULT ''",
    "ALTER TABLE occupation DROP CONSTRAINT occupation_holder_known",
    "ALTER TABLE occupation ADD CONSTRAINT occupation_holder_known \
     CHECK (holder IN ('class_session', 'booking'))",
    "ALTER TABLE engagement ADD CONSTRAINT engagement_no_overlap \
     EXCLUDE USING gist (who WITH =, tstzrange(starts_at, ends_at) WITH &&)",
    "CREATE FUNCTION allocation_within_total() RETURNS trigger LANGUAGE plpgsql AS $$
     DECLARE all_of_it integer;
     BEGIN
         SELECT total INTO all_of_it FROM thing WHERE id = NEW.thing_id FOR UPDATE;
         IF EXISTS (
             SELECT 1 FROM (
                 SELECT NEW.starts_at AS at
                 UNION SELECT a.starts_at FROM allocation a
                 WHERE a.thing_id = NEW.thing_id AND a.starts_at > NEW.starts_at AND a.starts_at < NEW.ends_at
             ) moment
             WHERE NEW.number + (
                 SELECT COALESCE(SUM(a.number), 0) FROM allocation a
                 WHERE a.thing_id = NEW.thing_id AND a.id <> NEW.id
                 AND a.starts_at <= moment.at AND moment.at < a.ends_at
             ) > all_of_it
         ) THEN RAISE EXCEPTION 'allocation_within_total'; END IF;
         RETURN NEW;
     END $$",
    "CREATE TRIGGER allocation_within_total BEFORE INSERT OR UPDATE ON allocation \
     FOR EACH ROW EXECUTE FUNCTION allocation_within_total()",
];

/// SQLite changes no constraint of a table that is there: `occupation` is made anew. Its guards go with the old one.
const SQLITE_OCCUPATION: &str = "
CREATE TABLE occupation_anew (
    id blob NOT NULL PRIMARY KEY,
    leaf_id blob NOT NULL REFERENCES space (id),
    holder text NOT NULL CONSTRAINT occupation_holder_known CHECK (holder IN ('class_session', 'booking')),
    holder_id blob NOT NULL,
    starts_at text NOT NULL,
    ends_at text NOT NULL,
    code text NOT NULL DEFAULT '',
    CONSTRAINT occupation_forward CHECK (starts_at < ends_at),
    CONSTRAINT occupation_leaf_once UNIQUE (holder_id, leaf_id)
) STRICT";

const SQLITE: [&str; 4] = [
    "INSERT INTO occupation_anew (id, leaf_id, holder, holder_id, starts_at, ends_at)
     SELECT id, leaf_id, holder, holder_id, starts_at, ends_at FROM occupation",
    "DROP TABLE occupation",
    "ALTER TABLE occupation_anew RENAME TO occupation",
    "CREATE INDEX occupation_leaf_time ON occupation (leaf_id, starts_at)",
];

/// Rows of one key don't overlap, so that only the last one that starts before the new one ends can stand in its way:
/// one step in the index, however long the history.
fn sqlite_guard(table: &str, key: &str, columns: &str) -> [String; 2] {
    let guard = |name: &str, event: String, itself: &str| {
        format!(
            "CREATE TRIGGER {table}_no_overlap_{name} BEFORE {event} ON {table}
             WHEN (SELECT o.ends_at FROM {table} o
                   WHERE o.{key} = NEW.{key} AND o.starts_at < NEW.ends_at {itself}
                   ORDER BY o.starts_at DESC LIMIT 1) > NEW.starts_at
             BEGIN SELECT RAISE(ABORT, '{table}_no_overlap'); END"
        )
    };
    [
        guard("insert", "INSERT".into(), ""),
        guard("update", format!("UPDATE OF {key}, {columns}"), "AND o.id <> NEW.id"),
    ]
}

/// The most of a thing that is out at one moment: more than there are, with the new row?
const MOST: &str = "WHEN EXISTS (
         SELECT 1 FROM (
             SELECT NEW.starts_at AS at
             UNION SELECT a.starts_at FROM allocation a
             WHERE a.thing_id = NEW.thing_id AND a.ends_at > NEW.starts_at
             AND a.starts_at > NEW.starts_at AND a.starts_at < NEW.ends_at
         ) moment
         WHERE NEW.number + (
             SELECT COALESCE(SUM(a.number), 0) FROM allocation a
             WHERE a.thing_id = NEW.thing_id AND a.id <> NEW.id
             AND a.starts_at <= moment.at AND a.ends_at > moment.at
         ) > (SELECT total FROM thing WHERE id = NEW.thing_id))
     BEGIN SELECT RAISE(ABORT, 'allocation_within_total'); END";

const SQLITE_ALLOCATION: [&str; 2] = [
    "CREATE TRIGGER allocation_within_total_insert BEFORE INSERT ON allocation #most",
    "CREATE TRIGGER allocation_within_total_update BEFORE UPDATE ON allocation #most",
];

const CODES: &str = "
UPDATE occupation SET code = (
    SELECT run.code FROM run JOIN class_session ON class_session.run_id = run.id
    WHERE class_session.id = occupation.holder_id);
";

/// Whoever teaches is held from now on. The program has seen to it that nobody teaches twice at a time.
async fn engage_instructors(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let db = manager.get_connection();
    let backend = manager.get_database_backend();
    let sessions = db
        .query_all_raw(Statement::from_string(
            backend,
            "SELECT s.id AS session, r.code, r.instructor, r.instructor_id FROM class_session s
             JOIN run r ON r.id = s.run_id
             WHERE s.state = 'planned' AND r.state <> 'cancelled' AND r.instructor <> ''",
        ))
        .await?;
    let insert = match backend {
        DbBackend::Postgres => {
            "INSERT INTO engagement (id, who, holder, holder_id, code, starts_at, ends_at)
             SELECT $1, $2, 'class_session', id, $3, starts_at, ends_at FROM class_session WHERE id = $4"
        }
        _ => {
            "INSERT INTO engagement (id, who, holder, holder_id, code, starts_at, ends_at)
             SELECT ?, ?, 'class_session', id, ?, starts_at, ends_at FROM class_session WHERE id = ?"
        }
    };
    for row in sessions {
        let session: Uuid = row.try_get("", "session")?;
        let (code, name): (String, String) = (row.try_get("", "code")?, row.try_get("", "instructor")?);
        let account: Option<Uuid> = row.try_get("", "instructor_id")?;
        let by_name = Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes());
        for who in account.into_iter().chain([by_name]) {
            // Ids of rows only ever made here: of the class session and of whom it holds.
            let id = Uuid::new_v5(&session, who.as_bytes());
            let values = [id.into(), who.into(), code.clone().into(), session.into()];
            db.execute_raw(Statement::from_sql_and_values(backend, insert, values)).await?;
        }
    }
    Ok(())
}
