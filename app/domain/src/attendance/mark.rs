//! What a mark says, which of two stands, and how much of a class it counts for.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::named::named;

named! {
    /// How somebody took part in a class.
    pub enum Presence {
        Present = "present",
        Late = "late",
        LeftEarly = "left_early",
        Absent = "absent",
        /// Away for a reason that counts as having been there (공결).
        Excused = "excused",
    }

    /// How it is known.
    pub enum MarkWay {
        /// Marked on the sheet by whoever teaches.
        Sheet = "sheet",
        /// Marked by the office after the time for it, with a reason.
        Office = "office",
        Qr = "qr",
        Desk = "desk",
        Kiosk = "kiosk",
        /// By the number that was shown and said in an online class.
        Code = "code",
        /// By the minutes watched.
        Watch = "watch",
    }

    /// Whether a mark was taken, or a newer one stood already.
    pub enum MarkOutcome { Taken = "taken", Overtaken = "overtaken" }

    /// What came of an absence without notice.
    pub enum NoShowOutcome { Told = "told", Warned = "warned", Barred = "barred" }

    pub enum CompletionState { Completed = "completed", NotCompleted = "not_completed" }
}

impl Presence {
    /// Whether they were there at all, or were excused.
    pub fn counts(self) -> bool {
        self != Self::Absent
    }

    /// Whether it wants to know how many minutes were missed.
    pub fn is_partly(self) -> bool {
        matches!(self, Self::Late | Self::LeftEarly)
    }
}

impl MarkWay {
    /// Whether a person judged it who saw the class; what a machine found out never overrules that.
    pub fn is_judged(self) -> bool {
        matches!(self, Self::Sheet | Self::Office)
    }
}

/// Somebody's mark: how they took part, and how many minutes they missed where it was only partly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    presence: Presence,
    missed: u32,
}

impl Mark {
    /// `missed` counts where it was only partly, and is at least one minute then.
    pub fn new(presence: Presence, missed: u32) -> Self {
        Self { presence, missed: if presence.is_partly() { missed.max(1) } else { 0 } }
    }

    pub fn presence(self) -> Presence {
        self.presence
    }

    pub fn missed(self) -> u32 {
        self.missed
    }

    /// How many of a class's `minutes` count as attended. Whoever was late or left early by no more than `tolerated` minutes
    /// has attended all of it.
    pub fn minutes(self, minutes: u32, tolerated: u32) -> u32 {
        match self.presence {
            Presence::Absent => 0,
            Presence::Late | Presence::LeftEarly if self.missed > tolerated => {
                minutes.saturating_sub(self.missed)
            }
            _ => minutes,
        }
    }
}

/// How many minutes somebody has missed who comes, or goes, at `now`: at least one. Whoever is marked before the class or
/// after it has come or gone at a time that nobody has said: then it is just more than is tolerated.
pub fn missed_at(
    presence: Presence,
    (starts_at, ends_at): (DateTime<Utc>, DateTime<Utc>),
    now: DateTime<Utc>,
    tolerated: u32,
) -> u32 {
    if now < starts_at || ends_at <= now {
        return tolerated + 1;
    }
    let missed = if presence == Presence::LeftEarly { ends_at - now } else { now - starts_at };
    u32::try_from(missed.num_minutes().max(1)).unwrap_or(1)
}

/// When the marks of a class may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarkWindow {
    from: DateTime<Utc>,
    until: DateTime<Utc>,
}

/// Where an instant lies towards it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkTime {
    Early {
        from: DateTime<Utc>,
    },
    Open,
    /// By the office only, with a reason.
    Late,
}

impl MarkWindow {
    /// `minutes_before` the start of a class until `days_after` its end.
    pub fn new(
        (starts_at, ends_at): (DateTime<Utc>, DateTime<Utc>),
        minutes_before: u32,
        days_after: u32,
    ) -> Self {
        Self {
            from: starts_at - TimeDelta::minutes(minutes_before.into()),
            until: ends_at + TimeDelta::days(days_after.into()),
        }
    }

