//! What can't be done with the programme, as a status, a field and a sentence.

use axum::http::StatusCode;
use domain::course::edit::{EditError, Refusal};
use domain::course::file::{Column, Fault, Problem};
use domain::course::{DeskShut, PatternError};
use domain::space::diary::{Clash, Over};

use crate::AppError;
use crate::ui::Problems;
use crate::when;
use crate::words::{Language, course as words, minimum};

/// Everything that was refused: what is not there is a page of its own, and so is a database that fails.
pub fn refusals(error: EditError) -> Result<Vec<Refusal>, AppError> {
    match error {
        EditError::Db(error) => Err(error.into()),
        EditError::Refused(refusals) if refusals.contains(&Refusal::NotFound) => Err(AppError::NotFound),
        EditError::Refused(refusals) => Ok(refusals),
    }
}

/// 409 where things stand otherwise than the form thought, 422 where the form itself can be put right.
pub fn status(refusals: &[Refusal]) -> StatusCode {
    let stands_otherwise = |refusal: &Refusal| {
        matches!(
            refusal,
            Refusal::Stale
                | Refusal::RunCancelled
                | Refusal::Clashes(_)
                | Refusal::CapacityUnderTaken(_)
                | Refusal::PlacesHeld
                | Refusal::Begun
                | Refusal::LotteryStands
                | Refusal::WindowStands
                | Refusal::MinimumStands
                | Refusal::NothingToDecide
                | Refusal::SessionBegun
                | Refusal::LastSession
        )
    };
    if refusals.iter().any(stands_otherwise) {
        StatusCode::CONFLICT
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    }
}

/// Each refusal at the field it concerns.
pub fn problems(l: Language, refusals: &[Refusal]) -> Problems {
    let mut problems = Problems::default();
    for refusal in refusals {
        match refusal {
            Refusal::Missing(missing) => {
                for what in missing {
                    problems.add(what.as_str(), words::missing(l, super::form::label(l, what.as_str())));
                }
            }
            _ => problems.add(field(refusal), sentence(l, refusal)),
        }
    }
    problems
}

/// Every clash there is, for the table below the problems.
pub fn clashes(refusals: Vec<Refusal>) -> Vec<Clash> {
    let of = |refusal| if let Refusal::Clashes(clashes) = refusal { clashes } else { Vec::new() };
    refusals.into_iter().flat_map(of).collect()
}

fn field(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::CodeTaken => "code",
        Refusal::TitleTaken => "title",
        Refusal::Pattern(PatternError::Backwards) | Refusal::SessionBackwards => "end",
        Refusal::Pattern(PatternError::Count) => "session_count",
        Refusal::Pattern(PatternError::Minutes(_)) => "hours",
        Refusal::Pattern(PatternError::NoHolidays(_)) | Refusal::Begun => "first_date",
        Refusal::SessionPast | Refusal::SessionUnmoved => "date",
        Refusal::FreeTimes(_) => "start",
        Refusal::NoRoom
        | Refusal::FreeRooms(_)
        | Refusal::RoomNotInUse(_)
        | Refusal::RoomClosed(..)
        | Refusal::RoomShut(_)
        | Refusal::PlacesHeld => "space",
        Refusal::CapacityOverSeats(_) | Refusal::CapacityUnderTaken(_) => "capacity",
        Refusal::LotteryStands => "selection",
        Refusal::MinimumOverCapacity | Refusal::MinimumStands => "minimum_people",
        Refusal::MinimumTooEarly | Refusal::MinimumTooLate => "minimum_at",
        Refusal::WindowBackwards | Refusal::WindowStands | Refusal::DrawTooLate(_) => "apply_until",
        _ => "",
    }
}

