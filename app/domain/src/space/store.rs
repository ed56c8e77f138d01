//! Reading spaces and seat plans.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::centre::Centre;
use crate::kept::kept;
use crate::language::Language;
use crate::space::entity::{seat, space, thing};
use crate::space::model::name_in;
use crate::space::{PlanSeat, RoomPlan, SeatCode, SeatPlan, SpaceCode, SpaceKind};

impl space::Model {
    pub fn name_in(&self, language: Language) -> &str {
        name_in(language, &self.name, self.name_en.as_deref())
    }

    /// Whether it may be used on a day.
    pub fn in_use_on(&self, day: NaiveDate) -> bool {
        self.in_use_from <= day && self.in_use_until.is_none_or(|until| day <= until)
    }

    /// Whether classes can be held in it: rooms, not the building around them.
    pub fn holds_classes(&self) -> bool {
        self.kind != SpaceKind::Venue
    }
}

impl thing::Model {
    pub fn name_in(&self, language: Language) -> &str {
        name_in(language, &self.name, self.name_en.as_deref())
    }
}

/// Every space there is, in order of code. There are a dozen, so they are read together.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    spaces: Vec<space::Model>,
}

impl Tree {
    pub async fn load<C: ConnectionTrait>(db: &C) -> Result<Self, DbErr> {
        Ok(Self { spaces: space::Entity::find().order_by_asc(space::Column::Code).all(db).await? })
    }

    pub fn all(&self) -> &[space::Model] {
        &self.spaces
    }

    pub fn get(&self, id: Uuid) -> Option<&space::Model> {
        self.spaces.iter().find(|space| space.id == id)
    }

    pub fn by_code(&self, code: &str) -> Option<&space::Model> {
        self.spaces.iter().find(|space| space.code == code)
    }

    pub fn children(&self, parent: Option<Uuid>) -> impl Iterator<Item = &space::Model> {
        self.spaces.iter().filter(move |space| space.parent_id == parent)
    }

    /// The space itself and everything around it, innermost first.
    pub fn ancestry(&self, id: Uuid) -> Vec<&space::Model> {
        let mut line: Vec<&space::Model> = Vec::new();
        let mut next = self.get(id);
        // A parent is always made before its child, so that no circle can arise; the count is a second lock.
        while let Some(space) = next.filter(|_| line.len() < self.spaces.len()) {
            line.push(space);
            next = space.parent_id.and_then(|parent| self.get(parent));
        }
        line
    }

    /// Its name and the address it stands at, for a line in a calendar or a letter.
    pub fn whereabouts(&self, language: Language, id: Uuid) -> String {
        let name = self.get(id).map(|space| space.name_in(language)).unwrap_or_default();
        // A room stands where the building around it stands.
        let address = self.ancestry(id).into_iter().find_map(|around| around.address.as_deref());
        address.map_or_else(|| name.to_owned(), |address| format!("{name}, {address}"))
    }

    /// The space and everything in it.
    pub fn within(&self, id: Uuid) -> Vec<Uuid> {
        self.spaces
            .iter()
            .filter(|space| self.ancestry(space.id).iter().any(|around| around.id == id))
            .map(|space| space.id)
            .collect()
    }

    /// The rooms that are used as one with this one, itself among them: those of the largest space around it in which
    /// classes are held. A seat's code is one chair's among all of them.
    pub fn hall_of(&self, id: Uuid) -> Vec<Uuid> {
        let around = self.ancestry(id).into_iter().take_while(|space| space.holds_classes());
        around.last().map_or_else(|| vec![id], |hall| self.within(hall.id))
    }

    /// Which part of its parent a room is, from 1; `None` for a room that is no part of another.
    pub fn number_in_hall(&self, id: Uuid) -> Option<usize> {
        let parent = self.get(id)?.parent_id.and_then(|parent| self.get(parent))?;
        let mut parts = self.children(Some(parent.id).filter(|_| parent.holds_classes()));
        parts.position(|part| part.id == id).map(|index| index + 1)
    }

