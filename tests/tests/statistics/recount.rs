//! The cube against a slow, plain recount of the rows themselves, over random data around the end of a year; and against
//! itself, before and after people are erased.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Timelike, Utc};
use domain::account::entity::person;
use domain::account::store::{change_consents, find_profile};
use domain::account::{Duty, Figures, Neighbourhood, PersonState, Purpose, Sex};
use domain::attendance::Presence;
use domain::attendance::entity::{completion, mark, no_show, run_closing};
use domain::broadcast::State as Show;
use domain::broadcast::call::{Latency, Privacy};
use domain::broadcast::entity::{broadcast, viewer_sample};
use domain::course::entity::{class_session, course, run};
use domain::course::{Audience, Category, ClassState, Mode, RunState};
use domain::language::Language;
use domain::privacy::purge;
use domain::registration::entity::{application, application_event};
use domain::registration::{EventKind, State};
use domain::seoul;
use domain::space::entity::space;
use domain::statistics::{Counts, Dimension, Facts, Key, Question, Table, fact};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use tests::programme::{add, add_room, class, course as a_course, run as a_run};
use tests::{Site, both};
use uuid::Uuid;

use super::{apply, close, put_mark, put_no_show};

const RUNS: usize = 24;
const PEOPLE: usize = 30;

both! {
    async fn the_cube_says_what_a_plain_recount_says(site) {
        site.set_time("2020-12-01T09:00:00+09:00");
        let seed: u64 = rand::random();
        println!("seed {seed}");
        let mut dice = StdRng::seed_from_u64(seed);
        fill(site, &mut dice).await;
        site.set_time("2021-02-20T12:00:00+09:00");
        let rows = Rows::read(site).await;
        for _ in 0..12 {
            let Span { from, until, as_of } = some_span(&mut dice);
            let facts = fact::load(&site.centre, (from, until), as_of).await.unwrap();
            for _ in 0..20 {
                let mut side = || *Dimension::ALL.choose(&mut dice).unwrap();
                let (rows_by, columns_by, filter_by) = (side(), side(), side());
                let columns = Some(columns_by).filter(|columns| *columns != rows_by);
                let words = rows.words_of(filter_by);
                let word = words.choose(&mut dice).cloned().unwrap_or_default();
                let only = facts.key(filter_by, if word.is_empty() { "none" } else { &word });
                let filter = only.map(|_| (filter_by, word));
                let question = Question { first: from, last: until, only: only.into_iter().collect(), rows: rows_by, columns };
                let table = facts.table(&question);
                let asked = Asked { from, until, as_of, filter, rows: rows_by, columns };
                let slow = rows.count(&asked);
                assert_eq!(cells(&facts, &table), slow, "seed {seed}: {asked:?}");
            }
        }
    }

    async fn whoever_is_erased_at_whatever_time_leaves_every_figure_as_it_was(site) {
        site.set_time("2020-12-01T09:00:00+09:00");
        let seed: u64 = rand::random();
        println!("seed {seed}");
        let mut dice = StdRng::seed_from_u64(seed);
        fill(site, &mut dice).await;
        let spans: Vec<Span> = (0..6).map(|_| some_span(&mut dice)).collect();
        // Amid the runs some take back all they said of themselves, or one thing of it.
        site.set_time("2021-01-20T12:00:00+09:00");
        let before = all_tables(site, &spans).await;
        let people = person::Entity::find().all(site.centre.database()).await.unwrap();
        for person in people {
            if dice.random_bool(0.5) {
                continue;
            }
            let who = site.signed_in(person.id).await;
            let said = find_profile(site.centre.database(), &who).await.unwrap().unwrap().figures;
            let (given, figures) = match dice.random_range(0..4) {
                0 => (vec![Purpose::Figures], Figures { birth_year: None, ..said }),
                1 => (vec![Purpose::Figures], Figures { sex: None, ..said }),
                2 => (vec![Purpose::Figures], Figures { neighbourhood: None, ..said }),
                _ => (Vec::new(), Figures::default()),
            };
            change_consents(&site.centre, &who, &given, figures).await.unwrap();
        }
        assert_same(&before, &all_tables(site, &spans).await, seed);
        // After eight years nobody is described any more.
        site.set_time("2029-03-02T09:00:00+09:00");
        let before = all_tables(site, &spans).await;
        let officer = site.person("강보호", &[Duty::PrivacyOfficer]).await;
        let officer = site.signed_in(officer).await.privacy_officer().unwrap();
        purge(&site.centre, &officer).await.unwrap();
        let described = person::Entity::find().filter(person::Column::BirthYear.is_not_null());
        assert_eq!(described.count(site.centre.database()).await.unwrap(), 0);
        assert_same(&before, &all_tables(site, &spans).await, seed);
    }
}

