//! The demonstration's class in a room: the fourth of its run, which began half an hour ago. Those before it are marked.

use chrono::{DateTime, Duration, NaiveTime, Utc};
use domain::attendance::sheet::{self, SentMark};
use domain::attendance::{Mark, Presence};
use domain::centre::{Centre, turn};
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

/// Books the room of the run, before anything else is planned: what would be in its way at this hour is left out.
pub async fn book(centre: &Centre, today: DateTime<Utc>) -> Result<(), Failure> {
    let wall = seoul::wall(today);
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
    let file = format!(
        "run_code,title,category,audience,mode,space,instructor,first_date,weekdays,start,end,session_count,hours,\
         capacity,selection,apply_from,apply_until,enrolled\n\
         {},스마트폰 첫걸음,basic,resident,in_person,smart-1,이강사,{first},{weekday},{},{},{CLASSES},12,\
         20,first_come,{opens}T09:00,{closes}T18:00,\n",
        code(today),
        starts.format("%H:%M"),
        ends.format("%H:%M"),
    );
    match install(centre, file.as_bytes(), Act::Commit).await {
        // On a day on which the room is shut no class goes on.
        Ok(_) | Err(ImportError::Problems(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn code(today: DateTime<Utc>) -> String {
    format!("P{}-902", seoul::wall(today).format("%y"))
}

/// Holds the class, before people apply for what would overlap with it. `set` sets the centre's clock.
pub async fn teach(
    centre: &Centre,
    people: &People,
    today: DateTime<Utc>,
    set: impl Fn(DateTime<Utc>),
) -> Result<(), Failure> {
    let of_code = run::Column::Code.eq(code(today));
    let Some(run) = run::Entity::find().filter(of_code).one(centre.database()).await? else { return Ok(()) };
    let tx = centre.begin().await?;
    turn(&tx).await?;
    let teacher = run::ActiveModel {
        id: Set(run.id),
        instructor_id: Set(Some(people.known[2].id())),
        ..Default::default()
    };
    let run = run::Entity::update(teacher).exec(&tx).await?;
    tx.commit().await?;
    set(today - Duration::weeks(OVER + 1));
    for who in people.residents.iter().skip(12).take(15) {
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
