//! Secrets as the database keeps them: sealed with a key that only the settings hold, for one purpose each.
//!
//! XChaCha20-Poly1305 of the RustCrypto project, whose nonces are long enough to be drawn at random. This file alone knows
//! the cipher: another one gets another version byte, and [`Sealer::open`] reads both until everything is sealed anew.

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use rand::RngCore;
use sha2::{Digest, Sha256};

/// The first byte of all that is sealed this way.
const VERSION: u8 = 1;
const KEY_BYTES: usize = 32;
const NAME_BYTES: usize = 4;
const NONCE_BYTES: usize = 24;
const TAG_BYTES: usize = 16;
const HEAD_BYTES: usize = 1 + NAME_BYTES + NONCE_BYTES;

/// Seals with the first of its keys and opens with all of them. Its `Debug` shows none.
#[derive(Clone, Default)]
pub struct Sealer {
    keys: Vec<Key>,
}

#[derive(Clone)]
struct Key {
    /// The beginning of the key's hash, by which a sealed text says who can open it.
    name: [u8; NAME_BYTES],
    cipher: XChaCha20Poly1305,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("key {0} is not 32 bytes in base64: `server secret new` makes one")]
    Malformed(usize),
    #[error("key {0} is there twice")]
    Twice(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    #[error("the settings have no key to seal secrets with ([secrets] keys)")]
    NoKey,
    #[error("what was sealed is not whole")]
    Malformed,
    #[error("it was sealed with a key that the settings don't have")]
    UnknownKey,
    /// Changed, or sealed for something else.
    #[error("what was sealed was changed, or belongs elsewhere")]
    Tampered,
}

impl Sealer {
    /// Keys as [`fresh_key`] writes them, the one to seal with first. Errors count from 1 and never repeat a key.
    pub fn new<K: AsRef<str>>(keys: &[K]) -> Result<Self, KeyError> {
        let mut read: Vec<Key> = Vec::with_capacity(keys.len());
        for (index, text) in keys.iter().enumerate() {
            let key = Key::parse(text.as_ref()).ok_or(KeyError::Malformed(index + 1))?;
            if read.iter().any(|other| other.name == key.name) {
                return Err(KeyError::Twice(index + 1));
            }
            read.push(key);
        }
        Ok(Self { keys: read })
    }

    /// Whether anything can be sealed.
    pub fn has_keys(&self) -> bool {
        !self.keys.is_empty()
    }

    /// Seals a text for a purpose such as `channel:<uuid>:refresh_token`: moved to another row it doesn't open.
    pub fn seal(&self, text: &str, purpose: &str) -> Result<String, SealError> {
        let key = self.keys.first().ok_or(SealError::NoKey)?;
        let mut nonce = [0; NONCE_BYTES];
        rand::rng().fill_bytes(&mut nonce);
        let mut sealed = Vec::with_capacity(HEAD_BYTES + text.len() + TAG_BYTES);
        sealed.push(VERSION);
        sealed.extend(key.name);
        sealed.extend(nonce);
        let bound = bind(&sealed, purpose);
        let payload = Payload { msg: text.as_bytes(), aad: &bound };
        // It fails for texts of more than 256 GiB alone.
        let hidden = key.cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| SealError::Malformed)?;
        sealed.extend(hidden);
        Ok(BASE64_URL_SAFE_NO_PAD.encode(sealed))
    }

    pub fn open(&self, sealed: &str, purpose: &str) -> Result<String, SealError> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(sealed).map_err(|_| SealError::Malformed)?;
        let (head, hidden) = bytes.split_at_checked(HEAD_BYTES).ok_or(SealError::Malformed)?;
        let (name, nonce) = head[1..].split_at(NAME_BYTES);
        if head[0] != VERSION || hidden.len() < TAG_BYTES {
            return Err(SealError::Malformed);
        }
        let key = self.keys.iter().find(|key| key.name == name).ok_or(SealError::UnknownKey)?;
        let nonce: [u8; NONCE_BYTES] = nonce.try_into().map_err(|_| SealError::Malformed)?;
        let bound = bind(head, purpose);
        let payload = Payload { msg: hidden, aad: &bound };
        let text = key.cipher.decrypt(&XNonce::from(nonce), payload).map_err(|_| SealError::Tampered)?;
        String::from_utf8(text).map_err(|_| SealError::Tampered)
    }

    /// The same secret sealed with the first key, where it isn't yet.
    pub fn reseal(&self, sealed: &str, purpose: &str) -> Result<Option<String>, SealError> {
        let text = self.open(sealed, purpose)?;
        let first = self.keys.first().ok_or(SealError::NoKey)?;
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(sealed).map_err(|_| SealError::Malformed)?;
        if bytes.get(1..1 + NAME_BYTES) == Some(&first.name[..]) {
            return Ok(None);
        }
        self.seal(&text, purpose).map(Some)
    }
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sealer({} keys)", self.keys.len())
    }
}

