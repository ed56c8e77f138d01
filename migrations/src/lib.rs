//! The database's history: one append-only file per change, the same SQL for SQLite and PostgreSQL.

mod dialect;
mod m0001_account;
mod m0002_space;
mod m0003_course;
mod m0004_registration;
mod m0005_notice;
mod m0006_access;
mod m0007_revision;
mod m0008_ticket;

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::*;

/// Brings a database to today's schema: `Migrator::up(&db, None)`.
pub struct Migrator;

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
        ]
    }
}
