//! Two servers on one database, and the office's imports between them: no rule is true of one server only.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use domain::account::SignedIn;
use domain::centre::Centre;
use domain::course::RunState;
use domain::course::entity::{class_session, run};
use domain::registration::entity::application;
use domain::registration::{Choice, Refusal, State, WriterError, store};
use domain::space::entity::holiday;
use futures::future::join_all;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use server::import;
use tests::programme::{add_people, add_room};
use tests::{Site, amount, both};
use tokio::sync::Semaphore;
use uuid::Uuid;

/// Two in rooms of eight at overlapping times, the others online and on other days.
const RUNS: [(&str, &str); 7] = [
    ("P21-101", "in_person,one,강사01,2021-02-01,mon,10:00,12:00"),
    ("P21-102", "in_person,two,강사02,2021-02-01,mon,11:00,13:00"),
    ("P21-103", "online,,강사03,2021-02-02,tue,10:00,12:00"),
    ("P21-104", "online,,강사04,2021-02-03,wed,10:00,12:00"),
    ("P21-105", "online,,강사05,2021-02-04,thu,10:00,12:00"),
    ("P21-106", "online,,강사06,2021-02-05,fri,10:00,12:00"),
    // In another month than the others.
    ("P21-107", "online,,강사07,2021-03-08,mon,10:00,12:00"),
];

const LIMIT: usize = 3;

/// The office's file with these capacities, for as many runs.
fn programme(capacities: &[u32]) -> String {
    let header = "run_code,title,category,audience,mode,space,instructor,first_date,weekdays,start,end,\
                  session_count,hours,capacity,selection,apply_from,apply_until,enrolled";
    let line = |((code, what), capacity): (&(&str, &str), &u32)| {
        let rest = format!("1,2,{capacity},first_come,2021-01-11T09:00,2021-01-28T18:00,");
        format!("{code},강좌 {code},basic,resident,{what},{rest}")
    };
    let lines = RUNS.iter().zip(capacities).map(line);
    [header.to_owned()].into_iter().chain(lines).map(|line| line + "\n").collect()
}

/// A server on the site's database, and a command line that is one for a moment.
struct Office<'a> {
    site: &'a Site,
    file: PathBuf,
}

impl Office<'_> {
    /// Brings a file in as `server course import` does, or is refused: one doesn't take places from people.
    async fn import(&self, capacities: &[u32]) -> bool {
        std::fs::write(&self.file, programme(capacities)).unwrap();
        import::courses(&self.site.another_server().await, &self.file, false).await.is_ok()
    }

    async fn import_holidays(&self, text: &str) {
        std::fs::write(&self.file, text).unwrap();
        import::holidays(&self.site.another_server().await, &self.file).await.unwrap();
    }
}

/// One application and what it came to, with ticks of one counter before and after.
struct Call {
    run: Uuid,
    person: Uuid,
    began: u64,
    ended: u64,
    answer: Result<Uuid, Refusal>,
}

struct Rush {
    servers: [Centre; 2],
    runs: Vec<Uuid>,
    ticks: AtomicU64,
    answers: Arc<Semaphore>,
}

impl Rush {
    /// Applies for all runs at once, at both servers in turn.
    async fn apply_everywhere(&self, who: &SignedIn, number: usize) -> Vec<Call> {
        let runs = self.runs.iter().enumerate();
        let calls = runs.map(|(index, run)| self.apply(&self.servers[(index + number) % 2], who, *run));
        let calls = join_all(calls).await;
        if number.is_multiple_of(3) {
            for call in &calls {
                if let Ok(application) = call.answer {
                    let server = &self.servers[number / 3 % 2];
                    store::cancel(server, who, application, None).await.unwrap();
                    break;
                }
            }
        }
        calls
    }

    async fn apply(&self, server: &Centre, who: &SignedIn, run: Uuid) -> Call {
        let began = self.ticks.fetch_add(1, Ordering::SeqCst);
        let answer = store::apply(server, who, run, Choice::Any, server.clock().id()).await;
        let ended = self.ticks.fetch_add(1, Ordering::SeqCst);
        self.answers.add_permits(1);
        let answer = match answer {
            Ok(outcome) => Ok(outcome.application),
            Err(WriterError::Refused(refusal)) => Err(refusal),
            Err(error) => panic!("{error}"),
        };
        Call { run, person: who.id(), began, ended, answer }
    }
}

/// Every row there is, and what must be true of them together.
struct Rows {
    runs: HashMap<Uuid, run::Model>,
    classes: HashMap<Uuid, class_session::Model>,
    /// In order of their stamps.
    applications: Vec<application::Model>,
}

