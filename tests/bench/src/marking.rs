//! The minute in which classes begin: an instructor taps from seat to seat, people check in at the doors of forty rooms, and in
//! the middle of it everybody wants the seats of a run that has just opened.

use std::time::Duration;

use chrono::TimeDelta;
use domain::account::entity::duty;
use domain::account::{Duty, SignedIn};
use domain::attendance::entity::{check_in_code, mark, mark_event};
use domain::attendance::{MarkWay, kiosk};
use domain::centre::{Centre, Settings};
use domain::clock::Clock;
use domain::course::Line;
use domain::course::entity::{class_session, course, run};
use domain::registration::State;
use domain::registration::entity::application;
use domain::space::entity::seat;
use hyper::StatusCode;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseConnection, EntityTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter, QueryOrder,
};
use tests::programme;
use tokio::time::Instant;
use uuid::Uuid;

use crate::ground::{Ground, Place};
use crate::load::{
    Answer, Asked, Connection, by_kind, form, milliseconds, page, quantile, times, visit, volley_over,
};
use crate::process::Process;
use crate::report::{Report, Samples};
use crate::rush::{apply, prepare};
use crate::seed::{Person, SEATS, Seeded, clock};
use crate::{Failure, Scale};

/// People who check in within the minute.
pub const CHECK_INS: usize = 2_000;

/// One after the other, so that full numbers make a minute.
const APART: Duration = Duration::from_millis(30);

/// Before the first tap everybody has been still for so long.
const BEFORE: Duration = Duration::from_millis(300);

/// What there is besides the run that everybody wants.
pub struct Morning {
    seeded: Seeded,
    instructor: Person,
    /// Who sits in the class with the sheet, and where it is.
    sitting: Vec<Uuid>,
    sheet: String,
    /// The numbers of those who check in, each at the kiosk of their class: its cookie.
    arriving: Vec<(String, String)>,
}

/// The class with the sheet, and as many others as those who check in fill; all begin in a minute.
pub async fn seed(db: &DatabaseConnection, people: usize, check_ins: usize) -> Result<Morning, Failure> {
    let clock = clock();
    let seeded = crate::seed::seed(db, people).await?;
    let mut others = crate::seed::add_people(db, &clock, check_ins + SEATS + 2).await?;
    let (instructor, administrator) = (others.pop().ok_or("nobody")?, others.pop().ok_or("nobody")?);
    give(db, &clock, instructor.id, Duty::Instructor).await?;
    give(db, &clock, administrator.id, Duty::Administrator).await?;
    let centre = Centre::new(db.clone(), clock.clone(), Settings::default());
    let by = SignedIn::of_session(&centre, administrator.id).await?.ok_or("nobody is signed in")?;
    let by = by.administrator()?;
    let seats = seat::Entity::find().order_by_asc(seat::Column::Line).order_by_asc(seat::Column::Position);
    let seats: Vec<Uuid> = seats.all(db).await?.into_iter().map(|seat| seat.id).collect();
    let room = seat::Entity::find().one(db).await?.ok_or("a room")?.space_id;
    let course = programme::course(&clock, "아침 수업".into());
    course::Entity::insert(course.clone().into_active_model().reset_all()).exec_without_returning(db).await?;
    let (mut stamp, mut sitting, mut arriving) = (0, Vec::new(), Vec::new());
    for (number, learners) in others.chunks(SEATS).enumerate() {
        let code = format!("MARK-{number:03}");
        let row = run::Model {
            instructor_id: (number == 0).then_some(instructor.id),
            capacity: i32::try_from(SEATS)?,
            ..programme::run(&clock, &code, course.id, Some(room))
        };
        let run = row.id;
        run::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(db).await?;
        let class = programme::class(&clock, run, 1, clock.now() + TimeDelta::minutes(1));
        class_session::Entity::insert(class).exec_without_returning(db).await?;
        let places: Vec<application::ActiveModel> = learners
            .iter()
            .zip(&seats)
            .map(|(who, seat)| {
                // Below those that the writer gives.
                stamp -= 1;
                let id = clock.id();
                application::ActiveModel {
                    id: Set(id),
                    run_id: Set(run),
                    person_id: Set(who.id),
                    state: Set(State::Booked),
                    stamp: Set(stamp),
                    request_key: Set(id),
                    seat_id: Set(Some(*seat)),
                    admission: Set(None),
                    offer_until: Set(None),
                    entered_by: Set(None),
                    applied_at: Set(clock.now() - TimeDelta::days(20)),
                }
            })
            .collect();
        let ids: Vec<Uuid> = places.iter().map(|place| *place.id.as_ref()).collect();
        application::Entity::insert_many(places).exec_without_returning(db).await?;
        if number == 0 {
            sitting = ids;
            continue;
        }
        let line = Line::parse(&code, kiosk::TEXT).ok_or("a name")?;
        let token = kiosk::issue(&centre, &by, (&line, &line)).await?;
        let key = kiosk::open(&centre, &token).await?.ok_or("a kiosk that opens")?;
        let first = arriving.len();
        arriving.extend(
            (first..first + ids.len()).map(|number| (format!("{number:06}"), format!("kiosk={key}"))),
        );
        let codes = ids.iter().zip(&arriving[first..]).map(|(id, (digits, _))| check_in_code::ActiveModel {
            application_id: Set(*id),
            digits: Set(digits.clone()),
        });
        check_in_code::Entity::insert_many(codes).exec_without_returning(db).await?;
    }
    Ok(Morning { seeded, instructor, sitting, sheet: "/sheets/MARK-000/1".into(), arriving })
}

