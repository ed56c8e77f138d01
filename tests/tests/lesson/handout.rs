//! The files of a course, and what one is to prepare for a class on the page where one watches it.

use domain::account::Duty;
use domain::broadcast::State;
use domain::broadcast::call::Privacy;
use domain::broadcast::entity::broadcast;
use domain::course::entity::{course, handout, handout_piece};
use sea_orm::{ActiveValue::Set, EntityTrait, PaginatorTrait, QueryOrder};
use tests::{Form, Page, Site, both};

use super::{School, furnish};
use crate::broadcast::life;

const PDF: &[u8] = b"%PDF-1.7\nnot much of one";

async fn form(site: &Site, school: &School) -> Form {
    let manager = site.sign_in_as(Duty::TrainingManager).await;
    let page = manager.get(&format!("/manage/courses/{}", school.course.id)).await.expect(200);
    page.click("강의자료").await.expect(200).form("form[enctype]")
}

async fn put(site: &Site, school: &School, title: &str, viewers: &str, file: &[u8]) -> Page {
    let form = form(site, school).await.fill("title", title).fill("viewers", viewers);
    form.attach("file", "a.pdf", file).submit().await
}

async fn handouts(site: &Site) -> Vec<handout::Model> {
    handout::Entity::find().order_by_asc(handout::Column::Id).all(site.centre.database()).await.unwrap()
}

