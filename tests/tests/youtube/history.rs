//! Thousands of histories in memory: whatever is called and whatever fails, what was said of a call is true of the world.

use std::time::Instant;

use chrono::TimeDelta;
use domain::broadcast::call::{Answer, Call, Draft, Grant, Hindrance, Move, Outcome, Phase, Privacy, Reason};
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::{collection, option, sample};
use tests::amount;
use tests::youtube::{Fault, TokenFault, World};

use super::{draft, picture, start};

/// What happens next. Numbers choose among what there is.
#[derive(Clone, Debug)]
enum Step {
    Call(Wish, usize, Option<Fault>, Option<TokenFault>),
    Sends(usize),
    Stops(usize),
    Pass(i64),
    Rename(usize),
    EndsByHand(usize),
}

#[derive(Clone, Copy, Debug)]
enum Wish {
    Insert,
    List,
    Read,
    Update,
    Bind,
    Go(Move),
    Delete,
    Stream,
    Streams,
    Video,
    Picture,
}

fn step() -> impl Strategy<Value = Step> {
    let wish = sample::select(vec![
        Wish::Insert,
        Wish::List,
        Wish::Read,
        Wish::Update,
        Wish::Bind,
        Wish::Go(Move::Testing),
        Wish::Go(Move::Live),
        Wish::Go(Move::Complete),
        Wish::Delete,
        Wish::Stream,
        Wish::Streams,
        Wish::Video,
        Wish::Picture,
    ]);
    let number = any::<usize>();
    let fault = option::weighted(0.4, sample::select(Fault::ALL.to_vec()));
    let token_fault = option::weighted(0.05, sample::select(TokenFault::ALL.to_vec()));
    prop_oneof![
        8 => (wish, number, fault, token_fault).prop_map(|(wish, at, fault, token)| Step::Call(wish, at, fault, token)),
        1 => any::<usize>().prop_map(Step::Sends),
        1 => any::<usize>().prop_map(Step::Stops),
        1 => (1..120i64).prop_map(Step::Pass),
        1 => any::<usize>().prop_map(Step::Rename),
        1 => prop_oneof![Just(Step::Pass(1)), any::<usize>().prop_map(Step::EndsByHand)],
    ]
}

struct History {
    world: World,
    grant: Grant,
    now: chrono::DateTime<chrono::Utc>,
    calls: u32,
}

impl History {
    fn show(&self, at: usize) -> String {
        let shows = self.world.shows();
        if shows.is_empty() { "none".into() } else { shows[at % shows.len()].id.clone() }
    }

    fn stream(&self, at: usize) -> Option<String> {
        let streams = self.world.streams();
        (!streams.is_empty()).then(|| streams[at % streams.len()].id.clone())
    }

    fn call(&self, wish: Wish, at: usize) -> Call {
        let id = self.show(at);
        match wish {
            Wish::Insert => Call::InsertBroadcast(Draft {
                starts_at: self.now + TimeDelta::hours(1),
                ends_at: self.now + TimeDelta::hours(2),
                privacy: Privacy::Unlisted,
                ..draft(&format!("{}회", at % 100))
            }),
            Wish::List => Call::ListBroadcasts,
            Wish::Read => Call::ReadBroadcast { id },
            Wish::Update => {
                let mut raw = self.world.resource(&id).unwrap_or_else(|| serde_json::json!({ "id": id }));
                draft(&format!("{}회 (변경)", at % 100)).apply(&mut raw);
                Call::UpdateBroadcast { raw }
            }
            Wish::Bind => Call::Bind {
                id,
                stream: (!at.is_multiple_of(5)).then(|| self.stream(at / 7).unwrap_or_else(|| "none".into())),
            },
            Wish::Go(to) => Call::Transition { id, to },
            Wish::Delete => Call::DeleteBroadcast { id },
            Wish::Stream => Call::InsertStream { title: "스튜디오".into() },
            Wish::Streams => Call::ListStreams,
            Wish::Video => Call::ReadVideo { id },
            Wish::Picture => picture(&id),
        }
    }

    fn picture(&self) -> Vec<Option<serde_json::Value>> {
        let shows = self.world.shows().iter().map(|show| self.world.resource(&show.id));
        shows.chain([Some(self.world.streams().len().into())]).collect()
    }

