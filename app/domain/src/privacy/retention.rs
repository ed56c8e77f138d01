//! Erasing what has been kept long enough. It is counted from the last day on which somebody had to do with the centre:
//! the end of their last class, the last word on an application, or the sign-up. Totals need none of it.

use chrono::{DateTime, Months, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, LockType, SelectStatement, UnionType};
use sea_orm::{
    ColumnTrait, Condition, DatabaseTransaction, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
};
use uuid::Uuid;

use crate::account::entity::{challenge, consent, contact, duty, person, web_session};
use crate::account::store::insert_consent;
use crate::account::{Neighbourhood, PersonState, PrivacyOfficer, Purpose, Sex, record};
use crate::attendance::entity::{
    absence_bar, absence_notice, attendance_try, certificate, mark, mark_event, no_show, staff_post, viewing,
};
use crate::broadcast::question::entity::question;
use crate::centre::Centre;
use crate::clock::Clock;
use crate::course::entity::class_session;
use crate::lesson::entity::lesson_progress;
use crate::notice::entity::notice;
use crate::registration::entity::{application, application_event, ticket};
use crate::statistics::fold::{fold, hold_runs};
use crate::studio::entity::{booking, booking_event, call_answer, call_answer_event};
use crate::survey::entity::survey_words;

/// How many people have something that was kept long enough for this purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    pub purpose: Purpose,
    pub people: u64,
}

/// What [`purge`] would erase now, purpose by purpose. Nothing is changed.
pub async fn due(centre: &Centre, _: &PrivacyOfficer) -> Result<Vec<Due>, DbErr> {
    let (db, now) = (centre.database(), centre.clock().now());
    let mut all = Vec::new();
    for &purpose in Purpose::ALL {
        let people = person::Entity::find().filter(kept_long_enough(purpose, now)).count(db).await?;
        all.push(Due { purpose, people });
    }
    Ok(all)
}

/// Erases it, one purpose after the other, each in a transaction of its own, and says for how many people.
pub async fn purge(centre: &Centre, by: &PrivacyOfficer) -> Result<Vec<Due>, DbErr> {
    let now = centre.clock().now();
    let mut all = Vec::new();
    for &purpose in Purpose::ALL {
        let tx = centre.begin().await?;
        // The first statement writes, so that nobody comes back between the look and the erasing.
        crate::centre::turn(&tx).await?;
        // Everybody's rows and then their runs', each by their ids, before any is changed: so do those who change their own
        // consents, and nobody waits for somebody who waits for them.
        let ids: Vec<Uuid> = person::Entity::find()
            .select_only()
            .column(person::Column::Id)
            .filter(kept_long_enough(purpose, now))
            .order_by_asc(person::Column::Id)
            .lock(LockType::NoKeyUpdate)
            .into_tuple()
            .all(&tx)
            .await?;
        if purpose == Purpose::Figures {
            hold_runs(&tx, &ids).await?;
        }
        for people in ids.chunks(PEOPLE_AT_ONCE) {
            erase(&tx, centre.clock(), purpose, people).await?;
        }
        for id in &ids {
            record(&tx, centre.clock(), Some(by.id()), "erase", "person", &id.to_string(), purpose.as_str())
                .await?;
        }
        if purpose == Purpose::Necessary {
            erase_survey_words(&tx, now).await?;
        }
        tx.commit().await?;
        all.push(Due { purpose, people: ids.len() as u64 });
    }
    Ok(all)
}

/// As many ids as go into one statement.
const PEOPLE_AT_ONCE: usize = 500;

fn years_ago(purpose: Purpose, now: DateTime<Utc>) -> DateTime<Utc> {
    let years = Months::new(12 * purpose.retention_years());
    now.checked_sub_months(years).unwrap_or(DateTime::<Utc>::MIN_UTC)
}

