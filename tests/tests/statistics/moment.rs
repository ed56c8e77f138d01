//! Figures while others write: what a month keeps is one moment of theirs, and who erases waits for nobody who waits for
//! them.

use std::time::Duration;

use chrono::NaiveDate;
use domain::account::entity::person;
use domain::account::store::change_consents;
use domain::account::{Duty, Figures, PersonState, PrivacyOfficer, Sex};
use domain::language::Language;
use domain::privacy::purge;
use domain::registration::State;
use domain::statistics::fold::fold;
use domain::statistics::month::{self, MonthError};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, Statement,
};
use tests::programme::{Dates, add_run};
use tests::{Engine, Site, both, run};
use uuid::Uuid;

use super::apply;
use super::fold::{all_figures, school};

/// Until somebody waits for a lock of this PostgreSQL's database.
async fn until_somebody_waits(site: &Site) {
    let waiting = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let db = site.centre.database();
    for _ in 0..500 {
        let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), waiting)).await.unwrap();
        if row.unwrap().try_get_by_index::<i64>(0).unwrap() > 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("nobody waits");
}

async fn officer(site: &Site) -> PrivacyOfficer {
    let officer = site.person("강보호", &[Duty::PrivacyOfficer]).await;
    site.signed_in(officer).await.privacy_officer().unwrap()
}

/// Takes the row of somebody who is about to change their consents.
async fn hold(tx: &DatabaseTransaction, who: Uuid) {
    let same =
        person::Entity::update_many().col_expr(person::Column::State, Expr::col(person::Column::State));
    same.filter(person::Column::Id.eq(who)).exec(tx).await.unwrap();
}

both! {
    async fn what_is_kept_of_a_month_is_one_moment(site) {
        let people = school(site).await;
        let january: NaiveDate = "2021-01-01".parse().unwrap();
        let manager = site.person("김담당", &[Duty::TrainingManager]).await;
        let manager = site.signed_in(manager).await.training_manager().unwrap();
        let closing = {
            let centre = site.centre.clone();
            async move { month::close(&centre, &manager, january).await }
        };
        let other = site.another_server().await;
        if site.engine == Engine::Postgres {
            // Between two of its readings somebody is folded: by the first they are described still, by the second anew.
            let tx = other.begin().await.unwrap();
            tx.execute_unprepared("LOCK TABLE anonymous_part IN ACCESS EXCLUSIVE MODE").await.unwrap();
            let closing = tokio::spawn(closing);
            until_somebody_waits(site).await;
            fold(&tx, other.clock(), &people[..1]).await.unwrap();
            tx.commit().await.unwrap();
            closing.await.unwrap().unwrap();
        } else {
            let closing = tokio::spawn(closing);
            for who in &people {
                let who = site.signed_in(*who).await;
                change_consents(&other, &who, &[], Figures::default()).await.unwrap();
            }
            closing.await.unwrap().unwrap();
        }
        let kept = month::compare(&site.centre, january).await.unwrap();
        assert!(!kept.is_empty());
        for (place, line) in kept {
            assert_eq!(line.kept, line.now, "{place:?}");
        }
    }

    async fn of_two_who_close_a_month_at_once_one_reads_that_it_is_closed(site) {
        school(site).await;
        let january: NaiveDate = "2021-01-01".parse().unwrap();
        let manager = site.person("김담당", &[Duty::TrainingManager]).await;
        let manager = site.signed_in(manager).await.training_manager().unwrap();
        let other = site.another_server().await;
        let (one, two) = tokio::join!(
            month::close(&site.centre, &manager, january),
            month::close(&other, &manager, january)
        );
        let refused = |answer: &Result<(), MonthError>| matches!(answer, Err(MonthError::Closed));
        assert!(one.is_ok() && refused(&two) || two.is_ok() && refused(&one), "{one:?} {two:?}");
    }

    async fn two_purges_at_once_leave_every_figure_as_it_was(site) {
        school(site).await;
        let before = all_figures(site).await;
        site.set_time("2029-03-02T09:00:00+09:00");
        let (officer, other) = (officer(site).await, site.another_server().await);
        let (one, two) = tokio::join!(purge(&site.centre, &officer), purge(&other, &officer));
        let (one, two) = (one.unwrap(), two.unwrap());
        assert!(one.iter().chain(&two).any(|due| due.people > 0), "somebody is due");
        for (one, two) in one.iter().zip(&two) {
            assert!(one.people == 0 || two.people == 0, "erased twice: {one:?} {two:?}");
        }
        assert_eq!(all_figures(site).await, before);
    }
}

#[test]
fn whoever_takes_their_consent_back_and_a_purge_wait_for_each_other_in_one_order() {
    run(Engine::Postgres, async |site| {
        let people = school(site).await;
        let before = all_figures(site).await;
        // After a year only the figures are erased.
        site.set_time("2022-06-02T09:00:00+09:00");
        let (officer, other) = (officer(site).await, site.another_server().await);
        let tx = other.begin().await.unwrap();
        hold(&tx, people[0]).await;
        let purging = {
            let centre = site.centre.clone();
            tokio::spawn(async move { purge(&centre, &officer).await })
        };
        until_somebody_waits(site).await;
        fold(&tx, other.clock(), &people[..1]).await.unwrap();
        tx.commit().await.unwrap();
        purging.await.unwrap().unwrap();
        assert_eq!(all_figures(site).await, before);
    });
}

/// More people than a purge erases in one step.
const MANY: usize = 520;

#[test]
fn a_purge_of_many_takes_all_their_runs_in_one_order() {
    run(Engine::Postgres, async |site| {
        let day = Dates::on("2021-01-20".parse().unwrap(), site.now());
        let early = add_run(&site.centre, "R-1", None, day, |_| {}).await;
        let late = add_run(&site.centre, "R-2", None, day, |_| {}).await;
        assert!(early < late);
        // All but the last are in the later run, so that what is done step by step comes to the earlier one at its end.
        let db = site.centre.database();
        for number in 0..MANY {
            let id = site.centre.clock().id();
            let row = person::ActiveModel {
                id: Set(id),
                name: Set("홍길동".into()),
                language: Set(Language::Ko),
                sex: Set(Some(Sex::Female)),
                made_staff: Set(false),
                state: Set(PersonState::Active),
                created_at: Set(site.now()),
                ..Default::default()
            };
            person::Entity::insert(row).exec_without_returning(db).await.unwrap();
            let is_last = number == MANY - 1;
            apply(site, if is_last { early } else { late }, id, State::Booked, number as i64 + 1).await;
            if is_last {
                apply(site, late, id, State::Booked, MANY as i64 + 1).await;
            }
        }
        site.set_time("2029-03-02T09:00:00+09:00");
        let (officer, other) = (officer(site).await, site.another_server().await);
        let tx = other.begin().await.unwrap();
        let hold = |run: Uuid| format!("SELECT id FROM run WHERE id = '{run}' FOR NO KEY UPDATE");
        tx.execute_unprepared(&hold(early)).await.unwrap();
        let purging = {
            let centre = site.centre.clone();
            tokio::spawn(async move { purge(&centre, &officer).await })
        };
        until_somebody_waits(site).await;
        tx.execute_unprepared(&hold(late)).await.unwrap();
        tx.commit().await.unwrap();
        purging.await.unwrap().unwrap();
    });
}
