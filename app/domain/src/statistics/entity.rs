//! The rows of what is counted beside the records themselves: anonymous parts, closed months, targets, money, notes.

pub mod anonymous_part {
    use chrono::NaiveDate;
    use sea_orm::entity::prelude::*;

    use crate::account::{Neighbourhood, Sex};
    use crate::statistics::End;

    /// What somebody took part in who is no longer described.
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "anonymous_part")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// The same for all parts of one person, made by chance.
        pub number: Uuid,
        pub run_id: Uuid,
        pub sex: Option<Sex>,
        /// In tens.
        pub age: Option<i32>,
        pub neighbourhood: Option<Neighbourhood>,
        pub waited: Option<NaiveDate>,
        pub placed: Option<NaiveDate>,
        pub ended: Option<NaiveDate>,
        pub how: Option<End>,
        pub completed: Option<NaiveDate>,
        /// Classes that were held until it was folded, and their minutes; absent where the run was over.
        pub held: Option<i32>,
        pub held_minutes: Option<i32>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod anonymous_attendance {
    use chrono::NaiveDate;
    use sea_orm::entity::prelude::*;

    use crate::account::{Neighbourhood, Sex};

    /// What those did in a run on one day who are no longer described, and were alike in what they had said of themselves.
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "anonymous_attendance")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub run_id: Uuid,
        pub day: NaiveDate,
        pub sex: Option<Sex>,
        /// In tens.
        pub age: Option<i32>,
        pub neighbourhood: Option<Neighbourhood>,
        /// To how many of them it was the first class they came to.
        pub attended: i32,
        /// Minutes that count as attended.
        pub minutes: i32,
        /// How often one of them was absent without a word.
        pub no_shows: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod folded_application {
    use sea_orm::entity::prelude::*;

    /// An application whose figures stand under a number that leads to nobody.
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "folded_application")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub application_id: Uuid,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod closed_month {
    use chrono::{DateTime, NaiveDate, Utc};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "closed_month")]
    pub struct Model {
        /// Its first day.
        #[sea_orm(primary_key, auto_increment = false)]
        pub month: NaiveDate,
        pub closed_at: DateTime<Utc>,
        pub closed_by: Uuid,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod kept_figure {
    use chrono::NaiveDate;
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "kept_figure")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub month: NaiveDate,
        /// `all`, or the word of a [`crate::statistics::Dimension`].
        #[sea_orm(primary_key, auto_increment = false)]
        pub side: String,
        /// By [`crate::statistics::Facts::word`].
        #[sea_orm(primary_key, auto_increment = false)]
        pub word: String,
        /// [`crate::statistics::Counts`] as JSON.
        pub counts: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod target {
    use sea_orm::entity::prelude::*;

    use crate::course::Audience;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "target")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub year: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub audience: Audience,
        pub runs: i32,
        pub minutes: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod training_budget {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "training_budget")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub year: i32,
        /// Thousand won.
        pub amount: i64,
        /// Rises with each change of the year's plan; a form made from an older version is refused.
        pub version: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod spending {
    use chrono::{DateTime, NaiveDate, Utc};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "spending")]
    pub struct Model {
        /// The key of the form it was entered with.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub day: NaiveDate,
        /// Thousand won; less than nothing where money came back.
        pub amount: i64,
        pub purpose: String,
        pub entered_by: Uuid,
        pub entered_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod pilot_run {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    /// A run by which something new is tried.
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "pilot_run")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub run_id: Uuid,
        pub marked_by: Uuid,
        pub marked_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod week_note {
    use chrono::{DateTime, NaiveDate, Utc};
    use sea_orm::entity::prelude::*;

    /// Why a week had no classes, in the office's words.
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "week_note")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub monday: NaiveDate,
        pub note: String,
        pub written_by: Uuid,
        pub written_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
