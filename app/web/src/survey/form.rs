//! The questions of the survey, a line for each.

use axum::http::StatusCode;
use axum::response::Response;
use domain::survey::store::{self, SurveyError};
use domain::survey::{MOST_QUESTIONS, QuestionProblem, parse_questions, question_line};
use leptos::prelude::*;
use uuid::Uuid;

use crate::AppError;
use crate::ask::Ask;
use crate::ui::{
    Alert, Breadcrumb, Button, Crumb, Form, Hidden, Input, PageHead, Problems, Query, TextArea, Tone,
};
use crate::words::{Language, course, survey as words};

/// `GET /manage/survey`
pub async fn page(ask: Ask, Query(query): Query) -> Result<Response, AppError> {
    let done = (query.text("done") == "saved").then(|| words::done_form(ask.language));
    draw(&ask, StatusCode::OK, None, Problems::default(), done).await
}

/// `POST /manage/survey`: `known` is the form that was changed.
pub async fn save(ask: Ask, input: Input) -> Result<Response, AppError> {
    let l = ask.language;
    let by = ask.signed_in()?.training_manager()?;
    let known: Uuid = input.text("known").parse().map_err(|_| AppError::BadRequest)?;
    let questions = match parse_questions(input.text("questions")) {
        Ok(questions) => questions,
        Err(problem) => {
            let problems = Problems::one("questions", sentence(l, problem));
            return draw(&ask, StatusCode::UNPROCESSABLE_ENTITY, Some(input), problems, None).await;
        }
    };
    match store::make_form(&ask.centre, &by, known, &questions).await {
        Ok(()) => Ok(ask.see_other("/manage/survey?done=saved")),
        Err(SurveyError::Db(error)) => Err(error.into()),
        Err(SurveyError::Refused(_)) => {
            let problems = Problems::one("", words::refused_form_stale(l));
            draw(&ask, StatusCode::CONFLICT, Some(input), problems, None).await
        }
    }
}

fn sentence(l: Language, problem: QuestionProblem) -> String {
    match problem {
        QuestionProblem::Line(line) => words::wrong_line(l, line),
        QuestionProblem::TooMany => words::wrong_many(l, MOST_QUESTIONS),
        QuestionProblem::NoPoints => words::wrong_no_points(l).into(),
    }
}

async fn draw(
    ask: &Ask,
    status: StatusCode,
    sent: Option<Input>,
    problems: Problems,
    done: Option<&'static str>,
) -> Result<Response, AppError> {
    let l = ask.language;
    ask.signed_in()?.training_manager()?;
    let form = store::current_form(ask.centre.database()).await?;
    let lines: Vec<String> =
        form.questions.iter().map(|it| question_line(it.kind, &it.ko, it.en.as_deref())).collect();
    let present = Input::new([("known", form.id.to_string()), ("questions", lines.join("\n"))]);
    // Sent again, a form that came too late is still the one that came too late.
    let input = sent.unwrap_or(present);
    let known = input.text("known").to_owned();
    Ok(ask.refuse(status, words::form(l), move || {
        view! {
            <Breadcrumb l=l way=vec![Crumb::new(l, course::runs(l), "/manage/runs")] here=words::form(l)/>
            <PageHead title=words::form(l) lead=words::form_lead(l)/>
            {done.map(|done| view! { <div role="status"><Alert l=l tone=Tone::Success><p>{done}</p></Alert></div> })}
            <Form l=l action=l.path("/manage/survey") input=input problems=problems>
                <Hidden name="known" value=known/>
                <TextArea name="questions" label=words::questions(l) hint=words::questions_hint(l) required=true rows=12/>
                <Button>{words::save(l)}</Button>
            </Form>
        }
    }))
}
