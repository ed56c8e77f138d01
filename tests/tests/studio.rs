//! Bookings: who is given what, what clashes, who waits, and that nothing is ever promised twice.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, TimeDelta, Utc};
use domain::account::{Address, Audience, Duty};
use domain::clock::Clock;
use domain::notice::Event;
use domain::seoul;
use domain::space::arrange::{self, Arrangement, Opening, ThingDetails};
use domain::space::diary::{Diary, Holding, Wanted, hold, is_clash, release};
use domain::space::entity::{allocation, occupation, thing};
use domain::space::file as spaces;
use domain::space::holiday;
use domain::space::store::Tree;
use domain::space::{Approver, AskedBy, Holder, Margin, Slot, SpaceCode, ThingKind, Use};
use domain::studio::entity::{bar, booking};
use domain::studio::keep::keep;
use domain::studio::store::year_of_uses;
use domain::studio::{BookingState, Kind, file};
use futures::future::join_all;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use tests::{Page, Site, Visitor, amount, both};
use tokio::runtime::Handle;
use uuid::Uuid;

const SPACES: &[u8] = include_bytes!("../../server/demo/spaces.csv");
const SEATS: &[u8] = include_bytes!("../../server/demo/seats.csv");
const HOLIDAYS: &[u8] = include_bytes!("../../server/demo/holidays.csv");
const USES_2020: &[u8] = include_bytes!("../../server/demo/studio-2020.csv");

/// A Monday.
const NOW: &str = "2021-07-05T09:00:00+09:00";
const FORM: &str = "main form[action$='/studio/new']";

/// The studio: open to staff all day, to residents on Tuesdays and Saturdays from 10 to 20, eight hours a month.
async fn furnish(site: &Site) {
    site.set_time(NOW);
    spaces::import(&site.centre, SPACES, SEATS).await.unwrap();
    holiday::install(&site.centre, &holiday::parse(HOLIDAYS).unwrap()).await.unwrap();
    let hours = |audience, weekday, from: u16, until: u16| Opening {
        audience,
        weekday,
        from_minute: from * 60,
        until_minute: until * 60,
    };
    let rules = Arrangement {
        asked_by: Some(AskedBy::Everybody),
        resident_minutes: Some(8 * 60),
        openings: vec![
            hours(Audience::Resident, 2, 10, 20),
            hours(Audience::Resident, 6, 10, 20),
            hours(Audience::Staff, 1, 8, 22),
            hours(Audience::Staff, 2, 8, 22),
            hours(Audience::Staff, 3, 8, 22),
            hours(Audience::Staff, 4, 8, 22),
        ],
        margins: vec![(Use::Recording, Margin { set_up: 30, strike: 30 })],
        ..Arrangement::default()
    };
    arrange::install(&site.centre, space(site, "tvum").await, &rules).await.unwrap();
    let booth = Arrangement { approver: Some(Approver::TrainingManager), ..Arrangement::default() };
    arrange::install(&site.centre, space(site, "broadcast-booth").await, &booth).await.unwrap();
    for (code, name, kind, total) in
        [("camera", "카메라", ThingKind::Camera, 3), ("encoder", "송출 장비", ThingKind::Encoder, 1)]
    {
        let code = SpaceCode::parse(code).unwrap();
        let details = ThingDetails { code, name: name.into(), name_en: None, kind, total };
        arrange::put_thing(&site.centre, None, None, &details).await.unwrap();
    }
}

async fn space(site: &Site, code: &str) -> Uuid {
    Tree::load(site.centre.database()).await.unwrap().by_code(code).unwrap().id
}

async fn employee(site: &Site, name: &str) -> Visitor {
    let address =
        Address::parse(&format!("{}@{}", site.centre.clock().id().simple(), tests::STAFF_DOMAIN)).unwrap();
    let id = site.person_at(name, address, &[]).await;
    site.sign_in(id).await
}

/// Fills the form of somebody who wants the studio on a day: `2021-07-06`, `14:00`, `16:00`.
async fn form(who: &Visitor, day: &str, start: &str, end: &str) -> tests::Form {
    let page = who.get(&format!("/studio/new?place=tvum&date={day}&start={start}&end={end}")).await;
    let form = page.expect(200).form(FORM).fill("kind", "other").fill("purpose", "화상회의");
    if form.names().contains(&"agree") { form.tick("agree") } else { form }
}

async fn ask(who: &Visitor, day: &str, start: &str, end: &str) -> Page {
    form(who, day, start, end).await.submit().await
}

async fn bookings(site: &Site) -> Vec<booking::Model> {
    booking::Entity::find().order_by_asc(booking::Column::Id).all(site.centre.database()).await.unwrap()
}

async fn states(site: &Site) -> Vec<BookingState> {
    bookings(site).await.into_iter().map(|booking| booking.state).collect()
}

async fn held(site: &Site) -> u64 {
    occupation::Entity::find().count(site.centre.database()).await.unwrap()
}

async fn told(site: &Site, to: &Visitor) -> Vec<Event> {
    let theirs = site.notices().await.into_iter().filter(|notice| notice.person_id == Some(to.id()));
    theirs.map(|notice| notice.event).collect()
}

fn slot(day: &str, from: u32, until: u32) -> Slot {
    let day: NaiveDate = day.parse().unwrap();
    let at = |hour| seoul::instant(day.and_time(NaiveTime::from_hms_opt(hour, 0, 0).unwrap())).unwrap();
    Slot { starts_at: at(from), ends_at: at(until) }
}

