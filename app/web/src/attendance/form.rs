//! Showing a code and entering it: below the player, or at the short address for those who watch in YouTube's own app.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::attendance::store::{self as codes, CodeError, CodeRefusal};
use domain::attendance::{Digits, Standing, Way};
use domain::course::entity::{class_session, course};
use leptos::prelude::*;
use uuid::Uuid;

use super::code::Answer;
use super::page::{entry_of, no_store};
use crate::AppError;
use crate::ask::{Ask, InPlace};
use crate::broadcast::{Sent, host, watch};
use crate::ui::{
    Alert, Breadcrumb, Button, EmptyState, Form, Hidden, Input, PageHead, Problems, TextInput, Tone,
};
use crate::when;
use crate::words::{Language, attendance as words, broadcast};

/// `POST /live/{code}/host/code`: shows a code, the one that is still good or a new one.
pub async fn show(ask: Ask, Path(code): Path<String>) -> Result<Response, AppError> {
    let (l, (shown, by)) = (ask.language, host::find(&ask, &code).await?);
    let class = codes::find_class(&ask.centre, &shown).await?.ok_or(AppError::NotFound)?;
    let sentence = match codes::show_code(&ask.centre, &by, &class).await {
        Ok(()) => return Ok(ask.see_other(&format!("{}/host#attendance", watch::path(&shown)))),
        Err(CodeError::Db(error)) => return Err(error.into()),
        Err(CodeError::Refused(CodeRefusal::Enough)) => words::refused_enough(l),
        Err(CodeError::Refused(_)) => words::refused_not_now(l),
    };
    host::draw(&ask, &shown, StatusCode::CONFLICT, None, Some(sentence)).await
}

/// The status and the sentence with which a code isn't taken.
pub(super) fn refused(l: Language, error: CodeError) -> Result<(StatusCode, String), AppError> {
    let refusal = match error {
        CodeError::Refused(refusal) => refusal,
        CodeError::Db(error) => return Err(error.into()),
    };
    Ok(match refusal {
        CodeRefusal::NoPlace => (StatusCode::FORBIDDEN, words::no_place(l).into()),
        CodeRefusal::NotShown => (StatusCode::CONFLICT, words::not_shown(l).into()),
        CodeRefusal::TooLate | CodeRefusal::NotNow | CodeRefusal::Enough => {
            (StatusCode::CONFLICT, words::missed(l).into())
        }
        CodeRefusal::Wrong { tries_left } => {
            (StatusCode::UNPROCESSABLE_ENTITY, words::wrong_code(l, tries_left))
        }
        CodeRefusal::Barred => (StatusCode::TOO_MANY_REQUESTS, words::barred(l).into()),
    })
}

/// Enters what was typed; a refusal with its status and the sentence for the field.
async fn try_code(
    ask: &Ask,
    class: Uuid,
    input: &Input,
    way: Way,
) -> Result<Option<(StatusCode, String)>, AppError> {
    let l = ask.language;
    let Some(digits) = Digits::parse(input.text("code")) else {
        return Ok(Some((StatusCode::UNPROCESSABLE_ENTITY, words::wrong_digits(l).into())));
    };
    match codes::answer(&ask.centre, ask.signed_in()?, class, &digits, way).await {
        Ok(()) => Ok(None),
        Err(error) => refused(l, error).map(Some),
    }
}

/// `POST /live/{code}/attend`
pub async fn attend(
    ask: Ask,
    Path(code): Path<String>,
    InPlace(in_place): InPlace,
    input: Input,
) -> Result<Response, AppError> {
    ask.signed_in()?;
    let shown = watch::find(&ask, &code).await?;
    let class = codes::find_class(&ask.centre, &shown).await?.ok_or(AppError::NotFound)?;
    let refused = try_code(&ask, class.id, &input, Way::WatchPage).await?;
    if in_place {
        let (status, wrong) = match refused {
            Some((status, sentence)) => (status, Some(sentence)),
            None => (StatusCode::OK, None),
        };
        let answer = Answer { wrong, entry: entry_of(&ask, &shown).await? };
        return Ok((status, no_store(Json(answer))).into_response());
    }
    match refused {
        None => Ok(ask.see_other(&format!("{}#attendance", watch::path(&shown)))),
        Some((status, sentence)) => {
            let sent = Sent { code: Some(sentence), ..Sent::default() };
            watch::draw(&ask, shown, None, status, sent).await
        }
    }
}

