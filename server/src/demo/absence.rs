//! The demonstration's absences without notice: a course that has just ended, from which one learner was away twice and was
//! warned, and another three times, who is barred and has appealed.

use chrono::{DateTime, Datelike, Duration, Utc};
use domain::account::SignedIn;
use domain::attendance::bar::appeal;
use domain::attendance::entity::absence_bar;
use domain::attendance::keep::keep;
use domain::attendance::sheet::{SentMark, mark};
use domain::attendance::{AppealWords, Mark, Presence};
use domain::centre::Centre;
use domain::course::entity::{class_session, run};
use domain::course::{Category, Mode, Selection};
use domain::registration::State;
use domain::registration::entity::application;
use domain::seoul;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::teaching::{Words, add_course, publish};
use super::{Failure, People, apply};

/// A week apart; the last was a week ago.
const CLASSES: i64 = 4;

/// How many of the first classes each learner missed.
const MISSED: [i32; 5] = [2, 3, 0, 0, 0];

const APPEAL: &str = "어머니가 갑자기 입원하셔서 두 주 동안 병원에 있었습니다. 경황이 없어 미리 알리지 못했습니다. \
                      다음 강좌는 꼭 듣고 싶습니다.";

/// Holds the course. `set` sets the centre's clock.
pub async fn miss(
    centre: &Centre,
    people: &People,
    today: DateTime<Utc>,
    set: impl Fn(DateTime<Utc>),
) -> Result<(), Failure> {
    let (run, classes) = add_run(centre, people, today).await?;
    let first = classes.first().ok_or("the run has no class")?.starts_at;
    set(first - Duration::days(2));
    let learners: Vec<&SignedIn> =
        [&people.known[0]].into_iter().chain(people.residents.iter().skip(20)).take(MISSED.len()).collect();
    for who in &learners {
        apply(centre, who, &run).await?;
    }
    let editor = people.known[2].editor_of(run.id, run.instructor_id)?;
    let places = application::Entity::find()
        .filter(application::Column::RunId.eq(run.id))
        .filter(application::Column::State.eq(State::Booked))
        .order_by_asc(application::Column::Stamp)
        .all(centre.database())
        .await?;
    for class in &classes {
        set(class.ends_at);
        let sent: Vec<SentMark> = places
            .iter()
            .zip(MISSED)
            .map(|(place, missed)| {
                let was_away = class.number <= missed;
                let presence = if was_away { Presence::Absent } else { Presence::Present };
                let mark = Some(Mark::new(presence, 0));
                SentMark { nonce: centre.clock().id(), application: place.id, mark, made_at: None }
            })
            .collect();
        mark(centre, &editor, class.id, &sent, None).await?;
        set(class.ends_at + Duration::hours(25));
        keep(centre).await?;
    }
    let barred = absence_bar::Entity::find()
        .filter(absence_bar::Column::PersonId.is_in(learners.iter().map(|who| who.id())))
        .one(centre.database())
        .await?
        .ok_or("nobody is barred")?;
    let who = learners.iter().find(|who| who.id() == barred.person_id).ok_or("a stranger is barred")?;
    set(today - Duration::days(2));
    let words = AppealWords::parse(APPEAL).ok_or("an appeal is wrong")?;
    appeal(centre, who, barred.id, &words).await?;
    set(today);
    Ok(())
}

async fn add_run(
    centre: &Centre,
    people: &People,
    today: DateTime<Utc>,
) -> Result<(run::Model, Vec<class_session::Model>), Failure> {
    let words = Words {
        title: "인터넷으로 장보기",
        title_en: "Shopping on the internet",
        category: Category::Basic,
        learn: "물건을 찾아 견주고, 안전하게 값을 치르고, 받은 물건을 돌려보냅니다.",
        who_for: "집에서 장을 보고 싶은 분",
    };
    // On another day of the week than the class that goes on today.
    let first = seoul::midnight(seoul::day(today) - Duration::weeks(CLASSES) - Duration::days(1))
        + Duration::hours(14);
    let starts: Vec<DateTime<Utc>> = (0..CLASSES).map(|weeks| first + Duration::weeks(weeks)).collect();
    let plan = run::ActiveModel {
        code: Set(format!("P{:02}-901", seoul::day(today).year() % 100)),
        mode: Set(Mode::InPerson),
        instructor: Set("이강사".into()),
        instructor_id: Set(Some(people.known[2].id())),
        weekdays: Set(String::new()),
        capacity: Set(20),
        selection: Set(Selection::FirstCome),
        apply_from: Set(Some(first - Duration::days(14))),
        apply_until: Set(Some(first - Duration::days(1))),
        created_at: Set(first - Duration::days(20)),
        ..Default::default()
    };
    let course = add_course(centre, words).await?;
    publish(centre, course, plan, &starts).await
}
