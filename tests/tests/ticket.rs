//! People without phones who come to the front desk before the opening: first by their tickets, and ahead of nobody who
//! was there before.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::account::{Address, Desk, Duty};
use domain::centre::Centre;
use domain::course::entity::run;
use domain::course::{Audience, Selection};
use domain::notice::Event;
use domain::registration::desk::{AtDesk, Wish, apply_at_desk, withdraw_ticket};
use domain::registration::entity::{application, ticket};
use domain::registration::{Choice, Refusal, State, TicketNumber, TicketState, WriterError, store};
use domain::space::SeatCode;
use futures::future::join_all;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use tests::programme::{Dates, add_people, add_room, add_run, new_code, seat_code};
use tests::{Page, Site, Visitor, amount, both};
use tokio::runtime::Handle;
use uuid::Uuid;

use crate::registration::{OPENS, applications, apply, at, events_told, fill, room, run_in, run_of_four};

const BEFORE: &str = "2021-01-11T08:30:00+09:00";
const FORM: &str = "form[action$='/desk/P21-014']";

/// Somebody at the desk, half an hour before the window opens.
async fn early_desk(site: &Site) -> Visitor {
    site.set_time(BEFORE);
    site.sign_in_as(Duty::FrontDesk).await
}

/// Enters a ticket by a form of its own.
async fn enter(desk: &Visitor, code: &str, number: u32, name: &str, phone: &str) -> Page {
    let form =
        desk.get(&format!("/desk/{code}")).await.expect(200).form(&format!("form[action$='/desk/{code}']"));
    let form = form.fill("number", &number.to_string()).fill("name", name).fill("phone", phone);
    form.tick("consent").submit().await
}

/// Lets the server look at what is due, as it does every second.
async fn open(site: &Site) {
    site.set_time(OPENS);
    let writer = site.centre.writer();
    assert!(writer.is_due().await.unwrap(), "tickets wait and nobody is woken");
    writer.settle().await.unwrap();
    assert!(!writer.is_due().await.unwrap(), "still due after it was settled");
}

async fn tickets(site: &Site) -> Vec<ticket::Model> {
    let all =
        ticket::Entity::find().order_by_asc(ticket::Column::Number).order_by_asc(ticket::Column::EnteredAt);
    all.all(site.centre.database()).await.unwrap()
}

async fn move_window(site: &Site, run: Uuid, opens: &str) {
    let tx = site.centre.begin().await.unwrap();
    domain::centre::turn(&tx).await.unwrap();
    let row = run::ActiveModel { apply_from: Set(Some(at(opens))), ..Default::default() };
    run::Entity::update_many().set(row).filter(run::Column::Id.eq(run)).exec(&tx).await.unwrap();
    tx.commit().await.unwrap();
    site.centre.settle().await;
}

