//! What a server does when its database fails under it: no wrong answer, `/readyz` says that it is ill, and it gets well
//! by itself when the fault is over. (A clock set forward and back is among the steps of `machine.rs`.)
//!
//! A full disk is tried on SQLite only. PostgreSQL writes its log into files that are there already and notices a full disk
//! where a table must grow, which a limit on the size of files doesn't imitate: below a log file's size PostgreSQL ends at the
//! next commit, as where it is killed here, and above it small tables go on.

use std::sync::atomic::{AtomicBool, Ordering};

use chrono::TimeDelta;
use domain::account::Duty;
use domain::centre::{begin, turn};
use domain::course::RunState;
use domain::course::entity::run;
use domain::registration::entity::application;
use domain::registration::{Choice, Outcome, State, WriterError, store};
use domain::seoul;
use domain::space::SeatCode;
use sea_orm::{ConnectionTrait, EntityTrait};
use tests::house::{House, Served};
use tests::programme::{Dates, add_people, add_room, add_run, new_code};
use tests::wire::Wire;
use tests::{Engine, Site, amount, both};
use uuid::Uuid;

use crate::rush::{self, PEOPLE, Rush, SERVER, check_integrity, check_outbox, furnish};

/// After a fault: it says that it is well, everybody who was left in doubt asks again, and all is true.
async fn recovers(house: &House, served: &Served, rush: &mut Rush) {
    served.until_ready(true).await;
    rush.go(&served.url).await;
    house
        .look(async |centre| {
            rush.check(centre).await;
            check_integrity(centre).await;
            rush.check_sent(house, centre).await;
        })
        .await;
}

#[test]
fn a_full_disk_takes_nobody_in_and_loses_nobody() {
    rush::run(async {
        let house = House::new(Engine::Sqlite);
        let room = furnish(&house).await;
        let served = house.serve(SERVER).await;
        let mut before = house.look(async |centre| Rush::new(centre, room, 0).await).await;
        let mut meanwhile = house.look(async |centre| Rush::new(centre, room, 1).await).await;
        before.go(&served.url).await;
        served.limit_files(Some(4096));
        meanwhile.go(&served.url).await;
        let told = meanwhile.clients.iter().filter(|client| client.applied.is_some()).count();
        assert_eq!(told, 0, "nothing could be written, and somebody was told something");
        served.until_ready(false).await;
        served.limit_files(None);
        recovers(&house, &served, &mut meanwhile).await;
        house
            .look(async |centre| {
                before.check(centre).await;
                check_outbox(&house, centre).await;
            })
            .await;
    });
}

fn another_process_locks_the_database(engine: Engine) {
    rush::run(async {
        let house = House::new(engine);
        let room = furnish(&house).await;
        let served = house.serve(SERVER).await;
        let mut rush = house.look(async |centre| Rush::new(centre, room, 0).await).await;
        house
            .look(async |centre| {
                let tx = begin(centre.database()).await.unwrap();
                turn(&tx).await.unwrap();
                let waiting = rush.go(&served.url);
                let ill = async {
                    served.until_ready(false).await;
                    tx.rollback().await.unwrap();
                };
                tokio::join!(waiting, ill);
            })
            .await;
        recovers(&house, &served, &mut rush).await;
        house.look(async |centre| check_outbox(&house, centre).await).await;
    });
}

#[test]
fn a_database_locked_by_another_process_makes_people_wait_and_no_more_on_sqlite() {
    another_process_locks_the_database(Engine::Sqlite);
}

#[test]
fn a_database_locked_by_another_process_makes_people_wait_and_no_more_on_postgres() {
    another_process_locks_the_database(Engine::Postgres);
}

#[test]
fn postgres_killed_in_a_rush_and_back_leaves_every_answer_true() {
    rush::run(async {
        let mut house = House::on_its_own_postgres();
        let room = furnish(&house).await;
        let served = house.serve(SERVER).await;
        for number in 0..amount("PROOF_CRASHES", 3) {
            let mut rush = house.look(async |centre| Rush::new(centre, room, number as i64).await).await;
            let heard = rush.heard.clone();
            let crash = async {
                heard.so_many(rand::random_range(0..PEOPLE)).await;
                // It blocks, and the rush goes on beside it.
                tokio::task::block_in_place(|| house.postgres().crash());
            };
            tokio::join!(rush.go(&served.url), crash);
            served.until_ready(false).await;
            house.postgres().start_again();
            recovers(&house, &served, &mut rush).await;
        }
        house.look(async |centre| check_outbox(&house, centre).await).await;
    });
}

