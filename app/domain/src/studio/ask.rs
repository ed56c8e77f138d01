//! Asking for a space: what is checked, who is given it at once, and who has to wait.

use chrono::{DateTime, Days, NaiveDate, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr,
    EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use thiserror::Error;
use uuid::Uuid;

use crate::account::{Address, Audience, SignedIn, store as accounts};
use crate::centre::Centre;
use crate::course::Line;
use crate::notice::Event;
use crate::seoul;
use crate::space::diary::{Clash, Diary, Wanted, is_clash, who_is};
use crate::space::free::{Instead, Missed};
use crate::space::rules::{Shut, SpaceRules};
use crate::space::{Margin, Slot};
use crate::studio::entity::{bar, booking, booking_thing, series};
use crate::studio::series::{SeriesError, occurrences};
use crate::studio::write::{Step, begin, diary_around};
use crate::studio::{BookingCode, BookingEvent, BookingState, HOUSE_RULES, Kind, Scope};

/// What a form says of a booking to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    pub space_id: Uuid,
    pub kind: Kind,
    pub purpose: Line,
    pub department: Option<Line>,
    pub in_charge: Line,
    pub presenter: Option<Line>,
    pub presenter_id: Option<Uuid>,
    pub people: Option<u16>,
    pub help: Option<String>,
    pub slot: Slot,
    pub things: Vec<(Uuid, u32)>,
    /// Whether the house rules were agreed to, as residents must.
    pub agreed: bool,
    /// For a series: an RRULE of RFC 5545. Only staff may ask for one.
    pub rule: Option<String>,
    /// To wait in line where the slot is taken.
    pub waits: bool,
    /// The reason for which whoever decides takes a slot from other bookings.
    pub displaces: Option<Line>,
    /// The key of the form, so that sending it twice asks once.
    pub key: Uuid,
}

/// A slot that is not free, with all that stands in its way and what would be free instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    pub slot: Slot,
    pub clashes: Vec<Clash>,
    pub instead: Instead,
}

/// Why a booking can't be made or changed so.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    #[error("no such booking or space")]
    NotFound,
    #[error("changed by somebody else since the form was made")]
    Stale,
    #[error("the space is not given to those who ask for it")]
    NotAsked,
    #[error("somebody else decides about the space")]
    NotTheirs,
    #[error("barred until {0}")]
    Barred(DateTime<Utc>),
    #[error("it would begin in the past")]
    Past,
    #[error("more than {0} days ahead")]
    TooFar(u32),
    #[error("it must end after it starts")]
    Backwards,
    #[error("longer than anything may be")]
    TooLong,
    #[error("not in use on {0}")]
    NotInUse(NaiveDate),
    #[error("closed on {0}: {1}")]
    Closed(NaiveDate, String),
    #[error("outside of the hours of {0}")]
    OutsideHours(NaiveDate),
    #[error("only {0} minutes are left in that month")]
    HoursSpent(u32),
    #[error("the house rules were not agreed to")]
    NotAgreed,
    #[error("a series is for staff")]
    NoSeries,
    #[error(transparent)]
    Series(SeriesError),
    #[error("not free")]
    Clashes(Vec<Obstacle>),
    #[error("nothing stands in its way, so there is nothing to wait for")]
    NothingToWaitFor,
    #[error("too early to check in")]
    TooEarly,
    #[error("it has not begun")]
    NotBegun,
    #[error("there is nothing to lift")]
    NoBar,
}

#[derive(Debug, Error)]
pub enum StudioError {
    /// All that is wrong, not only the first.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Refused(Vec<Refusal>),
    #[error(transparent)]
    Db(DbErr),
}

impl StudioError {
    pub(super) fn refused(refusal: Refusal) -> Self {
        Self::Refused(vec![refusal])
    }
}

impl From<Refusal> for StudioError {
    fn from(refusal: Refusal) -> Self {
        Self::refused(refusal)
    }
}

/// What the database's own guards refuse reads like the refusal before it; who was quicker, the next look says.
impl From<DbErr> for StudioError {
    fn from(error: DbErr) -> Self {
        if is_clash(&error) { Self::refused(Refusal::Clashes(Vec::new())) } else { Self::Db(error) }
    }
}

