//! How the studio was used: by kind, how long, what share of its opening hours, and how often nobody came.

use chrono::{Days, NaiveDate};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::centre::Centre;
use crate::seoul;
use crate::space::SpaceKind;
use crate::space::rules::SpaceRules;
use crate::statistics::Share;
use crate::studio::entity::booking;
use crate::studio::{BookingState, Kind};

/// How often and how long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Uses {
    pub count: u32,
    pub minutes: u64,
    pub no_shows: u32,
}

impl Uses {
    /// How often nobody came, of all that were agreed on.
    pub fn no_show_share(&self) -> Option<Share> {
        Share::of(self.no_shows.into(), (self.count + self.no_shows).into())
    }
}

/// The uses of one studio and all within it.
#[derive(Clone, Debug)]
pub struct StudioUses {
    pub space: Uuid,
    /// By what was really made, where that is recorded.
    pub by_kind: Vec<(Kind, Uses)>,
    pub all: Uses,
    /// Minutes for which it was open to staff.
    pub open_minutes: u64,
}

/// Those of a period (both days within it) that had begun by the end of a day, studio by studio.
pub async fn load(
    centre: &Centre,
    rules: &SpaceRules,
    (first, last): (NaiveDate, NaiveDate),
    as_of: NaiveDate,
) -> Result<Vec<StudioUses>, DbErr> {
    let now = centre.clock().now();
    let last = last.min(as_of).min(seoul::day(now));
    let until = seoul::midnight(last + Days::new(1)).min(now);
    let took_place = [BookingState::Approved, BookingState::InUse, BookingState::Done, BookingState::NoShow];
    let bookings = booking::Entity::find()
        .filter(booking::Column::StartsAt.gte(seoul::midnight(first)))
        .filter(booking::Column::StartsAt.lt(until))
        .filter(booking::Column::State.is_in(took_place))
        .all(centre.database())
        .await?;
    let studios = rules.tree.all().iter().filter(|space| space.kind == SpaceKind::Studio);
    // What is within another is counted with it.
    let outermost = studios.filter(|space| {
        let around = rules.tree.ancestry(space.id);
        around.iter().filter(|it| it.kind == SpaceKind::Studio).count() == 1
    });
    let of_studio = |studio: Uuid| {
        let within = rules.tree.within(studio);
        let mut uses: Vec<(Kind, Uses)> = Kind::ALL.iter().map(|kind| (*kind, Uses::default())).collect();
        let mut all = Uses::default();
        for booking in bookings.iter().filter(|it| within.contains(&it.space_id)) {
            let kind = booking.made_kind.unwrap_or(booking.kind);
            let of_kind = uses.iter_mut().filter(|(it, _)| *it == kind).map(|(_, uses)| uses);
            for counted in of_kind.chain([&mut all]) {
                if booking.state == BookingState::NoShow {
                    counted.no_shows += 1;
                } else {
                    counted.count += 1;
                    counted.minutes +=
                        u64::try_from(booking.slot().length().num_minutes()).unwrap_or_default();
                }
            }
        }
        let open = rules.open_time(studio, first, last + Days::new(1)).num_minutes();
        let open_minutes = u64::try_from(open).unwrap_or_default();
        StudioUses { space: studio, by_kind: uses, all, open_minutes }
    };
    Ok(outermost.map(|space| of_studio(space.id)).collect())
}
