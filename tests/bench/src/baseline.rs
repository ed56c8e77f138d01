//! What a booking costs without a writer: a transaction for each request, which locks, looks, inserts and commits.
//!
//! It is a good one of its kind: no session, no page, stamps from memory, and requests queue fairly for the lock
//! instead of running into each other.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::post;
use domain::centre::begin;
use domain::clock::Clock;
use domain::course::entity::{course, run};
use domain::language::Language;
use domain::notice::store::{Draft, Recipient, queue};
use domain::notice::{Event, Facts};
use domain::registration::entity::{application, application_event};
use domain::registration::{EventKind, State as Standing};
use domain::space::entity::seat;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseConnection, DbBackend, DbErr, EntityTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use server::database;
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::{Failure, ground, role, seed};

#[derive(Clone)]
struct Office {
    db: DatabaseConnection,
    clock: Clock,
    stamp: Arc<AtomicI64>,
    /// How many transactions may run at once: one on SQLite, one for each connection on PostgreSQL.
    turns: Arc<Semaphore>,
}

/// `POST /RUN/PERSON` books.
pub async fn serve(address: SocketAddr, url: &str) -> Result<(), Failure> {
    let db = database::connect(&ground::parse(url)).await?;
    let at_once = if db.get_database_backend() == DbBackend::Postgres { 20 } else { 1 };
    let office =
        Office { db, clock: seed::clock(), stamp: Arc::default(), turns: Arc::new(Semaphore::new(at_once)) };
    let app = Router::new()
        .route("/", axum::routing::get(async || ()))
        .route("/{run}/{person}", post(book))
        .with_state(office);
    role::serve(address, app).await
}

async fn book(State(office): State<Office>, Path((run, person)): Path<(Uuid, Uuid)>) -> StatusCode {
    match office.book(run, person).await {
        Ok(true) => StatusCode::SEE_OTHER,
        Ok(false) => StatusCode::CONFLICT,
        Err(error) => {
            eprintln!("the transaction failed: {error}");
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}

impl Office {
    /// Whether there was a seat.
    async fn book(&self, run_id: Uuid, person_id: Uuid) -> Result<bool, DbErr> {
        let closed = |error: tokio::sync::AcquireError| DbErr::Custom(error.to_string());
        let _turn = self.turns.acquire().await.map_err(closed)?;
        // SQLite's lock is taken here, PostgreSQL's with the run's row.
        let tx = begin(&self.db).await?;
        let found = run::Entity::find_by_id(run_id).lock_exclusive().one(&tx).await?;
        let Some(run) = found else { return Ok(false) };
        let live = || {
            application::Entity::find()
                .filter(application::Column::RunId.eq(run_id))
                .filter(application::Column::State.is_in(Standing::LIVE))
        };
        let taken = live().filter(application::Column::SeatId.is_not_null());
        if live().filter(application::Column::PersonId.eq(person_id)).one(&tx).await?.is_some()
            || taken.clone().count(&tx).await? >= run.capacity.unsigned_abs().into()
        {
            return Ok(false);
        }
        let free = seat::Entity::find()
            .filter(seat::Column::SpaceId.eq(run.space_id))
            .filter(seat::Column::OutOfService.is_null())
            .filter(
                seat::Column::Id
                    .not_in_subquery(taken.select_only().column(application::Column::SeatId).into_query()),
            )
            .order_by_asc(seat::Column::Accessible)
            .order_by_asc(seat::Column::Line)
            .order_by_asc(seat::Column::Position)
            .one(&tx)
            .await?;
        let Some(seat) = free else { return Ok(false) };
        let course = course::Entity::find_by_id(run.course_id).one(&tx).await?;
        let row = application::Model {
            id: self.clock.id(),
            run_id,
            person_id,
            state: Standing::Booked,
            stamp: self.stamp.fetch_add(1, Ordering::Relaxed) + 1,
            request_key: self.clock.id(),
            seat_id: Some(seat.id),
            admission: None,
            offer_until: None,
            entered_by: None,
            applied_at: self.clock.now(),
        };
        let event = application_event::Model {
            id: self.clock.id(),
            application_id: row.id,
            at: row.applied_at,
            kind: EventKind::Booked,
            actor_id: Some(person_id),
            seat: Some(seat.code.clone()),
            reason: None,
        };
        let draft = Draft {
            event: Event::Booked,
            to: Recipient::Person(person_id),
            language: Language::Ko,
            facts: Facts {
                run_code: Some(run.code),
                course: course.map(|course| course.title),
                seat: Some(seat.code),
                ..Facts::default()
            },
        };
        application::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(&tx).await?;
        application_event::Entity::insert(event.into_active_model().reset_all())
            .exec_without_returning(&tx)
            .await?;
        queue(&tx, &self.clock, vec![draft]).await?;
        tx.commit().await?;
        Ok(true)
    }
}
