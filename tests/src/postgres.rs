//! One throw-away PostgreSQL for the whole test process, with a database for each test.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use sea_orm::ConnectionTrait;
use server::config::Database;
use server::database;

static CLUSTER: LazyLock<Cluster> = LazyLock::new(Cluster::start);

struct Cluster {
    /// Where the socket is.
    folder: String,
    /// Its standard input stays open as long as this process lives: its end tells the script to clean up,
    /// however the tests ended.
    _script: Child,
}

/// Prints the folder when the server answers; removes everything when standard input ends.
const SCRIPT: &str = r#"
set -eu
folder=$(mktemp -d /tmp/centre-postgres.XXXXXX)
trap 'kill -INT "$server" 2>/dev/null; wait; rm -rf "$folder"' EXIT
trap '' INT
"$1/initdb" --pgdata "$folder/data" --username postgres --auth trust --locale C --encoding UTF8 --no-sync >"$folder/log" 2>&1
"$1/postgres" -D "$folder/data" -k "$folder" -c listen_addresses= -c max_connections=300 \
    -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off >"$folder/log" 2>&1 </dev/null &
server=$!
until "$1/pg_isready" --quiet --host "$folder"; do
    kill -0 "$server" || { cat "$folder/log" >&2; exit 1; }
    sleep 0.05
done
echo "$folder"
read -r _ || true
"#;

impl Cluster {
    fn start() -> Self {
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
            .current_dir("/tmp")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("starting PostgreSQL");
        let mut folder = String::new();
        let output = script.stdout.take().expect("piped");
        BufReader::new(output).read_line(&mut folder).expect("reading where PostgreSQL is");
        let cluster = Self { folder: folder.trim().to_owned(), _script: script };
        assert!(!cluster.folder.is_empty(), "PostgreSQL did not start; its log is above");
        cluster.make_template();
        cluster
    }

    fn url(&self, name: &str) -> String {
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

    fn execute(&self, sql: String) {
        let url = self.url("postgres");
        alone(async move {
            let connection = sea_orm::Database::connect(url).await.expect("connecting");
            connection.execute_unprepared(&sql).await.expect("executing");
            connection.close().await.expect("closing");
        });
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
