//! Making an account from the command line: the first administrator, who then makes the others on a page.

use clap::Args;
use domain::account::{Address, Duty, PersonName, store};
use domain::centre::Centre;
use domain::language::Language;
use sea_orm::DbErr;
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
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// Adds the account with its confirmed addresses and duties. An address somebody already has gives them the duties.
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
    Ok(store::add_person_with_duties(centre, name, addresses, user.language, None, &user.duty).await?)
}
