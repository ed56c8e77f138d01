//! What people do with broadcasts: plan them, begin and end them, paste a link, decide where the program can't. None of it
//! speaks to YouTube; the reconciler does.

use std::collections::HashSet;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, DatabaseTransaction, DbErr, EntityTrait,
    IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, SqlErr,
};
use thiserror::Error;
use uuid::Uuid;

use crate::account::{Audience as Residents, Producer, RunEditor, SignedIn};
use crate::broadcast::call::{Draft, Latency, Privacy};
use crate::broadcast::entity::{broadcast, broadcast_event, channel, encoder, viewer_sample};
use crate::broadcast::plan::{Record, Wanted};
use crate::broadcast::reconcile::note;
use crate::broadcast::stream::Holders;
use crate::broadcast::wanted::{OfRun, Subject, Subjects};
use crate::broadcast::{
    BroadcastEvent, ChannelState, EARLIEST, OnShow, State, Times, Trouble, VideoId, on_show,
};
use crate::centre::{Centre, turn};
use crate::course::entity::{class_session, course, run};
use crate::course::{ClassState, Mode, RunState};
use crate::registration::State as Standing;
use crate::registration::entity::application;
use crate::studio::Kind;
use crate::studio::entity::booking;

/// Why a broadcast can't be planned or changed so.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    #[error("no such broadcast, run or booking")]
    NotFound,
    #[error("changed by somebody else since the form was made")]
    Stale,
    #[error("no such channel, or not connected")]
    NoChannel,
    #[error("no such encoder, or another channel's")]
    NoEncoder,
    #[error("the encoder waits for this broadcast")]
    EncoderHeld,
    #[error("nothing of it is held online and still to come")]
    NothingToPlan,
    #[error("that can't be done as it stands")]
    NotNow,
}

#[derive(Debug, Error)]
pub enum BroadcastError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Db(#[from] DbErr),
}

/// What a producer chooses for a broadcast; the rest follows from the class or the booking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setup {
    pub channel: Uuid,
    pub encoder: Option<Uuid>,
    pub privacy: Privacy,
    pub made_for_kids: bool,
    pub dvr: bool,
    pub latency: Latency,
    pub replay_until: Option<NaiveDate>,
}

/// Whoever may begin and end a show: a producer, or the instructor of the run.
#[derive(Clone, Debug)]
pub enum Host {
    Producer(Producer),
    Instructor(RunEditor),
}

impl Host {
    pub fn of(viewer: &SignedIn, subject: &Subject) -> Option<Self> {
        if let Ok(producer) = viewer.producer() {
            return Some(Self::Producer(producer));
        }
        let run = subject.run.as_ref()?;
        viewer.editor_of(run.id, run.instructor_id).ok().map(Self::Instructor)
    }

    pub(crate) fn id(&self) -> Uuid {
        match self {
            Self::Producer(producer) => producer.id(),
            Self::Instructor(editor) => editor.id(),
        }
    }
}

/// A broadcast with all that a page says of it.
#[derive(Clone, Debug)]
pub struct Shown {
    pub row: broadcast::Model,
    pub record: Record,
    pub subject: Subject,
    pub wanted: Wanted,
    pub encoder: Option<encoder::Model>,
    pub channel: Option<channel::Model>,
}

impl Shown {
    /// What is on show now.
    pub fn on_show(&self, now: DateTime<Utc>) -> OnShow {
        if self.subject.cancelled {
            return OnShow::Cancelled;
        }
        let Subject { starts_at, ends_at, .. } = self.subject;
        let Record { started_at, ended_at, .. } = self.record;
        on_show(self.row.state, Times { starts_at, ends_at, started_at, ended_at }, now)
    }

    /// Whether it can be begun: of what goes by YouTube, before it is live; by hand, once.
    pub fn may_start(&self, now: DateTime<Utc>) -> bool {
        may_start(&self.row) && !self.is_early(now)
    }

