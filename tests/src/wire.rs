//! A connection to PostgreSQL that can lose the answer to a commit: the moment at which nobody knows what happened.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use server::config::Database;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};

/// The name of PostgreSQL's socket in its folder.
const SOCKET: &str = ".s.PGSQL.5432";

/// What a client sends to commit.
const COMMIT: &[u8] = b"COMMIT\0";

pub struct Wire {
    database: Database,
    lose: Arc<AtomicBool>,
    _folder: TempDir,
}

impl Wire {
    /// Carries what is said to this database and back, on the current runtime.
    pub fn to(database: &Database) -> Self {
        let Database::Postgres(url) = database else { panic!("only PostgreSQL is at the end of a wire") };
        let (name, target) = url.split_once("?host=").expect("a socket's folder");
        let target = format!("{target}/{SOCKET}");
        let folder = tempfile::tempdir().expect("a folder");
        let listener = UnixListener::bind(folder.path().join(SOCKET)).expect("a socket");
        let lose = Arc::new(AtomicBool::new(false));
        let losing = lose.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = UnixStream::connect(&target).await.expect("PostgreSQL's socket");
                tokio::spawn(carry(client, server, losing.clone()));
            }
        });
        let database = Database::Postgres(format!("{name}?host={}", folder.path().display()));
        Self { database, lose, _folder: folder }
    }

    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Breaks the connection over which the next commit goes, after it was done and before that is said.
    pub fn lose_next_commit(&self) {
        self.lose.store(true, Ordering::SeqCst);
    }

    /// Whether there was one since.
    pub fn has_lost_it(&self) -> bool {
        !self.lose.load(Ordering::SeqCst)
    }
}

async fn carry(mut client: UnixStream, mut server: UnixStream, lose: Arc<AtomicBool>) -> io::Result<()> {
    let (mut there, mut back) = (vec![0; 65_536], vec![0; 65_536]);
    loop {
        tokio::select! {
            read = client.read(&mut there) => {
                let said = &there[..read?];
                if said.is_empty() {
                    return Ok(());
                }
                server.write_all(said).await?;
                if said.windows(COMMIT.len()).any(|it| it == COMMIT) && lose.swap(false, Ordering::SeqCst) {
                    let _done = server.read(&mut back).await?;
                    return Ok(());
                }
            }
            read = server.read(&mut back) => {
                let said = &back[..read?];
                if said.is_empty() {
                    return Ok(());
                }
                client.write_all(said).await?;
            }
        }
    }
}
