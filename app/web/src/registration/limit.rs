//! What the booking path allows: how often one person may press, and how many are dealt with at once.

use std::num::NonZeroU32;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use governor::clock::{Clock, MonotonicClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::AppError;

/// How many applications are dealt with at once, from the session to the answer: two of the writer's batches, of which one
/// is being committed while the next gathers. Everybody else waits before anything is done for them, so that a page
/// asked for in a rush stands behind so many and not behind all.
const AT_ONCE: usize = 1_000;

/// How many may wait; more are told to come back.
const IN_LINE: usize = 20_000;

/// Where applications wait their turn, in the order in which they came.
#[derive(Clone)]
pub struct Door(Arc<Line>);

struct Line {
    turns: Semaphore,
    standing: Semaphore,
}

impl Door {
    pub fn new() -> Self {
        Self::of(AT_ONCE, IN_LINE)
    }

    fn of(at_once: usize, in_line: usize) -> Self {
        Self(Arc::new(Line { turns: Semaphore::new(at_once), standing: Semaphore::new(at_once + in_line) }))
    }
}

/// A layer of the forms that ask the writer for a place.
pub async fn wait_turn(State(door): State<Door>, request: Request, next: Next) -> Result<Response, AppError> {
    let _standing = door.0.standing.try_acquire().map_err(|_| AppError::Busy)?;
    // Never closed.
    let _turn = door.0.turns.acquire().await.map_err(|_| AppError::Busy)?;
    Ok(next.run(request).await)
}

/// Against scripts that try every seat, without harm to a family or a library behind one address, since it is the person
/// that is counted. Nobody chooses seats faster: twenty at once, then one a second.
const PRESSES: Quota = Quota::per_second(NonZeroU32::MIN).allow_burst(NonZeroU32::new(20).unwrap());

/// From so many people on, those that may press freely again are forgotten.
const PEOPLE: usize = 20_000;

#[derive(Clone)]
pub struct Limit(Arc<DefaultKeyedRateLimiter<Uuid>>);

impl Limit {
    pub fn new() -> Self {
        Self(Arc::new(RateLimiter::keyed(PRESSES)))
    }

    /// Counts a press. Refused before the writer's queue, it costs the others nothing.
    pub fn press(&self, person: Uuid) -> Result<(), AppError> {
        if self.0.len() > PEOPLE {
            self.0.retain_recent();
        }
        self.0.check_key(&person).map_err(|refusal| AppError::TooMany {
            retry_after: refusal.wait_time_from(MonotonicClock.now()).as_secs().max(1),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_presses_like_a_script_is_stopped_and_others_are_not() {
        let (limit, script, person) = (Limit::new(), Uuid::from_u128(1), Uuid::from_u128(2));
        let stopped = (0..1_000).find_map(|_| limit.press(script).err());
        assert!(matches!(stopped, Some(AppError::TooMany { retry_after: 1 })));
        assert!(limit.press(person).is_ok());
    }
}