    /// What begins by hand begins at once: nobody presses days before by mistake.
    fn is_early(&self, now: DateTime<Utc>) -> bool {
        self.row.state == State::Manual && now < self.subject.starts_at - EARLIEST
    }

    /// Whether it can be ended: by hand what is on, whoever began it and whether by a press or by its time.
    pub fn may_end(&self, now: DateTime<Utc>) -> bool {
        match self.row.state {
            State::Live | State::Ending => self.row.end_asked.is_none(),
            State::Manual => self.on_show(now) == OnShow::Live,
            _ => false,
        }
    }

    /// What staff have changed on YouTube, and what is wanted instead.
    pub fn difference(&self) -> Option<(&Draft, &Draft)> {
        Some((self.record.changed_by_hand(&self.wanted)?, &self.wanted.draft))
    }
}

/// Reads broadcasts with what they show, by their start.
async fn show(centre: &Centre, wanted: Condition) -> Result<Vec<Shown>, DbErr> {
    let db = centre.database();
    let rows = broadcast::Entity::find().filter(wanted).all(db).await?;
    let subjects = Subjects::load(db, &rows).await?;
    let channels = channel::Entity::find().all(db).await?;
    // Those that hold an encoder stand in nobody's way here: what is said of it is the reconciler's.
    let holders = Holders::default();
    let shown = rows.into_iter().filter_map(|row| {
        let (record, subject) = (Record::of(&row), subjects.of(&row)?);
        let wanted = holders.wanted(centre, &subjects, &subject, (&row, &record));
        let channel = channels.iter().find(|channel| Some(channel.id) == row.channel_id).cloned();
        let encoder = subjects.encoder(&row).cloned();
        Some(Shown { row, record, subject, wanted, encoder, channel })
    });
    let mut shown: Vec<Shown> = shown.collect();
    shown.sort_by(|one, other| {
        (one.subject.starts_at, &one.row.code).cmp(&(other.subject.starts_at, &other.row.code))
    });
    Ok(shown)
}

/// One by its code.
pub async fn find(centre: &Centre, code: &str) -> Result<Option<Shown>, DbErr> {
    let found = show(centre, Condition::all().add(broadcast::Column::Code.eq(code))).await?;
    Ok(found.into_iter().next())
}

