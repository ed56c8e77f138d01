//! Throw-away PostgreSQL: one for the whole test process, with a database for each test; others for a test that kills it
//! and for the bench.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use sea_orm::ConnectionTrait;
use server::config::Database;
use server::database;

/// Quick, and good for as long as nothing dies.
const FORGETFUL: [&str; 4] =
    ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off"];

/// Commits survive that PostgreSQL is killed. The machine's own crash loses data either way.
const LASTING: [&str; 4] = ["fsync=off", "synchronous_commit=on", "full_page_writes=off", "autovacuum=off"];

static CLUSTER: LazyLock<Cluster> = LazyLock::new(|| {
    let cluster = Cluster::start(&FORGETFUL, None);
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
    output: BufReader<ChildStdout>,
}

/// Prints the folder and the process when the server answers, and again for each order it has carried out; removes
/// everything when standard input ends. Called with the folder of the programs, a library for the server to load or
/// nothing, and settings.
const SCRIPT: &str = r#"
set -eu
programs=$1 library=$2
shift 2
folder=$(mktemp -d "${TMPDIR:-/tmp}/centre-postgres.XXXXXX")
trap 'kill -INT "$server" 2>/dev/null; wait; rm -rf "$folder"' EXIT
trap '' INT
start() {
    LD_PRELOAD=$library "$programs/postgres" -D "$folder/data" -k "$folder" -c listen_addresses= -c max_connections=300 \
        "$@" >"$folder/log" 2>&1 </dev/null &
    server=$!
    until "$programs/pg_isready" --quiet --host "$folder"; do
        kill -0 "$server" || { cat "$folder/log" >&2; exit 1; }
        sleep 0.05
    done
    echo "$folder $server"
}
"$programs/initdb" --pgdata "$folder/data" --username postgres --auth trust --locale C --encoding UTF8 --no-sync \
    >"$folder/log" 2>&1
start "$@"
while read -r order; do
    case $order in
        crash) kill -QUIT "$server"; wait "$server" || true; echo "$folder $server" ;;
        start) start "$@" ;;
    esac
done
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
        let output = BufReader::new(script.stdout.take().expect("piped"));
        let mut cluster = Self { folder: String::new(), process: 0, script, output };
        cluster.hear();
        cluster
    }

    /// Waits until an order is carried out.
    fn hear(&mut self) {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("reading where PostgreSQL is");
        let (folder, process) =
            line.trim().split_once(' ').expect("PostgreSQL did not start; its log is above");
        self.folder = folder.to_owned();
        self.process = process.parse().expect("a number");
    }

    fn order(&mut self, order: &str) {
        let input = self.script.stdin.as_mut().expect("piped");
        writeln!(input, "{order}").expect("giving an order");
        self.hear();
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

/// A database of one test; dropped with it.
pub struct Fresh {
    name: String,
    /// Where the test may kill it.
    own: Option<Cluster>,
}

impl Fresh {
    /// Migrated.
    pub fn create() -> Self {
        Self::made("TEMPLATE migrated")
    }

    /// Without a table, to restore a copy into.
    pub fn empty() -> Self {
        Self::made("TEMPLATE template0")
    }

    fn made(how: &str) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        CLUSTER.execute(format!("CREATE DATABASE {name} {how}"));
        Self { name, own: None }
    }

    /// Migrated, in a PostgreSQL of its own whose commits survive that it is killed.
    pub fn on_its_own() -> Self {
        let cluster = Cluster::start(&LASTING, None);
        cluster.make_template();
        Self { name: "migrated".into(), own: Some(cluster) }
    }

    pub fn url(&self) -> String {
        self.own.as_ref().unwrap_or(&CLUSTER).url(&self.name)
    }

    /// Kills the PostgreSQL of its own: no connection ends politely, nothing is written any more.
    pub fn crash(&mut self) {
        self.own.as_mut().expect("one of its own").order("crash");
    }

    pub fn start_again(&mut self) {
        self.own.as_mut().expect("one of its own").order("start");
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        if self.own.is_none() {
            CLUSTER.execute(format!("DROP DATABASE {} WITH (FORCE)", self.name));
        }
    }
}
