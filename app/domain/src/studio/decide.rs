//! What those who decide do with a request, and what whoever asked does with their own.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder,
};
use uuid::Uuid;

use crate::account::tell::tell_people;
use crate::account::{Audience, OnDuty, SignedIn, record};
use crate::centre::Centre;
use crate::course::Line;
use crate::notice::{Event, Facts};
use crate::space::diary::{Diary, Wanted, release};
use crate::space::free::Missed;
use crate::space::rules::{Shut, SpaceRules};
use crate::space::{Margin, Slot};
use crate::studio::ask::{Obstacle, Refusal, StudioError, alternatives};
use crate::studio::entity::{bar, booking};
use crate::studio::keep::serve_waiting;
use crate::studio::store::are_rivals;
use crate::studio::write::{Step, begin, diary_around, find, things_of, wanted};
use crate::studio::{BookingEvent, BookingState, Kind};

/// One date of a series, or it and all that come after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    One,
    Later,
}

/// Gives a request what it asks for. Others who asked for the same wait in line from now on, and hear what is free.
pub async fn approve(centre: &Centre, by: &OnDuty, code: &str, version: i32) -> Result<(), StudioError> {
    let tx = begin(centre).await?;
    let rules = SpaceRules::load(&tx).await?;
    let step = Step { centre, rules: &rules, actor: Some(by.id()) };
    let booking = find(&tx, code, Some(version), &[BookingState::Asked]).await?;
    check_theirs(&rules, by, &booking)?;
    check_past(&step, booking.starts_at)?;
    let things = things_of(&tx, booking.id).await?;
    let diary = diary_around(&tx, &[booking.held()]).await?;
    check_free(&step, &diary, &booking, &wanted(&rules, &booking, things))?;
    let approved = booking::Model { state: BookingState::Approved, reason: None, ..booking.clone() };
    let approved = step.save(&tx, &booking, approved, (BookingEvent::Approved, None)).await?;
    step.tell(&tx, &approved, Event::BookingApproved, step.facts(&approved)).await?;
    outdo(&tx, &step, &approved).await?;
    Ok(tx.commit().await?)
}

/// Requests for a slot that was just given away wait in line for it; their letters say what is free instead.
async fn outdo(
    tx: &DatabaseTransaction,
    step: &Step<'_>,
    approved: &booking::Model,
) -> Result<(), StudioError> {
    let diary = diary_around(tx, &[approved.held()]).await?;
    for other in asked_at(tx, approved.held()).await? {
        if !are_rivals(step.rules, approved, &other) {
            continue;
        }
        let free = instead_of(step, &diary, &other);
        let waiting = booking::Model { state: BookingState::Waiting, ..other.clone() };
        let waiting = step.save(tx, &other, waiting, (BookingEvent::Waiting, None)).await?;
        let facts = Facts { instead: free, ..step.facts(&waiting) };
        step.tell(tx, &waiting, Event::BookingOutdone, facts).await?;
    }
    Ok(())
}

/// Those who ask for a time that overlaps this one, in order of asking.
pub(super) async fn asked_at<C: ConnectionTrait>(
    db: &C,
    slot: Slot,
) -> Result<Vec<booking::Model>, sea_orm::DbErr> {
    let asked = booking::Entity::find()
        .filter(booking::Column::State.eq(BookingState::Asked))
        .filter(booking::Column::StartsAt.gt(slot.starts_at - Slot::LONGEST))
        .filter(booking::Column::StartsAt.lt(slot.ends_at + Slot::LONGEST))
        .order_by_asc(booking::Column::Id)
        .all(db)
        .await?;
    Ok(asked.into_iter().filter(|booking| booking.held().overlaps(&slot)).collect())
}

/// When the same space is free instead, for a letter.
fn instead_of(step: &Step<'_>, diary: &Diary, booking: &booking::Model) -> Vec<DateTime<Utc>> {
    let found = missed(step, diary, booking).instead(&[]);
    found.slots.into_iter().map(|slot| slot.starts_at).collect()
}

