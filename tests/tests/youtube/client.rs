//! The client against Google's description, when all goes well and when the world has moved on.

use chrono::TimeDelta;
use domain::broadcast::call::{
    Answer, Call, Grant, Hindrance, Method, Move, Outcome, Phase, Reason, StreamStatus, Youtube,
};
use server::paper::draw_thumbnail;
use tests::youtube::{Fault, Memory, When, World};

use super::{Scene, broadcast, done, draft, picture, start, with_google};

fn reason(outcome: Outcome) -> Reason {
    match outcome {
        Outcome::Rejected(refusal) => refusal.reason,
        other => panic!("not rejected: {other:?}"),
    }
}

#[test]
fn every_call_is_as_google_describes_it_and_does_what_it_says() {
    with_google(async |google, time| {
        let (client, grant) = (google.client(), google.grant());
        let scene = Scene::set(&client, &grant).await;
        let id = scene.show.id.clone();
        assert_eq!(scene.show.draft, draft("스마트폰 기초 1회"));
        assert_eq!((scene.show.phase, scene.show.stream.as_ref()), (Phase::Ready, Some(&scene.stream.id)));
        assert_eq!(scene.stream.status, StreamStatus::Ready);
        assert!(scene.stream.address.starts_with("rtmps://"));
        for call in scene.calls() {
            if matches!(call, Call::DeleteBroadcast { .. }) {
                break;
            }
            let answer = done(client.call(&grant, &call).await);
            match (&call, answer) {
                (Call::ReadChannel, Answer::Channel(channel)) => {
                    assert_eq!(channel.title, "평생스마트교육장")
                }
                (Call::ListBroadcasts, Answer::Broadcasts(all)) => assert_eq!(all.len(), 2),
                (Call::UpdateBroadcast { .. }, Answer::Broadcast(changed)) => {
                    assert_eq!(changed.draft.title, "스마트폰 기초 1회 (변경)");
                    assert_eq!(changed.stream, Some(scene.stream.id.clone()));
                }
                (Call::ListStreams, Answer::Streams(all)) => assert_eq!(all.len(), 2),
                (Call::ReadStream { .. }, Answer::Stream(read)) => assert_eq!(read, scene.stream),
                (Call::ReadVideo { .. }, Answer::Video(video)) => assert_eq!(video.viewers, None),
                (Call::ListPlaylists, Answer::Playlists(all)) => assert_eq!(all.len(), 2),
                (Call::ListPlaylistItems { .. }, Answer::Items(items)) => {
                    assert_eq!(items, std::slice::from_ref(&id))
                }
                _ => {}
            }
        }
        let Call::SetThumbnail { thumbnail, .. } = picture(&id) else { unreachable!() };
        let drawn = draw_thumbnail(&thumbnail).expect("a picture");
        assert_eq!(google.world().show(&id).thumbnail, Some(drawn));

        google.world().encoder_sends(time.now(), &scene.stream.id);
        time.pass(TimeDelta::seconds(10));
        google.world().show(&id).viewers = 17;
        let read = broadcast(client.call(&grant, &Call::ReadBroadcast { id: id.clone() }).await);
        assert_eq!(read.phase, Phase::Live, "auto-start is on");
        match done(client.call(&grant, &Call::ReadVideo { id: id.clone() }).await) {
            Answer::Video(video) => {
                assert_eq!(video.viewers, Some(17));
                assert_eq!(video.started_at, Some(start() + TimeDelta::seconds(5)));
            }
            other => panic!("{other:?}"),
        }
        let end = Call::Transition { id: id.clone(), to: Move::Complete };
        assert_eq!(broadcast(client.call(&grant, &end).await).phase, Phase::Complete);
        assert_eq!(reason(client.call(&grant, &end).await), Reason::Redundant);
        let delete = Call::DeleteBroadcast { id: id.clone() };
        assert_eq!(done(client.call(&grant, &delete).await), Answer::Nothing);
        assert_eq!(reason(client.call(&grant, &delete).await), Reason::NotFound);

        let world = google.world();
        assert_eq!(world.wrong, []);
        for method in Method::ALL {
            assert!(world.methods().contains(&method.as_str()), "{method:?}");
        }
        assert_eq!(google.agents().len(), 1);
        assert!(google.agents().iter().all(|agent| agent.contains(tests::ORIGIN)));
    });
}

/// Over HTTP and in memory alike.
async fn lets_go(youtube: &impl Youtube, grant: &Grant, world: impl Fn() -> Option<String>) {
    let scene = Scene::set(youtube, grant).await;
    assert_eq!(world(), Some(scene.stream.id.clone()));
    let let_go = Call::Bind { id: scene.show.id.clone(), stream: None };
    let seen = broadcast(youtube.call(grant, &let_go).await);
    assert_eq!((seen.stream, world()), (None, None));
    let read = broadcast(youtube.call(grant, &Call::ReadBroadcast { id: scene.show.id.clone() }).await);
    assert_eq!((read.stream, read.phase), (None, Phase::Created), "nothing starts it any more");
    assert_eq!(broadcast(youtube.call(grant, &let_go).await).stream, None, "twice is once");
}

