//! The writer against a plain model: whatever people and the office do in whatever order, the rows are the model's.
//!
//! The model knows nothing of the program but its words. It keeps the applications of one run in the order in which
//! they came and looks through them again for every question.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use domain::account::{Address, Administrator, Duty, PersonName, RunEditor, SignedIn};
use domain::course::entity::run;
use domain::course::{Mode, RunDetails, edit};
use domain::notice::Event;
use domain::notice::entity::notice;
use domain::registration::entity::{application, application_event};
use domain::registration::seating::{self, InDoor};
use domain::registration::{Choice, EventKind, Refusal, State, WriterError, store};
use domain::space::entity::seat;
use domain::space::plan::{self, PlanError};
use domain::space::{PlanSeat, SeatCode};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use proptest_state_machine::ReferenceStateMachine;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use tests::programme::{Dates, add_people, add_room, add_run, new_code, seat_code};
use tests::{Site, amount, both};
use tokio::runtime::Handle;
use uuid::Uuid;

const PEOPLE: usize = 7;
/// The last is for wheelchairs.
const SEATS: usize = 4;

/// When every case begins.
const OPENS: &str = "2021-01-11T09:00:00+09:00";
/// Minutes after that.
const CLOSES: i64 = 5 * 60;
const BEGINS: i64 = 6 * 60;
const ENDS: i64 = 8 * 60;

/// One thing that happens.
#[derive(Clone, Debug)]
enum Step {
    Book {
        person: usize,
        wish: Wish,
    },
    /// Sends the form of their last application once more.
    AskAgain {
        person: usize,
    },
    Cancel {
        person: usize,
        with_reason: bool,
    },
    Accept {
        person: usize,
    },
    /// To a seat by its index; the first that doesn't exist is among them.
    Move {
        person: usize,
        seat: usize,
    },
    /// Whoever teaches has two exchange their seats; `seat` is where the other was seen.
    Swap {
        person: usize,
        other: usize,
        seat: usize,
    },
    /// Somebody stands in the door of the class.
    WalkIn {
        person: usize,
        wish: Wish,
    },
    SetCapacity(u32),
    TakeOutOfService(usize),
    BringBack(usize),
    Wait {
        minutes: i64,
    },
    /// Somebody sets the server's clock, forward or back.
    SetClock {
        hours: i64,
    },
    CancelRun,
}

#[derive(Clone, Copy, Debug)]
enum Wish {
    Any,
    Online,
    Seat(usize),
}

/// What whoever took the step is told.
#[derive(Clone, Debug, PartialEq)]
enum Answer {
    Nothing,
    Outcome {
        state: State,
        seat: Option<String>,
        rank: Option<u32>,
        repeated: bool,
    },
    Refused(Refusal),
    NotEdited(Vec<edit::Refusal>),
    SeatHeld,
    /// Whether anything was overdue after the time that passed.
    Due(bool),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Seat(usize),
    Online(u32),
}

#[derive(Clone, Debug, PartialEq)]
struct Application {
    person: usize,
    state: State,
    place: Option<Place>,
    offer_until: Option<i64>,
    history: Vec<EventKind>,
    letters: Vec<Event>,
}

impl Application {
    fn note(&mut self, state: State, place: Option<Place>, kind: EventKind, letter: Event) {
        (self.state, self.place, self.offer_until) = (state, place, None);
        self.history.push(kind);
        self.letters.push(letter);
    }
}

/// One run and everybody who ever applied for it, in the order in which they did.
#[derive(Clone, Debug)]
struct Model {
    mode: Mode,
    offer_minutes: Option<i64>,
    capacity: u32,
    out_of_service: BTreeSet<usize>,
    now: i64,
    cancelled: bool,
    applications: Vec<Application>,
    answer: Answer,
}

impl Model {
    fn begun(&self) -> bool {
        // A cancelled run has no classes left.
        !self.cancelled && self.now >= BEGINS
    }

