//! The seat plan: in the room's shape, live, and a plain form all the same.

use domain::language::Language;
use domain::registration::{Snapshot, State};
use domain::space::PlanSeat;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::browser;
use super::view::{Board, Mine, Offer};
use crate::space::plan::{Mark, legend, room, tabs};
use crate::ui::{Alert, Button, Look, Tone};
use crate::words::registration as words;

/// Seats, places left and one's own standing, kept true while one looks. Others' changes are never read aloud, one's
/// own always are. Each seat that can be had is a button of one form, so that a press works without JavaScript too.
#[island]
pub fn SeatBoard(l: Language, board: Board) -> impl IntoView {
    let snapshot = RwSignal::new(board.snapshot.clone());
    let mine = RwSignal::new(board.mine.clone());
    let changed = RwSignal::new(false);
    let path = l.path(&board.path);
    let concerned = board.mine.is_some();
    let listen = path.clone();
    Effect::new(move || {
        let own = format!("{listen}/mine");
        browser::follow(listen.clone(), move |state: Snapshot| {
            if snapshot.get_untracked() != state {
                snapshot.set(state);
            }
            if concerned {
                let own = own.clone();
                spawn_local(async move {
                    let Some(state) = browser::fetch::<Option<Mine>>(&own).await else { return };
                    if mine.get_untracked() != state {
                        mine.set(state);
                        changed.set(true);
                    }
                });
            }
        });
    });
    let choosing = !matches!(board.offer, Offer::Look);
    let action = match (&board.offer, &board.mine) {
        (Offer::Change, Some(mine)) => l.path(&format!("{}/seat", mine.path)),
        _ => path,
    };
    let key = match &board.offer {
        Offer::Apply { key, .. } => Some(key.clone()),
        _ => None,
    };
    let online = matches!(board.offer, Offer::Apply { online: true, .. });
    let hidden = move || key.clone().map(|key| view! { <input type="hidden" name="key" value=key/> });
    let seats: Vec<PlanSeat> = board.plan.seats().cloned().collect();
    let seats = seat_options(l, seats, snapshot);
    let rooms = board.plan.rooms.clone();
    let has_plan = !rooms.is_empty();
    let own_seat = Signal::derive(move || mine.get().and_then(|mine| mine.seat));
    let tabs = tabs(l, &rooms, board.mine.as_ref().and_then(|mine| mine.seat.as_ref()));
    let draw = |seat: &PlanSeat| seat_view(l, seat.clone(), choosing, snapshot, own_seat).into_any();
    let rooms: Vec<_> = rooms.iter().enumerate().map(|(index, each)| room(l, index, each, draw)).collect();
    let capacity = board.capacity;
    let applying = matches!(board.offer, Offer::Apply { .. });
    let changing = board.offer == Offer::Change;
    view! {
        <div class="seat-board">
            <div role="status">{move || mine.get().map(|mine| standing(l, &mine, changed.get()))}</div>
            <p class="seat-count">{move || count(l, &snapshot.get(), capacity)}</p>
            <form method="post" action=action.clone() class="seat-form">
                {hidden()}
                {applying.then(|| view! {
                    <div class="seat-any">
                        <Button attr:name="seat" attr:value="any">
                            {move || any_label(l, has_plan, &snapshot.get())}
                        </Button>
                        {online.then(|| view! {
                            <Button look=Look::Secondary attr:name="seat" attr:value="online">{words::online_place(l)}</Button>
                        })}
                    </div>
                })}
                {has_plan.then(|| view! {
                    {choosing.then(|| view! {
                        <p class="seat-hint">{if changing { words::change_hint(l) } else { words::plan_hint(l) }}</p>
                    })}
                    <div class="seat-plan">
                        {legend(l, MARKS.map(|mark| (mark, word(l, mark))))}
                        {tabs}
                        <div class="seat-rooms" on:keydown=move |event| browser::move_focus(&event)>{rooms}</div>
                    </div>
                })}
            </form>
            {(has_plan && choosing).then(|| view! {
                <form method="post" action=action class="seat-list">
                    {hidden()}
                    <label for="seat-list-choice">{words::from_list(l)}</label>
                    <select id="seat-list-choice" name="seat" class="krds-form-select">{seats}</select>
                    <Button look=Look::Secondary small=true>
                        {if changing { words::change_seat(l) } else { words::apply_for_it(l) }}
                    </Button>
                </form>
            })}
        </div>
    }
}

