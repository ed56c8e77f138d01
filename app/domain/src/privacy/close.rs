//! Closing one's own account.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, QueryTrait};
use thiserror::Error;

use crate::account::entity::{challenge, contact, duty, person};
use crate::account::store::{delete_sessions_of, preferred_contact};
use crate::account::{PersonState, SignedIn, record};
use crate::centre::Centre;
use crate::notice::store::{Draft, Recipient, queue};
use crate::notice::{Event, Facts};
use crate::registration::desk::withdraw_tickets_of;
use crate::registration::{Refusal, WriterError, store as registration};
use crate::studio::call::{CallError, withdraw_all};

#[derive(Debug, Error)]
pub enum CloseError {
    /// An administrator takes the duties away first, so that an office is never left without.
    #[error("somebody with a duty can't close their account")]
    OnDuty,
    #[error(transparent)]
    Writer(#[from] WriterError),
    #[error(transparent)]
    Call(#[from] CallError),
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// Gives back what the person holds in runs that are not over, takes back what they answered to open calls, signs out everywhere and lets nobody sign in again.
/// Their addresses are free for a new account. What was done here stays until it has been kept long enough.
/// `reason` stands in the history of what was given back.
pub async fn close(centre: &Centre, who: &SignedIn, reason: &str) -> Result<(), CloseError> {
    if who.is_on_duty() {
        return Err(CloseError::OnDuty);
    }
    give_back(centre, who, reason).await?;
    let tx = centre.begin().await?;
    // An address on its way to them stays nobody's, and free.
    challenge::Entity::delete_many().filter(challenge::Column::PersonId.eq(who.id())).exec(&tx).await?;
    let on_duty = duty::Entity::find().select_only().column(duty::Column::PersonId).into_query();
    let closed = person::Entity::update_many()
        .col_expr(person::Column::State, Expr::value(PersonState::Closed))
        .col_expr(person::Column::PasswordHash, Expr::value(None::<String>))
        .filter(person::Column::Id.eq(who.id()))
        .filter(person::Column::State.eq(PersonState::Active))
        .filter(person::Column::Id.not_in_subquery(on_duty))
        .exec(&tx)
        .await?;
    if closed.rows_affected == 1 {
        if let Some(address) = preferred_contact(&tx, who.id()).await? {
            let (to, facts) = (Recipient::Address(address), Facts::default());
            let letter = Draft { event: Event::AccountClosed, to, language: who.language(), facts };
            queue(&tx, centre.clock(), vec![letter]).await?;
        }
        contact::Entity::update_many()
            .col_expr(contact::Column::ConfirmedAt, Expr::value(None::<chrono::DateTime<chrono::Utc>>))
            .filter(contact::Column::PersonId.eq(who.id()))
            .exec(&tx)
            .await?;
        record(&tx, centre.clock(), Some(who.id()), "close", "person", &who.id().to_string(), "").await?;
    } else if duty::Entity::find().filter(duty::Column::PersonId.eq(who.id())).count(&tx).await? > 0 {
        // Granted while they asked.
        return Err(CloseError::OnDuty);
    }
    delete_sessions_of(&tx, who.id()).await?;
    tx.commit().await?;
    // What another window applied for in the meantime. The account is closed whatever comes of it.
    if let Err(error) = give_back(centre, who, reason).await {
        tracing::error!(%error, "a closed account still holds a place; the desk can cancel it");
    }
    Ok(())
}

async fn give_back(centre: &Centre, who: &SignedIn, reason: &str) -> Result<(), CloseError> {
    // First, so that none becomes an application behind our back.
    withdraw_tickets_of(centre, who).await?;
    withdraw_all(centre, who).await?;
    for application in registration::live_of(centre.database(), who.id()).await? {
        match registration::cancel(centre, who, application, Some(reason.to_owned())).await {
            // Over, or cancelled by somebody else: there is nothing to give back.
            Ok(_) | Err(WriterError::Refused(Refusal::Closed | Refusal::WrongState | Refusal::NotFound)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
