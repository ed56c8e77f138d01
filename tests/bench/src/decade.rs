//! Ten years of a house: ten rooms in which a hundred thousand classes and bookings have taken place or will.

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc, Weekday};
use domain::account::Audience;
use domain::centre::begin;
use domain::clock::Clock;
use domain::course::entity::{class_session, course, run};
use domain::seoul;
use domain::space::diary::{Holding, Wanted, hold, who_is};
use domain::space::entity::space;
use domain::space::{Approver, AskedBy, Holder, Slot};
use domain::studio::entity::booking;
use domain::studio::{BookingState, Kind};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, DatabaseConnection, EntityTrait, IntoActiveModel, QueryOrder,
};
use tests::programme;
use uuid::Uuid;

use crate::Failure;
use crate::seed::{Person, add_people, clock};

pub const ROOMS: usize = 10;

/// What is held in all, each one a room for two hours.
pub const OCCUPATIONS: usize = 100_000;

/// Who book the same afternoon: two for each of its half hours in each room.
pub const BOOKERS: usize = 200;

/// Staff of this domain are given what is free at once.
pub const DOMAIN: &str = "example.kr";

/// When each room is held on a weekday, in hours.
const HOURS: [i64; 4] = [9, 11, 14, 16];

pub struct Decade {
    pub rooms: Vec<Room>,
    pub bookers: Vec<Person>,
    /// A week, from Monday, in which every room is held at all hours, and the codes of what holds them.
    pub monday: NaiveDate,
    pub codes: Vec<String>,
    /// A Saturday on which nothing is held.
    pub saturday: NaiveDate,
}

pub struct Room {
    pub id: Uuid,
    pub code: String,
}

pub fn at(day: NaiveDate, minutes: i64) -> DateTime<Utc> {
    seoul::midnight(day) + TimeDelta::minutes(minutes)
}

pub async fn seed(db: &DatabaseConnection) -> Result<Decade, Failure> {
    let clock = clock();
    let today = seoul::day(clock.now());
    let rooms = add_rooms(db, &clock).await?;
    let mut filling =
        Filling { db, clock: &clock, rooms: &rooms, course: add_course(db, &clock).await?, count: 0 };
    let until = today + Days::new(365);
    let monday = monday_after(today);
    let mut codes = Vec::new();
    let days = std::iter::successors(Some(until), |day| Some(*day - Days::new(1)));
    for day in days.filter(|day| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)) {
        let held = filling.fill(day, day < today).await?;
        if (monday..monday + Days::new(7)).contains(&day) {
            codes.extend(held);
        }
        if filling.count == OCCUPATIONS {
            break;
        }
    }
    let bookers = add_people(db, &clock, BOOKERS).await?;
    Ok(Decade { rooms, bookers, monday, codes, saturday: saturday_after(today) })
}

fn monday_after(today: NaiveDate) -> NaiveDate {
    today + Days::new(u64::from(7 - today.weekday().num_days_from_monday()))
}

/// Of the week after the next one, so that it is still to come wherever the week begins.
pub fn saturday_after(today: NaiveDate) -> NaiveDate {
    monday_after(today) + Days::new(12)
}

/// The rooms as they stand in a seeded database.
pub async fn find_rooms(db: &DatabaseConnection) -> Result<Vec<Room>, Failure> {
    let rows = space::Entity::find().order_by_asc(space::Column::Code).all(db).await?;
    Ok(rows.into_iter().map(|row| Room { id: row.id, code: row.code }).collect())
}

async fn add_rooms(db: &DatabaseConnection, clock: &Clock) -> Result<Vec<Room>, Failure> {
    let mut rooms = Vec::new();
    for number in 0..ROOMS {
        let code = format!("room-{number}");
        let row = space::ActiveModel {
            approver: Set(Some(Approver::Producer)),
            asked_by: Set(Some(AskedBy::Staff)),
            ..programme::room(clock, &code, 20)
        };
        rooms.push(Room { id: *row.id.as_ref(), code });
        let row =
            space::ActiveModel { in_use_from: Set(NaiveDate::MIN.with_year(2000).ok_or("no day")?), ..row };
        space::Entity::insert(row).exec_without_returning(db).await?;
    }
    Ok(rooms)
}

