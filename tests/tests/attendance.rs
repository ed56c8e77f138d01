//! The attendance code of an online class: shown by whoever presents, entered below the player or at the short address.

use chrono::Duration;
use domain::account::Duty;
use domain::attendance::Way;
use domain::attendance::entity::{attendance_answer, attendance_code, attendance_try};
use domain::course::ClassState;
use domain::course::entity::class_session;
use sea_orm::{ActiveValue::Set, EntityTrait, PaginatorTrait, QueryOrder};
use tests::{Page, Site, Visitor, both};
use uuid::Uuid;

use crate::broadcast::question::{PAGE, class, learner};
use crate::registration::applications;

const DESK: &str = "/live/P21-014-1/host";

/// Presses "show a code" and reads its digits.
pub(crate) async fn show(host: &Visitor) -> String {
    let page = host.get(DESK).await.expect(200);
    let page = page.form("form[action$='/host/code']").submit().await.expect(200);
    assert_eq!(page.hops, [303]);
    page.text(".attendance-digits")
}

/// Four digits that these are not.
pub(crate) fn other(digits: &str) -> String {
    format!("{:04}", (digits.parse::<u32>().unwrap() + 1) % 10_000)
}

async fn enter(who: &Visitor, digits: &str) -> Page {
    let form = who.get(PAGE).await.expect(200).form("form[action$='/attend']");
    form.fill("code", digits).submit().await
}

async fn answers(site: &Site) -> Vec<attendance_answer::Model> {
    let all = attendance_answer::Entity::find().order_by_asc(attendance_answer::Column::At);
    all.all(site.centre.database()).await.unwrap()
}

