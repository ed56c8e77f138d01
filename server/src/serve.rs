//! Serving the site until somebody asks it to stop.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::ServiceExt;
use axum::extract::Request;
use domain::attendance::keep::keep as keep_attendance;
use domain::attendance::reach::tell as tell_out_of_reach;
use domain::board::edit::keep as keep_boards;
use domain::broadcast::channel::renew;
use domain::broadcast::reconcile::Reconciler;
use domain::centre::Centre;
use domain::notice::store::empty_old;
use domain::studio::keep::keep as keep_bookings;
use domain::survey::invite::invite as invite_to_surveys;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use web::ui::CentreFacts;

use crate::config::Config;
use crate::door::Door;
use crate::notice::Outbox;
use crate::router::{WebSettings, app};
use crate::session::Sessions;
use crate::upgrade::remove_old_copy;
use crate::youtube::Client;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Requests still running this long after the signal are given up.
const PATIENCE: Duration = Duration::from_secs(20);

/// How often it is looked whether YouTube has to be told something.
const BROADCASTS: Duration = Duration::from_secs(5);

/// What is being sent still gets so long after the last request.
const LAST_NOTICES: Duration = Duration::from_secs(10);

/// Serves until SIGTERM or SIGINT, then finishes what it has begun. An answer leaves only after its commit, so
/// when the last request is answered, the writer has nothing left either.
pub async fn serve(centre: Centre, config: Config) -> Result<(), Failure> {
    std::fs::create_dir_all(config.outbox())?;
    let metrics = PrometheusBuilder::new().set_buckets(&SECONDS)?.install_recorder()?;
    let (stop, stopping) = watch::channel(false);
    let keeper = tokio::spawn(keep(centre.clone(), config.data.clone(), metrics.clone(), stopping.clone()));
    let deadlines = tokio::spawn(watch_deadlines(centre.clone(), stopping.clone()));
    let watchers = tokio::spawn(centre.watchers().clone().keep(centre.clone()));
    let facts = Arc::new(facts(&config));
    let outbox = Outbox::new(centre.clone(), facts.clone(), &config)?;
    let mut outbox = tokio::spawn(outbox.run(stopping.clone()));
    let youtube = config.youtube.clone();
    let youtube = youtube.map(|settings| Client::new(settings, centre.clock().clone())).transpose()?;
    let youtube = youtube.map(Arc::new);
    let broadcasts = tokio::spawn(keep_broadcasts(centre.clone(), youtube.clone(), stopping.clone()));
    let web = WebSettings {
        site: config.site.clone(),
        data: config.data.clone(),
        facts,
        trusted_proxies: config.trusted_proxies.clone(),
        metrics_from: config.metrics_from.clone(),
        metrics,
        door: Door::default(),
        youtube,
        stopping: stopping.clone(),
    };
    let listener = TcpListener::bind(config.listen).await?;
    tracing::info!(listen = %listener.local_addr()?, public_url = config.settings.public_url, "serving");

    let database = centre.database().clone();
    let app = app(centre, web);
    let service = ServiceExt::<Request>::into_make_service_with_connect_info::<SocketAddr>(app);
    let server = axum::serve(listener, service).with_graceful_shutdown(wait(stopping.clone()));
    let server = tokio::spawn(async move { server.await });

    asked_to_stop().await?;
    tracing::info!("stopping");
    stop.send_replace(true);
    match tokio::time::timeout(PATIENCE, server).await {
        Ok(ended) => ended??,
        Err(_) => tracing::warn!("gave up requests that took too long"),
    }
    keeper.await?;
    // Whatever it has begun it hears the end of, or the next start looks for it.
    broadcasts.await?;
    deadlines.await?;
    match tokio::time::timeout(LAST_NOTICES, &mut outbox).await {
        Ok(ended) => ended?,
        // Found half sent at the next start, they are sent again under the same id.
        Err(_) => {
            outbox.abort();
            tracing::warn!("gave up notices that took too long");
        }
    }
    watchers.abort();
    // Closing the last connection folds SQLite's write-ahead log into its file.
    database.close().await?;
    Ok(())
}

/// Upper bounds of the histogram of answering times.
const SECONDS: [f64; 9] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

