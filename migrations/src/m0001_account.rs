//! People, the ways to reach them, their duties, sign-in, consent and the audit log.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::dialect::run(manager, SQL).await
    }
}

/// `person` is the one erasable row of somebody's details; nothing else repeats a name.
/// `challenge` is a code or link on its way: only hashes are kept, and `payload` holds a sign-up not yet confirmed.
const SQL: &str = "
CREATE TABLE person (
    id uuid NOT NULL PRIMARY KEY,
    name text NOT NULL,
    latin_name text,
    language text NOT NULL,
    birth_year integer,
    sex text CONSTRAINT person_sex_known CHECK (sex IN ('female', 'male')),
    neighbourhood text,
    group_name text,
    made_staff boolean NOT NULL,
    password_hash text,
    state text NOT NULL CONSTRAINT person_state_known CHECK (state IN ('active', 'closed', 'erased')),
    created_at timestamptz NOT NULL
);

CREATE TABLE contact (
    id uuid NOT NULL PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES person (id),
    kind text NOT NULL CONSTRAINT contact_kind_known CHECK (kind IN ('phone', 'email')),
    address text NOT NULL,
    confirmed_at timestamptz
);

CREATE UNIQUE INDEX contact_confirmed_once ON contact (kind, address) WHERE confirmed_at IS NOT NULL;

CREATE UNIQUE INDEX contact_one_of_a_kind ON contact (person_id, kind);

CREATE TABLE challenge (
    id uuid NOT NULL PRIMARY KEY,
    purpose text NOT NULL CONSTRAINT challenge_purpose_known CHECK (purpose IN ('sign_up', 'sign_in', 'reset', 'contact')),
    kind text NOT NULL CONSTRAINT challenge_kind_known CHECK (kind IN ('phone', 'email')),
    address text NOT NULL,
    person_id uuid REFERENCES person (id),
    payload text,
    code_hash bytea NOT NULL,
    token_hash bytea NOT NULL,
    tries_left integer NOT NULL CONSTRAINT challenge_tries_not_negative CHECK (tries_left >= 0),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);

CREATE UNIQUE INDEX challenge_token ON challenge (token_hash);

CREATE INDEX challenge_address ON challenge (address, created_at);

CREATE TABLE duty (
    person_id uuid NOT NULL REFERENCES person (id),
    name text NOT NULL CONSTRAINT duty_known CHECK (name IN ('instructor', 'producer', 'training_manager', 'front_desk', 'privacy_officer', 'administrator')),
    granted_at timestamptz NOT NULL,
    granted_by uuid REFERENCES person (id),
    CONSTRAINT duty_once PRIMARY KEY (person_id, name)
);

CREATE TABLE consent (
    id uuid NOT NULL PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES person (id),
    purpose text NOT NULL,
    version integer NOT NULL,
    given boolean NOT NULL,
    at timestamptz NOT NULL
);

CREATE INDEX consent_person ON consent (person_id, purpose, at);

CREATE TABLE web_session (
    id bytea NOT NULL PRIMARY KEY,
    person_id uuid REFERENCES person (id),
    data text NOT NULL,
    expires_at timestamptz NOT NULL
);

CREATE INDEX web_session_person ON web_session (person_id);

CREATE TABLE audit (
    id uuid NOT NULL PRIMARY KEY,
    at timestamptz NOT NULL,
    actor_id uuid,
    action text NOT NULL,
    subject text NOT NULL,
    subject_id text NOT NULL,
    fields text NOT NULL
);

CREATE INDEX audit_at ON audit (at);
";