/// A period, and the day as of which it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Span {
    from: NaiveDate,
    until: NaiveDate,
    as_of: NaiveDate,
}

fn some_span(dice: &mut StdRng) -> Span {
    let first: NaiveDate = "2020-12-15".parse().unwrap();
    let mut some_day = || first + chrono::Days::new(dice.random_range(0..70));
    let (one, other) = (some_day(), some_day());
    Span { from: one.min(other), until: one.max(other), as_of: some_day() }
}

/// What stands in a table, totals too, by the words of its rows and columns.
fn cells(facts: &Facts, table: &Table) -> BTreeMap<Place, Counts> {
    let keys = |keys: &[Key]| keys.iter().map(|it| Some(*it)).chain([None]).collect::<Vec<_>>();
    let mut cells = BTreeMap::new();
    for row in keys(&table.rows) {
        for column in keys(&table.columns) {
            let place = (row.map(|it| facts.word(it)), column.map(|it| facts.word(it)));
            cells.insert(place, table.cell(row, column));
        }
    }
    cells.retain(|_, counts| *counts != Counts::default());
    cells
}

type Tables = BTreeMap<(Span, Dimension, Option<Dimension>), BTreeMap<Place, Counts>>;

/// The table of every pair of sides for each of these spans.
async fn all_tables(site: &Site, spans: &[Span]) -> Tables {
    let mut all = Tables::new();
    for span in spans {
        let Span { from: first, until: last, as_of } = *span;
        let facts = fact::load(&site.centre, (first, last), as_of).await.unwrap();
        for rows in Dimension::ALL.iter().copied() {
            for columns in Dimension::ALL.iter().copied().filter(|it| *it != rows).map(Some).chain([None]) {
                let table = facts.table(&Question { first, last, only: Vec::new(), rows, columns });
                all.insert((*span, rows, columns), cells(&facts, &table));
            }
        }
    }
    all
}

#[track_caller]
fn assert_same(before: &Tables, after: &Tables, seed: u64) {
    for (asked, table) in before {
        assert_eq!(after[asked], *table, "seed {seed}: {asked:?}");
    }
}

