//! Showing a code and entering it. Whoever has entered it was there.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use rand::Rng;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, PaginatorTrait,
    QueryFilter, QueryOrder, SqlErr,
};
use thiserror::Error;
use uuid::Uuid;

use crate::account::SignedIn;
use crate::attendance::entity::{attendance_answer, attendance_code, attendance_try};
use crate::attendance::sheet::{Made, Maker, MarkError, MarkRefusal, hold_class, settle};
use crate::attendance::{Digits, Known, Mark, MarkWay, Next, Presence, Standing, Way, next_code, standing};
use crate::broadcast::store::{Host, Shown};
use crate::centre::Centre;
use crate::course::ClassState;
use crate::course::entity::{class_session, course, run};
use crate::registration::State;
use crate::registration::entity::application;

/// Why a code isn't shown, or isn't taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CodeRefusal {
    #[error("the class doesn't go on at present")]
    NotNow,
    #[error("this class has had all its codes")]
    Enough,
    #[error("no place in this class, or no such class")]
    NoPlace,
    #[error("no code was shown")]
    NotShown,
    #[error("the code is over")]
    TooLate,
    #[error("not the code")]
    Wrong {
        /// At least one.
        tries_left: u32,
    },
    #[error("too many wrong tries")]
    Barred,
}

