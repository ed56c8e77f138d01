//! The round that makes YouTube agree with the rows: for each broadcast one step at a time, each written down before it is
//! made. Any number of servers may run it, and each may be killed at any instruction.

use std::collections::{HashMap, HashSet};

use chrono::TimeDelta;
use futures::StreamExt;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, DatabaseTransaction, DbErr, EntityTrait, ExprTrait,
    QueryFilter, QueryOrder, SqlErr,
};
use uuid::Uuid;

use crate::account::Duty;
use crate::account::tell::{people_on_duty, tell_people};
use crate::broadcast::call::{Call, Grant, Hindrance, Outcome, Reason, Refusal, Youtube};
use crate::broadcast::channel::{self, grant_of};
use crate::broadcast::entity::{broadcast, broadcast_event, channel as channels, viewer_sample};
use crate::broadcast::ledger::{self, Entry};
use crate::broadcast::plan::{Learnt, Next, REPLAY_LOOK, Record, WATCHING, Wanted};
use crate::broadcast::stream::Holders;
use crate::broadcast::wanted::Subjects;
use crate::broadcast::{BroadcastEvent, ChannelState, State, abandoned, encoder, playlist};
use crate::centre::Centre;
use crate::notice::{Event, Facts};
use crate::seoul;

/// So long nobody else works on a broadcast: much longer than any call takes.
const CLAIM: TimeDelta = TimeDelta::seconds(120);

/// How many broadcasts are spoken about at once.
const AT_ONCE: usize = 8;

/// What a round came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// Broadcasts looked at.
    pub open: usize,
    /// Calls made about broadcasts.
    pub calls: usize,
    /// Calls put off because the day's units are spent.
    pub put_off: usize,
}

/// One process that works on broadcasts.
pub struct Reconciler<Y> {
    centre: Centre,
    youtube: Y,
    /// By which the others know its claims.
    process: Uuid,
}

enum Step {
    Made,
    PutOff,
    /// Somebody else has it, or nothing was to do.
    None,
}

impl<Y: Youtube> Reconciler<Y> {
    pub fn new(centre: Centre, youtube: Y) -> Self {
        let process = centre.clock().id();
        Self { centre, youtube, process }
    }

    pub fn youtube(&self) -> &Y {
        &self.youtube
    }

    /// One step for every broadcast that needs one.
    pub async fn round(&self) -> Result<Round, DbErr> {
        let db = self.centre.database();
        let rows =
            broadcast::Entity::find().filter(self.open()).order_by_asc(broadcast::Column::Id).all(db).await?;
        let grants = self.grants().await?;
        let subjects = Subjects::load(db, &rows).await?;
        let with_record = |row: broadcast::Model| {
            let record = Record::of(&row);
            (row, record)
        };
        let records: Vec<_> = rows.into_iter().map(with_record).collect();
        let mut holders = Holders::of(&records, &subjects, self.centre.clock().now());
        // Who asks a person holds the encoder all the same.
        let asking = broadcast::Entity::find()
            .filter(broadcast::Column::State.eq(State::Attention))
            .filter(broadcast::Column::Bound.is_not_null());
        for row in asking.all(db).await? {
            holders.add(&Record::of(&row), None, None, self.centre.clock().now());
        }
        // So does what nobody wants any more, until YouTube has let go of it.
        let left = abandoned::list(db).await?;
        left.iter().filter_map(|row| row.stream.as_deref()).for_each(|stream| holders.leave(stream));
        let mut round = Round { open: records.len(), ..Round::default() };
        let mut steps = Vec::with_capacity(records.len());
        for (row, record) in &records {
            steps.push(self.step(&grants, &subjects, &holders, row, record.clone()));
        }
        let steps = futures::stream::iter(steps).buffer_unordered(AT_ONCE).collect::<Vec<_>>();
        // A line that hangs in one place keeps nobody waiting in another.
        let (steps, abandoned, encoders, playlists) = futures::future::join4(
            steps,
            self.tend_abandoned(&grants, &left),
            self.tend_encoders(&grants, &records, &subjects),
            self.tend_playlists(&grants, &records, &subjects),
        )
        .await;
        let mut failed = abandoned.and(encoders).and(playlists).err();
        for step in steps {
            match step {
                Ok(Step::Made) => round.calls += 1,
                Ok(Step::PutOff) => round.put_off += 1,
                Ok(Step::None) => {}
                // One broadcast's trouble is not another's.
                Err(error) => failed = Some(error),
            }
        }
        failed.map_or(Ok(round), Err)
    }

