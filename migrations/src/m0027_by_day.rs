//! What erased people attended, by day: a figure by their sides, asked as of a day amid a run, stays as it was.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::dialect::run(manager, SQL).await?;
        for (backend, id, day) in [
            (DbBackend::Sqlite, "randomblob(16)", "date(min(starts_at), '+9 hours')"),
            (DbBackend::Postgres, "gen_random_uuid()", "(min(starts_at) AT TIME ZONE 'Asia/Seoul')::date"),
        ] {
            let sums = SUMS.replace("#id", id).replace("#first_day", day);
            crate::dialect::run_on(manager, backend, &sums).await?;
        }
        crate::dialect::run(manager, DROP).await
    }
}

/// An `anonymous_attendance` is what those whose parts of one run were folded, and who are alike in sex, age and neighbourhood,
/// did on one day: to how many of them it was the first class they came to, minutes that count as attended, and absences
/// without a word. `held` and `held_minutes` of an `anonymous_part` are the classes that its run had held when it was folded, and
/// their minutes, where the run went on: whatever came later counts neither for nor against them.
const SQL: &str = "
CREATE TABLE anonymous_attendance (
    id uuid NOT NULL PRIMARY KEY,
    run_id uuid NOT NULL REFERENCES run (id),
    day date NOT NULL,
    sex text CONSTRAINT anonymous_attendance_sex_known CHECK (sex IN ('female', 'male')),
    age integer CONSTRAINT anonymous_attendance_age_in_tens CHECK (age BETWEEN 0 AND 90 AND age % 10 = 0),
    neighbourhood text,
    attended integer NOT NULL CONSTRAINT anonymous_attendance_attended_not_negative CHECK (attended >= 0),
    minutes integer NOT NULL CONSTRAINT anonymous_attendance_minutes_not_negative CHECK (minutes >= 0),
    no_shows integer NOT NULL CONSTRAINT anonymous_attendance_no_shows_not_negative CHECK (no_shows >= 0),
    CONSTRAINT anonymous_attendance_described CHECK (sex IS NOT NULL OR age IS NOT NULL OR neighbourhood IS NOT NULL)
);
CREATE INDEX anonymous_attendance_run ON anonymous_attendance (run_id);
ALTER TABLE anonymous_part ADD COLUMN held integer CONSTRAINT anonymous_part_held_not_negative CHECK (held >= 0);
ALTER TABLE anonymous_part ADD COLUMN held_minutes integer CONSTRAINT anonymous_part_held_minutes_not_negative CHECK (held_minutes >= 0);
";

/// Of the sums that stood here before only the last day is known. They count from the day on which somebody was enrolled, and
/// whoever left midway was.
const SUMS: &str =
    "INSERT INTO anonymous_attendance (id, run_id, day, sex, age, neighbourhood, attended, minutes, no_shows)
    SELECT #id, run_id, CASE WHEN placed > counted_until THEN placed ELSE counted_until END AS enrolled, sex, age, neighbourhood,
        sum(CASE WHEN came > 0 THEN 1 ELSE 0 END), sum(minutes), sum(no_shows)
    FROM anonymous_part
    WHERE counted_until IS NOT NULL AND placed IS NOT NULL AND (ended IS NULL OR (placed <= ended AND ended >= (
        SELECT #first_day FROM class_session c WHERE c.run_id = anonymous_part.run_id AND c.state = 'planned'
    )))
    GROUP BY run_id, enrolled, sex, age, neighbourhood";

/// No release was made that knows these.
const DROP: &str = "
DROP TABLE anonymous_mark;
ALTER TABLE anonymous_part DROP COLUMN came;
ALTER TABLE anonymous_part DROP COLUMN minutes;
ALTER TABLE anonymous_part DROP COLUMN no_shows;
ALTER TABLE anonymous_part DROP COLUMN counted_until;
";
