//! The survey after a run: answering it, reading what it says, and its questions.

mod form;
mod page;
mod results;

pub fn routes() -> axum::Router<domain::centre::Centre> {
    use axum::routing::get;
    axum::Router::new()
        .route("/my/{application}/survey", get(page::page).post(page::answer))
        .route("/manage/runs/{code}/survey", get(results::page))
        .route("/manage/survey", get(form::page).post(form::save))
}

/// A question in the reader's language, where it has it.
fn question(l: crate::words::Language, question: &domain::survey::entity::survey_question::Model) -> String {
    l.choose(&question.ko, question.en.as_deref()).to_owned()
}
