//! Checking oneself in: by the code on the room's screen, which changes every twenty seconds, or by one's own number at the
//! desk or at that screen.

use chrono::{DateTime, TimeDelta, Utc};
use rand::Rng;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use thiserror::Error;
use uuid::Uuid;

use crate::account::store::names_of;
use crate::account::{Desk, RunEditor, SignedIn, mask_name};
use crate::attendance::entity::{check_in_code, mark};
use crate::attendance::key::{BYTES, key_of_class, sign, verify};
use crate::attendance::sheet::{Made, Maker, MarkError, MarkRefusal, hold_class, settle};
use crate::attendance::{CheckInNumber, CheckInTime, Mark, MarkWay, Presence, check_in_time, missed_at};
use crate::centre::Centre;
use crate::course::ClassState;
use crate::course::entity::class_session;
use crate::registration::State;
use crate::registration::entity::application;

/// Why somebody isn't checked in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CheckInRefusal {
    #[error("no such class, or it doesn't take place")]
    NoClass,
    #[error("check-in begins later")]
    Early(DateTime<Utc>),
    #[error("the class is over")]
    Over,
    #[error("the code on the screen has changed since")]
    Stale,
    #[error("no place in this class")]
    NoPlace,
    #[error("nobody of this class has this number")]
    WrongNumber,
    #[error("the run is closed")]
    Closed,
}