pub fn sentence(l: Language, refusal: &Refusal) -> String {
    match refusal {
        Refusal::NotFound => words::refused_not_found(l).into(),
        Refusal::Stale => words::refused_stale(l).into(),
        Refusal::CodeTaken => words::refused_code_taken(l).into(),
        Refusal::TitleTaken => words::refused_title_taken(l).into(),
        Refusal::RunCancelled => words::refused_run_cancelled(l).into(),
        Refusal::Missing(missing) => {
            let labels: Vec<_> = missing.iter().map(|what| super::form::label(l, what.as_str())).collect();
            words::missing(l, labels.join(", "))
        }
        Refusal::Pattern(PatternError::Backwards) | Refusal::SessionBackwards => {
            words::refused_backwards(l).into()
        }
        Refusal::Pattern(PatternError::Count) => words::refused_count(l).into(),
        Refusal::Pattern(PatternError::Minutes(_)) => words::refused_minutes(l).into(),
        Refusal::Pattern(PatternError::NoHolidays(year)) => words::refused_no_holidays(l, year),
        Refusal::Clashes(clashes) => match clashes.as_slice() {
            [] => words::refused_occupied(l).into(),
            [clash] => clash_sentence(l, clash),
            clashes => words::refused_clashes(l, clashes.len()),
        },
        Refusal::FreeRooms(rooms) => words::free_rooms(l, rooms.join(", ")),
        Refusal::FreeTimes(times) => {
            let times: Vec<String> = times.iter().map(|at| when::moment(l, *at)).collect();
            words::free_times(l, times.join(", "))
        }
        Refusal::LotteryStands => words::refused_lottery_stands(l).into(),
        Refusal::WindowStands => words::refused_window_stands(l).into(),
        Refusal::NoKey => crate::words::draw::office_no_key(l).into(),
        Refusal::DrawTooLate(at) => words::refused_draw_too_late(l, when::moment(l, *at)),
        Refusal::NoRoom => words::refused_no_room(l).into(),
        Refusal::RoomNotInUse(day) => words::refused_room_not_in_use(l, when::day(l, *day)),
        Refusal::RoomClosed(day, reason) => words::refused_room_closed(l, when::day(l, *day), reason),
        Refusal::RoomShut(day) => words::refused_room_shut(l, when::day(l, *day)),
        Refusal::CapacityOverSeats(seats) => words::refused_over_seats(l, seats),
        Refusal::CapacityUnderTaken(taken) => words::refused_under_taken(l, taken),
        Refusal::PlacesHeld => words::refused_places_held(l).into(),
        Refusal::Begun => words::refused_begun(l).into(),
        Refusal::WindowBackwards => words::refused_window(l).into(),
        Refusal::MinimumOverCapacity => minimum::over_capacity(l).into(),
        Refusal::MinimumTooEarly => minimum::too_early(l).into(),
        Refusal::MinimumTooLate => minimum::too_late(l).into(),
        Refusal::MinimumStands => minimum::stands(l).into(),
        Refusal::NothingToDecide => minimum::nothing_to_decide(l).into(),
        Refusal::SessionBegun => words::refused_session_begun(l).into(),
        Refusal::SessionPast => words::refused_session_past(l).into(),
        Refusal::SessionUnmoved => words::refused_session_unmoved(l).into(),
        Refusal::LastSession => words::refused_last_session(l).into(),
    }
}

pub fn clash_sentence(l: Language, clash: &Clash) -> String {
    let span = when::span(l, clash.starts_at, clash.ends_at);
    match &clash.over {
        Over::Space => words::clash_room(l, &clash.with, span),
        Over::Person => words::clash_instructor(l, &clash.with, span),
        Over::Thing { name, left } => words::clash_thing(l, name, left, span),
    }
}

pub fn desk_shut(l: Language, shut: DeskShut) -> &'static str {
    match shut {
        DeskShut::Weekend => words::shut_weekend(l),
        DeskShut::Holiday => words::shut_holiday(l),
        DeskShut::Hour => words::shut_hour(l),
    }
}

/// What is wrong with a file, without its line and column; also for the command line.
pub fn problem(l: Language, problem: &Problem) -> String {
    match &problem.fault {
        Fault::TooBig => words::fault_too_big(l).into(),
        Fault::NotUtf8 => words::fault_not_utf8(l).into(),
        Fault::MissingColumn(column) => words::fault_missing_column(l, column.as_str()),
        Fault::UnknownColumn(name) => words::fault_unknown_column(l, name),
        Fault::ColumnTwice(name) => words::fault_column_twice(l, name),
        Fault::FieldCount { expected, found } => words::fault_field_count(l, expected, found),
        Fault::Empty => words::fault_empty(l).into(),
        Fault::RunCode => words::wrong_code(l).into(),
        Fault::Text(max) => words::wrong_line(l, max),
        Fault::OneOf(words) => words::fault_one_of(l, words.join(", ")),
        Fault::Date => words::fault_date(l).into(),
        Fault::Time => words::fault_time(l).into(),
        Fault::Weekdays => words::fault_weekdays(l).into(),
        Fault::Number(from, to) => words::wrong_number(l, from, to),
        Fault::Hours => words::wrong_hours(l).into(),
        Fault::Instant => words::fault_instant(l).into(),
        Fault::UnknownSpace => words::fault_unknown_space(l).into(),
        Fault::NeedsSpace => words::fault_needs_space(l).into(),
        Fault::RunTwice { line } => words::fault_run_twice(l, line),
        Fault::CourseDiffers { line, word } => match problem.column {
            Some(Column::Audience) => words::fault_audience_differs(l, line, problem.line, word),
            _ => words::fault_category_differs(l, line, problem.line, word),
        },
        Fault::CourseKnown { word } => words::fault_course_known(l, word),
        Fault::ClashInFile { line, clash } => words::fault_clash(l, line, clash_sentence(l, clash)),
        Fault::Refused(refusal) => sentence(l, refusal),
    }
}
