//! The figures: what is counted against a slow recount and the office's own report, files, closed months, erased people.

mod carry;
mod desk;
mod fold;
mod moment;
mod recount;
mod report;

use chrono::{DateTime, Utc};
use domain::attendance::entity::{completion, mark, no_show, run_closing};
use domain::attendance::{CompletionState, MarkWay, NoShowOutcome, Presence};
use domain::centre::{Centre, Settings};
use domain::course::Category;
use domain::registration::entity::application;
use domain::registration::{DrawSettings, Source, State, ValueKind};
use sea_orm::{ActiveValue::Set, EntityTrait};
use tests::Site;
use uuid::Uuid;

/// The runs and uses of the office's files.
pub(super) async fn bring_in(site: &Site) {
    let centre = &site.centre;
    let file = |name: &str| {
        let path = format!("{}/../server/demo/{name}", env!("CARGO_MANIFEST_DIR"));
        std::fs::read(&path).unwrap_or_else(|cause| panic!("{path}: {cause}"))
    };
    domain::space::file::import(centre, &*file("spaces.csv"), &*file("seats.csv")).await.unwrap();
    let holidays = domain::space::holiday::parse(&file("holidays.csv")).unwrap();
    domain::space::holiday::install(centre, &holidays).await.unwrap();
    // Six of the lotteries begin before that week's lotto.
    let source = Source::of(ValueKind::Drand, "").unwrap();
    let settings = Settings { draw: DrawSettings { source }, ..centre.settings().clone() };
    let drawn = Centre::new(centre.database().clone(), centre.clock().clone(), settings);
    for programme in ["programme-2020.csv", "programme-2021.csv"] {
        let act = domain::course::file::Act::Commit;
        domain::course::file::install(&drawn, &file(programme), act).await.unwrap();
    }
    domain::studio::file::import(centre, &file("studio-2020.csv")).await.unwrap();
}

/// An application as it would stand, with nothing written down about how it came to that.
pub(super) async fn apply(site: &Site, run: Uuid, person: Uuid, state: State, stamp: i64) -> Uuid {
    let id = site.centre.clock().id();
    let admission = state.holds().then(|| i32::try_from(stamp).unwrap());
    let row = application::ActiveModel {
        id: Set(id),
        run_id: Set(run),
        person_id: Set(person),
        state: Set(state),
        stamp: Set(stamp),
        request_key: Set(id),
        seat_id: Set(None),
        admission: Set(admission),
        offer_until: Set((state == State::Offered).then(|| site.now() + chrono::TimeDelta::days(1))),
        entered_by: Set(None),
        applied_at: Set(site.now()),
    };
    application::Entity::insert(row).exec_without_returning(site.centre.database()).await.unwrap();
    id
}

pub(super) async fn put_mark(site: &Site, class: Uuid, application: Uuid, presence: Presence, minutes: i32) {
    let missed = i32::from(matches!(presence, Presence::Late | Presence::LeftEarly)) * 5;
    let row = mark::ActiveModel {
        class_session_id: Set(class),
        application_id: Set(application),
        presence: Set(presence),
        missed: Set(missed),
        minutes: Set(minutes),
        way: Set(MarkWay::Sheet),
        made_at: Set(site.now()),
        arrived_at: Set(site.now()),
        by_id: Set(None),
    };
    mark::Entity::insert(row).exec_without_returning(site.centre.database()).await.unwrap();
}

pub(super) async fn put_no_show(site: &Site, class: Uuid, application: Uuid, person: Uuid) {
    let row = no_show::ActiveModel {
        class_session_id: Set(class),
        application_id: Set(application),
        person_id: Set(person),
        category: Set(Category::Basic),
        at: Set(site.now()),
        outcome: Set(NoShowOutcome::Told),
        bar_id: Set(None),
        withdrawn_at: Set(None),
    };
    no_show::Entity::insert(row).exec_without_returning(site.centre.database()).await.unwrap();
}

/// Closes a run as of an instant; those named have completed it.
pub(super) async fn close(site: &Site, run: Uuid, at: DateTime<Utc>, by: Uuid, completed: &[Uuid]) {
    let db = site.centre.database();
    let row = run_closing::ActiveModel { run_id: Set(run), closed_at: Set(at), closed_by: Set(by) };
    run_closing::Entity::insert(row).exec_without_returning(db).await.unwrap();
    for application in completed {
        let row = completion::ActiveModel {
            application_id: Set(*application),
            run_id: Set(run),
            minutes: Set(100),
            planned: Set(120),
            state: Set(CompletionState::Completed),
        };
        completion::Entity::insert(row).exec_without_returning(db).await.unwrap();
    }
}
