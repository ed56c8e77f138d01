//! Web sessions in the database. A row's key is a hash of the cookie, so that who reads the table can't sign in with it.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};
use domain::account::entity::web_session;
use domain::centre::Centre;
use domain::fresh::Cache;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter};
use sha2::{Digest, Sha256};
use tower_sessions::cookie::SameSite;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};
use tower_sessions::{Expiry, SessionManagerLayer, SessionStore};
use uuid::Uuid;
use web::ask::PERSON;

pub const COOKIE: &str = "centre";

/// Who stays away this long is signed out.
const INACTIVITY: Duration = Duration::days(14);

/// A row in use is renewed once a day, not with every request.
const RENEWAL: Duration = Duration::days(1);

/// The cookie itself lives as long as browsers allow; the row alone decides.
const COOKIE_LIFE: time::Duration = time::Duration::days(400);

/// The layer that hands every request its session. It is read only when a page asks for it.
pub fn layer(centre: Centre) -> SessionManagerLayer<Sessions> {
    let secure = !on_loopback_without_tls(&centre.settings().public_url);
    SessionManagerLayer::new(Sessions::new(centre))
        .with_name(COOKIE)
        .with_same_site(SameSite::Lax)
        .with_secure(secure)
        .with_expiry(Expiry::OnInactivity(COOKIE_LIFE))
}

/// Only there may the cookie travel without TLS: nobody stands between.
fn on_loopback_without_tls(public_url: &str) -> bool {
    let host = public_url.strip_prefix("http://").unwrap_or_default();
    ["localhost", "127.", "[::1]"].iter().any(|start| host.starts_with(start))
}

#[derive(Clone)]
pub struct Sessions {
    centre: Centre,
    /// By the row's key, under the revision of accounts, which also rises when a sign-in changes or ends.
    known: Arc<Cache<Vec<u8>, Arc<Known>>>,
}

/// A row as it was read.
struct Known {
    data: HashMap<String, serde_json::Value>,
    expires_at: DateTime<Utc>,
}

/// As many sign-ins as are kept in memory; each costs about 500 bytes.
const MOST_KNOWN: u64 = 50_000;

impl Sessions {
    pub fn new(centre: Centre) -> Self {
        Self { centre, known: Arc::new(Cache::new(MOST_KNOWN)) }
    }

    /// The row, if there is one and it has not expired.
    async fn find(&self, key: Vec<u8>) -> std::result::Result<Option<Arc<Known>>, Error> {
        let revision = self.centre.accounts().revision().await.map_err(backend)?;
        let known = self.known.get(revision, &key);
        // One that has expired here may have been renewed by another server, which changes no revision.
        if let Some(known) = known.filter(|known| known.expires_at > self.now()) {
            return Ok(Some(known));
        }
        let row = web_session::Entity::find_by_id(key.clone())
            .filter(web_session::Column::ExpiresAt.gt(self.now()))
            .one(self.centre.database())
            .await
            .map_err(backend)?;
        let Some(row) = row else { return Ok(None) };
        let data = serde_json::from_str(&row.data).map_err(|cause| Error::Decode(cause.to_string()))?;
        let known = Arc::new(Known { data, expires_at: row.expires_at });
        self.known.put(revision, key, Arc::clone(&known));
        Ok(Some(known))
    }

    /// Lets it live on from now.
    async fn renew(&self, key: Vec<u8>) -> std::result::Result<(), Error> {
        web_session::Entity::update_many()
            .col_expr(web_session::Column::ExpiresAt, Expr::value(self.now() + INACTIVITY))
            .filter(web_session::Column::Id.eq(key.clone()))
            .exec(self.centre.database())
            .await
            .map_err(backend)?;
        self.known.forget(&key);
        Ok(())
    }

    fn now(&self) -> DateTime<Utc> {
        self.centre.clock().now()
    }

    /// Deletes the rows that nobody can use any more.
    pub async fn sweep(&self) -> std::result::Result<(), DbErr> {
        web_session::Entity::delete_many()
            .filter(web_session::Column::ExpiresAt.lte(self.now()))
            .exec(self.centre.database())
            .await?;
        Ok(())
    }
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sessions")
    }
}

#[async_trait]
impl SessionStore for Sessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        // 128 random bits don't meet by chance; if they did, the primary key would refuse.
        let row = web_session::ActiveModel {
            id: Set(hash(&record.id)),
            person_id: Set(person(&record.data)),
            data: Set(encode(&record.data)?),
            expires_at: Set(self.now() + INACTIVITY),
        };
        web_session::Entity::insert(row)
            .exec_without_returning(self.centre.database())
            .await
            .map_err(backend)?;
        Ok(())
    }

    /// Changes the row if it is still there: a session ended elsewhere in the meantime stays ended.
    async fn save(&self, record: &Record) -> Result<()> {
        web_session::Entity::update_many()
            .col_expr(web_session::Column::PersonId, Expr::value(person(&record.data)))
            .col_expr(web_session::Column::Data, Expr::value(encode(&record.data)?))
            .col_expr(web_session::Column::ExpiresAt, Expr::value(self.now() + INACTIVITY))
            .filter(web_session::Column::Id.eq(hash(&record.id)))
            .exec(self.centre.database())
            .await
            .map_err(backend)?;
        Ok(())
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let key = hash(id);
        let Some(known) = self.find(key.clone()).await? else { return Ok(None) };
        if known.expires_at - self.now() < INACTIVITY - RENEWAL {
            self.renew(key).await?;
        }
        let data = known.data.clone();
        Ok(Some(Record { id: *id, data, expiry_date: time::OffsetDateTime::now_utc() + COOKIE_LIFE }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        web_session::Entity::delete_by_id(hash(id)).exec(self.centre.database()).await.map_err(backend)?;
        Ok(())
    }
}

fn hash(id: &Id) -> Vec<u8> {
    Sha256::digest(id.0.to_le_bytes()).to_vec()
}

/// Whose session it is; a column too, so that signing out everywhere is one statement.
fn person(data: &HashMap<String, serde_json::Value>) -> Option<Uuid> {
    data.get(PERSON)?.as_str()?.parse().ok()
}

fn encode(data: &HashMap<String, serde_json::Value>) -> Result<String> {
    serde_json::to_string(data).map_err(|cause| Error::Encode(cause.to_string()))
}

fn backend(cause: DbErr) -> Error {
    Error::Backend(cause.to_string())
}