fn missed<'a>(step: &'a Step<'_>, diary: &'a Diary, booking: &booking::Model) -> Missed<'a> {
    Missed {
        rules: step.rules,
        diary,
        space: booking.space_id,
        kind: booking.kind.as_use(),
        audience: booking.audience,
        slot: booking.slot(),
        now: step.now(),
    }
}

/// Says no, with a reason.
pub async fn decline(
    centre: &Centre,
    by: &OnDuty,
    code: &str,
    version: i32,
    reason: &Line,
) -> Result<(), StudioError> {
    let tx = begin(centre).await?;
    let rules = SpaceRules::load(&tx).await?;
    let step = Step { centre, rules: &rules, actor: Some(by.id()) };
    let booking = find(&tx, code, Some(version), &[BookingState::Asked]).await?;
    check_theirs(&rules, by, &booking)?;
    let reason = reason.as_str();
    let declined =
        booking::Model { state: BookingState::Declined, reason: Some(reason.into()), ..booking.clone() };
    let declined = step.save(&tx, &booking, declined, (BookingEvent::Declined, Some(reason))).await?;
    step.tell(&tx, &declined, Event::BookingDeclined, step.facts(&declined)).await?;
    Ok(tx.commit().await?)
}

/// What a booking is changed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alteration {
    pub space_id: Uuid,
    pub slot: Slot,
    pub margin: Margin,
    pub reason: Line,
}

/// Moves a booking, or it and all later ones of its series by as much. What has begun is not judged again, and nothing
/// is moved unless all of it can be. Whoever has it hears of it.
pub async fn alter(
    centre: &Centre,
    by: &OnDuty,
    code: &str,
    version: i32,
    to: &Alteration,
    which: Which,
) -> Result<(), StudioError> {
    let tx = begin(centre).await?;
    let rules = SpaceRules::load(&tx).await?;
    let step = Step { centre, rules: &rules, actor: Some(by.id()) };
    let may_move = [BookingState::Asked, BookingState::Approved];
    let booking = find(&tx, code, Some(version), &may_move).await?;
    check_theirs(&rules, by, &booking)?;
    if rules.tree.get(to.space_id).is_none() {
        return Err(Refusal::NotFound.into());
    }
    if rules.approver(to.space_id).duty() != by.duty() {
        return Err(Refusal::NotTheirs.into());
    }
    if to.slot.starts_at >= to.slot.ends_at {
        return Err(Refusal::Backwards.into());
    }
    if to.slot.with(to.margin).length() > Slot::LONGEST {
        return Err(Refusal::TooLong.into());
    }
    check_past(&step, booking.starts_at)?;
    let all = affected(&tx, &booking, which, step.now(), &may_move).await?;
    let (earlier, later) = (to.slot.starts_at - booking.starts_at, to.slot.ends_at - booking.ends_at);
    let moved = |it: &booking::Model| booking::Model {
        space_id: to.space_id,
        starts_at: it.starts_at + earlier,
        ends_at: it.ends_at + later,
        set_up: to.margin.set_up.into(),
        strike: to.margin.strike.into(),
        reason: Some(to.reason.as_str().to_owned()),
        ..it.clone()
    };
    let pairs: Vec<(booking::Model, booking::Model)> =
        all.into_iter().map(|it| (it.clone(), moved(&it))).collect();
    let slots: Vec<Slot> = pairs.iter().map(|(_, after)| after.held()).collect();
    let mut diary = diary_around(&tx, &slots).await?;
    diary.vacate(&pairs.iter().map(|(before, _)| before.id).collect());
    let mut obstacles = Vec::new();
    for (_, after) in &pairs {
        check_past(&step, after.starts_at)?;
        check_in_use(&rules, after)?;
        let wanted = wanted(&rules, after, things_of(&tx, after.id).await?);
        if !after.state.holds() {
            continue;
        }
        match obstacle(&step, &diary, after, &wanted) {
            Some(obstacle) => obstacles.push(obstacle),
            None => diary.enter(after.id, &after.code, &wanted),
        }
    }
    if !obstacles.is_empty() {
        return Err(Refusal::Clashes(obstacles).into());
    }
    // All give up what they had before any takes what it gets: a series may move into its own dates.
    let moves = |(before, after): &&(booking::Model, booking::Model)| {
        (before.held(), before.space_id) != (after.held(), after.space_id)
    };
    let leaving: Vec<Uuid> = pairs.iter().filter(moves).map(|(before, _)| before.id).collect();
    release(&tx, &leaving).await?;
    for (before, after) in &pairs {
        let saved =
            step.save(&tx, before, after.clone(), (BookingEvent::Altered, Some(to.reason.as_str()))).await?;
        let facts = Facts { moved_from: Some(before.starts_at), ..step.facts(&saved) };
        step.tell(&tx, &saved, Event::BookingAltered, facts).await?;
    }
    let freed: Vec<Slot> = pairs.iter().map(|(before, _)| before.held()).collect();
    serve_waiting(&tx, &step, &freed).await?;
    Ok(tx.commit().await?)
}

