//! The one writer.

use sea_orm::DatabaseConnection;

use crate::centre::Settings;
use crate::clock::Clock;

/// A handle to the writer's queue.
#[derive(Clone)]
pub struct Writer {}

impl Writer {
    pub fn start(_database: DatabaseConnection, _clock: Clock, _settings: Settings) -> Self {
        Self {}
    }

    /// Gives freed places to those waiting; call it after raising a capacity or bringing seats back.
    pub async fn settle(&self) {}
}
