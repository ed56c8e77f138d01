//! The one writer: takes commands in the order of their arrival, decides many in one transaction, and answers each
//! only after the commit that makes its answer true.
//!
//! What it keeps in memory (`batch.rs`) is a cache. Each batch begins with `UPDATE writer … WHERE turn = <the one it
//! knows>`; where no row answers, somebody else has changed the rows, and it reads them anew. That statement also takes
//! the write lock on both databases, so that what is read after it stays true until the commit.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use sea_orm::{DatabaseConnection, DbErr};
use tokio::sync::{Notify, mpsc, oneshot};
use uuid::Uuid;

use super::batch::{Batch, Memory};
use super::shelf::Shelf;
use super::{Choice, Entrance, PublicValue, Refusal, State, TicketNumber};
use crate::centre::Settings;
use crate::clock::Clock;
use crate::language::Language;

/// How many commands may wait; more are told to come back.
const QUEUE: usize = 20_000;

/// How many are decided in one transaction.
const BATCH: usize = 500;

/// Who does it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// The person the application belongs to; others' applications don't exist for them.
    Own(Uuid),
    /// Somebody at the desk or of the programme, by right of their duty.
    Office(Uuid),
    /// Nobody: a deadline passed.
    Time,
}

impl Actor {
    pub(super) fn id(self) -> Option<Uuid> {
        match self {
            Self::Own(id) | Self::Office(id) => Some(id),
            Self::Time => None,
        }
    }

    pub(super) fn owns(self, person: Uuid) -> bool {
        self == Self::Own(person) || matches!(self, Self::Office(_) | Self::Time)
    }
}

/// One thing asked of the writer.
#[derive(Clone, Debug)]
pub(super) enum Command {
    Apply(Apply),
    ChangeSeat {
        run: Uuid,
        application: Uuid,
        actor: Actor,
        seat: crate::space::SeatCode,
    },
    /// Two who are booked sit down on each other's seats. `seat` is where `other` was seen, so that what is asked twice is
    /// done once.
    Swap {
        run: Uuid,
        application: Uuid,
        other: Uuid,
        actor: Actor,
        seat: crate::space::SeatCode,
    },
    Cancel {
        run: Uuid,
        application: Uuid,
        actor: Actor,
        reason: Option<String>,
    },
    Accept {
        run: Uuid,
        application: Uuid,
        actor: Actor,
    },
    Approve {
        run: Uuid,
        application: Uuid,
        actor: Actor,
    },
    Decline {
        run: Uuid,
        application: Uuid,
        actor: Actor,
        reason: String,
    },
    CancelRun {
        run: Uuid,
        actor: Actor,
        reason: String,
    },
    /// Takes back a ticket that waits for the opening.
    Withdraw {
        run: Uuid,
        ticket: Uuid,
        actor: Actor,
    },
    /// Draws the places of a run with a lottery.
    Draw {
        run: Uuid,
        actor: Actor,
        value: PublicValue,
        /// Of the form: whoever sends it twice has drawn once.
        key: Uuid,
    },
    /// Does in a run what time alone does: ends what is overdue, promises its draw or freezes the list of it, and gives free
    /// places to those who wait.
    Settle {
        run: Uuid,
    },
}

#[derive(Clone, Debug)]
pub(super) struct Apply {
    pub run: Uuid,
    pub person: Uuid,
    pub language: Language,
    pub staff: bool,
    pub choice: Choice,
    pub entrance: Entrance,
    /// Made with the form, so that sending it twice asks once.
    pub key: Uuid,
    pub actor: Actor,
    /// Entered at the desk: before the opening the ticket waits for it, and nothing is answered.
    pub ticket: Option<TicketNumber>,
}

impl Command {
    pub(super) fn run(&self) -> Uuid {
        match self {
            Self::Apply(apply) => apply.run,
            Self::ChangeSeat { run, .. }
            | Self::Swap { run, .. }
            | Self::Cancel { run, .. }
            | Self::Accept { run, .. }
            | Self::Approve { run, .. }
            | Self::Decline { run, .. }
            | Self::CancelRun { run, .. }
            | Self::Withdraw { run, .. }
            | Self::Draw { run, .. }
            | Self::Settle { run } => *run,
        }
    }
}

