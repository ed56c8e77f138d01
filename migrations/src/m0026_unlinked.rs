//! What leads to nobody leads there by no detour either: attendance of erased people in sums, and rows in an order that has
//! nothing to do with who they are of. An index for absences that somebody is still to be told of.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::dialect::run(manager, SQL).await?;
        for (backend, day) in [
            (DbBackend::Sqlite, "date(max(c.ends_at), '+9 hours')"),
            (DbBackend::Postgres, "(max(c.ends_at) AT TIME ZONE 'Asia/Seoul')::date"),
        ] {
            crate::dialect::run_on(manager, backend, &SUMS.replace("#day", day)).await?;
        }
        crate::dialect::run(manager, "DELETE FROM anonymous_mark").await?;
        for (table, order) in [
            ("anonymous_part", "id"),
            ("folded_application", "application_id"),
            ("survey_done", "application_id"),
            ("survey_count", "run_id, form_id, place, points"),
            ("survey_words", "id"),
        ] {
            crate::dialect::run(manager, &MIX.replace("#table", table).replace("#order", order)).await?;
        }
        Ok(())
    }
}

/// `came`, `minutes` and `no_shows` of an `anonymous_part` are sums over the classes of its run that were held until
/// `counted_until`, which is absent where there was none. Class by class they would be known among the marks of the run, which
/// stay. `anonymous_mark` held them before; nothing writes it any more.
const SQL: &str = "
ALTER TABLE anonymous_part ADD COLUMN came integer NOT NULL DEFAULT 0 CONSTRAINT anonymous_part_came_not_negative CHECK (came >= 0);
ALTER TABLE anonymous_part ADD COLUMN minutes integer NOT NULL DEFAULT 0 CONSTRAINT anonymous_part_minutes_not_negative CHECK (minutes >= 0);
ALTER TABLE anonymous_part ADD COLUMN no_shows integer NOT NULL DEFAULT 0 CONSTRAINT anonymous_part_no_shows_not_negative CHECK (no_shows >= 0);
ALTER TABLE anonymous_part ADD COLUMN counted_until date;
CREATE INDEX mark_absent ON mark (arrived_at) WHERE presence = 'absent';
";

const SUMS: &str = "UPDATE anonymous_part SET (came, minutes, no_shows, counted_until) = (
    SELECT
        coalesce(sum(CASE WHEN m.presence IN ('present', 'late', 'left_early') THEN 1 ELSE 0 END), 0),
        coalesce(sum(CASE WHEN m.minutes > c.minutes THEN c.minutes ELSE m.minutes END), 0),
        coalesce(sum(CASE WHEN m.no_show THEN 1 ELSE 0 END), 0),
        #day
    FROM anonymous_mark m JOIN class_session c ON c.id = m.class_session_id
    WHERE m.part_id = anonymous_part.id AND c.state = 'planned'
)";

/// A database remembers in which order rows came, and which came together.
const MIX: &str = "CREATE TEMPORARY TABLE mixed AS SELECT * FROM #table;
DELETE FROM #table;
INSERT INTO #table SELECT * FROM mixed ORDER BY #order;
DROP TABLE mixed;
";
