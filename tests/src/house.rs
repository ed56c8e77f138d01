//! The program as processes of its own, which can be killed: this test binary once more, on a database that outlives it.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use chrono::Utc;
use domain::centre::Centre;
use domain::clock::Clock;
use sea_orm::TransactionTrait;
use server::config::{Config, Database, Flags};
use server::{database, serve};
use tempfile::TempDir;

use crate::Engine;
use crate::postgres::Fresh;
use crate::site::migrated;

/// Names the settings of a test binary that is to be the server.
const SERVE: &str = "CENTRE_TEST_SERVE";

/// A database and a folder of letters, for any number of servers one after the other or at once.
pub struct House {
    folder: TempDir,
    database: Database,
    postgres: Option<Fresh>,
}

impl House {
    pub fn new(engine: Engine) -> Self {
        Self::on((engine == Engine::Postgres).then(Fresh::create))
    }

    /// On a PostgreSQL that the test may kill.
    pub fn on_its_own_postgres() -> Self {
        Self::on(Some(Fresh::on_its_own()))
    }

    /// Made of a copy, as after the loss of a disk: the file put in its place, or `pg_restore` into an empty database.
    pub fn restored(engine: Engine, copy: &Path) -> Self {
        let postgres = (engine == Engine::Postgres).then(Fresh::empty);
        let house = Self::on(postgres);
        match &house.database {
            Database::Sqlite(path) => drop(std::fs::copy(copy, path).expect("putting the copy in its place")),
            Database::Postgres(url) => {
                let restore =
                    Command::new("pg_restore").args(["--exit-on-error", "--dbname", url]).arg(copy).status();
                assert!(restore.expect("starting pg_restore").success());
            }
        }
        house
    }

    /// With the schema that a migration finds.
    pub async fn before(engine: Engine, migration: &str) -> Self {
        let house = Self::on((engine == Engine::Postgres).then(Fresh::empty));
        if let Database::Sqlite(path) = &house.database {
            std::fs::remove_file(path).expect("removing the migrated database");
        }
        let connection = database::connect(&house.database).await.expect("connecting");
        let tx = connection.begin().await.expect("beginning");
        migrations::up_before(&tx, migration).await.expect("migrating");
        tx.commit().await.expect("committing");
        connection.close().await.expect("closing");
        house
    }

    fn on(postgres: Option<Fresh>) -> Self {
        // Whoever comes second finds it done.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir().expect("a folder");
        let database = migrated(folder.path(), postgres.as_ref());
        Self { folder, database, postgres }
    }

    /// The PostgreSQL of its own.
    pub fn postgres(&mut self) -> &mut Fresh {
        self.postgres.as_mut().expect("a house on PostgreSQL")
    }

    pub fn database(&self) -> &Database {
        &self.database
    }

    pub fn engine(&self) -> Engine {
        if self.postgres.is_some() { Engine::Postgres } else { Engine::Sqlite }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A centre on the same database, by the real clock, for as long as `look` takes.
    pub async fn look<T>(&self, look: impl AsyncFnOnce(&Centre) -> T) -> T {
        let connection = database::connect(&self.database).await.expect("connecting");
        let settings = self.config("127.0.0.1:0").settings;
        let centre = Centre::new(connection.clone(), Clock::new(Utc::now), settings);
        let seen = look(&centre).await;
        connection.close().await.expect("closing");
        seen
    }

    /// Starts a server. `entry` is the test that is one where it is asked to be; see [`serve_if_asked`].
    pub async fn serve(&self, entry: &str) -> Served {
        static PORT: AtomicU16 = AtomicU16::new(20_000);
        let port = PORT.fetch_add(1, Ordering::Relaxed);
        // Loopback has sixteen million addresses: with one for each process no two ever meet at a port.
        let [_, a, b, c] = std::process::id().to_be_bytes();
        let address = format!("127.{a}.{b}.{c}:{port}");
        let settings = self.folder().join(format!("{port}.toml"));
        std::fs::write(&settings, self.settings(&address)).expect("writing the settings");
        let log = || File::options().create(true).append(true).open(self.log()).expect("a log");
        // A write beyond what a file may be fails, as on a full disk; by default it would end the process.
        let child = Command::new("sh")
            .args(["-c", "trap '' XFSZ; exec \"$@\"", "sh"])
            .arg(std::env::current_exe().expect("this binary"))
            .args(["--exact", entry, "--nocapture"])
            .env(SERVE, settings)
            .stdin(Stdio::piped())
            .stdout(log())
            .stderr(log())
            .spawn()
            .expect("starting this binary once more");
        let mut served = Served { child, url: format!("http://{address}") };
        if !served.is_up().await {
            let log = std::fs::read_to_string(self.log()).unwrap_or_default();
            panic!("no server came up; it said: {log}");
        }
        served
    }

    fn log(&self) -> PathBuf {
        self.folder().join("log")
    }

    fn settings(&self, address: &str) -> String {
        let url = match &self.database {
            Database::Sqlite(path) => path.display().to_string(),
            Database::Postgres(url) => url.clone(),
        };
        let data = self.folder().display();
        format!("data = '{data}'\nsite = '{data}/site'\nlisten = '{address}'\ndatabase_url = '{url}'\n")
    }

    fn config(&self, address: &str) -> Config {
        let file = self.folder().join("look.toml");
        std::fs::write(&file, self.settings(address)).expect("writing the settings");
        Config::read(&Flags { config: Some(file), ..Flags::default() }, []).expect("settings")
    }
}

/// A running server; killed when it is dropped.
pub struct Served {
    child: Child,
    /// Where it is reached, and what forms say they come from.
    pub url: String,
}

impl Served {
    /// Ends it at whatever instruction it is.
    pub fn kill(mut self) {
        self.child.kill().expect("killing the server");
        self.child.wait().expect("a killed server");
    }

