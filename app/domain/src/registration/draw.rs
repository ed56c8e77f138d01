//! The draw of a lottery: who comes first is decided by a secret fixed before anybody applies and a public value that nobody
//! knew then, so that everybody can check it afterwards. It asks for no time, no chance and no rows.
//!
#![doc = include_str!("draw/algorithm.md")]

mod record;

use std::fmt;

use hmac::{Hmac, Mac};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use unicode_normalization::UnicodeNormalization;

use crate::named::named;
pub use record::{Fault, Line, Lines, Occasion, Record, Unreadable};

/// The algorithm for people outside, as the pages hand it out.
pub const ALGORITHM: &str = include_str!("draw/algorithm.md");

named! {
    /// How a draw is made. A draw stays true under the version it was made with.
    pub enum Version { First = "learning-centre draw 1" }
}

impl Version {
    /// The rule in a sentence, as records have it.
    pub fn rule(self) -> &'static str {
        match self {
            Self::First => {
                "Everybody who applied within the window is put in the order of their lots, which follow from a secret \
                 committed to before, from a public value that nobody knew then and from each applicant's code; places \
                 are given in this order, and the others wait in it."
            }
        }
    }

    /// The line that begins what is hashed for a purpose, so that no hash of one purpose is one of another.
    fn line(self, purpose: &str) -> String {
        format!("{} {purpose}\n", self.as_str())
    }
}

/// 32 bytes that come out of hashing, read and written as 64 hexadecimal digits with small letters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; Self::BYTES]);

impl Digest {
    pub const BYTES: usize = 32;

    /// Takes what [`Display`](fmt::Display) writes and nothing else.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.len() == 2 * Self::BYTES
            && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let mut bytes = [0; Self::BYTES];
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(text.get(2 * index..2 * index + 2)?, 16).ok()?;
        }
        digits.then_some(Self(bytes))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

/// What the office knows alone until the draw: 32 bytes of chance. Its `Debug` shows none of them.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; Self::BYTES]);

impl Secret {
    pub const BYTES: usize = 32;