/// What became of a wish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Of the first booking of a series, or the only one.
    pub code: String,
    pub state: BookingState,
    pub count: usize,
    /// The holidays that a series left out.
    pub skipped: Vec<NaiveDate>,
}

/// Asks for a space. Whoever decides about it has it at once, and so have those of the settings; the others wait for a
/// decision, and their request holds nothing until then. Nothing is half done: of a series all dates are free or none is
/// taken.
pub async fn ask(centre: &Centre, by: &SignedIn, wish: &Wish) -> Result<Asked, StudioError> {
    match try_ask(centre, by, wish).await {
        // A class took the slot between the look and the row: the second look sees it.
        Err(StudioError::Refused(refusals)) if refusals.contains(&Refusal::Clashes(Vec::new())) => {
            try_ask(centre, by, wish).await
        }
        answer => answer,
    }
}

async fn try_ask(centre: &Centre, by: &SignedIn, wish: &Wish) -> Result<Asked, StudioError> {
    let tx = begin(centre).await?;
    if let Some(before) = asked_before(&tx, by, wish.key).await? {
        return Ok(before);
    }
    let rules = SpaceRules::load(&tx).await?;
    let space = rules.tree.get(wish.space_id).ok_or(Refusal::NotFound)?.id;
    let asking = Asking {
        centre,
        rules: &rules,
        wish,
        audience: if by.is_staff() { Audience::Staff } else { Audience::Resident },
        decides: by.on_duty(rules.approver(space).duty()).is_ok(),
        margin: rules.margin(space, wish.kind.as_use()),
    };
    let (slots, skipped) = asking.slots()?;
    let mut refusals = asking.check(&slots);
    refusals.extend(asking.check_person(&tx, by, &slots).await?);
    if !refusals.is_empty() {
        return Err(StudioError::Refused(refusals));
    }
    let step = Step { centre, rules: &rules, actor: Some(by.id()) };
    let held: Vec<Slot> = slots.iter().map(|slot| slot.with(asking.margin)).collect();
    let mut diary = diary_around(&tx, &held).await?;
    if let Some(reason) = &wish.displaces {
        super::decide::displace(&tx, &step, &mut diary, &asking.wanted_all(&slots), reason).await?;
    }
    let obstacles = asking.obstacles(&diary, &slots);
    if !obstacles.is_empty() && !wish.waits {
        return Err(Refusal::Clashes(obstacles).into());
    }
    if obstacles.is_empty() && wish.waits {
        return Err(Refusal::NothingToWaitFor.into());
    }
    let at_once = asking.decides || approved_at_once(&tx, centre, by).await?;
    let (state, kind, event) = match (wish.waits, at_once) {
        (true, _) => (BookingState::Waiting, BookingEvent::Waiting, Event::BookingWaiting),
        (_, true) => (BookingState::Approved, BookingEvent::Approved, Event::BookingApproved),
        _ => (BookingState::Asked, BookingEvent::Asked, Event::BookingAsked),
    };
    let series = match &wish.rule {
        Some(rule) => Some(insert_series(&tx, centre, rule).await?),
        None => None,
    };
    let mut first: Option<booking::Model> = None;
    for (slot, number) in slots.iter().zip(1..) {
        let booking = asking.insert(&tx, by, slot, (series, number), state).await?;
        step.note(&tx, booking.id, BookingEvent::Asked, None).await?;
        if kind != BookingEvent::Asked {
            step.note(&tx, booking.id, kind, None).await?;
        }
        if state.holds() {
            step.hold(&tx, &booking, wish.things.clone()).await?;
        }
        first.get_or_insert(booking);
    }
    let Some(first) = first else { return Err(Refusal::Series(SeriesError::Rule).into()) };
    step.tell(&tx, &first, event, step.facts(&first)).await?;
    if state == BookingState::Asked {
        step.tell_approvers(&tx, &first, Event::BookingToDecide).await?;
    }
    tx.commit().await?;
    Ok(Asked { code: first.code, state, count: slots.len(), skipped })
}

