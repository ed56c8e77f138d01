//! One calendar of all that takes place: class sessions and bookings beside each other, as much of each as one may know.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Months, NaiveDate, TimeDelta, Utc};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::account::{Audience, Duty, SignedIn, mask_name};
use crate::course::entity::{class_session, course, run};
use crate::course::{ClassState, RunState};
use crate::language::Language;
use crate::seoul;
use crate::space::rules::SpaceRules;
use crate::space::{Holder, Margin, Slot, Use};
use crate::studio::BookingState;
use crate::studio::entity::booking;
use crate::studio::store::list_between;

pub mod entity;
pub mod feed;

/// How sure it is that something takes place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Firm,
    /// Kept for whoever was first in line, until they say.
    Held,
    /// Somebody asks for it; nothing is held.
    Asked,
    /// Of a run that is not published. It holds its room all the same.
    Draft,
    Cancelled,
}

/// Something in the calendar.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub id: Uuid,
    pub holder: Holder,
    /// The code of the run or the booking.
    pub code: String,
    /// None for a class held online.
    pub space: Option<Uuid>,
    /// The use itself, without set-up and strike.
    pub slot: Slot,
    pub margin: Margin,
    pub kind: Use,
    pub standing: Standing,
    /// What it is called, for those who may know.
    pub title: Option<Title>,
    /// Who teaches, or a masked name of whoever is in charge.
    pub who: Option<String>,
    /// Whether the asker may open its page.
    pub opens: bool,
    /// Whether the asker may alter it: move a booking, edit a class.
    pub alters: bool,
    /// What a calendar program orders versions by.
    pub sequence: i32,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Title {
    pub text: String,
    pub text_en: Option<String>,
    /// Which class of its run it is.
    pub number: Option<i32>,
}

impl Title {
    pub fn text_in(&self, language: Language) -> &str {
        language.choose(&self.text, self.text_en.as_deref())
    }
}

impl Entry {
    /// Set-up and strike included.
    pub fn held(&self) -> Slot {
        self.slot.with(self.margin)
    }
}

/// Whoever looks, and by which rules spaces are decided about. The public sees what classes there are, and of bookings
/// that something is reserved; the office sees what for.
pub struct Sight<'a> {
    pub rules: &'a SpaceRules,
    pub viewer: Option<&'a SignedIn>,
}

const DESKS: [Duty; 3] = [Duty::FrontDesk, Duty::Producer, Duty::TrainingManager];

impl Sight<'_> {
    fn is_of_the_office(&self) -> bool {
        self.viewer.is_some_and(|it| it.is_staff() || DESKS.into_iter().any(|duty| it.has(duty)))
    }

    fn decides_about(&self, space: Uuid) -> bool {
        self.viewer.is_some_and(|it| it.on_duty(self.rules.approver(space).duty()).is_ok())
    }

    fn class(&self, class: class_session::Model, run: &run::Model, course: &course::Model) -> Entry {
        let alters = self.viewer.is_some_and(|it| it.editor_of(run.id, run.instructor_id).is_ok());
        let is_public = run.state != RunState::Draft && course.audience == Audience::Resident;
        let known = is_public || alters || self.is_of_the_office();
        let title = || Title {
            text: course.title.clone(),
            text_en: course.title_en.clone(),
            number: Some(class.number),
        };
        let minutes = |minutes: i32| u16::try_from(minutes).unwrap_or_default();
        Entry {
            id: class.id,
            holder: Holder::ClassSession,
            code: run.code.clone(),
            space: run.space_id,
            slot: Slot { starts_at: class.starts_at, ends_at: class.ends_at },
            margin: Margin { set_up: minutes(class.set_up), strike: minutes(class.strike) },
            kind: Use::Class,
            standing: match (class.state, run.state) {
                (ClassState::Cancelled, _) | (_, RunState::Cancelled) => Standing::Cancelled,
                (_, RunState::Draft) => Standing::Draft,
                _ => Standing::Firm,
            },
            title: known.then(title),
            who: Some(run.instructor.clone()).filter(|name| known && !name.is_empty()),
            // The page of a draft is its editors'.
            opens: alters || (known && run.state != RunState::Draft),
            alters,
            sequence: run.version,
        }
    }

    fn booking(&self, booking: booking::Model) -> Entry {
        let alters = self.decides_about(booking.space_id);
        let own = self.viewer.is_some_and(|it| booking.person_id == Some(it.id()));
        let known = own || alters || self.is_of_the_office();
        let (slot, margin) = (booking.slot(), booking.margin());
        let title = Title { text: booking.purpose, text_en: None, number: None };
        Entry {
            id: booking.id,
            holder: Holder::Booking,
            code: booking.code,
            space: Some(booking.space_id),
            slot,
            margin,
            kind: booking.made_kind.unwrap_or(booking.kind).as_use(),
            standing: match booking.state {
                BookingState::Asked => Standing::Asked,
                BookingState::Held => Standing::Held,
                state if state.holds() => Standing::Firm,
                _ => Standing::Cancelled,
            },
            title: known.then_some(title),
            who: booking.in_charge.as_deref().map(mask_name),
            opens: own || alters,
            alters: alters && booking.state.is_open(),
            sequence: booking.sequence,
        }
    }
}

