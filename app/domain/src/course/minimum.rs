//! The minimum number of a run: where fewer have signed up by its time, a person decides whether the run takes place.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use uuid::Uuid;

use super::edit::{EditError, Refusal};
use super::entity::{class_session, run};
use super::{ClassState, Minimum, RunCode, RunDetails, RunState};
use crate::account::{TrainingManager, record};
use crate::centre::{Centre, turn};
use crate::registration::State;
use crate::registration::entity::application;

impl Minimum {
    /// That of a stored run.
    pub fn of(run: &run::Model) -> Option<Self> {
        Some(Self { people: run.minimum_people?.try_into().ok()?, at: run.minimum_at? })
    }
}

/// What is wrong with the minimum of a run that shall be `details` and whose first class is then. Of a run that has begun,
/// or that takes place whatever its number, nothing but a change is judged.
pub(super) fn check(
    present: Option<&run::Model>,
    details: &RunDetails,
    begins: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Vec<Refusal> {
    let was = present.and_then(Minimum::of);
    let changes = was != details.minimum;
    let is_decided = present.is_some_and(|run| run.minimum_kept_at.is_some());
    let has_opened = present.is_some_and(|run| {
        run.state == RunState::Published && run.apply_from.is_some_and(|from| from <= now)
    });
    let people = |minimum: Option<Minimum>| minimum.map_or(0, |minimum| minimum.people);
    // From then on one holds the run or cancels it, and does neither by changing the rule.
    let is_counted = has_opened && was.is_some_and(|was| was.at <= now);
    let raised = people(details.minimum) > people(was);
    let hastened = was.zip(details.minimum).is_some_and(|(was, is)| is.at < was.at);
    if (is_decided || is_counted) && changes || has_opened && (raised || hastened) {
        return vec![Refusal::MinimumStands];
    }
    let Some(minimum) = details.minimum else { return Vec::new() };
    let mut refusals = Vec::new();
    if minimum.people > details.capacity {
        refusals.push(Refusal::MinimumOverCapacity);
    }
    if is_decided || begins.is_some_and(|begins| begins <= now) {
        return refusals;
    }
    if details.apply_from.is_some_and(|from| minimum.at <= from) || changes && minimum.at <= now {
        refusals.push(Refusal::MinimumTooEarly);
    }
    if begins.is_some_and(|begins| minimum.at >= begins) {
        refusals.push(Refusal::MinimumTooLate);
    }
    refusals
}

/// A run about which somebody must decide: it has not begun, and too few had signed up when it was time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undecided {
    pub code: RunCode,
    pub minimum: Minimum,
    /// How many have signed up now.
    pub people: u32,
}

/// The runs to decide about, the longest due first.
pub async fn list_undecided(centre: &Centre, _manager: &TrainingManager) -> Result<Vec<Undecided>, DbErr> {
    read_undecided(centre.database(), None, centre.clock().now()).await
}

/// One run, where there is something to decide about it.
pub async fn find_undecided(
    centre: &Centre,
    _manager: &TrainingManager,
    run: Uuid,
) -> Result<Option<Undecided>, DbErr> {
    Ok(read_undecided(centre.database(), Some(run), centre.clock().now()).await?.pop())
}

/// Decides that a run takes place with fewer people; deciding so again changes nothing. Who doesn't want that cancels it.
pub async fn keep(centre: &Centre, by: &TrainingManager, run: Uuid) -> Result<(), EditError> {
    let (tx, now) = (centre.begin().await?, centre.clock().now());
    turn(&tx).await?;
    let present = run::Entity::find_by_id(run).one(&tx).await?.ok_or(Refusal::NotFound)?;
    if present.state == RunState::Cancelled {
        return Err(Refusal::RunCancelled.into());
    }
    if present.minimum_kept_at.is_some() {
        return Ok(());
    }
    if read_undecided(&tx, Some(run), now).await?.is_empty() {
        return Err(Refusal::NothingToDecide.into());
    }
    let kept = run::ActiveModel {
        id: Set(run),
        minimum_kept_at: Set(Some(now)),
        minimum_kept_by: Set(Some(by.id())),
        // Who is about to cancel it learns that it was decided otherwise.
        version: Set(present.version + 1),
        ..Default::default()
    };
    kept.update(&tx).await?;
    record(&tx, centre.clock(), Some(by.id()), "keep", "run", &run.to_string(), "minimum").await?;
    tx.commit().await?;
    Ok(())
}

/// Uses the index `class_session_time`: of the runs that had a minimum, most have long begun.
async fn read_undecided<C: ConnectionTrait>(
    db: &C,
    only: Option<Uuid>,
    now: DateTime<Utc>,
) -> Result<Vec<Undecided>, DbErr> {
    let classes = || {
        class_session::Entity::find()
            .select_only()
            .column(class_session::Column::RunId)
            .filter(class_session::Column::State.eq(ClassState::Planned))
    };
    let to_come = classes().filter(class_session::Column::StartsAt.gt(now)).into_query();
    let mut runs = run::Entity::find()
        .filter(Condition::all().add_option(only.map(|run| run::Column::Id.eq(run))))
        .filter(run::Column::State.eq(RunState::Published))
        .filter(run::Column::MinimumAt.lte(now))
        .filter(run::Column::MinimumKeptAt.is_null())
        .filter(run::Column::Id.in_subquery(to_come))
        .order_by_asc(run::Column::MinimumAt)
        .order_by_asc(run::Column::Code)
        .all(db)
        .await?;
    let begun: Vec<Uuid> = classes()
        .filter(class_session::Column::RunId.is_in(runs.iter().map(|run| run.id)))
        .filter(class_session::Column::StartsAt.lte(now))
        .into_tuple()
        .all(db)
        .await?;
    runs.retain(|run| !begun.contains(&run.id));
    let signed_up = signed_up(db, &runs).await?;
    let undecided = runs.iter().filter_map(|run| {
        let (code, minimum) = (RunCode::parse(&run.code)?, Minimum::of(run)?);
        let people = signed_up.get(&run.id).copied().unwrap_or_default();
        (people < minimum.people.into()).then_some(Undecided { code, minimum, people })
    });
    Ok(undecided.collect())
}

/// How many hold a place in each of these runs or are still asking for one: in the list of a draw, or for approval.
async fn signed_up<C: ConnectionTrait>(db: &C, runs: &[run::Model]) -> Result<HashMap<Uuid, u32>, DbErr> {
    let found: Vec<(Uuid, State, i64)> = application::Entity::find()
        .select_only()
        .column(application::Column::RunId)
        .column(application::Column::State)
        .column_as(application::Column::Id.count(), "people")
        .filter(application::Column::RunId.is_in(runs.iter().map(|run| run.id)))
        .group_by(application::Column::RunId)
        .group_by(application::Column::State)
        .into_tuple()
        .all(db)
        .await?;
    let mut people: HashMap<Uuid, u32> = HashMap::new();
    for (run, state, count) in found {
        if state.holds() || state == State::Asked {
            *people.entry(run).or_default() += u32::try_from(count).unwrap_or(u32::MAX);
        }
    }
    Ok(people)
}