both! {
    async fn tickets_are_released_at_the_opening_in_their_order_and_not_in_that_of_entry(site) {
        run_of_four(site).await;
        let desk = early_desk(site).await;
        let page = desk.get("/desk").await.expect(200);
        assert!(page.said().contains("곧 접수를 시작하는 강좌"), "{}", page.said());
        let page = page.click("P21-014").await.expect(200);
        assert!(page.said().contains("접수 시작 2021년 1월 11일(월) 09:00 · 정원 4명"), "{}", page.said());
        assert_eq!(page.form(FORM).value("number"), "1");
        for (number, name) in [(3, "김셋째"), (1, "이첫째"), (2, "박둘째")] {
            let entered = enter(&desk, "P21-014", number, name, "").await.expect(200);
            assert_eq!(entered.hops.len(), 1);
            let said = entered.text("[role=status]");
            assert!(said.contains(&format!("번호표 {number}번")) && said.contains("접수 시작 대기"), "{said}");
        }
        assert_eq!(desk.get("/desk/P21-014").await.form(FORM).value("number"), "4");
        assert!(applications(site).await.is_empty());
        assert!(!site.centre.writer().is_due().await.unwrap());
        site.set_time("2021-01-11T08:59:59.999999+09:00");
        site.centre.settle().await;
        assert!(applications(site).await.is_empty(), "released before the opening");

        open(site).await;
        let rows = applications(site).await;
        let tickets = tickets(site).await;
        let released: Vec<_> = tickets.iter().map(|ticket| (ticket.number, ticket.application_id)).collect();
        let in_order: Vec<_> = (1..).zip(rows.iter().map(|row| Some(row.id))).collect();
        assert_eq!(released, in_order);
        for row in &rows {
            assert_eq!((row.state, row.applied_at, row.entered_by), (State::Booked, at(OPENS), Some(desk.id())));
        }
        let page = desk.get("/desk/P21-014").await.expect(200);
        assert!(!page.form(FORM).names().contains(&"number"), "no tickets after the opening");
        for (number, name, seat) in [(1, "이*째", "1-01"), (2, "박*째", "1-02"), (3, "김*째", "1-03")] {
            let line = format!("{number}번{name}–빈자리 자동배정신청완료, 좌석 {seat}");
            assert!(page.all("tbody tr").contains(&line), "{line}: {:?}", page.all("tbody tr"));
        }
        let counter = page.click("이*째").await.expect(200);
        assert!(counter.said().contains("이첫째") && counter.has("form[action$=cancel]"), "{}", counter.said());
    }

    async fn who_applies_at_the_very_opening_comes_behind_the_tickets(site) {
        run_of_four(site).await;
        let visitors = [site.resident("홍길동").await, site.resident("홍길순").await];
        let desk = early_desk(site).await;
        let mut forms = Vec::new();
        for visitor in &visitors {
            forms.push(visitor.get("/courses/P21-014").await.expect(200).form(".seat-form"));
        }
        for number in [2, 1, 3] {
            enter(&desk, "P21-014", number, &format!("할머니{number}"), "").await.expect(200);
        }
        // Nobody has woken the writer: the first to press does, and the last seat is all that is left.
        site.set_time(OPENS);
        let said = join_all(forms.into_iter().map(|form| form.submit())).await;
        let said: Vec<String> = said.into_iter().map(|page| page.expect(200).said()).collect();
        let rows = applications(site).await;
        let by_desk: Vec<bool> = rows.iter().map(|row| row.entered_by.is_some()).collect();
        assert_eq!(by_desk, [true, true, true, false, false]);
        let tickets: Vec<_> = tickets(site).await.iter().map(|ticket| ticket.application_id).collect();
        assert_eq!(tickets, rows[..3].iter().map(|row| Some(row.id)).collect::<Vec<_>>());
        assert!(said.iter().any(|said| said.contains("좌석은 1-04번입니다")), "{said:?}");
        assert!(said.iter().any(|said| said.contains("대기 1번입니다")), "{said:?}");
    }

    async fn tickets_for_a_window_that_was_moved_are_behind_those_who_came_while_it_was_open(site) {
        let run = run_of_four(site).await;
        fill(site, "P21-014", 5).await;
        move_window(site, run, "2021-01-12T09:00:00+09:00").await;
        let desk = site.sign_in_as(Duty::FrontDesk).await;
        enter(&desk, "P21-014", 1, "김할머니", "").await.expect(200);
        site.set_time("2021-01-12T09:00:00+09:00");
        // Moved once more, it waits for the new opening.
        move_window(site, run, "2021-01-12T10:00:00+09:00").await;
        assert_eq!(tickets(site).await[0].state, TicketState::Waiting);
        move_window(site, run, "2021-01-12T08:59:00+09:00").await;
        let desk = site.sign_in(desk.id()).await;
        let page = desk.get("/desk/P21-014").await.expect(200);
        assert!(page.said().contains("빈자리 자동배정대기 2번"), "{}", page.said());
        assert_eq!(applications(site).await.last().unwrap().entered_by, Some(desk.id()));
    }

    async fn where_the_wished_seat_is_gone_another_is_given_and_who_comes_later_is_asked_to_choose(site) {
        run_of_four(site).await;
        let visitor = site.resident("홍길동").await;
        let desk = early_desk(site).await;
        let ready = visitor.get("/courses/P21-014").await.expect(200);
        for (number, seat) in [(2, "1-03"), (1, "1-03"), (3, "1-01")] {
            let form = desk.get("/desk/P21-014").await.form(FORM).fill("number", &number.to_string());
            let form = form.fill("name", &format!("할머니{number}")).fill("seat", seat).tick("consent");
            form.submit().await.expect(200);
        }
        site.set_time(OPENS);
        ready.form(".seat-form").press("1-03").await.expect(409);
        let page = desk.get("/desk/P21-014").await;
        for line in ["1-03신청완료, 좌석 1-03", "1-03신청완료, 좌석 1-01", "1-01신청완료, 좌석 1-02"] {
            assert!(page.said().contains(line), "{line}: {}", page.said());
        }
    }

    async fn who_breaks_a_rule_at_the_opening_is_refused_and_the_desk_reads_why_and_whom_to_call(site) {
        let room = room(site).await;
        run_in(site, "P21-014", Some(room), |_, _, _| {}).await;
        run_in(site, "P21-015", None, |_, _, _| {}).await;
        let desk = early_desk(site).await;
        // Both are open to them now; at the opening only one can be.
        enter(&desk, "P21-015", 1, "김할머니", "010-7777-1234").await.expect(200);
        enter(&desk, "P21-014", 1, "김할머니", "010-7777-1234").await.expect(200);
        enter(&desk, "P21-014", 2, "이할머니", "").await.expect(200);
        site.set_time(OPENS);
        // The first page of P21-015 that applies wakes the writer for that run.
        apply(&site.resident("홍길동").await, "P21-015").await.expect(200);
        site.centre.settle().await;
        let rows = tickets(site).await;
        let states: Vec<_> = rows.iter().map(|ticket| (ticket.number, ticket.state)).collect();
        assert_eq!(states, [(1, TicketState::Released), (1, TicketState::Refused), (2, TicketState::Released)]);
        assert_eq!(events_told(site, rows[0].person_id).await, [Event::Booked], "one letter, of the one that was made");
        let page = desk.get("/desk/P21-014").await.expect(200);
        let sentence = "신청되지 않음: 이미 신청한 강좌(P21-015)와 수업 시간이 겹칩니다.";
        assert!(page.said().contains(sentence), "{}", page.said());
        assert!(!page.said().contains("김할머니"), "{}", page.said());
        let ticket = page.click("김**니").await.expect(200);
        assert!(ticket.said().contains("김할머니") && ticket.said().contains("강좌 P21-014 (P21-014)") && ticket.said().contains(sentence), "{}", ticket.said());
        assert_eq!(ticket.attribute("a[href^='tel:']", "href"), "tel:01077771234");
        assert!(!ticket.has("form[action$=withdraw]"));
        assert_eq!(site.tables().await.count("access"), 1, "the look is written down");
        let path = format!("{}/withdraw", ticket.path);
        let before = site.tables().await;
        let late = desk.post(&path, &[]).await.expect(409);
        assert_eq!(late.problems(), ["지금 상태에서는 할 수 없는 일입니다."]);
        before.assert_same(&site.tables().await);
    }

    async fn whoever_would_be_refused_anyway_is_told_while_they_are_there(site) {
        let room = room(site).await;
        run_in(site, "S21-001", Some(room), |course, _, _| course.audience = Audience::Staff).await;
        for code in ["P21-014", "P21-015"] {
            run_in(site, code, None, |_, _, _| {}).await;
        }
        let number = Address::parse("010-7777-1234").unwrap();
        let visitor = site.sign_in(site.person_at("김할머니", number, &[]).await).await;
        apply(&visitor, "P21-015").await.expect(200);
        let desk = early_desk(site).await;
        let before = site.tables().await;
        let refused = enter(&desk, "S21-001", 1, "김할머니", "010-7777-1234").await.expect(403);
        assert_eq!(refused.problems(), ["직원만 신청할 수 있는 강좌입니다."]);
        let refused = enter(&desk, "P21-014", 1, "김할머니", "010-7777-1234").await.expect(409);
        assert_eq!(refused.problems(), ["이미 신청한 강좌(P21-015)와 수업 시간이 겹칩니다."]);
        before.assert_same(&site.tables().await);
    }

    async fn whatever_way_a_run_gives_its_places_tickets_go_first(site) {
        for (code, selection) in [("P21-014", Selection::Approval), ("P21-015", Selection::Lottery)] {
            run_in(site, code, None, |_, run, starts| {
                run.selection = selection;
                starts[0] += TimeDelta::hours(i64::from(code == "P21-015") * 3);
            }).await;
        }
        let desk = early_desk(site).await;
        // Lets the draw be promised.
        site.centre.settle().await;
        enter(&desk, "P21-014", 1, "김할머니", "").await.expect(200);
        enter(&desk, "P21-015", 1, "이할머니", "").await.expect(200);
        open(site).await;
        let states: Vec<State> = applications(site).await.iter().map(|row| row.state).collect();
        assert_eq!(states, [State::Asked; 2]);
    }

    async fn each_wrong_field_of_a_ticket_has_its_sentence_and_changes_nothing(site) {
        run_of_four(site).await;
        let desk = early_desk(site).await;
        enter(&desk, "P21-014", 7, "이할머니", "010-7777-1234").await.expect(200);
        let page = desk.get("/desk/P21-014").await;
        let right = || page.form(FORM).fill("name", "김할머니").tick("consent");
        let before = site.tables().await;
        let number = "번호표 번호를 1부터 9999 사이의 숫자로 적어 주세요.";
        for (field, value, status, sentence) in [
            ("number", "", 422, number),
            ("number", "0", 422, number),
            ("number", "-1", 422, number),
            ("number", "열", 422, number),
            ("number", "10000", 422, number),
            ("number", "7", 409, "번호표 7번은 이미 접수되었습니다. 번호를 확인해 주세요."),
            ("name", "", 422, "이름을 1자에서 60자 사이로 적어 주세요."),
            ("phone", "02-123-4567", 422, "휴대전화 번호를 010으로 시작하는 11자리로 적어 주세요."),
            ("seat", "", 422, "그런 자리가 없습니다. 자리를 다시 골라 주세요."),
            ("seat", "9-99", 422, "그런 자리가 없습니다. 자리를 다시 골라 주세요."),
            ("language", "xx", 422, "안내 언어를 골라 주세요."),
            ("consent", "", 422, "동의서를 받은 뒤 표시해 주세요."),
        ] {
            let refused = right().forge(field, value).submit().await.expect(status);
            assert_eq!(refused.problem(field).as_deref(), Some(sentence), "{field}: {value}");
        }
        right().without("number").submit().await.expect(422);
        right().forge("key", "no key").submit().await.expect(400);
        let known = right().fill("number", "8").fill("name", "이할머니").fill("phone", "010-7777-1234");
        let refused = known.submit().await.expect(409);
        assert_eq!(refused.problems(), ["이미 신청한 강좌입니다. 아래에서 신청 상태를 확인하세요."]);
        before.assert_same(&site.tables().await);
        // Whoever is not known is new, as after the opening.
        right().submit().await.expect(200);
        assert_eq!(tickets(site).await.len(), 2);
    }

    async fn a_form_sent_twice_enters_one_ticket_before_the_opening_and_after_it(site) {
        run_of_four(site).await;
        let desk = early_desk(site).await;
        let page = desk.get("/desk/P21-014").await;
        let send = |name: &str| page.form(FORM).fill("name", name).tick("consent").submit();
        let first = send("김할머니").await.expect(200);
        let before = site.tables().await;
        let second = send("김할머니").await.expect(200);
        assert_eq!((second.path.as_str(), second.said()), (first.path.as_str(), first.said()));
        send("박할머니").await.expect(409);
        before.assert_same(&site.tables().await);
        open(site).await;
        let before = site.tables().await;
        let again = send("김할머니").await.expect(200);
        assert!(again.text("[role=status]").contains("신청완료, 좌석: 1-01"), "{}", again.said());
        before.assert_same(&site.tables().await);
    }

    async fn a_ticket_is_taken_back_and_its_number_may_be_entered_again(site) {
        run_of_four(site).await;
        let desk = early_desk(site).await;
        let early = desk.get("/desk/P21-014").await.expect(200);
        let form = |number| early.form(FORM).fill("number", number).fill("name", "김할머니").tick("consent");
        form("1").submit().await.expect(200);
        let page = enter(&desk, "P21-014", 2, "이할머니", "").await.expect(200);
        let taken_back = page.form("form[action$=withdraw]").press("1번 접수 취소").await.expect(200);
        assert!(taken_back.text("[role=status]").contains("번호표 1번 김**니 님: 접수 취소됨"), "{}", taken_back.said());
        let log = site.sign_in_as(Duty::Administrator).await.get("/manage/audit").await.expect(200);
        assert!(log.said().contains("번호표"), "who took it back is written down: {}", log.said());
        let before = site.tables().await;
        page.form("form[action$=withdraw]").press("1번 접수 취소").await.expect(409);
        // The browser's way back leads to the form that entered it: what it enters now would not wait.
        form("7").submit().await.expect(409);
        before.assert_same(&site.tables().await);
        enter(&desk, "P21-014", 1, "박할머니", "").await.expect(200);
        open(site).await;
        let states: Vec<_> = tickets(site).await.iter().map(|ticket| (ticket.number, ticket.state)).collect();
        assert_eq!(states, [(1, TicketState::Withdrawn), (1, TicketState::Released), (2, TicketState::Released)]);
        assert_eq!(applications(site).await.len(), 2);
    }

    async fn tickets_end_with_their_run_and_with_their_holders_account(site) {
        let run = run_of_four(site).await;
        let number = Address::parse("010-7777-1234").unwrap();
        let holder = site.sign_in(site.person_at("김할머니", number, &[]).await).await;
        let desk = early_desk(site).await;
        enter(&desk, "P21-014", 1, "김할머니", "010-7777-1234").await.expect(200);
        enter(&desk, "P21-014", 2, "이할머니", "010-7777-5678").await.expect(200);
        holder.get("/account/close").await.form("main form").tick("sure").submit().await.expect(200);
        let states = async || tickets(site).await.iter().map(|ticket| ticket.state).collect::<Vec<_>>();
        assert_eq!(states().await, [TicketState::Withdrawn, TicketState::Waiting]);
        let manager = site.signed_in(site.person("담당", &[Duty::TrainingManager]).await).await;
        store::cancel_run(&site.centre, &manager.editor_of(run, None).unwrap(), "신청자 부족".into()).await.unwrap();
        assert_eq!(states().await, [TicketState::Withdrawn; 2]);
        assert_eq!(events_told(site, tickets(site).await[1].person_id).await, [Event::RunCancelled]);
        site.deliver().await;
        assert!(site.files().iter().any(|text| text.starts_with("010-7777-5678") && text.contains("강좌 P21-014")));
        site.set_time(OPENS);
        assert!(!site.centre.writer().is_due().await.unwrap());
        enter_late(&desk).await;
    }

    async fn who_is_released_is_told_as_everybody_else(site) {
        run_of_four(site).await;
        let desk = early_desk(site).await;
        enter(&desk, "P21-014", 1, "김할머니", "010-7777-1234").await.expect(200);
        assert_eq!(site.deliver().await, 0, "nothing to tell yet");
        open(site).await;
        site.deliver().await;
        let texts = site.files();
        assert_eq!(texts.len(), 1);
        assert!(texts[0].starts_with("010-7777-1234") && texts[0].contains("1-01"), "{}", texts[0]);
    }

    async fn who_was_not_decided_before_the_run_began_came_too_late(site) {
        let run = run_of_four(site).await;
        let desk = early_desk(site).await;
        enter(&desk, "P21-014", 1, "김할머니", "").await.expect(200);
        site.set_time(crate::registration::BEGINS);
        assert!(site.centre.writer().is_due().await.unwrap());
        site.centre.settle().await;
        let page = site.sign_in(desk.id()).await.get("/desk/P21-014").await.expect(200);
        assert!(page.said().contains("신청되지 않음: 이미 시작한 강좌입니다."), "{}", page.said());
        let standing = store::standing(&site.centre, run, None).await.unwrap().unwrap();
        assert_eq!(standing.book.snapshot().left, 4);
    }

    async fn who_comes_back_with_a_ticket_is_not_forgotten_for_the_years_before(site) {
        run_of_four(site).await;
        site.set_time("2010-01-11T09:00:00+09:00");
        site.person_at("김할머니", Address::parse("010-7777-1234").unwrap(), &[]).await;
        let desk = early_desk(site).await;
        let officer = site.signed_in(site.person("담당", &[Duty::PrivacyOfficer]).await).await.privacy_officer().unwrap();
        let due = async || domain::privacy::due(&site.centre, &officer).await.unwrap().iter().map(|due| due.people).sum::<u64>();
        assert!(due().await > 0);
        enter(&desk, "P21-014", 1, "김할머니", "010-7777-1234").await.expect(200);
        assert_eq!(due().await, 0);
    }

    async fn only_the_desk_has_to_do_with_tickets(site) {
        run_of_four(site).await;
        let desk = early_desk(site).await;
        let page = enter(&desk, "P21-014", 1, "김할머니", "").await.expect(200);
        let withdraw = page.form("form[action$=withdraw]").action().to_owned();
        let ticket = withdraw.trim_end_matches("/withdraw").to_owned();
        let key = site.centre.clock().id().to_string();
        let fields = [("key", key.as_str()), ("number", "2"), ("name", "이할머니"), ("seat", "any"), ("language", "ko"), ("consent", "yes")];
        let others = [site.resident("구민").await, site.sign_in_as(Duty::Instructor).await, site.sign_in_as(Duty::TrainingManager).await];
        let before = site.tables().await;
        for visitor in others {
            for path in ["/desk", "/desk/P21-014", &ticket] {
                visitor.get(path).await.expect(403);
            }
            visitor.post("/desk/P21-014", &fields).await.expect(403);
            visitor.post(&withdraw, &[]).await.expect(403);
        }
        for path in ["/desk/P21-014", &ticket] {
            assert!(site.visitor().get(path).await.path.starts_with("/sign-in"));
        }
        for path in ["/desk/P21-014", &withdraw] {
            assert!(site.visitor().post(path, &fields).await.path.starts_with("/sign-in"));
        }
        before.assert_same(&site.tables().await);
        let stranger = ticket.replace(ticket.rsplit('/').next().unwrap(), &key);
        desk.get(&stranger).await.expect(404);
        desk.post(&format!("{stranger}/withdraw"), &[]).await.expect(404);
        run_in(site, "P21-015", None, |_, _, _| {}).await;
        desk.get(&ticket.replace("P21-014", "P21-015")).await.expect(404);
        desk.post(&withdraw.replace("P21-014", "P21-015"), &[]).await.expect(404);
    }

    async fn a_run_stands_in_the_desks_list_two_weeks_before_it_opens(site) {
        let run = run_of_four(site).await;
        let desk = early_desk(site).await;
        for (opens, listed) in [("2021-01-25T08:30:00+09:00", true), ("2021-01-25T08:30:01+09:00", false)] {
            move_window(site, run, opens).await;
            assert_eq!(desk.get("/desk").await.said().contains("P21-014"), listed, "{opens}");
        }
    }

    async fn two_servers_release_each_ticket_once_and_before_whoever_comes_to_either(site) {
        let run = run_of_four(site).await;
        site.set_time(BEFORE);
        let servers = [site.another_server().await, site.another_server().await];
        let office = Office::of(site).await;
        for number in [4, 2, 6, 1, 5, 3] {
            let who = office.enter(&servers[number as usize % 2], run, number, Choice::Any).await;
            assert!(who.is_ok());
        }
        let mut people = Vec::new();
        for person in add_people(&site.centre, 12).await {
            people.push(site.signed_in(person).await);
        }
        site.set_time(OPENS);
        let presses = people.iter().enumerate().map(|(index, who)| {
            let server = &servers[index % 2];
            async move { store::apply(server, who, run, Choice::Any, server.clock().id()).await.unwrap() }
        });
        let settles = servers.iter().map(|server| async { server.writer().settle().await.unwrap() });
        futures::join!(join_all(presses), join_all(settles));
        let rows = applications(site).await;
        assert_eq!(rows.len(), 18);
        let released: Vec<_> = tickets(site).await.iter().map(|ticket| ticket.application_id).collect();
        assert_eq!(released, rows[..6].iter().map(|row| Some(row.id)).collect::<Vec<_>>());
    }

    async fn whatever_the_tickets_wish_they_get_what_a_plain_line_would_give_them(site) {
        let office = Office::of(site).await;
        let servers = [site.another_server().await, site.another_server().await];
        let config = Config { cases: amount("PROOF_CASES", 12) as u32, max_shrink_iters: 100, failure_persistence: None, ..Config::default() };
        let wish = || prop_oneof![2 => Just(None), 3 => (0..SEATS).prop_map(Some)];
        let tickets = prop::collection::vec((wish(), prop::bool::weighted(0.2)), 0..7).prop_shuffle();
        let numbers = Just((1..=7).collect::<Vec<u32>>()).prop_shuffle();
        let lines = (1..=SEATS as u32, tickets, numbers, prop::collection::vec(wish(), 0..4));
        tokio::task::block_in_place(|| {
            let walked = TestRunner::new(config).run(&lines, |(capacity, tickets, numbers, later)| {
                let tickets: BTreeMap<u32, Slip> = numbers.into_iter().zip(tickets).map(|(number, (wish, withdrawn))| (number, Slip { wish, withdrawn })).collect();
                Handle::current().block_on(stand_in_line(site, &office, &servers, capacity, &tickets, &later));
                Ok(())
            });
            if let Err(cause) = walked {
                panic!("{cause}");
            }
        });
    }
}

