//! The papers that instructors and the office need.

use chrono::TimeDelta;
use domain::account::Duty;
use domain::attendance::Presence;
use domain::attendance::entity::class_log;
use domain::course::Audience;
use domain::course::entity::course;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait};
use tests::{Visitor, both};

use super::{AFTER, Learner, furnish, mark, unchanged};

const PAPERS: &str = "/manage/runs/P21-014/papers";

both! {
    async fn the_sheet_has_whole_names_and_what_is_marked(site) {
        let school = furnish(site).await;
        let hana = school.learner(site, "홍길동").await;
        mark(site, &hana, &[1], Presence::Present).await;
        mark(site, &hana, &[2], Presence::Absent).await;
        let looks = site.tables().await.count("access");
        let page = school.instructor.get(PAPERS).await.expect(200).click("서명용 출석부").await.expect(200);
        assert_eq!(page.all("thead th")[2..4], ["1차시 3/3", "2차시 3/4"]);
        assert_eq!(page.all("tbody tr td"), ["홍길동", "○", "×", "", "", ""]);
        assert_eq!(site.tables().await.count("access"), looks + 1);
        school.manager.get(&format!("{PAPERS}/sheet")).await.expect(200);
        for path in [PAPERS.to_owned(), format!("{PAPERS}/sheet"), format!("{PAPERS}/classes/1")] {
            site.sign_in_as(Duty::Instructor).await.get(&path).await.expect(403);
            hana.visitor.get(&path).await.expect(403);
        }
    }

    async fn whoever_left_midway_stays_on_the_sheet_with_what_was_marked(site) {
        let school = furnish(site).await;
        let (hana, duri) = (school.learner(site, "홍길동").await, school.learner(site, "김두리").await);
        mark(site, &hana, &[1], Presence::Present).await;
        for learner in [&hana, &duri] {
            learner.page().await.form("form[action$=cancel]").submit().await.expect(200);
        }
        let sheet = school.instructor.get(&format!("{PAPERS}/sheet")).await.expect(200);
        assert_eq!(sheet.all("tbody tr td"), ["홍길동 (중도포기)", "○", "", "", "", ""]);
        let said = async |class: i32| school.instructor.get(&format!("{PAPERS}/classes/{class}")).await.expect(200).said();
        assert!(said(1).await.contains("수강생 1명, 출석 1명, 결석 0명"), "{}", said(1).await);
        assert!(said(2).await.contains("수강생 0명"), "{}", said(2).await);
    }

    async fn the_log_of_a_class_is_written_once_it_has_begun(site) {
        let school = furnish(site).await;
        let hana = school.learner(site, "홍길동").await;
        let address = format!("{PAPERS}/classes/1");
        let page = school.instructor.get(&address).await.expect(200);
        let before = unchanged(site).await;
        let early = page.form("main form").fill("topic", "마우스").submit().await.expect(409);
        assert!(early.said().contains("수업이 시작된 뒤에"));
        before.assert_same(&site.tables().await);
        site.set_time(AFTER);
        mark(site, &hana, &[1], Presence::Present).await;
        let (line, text) = ("가".repeat(101), "가".repeat(2001));
        let before = unchanged(site).await;
        for (field, value, sentence) in [
            ("topic", "", "한 줄로 100자까지 적어 주십시오."),
            ("topic", &line, "한 줄로 100자까지 적어 주십시오."),
            ("notes", &text, "2000자까지 적어 주십시오."),
        ] {
            let form = page.form("main form").fill("topic", "마우스");
            let page = form.fill(field, value).submit().await.expect(422);
            assert_eq!(page.problem(field).as_deref(), Some(sentence), "{field}");
            before.assert_same(&site.tables().await);
        }
        let form = page.form("main form").fill("topic", "마우스").fill("notes", "누르기와 끌기");
        let page = form.submit().await.expect(200);
        assert!(page.text("[role=status]").contains("수업일지를 저장했습니다"));
        assert!(page.said().contains("수강생 1명, 출석 1명, 결석 0명"), "{}", page.said());
        assert_eq!(page.form("main form").value("notes").trim(), "누르기와 끌기");
        page.form("main form").fill("topic", "키보드").submit().await.expect(200);
        let rows = class_log::Entity::find().all(site.centre.database()).await.unwrap();
        assert_eq!((rows.len(), rows[0].topic.as_str()), (1, "키보드"));
        assert!(school.manager.get(PAPERS).await.said().contains("작성함"));
        school.instructor.get(&format!("{PAPERS}/classes/9")).await.expect(404);
        school.instructor.post(&format!("{PAPERS}/classes/9"), &[("topic", "가")]).await.expect(404);
        hana.visitor.post(&address, &[("topic", "가")]).await.expect(403);
    }

    async fn hours_taught_in_a_month_are_those_of_classes_that_are_over(site) {
        let school = furnish(site).await;
        site.set_time("2021-03-05T12:00:00+09:00");
        let page = school.instructor.get("/manage/taught/2021-03").await.expect(200);
        assert!(page.said().contains("합계 3차시 6시간"), "{}", page.said());
        site.advance(TimeDelta::days(8));
        assert!(school.instructor.get("/manage/taught/2021-03").await.said().contains("합계 5차시 10시간"));
        assert!(school.instructor.get("/manage/taught/2021-04").await.said().contains("이 달에 마친 수업이 없습니다"));
        let own = school.instructor.id();
        let other = site.sign_in_as(Duty::Instructor).await;
        other.get(&format!("/manage/taught/2021-03?instructor={own}")).await.expect(403);
        let page = school.manager.get(&format!("/manage/taught/2021-03?instructor={own}")).await.expect(200);
        assert!(page.said().contains("합계 5차시 10시간"));
        for wrong in ["2021-13", "march", "2021-3-1"] {
            school.instructor.get(&format!("/manage/taught/{wrong}")).await.expect(404);
        }
        site.sign_in_as(Duty::FrontDesk).await.get("/manage/taught/2021-03").await.expect(403);
    }

    async fn hours_stay_with_who_held_the_class_whoever_teaches_the_run_later_and_though_it_is_cancelled(site) {
        let school = furnish(site).await;
        let other = site.sign_in_as(Duty::Instructor).await;
        let give = async |name: &str, who: &Visitor| {
            let page = school.manager.get("/manage/runs/P21-014").await.expect(200);
            let form = page.form("main form:has([name=capacity])").fill("instructor", name);
            form.fill("instructor_account", &who.id().to_string()).submit().await.expect(200);
        };
        let hours = async |who: &Visitor| who.get("/manage/taught/2021-03").await.expect(200).said();
        give("강사가", &school.instructor).await;
        site.set_time("2021-03-05T12:00:00+09:00");
        give("강사나", &other).await;
        assert!(hours(&school.instructor).await.contains("합계 3차시 6시간"), "{}", hours(&school.instructor).await);
        assert!(hours(&other).await.contains("이 달에 마친 수업이 없습니다"), "{}", hours(&other).await);
        site.set_time("2021-03-06T12:00:00+09:00");
        assert!(hours(&other).await.contains("합계 1차시 2시간"), "{}", hours(&other).await);
        let page = school.manager.get("/manage/runs/P21-014/cancel").await.expect(200);
        page.form("main form").fill("reason", "강의실 공사").submit().await.expect(200);
        assert!(hours(&school.instructor).await.contains("합계 3차시 6시간"), "{}", hours(&school.instructor).await);
        assert!(hours(&other).await.contains("합계 1차시 2시간"), "{}", hours(&other).await);
    }

    async fn the_learning_of_staff_is_counted_by_department_and_grade(site) {
        let school = furnish(site).await;
        let course = course::Entity::find().one(site.centre.database()).await.unwrap().unwrap();
        let (hana, duri) = (school.learner(site, "홍길동").await, school.learner(site, "김두리").await);
        let staff = course::ActiveModel { id: Set(course.id), audience: Set(Audience::Staff), ..Default::default() };
        staff.update(site.centre.database()).await.unwrap();
        let resident = hana.visitor;
        resident.get("/my/learning").await.expect(403);
        resident.post("/my/learning", &[("department", "가"), ("grade", "나")]).await.expect(403);
        for learner in [hana.application, duri.application] {
            let learner = Learner { visitor: resident.clone(), application: learner };
            mark(site, &learner, &[1, 2, 3, 4], Presence::Present).await;
        }
        school.close(site).await;

        let row = domain::account::entity::person::ActiveModel { id: Set(duri.visitor.id()), made_staff: Set(true), ..Default::default() };
        row.update(site.centre.database()).await.unwrap();
        let page = duri.visitor.get("/my/learning").await.expect(200);
        assert!(page.said().contains("올해 인정시간: 8시간"), "{}", page.said());
        let long = "가".repeat(31);
        let before = unchanged(site).await;
        for (field, value) in [("department", ""), ("department", long.as_str()), ("grade", ""), ("grade", long.as_str())] {
            let form = page.form("main form").fill("department", "총무과").fill("grade", "7급");
            let page = form.fill(field, value).submit().await.expect(422);
            assert_eq!(page.problem(field).as_deref(), Some("한 줄로 30자까지 적어 주십시오."));
            before.assert_same(&site.tables().await);
        }
        page.form("main form").fill("department", "총무과").fill("grade", "7급").submit().await.expect(200);
        let page = school.manager.get("/manage/learning").await.expect(200);
        let cells = page.all("tbody th, tbody td");
        assert_eq!(cells, ["총무과", "7급", "1", "8", "소속 미기재", "–", "1", "8"]);
        assert!(school.manager.get("/manage/learning?year=2020").await.said().contains("인정된 시간이 없습니다"));
        school.instructor.get("/manage/learning").await.expect(403);
    }
}
