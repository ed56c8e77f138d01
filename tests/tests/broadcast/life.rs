//! A broadcast's life from the rows to YouTube and back, on both databases.

use std::sync::Arc;

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, TimeDelta, Utc};
use domain::account::Duty;
use domain::broadcast::call::{Call, Grant, Hindrance, Latency, Outcome, Phase, Privacy, Titled, Youtube};
use domain::broadcast::channel::{connect, renew};
use domain::broadcast::entity::{broadcast, broadcast_call, channel, encoder, viewer_sample};
use domain::broadcast::ledger::spent_today;
use domain::broadcast::reconcile::Reconciler;
use domain::broadcast::reseal::reseal;
use domain::broadcast::store::{self, Host, Setup};
use domain::broadcast::{CallOutcome, ChannelState, State, Trouble, encoder as encoders};
use domain::course::entity::class_session;
use domain::course::{ClassState, Line, Mode};
use domain::notice::Event;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use tests::programme::{Dates, add_run};
use tests::youtube::{Fault, Google, Memory, When, World};
use tests::{Site, Visitor, both};
use tokio::sync::Semaphore;
use uuid::Uuid;

const NOW: &str = "2021-03-01T09:00:00+09:00";

/// A channel, an encoder, an online run of one class on the third at ten, and a worker that speaks to a YouTube in memory.
pub struct House {
    pub(super) worker: Reconciler<Memory>,
    pub youtube: Memory,
    pub producer: Visitor,
    pub(super) channel: Uuid,
    encoder: Uuid,
}

pub(super) const CODE: &str = "P21-014-1";

pub async fn furnish(site: &Site) -> House {
    let (world, refresh_token) = World::with_channel("구청 TV");
    let Entered { producer, channel, encoder } = enter(site, &world, &refresh_token).await;
    let youtube = Memory::new(world, site.centre.clock().clone());
    let worker = Reconciler::new(site.centre.clone(), youtube.clone());
    worker.round().await.unwrap();
    let made = encoder::Entity::find_by_id(encoder).one(site.centre.database()).await.unwrap().unwrap();
    assert!(made.stream.is_some(), "its stream is made in the first round");
    House { worker, youtube, producer, channel, encoder }
}

/// What stands in the rows before anybody has spoken to YouTube.
pub(super) struct Entered {
    pub producer: Visitor,
    pub channel: Uuid,
    pub encoder: Uuid,
}

pub(super) async fn enter(site: &Site, world: &World, refresh_token: &str) -> Entered {
    site.set_time(NOW);
    let titled = Titled { id: world.channels[0].id.clone(), title: "구청 TV".into() };
    let producer = site.sign_in_as(Duty::Producer).await;
    let permission = site.signed_in(producer.id()).await.producer().unwrap();
    let channel = connect(&site.centre, &permission, &titled, refresh_token).await.unwrap();
    let name = Line::parse("방송실 송출기", 60).unwrap();
    encoders::add(&site.centre, &permission, &name, None, channel).await.unwrap();
    let encoder = encoder::Entity::find().one(site.centre.database()).await.unwrap().unwrap();
    online_run(site, "P21-014", day(3)).await;
    Entered { producer, channel, encoder: encoder.id }
}

pub(super) fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2021, 3, day).unwrap()
}

async fn online_run(site: &Site, code: &str, on: NaiveDate) -> Uuid {
    let dates = Dates::on(on, site.now());
    add_run(&site.centre, code, None, dates, |run| run.mode = Mode::Online).await
}

impl House {
    pub(super) fn setup(&self) -> Setup {
        Setup {
            channel: self.channel,
            encoder: Some(self.encoder),
            privacy: Privacy::Unlisted,
            made_for_kids: false,
            dvr: true,
            latency: Latency::Low,
            replay_until: None,
        }
    }

    pub async fn plan(&self, site: &Site) {
        let by = site.signed_in(self.producer.id()).await.producer().unwrap();
        assert_eq!(store::plan_run(&site.centre, &by, "P21-014", &self.setup()).await.unwrap(), 1);
    }

    /// So many rounds, five seconds apart.
    pub async fn work(&self, site: &Site, rounds: usize) {
        for _ in 0..rounds {
            self.worker.round().await.unwrap();
            site.advance(Duration::seconds(5));
            self.youtube.world().advance(site.now());
        }
    }

