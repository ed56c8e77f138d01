//! The end of personal data: closing an account, what has been kept long enough, and who looked at whom.

use chrono::Months;
use domain::account::entity::{access, consent, contact, person, web_session};
use domain::account::{Address, Duty, PersonState, Purpose};
use domain::course::RunState;
use domain::course::Selection;
use domain::course::entity::{class_session, run};
use domain::notice::Event;
use domain::privacy::{due, purge};
use domain::registration::State;
use domain::registration::entity::application_event;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use tests::{Site, Visitor, both};
use uuid::Uuid;

use crate::registration::{BEGINS, applications, apply, at, events_told, fill, room, run_in, run_of_four};

async fn person_of(site: &Site, id: Uuid) -> person::Model {
    person::Entity::find_by_id(id).one(site.centre.database()).await.unwrap().unwrap()
}

async fn officer(site: &Site) -> Visitor {
    site.sign_in_as(Duty::PrivacyOfficer).await
}

/// Sets the clock so many years and a day after the end of the only class of `run_of_four`.
fn years_after(site: &Site, years: u32) {
    let over = at(BEGINS) + Months::new(12 * years) + chrono::Duration::days(1);
    site.set_time(&over.to_rfc3339());
}

async fn count_due(site: &Site, officer: &Visitor) -> Vec<(Purpose, u64)> {
    let officer = site.signed_in(officer.id()).await.privacy_officer().unwrap();
    let due = due(&site.centre, &officer).await.unwrap();
    due.into_iter().filter(|due| due.people > 0).map(|due| (due.purpose, due.people)).collect()
}