#[derive(Debug, Error)]
pub enum CodeError {
    #[error(transparent)]
    Refused(#[from] CodeRefusal),
    #[error(transparent)]
    Db(#[from] DbErr),
}

/// The class that a broadcast shows, where it takes place.
pub async fn find_class(centre: &Centre, shown: &Shown) -> Result<Option<class_session::Model>, DbErr> {
    let (Some(run), Some(number)) = (&shown.subject.run, shown.subject.number) else { return Ok(None) };
    if shown.subject.cancelled {
        return Ok(None);
    }
    class_session::Entity::find()
        .filter(class_session::Column::RunId.eq(run.id))
        .filter(class_session::Column::Number.eq(number))
        .filter(class_session::Column::State.eq(ClassState::Planned))
        .one(centre.database())
        .await
}

/// The codes of a class in their order.
async fn codes_of<C: ConnectionTrait>(db: &C, class: Uuid) -> Result<Vec<attendance_code::Model>, DbErr> {
    attendance_code::Entity::find()
        .filter(attendance_code::Column::ClassSessionId.eq(class))
        .order_by_asc(attendance_code::Column::Number)
        .all(db)
        .await
}

/// Shows a code: the one that is still good, else a new one.
pub async fn show_code(centre: &Centre, by: &Host, class: &class_session::Model) -> Result<(), CodeError> {
    let (db, now) = (centre.database(), centre.clock().now());
    let untils: Vec<DateTime<Utc>> = codes_of(db, class.id).await?.iter().map(|code| code.until_at).collect();
    let number = match next_code((class.starts_at, class.ends_at), &untils, now) {
        Next::Standing => return Ok(()),
        Next::New(number) => number,
        Next::NotNow => return Err(CodeRefusal::NotNow.into()),
        Next::Enough => return Err(CodeRefusal::Enough.into()),
    };
    let row = attendance_code::ActiveModel {
        id: Set(centre.clock().id()),
        class_session_id: Set(class.id),
        number: Set(number),
        digits: Set(format!("{:04}", rand::rng().random_range(0..10_000))),
        shown_by: Set(by.id()),
        shown_at: Set(now),
        until_at: Set(now + TimeDelta::minutes(centre.settings().attendance.code_minutes.into())),
    };
    match attendance_code::Entity::insert(row).exec_without_returning(db).await {
        Ok(_) => Ok(()),
        // Somebody else, or a second click, has just shown it.
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// The codes of a class as whoever presents sees them.
#[derive(Clone, Debug, PartialEq)]
pub struct Board {
    pub codes: Vec<attendance_code::Model>,
    /// How many have answered the last one.
    pub answers: u64,
    /// How many have a place.
    pub places: u64,
}

pub async fn board(centre: &Centre, _: &Host, class: &class_session::Model) -> Result<Board, DbErr> {
    let db = centre.database();
    let codes = codes_of(db, class.id).await?;
    let answers = match codes.last() {
        Some(last) => {
            let of_it = attendance_answer::Column::CodeId.eq(last.id);
            attendance_answer::Entity::find().filter(of_it).count(db).await?
        }
        None => 0,
    };
    let places = application::Entity::find()
        .filter(application::Column::RunId.eq(class.run_id))
        .filter(application::Column::State.eq(State::Booked))
        .count(db)
        .await?;
    Ok(Board { codes, answers, places })
}

/// The application by which somebody has a place in a run.
pub(super) async fn find_place<C: ConnectionTrait>(
    db: &C,
    who: &SignedIn,
    run: Uuid,
) -> Result<Option<application::Model>, DbErr> {
    application::Entity::find()
        .filter(application::Column::RunId.eq(run))
        .filter(application::Column::PersonId.eq(who.id()))
        .filter(application::Column::State.eq(State::Booked))
        .one(db)
        .await
}

/// How somebody stands towards the codes of a class; `None` for whoever has no place in it.
pub async fn standing_of(
    centre: &Centre,
    who: &SignedIn,
    class: &class_session::Model,
) -> Result<Option<Standing>, DbErr> {
    match find_place(centre.database(), who, class.run_id).await? {
        Some(place) => standing_at(centre, place.id, class).await.map(Some),
        None => Ok(None),
    }
}

/// How a place in a class stands towards its codes.
pub(super) async fn standing_at(
    centre: &Centre,
    place: Uuid,
    class: &class_session::Model,
) -> Result<Standing, DbErr> {
    let db = centre.database();
    let codes = codes_of(db, class.id).await?;
    let known = known(db, &codes, place).await?;
    Ok(standing(&known, centre.clock().now()))
}

/// What an application has done about some codes.
async fn known<C: ConnectionTrait>(
    db: &C,
    codes: &[attendance_code::Model],
    place: Uuid,
) -> Result<Vec<Known>, DbErr> {
    let ids = || codes.iter().map(|code| code.id);
    let answers = attendance_answer::Entity::find()
        .filter(attendance_answer::Column::CodeId.is_in(ids()))
        .filter(attendance_answer::Column::ApplicationId.eq(place))
        .all(db)
        .await?;
    let tries = attendance_try::Entity::find()
        .filter(attendance_try::Column::CodeId.is_in(ids()))
        .filter(attendance_try::Column::ApplicationId.eq(place))
        .all(db)
        .await?;
    let of_code = |code: &attendance_code::Model| {
        let answered_at = answers.iter().find(|row| row.code_id == code.id).map(|row| row.at);
        let wrong = tries.iter().find(|row| row.code_id == code.id).map_or(0, |row| row.wrong);
        Known { until: code.until_at, answered_at, wrong: wrong.unsigned_abs() }
    };
    Ok(codes.iter().map(of_code).collect())
}

/// Enters a code, which marks whoever enters it as present, however much of the class they have watched here. A wrong one
/// costs a try, and that is committed before it is answered; who has entered the right one already is told the same again.
pub async fn answer(
    centre: &Centre,
    who: &SignedIn,
    class: Uuid,
    digits: &Digits,
    way: Way,
) -> Result<(), CodeError> {
    enter(centre, By::Person(who), class, digits, way).await
}

/// Who enters a code.
#[derive(Clone, Copy, Debug)]
pub(super) enum By<'a> {
    Person(&'a SignedIn),
    /// Whoever holds the address that was signed for this application.
    Application(Uuid),
}

impl By<'_> {
    async fn find_place<C: ConnectionTrait>(
        self,
        db: &C,
        run: Uuid,
    ) -> Result<Option<application::Model>, DbErr> {
        match self {
            Self::Person(who) => find_place(db, who, run).await,
            Self::Application(id) => {
                application::Entity::find_by_id(id)
                    .filter(application::Column::RunId.eq(run))
                    .filter(application::Column::State.eq(State::Booked))
                    .one(db)
                    .await
            }
        }
    }
}

pub(super) async fn enter(
    centre: &Centre,
    by: By<'_>,
    class: Uuid,
    digits: &Digits,
    way: Way,
) -> Result<(), CodeError> {
    let tx = centre.begin().await?;
    // Takes the lock before it looks, so that tries are counted one after the other.
    let touched = attendance_code::ActiveModel { class_session_id: Set(class), ..Default::default() };
    attendance_code::Entity::update_many()
        .set(touched)
        .filter(attendance_code::Column::ClassSessionId.eq(class))
        .exec(&tx)
        .await?;
    let class = class_session::Entity::find_by_id(class).one(&tx).await?.ok_or(CodeRefusal::NoPlace)?;
    let place = by.find_place(&tx, class.run_id).await?.ok_or(CodeRefusal::NoPlace)?;
    let codes = codes_of(&tx, class.id).await?;
    let code = codes.last().ok_or(CodeRefusal::NotShown)?;
    let known = known(&tx, std::slice::from_ref(code), place.id).await?;
    match standing(&known, centre.clock().now()) {
        Standing::Heard { .. } => return Ok(()),
        Standing::NotShown => return Err(CodeRefusal::NotShown.into()),
        Standing::Missed => return Err(CodeRefusal::TooLate.into()),
        Standing::Open { tries_left: 0, .. } => return Err(CodeRefusal::Barred.into()),
        Standing::Open { tries_left, .. } if code.digits != digits.as_str() => {
            count_wrong(&tx, code.id, place.id).await?;
            tx.commit().await?;
            return Err(match tries_left - 1 {
                0 => CodeRefusal::Barred.into(),
                tries_left => CodeRefusal::Wrong { tries_left }.into(),
            });
        }
        Standing::Open { .. } => {}
    }
    let row = attendance_answer::ActiveModel {
        id: Set(centre.clock().id()),
        code_id: Set(code.id),
        application_id: Set(place.id),
        way: Set(way),
        at: Set(centre.clock().now()),
    };
    attendance_answer::Entity::insert(row).exec_without_returning(&tx).await?;
    mark_present(&tx, centre, &class, &place).await?;
    tx.commit().await?;
    Ok(())
}

async fn mark_present(
    tx: &DatabaseTransaction,
    centre: &Centre,
    class: &class_session::Model,
    place: &application::Model,
) -> Result<(), CodeError> {
    let present = Made {
        nonce: centre.clock().id(),
        application: place.id,
        mark: Some(Mark::new(Presence::Present, 0)),
        made_at: centre.clock().now(),
    };
    let marked = async {
        let class = hold_class(tx, class.id).await?;
        let maker = Maker { by: Some(place.person_id), ..Maker::itself(MarkWay::Code) };
        settle(tx, centre, &class, &[present], maker).await
    };
    match marked.await {
        // The answer to a code of a run that is closed is kept, and changes nothing any more.
        Ok(_) | Err(MarkError::Refused(MarkRefusal::Closed)) => Ok(()),
        Err(MarkError::Refused(_)) => Err(CodeRefusal::NoPlace.into()),
        Err(MarkError::Db(error)) => Err(error.into()),
    }
}

async fn count_wrong(tx: &DatabaseTransaction, code: Uuid, place: Uuid) -> Result<(), DbErr> {
    let row = attendance_try::ActiveModel { code_id: Set(code), application_id: Set(place), wrong: Set(1) };
    let one_more = Expr::col((attendance_try::Entity, attendance_try::Column::Wrong)).add(1);
    let again = OnConflict::columns([attendance_try::Column::CodeId, attendance_try::Column::ApplicationId])
        .value(attendance_try::Column::Wrong, one_more)
        .to_owned();
    attendance_try::Entity::insert(row).on_conflict(again).exec_without_returning(tx).await?;
    Ok(())
}

/// A class whose code may be entered now, for whoever has a place in it.
#[derive(Clone, Debug)]
pub struct OpenClass {
    pub class: class_session::Model,
    pub course: course::Model,
    pub standing: Standing,
}

/// The classes of somebody of which a code is good now, by their start; also those whose code they have entered.
pub async fn list_open(centre: &Centre, who: &SignedIn) -> Result<Vec<OpenClass>, DbErr> {
    let (db, now) = (centre.database(), centre.clock().now());
    // Found by `attendance_code_until`.
    let good = attendance_code::Column::UntilAt.gt(now);
    let codes = attendance_code::Entity::find().filter(good).all(db).await?;
    let classes = class_session::Entity::find()
        .filter(class_session::Column::Id.is_in(codes.iter().map(|code| code.class_session_id)))
        .order_by_asc(class_session::Column::StartsAt)
        .all(db)
        .await?;
    let runs = run::Entity::find()
        .filter(run::Column::Id.is_in(classes.iter().map(|class| class.run_id)))
        .all(db)
        .await?;
    let courses = course::Entity::find()
        .filter(course::Column::Id.is_in(runs.iter().map(|run| run.course_id)))
        .all(db)
        .await?;
    let course_of: HashMap<Uuid, &course::Model> = runs
        .iter()
        .filter_map(|run| Some((run.id, courses.iter().find(|course| course.id == run.course_id)?)))
        .collect();
    let mut open = Vec::new();
    for class in classes {
        let standing = standing_of(centre, who, &class).await?;
        if let (Some(standing), Some(course)) = (standing, course_of.get(&class.run_id)) {
            open.push(OpenClass { class, course: (*course).clone(), standing });
        }
    }
    Ok(open)
}
