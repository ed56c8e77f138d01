//! How much of a lesson somebody has really seen: in pieces of ten seconds, so that what is skipped doesn't count and what
//! is seen twice counts once.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::lesson::LONGEST;

/// The length of a piece, in seconds.
pub const PIECE: u32 = 10;

/// How many pieces the longest lesson has.
const MOST: u32 = LONGEST / PIECE;

/// Pieces that were watched, by their number from 0, as spans that neither meet nor overlap, half-open and rising. Written
/// as `0-6 12-13`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watched(Vec<(u32, u32)>);

impl Watched {
    /// `None` where it is anything but rising spans within a day.
    pub fn parse(text: &str) -> Option<Self> {
        let mut spans: Vec<(u32, u32)> = Vec::new();
        for word in text.split_ascii_whitespace() {
            let (from, until) = word.split_once('-')?;
            let number = |digits: &str| {
                let plain = digits.len() <= 5 && digits.bytes().all(|byte| byte.is_ascii_digit());
                digits.parse::<u32>().ok().filter(|_| plain)
            };
            let (from, until) = (number(from)?, number(until)?);
            let is_later = spans.last().is_none_or(|(_, before)| *before < from);
            if from >= until || until > MOST || !is_later {
                return None;
            }
            spans.push((from, until));
        }
        Some(Self(spans))
    }

    pub fn count(&self) -> u32 {
        self.0.iter().map(|(from, until)| until - from).sum()
    }

    fn pieces(&self) -> impl Iterator<Item = u32> {
        self.0.iter().flat_map(|(from, until)| *from..*until)
    }

    /// What one or the other holds.
    pub fn and(&self, other: &Self) -> Self {
        self.pieces().chain(other.pieces()).collect()
    }

    fn holds(&self, piece: u32) -> bool {
        self.0.iter().any(|(from, until)| (*from..*until).contains(&piece))
    }

    /// How many hundredths of a lesson of so many seconds these are, rounded down.
    pub fn percent(&self, seconds: u32) -> u32 {
        (self.count() * 100).checked_div(pieces_of(seconds)).unwrap_or_default().min(100)
    }
}

impl FromIterator<u32> for Watched {
    fn from_iter<I: IntoIterator<Item = u32>>(pieces: I) -> Self {
        let pieces: BTreeSet<u32> = pieces.into_iter().filter(|piece| *piece < MOST).collect();
        let mut spans: Vec<(u32, u32)> = Vec::new();
        for piece in pieces {
            match spans.last_mut().filter(|(_, until)| *until == piece) {
                Some((_, until)) => *until += 1,
                None => spans.push((piece, piece + 1)),
            }
        }
        Self(spans)
    }
}

impl std::fmt::Display for Watched {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let spans: Vec<String> = self.0.iter().map(|(from, until)| format!("{from}-{until}")).collect();
        f.write_str(&spans.join(" "))
    }
}

fn pieces_of(seconds: u32) -> u32 {
    seconds.div_ceil(PIECE)
}

/// So many times as fast as time passes a lesson may be watched.
const FASTEST: u32 = 2;

/// What whoever begins is trusted with, in seconds: the first report may come late.
pub const FIRST_CREDIT: u32 = 30;

/// What can be saved up, in seconds: whoever has no connection for that long loses nothing.
const MOST_CREDIT: u32 = 600;

/// Adds what a player says was watched, so far as it can have been: at most twice the time that has passed, and of a long
/// silence no more than [`MOST_CREDIT`]. `passed` are the seconds since the last report, `seconds` is the lesson's length.
/// The same report twice adds nothing.
pub fn accept(known: &Watched, credit: u32, passed: u32, said: &Watched, seconds: u32) -> (Watched, u32) {
    let credit = credit.saturating_add(passed.saturating_mul(FASTEST)).min(MOST_CREDIT);
    let new = said.pieces().filter(|piece| *piece < pieces_of(seconds) && !known.holds(*piece));
    let taken: Watched = new.take((credit / PIECE) as usize).collect();
    (known.and(&taken), credit - taken.count() * PIECE)
}

/// Listens to a player and counts the pieces that were played for at least half their length.
#[derive(Clone, Debug)]
pub struct Meter {
    /// The lesson's length in seconds.
    length: u32,
    last: Option<f64>,
    piece: u32,
    /// Seconds played of this piece.
    played: f64,
    watched: Watched,
}

/// The longest step between two words of a player that goes on, in seconds; a longer one is a jump.
const STEP: f64 = 5.0;

