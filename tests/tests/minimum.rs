//! A run that needs a minimum number of people: said before one signs up, decided by a person, with something else offered.

use chrono::{DateTime, Duration, Utc};
use domain::account::Duty;
use domain::account::entity::audit;
use domain::course::entity::{class_session, course, run};
use domain::course::file::Column;
use domain::course::{Audience, Category, RunState, Selection};
use domain::notice::{Event, Facts};
use domain::registration::{Choice, store};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use tests::programme::{Dates, add_run, class};
use tests::{Form, Page, Site, Visitor, both};
use uuid::Uuid;

use crate::course::{EXCEL, csv, form_with, furnish, install, letters, refuse_each};
use crate::registration::{OPENS, applications, at};

const BEFORE: &str = "2021-01-08T09:00:00+09:00";
const COUNTED: &str = "2021-01-25T18:00:00+09:00";
const BEGINS: &str = "2021-02-01T10:00:00+09:00";
const SHORT: &str = "최소 인원이 차지 않은 강좌가 있습니다";

/// A run online of four places that begins on 1 February; `change` makes it another.
async fn run_online(site: &Site, code: &str, change: impl FnOnce(&mut run::Model)) -> Uuid {
    let dates = Dates {
        apply_from: at(OPENS),
        apply_until: at("2021-01-28T18:00:00+09:00"),
        ..Dates::on("2021-02-01".parse().unwrap(), site.now())
    };
    add_run(&site.centre, code, None, dates, change).await
}

fn needs(people: i32) -> impl FnOnce(&mut run::Model) {
    move |run| (run.minimum_people, run.minimum_at) = (Some(people), Some(at(COUNTED)))
}

/// Lets somebody apply for a run whose window is open.
async fn apply(site: &Site, run: Uuid) -> Visitor {
    let visitor = site.resident("홍길동").await;
    let who = site.signed_in(visitor.id()).await;
    store::apply(&site.centre, &who, run, Choice::Any, site.centre.clock().id()).await.unwrap();
    visitor
}

async fn stored(site: &Site, run: Uuid) -> run::Model {
    run::Entity::find_by_id(run).one(site.centre.database()).await.unwrap().unwrap()
}

async fn minimum(site: &Site, run: Uuid) -> (Option<i32>, Option<DateTime<Utc>>) {
    let row = stored(site, run).await;
    (row.minimum_people, row.minimum_at)
}

async fn manager(site: &Site) -> Visitor {
    site.sign_in_as(Duty::TrainingManager).await
}

/// As [`refuse_each`], but the number alone says why, since both fields are one rule that stands.
async fn refuse_changes(site: &Site, form: impl AsyncFn() -> Form, wrong: &[(&str, &str, &str)]) {
    for (field, value, sentence) in wrong {
        let form = form().await;
        let before = site.tables().await;
        let page = form.fill(field, value).submit().await.expect(409);
        let problem = page.problem("minimum_people").unwrap_or_default();
        assert!(problem.contains(sentence), "{field}={value} says {:?}", page.problems());
        before.assert_same(&site.tables().await);
    }
}

/// Posts a decision that is refused, and looks that nothing has changed.
async fn refuse_to_keep(site: &Site, code: &str, sentence: &str) {
    let manager = manager(site).await;
    let before = site.tables().await;
    let page = manager.post(&format!("/manage/runs/{code}/keep"), &[]).await.expect(409);
    assert!(page.said().contains(sentence), "{}", page.said());
    before.assert_same(&site.tables().await);
}

async fn programme(site: &Site) -> Page {
    manager(site).await.get("/manage/runs").await.expect(200)
}

/// The codes that a letter about a cancelled run offers instead.
async fn offered(site: &Site, person: Uuid) -> Vec<String> {
    let mut told = site.notices().await.into_iter();
    let notice = told.find(|it| it.person_id == Some(person) && it.event == Event::RunCancelled);
    let facts: Facts = serde_json::from_str(&notice.expect("a letter").facts).unwrap();
    facts.similar.into_iter().map(|run| run.code).collect()
}

