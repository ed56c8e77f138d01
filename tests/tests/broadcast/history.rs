//! Thousands of histories of a few classes on one encoder, with every fault at every call and kills between any two steps:
//! whatever happened, each class comes to have one broadcast, as it is wanted, or a state that asks a person.

use chrono::{DateTime, TimeDelta, Utc};
use domain::broadcast::abandoned::{self, follow_up, is_let_go, look};
use domain::broadcast::call::{Call, Draft, Grant, Latency, Outcome, Phase, Privacy};
use domain::broadcast::plan::{Learnt, Next, Record, Wanted};
use domain::broadcast::stream::Holders;
use domain::broadcast::{State, Thumbnail, Trouble};
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::{collection, option, sample};
use tests::amount;
use tests::youtube::{Fault, TokenFault, World};
use uuid::Uuid;

const CLASSES: usize = 3;

/// What happens next. Numbers choose among the classes.
#[derive(Clone, Debug)]
enum Step {
    /// One round of the worker over all classes.
    Round {
        fault: Option<Fault>,
        token_fault: Option<TokenFault>,
        dies: Option<Dies>,
    },
    /// Minutes.
    Pass(i64),
    Move(usize, i64),
    Rename(usize),
    Cancel(usize),
    Start(usize),
    End(usize),
    EncoderSends,
    EncoderStops,
    RenamedByHand(usize),
    EndedByHand(usize),
    DeletedByHand(usize),
    PersonRetries,
    CallOff(usize),
    PasteLink(usize),
    HandBack(usize),
    MakeAnew(usize),
    /// The channel may not broadcast any more, or may again.
    Blocked(bool),
}

/// Where the process is killed.
#[derive(Clone, Copy, Debug)]
enum Dies {
    BeforeTheCall,
    AfterTheCall,
}

fn step() -> impl Strategy<Value = Step> {
    let class = || 0..CLASSES;
    let fault = option::weighted(0.3, sample::select(Fault::ALL.to_vec()));
    let token_fault =
        option::weighted(0.03, sample::select(vec![TokenFault::Trouble(503), TokenFault::Hang]));
    let dies = option::weighted(0.1, sample::select(vec![Dies::BeforeTheCall, Dies::AfterTheCall]));
    prop_oneof![
        12 => (fault, token_fault, dies)
            .prop_map(|(fault, token_fault, dies)| Step::Round { fault, token_fault, dies }),
        6 => prop_oneof![1..5_i64, 5..60_i64, 60..3_000_i64].prop_map(Step::Pass),
        1 => (class(), -600..600_i64).prop_map(|(class, by)| Step::Move(class, by)),
        1 => class().prop_map(Step::Rename),
        1 => class().prop_map(Step::Cancel),
        1 => class().prop_map(Step::Start),
        1 => class().prop_map(Step::End),
        1 => any::<bool>().prop_map(|sends| if sends { Step::EncoderSends } else { Step::EncoderStops }),
        1 => class().prop_map(Step::RenamedByHand),
        1 => class().prop_map(Step::EndedByHand),
        1 => class().prop_map(Step::DeletedByHand),
        1 => any::<bool>().prop_map(|_| Step::PersonRetries),
        1 => prop_oneof![
            class().prop_map(Step::CallOff),
            class().prop_map(Step::PasteLink),
            class().prop_map(Step::HandBack),
            class().prop_map(Step::MakeAnew),
        ],
        1 => prop_oneof![1 => Just(true), 3 => Just(false)].prop_map(Step::Blocked),
    ]
}

/// A class as the rows have it, and what is remembered of its broadcast.
struct Class {
    record: Record,
    title: String,
    starts_at: DateTime<Utc>,
    cancelled: bool,
    /// Somebody called the broadcast off.
    unwanted: bool,
    /// What was replaced, and YouTube may still have.
    abandoned: Vec<abandoned::Model>,
}

impl Class {
    fn ends_at(&self) -> DateTime<Utc> {
        self.starts_at + TimeDelta::hours(2)
    }

    fn is_wanted(&self) -> bool {
        !self.cancelled && !self.unwanted
    }

