//! People who watch a run: open event streams, and what each of them holds since when.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::{StreamExt, TryStreamExt};
use http_body_util::BodyExt;
use hyper::StatusCode;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use crate::Failure;
use crate::load::{Connection, page};

/// How many begin to watch at once.
const OPENING: usize = 256;

/// Who has not heard of something after this never will.
const PATIENCE: Duration = Duration::from_secs(30);

/// What one watcher was told last.
struct Held {
    text: Vec<u8>,
    since: Instant,
}

pub struct Crowd {
    watchers: Vec<Arc<Mutex<Held>>>,
    /// Their streams end with the crowd.
    _streams: JoinSet<()>,
}

impl Crowd {
    /// Opens as many streams; each has been told how things stand when this returns.
    pub async fn gather(address: SocketAddr, run: &str, count: usize) -> Result<Self, Failure> {
        let path = format!("{run}/events");
        let opening = futures::stream::iter(0..count).map(|_| open(address, &path));
        let opened: Vec<_> = opening.buffer_unordered(OPENING).try_collect().await?;
        let (mut watchers, mut streams) = (Vec::with_capacity(count), JoinSet::new());
        for (watcher, stream) in opened {
            watchers.push(watcher);
            streams.spawn(stream);
        }
        let crowd = Self { watchers, _streams: streams };
        let begin = Instant::now();
        while crowd.watchers.iter().any(|watcher| lock(watcher).text.is_empty()) {
            give_up_after(begin)?;
            sleep(Duration::from_millis(10)).await;
        }
        Ok(crowd)
    }

    /// Waits until all hold `text` and nothing newer, and returns when the last of them was told.
    pub async fn hold(&self, text: &str) -> Result<Instant, Failure> {
        let begin = Instant::now();
        loop {
            if let Some(since) = self.all_since(text) {
                return Ok(since);
            }
            give_up_after(begin)?;
            sleep(Duration::from_millis(10)).await;
        }
    }

    fn all_since(&self, text: &str) -> Option<Instant> {
        let since = |watcher: &Arc<Mutex<Held>>| {
            let held = lock(watcher);
            (held.text == text.as_bytes()).then_some(held.since)
        };
        self.watchers.iter().map(since).collect::<Option<Vec<_>>>()?.into_iter().max()
    }
}

fn give_up_after(begin: Instant) -> Result<(), Failure> {
    if begin.elapsed() < PATIENCE { Ok(()) } else { Err("some watchers were never told".into()) }
}

fn lock(watcher: &Mutex<Held>) -> std::sync::MutexGuard<'_, Held> {
    watcher.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn open(
    address: SocketAddr,
    path: &str,
) -> Result<(Arc<Mutex<Held>>, impl Future<Output = ()> + use<>), Failure> {
    let mut connection = Connection::open(address).await?;
    let response = connection.listen(page(address, path, None)).await?;
    if response.status() != StatusCode::OK {
        return Err(format!("a stream answered {}", response.status()).into());
    }
    let watcher = Arc::new(Mutex::new(Held { text: Vec::new(), since: Instant::now() }));
    let told = Arc::clone(&watcher);
    let stream = async move {
        let _open = connection;
        let mut body = response.into_body();
        let mut arrived = Vec::new();
        while let Some(Ok(frame)) = body.frame().await {
            arrived.extend_from_slice(frame.data_ref().map_or(&[][..], |data| data));
            let since = Instant::now();
            while let Some(event) = next_event(&mut arrived) {
                let mut held = lock(&told);
                if held.text != event {
                    *held = Held { text: event, since };
                }
            }
        }
    };
    Ok((watcher, stream))
}

/// Takes the first whole event off what has arrived: one line of data and an empty line.
fn next_event(arrived: &mut Vec<u8>) -> Option<Vec<u8>> {
    let end = arrived.windows(2).position(|pair| pair == b"\n\n")?;
    let event: Vec<u8> = arrived.drain(..end + 2).take(end).collect();
    Some(event.strip_prefix(b"data: ").unwrap_or(&event).to_vec())
}
