//! The database's history: one append-only file per change, the same SQL for SQLite and PostgreSQL.

mod dialect;
mod fit;
mod m0001_account;
mod m0002_space;
mod m0003_course;
mod m0004_registration;
mod m0005_notice;
mod m0006_access;
mod m0007_revision;
mod m0008_ticket;
mod m0009_occupation;
mod m0010_studio;
mod m0011_feed;
mod m0012_board;
mod m0013_call;
mod m0014_time;
mod m0015_broadcast;
mod m0016_question;
mod m0017_attendance_code;
mod m0018_lesson;
mod m0019_playlist;
mod m0020_mark;
mod m0021_completion;
mod m0022_certificate;
mod m0023_survey;
mod m0024_statistics;
mod m0025_kiosk;
mod m0026_unlinked;
mod m0027_by_day;
mod m0028_draw;
mod m0029_turn;
mod m0031_mark_kiosk;
mod m0032_abandoned;
mod m0033_minimum;

pub use fit::unbearable;
use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, EntityTrait, QueryOrder};
use sea_orm_migration::seaql_migrations::{Column, Entity, Model};

struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_account::Migration),
            Box::new(m0002_space::Migration),
            Box::new(m0003_course::Migration),
            Box::new(m0004_registration::Migration),
            Box::new(m0005_notice::Migration),
            Box::new(m0006_access::Migration),
            Box::new(m0007_revision::Migration),
            Box::new(m0008_ticket::Migration),
            Box::new(m0009_occupation::Migration),
            Box::new(m0010_studio::Migration),
            Box::new(m0011_feed::Migration),
            Box::new(m0012_board::Migration),
            Box::new(m0013_call::Migration),
            Box::new(m0014_time::Migration),
            Box::new(m0015_broadcast::Migration),
            Box::new(m0016_question::Migration),
            Box::new(m0017_attendance_code::Migration),
            Box::new(m0018_lesson::Migration),
            Box::new(m0019_playlist::Migration),
            Box::new(m0020_mark::Migration),
            Box::new(m0021_completion::Migration),
            Box::new(m0022_certificate::Migration),
            Box::new(m0023_survey::Migration),
            Box::new(m0024_statistics::Migration),
            Box::new(m0025_kiosk::Migration),
            Box::new(m0026_unlinked::Migration),
            Box::new(m0027_by_day::Migration),
            Box::new(m0028_draw::Migration),
            Box::new(m0029_turn::Migration),
            Box::new(m0031_mark_kiosk::Migration),
            Box::new(m0032_abandoned::Migration),
            Box::new(m0033_minimum::Migration),
        ]
    }

    /// Those of this program: what a later release has added is no fault where this one can live with it.
    async fn get_migration_models<C: ConnectionTrait>(db: &C) -> Result<Vec<Model>, DbErr> {
        let (known, mut models) = (known(), models(db).await?);
        models.retain(|model| known.contains(&model.version));
        Ok(models)
    }
}

async fn models<C: ConnectionTrait>(db: &C) -> Result<Vec<Model>, DbErr> {
    Entity::find().order_by_asc(Column::Version).all(db).await
}

/// Brings a database to today's schema. Whoever calls it holds a transaction, so that all is done or nothing.
pub async fn up<'c>(tx: impl IntoSchemaManagerConnection<'c>) -> Result<(), DbErr> {
    Migrator::up(tx, None).await
}

/// Brings an empty database to the schema that a migration finds, by its name: to see what it does with rows that are there.
pub async fn up_before<'c>(tx: impl IntoSchemaManagerConnection<'c>, migration: &str) -> Result<(), DbErr> {
    let before = known().iter().take_while(|name| *name != migration).count();
    Migrator::up(tx, before.try_into().ok()).await
}

/// Every migration of this program by its name, in their order.
pub fn known() -> Vec<String> {
    Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect()
}

/// The names of those that a database has seen, of whichever release; none where it is empty.
pub async fn applied<'c, C>(db: &'c C) -> Result<Vec<String>, DbErr>
where
    C: ConnectionTrait,
    &'c C: IntoSchemaManagerConnection<'c>,
{
    if !SchemaManager::new(db).has_table("seaql_migrations").await? {
        return Ok(Vec::new());
    }
    Ok(models(db).await?.into_iter().map(|model| model.version).collect())
}