    pub fn at(self, now: DateTime<Utc>) -> MarkTime {
        if now < self.from {
            MarkTime::Early { from: self.from }
        } else if now < self.until {
            MarkTime::Open
        } else {
            MarkTime::Late
        }
    }
}

/// Where now lies towards the time in which people check themselves in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckInTime {
    Early { from: DateTime<Utc> },
    Open,
    Over,
}

/// From `minutes_before` the start of a class until its end.
pub fn check_in_time(
    (starts_at, ends_at): (DateTime<Utc>, DateTime<Utc>),
    minutes_before: u32,
    now: DateTime<Utc>,
) -> CheckInTime {
    let from = starts_at - TimeDelta::minutes(minutes_before.into());
    match () {
        () if now < from => CheckInTime::Early { from },
        () if now < ends_at => CheckInTime::Open,
        () => CheckInTime::Over,
    }
}

/// The six digits by which somebody says at a desk or a screen who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckInNumber(String);

impl CheckInNumber {
    /// As people type them: with spaces or hyphens between, or wide.
    pub fn parse(text: &str) -> Option<Self> {
        let digits: String = text.nfkc().filter(|c| !c.is_whitespace() && *c != '-').collect();
        (digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(Self(digits))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A mark as it stands, as far as it decides about the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marked {
    pub mark: Mark,
    pub way: MarkWay,
    pub made_at: DateTime<Utc>,
}

/// What becomes of a mark that arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    Taken,
    /// It says what stands already.
    Same,
    /// A newer one stands that says something else: it is shown, and a person decides.
    Overtaken,
    /// What stands is a person's, or as good already.
    Judged,
    /// Whoever it is about has no place any more.
    NoPlace,
}

impl From<MarkOutcome> for Arrival {
    fn from(outcome: MarkOutcome) -> Self {
        match outcome {
            MarkOutcome::Taken => Self::Taken,
            MarkOutcome::Overtaken => Self::Overtaken,
        }
    }
}

impl Arrival {
    /// What is written down of it, if anything.
    pub fn outcome(self) -> Option<MarkOutcome> {
        match self {
            Self::Taken => Some(MarkOutcome::Taken),
            Self::Overtaken => Some(MarkOutcome::Overtaken),
            Self::Same | Self::Judged | Self::NoPlace => None,
        }
    }
}

/// What becomes of a mark (`None` takes one back) made at `made_at`, where `standing` is there. It is contested while a
/// mark that it has overtaken waits for a person's word.
pub fn arrive(
    standing: Option<Marked>,
    is_contested: bool,
    mark: Option<Mark>,
    way: MarkWay,
    made_at: DateTime<Utc>,
) -> Arrival {
    let Some(standing) = standing else {
        return if mark.is_some() { Arrival::Taken } else { Arrival::Same };
    };
    if mark == Some(standing.mark) {
        // A judgement over what a machine found out, or over a contest, is worth its line even where they agree.
        let confirms = way.is_judged() && (is_contested || !standing.way.is_judged());
        return if confirms { Arrival::Taken } else { Arrival::Same };
    }
    if !way.is_judged() {
        // A second scan, or the minutes after the code, make nothing worse.
        let better = standing.mark.presence() == Presence::Absent && !standing.way.is_judged();
        return if better { Arrival::Taken } else { Arrival::Judged };
    }
    if made_at < standing.made_at {
        return Arrival::Overtaken;
    }
    Arrival::Taken
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        let starts_at: DateTime<Utc> = "2021-03-03T01:00:00Z".parse().unwrap();
        starts_at + TimeDelta::minutes(minutes)
    }

    #[test]
    fn who_was_a_little_late_has_attended_all_of_it() {
        let minutes = |presence, missed| Mark::new(presence, missed).minutes(120, 10);
        assert_eq!(minutes(Presence::Present, 0), 120);
        assert_eq!(minutes(Presence::Excused, 0), 120);
        assert_eq!(minutes(Presence::Absent, 0), 0);
        assert_eq!(minutes(Presence::Late, 10), 120);
        assert_eq!(minutes(Presence::Late, 11), 109);
        assert_eq!(minutes(Presence::LeftEarly, 200), 0);
    }

    #[test]
    fn only_who_was_partly_there_has_missed_minutes() {
        assert_eq!(Mark::new(Presence::Present, 5).missed(), 0);
        assert_eq!(Mark::new(Presence::Late, 0).missed(), 1);
    }

    #[test]
    fn minutes_missed_are_those_since_the_start_or_until_the_end() {
        let missed = |presence, now| missed_at(presence, (at(0), at(120)), at(now), 10);
        assert_eq!(missed(Presence::Late, 15), 15);
        assert_eq!(missed(Presence::Late, 0), 1);
        assert_eq!(missed(Presence::LeftEarly, 100), 20);
        for outside in [-5, 120, 500] {
            assert_eq!(missed(Presence::Late, outside), 11);
            assert_eq!(missed(Presence::LeftEarly, outside), 11);
        }
    }

    #[test]
    fn marks_are_made_from_shortly_before_until_days_after() {
        let window = MarkWindow::new((at(0), at(120)), 30, 1);
        assert_eq!(window.at(at(-31)), MarkTime::Early { from: at(-30) });
        assert_eq!(window.at(at(-30)), MarkTime::Open);
        assert_eq!(window.at(at(120 + 24 * 60 - 1)), MarkTime::Open);
        assert_eq!(window.at(at(120 + 24 * 60)), MarkTime::Late);
    }

    #[test]
    fn the_newer_judgement_stands_and_no_machine_overrules_one() {
        let present = Mark::new(Presence::Present, 0);
        let absent = Mark::new(Presence::Absent, 0);
        let stands = |mark, way| Some(Marked { mark, way, made_at: at(10) });
        let arrives = |standing, mark, way, made| arrive(standing, false, mark, way, at(made));
        assert_eq!(arrives(None, Some(present), MarkWay::Qr, 0), Arrival::Taken);
        assert_eq!(arrives(None, None, MarkWay::Sheet, 0), Arrival::Same);
        let judged = stands(absent, MarkWay::Sheet);
        assert_eq!(arrives(judged, Some(present), MarkWay::Sheet, 9), Arrival::Overtaken);
        assert_eq!(arrives(judged, Some(present), MarkWay::Sheet, 11), Arrival::Taken);
        assert_eq!(arrives(judged, Some(absent), MarkWay::Sheet, 9), Arrival::Same);
        assert_eq!(arrives(judged, None, MarkWay::Sheet, 11), Arrival::Taken);
        assert_eq!(arrives(judged, Some(present), MarkWay::Qr, 11), Arrival::Judged);
        assert_eq!(arrive(judged, true, Some(absent), MarkWay::Sheet, at(20)), Arrival::Taken);
        let found = stands(absent, MarkWay::Watch);
        assert_eq!(arrives(found, Some(present), MarkWay::Code, 11), Arrival::Taken);
        assert_eq!(arrives(found, Some(absent), MarkWay::Sheet, 9), Arrival::Taken, "they agree");
        let scanned = stands(present, MarkWay::Qr);
        assert_eq!(
            arrives(scanned, Some(absent), MarkWay::Sheet, 9),
            Arrival::Overtaken,
            "made before the scan"
        );
        assert_eq!(arrives(scanned, Some(absent), MarkWay::Sheet, 11), Arrival::Taken);
        assert_eq!(arrives(scanned, Some(Mark::new(Presence::Late, 20)), MarkWay::Qr, 20), Arrival::Judged);
    }
}
