//! Studio bookings, their series and history, and bars after no-shows.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::dialect::run(manager, SQL).await
    }
}

/// `starts_at` to `ends_at` is the use itself; `set_up` and `strike` are the minutes before and after it. `rule` is an
/// RRULE of RFC 5545; `number` counts the bookings that one form made. `rules` is the version of the house rules that a resident agreed to. `sequence` is the calendar
/// file's. `made_*` is what came of it. Whoever booked is an account, or nobody for what the office's file brought in.
///
/// Every transaction on bookings begins by raising `studio.turn`, so that they come one after the other.
const SQL: &str = "
CREATE TABLE studio (
    id integer NOT NULL PRIMARY KEY CONSTRAINT studio_is_one CHECK (id = 1),
    turn bigint NOT NULL
);

INSERT INTO studio (id, turn) VALUES (1, 0);

CREATE TABLE series (
    id uuid NOT NULL PRIMARY KEY,
    rule text NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE booking (
    id uuid NOT NULL PRIMARY KEY,
    code text NOT NULL CONSTRAINT booking_code_once UNIQUE,
    space_id uuid NOT NULL REFERENCES space (id),
    kind text NOT NULL CONSTRAINT booking_kind_known CHECK (kind IN ('recording', 'live', 'other')),
    purpose text NOT NULL,
    audience text NOT NULL CONSTRAINT booking_audience_known CHECK (audience IN ('staff', 'resident')),
    person_id uuid REFERENCES person (id),
    department text,
    in_charge text,
    presenter text,
    presenter_id uuid REFERENCES person (id),
    people integer CONSTRAINT booking_people_positive CHECK (people > 0),
    help text,
    rules integer,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    set_up integer NOT NULL CONSTRAINT booking_set_up_not_negative CHECK (set_up >= 0),
    strike integer NOT NULL CONSTRAINT booking_strike_not_negative CHECK (strike >= 0),
    state text NOT NULL CONSTRAINT booking_state_known CHECK (state IN ('asked', 'waiting', 'held', 'approved', 'declined', 'cancelled', 'in_use', 'done', 'no_show')),
    reason text,
    held_until timestamptz,
    checked_in_at timestamptz,
    made_kind text CONSTRAINT booking_made_kind_known CHECK (made_kind IN ('recording', 'live', 'other')),
    made_title text,
    made_link text,
    made_channel text,
    series_id uuid REFERENCES series (id),
    number integer NOT NULL,
    request_key uuid NOT NULL,
    sequence integer NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT booking_forward CHECK (starts_at < ends_at),
    CONSTRAINT booking_key_once UNIQUE (person_id, request_key, number),
    CONSTRAINT booking_hold_ends CHECK ((state = 'held') = (held_until IS NOT NULL)),
    CONSTRAINT booking_rules_agreed CHECK (audience = 'staff' OR rules IS NOT NULL)
);

CREATE INDEX booking_time ON booking (starts_at);

CREATE INDEX booking_state ON booking (state, starts_at);

CREATE INDEX booking_person ON booking (person_id, starts_at);

CREATE INDEX booking_series ON booking (series_id);

CREATE TABLE booking_thing (
    booking_id uuid NOT NULL REFERENCES booking (id),
    thing_id uuid NOT NULL REFERENCES thing (id),
    number integer NOT NULL CONSTRAINT booking_thing_number_positive CHECK (number > 0),
    CONSTRAINT booking_thing_once PRIMARY KEY (booking_id, thing_id)
);

CREATE TABLE booking_event (
    id uuid NOT NULL PRIMARY KEY,
    booking_id uuid NOT NULL REFERENCES booking (id),
    at timestamptz NOT NULL,
    kind text NOT NULL CONSTRAINT booking_event_kind_known CHECK (kind IN ('asked', 'waiting', 'held', 'lapsed', 'approved', 'declined', 'altered', 'displaced', 'cancelled', 'checked_in', 'done', 'no_show', 'imported')),
    actor_id uuid,
    reason text
);

CREATE INDEX booking_event_booking ON booking_event (booking_id, at);

CREATE TABLE bar (
    id uuid NOT NULL PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES person (id),
    scope text NOT NULL CONSTRAINT bar_scope_known CHECK (scope IN ('studio')),
    from_at timestamptz NOT NULL,
    until_at timestamptz NOT NULL,
    lifted_at timestamptz,
    lifted_by uuid REFERENCES person (id),
    lifted_for text,
    CONSTRAINT bar_forward CHECK (from_at < until_at),
    CONSTRAINT bar_lifted_by_somebody CHECK ((lifted_at IS NULL) = (lifted_by IS NULL) AND (lifted_at IS NULL) = (lifted_for IS NULL))
);

CREATE INDEX bar_person ON bar (person_id, scope, until_at);
";