#[test]
fn a_broadcast_lets_go_of_its_stream() {
    with_google(async |google, time| {
        let grant = google.grant();
        lets_go(&google.client(), &grant, || google.world().shows()[0].stream.clone()).await;
        assert_eq!(google.world().wrong, []);
        let (world, refresh_token) = World::with_channel("평생스마트교육장");
        let memory = Memory::new(world, time.clock());
        let grant = Grant { refresh_token, ..grant };
        lets_go(&memory, &grant, || memory.world().shows()[0].stream.clone()).await;
        assert_eq!(memory.world().wrong, []);
    });
}

#[test]
fn the_reasons_of_refusals_arrive() {
    with_google(async |google, time| {
        let (client, grant) = (google.client(), google.grant());
        let scene = Scene::set(&client, &grant).await;
        let id = scene.show.id.clone();
        let go = |to| Call::Transition { id: id.clone(), to };
        assert_eq!(reason(client.call(&grant, &go(Move::Testing)).await), Reason::InvalidTransition);
        assert_eq!(reason(client.call(&grant, &go(Move::Complete)).await), Reason::InvalidTransition);
        assert_eq!(reason(client.call(&grant, &go(Move::Live)).await), Reason::StreamInactive);
        google.world().encoder_sends(time.now(), &scene.stream.id);
        // It started by itself.
        assert_eq!(reason(client.call(&grant, &go(Move::Live)).await), Reason::Redundant);
        let bind = Call::Bind { id: id.clone(), stream: Some(scene.stream.id.clone()) };
        assert_eq!(reason(client.call(&grant, &bind).await), Reason::InvalidTransition);
        let delete = Call::DeleteBroadcast { id: id.clone() };
        assert_eq!(reason(client.call(&grant, &delete).await), Reason::InvalidTransition);
        for call in [
            Call::ReadBroadcast { id: "none".into() },
            Call::ReadStream { id: "none".into() },
            Call::ReadVideo { id: "none".into() },
            Call::Transition { id: "none".into(), to: Move::Live },
            picture("none"),
            Call::InsertPlaylistItem { playlist: "none".into(), video: id.clone() },
            Call::ListPlaylistItems { playlist: "none".into() },
        ] {
            assert_eq!(reason(client.call(&grant, &call).await), Reason::NotFound, "{call:?}");
        }
        let past = domain::broadcast::call::Draft {
            starts_at: start() - TimeDelta::hours(1),
            ..draft("지난 회")
        };
        for bad in [past, draft(""), draft("가<나>"), draft(&"가".repeat(101))] {
            assert_eq!(reason(client.call(&grant, &Call::InsertBroadcast(bad)).await), Reason::Invalid);
        }
        google.world().channels[0].refuses = Some("liveStreamingNotEnabled");
        assert_eq!(reason(client.call(&grant, &Call::ListBroadcasts).await), Reason::Channel);
        assert_eq!(google.world().shows().len(), 1);
    });
}

#[test]
fn all_pages_are_read_and_nothing_twice() {
    with_google(async |google, time| {
        google.world().rules.list_lag = TimeDelta::seconds(30);
        google.world().rules.quota = 100_000;
        let (client, grant) = (google.client(), google.grant());
        let mut made = Vec::new();
        for number in 0..120 {
            time.pass(TimeDelta::seconds(1));
            let call = Call::InsertBroadcast(draft(&format!("{number}회")));
            made.push(broadcast(client.call(&grant, &call).await).id);
        }
        let listed = |outcome| match done(outcome) {
            Answer::Broadcasts(all) => all.into_iter().map(|it| it.id).collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        };
        // The newest aren't in the list yet, though each is there by its id.
        let early = listed(client.call(&grant, &Call::ListBroadcasts).await);
        assert_eq!(early.len(), 90);
        let newest = Call::ReadBroadcast { id: made[119].clone() };
        assert_eq!(broadcast(client.call(&grant, &newest).await).id, made[119]);

        time.pass(TimeDelta::seconds(31));
        let before = google.world().log.len();
        let mut all = listed(client.call(&grant, &Call::ListBroadcasts).await);
        assert_eq!(google.world().log.len() - before, 3, "pages of 50");
        all.reverse();
        assert_eq!(all, made);
    });
}

#[test]
fn what_is_made_while_pages_are_read_moves_rows_that_then_count_once() {
    with_google(async |google, time| {
        google.world().rules.quota = 100_000;
        let (client, grant) = (google.client(), google.grant());
        for number in 0..60 {
            client.call(&grant, &Call::InsertBroadcast(draft(&format!("{number}회")))).await;
        }
        // The last of the first page comes again as the first of the second.
        google.world().rules.list_lag = TimeDelta::zero();
        let world = |google: &tests::youtube::Google| google.world().shows().len();
        let (listing, meanwhile) = (google.client(), async {
            while google.world().methods().last() != Some(&"liveBroadcasts.list") {
                tokio::task::yield_now().await;
            }
            let now = time.now();
            google.world().call(now, &grant, &Call::InsertBroadcast(draft("새로"))).clone()
        });
        let (listed, inserted) = futures::join!(listing.call(&grant, &Call::ListBroadcasts), meanwhile);
        done(inserted);
        let Answer::Broadcasts(all) = done(listed) else { panic!("no list") };
        let mut ids: Vec<_> = all.iter().map(|it| it.id.clone()).collect();
        ids.sort();
        ids.dedup();
        assert_eq!((ids.len(), all.len(), world(&google)), (60, 60, 61));
    });
}