/// Runs, classes, people and all that they do, at random.
async fn fill(site: &Site, dice: &mut StdRng) {
    let (centre, db) = (&site.centre, site.centre.database());
    let clock = centre.clock();
    let room = add_room(centre, "mullae", 10).await;
    let mut people = Vec::new();
    for _ in 0..PEOPLE {
        let row = person::ActiveModel {
            id: Set(clock.id()),
            name: Set("홍길동".into()),
            language: Set(Language::Ko),
            birth_year: Set(dice.random_bool(0.7).then(|| dice.random_range(1925..2015))),
            sex: Set(dice.random_bool(0.7).then(|| *Sex::ALL.choose(dice).unwrap())),
            neighbourhood: Set(dice.random_bool(0.7).then(|| Neighbourhood::ALL[dice.random_range(0..3)])),
            made_staff: Set(false),
            state: Set(PersonState::Active),
            created_at: Set(site.now()),
            ..Default::default()
        };
        people.push(*row.id.as_ref());
        person::Entity::insert(row).exec_without_returning(db).await.unwrap();
    }
    let begin: DateTime<Utc> = "2020-12-15T00:00:00+09:00".parse().unwrap();
    let mut stamp = 0;
    for number in 0..RUNS {
        let course = course::Model {
            category: *Category::ALL.choose(dice).unwrap(),
            audience: *Audience::ALL.choose(dice).unwrap(),
            ..a_course(clock, format!("강좌 {number}"))
        };
        let run = run::Model {
            mode: *Mode::ALL.choose(dice).unwrap(),
            instructor: ["", "강사01", "강사02"][dice.random_range(0..3)].to_owned(),
            state: *[RunState::Published, RunState::Published, RunState::Cancelled, RunState::Draft]
                .choose(dice)
                .unwrap(),
            enrolled: dice.random_bool(0.3).then(|| dice.random_range(0..20)),
            first_date: dice
                .random_bool(0.8)
                .then(|| seoul::day(begin) + chrono::Days::new(dice.random_range(0..60))),
            ..a_run(clock, &format!("R-{number}"), course.id, dice.random_bool(0.6).then_some(room))
        };
        // Hours around midnight too: the day is Seoul's.
        let start = begin + TimeDelta::hours(dice.random_range(0..60 * 24));
        let classes: Vec<_> = (0..dice.random_range(1..4))
            .map(|nth| class_session::ActiveModel {
                state: Set(if dice.random_bool(0.85) { ClassState::Planned } else { ClassState::Cancelled }),
                minutes: Set(dice.random_range(30..120)),
                ..class(clock, run.id, nth + 1, start + TimeDelta::days(9 * i64::from(nth)))
            })
            .collect();
        let ids: Vec<Uuid> = classes.iter().map(|it| *it.id.as_ref()).collect();
        let run_id = run.id;
        add(centre, course, run, classes).await;
        for nth in 0..ids.len() {
            if dice.random_bool(0.5) {
                watch(site, dice, run_id, nth, start + TimeDelta::days(9 * nth as i64)).await;
            }
        }
        let mut completed = Vec::new();
        let share = if dice.random_bool(0.3) { 0.0 } else { 0.25 };
        for person in people.iter().filter(|_| dice.random_bool(share)).copied().collect::<Vec<_>>() {
            stamp += 1;
            let (state, events) = history(dice);
            let application = apply(site, run_id, person, state, stamp).await;
            let mut at = begin - TimeDelta::days(3);
            for kind in events {
                at += TimeDelta::minutes(dice.random_range(1..60 * 24 * 12));
                let row = application_event::ActiveModel {
                    id: Set(clock.id()),
                    application_id: Set(application),
                    at: Set(at),
                    kind: Set(kind),
                    actor_id: Set(None),
                    seat: Set(None),
                    reason: Set(None),
                };
                application_event::Entity::insert(row).exec_without_returning(db).await.unwrap();
            }
            for class in &ids {
                if dice.random_bool(0.5) {
                    let presence = *Presence::ALL.choose(dice).unwrap();
                    let minutes = if presence == Presence::Absent { 0 } else { dice.random_range(1..120) };
                    put_mark(site, *class, application, presence, minutes).await;
                    if presence == Presence::Absent && dice.random_bool(0.7) {
                        put_no_show(site, *class, application, person).await;
                    }
                }
            }
            completed.extend(dice.random_bool(0.5).then_some(application));
        }
        if dice.random_bool(0.5) {
            close(site, run_id, start + TimeDelta::days(5), people[0], &completed).await;
        }
    }
}

/// A broadcast of a class, whose viewers were counted several times, or never.
async fn watch(site: &Site, dice: &mut StdRng, run: Uuid, nth: usize, starts_at: DateTime<Utc>) {
    let (clock, db) = (site.centre.clock(), site.centre.database());
    let id = clock.id();
    let row = broadcast::ActiveModel {
        id: Set(id),
        code: Set(format!("{run}-{nth}")),
        run_id: Set(Some(run)),
        number: Set(Some(i32::try_from(nth).unwrap() + 1)),
        privacy: Set(Privacy::Unlisted),
        made_for_kids: Set(false),
        dvr: Set(true),
        latency: Set(Latency::Low),
        state: Set(Show::Complete),
        generation: Set(1),
        looks: Set(0),
        tries: Set(0),
        settled: Set(true),
        unwanted: Set(false),
        version: Set(1),
        created_at: Set(site.now()),
        ..Default::default()
    };
    broadcast::Entity::insert(row).exec_without_returning(db).await.unwrap();
    for minute in 0..dice.random_range(0..4) {
        let sample = viewer_sample::ActiveModel {
            broadcast_id: Set(id),
            at: Set(starts_at + TimeDelta::minutes(minute)),
            viewers: Set(dice.random_range(0..40)),
        };
        viewer_sample::Entity::insert(sample).exec_without_returning(db).await.unwrap();
    }
}

