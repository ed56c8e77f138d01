//! The rules by which applications are decided: a pure book of one run, asked what may happen to it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

use super::door::Entrance;
use super::lottery::Lottery;
use super::roll::{Entry, Roll};
use crate::course::{Audience, Category, Mode, RunState, Selection};
use crate::named::named;
use crate::space::SeatCode;

named! {
    /// Where an application stands. The first four are live.
    pub enum State {
        /// Waits for the office's decision: an approval, or the draw.
        Asked = "asked",
        Waiting = "waiting",
        /// Holds a seat until a deadline; taken once accepted.
        Offered = "offered",
        Booked = "booked",
        Declined = "declined",
        Cancelled = "cancelled",
        /// An offer not taken in time, or a waiting list that ended when the run began.
        Lapsed = "lapsed",
    }

    /// What happened to an application.
    pub enum EventKind {
        Asked = "asked",
        Waiting = "waiting",
        Booked = "booked",
        Promoted = "promoted",
        Offered = "offered",
        Accepted = "accepted",
        Lapsed = "lapsed",
        Moved = "moved",
        Approved = "approved",
        Declined = "declined",
        Cancelled = "cancelled",
    }
}

impl State {
    pub const LIVE: [Self; 4] = [Self::Asked, Self::Waiting, Self::Offered, Self::Booked];

    pub fn is_live(self) -> bool {
        Self::LIVE.contains(&self)
    }

    /// Whether it holds a seat or an admission.
    pub fn holds(self) -> bool {
        matches!(self, Self::Offered | Self::Booked)
    }
}

/// What somebody asks for: a certain seat, or whatever is free, or a place online in a run that is both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Choice {
    Any,
    Online,
    Seat(SeatCode),
}

impl Choice {
    /// Reads a form's `seat` field: `any`, `online` or a seat's code.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "any" => Some(Self::Any),
            "online" => Some(Self::Online),
            code => SeatCode::parse(code).map(Self::Seat),
        }
    }

    /// The word that [`Choice::parse`] reads.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Any => "any",
            Self::Online => "online",
            Self::Seat(code) => code.as_str(),
        }
    }
}

crate::column!(Choice);

/// What an application holds: a chair, or a numbered admission where the run has no plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    Seat(Uuid),
    Admission(u32),
}

/// A chair of the run's room. Those needed by wheelchairs are given out last.
#[derive(Clone, Debug)]
pub struct Chair {
    pub code: SeatCode,
    pub accessible: bool,
    pub in_service: bool,
    /// From the front row to the back, room by room.
    pub order: u32,
}

/// Everything that decides about one run.
#[derive(Clone, Debug)]
pub struct Book {
    pub run: Uuid,
    pub code: String,
    pub course: String,
    pub space: String,
    pub state: RunState,
    pub category: Category,
    pub audience: Audience,
    pub mode: Mode,
    pub selection: Selection,
    /// Of a run whose places are given by lot, once its secret is promised.
    pub lottery: Option<Lottery>,
    pub capacity: u32,
    pub apply_from: Option<DateTime<Utc>>,
    pub apply_until: Option<DateTime<Utc>>,
    pub cancel_until: Option<DateTime<Utc>>,
    pub offer_minutes: Option<u32>,
    /// Planned class sessions, half-open, in order.
    pub meets: Vec<(DateTime<Utc>, DateTime<Utc>)>,
    /// Year and month in Seoul in which the run begins: the month its applications count in.
    pub month: Option<(i32, u32)>,
    pub chairs: BTreeMap<Uuid, Chair>,
    pub live: Roll,
}

/// Somebody who applies, with what they hold elsewhere.
#[derive(Clone, Debug)]
pub struct Applicant<'a> {
    pub staff: bool,
    pub entrance: Entrance,
    /// Until when they may not apply in the category, where they may not; it may be past.
    pub barred_until: Option<DateTime<Utc>>,
    /// The books of the other runs in which they have a live application.
    pub others: Vec<&'a Book>,
    pub monthly_limit: u32,
}

/// What an application gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant {
    Booked(Place),
    Waiting,
    Asked,
}

/// What the first in line gets when a place is free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Promotion {
    pub stamp: i64,
    pub place: Place,
    /// Until when it must be accepted; `None` gives it at once.
    pub offer_until: Option<DateTime<Utc>>,
}

