//! How it is known who took part in an online class: by its code, by the minutes watched, by neither.

use axum::http::Method;
use chrono::Duration;
use domain::account::Duty;
use domain::attendance::entity::{attendance_answer, check_in_key, mark, mark_event, run_closing, viewing};
use domain::attendance::keep::keep;
use domain::attendance::key::key_of_class;
use domain::attendance::{MarkWay, Presence, Way};
use domain::broadcast::entity::broadcast;
use domain::course::entity::{class_session, run};
use domain::course::{ClassState, Mode};
use domain::registration::entity::application;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, ModelTrait, PaginatorTrait, QueryFilter,
    QueryOrder,
};
use tests::programme::{self, add_room};
use tests::{Page, Site, Visitor, both};
use uuid::Uuid;

use crate::attendance::{other, show};
use crate::broadcast::question::{PAGE, class, learner};
use crate::registration::{applications, apply, run_in};

async fn marks(site: &Site) -> Vec<mark::Model> {
    mark::Entity::find().order_by_asc(mark::Column::ApplicationId).all(site.centre.database()).await.unwrap()
}

async fn the_class(site: &Site) -> class_session::Model {
    class_session::Entity::find().one(site.centre.database()).await.unwrap().unwrap()
}

async fn send(who: &Visitor, code: &str, body: String) -> Page {
    let path = format!("/live/{code}/watching");
    who.send(Method::POST, &path, Some("text/plain;charset=UTF-8"), body.into_bytes()).await
}

