//! Checking oneself in: by the code on the room's screen, by one's own number there or at the desk.

use chrono::Duration;
use domain::account::Duty;
use domain::attendance::entity::{check_in_code, mark};
use domain::attendance::{MarkWay, Presence};
use domain::registration::{Choice, store as registration};
use sea_orm::EntityTrait;
use tests::code::read_code;
use tests::programme::{Dates, add_room, add_run};
use tests::{Site, Visitor, both};
use uuid::Uuid;

const SCREEN: &str = "/sheets/P21-014/1/screen";

/// A run on the third of March from ten to twelve, whoever teaches it, and somebody with a seat.
struct Class {
    instructor: Visitor,
    hana: Visitor,
    place: Uuid,
}

async fn class(site: &Site) -> Class {
    site.set_time("2021-03-01T09:00:00+09:00");
    let teacher = site.person("강사일", &[Duty::Instructor]).await;
    let room = add_room(&site.centre, "room", 6).await;
    let dates = Dates::on(chrono::NaiveDate::from_ymd_opt(2021, 3, 3).unwrap(), site.now());
    let run = add_run(&site.centre, "P21-014", Some(room), dates, |run| {
        run.instructor_id = Some(teacher);
        run.capacity = 6;
    })
    .await;
    let hana = site.resident("홍길동").await;
    let who = site.signed_in(hana.id()).await;
    let key = site.centre.clock().id();
    let place = registration::apply(&site.centre, &who, run, Choice::Any, key).await.unwrap().application;
    site.set_time("2021-03-03T09:50:00+09:00");
    let instructor = site.sign_in(teacher).await;
    Class { instructor, hana, place }
}

impl Class {
    /// Where the code on the screen leads now, as a phone would read it.
    async fn scan(&self) -> String {
        let state = self.instructor.get(&format!("{SCREEN}/state")).await.expect(200).body();
        assert!(state.contains("<svg"), "{state}");
        let page = self.instructor.get(SCREEN).await.expect(200);
        read_code(&page.body())
    }

    /// The number on the page of one's course.
    async fn number(&self) -> String {
        let page = self.hana.get(&format!("/my/{}", self.place)).await.expect(200);
        let number = page.said().split("나의 출석번호").nth(1).unwrap().chars().take(7).collect::<String>();
        assert!(number.chars().filter(char::is_ascii_digit).count() == 6, "{number}");
        number
    }
}

async fn marks(site: &Site) -> Vec<mark::Model> {
    mark::Entity::find().all(site.centre.database()).await.unwrap()
}

fn path_of(address: &str) -> &str {
    address.strip_prefix(tests::ORIGIN).unwrap_or(address)
}