both! {
    async fn the_files_of_a_course_are_for_those_they_were_put_there_for(site) {
        let school = furnish(site).await;
        let page = put(site, &school, "1차시 예제", "learners", PDF).await.expect(200);
        assert!(page.text("[role=status]").contains("강의자료를 올렸습니다"));
        assert!(page.said().contains("1차시 예제 (PDF, 1KB)") && page.said().contains("이 강좌의 수강생"), "{}", page.said());
        put(site, &school, "강의 계획", "everybody", &[PDF, &[b'x'; 600_000]].concat()).await.expect(200);
        let files = handouts(site).await;
        let path = |index: usize| format!("/handouts/{}", files[index].id);
        assert_eq!(handout_piece::Entity::find().count(site.centre.database()).await.unwrap(), 4, "one and three");

        let learner = school.learner(site).await;
        let file = learner.get(&path(0)).await.expect(200);
        assert_eq!(file.bytes, PDF);
        assert_eq!((file.header("content-type"), file.header("cache-control")), (Some("application/pdf"), Some("private, no-cache")));
        assert_eq!(file.header("x-content-type-options"), Some("nosniff"));
        let name = "attachment; filename*=UTF-8''1%EC%B0%A8%EC%8B%9C%20%EC%98%88%EC%A0%9C.pdf";
        assert_eq!(file.header("content-disposition"), Some(name));
        learner.clone().with_header("if-none-match", file.header("etag").unwrap()).get(&path(0)).await.expect(304);
        assert!(site.visitor().get(&path(0)).await.path.starts_with("/sign-in"));
        site.resident("남남").await.get(&path(0)).await.expect(403);
        site.sign_in_as(Duty::FrontDesk).await.get(&path(0)).await.expect(403);
        assert_eq!(site.visitor().get(&path(1)).await.expect(200).bytes.len(), PDF.len() + 600_000);
        site.visitor().get("/handouts/00000000-0000-0000-0000-000000000000").await.expect(404);

        for (page, stranger) in [("/courses/P21-014", "/courses/P21-014")] {
            let seen = learner.get(page).await.expect(200).all("section[aria-labelledby=files-title] li");
            assert_eq!(seen, ["1차시 예제 (PDF, 1KB)", "강의 계획 (PDF, 600KB)"]);
            let seen = site.visitor().get(stranger).await.all("section[aria-labelledby=files-title] li");
            assert_eq!(seen, ["강의 계획 (PDF, 600KB)"]);
        }
        school.publish("E21-001", "everybody").await;
        assert_eq!(learner.get("/lessons/E21-001").await.all("section[aria-labelledby=files-title] li").len(), 2);

        // Taken away, its bytes are gone and that it was there stays.
        let desk = school.producer.get(&format!("/manage/courses/{}/handouts", school.course.id)).await.expect(200);
        let page = desk.form(&format!("form[action$='{}/end']", files[0].id)).submit().await.expect(200);
        assert!(page.text("[role=status]").contains("강의자료를 지웠습니다"));
        learner.get(&path(0)).await.expect(404);
        assert_eq!(handout_piece::Entity::find().count(site.centre.database()).await.unwrap(), 3);
        assert!(handouts(site).await[0].ended_at.is_some());
        let before = site.tables().await;
        desk.form(&format!("form[action$='{}/end']", files[0].id)).submit().await.expect(200);
        before.assert_same(&site.tables().await);
    }

    async fn a_kept_page_of_a_course_shows_what_was_put_beside_it_since(site) {
        let school = furnish(site).await;
        let stranger = site.visitor();
        let sections = async || {
            let page = stranger.get("/courses/P21-014").await.expect(200);
            (page.has("section[aria-labelledby=files-title]"), page.has("section[aria-labelledby=lessons-title]"))
        };
        assert_eq!(sections().await, (false, false));
        put(site, &school, "예제", "everybody", PDF).await.expect(200);
        assert_eq!(sections().await, (true, false));
        school.publish("E21-001", "everybody").await;
        assert_eq!(sections().await, (true, true));
        let desk = school.producer.get(&format!("/manage/courses/{}/handouts", school.course.id)).await.expect(200);
        desk.form("form[action$='/end']").submit().await.expect(200);
        let desk = school.desk("E21-001").await;
        desk.form("form[action$='/lessons/E21-001']").fill("shown_until", "2021-03-01").submit().await.expect(200);
        assert_eq!(sections().await, (false, true));
        site.set_time("2021-03-02T00:00:00+09:00");
        assert_eq!(sections().await, (false, false));
    }

    async fn what_is_wrong_with_a_file_is_said_and_nothing_is_kept(site) {
        let school = furnish(site).await;
        let long = "가".repeat(81);
        let huge = [PDF, &vec![0; 20_000_000]].concat();
        let zip = [b"PK\x03\x04".as_slice(), &[0; 26], b"word/document.xml word/vbaProject.bin"].concat();
        let blank = form(site, &school).await;
        let before = site.tables().await.without(&["person", "contact", "duty", "web_session", "consent", "audit"]);
        let kind = "올릴 수 없는 종류의 파일입니다. PDF, 한글, 워드, 엑셀, 파워포인트, PNG, JPEG 파일을 골라 주십시오.";
        for (field, value, file, sentence) in [
            ("title", "", PDF, "한 줄로 80자까지 적어 주십시오."),
            ("title", &*long, PDF, "한 줄로 80자까지 적어 주십시오."),
            ("viewers", "cats", PDF, "하나를 고르십시오."),
            ("file", "", b"", "파일을 골라 주십시오."),
            ("file", "", b"<!doctype html><script>alert(1)</script>", kind),
            ("file", "", b"MZ\x90\0", kind),
            ("file", "", &zip, kind),
            ("file", "", &huge, "파일이 너무 큽니다. 20MB까지 올릴 수 있습니다."),
        ] {
            let filled = form(site, &school).await.fill("title", "예제");
            let filled = if field == "file" { filled } else { filled.forge(field, value) };
            let page = filled.attach("file", "a.pdf", file).submit().await.expect(422);
            assert_eq!(page.problem(field).as_deref(), Some(sentence), "{field}");
            let after = site.tables().await.without(&["person", "contact", "duty", "web_session", "consent", "audit"]);
            before.assert_same(&after);
        }
        blank.forge("key", "x").fill("title", "예제").submit().await.expect(400);
    }

    async fn a_form_that_is_sent_twice_adds_one_file(site) {
        let school = furnish(site).await;
        let one = form(site, &school).await;
        let key = one.value("key");
        one.fill("title", "예제").attach("file", "a.pdf", PDF).submit().await.expect(200);
        let again = form(site, &school).await.forge("key", &key).fill("title", "예제");
        again.attach("file", "a.pdf", PDF).submit().await.expect(200);
        assert_eq!(handouts(site).await.len(), 1);
    }

    async fn on_the_page_of_a_class_one_finds_what_to_prepare_and_its_files(site) {
        let house = life::furnish(site).await;
        house.plan(site).await;
        let materials = course::ActiveModel { materials: Set("노트북과 마우스".into()), ..Default::default() };
        course::Entity::update_many().set(materials).exec(site.centre.database()).await.unwrap();
        let course = course::Entity::find().one(site.centre.database()).await.unwrap().unwrap();
        let school = School { producer: house.producer.clone(), course, run: uuid::Uuid::nil() };
        put(site, &school, "1차시 예제", "everybody", PDF).await.expect(200);
        put(site, &school, "정답", "learners", PDF).await.expect(200);
        let public = broadcast::ActiveModel { privacy: Set(Privacy::Public), ..Default::default() };
        broadcast::Entity::update_many().set(public).exec(site.centre.database()).await.unwrap();
        let set = async |state: State| {
            let video = Some("dQw4w9WgXcQ".to_owned());
            let change = broadcast::ActiveModel { state: Set(state), video: Set(video), ..Default::default() };
            broadcast::Entity::update_many().set(change).exec(site.centre.database()).await.unwrap();
        };
        let page = site.visitor().get("/live/P21-014-1").await.expect(200);
        assert!(page.said().contains("준비물노트북과 마우스"), "{}", page.said());
        assert_eq!(page.all("section[aria-labelledby=files-title] li"), ["1차시 예제 (PDF, 1KB)"]);
        assert_eq!(house.producer.get("/live/P21-014-1").await.all("section[aria-labelledby=files-title] li").len(), 2);
        for state in [State::Live, State::Complete] {
            set(state).await;
            let page = site.visitor().get("/live/P21-014-1").await.expect(200);
            assert!(!page.said().contains("준비물"), "it is too late to prepare");
            assert!(page.said().contains("1차시 예제"), "{}", page.said());
        }
    }
}
