//! Channels, encoders and broadcasts, what was said to YouTube, and what it cost.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::dialect::run(manager, SQL).await
    }
}

/// `sealed_*` are secrets, sealed with the keys of the settings. A broadcast is of one class (a run's, by its number, so
/// that it outlives a new plan of the run's dates) or of one booking. What is wanted of it stands in their rows; here
/// stands what was asked for (`asked`), what YouTube then showed (`written`), what was last seen (`seen`, `seen_at`), and
/// the call under way. `asked` and `written` are the JSON of a draft, `seen` of a whole broadcast.
///
/// `bound` is the stream that YouTube starts it by: `broadcast_one_a_stream` keeps two from waiting for one stream key.
const SQL: &str = "
CREATE TABLE channel (
    id uuid NOT NULL PRIMARY KEY,
    youtube_id text NOT NULL CONSTRAINT channel_youtube_once UNIQUE,
    title text NOT NULL,
    state text NOT NULL CONSTRAINT channel_state_known CHECK (state IN ('connected', 'lost', 'disconnected')),
    sealed_grant text,
    connected_by uuid NOT NULL REFERENCES person (id),
    connected_at timestamptz NOT NULL,
    renewed_at timestamptz NOT NULL,
    lost_at timestamptz,
    CONSTRAINT channel_grant_kept CHECK ((state = 'disconnected') = (sealed_grant IS NULL)),
    CONSTRAINT channel_loss_dated CHECK ((state = 'lost') = (lost_at IS NOT NULL))
);

CREATE TABLE encoder (
    id uuid NOT NULL PRIMARY KEY,
    name text NOT NULL CONSTRAINT encoder_name_once UNIQUE,
    space_id uuid REFERENCES space (id),
    channel_id uuid NOT NULL REFERENCES channel (id),
    stream text CONSTRAINT encoder_stream_once UNIQUE,
    address text,
    sealed_key text,
    status text NOT NULL CONSTRAINT encoder_status_known CHECK (status IN ('created', 'ready', 'active', 'inactive', 'error')),
    health text NOT NULL CONSTRAINT encoder_health_known CHECK (health IN ('good', 'ok', 'bad', 'noData')),
    seen_at timestamptz,
    looked_at timestamptz,
    CONSTRAINT encoder_whole CHECK ((stream IS NULL) = (sealed_key IS NULL) AND (stream IS NULL) = (address IS NULL))
);

CREATE TABLE broadcast_template (
    course_id uuid NOT NULL PRIMARY KEY REFERENCES course (id),
    title text NOT NULL,
    description text NOT NULL
);

CREATE TABLE broadcast (
    id uuid NOT NULL PRIMARY KEY,
    code text NOT NULL CONSTRAINT broadcast_code_once UNIQUE,
    run_id uuid REFERENCES run (id),
    number integer,
    booking_id uuid CONSTRAINT broadcast_one_a_booking UNIQUE REFERENCES booking (id),
    channel_id uuid REFERENCES channel (id),
    encoder_id uuid REFERENCES encoder (id),
    privacy text NOT NULL CONSTRAINT broadcast_privacy_known CHECK (privacy IN ('public', 'unlisted', 'private')),
    made_for_kids boolean NOT NULL,
    dvr boolean NOT NULL,
    latency text NOT NULL CONSTRAINT broadcast_latency_known CHECK (latency IN ('normal', 'low', 'ultraLow')),
    own_title text,
    own_description text,
    state text NOT NULL CONSTRAINT broadcast_state_known CHECK (state IN ('planned', 'creating', 'created', 'bound', 'armed', 'live', 'ending', 'complete', 'filed', 'needs_attention', 'manual', 'cancelled')),
    trouble text CONSTRAINT broadcast_trouble_known CHECK (trouble IN ('doubled', 'gone', 'revoked', 'channel', 'refused', 'never_began', 'key_taken')),
    said text,
    generation integer NOT NULL,
    video text CONSTRAINT broadcast_video_once UNIQUE,
    bound text CONSTRAINT broadcast_one_a_stream UNIQUE,
    under_way text,
    looks integer NOT NULL,
    tries integer NOT NULL,
    not_before timestamptz,
    asked text,
    settled boolean NOT NULL,
    written text,
    seen text,
    seen_at timestamptz,
    start_asked timestamptz,
    end_asked timestamptz,
    started_at timestamptz,
    ended_at timestamptz,
    sampled_at timestamptz,
    views bigint,
    unwanted boolean NOT NULL,
    replay_until date,
    claimed_by uuid,
    claimed_until timestamptz,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT broadcast_of_one CHECK ((run_id IS NULL) <> (booking_id IS NULL) AND (run_id IS NULL) = (number IS NULL)),
    CONSTRAINT broadcast_one_a_class UNIQUE (run_id, number),
    CONSTRAINT broadcast_trouble_said CHECK ((state = 'needs_attention') = (trouble IS NOT NULL)),
    CONSTRAINT broadcast_manual_has_link CHECK (state <> 'manual' OR video IS NOT NULL),
    CONSTRAINT broadcast_seen_dated CHECK ((seen IS NULL) = (seen_at IS NULL)),
    CONSTRAINT broadcast_claim_ends CHECK ((claimed_by IS NULL) = (claimed_until IS NULL))
);

CREATE INDEX broadcast_state ON broadcast (state);

CREATE TABLE broadcast_event (
    id uuid NOT NULL PRIMARY KEY,
    broadcast_id uuid NOT NULL REFERENCES broadcast (id),
    at timestamptz NOT NULL,
    kind text NOT NULL CONSTRAINT broadcast_event_kind_known CHECK (kind IN ('planned', 'changed', 'moved', 'start_asked', 'end_asked', 'made_manual', 'handed_back', 'retried', 'kept_ours', 'took_theirs', 'cancelled')),
    state text NOT NULL,
    actor_id uuid,
    note text
);

CREATE INDEX broadcast_event_broadcast ON broadcast_event (broadcast_id, at);

CREATE TABLE broadcast_call (
    id uuid NOT NULL PRIMARY KEY,
    broadcast_id uuid REFERENCES broadcast (id),
    channel_id uuid NOT NULL REFERENCES channel (id),
    method text NOT NULL,
    units integer NOT NULL CONSTRAINT broadcast_call_units_not_negative CHECK (units >= 0),
    day date NOT NULL,
    at timestamptz NOT NULL,
    outcome text CONSTRAINT broadcast_call_outcome_known CHECK (outcome IN ('done', 'rejected', 'uncertain', 'not_tried')),
    said text,
    answered_at timestamptz
);

CREATE INDEX broadcast_call_broadcast ON broadcast_call (broadcast_id, at);

CREATE INDEX broadcast_call_day ON broadcast_call (day);

CREATE TABLE quota (
    day date NOT NULL PRIMARY KEY,
    spent integer NOT NULL CONSTRAINT quota_spent_not_negative CHECK (spent >= 0)
);

CREATE TABLE viewer_sample (
    broadcast_id uuid NOT NULL REFERENCES broadcast (id),
    at timestamptz NOT NULL,
    viewers integer NOT NULL CONSTRAINT viewer_sample_viewers_not_negative CHECK (viewers >= 0),
    CONSTRAINT viewer_sample_once PRIMARY KEY (broadcast_id, at)
);
";
