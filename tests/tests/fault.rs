//! What a server does when its database fails under it: no wrong answer, `/readyz` says that it is ill, and it gets well
//! by itself when the fault is over. (A clock set forward and back is among the steps of `machine.rs`.)

use std::sync::atomic::{AtomicBool, Ordering};

use chrono::TimeDelta;
use domain::centre::{begin, turn};
use domain::registration::entity::application;
use domain::registration::{Choice, Outcome, WriterError, store};
use domain::seoul;
use sea_orm::{ConnectionTrait, EntityTrait};
use tests::programme::{Dates, add_people, add_room, add_run, new_code};
use tests::{Engine, Site, amount, both};
use uuid::Uuid;

/// Makes the database refuse one application, by its key.
async fn refuse_key(site: &Site, key: Uuid) {
    let statements = match site.engine {
        Engine::Sqlite => vec![format!(
            "CREATE TRIGGER refuse BEFORE INSERT ON application WHEN NEW.request_key = x'{}'
             BEGIN SELECT RAISE(ABORT, 'refused for a test'); END",
            key.simple()
        )],
        Engine::Postgres => vec![
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN RAISE EXCEPTION 'refused for a test'; END $$"
                .to_owned(),
            format!(
                "CREATE TRIGGER refuse BEFORE INSERT ON application FOR EACH ROW
                 WHEN (NEW.request_key = '{key}') EXECUTE FUNCTION refuse()"
            ),
        ],
    };
    for statement in statements {
        site.centre.database().execute_unprepared(&statement).await.unwrap();
    }
}

both! {
    async fn what_cannot_be_written_takes_nobody_with_it_whoever_else_is_writing(site) {
        let centre = &site.centre;
        let room = add_room(centre, "room", 8).await;
        let refused = centre.clock().id();
        refuse_key(site, refused).await;
        let other = site.another_server().await;
        for number in 0..amount("PROOF_POISONED", 30) {
            let dates = Dates::on(seoul::day(site.now() + TimeDelta::days(20 + number as i64)), site.now());
            let run = add_run(centre, &new_code(centre), Some(room), dates, |run| run.capacity = 8).await;
            let mut people = Vec::new();
            for person in add_people(centre, 3).await {
                people.push(site.signed_in(person).await);
            }
            let over = AtomicBool::new(false);
            let elsewhere = async {
                while !over.load(Ordering::SeqCst) {
                    let tx = begin(other.database()).await.unwrap();
                    turn(&tx).await.unwrap();
                    tx.commit().await.unwrap();
                    tokio::task::yield_now().await;
                }
            };
            let apply = |index: usize, key| store::apply(centre, &people[index], run, Choice::Any, key);
            let asked = async {
                // While the first is decided, the other two come to stand in one batch.
                let answers = tokio::join!(
                    apply(0, centre.clock().id()), apply(1, centre.clock().id()), apply(2, refused));
                over.store(true, Ordering::SeqCst);
                answers
            };
            let ((first, second, third), ()) = tokio::join!(asked, elsewhere);
            assert!(matches!(third, Err(WriterError::Database(_))), "{third:?}");
            for answer in [first, second] {
                let Outcome { application, seat, repeated, .. } = answer.unwrap();
                assert!(seat.is_some() && !repeated);
                let row = application::Entity::find_by_id(application).one(centre.database()).await.unwrap();
                assert!(row.is_some_and(|row| row.seat_id.is_some()), "told of a seat that nobody wrote down");
            }
        }
    }
}
