//! An upgrade carries the sums of erased people over: figures of before m0026, where each mark stood by itself, are the same
//! in a database of today.

use chrono::{NaiveDate, TimeDelta, Utc};
use domain::account::entity::person;
use domain::account::{PersonState, Sex};
use domain::attendance::entity::mark;
use domain::attendance::{MarkWay, Presence};
use domain::clock::Clock;
use domain::course::ClassState;
use domain::course::entity::{class_session, course, run};
use domain::language::Language;
use domain::registration::State;
use domain::registration::entity::application;
use domain::statistics::{Counts, Dimension, Key, Question, fact};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ConnectionTrait, DatabaseConnection, EntityTrait, IntoActiveModel,
};
use server::database;
use tests::house::House;
use tests::{Engine, programme};
use uuid::Uuid;

use crate::rush;

/// What stood in the old tables of somebody who had taken part in a run, as SQL says it.
struct Part {
    sex: &'static str,
    waited: &'static str,
    placed: &'static str,
    ended: &'static str,
    /// By the number of the class: presence, minutes, whether it was without a word.
    marks: &'static [(i32, &'static str, i32, bool)],
}

const NEVER: &str = "NULL";

const PARTS: [Part; 6] = [
    // The second class was made shorter after it was marked.
    Part {
        sex: "female",
        waited: NEVER,
        placed: "'2021-01-12'",
        ended: NEVER,
        marks: &[(1, "present", 120, false), (2, "present", 150, false)],
    },
    Part {
        sex: "female",
        waited: NEVER,
        placed: "'2021-01-12'",
        ended: NEVER,
        marks: &[(1, "absent", 0, true), (2, "late", 100, false), (3, "present", 120, false)],
    },
    // Moved up after the last class: it counts from the day on which they were enrolled.
    Part {
        sex: "female",
        waited: "'2021-01-13'",
        placed: "'2021-01-29'",
        ended: NEVER,
        marks: &[(2, "left_early", 60, false)],
    },
    // Who leaves midway was there.
    Part {
        sex: "male",
        waited: NEVER,
        placed: "'2021-01-12'",
        ended: "'2021-01-22'",
        marks: &[(1, "present", 120, false)],
    },
    Part { sex: "male", waited: NEVER, placed: "'2021-01-12'", ended: "'2021-01-15'", marks: &[] },
    Part { sex: "male", waited: "'2021-01-14'", placed: NEVER, ended: NEVER, marks: &[] },
];