const HOLDING: [BookingState; 4] =
    [BookingState::Approved, BookingState::Held, BookingState::InUse, BookingState::Done];

const HOLDING_OR_ASKED: [BookingState; 5] = [
    BookingState::Approved,
    BookingState::Held,
    BookingState::InUse,
    BookingState::Done,
    BookingState::Asked,
];

/// What touches any of these spaces within a span, set-up and strike included, by start. What is only asked for is seen
/// by those who decide about it and by whoever asks. Uses the indexes `class_session_time` and `booking_time`.
pub async fn entries<C: ConnectionTrait>(
    db: &C,
    sight: &Sight<'_>,
    spaces: &[Uuid],
    span: Slot,
) -> Result<Vec<Entry>, DbErr> {
    let leaves: HashSet<Uuid> = spaces.iter().flat_map(|id| sight.rules.tree.leaves_of(*id)).collect();
    let touches = |space: Uuid| sight.rules.tree.leaves_of(space).iter().any(|leaf| leaves.contains(leaf));
    // Nothing is set up or struck for longer than a day.
    let day = TimeDelta::days(1);
    let around = Slot { starts_at: span.starts_at - day, ends_at: span.ends_at + day };
    let planned = class_session::Column::State.eq(ClassState::Planned);
    let mut entries = classes(db, sight, Condition::all().add(planned), around).await?;
    entries.retain(|entry| entry.standing != Standing::Cancelled);
    for booking in list_between(db, around, &HOLDING_OR_ASKED).await? {
        let own = sight.viewer.is_some_and(|it| booking.person_id == Some(it.id()));
        if booking.state != BookingState::Asked || own || sight.decides_about(booking.space_id) {
            entries.push(sight.booking(booking));
        }
    }
    entries.retain(|entry| entry.held().overlaps(&span) && entry.space.is_some_and(touches));
    entries.sort_by(|one, other| (one.slot, &one.code).cmp(&(other.slot, &other.code)));
    Ok(entries)
}

