//! Rooms and seats: how they come in, what a plan shows, and that nobody loses a seat to a change.

use domain::account::Duty;
use domain::course::entity::run;
use domain::course::file::{self, Act, Column};
use domain::notice::Event;
use domain::registration::{Choice, State, entity::application, store as registration};
use domain::space::SeatCode;
use domain::space::entity::{occupation, seat, space};
use domain::space::file::{self as spaces, SpaceFileError};
use domain::space::holiday;
use domain::space::store::{Tree, plan_of, seats_in_service};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use server::import;
use tests::{Form, Site, Visitor, both};
use uuid::Uuid;

const SPACES: &[u8] = include_bytes!("../../server/demo/spaces.csv");
const SEATS: &[u8] = include_bytes!("../../server/demo/seats.csv");
const HOLIDAYS: &[u8] = include_bytes!("../../server/demo/holidays.csv");

async fn furnish(site: &Site) {
    spaces::import(&site.centre, SPACES, SEATS).await.unwrap();
    holiday::install(&site.centre, &holiday::parse(HOLIDAYS).unwrap()).await.unwrap();
}

async fn space(site: &Site, code: &str) -> space::Model {
    Tree::load(site.centre.database()).await.unwrap().by_code(code).unwrap().clone()
}

async fn seat(site: &Site, code: &str) -> Option<seat::Model> {
    seat::Entity::find().filter(seat::Column::Code.eq(code)).one(site.centre.database()).await.unwrap()
}

/// A run in lecture room 1 in July, in which somebody holds seat 1-07.
async fn hold_a_seat(site: &Site) {
    let header: Vec<&str> = Column::ALL.iter().map(|column| column.as_str()).collect();
    let run = "P21-901,엑셀 기초,practical,resident,in_person,smart-1,강사01,2021-07-05,mon,10:00,12:00,2,4,20,first_come,\
               2021-01-11T09:00,2021-06-30T18:00,";
    let text = format!("{}\n{run}\n", header.join(","));
    file::install(&site.centre, text.as_bytes(), Act::Commit).await.unwrap();
    let run = run::Entity::find().one(site.centre.database()).await.unwrap().unwrap();
    let who = site.signed_in(site.person("홍길동", &[]).await).await;
    let choice = Choice::Seat(SeatCode::parse("1-07").unwrap());
    registration::apply(&site.centre, &who, run.id, choice, site.centre.clock().id()).await.unwrap();
}

async fn seat_form(visitor: &Visitor, room: &str, seat: &str) -> Form {
    visitor
        .get(&format!("/manage/places/{room}/plan?seat={seat}"))
        .await
        .expect(200)
        .form("main section form")
}