/// How an application may have gone, and where that leaves it.
fn history(dice: &mut StdRng) -> (State, Vec<EventKind>) {
    use EventKind::{
        Accepted, Approved, Asked, Booked, Cancelled, Declined, Lapsed, Moved, Offered, Promoted, Waiting,
    };
    let ways: [(State, &[EventKind]); 11] = [
        (State::Booked, &[Booked]),
        (State::Booked, &[Booked, Moved]),
        (State::Waiting, &[Waiting]),
        (State::Booked, &[Waiting, Promoted]),
        (State::Offered, &[Waiting, Offered]),
        (State::Booked, &[Waiting, Offered, Accepted]),
        (State::Lapsed, &[Waiting, Offered, Lapsed]),
        (State::Lapsed, &[Waiting, Lapsed]),
        (State::Booked, &[Asked, Approved]),
        (State::Booked, &[Asked, Approved, Promoted]),
        (State::Declined, &[Asked, Declined]),
    ];
    let (state, events) = *ways.choose(dice).unwrap();
    let mut events = events.to_vec();
    if state.is_live() && dice.random_bool(0.3) {
        events.push(Cancelled);
        return (State::Cancelled, events);
    }
    (state, events)
}

#[derive(Debug)]
struct Asked {
    from: NaiveDate,
    until: NaiveDate,
    as_of: NaiveDate,
    filter: Option<(Dimension, String)>,
    rows: Dimension,
    columns: Option<Dimension>,
}

/// Every row that matters, as it is.
struct Rows {
    now: DateTime<Utc>,
    people: HashMap<Uuid, person::Model>,
    courses: HashMap<Uuid, course::Model>,
    spaces: HashMap<Uuid, space::Model>,
    runs: Vec<run::Model>,
    classes: Vec<class_session::Model>,
    applications: Vec<application::Model>,
    events: Vec<application_event::Model>,
    marks: Vec<mark::Model>,
    no_shows: Vec<no_show::Model>,
    completions: Vec<completion::Model>,
    closings: Vec<run_closing::Model>,
    shows: Vec<broadcast::Model>,
    samples: Vec<viewer_sample::Model>,
}

type Place = (Option<String>, Option<String>);

impl Rows {
    async fn read(site: &Site) -> Self {
        let db = site.centre.database();
        Self {
            now: site.now(),
            people: person::Entity::find().all(db).await.unwrap().into_iter().map(|it| (it.id, it)).collect(),
            courses: course::Entity::find()
                .all(db)
                .await
                .unwrap()
                .into_iter()
                .map(|it| (it.id, it))
                .collect(),
            spaces: space::Entity::find().all(db).await.unwrap().into_iter().map(|it| (it.id, it)).collect(),
            runs: run::Entity::find().all(db).await.unwrap(),
            classes: class_session::Entity::find().all(db).await.unwrap(),
            applications: application::Entity::find().all(db).await.unwrap(),
            events: application_event::Entity::find().all(db).await.unwrap(),
            marks: mark::Entity::find().all(db).await.unwrap(),
            no_shows: no_show::Entity::find().all(db).await.unwrap(),
            completions: completion::Entity::find().all(db).await.unwrap(),
            closings: run_closing::Entity::find().all(db).await.unwrap(),
            shows: broadcast::Entity::find().all(db).await.unwrap(),
            samples: viewer_sample::Entity::find().all(db).await.unwrap(),
        }
    }

    fn words_of(&self, side: Dimension) -> Vec<String> {
        let words = self.runs.iter().flat_map(|run| {
            let people = self.people.values();
            people.filter_map(move |it| self.word(side, run, None, Some(it))).collect::<Vec<_>>()
        });
        words.collect::<BTreeSet<String>>().into_iter().collect()
    }

    fn planned(&self, run: &run::Model) -> Vec<&class_session::Model> {
        let mut planned: Vec<_> =
            self.classes.iter().filter(|it| it.run_id == run.id && it.state == ClassState::Planned).collect();
        planned.sort_by_key(|it| it.starts_at);
        planned
    }

    fn first_day(&self, run: &run::Model) -> Option<NaiveDate> {
        self.planned(run).first().map(|it| seoul::day(it.starts_at)).or(run.first_date)
    }

