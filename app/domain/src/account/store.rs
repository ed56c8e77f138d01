//! Finding, making and changing accounts.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, SelectStatement};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use uuid::Uuid;

use crate::account::entity::{consent, contact, duty, person, web_session};
use crate::account::password::{PasswordError, Passwords};
use crate::account::{
    Address, BirthYear, ContactKind, Desk, Duty, Figures, Password, PersonName, PersonState, Purpose,
    SignedIn, record,
};
use crate::centre::Centre;
use crate::clock::Clock;
use crate::language::Language;
use crate::notice::store::{Draft, Recipient, queue};
use crate::notice::{Event, Facts};
use crate::statistics::fold::fold;

/// The person who confirmed an address and whose account is open.
pub async fn find_person_by_contact<C: ConnectionTrait>(
    db: &C,
    address: &Address,
) -> Result<Option<Uuid>, DbErr> {
    let contact = contact::Entity::find()
        .filter(contact::Column::Kind.eq(address.kind()))
        .filter(contact::Column::Address.eq(address.as_str()))
        .filter(contact::Column::ConfirmedAt.is_not_null())
        .one(db)
        .await?;
    let Some(contact) = contact else { return Ok(None) };
    let person = person::Entity::find_by_id(contact.person_id).one(db).await?;
    Ok(person.filter(|person| person.state == PersonState::Active).map(|person| person.id))
}

/// A way to reach a person, confirmed or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    pub address: Address,
    pub confirmed: bool,
}

impl From<contact::Model> for Contact {
    fn from(row: contact::Model) -> Self {
        let confirmed = row.confirmed_at.is_some();
        Self { address: Address::of_row(row.kind, row.address), confirmed }
    }
}

/// At most one e-mail address and one phone number, in this order.
pub async fn contacts_of<C: ConnectionTrait>(db: &C, person: Uuid) -> Result<Vec<Contact>, DbErr> {
    let rows = contact::Entity::find()
        .filter(contact::Column::PersonId.eq(person))
        .order_by_asc(contact::Column::Kind)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Contact::from).collect())
}

/// Where a person's notices go: the confirmed e-mail address, else the confirmed phone. Somebody entered at the desk
/// has confirmed none, but gave the number to a person in front of them.
pub async fn preferred_contact<C: ConnectionTrait>(db: &C, person: Uuid) -> Result<Option<Address>, DbErr> {
    let contacts = contacts_of(db, person).await?;
    let confirmed = contacts.iter().find(|contact| contact.confirmed);
    Ok(confirmed.or_else(|| contacts.first()).map(|contact| contact.address.clone()))
}

/// The people whose preferred contact is an e-mail address, by their ids.
pub fn people_by_mail() -> SelectStatement {
    let confirmed = contact::Entity::find()
        .select_only()
        .column(contact::Column::PersonId)
        .filter(contact::Column::ConfirmedAt.is_not_null())
        .into_query();
    let preferred = Condition::any()
        .add(contact::Column::ConfirmedAt.is_not_null())
        .add(contact::Column::PersonId.not_in_subquery(confirmed));
    contact::Entity::find()
        .select_only()
        .column(contact::Column::PersonId)
        .filter(contact::Column::Kind.eq(ContactKind::Email))
        .filter(preferred)
        .into_query()
}

/// The language in which a person wants to be written to.
pub async fn language_of<C: ConnectionTrait>(db: &C, person: Uuid) -> Result<Option<Language>, DbErr> {
    Ok(person::Entity::find_by_id(person).one(db).await?.map(|person| person.language))
}

