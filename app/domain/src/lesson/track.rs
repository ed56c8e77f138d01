//! The captions of lessons and of replays, one for each language.

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, DatabaseTransaction, DbErr, EntityTrait,
    IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use thiserror::Error;
use uuid::Uuid;

use crate::account::{LessonEditor, record};
use crate::centre::{Centre, turn};
use crate::clock::Clock;
use crate::lesson::Spoken;
use crate::lesson::caption::{CAPTION_BYTES, CaptionProblem, Wrong, parse};
use crate::lesson::entity::caption;

/// What captions are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    Lesson(Uuid),
    Broadcast(Uuid),
}

impl Of {
    fn condition(self) -> Condition {
        Condition::all().add(match self {
            Self::Lesson(id) => caption::Column::LessonId.eq(id),
            Self::Broadcast(id) => caption::Column::BroadcastId.eq(id),
        })
    }
}

#[derive(Debug, Error)]
pub enum TrackError {
    #[error("larger than {CAPTION_BYTES} bytes")]
    TooLarge,
    #[error(transparent)]
    Captions(#[from] CaptionProblem),
    #[error(transparent)]
    Db(#[from] DbErr),
}

/// Keeps a file of captions, in the place of any other of that language.
pub async fn put(
    centre: &Centre,
    by: &LessonEditor,
    of: Of,
    language: Spoken,
    file: &[u8],
) -> Result<(), TrackError> {
    if file.len() > CAPTION_BYTES {
        return Err(TrackError::TooLarge);
    }
    let line = |at: usize| file[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
    let text = str::from_utf8(file)
        .map_err(|error| CaptionProblem { line: line(error.valid_up_to()), wrong: Wrong::NotText })?;
    parse(text)?;
    let (lesson_id, broadcast_id) = match of {
        Of::Lesson(id) => (Some(id), None),
        Of::Broadcast(id) => (None, Some(id)),
    };
    let tx = centre.begin().await?;
    // Two first uploads of one language come one after the other.
    turn(&tx).await?;
    caption::Entity::delete_many()
        .filter(of.condition())
        .filter(caption::Column::Language.eq(language))
        .exec(&tx)
        .await?;
    let id = centre.clock().id();
    let row = caption::ActiveModel {
        id: Set(id),
        lesson_id: Set(lesson_id),
        broadcast_id: Set(broadcast_id),
        language: Set(language),
        text: Set(text.to_owned()),
        created_by: Set(Some(by.id())),
        created_at: Set(centre.clock().now()),
    };
    caption::Entity::insert(row).exec_without_returning(&tx).await?;
    record(&tx, centre.clock(), Some(by.id()), "add", "caption", &id.to_string(), language.as_str()).await?;
    tx.commit().await?;
    Ok(())
}

/// Gives a lesson the captions of what it was made of.
pub(super) async fn copy(
    tx: &DatabaseTransaction,
    clock: &Clock,
    from: Of,
    lesson: Uuid,
) -> Result<(), DbErr> {
    for caption in caption::Entity::find().filter(from.condition()).all(tx).await? {
        let copy = caption::Model { id: clock.id(), lesson_id: Some(lesson), broadcast_id: None, ..caption };
        caption::Entity::insert(copy.into_active_model().reset_all()).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Takes captions away. Whoever comes second finds nothing to do.
pub async fn remove(centre: &Centre, by: &LessonEditor, of: Of, language: Spoken) -> Result<(), DbErr> {
    let tx = centre.begin().await?;
    let gone = caption::Entity::delete_many()
        .filter(of.condition())
        .filter(caption::Column::Language.eq(language))
        .exec(&tx)
        .await?;
    if gone.rows_affected > 0 {
        let (Of::Lesson(id) | Of::Broadcast(id)) = of;
        record(&tx, centre.clock(), Some(by.id()), "delete", "caption", &id.to_string(), language.as_str())
            .await?;
    }
    tx.commit().await
}

/// Which captions there are, and since when; by language.
pub async fn list(centre: &Centre, of: Of) -> Result<Vec<(Spoken, DateTime<Utc>)>, DbErr> {
    caption::Entity::find()
        .select_only()
        .columns([caption::Column::Language, caption::Column::CreatedAt])
        .filter(of.condition())
        .order_by_asc(caption::Column::Language)
        .into_tuple()
        .all(centre.database())
        .await
}

/// The captions of one language.
pub async fn find(centre: &Centre, of: Of, language: Spoken) -> Result<Option<caption::Model>, DbErr> {
    caption::Entity::find()
        .filter(of.condition())
        .filter(caption::Column::Language.eq(language))
        .one(centre.database())
        .await
}
