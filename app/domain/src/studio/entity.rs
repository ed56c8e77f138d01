//! The rows of bookings, what they ask for, their history and series, of bars, and of open calls and their answers.

pub mod studio {
    use sea_orm::entity::prelude::*;

    /// The one row whose turn every transaction on bookings raises first.
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "studio")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i32,
        pub turn: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod booking {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    use crate::account::Audience;
    use crate::studio::{BookingState, Kind};

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "booking")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub code: String,
        pub space_id: Uuid,
        pub kind: Kind,
        pub purpose: String,
        pub audience: Audience,
        /// Whoever asked; nobody for what the office's file brought in.
        pub person_id: Option<Uuid>,
        pub department: Option<String>,
        pub in_charge: Option<String>,
        /// Who stands before the camera, and can't be elsewhere meanwhile.
        pub presenter: Option<String>,
        pub presenter_id: Option<Uuid>,
        pub people: Option<i32>,
        /// The help of the crew that is asked for, in the asker's words.
        pub help: Option<String>,
        /// The version of the house rules that was agreed to.
        pub rules: Option<i32>,
        /// The use itself, without set-up and strike.
        pub starts_at: DateTime<Utc>,
        pub ends_at: DateTime<Utc>,
        /// Minutes.
        pub set_up: i32,
        pub strike: i32,
        pub state: BookingState,
        /// Why it was declined, altered, cancelled or displaced.
        pub reason: Option<String>,
        pub held_until: Option<DateTime<Utc>>,
        pub checked_in_at: Option<DateTime<Utc>>,
        pub made_kind: Option<Kind>,
        pub made_title: Option<String>,
        pub made_link: Option<String>,
        pub made_channel: Option<String>,
        pub series_id: Option<Uuid>,
        /// Among those that one form made, from 1.
        pub number: i32,
        pub request_key: Uuid,
        /// What a calendar program orders versions by.
        pub sequence: i32,
        /// Rises with each change in a form; a form made from an older version is refused.
        pub version: i32,
        pub created_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod booking_thing {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "booking_thing")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub booking_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub thing_id: Uuid,
        pub number: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod booking_event {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    use crate::studio::BookingEvent;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "booking_event")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub booking_id: Uuid,
        pub at: DateTime<Utc>,
        pub kind: BookingEvent,
        /// Nobody where time alone did it.
        pub actor_id: Option<Uuid>,
        pub reason: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod series {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "series")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// An RRULE of RFC 5545, without its name: `FREQ=WEEKLY;COUNT=10`.
        pub rule: String,
        pub created_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod bar {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    use crate::studio::Scope;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "bar")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub person_id: Uuid,
        pub scope: Scope,
        pub from_at: DateTime<Utc>,
        pub until_at: DateTime<Utc>,
        pub lifted_at: Option<DateTime<Utc>>,
        pub lifted_by: Option<Uuid>,
        pub lifted_for: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod open_call {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "open_call")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub code: String,
        pub title: String,
        pub purpose: String,
        pub who_for: String,
        /// When is recorded, in words.
        pub dates: String,
        /// How many are wanted.
        pub people: i32,
        pub contact: String,
        pub opens_at: DateTime<Utc>,
        pub closes_at: DateTime<Utc>,
        pub request_key: Uuid,
        /// Rises with each change in a form; a form made from an older version is refused.
        pub version: i32,
        pub created_by: Option<Uuid>,
        pub created_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod call_answer {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    use crate::studio::AnswerState;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "call_answer")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub call_id: Uuid,
        pub person_id: Uuid,
        /// What they would bring, in their own words; nothing once that was kept long enough.
        pub words: Option<String>,
        /// The version of the text on pictures and voices that they agreed to.
        pub consent: i32,
        pub state: AnswerState,
        /// Why they were chosen or declined.
        pub reason: Option<String>,
        pub version: i32,
        pub created_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod call_answer_event {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    use crate::studio::AnswerState;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "call_answer_event")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub answer_id: Uuid,
        pub at: DateTime<Utc>,
        /// What it became.
        pub state: AnswerState,
        pub actor_id: Option<Uuid>,
        pub reason: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
