//! Captions of lessons and replays, the transcript below the player, and a lesson made of a replay.

use axum::http::Method;
use domain::account::Duty;
use domain::broadcast::State;
use domain::broadcast::call::Privacy;
use domain::broadcast::entity::broadcast;
use domain::centre::turn;
use domain::course::Viewers;
use domain::lesson::LessonState;
use domain::lesson::entity::{caption, lesson};
use sea_orm::{ActiveValue::Set, EntityTrait, PaginatorTrait};
use tests::{Site, Visitor, both};

use super::{KOREAN, furnish, lessons};
use crate::broadcast::life::{self, House};

async fn count(site: &Site) -> u64 {
    caption::Entity::find().count(site.centre.database()).await.unwrap()
}

async fn set(site: &Site, change: broadcast::ActiveModel) {
    broadcast::Entity::update_many().set(change).exec(site.centre.database()).await.unwrap();
}

/// A class that was shown to whoever knew its address, and its replay.
async fn shown(site: &Site) -> House {
    let house = life::furnish(site).await;
    house.plan(site).await;
    site.set_time("2021-03-03T12:20:00+09:00");
    set(
        site,
        broadcast::ActiveModel {
            state: Set(State::Complete),
            video: Set(Some("dQw4w9WgXcQ".into())),
            privacy: Set(Privacy::Public),
            started_at: Set(Some("2021-03-03T01:00:30Z".parse().unwrap())),
            ended_at: Set(Some("2021-03-03T03:00:00Z".parse().unwrap())),
            replay_until: Set(chrono::NaiveDate::from_ymd_opt(2021, 3, 31)),
            ..Default::default()
        },
    )
    .await;
    house
}

const DESK: &str = "/manage/broadcasts/P21-014-1/captions";
const WATCH: &str = "/live/P21-014-1";

async fn upload(who: &Visitor) {
    let form = who.get(DESK).await.expect(200).form("form[enctype]").fill("language", "ko");
    form.attach("file", "a.vtt", KOREAN.as_bytes()).submit().await.expect(200);
}

