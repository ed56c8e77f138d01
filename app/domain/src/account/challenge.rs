//! Codes and links on their way: who proves to be behind an address may sign up, sign in, set a password or keep it.
//!
//! A known address and an unknown one get the same answer after the same work; only the letter differs.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use rand::Rng;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait,
    QueryFilter, QueryOrder,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::account::entity::challenge;
use crate::account::store::{self, Contact, NewPerson, find_person_by_contact};
use crate::account::{Address, ChallengePurpose, Code, Figures, PersonName, Purpose};
use crate::centre::Centre;
use crate::language::Language;
use crate::notice::store::{Draft, Recipient, queue};
use crate::notice::{Event, Facts};

/// How many codes an address is sent in an hour.
const CODES_AN_HOUR: usize = 5;

/// How many wrong codes a challenge survives.
const TRIES: i32 = 5;

/// A sign-up that waits for its code. It becomes a person only then.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignUp {
    pub name: PersonName,
    pub language: Language,
    /// A second way to be reached, which gets a code of its own afterwards.
    pub other: Option<Address>,
    pub password_hash: Option<String>,
    pub consents: Vec<Purpose>,
    pub figures: Figures,
}

/// What the code will be good for.
#[derive(Clone, Debug)]
pub enum Intent {
    SignUp(SignUp),
    SignIn,
    Reset,
    /// The address is to become this person's.
    Contact(Uuid),
}