/// All that may still be live, and what took place or takes place in a span; by start.
pub async fn list_between(
    centre: &Centre,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<Shown>, DbErr> {
    let closed = [State::Complete, State::Filed, State::Cancelled];
    let recent = Condition::all()
        .add(broadcast::Column::State.is_in(closed))
        .add(broadcast::Column::EndedAt.gte(from));
    let wanted = Condition::any().add(broadcast::Column::State.is_not_in(closed)).add(recent);
    let mut shown = show(centre, wanted).await?;
    shown.retain(|it| {
        let is_within = it.subject.starts_at < until && it.subject.ends_at > from;
        is_within || matches!(it.row.state, State::Attention | State::Live | State::Ending)
    });
    Ok(shown)
}

/// What [`list_between`] finds and somebody may know of: what is for everybody and settled, what they have a place in, what
/// they teach.
pub async fn list_for(
    centre: &Centre,
    viewer: Option<&SignedIn>,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<Shown>, DbErr> {
    let places: Vec<Uuid> = match viewer {
        None => Vec::new(),
        Some(viewer) => {
            application::Entity::find()
                .select_only()
                .column(application::Column::RunId)
                .filter(application::Column::PersonId.eq(viewer.id()))
                .filter(application::Column::State.eq(Standing::Booked))
                .into_tuple()
                .all(centre.database())
                .await?
        }
    };
    let is_theirs = |run: &OfRun| {
        let teaches = viewer.is_some_and(|viewer| run.instructor_id == Some(viewer.id()));
        teaches || run.is_published && places.contains(&run.id)
    };
    let mut shown = list_between(centre, from, until).await?;
    shown.retain(|it| {
        let is_for_them =
            it.row.privacy != Privacy::Private && it.subject.run.as_ref().is_some_and(is_theirs);
        is_for_them || is_public(it) && it.row.state != State::Attention
    });
    Ok(shown)
}

/// A broadcast's history, oldest first.
pub async fn history(centre: &Centre, id: Uuid) -> Result<Vec<broadcast_event::Model>, DbErr> {
    broadcast_event::Entity::find()
        .filter(broadcast_event::Column::BroadcastId.eq(id))
        .order_by_asc(broadcast_event::Column::At)
        .order_by_asc(broadcast_event::Column::Id)
        .all(centre.database())
        .await
}

/// How many watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Audience {
    pub peak: u32,
    /// Rounded, over all samples.
    pub average: u32,
}

/// What the samples of a show come to; `None` where nobody counted.
pub async fn audience(centre: &Centre, id: Uuid) -> Result<Option<Audience>, DbErr> {
    let samples = viewer_sample::Entity::find()
        .filter(viewer_sample::Column::BroadcastId.eq(id))
        .all(centre.database())
        .await?;
    let viewers: Vec<u64> = samples.iter().filter_map(|it| u64::try_from(it.viewers).ok()).collect();
    let Some(peak) = viewers.iter().max() else { return Ok(None) };
    let count = viewers.len() as u64;
    let average = (viewers.iter().sum::<u64>() + count / 2) / count;
    let number = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    Ok(Some(Audience { peak: number(*peak), average: number(average) }))
}

/// Plans a broadcast for every class of a run that is still to come and has none. Returns how many.
pub async fn plan_run(
    centre: &Centre,
    by: &Producer,
    code: &str,
    setup: &Setup,
) -> Result<usize, BroadcastError> {
    let tx = centre.begin().await?;
    check(&tx, setup).await?;
    let run = run::Entity::find().filter(run::Column::Code.eq(code)).one(&tx).await?;
    let run = run.ok_or(Refusal::NotFound)?;
    if run.mode == Mode::InPerson || run.state == RunState::Cancelled {
        return Err(Refusal::NothingToPlan.into());
    }
    let known = broadcast::Entity::find().filter(broadcast::Column::RunId.eq(run.id)).all(&tx).await?;
    let now = centre.clock().now();
    let classes = class_session::Entity::find()
        .filter(class_session::Column::RunId.eq(run.id))
        .filter(class_session::Column::State.eq(ClassState::Planned))
        .filter(class_session::Column::EndsAt.gt(now))
        .order_by_asc(class_session::Column::Number)
        .all(&tx)
        .await?;
    let mut count = 0;
    for class in classes.iter().filter(|class| known.iter().all(|it| it.number != Some(class.number))) {
        let code = format!("{}-{}", run.code, class.number);
        let row = broadcast::Model {
            run_id: Some(run.id),
            number: Some(class.number),
            ..planned(centre, code, setup)
        };
        insert(&tx, centre, by, row).await?;
        count += 1;
    }
    if count == 0 {
        return Err(Refusal::NothingToPlan.into());
    }
    tx.commit().await?;
    Ok(count)
}

/// Plans a broadcast for a live booking of the studio that no class is behind.
pub async fn plan_booking(
    centre: &Centre,
    by: &Producer,
    code: &str,
    setup: &Setup,
) -> Result<(), BroadcastError> {
    let tx = centre.begin().await?;
    check(&tx, setup).await?;
    let booking = booking::Entity::find().filter(booking::Column::Code.eq(code)).one(&tx).await?;
    let booking = booking.ok_or(Refusal::NotFound)?;
    let is_to_come = booking.ends_at > centre.clock().now();
    if booking.kind != Kind::Live || !booking.state.holds() || !is_to_come {
        return Err(Refusal::NothingToPlan.into());
    }
    let row =
        broadcast::Model { booking_id: Some(booking.id), ..planned(centre, booking.code.clone(), setup) };
    insert(&tx, centre, by, row).await?;
    tx.commit().await?;
    Ok(())
}

async fn insert(
    tx: &DatabaseTransaction,
    centre: &Centre,
    by: &Producer,
    row: broadcast::Model,
) -> Result<(), BroadcastError> {
    let id = row.id;
    let inserted = broadcast::Entity::insert(row.into_active_model().reset_all());
    match inserted.exec_without_returning(tx).await {
        Ok(_) => {}
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
            return Err(Refusal::NothingToPlan.into());
        }
        Err(error) => return Err(error.into()),
    }
    note(tx, centre, id, BroadcastEvent::Planned, State::Planned, Some(by.id()), None).await?;
    Ok(())
}

