//! The one value that pages, forms, server functions and workers are handed: database, writer, clock, settings.

use std::sync::Arc;

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, IsolationLevel,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use uuid::Uuid;

use crate::account::Accounts;
use crate::attendance::AttendanceSettings;
use crate::board::BoardSettings;
use crate::broadcast::ledger::BroadcastSettings;
use crate::clock::Clock;
use crate::fresh::{Cache, Counter};
use crate::kept::Programme;
use crate::lesson::LessonSettings;
use crate::registration::{DrawSettings, Shelf, Watchers, Writer, read_turn};
use crate::seal::Sealer;
use crate::studio::StudioSettings;
use crate::survey::SurveySettings;

/// What the domain is told by whoever installs it. Checked when the program starts.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where people reach the site, without a slash at the end: `https://learn.example.org`.
    pub public_url: String,
    /// Whoever confirmed an address of one of these domains is staff.
    pub staff_domains: Vec<String>,
    /// How many live applications one person may have for runs that begin in the same month.
    pub applications_a_month: u32,
    /// How long a six-digit code and its link are good.
    pub code_minutes: u32,
    /// After how many days the facts of a notice are emptied.
    pub notice_days: u32,
    /// Telephone of the front desk, as shown.
    pub phone: String,
    /// Street address of the centre, as shown.
    pub address: String,
    /// How the studio is lent.
    pub studio: StudioSettings,
    /// How YouTube is spoken to.
    pub broadcast: BroadcastSettings,
    /// How the attendance of online classes is found out.
    pub attendance: AttendanceSettings,
    /// How the survey after a run is held.
    pub survey: SurveySettings,
    /// How places are drawn.
    pub draw: DrawSettings,
    /// Seals what may let somebody act in our name.
    pub secrets: Sealer,
    /// What may be put on the boards.
    pub board: BoardSettings,
    /// What is asked of those who learn by themselves.
    pub lesson: LessonSettings,
    /// Whether this is the demonstration, which says so on every page.
    pub demonstration: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            public_url: "http://127.0.0.1:3000".into(),
            staff_domains: Vec::new(),
            applications_a_month: 3,
            code_minutes: 10,
            notice_days: 90,
            phone: String::new(),
            address: String::new(),
            studio: StudioSettings::default(),
            broadcast: BroadcastSettings::default(),
            attendance: AttendanceSettings::default(),
            survey: SurveySettings::default(),
            draw: DrawSettings::default(),
            secrets: Sealer::default(),
            board: BoardSettings::default(),
            lesson: LessonSettings::default(),
            demonstration: false,
        }
    }
}

/// More runs than a centre holds in ten years.
const RUNS: u64 = 10_000;

/// Cheap to clone; made once, in `server`.
#[derive(Clone)]
pub struct Centre {
    inner: Arc<Inner>,
}

struct Inner {
    database: DatabaseConnection,
    clock: Clock,
    settings: Settings,
    writer: Writer,
    watchers: Watchers,
    accounts: Accounts,
    turn: Counter,
    shelf: Arc<Shelf>,
    programme: Programme,
    run_ids: Cache<String, Uuid>,
}

impl Centre {
    /// Starts the writer and the readers of counters with it, so it must be called inside a tokio runtime.
    pub fn new(database: DatabaseConnection, clock: Clock, settings: Settings) -> Self {
        let shelf = Arc::new(Shelf::default());
        let writer = Writer::start(database.clone(), clock.clone(), settings.clone(), Arc::clone(&shelf));
        let accounts = Accounts::start(database.clone());
        let watchers = Watchers::default();
        let reader = database.clone();
        let turn = Counter::start(move || {
            let database = reader.clone();
            async move { read_turn(&database).await }
        });
        let (programme, run_ids) = (Programme::default(), Cache::new(RUNS));
        let inner =
            Inner { database, clock, settings, writer, watchers, accounts, turn, shelf, programme, run_ids };
        Self { inner: Arc::new(inner) }
    }

    pub fn database(&self) -> &DatabaseConnection {
        &self.inner.database
    }

    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    pub fn writer(&self) -> &Writer {
        &self.inner.writer
    }

    /// Who looks at which run; `server` keeps them told.
    pub fn watchers(&self) -> &Watchers {
        &self.inner.watchers
    }

    /// The ids of runs by their codes. A run keeps its code and its row for ever, so that what is known stays true.
    pub(crate) fn run_ids(&self) -> &Cache<String, Uuid> {
        &self.inner.run_ids
    }

    /// The books of runs as everybody reads them.
    pub(crate) fn shelf(&self) -> &Shelf {
        &self.inner.shelf
    }

    /// What is kept in memory of runs, class sessions and rooms.
    pub(crate) fn programme(&self) -> &Programme {
        &self.inner.programme
    }

    /// What is kept in memory of people and their sign-ins.
    pub fn accounts(&self) -> &Accounts {
        &self.inner.accounts
    }

    /// The writer's turn by a reading that begins after this call: it rises with every change to runs, class sessions,
    /// seats and applications.
    pub async fn last_turn(&self) -> Result<i64, DbErr> {
        self.inner.turn.read().await
    }

    /// Lets the writer give out places that a committed change may have freed. Where it can't at the moment, its own
    /// round does a little later.
    pub async fn settle(&self) {
        if let Err(error) = self.writer().settle().await {
            tracing::warn!(%error, "places that may be free are given out later");
        }
    }

    /// Begins a transaction that will write.
    pub async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        begin(self.database()).await
    }

    /// The same, where every statement sees what was there when the first began.
    pub async fn begin_at_one_moment(&self) -> Result<DatabaseTransaction, DbErr> {
        // SQLite's transactions are so by themselves, and have no levels to choose from.
        let has_levels = self.database().get_database_backend() == DbBackend::Postgres;
        let options = TransactionOptions {
            isolation_level: has_levels.then_some(IsolationLevel::RepeatableRead),
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        self.database().begin_with_options(options).await
    }
}

/// Begins a transaction that takes SQLite's write lock at once: a deferred one would read first and then
/// fail as busy when it comes to write. On PostgreSQL the first statement must write, for the same reason.
pub async fn begin(database: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    database.begin_with_options(options).await
}

/// Advances the writer's turn in `tx`, so that what it keeps in memory is read anew. Whoever changes runs, class
/// sessions or seats outside the writer calls this in the same transaction (and [`Centre::settle`] after it, where
/// places may have become free).
pub async fn turn<C: ConnectionTrait>(tx: &C) -> Result<(), DbErr> {
    tx.execute_unprepared("UPDATE writer SET turn = turn + 1").await?;
    Ok(())
}