    /// Has YouTube let go of what nobody wants any more.
    async fn tend_abandoned(
        &self,
        grants: &HashMap<Uuid, Grant>,
        rows: &[abandoned::Model],
    ) -> Result<(), DbErr> {
        for row in rows {
            let Some(grant) = grants.get(&row.channel_id) else { continue };
            let tx = self.centre.begin().await?;
            if !abandoned::claim(&tx, &self.centre, row).await? {
                continue;
            }
            tx.commit().await?;
            let mut next = Some(abandoned::look(row));
            while let Some(call) = next {
                let of = Some(row.broadcast_id);
                let Some((tx, outcome)) = self.ask(grant, of, &call, row.stream.is_some()).await? else {
                    break;
                };
                let kept = abandoned::kept(&tx, row).await?;
                abandoned::learn(&tx, &self.centre, row, kept.as_deref(), &call, &outcome).await?;
                tx.commit().await?;
                next = abandoned::follow_up(row, kept.as_deref(), &call, &outcome);
            }
        }
        Ok(())
    }

    /// Makes the streams of new encoders, and asks what arrives from those that somebody waits for.
    async fn tend_encoders(
        &self,
        grants: &HashMap<Uuid, Grant>,
        records: &[(broadcast::Model, Record)],
        subjects: &Subjects,
    ) -> Result<(), DbErr> {
        let now = self.centre.clock().now();
        let is_watched = |(row, record): &&(broadcast::Model, Record)| {
            let about = subjects.of(row).is_some_and(|it| now >= it.starts_at - WATCHING);
            record.bound.is_some() && about
        };
        let watched: HashSet<Uuid> =
            records.iter().filter(is_watched).filter_map(|(row, _)| row.encoder_id).collect();
        for row in encoder::list(self.centre.database()).await? {
            let Some(grant) = grants.get(&row.channel_id) else { continue };
            let Some(first) = encoder::due(&self.centre, &row, &watched) else { continue };
            let tx = self.centre.begin().await?;
            if !encoder::claim(&tx, &self.centre, &row).await? {
                continue;
            }
            tx.commit().await?;
            let mut next = Some(first);
            while let Some(call) = next {
                let Some((tx, outcome)) = self.ask(grant, None, &call, row.stream.is_some()).await? else {
                    break;
                };
                encoder::learn(&tx, &self.centre, &row, &outcome).await?;
                tx.commit().await?;
                next = encoder::follow_up(&row, &outcome);
            }
        }
        Ok(())
    }

    /// Makes the playlists of runs whose first broadcast is there.
    async fn tend_playlists(
        &self,
        grants: &HashMap<Uuid, Grant>,
        records: &[(broadcast::Model, Record)],
        subjects: &Subjects,
    ) -> Result<(), DbErr> {
        let rows: Vec<&broadcast::Model> = records.iter().map(|(row, _)| row).collect();
        for missing in playlist::missing(&self.centre, &rows, subjects) {
            let Some(grant) = grants.get(&missing.row.channel_id) else { continue };
            let tx = self.centre.begin().await?;
            if !missing.claim(&tx, &self.centre).await? {
                continue;
            }
            tx.commit().await?;
            let mut next = Some(missing.look());
            while let Some(call) = next {
                let Some((tx, outcome)) = self.ask(grant, None, &call, false).await? else { break };
                missing.learn(&tx, &outcome).await?;
                tx.commit().await?;
                next = missing.follow_up(&outcome);
            }
        }
        Ok(())
    }

    /// A call that is no step of a broadcast's own, with the transaction in which its outcome is noted; `None` where its
    /// units are not there.
    async fn ask(
        &self,
        grant: &Grant,
        broadcast: Option<Uuid>,
        call: &Call,
        is_urgent: bool,
    ) -> Result<Option<(DatabaseTransaction, Outcome)>, DbErr> {
        let tx = self.centre.begin().await?;
        let of = (broadcast, grant.channel);
        let Some(entry) = ledger::reserve(&tx, &self.centre, call.method(), of, is_urgent).await? else {
            return Ok(None);
        };
        tx.commit().await?;
        let outcome = self.youtube.call(grant, call).await;
        let tx = self.centre.begin().await?;
        ledger::settle(&tx, &self.centre, &entry, &outcome).await?;
        match &outcome {
            Outcome::NotTried(Hindrance::GrantLost) => lose_grant(&tx, &self.centre, grant.channel).await?,
            Outcome::Rejected(Refusal { reason: Reason::QuotaExceeded, .. }) => {
                ledger::exhaust(&tx, &self.centre).await?;
            }
            _ => {}
        }
        Ok(Some((tx, outcome)))
    }

