//! Filling the boards: putting one up, and what stands on it from when to when, in which order.

use chrono::{Days, NaiveDate, TimeDelta};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr,
    EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use sha2::{Digest, Sha256};
use thiserror::Error;
use uuid::Uuid;

use crate::account::{BoardEditor, BoardFounder, record};
use crate::board::entity::{board, board_item, board_media};
use crate::board::media::{self, Media, MediaError};
use crate::board::{BoardCode, DAYS_KEPT, Face, NoticeText, Seconds};
use crate::centre::Centre;
use crate::course::Line;
use crate::seoul;

/// How many bytes a row holds of a file.
pub const PIECE: usize = 256 * 1024;

#[derive(Debug, Error)]
pub enum BoardError {
    #[error("no such board or item")]
    NotFound,
    #[error("the code is another board's")]
    CodeTaken,
    #[error("changed by somebody else since the form was made")]
    Stale,
    #[error("the last day is before the first")]
    Backwards,
    #[error("its last day is over already")]
    Over,
    #[error("larger than {0} bytes")]
    TooLarge(usize),
    #[error("another kind of file than this face shows")]
    OtherKind,
    #[error(transparent)]
    Media(#[from] MediaError),
    #[error(transparent)]
    Db(#[from] DbErr),
}

/// What a form says of a board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoardDetails {
    pub code: BoardCode,
    pub name: Line,
    pub name_en: Option<Line>,
}

/// Puts a board up. It shows what is on in the house until somebody fills it.
pub async fn found(centre: &Centre, by: &BoardFounder, details: &BoardDetails) -> Result<(), BoardError> {
    put(centre, Some(by.id()), details).await
}

/// The same where nobody is signed in: for the demonstration.
pub async fn install(centre: &Centre, details: &BoardDetails) -> Result<(), BoardError> {
    put(centre, None, details).await
}

async fn put(centre: &Centre, by: Option<Uuid>, details: &BoardDetails) -> Result<(), BoardError> {
    let tx = centre.begin().await?;
    let (id, code) = (centre.clock().id(), details.code.as_str());
    let row = board::ActiveModel {
        id: Set(id),
        code: Set(code.to_owned()),
        name: Set(details.name.as_str().to_owned()),
        name_en: Set(details.name_en.as_ref().map(|name| name.as_str().to_owned())),
        version: Set(1),
        created_at: Set(centre.clock().now()),
    };
    let once = OnConflict::column(board::Column::Code).do_nothing().to_owned();
    let added = board::Entity::insert(row).on_conflict(once).exec_without_returning(&tx).await?;
    if added == 0 {
        return Err(BoardError::CodeTaken);
    }
    record(&tx, centre.clock(), by, "add", "board", &id.to_string(), "code name name_en").await?;
    Ok(tx.commit().await?)
}

/// Calls a board otherwise. Its code stays, since screens know it by that.
pub async fn rename(
    centre: &Centre,
    by: &BoardFounder,
    code: &str,
    name: &Line,
    name_en: Option<&Line>,
) -> Result<(), BoardError> {
    let tx = centre.begin().await?;
    let board = lock(&tx, code).await?;
    let renamed = board::ActiveModel {
        id: Set(board.id),
        name: Set(name.as_str().to_owned()),
        name_en: Set(name_en.map(|name| name.as_str().to_owned())),
        ..Default::default()
    };
    renamed.update(&tx).await?;
    let id = board.id.to_string();
    record(&tx, centre.clock(), Some(by.id()), "change", "board", &id, "name name_en").await?;
    Ok(tx.commit().await?)
}

/// What a form says of an item, but for its face and its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemDetails {
    pub title: Line,
    /// A notice's.
    pub lines: Option<NoticeText>,
    pub first_day: NaiveDate,
    pub last_day: NaiveDate,
    pub seconds: Seconds,
}

impl ItemDetails {
    fn check(&self, centre: &Centre) -> Result<(), BoardError> {
        if self.last_day < self.first_day {
            return Err(BoardError::Backwards);
        }
        if self.last_day < seoul::day(centre.clock().now()) {
            return Err(BoardError::Over);
        }
        Ok(())
    }

    fn lines(&self, face: Face) -> Option<String> {
        let lines = self.lines.as_ref().filter(|_| face == Face::Notices);
        lines.map(|lines| lines.as_str().to_owned()).filter(|lines| !lines.is_empty())
    }
}

