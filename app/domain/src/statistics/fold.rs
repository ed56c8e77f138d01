//! Keeping the figures when somebody is no longer described: what they took part in stands from then on under a number
//! made by chance.
//!
//! Whoever erases birth years, sexes and neighbourhoods calls [`fold`] before, in the same transaction. What happens later to
//! an application that was folded is counted in the totals, but no more by sides of people: classes held afterwards count
//! neither for nor against it there.
//!
//! What is kept is what figures need and no more: no day that no figure asks for ([`Path::plain`]), and what was attended day
//! by day not of one person but of all who were alike. With the others of its run it is written anew whenever more comes
//! ([`mix`]). That isn't anonymity. As long as every figure stays for every filter and every day, whoever was the only one of
//! a run in an age group and a neighbourhood can be recognised by whoever reads the rows of the run beside it; pages show no
//! such rows, and the public ones no sides of people.
//!
//! [`Path::plain`]: crate::statistics::Path::plain

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::sea_query::{LockType, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
};
use uuid::Uuid;

use crate::account::{Neighbourhood, Sex};
use crate::attendance::entity::completion;
use crate::clock::Clock;
use crate::course::ClassState;
use crate::course::entity::{class_session, run};
use crate::registration::entity::application;
use crate::seoul;
use crate::statistics::entity::{anonymous_attendance, anonymous_part, folded_application};
use crate::statistics::fact::{Application, Did, completed, described, did_by_day};
use crate::statistics::{AgeGroup, Path, Standing, Traits};

/// Rows of one statement: below the number of values that SQLite takes.
const ROWS_AT_ONCE: usize = 1_000;

/// Locks the runs of these people, by their ids: of two who fold at once each would write what it knows, and neither what the
/// other brings. Whoever holds people locks them before, by their ids likewise, and whoever folds them in several steps calls
/// this for all of them first, so that nobody waits for somebody who waits for them.
pub(crate) async fn hold_runs(tx: &DatabaseTransaction, people: &[Uuid]) -> Result<(), DbErr> {
    let mut runs: BTreeSet<Uuid> = BTreeSet::new();
    for people in people.chunks(ROWS_AT_ONCE) {
        let theirs: Vec<Uuid> = application::Entity::find()
            .select_only()
            .column(application::Column::RunId)
            .distinct()
            .filter(application::Column::PersonId.is_in(people.iter().copied()))
            .into_tuple()
            .all(tx)
            .await?;
        runs.extend(theirs);
    }
    let runs: Vec<Uuid> = runs.into_iter().collect();
    for runs in runs.chunks(ROWS_AT_ONCE) {
        let _: Vec<Uuid> = run::Entity::find()
            .select_only()
            .column(run::Column::Id)
            .filter(run::Column::Id.is_in(runs.iter().copied()))
            .order_by_asc(run::Column::Id)
            .lock(LockType::NoKeyUpdate)
            .into_tuple()
            .all(tx)
            .await?;
    }
    Ok(())
}

/// Folds the applications of these people, whoever of them says anything, as they stand now.
pub async fn fold(tx: &DatabaseTransaction, clock: &Clock, people: &[Uuid]) -> Result<(), DbErr> {
    hold_runs(tx, people).await?;
    let who = Condition::all().add(crate::account::entity::person::Column::Id.is_in(people.iter().copied()));
    let said = described(tx, who).await?;
    if said.is_empty() {
        return Ok(());
    }
    let of_them = application::Column::PersonId.is_in(said.keys().copied());
    let applications = Application::read(tx, of_them).await?;
    let ids: Vec<Uuid> = applications.iter().map(|it| it.id).collect();
    let folded = folded(tx, &ids).await?;
    let first_days = first_days(tx, applications.iter().map(|it| it.run).collect()).await?;
    let parts: Vec<(Traits, Application)> = applications
        .into_iter()
        .filter(|it| !folded.contains(&it.id))
        .filter_map(|it| Some((said[&it.person].in_year_of(*first_days.get(&it.run)?), it)))
        .filter(|(traits, _)| *traits != Traits::default())
        .collect();
    let ids: Vec<Uuid> = parts.iter().map(|(_, it)| it.id).collect();
    let of_parts = |column: completion::Column| column.is_in(ids.iter().copied());
    let completed = completed(tx, of_parts(completion::Column::ApplicationId)).await?;
    let runs: Vec<Uuid> =
        parts.iter().map(|(_, it)| it.run).collect::<BTreeSet<Uuid>>().into_iter().collect();
    let mut did = HashMap::new();
    for ids in ids.chunks(ROWS_AT_ONCE) {
        did.extend(did_by_day(tx, held(&runs, clock.now()), ids).await?);
    }
    let so_far = held_so_far(tx, &runs, clock.now()).await?;
    let today = seoul::day(clock.now());
    let mut numbers: HashMap<Uuid, Uuid> = HashMap::new();
    let mut rows = Vec::new();
    let mut attendance = Attendance::default();
    for (traits, it) in &parts {
        let first_day = first_days[&it.run];
        let path = if first_day <= today { it.path.plain(first_day) } else { it.path };
        if let Some(did) = did.get(&it.id) {
            attendance.add(it.run, *traits, first_day, path, did);
        }
        rows.push(anonymous_part::Model {
            id: chance(clock),
            number: *numbers.entry(it.person).or_insert_with(|| chance(clock)),
            run_id: it.run,
            sex: traits.sex,
            age: tens(traits.age),
            neighbourhood: traits.neighbourhood,
            waited: path.waited,
            placed: path.placed,
            ended: path.ended.map(|(day, _)| day),
            how: path.ended.map(|(_, how)| how),
            completed: completed.get(&it.id).copied(),
            held: so_far.get(&it.run).map(|(held, _)| *held),
            held_minutes: so_far.get(&it.run).map(|(_, minutes)| *minutes),
        });
    }
    mix(tx, clock, &runs, rows, attendance, ids).await
}

