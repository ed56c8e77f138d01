//! The demonstration's online class: it began twenty minutes ago, is shown by a pasted link, and somebody has asked something.

use chrono::{DateTime, Datelike, Duration, Utc};
use domain::broadcast::State;
use domain::broadcast::call::{Latency, Privacy};
use domain::broadcast::entity::broadcast;
use domain::broadcast::question::store::{self as questions, Draft};
use domain::broadcast::question::{Nickname, QuestionAct, QuestionWords};
use domain::broadcast::store::{self as broadcasts, Host};
use domain::centre::Centre;
use domain::course::entity::run;
use domain::course::{Category, Mode, Selection};
use domain::seoul;
use sea_orm::{ActiveValue::Set, EntityTrait};

use super::teaching::{Words, add_course, publish};
use super::{Failure, People, apply};

/// How many classes the run has, a week apart; today's is the last.
const CLASSES: i32 = 6;

/// "Big Buck Bunny" of the Blender Foundation, which everybody may show.
const VIDEO: &str = "aqz-KE-bpKQ";

/// Holds the class. `set` sets the centre's clock.
pub async fn teach(
    centre: &Centre,
    people: &People,
    today: DateTime<Utc>,
    set: impl Fn(DateTime<Utc>),
) -> Result<(), Failure> {
    let run = add_run(centre, people, today).await?;
    // Before its first class, as everybody has to.
    set(today - Duration::weeks(i64::from(CLASSES)));
    let (hana, others) = (&people.known[0], people.residents.iter().take(9));
    apply(centre, hana, &run).await?;
    let mut learners = Vec::new();
    for who in others {
        if apply(centre, who, &run).await? {
            learners.push(who);
        }
    }
    set(today);
    let code = show(centre, &run, today).await?;
    let shown = broadcasts::find(centre, &code).await?.ok_or("the broadcast is not there")?;
    let asked = [
        ("봄날", "사진을 한꺼번에 여러 장 보내려면 어떻게 하나요?"),
        ("처음이에요", "글자를 더 크게 보고 싶은데 어디를 눌러야 하나요?"),
    ];
    for (who, (nickname, words)) in learners.into_iter().zip(asked) {
        let nickname = Nickname::parse(nickname).ok_or("a nickname is wrong")?;
        let words = QuestionWords::parse(words).ok_or("a question is wrong")?;
        questions::ask(centre, who, &shown, Draft { nickname, words, key: centre.clock().id() }).await?;
    }
    let host = Host::of(&people.known[2], &shown.subject).ok_or("the instructor runs no show")?;
    if let Some(first) = questions::list_for_host(centre, &host, &shown).await?.first() {
        questions::act(centre, &host, &shown, first.id, QuestionAct::Answer).await?;
    }
    Ok(())
}

async fn add_run(centre: &Centre, people: &People, today: DateTime<Utc>) -> Result<run::Model, Failure> {
    let words = Words {
        title: "휴대전화로 사진 주고받기 (온라인)",
        title_en: "Sharing photos by phone (online)",
        category: Category::Basic,
        learn: "집에서 방송을 보며 사진을 찍고, 고르고, 보냅니다.",
        who_for: "휴대전화로 사진을 보내고 싶은 분",
    };
    // Those that are over were at noon, when nothing else is held: at whatever hour this is loaded, nobody had two classes.
    let noon = seoul::midnight(seoul::day(today)) + Duration::hours(12);
    let over = (1..CLASSES).rev().map(|weeks| noon - Duration::weeks(weeks.into()));
    let starts: Vec<DateTime<Utc>> = over.chain([today - Duration::minutes(20)]).collect();
    let first = starts[0];
    let plan = run::ActiveModel {
        code: Set(format!("P{:02}-900", seoul::day(today).year() % 100)),
        mode: Set(Mode::Online),
        instructor: Set("이강사".into()),
        instructor_id: Set(Some(people.known[2].id())),
        weekdays: Set(String::new()),
        capacity: Set(30),
        selection: Set(Selection::FirstCome),
        apply_from: Set(Some(first - Duration::days(14))),
        apply_until: Set(Some(first - Duration::days(1))),
        created_at: Set(first - Duration::days(20)),
        ..Default::default()
    };
    let course = add_course(centre, words).await?;
    Ok(publish(centre, course, plan, &starts).await?.0)
}

/// The broadcast of today's class; its code.
async fn show(centre: &Centre, run: &run::Model, today: DateTime<Utc>) -> Result<String, Failure> {
    let code = format!("{}-{CLASSES}", run.code);
    let row = broadcast::ActiveModel {
        id: Set(centre.clock().id()),
        code: Set(code.clone()),
        run_id: Set(Some(run.id)),
        number: Set(Some(CLASSES)),
        privacy: Set(Privacy::Unlisted),
        made_for_kids: Set(false),
        dvr: Set(true),
        latency: Set(Latency::Low),
        state: Set(State::Manual),
        generation: Set(1),
        video: Set(Some(VIDEO.into())),
        looks: Set(0),
        tries: Set(0),
        settled: Set(false),
        unwanted: Set(false),
        version: Set(1),
        created_at: Set(today),
        ..Default::default()
    };
    broadcast::Entity::insert(row).exec_without_returning(centre.database()).await?;
    Ok(code)
}
