//! Names, addresses, passwords and duties: what is well formed and what is not.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::named::named;

named! {
    /// A way to reach somebody.
    pub enum ContactKind { Phone = "phone", Email = "email" }

    /// Whom something is for: everybody of the district, or the office's own people.
    pub enum Audience { Resident = "resident", Staff = "staff" }

    /// What somebody is allowed to do besides being a resident. One person may hold several.
    pub enum Duty {
        Instructor = "instructor",
        Producer = "producer",
        TrainingManager = "training_manager",
        FrontDesk = "front_desk",
        PrivacyOfficer = "privacy_officer",
        Administrator = "administrator",
    }

    /// Whose data somebody looked at.
    pub enum Subject {
        Person = "person",
        /// The list of those who applied for a run.
        Run = "run",
    }

    pub enum PersonState { Active = "active", Closed = "closed", Erased = "erased" }

    pub enum Sex { Female = "female", Male = "male" }

    /// Where in the district somebody lives, by administrative neighbourhood; `Elsewhere` for who works or learns here.
    pub enum Neighbourhood {
        Yeongdeungpobon = "yeongdeungpobon",
        Yeongdeungpo = "yeongdeungpo",
        Yeoui = "yeoui",
        Dangsan1 = "dangsan1",
        Dangsan2 = "dangsan2",
        Dorim = "dorim",
        Mullae = "mullae",
        Yangpyeong1 = "yangpyeong1",
        Yangpyeong2 = "yangpyeong2",
        Singil1 = "singil1",
        Singil3 = "singil3",
        Singil4 = "singil4",
        Singil5 = "singil5",
        Singil6 = "singil6",
        Singil7 = "singil7",
        Daerim1 = "daerim1",
        Daerim2 = "daerim2",
        Daerim3 = "daerim3",
        Elsewhere = "elsewhere",
    }

    /// Why a code was sent.
    pub enum ChallengePurpose { SignUp = "sign_up", SignIn = "sign_in", Reset = "reset", Contact = "contact" }

    /// What personal data is kept for. The first two are needed to take a course here, the rest is free.
    pub enum Purpose {
        /// Kept because a law asks for it: who took part in a public programme.
        Statutory = "statutory",
        /// Needed for the contract: applications, places, notices about one's own courses.
        Necessary = "necessary",
        /// Birth year, sex and neighbourhood, for the figures.
        Figures = "figures",
        /// Word of new courses.
        News = "news",
    }
}

/// What somebody tells about themselves for the figures; kept only while they consent to [`Purpose::Figures`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    pub birth_year: Option<BirthYear>,
    pub sex: Option<Sex>,
    pub neighbourhood: Option<Neighbourhood>,
}

impl Figures {
    /// Whether something that was told is told no more. Something else in its place is a correction.
    pub fn are_taken_back_by(self, next: Self) -> bool {
        let years = self.birth_year.is_some() && next.birth_year.is_none();
        let sexes = self.sex.is_some() && next.sex.is_none();
        years || sexes || (self.neighbourhood.is_some() && next.neighbourhood.is_none())
    }
}

impl Purpose {
    /// What nobody can be a learner here without.
    pub const REQUIRED: [Self; 2] = [Self::Statutory, Self::Necessary];

    /// The version of the text a person agrees to today; it rises when the text changes.
    pub const VERSION: i32 = 2;

    pub fn is_optional(self) -> bool {
        matches!(self, Self::Figures | Self::News)
    }

    /// How long data for this purpose is kept after the end of the last course, in years.
    pub fn retention_years(self) -> u32 {
        match self {
            Self::Statutory => 5,
            Self::Necessary => 3,
            Self::Figures | Self::News => 1,
        }
    }
}

/// A person's name: 1 to 60 characters, no control characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonName(String);

impl PersonName {
    pub fn parse(text: &str) -> Option<Self> {
        let name: String = text.nfc().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ");
        let fits = (1..=60).contains(&name.chars().count()) && !name.chars().any(char::is_control);
        fits.then_some(Self(name))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A name for eyes that don't need the whole: first and last syllable kept, `홍*동`, `J*** D**`.
pub fn mask_name(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let korean = chars.first().is_some_and(|c| ('가'..='힣').contains(c));
    let keeps = |index: usize| match (korean, chars.len()) {
        (true, 0..=2) => index == 0,
        (true, length) => index == 0 || index + 1 == length,
        (false, _) => index == 0 || chars[index - 1] == ' ' || chars[index] == ' ',
    };
    chars.iter().enumerate().map(|(index, c)| if keeps(index) { *c } else { '*' }).collect()
}

/// An address in the one form under which it is stored and compared: a Korean mobile number as eleven digits,
/// or a lower-case e-mail address.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Address {
    kind: ContactKind,
    text: String,
}

impl Address {
    /// Reads what people type: `010-1234-5678`, `+82 10 1234 5678`, `Kim@Example.org`.
    pub fn parse(text: &str) -> Option<Self> {
        if text.contains('@') { Self::parse_email(text) } else { Self::parse_phone(text) }
    }

