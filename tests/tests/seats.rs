//! At the sheet of a class: other seats, and people who come without an application.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use chrono::{DateTime, Duration, Utc};
use domain::account::entity::access;
use domain::account::{Address, Duty, Subject};
use domain::attendance::Presence;
use domain::attendance::entity::{mark, no_show};
use domain::attendance::keep::keep;
use domain::course::{Audience, Mode, Selection};
use domain::notice::Event;
use domain::registration::entity::{application, application_event};
use domain::registration::{Choice, EventKind, State, seating, store as registration};
use domain::space::SeatCode;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use tests::{Form, Page, Site, Visitor, both};
use uuid::Uuid;

use crate::registration::{BEGINS, at, room, run_in};

const SEATS: &str = "/sheets/P21-014/1/seats";

/// A run of two classes, a week apart, in a room of four seats; whoever teaches it, and two people with a seat.
struct Class {
    instructor: Visitor,
    run: Uuid,
    hana: Uuid,
    duri: Uuid,
}

async fn class(site: &Site, change: impl FnOnce(&mut domain::course::entity::run::Model)) -> Class {
    let teacher = site.person("강사일", &[Duty::Instructor]).await;
    let room = room(site).await;
    let run = run_in(site, "P21-014", Some(room), |_, run, starts| {
        run.instructor_id = Some(teacher);
        starts.push(at(BEGINS) + Duration::days(7));
        change(run);
    })
    .await;
    let (hana, duri) = (seat(site, run, "홍길동", "1-01").await, seat(site, run, "남남", "1-02").await);
    site.set_time(BEGINS);
    let instructor = site.sign_in(teacher).await;
    Class { instructor, run, hana, duri }
}

async fn seat(site: &Site, run: Uuid, name: &str, code: &str) -> Uuid {
    let who = site.resident(name).await.id();
    apply(site, run, who, code).await
}

async fn apply(site: &Site, run: Uuid, person: Uuid, code: &str) -> Uuid {
    let (who, key) = (site.signed_in(person).await, site.centre.clock().id());
    let choice = Choice::parse(code).unwrap();
    registration::apply(&site.centre, &who, run, choice, key).await.unwrap().application
}

async fn places(site: &Site) -> Vec<application::Model> {
    let all = application::Entity::find().order_by_asc(application::Column::Stamp);
    all.all(site.centre.database()).await.unwrap()
}

async fn place(site: &Site, id: Uuid) -> application::Model {
    application::Entity::find_by_id(id).one(site.centre.database()).await.unwrap().unwrap()
}

async fn seat_of(site: &Site, id: Uuid) -> Option<String> {
    let run = place(site, id).await.run_id;
    let standing = registration::standing(&site.centre, run, None).await.unwrap().unwrap();
    let (_, entry) = standing.book.live.of_application(id)?;
    standing.book.seat_code(entry.place)
}

/// What happened to an application, by whom.
async fn events(site: &Site, id: Uuid) -> Vec<(EventKind, Option<Uuid>, Option<String>)> {
    let all = application_event::Entity::find()
        .filter(application_event::Column::ApplicationId.eq(id))
        .order_by_asc(application_event::Column::Id);
    let all = all.all(site.centre.database()).await.unwrap();
    all.into_iter().map(|event| (event.kind, event.actor_id, event.seat)).collect()
}

/// The letters of this kind, by whom they are for.
async fn told(site: &Site, event: Event) -> Vec<Option<Uuid>> {
    let notices = site.notices().await;
    notices.iter().filter(|notice| notice.event == event).map(|notice| notice.person_id).collect()
}

fn move_form(page: &Page) -> Form {
    page.form("form[action$='/seats']")
}

fn walk_in_form(page: &Page) -> Form {
    page.form("form[action$='/walk-ins']")
}

impl Class {
    async fn open(&self) -> Page {
        self.instructor.get(SEATS).await.expect(200)
    }

    async fn walk_in(&self, name: &str, address: &str) -> Page {
        walk_in_form(&self.open().await).fill("name", name).fill("address", address).submit().await
    }
}

/// Somebody with this number whom the class doesn't know.
async fn stranger(site: &Site, name: &str, phone: &str) -> Uuid {
    site.person_at(name, Address::parse(phone).unwrap(), &[]).await
}