    /// As `domain::broadcast::abandoned::replace` does.
    fn abandon(&mut self, chosen: Option<&str>, now: DateTime<Utc>) {
        self.abandoned.retain(|it| Some(it.video.as_str()) != chosen);
        let record = &self.record;
        let was_ours = !matches!(record.state, State::Manual | State::Cancelled);
        let unanswered = || record.asked.as_ref().map(|_| record.marker());
        let old = record.video.clone().or_else(unanswered);
        if let Some(video) = old.filter(|old| was_ours && Some(old.as_str()) != chosen) {
            self.abandoned.push(abandoned::Model {
                video,
                broadcast_id: record.id,
                channel_id: Uuid::from_u128(1),
                stream: record.bound.clone(),
                tries: 0,
                not_before: None,
                said: None,
                abandoned_at: now,
            });
        }
    }

    /// As `domain::broadcast::store::paste_link` does.
    fn paste(&mut self, now: DateTime<Utc>) {
        let before = matches!(
            self.record.state,
            State::Planned | State::Creating | State::Created | State::Bound | State::Armed
        );
        if before || matches!(self.record.state, State::Attention | State::Live | State::Manual) {
            let link = format!("link{}", self.record.id.as_u128());
            self.abandon(Some(&link), now);
            let record = &mut self.record;
            (record.state, record.trouble, record.video) = (State::Manual, None, Some(link));
            (record.drawn, record.listed, record.list_doubt) = (None, None, true);
            (record.bound, record.under_way, record.not_before) = (None, None, None);
            (record.started_at, record.ended_at) = (None, None);
        }
    }

    /// As `domain::broadcast::store::hand_back` does.
    fn hand_back(&mut self) {
        let record = &mut self.record;
        if record.state == State::Manual {
            record.state = State::Created;
            (record.asked, record.written, record.seen) = (None, None, None);
            (record.started_at, record.ended_at) = (None, None);
            (record.settled, record.tries) = (false, 0);
        }
    }

    /// As `domain::broadcast::store::make_anew` does.
    fn make_anew(&mut self, now: DateTime<Utc>) {
        if matches!(self.record.state, State::Attention | State::Cancelled) {
            self.abandon(None, now);
            let generation = self.record.generation + 1;
            self.record = Record { generation, ..Record::new(self.record.id) };
            self.unwanted = false;
        }
    }

    /// As `domain::broadcast::store::call_off` does, once.
    fn call_off(&mut self, now: DateTime<Utc>) {
        let record = &self.record;
        let is_there = record.video.is_some() && record.trouble != Some(Trouble::Gone);
        let may_be = !matches!(record.trouble, Some(Trouble::Gone | Trouble::NeverBegan | Trouble::Doubled));
        let ends = matches!(record.state, State::Live | State::Ending | State::Complete | State::Filed);
        if ends || record.state == State::Cancelled || self.unwanted {
            return;
        }
        self.unwanted = true;
        let next = match record.state {
            State::Attention if is_there => State::Created,
            State::Attention if record.asked.is_some() && record.video.is_none() && may_be => State::Creating,
            State::Attention | State::Manual => State::Cancelled,
            _ => return,
        };
        if next == State::Cancelled {
            self.abandon(None, now);
            (self.record.video, self.record.bound) = (None, None);
        }
        let record = &mut self.record;
        (record.state, record.trouble, record.seen) = (next, None, None);
        (record.looks, record.tries, record.not_before) = (0, 0, None);
    }
}

struct History {
    world: World,
    grant: Grant,
    stream: String,
    playlist: String,
    now: DateTime<Utc>,
    classes: Vec<Class>,
    /// Calls made.
    calls: usize,
}

fn start() -> DateTime<Utc> {
    "2021-03-01T00:00:00Z".parse().expect("a time")
}

