//! The calendar: who sees what, the hall and its halves, the search for what is free, the screen at a door, and feeds.

use chrono::{NaiveDate, TimeDelta};
use domain::account::{Audience, Duty};
use domain::course::entity::run;
use domain::course::{Line, RunState};
use domain::registration::{Choice, store as registration};
use domain::space::entity::{margin, opening, space, thing};
use domain::space::store::Tree;
use domain::space::{AskedBy, Slot, ThingKind, Use, file as spaces};
use domain::studio::Kind;
use domain::studio::ask::{Wish, ask};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use tests::programme::{Dates, add_run};
use tests::{Page, Site, Visitor, both};
use uuid::Uuid;

const SPACES: &[u8] = include_bytes!("../../server/demo/spaces.csv");
const SEATS: &[u8] = include_bytes!("../../server/demo/seats.csv");

/// A Monday in July, and the rooms with nobody in them yet. The studio is everybody's to ask for, by day.
async fn furnish(site: &Site) {
    site.set_time("2021-07-05T08:00:00+09:00");
    let db = site.centre.database();
    spaces::import(&site.centre, SPACES, SEATS).await.unwrap();
    let tvum = place(site, "tvum").await;
    space::Entity::update_many()
        .col_expr(space::Column::AskedBy, Expr::value(AskedBy::Everybody))
        .filter(space::Column::Id.eq(tvum))
        .exec(db)
        .await
        .unwrap();
    let hours = |audience, weekday| opening::ActiveModel {
        id: Set(site.centre.clock().id()),
        space_id: Set(tvum),
        audience: Set(audience),
        weekday: Set(weekday),
        from_minute: Set(9 * 60),
        until_minute: Set(18 * 60),
    };
    let all = [Audience::Resident, Audience::Staff].into_iter();
    let all = all.flat_map(|audience| (1..=5).map(move |weekday| hours(audience, weekday)));
    opening::Entity::insert_many(all).exec_without_returning(db).await.unwrap();
    let set_up = margin::ActiveModel {
        space_id: Set(tvum),
        kind: Set(Use::Recording),
        set_up: Set(30),
        strike: Set(15),
    };
    margin::Entity::insert(set_up).exec_without_returning(db).await.unwrap();
}

async fn place(site: &Site, code: &str) -> Uuid {
    Tree::load(site.centre.database()).await.unwrap().by_code(code).unwrap().id
}

/// A class in a room on that Monday, from ten to twelve.
async fn class(site: &Site, code: &str, room: &str, change: impl FnOnce(&mut run::Model)) -> Uuid {
    let day = NaiveDate::from_ymd_opt(2021, 7, 5).unwrap();
    let dates = Dates::on(day, site.now() - TimeDelta::days(2));
    add_run(&site.centre, code, Some(place(site, room).await), dates, change).await
}

fn wish(site: &Site, space_id: Uuid, from: &str, until: &str) -> Wish {
    let at = |time: &str| format!("2021-07-05T{time}:00+09:00").parse().unwrap();
    Wish {
        space_id,
        kind: Kind::Recording,
        purpose: Line::parse("구정뉴스 녹화", 100).unwrap(),
        department: None,
        in_charge: Line::parse("홍길동", 100).unwrap(),
        presenter: None,
        presenter_id: None,
        people: None,
        help: None,
        slot: Slot { starts_at: at(from), ends_at: at(until) },
        things: Vec::new(),
        agreed: true,
        rule: None,
        waits: false,
        displaces: None,
        key: site.centre.clock().id(),
    }
}

/// Books a place as somebody; what a producer asks for in the studio they have.
async fn book(site: &Site, by: &Visitor, code: &str, from: &str, until: &str) -> String {
    let by = site.signed_in(by.id()).await;
    let wish = wish(site, place(site, code).await, from, until);
    ask(&site.centre, &by, &wish).await.unwrap().code
}

const DAY: &str = "/calendar?view=day&on=2021-07-05";

fn in_column(page: &Page, place: &str) -> String {
    page.text(&format!(".calendar-column[data-place=\"{place}\"]"))
}