/// Why something may not happen. Each has a sentence in every language and a status.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
pub enum Refusal {
    #[error("no such run or application")]
    NotFound,
    #[error("the window opens later")]
    TooEarly(DateTime<Utc>),
    #[error("the window is closed")]
    Closed,
    #[error("the run has begun")]
    Begun,
    #[error("the run was cancelled")]
    RunCancelled,
    #[error("for staff only")]
    StaffOnly,
    #[error("barred from the category after absences without notice")]
    Barred(DateTime<Utc>),
    #[error("applications for this run are taken at the desk")]
    DeskOnly,
    #[error("the seat is taken")]
    SeatTaken(SeatCode),
    #[error("the seat is out of service")]
    SeatOutOfService(SeatCode),
    #[error("no such seat in this room")]
    NoSuchSeat,
    #[error("only seats in the room are left")]
    OnlineFull,
    #[error("the person has applied already")]
    AlreadyApplied,
    #[error("the ticket's number is another's")]
    TicketTaken(i32),
    #[error("the class times overlap with those of another run")]
    Overlaps(String),
    #[error("the month's limit is reached")]
    MonthlyLimit(u32),
    #[error("a reason is needed")]
    ReasonWanted,
    #[error("the offer is no longer open")]
    OfferGone,
    #[error("the application is not in the state for this")]
    WrongState,
    #[error("too many at once")]
    Busy,
    #[error("nobody stands in the door: no class goes on")]
    NoClassNow,
    #[error("no place is free")]
    Full,
    #[error("those who wait or were offered a place come first")]
    OthersFirst,
    #[error("the training manager has to approve")]
    ApprovalWanted,
    #[error("the window is closed, the draw comes after {0}")]
    DrawAwaited(DateTime<Utc>),
    #[error("the draw is not promised yet")]
    DrawNotReady,
    #[error("the list of applicants stays open until {0}")]
    ListOpen(DateTime<Utc>),
    #[error("the places were drawn already")]
    AlreadyDrawn,
    #[error("the secret of the draw can't be opened with the keys of the settings")]
    DrawSealed,
    #[error("the draw is announced for {0}")]
    DrawEarly(DateTime<Utc>),
    #[error("the secret or the list of the draw is not the promised one")]
    DrawBroken,
}

impl Book {
    /// When the first planned class session starts.
    pub fn begins(&self) -> Option<DateTime<Utc>> {
        self.meets.first().map(|(start, _)| *start)
    }

    /// When the class starts that goes on or comes next; where all are over, when the first did.
    pub fn next_class(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let next = self.meets.iter().find(|(_, end)| now < *end);
        next.map(|(start, _)| *start).or(self.begins())
    }

    fn has_begun(&self, now: DateTime<Utc>) -> bool {
        self.begins().is_some_and(|begins| begins <= now)
    }

    /// Whether people of this run sit in a plan.
    pub fn has_plan(&self) -> bool {
        self.mode != Mode::Online && !self.chairs.is_empty()
    }

    /// How many admissions the run may give out: all places of a run without a plan, those beyond the chairs of
    /// one that is both.
    fn admissions(&self) -> u32 {
        match (self.has_plan(), self.mode) {
            (false, _) => self.capacity,
            (true, Mode::Both) => self.capacity.saturating_sub(self.chairs_in_service()),
            (true, _) => 0,
        }
    }

    fn chairs_in_service(&self) -> u32 {
        u32::try_from(self.chairs.values().filter(|chair| chair.in_service).count()).unwrap_or(u32::MAX)
    }

    /// How many people hold a place. Open offers count.
    pub fn taken(&self) -> u32 {
        u32::try_from(self.live.held().len()).unwrap_or(u32::MAX)
    }

    fn has_room(&self) -> bool {
        self.taken() < self.capacity
    }

    /// Whether somebody stands in the waiting list.
    pub fn waits(&self) -> bool {
        !self.live.waiting().is_empty()
    }

    /// The free chair nearest the front, wheelchair seats last.
    fn free_chair(&self) -> Option<Place> {
        let free = |id: &Uuid, chair: &Chair| chair.in_service && !self.live.is_held(Place::Seat(*id));
        let best = self
            .chairs
            .iter()
            .filter(|(id, chair)| free(id, chair))
            .min_by_key(|(_, chair)| (chair.accessible, chair.order))?;
        Some(Place::Seat(*best.0))
    }

    fn free_admission(&self) -> Option<Place> {
        let number = self.live.free_admission();
        (number <= self.admissions()).then_some(Place::Admission(number))
    }

    /// Any place that can be given now.
    pub fn free_place(&self) -> Option<Place> {
        if !self.has_room() {
            return None;
        }
        let chair = if self.has_plan() { self.free_chair() } else { None };
        chair.or_else(|| self.free_admission())
    }

    /// How many places could still be given.
    pub fn left(&self) -> u32 {
        let held = self.live.held();
        let free_chairs = match self.has_plan() {
            true => self
                .chairs
                .iter()
                .filter(|(id, chair)| chair.in_service && !held.contains(&Place::Seat(**id)))
                .count(),
            false => 0,
        };
        let given = held.iter().filter(|place| matches!(place, Place::Admission(_))).count();
        let admissions = usize::try_from(self.admissions()).unwrap_or(usize::MAX).saturating_sub(given);
        let free = u32::try_from(free_chairs + admissions).unwrap_or(u32::MAX);
        free.min(self.capacity.saturating_sub(self.taken()))
    }

