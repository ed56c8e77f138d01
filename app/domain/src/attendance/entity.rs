//! The rows of marks and their history, of codes and who has answered them, of minutes watched, of absence without notice.

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

pub mod mark {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    use crate::attendance::{MarkWay, Presence};

    /// How somebody stands in a class's sheet.
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "mark")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub class_session_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub application_id: Uuid,
        pub presence: Presence,
        /// Minutes that they were late or left early.
        pub missed: i32,
        /// Minutes of the class that count as attended.
        pub minutes: i32,
        pub way: MarkWay,
        /// When it was marked; it may have arrived later.
        pub made_at: DateTime<Utc>,
        pub arrived_at: DateTime<Utc>,
        /// Nobody where a worker made it.
        pub by_id: Option<Uuid>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod mark_event {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    use crate::attendance::{MarkOutcome, MarkWay, Presence};

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "mark_event")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub class_session_id: Uuid,
        pub application_id: Uuid,
        /// Absent where the mark was taken back.
        pub presence: Option<Presence>,
        pub missed: i32,
        pub way: MarkWay,
        pub made_at: DateTime<Utc>,
        pub arrived_at: DateTime<Utc>,
        pub by_id: Option<Uuid>,
        /// Where they checked in, if it was at one.
        pub kiosk_id: Option<Uuid>,
        pub outcome: MarkOutcome,
        pub reason: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod check_in_key {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    /// From which the codes on a room's screen are made.
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "check_in_key")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub class_session_id: Uuid,
        pub key: Vec<u8>,
        pub made_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod check_in_code {
    use sea_orm::entity::prelude::*;

    /// The number by which somebody says at the desk or a kiosk who they are.
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "check_in_code")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub application_id: Uuid,
        pub digits: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod absence_notice {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    /// Somebody has said beforehand that they won't come.
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "absence_notice")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub class_session_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub application_id: Uuid,
        pub at: DateTime<Utc>,
        pub reason: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod viewing {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    /// How long somebody has watched an online class with its page in sight.
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "viewing")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub class_session_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub application_id: Uuid,
        pub seconds: i32,
        /// The page that counts at present.
        pub page: Uuid,
        pub at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod absence_bar {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    use crate::course::Category;

    /// Who may not apply in a category for a time.
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "absence_bar")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub person_id: Uuid,
        pub category: Category,
        pub from_at: DateTime<Utc>,
        pub until_at: DateTime<Utc>,
        pub appeal: Option<String>,
        pub appealed_at: Option<DateTime<Utc>>,
        pub answer: Option<String>,
        pub answered_at: Option<DateTime<Utc>>,
        pub answered_by: Option<Uuid>,
        pub lifted_at: Option<DateTime<Utc>>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod no_show {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    use crate::attendance::NoShowOutcome;
    use crate::course::Category;

    /// An absence without notice about which its person was written to.
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "no_show")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub class_session_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub application_id: Uuid,
        pub person_id: Uuid,
        pub category: Category,
        pub at: DateTime<Utc>,
        pub outcome: NoShowOutcome,
        pub bar_id: Option<Uuid>,
        /// Since when the mark says otherwise.
        pub withdrawn_at: Option<DateTime<Utc>>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod completion_rule {
    use sea_orm::entity::prelude::*;

    /// What a run asks of those who complete it, where it isn't what the settings say.
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "completion_rule")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub run_id: Uuid,
        /// Of the planned minutes.
        pub percent: i32,
        /// Whether the survey has to be answered.
        pub survey: bool,
        /// Whether the recorded lessons of its course count, to what is planned and to what is attended.
        pub lessons: bool,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod run_closing {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "run_closing")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub run_id: Uuid,
        pub closed_at: DateTime<Utc>,
        pub closed_by: Uuid,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod completion {
    use sea_orm::entity::prelude::*;

    use crate::attendance::CompletionState;

    /// What somebody had attended of a run when it was closed.
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "completion")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub application_id: Uuid,
        pub run_id: Uuid,
        pub minutes: i32,
        /// Minutes.
        pub planned: i32,
        pub state: CompletionState,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod certificate_serial {
    use sea_orm::entity::prelude::*;

    /// How many certificates a year has; the last one's number.
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "certificate_serial")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub year: i32,
        pub last: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod certificate {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "certificate")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub application_id: Uuid,
        pub year: i32,
        pub serial: i32,
        /// By which anybody learns whether it is a true one.
        pub token: String,
        /// As it was when it was issued, like the others.
        pub name: String,
        pub latin_name: Option<String>,
        pub course: String,
        pub course_en: Option<String>,
        pub issued_at: DateTime<Utc>,
        pub issued_by: Uuid,
        pub revoked_at: Option<DateTime<Utc>>,
        pub revoked_by: Option<Uuid>,
        pub reason: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod out_of_reach {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    /// Who was told that they can't complete a run any more; nobody is told twice.
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "out_of_reach")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub application_id: Uuid,
        pub told_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod class_log {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    /// What was taught in a class, in the words of whoever taught it.
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "class_log")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub class_session_id: Uuid,
        pub topic: String,
        pub notes: String,
        pub written_by: Uuid,
        pub written_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod staff_post {
    use sea_orm::entity::prelude::*;

    /// Where somebody of the staff works, in their own words.
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "staff_post")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub person_id: Uuid,
        pub department: String,
        pub grade: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod kiosk {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    /// A terminal at which people check themselves in.
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "kiosk")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub name: String,
        pub place: String,
        /// Of the link that opens it, until it was opened or taken out of use.
        pub link_hash: Option<Vec<u8>>,
        pub link_until: Option<DateTime<Utc>>,
        /// Of the key that the device has which opened it.
        pub key_hash: Option<Vec<u8>>,
        pub made_by: Uuid,
        pub made_at: DateTime<Utc>,
        /// When somebody checked in there last.
        pub used_at: Option<DateTime<Utc>>,
        pub revoked_at: Option<DateTime<Utc>>,
        /// Wrong numbers typed since `wrong_from`.
        pub wrong: i32,
        pub wrong_from: Option<DateTime<Utc>>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