impl History {
    fn new() -> Self {
        let (mut world, refresh_token) = World::with_channel("채널");
        world.rules.list_lag = TimeDelta::seconds(40);
        let grant = Grant { channel: Uuid::from_u128(1), refresh_token };
        let made = world.call(start(), &grant, &Call::InsertStream { title: "송출".into() });
        assert!(matches!(made, Outcome::Done(_)), "{made:?}");
        let stream = world.streams()[0].id.clone();
        let made = world.call(
            start(),
            &grant,
            &Call::InsertPlaylist { title: "강좌".into(), privacy: Privacy::Unlisted },
        );
        assert!(matches!(made, Outcome::Done(_)), "{made:?}");
        let playlist = world.playlists()[0].id.clone();
        let class = |number: usize| {
            let hours = i64::try_from(number).expect("few") * 3;
            Class {
                record: Record::new(Uuid::from_u128(100 + number as u128)),
                title: format!("{number}차시"),
                starts_at: start() + TimeDelta::days(2) + TimeDelta::hours(hours),
                cancelled: false,
                unwanted: false,
                abandoned: Vec::new(),
            }
        };
        let classes = (0..CLASSES).map(class).collect();
        Self { world, grant, stream, playlist, now: start(), classes, calls: 0 }
    }

    fn wanted(&self, index: usize) -> Wanted {
        let class = &self.classes[index];
        let mut holders = Holders::default();
        for it in &self.classes {
            let is_to_come = it.is_wanted() && self.now < it.ends_at();
            holders.add(&it.record, Some(&self.stream), is_to_come.then_some(it.starts_at), self.now);
        }
        for stream in self.classes.iter().flat_map(|it| &it.abandoned).filter_map(|it| it.stream.as_deref()) {
            holders.leave(stream);
        }
        Wanted {
            draft: Draft {
                title: class.title.clone(),
                description: format!("수업\n{}", class.record.marker()),
                starts_at: class.starts_at,
                ends_at: class.ends_at(),
                privacy: Privacy::Unlisted,
                made_for_kids: false,
                dvr: true,
                latency: Latency::Low,
            },
            thumbnail: self.thumbnail(index),
            playlist: Some(self.playlist.clone()),
            stream: Some(self.stream.clone()),
            stream_taken: holders.is_taken(&self.stream, class.starts_at, class.record.id),
            stream_awaited: holders.is_awaited(&self.stream, class.starts_at, class.record.id),
            stream_wanted_at: holders.wanted_after(&self.stream, class.starts_at, class.record.id),
            cancelled: !class.is_wanted(),
            replay_ended: false,
        }
    }

    fn thumbnail(&self, index: usize) -> Thumbnail {
        let class = &self.classes[index];
        Thumbnail { title: class.title.clone(), facts: vec![class.starts_at.date_naive().to_string()] }
    }

    /// Sees to what was abandoned, as the reconciler does.
    fn tend_abandoned(&mut self, index: usize) {
        for mut row in std::mem::take(&mut self.classes[index].abandoned) {
            let mut next = Some(look(&row)).filter(|_| row.not_before.is_none_or(|at| at <= self.now));
            let mut is_gone = false;
            while let Some(call) = next {
                let outcome = self.world.call(self.now, &self.grant, &call);
                self.calls += 1;
                let kept = self.classes[index].record.video.as_deref();
                is_gone = is_let_go(&row, kept, &call, &outcome);
                next = follow_up(&row, kept, &call, &outcome);
                row.not_before = Some(self.now + TimeDelta::minutes(5));
                row.tries += i32::from(next.is_none());
            }
            if !is_gone {
                self.classes[index].abandoned.push(row);
            }
        }
    }

    /// One step for each class, as the reconciler takes it; `dies` kills it at the first call.
    fn round(&mut self, dies: Option<Dies>) {
        for index in 0..self.classes.len() {
            self.tend_abandoned(index);
            self.classes[index].record.lose(self.now);
            let wanted = self.wanted(index);
            match self.classes[index].record.next(&wanted, self.now) {
                Next::Call(call) => {
                    let mut record = self.classes[index].record.clone();
                    record.begin(&wanted, &call);
                    // The database's own index, whatever was looked at before.
                    if self.is_bound_elsewhere(index, &record) {
                        continue;
                    }
                    self.classes[index].record = record;
                    if matches!(dies, Some(Dies::BeforeTheCall)) {
                        return;
                    }
                    let outcome = self.world.call(self.now, &self.grant, &call);
                    self.calls += 1;
                    if matches!(dies, Some(Dies::AfterTheCall)) {
                        return;
                    }
                    let mut record = self.classes[index].record.clone();
                    let learnt = record.end(&wanted, &call, outcome, self.now);
                    if self.is_bound_elsewhere(index, &record) {
                        record.is_in_the_way();
                    }
                    self.classes[index].record = record;
                    if learnt == Learnt::QuotaSpent {
                        self.classes[index].record.not_before = Some(self.now + TimeDelta::hours(1));
                    }
                }
                Next::Become(state, trouble) => {
                    let record = &mut self.classes[index].record;
                    (record.state, record.trouble) = (state, trouble);
                }
                Next::Wait(_) | Next::Rest => {}
            }
        }
    }