    fn over(&self) -> bool {
        !self.cancelled && self.now >= ENDS
    }

    fn seats_in_service(&self) -> u32 {
        (SEATS - self.out_of_service.len()) as u32
    }

    fn held(&self) -> BTreeSet<Place> {
        self.applications.iter().filter_map(|it| it.place).collect()
    }

    fn online_places(&self) -> u32 {
        match self.mode {
            Mode::InPerson => 0,
            Mode::Online => self.capacity,
            Mode::Both => self.capacity.saturating_sub(self.seats_in_service()),
        }
    }

    fn free_online(&self) -> Option<Place> {
        let held = self.held();
        let full = held.len() as u32 >= self.capacity;
        let free = (1..=self.online_places()).map(Place::Online).find(|place| !held.contains(place));
        free.filter(|_| !full)
    }

    /// Seats from the front, then what is online.
    fn free(&self) -> Option<Place> {
        let held = self.held();
        let full = held.len() as u32 >= self.capacity;
        let free = |seat: &usize| !self.out_of_service.contains(seat) && !held.contains(&Place::Seat(*seat));
        let seat = (0..SEATS).filter(|_| self.mode != Mode::Online).find(free).map(Place::Seat);
        seat.filter(|_| !full).or_else(|| self.free_online())
    }

    /// How many more could be given a place.
    fn left(&self) -> u32 {
        let mut later = self.clone();
        let mut count = 0;
        while let Some(place) = later.free() {
            let somebody = later.applications.last().cloned();
            let mut guest = somebody.unwrap_or_else(|| Application::new(0));
            guest.place = Some(place);
            later.applications.push(guest);
            count += 1;
        }
        count
    }

    fn live(&self, person: usize) -> Option<usize> {
        self.applications.iter().position(|it| it.person == person && it.state.is_live())
    }

    fn rank(&self, index: usize) -> Option<u32> {
        if self.applications[index].state != State::Waiting {
            return None;
        }
        let ahead = self.applications[..index].iter().filter(|it| it.state == State::Waiting).count();
        Some(ahead as u32 + 1)
    }

    fn waits(&self) -> Option<usize> {
        self.applications.iter().position(|it| it.state == State::Waiting)
    }

    fn is_due(&self) -> bool {
        self.applications.iter().any(|it| {
            it.offer_until.is_some_and(|until| until <= self.now)
                || it.state == State::Waiting && self.begun()
        })
    }

    /// Ends what is over and gives what is free to those who wait, one after the other.
    fn settle(&mut self) {
        let (now, begun) = (self.now, self.begun());
        for it in &mut self.applications {
            if it.offer_until.is_some_and(|until| until <= now) {
                it.note(State::Lapsed, None, EventKind::Lapsed, Event::OfferLapsed);
            } else if it.state == State::Waiting && begun {
                it.note(State::Lapsed, None, EventKind::Lapsed, Event::ListEnded);
            }
        }
        while let (Some(first), Some(place)) = (self.waits(), self.free()) {
            if self.cancelled || begun {
                break;
            }
            let it = &mut self.applications[first];
            match self.offer_minutes {
                Some(minutes) => {
                    it.note(State::Offered, Some(place), EventKind::Offered, Event::Offered);
                    it.offer_until = Some((now + minutes).min(BEGINS));
                }
                None => it.note(State::Booked, Some(place), EventKind::Promoted, Event::Promoted),
            }
        }
    }

    fn told(&self, index: usize, repeated: bool) -> Answer {
        let it = &self.applications[index];
        let seat = match it.place {
            Some(Place::Seat(seat)) => Some(code(seat)),
            _ => None,
        };
        Answer::Outcome { state: it.state, seat, rank: self.rank(index), repeated }
    }