both! {
    async fn each_wrong_field_of_a_minimum_says_so(site) {
        site.set_time(BEFORE);
        let id = run_online(site, "P21-014", |_| {}).await;
        let visitor = manager(site).await;
        let form = async || {
            let form = form_with(&visitor.get("/manage/runs/P21-014").await.expect(200), "capacity");
            form.fill("minimum_people", "3").fill("minimum_at", "2021-01-25T18:00")
        };
        let wrong = [
            ("minimum_people", "", "함께"), ("minimum_at", "", "함께"),
            ("minimum_people", "0", "1부터 1000까지"), ("minimum_people", "삼", "1부터 1000까지"),
            ("minimum_people", "5", "정원보다"), ("minimum_at", "25일", "2021-09-21T09:00처럼"),
            ("minimum_at", "2021-01-07T18:00", "아직 지나지 않은"), ("minimum_at", "2021-01-11T09:00", "접수를 시작한 뒤"),
            ("minimum_at", "2021-02-01T10:00", "첫 수업보다"),
        ];
        refuse_each(site, form, 422, "", &wrong).await;
        let refused = form().await.fill("capacity", "2").submit().await.expect(422);
        assert!(refused.problem("minimum_people").unwrap().contains("정원보다"), "{:?}", refused.problems());
        let page = form().await.submit().await.expect(200);
        assert_eq!(minimum(site, id).await, (Some(3), Some(at(COUNTED))));
        assert_eq!(form_with(&page, "capacity").value("minimum_at"), "2021-01-25T18:00");
        let public = site.visitor().get("/courses/P21-014").await.expect(200);
        let sentence = "2021년 1월 25일(월) 18:00부터 첫 수업 전까지 3명이 되지 않으면 폐강할 수 있습니다";
        assert!(public.said().contains(sentence), "{}", public.said());
        form().await.fill("minimum_people", "").fill("minimum_at", "").submit().await.expect(200);
        assert_eq!(minimum(site, id).await, (None, None));
    }

    async fn once_people_may_apply_a_minimum_is_lowered_but_not_raised(site) {
        site.set_time(OPENS);
        let (with, without) = (run_online(site, "P21-014", needs(2)).await, run_online(site, "P21-015", |_| {}).await);
        let visitor = manager(site).await;
        let form = async |code: &str| form_with(&visitor.get(&format!("/manage/runs/{code}")).await.expect(200), "capacity");
        let wrong = [("minimum_people", "3", "늘릴 수 없고"), ("minimum_at", "2021-01-24T18:00", "앞당길 수 없습니다")];
        refuse_changes(site, async || form("P21-014").await, &wrong).await;
        let before = site.tables().await;
        let new = form("P21-015").await.fill("minimum_people", "1").fill("minimum_at", "2021-01-25T18:00");
        let refused = new.submit().await.expect(409);
        assert!(refused.problem("minimum_people").unwrap().contains("새로 두거나"), "{:?}", refused.problems());
        before.assert_same(&site.tables().await);
        form("P21-014").await.fill("minimum_at", "2021-01-26T18:00").submit().await.expect(200);
        form("P21-014").await.fill("minimum_people", "1").submit().await.expect(200);
        assert_eq!(minimum(site, without).await, (None, None));
        assert_eq!(minimum(site, with).await, (Some(1), Some(at("2021-01-26T18:00:00+09:00"))));
    }

    async fn a_class_is_not_moved_before_people_are_counted(site) {
        site.set_time(BEFORE);
        run_online(site, "P21-014", needs(2)).await;
        let page = manager(site).await.get("/manage/runs/P21-014?class=1").await.expect(200);
        let form = page.form("section[aria-labelledby=class-title] form").fill("date", "2021-01-25").fill("reason", "강사 사정");
        let before = site.tables().await;
        let refused = form.press("옮기기").await.expect(422);
        assert!(refused.said().contains("첫 수업보다 앞선"), "{}", refused.said());
        before.assert_same(&site.tables().await);
    }

    async fn a_file_leaves_a_minimum_as_it_is_and_the_places_for_it(site) {
        site.set_time(BEFORE);
        furnish(site).await;
        install(site, &csv(&[EXCEL])).await.unwrap();
        let page = manager(site).await.get("/manage/runs/P21-901").await.expect(200);
        let form = form_with(&page, "capacity").fill("minimum_people", "8").fill("minimum_at", "2021-03-05T18:00");
        form.submit().await.expect(200);
        install(site, &csv(&[&EXCEL.replace("8,20,", "8,10,")])).await.unwrap();
        let run = run::Entity::find().one(site.centre.database()).await.unwrap().unwrap();
        assert_eq!((run.capacity, run.minimum_people), (10, Some(8)));
        let before = site.tables().await;
        let refused = install(site, &csv(&[&EXCEL.replace("8,20,", "8,7,")])).await.unwrap_err();
        assert_eq!(refused[0].column, Some(Column::Capacity), "{refused:?}");
        before.assert_same(&site.tables().await);
    }

    async fn a_run_that_lacks_people_waits_for_a_person_who_holds_it_as_it_is(site) {
        site.set_time(OPENS);
        let id = run_online(site, "P21-014", needs(2)).await;
        apply(site, id).await;
        refuse_to_keep(site, "P21-014", "지금은 정할 것이 없습니다").await;
        assert!(!programme(site).await.said().contains(SHORT), "it is not time yet");
        site.set_time(COUNTED);
        assert_eq!(stored(site, id).await.state, RunState::Published, "nobody but a person cancels it");
        let page = programme(site).await;
        let told = page.text("main [class*=alert]");
        assert!(told.contains(SHORT) && told.contains("최소 2명, 지금 1명"), "{told}");
        for stranger in [site.resident("주민").await, site.sign_in_as(Duty::Instructor).await] {
            let before = site.tables().await;
            stranger.post("/manage/runs/P21-014/keep", &[]).await.expect(403);
            before.assert_same(&site.tables().await);
        }
        let editor = manager(site).await;
        let edit = async || {
            let form = form_with(&editor.get("/manage/runs/P21-014").await.expect(200), "capacity");
            form.fill("minimum_people", "").fill("minimum_at", "")
        };
        refuse_changes(site, edit, &[("capacity", "4", "확인할 때가 지났거나")]).await;
        let stale = manager(site).await.get("/manage/runs/P21-014/cancel").await.expect(200);
        let page = page.click("P21-014").await.expect(200);
        assert!(page.said().contains("최소 2명이 신청해야 하는데 지금 1명입니다"), "{}", page.said());
        assert!(page.link("폐강하기").ends_with("/manage/runs/P21-014/cancel"));
        let page = page.form("form[action$=keep]").press("그대로 운영하기").await.expect(200);
        assert!(page.said().contains("그대로 운영하기로 정했습니다"), "{}", page.said());
        assert!(!page.has("form[action$=keep]"), "it is decided");
        let before = site.tables().await;
        stale.form("main form").fill("reason", "신청자 부족").submit().await.expect(409);
        before.assert_same(&site.tables().await);
        let run = stored(site, id).await;
        assert_eq!(run.minimum_kept_at, Some(at(COUNTED)));
        let recorded = audit::Entity::find().filter(audit::Column::Action.eq("keep")).all(site.centre.database()).await.unwrap();
        assert_eq!(recorded.len(), 1);
        assert_eq!((recorded[0].actor_id, recorded[0].subject_id.clone()), (run.minimum_kept_by, id.to_string()));
        assert!(!programme(site).await.said().contains(SHORT));
        let again = manager(site).await;
        let before = site.tables().await;
        again.post("/manage/runs/P21-014/keep", &[]).await.expect(200);
        before.assert_same(&site.tables().await);
        let public = site.visitor().get("/courses/P21-014").await.expect(200);
        assert!(public.said().contains("인원과 관계없이 운영합니다"), "{}", public.said());
        let form = async || form_with(&again.get("/manage/runs/P21-014").await.expect(200), "capacity");
        let changes = [("minimum_people", "1", "고칠 수 없습니다"), ("minimum_at", "2021-01-26T18:00", "고칠 수 없습니다")];
        refuse_changes(site, form, &changes).await;
        form().await.fill("capacity", "3").submit().await.expect(200);
    }

    async fn nothing_is_decided_of_a_run_that_has_enough_or_has_begun_or_was_cancelled(site) {
        site.set_time(OPENS);
        let (enough, cancelled) = (run_online(site, "P21-014", needs(2)).await, run_online(site, "P21-015", needs(2)).await);
        let begins = run_online(site, "P21-016", needs(2)).await;
        let second = class(site.centre.clock(), begins, 2, at(BEGINS) + Duration::weeks(1));
        class_session::Entity::insert(second).exec_without_returning(site.centre.database()).await.unwrap();
        apply(site, enough).await;
        apply(site, enough).await;
        site.set_time(COUNTED);
        let told = programme(site).await.text("main [class*=alert]");
        assert!(!told.contains("P21-014") && told.contains("P21-015") && told.contains("P21-016"), "{told}");
        refuse_to_keep(site, "P21-014", "지금은 정할 것이 없습니다").await;
        let cancel = manager(site).await.get("/manage/runs/P21-015").await.click("폐강하기").await.expect(200);
        cancel.form("main form").fill("reason", "신청자 부족").submit().await.expect(200);
        assert_eq!(stored(site, cancelled).await.state, RunState::Cancelled);
        refuse_to_keep(site, "P21-015", "폐강").await;
        site.set_time(BEGINS);
        refuse_to_keep(site, "P21-016", "지금은 정할 것이 없습니다").await;
        assert!(!programme(site).await.said().contains(SHORT));
    }

    async fn whoever_waits_for_a_draw_or_for_approval_counts(site) {
        site.set_time(BEFORE);
        let by = |selection, people| move |run: &mut run::Model| {
            needs(people)(run);
            run.selection = selection;
        };
        let short = run_online(site, "P21-014", by(Selection::Lottery, 3)).await;
        let enough = run_online(site, "P21-015", by(Selection::Lottery, 2)).await;
        let asked = run_online(site, "P21-016", by(Selection::Approval, 2)).await;
        site.centre.settle().await;
        site.set_time(OPENS);
        for run in [short, enough, asked] {
            apply(site, run).await;
            apply(site, run).await;
        }
        site.set_time(COUNTED);
        let told = programme(site).await.text("main [class*=alert]");
        assert!(told.contains("최소 3명, 지금 2명") && !told.contains("P21-015"), "{told}");
        assert!(!told.contains("P21-016"), "{told}");
    }

    async fn whoever_loses_a_run_is_offered_others_that_are_like_it_and_have_places(site) {
        site.set_time(BEFORE);
        let id = run_online(site, "P21-014", |_| {}).await;
        let of = async |code: &str, change: fn(&mut run::Model)| run_online(site, code, change).await;
        let course_of = async |run: Uuid, other: course::ActiveModel| {
            let of_run = course::Column::Id.eq(stored(site, run).await.course_id);
            course::Entity::update_many().set(other).filter(of_run).exec(site.centre.database()).await.unwrap();
        };
        let category = of("P21-021", |_| {}).await;
        course_of(category, course::ActiveModel { category: Set(Category::Practical), ..Default::default() }).await;
        let staff = of("P21-022", |_| {}).await;
        course_of(staff, course::ActiveModel { audience: Set(Audience::Staff), ..Default::default() }).await;
        of("P21-023", |run| run.state = RunState::Draft).await;
        of("P21-024", |run| run.apply_from = Some(at("2021-01-26T09:00:00+09:00"))).await;
        of("P21-025", |run| run.apply_until = Some(at("2021-01-20T09:00:00+09:00"))).await;
        let full = of("P21-026", |run| run.capacity = 1).await;
        let drawn = of("P21-027", |run| (run.selection, run.capacity) = (Selection::Lottery, 1)).await;
        let other = of("P21-028", |_| {}).await;
        of("P21-029", |run| run.selection = Selection::Staged).await;
        site.centre.settle().await;
        site.set_time(OPENS);
        let visitor = apply(site, id).await;
        for run in [full, drawn, drawn] {
            apply(site, run).await;
        }
        site.set_time(COUNTED);
        let cancel = async |code: &str| {
            let page = manager(site).await.get(&format!("/manage/runs/{code}/cancel")).await.expect(200);
            page.form("main form").fill("reason", "신청자 부족").submit().await.expect(200);
        };
        cancel("P21-014").await;
        assert_eq!(offered(site, visitor.id()).await, ["P21-027", "P21-028"]);
        let told = letters(site, Event::RunCancelled).await;
        assert_eq!((told[0].similar[1].course.as_str(), told[0].similar[1].starts_at), ("강좌 P21-028", at(BEGINS)));
        site.deliver().await;
        let text = site.files().into_iter().find(|file| file.contains("폐강되었습니다")).expect("a text message");
        assert!(!text.contains("P21-028"), "a text message has no room for it: {text}");

        // No more than three, those of the same course first.
        for code in ["P21-031", "P21-032"] {
            of(code, |_| {}).await;
        }
        let same = of("P21-033", |_| {}).await;
        let of_course = run::ActiveModel { id: Set(same), course_id: Set(stored(site, other).await.course_id), ..Default::default() };
        run::Entity::update(of_course).exec(site.centre.database()).await.unwrap();
        let visitor = apply(site, other).await;
        cancel("P21-028").await;
        assert_eq!(offered(site, visitor.id()).await, ["P21-033", "P21-027", "P21-031"]);
        assert_eq!(applications(site).await.len(), 5);
    }
}