/// What an application came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub application: Uuid,
    pub state: State,
    pub seat: Option<String>,
    pub rank: Option<u32>,
    /// The request had been answered before; this tells what the first one did.
    pub repeated: bool,
}

/// Refused by a rule, or not decided at all.
#[derive(Debug, thiserror::Error)]
pub enum WriterError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Nothing is known to have changed, or not to have changed; asking again is safe, with the same key.
    #[error("the writer could not reach the database")]
    Database(#[from] DbErr),
    #[error("the writer has stopped")]
    Stopped,
}

pub(super) type Answer = Result<Option<Outcome>, WriterError>;

pub(super) struct Waiting {
    pub command: Command,
    /// Read under the queue's lock, so that it grows with the order in the queue.
    pub arrived: DateTime<Utc>,
    pub answer: oneshot::Sender<Answer>,
}

/// A handle to the writer's queue. Cheap to clone; the writer stops when the last one is gone.
#[derive(Clone)]
pub struct Writer {
    queue: Arc<Mutex<mpsc::Sender<Waiting>>>,
    clock: Clock,
    database: DatabaseConnection,
    /// Whether it can seal the secret of a draw.
    promises: bool,
    changed: Arc<Notify>,
}

impl Writer {
    /// Starts the writer's task on the current tokio runtime.
    pub(crate) fn start(
        database: DatabaseConnection,
        clock: Clock,
        settings: Settings,
        shelf: Arc<Shelf>,
    ) -> Self {
        let promises = settings.secrets.has_keys();
        let (queue, waiting) = mpsc::channel(QUEUE);
        let changed = Arc::new(Notify::new());
        let work = Work {
            database: database.clone(),
            clock: clock.clone(),
            settings,
            memory: Memory::default(),
            shelf,
            changed: Arc::clone(&changed),
        };
        tokio::spawn(work.run(waiting));
        Self { queue: Arc::new(Mutex::new(queue)), clock, database, promises, changed }
    }

    /// Puts a command in the queue and waits for its answer. Once queued it is decided even if the asker goes away.
    pub(super) async fn send(&self, command: Command) -> Answer {
        let (answer, answered) = oneshot::channel();
        {
            let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
            let waiting = Waiting { command, arrived: self.clock.now(), answer };
            queue.try_send(waiting).map_err(|refused| match refused {
                mpsc::error::TrySendError::Full(_) => WriterError::Refused(Refusal::Busy),
                mpsc::error::TrySendError::Closed(_) => WriterError::Stopped,
            })?;
        }
        answered.await.map_err(|_| WriterError::Stopped)?
    }

    /// Whether anybody waits.
    pub fn is_busy(&self) -> bool {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).capacity() < QUEUE
    }

    /// Ends what is overdue and gives freed places to those who wait, in all runs. Call it after raising a capacity
    /// or bringing seats back, when the program starts, and whenever [`Writer::is_due`] says so.
    pub async fn settle(&self) -> Result<(), WriterError> {
        let now = self.clock.now();
        let mut runs = super::store::runs_in_motion(&self.database, now).await?;
        runs.extend(super::drawing::due(&self.database, self.promises, now).await?);
        for run in runs {
            self.send(Command::Settle { run }).await?;
        }
        Ok(())
    }

    /// Whether a time has come that nobody has acted on: the end of an offer, the start of a run with a waiting list, an
    /// opening for which tickets wait, a draw to be promised or its list to be frozen.
    pub async fn is_due(&self) -> Result<bool, DbErr> {
        let now = self.clock.now();
        Ok(super::store::is_overdue(&self.database, now).await?
            || !super::drawing::due(&self.database, self.promises, now).await?.is_empty())
    }

    /// Wakes the one who awaits it, now or next, after each commit; see `watch.rs`.
    pub(super) fn changed(&self) -> &Notify {
        &self.changed
    }
}