/// Adds an item behind all others of its face. `file` is what a poster or a clip shows, and nothing of a notice; `key`
/// is the form's, so that sending it twice adds one.
pub async fn add(
    centre: &Centre,
    by: &BoardEditor,
    code: &str,
    face: Face,
    details: &ItemDetails,
    file: &[u8],
    key: Uuid,
) -> Result<Uuid, BoardError> {
    details.check(centre)?;
    let found = check_file(centre, face, file)?;
    let tx = centre.begin().await?;
    let board = lock(&tx, code).await?;
    let before = board_item::Entity::find().filter(board_item::Column::RequestKey.eq(key)).one(&tx).await?;
    if let Some(before) = before {
        return Ok(before.id);
    }
    let last: Option<i32> = board_item::Entity::find()
        .select_only()
        .column_as(board_item::Column::Place.max(), "place")
        .filter(board_item::Column::BoardId.eq(board.id))
        .filter(board_item::Column::Face.eq(face))
        .into_tuple()
        .one(&tx)
        .await?
        .flatten();
    let (id, now) = (centre.clock().id(), centre.clock().now());
    let side = |side: fn((u32, u32)) -> u32| {
        found.and_then(|it| it.size).and_then(|size| i32::try_from(side(size)).ok())
    };
    let item = board_item::Model {
        id,
        board_id: board.id,
        face,
        title: details.title.as_str().to_owned(),
        lines: details.lines(face),
        media_type: found.map(|it| it.kind),
        width: side(|(width, _)| width),
        height: side(|(_, height)| height),
        size: found.and_then(|_| i32::try_from(file.len()).ok()),
        sha256: found.map(|_| Sha256::digest(file).to_vec()),
        starts_at: seoul::midnight(details.first_day),
        ends_at: seoul::midnight(details.last_day + Days::new(1)),
        place: last.unwrap_or_default() + 1,
        seconds: details.seconds.get().into(),
        ended_at: None,
        ended_by: None,
        request_key: key,
        version: 1,
        created_by: Some(by.id()),
        created_at: now,
    };
    board_item::ActiveModel::from(item).reset_all().insert(&tx).await?;
    for (number, piece) in (0..).zip(file.chunks(PIECE)).filter(|_| found.is_some()) {
        let row =
            board_media::ActiveModel { item_id: Set(id), number: Set(number), bytes: Set(piece.to_vec()) };
        board_media::Entity::insert(row).exec_without_returning(&tx).await?;
    }
    record(&tx, centre.clock(), Some(by.id()), "add", "board_item", &id.to_string(), face.as_str()).await?;
    tx.commit().await?;
    Ok(id)
}

/// What the file is, if it is one that this face shows.
fn check_file(centre: &Centre, face: Face, file: &[u8]) -> Result<Option<Media>, BoardError> {
    if face == Face::Notices {
        return Ok(None);
    }
    let most = most_bytes(centre, face);
    if file.len() > most {
        return Err(BoardError::TooLarge(most));
    }
    let found = media::look(file)?;
    if found.kind.is_picture() != face.is_poster() {
        return Err(BoardError::OtherKind);
    }
    Ok(Some(found))
}

/// How large a file of this face may be, in bytes.
pub fn most_bytes(centre: &Centre, face: Face) -> usize {
    let settings = &centre.settings().board;
    match face {
        Face::Notices => 0,
        Face::Video => settings.clip_bytes,
        Face::LeftPoster | Face::RightPoster => settings.picture_bytes,
    }
}

/// Changes what an item says and when it is shown. Its file stays: another one is another item.
pub async fn change(
    centre: &Centre,
    by: &BoardEditor,
    code: &str,
    item: Uuid,
    version: i32,
    details: &ItemDetails,
) -> Result<(), BoardError> {
    details.check(centre)?;
    let tx = centre.begin().await?;
    let item = find(&tx, code, item, version).await?;
    let changed = board_item::ActiveModel {
        id: Set(item.id),
        title: Set(details.title.as_str().to_owned()),
        lines: Set(details.lines(item.face)),
        starts_at: Set(seoul::midnight(details.first_day)),
        ends_at: Set(seoul::midnight(details.last_day + Days::new(1))),
        seconds: Set(details.seconds.get().into()),
        version: Set(item.version + 1),
        ..Default::default()
    };
    changed.update(&tx).await?;
    let (id, fields) = (item.id.to_string(), "title lines starts_at ends_at seconds");
    record(&tx, centre.clock(), Some(by.id()), "change", "board_item", &id, fields).await?;
    Ok(tx.commit().await?)
}

/// Which way an item moves among those of its face.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Earlier,
    Later,
}