async fn give(db: &DatabaseConnection, clock: &Clock, person: Uuid, name: Duty) -> Result<(), Failure> {
    let row = duty::ActiveModel {
        person_id: Set(person),
        name: Set(name),
        granted_at: Set(clock.now()),
        granted_by: Set(None),
    };
    duty::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

#[derive(Default)]
struct Rounds {
    /// Medians and 99th hundredths of marks and check-ins, with a rush in the middle and without.
    with_rush: Times,
    without: Times,
    rush_p99: Vec<f64>,
}

#[derive(Default)]
struct Times {
    mark_p50: Vec<f64>,
    mark_p99: Vec<f64>,
    check_in_p50: Vec<f64>,
    check_in_p99: Vec<f64>,
}

impl Times {
    fn add(&mut self, marks: &[Answer], check_ins: &[Answer]) {
        self.mark_p50.push(milliseconds(quantile(times(marks), 0.5)));
        self.mark_p99.push(milliseconds(quantile(times(marks), 0.99)));
        self.check_in_p50.push(milliseconds(quantile(times(check_ins), 0.5)));
        self.check_in_p99.push(milliseconds(quantile(times(check_ins), 0.99)));
    }
}

pub async fn measure(ground: &Ground<Morning>, scale: &Scale, report: &mut Report) -> Result<(), Failure> {
    let mut rounds = Rounds::default();
    for _ in 0..scale.rounds {
        let quiet = morning(ground, false).await?;
        eprintln!("  quiet: marks {}; check-ins {}", by_kind(&quiet.marks), by_kind(&quiet.check_ins));
        rounds.without.add(&quiet.marks, &quiet.check_ins);
        let busy = morning(ground, true).await?;
        eprintln!(
            "  beside a rush: marks {}; check-ins {}; rush {}",
            by_kind(&busy.marks),
            by_kind(&busy.check_ins),
            by_kind(&busy.rush)
        );
        rounds.with_rush.add(&busy.marks, &busy.check_ins);
        rounds.rush_p99.push(milliseconds(quantile(times(&busy.rush), 0.99)));
    }
    let setting = ground.setting("marking");
    let Rounds { with_rush, without, rush_p99 } = rounds;
    for samples in [
        Samples::alone("a mark beside a rush, p50, beside a quiet one", "ms", with_rush.mark_p50)
            .beside(without.mark_p50),
        Samples::alone("a mark beside a rush, p99, beside a quiet one", "ms", with_rush.mark_p99)
            .beside(without.mark_p99),
        Samples::alone("a check-in beside a rush, p50, beside a quiet one", "ms", with_rush.check_in_p50)
            .beside(without.check_in_p50),
        Samples::alone("a check-in beside a rush, p99, beside a quiet one", "ms", with_rush.check_in_p99)
            .beside(without.check_in_p99),
        Samples::alone("the rush meanwhile, p99", "ms", rush_p99),
    ] {
        report.add(setting, samples);
    }
    Ok(())
}

/// What was answered on one morning.
struct Answers {
    marks: Vec<Answer>,
    check_ins: Vec<Answer>,
    rush: Vec<Answer>,
}

/// One minute at a server of its own, after which the rows must bear the answers out.
async fn morning(ground: &Ground<Morning>, with_rush: bool) -> Result<Answers, Failure> {
    let place = ground.fresh()?;
    let server = Process::serve(&place).await?;
    let (address, morning) = (server.address, &ground.seeded);
    let crowd: &[Person] = if with_rush { &morning.seeded.people } else { &[] };
    let rushing = prepare(address, crowd, &morning.seeded.wanted).await?;
    let teaching = Connection::open_all(address, morning.sitting.len()).await?;
    let look = |_: &Uuid| page(address, &morning.sheet, Some(&morning.instructor.cookie));
    let teaching = visit(teaching, morning.sitting.iter().map(look).collect()).await?;
    let arriving = Connection::open_all(address, morning.arriving.len()).await?;
    let look = |(_, cookie): &(String, String)| page(address, "/kiosk", Some(cookie));
    let arriving = visit(arriving, morning.arriving.iter().map(look).collect()).await?;

    let marks: Vec<Asked> = morning.sitting.iter().map(|id| tap(address, morning, *id)).collect();
    let check_ins: Vec<Asked> = morning
        .arriving
        .iter()
        .map(|(number, cookie)| form(address, "/kiosk", Some(cookie), format!("number={number}")))
        .collect();
    let applications: Vec<Asked> =
        crowd.iter().map(|person| apply(address, person, &morning.seeded.wanted)).collect();
    let span = APART * u32::try_from(check_ins.len())?;
    let opening = Instant::now() + BEFORE;
    let (marks, check_ins, rush) = tokio::try_join!(
        volley_over(teaching, marks, opening, span),
        volley_over(arriving, check_ins, opening, span),
        volley_over(rushing, applications, opening + span / 2, Duration::ZERO),
    )?;
    server.stop().await?;
    let answers = Answers { marks, check_ins, rush };
    check(&place, morning, &answers).await?;
    Ok(answers)
}

/// One tap on a seat, as the sheet sends it.
fn tap(address: std::net::SocketAddr, morning: &Morning, application: Uuid) -> Asked {
    let nonce = clock().id();
    let body = format!(
        r#"[{{"nonce":"{nonce}","application":"{application}","presence":"present","missed":null,"age":0}}]"#
    );
    form(address, &format!("{}/marks", morning.sheet), Some(&morning.instructor.cookie), body)
}

/// Everybody who was told so is marked, once and in that way, and the rush has given out the seats there are.
async fn check(place: &Place, morning: &Morning, answers: &Answers) -> Result<(), Failure> {
    let of = |answers: &[Answer], status: StatusCode| answers.iter().filter(|it| it.status == status).count();
    let db = place.connect().await?;
    let ways = [
        ("taps", MarkWay::Sheet, of(&answers.marks, StatusCode::OK), morning.sitting.len()),
        ("check-ins", MarkWay::Kiosk, of(&answers.check_ins, StatusCode::SEE_OTHER), morning.arriving.len()),
    ];
    for (what, way, answered, wanted) in ways {
        let marks = mark::Entity::find().filter(mark::Column::Way.eq(way)).count(&db).await?;
        let events = mark_event::Entity::find().filter(mark_event::Column::Way.eq(way)).count(&db).await?;
        let found = [usize::try_from(marks)?, usize::try_from(events)?, answered];
        if found != [wanted; 3] {
            return Err(format!("{what}: {found:?} marks, events and answers instead of {wanted}").into());
        }
    }
    let wanted = application::Entity::find()
        .filter(application::Column::RunId.eq(morning.seeded.wanted.id))
        .filter(application::Column::State.is_in([State::Booked, State::Waiting]))
        .all(&db)
        .await?;
    db.close().await?;
    let accepted = of(&answers.rush, StatusCode::SEE_OTHER);
    let busy = of(&answers.rush, StatusCode::SERVICE_UNAVAILABLE);
    let booked = wanted.iter().filter(|row| row.state == State::Booked).count();
    if (wanted.len(), booked, accepted + busy) != (accepted, accepted.min(SEATS), answers.rush.len()) {
        return Err(format!("the rush: {accepted} told so, {} rows, {booked} booked", wanted.len()).into());
    }
    Ok(())
}
