//! Who and what is there before anything is measured: people who are signed in, a room, one run that everybody wants and
//! many with room for everybody.

use std::collections::HashMap;

use chrono::{Duration, Utc};
use domain::account::entity::{contact, person};
use domain::account::{ContactKind, PersonState};
use domain::centre::{Centre, Settings};
use domain::clock::Clock;
use domain::course::entity::{class_session, course, run};
use domain::language::Language;
use domain::space::entity::{seat, space};
use futures::{StreamExt, TryStreamExt};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, DatabaseConnection, EntityTrait, IntoActiveModel, TransactionTrait,
};
use server::session::{COOKIE, Sessions};
use tests::programme;
use tower_sessions::SessionStore;
use tower_sessions::session::{Id, Record};
use uuid::Uuid;
use web::ask::PERSON;

use crate::Failure;

/// Seats of the room, and capacity of every run.
pub const SEATS: usize = 50;

pub struct Seeded {
    pub people: Vec<Person>,
    /// The run everybody wants.
    pub wanted: Run,
    /// So many that everybody gets a seat: the person of index `i` takes one of number `i % many.len()`.
    pub many: Vec<Run>,
}

pub struct Person {
    pub id: Uuid,
    pub name: String,
    /// The `Cookie` header of the browser at which they are signed in.
    pub cookie: String,
}

#[derive(Clone)]
pub struct Run {
    pub id: Uuid,
    pub title: String,
    pub path: String,
}

/// The code's first letters of the runs with room for everybody.
pub const MANY: &str = "MANY-";

/// How many titles the runs share.
const COURSES: usize = 20;

/// Rows in one statement; SQLite takes 32,766 values at most.
pub const ROWS: usize = 1_000;

/// How many sessions are written at once, so that they share syncs where the database can.
const AT_ONCE: usize = 8;

pub fn clock() -> Clock {
    Clock::new(Utc::now)
}

pub async fn seed(db: &DatabaseConnection, people: usize) -> Result<Seeded, Failure> {
    let clock = clock();
    let room = add_room(db, &clock).await?;
    let courses = add_courses(db, &clock).await?;
    let mut runs = Vec::new();
    runs.push(add_run(db, &clock, &courses[0], room, "RUSH-001").await?);
    for number in 0..people.div_ceil(SEATS) {
        let course = &courses[number % courses.len()];
        runs.push(add_run(db, &clock, course, room, &format!("{MANY}{number:03}")).await?);
    }
    let people = add_people(db, &clock, people).await?;
    let many = runs.split_off(1);
    Ok(Seeded { people, wanted: runs.remove(0), many })
}

async fn add_room(db: &DatabaseConnection, clock: &Clock) -> Result<Uuid, Failure> {
    let row = space::ActiveModel {
        name: Set("평생스마트교육장 강의실(통합)".into()),
        ..programme::room(clock, "hall", u32::try_from(SEATS)?)
    };
    let id = *row.id.as_ref();
    space::Entity::insert(row).exec_without_returning(db).await?;
    let seats = (0..u32::try_from(SEATS)?).map(|number| {
        programme::chair(clock, id, number / 6 + 1, number % 6 + 1, number as usize + 2 >= SEATS)
    });
    seat::Entity::insert_many(seats).exec_without_returning(db).await?;
    Ok(id)
}

async fn add_courses(db: &DatabaseConnection, clock: &Clock) -> Result<Vec<course::Model>, Failure> {
    let mut courses = Vec::new();
    for number in 1..=COURSES {
        let course = course::Model {
            learn: "사진을 찍어 보내고, 길을 찾고, 표를 예매하는 법을 천천히 익힙니다.".into(),
            who_for: "스마트폰을 처음 쓰시는 분".into(),
            materials: "쓰시는 스마트폰을 가져오세요.".into(),
            fee: "무료".into(),
            ..programme::course(clock, format!("스마트폰 기초 활용 {number}"))
        };
        let row = course.clone().into_active_model().reset_all();
        course::Entity::insert(row).exec_without_returning(db).await?;
        courses.push(course);
    }
    Ok(courses)
}

/// A run whose window opened an hour ago, with eight classes in the next month.
async fn add_run(
    db: &DatabaseConnection,
    clock: &Clock,
    course: &course::Model,
    room: Uuid,
    code: &str,
) -> Result<Run, Failure> {
    let now = clock.now();
    let row = run::Model {
        weekdays: "tue thu".into(),
        starts: Some("10:00".into()),
        ends: Some("12:00".into()),
        session_count: 8,
        minutes: 960,
        capacity: i32::try_from(SEATS)?,
        apply_from: Some(now - Duration::hours(1)),
        apply_until: Some(now + Duration::days(20)),
        ..programme::run(clock, code, course.id, Some(room))
    };
    let id = row.id;
    run::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(db).await?;
    let starts = |number| now + Duration::days(27 + 3 * i64::from(number));
    let classes = (1..=8).map(|number| programme::class(clock, id, number, starts(number)));
    class_session::Entity::insert_many(classes).exec_without_returning(db).await?;
    Ok(Run { id, title: course.title.clone(), path: format!("/courses/{code}") })
}

/// Everybody has an e-mail address: text messages wait for the morning, and what is measured must not depend on
/// the hour.
pub async fn add_people(
    db: &DatabaseConnection,
    clock: &Clock,
    count: usize,
) -> Result<Vec<Person>, Failure> {
    let now = clock.now();
    let new: Vec<person::Model> = (0..count)
        .map(|number| person::Model {
            id: clock.id(),
            name: format!("홍길동{number}"),
            latin_name: None,
            language: Language::Ko,
            birth_year: None,
            sex: None,
            neighbourhood: None,
            group_name: None,
            made_staff: false,
            password_hash: None,
            state: PersonState::Active,
            created_at: now,
        })
        .collect();
    let tx = db.begin().await?;
    for some in new.chunks(ROWS) {
        let people = some.iter().cloned().map(|row| row.into_active_model().reset_all());
        person::Entity::insert_many(people).exec_without_returning(&tx).await?;
        let contacts = some.iter().map(|person| contact::ActiveModel {
            id: Set(clock.id()),
            person_id: Set(person.id),
            kind: Set(ContactKind::Email),
            address: Set(format!("{}@example.kr", person.id.simple())),
            confirmed_at: Set(Some(now)),
        });
        contact::Entity::insert_many(contacts).exec_without_returning(&tx).await?;
    }
    tx.commit().await?;
    let sessions = Sessions::new(Centre::new(db.clone(), clock.clone(), Settings::default()));
    let signed_in = futures::stream::iter(new).map(|person| sign_in(&sessions, person)).buffered(AT_ONCE);
    signed_in.try_collect().await
}

async fn sign_in(sessions: &Sessions, person: person::Model) -> Result<Person, Failure> {
    let data = HashMap::from([(PERSON.to_owned(), serde_json::json!(person.id))]);
    let mut record = Record { id: Id::default(), data, expiry_date: time::OffsetDateTime::now_utc() };
    sessions.create(&mut record).await?;
    Ok(Person { id: person.id, name: person.name, cookie: format!("{COOKIE}={}", record.id) })
}
