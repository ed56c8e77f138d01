//! Who has an encoder, and who waits for it: what nobody wants any more lets go of it on YouTube, and pages say who is next.

use chrono::{Duration, NaiveTime};
use domain::broadcast::call::{Call, Grant, Hindrance, Method, Outcome, Phase, Youtube};
use domain::broadcast::entity::{abandoned, broadcast};
use domain::broadcast::reconcile::Reconciler;
use domain::broadcast::store;
use domain::broadcast::{State, Trouble, encoder as encoders};
use domain::course::{Line, Mode};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use std::sync::Arc;
use tests::programme::{Dates, add_run};
use tests::youtube::{Fault, Memory, When, World};
use tests::{Site, both};
use tokio::sync::Semaphore;

use super::life::{CODE, House, day, furnish, row};

const LINK: &str = "https://youtu.be/dQw4w9WgXcQ";

/// The class of [`CODE`], from ten to twelve on the third, waits for the picture of its encoder.
async fn armed(site: &Site) -> House {
    let house = furnish(site).await;
    house.plan(site).await;
    house.work(site, 3).await;
    site.set_time("2021-03-02T15:00:05+09:00");
    house.work(site, 6).await;
    assert_eq!(row(site).await.state, State::Armed);
    house
}

/// Another class on the same encoder, at an hour of the third.
async fn another(site: &Site, house: &House, hour: u32) {
    let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    let dates = Dates { starts: time(hour), ends: time(hour + 2), ..Dates::on(day(3), site.now()) };
    add_run(&site.centre, "P21-015", None, dates, |run| run.mode = Mode::Online).await;
    let by = site.signed_in(house.producer.id()).await.producer().unwrap();
    store::plan_run(&site.centre, &by, "P21-015", &house.setup()).await.unwrap();
    house.work(site, 3).await;
}

async fn second(site: &Site) -> broadcast::Model {
    let found = broadcast::Entity::find().filter(broadcast::Column::Code.eq("P21-015-1"));
    found.one(site.centre.database()).await.unwrap().unwrap()
}

async fn left(site: &Site) -> Option<abandoned::Model> {
    abandoned::Entity::find().one(site.centre.database()).await.unwrap()
}

async fn paste(house: &House) {
    let page = house.producer.get(&format!("/manage/broadcasts/{CODE}")).await;
    page.form("form[action$='/link']").fill("link", LINK).submit().await.expect(200);
}

/// A YouTube that has done what it was asked, and answers to one method only when its gate opens.
struct Slow {
    youtube: Memory,
    method: Method,
    gate: Semaphore,
}

impl Youtube for Slow {
    async fn call(&self, grant: &Grant, call: &Call) -> Outcome {
        let outcome = self.youtube.call(grant, call).await;
        if call.method() == self.method {
            let _open = self.gate.acquire().await.unwrap();
        }
        outcome
    }

    async fn renew(&self, grant: &Grant) -> Result<(), Hindrance> {
        self.youtube.renew(grant).await
    }
}

