//! What those who watch send into the question box, and what whoever presents does with it. An island stays on its page and
//! is answered with the new state; a form is answered with a page.

use axum::Json;
use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::broadcast::question::store::{
    self as questions, Draft, Question, QuestionError, QuestionRefusal,
};
use domain::broadcast::question::{A_BROADCAST, EARLY, Nickname, QuestionAct, QuestionWords, Taking, taking};
use domain::broadcast::store::{Host, Shown};
use uuid::Uuid;

use super::beside::Sent;
use super::question::{Answer, Asked, Asking, Desk, Line, Typed};
use super::{host, watch};
use crate::AppError;
use crate::ask::{Ask, InPlace, with_next};
use crate::ui::{Input, Problems};
use crate::when;
use crate::words::{Language, question as words};

/// The box as this person sees it.
pub(super) async fn asked(ask: &Ask, shown: &Shown) -> Result<Asked, AppError> {
    let now = ask.centre.clock().now();
    let found = questions::find_box(&ask.centre, shown).await?;
    let lines: Vec<Line> = questions::list_shown(&ask.centre, shown).await?.into_iter().map(line).collect();
    let was_used = found.turn > 0;
    let asking = match taking(shown.on_show(now), shown.subject.starts_at, now) {
        Taking::NotYet if found.is_open => {
            Asking::NotYet { from: when::time(shown.subject.starts_at - EARLY) }
        }
        Taking::Now if found.is_open && ask.viewer.is_some() => {
            Asking::Form { key: ask.centre.clock().id().to_string() }
        }
        Taking::Now if found.is_open => {
            Asking::SignIn { path: ask.link(&with_next("/sign-in", &watch::path(shown))) }
        }
        Taking::Now if was_used => Asking::Closed,
        Taking::Over if !lines.is_empty() => Asking::Over,
        _ => Asking::Nothing,
    };
    Ok(Asked { asking, lines })
}

/// The box as whoever presents sees it.
pub(super) async fn desk_of(ask: &Ask, by: &Host, shown: &Shown) -> Result<Desk, AppError> {
    let is_open = questions::find_box(&ask.centre, shown).await?.is_open;
    let lines = questions::list_for_host(&ask.centre, by, shown).await?;
    Ok(Desk { is_open, lines: lines.into_iter().map(line).collect() })
}

fn line(question: Question) -> Line {
    let Question { id, nickname, words, state, asked_at } = question;
    Line { id, nickname, words, time: when::time(asked_at), state }
}

/// The word by which an open page knows that its questions are to be others.
pub(super) async fn word_of(ask: &Ask, shown: &Shown) -> Result<String, AppError> {
    let now = ask.centre.clock().now();
    let turn = questions::find_box(&ask.centre, shown).await?.turn;
    Ok(format!("{turn} {:?}", taking(shown.on_show(now), shown.subject.starts_at, now)))
}

/// `GET /live/{code}/questions`
pub async fn list(ask: Ask, Path(code): Path<String>) -> Result<Response, AppError> {
    let shown = watch::find(&ask, &code).await?;
    Ok(no_store(Json(asked(&ask, &shown).await?)))
}

