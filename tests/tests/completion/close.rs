//! How people stand, what a run asks for, and what closing it freezes.

use chrono::Duration;
use domain::account::Duty;
use domain::attendance::entity::{completion, run_closing};
use domain::attendance::{CompletionState, Presence, completion as store, reach};
use domain::notice::Event;
use sea_orm::EntityTrait;
use tests::both;

use super::{AFTER, PAGE, classes, furnish, mark, unchanged};

both! {
    async fn people_see_their_share_of_all_planned_hours(site) {
        let school = furnish(site).await;
        let hana = school.learner(site, "홍길동").await;
        assert!(!hana.visitor.get("/my").await.expect(200).said().contains("출석률"), "nothing is marked yet");
        mark(site, &hana, &[1, 2], Presence::Present).await;
        let said = hana.standing().await;
        for part in ["전체 10시간 가운데 4시간(40%) 출석", "80% 이상", "남은 수업에 출석하시면 수료하실 수 있습니다"] {
            assert!(said.contains(part), "{part}: {said}");
        }
        assert!(hana.visitor.get("/my").await.expect(200).said().contains("출석률 40%"));
        mark(site, &hana, &[3], Presence::Absent).await;
        assert!(hana.standing().await.contains("남은 수업에 출석하시면"));
        mark(site, &hana, &[4], Presence::Absent).await;
        assert!(hana.standing().await.contains("수료 기준에 이르지 못합니다"));
        let english = hana.visitor.get(&format!("/en{}", hana.path())).await.expect(200);
        assert!(english.said().contains("You attended 4 of 10 hours (40%)."), "{}", english.said());
    }

    async fn whoever_can_no_longer_complete_it_is_told_once(site) {
        let school = furnish(site).await;
        let hana = school.learner(site, "홍길동").await;
        let duri = school.learner(site, "김두리").await;
        mark(site, &hana, &[1], Presence::Absent).await;
        mark(site, &duri, &[1, 2], Presence::Absent).await;
        let told = async || reach::tell(&site.centre).await.unwrap();
        assert_eq!(told().await, 0, "for a day the sheet may be put right");
        site.advance(Duration::hours(24));
        assert_eq!(told().await, 1);
        let before = unchanged(site).await;
        assert_eq!(told().await, 0);
        before.assert_same(&site.tables().await);
        mark(site, &hana, &[2], Presence::Absent).await;
        site.advance(Duration::hours(24));
        assert_eq!(told().await, 1);
        let notices = site.notices().await;
        let told: Vec<_> = notices.iter().filter(|it| it.event == Event::OutOfReach).map(|it| it.person_id).collect();
        assert_eq!(told, [duri.visitor.person, hana.visitor.person]);
        site.deliver().await;
        let letter = site.files().into_iter().find(|file| file.contains("수료 기준에 이르지 못하게")).unwrap_or_default();
        assert!(site.files().iter().any(|file| file.contains(&hana.path())), "{letter}");
    }

    async fn an_absence_that_may_still_be_put_right_takes_nobody_out_of_reach(site) {
        let school = furnish(site).await;
        let hana = school.learner(site, "홍길동").await;
        mark(site, &hana, &[1], Presence::Absent).await;
        site.advance(Duration::hours(24));
        mark(site, &hana, &[2], Presence::Absent).await;
        let before = unchanged(site).await;
        assert_eq!(reach::tell(&site.centre).await.unwrap(), 0, "only the first has stood for a day");
        before.assert_same(&site.tables().await);
        site.advance(Duration::hours(24));
        assert_eq!(reach::tell(&site.centre).await.unwrap(), 1);
    }

    async fn a_run_is_closed_only_after_its_last_class_and_with_all_marks_or_anyway(site) {
        let school = furnish(site).await;
        let hana = school.learner(site, "홍길동").await;
        let duri = school.learner(site, "김두리").await;
        mark(site, &hana, &[1, 2, 3, 4], Presence::Present).await;
        mark(site, &duri, &[1, 2, 3, 4, 5], Presence::Present).await;
        let before = unchanged(site).await;
        assert!(!school.page().await.has("form[action$='/close']"), "its last class is not over");
        let early = school.manager.post(&format!("{PAGE}/close"), &[("anyway", "yes")]).await.expect(409);
        assert!(early.said().contains("마지막 차시가 끝난 뒤에"));
        site.set_time(AFTER);
        let page = school.page().await.form("form[action$='/close']").submit().await.expect(409);
        assert!(page.said().contains("5차시에 출석 표시가 없는 분: 홍*동"), "{}", page.said());
        assert_eq!(page.problem("close-anyway").as_deref(), Some("아직 빠진 것이 있습니다. 채우거나 ‘그래도 마감’을 골라 주십시오."));
        before.assert_same(&site.tables().await);

        let page = page.form("form[action$='/close']").tick("anyway").submit().await.expect(200);
        assert!(page.text("[role=status]").contains("강좌를 마감했습니다") && page.said().contains("2명 가운데 2명이 수료"));
        let mut rows = completion::Entity::find().all(site.centre.database()).await.unwrap();
        rows.sort_by_key(|row| row.minutes);
        let frozen: Vec<_> = rows.iter().map(|row| (row.minutes, row.planned, row.state)).collect();
        assert_eq!(frozen, [(480, 600, CompletionState::Completed), (600, 600, CompletionState::Completed)]);
        assert!(store::is_closed(site.centre.database(), school.run).await.unwrap());
        assert!(hana.standing().await.contains("이 강좌를 수료하셨습니다"));

        let before = unchanged(site).await;
        for act in ["close", "rule"] {
            let page = school.manager.post(&format!("{PAGE}/{act}"), &[("percent", "10")]).await.expect(409);
            assert!(page.text("[role=alert]").contains("이미 마감한 강좌입니다"), "{}", page.said());
        }
        before.assert_same(&site.tables().await);
        assert_eq!(run_closing::Entity::find().all(site.centre.database()).await.unwrap().len(), 1);
    }

    async fn what_was_frozen_stays_when_a_class_changes_afterwards(site) {
        let school = furnish(site).await;
        let hana = school.learner(site, "홍길동").await;
        mark(site, &hana, &[1, 2, 3], Presence::Present).await;
        school.close(site).await;
        let said = hana.standing().await;
        assert!(said.contains("전체 10시간 가운데 6시간(60%)") && said.contains("수료하지 못하셨습니다"), "{said}");
        mark(site, &hana, &[4, 5], Presence::Present).await;
        assert_eq!(hana.standing().await, said);
    }

    async fn a_run_asks_for_what_its_manager_says(site) {
        let school = furnish(site).await;
        let hana = school.learner(site, "홍길동").await;
        mark(site, &hana, &[1, 2, 3], Presence::Present).await;
        let form = school.page().await.form("form[action$='/rule']");
        assert_eq!(form.value("percent"), "80");
        let before = unchanged(site).await;
        for wrong in ["", "0", "101", "80.5", "팔십", "-1"] {
            let page = school.page().await.form("form[action$='/rule']").fill("percent", wrong).submit().await.expect(422);
            assert_eq!(page.problem("rule-percent").as_deref(), Some("1에서 100까지의 수를 적어 주십시오."), "{wrong}");
            before.assert_same(&site.tables().await);
        }
        let page = form.fill("percent", "60").tick("survey").submit().await.expect(200);
        assert!(page.text("[role=status]").contains("수료 기준을 저장했습니다"));
        assert!(hana.standing().await.contains("만족도 조사에 답하시면 수료하실 수 있습니다"));
        school.page().await.form("form[action$='/rule']").untick("survey").submit().await.expect(200);
        assert!(hana.standing().await.contains("출석 기준을 채우셨습니다"));
    }

    async fn a_cancelled_class_is_not_planned_any_more(site) {
        use domain::course::ClassState;
        use domain::course::entity::class_session;
        use sea_orm::{ActiveModelTrait, ActiveValue::Set};
        let school = furnish(site).await;
        let hana = school.learner(site, "홍길동").await;
        mark(site, &hana, &[1, 2, 3, 4], Presence::Present).await;
        let last = classes(site).await.pop().unwrap();
        let cancelled = class_session::ActiveModel { id: Set(last.id), state: Set(ClassState::Cancelled), ..Default::default() };
        cancelled.update(site.centre.database()).await.unwrap();
        assert!(hana.standing().await.contains("전체 8시간 가운데 8시간(100%)"));
    }

    async fn only_those_who_run_it_see_who_completes_and_only_managers_decide(site) {
        let school = furnish(site).await;
        let hana = school.learner(site, "홍길동").await;
        let page = school.instructor.get(PAGE).await.expect(200);
        assert!(page.said().contains("홍길동") && !page.has("main form"), "{}", page.said());
        assert!(school.page().await.said().contains("홍*동"));
        let looks = site.tables().await.count("access");
        assert_eq!(looks, 1, "the instructor's");
        let acts = ["rule", "close", "certificates"].map(|act| format!("{PAGE}/{act}"));
        let mut others = vec![school.instructor];
        for duty in [Duty::FrontDesk, Duty::Producer, Duty::Administrator, Duty::PrivacyOfficer] {
            let other = site.sign_in_as(duty).await;
            other.get(PAGE).await.expect(403);
            others.push(other);
        }
        hana.visitor.get(PAGE).await.expect(403);
        let before = unchanged(site).await;
        for other in &others {
            for act in &acts {
                other.post(act, &[("percent", "80")]).await.expect(403);
            }
        }
        before.assert_same(&site.tables().await);
        assert!(site.visitor().get(PAGE).await.path.starts_with("/sign-in"));
        school.manager.get("/manage/runs/P21-999/completion").await.expect(404);
    }
}