    /// Those about which something may be to say. Uses the index `broadcast_state`.
    fn open(&self) -> Condition {
        let today = seoul::day(self.centre.clock().now());
        let resting = [State::Attention, State::Manual, State::Cancelled, State::Filed];
        let replay_over = Condition::all()
            .add(broadcast::Column::State.eq(State::Filed))
            .add(broadcast::Column::ReplayUntil.lt(today));
        let unseen = Condition::any()
            .add(broadcast::Column::SampledAt.is_null())
            .add(broadcast::Column::SampledAt.lte(self.centre.clock().now() - REPLAY_LOOK));
        let replay_unseen = Condition::all().add(broadcast::Column::State.eq(State::Filed)).add(unseen);
        let others = broadcast::Column::State.is_not_in(resting);
        Condition::any().add(others).add(replay_over).add(replay_unseen)
    }

    /// What lets us act, by channel; of those that are connected.
    async fn grants(&self) -> Result<HashMap<Uuid, Grant>, DbErr> {
        let rows = channels::Entity::find()
            .filter(channels::Column::State.eq(ChannelState::Connected))
            .all(self.centre.database())
            .await?;
        let mut grants = HashMap::new();
        for row in rows {
            match grant_of(&self.centre, &row) {
                Ok(grant) => drop(grants.insert(row.id, grant)),
                Err(error) => tracing::error!(channel = %row.id, %error, "a grant can't be opened"),
            }
        }
        Ok(grants)
    }

    async fn step(
        &self,
        grants: &HashMap<Uuid, Grant>,
        subjects: &Subjects,
        holders: &Holders,
        row: &broadcast::Model,
        mut record: Record,
    ) -> Result<Step, DbErr> {
        let now = self.centre.clock().now();
        if row.claimed_until.is_some_and(|until| until > now) {
            return Ok(Step::None);
        }
        let Some(subject) = subjects.of(row) else { return Ok(Step::None) };
        // Whoever began that step died before its answer.
        record.lose(now);
        let wanted = holders.wanted(&self.centre, subjects, &subject, (row, &record));
        match record.next(&wanted, now) {
            Next::Call(call) => {
                let grant = row.channel_id.and_then(|channel| grants.get(&channel));
                let Some(grant) = grant else { return self.keep(row, &record).await };
                self.speak(grant, row, record, &wanted, call).await
            }
            Next::Become(state, trouble) => {
                (record.state, record.trouble) = (state, trouble);
                self.keep(row, &record).await
            }
            Next::Wait(_) | Next::Rest => self.keep(row, &record).await,
        }
    }

    /// Saves what was decided without a word to YouTube, where anything was.
    async fn keep(&self, row: &broadcast::Model, record: &Record) -> Result<Step, DbErr> {
        if *record != Record::of(row) {
            let tx = self.centre.begin().await?;
            if self.save(&tx, row, record, Claim::Unclaimed).await? {
                tx.commit().await?;
            }
        }
        Ok(Step::None)
    }

    /// Writes the call down, makes it, and notes what came of it.
    async fn speak(
        &self,
        grant: &Grant,
        row: &broadcast::Model,
        mut record: Record,
        wanted: &Wanted,
        call: Call,
    ) -> Result<Step, DbErr> {
        record.begin(wanted, &call);
        let (entry, begun) = match self.begin(grant, row, &record, &call).await? {
            Begun::Written(entry) => (entry, record.clone()),
            Begun::PutOff => return Ok(Step::PutOff),
            Begun::Taken => return Ok(Step::None),
        };
        let outcome = self.youtube.call(grant, &call).await;
        let now = self.centre.clock().now();
        tracing::debug!(broadcast = %row.code, method = call.method().as_str(), outcome = word(&outcome), "spoke to YouTube");
        let tx = self.centre.begin().await?;
        ledger::settle(&tx, &self.centre, &entry, &outcome).await?;
        let learnt = record.end(wanted, &call, outcome, now);
        if bound_elsewhere(&tx, row.id, &record).await? {
            record.is_in_the_way();
        }
        match learnt {
            Learnt::Viewers(viewers) => {
                let sample = viewer_sample::ActiveModel {
                    broadcast_id: Set(row.id),
                    at: Set(now),
                    viewers: Set(i32::try_from(viewers).unwrap_or(i32::MAX)),
                };
                viewer_sample::Entity::insert(sample).exec_without_returning(&tx).await?;
            }
            Learnt::GrantLost => lose_grant(&tx, &self.centre, grant.channel).await?,
            Learnt::QuotaSpent => {
                ledger::exhaust(&tx, &self.centre).await?;
                record.not_before = Some(ledger::quota_reset(now));
            }
            Learnt::Nothing => {}
        }
        if !self.save(&tx, &begun_row(row, &begun), &record, Claim::Ours(self.process)).await? {
            // A person has decided otherwise meanwhile, or it took longer than a claim: what was learnt is seen again.
            tracing::warn!(broadcast = %row.code, "an answer came too late");
            if let (Call::InsertBroadcast(_), Some(video)) = (&call, &record.video) {
                abandoned::made_for_nobody(&tx, &self.centre, row, video).await?;
            }
        }
        tx.commit().await?;
        Ok(Step::Made)
    }