    /// The smallest spaces it is made of, which are what an occupation holds; itself where it has no parts.
    pub fn leaves_of(&self, id: Uuid) -> Vec<Uuid> {
        let has_parts = |id: &Uuid| self.children(Some(*id)).next().is_some();
        self.within(id).into_iter().filter(|id| !has_parts(id)).collect()
    }

    /// The rooms whose seats make up the plan of `id`: itself where it has seats, else its parts.
    fn rooms<'a>(&'a self, id: Uuid, seated: &HashMap<Uuid, Vec<seat::Model>>) -> Vec<&'a space::Model> {
        if seated.contains_key(&id) {
            return self.get(id).into_iter().collect();
        }
        self.children(Some(id)).filter(|room| seated.contains_key(&room.id)).collect()
    }
}

/// The tree, read again only after somebody has changed it.
pub async fn tree(centre: &Centre) -> Result<Arc<Tree>, DbErr> {
    let read = || async { Tree::load(centre.database()).await.map(Arc::new) };
    kept(centre, &centre.programme().trees, (), |_| true, read).await
}

/// The plan of a space: its own seats, or those of its parts beside each other. A building has none: its rooms do.
pub async fn plan_of<C: ConnectionTrait>(db: &C, space: &space::Model) -> Result<SeatPlan, DbErr> {
    if !space.holds_classes() {
        return Ok(SeatPlan::default());
    }
    let tree = Tree::load(db).await?;
    let seats = seat::Entity::find()
        .filter(seat::Column::SpaceId.is_in(tree.within(space.id)))
        .order_by_asc(seat::Column::Line)
        .order_by_asc(seat::Column::Position)
        .all(db)
        .await?;
    let mut seated: HashMap<Uuid, Vec<seat::Model>> = HashMap::new();
    for seat in seats {
        seated.entry(seat.space_id).or_default().push(seat);
    }
    let rooms = tree.rooms(space.id, &seated).into_iter().filter_map(|room| {
        let seats = seated.get(&room.id)?.iter().filter_map(plan_seat).collect();
        Some(RoomPlan {
            code: SpaceCode::parse(&room.code)?,
            name: room.name.clone(),
            name_en: room.name_en.clone(),
            seats,
        })
    });
    Ok(SeatPlan { rooms: rooms.collect() })
}

fn plan_seat(seat: &seat::Model) -> Option<PlanSeat> {
    Some(PlanSeat {
        code: SeatCode::parse(&seat.code)?,
        line: u16::try_from(seat.line).ok()?,
        position: u16::try_from(seat.position).ok()?,
        accessible: seat.accessible,
        out_of_service: seat.out_of_service.clone(),
    })
}

/// How many can sit in each space that has a plan: seats that are not out of service, none where all of them are.
pub async fn seats_in_service<C: ConnectionTrait>(db: &C, tree: &Tree) -> Result<HashMap<Uuid, u32>, DbErr> {
    let in_service = Expr::case(seat::Column::OutOfService.is_null(), 1).finally(0);
    let counted: Vec<(Uuid, i64)> = seat::Entity::find()
        .select_only()
        .column(seat::Column::SpaceId)
        .column_as(Expr::expr(in_service).sum(), "seats")
        .group_by(seat::Column::SpaceId)
        .into_tuple()
        .all(db)
        .await?;
    let own: HashMap<Uuid, u32> =
        counted.into_iter().map(|(id, count)| (id, u32::try_from(count).unwrap_or(u32::MAX))).collect();
    let of = |space: &space::Model| {
        let parts = || {
            let parts: Vec<u32> =
                tree.children(Some(space.id)).filter_map(|part| own.get(&part.id).copied()).collect();
            (!parts.is_empty()).then(|| parts.iter().sum())
        };
        own.get(&space.id).copied().or_else(parts)
    };
    let rooms = tree.all().iter().filter(|space| space.holds_classes());
    Ok(rooms.filter_map(|space| Some((space.id, of(space)?))).collect())
}
