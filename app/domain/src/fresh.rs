//! Keeping in memory what the database says, and never a moment longer than it says so.
//!
//! A number in the database rises with every change to what is kept. Whoever wants to use what is kept reads the number
//! first; if it is the one under which things were kept, they are true. In a rush one reading serves thousands: a
//! [`Counter`] reads for all who asked before it began.

use std::hash::Hash;
use std::time::Duration;

use sea_orm::{ConnAcquireErr, DbErr};
use tokio::sync::{mpsc, oneshot};

/// Reads a number for everybody who waits for it, again and again while somebody does.
pub struct Counter {
    queue: mpsc::UnboundedSender<oneshot::Sender<Answer>>,
}

type Answer = Result<i64, Failed>;

/// A failure that can be told to everybody who waits.
#[derive(Clone)]
enum Failed {
    /// No connection, or one that says nothing: another try may do better.
    Busy,
    Other(String),
}

impl From<DbErr> for Failed {
    fn from(error: DbErr) -> Self {
        match error {
            DbErr::ConnectionAcquire(_) => Self::Busy,
            other => Self::Other(other.to_string()),
        }
    }
}

impl From<Failed> for DbErr {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Busy => Self::ConnectionAcquire(ConnAcquireErr::Timeout),
            Failed::Other(text) => Self::Custom(text),
        }
    }
}

/// Everybody waits for the same reading: one connection that has gone silent must not keep them for ever.
const PATIENCE: Duration = Duration::from_secs(10);

/// As many as one reading serves.
const AT_ONCE: usize = 10_000;

impl Counter {
    /// Starts the reading task on the current tokio runtime; it ends with the counter.
    pub fn start<F>(read: impl Fn() -> F + Send + 'static) -> Self
    where
        F: Future<Output = Result<i64, DbErr>> + Send,
    {
        let (queue, mut asked) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            let mut waiting: Vec<oneshot::Sender<Answer>> = Vec::new();
            while asked.recv_many(&mut waiting, AT_ONCE).await > 0 {
                let number = match tokio::time::timeout(PATIENCE, read()).await {
                    Ok(read) => read.map_err(Failed::from),
                    Err(_) => Err(Failed::Busy),
                };
                for answer in waiting.drain(..) {
                    // Whoever has gone needs no answer.
                    let _gone = answer.send(number.clone());
                }
            }
        });
        Self { queue }
    }

    /// What the database says by a reading that begins after this call.
    pub async fn read(&self) -> Result<i64, DbErr> {
        let (answer, answered) = oneshot::channel();
        let stopped = || DbErr::Custom("nobody reads the counter any more".into());
        self.queue.send(answer).map_err(|_| stopped())?;
        Ok(answered.await.map_err(|_| stopped())??)
    }
}

/// What was read after a number was, by key. It is true as long as the number is.
pub struct Cache<K, V> {
    kept: moka::sync::Cache<K, (i64, V)>,
}

impl<K, V> Cache<K, V>
where
    K: Eq + Hash + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// Beyond `most` it forgets what is used least.
    pub fn new(most: u64) -> Self {
        Self { kept: moka::sync::Cache::new(most) }
    }

    /// What was kept under this number, or under a later one.
    pub fn get(&self, number: i64, key: &K) -> Option<V> {
        self.kept.get(key).filter(|(then, _)| *then >= number).map(|(_, value)| value)
    }

    /// Lets go of what has changed without the number rising.
    pub fn forget(&self, key: &K) {
        self.kept.invalidate(key);
    }

    /// Keeps what was read after the number was.
    pub fn put(&self, number: i64, key: K, value: V) {
        self.kept.insert(key, (number, value));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    #[test]
    fn what_was_read_before_a_change_is_not_kept_after_it() {
        let cache = Cache::new(10);
        assert_eq!(cache.get(1, &"name"), None);
        cache.put(1, "name", "old");
        assert_eq!(cache.get(1, &"name"), Some("old"));
        assert_eq!(cache.get(2, &"name"), None, "the number has risen");
        cache.put(1, "name", "old");
        assert_eq!(cache.get(2, &"name"), None, "who read it before the change comes late");
        cache.put(2, "name", "new");
        assert_eq!(cache.get(1, &"name"), Some("new"), "newer is true, too");
    }

    #[tokio::test]
    async fn a_reading_begins_after_it_was_asked_for_and_serves_all_who_wait() {
        let (number, readings) = (Arc::new(AtomicI64::new(0)), Arc::new(AtomicI64::new(0)));
        let (says, counts) = (Arc::clone(&number), Arc::clone(&readings));
        let counter = Counter::start(move || {
            counts.fetch_add(1, Ordering::SeqCst);
            let now = says.load(Ordering::SeqCst);
            async move {
                tokio::task::yield_now().await;
                Ok(now)
            }
        });
        let counter = Arc::new(counter);
        let mut asked = tokio::task::JoinSet::new();
        for _ in 0..100 {
            let counter = Arc::clone(&counter);
            asked.spawn(async move { counter.read().await });
        }
        for answer in asked.join_all().await {
            assert_eq!(answer.unwrap(), 0);
        }
        assert!(readings.load(Ordering::SeqCst) < 100);
        number.store(7, Ordering::SeqCst);
        assert_eq!(counter.read().await.unwrap(), 7);
    }
}
