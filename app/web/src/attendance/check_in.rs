//! Checking oneself in: what a scanned code opens, and the desk's field for a number.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::attendance::check_in::{self, CheckInError, CheckInRefusal, CheckedIn};
use domain::attendance::sheet::find_class;
use domain::attendance::{CheckInNumber, Presence};
use domain::course::RunCode;
use domain::course::entity::{class_session, course, run};
use domain::course::store::find_course;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::sheet::presence_word;
use crate::AppError;
use crate::ask::{Ask, with_next};
use crate::ui::{
    Alert, Breadcrumb, Button, Form, Input, LinkButton, Look, PageHead, Problems, TextInput, Tone,
};
use crate::when;
use crate::words::{Language, broadcast, check_in as words};

/// A class into which people check themselves.
pub(super) struct Class {
    pub run: run::Model,
    pub class: class_session::Model,
    pub course: course::Model,
}

impl Class {
    pub async fn find(ask: &Ask, code: &str, number: i32) -> Result<Self, AppError> {
        let code = RunCode::parse(code).ok_or(AppError::NotFound)?;
        let (run, class) = find_class(&ask.centre, &code, number).await?.ok_or(AppError::NotFound)?;
        let course = find_course(ask.centre.database(), run.course_id).await?.ok_or(AppError::NotFound)?;
        Ok(Self { run, class, course })
    }

    pub fn title(&self, l: Language) -> String {
        broadcast::title_of_class(l, crate::course::title(l, &self.course), self.class.number)
    }

    fn path(&self) -> String {
        format!("/check-in/{}/{}", self.run.code, self.class.number)
    }
}

/// The status and the sentence with which somebody isn't checked in.
pub(super) fn refused(l: Language, error: CheckInError) -> Result<(StatusCode, String), AppError> {
    let refusal = match error {
        CheckInError::Refused(refusal) => refusal,
        CheckInError::Db(error) => return Err(error.into()),
    };
    Ok(match refusal {
        CheckInRefusal::NoClass => (StatusCode::CONFLICT, words::no_class(l).into()),
        CheckInRefusal::Early(from) => (StatusCode::CONFLICT, words::early(l, when::moment(l, from))),
        CheckInRefusal::Over => (StatusCode::CONFLICT, words::over(l).into()),
        CheckInRefusal::Stale => (StatusCode::CONFLICT, words::stale(l).into()),
        CheckInRefusal::NoPlace => (StatusCode::FORBIDDEN, words::no_place(l).into()),
        CheckInRefusal::WrongNumber => (StatusCode::UNPROCESSABLE_ENTITY, words::wrong_number(l).into()),
        CheckInRefusal::Closed => (StatusCode::CONFLICT, words::closed(l).into()),
    })
}

/// What is said to somebody who was checked in.
#[derive(Serialize, Deserialize)]
pub(super) struct Done {
    name: String,
    presence: Presence,
    missed: u32,
}

impl Done {
    pub fn of(done: &CheckedIn) -> Self {
        let (presence, missed) = (done.mark.presence(), done.mark.missed());
        Self { name: done.masked_name.clone(), presence, missed }
    }

    pub fn sentence(&self, l: Language) -> String {
        match self.presence {
            Presence::Present => words::present(l, &self.name),
            Presence::Late => words::late(l, &self.name, self.missed),
            other => words::stands(l, &self.name, presence_word(l, other)),
        }
    }
}

/// Under which the session keeps it for the next page.
pub(super) const DONE: &str = "checked_in";

/// `GET /check-in/{code}/{number}/{scan}`: where the code on a room's screen leads.
pub async fn scan(
    ask: Ask,
    Path((code, number, scan)): Path<(String, i32, String)>,
) -> Result<Response, AppError> {
    let of = Class::find(&ask, &code, number).await?;
    match check_in::scan(&ask.centre, &of.class, &scan).await {
        Ok(signed) => {
            ask.remember(CLAIM, &Claim { signed, wrong: 0 }).await?;
            draw(&ask, &of, StatusCode::OK, true, Input::default(), Problems::default())
        }
        Err(error) => {
            let (status, sentence) = refused(ask.language, error)?;
            draw(&ask, &of, status, false, Input::default(), Problems::one("", sentence))
        }
    }
}