both! {
    async fn a_request_holds_nothing_and_of_two_rivals_one_is_approved_and_the_other_waits(site) {
        furnish(site).await;
        let (kim, lee) = (site.resident("김하나").await, employee(site, "이두리").await);
        let producer = site.sign_in_as(Duty::Producer).await;
        let asked = ask(&kim, "2021-07-06", "14:00", "16:00").await.expect(200);
        assert!(asked.said().contains("승인대기") && asked.said().contains("담당자가 아직 정하지 않았습니다"), "{}", asked.said());
        ask(&lee, "2021-07-06", "15:00", "17:00").await.expect(200);
        assert_eq!(states(site).await, [BookingState::Asked, BookingState::Asked]);
        assert_eq!(held(site).await, 0, "a request holds nothing");
        assert_eq!(told(site, &producer).await, [Event::BookingToDecide, Event::BookingToDecide]);

        let desk = producer.get("/manage/studio").await.expect(200);
        assert!(desk.said().contains("같은 시간을 바라는 신청 2건"), "{}", desk.said());
        let page = producer.get("/studio/S21-001").await.expect(200);
        assert!(page.said().contains("김하나") && page.said().contains("S21-002"), "{}", page.said());
        let page = page.form("form[action$=approve]").submit().await.expect(200);
        assert!(page.said().contains("승인했습니다"), "{}", page.said());
        assert_eq!(states(site).await, [BookingState::Approved, BookingState::Waiting]);
        assert_eq!(held(site).await, 2, "filming room and control room");
        assert_eq!(told(site, &kim).await, [Event::BookingAsked, Event::BookingApproved]);
        assert_eq!(told(site, &lee).await, [Event::BookingAsked, Event::BookingOutdone]);
        let letter = site.notices().await.into_iter().find(|it| it.event == Event::BookingOutdone).unwrap();
        assert!(letter.facts.contains("\"instead\":[\"2021-07-06T07:00:00Z\""), "{}", letter.facts);

        // The first gives it up: it is held for the one who waits.
        let page = kim.get("/studio/S21-001").await.form("form[action$=cancel]").submit().await.expect(200);
        assert!(page.said().contains("취소했습니다"));
        assert_eq!(states(site).await, [BookingState::Cancelled, BookingState::Held]);
        assert_eq!(held(site).await, 2);
        let page = lee.get("/studio/S21-002").await.expect(200);
        assert!(page.said().contains("2021년 7월 5일(월) 12:00까지 확정"), "{}", page.said());
        page.form("form[action$=accept]").submit().await.expect(200);
        assert_eq!(states(site).await, [BookingState::Cancelled, BookingState::Approved]);
        assert_eq!(told(site, &lee).await[2..], [Event::BookingHeld, Event::BookingApproved]);
        // Nobody else may look at it.
        let stranger = site.resident("박모름").await;
        stranger.get("/studio/S21-002").await.expect(404);
        assert!(site.visitor().get("/studio/S21-002").await.path.starts_with("/sign-in"));
    }

    async fn a_hold_that_nobody_takes_goes_to_the_next_in_line(site) {
        furnish(site).await;
        let producer = site.sign_in_as(Duty::Producer).await;
        ask(&producer, "2021-07-06", "14:00", "16:00").await.expect(200);
        assert_eq!(states(site).await, [BookingState::Approved], "who decides has it at once");
        let (kim, lee) = (site.resident("김하나").await, site.resident("이두리").await);
        for who in [&kim, &lee] {
            let refused = ask(who, "2021-07-06", "14:00", "16:00").await.expect(409);
            assert!(refused.said().contains("S21-001에서 같은 장소를 씁니다: 2021년 7월 6일(화) 14:00~16:00"), "{}", refused.said());
            assert!(refused.said().contains("같은 장소가 비어 있는 시간: 2021년 7월 6일(화) 12:00~14:00, 2021년 7월 6일(화) 16:00~18:00"), "{}", refused.said());
            refused.form(FORM).tick("waits").submit().await.expect(200);
        }
        producer.get("/studio/S21-001").await.form("form[action$=cancel]").submit().await.expect(200);
        assert_eq!(states(site).await[1..], [BookingState::Held, BookingState::Waiting]);
        site.advance(Duration::minutes(180));
        assert_eq!(keep(&site.centre).await.unwrap(), 1);
        assert_eq!(states(site).await[1..], [BookingState::Cancelled, BookingState::Held]);
        assert_eq!(told(site, &kim).await.last(), Some(&Event::BookingLapsed));
        assert_eq!(told(site, &lee).await.last(), Some(&Event::BookingHeld));
        assert_eq!(keep(&site.centre).await.unwrap(), 0);
    }

    async fn three_slots_that_nobody_came_to_bar_for_a_month_and_a_producer_lifts_it(site) {
        furnish(site).await;
        let producer = site.sign_in_as(Duty::Producer).await;
        let kim = site.resident("김하나").await;
        for (number, hour) in [(1, "10"), (2, "12"), (3, "14")] {
            let end = format!("{}:00", hour.parse::<u32>().unwrap() + 1);
            ask(&kim, "2021-07-06", &format!("{hour}:00"), &end).await.expect(200);
            let page = producer.get(&format!("/studio/S21-00{number}")).await;
            page.form("form[action$=approve]").submit().await.expect(200);
        }
        site.set_time("2021-07-06T10:19:59+09:00");
        assert_eq!(keep(&site.centre).await.unwrap(), 0, "one may be late");
        site.set_time("2021-07-06T10:20:00+09:00");
        keep(&site.centre).await.unwrap();
        assert_eq!(states(site).await[0], BookingState::NoShow);
        assert_eq!(held(site).await, 4, "its two rooms are free again");
        // Too early for the second, and then in time.
        let kim = site.sign_in(kim.id()).await;
        let page = kim.get("/studio/S21-002").await.expect(200);
        assert!(!page.has("form[action$=check-in]"));
        let version = bookings(site).await[1].version.to_string();
        let early = kim.post("/studio/S21-002/check-in", &[("version", &version)]).await.expect(409);
        assert!(early.said().contains("시작 30분 전부터"), "{}", early.said());
        site.set_time("2021-07-06T12:20:00+09:00");
        keep(&site.centre).await.unwrap();
        site.set_time("2021-07-06T14:20:00+09:00");
        keep(&site.centre).await.unwrap();
        assert_eq!(states(site).await, [BookingState::NoShow; 3]);
        let bars = bar::Entity::find().all(site.centre.database()).await.unwrap();
        assert_eq!((bars.len(), bars[0].until_at - bars[0].from_at), (1, TimeDelta::days(30)));
        let kim = site.sign_in(kim.id()).await;
        assert!(kim.get("/studio").await.said().contains("2021년 8월 5일(목) 14:20까지 이용신청을 하실 수 없습니다"));
        let before = site.tables().await;
        let refused = ask(&kim, "2021-07-10", "10:00", "11:00").await.expect(403);
        assert!(refused.problems()[0].contains("이용신청을 하실 수 없습니다"), "{:?}", refused.problems());
        before.assert_same(&site.tables().await);

        let producer = site.sign_in(producer.id()).await;
        let lift = producer.get("/manage/studio").await.expect(200).form("form[action$=lift]");
        assert!(lift.submit().await.expect(422).problems()[0].contains("한 줄로"));
        let lift = producer.get("/manage/studio").await.form("form[action$=lift]");
        lift.fill("reason", "병원에 있었음").submit().await.expect(200);
        assert_eq!(told(site, &kim).await.last(), Some(&Event::BarLifted));
        ask(&kim, "2021-07-10", "10:00", "11:00").await.expect(200);
        // What led to one bar doesn't lead to the next.
        let again = producer.post(&format!("/manage/studio/bars/{}/lift", kim.id()), &[("reason", "x")]).await;
        again.expect(409);
    }

    async fn whoever_comes_checks_in_and_what_was_made_is_recorded(site) {
        furnish(site).await;
        let producer = site.sign_in_as(Duty::Producer).await;
        let kim = employee(site, "김하나").await;
        ask(&kim, "2021-07-06", "10:00", "11:00").await.expect(200);
        producer.get("/studio/S21-001").await.form("form[action$=approve]").submit().await.expect(200);
        site.set_time("2021-07-06T09:40:00+09:00");
        let (kim, producer) = (site.sign_in(kim.id()).await, site.sign_in(producer.id()).await);
        let page = kim.get("/studio/S21-001").await.form("form[action$=check-in]").submit().await.expect(200);
        assert!(page.said().contains("이용 중"), "{}", page.said());
        site.set_time("2021-07-06T10:30:00+09:00");
        assert_eq!(keep(&site.centre).await.unwrap(), 0);
        let finish = async || producer.get("/studio/S21-001").await.expect(200).form("form[action$=finish]");
        let before = site.tables().await.without(&["access"]);
        let long = "가".repeat(101);
        for (field, value, sentence) in [
            ("made_kind", "party", "종류를"), ("made_title", &*long, "100자"), ("made_channel", "=1", "한 줄"), ("made_link", "youtu.be/x", "http"),
        ] {
            let page = finish().await.forge(field, value).submit().await.expect(422);
            assert!(page.problem(&format!("finish-{field}")).or(page.problem(field)).unwrap().contains(sentence), "{field}: {:?}", page.problems());
            before.assert_same(&site.tables().await.without(&["access"]));
        }
        let form = finish().await.fill("made_kind", "live").fill("made_link", "https://youtu.be/abc");
        form.submit().await.expect(200);
        let done = &bookings(site).await[0];
        assert_eq!((done.state, done.made_kind), (BookingState::Done, Some(Kind::Live)));
        let table = year_of_uses(&site.centre, &[done.space_id], 2021).await.unwrap();
        assert_eq!((table.of(Some(6), Some(Kind::Live)).count, table.of(None, None).minutes), (1, 60));
    }

    async fn every_wrong_field_is_named_and_nothing_is_saved(site) {
        furnish(site).await;
        let producer = site.sign_in_as(Duty::Producer).await;
        let kim = site.resident("김하나").await;
        let employee = employee(site, "이두리").await;
        ask(&producer, "2021-07-06", "18:00", "19:00").await.expect(200);
        let before = site.tables().await;
        let (long, longer) = ("가".repeat(101), "가".repeat(1001));
        let of_employee = [
            ("place", "moon", 422, "장소를"), ("place", "smart-1", 403, "신청하실 수 없습니다"),
            ("kind", "", 422, "종류를"), ("kind", "party", 422, "종류를"),
            ("purpose", "", 422, "한 줄로"), ("purpose", &long, 422, "100자"),
            ("date", "7월 6일", 422, "날짜를"), ("date", "2021-07-04", 422, "지난 시간"),
            ("start", "25:00", 422, "시각을"), ("end", "", 422, "시각을"), ("end", "13:00", 422, "늦어야"), ("end", "23:00", 422, "운영시간을"),
            ("end_date", "내일", 422, "날짜를"), ("end_date", "2021-09-06", 422, "너무 깁니다"),
            ("in_charge", "", 422, "한 줄로"), ("department", "=x", 422, "한 줄로"), ("presenter", &long, 422, "100자"),
            ("people", "0", 422, "1명에서"), ("people", "many", 422, "1명에서"), ("help", &longer, 422, "1000자"),
            ("thing-camera", "4", 422, "0에서 3까지"), ("thing-camera", "-1", 422, "0에서 3까지"),
            ("repeat", "yearly", 422, "반복을"), ("waits", "yes", 409, "비어 있습니다"),
        ];
        for (field, value, status, sentence) in of_employee {
            let page = form(&employee, "2021-07-06", "14:00", "16:00").await.forge(field, value).submit().await.expect(status);
            assert!(page.problems().iter().any(|problem| problem.contains(sentence)), "{field}={value}: {:?}", page.problems());
            before.assert_same(&site.tables().await);
        }
        for count in ["", "0", "105", "x"] {
            let page = form(&employee, "2021-07-06", "14:00", "16:00").await.fill("repeat", "weekly").forge("count", count).submit().await.expect(422);
            assert!(page.problem("count").unwrap().contains("1에서 104까지"), "{count}: {:?}", page.problems());
        }
        let series = form(&employee, "2021-12-07", "14:00", "16:00").await.fill("repeat", "weekly").fill("count", "9");
        assert!(series.submit().await.expect(422).problem("repeat").unwrap().contains("2022년의 공휴일을"));
        let of_resident = [
            ("agree", "", 422, "동의해"), ("start", "09:00", 422, "운영시간"), ("date", "2021-07-07", 422, "운영시간"),
            ("date", "2021-09-07", 422, "60일 뒤"), ("displaces", "급함", 403, "다른 담당자"),
        ];
        for (field, value, status, sentence) in of_resident {
            let wanted = form(&kim, "2021-07-06", "14:00", "16:00").await;
            let wanted = if field == "agree" { wanted.untick("agree") } else { wanted.forge(field, value) };
            let page = wanted.submit().await.expect(status);
            assert!(page.problems().iter().any(|problem| problem.contains(sentence)), "{field}={value}: {:?}", page.problems());
            before.assert_same(&site.tables().await);
        }
        let series = form(&kim, "2021-07-06", "14:00", "16:00").await.forge("repeat", "weekly").forge("count", "2");
        assert!(series.submit().await.expect(422).problems()[0].contains("직원만"));
        kim.post("/studio/new", &[("place", "tvum")]).await.expect(400);
        before.assert_same(&site.tables().await);
        assert!(site.visitor().get("/studio/new").await.path.starts_with("/sign-in"));
        assert_eq!(before.count("booking"), 1);
    }

    async fn a_resident_has_eight_hours_a_month_and_asking_twice_asks_once(site) {
        furnish(site).await;
        let kim = site.resident("김하나").await;
        let twice = form(&kim, "2021-07-06", "10:00", "15:00").await;
        let fields: Vec<(String, String)> = twice.names().iter().map(|name| ((*name).to_owned(), twice.value(name))).collect();
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        for _ in 0..2 {
            kim.post("/studio/new", &fields).await.expect(200);
        }
        assert_eq!(bookings(site).await.len(), 1);
        let before = site.tables().await;
        let refused = ask(&kim, "2021-07-10", "10:00", "13:30").await.expect(409);
        assert!(refused.problems()[0].contains("180분 남았습니다"), "{:?}", refused.problems());
        before.assert_same(&site.tables().await);
        ask(&kim, "2021-07-10", "10:00", "13:00").await.expect(200);
        ask(&kim, "2021-08-03", "10:00", "18:00").await.expect(200);
    }

    async fn a_series_is_taken_whole_or_not_at_all_and_its_dates_live_alone(site) {
        furnish(site).await;
        let producer = site.sign_in_as(Duty::Producer).await;
        ask(&producer, "2021-07-19", "10:30", "11:00").await.expect(200);
        let before = site.tables().await;
        let weekly = async || form(&producer, "2021-07-05", "10:00", "12:00").await.fill("repeat", "weekly").fill("count", "8");
        let refused = weekly().await.submit().await.expect(409);
        assert!(refused.said().contains("2021년 7월 19일(월) 10:00~12:00") && refused.said().contains("S21-001"), "{}", refused.said());
        before.assert_same(&site.tables().await);
        producer.get("/studio/S21-001").await.form("form[action$=cancel]").submit().await.expect(200);
        // 16 August 2021 was a holiday.
        let page = weekly().await.submit().await.expect(200);
        assert!(page.said().contains("7번의 이용") && page.said().contains("2021년 8월 16일(월)"), "{}", page.said());
        let series = bookings(site).await.split_off(1);
        let days = |all: &[booking::Model]| all.iter().map(|it| seoul::day(it.starts_at).format("%m-%d").to_string()).collect::<Vec<_>>();
        assert_eq!(days(&series), ["07-05", "07-12", "07-19", "07-26", "08-02", "08-09", "08-23"]);
        assert_eq!(held(site).await, 14);

        // One date moves, and nobody else's.
        let alter = async |code: &str| producer.get(&format!("/studio/{code}/alter")).await.expect(200).form("main form");
        let code = series[2].code.clone();
        let page = alter(&code).await.fill("date", "2021-07-20").fill("reason", "강사 사정").submit().await.expect(200);
        assert!(page.said().contains("일정을 바꾸었습니다"));
        assert_eq!(days(&bookings(site).await[1..]), ["07-05", "07-12", "07-20", "07-26", "08-02", "08-09", "08-23"]);
        // The first of the series has begun: it and all later ones move, but not what is past.
        site.set_time("2021-07-13T09:00:00+09:00");
        let producer = site.sign_in(producer.id()).await;
        let alter = async |code: &str| producer.get(&format!("/studio/{code}/alter")).await.expect(200).form("main form");
        let over = alter(&series[0].code).await.fill("reason", "x").submit().await.expect(422);
        assert!(over.problems()[0].contains("지난 시간"), "{:?}", over.problems());
        let form = alter(&series[3].code).await.fill("start", "13:00").fill("end", "15:00").fill("which", "later").fill("reason", "시간 변경");
        form.submit().await.expect(200);
        let hours: Vec<String> = bookings(site).await[1..].iter().map(|it| seoul::wall(it.starts_at).format("%m-%d %H").to_string()).collect();
        assert_eq!(hours, ["07-05 10", "07-12 10", "07-20 10", "07-26 13", "08-02 13", "08-09 13", "08-23 13"]);
        // The rest is cancelled from August on.
        let page = producer.get(&format!("/studio/{}", series[4].code)).await.expect(200);
        page.form("form[action$=cancel]").fill("which", "later").submit().await.expect(200);
        let live = bookings(site).await.iter().filter(|it| it.state == BookingState::Approved).count();
        assert_eq!((live, held(site).await), (4, 8));
    }

    async fn a_council_takes_a_slot_and_the_one_who_loses_it_is_offered_others(site) {
        furnish(site).await;
        let producer = site.sign_in_as(Duty::Producer).await;
        let kim = site.resident("김하나").await;
        ask(&kim, "2021-07-06", "14:00", "16:00").await.expect(200);
        producer.get("/studio/S21-001").await.form("form[action$=approve]").submit().await.expect(200);
        let urgent = form(&producer, "2021-07-06", "15:00", "17:00").await.fill("displaces", "재난방송");
        urgent.submit().await.expect(200);
        assert_eq!(states(site).await, [BookingState::Cancelled, BookingState::Approved]);
        let letter = site.notices().await.into_iter().find(|it| it.event == Event::BookingDisplaced).unwrap();
        assert_eq!(letter.person_id, Some(kim.id()));
        // 15:00 to 17:00 is the council's now, so that the nearest are at one and at five.
        assert!(letter.facts.contains("재난방송") && letter.facts.contains("\"instead\":[\"2021-07-06T04:00:00Z\""), "{}", letter.facts);
        // A class is not displaced: it has people in its seats.
        let file = "run_code,title,category,audience,mode,space,instructor,first_date,weekdays,start,end,session_count,hours,capacity,selection,apply_from,apply_until,enrolled\n\
            R21-901,엑셀,basic,resident,in_person,tvum,강사07,2021-07-06,tue,19:00,20:00,1,1,20,first_come,2021-07-05T09:00,2021-07-05T18:00,\n";
        domain::course::file::install(&site.centre, file.as_bytes(), domain::course::file::Act::Commit).await.unwrap();
        let before = site.tables().await;
        let refused = form(&producer, "2021-07-06", "19:30", "20:30").await.fill("displaces", "재난방송").submit().await.expect(409);
        assert!(refused.said().contains("R21-901에서 같은 장소를 씁니다"), "{}", refused.said());
        before.assert_same(&site.tables().await);
        let page = kim.get("/studio/S21-001").await.expect(200);
        assert!(page.said().contains("재난방송") && page.said().contains("급한 일로 취소"), "{}", page.said());
    }

    async fn set_up_and_strike_count_and_things_are_not_promised_twice(site) {
        furnish(site).await;
        let producer = site.sign_in_as(Duty::Producer).await;
        let recording = form(&producer, "2021-07-06", "14:00", "16:00").await.fill("kind", "recording").fill("thing-camera", "2");
        recording.submit().await.expect(200);
        // Half an hour of strike lies between.
        let refused = ask(&producer, "2021-07-06", "16:00", "17:00").await.expect(409);
        assert!(refused.said().contains("13:30~16:30"), "{}", refused.said());
        ask(&producer, "2021-07-06", "16:30", "17:00").await.expect(200);
        // Another place, the same cameras.
        let before = site.tables().await;
        let manager = site.sign_in_as(Duty::TrainingManager).await;
        let booth = async |cameras: &str| {
            let form = form(&manager, "2021-07-06", "14:00", "15:00").await.fill("place", "broadcast-booth");
            form.fill("thing-camera", cameras).submit().await
        };
        let refused = booth("2").await.expect(409);
        assert!(refused.said().contains("카메라은(는) 1만큼만 남았습니다"), "{}", refused.said());
        let ignored = ["person", "contact", "duty", "web_session", "audit", "consent"];
        before.without(&ignored).assert_same(&site.tables().await.without(&ignored));
        booth("1").await.expect(200);
        // Nor can there be fewer than are promised.
        let administrator = site.sign_in_as(Duty::Administrator).await;
        let less = administrator.get("/manage/things?thing=camera").await.form("main form").fill("total", "2");
        assert!(less.submit().await.expect(409).problem("total").unwrap().contains("3개를 약속"));
    }

    async fn a_presenter_cannot_be_in_two_places_nor_teach_meanwhile(site) {
        furnish(site).await;
        let producer = site.sign_in_as(Duty::Producer).await;
        let manager = site.sign_in_as(Duty::TrainingManager).await;
        form(&producer, "2021-07-06", "14:00", "16:00").await.fill("presenter", "강사06").submit().await.expect(200);
        let elsewhere = form(&manager, "2021-07-06", "15:00", "17:00").await.fill("place", "broadcast-booth");
        let refused = elsewhere.fill("presenter", "강사06").submit().await.expect(409);
        assert!(refused.said().contains("S21-001에 같은 사람이 나옵니다"), "{}", refused.said());
        let file = "run_code,title,category,audience,mode,space,instructor,first_date,weekdays,start,end,session_count,hours,capacity,selection,apply_from,apply_until,enrolled\n\
            R21-900,엑셀,basic,resident,in_person,smart-1,강사06,2021-07-06,tue,15:00,17:00,1,2,20,first_come,2021-07-05T09:00,2021-07-05T18:00,\n";
        let answer = domain::course::file::install(&site.centre, file.as_bytes(), domain::course::file::Act::Commit).await;
        assert!(format!("{answer:?}").contains("S21-001"), "{answer:?}");
    }

    async fn the_office_file_comes_in_once_and_the_year_says_46(site) {
        furnish(site).await;
        let report = file::import(&site.centre, USES_2020).await.unwrap();
        assert_eq!((report.created, report.known), (46, 0));
        let again = file::import(&site.centre, USES_2020).await.unwrap();
        assert_eq!((again.created, again.known), (0, 46));
        let page = site.visitor().get("/studio/uses?year=2020&place=tvum").await.expect(200);
        let total = page.all("tbody tr").last().unwrap().clone();
        for figure in ["13회", "6회", "27회", "46회"] {
            assert!(total.contains(figure), "{figure}: {total}");
        }
        let before = site.tables().await;
        let wrong = "booking_code,space,kind,purpose,date,start,end,department\n\
            T20-01,tvum,other,두 번,2020-01-09,11:00,12:00,부서\nx,moon,party,,2020-13-01,25:00,9,\nT21-02,tvum,live,겹침,2020-01-09,11:30,12:30,\nT21-03,tvum,live,거꾸로,2021-01-09,11:30,10:30,\n";
        let error = file::import(&site.centre, wrong.as_bytes()).await.unwrap_err().to_string();
        for part in ["line 3: booking_code", "line 4: T20-01 is there", "line 5: it ends before"] {
            assert!(error.contains(part), "{part}: {error}");
        }
        before.assert_same(&site.tables().await);
    }

    async fn hundreds_at_once_and_the_check_taken_away_still_promise_nothing_twice(site) {
        furnish(site).await;
        let (tvum, filming) = (space(site, "tvum").await, space(site, "tvum-filming").await);
        let tree = Tree::load(site.centre.database()).await.unwrap();
        let camera = thing::Entity::find().filter(thing::Column::Code.eq("camera")).one(site.centre.database()).await.unwrap().unwrap();
        let teacher = site.centre.clock().id();
        // Nobody looks before: each only writes. The whole studio and its filming room, three cameras, one teacher.
        let attempt = async |number: usize| {
            let leaves = tree.leaves_of(if number.is_multiple_of(2) { tvum } else { filming });
            let (leaves, things, people) = match number % 3 {
                0 => (leaves, Vec::new(), Vec::new()),
                1 => (Vec::new(), vec![(camera.id, 1)], Vec::new()),
                _ => (Vec::new(), Vec::new(), vec![teacher]),
            };
            let wanted = Wanted { slot: slot("2021-07-06", 14, 16), leaves, things, people };
            let holding = Holding { holder: Holder::Booking, holder_id: site.centre.clock().id(), code: format!("X-{number}"), wanted };
            let tx = site.centre.begin().await.unwrap();
            let held = hold(&tx, site.centre.clock(), &[holding]).await;
            match held {
                Ok(()) => tx.commit().await.map(|()| true).unwrap(),
                Err(error) => {
                    assert!(is_clash(&error), "{error}");
                    tx.rollback().await.unwrap();
                    false
                }
            }
        };
        let count = 300;
        let mut won = [0; 3];
        for (number, held) in join_all((0..count).map(attempt)).await.into_iter().enumerate() {
            won[number % 3] += usize::from(held);
        }
        assert_eq!(won, [1, 3, 1], "one has the room, three have a camera, one has the teacher");
        let rows = occupation::Entity::find().all(site.centre.database()).await.unwrap();
        let leaves: BTreeSet<Uuid> = rows.iter().map(|row| row.leaf_id).collect();
        assert_eq!(leaves.len(), rows.len());
        let out = allocation::Entity::find().count(site.centre.database()).await.unwrap();
        assert_eq!(out, 3);
    }

    async fn two_hundred_who_ask_for_one_afternoon_through_the_program_get_one(site) {
        furnish(site).await;
        let producer = site.sign_in_as(Duty::Producer).await;
        let signed_in = site.signed_in(producer.id()).await;
        let tvum = space(site, "tvum").await;
        let line = |text: &str| domain::course::Line::parse(text, 100).unwrap();
        let other = site.another_server().await;
        let wish = || domain::studio::ask::Wish {
            space_id: tvum,
            kind: Kind::Live,
            purpose: line("생방송"),
            department: None,
            in_charge: line("박영상"),
            presenter: None,
            presenter_id: None,
            people: None,
            help: None,
            slot: slot("2021-07-06", 14, 16),
            things: Vec::new(),
            agreed: false,
            rule: None,
            waits: false,
            displaces: None,
            key: site.centre.clock().id(),
        };
        let ask = async |number: usize| {
            let centre = if number.is_multiple_of(2) { &site.centre } else { &other };
            domain::studio::ask::ask(centre, &signed_in, &wish()).await.is_ok()
        };
        let given = join_all((0..200).map(ask)).await.into_iter().filter(|given| *given).count();
        assert_eq!((given, bookings(site).await.len(), held(site).await), (1, 1, 2));
    }

    async fn an_administrator_sets_the_rules_of_a_place(site) {
        furnish(site).await;
        let administrator = site.sign_in_as(Duty::Administrator).await;
        let rules = async || administrator.get("/manage/places/tvum").await.expect(200).form("form[action$='/manage/places/tvum']");
        assert_eq!(rules().await.value("resident-2"), "10:00-20:00");
        let before = site.tables().await;
        let long = "가".repeat(501);
        for (field, value, sentence) in [
            ("approver", "king", "목록에서"), ("asked_by", "cats", "목록에서"), ("resident_hours", "0", "1에서 744"), ("equipment", &*long, "500자"),
            ("staff-1", "9-18", "09:00-18:00처럼"), ("staff-2", "09:00-12:00, 11:00-13:00", "09:00-18:00처럼"), ("margin-live", "30", "30/15처럼"),
        ] {
            let page = rules().await.forge(field, value).submit().await.expect(422);
            assert!(page.problems()[0].contains(sentence), "{field}: {:?}", page.problems());
            before.assert_same(&site.tables().await);
        }
        let changed = rules().await.fill("asked_by", "staff").fill("margin-live", "60/30").fill("staff-5", "09:00-12:00, 13:00-18:00");
        changed.submit().await.expect(200);
        assert_eq!(rules().await.value("staff-5"), "09:00-12:00, 13:00-18:00");
        let kim = site.resident("김하나").await;
        assert!(kim.get("/studio/new").await.expect(200).said().contains("신청하실 수 있는 장소가 없습니다"));

        // A day is closed: what is booked then is named, and nobody is asked again afterwards.
        let producer = site.sign_in_as(Duty::Producer).await;
        ask(&producer, "2021-07-13", "10:00", "11:00").await.expect(200);
        let close = async || {
            let form = administrator.get("/manage/places/tvum").await.expect(200).form("form[action$=closures]");
            form.fill("first_day", "2021-07-12").fill("last_day", "2021-07-14").fill("reason", "조명 공사")
        };
        let before = site.tables().await;
        for (field, value, status, sentence) in [
            ("first_day", "x", 422, "날짜를"), ("last_day", "", 422, "날짜를"), ("last_day", "2021-07-11", 422, "앞설 수 없습니다"), ("reason", "", 422, "한 줄로"), ("reason", "공사", 409, "이미 일정이"),
        ] {
            let page = close().await.forge(field, value).submit().await.expect(status);
            assert!(page.problems()[0].contains(sentence), "{field}: {:?}", page.problems());
            before.assert_same(&site.tables().await);
        }
        let page = close().await.submit().await.expect(409);
        assert!(page.said().contains("S21-001: 2021년 7월 13일(화) 10:00~11:00"), "{}", page.said());
        page.form("form[action$=closures]").tick("anyway").submit().await.expect(200);
        let refused = ask(&producer, "2021-07-13", "15:00", "16:00").await.expect(422);
        assert!(refused.problems()[0].contains("문을 닫습니다: 조명 공사"), "{:?}", refused.problems());
        let page = administrator.get("/manage/places/tvum").await.form("form[action*=closures][action$=remove]").submit().await;
        assert!(page.expect(200).said().contains("다시 열었습니다"));
        ask(&producer, "2021-07-13", "15:00", "16:00").await.expect(200);
        for path in ["/manage/places/tvum", "/manage/things"] {
            producer.get(path).await.expect(403);
        }
    }

    async fn things_are_added_and_changed(site) {
        furnish(site).await;
        let administrator = site.sign_in_as(Duty::Administrator).await;
        let form = async || {
            let form = administrator.get("/manage/things").await.expect(200).form("main form");
            form.fill("name", "촬영 차량").fill("code", "car").fill("kind", "car").fill("total", "1")
        };
        let before = site.tables().await;
        let long = "가".repeat(61);
        for (field, value, status, sentence) in [
            ("name", "", 422, "한 줄로"), ("name", &*long, 422, "60자"), ("name_en", "=x", 422, "한 줄로"), ("code", "Car", 422, "소문자"),
            ("code", "camera", 409, "다른 것이"), ("kind", "cat", 422, "목록에서"), ("total", "-1", 422, "0에서 999"), ("total", "1000", 422, "0에서 999"),
        ] {
            let page = form().await.forge(field, value).submit().await.expect(status);
            assert!(page.problem(field).unwrap().contains(sentence), "{field}={value}: {:?}", page.problems());
            before.assert_same(&site.tables().await);
        }
        form().await.submit().await.expect(200);
        let change = administrator.get("/manage/things?thing=car").await.form("main form");
        assert_eq!(change.value("total"), "1");
        change.fill("total", "2").submit().await.expect(200);
        let car = thing::Entity::find().filter(thing::Column::Code.eq("car")).one(site.centre.database()).await.unwrap();
        assert_eq!(car.unwrap().total, 2);
    }

    async fn random_trees_and_edits_are_as_a_plain_model_says(site) {
        site.set_time(NOW);
        let handle = Handle::current();
        let mut runner = TestRunner::new(Config { cases: u32::try_from(amount("PROOF_CASES", 12)).unwrap(), failure_persistence: None, ..Config::default() });
        let acts = prop::collection::vec((0_u8..4, 0_usize..12, 0_i64..48, 1_i64..12, 0_usize..7, 1_u32..3), 1..60);
        runner.run(&(prop::collection::vec(0_usize..7, 6), acts), |(parents, acts)| {
            let checked = tokio::task::block_in_place(|| handle.block_on(Model::play(site, &parents, &acts)));
            checked.map_err(TestCaseError::fail)
        }).unwrap();
    }
}