    /// What stands on a side for a run, a class of it, or a person in it; nothing where that makes no sense.
    fn word(
        &self,
        side: Dimension,
        run: &run::Model,
        class: Option<&class_session::Model>,
        who: Option<&person::Model>,
    ) -> Option<String> {
        let day = class.map(|it| seoul::day(it.starts_at)).or_else(|| self.first_day(run));
        let course = &self.courses[&run.course_id];
        let hour =
            class.or_else(|| self.planned(run).first().copied()).map(|it| seoul::wall(it.starts_at).hour());
        Some(match side {
            Dimension::Audience => course.audience.as_str().into(),
            Dimension::Mode => run.mode.as_str().into(),
            Dimension::Category => course.category.as_str().into(),
            Dimension::Place => run.space_id.map(|id| self.spaces[&id].code.clone()).unwrap_or_default(),
            Dimension::Instructor => run.instructor.clone(),
            Dimension::Year => day?.year().to_string(),
            Dimension::Month => format!("{}-{:02}", day?.year(), day?.month()),
            Dimension::DayPart => hour
                .map_or("", |hour| {
                    ["morning", "afternoon", "evening"]
                        [if hour < 12 { 0 } else { 1 + usize::from(hour >= 18) }]
                })
                .into(),
            Dimension::Sex => who?.sex.map_or("", Sex::as_str).into(),
            Dimension::Neighbourhood => who?.neighbourhood.map_or("", Neighbourhood::as_str).into(),
            Dimension::Age => {
                let age = who?.birth_year.map(|born| self.first_day(run).map_or(0, |day| day.year()) - born);
                age.filter(|age| *age >= 0).map(|age| (age / 10 * 10).min(90).to_string()).unwrap_or_default()
            }
        })
    }

    /// The most who watched a class at one time, as far as anybody had counted until then.
    fn most_viewers(&self, class: &class_session::Model, until: DateTime<Utc>) -> Option<u64> {
        let shows =
            |it: &&broadcast::Model| (it.run_id, it.number) == (Some(class.run_id), Some(class.number));
        let show = self.shows.iter().find(shows)?;
        let samples = self.samples.iter().filter(|it| it.broadcast_id == show.id && it.at <= until);
        samples.map(|it| u64::try_from(it.viewers).unwrap()).max()
    }

