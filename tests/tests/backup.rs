//! A copy taken in the middle of a rush: it opens, nothing in it contradicts itself, and whoever had been answered
//! before it was begun is in it.

use std::collections::HashSet;

use domain::registration::entity::application;
use sea_orm::{EntityTrait, QuerySelect};
use server::database;
use tests::house::House;
use tests::{Engine, amount};
use uuid::Uuid;

use crate::rush::{PEOPLE, Rush, SERVER, check_integrity, furnish, run};

async fn copy_in_a_rush(engine: Engine) {
    let house = House::new(engine);
    let room = furnish(&house).await;
    let served = house.serve(SERVER).await;
    for number in 0..amount("PROOF_BACKUPS", 2) {
        let mut rush = house.look(async |centre| Rush::new(centre, room, number as i64).await).await;
        let heard = rush.heard.clone();
        let file = house.folder().join(format!("copy-{number}"));
        let copied = async {
            heard.so_many(rand::random_range(1..PEOPLE)).await;
            let answered = heard.applications();
            // What `server backup` does.
            database::backup(house.database(), &file).await.unwrap();
            answered
        };
        let ((), answered) = tokio::join!(rush.go(&served.url), copied);
        house.look(async |centre| rush.check(centre).await).await;

        let restored = House::restored(engine, &file);
        let known: HashSet<Uuid> = restored
            .look(async |centre| {
                check_integrity(centre).await;
                rush.check_rows(centre).await;
                let ids = application::Entity::find().select_only().column(application::Column::Id);
                ids.into_tuple().all(centre.database()).await.unwrap().into_iter().collect()
            })
            .await;
        assert!(!answered.is_empty(), "copied before anything had happened");
        let lost: Vec<&Uuid> = answered.iter().filter(|id| !known.contains(id)).collect();
        assert!(lost.is_empty(), "answered before the copy and not in it: {lost:?}");
        restored.serve(SERVER).await.until_ready(true).await;
    }
}

#[test]
fn a_copy_taken_in_a_rush_is_whole_on_sqlite() {
    run(copy_in_a_rush(Engine::Sqlite));
}

#[test]
fn a_copy_taken_in_a_rush_is_whole_on_postgres() {
    run(copy_in_a_rush(Engine::Postgres));
}
