//! What people press: begin and end a show, paste a link, try again, call off, decide where the program can't. None of it
//! speaks to YouTube; the reconciler does.

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::schedule::check;
use super::{BroadcastError, Host, Refusal, Setup, find};
use crate::account::Producer;
use crate::broadcast::abandoned;
use crate::broadcast::call::Privacy;
use crate::broadcast::entity::broadcast;
use crate::broadcast::plan::Record;
use crate::broadcast::reconcile::note;
use crate::broadcast::{BroadcastEvent, OnShow, State, Trouble, VideoId};
use crate::centre::{Centre, turn};

/// A change that a person makes, of a row in one of these states.
struct Change<'a> {
    centre: &'a Centre,
    code: &'a str,
    version: Option<i32>,
    states: &'a [State],
    by: Uuid,
    event: BroadcastEvent,
    note: Option<String>,
}

impl Change<'_> {
    async fn make(
        self,
        change: impl FnOnce(&broadcast::Model) -> Result<broadcast::ActiveModel, Refusal>,
    ) -> Result<(), BroadcastError> {
        let tx = self.centre.begin().await?;
        // Takes the lock before it looks, and has lists read anew that go by the end of a consent.
        turn(&tx).await?;
        let touched = broadcast::ActiveModel { code: Set(self.code.to_owned()), ..Default::default() };
        let of_code = broadcast::Column::Code.eq(self.code);
        broadcast::Entity::update_many().set(touched).filter(of_code.clone()).exec(&tx).await?;
        let row = broadcast::Entity::find().filter(of_code).one(&tx).await?.ok_or(Refusal::NotFound)?;
        if self.version.is_some_and(|version| version != row.version) {
            return Err(Refusal::Stale.into());
        }
        if !self.states.contains(&row.state) {
            return Err(Refusal::NotNow.into());
        }
        let mut change = change(&row)?;
        let state = match &change.state {
            Set(state) => *state,
            _ => row.state,
        };
        abandoned::replace(&tx, self.centre, &row, &change.video).await?;
        change.version = Set(row.version + 1);
        change.turn = Set(row.turn + 1);
        broadcast::Entity::update_many()
            .set(change)
            .filter(broadcast::Column::Id.eq(row.id))
            .exec(&tx)
            .await?;
        note(&tx, self.centre, row.id, self.event, state, Some(self.by), self.note).await?;
        tx.commit().await?;
        Ok(())
    }
}

const BEFORE: [State; 6] =
    [State::Planned, State::Creating, State::Created, State::Bound, State::Armed, State::Attention];

/// Changes what a producer chose. A broadcast that holds an encoder keeps it.
pub async fn change(
    centre: &Centre,
    by: &Producer,
    code: &str,
    version: i32,
    setup: &Setup,
) -> Result<(), BroadcastError> {
    check(&centre.begin().await?, setup).await?;
    let event = BroadcastEvent::Changed;
    let states = [BEFORE.as_slice(), &[State::Complete, State::Filed, State::Live]].concat();
    let act =
        Change { centre, code, version: Some(version), states: &states, by: by.id(), event, note: None };
    act.make(|row| {
        if row.encoder_id != setup.encoder && row.bound.is_some() {
            return Err(Refusal::EncoderHeld);
        }
        // What was made on one channel can't be taken to another.
        if row.channel_id != Some(setup.channel) && row.state != State::Planned {
            return Err(Refusal::NoChannel);
        }
        Ok(broadcast::ActiveModel {
            channel_id: Set(Some(setup.channel)),
            encoder_id: Set(setup.encoder),
            privacy: Set(setup.privacy),
            made_for_kids: Set(setup.made_for_kids),
            dvr: Set(setup.dvr),
            latency: Set(setup.latency),
            replay_until: Set(setup.replay_until),
            ..Default::default()
        })
    })
    .await
}

pub(super) fn may_start(row: &broadcast::Model) -> bool {
    match row.state {
        State::Created | State::Bound | State::Armed => row.start_asked.is_none(),
        State::Manual => row.started_at.is_none() && row.ended_at.is_none(),
        _ => false,
    }
}

/// Asks for the show to begin now: without it, it begins with the first picture. By hand it is live from now on.
pub async fn ask_start(centre: &Centre, by: &Host, code: &str) -> Result<(), BroadcastError> {
    let now = centre.clock().now();
    if find(centre, code).await?.is_some_and(|shown| shown.is_early(now)) {
        return Err(Refusal::NotNow.into());
    }
    let states = [State::Created, State::Bound, State::Armed, State::Manual];
    let event = BroadcastEvent::StartAsked;
    let act = Change { centre, code, version: None, states: &states, by: by.id(), event, note: None };
    act.make(|row| {
        if row.state == State::Manual {
            let begins = broadcast::ActiveModel { started_at: Set(Some(now)), ..Default::default() };
            return if may_start(row) { Ok(begins) } else { Err(Refusal::NotNow) };
        }
        Ok(broadcast::ActiveModel {
            start_asked: Set(Some(now)),
            not_before: Set(None),
            said: Set(None),
            ..Default::default()
        })
    })
    .await
}

