//! What is to be said to YouTube next, and what its answer means: pure, so that thousands of histories can be lived through
//! in a second.
//!
//! One step is one call. It is written down ([`Record::begin`]) before it is made and its outcome after it
//! ([`Record::end`]); whoever finds a step begun and never ended ends it as [`Outcome::Uncertain`]. From whatever state a
//! killed process leaves behind, the next step leads back to one broadcast, bound to the right stream, at the right time,
//! or to a state that asks a person.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::broadcast::call::{
    Answer, Broadcast, Call, Draft, Hindrance, Method, Move, Outcome, Phase, Privacy, Reason, Refusal, Video,
};
use crate::broadcast::model::{State, Thumbnail, Trouble, marker};

/// So long before its start a broadcast is made.
pub const LEAD: TimeDelta = TimeDelta::days(14);

/// So long before its start it is bound to its encoder, where no other is.
pub const ARMING: TimeDelta = TimeDelta::hours(24);

/// What YouTube has just been told shows up in its lists after this.
pub const LAG: TimeDelta = TimeDelta::seconds(60);

/// What was read is good for so long as the ground of an update.
pub const FRESH: TimeDelta = TimeDelta::seconds(60);

/// From so long before its start one looks whether it has begun.
pub const WATCHING: TimeDelta = TimeDelta::minutes(15);

/// How often one looks then.
pub const PACE: TimeDelta = TimeDelta::seconds(30);

/// How often viewers are counted during a show.
pub const SAMPLING: TimeDelta = TimeDelta::minutes(1);

/// How often one looks, days before, whether staff have changed it on YouTube.
pub const PATROL: TimeDelta = TimeDelta::hours(24);

/// Who hasn't begun so long after the end doesn't begin any more; sooner where the next waits for its stream.
pub const GIVEN_UP: TimeDelta = TimeDelta::minutes(30);

/// Views of the replay are counted so long after the end.
pub const FILING: TimeDelta = TimeDelta::hours(24);

/// How often one looks whether a replay is still there.
pub const REPLAY_LOOK: TimeDelta = TimeDelta::days(7);

/// What the centre's own rows want, computed anew at each step.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    pub draft: Draft,
    pub thumbnail: Thumbnail,
    /// The playlist of its run, once there is one.
    pub playlist: Option<String>,
    /// The stream of its encoder.
    pub stream: Option<String>,
    /// Whether another broadcast holds that stream, as far as we know or YouTube last said.
    pub stream_taken: bool,
    /// Whether one that begins earlier could be bound now, if this one let go of that stream.
    pub stream_awaited: bool,
    /// When the next that waits for that stream begins.
    pub stream_wanted_at: Option<DateTime<Utc>>,
    /// The class was cancelled, or nobody wants it broadcast any more.
    pub cancelled: bool,
    /// The consent to the replay has ended.
    pub replay_ended: bool,
}

impl Wanted {
    /// From when on who hasn't begun doesn't begin any more: before the next class gets ready to, which would otherwise
    /// wait for the stream in its own time. A quarter of an hour is everybody's.
    pub fn given_up_at(&self) -> DateTime<Utc> {
        let Draft { starts_at, ends_at, .. } = self.draft;
        let late = ends_at + GIVEN_UP;
        self.stream_wanted_at.map_or(late, |next| late.min((next - WATCHING).max(starts_at + WATCHING)))
    }
}

/// What was last seen on YouTube, and when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    pub at: DateTime<Utc>,
    pub broadcast: Broadcast,
}

