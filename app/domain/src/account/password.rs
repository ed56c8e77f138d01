//! Passwords: hashed and checked with argon2id, two at a time, and as slowly for nobody as for somebody.

use std::sync::Arc;
use std::time::Duration;

use argon2::Argon2;
use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;

use crate::account::Password;

/// How many passwords are worked on at once: each takes 19 MiB and a processor.
const AT_ONCE: usize = 2;

/// What the password of an unknown address is compared with: nobody's, hashed as everybody's is.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$zG+NtyHKBYz2l0uuJWbybw$PDh1PA+04lU1hQIKSAOG7Tc0Ucz7ztqK/5XQyMCgYkY";

/// How long somebody waits for their turn before they are told to come back.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    #[error("too many passwords are being checked")]
    Busy,
    /// The hashing itself failed: out of memory, say.
    #[error("a password could not be hashed")]
    Broken,
}

/// Cheap to clone; made once by whoever takes passwords.
#[derive(Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Passwords {
    /// The text that is stored in place of a password.
    pub async fn hash(&self, password: Password) -> Result<String, PasswordError> {
        let turn = self.turn().await?;
        in_turn(turn, move || hash(password.as_bytes())).await
    }

    /// Whether it is the password with that hash; without a hash it takes as long and is not.
    pub async fn verify(&self, stored: Option<String>, password: Password) -> Result<bool, PasswordError> {
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| NOBODY.to_owned());
        let turn = self.turn().await?;
        let matches = in_turn(turn, move || verify(&stored, password.as_bytes())).await?;
        Ok(matches && known)
    }

    async fn turn(&self) -> Result<OwnedSemaphorePermit, PasswordError> {
        let turn = tokio::time::timeout(PATIENCE, self.turns.clone().acquire_owned()).await;
        turn.ok().and_then(Result::ok).ok_or(PasswordError::Busy)
    }
}

/// Works on a thread that may block, and keeps the turn until it is done, also when whoever asked has gone.
async fn in_turn<T: Send + 'static>(
    turn: OwnedSemaphorePermit,
    work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
) -> Result<T, PasswordError> {
    let work = move || {
        let _turn = turn;
        work()
    };
    spawn_blocking(work).await.unwrap_or(Err(PasswordError::Broken))
}

/// The crate's own parameters: argon2id, 19 MiB, two passes, one lane, as OWASP's password storage cheat sheet asks.
fn hash(password: &[u8]) -> Result<String, PasswordError> {
    let salt = SaltString::generate(&mut OsRng);
    let hash = Argon2::default().hash_password(password, &salt).map_err(|_| PasswordError::Broken)?;
    Ok(hash.to_string())
}

fn verify(stored: &str, password: &[u8]) -> Result<bool, PasswordError> {
    let stored = PasswordHash::new(stored).map_err(|_| PasswordError::Broken)?;
    Ok(Argon2::default().verify_password(password, &stored).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_again_and_another_is_not() {
        let passwords = Passwords::default();
        let password = |text: &str| Password::parse(text).unwrap();
        let stored = passwords.hash(password("correct horse")).await.unwrap();
        let cost = |stored: &str| stored.rsplitn(3, '$').last().map(str::to_owned);
        assert_eq!(cost(&stored).as_deref(), Some("$argon2id$v=19$m=19456,t=2,p=1"));
        assert_eq!(cost(&stored), cost(NOBODY), "nobody's takes as long");
        assert!(passwords.verify(Some(stored.clone()), password("correct horse")).await.unwrap());
        assert!(!passwords.verify(Some(stored), password("wrong horse")).await.unwrap());
        assert!(!passwords.verify(None, password("nobody has this password")).await.unwrap());
    }
}
