//! The minimum number of a run: how many must hold a place by when, and who decided that it takes place with fewer.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::dialect::run(manager, SQL).await
    }
}

/// A check stands at the last of the columns that it compares.
const SQL: &str = "
ALTER TABLE run ADD COLUMN minimum_people integer CONSTRAINT run_minimum_positive CHECK (minimum_people > 0)
    CONSTRAINT run_minimum_within_capacity CHECK (minimum_people <= capacity);
ALTER TABLE run ADD COLUMN minimum_at timestamptz
    CONSTRAINT run_minimum_whole CHECK ((minimum_people IS NULL) = (minimum_at IS NULL));
ALTER TABLE run ADD COLUMN minimum_kept_at timestamptz
    CONSTRAINT run_minimum_kept_when_due CHECK (minimum_kept_at IS NULL OR (minimum_at IS NOT NULL AND minimum_kept_at >= minimum_at));
ALTER TABLE run ADD COLUMN minimum_kept_by uuid REFERENCES person (id)
    CONSTRAINT run_minimum_kept_whole CHECK ((minimum_kept_by IS NULL) = (minimum_kept_at IS NULL));
";
