//! The office's boards: screens in its halls and lifts, what they show from day to day, and the bytes of pictures and clips.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::dialect::run(manager, SQL).await
    }
}

/// `place` orders what one face shows, `seconds` is how long each turn takes. A notice is its title and a few lines; all
/// else is a file, of which the row keeps what is to be known about it and `board_media` the bytes, in pieces, so that
/// nobody reads a whole clip to send a part of it. What has ended has no pieces any more.
const SQL: &str = "
CREATE TABLE board (
    id uuid NOT NULL PRIMARY KEY,
    code text NOT NULL CONSTRAINT board_code_once UNIQUE,
    name text NOT NULL CONSTRAINT board_name_given CHECK (name <> ''),
    name_en text,
    version integer NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE board_item (
    id uuid NOT NULL PRIMARY KEY,
    board_id uuid NOT NULL REFERENCES board (id),
    face text NOT NULL CONSTRAINT board_item_face_known CHECK (face IN ('notices', 'video', 'left_poster', 'right_poster')),
    title text NOT NULL CONSTRAINT board_item_title_given CHECK (title <> ''),
    lines text,
    media_type text CONSTRAINT board_item_media_type_known CHECK (media_type IN ('image/png', 'image/jpeg', 'image/webp', 'video/mp4', 'video/webm')),
    width integer CONSTRAINT board_item_width_positive CHECK (width > 0),
    height integer CONSTRAINT board_item_height_positive CHECK (height > 0),
    size integer CONSTRAINT board_item_size_positive CHECK (size > 0),
    sha256 bytea,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    place integer NOT NULL CONSTRAINT board_item_place_positive CHECK (place > 0),
    seconds integer NOT NULL CONSTRAINT board_item_seconds_known CHECK (seconds BETWEEN 5 AND 600),
    ended_at timestamptz,
    ended_by uuid REFERENCES person (id),
    request_key uuid NOT NULL CONSTRAINT board_item_key_once UNIQUE,
    version integer NOT NULL,
    created_by uuid REFERENCES person (id),
    created_at timestamptz NOT NULL,
    CONSTRAINT board_item_forward CHECK (starts_at < ends_at),
    CONSTRAINT board_item_holds_what_its_face_shows CHECK (
        CASE face
        WHEN 'notices' THEN media_type IS NULL
        WHEN 'video' THEN media_type IS NOT NULL AND media_type LIKE 'video/%' AND lines IS NULL
        ELSE media_type IS NOT NULL AND media_type LIKE 'image/%' AND lines IS NULL
        END),
    CONSTRAINT board_item_file_described CHECK (
        (media_type IS NULL) = (size IS NULL) AND (media_type IS NULL) = (sha256 IS NULL)
        AND (width IS NULL) = (height IS NULL) AND (width IS NOT NULL) = COALESCE(media_type LIKE 'image/%', FALSE))
);

CREATE INDEX board_item_time ON board_item (board_id, ends_at);

CREATE TABLE board_media (
    item_id uuid NOT NULL REFERENCES board_item (id),
    number integer NOT NULL CONSTRAINT board_media_number_not_negative CHECK (number >= 0),
    bytes bytea NOT NULL CONSTRAINT board_media_piece_fits CHECK (length(bytes) BETWEEN 1 AND 262144),
    CONSTRAINT board_media_once PRIMARY KEY (item_id, number)
);
";
