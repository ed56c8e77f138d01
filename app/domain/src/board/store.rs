//! Reading boards: what stands on them now and in the days to come, and the bytes of a file piece by piece.

use std::collections::HashMap;

use chrono::{DateTime, Days, Utc};
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::account::BoardEditor;
use crate::board::edit::PIECE;
use crate::board::entity::{board, board_item, board_media};
use crate::board::{DAYS_AHEAD, Face, Stage, stage, turn};
use crate::language::Language;
use crate::seoul;

/// How many items that are over are listed of a face; older ones stay in the table.
const PAST: u64 = 20;

impl board::Model {
    /// The Korean name for whoever reads Korean, and for all where there is no other.
    pub fn name_in(&self, language: Language) -> &str {
        language.choose(&self.name, self.name_en.as_deref())
    }
}

impl board_item::Model {
    pub fn stage(&self, now: DateTime<Utc>) -> Stage {
        stage(self.starts_at, self.ends_at, self.ended_at.is_some(), now)
    }

    /// The day it is shown last.
    pub fn last_day(&self) -> chrono::NaiveDate {
        seoul::day(self.ends_at - chrono::TimeDelta::microseconds(1))
    }

    /// Whether boards may know of it: what is announced for a later day stays in the office until then.
    pub fn is_public(&self, now: DateTime<Utc>) -> bool {
        self.ended_at.is_none() && now < self.ends_at && self.starts_at < horizon(now)
    }

    /// The hash of its file as people write it.
    pub fn hash(&self) -> Option<String> {
        let hash = self.sha256.as_ref()?;
        Some(hash.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

/// Up to here boards learn what they will show.
fn horizon(now: DateTime<Utc>) -> DateTime<Utc> {
    now + Days::new(DAYS_AHEAD.into())
}

/// Every board, by code.
pub async fn list_boards<C: ConnectionTrait>(db: &C) -> Result<Vec<board::Model>, DbErr> {
    board::Entity::find().order_by_asc(board::Column::Code).all(db).await
}

pub async fn find_board<C: ConnectionTrait>(db: &C, code: &str) -> Result<Option<board::Model>, DbErr> {
    board::Entity::find().filter(board::Column::Code.eq(code)).one(db).await
}

/// What a board shows now or within the next days, by face and place. Uses the index `board_item_time`.
pub async fn list_public<C: ConnectionTrait>(
    db: &C,
    board: Uuid,
    now: DateTime<Utc>,
) -> Result<Vec<board_item::Model>, DbErr> {
    board_item::Entity::find()
        .filter(board_item::Column::BoardId.eq(board))
        .filter(board_item::Column::EndedAt.is_null())
        .filter(board_item::Column::EndsAt.gt(now))
        .filter(board_item::Column::StartsAt.lt(horizon(now)))
        .order_by_asc(board_item::Column::Face)
        .order_by_asc(board_item::Column::Place)
        .order_by_asc(board_item::Column::Id)
        .all(db)
        .await
}

/// All that stands or will stand on a board by place, and of each face the latest that are over.
pub async fn list_items<C: ConnectionTrait>(
    db: &C,
    _: &BoardEditor,
    board: Uuid,
    now: DateTime<Utc>,
) -> Result<Vec<board_item::Model>, DbErr> {
    let of_board = || board_item::Entity::find().filter(board_item::Column::BoardId.eq(board));
    let mut items = of_board()
        .filter(board_item::Column::EndedAt.is_null())
        .filter(board_item::Column::EndsAt.gt(now))
        .order_by_asc(board_item::Column::Place)
        .order_by_asc(board_item::Column::Id)
        .all(db)
        .await?;
    for &face in Face::ALL {
        let over = board_item::Column::EndedAt.is_not_null().or(board_item::Column::EndsAt.lte(now));
        let past = of_board()
            .filter(board_item::Column::Face.eq(face))
            .filter(over)
            .order_by_desc(board_item::Column::EndsAt)
            .order_by_desc(board_item::Column::Id)
            .limit(PAST);
        items.extend(past.all(db).await?);
    }
    Ok(items)
}

/// How many items each board shows now.
pub async fn count_shown<C: ConnectionTrait>(
    db: &C,
    now: DateTime<Utc>,
) -> Result<HashMap<Uuid, u32>, DbErr> {
    let boards: Vec<Uuid> = board_item::Entity::find()
        .select_only()
        .column(board_item::Column::BoardId)
        .filter(board_item::Column::EndedAt.is_null())
        .filter(board_item::Column::StartsAt.lte(now))
        .filter(board_item::Column::EndsAt.gt(now))
        .into_tuple()
        .all(db)
        .await?;
    let mut counts = HashMap::new();
    for board in boards {
        *counts.entry(board).or_insert(0) += 1;
    }
    Ok(counts)
}

/// An item of a board.
pub async fn find_item<C: ConnectionTrait>(
    db: &C,
    board: Uuid,
    item: Uuid,
) -> Result<Option<board_item::Model>, DbErr> {
    board_item::Entity::find_by_id(item).filter(board_item::Column::BoardId.eq(board)).one(db).await
}

/// Of these items of one face the one whose turn it is, and for how many seconds it still is.
pub fn current<'a>(
    items: impl Iterator<Item = &'a board_item::Model>,
    now: DateTime<Utc>,
) -> Option<(&'a board_item::Model, i64)> {
    let due: Vec<&board_item::Model> = items.filter(|item| item.stage(now) == Stage::Now).collect();
    let lengths = due.iter().map(|item| i64::from(item.seconds));
    let (index, left) = turn(lengths, seoul::second(now))?;
    Some((due.get(index)?, left))
}

/// The bytes of a file from `start` to the end of the piece that they lie in; nothing where the file is erased.
pub async fn read<C: ConnectionTrait>(db: &C, item: Uuid, start: usize) -> Result<Option<Vec<u8>>, DbErr> {
    let number = i32::try_from(start / PIECE).unwrap_or(i32::MAX);
    let piece = board_media::Entity::find_by_id((item, number)).one(db).await?;
    Ok(piece.map(|piece| piece.bytes[(start % PIECE).min(piece.bytes.len())..].to_vec()))
}
