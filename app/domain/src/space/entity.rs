//! The rows of spaces, seats, occupations and holidays.

pub mod space {
    use chrono::NaiveDate;
    use sea_orm::entity::prelude::*;

    use crate::space::{Approver, AskedBy, SpaceKind};

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
        /// Who decides; what a space doesn't say it takes from what is around it, here and below.
        pub approver: Option<Approver>,
        pub asked_by: Option<AskedBy>,
        /// How many minutes a resident may have in a month.
        pub resident_minutes: Option<i32>,
        /// What stands in it, in the office's words.
        pub equipment: Option<String>,
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
        /// Set-up and strike included.
        pub starts_at: DateTime<Utc>,
        pub ends_at: DateTime<Utc>,
        /// By which code people know the holder: a run's or a booking's.
        pub code: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod allocation {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    use crate::space::Holder;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "allocation")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub thing_id: Uuid,
        pub number: i32,
        pub holder: Holder,
        pub holder_id: Uuid,
        pub code: String,
        pub starts_at: DateTime<Utc>,
        pub ends_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod engagement {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    use crate::space::Holder;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "engagement")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// An account, or what [`crate::space::diary::who_is`] makes of a name.
        pub who: Uuid,
        pub holder: Holder,
        pub holder_id: Uuid,
        pub code: String,
        pub starts_at: DateTime<Utc>,
        pub ends_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod thing {
    use sea_orm::entity::prelude::*;

    use crate::space::ThingKind;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "thing")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub code: String,
        pub name: String,
        pub name_en: Option<String>,
        pub kind: ThingKind,
        pub total: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod opening {
    use sea_orm::entity::prelude::*;

    use crate::account::Audience;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "opening")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub space_id: Uuid,
        pub audience: Audience,
        /// 1 is Monday.
        pub weekday: i32,
        /// Minutes from midnight in Seoul.
        pub from_minute: i32,
        pub until_minute: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod closure {
    use chrono::NaiveDate;
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "closure")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub space_id: Uuid,
        pub first_day: NaiveDate,
        pub last_day: NaiveDate,
        pub reason: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod margin {
    use sea_orm::entity::prelude::*;

    use crate::space::Use;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "margin")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub space_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub kind: Use,
        pub set_up: i32,
        pub strike: i32,
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