    fn is_bound_elsewhere(&self, index: usize, record: &Record) -> bool {
        let mut others = self.classes.iter().enumerate().filter(|(other, _)| *other != index);
        let mut left = self.classes.iter().flat_map(|it| &it.abandoned);
        record.bound.is_some()
            && (others.any(|(_, it)| it.record.bound == record.bound)
                || left.any(|it| it.stream == record.bound))
    }

    fn shows_of(&self, index: usize) -> Vec<&tests::youtube::Show> {
        let marker = self.classes[index].record.marker();
        let is_ours = |show: &&tests::youtube::Show| {
            let text = show.settings["snippet"]["description"].as_str().unwrap_or_default();
            text.lines().last() == Some(marker.as_str())
        };
        self.world.shows().iter().filter(is_ours).collect()
    }

    fn take(&mut self, step: &Step) {
        match *step {
            Step::Round { fault, token_fault, dies } => {
                self.world.faults.push_back(fault);
                self.world.token_faults.push_back(token_fault);
                self.round(dies);
                self.world.faults.clear();
                self.world.token_faults.clear();
                self.now += TimeDelta::seconds(5);
            }
            Step::Pass(minutes) => self.now += TimeDelta::minutes(minutes),
            Step::Move(index, by) => {
                let moved = self.classes[index].starts_at + TimeDelta::minutes(by);
                // Nobody moves a class into the past, or one that has begun.
                if moved > self.now && self.classes[index].starts_at > self.now {
                    self.classes[index].starts_at = moved;
                }
            }
            Step::Rename(index) => self.classes[index].title.push('새'),
            Step::Cancel(index) => self.classes[index].cancelled = true,
            Step::Start(index) => {
                let record = &mut self.classes[index].record;
                if matches!(record.state, State::Created | State::Bound | State::Armed) {
                    record.start_asked = Some(self.now);
                }
            }
            Step::End(index) => {
                let record = &mut self.classes[index].record;
                if record.state == State::Live {
                    record.end_asked = Some(self.now);
                }
            }
            Step::EncoderSends => self.world.encoder_sends(self.now, &self.stream),
            Step::EncoderStops => self.world.encoder_stops(self.now, &self.stream),
            Step::RenamedByHand(index) => {
                if let Some(id) = self.shows_of(index).first().map(|show| show.id.clone()) {
                    self.world.rename_by_hand(&id, "손으로 고친 제목");
                }
            }
            Step::EndedByHand(index) => {
                if let Some(id) = self.shows_of(index).first().map(|show| show.id.clone()) {
                    self.world.end_by_hand(self.now, &id);
                }
            }
            Step::DeletedByHand(index) => {
                if let Some(id) = self.shows_of(index).first().map(|show| show.id.clone()) {
                    self.world.delete_by_hand(&id);
                }
            }
            Step::CallOff(index) => self.classes[index].call_off(self.now),
            Step::PasteLink(index) => self.classes[index].paste(self.now),
            Step::HandBack(index) => self.classes[index].hand_back(),
            Step::MakeAnew(index) => self.classes[index].make_anew(self.now),
            Step::Blocked(is_blocked) => {
                self.world.channels[0].refuses = is_blocked.then_some("liveStreamingNotEnabled");
            }
            Step::PersonRetries => self.classes.iter_mut().for_each(|class| retry(&mut class.record)),
        }
        self.world.advance(self.now);
        self.holds();
    }

