//! Reading the books of runs from the rows: as many statements for many as for one.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Datelike, Utc};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use uuid::Uuid;

use super::entity::{application, draw};
use super::{Book, Chair, Entry, Lottery, Place, Roll, Stage, State};
use crate::account::entity::person;
use crate::course::ClassState;
use crate::course::entity::{class_session, course, run};
use crate::language::Language;
use crate::seoul;
use crate::space::SeatCode;
use crate::space::entity::{seat, space};
use crate::space::store::Tree;

/// More than so many ids don't stand in one statement.
const AT_ONCE: usize = 1_000;

/// The books of those of `runs` that exist.
pub(super) async fn load<C: ConnectionTrait>(db: &C, runs: &BTreeSet<Uuid>) -> Result<Vec<Book>, DbErr> {
    let mut books = Vec::with_capacity(runs.len());
    let runs: Vec<Uuid> = runs.iter().copied().collect();
    for some in runs.chunks(AT_ONCE) {
        books.extend(load_some(db, some).await?);
    }
    Ok(books)
}

pub(super) async fn load_one<C: ConnectionTrait>(db: &C, run: Uuid) -> Result<Option<Book>, DbErr> {
    Ok(load_some(db, &[run]).await?.pop())
}

async fn load_some<C: ConnectionTrait>(db: &C, ids: &[Uuid]) -> Result<Vec<Book>, DbErr> {
    let runs = run::Entity::find().filter(run::Column::Id.is_in(ids.iter().copied())).all(db).await?;
    let courses: BTreeSet<Uuid> = runs.iter().map(|run| run.course_id).collect();
    let courses = course::Entity::find().filter(course::Column::Id.is_in(courses)).all(db).await?;
    let courses: HashMap<Uuid, course::Model> =
        courses.into_iter().map(|course| (course.id, course)).collect();
    let mut meets = load_meetings(db, ids).await?;
    let rooms = load_rooms(db, runs.iter().filter_map(|run| run.space_id).collect()).await?;
    let mut live = load_live(db, ids).await?;
    let lotteries = load_lotteries(db, ids).await?;
    let book = |row: run::Model| {
        let course = courses.get(&row.course_id);
        let course = course.ok_or_else(|| DbErr::RecordNotFound("a run's course".into()))?;
        let room = row.space_id.and_then(|space| rooms.get(&space));
        let meets = meets.remove(&row.id).unwrap_or_default();
        let month = meets.first().map(|(start, _)| seoul::day(*start)).map(|day| (day.year(), day.month()));
        Ok(Book {
            run: row.id,
            code: row.code,
            course: course.title.clone(),
            space: room.map(|room| room.name.clone()).unwrap_or_default(),
            state: row.state,
            category: course.category,
            audience: course.audience,
            mode: row.mode,
            selection: row.selection,
            lottery: lotteries.get(&row.id).copied(),
            capacity: u32::try_from(row.capacity).unwrap_or_default(),
            apply_from: row.apply_from,
            apply_until: row.apply_until,
            cancel_until: row.cancel_until,
            offer_minutes: row.offer_minutes.and_then(|minutes| u32::try_from(minutes).ok()),
            meets,
            month,
            chairs: room.map(|room| room.chairs.clone()).unwrap_or_default(),
            live: live.remove(&row.id).unwrap_or_default(),
        })
    };
    runs.into_iter().map(book).collect()
}

/// The draws of those runs that have one.
async fn load_lotteries<C: ConnectionTrait>(db: &C, runs: &[Uuid]) -> Result<HashMap<Uuid, Lottery>, DbErr> {
    let rows = draw::Entity::find().filter(draw::Column::RunId.is_in(runs.iter().copied())).all(db).await?;
    let lottery = |row: draw::Model| {
        let (stage, since) = match (row.drawn_at, row.listed_at) {
            (Some(at), _) => (Stage::Drawn, at),
            (None, Some(at)) => (Stage::Listed, at),
            (None, None) => (Stage::Committed, row.committed_at),
        };
        (row.run_id, Lottery { stage, since, planned_for: row.planned_for })
    };
    Ok(rows.into_iter().map(lottery).collect())
}

