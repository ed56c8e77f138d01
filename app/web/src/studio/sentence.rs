//! Why a booking can't be made or changed so, as a status, a field and a sentence.

use axum::http::StatusCode;
use domain::space::diary::{Clash, Over};
use domain::space::store::Tree;
use domain::studio::MOST_OCCURRENCES;
use domain::studio::ask::{Obstacle, Refusal, StudioError};
use domain::studio::series::SeriesError;
use leptos::prelude::*;

use crate::AppError;
use crate::ask::Ask;
use crate::ui::{Alert, Problems, Tone};
use crate::when;
use crate::words::{Language, studio as words};

/// A refusal as a page shows it.
pub struct Refused {
    pub status: StatusCode,
    pub problems: Problems,
    pub obstacles: Vec<Obstacle>,
}

impl Refused {
    /// What is not there is a page of its own, and so is a database that fails.
    pub fn of(ask: &Ask, error: StudioError) -> Result<Self, AppError> {
        let refusals = match error {
            StudioError::Db(error) => return Err(error.into()),
            StudioError::Refused(refusals) if refusals.contains(&Refusal::NotFound) => {
                return Err(AppError::NotFound);
            }
            StudioError::Refused(refusals) => refusals,
        };
        let mut problems = Problems::default();
        for refusal in &refusals {
            problems.add(field(refusal), sentence(ask, refusal));
        }
        let status = status(&refusals);
        let obstacles = refusals.into_iter().filter_map(|refusal| match refusal {
            Refusal::Clashes(obstacles) => Some(obstacles),
            _ => None,
        });
        Ok(Self { status, problems, obstacles: obstacles.flatten().collect() })
    }
}

/// 403 where somebody may not, 409 where things stand otherwise than the form thought, else 422.
fn status(refusals: &[Refusal]) -> StatusCode {
    let is = |wanted: fn(&Refusal) -> bool| refusals.iter().any(wanted);
    if is(|it| matches!(it, Refusal::NotAsked | Refusal::NotTheirs | Refusal::Barred(_))) {
        StatusCode::FORBIDDEN
    } else if is(|it| {
        matches!(
            it,
            Refusal::Stale
                | Refusal::Clashes(_)
                | Refusal::HoursSpent(_)
                | Refusal::TooEarly
                | Refusal::NotBegun
                | Refusal::NoBar
                | Refusal::NothingToWaitFor
        )
    }) {
        StatusCode::CONFLICT
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    }
}

fn field(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::NotAsked | Refusal::NotInUse(_) => "place",
        Refusal::Past | Refusal::TooFar(_) | Refusal::Closed(..) => "date",
        Refusal::Backwards | Refusal::TooLong => "end",
        Refusal::OutsideHours(_) => "start",
        Refusal::NotAgreed => "agree",
        Refusal::NoSeries | Refusal::Series(SeriesError::Rule | SeriesError::NoHolidays(_)) => "repeat",
        Refusal::Series(SeriesError::Endless) => "count",
        Refusal::NothingToWaitFor => "waits",
        _ => "",
    }
}

fn sentence(ask: &Ask, refusal: &Refusal) -> String {
    let l = ask.language;
    match refusal {
        Refusal::NotFound => words::refused_not_found(l).into(),
        Refusal::Stale => words::refused_stale(l).into(),
        Refusal::NotAsked => words::refused_not_asked(l).into(),
        Refusal::NotTheirs => words::refused_not_theirs(l).into(),
        Refusal::Barred(until) => words::refused_barred(l, when::moment(l, *until)),
        Refusal::Past => words::refused_past(l).into(),
        Refusal::TooFar(days) => words::refused_too_far(l, days),
        Refusal::Backwards => words::refused_backwards(l).into(),
        Refusal::TooLong => words::refused_too_long(l).into(),
        Refusal::NotInUse(day) => words::refused_not_in_use(l, when::day(l, *day)),
        Refusal::Closed(day, reason) => words::refused_closed(l, when::day(l, *day), reason),
        Refusal::OutsideHours(day) => words::refused_hours(l, when::day(l, *day)),
        Refusal::HoursSpent(minutes) => words::refused_spent(l, minutes),
        Refusal::NotAgreed => words::refused_not_agreed(l).into(),
        Refusal::NoSeries => words::refused_series(l).into(),
        Refusal::Series(SeriesError::Rule) => words::refused_rule(l).into(),
        Refusal::Series(SeriesError::Endless) => words::refused_endless(l, MOST_OCCURRENCES),
        Refusal::Series(SeriesError::NoHolidays(year)) => words::refused_holidays(l, year),
        Refusal::Clashes(_) => words::refused_clashes(l).into(),
        Refusal::NothingToWaitFor => words::refused_nothing_to_wait(l).into(),
        Refusal::TooEarly => words::refused_too_early(l, ask.centre.settings().studio.check_in_minutes),
        Refusal::NotBegun => words::refused_not_begun(l).into(),
        Refusal::NoBar => words::refused_no_bar(l).into(),
    }
}

/// What stands in the way, date by date, with what would be free instead.
pub fn obstacle_list(l: Language, tree: &Tree, obstacles: &[Obstacle]) -> Option<AnyView> {
    if obstacles.is_empty() {
        return None;
    }
    let lines: Vec<_> = obstacles.iter().map(|obstacle| obstacle_line(l, tree, obstacle)).collect();
    let list = view! {
        <Alert l=l tone=Tone::Danger>
            <p>{words::clash_lead(l)}</p>
            <ul class="bullets">{lines}</ul>
        </Alert>
    };
    Some(list.into_any())
}

fn obstacle_line(l: Language, tree: &Tree, obstacle: &Obstacle) -> impl IntoView + use<> {
    let clashes: Vec<_> =
        obstacle.clashes.iter().map(|clash| view! { <li>{clash_sentence(l, clash)}</li> }).collect();
    let instead = &obstacle.instead;
    let slots: Vec<String> =
        instead.slots.iter().map(|slot| when::span(l, slot.starts_at, slot.ends_at)).collect();
    let spaces: Vec<&str> =
        instead.spaces.iter().filter_map(|id| tree.get(*id)).map(|space| space.name_in(l)).collect();
    let slots = if slots.is_empty() {
        words::instead_none(l).to_owned()
    } else {
        words::instead_slots(l, slots.join(", "))
    };
    let spaces = (!spaces.is_empty()).then(|| words::instead_spaces(l, spaces.join(", ")));
    view! {
        <li>
            <strong>{when::span(l, obstacle.slot.starts_at, obstacle.slot.ends_at)}</strong>
            <ul class="bullets">
                {clashes}
                <li>{slots}</li>
                {spaces.map(|spaces| view! { <li>{spaces}</li> })}
            </ul>
        </li>
    }
}

fn clash_sentence(l: Language, clash: &Clash) -> String {
    let span = when::span(l, clash.starts_at, clash.ends_at);
    match &clash.over {
        Over::Space => words::clash_space(l, &clash.with, span),
        Over::Person => words::clash_person(l, &clash.with, span),
        Over::Thing { name, left } => words::clash_thing(l, name, left),
    }
}
