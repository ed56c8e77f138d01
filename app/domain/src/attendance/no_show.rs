//! Absences without notice: their person is told, warned, barred for a time; and what becomes of it when a sheet is put
//! right later.

use std::collections::BTreeSet;

use chrono::{Days, TimeDelta};
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, Select,
};
use uuid::Uuid;

use crate::account::tell::tell_people;
use crate::attendance::entity::{absence_bar, absence_notice, mark, no_show};
use crate::attendance::sheet::{MarkError, MarkRefusal, hold_class};
use crate::attendance::{NoShowOutcome, Presence, Told, outcome};
use crate::centre::{Centre, turn};
use crate::course::entity::{class_session, course, run};
use crate::course::{Category, ClassState};
use crate::notice::{Event, Facts};
use crate::registration::entity::application;

/// Tells everybody whose absence without notice is to be written about, and says how many. Where nobody is, nothing is
/// locked.
pub(super) async fn tell_due(centre: &Centre) -> Result<usize, MarkError> {
    let due: Vec<Uuid> = due(centre)
        .select_only()
        .column(mark::Column::ClassSessionId)
        .into_tuple()
        .all(centre.database())
        .await?;
    let classes: BTreeSet<Uuid> = due.into_iter().collect();
    let mut told = 0;
    for class in classes {
        match tell_of_class(centre, class).await {
            Ok(count) => told += count,
            // Called off meanwhile.
            Err(MarkError::Refused(MarkRefusal::NoClass)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(told)
}

/// Marks that say that somebody was absent, said nothing before and was not told of it. Whoever came to the run after a class
/// could say nothing about it. Each has stood for the hours of the settings by itself, however long its class is over: until
/// then the sheet may still be put right.
fn due(centre: &Centre) -> Select<mark::Entity> {
    let (settings, now) = (&centre.settings().attendance.absence, centre.clock().now());
    let (settled, since) =
        (now - TimeDelta::hours(settings.hours.into()), now - Days::new(settings.days.into()));
    let over = Query::select()
        .expr(Expr::val(1))
        .from(class_session::Entity)
        .and_where(class_session::Column::Id.into_expr().eq(mark::Column::ClassSessionId.into_expr()))
        .and_where(class_session::Column::State.eq(ClassState::Planned))
        .and_where(class_session::Column::EndsAt.lte(settled))
        // What no longer counts is not written about either.
        .and_where(class_session::Column::EndsAt.gt(since))
        .to_owned();
    // Found by `mark_absent`, whose condition stands here in the same words: of a value that comes later neither database
    // would know that the index holds it.
    let is_absent = Expr::cust(format!("mark.presence = '{}'", Presence::Absent.as_str()));
    mark::Entity::find()
        .filter(is_absent)
        .filter(mark::Column::ArrivedAt.lte(settled))
        .filter(mark::Column::ArrivedAt.gt(since))
        .filter(Expr::exists(over))
        .filter(Expr::exists(had_a_place()))
        .filter(
            Expr::exists(of_mark(
                absence_notice::Entity,
                absence_notice::Column::ClassSessionId,
                absence_notice::Column::ApplicationId,
            ))
            .not(),
        )
        .filter(
            Expr::exists(of_mark(
                no_show::Entity,
                no_show::Column::ClassSessionId,
                no_show::Column::ApplicationId,
            ))
            .not(),
        )
}

/// The application and the class of a mark, where the application came before the class was over.
fn had_a_place() -> SelectStatement {
    Query::select()
        .expr(Expr::val(1))
        .from(application::Entity)
        .inner_join(
            class_session::Entity,
            Expr::col((application::Entity, application::Column::AppliedAt))
                .lt(Expr::col((class_session::Entity, class_session::Column::EndsAt))),
        )
        .and_where(
            Expr::col((application::Entity, application::Column::Id))
                .equals((mark::Entity, mark::Column::ApplicationId)),
        )
        .and_where(
            Expr::col((class_session::Entity, class_session::Column::Id))
                .equals((mark::Entity, mark::Column::ClassSessionId)),
        )
        .to_owned()
}

/// The rows of a table that are about the same class and application as a mark; both tables have that for their key.
fn of_mark<E: EntityTrait>(table: E, class: E::Column, application: E::Column) -> SelectStatement {
    let same =
        |column: E::Column, other: mark::Column| Expr::col((table, column)).equals((mark::Entity, other));
    Query::select()
        .expr(Expr::val(1))
        .from(table)
        .and_where(same(class, mark::Column::ClassSessionId))
        .and_where(same(application, mark::Column::ApplicationId))
        .to_owned()
}

async fn tell_of_class(centre: &Centre, class: Uuid) -> Result<usize, MarkError> {
    let tx = centre.begin().await?;
    // Nobody corrects a mark between the look and the letter.
    let class = hold_class(&tx, class).await?;
    // One after the other also for a person with several classes; and the writer hears of new bars.
    turn(&tx).await?;
    let due = due(centre)
        .filter(mark::Column::ClassSessionId.eq(class.id))
        .order_by_asc(mark::Column::ApplicationId)
        .all(&tx)
        .await?;
    let of_run = OfRun::load(&tx, class.run_id).await?;
    for mark in &due {
        tell(&tx, centre, &class, &of_run, mark.application_id).await?;
    }
    tx.commit().await?;
    Ok(due.len())
}

/// What letters and counts need to know of a run.
struct OfRun {
    code: String,
    course: String,
    category: Category,
}

impl OfRun {
    async fn load<C: ConnectionTrait>(db: &C, run: Uuid) -> Result<Self, DbErr> {
        let missing = || DbErr::RecordNotFound("the run of a class".into());
        let run = run::Entity::find_by_id(run).one(db).await?.ok_or_else(missing)?;
        let course = course::Entity::find_by_id(run.course_id).one(db).await?.ok_or_else(missing)?;
        Ok(Self { code: run.code, course: course.title, category: course.category })
    }

    fn facts(&self, class: &class_session::Model) -> Facts {
        Facts {
            run_code: Some(self.code.clone()),
            course: Some(self.course.clone()),
            starts_at: Some(class.starts_at),
            category: Some(self.category.as_str().to_owned()),
            ..Facts::default()
        }
    }
}

async fn tell(
    tx: &DatabaseTransaction,
    centre: &Centre,
    class: &class_session::Model,
    of_run: &OfRun,
    application: Uuid,
) -> Result<(), DbErr> {
    let (settings, now) = (&centre.settings().attendance.absence, centre.clock().now());
    let place = application::Entity::find_by_id(application).one(tx).await?;
    let person = place.ok_or_else(|| DbErr::RecordNotFound("a mark's application".into()))?.person_id;
    let earlier: Vec<Told> = standing_of(tx, person, of_run.category).await?.iter().map(told).collect();
    let outcome = outcome(&earlier, settings, now);
    let mut facts = of_run.facts(class);
    let mut bar_id = None;
    let event = match outcome {
        NoShowOutcome::Told => Event::Absent,
        NoShowOutcome::Warned => Event::AbsentWarned,
        NoShowOutcome::Barred => {
            let (id, until) = (centre.clock().id(), now + Days::new(settings.bar_days.into()));
            let bar = absence_bar::ActiveModel {
                id: Set(id),
                person_id: Set(person),
                category: Set(of_run.category),
                from_at: Set(now),
                until_at: Set(until),
                ..Default::default()
            };
            absence_bar::Entity::insert(bar).exec_without_returning(tx).await?;
            (bar_id, facts.until) = (Some(id), Some(until));
            Event::AbsentBarred
        }
    };
    let row = no_show::ActiveModel {
        class_session_id: Set(class.id),
        application_id: Set(application),
        person_id: Set(person),
        category: Set(of_run.category),
        at: Set(now),
        outcome: Set(outcome),
        bar_id: Set(bar_id),
        withdrawn_at: Set(None),
    };
    no_show::Entity::insert(row).exec_without_returning(tx).await?;
    tell_people(tx, centre.clock(), &[person], event, facts).await
}

/// The absences of somebody in a category that still stand, oldest first. Found by `no_show_person`.
async fn standing_of<C: ConnectionTrait>(
    db: &C,
    person: Uuid,
    category: Category,
) -> Result<Vec<no_show::Model>, DbErr> {
    no_show::Entity::find()
        .filter(no_show::Column::PersonId.eq(person))
        .filter(no_show::Column::Category.eq(category))
        .filter(no_show::Column::WithdrawnAt.is_null())
        .order_by_asc(no_show::Column::At)
        .all(db)
        .await
}

fn told(row: &no_show::Model) -> Told {
    Told { at: row.at, outcome: row.outcome }
}

/// Takes back what was said about absences in a class whose marks now say otherwise, and lifts a bar that doesn't stand
/// without them. The class is held.
pub(super) async fn withdraw(
    tx: &DatabaseTransaction,
    centre: &Centre,
    class: &class_session::Model,
    applications: impl Iterator<Item = Uuid>,
) -> Result<(), DbErr> {
    let rows = no_show::Entity::find()
        .filter(no_show::Column::ClassSessionId.eq(class.id))
        .filter(no_show::Column::ApplicationId.is_in(applications))
        .filter(no_show::Column::WithdrawnAt.is_null())
        .all(tx)
        .await?;
    if rows.is_empty() {
        return Ok(());
    }
    let now = centre.clock().now();
    let of_run = OfRun::load(tx, class.run_id).await?;
    for row in rows {
        no_show::Entity::update_many()
            .col_expr(no_show::Column::WithdrawnAt, Expr::value(now))
            .filter(no_show::Column::ClassSessionId.eq(row.class_session_id))
            .filter(no_show::Column::ApplicationId.eq(row.application_id))
            .exec(tx)
            .await?;
        let event = match bar_without(tx, centre, &row).await? {
            Some(bar) => {
                lift(tx, centre, bar).await?;
                Event::AbsenceBarLifted
            }
            None => Event::AbsenceWithdrawn,
        };
        tell_people(tx, centre.clock(), &[row.person_id], event, of_run.facts(class)).await?;
    }
    Ok(())
}

/// The bar in force that rested on an absence which was just withdrawn and doesn't stand without it.
async fn bar_without<C: ConnectionTrait>(
    db: &C,
    centre: &Centre,
    withdrawn: &no_show::Model,
) -> Result<Option<Uuid>, DbErr> {
    let standing = standing_of(db, withdrawn.person_id, withdrawn.category).await?;
    let next = standing.iter().find(|row| row.bar_id.is_some() && row.at >= withdrawn.at);
    let Some(id) = withdrawn.bar_id.or(next.and_then(|row| row.bar_id)) else { return Ok(None) };
    if let (None, Some(barred)) = (withdrawn.bar_id, next) {
        let earlier: Vec<Told> =
            standing.iter().filter(|row| row.bar_id != Some(id) && row.at <= barred.at).map(told).collect();
        let settings = &centre.settings().attendance.absence;
        if outcome(&earlier, settings, barred.at) == NoShowOutcome::Barred {
            return Ok(None);
        }
    }
    let in_force = absence_bar::Entity::find_by_id(id)
        .filter(absence_bar::Column::LiftedAt.is_null())
        .filter(absence_bar::Column::UntilAt.gt(centre.clock().now()));
    Ok(in_force.one(db).await?.map(|bar| bar.id))
}

/// Lifts a bar; the writer hears of it.
pub(super) async fn lift(tx: &DatabaseTransaction, centre: &Centre, bar: Uuid) -> Result<(), DbErr> {
    turn(tx).await?;
    absence_bar::Entity::update_many()
        .col_expr(absence_bar::Column::LiftedAt, Expr::value(centre.clock().now()))
        .filter(absence_bar::Column::Id.eq(bar))
        .filter(absence_bar::Column::LiftedAt.is_null())
        .exec(tx)
        .await?;
    Ok(())
}
