//! How the tests' YouTube behaves as time passes, encoders send, and staff press buttons in YouTube's own pages.

use chrono::TimeDelta;
use domain::broadcast::call::{Answer, Call, Draft, Grant, Move, Outcome, Phase, Reason};
use serde_json::Value;
use server::youtube::Exchange;
use tests::youtube::{PNG, Request, World};

use super::{broadcast, done, draft, start, stream};

struct Play {
    world: World,
    grant: Grant,
    now: chrono::DateTime<chrono::Utc>,
}

impl Play {
    fn new() -> Self {
        let (world, refresh_token) = World::with_channel("채널");
        Self { world, grant: Grant { channel: uuid::Uuid::from_u128(1), refresh_token }, now: start() }
    }

    fn call(&mut self, call: &Call) -> Outcome {
        self.world.call(self.now, &self.grant, call)
    }

    fn show(&mut self, draft: Draft) -> String {
        broadcast(self.call(&Call::InsertBroadcast(draft))).id
    }

    fn stream(&mut self) -> String {
        stream(self.call(&Call::InsertStream { title: "스튜디오".into() })).id
    }

    fn bind(&mut self, show: &str, stream: &str) -> Outcome {
        self.call(&Call::Bind { id: show.into(), stream: Some(stream.into()) })
    }

    fn go(&mut self, show: &str, to: Move) -> Outcome {
        self.call(&Call::Transition { id: show.into(), to })
    }

    fn phase(&mut self, show: &str) -> Phase {
        broadcast(self.call(&Call::ReadBroadcast { id: show.into() })).phase
    }

    fn sends(&mut self, stream: &str) {
        self.world.encoder_sends(self.now, stream);
    }

    fn stops(&mut self, stream: &str) {
        self.world.encoder_stops(self.now, stream);
    }

    fn pass(&mut self, seconds: i64) {
        self.now += TimeDelta::seconds(seconds);
    }

    /// Somebody ticks or unticks a box in YouTube's own pages.
    fn tick(&mut self, show: &str, field: &str, value: impl Into<Value>) {
        self.world.change_by_hand(show, "contentDetails", field, value);
    }
}

fn refused(outcome: &Outcome) -> Option<Reason> {
    match outcome {
        Outcome::Rejected(refusal) => Some(refusal.reason),
        _ => None,
    }
}

#[test]
fn a_show_goes_from_created_to_complete_and_never_back() {
    let mut play = Play::new();
    let (show, stream) = (play.show(draft("1회")), play.stream());
    play.tick(&show, "enableAutoStart", false);
    assert_eq!(play.phase(&show), Phase::Created);
    assert_eq!(refused(&play.go(&show, Move::Live)), Some(Reason::InvalidTransition));
    done(play.bind(&show, &stream));
    assert_eq!(play.phase(&show), Phase::Ready);
    assert_eq!(refused(&play.go(&show, Move::Live)), Some(Reason::StreamInactive));
    play.sends(&stream);
    assert_eq!(play.phase(&show), Phase::Ready, "auto-start is off");
    assert_eq!(broadcast(play.go(&show, Move::Live)).phase, Phase::LiveStarting);
    assert_eq!(refused(&play.go(&show, Move::Live)), Some(Reason::Redundant));
    assert_eq!(refused(&play.go(&show, Move::Complete)), Some(Reason::InvalidTransition));
    play.pass(5);
    assert_eq!(play.phase(&show), Phase::Live);
    assert_eq!(broadcast(play.go(&show, Move::Complete)).phase, Phase::Complete);
    for to in [Move::Testing, Move::Live] {
        assert_eq!(refused(&play.go(&show, to)), Some(Reason::InvalidTransition));
    }
    assert_eq!(refused(&play.bind(&show, &stream)), Some(Reason::InvalidTransition));
}

#[test]
fn with_the_monitor_stream_it_is_tested_first_and_without_it_never() {
    let mut play = Play::new();
    let (show, stream) = (play.show(draft("1회")), play.stream());
    play.tick(&show, "enableAutoStart", false);
    done(play.bind(&show, &stream));
    play.sends(&stream);
    assert_eq!(refused(&play.go(&show, Move::Testing)), Some(Reason::InvalidTransition));
    play.tick(
        &show,
        "monitorStream",
        serde_json::json!({ "enableMonitorStream": true, "broadcastStreamDelayMs": 0 }),
    );
    assert_eq!(refused(&play.go(&show, Move::Live)), Some(Reason::InvalidTransition));
    assert_eq!(broadcast(play.go(&show, Move::Testing)).phase, Phase::TestStarting);
    assert_eq!(refused(&play.go(&show, Move::Live)), Some(Reason::InvalidTransition));
    play.pass(5);
    assert_eq!(play.phase(&show), Phase::Testing);
    // Neither can be changed any more.
    let mut raw = broadcast(play.call(&Call::ReadBroadcast { id: show.clone() })).raw;
    draft("1회").apply(&mut raw);
    assert_eq!(refused(&play.call(&Call::UpdateBroadcast { raw })), Some(Reason::InvalidTransition));
    assert_eq!(broadcast(play.go(&show, Move::Live)).phase, Phase::LiveStarting);
}

