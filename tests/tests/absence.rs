//! Absence: told beforehand, or without notice, which is written about, warned of, and bars for a time.

use chrono::{Duration, Months};
use domain::account::Duty;
use domain::account::entity::{access, audit};
use domain::attendance::entity::{absence_bar, absence_notice, mark, mark_event, no_show, viewing};
use domain::attendance::keep::keep;
use domain::attendance::sheet::{self, SentMark};
use domain::attendance::{Mark, MarkOutcome, MarkWay, NoShowOutcome, Presence};
use domain::course::Category;
use domain::course::entity::class_session;
use domain::notice::{Event, Facts};
use domain::privacy::{due, purge};
use domain::registration::entity::application;
use domain::registration::{Choice, State, store};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder};
use tests::{Page, Site, Visitor, both};
use uuid::Uuid;

use crate::registration::{applications, apply, at, events_told, room, run_in};

/// When the run's classes begin, a week apart.
const FIRST: &str = "2021-02-01T10:00:00+09:00";

/// A run of four classes in a room of four seats, and a learner with a place in it.
async fn course(site: &Site) -> (Uuid, Visitor) {
    let room = room(site).await;
    let run = run_in(site, "P21-014", Some(room), |_, _, starts| {
        starts.extend((1..4).map(|week| at(FIRST) + Duration::weeks(week)));
    })
    .await;
    let hana = site.resident("홍길동").await;
    apply(&hana, "P21-014").await.expect(200);
    (run, hana)
}

async fn classes(site: &Site, run: Uuid) -> Vec<class_session::Model> {
    class_session::Entity::find()
        .filter(class_session::Column::RunId.eq(run))
        .order_by_asc(class_session::Column::Number)
        .all(site.centre.database())
        .await
        .unwrap()
}

async fn place_of(site: &Site, who: &Visitor) -> application::Model {
    applications(site).await.into_iter().find(|row| row.person_id == who.id()).unwrap()
}

/// Somebody was not there, by the sheet.
async fn absent(site: &Site, class: &class_session::Model, place: &application::Model) {
    absent_since(site, class, place, class.ends_at).await;
}

async fn absent_since(
    site: &Site,
    class: &class_session::Model,
    place: &application::Model,
    marked_at: chrono::DateTime<chrono::Utc>,
) {
    let row = mark::Model {
        class_session_id: class.id,
        application_id: place.id,
        presence: Presence::Absent,
        missed: 0,
        minutes: 0,
        way: MarkWay::Sheet,
        made_at: marked_at,
        arrived_at: marked_at,
        by_id: None,
    };
    mark::Entity::insert(row.into_active_model())
        .exec_without_returning(site.centre.database())
        .await
        .unwrap();
}

fn set_to(site: &Site, time: chrono::DateTime<chrono::Utc>) {
    site.set_time(&time.to_rfc3339());
}

/// They are absent from the first so many classes, and the server's round comes a day after each. Weeks later they sign in
/// again.
async fn miss(site: &Site, run: Uuid, who: &Visitor, count: usize) -> Visitor {
    let place = place_of(site, who).await;
    for class in classes(site, run).await.iter().take(count) {
        absent(site, class, &place).await;
        set_to(site, class.ends_at + Duration::hours(24));
        assert_eq!(keep(&site.centre).await.unwrap(), 1);
    }
    site.sign_in(who.id()).await
}

async fn no_shows(site: &Site) -> Vec<no_show::Model> {
    no_show::Entity::find().order_by_asc(no_show::Column::At).all(site.centre.database()).await.unwrap()
}

async fn bar(site: &Site) -> absence_bar::Model {
    absence_bar::Entity::find().one(site.centre.database()).await.unwrap().unwrap()
}

async fn facts_of(site: &Site, event: Event) -> Facts {
    let notices = site.notices().await;
    let notice = notices.iter().rev().find(|notice| notice.event == event).unwrap();
    serde_json::from_str(&notice.facts).unwrap()
}