impl Key {
    fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; KEY_BYTES] = BASE64_STANDARD.decode(text.trim()).ok()?.try_into().ok()?;
        let hash = Sha256::digest(bytes);
        let name = *hash.first_chunk()?;
        Some(Self { name, cipher: XChaCha20Poly1305::new(&bytes.into()) })
    }
}

/// What the seal vouches for beside the text: all that stands before it, and what it is for.
fn bind(head: &[u8], purpose: &str) -> Vec<u8> {
    [head, purpose.as_bytes()].concat()
}

/// A new key as the settings take it: 32 random bytes in base64.
pub fn fresh_key() -> String {
    let mut bytes = [0; KEY_BYTES];
    rand::rng().fill_bytes(&mut bytes);
    BASE64_STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PURPOSE: &str = "channel:0190a6c4-0000-7000-8000-000000000001:refresh_token";
    const SECRET: &str = "1//0g-토큰";

    fn sealer(keys: &[&String]) -> Sealer {
        Sealer::new(keys).unwrap()
    }

    #[test]
    fn what_was_sealed_opens_and_never_looks_the_same_twice() {
        let sealer = sealer(&[&fresh_key()]);
        for text in ["", SECRET, &"긴 글 ".repeat(5000)] {
            let (first, second) = (sealer.seal(text, PURPOSE).unwrap(), sealer.seal(text, PURPOSE).unwrap());
            assert_eq!(sealer.open(&first, PURPOSE).unwrap(), text);
            assert_eq!(sealer.open(&second, PURPOSE).unwrap(), text);
            assert_ne!(first, second);
        }
    }

    #[test]
    fn moved_to_another_row_it_does_not_open() {
        let sealer = sealer(&[&fresh_key()]);
        let sealed = sealer.seal(SECRET, PURPOSE).unwrap();
        let other = PURPOSE.replace("000001:", "000002:");
        assert_eq!(sealer.open(&sealed, &other), Err(SealError::Tampered));
        assert_eq!(sealer.open(&sealed, ""), Err(SealError::Tampered));
    }

    #[test]
    fn changed_at_any_byte_or_cut_anywhere_it_does_not_open() {
        let sealer = sealer(&[&fresh_key()]);
        let sealed = sealer.seal(SECRET, PURPOSE).unwrap();
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(&sealed).unwrap();
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut changed = bytes.clone();
                changed[at] ^= 1 << bit;
                let changed = BASE64_URL_SAFE_NO_PAD.encode(&changed);
                assert!(sealer.open(&changed, PURPOSE).is_err(), "byte {at}, bit {bit}");
            }
        }
        for length in 0..sealed.len() {
            assert!(sealer.open(&sealed[..length], PURPOSE).is_err(), "the first {length} characters");
        }
        assert_eq!(sealer.open("비밀", PURPOSE), Err(SealError::Malformed));
    }

    #[test]
    fn another_key_does_not_open_it_even_under_the_same_name() {
        let (right, wrong) = (fresh_key(), fresh_key());
        let sealed = sealer(&[&right]).seal(SECRET, PURPOSE).unwrap();
        assert_eq!(sealer(&[&wrong]).open(&sealed, PURPOSE), Err(SealError::UnknownKey));
        let mut namesake = sealer(&[&wrong]);
        namesake.keys[0].name = sealer(&[&right]).keys[0].name;
        assert_eq!(namesake.open(&sealed, PURPOSE), Err(SealError::Tampered));
    }

    #[test]
    fn a_new_key_goes_before_the_old_one_which_still_opens() {
        let (old, new) = (fresh_key(), fresh_key());
        let sealed = sealer(&[&old]).seal(SECRET, PURPOSE).unwrap();
        let both = sealer(&[&new, &old]);
        assert_eq!(both.open(&sealed, PURPOSE).unwrap(), SECRET);
        let anew = both.reseal(&sealed, PURPOSE).unwrap().expect("it was sealed with the old key");
        assert_eq!(sealer(&[&new]).open(&anew, PURPOSE).unwrap(), SECRET);
        assert_eq!(both.reseal(&anew, PURPOSE), Ok(None));
        // The first key seals, whichever else there is.
        let reversed = sealer(&[&old, &new]);
        assert_eq!(sealer(&[&old]).open(&reversed.seal(SECRET, PURPOSE).unwrap(), PURPOSE).unwrap(), SECRET);
        assert_eq!(reversed.reseal(&sealed, PURPOSE), Ok(None));
        assert_eq!(both.reseal(&sealed, "another"), Err(SealError::Tampered));
    }

    #[test]
    fn wrong_keys_are_named_by_their_place_and_shown_nowhere() {
        let key = fresh_key();
        assert_eq!(Sealer::new(&[&key, "dG9vIHNob3J0"]).unwrap_err(), KeyError::Malformed(2));
        assert_eq!(Sealer::new(&["not base64!"]).unwrap_err(), KeyError::Malformed(1));
        assert_eq!(Sealer::new(&[&key, &key]).unwrap_err(), KeyError::Twice(2));
        assert_eq!(Sealer::default().seal(SECRET, PURPOSE), Err(SealError::NoKey));
        assert_eq!(format!("{:?}", sealer(&[&key])), "Sealer(1 keys)");
    }
}
