//! The rush: everybody wants one run at the same instant; and how many bookings a second there are where everybody
//! wins.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hyper::StatusCode;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use crate::crowd::Crowd;
use crate::ground::{Disk, Ground};
use crate::load::{
    Answer, Asked, Connection, by_kind, form, milliseconds, page, quantile, read_on, times, visit, volley,
    volley_over,
};
use crate::process::{Process, ask};
use crate::report::{Report, Samples};
use crate::rows::{Found, check, check_booked, final_plan};
use crate::seed::{Person, Run, SEATS, clock};
use crate::writer::Rates;
use crate::{Failure, Scale};

/// Before the opening everybody has been still for so long.
const BEFORE: Duration = Duration::from_millis(300);

/// Where order is looked at, people come over this span: of those who come at one instant nobody is answered before
/// another has asked.
const ONE_BY_ONE: Duration = Duration::from_secs(2);

/// Somebody reads a page so often meanwhile, and never waits for a connection.
const READING: Duration = Duration::from_millis(10);
const READERS: usize = 64;

/// One in so many books in the baseline: its rate is the same, and on a slow disk all would take minutes.
const OF_BASELINE: usize = 5;

#[derive(Default)]
struct Rounds {
    p50: Vec<f64>,
    p99: Vec<f64>,
    empty_p50: Vec<f64>,
    empty_p99: Vec<f64>,
    /// Of all rounds: one is one too many.
    busy: usize,
    out_of_order: usize,
    /// Pages that somebody who read meanwhile did not get.
    unread: usize,
    resident: Vec<f64>,
    watched_p99: Vec<f64>,
    reading_p99: Vec<f64>,
    told: Vec<f64>,
    bookings: Vec<f64>,
    baseline: Vec<f64>,
    writer: Vec<f64>,
    group_commit: Vec<f64>,
}

pub async fn measure(ground: &Ground, scale: &Scale, report: &mut Report) -> Result<(), Failure> {
    let mut rounds = Rounds::default();
    rounds.one_by_one(ground).await?;
    for _ in 0..scale.rounds {
        rounds.alone(ground).await?;
        rounds.empty(ground).await?;
        rounds.watched(ground, scale.watchers).await?;
        rounds.everybody_wins(ground).await?;
        rounds.transaction_each(ground).await?;
        rounds.without_http(ground).await?;
    }
    rounds.report(ground, report);
    Ok(())
}

impl Rounds {
    /// Everybody wants the run, one soon after the other.
    async fn one_by_one(&mut self, ground: &Ground) -> Result<(), Failure> {
        let place = ground.fresh()?;
        let server = Process::serve(&place).await?;
        let (people, wanted, address) = (&ground.seeded.people, &ground.seeded.wanted, server.address);
        let connections = prepare(address, people, wanted).await?;
        let forms = people.iter().map(|person| apply(address, person, wanted)).collect();
        let answers = volley_over(connections, forms, Instant::now() + BEFORE, ONE_BY_ONE).await?;
        let found = check(&place, people, &answers, SEATS).await?;
        eprintln!(
            "  one by one: {}; {} asked after another's answer, {} of them out of order",
            by_kind(&answers),
            found.ordered,
            found.out_of_order
        );
        if found.ordered * 2 < people.len() {
            return Err("too few asked after another's answer to say anything of their order".into());
        }
        self.count(&found);
        server.stop().await
    }

    /// The rush and nothing else.
    async fn alone(&mut self, ground: &Ground) -> Result<(), Failure> {
        let place = ground.fresh()?;
        let server = Process::serve(&place).await?;
        let people = &ground.seeded.people;
        let answers = rush(server.address, people, |_| &ground.seeded.wanted).await?;
        self.resident.push(server.resident()? / 1e6);
        self.count(&check(&place, people, &answers, SEATS).await?);
        eprintln!("  rush: {}", by_kind(&answers));
        self.p50.push(milliseconds(quantile(times(&answers), 0.5)));
        self.p99.push(milliseconds(quantile(times(&answers), 0.99)));
        server.stop().await
    }

