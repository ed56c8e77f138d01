//! What those who applied for a run may take instead, when it is cancelled.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::entity::{course, run};
use super::store::{RunLine, lines};
use super::{RunState, Selection};
use crate::notice::SimilarRun;
use crate::space::store::Tree;

/// No more than somebody reads at the end of a letter.
const MOST: usize = 3;

/// Other runs of the same category and audience that one may apply for now with hope of a place: those of the same course
/// first, then the one that begins soonest. Uses the index `run_window`.
pub(crate) async fn list_similar<C: ConnectionTrait>(
    tx: &C,
    cancelled: Uuid,
    now: DateTime<Utc>,
) -> Result<Vec<SimilarRun>, DbErr> {
    let of_run = Query::select()
        .column(run::Column::CourseId)
        .from(run::Entity)
        .and_where(run::Column::Id.eq(cancelled))
        .to_owned();
    let course = course::Entity::find().filter(course::Column::Id.in_subquery(of_run)).one(tx).await?;
    let course = course.ok_or_else(|| DbErr::RecordNotFound("the course of a run".into()))?;
    let alike = Query::select()
        .column(course::Column::Id)
        .from(course::Entity)
        .and_where(course::Column::Category.eq(course.category))
        .and_where(course::Column::Audience.eq(course.audience))
        .to_owned();
    let open = run::Entity::find()
        .filter(run::Column::State.eq(RunState::Published))
        .filter(run::Column::ApplyFrom.lte(now))
        .filter(run::Column::ApplyUntil.gt(now))
        .filter(run::Column::CourseId.in_subquery(alike))
        .all(tx)
        .await?;
    let open = lines(tx, open, &Tree::load(tx).await?, now).await?;
    let mut begins: Vec<(DateTime<Utc>, RunLine)> = open
        .into_iter()
        .filter(has_places)
        .filter_map(|line| Some((line.first.filter(|first| *first > now)?, line)))
        .collect();
    begins.sort_by_key(|(first, line)| (line.course.id != course.id, *first, line.run.code.clone()));
    let similar = |(starts_at, line): (DateTime<Utc>, RunLine)| SimilarRun {
        code: line.run.code,
        course: line.course.title,
        starts_at,
    };
    Ok(begins.into_iter().take(MOST).map(similar).collect())
}

/// In a lottery everybody who applies in time may still be drawn; where one applies in stages, the desk alone takes people in.
fn has_places(line: &RunLine) -> bool {
    let is_free = line.people.left() > 0 && line.people.waiting == 0;
    line.run.enrolled.is_none()
        && match line.run.selection {
            Selection::Lottery => true,
            Selection::FirstCome | Selection::Approval => is_free,
            Selection::Staged => false,
        }
}
