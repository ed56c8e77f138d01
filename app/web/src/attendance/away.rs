//! Saying beforehand that one won't come to a class, on the page of one's application.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::attendance::AwayReason;
use domain::attendance::away::{self, AwayError, AwayRefusal, Coming};
use domain::registration::State;
use domain::registration::store::MyCourse;
use leptos::prelude::*;
use uuid::Uuid;

use crate::AppError;
use crate::ask::Ask;
use crate::registration::draw_away;
use crate::ui::{Button, Choice, Form, Input, Look, Problems, Select, TextInput};
use crate::when;
use crate::words::{Language, absence as words, catalogue};

/// What was sent from the form, and what was wrong with it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sent {
    pub input: Input,
    pub problems: Problems,
}

/// The part of the page: the classes that are still to come.
pub(crate) struct Part {
    address: String,
    told: Vec<Coming>,
    open: Vec<Coming>,
    sent: Sent,
}

impl Part {
    /// Nothing where no class is to come, or no place is held.
    pub(crate) async fn load(ask: &Ask, mine: &MyCourse, sent: Sent) -> Result<Option<Self>, AppError> {
        if mine.application.state != State::Booked {
            return Ok(None);
        }
        let coming = away::list(&ask.centre, &mine.application).await?;
        if coming.is_empty() {
            return Ok(None);
        }
        let (told, open) = coming.into_iter().partition(|it| it.notice.is_some());
        let address = ask.link(&format!("/my/{}/absence", mine.application.id));
        Ok(Some(Self { address, told, open, sent }))
    }

    pub(crate) fn draw(self, l: Language) -> impl IntoView + use<> {
        let Self { address, told, open, sent: Sent { input, problems } } = self;
        let told: Vec<_> = told.iter().map(|it| told_line(l, &address, it)).collect();
        let choices: Vec<Choice> =
            open.iter().map(|it| Choice::new(it.class.id.to_string(), name_of(l, it))).collect();
        // A class that has begun meanwhile says so although nothing is left to choose.
        let form = if choices.is_empty() && problems.is_empty() {
            view! { <p>{words::away_all(l)}</p> }.into_any()
        } else {
            view! {
                <Form l=l action=address input=input problems=problems id="away">
                    <Select name="class" label=words::away_class(l) none=words::away_choose(l) choices=choices required=true/>
                    <TextInput name="reason" label=words::away_reason(l) hint=words::away_reason_hint(l) maxlength=300/>
                    <Button look=Look::Secondary>{words::away_send(l)}</Button>
                </Form>
            }
            .into_any()
        };
        view! {
            <section aria-labelledby="away-title">
                <h2 id="away-title">{words::away(l)}</h2>
                <p>{words::away_lead(l)}</p>
                {(!told.is_empty()).then(|| view! { <ul class="plain-list">{told}</ul> })}
                {form}
            </section>
        }
    }
}

fn name_of(l: Language, it: &Coming) -> String {
    format!("{} {}", catalogue::nth(l, it.class.number), when::span(l, it.class.starts_at, it.class.ends_at))
}

fn told_line(l: Language, address: &str, it: &Coming) -> impl IntoView + use<> {
    let name = name_of(l, it);
    let reason = it.notice.as_ref().and_then(|notice| notice.reason.clone());
    let action = format!("{address}/{}/withdraw", it.class.id);
    let spoken = words::away_take_back_of(l, &name);
    view! {
        <li>
            <p>{words::away_told(l, &name)}</p>
            {reason.map(|reason| view! { <p>{words::away_told_reason(l, reason)}</p> })}
            <Form l=l action=action>
                <Button look=Look::Tertiary small=true attr:aria-label=spoken>{words::away_take_back(l)}</Button>
            </Form>
        </li>
    }
}

/// `POST /my/{application}/absence`: `class` is the id of a class session to come, `reason` may be empty.
pub async fn announce(ask: Ask, Path(application): Path<Uuid>, input: Input) -> Result<Response, AppError> {
    let (l, who) = (ask.language, ask.signed_in()?);
    let mut problems = Problems::default();
    let class = input.text("class").parse::<Uuid>().ok();
    if class.is_none() {
        problems.add("class", words::wrong_class(l));
    }
    let typed = Some(input.text("reason")).filter(|text| !text.is_empty());
    let reason = typed.map(AwayReason::parse);
    if reason == Some(None) {
        problems.add("reason", words::wrong_reason(l));
    }
    let Some(class) = class.filter(|_| problems.is_empty()) else {
        let sent = Sent { input, problems };
        return draw_away(&ask, application, StatusCode::UNPROCESSABLE_ENTITY, sent).await;
    };
    let answer = away::announce(&ask.centre, who, (application, class), reason.flatten().as_ref()).await;
    finish(&ask, application, answer, input).await
}

/// `POST /my/{application}/absence/{class}/withdraw`
pub async fn take_back(
    ask: Ask,
    Path((application, class)): Path<(Uuid, Uuid)>,
) -> Result<Response, AppError> {
    let answer = away::take_back(&ask.centre, ask.signed_in()?, (application, class)).await;
    finish(&ask, application, answer, Input::default()).await
}

async fn finish(
    ask: &Ask,
    application: Uuid,
    answer: Result<(), AwayError>,
    input: Input,
) -> Result<Response, AppError> {
    let l = ask.language;
    let (status, sentence) = match answer {
        Ok(()) => return Ok(ask.see_other(&format!("/my/{application}#away-title"))),
        Err(AwayError::Refused(AwayRefusal::NoPlace)) => return Err(AppError::NotFound),
        Err(AwayError::Refused(AwayRefusal::NoClass)) => {
            (StatusCode::UNPROCESSABLE_ENTITY, words::wrong_class(l))
        }
        Err(AwayError::Refused(AwayRefusal::Begun)) => (StatusCode::CONFLICT, words::refused_begun(l)),
        Err(AwayError::Db(error)) => return Err(error.into()),
    };
    draw_away(ask, application, status, Sent { input, problems: Problems::one("class", sentence) }).await
}
