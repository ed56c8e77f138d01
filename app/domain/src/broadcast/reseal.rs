//! Seals what is stored anew with the first key of the settings, so that an older one can be taken out of them.

use sea_orm::{ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, ExprTrait, QueryFilter};
use thiserror::Error;

use crate::broadcast::entity::{channel, encoder};
use crate::broadcast::{channel as channels, encoder as encoders};
use crate::centre::Centre;
use crate::registration::drawing::purpose as purpose_of_draw;
use crate::registration::entity::draw;
use crate::seal::SealError;

#[derive(Debug, Error)]
pub enum ResealError {
    #[error("the secret of {what} is left as it was, and so are all others: {why}")]
    Seal { what: String, why: SealError },
    #[error("{0} was connected anew meanwhile: please run it again")]
    Meanwhile(String),
    #[error(transparent)]
    Db(#[from] DbErr),
}

/// All of them, or none and why. Returns how many were sealed with another key. A server that works meanwhile goes on with
/// either, as long as its settings have both.
pub async fn reseal(centre: &Centre) -> Result<usize, ResealError> {
    let tx = centre.begin().await?;
    let secrets = &centre.settings().secrets;
    let mut count = 0;
    for row in channel::Entity::find().all(&tx).await? {
        let Some(old) = row.sealed_grant else { continue };
        let what = || format!("channel {}", row.id);
        let new = secrets.reseal(&old, &channels::purpose(row.id));
        let Some(new) = new.map_err(|why| ResealError::Seal { what: what(), why })? else { continue };
        let change = channel::ActiveModel { sealed_grant: Set(Some(new)), ..Default::default() };
        let same = channel::Column::Id.eq(row.id).and(channel::Column::SealedGrant.eq(old));
        let written = channel::Entity::update_many().set(change).filter(same).exec(&tx).await?;
        if written.rows_affected == 0 {
            return Err(ResealError::Meanwhile(what()));
        }
        count += 1;
    }
    for row in encoder::Entity::find().all(&tx).await? {
        let Some(old) = row.sealed_key else { continue };
        let what = || format!("encoder {}", row.id);
        let new = secrets.reseal(&old, &encoders::purpose(row.id));
        let Some(new) = new.map_err(|why| ResealError::Seal { what: what(), why })? else { continue };
        let change = encoder::ActiveModel { sealed_key: Set(Some(new)), ..Default::default() };
        let same = encoder::Column::Id.eq(row.id).and(encoder::Column::SealedKey.eq(old));
        let written = encoder::Entity::update_many().set(change).filter(same).exec(&tx).await?;
        if written.rows_affected == 0 {
            return Err(ResealError::Meanwhile(what()));
        }
        count += 1;
    }
    // Of a draw that was made the secret is known to everybody.
    for row in draw::Entity::find().filter(draw::Column::DrawnAt.is_null()).all(&tx).await? {
        let what = || format!("the draw of run {}", row.run_id);
        let new = secrets.reseal(&row.sealed, &purpose_of_draw(row.run_id));
        let Some(new) = new.map_err(|why| ResealError::Seal { what: what(), why })? else { continue };
        let change = draw::ActiveModel { sealed: Set(new), ..Default::default() };
        let same = draw::Column::RunId.eq(row.run_id);
        draw::Entity::update_many().set(change).filter(same).exec(&tx).await?;
        count += 1;
    }
    tx.commit().await?;
    Ok(count)
}