/// The people who still have data for this purpose and of whom nothing was heard since its years began.
fn kept_long_enough(purpose: Purpose, now: DateTime<Utc>) -> Condition {
    let since = years_ago(purpose, now);
    let has_data = match purpose {
        Purpose::Figures => Condition::any()
            .add(person::Column::BirthYear.is_not_null())
            .add(person::Column::Sex.is_not_null())
            .add(person::Column::Neighbourhood.is_not_null())
            .add(person::Column::Id.in_subquery(people_who_consent(purpose))),
        Purpose::News => Condition::all().add(person::Column::Id.in_subquery(people_who_consent(purpose))),
        // Nobody can sign in without an address, so the account closes with it.
        Purpose::Necessary => Condition::any()
            .add(person::Column::State.eq(PersonState::Active))
            .add(person::Column::Id.in_subquery(people_with_contacts())),
        Purpose::Statutory => Condition::all().add(person::Column::State.ne(PersonState::Erased)),
    };
    Condition::all()
        .add(has_data)
        .add(person::Column::CreatedAt.lt(since))
        .add(person::Column::Id.not_in_subquery(people_heard_of(since)))
        .add(person::Column::Id.not_in_subquery(people_with_tickets(since)))
        .add(person::Column::Id.not_in_subquery(people_with_bookings(since)))
        .add(person::Column::Id.not_in_subquery(people_with_answers(since)))
        .add(person::Column::Id.not_in_subquery(people_with_questions(since)))
        .add(person::Column::Id.not_in_subquery(people_with_lessons(since)))
        .add(person::Column::Id.not_in_subquery(people_with_certificates(since)))
        .add(person::Column::Id.not_in_subquery(people_with_marks(since)))
        .add(person::Column::Id.not_in_subquery(people_with_absences(since)))
        .add(person::Column::Id.not_in_subquery(people_on_duty()))
        .add(person::Column::Id.not_in_subquery(people_signed_in(now)))
}

/// Only changes are written down, so that whoever consents now has given once more often than withdrawn.
fn people_who_consent(purpose: Purpose) -> SelectStatement {
    let word = Expr::case(consent::Column::Given.eq(true), 1).finally(-1);
    consent::Entity::find()
        .select_only()
        .column(consent::Column::PersonId)
        .filter(consent::Column::Purpose.eq(purpose))
        .group_by(consent::Column::PersonId)
        .having(Expr::expr(word).sum().gt(0))
        .into_query()
}

fn people_with_contacts() -> SelectStatement {
    contact::Entity::find().select_only().column(contact::Column::PersonId).into_query()
}

fn people_on_duty() -> SelectStatement {
    duty::Entity::find().select_only().column(duty::Column::PersonId).into_query()
}

fn people_signed_in(now: DateTime<Utc>) -> SelectStatement {
    web_session::Entity::find()
        .select_only()
        .column(web_session::Column::PersonId)
        .filter(web_session::Column::PersonId.is_not_null())
        .filter(web_session::Column::ExpiresAt.gt(now))
        .into_query()
}

/// Those with a class since then, or a word on an application.
fn people_heard_of(since: DateTime<Utc>) -> SelectStatement {
    let events = application_event::Entity::find()
        .select_only()
        .column(application_event::Column::ApplicationId)
        .filter(application_event::Column::At.gte(since))
        .into_query();
    let classes = class_session::Entity::find()
        .select_only()
        .column(class_session::Column::RunId)
        .filter(class_session::Column::EndsAt.gte(since))
        .into_query();
    application::Entity::find()
        .select_only()
        .column(application::Column::PersonId)
        .filter(
            application::Column::Id.in_subquery(events).or(application::Column::RunId.in_subquery(classes)),
        )
        .into_query()
}

/// Those who came to the desk since then, whatever came of it.
fn people_with_tickets(since: DateTime<Utc>) -> SelectStatement {
    ticket::Entity::find()
        .select_only()
        .column(ticket::Column::PersonId)
        .filter(ticket::Column::EnteredAt.gte(since))
        .into_query()
}

/// Those who had or asked for a space since then.
fn people_with_bookings(since: DateTime<Utc>) -> SelectStatement {
    booking::Entity::find()
        .select_only()
        .column(booking::Column::PersonId)
        .filter(booking::Column::PersonId.is_not_null())
        .filter(booking::Column::EndsAt.gte(since).or(booking::Column::CreatedAt.gte(since)))
        .into_query()
}