/// Gives a booking up, or it and all later ones of its series: whoever asked without a reason, whoever decides with one.
pub async fn cancel(
    centre: &Centre,
    by: &SignedIn,
    code: &str,
    version: i32,
    reason: Option<&Line>,
    which: Which,
) -> Result<(), StudioError> {
    let tx = begin(centre).await?;
    let rules = SpaceRules::load(&tx).await?;
    let step = Step { centre, rules: &rules, actor: Some(by.id()) };
    let open: Vec<BookingState> = BookingState::ALL.iter().copied().filter(|state| state.is_open()).collect();
    let booking = find(&tx, code, Some(version), &open).await?;
    let own = booking.person_id == Some(by.id());
    if !own && by.on_duty(rules.approver(booking.space_id).duty()).is_err() {
        return Err(Refusal::NotFound.into());
    }
    check_past(&step, booking.starts_at)?;
    let reason = reason.map(Line::as_str);
    let mut freed = Vec::new();
    for booking in affected(&tx, &booking, which, step.now(), &open).await? {
        let cancelled = booking::Model {
            state: BookingState::Cancelled,
            reason: reason.map(str::to_owned),
            held_until: None,
            ..booking.clone()
        };
        let cancelled = step.save(&tx, &booking, cancelled, (BookingEvent::Cancelled, reason)).await?;
        step.tell(&tx, &cancelled, Event::BookingCancelled, step.facts(&cancelled)).await?;
        freed.push(booking.held());
    }
    serve_waiting(&tx, &step, &freed).await?;
    Ok(tx.commit().await?)
}

/// Takes a held slot, as whoever was first in line may.
pub async fn accept(centre: &Centre, by: &SignedIn, code: &str, version: i32) -> Result<(), StudioError> {
    let tx = begin(centre).await?;
    let rules = SpaceRules::load(&tx).await?;
    let step = Step { centre, rules: &rules, actor: Some(by.id()) };
    let booking = find(&tx, code, Some(version), &[BookingState::Held]).await?;
    if booking.person_id != Some(by.id()) {
        return Err(Refusal::NotFound.into());
    }
    if booking.held_until.is_some_and(|until| until <= step.now()) {
        return Err(Refusal::Stale.into());
    }
    let approved = booking::Model { state: BookingState::Approved, held_until: None, ..booking.clone() };
    let approved = step.save(&tx, &booking, approved, (BookingEvent::Approved, None)).await?;
    step.tell(&tx, &approved, Event::BookingApproved, step.facts(&approved)).await?;
    step.tell_approvers(&tx, &approved, Event::BookingApproved).await?;
    Ok(tx.commit().await?)
}