/// What a program reads: lines unfolded.
fn unfolded(page: &Page) -> Vec<String> {
    page.body().replace("\r\n ", "").split("\r\n").map(str::to_owned).collect()
}

async fn make_feed(visitor: &Visitor, of: &str) -> String {
    let form = visitor.get("/my/feeds").await.expect(200).form("main form[action$=\"/my/feeds\"]");
    let page = form.fill("of", of).submit().await.expect(200);
    let link = page.attribute("#feed-link", "value");
    link.strip_prefix(tests::ORIGIN).expect("our own address").to_owned()
}

both! {
    async fn the_public_sees_what_is_taught_and_only_that_the_rest_is_reserved(site) {
        furnish(site).await;
        class(site, "P21-901", "smart-1", |_| {}).await;
        class(site, "P21-902", "smart-2", |run| run.state = RunState::Draft).await;
        class(site, "P21-903", "mullae", |run| run.state = RunState::Cancelled).await;
        let producer = site.sign_in_as(Duty::Producer).await;
        let booking = book(site, &producer, "tvum", "14:00", "16:00").await;
        let page = site.visitor().get(DAY).await.expect(200);
        assert!(in_column(&page, "smart-1").contains("강좌 P21-901 1차시"), "{}", page.said());
        assert!(page.has("a[href=\"/courses/P21-901\"]"));
        assert!(in_column(&page, "smart-2").contains("예약됨"), "a draft holds its room: {}", page.said());
        assert!(in_column(&page, "tvum-filming").contains("14:00~16:00 예약됨 녹화"), "{}", page.said());
        for secret in ["구정뉴스", "홍길동", "강좌 P21-902", "강좌 P21-903", booking.as_str()] {
            assert!(!page.body().contains(secret), "{secret}");
        }
        let page = producer.get(DAY).await.expect(200);
        assert!(in_column(&page, "tvum-control").contains("구정뉴스 녹화"));
        assert!(page.has(&format!("a[href=\"/studio/{booking}\"]")));
        let page = site.sign_in_as(Duty::TrainingManager).await.get(DAY).await.expect(200);
        assert!(in_column(&page, "smart-2").contains("강좌 P21-902 1차시 수업 · 작성 중"), "{}", page.said());
        assert!(page.has("a[href=\"/manage/runs/P21-902\"]"));
        assert!(!page.has(&format!("a[href=\"/studio/{booking}\"]")), "who can't open it has no link");
        let page = site.visitor().get(&format!("/en{DAY}")).await.expect(200);
        assert!(in_column(&page, "tvum-filming").contains("Reserved"), "{}", page.said());
    }

    async fn what_takes_the_hall_takes_both_halves(site) {
        furnish(site).await;
        class(site, "P21-901", "smart-all", |_| {}).await;
        let page = site.visitor().get(DAY).await.expect(200);
        for half in ["smart-1", "smart-2"] {
            assert!(in_column(&page, half).contains("강좌 P21-901 1차시"), "{half}: {}", page.said());
            assert!(in_column(&page, half).contains("강의실(통합)"), "{half}");
        }
        assert!(!in_column(&page, "mullae").contains("P21-901"));
        let week = site.visitor().get("/calendar?on=2021-07-07").await.expect(200);
        assert_eq!(week.all("tbody tr").iter().filter(|row| row.contains("강좌 P21-901")).count(), 3, "the hall and its halves");
        let half = site.visitor().get("/calendar?place=smart-2&on=2021-07-07").await.expect(200);
        assert!(half.text(".calendar-column[data-day=\"2021-07-05\"]").contains("강좌 P21-901"), "{}", half.said());
        assert!(!half.has("[data-place=\"smart-1\"]"), "only the place that was chosen");
        let month = site.visitor().get("/calendar?view=month&on=2021-07-20").await.expect(200);
        assert_eq!(month.all(".calendar-cell .entry").len(), 1, "a month says it once");
    }

    async fn set_up_and_strike_are_shown_and_said(site) {
        furnish(site).await;
        let producer = site.sign_in_as(Duty::Producer).await;
        book(site, &producer, "tvum-filming", "14:00", "16:00").await;
        let page = site.visitor().get(DAY).await.expect(200);
        assert!(in_column(&page, "tvum-filming").contains("사전 준비·철수까지 13:30~16:15"), "{}", page.said());
        // The board begins at eight, and a row is a quarter of an hour.
        assert!(page.has("[data-place=\"tvum-filming\"] .entry.from-24.for-8"));
        assert!(page.has("[data-place=\"tvum-filming\"] .calendar-margin.from-22.for-2"));
        assert!(page.has("[data-place=\"tvum-filming\"] .calendar-margin.from-32.for-1"));
        assert!(!in_column(&page, "tvum-control").contains("16:15"), "the other part is free");
    }

    async fn what_is_only_asked_for_is_seen_by_who_asks_and_who_decides(site) {
        furnish(site).await;
        let resident = site.resident("김구민").await;
        let code = book(site, &resident, "tvum-filming", "10:00", "11:00").await;
        let shown = async |visitor: &Visitor| in_column(&visitor.get(DAY).await.expect(200), "tvum-filming");
        assert!(shown(&resident).await.contains("구정뉴스 녹화 녹화 · 승인대기"));
        let producer = site.sign_in_as(Duty::Producer).await;
        assert!(shown(&producer).await.contains("승인대기"));
        let page = producer.get(DAY).await;
        assert_eq!(page.attribute(".entry[data-alter]", "data-alter"), format!("/studio/{code}/alter"));
        for stranger in [site.visitor(), site.resident("이구민").await] {
            let seen = shown(&stranger).await;
            assert!(!seen.contains("승인대기") && seen.contains("09:00~18:00 비어 있음"), "it holds nothing: {seen}");
            assert!(!stranger.get(DAY).await.has("[data-alter]"));
        }
    }

    async fn what_is_free_leads_to_the_form(site) {
        furnish(site).await;
        let producer = site.sign_in_as(Duty::Producer).await;
        book(site, &producer, "tvum-filming", "14:00", "16:00").await;
        site.set_time("2021-07-05T10:10:00+09:00");
        let page = site.resident("김구민").await.get(DAY).await.expect(200);
        let free = page.all("[data-place=\"tvum-filming\"] .calendar-free");
        assert_eq!(free, ["10:30~13:30 비어 있음 신청", "16:30~18:00 비어 있음 신청"]);
        let href = page.attribute("[data-place=\"tvum-filming\"] .calendar-free a", "href");
        assert_eq!(href, "/studio/new?place=tvum-filming&date=2021-07-05&start=10:30&end=12:30");
        assert!(!page.has("[data-place=\"smart-1\"] .calendar-free"), "a lecture room can't be asked for");
        let page = site.visitor().get("/calendar?view=day&on=2021-07-04").await.expect(200);
        assert!(!page.has(".calendar-hours .calendar-free"), "on a Sunday of the past");
    }

    async fn a_calendar_without_entries_and_with_nonsense_is_a_page_too(site) {
        site.visitor().get("/calendar").await.expect(200);
        furnish(site).await;
        let page = site.visitor().get("/calendar").await.expect(200);
        assert!(page.said().contains("이 기간에는 일정이 없습니다") && page.said().contains("2021년 7월 5일(월) ~ 7월 11일(일)"), "{}", page.said());
        for query in ["view=century", "on=yesterday", "on=2021-02-30", "place=nowhere", "on=9999-01-01"] {
            let page = site.visitor().get(&format!("/calendar?{query}")).await.expect(200);
            assert!(page.said().contains("2021년 7월 5일"), "{query}: {}", page.said());
        }
        for (view, before, after) in [("day", "2021-06-30", "2021-07-02"), ("week", "2021-06-21", "2021-07-05"), ("month", "2021-06-01", "2021-08-01"), ("year", "2020-01-01", "2022-01-01")] {
            let page = site.visitor().get(&format!("/calendar?view={view}&on=2021-07-01&place=smart-1")).await.expect(200);
            for on in [before, after] {
                let link = format!(".calendar-steps a[href=\"/calendar?view={view}&place=smart-1&on={on}\"]");
                assert!(page.has(&link), "{view}: {on}");
            }
        }
        site.visitor().get("/places/smart-1").await.expect(200).link("이곳의 일정 보기");
    }

    async fn a_year_says_hours_and_their_share_of_the_open_ones(site) {
        furnish(site).await;
        let producer = site.sign_in_as(Duty::Producer).await;
        book(site, &producer, "tvum-filming", "10:00", "12:00").await;
        book(site, &producer, "tvum-control", "11:00", "14:30").await;
        let resident = site.resident("김구민").await;
        book(site, &resident, "tvum-filming", "15:00", "16:00").await;
        let page = site.visitor().get("/calendar?view=year&on=2021-03-01").await.expect(200);
        let rows = page.all(".calendar-year tbody tr");
        let row = |name: &str| rows.iter().find(|row| row.starts_with(name)).unwrap_or_else(|| panic!("{rows:?}")).clone();
        // July 2021 has 22 weekdays of nine hours.
        assert!(row("스튜디오 티브움").contains("4.5시간 2%"), "both parts at once count once: {}", row("스튜디오 티브움"));
        assert!(row("영상실").contains("2시간 1%"), "what is asked for doesn't count: {}", row("영상실"));
        assert!(row("조정실").contains("3.5시간 2%"), "{}", row("조정실"));
        assert!(row("영상실").starts_with("영상실0시간 0%"), "{}", row("영상실"));
    }

    async fn who_looks_for_two_hours_in_a_studio_with_an_encoder_is_told_when(site) {
        furnish(site).await;
        let encoder = thing::ActiveModel {
            id: Set(site.centre.clock().id()), code: Set("encoder".into()), name: Set("인코더".into()), name_en: Set(None),
            kind: Set(ThingKind::Encoder), total: Set(1),
        };
        thing::Entity::insert(encoder).exec_without_returning(site.centre.database()).await.unwrap();
        let producer = site.sign_in_as(Duty::Producer).await;
        book(site, &producer, "tvum-filming", "15:00", "16:00").await;
        let visitor = site.visitor();
        let form = async || visitor.get("/calendar/free").await.expect(200).form("main form");
        let asked = form().await.fill("place", "tvum-filming").fill("kind", "other").fill("length", "120").fill("part", "afternoon");
        let page = asked.fill("from", "2021-07-05").fill("until", "2021-07-06").fill("thing-encoder", "1").submit().await.expect(200);
        let days = page.all(".free-day");
        assert_eq!(days.len(), 2, "{}", page.said());
        assert!(days[0].contains("2021년 7월 5일(월)") && days[0].contains("영상실 12:00부터 12:30까지"), "{days:?}");
        assert!(days[1].contains("12:00부터 16:00까지 30분마다 시작 가능"), "{days:?}");
        let href = page.attribute(".free-day:last-of-type a", "href");
        assert_eq!(href, "/studio/new?place=tvum-filming&kind=other&date=2021-07-06&start=12:00&end=14:00&thing=encoder:1");
        let page = form().await.fill("place", "any:studio").fill("thing-encoder", "2").submit().await.expect(200);
        assert!(page.said().contains("비어 있는 때를 찾지 못했습니다"), "there is one encoder");
        let wrong = [
            ("place", "smart-1", "목록에서"), ("place", "nowhere", "목록에서"), ("kind", "dream", "목록에서"), ("length", "7", "목록에서"), ("from", "", "2026-03-02처럼"),
            ("until", "x", "2026-03-02처럼"), ("until", "2021-07-01", "앞섭니다"), ("until", "2021-09-01", "31일까지"), ("part", "noon", "목록에서"),
            ("thing-encoder", "-1", "0부터 100"), ("thing-encoder", "many", "0부터 100"),
        ];
        for (field, value, sentence) in wrong {
            let page = form().await.forge(field, value).submit().await.expect(422);
            assert!(page.problem(field).unwrap_or_default().contains(sentence), "{field}={value}: {:?}", page.problems());
        }
    }

    async fn the_screen_at_a_door_says_what_is_on_and_what_comes_next(site) {
        furnish(site).await;
        class(site, "P21-901", "smart-all", |_| {}).await;
        let producer = site.sign_in_as(Duty::Producer).await;
        book(site, &producer, "tvum", "14:00", "16:00").await;
        let screen = async |place: &str| site.visitor().get(&format!("/places/{place}/now")).await.expect(200);
        let page = screen("smart-1").await;
        assert!(page.text(".door-now").contains("비어 있습니다") && page.text(".door-next").contains("10:00~12:00 강좌 P21-901 1차시"), "{}", page.said());
        assert!(page.has("noscript meta[http-equiv=refresh]") || page.body().contains("http-equiv=\"refresh\""));
        assert!(!page.has("#krds-header"), "nothing around it");
        site.set_time("2021-07-05T10:30:00+09:00");
        let page = screen("smart-1").await;
        assert!(page.text(".door-now").contains("강좌 P21-901 1차시 강사 P21-901"), "{}", page.said());
        assert!(page.text(".door-next").contains("오늘은 더 없습니다"));
        let page = screen("tvum").await;
        assert!(page.text(".door-next").contains("14:00~16:00 녹화 예약 홍*동"), "{}", page.said());
        assert!(!page.body().contains("홍길동") && !page.body().contains("구정뉴스"));
        let page = producer.get("/places/tvum/now").await.expect(200);
        assert!(!page.body().contains("구정뉴스"), "whoever signed in at the screen");
        let state: serde_json::Value = serde_json::from_str(&site.visitor().get("/places/tvum/now/state").await.expect(200).body()).unwrap();
        assert_eq!(state["second"], 10 * 3600 + 30 * 60);
        assert_eq!(state["shown"][0]["from"], 14 * 3600);
        site.visitor().get("/places/nowhere/now").await.expect(404);
        site.visitor().get("/places/nowhere/now/state").await.expect(404);
    }

    async fn a_feed_shows_a_place_as_its_owner_sees_it(site) {
        furnish(site).await;
        class(site, "P21-901", "smart-1", |_| {}).await;
        let producer = site.sign_in_as(Duty::Producer).await;
        book(site, &producer, "tvum", "14:00", "16:00").await;
        let resident = site.resident("김구민").await;
        let (theirs, office) = (make_feed(&resident, "tvum").await, make_feed(&producer, "tvum").await);
        let stranger = site.visitor();
        let page = stranger.get(&theirs).await.expect(200);
        assert_eq!(page.header("content-type"), Some("text/calendar; charset=utf-8"));
        assert!(page.header("cache-control").unwrap().contains("private"));
        let lines = unfolded(&page);
        assert!(lines.contains(&"SUMMARY:예약됨 (녹화)".to_owned()), "{lines:?}");
        assert!(lines.contains(&"DTSTART;TZID=Asia/Seoul:20210705T140000".to_owned()), "{lines:?}");
        assert!(lines.iter().any(|line| line.starts_with("SEQUENCE:")) && lines.contains(&"TZID:Asia/Seoul".to_owned()));
        assert!(!page.body().contains("구정뉴스"));
        assert!(unfolded(&stranger.get(&office).await.expect(200)).contains(&"SUMMARY:구정뉴스 녹화".to_owned()));
        let english = stranger.get(&format!("/en{theirs}")).await.expect(200);
        assert!(unfolded(&english).contains(&"SUMMARY:Reserved (Recording)".to_owned()), "{}", english.body());
    }

    async fn ones_own_feed_holds_what_one_learns_teaches_and_booked(site) {
        furnish(site).await;
        let resident = site.resident("김구민").await;
        let run = class(site, "P21-901", "smart-1", |_| {}).await;
        class(site, "P21-902", "mullae", |run| run.instructor_id = Some(resident.id())).await;
        class(site, "P21-903", "smart-2", |_| {}).await;
        let feed = make_feed(&resident, "").await;
        let summaries = async || {
            let lines = unfolded(&resident.get(&feed).await.expect(200)).into_iter();
            lines.filter_map(|line| line.strip_prefix("SUMMARY:").map(str::to_owned)).collect::<Vec<_>>()
        };
        assert_eq!(summaries().await, ["강좌 P21-902 1차시"]);
        let who = site.signed_in(resident.id()).await;
        site.set_time("2021-07-04T08:00:00+09:00");
        registration::apply(&site.centre, &who, run, Choice::Any, site.centre.clock().id()).await.unwrap();
        assert_eq!(summaries().await, ["강좌 P21-901 1차시", "강좌 P21-902 1차시"]);
        let producer = site.sign_in_as(Duty::Producer).await;
        book(site, &producer, "tvum", "14:00", "16:00").await;
        let own = make_feed(&producer, "").await;
        assert!(unfolded(&producer.get(&own).await.expect(200)).contains(&"SUMMARY:구정뉴스 녹화".to_owned()));
    }

    async fn a_feed_says_when_nothing_has_changed(site) {
        furnish(site).await;
        class(site, "P21-901", "smart-1", |_| {}).await;
        let feed = make_feed(&site.resident("김구민").await, "smart-1").await;
        let first = site.visitor().get(&feed).await.expect(200);
        let tag = first.header("etag").unwrap().to_owned();
        site.set_time("2021-07-05T09:00:00+09:00");
        let asking = site.visitor().with_header("if-none-match", &tag);
        let same = asking.get(&feed).await.expect(304);
        assert_eq!((same.body().as_str(), same.header("etag")), ("", Some(tag.as_str())), "only time has passed");
        class(site, "P21-902", "smart-all", |_| {}).await;
        let changed = asking.get(&feed).await.expect(200);
        assert_ne!(changed.header("etag"), Some(tag.as_str()));
        assert_eq!(unfolded(&changed).iter().filter(|line| *line == "BEGIN:VEVENT").count(), 2);
    }

    async fn a_link_that_was_revoked_shows_nothing(site) {
        furnish(site).await;
        let resident = site.resident("김구민").await;
        let feed = make_feed(&resident, "smart-1").await;
        let other = make_feed(&resident, "").await;
        let page = resident.get("/my/feeds").await.expect(200);
        let token = feed.trim_start_matches("/feeds/").trim_end_matches(".ics");
        assert!(!page.body().contains(token), "it is shown once");
        assert!(page.said().contains("제1강의실") && page.said().contains("나의 일정"));
        let action = page.form("form[action$=revoke]").action().to_owned();
        site.resident("이구민").await.post(&action, &[]).await.expect(404);
        assert!(site.visitor().post(&action, &[]).await.path.starts_with("/sign-in"));
        // The latest is first: one's own.
        let page = resident.post(&action, &[]).await.expect(200);
        assert!(page.said().contains("주소를 없앴습니다"));
        site.visitor().get(&other).await.expect(404);
        site.visitor().get(&feed).await.expect(200);
        resident.post(&action, &[]).await.expect(404);
        for wrong in ["/feeds/x.ics", "/feeds/x", &feed.replace(".ics", ""), &feed.replace(".ics", "x.ics")] {
            site.visitor().get(wrong).await.expect(404);
        }
        let stored = domain::calendar::entity::feed::Entity::find().all(site.centre.database()).await.unwrap();
        assert!(stored.iter().all(|row| row.token_hash.len() == 32 && row.token_hash != token.as_bytes()));
        let who = site.signed_in(resident.id()).await;
        domain::privacy::close(&site.centre, &who, "").await.unwrap();
        site.visitor().get(&feed).await.expect(404);
    }

    async fn nobody_makes_feeds_without_end_or_of_nowhere(site) {
        furnish(site).await;
        assert!(site.visitor().get("/my/feeds").await.path.starts_with("/sign-in"));
        let resident = site.resident("김구민").await;
        let page = resident.post("/my/feeds", &[("of", "nowhere")]).await.expect(422);
        assert!(page.problem("of").unwrap().contains("목록에서"));
        for _ in 0..20 {
            make_feed(&resident, "").await;
        }
        let page = resident.post("/my/feeds", &[("of", "")]).await.expect(422);
        assert!(page.problem("of").unwrap().contains("20개까지"));
        make_feed(&site.resident("이구민").await, "").await;
    }
}
