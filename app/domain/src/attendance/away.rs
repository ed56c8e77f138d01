//! Saying beforehand that one won't come to a class: then one's absence is not without notice.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use thiserror::Error;
use uuid::Uuid;

use crate::account::SignedIn;
use crate::attendance::AwayReason;
use crate::attendance::entity::absence_notice;
use crate::attendance::sheet::{MarkError, hold_class};
use crate::centre::Centre;
use crate::course::ClassState;
use crate::course::entity::class_session;
use crate::registration::State;
use crate::registration::entity::application;

/// Why it can't be said, or taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum AwayRefusal {
    #[error("no such application, or no place in the run any more")]
    NoPlace,
    #[error("no such class in this run, or it doesn't take place")]
    NoClass,
    #[error("the class has begun")]
    Begun,
}

#[derive(Debug, Error)]
pub enum AwayError {
    #[error(transparent)]
    Refused(#[from] AwayRefusal),
    #[error(transparent)]
    Db(#[from] DbErr),
}

impl From<MarkError> for AwayError {
    fn from(error: MarkError) -> Self {
        match error {
            MarkError::Refused(_) => AwayRefusal::NoClass.into(),
            MarkError::Db(error) => error.into(),
        }
    }
}

/// A class still to come, and whether its person has said that they won't.
#[derive(Clone, Debug, PartialEq)]
pub struct Coming {
    pub class: class_session::Model,
    pub notice: Option<absence_notice::Model>,
}

/// The classes of a run that are still to come, for one of its applications.
pub async fn list(centre: &Centre, place: &application::Model) -> Result<Vec<Coming>, DbErr> {
    let db = centre.database();
    let classes = class_session::Entity::find()
        .filter(class_session::Column::RunId.eq(place.run_id))
        .filter(class_session::Column::State.eq(ClassState::Planned))
        .filter(class_session::Column::StartsAt.gt(centre.clock().now()))
        .order_by_asc(class_session::Column::StartsAt)
        .all(db)
        .await?;
    let mut notices = absence_notice::Entity::find()
        .filter(absence_notice::Column::ApplicationId.eq(place.id))
        .all(db)
        .await?;
    let coming = |class: class_session::Model| {
        let at = notices.iter().position(|notice| notice.class_session_id == class.id);
        Coming { notice: at.map(|at| notices.swap_remove(at)), class }
    };
    Ok(classes.into_iter().map(coming).collect())
}

/// Says that somebody won't come to a class. Said again, the last reason counts.
pub async fn announce(
    centre: &Centre,
    who: &SignedIn,
    (application, class): (Uuid, Uuid),
    reason: Option<&AwayReason>,
) -> Result<(), AwayError> {
    let tx = centre.begin().await?;
    let class = hold_class(&tx, class).await?;
    check(&tx, centre, who, application, &class).await?;
    let row = absence_notice::ActiveModel {
        class_session_id: Set(class.id),
        application_id: Set(application),
        at: Set(centre.clock().now()),
        reason: Set(reason.map(|reason| reason.as_str().to_owned())),
    };
    let again =
        OnConflict::columns([absence_notice::Column::ClassSessionId, absence_notice::Column::ApplicationId])
            .update_columns([absence_notice::Column::At, absence_notice::Column::Reason])
            .to_owned();
    absence_notice::Entity::insert(row).on_conflict(again).exec_without_returning(&tx).await?;
    Ok(tx.commit().await?)
}

/// Takes it back: they come after all.
pub async fn take_back(
    centre: &Centre,
    who: &SignedIn,
    (application, class): (Uuid, Uuid),
) -> Result<(), AwayError> {
    let tx = centre.begin().await?;
    let class = hold_class(&tx, class).await?;
    check(&tx, centre, who, application, &class).await?;
    absence_notice::Entity::delete_by_id((class.id, application)).exec(&tx).await?;
    Ok(tx.commit().await?)
}

async fn check<C: ConnectionTrait>(
    tx: &C,
    centre: &Centre,
    who: &SignedIn,
    application: Uuid,
    class: &class_session::Model,
) -> Result<(), AwayError> {
    let place = application::Entity::find_by_id(application)
        .filter(application::Column::PersonId.eq(who.id()))
        .filter(application::Column::State.eq(State::Booked))
        .one(tx)
        .await?
        .ok_or(AwayRefusal::NoPlace)?;
    if place.run_id != class.run_id {
        return Err(AwayRefusal::NoClass.into());
    }
    if class.starts_at <= centre.clock().now() {
        return Err(AwayRefusal::Begun.into());
    }
    Ok(())
}