/// A run of two classes and one that was cancelled, somebody who says nothing of themselves, and the parts.
async fn write_old_rows(db: &DatabaseConnection, clock: &Clock) {
    let course = programme::course(clock, "강좌".into());
    let run = programme::run(clock, "R-1", course.id, None);
    let (run_id, first) = (run.id, "2021-01-20T10:00:00+09:00".parse::<chrono::DateTime<Utc>>().unwrap());
    course::Entity::insert(course.into_active_model()).exec_without_returning(db).await.unwrap();
    // What has come into the table since.
    let run = run::ActiveModel {
        minimum_people: NotSet,
        minimum_at: NotSet,
        minimum_kept_at: NotSet,
        minimum_kept_by: NotSet,
        ..run.into_active_model()
    };
    run::Entity::insert(run).exec_without_returning(db).await.unwrap();
    let mut classes = Vec::new();
    for number in 1..=3 {
        let state = if number == 3 { ClassState::Cancelled } else { ClassState::Planned };
        let starts = first + TimeDelta::days(7 * i64::from(number - 1));
        let class = class_session::ActiveModel {
            state: Set(state),
            ..programme::class(clock, run_id, number, starts)
        };
        classes.push(*class.id.as_ref());
        class_session::Entity::insert(class).exec_without_returning(db).await.unwrap();
    }
    let known = person::ActiveModel {
        id: Set(clock.id()),
        name: Set("홍길동".into()),
        language: Set(Language::Ko),
        made_staff: Set(false),
        state: Set(PersonState::Active),
        created_at: Set(first),
        ..Default::default()
    };
    let application = application::Model {
        id: clock.id(),
        run_id,
        person_id: *known.id.as_ref(),
        state: State::Booked,
        stamp: 1,
        request_key: clock.id(),
        seat_id: None,
        admission: Some(1),
        offer_until: None,
        entered_by: None,
        applied_at: first - TimeDelta::days(7),
    };
    let there = mark::Model {
        class_session_id: classes[0],
        application_id: application.id,
        presence: Presence::Present,
        missed: 0,
        minutes: 120,
        way: MarkWay::Sheet,
        made_at: first,
        arrived_at: first,
        by_id: None,
    };
    person::Entity::insert(known).exec_without_returning(db).await.unwrap();
    application::Entity::insert(application.into_active_model()).exec_without_returning(db).await.unwrap();
    mark::Entity::insert(there.into_active_model()).exec_without_returning(db).await.unwrap();
    let id = |id: Uuid| match db.get_database_backend() {
        sea_orm::DbBackend::Postgres => format!("'{id}'"),
        _ => format!("x'{}'", id.simple()),
    };
    for Part { sex, waited, placed, ended, marks } in &PARTS {
        let (part, number) = (id(clock.id()), id(clock.id()));
        let how = if *ended == NEVER { NEVER } else { "'cancelled'" };
        let sql = format!(
            "INSERT INTO anonymous_part (id, number, run_id, sex, age, waited, placed, ended, how)
             VALUES ({part}, {number}, {}, '{sex}', 70, {waited}, {placed}, {ended}, {how})",
            id(run_id)
        );
        db.execute_unprepared(&sql).await.unwrap();
        for (number, presence, minutes, no_show) in *marks {
            let class = id(classes[*number as usize - 1]);
            let sql = format!(
                "INSERT INTO anonymous_mark (part_id, class_session_id, presence, minutes, no_show)
                 VALUES ({part}, {class}, '{presence}', {minutes}, {no_show})"
            );
            db.execute_unprepared(&sql).await.unwrap();
        }
    }
}

async fn what_stood_before_is_counted_as_it_was(engine: Engine) {
    let house = House::before(engine, "m0026_unlinked").await;
    let connection = database::connect(house.database()).await.unwrap();
    write_old_rows(&connection, &Clock::new(Utc::now)).await;
    database::migrate(&connection).await.unwrap();
    connection.close().await.unwrap();
    house
        .look(async |centre| {
            let by_sex = async |as_of: &str, sex: Sex| -> Counts {
                let (first, last): (NaiveDate, NaiveDate) =
                    ("2021-01-01".parse().unwrap(), "2021-12-31".parse().unwrap());
                let facts = fact::load(centre, (first, last), as_of.parse().unwrap()).await.unwrap();
                let question =
                    Question { first, last, only: Vec::new(), rows: Dimension::Sex, columns: None };
                facts.table(&question).cell(Some(Key::Sex(Some(sex))), None)
            };
            let women = by_sex("2021-03-01", Sex::Female).await;
            assert_eq!((women.enrolled, women.people, women.attended, women.no_shows), (3, 3, 3, 1));
            assert_eq!((women.attended_minutes, women.planned_minutes), (120 + 120 + 100 + 60, 3 * 240));
            let men = by_sex("2021-03-01", Sex::Male).await;
            assert_eq!((men.enrolled, men.attended, men.no_shows), (1, 1, 0));
            assert_eq!((men.attended_minutes, men.planned_minutes), (120, 240));
            assert_eq!((men.waiting, men.given_up), (1, 1));
            // Of whoever moved up after the last class nothing counts before.
            assert_eq!(by_sex("2021-01-28", Sex::Female).await.attended_minutes, 120 + 120 + 100);
        })
        .await;
}

#[test]
fn the_sums_of_erased_people_are_carried_over_on_sqlite() {
    rush::run(what_stood_before_is_counted_as_it_was(Engine::Sqlite));
}

#[test]
fn the_sums_of_erased_people_are_carried_over_on_postgres() {
    rush::run(what_stood_before_is_counted_as_it_was(Engine::Postgres));
}
