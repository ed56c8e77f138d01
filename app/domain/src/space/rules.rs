//! By which rules a space is asked for: who decides, who may ask, when it is open, how long it is set up and struck.

use std::collections::HashMap;

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, QueryOrder};
use uuid::Uuid;

use crate::account::Audience;
use crate::seoul;
use crate::space::entity::{closure, margin, opening, space};
use crate::space::holiday::Holidays;
use crate::space::store::Tree;
use crate::space::{Approver, AskedBy, Margin, Slot, SpaceKind, Use};

/// The rules of all spaces. What a space doesn't say itself it takes from what is around it.
#[derive(Clone, Debug)]
pub struct SpaceRules {
    pub tree: Tree,
    pub holidays: Holidays,
    openings: HashMap<Uuid, Vec<opening::Model>>,
    closures: HashMap<Uuid, Vec<closure::Model>>,
    margins: HashMap<(Uuid, Use), Margin>,
}

/// Why a space can't be used at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shut {
    /// Before its first day or after its last.
    NotInUse(NaiveDate),
    /// On days that were closed, with the reason.
    Closed(NaiveDate, String),
    /// Outside of the hours of that day.
    Hours(NaiveDate),
}

impl SpaceRules {
    pub async fn load<C: ConnectionTrait>(db: &C) -> Result<Self, DbErr> {
        let mut rules = Self {
            tree: Tree::load(db).await?,
            holidays: Holidays::load(db).await?,
            openings: HashMap::new(),
            closures: HashMap::new(),
            margins: HashMap::new(),
        };
        for row in opening::Entity::find().order_by_asc(opening::Column::FromMinute).all(db).await? {
            rules.openings.entry(row.space_id).or_default().push(row);
        }
        for row in closure::Entity::find().order_by_asc(closure::Column::FirstDay).all(db).await? {
            rules.closures.entry(row.space_id).or_default().push(row);
        }
        for row in margin::Entity::find().all(db).await? {
            let minutes = |minutes: i32| u16::try_from(minutes).unwrap_or_default();
            let margin = Margin { set_up: minutes(row.set_up), strike: minutes(row.strike) };
            rules.margins.insert((row.space_id, row.kind), margin);
        }
        Ok(rules)
    }

    /// What the space says, or else the nearest thing around it that says anything.
    fn said<T>(&self, space: Uuid, of: impl Fn(&space::Model) -> Option<T>) -> Option<T> {
        self.tree.ancestry(space).into_iter().find_map(of)
    }

    /// Studios are the video team's where nobody says otherwise, rooms the training team's.
    pub fn approver(&self, space: Uuid) -> Approver {
        self.said(space, |space| space.approver).unwrap_or_else(|| match self.tree.get(space) {
            Some(space) if space.kind == SpaceKind::Studio => Approver::Producer,
            _ => Approver::TrainingManager,
        })
    }

    pub fn asked_by(&self, space: Uuid) -> AskedBy {
        self.said(space, |space| space.asked_by).unwrap_or(AskedBy::Nobody)
    }

    pub fn may_be_asked_by(&self, space: Uuid, audience: Audience) -> bool {
        match self.asked_by(space) {
            AskedBy::Nobody => false,
            AskedBy::Staff => audience == Audience::Staff,
            AskedBy::Everybody => true,
        }
    }

    /// How many minutes a resident may have in a month, where that is limited.
    pub fn resident_minutes(&self, space: Uuid) -> Option<u32> {
        self.said(space, |space| space.resident_minutes).and_then(|minutes| u32::try_from(minutes).ok())
    }

    pub fn equipment(&self, space: Uuid) -> Option<String> {
        self.said(space, |space| space.equipment.clone())
    }

    pub fn margin(&self, space: Uuid, kind: Use) -> Margin {
        self.said(space, |space| self.margins.get(&(space.id, kind)).copied()).unwrap_or_default()
    }

    /// A space's own lines, for whoever edits them.
    pub fn openings_of(&self, space: Uuid) -> &[opening::Model] {
        self.openings.get(&space).map_or(&[], Vec::as_slice)
    }

    pub fn closures_of(&self, space: Uuid) -> &[closure::Model] {
        self.closures.get(&space).map_or(&[], Vec::as_slice)
    }

    pub fn margin_of(&self, space: Uuid, kind: Use) -> Option<Margin> {
        self.margins.get(&(space, kind)).copied()
    }

