//! Making lessons: drafts, what is wrong with a field, chapters, order, and the library.

use domain::account::Duty;
use domain::lesson::LessonState;
use domain::lesson::entity::{lesson_chapter, lesson_event};
use sea_orm::{EntityTrait, QueryOrder};
use tests::both;

use super::{furnish, lessons};

both! {
    async fn a_lesson_is_made_as_a_draft_published_and_withdrawn_with_a_reason(site) {
        let school = furnish(site).await;
        school.make("E21-001").await;
        site.visitor().get("/lessons/E21-001").await.expect(404);
        assert!(!site.visitor().get("/lessons").await.said().contains("마우스"));
        school.producer.get("/lessons/E21-001").await.expect(200);

        assert!(school.press("E21-001", "publish").await.expect(200).said().contains("공개했습니다"));
        let library = site.visitor().get("/lessons").await.expect(200);
        assert!(library.said().contains("영상 1편") && library.said().contains("강좌 P21-014"), "{}", library.said());
        let page = library.click("마우스 E21-001").await.expect(200);
        for said in ["잡는 법과 누르는 법", "홍길동", "10:00", "한국어", "강좌 P21-014"] {
            assert!(page.said().contains(said), "{said}: {}", page.said());
        }

        let desk = school.desk("E21-001").await;
        let before = site.tables().await;
        let refused = desk.form("form[action$='/withdraw']").submit().await.expect(422);
        assert_eq!(refused.problem("state-reason").as_deref(), Some("한 줄로 200자까지 적어 주십시오."));
        before.assert_same(&site.tables().await);
        let page = desk.form("form[action$='/withdraw']").fill("reason", "화면이 바뀜").submit().await.expect(200);
        assert!(page.said().contains("내림") && page.said().contains("(화면이 바뀜)"), "{}", page.said());
        assert_eq!(lessons(site).await[0].state, LessonState::Withdrawn);
        site.visitor().get("/lessons/E21-001").await.expect(404);
        let history = lesson_event::Entity::find().order_by_asc(lesson_event::Column::Id).all(site.centre.database()).await.unwrap();
        let kinds: Vec<&str> = history.iter().map(|it| it.kind.as_str()).collect();
        assert_eq!(kinds, ["made", "published", "withdrawn"]);
        assert!(history.iter().all(|it| it.actor_id == school.producer.person));
        school.press("E21-001", "publish").await.expect(200);
        site.visitor().get("/lessons/E21-001").await.expect(200);
    }

    async fn every_wrong_field_of_a_lesson_is_named_and_nothing_is_saved(site) {
        let school = furnish(site).await;
        school.make("E21-001").await;
        let (long, summary) = ("가".repeat(101), "가".repeat(1001));
        let before = site.tables().await;
        let wrong = [
            ("course", "nothing", "목록에 있는 강좌를 고르십시오."),
            ("title", "", "한 줄로 100자까지 적어 주십시오."),
            ("title", &long, "한 줄로 100자까지 적어 주십시오."),
            ("title", "=1+1", "한 줄로 100자까지 적어 주십시오."),
            ("summary", &summary, "1000자까지 적어 주십시오."),
            ("presenter", &long, "한 줄로 40자까지 적어 주십시오."),
            ("video", "https://vimeo.com/1", "유튜브 동영상의 주소를 적어 주십시오."),
            ("length", "0:00", "길이를 12:30이나 1:02:03처럼 적어 주십시오."),
            ("length", "600", "길이를 12:30이나 1:02:03처럼 적어 주십시오."),
            ("spoken", "la", "하나를 고르십시오."),
            ("viewers", "cats", "하나를 고르십시오."),
            ("shown_until", "내일", "날짜를 2026-03-31처럼 적어 주십시오."),
            ("shown_until", "1900-01-01", "날짜를 2026-03-31처럼 적어 주십시오."),
        ];
        for (field, value, sentence) in wrong {
            let page = school.form("E21-002").await.forge(field, value).submit().await.expect(422);
            assert_eq!(page.problem(field).as_deref(), Some(sentence), "{field}={value}");
            let desk = school.desk("E21-001").await;
            let page = desk.form("form[action$='/lessons/E21-001']").forge(field, value).submit().await.expect(422);
            assert_eq!(page.problem(field).as_deref(), Some(sentence), "{field}={value}");
            before.assert_same(&site.tables().await);
        }
        for (code, status, sentence) in [
            ("", 422, "코드를 영어 대문자, 숫자, 붙임표로 24자까지 적어 주십시오."),
            ("e21", 422, "코드를 영어 대문자, 숫자, 붙임표로 24자까지 적어 주십시오."),
            ("E21-001", 409, "다른 영상이 쓰는 코드입니다."),
        ] {
            let page = school.form(code).await.submit().await.expect(status);
            assert_eq!(page.problem("code").as_deref(), Some(sentence), "{code}");
            before.assert_same(&site.tables().await);
        }
        assert_eq!(school.form("E21-009").await.fill("title", "").submit().await.form("main form").value("presenter"), "홍길동");
    }

    async fn chapters_are_lines_and_each_wrong_one_is_named(site) {
        let school = furnish(site).await;
        school.publish("E21-001", "everybody").await;
        let desk = school.desk("E21-001").await;
        let form = || desk.form("form[action$='/chapters']");
        let long = format!("0:00 {}", "가".repeat(81));
        let many: String = (0..101).map(|second| format!("{}:{:02} 가\n", second / 60, second % 60)).collect();
        let before = site.tables().await;
        for (text, sentence) in [
            ("인사", "1번째 줄을 ‘1:30 제목’처럼 적어 주십시오. 제목은 80자까지입니다."),
            ("0:00 인사\n1:00", "2번째 줄을 ‘1:30 제목’처럼 적어 주십시오. 제목은 80자까지입니다."),
            (&long, "1번째 줄을 ‘1:30 제목’처럼 적어 주십시오. 제목은 80자까지입니다."),
            ("0:10 인사", "첫 차례는 0:00에서 시작해야 합니다."),
            ("0:00 가\n2:00 나\n\n1:00 다", "4번째 줄은 윗줄보다 늦게 시작해야 합니다."),
            ("0:00 가\n10:00 나", "2번째 줄은 영상이 끝나기 전에 시작해야 합니다."),
            (&many, "차례는 100개까지 적을 수 있습니다."),
        ] {
            let page = form().fill("chapters", text).submit().await.expect(422);
            assert_eq!(page.problem("chapters-chapters").as_deref(), Some(sentence), "{text}");
            before.assert_same(&site.tables().await);
        }
        form().fill("chapters", "0:00 인사\n1:15 두 번 누르기").submit().await.expect(200);
        let late = form().fill("chapters", "0:00 다른 것").submit().await.expect(409);
        assert!(late.said().contains("그사이 다른 사람이 바꾸었습니다"));
        let page = site.visitor().get("/lessons/E21-001").await.expect(200);
        assert_eq!(page.all(".lesson-chapters li"), ["0:00 인사", "1:15 두 번 누르기"]);
        assert_eq!(page.link("1:15"), "/lessons/E21-001?play=1&at=75#player");

        // A length that cuts a chapter off is refused, and no chapters are a list like any other.
        let desk = school.desk("E21-001").await;
        assert_eq!(desk.form("form[action$='/chapters']").value("chapters").trim(), "0:00 인사\n1:15 두 번 누르기");
        let before = site.tables().await;
        let page = desk.form("form[action$='/lessons/E21-001']").fill("length", "1:15").submit().await.expect(422);
        assert!(page.problem("length").unwrap().contains("이 길이보다 뒤에서 시작하는 차례"));
        before.assert_same(&site.tables().await);
        desk.form("form[action$='/chapters']").fill("chapters", "").submit().await.expect(200);
        assert_eq!(lesson_chapter::Entity::find().all(site.centre.database()).await.unwrap(), []);
    }

    async fn of_two_who_change_a_lesson_the_second_is_told(site) {
        let school = furnish(site).await;
        school.make("E21-001").await;
        let (one, other) = (school.desk("E21-001").await, school.desk("E21-001").await);
        let form = "form[action$='/lessons/E21-001']";
        one.form(form).fill("title", "새 제목").submit().await.expect(200);
        let before = site.tables().await;
        let late = other.form(form).fill("title", "다른 제목").submit().await.expect(409);
        assert!(late.said().contains("그사이 다른 사람이 바꾸었습니다"));
        assert!(other.form("form[action$='/publish']").submit().await.expect(409).said().contains("그사이"));
        school.producer.post("/manage/lessons/E21-001/publish", &[("version", "x")]).await.expect(400);
        before.assert_same(&site.tables().await);
        school.press("E21-001", "publish").await.expect(200);
        let version = lessons(site).await[0].version.to_string();
        let before = site.tables().await;
        let again = school.producer.post("/manage/lessons/E21-001/publish", &[("version", &version)]).await.expect(409);
        assert!(again.said().contains("지금 상태에서는 할 수 없습니다"));
        before.assert_same(&site.tables().await);
    }

    async fn only_those_who_make_lessons_see_their_desk(site) {
        let school = furnish(site).await;
        school.make("E21-001").await;
        site.sign_in_as(Duty::TrainingManager).await.get("/manage/lessons").await.expect(200);
        let files = format!("/manage/courses/{}/handouts", school.course.id);
        let pages = ["/manage/lessons", "/manage/lessons/new", "/manage/lessons/E21-001", "/manage/lessons/E21-001/captions", &files];
        let acts = [
            "/manage/lessons/new", "/manage/lessons/E21-001", "/manage/lessons/E21-001/chapters", "/manage/lessons/E21-001/publish",
            "/manage/lessons/E21-001/withdraw", "/manage/lessons/E21-001/shift", "/manage/lessons/E21-001/captions",
            "/manage/lessons/E21-001/captions/ko/remove", &files,
        ];
        let mut others = Vec::new();
        for duty in [Duty::Administrator, Duty::Instructor, Duty::FrontDesk, Duty::PrivacyOfficer] {
            others.push(site.sign_in_as(duty).await);
        }
        let before = site.tables().await;
        for other in &others {
            for path in pages {
                other.get(path).await.expect(403);
            }
            for path in acts {
                other.post(path, &[("version", "1"), ("way", "later")]).await.expect(403);
            }
        }
        for path in pages {
            assert!(site.visitor().get(path).await.path.starts_with("/sign-in"), "{path}");
        }
        before.assert_same(&site.tables().await);
        for path in ["/manage/lessons/E21-999", "/manage/lessons/E21-999/captions"] {
            school.producer.get(path).await.expect(404);
        }
    }

    async fn lessons_stand_in_the_order_that_is_chosen_and_lead_to_each_other(site) {
        let school = furnish(site).await;
        for code in ["E21-001", "E21-002", "E21-003"] {
            school.publish(code, "everybody").await;
        }
        let page = school.producer.get("/manage/lessons").await.expect(200);
        let page = page.form("form[action$='/E21-003/shift']").submit().await.expect(200);
        assert!(page.text("[role=status]").contains("순서를 바꾸었습니다"));
        let library = site.visitor().get("/lessons").await;
        assert_eq!(library.all(".structured-title"), ["마우스 E21-001", "마우스 E21-003", "마우스 E21-002"]);
        let before = site.tables().await;
        school.producer.post("/manage/lessons/E21-001/shift", &[("way", "earlier")]).await.expect(200);
        school.producer.post("/manage/lessons/E21-002/shift", &[("way", "later")]).await.expect(200);
        school.producer.post("/manage/lessons/E21-002/shift", &[("way", "up")]).await.expect(400);
        school.producer.post("/manage/lessons/E21-009/shift", &[("way", "later")]).await.expect(404);
        before.assert_same(&site.tables().await);
        let middle = site.visitor().get("/lessons/E21-003").await;
        assert_eq!(middle.all(".lesson-neighbours a"), ["앞: 마우스 E21-001", "다음: 마우스 E21-002"]);
        let last = middle.click("다음:").await.expect(200);
        assert_eq!(last.all(".lesson-neighbours a"), ["앞: 마우스 E21-003"]);
        // The course's own page leads there too.
        let course = site.visitor().get("/courses/P21-014").await.expect(200);
        assert!(course.text("section[aria-labelledby=lessons-title]").contains("마우스 E21-002 (10:00)"), "{}", course.said());
    }

    async fn the_library_is_searched_by_words_and_subject(site) {
        let school = furnish(site).await;
        school.publish("E21-001", "everybody").await;
        let found = async |query: &str| site.visitor().get(&format!("/lessons?{query}")).await.expect(200).all(".structured-title").len();
        for (query, count) in [
            ("q=%EB%A7%88+%EC%9A%B0%EC%8A%A4", 1), ("q=%EB%88%84%EB%A5%B4%EB%8A%94", 1), ("q=p21-014", 1), ("q=%EC%97%91%EC%85%80", 0),
            ("category=basic", 1), ("category=career", 0), ("category=magic", 1),
        ] {
            assert_eq!(found(query).await, count, "{query}");
        }
        let none = site.visitor().get("/lessons?q=%EC%97%91%EC%85%80").await;
        assert!(none.said().contains("찾으시는 영상이 없습니다"));
        let english = site.visitor().get("/en/lessons").await.expect(200);
        assert!(english.said().contains("Recorded lessons") && english.said().contains("1 lessons"));
    }
}
