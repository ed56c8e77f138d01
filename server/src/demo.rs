//! The demonstration: made-up people and a programme that is always about today.
//!
//! The second half of the office's 2021 programme is moved by whole weeks, so that today lies in the middle of it: some
//! runs are over, some are open, some open soon. Applications are made through the writer, with the clock set to the
//! hours in which people would have applied.

mod absence;
mod board;
mod broadcast;
mod completion;
mod kiosk;
mod lesson;
mod live;
mod lottery;
mod minimum;
mod room;
mod statistics;
mod studio;
mod teaching;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Datelike, Days, Duration, NaiveDate, NaiveDateTime, Utc};
use domain::account::password::Passwords;
use domain::account::{Address, Duty, Password, PersonName, SignedIn, TrainingManager, store as accounts};
use domain::centre::{Centre, turn};
use domain::clock::Clock;
use domain::course::edit::{CourseDetails, change_course};
use domain::course::entity::{class_session, course, run};
use domain::course::file::{Act, ImportError, install};
use domain::course::store::list_courses;
use domain::course::{Audience, ClassState, Line, Mode, Selection};
use domain::language::Language;
use domain::notice::NoticeState;
use domain::notice::entity::notice;
use domain::registration::desk::{AtDesk, Wish, apply_at_desk};
use domain::registration::entity::application;
use domain::registration::{Choice, State, TicketNumber, WriterError, store as registration};
use domain::seoul;
use domain::space::holiday::{self, Holiday};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde::Deserialize;
use uuid::Uuid;

type Failure = Box<dyn std::error::Error + Send + Sync>;

const SPACES: &str = include_str!("../demo/spaces.csv");
const SEATS: &str = include_str!("../demo/seats.csv");
const HOLIDAYS: &str = include_str!("../demo/holidays.csv");
const COURSES: &str = include_str!("../demo/courses.csv");
const PROGRAMME_2020: &str = include_str!("../demo/programme-2020.csv");
const PROGRAMME_2021: &str = include_str!("../demo/programme-2021.csv");

/// The password of every account of the demonstration.
pub const PASSWORD: &str = "demo-centre";

/// The day of the 2021 programme that becomes today.
const MIDDLE: (i32, u32, u32) = (2021, 10, 18);

/// How many made-up residents apply.
const RESIDENTS: usize = 240;

/// An account to try a duty with.
pub struct Account {
    pub name: &'static str,
    pub address: &'static str,
    pub language: Language,
    pub duties: &'static [Duty],
    pub what: &'static str,
}

/// What the demonstration seals with where its settings have no key of their own: it keeps no secret from anybody.
pub const KEY: &str = "ZGVtb25zdHJhdGlvbiBvZiBhIGxlYXJuaW5nIGNlbnQ=";

/// Whoever has an address here is staff in the demonstration.
pub const STAFF_DOMAIN: &str = "office.example.org";

/// One for each role.
pub const ACCOUNTS: [Account; 10] = [
    account("김하나", "hana@example.org", Language::Ko, &[], "resident with courses"),
    account("Jane Doe", "jane@example.org", Language::En, &[], "resident who reads English"),
    account("이강사", "instructor@example.org", Language::Ko, &[Duty::Instructor], "instructor"),
    account("박영상", "producer@office.example.org", Language::Ko, &[Duty::Producer], "producer"),
    account(
        "최교육",
        "manager@office.example.org",
        Language::Ko,
        &[Duty::TrainingManager],
        "training manager",
    ),
    account("정안내", "desk@office.example.org", Language::Ko, &[Duty::FrontDesk], "front desk"),
    account("강보호", "privacy@office.example.org", Language::Ko, &[Duty::PrivacyOfficer], "privacy officer"),
    account("조관리", "admin@office.example.org", Language::Ko, &[Duty::Administrator], "administrator"),
    account("윤직원", "staff@office.example.org", Language::Ko, &[], "employee, no duty"),
    account("王小明", "wang@example.org", Language::Zh, &[], "resident who reads Chinese"),
];

const fn account(
    name: &'static str,
    address: &'static str,
    language: Language,
    duties: &'static [Duty],
    what: &'static str,
) -> Account {
    Account { name, address, language, duties, what }
}