    fn take(&mut self, step: &Step) -> Answer {
        match *step {
            Step::Book { person, wish } => match self.book(person, wish) {
                Ok(index) => self.told(index, false),
                Err(refusal) => Answer::Refused(refusal),
            },
            Step::AskAgain { person } => {
                let last = self.applications.iter().rposition(|it| it.person == person);
                self.told(last.expect("a precondition"), true)
            }
            Step::Cancel { person, with_reason } => self.act(person, Refusal::WrongState, |model, index| {
                if model.over() {
                    return Err(Refusal::Closed);
                }
                if model.begun() && !with_reason {
                    return Err(Refusal::ReasonWanted);
                }
                let it = &mut model.applications[index];
                it.note(State::Cancelled, None, EventKind::Cancelled, Event::Cancelled);
                Ok(())
            }),
            Step::Accept { person } => self.act(person, Refusal::OfferGone, |model, index| {
                let it = &mut model.applications[index];
                match it.state {
                    State::Booked => Ok(()),
                    State::Offered => {
                        it.note(State::Booked, it.place, EventKind::Accepted, Event::Booked);
                        Ok(())
                    }
                    _ => Err(Refusal::OfferGone),
                }
            }),
            Step::Move { person, seat } => self.act(person, Refusal::WrongState, |model, index| {
                if model.applications[index].state != State::Booked {
                    return Err(Refusal::WrongState);
                }
                if model.over() {
                    return Err(Refusal::Begun);
                }
                let place = model.seat(seat)?;
                if model.applications[index].place == Some(place) {
                    return Ok(());
                }
                if model.held().contains(&place) {
                    return Err(Refusal::SeatTaken(seat_of(seat)));
                }
                let it = &mut model.applications[index];
                it.note(State::Booked, Some(place), EventKind::Moved, Event::SeatChanged);
                Ok(())
            }),
            Step::Swap { person, other, seat } => {
                self.act(person, Refusal::WrongState, |model, index| model.swap(index, other, seat))
            }
            Step::WalkIn { person, wish } => match self.let_in(person, wish) {
                Ok(index) => self.told(index, false),
                Err(refusal) => Answer::Refused(refusal),
            },
            Step::SetCapacity(capacity) => {
                let taken = self.held().len() as u32;
                let refusal = if self.cancelled {
                    edit::Refusal::RunCancelled
                } else if self.mode == Mode::InPerson && capacity > self.seats_in_service() {
                    edit::Refusal::CapacityOverSeats(self.seats_in_service())
                } else if capacity < taken {
                    edit::Refusal::CapacityUnderTaken(taken)
                } else {
                    self.capacity = capacity;
                    return Answer::Nothing;
                };
                Answer::NotEdited(vec![refusal])
            }
            Step::TakeOutOfService(seat) => {
                // Somebody sits there until the last class is over; then the seat is free, whoever had it.
                if self.held().contains(&Place::Seat(seat)) && !self.over() {
                    return Answer::SeatHeld;
                }
                self.out_of_service.insert(seat);
                Answer::Nothing
            }
            Step::BringBack(seat) => {
                self.out_of_service.remove(&seat);
                Answer::Nothing
            }
            Step::Wait { minutes } => self.wait(minutes),
            Step::SetClock { hours } => self.wait(hours * 60),
            Step::CancelRun if self.cancelled => Answer::Refused(Refusal::RunCancelled),
            Step::CancelRun if self.over() => Answer::Refused(Refusal::Closed),
            Step::CancelRun => {
                self.cancelled = true;
                for it in self.applications.iter_mut().filter(|it| it.state.is_live()) {
                    it.note(State::Cancelled, None, EventKind::Cancelled, Event::RunCancelled);
                }
                Answer::Nothing
            }
        }
    }

    fn wait(&mut self, minutes: i64) -> Answer {
        self.now += minutes;
        Answer::Due(self.is_due())
    }

