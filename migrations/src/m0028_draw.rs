//! Draws: what was promised before a window opened, the list that was frozen when it closed, and the order that came of it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::dialect::run(manager, SQL).await?;
        for guard in GUARDS {
            let Guard { name, table, act, forbidden } = guard;
            let sqlite = format!(
                "CREATE TRIGGER {name} BEFORE {act} ON {table} WHEN {forbidden}
                 BEGIN SELECT RAISE(ABORT, '{name}'); END"
            );
            crate::dialect::run_on(manager, DbBackend::Sqlite, &sqlite).await?;
            // PostgreSQL's WHEN takes no subquery, so that the condition stands in the function.
            let row = if *act == "DELETE" { "OLD" } else { "NEW" };
            let function = format!(
                "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS
                 $$ BEGIN IF {forbidden} THEN RAISE EXCEPTION '{name}'; END IF; RETURN {row}; END $$"
            );
            let trigger = format!(
                "CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
            );
            crate::dialect::run_on(manager, DbBackend::Postgres, &function).await?;
            crate::dialect::run_on(manager, DbBackend::Postgres, &trigger).await?;
        }
        Ok(())
    }
}

/// `sealed` is the secret until the draw, which `secret` shows to everybody from then on. `source` says in words where the
/// public value is to come from. Whoever takes back an application before the list is frozen takes their ticket along; from then
/// on the tickets are the list. Instants are compared as they are written: SQLite's text sorts as time does.
const SQL: &str = "
CREATE TABLE draw (
    run_id uuid NOT NULL PRIMARY KEY REFERENCES run (id),
    version text NOT NULL,
    sealed text NOT NULL,
    commitment text NOT NULL,
    committed_at timestamptz NOT NULL,
    value_kind text NOT NULL CONSTRAINT draw_value_kind_known CHECK (value_kind IN ('lotto', 'drand', 'other')),
    source text NOT NULL CONSTRAINT draw_source_given CHECK (source <> ''),
    planned_for timestamptz NOT NULL,
    list_hash text,
    people integer CONSTRAINT draw_people_not_negative CHECK (people >= 0),
    listed_at timestamptz,
    public_value text,
    places integer CONSTRAINT draw_places_not_negative CHECK (places >= 0),
    secret text,
    drawn_at timestamptz,
    drawn_by uuid REFERENCES person (id),
    key uuid,
    CONSTRAINT draw_listed_whole CHECK ((list_hash IS NULL) = (listed_at IS NULL) AND (people IS NULL) = (listed_at IS NULL)),
    CONSTRAINT draw_drawn_whole CHECK (
        (public_value IS NULL) = (drawn_at IS NULL) AND (secret IS NULL) = (drawn_at IS NULL) AND (places IS NULL) = (drawn_at IS NULL)
        AND (drawn_by IS NULL) = (drawn_at IS NULL) AND (key IS NULL) = (drawn_at IS NULL)),
    CONSTRAINT draw_listed_after_promise CHECK (listed_at > committed_at),
    CONSTRAINT draw_drawn_after_list CHECK (drawn_at IS NULL OR (listed_at IS NOT NULL AND drawn_at > listed_at))
);

CREATE TABLE draw_ticket (
    application_id uuid NOT NULL PRIMARY KEY REFERENCES application (id),
    run_id uuid NOT NULL REFERENCES draw (run_id),
    code text NOT NULL,
    rank integer CONSTRAINT draw_ticket_rank_positive CHECK (rank > 0),
    lot text,
    CONSTRAINT draw_ticket_code_once UNIQUE (run_id, code),
    CONSTRAINT draw_ticket_rank_once UNIQUE (run_id, rank),
    CONSTRAINT draw_ticket_drawn_whole CHECK ((rank IS NULL) = (lot IS NULL))
);

CREATE TABLE draw_attempt (
    id uuid NOT NULL PRIMARY KEY,
    run_id uuid NOT NULL REFERENCES draw (run_id),
    at timestamptz NOT NULL,
    actor_id uuid NOT NULL REFERENCES person (id)
);

CREATE INDEX draw_attempt_run ON draw_attempt (run_id);
";

/// Something that is refused whatever the program does; its name is what the database says.
struct Guard {
    name: &'static str,
    table: &'static str,
    act: &'static str,
    forbidden: &'static str,
}

/// What was promised, frozen or drawn once stays so. The sealed secret alone may change: it is sealed anew with another key.
const GUARDS: &[Guard] = &[
    Guard {
        name: "draw_promise_stands",
        table: "draw",
        act: "UPDATE",
        forbidden:
            "NEW.run_id <> OLD.run_id OR NEW.version <> OLD.version OR NEW.commitment <> OLD.commitment
            OR NEW.committed_at <> OLD.committed_at",
    },
    Guard {
        name: "draw_list_stands",
        table: "draw",
        act: "UPDATE",
        forbidden: "OLD.listed_at IS NOT NULL AND (NEW.listed_at IS NULL OR NEW.listed_at <> OLD.listed_at
            OR NEW.list_hash <> OLD.list_hash OR NEW.people <> OLD.people OR NEW.source <> OLD.source
            OR NEW.value_kind <> OLD.value_kind OR NEW.planned_for <> OLD.planned_for)",
    },
    Guard {
        name: "draw_result_stands",
        table: "draw",
        act: "UPDATE",
        forbidden: "OLD.drawn_at IS NOT NULL AND (NEW.drawn_at IS NULL OR NEW.drawn_at <> OLD.drawn_at
            OR NEW.public_value <> OLD.public_value OR NEW.places <> OLD.places
            OR NEW.secret <> OLD.secret OR NEW.drawn_by <> OLD.drawn_by OR NEW.key <> OLD.key)",
    },
    Guard { name: "draw_stays", table: "draw", act: "DELETE", forbidden: "OLD.run_id IS NOT NULL" },
    Guard {
        name: "draw_ticket_not_after_list",
        table: "draw_ticket",
        act: "INSERT",
        forbidden: "(SELECT listed_at FROM draw WHERE run_id = NEW.run_id) IS NOT NULL",
    },
    Guard {
        name: "draw_ticket_stays_listed",
        table: "draw_ticket",
        act: "DELETE",
        forbidden: "(SELECT listed_at FROM draw WHERE run_id = OLD.run_id) IS NOT NULL",
    },
    Guard {
        name: "draw_ticket_stands",
        table: "draw_ticket",
        act: "UPDATE",
        forbidden:
            "NEW.application_id <> OLD.application_id OR NEW.run_id <> OLD.run_id OR NEW.code <> OLD.code
            OR OLD.rank IS NOT NULL",
    },
    Guard {
        name: "draw_attempt_append_only",
        table: "draw_attempt",
        act: "UPDATE",
        forbidden: "OLD.id IS NOT NULL",
    },
    Guard {
        name: "draw_attempt_stays",
        table: "draw_attempt",
        act: "DELETE",
        forbidden: "OLD.id IS NOT NULL",
    },
];
