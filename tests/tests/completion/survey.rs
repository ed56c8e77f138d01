//! The survey: answered once, without names, and read once it is over and five have answered.

use domain::account::Duty;
use domain::attendance::Presence;
use domain::notice::Event;
use domain::survey::entity::{survey_count, survey_words};
use domain::survey::invite::invite;
use futures::future::join_all;
use sea_orm::{ConnectionTrait, EntityTrait, Statement};
use tests::{Engine, Form, Page, Site, Visitor, both};

use super::{AFTER, Learner, PAGE, School, furnish, mark, unchanged};

/// When the survey is over.
const OVER: &str = "2021-03-22T00:00:00+09:00";

const RESULTS: &str = "/manage/runs/P21-014/survey";

/// The form, filled in.
async fn form(learner: &Learner) -> Form {
    let page = learner.visitor.get(&format!("{}/survey", learner.path())).await.expect(200);
    (1..=5).fold(page.form("main form"), |form, place| form.fill(&format!("q{place}"), "4"))
}

async fn learners(site: &Site, school: &School, count: usize) -> Vec<Learner> {
    let mut all = Vec::new();
    for _ in 0..count {
        all.push(school.learner(site, "홍길동").await);
    }
    all
}

async fn texts(site: &Site, sql: &str) -> Vec<String> {
    let db = site.centre.database();
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

async fn results(who: &Visitor) -> Page {
    who.get(RESULTS).await.expect(200)
}

both! {
    async fn answers_are_counted_once_and_lead_to_nobody(site) {
        let school = furnish(site).await;
        let hana = school.learner(site, "홍길동").await;
        let early = hana.visitor.get(&format!("{}/survey", hana.path())).await.expect(200);
        assert!(early.said().contains("2021년 3월 7일(일)부터") && !early.has("main form"));
        site.set_time("2021-03-07T00:00:00+09:00");
        let (first, second) = (form(&hana).await, form(&hana).await);
        let page = first.fill("q1", "5").fill("q6", "친절했습니다").submit().await.expect(200);
        assert!(page.text("[role=status]").contains("답을 받았습니다"));
        let before = unchanged(site).await;
        assert!(second.submit().await.expect(409).said().contains("이미 답하셨습니다"));
        before.assert_same(&site.tables().await);
        let counts = survey_count::Entity::find().all(site.centre.database()).await.unwrap();
        assert_eq!(counts.len(), 5);
        let words = survey_words::Entity::find().all(site.centre.database()).await.unwrap();
        assert_eq!(words.len(), 1);
        assert_eq!(words[0].id.get_version_num(), 4, "the ids of a clock tell an order");
        // Where they answered nothing else is written, and neither person nor time stands beside it.
        assert!(!site.tables().await.count("survey_done").eq(&0));
    }

    async fn every_wrong_answer_is_named_and_nothing_is_kept(site) {
        let school = furnish(site).await;
        let hana = school.learner(site, "홍길동").await;
        site.set_time(AFTER);
        let long = "가".repeat(501);
        let before = unchanged(site).await;
        for (field, value, sentence) in [
            ("q1", "", "1점에서 5점 가운데 하나를 골라 주십시오."),
            ("q3", "0", "1점에서 5점 가운데 하나를 골라 주십시오."),
            ("q5", "6", "1점에서 5점 가운데 하나를 골라 주십시오."),
            ("q6", &long, "500자까지 적어 주십시오."),
        ] {
            let page = form(&hana).await.forge(field, value).submit().await.expect(422);
            assert_eq!(page.problem(field).as_deref(), Some(sentence), "{field}={value}: {}", page.body());
            before.assert_same(&site.tables().await);
        }
        let path = format!("{}/survey", hana.path());
        hana.visitor.post(&path, &[("form", "x")]).await.expect(400);
        let other = site.resident("남남").await;
        let before = unchanged(site).await;
        let stale = form(&hana).await.forge("form", &site.centre.clock().id().to_string());
        assert!(stale.submit().await.expect(409).said().contains("질문이 바뀌었습니다"));
        other.get(&path).await.expect(404);
        other.post(&path, &[("form", "00000000-0000-0000-0000-000000000001")]).await.expect(404);
        let late = form(&hana).await;
        site.set_time("2021-03-22T00:00:00+09:00");
        assert!(late.submit().await.expect(409).said().contains("지금은 답하실 수 없습니다"));
        assert!(hana.visitor.get(&path).await.said().contains("조사 기간이 끝났습니다"));
        before.assert_same(&site.tables().await);
    }

    async fn results_are_shown_once_nobody_can_answer_any_more_and_five_have(site) {
        let school = furnish(site).await;
        let people = learners(site, &school, 6).await;
        site.set_time(AFTER);
        for learner in &people[..5] {
            form(learner).await.fill("q6", "쉬웠습니다").submit().await.expect(200);
        }
        // Two looks, before and after one answer, would tell what it says.
        for who in [&school.manager, &school.instructor] {
            let page = results(who).await;
            let said = page.said();
            assert!(said.contains("6명 가운데 5명이 답했습니다") && said.contains("2021년 3월 22일(월) 00:00에 조사가 끝난 뒤, 5명 이상이 답했으면"), "{said}");
            assert!(!said.contains("쉬웠습니다") && !page.has("table"));
        }
        for duty in [Duty::FrontDesk, Duty::Producer, Duty::Administrator, Duty::PrivacyOfficer, Duty::Instructor] {
            site.sign_in_as(duty).await.get(RESULTS).await.expect(403);
        }
        people[0].visitor.get(RESULTS).await.expect(403);
        form(&people[5]).await.fill("q1", "5").submit().await.expect(200);
        site.set_time(OVER);
        for who in [&school.manager, &school.instructor] {
            let page = results(&site.sign_in(who.id()).await).await;
            assert!(page.said().contains("4.17") && page.said().contains("쉬웠습니다"), "{}", page.said());
            for hidden in ["홍길동", "홍*동"] {
                assert!(!page.text("main").contains(hidden));
            }
        }
    }

    async fn what_four_have_answered_is_shown_to_nobody(site) {
        let school = furnish(site).await;
        let people = learners(site, &school, 6).await;
        site.set_time(AFTER);
        for learner in &people[..4] {
            form(learner).await.fill("q6", "쉬웠습니다").submit().await.expect(200);
        }
        site.set_time(OVER);
        let page = results(&site.sign_in(school.instructor.id()).await).await;
        assert!(page.said().contains("6명 가운데 4명이 답했습니다") && page.said().contains("5명 이상이 답한 조사만"), "{}", page.said());
        assert!(!page.said().contains("쉬웠습니다") && !page.has("table"));
    }

    async fn nothing_in_the_database_tells_who_answered_what_by_when_it_was_written(site) {
        let school = furnish(site).await;
        let people = learners(site, &school, 5).await;
        site.set_time(AFTER);
        // From the last to the first; the second says nothing in words, and the last answers in another way.
        for (index, learner) in people.iter().enumerate().rev() {
            let form = form(learner).await.fill("q1", if index == 0 { "1" } else { "4" });
            let form = if index == 1 { form } else { form.fill("q6", "쉬웠습니다").fill("q7", "더 배우고 싶습니다") };
            form.submit().await.expect(200);
        }
        for (table, key) in [("survey_done", "application_id"), ("survey_words", "id")] {
            let (sql, sorted) = match site.engine {
                Engine::Sqlite => (format!("SELECT hex({key}) FROM {table} ORDER BY rowid"), "hex"),
                Engine::Postgres => (format!("SELECT {key}::text FROM {table} ORDER BY ctid"), "text"),
            };
            let found = texts(site, &sql).await;
            let mut by_id = found.clone();
            by_id.sort();
            assert_eq!(found, by_id, "{table} by {sorted}: ids of chance, or of when they applied");
        }
        if site.engine == Engine::Postgres {
            let sql = "SELECT DISTINCT xmin::text FROM survey_done UNION SELECT xmin::text FROM survey_count UNION SELECT xmin::text FROM survey_words";
            assert_eq!(texts(site, sql).await.len(), 1, "all of one transaction, the last one's");
        }
    }

    async fn who_answer_at_once_are_all_counted(site) {
        let school = furnish(site).await;
        let people = learners(site, &school, 6).await;
        site.set_time(AFTER);
        let mut forms = Vec::new();
        for learner in &people {
            forms.push(form(learner).await.fill("q6", "쉬웠습니다"));
        }
        let pages = join_all(forms.into_iter().map(Form::submit)).await;
        for page in pages {
            page.expect(200);
        }
        let tables = site.tables().await;
        assert_eq!((tables.count("survey_done"), tables.count("survey_words"), tables.count("survey_count")), (6, 6, 5));
        let counts = survey_count::Entity::find().all(site.centre.database()).await.unwrap();
        assert!(counts.iter().all(|count| count.people == 6), "{counts:?}");
    }

    async fn a_run_that_wants_the_survey_waits_for_it_or_is_closed_anyway(site) {
        let school = furnish(site).await;
        let people = learners(site, &school, 2).await;
        for learner in &people {
            mark(site, learner, &[1, 2, 3, 4, 5], Presence::Present).await;
        }
        school.page().await.form("form[action$='/rule']").tick("survey").submit().await.expect(200);
        site.set_time(AFTER);
        form(&people[0]).await.submit().await.expect(200);
        let before = unchanged(site).await;
        let page = school.manager.post(&format!("{PAGE}/close"), &[]).await.expect(409);
        assert!(page.said().contains("만족도 조사를 2021년 3월 22일"), "{}", page.said());
        before.assert_same(&site.tables().await);
        let page = school.close(site).await;
        assert!(page.said().contains("2명 가운데 1명이 수료"), "{}", page.said());
    }

    async fn those_whose_run_is_over_are_asked_once(site) {
        let school = furnish(site).await;
        let people = learners(site, &school, 2).await;
        let asked = async || invite(&site.centre).await.unwrap();
        site.set_time("2021-03-07T11:59:00+09:00");
        assert_eq!(asked().await, 0);
        form(&people[0]).await.submit().await.expect(200);
        site.set_time("2021-03-07T12:00:00+09:00");
        assert_eq!(asked().await, 1);
        assert_eq!(asked().await, 0);
        let letters = site.notices().await;
        let letter = letters.iter().find(|it| it.event == Event::SurveyOpen).unwrap();
        assert_eq!(letter.person_id, people[1].visitor.person);
        site.deliver().await;
        assert!(site.files().iter().any(|file| file.contains(&format!("{}/survey", people[1].path()))));
    }

    async fn new_questions_are_for_surveys_that_begin_later(site) {
        let school = furnish(site).await;
        let hana = school.learner(site, "홍길동").await;
        let page = results(&school.manager).await.click("질문 고치기").await.expect(200);
        let (form, late) = (page.form("main form"), page.form("main form"));
        assert!(form.value("questions").contains("점수 | 교육 내용에 만족하십니까?"));
        let many = "점수 | 가\n".repeat(21);
        let before = unchanged(site).await;
        for (text, sentence) in [
            ("", "점수로 묻는 질문이 하나는 있어야 합니다."),
            ("글 | 좋았던 점", "점수로 묻는 질문이 하나는 있어야 합니다."),
            ("점수 | 가\n나", "2번째 줄을 ‘점수 | 질문’이나 ‘글 | 질문’처럼 적어 주십시오. 질문은 150자까지입니다."),
            (&many, "질문은 20개까지 적을 수 있습니다."),
        ] {
            let page = page.form("main form").fill("questions", text).submit().await.expect(422);
            assert_eq!(page.problem("questions").as_deref(), Some(sentence), "{text}");
            before.assert_same(&site.tables().await);
        }
        let page = form.fill("questions", "점수 | 새 질문 | New\n글 | 더 할 말").submit().await.expect(200);
        assert!(page.text("[role=status]").contains("질문을 저장했습니다"));
        let mut others = Vec::new();
        for duty in [Duty::Instructor, Duty::FrontDesk, Duty::Administrator] {
            others.push(site.sign_in_as(duty).await);
        }
        let before = unchanged(site).await;
        assert!(late.fill("questions", "점수 | 늦은 질문").submit().await.expect(409).said().contains("그사이 다른 사람이"));
        for other in &others {
            other.get("/manage/survey").await.expect(403);
            other.post("/manage/survey", &[("questions", "점수 | 가")]).await.expect(403);
        }
        before.assert_same(&site.tables().await);
        site.set_time(AFTER);
        let survey = hana.visitor.get(&format!("{}/survey", hana.path())).await.expect(200);
        assert!(survey.said().contains("새 질문"));
        let english = hana.visitor.get(&format!("/en{}/survey", hana.path())).await.expect(200);
        assert!(english.said().contains("New") && english.said().contains("더 할 말"));
        // Once one has begun, its questions stay.
        let page = school.manager.get("/manage/survey").await;
        page.form("main form").fill("questions", "점수 | 아주 새 질문").submit().await.expect(200);
        assert!(hana.visitor.get(&format!("{}/survey", hana.path())).await.said().contains("새 질문"));
        assert!(!hana.visitor.get(&format!("{}/survey", hana.path())).await.said().contains("아주"));
    }
}
