//! What a run asks of those who complete it, and who has, frozen when it is closed.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::dialect::run(manager, SQL).await
    }
}

/// A run without a rule has that of the settings. `lessons` says whether the recorded lessons of its course count, to what
/// is planned and to what is attended alike. `minutes` of `planned` were attended when the run was closed.
const SQL: &str = "
CREATE TABLE completion_rule (
    run_id uuid NOT NULL PRIMARY KEY REFERENCES run (id),
    percent integer NOT NULL CONSTRAINT completion_rule_percent_known CHECK (percent BETWEEN 1 AND 100),
    survey boolean NOT NULL,
    lessons boolean NOT NULL
);

CREATE TABLE run_closing (
    run_id uuid NOT NULL PRIMARY KEY REFERENCES run (id),
    closed_at timestamptz NOT NULL,
    closed_by uuid NOT NULL REFERENCES person (id)
);

CREATE TABLE completion (
    application_id uuid NOT NULL PRIMARY KEY REFERENCES application (id),
    run_id uuid NOT NULL REFERENCES run_closing (run_id),
    minutes integer NOT NULL CONSTRAINT completion_minutes_not_negative CHECK (minutes >= 0),
    planned integer NOT NULL CONSTRAINT completion_planned_not_negative CHECK (planned >= 0),
    state text NOT NULL CONSTRAINT completion_state_known CHECK (state IN ('completed', 'not_completed'))
);

CREATE INDEX completion_run ON completion (run_id);
";
