//! What people see of broadcasts and press: who may watch, the page of whoever presents, the producers' forms.

use domain::account::Duty;
use domain::broadcast::State;
use domain::broadcast::call::Privacy;
use domain::broadcast::entity::broadcast;
use domain::course::entity::run;
use domain::registration::{Choice, store as registration};
use sea_orm::{ActiveValue::Set, EntityTrait};
use tests::{Page, Site, Visitor, both};
use uuid::Uuid;

use super::life::{CODE, House, furnish, row};

const CODE_PATH: &str = "/live/P21-014-1";

async fn set(site: &Site, change: broadcast::ActiveModel) {
    broadcast::Entity::update_many().set(change).exec(site.centre.database()).await.unwrap();
}

fn player(page: &Page) -> Option<String> {
    page.has(".live-player iframe").then(|| page.attribute(".live-player iframe", "src"))
}

fn policy(page: &Page) -> String {
    page.header("content-security-policy").unwrap().to_owned()
}

/// Its worker has made it and it is on.
async fn on_air(site: &Site) -> House {
    let house = furnish(site).await;
    house.plan(site).await;
    house.work(site, 2).await;
    site.set_time("2021-03-03T10:01:00+09:00");
    set(site, broadcast::ActiveModel { state: Set(State::Live), ..Default::default() }).await;
    house
}

