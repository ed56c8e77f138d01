//! The demonstration's absences without notice: a course that has just ended, from which one learner was away twice and was
//! warned, and another three times, who is barred and has appealed.

use chrono::{DateTime, Datelike, Days, Duration, Utc};
use domain::account::SignedIn;
use domain::attendance::bar::appeal;
use domain::attendance::entity::absence_bar;
use domain::attendance::keep::keep;
use domain::attendance::sheet::{SentMark, mark};
use domain::attendance::{AppealWords, Mark, Presence};
use domain::centre::{Centre, turn};
use domain::course::entity::{class_session, course, run};
use domain::course::{Audience, Category, ClassState, Mode, RunState, Selection, search_key};
use domain::registration::State;
use domain::registration::entity::application;
use domain::seoul;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{Failure, People, apply};

/// A week apart; the last was a week ago.
const CLASSES: i32 = 4;

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
    let clock = centre.clock();
    let title = "인터넷으로 장보기";
    let course = course::ActiveModel {
        id: Set(clock.id()),
        title: Set(title.into()),
        title_en: Set(Some("Shopping on the internet".into())),
        category: Set(Category::Basic),
        audience: Set(Audience::Resident),
        learn: Set("물건을 찾아 견주고, 안전하게 값을 치르고, 받은 물건을 돌려보냅니다.".into()),
        who_for: Set("집에서 장을 보고 싶은 분".into()),
        materials: Set(String::new()),
        fee: Set("무료".into()),
        search: Set(search_key(title)),
        version: Set(1),
    };
    // On another day of the week than the class that goes on today.
    let day = seoul::day(today) - Days::new(7 * u64::from(CLASSES.unsigned_abs()) + 1);
    let first = seoul::midnight(day) + Duration::hours(14);
    let run = run::ActiveModel {
        id: Set(clock.id()),
        code: Set(format!("P{:02}-901", seoul::day(today).year() % 100)),
        course_id: Set(*course.id.as_ref()),
        mode: Set(Mode::InPerson),
        instructor: Set("이강사".into()),
        instructor_id: Set(Some(people.known[2].id())),
        first_date: Set(Some(day)),
        weekdays: Set(String::new()),
        session_count: Set(CLASSES),
        minutes: Set(CLASSES * 120),
        capacity: Set(20),
        selection: Set(Selection::FirstCome),
        apply_from: Set(Some(first - Duration::days(14))),
        apply_until: Set(Some(first - Duration::days(1))),
        state: Set(RunState::Published),
        version: Set(1),
        created_at: Set(first - Duration::days(20)),
        ..Default::default()
    };
    let id = *run.id.as_ref();
    let classes = (0..CLASSES).map(|index| {
        let starts_at = first + Duration::weeks(index.into());
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
    course::Entity::insert(course).exec_without_returning(&tx).await?;
    run::Entity::insert(run).exec_without_returning(&tx).await?;
    class_session::Entity::insert_many(classes).exec_without_returning(&tx).await?;
    tx.commit().await?;
    let db = centre.database();
    let run = run::Entity::find_by_id(id).one(db).await?.ok_or("the run is not there")?;
    let of_run = class_session::Entity::find().filter(class_session::Column::RunId.eq(id));
    Ok((run, of_run.order_by_asc(class_session::Column::Number).all(db).await?))
}
