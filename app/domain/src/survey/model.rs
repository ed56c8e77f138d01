//! What a survey may ask, what may be answered, and what the answers say together.

use chrono::{DateTime, Utc};

use crate::course::Line;
use crate::named::named;

named! {
    /// How a question is answered.
    pub enum Kind {
        /// By 1 to 5 points, 5 being the best.
        Points = "points",
        /// In one's own words, or not at all.
        Words = "words",
    }
}

/// How the survey is held, for the centre as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SurveySettings {
    /// For so many days after that of the last class it may be answered.
    pub days: u32,
}

impl Default for SurveySettings {
    fn default() -> Self {
        Self { days: 14 }
    }
}

/// The most points a question may be given; the fewest are 1.
pub const MOST_POINTS: u32 = 5;

/// From so many answers on results are shown, once the survey is over: below that one might guess whose they are.
pub const FEWEST_ANSWERS: u64 = 5;

/// The most questions, and the longest question and answer in characters.
pub const MOST_QUESTIONS: usize = 20;
pub const QUESTION_MAX: usize = 150;
pub const WORDS_MAX: usize = 500;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    pub kind: Kind,
    pub ko: Line,
    pub en: Option<Line>,
}

/// What is wrong with the text of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuestionProblem {
    #[error("line {0} is no question")]
    Line(usize),
    #[error("more than {MOST_QUESTIONS} questions")]
    TooMany,
    #[error("no question is answered by points")]
    NoPoints,
}

/// How the kinds of questions are written, in either language.
const KINDS: [(&str, &str, Kind); 2] = [("점수", "points", Kind::Points), ("글", "words", Kind::Words)];

/// Reads a form with a question on each line: `점수 | 만족하십니까? | Were you content?`. The English text may be absent.
pub fn parse_questions(text: &str) -> Result<Vec<Question>, QuestionProblem> {
    let mut questions = Vec::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        questions.push(parse_question(line).ok_or(QuestionProblem::Line(index + 1))?);
    }
    if questions.len() > MOST_QUESTIONS {
        return Err(QuestionProblem::TooMany);
    }
    match questions.iter().any(|question| question.kind == Kind::Points) {
        true => Ok(questions),
        false => Err(QuestionProblem::NoPoints),
    }
}

fn parse_question(line: &str) -> Option<Question> {
    let mut parts = line.split('|').map(str::trim);
    let word = parts.next()?;
    let (.., kind) = KINDS.into_iter().find(|(ko, en, _)| word == *ko || word.eq_ignore_ascii_case(en))?;
    let ko = Line::parse(parts.next()?, QUESTION_MAX)?;
    let en = match parts.next() {
        None | Some("") => None,
        Some(text) => Some(Line::parse(text, QUESTION_MAX)?),
    };
    parts.next().is_none().then_some(Question { kind, ko, en })
}

/// A question as [`parse_questions`] reads it.
pub fn question_line(kind: Kind, ko: &str, en: Option<&str>) -> String {
    let word = KINDS.into_iter().find(|(.., known)| *known == kind).map_or("", |(ko, ..)| ko);
    let english = en.map(|en| format!(" | {en}")).unwrap_or_default();
    format!("{word} | {ko}{english}")
}

/// What was answered to the question at a place of the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Points { place: i32, points: i32 },
    Words { place: i32, words: String },
}

/// From when until when a survey may be answered; half-open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SurveySpan {
    pub from: DateTime<Utc>,
    pub until: DateTime<Utc>,
}

impl SurveySpan {
    pub fn holds(self, now: DateTime<Utc>) -> bool {
        self.from <= now && now < self.until
    }
}

/// How many people gave a question 1, 2, 3, 4 and 5 points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spread(pub [u32; MOST_POINTS as usize]);

impl Spread {
    pub fn people(self) -> u32 {
        self.0.iter().sum()
    }

    /// The mean in hundredths of a point, rounded; `None` where nobody answered.
    pub fn mean(self) -> Option<u32> {
        let sum: u32 = (1..).zip(self.0).map(|(points, people)| points * people).sum();
        let people = self.people();
        (sum * 100 + people / 2).checked_div(people)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_as_it_is_written() {
        let text = "점수 | 만족하십니까? | Were you content?\n\n글 | 좋았던 점은?";
        let questions = parse_questions(text).unwrap();
        let lines: Vec<String> = questions
            .iter()
            .map(|it| question_line(it.kind, it.ko.as_str(), it.en.as_ref().map(Line::as_str)))
            .collect();
        assert_eq!(lines, ["점수 | 만족하십니까? | Were you content?", "글 | 좋았던 점은?"]);
        assert_eq!(parse_questions("Points | 가").unwrap()[0].kind, Kind::Points);
    }

    #[test]
    fn what_is_no_form_is_named_by_its_line() {
        for (text, problem) in [
            ("", QuestionProblem::NoPoints),
            ("글 | 가", QuestionProblem::NoPoints),
            ("점수 | 가\n나", QuestionProblem::Line(2)),
            ("점수", QuestionProblem::Line(1)),
            ("점수 | ", QuestionProblem::Line(1)),
            ("별 | 가", QuestionProblem::Line(1)),
            ("점수 | 가 | a | b", QuestionProblem::Line(1)),
            (&"점수 | 가\n".repeat(21), QuestionProblem::TooMany),
            (&format!("점수 | {}", "가".repeat(151)), QuestionProblem::Line(1)),
        ] {
            assert_eq!(parse_questions(text), Err(problem), "{text}");
        }
    }

    #[test]
    fn a_mean_is_rounded_and_of_nobody_there_is_none() {
        assert_eq!(Spread([0, 0, 0, 1, 2]).mean(), Some(467));
        assert_eq!(Spread([1, 1, 0, 0, 0]).mean(), Some(150));
        assert_eq!(Spread::default().mean(), None);
        assert_eq!(Spread([1, 2, 3, 4, 5]).people(), 15);
    }
}
