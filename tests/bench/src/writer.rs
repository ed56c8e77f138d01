//! The writer alone, without HTTP, and beside it the same rows in the same batches without deciding anything.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use domain::account::SignedIn;
use domain::account::entity::person;
use domain::centre::{Centre, Settings, begin};
use domain::course::entity::run;
use domain::notice::entity::notice;
use domain::registration::entity::{application, application_event};
use domain::registration::{Choice, State, store};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseConnection, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
};
use serde::{Deserialize, Serialize};
use server::database;
use tokio::time::Instant;
use uuid::Uuid;

use crate::seed::{MANY, ROWS, clock};
use crate::{Failure, ground};

/// Durable bookings a second.
#[derive(Serialize, Deserialize)]
pub struct Rates {
    pub writer: f64,
    pub group_commit: f64,
    pub bookings: usize,
    pub batches: usize,
}

/// Lets everybody in the first database win a seat, then inserts what came of it into the second, which is like the
/// first before.
pub async fn measure(first: &str, second: &str) -> Result<Rates, Failure> {
    let db = database::connect(&ground::parse(first)).await?;
    let writer = decide(&db).await?;
    let batches = read_batches(&db).await?;
    db.close().await?;
    let bookings = batches.iter().map(|batch| batch.applications.len()).sum();
    let (count, db) = (batches.len(), database::connect(&ground::parse(second)).await?);
    let begun = Instant::now();
    for batch in batches {
        batch.commit(&db).await?;
    }
    let group_commit = begun.elapsed().as_secs_f64();
    let copied = application::Entity::find().all(&db).await?.len();
    db.close().await?;
    if copied != bookings {
        return Err(format!("{copied} rows of {bookings} were copied").into());
    }
    let rate = |seconds: f64| bookings as f64 / seconds;
    Ok(Rates { writer: rate(writer), group_commit: rate(group_commit), bookings, batches: count })
}

/// Seconds until everybody had their answer.
async fn decide(db: &DatabaseConnection) -> Result<f64, Failure> {
    let centre = Centre::new(db.clone(), clock(), Settings::default());
    let people: Vec<Uuid> = person::Entity::find()
        .select_only()
        .column(person::Column::Id)
        .order_by_asc(person::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    let runs = run::Entity::find()
        .filter(run::Column::Code.starts_with(MANY))
        .order_by_asc(run::Column::Code)
        .all(db)
        .await?;
    let mut applicants = Vec::with_capacity(people.len());
    for (person, run) in people.into_iter().zip(runs.iter().cycle()) {
        let who = SignedIn::of_session(&centre, person).await?.ok_or("somebody is not signed in")?;
        applicants.push((who, run.id, centre.clock().id()));
    }
    let begun = Instant::now();
    let asking = applicants.into_iter().map(|(who, run, key)| {
        let centre = centre.clone();
        tokio::spawn(async move { store::apply(&centre, &who, run, Choice::Any, key).await })
    });
    let asking: Vec<_> = asking.collect();
    for one in asking {
        let state = one.await??.state;
        if state != State::Booked {
            return Err(format!("somebody is {} where everybody wins", state.as_str()).into());
        }
    }
    Ok(begun.elapsed().as_secs_f64())
}

/// What one commit of the writer's made.
#[derive(Default)]
struct Batch {
    applications: Vec<application::ActiveModel>,
    events: Vec<application_event::ActiveModel>,
    notices: Vec<notice::ActiveModel>,
}

/// The rows as the writer committed them: those of one batch have one time in their history.
async fn read_batches(db: &DatabaseConnection) -> Result<Vec<Batch>, Failure> {
    let mut batches: BTreeMap<DateTime<Utc>, Batch> = BTreeMap::new();
    let mut when: HashMap<Uuid, DateTime<Utc>> = HashMap::new();
    for event in application_event::Entity::find().all(db).await? {
        when.insert(event.application_id, event.at);
        batches.entry(event.at).or_default().events.push(event.into_active_model().reset_all());
    }
    let mut of_person = HashMap::new();
    for row in application::Entity::find().order_by_asc(application::Column::Stamp).all(db).await? {
        let at = when.get(&row.id).ok_or("an application without a history")?;
        of_person.insert(row.person_id, *at);
        batches.entry(*at).or_default().applications.push(row.into_active_model().reset_all());
    }
    for row in notice::Entity::find().order_by_asc(notice::Column::Id).all(db).await? {
        let at = row.person_id.and_then(|person| of_person.get(&person)).ok_or("a notice for nobody")?;
        batches.entry(*at).or_default().notices.push(row.into_active_model().reset_all());
    }
    Ok(batches.into_values().collect())
}

impl Batch {
    async fn commit(self, db: &DatabaseConnection) -> Result<(), Failure> {
        let tx = begin(db).await?;
        for rows in pieces(self.applications) {
            application::Entity::insert_many(rows).exec_without_returning(&tx).await?;
        }
        for rows in pieces(self.events) {
            application_event::Entity::insert_many(rows).exec_without_returning(&tx).await?;
        }
        for rows in pieces(self.notices) {
            notice::Entity::insert_many(rows).exec_without_returning(&tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

/// What fits into one statement each.
fn pieces<T>(mut rows: Vec<T>) -> Vec<Vec<T>> {
    let mut pieces = Vec::new();
    while rows.len() > ROWS {
        let rest = rows.split_off(ROWS);
        pieces.push(std::mem::replace(&mut rows, rest));
    }
    pieces.push(rows);
    pieces
}