/// Those who answered an open call, or to whose answer something happened since then.
fn people_with_answers(since: DateTime<Utc>) -> SelectStatement {
    let events = call_answer_event::Entity::find()
        .select_only()
        .column(call_answer_event::Column::AnswerId)
        .filter(call_answer_event::Column::At.gte(since))
        .into_query();
    call_answer::Entity::find()
        .select_only()
        .column(call_answer::Column::PersonId)
        .filter(call_answer::Column::Id.in_subquery(events))
        .into_query()
}

/// Those who have asked something during a broadcast since then.
fn people_with_questions(since: DateTime<Utc>) -> SelectStatement {
    question::Entity::find()
        .select_only()
        .column(question::Column::PersonId)
        .filter(question::Column::AskedAt.gte(since))
        .into_query()
}

/// Those who watched a recorded lesson since then, or said so.
fn people_with_lessons(since: DateTime<Utc>) -> SelectStatement {
    let said = lesson_progress::Column::SaidAt.gte(since);
    lesson_progress::Entity::find()
        .select_only()
        .column(lesson_progress::Column::PersonId)
        .filter(lesson_progress::Column::UpdatedAt.gte(since).or(said))
        .into_query()
}

/// Those to whom a certificate was issued since then.
fn people_with_certificates(since: DateTime<Utc>) -> SelectStatement {
    let certificates = certificate::Entity::find()
        .select_only()
        .column(certificate::Column::ApplicationId)
        .filter(certificate::Column::IssuedAt.gte(since))
        .into_query();
    application::Entity::find()
        .select_only()
        .column(application::Column::PersonId)
        .filter(application::Column::Id.in_subquery(certificates))
        .into_query()
}

/// Those of whose attendance something was said since then: a mark may be made or put right long after its class.
fn people_with_marks(since: DateTime<Utc>) -> SelectStatement {
    let marks = mark::Entity::find()
        .select_only()
        .column(mark::Column::ApplicationId)
        .filter(mark::Column::ArrivedAt.gte(since))
        .into_query();
    let notices = absence_notice::Entity::find()
        .select_only()
        .column(absence_notice::Column::ApplicationId)
        .filter(absence_notice::Column::At.gte(since))
        .into_query();
    application::Entity::find()
        .select_only()
        .column(application::Column::PersonId)
        .filter(application::Column::Id.in_subquery(marks).or(application::Column::Id.in_subquery(notices)))
        .into_query()
}

/// Those who were told of an absence since then, or barred, or about whose bar something was said.
fn people_with_absences(since: DateTime<Utc>) -> SelectStatement {
    let bars = absence_bar::Entity::find()
        .select_only()
        .column(absence_bar::Column::PersonId)
        .filter(
            Condition::any()
                .add(absence_bar::Column::UntilAt.gte(since))
                .add(absence_bar::Column::AppealedAt.gte(since))
                .add(absence_bar::Column::AnsweredAt.gte(since)),
        )
        .into_query();
    let told = no_show::Column::At.gte(since).or(no_show::Column::WithdrawnAt.gte(since));
    no_show::Entity::find()
        .select_only()
        .column(no_show::Column::PersonId)
        .filter(told)
        .into_query()
        .union(UnionType::Distinct, bars)
        .to_owned()
}