/// Lets an item change places with its neighbour, of those that are shown or will be. At either end it stays.
pub async fn shift(
    centre: &Centre,
    by: &BoardEditor,
    code: &str,
    item: Uuid,
    version: i32,
    way: Way,
) -> Result<(), BoardError> {
    let tx = centre.begin().await?;
    let item = find(&tx, code, item, version).await?;
    let all = board_item::Entity::find()
        .filter(board_item::Column::BoardId.eq(item.board_id))
        .filter(board_item::Column::Face.eq(item.face))
        .filter(board_item::Column::EndedAt.is_null())
        .filter(board_item::Column::EndsAt.gt(centre.clock().now()))
        .order_by_asc(board_item::Column::Place)
        .order_by_asc(board_item::Column::Id)
        .all(&tx)
        .await?;
    let at = all.iter().position(|other| other.id == item.id).ok_or(BoardError::Stale)?;
    let neighbour = match way {
        Way::Earlier => at.checked_sub(1),
        Way::Later => Some(at + 1),
    };
    let Some(neighbour) = neighbour.and_then(|index| all.get(index)) else { return Ok(()) };
    for (moved, place) in [(&item, neighbour.place), (neighbour, item.place)] {
        let row = board_item::ActiveModel {
            id: Set(moved.id),
            place: Set(place),
            version: Set(moved.version + 1),
            ..Default::default()
        };
        row.update(&tx).await?;
    }
    record(&tx, centre.clock(), Some(by.id()), "change", "board_item", &item.id.to_string(), "place").await?;
    Ok(tx.commit().await?)
}

/// Takes an item down for good and erases its file. That it was there stays written.
pub async fn end(
    centre: &Centre,
    by: &BoardEditor,
    code: &str,
    item: Uuid,
    version: i32,
) -> Result<(), BoardError> {
    let tx = centre.begin().await?;
    let item = find(&tx, code, item, version).await?;
    finish(&tx, centre, &item, Some(by.id())).await?;
    record(&tx, centre.clock(), Some(by.id()), "end", "board_item", &item.id.to_string(), "ended_at").await?;
    Ok(tx.commit().await?)
}

async fn finish(
    tx: &DatabaseTransaction,
    centre: &Centre,
    item: &board_item::Model,
    by: Option<Uuid>,
) -> Result<(), DbErr> {
    let ended = board_item::ActiveModel {
        id: Set(item.id),
        ended_at: Set(Some(centre.clock().now())),
        ended_by: Set(by),
        version: Set(item.version + 1),
        ..Default::default()
    };
    ended.update(tx).await?;
    board_media::Entity::delete_many().filter(board_media::Column::ItemId.eq(item.id)).exec(tx).await?;
    Ok(())
}

/// Ends what was over for [`DAYS_KEPT`] days, and says how many. Where there is nothing nothing is locked.
pub async fn keep(centre: &Centre) -> Result<usize, DbErr> {
    let long_ago = centre.clock().now() - TimeDelta::days(DAYS_KEPT.into());
    let due = || {
        let over = board_item::Entity::find().filter(board_item::Column::EndedAt.is_null());
        over.filter(board_item::Column::EndsAt.lte(long_ago))
    };
    if due().limit(1).one(centre.database()).await?.is_none() {
        return Ok(0);
    }
    let tx = centre.begin().await?;
    // The first statement writes. All boards at once, since nobody knows yet which.
    raise(&tx, None).await?;
    let items = due().all(&tx).await?;
    for item in &items {
        finish(&tx, centre, item, None).await?;
    }
    tx.commit().await?;
    Ok(items.len())
}

/// Raises the version of a board or of all, which locks the rows: what changes a board comes one after the other.
async fn raise<C: ConnectionTrait>(tx: &C, code: Option<&str>) -> Result<u64, DbErr> {
    let mut raised = board::Entity::update_many()
        .col_expr(board::Column::Version, Expr::col(board::Column::Version).add(1));
    if let Some(code) = code {
        raised = raised.filter(board::Column::Code.eq(code));
    }
    Ok(raised.exec(tx).await?.rows_affected)
}

async fn lock(tx: &DatabaseTransaction, code: &str) -> Result<board::Model, BoardError> {
    if raise(tx, Some(code)).await? == 0 {
        return Err(BoardError::NotFound);
    }
    super::store::find_board(tx, code).await?.ok_or(BoardError::NotFound)
}

/// An item as the form knew it. What has ended is not changed any more.
async fn find(
    tx: &DatabaseTransaction,
    code: &str,
    item: Uuid,
    version: i32,
) -> Result<board_item::Model, BoardError> {
    let board = lock(tx, code).await?;
    let item = super::store::find_item(tx, board.id, item).await?.ok_or(BoardError::NotFound)?;
    let is_ended = item.ended_at.is_some();
    if item.version != version || is_ended { Err(BoardError::Stale) } else { Ok(item) }
}
