//! Watching lessons: who may, what is loaded, how far one has come and what of it is kept.

use axum::http::Method;
use chrono::{Duration, Months};
use domain::account::{Address, Duty};
use domain::lesson::entity::lesson_progress;
use domain::privacy::{due, purge};
use sea_orm::{ActiveValue::Set, EntityTrait, PaginatorTrait};
use tests::{Page, STAFF_DOMAIN, Site, Visitor, both};

use super::{KOREAN, School, furnish};

const PATH: &str = "/lessons/E21-001";

async fn report(who: &Visitor, position: u32, watched: &str) -> Page {
    let body = format!(r#"{{"position":{position},"watched":"{watched}"}}"#);
    who.send(Method::POST, &format!("{PATH}/progress"), Some("text/plain;charset=UTF-8"), body.into_bytes())
        .await
}

async fn progress(site: &Site) -> lesson_progress::Model {
    lesson_progress::Entity::find().one(site.centre.database()).await.unwrap().unwrap()
}

async fn open(site: &Site) -> (School, Visitor) {
    let school = furnish(site).await;
    school.publish("E21-001", "everybody").await;
    let learner = site.resident("홍길동").await;
    (school, learner)
}

both! {
    async fn each_lesson_is_for_those_it_is_made_for(site) {
        let school = furnish(site).await;
        let learner = school.learner(site).await;
        let stranger = site.visitor();
        let resident = site.resident("남남").await;
        let address = Address::parse(&format!("staff@{STAFF_DOMAIN}")).unwrap();
        let staff = site.sign_in(site.person_at("직원", address, &[]).await).await;
        let manager = site.sign_in_as(Duty::TrainingManager).await;
        let readers = [&stranger, &resident, &learner, &staff, &manager];
        for (code, viewers, may) in [
            ("E21-001", "everybody", [true, true, true, true, true]),
            ("E21-002", "signed_in", [false, true, true, true, true]),
            ("E21-003", "staff", [false, false, true, true, true]),
            ("E21-004", "learners", [false, false, true, false, true]),
        ] {
            school.publish(code, viewers).await;
            for (index, (reader, may)) in readers.iter().zip(may).enumerate() {
                let page = reader.get(&format!("/lessons/{code}")).await;
                match (may, index) {
                    (true, _) => assert_eq!(page.status, 200, "{viewers} {index}"),
                    (false, 0) => assert!(page.path.starts_with("/sign-in"), "{viewers} {index}"),
                    (false, _) => assert_eq!(page.status, 403, "{viewers} {index}"),
                }
                let library = reader.get("/lessons").await.expect(200);
                assert_eq!(library.said().contains(code), may, "{viewers} {index}");
            }
        }
        let before = site.tables().await;
        resident.post("/lessons/E21-004/done", &[]).await.expect(403);
        let body = br#"{"position":1,"watched":"0-1"}"#.to_vec();
        resident.send(Method::POST, "/lessons/E21-004/progress", None, body).await.expect(403);
        before.assert_same(&site.tables().await);

        // Of a course for staff everybody is staff.
        let staff_only = domain::course::entity::course::ActiveModel { audience: Set(domain::course::Audience::Staff), ..Default::default() };
        domain::course::entity::course::Entity::update_many().set(staff_only).exec(site.centre.database()).await.unwrap();
        assert!(stranger.get(PATH).await.path.starts_with("/sign-in"));
        resident.get(PATH).await.expect(403);
        staff.get(PATH).await.expect(200);
    }

    async fn after_the_last_day_of_the_consent_nobody_is_shown_it(site) {
        let (school, learner) = open(site).await;
        school.caption("E21-001", "ko", KOREAN.as_bytes()).await.expect(200);
        let desk = school.desk("E21-001").await;
        desk.form("form[action$='/lessons/E21-001']").fill("shown_until", "2021-03-02").submit().await.expect(200);
        report(&learner, 70, "0-3").await.expect(204);
        site.set_time("2021-03-02T23:59:59+09:00");
        let learner = site.sign_in(learner.id()).await;
        assert!(learner.get(PATH).await.expect(200).said().contains("2021년 3월 2일(화)"));
        site.set_time("2021-03-03T00:00:00+09:00");
        learner.get(PATH).await.expect(404);
        learner.get(&format!("{PATH}?play=1")).await.expect(404);
        learner.get(&format!("{PATH}/captions/ko.vtt")).await.expect(404);
        report(&learner, 80, "0-4").await.expect(404);
        assert!(!learner.get("/lessons").await.said().contains("E21-001"));
        let mine = learner.get("/my").await.expect(200);
        assert!(mine.text("section[aria-labelledby=lessons-title]").contains("마우스 E21-001"), "what one did stays one's own");
        assert!(!mine.body().contains("href=\"/lessons/E21-001\""));
        let list = school.producer.get("/manage/lessons").await.expect(200);
        assert!(list.said().contains("공개 기간 끝남"), "{}", list.said());
    }

    async fn nothing_of_youtube_is_loaded_unasked(site) {
        let (_, learner) = open(site).await;
        let page = learner.get(PATH).await.expect(200);
        assert!(!page.has("iframe") && !page.has("leptos-island"));
        assert!(!page.header("content-security-policy").unwrap().contains("youtube"));
        let page = page.click("영상 보기").await.expect(200);
        let source = page.attribute("#player iframe", "src");
        assert!(source.starts_with("https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?"), "{source}");
        assert!(source.contains("enablejsapi=1") && source.contains("start=0"), "{source}");
        assert!(page.header("content-security-policy").unwrap().contains("frame-src https://www.youtube-nocookie.com;"));
        for script in page.all("script") {
            assert_eq!(script, "", "only files of ours");
        }
        assert!(!page.body().contains("iframe_api") && page.has("leptos-island"));
        let page = learner.get(&format!("{PATH}?play=1&at=75")).await;
        assert!(page.attribute("#player iframe", "src").contains("start=75"));
        let page = learner.get(&format!("{PATH}?play=1&at=-1")).await.expect(200);
        assert!(page.attribute("#player iframe", "src").contains("start=0"));
    }

    async fn what_is_watched_counts_once_and_only_as_fast_as_time_passes(site) {
        let (_, learner) = open(site).await;
        report(&learner, 0, "").await.expect(204);
        assert_eq!((progress(site).await.watched.as_str(), progress(site).await.credit), ("", 30));
        site.advance(Duration::seconds(20));
        report(&learner, 21, "0-2").await.expect(204);
        let once = site.tables().await;
        report(&learner, 21, "0-2").await.expect(204);
        once.assert_same(&site.tables().await);
        // All ten minutes at once, of which 50 seconds of credit are left.
        report(&learner, 600, "0-60").await.expect(204);
        report(&learner, 600, "0-60").await.expect(204);
        assert_eq!((progress(site).await.watched.as_str(), progress(site).await.done_at), ("0-7", None));
        site.advance(Duration::seconds(230));
        report(&learner, 600, "0-53").await.expect(204);
        assert_eq!((progress(site).await.watched.as_str(), progress(site).await.done_at), ("0-53", None));
        report(&learner, 600, "53-54").await.expect(204);
        let done_at = progress(site).await.done_at;
        assert_eq!(done_at, None, "no credit is left");
        site.advance(Duration::seconds(5));
        report(&learner, 600, "53-54").await.expect(204);
        assert_eq!(progress(site).await.done_at, Some(site.now()), "nine tenths");
        site.advance(Duration::seconds(60));
        report(&learner, 30, "60-70").await.expect(204);
        let after = progress(site).await;
        assert_eq!((after.watched.as_str(), after.position), ("0-54", 30), "nothing is behind the end");
        assert!(after.done_at < Some(site.now()), "done once");
        let library = learner.get("/lessons").await;
        assert!(library.said().contains("모두 봄"), "{}", library.said());
        let page = learner.get(PATH).await;
        assert!(!page.has("form[action$='/done']"), "nothing is left to say");
    }

    async fn one_goes_on_where_one_left_off(site) {
        let (_, learner) = open(site).await;
        report(&learner, 9, "0-1").await.expect(204);
        assert!(!learner.get(PATH).await.said().contains("이어서"), "that is the beginning");
        site.advance(Duration::seconds(200));
        report(&learner, 451, "0-30").await.expect(204);
        let page = learner.get(PATH).await.expect(200);
        assert_eq!(page.link("이어서 보기 (7:31부터)"), "/lessons/E21-001?play=1&at=451#player");
        assert!(page.said().contains("처음부터 보기") && page.said().contains("50% 봄"), "{}", page.said());
        let mine = learner.get("/my").await.expect(200);
        let line = mine.text("section[aria-labelledby=lessons-title] tbody tr");
        assert_eq!(line, "마우스 E21-00150% 봄7:31 / 10:00");
        let other = site.resident("남남").await.get(PATH).await;
        assert!(!other.said().contains("이어서") && !other.said().contains("50%"), "nobody else's");
        let stranger = site.visitor().get(PATH).await;
        assert!(stranger.said().contains("로그인하시면 어디까지"), "{}", stranger.said());
    }

    async fn a_report_that_makes_no_sense_changes_nothing(site) {
        let (_, learner) = open(site).await;
        report(&learner, 9, "0-1").await.expect(204);
        let before = site.tables().await;
        for body in ["", "{}", "[]", r#"{"position":-1,"watched":""}"#, r#"{"position":1,"watched":"1-0"}"#, r#"{"position":1,"watched":"0-99999"}"#] {
            let page = learner.send(Method::POST, &format!("{PATH}/progress"), None, body.as_bytes().to_vec()).await;
            assert_eq!(page.status, 400, "{body}");
        }
        let foreign = learner.clone().with_header("origin", "https://evil.example");
        report(&foreign, 90, "0-9").await.expect(403);
        let stranger = report(&site.visitor(), 90, "0-9").await.expect(303);
        assert!(stranger.location().unwrap().starts_with("/sign-in"));
        learner.send(Method::POST, "/lessons/E21-999/progress", None, b"{}".to_vec()).await.expect(404);
        before.assert_same(&site.tables().await);
    }

    async fn whoever_has_no_scripts_says_so_and_it_is_told_apart(site) {
        let (_, learner) = open(site).await;
        let page = learner.get(PATH).await;
        let page = page.form("form[action$='/done']").submit().await.expect(200);
        assert!(page.text("[role=status]").contains("끝까지 보신 것으로 표시했습니다"));
        assert!(page.said().contains("보았다고 표시함") && !page.has("form[action$='/done']"), "{}", page.said());
        let first = progress(site).await;
        assert_eq!((first.said_at, first.done_at, first.watched.as_str()), (Some(site.now()), None, ""));
        site.advance(Duration::seconds(60));
        let before = site.tables().await;
        learner.post(&format!("{PATH}/done"), &[]).await.expect(200);
        before.assert_same(&site.tables().await);
        assert!(site.visitor().post(&format!("{PATH}/done"), &[]).await.path.starts_with("/sign-in"));
    }

    async fn what_somebody_watched_goes_with_their_addresses_and_that_they_finished_stays(site) {
        let (school, learner) = open(site).await;
        school.publish("E21-002", "everybody").await;
        learner.post(&format!("{PATH}/done"), &[]).await.expect(200);
        report(&learner, 25, "0-2").await.expect(204);
        let body = br#"{"position":9,"watched":"0-1"}"#.to_vec();
        learner.send(Method::POST, "/lessons/E21-002/progress", None, body).await.expect(204);
        let officer = site.sign_in_as(Duty::PrivacyOfficer).await.id();
        let people = async || {
            let right = site.signed_in(officer).await.privacy_officer().unwrap();
            due(&site.centre, &right).await.unwrap().iter().map(|it| it.people).sum::<u64>()
        };
        // Watching is a sign of life: the years begin anew.
        let last = site.now() + Months::new(12);
        site.set_time(&last.to_rfc3339());
        let again = site.sign_in(learner.id()).await;
        report(&again, 30, "0-3").await.expect(204);
        site.set_time(&(last + Months::new(35)).to_rfc3339());
        assert_eq!(people().await, 0);
        site.set_time(&(last + Months::new(36) + Duration::days(1)).to_rfc3339());
        assert_eq!(people().await, 1);
        let right = site.signed_in(officer).await.privacy_officer().unwrap();
        purge(&site.centre, &right).await.unwrap();
        assert_eq!(lesson_progress::Entity::find().count(site.centre.database()).await.unwrap(), 1);
        let kept = progress(site).await;
        assert_eq!((kept.watched.as_str(), kept.position, kept.said_at.is_some()), ("", 0, true));
    }
}
