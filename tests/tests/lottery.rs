//! A run whose places are drawn, from the promise to the letter, as its applicants and its office see it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Duration;
use domain::account::Duty;
use domain::broadcast::reseal::reseal;
use domain::centre::{Centre, Settings};
use domain::course::edit::{self, EditError};
use domain::course::entity::run;
use domain::course::file::{Act, Column, Fault, ImportError, Problem, install};
use domain::course::{Line, Mode, RunDetails, RunState, Selection};
use domain::notice::Event;
use domain::registration::draw::{Record, Secret};
use domain::registration::drawing;
use domain::registration::entity::{draw, draw_attempt, draw_ticket};
use domain::registration::{Choice, PublicValue, Refusal, State, ValueKind, WriterError, store};
use domain::seal::{Sealer, fresh_key};
use domain::space::entity::seat;
use domain::space::holiday;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use tests::{Page, Site, Visitor, amount, both};
use tokio::runtime::Handle;
use uuid::Uuid;

use crate::registration::{OPENS, applications, events_told, room, run_in};

const BEFORE: &str = "2021-01-08T09:00:00+09:00";
const CLOSES: &str = "2021-01-28T18:00:00+09:00";
const DRAWS: &str = "2021-01-30T20:45:00+09:00";
const NUMBERS: &str = "3 11 15 29 35 44";

/// The server's own round, some time after the last.
async fn round(site: &Site) {
    site.advance(Duration::seconds(1));
    site.centre.settle().await;
}

/// A run of four places, the last for wheelchairs, that are drawn; its draw promised, its window open.
async fn lottery(site: &Site) -> Uuid {
    site.set_time(BEFORE);
    let room = room(site).await;
    let run = run_in(site, "P21-014", Some(room), |_, run, _| run.selection = Selection::Lottery).await;
    round(site).await;
    site.set_time(OPENS);
    run
}

async fn apply(visitor: &Visitor) -> Page {
    visitor.get("/courses/P21-014").await.expect(200).form(".draw-form").press("추첨 신청하기").await
}

async fn enter(site: &Site, count: usize) -> Vec<Visitor> {
    let mut visitors = Vec::new();
    for index in 0..count {
        let visitor = site.resident(&format!("수강생{index}")).await;
        apply(&visitor).await.expect(200);
        visitors.push(visitor);
    }
    visitors
}

async fn close(site: &Site) {
    site.set_time(CLOSES);
    round(site).await;
}

/// Whoever holds the draw, signed in on the day.
async fn manager(site: &Site) -> Visitor {
    site.set_time(DRAWS);
    site.sign_in_as(Duty::TrainingManager).await
}

/// Types the value, looks at what will happen, and presses.
async fn hold(manager: &Visitor) -> Page {
    let page = manager.get("/manage/runs/P21-014/draw").await.expect(200);
    let page = page.form("main form").fill("value", NUMBERS).press("다음").await.expect(200);
    assert!(page.said().contains("추첨은 한 번만 할 수 있고"), "{}", page.said());
    page.form("main form[method=post]").fill("again", NUMBERS).press("이 값으로 추첨하기").await
}

fn numbers() -> PublicValue {
    PublicValue::parse(ValueKind::Lotto, CLOSES.parse().unwrap(), NUMBERS).unwrap()
}

async fn the_draw(site: &Site) -> draw::Model {
    draw::Entity::find().one(site.centre.database()).await.unwrap().expect("a draw")
}

/// By their applications.
async fn tickets(site: &Site) -> BTreeMap<Uuid, draw_ticket::Model> {
    let all = draw_ticket::Entity::find().all(site.centre.database()).await.unwrap();
    all.into_iter().map(|ticket| (ticket.application_id, ticket)).collect()
}

async fn code_of(site: &Site, visitor: &Visitor) -> String {
    let rows = applications(site).await;
    let mine = rows.iter().find(|row| row.person_id == visitor.id()).expect("an application");
    tickets(site).await[&mine.id].code.clone()
}

async fn cancel(visitor: &Visitor) -> Page {
    let mine = visitor.get("/my").await.click("강좌 P21-014").await;
    mine.form("form[action$=cancel]").submit().await
}

async fn record(site: &Site) -> Record {
    let page = site.visitor().get("/courses/P21-014/draw.json").await.expect(200);
    assert_eq!(page.header("content-type"), Some("application/json"));
    Record::read(&page.bytes).expect("a record")
}

