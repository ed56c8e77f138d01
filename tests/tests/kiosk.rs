//! Terminals at which people check themselves in: made by a link that opens one device once, revoked, and never somebody's
//! sign-in.

use axum::http::StatusCode;
use chrono::Duration;
use domain::account::Duty;
use domain::account::entity::{access, audit};
use domain::attendance::entity::{kiosk, mark, mark_event};
use domain::attendance::{CheckInNumber, MarkWay, Presence, check_in};
use domain::registration::{Choice, store as registration};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use tests::programme::{Dates, add_room, add_run};
use tests::{ORIGIN, Page, Site, Visitor, both};

const MANAGE: &str = "/manage/kiosks";

/// Somebody with a seat in a class on the third of March from ten to twelve, ten minutes before it: the number they have.
async fn number(site: &Site) -> CheckInNumber {
    site.set_time("2021-03-01T09:00:00+09:00");
    let room = add_room(&site.centre, "room", 6).await;
    let dates = Dates::on(chrono::NaiveDate::from_ymd_opt(2021, 3, 3).unwrap(), site.now());
    let run = add_run(&site.centre, "P21-014", Some(room), dates, |run| run.capacity = 6).await;
    let who = site.signed_in(site.person("홍길동", &[]).await).await;
    let key = site.centre.clock().id();
    let place = registration::apply(&site.centre, &who, run, Choice::Any, key).await.unwrap().application;
    site.set_time("2021-03-03T09:50:00+09:00");
    check_in::number_of(&site.centre, place).await.unwrap()
}

/// The link of a new kiosk, as it is shown this once.
async fn issue(administrator: &Visitor) -> String {
    let page = administrator.get(MANAGE).await.expect(200);
    let form = page
        .form("form[action='/manage/kiosks']")
        .fill("name", "입구 태블릿")
        .fill("place", "3층 안내데스크");
    link_on(&form.submit().await.expect(200))
}

fn link_on(page: &Page) -> String {
    let link = page.attribute("#kiosk-link", "value");
    link.strip_prefix(ORIGIN).unwrap_or_else(|| panic!("{link}")).to_owned()
}

/// A device that has just been opened.
async fn device(site: &Site, link: &str) -> Visitor {
    let device = site.visitor();
    let page = device.get(link).await.expect(200);
    assert!(page.said().contains("‘입구 태블릿’ 단말로 씁니다. 두는 곳: 3층 안내데스크"), "{}", page.said());
    let page = page.form("main form").submit().await.expect(200);
    assert_eq!(
        (page.path.as_str(), &*page.hops),
        ("/kiosk", &[StatusCode::SEE_OTHER][..]),
        "no secret stays in the address"
    );
    device
}

async fn enter(device: &Visitor, typed: &str) -> Page {
    device.get("/kiosk").await.expect(200).form("main form").fill("number", typed).submit().await
}

async fn marks(site: &Site) -> Vec<mark::Model> {
    mark::Entity::find().all(site.centre.database()).await.unwrap()
}

async fn only(site: &Site) -> kiosk::Model {
    kiosk::Entity::find().one(site.centre.database()).await.unwrap().unwrap()
}

