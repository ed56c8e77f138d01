//! The rows of codes, of who has answered them, and of wrong tries.

pub mod attendance_code {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "attendance_code")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub class_session_id: Uuid,
        /// The how-manieth of its class.
        pub number: i32,
        pub digits: String,
        pub shown_by: Uuid,
        pub shown_at: DateTime<Utc>,
        /// From this instant on it is no longer taken.
        pub until_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod attendance_answer {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    use crate::attendance::Way;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "attendance_answer")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub code_id: Uuid,
        pub application_id: Uuid,
        pub way: Way,
        pub at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod attendance_try {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "attendance_try")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub code_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub application_id: Uuid,
        /// How many were wrong.
        pub wrong: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