both! {
    async fn only_those_with_a_place_watch_what_not_everybody_may_find(site) {
        let house = furnish(site).await;
        house.plan(site).await;
        site.visitor().get(CODE_PATH).await.expect(200);
        let asked = site.visitor().send(axum::http::Method::GET, CODE_PATH, None, Vec::new()).await;
        assert!(asked.location().unwrap().starts_with("/sign-in?next="), "who is a stranger signs in");
        let other = site.resident("남남").await;
        let refused = other.get(CODE_PATH).await.expect(403);
        assert!(refused.said().contains("자리를 받은 분만"), "{}", refused.said());
        refused.click("강좌 안내 보기").await.expect(200);
        assert!(site.visitor().get("/live").await.text("main").contains("로그인하면 여기에 나옵니다"));
        let is_listed = async |visitor: &Visitor| visitor.get("/live").await.text("main").contains("P21-014");
        assert!(!is_listed(&other).await);
        let hana = site.resident("홍길동").await;
        let viewer = site.signed_in(hana.id()).await;
        let run = run::Entity::find().one(site.centre.database()).await.unwrap().unwrap();
        registration::apply(&site.centre, &viewer, run.id, Choice::Any, Uuid::from_u128(5)).await.unwrap();
        assert!(is_listed(&hana).await, "who has a place finds it");
        let page = hana.get("/my").await.click("강좌 P21-014 (P21-014)").await;
        page.click("실시간 방송 보기").await.click("강좌 P21-014 1차시").await.expect(200);
        let page = hana.get(CODE_PATH).await.expect(200);
        assert!(page.text("main").contains("아직 시작하지 않았습니다"));
        assert!(page.has("leptos-island"), "it switches by itself");
        assert_eq!(player(&page), None);
        assert!(!policy(&page).contains("youtube"), "no page lets in more than it shows");

        let public = broadcast::ActiveModel { privacy: Set(Privacy::Public), ..Default::default() };
        set(site, public).await;
        site.visitor().get(CODE_PATH).await.expect(200);
        assert!(site.visitor().get("/live").await.text("main").contains("강좌 P21-014 1차시"));
        set(site, broadcast::ActiveModel { privacy: Set(Privacy::Private), ..Default::default() }).await;
        let refused = hana.get(CODE_PATH).await.expect(403);
        assert!(!refused.text("main").contains("P21-014"), "what nobody may find is not named");
        assert!(!is_listed(&hana).await);
        assert!(!site.visitor().get("/live").await.text("main").contains("P21-014"));
        site.visitor().get("/live/P21-099-1").await.expect(404);
    }

    async fn the_player_is_there_while_it_is_live_and_afterwards_when_asked_for(site) {
        let house = on_air(site).await;
        let video = row(site).await.video.unwrap();
        let page = house.producer.get(CODE_PATH).await.expect(200);
        let source = player(&page).unwrap();
        assert!(source.starts_with(&format!("https://www.youtube-nocookie.com/embed/{video}?")), "{source}");
        assert!(policy(&page).contains("frame-src https://www.youtube-nocookie.com;"));
        assert!(page.text("main").contains("주소를 아는 사람은 누구나"), "the limits of such a link are said");

        site.set_time("2021-03-03T12:20:00+09:00");
        let over = broadcast::ActiveModel {
            state: Set(State::Complete),
            ended_at: Set(Some(site.now())),
            replay_until: Set(chrono::NaiveDate::from_ymd_opt(2021, 3, 4)),
            ..Default::default()
        };
        set(site, over).await;
        let page = house.producer.get(CODE_PATH).await.expect(200);
        assert_eq!(player(&page), None, "nothing of YouTube's is loaded unasked");
        let page = page.click("다시보기").await.expect(200);
        assert!(player(&page).is_some());
        site.set_time("2021-03-05T00:00:00+09:00");
        let page = house.producer.get(&format!("{CODE_PATH}?play=1")).await.expect(200);
        assert_eq!(player(&page), None, "the consent has ended");
        assert!(page.text("main").contains("다시보기 기간이 끝났습니다"));
    }

    async fn the_state_that_an_open_page_asks_for_changes_with_what_it_shows(site) {
        let house = furnish(site).await;
        house.plan(site).await;
        house.work(site, 2).await;
        let path = format!("{CODE_PATH}/state");
        let before = house.producer.get(&path).await.expect(200).body();
        assert_eq!(before, house.producer.get(&path).await.body());
        set(site, broadcast::ActiveModel { state: Set(State::Live), ..Default::default() }).await;
        assert_ne!(before, house.producer.get(&path).await.body());
        site.visitor().get(&path).await.expect(200);
    }

    async fn the_instructor_begins_and_ends_her_own_class_and_nobody_elses(site) {
        let house = furnish(site).await;
        let instructor = site.sign_in_as(Duty::Instructor).await;
        let hers = run::ActiveModel { instructor_id: Set(Some(instructor.id())), ..Default::default() };
        run::Entity::update_many().set(hers).exec(site.centre.database()).await.unwrap();
        house.plan(site).await;
        house.work(site, 2).await;
        site.set_time("2021-03-03T09:50:00+09:00");
        house.work(site, 3).await;
        let path = format!("{CODE_PATH}/host");
        assert!(instructor.get("/live").await.text("main").contains("P21-014"), "she finds her own");
        let page = instructor.get(&path).await.expect(200);
        assert_eq!(page.text("#host-state"), "아직 방송 전입니다");
        assert!(page.text("main").contains("방송실 송출기: 들어오지 않습니다"), "{}", page.text("main"));
        let page = page.form("form[action$='/start']").submit().await.expect(200);
        assert!(page.text("[role=status]").contains("시작하도록 했습니다"));
        assert!(row(site).await.start_asked.is_some());
        assert_eq!(page.text("#host-state"), "시작하는 중입니다");
        // Without a picture YouTube refuses, and she is told and can press again.
        house.work(site, 3).await;
        assert_eq!(row(site).await.start_asked, None);
        let stream = house.stream();
        house.youtube.world().encoder_sends(site.now(), &stream);
        house.work(site, 12).await;
        assert_eq!(row(site).await.state, State::Live);
        let page = instructor.get(&path).await.expect(200);
        assert!(page.text("main").contains("방송실 송출기: 잘 들어오고 있습니다"), "{}", page.text("main"));
        assert_eq!(page.text("#host-state"), "방송 중입니다");
        page.form("form[action$='/end']").submit().await.expect(200);
        house.work(site, 3).await;
        assert_eq!(row(site).await.state, State::Complete);
        let desk = site.sign_in_as(Duty::FrontDesk).await;
        let before = site.tables().await;
        instructor.post(&format!("{CODE_PATH}/end"), &[]).await.expect(409);
        desk.post(&format!("{CODE_PATH}/end"), &[]).await.expect(403);
        desk.get(&path).await.expect(403);
        before.assert_same(&site.tables().await);
    }

    async fn the_emergency_stop_never_waits_for_what_is_being_said(site) {
        let house = on_air(site).await;
        let claimed = broadcast::ActiveModel {
            claimed_by: Set(Some(Uuid::from_u128(9))),
            claimed_until: Set(Some(site.now() + chrono::TimeDelta::seconds(100))),
            ..Default::default()
        };
        set(site, claimed).await;
        let page = house.producer.get(&format!("{CODE_PATH}/host")).await.expect(200);
        let page = page.form("form[action$='/end']").submit().await.expect(200);
        assert!(page.text("[role=status]").contains("끝내도록 했습니다"));
        assert!(row(site).await.end_asked.is_some());
    }

    async fn a_pasted_link_is_shown_until_it_is_handed_back_and_never_written_over(site) {
        let house = furnish(site).await;
        house.plan(site).await;
        house.work(site, 2).await;
        let path = format!("/manage/broadcasts/{CODE}");
        let before = site.tables().await;
        for wrong in ["", "https://vimeo.com/1", "https://youtu.be/short", "javascript:alert(1)"] {
            let page = house.producer.get(&path).await;
            let page = page.form("form[action$='/link']").fill("link", wrong).submit().await.expect(422);
            assert_eq!(page.problem("link-link").unwrap(), "유튜브 동영상의 주소를 적어 주십시오.", "{wrong}");
        }
        before.assert_same(&site.tables().await);
        let page = house.producer.get(&path).await;
        let page = page.form("form[action$='/link']").fill("link", "https://youtu.be/dQw4w9WgXcQ").submit().await;
        assert!(page.expect(200).text("main").contains("수동"));
        house.work(site, 5).await;
        assert_eq!(row(site).await.video.as_deref(), Some("dQw4w9WgXcQ"));
        site.set_time("2021-03-03T10:05:00+09:00");
        let watched = house.producer.get(CODE_PATH).await;
        assert!(player(&watched).unwrap().contains("dQw4w9WgXcQ"), "by its times, as nobody tells");

        let page = house.producer.get(&path).await;
        page.form("form[action$='/hand-back']").submit().await.expect(200);
        house.work(site, 2).await;
        let after = row(site).await;
        let trouble = after.trouble.map(|trouble| trouble.as_str());
        assert_eq!((after.state, trouble), (State::Attention, Some("gone")), "the channel has no such broadcast");
        let page = house.producer.get(&path).await;
        assert!(page.text("[role=alert]").contains("유튜브에서 방송이 없어졌습니다"));
        page.form("form[action$='/anew']").submit().await.expect(200);
        assert_eq!((row(site).await.state, row(site).await.generation), (State::Planned, 2));
    }

    async fn a_plan_says_what_is_wrong_with_each_field_and_changes_nothing(site) {
        let house = furnish(site).await;
        let page = house.producer.get("/manage/broadcasts").await.expect(200);
        let form = || async { house.producer.get("/manage/broadcasts").await.form("form[action$='/manage/broadcasts']") };
        assert!(page.text("#plan-what").contains("강좌 P21-014"));
        let mut others = Vec::new();
        for duty in [Duty::TrainingManager, Duty::Instructor, Duty::Administrator] {
            others.push(site.sign_in_as(duty).await);
        }
        let before = site.tables().await;
        for (field, value, sentence) in [
            ("what", "P21-999", "예약할 것이 없습니다. 목록에서 다시 고르십시오."),
            ("channel", "UCx", "연결된 채널을 고르십시오."),
            ("encoder", "1", "그 채널의 송출 장비를 고르십시오."),
            ("privacy", "secret", "공개 범위를 고르십시오."),
            ("latency", "none", "지연을 고르십시오."),
            ("replay_until", "내일", "날짜를 2026-03-31처럼 적어 주십시오."),
        ] {
            let page = form().await.forge(field, value).submit().await.expect(422);
            assert_eq!(page.problem(&format!("plan-{field}")).as_deref(), Some(sentence), "{field}");
        }
        for other in &others {
            for path in ["/manage/broadcasts", "/manage/channels"] {
                other.get(path).await.expect(403);
            }
        }
        before.assert_same(&site.tables().await);
        let page = form().await.submit().await.expect(200);
        assert!(page.text("[role=status]").contains("예약했습니다"));
        assert!(page.text("table").contains("강좌 P21-014 1차시"));
    }

    async fn settings_are_changed_by_one_at_a_time_and_an_encoder_that_waits_is_kept(site) {
        let house = furnish(site).await;
        house.plan(site).await;
        house.work(site, 2).await;
        let path = format!("/manage/broadcasts/{CODE}");
        let (one, other) = (house.producer.get(&path).await, house.producer.get(&path).await);
        let form = "form[action$='/manage/broadcasts/P21-014-1']";
        one.form(form).fill("privacy", "public").submit().await.expect(200);
        let late = other.form(form).fill("privacy", "private").submit().await.expect(409);
        assert!(late.said().contains("그사이 다른 사람이 바꾸었습니다"));
        house.work(site, 4).await;
        let id = row(site).await.video.unwrap();
        assert_eq!(house.youtube.world().show(&id).settings["status"]["privacyStatus"], "public");
        site.set_time("2021-03-02T10:00:05+09:00");
        house.work(site, 4).await;
        let page = house.producer.get(&path).await;
        let page = page.form(form).fill("encoder", "").submit().await.expect(409);
        assert_eq!(page.problem("setup-encoder").as_deref(), Some("장비가 이 방송을 기다리고 있어 바꿀 수 없습니다."));
    }

    async fn an_encoder_needs_a_name_of_its_own_and_a_channel(site) {
        let house = furnish(site).await;
        let form = || async { house.producer.get("/manage/channels").await.form("form[action$='/manage/encoders']") };
        let before = site.tables().await;
        for (field, value, status, sentence) in [
            ("name", "", 422, "이름을 60자까지 한 줄로 적어 주십시오."),
            ("channel", "UCx", 422, "연결된 채널을 고르십시오."),
            ("place", "moon", 422, "목록에 있는 장소를 고르십시오."),
            ("name", "방송실 송출기", 409, "같은 이름의 장비가 있습니다."),
        ] {
            let page = form().await.fill("name", "새 송출기").forge(field, value).submit().await.expect(status);
            assert_eq!(page.problem(&format!("encoder-{field}")).as_deref(), Some(sentence));
        }
        before.assert_same(&site.tables().await);
        form().await.fill("name", "새 송출기").submit().await.expect(200);
        house.work(site, 1).await;
        assert!(house.producer.get("/manage/channels").await.text("main").contains("새 송출기"));
    }
}
