//! The rows of the outbox.

pub mod notice {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    use crate::account::ContactKind;
    use crate::language::Language;
    use crate::notice::{Event, NoticeState};

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "notice")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub event: Event,
        /// Whom it is for; their address is looked up when it is sent.
        pub person_id: Option<Uuid>,
        pub kind: Option<ContactKind>,
        /// Where it goes if not to a person's confirmed address: a code to somebody not yet known.
        pub address: Option<String>,
        pub language: Language,
        /// JSON of [`crate::notice::Facts`].
        pub facts: String,
        pub state: NoticeState,
        pub tries: i32,
        /// Attempts whose answer was lost; they went out again under the same Message-ID.
        pub uncertain: i32,
        pub next_at: DateTime<Utc>,
        pub created_at: DateTime<Utc>,
        pub sent_at: Option<DateTime<Utc>>,
        /// Why it is stuck or late, without personal data.
        pub trouble: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