both! {
    async fn closing_an_account_gives_its_places_back_and_frees_its_address(site) {
        run_of_four(site).await;
        let address = Address::parse("010-1234-5678").unwrap();
        let id = site.person_at("홍길동", address.clone(), &[]).await;
        let visitor = site.sign_in(id).await;
        apply(&visitor, "P21-014").await.expect(200);
        let others = fill(site, "P21-014", 4).await;
        let page = visitor.get("/account").await.click("계정을 닫으면").await.expect(200);
        let before = site.tables().await;
        let refused = page.form("main form").submit().await.expect(422);
        assert!(refused.problem("sure").unwrap().contains("먼저 표시해 주세요"));
        before.assert_same(&site.tables().await);
        let closed = page.form("main form").tick("sure").submit().await.expect(200);
        assert_eq!(closed.path, "/closed");
        assert!(visitor.get("/account").await.path.starts_with("/sign-in"));
        assert_eq!(web_session::Entity::find().filter(web_session::Column::PersonId.eq(id)).count(site.centre.database()).await.unwrap(), 0);
        assert_eq!(person_of(site, id).await.state, PersonState::Closed);
        let states: Vec<State> = applications(site).await.iter().map(|row| row.state).collect();
        assert_eq!(states, [State::Cancelled, State::Booked, State::Booked, State::Booked, State::Booked]);
        assert_eq!(events_told(site, others[3].id()).await, [Event::Waiting, Event::Promoted]);
        site.deliver().await;
        assert!(site.files().iter().any(|text| text.starts_with("010-1234-5678") && text.contains("계정을 닫았습니다")));
        // The same number signs up anew as somebody else.
        let again = site.person_at("홍길동", address, &[]).await;
        assert_ne!(again, id);
    }

    async fn an_address_on_its_way_to_an_account_that_closes_stays_free(site) {
        let visitor = site.resident("홍길동").await;
        let form = visitor.get("/account/contact/email").await.form("main form");
        form.fill("address", "hong@example.org").submit().await.expect(200);
        let facts = site.notices().await.pop().unwrap().facts;
        let facts: domain::notice::Facts = serde_json::from_str(&facts).unwrap();
        visitor.get("/account/close").await.form("main form").tick("sure").submit().await.expect(200);
        let link = format!("/confirm/link/{}", facts.token.unwrap());
        site.visitor().get(&link).await.expect(410);
        site.visitor().post(&link, &[]).await.expect(410);
        let contacts = contact::Entity::find().filter(contact::Column::ConfirmedAt.is_not_null());
        assert_eq!(contacts.count(site.centre.database()).await.unwrap(), 0);
    }

    async fn an_account_with_a_duty_is_not_closed(site) {
        let visitor = site.sign_in_as(Duty::FrontDesk).await;
        let page = visitor.get("/account/close").await.expect(200);
        let before = site.tables().await;
        let refused = page.form("main form").tick("sure").submit().await.expect(409);
        assert!(refused.said().contains("업무 권한이 있는 계정은 닫을 수 없습니다"), "{}", refused.said());
        before.assert_same(&site.tables().await);
        let stranger = site.visitor().post("/account/close", &[("sure", "yes")]).await;
        assert!(stranger.path.starts_with("/sign-in"), "{}", stranger.path);
        before.assert_same(&site.tables().await);
    }

    async fn what_was_kept_long_enough_goes_purpose_by_purpose_and_the_rest_stays(site) {
        run_of_four(site).await;
        let learner = fill(site, "P21-014", 1).await.remove(0).id();
        let form = site.sign_in(learner).await.get("/account/consents").await.form("main form");
        form.tick("consent_news").tick("consent_figures").fill("birth_year", "1952").submit().await.expect(200);
        let late = site.sign_in(learner).await.get("/my").await.click("강좌 P21-014").await;
        let late = late.form("form[action$=cancel]").action().to_owned();
        site.set_time(BEGINS);
        site.sign_in(learner).await.post(&late, &[("reason", "무릎 수술")]).await.expect(200);
        // Signed out by time, not by us.
        let officer = officer(site).await;
        years_after(site, 0);
        assert_eq!(count_due(site, &officer).await, []);
        years_after(site, 1);
        assert_eq!(count_due(site, &officer).await, [(Purpose::Figures, 1), (Purpose::News, 1)]);

        let officer = site.sign_in(officer.id()).await;
        let page = officer.get("/manage/privacy").await.expect(200);
        let before = site.tables().await;
        let refused = page.form("main form").submit().await.expect(422);
        assert!(refused.problem("sure").unwrap().contains("먼저 표시해 주세요"));
        before.assert_same(&site.tables().await);
        let done = page.form("main form").tick("sure").submit().await.expect(200);
        assert!(done.text("[role=status]").contains("2건을 지웠습니다"), "{}", done.said());
        let row = person_of(site, learner).await;
        assert_eq!((row.birth_year, row.name.as_str()), (None, "수강생0"));
        assert_eq!(count_due(site, &officer).await, []);

        years_after(site, 3);
        assert_eq!(count_due(site, &officer).await, [(Purpose::Necessary, 1)]);
        let officer_right = site.signed_in(officer.id()).await.privacy_officer().unwrap();
        purge(&site.centre, &officer_right).await.unwrap();
        let db = site.centre.database();
        assert_eq!(contact::Entity::find().filter(contact::Column::PersonId.eq(learner)).count(db).await.unwrap(), 0);
        assert_eq!(person_of(site, learner).await.state, PersonState::Closed);
        let events = application_event::Entity::find().all(db).await.unwrap();
        assert!(events.iter().all(|event| event.reason.is_none()), "their own words are gone");

        years_after(site, 5);
        assert_eq!(count_due(site, &officer).await, [(Purpose::Statutory, 1)]);
        purge(&site.centre, &officer_right).await.unwrap();
        let row = person_of(site, learner).await;
        assert_eq!((row.state, row.name.as_str()), (PersonState::Erased, ""));
        assert_eq!(applications(site).await.len(), 1, "that somebody was there is still counted");
        assert_eq!(count_due(site, &officer).await, []);
    }

    async fn nobody_is_erased_who_is_on_duty_signed_in_or_was_here_since(site) {
        run_of_four(site).await;
        let here = fill(site, "P21-014", 1).await.remove(0).id();
        let signed_in = site.person("접속자", &[]).await;
        let gone = site.person("옛사람", &[]).await;
        let officer = officer(site).await;
        site.set_time("2024-01-20T09:00:00+09:00");
        site.sign_in(signed_in).await;
        // Three years after the sign-up, not yet after the class.
        assert_eq!(count_due(site, &officer).await.last(), Some(&(Purpose::Necessary, 1)));
        let right = site.signed_in(officer.id()).await.privacy_officer().unwrap();
        purge(&site.centre, &right).await.unwrap();
        for (person, state) in [(here, PersonState::Active), (signed_in, PersonState::Active), (gone, PersonState::Closed)] {
            assert_eq!(person_of(site, person).await.state, state);
        }
        let withdrawn = consent::Entity::find().filter(consent::Column::Given.eq(false));
        assert_eq!(withdrawn.count(site.centre.database()).await.unwrap(), 0, "nobody consented to anything optional");
    }

    async fn a_look_at_a_whole_name_is_written_down_and_only_the_privacy_officer_reads_it(site) {
        run_of_four(site).await;
        let learner = site.person("홍길동", &[]).await;
        apply(&site.sign_in(learner).await, "P21-014").await.expect(200);
        let desk = site.sign_in_as(Duty::FrontDesk).await;
        let list = desk.get("/desk/P21-014").await.expect(200);
        assert!(list.said().contains("홍*동") && !list.said().contains("홍길동"), "{}", list.said());
        let db = site.centre.database();
        assert_eq!(access::Entity::find().count(db).await.unwrap(), 0, "a masked list shows nobody");
        list.click("홍*동").await.expect(200);
        let page = officer(site).await.get("/manage/privacy").await.expect(200);
        let line = page.all("tbody tr").pop().unwrap();
        assert!(line.contains("front_desk") && line.contains("안내데스크") && line.contains("홍길동"), "{line}");
        for duty in [Duty::Administrator, Duty::TrainingManager, Duty::FrontDesk] {
            let other = site.sign_in_as(duty).await;
            other.get("/manage/privacy").await.expect(403);
            other.post("/manage/privacy/purge", &[("sure", "yes")]).await.expect(403);
        }
    }

    async fn an_instructor_and_who_approves_see_names_and_a_manager_without_need_does_not(site) {
        let room = room(site).await;
        let instructor = site.person("이강사", &[Duty::Instructor]).await;
        run_in(site, "P21-014", Some(room), |_, run, _| run.instructor_id = Some(instructor)).await;
        run_in(site, "P21-015", None, |_, run, starts| {
            run.selection = Selection::Approval;
            starts[0] += chrono::Duration::days(1);
        }).await;
        let learner = site.resident("홍길동").await;
        apply(&learner, "P21-014").await.expect(200);
        apply(&learner, "P21-015").await.expect(200);
        let manager = site.sign_in_as(Duty::TrainingManager).await;
        let page = manager.get("/manage/runs/P21-014/applications").await.expect(200);
        assert!(page.said().contains("홍*동") && !page.said().contains("홍길동"), "{}", page.said());
        let db = site.centre.database();
        assert_eq!(access::Entity::find().count(db).await.unwrap(), 0);
        let page = manager.get("/manage/runs/P21-015/applications").await.expect(200);
        assert!(page.said().contains("홍길동"), "{}", page.said());
        let page = site.sign_in(instructor).await.get("/manage/runs/P21-014/applications").await.expect(200);
        assert!(page.said().contains("홍길동"), "{}", page.said());
        let looks = access::Entity::find().all(db).await.unwrap();
        let looks: Vec<_> = looks.iter().map(|look| (look.duty, look.subject_id.as_str())).collect();
        assert_eq!(looks, [(Duty::TrainingManager, "P21-015"), (Duty::Instructor, "P21-014")]);
    }

    async fn classes_that_were_held_stay_held_when_the_run_is_cancelled(site) {
        let room = room(site).await;
        let id = run_in(site, "P21-014", Some(room), |_, _, starts| {
            starts.push(starts[0] + chrono::Duration::days(7));
        }).await;
        site.set_time("2021-02-02T09:00:00+09:00");
        let manager = site.signed_in(site.person("담당", &[Duty::TrainingManager]).await).await;
        let editor = manager.editor_of(id, None).unwrap();
        domain::registration::store::cancel_run(&site.centre, &editor, "강사 사정".into()).await.unwrap();
        let db = site.centre.database();
        let states: Vec<_> = class_session::Entity::find().all(db).await.unwrap();
        let states: Vec<_> = states.iter().map(|class| (class.number, class.state.as_str())).collect();
        assert_eq!(states, [(1, "planned"), (2, "cancelled")]);
        let run = run::Entity::find_by_id(id).one(db).await.unwrap().unwrap();
        assert_eq!(run.state, RunState::Cancelled);
    }
}
