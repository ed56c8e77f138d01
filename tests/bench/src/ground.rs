//! What a bench stands on: a database full of people and runs, of which every measurement gets a copy of its own.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use clap::ValueEnum;
use sea_orm::{ConnectionTrait, DatabaseConnection};
use server::config::Database;
use server::database;
use tempfile::TempDir;
use tests::Cluster;

use crate::report::Setting;
use crate::seed::Seeded;
use crate::{Failure, process};

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    Sqlite,
    Postgres,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Disk {
    /// As it is: what a sync costs here.
    Plain,
    /// With 5 ms added to every sync.
    Slow,
}

/// `S` says what was put into it.
pub struct Ground<S = Seeded> {
    pub engine: Engine,
    pub disk: Disk,
    pub seeded: S,
    template: Database,
    /// The library that slows syncs down, where they are to be slow.
    slow: Option<PathBuf>,
    cluster: Option<Cluster>,
    copies: AtomicU32,
    folder: TempDir,
}

impl<S> Ground<S> {
    pub async fn prepare(
        engine: Engine,
        disk: Disk,
        seed: impl AsyncFnOnce(&DatabaseConnection) -> Result<S, Failure>,
    ) -> Result<Self, Failure> {
        let folder = tempfile::Builder::new().prefix("centre-bench-").tempdir()?;
        let slow = match disk {
            Disk::Plain => None,
            Disk::Slow => Some(compile(folder.path())?),
        };
        let cluster = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(Cluster::start(&[], slow.as_deref())),
        };
        if let (Some(cluster), Some(library)) = (&cluster, &slow) {
            process::must_have_loaded(cluster.process(), library)?;
        }
        let template = match &cluster {
            None => Database::Sqlite(folder.path().join("seeded.db")),
            Some(cluster) => {
                cluster.execute("CREATE DATABASE seeded".into());
                Database::Postgres(cluster.url("seeded"))
            }
        };
        let connection = database::connect(&template).await?;
        database::migrate(&connection).await?;
        let seeded = seed(&connection).await?;
        if engine == Engine::Postgres {
            connection.execute_unprepared("VACUUM ANALYZE").await?;
        }
        connection.close().await?;
        Ok(Self { engine, disk, seeded, template, slow, cluster, copies: AtomicU32::new(0), folder })
    }

    pub fn setting(&self, bench: &'static str) -> Setting {
        let database = match self.engine {
            Engine::Sqlite => "sqlite",
            Engine::Postgres => "postgres",
        };
        let disk = match self.disk {
            Disk::Plain => "as it is",
            Disk::Slow => "5 ms a sync",
        };
        Setting { bench, database: Some(database), disk: Some(disk) }
    }

    /// A copy nobody has touched.
    pub fn fresh(&self) -> Result<Place, Failure> {
        let folder = TempDir::new_in(self.folder.path())?;
        let database = match (&self.template, &self.cluster) {
            (Database::Postgres(_), Some(cluster)) => {
                let name = format!("copy_{}", self.copies.fetch_add(1, Ordering::Relaxed));
                cluster.execute(format!("CREATE DATABASE {name} TEMPLATE seeded"));
                Database::Postgres(cluster.url(&name))
            }
            (Database::Sqlite(template), _) => {
                let file = folder.path().join("centre.db");
                std::fs::copy(template, &file)?;
                // What still has to reach the disk would be in the way of what is measured.
                File::open(&file)?.sync_all()?;
                Database::Sqlite(file)
            }
            (Database::Postgres(_), None) => return Err("PostgreSQL without a cluster".into()),
        };
        // PostgreSQL's own processes are slowed down; ours sync only where the database is a file.
        let slow = self.slow.clone().filter(|_| self.engine == Engine::Sqlite);
        Ok(Place { folder, database, slow })
    }
}

/// One database, and the folder of whoever serves it.
pub struct Place {
    folder: TempDir,
    pub database: Database,
    /// The library to be loaded by every process that writes to it.
    pub slow: Option<PathBuf>,
}

impl Place {
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub async fn connect(&self) -> Result<DatabaseConnection, Failure> {
        Ok(database::connect(&self.database).await?)
    }

    /// Connects as a program that knows only this would.
    pub fn url(&self) -> String {
        match &self.database {
            Database::Sqlite(path) => path.display().to_string(),
            Database::Postgres(url) => url.clone(),
        }
    }
}

/// What [`Place::url`] stands for.
pub fn parse(url: &str) -> Database {
    if url.starts_with("postgres:") { Database::Postgres(url.into()) } else { Database::Sqlite(url.into()) }
}

fn compile(folder: &Path) -> Result<PathBuf, Failure> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("slow_sync.c");
    let library = folder.join("slow_sync.so");
    let status = Command::new("cc")
        .args(["-shared", "-fPIC", "-O2", "-o"])
        .args([&library, &source])
        .arg("-ldl")
        .status()?;
    if !status.success() {
        return Err(format!("cc could not compile {}", source.display()).into());
    }
    // PostgreSQL runs as somebody else.
    std::fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    Ok(library)
}
