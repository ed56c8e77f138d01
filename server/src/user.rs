//! Making an account from the command line: the first administrator, who then makes the others on a page.

use std::collections::BTreeSet;

use clap::Args;
use domain::account::entity::{audit, contact, duty, person};
use domain::account::{Address, ContactKind, Duty, PersonName, PersonState};
use domain::centre::Centre;
use domain::language::Language;
use sea_orm::{ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter};
use thiserror::Error;
use uuid::Uuid;

#[derive(Args, Debug)]
pub struct NewUser {
    /// The person's name
    #[arg(long)]
    pub name: String,
    /// An e-mail address, taken as confirmed
    #[arg(long)]
    pub email: Option<String>,
    /// A mobile number, taken as confirmed
    #[arg(long)]
    pub phone: Option<String>,
    /// instructor, producer, training_manager, front_desk, privacy_officer or administrator; may be repeated
    #[arg(long, value_parser = parse_duty)]
    pub duty: Vec<Duty>,
    /// Makes the person staff whatever their address
    #[arg(long)]
    pub staff: bool,
    /// ko or en
    #[arg(long, default_value = "ko", value_parser = parse_language)]
    pub language: Language,
}

fn parse_duty(word: &str) -> Result<Duty, String> {
    Duty::parse(word).ok_or_else(|| {
        let known: Vec<&str> = Duty::ALL.iter().map(|duty| duty.as_str()).collect();
        format!("not one of {}", known.join(", "))
    })
}

fn parse_language(code: &str) -> Result<Language, String> {
    Language::parse(code).ok_or_else(|| "neither ko nor en".to_owned())
}

#[derive(Debug, Error)]
pub enum UserError {
    #[error("--name: 1 to 60 characters")]
    Name,
    #[error("--email: not an e-mail address")]
    Email,
    #[error("--phone: not a Korean mobile number such as 010-1234-5678")]
    Phone,
    #[error("give --email or --phone, so that the person can sign in")]
    Unreachable,
    #[error("{0} belongs to an account already")]
    Taken(String),
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// Adds the account with its confirmed addresses and duties, and writes that into the audit log.
pub async fn add(centre: &Centre, user: &NewUser) -> Result<Uuid, UserError> {
    let name = PersonName::parse(&user.name).ok_or(UserError::Name)?;
    let email =
        user.email.as_deref().map(|text| Address::parse_email(text).ok_or(UserError::Email)).transpose()?;
    let phone =
        user.phone.as_deref().map(|text| Address::parse_phone(text).ok_or(UserError::Phone)).transpose()?;
    let addresses: Vec<Address> = email.into_iter().chain(phone).collect();
    if addresses.is_empty() {
        return Err(UserError::Unreachable);
    }
    let (id, now) = (centre.clock().id(), centre.clock().now());
    let tx = centre.begin().await?;
    let row = person::ActiveModel {
        id: Set(id),
        name: Set(name.as_str().to_owned()),
        latin_name: Set(None),
        language: Set(user.language),
        birth_year: Set(None),
        sex: Set(None),
        neighbourhood: Set(None),
        group_name: Set(None),
        made_staff: Set(user.staff),
        password_hash: Set(None),
        state: Set(PersonState::Active),
        created_at: Set(now),
    };
    person::Entity::insert(row).exec_without_returning(&tx).await?;
    for address in &addresses {
        let confirmed = contact::Entity::find()
            .filter(contact::Column::Kind.eq(address.kind()))
            .filter(contact::Column::Address.eq(address.as_str()))
            .filter(contact::Column::ConfirmedAt.is_not_null());
        if confirmed.count(&tx).await? > 0 {
            return Err(UserError::Taken(address.shown()));
        }
        let row = contact::ActiveModel {
            id: Set(centre.clock().id()),
            person_id: Set(id),
            kind: Set(address.kind()),
            address: Set(address.as_str().to_owned()),
            confirmed_at: Set(Some(now)),
        };
        contact::Entity::insert(row).exec_without_returning(&tx).await?;
    }
    let duties: BTreeSet<Duty> = user.duty.iter().copied().collect();
    for &name in &duties {
        let row = duty::ActiveModel {
            person_id: Set(id),
            name: Set(name),
            granted_at: Set(now),
            granted_by: Set(None),
        };
        duty::Entity::insert(row).exec_without_returning(&tx).await?;
    }
    let words: Vec<&str> = duties.iter().map(|duty| duty.as_str()).collect();
    let row = audit::ActiveModel {
        id: Set(centre.clock().id()),
        at: Set(now),
        actor_id: Set(None),
        action: Set("add_from_command_line".into()),
        subject: Set("person".into()),
        subject_id: Set(id.to_string()),
        fields: Set(words.join(" ")),
    };
    audit::Entity::insert(row).exec_without_returning(&tx).await?;
    tx.commit().await?;
    Ok(id)
}

/// How the person gets in, told to whoever typed the command.
pub fn how_to_sign_in(user: &NewUser) -> &'static str {
    match user.phone.as_deref().and_then(Address::parse_phone).map(|address| address.kind()) {
        Some(ContactKind::Phone) => "They sign in with the code sent to their phone.",
        _ => "They choose a password with \"forgot the password\" on the sign-in page.",
    }
}
