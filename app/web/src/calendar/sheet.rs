//! What the calendar's views are drawn from: the places in their order, what takes place, who looks.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use domain::account::{Audience, SignedIn};
use domain::calendar::{Entry, Sight, Standing, entries};
use domain::seoul;
use domain::space::entity::space;
use domain::space::rules::SpaceRules;
use domain::space::{Slot, SpaceKind};
use uuid::Uuid;

use crate::AppError;
use crate::ask::Ask;
use crate::words::Language;

/// All that one page of the calendar knows.
pub struct Sheet {
    pub l: Language,
    pub rules: SpaceRules,
    pub entries: Vec<Entry>,
    pub now: DateTime<Utc>,
    /// The first and the last day that are shown.
    pub first: NaiveDate,
    pub last: NaiveDate,
    /// The place that was chosen.
    pub place: Option<space::Model>,
    viewer: Option<SignedIn>,
}

/// A hall above its halves, or a room that stands alone.
pub struct Group<'a> {
    pub whole: Option<&'a space::Model>,
    /// The smallest spaces, which are what can be taken.
    pub parts: Vec<&'a space::Model>,
}

impl Sheet {
    pub async fn load(ask: &Ask, place: &str, first: NaiveDate, last: NaiveDate) -> Result<Self, AppError> {
        let db = ask.centre.database();
        let rules = SpaceRules::load(db).await?;
        let place = rules.tree.by_code(place).cloned();
        let spaces: Vec<Uuid> = match &place {
            Some(place) => vec![place.id],
            None => rules.tree.all().iter().map(|space| space.id).collect(),
        };
        let span = Slot { starts_at: seoul::midnight(first), ends_at: seoul::midnight(last + Days::new(1)) };
        let entries =
            entries(db, &Sight { rules: &rules, viewer: ask.viewer.as_ref() }, &spaces, span).await?;
        let (l, viewer) = (ask.language, ask.viewer.clone());
        Ok(Self { l, rules, entries, now: ask.centre.clock().now(), first, last, place, viewer })
    }

    pub fn today(&self) -> NaiveDate {
        seoul::day(self.now)
    }

    /// The places that are in use in the time shown, halls above their halves; of one that was chosen, only itself.
    pub fn groups(&self) -> Vec<Group<'_>> {
        let tree = &self.rules.tree;
        let in_use = |space: &&space::Model| {
            space.in_use_from <= self.last && space.in_use_until.is_none_or(|until| self.first <= until)
        };
        let chosen = self.place.as_ref().map(|place| tree.leaves_of(place.id));
        let shown = |leaf: &Uuid| chosen.as_ref().is_none_or(|chosen| chosen.contains(leaf));
        let stands_alone = |space: &&space::Model| {
            let around = space.parent_id.and_then(|parent| tree.get(parent));
            space.holds_classes() && around.is_none_or(|around| around.kind == SpaceKind::Venue)
        };
        let group = |top: &'_ space::Model| {
            let leaves = tree.leaves_of(top.id);
            let parts: Vec<&space::Model> =
                leaves.iter().filter(|leaf| shown(leaf)).filter_map(|leaf| tree.get(*leaf)).collect();
            let whole = tree.get(top.id).filter(|_| leaves.len() > 1 && parts.len() == leaves.len());
            Group { whole, parts: parts.into_iter().filter(in_use).collect() }
        };
        let tops = tree.all().iter().filter(stands_alone).filter(in_use);
        tops.map(group).filter(|group| !group.parts.is_empty()).collect()
    }

    /// What takes a space on a day: it, a part of it, or what it is a part of.
    pub fn on(&self, space: Uuid, day: NaiveDate) -> impl Iterator<Item = &Entry> {
        let (leaves, span) = (self.rules.tree.leaves_of(space), day_of(day));
        self.entries.iter().filter(move |entry| {
            let touches = |id: Uuid| self.rules.tree.leaves_of(id).iter().any(|leaf| leaves.contains(leaf));
            entry.held().overlaps(&span) && entry.space.is_some_and(touches)
        })
    }

    pub fn name(&self, space: Uuid) -> &str {
        self.rules.tree.get(space).map(|space| space.name_in(self.l)).unwrap_or_default()
    }

    fn audience(&self) -> Audience {
        let staff = self.viewer.as_ref().is_some_and(SignedIn::is_staff);
        if staff { Audience::Staff } else { Audience::Resident }
    }

    pub fn decides_about(&self, space: Uuid) -> bool {
        self.viewer.as_ref().is_some_and(|it| it.on_duty(self.rules.approver(space).duty()).is_ok())
    }

    /// Whether whoever looks may ask for a space; whoever isn't signed in is asked to when they do.
    pub fn may_ask_for(&self, space: Uuid) -> bool {
        self.decides_about(space) || self.rules.may_be_asked_by(space, self.audience())
    }

    /// When a space can be asked for on a day: in the hours open to whoever looks, from now on, for half an hour or more.
    pub fn free_on(&self, space: Uuid, day: NaiveDate) -> Vec<Slot> {
        if !self.may_ask_for(space) {
            return Vec::new();
        }
        let audience = if self.decides_about(space) { Audience::Staff } else { self.audience() };
        let held: Vec<Slot> = {
            let holds = |entry: &&Entry| entry.standing != Standing::Asked;
            let mut held: Vec<Slot> = self.on(space, day).filter(holds).map(Entry::held).collect();
            held.sort_unstable();
            held
        };
        let mut free = Vec::new();
        for open in self.rules.open_on(space, audience, day) {
            let mut from = half_hour_from(open.starts_at.max(self.now));
            let end = Slot { starts_at: open.ends_at, ends_at: open.ends_at };
            for taken in held.iter().chain([&end]) {
                let until = taken.starts_at.min(open.ends_at);
                if until - from >= TimeDelta::minutes(30) {
                    free.push(Slot { starts_at: from, ends_at: until });
                }
                from = from.max(half_hour_from(taken.ends_at));
            }
        }
        free
    }

    /// The form in which one asks for a space at a time.
    pub fn ask_path(&self, space: &space::Model, slot: Slot) -> String {
        let wall = |at| seoul::wall(at).format("%H:%M").to_string();
        let day = seoul::day(slot.starts_at);
        self.l.path(&format!(
            "/studio/new?place={}&date={day}&start={}&end={}",
            space.code,
            wall(slot.starts_at),
            wall(slot.ends_at)
        ))
    }
}

fn half_hour_from(at: DateTime<Utc>) -> DateTime<Utc> {
    let half_hour = 30 * 60;
    let past = at.timestamp().rem_euclid(half_hour);
    if past == 0 { at } else { at + TimeDelta::seconds(half_hour - past) }
}

pub fn day_of(day: NaiveDate) -> Slot {
    Slot { starts_at: seoul::midnight(day), ends_at: seoul::midnight(day + Days::new(1)) }
}
