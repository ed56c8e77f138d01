//! The rows of lessons, of their chapters and history, of captions, and of what was watched.

pub mod lesson {
    use chrono::{DateTime, NaiveDate, Utc};
    use sea_orm::entity::prelude::*;

    use crate::course::Viewers;
    use crate::lesson::{LessonState, Spoken};

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "lesson")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub code: String,
        pub course_id: Uuid,
        /// Its place among those of its course, from 1.
        pub place: i32,
        pub title: String,
        pub summary: String,
        pub presenter: String,
        /// How long the video is.
        pub seconds: i32,
        pub spoken: Spoken,
        /// YouTube's id of the video.
        pub video: String,
        pub viewers: Viewers,
        pub state: LessonState,
        /// The last day on which whoever presents consents to it.
        pub shown_until: Option<NaiveDate>,
        /// The replay it was made of.
        pub broadcast_id: Option<Uuid>,
        /// What the library searches in, by [`crate::course::search_key`].
        pub search: String,
        /// Rises with each change in a form; a form made from an older version is refused.
        pub version: i32,
        pub created_by: Option<Uuid>,
        pub created_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod lesson_chapter {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "lesson_chapter")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub lesson_id: Uuid,
        /// Seconds from the beginning.
        #[sea_orm(primary_key, auto_increment = false)]
        pub starts: i32,
        pub title: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod lesson_event {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    use crate::lesson::LessonEvent;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "lesson_event")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub lesson_id: Uuid,
        pub at: DateTime<Utc>,
        pub kind: LessonEvent,
        /// Nobody where it came with the demonstration.
        pub actor_id: Option<Uuid>,
        pub reason: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod lesson_progress {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "lesson_progress")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub person_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub lesson_id: Uuid,
        /// Where they left off, in seconds.
        pub position: i32,
        /// The text of a [`crate::lesson::progress::Watched`].
        pub watched: String,
        /// How many seconds more may count without any passing.
        pub credit: i32,
        /// When the player last reported.
        pub updated_at: DateTime<Utc>,
        /// Since when enough of it is watched.
        pub done_at: Option<DateTime<Utc>>,
        /// When they said themselves that they have watched it.
        pub said_at: Option<DateTime<Utc>>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod caption {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    use crate::lesson::Spoken;

    /// Of a lesson or of a broadcast. Another file of the same language is another row.
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "caption")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub lesson_id: Option<Uuid>,
        pub broadcast_id: Option<Uuid>,
        pub language: Spoken,
        /// The file as it was uploaded.
        pub text: String,
        pub created_by: Option<Uuid>,
        pub created_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