#[derive(Debug, Error)]
pub enum CheckInError {
    #[error(transparent)]
    Refused(#[from] CheckInRefusal),
    #[error(transparent)]
    Db(#[from] DbErr),
}

impl From<MarkError> for CheckInError {
    fn from(error: MarkError) -> Self {
        match error {
            MarkError::Refused(MarkRefusal::Closed) => CheckInRefusal::Closed.into(),
            MarkError::Refused(MarkRefusal::NoClass) => CheckInRefusal::NoClass.into(),
            // Only who judges is asked about the time for marks.
            MarkError::Refused(MarkRefusal::Early(from)) => CheckInRefusal::Early(from).into(),
            MarkError::Refused(MarkRefusal::Late) => CheckInRefusal::Over.into(),
            MarkError::Db(error) => error.into(),
        }
    }
}

/// How somebody was marked by checking in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedIn {
    /// For eyes beside theirs.
    pub masked_name: String,
    pub mark: Mark,
    pub class: Uuid,
}

/// How long one code stands on a screen.
pub const STEP: TimeDelta = TimeDelta::seconds(20);

/// So long after a scan one may still say who one is: whoever isn't signed in types a number.
const CLAIM: TimeDelta = TimeDelta::minutes(5);

/// The code of a class for its screen now.
pub async fn screen_code(centre: &Centre, class: &class_session::Model) -> Result<String, DbErr> {
    let key = key_of_class(centre.database(), centre, class.id).await?;
    Ok(hex(&sign(&key, "screen", &step(centre.clock().now()).to_be_bytes())))
}

fn step(at: DateTime<Utc>) -> i64 {
    at.timestamp().div_euclid(STEP.num_seconds())
}

/// What a scan is worth: a claim to be in the room, good for minutes. The code before the one on the screen will do.
pub async fn scan(centre: &Centre, class: &class_session::Model, code: &str) -> Result<String, CheckInError> {
    let now = centre.clock().now();
    is_time(centre, class)?;
    let key = key_of_class(centre.database(), centre, class.id).await?;
    let code = unhex(code).ok_or(CheckInRefusal::Stale)?;
    let shown = [step(now), step(now) - 1];
    if !shown.iter().any(|step| verify(&key, "screen", &step.to_be_bytes(), &code)) {
        return Err(CheckInRefusal::Stale.into());
    }
    let until = (now + CLAIM).timestamp();
    Ok(format!("{until}-{}", hex(&sign(&key, "claim", &until.to_be_bytes()))))
}

/// Whether a claim is one of ours and still good.
pub async fn check_claim(
    centre: &Centre,
    class: &class_session::Model,
    claim: &str,
) -> Result<(), CheckInError> {
    is_time(centre, class)?;
    let key = key_of_class(centre.database(), centre, class.id).await?;
    let (until, signature) = claim.split_once('-').ok_or(CheckInRefusal::Stale)?;
    let until: i64 = until.parse().map_err(|_| CheckInRefusal::Stale)?;
    let signature = unhex(signature).ok_or(CheckInRefusal::Stale)?;
    let is_ours = verify(&key, "claim", &until.to_be_bytes(), &signature);
    if is_ours && centre.clock().now().timestamp() < until {
        Ok(())
    } else {
        Err(CheckInRefusal::Stale.into())
    }
}

fn is_time(centre: &Centre, class: &class_session::Model) -> Result<(), CheckInRefusal> {
    let minutes = centre.settings().attendance.check_in_minutes;
    match check_in_time((class.starts_at, class.ends_at), minutes, centre.clock().now()) {
        CheckInTime::Early { from } => Err(CheckInRefusal::Early(from)),
        CheckInTime::Open => Ok(()),
        CheckInTime::Over => Err(CheckInRefusal::Over),
    }
}

/// Checks in whoever is signed in, by a claim.
pub async fn check_in(
    centre: &Centre,
    who: &SignedIn,
    class: &class_session::Model,
    claim: &str,
) -> Result<CheckedIn, CheckInError> {
    check_claim(centre, class, claim).await?;
    let place = application::Entity::find()
        .filter(application::Column::RunId.eq(class.run_id))
        .filter(application::Column::PersonId.eq(who.id()))
        .filter(application::Column::State.eq(State::Booked))
        .one(centre.database())
        .await?
        .ok_or(CheckInRefusal::NoPlace)?;
    arrive(centre, class, &place, Maker::itself(MarkWay::Qr)).await
}

/// Checks in whoever has this number, by a claim.
pub async fn check_in_by_number(
    centre: &Centre,
    class: &class_session::Model,
    claim: &str,
    number: &CheckInNumber,
) -> Result<CheckedIn, CheckInError> {
    check_claim(centre, class, claim).await?;
    let place = find_in_class(centre, class, number).await?;
    arrive(centre, class, &place, Maker::itself(MarkWay::Qr)).await
}

/// Checks in whoever types their number at the screen of a class.
pub async fn check_in_at_screen(
    centre: &Centre,
    _: &Screen,
    class: &class_session::Model,
    number: &CheckInNumber,
) -> Result<CheckedIn, CheckInError> {
    is_time(centre, class)?;
    let place = find_in_class(centre, class, number).await?;
    arrive(centre, class, &place, Maker::itself(MarkWay::Kiosk)).await
}

/// Checks in whoever says their number at the desk, for the class of theirs that goes on or begins soon.
pub async fn check_in_at_desk(
    centre: &Centre,
    desk: &Desk,
    number: &CheckInNumber,
) -> Result<CheckedIn, CheckInError> {
    check_in_now(centre, number, Maker { by: Some(desk.id()), ..Maker::itself(MarkWay::Desk) }).await
}

/// Checks in whoever has this number, for the class of theirs that goes on or begins soon.
pub(super) async fn check_in_now(
    centre: &Centre,
    number: &CheckInNumber,
    how: Maker<'_>,
) -> Result<CheckedIn, CheckInError> {
    let place = find_place(centre, number).await?;
    let class = find_next_class(centre, place.run_id).await?.ok_or(CheckInRefusal::NoClass)?;
    is_time(centre, &class)?;
    arrive(centre, &class, &place, how).await
}

/// May have the screen of a class: whoever teaches it, the office, the desk.
#[derive(Clone, Debug)]
pub struct Screen(());

impl Screen {
    pub fn of_editor(_: &RunEditor) -> Self {
        Self(())
    }