    /// From bytes that come from chance.
    pub fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        Self(bytes)
    }

    /// Takes what [`Secret::hex`] gives and nothing else.
    pub fn parse(text: &str) -> Option<Self> {
        Digest::parse(text).map(|digest| Self(digest.0))
    }

    /// Reveals it: to be sealed until the draw, to be published after it.
    pub fn hex(&self) -> String {
        Digest(self.0).to_string()
    }

    /// What is published of it before anybody applies for the run.
    pub fn commitment(&self, run: &str) -> Digest {
        let hash = Sha256::new_with_prefix(Version::First.line("commitment"));
        Digest(hash.chain_update(format!("{run}\n{}\n", self.hex())).finalize().into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The code an applicant is drawn by, `7K2QP-M4D9X`: fifty bits of chance that only they are told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Ticket(String);

/// Crockford's base 32: no `I`, `L`, `O` or `U`, which are read as something else.
const SYMBOLS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

impl Ticket {
    /// As many bytes of chance make one, as it has symbols.
    pub const BYTES: usize = 10;

    /// Five bits of each byte, which are as evenly spread as the bytes are.
    pub fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        Self::of_symbols(bytes.map(|byte| char::from(SYMBOLS[usize::from(byte % 32)])))
    }

    /// Takes it as people type it: small letters, `O` for `0`, `I` and `L` for `1`, hyphens and spaces anywhere.
    pub fn parse(text: &str) -> Option<Self> {
        let mut symbols = ['0'; Self::BYTES];
        let mut typed = text.chars().filter(|c| *c != '-' && !c.is_whitespace());
        for symbol in &mut symbols {
            *symbol = match typed.next()?.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
        }
        let known = symbols.iter().all(|symbol| u8::try_from(*symbol).is_ok_and(|it| SYMBOLS.contains(&it)));
        (known && typed.next().is_none()).then(|| Self::of_symbols(symbols))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn of_symbols(symbols: [char; Self::BYTES]) -> Self {
        let (first, second) = symbols.split_at(Self::BYTES / 2);
        Self(first.iter().chain(&['-']).chain(second).collect())
    }
}

impl fmt::Display for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A public value as it is hashed and shown: NFC, single spaces, none at the ends. Empty where there is nothing in it.
pub fn normalised(public_value: &str) -> String {
    public_value.nfc().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What is published of those who take part when the window has closed, in whatever order they are handed in.
pub fn list_hash(run: &str, tickets: &[Ticket]) -> Digest {
    hash_of_list(run, tickets.iter().map(Ticket::as_str))
}

/// What a draw comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    pub seed: Digest,
    pub list_hash: Digest,
    /// Everybody who takes part, who is first first.
    pub order: Vec<Lot>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lot {
    pub ticket: Ticket,
    pub lot: Digest,
}

/// Draws the order of different tickets. The public value is [`normalised`] here.
pub fn draw(secret: &Secret, run: &str, public_value: &str, tickets: &[Ticket]) -> Drawn {
    let list_hash = list_hash(run, tickets);
    let seed = seed(secret, run, &normalised(public_value), &list_hash.to_string());
    let lots = Lots::of(&seed);
    let mut order: Vec<Lot> =
        tickets.iter().map(|ticket| Lot { ticket: ticket.clone(), lot: lots.lot(ticket.as_str()) }).collect();
    order.sort_unstable_by(|one, other| (one.lot, &one.ticket).cmp(&(other.lot, &other.ticket)));
    Drawn { seed, list_hash, order }
}

fn hash_of_list<'a>(run: &str, tickets: impl Iterator<Item = &'a str>) -> Digest {
    let mut sorted: Vec<&str> = tickets.collect();
    sorted.sort_unstable();
    let mut hash = Sha256::new_with_prefix(Version::First.line("list"));
    hash.update(format!("{run}\n"));
    for ticket in sorted {
        hash.update(ticket);
        hash.update("\n");
    }
    Digest(hash.finalize().into())
}

fn seed(secret: &Secret, run: &str, public_value: &str, list_hash: &str) -> Digest {
    let mut mac = keyed(&secret.0);
    mac.update(Version::First.line("seed").as_bytes());
    mac.update(format!("{run}\n{public_value}\n{list_hash}\n").as_bytes());
    Digest(mac.finalize().into_bytes().into())
}

/// The lots under one seed: what they have in common is hashed once.
struct Lots(Hmac<Sha256>);

impl Lots {
    fn of(seed: &Digest) -> Self {
        let mut mac = keyed(&seed.0);
        mac.update(Version::First.line("lot").as_bytes());
        Self(mac)
    }

    fn lot(&self, ticket: &str) -> Digest {
        let mut mac = self.0.clone();
        mac.update(ticket.as_bytes());
        mac.update(b"\n");
        Digest(mac.finalize().into_bytes().into())
    }
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes keys of any length")
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::*;
    use crate::course::RunCode;

    const RUN: &str = "P21-014";
    const PUBLIC_VALUE: &str = "제952회 3 8 14 25 33 41";

    fn secret() -> Secret {
        Secret::from_bytes(std::array::from_fn(|index| u8::try_from(index).unwrap()))
    }

    fn tickets() -> Vec<Ticket> {
        ["7K2QP-M4D9X", "00000-00000", "ZZZZZ-ZZZZZ", "0123A-BCDEF"]
            .map(|text| Ticket::parse(text).unwrap())
            .into()
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    /// The example of the algorithm's description.
    fn record() -> Record {
        let occasion = Occasion {
            run: RunCode::parse(RUN).unwrap(),
            places: 2,
            committed_at: at("2021-01-04T00:00:00Z"),
            listed_at: at("2021-01-28T09:00:00Z"),
            public_source: "로또6/45 제952회 당첨번호, 작은 수부터".into(),
            public_value: PUBLIC_VALUE.into(),
            drawn_at: at("2021-01-30T12:00:00.000001Z"),
        };
        Record::of(occasion, &secret(), &draw(&secret(), RUN, PUBLIC_VALUE, &tickets()))
    }

    #[test]
    fn the_example_of_the_description_is_what_is_drawn() {
        let drawn = draw(&secret(), RUN, PUBLIC_VALUE, &tickets());
        let mut example = format!(
            "commitment  {}\nlist hash   {}\nseed        {}\n",
            secret().commitment(RUN),
            drawn.list_hash,
            drawn.seed
        );
        for (rank, Lot { ticket, lot }) in (1..).zip(&drawn.order) {
            example += &format!("{rank}. {ticket} {lot}\n");
        }
        assert!(ALGORITHM.contains(&example), "{example}");
    }

    #[test]
    fn a_record_of_what_was_drawn_is_true_and_reads_back() {
        let record = record();
        assert_eq!(record.verify(), Ok(()));
        let json = serde_json::to_string_pretty(&record).unwrap();
        assert!(json.contains(r#""drawn_at": "2021-01-30T12:00:00.000001Z""#), "{json}");
        assert_eq!(Record::read(json.as_bytes()).unwrap(), record);
    }

    #[test]
    fn a_draw_without_anybody_is_one_too() {
        let drawn = draw(&secret(), RUN, PUBLIC_VALUE, &[]);
        assert!(drawn.order.is_empty());
        assert_ne!(drawn.list_hash, list_hash("P21-015", &[]));
    }

    #[test]
    fn the_order_does_not_depend_on_the_order_in_which_tickets_are_handed_in() {
        let mut tickets = tickets();
        let first = draw(&secret(), RUN, PUBLIC_VALUE, &tickets);
        for turn in 0..tickets.len() {
            tickets.rotate_left(1);
            tickets.swap(0, turn);
            assert_eq!(draw(&secret(), RUN, PUBLIC_VALUE, &tickets), first);
        }
    }

    #[test]
    fn one_who_is_changed_added_or_left_out_changes_the_list_and_the_seed() {
        let first = draw(&secret(), RUN, PUBLIC_VALUE, &tickets());
        let other = Ticket::from_bytes([7; Ticket::BYTES]);
        for place in 0..tickets().len() {
            let (mut changed, mut fewer, mut more) = (tickets(), tickets(), tickets());
            changed[place] = other.clone();
            fewer.remove(place);
            more.insert(place, other.clone());
            for list in [changed, fewer, more] {
                let drawn = draw(&secret(), RUN, PUBLIC_VALUE, &list);
                assert_ne!(drawn.list_hash, first.list_hash);
                assert_ne!(drawn.seed, first.seed);
            }
        }
    }

    #[test]
    fn another_secret_run_or_public_value_is_another_draw() {
        let first = draw(&secret(), RUN, PUBLIC_VALUE, &tickets());
        let other = Secret::from_bytes([1; Secret::BYTES]);
        assert_ne!(other.commitment(RUN), secret().commitment(RUN));
        assert_ne!(secret().commitment("P21-015"), secret().commitment(RUN));
        for drawn in [
            draw(&other, RUN, PUBLIC_VALUE, &tickets()),
            draw(&secret(), "P21-015", PUBLIC_VALUE, &tickets()),
            draw(&secret(), RUN, "제952회 3 8 14 25 33 42", &tickets()),
        ] {
            assert_ne!(drawn.seed, first.seed);
        }
    }

    #[test]
    fn a_public_value_is_the_same_however_it_is_spaced_and_composed() {
        let decomposed: String = PUBLIC_VALUE.nfd().collect();
        assert_ne!(decomposed, PUBLIC_VALUE);
        for typed in [decomposed, format!("\u{3000}\n{}\t", PUBLIC_VALUE.replace(' ', "\u{a0} \u{2003}"))] {
            assert_eq!(normalised(&typed), PUBLIC_VALUE);
            let drawn = draw(&secret(), RUN, &typed, &tickets());
            assert_eq!(drawn, draw(&secret(), RUN, PUBLIC_VALUE, &tickets()));
        }
        assert_eq!(normalised(" \n\u{2028}"), "");
    }

    #[test]
    fn a_ticket_is_read_as_people_type_it_and_written_in_one_way() {
        let ticket = Ticket::parse("01201-M4D9X").unwrap();
        for typed in ["01201-M4D9X", "oi2ol-m4d9x", "O12 0LM 4D9X", "  01201m4d9x\n", "0-1-2-0-1-M-4-D-9-X"] {
            assert_eq!(Ticket::parse(typed).as_ref(), Some(&ticket), "{typed}");
        }
        for wrong in
            ["", "01201-M4D9", "01201-M4D9XX", "U1201-M4D9X", "01201_M4D9X", "０1201-M4D9X", "홍길동"]
        {
            assert_eq!(Ticket::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn tickets_of_evenly_spread_bytes_have_evenly_spread_symbols() {
        let mut seen = std::collections::BTreeMap::new();
        for byte in u8::MIN..=u8::MAX {
            let ticket = Ticket::from_bytes([byte; Ticket::BYTES]);
            assert_eq!(Ticket::parse(ticket.as_str()), Some(ticket.clone()));
            *seen.entry(ticket).or_insert(0) += 1;
        }
        assert!(seen.len() == 32 && seen.values().all(|count| *count == 8));
    }

    #[test]
    fn a_secret_is_shown_only_when_it_is_asked_for() {
        assert_eq!(format!("{:?}", secret()), "Secret(…)");
        assert_eq!(Secret::parse(&secret().hex()), Some(secret()));
        for wrong in
            ["", "00", &secret().hex().to_uppercase(), &"é".repeat(32), &format!("+{}", "0".repeat(63))]
        {
            assert_eq!(Secret::parse(wrong), None, "{wrong}");
        }
    }
}