/// Fills an empty database; leaves one alone that has runs. Says whether it was filled.
pub async fn load(centre: &Centre) -> Result<bool, Failure> {
    if run::Entity::find().count(centre.database()).await? > 0 {
        return Ok(false);
    }
    let today = centre.clock().now();
    let then = Arc::new(Mutex::new(today));
    let read = Arc::clone(&then);
    let clock = Clock::new(move || *read.lock().unwrap_or_else(PoisonError::into_inner));
    // A centre of the same database whose clock this module sets.
    let past = Centre::new(centre.database().clone(), clock, centre.settings().clone());
    let set = |to: DateTime<Utc>| *then.lock().unwrap_or_else(PoisonError::into_inner) = to;

    domain::space::file::import(&past, SPACES.as_bytes(), SEATS.as_bytes()).await?;
    holiday::install(&past, &holidays(seoul::day(today))?).await?;
    install(&past, PROGRAMME_2020.as_bytes(), Act::Commit).await?;
    install(&past, PROGRAMME_2021.as_bytes(), Act::Commit).await?;
    room::book(&past, today).await?;
    install_without_clashes(&past, move_to(seoul::day(today))?).await?;
    open_one_soon(&past, today).await?;
    open_one_for_staff(&past, today).await?;
    let people = add_people(&past).await?;
    describe_courses(&past, &people.known[4].training_manager()?).await?;
    name_instructor(&past, &people).await?;
    completion::finish(&past, &people, today, set).await?;
    room::teach(&past, &people, today, set).await?;
    apply_for_runs(&past, &people, today, set).await?;
    enter_tickets(&past, &people, today).await?;
    studio::furnish(&past).await?;
    studio::book(&past, &people, today).await?;
    studio::call(&past, &people, today).await?;
    board::hang(&past, &people, today).await?;
    live::teach(&past, &people, today, set).await?;
    lottery::hold(&past, &people, today, set).await?;
    minimum::count(&past, &people, today, set).await?;
    broadcast::plan(&past, &people, today, set).await?;
    lesson::record(&past, &people).await?;
    absence::miss(&past, &people, today, set).await?;
    kiosk::put_up(&past, &people).await?;
    statistics::count(&past, &people, today).await?;
    forget_letters(centre).await?;
    Ok(true)
}

/// Those of the file, and for years it doesn't have the days that are the same every year.
fn holidays(today: NaiveDate) -> Result<Vec<Holiday>, Failure> {
    let mut days = holiday::parse(HOLIDAYS.as_bytes())?;
    let known: BTreeSet<i32> = days.iter().map(|holiday| holiday.day.year()).collect();
    let fixed = [
        (1, 1, "신정"),
        (3, 1, "삼일절"),
        (5, 5, "어린이날"),
        (6, 6, "현충일"),
        (8, 15, "광복절"),
        (10, 3, "개천절"),
        (10, 9, "한글날"),
        (12, 25, "성탄절"),
    ];
    for year in (today.year() - 1..=today.year() + 1).filter(|year| !known.contains(year)) {
        days.extend(fixed.iter().filter_map(|(month, day, name)| {
            Some(Holiday { day: NaiveDate::from_ymd_opt(year, *month, *day)?, name: (*name).into() })
        }));
    }
    Ok(days)
}

/// The runs of 2021 from July on as a file of its own, moved by whole weeks; `P21-077` becomes `P26-077`.
fn move_to(today: NaiveDate) -> Result<Vec<Vec<String>>, Failure> {
    let middle = NaiveDate::from_ymd_opt(MIDDLE.0, MIDDLE.1, MIDDLE.2).ok_or("no such day")?;
    let weeks = (today - middle).num_days().div_euclid(7);
    let moved_day = |text: &str| -> Result<String, Failure> {
        Ok((text.parse::<NaiveDate>()? + Duration::weeks(weeks)).to_string())
    };
    let moved_moment = |text: &str| -> Result<String, Failure> {
        let moment = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M")? + Duration::weeks(weeks);
        Ok(moment.format("%Y-%m-%dT%H:%M").to_string())
    };
    let mut reader = csv::Reader::from_reader(PROGRAMME_2021.as_bytes());
    let header = reader.headers()?.clone();
    let column = |name: &str| header.iter().position(|title| title == name).ok_or("a column is missing");
    let (code, first, from, until) =
        (column("run_code")?, column("first_date")?, column("apply_from")?, column("apply_until")?);
    let mut rows = vec![header.iter().map(str::to_owned).collect::<Vec<_>>()];
    for record in reader.records() {
        let mut row: Vec<String> = record?.iter().map(str::to_owned).collect();
        if row[first].as_str() < "2021-07-01" {
            continue;
        }
        row[code] = row[code].replace("21-", &format!("{:02}-", today.year() % 100));
        row[first] = moved_day(&row[first])?;
        row[from] = moved_moment(&row[from])?;
        row[until] = moved_moment(&row[until])?;
        rows.push(row);
    }
    Ok(rows)
}