    /// Asks it to stop, and waits until it has.
    pub fn stop(mut self) -> ExitStatus {
        let pid = self.child.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &pid]).status().expect("asking it to stop");
        assert!(asked.success());
        // Waiting would close it, and its end says that the test has gone.
        let _open = self.child.stdin.take();
        self.child.wait().expect("a stopped server")
    }

    /// Lets no file grow beyond so many bytes, as a full disk would; any size with `None`.
    pub fn limit_files(&self, bytes: Option<u64>) {
        let limit = bytes.map_or("unlimited".to_owned(), |bytes| bytes.to_string());
        let pid = self.child.id().to_string();
        let set =
            Command::new("prlimit").args(["--pid", &pid, &format!("--fsize={limit}:unlimited")]).status();
        assert!(set.expect("setting a limit").success());
    }

    /// Waits until `/readyz` says that it can work, or that it can't.
    pub async fn until_ready(&self, ready: bool) {
        let client = reqwest::Client::new();
        for _ in 0..A_LONG_TIME {
            let found = client.get(format!("{}/readyz", self.url)).send().await.expect("an answer").status();
            assert!(found.is_success() || found == reqwest::StatusCode::SERVICE_UNAVAILABLE, "{found}");
            if found.is_success() == ready {
                return;
            }
            tokio::time::sleep(A_MOMENT).await;
        }
        panic!("it never said so: ready {ready}");
    }

    /// Waits until it answers; `false` if it doesn't.
    async fn is_up(&mut self) -> bool {
        let client = reqwest::Client::new();
        for _ in 0..A_LONG_TIME {
            if self.child.try_wait().expect("the server's state").is_some() {
                return false;
            }
            if client.get(format!("{}/healthz", self.url)).send().await.is_ok() {
                return true;
            }
            tokio::time::sleep(A_MOMENT).await;
        }
        false
    }
}

const A_MOMENT: Duration = Duration::from_millis(20);

/// So many moments that only what never happens takes longer.
const A_LONG_TIME: u32 = 10_000;

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Serves until it is asked to stop, where this process was started for that; `false` where it is a test's own.
pub fn serve_if_asked() -> bool {
    let Some(settings) = std::env::var_os(SERVE) else { return false };
    // Nobody is left to stop it once the test has gone, however that ended.
    std::thread::spawn(|| {
        let _ended = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        std::process::exit(1);
    });
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        // Whoever comes second finds it done.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let flags = Flags { config: Some(settings.into()), ..Flags::default() };
        let config = Config::read(&flags, []).expect("settings");
        let connection = database::connect(&config.database).await.expect("connecting");
        database::migrate(&connection).await.expect("migrating");
        let centre = Centre::new(connection, Clock::new(Utc::now), config.settings.clone());
        serve::serve(centre, config).await.expect("serving");
    });
    true
}