async fn check(tx: &DatabaseTransaction, setup: &Setup) -> Result<(), BroadcastError> {
    let channel = channel::Entity::find_by_id(setup.channel).one(tx).await?;
    if channel.is_none_or(|channel| channel.state == ChannelState::Disconnected) {
        return Err(Refusal::NoChannel.into());
    }
    if let Some(encoder) = setup.encoder {
        let encoder = encoder::Entity::find_by_id(encoder).one(tx).await?;
        if encoder.is_none_or(|encoder| encoder.channel_id != setup.channel) {
            return Err(Refusal::NoEncoder.into());
        }
    }
    Ok(())
}

/// A row as it is when nothing has been said yet; of which class or booking is still to be said.
pub fn planned(centre: &Centre, code: String, setup: &Setup) -> broadcast::Model {
    broadcast::Model {
        id: centre.clock().id(),
        code,
        run_id: None,
        number: None,
        booking_id: None,
        channel_id: Some(setup.channel),
        encoder_id: setup.encoder,
        privacy: setup.privacy,
        made_for_kids: setup.made_for_kids,
        dvr: setup.dvr,
        latency: setup.latency,
        own_title: None,
        own_description: None,
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
        seen_at: None,
        drawn: None,
        listed: None,
        list_doubt: false,
        start_asked: None,
        end_asked: None,
        started_at: None,
        ended_at: None,
        sampled_at: None,
        views: None,
        unwanted: false,
        replay_until: setup.replay_until,
        claimed_by: None,
        claimed_until: None,
        version: 1,
        turn: 0,
        created_at: centre.clock().now(),
    }
}

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

fn may_start(row: &broadcast::Model) -> bool {
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
            // Whatever nobody speaks about any more can only be taken out of the list; its encoder is free.
            State::Attention | State::Manual => {
                change.state = Set(State::Cancelled);
                change.trouble = Set(None);
                change.bound = Set(None);
            }
            _ => {}
        }
        Ok(change)
    })
    .await
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

/// Whether somebody may watch. A run's broadcast that not everybody may find is for those who have a place in the run, and
/// for whoever runs the show; an event's for whoever has its address.
pub async fn may_watch(centre: &Centre, viewer: Option<&SignedIn>, shown: &Shown) -> Result<bool, DbErr> {
    if viewer.is_some_and(|viewer| Host::of(viewer, &shown.subject).is_some()) {
        return Ok(true);
    }
    let Some(run) = &shown.subject.run else { return Ok(shown.row.privacy != Privacy::Private) };
    if !run.is_published || shown.row.privacy == Privacy::Private {
        return Ok(false);
    }
    if shown.row.privacy == Privacy::Public {
        return Ok(true);
    }
    let Some(viewer) = viewer else { return Ok(false) };
    let place = application::Entity::find()
        .filter(application::Column::RunId.eq(run.id))
        .filter(application::Column::PersonId.eq(viewer.id()))
        .filter(application::Column::State.eq(Standing::Booked))
        .one(centre.database())
        .await?;
    Ok(place.is_some())
}