both! {
    async fn rooms_and_holidays_come_in_at_the_command_line_or_it_says_why_not(site) {
        let write = |name: &str, bytes: &[u8]| {
            let path = site.folder().join(name);
            std::fs::write(&path, bytes).unwrap();
            path
        };
        let (rooms, seats) = (write("rooms.csv", SPACES), write("seats.csv", SEATS));
        let holidays = write("holidays.csv", HOLIDAYS);
        let before = site.tables().await;
        let missing = site.folder().join("missing.csv");
        let said = import::spaces(&site.centre, &rooms, &missing).await.unwrap_err().to_string();
        assert!(said.contains("missing.csv"), "{said}");
        let wrong = write("wrong.csv", "space,seat,row,column,accessible\nnowhere,1-01,1,1,no\n".as_bytes());
        let said = import::spaces(&site.centre, &rooms, &wrong).await.unwrap_err().to_string();
        assert_eq!(said, "Nothing was changed.\nseats.csv, line 2: no space nowhere");
        let said = import::holidays(&site.centre, &wrong).await.unwrap_err().to_string();
        assert!(said.ends_with("wrong.csv: the first line must be `date` or `date,name`"), "{said}");
        before.assert_same(&site.tables().await);
        import::spaces(&site.centre, &rooms, &seats).await.unwrap();
        assert_eq!(space(site, "smart-1").await.seats, Some(26));
        let count = import::holidays(&site.centre, &holidays).await.unwrap();
        assert_eq!(holiday::list(site.centre.database()).await.unwrap().len(), count);
    }

    async fn the_rooms_come_in_with_a_seat_for_everybody(site) {
        furnish(site).await;
        let db = site.centre.database();
        let tree = Tree::load(db).await.unwrap();
        let seats = seats_in_service(db, &tree).await.unwrap();
        let count = |code: &str| seats.get(&tree.by_code(code).unwrap().id).copied();
        let counts = ["smart-1", "smart-2", "smart-all", "mullae", "daerim", "tvum", "future-hall"].map(count);
        assert_eq!(counts, [Some(26), Some(24), Some(50), Some(30), Some(30), None, None]);
        let hall = plan_of(db, tree.by_code("smart-all").unwrap()).await.unwrap();
        let rooms: Vec<&str> = hall.rooms.iter().map(|room| room.code.as_str()).collect();
        assert_eq!(rooms, ["smart-1", "smart-2"], "side by side");
        let leaves = tree.leaves_of(tree.by_code("future-hall").unwrap().id).len();
        assert_eq!(leaves, 3, "two halves and the booth");
        let before = site.tables().await.without(&["writer"]);
        spaces::import(&site.centre, SPACES, SEATS).await.unwrap();
        before.assert_same(&site.tables().await.without(&["writer"]));
    }

    async fn a_bad_file_of_rooms_names_its_line_and_changes_nothing(site) {
        furnish(site).await;
        let before = site.tables().await;
        let header = "code,name,parent,kind,seats,area_m2,in_use_from,in_use_until\r\n";
        let seats = "space,seat,row,column,accessible\r\n";
        let cases = [
            ("UP,이름,,classroom,1,,2021-01-01,", "", 2), ("a,이름,nobody,classroom,1,,2021-01-01,", "", 2),
            ("a,이름,a,classroom,1,,2021-01-01,", "", 2), ("a,이름,,classroom,1,1.234,2021-01-01,", "", 2),
            ("", "smart-1,9-01,9,1,no\r\nsmart-1,9-01,9,2,no", 3), ("", "smart-1,9-01,9,1,no\r\nsmart-1,9-02,9,1,no", 3),
            ("", "smart-2,1-01,9,1,no", 2), ("", "smart-1,9-01,9,1,no\r\nsmart-2,9-01,9,1,no", 3),
            ("", "nowhere,1-01,1,1,no", 2), ("", "smart-1,1 01,1,1,no", 2), ("", "smart-1,9-01,9,1,maybe", 2),
        ];
        for (room, seat, expected) in cases {
            let answer = spaces::import(&site.centre, format!("{header}{room}").as_bytes(), format!("{seats}{seat}").as_bytes()).await;
            match answer {
                Err(SpaceFileError::Line { line, .. }) => assert_eq!(line, expected, "{room}{seat}"),
                other => panic!("{room}{seat}: {other:?}"),
            }
            before.assert_same(&site.tables().await);
        }
        let answer = spaces::import(&site.centre, &b"code,name\r\nx\r\n"[..], seats.as_bytes()).await;
        assert!(matches!(answer, Err(SpaceFileError::Csv { .. })));
        before.assert_same(&site.tables().await);
    }

    async fn the_database_keeps_a_hall_and_its_halves_apart(site) {
        furnish(site).await;
        let tree = Tree::load(site.centre.database()).await.unwrap();
        let occupy = async |leaf: Uuid, from: &str, to: &str| {
            let at = |time: &str| format!("2021-07-05T{time}+09:00").parse().unwrap();
            let row = occupation::ActiveModel {
                id: Set(site.centre.clock().id()),
                leaf_id: Set(leaf),
                holder: Set(domain::space::Holder::ClassSession),
                holder_id: Set(site.centre.clock().id()),
                starts_at: Set(at(from)),
                ends_at: Set(at(to)),
                code: Set("P21-001".into()),
            };
            let answer = occupation::Entity::insert(row).exec_without_returning(site.centre.database()).await;
            answer.map_err(|error| error.to_string())
        };
        let half = tree.leaves_of(space(site, "smart-1").await.id);
        occupy(half[0], "10:00:00", "12:00:00").await.unwrap();
        let hall = tree.leaves_of(space(site, "smart-all").await.id);
        assert_eq!(hall.len(), 2);
        let mut refused = Vec::new();
        for leaf in &hall {
            refused.extend(occupy(*leaf, "11:59:59", "13:00:00").await.err());
        }
        assert_eq!(refused.len(), 1, "the other half is free: {refused:?}");
        assert!(refused[0].contains("occupation_no_overlap"), "{refused:?}");
        occupy(half[0], "12:00:00", "13:00:00").await.expect("spans are half-open");
        assert_eq!(occupation::Entity::find().count(site.centre.database()).await.unwrap(), 3);
    }

    async fn an_administrator_arranges_seats(site) {
        furnish(site).await;
        let visitor = site.sign_in_as(Duty::Administrator).await;
        assert!(visitor.get("/manage/places").await.expect(200).said().contains("제1강의실"));
        let page = visitor.get("/manage/places/smart-1/plan").await.expect(200);
        let form = page.form("main section form").fill("code", "1-27").fill("line", "4").fill("position", "8").tick("accessible");
        let page = form.submit().await.expect(200);
        assert!(page.said().contains("자리를 놓았습니다") && page.said().contains("27석"), "{}", page.said());
        let form = seat_form(&visitor, "smart-1", "1-27").await;
        form.fill("out_of_service", "의자 고장").press("저장하기").await.expect(200);
        assert_eq!(seat(site, "1-27").await.unwrap().out_of_service.as_deref(), Some("의자 고장"));
        let shown = site.visitor().get("/places/smart-1").await.expect(200);
        assert!(shown.said().contains("1-27 (의자 고장)") && shown.said().contains("26석"), "{}", shown.said());
        seat_form(&visitor, "smart-1", "1-27").await.press("자리 없애기").await.expect(200);
        assert_eq!(seat(site, "1-27").await, None);
        let add = async || {
            let form = visitor.get("/manage/places/smart-1/plan").await.form("main section form");
            form.fill("code", "1-30").fill("line", "5").fill("position", "1")
        };
        let before = site.tables().await;
        let long = "가".repeat(101);
        let wrong = [
            ("code", "", 422, "영문, 숫자"), ("code", "가-1", 422, "영문, 숫자"), ("code", "1-07", 409, "같은 번호"),
            ("line", "0", 422, "1부터 40"), ("line", "x", 422, "1부터 40"), ("position", "", 422, "1부터 40"), ("position", "41", 422, "1부터 40"),
            ("out_of_service", &long, 422, "100자"),
        ];
        for (field, value, status, sentence) in wrong {
            let page = add().await.forge(field, value).submit().await.expect(status);
            assert!(page.problem(field).unwrap().contains(sentence), "{field}={value}: {:?}", page.problems());
            before.assert_same(&site.tables().await);
        }
        let page = add().await.fill("line", "1").submit().await.expect(409);
        assert!(page.problem("position").unwrap().contains("다른 자리"));
        assert_eq!(page.form("main section form").value("code"), "1-30", "what was typed is kept");
        let fields = [("code", "9-1"), ("line", "1"), ("position", "1")];
        visitor.post("/manage/places/smart-all/plan", &fields).await.expect(409);
        visitor.post("/manage/places/tvum/plan", &fields).await.expect(404);
        visitor.post("/manage/places/smart-1/plan/1-99", &[("act", "remove")]).await.expect(404);
        visitor.post("/manage/places/smart-1/plan/1-01", &[("act", "burn")]).await.expect(400);
        visitor.get("/manage/places/smart-1/plan?seat=1-99").await.expect(404);
        before.assert_same(&site.tables().await);
    }

    async fn nobody_loses_a_seat_to_a_plan(site) {
        furnish(site).await;
        hold_a_seat(site).await;
        let visitor = site.sign_in_as(Duty::Administrator).await;
        let before = site.tables().await;
        let form = seat_form(&visitor, "smart-1", "1-07").await;
        let page = form.fill("out_of_service", "고장").press("저장하기").await.expect(409);
        assert!(page.problems()[0].contains("누군가 이 자리를"), "{:?}", page.problems());
        seat_form(&visitor, "smart-1", "1-07").await.press("자리 없애기").await.expect(409);
        before.assert_same(&site.tables().await);
        seat_form(&visitor, "smart-1", "1-07").await.fill("position", "8").press("저장하기").await.expect(200);
        let held = application::Entity::find().one(site.centre.database()).await.unwrap().unwrap();
        assert_eq!((held.state, held.seat_id), (State::Booked, Some(seat(site, "1-07").await.unwrap().id)));
        site.set_time("2021-08-01T09:00:00+09:00");
        let visitor = site.sign_in_as(Duty::Administrator).await;
        let page = seat_form(&visitor, "smart-1", "1-07").await.press("자리 없애기").await.expect(409);
        assert!(page.problems()[0].contains("지난 강좌의 기록"), "{:?}", page.problems());
        let form = seat_form(&visitor, "smart-1", "1-07").await;
        form.fill("out_of_service", "고장").press("저장하기").await.expect(200);
    }

    async fn a_run_that_moves_to_another_room_takes_its_peoples_seats_along(site) {
        furnish(site).await;
        hold_a_seat(site).await;
        let run = run::Entity::find().one(site.centre.database()).await.unwrap().unwrap();
        for (name, code) in [("김하나", "1-26"), ("이두리", "1-01")] {
            let who = site.signed_in(site.person(name, &[]).await).await;
            let choice = Choice::Seat(SeatCode::parse(code).unwrap());
            registration::apply(&site.centre, &who, run.id, choice, site.centre.clock().id()).await.unwrap();
        }
        let manager = site.sign_in_as(Duty::TrainingManager).await;
        let to = async |space: &str| {
            let page = manager.get("/manage/runs/P21-901").await.expect(200);
            page.form("main form:has([name=capacity])").fill("space", space).submit().await
        };
        let seats = async || {
            let held = application::Entity::find().order_by_asc(application::Column::Stamp);
            let mut codes = Vec::new();
            for row in held.all(site.centre.database()).await.unwrap() {
                codes.push(seat::Entity::find_by_id(row.seat_id.unwrap()).one(site.centre.database()).await.unwrap().unwrap().code);
            }
            codes
        };
        let told = async || {
            let notices = site.notices().await;
            notices.into_iter().filter(|notice| notice.event == Event::SeatChanged).map(|notice| notice.facts).collect::<Vec<_>>()
        };
        // To the hall as one: every chair is in it.
        to("smart-all").await.expect(200);
        assert_eq!(seats().await, ["1-07", "1-26", "1-01"]);
        assert_eq!(told().await, Vec::<String>::new());
        let halves = occupation::Entity::find().count(site.centre.database()).await.unwrap();
        assert_eq!(halves, 4, "two classes in two halves");
        // To the other room: nobody's chair is there, and everybody hears which is theirs now.
        to("smart-2").await.expect(200);
        assert_eq!(seats().await, ["2-01", "2-02", "2-03"]);
        let letters = told().await;
        assert_eq!(letters.len(), 3);
        assert!(letters[0].contains("\"seat\":\"2-01\""), "{}", letters[0]);
        // To a room in which not everybody fits: nothing moves.
        let page = manager.get("/manage/runs/P21-901").await.form("main form:has([name=capacity])");
        let before = site.tables().await;
        page.fill("space", "smart-1").fill("capacity", "27").submit().await.expect(422);
        before.assert_same(&site.tables().await);
        // Whoever holds one can still change it, as the writer sees the new room.
        let who = site.signed_in(application::Entity::find().one(site.centre.database()).await.unwrap().unwrap().person_id).await;
        let mine = application::Entity::find().filter(application::Column::PersonId.eq(who.id())).one(site.centre.database()).await.unwrap().unwrap();
        registration::change_seat(&site.centre, &who, mine.id, SeatCode::parse("2-24").unwrap()).await.unwrap();
        assert!(seats().await.contains(&"2-24".to_owned()));
    }

    async fn only_an_administrator_arranges_seats(site) {
        furnish(site).await;
        let before = site.tables().await;
        let manager = site.sign_in_as(Duty::TrainingManager).await;
        for path in ["/manage/places", "/manage/places/smart-1/plan"] {
            manager.get(path).await.expect(403);
            assert!(site.visitor().get(path).await.path.starts_with("/sign-in"));
        }
        manager.post("/manage/places/smart-1/plan/1-01", &[("act", "remove")]).await.expect(403);
        let ignored = ["person", "contact", "duty", "web_session", "audit", "consent"];
        before.without(&ignored).assert_same(&site.tables().await.without(&ignored));
    }
}
