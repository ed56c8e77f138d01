//! The demonstration looks alive on whatever day it is first shown.

use domain::account::password::Passwords;
use domain::account::store::{find_person_by_contact, find_person_by_password};
use domain::account::{Address, Password};
use domain::registration::State;
use domain::registration::entity::application;
use domain::studio::entity::{booking, call_answer};
use domain::studio::{AnswerState, BookingState};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use server::demo;
use tests::{Engine, Site, both, run};

/// Among the runs in a room for which one can apply now are one with a seat on offer, one with a waiting list and one with seats.
async fn each_kind_is_open(site: &Site) {
    let page = site.visitor().get("/courses?window=open&mode=in_person").await.expect(200);
    let open: Vec<String> = page.all("main li").into_iter().filter(|line| line.contains("선착순")).collect();
    let is_full = |line: &String| line.contains("잔여 인원 0 ");
    let waits = |line: &String| !line.contains("대기 0명");
    assert!(open.iter().any(|line| is_full(line) && !waits(line)), "none on offer: {open:#?}");
    assert!(open.iter().any(|line| is_full(line) && waits(line)), "none with a line: {open:#?}");
    assert!(open.iter().any(|line| !is_full(line)), "none with seats: {open:#?}");
}

both! {
    async fn a_class_is_on_air_and_another_in_its_room_when_others_begin(site) {
        site.set_time("2026-11-27T09:15:00+09:00");
        assert!(demo::load(&site.centre).await.unwrap());
        let hana = Address::parse("hana@example.org").unwrap();
        let hana = find_person_by_contact(site.centre.database(), &hana).await.unwrap().unwrap();
        let live = site.sign_in(hana).await.get("/live/P26-900-6").await.expect(200);
        assert!(live.has(".live-player"), "{}", live.said());
        assert_eq!(live.all(".question-words").len(), 2);
        each_kind_is_open(site).await;
        let instructor = Address::parse("instructor@example.org").unwrap();
        let instructor = find_person_by_contact(site.centre.database(), &instructor).await.unwrap().unwrap();
        let sheet = site.sign_in(instructor).await.get("/sheets/P26-902/4").await.expect(200);
        assert!(sheet.said().contains("스마트폰 첫걸음"), "{}", sheet.said());
    }

    async fn one_run_of_each_kind_is_open_when_other_classes_have_begun(site) {
        site.set_time("2026-11-27T12:58:00+09:00");
        assert!(demo::load(&site.centre).await.unwrap());
        each_kind_is_open(site).await;
    }

    async fn the_demonstration_has_something_of_everything_and_is_loaded_once(site) {
        site.set_time("2026-11-23T14:30:00+09:00");
        assert!(demo::load(&site.centre).await.unwrap());
        for state in [State::Booked, State::Waiting, State::Offered, State::Asked] {
            assert!(count(site, state).await > 0, "nobody is {state:?}");
        }
        assert!(count(site, State::Booked).await > 200);
        for (state, least) in [
            (BookingState::Asked, 2),
            (BookingState::Waiting, 1),
            (BookingState::Approved, 3),
            (BookingState::Declined, 1),
            (BookingState::Done, 46),
        ] {
            let of_state = booking::Entity::find().filter(booking::Column::State.eq(state));
            let found = of_state.count(site.centre.database()).await.unwrap();
            assert!(found >= least, "only {found} bookings are {state:?}");
        }

        let desk = Address::parse("desk@office.example.org").unwrap();
        let desk = find_person_by_contact(site.centre.database(), &desk).await.unwrap().unwrap();
        let desk = site.sign_in(desk).await.get("/desk").await.expect(200);
        let soon = desk.all("tbody tr").into_iter().find(|line| line.ends_with('3'));
        assert!(soon.is_some(), "three have come before an opening: {}", desk.said());

        let screen = site.visitor().get("/boards/lobby").await.expect(200);
        assert!(screen.has(".board-left img") && screen.has(".board-right img") && screen.has(".board-video video"));
        assert!(!screen.text(".board-notices h2").is_empty());
        let calls = site.visitor().get("/studio/calls").await.expect(200);
        assert!(calls.said().contains("모집중") && calls.said().contains("모집마감"), "{}", calls.said());
        for state in [AnswerState::Asked, AnswerState::Chosen, AnswerState::Declined] {
            let of_state = call_answer::Entity::find().filter(call_answer::Column::State.eq(state));
            assert!(of_state.count(site.centre.database()).await.unwrap() > 0, "no answer is {state:?}");
        }

        let hana = Address::parse("hana@example.org").unwrap();
        let hana_id = find_person_by_contact(site.centre.database(), &hana).await.unwrap().unwrap();
        let live = site.sign_in(hana_id).await.get("/live/P26-900-6").await.expect(200);
        assert!(live.has(".live-player") && live.has("form[action$='/ask']"), "{}", live.said());
        assert_eq!(live.all(".question-words").len(), 2);
        assert!(live.said().contains("답변함") && live.said().contains("강사가 번호를 알려 주면"), "{}", live.said());
        assert!(live.text(".watch-minutes").contains("0분 시청"), "{}", live.said());
        let mine = site.sign_in(hana_id).await.get("/my").await.expect(200).text("section[aria-labelledby=absences]");
        assert!(mine.contains("안내") && mine.contains("경고") && !mine.contains("신청하실 수 없습니다"), "{mine}");
        let manager = Address::parse("manager@office.example.org").unwrap();
        let manager = find_person_by_contact(site.centre.database(), &manager).await.unwrap().unwrap();
        let absences = site.sign_in(manager).await.get("/manage/absences").await.expect(200);
        assert!(absences.all("tbody").len() == 3 && absences.all("tbody tr").len() >= 7, "{}", absences.said());
        let lesson = site.visitor().get("/lessons").await.expect(200).click("마우스 잡기와 누르기").await.expect(200);
        assert!(lesson.has(".transcript[lang=ko]") && lesson.has(".transcript[lang=en]") && lesson.has(".lesson-chapters"));
        assert!(lesson.said().contains("마우스 연습지 (PDF"), "{}", lesson.said());

        let catalogue = site.visitor().get("/courses").await.expect(200);
        assert!(catalogue.said().contains("접수중"), "{}", catalogue.said());

        let drawn = site.visitor().get("/courses/P26-910/draw").await.expect(200);
        assert!(drawn.all(".draw-ranks li").len() > 12, "more than there are places: {}", drawn.said());
        let open = site.visitor().get("/courses/P26-911").await.expect(200);
        assert!(open.said().contains("먼저 신청해도 유리하지 않습니다"), "{}", open.said());

        let least = site.visitor().get("/courses/P26-920").await.expect(200);
        assert!(least.said().contains("첫 수업 전까지 8명이 되지 않으면 폐강할 수 있습니다"), "{}", least.said());
        let programme = site.sign_in(manager).await.get("/manage/runs").await.expect(200);
        let short = programme.text("main [class*=alert]");
        assert!(short.contains("P26-921 · ") && short.contains("지금 3명") && !short.contains("P26-920"), "{short}");

        let found = site.visitor().get("/en/courses?q=Photoshop+certificate").await.expect(200);
        assert!(found.said().contains("Photoshop certificate"), "{}", found.said());

        let before = site.tables().await;
        assert!(!demo::load(&site.centre).await.unwrap());
        before.assert_same(&site.tables().await);
    }

    async fn on_a_day_without_a_staff_run_in_its_window_something_waits_for_approval_all_the_same(site) {
        site.set_time("2026-11-25T00:30:00+09:00");
        demo::load(&site.centre).await.unwrap();
        for state in [State::Booked, State::Waiting, State::Offered, State::Asked] {
            assert!(count(site, state).await > 0, "nobody is {state:?}");
        }
    }

    async fn every_account_of_the_demonstration_signs_in_with_its_password(site) {
        site.set_time("2026-11-23T14:30:00+09:00");
        demo::load(&site.centre).await.unwrap();
        let passwords = Passwords::default();
        for account in &demo::ACCOUNTS {
            let (address, password) = (Address::parse(account.address), Password::parse(demo::PASSWORD));
            let found =
                find_person_by_password(&site.centre, &passwords, &address.unwrap(), password.unwrap()).await;
            assert!(found.unwrap().is_some(), "{}", account.what);
        }
        assert_eq!(site.deliver().await, 0, "the letters of made-up people are not written");
    }
}

#[test]
fn a_year_whose_holidays_nobody_wrote_down_will_do() {
    run(Engine::Sqlite, async |site| {
        site.set_time("2031-03-02T23:58:00+09:00");
        assert!(demo::load(&site.centre).await.unwrap());
        assert!(count(site, State::Offered).await > 0);
    });
}

async fn count(site: &Site, state: State) -> u64 {
    let query = application::Entity::find().filter(application::Column::State.eq(state));
    query.count(site.centre.database()).await.unwrap()
}
