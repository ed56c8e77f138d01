//! Figures stay when somebody is no longer described: erased after their years, or at their own wish. A closed month stays
//! whatever is corrected.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::account::entity::person;
use domain::account::store::{change_consents, find_profile};
use domain::account::{Duty, Figures, Neighbourhood, PersonState, Purpose, Sex};
use domain::attendance::Presence;
use domain::attendance::entity::mark;
use domain::course::entity::{class_session, run};
use domain::language::Language;
use domain::privacy::purge;
use domain::registration::State;
use domain::registration::entity::application;
use domain::statistics::entity::{anonymous_attendance, anonymous_part, folded_application};
use domain::statistics::{Counts, Dimension, Key, Question, fact, month};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, PaginatorTrait,
    QueryFilter, Statement,
};
use tests::programme::{Dates, add_run, class};
use tests::{Engine, Site, both};
use uuid::Uuid;

use super::{apply, close, put_mark, put_no_show};

const BEGIN: &str = "2021-01-11T09:00:00+09:00";

/// Four people in two runs of January and February, of whom three have said something of themselves.
pub(super) async fn school(site: &Site) -> Vec<Uuid> {
    site.set_time(BEGIN);
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let (one, two) = (Dates::on(day("2021-01-20"), site.now()), Dates::on(day("2021-02-10"), site.now()));
    let runs = [
        add_run(&site.centre, "R-1", None, one, |_| {}).await,
        add_run(&site.centre, "R-2", None, two, |_| {}).await,
    ];
    let said = [
        (Some(1951), Some(Sex::Female), Some(Neighbourhood::Mullae)),
        (Some(1948), Some(Sex::Female), None),
        (None, Some(Sex::Male), Some(Neighbourhood::Dorim)),
        (None, None, None),
    ];
    let mut people = Vec::new();
    for (birth_year, sex, neighbourhood) in said {
        let row = person::ActiveModel {
            id: Set(site.centre.clock().id()),
            name: Set("홍길동".into()),
            language: Set(Language::Ko),
            birth_year: Set(birth_year),
            sex: Set(sex),
            neighbourhood: Set(neighbourhood),
            made_staff: Set(false),
            state: Set(PersonState::Active),
            created_at: Set(site.now()),
            ..Default::default()
        };
        people.push(*row.id.as_ref());
        person::Entity::insert(row).exec_without_returning(site.centre.database()).await.unwrap();
    }
    let mut stamp = 0;
    let mut completed = Vec::new();
    for (index, run) in runs.iter().enumerate() {
        let class = class_session::Entity::find().filter(class_session::Column::RunId.eq(*run));
        let class = class.one(site.centre.database()).await.unwrap().unwrap().id;
        for (place, who) in people.iter().enumerate() {
            stamp += 1;
            let state = if place == 1 && index == 1 { State::Waiting } else { State::Booked };
            let application = apply(site, *run, *who, state, stamp).await;
            if state == State::Booked && place != 2 {
                put_mark(site, class, application, Presence::Present, 120).await;
                completed.push((index, application));
            } else if place == 2 {
                put_mark(site, class, application, Presence::Absent, 0).await;
                put_no_show(site, class, application, *who).await;
            }
        }
    }
    let done: Vec<Uuid> = completed.iter().filter(|(index, _)| *index == 0).map(|(_, id)| *id).collect();
    close(site, runs[0], "2021-01-25T09:00:00+09:00".parse().unwrap(), people[0], &done).await;
    site.set_time("2021-03-02T09:00:00+09:00");
    people
}

pub(super) type All = BTreeMap<(String, Dimension, Option<Dimension>, String, String), Counts>;

