//! Bars after absences without notice: who sees them, the appeal against one, and its answer.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Days, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait,
    QueryFilter, QueryOrder,
};
use thiserror::Error;
use uuid::Uuid;

use crate::account::access::look;
use crate::account::store::names_of;
use crate::account::tell::{people_on_duty, tell_people};
use crate::account::{Duty, SignedIn, Subject, TrainingManager, mask_name, record};
use crate::attendance::entity::{absence_bar, no_show};
use crate::attendance::no_show::lift;
use crate::attendance::{AppealWords, BarDecision};
use crate::centre::Centre;
use crate::course::Category;
use crate::course::entity::{class_session, course, run};
use crate::notice::{Event, Facts};

/// Why an appeal isn't taken, or answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BarRefusal {
    #[error("no such bar")]
    NotFound,
    #[error("lifted, or over")]
    Over,
    #[error("there was an appeal already")]
    Appealed,
    #[error("it was answered already")]
    Answered,
    #[error("nobody has appealed: it can be lifted, and else stands by itself")]
    NoAppeal,
}

#[derive(Debug, Error)]
pub enum BarError {
    #[error(transparent)]
    Refused(#[from] BarRefusal),
    #[error(transparent)]
    Db(#[from] DbErr),
}

/// An absence without notice, as its person and the office see it.
#[derive(Clone, Debug, PartialEq)]
pub struct NoShow {
    pub row: no_show::Model,
    pub class: class_session::Model,
    pub run_code: String,
    pub course: course::Model,
}

impl absence_bar::Model {
    /// Whether its person may not apply at `now`.
    pub fn is_in_force(&self, now: DateTime<Utc>) -> bool {
        self.lifted_at.is_none() && now < self.until_at
    }

    /// Whether somebody waits for an answer.
    pub fn is_open_appeal(&self) -> bool {
        self.appealed_at.is_some() && self.answered_at.is_none() && self.lifted_at.is_none()
    }
}

/// Absences and bars, newest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Absences {
    pub no_shows: Vec<NoShow>,
    pub bars: Vec<absence_bar::Model>,
}

/// Somebody's own, as far back as absences count.
pub async fn list_mine(centre: &Centre, who: &SignedIn) -> Result<Absences, DbErr> {
    let of_them = Condition::all().add(no_show::Column::PersonId.eq(who.id()));
    let bars = Condition::all().add(absence_bar::Column::PersonId.eq(who.id()));
    list(centre, of_them, bars).await
}

async fn list(centre: &Centre, no_shows: Condition, bars: Condition) -> Result<Absences, DbErr> {
    let (db, now) = (centre.database(), centre.clock().now());
    let since = now - Days::new(centre.settings().attendance.absence.days.into());
    let no_shows = no_show::Entity::find()
        .filter(no_shows)
        .filter(no_show::Column::At.gt(since))
        .order_by_desc(no_show::Column::At)
        .all(db)
        .await?;
    let recent = Condition::any()
        .add(absence_bar::Column::FromAt.gt(since))
        .add(absence_bar::Column::UntilAt.gt(now))
        .add(
            Condition::all()
                .add(absence_bar::Column::AppealedAt.is_not_null())
                .add(absence_bar::Column::AnsweredAt.is_null()),
        );
    let bars = absence_bar::Entity::find()
        .filter(bars)
        .filter(recent)
        .order_by_desc(absence_bar::Column::FromAt)
        .all(db)
        .await?;
    Ok(Absences { no_shows: describe(db, no_shows).await?, bars })
}

async fn describe<C: ConnectionTrait>(db: &C, rows: Vec<no_show::Model>) -> Result<Vec<NoShow>, DbErr> {
    let classes = class_session::Entity::find()
        .filter(class_session::Column::Id.is_in(rows.iter().map(|row| row.class_session_id)))
        .all(db)
        .await?;
    let runs = run::Entity::find()
        .filter(run::Column::Id.is_in(classes.iter().map(|class| class.run_id).collect::<HashSet<_>>()))
        .all(db)
        .await?;
    let courses = course::Entity::find()
        .filter(course::Column::Id.is_in(runs.iter().map(|run| run.course_id).collect::<HashSet<_>>()))
        .all(db)
        .await?;
    let classes: HashMap<Uuid, class_session::Model> =
        classes.into_iter().map(|class| (class.id, class)).collect();
    let runs: HashMap<Uuid, run::Model> = runs.into_iter().map(|run| (run.id, run)).collect();
    let courses: HashMap<Uuid, course::Model> =
        courses.into_iter().map(|course| (course.id, course)).collect();
    let no_show = |row: no_show::Model| {
        let class = classes.get(&row.class_session_id)?.clone();
        let run = runs.get(&class.run_id)?;
        let course = courses.get(&run.course_id)?.clone();
        Some(NoShow { row, class, run_code: run.code.clone(), course })
    };
    Ok(rows.into_iter().filter_map(no_show).collect())
}

/// Until when somebody may not apply, by category: what the writer asks before it decides.
pub(crate) async fn bars_of<C: ConnectionTrait>(
    db: &C,
    people: &[Uuid],
) -> Result<HashMap<Uuid, Vec<(Category, DateTime<Utc>)>>, DbErr> {
    let rows = absence_bar::Entity::find()
        .filter(absence_bar::Column::PersonId.is_in(people.iter().copied()))
        .filter(absence_bar::Column::LiftedAt.is_null())
        .all(db)
        .await?;
    let mut bars: HashMap<Uuid, Vec<(Category, DateTime<Utc>)>> = HashMap::new();
    for row in rows {
        bars.entry(row.person_id).or_default().push((row.category, row.until_at));
    }
    Ok(bars)
}

/// Holds a bar for whoever is about to change it: it takes the lock before it looks.
async fn hold(tx: &DatabaseTransaction, id: Uuid) -> Result<absence_bar::Model, BarError> {
    absence_bar::Entity::update_many()
        .col_expr(absence_bar::Column::LiftedAt, Expr::col(absence_bar::Column::LiftedAt))
        .filter(absence_bar::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(absence_bar::Entity::find_by_id(id).one(tx).await?.ok_or(BarRefusal::NotFound)?)
}

/// Says something against a bar, once and while it is in force. Those who answer are told that somebody waits.
pub async fn appeal(centre: &Centre, who: &SignedIn, id: Uuid, words: &AppealWords) -> Result<(), BarError> {
    let tx = centre.begin().await?;
    let bar = hold(&tx, id).await?;
    let now = centre.clock().now();
    if bar.person_id != who.id() {
        return Err(BarRefusal::NotFound.into());
    }
    if bar.appealed_at.is_some() {
        return Err(BarRefusal::Appealed.into());
    }
    if !bar.is_in_force(now) {
        return Err(BarRefusal::Over.into());
    }
    let appealed = absence_bar::ActiveModel {
        id: Set(id),
        appeal: Set(Some(words.as_str().to_owned())),
        appealed_at: Set(Some(now)),
        ..Default::default()
    };
    absence_bar::Entity::update(appealed).exec(&tx).await?;
    let managers = people_on_duty(&tx, Duty::TrainingManager).await?;
    tell_people(&tx, centre.clock(), &managers, Event::AppealToDecide, facts(&bar)).await?;
    Ok(tx.commit().await?)
}

fn facts(bar: &absence_bar::Model) -> Facts {
    Facts { category: Some(bar.category.as_str().to_owned()), ..Facts::default() }
}

/// A bar, and whose it is, masked.
#[derive(Clone, Debug, PartialEq)]
pub struct BarLine {
    pub bar: absence_bar::Model,
    pub name: String,
}

/// What the office sees of absences without notice; names are masked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AtOffice {
    /// Those of the bars whose appeal waits for an answer, the longest first.
    pub appeals: Vec<BarLine>,
    pub bars: Vec<BarLine>,
    pub no_shows: Vec<(NoShow, String)>,
}

pub async fn list_at_office(centre: &Centre, _: &TrainingManager) -> Result<AtOffice, DbErr> {
    let Absences { no_shows, bars } = list(centre, Condition::all(), Condition::all()).await?;
    let people = no_shows.iter().map(|it| it.row.person_id).chain(bars.iter().map(|bar| bar.person_id));
    let names = names_of(centre.database(), people.collect::<HashSet<_>>()).await?;
    let masked = |person: Uuid| names.get(&person).map(|name| mask_name(name)).unwrap_or_default();
    let line = |bar: absence_bar::Model| BarLine { name: masked(bar.person_id), bar };
    let bars: Vec<BarLine> = bars.into_iter().map(line).collect();
    let mut appeals: Vec<BarLine> = bars.iter().filter(|line| line.bar.is_open_appeal()).cloned().collect();
    appeals.sort_by_key(|line| line.bar.appealed_at);
    let no_shows = no_shows.into_iter().map(|it| (masked(it.row.person_id), it)).map(|(name, it)| (it, name));
    Ok(AtOffice { appeals, bars, no_shows: no_shows.collect() })
}

/// One bar with all that led to it, for whoever decides about it.
#[derive(Clone, Debug, PartialEq)]
pub struct BarAtOffice {
    pub bar: absence_bar::Model,
    pub name: String,
    pub no_shows: Vec<NoShow>,
}

/// The look at the whole name is written down.
pub async fn find_at_office(
    centre: &Centre,
    by: &TrainingManager,
    id: Uuid,
) -> Result<Option<BarAtOffice>, DbErr> {
    let db = centre.database();
    let Some(bar) = absence_bar::Entity::find_by_id(id).one(db).await? else { return Ok(None) };
    look(centre, by.id(), Duty::TrainingManager, Subject::Person, &bar.person_id.to_string()).await?;
    let name = names_of(db, [bar.person_id]).await?.remove(&bar.person_id).unwrap_or_default();
    let no_shows = no_show::Entity::find()
        .filter(no_show::Column::PersonId.eq(bar.person_id))
        .filter(no_show::Column::Category.eq(bar.category))
        .filter(no_show::Column::At.lte(bar.from_at))
        .filter(
            no_show::Column::At.gt(bar.from_at - Days::new(centre.settings().attendance.absence.days.into())),
        )
        .order_by_desc(no_show::Column::At)
        .all(db)
        .await?;
    Ok(Some(BarAtOffice { name, no_shows: describe(db, no_shows).await?, bar }))
}

/// Answers an appeal, once; or lifts a bar nobody has appealed against. Its person is written to.
pub async fn decide(
    centre: &Centre,
    by: &TrainingManager,
    id: Uuid,
    decision: BarDecision,
    words: &AppealWords,
) -> Result<(), BarError> {
    let tx = centre.begin().await?;
    let bar = hold(&tx, id).await?;
    let now = centre.clock().now();
    if bar.answered_at.is_some() {
        return Err(BarRefusal::Answered.into());
    }
    // Whoever has appealed is answered, also where the bar has run out meanwhile.
    if bar.lifted_at.is_some() || bar.appealed_at.is_none() && !bar.is_in_force(now) {
        return Err(BarRefusal::Over.into());
    }
    if bar.appealed_at.is_none() && decision == BarDecision::Keep {
        return Err(BarRefusal::NoAppeal.into());
    }
    let answered = absence_bar::ActiveModel {
        id: Set(id),
        answer: Set(Some(words.as_str().to_owned())),
        answered_at: Set(Some(now)),
        answered_by: Set(Some(by.id())),
        ..Default::default()
    };
    absence_bar::Entity::update(answered).exec(&tx).await?;
    let (event, until, fields) = match decision {
        BarDecision::Lift => {
            lift(&tx, centre, id).await?;
            (Event::AbsenceBarLifted, None, "answer lifted_at")
        }
        BarDecision::Keep => (Event::AbsenceBarKept, Some(bar.until_at), "answer"),
    };
    record(&tx, centre.clock(), Some(by.id()), decision.as_str(), "absence_bar", &id.to_string(), fields)
        .await?;
    let facts = Facts { until, reason: Some(words.as_str().to_owned()), ..facts(&bar) };
    tell_people(&tx, centre.clock(), &[bar.person_id], event, facts).await?;
    Ok(tx.commit().await?)
}