fn time(text: &str) -> DateTime<Utc> {
    at(text)
}

both! {
    async fn two_exchange_their_seats_in_one_step(site) {
        let class = class(site, |_| {}).await;
        let page = class.instructor.get("/sheets/P21-014/1").await.expect(200).click("자리 바꾸기").await.expect(200);
        let form = || move_form(&page).fill("who", &class.hana.to_string()).fill("to", &format!("1-02 {}", class.duri));
        let moved = form().submit().await.expect(200);
        assert_eq!(moved.hops, [StatusCode::SEE_OTHER]);
        assert!(moved.text("[role=status]").contains("홍길동 님의 자리는 이제 1-02번입니다."), "{}", moved.said());
        assert_eq!(seat_of(site, class.hana).await.as_deref(), Some("1-02"));
        assert_eq!(seat_of(site, class.duri).await.as_deref(), Some("1-01"));
        let by = Some(class.instructor.id());
        assert_eq!(events(site, class.hana).await[1..], [(EventKind::Moved, by, Some("1-02".into()))]);
        assert_eq!(events(site, class.duri).await[1..], [(EventKind::Moved, by, Some("1-01".into()))]);
        let both = [place(site, class.hana).await.person_id, place(site, class.duri).await.person_id];
        assert_eq!(told(site, Event::SeatChanged).await, both.map(Some));

        // The same form again, by a double press or the way back, swaps nobody back.
        let before = site.tables().await.without(&["access"]);
        form().submit().await.expect(200);
        before.assert_same(&site.tables().await.without(&["access"]));
        // What the rows say is what the writer remembers: a book that is read anew is the same.
        let other = site.another_server().await;
        let read = registration::standing(&other, class.run, None).await.unwrap().unwrap();
        let (_, entry) = read.book.live.of_application(class.hana).unwrap();
        assert_eq!(read.book.seat_code(entry.place).as_deref(), Some("1-02"));
    }

    async fn somebody_moves_to_a_free_seat_after_the_run_has_begun(site) {
        let class = class(site, |_| {}).await;
        let page = class.open().await;
        let options = page.all("select[name=to] option");
        assert!(page.all("select[name=who] option").contains(&"1-01 홍길동".to_owned()), "{}", page.said());
        assert!(options.contains(&"1-01 홍길동 님과 맞바꾸기".to_owned()), "{options:?}");
        assert!(options.contains(&"1-03 빈자리".to_owned()) && options.contains(&"1-04 빈자리 (휠체어석)".to_owned()), "{options:?}");
        move_form(&page).fill("who", &class.duri.to_string()).fill("to", "1-04").submit().await.expect(200);
        assert_eq!(seat_of(site, class.duri).await.as_deref(), Some("1-04"));
        assert_eq!(told(site, Event::SeatChanged).await, [Some(place(site, class.duri).await.person_id)]);
        let state = class.instructor.get("/sheets/P21-014/1/state").await.expect(200).body();
        assert!(state.contains(&format!("\"{}\":\"1-04\"", class.duri)), "an open sheet hears of it: {state}");
    }

    async fn three_who_are_swapped_at_one_time_sit_on_three_seats(site) {
        let class = class(site, |_| {}).await;
        let sami = apply_before(site, class.run).await;
        let by = site.signed_in(class.instructor.id()).await;
        let by = by.editor_of(class.run, Some(by.id())).unwrap();
        let to = |code: &str| SeatCode::parse(code).unwrap();
        let answers = tokio::join!(
            seating::swap(&site.centre, &by, class.hana, (class.duri, to("1-02"))),
            seating::swap(&site.centre, &by, class.duri, (sami, to("1-03"))),
            seating::swap(&site.centre, &by, sami, (class.hana, to("1-01"))),
        );
        let taken = [answers.0, answers.1, answers.2].into_iter().filter(Result::is_ok).count();
        assert!(taken > 0, "whoever came first");
        let seats: Vec<Option<Uuid>> = places(site).await.iter().map(|place| place.seat_id).collect();
        let mut remembered = Vec::new();
        for id in [class.hana, class.duri, sami] {
            remembered.extend(seat_of(site, id).await);
        }
        let all: BTreeSet<&String> = remembered.iter().collect();
        assert_eq!(all.into_iter().collect::<Vec<_>>(), ["1-01", "1-02", "1-03"]);
        assert_eq!(seats.iter().flatten().collect::<BTreeSet<_>>().len(), 3);
    }

    async fn a_move_that_was_chosen_on_an_old_list_is_refused(site) {
        let class = class(site, |_| {}).await;
        let page = class.open().await;
        let swap = |to: String| move_form(&page).fill("who", &class.hana.to_string()).forge("to", &to);
        move_form(&page).fill("who", &class.duri.to_string()).fill("to", "1-03").submit().await.expect(200);
        let before = site.tables().await.without(&["access"]);
        let nobody = Uuid::from_u128(9);
        for (to, status, field, sentence) in [
            (format!("1-02 {}", class.duri), 409, None, "그 사이 명단이나 자리가 바뀌었습니다"),
            ("1-03".to_owned(), 409, Some("move-to"), "1-03번 자리에는 그 사이 다른 분이 앉았습니다"),
            (format!("1-03 {nobody}"), 409, None, "그 사이 명단이나 자리가 바뀌었습니다"),
            ("9-99".to_owned(), 422, Some("move-to"), "그런 자리가 없습니다"),
            (String::new(), 422, Some("move-to"), "옮길 자리를 골라 주십시오"),
            ("1-02 x".to_owned(), 422, Some("move-to"), "옮길 자리를 골라 주십시오"),
        ] {
            let refused = swap(to.clone()).submit().await.expect(status);
            match field {
                Some(field) => assert!(refused.problem(field).unwrap().contains(sentence), "{to}: {}", refused.said()),
                None => assert!(refused.problems()[0].contains(sentence), "{to}: {}", refused.said()),
            }
        }
        let refused = move_form(&page).forge("who", "").fill("to", "1-04").submit().await.expect(422);
        assert_eq!(refused.problem("move-who").as_deref(), Some("자리를 옮길 분을 골라 주십시오."));
        let refused = move_form(&page).forge("who", &nobody.to_string()).fill("to", "1-04").submit().await.expect(409);
        assert!(refused.problems()[0].contains("그 사이 명단이나"), "{}", refused.said());
        before.assert_same(&site.tables().await.without(&["access"]));

        site.set_time("2021-02-08T12:00:00+09:00");
        let refused = class.instructor.post(SEATS, &[("who", &class.hana.to_string()), ("to", "1-04")]).await.expect(409);
        assert!(refused.problems()[0].contains("수업이 모두 끝난 강좌"), "{}", refused.said());
    }

    async fn seats_and_walk_ins_are_whoever_teaches_s_alone(site) {
        let class = class(site, |_| {}).await;
        let other = site.person("강사이", &[Duty::Instructor]).await;
        let key = site.centre.clock().id().to_string();
        stranger(site, "이웃", "010-1111-2222").await;
        let before = site.tables().await.without(&["web_session"]);
        for who in [site.sign_in(other).await, site.sign_in_as(Duty::FrontDesk).await] {
            let before = site.tables().await.without(&["web_session"]);
            who.get(SEATS).await.expect(403);
            who.post(SEATS, &[("who", &class.hana.to_string()), ("to", "1-03")]).await.expect(403);
            let walk_in = [("name", "이웃"), ("address", "010-1111-2222"), ("seat", "any"), ("key", &*key)];
            who.post("/sheets/P21-014/1/walk-ins", &walk_in).await.expect(403);
            before.assert_same(&site.tables().await.without(&["web_session"]));
        }
        assert_eq!(before.count("application"), 2);
        let page = site.visitor().get(SEATS).await;
        assert!(page.path.starts_with("/sign-in"), "{}", page.path);
        site.sign_in_as(Duty::TrainingManager).await.get(SEATS).await.expect(200);
    }

    async fn who_stands_in_the_door_gets_a_free_seat_and_is_marked_at_once(site) {
        let class = class(site, |_| {}).await;
        site.set_time("2021-02-08T10:20:00+09:00");
        let person = stranger(site, "김이웃", "010-1111-2222").await;
        let page = class.instructor.get("/sheets/P21-014/2/seats").await.expect(200);
        assert!(page.said().contains("지금 남은 자리 2석 / 정원 4명"), "{}", page.said());
        let form = || walk_in_form(&page).fill("name", "김이웃").fill("address", "01011112222").fill("seat", "1-03");
        let added = form().submit().await.expect(200);
        assert_eq!(added.hops, [StatusCode::SEE_OTHER]);
        assert!(added.text("[role=status]").contains("김이웃 님을 추가했습니다. 자리: 1-03"), "{}", added.said());
        let row = places(site).await.pop().unwrap();
        assert_eq!((row.person_id, row.state), (person, State::Booked));
        assert_eq!((row.entered_by, row.applied_at), (Some(class.instructor.id()), site.now()));
        assert_eq!(events(site, row.id).await, [(EventKind::Booked, Some(class.instructor.id()), Some("1-03".into()))]);
        let told = site.notices().await.into_iter().find(|it| it.person_id == Some(person)).unwrap();
        let facts: domain::notice::Facts = serde_json::from_str(&told.facts).unwrap();
        assert_eq!((told.event, facts.starts_at), (Event::Booked, Some(at("2021-02-08T10:00:00+09:00"))), "this class");
        let looks = access::Entity::find().filter(access::Column::Subject.eq(Subject::Person)).all(site.centre.database()).await.unwrap();
        assert_eq!(looks.iter().map(|look| (&*look.subject_id, look.duty)).collect::<Vec<_>>(), [(&*person.to_string(), Duty::Instructor)]);
        // The same form again adds nobody.
        let before = site.tables().await.without(&["access"]);
        form().submit().await.expect(200);
        before.assert_same(&site.tables().await.without(&["access"]));

        let sheet = added.click("출석부에서 표시하기").await.expect(200);
        sheet.form(".sheet-form").press("1-03 김이웃").await.expect(200);
        let marks = mark::Entity::find().all(site.centre.database()).await.unwrap();
        assert_eq!(marks.iter().map(|it| (it.application_id, it.presence)).collect::<Vec<_>>(), [(row.id, Presence::Present)]);
        // The class they didn't know of is missed like anybody's, and nobody writes to them about it.
        let mine = site.sign_in(person).await.get(&format!("/my/{}", row.id)).await.expect(200);
        assert!(mine.said().contains("50"), "half of the hours can still be attended: {}", mine.said());
        class.instructor.post("/sheets/P21-014/1", &[("mark", &format!("{}:absent", row.id))]).await.expect(200);
        site.set_time("2021-02-09T13:00:00+09:00");
        keep(&site.centre).await.unwrap();
        assert_eq!(no_show::Entity::find().all(site.centre.database()).await.unwrap(), []);
    }

    async fn whoever_came_later_was_not_away_from_an_online_class(site) {
        let teacher = site.person("강사일", &[Duty::Instructor]).await;
        let run = run_in(site, "P21-014", None, |_, run, starts| {
            run.instructor_id = Some(teacher);
            starts.push(at(BEGINS) + Duration::days(2));
        }).await;
        let (hana, duri) = (seat(site, run, "홍길동", "any").await, seat(site, run, "남남", "any").await);
        site.set_time(BEGINS);
        let instructor = site.sign_in(teacher).await;
        instructor.post("/sheets/P21-014/1", &[("mark", &format!("{hana}:present"))]).await.expect(200);
        site.set_time("2021-02-03T10:00:00+09:00");
        stranger(site, "김이웃", "010-1111-2222").await;
        let page = instructor.get("/sheets/P21-014/2/seats").await.expect(200);
        assert!(page.said().contains("좌석이 없는 강좌") && !page.has("select[name=seat]"), "{}", page.said());
        walk_in_form(&page).fill("name", "김이웃").fill("address", "010-1111-2222").submit().await.expect(200);
        keep(&site.centre).await.unwrap();
        let marks = mark::Entity::find().all(site.centre.database()).await.unwrap();
        let mut marked: Vec<(Uuid, Presence)> = marks.iter().map(|it| (it.application_id, it.presence)).collect();
        marked.sort();
        let mut expected = [(hana, Presence::Present), (duri, Presence::Absent)];
        expected.sort();
        assert_eq!(marked, expected);
    }

    async fn each_wrong_field_of_a_walk_in_has_its_sentence_and_changes_nothing(site) {
        let class = class(site, |_| {}).await;
        stranger(site, "김이웃", "010-1111-2222").await;
        let page = class.open().await;
        let right = || walk_in_form(&page).fill("name", "김이웃").fill("address", "010-1111-2222");
        let before = site.tables().await.without(&["access"]);
        let long = "가".repeat(61);
        for (form, status, field, sentence) in [
            (right().fill("name", ""), 422, "add-name", "이름을 1자에서 60자 사이로 적어 주십시오."),
            (right().fill("name", &long), 422, "add-name", "이름을 1자에서 60자 사이로 적어 주십시오."),
            (right().fill("address", "2222"), 422, "add-address", "010으로 시작하는 번호 11자리나 이메일 주소를 넣어 주십시오."),
            (right().forge("seat", "?"), 422, "add-seat", "그런 자리가 없습니다. 자리를 다시 골라 주세요."),
            (right().forge("seat", "9-99"), 422, "add-seat", "그런 자리가 없습니다. 자리를 다시 골라 주세요."),
            (right().forge("seat", "1-01"), 409, "add-seat", "1-01번 자리에는 그 사이 다른 분이 앉았습니다. 다른 자리를 골라 주십시오."),
        ] {
            let refused = form.submit().await.expect(status);
            assert_eq!(refused.problem(field).as_deref(), Some(sentence), "{}", refused.said());
        }
        // Another's name and another's number are answered alike: nobody is found out here.
        for (name, address) in [("김이웃", "010-3333-4444"), ("홍이웃", "010-1111-2222"), ("김이웃", "kim@example.kr")] {
            let refused = class.walk_in(name, address).await.expect(422);
            let said = refused.problem("add-address").unwrap();
            assert!(said.starts_with("이 이름과 연락처로 된 계정이 없습니다."), "{name} {address}: {said}");
        }
        class.instructor.post("/sheets/P21-014/1/walk-ins", &[("name", "김이웃")]).await.expect(400);
        before.assert_same(&site.tables().await.without(&["access"]));
    }

    async fn a_walk_in_keeps_every_rule_and_hears_no_more_than_needed(site) {
        let class = class(site, |run| run.capacity = 3).await;
        let (stranger, hers) = (stranger(site, "김이웃", "010-1111-2222").await, seat_of(site, class.hana).await);
        assert_eq!(hers.as_deref(), Some("1-01"));
        // Who takes another class at that time.
        let elsewhere = run_in(site, "P21-020", None, |_, run, starts| {
            run.apply_until = Some(time("2021-02-20T09:00:00+09:00"));
            starts[0] = at(BEGINS) + Duration::days(7);
        }).await;
        let busy = apply(site, elsewhere, stranger, "any").await;
        let before = site.tables().await.without(&["access"]);
        let refused = class.walk_in("김이웃", "010-1111-2222").await.expect(409);
        assert!(refused.problems()[0].contains("지금 이 강좌를 들을 수 없는 분입니다"), "{}", refused.said());
        assert!(!refused.said().contains("P21-020"), "what else somebody takes is theirs");
        before.assert_same(&site.tables().await.without(&["access"]));
        let who = site.signed_in(stranger).await;
        registration::cancel(&site.centre, &who, busy, None).await.unwrap();

        site.set_time("2021-02-01T13:00:00+09:00");
        let page = class.open().await;
        assert!(page.said().contains("수업 30분 전부터") && !page.has("form[action$='/walk-ins']"), "{}", page.said());
        let key = site.centre.clock().id().to_string();
        let fields = [("name", "김이웃"), ("address", "010-1111-2222"), ("seat", "any"), ("key", &*key)];
        let refused = class.instructor.post("/sheets/P21-014/1/walk-ins", &fields).await.expect(409);
        assert!(refused.problems()[0].contains("지금은 이 강좌의 수업 시간이 아닙니다"), "{}", refused.said());

        site.set_time("2021-02-08T09:30:00+09:00");
        class.walk_in("김이웃", "010-1111-2222").await.expect(200);
        let refused = class.walk_in("김이웃", "010-1111-2222").await.expect(409);
        assert!(refused.problems()[0].contains("이미 신청한 분입니다"), "{}", refused.said());
        self::stranger(site, "박이웃", "010-5555-6666").await;
        let before = site.tables().await.without(&["access"]);
        let refused = class.walk_in("박이웃", "010-5555-6666").await.expect(409);
        assert_eq!(refused.problems(), ["남은 자리가 없습니다."], "a chair is free, but the run is full");
        before.assert_same(&site.tables().await.without(&["access"]));
    }

    async fn nobody_comes_in_before_those_who_wait_and_none_without_an_approval(site) {
        let class = class(site, |run| run.capacity = 2).await;
        stranger(site, "김이웃", "010-1111-2222").await;
        // Half an hour before it begins somebody still waits.
        site.set_time("2021-01-20T09:00:00+09:00");
        let waiting = seat(site, class.run, "박대기", "any").await;
        assert_eq!(place(site, waiting).await.state, State::Waiting);
        site.set_time("2021-02-01T09:40:00+09:00");
        let instructor = site.sign_in(class.instructor.id()).await;
        let open = async |who: &Visitor| who.get(SEATS).await.expect(200);
        let enter = async |page: &Page| {
            walk_in_form(page).fill("name", "김이웃").fill("address", "010-1111-2222").submit().await
        };
        let refused = enter(&open(&instructor).await).await.expect(409);
        assert_eq!(refused.problems(), ["기다리는 분이나 자리를 제안받은 분이 있어 추가할 수 없습니다."]);
        assert_eq!(places(site).await.len(), 3);

        let approved = run_in(site, "P21-030", None, |course, run, starts| {
            run.instructor_id = Some(class.instructor.id());
            run.selection = Selection::Approval;
            course.audience = Audience::Resident;
            run.mode = Mode::Online;
            starts[0] = time("2021-02-02T10:00:00+09:00");
        }).await;
        site.set_time("2021-02-02T10:00:00+09:00");
        let page = instructor.get("/sheets/P21-030/1/seats").await.expect(200);
        let refused = enter(&page).await.expect(409);
        assert!(refused.problems()[0].contains("교육 담당자가 추가할 수 있습니다"), "{}", refused.said());
        let manager = site.sign_in_as(Duty::TrainingManager).await;
        let page = manager.get("/sheets/P21-030/1/seats").await.expect(200);
        enter(&page).await.expect(200);
        let row = places(site).await.pop().unwrap();
        assert_eq!((row.run_id, row.state, row.entered_by), (approved, State::Booked, Some(manager.id())));
    }

    async fn the_desk_enters_whoever_has_come_to_a_class_without_an_account(site) {
        class(site, |_| {}).await;
        let desk = site.sign_in_as(Duty::FrontDesk).await;
        let page = desk.get("/desk").await.expect(200);
        assert!(page.said().contains("지금 수업하는 강좌"), "{}", page.said());
        let page = page.click("P21-014").await.expect(200);
        let enter = |name: &str| page.form("form[action$='/desk/P21-014']").fill("name", name).tick("consent");
        let entered = enter("김할머니").submit().await.expect(200);
        assert!(entered.text("[role=status]").contains("상태: 신청완료"), "{}", entered.said());
        assert_eq!(places(site).await.pop().unwrap().entered_by, Some(desk.id()));
        site.set_time("2021-02-01T12:00:00+09:00");
        assert!(!desk.get("/desk").await.said().contains("지금 수업하는 강좌"));
        let before = site.tables().await;
        let refused = desk.get("/desk/P21-014").await.form("form[action$='/desk/P21-014']").fill("name", "이할아버지").tick("consent").submit().await.expect(409);
        assert!(refused.problems()[0].contains("이미 시작한 강좌입니다"), "{}", refused.said());
        before.assert_same(&site.tables().await);
    }

    async fn a_mirrored_screen_hides_names_here_too(site) {
        let class = class(site, |_| {}).await;
        let page = class.instructor.get("/sheets/P21-014/1?names=masked").await.expect(200).click("자리 바꾸기").await.expect(200);
        assert!(page.said().contains("홍*동") && !page.body().contains("홍길동"), "{}", page.said());
        let page = move_form(&page).fill("who", &class.hana.to_string()).fill("to", "1-03").submit().await.expect(200);
        assert!(page.said().contains("홍*동 님의 자리는 이제 1-03번") && !page.body().contains("홍길동"), "{}", page.said());
    }
}

/// A third person, who sits on 1-03, entered before the run began.
async fn apply_before(site: &Site, run: Uuid) -> Uuid {
    site.set_time("2021-01-20T09:00:00+09:00");
    let sami = seat(site, run, "삼삼", "1-03").await;
    site.set_time(BEGINS);
    sami
}