/// What the same form came to when it was sent before.
async fn asked_before(tx: &DatabaseTransaction, by: &SignedIn, key: Uuid) -> Result<Option<Asked>, DbErr> {
    let before = booking::Entity::find()
        .filter(booking::Column::PersonId.eq(by.id()))
        .filter(booking::Column::RequestKey.eq(key))
        .order_by_asc(booking::Column::Number)
        .all(tx)
        .await?;
    let count = before.len();
    let asked =
        |first: booking::Model| Asked { code: first.code, state: first.state, count, skipped: Vec::new() };
    Ok(before.into_iter().next().map(asked))
}

/// Whether the settings name a confirmed address of theirs, or its domain.
async fn approved_at_once(tx: &DatabaseTransaction, centre: &Centre, by: &SignedIn) -> Result<bool, DbErr> {
    let named = &centre.settings().studio.approved_at_once;
    if named.is_empty() || !by.is_staff() {
        return Ok(false);
    }
    let contacts = accounts::contacts_of(tx, by.id()).await?;
    let is_named = |address: &Address| {
        named.iter().any(|named| match named.strip_prefix('@') {
            Some(domain) => address.is_of_domain(&[domain.to_owned()]),
            None => address.as_str() == named,
        })
    };
    Ok(contacts.iter().any(|contact| contact.confirmed && is_named(&contact.address)))
}

async fn insert_series(tx: &DatabaseTransaction, centre: &Centre, rule: &str) -> Result<Uuid, DbErr> {
    let (id, created_at) = (centre.clock().id(), centre.clock().now());
    let row = series::ActiveModel { id: Set(id), rule: Set(rule.to_owned()), created_at: Set(created_at) };
    series::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(id)
}

/// A wish with what decides about it.
struct Asking<'a> {
    centre: &'a Centre,
    rules: &'a SpaceRules,
    wish: &'a Wish,
    audience: Audience,
    /// Whether whoever asks also decides.
    decides: bool,
    margin: Margin,
}

