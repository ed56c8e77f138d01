//! How a room's seats are drawn: in the room's shape, the front above. A run's live plan and the page of a place share it.

use domain::language::Language;
use domain::space::{PlanSeat, RoomPlan, SeatCode};
use leptos::prelude::*;

use crate::ui::{Glyph, Icon};
use crate::words::place as words;

/// What a seat is at the moment. Each has a sign of its own and is named beside it, never told by colour alone.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    Free,
    Wheelchair,
    Taken,
    Mine,
    OutOfService,
}

impl Mark {
    pub fn class(self) -> &'static str {
        match self {
            Self::Free => "seat seat-free",
            Self::Wheelchair => "seat seat-free seat-wheelchair",
            Self::Taken => "seat seat-taken",
            Self::Mine => "seat seat-mine",
            Self::OutOfService => "seat seat-closed",
        }
    }

    pub fn sign(self) -> Option<impl IntoView> {
        let glyph = match self {
            Self::Free => return None,
            Self::Wheelchair => Glyph::Wheelchair,
            Self::Taken => Glyph::Cross,
            Self::Mine => Glyph::Check,
            Self::OutOfService => Glyph::Wrench,
        };
        Some(view! { <Icon glyph=glyph/> })
    }
}

/// What a seat is while nobody applies for it, with its word.
pub fn at_rest(l: Language, seat: &PlanSeat) -> (Mark, &'static str) {
    let [free, wheelchair, out_of_service] = marks_at_rest(l);
    match seat {
        _ if seat.out_of_service.is_some() => out_of_service,
        _ if seat.accessible => wheelchair,
        _ => free,
    }
}

/// Everything that [`at_rest`] can be.
pub fn marks_at_rest(l: Language) -> [(Mark, &'static str); 3] {
    [
        (Mark::Free, words::seat(l)),
        (Mark::Wheelchair, words::wheelchair_seat(l)),
        (Mark::OutOfService, words::out_of_service(l)),
    ]
}

/// What the marks of a plan mean.
pub fn legend(l: Language, marks: impl IntoIterator<Item = (Mark, &'static str)>) -> impl IntoView {
    let item = |(mark, word): (Mark, &'static str)| {
        view! { <li><span class=mark.class() aria-hidden="true">{mark.sign()}</span> {word}</li> }
    };
    let items: Vec<_> = marks.into_iter().map(item).collect();
    view! { <ul class="seat-legend" aria-label=words::legend(l)>{items}</ul> }
}

/// With several rooms a phone shows one at a time, at first the one with the seat `shown`: radio buttons that need no
/// script.
pub fn tabs(l: Language, rooms: &[RoomPlan], shown: Option<&SeatCode>) -> Option<impl IntoView + use<>> {
    if rooms.len() < 2 {
        return None;
    }
    let holds = |room: &RoomPlan| room.seats.iter().any(|seat| Some(&seat.code) == shown);
    let open = rooms.iter().position(holds).unwrap_or_default();
    let tab = |(index, room): (usize, &RoomPlan)| {
        let id = format!("room-{index}");
        let label = id.clone();
        let name = room.name_in(l).to_owned();
        view! {
            <input type="radio" name="room" class=format!("seat-tab seat-tab-{index}") id=id checked=index == open/>
            <label for=label class="seat-tab-label">{name}</label>
        }
    };
    let tabs: Vec<_> = rooms.iter().enumerate().map(tab).collect();
    Some(
        view! { <fieldset class="seat-tabs"><legend class="sr-only">{words::rooms(l)}</legend>{tabs}</fieldset> },
    )
}

/// The `index`th room of a plan, its seats as `seat` draws them and a gap where none stands.
pub fn room<F>(l: Language, index: usize, room: &RoomPlan, seat: F) -> impl IntoView + use<F>
where
    F: Fn(&PlanSeat) -> AnyView,
{
    let lines = room.seats.iter().map(|seat| seat.line).max().unwrap_or_default();
    let positions = room.seats.iter().map(|seat| seat.position).max().unwrap_or_default();
    let cell = |line, position| match room
        .seats
        .iter()
        .find(|seat| (seat.line, seat.position) == (line, position))
    {
        Some(found) => seat(found),
        None => view! { <span class="seat-gap"></span> }.into_any(),
    };
    let row = |line| {
        let cells: Vec<_> = (1..=positions).map(|position| cell(line, position)).collect();
        view! { <div class="seat-row">{cells}</div> }
    };
    let rows: Vec<_> = (1..=lines).map(row).collect();
    let heading = format!("seat-room-{index}");
    let labelled = heading.clone();
    view! {
        <div class=format!("seat-room seat-room-{index}") role="group" aria-labelledby=labelled>
            <h3 class="seat-room-name" id=heading>{room.name_in(l).to_owned()}</h3>
            <p class="seat-front">{words::front(l)}</p>
            {rows}
        </div>
    }
}
