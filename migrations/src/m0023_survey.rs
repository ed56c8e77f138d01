//! The survey after a run: its questions, who has answered, and apart from that what was answered.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::dialect::run(manager, SQL).await?;
        for (backend, id) in [
            (DbBackend::Sqlite, "x'00000000000000000000000000000001'"),
            (DbBackend::Postgres, "'00000000-0000-0000-0000-000000000001'"),
        ] {
            crate::dialect::run_on(manager, backend, &FIRST_FORM.replace("#1", id)).await?;
            crate::dialect::run_on(manager, backend, &FIRST_QUESTIONS.replace("#1", id)).await?;
        }
        Ok(())
    }
}

/// What is asked until somebody makes another form.
const FIRST_FORM: &str = "INSERT INTO survey_form (id, made_at) VALUES (#1, '2000-01-01T00:00:00+00:00')";

const FIRST_QUESTIONS: &str = "INSERT INTO survey_question (form_id, place, kind, ko, en) VALUES
    (#1, 1, 'points', '교육 내용에 만족하십니까?', 'Were you content with what was taught?'),
    (#1, 2, 'points', '강사의 설명은 알기 쉬웠습니까?', 'Were the explanations easy to follow?'),
    (#1, 3, 'points', '강의실과 컴퓨터는 쓰기 편했습니까?', 'Were the room and the computers good to use?'),
    (#1, 4, 'points', '배운 것을 생활이나 일에 쓸 수 있겠습니까?', 'Can you use what you learned?'),
    (#1, 5, 'points', '다른 분께 이 강좌를 권하시겠습니까?', 'Would you recommend this course to others?'),
    (#1, 6, 'words', '좋았던 점을 적어 주십시오.', 'What was good?'),
    (#1, 7, 'words', '고쳤으면 하는 점이나 더 배우고 싶은 것을 적어 주십시오.', 'What could be better, and what else would you like to learn?')";

/// A form is never changed: another takes its place, so that answers keep the questions they were given to.
///
/// Nothing here leads from an answer to a person: points are counted and not kept one by one, words have an id of pure
/// chance, and neither has a time; who has answered stands in a table of its own, without a time as well.
const SQL: &str = "
CREATE TABLE survey_form (
    id uuid NOT NULL PRIMARY KEY,
    made_at timestamptz NOT NULL CONSTRAINT survey_form_one_at_a_time UNIQUE,
    made_by uuid REFERENCES person (id)
);

CREATE TABLE survey_question (
    form_id uuid NOT NULL REFERENCES survey_form (id),
    place integer NOT NULL CONSTRAINT survey_question_place_known CHECK (place BETWEEN 1 AND 20),
    kind text NOT NULL CONSTRAINT survey_question_kind_known CHECK (kind IN ('points', 'words')),
    ko text NOT NULL,
    en text,
    CONSTRAINT survey_question_once PRIMARY KEY (form_id, place)
);

CREATE TABLE survey_done (
    application_id uuid NOT NULL PRIMARY KEY REFERENCES application (id)
);

CREATE TABLE survey_count (
    run_id uuid NOT NULL REFERENCES run (id),
    form_id uuid NOT NULL,
    place integer NOT NULL,
    points integer NOT NULL CONSTRAINT survey_count_points_known CHECK (points BETWEEN 1 AND 5),
    people integer NOT NULL CONSTRAINT survey_count_positive CHECK (people >= 1),
    CONSTRAINT survey_count_once PRIMARY KEY (run_id, form_id, place, points),
    CONSTRAINT survey_count_question FOREIGN KEY (form_id, place) REFERENCES survey_question (form_id, place)
);

CREATE TABLE survey_words (
    id uuid NOT NULL PRIMARY KEY,
    run_id uuid NOT NULL REFERENCES run (id),
    form_id uuid NOT NULL,
    place integer NOT NULL,
    words text NOT NULL,
    CONSTRAINT survey_words_question FOREIGN KEY (form_id, place) REFERENCES survey_question (form_id, place)
);

CREATE INDEX survey_words_run ON survey_words (run_id);

CREATE TABLE survey_invitation (
    application_id uuid NOT NULL PRIMARY KEY REFERENCES application (id),
    sent_at timestamptz NOT NULL
);
";