#[test]
fn the_earliest_that_waits_on_a_stream_starts_with_the_picture_and_one_at_a_time() {
    let mut play = Play::new();
    let later = Draft {
        starts_at: start() + TimeDelta::hours(9),
        ends_at: start() + TimeDelta::hours(10),
        ..draft("2회")
    };
    let (second, first, stream) = (play.show(later), play.show(draft("1회")), play.stream());
    done(play.bind(&second, &stream));
    done(play.bind(&first, &stream));
    play.sends(&stream);
    play.pass(5);
    assert_eq!((play.phase(&first), play.phase(&second)), (Phase::Live, Phase::Ready));
    assert_eq!(refused(&play.go(&second, Move::Live)), Some(Reason::InvalidTransition), "the key is taken");
    done(play.go(&first, Move::Complete));
    assert_eq!(play.phase(&second), Phase::Ready, "no picture has begun");
    done(play.go(&second, Move::Live));
}

#[test]
fn without_auto_stop_a_show_outlives_its_picture_and_with_it_ends_a_minute_later() {
    let mut play = Play::new();
    let (show, stream) = (play.show(draft("1회")), play.stream());
    done(play.bind(&show, &stream));
    play.sends(&stream);
    play.pass(10);
    play.stops(&stream);
    play.pass(3600);
    assert_eq!(play.phase(&show), Phase::Live);
    play.sends(&stream);
    play.tick(&show, "enableAutoStop", true);
    play.stops(&stream);
    play.pass(59);
    assert_eq!(play.phase(&show), Phase::Live);
    play.sends(&stream);
    play.pass(10);
    assert_eq!(play.phase(&show), Phase::Live, "it came back in time");
    play.stops(&stream);
    play.pass(60);
    assert_eq!(play.phase(&show), Phase::Complete);
}

#[test]
fn viewers_are_there_only_while_it_is_live() {
    let mut play = Play::new();
    let (show, stream) = (play.show(draft("1회")), play.stream());
    done(play.bind(&show, &stream));
    play.world.show(&show).viewers = 30;
    let video = |play: &mut Play| match done(play.call(&Call::ReadVideo { id: show.clone() })) {
        Answer::Video(video) => video,
        other => panic!("{other:?}"),
    };
    assert_eq!(video(&mut play).viewers, None);
    play.sends(&stream);
    play.pass(5);
    assert_eq!(video(&mut play).viewers, Some(30));
    done(play.go(&show, Move::Complete));
    play.world.show(&show).views = 412;
    let over = video(&mut play);
    assert_eq!((over.viewers, over.views, over.ended_at), (None, Some(412), Some(play.now)));
}

#[test]
fn what_a_put_does_not_say_is_reset_and_what_staff_changed_is_seen() {
    let mut play = Play::new();
    let show = play.show(draft("1회"));
    play.world.rename_by_hand(&show, "다른 제목");
    let mut read = broadcast(play.call(&Call::ReadBroadcast { id: show.clone() }));
    assert_eq!(read.draft, draft("다른 제목"));
    // A client that wrote only what it knows would undo the rest.
    let fields = read.raw["contentDetails"].as_object_mut().expect("an object");
    fields.remove("latencyPreference");
    fields.remove("enableLowLatency");
    fields.remove("enableAutoStart");
    read.raw["snippet"].as_object_mut().expect("an object").remove("description");
    let after = broadcast(play.call(&Call::UpdateBroadcast { raw: read.raw }));
    assert_eq!(after.draft.description, "");
    assert_eq!(after.raw["contentDetails"]["latencyPreference"], "normal");
    assert_eq!(after.raw["contentDetails"]["enableAutoStart"], false);
}

#[test]
fn the_older_word_for_the_latency_may_not_disagree() {
    let mut play = Play::new();
    let show = play.show(draft("1회"));
    let mut raw = broadcast(play.call(&Call::ReadBroadcast { id: show })).raw;
    assert_eq!(raw["contentDetails"]["enableLowLatency"], true);
    raw["contentDetails"]["latencyPreference"] = "normal".into();
    assert_eq!(refused(&play.call(&Call::UpdateBroadcast { raw })), Some(Reason::Invalid));
}

#[test]
fn a_time_in_the_past_is_refused_unless_it_stands_there_already() {
    let mut play = Play::new();
    let show = play.show(draft("1회"));
    play.pass(6 * 3600);
    let past = play.call(&Call::InsertBroadcast(draft("2회")));
    assert_eq!(refused(&past), Some(Reason::Invalid));
    let mut raw = broadcast(play.call(&Call::ReadBroadcast { id: show })).raw;
    draft("1회 (변경)").apply(&mut raw);
    done(play.call(&Call::UpdateBroadcast { raw: raw.clone() }));
    raw["snippet"]["scheduledStartTime"] = "2021-03-01T05:30:00Z".into();
    assert_eq!(refused(&play.call(&Call::UpdateBroadcast { raw })), Some(Reason::Invalid));
}

#[test]
fn texts_and_pictures_have_limits() {
    let mut play = Play::new();
    let long = |description: String| Draft { description, ..draft("1회") };
    assert_eq!(refused(&play.call(&Call::InsertBroadcast(long("가".repeat(1667))))), Some(Reason::Invalid));
    let show = play.show(long("가".repeat(1666)));
    for (png, said) in [
        (PNG.to_vec(), 200),
        (b"GIF89a".to_vec(), 400),
        ([PNG.to_vec(), vec![0; 2 * 1024 * 1024]].concat(), 413),
    ] {
        let token = play.world.fetch(play.now, &play.grant).expect("a token");
        let call = super::picture(&show);
        let picture = Request { body: png, ..Request::of(Exchange::new(&call).request(), &token) };
        assert_eq!(play.world.handle(play.now, &picture).status, said);
    }
    play.world.rules.most_broadcasts = 1;
    assert_eq!(refused(&play.call(&Call::InsertBroadcast(draft("2회")))), Some(Reason::Channel));
}