/// What is remembered of one broadcast.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    pub id: Uuid,
    pub state: State,
    pub trouble: Option<Trouble>,
    /// What YouTube said, for people.
    pub said: Option<String>,
    /// How often it was made anew, from 1.
    pub generation: i32,
    pub video: Option<String>,
    /// The stream that YouTube would start it by, as far as we know: no other broadcast may have it.
    pub bound: Option<String>,
    /// The call that was begun and not ended.
    pub under_way: Option<Method>,
    /// After an insert without an answer: how often the lists were searched in vain.
    pub looks: i32,
    /// Attempts in vain since the last that did something.
    pub tries: i32,
    /// Nothing is said before this.
    pub not_before: Option<DateTime<Utc>>,
    /// What we last asked it to be, and whether that was seen to have been heard.
    pub asked: Option<Draft>,
    pub settled: bool,
    /// What it then was, in YouTube's own spelling. Where it is something else now, somebody changed it there.
    pub written: Option<Draft>,
    pub seen: Option<Seen>,
    /// What its picture says, as far as YouTube takes pictures from us.
    pub drawn: Option<Thumbnail>,
    /// The playlist that it was put into.
    pub listed: Option<String>,
    /// Whether it may have been put into one without an answer.
    pub list_doubt: bool,
    pub start_asked: Option<DateTime<Utc>>,
    pub end_asked: Option<DateTime<Utc>>,
    pub started_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
    pub sampled_at: Option<DateTime<Utc>>,
    pub views: Option<i64>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    Call(Call),
    /// Nothing is said; it comes to stand so.
    Become(State, Option<Trouble>),
    /// Nothing before then, unless something changes.
    Wait(DateTime<Utc>),
    /// Nothing, until a person or the rows want something else.
    Rest,
}

/// What an answer brought beside the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Learnt {
    Nothing,
    /// So many watch just now.
    Viewers(u32),
    /// The channel's grant is dead.
    GrantLost,
    /// No more units today.
    QuotaSpent,
}

impl Record {
    pub fn new(id: Uuid) -> Self {
        Self {
            id,
            state: State::Planned,
            trouble: None,
            said: None,
            generation: 1,
            video: None,
            bound: None,
            under_way: None,
            looks: 0,
            tries: 0,
            not_before: None,
            asked: None,
            settled: false,
            written: None,
            seen: None,
            drawn: None,
            listed: None,
            list_doubt: false,
            start_asked: None,
            end_asked: None,
            started_at: None,
            ended_at: None,
            sampled_at: None,
            views: None,
        }
    }

    pub fn marker(&self) -> String {
        marker(self.id, self.generation)
    }

    /// What staff have changed on YouTube: what stands there, where it is neither what it was nor what is wanted.
    pub fn changed_by_hand(&self, wanted: &Wanted) -> Option<&Draft> {
        // What was seen of another, before a person chose this one, is no change of this one.
        let seen = self.seen.as_ref().filter(|seen| Some(&seen.broadcast.id) == self.video.as_ref())?;
        let seen = &seen.broadcast.draft;
        (Some(seen) != self.written.as_ref() && *seen != wanted.draft).then_some(seen)
    }

    /// Whether its calls may use the units kept back for going live and ending.
    pub fn is_urgent(&self) -> bool {
        self.bound.is_some() || self.start_asked.is_some()
    }

    /// The next step. A step that was begun and not ended has to be ended first.
    pub fn next(&self, wanted: &Wanted, now: DateTime<Utc>) -> Next {
        if let Some(later) = self.not_before.filter(|at| *at > now) {
            return Next::Wait(later);
        }
        match self.state {
            State::Attention | State::Manual | State::Cancelled => Next::Rest,
            State::Planned => self.make(wanted, now),
            State::Creating => self.search(wanted, now),
            State::Created | State::Bound | State::Armed => self.prepare(wanted, now),
            State::Live => self.show(now),
            State::Ending => self.finish(now),
            State::Complete => self.file(wanted, now),
            State::Filed => self.close_replay(wanted, now),
        }
    }

