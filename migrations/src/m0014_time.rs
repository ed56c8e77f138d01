//! What is held at a time, whoever holds it: a week of all rooms is found without looking at ten years.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::dialect::run(manager, SQL).await
    }
}

const SQL: &str = "
CREATE INDEX occupation_starts ON occupation (starts_at);

CREATE INDEX engagement_starts ON engagement (starts_at);

CREATE INDEX allocation_starts ON allocation (starts_at);
";