fn tens(age: Option<AgeGroup>) -> Option<i32> {
    age.map(AgeGroup::first).map(i32::from)
}

/// What people did together who were alike: by run, day, sex, age in tens and neighbourhood.
#[derive(Default)]
struct Attendance(BTreeMap<Alike, Together>);

type Alike = (Uuid, NaiveDate, Option<Sex>, Option<i32>, Option<Neighbourhood>);

#[derive(Default)]
struct Together {
    attended: i32,
    minutes: i32,
    no_shows: i32,
}

impl Attendance {
    /// Adds what one of them did, from the day on which they were enrolled: before, no figure counts it.
    fn add(
        &mut self,
        run: Uuid,
        traits: Traits,
        first_day: NaiveDate,
        path: Path,
        did: &BTreeMap<NaiveDate, Did>,
    ) {
        let whole = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
        let mut has_come = false;
        for (day, did) in did {
            let day = path.placed.map_or(*day, |placed| placed.max(*day));
            if path.standing(first_day, day) != Standing::Enrolled {
                continue;
            }
            let alike = (run, day, traits.sex, tens(traits.age), traits.neighbourhood);
            let together = self.0.entry(alike).or_default();
            together.attended += i32::from(did.came > 0 && !has_come);
            together.minutes += whole(did.minutes);
            together.no_shows += whole(did.no_shows);
            has_come |= did.came > 0;
        }
    }

    /// Adds what is known of others.
    fn add_row(&mut self, row: &anonymous_attendance::Model) {
        let alike = (row.run_id, row.day, row.sex, row.age, row.neighbourhood);
        let together = self.0.entry(alike).or_default();
        together.attended += row.attended;
        together.minutes += row.minutes;
        together.no_shows += row.no_shows;
    }

    fn rows(&self, clock: &Clock) -> Vec<anonymous_attendance::Model> {
        let row = |(alike, together): (&Alike, &Together)| {
            let (run_id, day, sex, age, neighbourhood) = *alike;
            let Together { attended, minutes, no_shows } = *together;
            let id = chance(clock);
            anonymous_attendance::Model {
                id,
                run_id,
                day,
                sex,
                age,
                neighbourhood,
                attended,
                minutes,
                no_shows,
            }
        };
        let mut rows: Vec<anonymous_attendance::Model> = self.0.iter().map(row).collect();
        rows.sort_by_key(|row| row.id);
        rows
    }
}