/// `GET /code`
pub async fn page(ask: Ask) -> Result<Response, AppError> {
    draw(&ask, StatusCode::OK, None).await
}

/// `POST /code`: `class` is the id of the class session.
pub async fn enter(ask: Ask, input: Input) -> Result<Response, AppError> {
    ask.signed_in()?;
    let class = input.text("class").parse::<Uuid>().map_err(|_| AppError::BadRequest)?;
    match try_code(&ask, class, &input, Way::CodePage).await? {
        None => Ok(ask.see_other("/code")),
        Some((status, sentence)) => draw(&ask, status, Some((class, input, sentence))).await,
    }
}

/// The classes that take a code now. A refused form says so at its field, and above all where its class is no longer there.
async fn draw(
    ask: &Ask,
    status: StatusCode,
    refused: Option<(Uuid, Input, String)>,
) -> Result<Response, AppError> {
    let l = ask.language;
    let open = codes::list_open(&ask.centre, ask.signed_in()?).await?;
    let takes = |class: Uuid| {
        let of_class = open.iter().find(|it| it.class.id == class);
        of_class.is_some_and(|it| matches!(it.standing, Standing::Open { tries_left: 1.., .. }))
    };
    let gone = refused.as_ref().filter(|(class, ..)| !takes(*class)).map(|(.., sentence)| sentence.clone());
    Ok(ask.refuse(status, words::code_page(l), || {
        let classes: Vec<_> = open
            .iter()
            .map(|it| {
                let refused = refused.as_ref().filter(|(class, ..)| *class == it.class.id);
                let sent = refused.map(|(_, input, sentence)| (input.clone(), sentence.clone()));
                code_part(l, (&it.class, &it.course), it.standing, l.path("/code"), sent)
            })
            .collect();
        view! {
            <Breadcrumb l=l here=words::code_page(l)/>
            <PageHead title=words::code_page(l) lead=words::code_lead(l)/>
            {gone.map(|sentence| view! { <div role="alert"><Alert l=l tone=Tone::Danger><p>{sentence}</p></Alert></div> })}
            {if classes.is_empty() {
                view! { <EmptyState title=words::code_none(l)><p>{words::code_none_lead(l)}</p></EmptyState> }.into_any()
            } else {
                classes.into_any()
            }}
        }
    }))
}

/// A class, and the field for its code while it takes one. `sent` is what was just refused, and why.
pub(super) fn code_part(
    l: Language,
    (class, course): (&class_session::Model, &course::Model),
    standing: Standing,
    action: String,
    sent: Option<(Input, String)>,
) -> impl IntoView + use<> {
    let title = broadcast::title_of_class(l, crate::course::title(l, course), class.number);
    let part = match standing {
        Standing::Open { until, tries_left: 1.. } => {
            let (input, problems) = match sent {
                Some((input, sentence)) => (input, Problems::one("code", sentence)),
                None => Default::default(),
            };
            let (id, form_id) = (class.id.to_string(), format!("class-{}", class.id));
            view! {
                <p>{words::open(l, when::time(until))}</p>
                <Form l=l action=action input=input problems=problems id=form_id>
                    <Hidden name="class" value=id/>
                    <TextInput
                        name="code" label=words::field(l) hint=words::field_hint(l) required=true short=true
                        inputmode="numeric" autocomplete="off" maxlength=9
                    />
                    <Button>{words::send(l)}</Button>
                </Form>
            }
            .into_any()
        }
        Standing::Heard { at } => {
            let sentence = words::heard(l, when::time(at));
            view! { <div role="status"><Alert l=l tone=Tone::Success><p>{sentence}</p></Alert></div> }
                .into_any()
        }
        Standing::Open { .. } => {
            view! { <Alert l=l tone=Tone::Danger><p>{words::barred(l)}</p></Alert> }.into_any()
        }
        Standing::NotShown | Standing::Missed => ().into_any(),
    };
    view! {
        <section>
            <h2 class="section-title">{title}</h2>
            <p>{when::span(l, class.starts_at, class.ends_at)}</p>
            {part}
        </section>
    }
}