    /// The place `choice` names, if it can be given now.
    pub(super) fn place(&self, choice: &Choice) -> Result<Option<Place>, Refusal> {
        match choice {
            Choice::Any => Ok(self.free_place()),
            Choice::Online if self.mode == Mode::InPerson => Err(Refusal::NoSuchSeat),
            Choice::Online => match self.free_admission().filter(|_| self.has_room()) {
                None if self.free_place().is_some() => Err(Refusal::OnlineFull),
                place => Ok(place),
            },
            Choice::Seat(code) => {
                let place = self.seat(code)?;
                if !self.has_room() {
                    return Ok(None);
                }
                if self.live.is_held(place) { Err(Refusal::SeatTaken(code.clone())) } else { Ok(Some(place)) }
            }
        }
    }

    /// The chair with this code, if one can sit on it.
    pub(super) fn seat(&self, code: &SeatCode) -> Result<Place, Refusal> {
        if !self.has_plan() {
            return Err(Refusal::NoSuchSeat);
        }
        let (id, chair) =
            self.chairs.iter().find(|(_, chair)| chair.code == *code).ok_or(Refusal::NoSuchSeat)?;
        if chair.in_service { Ok(Place::Seat(*id)) } else { Err(Refusal::SeatOutOfService(code.clone())) }
    }

    /// The live application of a person, with its stamp.
    pub fn of_person(&self, person: Uuid) -> Option<(i64, &Entry)> {
        self.live.of_person(person)
    }

    /// The place in the waiting list, from 1.
    pub fn rank(&self, stamp: i64) -> Option<u32> {
        u32::try_from(self.live.rank(stamp)?).ok()
    }

    /// Decides one application that arrived at `arrived`. A desk is open to every way of giving places, and until
    /// the run begins, but between window and draw; the door while a class goes on; everybody else inside the window, where
    /// no groups come one after the other.
    pub fn apply(
        &self,
        who: &Applicant<'_>,
        choice: &Choice,
        arrived: DateTime<Utc>,
    ) -> Result<Grant, Refusal> {
        self.is_open(who, arrived)?;
        if let Some(until) = who.barred_until.filter(|until| arrived < *until) {
            return Err(Refusal::Barred(until));
        }
        if let Some(other) = who.others.iter().find(|other| self.overlaps(other)) {
            return Err(Refusal::Overlaps(other.code.clone()));
        }
        let same_month =
            who.others.iter().filter(|other| self.month.is_some() && other.month == self.month).count();
        if same_month >= usize::try_from(who.monthly_limit).unwrap_or(usize::MAX) {
            return Err(Refusal::MonthlyLimit(who.monthly_limit));
        }
        let place = self.place(choice)?;
        if let Entrance::Door { approves } = who.entrance {
            return self.let_in(place, approves);
        }
        Ok(match place {
            _ if self.selection == Selection::Approval || self.awaits_draw() => Grant::Asked,
            Some(place) if !self.waits() => Grant::Booked(place),
            _ => Grant::Waiting,
        })
    }

    fn is_open(&self, who: &Applicant<'_>, arrived: DateTime<Utc>) -> Result<(), Refusal> {
        match self.state {
            RunState::Draft => return Err(Refusal::NotFound),
            RunState::Cancelled => return Err(Refusal::RunCancelled),
            RunState::Published => {}
        }
        if self.audience == Audience::Staff && !who.staff {
            return Err(Refusal::StaffOnly);
        }
        match who.entrance {
            Entrance::Door { .. } if !self.is_meeting(arrived) => return Err(Refusal::NoClassNow),
            Entrance::Page | Entrance::Desk if self.has_begun(arrived) => return Err(Refusal::Begun),
            _ => {}
        }
        let (Some(from), Some(until)) = (self.apply_from, self.apply_until) else {
            return Err(Refusal::Closed);
        };
        if arrived < from {
            return Err(Refusal::TooEarly(from));
        }
        if self.selection == Selection::Lottery {
            return self.is_open_by_lot(who.entrance, arrived, until);
        }
        if who.entrance != Entrance::Page {
            return Ok(());
        }
        if self.selection == Selection::Staged {
            return Err(Refusal::DeskOnly);
        }
        if arrived < until { Ok(()) } else { Err(Refusal::Closed) }
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.meets.iter().any(|(start, end)| {
            other.meets.iter().any(|(other_start, other_end)| start < other_end && other_start < end)
        })
    }