async fn add_course(db: &DatabaseConnection, clock: &Clock) -> Result<Uuid, Failure> {
    let course = programme::course(clock, "스마트폰 기초 활용".into());
    let id = course.id;
    course::Entity::insert(course.into_active_model().reset_all()).exec_without_returning(db).await?;
    Ok(id)
}

struct Filling<'a> {
    db: &'a DatabaseConnection,
    clock: &'a Clock,
    rooms: &'a [Room],
    course: Uuid,
    count: usize,
}

impl Filling<'_> {
    /// Holds every room at all hours of a day: one in eight for a class, the others for bookings. Returns their codes.
    async fn fill(&mut self, day: NaiveDate, is_over: bool) -> Result<Vec<String>, Failure> {
        let (mut runs, mut classes, mut bookings, mut holdings) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (hour, room) in HOURS.into_iter().flat_map(|hour| self.rooms.iter().map(move |room| (hour, room)))
        {
            let code = format!("H-{:06}", self.count);
            let starts_at = at(day, hour * 60);
            let slot = Slot { starts_at, ends_at: starts_at + TimeDelta::hours(2) };
            let (holder, holder_id, people) = if self.count.is_multiple_of(8) {
                let run = programme::run(self.clock, &code, self.course, Some(room.id));
                let class = programme::class(self.clock, run.id, 1, starts_at);
                let (id, people) = (*class.id.as_ref(), who_is(&format!("강사 {}", room.code), None));
                runs.push(run.into_active_model().reset_all());
                classes.push(class);
                (Holder::ClassSession, id, people)
            } else {
                let row = booked(self.clock, &code, room.id, slot, is_over);
                let id = row.id;
                bookings.push(row.into_active_model().reset_all());
                (Holder::Booking, id, Vec::new())
            };
            let wanted = Wanted { slot, leaves: vec![room.id], things: Vec::new(), people };
            holdings.push(Holding { holder, holder_id, code, wanted });
            self.count += 1;
        }
        let tx = begin(self.db).await?;
        run::Entity::insert_many(runs).exec_without_returning(&tx).await?;
        class_session::Entity::insert_many(classes).exec_without_returning(&tx).await?;
        booking::Entity::insert_many(bookings).exec_without_returning(&tx).await?;
        hold(&tx, self.clock, &holdings).await?;
        tx.commit().await?;
        Ok(holdings.into_iter().map(|holding| holding.code).collect())
    }
}

const _: () = assert!(OCCUPATIONS.is_multiple_of(ROOMS * HOURS.len()), "the last day is a whole one");

/// The row of a booking of the office's.
pub fn booked(clock: &Clock, code: &str, room: Uuid, slot: Slot, is_over: bool) -> booking::Model {
    booking::Model {
        id: clock.id(),
        code: code.into(),
        space_id: room,
        kind: Kind::Other,
        purpose: format!("영상 회의 {code}"),
        audience: Audience::Staff,
        person_id: None,
        department: None,
        in_charge: None,
        presenter: None,
        presenter_id: None,
        people: None,
        help: None,
        rules: None,
        starts_at: slot.starts_at,
        ends_at: slot.ends_at,
        set_up: 0,
        strike: 0,
        state: if is_over { BookingState::Done } else { BookingState::Approved },
        reason: None,
        held_until: None,
        checked_in_at: None,
        made_kind: None,
        made_title: None,
        made_link: None,
        made_channel: None,
        series_id: None,
        number: 1,
        request_key: clock.id(),
        sequence: 0,
        version: 1,
        created_at: clock.now(),
    }
}
