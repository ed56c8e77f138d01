//! The clock and the source of ids that the program is handed, so that tests can hold both.

use std::sync::{Arc, Mutex};

use chrono::{DateTime, SubsecRound, Utc};
use uuid::{ContextV7, Timestamp, Uuid};

/// Tells the time in whole microseconds, which is what both databases keep.
#[derive(Clone)]
pub struct Clock {
    read: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>,
    ids: Arc<Mutex<ContextV7>>,
}

impl Clock {
    /// A clock that reads `read`; the program's own is made in `server`, a test's stands still.
    pub fn new(read: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        Self { read: Arc::new(read), ids: Arc::new(Mutex::new(ContextV7::new())) }
    }

    pub fn now(&self) -> DateTime<Utc> {
        (self.read)().trunc_subsecs(6)
    }

    /// A new row's id: a version 7 UUID of this clock's time.
    pub fn id(&self) -> Uuid {
        let now = self.now();
        let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
        Uuid::new_v7(Timestamp::from_unix(&*self.ids, seconds, now.timestamp_subsec_nanos()))
    }
}