struct Work {
    database: DatabaseConnection,
    clock: Clock,
    settings: Settings,
    memory: Memory,
    shelf: Arc<Shelf>,
    changed: Arc<Notify>,
}

impl Work {
    async fn run(mut self, mut queue: mpsc::Receiver<Waiting>) {
        let mut waiting = Vec::with_capacity(BATCH);
        while queue.recv_many(&mut waiting, BATCH).await > 0 {
            self.decide(std::mem::take(&mut waiting)).await;
            self.changed.notify_one();
        }
    }

    /// Decides a batch. What fails once may have met a constraint that guards against a stale memory (another
    /// server wrote): it is decided once more from the rows, then each command alone, so that one that can't be
    /// written takes no other with it.
    async fn decide(&mut self, mut waiting: Vec<Waiting>) {
        for _ in 0..2 {
            match self.attempt(&waiting).await {
                Ok(answers) => {
                    for (asked, answer) in waiting.into_iter().zip(answers) {
                        // The asker may have gone; the decision stands and their next request is told of it.
                        let _gone = asked.answer.send(answer.map_err(WriterError::Refused));
                    }
                    return;
                }
                Err(Failed::Undone(error)) => tracing::warn!(%error, "a batch was not committed"),
                Err(Failed::Doubtful(error)) => {
                    tracing::warn!(%error, "a batch was perhaps committed");
                    waiting = leave_in_doubt(waiting);
                }
            }
        }
        if waiting.len() > 1 {
            for asked in waiting {
                Box::pin(self.decide(vec![asked])).await;
            }
        } else {
            waiting.into_iter().for_each(|asked| asked.give_up("not committed"));
        }
    }

    async fn attempt(
        &mut self,
        waiting: &[Waiting],
    ) -> Result<Vec<Result<Option<Outcome>, Refusal>>, Failed> {
        let decided = self.transact(waiting).await;
        if decided.is_err() {
            self.memory.forget();
        }
        decided
    }

    async fn transact(
        &mut self,
        waiting: &[Waiting],
    ) -> Result<Vec<Result<Option<Outcome>, Refusal>>, Failed> {
        let tx = crate::centre::begin(&self.database).await?;
        let mut batch =
            Batch::begin(&tx, &self.clock, &self.settings, &mut self.memory, &self.shelf, waiting).await?;
        let answers = waiting.iter().map(|asked| batch.decide(&asked.command, asked.arrived)).collect();
        if batch.changes_nothing() {
            // What the answers rest on was committed before this batch took the lock.
            batch.give_turn_back();
            tx.rollback().await?;
            return Ok(answers);
        }
        let shown = batch.write().await?;
        tx.commit().await.map_err(Failed::Doubtful)?;
        shown.put_on(&self.shelf);
        Ok(answers)
    }
}

/// Why a batch has no answers.
enum Failed {
    Undone(DbErr),
    /// The commit failed, or only its answer was lost.
    Doubtful(DbErr),
}

impl From<DbErr> for Failed {
    fn from(error: DbErr) -> Self {
        Self::Undone(error)
    }
}

/// Those that may be decided once more: an application's key tells whether it was made. Whoever cancelled would be
/// told that there is nothing to cancel, which may be their own doing: they are told that nobody knows.
fn leave_in_doubt(waiting: Vec<Waiting>) -> Vec<Waiting> {
    let (applications, others) =
        waiting.into_iter().partition(|asked| matches!(asked.command, Command::Apply(_)));
    let others: Vec<Waiting> = others;
    others.into_iter().for_each(|asked| asked.give_up("perhaps committed"));
    applications
}

impl Waiting {
    fn give_up(self, why: &str) {
        tracing::error!(why, "the writer gave up on a command");
        let _gone = self.answer.send(Err(WriterError::Database(DbErr::Custom(why.into()))));
    }
}