both! {
    async fn from_the_window_to_the_letter_everybody_sees_how_and_where_they_stand(site) {
        lottery(site).await;
        let visitor = site.visitor().get("/courses/P21-014").await.expect(200);
        let draw = the_draw(site).await;
        assert!(draw.committed_at < OPENS.parse::<chrono::DateTime<chrono::Utc>>().unwrap());
        for told in ["먼저 신청해도 유리하지 않습니다", "로또6/45", "2021년 1월 30일(토) 20:45 이후"] {
            assert!(visitor.said().contains(told), "{told}: {}", visitor.said());
        }
        let promised = visitor.click("추첨 방법과 결과 보기").await.expect(200);
        assert!(promised.said().contains(&draw.commitment), "{}", promised.said());
        let people = enter(site, 6).await;
        let first = code_of(site, &people[0]).await;
        let page = people[0].get("/courses/P21-014").await.expect(200);
        assert!(page.said().contains(&format!("추첨 코드는 {first}입니다")), "{}", page.said());
        let page = people[0].get("/my").await;
        assert!(page.said().contains("추첨대기"), "{}", page.said());
        let page = page.click("강좌 P21-014").await;
        assert!(page.said().contains(&first), "{}", page.said());
        assert_eq!(events_told(site, people[0].id()).await, [Event::DrawEntered]);
        assert!(applications(site).await.iter().all(|row| row.state == State::Asked), "nobody is ahead of anybody");

        close(site).await;
        let listed = the_draw(site).await;
        assert_eq!((listed.people, listed.drawn_at), (Some(6), None));
        let page = site.visitor().get("/courses/P21-014/draw").await.expect(200);
        let hash = listed.list_hash.expect("a frozen list");
        assert!(page.said().contains(&hash) && page.said().contains("추첨 대상 6명"), "{}", page.said());
        assert!(!page.said().contains(&first), "codes are shown after the draw alone");
        site.visitor().get("/courses/P21-014/draw.json").await.expect(404);

        let manager = manager(site).await;
        let page = hold(&manager).await.expect(200);
        assert_eq!(page.hops.len(), 1);
        assert!(page.said().contains("추첨이 끝났습니다"), "{}", page.said());
        let record = record(site).await;
        assert_eq!(record.verify(), Ok(()));
        assert_eq!((record.places, record.order.len(), &*record.public_value), (4, 6, NUMBERS));
        assert_eq!((&record.commitment, &record.list_hash), (&draw.commitment, &hash));

        // The first four by lot have a place, the wheelchair seat last; the others wait as drawn.
        let seats = seat::Entity::find().all(site.centre.database()).await.unwrap();
        let tickets = tickets(site).await;
        let mut given = Vec::new();
        for row in applications(site).await {
            let code = seats.iter().find(|seat| Some(seat.id) == row.seat_id).map(|seat| seat.code.clone());
            given.push((tickets[&row.id].rank.unwrap(), row.state, code));
        }
        let booked = |rank, seat: &str| (rank, State::Booked, Some(seat.to_owned()));
        let expected = [
            booked(1, "1-01"), booked(2, "1-02"), booked(3, "1-03"), booked(4, "1-04"),
            (5, State::Waiting, None), (6, State::Waiting, None),
        ];
        assert_eq!(given, expected, "in the order of their stamps");
        let codes: Vec<&str> = record.order.iter().map(|line| &*line.ticket).collect();
        let ranks: BTreeMap<&str, i32> = tickets.values().map(|it| (&*it.code, it.rank.unwrap())).collect();
        assert_eq!(codes.iter().map(|code| ranks[code]).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);

        site.deliver().await;
        let letters = site.files();
        for (rank, word) in [(1, "선정되어 수강신청이 확정되었습니다"), (5, "지금 대기 1번입니다"), (6, "지금 대기 2번입니다")] {
            let told = letters.iter().find(|letter| letter.contains(word) && letter.contains(codes[rank - 1]));
            let told = told.unwrap_or_else(|| panic!("no letter for rank {rank} in {letters:#?}"));
            assert!(told.contains("/courses/P21-014/draw"), "{told}");
        }
        // Weeks later everybody has to sign in again.
        let page = site.sign_in(people[0].id()).await.get("/my").await.click("강좌 P21-014").await;
        assert!(page.said().contains(&first) && page.said().contains("추첨 신청"), "{}", page.said());
    }

    async fn the_result_shows_codes_and_no_names_and_one_finds_ones_own_line(site) {
        lottery(site).await;
        let people = enter(site, 5).await;
        close(site).await;
        hold(&manager(site).await).await.expect(200);
        let page = site.visitor().get("/courses/P21-014/draw").await.expect(200);
        assert_eq!(page.all(".draw-ranks li").len(), 5, "a rank and a code each");
        for person in &people {
            assert!(page.said().contains(&code_of(site, person).await), "{}", page.said());
            assert!(!page.body().contains(&person.id().to_string()));
        }
        assert!(!page.body().contains("수강생") && !page.body().contains("0100000"), "{}", page.body());
        assert!(page.header("cache-control").unwrap().contains("no-cache"), "the same for everybody");
        let code = code_of(site, &people[3]).await;
        let typed = code.to_lowercase().replace('-', "");
        let found = page.form("form[method=get]").fill("code", &typed).submit().await.expect(200);
        assert!(found.text("[role=status]").contains(&code), "{}", found.said());
        assert!(found.text("mark").contains(&code), "{}", found.said());
        assert!(found.header("cache-control").unwrap().contains("no-store"), "what somebody looks for is theirs");
        // Four have a place, the fifth waits.
        let mut stands = BTreeMap::new();
        for person in &people {
            let code = code_of(site, person).await;
            let known = page.form("form[method=get]").fill("code", &code).submit().await.expect(200);
            assert!(!known.text("[role=status]").contains("자리를 받았습니다"), "it is not theirs: {}", known.said());
            let mine = site.sign_in(person.id()).await.get("/courses/P21-014/draw").await;
            let told = mine.form("form[method=get]").fill("code", &code).submit().await.expect(200).text("[role=status]");
            let stand = ["자리를 받았습니다", "대기자 명단에 있습니다"].into_iter().find(|stand| told.contains(stand));
            *stands.entry(stand.unwrap_or_else(|| panic!("{told}"))).or_insert(0) += 1;
        }
        assert_eq!(stands, BTreeMap::from([("자리를 받았습니다", 4), ("대기자 명단에 있습니다", 1)]));
        let wrong = page.form("form[method=get]").fill("code", "ABC").submit().await.expect(422);
        assert_eq!(wrong.problem("code").as_deref(), Some("추첨 코드는 영문자와 숫자 열 자리입니다. 다시 확인해 주세요."));
        let unknown = page.form("form[method=get]").fill("code", "00000-00000").submit().await.expect(404);
        assert_eq!(unknown.problem("code").as_deref(), Some("이 추첨의 명단에 없는 코드입니다. 다시 확인해 주세요."));
        let rule = site.visitor().get("/draw/algorithm.md").await.expect(200);
        assert!(rule.body().contains("learning-centre draw 1"));
    }

    async fn between_window_and_draw_nobody_enters_and_after_it_the_desk_gives_what_is_left(site) {
        lottery(site).await;
        enter(site, 3).await;
        site.set_time("2021-01-28T17:59:00+09:00");
        let late = site.resident("늦은이").await;
        let form = late.get("/courses/P21-014").await.form(".draw-form");
        close(site).await;
        let before = site.tables().await;
        let refused = form.submit().await.expect(409);
        let sentence = "접수가 마감되었습니다. 2021년 1월 30일(토) 20:45 이후에 추첨하고";
        assert!(refused.text("[role=alert]").contains(sentence), "{}", refused.said());
        let page = site.visitor().get("/courses/P21-014").await;
        assert!(page.said().contains("2021년 1월 30일(토) 20:45 이후에 추첨합니다"), "{}", page.said());
        before.assert_same(&site.tables().await);
        let desk = site.sign_in_as(Duty::FrontDesk).await;
        let before = site.tables().await;
        let page = desk.get("/desk/P21-014").await.expect(200);
        let enter_at_desk = |page: &Page, name: &str| {
            page.form("form[action$='/desk/P21-014']").fill("name", name).tick("consent")
        };
        let refused = enter_at_desk(&page, "김할머니").submit().await.expect(409);
        assert!(refused.said().contains(sentence), "{}", refused.said());
        before.assert_same(&site.tables().await);

        hold(&manager(site).await).await.expect(200);
        let desk = site.sign_in_as(Duty::FrontDesk).await;
        for (name, state) in [("김할머니", "신청완료"), ("이할머니", "대기 1번")] {
            let page = desk.get("/desk/P21-014").await.expect(200);
            let page = enter_at_desk(&page, name).submit().await.expect(200);
            assert!(page.text("[role=status]").contains(state), "{}", page.said());
        }
        let key = site.centre.clock().id().to_string();
        let refused = late.post("/courses/P21-014", &[("key", &key), ("seat", "any")]).await.expect(409);
        assert!(refused.said().contains("접수가 마감되었습니다."), "{}", refused.said());
    }

    async fn who_cancels_before_the_list_is_frozen_is_not_in_it_and_who_does_after_is_passed_over(site) {
        lottery(site).await;
        let people = enter(site, 6).await;
        let gone = code_of(site, &people[0]).await;
        cancel(&people[0]).await.expect(200);
        assert!(tickets(site).await.values().all(|ticket| ticket.code != gone));
        // Coming back is a new application with a new code.
        apply(&people[0]).await.expect(200);
        cancel(&people[1]).await.expect(200);
        close(site).await;
        assert_eq!(the_draw(site).await.people, Some(5));
        let people = [&people[2], &people[3]].map(|visitor| visitor.id());
        let leaver = site.sign_in(people[0]).await;
        let stays = code_of(site, &leaver).await;
        cancel(&leaver).await.expect(200);
        assert_eq!(tickets(site).await.len(), 5, "the list is the list");
        let manager = manager(site).await;
        let page = manager.get("/manage/runs/P21-014/draw").await.expect(200);
        assert!(page.said().contains("명단 5명 · 확정한 뒤 취소 1명 · 추첨할 자리 4자리"), "{}", page.said());
        hold(&manager).await.expect(200);
        let record = record(site).await;
        assert_eq!(record.verify(), Ok(()));
        assert!(record.order.iter().any(|line| line.ticket == stays), "the code stays in the list");
        let states: Vec<State> = applications(site).await.iter().map(|row| row.state).collect();
        assert_eq!(states.iter().filter(|state| **state == State::Booked).count(), 4, "{states:?}");
        assert_eq!(states.iter().filter(|state| **state == State::Waiting).count(), 0);
        assert_eq!(events_told(site, people[0]).await, [Event::DrawEntered, Event::Cancelled]);
    }

    async fn whoever_came_in_time_is_in_the_list_also_where_nobody_was_there_to_freeze_it(site) {
        let run = lottery(site).await;
        enter(site, 2).await;
        // The round comes late: the next who asks for anything freezes the list first.
        site.set_time("2021-01-28T18:05:00+09:00");
        let late = site.signed_in(site.person("늦은이", &[]).await).await;
        let refused = store::apply(&site.centre, &late, run, Choice::Any, site.centre.clock().id()).await;
        assert!(matches!(refused, Err(WriterError::Refused(Refusal::DrawAwaited(_)))), "{refused:?}");
        assert_eq!(the_draw(site).await.people, Some(2));
        assert!(!site.centre.writer().is_due().await.unwrap());
    }

    async fn the_secret_lies_open_nowhere_before_the_draw(site) {
        let run = lottery(site).await;
        let draw = the_draw(site).await;
        let secrets = &site.centre.settings().secrets;
        let hex = secrets.open(&draw.sealed, &format!("draw:{run}:secret")).unwrap();
        assert_eq!(Secret::parse(&hex).unwrap().commitment("P21-014").to_string(), draw.commitment);
        assert!(!format!("{:?}", site.tables().await).contains(&hex));
        enter(site, 1).await;
        close(site).await;
        assert!(!format!("{:?}", site.tables().await).contains(&hex));
        hold(&manager(site).await).await.expect(200);
        assert_eq!(record(site).await.secret, hex);
    }

    async fn a_second_draw_is_refused_and_written_down(site) {
        lottery(site).await;
        enter(site, 5).await;
        close(site).await;
        let manager = manager(site).await;
        let page = manager.get("/manage/runs/P21-014/draw").await;
        let page = page.form("main form").fill("value", NUMBERS).press("다음").await;
        let press = || page.form("main form[method=post]").fill("again", NUMBERS);
        press().submit().await.expect(200);
        let before = site.tables().await;
        // Pressed twice it is still one draw.
        press().submit().await.expect(200);
        before.without(&["writer"]).assert_same(&site.tables().await);
        let before = site.tables().await.without(&["draw_attempt", "writer"]);
        for value in ["1 2 3 4 5 6", NUMBERS] {
            let key = Uuid::now_v7().to_string();
            let again = press().forge("value", value).forge("again", value).forge("key", &key);
            let refused = again.submit().await.expect(409);
            assert!(refused.said().contains("이미 추첨했습니다"), "{}", refused.said());
        }
        before.assert_same(&site.tables().await);
        let attempts = draw_attempt::Entity::find().all(site.centre.database()).await.unwrap();
        assert_eq!(attempts.len(), 2);
        assert!(attempts.iter().all(|attempt| attempt.actor_id == manager.id() && attempt.at == site.now()));
        let page = manager.get("/manage/runs/P21-014/draw").await;
        assert!(page.said().contains("다시 추첨하려던 기록"), "{}", page.said());
    }

    async fn two_servers_draw_once(site) {
        let run = lottery(site).await;
        enter(site, 5).await;
        close(site).await;
        let manager = manager(site).await;
        let manager = site.signed_in(manager.id()).await.training_manager().unwrap();
        let other = site.another_server().await;
        let (one, two) = tokio::join!(
            drawing::draw(&site.centre, &manager, run, numbers(), Uuid::now_v7()),
            drawing::draw(&other, &manager, run, numbers(), Uuid::now_v7()),
        );
        let refused = |answer: &Result<(), WriterError>| {
            matches!(answer, Err(WriterError::Refused(Refusal::AlreadyDrawn)))
        };
        assert!(one.is_ok() && refused(&two) || two.is_ok() && refused(&one), "{one:?} {two:?}");
        assert_eq!(record(site).await.verify(), Ok(()));
    }

    async fn each_wrong_value_has_its_sentence_and_changes_nothing(site) {
        lottery(site).await;
        enter(site, 2).await;
        let path = "/manage/runs/P21-014/draw";
        let early = site.sign_in_as(Duty::TrainingManager).await;
        let before = site.tables().await;
        let key = Uuid::now_v7().to_string();
        let typed = [("value", NUMBERS), ("again", NUMBERS), ("key", &*key)];
        let refused = early.post(path, &typed).await.expect(409);
        assert!(refused.said().contains("명단이 아직 확정되지 않았습니다"), "{}", refused.said());
        before.assert_same(&site.tables().await);
        close(site).await;
        let manager = manager(site).await;
        let before = site.tables().await;
        let sentence = "1부터 45까지 서로 다른 숫자 6개를 빈칸으로 띄어 적어 주세요. 예: 3 11 15 29 35 44";
        for value in ["", " \t ", "1 2 3 4 5", "1 2 3 4 5 46", "1 2 3 4 5 5", "a b c d e f"] {
            let typed = [("value", value), ("again", value), ("key", &*key)];
            let refused = manager.post(path, &typed).await.expect(422);
            assert_eq!(refused.problem("value").as_deref(), Some(sentence), "{value:?}");
            let page = manager.get(path).await.form("main form").forge("value", value).submit().await;
            assert_eq!(page.expect(422).problem("value").as_deref(), Some(sentence), "{value:?}");
        }
        for again in ["", "3 11 15 29 35 45"] {
            let typed = [("value", NUMBERS), ("again", again), ("key", &*key)];
            let refused = manager.post(path, &typed).await.expect(422);
            let sentence = "앞에 적은 값과 다릅니다. 공개된 값을 보고 다시 적어 주세요.";
            assert_eq!(refused.problem("again").as_deref(), Some(sentence));
        }
        manager.post(path, &typed[..2]).await.expect(400);
        manager.post(path, &[]).await.expect(400);
        before.assert_same(&site.tables().await);
    }

    async fn nobody_but_a_training_manager_draws_and_only_where_there_is_a_lottery(site) {
        lottery(site).await;
        run_in(site, "P21-015", None, |_, _, starts| starts[0] += Duration::days(1)).await;
        enter(site, 2).await;
        close(site).await;
        let manager = manager(site).await;
        let others = [Duty::FrontDesk, Duty::Producer, Duty::Instructor, Duty::Administrator, Duty::PrivacyOfficer];
        let mut visitors = Vec::new();
        for duty in others {
            visitors.push(site.sign_in_as(duty).await);
        }
        visitors.push(site.resident("홍길동").await);
        let before = site.tables().await;
        for visitor in visitors {
            for path in ["/manage/runs/P21-014/draw", "/manage/runs/P21-014/draw/plan"] {
                visitor.post(path, &[("value", NUMBERS), ("source", "a")]).await.expect(403);
            }
            visitor.get("/manage/runs/P21-014/draw").await.expect(403);
        }
        let page = site.visitor().post("/manage/runs/P21-014/draw", &[("value", NUMBERS)]).await;
        assert!(page.path.starts_with("/sign-in"), "{}", page.path);
        for path in ["/manage/runs/P21-015/draw", "/manage/runs/NONE/draw"] {
            manager.get(path).await.expect(404);
            manager.post(path, &[("value", NUMBERS)]).await.expect(404);
            manager.post(&format!("{path}/plan"), &[("source", "a")]).await.expect(404);
        }
        for path in ["/courses/P21-015/draw", "/courses/P21-015/draw.json", "/courses/NONE/draw"] {
            site.visitor().get(path).await.expect(404);
        }
        before.assert_same(&site.tables().await);
    }

    async fn what_is_announced_may_be_changed_until_the_window_opens(site) {
        lottery(site).await;
        site.set_time(BEFORE);
        site.advance(Duration::minutes(1));
        let manager = site.sign_in_as(Duty::TrainingManager).await;
        let page = manager.get("/manage/runs/P21-014").await.expect(200).click("추첨").await.expect(200);
        let right = || page.form("form[action$=plan]");
        let before = site.tables().await;
        let too_long = "가".repeat(301);
        for (kind, field, value, sentence) in [
            ("dice", "kind", "dice", "하나를 골라 주세요."),
            ("other", "source", "", "1자에서 300자 사이로 적어 주세요."),
            ("other", "source", &too_long, "1자에서 300자 사이로 적어 주세요."),
            ("lotto", "planned_for", "soon", "날짜와 시각을 다시 확인해 주세요."),
            ("lotto", "planned_for", "2021-01-30T20:44", "공개값은 2021년 1월 30일(토) 20:45부터 알 수 있습니다. 그 뒤로 정해 주세요."),
            ("drand", "planned_for", "2021-01-28T17:59", "공개값은 2021년 1월 28일(목) 18:00부터 알 수 있습니다. 그 뒤로 정해 주세요."),
            ("lotto", "planned_for", "2021-02-01T10:00", "첫 수업이 시작하기 전으로 정해 주세요."),
            ("drand", "source", "환율", "여기에 적은 값을 쓰려면 위에서 ‘다른 값’을 골라 주세요. 아니면 이 칸을 비워 주세요."),
        ] {
            let refused = right().forge("kind", kind).forge(field, value).submit().await.expect(422);
            assert_eq!(refused.problem(&format!("plan-{field}")).as_deref(), Some(sentence), "{field}: {value}");
        }
        before.assert_same(&site.tables().await);
        let source = "한국은행이 1월 29일에 알리는 환율";
        let form = right().forge("kind", "other").fill("source", source).fill("planned_for", "2021-01-30T21:00");
        let done = form.submit().await.expect(200);
        assert!(done.text("[role=status]").contains("추첨 안내를 바꾸었습니다"), "{}", done.said());
        let page = site.visitor().get("/courses/P21-014").await;
        for told in [source, "2021년 1월 30일(토) 21:00 이후"] {
            assert!(page.said().contains(told), "{}", page.said());
        }
        site.set_time(OPENS);
        let before = site.tables().await.without(&["web_session"]);
        let refused = right().forge("kind", "other").fill("source", "다른 값").submit().await.expect(409);
        assert!(refused.said().contains("접수가 시작되어 바꿀 수 없습니다"), "{}", refused.said());
        before.assert_same(&site.tables().await);
        let page = manager.get("/manage/runs/P21-014/draw").await;
        assert!(!page.has("form[action$=plan]"), "{}", page.said());
    }

    async fn once_the_window_has_opened_the_rule_and_the_window_stand(site) {
        let id = lottery(site).await;
        let manager = site.signed_in(site.person("담당자", &[Duty::TrainingManager]).await).await;
        let editor = manager.editor_of(id, None).unwrap();
        let stored = run::Entity::find_by_id(id).one(site.centre.database()).await.unwrap().unwrap();
        let details = RunDetails::of(&stored);
        let change = async |details: RunDetails| match edit::change_run(&site.centre, &editor, 1, &details).await {
            Err(EditError::Refused(refusals)) => refusals,
            other => panic!("{other:?}"),
        };
        let first_come = RunDetails { selection: Selection::FirstCome, ..details.clone() };
        assert!(change(first_come).await.contains(&edit::Refusal::LotteryStands));
        let later = |at: Option<chrono::DateTime<chrono::Utc>>| at.map(|at| at + Duration::days(1));
        let longer = RunDetails { apply_until: later(details.apply_until), ..details.clone() };
        let anew = RunDetails { apply_from: later(details.apply_from), ..details };
        for moved in [longer.clone(), anew] {
            assert!(change(moved).await.contains(&edit::Refusal::WindowStands));
        }
        close(site).await;
        assert!(change(longer).await.contains(&edit::Refusal::WindowStands));
    }

    async fn a_draw_that_nobody_held_ends_with_a_letter_that_says_so(site) {
        lottery(site).await;
        let people = enter(site, 2).await;
        close(site).await;
        let manager = manager(site).await;
        let page = manager.get("/manage/runs").await.expect(200);
        let told = page.text("main [class*=alert]");
        assert!(told.contains("추첨할 때가 된 강좌가 있습니다") && told.contains("P21-014"), "{}", page.said());
        // The first class begins.
        site.set_time("2021-02-01T10:00:00+09:00");
        round(site).await;
        assert!(applications(site).await.iter().all(|row| row.state == State::Lapsed));
        assert_eq!(events_told(site, people[0].id()).await, [Event::DrawEntered, Event::DrawLapsed]);
        assert_eq!(the_draw(site).await.people, Some(2), "the list stays");
        for path in ["/courses/P21-014/draw", "/manage/runs/P21-014/draw"] {
            let page = site.sign_in_as(Duty::TrainingManager).await.get(path).await.expect(200);
            let said = page.said();
            assert!(said.contains("첫 수업까지 추첨하지 못해") && !said.contains("이후에 추첨합니다"), "{said}");
            assert!(!page.has("main form[method=get]"), "nothing can be drawn: {said}");
        }
        site.deliver().await;
        assert!(site.files().iter().any(|letter| letter.contains("첫 수업까지 추첨하지 못해")), "{:?}", site.files());
        let key = Uuid::now_v7().to_string();
        let late = [("value", NUMBERS), ("again", NUMBERS), ("key", &*key)];
        let manager = site.sign_in_as(Duty::TrainingManager).await;
        manager.post("/manage/runs/P21-014/draw", &late).await.expect(409);
        let page = manager.get("/manage/runs").await.expect(200);
        assert!(!page.said().contains("추첨할 때가 된 강좌가 있습니다"), "too late: {}", page.said());
    }

    async fn a_server_that_slept_until_the_first_class_keeps_the_list_of_who_was_in_it(site) {
        lottery(site).await;
        enter(site, 3).await;
        site.set_time("2021-02-01T10:00:00+09:00");
        round(site).await;
        let draw = the_draw(site).await;
        assert_eq!((draw.people, tickets(site).await.len()), (Some(3), 3));
        assert!(applications(site).await.iter().all(|row| row.state == State::Lapsed));
    }

    async fn no_lottery_is_published_whose_public_value_comes_after_the_first_class(site) {
        site.set_time(BEFORE);
        let run = run_in(site, "P21-014", None, |_, run, _| {
            run.selection = Selection::Lottery;
            run.state = RunState::Draft;
            run.mode = Mode::Online;
            run.first_date = Some("2021-02-01".parse().unwrap());
            run.weekdays = "mon".into();
            (run.starts, run.ends) = (Some("10:00".into()), Some("12:00".into()));
            // Two days before the first class, on a Saturday evening after the numbers were drawn.
            run.apply_until = Some("2021-01-30T21:00:00+09:00".parse().unwrap());
        })
        .await;
        let manager = site.sign_in_as(Duty::TrainingManager).await;
        let page = manager.get("/manage/runs/P21-014").await.expect(200);
        let before = site.tables().await;
        let refused = page.form("form[action$=publish]").submit().await.expect(422);
        let sentence = "추첨에 쓸 공개값을 2021년 2월 6일(토) 20:45부터 알 수 있는데";
        assert!(refused.said().contains(sentence), "{}", refused.said());
        before.assert_same(&site.tables().await);
        let closes = run::ActiveModel { apply_until: Set(Some("2021-01-30T20:00:00+09:00".parse().unwrap())), ..Default::default() };
        run::Entity::update_many().set(closes).filter(run::Column::Id.eq(run)).exec(site.centre.database()).await.unwrap();
        page.form("form[action$=publish]").submit().await.expect(200);
        round(site).await;
        assert_eq!(the_draw(site).await.planned_for, "2021-01-30T20:45:00+09:00".parse::<chrono::DateTime<chrono::Utc>>().unwrap());
    }

    async fn the_announced_draw_follows_its_window_and_stays_before_the_first_class(site) {
        let id = lottery(site).await;
        site.set_time(BEFORE);
        site.advance(Duration::minutes(1));
        holiday::install(&site.centre, &holiday::parse("date,name\n2021-01-01,신정\n".as_bytes()).unwrap()).await.unwrap();
        // As whoever fills in the form of the run leaves it.
        let pattern = run::ActiveModel {
            first_date: Set("2021-02-01".parse().ok()),
            weekdays: Set("mon".into()),
            starts: Set(Some("10:00".into())),
            ends: Set(Some("12:00".into())),
            ..Default::default()
        };
        run::Entity::update_many().set(pattern).exec(site.centre.database()).await.unwrap();
        let manager = site.signed_in(site.person("담당자", &[Duty::TrainingManager]).await).await;
        let editor = manager.editor_of(id, None).unwrap();
        let stored = async || run::Entity::find_by_id(id).one(site.centre.database()).await.unwrap().unwrap();
        let change = async |change: &dyn Fn(&mut RunDetails)| {
            let run = stored().await;
            let mut details = RunDetails::of(&run);
            change(&mut details);
            edit::change_run(&site.centre, &editor, run.version, &details).await
        };
        let at = |text: &str| text.parse::<chrono::DateTime<chrono::Utc>>().unwrap();
        let closes = |text: &'static str| move |details: &mut RunDetails| details.apply_until = Some(at(text));
        // Past the Saturday on which the numbers were to be drawn, the next would come after the first class.
        let too_late = change(&closes("2021-01-31T18:00:00+09:00")).await;
        let held = at("2021-02-06T20:45:00+09:00");
        assert!(
            matches!(&too_late, Err(EditError::Refused(all)) if all.contains(&edit::Refusal::DrawTooLate(held))),
            "{too_late:?}"
        );
        change(&closes("2021-01-23T18:00:00+09:00")).await.unwrap();
        assert_eq!(the_draw(site).await.planned_for, at("2021-01-23T20:45:00+09:00"), "sooner");
        change(&closes("2021-01-28T18:00:00+09:00")).await.unwrap();
        assert_eq!(the_draw(site).await.planned_for, at(DRAWS), "and later again");
        // What the office has said otherwise stays, as long as it may.
        let own = draw::ActiveModel { planned_for: Set(at("2021-01-31T10:00:00+09:00")), ..Default::default() };
        draw::Entity::update_many().set(own).exec(site.centre.database()).await.unwrap();
        change(&closes("2021-01-27T18:00:00+09:00")).await.unwrap();
        assert_eq!(the_draw(site).await.planned_for, at("2021-01-31T10:00:00+09:00"));

        site.set_time(OPENS);
        let reason = Line::parse("강사 사정", 200).unwrap();
        let wall = |text: &str| text.parse::<chrono::NaiveDateTime>().unwrap();
        let version = stored().await.version;
        let times = (wall("2021-01-31T09:00:00"), wall("2021-01-31T11:00:00"));
        let moved = edit::move_session(&site.centre, &editor, version, 1, times, &reason).await;
        let held = at("2021-01-31T10:00:00+09:00");
        assert!(
            matches!(&moved, Err(EditError::Refused(all)) if all == &[edit::Refusal::DrawTooLate(held)]),
            "{moved:?}"
        );
        let times = (wall("2021-02-02T09:00:00"), wall("2021-02-02T11:00:00"));
        edit::move_session(&site.centre, &editor, version, 1, times, &reason).await.unwrap();
    }

    async fn a_file_brings_in_no_lottery_that_cannot_be_drawn_in_time(site) {
        site.set_time(BEFORE);
        holiday::install(&site.centre, &holiday::parse("date,name\n2021-01-01,신정\n".as_bytes()).unwrap()).await.unwrap();
        let file = |closes: &str| {
            format!(
                "run_code,title,category,audience,mode,space,instructor,first_date,weekdays,start,end,session_count,hours,\
                 capacity,selection,apply_from,apply_until,enrolled\n\
                 P21-020,추첨 강좌,basic,resident,online,,강사01,2021-02-01,mon,10:00,12:00,1,2,20,lottery,\
                 2021-01-11T09:00,{closes},\n"
            )
        };
        let before = site.tables().await;
        let refused = install(&site.centre, file("2021-01-31T18:00").as_bytes(), Act::Commit).await;
        let held = "2021-02-06T20:45:00+09:00".parse().unwrap();
        let fault = Fault::Refused(edit::Refusal::DrawTooLate(held));
        let problem = Problem { line: 2, column: Some(Column::ApplyUntil), fault };
        assert!(matches!(&refused, Err(ImportError::Problems(all)) if all == &[problem]), "{refused:?}");
        before.assert_same(&site.tables().await);
        install(&site.centre, file("2021-01-29T18:00").as_bytes(), Act::Commit).await.unwrap();
    }

    async fn nothing_is_drawn_from_a_secret_that_is_not_the_promised_one(site) {
        let run = lottery(site).await;
        enter(site, 2).await;
        close(site).await;
        let manager = manager(site).await;
        let other = Secret::from_bytes([7; Secret::BYTES]);
        let sealed = site.centre.settings().secrets.seal(&other.hex(), &format!("draw:{run}:secret")).unwrap();
        let change = draw::ActiveModel { sealed: Set(sealed), ..Default::default() };
        draw::Entity::update_many().set(change).exec(site.centre.database()).await.unwrap();
        let before = site.tables().await;
        let refused = hold(&manager).await.expect(409);
        assert!(refused.said().contains("공개한 확인값과 맞지 않아 추첨하지 않았습니다"), "{}", refused.said());
        before.assert_same(&site.tables().await);
    }

    async fn nothing_is_drawn_before_the_announced_time(site) {
        lottery(site).await;
        enter(site, 2).await;
        let announced = draw::ActiveModel { planned_for: Set("2021-01-30T21:00:00+09:00".parse().unwrap()), ..Default::default() };
        draw::Entity::update_many().set(announced).exec(site.centre.database()).await.unwrap();
        domain::centre::turn(site.centre.database()).await.unwrap();
        close(site).await;
        let manager = manager(site).await;
        let page = manager.get("/manage/runs/P21-014/draw").await.expect(200);
        assert!(!page.has("main form"), "{}", page.said());
        let before = site.tables().await;
        let key = Uuid::now_v7().to_string();
        let typed = [("value", NUMBERS), ("again", NUMBERS), ("key", &*key)];
        let refused = manager.post("/manage/runs/P21-014/draw", &typed).await.expect(409);
        assert!(refused.said().contains("2021년 1월 30일(토) 21:00부터 추첨할 수 있습니다"), "{}", refused.said());
        before.assert_same(&site.tables().await);
        site.advance(Duration::minutes(15));
        hold(&manager).await.expect(200);
    }

    async fn whoever_is_entered_at_the_desk_is_told_their_code_there(site) {
        lottery(site).await;
        let desk = site.sign_in_as(Duty::FrontDesk).await;
        let page = desk.get("/desk/P21-014").await.expect(200);
        let form = page.form("form[action$='/desk/P21-014']").fill("name", "김할머니").tick("consent");
        let entered = form.submit().await.expect(200);
        let code = tickets(site).await.into_values().next().expect("a ticket").code;
        assert!(entered.text("[role=status]").contains(&code), "{}", entered.said());
        let other = site.sign_in_as(Duty::FrontDesk).await;
        let page = other.get(&format!("/desk/P21-014?entered={}", applications(site).await[0].id)).await.expect(200);
        assert!(!page.said().contains(&code), "by whom they were not entered: {}", page.said());
    }

    async fn a_draw_needs_a_key_that_opens_its_secret_and_keys_may_be_changed_before_it(site) {
        let run = lottery(site).await;
        enter(site, 2).await;
        close(site).await;
        let manager = manager(site).await;
        let manager = site.signed_in(manager.id()).await.training_manager().unwrap();
        let hold = async |centre: &Centre| {
            drawing::draw(centre, &manager, run, numbers(), Uuid::now_v7()).await
        };
        let stranger = Sealer::new(&[fresh_key()]).unwrap();
        let stranger = Settings { secrets: stranger, ..site.centre.settings().clone() };
        let stranger = Centre::new(site.centre.database().clone(), site.centre.clock().clone(), stranger);
        let before = site.tables().await;
        let refused = hold(&stranger).await;
        assert!(matches!(refused, Err(WriterError::Refused(Refusal::DrawSealed))), "{refused:?}");
        before.assert_same(&site.tables().await);
        let turned = site.with_first_key(&fresh_key());
        assert_eq!(reseal(&turned).await.unwrap(), 1);
        assert_eq!(reseal(&turned).await.unwrap(), 0);
        hold(&turned).await.unwrap();
        assert_eq!(record(site).await.verify(), Ok(()));
        let again = site.with_first_key(&fresh_key());
        assert_eq!(reseal(&again).await.unwrap(), 0, "everybody knows it now");
    }

    async fn without_a_key_nothing_is_promised_and_nobody_applies(site) {
        let settings = Settings { secrets: Sealer::default(), ..site.centre.settings().clone() };
        let bare = Centre::new(site.centre.database().clone(), site.centre.clock().clone(), settings);
        let run = run_in(site, "P21-014", None, |_, run, _| run.selection = Selection::Lottery).await;
        bare.writer().settle().await.unwrap();
        assert!(!bare.writer().is_due().await.unwrap(), "it doesn't try every second");
        assert_eq!(draw::Entity::find().all(site.centre.database()).await.unwrap(), []);
        let person = site.signed_in(site.person("홍길동", &[]).await).await;
        let refused = store::apply(&bare, &person, run, Choice::Any, site.centre.clock().id()).await;
        assert!(matches!(refused, Err(WriterError::Refused(Refusal::DrawNotReady))), "{refused:?}");
        let draft = run::ActiveModel { state: Set(RunState::Draft), ..Default::default() };
        run::Entity::update_many().set(draft).exec(site.centre.database()).await.unwrap();
        let manager = site.signed_in(site.person("담당자", &[Duty::TrainingManager]).await).await;
        let manager = manager.training_manager().unwrap();
        let published = edit::publish(&bare, &manager, run, 1).await;
        assert!(matches!(published, Err(EditError::Refused(_))), "{published:?}");
    }

    async fn whatever_order_comes_out_places_follow_the_record_and_nobody_gets_more(site) {
        let cases = u32::try_from(amount("PROOF_LOTTERIES", 6)).unwrap();
        let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
        let people = prop::collection::vec(prop_oneof![3 => Just(Leaves::Never), 1 => Just(Leaves::Early), 1 => Just(Leaves::Late)], 0..9);
        let number = std::sync::atomic::AtomicU32::new(0);
        let room = room(site).await;
        let outcome = runner.run(&(people, 1..5_i32, any::<u32>()), |(people, capacity, value)| {
            let number = number.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let case = one_case(site, room, number, &people, capacity, value);
            tokio::task::block_in_place(|| Handle::current().block_on(case));
            Ok(())
        });
        outcome.unwrap();
    }
}

