//! Broadcasts as pages show them: what each is, who may watch it, who may run it.

mod act;
mod schedule;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use thiserror::Error;
use uuid::Uuid;

use crate::account::{Audience as Residents, Producer, RunEditor, SignedIn};
use crate::broadcast::call::{Draft, Latency, Privacy};
use crate::broadcast::entity::{broadcast, broadcast_event, channel, encoder, viewer_sample};
use crate::broadcast::plan::{Record, Wanted};
use crate::broadcast::stream::Holders;
use crate::broadcast::wanted::{OfRun, Subject, Subjects};
use crate::broadcast::{EARLIEST, OnShow, State, Times, on_show};
use crate::centre::Centre;
use crate::registration::State as Standing;
use crate::registration::entity::application;

pub use act::*;
pub use schedule::*;

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

    /// Whether a person has to make its replay private: the consent to it has ended, and of what goes by hand YouTube is not
    /// told anything.
    pub fn is_replay_to_close(&self) -> bool {
        self.row.state == State::Manual && self.wanted.replay_ended && self.row.privacy != Privacy::Private
    }

    /// Whether it was shown, and a person is asked about its replay.
    pub fn asks_about_replay(&self) -> bool {
        self.row.state == State::Attention && self.row.ended_at.is_some()
    }

    /// What staff have changed on YouTube, and what is wanted instead.
    pub fn difference(&self) -> Option<(&Draft, &Draft)> {
        Some((self.record.changed_by_hand(&self.wanted)?, &self.wanted.draft))
    }
}

/// Reads broadcasts with what they show, by their start.
pub(super) async fn show(centre: &Centre, wanted: Condition) -> Result<Vec<Shown>, DbErr> {
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
        let is_asking = matches!(it.row.state, State::Attention | State::Live | State::Ending);
        is_within || is_asking || it.is_replay_to_close()
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

/// A show that goes on with the encoder that another needs, which whoever waits may end, or one that has not begun and
/// would begin with the other's picture.
pub async fn overrun(centre: &Centre, waiting: &Shown) -> Result<Option<Shown>, DbErr> {
    let Some(encoder) = waiting.row.encoder_id else { return Ok(None) };
    let wanted = Condition::all()
        .add(broadcast::Column::EncoderId.eq(encoder))
        .add(broadcast::Column::Id.ne(waiting.row.id))
        .add(broadcast::Column::State.is_in([State::Bound, State::Armed, State::Live, State::Ending]));
    let found = show(centre, wanted).await?;
    Ok(found.into_iter().find(|it| it.subject.starts_at < waiting.subject.starts_at))
}