/// Somebody has come. From so many minutes before the slot, as long as it has not been released.
pub async fn check_in(centre: &Centre, by: &SignedIn, code: &str, version: i32) -> Result<(), StudioError> {
    let tx = begin(centre).await?;
    let rules = SpaceRules::load(&tx).await?;
    let step = Step { centre, rules: &rules, actor: Some(by.id()) };
    let booking = find(&tx, code, Some(version), &[BookingState::Approved]).await?;
    let decides = by.on_duty(rules.approver(booking.space_id).duty()).is_ok();
    if booking.person_id != Some(by.id()) && !decides {
        return Err(Refusal::NotFound.into());
    }
    let early = TimeDelta::minutes(centre.settings().studio.check_in_minutes.into());
    if step.now() < booking.starts_at - early {
        return Err(Refusal::TooEarly.into());
    }
    if booking.ends_at <= step.now() {
        return Err(Refusal::Stale.into());
    }
    let checked_in_at = Some(step.now());
    let in_use = booking::Model { state: BookingState::InUse, checked_in_at, ..booking.clone() };
    step.save(&tx, &booking, in_use, (BookingEvent::CheckedIn, None)).await?;
    Ok(tx.commit().await?)
}

/// What was really made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    pub kind: Kind,
    pub title: Option<Line>,
    pub link: Option<String>,
    pub channel: Option<Line>,
}

/// Records what came of a booking that has begun.
pub async fn finish(
    centre: &Centre,
    by: &OnDuty,
    code: &str,
    version: i32,
    made: &Made,
) -> Result<(), StudioError> {
    let tx = begin(centre).await?;
    let rules = SpaceRules::load(&tx).await?;
    let step = Step { centre, rules: &rules, actor: Some(by.id()) };
    let booking = find(&tx, code, Some(version), &[BookingState::Approved, BookingState::InUse]).await?;
    check_theirs(&rules, by, &booking)?;
    if step.now() < booking.starts_at {
        return Err(Refusal::NotBegun.into());
    }
    let text = |line: &Option<Line>| line.as_ref().map(|line| line.as_str().to_owned());
    let done = booking::Model {
        state: BookingState::Done,
        made_kind: Some(made.kind),
        made_title: text(&made.title),
        made_link: made.link.clone(),
        made_channel: text(&made.channel),
        ..booking.clone()
    };
    step.save(&tx, &booking, done, (BookingEvent::Done, None)).await?;
    Ok(tx.commit().await?)
}

/// Lifts the bar that somebody is under, with a reason.
pub async fn lift_bar(centre: &Centre, by: &OnDuty, person: Uuid, reason: &Line) -> Result<(), StudioError> {
    let tx = begin(centre).await?;
    let now = centre.clock().now();
    let bar = super::ask::find_bar(&tx, person, now).await?.ok_or(Refusal::NoBar)?;
    let id = bar.id;
    let lifted = bar::ActiveModel {
        lifted_at: Set(Some(now)),
        lifted_by: Set(Some(by.id())),
        lifted_for: Set(Some(reason.as_str().to_owned())),
        ..Default::default()
    };
    bar::Entity::update_many()
        .set(lifted)
        .filter(bar::Column::Id.eq(id))
        .filter(bar::Column::LiftedAt.is_null())
        .exec(&tx)
        .await?;
    record(&tx, centre.clock(), Some(by.id()), "lift", "bar", &id.to_string(), "lifted_at").await?;
    let facts = Facts { reason: Some(reason.as_str().to_owned()), ..Facts::default() };
    tell_people(&tx, centre.clock(), &[person], Event::BarLifted, facts).await?;
    Ok(tx.commit().await?)
}