    /// The chair somebody who is booked moves to.
    pub fn change_seat(&self, stamp: i64, code: &SeatCode, now: DateTime<Utc>) -> Result<Place, Refusal> {
        let entry =
            self.live.get(stamp).filter(|entry| entry.state == State::Booked).ok_or(Refusal::WrongState)?;
        if self.meets.last().is_none_or(|(_, end)| *end <= now) {
            return Err(Refusal::Begun);
        }
        let place = self.seat(code)?;
        if entry.place != Some(place) && self.live.is_held(place) {
            return Err(Refusal::SeatTaken(code.clone()));
        }
        Ok(place)
    }

    /// Whether a live application may be cancelled now: freely before the deadline (the first class, if none is
    /// set), then with a reason, until the last class is over.
    pub fn cancel(&self, reason: Option<&str>, now: DateTime<Utc>) -> Result<(), Refusal> {
        if self.meets.last().is_some_and(|(_, end)| *end <= now) {
            return Err(Refusal::Closed);
        }
        if self.cancel_wants_reason(now) && reason.is_none() {
            return Err(Refusal::ReasonWanted);
        }
        Ok(())
    }

    pub fn cancel_wants_reason(&self, now: DateTime<Utc>) -> bool {
        self.cancel_until.or(self.begins()).is_some_and(|deadline| deadline <= now)
    }

    /// The stamps of those who asked for a decision that the run no longer wants, in their order.
    pub fn unasked(&self) -> Vec<i64> {
        if self.selection == Selection::Approval || self.awaits_draw() {
            return Vec::new();
        }
        self.live.asked().iter().copied().collect()
    }

    /// Who moves up now, if anybody: the first in line, when a place is free and the run has not begun. The time to
    /// accept an offer begins when people are told of it, at `told_at`: `now` by day, in the morning if it is night.
    pub fn promotion(&self, now: DateTime<Utc>, told_at: DateTime<Utc>) -> Option<Promotion> {
        if self.state != RunState::Published || self.has_begun(now) {
            return None;
        }
        let stamp = self.live.waiting().first()?;
        let place = self.free_place()?;
        let offer_until = self.offer_minutes.map(|minutes| {
            let until = told_at + chrono::Duration::minutes(i64::from(minutes));
            self.begins().map_or(until, |begins| until.min(begins))
        });
        Some(Promotion { stamp: *stamp, place, offer_until })
    }

    /// The stamps of those whose time is over: offers past their deadline, and everybody not yet in when it began.
    pub fn overdue(&self, now: DateTime<Utc>) -> Vec<i64> {
        let until = |stamp: &i64| self.live.get(*stamp).and_then(|entry| entry.offer_until);
        let offered =
            self.live.offered().iter().filter(|stamp| until(stamp).is_some_and(|until| until <= now));
        let mut over: Vec<i64> = offered.copied().collect();
        if self.has_begun(now) {
            over.extend(self.live.waiting().union(self.live.asked()));
            over.sort_unstable();
        }
        over
    }

    /// The code on the chair an application holds.
    pub fn seat_code(&self, place: Option<Place>) -> Option<String> {
        match place? {
            Place::Seat(id) => self.chairs.get(&id).map(|chair| chair.code.as_str().to_owned()),
            Place::Admission(_) => None,
        }
    }
}

/// What everybody watching a run sees: which seats are held, how many places are left, how many wait.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    pub taken: BTreeSet<SeatCode>,
    pub left: u32,
    pub waiting: u32,
}