/// Brings the moved programme in. Other holidays lie in its weeks, and where they push a class into another's
/// room, that run is left out.
async fn install_without_clashes(centre: &Centre, mut rows: Vec<Vec<String>>) -> Result<(), Failure> {
    loop {
        let mut writer = csv::Writer::from_writer(Vec::new());
        for row in &rows {
            writer.write_record(row)?;
        }
        let file = writer.into_inner().map_err(|error| error.to_string())?;
        match install(centre, &file, Act::Commit).await {
            Ok(_) => return Ok(()),
            Err(ImportError::Problems(problems)) => {
                let line = problems.iter().map(|problem| problem.line).filter(|line| *line > 1).min();
                let index =
                    line.and_then(|line| usize::try_from(line - 1).ok()).filter(|index| *index < rows.len());
                rows.remove(index.ok_or_else(|| format!("the demonstration's programme: {problems:?}"))?);
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// A line of `courses.csv`: what the office's file doesn't say about a course.
#[derive(Deserialize)]
struct CourseText {
    title: String,
    title_en: String,
    learn: String,
    who_for: String,
    materials: String,
}

/// The training manager writes them, so that the search finds their words too.
async fn describe_courses(centre: &Centre, by: &TrainingManager) -> Result<(), Failure> {
    let courses = list_courses(centre.database()).await?;
    for text in csv::Reader::from_reader(COURSES.as_bytes()).into_deserialize() {
        let text: CourseText = text?;
        let Some(row) = courses.iter().find(|course| course.title == text.title) else { continue };
        let line = |text: &str| Line::parse(text, Line::TITLE_MAX);
        let details = CourseDetails {
            title: line(&text.title).ok_or("a course's title is wrong")?,
            title_en: line(&text.title_en),
            category: row.category,
            audience: row.audience,
            learn: text.learn,
            who_for: text.who_for,
            materials: text.materials,
            fee: "무료".into(),
        };
        change_course(centre, by, row.id, row.version, &details).await?;
    }
    Ok(())
}

/// One run opens five minutes from now, so that a countdown can be watched.
async fn open_one_soon(centre: &Centre, today: DateTime<Utc>) -> Result<(), Failure> {
    let next = run::Entity::find()
        .filter(run::Column::ApplyFrom.gt(today))
        .filter(run::Column::Selection.eq(Selection::FirstCome))
        .order_by_asc(run::Column::ApplyFrom)
        .order_by_asc(run::Column::Code)
        .one(centre.database())
        .await?;
    match next {
        Some(next) => open_at(centre, next.id, today + Duration::minutes(5)).await,
        None => Ok(()),
    }
}

async fn open_at(centre: &Centre, run: Uuid, opening: DateTime<Utc>) -> Result<(), Failure> {
    let tx = centre.begin().await?;
    turn(&tx).await?;
    let row = run::ActiveModel { id: Set(run), apply_from: Set(Some(opening)), ..Default::default() };
    run::Entity::update(row).exec(&tx).await?;
    Ok(tx.commit().await?)
}

/// The next staff run takes applications since yesterday, so that one always waits for approval.
async fn open_one_for_staff(centre: &Centre, today: DateTime<Utc>) -> Result<(), Failure> {
    let tomorrow = seoul::day(today) + Days::new(1);
    let next = run::Entity::find()
        .filter(run::Column::Selection.eq(Selection::Approval))
        .filter(run::Column::FirstDate.gt(tomorrow))
        .order_by_asc(run::Column::FirstDate)
        .one(centre.database())
        .await?;
    match next.filter(|run| run.apply_from.is_some_and(|from| from > today)) {
        Some(next) => open_at(centre, next.id, today - Duration::days(1)).await,
        None => Ok(()),
    }
}

/// The runs of one of the file's instructors belong to the demonstration's.
async fn name_instructor(centre: &Centre, people: &People) -> Result<(), Failure> {
    let account = run::ActiveModel { instructor_id: Set(Some(people.known[2].id())), ..Default::default() };
    run::Entity::update_many()
        .set(account)
        .filter(run::Column::Instructor.eq("강사04"))
        .exec(centre.database())
        .await?;
    Ok(())
}

struct People {
    /// The accounts of each role, in the order of [`ACCOUNTS`].
    known: Vec<SignedIn>,
    residents: Vec<SignedIn>,
}

async fn add_people(centre: &Centre) -> Result<People, Failure> {
    let password = Password::parse(PASSWORD).ok_or("the demonstration's password is too short")?;
    let hash = Passwords::default().hash(password).await?;
    let mut people = People { known: Vec::new(), residents: Vec::new() };
    for (index, account) in ACCOUNTS.iter().enumerate() {
        let phone = format!("010-0000-00{index:02}");
        let addresses = [account.address, &phone].into_iter().filter_map(Address::parse).collect();
        let id = add(centre, account.name, addresses, account.language, Some(hash.clone()), account.duties)
            .await?;
        people.known.push(id);
    }
    let families = ["김", "이", "박", "최", "정", "강", "조", "윤", "장", "임"];
    let given =
        ["서연", "민준", "지우", "영희", "철수", "순자", "정호", "미경", "영수", "현숙", "도윤", "하은"];
    for index in 0..RESIDENTS {
        let name = format!("{}{}", families[index % families.len()], given[index / 10 % given.len()]);
        let phone = Address::parse(&format!("010-0000-{:04}", 1000 + index));
        let person = add(centre, &name, phone.into_iter().collect(), Language::Ko, None, &[]).await?;
        people.residents.push(person);
    }
    Ok(people)
}

async fn add(
    centre: &Centre,
    name: &str,
    addresses: Vec<Address>,
    language: Language,
    hash: Option<String>,
    duties: &[Duty],
) -> Result<SignedIn, Failure> {
    let name = PersonName::parse(name).ok_or("a made-up name is wrong")?;
    let id = accounts::add_person_with_duties(centre, name, addresses, language, hash, duties).await?;
    SignedIn::of_session(centre, id)
        .await?
        .ok_or_else(|| "an account of the demonstration is not active".into())
}

/// Lets people apply for the runs whose window has opened, and gives the resident of the demonstration one of each:
/// a seat, a rank, an offer.
async fn apply_for_runs(
    centre: &Centre,
    people: &People,
    today: DateTime<Utc>,
    set: impl Fn(DateTime<Utc>),
) -> Result<(), Failure> {
    let (staff_runs, runs): (Vec<_>, Vec<_>) =
        open_runs(centre, today).await?.into_iter().partition(|(_, audience)| *audience == Audience::Staff);
    let (hana, jane, staff) = (&people.known[0], &people.known[1], &people.known[8]);
    let mut next = people.residents.iter().cycle();
    for (row, _) in &staff_runs {
        set(row.apply_from.unwrap_or(today));
        apply(centre, staff, row).await?;
    }
    let Some([offered, lined, free]) = of_each_kind(&runs, today) else { return Ok(()) };
    for (index, (row, _)) in runs.iter().enumerate() {
        let minute = |minute: i64| row.apply_from.unwrap_or(today) + Duration::minutes(minute);
        set(minute(0));
        let capacity = usize::try_from(row.capacity)?;
        // Every third run is overfull, the others are filled to a part.
        let count = match index % 3 {
            _ if index == offered || index == lined => capacity + 6,
            _ if index == free => capacity / 2,
            0 => capacity + 6,
            1 => capacity / 2,
            _ => capacity / 5,
        };
        if index == free {
            apply(centre, hana, row).await?;
            apply(centre, jane, row).await?;
        }
        let mut entered = 0;
        for step in 0..count * 2 {
            set(minute(1 + i64::try_from(step)?).min(today));
            let Some(person) = next.next().filter(|_| entered < count) else { break };
            entered += usize::from(apply(centre, person, row).await?);
        }
        // No more than the month allows: a lottery and a seat come besides.
        if index == offered {
            apply(centre, hana, row).await?;
        }
    }
    set(today);
    offer_to(centre, hana, &runs[offered].0).await
}

/// Which run has a seat on offer, which a waiting list and which seats left: at whatever hour this is loaded, runs in a room for
/// which one can apply at once, as far as there are so many.
fn of_each_kind(runs: &[(run::Model, Audience)], today: DateTime<Utc>) -> Option<[usize; 3]> {
    let is_open = |row: &run::Model| {
        row.mode == Mode::InPerson
            && row.selection == Selection::FirstCome
            && row.apply_until.is_some_and(|until| today < until)
    };
    let (open, others): (Vec<usize>, Vec<usize>) =
        (0..runs.len()).partition(|index| is_open(&runs[*index].0));
    open.into_iter().chain(others).take(3).collect::<Vec<_>>().try_into().ok()
}

/// The published runs whose window is open, or was and whose classes are still to come, by opening.
async fn open_runs(centre: &Centre, today: DateTime<Utc>) -> Result<Vec<(run::Model, Audience)>, Failure> {
    let db = centre.database();
    let begun: Vec<Uuid> = class_session::Entity::find()
        .select_only()
        .column(class_session::Column::RunId)
        .filter(class_session::Column::State.eq(ClassState::Planned))
        .filter(class_session::Column::StartsAt.lte(today))
        .into_tuple()
        .all(db)
        .await?;
    let begun: BTreeSet<Uuid> = begun.into_iter().collect();
    let runs = run::Entity::find()
        .filter(run::Column::ApplyFrom.lte(today))
        .filter(run::Column::Enrolled.is_null())
        .filter(run::Column::Selection.is_in([Selection::FirstCome, Selection::Approval]))
        .filter(run::Column::FirstDate.gt(seoul::day(today).checked_sub_days(Days::new(30))))
        .order_by_desc(run::Column::ApplyFrom)
        .order_by_asc(run::Column::Code)
        .all(db)
        .await?;
    let mut open = Vec::new();
    for row in runs.into_iter().filter(|row| !begun.contains(&row.id)) {
        let course =
            course::Entity::find_by_id(row.course_id).one(db).await?.ok_or("a run without a course")?;
        open.push((row, course.audience));
    }
    Ok(open)
}

/// The run that opens after the one with the countdown opens in three days at nine. Three people have come to the desk for
/// it, not in the order of their tickets.
async fn enter_tickets(centre: &Centre, people: &People, today: DateTime<Utc>) -> Result<(), Failure> {
    let next = run::Entity::find()
        .filter(run::Column::ApplyFrom.gt(today + Duration::minutes(5)))
        .filter(run::Column::Selection.eq(Selection::FirstCome))
        .order_by_asc(run::Column::ApplyFrom)
        .order_by_asc(run::Column::Code)
        .one(centre.database())
        .await?;
    let Some(run) = next.map(|run| run.id) else { return Ok(()) };
    let nine = (seoul::day(today) + Days::new(3)).and_hms_opt(9, 0, 0).ok_or("no such hour")?;
    open_at(centre, run, seoul::instant(nine).ok_or("no such instant")?).await?;
    let desk = people.known[5].desk()?;
    for (number, who) in ["2", "1", "3"].into_iter().zip(people.residents.iter().rev()) {
        let who = AtDesk { person: who.id(), language: who.language(), staff: who.is_staff() };
        let ticket = TicketNumber::parse(number);
        let wish = Wish { run, choice: Choice::Any, ticket, key: centre.clock().id() };
        apply_at_desk(centre, &desk, who, wish).await?;
    }
    Ok(())
}

/// Whether it was taken: people of the demonstration are refused like others, for overlaps and monthly limits.
async fn apply(centre: &Centre, who: &SignedIn, row: &run::Model) -> Result<bool, Failure> {
    match registration::apply(centre, who, row.id, Choice::Any, centre.clock().id()).await {
        Ok(_) => Ok(true),
        Err(WriterError::Refused(_)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Moves `who` to the head of an overfull run's list by letting those before them go, then frees a seat that is
/// offered with a day to confirm it.
async fn offer_to(centre: &Centre, who: &SignedIn, row: &run::Model) -> Result<(), Failure> {
    let tx = centre.begin().await?;
    turn(&tx).await?;
    let with_offer =
        run::ActiveModel { id: Set(row.id), offer_minutes: Set(Some(24 * 60)), ..Default::default() };
    run::Entity::update(with_offer).exec(&tx).await?;
    tx.commit().await?;
    let of_run = |state: State| {
        application::Entity::find()
            .filter(application::Column::RunId.eq(row.id))
            .filter(application::Column::State.eq(state))
            .order_by_asc(application::Column::Stamp)
    };
    let waiting = of_run(State::Waiting).all(centre.database()).await?;
    for ahead in waiting.iter().take_while(|ahead| ahead.person_id != who.id()) {
        leave(centre, ahead).await?;
    }
    if let Some(seated) = of_run(State::Booked).one(centre.database()).await? {
        leave(centre, &seated).await?;
    }
    Ok(())
}

async fn leave(centre: &Centre, row: &application::Model) -> Result<(), Failure> {
    let who = SignedIn::of_session(centre, row.person_id).await?.ok_or("an applicant without an account")?;
    registration::cancel(centre, &who, row.id, None).await?;
    Ok(())
}

/// The letters of all this are history: nobody waits for them.
async fn forget_letters(centre: &Centre) -> Result<(), Failure> {
    let sent = notice::ActiveModel {
        state: Set(NoticeState::Sent),
        sent_at: Set(Some(centre.clock().now())),
        facts: Set("{}".into()),
        ..Default::default()
    };
    notice::Entity::update_many().set(sent).exec(centre.database()).await?;
    Ok(())
}
