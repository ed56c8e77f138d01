//! The demonstration's lotteries: one that may be applied for, and one whose places were drawn.

use chrono::{DateTime, Datelike, Duration, Utc};
use domain::centre::{Centre, turn};
use domain::course::entity::{class_session, course, run};
use domain::course::{Audience, Category, ClassState, Mode, RunState, Selection, search_key};
use domain::registration::drawing::{PublicValue, draw};
use domain::seoul;
use sea_orm::{ActiveValue::Set, EntityTrait};
use uuid::Uuid;

use super::{Failure, People, apply};

/// How many classes a run has, a week apart.
const CLASSES: i32 = 4;

/// Opens one, and draws the places of another. `set` sets the centre's clock.
pub async fn hold(
    centre: &Centre,
    people: &People,
    today: DateTime<Utc>,
    set: impl Fn(DateTime<Utc>),
) -> Result<(), Failure> {
    let course = add_course(centre).await?;
    let drawn = add_run(centre, course, 910, today - Duration::days(21), today).await?;
    let (opened, closed) = (today - Duration::days(20), today - Duration::days(6));
    set(opened - Duration::days(1));
    centre.writer().settle().await?;
    set(opened);
    let (hana, jane) = (&people.known[0], &people.known[1]);
    for who in [hana, jane].into_iter().chain(people.residents.iter().rev().take(30)) {
        apply(centre, who, &drawn).await?;
    }
    set(closed + Duration::minutes(1));
    centre.writer().settle().await?;
    set(closed + Duration::days(2));
    let value = PublicValue::parse("3 11 15 29 35 44").ok_or("a public value is wrong")?;
    draw(centre, &people.known[4].training_manager()?, drawn.id, value).await?;

    set(today - Duration::days(2));
    let open = add_run(centre, course, 911, today - Duration::days(1), today + Duration::days(21)).await?;
    centre.writer().settle().await?;
    set(today);
    for who in people.residents.iter().rev().skip(30).take(24) {
        apply(centre, who, &open).await?;
    }
    Ok(())
}

async fn add_course(centre: &Centre) -> Result<Uuid, Failure> {
    let title = "생성형 인공지능으로 내 책 만들기 (온라인)";
    let id = centre.clock().id();
    let row = course::ActiveModel {
        id: Set(id),
        title: Set(title.into()),
        title_en: Set(Some("Making a book of your own with AI (online)".into())),
        category: Set(Category::NewTechnology),
        audience: Set(Audience::Resident),
        learn: Set("살아온 이야기를 말로 들려주고, 인공지능과 함께 글과 그림으로 엮습니다.".into()),
        who_for: Set("컴퓨터로 글을 써 본 분".into()),
        materials: Set(String::new()),
        fee: Set("무료".into()),
        search: Set(search_key(title)),
        version: Set(1),
    };
    let tx = centre.begin().await?;
    turn(&tx).await?;
    course::Entity::insert(row).exec_without_returning(&tx).await?;
    tx.commit().await?;
    Ok(id)
}

/// A run whose window opens a day after `from` and lasts two weeks, with classes from two weeks after `base` on.
async fn add_run(
    centre: &Centre,
    course: Uuid,
    number: u32,
    from: DateTime<Utc>,
    base: DateTime<Utc>,
) -> Result<run::Model, Failure> {
    let clock = centre.clock();
    let first = seoul::day(base + Duration::days(14)).and_hms_opt(20, 0, 0).ok_or("no such hour")?;
    let first = seoul::instant(first).ok_or("no such instant")?;
    let opens = from + Duration::days(1);
    let run = run::ActiveModel {
        id: Set(clock.id()),
        code: Set(format!("P{:02}-{number}", seoul::day(base).year() % 100)),
        course_id: Set(course),
        mode: Set(Mode::Online),
        instructor: Set("강사06".into()),
        first_date: Set(Some(seoul::day(first))),
        weekdays: Set(seoul::day(first).format("%a").to_string().to_lowercase()),
        starts: Set(Some("20:00".into())),
        ends: Set(Some("22:00".into())),
        session_count: Set(CLASSES),
        minutes: Set(CLASSES * 120),
        capacity: Set(12),
        selection: Set(Selection::Lottery),
        apply_from: Set(Some(opens)),
        apply_until: Set(Some(opens + Duration::days(14))),
        state: Set(RunState::Published),
        version: Set(1),
        created_at: Set(clock.now()),
        ..Default::default()
    };
    let id = *run.id.as_ref();
    let classes = (0..CLASSES).map(|index| {
        let starts_at = first + Duration::weeks(i64::from(index));
        class_session::ActiveModel {
            id: Set(clock.id()),
            run_id: Set(id),
            number: Set(index + 1),
            starts_at: Set(starts_at),
            ends_at: Set(starts_at + Duration::hours(2)),
            minutes: Set(120),
            state: Set(ClassState::Planned),
            moved: Set(false),
            reason: Set(None),
            set_up: Set(0),
            strike: Set(0),
        }
    });
    let tx = centre.begin().await?;
    turn(&tx).await?;
    run::Entity::insert(run).exec_without_returning(&tx).await?;
    class_session::Entity::insert_many(classes).exec_without_returning(&tx).await?;
    tx.commit().await?;
    let made = run::Entity::find_by_id(id).one(centre.database()).await?;
    made.ok_or_else(|| "the run is not there".into())
}
