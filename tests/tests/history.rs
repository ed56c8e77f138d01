//! Histories of hundreds of people at once, some of whose answers are lost: accepted only if one order explains them
//! all, and that order is the stamps'.
//!
//! The order is not searched for. The history that the program writes is taken at its word, and the checker looks
//! whether it is a lawful one, whether every answer is true at a moment between its question and itself, and whether
//! nobody who asked after somebody's answer came before them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::TimeDelta;
use domain::account::SignedIn;
use domain::centre::Centre;
use domain::registration::entity::{application, application_event};
use domain::registration::{Choice, EventKind, Outcome, Refusal, State, WriterError, store};
use domain::seoul;
use domain::space::SeatCode;
use domain::space::entity::seat;
use futures::future::join_all;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use tests::programme::{Dates, add_people, add_room, add_run, new_code, seat_code};
use tests::{Site, amount, both};
use tokio::sync::Barrier;
use uuid::Uuid;

const SEATS: u32 = 20;

/// One question and what came back.
#[derive(Clone, Debug)]
struct Call {
    person: Uuid,
    ask: Ask,
    /// Ticks of one counter: whoever was answered at a lower one than another began at came before.
    began: u64,
    /// `None` where the answer was lost.
    ended: Option<(u64, Answer)>,
}

impl Call {
    /// Whether it was told that it did something itself.
    fn says_done(&self) -> bool {
        matches!(&self.ended, Some((_, Answer::Stands { repeated: false, .. })))
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Ask {
    Apply { key: Uuid, choice: Choice },
    Cancel { application: Uuid },
}

#[derive(Clone, Debug, PartialEq)]
enum Answer {
    /// What the application is, and whether it had been so before the question.
    Stands {
        application: Uuid,
        stands: Stands,
        repeated: bool,
    },
    Refused(Refusal),
}

#[derive(Clone, Debug, PartialEq)]
enum Stands {
    Booked(String),
    Waiting(u32),
    Cancelled,
}

/// A line of the history that the program wrote, in its order.
#[derive(Clone, Debug)]
struct Change {
    application: Uuid,
    person: Uuid,
    key: Uuid,
    stamp: i64,
    kind: EventKind,
    seat: Option<String>,
}

/// A run as it stands between two changes.
#[derive(Clone, Debug, Default)]
struct Run {
    /// Who holds which seat, by application.
    seats: BTreeMap<String, Uuid>,
    line: Vec<Uuid>,
    ended: BTreeSet<Uuid>,
    /// Each person's newest application, and the key under which it was made.
    people: HashMap<Uuid, (Uuid, Uuid)>,
}

impl Run {
    fn front_most_free(&self) -> Option<String> {
        (1..=SEATS).map(seat_code).find(|seat| !self.seats.contains_key(seat))
    }

    fn stands(&self, application: Uuid) -> Option<Stands> {
        let seat = self.seats.iter().find(|(_, holder)| **holder == application);
        let rank = || self.line.iter().position(|it| *it == application);
        seat.map(|(seat, _)| Stands::Booked(seat.clone()))
            .or_else(|| rank().map(|ahead| Stands::Waiting(ahead as u32 + 1)))
            .or_else(|| self.ended.contains(&application).then_some(Stands::Cancelled))
    }

    /// The run after a change, or why the change was not lawful.
    fn after(&self, change: &Change) -> Result<Self, String> {
        let mut run = self.clone();
        let (it, free) = (change.application, self.front_most_free());
        if change.kind != EventKind::Promoted && free.is_some() && !self.line.is_empty() {
            return Err("somebody waits beside a free seat".into());
        }
        match (change.kind, &change.seat) {
            (EventKind::Booked, Some(seat)) => {
                if run.seats.insert(seat.clone(), it).is_some() {
                    return Err(format!("seat {seat} was given twice"));
                }
            }
            (EventKind::Waiting, None) if free.is_none() => run.line.push(it),
            (EventKind::Promoted, Some(seat)) => {
                if self.line.first() != Some(&it) {
                    return Err("somebody was passed in the line".into());
                }
                if Some(seat) != free.as_ref() {
                    return Err(format!("seat {seat} was not the one to give"));
                }
                run.line.remove(0);
                run.seats.insert(seat.clone(), it);
            }
            (EventKind::Cancelled, _)
                if matches!(self.stands(it), Some(Stands::Booked(_) | Stands::Waiting(_))) =>
            {
                run.seats.retain(|_, holder| *holder != it);
                run.line.retain(|waiting| *waiting != it);
                run.ended.insert(it);
            }
            (kind, seat) => return Err(format!("{kind:?} {seat:?} could not happen")),
        }
        if let Some((before, _)) = run.people.insert(change.person, (it, change.key))
            && before != it
            && !run.ended.contains(&before)
        {
            return Err("one person had two live applications".into());
        }
        Ok(run)
    }

    /// Whether this answer, which changed nothing, is true now.
    fn justifies(&self, call: &Call, answer: &Answer) -> bool {
        match (answer, &call.ask) {
            (Answer::Stands { application, stands, repeated: true }, Ask::Apply { .. }) => {
                self.stands(*application).as_ref() == Some(stands)
            }
            (Answer::Refused(Refusal::SeatTaken(seat)), Ask::Apply { choice, .. }) => {
                *choice == Choice::Seat(seat.clone())
                    && self.seats.contains_key(seat.as_str())
                    && self.front_most_free().is_some()
            }
            // Under another key: the same one is told what it did.
            (Answer::Refused(Refusal::AlreadyApplied), Ask::Apply { key, .. }) => {
                let newest = self.people.get(&call.person);
                newest.is_some_and(|(it, made_with)| !self.ended.contains(it) && made_with != key)
            }
            (Answer::Refused(Refusal::WrongState | Refusal::NotFound), Ask::Cancel { application }) => {
                self.ended.contains(application)
            }
            _ => false,
        }
    }
}

/// Whether one order explains all calls: that of the changes, which must be that of their stamps.
fn check(calls: &[Call], changes: &[Change]) -> Result<(), String> {
    // The run after so many changes.
    let mut runs = vec![Run::default()];
    let mut last_stamp = i64::MIN;
    for change in changes {
        if matches!(change.kind, EventKind::Booked | EventKind::Waiting) {
            if change.stamp <= last_stamp {
                return Err(format!("stamp {} came after {last_stamp}", change.stamp));
            }
            last_stamp = change.stamp;
        }
        let run = runs[runs.len() - 1].after(change)?;
        runs.push(run);
    }
    let causes = causes(calls, changes)?;
    let mut in_order: Vec<usize> = (0..calls.len()).collect();
    in_order.sort_by_key(|index| calls[*index].began);
    // After how many changes a call's own moment is over, and when it was answered.
    let mut moments: Vec<(u64, usize)> = Vec::new();
    for index in in_order {
        let call = &calls[index];
        let earliest = moments.iter().filter(|(ended, _)| *ended < call.began).map(|(_, after)| *after);
        let earliest = earliest.max().unwrap_or(0);
        let after = match (causes.get(&index), &call.ended) {
            (Some(change), _) if *change < earliest => {
                return Err(format!("{call:?} came before what was answered before it was asked"));
            }
            (Some(change), answer) => {
                if let Some((_, answer)) = answer {
                    check_first_answer(call, answer, &changes[*change], &runs[*change], &runs[change + 1])?;
                }
                change + 1
            }
            (None, None) => continue,
            (None, Some((_, answer))) => (earliest..runs.len())
                .find(|moment| runs[*moment].justifies(call, answer))
                .ok_or_else(|| format!("{call:?} was never true"))?,
        };
        if let Some((ended, _)) = call.ended {
            moments.push((ended, after));
        }
    }
    Ok(())
}

/// Which call made which change: the one that was told so, else one whose answer was lost.
fn causes(calls: &[Call], changes: &[Change]) -> Result<HashMap<usize, usize>, String> {
    let mut causes = HashMap::new();
    for (number, change) in changes.iter().enumerate().filter(|(_, it)| it.kind != EventKind::Promoted) {
        let asked = |call: &Call| match &call.ask {
            Ask::Apply { key, .. } => change.kind != EventKind::Cancelled && *key == change.key,
            Ask::Cancel { application } => {
                change.kind == EventKind::Cancelled && *application == change.application
            }
        };
        let told = calls.iter().position(|call| asked(call) && call.says_done());
        let lost = || calls.iter().position(|call| asked(call) && call.ended.is_none());
        let cause = told.or_else(lost).ok_or_else(|| format!("nobody asked for {change:?}"))?;
        if causes.insert(cause, number).is_some() {
            return Err(format!("{:?} was carried out twice", calls[cause]));
        }
    }
    let mut told = calls.iter().enumerate().filter(|(_, call)| call.says_done());
    match told.find(|(index, _)| !causes.contains_key(index)) {
        Some((_, call)) => Err(format!("{call:?} was told of what never happened")),
        None => Ok(causes),
    }
}

/// Whether a call that changed something was told what it changed.
fn check_first_answer(
    call: &Call,
    answer: &Answer,
    change: &Change,
    before: &Run,
    after: &Run,
) -> Result<(), String> {
    let Answer::Stands { application, stands, .. } = answer else {
        return Err(format!("{call:?} was refused and done"));
    };
    let is_choice = match &call.ask {
        Ask::Apply { choice: Choice::Seat(wanted), .. } => match &change.seat {
            Some(seat) => seat == wanted.as_str(),
            None => true,
        },
        Ask::Apply { .. } => change.seat == before.front_most_free(),
        Ask::Cancel { .. } => true,
    };
    if is_choice && *application == change.application && after.stands(*application).as_ref() == Some(stands)
    {
        return Ok(());
    }
    Err(format!("{call:?} was told something else than {change:?}"))
}

/// Who decides: the writer, or what one writes first.
enum Desk {
    Writer,
    CheckThenInsert(Arc<Naive>),
}

/// Looks whether a seat is free, then takes it.
struct Naive {
    centre: Centre,
    run: Uuid,
    stamps: AtomicI64,
    /// Lets the first two look before either takes, as it happens sooner or later.
    both_have_looked: Barrier,
}

impl Naive {
    async fn apply(&self, person: Uuid, choice: Choice, key: Uuid) -> Result<Outcome, DbErr> {
        let (clock, db) = (self.centre.clock(), self.centre.database());
        let stamp = self.stamps.fetch_add(1, Ordering::SeqCst);
        let run = application::Column::RunId.eq(self.run);
        let rows = application::Entity::find().filter(run).all(db).await?;
        let mut seats = seat::Entity::find().order_by_asc(seat::Column::Position).all(db).await?;
        seats.retain(|seat| !rows.iter().any(|row| row.seat_id == Some(seat.id)));
        let wanted = |seat: &&seat::Model| match &choice {
            Choice::Seat(code) => seat.code == code.as_str(),
            _ => true,
        };
        let seat = seats.iter().find(wanted).or(seats.first());
        if stamp < 2 {
            self.both_have_looked.wait().await;
        }
        let state = if seat.is_some() { State::Booked } else { State::Waiting };
        let row = application::ActiveModel {
            id: Set(clock.id()),
            run_id: Set(self.run),
            person_id: Set(person),
            state: Set(state),
            stamp: Set(stamp),
            request_key: Set(key),
            seat_id: Set(seat.map(|seat| seat.id)),
            applied_at: Set(clock.now()),
            ..Default::default()
        };
        let id = application::Entity::insert(row).exec(db).await?.last_insert_id;
        let code = seat.map(|seat| seat.code.clone());
        let event = application_event::ActiveModel {
            id: Set(clock.id()),
            application_id: Set(id),
            at: Set(clock.now()),
            kind: Set(if seat.is_some() { EventKind::Booked } else { EventKind::Waiting }),
            seat: Set(code.clone()),
            ..Default::default()
        };
        application_event::Entity::insert(event).exec_without_returning(db).await?;
        let waiting = rows.iter().filter(|row| row.state == State::Waiting).count();
        let rank = seat.is_none().then_some(waiting as u32 + 1);
        Ok(Outcome { application: id, state, seat: code, rank, repeated: false })
    }
}

/// Everybody in front of one run, and what they asked and were told.
struct Rush {
    centre: Centre,
    run: Uuid,
    desk: Desk,
    ticks: AtomicU64,
    calls: Mutex<Vec<Call>>,
}

impl Rush {
    async fn new(site: &Site, desk: impl FnOnce(Uuid) -> Desk) -> Arc<Self> {
        let centre = site.centre.clone();
        let name = new_code(&centre);
        let room = add_room(&centre, &name.to_lowercase(), SEATS).await;
        let now = centre.clock().now();
        let dates = Dates::on(seoul::day(now + TimeDelta::days(20)), now);
        let run = add_run(&centre, &name, Some(room), dates, |run| run.capacity = SEATS as i32).await;
        Arc::new(Self { centre, run, desk: desk(run), ticks: AtomicU64::new(0), calls: Mutex::default() })
    }

    fn tick(&self) -> u64 {
        self.ticks.fetch_add(1, Ordering::SeqCst)
    }

    /// Asks and notes the answer. With a `patience` in milliseconds the asker goes away after it; without any, as soon
    /// as the question is put.
    async fn ask(&self, who: &SignedIn, ask: Ask, patience: Option<u64>) -> Option<Answer> {
        let began = self.tick();
        let question = async {
            match &ask {
                Ask::Apply { key, choice } => self.apply(who, choice.clone(), *key).await,
                Ask::Cancel { application } => store::cancel(&self.centre, who, *application, None).await,
            }
        };
        let outcome: Option<Result<Outcome, WriterError>> = match patience {
            Some(milliseconds) => {
                tokio::time::timeout(Duration::from_millis(milliseconds), question).await.ok()
            }
            None => {
                // Polled once, it stands in the queue.
                let mut question = std::pin::pin!(question);
                let _ = futures::poll!(question.as_mut());
                None
            }
        };
        let answer = outcome.and_then(|outcome| match outcome {
            Ok(it) => {
                let stands = match (it.state, it.seat, it.rank) {
                    (State::Booked, Some(seat), None) => Stands::Booked(seat),
                    (State::Waiting, None, Some(rank)) => Stands::Waiting(rank),
                    (State::Cancelled, None, None) => Stands::Cancelled,
                    other => panic!("{other:?} makes no sense"),
                };
                Some(Answer::Stands { application: it.application, stands, repeated: it.repeated })
            }
            Err(WriterError::Refused(refusal)) => Some(Answer::Refused(refusal)),
            Err(WriterError::Database(_)) if matches!(self.desk, Desk::CheckThenInsert(_)) => None,
            Err(error) => panic!("{error}"),
        });
        let ended = answer.clone().map(|answer| (self.tick(), answer));
        let call = Call { person: who.id(), ask, began, ended };
        self.calls.lock().unwrap().push(call);
        answer
    }

    async fn apply(&self, who: &SignedIn, choice: Choice, key: Uuid) -> Result<Outcome, WriterError> {
        match &self.desk {
            Desk::Writer => store::apply(&self.centre, who, self.run, choice, key).await,
            Desk::CheckThenInsert(naive) => {
                let (naive, person) = (naive.clone(), who.id());
                // Like the writer's queue, it goes on where the asker doesn't.
                let work = tokio::spawn(async move { naive.apply(person, choice, key).await });
                Ok(work.await.expect("an answer")?)
            }
        }
    }

    /// What one person does, different with each number: some lose answers and ask again, some have two windows
    /// open, some give up what they got.
    async fn person(self: Arc<Self>, who: SignedIn, number: u64) {
        const LONG: Option<u64> = Some(600_000);
        let seat = SeatCode::parse(&seat_code((number * 7 % u64::from(SEATS)) as u32 + 1)).unwrap();
        let choice = if number.is_multiple_of(3) { Choice::Any } else { Choice::Seat(seat) };
        let apply = |choice| Ask::Apply { key: self.centre.clock().id(), choice };
        let first = apply(choice);
        let patience = match number % 4 {
            0 => None,
            1 => Some(number % 9),
            _ => LONG,
        };
        let mut answer = if number.is_multiple_of(5) {
            let other = self.ask(&who, apply(Choice::Any), LONG);
            futures::future::join(self.ask(&who, first.clone(), patience), other).await.0
        } else {
            self.ask(&who, first.clone(), patience).await
        };
        if answer.is_none() {
            answer = self.ask(&who, first, LONG).await;
        }
        if let Some(Answer::Refused(Refusal::SeatTaken(_))) = answer {
            answer = self.ask(&who, apply(Choice::Any), LONG).await;
        }
        if number % 6 == 1
            && let Some(Answer::Stands { application, .. }) = answer
        {
            let cancel = Ask::Cancel { application };
            if self.ask(&who, cancel.clone(), Some(number % 11)).await.is_none() {
                self.ask(&who, cancel, LONG).await;
            }
        }
    }

    /// Everybody at once, then what they were told and what was written.
    async fn run(self: Arc<Self>, people: usize) -> (Vec<Call>, Vec<Change>) {
        let mut signed_in = Vec::new();
        for person in add_people(&self.centre, people).await {
            signed_in.push(SignedIn::of_session(&self.centre, person).await.unwrap().unwrap());
        }
        let rush = signed_in.into_iter().zip(0..);
        let rush = rush.map(|(who, number)| tokio::spawn(self.clone().person(who, number)));
        for ended in join_all(rush).await {
            ended.expect("a person whose every answer made sense");
        }
        let calls = self.calls.lock().unwrap().clone();
        (calls, self.changes().await)
    }

    async fn changes(&self) -> Vec<Change> {
        let db = self.centre.database();
        let run = application::Column::RunId.eq(self.run);
        let rows = application::Entity::find().filter(run).all(db).await.unwrap();
        let rows: HashMap<Uuid, application::Model> = rows.into_iter().map(|row| (row.id, row)).collect();
        let events = application_event::Entity::find().order_by_asc(application_event::Column::Id);
        let events = events.all(db).await.unwrap();
        let change = |event: application_event::Model| {
            let row = rows.get(&event.application_id)?;
            Some(Change {
                application: row.id,
                person: row.person_id,
                key: row.request_key,
                stamp: row.stamp,
                kind: event.kind,
                seat: event.seat,
            })
        };
        events.into_iter().filter_map(change).collect()
    }
}

/// The rows as they are in the end are those the changes lead to.
async fn assert_rows_follow(rush: &Rush, changes: &[Change]) {
    let mut run = Run::default();
    for change in changes {
        run = run.after(change).unwrap();
    }
    let db = rush.centre.database();
    let seats = seat::Entity::find().all(db).await.unwrap();
    let of_run = application::Column::RunId.eq(rush.run);
    for row in application::Entity::find().filter(of_run).all(db).await.unwrap() {
        let stands = match row.state {
            State::Booked => {
                let seat = seats.iter().find(|seat| Some(seat.id) == row.seat_id).unwrap();
                Stands::Booked(seat.code.clone())
            }
            State::Waiting => {
                Stands::Waiting(run.line.iter().position(|it| *it == row.id).unwrap() as u32 + 1)
            }
            _ => Stands::Cancelled,
        };
        assert_eq!(run.stands(row.id), Some(stands));
    }
}

both! {
    async fn hundreds_at_once_are_explained_by_the_order_of_their_stamps(site) {
        for _ in 0..amount("PROOF_HISTORIES", 2) {
            let rush = Rush::new(site, |_| Desk::Writer).await;
            let (calls, changes) = rush.clone().run(amount("PROOF_PEOPLE", 300)).await;
            let lost = calls.iter().filter(|call| call.ended.is_none()).count();
            assert!(lost > calls.len() / 10, "{lost} of {} answers were lost: too few to prove much", calls.len());
            if let Err(why) = check(&calls, &changes) {
                panic!("{why}");
            }
            assert_rows_follow(&rush, &changes).await;
        }
    }

    async fn a_history_with_one_lie_in_it_is_rejected(site) {
        let rush = Rush::new(site, |_| Desk::Writer).await;
        let (calls, changes) = rush.run(60).await;
        check(&calls, &changes).expect("the truth");
        let first_told = |wanted: fn(&Stands) -> bool| {
            calls.iter().position(|call| match &call.ended {
                Some((_, Answer::Stands { stands, repeated: false, .. })) => wanted(stands),
                _ => false,
            }).unwrap()
        };
        let told = |index: usize, lie: Stands| {
            let mut calls = calls.clone();
            if let Some((_, Answer::Stands { stands, .. })) = &mut calls[index].ended {
                *stands = lie;
            }
            calls
        };
        let booked = first_told(|it| matches!(it, Stands::Booked(_)));
        let waiting = first_told(|it| matches!(it, Stands::Waiting(_)));
        check(&told(booked, Stands::Booked("9-99".into())), &changes).unwrap_err();
        check(&told(waiting, Stands::Waiting(1_000)), &changes).unwrap_err();
        // Answered in a dream: before it was asked for, and before everybody else.
        let mut late = calls.clone();
        late[booked].began = u64::MAX;
        check(&late, &changes).unwrap_err();
        for lie in ["swapped", "lost", "again"] {
            let mut changes = changes.clone();
            match lie {
                "swapped" => changes.swap(0, 1),
                "lost" => drop(changes.remove(0)),
                _ => changes.insert(1, changes[0].clone()),
            }
            check(&calls, &changes).unwrap_err();
        }
    }

    async fn check_then_insert_is_rejected(site) {
        // What stands behind the writer would catch this one too.
        let unguarded = "DROP INDEX application_one_a_seat";
        site.centre.database().execute_unprepared(unguarded).await.unwrap();
        let centre = site.centre.clone();
        let rush = Rush::new(site, |run| {
            let (stamps, both_have_looked) = (AtomicI64::new(0), Barrier::new(2));
            Desk::CheckThenInsert(Arc::new(Naive { centre, run, stamps, both_have_looked }))
        }).await;
        let (calls, changes) = rush.run(60).await;
        let why = check(&calls, &changes).unwrap_err();
        assert!(why.contains("was given twice") || why.contains("came after"), "{why}");
    }
}