    /// Where an application stands at the end of a day: its history played again until then.
    fn replay(
        &self,
        application: &application::Model,
        first_day: NaiveDate,
        as_of: NaiveDate,
    ) -> &'static str {
        let mut events: Vec<_> =
            self.events.iter().filter(|it| it.application_id == application.id).collect();
        events.sort_by_key(|it| it.at);
        let mut standing = "nowhere";
        for (index, event) in events.iter().enumerate().filter(|(_, it)| seoul::day(it.at) <= as_of) {
            // Whoever is approved without another word after it was given a place at once.
            let promoted_later = events[index..].iter().any(|it| it.kind == EventKind::Promoted);
            standing = match event.kind {
                EventKind::Booked | EventKind::Promoted | EventKind::Accepted => "enrolled",
                EventKind::Waiting | EventKind::Offered => "waiting",
                EventKind::Approved => {
                    if promoted_later {
                        "waiting"
                    } else {
                        "enrolled"
                    }
                }
                EventKind::Cancelled if standing == "enrolled" && seoul::day(event.at) >= first_day => {
                    "enrolled"
                }
                EventKind::Cancelled => "given up",
                EventKind::Asked | EventKind::Declined => "nowhere",
                EventKind::Lapsed | EventKind::Moved => standing,
            };
        }
        standing
    }

    fn count(&self, asked: &Asked) -> BTreeMap<Place, Counts> {
        let until = seoul::midnight(asked.as_of + chrono::Days::new(1)).min(self.now);
        let within = |day: NaiveDate| asked.from <= day && day <= asked.until;
        let mut cells: BTreeMap<Place, (Counts, BTreeSet<Uuid>)> = BTreeMap::new();
        let mut count =
            |word: &dyn Fn(Dimension) -> Option<String>, add: &dyn Fn(&mut Counts), person: Option<Uuid>| {
                if asked.filter.as_ref().is_some_and(|(side, wanted)| word(*side).as_ref() != Some(wanted)) {
                    return;
                }
                let (row, column) = (word(asked.rows), asked.columns.and_then(word));
                let mut places: Vec<Place> = vec![(None, None)];
                places.extend(row.clone().map(|row| (Some(row), None)));
                places.extend(column.clone().map(|column| (None, Some(column))));
                places.extend(row.zip(column).map(|(row, column)| (Some(row), Some(column))));
                for place in places {
                    let cell = cells.entry(place).or_default();
                    add(&mut cell.0);
                    cell.1.extend(person);
                }
            };
        for run in self.runs.iter().filter(|run| run.state != RunState::Draft) {
            let Some(first_day) = self.first_day(run) else { continue };
            let held: Vec<_> = self.planned(run).into_iter().filter(|it| it.ends_at <= until).collect();
            for class in held.iter().filter(|it| within(seoul::day(it.starts_at))) {
                let minutes = u64::try_from(class.minutes).unwrap();
                let most = self.most_viewers(class, until);
                let add = |counts: &mut Counts| {
                    counts.minutes += minutes;
                    counts.shows += u64::from(most.is_some());
                    counts.viewers += most.unwrap_or_default();
                };
                count(&|side| self.word(side, run, Some(class), None), &add, None);
            }
            if !within(first_day) {
                continue;
            }
            let applications: Vec<_> = self.applications.iter().filter(|it| it.run_id == run.id).collect();
            let cancelled = run.state == RunState::Cancelled;
            let begun = first_day <= asked.as_of;
            let heads = u64::try_from(run.enrolled.filter(|_| applications.is_empty()).unwrap_or(0)).unwrap();
            let add = |counts: &mut Counts| {
                if cancelled {
                    counts.cancelled += 1;
                } else if begun {
                    counts.runs += 1;
                    counts.places += u64::try_from(run.capacity).unwrap();
                    counts.enrolled += heads;
                    counts.unnamed += heads;
                }
            };
            count(&|side| self.word(side, run, None, None), &add, None);
            if cancelled {
                continue;
            }
            let was_held = |class: Uuid| held.iter().any(|it| it.id == class);
            let marked = self.marks.iter().any(|it| was_held(it.class_session_id));
            for application in applications {
                let who = &self.people[&application.person_id];
                let marks: Vec<_> = self
                    .marks
                    .iter()
                    .filter(|it| it.application_id == application.id && was_held(it.class_session_id))
                    .collect();
                let came = marks.iter().any(|it| {
                    matches!(it.presence, Presence::Present | Presence::Late | Presence::LeftEarly)
                });
                let no_shows = self
                    .no_shows
                    .iter()
                    .filter(|it| it.application_id == application.id && was_held(it.class_session_id))
                    .count();
                let completed = self.completions.iter().any(|it| it.application_id == application.id)
                    && self
                        .closings
                        .iter()
                        .any(|it| it.run_id == run.id && seoul::day(it.closed_at) <= asked.as_of);
                let standing = self.replay(application, first_day, asked.as_of);
                let enrolled = standing == "enrolled" && begun;
                let add = |counts: &mut Counts| {
                    counts.waiting += u64::from(standing == "waiting");
                    counts.given_up += u64::from(standing == "given up");
                    if enrolled {
                        counts.enrolled += 1;
                        counts.attended += u64::from(came);
                        counts.completed += u64::from(completed);
                        if marked {
                            for mark in &marks {
                                let class = held.iter().find(|it| it.id == mark.class_session_id).unwrap();
                                counts.attended_minutes +=
                                    u64::try_from(mark.minutes.min(class.minutes)).unwrap();
                            }
                            counts.planned_minutes +=
                                held.iter().map(|it| u64::try_from(it.minutes).unwrap()).sum::<u64>();
                            counts.no_shows += no_shows as u64;
                            counts.expected += held.len() as u64;
                        }
                    }
                };
                count(&|side| self.word(side, run, None, Some(who)), &add, enrolled.then_some(who.id));
            }
        }
        let whole = |(place, (counts, people)): (Place, (Counts, BTreeSet<Uuid>))| {
            (place, Counts { people: people.len() as u64, ..counts })
        };
        cells.into_iter().map(whole).filter(|(_, counts)| *counts != Counts::default()).collect()
    }
}