/// What a page in sight reports, as it is answered.
async fn report(who: &Visitor, page: Uuid) -> serde_json::Value {
    let answer = send(who, "P21-014-1", format!(r#"{{"page":"{page}"}}"#)).await.expect(200);
    serde_json::from_str(&answer.body()).unwrap()
}

async fn viewings(site: &Site) -> Vec<viewing::Model> {
    viewing::Entity::find().all(site.centre.database()).await.unwrap()
}

/// The link to one's own page for the code.
async fn link(who: &Visitor) -> String {
    who.get(PAGE).await.expect(200).link("내 출석번호 넣는 화면")
}

both! {
    async fn who_has_entered_the_code_was_there_however_little_they_watched(site) {
        let class = class(site).await;
        let hana = learner(site, "홍길동").await;
        let digits = show(&class.instructor).await;
        hana.post(&format!("{PAGE}/attend"), &[("code", &other(&digits))]).await.expect(422);
        assert_eq!(marks(site).await, []);
        hana.post(&format!("{PAGE}/attend"), &[("code", &digits)]).await.expect(200);
        let rows = marks(site).await;
        let row = &rows[0];
        assert_eq!((rows.len(), row.presence, row.minutes, row.way), (1, Presence::Present, 120, MarkWay::Code));
        assert_eq!((row.by_id, row.made_at), (Some(hana.id()), site.now()));
        // The second code of a class says nothing new.
        site.advance(Duration::minutes(10));
        let second = show(&class.instructor).await;
        hana.post(&format!("{PAGE}/attend"), &[("code", &second)]).await.expect(200);
        assert_eq!((marks(site).await, attendance_answer::Entity::find().count(site.centre.database()).await.unwrap()), (rows, 2));
        let page = hana.get(PAGE).await.expect(200);
        assert!(page.text(".watch-minutes").contains("출석으로 처리되었습니다"), "{}", page.said());
    }

    async fn a_run_that_is_closed_keeps_the_answer_and_no_mark(site) {
        let class = class(site).await;
        let hana = learner(site, "홍길동").await;
        let digits = show(&class.instructor).await;
        let closing = run_closing::Model {
            run_id: applications(site).await[0].run_id,
            closed_at: site.now(),
            closed_by: class.producer.id(),
        };
        run_closing::Entity::insert(closing.into_active_model()).exec_without_returning(site.centre.database()).await.unwrap();
        hana.post(&format!("{PAGE}/attend"), &[("code", &digits)]).await.expect(200);
        assert_eq!(attendance_answer::Entity::find().count(site.centre.database()).await.unwrap(), 1);
        assert_eq!(marks(site).await, []);
    }

    async fn minutes_in_sight_count_and_enough_of_them_are_having_been_there(site) {
        class(site).await;
        let hana = learner(site, "홍길동").await;
        let page = hana.get(PAGE).await.expect(200);
        assert_eq!(page.text(".watch-minutes"), "0분 시청 · 96분이 되면 출석");
        assert!(!page.has("[aria-live]") && !page.has("[role=status] .watch-minutes"), "it is not read aloud");
        let id = site.centre.clock().id();
        let first = report(&hana, id).await;
        assert_eq!((&first["watched"], &first["needed"], &first["is_present"]), (&0.into(), &96.into(), &false.into()));
        site.advance(Duration::seconds(30));
        report(&hana, id).await;
        report(&hana, id).await;
        assert_eq!(viewings(site).await[0].seconds, 30, "sent twice it counts once");
        // The telephone was in a pocket.
        site.advance(Duration::minutes(10));
        report(&hana, id).await;
        assert_eq!(viewings(site).await[0].seconds, 75);
        let mut seconds = 75;
        while seconds < 96 * 60 {
            assert_eq!(marks(site).await, []);
            site.advance(Duration::seconds(30));
            seconds += 30;
            report(&hana, id).await;
        }
        let rows = marks(site).await;
        let row = &rows[0];
        assert_eq!((rows.len(), row.presence, row.minutes, row.way, row.by_id), (1, Presence::Present, 120, MarkWay::Watch, None));
        assert!(hana.get(PAGE).await.text(".watch-minutes").starts_with("96분 시청 · 출석으로"));
        site.advance(Duration::seconds(30));
        assert_eq!(report(&hana, id).await["is_present"], true);
        assert_eq!(mark_event::Entity::find().count(site.centre.database()).await.unwrap(), 1, "it is said once");
    }

    async fn one_page_of_a_person_counts_at_a_time_across_all_classes(site) {
        class(site).await;
        let hana = learner(site, "홍길동").await;
        let (old, new) = (site.centre.clock().id(), site.centre.clock().id());
        report(&hana, old).await;
        site.advance(Duration::seconds(30));
        let taken = report(&hana, new).await;
        assert_eq!((&taken["is_elsewhere"], viewings(site).await[0].seconds), (&false.into(), 0), "nothing at once");
        let told = report(&hana, old).await;
        assert_eq!(told["is_elsewhere"], true);
        site.advance(Duration::seconds(30));
        assert_eq!(report(&hana, old).await["is_elsewhere"], true);
        report(&hana, new).await;
        assert_eq!(viewings(site).await[0].seconds, 30);
        // The newer one was closed.
        site.advance(Duration::seconds(90));
        assert_eq!(report(&hana, old).await["is_elsewhere"], false);
        site.advance(Duration::seconds(30));
        report(&hana, old).await;
        assert_eq!(viewings(site).await[0].seconds, 60);

        // Another class of another run, which they watch on another page.
        let clock = site.centre.clock();
        let (course, number) = (programme::course(clock, "다른 강좌".into()), 1);
        let run = programme::run(clock, "P21-015", course.id, None);
        let place = applications(site).await.remove(0);
        let elsewhere = application::Model { id: clock.id(), run_id: run.id, stamp: 99, request_key: clock.id(), ..place };
        let (id, class) = (run.id, programme::class(clock, run.id, number, site.now()));
        let other_class = *class.id.as_ref();
        programme::add(&site.centre, course, run, vec![class]).await;
        application::Entity::insert(elsewhere.clone().into_active_model()).exec_without_returning(site.centre.database()).await.unwrap();
        assert_eq!(elsewhere.run_id, id);
        let there = viewing::Model { class_session_id: other_class, application_id: elsewhere.id, seconds: 0, page: clock.id(), at: site.now() };
        viewing::Entity::insert(there.into_active_model()).exec_without_returning(site.centre.database()).await.unwrap();
        site.advance(Duration::seconds(30));
        assert_eq!(report(&hana, old).await["is_elsewhere"], true);
        let next = site.centre.clock().id();
        assert_eq!(report(&hana, next).await["is_elsewhere"], false);
        let here = viewings(site).await.into_iter().find(|row| row.application_id == place.id).unwrap();
        assert_eq!((here.seconds, here.page), (60, next));
    }

    async fn what_is_no_report_of_somebody_in_class_counts_nothing(site) {
        let class = class(site).await;
        let hana = learner(site, "홍길동").await;
        let outsider = site.resident("남남").await;
        let page = site.centre.clock().id();
        let right = format!(r#"{{"page":"{page}"}}"#);
        let before = site.tables().await;
        for wrong in ["", "{}", r#"{"page":""}"#, r#"{"page":"x"}"#, "page=1"] {
            send(&hana, "P21-014-1", wrong.into()).await.expect(400);
        }
        send(&outsider, "P21-014-1", right.clone()).await.expect(403);
        send(&class.instructor, "P21-014-1", right.clone()).await.expect(403);
        send(&hana, "P21-014-9", right.clone()).await.expect(404);
        assert_eq!(send(&site.visitor(), "P21-014-1", right.clone()).await.status, 303);
        for time in ["2021-03-03T09:54:59+09:00", "2021-03-03T12:30:00+09:00"] {
            site.set_time(time);
            assert_eq!(report(&hana, page).await["watched"], 0, "{time}");
        }
        // A show that begins long before its class.
        site.set_time("2021-03-03T09:50:00+09:00");
        let begun = broadcast::ActiveModel { started_at: Set(Some(site.now())), ..Default::default() };
        broadcast::Entity::update_many().set(begun).exec(site.centre.database()).await.unwrap();
        assert_eq!(report(&hana, page).await["watched"], 0);
        let not_begun = broadcast::ActiveModel { started_at: Set(None), ..Default::default() };
        broadcast::Entity::update_many().set(not_begun).exec(site.centre.database()).await.unwrap();
        site.set_time("2021-03-03T10:05:00+09:00");
        before.without(&["web_session"]).assert_same(&site.tables().await);

        let place = applications(site).await.remove(0);
        hana.post(&format!("/my/{}/cancel", place.id), &[("reason", "사정")]).await.expect(200);
        send(&hana, "P21-014-1", right.clone()).await.expect(403);
        let cancelled = class_session::ActiveModel { state: Set(ClassState::Cancelled), ..Default::default() };
        class_session::Entity::update_many().set(cancelled).exec(site.centre.database()).await.unwrap();
        let answer = send(&class.instructor, "P21-014-1", right).await;
        assert!(answer.status.is_client_error(), "{}", answer.status);
        assert_eq!(viewings(site).await, []);
    }

    async fn a_link_takes_the_code_from_whoever_holds_it_and_knows_nobody_else(site) {
        let class = class(site).await;
        let hana = learner(site, "홍길동").await;
        let path = link(&hana).await;
        assert_eq!(link(&hana).await, path, "one that was kept stays good");
        let other_path = link(&learner(site, "남남").await).await;
        assert_ne!(path, other_path);
        let stranger = site.visitor();
        let page = stranger.get(&path).await.expect(200);
        assert!(page.said().contains("홍*동 님") && !page.body().contains("홍길동"), "{}", page.said());
        assert!(page.said().contains("강좌 P21-014 1차시") && page.said().contains("아직 보여 준 번호가 없습니다"), "{}", page.said());
        assert!(!page.has("main form"));
        let digits = show(&class.instructor).await;

        let form = || async { stranger.get(&path).await.expect(200).form("main form") };
        let field = format!("class-{}-code", the_class(site).await.id);
        let before = site.tables().await;
        for typed in ["", "12", "하나둘셋넷"] {
            let page = form().await.fill("code", typed).submit().await.expect(422);
            assert_eq!(page.problem(&field).as_deref(), Some("숫자 네 자리를 넣어 주십시오."), "{typed}");
        }
        let forged = path.replace("/code/", "/code/A");
        let swapped = format!("{}{}", &path[..path.len() - 22], &other_path[other_path.len() - 22..]);
        for wrong in ["/code/x", &forged, &swapped] {
            stranger.get(wrong).await.expect(404);
            stranger.post(wrong, &[("code", &digits)]).await.expect(404);
        }
        before.assert_same(&site.tables().await);
        let page = form().await.fill("code", &other(&digits)).submit().await.expect(422);
        assert_eq!(page.problem(&field).as_deref(), Some("번호가 다릅니다. 4번 더 넣을 수 있습니다."));

        let page = form().await.fill("code", &digits).submit().await.expect(200);
        assert!(page.said().contains("출석번호를 받았습니다. (10:05)") && !page.has("main form"), "{}", page.said());
        let place = applications(site).await.remove(0);
        let answers = attendance_answer::Entity::find().all(site.centre.database()).await.unwrap();
        assert_eq!((answers.len(), answers[0].way, answers[0].application_id), (1, Way::CodePage, place.id));
        let rows = marks(site).await;
        assert_eq!((rows.len(), rows[0].application_id, rows[0].way, rows[0].by_id), (1, place.id, MarkWay::Code, Some(hana.id())));
        assert!(site.visitor().get(&format!("/en{path}")).await.expect(200).said().contains("Your attendance code has arrived"));
        assert!(site.visitor().get("/my").await.path.starts_with("/sign-in"), "it signs nobody in");
    }

    async fn a_link_ends_with_its_class_and_its_place(site) {
        let class = class(site).await;
        let (hana, left) = (learner(site, "홍길동").await, learner(site, "남남").await);
        let (path, of_left) = (link(&hana).await, link(&left).await);
        let digits = show(&class.instructor).await;
        let place = applications(site).await.remove(1);
        left.post(&format!("/my/{}/cancel", place.id), &[("reason", "사정")]).await.expect(200);
        let stranger = site.visitor();
        for _ in 0..5 {
            stranger.post(&path, &[("code", &other(&digits))]).await;
        }
        let before = site.tables().await;
        let page = stranger.post(&path, &[("code", &digits)]).await.expect(429);
        assert!(page.said().contains("더 넣을 수 없습니다") && !page.has("main form"), "{}", page.said());
        let page = stranger.post(&of_left, &[("code", &digits)]).await.expect(410);
        assert!(page.said().contains("더 이상 쓸 수 없습니다"), "{}", page.said());
        site.set_time("2021-03-03T12:29:59+09:00");
        let page = stranger.post(&path, &[("code", &digits)]).await.expect(409);
        assert!(page.text("[role=alert]").contains("번호를 넣는 시간이 끝났습니다"), "{}", page.said());
        site.set_time("2021-03-03T12:30:00+09:00");
        stranger.get(&path).await.expect(410);
        stranger.post(&path, &[("code", &digits)]).await.expect(410);
        before.assert_same(&site.tables().await);
    }

    async fn a_key_is_made_once_by_however_many(site) {
        class(site).await;
        let class = the_class(site).await;
        let known = check_in_key::Entity::find_by_id(class.id).one(site.centre.database()).await.unwrap();
        known.unwrap().delete(site.centre.database()).await.unwrap();
        let another = site.another_server().await;
        let keys = futures::future::join_all((0..8).map(|index| {
            let centre = if index % 2 == 0 { &site.centre } else { &another };
            key_of_class(centre.database(), centre, class.id)
        })).await;
        let keys: Vec<_> = keys.into_iter().map(Result::unwrap).collect();
        assert!(keys.iter().all(|key| *key == keys[0] && *key != [0; 16]));
    }

    async fn after_an_online_class_who_was_not_heard_of_was_absent(site) {
        let class = class(site).await;
        let (hana, away) = (learner(site, "홍길동").await, learner(site, "남남").await);
        let places = applications(site).await;
        site.set_time("2021-03-03T12:30:00+09:00");
        assert_eq!(keep(&site.centre).await.unwrap(), 0, "nobody took its attendance");
        site.set_time("2021-03-03T11:00:00+09:00");
        let digits = show(&class.instructor).await;
        hana.post(&format!("{PAGE}/attend"), &[("code", &digits)]).await.expect(200);
        site.set_time("2021-03-03T12:29:59+09:00");
        assert_eq!(keep(&site.centre).await.unwrap(), 0, "it may overrun");
        site.set_time("2021-03-03T12:30:00+09:00");
        let another = site.another_server().await;
        let (one, two) = tokio::join!(keep(&site.centre), keep(&another));
        assert_eq!(one.unwrap() + two.unwrap(), 1);
        assert_eq!(keep(&site.centre).await.unwrap(), 0);
        let rows = marks(site).await;
        let of = |id: Uuid| rows.iter().find(|row| row.application_id == id).unwrap();
        let absent = of(places[1].id);
        assert_eq!((absent.presence, absent.minutes, absent.way, absent.by_id), (Presence::Absent, 0, MarkWay::Watch, None));
        assert_eq!((of(places[0].id).presence, rows.len()), (Presence::Present, 2));
        assert_eq!(places[1].person_id, away.id());
        assert_eq!(mark_event::Entity::find().count(site.centre.database()).await.unwrap(), 2);
    }

    async fn somebody_watching_is_attendance_taken_and_a_seat_in_the_room_is_for_the_sheet(site) {
        class(site).await;
        let hana = learner(site, "홍길동").await;
        report(&hana, site.centre.clock().id()).await;
        let both = run::ActiveModel { mode: Set(Mode::Both), ..Default::default() };
        run::Entity::update_many().set(both).exec(site.centre.database()).await.unwrap();
        let room = add_room(&site.centre, "room", 4).await;
        let chair = domain::space::entity::seat::Entity::find().one(site.centre.database()).await.unwrap().unwrap();
        assert_eq!(chair.space_id, room);
        let seated = learner(site, "앉은이").await;
        let in_the_room = application::ActiveModel { seat_id: Set(Some(chair.id)), admission: Set(None), ..Default::default() };
        application::Entity::update_many().set(in_the_room)
            .filter(application::Column::PersonId.eq(seated.id()))
            .exec(site.centre.database()).await.unwrap();
        site.set_time("2021-03-03T12:30:00+09:00");
        assert_eq!(keep(&site.centre).await.unwrap(), 1);
        let rows = marks(site).await;
        assert_eq!((rows.len(), rows[0].application_id), (1, applications(site).await[0].id));
    }

    async fn a_class_in_a_room_is_never_marked_by_time_alone(site) {
        // Without a plan, so that nobody's seat says where they are.
        run_in(site, "P21-016", None, |_, run, _| run.mode = Mode::InPerson).await;
        apply(&site.resident("홍길동").await, "P21-016").await.expect(200);
        let marked = site.sign_in_as(Duty::TrainingManager).await;
        let place = applications(site).await.remove(0);
        let other = apply(&site.resident("남남").await, "P21-016").await;
        other.expect(200);
        let row = mark::Model {
            class_session_id: the_class(site).await.id,
            application_id: place.id,
            presence: Presence::Present,
            missed: 0,
            minutes: 120,
            way: MarkWay::Sheet,
            made_at: site.now(),
            arrived_at: site.now(),
            by_id: Some(marked.id()),
        };
        mark::Entity::insert(row.into_active_model()).exec_without_returning(site.centre.database()).await.unwrap();
        site.set_time("2021-02-02T10:00:00+09:00");
        assert_eq!(keep(&site.centre).await.unwrap(), 0);
        assert_eq!(marks(site).await.len(), 1);
    }
}
