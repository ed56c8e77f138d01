//! Rooms, runs and people written straight into the rows, for tests that need many of them and none of their pages.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, Utc};
use domain::account::entity::{contact, person};
use domain::account::{ContactKind, PersonState};
use domain::centre::Centre;
use domain::clock::Clock;
use domain::course::entity::{class_session, course, run};
use domain::course::{Audience, Category, ClassState, Mode, RunState, Selection, Weekdays, search_key};
use domain::language::Language;
use domain::seoul;
use domain::space::SpaceKind;
use domain::space::entity::{seat, space};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel};
use uuid::Uuid;

/// The code of a room's seat, from 1.
pub fn seat_code(number: u32) -> String {
    format!("1-{number:02}")
}

/// A run's code that no other has.
pub fn new_code(centre: &Centre) -> String {
    let id = centre.clock().id().simple().to_string().to_uppercase();
    // The beginning of an id is only the time.
    format!("R-{}", &id[14..])
}

/// A classroom that has long been in use.
pub fn room(clock: &Clock, code: &str, seats: u32) -> space::ActiveModel {
    space::ActiveModel {
        id: Set(clock.id()),
        code: Set(code.into()),
        name: Set(format!("강의실 {code}")),
        kind: Set(SpaceKind::Classroom),
        seats: Set(i32::try_from(seats).ok()),
        in_use_from: Set(NaiveDate::MIN.with_year(2020).expect("a day")),
        ..Default::default()
    }
}

pub fn chair(clock: &Clock, room: Uuid, line: u32, position: u32, accessible: bool) -> seat::ActiveModel {
    let count = |number| i32::try_from(number).expect("few");
    seat::ActiveModel {
        id: Set(clock.id()),
        space_id: Set(room),
        code: Set(format!("{line}-{position:02}")),
        line: Set(count(line)),
        position: Set(count(position)),
        accessible: Set(accessible),
        out_of_service: Set(None),
    }
}

/// A course with nothing but its title.
pub fn course(clock: &Clock, title: String) -> course::Model {
    course::Model {
        id: clock.id(),
        search: search_key(&title),
        title,
        title_en: None,
        category: Category::Basic,
        audience: Audience::Resident,
        learn: String::new(),
        who_for: String::new(),
        materials: String::new(),
        fee: String::new(),
        version: 1,
    }
}

/// A published run of four places and one class, given out first come first served, in a room or else online. When one
/// may apply is still to be said.
pub fn run(clock: &Clock, code: &str, course: Uuid, room: Option<Uuid>) -> run::Model {
    run::Model {
        id: clock.id(),
        code: code.into(),
        course_id: course,
        mode: if room.is_some() { Mode::InPerson } else { Mode::Online },
        space_id: room,
        instructor: "강사01".into(),
        instructor_id: None,
        first_date: None,
        weekdays: String::new(),
        starts: None,
        ends: None,
        session_count: 1,
        minutes: 120,
        capacity: 4,
        selection: Selection::FirstCome,
        apply_from: None,
        apply_until: None,
        cancel_until: None,
        offer_minutes: None,
        enrolled: None,
        minimum_people: None,
        minimum_at: None,
        minimum_kept_at: None,
        minimum_kept_by: None,
        state: RunState::Published,
        version: 1,
        created_at: clock.now(),
    }
}

/// A planned class of two hours.
pub fn class(clock: &Clock, run: Uuid, number: i32, starts: DateTime<Utc>) -> class_session::ActiveModel {
    class_session::ActiveModel {
        id: Set(clock.id()),
        run_id: Set(run),
        number: Set(number),
        starts_at: Set(starts),
        ends_at: Set(starts + TimeDelta::hours(2)),
        minutes: Set(120),
        state: Set(ClassState::Planned),
        moved: Set(false),
        reason: Set(None),
        set_up: Set(0),
        strike: Set(0),
    }
}

