//! The producers' desk: what broadcasts are called, the run sheet, shows that are begun and ended by hand.

use domain::account::Duty;
use domain::broadcast::State;
use domain::broadcast::entity::{broadcast_check, broadcast_template};
use domain::course::store::list_courses;
use sea_orm::EntityTrait;
use tests::both;

use super::life::{CODE, furnish, row};

both! {
    async fn a_course_has_titles_of_its_own_and_what_is_made_is_renamed(site) {
        let house = furnish(site).await;
        house.plan(site).await;
        house.work(site, 4).await;
        let course = list_courses(site.centre.database()).await.unwrap()[0].clone();
        let page = house.producer.get("/manage/broadcasts").await.expect(200).click("방송 제목과 설명").await.expect(200);
        let page = page.click(&course.title).await.expect(200);
        assert!(page.text("main").contains("강좌 P21-014 1차시"), "{}", page.text("main"));
        let path = format!("/manage/broadcasts/templates/{}", course.id);
        let manager = site.sign_in_as(Duty::TrainingManager).await;
        let before = site.tables().await;
        for (field, value, sentence) in [
            ("title", "", "제목을 한 줄로 100자까지 적어 주십시오."),
            ("title", "{course}", "차시마다 제목이 다르도록 {number} 또는 {date}를 넣어 주십시오."),
            ("title", "{number} {teacher}", "{teacher}는 채울 수 있는 말이 아닙니다."),
            ("description", "{secret}", "{secret}는 채울 수 있는 말이 아닙니다."),
            ("description", &"가".repeat(1251), "설명을 1,250자까지 적어 주십시오."),
        ] {
            let form = house.producer.get(&path).await.form("form[action*='/templates/']");
            let page = form.forge(field, value).press("저장").await.expect(422);
            assert_eq!(page.problem(&format!("template-{field}")).as_deref(), Some(sentence), "{value}");
        }
        let form = house.producer.get(&path).await.form("form[action*='/templates/']");
        let page = form.fill("title", "{number}. {course}").press("미리 보기").await.expect(200);
        assert!(page.text("main").contains(&format!("1. {}", course.title)), "a preview keeps nothing");
        for path in ["/manage/broadcasts/templates", &path] {
            manager.get(path).await.expect(403);
        }
        manager.post(&path, &[("act", "usual")]).await.expect(403);
        house.producer.get("/manage/broadcasts/templates/0190a6c4-0000-7000-8000-000000000000").await.expect(404);
        before.assert_same(&site.tables().await);

        let form = house.producer.get(&path).await.form("form[action*='/templates/']");
        let page = form.fill("title", "{number}. {course}").press("저장").await.expect(200);
        assert!(page.text("[role=status]").contains("바꾸었습니다"));
        house.work(site, 3).await;
        let id = row(site).await.video.unwrap();
        let title = house.youtube.world().show(&id).settings["snippet"]["title"].clone();
        assert_eq!(title, format!("1. {}", course.title));
        let page = house.producer.get(&path).await;
        page.form("form[action*='/templates/']").press("기본으로 되돌리기").await.expect(200);
        assert_eq!(broadcast_template::Entity::find().one(site.centre.database()).await.unwrap(), None);
    }

    async fn a_run_sheet_is_ticked_off_once_and_by_producers_alone(site) {
        let house = furnish(site).await;
        house.plan(site).await;
        let path = format!("/manage/broadcasts/{CODE}/sheet");
        let tick = |item: &'static str, done: &'static str| {
            let (producer, path) = (&house.producer, &path);
            async move { producer.post(path, &[("item", item), ("done", done)]).await }
        };
        let page = house.producer.get(&path).await.expect(200);
        assert_eq!(page.all(".run-sheet-line").len(), 7);
        assert!(page.text("main").contains("/live/P21-014-1"), "where it is watched");
        tick("sound", "yes").await.expect(200);
        let page = tick("sound", "yes").await.expect(200);
        let rows = broadcast_check::Entity::find().all(site.centre.database()).await.unwrap();
        assert_eq!(rows.len(), 1, "twice is once");
        assert!(page.text(".run-sheet-by").contains("09:00"), "{}", page.text(".run-sheet-by"));

        let manager = site.sign_in_as(Duty::TrainingManager).await;
        let before = site.tables().await;
        tick("luck", "yes").await.expect(400);
        manager.get(&path).await.expect(403);
        manager.post(&path, &[("item", "sound"), ("done", "")]).await.expect(403);
        house.producer.post("/manage/broadcasts/P21-099-1/sheet", &[("item", "sound")]).await.expect(404);
        before.assert_same(&site.tables().await);
        tick("sound", "").await.expect(200);
        assert_eq!(broadcast_check::Entity::find().all(site.centre.database()).await.unwrap(), []);
    }

    async fn by_hand_a_show_is_live_from_the_press_to_the_press(site) {
        let house = furnish(site).await;
        house.plan(site).await;
        let page = house.producer.get(&format!("/manage/broadcasts/{CODE}")).await;
        page.form("form[action$='/link']").fill("link", "https://youtu.be/dQw4w9WgXcQ").submit().await.expect(200);
        // Nobody begins it days before by mistake.
        assert!(!house.producer.get(&format!("/live/{CODE}/host")).await.has("form[action$='/start']"));
        let before = site.tables().await;
        house.producer.post(&format!("/live/{CODE}/start"), &[]).await.expect(409);
        before.assert_same(&site.tables().await);
        // Early, by agreement with those who came.
        site.set_time("2021-03-03T09:40:00+09:00");
        let watch = format!("/live/{CODE}");
        assert!(!house.producer.get(&watch).await.has("iframe"));
        let host = house.producer.get(&format!("{watch}/host")).await.expect(200);
        assert!(!host.has("form[action$='/end']"));
        let host = host.form("form[action$='/start']").submit().await.expect(200);
        assert!(house.producer.get(&watch).await.has("iframe"), "on for the learners");
        let before = site.tables().await;
        house.producer.post(&format!("{watch}/start"), &[]).await.expect(409);
        before.assert_same(&site.tables().await);
        site.set_time("2021-03-03T10:30:00+09:00");
        host.form("form[action$='/end']").submit().await.expect(200);
        let page = house.producer.get(&watch).await.expect(200);
        assert!(page.text("main").contains("방송이 끝났습니다"));
        assert_eq!(row(site).await.state, State::Manual);
        house.producer.post(&format!("{watch}/end"), &[]).await.expect(409);
        let calls = house.youtube.world().methods().into_iter().filter(|it| it.starts_with("liveBroadcasts")).count();
        assert_eq!(calls, 0, "nothing is said to YouTube");
    }

    async fn by_hand_a_forgotten_end_is_not_live_for_ever(site) {
        let house = furnish(site).await;
        house.plan(site).await;
        let page = house.producer.get(&format!("/manage/broadcasts/{CODE}")).await;
        page.form("form[action$='/link']").fill("link", "https://youtu.be/dQw4w9WgXcQ").submit().await.expect(200);
        site.set_time("2021-03-03T10:00:00+09:00");
        let path = format!("/live/{CODE}");
        let host = house.producer.get(&format!("{path}/host")).await;
        assert!(host.has("form[action$='/end']"), "what is on by its time alone can be ended too");
        house.producer.get(&format!("{path}/host")).await.form("form[action$='/start']").submit().await.expect(200);
        site.set_time("2021-03-03T14:59:00+09:00");
        assert!(house.producer.get(&path).await.has("iframe"), "somebody may still be talking");
        site.set_time("2021-03-03T15:01:00+09:00");
        assert!(house.producer.get(&path).await.said().contains("방송이 끝났습니다"));
    }

    async fn producers_see_the_picture_before_it_is_sent(site) {
        let house = furnish(site).await;
        house.plan(site).await;
        let page = house.producer.get(&format!("/manage/broadcasts/{CODE}")).await.expect(200);
        let path = page.attribute(".live-thumbnail", "src");
        let png = house.producer.get(&path).await.expect(200);
        assert_eq!(png.header("content-type"), Some("image/png"));
        site.sign_in_as(Duty::TrainingManager).await.get(&path).await.expect(403);
        house.producer.get("/manage/broadcasts/P21-099-1/thumbnail.png").await.expect(404);
    }
}
