//! Writing to people, each in their own language.

use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::account::entity::{duty, person};
use crate::account::{Duty, PersonState};
use crate::clock::Clock;
use crate::language::Language;
use crate::notice::store::{Draft, Recipient, queue};
use crate::notice::{Event, Facts};

/// Everybody who holds a duty.
pub(crate) async fn people_on_duty(tx: &DatabaseTransaction, duty: Duty) -> Result<Vec<Uuid>, DbErr> {
    duty::Entity::find()
        .select_only()
        .column(duty::Column::PersonId)
        .filter(duty::Column::Name.eq(duty))
        .order_by_asc(duty::Column::PersonId)
        .into_tuple()
        .all(tx)
        .await
}

/// Writes to those of these people whose account is open.
pub(crate) async fn tell_people(
    tx: &DatabaseTransaction,
    clock: &Clock,
    people: &[Uuid],
    event: Event,
    facts: Facts,
) -> Result<(), DbErr> {
    let languages: Vec<(Uuid, Language)> = person::Entity::find()
        .select_only()
        .column(person::Column::Id)
        .column(person::Column::Language)
        .filter(person::Column::Id.is_in(people.iter().copied()))
        .filter(person::Column::State.eq(PersonState::Active))
        .order_by_asc(person::Column::Id)
        .into_tuple()
        .all(tx)
        .await?;
    let draft = |(id, language)| Draft { event, to: Recipient::Person(id), language, facts: facts.clone() };
    queue(tx, clock, languages.into_iter().map(draft).collect()).await
}
