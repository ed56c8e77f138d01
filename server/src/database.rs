//! Connecting to the database, bringing it to today's schema, and copying it away.

use std::fs::File;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::time::Duration;

use domain::centre::begin;
use percent_encoding::percent_decode_str;
use sea_orm::sqlx::Connection;
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement};
use thiserror::Error;

use crate::config::Database;

/// How long a connection waits for another's write transaction on SQLite, and for a free connection on either.
const PATIENCE: Duration = Duration::from_secs(10);

pub async fn connect(database: &Database) -> Result<DatabaseConnection, DbErr> {
    match database {
        Database::Sqlite(path) => connect_sqlite(path).await,
        Database::Postgres(url) => connect_postgres(url).await,
    }
}

async fn connect_sqlite(path: &Path) -> Result<DatabaseConnection, DbErr> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)
            .map_err(|cause| DbErr::Custom(format!("{}: {cause}", folder.display())))?;
    }
    let file = path.to_owned();
    let mut options = ConnectOptions::new("sqlite:");
    options
        // Readers run beside the one writer; more of them than this only queue for the processor.
        .max_connections(8)
        .acquire_timeout(PATIENCE)
        .sqlx_logging(false)
        // A commit that failed, as on a full disk, has ended the transaction in SQLite but not in the driver's count:
        // what this connection begins and commits after that would be savepoints, and the last commit never come.
        .map_sqlx_sqlite_before_acquire(|connection, _| {
            Box::pin(async move { Ok(!connection.is_in_transaction()) })
        })
        .map_sqlx_sqlite_opts(move |sqlite| {
            sqlite
                .filename(&file)
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                // An answer may leave only when what it says survives a power cut.
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .busy_timeout(PATIENCE)
        });
    sea_orm::Database::connect(options).await
}

async fn connect_postgres(url: &str) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(url);
    options.max_connections(20).acquire_timeout(PATIENCE).sqlx_logging(false).set_application_name("centre");
    sea_orm::Database::connect(options).await
}

/// Brings the database to today's schema: all of it or nothing. Doing it again does nothing.
pub async fn migrate(database: &DatabaseConnection) -> Result<(), DbErr> {
    if pending(&check(database, &[]).await?).is_empty() {
        return Ok(());
    }
    let tx = begin(database).await?;
    if tx.get_database_backend() == DbBackend::Postgres {
        // Whoever asks for a table after us waits as long as we do. The number is ours: one migrates at a time.
        let patience = format!("SET LOCAL lock_timeout = '{}s'", PATIENCE.as_secs());
        tx.execute_unprepared(&patience).await?;
        tx.execute_unprepared("SELECT pg_advisory_xact_lock(1909)").await?;
    }
    migrations::up(&tx).await?;
    tx.commit().await
}

/// Fails where this release can't live with what a later one has made of the database, or will have when it has done these
/// migrations too. Returns those that the database has seen.
pub async fn check(database: &DatabaseConnection, coming: &[String]) -> Result<Vec<String>, DbErr> {
    let applied = migrations::applied(database).await?;
    let known = migrations::known();
    match unfit(&applied, &known).or_else(|| unfit(coming, &known)) {
        Some(why) => Err(DbErr::Migration(why)),
        None => Ok(applied),
    }
}

/// Why a release that knows only those can't work on a database where these migrations are done, if it can't.
pub fn unfit(migrations: &[String], known: &[String]) -> Option<String> {
    let name = migrations::unbearable(migrations, known)?;
    Some(format!("A later release takes away what this one needs ({name})"))
}

/// The migrations that are still to be done.
pub fn pending(applied: &[String]) -> Vec<String> {
    let mut pending = migrations::known();
    pending.retain(|name| !applied.contains(name));
    pending
}