both! {
    async fn what_a_pasted_link_replaces_is_deleted_on_youtube_and_has_the_encoder_until_then(site) {
        let house = armed(site).await;
        let old = row(site).await.video.unwrap();
        another(site, &house, 14).await;
        assert_eq!(second(site).await.bound, None);
        paste(&house).await;
        assert_eq!((row(site).await.state, row(site).await.bound), (State::Manual, None));
        let waits = left(site).await.unwrap();
        assert_eq!((waits.video, waits.stream), (old.clone(), Some(house.stream())));
        for path in ["/manage/broadcasts", "/manage/broadcasts/P21-015-1", "/live/P21-015-1/host"] {
            let said = house.producer.get(path).await.expect(200).said();
            assert!(said.contains("유튜브에 남은 P21-014-1의 옛 방송이 송출기를 쓰고 있습니다"), "{path}: {said}");
        }
        let page = house.producer.get(&format!("/manage/broadcasts/{CODE}")).await;
        assert!(page.said().contains(&format!("옛 방송({old})이 아직 유튜브에 있습니다")), "{}", page.said());
        // The answers to the look and to the delete are lost, each once.
        house.youtube.world().faults.extend([Some(Fault::Closed(When::After)), None, Some(Fault::Closed(When::After))]);
        for _ in 0..40 {
            house.work(site, 1).await;
            let world = house.youtube.world();
            let waiting = world.shows().iter().filter(|show| show.stream.is_some() && show.phase == Phase::Ready);
            assert!(waiting.count() <= 1, "YouTube would start two by one key");
        }
        assert_eq!(left(site).await, None);
        assert_eq!((second(site).await.state, second(site).await.bound), (State::Armed, Some(house.stream())));
        assert_eq!(house.shows(), 1, "the old one is gone");
        assert_eq!(row(site).await.video.as_deref(), Some("dQw4w9WgXcQ"), "a manual link is never overwritten");
        assert_eq!(house.youtube.world().wrong, []);
    }

    async fn what_is_on_is_ended_when_a_link_replaces_it_and_its_recording_stays(site) {
        let house = armed(site).await;
        let old = row(site).await.video.unwrap();
        site.set_time("2021-03-03T09:59:00+09:00");
        let stream = house.stream();
        house.youtube.world().encoder_sends(site.now(), &stream);
        house.work(site, 20).await;
        assert_eq!(row(site).await.state, State::Live);
        paste(&house).await;
        house.work(site, 3).await;
        assert_eq!(house.youtube.world().show(&old).phase, Phase::Complete);
        assert_eq!((left(site).await, house.count("liveBroadcasts.delete")), (None, 0));
        assert_eq!(row(site).await.state, State::Manual);
    }

    async fn what_is_made_anew_is_armed_once_the_old_one_is_gone(site) {
        let house = armed(site).await;
        let old = row(site).await.video.unwrap();
        let asks = broadcast::ActiveModel {
            state: Set(State::Attention),
            trouble: Set(Some(Trouble::Refused)),
            ..Default::default()
        };
        broadcast::Entity::update_many().set(asks).exec(site.centre.database()).await.unwrap();
        let page = house.producer.get(&format!("/manage/broadcasts/{CODE}")).await;
        page.form("form[action$='/anew']").submit().await.expect(200);
        house.work(site, 10).await;
        assert_eq!((row(site).await.state, row(site).await.bound), (State::Armed, Some(house.stream())));
        assert_ne!(row(site).await.video.unwrap(), old);
        assert_eq!((house.shows(), left(site).await), (1, None));
    }

    async fn what_youtube_does_not_delete_a_person_deletes_and_nobody_asks_twice(site) {
        let house = armed(site).await;
        let old = row(site).await.video.unwrap();
        paste(&house).await;
        house.youtube.world().faults.extend([None, Some(Fault::Refused(403, "forbidden"))]);
        house.work(site, 2).await;
        let page = house.producer.get(&format!("/manage/broadcasts/{CODE}")).await;
        assert!(page.said().contains("유튜브 스튜디오에서 지우거나 끝내면"), "{}", page.said());
        for _ in 0..4 {
            site.advance(Duration::minutes(6));
            house.work(site, 1).await;
        }
        assert_eq!(house.count("liveBroadcasts.delete"), 1);
        assert!(left(site).await.is_some());
        house.youtube.world().delete_by_hand(&old);
        site.advance(Duration::minutes(6));
        house.work(site, 1).await;
        assert_eq!(left(site).await, None);
    }

    async fn an_answer_that_comes_after_a_link_was_pasted_leaves_nothing_behind(site) {
        let house = furnish(site).await;
        house.plan(site).await;
        let slow = Slow { youtube: house.youtube.clone(), method: Method::InsertBroadcast, gate: Semaphore::new(0) };
        let slow = Arc::new(slow);
        let worker = Reconciler::new(site.centre.clone(), Arc::clone(&slow));
        let person = async {
            while house.shows() == 0 {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
            paste(&house).await;
            slow.gate.add_permits(9);
        };
        let (round, ()) = futures::future::join(worker.round(), person).await;
        round.unwrap();
        assert!(left(site).await.is_some());
        house.work(site, 3).await;
        assert_eq!((row(site).await.state, house.shows()), (State::Manual, 0));
        // It was also looked for, in case the answer had never come.
        site.advance(Duration::minutes(2));
        house.work(site, 2).await;
        assert_eq!(left(site).await, None);
    }

    async fn what_was_made_without_an_answer_before_a_link_was_pasted_is_looked_for_and_deleted(site) {
        let house = furnish(site).await;
        house.plan(site).await;
        house.youtube.world().faults.push_back(Some(Fault::Closed(When::After)));
        house.work(site, 1).await;
        assert_eq!((row(site).await.state, house.shows()), (State::Creating, 1));
        paste(&house).await;
        let page = house.producer.get(&format!("/manage/broadcasts/{CODE}")).await;
        assert!(page.said().contains("만들어졌는지 아직 모릅니다"), "{}", page.said());
        // A list lags behind what was made.
        house.work(site, 1).await;
        for _ in 0..3 {
            site.advance(Duration::minutes(2));
            house.work(site, 2).await;
        }
        assert_eq!((row(site).await.state, house.shows(), left(site).await), (State::Manual, 0, None));
    }

    async fn what_was_made_without_an_answer_is_kept_where_a_person_has_chosen_it(site) {
        let house = furnish(site).await;
        house.plan(site).await;
        house.youtube.world().faults.push_back(Some(Fault::Closed(When::After)));
        house.work(site, 1).await;
        let made = house.youtube.world().shows()[0].id.clone();
        let page = house.producer.get(&format!("/manage/broadcasts/{CODE}")).await;
        let link = format!("https://youtu.be/{made}");
        page.form("form[action$='/link']").fill("link", &link).submit().await.expect(200);
        for _ in 0..3 {
            site.advance(Duration::minutes(2));
            house.work(site, 2).await;
        }
        assert_eq!((row(site).await.video, house.shows(), left(site).await), (Some(made), 1, None));
    }

    async fn what_is_called_off_while_nobody_knows_whether_it_was_made_is_looked_for_and_deleted(site) {
        let house = furnish(site).await;
        house.plan(site).await;
        house.youtube.world().faults.push_back(Some(Fault::Closed(When::After)));
        house.work(site, 1).await;
        assert_eq!((row(site).await.state, house.shows()), (State::Creating, 1));
        house.youtube.world().channels[0].refuses = Some("liveStreamingNotEnabled");
        site.advance(Duration::minutes(2));
        house.work(site, 1).await;
        assert_eq!(row(site).await.trouble, Some(Trouble::Channel));
        house.youtube.world().channels[0].refuses = None;
        let page = house.producer.get(&format!("/manage/broadcasts/{CODE}")).await;
        page.form("form[action$='/call-off']").submit().await.expect(200);
        site.advance(Duration::minutes(2));
        house.work(site, 4).await;
        assert_eq!((row(site).await.state, house.shows()), (State::Cancelled, 0));
    }

    async fn one_server_alone_sees_to_what_was_abandoned_and_makes_an_encoders_stream(site) {
        let house = armed(site).await;
        let by = site.signed_in(house.producer.id()).await.producer().unwrap();
        let name = Line::parse("스튜디오 송출기", 60).unwrap();
        encoders::add(&site.centre, &by, &name, None, house.channel).await.unwrap();
        // Another server has asked, and its answers are on their way.
        for method in [Method::ListStreams, Method::ListBroadcasts] {
            if method == Method::ListBroadcasts {
                paste(&house).await;
            }
            let gate = Semaphore::new(0);
            let slow = Arc::new(Slow { youtube: house.youtube.clone(), method, gate });
            let other = Reconciler::new(site.another_server().await, Arc::clone(&slow));
            let asked = house.count(method.as_str());
            let first = async {
                while house.count(method.as_str()) == asked {
                    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                }
                house.worker.round().await.unwrap();
                slow.gate.add_permits(9);
            };
            let (round, ()) = futures::future::join(other.round(), first).await;
            round.unwrap();
        }
        house.work(site, 2).await;
        let made = |world: &World| world.streams().iter().filter(|it| it.title == "스튜디오 송출기").count();
        assert_eq!(made(&house.youtube.world()), 1);
        assert_eq!(house.count("liveBroadcasts.delete"), 1);
        assert_eq!(abandoned::Entity::find().count(site.centre.database()).await.unwrap(), 0);
    }

    async fn what_has_not_begun_gives_the_encoder_to_the_next_before_its_time(site) {
        let house = armed(site).await;
        another(site, &house, 12).await;
        let said = house.producer.get("/live/P21-015-1/host").await.expect(200).said();
        assert!(said.contains("2021년 3월 3일(수) 12:00까지 P21-014-1 방송이 씁니다"), "{said}");
        // Nobody was there to let go of it: whoever is next is told not to switch the encoder on.
        site.set_time("2021-03-03T12:01:00+09:00");
        let host = house.producer.get("/live/P21-015-1/host").await.expect(200);
        assert!(host.said().contains("송출기를 켜면 그 방송으로 시작될 수 있습니다"), "{}", host.said());
        assert!(!host.has("form[action$='/end']"), "what has not begun can't be ended");

        site.set_time("2021-03-03T11:44:00+09:00");
        house.work(site, 1).await;
        assert_eq!(row(site).await.state, State::Armed);
        site.set_time("2021-03-03T11:45:00+09:00");
        house.work(site, 12).await;
        assert_eq!((row(site).await.state, row(site).await.trouble), (State::Attention, Some(Trouble::NeverBegan)));
        assert_eq!((second(site).await.state, second(site).await.bound), (State::Armed, Some(house.stream())));
    }
}