impl Meter {
    pub fn new(length: u32, watched: Watched) -> Self {
        Self { length, last: None, piece: 0, played: 0.0, watched }
    }

    /// The player stands at `second`, and whether it plays.
    pub fn hear(&mut self, second: f64, is_playing: bool) {
        let from = self.last.take().filter(|last| second > *last && second - *last <= STEP);
        if let Some(from) = from {
            self.play(from, second);
        }
        self.last = is_playing.then_some(second);
    }

    fn play(&mut self, from: f64, until: f64) {
        let piece_of = |second: f64| (second / f64::from(PIECE)).max(0.0) as u32;
        for piece in piece_of(from)..=piece_of(until) {
            let (begins, ends) = (f64::from(piece * PIECE), f64::from((piece + 1) * PIECE));
            if piece != self.piece {
                (self.piece, self.played) = (piece, 0.0);
            }
            self.played += (until.min(ends) - from.max(begins)).max(0.0);
            // The last piece is mostly shorter.
            let whole = (f64::from(self.length) - begins).clamp(0.0, f64::from(PIECE));
            if piece < pieces_of(self.length) && self.played >= whole / 2.0 && !self.watched.holds(piece) {
                self.watched = self.watched.and(&[piece].into_iter().collect());
            }
        }
    }

    pub fn watched(&self) -> &Watched {
        &self.watched
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watched(text: &str) -> Watched {
        Watched::parse(text).unwrap()
    }

    #[test]
    fn spans_are_written_as_they_are_read_and_nothing_else_is_one() {
        for text in ["", "0-1", "0-6 12-13", "8639-8640"] {
            assert_eq!(watched(text).to_string(), text);
        }
        for bad in
            ["1", "a-b", "2-1", "1-1", "0-2 1-3", "0-2 2-3", "5-6 0-1", "0-8641", "-1-2", "+1-2", "0-000009"]
        {
            assert_eq!(Watched::parse(bad), None, "{bad}");
        }
        assert_eq!(watched("0-2 5-6").and(&watched("1-3 6-7")).to_string(), "0-3 5-7");
        assert_eq!(
            (watched("0-9").percent(100), watched("0-9").percent(91), Watched::default().percent(0)),
            (90, 90, 0)
        );
    }

    #[test]
    fn nobody_sees_an_hour_in_two_minutes() {
        let hour = watched("0-360");
        let (known, credit) = accept(&Watched::default(), FIRST_CREDIT, 0, &hour, 3600);
        assert_eq!((known.count(), credit), (3, 0), "a little at once");
        let (again, credit) = accept(&known, credit, 0, &hour, 3600);
        assert_eq!((again.count(), credit), (3, 0), "and nothing for asking often");
        let (known, credit) = accept(&known, credit, 120, &hour, 3600);
        assert_eq!((known.count(), credit), (27, 0), "twice the time that passed");
        let (known, _) = accept(&known, credit, 86_400, &hour, 3600);
        assert_eq!(known.count(), 87, "and ten minutes for a day's silence");
    }

    #[test]
    fn the_same_report_twice_counts_once_and_what_is_beyond_the_end_never() {
        let said = watched("0-2 5-6 9-12");
        let (once, credit) = accept(&Watched::default(), 600, 0, &said, 100);
        assert_eq!((once.to_string().as_str(), credit), ("0-2 5-6 9-10", 560));
        assert_eq!(accept(&once, credit, 0, &said, 100), (once, credit));
    }

    #[test]
    fn a_meter_counts_what_is_played_and_not_what_is_skipped() {
        let mut meter = Meter::new(65, Watched::default());
        let play = |meter: &mut Meter, from: u32, until: u32| {
            (from * 4..=until * 4).for_each(|quarter| meter.hear(f64::from(quarter) / 4.0, true));
        };
        play(&mut meter, 0, 4);
        assert_eq!(meter.watched().count(), 0, "not yet half of it");
        play(&mut meter, 4, 24);
        assert_eq!(meter.watched().to_string(), "0-2");
        play(&mut meter, 40, 43);
        play(&mut meter, 50, 53);
        assert_eq!(meter.watched().to_string(), "0-2", "a look here and there is none");
        meter.hear(53.0, false);
        meter.hear(60.0, true);
        assert_eq!(meter.watched().to_string(), "0-2", "what passes while it stands still");
        play(&mut meter, 60, 63);
        assert_eq!(meter.watched().to_string(), "0-2 6-7", "the last piece is short");
        play(&mut meter, 63, 90);
        assert_eq!(meter.watched().to_string(), "0-2 6-7", "nothing is behind the end");
    }
}