/// Every cell of every pair of sides, as of days before, amid and after the runs.
pub(super) async fn all_figures(site: &Site) -> All {
    let (first, last) = ("2021-01-01".parse().unwrap(), "2021-12-31".parse().unwrap());
    let mut all = All::new();
    for as_of in ["2021-01-15", "2021-01-22", "2021-02-12", "2021-03-01"] {
        let facts = fact::load(&site.centre, (first, last), as_of.parse().unwrap()).await.unwrap();
        for rows in Dimension::ALL.iter().copied() {
            for columns in Dimension::ALL.iter().copied().filter(|it| *it != rows).map(Some).chain([None]) {
                let table = facts.table(&Question { first, last, only: Vec::new(), rows, columns });
                for row in table.rows.iter().map(|it| Some(*it)).chain([None]) {
                    for column in table.columns.iter().map(|it| Some(*it)).chain([None]) {
                        let word = |key: Option<Key>| key.map_or("all".into(), |key| facts.word(key));
                        let place = (as_of.to_owned(), rows, columns, word(row), word(column));
                        all.insert(place, table.cell(row, column));
                    }
                }
            }
        }
    }
    all
}

fn women(all: &All) -> Counts {
    all[&("2021-03-01".to_owned(), Dimension::Sex, None, "female".to_owned(), "all".to_owned())]
}

