//! The demonstration's lotteries: one that may be applied for, and one whose places were drawn.

use chrono::{DateTime, Datelike, Duration, Utc};
use domain::centre::Centre;
use domain::course::entity::run;
use domain::course::{Category, Mode, Selection};
use domain::registration::drawing::draw;
use domain::registration::{PublicValue, ValueKind};
use domain::seoul;
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use super::teaching::{Words, add_course, publish};
use super::{Failure, People, apply};

/// How many classes a run has, a week apart.
const CLASSES: i64 = 4;

/// Opens one, and draws the places of another. `set` sets the centre's clock.
pub async fn hold(
    centre: &Centre,
    people: &People,
    today: DateTime<Utc>,
    set: impl Fn(DateTime<Utc>),
) -> Result<(), Failure> {
    let words = Words {
        title: "생성형 인공지능으로 내 책 만들기 (온라인)",
        title_en: "Making a book of your own with AI (online)",
        category: Category::NewTechnology,
        learn: "살아온 이야기를 말로 들려주고, 인공지능과 함께 글과 그림으로 엮습니다.",
        who_for: "컴퓨터로 글을 써 본 분",
    };
    let course = add_course(centre, words).await?;
    let drawn = add_run(centre, course, 910, today - Duration::days(28), today).await?;
    let (opened, closed) = (today - Duration::days(27), today - Duration::days(13));
    set(opened - Duration::days(1));
    centre.writer().settle().await?;
    set(opened);
    let (hana, jane) = (&people.known[0], &people.known[1]);
    for who in [hana, jane].into_iter().chain(people.residents.iter().rev().take(30)) {
        apply(centre, who, &drawn).await?;
    }
    set(closed + Duration::minutes(1));
    centre.writer().settle().await?;
    let kind = centre.settings().draw.source.kind();
    set(kind.known_from(closed).max(closed + Duration::days(1)));
    let value = match kind {
        ValueKind::Drand => "5f".repeat(32),
        ValueKind::Lotto | ValueKind::Other => "3 11 15 29 35 44".to_owned(),
    };
    let value = PublicValue::parse(kind, closed, &value).ok_or("a public value is wrong")?;
    draw(centre, &people.known[4].training_manager()?, drawn.id, value, centre.clock().id()).await?;

    set(today - Duration::days(2));
    let open = add_run(centre, course, 911, today - Duration::days(1), today + Duration::days(21)).await?;
    centre.writer().settle().await?;
    set(today);
    for who in people.residents.iter().rev().skip(30).take(24) {
        apply(centre, who, &open).await?;
    }
    Ok(())
}

/// A run whose window opens a day after `from` and lasts two weeks, with classes from two weeks after `base` on.
async fn add_run(
    centre: &Centre,
    course: Uuid,
    number: u32,
    from: DateTime<Utc>,
    base: DateTime<Utc>,
) -> Result<run::Model, Failure> {
    let first = seoul::midnight(seoul::day(base + Duration::days(14))) + Duration::hours(20);
    let starts: Vec<DateTime<Utc>> = (0..CLASSES).map(|weeks| first + Duration::weeks(weeks)).collect();
    let opens = from + Duration::days(1);
    let plan = run::ActiveModel {
        code: Set(format!("P{:02}-{number}", seoul::day(base).year() % 100)),
        mode: Set(Mode::Online),
        instructor: Set("강사06".into()),
        weekdays: Set(seoul::day(first).format("%a").to_string().to_lowercase()),
        starts: Set(Some("20:00".into())),
        ends: Set(Some("22:00".into())),
        capacity: Set(12),
        selection: Set(Selection::Lottery),
        apply_from: Set(Some(opens)),
        apply_until: Set(Some(opens + Duration::days(14))),
        created_at: Set(centre.clock().now()),
        ..Default::default()
    };
    Ok(publish(centre, course, plan, &starts).await?.0)
}
