//! Who looked at whom. What is written here and in the audit log is never changed afterwards.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::dialect::run(manager, SQL).await?;
        crate::dialect::run_on(manager, DbBackend::Postgres, POSTGRES_REFUSAL).await?;
        for table in ["access", "audit"] {
            let guard = format!("CREATE TRIGGER {table}_append_only BEFORE UPDATE ON {table}");
            let sqlite = format!("{guard} BEGIN SELECT RAISE(ABORT, '{table}_append_only'); END");
            let postgres = format!("{guard} FOR EACH ROW EXECUTE FUNCTION refuse_update()");
            crate::dialect::run_on(manager, DbBackend::Sqlite, &sqlite).await?;
            crate::dialect::run_on(manager, DbBackend::Postgres, &postgres).await?;
        }
        Ok(())
    }
}

/// `subject_id` is a person's id, or the code of the run whose list was read.
const SQL: &str = "
CREATE TABLE access (
    id uuid NOT NULL PRIMARY KEY,
    at timestamptz NOT NULL,
    viewer_id uuid NOT NULL REFERENCES person (id),
    duty text NOT NULL CONSTRAINT access_duty_known CHECK (duty IN ('instructor', 'producer', 'training_manager', 'front_desk', 'privacy_officer', 'administrator')),
    subject text NOT NULL CONSTRAINT access_subject_known CHECK (subject IN ('person', 'run')),
    subject_id text NOT NULL
);
";

/// The trigger's own name is what it says, as SQLite's does.
const POSTGRES_REFUSAL: &str = "
CREATE FUNCTION refuse_update() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '%', TG_NAME; END $$";