/// Whether everybody may know that it takes place.
pub fn is_public(shown: &Shown) -> bool {
    let class = shown.subject.run.as_ref();
    let is_for_all = class.is_none_or(|run| run.is_published && run.audience == Residents::Resident);
    is_for_all && shown.row.privacy == Privacy::Public && shown.row.state != State::Cancelled
}

/// Something that could be broadcast and isn't planned to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unplanned {
    /// Of the run or the booking.
    pub code: String,
    pub title: String,
    pub starts_at: DateTime<Utc>,
    pub is_class: bool,
}

/// Runs held online with classes to come that have no broadcast, and live bookings of the studio; by start.
pub async fn list_unplanned(centre: &Centre, _: &Producer) -> Result<Vec<Unplanned>, DbErr> {
    let (db, now) = (centre.database(), centre.clock().now());
    let classes = class_session::Entity::find()
        .filter(class_session::Column::State.eq(ClassState::Planned))
        .filter(class_session::Column::EndsAt.gt(now))
        .order_by_asc(class_session::Column::StartsAt)
        .all(db)
        .await?;
    let ids: HashSet<Uuid> = classes.iter().map(|class| class.run_id).collect();
    let runs = run::Entity::find()
        .filter(run::Column::Id.is_in(ids))
        .filter(run::Column::Mode.ne(Mode::InPerson))
        .filter(run::Column::State.ne(RunState::Cancelled))
        .all(db)
        .await?;
    let ids: HashSet<Uuid> = runs.iter().map(|run| run.course_id).collect();
    let courses = course::Entity::find().filter(course::Column::Id.is_in(ids)).all(db).await?;
    let bookings = booking::Entity::find()
        .filter(booking::Column::Kind.eq(Kind::Live))
        .filter(booking::Column::EndsAt.gt(now))
        .all(db)
        .await?;
    let theirs = Condition::any()
        .add(broadcast::Column::RunId.is_in(runs.iter().map(|run| run.id)))
        .add(broadcast::Column::BookingId.is_in(bookings.iter().map(|booking| booking.id)));
    let planned = broadcast::Entity::find().filter(theirs).all(db).await?;
    let mut unplanned = Vec::new();
    for run in &runs {
        let is_planned = |class: &class_session::Model| {
            planned.iter().any(|it| it.run_id == Some(run.id) && it.number == Some(class.number))
        };
        let next = classes.iter().find(|class| class.run_id == run.id && !is_planned(class));
        let course = courses.iter().find(|course| course.id == run.course_id);
        if let (Some(class), Some(course)) = (next, course) {
            let (code, title, starts_at) = (run.code.clone(), course.title.clone(), class.starts_at);
            unplanned.push(Unplanned { code, title, starts_at, is_class: true });
        }
    }
    let open = bookings.into_iter().filter(|booking| {
        booking.state.holds() && planned.iter().all(|it| it.booking_id != Some(booking.id))
    });
    unplanned.extend(open.map(|booking| Unplanned {
        code: booking.code,
        title: booking.purpose,
        starts_at: booking.starts_at,
        is_class: false,
    }));
    unplanned.sort_by(|one, other| (one.starts_at, &one.code).cmp(&(other.starts_at, &other.code)));
    Ok(unplanned)
}

/// A show that goes on with the encoder that another needs: whoever waits may end it.
pub async fn overrun(centre: &Centre, waiting: &Shown) -> Result<Option<Shown>, DbErr> {
    let Some(encoder) = waiting.row.encoder_id else { return Ok(None) };
    let wanted = Condition::all()
        .add(broadcast::Column::EncoderId.eq(encoder))
        .add(broadcast::Column::Id.ne(waiting.row.id))
        .add(broadcast::Column::State.is_in([State::Live, State::Ending]));
    let found = show(centre, wanted).await?;
    Ok(found.into_iter().find(|it| it.subject.starts_at < waiting.subject.starts_at))
}