    /// What somebody does to their application; `else_refused` where they had one that is no longer live.
    fn act(
        &mut self,
        person: usize,
        else_refused: Refusal,
        change: impl FnOnce(&mut Self, usize) -> Result<(), Refusal>,
    ) -> Answer {
        let had_one = self.applications.iter().any(|it| it.person == person);
        let Some(index) = self.live(person) else {
            return Answer::Refused(if had_one { else_refused } else { Refusal::NotFound });
        };
        match change(self, index) {
            Ok(()) => self.told(index, false),
            Err(refusal) => Answer::Refused(refusal),
        }
    }

    fn book(&mut self, person: usize, wish: Wish) -> Result<usize, Refusal> {
        if self.live(person).is_some() {
            return Err(Refusal::AlreadyApplied);
        }
        if self.cancelled {
            return Err(Refusal::RunCancelled);
        }
        if self.begun() {
            return Err(Refusal::Begun);
        }
        if self.now < 0 {
            return Err(Refusal::TooEarly(opens()));
        }
        if self.now >= CLOSES {
            return Err(Refusal::Closed);
        }
        let place = self.wished(wish)?.filter(|_| self.waits().is_none());
        let mut it = Application::new(person);
        match place {
            Some(_) => it.note(State::Booked, place, EventKind::Booked, Event::Booked),
            None => it.note(State::Waiting, None, EventKind::Waiting, Event::Waiting),
        }
        self.applications.push(it);
        Ok(self.applications.len() - 1)
    }

    fn swap(&mut self, index: usize, other: usize, seat: usize) -> Result<(), Refusal> {
        let Some(of_other) = self.live(other) else {
            let had_one = self.applications.iter().any(|it| it.person == other);
            return Err(if had_one { Refusal::WrongState } else { Refusal::NotFound });
        };
        let booked = |index: usize| self.applications[index].state == State::Booked;
        if !booked(index) || !booked(of_other) {
            return Err(Refusal::WrongState);
        }
        if self.over() {
            return Err(Refusal::Begun);
        }
        let place = self.seat(seat)?;
        let (own, theirs) = (self.applications[index].place, self.applications[of_other].place);
        if own == Some(place) {
            return Ok(());
        }
        if theirs != Some(place) {
            let held = self.held().contains(&place);
            return Err(if held { Refusal::SeatTaken(seat_of(seat)) } else { Refusal::WrongState });
        }
        if !matches!(own, Some(Place::Seat(_))) {
            return Err(Refusal::NoSuchSeat);
        }
        self.applications[index].note(State::Booked, theirs, EventKind::Moved, Event::SeatChanged);
        self.applications[of_other].note(State::Booked, own, EventKind::Moved, Event::SeatChanged);
        Ok(())
    }

    fn let_in(&mut self, person: usize, wish: Wish) -> Result<usize, Refusal> {
        if self.live(person).is_some() {
            return Err(Refusal::AlreadyApplied);
        }
        if self.cancelled {
            return Err(Refusal::RunCancelled);
        }
        if self.now < BEGINS - 30 || self.over() {
            return Err(Refusal::NoClassNow);
        }
        let place = self.wished(wish)?;
        let offered = self.applications.iter().any(|it| it.state == State::Offered);
        if self.waits().is_some() || place.is_none() && offered {
            return Err(Refusal::OthersFirst);
        }
        let mut it = Application::new(person);
        it.note(State::Booked, Some(place.ok_or(Refusal::Full)?), EventKind::Booked, Event::Booked);
        self.applications.push(it);
        Ok(self.applications.len() - 1)
    }

    fn wished(&self, wish: Wish) -> Result<Option<Place>, Refusal> {
        match wish {
            Wish::Any => Ok(self.free()),
            Wish::Online if self.mode == Mode::InPerson => Err(Refusal::NoSuchSeat),
            Wish::Online if self.free_online().is_none() && self.free().is_some() => Err(Refusal::OnlineFull),
            Wish::Online => Ok(self.free_online()),
            Wish::Seat(seat) => {
                let place = self.seat(seat)?;
                if self.held().len() as u32 >= self.capacity {
                    Ok(None)
                } else if self.held().contains(&place) {
                    Err(Refusal::SeatTaken(seat_of(seat)))
                } else {
                    Ok(Some(place))
                }
            }
        }
    }

