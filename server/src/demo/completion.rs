//! The demonstration's runs that are over: marks, a survey with answers, who completed them, and their certificates.

use chrono::{DateTime, Duration, Utc};
use domain::account::SignedIn;
use domain::attendance::certificate::{For, issue};
use domain::attendance::completion::close;
use domain::attendance::entity::mark;
use domain::attendance::learning::{Post, Staff, set_post};
use domain::attendance::paper::write_log;
use domain::attendance::{Mark, MarkWay, Presence};
use domain::centre::Centre;
use domain::course::entity::{class_session, course, run};
use domain::course::{Audience, ClassState, Line, Selection};
use domain::registration::entity::application;
use domain::registration::{State, store as registration};
use domain::survey::{Answer, Kind, store as survey};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder};

use super::{Failure, People, apply};

/// How many residents had a place in the run that is over.
const LEARNERS: usize = 11;

/// What some of them wrote.
const WORDS: [&str; 3] =
    ["천천히 알려 주셔서 좋았습니다.", "연습할 시간이 넉넉했습니다.", "손주와 사진을 주고받게 되었습니다."];

/// Ends the newest run of the demonstration's instructor, one before it, and the newest of the staff's.
pub async fn finish(
    centre: &Centre,
    people: &People,
    today: DateTime<Utc>,
    set: impl Fn(DateTime<Utc>),
) -> Result<(), Failure> {
    let manager = people.known[4].training_manager()?;
    // Of the older the survey is over, so that it has results; to that of the newer one may still answer.
    for until in [today - Duration::days(16), today] {
        let Some((run, classes)) = newest_over(centre, until, Audience::Resident).await? else { continue };
        let learners =
            [&people.known[0], &people.known[1]].into_iter().chain(people.residents.iter().take(LEARNERS));
        set(run.apply_from.unwrap_or(today) + Duration::minutes(1));
        for learner in learners {
            apply(centre, learner, &run).await?;
        }
        attend(centre, &run, &classes).await?;
        log(centre, people, &run, &classes).await?;
        let over = classes.last().map_or(today, |class| class.ends_at);
        set(over + Duration::hours(1));
        for (index, learner) in people.residents.iter().take(LEARNERS - 3).enumerate() {
            answer(centre, learner, &run, index).await?;
        }
        set(today);
        close(centre, &manager, run.id, true).await?;
        issue(centre, &manager, run.id, For::All).await?;
    }
    if let Some((run, classes)) = newest_over(centre, today, Audience::Staff).await? {
        let employee = &people.known[8];
        set(run.apply_from.unwrap_or(today) + Duration::minutes(1));
        apply(centre, employee, &run).await?;
        for asked in places(centre, &run, State::Asked).await? {
            registration::approve(centre, &manager, asked.id).await?;
        }
        attend(centre, &run, &classes).await?;
        let line = |text: &str| Line::parse(text, 30).ok_or("a department's name is wrong");
        let post = Post { department: line("민원여권과")?, grade: line("7급")? };
        set_post(centre, &Staff::new(employee)?, &post).await?;
        set(today);
        close(centre, &manager, run.id, true).await?;
    }
    set(today);
    Ok(())
}

/// The newest run for these people whose last class is over, with its classes; for residents one that the
/// demonstration's instructor teaches.
async fn newest_over(
    centre: &Centre,
    today: DateTime<Utc>,
    audience: Audience,
) -> Result<Option<(run::Model, Vec<class_session::Model>)>, Failure> {
    let db = centre.database();
    let wanted = match audience {
        Audience::Resident => {
            run::Column::InstructorId.is_not_null().and(run::Column::Selection.eq(Selection::FirstCome))
        }
        Audience::Staff => run::Column::Selection.eq(Selection::Approval),
    };
    let runs = run::Entity::find()
        .filter(wanted)
        .filter(run::Column::Enrolled.is_null())
        .filter(run::Column::ApplyFrom.lt(today))
        .order_by_desc(run::Column::FirstDate)
        .order_by_asc(run::Column::Code)
        .all(db)
        .await?;
    for run in runs {
        let course = course::Entity::find_by_id(run.course_id).one(db).await?;
        let classes = class_session::Entity::find()
            .filter(class_session::Column::RunId.eq(run.id))
            .filter(class_session::Column::State.eq(ClassState::Planned))
            .order_by_asc(class_session::Column::StartsAt)
            .all(db)
            .await?;
        let is_over = classes.last().is_some_and(|class| class.ends_at < today - Duration::hours(2));
        if is_over && course.is_some_and(|course| course.audience == audience) {
            return Ok(Some((run, classes)));
        }
    }
    Ok(None)
}

