//! What somebody is to the courses, by which it is decided what they may see of them.

use std::collections::HashSet;

use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QuerySelect, QueryTrait};
use uuid::Uuid;

use crate::account::SignedIn;
use crate::centre::Centre;
use crate::course::entity::{course, run};
use crate::course::{Audience, Viewers};
use crate::registration::State;
use crate::registration::entity::application;

/// A person, or a stranger, before the courses.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    is_editor: bool,
    is_known: bool,
    is_staff: bool,
    /// Those in which they have a place, or which they teach.
    courses: HashSet<Uuid>,
}

impl Reader {
    pub async fn of(centre: &Centre, viewer: Option<&SignedIn>) -> Result<Self, DbErr> {
        let Some(viewer) = viewer else { return Ok(Self::default()) };
        let theirs = application::Entity::find()
            .select_only()
            .column(application::Column::RunId)
            .filter(application::Column::PersonId.eq(viewer.id()))
            .filter(application::Column::State.eq(State::Booked))
            .into_query();
        let courses: Vec<Uuid> = run::Entity::find()
            .select_only()
            .column(run::Column::CourseId)
            .filter(
                Condition::any()
                    .add(run::Column::Id.in_subquery(theirs))
                    .add(run::Column::InstructorId.eq(viewer.id())),
            )
            .into_tuple()
            .all(centre.database())
            .await?;
        Ok(Self {
            is_editor: viewer.lesson_editor().is_ok(),
            is_known: true,
            is_staff: viewer.is_staff(),
            courses: courses.into_iter().collect(),
        })
    }

    pub fn may_see(&self, course: &course::Model, viewers: Viewers) -> bool {
        let learns = self.is_editor || self.courses.contains(&course.id);
        let is_for_them = match viewers {
            Viewers::Everybody => true,
            Viewers::SignedIn => self.is_known,
            Viewers::Staff => self.is_staff,
            Viewers::Learners => false,
        };
        learns || is_for_them && (course.audience == Audience::Resident || self.is_staff)
    }
}