/// The sheet of a class is put right by the office.
async fn correct(site: &Site, class: &class_session::Model, place: &application::Model, presence: Presence) {
    let manager = site.signed_in(site.person("담당", &[Duty::TrainingManager]).await).await;
    let editor = manager.editor_of(class.run_id, None).unwrap();
    let sent = SentMark {
        nonce: site.centre.clock().id(),
        application: place.id,
        mark: Some(Mark::new(presence, 0)),
        made_at: None,
    };
    sheet::mark(&site.centre, &editor, class.id, &[sent], Some("진단서를 보았음")).await.unwrap();
}

/// A run that may be applied for while the first is under way; on another day for each last digit of its code.
async fn next_run(site: &Site, code: &str, category: Category) -> Uuid {
    run_in(site, code, None, |course, run, starts| {
        course.category = category;
        run.apply_until = Some(at("2021-05-28T18:00:00+09:00"));
        let day = code.chars().last().and_then(|last| last.to_digit(10)).unwrap();
        starts[0] = at("2021-06-01T10:00:00+09:00") + Duration::days(day.into());
    })
    .await
}

async fn announce(who: &Visitor, place: &application::Model, class: Uuid, reason: &str) -> Page {
    let page = who.get(&format!("/my/{}", place.id)).await.expect(200);
    let form = page.form("form[action$='/absence']");
    form.fill("class", &class.to_string()).fill("reason", reason).submit().await
}

