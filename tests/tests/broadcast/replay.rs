//! The end of the presenter's consent to a replay.

use chrono::{Duration, NaiveDate};
use domain::account::Duty;
use domain::broadcast::call::Privacy;
use domain::broadcast::entity::broadcast;
use domain::broadcast::store;
use domain::broadcast::{State, Trouble};
use sea_orm::{ActiveValue::Set, EntityTrait};
use tests::{Site, both};

use super::life::{CODE, House, furnish, row};

async fn consented_until(site: &Site, day: u32) {
    let last = NaiveDate::from_ymd_opt(2021, 3, day).unwrap();
    let change = broadcast::ActiveModel { replay_until: Set(Some(last)), ..Default::default() };
    broadcast::Entity::update_many().set(change).exec(site.centre.database()).await.unwrap();
}

/// The class takes place, and its figures are read a day later; the video.
async fn shown_and_filed(site: &Site, house: &House) -> String {
    house.work(site, 3).await;
    site.set_time("2021-03-02T10:00:05+09:00");
    house.work(site, 5).await;
    site.set_time("2021-03-03T09:59:00+09:00");
    let stream = house.stream();
    house.youtube.world().encoder_sends(site.now(), &stream);
    house.work(site, 20).await;
    let viewer = site.signed_in(house.producer.id()).await;
    let shown = store::find(&site.centre, CODE).await.unwrap().unwrap();
    let host = store::Host::of(&viewer, &shown.subject).unwrap();
    store::ask_end(&site.centre, &host, CODE).await.unwrap();
    house.work(site, 3).await;
    site.advance(Duration::hours(25));
    house.work(site, 3).await;
    let filed = row(site).await;
    assert_eq!(filed.state, State::Filed);
    filed.video.unwrap()
}

both! {
    async fn a_replay_goes_private_once_when_the_consent_to_it_has_ended(site) {
        let house = furnish(site).await;
        house.plan(site).await;
        let video = shown_and_filed(site, &house).await;
        consented_until(site, 5).await;
        let privacy = || house.youtube.world().show(&video).settings["status"]["privacyStatus"].clone();
        site.set_time("2021-03-05T23:59:00+09:00");
        house.work(site, 3).await;
        assert_eq!(privacy(), "unlisted", "the last day counts");
        site.set_time("2021-03-06T00:00:00+09:00");
        house.work(site, 4).await;
        assert_eq!(privacy(), "private");
        assert_eq!(house.count("liveBroadcasts.update"), 1);
        house.work(site, 4).await;
        site.advance(Duration::hours(30));
        house.work(site, 4).await;
        assert_eq!(house.count("liveBroadcasts.update"), 1, "said once");
        assert_eq!((row(site).await.state, house.youtube.world().wrong.len()), (State::Filed, 0));
    }

    async fn what_becomes_of_a_replay_on_youtube_is_seen_within_a_week_and_a_person_decides(site) {
        let house = furnish(site).await;
        house.plan(site).await;
        let path = format!("/manage/broadcasts/{CODE}");
        let video = shown_and_filed(site, &house).await;
        site.advance(Duration::days(6));
        house.work(site, 2).await;
        let looks = house.count("videos.list");
        site.advance(Duration::days(2));
        house.work(site, 3).await;
        assert_eq!((house.count("videos.list"), row(site).await.state), (looks + 1, State::Filed), "once a week");

        house.youtube.world().change_by_hand(&video, "status", "privacyStatus", "private");
        site.advance(Duration::days(8));
        house.work(site, 3).await;
        assert_eq!((row(site).await.state, row(site).await.trouble), (State::Attention, Some(Trouble::Gone)));
        // Weeks later everybody has to sign in again.
        let producer = site.sign_in(house.producer.id()).await;
        let board = producer.get("/manage/broadcasts").await.expect(200);
        assert!(board.said().contains("다시보기를 볼 수 없습니다"), "{}", board.said());
        let page = producer.get(&path).await.expect(200);
        assert!(!page.has("form[action$='/anew']") && !page.has("form[action$='/call-off']"), "{}", page.said());

        // Put back there, it is as it was.
        house.youtube.world().change_by_hand(&video, "status", "privacyStatus", "unlisted");
        page.form("form[action$='/retry']").submit().await.expect(200);
        site.advance(Duration::minutes(1));
        house.work(site, 5).await;
        assert_eq!((row(site).await.state, row(site).await.video.as_ref()), (State::Filed, Some(&video)));

        house.youtube.world().delete_by_hand(&video);
        site.advance(Duration::days(8));
        house.work(site, 3).await;
        assert_eq!(row(site).await.trouble, Some(Trouble::Gone));
        let stranger = site.visitor().post(&format!("{path}/without-replay"), &[]).await;
        assert!(stranger.path.starts_with("/sign-in"), "{}", stranger.path);
        let producer = site.sign_in(house.producer.id()).await;
        let page = producer.get(&path).await.expect(200);
        page.form("form[action$='/without-replay']").submit().await.expect(200);
        let filed = row(site).await;
        assert_eq!((filed.state, filed.trouble, filed.privacy), (State::Filed, None, Privacy::Private));
        let calls = house.youtube.world().log.len();
        site.advance(Duration::days(30));
        house.work(site, 3).await;
        assert_eq!(house.youtube.world().log.len(), calls, "there is nothing to look at");
        let producer = site.sign_in(house.producer.id()).await;
        producer.post(&format!("{path}/without-replay"), &[]).await.expect(409);
    }

    async fn of_a_show_by_hand_a_person_makes_the_replay_private_and_says_so(site) {
        let house = furnish(site).await;
        house.plan(site).await;
        let path = format!("/manage/broadcasts/{CODE}");
        let page = house.producer.get(&path).await;
        page.form("form[action$='/link']").fill("link", "https://youtu.be/dQw4w9WgXcQ").submit().await.expect(200);
        consented_until(site, 5).await;
        let closed = format!("{path}/replay-closed");
        let sentence = "다시보기 동의 기간이 끝났습니다";
        site.set_time("2021-03-05T23:59:00+09:00");
        assert!(!house.producer.get(&path).await.said().contains(sentence));
        let before = site.tables().await;
        house.producer.post(&closed, &[]).await.expect(409);
        before.assert_same(&site.tables().await);
        site.set_time("2021-03-20T00:00:00+09:00");
        // After two weeks everybody has to sign in again.
        let (manager, producer) = (site.sign_in_as(Duty::TrainingManager).await, site.sign_in(house.producer.id()).await);
        let before = site.tables().await;
        manager.post(&closed, &[]).await.expect(403);
        producer.post("/manage/broadcasts/P21-099-1/replay-closed", &[]).await.expect(404);
        before.assert_same(&site.tables().await);
        let board = producer.get("/manage/broadcasts").await.expect(200);
        assert!(board.text("main").contains(sentence), "it stays on the board until somebody has seen to it");
        let page = board.click("강좌 P21-014 1차시").await.expect(200);
        assert!(page.text("[role=alert]").contains(sentence));
        let page = page.form("form[action$='/replay-closed']").submit().await.expect(200);
        assert!(!page.said().contains(sentence));
        assert_eq!((row(site).await.privacy, row(site).await.state), (Privacy::Private, State::Manual));
        assert!(!producer.get("/manage/broadcasts").await.text("main").contains(sentence));
        house.work(site, 2).await;
        assert_eq!(house.count("liveBroadcasts.update"), 0, "YouTube is not spoken to");
    }
}
