//! Applying, the waiting list, offers, approval, the desk: through pages without a script, on both databases.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};
use domain::account::Duty;
use domain::centre::Centre;
use domain::course::edit::{self, EditError};
use domain::course::entity::{course, run};
use domain::course::{Audience, RunDetails, Selection};
use domain::notice::Event;
use domain::registration::entity::{application, application_event};
use domain::registration::{Choice, EventKind, State, store};
use domain::space::entity::seat;
use futures::StreamExt;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
};
use tests::programme::{self, add_room};
use tests::{Page, Site, Visitor, both};
use uuid::Uuid;

pub(crate) const OPENS: &str = "2021-01-11T09:00:00+09:00";
pub(crate) const BEGINS: &str = "2021-02-01T10:00:00+09:00";

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A room of four seats, the last for wheelchairs.
pub(crate) async fn room(site: &Site) -> Uuid {
    add_room(&site.centre, "room", 4).await
}

/// A published run with one class on 1 February; `change` makes it another.
pub(crate) async fn run_in(
    site: &Site,
    code: &str,
    space: Option<Uuid>,
    change: impl FnOnce(&mut course::Model, &mut run::Model, &mut Vec<DateTime<Utc>>),
) -> Uuid {
    let clock = site.centre.clock();
    let mut course = programme::course(clock, format!("강좌 {code}"));
    let mut run = run::Model {
        apply_from: Some(at(OPENS)),
        apply_until: Some(at("2021-01-28T18:00:00+09:00")),
        ..programme::run(clock, code, course.id, space)
    };
    let mut starts = vec![at(BEGINS)];
    change(&mut course, &mut run, &mut starts);
    let id = run.id;
    let classes = (1..).zip(starts).map(|(number, starts)| programme::class(clock, id, number, starts));
    programme::add(&site.centre, course, run, classes.collect()).await;
    id
}

pub(crate) async fn run_of_four(site: &Site) -> Uuid {
    let room = room(site).await;
    run_in(site, "P21-014", Some(room), |_, _, _| {}).await
}

pub(crate) async fn applications(site: &Site) -> Vec<application::Model> {
    let all = application::Entity::find().order_by_asc(application::Column::Stamp);
    all.all(site.centre.database()).await.unwrap()
}

pub(crate) async fn events_told(site: &Site, person: Uuid) -> Vec<Event> {
    let told = site.notices().await.into_iter().filter(|notice| notice.person_id == Some(person));
    told.map(|notice| notice.event).collect()
}

/// Opens the run's page and presses the first button: any seat.
pub(crate) async fn apply(visitor: &Visitor, code: &str) -> Page {
    visitor.get(&format!("/courses/{code}")).await.expect(200).form(".seat-form").submit().await
}

pub(crate) async fn fill(site: &Site, code: &str, count: usize) -> Vec<Visitor> {
    let mut visitors = Vec::new();
    for index in 0..count {
        let visitor = site.resident(&format!("수강생{index}")).await;
        apply(&visitor, code).await.expect(200);
        visitors.push(visitor);
    }
    visitors
}

