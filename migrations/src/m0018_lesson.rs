//! Recorded lessons with their chapters, captions of lessons and replays, what learners have watched, and the files of a
//! course.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::dialect::run(manager, SQL).await
    }
}

/// `place` orders the lessons of a course. `shown_until` is the last day on which whoever presents consents to it. A
/// lesson made of a replay names its broadcast, so that none is made twice. A caption is of a lesson or of a broadcast.
///
/// `watched` holds the tenths of minutes that somebody has seen, as half-open spans of their numbers (`0-6 12-13`); `credit`
/// is how many seconds more may count at once, since nobody sees an hour in a minute. `done_at` is measured, `said_at` is
/// the learner's own word.
///
/// A handout whose time is over has no pieces any more.
const SQL: &str = "
CREATE TABLE lesson (
    id uuid NOT NULL PRIMARY KEY,
    code text NOT NULL CONSTRAINT lesson_code_once UNIQUE,
    course_id uuid NOT NULL REFERENCES course (id),
    place integer NOT NULL CONSTRAINT lesson_place_positive CHECK (place > 0),
    title text NOT NULL CONSTRAINT lesson_title_given CHECK (title <> ''),
    summary text NOT NULL,
    presenter text NOT NULL,
    seconds integer NOT NULL CONSTRAINT lesson_seconds_positive CHECK (seconds > 0),
    spoken text NOT NULL CONSTRAINT lesson_spoken_known CHECK (spoken IN ('ko', 'en', 'zh', 'ja', 'vi')),
    video text NOT NULL CONSTRAINT lesson_video_given CHECK (video <> ''),
    viewers text NOT NULL CONSTRAINT lesson_viewers_known CHECK (viewers IN ('everybody', 'signed_in', 'staff', 'learners')),
    state text NOT NULL CONSTRAINT lesson_state_known CHECK (state IN ('draft', 'published', 'withdrawn')),
    shown_until date,
    broadcast_id uuid CONSTRAINT lesson_one_a_broadcast UNIQUE REFERENCES broadcast (id),
    search text NOT NULL,
    version integer NOT NULL,
    created_by uuid REFERENCES person (id),
    created_at timestamptz NOT NULL
);

CREATE INDEX lesson_course ON lesson (course_id, place);

CREATE TABLE lesson_chapter (
    lesson_id uuid NOT NULL REFERENCES lesson (id),
    starts integer NOT NULL CONSTRAINT lesson_chapter_starts_not_negative CHECK (starts >= 0),
    title text NOT NULL CONSTRAINT lesson_chapter_title_given CHECK (title <> ''),
    CONSTRAINT lesson_chapter_once PRIMARY KEY (lesson_id, starts)
);

CREATE TABLE lesson_event (
    id uuid NOT NULL PRIMARY KEY,
    lesson_id uuid NOT NULL REFERENCES lesson (id),
    at timestamptz NOT NULL,
    kind text NOT NULL CONSTRAINT lesson_event_kind_known CHECK (kind IN ('made', 'changed', 'chaptered', 'published', 'withdrawn')),
    actor_id uuid,
    reason text
);

CREATE INDEX lesson_event_lesson ON lesson_event (lesson_id, at);

CREATE TABLE lesson_progress (
    person_id uuid NOT NULL REFERENCES person (id),
    lesson_id uuid NOT NULL REFERENCES lesson (id),
    position integer NOT NULL CONSTRAINT lesson_progress_position_not_negative CHECK (position >= 0),
    watched text NOT NULL,
    credit integer NOT NULL CONSTRAINT lesson_progress_credit_not_negative CHECK (credit >= 0),
    updated_at timestamptz NOT NULL,
    done_at timestamptz,
    said_at timestamptz,
    CONSTRAINT lesson_progress_once PRIMARY KEY (person_id, lesson_id)
);

CREATE TABLE caption (
    id uuid NOT NULL PRIMARY KEY,
    lesson_id uuid REFERENCES lesson (id),
    broadcast_id uuid REFERENCES broadcast (id),
    language text NOT NULL CONSTRAINT caption_language_known CHECK (language IN ('ko', 'en', 'zh', 'ja', 'vi')),
    text text NOT NULL CONSTRAINT caption_text_fits CHECK (length(text) BETWEEN 1 AND 1000000),
    created_by uuid REFERENCES person (id),
    created_at timestamptz NOT NULL,
    CONSTRAINT caption_of_one CHECK ((lesson_id IS NULL) <> (broadcast_id IS NULL)),
    CONSTRAINT caption_one_a_lesson UNIQUE (lesson_id, language),
    CONSTRAINT caption_one_a_broadcast UNIQUE (broadcast_id, language)
);

CREATE TABLE handout (
    id uuid NOT NULL PRIMARY KEY,
    course_id uuid NOT NULL REFERENCES course (id),
    title text NOT NULL CONSTRAINT handout_title_given CHECK (title <> ''),
    viewers text NOT NULL CONSTRAINT handout_viewers_known CHECK (viewers IN ('everybody', 'signed_in', 'staff', 'learners')),
    file_type text NOT NULL CONSTRAINT handout_file_type_known CHECK (file_type IN ('pdf', 'hwp', 'hwpx', 'docx', 'xlsx', 'pptx', 'png', 'jpg')),
    size integer NOT NULL CONSTRAINT handout_size_positive CHECK (size > 0),
    request_key uuid NOT NULL CONSTRAINT handout_key_once UNIQUE,
    ended_at timestamptz,
    created_by uuid REFERENCES person (id),
    created_at timestamptz NOT NULL
);

CREATE INDEX handout_course ON handout (course_id);

CREATE TABLE handout_piece (
    handout_id uuid NOT NULL REFERENCES handout (id),
    number integer NOT NULL CONSTRAINT handout_piece_number_not_negative CHECK (number >= 0),
    bytes bytea NOT NULL CONSTRAINT handout_piece_fits CHECK (length(bytes) BETWEEN 1 AND 262144),
    CONSTRAINT handout_piece_once PRIMARY KEY (handout_id, number)
);
";