    fn make(&self, wanted: &Wanted, now: DateTime<Utc>) -> Next {
        let Draft { starts_at, ends_at, .. } = wanted.draft;
        if wanted.cancelled {
            return Next::Become(State::Cancelled, None);
        }
        if now >= ends_at {
            return Next::Become(State::Attention, Some(Trouble::NeverBegan));
        }
        if now < starts_at - LEAD {
            return Next::Wait(starts_at - LEAD);
        }
        // What should have begun begins in a minute: YouTube takes no start in the past.
        let starts_at = starts_at.max(now + TimeDelta::minutes(1));
        let ends_at = ends_at.max(starts_at + TimeDelta::minutes(1));
        Next::Call(Call::InsertBroadcast(Draft { starts_at, ends_at, ..wanted.draft.clone() }))
    }

    /// After an insert whose answer was lost: twice looked for in vain, it was not made.
    fn search(&self, wanted: &Wanted, now: DateTime<Utc>) -> Next {
        if self.looks < 2 { Next::Call(Call::ListBroadcasts) } else { self.make(wanted, now) }
    }

    fn prepare(&self, wanted: &Wanted, now: DateTime<Utc>) -> Next {
        let Some(video) = self.video.clone() else { return Next::Rest };
        let Some(seen) = &self.seen else { return Next::Call(Call::ReadBroadcast { id: video }) };
        let starts_at = wanted.draft.starts_at;
        let is_fresh = now - seen.at < FRESH;
        // One that never began would begin in the next one's place, with its first picture.
        if wanted.cancelled || now >= wanted.given_up_at() {
            return Next::Call(match is_fresh {
                true => Call::DeleteBroadcast { id: video },
                false => Call::ReadBroadcast { id: video },
            });
        }
        let mut until = seen.at + PATROL;
        // YouTube takes no start in the past.
        if now < starts_at && self.needs_update(wanted) {
            if !is_fresh {
                return Next::Call(Call::ReadBroadcast { id: video });
            }
            let mut raw = seen.broadcast.raw.clone();
            wanted.draft.apply(&mut raw);
            return Next::Call(Call::UpdateBroadcast { raw });
        }
        // A class planned before one that is armed already has the stream first; the later one is bound again after it.
        if self.bound.is_some() && wanted.stream_awaited && self.start_asked.is_none() {
            return Next::Call(match is_fresh {
                true => Call::Bind { id: video, stream: None },
                false => Call::ReadBroadcast { id: video },
            });
        }
        if let Some(stream) = &wanted.stream {
            let bind = || Next::Call(Call::Bind { id: video.clone(), stream: Some(stream.clone()) });
            match self.state {
                State::Created if wanted.stream_taken => {}
                State::Created if now >= starts_at - ARMING || self.start_asked.is_some() => return bind(),
                State::Created => until = until.min(starts_at - ARMING),
                // What was said was not heard, or somebody has undone it.
                _ if seen.broadcast.stream.as_ref() != Some(stream) => {
                    return if is_fresh { bind() } else { Next::Call(Call::ReadBroadcast { id: video }) };
                }
                _ => {}
            }
        }
        if self.start_asked.is_some() && self.state == State::Armed {
            return Next::Call(Call::Transition { id: video, to: Move::Live });
        }
        if now >= starts_at - WATCHING {
            until = seen.at + PACE;
        } else if let Some(call) = self.dress(&video, wanted) {
            return Next::Call(call);
        } else {
            until = until.min(starts_at - WATCHING);
        }
        if now >= until { Next::Call(Call::ReadBroadcast { id: video }) } else { Next::Wait(until) }
    }

    /// What makes it easier to find: its picture and its place in the run's playlist. A broadcast that staff have changed
    /// by hand is left alone until a person has decided.
    fn dress(&self, video: &str, wanted: &Wanted) -> Option<Call> {
        if self.changed_by_hand(wanted).is_some() {
            return None;
        }
        if self.drawn.as_ref() != Some(&wanted.thumbnail) {
            return Some(Call::SetThumbnail { id: video.to_owned(), thumbnail: wanted.thumbnail.clone() });
        }
        let playlist = wanted.playlist.clone().filter(|_| self.listed.is_none())?;
        Some(match self.list_doubt {
            true => Call::ListPlaylistItems { playlist },
            false => Call::InsertPlaylistItem { playlist, video: video.to_owned() },
        })
    }