    /// What must be true at every moment.
    fn holds(&self) {
        for (index, class) in self.classes.iter().enumerate() {
            let shows = self.shows_of(index);
            assert!(shows.len() <= 1, "{} broadcasts of one class: {:?}", shows.len(), class.record);
        }
        let holding = self.classes.iter().filter(|class| class.record.bound.is_some());
        let left = self.classes.iter().flat_map(|class| &class.abandoned).filter(|it| it.stream.is_some());
        assert!(holding.count() + left.count() <= 1, "two wait for one stream key");
        let items = &self.world.playlists()[0].items;
        for (_, video) in items {
            let count = items.iter().filter(|(_, other)| other == video).count();
            assert_eq!(count, 1, "a broadcast stands twice in its playlist");
        }
        // What YouTube itself would start by this key: one at most, whatever we believe.
        let waiting = self.world.shows().iter().filter(|show| {
            show.stream.as_ref() == Some(&self.stream) && matches!(show.phase, Phase::Created | Phase::Ready)
        });
        assert!(waiting.count() <= 1, "YouTube would start two by one key");
        assert_eq!(self.world.wrong, [], "said what YouTube's description doesn't know");
    }

    /// Lets the worker work undisturbed until nothing more is to be done for now.
    fn settle(&mut self) {
        self.world.channels[0].refuses = None;
        // What staff did on YouTube is seen at the next look, a day later at most.
        let prepared = [State::Created, State::Bound, State::Armed];
        let looked_at = self.classes.iter_mut().filter(|class| prepared.contains(&class.record.state));
        looked_at.for_each(|class| class.record.seen = None);
        for _ in 0..60 {
            self.round(None);
            self.now += TimeDelta::seconds(5);
            self.round(None);
            self.now += TimeDelta::seconds(61);
            self.world.advance(self.now);
            self.holds();
        }
    }

    /// Who could begin and has no stream waits for one that is on, comes earlier or asks a person: never for a later one.
    fn is_nobody_before(&self, index: usize, told: &str) {
        let class = &self.classes[index];
        let is_near =
            self.now >= class.starts_at - domain::broadcast::plan::ARMING && self.now < class.ends_at();
        let is_put_off = class.record.not_before.is_some_and(|at| at > self.now);
        let holder = self.classes.iter().find(|it| it.record.bound.is_some());
        let is_left = self.classes.iter().any(|it| !it.abandoned.is_empty());
        if holder.is_none() && !is_left && is_near && !is_put_off {
            let mut earlier = self.classes.iter().filter(|it| {
                let waits = matches!(it.record.state, State::Planned | State::Creating | State::Created);
                waits && it.is_wanted() && self.now < it.ends_at() && it.starts_at <= class.starts_at
            });
            assert!(earlier.any(|it| it.record.id != class.record.id), "nobody has the stream: {told}");
        }
        let waits = matches!(holder, Some(it) if matches!(it.record.state, State::Bound | State::Armed)
            && it.record.start_asked.is_none() && it.record.not_before.is_none_or(|at| at <= self.now));
        if let Some(holder) = holder.filter(|_| waits && is_near && !is_put_off) {
            assert!(
                holder.starts_at <= class.starts_at,
                "waits for a later one: {told}, {:?}",
                holder.record
            );
        }
    }

    /// What must be true once the worker has had time.
    fn is_settled(&self) {
        for (index, class) in self.classes.iter().enumerate() {
            let (record, wanted, shows) = (&class.record, self.wanted(index), self.shows_of(index));
            let show = shows.first();
            assert_eq!(class.abandoned, [], "YouTube has not let go: {record:?}");
            let told = format!("{:?} {:?}: {record:?}", class.starts_at, self.now);
            match record.state {
                State::Created | State::Bound | State::Armed => {
                    let show = show.unwrap_or_else(|| panic!("nothing there: {told}"));
                    assert_eq!(record.video.as_deref(), Some(show.id.as_str()), "{told}");
                    let by_hand = record.changed_by_hand(&wanted).is_some();
                    let is_to_come = self.now < class.starts_at - domain::broadcast::plan::WATCHING;
                    if !by_hand && is_to_come {
                        assert_eq!(record.drawn.as_ref(), Some(&wanted.thumbnail), "{told}");
                        assert_eq!(record.listed, wanted.playlist, "{told}");
                        let items = &self.world.playlists()[0].items;
                        assert!(items.iter().any(|(_, video)| *video == show.id), "{told}");
                        assert!(show.thumbnail.is_some(), "{told}");
                        assert_eq!(show.settings["snippet"]["title"], class.title.as_str(), "{told}");
                        let begins = class.starts_at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
                        assert_eq!(show.settings["snippet"]["scheduledStartTime"], begins, "{told}");
                    }
                    if record.state == State::Created && class.is_wanted() {
                        self.is_nobody_before(index, &told);
                    }
                    if record.state == State::Armed {
                        assert_eq!(show.stream.as_ref(), Some(&self.stream), "{told}");
                    }
                    assert!(class.is_wanted(), "{told}");
                }
                State::Live => assert_eq!(show.map(|show| show.phase), Some(Phase::Live), "{told}"),
                State::Complete | State::Filed => {
                    assert!(show.is_none_or(|show| show.phase == Phase::Complete), "{told}");
                }
                // What had begun before a person took another's link was ended, and its recording stays.
                State::Cancelled => assert!(shows.iter().all(|show| show.phase == Phase::Complete), "{told}"),
                State::Planned => {
                    let is_early = self.now < class.starts_at - domain::broadcast::plan::LEAD;
                    assert!(is_early || record.not_before.is_some(), "{told}");
                }
                State::Creating | State::Ending => panic!("still waiting for an answer: {told}"),
                State::Attention => assert!(record.trouble.is_some(), "{told}"),
                State::Manual => {
                    assert!(record.video.as_deref().is_some_and(|it| it.starts_with("link")), "{told}");
                    assert_eq!(record.bound, None, "{told}");
                    assert!(shows.iter().all(|show| show.phase == Phase::Complete), "{told}");
                }
            }
        }
    }
}