/// `POST /live/{code}/ask`
pub async fn ask(
    ask: Ask,
    Path(code): Path<String>,
    InPlace(in_place): InPlace,
    input: Input,
) -> Result<Response, AppError> {
    let who = ask.signed_in()?;
    let shown = watch::find(&ask, &code).await?;
    let key = input.text("key").parse::<Uuid>().map_err(|_| AppError::BadRequest)?;
    let (status, problems, wait) = match parse(ask.language, &input, key) {
        Ok(draft) => match questions::ask(&ask.centre, who, &shown, draft).await {
            Ok(()) => (StatusCode::OK, Problems::default(), None),
            Err(QuestionError::Db(error)) => return Err(error.into()),
            Err(QuestionError::Refused(refusal)) => refused(ask.language, refusal)?,
        },
        Err(problems) => (StatusCode::UNPROCESSABLE_ENTITY, problems, None),
    };
    let problems: Vec<(String, String)> =
        problems.iter().map(|(field, sentence)| (field.to_owned(), sentence.to_owned())).collect();
    let mut response = if in_place {
        let answer = Answer { problems, asked: asked(&ask, &shown).await? };
        (status, no_store(Json(answer))).into_response()
    } else if problems.is_empty() {
        ask.see_other(&format!("{}?done=asked#questions", watch::path(&shown)))
    } else {
        let text = |name: &str| input.text(name).to_owned();
        let typed = Typed { nickname: text("nickname"), words: text("words"), problems, sent: false };
        watch::draw(&ask, shown, None, status, Sent { typed: Some(typed), ..Sent::default() }).await?
    };
    if let Some(seconds) = wait {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    Ok(response)
}

fn parse(l: Language, input: &Input, key: Uuid) -> Result<Draft, Problems> {
    let mut problems = Problems::default();
    let nickname = Nickname::parse(input.text("nickname"));
    if nickname.is_none() {
        problems.add("nickname", words::wrong_nickname(l, Nickname::MAX));
    }
    let question = QuestionWords::parse(input.text("words"));
    if question.is_none() {
        problems.add("words", words::wrong_words(l, QuestionWords::MAX));
    }
    match (nickname, question) {
        (Some(nickname), Some(words)) => Ok(Draft { nickname, words, key }),
        _ => Err(problems),
    }
}

/// The status, the sentence at its field, and after how many seconds another try makes sense.
fn refused(l: Language, refusal: QuestionRefusal) -> Result<(StatusCode, Problems, Option<u64>), AppError> {
    let conflict = StatusCode::CONFLICT;
    let (status, problems, wait) = match refusal {
        QuestionRefusal::NotFound => return Err(AppError::NotFound),
        QuestionRefusal::NotTheirs => return Err(domain::account::Denied.into()),
        QuestionRefusal::NotNow | QuestionRefusal::Closed => {
            (conflict, Problems::one("", words::refused_not_now(l)), None)
        }
        QuestionRefusal::Enough => (conflict, Problems::one("", words::refused_enough(l, A_BROADCAST)), None),
        QuestionRefusal::PresentersName => {
            let problems = Problems::one("nickname", words::refused_presenter(l));
            (StatusCode::UNPROCESSABLE_ENTITY, problems, None)
        }
        QuestionRefusal::TooSoon(seconds) => {
            let problems = Problems::one("words", words::refused_too_soon(l, seconds));
            (StatusCode::TOO_MANY_REQUESTS, problems, Some(seconds))
        }
    };
    Ok((status, problems, wait))
}

/// `GET` of what is only sent, two steps below the page of whoever presents.
pub async fn back_to_desk(ask: Ask, Path((code, ..)): Path<(String, String, String)>) -> Response {
    ask.see_other(&format!("/live/{code}/host"))
}

/// `GET /live/{code}/host/desk`
pub async fn desk(ask: Ask, Path(code): Path<String>) -> Result<Response, AppError> {
    let (shown, by) = host::find(&ask, &code).await?;
    done(&ask, &by, &shown, InPlace(true)).await
}

/// `POST /live/{code}/host/questions`: `open` is `yes` or `no`.
pub async fn set_open(
    ask: Ask,
    Path(code): Path<String>,
    in_place: InPlace,
    input: Input,
) -> Result<Response, AppError> {
    let (shown, by) = host::find(&ask, &code).await?;
    let open = match input.text("open") {
        "yes" => true,
        "no" => false,
        _ => return Err(AppError::BadRequest),
    };
    questions::set_open(&ask.centre, &by, &shown, open).await?;
    done(&ask, &by, &shown, in_place).await
}

/// `POST /live/{code}/host/questions/{id}/{act}`
pub async fn act(
    ask: Ask,
    Path((code, id, act)): Path<(String, Uuid, String)>,
    in_place: InPlace,
) -> Result<Response, AppError> {
    let (shown, by) = host::find(&ask, &code).await?;
    let act = QuestionAct::parse(&act).ok_or(AppError::NotFound)?;
    match questions::act(&ask.centre, &by, &shown, id, act).await {
        Ok(()) => done(&ask, &by, &shown, in_place).await,
        Err(QuestionError::Refused(_)) => Err(AppError::NotFound),
        Err(QuestionError::Db(error)) => Err(error.into()),
    }
}

async fn done(ask: &Ask, by: &Host, shown: &Shown, InPlace(in_place): InPlace) -> Result<Response, AppError> {
    if in_place {
        return Ok(no_store(Json(desk_of(ask, by, shown).await?)));
    }
    Ok(ask.see_other(&format!("{}/host#questions", watch::path(shown))))
}

fn no_store(body: impl IntoResponse) -> Response {
    ([(header::CACHE_CONTROL, "private, no-store")], body).into_response()
}