    /// Whether what is wanted differs from what we made it. What staff have changed by hand waits for a person, and what
    /// YouTube spells otherwise is not said twice.
    fn needs_update(&self, wanted: &Wanted) -> bool {
        let seen = self.seen.as_ref().map(|seen| &seen.broadcast.draft);
        let is_said = self.settled && self.asked.as_ref() == Some(&wanted.draft);
        seen != Some(&wanted.draft) && seen == self.written.as_ref() && !is_said
    }

    fn show(&self, now: DateTime<Utc>) -> Next {
        let Some(id) = self.video.clone() else { return Next::Rest };
        if self.end_asked.is_some() {
            return Next::Call(Call::Transition { id, to: Move::Complete });
        }
        match self.sampled_at.map(|at| at + SAMPLING).filter(|next| *next > now) {
            Some(next) => Next::Wait(next),
            None => Next::Call(Call::ReadVideo { id }),
        }
    }

    fn finish(&self, now: DateTime<Utc>) -> Next {
        let Some(id) = self.video.clone() else { return Next::Rest };
        match &self.seen {
            // Seen since, and still live: the end was not heard.
            Some(seen) if now - seen.at < FRESH => Next::Call(Call::Transition { id, to: Move::Complete }),
            _ => Next::Call(Call::ReadBroadcast { id }),
        }
    }

    fn file(&self, wanted: &Wanted, now: DateTime<Utc>) -> Next {
        let Some(id) = self.video.clone() else { return Next::Rest };
        if let Some(call) = self.dress(&id, wanted) {
            return Next::Call(call);
        }
        let due = self.ended_at.unwrap_or(now) + FILING;
        if now >= due { Next::Call(Call::ReadVideo { id }) } else { Next::Wait(due) }
    }

    /// A replay nobody consents to any more goes private. Until then one looks from time to time whether it is still there.
    fn close_replay(&self, wanted: &Wanted, now: DateTime<Utc>) -> Next {
        let Some(id) = self.video.clone() else { return Next::Rest };
        let seen = self.seen.as_ref().map(|seen| &seen.broadcast.draft);
        let is_private = |draft: &Draft| draft.privacy == Privacy::Private;
        let known = [seen, self.written.as_ref(), Some(&wanted.draft)];
        if known.into_iter().flatten().any(is_private) {
            return Next::Rest;
        }
        if !wanted.replay_ended {
            return match self.sampled_at.map(|at| at + REPLAY_LOOK).filter(|next| *next > now) {
                Some(next) => Next::Wait(next),
                None => Next::Call(Call::ReadVideo { id }),
            };
        }
        match &self.seen {
            Some(seen) if now - seen.at < FRESH => {
                let mut raw = seen.broadcast.raw.clone();
                Draft { privacy: Privacy::Private, ..seen.broadcast.draft.clone() }.apply(&mut raw);
                Next::Call(Call::UpdateBroadcast { raw })
            }
            _ => Next::Call(Call::ReadBroadcast { id }),
        }
    }

    /// Notes a call before it is made. What it may change has to be seen anew.
    pub fn begin(&mut self, wanted: &Wanted, call: &Call) {
        let method = call.method();
        self.under_way = Some(method);
        match call {
            Call::InsertBroadcast(draft) => {
                self.state = State::Creating;
                self.looks = 0;
                self.ask_for(draft);
            }
            Call::UpdateBroadcast { .. } if self.state == State::Filed => {}
            Call::UpdateBroadcast { .. } => self.ask_for(&wanted.draft),
            Call::Bind { stream: Some(stream), .. } => {
                self.state = State::Bound;
                self.bound = Some(stream.clone());
            }
            // The stream is its own until YouTube has said otherwise.
            Call::Bind { stream: None, .. } => self.state = State::Created,
            Call::Transition { to: Move::Complete, .. } => self.state = State::Ending,
            Call::InsertPlaylistItem { .. } => self.list_doubt = true,
            _ => {}
        }
        let changes = matches!(
            method,
            Method::InsertBroadcast
                | Method::UpdateBroadcast
                | Method::Bind
                | Method::Transition
                | Method::DeleteBroadcast
        );
        if changes {
            self.seen = None;
        }
    }

