//! What is kept in memory of accounts, true by the revision that a trigger raises with every change to one.

use sea_orm::{DatabaseConnection, DbErr, EntityTrait};
use uuid::Uuid;

use crate::account::SignedIn;
use crate::account::entity::revision;
use crate::fresh::{Cache, Counter};

/// More people than sign in within a fortnight; each costs about 300 bytes.
const PEOPLE: u64 = 50_000;

pub struct Accounts {
    counter: Counter,
    pub(super) people: Cache<Uuid, SignedIn>,
}

impl Accounts {
    pub(crate) fn start(database: DatabaseConnection) -> Self {
        let read = move || {
            let database = database.clone();
            async move { Ok(revision::Entity::find_by_id(1).one(&database).await?.map_or(0, |row| row.accounts)) }
        };
        Self { counter: Counter::start(read), people: Cache::new(PEOPLE) }
    }

    /// The revision as it is now: what was kept under it, of people and of sign-ins, is true.
    pub async fn revision(&self) -> Result<i64, DbErr> {
        self.counter.read().await
    }
}
