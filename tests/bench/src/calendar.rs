//! The calendar over ten years of history: a week's view, the clash check in it, and an afternoon that many want.

use std::collections::HashMap;
use std::time::Duration;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use domain::centre::begin;
use domain::seoul;
use domain::space::diary::{Diary, Holding, Wanted, hold, is_clash};
use domain::space::entity::occupation;
use domain::space::{Holder, Slot};
use domain::studio::entity::booking;
use hyper::{StatusCode, header};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, Statement,
};
use serde::{Deserialize, Serialize};
use server::database;
use tokio::time::Instant;
use uuid::Uuid;

use crate::decade::{BOOKERS, DOMAIN, Decade, Room, at, booked, find_rooms, saturday_after};
use crate::ground::{self, Disk, Ground, Place};
use crate::load::{Answer, Asked, Connection, by_kind, form, milliseconds, page, quantile, volley};
use crate::process::{Process, ask};
use crate::report::{Report, Samples};
use crate::{Failure, Scale, seed};

/// How often the same is asked for in one round, one after the other.
const TIMES: usize = 50;

/// The afternoon, in minutes: from 13:00 in half hours until 18:00.
const FIRST: i64 = 13 * 60;
const HALF_HOURS: i64 = 10;

pub async fn measure(ground: &Ground<Decade>, scale: &Scale, report: &mut Report) -> Result<(), Failure> {
    let mut rounds = Rounds::default();
    for _ in 0..scale.rounds {
        if ground.disk == Disk::Plain {
            rounds.look(ground).await?;
        }
        rounds.book(ground).await?;
    }
    rounds.report(ground, report);
    Ok(())
}

#[derive(Default)]
struct Rounds {
    week: Vec<f64>,
    rows_of_week: Vec<f64>,
    check: Vec<f64>,
    rows_of_check: Vec<f64>,
    afternoon: Vec<f64>,
    rows_of_afternoon: Vec<f64>,
}

impl Rounds {
    /// Reads a week as somebody of the office does, and as the database alone would.
    async fn look(&mut self, ground: &Ground<Decade>) -> Result<(), Failure> {
        let decade = &ground.seeded;
        let place = ground.fresh()?;
        let server = serve(&place).await?;
        let path = format!("/calendar?view=week&on={}", decade.monday);
        let mut connection = Connection::open(server.address).await?;
        let mut times = Vec::new();
        for _ in 0..TIMES {
            let request = page(server.address, &path, Some(&decade.bookers[0].cookie));
            let answer = connection.send(request).await?;
            if answer.status != StatusCode::OK {
                return Err(format!("{path} answered {}", answer.status).into());
            }
            let text = std::str::from_utf8(&answer.body)?;
            if let Some(missing) = decade.codes.iter().find(|code| !text.contains(code.as_str())) {
                return Err(format!("{path}: {missing} is not on the page").into());
            }
            times.push(answer.took());
        }
        server.stop().await?;
        self.week.push(milliseconds(quantile(times, 0.5)));

        let db = place.connect().await?;
        let span = Slot { starts_at: at(decade.monday, 0), ends_at: at(decade.monday + Days::new(7), 0) };
        let mut found = 0;
        let (mut rows, mut checks, mut rows_of_check) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..TIMES {
            let begun = Instant::now();
            found = select(&db, "booking", span).await? + select(&db, "class_session", span).await?;
            rows.push(begun.elapsed());
            let begun = Instant::now();
            clashes(&db, &decade.rooms, span).await?;
            checks.push(begun.elapsed());
            let begun = Instant::now();
            select(&db, "occupation", span).await?;
            rows_of_check.push(begun.elapsed());
        }
        db.close().await?;
        must_be("rows of the week", found, decade.codes.len())?;
        eprintln!("  calendar: {TIMES} x 200, each with all {found} entries");
        self.rows_of_week.push(milliseconds(quantile(rows, 0.5)));
        self.check.push(milliseconds(quantile(checks, 0.5)));
        self.rows_of_check.push(milliseconds(quantile(rows_of_check, 0.5)));
        Ok(())
    }