    pub fn of_desk(_: &Desk) -> Self {
        Self(())
    }
}

/// The class of a run that isn't over and begins first.
async fn find_next_class(centre: &Centre, run: Uuid) -> Result<Option<class_session::Model>, DbErr> {
    class_session::Entity::find()
        .filter(class_session::Column::RunId.eq(run))
        .filter(class_session::Column::State.eq(ClassState::Planned))
        .filter(class_session::Column::EndsAt.gt(centre.clock().now()))
        .order_by_asc(class_session::Column::StartsAt)
        .one(centre.database())
        .await
}

async fn find_place(centre: &Centre, number: &CheckInNumber) -> Result<application::Model, CheckInError> {
    let db = centre.database();
    let code = check_in_code::Entity::find().filter(check_in_code::Column::Digits.eq(number.as_str()));
    let code = code.one(db).await?.ok_or(CheckInRefusal::WrongNumber)?;
    let place = application::Entity::find_by_id(code.application_id).one(db).await?;
    Ok(place.filter(|place| place.state == State::Booked).ok_or(CheckInRefusal::WrongNumber)?)
}

async fn find_in_class(
    centre: &Centre,
    class: &class_session::Model,
    number: &CheckInNumber,
) -> Result<application::Model, CheckInError> {
    let place = find_place(centre, number).await?;
    if place.run_id == class.run_id { Ok(place) } else { Err(CheckInRefusal::WrongNumber.into()) }
}

/// Marks somebody who has just come: late where it is later than is tolerated. What stands already stays.
async fn arrive(
    centre: &Centre,
    class: &class_session::Model,
    place: &application::Model,
    how: Maker<'_>,
) -> Result<CheckedIn, CheckInError> {
    let now = centre.clock().now();
    let tolerated = TimeDelta::minutes(centre.settings().attendance.tolerated_minutes.into());
    let presence = if now <= class.starts_at + tolerated { Presence::Present } else { Presence::Late };
    let minutes = centre.settings().attendance.tolerated_minutes;
    let mark = Mark::new(presence, missed_at(presence, (class.starts_at, class.ends_at), now, minutes));
    let tx = centre.begin().await?;
    let class = hold_class(&tx, class.id).await?;
    let made = Made { nonce: centre.clock().id(), application: place.id, mark: Some(mark), made_at: now };
    settle(&tx, centre, &class, &[made], how).await?;
    let stands = mark::Entity::find_by_id((class.id, place.id)).one(&tx).await?;
    tx.commit().await?;
    let names = names_of(centre.database(), [place.person_id]).await?;
    let name = names.get(&place.person_id).map(String::as_str).unwrap_or_default();
    let mark = stands.map_or(mark, |row| row.mark());
    Ok(CheckedIn { masked_name: mask_name(name), mark, class: class.id })
}

/// The number by which somebody with a place says who they are; made when it is first shown.
pub async fn number_of(centre: &Centre, application: Uuid) -> Result<CheckInNumber, DbErr> {
    let db = centre.database();
    for _ in 0..TRIES {
        if let Some(number) = find_number(db, application).await? {
            return Ok(number);
        }
        let digits = format!("{:06}", rand::rng().random_range(0..1_000_000));
        let row = check_in_code::ActiveModel { application_id: Set(application), digits: Set(digits) };
        // Another's number, or made at the same moment by somebody else: looked for, or drawn, again.
        let once = OnConflict::new().do_nothing().to_owned();
        check_in_code::Entity::insert(row).on_conflict(once).exec_without_returning(db).await?;
    }
    Err(DbErr::Custom("no number is free".into()))
}

/// Of a million numbers a centre gives out some thousand a year; a taken one is drawn this often in a row never.
const TRIES: usize = 20;

async fn find_number<C: ConnectionTrait>(db: &C, application: Uuid) -> Result<Option<CheckInNumber>, DbErr> {
    let row = check_in_code::Entity::find_by_id(application).one(db).await?;
    Ok(row.and_then(|row| CheckInNumber::parse(&row.digits)))
}

/// Those of a class who have come, the last one first, with masked names.
pub async fn list_arrived(
    centre: &Centre,
    _: &Screen,
    class: &class_session::Model,
) -> Result<Vec<String>, DbErr> {
    let db = centre.database();
    let marks = mark::Entity::find()
        .filter(mark::Column::ClassSessionId.eq(class.id))
        .filter(mark::Column::Presence.ne(Presence::Absent))
        .order_by_desc(mark::Column::ArrivedAt)
        .all(db)
        .await?;
    let places = application::Entity::find()
        .filter(application::Column::Id.is_in(marks.iter().map(|mark| mark.application_id)))
        .all(db)
        .await?;
    let names = names_of(db, places.iter().map(|place| place.person_id)).await?;
    let name = |mark: &mark::Model| {
        let place = places.iter().find(|place| place.id == mark.application_id)?;
        Some(mask_name(names.get(&place.person_id)?))
    };
    Ok(marks.iter().filter_map(name).collect())
}

fn hex(bytes: &[u8; BYTES]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<[u8; BYTES]> {
    let fits = text.len() == 2 * BYTES && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    Some(u128::from_str_radix(text, 16).ok().filter(|_| fits)?.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_reads_back_and_nothing_else_does() {
        let bytes = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255];
        assert_eq!(unhex(&hex(&bytes)), Some(bytes));
        for wrong in ["", "00", &"g".repeat(32), &"0".repeat(33), &format!("+{}", "0".repeat(31))] {
            assert_eq!(unhex(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_code_stands_for_twenty_seconds() {
        let at = |text: &str| step(text.parse().unwrap());
        assert_eq!(at("2021-03-03T01:00:00Z"), at("2021-03-03T01:00:19.999Z"));
        assert_eq!(at("2021-03-03T01:00:00Z") + 1, at("2021-03-03T01:00:20Z"));
    }
}