    pub(super) fn shows(&self) -> usize {
        self.youtube.world().shows().len()
    }

    pub fn stream(&self) -> String {
        self.youtube.world().streams()[0].id.clone()
    }

    pub(super) fn count(&self, method: &str) -> usize {
        self.youtube.world().methods().into_iter().filter(|it| *it == method).count()
    }
}

pub(super) async fn row(site: &Site) -> broadcast::Model {
    let found = broadcast::Entity::find().filter(broadcast::Column::Code.eq(CODE));
    found.one(site.centre.database()).await.unwrap().unwrap()
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

async fn host(site: &Site, house: &House) -> Host {
    let viewer = site.signed_in(house.producer.id()).await;
    let shown = store::find(&site.centre, CODE).await.unwrap().unwrap();
    Host::of(&viewer, &shown.subject).unwrap()
}

/// A YouTube that takes no picture before its gate opens.
struct Gated {
    youtube: Memory,
    gate: Semaphore,
}

impl Youtube for Gated {
    async fn call(&self, grant: &Grant, call: &Call) -> Outcome {
        if matches!(call, Call::SetThumbnail { .. }) {
            let _open = self.gate.acquire().await.unwrap();
        }
        self.youtube.call(grant, call).await
    }

    async fn renew(&self, grant: &Grant) -> Result<(), Hindrance> {
        self.youtube.renew(grant).await
    }
}

both! {
    async fn a_class_is_made_armed_shown_ended_and_filed(site) {
        let house = furnish(site).await;
        house.plan(site).await;
        house.work(site, 3).await;
        assert_eq!((row(site).await.state, house.shows()), (State::Created, 1));
        assert_eq!(row(site).await.bound, None, "two days before nothing waits for the encoder");

        site.set_time("2021-03-02T10:00:05+09:00");
        house.work(site, 3).await;
        assert_eq!(row(site).await.state, State::Armed);
        assert_eq!(row(site).await.bound, Some(house.stream()));

        site.set_time("2021-03-03T09:59:00+09:00");
        let stream = house.stream();
        house.youtube.world().encoder_sends(site.now(), &stream);
        house.work(site, 20).await;
        let live = row(site).await;
        assert_eq!((live.state, live.started_at.is_some()), (State::Live, true));
        house.youtube.world().show(live.video.as_deref().unwrap()).viewers = 23;
        site.advance(Duration::seconds(61));
        house.work(site, 2).await;
        house.youtube.world().show(live.video.as_deref().unwrap()).viewers = 12;
        site.advance(Duration::seconds(61));
        house.work(site, 2).await;

        let by = host(site, &house).await;
        store::ask_end(&site.centre, &by, CODE).await.unwrap();
        house.work(site, 3).await;
        assert_eq!(row(site).await.state, State::Complete);
        assert_eq!(row(site).await.bound, None, "the encoder is free for the next");
        let audience = store::audience(&site.centre, live.id).await.unwrap().unwrap();
        assert_eq!(audience.peak, 23);
        let samples = viewer_sample::Entity::find().all(site.centre.database()).await.unwrap();
        let sum: i32 = samples.iter().map(|it| it.viewers).sum();
        assert_eq!(audience.average, u32::try_from(sum).unwrap().div_ceil(u32::try_from(samples.len()).unwrap()));

        house.youtube.world().show(live.video.as_deref().unwrap()).views = 140;
        site.advance(Duration::hours(25));
        house.work(site, 2).await;
        assert_eq!((row(site).await.state, row(site).await.views), (State::Filed, Some(140)));
        assert_eq!(house.youtube.world().wrong, []);
        let spent: u32 = house.youtube.world().units();
        assert!(spent < 400, "a whole life costs few units: {spent}");
    }

    async fn a_class_that_moves_takes_its_broadcast_along_and_one_that_is_cancelled_deletes_it(site) {
        let house = furnish(site).await;
        house.plan(site).await;
        house.work(site, 2).await;
        let db = site.centre.database();
        let later = at("2021-03-03T14:00:00+09:00");
        let moved = class_session::ActiveModel {
            starts_at: Set(later),
            ends_at: Set(later + TimeDelta::hours(1)),
            ..Default::default()
        };
        class_session::Entity::update_many().set(moved).exec(db).await.unwrap();
        house.work(site, 4).await;
        {
            let mut world = house.youtube.world();
            let id = world.shows()[0].id.clone();
            assert_eq!(world.show(&id).settings["snippet"]["scheduledStartTime"], "2021-03-03T05:00:00Z");
        }
        assert_eq!(house.count("liveBroadcasts.update"), 1, "said once");
        let cancelled = class_session::ActiveModel { state: Set(ClassState::Cancelled), ..Default::default() };
        class_session::Entity::update_many().set(cancelled).exec(db).await.unwrap();
        house.work(site, 4).await;
        assert_eq!((row(site).await.state, house.shows()), (State::Cancelled, 0));
    }

    async fn a_broadcast_has_a_picture_and_its_place_in_the_runs_playlist(site) {
        let house = furnish(site).await;
        house.plan(site).await;
        // Of the calls that go out side by side, one loses its answer after it took effect, whichever it is.
        let fine = std::iter::repeat_n(None, 3);
        house.youtube.world().faults.extend(fine.chain([Some(Fault::Closed(When::After))]));
        house.work(site, 4).await;
        site.advance(Duration::minutes(5));
        house.work(site, 6).await;
        let made = row(site).await;
        {
            let world = house.youtube.world();
            let titles: Vec<&str> = world.playlists().iter().map(|it| it.title.as_str()).collect();
            assert_eq!(titles, ["강좌 P21-014 (P21-014)"], "{:?}", world.methods());
            let items: Vec<Option<&str>> = world.playlists()[0].items.iter().map(|(_, video)| Some(video.as_str())).collect();
            assert_eq!(items, [made.video.as_deref()], "{:?}", world.methods());
            assert!(world.shows()[0].thumbnail.is_some());
        }
        assert_eq!((house.count("playlists.insert"), house.count("playlistItems.insert")), (1, 1));
        let drawn = house.count("thumbnails.set");

        // Another day, another picture.
        let later = at("2021-03-04T14:00:00+09:00");
        let moved = class_session::ActiveModel {
            starts_at: Set(later),
            ends_at: Set(later + TimeDelta::hours(1)),
            ..Default::default()
        };
        class_session::Entity::update_many().set(moved).exec(site.centre.database()).await.unwrap();
        house.work(site, 4).await;
        assert_eq!((house.count("thumbnails.set"), house.count("playlistItems.insert")), (drawn + 1, 1));
    }

    async fn who_begins_first_has_the_encoder_first(site) {
        let house = furnish(site).await;
        // Tomorrow's class was planned before today's second one, and both are within a day.
        house.plan(site).await;
        let later = Dates { starts: NaiveTime::from_hms_opt(14, 0, 0).unwrap(), ends: NaiveTime::from_hms_opt(16, 0, 0).unwrap(), ..Dates::on(day(2), site.now()) };
        add_run(&site.centre, "P21-015", None, later, |run| run.mode = Mode::Online).await;
        site.set_time("2021-03-02T12:00:00+09:00");
        let by = site.signed_in(house.producer.id()).await.producer().unwrap();
        store::plan_run(&site.centre, &by, "P21-015", &house.setup()).await.unwrap();
        house.work(site, 12).await;
        let bound = broadcast::Entity::find().filter(broadcast::Column::Bound.is_not_null()).all(site.centre.database()).await.unwrap();
        let codes: Vec<&str> = bound.iter().map(|row| row.code.as_str()).collect();
        assert_eq!(codes, ["P21-015-1"]);
        // It is over without ever having begun: the encoder is tomorrow's.
        site.set_time("2021-03-02T16:31:00+09:00");
        house.work(site, 12).await;
        assert_eq!((row(site).await.state, row(site).await.bound), (State::Armed, Some(house.stream())));
    }

    async fn what_nobody_may_find_stands_in_no_playlist_and_a_playlist_is_found_by_its_address_alone(site) {
        let house = furnish(site).await;
        house.plan(site).await;
        let set = |privacy| broadcast::ActiveModel { privacy: Set(privacy), ..Default::default() };
        let db = site.centre.database();
        broadcast::Entity::update_many().set(set(Privacy::Private)).exec(db).await.unwrap();
        house.work(site, 8).await;
        assert_eq!(house.youtube.world().playlists().len(), 0);
        broadcast::Entity::update_many().set(set(Privacy::Public)).exec(db).await.unwrap();
        house.work(site, 8).await;
        let world = house.youtube.world();
        assert_eq!(world.playlists().len(), 1);
        assert_eq!(world.playlists()[0].privacy, "unlisted", "others of the run may not be for everybody");
    }

    async fn a_channel_that_may_set_no_pictures_broadcasts_without(site) {
        let house = furnish(site).await;
        house.plan(site).await;
        // With no playlist beside it there is one call a round.
        let private = broadcast::ActiveModel { privacy: Set(Privacy::Private), ..Default::default() };
        broadcast::Entity::update_many().set(private).exec(site.centre.database()).await.unwrap();
        house.youtube.world().faults.extend([None, Some(Fault::Refused(403, "forbidden"))]);
        house.work(site, 2).await;
        assert_eq!((house.count("liveBroadcasts.insert"), house.count("thumbnails.set")), (1, 1));
        site.advance(Duration::hours(1));
        house.work(site, 5).await;
        assert_eq!(house.count("thumbnails.set"), 1, "not asked again");
        assert_eq!((row(site).await.state, row(site).await.trouble), (State::Created, None));
        let said: Vec<_> = broadcast_call::Entity::find()
            .filter(broadcast_call::Column::Method.eq(domain::broadcast::call::Method::SetThumbnail))
            .all(site.centre.database())
            .await
            .unwrap();
        assert_eq!(said[0].outcome, Some(CallOutcome::Rejected));
    }

    async fn stored_secrets_are_sealed_anew_with_the_first_key(site) {
        let house = furnish(site).await;
        let db = site.centre.database();
        let before = encoder::Entity::find().one(db).await.unwrap().unwrap();
        assert_eq!(reseal(&site.centre).await.unwrap(), 0, "nothing to do while there is one key");
        let turned = site.with_first_key(&domain::seal::fresh_key());
        assert_eq!(reseal(&turned).await.unwrap(), 2, "the channel's grant and the stream key");
        assert_eq!(reseal(&turned).await.unwrap(), 0);
        let after = encoder::Entity::find().one(db).await.unwrap().unwrap();
        assert_ne!(before.sealed_key, after.sealed_key);
        let purpose = format!("encoder:{}:stream_key", house.encoder);
        let open = |centre: &domain::centre::Centre, sealed: &str| centre.settings().secrets.open(sealed, &purpose);
        let sealed = after.sealed_key.as_deref().unwrap();
        assert_eq!(open(&turned, sealed).unwrap(), house.youtube.world().streams()[0].key);
        assert!(open(&site.centre, sealed).is_err(), "the old key alone no longer opens it");

        // One that nobody can open leaves all as they are.
        let broken = encoder::ActiveModel { sealed_key: Set(Some("AAAA".into())), ..Default::default() };
        encoder::Entity::update_many().set(broken).exec(db).await.unwrap();
        let again = site.with_first_key(&domain::seal::fresh_key());
        let rows = site.tables().await;
        let refused = reseal(&again).await.unwrap_err().to_string();
        assert!(refused.contains("is left as it was"), "{refused}");
        rows.assert_same(&site.tables().await);
    }

    async fn two_servers_and_lost_answers_never_make_a_second_broadcast(site) {
        let house = furnish(site).await;
        house.plan(site).await;
        let other = site.another_server().await;
        let second = Reconciler::new(other, house.youtube.clone());
        // The answers to the first two calls are lost after they took effect.
        let lost = [Some(Fault::Closed(When::After)), Some(Fault::Hang(When::After))];
        house.youtube.world().faults.extend(lost);
        for _ in 0..40 {
            let (one, two) = futures::future::join(house.worker.round(), second.round()).await;
            one.unwrap();
            two.unwrap();
            site.advance(Duration::seconds(5));
        }
        assert_eq!((row(site).await.state, house.shows()), (State::Created, 1));
        assert_eq!(house.count("liveBroadcasts.insert"), 1);
        assert_eq!(row(site).await.video, Some(house.youtube.world().shows()[0].id.clone()));
    }

    async fn nobody_acts_on_what_was_read_before_anothers_step(site) {
        let house = furnish(site).await;
        house.plan(site).await;
        let by = site.signed_in(house.producer.id()).await.producer().unwrap();
        for number in 15..23 {
            let code = format!("P21-0{number}");
            online_run(site, &code, day(3)).await;
            store::plan_run(&site.centre, &by, &code, &house.setup()).await.unwrap();
        }
        house.work(site, 1).await;
        assert_eq!((house.shows(), house.count("thumbnails.set")), (9, 0));
        // Another server has read all nine and is held up with eight of them, while this one sees to the ninth.
        let gated = Arc::new(Gated { youtube: house.youtube.clone(), gate: Semaphore::new(0) });
        let second = Reconciler::new(site.another_server().await, Arc::clone(&gated));
        let claimed = broadcast::Entity::find().filter(broadcast::Column::ClaimedBy.is_not_null());
        let first = async {
            while claimed.clone().count(site.centre.database()).await.unwrap() < 8 {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
            house.worker.round().await.unwrap();
            assert_eq!(house.count("thumbnails.set"), 1);
            gated.gate.add_permits(100);
        };
        let (round, ()) = futures::future::join(second.round(), first).await;
        round.unwrap();
        assert_eq!(house.count("thumbnails.set"), 9, "the ninth is not said twice");
    }

    async fn what_is_called_off_while_it_asks_a_person_is_deleted_and_frees_its_encoder(site) {
        let house = furnish(site).await;
        house.plan(site).await;
        house.work(site, 1).await;
        site.set_time("2021-03-02T10:00:05+09:00");
        house.work(site, 3).await;
        assert_eq!(row(site).await.state, State::Armed);
        let asks = broadcast::ActiveModel {
            state: Set(State::Attention),
            trouble: Set(Some(Trouble::Refused)),
            ..Default::default()
        };
        broadcast::Entity::update_many().set(asks).exec(site.centre.database()).await.unwrap();
        let by = site.signed_in(house.producer.id()).await.producer().unwrap();
        store::call_off(&site.centre, &by, CODE).await.unwrap();
        house.work(site, 5).await;
        let row = row(site).await;
        assert_eq!((row.state, row.bound, row.video), (State::Cancelled, None, None));
        assert_eq!(house.shows(), 0, "nothing waits for the encoder's picture any more");
    }

    async fn who_dies_after_writing_a_call_down_is_followed_by_a_look(site) {
        let house = furnish(site).await;
        house.plan(site).await;
        house.work(site, 1).await;
        let made = row(site).await;
        // As a process leaves it that was killed before it heard the answer.
        let half = broadcast::ActiveModel {
            state: Set(State::Creating),
            video: Set(None),
            written: Set(None),
            settled: Set(false),
            seen: Set(None),
            seen_at: Set(None),
            under_way: Set(Some(domain::broadcast::call::Method::InsertBroadcast)),
            claimed_by: Set(Some(Uuid::from_u128(9))),
            claimed_until: Set(Some(site.now() + TimeDelta::seconds(100))),
            ..Default::default()
        };
        broadcast::Entity::update_many().set(half).exec(site.centre.database()).await.unwrap();
        house.work(site, 10).await;
        assert_eq!(row(site).await.state, State::Creating, "somebody else may still be at it");
        site.advance(Duration::seconds(120));
        house.work(site, 20).await;
        assert_eq!((row(site).await.state, row(site).await.video), (State::Created, made.video));
        assert_eq!((house.shows(), house.count("liveBroadcasts.insert")), (1, 1));
    }

    async fn a_lost_grant_pauses_tells_producers_once_and_leaves_every_page_working(site) {
        let house = furnish(site).await;
        house.plan(site).await;
        let token = house.youtube.world().sign_in.grant(0);
        house.youtube.world().token_faults.push_back(Some(tests::youtube::TokenFault::InvalidGrant));
        house.work(site, 5).await;
        let db = site.centre.database();
        let lost = channel::Entity::find().one(db).await.unwrap().unwrap();
        assert_eq!(lost.state, ChannelState::Lost);
        let told: Vec<Event> = site.notices().await.iter().map(|notice| notice.event).collect();
        assert_eq!(told, [Event::ChannelLost]);
        let calls = house.youtube.world().log.len();
        house.work(site, 5).await;
        assert_eq!(house.youtube.world().log.len(), calls, "nothing more is said");
        for path in ["/manage/broadcasts", "/manage/channels", &format!("/manage/broadcasts/{CODE}")] {
            let page = house.producer.get(path).await.expect(200);
            assert!(page.text("[role=alert]").contains("연결이 끊어졌습니다: 구청 TV"), "{path}");
        }
        house.producer.get(&format!("/live/{CODE}")).await.expect(200);

        let by = site.signed_in(house.producer.id()).await.producer().unwrap();
        let titled = Titled { id: lost.youtube_id, title: lost.title };
        connect(&site.centre, &by, &titled, &token).await.unwrap();
        house.work(site, 3).await;
        assert_eq!((row(site).await.state, house.shows()), (State::Created, 1));
    }

    async fn a_grant_that_rests_is_renewed_every_day(site) {
        let house = furnish(site).await;
        assert_eq!(renew(&site.centre, &house.youtube).await.unwrap(), 0);
        site.advance(Duration::hours(24));
        assert_eq!(renew(&site.centre, &house.youtube).await.unwrap(), 1);
        assert_eq!(renew(&site.centre, &house.youtube).await.unwrap(), 0);
    }

    async fn what_staff_changed_on_youtube_is_shown_and_a_person_decides(site) {
        let house = furnish(site).await;
        house.plan(site).await;
        house.work(site, 2).await;
        let id = row(site).await.video.unwrap();
        house.youtube.world().rename_by_hand(&id, "특강: 손으로 고친 제목");
        site.advance(Duration::hours(24));
        house.work(site, 3).await;
        let page = house.producer.get(&format!("/manage/broadcasts/{CODE}")).await.expect(200);
        assert!(page.text("main").contains("특강: 손으로 고친 제목"));
        assert_eq!(house.count("liveBroadcasts.update"), 0, "nobody has decided");

        let page = page.form("form[action$='/theirs']").submit().await.expect(200);
        assert!(!page.has("form[action$='/theirs']"), "the difference is settled");
        house.work(site, 3).await;
        assert_eq!(house.youtube.world().show(&id).settings["snippet"]["title"], "특강: 손으로 고친 제목");

        house.youtube.world().rename_by_hand(&id, "다른 제목");
        site.advance(Duration::hours(24));
        house.work(site, 3).await;
        let page = house.producer.get(&format!("/manage/broadcasts/{CODE}")).await;
        page.form("form[action$='/ours']").submit().await.expect(200);
        house.work(site, 4).await;
        assert_eq!(house.youtube.world().show(&id).settings["snippet"]["title"], "특강: 손으로 고친 제목");
    }

    async fn units_are_kept_back_for_going_live_and_what_waits_is_said(site) {
        let house = furnish(site).await;
        house.plan(site).await;
        house.work(site, 6).await;
        let allowance = site.centre.settings().broadcast.allowance;
        let (day, spent) = (domain::broadcast::ledger::quota_day(site.now()), spent_today(&site.centre).await.unwrap());
        assert_eq!(spent, house.youtube.world().units(), "the ledger says what YouTube counts");
        let spent = i32::try_from(allowance.units - allowance.kept).unwrap();
        let change = domain::broadcast::entity::quota::ActiveModel { day: Set(day), spent: Set(spent) };
        domain::broadcast::entity::quota::Entity::update(change).exec(site.centre.database()).await.unwrap();
        site.advance(Duration::hours(1));
        online_run(site, "P21-015", self::day(4)).await;
        let by = site.signed_in(house.producer.id()).await.producer().unwrap();
        store::plan_run(&site.centre, &by, "P21-015", &house.setup()).await.unwrap();
        let round = house.worker.round().await.unwrap();
        assert_eq!((round.calls, round.put_off), (0, 1));
        let page = house.producer.get("/manage/broadcasts").await.expect(200);
        assert!(page.text("main").contains("2021년 3월 1일(월) 17:00까지 미룹니다"), "{}", page.text("main"));

        // The next quota day has begun at midnight Pacific time.
        site.set_time("2021-03-01T17:00:01+09:00");
        house.work(site, 2).await;
        assert_eq!(house.shows(), 2);
    }

    async fn every_call_is_written_down_with_its_outcome_and_its_cost(site) {
        let house = furnish(site).await;
        house.plan(site).await;
        house.youtube.world().faults.push_back(Some(Fault::Refused(403, "userRequestsExceedRateLimit")));
        house.work(site, 6).await;
        let calls = broadcast_call::Entity::find().all(site.centre.database()).await.unwrap();
        assert_eq!(calls.len(), house.youtube.world().log.len());
        assert!(calls.iter().all(|call| call.outcome.is_some()));
        let rejected = calls.iter().filter(|call| call.outcome == Some(CallOutcome::Rejected)).count();
        assert_eq!(rejected, 1);
        let units: i32 = calls.iter().map(|call| call.units).sum();
        assert_eq!(units, i32::try_from(spent_today(&site.centre).await.unwrap()).unwrap());
    }

    async fn what_nobody_began_does_not_begin_in_the_next_ones_place(site) {
        let house = furnish(site).await;
        house.plan(site).await;
        site.set_time("2021-03-02T10:00:05+09:00");
        house.work(site, 4).await;
        assert_eq!(row(site).await.state, State::Armed);
        site.set_time("2021-03-03T12:31:00+09:00");
        house.work(site, 4).await;
        let after = row(site).await;
        assert_eq!((after.state, after.trouble), (State::Attention, Some(Trouble::NeverBegan)));
        assert_eq!((after.bound, house.shows()), (None, 0));
        let stream = house.stream();
        house.youtube.world().encoder_sends(site.now(), &stream);
        let phases: Vec<Phase> = house.youtube.world().shows().iter().map(|show| show.phase).collect();
        assert_eq!(phases, []);
    }

    async fn the_key_of_a_stream_is_sealed_and_looking_at_it_is_recorded(site) {
        let house = furnish(site).await;
        let key = house.youtube.world().streams()[0].key.clone();
        let row = encoder::Entity::find().one(site.centre.database()).await.unwrap().unwrap();
        assert!(!row.sealed_key.as_deref().unwrap().contains(&key));
        let page = house.producer.get("/manage/channels").await.expect(200);
        assert!(!page.body().contains(&key));
        let shown = page.form("form[action$='/key']").submit().await.expect(200);
        assert_eq!(shown.attribute("#stream-key", "value"), key);
        let lines = domain::account::entity::audit::Entity::find()
            .filter(domain::account::entity::audit::Column::Fields.eq("stream_key"))
            .count(site.centre.database())
            .await
            .unwrap();
        assert_eq!(lines, 1);
    }

    async fn a_channel_is_connected_by_consent_and_given_back(site) {
        site.set_time(NOW);
        let (world, _) = World::with_channel("구청 TV");
        let google = Google::start(world, site.centre.clock().clone()).await;
        let producer = site.sign_in_as(Duty::Producer).await;
        let producer = site.with_youtube(&producer, google.client());
        let left = producer.send(axum::http::Method::GET, "/manage/channels/connect", None, Vec::new()).await;
        let query = left.location().unwrap();
        let query = query.split_once('?').unwrap().1;
        let query = serde_urlencoded::from_str(query).unwrap();
        let back = google.world().sign_in.authorize(site.now(), &query).unwrap();

        // Somebody else's state is of no use, and one's own is good once.
        let forged = back.replace("state=", "state=x");
        producer.get(&forged).await.expect(400);
        producer.get(&back).await.expect(400);
        let left = producer.send(axum::http::Method::GET, "/manage/channels/connect", None, Vec::new()).await;
        let query = left.location().unwrap();
        let query = serde_urlencoded::from_str(query.split_once('?').unwrap().1).unwrap();
        let back = google.world().sign_in.authorize(site.now(), &query).unwrap();
        let page = producer.get(&back).await.expect(200);
        assert!(page.text("[role=status]").contains("채널을 연결했습니다"));
        let row = channel::Entity::find().one(site.centre.database()).await.unwrap().unwrap();
        assert_eq!((row.state, row.title.as_str()), (ChannelState::Connected, "구청 TV"));
        let sealed = row.sealed_grant.unwrap();
        let grant = site.centre.settings().secrets.open(&sealed, &format!("channel:{}:refresh_token", row.id)).unwrap();
        assert!(google.world().sign_in.is_good(&grant));

        let page = producer.get("/manage/channels").await;
        page.form("form[action$='/disconnect']").submit().await.expect(200);
        assert!(!google.world().sign_in.is_good(&grant), "given back to Google too");
        let row = channel::Entity::find().one(site.centre.database()).await.unwrap().unwrap();
        assert_eq!((row.state, row.sealed_grant), (ChannelState::Disconnected, None));
        let resident = site.with_youtube(&site.resident("홍길동").await, google.client());
        resident.get("/manage/channels/connect").await.expect(403);
    }
}
