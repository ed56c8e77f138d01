//! Space and seat codes, and the shape of a seat plan.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::account::Duty;
use crate::language::Language;
use crate::named::named;

named! {
    pub enum SpaceKind { Venue = "venue", Classroom = "classroom", Studio = "studio" }

    /// What holds a space, a thing or a person.
    pub enum Holder { ClassSession = "class_session", Booking = "booking" }

    /// What a space is held for, which decides how long it is set up before and struck after.
    pub enum Use { Class = "class", Recording = "recording", Live = "live", Other = "other" }

    /// Who decides whether a space is given.
    pub enum Approver { TrainingManager = "training_manager", Producer = "producer" }

    /// Who may ask for a space.
    pub enum AskedBy { Nobody = "nobody", Staff = "staff", Everybody = "everybody" }

    pub enum ThingKind {
        Camera = "camera",
        Microphone = "microphone",
        Encoder = "encoder",
        Car = "car",
        Crew = "crew",
        Other = "other",
    }
}

impl Approver {
    pub fn duty(self) -> Duty {
        match self {
            Self::TrainingManager => Duty::TrainingManager,
            Self::Producer => Duty::Producer,
        }
    }
}

/// A span of time, half-open: what ends at an instant is gone by then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Slot {
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
}

impl Slot {
    /// Nothing is held for longer, so that whoever looks for what is held at a time knows how far back to look.
    pub const LONGEST: TimeDelta = TimeDelta::days(31);

    pub fn overlaps(&self, other: &Self) -> bool {
        self.starts_at < other.ends_at && other.starts_at < self.ends_at
    }

    pub fn holds(&self, other: &Self) -> bool {
        self.starts_at <= other.starts_at && other.ends_at <= self.ends_at
    }

    pub fn length(&self) -> TimeDelta {
        self.ends_at - self.starts_at
    }

    /// With so many minutes of set-up before it and of strike after it.
    #[must_use]
    pub fn with(&self, margin: Margin) -> Self {
        Self {
            starts_at: self.starts_at - TimeDelta::minutes(margin.set_up.into()),
            ends_at: self.ends_at + TimeDelta::minutes(margin.strike.into()),
        }
    }
}

/// Minutes of set-up before and strike after a use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Margin {
    pub set_up: u16,
    pub strike: u16,
}

/// The code of a space as in its URL, `smart-1`: 1 to 40 lower-case letters, digits and hyphens.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SpaceCode(String);

impl SpaceCode {
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=40).contains(&text.len())
            && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        fits.then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The code on a chair, `1-07`: 1 to 12 letters, digits and hyphens.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SeatCode(String);

impl SeatCode {
    pub fn parse(text: &str) -> Option<Self> {
        let fits =
            (1..=12).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        fits.then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One chair of a plan. `line` counts from the front, `position` from the left as one faces it; a number
/// without a chair in it is an aisle. `out_of_service` holds the reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanSeat {
    pub code: SeatCode,
    pub line: u16,
    pub position: u16,
    pub accessible: bool,
    pub out_of_service: Option<String>,
}

/// The seats of one room, in order of line and position.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomPlan {
    pub code: SpaceCode,
    pub name: String,
    pub name_en: Option<String>,
    pub seats: Vec<PlanSeat>,
}

impl RoomPlan {
    pub fn name_in(&self, language: Language) -> &str {
        name_in(language, &self.name, self.name_en.as_deref())
    }
}

/// The Korean name for whoever reads Korean, and for all where there is no other.
pub(super) fn name_in<'a>(language: Language, name: &'a str, name_en: Option<&'a str>) -> &'a str {
    language.choose(name, name_en)
}

/// A plan as people see it: one room, or the rooms of a hall beside each other in the order of their codes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatPlan {
    pub rooms: Vec<RoomPlan>,
}

impl SeatPlan {
    pub fn seats(&self) -> impl Iterator<Item = &PlanSeat> {
        self.rooms.iter().flat_map(|room| &room.seats)
    }

    /// How many can sit: seats that are not out of service.
    pub fn in_service(&self) -> usize {
        self.seats().filter(|seat| seat.out_of_service.is_none()).count()
    }
}

/// The plan of a room that has none of its own: rows of six, numbered `01` onwards, in the second part of a hall
/// `2-01` onwards.
pub fn rows_of_six(part: Option<usize>, count: u16) -> Vec<PlanSeat> {
    let prefix = part.map(|part| format!("{part}-")).unwrap_or_default();
    (0..count)
        .map(|index| PlanSeat {
            code: SeatCode(format!("{prefix}{:02}", index + 1)),
            line: index / 6 + 1,
            position: index % 6 + 1,
            accessible: false,
            out_of_service: None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_of_thirty_has_five_rows_of_six() {
        let seats = rows_of_six(None, 30);
        assert_eq!(seats.len(), 30);
        assert_eq!((seats[29].line, seats[29].position, seats[29].code.as_str()), (5, 6, "30"));
        assert_eq!(rows_of_six(Some(2), 1)[0].code.as_str(), "2-01");
    }

    #[test]
    fn codes_hold_nothing_a_url_would_have_to_escape() {
        assert!(SpaceCode::parse("smart-1").is_some());
        for bad in ["", "Smart-1", "smart 1", "../x", "가"] {
            assert!(SpaceCode::parse(bad).is_none(), "{bad}");
        }
    }
}