/// When somebody cancels.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Leaves {
    Never,
    Early,
    Late,
}

async fn one_case(site: &Site, room: Uuid, number: u32, people: &[Leaves], capacity: i32, value: u32) {
    site.set_time(BEFORE);
    site.advance(Duration::seconds(1));
    let code = format!("L21-{number:03}");
    let run = run_in(site, &code, Some(room), |_, run, starts| {
        run.selection = Selection::Lottery;
        run.capacity = capacity;
        starts[0] += Duration::days(i64::from(number));
    })
    .await;
    site.centre.settle().await;
    site.set_time(OPENS);
    let mut applied = Vec::new();
    for leaves in people {
        let who = site.signed_in(site.person("수강생", &[]).await).await;
        let done =
            store::apply(&site.centre, &who, run, Choice::Any, site.centre.clock().id()).await.unwrap();
        applied.push((who, done.application, *leaves));
    }
    let leave = async |when: Leaves| {
        for (who, application, _) in applied.iter().filter(|(.., leaves)| *leaves == when) {
            store::cancel(&site.centre, who, *application, None).await.unwrap();
        }
    };
    leave(Leaves::Early).await;
    site.set_time(CLOSES);
    site.centre.settle().await;
    leave(Leaves::Late).await;
    site.set_time(DRAWS);
    let manager = site.signed_in(site.person("담당자", &[Duty::TrainingManager]).await).await;
    let manager = manager.training_manager().unwrap();
    let mut drawn: Vec<u32> = (1..=45).collect();
    let value: Vec<String> =
        (0..6).map(|index| drawn.remove((value >> (index * 4)) as usize % drawn.len()).to_string()).collect();
    let value = PublicValue::parse(ValueKind::Lotto, CLOSES.parse().unwrap(), &value.join(" ")).unwrap();
    drawing::draw(&site.centre, &manager, run, value, Uuid::now_v7()).await.unwrap();

    let db = site.centre.database();
    let row = run::Entity::find_by_id(run).one(db).await.unwrap().unwrap();
    let record = drawing::find_record(&site.centre, &row).await.unwrap().unwrap();
    assert_eq!(record.verify(), Ok(()));
    let mine = draw_ticket::Entity::find()
        .filter(draw_ticket::Column::RunId.eq(run))
        .order_by_asc(draw_ticket::Column::Rank);
    let mine: Vec<Uuid> = mine.all(db).await.unwrap().iter().map(|ticket| ticket.application_id).collect();
    let listed: BTreeSet<Uuid> =
        applied.iter().filter(|(.., leaves)| *leaves != Leaves::Early).map(|(_, id, _)| *id).collect();
    assert_eq!(mine.iter().copied().collect::<BTreeSet<_>>(), listed);
    let stays = |id: &&Uuid| applied.iter().any(|(_, it, leaves)| it == *id && *leaves == Leaves::Never);
    let order: Vec<Uuid> = mine.iter().filter(stays).copied().collect();
    let places = usize::try_from(capacity).unwrap();
    // Another server reads the same from the rows as this one has in mind.
    for centre in [&site.centre, &site.another_server().await] {
        let book = store::standing(centre, run, None).await.unwrap().unwrap().book;
        let live: Vec<(Uuid, State)> = book.live.iter().map(|(_, entry)| (entry.id, entry.state)).collect();
        let state = |index: usize| if index < places { State::Booked } else { State::Waiting };
        let expected: Vec<(Uuid, State)> =
            order.iter().enumerate().map(|(index, id)| (*id, state(index))).collect();
        assert_eq!(live, expected, "{code}: {people:?} for {capacity}");
        assert_eq!(usize::try_from(book.taken()).unwrap(), order.len().min(places));
    }
}
