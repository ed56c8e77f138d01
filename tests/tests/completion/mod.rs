//! Completing a run: standings, closing, certificates, the survey and papers.

mod certificate;
mod close;
mod mine;
mod paper;
mod survey;

use chrono::{NaiveDate, TimeDelta};
use domain::account::Duty;
use domain::attendance::entity::mark;
use domain::attendance::{MarkWay, Presence};
use domain::course::entity::class_session;
use domain::registration::entity::application;
use domain::registration::{Choice, store as registration};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use tests::programme::{Dates, add_run, class};
use tests::{Page, Site, Tables, Visitor};
use uuid::Uuid;

const NOW: &str = "2021-03-01T09:00:00+09:00";

/// After the last class.
const AFTER: &str = "2021-03-09T09:00:00+09:00";

const PAGE: &str = "/manage/runs/P21-014/completion";

/// A run of five classes of two hours, from the third to the seventh at ten, whoever teaches it and whoever runs it.
struct School {
    manager: Visitor,
    instructor: Visitor,
    run: Uuid,
}

/// Somebody with a place in it.
struct Learner {
    visitor: Visitor,
    application: Uuid,
}

impl Learner {
    fn path(&self) -> String {
        format!("/my/{}", self.application)
    }

    async fn page(&self) -> Page {
        self.visitor.get(&self.path()).await.expect(200)
    }

    /// What the page says about completion.
    async fn standing(&self) -> String {
        self.page().await.text("section[aria-labelledby=completion-title]")
    }
}

async fn furnish(site: &Site) -> School {
    site.set_time(NOW);
    let instructor = site.sign_in_as(Duty::Instructor).await;
    let day = NaiveDate::from_ymd_opt(2021, 3, 3).unwrap();
    let dates = Dates::on(day, site.now());
    let run = add_run(&site.centre, "P21-014", None, dates, |run| {
        run.instructor_id = instructor.person;
        run.capacity = 60;
    })
    .await;
    let first = classes(site).await[0].starts_at;
    let more = (2..=5).map(|number| {
        class(site.centre.clock(), run, number, first + TimeDelta::days(i64::from(number) - 1))
    });
    class_session::Entity::insert_many(more).exec_without_returning(site.centre.database()).await.unwrap();
    School { manager: site.sign_in_as(Duty::TrainingManager).await, instructor, run }
}

async fn classes(site: &Site) -> Vec<class_session::Model> {
    let all = class_session::Entity::find().order_by_asc(class_session::Column::Number);
    all.all(site.centre.database()).await.unwrap()
}

impl School {
    async fn learner(&self, site: &Site, name: &str) -> Learner {
        let visitor = site.resident(name).await;
        let viewer = site.signed_in(visitor.id()).await;
        let key = site.centre.clock().id();
        registration::apply(&site.centre, &viewer, self.run, Choice::Any, key).await.unwrap();
        let row = application::Entity::find()
            .filter(application::Column::PersonId.eq(visitor.id()))
            .one(site.centre.database())
            .await
            .unwrap()
            .unwrap();
        Learner { visitor, application: row.id }
    }

    async fn page(&self) -> Page {
        self.manager.get(PAGE).await.expect(200)
    }

    /// Closes the run after its last class, whatever is missing.
    async fn close(&self, site: &Site) -> Page {
        site.set_time(AFTER);
        let form = self.page().await.form("form[action$='/close']").tick("anyway");
        form.submit().await.expect(200)
    }

    /// Issues certificates to all who completed it.
    async fn issue(&self) -> Page {
        self.page().await.form("section form[action$='/certificates']").submit().await.expect(200)
    }
}

/// Every row as it is, to compare with later; but for sign-ins, which last longer with each page.
async fn unchanged(site: &Site) -> Tables {
    site.tables().await.without(&["web_session"])
}

/// Marks somebody in the classes of these numbers.
async fn mark(site: &Site, learner: &Learner, numbers: &[i32], presence: Presence) {
    for class in classes(site).await.iter().filter(|class| numbers.contains(&class.number)) {
        let row = mark::ActiveModel {
            class_session_id: Set(class.id),
            application_id: Set(learner.application),
            presence: Set(presence),
            missed: Set(0),
            minutes: Set(if presence.counts() { class.minutes } else { 0 }),
            way: Set(MarkWay::Sheet),
            made_at: Set(site.now()),
            arrived_at: Set(site.now()),
            by_id: Set(None),
        };
        mark::Entity::insert(row).exec_without_returning(site.centre.database()).await.unwrap();
    }
}