    async fn begin(
        &self,
        grant: &Grant,
        row: &broadcast::Model,
        record: &Record,
        call: &Call,
    ) -> Result<Begun, DbErr> {
        let tx = self.centre.begin().await?;
        let of = (Some(row.id), grant.channel);
        if let Call::Bind { stream: Some(stream), .. } = call
            && abandoned::holds(&tx, stream).await?
        {
            return Ok(Begun::Taken);
        }
        let entry = ledger::reserve(&tx, &self.centre, call.method(), of, record.is_urgent()).await?;
        let Some(entry) = entry else { return Ok(Begun::PutOff) };
        match self.save(&tx, row, record, Claim::New(self.process)).await {
            Ok(true) => {}
            Ok(false) => return Ok(Begun::Taken),
            // Another broadcast holds the encoder since we looked.
            Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
                return Ok(Begun::Taken);
            }
            Err(error) => return Err(error),
        }
        tx.commit().await?;
        Ok(Begun::Written(entry))
    }

    /// Writes the record over the row that it was made from; `false` where somebody else has changed or claimed it since. An
    /// answer to our own claim is written whatever a person has asked for meanwhile.
    async fn save(
        &self,
        tx: &DatabaseTransaction,
        row: &broadcast::Model,
        record: &Record,
        claim: Claim,
    ) -> Result<bool, DbErr> {
        let now = self.centre.clock().now();
        let mut change = record.row();
        let ours = Condition::all()
            .add(broadcast::Column::Id.eq(row.id))
            .add(broadcast::Column::State.eq(row.state))
            .add(broadcast::Column::Generation.eq(row.generation));
        // A step is decided from what was read; whatever was changed since, somebody else's step among it, is read first.
        let free = Condition::all().add(broadcast::Column::Turn.eq(row.turn)).add(
            Condition::any()
                .add(broadcast::Column::ClaimedUntil.is_null())
                .add(broadcast::Column::ClaimedUntil.lte(now)),
        );
        let ours = match claim {
            Claim::Ours(process) => {
                change.claimed_by = Set(None);
                change.claimed_until = Set(None);
                ours.add(broadcast::Column::ClaimedBy.eq(process))
            }
            Claim::New(process) => {
                change.claimed_by = Set(Some(process));
                change.claimed_until = Set(Some(now + CLAIM));
                ours.add(free)
            }
            Claim::Unclaimed => {
                change.claimed_by = Set(None);
                change.claimed_until = Set(None);
                ours.add(free)
            }
        };
        // What a person asks for meanwhile is theirs to say and ours only to take back.
        if record.start_asked.is_none() && row.start_asked.is_some() {
            change.start_asked = Set(None);
        }
        let saved = broadcast::Entity::update_many()
            .set(change)
            .col_expr(broadcast::Column::Turn, broadcast::Column::Turn.into_expr().add(1))
            .filter(ours)
            .exec(tx)
            .await?;
        if saved.rows_affected == 0 {
            return Ok(false);
        }
        if record.state != row.state {
            note(tx, &self.centre, row.id, BroadcastEvent::Moved, record.state, None, None).await?;
        }
        Ok(true)
    }
}

enum Begun {
    Written(Entry),
    PutOff,
    Taken,
}

#[derive(Clone, Copy)]
enum Claim {
    New(Uuid),
    Ours(Uuid),
    Unclaimed,
}

