//! What a supervisor asks: is it alive, can it work, what has it done.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{ConnectInfo, Extension, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::centre::Centre;
use domain::registration::entity::writer;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, QueryFilter};
use tokio::sync::Mutex;
use web::ask::SourceIp;

use crate::router::WebSettings;

/// Below this a database is close to failing in the middle of a rush.
const LEAST_FREE_BYTES: u64 = 100 * 1024 * 1024;

/// `GET /healthz`: the process answers.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// What was found last. Everybody may ask, and the answer takes the write lock: it is good for a second.
#[derive(Clone, Default)]
pub struct Readiness(Arc<Mutex<Option<(Instant, Found)>>>);

#[derive(Clone, Copy)]
struct Found {
    database: bool,
    disk: bool,
}

const GOOD_FOR: Duration = Duration::from_secs(1);

impl Readiness {
    /// Those who ask meanwhile wait for the same answer.
    async fn get(&self, look: impl Future<Output = Found>) -> Found {
        let mut last = self.0.lock().await;
        if let Some((when, found)) = *last
            && when.elapsed() < GOOD_FOR
        {
            return found;
        }
        let found = look.await;
        *last = Some((Instant::now(), found));
        found
    }
}

/// `GET /readyz`: the database takes writes and the disk has room; 503 and which of them fails, if not.
pub async fn ready(
    State(centre): State<Centre>,
    Extension(web): Extension<Arc<WebSettings>>,
    Extension(readiness): Extension<Readiness>,
) -> Response {
    let Found { database, disk } = readiness.get(look(&centre, &web)).await;
    let status = if database && disk { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, axum::Json(serde_json::json!({ "database": database, "disk": disk }))).into_response()
}

async fn look(centre: &Centre, web: &WebSettings) -> Found {
    let database =
        writes(centre).await.inspect_err(|cause| tracing::warn!(%cause, "not ready: database")).is_ok();
    let disk =
        has_room(&web.data).inspect_err(|cause| tracing::warn!(%cause, "not ready: disk")).unwrap_or(false);
    Found { database, disk }
}

/// Takes the write lock, changes a row, changes it back and commits: that a disk is full shows only when pages are
/// written, and a row that stays as it is dirties none.
async fn writes(centre: &Centre) -> Result<(), DbErr> {
    let tx = centre.begin().await?;
    if tx.get_database_backend() == DbBackend::Postgres {
        // Who holds the lock may hold it for ever; on SQLite every transaction gives up after a while.
        tx.execute_unprepared("SET LOCAL lock_timeout = '3s'").await?;
    }
    for step in [1, -1] {
        writer::Entity::update_many()
            .col_expr(writer::Column::Turn, Expr::col(writer::Column::Turn).add(step))
            .filter(writer::Column::Id.eq(1))
            .exec(&tx)
            .await?;
    }
    tx.commit().await
}

fn has_room(folder: &Path) -> std::io::Result<bool> {
    let disk = rustix::fs::statvfs(folder)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize) >= LEAST_FREE_BYTES)
}

/// `GET /metrics`, in Prometheus' text form: for this machine and for those the operator named.
pub async fn metrics(
    Extension(web): Extension<Arc<WebSettings>>,
    Extension(SourceIp(source)): Extension<SourceIp>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Response {
    // A proxy nobody named stands between: whoever asks is behind it, and is not this machine.
    let is_hidden = headers.contains_key("x-forwarded-for") && !web.trusts(peer.ip());
    if is_hidden || !may_read(source, &web) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    ([(header::CONTENT_TYPE, kind)], web.metrics.render()).into_response()
}

fn may_read(source: IpAddr, web: &WebSettings) -> bool {
    source.is_loopback() || web.metrics_from.iter().any(|network| network.contains(&source))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_asks_again_at_once_gets_the_same_answer() {
        let readiness = Readiness::default();
        let asked = std::sync::atomic::AtomicU32::new(0);
        for _ in 0..3 {
            let look = async {
                asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                Found { database: true, disk: false }
            };
            assert!(!readiness.get(look).await.disk);
        }
        assert_eq!(asked.into_inner(), 1);
    }
}