async fn places(centre: &Centre, run: &run::Model, state: State) -> Result<Vec<application::Model>, Failure> {
    Ok(application::Entity::find()
        .filter(application::Column::RunId.eq(run.id))
        .filter(application::Column::State.eq(state))
        .order_by_asc(application::Column::Stamp)
        .all(centre.database())
        .await?)
}

/// Everybody was there but for a class here and there; the last of them only at the beginning.
async fn attend(centre: &Centre, run: &run::Model, classes: &[class_session::Model]) -> Result<(), Failure> {
    let places = places(centre, run, State::Booked).await?;
    let last = places.len().saturating_sub(1);
    for (number, class) in classes.iter().enumerate() {
        for (index, place) in places.iter().enumerate() {
            let presence = match (number + index) % 9 {
                _ if index == last && index > 0 && number > 1 => Presence::Absent,
                7 if index % 4 == 3 => Presence::Absent,
                8 if index % 4 == 1 => Presence::Excused,
                _ => Presence::Present,
            };
            let mark = Mark::new(presence, 0);
            let row = mark::ActiveModel {
                class_session_id: Set(class.id),
                application_id: Set(place.id),
                presence: Set(presence),
                missed: Set(0),
                minutes: Set(i32::try_from(mark.minutes(class.minutes.unsigned_abs(), 0))?),
                way: Set(MarkWay::Sheet),
                made_at: Set(class.ends_at),
                arrived_at: Set(class.ends_at),
                by_id: Set(run.instructor_id),
            };
            mark::Entity::insert(row)
                .on_conflict_do_nothing()
                .exec_without_returning(centre.database())
                .await?;
        }
    }
    Ok(())
}

async fn log(
    centre: &Centre,
    people: &People,
    run: &run::Model,
    classes: &[class_session::Model],
) -> Result<(), Failure> {
    let Some(first) = classes.first() else { return Ok(()) };
    let editor = people.known[4].editor_of(run.id, run.instructor_id)?;
    let topic = Line::parse("컴퓨터 켜고 끄기, 마우스 다루기", 100).ok_or("a topic is wrong")?;
    write_log(
        centre,
        &editor,
        first.id,
        &topic,
        "마우스를 끄는 연습에 시간이 더 걸려 다음 시간에 이어서 합니다.",
    )
    .await?;
    Ok(())
}

/// The answers of one who had a place; others aren't asked.
async fn answer(centre: &Centre, who: &SignedIn, run: &run::Model, index: usize) -> Result<(), Failure> {
    let place =
        places(centre, run, State::Booked).await?.into_iter().find(|place| place.person_id == who.id());
    let Some(place) = place else { return Ok(()) };
    let Some(asked) = survey::find_mine(centre, who, place.id).await? else { return Ok(()) };
    let mut answers = Vec::new();
    for question in &asked.form.questions {
        let place = question.place;
        match question.kind {
            Kind::Points => {
                let points = 5 - i32::try_from(index)?.wrapping_mul(place) % 3;
                answers.push(Answer::Points { place, points });
            }
            Kind::Words => {
                let words = WORDS.get(index).filter(|_| place == 6);
                answers.extend(words.map(|words| Answer::Words { place, words: (*words).to_owned() }));
            }
        }
    }
    survey::answer(centre, who, place.id, asked.form.id, answers).await?;
    Ok(())
}
