//! Arranging by which rules a space is asked for, when it is closed, and what there is to lend.

use chrono::{NaiveDate, TimeDelta};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel,
    QueryFilter,
};
use thiserror::Error;
use uuid::Uuid;

use crate::account::{Administrator, Audience, record};
use crate::centre::{Centre, turn};
use crate::clock::Clock;
use crate::seoul;
use crate::space::diary::{Clash, Diary, Wanted};
use crate::space::entity::{closure, margin, opening, space, thing};
use crate::space::store::Tree;
use crate::space::{Approver, AskedBy, Margin, Slot, SpaceCode, ThingKind, Use};

#[derive(Debug, Error)]
pub enum ArrangeError {
    #[error("no such space, closure or thing")]
    NotFound,
    #[error("an opening must end after it begins and not overlap another of its day")]
    Opening,
    #[error("the last day is before the first")]
    Backwards,
    /// What is held on the days that shall be closed.
    #[error("something is held then")]
    Held(Vec<Clash>),
    #[error("the code is another thing's")]
    CodeTaken,
    #[error("{0} of it are promised at one time")]
    Promised(u32),
    #[error(transparent)]
    Db(#[from] DbErr),
}

/// A span of a weekday in which a space is open, in minutes from midnight in Seoul.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Opening {
    pub audience: Audience,
    /// 1 is Monday.
    pub weekday: u8,
    pub from_minute: u16,
    pub until_minute: u16,
}

/// By which rules a space is asked for. What it doesn't say it takes from what is around it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrangement {
    pub approver: Option<Approver>,
    pub asked_by: Option<AskedBy>,
    pub resident_minutes: Option<u32>,
    pub equipment: Option<String>,
    pub openings: Vec<Opening>,
    pub margins: Vec<(Use, Margin)>,
}

/// Puts these rules in the place of those a space had. What is booked stays as it is.
pub async fn arrange(
    centre: &Centre,
    by: &Administrator,
    space: Uuid,
    wanted: &Arrangement,
) -> Result<(), ArrangeError> {
    let tx = centre.begin().await?;
    turn(&tx).await?;
    put(&tx, centre.clock(), space, wanted).await?;
    record(&tx, centre.clock(), Some(by.id()), "change", "space", &space.to_string(), FIELDS).await?;
    Ok(tx.commit().await?)
}

const FIELDS: &str = "approver asked_by resident_minutes equipment opening margin";

/// The same where nobody is signed in: at the command line and for the demonstration.
pub async fn install(centre: &Centre, space: Uuid, wanted: &Arrangement) -> Result<(), ArrangeError> {
    let tx = centre.begin().await?;
    turn(&tx).await?;
    put(&tx, centre.clock(), space, wanted).await?;
    Ok(tx.commit().await?)
}

async fn put(
    tx: &impl ConnectionTrait,
    clock: &Clock,
    id: Uuid,
    wanted: &Arrangement,
) -> Result<(), ArrangeError> {
    check_openings(&wanted.openings)?;
    let space = space::Entity::find_by_id(id).one(tx).await?.ok_or(ArrangeError::NotFound)?;
    let mut row = space.into_active_model();
    row.approver = Set(wanted.approver);
    row.asked_by = Set(wanted.asked_by);
    row.resident_minutes = Set(wanted.resident_minutes.and_then(|minutes| i32::try_from(minutes).ok()));
    row.equipment = Set(wanted.equipment.clone());
    row.update(tx).await?;
    opening::Entity::delete_many().filter(opening::Column::SpaceId.eq(id)).exec(tx).await?;
    margin::Entity::delete_many().filter(margin::Column::SpaceId.eq(id)).exec(tx).await?;
    let openings = wanted.openings.iter().map(|line| opening::ActiveModel {
        id: Set(clock.id()),
        space_id: Set(id),
        audience: Set(line.audience),
        weekday: Set(line.weekday.into()),
        from_minute: Set(line.from_minute.into()),
        until_minute: Set(line.until_minute.into()),
    });
    if !wanted.openings.is_empty() {
        opening::Entity::insert_many(openings).exec_without_returning(tx).await?;
    }
    let margins = wanted.margins.iter().map(|(kind, minutes)| margin::ActiveModel {
        space_id: Set(id),
        kind: Set(*kind),
        set_up: Set(minutes.set_up.into()),
        strike: Set(minutes.strike.into()),
    });
    if !wanted.margins.is_empty() {
        margin::Entity::insert_many(margins).exec_without_returning(tx).await?;
    }
    Ok(())
}

fn check_openings(openings: &[Opening]) -> Result<(), ArrangeError> {
    let mut sorted = openings.to_vec();
    sorted.sort_unstable();
    let backwards = sorted.iter().any(|line| line.from_minute >= line.until_minute);
    let overlaps = sorted.windows(2).any(|pair| {
        (pair[0].audience, pair[0].weekday) == (pair[1].audience, pair[1].weekday)
            && pair[1].from_minute < pair[0].until_minute
    });
    if backwards || overlaps { Err(ArrangeError::Opening) } else { Ok(()) }
}

