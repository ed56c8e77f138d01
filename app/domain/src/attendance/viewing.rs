//! The minutes that somebody has watched of an online class, counted by the reports of their page.

use sea_orm::sea_query::{Expr, OnConflict, SelectStatement};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait,
};
use uuid::Uuid;

use crate::account::SignedIn;
use crate::attendance::entity::{mark, viewing};
use crate::attendance::sheet::{Made, Maker, MarkError, hold_class, settle};
use crate::attendance::store::find_place;
use crate::attendance::{Heard, Mark, MarkWay, Presence, WatchPage, hear, is_watched_time, needed_seconds};
use crate::centre::Centre;
use crate::course::entity::class_session;
use crate::registration::entity::application;

/// How far somebody has come with watching a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watched {
    pub seconds: u32,
    /// From so many on they were there.
    pub needed: u32,
    /// Whether their mark says that they were there, or needn't have been.
    pub is_present: bool,
    /// Another page of theirs counts.
    pub is_elsewhere: bool,
}

/// How somebody stands with watching a class; `None` for whoever has no place in it.
pub async fn standing_of(
    centre: &Centre,
    who: &SignedIn,
    class: &class_session::Model,
) -> Result<Option<Watched>, DbErr> {
    let db = centre.database();
    let Some(place) = find_place(db, who, class.run_id).await? else { return Ok(None) };
    let known = viewing::Entity::find_by_id((class.id, place.id)).one(db).await?;
    let mark = mark::Entity::find_by_id((class.id, place.id)).one(db).await?;
    Ok(Some(Watched {
        seconds: known.map_or(0, |row| row.seconds.unsigned_abs()),
        needed: needed(centre, class),
        is_present: mark.is_some_and(|mark| mark.presence.counts()),
        is_elsewhere: false,
    }))
}

fn needed(centre: &Centre, class: &class_session::Model) -> u32 {
    needed_seconds(class.minutes.unsigned_abs(), centre.settings().attendance.watch_percent)
}

/// Takes the report of a page that is in sight, which counts for nothing before and after the class; `None` from whoever
/// has no place in it. Who has watched enough is marked at once; a mark that a person has made stays as it is.
pub async fn report(
    centre: &Centre,
    who: &SignedIn,
    class: &class_session::Model,
    page: Uuid,
) -> Result<Option<Watched>, DbErr> {
    let now = centre.clock().now();
    if !is_watched_time((class.starts_at, class.ends_at), now) {
        return standing_of(centre, who, class).await;
    }
    let tx = centre.begin().await?;
    // Takes the lock before it looks: two pages of one person come one after the other.
    viewing::Entity::update_many()
        .col_expr(viewing::Column::Page, Expr::col(viewing::Column::Page))
        .filter(viewing::Column::ApplicationId.in_subquery(applications_of(who)))
        .exec(&tx)
        .await?;
    let Some(place) = find_place(&tx, who, class.run_id).await? else { return Ok(None) };
    let last = last_of(&tx, who).await?;
    let heard = hear(
        last.map(|row| (WatchPage { class: row.class_session_id, id: row.page }, row.at)),
        WatchPage { class: class.id, id: page },
        now,
    );
    let known = viewing::Entity::find_by_id((class.id, place.id)).one(&tx).await?;
    let before = known.map_or(0, |row| row.seconds);
    let seconds = match heard {
        Heard::Counts(more) => before + i32::try_from(more.num_seconds()).unwrap_or_default(),
        Heard::TakesOver | Heard::Elsewhere => before,
    };
    if heard != Heard::Elsewhere {
        let row = viewing::ActiveModel {
            class_session_id: Set(class.id),
            application_id: Set(place.id),
            seconds: Set(seconds),
            page: Set(page),
            at: Set(now),
        };
        let again = OnConflict::columns([viewing::Column::ClassSessionId, viewing::Column::ApplicationId])
            .update_columns([viewing::Column::Seconds, viewing::Column::Page, viewing::Column::At])
            .to_owned();
        viewing::Entity::insert(row).on_conflict(again).exec_without_returning(&tx).await?;
    }
    let watched = Watched {
        seconds: seconds.unsigned_abs(),
        needed: needed(centre, class),
        is_present: false,
        is_elsewhere: heard == Heard::Elsewhere,
    };
    let mark = mark::Entity::find_by_id((class.id, place.id)).one(&tx).await?;
    let mut is_present = mark.as_ref().is_some_and(|mark| mark.presence.counts());
    if !is_present && watched.seconds >= watched.needed {
        is_present = mark_present(&tx, centre, class, place.id).await?;
    }
    tx.commit().await?;
    Ok(Some(Watched { is_present, ..watched }))
}

/// Marks somebody as there for what they have watched; whether they now are.
async fn mark_present(
    tx: &DatabaseTransaction,
    centre: &Centre,
    class: &class_session::Model,
    application: Uuid,
) -> Result<bool, DbErr> {
    let present = Made {
        nonce: centre.clock().id(),
        application,
        mark: Some(Mark::new(Presence::Present, 0)),
        made_at: centre.clock().now(),
    };
    let made = async {
        let held = hold_class(tx, class.id).await?;
        settle(tx, centre, &held, &[present], Maker::itself(MarkWay::Watch)).await
    };
    match made.await {
        Ok(arrivals) => Ok(arrivals.iter().any(|arrival| arrival.outcome().is_some())),
        // The run was closed or the class called off meanwhile: what was watched is kept all the same.
        Err(MarkError::Refused(_)) => Ok(false),
        Err(MarkError::Db(error)) => Err(error),
    }
}

fn applications_of(who: &SignedIn) -> SelectStatement {
    application::Entity::find()
        .select_only()
        .column(application::Column::Id)
        .filter(application::Column::PersonId.eq(who.id()))
        .into_query()
}

/// The last report of somebody, of whatever class.
async fn last_of<C: ConnectionTrait>(db: &C, who: &SignedIn) -> Result<Option<viewing::Model>, DbErr> {
    viewing::Entity::find()
        .filter(viewing::Column::ApplicationId.in_subquery(applications_of(who)))
        .order_by_desc(viewing::Column::At)
        .order_by_desc(viewing::Column::Page)
        .one(db)
        .await
}
