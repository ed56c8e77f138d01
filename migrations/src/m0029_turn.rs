//! A broadcast's turn rises with each change, whoever makes it, so that nobody acts on what was read before another's step.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::dialect::run(manager, "ALTER TABLE broadcast ADD COLUMN turn integer NOT NULL DEFAULT 0").await
    }
}