both! {
    async fn captions_are_read_below_the_player_and_lead_to_their_moment(site) {
        let school = furnish(site).await;
        school.publish("E21-001", "everybody").await;
        let page = school.caption("E21-001", "ko", KOREAN.as_bytes()).await.expect(200);
        assert!(page.text("[role=status]").contains("자막을 올렸습니다"));
        school.caption("E21-001", "en", b"WEBVTT\r\n\r\n1\r\n00:01.000 --> 00:03.000\r\nHello &amp; <i>welcome</i>\r\n").await.expect(200);

        let page = site.visitor().get("/lessons/E21-001").await.expect(200);
        assert_eq!(page.attribute(".transcript", "lang"), "ko");
        assert_eq!(page.all(".transcript[lang=ko] p"), ["0:01 안녕하세요. 마우스를 잡아 봅시다.", "1:15 두 번 눌러 봅시다."]);
        assert_eq!(page.link("1:15"), "/lessons/E21-001?play=1&at=75#player");
        assert_eq!(page.all("details .transcript[lang=en] p"), ["0:01 Hello & welcome"]);
        let english = site.visitor().get("/en/lessons/E21-001").await.expect(200);
        assert_eq!(english.attribute(".transcript", "lang"), "en", "the reader's own language comes first");
        assert_eq!(english.attribute(".transcript a", "href"), "/en/lessons/E21-001?play=1&at=1#player");

        let file = site.visitor().get("/lessons/E21-001/captions/ko.vtt").await.expect(200);
        assert_eq!(file.body(), KOREAN);
        assert_eq!(file.header("content-type"), Some("text/vtt; charset=utf-8"));
        assert_eq!((file.header("cache-control"), file.header("x-content-type-options")), (Some("private, no-cache"), Some("nosniff")));
        let known = site.visitor().with_header("if-none-match", file.header("etag").unwrap());
        known.get("/lessons/E21-001/captions/ko.vtt").await.expect(304);
        for other in ["ja.vtt", "ko", "ko.srt", "la.vtt"] {
            site.visitor().get(&format!("/lessons/E21-001/captions/{other}")).await.expect(404);
        }
        // Others take their place, and then they go.
        school.caption("E21-001", "ko", &KOREAN.replace("안녕하세요", "반갑습니다").into_bytes()).await.expect(200);
        assert_eq!(count(site).await, 2);
        assert!(known.get("/lessons/E21-001/captions/ko.vtt").await.expect(200).body().contains("반갑습니다"));
        let page = school.producer.get("/manage/lessons/E21-001/captions").await;
        let page = page.form("form[action$='/captions/ko/remove']").submit().await.expect(200);
        assert!(page.text("[role=status]").contains("자막을 지웠습니다"));
        assert_eq!(count(site).await, 1);
        let before = site.tables().await;
        school.producer.post("/manage/lessons/E21-001/captions/ko/remove", &[]).await.expect(200);
        school.producer.post("/manage/lessons/E21-001/captions/la/remove", &[]).await.expect(404);
        before.assert_same(&site.tables().await);
    }

    async fn a_broken_file_is_refused_with_its_line(site) {
        let school = furnish(site).await;
        school.make("E21-001").await;
        let large = [KOREAN.as_bytes(), &vec![b'\n'; 1_000_000]].concat();
        let before = site.tables().await;
        for (file, sentence) in [
            (&b""[..], "파일을 골라 주십시오."),
            (b"1\n00:00:01,000 --> 00:00:02,000\nhello", "1번째 줄: 파일은 WEBVTT와 빈 줄로 시작해야 합니다."),
            (b"WEBVTT\n\nhello", "3번째 줄: ‘00:01.000 --> 00:03.000’과 같은 시간이 있어야 합니다."),
            (b"WEBVTT\n\n00:01 --> 00:02\nhello", "3번째 줄: 시간을 ‘00:01.000 --> 00:03.000’처럼 적어야 합니다."),
            (b"WEBVTT\n\n00:02.000 --> 00:01.000\nhello", "3번째 줄: 끝나는 시간이 시작하는 시간보다 늦어야 합니다."),
            (b"WEBVTT\n\n00:02.000 --> 00:03.000\na\n\n00:01.000 --> 00:04.000\nb", "6번째 줄: 위의 자막보다 먼저 시작할 수 없습니다."),
            (b"WEBVTT\n\n00:02.000 --> 00:03.000\na\n00:03.000 --> 00:04.000\nb", "5번째 줄: 자막과 자막 사이에 빈 줄이 있어야 합니다."),
            (b"WEBVTT\n\nNOTE a", "자막에 글이 없습니다."),
            (b"WEBVTT\n\n\xFF\xFE", "3번째 줄: UTF-8로 된 글이 아닙니다."),
            (b"WEBVTT\n\n00:01.000 --> 00:02.000\na\0", "4번째 줄: UTF-8로 된 글이 아닙니다."),
            (&large, "파일이 너무 큽니다. 1000KB까지 올릴 수 있습니다."),
        ] {
            let page = school.caption("E21-001", "ko", file).await.expect(422);
            assert_eq!(page.problem("file").as_deref(), Some(sentence));
            before.assert_same(&site.tables().await);
        }
        let page = school.caption("E21-001", "la", KOREAN.as_bytes()).await.expect(422);
        assert_eq!(page.problem("language").as_deref(), Some("하나를 고르십시오."));
        before.assert_same(&site.tables().await);
    }

    async fn a_replay_is_read_by_those_who_may_watch_it_and_as_long_as_they_may(site) {
        let house = shown(site).await;
        let page = house.producer.get("/manage/broadcasts/P21-014-1").await.expect(200);
        assert_eq!(page.link("자막과 교육영상"), DESK);
        upload(&house.producer).await;
        let page = site.visitor().get(WATCH).await.expect(200);
        assert_eq!(page.all(".transcript p").len(), 2);
        assert_eq!(page.link("1:15"), "/live/P21-014-1?play=1&at=75#player");
        let page = site.visitor().get("/live/P21-014-1?play=1&at=75").await.expect(200);
        assert!(page.attribute("#player iframe", "src").contains("start=75"));
        assert!(page.has("leptos-island[data-component^=PlayerFollow]"), "the transcript follows the player");
        let file = format!("{WATCH}/captions/ko.vtt");
        site.visitor().get(&file).await.expect(200);

        set(site, broadcast::ActiveModel { privacy: Set(Privacy::Unlisted), ..Default::default() }).await;
        site.resident("남남").await.get(&file).await.expect(403);
        set(site, broadcast::ActiveModel { privacy: Set(Privacy::Public), state: Set(State::Live), ..Default::default() }).await;
        assert!(!site.visitor().get(WATCH).await.expect(200).has(".transcript"), "not while it is on");
        site.visitor().get(&file).await.expect(404);
        set(site, broadcast::ActiveModel { state: Set(State::Complete), ..Default::default() }).await;
        site.set_time("2021-04-01T00:00:00+09:00");
        assert!(!site.visitor().get(WATCH).await.expect(200).has(".transcript"), "the consent has ended");
        site.visitor().get(&file).await.expect(404);
    }

    async fn a_replay_becomes_a_lesson_once_with_what_is_known_of_it(site) {
        let house = shown(site).await;
        upload(&house.producer).await;
        let page = house.producer.get(DESK).await.expect(200);
        let made = page.form("form[action$='/lesson']").submit().await.expect(200);
        assert_eq!(made.path, "/manage/lessons/P21-014-1?done=made");
        let lesson = lessons(site).await.remove(0);
        assert_eq!((lesson.title.as_str(), lesson.presenter.as_str()), ("강좌 P21-014 1차시", "강사 P21-014"));
        assert_eq!((lesson.video.as_str(), lesson.seconds, lesson.state), ("dQw4w9WgXcQ", 7170, LessonState::Draft));
        assert_eq!(lesson.shown_until, chrono::NaiveDate::from_ymd_opt(2021, 3, 31));
        assert_eq!((lesson.viewers.as_str(), count(site).await), ("learners", 2), "its captions come along");
        house.producer.get("/lessons/P21-014-1").await.expect(200).link("1:15");
        let desk = house.producer.get(DESK).await;
        assert_eq!(desk.link("교육영상으로 가기"), "/manage/lessons/P21-014-1");
        assert!(!desk.has("form[action$='/lesson']"));
        let before = site.tables().await;
        let again = house.producer.post("/manage/broadcasts/P21-014-1/lesson", &[]).await.expect(409);
        assert!(again.said().contains("이미 있거나"), "{}", again.said());
        before.assert_same(&site.tables().await);
    }

    async fn a_lesson_made_of_a_replay_ends_with_the_consent_to_that(site) {
        let house = shown(site).await;
        let page = house.producer.get(DESK).await.expect(200);
        page.form("form[action$='/lesson']").submit().await.expect(200);
        let open = lesson::ActiveModel {
            state: Set(LessonState::Published),
            viewers: Set(Viewers::Everybody),
            shown_until: Set(None),
            ..Default::default()
        };
        lesson::Entity::update_many().set(open).exec(site.centre.database()).await.unwrap();
        turn(site.centre.database()).await.unwrap();
        site.visitor().get("/lessons/P21-014-1").await.expect(200);
        let form = house.producer.get("/manage/broadcasts/P21-014-1").await.form("form[action$='/manage/broadcasts/P21-014-1']");
        form.fill("replay_until", "2021-03-02").submit().await.expect(200);
        site.visitor().get("/lessons/P21-014-1").await.expect(404);
        assert!(!site.visitor().get("/lessons").await.expect(200).said().contains("강좌 P21-014"));
    }

    async fn of_a_show_that_is_not_over_or_no_longer_consented_to_no_lesson_is_made(site) {
        let house = shown(site).await;
        let desk = site.sign_in_as(Duty::FrontDesk).await;
        let refused = async |why: &str| {
            let page = house.producer.get(DESK).await.expect(200);
            let before = site.tables().await;
            assert!(!page.has("form[action$='/lesson']") && page.said().contains("다시보기가 있을 때"), "{why}");
            let page = house.producer.post("/manage/broadcasts/P21-014-1/lesson", &[]).await.expect(409);
            assert!(page.said().contains("보여 줄 수 있는 다시보기가 없습니다"), "{why}");
            desk.post("/manage/broadcasts/P21-014-1/lesson", &[]).await.expect(403);
            before.assert_same(&site.tables().await);
        };
        set(site, broadcast::ActiveModel { state: Set(State::Live), ..Default::default() }).await;
        refused("it is on").await;
        set(site, broadcast::ActiveModel { state: Set(State::Complete), video: Set(None), ..Default::default() }).await;
        refused("there is no video").await;
        let ended = chrono::NaiveDate::from_ymd_opt(2021, 3, 2);
        set(site, broadcast::ActiveModel { video: Set(Some("dQw4w9WgXcQ".into())), replay_until: Set(ended), ..Default::default() }).await;
        refused("the consent has ended").await;
        for path in ["/manage/broadcasts/P21-099-1/lesson", "/manage/broadcasts/P21-099-1/captions/ko/remove"] {
            house.producer.send(Method::POST, path, Some("application/x-www-form-urlencoded"), Vec::new()).await.expect(404);
        }
    }
}
