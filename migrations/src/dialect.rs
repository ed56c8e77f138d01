//! One text of SQL for two databases: PostgreSQL's type names, turned into SQLite's strict ones.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

/// The words that differ, PostgreSQL first. SQLite's STRICT tables then refuse a value of another type,
/// as PostgreSQL does. Booleans are 0 and 1 there, instants ISO text in UTC (which sorts as time does).
const TYPES: [(&str, &str); 6] = [
    ("timestamptz", "text"),
    ("boolean", "integer"),
    ("bigint", "integer"),
    ("bytea", "blob"),
    ("uuid", "blob"),
    ("date", "text"),
];

/// Runs statements separated by `;` at a line's end on either database.
pub async fn run(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    for statement in sql.split(";\n").map(str::trim).filter(|text| !text.is_empty()) {
        manager.get_connection().execute_unprepared(&translate(manager, statement)).await?;
    }
    Ok(())
}

/// Runs one statement as it is, on the database it is written for: a trigger, an exclusion constraint.
pub async fn run_on(manager: &SchemaManager<'_>, backend: DbBackend, statement: &str) -> Result<(), DbErr> {
    if manager.get_database_backend() == backend {
        manager.get_connection().execute_unprepared(statement).await?;
    }
    Ok(())
}

fn translate(manager: &SchemaManager<'_>, statement: &str) -> String {
    if manager.get_database_backend() != DbBackend::Sqlite {
        return statement.to_owned();
    }
    let mut text: String =
        statement.split_inclusive(|c: char| !c.is_alphanumeric() && c != '_').map(sqlite_word).collect();
    if text.starts_with("CREATE TABLE") {
        text.push_str(" STRICT");
    }
    text
}

fn sqlite_word(piece: &str) -> String {
    TYPES
        .iter()
        .find_map(|(postgres, sqlite)| Some(format!("{sqlite}{}", rest_of_word(piece, postgres)?)))
        .unwrap_or_else(|| piece.to_owned())
}

/// What follows `word` in `piece` when `piece` is that very word and at most one separator.
fn rest_of_word<'a>(piece: &'a str, word: &str) -> Option<&'a str> {
    let rest = piece.strip_prefix(word)?;
    (rest.chars().count() <= 1 && rest.chars().all(|c| !c.is_alphanumeric() && c != '_')).then_some(rest)
}