    /// Everybody books at the same instant; then the same rows one transaction after the other, which only the guards
    /// refuse.
    async fn book(&mut self, ground: &Ground<Decade>) -> Result<(), Failure> {
        let decade = &ground.seeded;
        let place = ground.fresh()?;
        let server = serve(&place).await?;
        let connections = Connection::open_all(server.address, decade.bookers.len()).await?;
        let forms = (0..).zip(&decade.bookers).map(|(number, person)| {
            let wish = Wished::of(decade.saturday, number);
            form(
                server.address,
                "/studio/new",
                Some(&person.cookie),
                wish.fields(&decade.rooms[wish.room].code),
            )
        });
        let forms: Vec<Asked> = forms.collect();
        let answers = volley(connections, forms).await?;
        let kinds = by_kind(&answers);
        server.stop().await?;
        check(&place, decade, &answers).await?;
        eprintln!("  calendar, {BOOKERS} at once: {kinds}, as the rows have it");
        let last = answers.iter().map(Answer::took).max().unwrap_or_default();
        self.afternoon.push(milliseconds(last));
        let rows: Afternoon = serde_json::from_str(&ask("afternoon", &[&ground.fresh()?]).await?)?;
        must_be("rows that the guards let through", rows.held, BOOKERS / 2)?;
        self.rows_of_afternoon.push(rows.milliseconds);
        Ok(())
    }

    fn report(self, ground: &Ground<Decade>, report: &mut Report) {
        let figures = [
            ("a week of ten rooms, beside its rows", self.week, self.rows_of_week),
            ("the clash check of that week, beside its rows", self.check, self.rows_of_check),
            (
                "200 book one afternoon, beside a bare transaction each",
                self.afternoon,
                self.rows_of_afternoon,
            ),
        ];
        for (figure, values, beside) in figures {
            report.add(ground.setting("calendar"), Samples::alone(figure, "ms", values).beside(beside));
        }
    }
}

async fn serve(place: &Place) -> Result<Process, Failure> {
    let settings =
        [format!("staff_domains=[\"{DOMAIN}\"]"), format!("studio.approved_at_once=[\"@{DOMAIN}\"]")];
    Process::serve_with(place, &settings).await
}

/// How many rows of a table lie in a span, all of them fetched.
async fn select(db: &DatabaseConnection, table: &str, span: Slot) -> Result<usize, Failure> {
    let sql = format!("SELECT * FROM {table} WHERE starts_at > $1 AND starts_at < $2 AND ends_at > $3");
    let values: [DateTime<Utc>; 3] = [span.starts_at - Slot::LONGEST, span.ends_at, span.starts_at];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values.map(Into::into));
    Ok(db.query_all_raw(statement).await?.len())
}

/// Asks for every room at the first hour of the week, and finds each of them held.
async fn clashes(db: &DatabaseConnection, rooms: &[Room], span: Slot) -> Result<(), Failure> {
    let diary = Diary::load(db, span).await?;
    let starts_at = span.starts_at + TimeDelta::hours(9);
    let slot = Slot { starts_at, ends_at: starts_at + TimeDelta::hours(1) };
    for room in rooms {
        let wanted = Wanted { slot, leaves: vec![room.id], things: Vec::new(), people: Vec::new() };
        must_be("clashes", diary.clashes(&wanted).len(), 1)?;
    }
    Ok(())
}

/// What the one of this number wants; two want the same.
struct Wished {
    room: usize,
    slot: Slot,
}

impl Wished {
    fn of(saturday: NaiveDate, number: usize) -> Self {
        let half_hour = i64::try_from(number / 2).unwrap_or_default() % HALF_HOURS;
        let starts_at = at(saturday, FIRST + 30 * half_hour);
        Self {
            room: number / 2 / usize::try_from(HALF_HOURS).unwrap_or(1),
            slot: Slot { starts_at, ends_at: starts_at + TimeDelta::minutes(30) },
        }
    }

