//! The names of sides, of what stands on them, and of what is measured, in the reader's language.

use chrono::NaiveDate;
use domain::account::Audience;
use domain::space::store::Tree;
use domain::statistics::{AgeGroup, DayPart, Dimension, Facts, Key, Measure};

use crate::account::say;
use crate::course::{category_word, mode_word};
use crate::when;
use crate::words::{Language, statistics as words};

pub fn dimension_word(l: Language, side: Dimension) -> &'static str {
    match side {
        Dimension::Audience => words::audience(l),
        Dimension::Mode => words::mode(l),
        Dimension::Category => words::category(l),
        Dimension::Place => words::place(l),
        Dimension::Instructor => words::instructor(l),
        Dimension::Year => words::year(l),
        Dimension::Month => words::month(l),
        Dimension::DayPart => words::time(l),
        Dimension::Sex => words::sex(l),
        Dimension::Age => words::age(l),
        Dimension::Neighbourhood => words::neighbourhood(l),
    }
}

pub fn measure_word(l: Language, measure: Measure) -> &'static str {
    match measure {
        Measure::Runs => words::runs(l),
        Measure::Hours => words::hours(l),
        Measure::Enrolled => words::enrolled(l),
        Measure::People => words::people(l),
        Measure::Attended => words::attended(l),
        Measure::Completed => words::completed(l),
        Measure::Attendance => words::attendance(l),
        Measure::NoShow => words::no_show(l),
        Measure::Waiting => words::waiting(l),
        Measure::GivenUp => words::given_up(l),
        Measure::Cancelled => words::cancelled(l),
        Measure::Seats => words::seats(l),
        Measure::Viewers => words::viewers(l),
    }
}

pub fn audience_word(l: Language, audience: Audience) -> &'static str {
    match audience {
        Audience::Resident => words::resident(l),
        Audience::Staff => words::staff(l),
    }
}

fn part_word(l: Language, part: DayPart) -> &'static str {
    match part {
        DayPart::Morning => words::morning(l),
        DayPart::Afternoon => words::afternoon(l),
        DayPart::Evening => words::evening(l),
    }
}

fn age_word(l: Language, group: AgeGroup) -> String {
    match group.first() {
        0 => words::age_below(l, 10),
        AgeGroup::LAST => words::age_above(l, AgeGroup::LAST),
        first => words::age_of(l, first, first + 9),
    }
}

pub fn key_word(l: Language, facts: &Facts, tree: &Tree, key: Key) -> String {
    let unknown = || match key {
        Key::Place(_) => words::no_place(l).to_owned(),
        _ => words::not_given(l).to_owned(),
    };
    match key {
        Key::Audience(it) => audience_word(l, it).to_owned(),
        Key::Mode(it) => mode_word(l, it).to_owned(),
        Key::Category(it) => category_word(l, it).to_owned(),
        Key::Place(Some(_)) => place_word(l, tree, &facts.word(key)),
        Key::Instructor(Some(_)) => facts.word(key),
        Key::Year(year) => words::year_of(l, year),
        Key::Month(year, month) => {
            NaiveDate::from_ymd_opt(year, month, 1).map(|day| when::month(l, day)).unwrap_or_default()
        }
        Key::DayPart(Some(part)) => part_word(l, part).to_owned(),
        Key::Sex(Some(sex)) => say::sex(l, sex).to_owned(),
        Key::Age(Some(group)) => age_word(l, group),
        Key::Neighbourhood(Some(it)) => say::neighbourhood(l, it).to_owned(),
        Key::Place(None)
        | Key::Instructor(None)
        | Key::DayPart(None)
        | Key::Sex(None)
        | Key::Age(None)
        | Key::Neighbourhood(None) => unknown(),
    }
}

/// A space's name by its code.
pub fn place_word(l: Language, tree: &Tree, code: &str) -> String {
    tree.by_code(code).map_or_else(|| code.to_owned(), |space| space.name_in(l).to_owned())
}