impl Rows {
    async fn read(centre: &Centre) -> Self {
        let db = centre.database();
        let runs = run::Entity::find().all(db).await.unwrap();
        let classes = class_session::Entity::find().all(db).await.unwrap();
        let applications = application::Entity::find().order_by_asc(application::Column::Stamp);
        Self {
            runs: runs.into_iter().map(|run| (run.id, run)).collect(),
            classes: classes.into_iter().map(|class| (class.run_id, class)).collect(),
            applications: applications.all(db).await.unwrap(),
        }
    }

    fn live(&self) -> impl Iterator<Item = &application::Model> {
        self.applications.iter().filter(|row| row.state.is_live())
    }

    /// As many as there are places, none twice, and nobody waits beside a free one or was passed in the line.
    fn check_places(&self) {
        for run in self.runs.values() {
            let of_run: Vec<_> = self.live().filter(|row| row.run_id == run.id).collect();
            let held: Vec<_> = of_run.iter().filter(|row| row.state == State::Booked).collect();
            let places: BTreeSet<_> = held.iter().map(|row| (row.seat_id, row.admission)).collect();
            assert_eq!(places.len(), held.len(), "{}: a place was given twice", run.code);
            assert!(held.len() as i32 <= run.capacity, "{}: {} in {}", run.code, held.len(), run.capacity);
            let waiting: Vec<_> = of_run.iter().filter(|row| row.state == State::Waiting).collect();
            if let Some(first) = waiting.first() {
                assert_eq!(
                    held.len() as i32,
                    run.capacity,
                    "{}: somebody waits beside a free place",
                    run.code
                );
                let passed = held.iter().find(|row| row.stamp > first.stamp);
                assert_eq!(passed, None, "{}: somebody was passed in the line", run.code);
            }
        }
    }

    /// Both servers tell everybody who waits the same rank, that of their stamp.
    async fn check_ranks(&self, servers: &[Centre]) {
        let mut ahead: HashMap<Uuid, u32> = HashMap::new();
        for row in self.live().filter(|row| row.state == State::Waiting) {
            let rank = ahead.entry(row.run_id).or_default();
            *rank += 1;
            for server in servers {
                let standing = store::standing(server, row.run_id, Some(row.person_id)).await.unwrap();
                assert_eq!(standing.unwrap().mine.unwrap().rank, Some(*rank));
            }
        }
        assert!(!ahead.is_empty(), "nobody waited");
    }

    fn check_people(&self) {
        let mut people: BTreeMap<Uuid, Vec<&class_session::Model>> = BTreeMap::new();
        for row in self.live() {
            people.entry(row.person_id).or_default().push(&self.classes[&row.run_id]);
        }
        for (person, classes) in people {
            assert!(classes.len() <= LIMIT, "{person} has {} live applications in a month", classes.len());
            let hours: BTreeSet<(DateTime<Utc>, DateTime<Utc>)> =
                classes.iter().map(|class| (class.starts_at, class.ends_at)).collect();
            let in_order: Vec<_> = hours.into_iter().collect();
            assert!(in_order.windows(2).all(|two| two[0].1 <= two[1].0), "{person} is in two places at once");
        }
    }

    /// Whoever asked after somebody's answer stands behind them, whichever servers they asked.
    fn check_order(&self, calls: &[Call]) {
        let stamps: HashMap<Uuid, i64> = self.applications.iter().map(|row| (row.id, row.stamp)).collect();
        let mut granted: Vec<(&Call, i64)> = Vec::new();
        for call in calls {
            if let Ok(id) = &call.answer {
                let row = self.applications.iter().find(|row| row.id == *id).expect("a row for every answer");
                assert_eq!((row.run_id, row.person_id), (call.run, call.person));
                granted.push((call, stamps[id]));
            }
        }
        for (earlier, first) in &granted {
            let wrong = granted.iter().find(|(later, stamp)| earlier.ended < later.began && stamp < first);
            assert!(wrong.is_none(), "answered first and stamped later");
        }
    }
}

