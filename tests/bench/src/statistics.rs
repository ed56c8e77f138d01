//! The figures over ten years of the centre: every page and the whole workbook, beside one raw scan of the marks.

use chrono::{DateTime, Days, TimeDelta, Utc};
use domain::account::entity::{duty, person};
use domain::account::{Duty, Neighbourhood, Sex};
use domain::attendance::entity::mark;
use domain::attendance::{MarkWay, Presence};
use domain::clock::Clock;
use domain::course::entity::{class_session, course, run};
use domain::course::{Audience, Category, Mode};
use domain::registration::State;
use domain::registration::entity::application;
use domain::seoul;
use hyper::StatusCode;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ConnectionTrait, DatabaseConnection, EntityTrait, IntoActiveModel,
    Statement, TransactionTrait,
};
use tests::programme;
use tokio::time::Instant;
use uuid::Uuid;

use crate::ground::{Ground, Place};
use crate::load::{Connection, milliseconds, page, quantile};
use crate::process::Process;
use crate::report::{Report, Samples};
use crate::seed::{Person, add_people, clock};
use crate::{Failure, Scale};

/// What ten years hold, by full numbers: 1,500 runs of ten classes, 27 people in each, who come to all of them.
pub const RUNS: usize = 1_500;
const CLASSES: usize = 10;
const IN_A_RUN: usize = 27;
/// People in all for each three runs, so that full numbers make 20,000.
const PEOPLE_OF_THREE: usize = 40;

/// How often the same is asked for in one round, one after the other.
const TIMES: usize = 5;

const PAGES: [(&str, &str); 6] = [
    ("a year by month", "/manage/statistics"),
    ("ten years by year", "/manage/statistics?from=2000-01-01&until=2100-12-31&rows=year"),
    (
        "ten years by age and sex",
        "/manage/statistics?from=2000-01-01&until=2100-12-31&rows=age&columns=sex&measure=people",
    ),
    ("plan against result", "/manage/statistics/plan"),
    ("the work report", "/manage/statistics/report"),
    ("what everybody sees", "/figures"),
];

/// What is asked before anything is measured: figures that are quick and wrong are worth nothing.
const TOTAL: &str = "/manage/statistics.csv?from=2000-01-01&until=2100-12-31&rows=year";

const WORKBOOK: &str = "/manage/statistics.xlsx?from=2000-01-01&until=2100-12-31";

/// Rows of one statement.
const ROWS: usize = 500;

pub struct TenYears {
    manager: Person,
}

pub async fn seed(db: &DatabaseConnection, runs: usize) -> Result<TenYears, Failure> {
    let clock = clock();
    let now = clock.now();
    let mut people = add_people(db, &clock, (runs * PEOPLE_OF_THREE / 3).max(IN_A_RUN) + 1).await?;
    let manager = people.pop().ok_or("nobody")?;
    let row = duty::ActiveModel {
        person_id: Set(manager.id),
        name: Set(Duty::TrainingManager),
        granted_at: Set(now),
        granted_by: Set(None),
    };
    duty::Entity::insert(row).exec_without_returning(db).await?;
    describe(db, &people).await?;
    let courses = add_courses(db, &clock).await?;
    let mut stamp = 0;
    for number in 0..runs {
        let begins = now - TimeDelta::minutes(i64::try_from(10 * 365 * 24 * 60 * (runs - number) / runs)?);
        let course = &courses[number % courses.len()];
        stamp = add_run(db, &clock, course, number, begins, &people, stamp).await?;
    }
    Ok(TenYears { manager })
}

/// Two of three say something of themselves.
async fn describe(db: &DatabaseConnection, people: &[Person]) -> Result<(), Failure> {
    let tx = db.begin().await?;
    for (index, who) in people.iter().enumerate().filter(|(index, _)| index % 3 != 0) {
        let row = person::ActiveModel {
            id: Set(who.id),
            birth_year: Set(Some(1930 + i32::try_from(index % 70)?)),
            sex: Set(Some(if index % 5 < 3 { Sex::Female } else { Sex::Male })),
            neighbourhood: Set(Some(Neighbourhood::ALL[index % Neighbourhood::ALL.len()])),
            ..Default::default()
        };
        row.update(&tx).await?;
    }
    Ok(tx.commit().await?)
}

async fn add_courses(db: &DatabaseConnection, clock: &Clock) -> Result<Vec<course::Model>, Failure> {
    let mut courses = Vec::new();
    for (number, &category) in Category::ALL.iter().enumerate() {
        let audience = if category == Category::StaffIt { Audience::Staff } else { Audience::Resident };
        let course = course::Model {
            category,
            audience,
            ..programme::course(clock, format!("스마트폰 기초 활용 {number}"))
        };
        let row = course.clone().into_active_model().reset_all();
        course::Entity::insert(row).exec_without_returning(db).await?;
        courses.push(course);
    }
    Ok(courses)
}