/// After the opening nobody is entered into a run that was cancelled.
async fn enter_late(desk: &Visitor) {
    let form = desk.get("/desk/P21-014").await.expect(200).form(FORM);
    let refused = form.fill("name", "박할머니").tick("consent").submit().await.expect(409);
    assert_eq!(refused.problems(), ["폐강된 강좌입니다."]);
}

const SEATS: usize = 4;

#[derive(Clone, Copy, Debug)]
struct Slip {
    wish: Option<usize>,
    withdrawn: bool,
}

/// Somebody at the desk who enters people without looking at pages.
struct Office<'a> {
    site: &'a Site,
    desk: Desk,
}

impl<'a> Office<'a> {
    async fn of(site: &'a Site) -> Self {
        let desk = site.signed_in(site.person("안내", &[Duty::FrontDesk]).await).await.desk().unwrap();
        Self { site, desk }
    }

    /// The key of the ticket that was entered.
    async fn enter(
        &self,
        server: &Centre,
        run: Uuid,
        number: u32,
        choice: Choice,
    ) -> Result<Uuid, WriterError> {
        let person = add_people(&self.site.centre, 1).await[0];
        let who = AtDesk { person, language: domain::language::Language::Ko, staff: false };
        let key = server.clock().id();
        let wish = Wish { run, choice, ticket: TicketNumber::parse(&number.to_string()), key };
        let outcome = apply_at_desk(server, &self.desk, who, wish).await?;
        assert_eq!(outcome, None, "not decided before the opening");
        Ok(key)
    }
}