#[test]
fn a_put_keeps_what_youtube_has_come_to_know_since() {
    with_google(async |google, _| {
        google.world().added.push("contentDetails.quiet".into());
        google.world().added.push("snippet.moods".into());
        let (client, grant) = (google.client(), google.grant());
        let id = broadcast(client.call(&grant, &Call::InsertBroadcast(draft("1회"))).await).id;
        google.world().change_by_hand(&id, "contentDetails", "quiet", true);
        google.world().change_by_hand(&id, "snippet", "moods", serde_json::json!([{ "mood": "calm" }]));
        google.world().change_by_hand(&id, "snippet", "categoryId", "27");
        google.world().change_by_hand(&id, "contentDetails", "enableEmbed", false);
        let before = google.world().resource(&id).expect("a broadcast");

        let mut raw = broadcast(client.call(&grant, &Call::ReadBroadcast { id: id.clone() }).await).raw;
        let changed = domain::broadcast::call::Draft {
            latency: domain::broadcast::call::Latency::Normal,
            ..draft("1회 (변경)")
        };
        changed.apply(&mut raw);
        let after = broadcast(client.call(&grant, &Call::UpdateBroadcast { raw }).await);
        assert_eq!(after.draft, changed);
        let mut expected = before;
        expected["snippet"]["title"] = "1회 (변경)".into();
        expected["contentDetails"]["latencyPreference"] = "normal".into();
        expected["contentDetails"]["enableLowLatency"] = false.into();
        assert_eq!(after.raw, expected);
        assert_eq!(google.world().wrong, []);
    });
}

#[test]
fn the_days_units_end_at_midnight_in_california() {
    with_google(async |google, time| {
        google.world().rules.quota = 101;
        let (client, grant) = (google.client(), google.grant());
        let insert = Call::InsertBroadcast(draft("1회"));
        done(client.call(&grant, &insert).await);
        done(client.call(&grant, &insert).await);
        assert_eq!(reason(client.call(&grant, &insert).await), Reason::QuotaExceeded);
        done(client.call(&grant, &Call::ListBroadcasts).await);
        assert_eq!(reason(client.call(&grant, &Call::ListBroadcasts).await), Reason::QuotaExceeded);
        assert_eq!(google.world().units_on("2021-02-28".parse().expect("a day")), 101);
        // It is four in the afternoon there.
        time.pass(TimeDelta::hours(7) + TimeDelta::minutes(59));
        let later = domain::broadcast::call::Draft {
            starts_at: time.now() + TimeDelta::hours(5),
            ends_at: time.now() + TimeDelta::hours(6),
            ..draft("2회")
        };
        let insert = Call::InsertBroadcast(later);
        assert_eq!(reason(client.call(&grant, &insert).await), Reason::QuotaExceeded);
        time.pass(TimeDelta::minutes(1));
        done(client.call(&grant, &insert).await);
        assert_eq!(google.world().shows().len(), 3);
    });
}

#[test]
fn a_short_delay_is_not_the_days_end() {
    with_google(async |google, _| {
        let (client, grant) = (google.client(), google.grant());
        google.world().faults.push_back(Some(Fault::Refused(429, "rateLimitExceeded")));
        assert_eq!(reason(client.call(&grant, &Call::ReadChannel).await), Reason::TooFast);
    });
}

#[test]
fn nobody_is_followed_elsewhere() {
    with_google(async |google, _| {
        let (client, grant) = (google.client(), google.grant());
        for status in [301, 302, 307, 308] {
            google.world().faults.push_back(Some(Fault::Trouble(status, When::Before)));
            let before = google.world().log.len();
            let outcome = client.call(&grant, &Call::InsertBroadcast(draft("1회"))).await;
            assert!(matches!(outcome, Outcome::Uncertain(_)), "{outcome:?}");
            assert_eq!(google.world().log.len() - before, 1);
        }
    });
}

#[test]
fn where_nobody_listens_nothing_was_tried() {
    with_google(async |mut google, _| {
        let (client, grant) = (google.client(), google.grant());
        done(client.call(&grant, &Call::ReadChannel).await);
        google.stop().await;
        for call in [Call::ReadChannel, Call::InsertBroadcast(draft("1회"))] {
            let outcome = client.call(&grant, &call).await;
            assert!(matches!(outcome, Outcome::NotTried(Hindrance::Unreachable(_))), "{outcome:?}");
        }
    });
}
