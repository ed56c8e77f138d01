//! The rows of applications, their history, of tickets, of draws, and the writer's turn.

pub mod application {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    use crate::registration::State;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "application")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub run_id: Uuid,
        pub person_id: Uuid,
        pub state: State,
        /// Orders applications by arrival at the writer's queue; a draw gives fresh ones in the order of the lots.
        pub stamp: i64,
        /// The form's idempotency key: one person's second answer to it tells what the first did.
        pub request_key: Uuid,
        pub seat_id: Option<Uuid>,
        pub admission: Option<i32>,
        pub offer_until: Option<DateTime<Utc>>,
        /// Who at the desk entered it, if not the person.
        pub entered_by: Option<Uuid>,
        pub applied_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod application_event {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    use crate::registration::EventKind;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "application_event")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub application_id: Uuid,
        pub at: DateTime<Utc>,
        pub kind: EventKind,
        /// Who did it; nobody where time did.
        pub actor_id: Option<Uuid>,
        pub seat: Option<String>,
        pub reason: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod ticket {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    use crate::registration::{Choice, TicketState};

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "ticket")]
    pub struct Model {
        /// The key of the form in which it was entered, and of the application it becomes.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub run_id: Uuid,
        pub person_id: Uuid,
        /// What is printed on the slip; the order of release.
        pub number: i32,
        pub choice: Choice,
        pub state: TicketState,
        pub entered_by: Uuid,
        pub entered_at: DateTime<Utc>,
        pub application_id: Option<Uuid>,
        /// Why it became none: a `Refusal` as JSON.
        pub refusal: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod draw {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    use crate::registration::ValueKind;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "draw")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub run_id: Uuid,
        /// Of the documented algorithm; see `draw.rs`.
        pub version: String,
        /// The secret, sealed for this run, until it is shown.
        pub sealed: String,
        pub commitment: String,
        pub committed_at: DateTime<Utc>,
        pub value_kind: ValueKind,
        /// Where the public value is to come from, in words.
        pub source: String,
        /// When the draw is announced for.
        pub planned_for: DateTime<Utc>,
        pub list_hash: Option<String>,
        pub people: Option<i32>,
        pub listed_at: Option<DateTime<Utc>>,
        pub public_value: Option<String>,
        /// How many places there were to be drawn.
        pub places: Option<i32>,
        /// The secret as everybody may read it from the draw on.
        pub secret: Option<String>,
        pub drawn_at: Option<DateTime<Utc>>,
        pub drawn_by: Option<Uuid>,
        /// Of the form by which it was drawn.
        pub key: Option<Uuid>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod draw_ticket {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "draw_ticket")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub application_id: Uuid,
        pub run_id: Uuid,
        /// By which an applicant finds their own line, and nobody else.
        pub code: String,
        /// From 1, once drawn.
        pub rank: Option<i32>,
        pub lot: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod draw_attempt {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    /// Somebody wanted to draw once more and was refused.
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "draw_attempt")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub run_id: Uuid,
        pub at: DateTime<Utc>,
        pub actor_id: Uuid,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod writer {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "writer")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i32,
        pub turn: i64,
        pub stamp: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