/// Takes from other bookings what these want, for a reason; those who lose a slot hear what is free instead. Classes
/// are not displaced: they have people in their seats.
pub(super) async fn displace(
    tx: &DatabaseTransaction,
    step: &Step<'_>,
    diary: &mut Diary,
    wanted: &[Wanted],
    reason: &Line,
) -> Result<(), StudioError> {
    let codes: HashSet<String> =
        wanted.iter().flat_map(|wanted| diary.clashes(wanted)).map(|clash| clash.with).collect();
    let standing = [BookingState::Held, BookingState::Approved];
    let losers = booking::Entity::find()
        .filter(booking::Column::Code.is_in(codes))
        .filter(booking::Column::State.is_in(standing))
        .filter(booking::Column::StartsAt.gt(step.now()))
        .order_by_asc(booking::Column::Id)
        .all(tx)
        .await?;
    diary.vacate(&losers.iter().map(|loser| loser.id).collect());
    // What is offered to them must not be what they are displaced by.
    let mut taken = diary.clone();
    wanted.iter().for_each(|wanted| taken.enter(Uuid::nil(), "", wanted));
    for loser in losers {
        let displaced = booking::Model {
            state: BookingState::Cancelled,
            reason: Some(reason.as_str().to_owned()),
            held_until: None,
            ..loser.clone()
        };
        let saved =
            step.save(tx, &loser, displaced, (BookingEvent::Displaced, Some(reason.as_str()))).await?;
        let facts = Facts { instead: instead_of(step, &taken, &loser), ..step.facts(&saved) };
        step.tell(tx, &saved, Event::BookingDisplaced, facts).await?;
    }
    Ok(())
}

/// The booking itself, or it and all later ones of its series that may still be changed. What has begun stays.
async fn affected(
    tx: &DatabaseTransaction,
    booking: &booking::Model,
    which: Which,
    now: DateTime<Utc>,
    states: &[BookingState],
) -> Result<Vec<booking::Model>, StudioError> {
    let (Which::Later, Some(series)) = (which, booking.series_id) else { return Ok(vec![booking.clone()]) };
    let later = booking::Entity::find()
        .filter(booking::Column::SeriesId.eq(series))
        .filter(booking::Column::StartsAt.gte(booking.starts_at))
        .filter(booking::Column::StartsAt.gt(now))
        .filter(booking::Column::State.is_in(states.iter().copied()))
        .order_by_asc(booking::Column::StartsAt)
        .all(tx)
        .await?;
    Ok(later)
}

fn check_theirs(rules: &SpaceRules, by: &OnDuty, booking: &booking::Model) -> Result<(), Refusal> {
    if rules.approver(booking.space_id).duty() == by.duty() { Ok(()) } else { Err(Refusal::NotTheirs) }
}

fn check_past(step: &Step<'_>, starts_at: DateTime<Utc>) -> Result<(), Refusal> {
    if starts_at > step.now() { Ok(()) } else { Err(Refusal::Past) }
}

/// Whoever decides may open the door at night, but not in a house that is closed.
fn check_in_use(rules: &SpaceRules, booking: &booking::Model) -> Result<(), Refusal> {
    match rules.check(booking.space_id, Audience::Staff, booking.slot()) {
        Err(Shut::NotInUse(day)) => Err(Refusal::NotInUse(day)),
        Err(Shut::Closed(day, reason)) => Err(Refusal::Closed(day, reason)),
        Err(Shut::Hours(_)) | Ok(()) => Ok(()),
    }
}

fn check_free(
    step: &Step<'_>,
    diary: &Diary,
    booking: &booking::Model,
    wanted: &Wanted,
) -> Result<(), Refusal> {
    obstacle(step, diary, booking, wanted).map_or(Ok(()), |obstacle| Err(Refusal::Clashes(vec![obstacle])))
}

fn obstacle(step: &Step<'_>, diary: &Diary, booking: &booking::Model, wanted: &Wanted) -> Option<Obstacle> {
    let clashes = diary.clashes(wanted);
    if clashes.is_empty() {
        return None;
    }
    let others = alternatives(step.rules, booking.space_id, booking.audience);
    let instead = missed(step, diary, booking).instead(&others);
    Some(Obstacle { slot: booking.slot(), clashes, instead })
}
