//! Throw-away PostgreSQL: one for the whole test process, with a database for each test; others for the bench.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use sea_orm::ConnectionTrait;
use server::config::Database;
use server::database;

static CLUSTER: LazyLock<Cluster> = LazyLock::new(|| {
    let forgetful = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off"];
    let cluster = Cluster::start(&forgetful, None);
    cluster.make_template();
    cluster
});

/// A PostgreSQL of our own, which ends with the value or with the process.
pub struct Cluster {
    /// Where the socket is.
    folder: String,
    /// The server's.
    process: u32,
    /// Its standard input stays open as long as this process lives: its end tells the script to clean up,
    /// however the tests ended.
    script: Child,
}

/// Prints the folder and the process when the server answers; removes everything when standard input ends. Called with
/// the folder of the programs, a library for the server to load or nothing, and settings.
const SCRIPT: &str = r#"
set -eu
programs=$1 library=$2
shift 2
folder=$(mktemp -d "${TMPDIR:-/tmp}/centre-postgres.XXXXXX")
trap 'kill -INT "$server" 2>/dev/null; wait; rm -rf "$folder"' EXIT
trap '' INT
"$programs/initdb" --pgdata "$folder/data" --username postgres --auth trust --locale C --encoding UTF8 --no-sync >"$folder/log" 2>&1
LD_PRELOAD=$library "$programs/postgres" -D "$folder/data" -k "$folder" -c listen_addresses= -c max_connections=300 \
    "$@" >"$folder/log" 2>&1 </dev/null &
server=$!
until "$programs/pg_isready" --quiet --host "$folder"; do
    kill -0 "$server" || { cat "$folder/log" >&2; exit 1; }
    sleep 0.05
done
echo "$folder $server"
read -r _ || true
"#;

impl Cluster {
    /// `settings` are like `fsync=off`; `library` is loaded into the server before the C library.
    pub fn start(settings: &[&str], library: Option<&Path>) -> Self {
        // PostgreSQL refuses to be run by root.
        let mut command = match std::env::var("USER").is_ok_and(|user| user == "root") || is_root() {
            true => {
                let mut command = Command::new("setpriv");
                command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "sh"]);
                command
            }
            false => Command::new("sh"),
        };
        let mut script = command
            .args(["-c", SCRIPT, "sh"])
            .arg(programs())
            .arg(library.unwrap_or(Path::new("")))
            .args(settings.iter().flat_map(|setting| ["-c", setting]))
            .current_dir("/tmp")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("starting PostgreSQL");
        let mut line = String::new();
        let output = script.stdout.take().expect("piped");
        BufReader::new(output).read_line(&mut line).expect("reading where PostgreSQL is");
        let (folder, process) =
            line.trim().split_once(' ').expect("PostgreSQL did not start; its log is above");
        Self { folder: folder.to_owned(), process: process.parse().expect("a number"), script }
    }

    /// The server's process.
    pub fn process(&self) -> u32 {
        self.process
    }

    pub fn url(&self, name: &str) -> String {
        format!("postgres://postgres@localhost/{name}?host={}", self.folder)
    }

    fn make_template(&self) {
        self.execute("CREATE DATABASE migrated".into());
        let url = self.url("migrated");
        alone(async move {
            let connection = database::connect(&Database::Postgres(url)).await.expect("connecting");
            database::migrate(&connection).await.expect("migrating");
            connection.close().await.expect("closing");
        });
    }

    /// Executes one statement outside every database of ours.
    pub fn execute(&self, sql: String) {
        let url = self.url("postgres");
        alone(async move {
            let connection = sea_orm::Database::connect(url).await.expect("connecting");
            connection.execute_unprepared(&sql).await.expect("executing");
            connection.close().await.expect("closing");
        });
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.script.stdin.take());
        // However it ended, nothing is left to be done here.
        let _ended = self.script.wait();
    }
}

/// Runs it on a thread of its own, since whoever asks may stand inside another runtime.
fn alone(work: impl Future<Output = ()> + Send + 'static) {
    let thread = std::thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(work);
    });
    thread.join().expect("work on the database");
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|it| std::os::unix::fs::MetadataExt::uid(&it) == 0)
}

/// Where `initdb` is: Debian keeps it out of the path.
fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let debian = versions.map(|entry| entry.path().join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = debian.chain(std::env::split_paths(&path)).find(|folder| has_initdb(folder));
    found.expect("PostgreSQL's initdb, in /usr/lib/postgresql or in the path")
}

fn has_initdb(folder: &Path) -> bool {
    folder.join("initdb").exists()
}

/// A migrated database of one test; dropped with it.
pub struct Fresh {
    name: String,
}

impl Fresh {
    pub fn create() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        CLUSTER.execute(format!("CREATE DATABASE {name} TEMPLATE migrated"));
        Self { name }
    }

    pub fn url(&self) -> String {
        CLUSTER.url(&self.name)
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        CLUSTER.execute(format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}
