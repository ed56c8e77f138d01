//! Certificates of completion: issuing them under a year's next number, revoking them, and saying whether one is true.

use std::collections::HashMap;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use rand::Rng;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait,
    QueryFilter, QueryOrder,
};
use thiserror::Error;
use uuid::Uuid;

use crate::account::access::look;
use crate::account::entity::person;
use crate::account::tell::tell_people;
use crate::account::{Desk, Duty, RunEditor, SignedIn, Subject, TrainingManager, record};
use crate::attendance::entity::{certificate, certificate_serial, completion, run_closing};
use crate::attendance::{CertificateNumber, CompletionState};
use crate::centre::Centre;
use crate::course::entity::{class_session, course, run};
use crate::course::{ClassState, Line};
use crate::notice::{Event, Facts};
use crate::registration::entity::application;
use crate::seoul;

/// Why a certificate isn't issued or revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CertificateRefusal {
    #[error("the run isn't closed")]
    NotClosed,
    #[error("nobody who has completed it lacks a certificate")]
    Nobody,
    #[error("no such certificate, or revoked already")]
    NotFound,
}

#[derive(Debug, Error)]
pub enum CertificateError {
    #[error(transparent)]
    Refused(#[from] CertificateRefusal),
    #[error(transparent)]
    Db(#[from] DbErr),
}

/// For whom certificates are issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum For {
    /// Everybody who has completed the run and has none.
    All,
    /// The one of this application.
    One(Uuid),
}

impl certificate::Model {
    pub fn number(&self) -> CertificateNumber {
        CertificateNumber { year: self.year, serial: self.serial.unsigned_abs() }
    }
}

/// Issues certificates of a closed run, in the order in which people had applied, and says how many.
pub async fn issue(
    centre: &Centre,
    by: &TrainingManager,
    run: Uuid,
    whom: For,
) -> Result<usize, CertificateError> {
    let (tx, now) = (centre.begin().await?, centre.clock().now());
    let year = seoul::day(now).year();
    // Held until the numbers are used or given back, so that they have no gap and nobody gets two.
    take_serials(&tx, year, 0).await?;
    if run_closing::Entity::find_by_id(run).one(&tx).await?.is_none() {
        return Err(CertificateRefusal::NotClosed.into());
    }
    let due = due(&tx, run, whom).await?;
    if due.is_empty() {
        return Err(CertificateRefusal::Nobody.into());
    }
    let count = i32::try_from(due.len()).unwrap_or(i32::MAX);
    let last = take_serials(&tx, year, count).await?;
    let run = run::Entity::find_by_id(run).one(&tx).await?.ok_or(CertificateRefusal::NotClosed)?;
    let course = course::Entity::find_by_id(run.course_id).one(&tx).await?;
    let (title, title_en) = course.map(|course| (course.title, course.title_en)).unwrap_or_default();
    for (serial, (place, person)) in (last - count + 1..).zip(&due) {
        let id = centre.clock().id();
        let row = certificate::ActiveModel {
            id: Set(id),
            application_id: Set(place.id),
            year: Set(year),
            serial: Set(serial),
            token: Set(BASE64_URL_SAFE_NO_PAD.encode(rand::rng().random::<[u8; 16]>())),
            name: Set(person.name.clone()),
            latin_name: Set(person.latin_name.clone()),
            course: Set(title.clone()),
            course_en: Set(title_en.clone()),
            issued_at: Set(now),
            issued_by: Set(by.id()),
            ..Default::default()
        };
        certificate::Entity::insert(row).exec_without_returning(&tx).await?;
        record(&tx, centre.clock(), Some(by.id()), "add", "certificate", &id.to_string(), "number").await?;
        let facts = facts(place.id, &run.code, &title, None);
        tell_people(&tx, centre.clock(), &[person.id], Event::CertificateIssued, facts).await?;
    }
    tx.commit().await?;
    Ok(due.len())
}

fn facts(application: Uuid, run: &str, course: &str, reason: Option<&Line>) -> Facts {
    Facts {
        application: Some(application),
        run_code: Some(run.to_owned()),
        course: Some(course.to_owned()),
        reason: reason.map(|reason| reason.as_str().to_owned()),
        ..Facts::default()
    }
}

/// Takes `count` numbers of a year; the last of them.
async fn take_serials(tx: &DatabaseTransaction, year: i32, count: i32) -> Result<i32, DbErr> {
    let row = certificate_serial::ActiveModel { year: Set(year), last: Set(count) };
    let more = Expr::col((certificate_serial::Entity, certificate_serial::Column::Last)).add(count);
    let again = OnConflict::column(certificate_serial::Column::Year)
        .value(certificate_serial::Column::Last, more)
        .to_owned();
    certificate_serial::Entity::insert(row).on_conflict(again).exec_without_returning(tx).await?;
    let row = certificate_serial::Entity::find_by_id(year).one(tx).await?;
    Ok(row.map_or(count, |row| row.last))
}

/// Those who have completed a run and have no certificate, in the order of their applications.
async fn due(
    tx: &DatabaseTransaction,
    run: Uuid,
    whom: For,
) -> Result<Vec<(application::Model, person::Model)>, DbErr> {
    let one = match whom {
        For::All => None,
        For::One(application) => Some(completion::Column::ApplicationId.eq(application)),
    };
    let completed = completion::Entity::find()
        .filter(completion::Column::RunId.eq(run))
        .filter(completion::Column::State.eq(CompletionState::Completed))
        .filter(Condition::all().add_option(one))
        .all(tx)
        .await?;
    let true_ones = true_ones(tx, completed.iter().map(|row| row.application_id)).await?;
    let places = application::Entity::find()
        .filter(application::Column::Id.is_in(completed.iter().map(|row| row.application_id)))
        .order_by_asc(application::Column::Stamp)
        .all(tx)
        .await?;
    let people = person::Entity::find()
        .filter(person::Column::Id.is_in(places.iter().map(|place| place.person_id)))
        .all(tx)
        .await?;
    let mut people: HashMap<Uuid, person::Model> = people.into_iter().map(|row| (row.id, row)).collect();
    let without = places.into_iter().filter(|place| !true_ones.contains_key(&place.id));
    Ok(without.filter_map(|place| people.remove(&place.person_id).map(|person| (place, person))).collect())
}

async fn true_ones<C: ConnectionTrait>(
    db: &C,
    applications: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, certificate::Model>, DbErr> {
    let rows = certificate::Entity::find()
        .filter(certificate::Column::ApplicationId.is_in(applications))
        .filter(certificate::Column::RevokedAt.is_null())
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.application_id, row)).collect())
}