async fn erase(
    tx: &DatabaseTransaction,
    clock: &Clock,
    purpose: Purpose,
    people: &[Uuid],
) -> Result<(), DbErr> {
    let of = |column: person::Column| column.is_in(people.iter().copied());
    let change = || person::Entity::update_many().filter(of(person::Column::Id));
    match purpose {
        Purpose::Figures => {
            fold(tx, clock, people).await?;
            change()
                .col_expr(person::Column::BirthYear, Expr::value(None::<i32>))
                .col_expr(person::Column::Sex, Expr::value(None::<Sex>))
                .col_expr(person::Column::Neighbourhood, Expr::value(None::<Neighbourhood>))
                .exec(tx)
                .await?;
            end_consent(tx, clock, purpose, people).await
        }
        Purpose::News => end_consent(tx, clock, purpose, people).await,
        Purpose::Necessary => {
            change()
                .col_expr(person::Column::State, Expr::value(PersonState::Closed))
                .col_expr(person::Column::PasswordHash, Expr::value(None::<String>))
                .filter(person::Column::State.eq(PersonState::Active))
                .exec(tx)
                .await?;
            erase_watching(tx, people).await?;
            erase_absences(tx, people).await?;
            erase_addresses(tx, people).await
        }
        Purpose::Statutory => {
            change()
                .col_expr(person::Column::Name, Expr::value(""))
                .col_expr(person::Column::LatinName, Expr::value(None::<String>))
                .col_expr(person::Column::GroupName, Expr::value(None::<String>))
                .col_expr(person::Column::State, Expr::value(PersonState::Erased))
                .exec(tx)
                .await?;
            // That a number was given, and whether it is a true one, stays.
            certificate::Entity::update_many()
                .col_expr(certificate::Column::Name, Expr::value(""))
                .col_expr(certificate::Column::LatinName, Expr::value(None::<String>))
                .filter(certificate::Column::ApplicationId.in_subquery(applications_of(people)))
                .exec(tx)
                .await?;
            Ok(())
        }
    }
}

/// The years of the consent are over: it counts as withdrawn.
async fn end_consent(
    tx: &DatabaseTransaction,
    clock: &Clock,
    purpose: Purpose,
    people: &[Uuid],
) -> Result<(), DbErr> {
    let consenting: Vec<Uuid> = person::Entity::find()
        .select_only()
        .column(person::Column::Id)
        .filter(person::Column::Id.is_in(people.iter().copied()))
        .filter(person::Column::Id.in_subquery(people_who_consent(purpose)))
        .into_tuple()
        .all(tx)
        .await?;
    for person in consenting {
        insert_consent(tx, clock, person, purpose, false).await?;
    }
    Ok(())
}

/// What people wrote of a run leads to nobody, and may yet say who they are: it ends as their addresses do, counted from the
/// last class.
async fn erase_survey_words(tx: &DatabaseTransaction, now: DateTime<Utc>) -> Result<(), DbErr> {
    let recent = class_session::Entity::find()
        .select_only()
        .column(class_session::Column::RunId)
        .filter(class_session::Column::EndsAt.gte(years_ago(Purpose::Necessary, now)))
        .into_query();
    survey_words::Entity::delete_many()
        .filter(survey_words::Column::RunId.not_in_subquery(recent))
        .exec(tx)
        .await?;
    Ok(())
}

/// What they watched, minute by minute. That they finished a lesson is a record of their learning and stays.
async fn erase_watching(tx: &DatabaseTransaction, people: &[Uuid]) -> Result<(), DbErr> {
    let theirs = lesson_progress::Column::PersonId.is_in(people.iter().copied());
    lesson_progress::Entity::delete_many()
        .filter(theirs.clone())
        .filter(lesson_progress::Column::DoneAt.is_null())
        .filter(lesson_progress::Column::SaidAt.is_null())
        .exec(tx)
        .await?;
    lesson_progress::Entity::update_many()
        .col_expr(lesson_progress::Column::Watched, Expr::value(""))
        .col_expr(lesson_progress::Column::Position, Expr::value(0))
        .filter(theirs)
        .exec(tx)
        .await?;
    Ok(())
}

fn applications_of(people: &[Uuid]) -> SelectStatement {
    application::Entity::find()
        .select_only()
        .column(application::Column::Id)
        .filter(application::Column::PersonId.is_in(people.iter().copied()))
        .into_query()
}