/// A room with one line of seats, the last of them for wheelchairs.
pub async fn add_room(centre: &Centre, code: &str, seats: u32) -> Uuid {
    let (clock, db) = (centre.clock(), centre.database());
    let row = room(clock, code, seats);
    let id = *row.id.as_ref();
    space::Entity::insert(row).exec_without_returning(db).await.expect("adding a room");
    let chairs = (1..=seats).map(|number| chair(clock, id, 1, number, number == seats));
    seat::Entity::insert_many(chairs).exec_without_returning(db).await.expect("adding seats");
    id
}

/// When a run meets, once, and when one may apply for it.
#[derive(Clone, Copy, Debug)]
pub struct Dates {
    pub day: NaiveDate,
    pub starts: NaiveTime,
    pub ends: NaiveTime,
    pub apply_from: DateTime<Utc>,
    pub apply_until: DateTime<Utc>,
}

impl Dates {
    /// Two hours in the morning of a day, open from today on until then.
    pub fn on(day: NaiveDate, today: DateTime<Utc>) -> Self {
        let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).expect("an hour");
        let apply_from = today - TimeDelta::hours(2);
        Self { day, starts: hour(10), ends: hour(12), apply_from, apply_until: seoul::midnight(day) }
    }
}

/// A published run of a course of its own, made from a pattern, so that it can be edited; `change` makes it another.
pub async fn add_run(
    centre: &Centre,
    code: &str,
    room: Option<Uuid>,
    dates: Dates,
    change: impl FnOnce(&mut run::Model),
) -> Uuid {
    let clock = centre.clock();
    let course = course(clock, format!("강좌 {code}"));
    let weekday = Weekdays::all().find(|(_, day)| *day == dates.day.weekday()).expect("a weekday").0;
    let time = |time: NaiveTime| Some(time.format("%H:%M").to_string());
    let mut run = run::Model {
        instructor: format!("강사 {code}"),
        first_date: Some(dates.day),
        weekdays: weekday.into(),
        starts: time(dates.starts),
        ends: time(dates.ends),
        apply_from: Some(dates.apply_from),
        apply_until: Some(dates.apply_until),
        ..run(clock, code, course.id, room)
    };
    change(&mut run);
    let id = run.id;
    let instant = |time| seoul::instant(dates.day.and_time(time)).expect("a time in Seoul");
    let class = class_session::ActiveModel {
        ends_at: Set(instant(dates.ends)),
        ..class(clock, id, 1, instant(dates.starts))
    };
    add(centre, course, run, vec![class]).await;
    id
}

/// Writes a course and its one run.
pub async fn add(
    centre: &Centre,
    course: course::Model,
    run: run::Model,
    classes: Vec<class_session::ActiveModel>,
) {
    let db = centre.database();
    let course = course.into_active_model().reset_all();
    course::Entity::insert(course).exec_without_returning(db).await.expect("adding a course");
    let run = run.into_active_model().reset_all();
    run::Entity::insert(run).exec_without_returning(db).await.expect("adding a run");
    class_session::Entity::insert_many(classes).exec_without_returning(db).await.expect("adding classes");
}

/// So many people with a confirmed e-mail address each.
pub async fn add_people(centre: &Centre, count: usize) -> Vec<Uuid> {
    let (clock, db) = (centre.clock(), centre.database());
    let ids: Vec<Uuid> = (0..count).map(|_| clock.id()).collect();
    // Below the number of values that SQLite takes in one statement.
    for ids in ids.chunks(1_000) {
        let people = ids.iter().map(|id| person::ActiveModel {
            id: Set(*id),
            name: Set("홍길동".into()),
            language: Set(Language::Ko),
            made_staff: Set(false),
            state: Set(PersonState::Active),
            created_at: Set(clock.now()),
            ..Default::default()
        });
        person::Entity::insert_many(people).exec_without_returning(db).await.expect("adding people");
        let contacts = ids.iter().map(|id| contact::ActiveModel {
            id: Set(clock.id()),
            person_id: Set(*id),
            kind: Set(ContactKind::Email),
            address: Set(format!("{}@example.kr", id.simple())),
            confirmed_at: Set(Some(clock.now())),
        });
        contact::Entity::insert_many(contacts).exec_without_returning(db).await.expect("adding addresses");
    }
    ids
}