const MARKS: [Mark; 5] = [Mark::Free, Mark::Wheelchair, Mark::Taken, Mark::Mine, Mark::OutOfService];

fn any_label(l: Language, has_plan: bool, snapshot: &Snapshot) -> &'static str {
    match (snapshot.left > 0, has_plan) {
        (true, true) => words::any_seat_in_room(l),
        (true, false) => words::any_place(l),
        (false, _) => words::join_list(l),
    }
}

fn count(l: Language, snapshot: &Snapshot, capacity: u32) -> String {
    match snapshot.waiting {
        0 => words::places_left(l, snapshot.left, capacity),
        waiting => words::places_left_and_waiting(l, snapshot.left, capacity, waiting),
    }
}

/// One's own application, and what to do with it. A change while looking says so first.
fn standing(l: Language, mine: &Mine, changed: bool) -> impl IntoView + use<> {
    let seat = mine.seat.as_ref().map(|seat| seat.as_str().to_owned());
    let (tone, sentence) = match (mine.state, seat) {
        (State::Booked, Some(seat)) => (Tone::Success, words::standing_seat(l, seat)),
        (State::Booked, None) => (Tone::Success, words::standing_admitted(l).to_owned()),
        (State::Offered, _) => {
            (Tone::Warning, words::standing_offered(l, mine.until.clone().unwrap_or_default()))
        }
        (State::Waiting, _) => (Tone::Information, words::standing_waiting(l, mine.rank.unwrap_or_default())),
        (State::Asked, _) => (Tone::Information, words::standing_asked(l).to_owned()),
        _ => (Tone::Information, words::standing_ended(l).to_owned()),
    };
    let accept = (mine.state == State::Offered).then(|| {
        view! {
            <form method="post" action=l.path(&format!("{}/accept", mine.path))>
                <Button>{words::accept(l)}</Button>
            </form>
        }
    });
    let page = l.path(&mine.path);
    view! {
        <Alert l=l tone=tone>
            {changed.then(|| view! { <p><strong>{words::standing_changed(l)}</strong></p> })}
            <p>{sentence}</p>
            {accept}
            <p><a href=page>{words::see_application(l)}</a></p>
        </Alert>
    }
}

/// What a mark means on a run's plan.
fn word(l: Language, mark: Mark) -> &'static str {
    match mark {
        Mark::Free => words::mark_free(l),
        Mark::Wheelchair => words::mark_wheelchair(l),
        Mark::Taken => words::mark_taken(l),
        Mark::Mine => words::mark_mine(l),
        Mark::OutOfService => words::mark_out(l),
    }
}

fn seat_view(
    l: Language,
    seat: PlanSeat,
    choosing: bool,
    snapshot: RwSignal<Snapshot>,
    own: Signal<Option<domain::space::SeatCode>>,
) -> impl IntoView {
    let code = seat.code.clone();
    let mark = Memo::new(move |_| match () {
        () if seat.out_of_service.is_some() => Mark::OutOfService,
        () if own.get().as_ref() == Some(&code) => Mark::Mine,
        () if snapshot.with(|state| state.taken.contains(&code)) => Mark::Taken,
        () if seat.accessible => Mark::Wheelchair,
        () => Mark::Free,
    });
    let code = seat.code.as_str().to_owned();
    move || {
        let (mark, code) = (mark.get(), code.clone());
        let label = words::seat_label(l, &code, word(l, mark));
        let face = view! { {mark.sign()} <span>{code.clone()}</span> };
        if choosing && matches!(mark, Mark::Free | Mark::Wheelchair) {
            view! { <button type="submit" name="seat" value=code class=mark.class() aria-label=label>{face}</button> }
                .into_any()
        } else {
            view! { <span class=mark.class() role="img" aria-label=label>{face}</span> }.into_any()
        }
    }
}

/// The seats as a list, those for wheelchairs named so. Every option stays where it is and is only barred while its seat
/// is held, so that what somebody has chosen never becomes another seat under their hands.
fn seat_options(l: Language, seats: Vec<PlanSeat>, snapshot: RwSignal<Snapshot>) -> Vec<impl IntoView> {
    let option = |seat: PlanSeat| {
        let code = seat.code.as_str().to_owned();
        let label = if seat.accessible { words::option_accessible(l, &code) } else { code.clone() };
        let barred = move || snapshot.with(|state| state.taken.contains(&seat.code));
        view! { <option value=code disabled=barred>{label}</option> }
    };
    seats.into_iter().filter(|seat| seat.out_of_service.is_none()).map(option).collect()
}