impl Asking<'_> {
    fn now(&self) -> DateTime<Utc> {
        self.centre.clock().now()
    }

    /// Every slot that is asked for, and the holidays left out.
    fn slots(&self) -> Result<(Vec<Slot>, Vec<NaiveDate>), Refusal> {
        let slot = self.wish.slot;
        if slot.starts_at >= slot.ends_at {
            return Err(Refusal::Backwards);
        }
        if slot.with(self.margin).length() > Slot::LONGEST {
            return Err(Refusal::TooLong);
        }
        let Some(rule) = &self.wish.rule else { return Ok((vec![slot], Vec::new())) };
        if self.audience != Audience::Staff {
            return Err(Refusal::NoSeries);
        }
        let made = occurrences(rule, slot, &self.rules.holidays).map_err(Refusal::Series)?;
        Ok((made.slots, made.skipped))
    }

    /// What can be said without looking at other bookings.
    fn check(&self, slots: &[Slot]) -> Vec<Refusal> {
        let (space, mut refusals) = (self.wish.space_id, Vec::new());
        if !self.decides && !self.rules.may_be_asked_by(space, self.audience) {
            refusals.push(Refusal::NotAsked);
        }
        if slots.iter().any(|slot| slot.starts_at < self.now()) {
            refusals.push(Refusal::Past);
        }
        let days = self.centre.settings().studio.resident_days_ahead;
        let last = seoul::day(self.now()) + Days::new(days.into());
        if self.audience == Audience::Resident && slots.iter().any(|slot| seoul::day(slot.starts_at) > last) {
            refusals.push(Refusal::TooFar(days));
        }
        let shut = slots.iter().find_map(|slot| self.rules.check(space, self.audience, *slot).err());
        refusals.extend(match shut {
            Some(Shut::NotInUse(day)) => Some(Refusal::NotInUse(day)),
            Some(Shut::Closed(day, reason)) => Some(Refusal::Closed(day, reason)),
            // Whoever decides may open the door at night.
            Some(Shut::Hours(day)) if !self.decides => Some(Refusal::OutsideHours(day)),
            _ => None,
        });
        if self.audience == Audience::Resident && !self.wish.agreed {
            refusals.push(Refusal::NotAgreed);
        }
        if self.wish.displaces.is_some() && !self.decides {
            refusals.push(Refusal::NotTheirs);
        }
        refusals
    }

    /// What depends on whoever asks: bars, and a resident's hours in the month.
    async fn check_person(
        &self,
        tx: &DatabaseTransaction,
        by: &SignedIn,
        slots: &[Slot],
    ) -> Result<Vec<Refusal>, DbErr> {
        let mut refusals = Vec::new();
        if let Some(bar) = find_bar(tx, by.id(), self.now()).await? {
            refusals.push(Refusal::Barred(bar.until_at));
        }
        let limit = self.rules.resident_minutes(self.wish.space_id);
        if let (Audience::Resident, Some(limit)) = (self.audience, limit) {
            for slot in slots {
                let left = limit.saturating_sub(self.spent(tx, by.id(), slot.starts_at).await?);
                if slot.length().num_minutes() > i64::from(left) {
                    refusals.push(Refusal::HoursSpent(left));
                }
            }
        }
        Ok(refusals)
    }

    /// How many minutes somebody has or asks for in the month of an instant, wherever. A slot that nobody came to is spent
    /// too.
    async fn spent(&self, tx: &DatabaseTransaction, person: Uuid, at: DateTime<Utc>) -> Result<u32, DbErr> {
        let (from, until) = seoul::month(at);
        let gone = [BookingState::Declined, BookingState::Cancelled, BookingState::Waiting];
        let theirs = booking::Entity::find()
            .filter(booking::Column::PersonId.eq(person))
            .filter(booking::Column::Audience.eq(Audience::Resident))
            .filter(booking::Column::StartsAt.gte(from))
            .filter(booking::Column::StartsAt.lt(until))
            .filter(booking::Column::State.is_not_in(gone))
            .all(tx)
            .await?;
        let minutes: i64 = theirs.iter().map(|booking| booking.slot().length().num_minutes()).sum();
        Ok(u32::try_from(minutes).unwrap_or(u32::MAX))
    }

    fn wanted(&self, slot: &Slot) -> Wanted {
        Wanted {
            slot: slot.with(self.margin),
            leaves: self.rules.tree.leaves_of(self.wish.space_id),
            things: self.wish.things.clone(),
            people: who_is(
                self.wish.presenter.as_ref().map_or("", |name| name.as_str()),
                self.wish.presenter_id,
            ),
        }
    }

    fn wanted_all(&self, slots: &[Slot]) -> Vec<Wanted> {
        slots.iter().map(|slot| self.wanted(slot)).collect()
    }

    /// Every slot that something stands in the way of, the series' own dates among each other too.
    fn obstacles(&self, diary: &Diary, slots: &[Slot]) -> Vec<Obstacle> {
        let mut diary = diary.clone();
        let mut obstacles = Vec::new();
        for slot in slots {
            let wanted = self.wanted(slot);
            let clashes = diary.clashes(&wanted);
            if clashes.is_empty() {
                diary.enter(Uuid::nil(), "", &wanted);
                continue;
            }
            obstacles.push(Obstacle { slot: *slot, clashes, instead: self.instead(&diary, slot) });
        }
        obstacles
    }

    fn instead(&self, diary: &Diary, slot: &Slot) -> Instead {
        let (rules, audience, space) = (self.rules, self.audience, self.wish.space_id);
        let (kind, now) = (self.wish.kind.as_use(), self.now());
        let missed = Missed { rules, diary, space, kind, audience, slot: *slot, now };
        missed.instead(&alternatives(rules, space, audience))
    }

    async fn insert(
        &self,
        tx: &DatabaseTransaction,
        by: &SignedIn,
        slot: &Slot,
        (series_id, number): (Option<Uuid>, i32),
        state: BookingState,
    ) -> Result<booking::Model, DbErr> {
        let (wish, clock) = (self.wish, self.centre.clock());
        let text = |line: &Option<Line>| line.as_ref().map(|line| line.as_str().to_owned());
        let row = booking::Model {
            id: clock.id(),
            code: next_code(tx, self.now()).await?,
            space_id: wish.space_id,
            kind: wish.kind,
            purpose: wish.purpose.as_str().to_owned(),
            audience: self.audience,
            person_id: Some(by.id()),
            department: text(&wish.department),
            in_charge: Some(wish.in_charge.as_str().to_owned()),
            presenter: text(&wish.presenter),
            presenter_id: wish.presenter_id,
            people: wish.people.map(i32::from),
            help: wish.help.clone(),
            rules: (wish.agreed || self.audience == Audience::Resident).then_some(HOUSE_RULES),
            starts_at: slot.starts_at,
            ends_at: slot.ends_at,
            set_up: self.margin.set_up.into(),
            strike: self.margin.strike.into(),
            state,
            reason: None,
            held_until: None,
            checked_in_at: None,
            made_kind: None,
            made_title: None,
            made_link: None,
            made_channel: None,
            series_id,
            number,
            request_key: wish.key,
            sequence: 0,
            version: 1,
            created_at: self.now(),
        };
        booking::ActiveModel::from(row.clone()).reset_all().insert(tx).await?;
        for (thing, number) in &wish.things {
            let line = booking_thing::ActiveModel {
                booking_id: Set(row.id),
                thing_id: Set(*thing),
                number: Set(i32::try_from(*number).unwrap_or(i32::MAX)),
            };
            booking_thing::Entity::insert(line).exec_without_returning(tx).await?;
        }
        Ok(row)
    }
}