    fn seat(&self, seat: usize) -> Result<Place, Refusal> {
        if self.mode == Mode::Online || seat >= SEATS {
            return Err(Refusal::NoSuchSeat);
        }
        if self.out_of_service.contains(&seat) {
            return Err(Refusal::SeatOutOfService(seat_of(seat)));
        }
        Ok(Place::Seat(seat))
    }
}

impl Application {
    fn new(person: usize) -> Self {
        let (history, letters) = Default::default();
        Self { person, state: State::Waiting, place: None, offer_until: None, history, letters }
    }
}

fn choice(wish: Wish) -> Choice {
    match wish {
        Wish::Any => Choice::Any,
        Wish::Online => Choice::Online,
        Wish::Seat(seat) => Choice::Seat(seat_of(seat)),
    }
}

fn code(seat: usize) -> String {
    seat_code(seat as u32 + 1)
}

fn opens() -> DateTime<Utc> {
    OPENS.parse().expect("a time")
}

fn seat_of(seat: usize) -> SeatCode {
    SeatCode::parse(&code(seat)).expect("a code")
}

impl ReferenceStateMachine for Model {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        let modes = prop_oneof![3 => Just(Mode::InPerson), 1 => Just(Mode::Online), 2 => Just(Mode::Both)];
        let offers = prop_oneof![Just(None), Just(Some(45))];
        // So few that a line forms.
        (modes, offers, 1..SEATS as u32)
            .prop_map(|(mode, offer_minutes, capacity)| Self {
                mode,
                offer_minutes,
                capacity,
                out_of_service: BTreeSet::new(),
                now: 0,
                cancelled: false,
                applications: Vec::new(),
                answer: Answer::Nothing,
            })
            .boxed()
    }

    fn transitions(_: &Self) -> BoxedStrategy<Step> {
        let person = || 0..PEOPLE;
        let wish = || {
            prop_oneof![
                3 => Just(Wish::Any),
                1 => Just(Wish::Online),
                2 => (0..=SEATS).prop_map(Wish::Seat),
            ]
        };
        prop_oneof![
            14 => (person(), wish()).prop_map(|(person, wish)| Step::Book { person, wish }),
            2 => person().prop_map(|person| Step::AskAgain { person }),
            5 => (person(), any::<bool>())
                .prop_map(|(person, with_reason)| Step::Cancel { person, with_reason }),
            4 => person().prop_map(|person| Step::Accept { person }),
            4 => (person(), 0..=SEATS).prop_map(|(person, seat)| Step::Move { person, seat }),
            6 => (person(), person(), 0..=SEATS)
                .prop_map(|(person, other, seat)| Step::Swap { person, other, seat }),
            4 => (person(), wish()).prop_map(|(person, wish)| Step::WalkIn { person, wish }),
            2 => (1..=SEATS as u32 + 2).prop_map(Step::SetCapacity),
            2 => (0..SEATS).prop_map(Step::TakeOutOfService),
            2 => (0..SEATS).prop_map(Step::BringBack),
            4 => (1..=50i64).prop_map(|minutes| Step::Wait { minutes }),
            1 => prop_oneof![Just(1), Just(-1)].prop_map(|hours| Step::SetClock { hours }),
            1 => Just(Step::CancelRun),
        ]
        .boxed()
    }

    fn preconditions(model: &Self, step: &Step) -> bool {
        match step {
            Step::AskAgain { person } => model.applications.iter().any(|it| it.person == *person),
            // Nothing follows it that matters.
            Step::CancelRun => model.applications.len() > PEOPLE,
            // Not into the night, when nobody is told of an offer.
            Step::SetClock { hours } => model.now + hours * 60 >= -60,
            _ => true,
        }
    }

    fn apply(mut model: Self, step: &Step) -> Self {
        model.answer = model.take(step);
        model.settle();
        model
    }
}