/// Days on which a space is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    pub first_day: NaiveDate,
    pub last_day: NaiveDate,
    pub reason: String,
    /// Even where something is held on those days; it stays, and somebody has to see to it.
    pub anyway: bool,
}

/// Closes a space on some days; says what is held then, unless it shall be closed anyway.
pub async fn close(
    centre: &Centre,
    by: &Administrator,
    space: Uuid,
    days: &Closed,
) -> Result<(), ArrangeError> {
    if days.last_day < days.first_day {
        return Err(ArrangeError::Backwards);
    }
    let tx = centre.begin().await?;
    turn(&tx).await?;
    let tree = Tree::load(&tx).await?;
    tree.get(space).ok_or(ArrangeError::NotFound)?;
    let slot = Slot {
        starts_at: seoul::midnight(days.first_day).max(centre.clock().now()),
        ends_at: seoul::midnight(days.last_day + chrono::Days::new(1)),
    };
    if !days.anyway && slot.starts_at < slot.ends_at {
        let wanted = Wanted { slot, leaves: tree.leaves_of(space), things: Vec::new(), people: Vec::new() };
        let held = Diary::load(&tx, slot).await?.clashes(&wanted);
        if !held.is_empty() {
            return Err(ArrangeError::Held(held));
        }
    }
    let id = centre.clock().id();
    let row = closure::ActiveModel {
        id: Set(id),
        space_id: Set(space),
        first_day: Set(days.first_day),
        last_day: Set(days.last_day),
        reason: Set(days.reason.clone()),
    };
    closure::Entity::insert(row).exec_without_returning(&tx).await?;
    record(&tx, centre.clock(), Some(by.id()), "add", "closure", &id.to_string(), "").await?;
    Ok(tx.commit().await?)
}

/// Opens a space again.
pub async fn reopen(centre: &Centre, by: &Administrator, closure: Uuid) -> Result<(), ArrangeError> {
    let tx = centre.begin().await?;
    turn(&tx).await?;
    let gone = closure::Entity::delete_by_id(closure).exec(&tx).await?;
    if gone.rows_affected == 0 {
        return Err(ArrangeError::NotFound);
    }
    record(&tx, centre.clock(), Some(by.id()), "remove", "closure", &closure.to_string(), "").await?;
    Ok(tx.commit().await?)
}

/// Something that is lent by number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThingDetails {
    pub code: SpaceCode,
    pub name: String,
    pub name_en: Option<String>,
    pub kind: ThingKind,
    pub total: u32,
}

/// Adds a thing (`present` is none) or changes one. There can't be fewer than are promised from now on.
pub async fn put_thing(
    centre: &Centre,
    by: Option<&Administrator>,
    present: Option<Uuid>,
    details: &ThingDetails,
) -> Result<(), ArrangeError> {
    let tx = centre.begin().await?;
    turn(&tx).await?;
    let same = thing::Entity::find().filter(thing::Column::Code.eq(details.code.as_str())).one(&tx).await?;
    if same.is_some_and(|same| Some(same.id) != present) {
        return Err(ArrangeError::CodeTaken);
    }
    let id = present.unwrap_or_else(|| centre.clock().id());
    let row = thing::ActiveModel {
        id: Set(id),
        code: Set(details.code.as_str().to_owned()),
        name: Set(details.name.clone()),
        name_en: Set(details.name_en.clone()),
        kind: Set(details.kind),
        total: Set(i32::try_from(details.total).unwrap_or(i32::MAX)),
    };
    match present {
        None => {
            thing::Entity::insert(row).exec_without_returning(&tx).await?;
        }
        Some(id) => {
            // The update locks the row that every promise of it counts against.
            thing::Entity::find_by_id(id).one(&tx).await?.ok_or(ArrangeError::NotFound)?;
            row.update(&tx).await?;
            let promised = most_promised(&tx, centre, id).await?;
            if promised > details.total {
                return Err(ArrangeError::Promised(promised));
            }
        }
    }
    let act = if present.is_some() { "change" } else { "add" };
    let fields = "code name name_en kind total";
    record(&tx, centre.clock(), by.map(Administrator::id), act, "thing", &id.to_string(), fields).await?;
    Ok(tx.commit().await?)
}

/// The most of a thing that is promised at one moment from now on.
async fn most_promised(tx: &impl ConnectionTrait, centre: &Centre, thing: Uuid) -> Result<u32, DbErr> {
    let now = centre.clock().now();
    let ahead = Slot { starts_at: now, ends_at: now + TimeDelta::days(50 * 366) };
    Ok(Diary::load(tx, ahead).await?.most_out(thing, ahead))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn openings_of_a_day_follow_each_other() {
        let line = |weekday, from_minute, until_minute| Opening {
            audience: Audience::Staff,
            weekday,
            from_minute,
            until_minute,
        };
        assert!(check_openings(&[line(1, 540, 720), line(1, 720, 1080), line(2, 600, 700)]).is_ok());
        assert!(check_openings(&[line(1, 540, 721), line(1, 720, 1080)]).is_err());
        assert!(check_openings(&[line(1, 540, 540)]).is_err());
    }
}