fn choice(wish: Option<usize>) -> Choice {
    wish.map_or(Choice::Any, |seat| Choice::Seat(SeatCode::parse(&seat_code(seat as u32 + 1)).unwrap()))
}

/// Enters the tickets at two servers in turn, lets people apply at the opening, and compares the rows with a plain line.
async fn stand_in_line(
    site: &Site,
    office: &Office<'_>,
    servers: &[Centre; 2],
    capacity: u32,
    slips: &BTreeMap<u32, Slip>,
    later: &[Option<usize>],
) {
    // The lists of the cases before come to their end first.
    site.set_time(crate::registration::BEGINS);
    site.centre.settle().await;
    site.set_time(BEFORE);
    let opens: DateTime<Utc> = at(OPENS);
    let code = new_code(&site.centre);
    let room = add_room(&site.centre, &code.to_lowercase(), SEATS as u32).await;
    let day = NaiveDate::from_ymd_opt(2021, 2, 1).unwrap();
    let dates = Dates { apply_from: opens, ..Dates::on(day, opens) };
    let run = add_run(&site.centre, &code, Some(room), dates, |run| run.capacity = capacity as i32).await;

    let mut keys = BTreeMap::new();
    let by_entry: Vec<(usize, (&u32, &Slip))> = slips.iter().rev().enumerate().collect();
    for (turn, (number, slip)) in &by_entry {
        let server = &servers[turn % 2];
        let key = office.enter(server, run, **number, choice(slip.wish)).await.unwrap();
        keys.insert(**number, key);
        let taken = office.enter(&servers[(turn + 1) % 2], run, **number, Choice::Any).await;
        assert!(matches!(taken, Err(WriterError::Refused(Refusal::TicketTaken(_)))), "{taken:?}");
    }
    for (number, slip) in slips {
        if slip.withdrawn {
            withdraw_ticket(&servers[*number as usize % 2], &office.desk, run, keys[number]).await.unwrap();
        }
    }

    site.set_time(OPENS);
    let mut line = PlainLine { capacity: capacity as usize, got: Vec::new() };
    for slip in slips.values().filter(|slip| !slip.withdrawn) {
        let free = slip.wish.filter(|seat| !line.got.contains(&Some(*seat)));
        line.join(free);
    }
    for (index, (person, wish)) in
        add_people(&site.centre, later.len()).await.into_iter().zip(later).enumerate()
    {
        let server = &servers[index % 2];
        let who = site.signed_in(person).await;
        let answer = store::apply(server, &who, run, choice(*wish), server.clock().id()).await;
        let taken = wish.is_some_and(|seat| line.got.contains(&Some(seat))) && line.has_room();
        assert_eq!(answer.is_err(), taken, "{answer:?}");
        if !taken {
            line.join(*wish);
        }
    }
    site.centre.settle().await;

    let rows = application::Entity::find().filter(application::Column::RunId.eq(run));
    let rows = rows.order_by_asc(application::Column::Stamp).all(site.centre.database()).await.unwrap();
    let standing = store::standing(&site.centre, run, None).await.unwrap().unwrap();
    let seats: Vec<Option<usize>> = rows
        .iter()
        .map(|row| {
            let chair = standing.book.chairs.get(&row.seat_id?)?;
            (0..SEATS).find(|seat| chair.code.as_str() == seat_code(*seat as u32 + 1))
        })
        .collect();
    assert_eq!(seats, line.got);
    let of_tickets: Vec<Uuid> =
        rows.iter().filter(|row| row.entered_by.is_some()).map(|row| row.request_key).collect();
    let expected: Vec<Uuid> =
        keys.iter().filter(|(number, _)| !slips[number].withdrawn).map(|(_, key)| *key).collect();
    assert_eq!(of_tickets, expected);
}

/// Who got which seat, in the order in which they came.
struct PlainLine {
    capacity: usize,
    got: Vec<Option<usize>>,
}

impl PlainLine {
    fn has_room(&self) -> bool {
        self.got.iter().flatten().count() < self.capacity
    }

    fn join(&mut self, wish: Option<usize>) {
        let first = (0..SEATS).find(|seat| !self.got.contains(&Some(*seat)));
        self.got.push(wish.or(first).filter(|_| self.has_room()));
    }
}