both! {
    async fn somebody_checks_in_at_a_device_where_nobody_is_signed_in(site) {
        let number = number(site).await;
        let administrator = site.sign_in_as(Duty::Administrator).await;
        let device = device(site, &issue(&administrator).await).await;
        let page = enter(&device, number.as_str()).await.expect(200);
        assert_eq!((page.path.as_str(), &*page.hops), ("/kiosk", &[StatusCode::SEE_OTHER][..]));
        let said = page.text("[role=status]");
        assert!(said.contains("홍*동 님, 출석했습니다.") && said.contains("강좌 P21-014") && said.contains("10:00~12:00"), "{said}");
        assert!(!page.body().contains("홍길동") && !page.body().contains(number.as_str()), "others stand behind them");
        assert!(page.text("title").starts_with("홍*동 님, 출석했습니다."), "whoever hears the page hears it first");
        assert_eq!(page.attribute("meta[http-equiv=refresh]", "content"), "12; url=/kiosk");
        let marks = marks(site).await;
        assert_eq!((marks[0].presence, marks[0].way, marks[0].by_id), (Presence::Present, MarkWay::Kiosk, None));
        let next = page.click("다음 분").await.expect(200);
        assert!(!next.said().contains("홍*동") && next.form("main form").value("number").is_empty());
        assert!(!next.has("meta[http-equiv=refresh]"), "nothing is taken away from who is typing");
        assert_eq!(only(site).await.used_at, Some(site.now()));
        device.get("/my").await.expect(200);
        assert!(device.get("/my").await.path.starts_with("/sign-in"), "a kiosk is nobody");
        let english = device.get("/en/kiosk").await.expect(200);
        assert!(english.said().contains("Check in"), "{}", english.said());
    }

    async fn the_history_of_a_mark_says_at_which_kiosk_it_was_made_and_by_whom_it_was_changed(site) {
        let number = number(site).await;
        let administrator = site.sign_in_as(Duty::Administrator).await;
        let device = device(site, &issue(&administrator).await).await;
        enter(&device, number.as_str()).await.expect(200);
        let event = mark_event::Entity::find().one(site.centre.database()).await.unwrap().unwrap();
        assert_eq!((event.way, event.by_id, event.kiosk_id), (MarkWay::Kiosk, None, Some(only(site).await.id)));
        let manager = site.sign_in(site.person("김담당", &[Duty::TrainingManager]).await).await;
        site.advance(Duration::minutes(20));
        let application = event.application_id;
        let late = [("mark", format!("{application}:late:5"))];
        let late: Vec<(&str, &str)> = late.iter().map(|(name, value)| (*name, value.as_str())).collect();
        manager.post("/sheets/P21-014/1", &late).await.expect(200);
        let sheet = manager.get("/sheets/P21-014/1").await.expect(200);
        let looks = async || {
            let by = access::Entity::find().filter(access::Column::ViewerId.eq(manager.person.unwrap()));
            by.count(site.centre.database()).await.unwrap()
        };
        let before = looks().await;
        let history = sheet.click("표시 기록").await.expect(200);
        assert_eq!(looks().await, before + 1, "whole names were seen once more");
        let lines: Vec<String> = history.all("tbody tr");
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(["홍길동", "지각 (5분)", "10:10", "김담당", "출석부"].iter().all(|word| lines[0].contains(word)), "{}", lines[0]);
        let words = ["홍길동", "출석", "09:50", "본인", "출석 단말: 입구 태블릿 (3층 안내데스크)"];
        assert!(words.iter().all(|word| lines[1].contains(word)), "{}", lines[1]);
        let looks = access::Entity::find().filter(access::Column::ViewerId.eq(manager.person.unwrap()));
        assert!(looks.count(site.centre.database()).await.unwrap() >= 2, "whole names were seen");
        let masked = manager.get("/sheets/P21-014/1?names=masked").await.expect(200);
        assert!(!masked.said().contains("표시 기록"), "not from a screen that others see: {}", masked.said());
        site.resident("임꺽정").await.get("/sheets/P21-014/1/history").await.expect(403);
        device.get("/sheets/P21-014/1/history").await.expect(200);
        assert!(device.get("/sheets/P21-014/1/history").await.path.starts_with("/sign-in"));
    }

    async fn a_link_opens_one_device_once_within_a_day(site) {
        number(site).await;
        let administrator = site.sign_in_as(Duty::Administrator).await;
        let link = issue(&administrator).await;
        let row = only(site).await;
        assert!(row.link_hash.is_some() && !administrator.get(MANAGE).await.body().contains(&link), "shown once");
        // Whoever only looks, as messengers do, spends nothing.
        for _ in 0..2 {
            site.visitor().get(&link).await.expect(200);
        }
        device(site, &link).await;
        let late = issue(&administrator).await;
        let before = site.tables().await;
        for dead in [link.as_str(), "/kiosk/x", &format!("{link}x")] {
            site.visitor().get(dead).await.expect(404);
            site.visitor().post(dead, &[]).await.expect(404);
        }
        site.advance(Duration::hours(24));
        site.visitor().get(&late).await.expect(404);
        site.visitor().post(&late, &[]).await.expect(404);
        before.assert_same(&site.tables().await);
    }

    async fn a_revoked_kiosk_and_one_that_was_replaced_take_nobody(site) {
        let number = number(site).await;
        let administrator = site.sign_in_as(Duty::Administrator).await;
        let first = device(site, &issue(&administrator).await).await;
        let list = administrator.get(MANAGE).await.expect(200);
        assert!(list.text("tbody tr").contains("사용 중"), "{}", list.said());
        let link = link_on(&list.form("form[action$='/renew']").submit().await.expect(200));
        first.get("/kiosk").await.expect(200);
        let second = device(site, &link).await;
        first.get("/kiosk").await.expect(403);
        let page = second.get("/kiosk").await.expect(200);
        let list = administrator.get(MANAGE).await.expect(200);
        let gone = list.form("form[action$='/revoke']").submit().await.expect(200);
        assert!(gone.text("[role=status]").contains("사용을 중지했습니다") && gone.text("tbody tr").contains("사용 중지"), "{}", gone.said());
        assert!(!gone.has("form[action$='/revoke']"));
        let before = site.tables().await;
        let refused = page.form("main form").fill("number", number.as_str()).submit().await.expect(403);
        assert!(refused.said().contains("출석 단말이 아닙니다"), "{}", refused.said());
        site.visitor().get("/kiosk").await.expect(403);
        site.visitor().post("/kiosk", &[("number", number.as_str())]).await.expect(403);
        for act in ["renew", "revoke"] {
            administrator.post(&format!("{MANAGE}/{}/{act}", only(site).await.id), &[]).await.expect(404);
        }
        before.assert_same(&site.tables().await);
        let lines = audit::Entity::find().filter(audit::Column::Subject.eq("kiosk")).all(site.centre.database()).await.unwrap();
        let lines: Vec<_> = lines.iter().map(|line| (&*line.action, line.actor_id)).collect();
        let by = Some(administrator.id());
        assert_eq!(lines, [("add", by), ("change", by), ("revoke", by)]);
    }

    async fn what_is_wrong_is_said_and_after_ten_wrong_numbers_the_device_rests(site) {
        let number = number(site).await;
        let administrator = site.sign_in_as(Duty::Administrator).await;
        let device = device(site, &issue(&administrator).await).await;
        let before = site.tables().await;
        for typed in ["", "12345", "abcdef"] {
            let refused = enter(&device, typed).await.expect(422);
            assert_eq!(refused.problem("number").as_deref(), Some("숫자 여섯 자리를 넣어 주십시오."), "{typed}");
            assert!(refused.text("title").starts_with("숫자 여섯 자리를"));
            assert!(refused.form("main form").value("number").is_empty(), "nobody's number is left standing");
            assert!(!refused.has("meta[http-equiv=refresh]"), "nothing is taken away from who types again");
        }
        before.assert_same(&site.tables().await);
        for _ in 0..10 {
            let refused = enter(&device, "000000").await.expect(422);
            assert!(refused.problem("number").unwrap().contains("이 수업에 없는 번호입니다"));
        }
        let resting = site.tables().await;
        before.without(&["kiosk"]).assert_same(&site.tables().await.without(&["kiosk"]));
        for typed in ["000000", number.as_str()] {
            let refused = enter(&device, typed).await.expect(429);
            assert!(refused.problem("number").unwrap().contains("5분 뒤에"), "{}", refused.said());
        }
        resting.assert_same(&site.tables().await);
        site.advance(Duration::minutes(5));
        enter(&device, "000000").await.expect(422);
        enter(&device, number.as_str()).await.expect(200);
        assert_eq!(only(site).await.wrong, 1, "counted anew");
    }

    async fn a_kiosk_keeps_the_times_of_the_desk(site) {
        let number = number(site).await;
        let administrator = site.sign_in_as(Duty::Administrator).await;
        let device = device(site, &issue(&administrator).await).await;
        site.set_time("2021-03-03T09:44:59+09:00");
        let refused = enter(&device, number.as_str()).await.expect(409);
        assert!(refused.problem("number").unwrap().contains("9:45부터"), "{}", refused.said());
        site.set_time("2021-03-03T12:00:00+09:00");
        let refused = enter(&device, number.as_str()).await.expect(409);
        assert!(refused.problem("number").unwrap().contains("지금 출석할 수업이 없습니다"), "{}", refused.said());
        assert_eq!(marks(site).await, []);
        site.set_time("2021-03-03T10:11:00+09:00");
        let page = enter(&device, number.as_str()).await.expect(200);
        assert!(page.text("[role=status]").contains("지각으로 출석했습니다. (11분)"), "{}", page.said());
    }

    async fn each_wrong_field_of_a_new_kiosk_has_its_sentence_and_others_make_none(site) {
        let administrator = site.sign_in_as(Duty::Administrator).await;
        let page = administrator.get(MANAGE).await.expect(200);
        let right = || page.form("form[action='/manage/kiosks']").fill("name", "입구 태블릿").fill("place", "3층");
        let before = site.tables().await.without(&["web_session"]);
        let long = "가".repeat(61);
        for field in ["name", "place"] {
            for wrong in ["", long.as_str(), "=x"] {
                let refused = right().fill(field, wrong).submit().await.expect(422);
                assert_eq!(refused.problem(field).as_deref(), Some("1자에서 60자 사이로 적어 주십시오."), "{field} {wrong}");
            }
        }
        for who in [site.resident("구민").await, site.sign_in_as(Duty::FrontDesk).await] {
            let before = site.tables().await;
            who.get(MANAGE).await.expect(403);
            who.post(MANAGE, &[("name", "a"), ("place", "b")]).await.expect(403);
            for act in ["renew", "revoke"] {
                who.post(&format!("{MANAGE}/{}/{act}", who.id()), &[]).await.expect(403);
            }
            before.assert_same(&site.tables().await);
        }
        assert_eq!(before.count("kiosk"), 0);
    }
}
