//! The catalogue: finding a course, and one run with all that there is to know before applying.

mod calendar;
mod catalogue;
mod handout;
mod home;
mod manage;
mod run;

pub(crate) use handout::part as handouts;
pub(crate) use manage::find_to_edit;
pub use manage::import_problem;
pub use run::draw_run;
pub(crate) use run::find;

use axum::Router;
use axum::routing::get;
use domain::centre::Centre;
use domain::course::store::RunLine;
use domain::course::{Category, Mode, Selection, Window};

use crate::ui::{Badge, Tone};
use crate::words::{Language, catalogue as words};
use leptos::prelude::*;

pub fn routes() -> Router<Centre> {
    Router::new()
        .route("/", get(home::home))
        .route("/courses", get(catalogue::catalogue))
        .route("/courses/{code}", get(run::run))
        .route("/courses/{code}/calendar.ics", get(calendar::calendar))
        .merge(handout::routes())
        .merge(manage::routes())
}

/// A course's title in the reader's language, where it has one.
pub(crate) fn title(l: Language, course: &domain::course::entity::course::Model) -> String {
    l.choose(&course.title, course.title_en.as_deref()).to_owned()
}

pub(crate) fn category_word(l: Language, category: Category) -> &'static str {
    match category {
        Category::Basic => words::category_basic(l),
        Category::Practical => words::category_practical(l),
        Category::Career => words::category_career(l),
        Category::NewTechnology => words::category_newtech(l),
        Category::StaffIt => words::category_staff_it(l),
    }
}

pub(crate) fn mode_word(l: Language, mode: Mode) -> &'static str {
    match mode {
        Mode::InPerson => words::mode_in_person(l),
        Mode::Online => words::mode_online(l),
        Mode::Both => words::mode_both(l),
    }
}

fn selection_word(l: Language, selection: Selection) -> &'static str {
    match selection {
        Selection::FirstCome => words::selection_first_come(l),
        Selection::Approval => words::selection_approval(l),
        Selection::Lottery => words::selection_lottery(l),
        Selection::Staged => words::selection_staged(l),
    }
}

fn window_badge(l: Language, window: Window) -> impl IntoView {
    let (tone, word) = match window {
        Window::Open => (Tone::Success, words::window_open(l)),
        Window::Soon => (Tone::Information, words::window_soon(l)),
        Window::Closed | Window::Unset => (Tone::Neutral, words::window_closed(l)),
    };
    view! { <Badge tone=tone text=word/> }
}

/// The badges of a run in a list: where its window stands, how it is held, what it is about.
fn badges(l: Language, line: &RunLine) -> impl IntoView + use<> {
    view! {
        {window_badge(l, line.window)}
        <Badge outline=true text=mode_word(l, line.run.mode)/>
        <Badge outline=true text=category_word(l, line.course.category)/>
    }
}