    fn fields(&self, room: &str) -> String {
        let (from, until) = (seoul::wall(self.slot.starts_at), seoul::wall(self.slot.ends_at));
        format!(
            "key={}&place={room}&kind=other&purpose=meeting&in_charge=Hong&date={}&start={}&end={}",
            seed::clock().id(),
            from.date(),
            from.format("%H:%M"),
            until.format("%H:%M"),
        )
    }
}

/// Compares answers with rows: half have what they wanted, each 303 leads to that person's own booking, which holds its
/// room; nobody else has one.
async fn check(place: &Place, decade: &Decade, answers: &[Answer]) -> Result<(), Failure> {
    let db = place.connect().await?;
    let from = at(decade.saturday, 0);
    let rows = booking::Entity::find().filter(booking::Column::PersonId.is_not_null()).all(&db).await?;
    let of_person: HashMap<Uuid, &booking::Model> =
        rows.iter().filter_map(|row| Some((row.person_id?, row))).collect();
    let held = occupation::Entity::find()
        .filter(occupation::Column::StartsAt.gte(from))
        .filter(occupation::Column::EndsAt.lte(from + TimeDelta::days(1)))
        .order_by_asc(occupation::Column::StartsAt)
        .all(&db)
        .await?;
    db.close().await?;
    let mut accepted = 0;
    for (person, answer) in decade.bookers.iter().zip(answers) {
        let row = of_person.get(&person.id);
        match answer.status {
            StatusCode::SEE_OTHER => {
                accepted += 1;
                let row = row.ok_or("somebody was told of a booking without a row")?;
                let told = answer.headers.get(header::LOCATION).and_then(|to| to.to_str().ok());
                if told != Some(&format!("/studio/{}?done=own", row.code)) {
                    return Err(
                        format!("somebody was sent to {told:?}, their booking is {}", row.code).into()
                    );
                }
                must_be("rooms it holds", held.iter().filter(|it| it.holder_id == row.id).count(), 1)?;
            }
            StatusCode::CONFLICT if row.is_none() => {}
            status => return Err(format!("{status} for somebody whose row is {row:?}").into()),
        }
    }
    must_be("bookings", accepted, BOOKERS / 2)?;
    must_be("rooms held", held.len(), accepted)
}

fn must_be(what: &str, is: usize, must: usize) -> Result<(), Failure> {
    if is == must { Ok(()) } else { Err(format!("{what}: {is} instead of {must}").into()) }
}

/// What bare transactions came to.
#[derive(Serialize, Deserialize)]
pub struct Afternoon {
    milliseconds: f64,
    held: usize,
}

/// The same wishes as bare rows: a transaction each, one after the other, in which nothing looks before it writes.
pub async fn bare(url: &str) -> Result<Afternoon, Failure> {
    let db = database::connect(&ground::parse(url)).await?;
    let (clock, rooms) = (seed::clock(), find_rooms(&db).await?);
    let saturday = saturday_after(seoul::day(clock.now()));
    let begun = Instant::now();
    let mut held = 0;
    for number in 0..BOOKERS {
        let Wished { room, slot } = Wished::of(saturday, number);
        let (room, code) = (rooms[room].id, format!("B-{number:03}"));
        let row = booked(&clock, &code, room, slot, false);
        let wanted = Wanted { slot, leaves: vec![room], things: Vec::new(), people: Vec::new() };
        let holding = Holding { holder: Holder::Booking, holder_id: row.id, code, wanted };
        let tx = begin(&db).await?;
        booking::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(&tx).await?;
        match hold(&tx, &clock, &[holding]).await {
            Ok(()) => {
                tx.commit().await?;
                held += 1;
            }
            Err(error) if is_clash(&error) => tx.rollback().await?,
            Err(error) => return Err(error.into()),
        }
    }
    let took: Duration = begun.elapsed();
    db.close().await?;
    Ok(Afternoon { milliseconds: milliseconds(took), held })
}
