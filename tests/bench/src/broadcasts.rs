//! Broadcasts without a network: a round of the worker over two thousand of them, and a whole year of the 2021 programme
//! against the tests' YouTube, call by call, beside the least that year needs.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use domain::account::{Address, Duty, PersonName, Producer, SignedIn, store as accounts};
use domain::broadcast::call::{Latency, Method, Phase, Privacy, Titled};
use domain::broadcast::entity::{broadcast, broadcast_call, encoder};
use domain::broadcast::plan::REPLAY_LOOK;
use domain::broadcast::reconcile::Reconciler;
use domain::broadcast::store::{self, Host, Setup};
use domain::broadcast::{State, channel, cost, encoder as encoders};
use domain::centre::{Centre, Settings};
use domain::clock::Clock;
use domain::course::entity::{class_session, run};
use domain::course::file::{Act, install};
use domain::course::{ClassState, Line, Mode};
use domain::language::Language;
use domain::registration::{DrawSettings, Source, ValueKind};
use domain::seal::{Sealer, fresh_key};
use domain::seoul;
use domain::space::holiday;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseConnection, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
};
use tests::programme;
use tests::youtube::{Memory, World};
use tokio::time::Instant;
use uuid::Uuid;

use crate::ground::Ground;
use crate::report::{Report, Samples, median};
use crate::{Failure, Scale};

const SPACES: &str = include_str!("../../../server/demo/spaces.csv");
const SEATS: &str = include_str!("../../../server/demo/seats.csv");
const HOLIDAYS: &str = include_str!("../../../server/demo/holidays.csv");
const PROGRAMME: &str = include_str!("../../../server/demo/programme-2021.csv");

/// Sessions of the round: ten classes of each run, one run a day.
const RUNS: u64 = 200;
const CLASSES: u64 = 10;

/// How often the same round is made.
const ROUNDS: usize = 50;

/// One step of a simulated show. A server looks every five seconds and mostly finds nothing to say; a minute is the pace
/// at which viewers are counted.
const STEP: TimeDelta = TimeDelta::minutes(1);

pub async fn measure(ground: &Ground<()>, scale: &Scale, report: &mut Report) -> Result<(), Failure> {
    let setting = ground.setting("broadcasts");
    let (mut rounds, mut rows) = (Vec::new(), Vec::new());
    for _ in 0..scale.rounds {
        let place = ground.fresh()?;
        let house = House::build(place.connect().await?, at(2021, 7, 1)).await?;
        house.fill_a_year().await?;
        let (round, raw) = house.calm_rounds().await?;
        rounds.push(round);
        rows.push(raw);
    }
    report.add(setting, Samples::alone("a round over 2,000 sessions", "ms", rounds).beside(rows));

    let place = ground.fresh()?;
    let house = House::build(place.connect().await?, at(2020, 12, 1)).await?;
    let year = house.live_through_2021().await?;
    let count = |number: usize| vec![number as f64];
    let units = |number: u32| vec![f64::from(number)];
    report.add(
        setting,
        Samples::alone("calls in 2021, beside the least", "", count(year.calls))
            .beside(count(year.least_calls)),
    );
    report.add(
        setting,
        Samples::alone("units in 2021, beside the least", "", units(year.units))
            .beside(units(year.least_units)),
    );
    report
        .add(setting, Samples::alone("units of the dearest day", "", units(year.dearest)).at_most(10_000.0));
    Ok(())
}

fn at(year: i32, month: u32, day: u32) -> DateTime<Utc> {
    seoul::midnight(NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default())
}

/// A centre whose clock this module holds, with a channel that answers at once.
struct House {
    centre: Centre,
    time: Arc<Mutex<DateTime<Utc>>>,
    youtube: Memory,
    worker: Reconciler<Memory>,
    producer: Producer,
    viewer: SignedIn,
    channel: Uuid,
}

/// What a year came to.
struct Year {
    calls: usize,
    least_calls: usize,
    units: u32,
    least_units: u32,
    dearest: u32,
}