/// What a scan was worth. It stays in the session of the browser that scanned, since whoever gets an address from somebody
/// in the room isn't there.
#[derive(Default, Serialize, Deserialize)]
struct Claim {
    signed: String,
    /// Wrong numbers typed with it.
    wrong: u32,
}

/// Under which the session keeps it.
const CLAIM: &str = "check_in_claim";

/// So many wrong numbers one scan is good for.
const TRIES: u32 = 5;

/// `GET /check-in/{code}/{number}`: back from signing in, or after one was checked in.
pub async fn show(ask: Ask, Path((code, number)): Path<(String, i32)>) -> Result<Response, AppError> {
    let of = Class::find(&ask, &code, number).await?;
    if let Some(done) = ask.recall::<Done>(DONE).await? {
        return Ok(draw_done(&ask, &of, &done));
    }
    let claim = ask.recall::<Claim>(CLAIM).await?.unwrap_or_default();
    let checked = check_in::check_claim(&ask.centre, &of.class, &claim.signed).await;
    ask.remember(CLAIM, &claim).await?;
    match checked {
        Ok(()) => draw(&ask, &of, StatusCode::OK, true, Input::default(), Problems::default()),
        Err(error) => {
            let (status, sentence) = refused(ask.language, error)?;
            draw(&ask, &of, status, false, Input::default(), Problems::one("", sentence))
        }
    }
}

/// `POST /check-in/{code}/{number}`: with a `number` where one isn't signed in.
pub async fn enter(
    ask: Ask,
    Path((code, number)): Path<(String, i32)>,
    input: Input,
) -> Result<Response, AppError> {
    let l = ask.language;
    let of = Class::find(&ask, &code, number).await?;
    let claim = ask.recall::<Claim>(CLAIM).await?.unwrap_or_default();
    let answer = match (&ask.viewer, input.text("number")) {
        (Some(viewer), "") => check_in::check_in(&ask.centre, viewer, &of.class, &claim.signed).await,
        (_, typed) => match CheckInNumber::parse(typed) {
            Some(number) => {
                check_in::check_in_by_number(&ask.centre, &of.class, &claim.signed, &number).await
            }
            None => {
                ask.remember(CLAIM, &claim).await?;
                let problems = Problems::one("number", words::wrong_digits(l));
                return draw(&ask, &of, StatusCode::UNPROCESSABLE_ENTITY, true, input, problems);
            }
        },
    };
    let error = match answer {
        Ok(done) => {
            ask.remember(DONE, &Done::of(&done)).await?;
            return Ok(ask.see_other(&of.path()));
        }
        Err(error) => error,
    };
    let is_wrong = matches!(error, CheckInError::Refused(CheckInRefusal::WrongNumber));
    let wrong = claim.wrong + u32::from(is_wrong);
    // On another person's phone one goes on with one's own number.
    let goes_on =
        wrong < TRIES && (is_wrong || matches!(error, CheckInError::Refused(CheckInRefusal::NoPlace)));
    if goes_on {
        ask.remember(CLAIM, &Claim { wrong, ..claim }).await?;
    }
    let (status, sentence) = match wrong {
        TRIES.. => (StatusCode::TOO_MANY_REQUESTS, words::too_many(l).to_owned()),
        _ => refused(l, error)?,
    };
    let problems = Problems::one(if is_wrong && goes_on { "number" } else { "" }, sentence);
    draw(&ask, &of, status, goes_on, input, problems)
}