/// What is held, said as plainly as can be: every holder with its hours, the set of leaves, and its cameras.
#[derive(Default)]
struct Model {
    held: BTreeMap<usize, (i64, i64, BTreeSet<usize>, u32)>,
}

const CAMERAS: u32 = 3;

impl Model {
    fn takes(
        &self,
        itself: usize,
        (from, until): (i64, i64),
        leaves: &BTreeSet<usize>,
        cameras: u32,
    ) -> bool {
        let others = || self.held.iter().filter(|(holder, _)| **holder != itself).map(|(_, held)| held);
        let free = others()
            .all(|(start, end, theirs, _)| *end <= from || until <= *start || theirs.is_disjoint(leaves));
        let fullest = (from..until).map(|hour| {
            others()
                .filter(|(start, end, ..)| *start <= hour && hour < *end)
                .map(|(.., number)| number)
                .sum::<u32>()
        });
        free && (cameras == 0 || fullest.max().unwrap_or_default() + cameras <= CAMERAS)
    }

    /// Plays acts on a tree of seven spaces: `parents[n]` (taken modulo) is the parent of space n + 1.
    async fn play(
        site: &Site,
        parents: &[usize],
        acts: &[(u8, usize, i64, i64, usize, u32)],
    ) -> Result<(), String> {
        let prefix = site.centre.clock().id().simple().to_string()[20..].to_owned();
        let mut file = "code,name,parent,kind,seats,area_m2,in_use_from,in_use_until\n".to_owned();
        let parent = |number: usize| parents[number - 1] % number;
        for number in 0..=6 {
            // A space whose number is its own parent's stands alone.
            let above = (number > 0 && parents[number - 1] != 6)
                .then(|| format!("{}{}", &prefix[..8], parent(number)));
            file +=
                &format!("{}{number},방,{},studio,,,2020-01-01,\n", &prefix[..8], above.unwrap_or_default());
        }
        let none: &[u8] = b"space,seat,row,column,accessible\n";
        spaces::import(&site.centre, file.as_bytes(), none).await.map_err(|error| error.to_string())?;
        let code = SpaceCode::parse(&prefix[..12]).ok_or("a code")?;
        let details = ThingDetails {
            code,
            name: "카메라".into(),
            name_en: None,
            kind: ThingKind::Camera,
            total: CAMERAS,
        };
        arrange::put_thing(&site.centre, None, None, &details).await.map_err(|error| error.to_string())?;
        let db = site.centre.database();
        let camera = thing::Entity::find()
            .filter(thing::Column::Code.eq(&prefix[..12]))
            .one(db)
            .await
            .unwrap()
            .unwrap();
        let tree = Tree::load(db).await.unwrap();
        let ids: Vec<Uuid> =
            (0..=6).map(|n| tree.by_code(&format!("{}{n}", &prefix[..8])).unwrap().id).collect();
        let holders: Vec<Uuid> = (0..12).map(|_| site.centre.clock().id()).collect();
        // A leaf's own way of saying it: nothing has it as its parent.
        let above = |number: usize| (number > 0 && parents[number - 1] != 6).then(|| parent(number));
        let is_leaf = |number: usize| (1..=6).all(|child| above(child) != Some(number));
        let is_within = |mut number: usize, space: usize| loop {
            if number == space {
                return true;
            }
            match above(number) {
                Some(next) => number = next,
                None => return false,
            }
        };
        let leaves_of =
            |space: usize| (0..=6).filter(|n| is_leaf(*n) && is_within(*n, space)).collect::<BTreeSet<_>>();
        // Around the end of a year: hours count from the 30th of December at noon.
        let base: DateTime<Utc> = "2021-12-30T03:00:00Z".parse().unwrap();
        let mut model = Self::default();
        for &(act, holder, from, length, space, cameras) in acts {
            let until = from + length;
            let cameras = if act == 3 { cameras } else { 0 };
            let tx = site.centre.begin().await.unwrap();
            release(&tx, &[holders[holder]]).await.unwrap();
            if act == 0 {
                tx.commit().await.unwrap();
                model.held.remove(&holder);
                continue;
            }
            let at = |hour: i64| base + TimeDelta::hours(hour);
            let wanted = Wanted {
                slot: Slot { starts_at: at(from), ends_at: at(until) },
                leaves: tree.leaves_of(ids[space]),
                things: if cameras > 0 { vec![(camera.id, cameras)] } else { Vec::new() },
                people: Vec::new(),
            };
            let leaves = leaves_of(space);
            let expected = model.takes(holder, (from, until), &leaves, cameras);
            let day = Slot { starts_at: at(from - 48), ends_at: at(until + 48) };
            let clashes = Diary::load(&tx, day).await.unwrap().clashes(&wanted);
            if clashes.is_empty() != expected {
                return Err(format!("the diary says {clashes:?}, the model {expected}"));
            }
            let clock: &Clock = site.centre.clock();
            let holding =
                Holding { holder: Holder::Booking, holder_id: holders[holder], code: "X".into(), wanted };
            match hold(&tx, clock, &[holding]).await {
                Ok(()) if expected => {
                    tx.commit().await.unwrap();
                    model.held.insert(holder, (from, until, leaves, cameras));
                }
                Err(error) if !expected && is_clash(&error) => tx.rollback().await.unwrap(),
                other => return Err(format!("the database says {other:?}, the model {expected}")),
            }
        }
        Ok(())
    }
}
