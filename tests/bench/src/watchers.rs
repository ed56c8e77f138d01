//! Many who watch one run: how soon the last of them hears of a booking, and what each of them costs.

use std::time::Duration;

use tokio::time::sleep;

use crate::crowd::Crowd;
use crate::ground::Ground;
use crate::load::{Connection, by_kind, form, get, milliseconds};
use crate::process::Process;
use crate::report::{Report, Samples, median};
use crate::rows::{check, final_plan};
use crate::rush::key;
use crate::{Failure, Scale};

const BOOKINGS: usize = 10;

/// Between two bookings: longer than changes are gathered for.
const APART: Duration = Duration::from_millis(400);

/// Not a part of `APART`, so that bookings meet every moment of the server's own rounds.
const DRIFT: Duration = Duration::from_millis(37);

pub async fn measure(ground: &Ground, scale: &Scale, report: &mut Report) -> Result<(), Failure> {
    let (mut usual, mut worst, mut memory) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..scale.rounds {
        let place = ground.fresh()?;
        let server = Process::serve(&place).await?;
        let (address, run) = (server.address, &ground.seeded.wanted);
        get(address, &run.path, None).await?;
        sleep(APART).await;
        let before = server.resident()?;
        let crowd = Crowd::gather(address, &run.path, scale.streams).await?;
        sleep(APART).await;
        memory.push((server.resident()? - before) / scale.streams as f64);

        let people = &ground.seeded.people[..BOOKINGS.min(ground.seeded.people.len())];
        let mut desk = Connection::open(address).await?;
        let (mut answers, mut delays) = (Vec::new(), Vec::new());
        for (number, person) in (0..).zip(people) {
            sleep(APART + DRIFT * number).await;
            let fields = format!("seat=any&key={}", key());
            let answer = desk.send(form(address, &run.path, Some(&person.cookie), fields)).await?;
            let told = crowd.hold(&final_plan(&place, run.id).await?).await?;
            delays.push(milliseconds(told.saturating_duration_since(answer.answered)));
            answers.push(answer);
        }
        check(&place, people, &answers, people.len()).await?;
        eprintln!("  watchers: {}; all were told of each", by_kind(&answers));
        worst.extend(delays.iter().copied().reduce(f64::max));
        usual.extend(median(delays));
        drop(crowd);
        server.stop().await?;
    }
    let setting = ground.setting("watchers");
    report.add(setting, Samples::alone("last one told after a booking's answer, median", "ms", usual));
    report.add(setting, Samples::alone("last one told after a booking's answer, slowest", "ms", worst));
    report.add(setting, Samples::alone("memory for each", "bytes", memory));
    Ok(())
}
