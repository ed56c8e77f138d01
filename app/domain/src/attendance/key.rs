//! The key of a class, and what is signed with it: links and codes that say for themselves what they are good for.

use hmac::{Hmac, Mac};
use rand::RngCore;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ConnectionTrait, DbErr, EntityTrait};
use sha2::Sha256;
use uuid::Uuid;

use crate::attendance::entity::check_in_key;
use crate::centre::Centre;

/// The bytes of a key, and of a signature made with one.
pub const BYTES: usize = 16;

/// The key of a class, made where it is first needed. Of several who make it at once, all get the same.
pub async fn key_of_class<C: ConnectionTrait>(
    db: &C,
    centre: &Centre,
    class: Uuid,
) -> Result<[u8; BYTES], DbErr> {
    if let Some(key) = find(db, class).await? {
        return Ok(key);
    }
    let mut key = [0; BYTES];
    rand::rng().fill_bytes(&mut key);
    let row = check_in_key::ActiveModel {
        class_session_id: Set(class),
        key: Set(key.to_vec()),
        made_at: Set(centre.clock().now()),
    };
    let once = OnConflict::column(check_in_key::Column::ClassSessionId).do_nothing().to_owned();
    check_in_key::Entity::insert(row).on_conflict(once).exec_without_returning(db).await?;
    find(db, class).await?.ok_or_else(|| DbErr::RecordNotFound("a key that was just made".into()))
}

async fn find<C: ConnectionTrait>(db: &C, class: Uuid) -> Result<Option<[u8; BYTES]>, DbErr> {
    let Some(row) = check_in_key::Entity::find_by_id(class).one(db).await? else { return Ok(None) };
    let key = row.key.try_into().map_err(|_| DbErr::Type("a key of another length".into()))?;
    Ok(Some(key))
}

/// Signs what is said for one purpose. Another purpose's signature of the same says nothing.
pub fn sign(key: &[u8; BYTES], purpose: &str, said: &[u8]) -> [u8; BYTES] {
    let whole: [u8; 32] = mac(key, purpose, said).finalize().into_bytes().into();
    let mut signature = [0; BYTES];
    signature.copy_from_slice(&whole[..BYTES]);
    signature
}

/// Whether [`sign`] made this signature with this key, compared in constant time.
pub fn verify(key: &[u8; BYTES], purpose: &str, said: &[u8], signature: &[u8; BYTES]) -> bool {
    mac(key, purpose, said).verify_truncated_left(signature).is_ok()
}

fn mac(key: &[u8; BYTES], purpose: &str, said: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(purpose.as_bytes());
    // No purpose holds a zero byte, so that none is the beginning of another.
    mac.update(&[0]);
    mac.update(said);
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_good_for_its_key_its_purpose_and_what_it_says() {
        let (key, other) = ([7; BYTES], [8; BYTES]);
        let signature = sign(&key, "code", b"somebody");
        assert!(verify(&key, "code", b"somebody", &signature));
        assert!(!verify(&other, "code", b"somebody", &signature));
        assert!(!verify(&key, "qr", b"somebody", &signature));
        assert!(!verify(&key, "code", b"somebody else", &signature));
        assert!(!verify(&key, "codes", b"omebody", &signature));
        for at in 0..BYTES {
            let mut changed = signature;
            changed[at] ^= 1;
            assert!(!verify(&key, "code", b"somebody", &changed), "byte {at}");
        }
    }
}