    fn ask_for(&mut self, draft: &Draft) {
        self.asked = Some(draft.clone());
        self.settled = false;
    }

    /// Notes what became of the call that was begun.
    pub fn end(&mut self, wanted: &Wanted, call: &Call, outcome: Outcome, now: DateTime<Utc>) -> Learnt {
        self.under_way = None;
        match outcome {
            Outcome::Done(answer) => {
                self.tries = 0;
                self.not_before = None;
                self.said = None;
                self.done(wanted, call, answer, now)
            }
            Outcome::Rejected(refusal) => self.rejected(wanted, call, refusal, now),
            Outcome::Uncertain(said) => {
                self.said = Some(said);
                self.uncertain(call.method(), now);
                Learnt::Nothing
            }
            Outcome::NotTried(hindrance) => self.not_tried(call, hindrance, now),
        }
    }

    /// Ends a step whose process died before it heard anything.
    pub fn lose(&mut self, now: DateTime<Utc>) {
        if let Some(method) = self.under_way.take() {
            self.uncertain(method, now);
        }
    }

    fn done(&mut self, wanted: &Wanted, call: &Call, answer: Answer, now: DateTime<Utc>) -> Learnt {
        match (call, answer) {
            (Call::InsertBroadcast(_), Answer::Broadcast(made)) => {
                self.written = Some(made.draft.clone());
                self.adopt(*made, now);
            }
            (Call::ListBroadcasts, Answer::Broadcasts(all)) => self.found(all, now),
            (Call::ReadBroadcast { .. }, Answer::Broadcast(seen)) => self.see(*seen, now),
            (Call::UpdateBroadcast { .. }, Answer::Broadcast(seen)) => {
                self.written = Some(seen.draft.clone());
                self.settled = true;
                self.see(*seen, now);
            }
            (Call::Bind { .. } | Call::Transition { .. }, Answer::Broadcast(seen)) => self.see(*seen, now),
            (Call::DeleteBroadcast { .. }, _) => self.deleted(wanted),
            (Call::ReadVideo { .. }, Answer::Video(video)) => return self.watch(wanted, &video, now),
            (Call::SetThumbnail { thumbnail, .. }, _) => self.drawn = Some(thumbnail.clone()),
            (Call::InsertPlaylistItem { playlist, .. }, _) => self.put_into(playlist),
            (Call::ListPlaylistItems { playlist }, Answer::Items(videos)) => {
                self.list_doubt = false;
                if videos.iter().any(|it| Some(it) == self.video.as_ref()) {
                    self.put_into(playlist);
                }
            }
            _ => {}
        }
        Learnt::Nothing
    }

    fn put_into(&mut self, playlist: &str) {
        self.listed = Some(playlist.to_owned());
        self.list_doubt = false;
    }

    /// It is not there any more, by our own will.
    fn deleted(&mut self, wanted: &Wanted) {
        (self.video, self.bound, self.seen) = (None, None, None);
        if wanted.cancelled {
            self.state = State::Cancelled;
        } else {
            self.ask(Trouble::NeverBegan);
        }
    }