    /// The same requests to a handler that does nothing.
    async fn empty(&mut self, ground: &Ground) -> Result<(), Failure> {
        let empty = Process::play("serve-empty", None).await?;
        let answers = rush(empty.address, &ground.seeded.people, |_| &ground.seeded.wanted).await?;
        eprintln!("  empty handler: {}", by_kind(&answers));
        if answers.iter().any(|answer| answer.status != StatusCode::OK) {
            return Err("the empty handler did not answer all".into());
        }
        self.empty_p50.push(milliseconds(quantile(times(&answers), 0.5)));
        self.empty_p99.push(milliseconds(quantile(times(&answers), 0.99)));
        empty.stop().await
    }

    /// The rush while many watch the seat plan and somebody reads pages.
    async fn watched(&mut self, ground: &Ground, watchers: usize) -> Result<(), Failure> {
        let place = ground.fresh()?;
        let server = Process::serve(&place).await?;
        let (seeded, address) = (&ground.seeded, server.address);
        let crowd = Crowd::gather(address, &seeded.wanted.path, watchers).await?;
        let connections = prepare(address, &seeded.people, &seeded.wanted).await?;
        let readers = Connection::open_all(address, READERS).await?;
        let cookie = seeded.people[0].cookie.as_str();
        let pages = ["/courses", seeded.wanted.path.as_str()];
        let pages: Vec<Asked> = [None, Some(cookie)]
            .into_iter()
            .flat_map(|cookie| pages.map(|path| page(address, path, cookie)))
            .collect();
        let forms = seeded.people.iter().map(|person| apply(address, person, &seeded.wanted)).collect();
        let opening = Instant::now() + BEFORE;
        let over = Arc::new(AtomicBool::new(false));
        let reading = tokio::spawn(read_on(readers, pages, opening, READING, Arc::clone(&over)));
        let answers = volley_over(connections, forms, opening, Duration::ZERO).await?;
        over.store(true, Ordering::Release);
        let pages = reading.await??;
        let told = crowd.hold(&final_plan(&place, seeded.wanted.id).await?).await?;
        self.count(&check(&place, &seeded.people, &answers, SEATS).await?);
        eprintln!("  watched rush: {}; read meanwhile: {}", by_kind(&answers), by_kind(&pages));
        self.unread += pages.iter().filter(|page| page.status != StatusCode::OK).count();
        self.watched_p99.push(milliseconds(quantile(times(&answers), 0.99)));
        self.reading_p99.push(milliseconds(quantile(times(&pages), 0.99)));
        self.told.push(milliseconds(told - opening));
        drop(crowd);
        server.stop().await
    }

    /// As many bookings over HTTP, all of which are granted.
    async fn everybody_wins(&mut self, ground: &Ground) -> Result<(), Failure> {
        let place = ground.fresh()?;
        let server = Process::serve(&place).await?;
        let seeded = &ground.seeded;
        let own = |index: usize| &seeded.many[index % seeded.many.len()];
        let answers = rush(server.address, &seeded.people, own).await?;
        self.count(&check(&place, &seeded.people, &answers, seeded.people.len()).await?);
        eprintln!("  everybody wins: {}", by_kind(&answers));
        self.bookings.push(rate(&answers));
        server.stop().await
    }

    /// The same with a transaction for each request.
    async fn transaction_each(&mut self, ground: &Ground) -> Result<(), Failure> {
        let place = ground.fresh()?;
        let baseline = Process::play("serve-baseline", Some(&place)).await?;
        let (seeded, address) = (&ground.seeded, baseline.address);
        let some = &seeded.people[..seeded.people.len().div_ceil(OF_BASELINE)];
        let requests = some.iter().enumerate().map(|(index, person)| {
            let run = seeded.many[index % seeded.many.len()].id;
            form(address, &format!("/{run}/{}", person.id), None, String::new())
        });
        let requests = requests.collect();
        let connections = Connection::open_all(address, some.len()).await?;
        let answers = volley(connections, requests).await?;
        eprintln!("  a transaction each: {}", by_kind(&answers));
        check_booked(&place, some.len()).await?;
        self.baseline.push(rate(&answers));
        baseline.stop().await
    }

