//! Letters about a run that was changed: to whoever has applied for it, in their language.

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::account::entity::person;
use crate::clock::Clock;
use crate::course::entity::{course, run};
use crate::course::programme::Programme;
use crate::language::Language;
use crate::notice::store::{Draft, Recipient, queue};
use crate::notice::{Event, Facts};
use crate::registration::State;
use crate::registration::entity::application;

/// Queues a letter to everybody with a live application for the run, in their language.
pub(super) async fn tell<C: ConnectionTrait>(
    tx: &C,
    clock: &Clock,
    programme: &Programme,
    run: &run::Model,
    event: Event,
    facts: Facts,
) -> Result<(), DbErr> {
    let live: Vec<State> = State::ALL.iter().copied().filter(|state| state.is_live()).collect();
    let people: Vec<Uuid> = application::Entity::find()
        .select_only()
        .column(application::Column::PersonId)
        .filter(application::Column::RunId.eq(run.id))
        .filter(application::Column::State.is_in(live))
        .into_tuple()
        .all(tx)
        .await?;
    tell_some(tx, clock, programme, run, &people, event, facts).await
}

/// Queues a letter about a run to some people, in their language.
pub(super) async fn tell_some<C: ConnectionTrait>(
    tx: &C,
    clock: &Clock,
    programme: &Programme,
    run: &run::Model,
    people: &[Uuid],
    event: Event,
    facts: Facts,
) -> Result<(), DbErr> {
    if people.is_empty() {
        return Ok(());
    }
    let course = course::Entity::find_by_id(run.course_id).one(tx).await?;
    let facts = Facts {
        run_code: Some(run.code.clone()),
        course: course.map(|course| course.title),
        space: run.space_id.and_then(|id| programme.rules.tree.get(id)).map(|space| space.name.clone()),
        ..facts
    };
    let languages: Vec<(Uuid, Language)> = person::Entity::find()
        .select_only()
        .column(person::Column::Id)
        .column(person::Column::Language)
        .filter(person::Column::Id.is_in(people.iter().copied()))
        .into_tuple()
        .all(tx)
        .await?;
    let drafts = languages.into_iter().map(|(id, language)| Draft {
        event,
        to: Recipient::Person(id),
        language,
        facts: facts.clone(),
    });
    queue(tx, clock, drafts.collect()).await
}
