//! What is kept in memory of the programme. In a rush applications change every few milliseconds, and runs, class sessions
//! and rooms don't: they are read again only after somebody has changed them.

use std::hash::Hash;
use std::sync::Arc;

use chrono::NaiveDate;
use sea_orm::DbErr;
use uuid::Uuid;

use crate::centre::Centre;
use crate::course::entity::handout;
use crate::course::store::{Listing, RunView, Still};
use crate::fresh::Cache;
use crate::lesson::store::Listed;
use crate::space::SeatPlan;
use crate::space::store::Tree;
use crate::statistics::Facts;

/// More runs than a centre holds in ten years.
const RUNS: u64 = 10_000;

/// What is looked for in the catalogue; each weighs about 20 kB.
const LISTINGS: u64 = 500;

const ROOMS: u64 = 1_000;

const COURSES: u64 = 1_000;

/// The ten years that may be asked for, and one that has just ended.
const YEARS: u64 = 11;

pub(crate) struct Programme {
    pub runs: Cache<Uuid, Arc<RunView>>,
    pub listings: Cache<String, Arc<Listing>>,
    /// How long the catalogue stays as it is, if nobody changes it.
    pub still: Cache<(), Still>,
    pub plans: Cache<Uuid, Arc<SeatPlan>>,
    pub trees: Cache<(), Arc<Tree>>,
    /// Those that are published, by course and place.
    pub lessons: Cache<(), Arc<Vec<Listed>>>,
    /// What everybody may see of the figures, by the first and the last day of a year, with the day on which it was read.
    pub figures: Cache<(NaiveDate, NaiveDate), (NaiveDate, Arc<Facts>)>,
    /// The files of each course.
    pub handouts: Cache<Uuid, Arc<Vec<handout::Model>>>,
}

impl Default for Programme {
    fn default() -> Self {
        Self {
            runs: Cache::new(RUNS),
            listings: Cache::new(LISTINGS),
            still: Cache::new(1),
            plans: Cache::new(ROOMS),
            trees: Cache::new(1),
            lessons: Cache::new(1),
            figures: Cache::new(YEARS),
            handouts: Cache::new(COURSES),
        }
    }
}

/// What is kept in `cache`, if the programme is what it was when that was read and it is `good` still; otherwise what
/// `read` reads, which must not depend on applications.
pub(crate) async fn kept<K, V, F>(
    centre: &Centre,
    cache: &Cache<K, V>,
    key: K,
    good: impl Fn(&V) -> bool,
    read: impl FnOnce() -> F,
) -> Result<V, DbErr>
where
    K: Eq + Hash + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
    F: Future<Output = Result<V, DbErr>>,
{
    let turn = centre.last_turn().await?;
    if let Some(known) = cache.get(centre.shelf().programme_since(turn), &key).filter(good) {
        return Ok(known);
    }
    let value = read().await?;
    cache.put(turn, key, value.clone());
    Ok(value)
}
