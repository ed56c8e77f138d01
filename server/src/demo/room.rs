//! The demonstration's class in a room: the fourth of its run, which began half an hour ago. Those before it are marked.

use chrono::{DateTime, Duration, NaiveTime, Utc};
use domain::attendance::sheet::{self, SentMark};
use domain::attendance::{Mark, Presence};
use domain::centre::{Centre, turn};
use domain::course::RunCode;
use domain::course::entity::{class_session, run};
use domain::course::file::{Act, ImportError, install};
use domain::seoul;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{Failure, People, apply};

/// How many classes the run has, a week apart, and how many of them are over.
const CLASSES: i64 = 6;
const OVER: i64 = 3;

/// How the people were marked in the classes before, in turn.
const MARKS: [Presence; 7] = [
    Presence::Present,
    Presence::Present,
    Presence::Late,
    Presence::Present,
    Presence::Absent,
    Presence::Present,
    Presence::Excused,
];

/// Holds the class in whichever room is free, a lecture room of the hall first; in none where all are taken. `set` sets the centre's clock.
pub async fn teach(
    centre: &Centre,
    people: &People,
    today: DateTime<Utc>,
    set: impl Fn(DateTime<Utc>),
) -> Result<(), Failure> {
    let Some(run) = find_room(centre, people, today).await? else { return Ok(()) };
    set(today - Duration::weeks(OVER + 1));
    for who in people.residents.iter().skip(9).take(15) {
        apply(centre, who, &run).await?;
    }
    let by = people.known[2].editor_of(run.id, run.instructor_id)?;
    let over = class_session::Entity::find()
        .filter(class_session::Column::RunId.eq(run.id))
        .filter(class_session::Column::EndsAt.lt(today))
        .order_by_asc(class_session::Column::StartsAt)
        .all(centre.database())
        .await?;
    for class in &over {
        set(class.starts_at + Duration::minutes(15));
        let unmarked = sheet::list_unmarked(centre, class).await?;
        let sent = |(index, application)| {
            let index = index + usize::try_from(class.number).unwrap_or_default();
            let mark = Some(Mark::new(MARKS[index % MARKS.len()], 15));
            SentMark { nonce: centre.clock().id(), application, mark, made_at: None }
        };
        let sent: Vec<SentMark> = unmarked.into_iter().enumerate().map(sent).collect();
        sheet::mark(centre, &by, class.id, &sent, None).await?;
    }
    set(today);
    Ok(())
}

async fn find_room(
    centre: &Centre,
    people: &People,
    today: DateTime<Utc>,
) -> Result<Option<run::Model>, Failure> {
    let wall = seoul::wall(today);
    let code = RunCode::parse(&format!("P{}-902", wall.format("%y"))).ok_or("a run's code is wrong")?;
    // A class doesn't go on over midnight.
    let time = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0).ok_or("no such time");
    let latest = time(21, 50)?;
    let starts = match wall.time().overflowing_sub_signed(Duration::minutes(30)) {
        (starts, 0) => starts.min(latest),
        _ => time(0, 0)?,
    };
    let ends = starts + Duration::hours(2);
    let first = wall.date() - Duration::weeks(OVER);
    let weekday = wall.format("%a").to_string().to_lowercase();
    let (opens, closes) = (first - Duration::weeks(2), first - Duration::days(1));
    for room in ["smart-1", "smart-2", "mullae", "daerim", "tvum-control", "tvum-filming"] {
        let file = format!(
            "run_code,title,category,audience,mode,space,instructor,first_date,weekdays,start,end,session_count,hours,\
             capacity,selection,apply_from,apply_until,enrolled\n\
             {code},스마트폰 첫걸음,basic,resident,in_person,{room},이선생,{first},{weekday},{},{},{CLASSES},12,\
             20,first_come,{opens}T09:00,{closes}T18:00,\n",
            starts.format("%H:%M"),
            ends.format("%H:%M"),
        );
        match install(centre, file.as_bytes(), Act::Commit).await {
            Ok(_) => {}
            Err(ImportError::Problems(_)) => continue,
            Err(error) => return Err(error.into()),
        }
        let tx = centre.begin().await?;
        turn(&tx).await?;
        let teacher =
            run::ActiveModel { instructor_id: Set(Some(people.known[2].id())), ..Default::default() };
        run::Entity::update_many().set(teacher).filter(run::Column::Code.eq(code.as_str())).exec(&tx).await?;
        tx.commit().await?;
        let made = run::Entity::find().filter(run::Column::Code.eq(code.as_str()));
        return Ok(made.one(centre.database()).await?);
    }
    Ok(None)
}
