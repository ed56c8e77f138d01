//! The rows of courses, runs and class sessions.

pub mod course {
    use sea_orm::entity::prelude::*;

    use crate::course::{Audience, Category};

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "course")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub title: String,
        pub title_en: Option<String>,
        pub category: Category,
        pub audience: Audience,
        pub learn: String,
        pub who_for: String,
        pub materials: String,
        pub fee: String,
        /// What the catalogue searches in, by [`crate::course::search_key`].
        pub search: String,
        /// Rises with each change in a form; a form made from an older version is refused.
        pub version: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod run {
    use chrono::{DateTime, NaiveDate, Utc};
    use sea_orm::entity::prelude::*;

    use crate::course::{Mode, RunState, Selection};

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "run")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub code: String,
        pub course_id: Uuid,
        pub mode: Mode,
        pub space_id: Option<Uuid>,
        /// The name shown; `instructor_id` is the account that may mark and edit, where there is one.
        pub instructor: String,
        pub instructor_id: Option<Uuid>,
        pub first_date: Option<NaiveDate>,
        pub weekdays: String,
        /// `HH:MM` in Seoul.
        pub starts: Option<String>,
        pub ends: Option<String>,
        pub session_count: i32,
        pub minutes: i32,
        pub capacity: i32,
        pub selection: Selection,
        pub apply_from: Option<DateTime<Utc>>,
        pub apply_until: Option<DateTime<Utc>>,
        /// After this a cancellation wants a reason. Without one: the start of the first class session.
        pub cancel_until: Option<DateTime<Utc>>,
        /// A freed seat goes out as an offer for this long; without it, it is given at once.
        pub offer_minutes: Option<i32>,
        pub enrolled: Option<i32>,
        /// How many must have signed up by `minimum_at`, else somebody decides whether it takes place.
        pub minimum_people: Option<i32>,
        pub minimum_at: Option<DateTime<Utc>>,
        /// Since when, and by whom, it is decided that it takes place with fewer.
        pub minimum_kept_at: Option<DateTime<Utc>>,
        pub minimum_kept_by: Option<Uuid>,
        pub state: RunState,
        /// Rises with each change in a form; a form made from an older version is refused.
        pub version: i32,
        pub created_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod class_session {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    use crate::course::ClassState;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "class_session")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub run_id: Uuid,
        pub number: i32,
        pub starts_at: DateTime<Utc>,
        pub ends_at: DateTime<Utc>,
        /// Counted minutes.
        pub minutes: i32,
        pub state: ClassState,
        /// Whether somebody moved it away from the pattern.
        pub moved: bool,
        pub reason: Option<String>,
        /// Minutes for which the room is held before and after.
        pub set_up: i32,
        pub strike: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod handout {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    use crate::course::Viewers;
    use crate::course::handout::FileType;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "handout")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub course_id: Uuid,
        pub title: String,
        pub viewers: Viewers,
        pub file_type: FileType,
        /// Bytes.
        pub size: i32,
        pub request_key: Uuid,
        /// Since when its bytes are erased.
        pub ended_at: Option<DateTime<Utc>>,
        pub created_by: Option<Uuid>,
        pub created_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod handout_piece {
    use sea_orm::entity::prelude::*;

    /// A piece of a file. All are [`crate::board::edit::PIECE`] bytes long but the last.
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "handout_piece")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub handout_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub number: i32,
        pub bytes: Vec<u8>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
