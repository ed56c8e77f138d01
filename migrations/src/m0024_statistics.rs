//! Targets and what a year costs, months whose figures are kept, and what is known of people whose details were erased.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::dialect::run(manager, SQL).await
    }
}

/// An `anonymous_part` is what somebody took part in who is no longer described: `number` is the same for all parts of one
/// of them, made by chance, and leads to nobody. The application it was made of is named in `folded_application`, which
/// doesn't say by which part. Ages are in tens, all times in days.
///
/// Sums of money are in thousand won; what is less than planned is a negative spending. A `kept_figure` is one line of a closed
/// month: `counts` is a JSON object of what was counted then.
const SQL: &str = "
CREATE TABLE anonymous_part (
    id uuid NOT NULL PRIMARY KEY,
    number uuid NOT NULL,
    run_id uuid NOT NULL REFERENCES run (id),
    sex text CONSTRAINT anonymous_part_sex_known CHECK (sex IN ('female', 'male')),
    age integer CONSTRAINT anonymous_part_age_in_tens CHECK (age BETWEEN 0 AND 90 AND age % 10 = 0),
    neighbourhood text,
    waited date,
    placed date,
    ended date,
    how text CONSTRAINT anonymous_part_how_known CHECK (how IN ('cancelled', 'lapsed', 'declined')),
    completed date,
    CONSTRAINT anonymous_part_ended_somehow CHECK ((ended IS NULL) = (how IS NULL)),
    CONSTRAINT anonymous_part_described CHECK (sex IS NOT NULL OR age IS NOT NULL OR neighbourhood IS NOT NULL)
);

CREATE INDEX anonymous_part_run ON anonymous_part (run_id);

CREATE TABLE anonymous_mark (
    part_id uuid NOT NULL REFERENCES anonymous_part (id),
    class_session_id uuid NOT NULL REFERENCES class_session (id),
    presence text NOT NULL CONSTRAINT anonymous_mark_presence_known CHECK (presence IN ('present', 'late', 'left_early', 'absent', 'excused')),
    minutes integer NOT NULL CONSTRAINT anonymous_mark_minutes_not_negative CHECK (minutes >= 0),
    no_show boolean NOT NULL,
    CONSTRAINT anonymous_mark_once PRIMARY KEY (part_id, class_session_id)
);

CREATE INDEX anonymous_mark_class ON anonymous_mark (class_session_id);

CREATE TABLE folded_application (
    application_id uuid NOT NULL PRIMARY KEY REFERENCES application (id)
);

CREATE TABLE closed_month (
    month date NOT NULL PRIMARY KEY,
    closed_at timestamptz NOT NULL,
    closed_by uuid NOT NULL REFERENCES person (id)
);

CREATE TABLE kept_figure (
    month date NOT NULL REFERENCES closed_month (month),
    side text NOT NULL CONSTRAINT kept_figure_side_known CHECK (side IN ('all', 'audience', 'mode', 'category', 'place', 'time', 'sex', 'age', 'neighbourhood')),
    word text NOT NULL,
    counts text NOT NULL,
    CONSTRAINT kept_figure_once PRIMARY KEY (month, side, word)
);

CREATE TABLE target (
    year integer NOT NULL CONSTRAINT target_year_known CHECK (year BETWEEN 2000 AND 2100),
    audience text NOT NULL CONSTRAINT target_audience_known CHECK (audience IN ('resident', 'staff')),
    runs integer NOT NULL CONSTRAINT target_runs_not_negative CHECK (runs >= 0),
    minutes integer NOT NULL CONSTRAINT target_minutes_not_negative CHECK (minutes >= 0),
    CONSTRAINT target_once PRIMARY KEY (year, audience)
);

CREATE TABLE training_budget (
    year integer NOT NULL PRIMARY KEY CONSTRAINT training_budget_year_known CHECK (year BETWEEN 2000 AND 2100),
    amount bigint NOT NULL CONSTRAINT training_budget_amount_not_negative CHECK (amount >= 0),
    version integer NOT NULL
);

CREATE TABLE spending (
    id uuid NOT NULL PRIMARY KEY,
    day date NOT NULL,
    amount bigint NOT NULL CONSTRAINT spending_amount_not_nothing CHECK (amount <> 0),
    purpose text NOT NULL CONSTRAINT spending_purpose_given CHECK (purpose <> ''),
    entered_by uuid NOT NULL REFERENCES person (id),
    entered_at timestamptz NOT NULL
);

CREATE INDEX spending_day ON spending (day);

CREATE TABLE pilot_run (
    run_id uuid NOT NULL PRIMARY KEY REFERENCES run (id),
    marked_by uuid NOT NULL REFERENCES person (id),
    marked_at timestamptz NOT NULL
);

CREATE TABLE week_note (
    monday date NOT NULL PRIMARY KEY,
    note text NOT NULL CONSTRAINT week_note_given CHECK (note <> ''),
    written_by uuid NOT NULL REFERENCES person (id),
    written_at timestamptz NOT NULL
);
";
