//! Answering the survey of a run one had a place in.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::registration::store::find_mine as find_application;
use domain::seoul;
use domain::survey::entity::survey_question;
use domain::survey::store::{self, Asked, SurveyError, SurveyRefusal};
use domain::survey::{Answer, Kind, MOST_POINTS, WORDS_MAX};
use leptos::prelude::*;
use uuid::Uuid;

use super::question;
use crate::AppError;
use crate::ask::Ask;
use crate::ui::{
    Alert, Breadcrumb, Button, Choice, Crumb, Form, Hidden, Input, PageHead, Problems, RadioGroup, TextArea,
    Tone,
};
use crate::when;
use crate::words::{Language, registration, survey as words};

/// `GET /my/{application}/survey`
pub async fn page(ask: Ask, Path(application): Path<Uuid>) -> Result<Response, AppError> {
    draw(&ask, application, StatusCode::OK, Input::default(), Problems::default()).await
}

async fn find(ask: &Ask, application: Uuid) -> Result<Asked, AppError> {
    store::find_mine(&ask.centre, ask.signed_in()?, application).await?.ok_or(AppError::NotFound)
}

/// `POST /my/{application}/survey`: `form` is the one that was shown, `q1` and so on answer its questions by their place.
pub async fn answer(ask: Ask, Path(application): Path<Uuid>, input: Input) -> Result<Response, AppError> {
    let l = ask.language;
    let asked = find(&ask, application).await?;
    let form: Uuid = input.text("form").parse().map_err(|_| AppError::BadRequest)?;
    let answers = match read(l, &asked.form.questions, &input) {
        Ok(answers) => answers,
        Err(problems) => {
            return draw(&ask, application, StatusCode::UNPROCESSABLE_ENTITY, input, problems).await;
        }
    };
    let sentence = match store::answer(&ask.centre, ask.signed_in()?, application, form, answers).await {
        Ok(()) => return Ok(ask.see_other(&format!("/my/{application}/survey"))),
        Err(SurveyError::Db(error)) => return Err(error.into()),
        Err(SurveyError::Refused(SurveyRefusal::NotFound)) => return Err(AppError::NotFound),
        Err(SurveyError::Refused(SurveyRefusal::NotNow)) => words::refused_not_now(l),
        Err(SurveyError::Refused(SurveyRefusal::Answered)) => words::refused_answered(l),
        Err(SurveyError::Refused(SurveyRefusal::Stale)) => words::refused_stale(l),
    };
    draw(&ask, application, StatusCode::CONFLICT, input, Problems::one("", sentence)).await
}

fn name(question: &survey_question::Model) -> String {
    format!("q{}", question.place)
}

/// All points are wanted, words only from those who like.
fn read(l: Language, questions: &[survey_question::Model], input: &Input) -> Result<Vec<Answer>, Problems> {
    let (mut answers, mut problems) = (Vec::new(), Problems::default());
    for question in questions {
        let (field, place) = (name(question), question.place);
        let text = input.text(&field);
        match question.kind {
            Kind::Points => {
                match text.parse::<u32>().ok().filter(|points| (1..=MOST_POINTS).contains(points)) {
                    Some(points) => {
                        answers.push(Answer::Points { place, points: i32::try_from(points).unwrap_or(1) });
                    }
                    None => problems.add(field, words::wrong_points(l)),
                }
            }
            Kind::Words if text.chars().count() > WORDS_MAX => {
                problems.add(field, words::wrong_words(l, WORDS_MAX));
            }
            Kind::Words if text.is_empty() => {}
            Kind::Words => answers.push(Answer::Words { place, words: text.to_owned() }),
        }
    }
    if problems.is_empty() { Ok(answers) } else { Err(problems) }
}

async fn draw(
    ask: &Ask,
    application: Uuid,
    status: StatusCode,
    input: Input,
    problems: Problems,
) -> Result<Response, AppError> {
    let (l, now) = (ask.language, ask.centre.clock().now());
    let asked = find(ask, application).await?;
    let mine =
        find_application(&ask.centre, ask.signed_in()?, application).await?.ok_or(AppError::NotFound)?;
    let course = crate::course::title(l, &mine.course);
    let heading = words::title_of(l, &course);
    Ok(ask.refuse(status, &heading.clone(), move || {
        let back = format!("/my/{application}");
        let way = vec![Crumb::new(l, registration::my_courses(l), "/my"), Crumb::new(l, course, &back)];
        let span = asked.span;
        // What concerns no question is said above everything: the questions may be gone.
        let refused = problems.of("").map(str::to_owned);
        let problems = if refused.is_some() { Problems::default() } else { problems };
        let body = if asked.has_answered {
            view! { <div role="status"><Alert l=l tone=Tone::Success><p>{words::thanks(l)}</p></Alert></div> }
                .into_any()
        } else if now < span.from {
            let said = words::not_yet(l, when::day(l, seoul::day(span.from)));
            view! { <Alert l=l tone=Tone::Information><p>{said}</p></Alert> }.into_any()
        } else if now >= span.until {
            view! { <Alert l=l tone=Tone::Information><p>{words::over(l)}</p></Alert> }.into_any()
        } else {
            let last = when::day(l, seoul::day(span.until - chrono::TimeDelta::seconds(1)));
            let questions = asked.form.questions;
            view! {
                <p>{words::until(l, last)}</p>
                <Form l=l action=l.path(&format!("{back}/survey")) input=input problems=problems>
                    <Hidden name="form" value=asked.form.id.to_string()/>
                    {questions.iter().map(|question| field(l, question)).collect_view()}
                    <Button>{words::send(l)}</Button>
                </Form>
            }
            .into_any()
        };
        view! {
            <Breadcrumb l=l way=way here=words::title(l)/>
            <PageHead title=heading lead=words::lead(l)/>
            {refused.map(|sentence| view! {
                <div role="alert" tabindex="-1" autofocus><Alert l=l tone=Tone::Danger><p>{sentence}</p></Alert></div>
            })}
            {body}
        }
    }))
}

fn field(l: Language, asked: &survey_question::Model) -> AnyView {
    let (name, label) = (name(asked), question(l, asked));
    match asked.kind {
        Kind::Points => {
            let choices = [
                ("5", words::points_5(l)),
                ("4", words::points_4(l)),
                ("3", words::points_3(l)),
                ("2", words::points_2(l)),
                ("1", words::points_1(l)),
            ];
            let choices = choices.into_iter().map(|(value, label)| Choice::new(value, label)).collect();
            view! { <RadioGroup name=name legend=label choices=choices hint=words::points_hint(l) required=true/> }
                .into_any()
        }
        Kind::Words => {
            view! { <TextArea name=name label=label hint=words::words_hint(l) rows=3 maxlength=500/> }
                .into_any()
        }
    }
}
