//! YouTube: that the tests' own one refuses what Google would, and that the client says things once and judges rightly.

mod client;
mod fake;
mod fault;
mod history;
mod model;
mod sign_in;

use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use domain::broadcast::Thumbnail;
use domain::broadcast::call::{
    Answer, Broadcast, Call, Draft, Grant, Latency, Outcome, Privacy, Stream, Youtube,
};
use domain::clock::Clock;
use tests::youtube::{Google, World};

/// A time that the test holds.
#[derive(Clone)]
struct Time(Arc<Mutex<DateTime<Utc>>>);

impl Time {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(start())))
    }

    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().expect("the time")
    }

    fn pass(&self, by: TimeDelta) {
        *self.0.lock().expect("the time") += by;
    }

    fn clock(&self) -> Clock {
        let time = self.clone();
        Clock::new(move || time.now())
    }
}

/// A Monday morning in Seoul.
fn start() -> DateTime<Utc> {
    "2021-03-01T00:00:00Z".parse().expect("a time")
}

fn draft(title: &str) -> Draft {
    Draft {
        title: title.into(),
        description: "강사: 홍길동\n\nlc:0190a6c4".into(),
        starts_at: start() + TimeDelta::hours(5),
        ends_at: start() + TimeDelta::hours(7),
        privacy: Privacy::Unlisted,
        made_for_kids: false,
        dvr: true,
        latency: Latency::Low,
    }
}

/// Runs a test against a Google with one channel, at a time that the test holds.
fn with_google(test: impl AsyncFnOnce(Google, Time)) {
    // One thread: who listens to what is logged hears all of it.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let time = Time::new();
        let (world, _) = World::with_channel("평생스마트교육장");
        test(Google::start(world, time.clock()).await, time).await;
    });
}

fn done(outcome: Outcome) -> Answer {
    match outcome {
        Outcome::Done(answer) => answer,
        other => panic!("not done: {other:?}"),
    }
}

fn broadcast(outcome: Outcome) -> Broadcast {
    match done(outcome) {
        Answer::Broadcast(broadcast) => *broadcast,
        other => panic!("no broadcast: {other:?}"),
    }
}

fn stream(outcome: Outcome) -> Stream {
    match done(outcome) {
        Answer::Stream(stream) => stream,
        other => panic!("no stream: {other:?}"),
    }
}

fn picture(id: &str) -> Call {
    let thumbnail = Thumbnail { title: "스마트폰 기초".into(), facts: vec!["1차시".into()] };
    Call::SetThumbnail { id: id.into(), thumbnail }
}

/// A channel with a bound broadcast, another one, a stream and a playlist: what calls can be made about.
struct Scene {
    show: Broadcast,
    stream: Stream,
    playlist: String,
}

impl Scene {
    async fn set(youtube: &impl Youtube, grant: &Grant) -> Self {
        let made = broadcast(youtube.call(grant, &Call::InsertBroadcast(draft("스마트폰 기초 1회"))).await);
        let stream = stream(youtube.call(grant, &Call::InsertStream { title: "스튜디오 1".into() }).await);
        let bind = Call::Bind { id: made.id.clone(), stream: Some(stream.id.clone()) };
        let show = broadcast(youtube.call(grant, &bind).await);
        let playlist =
            Call::InsertPlaylist { title: "스마트폰 기초".into(), privacy: Privacy::Unlisted };
        let playlist = match done(youtube.call(grant, &playlist).await) {
            Answer::Playlist(playlist) => playlist.id,
            other => panic!("no playlist: {other:?}"),
        };
        Self { show, stream, playlist }
    }

    /// Every kind of call, each of which can be made in this scene once the encoder sends.
    fn calls(&self) -> Vec<Call> {
        let id = self.show.id.clone();
        let mut raw = self.show.raw.clone();
        draft("스마트폰 기초 1회 (변경)").apply(&mut raw);
        vec![
            Call::ReadChannel,
            Call::InsertBroadcast(draft("스마트폰 기초 2회")),
            Call::ListBroadcasts,
            Call::ReadBroadcast { id: id.clone() },
            Call::UpdateBroadcast { raw },
            Call::Bind { id: id.clone(), stream: Some(self.stream.id.clone()) },
            Call::InsertStream { title: "스튜디오 2".into() },
            Call::ListStreams,
            Call::ReadStream { id: self.stream.id.clone() },
            Call::ReadVideo { id: id.clone() },
            picture(&id),
            Call::InsertPlaylist { title: "엑셀".into(), privacy: Privacy::Public },
            Call::ListPlaylists,
            Call::InsertPlaylistItem { playlist: self.playlist.clone(), video: id.clone() },
            Call::ListPlaylistItems { playlist: self.playlist.clone() },
            Call::DeleteBroadcast { id },
        ]
    }
}