both! {
    async fn a_press_on_a_free_seat_books_it_and_says_so(site) {
        run_of_four(site).await;
        let visitor = site.resident("홍길동").await;
        let page = visitor.get("/courses/P21-014").await.expect(200);
        assert!(page.said().contains("남은 자리 4석 / 정원 4명"), "{}", page.said());
        let page = page.form(".seat-form").press("1-02").await.expect(200);
        assert_eq!(page.hops.len(), 1, "one redirect, so that reloading sends nothing");
        assert!(page.said().contains("좌석은 1-02번입니다"), "{}", page.said());
        let page = visitor.get("/courses/P21-014").await;
        assert_eq!(page.attribute(".seat-mine", "aria-label"), "좌석 1-02, 내 자리");
        assert!(page.said().contains("남은 자리 3석"), "{}", page.said());
        assert_eq!(events_told(site, visitor.id()).await, [Event::Booked]);
        let others = site.visitor().get("/courses/P21-014").await;
        assert_eq!(others.attribute(".seat-rooms .seat-taken", "aria-label"), "좌석 1-02, 신청된 자리");
    }

    async fn any_seat_is_the_front_most_and_wheelchair_seats_go_last(site) {
        run_of_four(site).await;
        fill(site, "P21-014", 4).await;
        let seats = seat::Entity::find().all(site.centre.database()).await.unwrap();
        let code = |id: Option<Uuid>| seats.iter().find(|seat| Some(seat.id) == id).unwrap().code.clone();
        let given: Vec<String> = applications(site).await.iter().map(|it| code(it.seat_id)).collect();
        assert_eq!(given, ["1-01", "1-02", "1-03", "1-04"]);
    }

    async fn the_window_opens_at_its_instant_and_not_a_microsecond_earlier(site) {
        run_of_four(site).await;
        site.set_time("2021-01-11T08:59:59.999999+09:00");
        let visitor = site.resident("홍길동").await;
        let before = site.tables().await;
        let page = visitor.get("/courses/P21-014").await;
        let form = page.form(".seat-form");
        let early = form.submit().await.expect(409);
        assert!(early.text("[role=alert]").contains("2021년 1월 11일(월) 09:00부터"), "{}", early.said());
        before.assert_same(&site.tables().await);
        site.set_time(OPENS);
        // The form that was ready before the opening is good at the opening.
        page.form(".seat-form").submit().await.expect(200);
        assert_eq!(applications(site).await.len(), 1);
    }

    async fn of_hundreds_at_once_each_seat_goes_to_one_and_the_others_queue_in_order(site) {
        run_of_four(site).await;
        let mut visitors = Vec::new();
        for index in 0..150 {
            visitors.push(site.resident(&format!("수강생{index}")).await);
        }
        let page = visitors[0].get("/courses/P21-014").await;
        let asks = visitors.iter().enumerate().map(|(index, visitor)| {
            let key = Uuid::from_u128(index as u128 + 1).to_string();
            let choice = if index % 2 == 0 { "any" } else { "1-01" };
            async move { visitor.post("/courses/P21-014", &[("key", &key), ("seat", choice)]).await }
        });
        let answers = futures::future::join_all(asks).await;
        drop(page);
        let rows = applications(site).await;
        let booked: Vec<_> = rows.iter().filter(|row| row.state == State::Booked).collect();
        assert_eq!(booked.len(), 4);
        assert_eq!(booked.iter().map(|row| row.seat_id).collect::<BTreeSet<_>>().len(), 4);
        let refused = answers.iter().filter(|page| page.status == 409).count();
        assert_eq!(rows.len() + refused, 150, "everybody got a true answer");
        assert!(answers.iter().all(|page| page.status == 200 || page.status == 409));
        let waiting: Vec<_> = rows.iter().filter(|row| row.state == State::Waiting).collect();
        for (rank, row) in (1..).zip(waiting) {
            let who = site.signed_in(row.person_id).await;
            let mine = store::find_mine(&site.centre, &who, row.id).await.unwrap().unwrap();
            assert_eq!(mine.rank, Some(rank));
        }
    }

    async fn two_servers_on_one_database_give_each_seat_once(site) {
        let run = run_of_four(site).await;
        let other = Centre::new(
            site.centre.database().clone(),
            site.centre.clock().clone(),
            site.centre.settings().clone(),
        );
        for index in 0..10 {
            let who = site.signed_in(site.person(&format!("수강생{index}"), &[]).await).await;
            let centre = if index % 2 == 0 { &site.centre } else { &other };
            store::apply(centre, &who, run, Choice::Any, site.centre.clock().id()).await.unwrap();
        }
        let states: Vec<State> = applications(site).await.iter().map(|row| row.state).collect();
        assert_eq!(states, [[State::Booked; 4].as_slice(), &[State::Waiting; 6]].concat());
    }

    async fn a_form_sent_twice_applies_once_and_the_second_answer_tells_what_the_first_did(site) {
        run_of_four(site).await;
        let visitor = site.resident("홍길동").await;
        let page = visitor.get("/courses/P21-014").await;
        let first = page.form(".seat-form").press("1-02").await.expect(200);
        let before = site.tables().await;
        let second = page.form(".seat-form").press("1-02").await.expect(200);
        assert_eq!((second.path, second.bytes), (first.path, first.bytes));
        before.assert_same(&site.tables().await);
    }

    async fn a_second_tab_is_told_of_the_first_ones_seat(site) {
        run_of_four(site).await;
        let visitor = site.resident("홍길동").await;
        let (first, second) = (visitor.get("/courses/P21-014").await, visitor.get("/courses/P21-014").await);
        first.form(".seat-form").press("1-02").await.expect(200);
        let before = site.tables().await;
        let page = second.form(".seat-form").press("1-03").await.expect(409);
        assert!(page.said().contains("이미 신청한 강좌입니다"), "{}", page.said());
        assert!(page.said().contains("좌석은 1-02번입니다"), "{}", page.said());
        before.assert_same(&site.tables().await);
    }

    async fn a_freed_seat_goes_to_the_first_in_line_at_once(site) {
        run_of_four(site).await;
        let seated = fill(site, "P21-014", 4).await;
        let (first, second) = (site.resident("첫째").await, site.resident("둘째").await);
        let page = apply(&first, "P21-014").await.expect(200);
        assert!(page.said().contains("대기 1번입니다"), "{}", page.said());
        let page = apply(&second, "P21-014").await.expect(200);
        assert!(page.said().contains("대기 2번입니다"), "{}", page.said());
        let mine = seated[1].get("/my").await.click("강좌 P21-014").await;
        let page = mine.form("form[action$=cancel]").submit().await.expect(200);
        assert!(page.said().contains("취소된 신청입니다"), "{}", page.said());
        assert_eq!(events_told(site, first.id()).await, [Event::Waiting, Event::Promoted]);
        assert_eq!(events_told(site, second.id()).await, [Event::Waiting]);
        let page = first.get("/my").await.click("강좌 P21-014").await;
        assert!(page.said().contains("좌석은 1-02번입니다"), "{}", page.said());
        let page = second.get("/my").await;
        assert!(page.said().contains("대기 1번"), "{}", page.said());
    }

    async fn an_offer_is_taken_until_its_deadline_and_then_goes_to_the_next(site) {
        let room = room(site).await;
        run_in(site, "P21-014", Some(room), |_, run, _| {
            run.capacity = 1;
            run.offer_minutes = Some(60);
        }).await;
        let seated = fill(site, "P21-014", 1).await;
        let waiting = [site.resident("첫째").await, site.resident("둘째").await];
        for visitor in &waiting {
            apply(visitor, "P21-014").await.expect(200);
        }
        seated[0].get("/my").await.click("강좌 P21-014").await.form("form[action$=cancel]").submit().await.expect(200);
        let page = waiting[0].get("/my").await.click("강좌 P21-014").await;
        assert!(page.said().contains("2021년 1월 11일(월) 10:00까지 확정해 주세요"), "{}", page.said());
        // An open offer holds the place.
        assert!(site.visitor().get("/courses/P21-014").await.said().contains("남은 자리 0석"));
        site.set_time("2021-01-11T10:00:00+09:00");
        assert!(site.centre.writer().is_due().await.unwrap());
        site.centre.writer().settle().await.unwrap();
        assert!(!site.centre.writer().is_due().await.unwrap());
        let before = site.tables().await;
        let late = page.form("form[action$=accept]").submit().await.expect(409);
        assert!(late.said().contains("확정할 수 있는 기한이 지났습니다"), "{}", late.said());
        before.assert_same(&site.tables().await);
        assert_eq!(events_told(site, waiting[0].id()).await, [Event::Waiting, Event::Offered, Event::OfferLapsed]);
        let page = waiting[1].get("/my").await.click("강좌 P21-014").await;
        let page = page.form("form[action$=accept]").submit().await.expect(200);
        assert!(page.said().contains("신청이 완료되었습니다"), "{}", page.said());
        assert_eq!(events_told(site, waiting[1].id()).await, [Event::Waiting, Event::Offered, Event::Booked]);
    }

    async fn the_waiting_list_ends_when_the_run_begins(site) {
        run_of_four(site).await;
        let seated = fill(site, "P21-014", 5).await;
        site.set_time(BEGINS);
        site.centre.writer().settle().await.unwrap();
        assert_eq!(events_told(site, seated[4].id()).await, [Event::Waiting, Event::ListEnded]);
        // Weeks later everybody has to sign in again.
        let page = site.sign_in(seated[0].id()).await.get("/my").await.click("강좌 P21-014").await;
        page.form("form[action$=cancel]").fill("reason", "이사").submit().await.expect(200);
        let states: Vec<State> = applications(site).await.iter().map(|row| row.state).collect();
        assert_eq!(states, [State::Cancelled, State::Booked, State::Booked, State::Booked, State::Lapsed]);
    }

    async fn raising_the_capacity_seats_those_who_wait(site) {
        let room = room(site).await;
        let run = run_in(site, "P21-014", Some(room), |_, run, _| run.capacity = 1).await;
        fill(site, "P21-014", 3).await;
        let tx = site.centre.begin().await.unwrap();
        domain::centre::turn(&tx).await.unwrap();
        let larger = run::ActiveModel { capacity: Set(2), ..Default::default() };
        run::Entity::update_many().set(larger).filter(run::Column::Id.eq(run)).exec(&tx).await.unwrap();
        tx.commit().await.unwrap();
        site.centre.writer().settle().await.unwrap();
        let states: Vec<State> = applications(site).await.iter().map(|row| row.state).collect();
        assert_eq!(states, [State::Booked, State::Booked, State::Waiting]);
    }

    async fn class_times_that_overlap_are_refused(site) {
        run_of_four(site).await;
        run_in(site, "P21-015", None, |_, _, starts| starts[0] += Duration::minutes(119)).await;
        run_in(site, "P21-016", None, |_, _, starts| starts[0] += Duration::minutes(120)).await;
        let visitor = site.resident("홍길동").await;
        apply(&visitor, "P21-014").await.expect(200);
        let before = site.tables().await;
        let page = apply(&visitor, "P21-015").await.expect(409);
        assert!(page.said().contains("이미 신청한 강좌(P21-014)와 수업 시간이 겹칩니다"), "{}", page.said());
        before.assert_same(&site.tables().await);
        apply(&visitor, "P21-016").await.expect(200);
    }

    async fn more_than_the_months_limit_is_refused(site) {
        for index in 0..4 {
            let code = format!("P21-02{index}");
            run_in(site, &code, None, |_, _, starts| starts[0] += Duration::days(index)).await;
        }
        let visitor = site.resident("홍길동").await;
        for index in 0..3 {
            apply(&visitor, &format!("P21-02{index}")).await.expect(200);
        }
        let before = site.tables().await;
        let page = apply(&visitor, "P21-023").await.expect(409);
        assert!(page.said().contains("한 사람이 3개까지"), "{}", page.said());
        before.assert_same(&site.tables().await);
    }

    async fn staff_courses_are_hidden_from_residents_and_decided_by_the_training_manager(site) {
        let room = room(site).await;
        run_in(site, "S21-001", Some(room), |course, run, _| {
            course.audience = Audience::Staff;
            run.selection = Selection::Approval;
        }).await;
        let resident = site.resident("구민").await;
        resident.get("/courses/S21-001").await.expect(404);
        let key = site.centre.clock().id().to_string();
        resident.post("/courses/S21-001", &[("key", &key), ("seat", "any")]).await.expect(404);
        assert!(applications(site).await.is_empty());
        let mut staff = Vec::new();
        for index in 0..3 {
            let address = format!("staff{index}@{}", tests::STAFF_DOMAIN);
            let address = domain::account::Address::parse(&address).unwrap();
            let person = site.person_at("직원", address, &[]).await;
            staff.push(site.sign_in(person).await);
            let page = apply(&staff[index], "S21-001").await.expect(200);
            assert!(page.said().contains("승인을 기다리고 있습니다"), "{}", page.said());
        }
        let rows = applications(site).await;
        assert!(rows.iter().all(|row| row.state == State::Asked && row.seat_id.is_none()));
        staff[0].get("/manage/runs/S21-001/applications").await.expect(403);
        let manager = site.sign_in_as(Duty::TrainingManager).await;
        let page = manager.get("/manage/runs/S21-001/applications").await.expect(200);
        let form = || page.form("form[action$=applications]:has(textarea)");
        // The page that refuses shows the names once more, and that is written down.
        let before = site.tables().await.without(&["access"]);
        let wrong = form().press("고른 신청 승인").await.expect(422);
        assert!(wrong.said().contains("하나 이상 골라 주세요"), "{}", wrong.said());
        let first = rows[0].id.to_string();
        let long = "가".repeat(301);
        for (reason, sentence) in [("", "사유를 적어 주세요."), (long.as_str(), "사유는 300자까지 쓸 수 있습니다.")] {
            let wrong = form().tick_value("application", &first).fill("reason", reason).press("고른 신청 반려").await.expect(422);
            assert_eq!(wrong.problem("reason").as_deref(), Some(sentence));
        }
        let forged = form().forge("application", "everybody").press("고른 신청 승인").await.expect(422);
        assert!(forged.said().contains("신청을 찾을 수 없습니다"), "{}", forged.said());
        before.assert_same(&site.tables().await.without(&["access"]));
        let page = form().tick_value("application", &first).fill("reason", "정원 초과").press("고른 신청 반려").await;
        let page = page.expect(200).form("form[action$=applications]").press("모두 승인").await.expect(200);
        assert!(!page.said().contains("승인을 기다리는"), "{}", page.said());
        let states: Vec<State> = applications(site).await.iter().map(|row| row.state).collect();
        assert_eq!(states, [State::Declined, State::Booked, State::Booked]);
        assert_eq!(events_told(site, staff[0].id()).await, [Event::Asked, Event::Declined]);
        assert_eq!(events_told(site, staff[1].id()).await, [Event::Asked, Event::Approved]);
    }

    async fn staged_runs_take_applications_at_the_desk_only(site) {
        let room = room(site).await;
        run_in(site, "P21-014", Some(room), |_, run, _| run.selection = Selection::Staged).await;
        let visitor = site.resident("홍길동").await;
        let page = visitor.get("/courses/P21-014").await.expect(200);
        assert!(page.said().contains("안내데스크에서만 신청을 받습니다"), "{}", page.said());
        assert!(!page.has(".seat-form button"), "nothing to press");
        let key = site.centre.clock().id().to_string();
        visitor.post("/courses/P21-014", &[("key", &key), ("seat", "any")]).await.expect(403);
        assert!(applications(site).await.is_empty());
    }

    async fn the_desk_enters_people_into_the_same_queue(site) {
        run_of_four(site).await;
        fill(site, "P21-014", 3).await;
        let desk = site.sign_in_as(Duty::FrontDesk).await;
        let page = desk.get("/desk").await.expect(200).click("P21-014").await.expect(200);
        let form = || page.form("form[action$='/desk/P21-014']");
        let enter = |name: &str| form().fill("name", name).tick("consent");
        let entered = enter("김할머니").submit().await.expect(200);
        assert!(entered.text("[role=status]").contains("김**니 님을 접수했습니다. 상태: 신청완료"), "{}", entered.said());
        // The same form again makes neither a second person nor a second application.
        let before = site.tables().await;
        enter("김할머니").submit().await.expect(200);
        before.assert_same(&site.tables().await);
        let row = applications(site).await.pop().unwrap();
        assert_eq!((row.state, row.entered_by), (State::Booked, Some(desk.id())));
        let page = desk.get("/desk/P21-014").await;
        let next = page.form("form[action$='/desk/P21-014']").fill("name", "이할아버지").tick("consent").submit().await;
        assert!(next.text("[role=status]").contains("대기 1번"), "{}", next.said());
        assert!(!next.said().contains("김할머니") && next.said().contains("김**니"), "{}", next.said());
        let counter = next.click("김**니").await.expect(200);
        assert!(counter.said().contains("김할머니"), "{}", counter.said());
        let page = counter.form("form[action$=cancel]").fill("reason", "본인 요청").submit().await.expect(200);
        assert!(page.said().contains("신청을 취소했습니다"), "{}", page.said());
        assert_eq!(applications(site).await.last().unwrap().state, State::Booked, "the next in line moved up");
    }

    async fn the_desk_moves_and_accepts_for_somebody_who_asks_it_to(site) {
        let room = room(site).await;
        run_in(site, "P21-014", Some(room), |_, run, _| {
            run.capacity = 2;
            run.offer_minutes = Some(60);
        }).await;
        fill(site, "P21-014", 3).await;
        run_in(site, "P21-015", None, |_, _, _| {}).await;
        let desk = site.sign_in_as(Duty::FrontDesk).await;
        let counter = async |stamp: usize| {
            let row = applications(site).await.remove(stamp);
            desk.get(&format!("/desk/P21-014/{}", row.id)).await.expect(200)
        };
        let page = counter(0).await.form("form[action$=seat]").fill("seat", "1-03").submit().await.expect(200);
        assert!(page.said().contains("좌석을 바꾸었습니다") && page.said().contains("1-03"), "{}", page.said());
        let before = site.tables().await;
        for (seat, status, sentence) in [("1-02", 409, "방금 다른 분이"), ("9-99", 422, "그런 자리가"), ("<", 422, "그런 자리가")] {
            let refused = page.form("form[action$=seat]").forge("seat", seat).submit().await.expect(status);
            assert!(refused.problem("move-seat").unwrap().contains(sentence), "{seat}: {}", refused.said());
        }
        let long = "가".repeat(301);
        for (reason, sentence) in [("", "사유를 적어 주세요."), (long.as_str(), "사유는 300자까지 쓸 수 있습니다.")] {
            let refused = page.form("form[action$=cancel]").fill("reason", reason).submit().await.expect(422);
            assert_eq!(refused.problem("cancel-reason").as_deref(), Some(sentence));
        }
        let waiting = counter(2).await;
        assert!(!waiting.has("form[action$=accept]") && !waiting.has("form[action$=seat]"));
        let path = format!("{}/accept", waiting.path);
        let elsewhere = page.path.split('?').next().unwrap().replace("P21-014", "P21-015");
        desk.get(&elsewhere).await.expect(404);
        for (act, fields) in [("accept", [("x", "")]), ("seat", [("seat", "1-04")]), ("cancel", [("reason", "x")])] {
            desk.post(&format!("{elsewhere}/{act}"), &fields).await.expect(404);
        }
        let refused = desk.post(&path, &[]).await.expect(409);
        assert!(refused.said().contains("확정할 수 있는 기한이 지났습니다"), "{}", refused.said());
        before.without(&["access"]).assert_same(&site.tables().await.without(&["access"]));
        page.form("form[action$=cancel]").fill("reason", "이사").submit().await.expect(200);
        let page = counter(2).await.form("form[action$=accept]").submit().await.expect(200);
        assert!(page.said().contains("자리를 확정했습니다") && page.said().contains("자리 확정"), "{}", page.said());
        assert_eq!(applications(site).await[2].state, State::Booked);
        for visitor in [site.resident("구민").await, site.sign_in_as(Duty::TrainingManager).await] {
            visitor.get(page.path.split('?').next().unwrap()).await.expect(403);
            visitor.post(&path, &[]).await.expect(403);
            visitor.post(&path.replace("accept", "seat"), &[("seat", "1-03")]).await.expect(403);
            visitor.post(&path.replace("accept", "cancel"), &[("reason", "x")]).await.expect(403);
        }
    }

    async fn the_desk_is_told_even_where_the_field_has_gone(site) {
        run_of_four(site).await;
        fill(site, "P21-014", 3).await;
        let desk = site.sign_in_as(Duty::FrontDesk).await;
        let row = applications(site).await.remove(0);
        let page = desk.get(&format!("/desk/P21-014/{}", row.id)).await.expect(200);
        fill(site, "P21-014", 1).await;
        let refused = page.form("form[action$=seat]").fill("seat", "1-04").submit().await.expect(409);
        assert!(!refused.has("form[action$=seat]"));
        assert!(refused.text("[role=alert]").contains("방금 다른 분이 신청했습니다"), "{}", refused.said());
        page.form("form[action$=cancel]").fill("reason", "이사").submit().await.expect(200);
        let refused = page.form("form[action$=cancel]").submit().await.expect(422);
        assert!(refused.text("[role=alert]").contains("사유를 적어 주세요"), "{}", refused.said());
    }

    async fn an_offer_made_at_night_leaves_the_hours_that_one_made_in_the_morning_would(site) {
        let room = room(site).await;
        run_in(site, "P21-014", Some(room), |_, run, _| {
            run.capacity = 1;
            run.offer_minutes = Some(60);
        }).await;
        let visitors = fill(site, "P21-014", 2).await;
        site.set_time("2021-01-11T23:30:00+09:00");
        let page = visitors[0].get("/my").await.click("강좌 P21-014").await;
        page.form("form[action$=cancel]").submit().await.expect(200);
        let offered = applications(site).await.remove(1);
        assert_eq!((offered.state, offered.offer_until), (State::Offered, Some(at("2021-01-12T09:00:00+09:00"))));
    }

    async fn who_waits_for_an_approval_no_longer_wanted_is_admitted_in_order(site) {
        let room = room(site).await;
        let run = run_in(site, "P21-014", Some(room), |_, run, _| {
            run.capacity = 2;
            run.selection = Selection::Approval;
        }).await;
        let visitors = fill(site, "P21-014", 3).await;
        let tx = site.centre.begin().await.unwrap();
        domain::centre::turn(&tx).await.unwrap();
        let row = run::ActiveModel { selection: Set(Selection::FirstCome), ..Default::default() };
        run::Entity::update_many().set(row).filter(run::Column::Id.eq(run)).exec(&tx).await.unwrap();
        tx.commit().await.unwrap();
        site.centre.settle().await;
        let states: Vec<State> = applications(site).await.iter().map(|row| row.state).collect();
        assert_eq!(states, [State::Booked, State::Booked, State::Waiting]);
        assert_eq!(events_told(site, visitors[0].id()).await, [Event::Asked, Event::Promoted]);
        assert_eq!(events_told(site, visitors[2].id()).await, [Event::Asked, Event::Waiting]);
    }

    async fn who_is_entered_at_the_desk_with_a_number_is_told_there(site) {
        run_of_four(site).await;
        let desk = site.sign_in_as(Duty::FrontDesk).await;
        let form = desk.get("/desk/P21-014").await.form("form[action$='/desk/P21-014']");
        form.fill("name", "김할머니").fill("phone", "010-7777-1234").tick("consent").submit().await.expect(200);
        site.deliver().await;
        let texts: Vec<String> =
            site.files().into_iter().filter(|text| text.starts_with("010-7777-1234")).collect();
        assert_eq!(texts.len(), 1);
        assert!(texts[0].contains("강좌 P21-014"), "{}", texts[0]);
    }

    async fn a_grandmother_entered_with_her_daughters_number_is_not_the_daughter(site) {
        run_of_four(site).await;
        let number = domain::account::Address::parse("010-7777-1234").unwrap();
        let daughter = site.person_at("김딸", number, &[]).await;
        let desk = site.sign_in_as(Duty::FrontDesk).await;
        let page = desk.get("/desk/P21-014").await;
        let enter = |name: &str| {
            page.form("form[action$='/desk/P21-014']").fill("name", name).fill("phone", "010-7777-1234").tick("consent")
        };
        enter("김할머니").submit().await.expect(200);
        assert_ne!(applications(site).await[0].person_id, daughter);
        // The old form with another name is not the first person again.
        let before = site.tables().await;
        enter("박할머니").submit().await.expect(409);
        before.assert_same(&site.tables().await);
        let page = desk.get("/desk/P21-014").await;
        let form = page.form("form[action$='/desk/P21-014']").fill("name", "김딸").fill("phone", "010-7777-1234");
        form.tick("consent").submit().await.expect(200);
        assert_eq!(applications(site).await[1].person_id, daughter);
    }

    async fn a_second_press_on_cancel_says_that_it_is_over(site) {
        run_of_four(site).await;
        let visitor = fill(site, "P21-014", 1).await.remove(0);
        let page = visitor.get("/my").await.click("강좌 P21-014").await;
        page.form("form[action$=cancel]").submit().await.expect(200);
        let before = site.tables().await;
        let again = page.form("form[action$=cancel]").submit().await.expect(409);
        assert!(again.said().contains("취소된 신청입니다"), "{}", again.said());
        before.assert_same(&site.tables().await);
    }

    async fn strangers_do_not_watch_staff_runs(site) {
        let room = room(site).await;
        run_in(site, "S21-001", Some(room), |course, _, _| course.audience = Audience::Staff).await;
        for path in ["/courses/S21-001", "/courses/S21-001/seats", "/courses/S21-001/events"] {
            site.visitor().get(path).await.expect(404);
        }
    }

    async fn each_wrong_field_at_the_desk_has_its_sentence_and_changes_nothing(site) {
        run_of_four(site).await;
        let desk = site.sign_in_as(Duty::FrontDesk).await;
        let page = desk.get("/desk/P21-014").await;
        let right = || page.form("form[action$='/desk/P21-014']").fill("name", "김할머니").tick("consent");
        let before = site.tables().await;
        let long = "가".repeat(61);
        for (field, value, sentence) in [
            ("name", "", "이름을 1자에서 60자 사이로"),
            ("name", long.as_str(), "이름을 1자에서 60자 사이로"),
            ("phone", "02-123-4567", "010으로 시작하는 11자리"),
            ("seat", "<script>", "그런 자리가 없습니다"),
            ("seat", "9-99", "그런 자리가 없습니다"),
            ("language", "xx", "안내 언어를 골라 주세요"),
        ] {
            let refused = right().forge(field, value).submit().await.expect(422);
            assert!(refused.problem(field).unwrap_or_default().contains(sentence), "{field}: {}", refused.said());
        }
        let refused = right().untick("consent").submit().await.expect(422);
        assert!(refused.problem("consent").is_some());
        before.assert_same(&site.tables().await);
        right().forge("key", "no key").submit().await.expect(400);
        for visitor in [site.resident("구민").await, site.sign_in_as(Duty::Producer).await] {
            visitor.get("/desk").await.expect(403);
            visitor.get("/desk/P21-014").await.expect(403);
            visitor.post("/desk/P21-014", &[("name", "x")]).await.expect(403);
        }
    }

    async fn a_seat_is_changed_to_a_free_one_only(site) {
        run_of_four(site).await;
        let seated = fill(site, "P21-014", 2).await;
        let page = seated[0].get("/courses/P21-014").await;
        let moved = page.form(".seat-form").press("1-03").await.expect(200);
        assert!(moved.said().contains("좌석은 1-03번입니다"), "{}", moved.said());
        assert_eq!(events_told(site, seated[0].id()).await, [Event::Booked, Event::SeatChanged]);
        let before = site.tables().await;
        for (seat, status, sentence) in [
            ("1-02", 409, "방금 다른 분이 신청했습니다"),
            ("9-99", 422, "그런 자리가 없습니다"),
            ("", 422, "그런 자리가 없습니다"),
            ("1-02'; DROP TABLE seat", 422, "그런 자리가 없습니다"),
        ] {
            let refused = page.form(".seat-list").forge("seat", seat).submit().await.expect(status);
            assert!(refused.said().contains(sentence), "{seat}: {}", refused.said());
        }
        before.assert_same(&site.tables().await);
    }

    async fn a_seat_out_of_service_is_not_given(site) {
        run_of_four(site).await;
        let broken = seat::ActiveModel { out_of_service: Set(Some("수리 중".into())), ..Default::default() };
        let db = site.centre.database();
        seat::Entity::update_many().set(broken).filter(seat::Column::Code.eq("1-01")).exec(db).await.unwrap();
        let visitor = site.resident("홍길동").await;
        let page = visitor.get("/courses/P21-014").await;
        assert!(page.said().contains("남은 자리 3석"), "{}", page.said());
        let before = site.tables().await;
        let refused = page.form(".seat-list").forge("seat", "1-01").submit().await.expect(409);
        assert!(refused.said().contains("지금 사용할 수 없습니다"), "{}", refused.said());
        before.assert_same(&site.tables().await);
    }

    async fn a_room_in_which_every_seat_is_out_of_service_has_room_for_nobody(site) {
        let run = run_of_four(site).await;
        let broken = seat::ActiveModel { out_of_service: Set(Some("수리 중".into())), ..Default::default() };
        seat::Entity::update_many().set(broken).exec(site.centre.database()).await.unwrap();
        let page = site.visitor().get("/courses").await.expect(200);
        assert!(page.said().contains("잔여 인원 0 / 0"), "{}", page.said());
        let manager = site.signed_in(site.person("담당", &[Duty::TrainingManager]).await).await;
        let row = run::Entity::find_by_id(run).one(site.centre.database()).await.unwrap().unwrap();
        let editor = manager.editor_of(run, None).unwrap();
        let refused = edit::change_run(&site.centre, &editor, row.version, &RunDetails::of(&row)).await;
        let over = edit::Refusal::CapacityOverSeats(0);
        assert!(matches!(&refused, Err(EditError::Refused(all)) if all.contains(&over)), "{refused:?}");
    }

    async fn cancelling_late_wants_a_reason(site) {
        run_of_four(site).await;
        let visitor = fill(site, "P21-014", 1).await.remove(0);
        site.set_time(BEGINS);
        let page = site.sign_in(visitor.id()).await.get("/my").await.click("강좌 P21-014").await;
        let before = site.tables().await;
        let refused = page.form("form[action$=cancel]").submit().await.expect(422);
        assert_eq!(refused.problem("reason").as_deref(), Some("사유를 적어 주세요."));
        let long = "가".repeat(301);
        let refused = page.form("form[action$=cancel]").fill("reason", &long).submit().await.expect(422);
        assert_eq!(refused.problem("reason").as_deref(), Some("사유는 300자까지 쓸 수 있습니다."));
        before.assert_same(&site.tables().await);
        let page = page.form("form[action$=cancel]").fill("reason", "이사").submit().await.expect(200);
        assert!(page.said().contains("이사"), "the reason is in the history: {}", page.said());
        let events = application_event::Entity::find().order_by_asc(application_event::Column::Id);
        let kinds: Vec<EventKind> =
            events.all(site.centre.database()).await.unwrap().iter().map(|event| event.kind).collect();
        assert_eq!(kinds, [EventKind::Booked, EventKind::Cancelled]);
    }

    async fn another_persons_application_does_not_exist(site) {
        run_of_four(site).await;
        let owner = fill(site, "P21-014", 1).await.remove(0);
        let application = applications(site).await[0].id;
        let other = site.resident("남").await;
        let before = site.tables().await;
        other.get(&format!("/my/{application}")).await.expect(404);
        for (act, fields) in [("cancel", vec![]), ("accept", vec![]), ("seat", vec![("seat", "1-03")])] {
            other.post(&format!("/my/{application}/{act}"), &fields).await.expect(404);
            owner.post(&format!("/my/{}/{act}", Uuid::from_u128(7)), &fields).await.expect(404);
            let page = site.visitor().post(&format!("/my/{application}/{act}"), &fields).await;
            assert!(page.path.starts_with("/sign-in"), "{}", page.path);
        }
        before.assert_same(&site.tables().await);
    }

    async fn a_script_is_stopped_and_others_beside_it_are_not(site) {
        run_of_four(site).await;
        let script = site.resident("기계").await;
        let before = site.tables().await;
        let presses = (0..100).map(|_| async { script.post("/courses/P21-014", &[("key", "x"), ("seat", "any")]).await });
        let answers = futures::future::join_all(presses).await;
        let stopped = answers.iter().find(|page| page.status == 429).expect("a hundred at once are too many");
        assert!(stopped.header("retry-after").is_some() && !stopped.said().is_empty());
        before.assert_same(&site.tables().await);
        // From the same address.
        apply(&site.resident("홍길동").await, "P21-014").await.expect(200);
    }

    async fn forged_applications_are_refused(site) {
        run_of_four(site).await;
        let visitor = site.resident("홍길동").await;
        let before = site.tables().await;
        let key = site.centre.clock().id().to_string();
        visitor.post("/courses/P21-014", &[("key", "no key"), ("seat", "any")]).await.expect(400);
        visitor.post("/courses/P21-014", &[("seat", "any")]).await.expect(400);
        visitor.post("/courses/P21-014", &[("key", &key)]).await.expect(422);
        visitor.post("/courses/P99-999", &[("key", &key), ("seat", "any")]).await.expect(404);
        visitor.post("/courses/not%20a%20code", &[("key", &key), ("seat", "any")]).await.expect(404);
        let page = site.visitor().post("/courses/P21-014", &[("key", &key), ("seat", "any")]).await;
        assert!(page.path.starts_with("/sign-in?next="), "{}", page.path);
        let wrong = visitor.clone().with_header("origin", "https://evil.example");
        wrong.post("/courses/P21-014", &[("key", &key), ("seat", "any")]).await.expect(403);
        before.assert_same(&site.tables().await);
    }

    async fn a_run_that_is_closed_begun_or_cancelled_takes_nobody(site) {
        let run = run_of_four(site).await;
        let visitor = site.resident("홍길동").await;
        let key = site.centre.clock().id().to_string();
        let fields = [("key", key.as_str()), ("seat", "any")];
        for (time, sentence) in [("2021-01-28T18:00:00+09:00", "접수가 마감되었습니다"), (BEGINS, "이미 시작한 강좌입니다")] {
            site.set_time(time);
            let page = site.sign_in(visitor.id()).await.post("/courses/P21-014", &fields).await.expect(409);
            assert!(page.said().contains(sentence), "{}", page.said());
        }
        site.set_time(OPENS);
        let manager = site.signed_in(site.person("담당", &[Duty::TrainingManager]).await).await;
        let seated = fill(site, "P21-014", 1).await.remove(0);
        let editor = manager.editor_of(run, None).unwrap();
        store::cancel_run(&site.centre, &editor, "신청자 부족".into()).await.unwrap();
        let page = site.sign_in(visitor.id()).await.post("/courses/P21-014", &fields).await.expect(409);
        assert!(page.said().contains("폐강된 강좌입니다"), "{}", page.said());
        assert_eq!(events_told(site, seated.id()).await, [Event::Booked, Event::RunCancelled]);
        assert_eq!(applications(site).await[0].state, State::Cancelled);
    }

    async fn watchers_hear_of_a_change_and_those_without_a_stream_can_ask(site) {
        run_of_four(site).await;
        let keeper = tokio::spawn(site.centre.watchers().clone().keep(site.centre.clone()));
        let response = site.visitor().stream("/courses/P21-014/events").await;
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let mut stream = response.into_body().into_data_stream();
        let mut next = async || String::from_utf8(stream.next().await.unwrap().unwrap().to_vec()).unwrap();
        assert_eq!(next().await, "data: {\"taken\":[],\"left\":4,\"waiting\":0}\n\n");
        let visitor = site.resident("홍길동").await;
        visitor.get("/courses/P21-014").await.form(".seat-form").press("1-02").await.expect(200);
        assert_eq!(next().await, "data: {\"taken\":[\"1-02\"],\"left\":3,\"waiting\":0}\n\n");
        let asked = site.visitor().get("/courses/P21-014/seats").await.expect(200);
        assert_eq!(asked.body(), "{\"taken\":[\"1-02\"],\"left\":3,\"waiting\":0}");
        let mine = visitor.get("/courses/P21-014/mine").await.expect(200).body();
        assert!(mine.contains("\"state\":\"booked\",\"seat\":\"1-02\""), "{mine}");
        keeper.abort();
    }

    async fn online_runs_give_places_without_a_plan(site) {
        run_in(site, "P21-003", None, |_, run, _| {
            run.capacity = 2;
        }).await;
        let visitors = fill(site, "P21-003", 3).await;
        let rows = applications(site).await;
        assert_eq!(rows.iter().map(|row| row.admission).collect::<Vec<_>>(), [Some(1), Some(2), None]);
        assert!(!visitors[0].get("/courses/P21-003").await.has(".seat-plan"));
        let mut gone = application::Entity::find_by_id(rows[0].id)
            .one(site.centre.database()).await.unwrap().unwrap().into_active_model();
        gone.admission = Set(Some(2));
        let refused = gone.update(site.centre.database()).await.unwrap_err().to_string();
        assert!(refused.contains("admission"), "{refused}");
    }
}