/// The class sessions within a span of which this is true, with their runs and courses.
async fn classes<C: ConnectionTrait>(
    db: &C,
    sight: &Sight<'_>,
    wanted: Condition,
    span: Slot,
) -> Result<Vec<Entry>, DbErr> {
    let sessions = class_session::Entity::find()
        .filter(class_session::Column::StartsAt.gt(span.starts_at - Slot::LONGEST))
        .filter(class_session::Column::StartsAt.lt(span.ends_at))
        .filter(class_session::Column::EndsAt.gt(span.starts_at))
        .filter(wanted)
        .order_by_asc(class_session::Column::StartsAt)
        .all(db)
        .await?;
    let ids: HashSet<Uuid> = sessions.iter().map(|session| session.run_id).collect();
    let found = run::Entity::find().filter(run::Column::Id.is_in(ids)).all(db).await?;
    let runs: HashMap<Uuid, run::Model> = found.into_iter().map(|run| (run.id, run)).collect();
    let ids: HashSet<Uuid> = runs.values().map(|run| run.course_id).collect();
    let found = course::Entity::find().filter(course::Column::Id.is_in(ids)).all(db).await?;
    let courses: HashMap<Uuid, course::Model> = found.into_iter().map(|it| (it.id, it)).collect();
    let entry = |session: class_session::Model| {
        let run = runs.get(&session.run_id)?;
        Some(sight.class(session, run, courses.get(&run.course_id)?))
    };
    Ok(sessions.into_iter().filter_map(entry).collect())
}

/// How long a space was used in a month, and how long it was open to be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MonthOfUse {
    pub used: TimeDelta,
    pub open: TimeDelta,
}

/// The use of a space in each month of a year, January first.
pub type YearOfUse = [MonthOfUse; 12];

/// The use of each of these spaces in a year: the time in which any part of it held a class or a booking, set-up and strike
/// not counted. What is only asked for or not published doesn't count.
pub async fn uses_of_year<C: ConnectionTrait>(
    db: &C,
    rules: &SpaceRules,
    spaces: &[Uuid],
    year: i32,
) -> Result<HashMap<Uuid, YearOfUse>, DbErr> {
    let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default();
    let month = |number: u32| first + Months::new(number);
    let span = Slot { starts_at: seoul::midnight(first), ends_at: seoul::midnight(month(12)) };
    let sight = Sight { rules, viewer: None };
    let mut all = entries(db, &sight, spaces, span).await?;
    all.retain(|entry| entry.standing == Standing::Firm);
    let mut years = HashMap::new();
    for space in spaces {
        let leaves = rules.tree.leaves_of(*space);
        let touches = |entry: &&Entry| {
            entry.space.is_some_and(|id| rules.tree.leaves_of(id).iter().any(|leaf| leaves.contains(leaf)))
        };
        let slots: Vec<Slot> = all.iter().filter(touches).map(|entry| entry.slot).collect();
        let mut year = YearOfUse::default();
        for (number, month_of_use) in (0..).zip(&mut year) {
            let (from, until) = (month(number), month(number + 1));
            let within = Slot { starts_at: seoul::midnight(from), ends_at: seoul::midnight(until) };
            month_of_use.used = covered(&slots, within);
            month_of_use.open = rules.open_time(*space, from, until);
        }
        years.insert(*space, year);
    }
    Ok(years)
}

/// How much of a span is covered by slots that come in order of their starts and may overlap.
fn covered(slots: &[Slot], within: Slot) -> TimeDelta {
    let mut sum = TimeDelta::zero();
    let mut from = within.starts_at;
    for slot in slots.iter().filter(|slot| slot.overlaps(&within)) {
        let until: DateTime<Utc> = slot.ends_at.min(within.ends_at);
        sum += (until - slot.starts_at.max(from)).max(TimeDelta::zero());
        from = from.max(until);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(from: i64, until: i64) -> Slot {
        let at = |hour: i64| DateTime::from_timestamp(hour * 3600, 0).unwrap();
        Slot { starts_at: at(from), ends_at: at(until) }
    }

    #[test]
    fn what_overlaps_is_counted_once_and_only_within() {
        let hours = |slots: &[Slot], within| covered(slots, within).num_hours();
        assert_eq!(hours(&[slot(9, 11), slot(10, 12), slot(13, 14)], slot(0, 24)), 4);
        assert_eq!(hours(&[slot(9, 14), slot(10, 12)], slot(0, 24)), 5);
        assert_eq!(hours(&[slot(20, 26)], slot(0, 24)), 4, "until midnight");
        assert_eq!(hours(&[slot(20, 26)], slot(24, 48)), 2, "the rest belongs to the next");
        assert_eq!(hours(&[], slot(0, 24)), 0);
    }
}
