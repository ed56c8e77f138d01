//! The demonstration's runs that need a minimum number of people: one that still has time, and one that somebody must decide about.

use chrono::{DateTime, Datelike, Duration, Utc};
use domain::centre::Centre;
use domain::course::entity::run;
use domain::course::{Category, Mode, Selection};
use domain::seoul;
use sea_orm::ActiveValue::Set;

use super::teaching::{Words, add_course, publish};
use super::{Failure, People, apply};

/// How many classes a run has, a week apart.
const CLASSES: i64 = 3;

/// How many must sign up.
const LEAST: i32 = 8;

/// Opens both a week ago. `set` sets the centre's clock.
pub async fn count(
    centre: &Centre,
    people: &People,
    today: DateTime<Utc>,
    set: impl Fn(DateTime<Utc>),
) -> Result<(), Failure> {
    let words = Words {
        title: "블로그로 동네 소식 전하기 (온라인)",
        title_en: "Neighbourhood news on a blog (online)",
        category: Category::Basic,
        learn: "사진을 고르고 글을 붙여 블로그에 올린 뒤, 이웃의 글에 댓글을 답니다.",
        who_for: "인터넷을 써 본 분",
    };
    let course = add_course(centre, words).await?;
    let at = |days: i64, hour: i64| {
        seoul::midnight(seoul::day(today + Duration::days(days))) + Duration::hours(hour)
    };
    let opened = at(-7, 9);
    let mut residents = people.residents.iter().rev().skip(54);
    for (number, hour, counted, entered) in [(920, 14, at(14, 18), 5), (921, 16, at(-1, 18), 3)] {
        let first = at(21, hour);
        let starts: Vec<DateTime<Utc>> = (0..CLASSES).map(|weeks| first + Duration::weeks(weeks)).collect();
        let plan = run::ActiveModel {
            code: Set(format!("P{:02}-{number}", seoul::day(today).year() % 100)),
            mode: Set(Mode::Online),
            instructor: Set("강사07".into()),
            weekdays: Set(seoul::day(first).format("%a").to_string().to_lowercase()),
            starts: Set(Some(format!("{hour}:00"))),
            ends: Set(Some(format!("{}:00", hour + 2))),
            capacity: Set(15),
            selection: Set(Selection::FirstCome),
            apply_from: Set(Some(opened)),
            apply_until: Set(Some(at(18, 18))),
            minimum_people: Set(Some(LEAST)),
            minimum_at: Set(Some(counted)),
            created_at: Set(centre.clock().now()),
            ..Default::default()
        };
        set(opened);
        let run = publish(centre, course, plan, &starts).await?.0;
        // Some have all the runs that one may have in a month.
        let mut left: usize = entered;
        while let Some(who) = residents.next().filter(|_| left > 0) {
            left -= usize::from(apply(centre, who, &run).await?);
        }
    }
    set(today);
    Ok(())
}
