//! The rows of questions and of their boxes.

pub mod question_box {
    use sea_orm::entity::prelude::*;

    /// One for each broadcast of which anything was asked, opened or closed.
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "question_box")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub broadcast_id: Uuid,
        pub open: bool,
        /// Rises with everything that happens in it.
        pub turn: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod question {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    use crate::broadcast::question::QuestionState;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "question")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub broadcast_id: Uuid,
        /// Shown to nobody.
        pub person_id: Uuid,
        /// Both empty once they were kept long enough.
        pub nickname: Option<String>,
        pub words: Option<String>,
        pub state: QuestionState,
        /// The form's idempotency key.
        pub request_key: Uuid,
        pub asked_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