#[derive(Debug, Error)]
pub enum BackupError {
    #[error("{0} exists already; a backup never replaces a file")]
    Exists(String),
    #[error("{0}: {1}")]
    File(String, io::Error),
    #[error(transparent)]
    Database(#[from] DbErr),
    #[error("{0} could not be started ({1}); install it, or do this where the database is")]
    NoTool(&'static str, io::Error),
    #[error("{0} ended with {1}")]
    Tool(&'static str, ExitStatus),
    #[error("the copy can't be read: {0}")]
    Unreadable(String),
}

/// Copies the whole database into one new file, while the program may go on: an SQLite file on SQLite,
/// a custom-format dump for `pg_restore` on PostgreSQL. Nobody but the file's owner may read it, from its first byte on. What
/// failed leaves no file.
pub async fn backup(database: &Database, file: &Path) -> Result<(), BackupError> {
    let name = || file.display().to_string();
    File::options().write(true).create_new(true).mode(0o600).open(file).map_err(|cause| {
        match cause.kind() {
            io::ErrorKind::AlreadyExists => BackupError::Exists(name()),
            _ => BackupError::File(name(), cause),
        }
    })?;
    // Both write into an empty file that is there.
    let copied = match database {
        Database::Sqlite(_) => vacuum(database, file).await,
        Database::Postgres(url) => dump(url, file),
    };
    if copied.is_err() {
        remove_if_there(file).map_err(|cause| BackupError::File(name(), cause))?;
    }
    copied
}

async fn vacuum(database: &Database, file: &Path) -> Result<(), BackupError> {
    let connection = connect(database).await?;
    let target = file.display().to_string();
    let vacuum = Statement::from_sql_and_values(DbBackend::Sqlite, "VACUUM INTO ?", [target.into()]);
    connection.execute_raw(vacuum).await?;
    Ok(())
}

pub(crate) fn remove_if_there(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

/// Reads a copy from end to end.
pub async fn read_copy(database: &Database, file: &Path) -> Result<(), BackupError> {
    match database {
        Database::Sqlite(_) => {
            let file = file.to_owned();
            let mut options = ConnectOptions::new("sqlite:");
            options.sqlx_logging(false).max_connections(1).map_sqlx_sqlite_opts(move |sqlite| {
                // As the backup left it: nothing goes on there.
                sqlite.filename(&file).immutable(true)
            });
            let copy = sea_orm::Database::connect(options).await?;
            let found =
                copy.query_one_raw(Statement::from_string(DbBackend::Sqlite, "PRAGMA integrity_check"));
            let said = found.await?.map(|row| row.try_get_by_index::<String>(0)).transpose()?;
            copy.close().await?;
            match said.as_deref() {
                Some("ok") => Ok(()),
                said => Err(BackupError::Unreadable(said.unwrap_or_default().into())),
            }
        }
        Database::Postgres(_) => run("pg_restore", |restore| restore.arg("--file=/dev/null").arg(file)),
    }
}

fn dump(url: &str, file: &Path) -> Result<(), BackupError> {
    let (url, password) = without_password(url);
    run("pg_dump", |dump| {
        dump.args(["--format=custom", "--no-password", "--dbname", &url, "--file"]).arg(file);
        dump.envs(password.map(|password| ("PGPASSWORD", password)))
    })
}

fn run(tool: &'static str, with: impl FnOnce(&mut Command) -> &mut Command) -> Result<(), BackupError> {
    let status = with(&mut Command::new(tool)).status().map_err(|cause| BackupError::NoTool(tool, cause))?;
    if status.success() { Ok(()) } else { Err(BackupError::Tool(tool, status)) }
}

/// Every process list shows a command's arguments: the password must not be among them.
fn without_password(url: &str) -> (String, Option<String>) {
    let Ok(mut parsed) = reqwest::Url::parse(url) else { return (url.to_owned(), None) };
    let password = parsed.password().map(|text| percent_decode_str(text).decode_utf8_lossy().into_owned());
    // Only URLs without a host refuse this, and they hold no password either.
    let _ = parsed.set_password(None);
    (parsed.into(), password)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_leaves_the_url() {
        let (url, password) =
            without_password("postgres://centre:p%40ss@db.example:5433/centre?sslmode=require");
        assert_eq!(url, "postgres://centre@db.example:5433/centre?sslmode=require");
        assert_eq!(password.as_deref(), Some("p@ss"));
    }
}