/// Revokes a certificate of a run for a reason, which its owner reads. Its number is never given again.
pub async fn revoke(
    centre: &Centre,
    by: &TrainingManager,
    run: Uuid,
    id: Uuid,
    reason: &Line,
) -> Result<(), CertificateError> {
    let (tx, now) = (centre.begin().await?, centre.clock().now());
    let revoked = certificate::Entity::update_many()
        .col_expr(certificate::Column::RevokedAt, Expr::value(now))
        .col_expr(certificate::Column::RevokedBy, Expr::value(by.id()))
        .col_expr(certificate::Column::Reason, Expr::value(reason.as_str()))
        .filter(certificate::Column::Id.eq(id))
        .filter(certificate::Column::RevokedAt.is_null())
        .exec(&tx)
        .await?;
    let row = certificate::Entity::find_by_id(id).one(&tx).await?.filter(|_| revoked.rows_affected == 1);
    let row = row.ok_or(CertificateRefusal::NotFound)?;
    let place = application::Entity::find_by_id(row.application_id).one(&tx).await?;
    let place = place.filter(|place| place.run_id == run).ok_or(CertificateRefusal::NotFound)?;
    let run = run::Entity::find_by_id(run).one(&tx).await?.ok_or(CertificateRefusal::NotFound)?;
    let facts = facts(place.id, &run.code, &row.course, Some(reason));
    tell_people(&tx, centre.clock(), &[place.person_id], Event::CertificateRevoked, facts).await?;
    record(&tx, centre.clock(), Some(by.id()), "revoke", "certificate", &id.to_string(), "reason").await?;
    tx.commit().await?;
    Ok(())
}

/// Whether the certificate with this token is a true one; a revoked one isn't.
pub async fn is_true<C: ConnectionTrait>(db: &C, token: &str) -> Result<bool, DbErr> {
    let row = certificate::Entity::find()
        .filter(certificate::Column::Token.eq(token))
        .filter(certificate::Column::RevokedAt.is_null())
        .one(db)
        .await?;
    Ok(row.is_some())
}