    /// Takes in what YouTube says it is.
    fn see(&mut self, broadcast: Broadcast, now: DateTime<Utc>) {
        let (phase, is_bound) = (broadcast.phase, broadcast.stream.is_some());
        if is_bound || self.state != State::Bound {
            self.bound.clone_from(&broadcast.stream);
        }
        if !self.settled && self.asked.as_ref() == Some(&broadcast.draft) {
            // What was asked for without an answer was heard.
            self.written = Some(broadcast.draft.clone());
            self.settled = true;
        }
        self.seen = Some(Seen { at: now, broadcast });
        match phase {
            Phase::Live | Phase::LiveStarting if self.state != State::Ending => {
                self.state = State::Live;
                self.started_at.get_or_insert(now);
            }
            Phase::Complete if !matches!(self.state, State::Complete | State::Filed) => {
                self.state = State::Complete;
                self.ended_at.get_or_insert(now);
                self.bound = None;
            }
            Phase::Revoked => {
                self.bound = None;
                self.ask(Trouble::Revoked);
            }
            Phase::Complete => self.bound = None,
            _ if self.state == State::Bound && is_bound => self.state = State::Armed,
            _ => {}
        }
    }

    /// It is ours and it is new.
    fn adopt(&mut self, broadcast: Broadcast, now: DateTime<Utc>) {
        self.state = State::Created;
        self.video = Some(broadcast.id.clone());
        self.settled = true;
        self.see(broadcast, now);
    }

    fn found(&mut self, all: Vec<Broadcast>, now: DateTime<Utc>) {
        let marker = self.marker();
        let mut ours = all.into_iter().filter(|it| it.draft.description.lines().last() == Some(&marker));
        match (ours.next(), ours.next()) {
            (Some(one), None) => {
                // What differs from what was asked for, somebody has changed since.
                self.written = self.asked.clone();
                self.adopt(one, now);
            }
            (Some(_), Some(_)) => self.ask(Trouble::Doubled),
            (None, _) => {
                self.looks += 1;
                self.not_before = Some(now + LAG);
            }
        }
    }

    fn watch(&mut self, wanted: &Wanted, video: &Video, now: DateTime<Utc>) -> Learnt {
        self.sampled_at = Some(now);
        if matches!(self.state, State::Complete | State::Filed) {
            self.views = video.views.and_then(|views| i64::try_from(views).ok()).or(self.views);
            self.state = State::Filed;
            // Whoever looks for it finds nothing, and nobody here wanted that.
            let is_hidden = video.privacy == Privacy::Private && wanted.draft.privacy != Privacy::Private;
            if is_hidden && !wanted.replay_ended {
                self.ask(Trouble::Gone);
            }
            return Learnt::Nothing;
        }
        self.started_at = video.started_at.or(self.started_at);
        if let Some(ended) = video.ended_at {
            self.state = State::Complete;
            self.ended_at = Some(ended);
            self.bound = None;
        }
        video.viewers.map_or(Learnt::Nothing, Learnt::Viewers)
    }

    /// Another broadcast has the stream that this one was found bound to: only a person can say which is right.
    pub fn is_in_the_way(&mut self) {
        self.bound = None;
        self.ask(Trouble::KeyTaken);
    }

    fn ask(&mut self, trouble: Trouble) {
        self.state = State::Attention;
        self.trouble = Some(trouble);
    }

    /// Nothing happened. Where the call had moved the state on, it goes back.
    fn undo(&mut self, method: Method) {
        self.state = match (method, self.state) {
            (Method::InsertBroadcast, State::Creating) => State::Planned,
            (Method::Bind, State::Bound) => {
                self.bound = None;
                State::Created
            }
            (Method::InsertPlaylistItem, state) => {
                self.list_doubt = false;
                state
            }
            (Method::Transition, State::Ending) => State::Live,
            (_, state) => state,
        };
    }

    fn wait(&mut self, span: TimeDelta, now: DateTime<Utc>) {
        self.not_before = Some(now + span);
    }

