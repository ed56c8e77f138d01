//! Spaces, seat plans and occupations in the database.

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::entity::space;

/// The leaves of a space, in order of their codes: itself, where nothing is inside it.
pub async fn leaves_of<C: ConnectionTrait>(db: &C, space: Uuid) -> Result<Vec<Uuid>, DbErr> {
    let mut leaves = Vec::new();
    let mut inside = vec![space];
    while let Some(next) = inside.pop() {
        let children = space::Entity::find()
            .filter(space::Column::ParentId.eq(next))
            .order_by_desc(space::Column::Code)
            .all(db)
            .await?;
        if children.is_empty() {
            leaves.push(next);
        }
        inside.extend(children.into_iter().map(|child| child.id));
    }
    Ok(leaves)
}