/// As `domain::broadcast::store::retry` does.
fn retry(record: &mut Record) {
    if record.state == State::Attention {
        record.state = if record.video.is_some() { State::Created } else { State::Creating };
        record.trouble = None;
        record.seen = None;
        (record.looks, record.tries, record.not_before) = (0, 0, None);
    }
}

#[test]
fn whatever_happens_a_class_has_one_broadcast_or_asks_a_person() {
    let cases = u32::try_from(amount("PROOF_BROADCASTS", 400)).expect("a number of histories");
    let mut runner = proptest::test_runner::TestRunner::new(proptest::test_runner::Config {
        cases,
        failure_persistence: None,
        ..proptest::test_runner::Config::default()
    });
    let (calls, ends) = (std::cell::Cell::new(0), std::cell::RefCell::new(std::collections::BTreeMap::new()));
    let began = std::time::Instant::now();
    let outcome = runner.run(&collection::vec(step(), 1..120), |steps| {
        let mut history = History::new();
        steps.iter().for_each(|step| history.take(step));
        history.settle();
        history.is_settled();
        calls.set(calls.get() + history.calls);
        for class in &history.classes {
            *ends.borrow_mut().entry(class.record.state).or_insert(0) += 1;
        }
        Ok(())
    });
    println!(
        "{cases} histories, {} calls, in {:?}, ending {:?}",
        calls.get(),
        began.elapsed(),
        ends.borrow()
    );
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn a_class_planned_before_one_that_is_armed_has_the_stream_first() {
    for fault in Fault::ALL.iter().copied().map(Some).chain([None]) {
        let mut history = History::new();
        history.take(&Step::Pass(28 * 60));
        history.settle();
        let states = |history: &History| history.classes.iter().map(|it| it.record.state).collect::<Vec<_>>();
        assert_eq!(states(&history), [State::Armed, State::Created, State::Created]);
        // Two hours before the first, and whatever YouTube does when it is told to let go.
        history.take(&Step::Move(2, -8 * 60));
        for _ in 0..3 {
            history.take(&Step::Round { fault, token_fault: None, dies: None });
        }
        history.take(&Step::PersonRetries);
        history.settle();
        history.is_settled();
        assert_eq!(states(&history), [State::Created, State::Created, State::Armed], "{fault:?}");
        // It is shown and over, and the stream goes back.
        let (begins, ends) = (history.classes[2].starts_at, history.classes[2].ends_at());
        history.take(&Step::Pass((begins - history.now).num_minutes()));
        history.take(&Step::EncoderSends);
        history.settle();
        assert_eq!(history.classes[2].record.state, State::Live, "{fault:?}");
        history.take(&Step::Pass((ends - history.now).num_minutes()));
        history.take(&Step::EncoderStops);
        history.take(&Step::End(2));
        history.settle();
        assert_eq!(states(&history)[0], State::Armed, "{fault:?}");
    }
}