    /// Ten seconds, doubled each time, at most ten minutes.
    fn wait_longer(&mut self, now: DateTime<Utc>) {
        let seconds = 10_i64 << self.tries.clamp(0, 6);
        self.tries += 1;
        self.wait(TimeDelta::seconds(seconds.min(600)), now);
    }

    fn rejected(&mut self, wanted: &Wanted, call: &Call, refusal: Refusal, now: DateTime<Utc>) -> Learnt {
        let Refusal { reason, said } = refusal;
        let method = call.method();
        match (method, reason) {
            (Method::Transition, Reason::Redundant) => {
                // It is there already: the next look says so.
                self.wait(TimeDelta::seconds(5), now);
            }
            (Method::Transition, Reason::InvalidTransition) => {
                // It stands elsewhere than we believed. Who still wants it to begin presses again.
                self.start_asked = None;
                self.said = Some(said);
                self.wait(TimeDelta::seconds(5), now);
            }
            (Method::Transition, Reason::StreamInactive) => {
                // It begins by itself with the first picture; who wants it sooner presses again.
                self.undo(method);
                self.start_asked = None;
                self.said = Some(said);
            }
            (Method::DeleteBroadcast, Reason::NotFound) => self.deleted(wanted),
            (Method::DeleteBroadcast, Reason::Invalid | Reason::Other) => {
                // It has begun meanwhile: the next look says so.
                self.said = Some(said);
                self.wait_longer(now);
            }
            (Method::Bind, Reason::InvalidTransition) if self.state == State::Created => {
                // It has begun before it let go of the stream: the next look says so.
                self.said = Some(said);
                self.wait_longer(now);
            }
            (
                Method::SetThumbnail | Method::InsertPlaylistItem | Method::ListPlaylistItems,
                Reason::NotFound | Reason::Channel | Reason::Invalid | Reason::Other,
            ) => self.go_undressed(call),
            (_, Reason::NotFound) => {
                self.said = Some(said);
                self.bound = None;
                self.ask(Trouble::Gone);
            }
            (_, Reason::QuotaExceeded) => {
                self.undo(method);
                self.said = Some(said);
                return Learnt::QuotaSpent;
            }
            (_, Reason::Unauthorized) => {
                self.undo(method);
                return Learnt::GrantLost;
            }
            (_, Reason::TooFast) => {
                self.undo(method);
                self.wait_longer(now);
            }
            (_, Reason::Channel) => {
                self.undo(method);
                self.said = Some(said);
                self.ask(Trouble::Channel);
            }
            (_, _) => {
                self.undo(method);
                self.said = Some(said);
                self.ask(Trouble::Refused);
            }
        }
        Learnt::Nothing
    }

    /// What YouTube doesn't take from us it doesn't take tomorrow either: a channel that may set no pictures, a playlist
    /// that staff have deleted. It is not said again, and nobody has to be asked; the ledger keeps the reason.
    fn go_undressed(&mut self, call: &Call) {
        match call {
            Call::SetThumbnail { thumbnail, .. } => self.drawn = Some(thumbnail.clone()),
            Call::InsertPlaylistItem { playlist, .. } | Call::ListPlaylistItems { playlist } => {
                self.put_into(playlist);
            }
            _ => {}
        }
    }

    fn uncertain(&mut self, method: Method, now: DateTime<Utc>) {
        match method {
            Method::InsertBroadcast => self.wait(LAG, now),
            // To ask for the same again does no harm, and the next look tells whether one has to.
            _ => self.wait_longer(now),
        }
    }

    fn not_tried(&mut self, call: &Call, hindrance: Hindrance, now: DateTime<Utc>) -> Learnt {
        self.undo(call.method());
        match hindrance {
            Hindrance::GrantLost => return Learnt::GrantLost,
            Hindrance::Quota => return Learnt::QuotaSpent,
            Hindrance::Unreachable(said) => self.said = Some(said),
        }
        self.wait_longer(now);
        Learnt::Nothing
    }
}