async fn wait(mut stopping: watch::Receiver<bool>) {
    // An error means that the sender is gone, and with it whoever could ask us to go on.
    let _ = stopping.wait_for(|stopping| *stopping).await;
}

async fn asked_to_stop() -> std::io::Result<()> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

/// Sweeps up what has expired and folds the samples of the metrics, until the program stops.
async fn keep(centre: Centre, data: PathBuf, metrics: PrometheusHandle, stopping: watch::Receiver<bool>) {
    let sessions = Sessions::new(centre.clone());
    let mut minute = tokio::time::interval(Duration::from_secs(60));
    let stopped = wait(stopping);
    tokio::pin!(stopped);
    loop {
        tokio::select! {
            () = &mut stopped => return,
            _ = minute.tick() => {}
        }
        metrics.run_upkeep();
        if let Err(cause) = sessions.sweep().await {
            tracing::warn!(%cause, "expired sessions stay for now");
        }
        if let Err(cause) = empty_old(&centre).await {
            tracing::warn!(%cause, "old notices stay for now");
        }
        if let Err(cause) = keep_bookings(&centre).await {
            tracing::warn!(%cause, "bookings that are overdue stay for now");
        }
        if let Err(cause) = keep_attendance(&centre).await {
            tracing::warn!(%cause, "attendance that is overdue stays for now");
        }
        if let Err(cause) = keep_boards(&centre).await {
            tracing::warn!(%cause, "what was over on the boards stays for now");
        }
        if let Err(cause) = tell_out_of_reach(&centre).await {
            tracing::warn!(%cause, "who can't complete a run any more isn't told for now");
        }
        if let Err(cause) = invite_to_surveys(&centre).await {
            tracing::warn!(%cause, "nobody is asked to answer a survey for now");
        }
        if let Err(cause) = remove_old_copy(&data, centre.clock()) {
            tracing::warn!(%cause, "the copy from before the upgrade stays for now");
        }
    }
}

/// Makes YouTube agree with what is wanted, a step at a time, and keeps the grants alive.
async fn keep_broadcasts(centre: Centre, youtube: Option<Arc<Client>>, stopping: watch::Receiver<bool>) {
    let Some(youtube) = youtube else { return };
    let reconciler = Reconciler::new(centre.clone(), youtube);
    let mut pace = tokio::time::interval(BROADCASTS);
    let stopped = wait(stopping);
    tokio::pin!(stopped);
    loop {
        tokio::select! {
            () = &mut stopped => return,
            _ = pace.tick() => {}
        }
        if let Err(cause) = reconciler.round().await {
            tracing::warn!(%cause, "broadcasts wait");
        }
        if let Err(cause) = renew(&centre, reconciler.youtube()).await {
            tracing::warn!(%cause, "channels are not renewed for now");
        }
    }
}

/// Lets offers lapse and waiting lists end when their time has come, and at the start gives away what became free
/// while the program was down.
async fn watch_deadlines(centre: Centre, stopping: watch::Receiver<bool>) {
    let mut second = tokio::time::interval(Duration::from_secs(1));
    let stopped = wait(stopping);
    tokio::pin!(stopped);
    let mut due = true;
    loop {
        tokio::select! {
            () = &mut stopped => return,
            _ = second.tick() => {}
        }
        if due && let Err(cause) = centre.writer().settle().await {
            tracing::warn!(%cause, "deadlines wait");
        }
        due = match centre.writer().is_due().await {
            Ok(due) => due,
            Err(cause) => {
                tracing::warn!(%cause, "deadlines can't be read");
                false
            }
        };
    }
}

/// What every page says about the centre.
fn facts(config: &Config) -> CentreFacts {
    CentreFacts { version: version(&config.site), ..config.facts.clone() }
}

/// Changes when a file of the site does.
fn version(site: &Path) -> String {
    let mut hash = Sha256::new();
    let mut folders = vec![site.to_owned()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.path() {
                path if path.is_dir() => folders.push(path),
                path => files.push(path),
            }
        }
    }
    files.sort();
    for file in files {
        hash.update(std::fs::read(file).unwrap_or_default());
    }
    hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}
