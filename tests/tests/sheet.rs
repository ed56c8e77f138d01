//! The sheet of a class: taps, the list, marks that arrive late, twice or against each other.

use std::collections::BTreeMap;

use axum::http::Method;
use chrono::Duration;
use domain::account::Duty;
use domain::account::entity::access;
use domain::attendance::entity::{absence_notice, completion_rule, mark, mark_event, run_closing};
use domain::attendance::{MarkOutcome, MarkWay, Presence};
use domain::course::entity::class_session;
use domain::registration::{Choice, store as registration};
use domain::space::holiday;
use sea_orm::{ActiveValue::Set, EntityTrait, QueryOrder};
use tests::programme::{Dates, add_room, add_run};
use tests::{Page, Site, Visitor, both};
use uuid::Uuid;

const SHEET: &str = "/sheets/P21-014/1";

/// A run on the third of March from ten to twelve in a room of six, whoever teaches it, and two people with a seat.
struct Class {
    instructor: Visitor,
    class: Uuid,
    run: Uuid,
    hana: Uuid,
    duri: Uuid,
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
    let (hana, duri) = (seat(site, run, "홍길동", "1-01").await, seat(site, run, "남남", "1-02").await);
    site.set_time("2021-03-03T09:50:00+09:00");
    let instructor = site.sign_in(teacher).await;
    let class = class_session::Entity::find().one(site.centre.database()).await.unwrap().unwrap().id;
    Class { instructor, class, run, hana, duri }
}

async fn seat(site: &Site, run: Uuid, name: &str, code: &str) -> Uuid {
    let visitor = site.resident(name).await;
    let who = site.signed_in(visitor.id()).await;
    let choice = Choice::parse(code).unwrap();
    let key = site.centre.clock().id();
    registration::apply(&site.centre, &who, run, choice, key).await.unwrap().application
}

async fn marks(site: &Site) -> BTreeMap<Uuid, mark::Model> {
    let all = mark::Entity::find().all(site.centre.database()).await.unwrap();
    all.into_iter().map(|row| (row.application_id, row)).collect()
}

async fn events(site: &Site) -> Vec<mark_event::Model> {
    let all = mark_event::Entity::find().order_by_asc(mark_event::Column::ArrivedAt);
    all.all(site.centre.database()).await.unwrap()
}

impl Class {
    async fn press(&self, value: &str) -> Page {
        self.instructor.post(SHEET, &[("mark", value)]).await
    }

    /// Sends marks as the island does, each made so many minutes ago.
    async fn send(&self, marks: &[(Uuid, Uuid, Option<&str>, i64)]) -> Page {
        let line = |(nonce, application, presence, minutes): &(Uuid, Uuid, Option<&str>, i64)| {
            let presence = presence.map_or("null".to_owned(), |word| format!("{word:?}"));
            let age = minutes * 60_000;
            format!(
                r#"{{"nonce":"{nonce}","application":"{application}","presence":{presence},"missed":null,"age":{age}}}"#
            )
        };
        let lines: Vec<String> = marks.iter().map(line).collect();
        let body = format!("[{}]", lines.join(",")).into_bytes();
        self.instructor.send(Method::POST, &format!("{SHEET}/marks"), Some("text/plain"), body).await
    }
}

/// The word under which the browser's half knows a presence.
const PRESENT: Option<&str> = Some("present");
const ABSENT: Option<&str> = Some("absent");

