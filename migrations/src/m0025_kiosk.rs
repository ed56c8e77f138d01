//! Terminals at which people check themselves in without anybody being signed in.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::dialect::run(manager, SQL).await
    }
}

/// A kiosk is opened once at a device by a link, whose hash is forgotten then; from then on the device has a key of its own,
/// of which the hash is kept. A revoked kiosk has neither. `wrong` are the wrong numbers typed since `wrong_from`.
const SQL: &str = "
CREATE TABLE kiosk (
    id uuid NOT NULL PRIMARY KEY,
    name text NOT NULL CONSTRAINT kiosk_name_given CHECK (name <> ''),
    place text NOT NULL,
    link_hash bytea CONSTRAINT kiosk_link_once UNIQUE,
    link_until timestamptz,
    key_hash bytea CONSTRAINT kiosk_key_once UNIQUE,
    made_by uuid NOT NULL REFERENCES person (id),
    made_at timestamptz NOT NULL,
    used_at timestamptz,
    revoked_at timestamptz,
    wrong integer NOT NULL CONSTRAINT kiosk_wrong_not_negative CHECK (wrong >= 0),
    wrong_from timestamptz,
    CONSTRAINT kiosk_link_ends CHECK ((link_hash IS NULL) = (link_until IS NULL)),
    CONSTRAINT kiosk_revoked_opens_nothing CHECK (revoked_at IS NULL OR (link_hash IS NULL AND key_hash IS NULL)),
    CONSTRAINT kiosk_wrong_since CHECK (wrong = 0 OR wrong_from IS NOT NULL)
);
";