both! {
    async fn a_code_is_shown_entered_once_and_counted(site) {
        let class = class(site).await;
        let hana = learner(site, "홍길동").await;
        let page = hana.get(PAGE).await.expect(200);
        assert!(page.said().contains("강사가 번호를 알려 주면"), "{}", page.said());
        let digits = show(&class.instructor).await;
        assert_eq!(digits.len(), 4);
        let desk = class.producer.get(DESK).await.expect(200);
        let apart: Vec<String> = digits.chars().map(String::from).collect();
        assert_eq!(desk.attribute(".attendance-digits", "aria-label"), format!("출석번호 {}", apart.join(" ")));
        assert!(desk.said().contains("10:15까지 넣을 수 있습니다"), "{}", desk.said());
        assert!(desk.said().contains("1명 가운데 0명이 넣었습니다") && desk.said().contains("127.0.0.1:3000/code"));
        assert!(!desk.has("form[action$='/host/code']"), "one at a time");

        let page = hana.get(PAGE).await.expect(200);
        assert!(page.text(".attendance [role=status]").contains("10:15까지 넣어 주십시오"), "{}", page.said());
        assert!(!page.body().contains(&digits), "only whoever presents is shown it");
        site.advance(Duration::minutes(2));
        let spaced = format!(" {} {}", &digits[..2], &digits[2..]);
        let page = enter(&hana, &spaced).await.expect(200);
        assert!(page.said().contains("출석번호를 받았습니다. (10:07)"), "{}", page.said());
        assert!(!page.has("form[action$='/attend']"));
        let again = hana.post(&format!("{PAGE}/attend"), &[("code", &digits)]).await.expect(200);
        assert!(again.said().contains("(10:07)"), "sent again, it is answered as the first time");
        let rows = answers(site).await;
        assert_eq!((rows.len(), rows[0].way, rows[0].at), (1, Way::WatchPage, site.now()));
        assert!(class.instructor.get(DESK).await.said().contains("1명 가운데 1명이 넣었습니다"));
    }

    async fn a_wrong_code_says_how_many_tries_are_left_and_the_sixth_is_none(site) {
        let class = class(site).await;
        let (hana, late) = (learner(site, "홍길동").await, learner(site, "남남").await);
        let digits = show(&class.instructor).await;
        let before = site.tables().await;
        for typed in ["", "12", "12345", "하나둘셋넷"] {
            let page = enter(&hana, typed).await.expect(422);
            assert_eq!(page.problem("attendance-code").as_deref(), Some("숫자 네 자리를 넣어 주십시오."), "{typed}");
        }
        before.assert_same(&site.tables().await);
        for left in [4, 3, 2, 1] {
            let page = enter(&hana, &other(&digits)).await.expect(422);
            let sentence = format!("번호가 다릅니다. {left}번 더 넣을 수 있습니다.");
            assert_eq!(page.problem("attendance-code"), Some(sentence));
        }
        let page = enter(&hana, &other(&digits)).await.expect(429);
        assert!(page.said().contains("더 넣을 수 없습니다") && !page.has("form[action$='/attend']"), "{}", page.said());
        let before = site.tables().await;
        hana.post(&format!("{PAGE}/attend"), &[("code", &digits)]).await.expect(429);
        before.assert_same(&site.tables().await);
        assert_eq!(attendance_try::Entity::find().one(site.centre.database()).await.unwrap().unwrap().wrong, 5);
        enter(&late, &digits).await.expect(200);

        // Another code is another chance.
        site.advance(Duration::minutes(10));
        let second = show(&class.instructor).await;
        enter(&hana, &second).await.expect(200);
        assert_eq!(answers(site).await.len(), 2);
    }

    async fn a_code_ends_and_a_class_has_two(site) {
        let class = class(site).await;
        let hana = learner(site, "홍길동").await;
        let digits = show(&class.instructor).await;
        site.advance(Duration::minutes(10));
        let before = site.tables().await;
        let page = hana.post(&format!("{PAGE}/attend"), &[("code", &digits)]).await.expect(409);
        assert!(page.said().contains("번호를 넣는 시간이 끝났습니다"), "{}", page.said());
        before.assert_same(&site.tables().await);
        let page = class.instructor.get(DESK).await.expect(200);
        assert!(!page.has(".attendance-digits") && page.said().contains("번호를 받는 시간이 끝났습니다"), "{}", page.said());

        let (one, two) = (page.form("form[action$='/host/code']"), page.form("form[action$='/host/code']"));
        let (one, two) = futures::future::join(one.press("새 번호 보이기"), two.press("새 번호 보이기")).await;
        assert_eq!(one.expect(200).text(".attendance-digits"), two.expect(200).text(".attendance-digits"), "a double click shows one");
        site.advance(Duration::minutes(10));
        let page = class.instructor.get(DESK).await;
        assert!(page.said().contains("출석번호를 모두 보였습니다") && !page.has("form[action$='/host/code']"), "{}", page.said());
        let before = site.tables().await;
        let page = class.instructor.post(&format!("{DESK}/code"), &[]).await.expect(409);
        assert!(page.text("[role=alert]").contains("출석번호를 모두 보였습니다"), "{}", page.said());
        before.assert_same(&site.tables().await);
    }

    async fn a_code_is_shown_in_class_alone_and_by_its_host_alone(site) {
        let class = class(site).await;
        let hana = learner(site, "홍길동").await;
        let outsider = site.resident("남남").await;
        let desk = site.sign_in_as(Duty::FrontDesk).await;
        let path = format!("{DESK}/code");
        let before = site.tables().await;
        for other in [&hana, &outsider, &desk] {
            other.post(&path, &[]).await.expect(403);
            other.get(&format!("{DESK}/attendance")).await.expect(403);
        }
        assert!(site.visitor().post(&path, &[]).await.path.starts_with("/sign-in"));
        for time in ["2021-03-03T09:59:59+09:00", "2021-03-03T12:30:00+09:00"] {
            site.set_time(time);
            let page = class.instructor.post(&path, &[]).await.expect(409);
            assert!(page.text("[role=alert]").contains("수업 시간에만 보일 수 있습니다"), "{}", page.said());
            let page = hana.post(&format!("{PAGE}/attend"), &[("code", "1234")]).await.expect(409);
            assert!(page.said().contains("아직 보여 준 번호가 없습니다"), "{}", page.said());
        }
        site.set_time("2021-03-03T10:05:00+09:00");
        // Who came back on another day stays signed in longer.
        before.without(&["web_session"]).assert_same(&site.tables().await);
        let digits = show(&class.producer).await;
        let before = site.tables().await;
        outsider.post(&format!("{PAGE}/attend"), &[("code", &digits)]).await.expect(403);
        // Whoever runs the show may watch, and has no place all the same.
        let page = class.instructor.post(&format!("{PAGE}/attend"), &[("code", &digits)]).await.expect(403);
        assert!(page.said().contains("이 수업을 듣는 분만"), "{}", page.said());
        assert!(!page.has("form[action$='/attend']"));
        let stranger = site.visitor().post(&format!("{PAGE}/attend"), &[("code", &digits)]).await;
        assert!(stranger.path.starts_with("/sign-in?next="), "{}", stranger.path);
        before.assert_same(&site.tables().await);

        let place = applications(site).await[0].id;
        hana.post(&format!("/my/{place}/cancel"), &[("reason", "사정")]).await.expect(200);
        hana.post(&format!("{PAGE}/attend"), &[("code", &digits)]).await.expect(403);
        assert_eq!(attendance_answer::Entity::find().count(site.centre.database()).await.unwrap(), 0);

        let cancelled = class_session::ActiveModel { state: Set(ClassState::Cancelled), ..Default::default() };
        class_session::Entity::update_many().set(cancelled).exec(site.centre.database()).await.unwrap();
        class.instructor.post(&path, &[]).await.expect(404);
    }

    async fn who_watches_elsewhere_enters_it_at_the_short_address(site) {
        let class = class(site).await;
        let hana = learner(site, "홍길동").await;
        let stranger = site.visitor().get("/code").await;
        assert_eq!(stranger.path, "/sign-in?next=%2Fcode");
        let page = hana.get("/my").await.click("출석번호 넣기").await.expect(200);
        assert_eq!(page.path, "/code");
        assert!(page.said().contains("지금 번호를 받는 수업이 없습니다"), "{}", page.said());
        let digits = show(&class.instructor).await;
        let outsider = site.resident("남남").await;
        assert!(outsider.get("/code").await.said().contains("지금 번호를 받는 수업이 없습니다"), "others' classes are not listed");

        let form = || async { hana.get("/code").await.expect(200).form("main form") };
        let id = form().await.value("class");
        let before = site.tables().await;
        let page = form().await.fill("code", "12").submit().await.expect(422);
        assert_eq!(page.problem(&format!("class-{id}-code")).as_deref(), Some("숫자 네 자리를 넣어 주십시오."));
        form().await.fill("code", &digits).forge("class", "x").submit().await.expect(400);
        let page = form().await.fill("code", &digits).forge("class", &Uuid::from_u128(9).to_string()).submit().await;
        assert!(page.expect(403).text("[role=alert]").contains("이 수업을 듣는 분만"));
        outsider.post("/code", &[("class", &id), ("code", &digits)]).await.expect(403);
        before.assert_same(&site.tables().await);
        let page = form().await.fill("code", &other(&digits)).submit().await.expect(422);
        assert_eq!(page.problem(&format!("class-{id}-code")).as_deref(), Some("번호가 다릅니다. 4번 더 넣을 수 있습니다."));

        let page = form().await.fill("code", &digits).submit().await.expect(200);
        assert!(page.text("[role=status]").contains("출석번호를 받았습니다. (10:05)"), "{}", page.said());
        assert!(page.said().contains("강좌 P21-014 1차시"), "{}", page.said());
        assert_eq!(answers(site).await[0].way, Way::CodePage);
        site.advance(Duration::minutes(10));
        let page = hana.post("/code", &[("class", &id), ("code", &digits)]).await.expect(200);
        assert!(page.said().contains("지금 번호를 받는 수업이 없습니다"), "{}", page.said());
        assert!(hana.get("/en/code").await.said().contains("None of your classes takes a code now"));
    }

    async fn an_open_page_hears_of_a_code_and_is_answered_where_it_stands(site) {
        let class = class(site).await;
        let hana = learner(site, "홍길동").await;
        let json = |page: &Page| serde_json::from_str::<serde_json::Value>(&page.body()).unwrap();
        let state = format!("{PAGE}/state");
        let heard = async |who: &Visitor| json(&who.get(&state).await.expect(200));
        let before = heard(&hana).await;
        let digits = show(&class.instructor).await;
        let shown = heard(&hana).await;
        assert_ne!(before["code"], shown["code"]);
        assert_eq!((&before["show"], &before["questions"]), (&shown["show"], &shown["questions"]), "the player goes on");
        let entry = json(&hana.get(&format!("{PAGE}/attendance")).await.expect(200));
        assert_eq!(entry["Open"]["until"], "10:15");

        let desk = heard(&class.instructor).await;
        let island = hana.clone().with_header("accept", "application/json");
        let path = format!("{PAGE}/attend");
        let refused = json(&island.post(&path, &[("code", &other(&digits))]).await.expect(422));
        assert_eq!(refused["wrong"], "번호가 다릅니다. 4번 더 넣을 수 있습니다.");
        let answered = json(&island.post(&path, &[("code", &digits)]).await.expect(200));
        assert_eq!((&answered["wrong"], &answered["entry"]["Heard"]["at"]), (&serde_json::Value::Null, &"10:05".into()));
        assert_ne!(desk["code"], heard(&class.instructor).await["code"], "the count has changed");
        let board = json(&class.instructor.get(&format!("{DESK}/attendance")).await.expect(200));
        assert_eq!((&board["answers"], &board["places"]), (&1.into(), &1.into()));
        site.advance(Duration::minutes(10));
        assert_ne!(desk["code"], heard(&class.instructor).await["code"], "it is over");
        assert_eq!(attendance_code::Entity::find().count(site.centre.database()).await.unwrap(), 1);
    }
}
