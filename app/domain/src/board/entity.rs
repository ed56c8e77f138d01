//! The rows of boards, of what stands on them, and of the bytes of their files.

pub mod board {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "board")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub code: String,
        pub name: String,
        pub name_en: Option<String>,
        /// Rises with every change to the board and to what stands on it.
        pub version: i32,
        pub created_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod board_item {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    use crate::board::Face;
    use crate::board::media::MediaType;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "board_item")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub board_id: Uuid,
        pub face: Face,
        /// Of a poster or a clip also what is read to those who don't see it.
        pub title: String,
        /// What a notice says below its title.
        pub lines: Option<String>,
        /// Of a poster's or a clip's file, here and below.
        pub media_type: Option<MediaType>,
        /// Pixels; a clip's are not read.
        pub width: Option<i32>,
        pub height: Option<i32>,
        /// Bytes.
        pub size: Option<i32>,
        pub sha256: Option<Vec<u8>>,
        pub starts_at: DateTime<Utc>,
        /// Midnight after its last day.
        pub ends_at: DateTime<Utc>,
        /// Its place among those of its face, from 1.
        pub place: i32,
        /// How long its turn takes.
        pub seconds: i32,
        pub ended_at: Option<DateTime<Utc>>,
        /// Nobody where time alone did it.
        pub ended_by: Option<Uuid>,
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

pub mod board_media {
    use sea_orm::entity::prelude::*;

    /// A piece of a file. All are [`crate::board::edit::PIECE`] bytes long but the last.
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "board_media")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub item_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub number: i32,
        pub bytes: Vec<u8>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