/// Done or doubtful, but not denied.
fn assert_not_denied<T: std::fmt::Debug>(wire: &Wire, told: Result<T, WriterError>) {
    assert!(wire.has_lost_it(), "nothing was committed");
    assert!(matches!(told, Ok(_) | Err(WriterError::Database(_))), "{told:?}");
}

#[test]
fn what_was_committed_is_not_denied_where_the_answer_to_the_commit_was_lost() {
    tests::run(Engine::Postgres, async |site| {
        let wire = Wire::to(site.database());
        let centre = &site.another_server_at(wire.database()).await;
        let room = add_room(centre, "room", 2).await;
        let dates = Dates::on(seoul::day(site.now() + TimeDelta::days(20)), site.now());
        let run = add_run(centre, &new_code(centre), Some(room), dates, |run| run.capacity = 2).await;
        let who = site.signed_in(add_people(centre, 1).await[0]).await;
        let key = centre.clock().id();
        let state = async |application| {
            let row = application::Entity::find_by_id(application)
                .one(site.centre.database())
                .await
                .unwrap()
                .unwrap();
            row.state
        };

        wire.lose_next_commit();
        assert_not_denied(&wire, store::apply(centre, &who, run, Choice::Any, key).await);
        let first = store::apply(centre, &who, run, Choice::Any, key).await.unwrap();
        assert_eq!((first.repeated, first.seat.as_deref()), (true, Some("1-01")));

        wire.lose_next_commit();
        let other = SeatCode::parse("1-02").unwrap();
        assert_not_denied(&wire, store::change_seat(centre, &who, first.application, other).await);
        let moved = store::apply(centre, &who, run, Choice::Any, key).await.unwrap();
        assert_eq!(moved.seat.as_deref(), Some("1-02"));

        wire.lose_next_commit();
        assert_not_denied(&wire, store::cancel(centre, &who, first.application, None).await);
        assert_eq!(state(first.application).await, State::Cancelled);

        let office = site.signed_in(site.person("담당", &[Duty::TrainingManager]).await).await;
        let editor = office.editor_of(run, None).unwrap();
        wire.lose_next_commit();
        assert_not_denied(&wire, store::cancel_run(centre, &editor, "사정".into()).await);
        let row = run::Entity::find_by_id(run).one(site.centre.database()).await.unwrap().unwrap();
        assert_eq!(row.state, RunState::Cancelled);
    });
}

#[test]
fn who_cancels_and_whose_answer_is_lost_is_told_that_nobody_knows() {
    tests::run(Engine::Postgres, async |site| {
        let wire = Wire::to(site.database());
        let centre = &site.another_server_at(wire.database()).await;
        for (language, sentence) in
            [("", "지금은 아무도 알 수 없습니다"), ("/en", "Nobody can say right now")]
        {
            let room = add_room(centre, &format!("room{}", language.len()), 2).await;
            let dates = Dates::on(seoul::day(site.now() + TimeDelta::days(20)), site.now());
            let run = add_run(centre, &new_code(centre), Some(room), dates, |_| {}).await;
            let resident = site.resident("홍길동").await;
            let (who, key) = (site.signed_in(resident.id()).await, centre.clock().id());
            let booked = store::apply(centre, &who, run, Choice::Any, key).await.unwrap().application;

            wire.lose_next_commit();
            let cancel = format!("{language}/my/{booked}/cancel");
            let page = site.at(centre, &resident).post(&cancel, &[]).await.expect(503);
            assert!(wire.has_lost_it(), "nothing was committed");
            let way = format!(".error-page a[href='{language}/my']");
            assert!(page.has(&way) && page.said().contains(sentence), "{}", page.said());
            assert_eq!(page.header("refresh"), None, "what was sent must not be sent again by itself");
            let row = application::Entity::find_by_id(booked).one(site.centre.database()).await.unwrap();
            assert_eq!(row.unwrap().state, State::Cancelled);
        }
    });
}

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
