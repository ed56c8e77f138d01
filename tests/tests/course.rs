//! The programme: the office's file in and out, forms for runs and courses, class sessions moved and cancelled.

use domain::account::Duty;
use domain::course::entity::{class_session, course, run};
use domain::course::file::{self, Act, Column, Fault, ImportError, Problem};
use domain::course::{ClassState, RunState};
use domain::notice::{Event, Facts};
use domain::registration::{Choice, store as registration};
use domain::space::entity::occupation;
use domain::space::{file as spaces, holiday};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use tests::{Form, Page, Site, Visitor, both};

const SPACES: &[u8] = include_bytes!("../../server/demo/spaces.csv");
const SEATS: &[u8] = include_bytes!("../../server/demo/seats.csv");
const HOLIDAYS: &[u8] = include_bytes!("../../server/demo/holidays.csv");
const PROGRAMME_2020: &[u8] = include_bytes!("../../server/demo/programme-2020.csv");
const PROGRAMME_2021: &[u8] = include_bytes!("../../server/demo/programme-2021.csv");

/// The centre's rooms, seats and holidays.
pub(crate) async fn furnish(site: &Site) {
    spaces::import(&site.centre, SPACES, SEATS).await.unwrap();
    holiday::install(&site.centre, &holiday::parse(HOLIDAYS).unwrap()).await.unwrap();
}

pub(crate) async fn install(site: &Site, file: &str) -> Result<file::Report, Vec<Problem>> {
    match file::install(&site.centre, file.as_bytes(), Act::Commit).await {
        Ok(report) => Ok(report),
        Err(ImportError::Problems(problems)) => Err(problems),
        Err(error) => panic!("{error}"),
    }
}

/// A file of these lines, under the office's header.
pub(crate) fn csv(lines: &[&str]) -> String {
    let header: Vec<&str> = Column::ALL.iter().map(|column| column.as_str()).collect();
    format!("{}\r\n{}\r\n", header.join(","), lines.join("\r\n"))
}

/// Four Mondays in March, mornings, in Mullae.
pub(crate) const EXCEL: &str = "P21-901,엑셀 기초,practical,resident,in_person,mullae,강사01,2021-03-08,mon,10:00,12:00,4,8,20,\
                     first_come,2021-01-11T09:00,2021-03-05T18:00,";

/// Four Tuesdays in March, by another instructor in the other room.
const PYTHON: &str = "P21-902,파이썬 코딩 기초,newtech,resident,in_person,daerim,강사02,2021-03-09,tue,10:00,12:00,4,8,\
                      20,first_come,2021-01-11T09:00,2021-03-05T18:00,";

async fn run_of(site: &Site, code: &str) -> run::Model {
    let run =
        run::Entity::find().filter(run::Column::Code.eq(code)).one(site.centre.database()).await.unwrap();
    run.unwrap_or_else(|| panic!("no run {code}"))
}

async fn sessions_of(site: &Site, code: &str) -> Vec<class_session::Model> {
    let run = run_of(site, code).await;
    let sessions = class_session::Entity::find()
        .filter(class_session::Column::RunId.eq(run.id))
        .order_by_asc(class_session::Column::Number);
    sessions.all(site.centre.database()).await.unwrap()
}

async fn count_runs(site: &Site) -> u64 {
    run::Entity::find().count(site.centre.database()).await.unwrap()
}

async fn manager(site: &Site) -> Visitor {
    site.sign_in_as(Duty::TrainingManager).await
}

/// Somebody with a seat in a run.
async fn booked(site: &Site, code: &str) -> Visitor {
    let visitor = site.resident("홍길동").await;
    let who = site.signed_in(visitor.id()).await;
    let run = run_of(site, code).await;
    registration::apply(&site.centre, &who, run.id, Choice::Any, site.centre.clock().id()).await.unwrap();
    visitor
}

/// The letters about an event, with what they say.
pub(crate) async fn letters(site: &Site, event: Event) -> Vec<Facts> {
    let sent = site.notices().await.into_iter().filter(|notice| notice.event == event);
    sent.map(|notice| serde_json::from_str(&notice.facts).unwrap()).collect()
}

/// Sends a form once for each wrong value, and looks that the field says so and that nothing has changed.
pub(crate) async fn refuse_each(
    site: &Site,
    form: impl AsyncFn() -> Form,
    status: u16,
    prefix: &str,
    wrong: &[(&str, &str, &str)],
) {
    for (field, value, sentence) in wrong {
        let form = form().await;
        let before = site.tables().await;
        let page = form.forge(field, value).submit().await;
        assert_eq!(page.status.as_u16(), status, "{field}={value}: {}", page.said());
        let problem = page.problem(&format!("{prefix}{field}")).unwrap_or_default();
        assert!(problem.contains(sentence), "{field}={value} says {problem:?} of {:?}", page.problems());
        before.assert_same(&site.tables().await);
    }
}

