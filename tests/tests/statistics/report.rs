//! With the office's programmes of 2020 and 2021 brought in, the pages say what its report says, to the digit.

use std::collections::BTreeMap;

use domain::account::Duty;
use domain::course::{Audience, Mode};
use domain::space::rules::SpaceRules;
use domain::statistics::{Counts, Dimension, Facts, Key, Question, fact, studio};
use domain::studio::Kind;
use serde::Deserialize;
use tests::{Site, both};
use toml::value::Datetime;

use super::bring_in;

/// The file as the office gave it.
#[derive(Deserialize)]
struct File {
    results: BTreeMap<String, Year>,
    plan: BTreeMap<String, BTreeMap<String, Target>>,
    budget: BTreeMap<String, BTreeMap<String, Budget>>,
}

#[derive(Deserialize)]
struct Year {
    resident: BTreeMap<String, Result>,
    staff: BTreeMap<String, Course>,
    studio: Uses,
}

#[derive(Deserialize)]
struct Result {
    runs: u32,
    hours: u64,
    people: u64,
    from: Datetime,
    to: Datetime,
}

#[derive(Deserialize)]
struct Course {
    month: String,
    people: u64,
}

#[derive(Deserialize)]
struct Uses {
    uses: u32,
    recording: u32,
    live: u32,
    other: u32,
}

#[derive(Deserialize)]
struct Target {
    runs: u32,
    hours: u32,
}

#[derive(Deserialize)]
struct Budget {
    budget: u32,
    executed: Option<u32>,
    rate_percent: Option<f64>,
}

fn file() -> File {
    toml::from_str(include_str!("report-2020-2021.toml")).unwrap()
}

async fn facts(site: &Site, from: &str, to: &str) -> Facts {
    let (from, to) = (from.parse().unwrap(), to.parse().unwrap());
    fact::load(&site.centre, (from, to), to).await.unwrap()
}

fn count(facts: &Facts, from: &str, to: &str, only: Vec<Key>) -> Counts {
    let (first, last) = (from.parse().unwrap(), to.parse().unwrap());
    let question = Question { first, last, only, rows: Dimension::Month, columns: None };
    facts.table(&question).cell(None, None)
}

both! {
    async fn the_results_of_the_report_come_out_to_the_digit(site) {
        site.set_time("2020-01-02T09:00:00+09:00");
        bring_in(site).await;
        site.set_time("2020-11-02T09:00:00+09:00");
        let file = file();
        let year = &file.results["2020"];
        for (mode, expected) in &year.resident {
            let (from, to) = (expected.from.to_string(), expected.to.to_string());
            let facts = facts(site, &from, &to).await;
            let only = vec![Key::Audience(Audience::Resident), Key::Mode(Mode::parse(mode).unwrap())];
            let found = count(&facts, &from, &to, only);
            assert_eq!((found.runs, found.minutes, found.enrolled), (expected.runs, expected.hours * 60, expected.people), "{mode}");
        }
        for (name, expected) in &year.staff {
            let (from, to) = (format!("{}-01", expected.month), format!("{}-31", expected.month));
            let facts = facts(site, &from, &to).await;
            let found = count(&facts, &from, &to, vec![Key::Audience(Audience::Staff)]);
            assert_eq!((found.runs, found.enrolled), (1, expected.people), "{name}");
        }
        let rules = SpaceRules::load(site.centre.database()).await.unwrap();
        let period = ("2020-01-01".parse().unwrap(), "2020-12-31".parse().unwrap());
        let studios = studio::load(&site.centre, &rules, period, "2020-10-31".parse().unwrap()).await.unwrap();
        let tvum = studios.iter().find(|it| rules.tree.get(it.space).unwrap().code == "tvum").unwrap();
        let of = |kind: Kind| tvum.by_kind.iter().find(|(it, _)| *it == kind).unwrap().1.count;
        let expected = &year.studio;
        assert_eq!(tvum.all.count, expected.uses);
        assert_eq!([of(Kind::Recording), of(Kind::Live), of(Kind::Other)], [expected.recording, expected.live, expected.other]);
    }

    async fn the_page_says_the_same_and_the_plan_its_rates(site) {
        site.set_time("2020-01-02T09:00:00+09:00");
        bring_in(site).await;
        site.set_time("2020-11-02T09:00:00+09:00");
        let manager = site.sign_in_as(Duty::TrainingManager).await;
        let path = "/manage/statistics?from=2020-05-01&until=2020-10-31&as_of=2020-10-31&rows=mode&audience=resident";
        let page = manager.get(path).await.expect(200);
        let row = page.all("table tbody tr").into_iter().find(|row| row.starts_with("온라인")).unwrap();
        assert!(row.starts_with("온라인921,7203,243"), "{row}");

        let file = file();
        let budget = &file.budget["2020"]["training"];
        let executed = budget.executed.unwrap();
        let plan = manager.get("/manage/statistics/plan?year=2020").await.expect(200);
        let page = plan.form("form[action$='/plan'][method=post]").fill("budget", &budget.budget.to_string()).submit().await.expect(200);
        let form = page.form("form[action$='/spendings']").fill("day", "2020-10-31").fill("purpose", "10월까지 집행");
        let page = form.fill("amount", &executed.to_string()).submit().await.expect(200);
        let rate = format!("{}%", budget.rate_percent.unwrap());
        assert!(page.said().contains("209,496") && page.said().contains("185,790"), "{}", page.said());
        assert!(page.said().contains(&rate), "{}", page.said());
        let before = manager.get("/manage/statistics/plan?as_of=2020-10-30").await.expect(200);
        assert!(!before.said().contains("185,790"), "spent a day later");
    }

    async fn what_2021_was_to_bring_is_what_its_programme_brings(site) {
        site.set_time("2020-01-02T09:00:00+09:00");
        bring_in(site).await;
        site.set_time("2022-01-03T09:00:00+09:00");
        let facts = facts(site, "2021-01-01", "2021-12-31").await;
        for (audience, target) in &file().plan["2021"] {
            let only = vec![Key::Audience(Audience::parse(audience).unwrap())];
            let found = count(&facts, "2021-01-01", "2021-12-31", only);
            assert_eq!((found.runs, found.minutes), (target.runs, u64::from(target.hours) * 60), "{audience}");
        }
        assert_eq!(file().budget["2021"]["training"].budget, 231_105);
    }
}
