//! Watching a run: one snapshot, encoded once per change and shared by everybody who looks.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sea_orm::DbErr;
use tokio::sync::watch;
use uuid::Uuid;

use super::shelf::book;
use crate::centre::Centre;

/// Changes closer together than this reach the watchers as one.
const COALESCE: Duration = Duration::from_millis(150);

/// How often the turn is read while anyone watches, for what another server or the command line has changed.
const POLL: Duration = Duration::from_millis(250);

/// The runs being watched. One task reads what changed, from the rows, whoever changed it.
#[derive(Clone, Default)]
pub struct Watchers {
    runs: Arc<Mutex<HashMap<Uuid, watch::Sender<Arc<str>>>>>,
    /// Whether somebody began to watch a run that nobody watched before.
    newcomer: Arc<AtomicBool>,
}

impl Watchers {
    /// The run's snapshot as JSON, now and after every change. `None` if there is no such run.
    pub async fn watch(
        &self,
        centre: &Centre,
        run: Uuid,
    ) -> Result<Option<watch::Receiver<Arc<str>>>, DbErr> {
        let known = self.lock().get(&run).map(watch::Sender::subscribe);
        if let Some(receiver) = known {
            // Somebody watches already, so it is being kept true.
            return Ok(Some(receiver));
        }
        let Some(text) = encode(centre, run).await? else { return Ok(None) };
        let receiver = self.lock().entry(run).or_insert_with(|| watch::channel(text).0).subscribe();
        // What changed while it was read is read again at the next look.
        self.newcomer.store(true, Ordering::Release);
        Ok(Some(receiver))
    }

    /// Keeps the snapshots true for as long as the program runs.
    pub async fn keep(self, centre: Centre) {
        let mut turn = 0;
        loop {
            // Either is only a hint to look; what counts is the turn in the database.
            let _hint = tokio::time::timeout(POLL, centre.writer().changed().notified()).await;
            if let Err(error) = self.refresh(&centre, &mut turn).await {
                tracing::warn!(%error, "watchers could not be told");
            }
            tokio::time::sleep(COALESCE).await;
        }
    }

    async fn refresh(&self, centre: &Centre, turn: &mut i64) -> Result<(), DbErr> {
        let watched = self.watched();
        if watched.is_empty() {
            return Ok(());
        }
        let newcomer = self.newcomer.swap(false, Ordering::AcqRel);
        let now = centre.last_turn().await?;
        if now == *turn && !newcomer {
            return Ok(());
        }
        for run in watched {
            let Some(text) = encode(centre, run).await? else { continue };
            if let Some(sender) = self.lock().get(&run) {
                publish(sender, text);
            }
        }
        *turn = now;
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Uuid, watch::Sender<Arc<str>>>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The runs somebody looks at; those nobody looks at any more are dropped.
    fn watched(&self) -> Vec<Uuid> {
        let mut runs = self.lock();
        runs.retain(|_, sender| sender.receiver_count() > 0);
        runs.keys().copied().collect()
    }
}

fn publish(sender: &watch::Sender<Arc<str>>, text: Arc<str>) {
    sender.send_if_modified(|last| {
        let differs = *last != text;
        if differs {
            *last = text;
        }
        differs
    });
}

async fn encode(centre: &Centre, run: Uuid) -> Result<Option<Arc<str>>, DbErr> {
    let Some(book) = book(centre, run).await? else { return Ok(None) };
    let text = serde_json::to_string(&book.snapshot()).map_err(|error| DbErr::Json(error.to_string()))?;
    Ok(Some(Arc::from(text)))
}