/// Asks for the show to end now. By hand it is over from now on.
pub async fn ask_end(centre: &Centre, by: &Host, code: &str) -> Result<(), BroadcastError> {
    let now = centre.clock().now();
    let event = BroadcastEvent::EndAsked;
    let is_on = find(centre, code).await?.is_some_and(|shown| shown.on_show(now) == OnShow::Live);
    let states = [State::Live, State::Ending, State::Manual];
    let act = Change { centre, code, version: None, states: &states, by: by.id(), event, note: None };
    act.make(|row| {
        if row.state == State::Manual {
            let ends = broadcast::ActiveModel { ended_at: Set(Some(now)), ..Default::default() };
            return if is_on && row.ended_at.is_none() { Ok(ends) } else { Err(Refusal::NotNow) };
        }
        Ok(broadcast::ActiveModel { end_asked: Set(Some(now)), not_before: Set(None), ..Default::default() })
    })
    .await
}

/// Takes over by hand: viewers are shown this video, and YouTube is not spoken to about it any more.
pub async fn paste_link(
    centre: &Centre,
    by: &Producer,
    code: &str,
    video: VideoId,
) -> Result<(), BroadcastError> {
    let event = BroadcastEvent::MadeManual;
    let states = [BEFORE.as_slice(), &[State::Live, State::Manual]].concat();
    let note = Some(video.as_str().to_owned());
    let act = Change { centre, code, version: None, states: &states, by: by.id(), event, note };
    act.make(|row| {
        Ok(broadcast::ActiveModel {
            state: Set(State::Manual),
            trouble: Set(None),
            said: Set(None),
            // What was begun goes on with another video; what was ended is to begin again with it.
            started_at: Set(row.started_at.filter(|_| row.ended_at.is_none())),
            ended_at: Set(None),
            video: Set(Some(video.into_string())),
            drawn: Set(None),
            listed: Set(None),
            // It may be the one that stands there.
            list_doubt: Set(true),
            // Whoever takes over also sees to the encoder.
            bound: Set(None),
            under_way: Set(None),
            not_before: Set(None),
            // An answer that is still on its way is no longer wanted.
            claimed_by: Set(None),
            claimed_until: Set(None),
            ..Default::default()
        })
    })
    .await
}

/// Gives it back to the program, which first looks whether the channel has a broadcast of that id.
pub async fn hand_back(centre: &Centre, by: &Producer, code: &str) -> Result<(), BroadcastError> {
    let event = BroadcastEvent::HandedBack;
    let states = [State::Manual];
    let act = Change { centre, code, version: None, states: &states, by: by.id(), event, note: None };
    act.make(|_| {
        Ok(broadcast::ActiveModel {
            state: Set(State::Created),
            // Whatever it is called there, a person says whether that stays.
            asked: Set(None),
            started_at: Set(None),
            ended_at: Set(None),
            settled: Set(false),
            written: Set(None),
            seen: Set(None),
            seen_at: Set(None),
            tries: Set(0),
            ..Default::default()
        })
    })
    .await
}

/// Notes that somebody has made the replay private on YouTube, where the program doesn't speak about it. Nobody is shown it
/// here any more either.
pub async fn note_closed_replay(centre: &Centre, by: &Producer, code: &str) -> Result<(), BroadcastError> {
    let is_due = find(centre, code).await?.is_some_and(|shown| shown.is_replay_to_close());
    let event = BroadcastEvent::Changed;
    let states = [State::Manual];
    let act = Change { centre, code, version: None, states: &states, by: by.id(), event, note: None };
    act.make(|_| match is_due {
        true => Ok(broadcast::ActiveModel { privacy: Set(Privacy::Private), ..Default::default() }),
        false => Err(Refusal::NotNow),
    })
    .await
}

/// Ends what is over without a replay: YouTube has none any more, or none that anybody may see.
pub async fn give_up_replay(centre: &Centre, by: &Producer, code: &str) -> Result<(), BroadcastError> {
    let event = BroadcastEvent::Changed;
    let states = [State::Attention];
    let act = Change { centre, code, version: None, states: &states, by: by.id(), event, note: None };
    act.make(|row| match row.ended_at {
        Some(_) => Ok(broadcast::ActiveModel {
            state: Set(State::Filed),
            trouble: Set(None),
            said: Set(None),
            bound: Set(None),
            privacy: Set(Privacy::Private),
            ..Default::default()
        }),
        None => Err(Refusal::NotNow),
    })
    .await
}

/// Tries again what asked for a person: by a look at what there is, before anything is made.
pub async fn retry(centre: &Centre, by: &Producer, code: &str) -> Result<(), BroadcastError> {
    let event = BroadcastEvent::Retried;
    let states = [State::Attention];
    let act = Change { centre, code, version: None, states: &states, by: by.id(), event, note: None };
    act.make(|row| {
        let state = if row.video.is_some() { State::Created } else { State::Creating };
        Ok(broadcast::ActiveModel {
            state: Set(state),
            trouble: Set(None),
            said: Set(None),
            seen: Set(None),
            seen_at: Set(None),
            looks: Set(0),
            tries: Set(0),
            not_before: Set(None),
            ..Default::default()
        })
    })
    .await
}

