//! The rows of spaces, seats, occupations and holidays.

pub mod space {
    use chrono::NaiveDate;
    use sea_orm::entity::prelude::*;

    use crate::space::SpaceKind;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "space")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub code: String,
        pub name: String,
        pub name_en: Option<String>,
        pub parent_id: Option<Uuid>,
        pub kind: SpaceKind,
        pub seats: Option<i32>,
        /// Hundredths of a square metre.
        pub area_dm2: Option<i32>,
        pub in_use_from: NaiveDate,
        /// The last day of use.
        pub in_use_until: Option<NaiveDate>,
        pub address: Option<String>,
        /// How to get there by bus, train and on foot.
        pub directions: Option<String>,
        /// Where the lift is, and whether one gets in without stairs.
        pub lift: Option<String>,
        pub phone: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod seat {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "seat")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub space_id: Uuid,
        pub code: String,
        pub line: i32,
        pub position: i32,
        pub accessible: bool,
        /// The reason, where it is out of service.
        pub out_of_service: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod occupation {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    use crate::space::Holder;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "occupation")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub leaf_id: Uuid,
        pub holder: Holder,
        pub holder_id: Uuid,
        pub starts_at: DateTime<Utc>,
        pub ends_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod holiday {
    use chrono::NaiveDate;
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "holiday")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub day: NaiveDate,
        pub name: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