    /// The spans in which a space is open to somebody on a day, in order. Residents have only the hours set for them,
    /// and none on public holidays; where no hours are set at all, staff have the whole day.
    pub fn open_on(&self, space: Uuid, audience: Audience, day: NaiveDate) -> Vec<Slot> {
        if self.not_in_use_on(space, day) || self.closed_on(space, day).is_some() {
            return Vec::new();
        }
        if audience == Audience::Resident && self.holidays.days.contains(&day) {
            return Vec::new();
        }
        let lines = self.said(space, |space| {
            let lines = self.openings_of(space.id).iter().filter(|line| line.audience == audience);
            let lines: Vec<&opening::Model> = lines.collect();
            (!lines.is_empty()).then_some(lines)
        });
        let midnight = seoul::midnight(day);
        let Some(lines) = lines else {
            let whole = Slot { starts_at: midnight, ends_at: seoul::midnight(day + Days::new(1)) };
            return if audience == Audience::Staff { vec![whole] } else { Vec::new() };
        };
        let weekday = i32::try_from(day.weekday().number_from_monday()).unwrap_or_default();
        let today = lines.into_iter().filter(|line| line.weekday == weekday);
        let minute = |minute: i32| midnight + TimeDelta::minutes(minute.into());
        let spans: Vec<Slot> = today
            .map(|line| Slot { starts_at: minute(line.from_minute), ends_at: minute(line.until_minute) })
            .collect();
        joined(spans)
    }

    /// How long a space is open to staff between two instants: what a share of its opening hours is a share of.
    pub fn open_time(&self, space: Uuid, first: NaiveDate, until: NaiveDate) -> TimeDelta {
        let days = first.iter_days().take_while(|day| *day < until);
        days.flat_map(|day| self.open_on(space, Audience::Staff, day)).map(|slot| slot.length()).sum()
    }

    /// Whether the whole slot lies in one's hours; hours of days that follow each other join at midnight.
    pub fn check(&self, space: Uuid, audience: Audience, slot: Slot) -> Result<(), Shut> {
        let (first, last) = (seoul::day(slot.starts_at), last_day(slot));
        let days = || first.iter_days().take_while(|day| *day <= last);
        if let Some(day) = days().find(|day| self.not_in_use_on(space, *day)) {
            return Err(Shut::NotInUse(day));
        }
        if let Some((day, reason)) = days().find_map(|day| Some((day, self.closed_on(space, day)?))) {
            return Err(Shut::Closed(day, reason.to_owned()));
        }
        let open = joined(days().flat_map(|day| self.open_on(space, audience, day)).collect());
        if open.iter().any(|open| open.holds(&slot)) { Ok(()) } else { Err(Shut::Hours(first)) }
    }

    /// A part of a closed building is closed, and so is what is used as one with a closed part.
    fn around_and_within(&self, space: Uuid) -> Vec<Uuid> {
        let around = self.tree.ancestry(space).into_iter().map(|space| space.id);
        let within = self.tree.within(space).into_iter().filter(|part| *part != space);
        around.chain(within).collect()
    }

    fn not_in_use_on(&self, space: Uuid, day: NaiveDate) -> bool {
        let spaces = self.around_and_within(space);
        spaces.iter().filter_map(|id| self.tree.get(*id)).any(|space| !space.in_use_on(day))
    }

    fn closed_on(&self, space: Uuid, day: NaiveDate) -> Option<&str> {
        self.around_and_within(space).into_iter().find_map(|space| {
            let mut closures = self.closures.get(&space).into_iter().flatten();
            let closure = closures.find(|it| it.first_day <= day && day <= it.last_day)?;
            Some(closure.reason.as_str())
        })
    }
}

/// The last day in Seoul that a slot touches: one that ends at midnight doesn't touch the next.
pub fn last_day(slot: Slot) -> NaiveDate {
    let end: DateTime<Utc> = slot.ends_at - TimeDelta::microseconds(1);
    seoul::day(end.max(slot.starts_at))
}

/// Spans that touch or overlap become one.
fn joined(mut spans: Vec<Slot>) -> Vec<Slot> {
    spans.sort_unstable();
    let mut joined: Vec<Slot> = Vec::new();
    for span in spans {
        match joined.last_mut() {
            Some(last) if span.starts_at <= last.ends_at => last.ends_at = last.ends_at.max(span.ends_at),
            _ => joined.push(span),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn what_ends_at_midnight_belongs_to_the_day_before() {
        let slot = Slot { starts_at: at("2021-12-31T13:00:00Z"), ends_at: at("2021-12-31T15:00:00Z") };
        assert_eq!(last_day(slot).to_string(), "2021-12-31");
        let slot = Slot { ends_at: at("2021-12-31T15:00:01Z"), ..slot };
        assert_eq!(last_day(slot).to_string(), "2022-01-01");
    }

    #[test]
    fn spans_that_touch_become_one() {
        let slot = |from: &str, until: &str| Slot { starts_at: at(from), ends_at: at(until) };
        let evening = slot("2021-01-01T11:00:00Z", "2021-01-01T15:00:00Z");
        let night = slot("2021-01-01T15:00:00Z", "2021-01-01T17:00:00Z");
        let noon = slot("2021-01-02T03:00:00Z", "2021-01-02T04:00:00Z");
        let both = slot("2021-01-01T11:00:00Z", "2021-01-01T17:00:00Z");
        assert_eq!(joined(vec![noon, night, evening]), [both, noon]);
    }
}
