//! How a lesson stands, who sees it and what was refused, in words.

use axum::http::StatusCode;
use domain::course::Viewers;
use domain::lesson::caption::{CAPTION_BYTES, CaptionProblem, Wrong};
use domain::lesson::edit::{LessonError, Refusal};
use domain::lesson::track::TrackError;
use domain::lesson::{CHAPTER, ChapterProblem, LessonEvent, LessonState, MOST_CHAPTERS};
use leptos::prelude::*;

use crate::AppError;
use crate::ui::{Badge, Choice, Problems, Tone};
use crate::words::{Language, lesson as words};

pub(crate) fn viewers_word(l: Language, viewers: Viewers) -> &'static str {
    match viewers {
        Viewers::Everybody => words::viewers_everybody(l),
        Viewers::SignedIn => words::viewers_signed_in(l),
        Viewers::Staff => words::viewers_staff(l),
        Viewers::Learners => words::viewers_learners(l),
    }
}

pub(crate) fn viewers_choices(l: Language) -> Vec<Choice> {
    Viewers::ALL.iter().map(|it| Choice::new(it.as_str(), viewers_word(l, *it))).collect()
}

pub(super) fn state_badge(l: Language, state: LessonState) -> impl IntoView {
    let (tone, word) = match state {
        LessonState::Draft => (Tone::Warning, words::state_draft(l)),
        LessonState::Published => (Tone::Success, words::state_published(l)),
        LessonState::Withdrawn => (Tone::Neutral, words::state_withdrawn(l)),
    };
    view! { <Badge tone=tone text=word/> }
}

pub(super) fn event_word(l: Language, event: LessonEvent) -> &'static str {
    match event {
        LessonEvent::Made => words::event_made(l),
        LessonEvent::Changed => words::event_changed(l),
        LessonEvent::Chaptered => words::event_chaptered(l),
        LessonEvent::Published => words::event_published(l),
        LessonEvent::Withdrawn => words::event_withdrawn(l),
    }
}

/// Which field a refusal concerns, and how it reads; the whole form where it concerns none.
pub(super) fn refused(l: Language, error: LessonError) -> Result<(StatusCode, Problems), AppError> {
    let refusal = match error {
        LessonError::Refused(refusal) => refusal,
        LessonError::Db(error) => return Err(error.into()),
    };
    let (status, field, sentence) = match refusal {
        Refusal::NotFound => return Err(AppError::NotFound),
        Refusal::Stale => (StatusCode::CONFLICT, "", words::refused_stale(l)),
        Refusal::CodeTaken => (StatusCode::CONFLICT, "code", words::refused_code(l)),
        Refusal::NoCourse => (StatusCode::UNPROCESSABLE_ENTITY, "course", words::wrong_course(l)),
        Refusal::ChapterBeyond => (StatusCode::UNPROCESSABLE_ENTITY, "length", words::refused_chapter(l)),
        Refusal::NotNow => (StatusCode::CONFLICT, "", words::refused_not_now(l)),
        Refusal::NoReplay => (StatusCode::CONFLICT, "", words::refused_no_replay(l)),
        Refusal::MadeAlready => (StatusCode::CONFLICT, "", words::refused_made(l)),
    };
    Ok((status, Problems::one(field, sentence)))
}

pub(super) fn chapter_sentence(l: Language, problem: ChapterProblem) -> String {
    match problem {
        ChapterProblem::Unreadable(line) => words::wrong_chapter(l, line, CHAPTER),
        ChapterProblem::NotAtBeginning => words::wrong_chapter_first(l).to_owned(),
        ChapterProblem::NotLater(line) => words::wrong_chapter_order(l, line),
        ChapterProblem::Beyond(line) => words::wrong_chapter_end(l, line),
        ChapterProblem::TooMany => words::wrong_chapters(l, MOST_CHAPTERS),
    }
}

pub(super) fn track_sentence(l: Language, error: TrackError) -> Result<String, AppError> {
    let CaptionProblem { line, wrong } = match error {
        TrackError::TooLarge => return Ok(words::wrong_large(l, CAPTION_BYTES / 1000)),
        TrackError::Captions(problem) => problem,
        TrackError::Db(error) => return Err(error.into()),
    };
    let why = match wrong {
        Wrong::NotText => words::wrong_not_text(l),
        Wrong::NoHeader => words::wrong_header(l),
        Wrong::NoTimes => words::wrong_no_times(l),
        Wrong::BadTimes => words::wrong_times(l),
        Wrong::Backwards => words::wrong_backwards(l),
        Wrong::OutOfOrder => words::wrong_order(l),
        Wrong::NoGap => words::wrong_gap(l),
        Wrong::Empty => return Ok(words::wrong_empty(l).to_owned()),
    };
    Ok(words::wrong_line_of(l, line, why))
}