/// Makes another where YouTube has none any more, or one that is of no use.
pub async fn make_anew(centre: &Centre, by: &Producer, code: &str) -> Result<(), BroadcastError> {
    let event = BroadcastEvent::Planned;
    let states = [State::Attention, State::Cancelled];
    let act = Change { centre, code, version: None, states: &states, by: by.id(), event, note: None };
    act.make(|row| {
        Ok(broadcast::ActiveModel {
            state: Set(State::Planned),
            trouble: Set(None),
            said: Set(None),
            generation: Set(row.generation + 1),
            video: Set(None),
            bound: Set(None),
            asked: Set(None),
            settled: Set(false),
            written: Set(None),
            seen: Set(None),
            seen_at: Set(None),
            drawn: Set(None),
            listed: Set(None),
            list_doubt: Set(false),
            looks: Set(0),
            tries: Set(0),
            not_before: Set(None),
            start_asked: Set(None),
            end_asked: Set(None),
            started_at: Set(None),
            ended_at: Set(None),
            unwanted: Set(false),
            ..Default::default()
        })
    })
    .await
}

/// Calls the broadcast off; the class may take place all the same.
pub async fn call_off(centre: &Centre, by: &Producer, code: &str) -> Result<(), BroadcastError> {
    let event = BroadcastEvent::Cancelled;
    let states = [BEFORE.as_slice(), &[State::Manual]].concat();
    let act = Change { centre, code, version: None, states: &states, by: by.id(), event, note: None };
    act.make(|row| {
        let mut change = broadcast::ActiveModel { unwanted: Set(true), ..Default::default() };
        let is_there = row.video.is_some() && row.trouble != Some(Trouble::Gone);
        match row.state {
            // What stands on YouTube is looked at once more, and deleted there with its hold on the encoder.
            State::Attention if is_there && !row.unwanted => {
                change.state = Set(State::Created);
                (change.seen, change.seen_at) = (Set(None), Set(None));
                (change.tries, change.not_before) = (Set(0), Set(None));
                (change.trouble, change.said) = (Set(None), Set(None));
            }
            // It may have been made without an answer: it is looked for once more, and deleted where it is found.
            State::Attention if row.asked.is_some() && row.video.is_none() && may_be_there(row) => {
                change.state = Set(State::Creating);
                (change.looks, change.tries, change.not_before) = (Set(0), Set(0), Set(None));
                (change.trouble, change.said) = (Set(None), Set(None));
            }
            // Nothing is left of it but its place in the list.
            State::Attention | State::Manual => {
                change.state = Set(State::Cancelled);
                change.trouble = Set(None);
                (change.video, change.bound) = (Set(None), Set(None));
            }
            _ => {}
        }
        Ok(change)
    })
    .await
}

/// Whether a broadcast whose id nobody knows may stand on YouTube all the same.
fn may_be_there(row: &broadcast::Model) -> bool {
    !row.unwanted && !matches!(row.trouble, Some(Trouble::Gone | Trouble::NeverBegan | Trouble::Doubled))
}

/// What becomes of something that staff have changed on YouTube.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// It is written over with what is wanted here.
    Ours,
    /// Title, description and who may see it stay as they are there; times are the class's.
    Theirs,
}

pub async fn decide_difference(
    centre: &Centre,
    by: &Producer,
    code: &str,
    choice: Choice,
) -> Result<(), BroadcastError> {
    let event = match choice {
        Choice::Ours => BroadcastEvent::KeptOurs,
        Choice::Theirs => BroadcastEvent::TookTheirs,
    };
    let states = [State::Created, State::Bound, State::Armed];
    let act = Change { centre, code, version: None, states: &states, by: by.id(), event, note: None };
    let now = centre.clock().now();
    let thumbnail = find(centre, code).await?.map(|shown| shown.wanted.thumbnail);
    act.make(|row| {
        // What is being said to YouTube just now would be forgotten.
        if row.claimed_until.is_some_and(|until| until > now) {
            return Err(Refusal::NotNow);
        }
        let record = Record::of(row);
        let seen = record.seen.as_ref().map(|seen| &seen.broadcast.draft).ok_or(Refusal::NotNow)?;
        let mut change = broadcast::ActiveModel {
            // From here on it is as we know it, and what differs is ours to say.
            written: Set(serde_json::to_string(seen).ok()),
            ..Default::default()
        };
        if choice == Choice::Theirs {
            let marker = record.marker();
            let text = seen.description.trim_end().trim_end_matches(&marker).trim_end();
            change.own_title = Set(Some(seen.title.clone()));
            change.own_description = Set(Some(text.to_owned()));
            change.privacy = Set(seen.privacy);
            // Theirs has a picture too, and it stays.
            change.drawn = Set(thumbnail.and_then(|thumbnail| serde_json::to_string(&thumbnail).ok()));
        }
        Ok(change)
    })
    .await
}
