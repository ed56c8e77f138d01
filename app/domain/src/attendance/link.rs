//! An address at which the code of one class is entered for one application, by whoever holds it: those who watch in
//! YouTube's own app come to a browser that doesn't know them.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sea_orm::{DbErr, EntityTrait};
use thiserror::Error;
use uuid::Uuid;

use crate::account::store::names_of;
use crate::account::{SignedIn, mask_name};
use crate::attendance::key::{self, key_of_class, sign, verify};
use crate::attendance::store::{By, CodeError, enter, find_place, standing_at};
use crate::attendance::{Digits, OVERRUN, Standing, Way};
use crate::centre::Centre;
use crate::course::ClassState;
use crate::course::entity::{class_session, course, run};
use crate::registration::State;
use crate::registration::entity::application;

/// What the signature is for.
const PURPOSE: &str = "code";

const ID: usize = 16;

/// Why an address opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum LinkRefusal {
    #[error("no such address")]
    Unknown,
    /// The class is over or called off, or the place was given up.
    #[error("no longer good")]
    Over,
}

#[derive(Debug, Error)]
pub enum LinkError {
    #[error(transparent)]
    Refused(#[from] LinkRefusal),
    #[error(transparent)]
    Db(#[from] DbErr),
}

/// The right to enter the code of one class for one application.
#[derive(Clone, Debug)]
pub struct CodeLink {
    application: application::Model,
    pub class: class_session::Model,
}

/// The last part of the address for somebody with a place in a class; the same each time.
pub async fn token_of(
    centre: &Centre,
    who: &SignedIn,
    class: &class_session::Model,
) -> Result<Option<String>, DbErr> {
    let db = centre.database();
    let Some(place) = find_place(db, who, class.run_id).await? else { return Ok(None) };
    let said = [place.id.into_bytes(), class.id.into_bytes()].concat();
    let signature = sign(&key_of_class(db, centre, class.id).await?, PURPOSE, &said);
    Ok(Some(BASE64_URL_SAFE_NO_PAD.encode([said, signature.to_vec()].concat())))
}

/// The application, the class, and the signature of both.
fn read(token: &str) -> Option<(Uuid, Uuid, [u8; key::BYTES])> {
    let bytes: [u8; 2 * ID + key::BYTES] = BASE64_URL_SAFE_NO_PAD.decode(token).ok()?.try_into().ok()?;
    let (application, rest) = bytes.split_first_chunk::<ID>()?;
    let (class, signature) = rest.split_first_chunk::<ID>()?;
    Some((Uuid::from_bytes(*application), Uuid::from_bytes(*class), signature.try_into().ok()?))
}

/// What an address is good for: until half an hour after the class, for a place that is still held.
pub async fn open(centre: &Centre, token: &str) -> Result<CodeLink, LinkError> {
    let db = centre.database();
    let (application, class, signature) = read(token).ok_or(LinkRefusal::Unknown)?;
    // Asked for first, so that nobody has keys made for classes that don't exist.
    let class = class_session::Entity::find_by_id(class).one(db).await?.ok_or(LinkRefusal::Unknown)?;
    let key = key_of_class(db, centre, class.id).await?;
    let said = [application.into_bytes(), class.id.into_bytes()].concat();
    if !verify(&key, PURPOSE, &said, &signature) {
        return Err(LinkRefusal::Unknown.into());
    }
    if class.state != ClassState::Planned || centre.clock().now() >= class.ends_at + OVERRUN {
        return Err(LinkRefusal::Over.into());
    }
    let found = application::Entity::find_by_id(application).one(db).await?;
    let is_held = |place: &application::Model| place.run_id == class.run_id && place.state == State::Booked;
    let application = found.filter(is_held).ok_or(LinkRefusal::Over)?;
    Ok(CodeLink { application, class })
}

/// What the page at the address shows.
#[derive(Clone, Debug)]
pub struct AtLink {
    /// Masked: whoever holds the address knows whose it is.
    pub name: String,
    pub course: course::Model,
    pub standing: Standing,
}

pub async fn describe(centre: &Centre, link: &CodeLink) -> Result<AtLink, DbErr> {
    let db = centre.database();
    let person = link.application.person_id;
    let name = names_of(db, [person]).await?.remove(&person).unwrap_or_default();
    let missing = |what: &str| DbErr::RecordNotFound(what.into());
    let run = run::Entity::find_by_id(link.class.run_id).one(db).await?;
    let run = run.ok_or_else(|| missing("a class's run"))?;
    let course = course::Entity::find_by_id(run.course_id).one(db).await?;
    let course = course.ok_or_else(|| missing("a run's course"))?;
    let standing = standing_at(centre, link.application.id, &link.class).await?;
    Ok(AtLink { name: mask_name(&name), course, standing })
}

/// Enters a code at the address.
pub async fn answer(centre: &Centre, link: &CodeLink, digits: &Digits) -> Result<(), CodeError> {
    enter(centre, By::Application(link.application.id), link.class.id, digits, Way::CodePage).await
}
