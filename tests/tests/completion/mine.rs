//! One's own courses: what they cost to read.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::NaiveDate;
use domain::attendance::completion;
use domain::centre::Centre;
use domain::registration::{Choice, store as registration};
use domain::survey::store as survey;
use tests::programme::{Dates, add_run};
use tests::{Site, Visitor, both};

use super::furnish;

/// How many statements it takes to read all that stands on the list of somebody's courses.
async fn statements(site: &Site, who: &Visitor) -> usize {
    let who = site.signed_in(who.id()).await;
    let count = Arc::new(AtomicUsize::new(0));
    let counting = Arc::clone(&count);
    let mut database = site.centre.database().clone();
    database.set_metric_callback(move |_| {
        counting.fetch_add(1, Ordering::SeqCst);
    });
    let centre = Centre::new(database, site.centre.clock().clone(), site.centre.settings().clone());
    let begun = count.load(Ordering::SeqCst);
    registration::list_mine(&centre, &who).await.unwrap();
    completion::list_mine(&centre, &who).await.unwrap();
    survey::list_open(&centre, &who).await.unwrap();
    count.load(Ordering::SeqCst) - begun
}

both! {
    async fn ones_courses_are_read_with_as_many_statements_however_many_they_are(site) {
        let school = furnish(site).await;
        let hana = school.learner(site, "홍길동").await.visitor;
        let one = statements(site, &hana).await;
        let viewer = site.signed_in(hana.id()).await;
        for month in 4..=8 {
            let day = NaiveDate::from_ymd_opt(2021, month, 5).unwrap();
            let run = add_run(&site.centre, &format!("P21-10{month}"), None, Dates::on(day, site.now()), |_| {}).await;
            let key = site.centre.clock().id();
            registration::apply(&site.centre, &viewer, run, Choice::Any, key).await.unwrap();
        }
        assert_eq!(hana.get("/my").await.expect(200).all("table tbody tr").len(), 6);
        assert_eq!(statements(site, &hana).await, one);
        // And those that are over.
        site.set_time("2021-09-01T09:00:00+09:00");
        assert_eq!(statements(site, &hana).await, one);
    }
}
