//! How often one person may press: against scripts that try every seat, without harm to a family or a library behind one
//! address, since it is the person that is counted.

use std::num::NonZeroU32;
use std::sync::Arc;

use governor::clock::{Clock, MonotonicClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use uuid::Uuid;

use crate::AppError;

/// Nobody chooses seats faster: twenty at once, then one a second.
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
