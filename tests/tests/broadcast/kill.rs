//! A worker killed in the midst of a call to YouTube, as a process of its own: whoever comes after it makes nothing twice.

use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::broadcast::State;
use domain::broadcast::call::{Latency, Privacy};
use domain::broadcast::reconcile::Reconciler;
use domain::broadcast::store::{self, Setup};
use domain::centre::{Centre, Settings};
use domain::clock::Clock;
use domain::seal::Sealer;
use server::config::Database;
use server::database;
use server::youtube::Client;
use tests::youtube::{Fault, Google, When, World};
use tests::{Engine, SECRET, Site};

use super::life::{Entered, enter, row};

/// Says to this binary that it is a worker, and to whom it speaks, when, and on which database.
const WORK: &str = "CENTRE_TEST_WORK";

/// The test that is one where it is asked to be.
const ENTRY: &str = "broadcast::kill::a_worker_is_killed_in_the_midst_of_each_call";

/// Every call that takes a class from the plan to its encoder.
const CALLS: [&str; 8] = [
    "liveBroadcasts.insert",
    "liveStreams.list",
    "liveStreams.insert",
    "liveBroadcasts.bind",
    "playlists.list",
    "playlists.insert",
    "thumbnails.set",
    "playlistItems.insert",
];

/// So many rounds take a class from the plan to its encoder, with time to spare.
const ROUNDS: i32 = 40;

/// Works where this process was started for that; `false` where it is a test's own.
fn work_if_asked() -> bool {
    let Ok(task) = std::env::var(WORK) else { return false };
    // Nobody is left to kill it once the test has gone, however that ended.
    std::thread::spawn(|| {
        let _ended = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        std::process::exit(1);
    });
    let mut parts = task.splitn(3, ' ');
    let mut part = || parts.next().expect("a part of the task");
    let port: u16 = part().parse().expect("a port");
    let now: DateTime<Utc> = part().parse().expect("a time");
    let place = match part() {
        url if url.starts_with("postgres") => Database::Postgres(url.into()),
        path => Database::Sqlite(path.into()),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        // Whoever comes second finds it done.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let connection = database::connect(&place).await.expect("connecting");
        let round = Arc::new(AtomicI32::new(0));
        let read = round.clone();
        let clock = Clock::new(move || now + TimeDelta::seconds(5) * read.load(Ordering::Relaxed));
        let settings = Settings { secrets: Sealer::new(&[SECRET]).expect("a key"), ..Settings::default() };
        let centre = Centre::new(connection, clock.clone(), settings);
        let client = Client::new(Google::settings_at(port), clock).expect("a client");
        let worker = Reconciler::new(centre, client);
        while round.fetch_add(1, Ordering::Relaxed) < ROUNDS {
            worker.round().await.expect("a round");
        }
    });
    true
}

fn start(site: &Site, google: &Google) -> Child {
    let place = match site.database() {
        Database::Postgres(url) => url.clone(),
        Database::Sqlite(path) => path.display().to_string(),
    };
    let now = site.now().to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    Command::new(std::env::current_exe().expect("this binary"))
        .args(["--exact", ENTRY, "--nocapture"])
        .env(WORK, format!("{} {now} {place}", google.port))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("starting this binary once more")
}

/// Kills one worker while its first call of this method is under way, before or after YouTube has done it, and lets another go on.
async fn live(site: &Site, method: &'static str, when: When) {
    let (world, refresh_token) = World::with_channel("구청 TV");
    let Entered { producer, channel, encoder } = enter(site, &world, &refresh_token).await;
    let google = Google::start(world, site.centre.clock().clone()).await;
    let by = site.signed_in(producer.id()).await.producer().unwrap();
    let setup = Setup {
        channel,
        encoder: Some(encoder),
        privacy: Privacy::Unlisted,
        made_for_kids: false,
        dvr: true,
        latency: Latency::Low,
        replay_until: None,
    };
    store::plan_run(&site.centre, &by, "P21-014", &setup).await.unwrap();
    // Within a day of the class, so that it comes to wait for its encoder.
    site.set_time("2021-03-02T12:00:00+09:00");
    google.world().fault_of = Some((method, Fault::Hang(when)));
    let mut worker = start(site, &google);
    while google.world().fault_of.is_some() {
        assert_eq!(worker.try_wait().unwrap(), None, "{method} was never called");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    worker.kill().unwrap();
    worker.wait().unwrap();
    // Whoever is killed keeps what they had claimed for two minutes, and an encoder's stream for five.
    site.advance(TimeDelta::minutes(6));
    // To wait for it would close its input, and so end it.
    let mut next = start(site, &google);
    let status = loop {
        match next.try_wait().unwrap() {
            Some(status) => break status,
            None => tokio::time::sleep(Duration::from_millis(5)).await,
        }
    };
    assert!(status.success(), "{status}");

    let told = format!("killed amid {method}, {when:?}");
    let row = row(site).await;
    let world = google.world();
    assert_eq!((world.shows().len(), world.streams().len(), world.playlists().len()), (1, 1, 1), "{told}");
    let show = &world.shows()[0];
    assert_eq!((row.state, row.video.as_ref()), (State::Armed, Some(&show.id)), "{told}");
    assert_eq!(show.stream.as_ref(), Some(&world.streams()[0].id), "{told}");
    assert_eq!(world.playlists()[0].items.len(), 1, "{told}");
    assert_eq!(world.wrong, [], "{told}");
}

/// Also the way into this binary as a worker.
#[test]
fn a_worker_is_killed_in_the_midst_of_each_call() {
    if work_if_asked() {
        return;
    }
    for (method, engine) in CALLS.into_iter().zip([Engine::Sqlite, Engine::Postgres].into_iter().cycle()) {
        for when in [When::Before, When::After] {
            tests::run(engine, async |site| live(site, method, when).await);
        }
    }
}
