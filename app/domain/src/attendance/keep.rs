//! What time alone does to attendance: an online class that is over is marked to its end, and absences without notice are
//! written about.

use std::collections::HashMap;

use chrono::Days;
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement, SimpleExpr};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, QueryTrait, Select,
};
use uuid::Uuid;

use crate::attendance::entity::{attendance_code, mark, run_closing, viewing};
use crate::attendance::no_show::tell_due;
use crate::attendance::sheet::{Made, Maker, MarkError, hold_class, settle};
use crate::attendance::{Mark, MarkWay, OVERRUN, Presence};
use crate::centre::Centre;
use crate::course::entity::{class_session, run};
use crate::course::{ClassState, Mode};
use crate::registration::State;
use crate::registration::entity::application;

/// Does whatever is due, and says to how many people. Several servers may do it at once.
pub async fn keep(centre: &Centre) -> Result<usize, MarkError> {
    Ok(mark_absent(centre).await? + tell_due(centre).await?)
}

/// Marks those as absent of whom nothing was heard in an online class whose attendance was taken. Where somebody has a
/// seat in the room the sheet says whether they sat there.
async fn mark_absent(centre: &Centre) -> Result<usize, MarkError> {
    let classes = over(centre).all(centre.database()).await?;
    let mut marked = 0;
    for class in classes {
        match mark_absent_in(centre, class.id).await {
            Ok(count) => marked += count,
            // Called off or closed meanwhile, or somebody gave up their place: the next round looks again.
            Err(MarkError::Refused(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(marked)
}

/// Online classes that can no longer overrun, whose attendance was taken in some way, with somebody unmarked. After the
/// time for marks it is left to people.
fn over(centre: &Centre) -> Select<class_session::Entity> {
    let (settings, now) = (&centre.settings().attendance, centre.clock().now());
    let online = Query::select()
        .expr(Expr::val(1))
        .from(run::Entity)
        .and_where(run::Column::Id.into_expr().eq(class_session::Column::RunId.into_expr()))
        .and_where(run::Column::Mode.ne(Mode::InPerson))
        .to_owned();
    let closed = Query::select()
        .expr(Expr::val(1))
        .from(run_closing::Entity)
        .and_where(run_closing::Column::RunId.into_expr().eq(class_session::Column::RunId.into_expr()))
        .to_owned();
    // Found by `mark_once`, `attendance_code_number_once` and `viewing_once`: a look for each class, none through a table.
    let was_taken = Condition::any()
        .add(of_class(mark::Entity, mark::Column::ClassSessionId))
        .add(of_class(attendance_code::Entity, attendance_code::Column::ClassSessionId))
        .add(of_class(viewing::Entity, viewing::Column::ClassSessionId));
    let somebody = Query::select()
        .expr(Expr::val(1))
        .from(application::Entity)
        .and_where(
            Expr::col((application::Entity, application::Column::RunId))
                .equals((class_session::Entity, class_session::Column::RunId)),
        )
        .and_where(application::Column::State.eq(State::Booked))
        .and_where(application::Column::SeatId.is_null())
        .and_where(
            Expr::col((application::Entity, application::Column::AppliedAt))
                .lt(Expr::col((class_session::Entity, class_session::Column::EndsAt))),
        )
        .and_where(Expr::exists(marks_of_both()).not())
        .to_owned();
    let since = now - Days::new(settings.mark_days_after.into());
    // Found by `class_session_time`: a class ends on the day on which it starts.
    class_session::Entity::find()
        .filter(class_session::Column::State.eq(ClassState::Planned))
        .filter(class_session::Column::StartsAt.gt(since - Days::new(1)))
        .filter(class_session::Column::StartsAt.lt(now))
        .filter(class_session::Column::EndsAt.lte(now - OVERRUN))
        .filter(class_session::Column::EndsAt.gt(since))
        .filter(Expr::exists(online))
        .filter(Expr::exists(closed).not())
        .filter(was_taken)
        .filter(Expr::exists(somebody))
}

/// Whether a table has a row about the class at hand.
fn of_class<E: EntityTrait>(table: E, class: E::Column) -> SimpleExpr {
    let same = class.into_expr().eq(class_session::Column::Id.into_expr());
    Expr::exists(Query::select().expr(Expr::val(1)).from(table).and_where(same).to_owned())
}

/// The mark of the application and the class at hand.
fn marks_of_both() -> SelectStatement {
    Query::select()
        .expr(Expr::val(1))
        .from(mark::Entity)
        .and_where(
            Expr::col((mark::Entity, mark::Column::ClassSessionId))
                .equals((class_session::Entity, class_session::Column::Id)),
        )
        .and_where(
            Expr::col((mark::Entity, mark::Column::ApplicationId))
                .equals((application::Entity, application::Column::Id)),
        )
        .to_owned()
}

async fn mark_absent_in(centre: &Centre, class: Uuid) -> Result<usize, MarkError> {
    let tx = centre.begin().await?;
    let class = hold_class(&tx, class).await?;
    let watched: HashMap<Uuid, u32> = viewing::Entity::find()
        .filter(viewing::Column::ClassSessionId.eq(class.id))
        .all(&tx)
        .await?
        .into_iter()
        .map(|row| (row.application_id, row.seconds.unsigned_abs() / 60))
        .collect();
    let length = class.minutes.unsigned_abs();
    // Whoever has watched a part, if not enough to have been there, wasn't away either.
    let mark = |application: &Uuid| match watched.get(application) {
        Some(minutes) if *minutes > 0 => Mark::new(Presence::LeftEarly, length.saturating_sub(*minutes)),
        _ => Mark::new(Presence::Absent, 0),
    };
    let absent: Vec<Made> = unmarked(&tx, &class)
        .await?
        .into_iter()
        .map(|application| Made {
            nonce: centre.clock().id(),
            application,
            mark: Some(mark(&application)),
            made_at: centre.clock().now(),
        })
        .collect();
    settle(&tx, centre, &class, &absent, Maker::itself(MarkWay::Watch)).await?;
    tx.commit().await?;
    Ok(absent.len())
}

/// Those with a place and no seat whom no mark says anything of. Whoever came to the run later was not away from this class.
async fn unmarked<C: ConnectionTrait>(db: &C, class: &class_session::Model) -> Result<Vec<Uuid>, DbErr> {
    let marked = mark::Entity::find()
        .select_only()
        .column(mark::Column::ApplicationId)
        .filter(mark::Column::ClassSessionId.eq(class.id));
    application::Entity::find()
        .select_only()
        .column(application::Column::Id)
        .filter(application::Column::RunId.eq(class.run_id))
        .filter(application::Column::State.eq(State::Booked))
        .filter(application::Column::SeatId.is_null())
        .filter(application::Column::AppliedAt.lt(class.ends_at))
        .filter(application::Column::Id.not_in_subquery(marked.into_query()))
        .into_tuple()
        .all(db)
        .await
}