/// Writes the parts of these runs anew with those that come, likewise what they did, and which applications were folded:
/// neither by its place nor by its age does a row say of which application it was made.
async fn mix(
    tx: &DatabaseTransaction,
    clock: &Clock,
    runs: &[Uuid],
    mut parts: Vec<anonymous_part::Model>,
    mut attendance: Attendance,
    mut applications: Vec<Uuid>,
) -> Result<(), DbErr> {
    for runs in runs.chunks(ROWS_AT_ONCE) {
        let of_runs = anonymous_part::Column::RunId.is_in(runs.iter().copied());
        parts.extend(anonymous_part::Entity::find().filter(of_runs.clone()).all(tx).await?);
        anonymous_part::Entity::delete_many().filter(of_runs).exec(tx).await?;
        let of_runs = anonymous_attendance::Column::RunId.is_in(runs.iter().copied());
        let known = anonymous_attendance::Entity::find().filter(of_runs.clone()).all(tx).await?;
        known.iter().for_each(|row| attendance.add_row(row));
        anonymous_attendance::Entity::delete_many().filter(of_runs).exec(tx).await?;
        let of_runs = application::Entity::find()
            .select_only()
            .column(application::Column::Id)
            .filter(application::Column::RunId.is_in(runs.iter().copied()))
            .into_query();
        let of_runs = folded_application::Column::ApplicationId.in_subquery(of_runs);
        let known = folded_application::Entity::find().filter(of_runs.clone()).all(tx).await?;
        applications.extend(known.into_iter().map(|row| row.application_id));
        folded_application::Entity::delete_many().filter(of_runs).exec(tx).await?;
    }
    // Ids of chance, and of when somebody applied.
    parts.sort_by_key(|part| part.id);
    applications.sort();
    for parts in parts.chunks(ROWS_AT_ONCE) {
        let rows = parts.iter().cloned().map(anonymous_part::ActiveModel::from);
        anonymous_part::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    for days in attendance.rows(clock).chunks(ROWS_AT_ONCE) {
        let rows = days.iter().cloned().map(anonymous_attendance::ActiveModel::from);
        anonymous_attendance::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    for ids in applications.chunks(ROWS_AT_ONCE) {
        let rows = ids.iter().map(|id| folded_application::Model { application_id: *id });
        let rows = rows.map(folded_application::ActiveModel::from);
        folded_application::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// The classes of these runs that were held by now.
fn held(runs: &[Uuid], now: DateTime<Utc>) -> SelectStatement {
    class_session::Entity::find()
        .select_only()
        .column(class_session::Column::Id)
        .filter(class_session::Column::RunId.is_in(runs.iter().copied()))
        .filter(class_session::Column::State.eq(ClassState::Planned))
        .filter(class_session::Column::EndsAt.lte(now))
        .into_query()
}

/// How many classes those of these runs that go on have held by now, and their minutes.
async fn held_so_far(
    tx: &DatabaseTransaction,
    runs: &[Uuid],
    now: DateTime<Utc>,
) -> Result<HashMap<Uuid, (i32, i32)>, DbErr> {
    let mut so_far: HashMap<Uuid, (i32, i32)> = HashMap::new();
    let mut go_on = HashSet::new();
    for runs in runs.chunks(ROWS_AT_ONCE) {
        let classes: Vec<(Uuid, DateTime<Utc>, i32)> = class_session::Entity::find()
            .select_only()
            .columns([
                class_session::Column::RunId,
                class_session::Column::EndsAt,
                class_session::Column::Minutes,
            ])
            .filter(class_session::Column::RunId.is_in(runs.iter().copied()))
            .filter(class_session::Column::State.eq(ClassState::Planned))
            .into_tuple()
            .all(tx)
            .await?;
        for (run, ends_at, minutes) in classes {
            let (held, held_minutes) = so_far.entry(run).or_default();
            if ends_at <= now {
                *held += 1;
                *held_minutes += minutes;
            } else {
                go_on.insert(run);
            }
        }
    }
    so_far.retain(|run, _| go_on.contains(run));
    Ok(so_far)
}

/// A UUID from which neither the time nor the order of its making can be read.
fn chance(clock: &Clock) -> Uuid {
    Uuid::new_v5(&clock.id(), b"anonymous")
}

async fn folded(tx: &DatabaseTransaction, ids: &[Uuid]) -> Result<HashSet<Uuid>, DbErr> {
    let mut folded = HashSet::new();
    for ids in ids.chunks(ROWS_AT_ONCE) {
        let known = folded_application::Entity::find()
            .filter(folded_application::Column::ApplicationId.is_in(ids.iter().copied()));
        folded.extend(known.all(tx).await?.into_iter().map(|row| row.application_id));
    }
    Ok(folded)
}

/// The day on which each of these runs starts.
async fn first_days(
    tx: &DatabaseTransaction,
    runs: HashSet<Uuid>,
) -> Result<HashMap<Uuid, NaiveDate>, DbErr> {
    let runs: Vec<Uuid> = runs.into_iter().collect();
    let mut days = HashMap::new();
    for runs in runs.chunks(ROWS_AT_ONCE) {
        let planned: Vec<(Uuid, Option<NaiveDate>)> = run::Entity::find()
            .select_only()
            .columns([run::Column::Id, run::Column::FirstDate])
            .filter(run::Column::Id.is_in(runs.iter().copied()))
            .into_tuple()
            .all(tx)
            .await?;
        days.extend(planned.into_iter().filter_map(|(run, day)| Some((run, day?))));
        let met: Vec<(Uuid, DateTime<Utc>)> = class_session::Entity::find()
            .select_only()
            .column(class_session::Column::RunId)
            .column_as(class_session::Column::StartsAt.min(), "first")
            .filter(class_session::Column::RunId.is_in(runs.iter().copied()))
            .filter(class_session::Column::State.eq(ClassState::Planned))
            .group_by(class_session::Column::RunId)
            .into_tuple()
            .all(tx)
            .await?;
        days.extend(met.into_iter().map(|(run, at)| (run, seoul::day(at))));
    }
    Ok(days)
}
