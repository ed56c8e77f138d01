//! A server killed at any moment of a rush, and started again: every answer it ever gave is still true, and whoever
//! was left in doubt learns what became of them by asking again.

use std::time::Duration;

use tests::house::{House, serve_if_asked};
use tests::{Engine, amount};

use crate::rush::{PEOPLE, Rush, SERVER, check_integrity, check_outbox, furnish, run};

/// Kills so many servers, each at a random moment of a rush of its own.
async fn kill_in_a_rush(engine: Engine, kills: usize) {
    let house = House::new(engine);
    let room = furnish(&house).await;
    let mut served = house.serve(SERVER).await;
    // How many answers a rush gives: the moments are spread over them.
    let mut whole = house.look(async |centre| Rush::new(centre, room, 0).await).await;
    whole.go(&served.url).await;
    let all = whole.heard.count() - PEOPLE * 4;
    let (mut doubts, mut answers, mut all_answers) = (0, 0, 0);
    for number in 1..=kills {
        let mut rush = house.look(async |centre| Rush::new(centre, room, number as i64).await).await;
        let part = (number as f64 - rand::random::<f64>()) / kills as f64;
        let pause = Duration::from_micros(rand::random_range(0..5_000));
        let (url, heard) = (served.url.clone(), rush.heard.clone());
        let killed = async {
            heard.so_many((all as f64 * part) as usize).await;
            tokio::time::sleep(pause).await;
            served.kill();
        };
        tokio::join!(rush.go(&url), killed);
        doubts += rush.clients.iter().filter(|client| client.applied.is_none()).count();
        answers += rush.clients.iter().filter(|client| client.applied.is_some()).count();
        served = house.serve(SERVER).await;
        rush.go(&served.url).await;
        all_answers += rush.heard.count() - PEOPLE * 4 * 2;
        house
            .look(async |centre| {
                rush.check(centre).await;
                check_integrity(centre).await;
                rush.check_sent(&house, centre).await;
            })
            .await;
    }
    assert!(
        doubts > 0 && answers > 0,
        "{doubts} doubts and {answers} answers: killed too early or too late to prove anything"
    );
    assert!(served.stop().success());
    house
        .look(async |centre| {
            whole.check(centre).await;
            check_outbox(&house, centre).await;
        })
        .await;
    eprintln!("{engine:?}: {kills} kills, {all_answers} answers kept, {doubts} in doubt who were told");
}

#[test]
fn what_a_killed_server_answered_stays_true_on_sqlite() {
    run(kill_in_a_rush(Engine::Sqlite, amount("PROOF_KILLS", 6)));
}

#[test]
fn what_a_killed_server_answered_stays_true_on_postgres() {
    run(kill_in_a_rush(Engine::Postgres, amount("PROOF_KILLS", 6)));
}

/// Also the way into this binary as a server: started as one, it serves instead.
#[test]
fn a_server_asked_to_stop_ends_by_itself_and_what_it_answered_stays_true() {
    if serve_if_asked() {
        return;
    }
    run(async {
        for engine in [Engine::Sqlite, Engine::Postgres] {
            let house = House::new(engine);
            let room = furnish(&house).await;
            let mut rush = house.look(async |centre| Rush::new(centre, room, 0).await).await;
            let served = house.serve(SERVER).await;
            rush.go(&served.url).await;
            assert!(served.stop().success());
            house.look(async |centre| rush.check(centre).await).await;
            let again = house.serve(SERVER).await;
            rush.go(&again.url).await;
            house.look(async |centre| rush.check(centre).await).await;
        }
    });
}
