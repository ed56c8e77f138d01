//! The demonstration's broadcasts: replays with their figures, one that went wrong, and those to come.
//! Nothing of it is on YouTube: its videos can't be played.

use chrono::{DateTime, Days, Duration, Utc};
use domain::account::Producer;
use domain::broadcast::call::{Health, Latency, Privacy, StreamStatus};
use domain::broadcast::entity::{broadcast, channel, encoder, viewer_sample};
use domain::broadcast::store::{self, Setup};
use domain::broadcast::{ChannelState, State, Trouble, VideoId};
use domain::centre::Centre;
use domain::course::entity::{class_session, run};
use domain::course::{ClassState, Mode, RunState};
use domain::seoul;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
};
use uuid::Uuid;

use super::{Failure, People};

/// How many runs are broadcast.
const RUNS: usize = 4;

/// Plans the broadcasts of the runs that are online these weeks, as a producer would have two weeks ago.
pub async fn plan(
    centre: &Centre,
    people: &People,
    today: DateTime<Utc>,
    set: impl Fn(DateTime<Utc>),
) -> Result<(), Failure> {
    // Where there is a key, a channel can be connected for real, and none is made up.
    if centre.settings().secrets.has_keys() {
        return Ok(());
    }
    let producer = people.known[3].producer()?;
    set(today - Duration::days(14));
    let setup = connect(centre, &producer).await?;
    for run in online_runs(centre, today).await? {
        store::plan_run(centre, &producer, &run.code, &setup).await?;
    }
    set(today);
    let rows = broadcast::Entity::find().order_by_asc(broadcast::Column::Id).all(centre.database()).await?;
    let mut has_failed = false;
    for row in rows {
        let Some(class) = class_of(centre, &row).await? else { continue };
        if row.state == State::Planned && class.ends_at < today {
            // Nobody began the last one before today.
            let failed = !has_failed && seoul::day(class.ends_at) >= seoul::day(today) - Days::new(4);
            has_failed |= failed;
            if failed { never_began(centre, &row).await? } else { took_place(centre, &row, &class).await? }
        }
    }
    Ok(())
}

/// A channel and an encoder as they stand when they have been connected; the grant is nobody's.
async fn connect(centre: &Centre, producer: &Producer) -> Result<Setup, Failure> {
    let (clock, db) = (centre.clock(), centre.database());
    let channel = channel::Model {
        id: clock.id(),
        youtube_id: "UCdemonstration".into(),
        title: "영등포 배움터 (시연)".into(),
        state: ChannelState::Connected,
        sealed_grant: Some("demonstration".into()),
        connected_by: producer.id(),
        connected_at: clock.now(),
        renewed_at: clock.now(),
        lost_at: None,
    };
    let encoder = encoder::Model {
        id: clock.id(),
        name: "1인 방송실 송출기".into(),
        space_id: None,
        channel_id: channel.id,
        stream: None,
        address: None,
        sealed_key: None,
        status: StreamStatus::Created,
        health: Health::NoData,
        seen_at: None,
        looked_at: None,
    };
    let setup = Setup {
        channel: channel.id,
        encoder: Some(encoder.id),
        privacy: Privacy::Public,
        made_for_kids: false,
        dvr: true,
        latency: Latency::Low,
        replay_until: seoul::day(clock.now()).checked_add_days(Days::new(400)),
    };
    channel::Entity::insert(channel.into_active_model().reset_all()).exec_without_returning(db).await?;
    encoder::Entity::insert(encoder.into_active_model().reset_all()).exec_without_returning(db).await?;
    Ok(setup)
}

/// Published runs that are held online around today.
async fn online_runs(centre: &Centre, today: DateTime<Utc>) -> Result<Vec<run::Model>, Failure> {
    let db = centre.database();
    let near = class_session::Entity::find()
        .filter(class_session::Column::State.eq(ClassState::Planned))
        .filter(class_session::Column::StartsAt.gt(today - Duration::days(13)))
        .filter(class_session::Column::StartsAt.lt(today + Duration::days(13)))
        .order_by_asc(class_session::Column::StartsAt)
        .all(db)
        .await?;
    let ids: Vec<Uuid> = near.iter().map(|class| class.run_id).collect();
    let mut runs = run::Entity::find()
        .filter(run::Column::Id.is_in(ids))
        .filter(run::Column::Mode.ne(Mode::InPerson))
        .filter(run::Column::State.eq(RunState::Published))
        .order_by_asc(run::Column::FirstDate)
        .order_by_asc(run::Column::Code)
        .all(db)
        .await?;
    runs.truncate(RUNS);
    Ok(runs)
}

async fn class_of(centre: &Centre, row: &broadcast::Model) -> Result<Option<class_session::Model>, Failure> {
    let (Some(run), Some(number)) = (row.run_id, row.number) else { return Ok(None) };
    let class = class_session::Entity::find()
        .filter(class_session::Column::RunId.eq(run))
        .filter(class_session::Column::Number.eq(number));
    Ok(class.one(centre.database()).await?)
}

async fn took_place(
    centre: &Centre,
    row: &broadcast::Model,
    class: &class_session::Model,
) -> Result<(), Failure> {
    let db = centre.database();
    let number = row.number.unwrap_or_default();
    // Eleven characters, as YouTube's ids have.
    let run = row.code.split('-').nth(1).unwrap_or_default();
    let video = VideoId::parse(&format!("demo{run:0>4}{number:0>3}")).ok_or("no video's id")?;
    let change = broadcast::ActiveModel {
        id: Set(row.id),
        state: Set(State::Filed),
        video: Set(Some(video.into_string())),
        started_at: Set(Some(class.starts_at)),
        ended_at: Set(Some(class.ends_at)),
        views: Set(Some(i64::from(40 + 7 * number))),
        ..Default::default()
    };
    broadcast::Entity::update(change).exec(db).await?;
    let samples = (0..12).map(|tenth| viewer_sample::ActiveModel {
        broadcast_id: Set(row.id),
        at: Set(class.starts_at + Duration::minutes(10 * tenth)),
        viewers: Set(18 + number + i32::try_from(6 - (tenth - 6).abs()).unwrap_or_default()),
    });
    viewer_sample::Entity::insert_many(samples).exec_without_returning(db).await?;
    Ok(())
}

async fn never_began(centre: &Centre, row: &broadcast::Model) -> Result<(), Failure> {
    let change = broadcast::ActiveModel {
        id: Set(row.id),
        state: Set(State::Attention),
        trouble: Set(Some(Trouble::NeverBegan)),
        ..Default::default()
    };
    broadcast::Entity::update(change).exec(centre.database()).await?;
    Ok(())
}