both! {
    async fn a_tap_on_a_seat_is_present_and_the_list_does_the_rest(site) {
        let class = class(site).await;
        let page = class.instructor.get("/sheets").await.expect(200);
        let page = page.click("강좌 P21-014").await.expect(200);
        assert!(page.said().contains("표시 안 함 2명"), "{}", page.said());
        let page = page.form(".sheet-form").press("1-01 홍길동").await.expect(200);
        assert_eq!(page.hops, [303]);
        assert!(page.said().contains("출석 1명 · 표시 안 함 1명"), "{}", page.said());
        assert!(page.has(&format!("a.sheet-seat.is-present[href='#who-{}']", class.hana)), "tapped again it leads to the list");
        let row = marks(site).await[&class.hana].clone();
        assert_eq!((row.presence, row.missed, row.minutes, row.way), (Presence::Present, 0, 120, MarkWay::Sheet));
        assert_eq!((row.by_id, row.made_at), (Some(class.instructor.id()), site.now()));

        site.set_time("2021-03-03T10:25:00+09:00");
        let page = class.press(&format!("{}:late", class.duri)).await.expect(200);
        assert_eq!(page.attribute(&format!("#missed-{}", class.duri), "value"), "25", "minutes since the start");
        assert_eq!(marks(site).await[&class.duri].minutes, 95);
        let field = format!("missed-{}", class.duri);
        let fields = [("mark", &*format!("{}:late", class.duri)), (&*field, "8")];
        class.instructor.post(SHEET, &fields).await.expect(200);
        assert_eq!((marks(site).await[&class.duri].missed, marks(site).await[&class.duri].minutes), (8, 120), "8 minutes are tolerated");
        class.press(&format!("{}:absent", class.duri)).await.expect(200);
        assert_eq!(marks(site).await[&class.duri].minutes, 0);
        class.press(&format!("{}:excused", class.duri)).await.expect(200);
        assert_eq!(marks(site).await[&class.duri].minutes, 120);
        let page = class.press(&format!("{}:", class.duri)).await.expect(200);
        assert!(page.said().contains("출석 1명 · 표시 안 함 1명"), "{}", page.said());
        assert!(!marks(site).await.contains_key(&class.duri));
        let words: Vec<Option<Presence>> = events(site).await.iter().map(|event| event.presence).collect();
        let (late, present) = (Some(Presence::Late), Some(Presence::Present));
        assert_eq!(words, [present, late, late, Some(Presence::Absent), Some(Presence::Excused), None], "nothing is forgotten");
    }

    async fn all_others_are_present_at_once_and_what_was_done_is_undone_together(site) {
        let class = class(site).await;
        class.press(&format!("{}:absent", class.hana)).await.expect(200);
        site.advance(Duration::minutes(1));
        let page = class.instructor.get(SHEET).await.form(".sheet-form").press("모두 출석").await.expect(200);
        assert!(page.said().contains("출석 1명 · 결석 1명"), "{}", page.said());
        site.advance(Duration::minutes(1));
        let page = page.form(".sheet-form").press("되돌리기").await.expect(200);
        assert!(page.said().contains("결석 1명 · 표시 안 함 1명"), "{}", page.said());
        site.advance(Duration::minutes(1));
        class.press(&format!("{}:present", class.hana)).await.expect(200);
        site.advance(Duration::minutes(1));
        let page = class.instructor.get(SHEET).await.form(".sheet-form").press("되돌리기").await.expect(200);
        assert!(page.said().contains("결석 1명 · 표시 안 함 1명"), "{}", page.said());
    }

    async fn what_is_sent_twice_counts_once_and_a_late_one_is_shown(site) {
        let class = class(site).await;
        site.set_time("2021-03-03T10:30:00+09:00");
        let (first, second) = (Uuid::from_u128(1), Uuid::from_u128(2));
        class.press(&format!("{}:late", class.hana)).await.expect(200);
        site.advance(Duration::minutes(1));
        for _ in 0..2 {
            // Made twenty minutes ago without a line, when nobody had marked anybody.
            let page = class.send(&[(first, class.hana, PRESENT, 20), (second, class.duri, PRESENT, 20)]).await;
            assert_eq!(page.expect(200).header("cache-control"), Some("private, no-store"));
        }
        let events = events(site).await;
        assert_eq!(events.len(), 3);
        let late = events.iter().find(|event| event.id == first).unwrap();
        assert_eq!(late.outcome, MarkOutcome::Overtaken);
        assert_eq!((late.made_at, late.arrived_at), (site.now() - Duration::minutes(20), site.now()));
        assert_eq!(marks(site).await[&class.hana].presence, Presence::Late, "the newer one stands");
        assert_eq!(marks(site).await[&class.duri].made_at, site.now() - Duration::minutes(20));

        let page = class.instructor.get(SHEET).await.expect(200);
        let said = page.text(&format!("#who-{} .sheet-contest", class.hana));
        assert!(said.contains("출석 (10:11에 표시). 지금은 지각입니다"), "{said}");
        let page = page.form(".sheet-form").press("지금대로: 지각").await.expect(200);
        assert!(!page.has(".sheet-contest"), "somebody has said what counts");
        assert_eq!(marks(site).await[&class.hana].presence, Presence::Late);
    }

    async fn two_who_mark_see_each_other(site) {
        let class = class(site).await;
        let manager = site.sign_in_as(Duty::TrainingManager).await;
        class.press(&format!("{}:present", class.hana)).await.expect(200);
        let state = manager.get(&format!("{SHEET}/state")).await.expect(200).body();
        assert!(state.contains(&class.hana.to_string()) && state.contains("present"), "{state}");
        assert!(!state.contains("홍길동"), "no names");
        site.advance(Duration::minutes(1));
        manager.post(SHEET, &[("mark", &format!("{}:absent", class.hana))]).await.expect(200);
        assert!(class.instructor.get(SHEET).await.said().contains("결석 1명"));
        assert_eq!(marks(site).await[&class.hana].by_id, Some(manager.id()));
    }

    async fn marks_are_made_from_half_an_hour_before_until_a_week_after_and_later_with_a_reason(site) {
        let class = class(site).await;
        let manager = site.sign_in_as(Duty::TrainingManager).await;
        let value = format!("{}:present", class.hana);
        site.set_time("2021-03-03T09:29:59+09:00");
        let before = site.tables().await.without(&["access", "web_session"]);
        let page = class.press(&value).await.expect(409);
        assert!(page.said().contains("9:30부터 표시할 수 있습니다"), "{}", page.said());
        class.send(&[(Uuid::from_u128(1), class.hana, PRESENT, 0)]).await.expect(409);
        site.set_time("2021-03-10T12:00:00+09:00");
        let page = class.press(&value).await.expect(409);
        assert!(page.said().contains("기간이 끝났습니다"), "{}", page.said());
        // The instructor's reason opens nothing.
        class.instructor.post(SHEET, &[("mark", &value), ("reason", "잊었습니다")]).await.expect(409);
        let page = manager.post(SHEET, &[("mark", &value)]).await.expect(422);
        assert_eq!(page.problem("sheet-reason").as_deref(), Some("사유를 적어 주세요."));
        let long = "가".repeat(301);
        let page = manager.post(SHEET, &[("mark", &value), ("reason", &long)]).await.expect(422);
        assert!(page.problem("sheet-reason").is_some() && page.body().contains(&long), "what was typed stays");
        before.assert_same(&site.tables().await.without(&["access", "web_session"]));

        manager.post(SHEET, &[("mark", &value), ("reason", "종이 출석부에서 옮김")]).await.expect(200);
        assert_eq!(marks(site).await[&class.hana].way, MarkWay::Office);
        assert_eq!(events(site).await[0].reason.as_deref(), Some("종이 출석부에서 옮김"));
    }

    async fn a_mark_made_in_time_may_arrive_later_but_not_by_days(site) {
        let class = class(site).await;
        // The window ends at noon on the tenth.
        site.set_time("2021-03-10T12:30:00+09:00");
        class.send(&[(Uuid::from_u128(1), class.hana, ABSENT, 31)]).await.expect(200);
        site.set_time("2021-03-12T12:30:00+09:00");
        let before = site.tables().await.without(&["web_session"]);
        class.send(&[(Uuid::from_u128(2), class.duri, ABSENT, 3 * 24 * 60)]).await.expect(409);
        before.assert_same(&site.tables().await.without(&["web_session"]));
    }

    async fn what_no_sheet_holds_changes_nothing(site) {
        let class = class(site).await;
        let stranger = site.person("강사이", &[Duty::Instructor]).await;
        let (stranger, resident) = (site.sign_in(stranger).await, site.resident("김하나").await);
        let nobody = Uuid::from_u128(9);
        let before = site.tables().await.without(&["access"]);
        for (value, status) in [
            ("", 400),
            ("x:present", 400),
            (&*format!("{}:asleep", class.hana), 400),
            (&*format!("{nobody}:present"), 409),
        ] {
            class.press(value).await.expect(status);
        }
        let junk = class.instructor.send(Method::POST, &format!("{SHEET}/marks"), None, b"[{]".to_vec()).await;
        junk.expect(400);
        for path in ["/sheets/P21-014/2", "/sheets/P99-999/1", "/sheets/x/1"] {
            class.instructor.get(path).await.expect(404);
        }
        let value = format!("{}:present", class.hana);
        for who in [&stranger, &resident] {
            who.get(SHEET).await.expect(403);
            who.get(&format!("{SHEET}/state")).await.expect(403);
            who.post(SHEET, &[("mark", &value)]).await.expect(403);
            who.post(&format!("{SHEET}/undo"), &[]).await.expect(403);
        }
        resident.get("/sheets").await.expect(403);
        assert!(stranger.get("/sheets?day=2021-03-03").await.expect(200).said().contains("수업이 없습니다"), "not hers");
        let page = site.visitor().get(SHEET).await;
        assert!(page.path.starts_with("/sign-in"), "{}", page.path);
        before.assert_same(&site.tables().await.without(&["access"]));
    }

    async fn who_has_given_up_a_place_takes_nobody_else_s_mark_along(site) {
        let class = class(site).await;
        let nobody = Uuid::from_u128(9);
        let page = class.send(&[(Uuid::from_u128(1), class.hana, PRESENT, 0), (Uuid::from_u128(2), nobody, PRESENT, 0)]).await;
        assert!(page.expect(200).body().contains("\"without_place\":1"));
        assert_eq!(marks(site).await.keys().collect::<Vec<_>>(), [&class.hana]);
    }

    async fn an_older_mark_never_overrules_a_newer_one_however_it_is_known(site) {
        let class = class(site).await;
        site.set_time("2021-03-03T10:10:00+09:00");
        class.press(&format!("{}:present", class.hana)).await.expect(200);
        // Made before that, without a line, and arrived after it: also where a day is more than a device is believed.
        site.set_time("2021-03-05T10:00:00+09:00");
        class.send(&[(Uuid::from_u128(1), class.hana, ABSENT, 2 * 24 * 60)]).await.expect(200);
        assert_eq!(marks(site).await[&class.hana].presence, Presence::Present);
        assert!(class.instructor.get(SHEET).await.has(".sheet-contest"));
    }

    async fn undoing_leaves_what_somebody_else_has_marked_since_and_undoes_nothing_twice(site) {
        let class = class(site).await;
        let manager = site.sign_in_as(Duty::TrainingManager).await;
        class.instructor.post(SHEET, &[("all", "present")]).await.expect(200);
        site.advance(Duration::minutes(1));
        manager.post(SHEET, &[("mark", &format!("{}:late", class.duri))]).await.expect(200);
        for _ in 0..2 {
            site.advance(Duration::minutes(1));
            let page = class.instructor.post(&format!("{SHEET}/undo"), &[]).await.expect(200);
            assert!(page.said().contains("지각 1명 · 표시 안 함 1명"), "{}", page.said());
        }
    }

    async fn whoever_is_marked_late_after_the_class_has_missed_a_little(site) {
        let class = class(site).await;
        site.set_time("2021-03-03T13:00:00+09:00");
        class.press(&format!("{}:late", class.hana)).await.expect(200);
        assert_eq!((marks(site).await[&class.hana].missed, marks(site).await[&class.hana].minutes), (11, 109));
    }

    async fn what_was_said_about_a_class_to_come_goes_with_it(site) {
        let class = class(site).await;
        let row = absence_notice::ActiveModel {
            class_session_id: Set(class.class),
            application_id: Set(class.duri),
            at: Set(site.now()),
            reason: Set(None),
        };
        absence_notice::Entity::insert(row).exec_without_returning(site.centre.database()).await.unwrap();
        class_session::Entity::delete_by_id(class.class).exec(site.centre.database()).await.unwrap();
        assert_eq!(absence_notice::Entity::find().all(site.centre.database()).await.unwrap(), []);
    }

    async fn early_marks_hold_the_dates_of_a_run_and_go_with_a_class_that_moves(site) {
        let class = class(site).await;
        class.press(&format!("{}:present", class.hana)).await.expect(200);
        let manager = site.sign_in_as(Duty::TrainingManager).await;
        holiday::install(&site.centre, &holiday::parse("date,name\n2021-03-01,삼일절\n".as_bytes()).unwrap()).await.unwrap();
        let before = site.tables().await.without(&["access"]);
        let page = manager.get("/manage/runs/P21-014").await.expect(200);
        let pattern = [
            ("instructor", "강사일"), ("first_date", "2021-03-04"), ("start", "14:00"), ("end", "16:00"), ("session_count", "1"),
            ("hours", "2"), ("apply_from", "2021-02-01T09:00"), ("apply_until", "2021-03-02T18:00"),
        ];
        let form = page.form("main form:has([name=capacity])").tick_value("weekdays", "thu");
        let form = pattern.into_iter().fold(form, |form, (name, value)| form.fill(name, value));
        let page = form.submit().await.expect(409);
        assert!(page.problem("first_date").unwrap().contains("차시마다 따로"), "{}", page.said());
        before.assert_same(&site.tables().await.without(&["access"]));

        let page = manager.get("/manage/runs/P21-014?class=1").await.expect(200);
        let form = page.form("main form:has([name=date])").fill("date", "2021-03-04").fill("reason", "강사 사정");
        form.press("옮기기").await.expect(200);
        assert_eq!(marks(site).await, BTreeMap::new());
        let last = events(site).await.pop().unwrap();
        assert_eq!((last.presence, last.way, last.by_id), (None, MarkWay::Office, Some(manager.id())));
        assert_eq!(last.reason.as_deref(), Some("강사 사정"));
    }

    async fn what_a_closed_run_attended_is_frozen(site) {
        let class = class(site).await;
        let row = run_closing::ActiveModel {
            run_id: Set(class.run),
            closed_at: Set(site.now()),
            closed_by: Set(class.instructor.id()),
        };
        run_closing::Entity::insert(row).exec_without_returning(site.centre.database()).await.unwrap();
        let before = site.tables().await.without(&["access"]);
        let page = class.press(&format!("{}:present", class.hana)).await.expect(409);
        assert!(page.said().contains("마감한 강좌입니다"), "{}", page.said());
        assert!(!page.has(".sheet-marks button"));
        before.assert_same(&site.tables().await.without(&["access"]));
        assert_eq!(completion_rule::Entity::find().all(site.centre.database()).await.unwrap(), []);
    }

    async fn whoever_sees_whole_names_is_written_down_and_a_mirrored_screen_masks_them(site) {
        let class = class(site).await;
        let row = absence_notice::ActiveModel {
            class_session_id: Set(class.class),
            application_id: Set(class.duri),
            at: Set(site.now()),
            reason: Set(None),
        };
        absence_notice::Entity::insert(row).exec_without_returning(site.centre.database()).await.unwrap();
        let page = class.instructor.get(SHEET).await.expect(200);
        assert!(page.text(&format!("#who-{}", class.duri)).contains("결석 알림"));
        let looks = access::Entity::find().all(site.centre.database()).await.unwrap();
        assert_eq!(looks.iter().map(|look| (&*look.subject_id, look.duty)).collect::<Vec<_>>(), [("P21-014", Duty::Instructor)]);
        let page = page.click("이름 가리기").await.expect(200);
        assert!(page.said().contains("홍*동") && !page.body().contains("홍길동"), "{}", page.said());
        // And go on doing so, whatever is pressed.
        let page = page.form(".sheet-form").press("모두 출석").await.expect(200);
        assert!(page.said().contains("홍*동") && !page.body().contains("홍길동"), "{}", page.said());
        let page = page.form(".sheet-form").press("되돌리기").await.expect(200);
        assert!(page.said().contains("홍*동") && !page.body().contains("홍길동"), "{}", page.said());
    }
}