impl House {
    async fn build(db: DatabaseConnection, now: DateTime<Utc>) -> Result<Self, Failure> {
        let time = Arc::new(Mutex::new(now));
        let read = Arc::clone(&time);
        let clock = Clock::new(move || *read.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
        // Some of the year's lotteries begin before that week's lotto.
        let source = Source::of(ValueKind::Drand, "").ok_or("no source")?;
        let draw = DrawSettings { source };
        let settings = Settings { secrets: Sealer::new(&[fresh_key()])?, draw, ..Settings::default() };
        let centre = Centre::new(db, clock.clone(), settings);
        let name = PersonName::parse("박영상").ok_or("a name")?;
        let address = Address::parse("producer@example.kr").into_iter().collect();
        let person =
            accounts::add_person_with_duties(&centre, name, address, Language::Ko, None, &[Duty::Producer])
                .await?;
        let viewer = SignedIn::of_session(&centre, person).await?.ok_or("nobody is signed in")?;
        let producer = viewer.producer()?;
        let (world, token) = World::with_channel("구청 TV");
        let titled = Titled { id: world.channels[0].id.clone(), title: "구청 TV".into() };
        let youtube = Memory::new(world, clock);
        let channel = channel::connect(&centre, &producer, &titled, &token).await?;
        let worker = Reconciler::new(centre.clone(), youtube.clone());
        Ok(Self { centre, time, youtube, worker, producer, viewer, channel })
    }

    fn db(&self) -> &DatabaseConnection {
        self.centre.database()
    }

    fn set_time(&self, to: DateTime<Utc>) {
        *self.time.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = to;
        self.youtube.world().advance(to);
    }

    fn setup(&self, encoder: Option<Uuid>) -> Setup {
        Setup {
            channel: self.channel,
            encoder,
            privacy: Privacy::Unlisted,
            made_for_kids: false,
            dvr: true,
            latency: Latency::Low,
            replay_until: None,
        }
    }

    /// Rounds until there is nothing to say for now.
    async fn calm_down(&self) -> Result<(), Failure> {
        for _ in 0..200 {
            let before = self.youtube.world().log.len();
            self.worker.round().await?;
            let now = self.centre.clock().now();
            self.set_time(now + TimeDelta::seconds(5));
            if self.youtube.world().log.len() == before {
                return Ok(());
            }
        }
        Err("the worker never comes to rest".into())
    }

    /// 2,000 classes over a year, today in the middle: half are over, some are made, the others are planned.
    async fn fill_a_year(&self) -> Result<(), Failure> {
        let (clock, now) = (self.centre.clock(), self.centre.clock().now());
        let first = seoul::day(now) - Days::new(180);
        for index in 0..RUNS {
            let code = format!("R-{index:03}");
            let course = programme::course(clock, format!("강좌 {code}"));
            let run = programme::run(clock, &code, course.id, None);
            let mut classes = Vec::new();
            let mut rows = Vec::new();
            for number in 0..CLASSES {
                let day = first + Days::new(index * 9 / 5 + number);
                let starts = seoul::midnight(day) + TimeDelta::hours(10);
                let number = i32::try_from(number)? + 1;
                classes.push(programme::class(clock, run.id, number, starts));
                let state = if starts < now { State::Filed } else { State::Planned };
                rows.push(
                    self.row(format!("{code}-{number}"), run.id, number, state)
                        .into_active_model()
                        .reset_all(),
                );
            }
            programme::add(&self.centre, course, run, classes).await;
            broadcast::Entity::insert_many(rows).exec_without_returning(self.db()).await?;
        }
        self.calm_down().await
    }

    fn row(&self, code: String, run: Uuid, number: i32, state: State) -> broadcast::Model {
        let row = store::planned(&self.centre, code, &self.setup(None));
        // A replay was looked at a moment ago.
        let sampled_at = (state == State::Filed).then(|| self.centre.clock().now());
        broadcast::Model { run_id: Some(run), number: Some(number), state, sampled_at, ..row }
    }

    /// A round in which nothing is to be said, and the same rows fetched by SQL alone; medians in milliseconds.
    async fn calm_rounds(&self) -> Result<(f64, f64), Failure> {
        let (mut rounds, mut raw) = (Vec::new(), Vec::new());
        let resting = [State::Attention, State::Manual, State::Cancelled, State::Filed];
        for _ in 0..ROUNDS {
            let began = Instant::now();
            let round = self.worker.round().await?;
            rounds.push(began.elapsed().as_secs_f64() * 1000.0);
            let began = Instant::now();
            let rows = broadcast::Entity::find()
                .filter(broadcast::Column::State.is_not_in(resting))
                .order_by_asc(broadcast::Column::Id)
                .all(self.db())
                .await?;
            raw.push(began.elapsed().as_secs_f64() * 1000.0);
            if (round.calls, round.open) != (0, rows.len()) {
                return Err(format!("{round:?} over {} open rows", rows.len()).into());
            }
        }
        let made = broadcast::Entity::find()
            .filter(broadcast::Column::State.eq(State::Created))
            .all(self.db())
            .await?;
        let shows = self.youtube.world().shows().len();
        if made.is_empty() || made.len() != shows {
            return Err(format!("{} are made here and {shows} there", made.len()).into());
        }
        eprintln!("  broadcasts: {} open, {shows} of them made", self.worker.round().await?.open);
        Ok((median(rounds).ok_or("no round")?, median(raw).ok_or("no round")?))
    }

    /// Every class held online in 2021 is planned three weeks before its run begins, begun by its encoder, ended by its host.
    async fn live_through_2021(&self) -> Result<Year, Failure> {
        domain::space::file::import(&self.centre, SPACES.as_bytes(), SEATS.as_bytes()).await?;
        holiday::install(&self.centre, &holiday::parse(HOLIDAYS.as_bytes())?).await?;
        install(&self.centre, PROGRAMME.as_bytes(), Act::Commit).await?;
        let runs = run::Entity::find()
            .filter(run::Column::Mode.ne(Mode::InPerson))
            .order_by_asc(run::Column::FirstDate)
            .order_by_asc(run::Column::Code)
            .all(self.db())
            .await?;
        let encoders = self.add_encoders(&runs).await?;
        let mut classes = class_session::Entity::find()
            .filter(class_session::Column::RunId.is_in(runs.iter().map(|run| run.id)))
            .filter(class_session::Column::State.eq(ClassState::Planned))
            .order_by_asc(class_session::Column::StartsAt)
            .all(self.db())
            .await?;
        classes.dedup_by_key(|class| class.id);
        let first = classes.first().ok_or("nothing is held online")?.starts_at;
        let last = classes.last().ok_or("nothing is held online")?.ends_at;
        let mut unplanned = runs.iter().peekable();
        let mut on_air: Vec<&class_session::Model> = Vec::new();
        let mut day = seoul::day(first) - Days::new(22);
        while day <= seoul::day(last) + Days::new(3) {
            let dawn = seoul::midnight(day) + TimeDelta::hours(6);
            self.set_time(dawn);
            while let Some(run) =
                unplanned.next_if(|run| run.first_date.is_some_and(|it| it <= day + Days::new(21)))
            {
                let encoder = run.space_id.and_then(|space| encoders.get(&space).copied());
                store::plan_run(&self.centre, &self.producer, &run.code, &self.setup(encoder)).await?;
            }
            self.calm_down().await?;
            let today: Vec<&class_session::Model> =
                classes.iter().filter(|class| seoul::day(class.starts_at) == day).collect();
            let Some(end) = today.iter().map(|class| class.ends_at).max() else {
                day = day + Days::new(1);
                continue;
            };
            let mut now = dawn.max(today[0].starts_at - TimeDelta::minutes(20));
            while now < end + TimeDelta::minutes(5) {
                self.set_time(now);
                for class in today.iter().filter(|class| class.ends_at == now) {
                    self.end(class, &runs, &encoders).await?;
                    on_air.retain(|it| it.id != class.id);
                }
                for class in today.iter().filter(|class| class.starts_at == now) {
                    let stream = self.stream_of(class, &runs, &encoders).await?;
                    self.youtube.world().encoder_sends(now, &stream);
                    on_air.push(class);
                }
                self.worker.round().await?;
                now += STEP;
            }
            self.calm_down().await?;
            day = day + Days::new(1);
        }
        self.count(classes.len(), &runs, encoders.len()).await
    }

    /// One for each room from which something is broadcast.
    async fn add_encoders(&self, runs: &[run::Model]) -> Result<HashMap<Uuid, Uuid>, Failure> {
        let spaces: std::collections::BTreeSet<Uuid> = runs.iter().filter_map(|run| run.space_id).collect();
        for (index, space) in spaces.iter().enumerate() {
            let name = Line::parse(&format!("송출기 {index}"), 60).ok_or("a name")?;
            encoders::add(&self.centre, &self.producer, &name, Some(*space), self.channel).await?;
        }
        self.calm_down().await?;
        let rows = encoder::Entity::find().all(self.db()).await?;
        Ok(rows.into_iter().filter_map(|row| Some((row.space_id?, row.id))).collect())
    }

    async fn stream_of(
        &self,
        class: &class_session::Model,
        runs: &[run::Model],
        encoders: &HashMap<Uuid, Uuid>,
    ) -> Result<String, Failure> {
        let run = runs.iter().find(|run| run.id == class.run_id).ok_or("a run")?;
        let encoder = run.space_id.and_then(|space| encoders.get(&space)).ok_or("an encoder")?;
        let row = encoder::Entity::find_by_id(*encoder).one(self.db()).await?.ok_or("an encoder")?;
        Ok(row.stream.ok_or("a stream")?)
    }

    /// The host presses the button and turns the encoder off.
    async fn end(
        &self,
        class: &class_session::Model,
        runs: &[run::Model],
        encoders: &HashMap<Uuid, Uuid>,
    ) -> Result<(), Failure> {
        let run = runs.iter().find(|run| run.id == class.run_id).ok_or("a run")?;
        let code = format!("{}-{}", run.code, class.number);
        let shown = store::find(&self.centre, &code).await?.ok_or("no such broadcast")?;
        let host = Host::of(&self.viewer, &shown.subject).ok_or("no host")?;
        store::ask_end(&self.centre, &host, &code)
            .await
            .map_err(|error| format!("{code}: {error}, {:?}", shown.row.state))?;
        let stream = self.stream_of(class, runs, encoders).await?;
        self.youtube.world().encoder_stops(self.centre.clock().now(), &stream);
        self.calm_down().await
    }

    /// What was said, after it is known to have done what was wanted.
    async fn count(&self, classes: usize, runs: &[run::Model], encoders: usize) -> Result<Year, Failure> {
        let rows = broadcast::Entity::find().all(self.db()).await?;
        let filed = rows.iter().filter(|row| row.state == State::Filed).count();
        let dressed = rows.iter().filter(|row| row.drawn.is_some() && row.listed.is_some()).count();
        let calls = broadcast_call::Entity::find().all(self.db()).await?;
        let world = self.youtube.world();
        let complete = world.shows().iter().filter(|show| show.phase == Phase::Complete).count();
        let counts = [rows.len(), filed, dressed, complete, world.shows().len()];
        if counts.iter().any(|count| *count != classes) || !world.wrong.is_empty() {
            return Err(format!("of {classes} classes: {counts:?}, wrong {:?}", world.wrong).into());
        }
        let units: u32 = calls.iter().filter_map(|call| u32::try_from(call.units).ok()).sum();
        if units != world.units() || calls.len() != world.log.len() {
            return Err(format!("the ledger has {units} units, YouTube {}", world.units()).into());
        }
        let mut by_method: BTreeMap<&str, usize> = BTreeMap::new();
        let mut by_day: BTreeMap<NaiveDate, u32> = BTreeMap::new();
        for call in &calls {
            *by_method.entry(call.method.as_str()).or_default() += 1;
            *by_day.entry(call.day).or_default() += u32::try_from(call.units)?;
        }
        eprintln!("  broadcasts: {classes} classes of {} runs, {by_method:?}", runs.len());
        // Each is made, bound, drawn, listed and ended, once seen to have begun and once counted afterwards; viewers are
        // counted at their pace, as that is wanted too. That a replay is still there is looked for beyond the least.
        let ended: HashMap<Uuid, DateTime<Utc>> =
            rows.iter().filter_map(|row| Some((row.id, row.ended_at?))).collect();
        let is_sample = |call: &&broadcast_call::Model| {
            let ended = call.broadcast_id.and_then(|id| ended.get(&id));
            call.method == Method::ReadVideo && ended.is_some_and(|ended| call.at < *ended + REPLAY_LOOK)
        };
        let samples = calls.iter().filter(is_sample).count();
        let each = [
            Method::InsertBroadcast,
            Method::Bind,
            Method::SetThumbnail,
            Method::InsertPlaylistItem,
            Method::Transition,
            Method::ListBroadcasts,
        ];
        let once = [(Method::InsertPlaylist, runs.len()), (Method::InsertStream, encoders)];
        let least_calls = classes * each.len() + samples + runs.len() + encoders;
        let units_of = |method: Method, times: usize| cost(method) * u32::try_from(times).unwrap_or(u32::MAX);
        let least_units = each.iter().map(|method| units_of(*method, classes)).sum::<u32>()
            + once.iter().map(|(method, times)| units_of(*method, *times)).sum::<u32>()
            + units_of(Method::ReadVideo, samples);
        let dearest = by_day.values().copied().max().unwrap_or_default();
        Ok(Year { calls: calls.len(), least_calls, units, least_units, dearest })
    }
}