#[derive(Debug, thiserror::Error)]
pub enum SendError {
    #[error("this address was sent enough codes")]
    TooMany {
        /// Seconds until it may have another.
        retry_after: u64,
    },
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// Sends a code to an address and gives the id of the challenge it answers. Earlier codes stay good until one is used:
/// else a stranger who asks again and again would keep somebody out.
pub async fn send(
    centre: &Centre,
    language: Language,
    address: &Address,
    intent: Intent,
) -> Result<Uuid, SendError> {
    let tx = centre.begin().await?;
    let id = issue(&tx, centre, language, address, intent).await?;
    tx.commit().await?;
    Ok(id)
}

async fn issue(
    tx: &DatabaseTransaction,
    centre: &Centre,
    language: Language,
    address: &Address,
    intent: Intent,
) -> Result<Uuid, SendError> {
    let now = centre.clock().now();
    // What nobody confirmed in a day is forgotten, and the name in it with it.
    challenge::Entity::delete_many()
        .filter(challenge::Column::CreatedAt.lt(now - TimeDelta::days(1)))
        .exec(tx)
        .await?;
    let sent = challenge::Entity::find()
        .filter(challenge::Column::Address.eq(address.as_str()))
        .filter(challenge::Column::CreatedAt.gt(now - TimeDelta::hours(1)))
        .order_by_desc(challenge::Column::CreatedAt)
        .all(tx)
        .await?;
    if let Some(oldest) = sent.get(CODES_AN_HOUR - 1) {
        let wait = (oldest.created_at + TimeDelta::hours(1) - now).num_seconds();
        return Err(SendError::TooMany { retry_after: wait.clamp(1, 3600).unsigned_abs() });
    }
    let person = find_person_by_contact(tx, address).await?;
    let planned = Planned::new(intent, person);
    let id = centre.clock().id();
    let code = format!("{:06}", rand::rng().random_range(0..1_000_000));
    let token = BASE64_URL_SAFE_NO_PAD.encode(rand::rng().random::<[u8; 32]>());
    let until = now + TimeDelta::minutes(centre.settings().code_minutes.into());
    let row = challenge::ActiveModel {
        id: Set(id),
        purpose: Set(planned.purpose),
        kind: Set(address.kind()),
        address: Set(address.as_str().to_owned()),
        person_id: Set(planned.person),
        payload: Set(planned.payload),
        code_hash: Set(code_hash(id, &code)),
        token_hash: Set(token_hash(&token)),
        tries_left: Set(TRIES),
        created_at: Set(now),
        expires_at: Set(until),
        used_at: Set(None),
    };
    challenge::Entity::insert(row).exec_without_returning(tx).await?;
    // A letter that says "no account here" carries no code: nobody can be who answers it.
    let secret = |text: String| (planned.event != Event::NotRegistered).then_some(text);
    let facts = Facts { code: secret(code), token: secret(token), until: Some(until), ..Facts::default() };
    let letter = Draft { event: planned.event, to: Recipient::Address(address.clone()), language, facts };
    queue(tx, centre.clock(), vec![letter]).await?;
    Ok(id)
}

/// What is written down for an intent, which depends on whether the address is somebody's.
struct Planned {
    purpose: ChallengePurpose,
    event: Event,
    person: Option<Uuid>,
    payload: Option<String>,
}

impl Planned {
    fn new(intent: Intent, known: Option<Uuid>) -> Self {
        let plan = |purpose, event, person| Self { purpose, event, person, payload: None };
        match (intent, known) {
            (Intent::SignUp(sign_up), None) => Self {
                payload: serde_json::to_string(&sign_up).ok(),
                ..plan(ChallengePurpose::SignUp, Event::SignUpCode, None)
            },
            (Intent::SignUp(_), known) => plan(ChallengePurpose::SignIn, Event::AlreadyRegistered, known),
            (Intent::SignIn, None) => plan(ChallengePurpose::SignIn, Event::NotRegistered, None),
            (Intent::SignIn, known) => plan(ChallengePurpose::SignIn, Event::SignInCode, known),
            (Intent::Reset, None) => plan(ChallengePurpose::Reset, Event::NotRegistered, None),
            (Intent::Reset, known) => plan(ChallengePurpose::Reset, Event::ResetCode, known),
            (Intent::Contact(person), _) => plan(ChallengePurpose::Contact, Event::ContactCode, Some(person)),
        }
    }
}

fn code_hash(id: Uuid, code: &str) -> Vec<u8> {
    Sha256::new().chain_update(id.as_bytes()).chain_update(code).finalize().to_vec()
}

fn token_hash(token: &str) -> Vec<u8> {
    Sha256::digest(token).to_vec()
}

/// What the page that asks for a code may show: nothing that tells whether the address is somebody's.
#[derive(Clone, Debug)]
pub struct Pending {
    pub address: Address,
    pub asks_password: bool,
    /// Whose address it is to become, where somebody who is signed in asked for it.
    pub wanted_by: Option<Uuid>,
}

impl From<challenge::Model> for Pending {
    fn from(row: challenge::Model) -> Self {
        Self {
            asks_password: row.purpose == ChallengePurpose::Reset,
            wanted_by: row.person_id.filter(|_| row.purpose == ChallengePurpose::Contact),
            address: Address::of_row(row.kind, row.address),
        }
    }
}

/// A challenge by its id, used, expired or not.
pub async fn find_by_id<C: ConnectionTrait>(db: &C, id: Uuid) -> Result<Option<Pending>, DbErr> {
    Ok(challenge::Entity::find_by_id(id).one(db).await?.map(Pending::from))
}

/// The challenge that a letter's link answers, while it is good.
pub async fn find_by_token(centre: &Centre, token: &str) -> Result<Option<Pending>, DbErr> {
    let row = challenge::Entity::find()
        .filter(challenge::Column::TokenHash.eq(token_hash(token)))
        .filter(is_live(centre))
        .one(centre.database())
        .await?;
    Ok(row.map(Pending::from))
}

fn is_live(centre: &Centre) -> Condition {
    Condition::all()
        .add(challenge::Column::UsedAt.is_null())
        .add(challenge::Column::TriesLeft.gt(0))
        .add(challenge::Column::ExpiresAt.gt(centre.clock().now()))
}

/// What shows that somebody reads what arrives at an address.
pub enum Proof {
    /// The challenge's id and the six digits.
    Code(Uuid, Code),
    /// The end of the letter's link.
    Token(String),
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmed {
    /// A person was made; `other` is the challenge for their second address.
    SignedUp {
        person: Uuid,
        other: Option<Uuid>,
    },
    SignedIn {
        person: Uuid,
    },
    /// The address is now the person's; this proves no right to sign in.
    Contact {
        person: Uuid,
    },
}

#[derive(Debug, thiserror::Error)]
pub enum ConfirmError {
    #[error("not the code")]
    Wrong {
        /// How many tries are left, at least one.
        left: u32,
    },
    #[error("used, expired, made needless by another or tried too often")]
    Over,
    #[error("the address is another person's")]
    Taken,
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// Uses a code or link that was sent for anything but a new password.
pub async fn confirm(centre: &Centre, proof: Proof) -> Result<Confirmed, ConfirmError> {
    let (tx, row) = take(centre, proof, challenge::Column::Purpose.ne(ChallengePurpose::Reset)).await?;
    let address = Address::of_row(row.kind, row.address);
    let known = find_person_by_contact(&tx, &address).await?;
    let confirmed = match (row.purpose, known) {
        (ChallengePurpose::Contact, known) => {
            let person = row.person_id.ok_or(ConfirmError::Over)?;
            if known.is_some_and(|other| other != person) {
                tx.commit().await?;
                return Err(ConfirmError::Taken);
            }
            store::replace_contact(&tx, centre.clock(), person, address).await?;
            Confirmed::Contact { person }
        }
        // Also where a sign-up came second: the account that is there stays as it is.
        (_, Some(person)) => Confirmed::SignedIn { person },
        (_, None) => {
            let sign_up = row.payload.and_then(|payload| serde_json::from_str(&payload).ok());
            create(&tx, centre, address, sign_up.ok_or(ConfirmError::Over)?).await?
        }
    };
    tx.commit().await?;
    Ok(confirmed)
}

/// Uses a code or link that was sent for a new password: sets it, and signs the person out everywhere.
pub async fn reset(centre: &Centre, proof: Proof, password_hash: String) -> Result<Uuid, ConfirmError> {
    let (tx, row) = take(centre, proof, challenge::Column::Purpose.eq(ChallengePurpose::Reset)).await?;
    let address = Address::of_row(row.kind, row.address);
    let person = find_person_by_contact(&tx, &address).await?.ok_or(ConfirmError::Over)?;
    store::write_password(&tx, centre.clock(), person, Some(password_hash)).await?;
    tx.commit().await?;
    Ok(person)
}

/// Uses the challenge up where the proof is right and goes on in the same transaction.
/// A wrong code costs a try, and that is committed before it is answered.
async fn take(
    centre: &Centre,
    proof: Proof,
    purpose: Expr,
) -> Result<(DatabaseTransaction, challenge::Model), ConfirmError> {
    let tx = centre.begin().await?;
    let live = is_live(centre).add(purpose);
    let row = match &proof {
        Proof::Code(id, _) => {
            challenge::Entity::update_many()
                .col_expr(challenge::Column::TriesLeft, Expr::col(challenge::Column::TriesLeft).sub(1))
                .filter(challenge::Column::Id.eq(*id))
                .filter(live)
                .exec_with_returning(&tx)
                .await?
        }
        Proof::Token(token) => {
            challenge::Entity::update_many()
                .col_expr(challenge::Column::TriesLeft, Expr::value(0))
                .filter(challenge::Column::TokenHash.eq(token_hash(token)))
                .filter(live)
                .exec_with_returning(&tx)
                .await?
        }
    };
    let row = row.into_iter().next().ok_or(ConfirmError::Over)?;
    if let Proof::Code(id, code) = &proof
        && row.code_hash != code_hash(*id, code.as_str())
    {
        tx.commit().await?;
        let left = row.tries_left.unsigned_abs();
        return Err(if left == 0 { ConfirmError::Over } else { ConfirmError::Wrong { left } });
    }
    // The others of this address for the same purpose are over with it.
    challenge::Entity::update_many()
        .col_expr(challenge::Column::TriesLeft, Expr::value(0))
        .filter(challenge::Column::Address.eq(row.address.as_str()))
        .filter(challenge::Column::Purpose.eq(row.purpose))
        .exec(&tx)
        .await?;
    challenge::Entity::update_many()
        .col_expr(challenge::Column::UsedAt, Expr::value(centre.clock().now()))
        .col_expr(challenge::Column::Payload, Expr::value(None::<String>))
        .filter(challenge::Column::Id.eq(row.id))
        .exec(&tx)
        .await?;
    Ok((tx, row))
}

/// Makes the person of a confirmed sign-up, and sends a code to their second address.
async fn create(
    tx: &DatabaseTransaction,
    centre: &Centre,
    address: Address,
    sign_up: SignUp,
) -> Result<Confirmed, ConfirmError> {
    let person = centre.clock().id();
    let other = sign_up.other;
    let second = other.clone().map(|address| Contact { address, confirmed: false });
    let first = Contact { address, confirmed: true };
    let new = NewPerson {
        id: person,
        name: sign_up.name,
        language: sign_up.language,
        password_hash: sign_up.password_hash,
        made_staff: false,
        contacts: [first].into_iter().chain(second).collect(),
        consents: sign_up.consents,
        figures: sign_up.figures,
    };
    store::insert_person(tx, centre.clock(), new).await?;
    let other = match other {
        Some(other) => issue(tx, centre, sign_up.language, &other, Intent::Contact(person)).await,
        None => return Ok(Confirmed::SignedUp { person, other: None }),
    };
    match other {
        Ok(id) => Ok(Confirmed::SignedUp { person, other: Some(id) }),
        // It can be confirmed later, from the page of the account.
        Err(SendError::TooMany { .. }) => Ok(Confirmed::SignedUp { person, other: None }),
        Err(SendError::Database(error)) => Err(error.into()),
    }
}
