//! A number that rises with every change to an account, so that what is kept in memory of it is known to be true or not.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::dialect::run(manager, SQL).await?;
        crate::dialect::run_on(manager, DbBackend::Postgres, POSTGRES_RAISE).await?;
        for (name, change) in CHANGES {
            // For each row, since a statement that changes none raises nothing.
            let (change, condition) = change.split_once(" WHEN ").unwrap_or((change, "true"));
            let (row, raise) =
                (format!("FOR EACH ROW WHEN ({condition})"), "EXECUTE FUNCTION raise_revision()");
            // At the commit, so that nobody holds the revision while waiting for something else.
            let postgres = format!(
                "CREATE CONSTRAINT TRIGGER {name} AFTER {change} DEFERRABLE INITIALLY DEFERRED {row} {raise}"
            );
            let sqlite = format!(
                "CREATE TRIGGER {name} AFTER {change} {row} BEGIN UPDATE revision SET accounts = accounts + 1; END"
            );
            crate::dialect::run_on(manager, DbBackend::Postgres, &postgres).await?;
            crate::dialect::run_on(manager, DbBackend::Sqlite, &sqlite).await?;
        }
        Ok(())
    }
}

const SQL: &str = "
CREATE TABLE revision (
    id integer NOT NULL PRIMARY KEY CONSTRAINT revision_is_one CHECK (id = 1),
    accounts bigint NOT NULL
);

INSERT INTO revision (id, accounts) VALUES (1, 0);
";

/// Triggers, so that nobody can forget it. What is new was in nobody's memory: a new person, a new sign-in. A new
/// address of a known person goes with an update of the person.
const CHANGES: [(&str, &str); 8] = [
    ("person_changed", "UPDATE ON person"),
    ("person_gone", "DELETE ON person"),
    ("contact_changed", "UPDATE ON contact"),
    ("contact_gone", "DELETE ON contact"),
    ("duty_granted", "INSERT ON duty"),
    ("duty_gone", "DELETE ON duty"),
    ("web_session_changed", "UPDATE OF person_id, data ON web_session"),
    ("web_session_gone", "DELETE ON web_session WHEN OLD.person_id IS NOT NULL"),
];

const POSTGRES_RAISE: &str = "
CREATE FUNCTION raise_revision() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN UPDATE revision SET accounts = accounts + 1; RETURN NULL; END $$";