/// Minute by minute when they watched a class, and what was said about their absence. That they were there or not is a
/// record of the class and stays.
async fn erase_absences(tx: &DatabaseTransaction, people: &[Uuid]) -> Result<(), DbErr> {
    let applications = applications_of(people);
    viewing::Entity::delete_many()
        .filter(viewing::Column::ApplicationId.in_subquery(applications.clone()))
        .exec(tx)
        .await?;
    absence_notice::Entity::update_many()
        .col_expr(absence_notice::Column::Reason, Expr::value(None::<String>))
        .filter(absence_notice::Column::ApplicationId.in_subquery(applications.clone()))
        .exec(tx)
        .await?;
    mark_event::Entity::update_many()
        .col_expr(mark_event::Column::Reason, Expr::value(None::<String>))
        .filter(mark_event::Column::ApplicationId.in_subquery(applications))
        .exec(tx)
        .await?;
    absence_bar::Entity::update_many()
        .col_expr(absence_bar::Column::Appeal, Expr::value(None::<String>))
        .col_expr(absence_bar::Column::Answer, Expr::value(None::<String>))
        .filter(absence_bar::Column::PersonId.is_in(people.iter().copied()))
        .exec(tx)
        .await?;
    Ok(())
}

/// Every way to reach them, and what people wrote in their own words.
async fn erase_addresses(tx: &DatabaseTransaction, people: &[Uuid]) -> Result<(), DbErr> {
    let applications = applications_of(people);
    let people = || people.iter().copied();
    contact::Entity::delete_many().filter(contact::Column::PersonId.is_in(people())).exec(tx).await?;
    challenge::Entity::delete_many().filter(challenge::Column::PersonId.is_in(people())).exec(tx).await?;
    notice::Entity::update_many()
        .col_expr(notice::Column::Facts, Expr::value("{}"))
        .filter(notice::Column::PersonId.is_in(people()))
        .exec(tx)
        .await?;
    staff_post::Entity::delete_many().filter(staff_post::Column::PersonId.is_in(people())).exec(tx).await?;
    certificate::Entity::update_many()
        .col_expr(certificate::Column::Reason, Expr::value(None::<String>))
        .filter(certificate::Column::ApplicationId.in_subquery(applications.clone()))
        .exec(tx)
        .await?;
    application_event::Entity::update_many()
        .col_expr(application_event::Column::Reason, Expr::value(None::<String>))
        .filter(application_event::Column::ApplicationId.in_subquery(applications.clone()))
        .exec(tx)
        .await?;
    attendance_try::Entity::delete_many()
        .filter(attendance_try::Column::ApplicationId.in_subquery(applications))
        .exec(tx)
        .await?;
    question::Entity::update_many()
        .col_expr(question::Column::Nickname, Expr::value(None::<String>))
        .col_expr(question::Column::Words, Expr::value(None::<String>))
        .filter(question::Column::PersonId.is_in(people()))
        .exec(tx)
        .await?;
    let bookings = booking::Entity::find()
        .select_only()
        .column(booking::Column::Id)
        .filter(booking::Column::PersonId.is_in(people()))
        .into_query();
    booking_event::Entity::update_many()
        .col_expr(booking_event::Column::Reason, Expr::value(None::<String>))
        .filter(booking_event::Column::BookingId.in_subquery(bookings))
        .exec(tx)
        .await?;
    // Names of people who were never asked for an account; when and for what the space was used is no person's.
    booking::Entity::update_many()
        .col_expr(booking::Column::InCharge, Expr::value(None::<String>))
        .col_expr(booking::Column::Presenter, Expr::value(None::<String>))
        .col_expr(booking::Column::Help, Expr::value(None::<String>))
        .col_expr(booking::Column::Reason, Expr::value(None::<String>))
        .filter(booking::Column::PersonId.is_in(people()))
        .exec(tx)
        .await?;
    let answers = call_answer::Entity::find()
        .select_only()
        .column(call_answer::Column::Id)
        .filter(call_answer::Column::PersonId.is_in(people()))
        .into_query();
    call_answer_event::Entity::update_many()
        .col_expr(call_answer_event::Column::Reason, Expr::value(None::<String>))
        .filter(call_answer_event::Column::AnswerId.in_subquery(answers))
        .exec(tx)
        .await?;
    call_answer::Entity::update_many()
        .col_expr(call_answer::Column::Words, Expr::value(None::<String>))
        .col_expr(call_answer::Column::Reason, Expr::value(None::<String>))
        .filter(call_answer::Column::PersonId.is_in(people()))
        .exec(tx)
        .await?;
    Ok(())
}