/// The spaces that would do as well as another: of the same kind, standing by themselves, open to the same people.
pub(super) fn alternatives(rules: &SpaceRules, space: Uuid, audience: Audience) -> Vec<Uuid> {
    let Some(space) = rules.tree.get(space) else { return Vec::new() };
    let alike = rules.tree.all().iter().filter(|other| other.kind == space.kind && other.id != space.id);
    alike.map(|other| other.id).filter(|other| rules.may_be_asked_by(*other, audience)).collect()
}

/// The next free code of a year. Those who ask come one after the other, so that nobody else takes it meanwhile.
async fn next_code<C: ConnectionTrait>(tx: &C, now: DateTime<Utc>) -> Result<String, DbErr> {
    use chrono::Datelike;
    let year = seoul::day(now).year();
    let prefix = BookingCode::of_year(year, 0);
    let prefix = prefix.as_str().trim_end_matches('0');
    // The newest booking that has such a code is found at once, from the end; to count them would read a whole year.
    let newest: Option<String> = booking::Entity::find()
        .select_only()
        .column(booking::Column::Code)
        .filter(booking::Column::Code.starts_with(prefix))
        .order_by_desc(booking::Column::Id)
        .limit(1)
        .into_tuple()
        .one(tx)
        .await?;
    let number_in = |code: &str| code.strip_prefix(prefix)?.parse().ok();
    let mut number: u32 = newest.as_deref().and_then(number_in).unwrap_or_default();
    loop {
        number += 1;
        let code = BookingCode::of_year(year, number).as_str().to_owned();
        let taken = booking::Entity::find().filter(booking::Column::Code.eq(&code)).count(tx).await?;
        if taken == 0 {
            return Ok(code);
        }
    }
}

/// The bar that holds for somebody at an instant.
pub async fn find_bar<C: ConnectionTrait>(
    db: &C,
    person: Uuid,
    now: DateTime<Utc>,
) -> Result<Option<bar::Model>, DbErr> {
    bar::Entity::find()
        .filter(bar::Column::PersonId.eq(person))
        .filter(bar::Column::Scope.eq(Scope::Studio))
        .filter(bar::Column::LiftedAt.is_null())
        .filter(Condition::all().add(bar::Column::FromAt.lte(now)).add(bar::Column::UntilAt.gt(now)))
        .order_by_desc(bar::Column::UntilAt)
        .limit(1)
        .one(db)
        .await
}