both! {
    async fn a_scan_and_a_press_are_present(site) {
        let class = class(site).await;
        let address = class.scan().await;
        assert!(address.starts_with("http://127.0.0.1:3000/check-in/P21-014/1/"), "{address}");
        let page = class.hana.get(path_of(&address)).await.expect(200);
        let page = page.form("main form").press("홍길동 이름으로 출석").await.expect(200);
        assert_eq!(page.hops, [303]);
        assert!(page.said().contains("홍*동 님, 출석했습니다"), "{}", page.said());
        let marks = marks(site).await;
        assert_eq!((marks[0].presence, marks[0].way, marks[0].minutes, marks[0].by_id), (Presence::Present, MarkWay::Qr, 120, None));
        let screen = class.instructor.get(SCREEN).await.expect(200);
        assert!(screen.said().contains("1명 가운데 1명이 왔습니다") && screen.said().contains("홍*동 님이 왔습니다"));
        assert!(!screen.body().contains("홍길동"), "names on a wall are masked");

        // A second scan, later, makes nothing worse.
        site.set_time("2021-03-03T10:40:00+09:00");
        let page = class.hana.get(path_of(&class.scan().await)).await.expect(200);
        page.form("main form").press("이름으로 출석").await.expect(200);
        assert_eq!(self::marks(site).await, marks);
    }

    async fn who_comes_later_than_is_tolerated_is_late(site) {
        let class = class(site).await;
        site.set_time("2021-03-03T10:10:01+09:00");
        let page = class.hana.get(path_of(&class.scan().await)).await.expect(200);
        let page = page.form("main form").press("이름으로 출석").await.expect(200);
        assert!(page.said().contains("지각으로 출석했습니다. (10분)"), "{}", page.said());
        assert_eq!((marks(site).await[0].presence, marks(site).await[0].minutes), (Presence::Late, 120));
    }

    async fn a_code_changes_every_twenty_seconds_and_is_worth_five_minutes(site) {
        let class = class(site).await;
        let first = class.scan().await;
        site.advance(Duration::seconds(20));
        assert_ne!(class.scan().await, first);
        let claimed = class.hana.get(path_of(&first)).await.expect(200);
        site.advance(Duration::seconds(20));
        let before = site.tables().await.without(&["web_session"]);
        let page = class.hana.get(path_of(&first)).await.expect(409);
        assert!(page.said().contains("QR이 그 사이 바뀌었습니다") && !page.has("main form"), "{}", page.said());
        for forged in [format!("{}0", &first[..first.len() - 1]), first.replace("P21-014/1/", "P21-014/1/x")] {
            let page = class.hana.get(path_of(&forged)).await;
            assert!([200, 409].contains(&page.status.as_u16()) && !page.said().contains("출석했습니다"));
        }
        site.advance(Duration::minutes(5));
        let page = claimed.form("main form").press("이름으로 출석").await.expect(409);
        assert!(page.said().contains("QR이 그 사이 바뀌었습니다"), "{}", page.said());
        before.assert_same(&site.tables().await.without(&["web_session"]));
    }

    async fn a_scan_too_early_says_when_and_the_later_one_works(site) {
        let class = class(site).await;
        let early = class.scan().await;
        site.set_time("2021-03-03T09:44:59+09:00");
        let before = site.tables().await.without(&["web_session", "access"]);
        let page = class.hana.get(path_of(&early)).await.expect(409);
        assert!(page.said().contains("9:45부터 할 수 있습니다"), "{}", page.said());
        let screen = class.instructor.get(SCREEN).await.expect(200);
        assert!(screen.said().contains("9:45부터") && !screen.has(".wall-code"));
        before.assert_same(&site.tables().await.without(&["web_session", "access"]));
        site.set_time("2021-03-03T09:45:00+09:00");
        let page = class.hana.get(path_of(&class.scan().await)).await.expect(200);
        page.form("main form").press("이름으로 출석").await.expect(200);
        site.set_time("2021-03-03T12:00:00+09:00");
        let screen = class.instructor.get(SCREEN).await.expect(200);
        assert!(screen.said().contains("수업이 끝나") && !screen.has(".wall-code"));
    }

    async fn a_number_will_do_without_a_sign_in_and_nobody_else_s_will(site) {
        let class = class(site).await;
        let number = class.number().await;
        let stranger = site.resident("남남").await;
        let phone = site.visitor();
        let page = phone.get(path_of(&class.scan().await)).await.expect(200);
        let before = site.tables().await.without(&["web_session"]);
        for (typed, sentence) in [
            ("", "숫자 여섯 자리를 넣어 주십시오."),
            ("12345", "숫자 여섯 자리를 넣어 주십시오."),
            ("000000", "이 수업에 없는 번호입니다. 번호를 다시 보고 넣어 주십시오."),
        ] {
            let refused = page.form("main form:has([name=number])").fill("number", typed).submit().await.expect(422);
            assert_eq!(refused.problem("number").as_deref(), Some(sentence), "{typed}");
        }
        // An address that somebody in the room has passed on is worth nothing elsewhere.
        let elsewhere = site.visitor();
        elsewhere.get("/check-in/P21-014/1").await.expect(409);
        elsewhere.post("/check-in/P21-014/1", &[("number", &number)]).await.expect(409);
        let theirs = stranger.get(path_of(&class.scan().await)).await.expect(200);
        let refused = theirs.form("main form").press("남남 이름으로 출석").await.expect(403);
        assert!(refused.said().contains("이 수업을 듣는 분만"), "{}", refused.said());
        before.assert_same(&site.tables().await.without(&["web_session"]));
        let page = page.form("main form:has([name=number])").fill("number", &number).submit().await.expect(200);
        assert!(page.said().contains("홍*동 님, 출석했습니다"), "{}", page.said());
    }

    async fn a_scan_is_good_for_a_few_wrong_numbers(site) {
        let class = class(site).await;
        let number = class.number().await;
        let phone = site.visitor();
        let page = phone.get(path_of(&class.scan().await)).await.expect(200);
        for _ in 0..4 {
            page.form("main form:has([name=number])").fill("number", "000000").submit().await.expect(422);
        }
        let refused = page.form("main form:has([name=number])").fill("number", "000000").submit().await.expect(429);
        assert!(refused.said().contains("QR을 다시 찍거나") && !refused.has("main form"), "{}", refused.said());
        page.form("main form:has([name=number])").fill("number", &number).submit().await.expect(409);
        let page = phone.get(path_of(&class.scan().await)).await.expect(200);
        page.form("main form:has([name=number])").fill("number", &number).submit().await.expect(200);
    }

    async fn who_has_no_phone_types_a_number_at_the_screen_or_says_it_at_the_desk(site) {
        let class = class(site).await;
        let number = class.number().await;
        let desk = site.sign_in_as(Duty::FrontDesk).await;
        let page = desk.get(&format!("/desk/P21-014/{}", class.place)).await.expect(200);
        assert!(page.said().contains(&format!("출석번호{}", number.trim())), "the desk tells it: {}", page.said());
        for (who, path) in [(&class.instructor, SCREEN), (&desk, "/desk/check-in")] {
            let page = who.get(path).await.expect(200);
            let before = site.tables().await.without(&["web_session"]);
            for wrong in ["", "abc", "999999"] {
                let page = page.form("main form:has([name=number])").fill("number", wrong).submit().await.expect(422);
                assert!(page.problem("number").is_some(), "{path} {wrong}");
            }
            before.assert_same(&site.tables().await.without(&["web_session"]));
        }
        let page = desk.get("/desk/check-in").await.form("main form:has([name=number])").fill("number", &number).submit().await.expect(200);
        assert!(page.said().contains("홍*동 님, 출석했습니다"), "{}", page.said());
        assert_eq!((marks(site).await[0].way, marks(site).await[0].by_id), (MarkWay::Desk, Some(desk.id())));
        let page = class.instructor.get(SCREEN).await.form("main form:has([name=number])").fill("number", &number).submit().await.expect(200);
        assert!(page.said().contains("홍*동 님, 출석했습니다"), "{}", page.said());
        assert_eq!(marks(site).await[0].way, MarkWay::Desk, "what stands stays");

        for path in [SCREEN, "/desk/check-in"] {
            class.hana.get(path).await.expect(403);
            class.hana.post(path, &[("number", &number)]).await.expect(403);
        }
        desk.get(SCREEN).await.expect(200);
        site.set_time("2021-03-03T12:00:00+09:00");
        let page = desk.post("/desk/check-in", &[("number", &number)]).await.expect(409);
        assert!(page.said().contains("지금 출석할 수업이 없습니다"), "{}", page.said());
    }

    async fn one_number_is_made_however_often_it_is_asked_for(site) {
        let class = class(site).await;
        let (first, second) = tokio::join!(class.number(), class.number());
        assert_eq!(first, second);
        assert_eq!(check_in_code::Entity::find().all(site.centre.database()).await.unwrap().len(), 1);
    }
}