/// The real thing: a run of its own in a room of its own for each case.
struct World<'a> {
    site: &'a Site,
    run: Uuid,
    room: Uuid,
    people: Vec<SignedIn>,
    /// Each application's form.
    keys: BTreeMap<Uuid, Uuid>,
    editor: RunEditor,
    administrator: Administrator,
}

impl<'a> World<'a> {
    async fn of(site: &'a Site, model: &Model, office: &SignedIn) -> Self {
        // The lists of the cases before come to their end first.
        site.set_time("2021-01-11T18:00:00+09:00");
        site.centre.writer().settle().await.unwrap();
        site.set_time(OPENS);
        let name = new_code(&site.centre);
        let room = add_room(&site.centre, &name.to_lowercase(), SEATS as u32).await;
        let hours = |minutes: i64| NaiveTime::from_hms_opt(9, 0, 0).unwrap() + TimeDelta::minutes(minutes);
        let now = site.now();
        let dates = Dates {
            day: "2021-01-11".parse().unwrap(),
            starts: hours(BEGINS),
            ends: hours(ENDS),
            apply_from: now,
            apply_until: now + TimeDelta::minutes(CLOSES),
        };
        let room_of_run = Some(room).filter(|_| model.mode != Mode::Online);
        let run = add_run(&site.centre, &name, room_of_run, dates, |run| {
            run.mode = model.mode;
            run.capacity = model.capacity as i32;
            run.offer_minutes = model.offer_minutes.map(|minutes| minutes as i32);
        })
        .await;
        let mut people = Vec::new();
        for person in add_people(&site.centre, PEOPLE).await {
            people.push(site.signed_in(person).await);
        }
        let editor = office.editor_of(run, None).unwrap();
        let administrator = office.administrator().unwrap();
        Self { site, run, room, people, keys: BTreeMap::new(), editor, administrator }
    }

    async fn take(&mut self, step: &Step) -> Answer {
        let centre = &self.site.centre;
        let answer = match *step {
            Step::Book { person, wish } => {
                let key = centre.clock().id();
                let answer = store::apply(centre, &self.people[person], self.run, choice(wish), key).await;
                if let Ok(outcome) = &answer {
                    self.keys.insert(outcome.application, key);
                }
                answer
            }
            Step::AskAgain { person } => {
                let key = self.keys[&self.last_of(person).await];
                store::apply(centre, &self.people[person], self.run, Choice::Any, key).await
            }
            Step::Cancel { person, with_reason } => {
                let reason = with_reason.then(|| "이사".to_owned());
                store::cancel(centre, &self.people[person], self.last_of(person).await, reason).await
            }
            Step::Accept { person } => {
                store::accept(centre, &self.people[person], self.last_of(person).await).await
            }
            Step::Move { person, seat } => {
                let application = self.last_of(person).await;
                store::change_seat(centre, &self.people[person], application, seat_of(seat)).await
            }
            Step::Swap { person, other, seat } => {
                let (application, other) = (self.last_of(person).await, self.last_of(other).await);
                seating::swap(centre, &self.editor, application, (other, seat_of(seat))).await
            }
            Step::WalkIn { person, wish } => {
                let key = centre.clock().id();
                let address = format!("{}@example.kr", self.people[person].id().simple());
                let name = PersonName::parse(self.people[person].name()).expect("a name");
                let who = InDoor { name, address: Address::parse(&address).expect("an address") };
                let answer = seating::let_in(centre, &self.editor, &who, choice(wish), key).await;
                let answer = answer.map(|outcome| outcome.expect("an account"));
                if let Ok(outcome) = &answer {
                    self.keys.insert(outcome.application, key);
                }
                answer
            }
            Step::SetCapacity(capacity) => return self.set_capacity(capacity).await,
            Step::TakeOutOfService(seat) => return self.set_service(seat, Some("수리 중".to_owned())).await,
            Step::BringBack(seat) => return self.set_service(seat, None).await,
            Step::Wait { minutes } => return self.wait(TimeDelta::minutes(minutes)).await,
            Step::SetClock { hours } => return self.wait(TimeDelta::hours(hours)).await,
            Step::CancelRun => match store::cancel_run(centre, &self.editor, "사정".into()).await {
                Ok(()) => return Answer::Nothing,
                Err(error) => Err(error),
            },
        };
        match answer {
            Ok(it) => {
                Answer::Outcome { state: it.state, seat: it.seat, rank: it.rank, repeated: it.repeated }
            }
            Err(WriterError::Refused(refusal)) => Answer::Refused(refusal),
            Err(error) => panic!("{error}"),
        }
    }