/// What to press, while there is a claim.
fn draw(
    ask: &Ask,
    of: &Class,
    status: StatusCode,
    may_enter: bool,
    input: Input,
    problems: Problems,
) -> Result<Response, AppError> {
    let l = ask.language;
    let title = words::title(l);
    let viewer = ask.viewer.as_ref().map(|viewer| viewer.name().to_owned());
    let whole = problems.of("").map(str::to_owned);
    let problems = if whole.is_some() { Problems::default() } else { problems };
    let path = l.path(&of.path());
    Ok(ask.refuse(status, title, || {
        let sign_in = l.path(&with_next("/sign-in", &path));
        view! {
            <Breadcrumb l=l here=title/>
            <PageHead title=of.title(l) lead=when::span(l, of.class.starts_at, of.class.ends_at)/>
            {whole.map(|sentence| view! { <div role="alert"><Alert l=l tone=Tone::Danger><p>{sentence}</p></Alert></div> })}
            {may_enter.then(|| {
                let is_signed_in = viewer.is_some();
                view! {
                    {viewer.map(|name| view! {
                        <Form l=l action=path.clone() id="own">
                            <Button>{words::check_in_as(l, name)}</Button>
                        </Form>
                    })}
                    <h2 class="section-title">{if is_signed_in { words::another(l) } else { words::by_number(l) }}</h2>
                    <Form l=l action=path input=input problems=problems>
                        <TextInput
                            name="number" label=words::number(l) hint=words::number_hint(l) required=true short=true
                            inputmode="numeric" autocomplete="off" maxlength=12
                        />
                        <Button look=if is_signed_in { Look::Secondary } else { Look::Primary }>{words::check_in(l)}</Button>
                    </Form>
                    {(!is_signed_in).then(|| view! {
                        <p class="actions"><LinkButton href=sign_in look=Look::Tertiary>{words::sign_in(l)}</LinkButton></p>
                    })}
                }
            })}
        }
    }))
}

fn draw_done(ask: &Ask, of: &Class, done: &Done) -> Response {
    let l = ask.language;
    let sentence = done.sentence(l);
    ask.page(words::title(l), || {
        view! {
            <Breadcrumb l=l here=words::title(l)/>
            <PageHead title=of.title(l) lead=when::span(l, of.class.starts_at, of.class.ends_at)/>
            <div role="status"><Alert l=l tone=Tone::Success><p>{sentence}</p></Alert></div>
            <p class="actions"><LinkButton href=l.path("/my") look=Look::Tertiary>{words::my_courses(l)}</LinkButton></p>
        }
    })
}

/// `GET /desk/check-in`
pub async fn desk(ask: Ask) -> Result<Response, AppError> {
    ask.signed_in()?.desk()?;
    let done = ask.recall::<Done>(DONE).await?;
    Ok(draw_desk(&ask, StatusCode::OK, done, Input::default(), Problems::default()))
}

/// `POST /desk/check-in`: the `number` of somebody in front of the desk.
pub async fn enter_at_desk(ask: Ask, input: Input) -> Result<Response, AppError> {
    let l = ask.language;
    let desk = ask.signed_in()?.desk()?;
    let (status, sentence) = match CheckInNumber::parse(input.text("number")) {
        Some(number) => match check_in::check_in_at_desk(&ask.centre, &desk, &number).await {
            Ok(done) => {
                ask.remember(DONE, &Done::of(&done)).await?;
                return Ok(ask.see_other("/desk/check-in"));
            }
            Err(error) => refused(l, error)?,
        },
        None => (StatusCode::UNPROCESSABLE_ENTITY, words::wrong_digits(l).into()),
    };
    Ok(draw_desk(&ask, status, None, input, Problems::one("number", sentence)))
}

fn draw_desk(
    ask: &Ask,
    status: StatusCode,
    done: Option<Done>,
    input: Input,
    problems: Problems,
) -> Response {
    let l = ask.language;
    let title = words::desk_title(l);
    ask.refuse(status, title, || {
        view! {
            <Breadcrumb l=l way=vec![crate::ui::Crumb::new(l, crate::words::registration::desk(l), "/desk")] here=title/>
            <PageHead title=title lead=words::desk_lead(l)/>
            <div role="status">
                {done.map(|done| view! { <Alert l=l tone=Tone::Success><p>{done.sentence(l)}</p></Alert> })}
            </div>
            {number_form(l, l.path("/desk/check-in"), input, problems)}
        }
    })
}

/// The field for a number, and its button.
pub(super) fn number_form(
    l: Language,
    action: String,
    input: Input,
    problems: Problems,
) -> impl IntoView + use<> {
    view! {
        <Form l=l action=action input=input problems=problems>
            <TextInput
                name="number" label=words::number(l) hint=words::number_hint(l) required=true short=true
                inputmode="numeric" autocomplete="off" maxlength=12
            />
            <Button>{words::check_in(l)}</Button>
        </Form>
    }
}
