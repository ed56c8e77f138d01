//! A run and the rush before it, over real connections that may break: what each is told, and what must be true of the
//! rows afterwards whatever happened to the server in between.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex};

use chrono::{TimeDelta, Utc};
use domain::centre::{Centre, turn};
use domain::notice::entity::notice;
use domain::notice::{Event, NoticeState};
use domain::registration::entity::{application, application_event};
use domain::registration::{EventKind, State};
use domain::seoul;
use domain::space::entity::seat;
use futures::future::join_all;
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, Statement};
use tests::applicant::{Answer, Applicant, Mine};
use tests::house::House;
use tests::programme::{Dates, add_room, add_run, new_code, seat_code};
use tokio::sync::Semaphore;
use uuid::Uuid;

/// The test that is the server in a process started for that; see [`tests::house::serve_if_asked`].
pub const SERVER: &str = "kill::a_server_asked_to_stop_ends_by_itself_and_what_it_answered_stays_true";

pub const SEATS: u32 = 12;
pub const PEOPLE: usize = 40;

/// One person in the rush: what they asked and what they were told, in the order of their answers.
pub struct Client {
    applicant: Applicant,
    key: Uuid,
    wish: String,
    gives_up: bool,
    pub applied: Option<Answer>,
    cancelled: Option<Answer>,
    asked_to_cancel: bool,
    told: Vec<Mine>,
    heard: Arc<Heard>,
}

/// What everybody together has been told so far.
pub struct Heard {
    answers: Semaphore,
    applications: Mutex<Vec<Uuid>>,
}

impl Heard {
    fn new() -> Arc<Self> {
        Arc::new(Self { answers: Semaphore::new(0), applications: Mutex::default() })
    }

    fn note(&self) {
        self.answers.add_permits(1);
    }

    /// Waits for so many answers, or for the end of the rush.
    pub async fn so_many(&self, answers: usize) {
        let _given = self.answers.acquire_many(answers as u32).await;
    }

    pub fn count(&self) -> usize {
        self.answers.available_permits()
    }

    /// Those that somebody has been told are made.
    pub fn applications(&self) -> Vec<Uuid> {
        self.applications.lock().unwrap().clone()
    }
}

impl Client {
    fn new(applicant: Applicant, key: Uuid, number: usize, heard: Arc<Heard>) -> Self {
        let seat = seat_code(number as u32 % SEATS + 1);
        let wish = if number.is_multiple_of(2) { seat } else { "any".to_owned() };
        let gives_up = number.is_multiple_of(4);
        let (applied, cancelled, asked_to_cancel, told) = (None, None, false, Vec::new());
        Self { applicant, key, wish, gives_up, applied, cancelled, asked_to_cancel, told, heard }
    }

    /// What this person does as long as answers come; taken up again where they stopped coming.
    async fn go_on(&mut self, url: &str, code: &str) -> Option<()> {
        if self.applied != Some(Answer::Refused) {
            let answer = self.applicant.apply(url, code, &self.wish, self.key).await?;
            if let Answer::Done(application) = answer {
                self.heard.applications.lock().unwrap().push(application);
            }
            self.heard.note();
            if let Some(before) = self.applied.replace(answer) {
                assert_eq!(before, answer, "the same question was answered in two ways");
            }
        }
        let Some(Answer::Done(application)) = self.applied else { return Some(()) };
        if !self.asked_to_cancel {
            let mine = self.applicant.mine(url, code).await?;
            self.heard.note();
            self.told.push(mine.expect("a live application"));
        }
        if self.gives_up && self.cancelled.is_none() {
            self.asked_to_cancel = true;
            // Refused says that it is over: the first answer was lost.
            self.cancelled = Some(self.applicant.cancel(url, application).await?);
            self.heard.note();
        }
        Some(())
    }
}

/// A run with a rush before it.
pub struct Rush {
    run: Uuid,
    code: String,
    pub clients: Vec<Client>,
    pub heard: Arc<Heard>,
}

impl Rush {
    pub async fn new(centre: &Centre, room: Uuid, number: i64) -> Self {
        let (code, now) = (new_code(centre), Utc::now());
        // Each on a day of its own: the room and the instructors are free then.
        let dates = Dates::on(seoul::day(now + TimeDelta::days(30 + number)), now);
        let run = add_run(centre, &code, Some(room), dates, |run| run.capacity = SEATS as i32).await;
        turn(centre.database()).await.unwrap();
        let applicants = Applicant::many(centre, PEOPLE).await.into_iter().enumerate();
        let heard = Heard::new();
        let client = |(number, it)| Client::new(it, centre.clock().id(), number, heard.clone());
        let clients = applicants.map(client).collect();
        Self { run, code, clients, heard }
    }

    /// Everybody at once, as far as they come.
    pub async fn go(&mut self, url: &str) {
        join_all(self.clients.iter_mut().map(|client| client.go_on(url, &self.code))).await;
        // Nobody need wait for more answers than there are.
        self.heard.answers.add_permits(PEOPLE * 4);
    }

    async fn rows(&self, centre: &Centre) -> Vec<application::Model> {
        let of_run = application::Column::RunId.eq(self.run);
        let rows = application::Entity::find().filter(of_run).order_by_asc(application::Column::Stamp);
        rows.all(centre.database()).await.unwrap()
    }