both! {
    async fn an_absence_is_told_beforehand_and_taken_back(site) {
        let (run, hana) = course(site).await;
        let (classes, place) = (classes(site, run).await, place_of(site, &hana).await);
        let page = announce(&hana, &place, classes[1].id, "  병원에\t갑니다 ").await.expect(200);
        assert_eq!(page.hops, [303]);
        assert!(page.said().contains("2차시 2021년 2월 8일(월) 10:00~12:00: 오지 못한다고 알리셨습니다"), "{}", page.said());
        assert!(page.said().contains("사유: 병원에 갑니다"), "{}", page.said());
        let select = page.all("select[name=class] option");
        assert_eq!(select.len(), 4, "the three others, and none: {select:?}");
        announce(&hana, &place, classes[0].id, "").await.expect(200);
        let rows = absence_notice::Entity::find().all(site.centre.database()).await.unwrap();
        assert_eq!(rows.len(), 2);
        // Said again with another reason, the last one counts.
        let again = [("class", classes[1].id.to_string()), ("reason", String::new())];
        let again: Vec<(&str, &str)> = again.iter().map(|(name, value)| (*name, value.as_str())).collect();
        hana.post(&format!("/my/{}/absence", place.id), &again).await.expect(200);
        let rows = absence_notice::Entity::find().all(site.centre.database()).await.unwrap();
        assert!(rows.len() == 2 && rows.iter().all(|row| row.reason.is_none()));
        let page = hana.get(&format!("/my/{}", place.id)).await;
        let page = page.form(&format!("form[action$='/{}/withdraw']", classes[1].id)).submit().await.expect(200);
        assert!(!page.said().contains("2차시 2021년 2월 8일(월) 10:00~12:00: 오지"), "{}", page.said());
        assert_eq!(absence_notice::Entity::find().count(site.centre.database()).await.unwrap(), 1);
        assert!(hana.get(&format!("/en/my/{}", place.id)).await.said().contains("you have told us that you can't come"));
    }

    async fn each_wrong_field_of_a_notice_has_its_sentence_and_nothing_is_written(site) {
        let (run, hana) = course(site).await;
        let (classes, place) = (classes(site, run).await, place_of(site, &hana).await);
        let elsewhere = next_run(site, "P21-015", Category::Basic).await;
        let elsewhere = crate::absence::classes(site, elsewhere).await.remove(0).id;
        announce(&hana, &place, classes[3].id, "여행").await.expect(200);
        let outsider = site.resident("남남").await;
        let path = format!("/my/{}/absence", place.id);
        let before = site.tables().await;
        let (first, choose, reason) = (classes[0].id.to_string(), "수업을 하나 골라 주십시오.", "사유를 글자로 300자까지 적어 주십시오.");
        for (class, typed, field, sentence) in [
            ("", "", "class", choose),
            ("x", "", "class", choose),
            (&*Uuid::from_u128(9).to_string(), "", "class", choose),
            (&*elsewhere.to_string(), "", "class", choose),
            (&*first, &*"가".repeat(301), "reason", reason),
            (&*first, "\u{200b}", "reason", reason),
        ] {
            let page = hana.post(&path, &[("class", class), ("reason", typed)]).await.expect(422);
            assert_eq!(page.problem(&format!("away-{field}")).as_deref(), Some(sentence), "{class} {typed}");
            assert!(page.all(".error-summary").len() == 1 && page.has("form[action$='/cancel']"), "the other form is as it was");
        }
        outsider.post(&path, &[("class", &first)]).await.expect(404);
        outsider.post(&format!("{path}/{}/withdraw", classes[3].id), &[]).await.expect(404);
        assert!(site.visitor().post(&path, &[("class", &first)]).await.path.starts_with("/sign-in"));
        site.set_time(FIRST);
        let hana = site.sign_in(hana.id()).await;
        let page = hana.post(&path, &[("class", &first)]).await.expect(409);
        assert_eq!(page.problem("away-class").as_deref(), Some("이미 시작한 수업은 알리거나 취소할 수 없습니다."));
        set_to(site, classes[3].starts_at);
        let hana = site.sign_in(hana.id()).await;
        hana.post(&format!("{path}/{}/withdraw", classes[3].id), &[]).await.expect(409);
        before.without(&["web_session"]).assert_same(&site.tables().await);
        let page = hana.get(&format!("/my/{}", place.id)).await.expect(200);
        assert!(!page.has("form[action$='/absence']"), "nothing is to come");
    }

    async fn an_absence_without_notice_is_told_then_warned_of_then_bars_for_a_month(site) {
        let (run, hana) = course(site).await;
        let place = place_of(site, &hana).await;
        let classes = classes(site, run).await;
        absent(site, &classes[0], &place).await;
        set_to(site, classes[0].ends_at + Duration::hours(24) - Duration::seconds(1));
        let before = site.tables().await;
        assert_eq!(keep(&site.centre).await.unwrap(), 0, "the sheet may still be put right");
        before.assert_same(&site.tables().await);
        site.advance(Duration::seconds(1));
        // Two servers at once write one letter.
        let another = site.another_server().await;
        let (one, two) = tokio::join!(keep(&site.centre), keep(&another));
        assert_eq!(one.unwrap() + two.unwrap(), 1);
        assert_eq!(keep(&site.centre).await.unwrap(), 0);
        for class in &classes[1..3] {
            absent(site, class, &place).await;
            set_to(site, class.ends_at + Duration::hours(24));
            assert_eq!(keep(&site.centre).await.unwrap(), 1);
        }
        let outcomes: Vec<_> = no_shows(site).await.iter().map(|row| (row.outcome, row.category, row.person_id)).collect();
        let expected = [NoShowOutcome::Told, NoShowOutcome::Warned, NoShowOutcome::Barred];
        assert_eq!(outcomes, expected.map(|outcome| (outcome, Category::Basic, hana.id())));
        let bar = bar(site).await;
        assert_eq!((bar.from_at, bar.until_at), (site.now(), site.now() + Duration::days(30)));
        assert_eq!(no_shows(site).await[2].bar_id, Some(bar.id));
        assert_eq!(events_told(site, hana.id()).await[1..], [Event::Absent, Event::AbsentWarned, Event::AbsentBarred]);
        site.deliver().await;
        let letters = site.files().join("\n");
        for said in [
            "‘강좌 P21-014’ 2021년 2월 1일(월) 10:00 수업에 알림 없이 오지 않으신 것으로 되어 있습니다",
            "2021년 2월 8일(월) 10:00 수업까지 무단결석이 거듭되었습니다. 계속되면 ‘기초’ 분야의",
            "2021년 3월 18일(목) 12:00까지 ‘기초’ 분야를 신청하실 수 없습니다",
            "/my",
        ] {
            assert!(letters.contains(said), "{said}: {letters}");
        }
        // What led to one bar doesn't lead to the next.
        absent(site, &classes[3], &place).await;
        set_to(site, classes[3].ends_at + Duration::hours(24));
        assert_eq!(keep(&site.centre).await.unwrap(), 1);
        assert_eq!(no_shows(site).await[3].outcome, NoShowOutcome::Told);
        let page = site.sign_in(hana.id()).await.get("/my").await.expect(200);
        let said = page.text("section[aria-labelledby=absences]");
        assert!(said.contains("2021년 3월 18일(목) 12:00까지 ‘기초’ 분야를 신청하실 수 없습니다"), "{said}");
        assert!(said.contains("경고") && page.all("section[aria-labelledby=absences] tbody tr").len() == 4, "{said}");
    }

    async fn each_absence_stands_for_a_day_before_it_counts(site) {
        let (run, hana) = course(site).await;
        let (place, classes) = (place_of(site, &hana).await, classes(site, run).await);
        absent(site, &classes[0], &place).await;
        // The sheet of the second class is filled in two days late.
        set_to(site, classes[1].ends_at + Duration::hours(48));
        absent_since(site, &classes[1], &place, site.now()).await;
        assert_eq!(keep(&site.centre).await.unwrap(), 1, "the older one");
        assert_eq!(no_shows(site).await[0].class_session_id, classes[0].id);
        site.advance(Duration::hours(24) - Duration::seconds(1));
        let before = site.tables().await;
        assert_eq!(keep(&site.centre).await.unwrap(), 0, "it may still be put right");
        before.assert_same(&site.tables().await);
        site.advance(Duration::seconds(1));
        assert_eq!(keep(&site.centre).await.unwrap(), 1);
        assert_eq!(events_told(site, hana.id()).await[1..], [Event::Absent, Event::AbsentWarned]);
    }

    async fn who_said_so_or_was_excused_is_not_written_to(site) {
        let (run, hana) = course(site).await;
        let (place, classes) = (place_of(site, &hana).await, classes(site, run).await);
        announce(&hana, &place, classes[0].id, "").await.expect(200);
        absent(site, &classes[0], &place).await;
        absent(site, &classes[1], &place).await;
        set_to(site, classes[1].ends_at);
        correct(site, &classes[1], &place, Presence::Excused).await;
        site.advance(Duration::hours(24));
        assert_eq!(keep(&site.centre).await.unwrap(), 0);
        assert_eq!(no_shows(site).await, []);
        let hana = site.sign_in(hana.id()).await;
        assert!(hana.get("/my").await.has(".page-head") && !hana.get("/my").await.has("section[aria-labelledby=absences]"));
    }

    async fn a_bar_refuses_its_category_at_the_page_and_at_the_desk_and_keeps_places(site) {
        let (run, hana) = course(site).await;
        for (code, category) in [("P21-020", Category::Basic), ("P21-021", Category::Career)] {
            next_run(site, code, category).await;
        }
        next_run(site, "P21-022", Category::Basic).await;
        // The writer knows her from before the bar.
        let viewer = site.signed_in(hana.id()).await;
        let kept = domain::course::store::find_run_id(&site.centre, &domain::course::RunCode::parse("P21-022").unwrap()).await.unwrap().unwrap();
        store::apply(&site.centre, &viewer, kept, Choice::Any, site.centre.clock().id()).await.unwrap();
        let hana = miss(site, run, &hana, 3).await;
        let until = "2021년 3월 18일(목) 12:00까지 이 분야의 강좌를 신청할 수 없습니다";
        let before = site.tables().await;
        let page = apply(&hana, "P21-020").await.expect(403);
        assert!(page.text("[role=alert]").contains(until) && page.said().contains("이의신청"), "{}", page.said());
        before.without(&["web_session"]).assert_same(&site.tables().await);
        let kept = applications(site).await.into_iter().find(|row| row.run_id == kept).unwrap();
        assert_eq!(kept.state, State::Booked);

        let desk = site.sign_in_as(Duty::FrontDesk).await;
        let phone = domain::account::entity::contact::Entity::find()
            .filter(domain::account::entity::contact::Column::PersonId.eq(hana.id()))
            .one(site.centre.database()).await.unwrap().unwrap().address;
        let enter = || async {
            let form = desk.get("/desk/P21-020").await.expect(200).form("form[action$='/desk/P21-020']");
            form.fill("name", "홍길동").fill("phone", &phone).tick("consent").submit().await
        };
        let applied = applications(site).await.len();
        let page = enter().await.expect(403);
        assert!(page.said().contains(until), "{}", page.said());
        assert_eq!(applications(site).await.len(), applied);

        apply(&hana, "P21-021").await.expect(200);
        set_to(site, bar(site).await.until_at);
        apply(&site.sign_in(hana.id()).await, "P21-020").await.expect(200);
    }

    async fn a_sheet_put_right_later_takes_the_absence_back_and_lifts_the_bar_that_rested_on_it(site) {
        let (run, hana) = course(site).await;
        next_run(site, "P21-020", Category::Basic).await;
        let (place, classes) = (place_of(site, &hana).await, classes(site, run).await);
        let hana = miss(site, run, &hana, 3).await;
        apply(&hana, "P21-020").await.expect(403);
        // Not the last of the three: two are no bar.
        correct(site, &classes[0], &place, Presence::Late).await;
        let rows = no_shows(site).await;
        assert_eq!((rows[0].withdrawn_at, rows[1].withdrawn_at), (Some(site.now()), None));
        assert_eq!(bar(site).await.lifted_at, Some(site.now()));
        assert_eq!(events_told(site, hana.id()).await.last(), Some(&Event::AbsenceBarLifted));
        assert_eq!(facts_of(site, Event::AbsenceBarLifted).await.category.as_deref(), Some("basic"));
        apply(&hana, "P21-020").await.expect(200);
        let page = hana.get("/my").await.expect(200);
        let said = page.text("section[aria-labelledby=absences]");
        assert!(said.contains("해제되었습니다") && said.contains("바로잡음") && !said.contains("신청하실 수 없습니다"), "{said}");
        // Once is enough, whatever the sheet says next.
        correct(site, &classes[0], &place, Presence::Present).await;
        let told = events_told(site, hana.id()).await;
        assert_eq!(told.iter().filter(|event| **event == Event::AbsenceBarLifted).count(), 1);
        // A warning alone is taken back too; to the third absence nothing happens.
        correct(site, &classes[1], &place, Presence::Excused).await;
        assert_eq!(events_told(site, hana.id()).await.last(), Some(&Event::AbsenceWithdrawn));
        assert_eq!(keep(&site.centre).await.unwrap(), 0);
    }

    async fn one_appeals_once_in_ones_own_words_and_is_answered(site) {
        let (run, hana) = course(site).await;
        next_run(site, "P21-020", Category::Basic).await;
        let manager = site.sign_in_as(Duty::TrainingManager).await;
        let hana = miss(site, run, &hana, 3).await;
        let manager = site.sign_in(manager.id()).await;
        let bar = bar(site).await;
        let (path, field) = (format!("/my/bars/{}/appeal", bar.id), format!("bar-{}-words", bar.id));
        let outsider = site.resident("남남").await;
        let wrong = "내용을 글자로 500자까지 적어 주십시오.";
        let before = site.tables().await;
        for words in ["", " ", "…", &"가".repeat(501)] {
            let page = hana.get("/my").await.expect(200).form("form[action$='/appeal']").fill("words", words).submit().await.expect(422);
            assert_eq!(page.problem(&field).as_deref(), Some(wrong), "{words}");
        }
        outsider.post(&path, &[("words", "저는 아닙니다")]).await.expect(404);
        hana.post(&format!("/my/bars/{}/appeal", Uuid::from_u128(9)), &[("words", "아무")]).await.expect(404);
        assert!(site.visitor().post(&path, &[("words", "아무")]).await.path.starts_with("/sign-in"));
        before.assert_same(&site.tables().await);

        let words = "<b>입원</b>해\n있었습니다";
        let page = hana.get("/my").await.form("form[action$='/appeal']").fill("words", words).submit().await.expect(200);
        assert!(page.text(".absence-words").contains("<b>입원</b>해 있었습니다") && page.said().contains("담당자가 살펴보고 있습니다"), "{}", page.said());
        assert!(!page.has("form[action$='/appeal']"));
        assert_eq!(events_told(site, manager.id()).await, [Event::AppealToDecide]);
        let before = site.tables().await;
        let page = hana.post(&path, &[("words", "또")]).await.expect(409);
        assert!(page.text("[role=alert]").contains("한 번만"), "{}", page.said());
        before.assert_same(&site.tables().await);

        // The list is masked; whoever answers sees the name, and that is written down.
        let list = manager.get("/manage/absences").await.expect(200);
        assert!(list.said().contains("홍*동") && !list.said().contains("홍길동"), "{}", list.said());
        assert_eq!(access::Entity::find().count(site.centre.database()).await.unwrap(), 0);
        let page = list.click("홍*동").await.expect(200);
        assert!(page.said().contains("홍길동") && page.said().contains("있었습니다") && page.all("tbody tr").len() == 3, "{}", page.said());
        assert_eq!(access::Entity::find().one(site.centre.database()).await.unwrap().unwrap().subject_id, hana.id().to_string());
        let desk = format!("/manage/absences/{}", bar.id);
        let before = site.tables().await.without(&["access"]);
        for words in ["", &"가".repeat(501)] {
            let page = manager.get(&desk).await.form("main form").fill("words", words).press("제한 해제").await.expect(422);
            assert_eq!(page.problem("words").as_deref(), Some(wrong));
        }
        manager.post(&desk, &[("words", "네"), ("decision", "forget")]).await.expect(400);
        manager.post("/manage/absences/00000000-0000-0000-0000-000000000009", &[("words", "네"), ("decision", "lift")]).await.expect(404);
        for duty in [Duty::FrontDesk, Duty::Instructor, Duty::Administrator] {
            let other = site.sign_in_as(duty).await;
            for path in ["/manage/absences", &desk] {
                other.get(path).await.expect(403);
            }
            other.post(&desk, &[("words", "네"), ("decision", "lift")]).await.expect(403);
        }
        // The others' accounts are new.
        before.without(&["person", "contact", "consent", "duty", "web_session", "audit"]).assert_same(&site.tables().await);

        let page = manager.get(&desk).await.form("main form").fill("words", "진단서를 보았습니다.").press("제한 해제").await.expect(200);
        assert!(page.text("[role=status]").contains("제한을 해제하고"), "{}", page.said());
        let row = crate::absence::bar(site).await;
        assert_eq!((row.lifted_at, row.answered_by), (Some(site.now()), Some(manager.id())));
        assert_eq!(audit::Entity::find().filter(audit::Column::Subject.eq("absence_bar")).count(site.centre.database()).await.unwrap(), 1);
        assert_eq!(events_told(site, hana.id()).await.last(), Some(&Event::AbsenceBarLifted));
        site.deliver().await;
        assert!(site.files().iter().any(|text| text.contains("제한이 해제되었습니다") && text.contains("답변: 진단서를 보았습니다.")));
        assert!(hana.get("/my").await.said().contains("진단서를 보았습니다."));
        apply(&hana, "P21-020").await.expect(200);
        let before = site.tables().await.without(&["access"]);
        let page = manager.post(&desk, &[("words", "다시"), ("decision", "keep")]).await.expect(409);
        assert!(page.text("[role=alert]").contains("이미 답한"), "{}", page.said());
        before.assert_same(&site.tables().await);
    }

    async fn a_bar_that_is_kept_stays_until_its_end_and_one_without_an_appeal_can_be_lifted(site) {
        let (run, hana) = course(site).await;
        next_run(site, "P21-020", Category::Basic).await;
        let manager = site.sign_in_as(Duty::TrainingManager).await;
        let hana = miss(site, run, &hana, 3).await;
        let manager = site.sign_in(manager.id()).await;
        let bar = bar(site).await;
        let desk = format!("/manage/absences/{}", bar.id);
        let before = site.tables().await.without(&["access"]);
        let page = manager.post(&desk, &[("words", "네"), ("decision", "keep")]).await.expect(409);
        assert!(page.said().contains("해제할 수만"), "{}", page.said());
        before.assert_same(&site.tables().await);
        hana.post(&format!("/my/bars/{}/appeal", bar.id), &[("words", "몰랐습니다")]).await.expect(200);
        manager.get(&desk).await.form("main form").fill("words", "모두 세 번입니다.").press("제한 유지").await.expect(200);
        assert_eq!(events_told(site, hana.id()).await.last(), Some(&Event::AbsenceBarKept));
        assert_eq!(facts_of(site, Event::AbsenceBarKept).await.until, Some(bar.until_at));
        apply(&hana, "P21-020").await.expect(403);
        set_to(site, bar.until_at);
        let (hana, manager) = (site.sign_in(hana.id()).await, site.sign_in(manager.id()).await);
        let page = hana.get("/my").await.expect(200);
        assert!(page.said().contains("끝났습니다") && page.said().contains("모두 세 번입니다."), "{}", page.said());

        let other = site.resident("남남").await;
        let row = absence_bar::Model {
            id: site.centre.clock().id(),
            person_id: other.id(),
            category: Category::Basic,
            from_at: site.now(),
            until_at: site.now() + Duration::days(30),
            appeal: None,
            appealed_at: None,
            answer: None,
            answered_at: None,
            answered_by: None,
            lifted_at: None,
        };
        let path = format!("/manage/absences/{}", row.id);
        absence_bar::Entity::insert(row.into_active_model()).exec_without_returning(site.centre.database()).await.unwrap();
        let page = manager.get(&path).await.expect(200);
        assert!(page.has("button[value=lift]") && !page.has("button[value=keep]"));
        page.form("main form").fill("words", "착오였습니다.").submit().await.expect(200);
        assert_eq!(events_told(site, other.id()).await, [Event::AbsenceBarLifted]);
    }

    async fn what_was_said_about_an_absence_ends_with_the_other_words_of_the_person(site) {
        let (run, hana) = course(site).await;
        let (place, classes) = (place_of(site, &hana).await, classes(site, run).await);
        announce(&hana, &place, classes[3].id, "무릎 수술").await.expect(200);
        let hana = miss(site, run, &hana, 3).await;
        let bar = bar(site).await;
        let manager = site.person("담당", &[Duty::TrainingManager]).await;
        hana.post(&format!("/my/bars/{}/appeal", bar.id), &[("words", "무릎 수술")]).await.expect(200);
        site.sign_in(manager).await.post(&format!("/manage/absences/{}", bar.id), &[("words", "쾌유를 빕니다"), ("decision", "keep")]).await.expect(200);
        let db = site.centre.database();
        let event = mark_event::Model {
            id: site.centre.clock().id(),
            class_session_id: classes[0].id,
            application_id: place.id,
            presence: Some(Presence::Absent),
            missed: 0,
            way: MarkWay::Office,
            made_at: site.now(),
            arrived_at: site.now(),
            by_id: None,
            kiosk_id: None,
            outcome: MarkOutcome::Taken,
            reason: Some("무릎 수술".into()),
        };
        mark_event::Entity::insert(event.into_active_model()).exec_without_returning(db).await.unwrap();
        let watched = viewing::Model { class_session_id: classes[0].id, application_id: place.id, seconds: 60, page: Uuid::from_u128(1), at: site.now() };
        viewing::Entity::insert(watched.into_active_model()).exec_without_returning(db).await.unwrap();

        let officer = site.person("보호", &[Duty::PrivacyOfficer]).await;
        // The bar ends on 18 March, three weeks after the last class.
        set_to(site, bar.until_at + Months::new(36) - Duration::days(1));
        let right = site.signed_in(officer).await.privacy_officer().unwrap();
        let necessary = |due: &domain::privacy::Due| due.purpose == domain::account::Purpose::Necessary;
        let people = due(&site.centre, &right).await.unwrap().into_iter().find(necessary).unwrap().people;
        assert_eq!(people, 0, "their bar was still in force within these years");
        set_to(site, bar.until_at + Months::new(36) + Duration::days(1));
        purge(&site.centre, &right).await.unwrap();
        assert!(absence_notice::Entity::find().one(db).await.unwrap().unwrap().reason.is_none());
        assert!(mark_event::Entity::find().one(db).await.unwrap().unwrap().reason.is_none());
        let row = crate::absence::bar(site).await;
        assert_eq!((row.appeal, row.answer), (None, None));
        assert!(row.appealed_at.is_some() && row.answered_at.is_some());
        assert_eq!(viewing::Entity::find().count(db).await.unwrap(), 0);
        assert_eq!(no_shows(site).await.len(), 3, "the figures stay");
    }
}