    fn take(&mut self, step: &Step) {
        match step {
            Step::Call(wish, at, fault, token_fault) => self.make(*wish, *at, *fault, *token_fault),
            Step::Sends(at) => {
                if let Some(stream) = self.stream(*at) {
                    self.world.encoder_sends(self.now, &stream);
                }
            }
            Step::Stops(at) => {
                if let Some(stream) = self.stream(*at) {
                    self.world.encoder_stops(self.now, &stream);
                }
            }
            Step::Pass(seconds) => self.now += TimeDelta::seconds(*seconds),
            Step::Rename(at) if !self.world.shows().is_empty() => {
                let id = self.show(*at);
                self.world.rename_by_hand(&id, "손으로 고친 제목");
            }
            Step::EndsByHand(at) if !self.world.shows().is_empty() => {
                let id = self.show(*at);
                self.world.end_by_hand(self.now, &id);
            }
            Step::Rename(_) | Step::EndsByHand(_) => {}
        }
        // The time's own doing.
        self.world.advance(self.now);
        self.holds();
    }

    fn make(&mut self, wish: Wish, at: usize, fault: Option<Fault>, token_fault: Option<TokenFault>) {
        let call = self.call(wish, at);
        self.world.faults.push_back(fault);
        self.world.token_faults.push_back(token_fault);
        let (before, shows, units) = (self.picture(), self.world.shows().len(), self.world.units());
        let outcome = self.world.call(self.now, &self.grant, &call);
        self.world.faults.clear();
        self.calls += 1;
        let told = format!("{call:?} under {fault:?}: {outcome:?}");
        let writes = !call.method().as_str().ends_with(".list");
        match &outcome {
            Outcome::Rejected(_) | Outcome::NotTried(_) => assert_eq!(before, self.picture(), "{told}"),
            Outcome::Done(_) | Outcome::Uncertain(_) if !writes => {
                assert_eq!(before, self.picture(), "{told}")
            }
            Outcome::Done(Answer::Broadcast(said)) => {
                let id = &said.id;
                assert_eq!(Some(&said.raw), self.world.resource(id).as_ref(), "{told}");
            }
            Outcome::Done(_) | Outcome::Uncertain(_) => {}
        }
        if let Outcome::NotTried(hindrance) = &outcome {
            assert_eq!(units, self.world.units(), "{told}");
            assert_eq!(
                *hindrance == Hindrance::GrantLost,
                token_fault == Some(TokenFault::InvalidGrant),
                "{told}"
            );
        }
        // However it ended, an insert makes one broadcast at most.
        let made = self.world.shows().len().saturating_sub(shows);
        assert!(made <= usize::from(matches!(call, Call::InsertBroadcast(_))), "{told}");
        if let Outcome::Rejected(refusal) = &outcome {
            assert_ne!(refusal.reason, Reason::Invalid, "{told}");
        }
    }

    fn holds(&self) {
        for stream in self.world.streams() {
            let on = self.world.shows().iter().filter(|show| {
                let is_on = matches!(show.phase, Phase::Live | Phase::LiveStarting | Phase::Testing);
                is_on && show.stream.as_ref() == Some(&stream.id)
            });
            assert!(on.count() <= 1, "two shows on one stream");
        }
        let spent: u32 = self.world.log.iter().map(|entry| entry.units).sum();
        assert_eq!(spent, self.world.units());
        assert_eq!(self.world.wrong, []);
    }
}

#[test]
fn whatever_fails_what_is_said_of_a_call_is_true() {
    let cases = u32::try_from(amount("PROOF_YOUTUBE", 300)).expect("a number of histories");
    let mut runner = proptest::test_runner::TestRunner::new(proptest::test_runner::Config {
        cases,
        failure_persistence: None,
        ..proptest::test_runner::Config::default()
    });
    let calls = std::cell::Cell::new(0);
    let began = Instant::now();
    let outcome = runner.run(&collection::vec(step(), 1..60), |steps| {
        let (mut world, refresh_token) = World::with_channel("채널");
        world.rules.list_lag = TimeDelta::seconds(20);
        let grant = Grant { channel: uuid::Uuid::from_u128(1), refresh_token };
        let mut history = History { world, grant, now: start(), calls: 0 };
        steps.iter().for_each(|step| history.take(step));
        calls.set(calls.get() + history.calls);
        Ok(())
    });
    println!("{cases} histories of {} calls in {:?}", calls.get(), began.elapsed());
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}
