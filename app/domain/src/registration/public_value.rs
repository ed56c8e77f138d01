//! Public values: what nobody can know while one may apply for a draw, and everybody can look up afterwards.

use chrono::{DateTime, Datelike, Duration, NaiveTime, Utc, Weekday};

use super::SOURCE_MAX;
use super::draw::normalised;
use crate::course::Line;
use crate::named::named;
use crate::seoul;

named! {
    /// What the public value of a draw is. Which one it is follows from when the window closes.
    pub enum ValueKind {
        /// The six numbers of the first 로또6/45 after the closing, on Saturday evenings.
        Lotto = "lotto",
        /// The first round of drand's network quicknet at or after the closing.
        Drand = "drand",
        /// What the office says in words.
        Other = "other",
    }
}

/// drand's network quicknet: when its first round was, and how long a round lasts, both in seconds. From the network's own
/// description (`/info` of the chain 52db9ba7…).
const QUICKNET: (i64, i64) = (1_692_803_367, 3);

impl ValueKind {
    /// Which value it is, in Korean, where the kind says so.
    fn words(self) -> Option<&'static str> {
        match self {
            Self::Lotto => Some(
                "접수 마감 뒤 처음으로 추첨하는 로또6/45의 당첨번호 6개(보너스 번호 제외). \
                 작은 수부터 빈칸 하나씩 띄어 적습니다. 예: 3 11 15 29 35 44",
            ),
            Self::Drand => Some(
                "접수 마감 시각 또는 그 뒤에 처음 나오는 drand quicknet 회차의 번호와 난수(randomness). \
                 빈칸 하나를 띄어 적습니다.",
            ),
            Self::Other => None,
        }
    }

    /// Since when the value can be known, where the window closes at `closes`.
    pub fn known_from(self, closes: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::Lotto => lotto_after(closes) + Duration::minutes(10),
            Self::Drand | Self::Other => closes,
        }
    }

    /// Of which round of drand the value is.
    pub fn round(self, closes: DateTime<Utc>) -> Option<i64> {
        let (genesis, period) = QUICKNET;
        // A second that has begun is waited for.
        let seconds = closes.timestamp() + i64::from(closes.timestamp_subsec_nanos() > 0);
        let since = (seconds - genesis).max(0);
        (self == Self::Drand).then_some((since + period - 1) / period + 1)
    }
}

/// When 로또6/45 is drawn first after an instant: on Saturdays at 20:35 in Seoul. What is sold until 20:00 knows nothing.
fn lotto_after(closes: DateTime<Utc>) -> DateTime<Utc> {
    let wall = seoul::wall(closes);
    let at = NaiveTime::MIN + Duration::hours(20) + Duration::minutes(35);
    let ahead = wall.weekday().days_since(Weekday::Sat);
    let saturday = wall.date() + Duration::days(i64::from((7 - ahead) % 7));
    let drawn = seoul::midnight(saturday) + at.signed_duration_since(NaiveTime::MIN);
    if drawn > closes { drawn } else { drawn + Duration::weeks(1) }
}

/// Where the public value of a draw comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    kind: ValueKind,
    words: String,
}

impl Source {
    /// `words` say it where the kind alone doesn't: 1 to [`SOURCE_MAX`] characters.
    pub fn of(kind: ValueKind, words: &str) -> Option<Self> {
        let words = match kind.words() {
            Some(words) => words.to_owned(),
            None => Line::parse(words, SOURCE_MAX)?.as_str().to_owned(),
        };
        Some(Self { kind, words })
    }

    pub fn kind(&self) -> ValueKind {
        self.kind
    }

    /// In Korean, as the record of a draw has it.
    pub fn as_str(&self) -> &str {
        &self.words
    }
}

/// What a draw is made with by default.
#[derive(Clone, Debug)]
pub struct DrawSettings {
    pub source: Source,
}

impl Default for DrawSettings {
    fn default() -> Self {
        let kind = ValueKind::Lotto;
        Self { source: Source { kind, words: kind.words().unwrap_or_default().to_owned() } }
    }
}

/// A public value as it was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicValue(String);

impl PublicValue {
    /// Of a value of which nothing more is known.
    pub const MAX: usize = 200;