    pub fn parse_phone(text: &str) -> Option<Self> {
        let plain: String = text
            .nfkc()
            .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '.' | '(' | ')' | '‐' | '–'))
            .collect();
        let national = match plain.strip_prefix("+82").or_else(|| plain.strip_prefix("0082")) {
            Some(rest) => format!("0{}", rest.trim_start_matches('0')),
            None => plain,
        };
        let is_mobile = national.len() == 11
            && national.starts_with("010")
            && national.chars().all(|digit| digit.is_ascii_digit());
        is_mobile.then_some(Self { kind: ContactKind::Phone, text: national })
    }

    /// Checks the shape only; whether letters arrive is found out by sending one.
    pub fn parse_email(text: &str) -> Option<Self> {
        let address = text.trim().nfkc().collect::<String>().to_lowercase();
        let (local, host) = address.split_once('@')?;
        let local_ok = (1..=64).contains(&local.len())
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..")
            && local.chars().all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+/=?^_`{|}~.-".contains(c));
        let label_ok = |label: &str| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        };
        let host_ok = host.len() <= 253 && host.contains('.') && host.split('.').all(label_ok);
        (local_ok && host_ok).then_some(Self { kind: ContactKind::Email, text: address })
    }

    /// The address in a row, which was parsed on its way in.
    pub fn of_row(kind: ContactKind, text: String) -> Self {
        Self { kind, text }
    }

    pub fn kind(&self) -> ContactKind {
        self.kind
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is an e-mail address of one of the office's domains.
    pub fn is_of_domain(&self, domains: &[String]) -> bool {
        self.text.split_once('@').is_some_and(|(_, host)| domains.iter().any(|domain| domain == host))
    }

    /// The address for eyes that don't need the whole: `010-****-5678`, `k***@example.org`.
    pub fn masked(&self) -> String {
        match self.kind {
            ContactKind::Phone => format!("010-****-{}", &self.text[7..]),
            ContactKind::Email => {
                let (local, host) = self.text.split_once('@').unwrap_or_default();
                format!("{}***@{host}", &local[..1])
            }
        }
    }

    /// The way people write it: `010-1234-5678`.
    pub fn shown(&self) -> String {
        match self.kind {
            ContactKind::Phone => format!("{}-{}-{}", &self.text[..3], &self.text[3..7], &self.text[7..]),
            ContactKind::Email => self.text.clone(),
        }
    }
}

/// A password somebody chose: 8 to 128 characters, anything goes (length is what NIST SP 800-63B asks for).
#[derive(Clone)]
pub struct Password(String);

impl Password {
    pub fn parse(text: &str) -> Option<Self> {
        let text: String = text.nfc().collect();
        (8..=128).contains(&text.chars().count()).then_some(Self(text))
    }

    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// The six digits of a letter or text message. Spaces people copy along don't matter.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(String);

impl Code {
    pub fn parse(text: &str) -> Option<Self> {
        let digits: String = text.nfkc().filter(|c| !c.is_whitespace() && *c != '-').collect();
        (digits.len() == 6 && digits.chars().all(|digit| digit.is_ascii_digit())).then_some(Self(digits))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A year of birth of somebody who can be alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BirthYear(i32);

impl BirthYear {
    pub fn parse(text: &str, this_year: i32) -> Option<Self> {
        let year: i32 = text.trim().parse().ok()?;
        (this_year - 120..=this_year).contains(&year).then_some(Self(year))
    }

    pub fn get(self) -> i32 {
        self.0
    }

    /// The year in a row, which was parsed on its way in.
    #[cfg_attr(not(feature = "store"), allow(dead_code, reason = "the browser has no rows"))]
    pub(super) fn of_row(year: i32) -> Self {
        Self(year)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mobile_number_is_the_same_however_it_is_typed() {
        for typed in
            ["010-1234-5678", "01012345678", " 010 1234 5678 ", "+82-10-1234-5678", "０１０１２３４５６７８"]
        {
            assert_eq!(Address::parse(typed).unwrap().as_str(), "01012345678", "{typed}");
        }
    }

    #[test]
    fn a_number_that_is_not_a_korean_mobile_is_refused() {
        for typed in ["02-123-4567", "010-1234-567", "010-1234-56789", "010-abcd-5678", "+1 555 123 4567", ""]
        {
            assert!(Address::parse(typed).is_none(), "{typed}");
        }
    }

    #[test]
    fn an_address_without_host_or_with_spaces_is_refused() {
        for typed in [
            "@example.org",
            "kim@",
            "kim@example",
            "kim lee@example.org",
            "a@b@c.org",
            "kim@-x.org",
            ".k@x.org",
        ] {
            assert!(Address::parse(typed).is_none(), "{typed}");
        }
        assert_eq!(Address::parse(" Kim@Example.ORG ").unwrap().as_str(), "kim@example.org");
    }

    #[test]
    fn a_domain_is_compared_whole() {
        let domains = ["ydp.example".to_owned()];
        assert!(Address::parse("a@ydp.example").unwrap().is_of_domain(&domains));
        assert!(!Address::parse("a@evil-ydp.example").unwrap().is_of_domain(&domains));
        assert!(!Address::parse("a@sub.ydp.example").unwrap().is_of_domain(&domains));
    }

    #[test]
    fn masks_keep_enough_to_recognise_oneself() {
        assert_eq!(mask_name("홍길동"), "홍*동");
        assert_eq!(mask_name("김민"), "김*");
        assert_eq!(mask_name("Jane Doe"), "J*** D**");
        assert_eq!(Address::parse("01012345678").unwrap().masked(), "010-****-5678");
        assert_eq!(Address::parse("kim@example.org").unwrap().masked(), "k***@example.org");
    }

    #[test]
    fn a_code_may_be_copied_with_spaces() {
        assert_eq!(Code::parse(" 123 456 ").unwrap().as_str(), "123456");
        assert!(Code::parse("12345").is_none());
        assert!(Code::parse("12345a").is_none());
    }
}