impl Book {
    pub fn snapshot(&self) -> Snapshot {
        let seats = self.live.held().iter().filter_map(|place| self.seat_code(Some(*place)));
        Snapshot {
            taken: seats.filter_map(|code| SeatCode::parse(&code)).collect(),
            left: self.left(),
            waiting: u32::try_from(self.live.waiting().len()).unwrap_or(u32::MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::lottery::Stage;
    use super::*;
    use crate::language::Language;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn chair(index: u32, accessible: bool) -> (Uuid, Chair) {
        let code = SeatCode::parse(&format!("1-{index:02}")).unwrap();
        (Uuid::from_u128(u128::from(index)), Chair { code, accessible, in_service: true, order: index })
    }

    /// Three chairs, the first for wheelchairs; open on 11 January, begins on 1 February.
    fn book() -> Book {
        Book {
            run: Uuid::from_u128(1000),
            code: "P21-014".into(),
            course: "파이썬".into(),
            space: "제1강의실".into(),
            state: RunState::Published,
            category: Category::Basic,
            audience: Audience::Resident,
            mode: Mode::InPerson,
            selection: Selection::FirstCome,
            lottery: None,
            capacity: 3,
            apply_from: Some(at("2021-01-11T00:00:00Z")),
            apply_until: Some(at("2021-01-28T09:00:00Z")),
            cancel_until: None,
            offer_minutes: None,
            meets: vec![(at("2021-02-01T01:00:00Z"), at("2021-02-01T03:00:00Z"))],
            month: Some((2021, 2)),
            chairs: [chair(1, true), chair(2, false), chair(3, false)].into(),
            live: Roll::default(),
        }
    }

    fn resident() -> Applicant<'static> {
        let entrance = Entrance::Page;
        Applicant { staff: false, entrance, barred_until: None, others: Vec::new(), monthly_limit: 3 }
    }

    fn enter(book: &mut Book, stamp: i64, state: State, place: Option<Place>) {
        let id = Uuid::from_u128(stamp.unsigned_abs().into());
        let entry = Entry { id, person: id, language: Language::Ko, state, place, offer_until: None };
        book.live.insert(stamp, entry);
    }

    /// Who moves up by day, when people are told at once.
    fn promoted(book: &Book, now: &str) -> Option<Promotion> {
        book.promotion(at(now), at(now))
    }

    const OPEN: &str = "2021-01-11T00:00:00Z";

    fn seat(index: u128) -> Place {
        Place::Seat(Uuid::from_u128(index))
    }

    #[test]
    fn the_window_opens_at_its_instant_and_not_a_microsecond_earlier() {
        let book = book();
        let early = book.apply(&resident(), &Choice::Any, at("2021-01-10T23:59:59.999999Z"));
        assert_eq!(early, Err(Refusal::TooEarly(at(OPEN))));
        assert!(book.apply(&resident(), &Choice::Any, at(OPEN)).is_ok());
        assert_eq!(book.apply(&resident(), &Choice::Any, at("2021-01-28T09:00:00Z")), Err(Refusal::Closed));
    }

    #[test]
    fn any_seat_is_the_front_most_and_wheelchair_seats_go_last() {
        let mut book = book();
        assert_eq!(book.apply(&resident(), &Choice::Any, at(OPEN)), Ok(Grant::Booked(seat(2))));
        enter(&mut book, 1, State::Booked, Some(seat(2)));
        enter(&mut book, 2, State::Booked, Some(seat(3)));
        assert_eq!(book.apply(&resident(), &Choice::Any, at(OPEN)), Ok(Grant::Booked(seat(1))));
    }

    #[test]
    fn a_taken_seat_is_refused_while_others_are_free_and_waits_when_none_is() {
        let mut book = book();
        let wanted = Choice::parse("1-02").unwrap();
        enter(&mut book, 1, State::Booked, Some(seat(2)));
        let code = SeatCode::parse("1-02").unwrap();
        assert_eq!(book.apply(&resident(), &wanted, at(OPEN)), Err(Refusal::SeatTaken(code)));
        enter(&mut book, 2, State::Offered, Some(seat(1)));
        enter(&mut book, 3, State::Booked, Some(seat(3)));
        assert_eq!(book.apply(&resident(), &wanted, at(OPEN)), Ok(Grant::Waiting));
        assert_eq!(book.left(), 0);
    }

    #[test]
    fn a_capacity_below_the_chairs_bounds_what_is_given() {
        let mut book = Book { capacity: 1, ..book() };
        assert_eq!(book.left(), 1);
        enter(&mut book, 1, State::Booked, Some(seat(2)));
        assert_eq!(book.apply(&resident(), &Choice::parse("1-03").unwrap(), at(OPEN)), Ok(Grant::Waiting));
    }

    #[test]
    fn nobody_passes_those_who_wait() {
        let mut book = book();
        enter(&mut book, 1, State::Waiting, None);
        assert_eq!(book.apply(&resident(), &Choice::Any, at(OPEN)), Ok(Grant::Waiting));
    }

    #[test]
    fn overlap_and_the_months_limit_look_at_the_other_runs() {
        let book = book();
        let overlapping = Book {
            code: "P21-015".into(),
            meets: vec![(at("2021-02-01T02:59:00Z"), at("2021-02-01T05:00:00Z"))],
            ..book.clone()
        };
        let next =
            Book { meets: vec![(at("2021-02-01T03:00:00Z"), at("2021-02-01T05:00:00Z"))], ..book.clone() };
        let with = |other, monthly_limit| Applicant { others: vec![other], monthly_limit, ..resident() };
        let apply = |who: Applicant| book.apply(&who, &Choice::Any, at(OPEN));
        assert_eq!(apply(with(&overlapping, 3)), Err(Refusal::Overlaps("P21-015".into())));
        assert!(apply(with(&next, 2)).is_ok());
        assert_eq!(apply(with(&next, 1)), Err(Refusal::MonthlyLimit(1)));
    }

    #[test]
    fn who_is_barred_is_refused_until_the_bar_ends_also_at_the_desk() {
        let book = book();
        let until = at("2021-01-12T00:00:00Z");
        for entrance in [Entrance::Page, Entrance::Desk] {
            let who = Applicant { barred_until: Some(until), entrance, ..resident() };
            let apply = |now: &str| book.apply(&who, &Choice::Any, at(now));
            assert_eq!(apply("2021-01-11T23:59:59Z"), Err(Refusal::Barred(until)));
            assert!(apply("2021-01-12T00:00:00Z").is_ok());
        }
    }

    #[test]
    fn staged_runs_take_applications_at_the_desk_only() {
        let book = Book { selection: Selection::Staged, ..book() };
        assert_eq!(book.apply(&resident(), &Choice::Any, at(OPEN)), Err(Refusal::DeskOnly));
        let desk = Applicant { entrance: Entrance::Desk, ..resident() };
        assert!(book.apply(&desk, &Choice::Any, at(OPEN)).is_ok());
    }

    /// What whoever comes this way gets from a run with a lottery, at this stage of its draw.
    fn by_lot(stage: Option<Stage>, entrance: Entrance, now: &str) -> Result<Grant, Refusal> {
        let lottery = stage.map(|stage| Lottery { stage, since: at(OPEN), planned_for: at(OPEN) });
        let book = Book { selection: Selection::Lottery, lottery, ..book() };
        book.apply(&Applicant { entrance, ..resident() }, &Choice::Any, at(now))
    }

    #[test]
    fn page_and_desk_are_open_to_a_lottery_inside_its_window_and_the_desk_again_after_the_draw() {
        let closed = "2021-01-28T09:00:00Z";
        for entrance in [Entrance::Page, Entrance::Desk] {
            let get = |stage, now| by_lot(stage, entrance, now);
            assert_eq!(get(Some(Stage::Committed), OPEN), Ok(Grant::Asked), "whatever is free");
            assert_eq!(get(None, OPEN), Err(Refusal::DrawNotReady), "nobody before the promise");
            for stage in [Stage::Committed, Stage::Listed] {
                assert_eq!(get(Some(stage), closed), Err(Refusal::DrawAwaited(at(closed))));
            }
            assert_eq!(get(Some(Stage::Listed), OPEN), Err(Refusal::DrawAwaited(at(closed))));
        }
        assert_eq!(by_lot(Some(Stage::Drawn), Entrance::Page, closed), Err(Refusal::Closed));
        assert_eq!(by_lot(Some(Stage::Drawn), Entrance::Desk, closed), Ok(Grant::Booked(seat(2))));
        assert_eq!(by_lot(None, Entrance::Desk, closed), Ok(Grant::Booked(seat(2))), "it never had a draw");
    }

    #[test]
    fn nobody_comes_through_the_door_before_those_who_wait_for_a_draw() {
        let lottery = Some(Lottery { stage: Stage::Listed, since: at(OPEN), planned_for: at(OPEN) });
        let mut book = Book { selection: Selection::Lottery, lottery, ..book() };
        assert_eq!(at_the_door(&book, false), Ok(Grant::Booked(seat(2))), "nobody had applied");
        enter(&mut book, 1, State::Asked, None);
        assert_eq!(at_the_door(&book, false), Err(Refusal::OthersFirst));
        book.lottery = Some(Lottery { stage: Stage::Drawn, since: at(OPEN), planned_for: at(OPEN) });
        enter(&mut book, 1, State::Booked, Some(seat(2)));
        assert_eq!(at_the_door(&book, false), Ok(Grant::Booked(seat(3))));
    }

    #[test]
    fn a_draw_is_once_between_the_frozen_list_and_the_first_class() {
        let may = |stage, now| {
            let lottery = Some(Lottery { stage, since: at(OPEN), planned_for: at(OPEN) });
            Book { selection: Selection::Lottery, lottery, ..book() }.may_draw(at(now))
        };
        let (closed, begun) = ("2021-01-28T09:00:00Z", "2021-02-01T01:00:00Z");
        assert_eq!(may(Stage::Committed, OPEN), Err(Refusal::ListOpen(at(closed))));
        assert_eq!(may(Stage::Listed, closed), Ok(()));
        let planned_for = at("2021-01-30T12:00:00Z");
        let lottery = Some(Lottery { stage: Stage::Listed, since: at(OPEN), planned_for });
        let announced = Book { selection: Selection::Lottery, lottery, ..book() };
        assert_eq!(announced.may_draw(at(closed)), Err(Refusal::DrawEarly(at("2021-01-30T12:00:00Z"))));
        assert_eq!(announced.may_draw(at("2021-01-30T12:00:00Z")), Ok(()));
        assert_eq!(may(Stage::Listed, begun), Err(Refusal::Begun));
        assert_eq!(may(Stage::Drawn, closed), Err(Refusal::AlreadyDrawn));
        assert_eq!(may(Stage::Drawn, begun), Err(Refusal::AlreadyDrawn));
        assert_eq!(book().may_draw(at(closed)), Err(Refusal::NotFound), "no lottery");
    }

    #[test]
    fn staff_runs_are_for_staff_and_approval_runs_ask_first() {
        let book = Book { audience: Audience::Staff, selection: Selection::Approval, ..book() };
        assert_eq!(book.apply(&resident(), &Choice::Any, at(OPEN)), Err(Refusal::StaffOnly));
        let staff = Applicant { staff: true, ..resident() };
        assert_eq!(book.apply(&staff, &Choice::Any, at(OPEN)), Ok(Grant::Asked));
    }

    #[test]
    fn the_list_moves_in_order_of_stamps_until_the_run_begins() {
        let mut book = book();
        enter(&mut book, 5, State::Waiting, None);
        enter(&mut book, 4, State::Waiting, None);
        assert_eq!((book.rank(4), book.rank(5)), (Some(1), Some(2)));
        let first = promoted(&book, OPEN).unwrap();
        assert_eq!((first.stamp, first.place, first.offer_until), (4, seat(2), None));
        assert_eq!(promoted(&book, "2021-02-01T01:00:00Z"), None);
        assert_eq!(book.overdue(at("2021-02-01T01:00:00Z")), [4, 5]);
    }

    #[test]
    fn an_offer_ends_at_its_deadline_and_never_after_the_run_begins() {
        let mut book = Book { offer_minutes: Some(60 * 24), ..book() };
        enter(&mut book, 1, State::Waiting, None);
        let until = |now: &str| promoted(&book, now).unwrap().offer_until.unwrap();
        assert_eq!(until("2021-01-20T00:00:00Z"), at("2021-01-21T00:00:00Z"));
        assert_eq!(until("2021-01-31T12:00:00Z"), at("2021-02-01T01:00:00Z"));
        let (night, morning) = (at("2021-01-20T14:00:00Z"), at("2021-01-20T23:00:00Z"));
        let offer = book.promotion(night, morning).unwrap();
        assert_eq!(offer.offer_until, Some(at("2021-01-21T23:00:00Z")), "nobody loses hours of sleep");
    }

    #[test]
    fn who_asked_for_an_approval_no_longer_wanted_is_admitted_in_order() {
        let mut book = Book { selection: Selection::Approval, ..book() };
        enter(&mut book, 2, State::Asked, None);
        enter(&mut book, 1, State::Asked, None);
        enter(&mut book, 3, State::Booked, Some(seat(2)));
        assert!(book.unasked().is_empty());
        book.selection = Selection::FirstCome;
        assert_eq!(book.unasked(), [1, 2]);
    }

    #[test]
    fn an_online_run_gives_numbered_admissions_up_to_its_capacity() {
        let mut book = Book { mode: Mode::Online, ..book() };
        assert_eq!(book.apply(&resident(), &Choice::Any, at(OPEN)), Ok(Grant::Booked(Place::Admission(1))));
        enter(&mut book, 1, State::Booked, Some(Place::Admission(1)));
        enter(&mut book, 2, State::Booked, Some(Place::Admission(3)));
        assert_eq!(book.free_place(), Some(Place::Admission(2)));
        let seat = Choice::parse("1-02").unwrap();
        assert_eq!(book.apply(&resident(), &seat, at(OPEN)), Err(Refusal::NoSuchSeat));
    }

    #[test]
    fn a_run_that_is_both_has_places_online_beyond_its_chairs() {
        let mut book = Book { mode: Mode::Both, capacity: 4, ..book() };
        assert_eq!(book.left(), 4);
        assert_eq!(
            book.apply(&resident(), &Choice::Online, at(OPEN)),
            Ok(Grant::Booked(Place::Admission(1)))
        );
        enter(&mut book, 1, State::Booked, Some(Place::Admission(1)));
        assert_eq!(book.apply(&resident(), &Choice::Online, at(OPEN)), Err(Refusal::OnlineFull));
        assert_eq!(book.left(), 3);
    }

    /// While its only class goes on, which is from half past nine in the door.
    const IN_CLASS: &str = "2021-02-01T00:30:00Z";

    fn at_the_door(book: &Book, approves: bool) -> Result<Grant, Refusal> {
        let who = Applicant { entrance: Entrance::Door { approves }, ..resident() };
        book.apply(&who, &Choice::Any, at(IN_CLASS))
    }

    #[test]
    fn the_door_is_open_while_a_class_goes_on() {
        let book = book();
        let who = Applicant { entrance: Entrance::Door { approves: false }, ..resident() };
        let apply = |now: &str| book.apply(&who, &Choice::Any, at(now));
        assert_eq!(apply("2021-02-01T00:29:59Z"), Err(Refusal::NoClassNow));
        assert_eq!(apply(IN_CLASS), Ok(Grant::Booked(seat(2))));
        assert_eq!(apply("2021-02-01T02:59:59Z"), Ok(Grant::Booked(seat(2))));
        assert_eq!(apply("2021-02-01T03:00:00Z"), Err(Refusal::NoClassNow));
        assert_eq!(book.entrance_at_desk(at(IN_CLASS)), Entrance::Desk, "it has not begun");
        let begun = at("2021-02-01T01:00:00Z");
        assert_eq!(book.entrance_at_desk(begun), Entrance::Door { approves: false });
        assert_eq!(book.entrance_at_desk(at("2021-02-01T03:00:00Z")), Entrance::Desk);
    }

    #[test]
    fn nobody_comes_through_the_door_before_those_who_wait() {
        let mut book = book();
        enter(&mut book, 1, State::Booked, Some(seat(2)));
        enter(&mut book, 2, State::Booked, Some(seat(3)));
        assert_eq!(at_the_door(&book, false), Ok(Grant::Booked(seat(1))));
        enter(&mut book, 3, State::Waiting, None);
        assert_eq!(at_the_door(&book, false), Err(Refusal::OthersFirst));
        enter(&mut book, 3, State::Offered, Some(seat(1)));
        assert_eq!(at_the_door(&book, false), Err(Refusal::OthersFirst));
        enter(&mut book, 3, State::Booked, Some(seat(1)));
        assert_eq!(at_the_door(&book, false), Err(Refusal::Full));
    }

    #[test]
    fn into_a_run_by_approval_only_who_may_approve_lets_people_in() {
        let book = Book { selection: Selection::Approval, ..book() };
        assert_eq!(at_the_door(&book, false), Err(Refusal::ApprovalWanted));
        assert_eq!(at_the_door(&book, true), Ok(Grant::Booked(seat(2))));
    }

    #[test]
    fn two_exchange_their_seats_once_however_often_it_is_asked() {
        let mut book = book();
        enter(&mut book, 1, State::Booked, Some(seat(2)));
        enter(&mut book, 2, State::Booked, Some(seat(3)));
        enter(&mut book, 3, State::Offered, Some(seat(1)));
        let swap = |book: &Book, other: i64, code: &str| {
            book.swap(1, other, &SeatCode::parse(code).unwrap(), at(IN_CLASS))
        };
        assert_eq!(swap(&book, 2, "1-03"), Ok(Some((seat(3), seat(2)))));
        assert_eq!(swap(&book, 2, "1-02"), Ok(None), "there they sit");
        assert_eq!(swap(&book, 2, "1-09"), Err(Refusal::NoSuchSeat));
        assert_eq!(swap(&book, 3, "1-01"), Err(Refusal::WrongState), "an offer is no place yet");
        let taken = SeatCode::parse("1-03").unwrap();
        enter(&mut book, 4, State::Booked, Some(Place::Admission(1)));
        assert_eq!(swap(&book, 4, "1-03"), Err(Refusal::SeatTaken(taken)), "another sits there");
        enter(&mut book, 2, State::Booked, Some(Place::Admission(2)));
        assert_eq!(swap(&book, 2, "1-03"), Err(Refusal::WrongState), "they have got up");
        let over = at("2021-02-01T03:00:00Z");
        assert_eq!(book.swap(1, 2, &SeatCode::parse("1-03").unwrap(), over), Err(Refusal::Begun));
    }

    #[test]
    fn nobody_is_sent_to_a_seat_that_is_out_of_service() {
        let mut book = book();
        enter(&mut book, 1, State::Booked, Some(seat(2)));
        enter(&mut book, 2, State::Booked, Some(seat(3)));
        let code = SeatCode::parse("1-03").unwrap();
        for broken in [2, 3] {
            let mut book = book.clone();
            let chair = book.chairs.get_mut(&Uuid::from_u128(broken)).unwrap();
            chair.in_service = false;
            let broken = chair.code.clone();
            assert_eq!(book.swap(1, 2, &code, at(IN_CLASS)), Err(Refusal::SeatOutOfService(broken)));
        }
    }

    #[test]
    fn cancelling_late_wants_a_reason_and_after_the_end_is_refused() {
        let book = Book { cancel_until: Some(at("2021-01-30T00:00:00Z")), ..book() };
        assert_eq!(book.cancel(None, at("2021-01-29T23:59:59Z")), Ok(()));
        assert_eq!(book.cancel(None, at("2021-01-30T00:00:00Z")), Err(Refusal::ReasonWanted));
        assert_eq!(book.cancel(Some("이사"), at("2021-01-30T00:00:00Z")), Ok(()));
        assert_eq!(book.cancel(Some("이사"), at("2021-02-01T03:00:00Z")), Err(Refusal::Closed));
    }
}
