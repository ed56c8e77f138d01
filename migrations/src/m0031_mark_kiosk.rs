//! At which kiosk somebody checked in: the history of a mark says who, when and from where.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::dialect::run(manager, SQL).await?;
        let (sqlite, postgres) = (DbBackend::Sqlite, DbBackend::Postgres);
        crate::dialect::run_on(manager, sqlite, "DROP TRIGGER mark_event_append_only").await?;
        crate::dialect::run_on(manager, postgres, "DROP TRIGGER mark_event_append_only ON mark_event")
            .await?;
        let guard = "CREATE TRIGGER mark_event_append_only BEFORE UPDATE OF id, class_session_id, application_id, presence,
            missed, way, made_at, arrived_at, by_id, kiosk_id, outcome ON mark_event";
        let refusal = format!("{guard} BEGIN SELECT RAISE(ABORT, 'mark_event_append_only'); END");
        crate::dialect::run_on(manager, sqlite, &refusal).await?;
        let refusal = format!("{guard} FOR EACH ROW EXECUTE FUNCTION refuse_update()");
        crate::dialect::run_on(manager, postgres, &refusal).await
    }
}

/// Absent where it was written before, or at the screen of the room itself.
const SQL: &str = "ALTER TABLE mark_event ADD COLUMN kiosk_id uuid REFERENCES kiosk (id)
    CONSTRAINT mark_event_kiosk_checks_in CHECK (kiosk_id IS NULL OR way = 'kiosk')";