both! {
    async fn erasing_personal_data_leaves_every_figure_as_it_was(site) {
        let people = school(site).await;
        let before = all_figures(site).await;
        let women = women(&before);
        assert_eq!((women.enrolled, women.people, women.waiting, women.completed), (3, 2, 1, 2));
        // After eight years all is erased that can be.
        site.set_time("2029-03-02T09:00:00+09:00");
        let officer = site.person("강보호", &[Duty::PrivacyOfficer]).await;
        let officer = site.signed_in(officer).await.privacy_officer().unwrap();
        purge(&site.centre, &officer).await.unwrap();
        let rows = person::Entity::find().filter(person::Column::Id.is_in(people)).all(site.centre.database()).await.unwrap();
        assert!(rows.iter().all(|it| it.sex.is_none() && it.birth_year.is_none() && it.neighbourhood.is_none() && it.name.is_empty()));
        assert_eq!(all_figures(site).await, before);
        // And once more, with nothing left to fold.
        purge(&site.centre, &officer).await.unwrap();
        assert_eq!(all_figures(site).await, before);
    }

    async fn whoever_takes_their_consent_back_is_counted_under_a_number_that_leads_to_nobody(site) {
        let people = school(site).await;
        let before = all_figures(site).await;
        let who = site.signed_in(people[0]).await;
        change_consents(&site.centre, &who, &[], Figures::default()).await.unwrap();
        assert_eq!(all_figures(site).await, before);
        let db = site.centre.database();
        let parts = anonymous_part::Entity::find().all(db).await.unwrap();
        assert_eq!(parts.len(), 2);
        assert!(parts.iter().all(|it| it.number == parts[0].number && it.age == Some(70)));
        assert!(parts.iter().all(|it| !people.contains(&it.number) && it.id != it.number));
        assert_eq!(folded_application::Entity::find().count(db).await.unwrap(), 2);
        // Asked once more there is nothing to fold; who consents again is described by what comes.
        change_consents(&site.centre, &who, &[], Figures::default()).await.unwrap();
        let figures = Figures { sex: Some(Sex::Female), ..Figures::default() };
        change_consents(&site.centre, &who, &[Purpose::Figures], figures).await.unwrap();
        assert_eq!(all_figures(site).await, before);
    }

    async fn whoever_clears_one_thing_they_said_stays_counted_by_it(site) {
        let people = school(site).await;
        let before = all_figures(site).await;
        let who = site.signed_in(people[0]).await;
        let db = site.centre.database();
        let said = find_profile(db, &who).await.unwrap().unwrap().figures;
        let without_sex = Figures { sex: None, ..said };
        for left in [without_sex, Figures { birth_year: None, ..without_sex }, Figures::default()] {
            change_consents(&site.centre, &who, &[Purpose::Figures], left).await.unwrap();
            assert_eq!(find_profile(db, &who).await.unwrap().unwrap().figures, left);
            assert_eq!(all_figures(site).await, before, "{left:?}");
        }
        assert_eq!(anonymous_part::Entity::find().count(db).await.unwrap(), 2);
        // What is only put right is counted as it is now.
        let who = site.signed_in(people[2]).await;
        let right = Figures { neighbourhood: Some(Neighbourhood::Mullae), sex: Some(Sex::Male), birth_year: None };
        change_consents(&site.centre, &who, &[Purpose::Figures], right).await.unwrap();
        assert_eq!(anonymous_part::Entity::find().count(db).await.unwrap(), 2);
        assert_ne!(all_figures(site).await, before);
    }

    async fn what_erased_people_attended_by_a_day_amid_a_run_stays(site) {
        let people = school(site).await;
        let db = site.centre.database();
        // A second class of the run of February, a week later: one of the women didn't come, the man did for the first time.
        let run = run::Entity::find().filter(run::Column::Code.eq("R-2")).one(db).await.unwrap().unwrap().id;
        let later = "2021-02-17T10:00:00+09:00".parse().unwrap();
        let class = class(site.centre.clock(), run, 2, later);
        let class_id = *class.id.as_ref();
        class_session::Entity::insert(class).exec_without_returning(db).await.unwrap();
        let of = async |who: Uuid| {
            let wanted = application::Column::RunId.eq(run).and(application::Column::PersonId.eq(who));
            application::Entity::find().filter(wanted).one(db).await.unwrap().unwrap().id
        };
        let (hers, his) = (of(people[0]).await, of(people[2]).await);
        put_mark(site, class_id, hers, Presence::Absent, 0).await;
        put_no_show(site, class_id, hers, people[0]).await;
        put_mark(site, class_id, his, Presence::Late, 100).await;
        // Two who are alike, who are erased one after the other.
        let alike = person::ActiveModel { id: Set(people[1]), neighbourhood: Set(Some(Neighbourhood::Mullae)), ..Default::default() };
        alike.update(db).await.unwrap();
        let before = all_figures(site).await;
        let cell = |as_of: &str, sex: Sex| {
            let word = sex.as_str().to_owned();
            before[&(as_of.to_owned(), Dimension::Sex, None, word, "all".to_owned())]
        };
        let (amid, after) = (cell("2021-02-12", Sex::Female), cell("2021-03-01", Sex::Female));
        assert_eq!((amid.attended_minutes, amid.no_shows, after.no_shows), (360, 0, 1));
        let (amid, after) = (cell("2021-02-12", Sex::Male), cell("2021-03-01", Sex::Male));
        assert_eq!((amid.attended, after.attended, after.attended_minutes), (0, 1, 100));
        // One after the other, so that what comes is added to what is there.
        for who in &people[..3] {
            let who = site.signed_in(*who).await;
            change_consents(&site.centre, &who, &[], Figures::default()).await.unwrap();
            assert_eq!(all_figures(site).await, before);
        }
    }

    async fn what_is_held_after_somebody_was_erased_counts_neither_for_nor_against_them(site) {
        let people = school(site).await;
        let db = site.centre.database();
        let run = run::Entity::find().filter(run::Column::Code.eq("R-2")).one(db).await.unwrap().unwrap().id;
        let class = class(site.centre.clock(), run, 2, "2021-03-03T10:00:00+09:00".parse().unwrap());
        class_session::Entity::insert(class).exec_without_returning(db).await.unwrap();
        let women = async |as_of: &str| {
            let period = ("2021-02-01".parse().unwrap(), "2021-12-31".parse().unwrap());
            let facts = fact::load(&site.centre, period, as_of.parse().unwrap()).await.unwrap();
            let question = Question { first: period.0, last: period.1, only: Vec::new(), rows: Dimension::Sex, columns: None };
            let counts = facts.table(&question).cell(Some(Key::Sex(Some(Sex::Female))), None);
            (counts.attended_minutes, counts.planned_minutes, counts.expected)
        };
        assert_eq!(women("2021-03-02").await, (120, 120, 1), "one of them has a place");
        let who = site.signed_in(people[0]).await;
        change_consents(&site.centre, &who, &[], Figures::default()).await.unwrap();
        assert_eq!(women("2021-03-02").await, (120, 120, 1));
        site.set_time("2021-03-10T09:00:00+09:00");
        assert_eq!(women("2021-03-10").await, (120, 120, 1), "the second class is no longer hers");
        assert_eq!(women("2021-02-09").await, (0, 0, 0));
    }

    async fn a_folded_part_says_no_more_than_figures_need(site) {
        let people = school(site).await;
        for who in &people[..2] {
            let who = site.signed_in(*who).await;
            change_consents(&site.centre, &who, &[], Figures::default()).await.unwrap();
        }
        let db = site.centre.database();
        // Two women on the day of the first run's class, and one of them on that of the second.
        let days = anonymous_attendance::Entity::find().all(db).await.unwrap();
        let mut days: Vec<(String, i32, i32)> = days.iter().map(|it| (it.day.to_string(), it.attended, it.minutes)).collect();
        days.sort();
        let day = |day: &str| (day.to_owned(), 1, 120);
        assert_eq!(days, [day("2021-01-20"), day("2021-01-20"), day("2021-02-10")]);
        let parts = anonymous_part::Entity::find().all(db).await.unwrap();
        assert_eq!(parts.len(), 4);
        // Whoever had a place had it on the first day; on which they applied, nobody asks.
        let placed: Vec<Option<String>> = parts.iter().map(|it| it.placed.map(|day| day.to_string())).collect();
        assert!(placed.iter().flatten().all(|day| day == "2021-01-20" || day == "2021-02-10"), "{placed:?}");
        for (table, key) in [("anonymous_part", "id"), ("anonymous_attendance", "id"), ("folded_application", "application_id")] {
            let sql = match site.engine {
                Engine::Sqlite => format!("SELECT hex({key}) FROM {table} ORDER BY rowid"),
                Engine::Postgres => format!("SELECT {key}::text FROM {table} ORDER BY ctid"),
            };
            let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
            let found: Vec<String> = rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
            let mut by_id = found.clone();
            by_id.sort();
            assert_eq!(found, by_id, "{table}");
        }
    }

    async fn a_closed_month_stays_and_what_is_corrected_stands_beside_it(site) {
        school(site).await;
        let manager = site.sign_in_as(Duty::TrainingManager).await;
        let list = manager.get("/manage/statistics/months").await.expect(200);
        let before = site.tables().await;
        for (month, status, sentence) in [
            ("", 422, "목록에 있는 달을 고르십시오."),
            ("2021-13", 422, "목록에 있는 달을 고르십시오."),
            ("2021-03", 422, "아직 끝나지 않은 달입니다."),
        ] {
            let page = list.form("main form").forge("month", month).submit().await.expect(status);
            assert_eq!(page.problem("month").as_deref(), Some(sentence), "{month}");
            before.assert_same(&site.tables().await);
        }
        let page = list.form("main form").fill("month", "2021-01").submit().await.expect(200);
        assert!(page.said().contains("마감했습니다"), "{}", page.said());
        let before = site.tables().await;
        let page = list.form("main form").fill("month", "2021-01").submit().await.expect(409);
        assert_eq!(page.problem("month").as_deref(), Some("이미 마감한 달입니다."));
        before.assert_same(&site.tables().await);

        let january: NaiveDate = "2021-01-01".parse().unwrap();
        let kept = month::compare(&site.centre, january).await.unwrap();
        assert!(kept.values().all(|it| it.kept == it.now));
        let page = manager.get("/manage/statistics/months/2021-01").await.expect(200);
        assert!(page.said().contains("마감한 뒤 달라진 것이 없습니다."), "{}", page.said());

        // A mark of January is corrected.
        let db = site.centre.database();
        let absent = mark::Entity::find().filter(mark::Column::Presence.eq(Presence::Absent)).one(db).await.unwrap().unwrap();
        let (class_session_id, application_id) = (Set(absent.class_session_id), Set(absent.application_id));
        let row = mark::ActiveModel { class_session_id, application_id, presence: Set(Presence::Present), minutes: Set(120), ..Default::default() };
        row.update(db).await.unwrap();
        let after = month::compare(&site.centre, january).await.unwrap();
        let all = after[&(month::ALL.to_owned(), String::new())];
        assert_eq!((all.kept.attended, all.now.attended), (3, 4));
        assert_eq!(kept.values().map(|it| it.kept).collect::<Vec<_>>(), after.values().map(|it| it.kept).collect::<Vec<_>>());
        let page = manager.get("/manage/statistics/months/2021-01").await.expect(200);
        assert!(page.said().contains("합계 (지금)"), "{}", page.said());
        manager.get("/manage/statistics/months/2021-02").await.expect(404);
    }
}