/// The form of one class session.
async fn class_form(visitor: &Visitor, number: u32) -> Form {
    let page = visitor.get(&format!("/manage/runs/P21-901?class={number}")).await.expect(200);
    page.form("section[aria-labelledby=class-title] form")
}

/// The forms of the manage pages that hold a field of this name.
pub(crate) fn form_with(page: &Page, field: &str) -> Form {
    page.form(&format!("main form:has([name=\"{field}\"])"))
}

both! {
    async fn both_years_come_in_as_they_are_and_go_out_byte_for_byte(site) {
        furnish(site).await;
        // Afterwards: six lotteries of 2021 began before that week's lotto, of which nothing is judged any more.
        site.set_time("2021-12-31T09:00:00+09:00");
        let who = site.signed_in(site.person("담당자", &[Duty::TrainingManager]).await).await;
        let manager = who.training_manager().unwrap();
        for (year, bytes, runs) in [(2020, PROGRAMME_2020, 111), (2021, PROGRAMME_2021, 152)] {
            let report = file::import(&site.centre, &manager, bytes, Act::Commit).await.unwrap();
            assert_eq!((report.created.len(), report.changed.len(), report.unchanged), (runs, 0, 0));
            let out = file::export(&site.centre, &manager, year).await.unwrap();
            assert!(out == bytes, "{year} differs");
            let before = site.tables().await.without(&["writer"]);
            let again = file::import(&site.centre, &manager, &out, Act::Commit).await.unwrap();
            assert_eq!((again.created.len(), again.changed.len(), again.unchanged), (0, 0, runs));
            before.assert_same(&site.tables().await.without(&["writer"]));
        }
        let run = run_of(site, "R20-001").await;
        assert_eq!((run.state, run.enrolled, run.minutes), (RunState::Published, Some(20), 1200));
        assert_eq!(sessions_of(site, "P21-001").await.len(), 10);
        // 11 and 12 February 2021 are holidays.
        let day = |session: &class_session::Model| domain::seoul::day(session.starts_at).to_string();
        for code in ["P21-020", "P21-021", "P21-022"] {
            let days: Vec<String> = sessions_of(site, code).await.iter().map(day).collect();
            assert!(!days.contains(&"2021-02-11".to_owned()), "{code}: {days:?}");
        }
    }

    async fn the_page_looks_through_a_file_before_it_brings_it_in(site) {
        furnish(site).await;
        let visitor = manager(site).await;
        let before = site.tables().await;
        let form = visitor.get("/manage/import").await.form("main form");
        let page = form.attach("file", "2021.csv", PROGRAMME_2021).submit().await.expect(422);
        assert!(page.said().contains("추첨에 쓸 공개값"), "six would be drawn after they began: {}", page.said());
        before.assert_same(&site.tables().await);
        site.set_time("2021-12-31T09:00:00+09:00");
        let visitor = manager(site).await;
        let before = site.tables().await;
        let page = visitor.get("/manage/import").await.form("main form").attach("file", "2021.csv", PROGRAMME_2021).submit().await.expect(200);
        before.assert_same(&site.tables().await);
        assert!(page.said().contains("152개"), "{}", page.said());
        let page = form_with(&page, "file").press("가져오기").await.expect(200);
        assert!(page.said().contains("모두 가져왔습니다"), "{}", page.said());
        assert_eq!(count_runs(site).await, 152);
        let out = visitor.get("/manage/export.csv?year=2021").await.expect(200);
        assert_eq!(out.header("content-type"), Some("text/csv; charset=utf-8"));
        assert!(out.bytes == PROGRAMME_2021);
        let page = visitor.get("/manage/import").await.form("main form").attach("file", "2021.csv", PROGRAMME_2021).submit().await.expect(200);
        assert!(page.said().contains("똑같습니다") && !page.has("main form[action$=confirm]"));
        visitor.get("/manage/export.csv?year=x").await.expect(400);
    }

    async fn a_bad_file_is_refused_with_every_error_by_line_and_column(site) {
        furnish(site).await;
        let visitor = manager(site).await;
        let before = site.tables().await;
        let look = async |bytes: &[u8]| {
            let page = visitor.get("/manage/import").await.form("main form").attach("file", "a.csv", bytes).submit().await;
            before.assert_same(&site.tables().await);
            page
        };
        let bad = EXCEL.replace("mullae", "nowhere").replace("P21-901", "P21-903").replace("강사01", "강사03");
        let worse = PYTHON.replace("2021-03-09", "2021-02-30").replace("newtech", "magic").replace(",20,first", ",many,first");
        let page = look(csv(&[EXCEL, &worse]).as_bytes()).await.expect(422);
        let rows = page.all("main tbody tr");
        assert_eq!(rows.len(), 3, "{rows:?}");
        for column in ["category", "first_date", "capacity"] {
            assert!(rows.iter().any(|row| row.starts_with(&format!("3번째 줄{column}"))), "{column}: {rows:?}");
        }
        let page = look(csv(&[EXCEL, &bad]).as_bytes()).await.expect(422);
        assert!(page.said().contains("3번째 줄space그런 장소가 없습니다."), "{}", page.said());
        let page = look("번호,이름\n".as_bytes()).await.expect(422);
        assert!(page.said().contains("run_code 칸이 없습니다.") && page.said().contains("번호 칸은 모르는 칸입니다."));
        let page = look(b"run_code\xbf\xa2").await.expect(422);
        assert!(page.said().contains("CSV UTF-8"), "{}", page.said());
        let page = look(&vec![b'x'; file::MAX_BYTES + 1]).await.expect(422);
        assert!(page.said().contains("2MB"), "{}", page.said());
        look(&vec![b'x'; 9 * 1024 * 1024]).await.expect(413);
        let page = look(b"").await.expect(422);
        assert_eq!(page.problem("file").as_deref(), Some("파일을 골라 주세요."));
    }

    async fn what_contradicts_itself_or_the_programme_names_both_lines(site) {
        furnish(site).await;
        let second = |changes: &[(&str, &str)]| {
            changes.iter().fold(PYTHON.to_owned(), |line, (from, to)| line.replace(from, to))
        };
        let faults = async |lines: &[&str]| {
            let problems = install(site, &csv(lines)).await.unwrap_err();
            problems.into_iter().map(|it| (it.line, it.column, it.fault)).collect::<Vec<_>>()
        };
        let twice = faults(&[EXCEL, &second(&[("P21-902", "P21-901")])]).await;
        assert_eq!(twice, [(3, Some(Column::RunCode), Fault::RunTwice { line: 2 })]);
        let other = second(&[("파이썬 코딩 기초", "엑셀 기초")]);
        let differs = Fault::CourseDiffers { line: 2, word: "practical" };
        assert_eq!(faults(&[EXCEL, &other]).await, [(3, Some(Column::Category), differs)]);
        let same_room = second(&[("daerim", "mullae"), ("2021-03-09,tue", "2021-03-08,mon"), ("10:00,12:00", "11:59,13:00")]);
        let clashes = faults(&[EXCEL, &same_room]).await;
        assert_eq!(clashes.len(), 4, "each date by itself");
        assert!(clashes.iter().all(|(line, column, fault)| {
            *line == 3 && *column == Some(Column::Space) && matches!(fault, Fault::ClashInFile { line: 2, .. })
        }));
        let same_person = second(&[("강사02", "강사01"), ("2021-03-09,tue", "2021-03-08,mon")]);
        let clashes = faults(&[EXCEL, &same_person]).await;
        assert!(clashes.iter().all(|(line, column, _)| (*line, *column) == (3, Some(Column::Instructor))), "{clashes:?}");
        let follows = second(&[("daerim", "mullae"), ("강사02", "강사01"), ("2021-03-09,tue", "2021-03-08,mon"), ("10:00,12:00", "12:00,14:00")]);
        install(site, &csv(&[EXCEL, &follows])).await.expect("classes may follow each other at once");
        let known = faults(&[&EXCEL.replace("P21-901", "P21-905").replace("2021-03-08,mon", "2021-03-10,wed").replace("practical", "basic")]).await;
        assert_eq!(known, [(2, Some(Column::Category), Fault::CourseKnown { word: "practical" })]);
        let taken = faults(&[&EXCEL.replace("P21-901", "P21-905").replace("강사01", "강사09")]).await;
        // Its neighbour from 12:00 only touches.
        assert_eq!(taken.len(), 4, "{taken:?}");
        assert!(taken.iter().all(|(_, column, fault)| *column == Some(Column::Space) && matches!(fault, Fault::Refused(_))));
        let closed = faults(&[&PYTHON.replace("P21-902", "P21-906").replace("2021-03-09", "2021-06-22")]).await;
        assert!(matches!(closed[..], [(2, Some(Column::Space), Fault::Refused(_))]), "{closed:?}");
        let unknown_year = faults(&[&PYTHON.replace("P21-902", "P21-906").replace("2021-03-09", "2021-12-21")]).await;
        assert!(matches!(unknown_year[..], [(2, Some(Column::FirstDate), Fault::Refused(_))]), "{unknown_year:?}");
        let crowded = faults(&[&PYTHON.replace("P21-902", "P21-906").replace(",20,first", ",31,first").replace("tue", "wed")]).await;
        assert!(matches!(crowded[..], [(2, Some(Column::Capacity), Fault::Refused(_))]), "{crowded:?}");
    }

    async fn a_hall_and_its_halves_do_not_meet_at_once(site) {
        furnish(site).await;
        let at = |code: &str, room: &str, instructor: &str| {
            EXCEL.replace("P21-901", code).replace("mullae", room).replace("강사01", instructor).replace("2021-03-08", "2021-07-05")
        };
        let halves = [at("P21-911", "smart-1", "강사01"), at("P21-912", "smart-2", "강사02")];
        install(site, &csv(&[&halves[0], &halves[1]])).await.expect("halves are used apart");
        let problems = install(site, &csv(&[&at("P21-913", "smart-all", "강사03")])).await.unwrap_err();
        assert_eq!(problems.len(), 8, "four dates in each half: {problems:?}");
        let held = occupation::Entity::find().count(site.centre.database()).await.unwrap();
        assert_eq!(held, 8);
        let swapped = [at("P21-911", "smart-2", "강사01"), at("P21-912", "smart-1", "강사02")];
        let report = install(site, &csv(&[&swapped[0], &swapped[1]])).await.expect("two runs may change rooms");
        assert_eq!(report.changed.len(), 2);
        assert_eq!(report.changed[0].columns, [Column::Space]);
    }

    async fn moved_classes_outlive_an_import_that_leaves_the_pattern(site) {
        furnish(site).await;
        install(site, &csv(&[EXCEL])).await.unwrap();
        let visitor = manager(site).await;
        let form = class_form(&visitor, 2).await;
        form.fill("date", "2021-03-18").fill("reason", "강사 사정").press("옮기기").await.expect(200);
        let before = sessions_of(site, "P21-901").await;
        assert!(before[1].moved);
        let report = install(site, &csv(&[&EXCEL.replace(",20,first", ",25,first").replace("강사01", "강사07")])).await.unwrap();
        assert_eq!(report.changed[0].columns, [Column::Instructor, Column::Capacity]);
        assert_eq!(sessions_of(site, "P21-901").await, before);
        install(site, &csv(&[&EXCEL.replace(",4,8,", ",4,6,")])).await.unwrap();
        let shorter = sessions_of(site, "P21-901").await;
        assert_eq!(shorter[1].starts_at, before[1].starts_at, "fewer hours move nothing");
        assert!(shorter.iter().all(|session| session.minutes == 90));
        install(site, &csv(&[&EXCEL.replace("10:00,12:00", "14:00,16:00")])).await.unwrap();
        let anew = sessions_of(site, "P21-901").await;
        assert!(anew.iter().all(|session| !session.moved));
        let held = occupation::Entity::find().count(site.centre.database()).await.unwrap();
        assert_eq!(held, 4);
    }

    async fn what_people_hold_is_not_imported_away(site) {
        furnish(site).await;
        install(site, &csv(&[EXCEL])).await.unwrap();
        booked(site, "P21-901").await;
        let fault = async |line: String| install(site, &csv(&[&line])).await.unwrap_err()[0].column;
        assert_eq!(fault(EXCEL.replace("mullae", "tvum")).await, Some(Column::Space));
        install(site, &csv(&[&EXCEL.replace("10:00,12:00", "14:00,16:00")])).await.unwrap();
        assert_eq!(letters(site, Event::RunChanged).await.len(), 1);
        site.set_time("2021-03-09T09:00:00+09:00");
        assert_eq!(fault(EXCEL.replace("10:00,12:00", "15:00,17:00")).await, Some(Column::FirstDate));
    }

    async fn a_run_is_made_as_a_draft_and_published_when_nothing_is_missing(site) {
        furnish(site).await;
        let visitor = manager(site).await;
        let page = visitor.get("/manage/courses/new").await.expect(200);
        let form = page.form("main form").fill("title", "드론 입문").fill("category", "newtech");
        let page = form.fill("learn", "드론을 날립니다.").submit().await.expect(200);
        assert!(page.path.starts_with("/manage/courses/"));
        let course = course::Entity::find().one(site.centre.database()).await.unwrap().unwrap();
        let form = visitor.get("/manage/runs/new").await.expect(200).form("main form");
        let form = form.fill("code", "P21-950").fill("course", &course.id.to_string()).fill("capacity", "20");
        let page = form.submit().await.expect(200);
        assert_eq!(page.path, "/manage/runs/P21-950?done=created");
        let missing = page.all("section[aria-labelledby=publish-title] li");
        let labels = ["장소", "강사", "첫 수업일", "요일", "시작 시각", "끝나는 시각", "차시 수", "교육시간", "접수 시작", "접수 마감"];
        assert_eq!(missing, labels);
        for stranger in [site.visitor(), site.resident("주민").await, site.sign_in_as(Duty::Instructor).await] {
            stranger.get("/courses/P21-950").await.expect(404);
            stranger.get("/courses/P21-950/calendar.ics").await.expect(404);
        }
        let hurried = [("version", "1")];
        let page = visitor.post("/manage/runs/P21-950/publish", &hurried).await.expect(422);
        assert_eq!(page.problems().len(), 10, "all at once");
        let form = form_with(&page, "capacity").fill("space", "mullae").fill("instructor", "강사01");
        let form = form.fill("first_date", "2021-03-08").tick_value("weekdays", "mon").fill("start", "10:00");
        let form = form.fill("end", "12:00").fill("session_count", "3").fill("hours", "6");
        let form = form.fill("apply_from", "2021-01-11T09:00").fill("apply_until", "2021-02-28T18:00");
        let page = form.submit().await.expect(200);
        assert_eq!(sessions_of(site, "P21-950").await.len(), 3);
        assert!(page.said().contains("주말입니다"), "the 28th is a Sunday: {}", page.said());
        site.visitor().get("/courses/P21-950").await.expect(404);
        let page = page.form("form[action$=publish]").submit().await.expect(200);
        assert!(page.said().contains("공개했습니다"));
        assert!(page.said().contains("주말입니다"), "a hint, no refusal");
        site.visitor().get("/courses/P21-950").await.expect(200);
        let form = form_with(&visitor.get("/manage/runs/P21-950").await, "capacity");
        let page = form.fill("instructor", "").submit().await.expect(422);
        assert!(page.problem("instructor").unwrap().contains("공개한 강좌"));
    }

    async fn each_wrong_field_of_a_run_says_so(site) {
        furnish(site).await;
        install(site, &csv(&[EXCEL, PYTHON])).await.unwrap();
        let visitor = manager(site).await;
        let run = async || form_with(&visitor.get("/manage/runs/P21-902").await, "capacity");
        let wrong = [
            ("course", "", "꼭 필요"), ("course", "0190", "목록에서"), ("mode", "tv", "목록에서"), ("mode", "", "꼭 필요"),
            ("space", "nowhere", "목록에서"), ("space", "future-hall", "목록에서"), ("instructor", "=1+1", "한 줄로"),
            ("instructor_account", "0190", "목록에서"), ("first_date", "2021-02-30", "2021-09-21처럼"),
            ("first_date", "1999-01-01", "2021-09-21처럼"), ("first_date", "2022-01-03", "2022년 공휴일"),
            ("weekdays", "someday", "목록에서"), ("start", "9:00", "09:00처럼"), ("end", "25:00", "09:00처럼"),
            ("end", "10:00", "늦어야"), ("session_count", "0", "1부터 200까지"), ("session_count", "+4", "1부터 200까지"),
            ("hours", "0.33", "분 단위"), ("hours", "7.05", "분 단위"), ("hours", "0", "분 단위"),
            ("capacity", "", "꼭 필요"), ("capacity", "0", "1부터 1000까지"),
            ("selection", "luck", "목록에서"), ("apply_from", "x", "2021-09-21T09:00처럼"),
            ("apply_until", "2021-01-11T09:00", "늦어야"), ("cancel_until", "2021", "2021-09-21T09:00처럼"),
            ("offer_minutes", "-1", "1부터 10080까지"), ("capacity", "31", "30석"),
            ("space", "", "공개한 강좌"),
        ];
        refuse_each(site, run, 422, "", &wrong).await;
        let page = run().await.fill("first_date", "2021-07-06").submit().await.expect(422);
        assert!(page.problem("space").unwrap().contains("쓰지 않는 장소"), "Daerim closed in June");
        let new = async || {
            let form = visitor.get("/manage/runs/new").await.form("main form");
            form.fill("code", "P21-999").fill("capacity", "10").fill("course", &run_of(site, "P21-901").await.course_id.to_string())
        };
        let wrong = [("code", "", "꼭 필요"), ("code", "p21", "영문 대문자"), ("code", "P21-901", "이미 쓰고"), ("capacity", "x", "1부터"), ("course", "x", "목록에서")];
        refuse_each(site, new, 422, "", &wrong).await;
        let page = run().await.forge("hours", "abc").submit().await.expect(422);
        assert_eq!(form_with(&page, "capacity").value("hours"), "abc", "what was typed is kept");
        visitor.post("/manage/runs/P21-902", &[("capacity", "10")]).await.expect(400);
    }

    async fn a_clash_is_shown_date_by_date_and_nothing_is_saved(site) {
        furnish(site).await;
        install(site, &csv(&[EXCEL, PYTHON])).await.unwrap();
        let visitor = manager(site).await;
        let form = form_with(&visitor.get("/manage/runs/P21-902").await, "capacity");
        let before = site.tables().await;
        let form = form.fill("space", "mullae").fill("instructor", "강사01").fill("first_date", "2021-03-08");
        let page = form.untick("weekdays").tick_value("weekdays", "mon").submit().await.expect(409);
        before.assert_same(&site.tables().await);
        let clashes = page.all(".alert li");
        assert_eq!(clashes.len(), 8, "room and instructor on four dates: {clashes:?}");
        assert!(clashes.iter().all(|clash| clash.contains("P21-901")));
        let instead = page.problem("space").unwrap();
        assert!(instead.contains("비어 있는 강의실: 영등포 정보문화센터"), "{instead}");
        assert!(!instead.contains("창업스마트교육장"), "the room that is taken: {instead}");
        let rights = run_of(site, "P21-902").await;
        assert_eq!(rights.version, 1);
    }

    async fn the_second_of_two_who_change_a_run_is_told(site) {
        furnish(site).await;
        install(site, &csv(&[EXCEL])).await.unwrap();
        let (one, other) = (manager(site).await, manager(site).await);
        let first = form_with(&one.get("/manage/runs/P21-901").await, "capacity");
        let second = form_with(&other.get("/manage/runs/P21-901").await, "capacity");
        first.fill("capacity", "15").submit().await.expect(200);
        let before = site.tables().await;
        let page = second.fill("capacity", "25").submit().await.expect(409);
        before.assert_same(&site.tables().await);
        assert!(page.problems()[0].contains("다른 사람이 먼저"), "{:?}", page.problems());
        assert_eq!(form_with(&page, "capacity").value("capacity"), "25", "what was typed is kept");
    }

    async fn a_class_is_moved_or_cancelled_and_those_who_applied_are_told(site) {
        furnish(site).await;
        install(site, &csv(&[EXCEL, &PYTHON.replace("daerim", "mullae")])).await.unwrap();
        booked(site, "P21-901").await;
        let visitor = manager(site).await;
        let class = async |number| class_form(&visitor, number).await;
        let page = class(1).await.fill("date", "2021-03-12").fill("start", "13:00").fill("end", "15:00").fill("reason", "정전").press("옮기기").await.expect(200);
        assert!(page.said().contains("옮기고"));
        let told = letters(site, Event::ClassMoved).await;
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].reason.as_deref(), Some("정전"));
        assert_eq!(told[0].moved_from.unwrap().to_rfc3339(), "2021-03-08T01:00:00+00:00");
        assert_eq!(told[0].starts_at.unwrap().to_rfc3339(), "2021-03-12T04:00:00+00:00");
        class(2).await.fill("reason", "폭설").press("휴강하기").await.expect(200);
        assert_eq!(letters(site, Event::ClassCancelled).await.len(), 1);
        let sessions = sessions_of(site, "P21-901").await;
        assert_eq!(sessions[1].state, ClassState::Cancelled);
        assert_eq!(occupation::Entity::find().count(site.centre.database()).await.unwrap(), 7, "its room is free");
        class(2).await.fill("date", "2021-03-17").fill("reason", "보강").press("보강 잡기").await.expect(200);
        assert_eq!(sessions_of(site, "P21-901").await[1].state, ClassState::Planned);
        let third = async || class(3).await.fill("date", "2021-03-19").fill("reason", "사정").forge("act", "move");
        let wrong = [
            ("date", "", "2021-09-21처럼"), ("date", "2021-01-08", "지난 시각"), ("start", "x", "09:00처럼"), ("end", "", "09:00처럼"),
            ("end", "09:00", "늦어야"), ("reason", "", "사유를"), ("reason", "=x", "한 줄로"),
        ];
        refuse_each(site, third, 422, "class-", &wrong).await;
        let before = site.tables().await;
        let page = class(3).await.fill("date", "2021-03-16").fill("reason", "사정").press("옮기기").await.expect(409);
        assert!(page.problems()[0].contains("P21-902"), "{:?}", page.problems());
        let page = class(3).await.fill("reason", "사정").press("옮기기").await.expect(422);
        assert!(page.problems()[0].contains("지금과 같은"));
        visitor.post("/manage/runs/P21-901/sessions/3", &[("version", "9"), ("act", "cancel"), ("reason", "x")]).await.expect(409);
        visitor.post("/manage/runs/P21-901/sessions/99", &[("version", "4"), ("act", "cancel"), ("reason", "x")]).await.expect(404);
        visitor.post("/manage/runs/P21-901/sessions/3", &[("version", "4"), ("act", "burn"), ("reason", "x")]).await.expect(400);
        before.assert_same(&site.tables().await);
        site.set_time("2021-03-12T13:30:00+09:00");
        let visitor = manager(site).await;
        let version = run_of(site, "P21-901").await.version.to_string();
        let fields = [("version", version.as_str()), ("act", "cancel"), ("reason", "x")];
        let page = visitor.post("/manage/runs/P21-901/sessions/1", &fields).await.expect(409);
        assert!(page.said().contains("이미 시작한 차시"));
    }

    async fn a_run_is_cancelled_with_a_reason_for_everybody(site) {
        furnish(site).await;
        install(site, &csv(&[EXCEL])).await.unwrap();
        booked(site, "P21-901").await;
        let visitor = manager(site).await;
        let cancel = async || visitor.get("/manage/runs/P21-901/cancel").await.expect(200).form("main form");
        refuse_each(site, cancel, 422, "", &[("reason", "", "사유를"), ("reason", "+x", "한 줄로")]).await;
        cancel().await.fill("reason", "신청자 부족").forge("version", "7").submit().await.expect(409);
        let page = cancel().await.fill("reason", "신청자 부족").submit().await.expect(200);
        assert!(page.said().contains("폐강했습니다"));
        assert_eq!(run_of(site, "P21-901").await.state, RunState::Cancelled);
        assert_eq!(letters(site, Event::RunCancelled).await[0].reason.as_deref(), Some("신청자 부족"));
        assert_eq!(occupation::Entity::find().count(site.centre.database()).await.unwrap(), 0);
        assert!(!page.has("form:has([name=capacity])"), "it can't be changed any more");
        let calendar = site.visitor().get("/courses/P21-901/calendar.ics").await.expect(200).body();
        assert_eq!(calendar.matches("STATUS:CANCELLED").count(), 4);
        assert!(calendar.contains("SEQUENCE:2"), "calendars take it for new: {calendar}");
        assert!(calendar.contains("LOCATION:창업스마트교육장\\, 서울"), "{calendar}");
    }

    async fn a_smaller_run_keeps_whoever_holds_a_seat(site) {
        furnish(site).await;
        install(site, &csv(&[EXCEL])).await.unwrap();
        for _ in 0..2 {
            booked(site, "P21-901").await;
        }
        let visitor = manager(site).await;
        let run = async || form_with(&visitor.get("/manage/runs/P21-901").await, "capacity");
        refuse_each(site, run, 409, "", &[("capacity", "1", "2명이"), ("space", "tvum", "자리를 받은")]).await;
        run().await.fill("capacity", "2").submit().await.expect(200);
    }

    async fn an_instructor_keeps_their_own_runs_and_no_others(site) {
        furnish(site).await;
        install(site, &csv(&[EXCEL, PYTHON])).await.unwrap();
        let instructor = site.sign_in_as(Duty::Instructor).await;
        instructor.get("/manage/runs/P21-901").await.expect(403);
        let form = form_with(&manager(site).await.get("/manage/runs/P21-901").await, "capacity");
        form.fill("instructor_account", &instructor.id().to_string()).submit().await.expect(200);
        let page = instructor.get("/manage/runs").await.expect(200);
        assert!(page.said().contains("P21-901") && !page.said().contains("P21-902"), "{}", page.said());
        let form = form_with(&instructor.get("/manage/runs/P21-901").await.expect(200), "capacity");
        form.fill("capacity", "12").submit().await.expect(200);
        for path in ["/manage/runs/new", "/manage/runs/P21-901/cancel", "/manage/import", "/manage/courses", "/manage/holidays", "/manage/export.csv?year=2021", "/manage/runs/P21-902"] {
            instructor.get(path).await.expect(403);
            site.resident("주민").await.get(path).await.expect(403);
            assert!(site.visitor().get(path).await.path.starts_with("/sign-in"), "{path}");
        }
        let before = site.tables().await;
        for path in ["/manage/runs/new", "/manage/runs/P21-902", "/manage/runs/P21-902/publish", "/manage/runs/P21-902/cancel", "/manage/runs/P21-902/sessions/1", "/manage/courses/new", "/manage/holidays", "/manage/holidays/2021-01-01/remove", "/manage/import/confirm"] {
            instructor.post(path, &[("version", "1"), ("act", "cancel"), ("reason", "x")]).await.expect(403);
        }
        before.assert_same(&site.tables().await);
    }

    async fn each_wrong_field_of_a_course_says_so(site) {
        let visitor = manager(site).await;
        let fresh = async || visitor.get("/manage/courses/new").await.form("main form").fill("title", "엑셀").fill("category", "basic");
        let page = fresh().await.submit().await.expect(200);
        assert!(page.said().contains("저장했습니다"));
        let long = "가".repeat(2001);
        let wrong = [
            ("title", "", "한 줄로"), ("title", "=1", "한 줄로"), ("title", "엑셀", "이미 있습니다"), ("title_en", "@x", "한 줄로"),
            ("category", "", "목록에서"), ("audience", "aliens", "목록에서"), ("learn", &long, "2000자"), ("who_for", &long, "2000자"),
            ("materials", &long, "2000자"), ("fee", &long, "2000자"),
        ];
        refuse_each(site, fresh, 422, "", &wrong).await;
        let course = visitor.get(&page.path).await;
        let stale = course.form("main form");
        course.form("main form").fill("learn", "표를 만듭니다.").submit().await.expect(200);
        let before = site.tables().await;
        stale.fill("learn", "다른 글").submit().await.expect(409);
        before.assert_same(&site.tables().await);
    }

    async fn the_holidays_are_kept_in_forms(site) {
        let visitor = manager(site).await;
        let add = async || visitor.get("/manage/holidays").await.form("form[action$=\"/holidays\"]");
        let page = add().await.fill("day", "2022-01-01").fill("name", "신정").submit().await.expect(200);
        assert!(page.said().contains("신정"));
        let long = "가".repeat(41);
        refuse_each(site, add, 422, "", &[("day", "", "2021-09-21처럼"), ("day", "2022-02-30", "2021-09-21처럼"), ("name", &long, "40자")]).await;
        let import = async |bytes: &[u8]| visitor.get("/manage/holidays").await.form("form[action$=import]").attach("file", "h.csv", bytes).submit().await;
        import(HOLIDAYS).await.expect(200);
        let before = site.tables().await;
        assert!(import(b"day\n2021-01-01\n").await.expect(422).problem("file").unwrap().contains("date,name"));
        assert!(import(b"date\r\n2021-01-01\r\n1.1.21\r\n").await.expect(422).problem("file").unwrap().contains("3번째 줄"));
        assert!(import(&[0xb0, 0xa1]).await.expect(422).problem("file").unwrap().contains("UTF-8"));
        assert!(import(b"").await.expect(422).problem("file").unwrap().contains("골라"));
        before.assert_same(&site.tables().await);
        let page = visitor.get("/manage/holidays").await.form("form[action*=\"2022-01-01\"]").submit().await.expect(200);
        assert!(page.said().contains("삭제했습니다") && !page.said().contains("신정 삭제 2022"));
        visitor.post("/manage/holidays/2022-01-01/remove", &[]).await.expect(404);
    }

    async fn the_catalogue_finds_by_word_place_time_and_window(site) {
        furnish(site).await;
        let evening = PYTHON.replace("P21-902", "P21-903").replace("10:00,12:00", "19:00,21:00").replace("2021-01-11T09:00", "2021-01-20T09:00");
        let weekend = EXCEL.replace("P21-901", "P21-904").replace("2021-03-08,mon", "2021-03-13,sat").replace("smart", "mullae").replace("in_person", "online");
        let staff = EXCEL.replace("P21-901", "S21-905").replace("엑셀 기초", "보안 실무").replace("practical,resident", "staff_it,staff").replace("2021-03-08,mon", "2021-03-10,wed");
        install(site, &csv(&[EXCEL, PYTHON, &evening, &weekend, &staff])).await.unwrap();
        let visitor = site.visitor();
        let codes = async |query: &str| {
            let titles = visitor.get(&format!("/courses?{query}")).await.expect(200).all(".structured-title");
            let code = |title: &String| title.rsplit('(').next().unwrap().trim_end_matches(')').to_owned();
            titles.iter().map(code).collect::<Vec<_>>()
        };
        assert_eq!(codes("").await, ["P21-901", "P21-902", "P21-904", "P21-903"], "by opening time, staff's unseen");
        assert_eq!(codes("q=%EC%97%91+%EC%85%80").await, ["P21-901", "P21-904"]);
        assert_eq!(codes("q=%25").await, Vec::<String>::new(), "no wildcards");
        assert_eq!(codes("q=p21-902").await, ["P21-902"]);
        assert_eq!(codes("category=newtech").await, ["P21-902", "P21-903"]);
        assert_eq!(codes("place=daerim").await, ["P21-902", "P21-903"]);
        assert_eq!(codes("mode=online").await, ["P21-904"]);
        assert_eq!(codes("when=evening").await, ["P21-903"]);
        assert_eq!(codes("when=weekend").await, ["P21-904"]);
        assert_eq!(codes("window=open").await, ["P21-901", "P21-902", "P21-904"]);
        assert_eq!(codes("window=soon").await, ["P21-903"]);
        assert_eq!(codes("category=nonsense&page=x&window=y").await.len(), 4, "nonsense narrows nothing");
        assert_eq!(codes("page=2").await, Vec::<String>::new());
        visitor.get("/courses/S21-905").await.expect(404);
        visitor.get("/courses/P99-999").await.expect(404);
        visitor.get("/courses/..%2f").await.expect(404);
    }

    async fn a_calendar_is_told_of_every_class(site) {
        furnish(site).await;
        install(site, &csv(&[EXCEL])).await.unwrap();
        let visitor = manager(site).await;
        let before = site.visitor().get("/courses/P21-901/calendar.ics").await.expect(200);
        assert_eq!(before.header("content-type"), Some("text/calendar; charset=utf-8"));
        let class = async |number| class_form(&visitor, number).await;
        class(1).await.fill("date", "2021-03-12").fill("reason", "정전").press("옮기기").await.expect(200);
        class(2).await.fill("reason", "폭설").press("휴강하기").await.expect(200);
        let after = site.visitor().get("/courses/P21-901/calendar.ics").await.expect(200);
        let lines = |page: &Page, start: &str| -> Vec<String> {
            let body = page.body().replace("\r\n ", "");
            body.split("\r\n").filter(|line| line.starts_with(start)).map(str::to_owned).collect()
        };
        assert_eq!(lines(&before, "UID:"), lines(&after, "UID:"), "a calendar knows its classes again");
        assert_eq!(lines(&after, "UID:").len(), 4);
        assert!(lines(&after, "SEQUENCE:") > lines(&before, "SEQUENCE:"));
        assert!(lines(&after, "DTSTART;").contains(&"DTSTART;TZID=Asia/Seoul:20210312T100000".to_owned()), "{}", after.body());
        assert_eq!(lines(&after, "STATUS:CANCELLED").len(), 1);
        assert_eq!(lines(&after, "TZID:Asia/Seoul").len(), 1);
        assert!(after.body().split("\r\n").all(|line| line.len() <= 75), "lines are folded");
    }
}