/// The names that these people have today; ids of nobody are left out.
pub async fn names_of<C: ConnectionTrait>(
    db: &C,
    people: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, String>, DbErr> {
    let rows: Vec<(Uuid, String)> = person::Entity::find()
        .select_only()
        .column(person::Column::Id)
        .column(person::Column::Name)
        .filter(person::Column::Id.is_in(people))
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Signs a person out everywhere.
pub async fn delete_sessions_of<C: ConnectionTrait>(db: &C, person: Uuid) -> Result<(), DbErr> {
    web_session::Entity::delete_many().filter(web_session::Column::PersonId.eq(person)).exec(db).await?;
    Ok(())
}

/// Who has this address and this password. An unknown address takes as long as a wrong password.
pub async fn find_person_by_password(
    centre: &Centre,
    passwords: &Passwords,
    address: &Address,
    password: Password,
) -> Result<Option<Uuid>, PasswordSignInError> {
    let db = centre.database();
    let person = match find_person_by_contact(db, address).await? {
        Some(id) => person::Entity::find_by_id(id).one(db).await?,
        None => None,
    };
    let (id, stored) = person.map_or((None, None), |person| (Some(person.id), person.password_hash));
    Ok(if passwords.verify(stored, password).await? { id } else { None })
}

#[derive(Debug, thiserror::Error)]
pub enum PasswordSignInError {
    #[error(transparent)]
    Password(#[from] PasswordError),
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// A person to be.
#[derive(Clone, Debug)]
pub struct NewPerson {
    pub id: Uuid,
    pub name: PersonName,
    pub language: Language,
    pub password_hash: Option<String>,
    pub made_staff: bool,
    pub contacts: Vec<Contact>,
    pub consents: Vec<Purpose>,
    /// Dropped without consent to [`Purpose::Figures`].
    pub figures: Figures,
}

/// Writes a person with contacts and consents. Where the id has a row already it writes nothing and says so.
pub(super) async fn insert_person(
    tx: &DatabaseTransaction,
    clock: &Clock,
    new: NewPerson,
) -> Result<bool, DbErr> {
    let now = clock.now();
    let figures = if new.consents.contains(&Purpose::Figures) { new.figures } else { Figures::default() };
    let row = person::ActiveModel {
        id: Set(new.id),
        name: Set(new.name.as_str().to_owned()),
        latin_name: Set(None),
        language: Set(new.language),
        birth_year: Set(figures.birth_year.map(BirthYear::get)),
        sex: Set(figures.sex),
        neighbourhood: Set(figures.neighbourhood),
        group_name: Set(None),
        made_staff: Set(new.made_staff),
        password_hash: Set(new.password_hash),
        state: Set(PersonState::Active),
        created_at: Set(now),
    };
    let once = OnConflict::column(person::Column::Id).do_nothing().to_owned();
    let written = person::Entity::insert(row).on_conflict(once).exec_without_returning(tx).await?;
    if written == 0 {
        return Ok(false);
    }
    for contact in new.contacts {
        insert_contact(tx, clock, new.id, contact).await?;
    }
    for purpose in new.consents {
        insert_consent(tx, clock, new.id, purpose, true).await?;
    }
    Ok(true)
}

async fn insert_contact(
    tx: &DatabaseTransaction,
    clock: &Clock,
    person: Uuid,
    contact: Contact,
) -> Result<(), DbErr> {
    let row = contact::ActiveModel {
        id: Set(clock.id()),
        person_id: Set(person),
        kind: Set(contact.address.kind()),
        address: Set(contact.address.as_str().to_owned()),
        confirmed_at: Set(contact.confirmed.then(|| clock.now())),
    };
    contact::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Puts a confirmed address in the place of the person's address of that kind.
pub(super) async fn replace_contact(
    tx: &DatabaseTransaction,
    clock: &Clock,
    person: Uuid,
    address: Address,
) -> Result<(), DbErr> {
    let kind = address.kind();
    // A new address may make them staff: the trigger on `person` raises the revision of accounts.
    lock_person(tx, person).await?;
    let before = take_contact(tx, person, kind).await?;
    tell_address_of_before(tx, clock, person, before.filter(|before| before.address != address)).await?;
    insert_contact(tx, clock, person, Contact { address, confirmed: true }).await?;
    record_own(tx, clock, person, "change", kind.as_str()).await
}

/// Deletes the person's address of a kind and gives what it was.
async fn take_contact(
    tx: &DatabaseTransaction,
    person: Uuid,
    kind: ContactKind,
) -> Result<Option<Contact>, DbErr> {
    let of_kind = contact::Column::PersonId.eq(person).and(contact::Column::Kind.eq(kind));
    let before = contact::Entity::find().filter(of_kind.clone()).one(tx).await?;
    contact::Entity::delete_many().filter(of_kind).exec(tx).await?;
    Ok(before.map(Contact::from))
}

/// Whoever still reads the old address learns that it no longer leads to the account.
async fn tell_address_of_before(
    tx: &DatabaseTransaction,
    clock: &Clock,
    person: Uuid,
    before: Option<Contact>,
) -> Result<(), DbErr> {
    let Some(before) = before.filter(|before| before.confirmed) else { return Ok(()) };
    let language = language_of(tx, person).await?.unwrap_or(Language::Ko);
    let to = Recipient::Address(before.address);
    let letter = Draft { event: Event::ContactReplaced, to, language, facts: Facts::default() };
    queue(tx, clock, vec![letter]).await
}

pub(crate) async fn insert_consent(
    tx: &DatabaseTransaction,
    clock: &Clock,
    person: Uuid,
    purpose: Purpose,
    given: bool,
) -> Result<(), DbErr> {
    let row = consent::ActiveModel {
        id: Set(clock.id()),
        person_id: Set(person),
        purpose: Set(purpose),
        version: Set(Purpose::VERSION),
        given: Set(given),
        at: Set(clock.now()),
    };
    consent::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// The person a desk means by a number and a name: only who has both. A grandmother entered with her daughter's number
/// is not the daughter.
pub async fn find_at_desk(
    centre: &Centre,
    _: &Desk,
    phone: &Address,
    name: &PersonName,
) -> Result<Option<Uuid>, DbErr> {
    find_of_name(centre.database(), phone, name).await
}

/// The person of this name who can be reached at this address.
pub(crate) async fn find_of_name<C: ConnectionTrait>(
    db: &C,
    address: &Address,
    name: &PersonName,
) -> Result<Option<Uuid>, DbErr> {
    let holders = contact::Entity::find()
        .select_only()
        .column(contact::Column::PersonId)
        .filter(contact::Column::Kind.eq(address.kind()))
        .filter(contact::Column::Address.eq(address.as_str()))
        .into_query();
    let person = person::Entity::find()
        .filter(person::Column::Id.in_subquery(holders))
        .filter(person::Column::Name.eq(name.as_str()))
        .filter(person::Column::State.eq(PersonState::Active))
        .one(db)
        .await?;
    Ok(person.map(|person| person.id))
}

/// Somebody in front of the desk, who signed the consents on paper and may have no phone.
/// `id` is the key of the form, so that one sent twice makes one person.
pub async fn create_at_desk(
    centre: &Centre,
    desk: &Desk,
    id: Uuid,
    name: PersonName,
    phone: Option<Address>,
    language: Language,
) -> Result<Uuid, DbErr> {
    let contacts: Vec<Contact> =
        phone.into_iter().map(|address| Contact { address, confirmed: false }).collect();
    let fields = if contacts.is_empty() { "name" } else { "name phone" };
    let tx = centre.begin().await?;
    let new = NewPerson {
        id,
        name,
        language,
        password_hash: None,
        made_staff: false,
        contacts,
        consents: Purpose::REQUIRED.to_vec(),
        figures: Figures::default(),
    };
    if insert_person(&tx, centre.clock(), new).await? {
        record(&tx, centre.clock(), Some(desk.id()), "add", "person", &id.to_string(), fields).await?;
    }
    tx.commit().await?;
    Ok(id)
}

/// A person with duties: what `server user add` and the demonstration make, without a code.
/// An address that is somebody's already gives that person the duties.
pub async fn add_person_with_duties(
    centre: &Centre,
    name: PersonName,
    addresses: Vec<Address>,
    language: Language,
    password_hash: Option<String>,
    duties: &[Duty],
) -> Result<Uuid, DbErr> {
    let clock = centre.clock();
    let tx = centre.begin().await?;
    let fresh = clock.id();
    let mut known = None;
    for address in &addresses {
        known = known.or(find_person_by_contact(&tx, address).await?);
    }
    if known.is_none() {
        let contacts = addresses.into_iter().map(|address| Contact { address, confirmed: true }).collect();
        let new = NewPerson {
            id: fresh,
            name,
            language,
            password_hash,
            made_staff: !duties.is_empty(),
            contacts,
            consents: Purpose::REQUIRED.to_vec(),
            figures: Figures::default(),
        };
        insert_person(&tx, clock, new).await?;
        record(&tx, clock, None, "add", "person", &fresh.to_string(), "name").await?;
    }
    let id = known.unwrap_or(fresh);
    for duty in duties {
        if super::duty::insert(&tx, clock, id, *duty, None).await? {
            record(&tx, clock, None, "grant", "person", &id.to_string(), duty.as_str()).await?;
        }
    }
    tx.commit().await?;
    Ok(id)
}

/// Writes down what somebody changed about themselves.
async fn record_own<C: ConnectionTrait>(
    tx: &C,
    clock: &Clock,
    person: Uuid,
    action: &str,
    fields: &str,
) -> Result<(), DbErr> {
    record(tx, clock, Some(person), action, "person", &person.to_string(), fields).await
}

/// What somebody sees of their own account.
#[derive(Clone, Debug)]
pub struct Profile {
    pub name: String,
    pub language: Language,
    pub contacts: Vec<Contact>,
    pub has_password: bool,
    pub figures: Figures,
    /// The optional purposes that are consented to now.
    pub consents: Vec<Purpose>,
}

impl Profile {
    pub fn contact(&self, kind: ContactKind) -> Option<&Contact> {
        self.contacts.iter().find(|contact| contact.address.kind() == kind)
    }
}

/// One's own account; `None` where it has gone since the request began.
pub async fn find_profile<C: ConnectionTrait>(db: &C, who: &SignedIn) -> Result<Option<Profile>, DbErr> {
    let Some(person) = person::Entity::find_by_id(who.id()).one(db).await? else { return Ok(None) };
    Ok(Some(Profile {
        contacts: contacts_of(db, who.id()).await?,
        consents: consents_of(db, who.id()).await?,
        has_password: person.password_hash.is_some(),
        figures: figures_of(&person),
        name: person.name,
        language: person.language,
    }))
}

fn figures_of(person: &person::Model) -> Figures {
    Figures {
        birth_year: person.birth_year.map(BirthYear::of_row),
        sex: person.sex,
        neighbourhood: person.neighbourhood,
    }
}

/// The purposes a person consents to now: of each the last word counts.
async fn consents_of<C: ConnectionTrait>(db: &C, person: Uuid) -> Result<Vec<Purpose>, DbErr> {
    let rows = consent_rows(db, person).await?;
    let last =
        |purpose: &Purpose| rows.iter().find(|row| row.purpose == *purpose).is_some_and(|row| row.given);
    Ok(Purpose::ALL.iter().copied().filter(last).collect())
}

async fn consent_rows<C: ConnectionTrait>(db: &C, person: Uuid) -> Result<Vec<consent::Model>, DbErr> {
    consent::Entity::find()
        .filter(consent::Column::PersonId.eq(person))
        .order_by_desc(consent::Column::Id)
        .all(db)
        .await
}

/// A consent given or withdrawn.
#[derive(Clone, Debug)]
pub struct ConsentEvent {
    pub purpose: Purpose,
    pub given: bool,
    pub at: DateTime<Utc>,
}

/// Every consent somebody gave and withdrew, newest first.
pub async fn consent_history<C: ConnectionTrait>(db: &C, who: &SignedIn) -> Result<Vec<ConsentEvent>, DbErr> {
    let rows = consent_rows(db, who.id()).await?;
    Ok(rows
        .into_iter()
        .map(|row| ConsentEvent { purpose: row.purpose, given: row.given, at: row.at })
        .collect())
}

/// Takes the row's lock, so that what is decided about one person is decided one after the other.
async fn lock_person(tx: &DatabaseTransaction, person: Uuid) -> Result<(), DbErr> {
    person::Entity::update_many()
        .col_expr(person::Column::State, Expr::col(person::Column::State))
        .filter(person::Column::Id.eq(person))
        .exec(tx)
        .await?;
    Ok(())
}

pub async fn change_profile(
    centre: &Centre,
    who: &SignedIn,
    name: PersonName,
    language: Language,
) -> Result<(), DbErr> {
    let tx = centre.begin().await?;
    person::Entity::update_many()
        .col_expr(person::Column::Name, Expr::value(name.as_str()))
        .col_expr(person::Column::Language, Expr::value(language))
        .filter(person::Column::Id.eq(who.id()))
        .exec(&tx)
        .await?;
    record_own(&tx, centre.clock(), who.id(), "change", "name language").await?;
    tx.commit().await
}

/// Sets the password, or removes it where `hash` is `None`, and signs out everywhere.
pub async fn change_password(centre: &Centre, who: &SignedIn, hash: Option<String>) -> Result<(), DbErr> {
    let tx = centre.begin().await?;
    write_password(&tx, centre.clock(), who.id(), hash).await?;
    tx.commit().await
}

pub(super) async fn write_password(
    tx: &DatabaseTransaction,
    clock: &Clock,
    person: Uuid,
    hash: Option<String>,
) -> Result<(), DbErr> {
    let action = if hash.is_some() { "change" } else { "remove" };
    person::Entity::update_many()
        .col_expr(person::Column::PasswordHash, Expr::value(hash))
        .filter(person::Column::Id.eq(person))
        .exec(tx)
        .await?;
    delete_sessions_of(tx, person).await?;
    record_own(tx, clock, person, action, "password").await
}

/// Whether it is the person's present password; true also where none is set.
pub async fn is_password_of(
    centre: &Centre,
    passwords: &Passwords,
    who: &SignedIn,
    password: Option<Password>,
) -> Result<bool, PasswordSignInError> {
    let person = person::Entity::find_by_id(who.id()).one(centre.database()).await?;
    let Some(stored) = person.and_then(|person| person.password_hash) else { return Ok(true) };
    match password {
        Some(password) => Ok(passwords.verify(Some(stored), password).await?),
        None => Ok(false),
    }
}

#[derive(Debug, thiserror::Error)]
pub enum RemoveContactError {
    #[error("somebody would be left without a confirmed address")]
    Last,
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// Removes an address; one that is confirmed always stays, since it is the way in.
pub async fn remove_contact(
    centre: &Centre,
    who: &SignedIn,
    kind: ContactKind,
) -> Result<(), RemoveContactError> {
    let tx = centre.begin().await?;
    lock_person(&tx, who.id()).await?;
    let before = take_contact(&tx, who.id(), kind).await?;
    tell_address_of_before(&tx, centre.clock(), who.id(), before).await?;
    let left = contact::Entity::find()
        .filter(contact::Column::PersonId.eq(who.id()))
        .filter(contact::Column::ConfirmedAt.is_not_null())
        .count(&tx)
        .await?;
    if left == 0 {
        return Err(RemoveContactError::Last);
    }
    record_own(&tx, centre.clock(), who.id(), "remove", kind.as_str()).await?;
    Ok(tx.commit().await?)
}

/// Gives and withdraws optional consents; the figures go with the consent to them.
/// What is given already, or was never given, leaves no trace in the history.
pub async fn change_consents(
    centre: &Centre,
    who: &SignedIn,
    given: &[Purpose],
    figures: Figures,
) -> Result<(), DbErr> {
    let tx = centre.begin().await?;
    lock_person(&tx, who.id()).await?;
    let before = consents_of(&tx, who.id()).await?;
    for purpose in Purpose::ALL.iter().copied().filter(|purpose| purpose.is_optional()) {
        let gives = given.contains(&purpose);
        if gives != before.contains(&purpose) {
            insert_consent(&tx, centre.clock(), who.id(), purpose, gives).await?;
        }
    }
    let figures = if given.contains(&Purpose::Figures) { figures } else { Figures::default() };
    let said = person::Entity::find_by_id(who.id()).one(&tx).await?.as_ref().map(figures_of);
    if said.unwrap_or_default().are_taken_back_by(figures) {
        // What was counted by them stays counted, under a number made by chance.
        fold(&tx, centre.clock(), &[who.id()]).await?;
    }
    person::Entity::update_many()
        .col_expr(person::Column::BirthYear, Expr::value(figures.birth_year.map(BirthYear::get)))
        .col_expr(person::Column::Sex, Expr::value(figures.sex))
        .col_expr(person::Column::Neighbourhood, Expr::value(figures.neighbourhood))
        .filter(person::Column::Id.eq(who.id()))
        .exec(&tx)
        .await?;
    tx.commit().await
}

/// What a list of people shows of one, for eyes that don't need the whole.
#[derive(Clone, Debug)]
pub struct Listed {
    pub id: Uuid,
    pub name: String,
    pub contacts: Vec<Contact>,
    pub made_staff: bool,
    pub duties: Vec<Duty>,
}

/// Adds contacts and duties to people's rows, in three queries however many they are.
pub(super) async fn listed<C: ConnectionTrait>(
    db: &C,
    people: Vec<person::Model>,
) -> Result<Vec<Listed>, DbErr> {
    let ids: Vec<Uuid> = people.iter().map(|person| person.id).collect();
    let contacts = contact::Entity::find()
        .filter(contact::Column::PersonId.is_in(ids.clone()))
        .order_by_asc(contact::Column::Kind)
        .all(db)
        .await?;
    let duties = duty::Entity::find()
        .filter(duty::Column::PersonId.is_in(ids))
        .order_by_asc(duty::Column::Name)
        .all(db)
        .await?;
    let mut listed: Vec<Listed> = people
        .into_iter()
        .map(|person| Listed {
            id: person.id,
            name: person.name,
            contacts: Vec::new(),
            made_staff: person.made_staff,
            duties: Vec::new(),
        })
        .collect();
    let place: HashMap<Uuid, usize> = listed.iter().enumerate().map(|(index, one)| (one.id, index)).collect();
    for contact in contacts {
        listed[place[&contact.person_id]].contacts.push(contact.into());
    }
    for duty in duties {
        listed[place[&duty.person_id]].duties.push(duty.name);
    }
    Ok(listed)
}
