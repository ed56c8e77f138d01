//! The rows of channels, encoders and broadcasts, of what was said to YouTube and what it cost.

pub mod channel {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    use crate::broadcast::ChannelState;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "channel")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub youtube_id: String,
        pub title: String,
        pub state: ChannelState,
        /// The refresh token, sealed.
        pub sealed_grant: Option<String>,
        pub connected_by: Uuid,
        pub connected_at: DateTime<Utc>,
        /// When an access token was last taken with it.
        pub renewed_at: DateTime<Utc>,
        pub lost_at: Option<DateTime<Utc>>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod encoder {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    use crate::broadcast::call::{Health, StreamStatus};

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "encoder")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub name: String,
        /// Where it stands.
        pub space_id: Option<Uuid>,
        pub channel_id: Uuid,
        /// YouTube's id of the stream it sends; none until it is made.
        pub stream: Option<String>,
        pub address: Option<String>,
        /// The stream key, sealed.
        pub sealed_key: Option<String>,
        pub status: StreamStatus,
        pub health: Health,
        /// When YouTube said so.
        pub seen_at: Option<DateTime<Utc>>,
        /// When YouTube was last asked, whatever it said.
        pub looked_at: Option<DateTime<Utc>>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod broadcast_template {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "broadcast_template")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub course_id: Uuid,
        pub title: String,
        pub description: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod broadcast {
    use chrono::{DateTime, NaiveDate, Utc};
    use sea_orm::entity::prelude::*;

    use crate::broadcast::call::{Latency, Method, Privacy};
    use crate::broadcast::{State, Trouble};

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "broadcast")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub code: String,
        /// Of a class: its run and its number there.
        pub run_id: Option<Uuid>,
        pub number: Option<i32>,
        pub booking_id: Option<Uuid>,
        pub channel_id: Option<Uuid>,
        pub encoder_id: Option<Uuid>,
        pub privacy: Privacy,
        pub made_for_kids: bool,
        pub dvr: bool,
        pub latency: Latency,
        /// What staff call it on YouTube, where a person took theirs over.
        pub own_title: Option<String>,
        pub own_description: Option<String>,
        pub state: State,
        pub trouble: Option<Trouble>,
        pub said: Option<String>,
        pub generation: i32,
        pub video: Option<String>,
        /// The stream that YouTube starts it by, until it is over.
        pub bound: Option<String>,
        pub under_way: Option<Method>,
        pub looks: i32,
        pub tries: i32,
        pub not_before: Option<DateTime<Utc>>,
        pub asked: Option<String>,
        pub settled: bool,
        pub written: Option<String>,
        pub seen: Option<String>,
        pub seen_at: Option<DateTime<Utc>>,
        /// What its picture says, as JSON.
        pub drawn: Option<String>,
        pub listed: Option<String>,
        pub list_doubt: bool,
        pub start_asked: Option<DateTime<Utc>>,
        pub end_asked: Option<DateTime<Utc>>,
        pub started_at: Option<DateTime<Utc>>,
        pub ended_at: Option<DateTime<Utc>>,
        pub sampled_at: Option<DateTime<Utc>>,
        pub views: Option<i64>,
        /// Somebody called the broadcast off; the class may take place all the same.
        pub unwanted: bool,
        /// The last day on which the presenter consents to the replay.
        pub replay_until: Option<NaiveDate>,
        /// The process that works on it, and until when nobody else does.
        pub claimed_by: Option<Uuid>,
        pub claimed_until: Option<DateTime<Utc>>,
        /// Rises with each change in a form; a form made from an older version is refused.
        pub version: i32,
        /// Rises with each change, also of the worker's: nobody acts on what they read before another's step.
        pub turn: i32,
        pub created_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod abandoned {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "abandoned")]
    pub struct Model {
        /// Its id, or the marker where nobody knows the id: an insert had no answer.
        #[sea_orm(primary_key, auto_increment = false)]
        pub video: String,
        /// Which it was made for.
        pub broadcast_id: Uuid,
        pub channel_id: Uuid,
        /// The stream that YouTube may still start it by.
        pub stream: Option<String>,
        /// Attempts in vain.
        pub tries: i32,
        /// Nothing is said before this: it is a pause after an attempt in vain, and the claim of whoever is at it.
        pub not_before: Option<DateTime<Utc>>,
        /// Why YouTube doesn't let go of it. From then on one only looks whether a person has seen to it.
        pub said: Option<String>,
        pub abandoned_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod playlist {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "playlist")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub run_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub channel_id: Uuid,
        /// By which it is found again; it stays when the course is renamed.
        pub title: String,
        /// YouTube's id; none until it is made.
        pub youtube: Option<String>,
        /// When YouTube was last asked for it, whatever it said.
        pub looked_at: Option<DateTime<Utc>>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod broadcast_check {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    use crate::broadcast::CheckItem;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "broadcast_check")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub broadcast_id: Uuid,
        pub item: CheckItem,
        pub checked_by: Uuid,
        pub checked_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod broadcast_event {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    use crate::broadcast::{BroadcastEvent, State};

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "broadcast_event")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub broadcast_id: Uuid,
        pub at: DateTime<Utc>,
        pub kind: BroadcastEvent,
        /// As it stood afterwards.
        pub state: State,
        /// Nobody where the worker did it.
        pub actor_id: Option<Uuid>,
        pub note: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod broadcast_call {
    use chrono::{DateTime, NaiveDate, Utc};
    use sea_orm::entity::prelude::*;

    use crate::broadcast::CallOutcome;
    use crate::broadcast::call::Method;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "broadcast_call")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// None for what is asked about a channel or an encoder.
        pub broadcast_id: Option<Uuid>,
        pub channel_id: Uuid,
        pub method: Method,
        pub units: i32,
        /// The day at YouTube's place, by which its quota is counted.
        pub day: NaiveDate,
        pub at: DateTime<Utc>,
        /// None while it is under way, and for ever where its process died.
        pub outcome: Option<CallOutcome>,
        pub said: Option<String>,
        pub answered_at: Option<DateTime<Utc>>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod quota {
    use chrono::NaiveDate;
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "quota")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub day: NaiveDate,
        /// Units, those reserved for calls under way included.
        pub spent: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod viewer_sample {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "viewer_sample")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub broadcast_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub at: DateTime<Utc>,
        pub viewers: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
