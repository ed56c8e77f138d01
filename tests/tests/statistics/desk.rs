//! The pages of the figures: who may see them, the filter in the address, files, plan and money, the report, what everybody sees.

use std::io::{Cursor, Read};

use calamine::{Data, Reader, Xlsx, open_workbook_from_rs};
use chrono::TimeDelta;
use domain::account::Duty;
use domain::course::RunState;
use domain::statistics::work;
use sea_orm::ConnectionTrait;
use tests::both;
use tests::programme::{Dates, add_run};
use zip::ZipArchive;

use super::bring_in;
use super::fold::school;

const PAGES: [&str; 7] = [
    "/manage/statistics",
    "/manage/statistics.csv",
    "/manage/statistics.xlsx",
    "/manage/statistics/studio",
    "/manage/statistics/plan",
    "/manage/statistics/months",
    "/manage/statistics/report",
];

both! {
    async fn only_a_training_manager_sees_the_figures(site) {
        let manager = site.sign_in_as(Duty::TrainingManager).await;
        for path in PAGES {
            let page = site.visitor().get(path).await;
            assert!(page.path.starts_with("/sign-in"), "{path}");
            site.sign_in_as(Duty::Producer).await.get(path).await.expect(403);
            manager.get(path).await.expect(200);
        }
        let before = site.tables().await;
        let desk = site.sign_in_as(Duty::Administrator).await;
        for (path, fields) in [
            ("/manage/statistics/plan", &[("year", "2021"), ("version", "0")][..]),
            ("/manage/statistics/plan/spendings", &[("key", "00000000-0000-7000-8000-000000000000")]),
            ("/manage/statistics/months", &[("month", "2020-12")]),
            ("/manage/statistics/report/pilots", &[("code", "R20-001"), ("act", "mark")]),
            ("/manage/statistics/report/weeks", &[("week", "2021-01-04"), ("note", "눈")]),
        ] {
            desk.post(path, fields).await.expect(403);
        }
        let unchanged = ["person", "duty", "contact", "web_session", "audit", "consent"];
        before.without(&unchanged).assert_same(&site.tables().await.without(&unchanged));
    }

    async fn the_filter_stands_in_the_address_and_nonsense_narrows_nothing(site) {
        site.set_time("2020-01-02T09:00:00+09:00");
        bring_in(site).await;
        site.set_time("2020-11-02T09:00:00+09:00");
        let manager = site.sign_in_as(Duty::TrainingManager).await;
        let page = manager.get("/manage/statistics?as_of=2020-10-31&rows=audience").await.expect(200);
        let form = page.form("form.form").fill("mode", "online").fill("columns", "category").fill("measure", "runs");
        let page = form.submit().await.expect(200);
        assert!(page.path.contains("mode=online") && page.path.contains("rows=audience"), "{}", page.path);
        let row = page.all("table tbody tr").into_iter().find(|row| row.starts_with("구민")).unwrap();
        assert!(row.ends_with("92"), "{row}");
        let plain = manager.get("/manage/statistics?rows=cats&measure=joy&from=never&mode=dream").await.expect(200);
        assert_eq!(plain.all("table tbody tr").len(), manager.get("/manage/statistics").await.all("table tbody tr").len());
        let nobody = manager.get("/manage/statistics?instructor=nobody").await.expect(200);
        assert!(nobody.said().contains("이 조건에 맞는 실적이 없습니다"), "{}", nobody.said());
        assert!(plain.has("figure.chart svg[role=img][aria-label] rect.chart-bar"));
    }

    async fn the_workbook_holds_real_numbers_and_a_sheet_for_each_table(site) {
        site.set_time("2020-01-02T09:00:00+09:00");
        bring_in(site).await;
        site.set_time("2020-11-02T09:00:00+09:00");
        let manager = site.sign_in_as(Duty::TrainingManager).await;
        let query = "from=2020-01-01&until=2020-12-31&as_of=2020-10-31&rows=audience&columns=mode&measure=enrolled";
        let page = manager.get(&format!("/manage/statistics.xlsx?{query}")).await.expect(200);
        assert!(page.header("content-disposition").unwrap().contains("statistics.xlsx"));
        let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(page.bytes.clone())).unwrap();
        let names = book.sheet_names();
        // The chosen one, eleven sides, the studio.
        assert!(names.len() >= 13, "{names:?}");
        let chosen = book.worksheet_range(&names[0]).unwrap();
        let header: Vec<String> = chosen.rows().next().unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(header, ["대상", "대면", "온라인", "합계"]);
        let residents = chosen.rows().find(|row| row[0] == Data::String("구민".into())).unwrap();
        assert_eq!(residents[1..], [Data::Float(373.0), Data::Float(3243.0), Data::Float(3616.0)]);
        let modes = book.worksheet_range("운영 방식별 실적").unwrap();
        let online = modes.rows().find(|row| row[0] == Data::String("온라인".into())).unwrap();
        assert_eq!(online[1..4], [Data::Float(92.0), Data::Float(1720.0), Data::Float(3243.0)]);

        let csv = manager.get(&format!("/manage/statistics.csv?{query}")).await.expect(200).body();
        assert!(csv.starts_with("\u{feff}대상,대면,온라인,합계\r\n구민,373,3243,3616\r\n"), "{csv}");
    }

    async fn every_wrong_field_of_the_plan_is_named_and_nothing_is_saved(site) {
        let manager = site.sign_in_as(Duty::TrainingManager).await;
        let page = manager.get("/manage/statistics/plan").await.expect(200);
        let before = site.tables().await;
        let plan = "form[action$='/plan'][method=post]";
        for (field, value, sentence) in [
            ("resident_runs", "", "0부터 10000까지의 숫자를 적어 주십시오."),
            ("resident_runs", "10001", "0부터 10000까지의 숫자를 적어 주십시오."),
            ("staff_runs", "-1", "0부터 10000까지의 숫자를 적어 주십시오."),
            ("resident_hours", "1:30", "시간을 20이나 1.5처럼 적어 주십시오."),
            ("staff_hours", "0.33", "시간을 20이나 1.5처럼 적어 주십시오."),
            ("budget", "1.5", "천원 단위의 숫자만 적어 주십시오."),
        ] {
            let refused = page.form(plan).forge(field, value).submit().await.expect(422);
            assert_eq!(refused.problem(&format!("plan-{field}")).as_deref(), Some(sentence), "{field}={value}");
            before.assert_same(&site.tables().await);
        }
        for (field, value) in [("year", "1999"), ("year", "2031"), ("version", "x")] {
            page.form(plan).forge(field, value).submit().await.expect(400);
        }
        let spending = "form[action$='/spendings']";
        for (field, value, sentence) in [
            ("day", "2021-01-12", "오늘까지의 날짜를 2026-03-31처럼 적어 주십시오."),
            ("day", "어제", "오늘까지의 날짜를 2026-03-31처럼 적어 주십시오."),
            ("amount", "0", "금액을 1,200이나 △1,200처럼 천원 단위로 적어 주십시오."),
            ("amount", "많이", "금액을 1,200이나 △1,200처럼 천원 단위로 적어 주십시오."),
            ("purpose", "", "한 줄로 100자까지 적어 주십시오."),
            ("purpose", "=1+1", "한 줄로 100자까지 적어 주십시오."),
        ] {
            let form = page.form(spending).fill("amount", "1,200").fill("purpose", "강사료");
            let refused = form.forge(field, value).submit().await.expect(422);
            assert_eq!(refused.problem(&format!("spending-{field}")).as_deref(), Some(sentence), "{field}={value}");
            before.assert_same(&site.tables().await);
        }
    }

    async fn targets_and_money_stand_beside_the_result(site) {
        site.set_time("2020-01-02T09:00:00+09:00");
        bring_in(site).await;
        site.set_time("2022-01-03T09:00:00+09:00");
        let manager = site.sign_in_as(Duty::TrainingManager).await;
        let page = manager.get("/manage/statistics/plan?year=2021").await.expect(200);
        let form = page.form("form[action$='/plan'][method=post]");
        let form = form.fill("resident_runs", "150").fill("resident_hours", "2800").fill("staff_runs", "12");
        let form = form.fill("staff_hours", "87").fill("budget", "231105");
        let page = form.submit().await.expect(200);
        let rows = page.all("table tbody tr");
        assert_eq!(rows[0], "구민15014093.3%2,8002,800100.0%");
        assert_eq!(rows[1], "직원1212100.0%8787100.0%");
        let stale = manager.get("/manage/statistics/plan?year=2021").await.expect(200);
        page.form("form[action$='/plan'][method=post]").fill("budget", "231106").submit().await.expect(200);
        let before = site.tables().await;
        let refused = stale.form("form[action$='/plan'][method=post]").fill("budget", "1").submit().await.expect(409);
        assert!(refused.problems()[0].contains("그사이 다른 사람이 바꾸었습니다"));
        before.assert_same(&site.tables().await);

        let spend = |page: &tests::Page, amount: &str| {
            page.form("form[action$='/spendings']").fill("day", "2021-03-02").fill("amount", amount).fill("purpose", "강사료")
        };
        let first = manager.get("/manage/statistics/plan?year=2021").await.expect(200);
        spend(&first, "1,200").submit().await.expect(200);
        // The same form sent twice adds once.
        spend(&first, "1,200").submit().await.expect(200);
        let page = manager.get("/manage/statistics/plan?year=2021").await.expect(200);
        let page = spend(&page, "△200").submit().await.expect(200);
        assert!(page.all("table tbody tr").contains(&"교육 예산231,1061,000230,1060.4%".to_owned()), "{:?}", page.all("table tbody tr"));
        assert!(page.said().contains("△200"));
    }

    async fn the_report_names_pilots_and_why_there_were_no_classes(site) {
        site.set_time("2020-01-02T09:00:00+09:00");
        bring_in(site).await;
        site.set_time("2020-11-02T09:00:00+09:00");
        let manager = site.sign_in_as(Duty::TrainingManager).await;
        let page = manager.get("/manage/statistics/report?as_of=2020-10-31").await.expect(200);
        for said in ["1. 운영 개요", "2. 추진 실적", "3. 향후 계획", "4. 교육 일정", "5. 예산", "(단위: 천원)", "국회의원 선거일"] {
            assert!(page.said().contains(said), "{said}: {}", page.said());
        }
        assert!(page.all("table tbody tr").contains(&"구민온라인921,7203,243".to_owned()), "{:?}", page.all("table tbody tr"));
        let before = site.tables().await;
        let (pilots, weeks) = ("form[action$='/pilots']", "form[action$='/weeks']");
        for (code, sentence) in [("", "코드를 P21-014처럼 적어 주십시오."), ("r20", "코드를 P21-014처럼 적어 주십시오."), ("R20-999", "그런 개설강좌가 없습니다.")] {
            let refused = page.form(pilots).forge("code", code).submit().await.expect(422);
            assert_eq!(refused.problem("pilot-code").as_deref(), Some(sentence), "{code}");
        }
        let refused = page.form(pilots).fill("code", "R20-001").forge("act", "perhaps").submit().await.expect(422);
        assert_eq!(refused.problem("pilot-act").as_deref(), Some("하나를 고르십시오."));
        for (field, value, sentence) in [
            ("week", "", "하나를 고르십시오."),
            ("week", "2020-11-30", "하나를 고르십시오."),
            ("note", "", "한 줄로 100자까지 적어 주십시오."),
        ] {
            let form = page.form(weeks).fill("week", "2020-03-02").fill("note", "감염병으로 휴관");
            let refused = form.forge(field, value).submit().await.expect(422);
            assert_eq!(refused.problem(&format!("week-{field}")).as_deref(), Some(sentence), "{field}={value}");
        }
        before.assert_same(&site.tables().await);
        let page = page.form(pilots).fill("code", "R20-001").submit().await.expect(200);
        assert!(page.said().contains("시범운영: ITQ 엑셀 자격증 (R20-001)"), "{}", page.said());
        let page = page.form(weeks).fill("week", "2020-03-02").fill("note", "감염병으로 휴관").submit().await.expect(200);
        assert!(page.all("table tbody tr").contains(&"2020년 3월 2일(월) ~ 3월 8일(일) 감염병으로 휴관".to_owned()), "{:?}", page.all("table tbody tr"));
        let page = page.form(weeks).fill("week", "2020-03-09").fill("note", "감염병으로 휴관").submit().await.expect(200);
        assert!(page.all("table tbody tr").contains(&"2020년 3월 2일(월) ~ 3월 15일(일) 감염병으로 휴관".to_owned()), "{}", page.said());
        let page = page.form(pilots).fill("code", "R20-001").fill("act", "unmark").submit().await.expect(200);
        assert!(!page.said().contains("시범운영: ITQ"), "{}", page.said());
    }

    async fn only_what_was_published_makes_a_week_busy(site) {
        site.set_time("2020-01-02T09:00:00+09:00");
        bring_in(site).await;
        site.set_time("2020-11-02T09:00:00+09:00");
        let (day, as_of) = ("2020-03-04".parse().unwrap(), "2020-10-31".parse().unwrap());
        let is_quiet = async || {
            let weeks = work::quiet_weeks(&site.centre, as_of).await.unwrap();
            weeks.iter().any(|week| week.monday == work::monday(day))
        };
        assert!(is_quiet().await);
        let dates = Dates::on(day, site.now() - TimeDelta::days(300));
        add_run(&site.centre, "D-1", None, dates, |run| run.state = RunState::Draft).await;
        assert!(is_quiet().await, "nobody knows of a draft");
        // What was held of a run that was cancelled later was held.
        add_run(&site.centre, "D-2", None, dates, |run| run.state = RunState::Cancelled).await;
        assert!(!is_quiet().await);
    }

    async fn everybody_sees_a_years_figures_but_no_small_numbers(site) {
        site.set_time("2020-01-02T09:00:00+09:00");
        bring_in(site).await;
        site.set_time("2021-01-03T09:00:00+09:00");
        let page = site.visitor().get("/figures?year=2020").await.expect(200);
        assert!(page.said().contains("3,644"), "{}", page.said());
        let json: serde_json::Value = serde_json::from_str(&site.visitor().get("/figures.json?year=2020").await.expect(200).body()).unwrap();
        assert_eq!((json["total"]["runs"].as_u64(), json["total"]["people"].as_u64()), (Some(111), Some(3644)));
        assert_eq!(json["sides"][0]["by"], "month");
        let few = json["sides"].as_array().unwrap().iter().flat_map(|side| side["lines"].as_array().unwrap().clone());
        assert!(few.clone().all(|line| line["people"].as_u64().is_none_or(|people| people == 0 || people >= 5)), "{few:?}");
        // Nothing but the words of sides, and numbers.
        let text = json.to_string();
        assert!(!text.contains("강사") && !text.contains("R20"), "{text}");
        site.visitor().get("/figures?year=1800").await.expect(200);
    }

    async fn what_everybody_sees_is_read_once_a_day_and_anew_when_the_programme_changes(site) {
        site.set_time("2020-01-02T09:00:00+09:00");
        bring_in(site).await;
        site.set_time("2021-01-03T09:00:00+09:00");
        let total = async || {
            let page = site.visitor().get("/figures.json?year=2020").await.expect(200);
            serde_json::from_str::<serde_json::Value>(&page.body()).unwrap()["total"]["people"].as_u64().unwrap()
        };
        // Behind the program's back, so that it has no way to know.
        let add_one = async || {
            let sql = "UPDATE run SET enrolled = enrolled + 1 WHERE code = 'R20-001'";
            site.centre.database().execute_unprepared(sql).await.unwrap();
        };
        let first = total().await;
        add_one().await;
        assert_eq!(total().await, first, "nothing is counted again");
        site.advance(TimeDelta::days(1));
        assert_eq!(total().await, first + 1, "another day");
        add_one().await;
        domain::centre::turn(site.centre.database()).await.unwrap();
        assert_eq!(total().await, first + 2, "somebody changed the programme");
    }

    async fn the_report_for_hangul_is_a_package_that_begins_with_its_kind(site) {
        site.set_time("2020-01-02T09:00:00+09:00");
        bring_in(site).await;
        site.set_time("2020-11-02T09:00:00+09:00");
        let manager = site.sign_in_as(Duty::TrainingManager).await;
        let page = manager.get("/manage/statistics/report.hwpx?as_of=2020-10-31").await.expect(200);
        assert_eq!(page.header("content-type"), Some("application/hwp+zip"));
        assert!(page.header("content-disposition").unwrap().contains("work-report-2020-10-31.hwpx"));
        // The first file of it, stored as it is.
        assert_eq!(&page.bytes[30..57], b"mimetypeapplication/hwp+zip");
        let mut package = ZipArchive::new(Cursor::new(page.bytes.clone())).unwrap();
        let names: Vec<String> = package.file_names().map(str::to_owned).collect();
        for name in ["version.xml", "settings.xml", "META-INF/container.xml", "Contents/content.hpf", "Contents/header.xml"] {
            assert!(names.iter().any(|it| it == name), "{name}");
        }
        let mut section = String::new();
        package.by_name("Contents/section0.xml").unwrap().read_to_string(&mut section).unwrap();
        for said in ["2020년 평생스마트교육 업무보고", "2. 추진 실적", "3,243", "(단위: 천원)"] {
            assert!(section.contains(&format!("<hp:t>{said}</hp:t>")), "{said}");
        }
    }

    async fn what_is_small_is_told_to_nobody(site) {
        school(site).await;
        let page = site.visitor().get("/figures?year=2021").await.expect(200);
        // Four people in January and three in February: each month is withheld, and what both come to is not small.
        assert_eq!(page.said().matches("5명 미만이거나 가린 칸").count(), 2, "{}", page.said());
        let json = site.visitor().get("/figures.json?year=2021").await.expect(200).body();
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["total"]["people"], 7);
        assert!(json["sides"][0]["lines"].as_array().unwrap().iter().all(|line| line["people"].is_null()), "{json}");
    }
}