type Meetings = Vec<(DateTime<Utc>, DateTime<Utc>)>;

/// The planned class sessions of each run, in order.
async fn load_meetings<C: ConnectionTrait>(db: &C, runs: &[Uuid]) -> Result<HashMap<Uuid, Meetings>, DbErr> {
    let rows = class_session::Entity::find()
        .filter(class_session::Column::RunId.is_in(runs.iter().copied()))
        .filter(class_session::Column::State.eq(ClassState::Planned))
        .order_by_asc(class_session::Column::StartsAt)
        .all(db)
        .await?;
    let mut meets = HashMap::<Uuid, Meetings>::new();
    for class in rows {
        meets.entry(class.run_id).or_default().push((class.starts_at, class.ends_at));
    }
    Ok(meets)
}

struct Room {
    name: String,
    chairs: BTreeMap<Uuid, Chair>,
}

async fn load_rooms<C: ConnectionTrait>(
    db: &C,
    spaces: BTreeSet<Uuid>,
) -> Result<HashMap<Uuid, Room>, DbErr> {
    if spaces.is_empty() {
        return Ok(HashMap::new());
    }
    let tree = Tree::load(db).await?;
    let within: HashMap<Uuid, Vec<Uuid>> =
        spaces.into_iter().map(|space| (space, tree.within(space))).collect();
    let all: BTreeSet<Uuid> = within.values().flatten().copied().collect();
    let seats = seat::Entity::find().filter(seat::Column::SpaceId.is_in(all)).all(db).await?;
    let room = |(space, parts): (Uuid, Vec<Uuid>)| {
        let name = tree.get(space).map(|room: &space::Model| room.name.clone()).unwrap_or_default();
        let order = |seat: &seat::Model| parts.iter().position(|part| *part == seat.space_id);
        let mut rows: Vec<_> =
            seats.iter().filter_map(|seat| Some(((order(seat)?, seat.line, seat.position), seat))).collect();
        rows.sort_by_key(|(order, _)| *order);
        let mut chairs = BTreeMap::new();
        for (order, (_, row)) in (0..).zip(rows) {
            let Some(code) = SeatCode::parse(&row.code) else { continue };
            let in_service = row.out_of_service.is_none();
            chairs.insert(row.id, Chair { code, accessible: row.accessible, in_service, order });
        }
        (space, Room { name, chairs })
    };
    Ok(within.into_iter().map(room).collect())
}

/// The live applications of each run.
async fn load_live<C: ConnectionTrait>(db: &C, runs: &[Uuid]) -> Result<HashMap<Uuid, Roll>, DbErr> {
    let live = application::Entity::find()
        .filter(application::Column::RunId.is_in(runs.iter().copied()))
        .filter(application::Column::State.is_in(State::LIVE));
    let people = live.clone().select_only().column(application::Column::PersonId).into_query();
    let languages: HashMap<Uuid, Language> = person::Entity::find()
        .select_only()
        .columns([person::Column::Id, person::Column::Language])
        .filter(person::Column::Id.in_subquery(people))
        .into_tuple()
        .all(db)
        .await?
        .into_iter()
        .collect();
    let mut rolls = HashMap::<Uuid, Roll>::new();
    for row in live.all(db).await? {
        let entry = Entry {
            id: row.id,
            person: row.person_id,
            language: languages.get(&row.person_id).copied().unwrap_or(Language::Ko),
            state: row.state,
            place: place(row.seat_id, row.admission),
            offer_until: row.offer_until,
        };
        rolls.entry(row.run_id).or_default().insert(row.stamp, entry);
    }
    Ok(rolls)
}

fn place(seat_id: Option<Uuid>, admission: Option<i32>) -> Option<Place> {
    let numbered = || admission.and_then(|number| u32::try_from(number).ok()).map(Place::Admission);
    seat_id.map(Place::Seat).or_else(numbered)
}