    /// Lets time pass, and the server look at its deadlines.
    async fn wait(&self, by: TimeDelta) -> Answer {
        self.site.advance(by);
        let writer = self.site.centre.writer();
        let is_due = writer.is_due().await.unwrap();
        writer.settle().await.unwrap();
        assert!(!writer.is_due().await.unwrap(), "still due after it was settled");
        Answer::Due(is_due)
    }

    /// Somebody's newest application; one that doesn't exist where they have none.
    async fn last_of(&self, person: usize) -> Uuid {
        let rows = self.rows().await;
        let last = rows.iter().rfind(|row| row.person_id == self.people[person].id());
        last.map_or(Uuid::nil(), |row| row.id)
    }

    async fn set_capacity(&self, capacity: u32) -> Answer {
        let centre = &self.site.centre;
        let run = run::Entity::find_by_id(self.run).one(centre.database()).await.unwrap().unwrap();
        let details = RunDetails { capacity: capacity as u16, ..RunDetails::of(&run) };
        match edit::change_run(centre, &self.editor, run.version, &details).await {
            Ok(()) => Answer::Nothing,
            Err(edit::EditError::Refused(refusals)) => Answer::NotEdited(refusals),
            Err(error) => panic!("{error}"),
        }
    }

    async fn set_service(&self, seat: usize, out_of_service: Option<String>) -> Answer {
        let wanted = PlanSeat {
            code: seat_of(seat),
            line: 1,
            position: seat as u16 + 1,
            accessible: seat + 1 == SEATS,
            out_of_service,
        };
        let centre = &self.site.centre;
        let changed = plan::change_seat(centre, &self.administrator, self.room, &wanted.code, &wanted).await;
        match changed {
            Ok(()) => Answer::Nothing,
            Err(PlanError::Held) => Answer::SeatHeld,
            Err(error) => panic!("{error}"),
        }
    }

    async fn rows(&self) -> Vec<application::Model> {
        application::Entity::find()
            .filter(application::Column::RunId.eq(self.run))
            .order_by_asc(application::Column::Stamp)
            .all(self.site.centre.database())
            .await
            .unwrap()
    }

    /// What the rows say, in the model's words.
    async fn read(&self) -> Vec<Application> {
        let db = self.site.centre.database();
        let seats = seat::Entity::find().filter(seat::Column::SpaceId.eq(self.room)).all(db).await.unwrap();
        let place = |row: &application::Model| {
            let seat = row.seat_id.map(|id| {
                let found = seats.iter().find(|seat| seat.id == id).expect("a seat of this room");
                Place::Seat(found.position as usize - 1)
            });
            seat.or(row.admission.map(|number| Place::Online(number as u32)))
        };
        let rows = self.rows().await;
        let mut histories: BTreeMap<Uuid, Vec<EventKind>> = BTreeMap::new();
        let events = application_event::Entity::find()
            .filter(application_event::Column::ApplicationId.is_in(rows.iter().map(|row| row.id)))
            .order_by_asc(application_event::Column::Id);
        for event in events.all(db).await.unwrap() {
            histories.entry(event.application_id).or_default().push(event.kind);
        }
        let mut all = Vec::new();
        for row in rows {
            all.push(Application {
                person: self.people.iter().position(|who| who.id() == row.person_id).expect("one of us"),
                state: row.state,
                place: place(&row),
                offer_until: row.offer_until.map(|until| (until - opens()).num_minutes()),
                history: histories.remove(&row.id).unwrap_or_default(),
                letters: Vec::new(),
            });
        }
        all
    }