both! {
    async fn places_ranks_overlaps_and_the_months_limit_hold_across_two_servers_and_imports(site) {
        for room in ["one", "two"] {
            add_room(&site.centre, room, 8).await;
        }
        let office = Office { site, file: site.folder().join("file.csv") };
        office.import_holidays("date,name\n2021-01-01,신정\n").await;
        assert!(office.import(&[4, 4, 4, 4, 4]).await);
        let servers = [site.centre.clone(), site.another_server().await];
        let runs = run::Entity::find().order_by_asc(run::Column::Code).all(site.centre.database()).await.unwrap();
        let runs = runs.iter().map(|run| run.id).collect();
        let answers = Arc::new(Semaphore::new(0));
        let rush = Rush { servers, runs, ticks: AtomicU64::new(0), answers: answers.clone() };
        let mut people = Vec::new();
        for person in add_people(&site.centre, amount("PROOF_PAIR_PEOPLE", 60)).await {
            people.push(site.signed_in(person).await);
        }
        let everybody = async {
            let calls = people.iter().zip(0..).map(|(who, number)| rush.apply_everywhere(who, number));
            join_all(calls).await.into_iter().flatten().collect::<Vec<Call>>()
        };
        let imports = async {
            let mut refused = 0;
            for round in 0..8u32 {
                // One after each tenth of the answers. Lowered, raised, and lowered again.
                answers.acquire_many(people.len() as u32 * 5 / 10).await.unwrap().forget();
                let room = [3, 6, 5, 8][round as usize % 4];
                refused += u32::from(!office.import(&[room, 4 + round % 2, room, 6 - round % 3, 2 + round]).await);
                office.import_holidays(&format!("date,name\n2021-03-0{},휴일\n", round + 1)).await;
            }
            // What is lowered below those who hold a place is refused.
            assert!(!office.import(&[1, 1, 1, 1, 1]).await);
            assert!(refused < 8, "no import got through");
        };
        let (calls, ()) = tokio::join!(everybody, imports);
        assert_eq!(calls.len(), people.len() * 5);
        let refusals: BTreeSet<&str> = calls.iter().filter_map(|call| match call.answer.as_ref().err()? {
            Refusal::Overlaps(_) => Some("overlaps"),
            Refusal::MonthlyLimit(_) => Some("monthly limit"),
            other => panic!("{other}"),
        }).collect();
        assert_eq!(refusals.len(), 2, "everybody asked for too much: {refusals:?}");
        let rows = Rows::read(&site.centre).await;
        rows.check_places();
        rows.check_people();
        rows.check_order(&calls);
        rows.check_ranks(&rush.servers).await;
        assert_eq!(holiday::Entity::find().count(site.centre.database()).await.unwrap(), 9);

        // A run that both servers have never seen is open at both as soon as it is in.
        let capacities: Vec<u32> = RUNS[..5].iter().map(|(code, _)| {
            rows.runs.values().find(|run| run.code == *code).unwrap().capacity as u32
        }).collect();
        assert!(office.import(&[&capacities[..], &[2]].concat()).await);
        let after = Rows::read(&site.centre).await;
        let new = after.runs.values().find(|run| run.code == "P21-106").unwrap();
        assert_eq!(new.state, RunState::Published);
        let mut granted = 0;
        for (number, who) in people.iter().enumerate() {
            let call = rush.apply(&rush.servers[number % 2], who, new.id).await;
            granted += usize::from(call.answer.is_ok());
        }
        let may = people.iter().filter(|who| after.live().filter(|row| row.person_id == who.id()).count() < LIMIT);
        assert_eq!(granted, may.count());
        let rows = Rows::read(&site.centre).await;
        rows.check_places();
        rows.check_people();

        // What a server remembers of a run is worth nothing once the command line has changed it.
        for (server, taken) in rush.servers.iter().zip([0, 3]) {
            let mut people = Vec::new();
            for person in add_people(&site.centre, 4).await {
                people.push(site.signed_in(person).await);
            }
            let import = async |capacity| {
                assert!(office.import(&[&capacities[..], &[2, capacity]].concat()).await);
            };
            let run = async || {
                let run = run::Entity::find().filter(run::Column::Code.eq("P21-107"));
                run.one(site.centre.database()).await.unwrap().unwrap().id
            };
            let apply = async |who| {
                let key = server.clock().id();
                store::apply(server, who, run().await, Choice::Any, key).await.unwrap()
            };
            import(taken + 1).await;
            assert_eq!(apply(&people[0]).await.state, State::Booked);
            import(taken + 2).await;
            assert_eq!(apply(&people[1]).await.state, State::Booked, "a raised capacity was not seen");
            import(taken + 4).await;
            assert_eq!(apply(&people[2]).await.state, State::Booked);
            import(taken + 3).await;
            let last = apply(&people[3]).await;
            assert_eq!(last.state, State::Waiting, "a lowered capacity was not seen");
            store::cancel(server, &people[3], last.application, None).await.unwrap();
        }
    }
}
