//! Taking people's seats along when a run moves to another room.

use std::collections::{HashMap, HashSet};

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter,
    QueryOrder,
};
use uuid::Uuid;

use crate::clock::Clock;
use crate::registration::EventKind;
use crate::registration::entity::{application, application_event};
use crate::space::entity::seat;
use crate::space::store::Tree;

/// Somebody who has another seat now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Moved {
    pub person: Uuid,
    pub seat: String,
}

/// A seat as the choice sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Chair {
    id: Uuid,
    code: String,
    accessible: bool,
}

/// Gives everybody with a seat of a run one in its new room, and says whose seat is another one now. The caller has taken
/// the writer's turn and seen that there are enough.
pub(crate) async fn take_along(
    tx: &DatabaseTransaction,
    clock: &Clock,
    tree: &Tree,
    run: Uuid,
    space: Uuid,
) -> Result<Vec<Moved>, DbErr> {
    let holders: Vec<application::Model> = application::Entity::find()
        .filter(application::Column::RunId.eq(run))
        .filter(application::Column::SeatId.is_not_null())
        .order_by_asc(application::Column::Stamp)
        .all(tx)
        .await?;
    let held: Vec<Uuid> = holders.iter().filter_map(|holder| holder.seat_id).collect();
    let before: HashMap<Uuid, Chair> = seat::Entity::find()
        .filter(seat::Column::Id.is_in(held.iter().copied()))
        .all(tx)
        .await?
        .into_iter()
        .map(|row| (row.id, chair(row)))
        .collect();
    let mut rows = seat::Entity::find()
        .filter(seat::Column::SpaceId.is_in(tree.within(space)))
        .filter(seat::Column::OutOfService.is_null())
        .order_by_asc(seat::Column::Line)
        .order_by_asc(seat::Column::Position)
        .all(tx)
        .await?;
    // Room by room, as the plan shows them.
    rows.sort_by_key(|row| tree.get(row.space_id).map(|room| room.code.clone()));
    let room: Vec<Chair> = rows.into_iter().map(chair).collect();
    let had: Vec<&Chair> = held.iter().filter_map(|id| before.get(id)).collect();
    let mut moved = Vec::new();
    for (holder, chair) in holders.into_iter().zip(reseat(&had, &room)) {
        if holder.seat_id == Some(chair.id) {
            continue;
        }
        let (id, person) = (holder.id, holder.person_id);
        let row =
            application::ActiveModel { id: Set(id), seat_id: Set(Some(chair.id)), ..Default::default() };
        row.update(tx).await?;
        let event = application_event::ActiveModel {
            id: Set(clock.id()),
            application_id: Set(id),
            at: Set(clock.now()),
            kind: Set(EventKind::Moved),
            actor_id: Set(None),
            seat: Set(Some(chair.code.clone())),
            reason: Set(None),
        };
        application_event::Entity::insert(event).exec_without_returning(tx).await?;
        moved.push(Moved { person, seat: chair.code.clone() });
    }
    Ok(moved)
}

fn chair(row: seat::Model) -> Chair {
    Chair { id: row.id, code: row.code, accessible: row.accessible }
}

/// For each of those who `had` a chair, in order of arrival, one in the new room: the same one where it is there, else
/// the one of the same code, else the first free one of its kind, else any. There must be as many as people.
fn reseat<'a>(had: &[&Chair], room: &'a [Chair]) -> Vec<&'a Chair> {
    let stays = |chair: &&&Chair| room.iter().any(|other| other.id == chair.id);
    let mut taken: HashSet<Uuid> = had.iter().filter(stays).map(|chair| chair.id).collect();
    let mut given = Vec::new();
    for chair in had {
        let same = room.iter().find(|other| other.id == chair.id);
        let free = || room.iter().filter(|other| !taken.contains(&other.id));
        let alike = || free().find(|other| other.code == chair.code);
        let of_kind = || free().find(|other| other.accessible == chair.accessible);
        let any = || free().next();
        if let Some(chosen) = same.or_else(alike).or_else(of_kind).or_else(any) {
            taken.insert(chosen.id);
            given.push(chosen);
        }
    }
    given
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chair(id: u128, code: &str, accessible: bool) -> Chair {
        Chair { id: Uuid::from_u128(id), code: code.into(), accessible }
    }

    #[test]
    fn whoever_can_stays_and_the_others_get_what_is_most_like_it() {
        let (one, two) = (chair(1, "1-01", false), chair(2, "1-02", true));
        let (third, fourth) = (chair(3, "2-01", false), chair(4, "2-02", false));
        let room = [one.clone(), chair(5, "1-09", false), two.clone(), chair(6, "2-02", true)];
        let given = reseat(&[&third, &one, &two, &fourth], &room);
        // 2-01 isn't there and its holder came first: the first free one that is no wheelchair seat.
        assert_eq!(given, [&room[1], &room[0], &room[2], &room[3]]);
    }

    #[test]
    fn wheelchair_seats_go_to_those_who_had_one() {
        let room = [chair(5, "01", false), chair(6, "02", true)];
        let (with, without) = (chair(1, "9", true), chair(2, "8", false));
        assert_eq!(reseat(&[&with, &without], &room), [&room[1], &room[0]]);
    }
}