    async fn letters(&self) -> BTreeMap<usize, Vec<Event>> {
        let rows = notice::Entity::find()
            .filter(notice::Column::PersonId.is_in(self.people.iter().map(SignedIn::id)))
            .order_by_asc(notice::Column::Id);
        let mut letters: BTreeMap<usize, Vec<Event>> = BTreeMap::new();
        for row in rows.all(self.site.centre.database()).await.unwrap() {
            let person = self.people.iter().position(|who| Some(who.id()) == row.person_id).unwrap();
            letters.entry(person).or_default().push(row.event);
        }
        letters
    }

    /// Compares the rows, the letters and what pages are told with the model, and the rows with what is always true.
    async fn compare(&self, model: &Model) {
        let mut expected = model.applications.clone();
        expected.iter_mut().for_each(|it| it.letters.clear());
        let found = self.read().await;
        assert_eq!(found, expected);

        let mut letters: BTreeMap<usize, Vec<Event>> = BTreeMap::new();
        for it in &model.applications {
            letters.entry(it.person).or_default().extend(&it.letters);
        }
        assert_eq!(self.letters().await, letters);

        let standing = store::standing(&self.site.centre, self.run, None).await.unwrap().unwrap();
        assert_eq!(standing.book.snapshot().left, model.left());
        for (index, waiting) in
            model.applications.iter().enumerate().filter(|(_, it)| it.state == State::Waiting)
        {
            let who = &self.people[waiting.person];
            let standing = store::standing(&self.site.centre, self.run, Some(who.id())).await.unwrap();
            let rank = standing.unwrap().mine.and_then(|mine| mine.rank);
            assert_eq!(rank, model.rank(index));
        }

        let places: Vec<Place> = found.iter().filter_map(|it| it.place).collect();
        assert_eq!(places.iter().collect::<BTreeSet<_>>().len(), places.len(), "a place was given twice");
        assert!(places.len() as u32 <= model.capacity, "more places than there are");
    }
}

/// Takes a generated case step by step, as the crate's own driver does, on a site that outlives the case.
async fn walk(site: &Site, office: &SignedIn, mut model: Model, steps: Vec<Step>, seen: impl Fn()) {
    let mut world = World::of(site, &model, office).await;
    for step in &steps {
        seen();
        model = Model::apply(model, step);
        let answer = world.take(step).await;
        assert_eq!(answer, model.answer, "{step:?}");
        world.compare(&model).await;
    }
}

both! {
    async fn whatever_people_and_the_office_do_the_rows_are_those_of_a_plain_model(site) {
        let duties = [Duty::TrainingManager, Duty::Administrator];
        let office = site.signed_in(site.person("담당", &duties).await).await;
        let config = Config {
            cases: amount("PROOF_CASES", 12) as u32,
            max_shrink_iters: 400,
            failure_persistence: None,
            ..Config::default()
        };
        // What is asked of the database while a case is tried runs on the site's own runtime.
        tokio::task::block_in_place(|| {
            let walked = TestRunner::new(config).run(&Model::sequential_strategy(30..60), |(model, steps, seen)| {
                let seen = || {
                    if let Some(seen) = &seen {
                        seen.fetch_add(1, Ordering::SeqCst);
                    }
                };
                Handle::current().block_on(walk(site, &office, model, steps, seen));
                Ok(())
            });
            if let Err(cause) = walked {
                panic!("{cause}");
            }
        });
    }
}