/// Whether another broadcast has the stream that this one was found bound to, by somebody's hand. The transaction writes
/// already, so that nobody takes it meanwhile.
async fn bound_elsewhere(tx: &DatabaseTransaction, id: Uuid, record: &Record) -> Result<bool, DbErr> {
    let Some(stream) = &record.bound else { return Ok(false) };
    let other = broadcast::Entity::find()
        .filter(broadcast::Column::Bound.eq(stream))
        .filter(broadcast::Column::Id.ne(id))
        .one(tx)
        .await?;
    Ok(other.is_some())
}

/// The row as the call left it that was written down.
fn begun_row(row: &broadcast::Model, begun: &Record) -> broadcast::Model {
    broadcast::Model { state: begun.state, ..row.clone() }
}

fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Done(_) => "done",
        Outcome::Rejected(_) => "rejected",
        Outcome::Uncertain(_) => "uncertain",
        Outcome::NotTried(_) => "not tried",
    }
}

/// A line of a broadcast's history.
pub(super) async fn note(
    tx: &DatabaseTransaction,
    centre: &Centre,
    id: Uuid,
    kind: BroadcastEvent,
    state: State,
    actor: Option<Uuid>,
    said: Option<String>,
) -> Result<(), DbErr> {
    let row = broadcast_event::ActiveModel {
        id: Set(centre.clock().id()),
        broadcast_id: Set(id),
        at: Set(centre.clock().now()),
        kind: Set(kind),
        state: Set(state),
        actor_id: Set(actor),
        note: Set(said),
    };
    broadcast_event::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Writing to YouTube pauses for a channel, and producers are told once.
pub(super) async fn lose_grant(tx: &DatabaseTransaction, centre: &Centre, id: Uuid) -> Result<(), DbErr> {
    let Some(title) = channel::mark_lost(tx, centre, id).await? else { return Ok(()) };
    let producers = people_on_duty(tx, Duty::Producer).await?;
    let facts = Facts { course: Some(title), ..Facts::default() };
    tell_people(tx, centre.clock(), &producers, Event::ChannelLost, facts).await
}

impl Record {
    /// What the row remembers. JSON that nobody can read any more counts as never seen.
    pub fn of(row: &broadcast::Model) -> Self {
        let seen = row.seen.as_deref().and_then(|json| serde_json::from_str(json).ok());
        Self {
            id: row.id,
            state: row.state,
            trouble: row.trouble,
            said: row.said.clone(),
            generation: row.generation,
            video: row.video.clone(),
            bound: row.bound.clone(),
            under_way: row.under_way,
            looks: row.looks,
            tries: row.tries,
            not_before: row.not_before,
            asked: super::wanted::draft(row.asked.as_deref()),
            settled: row.settled,
            written: super::wanted::draft(row.written.as_deref()),
            drawn: row.drawn.as_deref().and_then(|json| serde_json::from_str(json).ok()),
            listed: row.listed.clone(),
            list_doubt: row.list_doubt,
            seen: seen.zip(row.seen_at).map(|(broadcast, at)| super::plan::Seen { at, broadcast }),
            start_asked: row.start_asked,
            end_asked: row.end_asked,
            started_at: row.started_at,
            ended_at: row.ended_at,
            sampled_at: row.sampled_at,
            views: row.views,
        }
    }

    fn row(&self) -> broadcast::ActiveModel {
        fn json<T: serde::Serialize>(value: Option<&T>) -> Option<String> {
            // None of these types has what JSON can't say.
            value.and_then(|value| serde_json::to_string(value).ok())
        }
        broadcast::ActiveModel {
            state: Set(self.state),
            trouble: Set(self.trouble),
            said: Set(self.said.clone()),
            generation: Set(self.generation),
            video: Set(self.video.clone()),
            bound: Set(self.bound.clone()),
            under_way: Set(self.under_way),
            looks: Set(self.looks),
            tries: Set(self.tries),
            not_before: Set(self.not_before),
            asked: Set(json(self.asked.as_ref())),
            settled: Set(self.settled),
            written: Set(json(self.written.as_ref())),
            drawn: Set(json(self.drawn.as_ref())),
            listed: Set(self.listed.clone()),
            list_doubt: Set(self.list_doubt),
            seen: Set(json(self.seen.as_ref().map(|seen| &seen.broadcast))),
            seen_at: Set(self.seen.as_ref().map(|seen| seen.at)),
            started_at: Set(self.started_at),
            ended_at: Set(self.ended_at),
            sampled_at: Set(self.sampled_at),
            views: Set(self.views),
            ..Default::default()
        }
    }
}