    /// The writer in a process of its own, then its rows again without deciding.
    async fn without_http(&mut self, ground: &Ground) -> Result<(), Failure> {
        let (first, second) = (ground.fresh()?, ground.fresh()?);
        let rates: Rates = serde_json::from_str(&ask("write", &[&first, &second]).await?)?;
        eprintln!("  writer: {} bookings in {} batches", rates.bookings, rates.batches);
        if rates.bookings != ground.seeded.people.len() {
            return Err("the writer did not book all".into());
        }
        self.writer.push(rates.writer);
        self.group_commit.push(rates.group_commit);
        Ok(())
    }

    fn count(&mut self, found: &Found) {
        self.busy += found.busy;
        self.out_of_order += found.out_of_order;
    }

    fn report(self, ground: &Ground, report: &mut Report) {
        let setting = ground.setting("rush");
        let of_group_commit = match ground.disk {
            Disk::Plain => 0.4,
            Disk::Slow => 0.6,
        };
        let all = [
            Samples::alone("p50, beside an empty handler's", "ms", self.p50).beside(self.empty_p50),
            Samples::alone("p99, beside an empty handler's", "ms", self.p99)
                .beside(self.empty_p99)
                .at_most(1.25),
            Samples::alone("told to come back", "people", vec![self.busy as f64]).at_most(0.0),
            Samples::alone("answered out of order", "people", vec![self.out_of_order as f64]).at_most(0.0),
            Samples::alone("reading meanwhile, p99, beside the rush's", "ms", self.reading_p99)
                .beside(self.watched_p99.clone())
                .at_most(0.25),
            Samples::alone("not given a page meanwhile", "pages", vec![self.unread as f64]).at_most(0.0),
            Samples::alone("final plan at all watchers, beside the rush's p99", "ms", self.told)
                .beside(self.watched_p99)
                .at_most(1.5),
            Samples::alone("bookings by the writer, beside bare group commits", "1/s", self.writer)
                .beside(self.group_commit)
                .at_least(of_group_commit),
            Samples::alone("bookings over HTTP, beside a transaction each", "1/s", self.bookings)
                .beside(self.baseline)
                .at_least(10.0),
            Samples::alone("resident memory after the rush", "MB", self.resident),
        ];
        for samples in all {
            report.add(setting, samples);
        }
    }
}

/// Everybody stands ready on a connection of their own, then all apply at once, `run` saying where.
async fn rush<'a>(
    address: SocketAddr,
    people: &[Person],
    run: impl Fn(usize) -> &'a Run,
) -> Result<Vec<Answer>, Failure> {
    let connections = prepare(address, people, run(0)).await?;
    let forms = people.iter().enumerate().map(|(index, person)| apply(address, person, run(index))).collect();
    volley(connections, forms).await
}

/// Opens a connection for each person, on which they have looked at a run before the opening as its page does.
pub async fn prepare(address: SocketAddr, people: &[Person], run: &Run) -> Result<Vec<Connection>, Failure> {
    let connections = Connection::open_all(address, people.len()).await?;
    let look = |person: &Person| page(address, &format!("{}/mine", run.path), Some(&person.cookie));
    let connections = visit(connections, people.iter().map(look).collect()).await?;
    // What the visits have left to do must not be in the way.
    sleep(BEFORE).await;
    Ok(connections)
}

pub fn apply(address: SocketAddr, person: &Person, run: &Run) -> Asked {
    form(address, &run.path, Some(&person.cookie), format!("seat=any&key={}", key()))
}

/// As the page's form has one.
pub fn key() -> Uuid {
    clock().id()
}

/// Answers a second from the opening to the last one.
fn rate(answers: &[Answer]) -> f64 {
    answers.len() as f64 / quantile(times(answers), 1.0).as_secs_f64()
}
