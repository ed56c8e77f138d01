//! Access tokens, kept in memory until shortly before their end; one is fetched at a time for a channel.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use domain::broadcast::call::{Grant, Hindrance};
use domain::clock::Clock;
use uuid::Uuid;

/// A token isn't used any more so long before its end, so that it is good for a whole call.
const EARLY: TimeDelta = TimeDelta::minutes(2);

/// What the sign-in gives for a refresh token.
pub struct Token {
    pub access: String,
    pub lasts: TimeDelta,
}

#[derive(Default)]
pub struct Tokens {
    channels: Mutex<HashMap<Uuid, Slot>>,
}

type Slot = Arc<tokio::sync::Mutex<Option<Kept>>>;

struct Kept {
    access: String,
    /// What it was given for: a channel that was connected anew has another.
    refresh_token: String,
    until: DateTime<Utc>,
}

impl Tokens {
    /// The channel's token, or what `fetch` brings: where there is none, it is at its end, or it is the `refused` one.
    /// Whoever comes meanwhile waits and takes the same.
    pub async fn get(
        &self,
        grant: &Grant,
        clock: &Clock,
        refused: Option<&str>,
        fetch: impl Future<Output = Result<Token, Hindrance>>,
    ) -> Result<String, Hindrance> {
        let slot = self.slot(grant.channel);
        let mut slot = slot.lock().await;
        if let Some(kept) = &*slot
            && kept.refresh_token == grant.refresh_token
            && clock.now() < kept.until
            && refused != Some(&kept.access)
        {
            return Ok(kept.access.clone());
        }
        // Gone also where the fetch is broken off.
        *slot = None;
        Self::fetch(&mut slot, grant, clock, fetch).await
    }

    /// Fetches one in any case.
    pub async fn renew(
        &self,
        grant: &Grant,
        clock: &Clock,
        fetch: impl Future<Output = Result<Token, Hindrance>>,
    ) -> Result<(), Hindrance> {
        let slot = self.slot(grant.channel);
        let mut slot = slot.lock().await;
        Self::fetch(&mut slot, grant, clock, fetch).await.map(drop)
    }

    async fn fetch(
        slot: &mut Option<Kept>,
        grant: &Grant,
        clock: &Clock,
        fetch: impl Future<Output = Result<Token, Hindrance>>,
    ) -> Result<String, Hindrance> {
        let asked_at = clock.now();
        let token = fetch.await?;
        let kept = Kept {
            access: token.access,
            refresh_token: grant.refresh_token.clone(),
            until: asked_at + token.lasts - EARLY,
        };
        let access = kept.access.clone();
        *slot = Some(kept);
        Ok(access)
    }

    fn slot(&self, channel: Uuid) -> Slot {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner).entry(channel).or_default().clone()
    }
}