    /// Whether the rows agree with every answer, and with each other.
    pub async fn check(&self, centre: &Centre) {
        let rows = self.rows(centre).await;
        let seats = seat::Entity::find().all(centre.database()).await.unwrap();
        let code = |row: &application::Model| {
            row.seat_id.map(|id| seats.iter().find(|seat| seat.id == id).unwrap().code.clone())
        };
        for client in &self.clients {
            let mine: Vec<_> = rows.iter().filter(|row| row.person_id == client.applicant.person).collect();
            let Some(Answer::Done(application)) = client.applied else {
                assert!(client.applied.is_some(), "a doubt stayed");
                assert!(mine.is_empty(), "refused and done");
                continue;
            };
            let [row] = mine[..] else { panic!("{} applications of one person", mine.len()) };
            assert_eq!((row.id, row.request_key), (application, client.key));
            assert_eq!(row.state == State::Cancelled, client.gives_up, "{row:?}");
            for told in &client.told {
                // Who was told of a seat has it, and who waited waits or was given one.
                match (&told.state, row.state) {
                    (_, State::Cancelled) => {}
                    (State::Booked, State::Booked) => assert_eq!(told.seat, code(row)),
                    (State::Waiting, State::Waiting | State::Booked) => {}
                    other => panic!("{other:?} after {told:?}"),
                }
            }
        }
        self.check_rows(centre).await;
    }

    /// Whether the rows agree with each other: no place twice, nobody beside a free one, a letter for all that happened.
    pub async fn check_rows(&self, centre: &Centre) {
        let rows = self.rows(centre).await;
        let taken: Vec<Uuid> = rows.iter().filter_map(|row| row.seat_id).collect();
        let waiting = rows.iter().filter(|row| row.state == State::Waiting).count();
        assert_eq!(taken.iter().collect::<BTreeSet<_>>().len(), taken.len());
        assert!(waiting == 0 || taken.len() == SEATS as usize, "{waiting} wait for {} seats", taken.len());
        self.check_letters(centre, &rows).await;
    }

    /// One notice for each event of each person, and for each that went out one letter under its id.
    async fn check_letters(&self, centre: &Centre, rows: &[application::Model]) {
        let db = centre.database();
        let mut expected: BTreeMap<(Uuid, &str), usize> = BTreeMap::new();
        for row in rows {
            let history = application_event::Column::ApplicationId.eq(row.id);
            let history = application_event::Entity::find().filter(history).all(db).await.unwrap();
            assert!(!history.is_empty(), "an application without a beginning");
            for event in history {
                let letter = match event.kind {
                    EventKind::Booked => Event::Booked,
                    EventKind::Waiting => Event::Waiting,
                    EventKind::Promoted => Event::Promoted,
                    EventKind::Cancelled => Event::Cancelled,
                    other => panic!("nobody did {other:?}"),
                };
                *expected.entry((row.person_id, letter.as_str())).or_default() += 1;
            }
        }
        let mut found: BTreeMap<(Uuid, &str), usize> = BTreeMap::new();
        for notice in self.notices(centre).await {
            *found.entry((notice.person_id.unwrap(), notice.event.as_str())).or_default() += 1;
        }
        assert_eq!(found, expected, "one notice for each event");
    }

    async fn notices(&self, centre: &Centre) -> Vec<notice::Model> {
        let people = self.clients.iter().map(|client| client.applicant.person);
        let notices = notice::Entity::find().filter(notice::Column::PersonId.is_in(people));
        notices.all(centre.database()).await.unwrap()
    }

    /// Each notice of these people that was sent has its letter. What others have in the folder is not read: that
    /// takes longer with each rush, and is for the end (see [`check_outbox`]).
    pub async fn check_sent(&self, house: &House, centre: &Centre) {
        for notice in self.notices(centre).await.iter().filter(|it| it.state == NoticeState::Sent) {
            read_letter(&house.folder().join(format!("outbox/{}.eml", notice.id)), &notice.id.to_string());
        }
    }
}

fn read_letter(path: &Path, id: &str) {
    let letter = std::fs::read_to_string(path).expect("a letter that was sent");
    assert!(letter.contains(&format!("Message-ID: <{id}@")), "{letter}");
}

/// Each letter in the folder carries the id of a notice, and each notice that was sent has its letter.
pub async fn check_outbox(house: &House, centre: &Centre) {
    let notices = notice::Entity::find().all(centre.database()).await.unwrap();
    let states: HashMap<String, NoticeState> =
        notices.iter().map(|it| (it.id.to_string(), it.state)).collect();
    let mut letters = BTreeSet::new();
    for entry in std::fs::read_dir(house.folder().join("outbox")).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.extension().is_none_or(|it| it != "eml") {
            continue;
        }
        let id = path.file_stem().unwrap().to_string_lossy().into_owned();
        read_letter(&path, &id);
        assert!(states.contains_key(&id), "a letter about nothing");
        letters.insert(id);
    }
    let lost = states.iter().find(|(id, state)| **state == NoticeState::Sent && !letters.contains(*id));
    assert_eq!(lost, None, "sent, and no letter");
}

pub async fn check_integrity(centre: &Centre) {
    let db = centre.database();
    if db.get_database_backend() != DbBackend::Sqlite {
        return;
    }
    let ask = Statement::from_string(DbBackend::Sqlite, "PRAGMA integrity_check");
    let said: String = db.query_one_raw(ask).await.unwrap().unwrap().try_get_by_index(0).unwrap();
    assert_eq!(said, "ok");
    let ask = Statement::from_string(DbBackend::Sqlite, "PRAGMA foreign_key_check");
    assert!(db.query_all_raw(ask).await.unwrap().is_empty(), "a row of nothing");
}

/// A new house's one room.
pub async fn furnish(house: &House) -> Uuid {
    house.look(async |centre| add_room(centre, "room", SEATS).await).await
}

/// Runs a test of a house; what its runtime still does ends with it.
pub fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(test);
}