/// All certificates of a run, revoked ones too, by number.
pub async fn list_of_run(centre: &Centre, by: &RunEditor) -> Result<Vec<certificate::Model>, DbErr> {
    let completed = completion::Entity::find()
        .filter(completion::Column::RunId.eq(by.run()))
        .all(centre.database())
        .await?;
    certificate::Entity::find()
        .filter(certificate::Column::ApplicationId.is_in(completed.iter().map(|row| row.application_id)))
        .order_by_asc(certificate::Column::Year)
        .order_by_asc(certificate::Column::Serial)
        .all(centre.database())
        .await
}

/// The viewer's own true certificate of an application.
pub async fn find_mine(
    centre: &Centre,
    who: &SignedIn,
    application: Uuid,
) -> Result<Option<certificate::Model>, DbErr> {
    let place = application::Entity::find_by_id(application)
        .filter(application::Column::PersonId.eq(who.id()))
        .one(centre.database())
        .await?;
    match place {
        Some(place) => Ok(true_ones(centre.database(), [place.id]).await?.remove(&place.id)),
        None => Ok(None),
    }
}

/// All that a certificate says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    pub number: CertificateNumber,
    pub token: String,
    pub name: String,
    pub latin_name: Option<String>,
    pub course: String,
    pub course_en: Option<String>,
    pub first_day: NaiveDate,
    pub last_day: NaiveDate,
    /// Minutes.
    pub planned: u32,
    /// Minutes.
    pub attended: u32,
    pub issued_at: DateTime<Utc>,
}

/// What the viewer's own certificate says.
pub async fn read_mine(
    centre: &Centre,
    who: &SignedIn,
    application: Uuid,
) -> Result<Option<Certificate>, DbErr> {
    let Some(row) = find_mine(centre, who, application).await? else { return Ok(None) };
    Ok(read(centre, vec![row]).await?.pop())
}

/// What all true certificates of a run say, by number, to print them. The look is written down.
pub async fn read_run(
    centre: &Centre,
    by: &TrainingManager,
    run: &run::Model,
) -> Result<Vec<Certificate>, DbErr> {
    look(centre, by.id(), Duty::TrainingManager, Subject::Run, &run.code).await?;
    let completed = completion::Entity::find()
        .filter(completion::Column::RunId.eq(run.id))
        .all(centre.database())
        .await?;
    let rows = true_ones(centre.database(), completed.iter().map(|row| row.application_id)).await?;
    let mut rows: Vec<_> = rows.into_values().collect();
    rows.sort_by_key(certificate::Model::number);
    read(centre, rows).await
}

/// What the certificate of somebody at the desk says, to print it. The look is written down.
pub async fn read_at_desk(
    centre: &Centre,
    by: &Desk,
    run: Uuid,
    application: Uuid,
) -> Result<Option<Certificate>, DbErr> {
    let place = application::Entity::find_by_id(application)
        .filter(application::Column::RunId.eq(run))
        .one(centre.database())
        .await?;
    let Some(place) = place else { return Ok(None) };
    let Some(row) = true_ones(centre.database(), [place.id]).await?.remove(&place.id) else {
        return Ok(None);
    };
    look(centre, by.id(), Duty::FrontDesk, Subject::Person, &place.person_id.to_string()).await?;
    Ok(read(centre, vec![row]).await?.pop())
}

/// Whether somebody at the desk has a certificate to print.
pub async fn is_issued(centre: &Centre, _: &Desk, application: Uuid) -> Result<bool, DbErr> {
    Ok(!true_ones(centre.database(), [application]).await?.is_empty())
}

async fn read(centre: &Centre, rows: Vec<certificate::Model>) -> Result<Vec<Certificate>, DbErr> {
    let db = centre.database();
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(done) = completion::Entity::find_by_id(row.application_id).one(db).await? else { continue };
        let classes = class_session::Entity::find()
            .filter(class_session::Column::RunId.eq(done.run_id))
            .filter(class_session::Column::State.eq(ClassState::Planned))
            .order_by_asc(class_session::Column::StartsAt)
            .all(db)
            .await?;
        let (Some(first), Some(last)) = (classes.first(), classes.last()) else { continue };
        all.push(Certificate {
            number: row.number(),
            token: row.token,
            name: row.name,
            latin_name: row.latin_name,
            course: row.course,
            course_en: row.course_en,
            first_day: seoul::day(first.starts_at),
            last_day: seoul::day(last.starts_at),
            planned: done.planned.unsigned_abs(),
            attended: done.minutes.unsigned_abs(),
            issued_at: row.issued_at,
        });
    }
    Ok(all)
}