    /// As the draw takes it. Of 로또6/45 six different numbers from 1 to 45, in whatever order they were called; of drand 64
    /// hexadecimal digits, with the number of the round or without; else 1 to [`Self::MAX`] characters, none for control.
    pub fn parse(kind: ValueKind, closes: DateTime<Utc>, text: &str) -> Option<Self> {
        let value = normalised(text);
        match kind {
            ValueKind::Lotto => parse_lotto(&value),
            ValueKind::Drand => parse_drand(kind.round(closes)?, &value),
            ValueKind::Other => {
                let length = value.chars().count();
                let fits = (1..=Self::MAX).contains(&length) && !value.chars().any(char::is_control);
                fits.then_some(value)
            }
        }
        .map(Self)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn parse_lotto(value: &str) -> Option<String> {
    let numbers = value.split([' ', ',']).filter(|number| !number.is_empty());
    let mut numbers: Vec<u8> = numbers.map(|number| number.parse().ok()).collect::<Option<_>>()?;
    numbers.sort_unstable();
    let differ = numbers.windows(2).all(|pair| pair[0] < pair[1]);
    let fits = numbers.len() == 6 && differ && numbers.iter().all(|number| (1..=45).contains(number));
    fits.then(|| numbers.iter().map(u8::to_string).collect::<Vec<_>>().join(" "))
}

fn parse_drand(round: i64, value: &str) -> Option<String> {
    let digits = match value.split_once(' ') {
        Some((typed, digits)) if typed.parse() == Ok(round) => digits,
        Some(_) => return None,
        None => value,
    };
    let fits = digits.len() == 64 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    fits.then(|| format!("{round} {}", digits.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    #[test]
    fn the_lotto_is_the_first_after_the_closing() {
        let known = |closes| ValueKind::Lotto.known_from(at(closes));
        let saturday = at("2021-01-30T20:45:00+09:00");
        for closes in ["2021-01-23T20:35:00+09:00", "2021-01-28T18:00:00+09:00", "2021-01-30T20:34:59+09:00"]
        {
            assert_eq!(known(closes), saturday, "{closes}");
        }
        assert_eq!(known("2021-01-30T20:35:00+09:00"), at("2021-02-06T20:45:00+09:00"));
    }

    #[test]
    fn a_round_of_drand_is_never_before_the_closing() {
        let round = |closes| ValueKind::Drand.round(at(closes));
        assert_eq!(round("2023-08-23T15:09:27Z"), Some(1));
        assert_eq!(round("2023-08-23T15:09:27.000001Z"), Some(2));
        assert_eq!(round("2023-08-23T15:09:30Z"), Some(2));
        assert_eq!(round("2023-08-23T15:09:31Z"), Some(3));
        assert_eq!(ValueKind::Lotto.round(at("2023-08-23T15:09:31Z")), None);
    }

    #[test]
    fn numbers_are_taken_in_whatever_order_they_were_called() {
        let parse =
            |text| PublicValue::parse(ValueKind::Lotto, at("2021-01-28T09:00:00Z"), text).map(|it| it.0);
        let drawn = Some("3 11 15 29 35 44".to_owned());
        for text in ["3 11 15 29 35 44", " 44,35, 29 ,15 11  03 "] {
            assert_eq!(parse(text), drawn, "{text}");
        }
        for text in [
            "",
            "3 11 15 29 35",
            "3 11 15 29 35 44 7",
            "3 3 15 29 35 44",
            "0 11 15 29 35 44",
            "3 11 15 29 35 46",
            "제3회 11",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_random_number_belongs_to_its_round() {
        let closes = at("2023-08-23T15:09:31Z");
        let parse = |text: &str| PublicValue::parse(ValueKind::Drand, closes, text).map(|it| it.0);
        let digits = "ab".repeat(32);
        let drawn = Some(format!("3 {digits}"));
        for text in [digits.clone(), digits.to_uppercase(), format!("3  {digits}")] {
            assert_eq!(parse(&text), drawn, "{text}");
        }
        for text in [
            format!("2 {digits}"),
            digits[1..].to_owned(),
            format!("{}g", &digits[1..]),
            format!("3 {digits} 1"),
        ] {
            assert_eq!(parse(&text), None, "{text}");
        }
    }

    #[test]
    fn words_say_where_any_other_value_comes_from() {
        assert_eq!(Source::of(ValueKind::Other, " "), None);
        assert!(Source::of(ValueKind::Other, &"가".repeat(SOURCE_MAX + 1)).is_none());
        for kind in [ValueKind::Lotto, ValueKind::Drand] {
            let source = Source::of(kind, "").expect("it says so itself");
            assert!(Line::parse(source.as_str(), SOURCE_MAX).is_some(), "{source:?}");
        }
    }
}
