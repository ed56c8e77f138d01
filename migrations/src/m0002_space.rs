//! The tree of spaces, their seats, and occupation: who is where when, guarded against overlap.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::dialect::run(manager, SQL).await?;
        for statement in POSTGRES_GUARD {
            crate::dialect::run_on(manager, DbBackend::Postgres, statement).await?;
        }
        for statement in SQLITE_GUARD {
            crate::dialect::run_on(manager, DbBackend::Sqlite, statement).await?;
        }
        Ok(())
    }
}

/// A space occupied as a whole is occupied in each of its leaves: one `occupation` row per leaf.
/// The times include set-up and strike. `holder_id` is a class session's (later also a studio booking's) id.
const SQL: &str = "
CREATE TABLE space (
    id uuid NOT NULL PRIMARY KEY,
    code text NOT NULL CONSTRAINT space_code_once UNIQUE,
    name text NOT NULL,
    name_en text,
    parent_id uuid REFERENCES space (id),
    kind text NOT NULL CONSTRAINT space_kind_known CHECK (kind IN ('venue', 'classroom', 'studio')),
    seats integer CONSTRAINT space_seats_positive CHECK (seats > 0),
    area_dm2 integer,
    in_use_from date NOT NULL,
    in_use_until date,
    address text,
    directions text,
    lift text,
    phone text
);

CREATE TABLE seat (
    id uuid NOT NULL PRIMARY KEY,
    space_id uuid NOT NULL REFERENCES space (id),
    code text NOT NULL,
    line integer NOT NULL,
    position integer NOT NULL,
    accessible boolean NOT NULL,
    out_of_service text,
    CONSTRAINT seat_code_once UNIQUE (space_id, code),
    CONSTRAINT seat_position_once UNIQUE (space_id, line, position)
);

CREATE TABLE occupation (
    id uuid NOT NULL PRIMARY KEY,
    leaf_id uuid NOT NULL REFERENCES space (id),
    holder text NOT NULL CONSTRAINT occupation_holder_known CHECK (holder IN ('class_session')),
    holder_id uuid NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    CONSTRAINT occupation_forward CHECK (starts_at < ends_at),
    CONSTRAINT occupation_leaf_once UNIQUE (holder_id, leaf_id)
);

CREATE INDEX occupation_leaf_time ON occupation (leaf_id, starts_at);

CREATE TABLE holiday (
    day date NOT NULL PRIMARY KEY,
    name text NOT NULL
);
";

/// Rows exist only while the occupation is live, so no condition is needed.
const POSTGRES_GUARD: [&str; 2] = [
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    "ALTER TABLE occupation ADD CONSTRAINT occupation_no_overlap \
     EXCLUDE USING gist (leaf_id WITH =, tstzrange(starts_at, ends_at) WITH &&)",
];

const SQLITE_GUARD: [&str; 2] = [
    "CREATE TRIGGER occupation_no_overlap_insert BEFORE INSERT ON occupation
     WHEN EXISTS (SELECT 1 FROM occupation o WHERE o.leaf_id = NEW.leaf_id
                  AND o.starts_at < NEW.ends_at AND NEW.starts_at < o.ends_at)
     BEGIN SELECT RAISE(ABORT, 'occupation_no_overlap'); END",
    "CREATE TRIGGER occupation_no_overlap_update BEFORE UPDATE ON occupation
     WHEN EXISTS (SELECT 1 FROM occupation o WHERE o.leaf_id = NEW.leaf_id AND o.id <> NEW.id
                  AND o.starts_at < NEW.ends_at AND NEW.starts_at < o.ends_at)
     BEGIN SELECT RAISE(ABORT, 'occupation_no_overlap'); END",
];