/// A run of ten classes in as many days, with all its people and their marks; the last stamp it used.
async fn add_run(
    db: &DatabaseConnection,
    clock: &Clock,
    course: &course::Model,
    number: usize,
    begins: DateTime<Utc>,
    people: &[Person],
    mut stamp: i64,
) -> Result<i64, Failure> {
    let first = seoul::midnight(seoul::day(begins)) + TimeDelta::hours([10, 14, 19][number % 3]);
    let row = run::Model {
        mode: Mode::ALL[number % Mode::ALL.len()],
        instructor: format!("강사{:02}", number % 12),
        first_date: Some(seoul::day(first)),
        session_count: i32::try_from(CLASSES)?,
        minutes: i32::try_from(CLASSES)? * 120,
        capacity: 30,
        created_at: first - TimeDelta::days(40),
        ..programme::run(clock, &format!("T-{number:05}"), course.id, None)
    };
    let run = row.id;
    let tx = db.begin().await?;
    run::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(&tx).await?;
    let classes: Vec<class_session::ActiveModel> = (0..CLASSES as u64)
        .map(|day| programme::class(clock, run, day as i32 + 1, first + Days::new(day)))
        .collect();
    let class_ids: Vec<Uuid> = classes.iter().map(|class| *class.id.as_ref()).collect();
    class_session::Entity::insert_many(classes).exec_without_returning(&tx).await?;
    let mut applications = Vec::new();
    for place in 0..IN_A_RUN {
        stamp += 1;
        let id = clock.id();
        let row = application::ActiveModel {
            id: Set(id),
            run_id: Set(run),
            // Some come again and again, most once.
            person_id: Set(people[(number * 13 + place * place) % people.len()].id),
            state: Set(State::Booked),
            stamp: Set(stamp),
            request_key: Set(id),
            seat_id: Set(None),
            admission: Set(i32::try_from(place + 1).ok()),
            offer_until: Set(None),
            entered_by: Set(None),
            applied_at: Set(first - TimeDelta::days(20)),
        };
        applications.push((id, row));
    }
    let mut seen = std::collections::HashSet::new();
    applications.retain(|(_, row)| seen.insert(*row.person_id.as_ref()));
    let marks: Vec<mark::ActiveModel> = class_ids
        .iter()
        .flat_map(|class| applications.iter().map(move |(application, _)| (*class, *application)))
        .enumerate()
        .map(|(index, (class, application))| {
            let (presence, minutes) =
                if index % 9 == 0 { (Presence::Absent, 0) } else { (Presence::Present, 120) };
            mark::ActiveModel {
                class_session_id: Set(class),
                application_id: Set(application),
                presence: Set(presence),
                missed: Set(0),
                minutes: Set(minutes),
                way: Set(MarkWay::Sheet),
                made_at: Set(first),
                arrived_at: Set(first),
                by_id: Set(None),
            }
        })
        .collect();
    let rows = applications.into_iter().map(|(_, row)| row);
    application::Entity::insert_many(rows).exec_without_returning(&tx).await?;
    for marks in marks.chunks(ROWS) {
        mark::Entity::insert_many(marks.to_vec()).exec_without_returning(&tx).await?;
    }
    tx.commit().await?;
    Ok(stamp)
}

pub async fn measure(ground: &Ground<TenYears>, scale: &Scale, report: &mut Report) -> Result<(), Failure> {
    let mut rounds: Vec<(&'static str, Vec<f64>)> = PAGES
        .iter()
        .map(|(name, _)| (*name, Vec::new()))
        .chain([("the whole workbook", Vec::new())])
        .collect();
    let mut scan = Vec::new();
    for _ in 0..scale.rounds {
        let place = ground.fresh()?;
        let server = Process::serve(&place).await?;
        let mut connection = Connection::open(server.address).await?;
        let total = connection.send(page(server.address, TOTAL, Some(&ground.seeded.manager.cookie))).await?;
        let total = String::from_utf8(total.body.to_vec())?;
        if !total.lines().any(|line| line.starts_with(&format!("합계,{},", scale.runs))) {
            return Err(format!("{} runs are counted otherwise: {total}", scale.runs).into());
        }
        let paths = PAGES.iter().map(|(_, path)| *path).chain([WORKBOOK]);
        for ((_, values), path) in rounds.iter_mut().zip(paths) {
            let mut times = Vec::new();
            for _ in 0..TIMES {
                let request = page(server.address, path, Some(&ground.seeded.manager.cookie));
                let answer = connection.send(request).await?;
                if answer.status != StatusCode::OK {
                    return Err(format!("{path} answered {}", answer.status).into());
                }
                times.push(answer.took());
            }
            values.push(milliseconds(quantile(times, 0.5)));
        }
        server.stop().await?;
        scan.push(scan_marks(&place).await?);
    }
    for (figure, values) in rounds {
        report.add(ground.setting("statistics"), Samples::alone(figure, "ms", values).beside(scan.clone()));
    }
    Ok(())
}

/// One look at every mark, summed by the database alone.
async fn scan_marks(place: &Place) -> Result<f64, Failure> {
    let db = place.connect().await?;
    let mut times = Vec::new();
    for _ in 0..TIMES {
        let sql = "SELECT application_id, SUM(minutes) FROM mark GROUP BY application_id";
        let begun = Instant::now();
        let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
        times.push(begun.elapsed());
        if rows.is_empty() {
            return Err("there are no marks".into());
        }
    }
    db.close().await?;
    Ok(milliseconds(quantile(times, 0.5)))
}
