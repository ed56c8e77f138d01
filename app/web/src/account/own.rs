//! One's own account: what is kept, and a page for each thing one may change.

use axum::Extension;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::account::challenge::{Intent, SendError, send};
use domain::account::store::{
    self, Contact, Profile, RemoveContactError, change_consents, change_password, change_profile,
    consent_history, find_profile, is_password_of, remove_contact,
};
use domain::account::{Address, ContactKind, Figures, Password, PersonName, Purpose};
use domain::language::Language;
use leptos::prelude::*;

use super::confirm::{self, Way};
use super::figures::{self, FigureFields};
use super::throttle::{self, TooMany};
use super::{Beside, Gate, say, sign_up};
use crate::ask::Ask;
use crate::ui::{
    Alert, Badge, Breadcrumb, Button, Choice, Column, Crumb, DescriptionList, Fact, Form, Hidden, Input,
    Look, PageHead, Problems, Query, RadioGroup, Table, TextInput, Tone,
};
use crate::{AppError, when, words};

pub async fn sign_out(ask: Ask) -> Result<Response, AppError> {
    ask.sign_out().await?;
    // A sheet that was kept for when the line is gone holds names.
    let forget = [("clear-site-data", "\"storage\"")];
    Ok((forget, ask.see_other("/sign-in?done=signed-out")).into_response())
}

pub async fn sign_out_everywhere(ask: Ask) -> Result<Response, AppError> {
    store::delete_sessions_of(ask.centre.database(), ask.signed_in()?.id()).await?;
    sign_out(ask).await
}

async fn profile(ask: &Ask) -> Result<Profile, AppError> {
    let who = ask.signed_in()?;
    find_profile(ask.centre.database(), who).await?.ok_or(AppError::NotFound)
}

fn own_crumb(l: Language) -> Vec<Crumb> {
    vec![Crumb::new(l, words::account::account(l), "/account")]
}

/// What a form did, said by the page it led to.
fn done(l: Language, word: &str) -> Option<&'static str> {
    match word {
        "profile" => Some(words::account::done_profile(l)),
        "contact" => Some(words::account::done_contact(l)),
        "contact-removed" => Some(words::account::done_contact_removed(l)),
        "password" => Some(words::account::done_password(l)),
        "password-removed" => Some(words::account::done_password_removed(l)),
        "consents" => Some(words::account::done_consents(l)),
        _ => None,
    }
}

pub async fn show(ask: Ask, Query(query): Query) -> Result<Response, AppError> {
    let l = ask.language;
    let profile = profile(&ask).await?;
    let title = words::account::account(l);
    let done = done(l, query.text("done"));
    let name = profile.name.clone();
    let link = |path: &str, label: &'static str| (ask.link(path), label);
    let change = words::account::change(l);
    let password = if profile.has_password { words::account::set(l) } else { words::account::not_set(l) };
    let consents: Vec<&str> = profile.consents.iter().map(|purpose| say::purpose(l, *purpose)).collect();
    let facts = vec![
        line(words::account::name(l), name, link("/account/profile", change)),
        line(words::account::language(l), profile.language.name(), link("/account/profile", change)),
        contact_line(&ask, &profile, ContactKind::Phone),
        contact_line(&ask, &profile, ContactKind::Email),
        line(words::account::password(l), password, link("/account/password", change)),
        line(
            words::account::consents(l),
            consents.join(", "),
            link("/account/consents", words::account::see(l)),
        ),
    ];
    let (out, everywhere) = (ask.link("/sign-out"), ask.link("/sign-out-everywhere"));
    let close = ask.link("/account/close");
    Ok(ask.page(title, move || {
        view! {
            <div class="narrow">
                <Breadcrumb l here=title/>
                <PageHead title lead=words::account::account_lead(l)/>
                {done.map(|done| view! { <Alert l tone=Tone::Success attr:role="status">{done}</Alert> })}
                <DescriptionList items=facts/>
                <h2 class="section-title">{words::account::sign_out(l)}</h2>
                <p>{words::account::sign_out_lead(l)}</p>
                <div class="actions">
                    <form method="post" action=out>
                        <Button look=Look::Secondary small=true>{words::account::sign_out(l)}</Button>
                    </form>
                    <form method="post" action=everywhere>
                        <Button look=Look::Tertiary small=true>{words::account::sign_out_everywhere(l)}</Button>
                    </form>
                </div>
                <h2 class="section-title">{words::privacy::close(l)}</h2>
                <p><a href=close>{words::privacy::close_see(l)}</a></p>
            </div>
        }
    }))
}

/// A fact with the link to the page where it is changed; the link says what it changes.
fn line(term: &'static str, value: impl IntoView + 'static, (href, label): (String, &'static str)) -> Fact {
    let spoken = format!("{term} {label}");
    let value = view! {
        <div class="changeable">
            <span>{value}</span>
            <a href=href aria-label=spoken>{label}</a>
        </div>
    };
    Fact::new(term, value)
}

fn contact_line(ask: &Ask, profile: &Profile, kind: ContactKind) -> Fact {
    let l = ask.language;
    let contact = profile.contact(kind);
    let label = match contact {
        Some(Contact { confirmed: true, .. }) => words::account::change(l),
        Some(_) => words::account::confirm_now(l),
        None => words::account::add(l),
    };
    let value = match contact.cloned() {
        Some(contact) => {
            view! { {contact.address.shown()} " " {confirmed_badge(l, contact.confirmed)} }.into_any()
        }
        None => words::account::none(l).into_any(),
    };
    line(say::contact_kind(l, kind), value, (ask.link(&contact_path(kind)), label))
}

pub(super) fn confirmed_badge(l: Language, confirmed: bool) -> impl IntoView {
    match confirmed {
        true => view! { <Badge tone=Tone::Success text=words::account::is_confirmed(l)/> },
        false => view! { <Badge tone=Tone::Warning text=words::account::is_not_confirmed(l)/> },
    }
}

fn contact_path(kind: ContactKind) -> String {
    format!("/account/contact/{}", kind.as_str())
}

pub async fn show_profile(ask: Ask) -> Result<Response, AppError> {
    let profile = profile(&ask).await?;
    let input = Input::new([("name", profile.name.as_str()), ("language", profile.language.code())]);
    Ok(draw_profile(&ask, StatusCode::OK, input, Problems::default()))
}

pub async fn submit_profile(ask: Ask, input: Input) -> Result<Response, AppError> {
    let l = ask.language;
    let who = ask.signed_in()?;
    let name = PersonName::parse(input.text("name"));
    let language = Language::parse(input.text("language"));
    let mut problems = Problems::default();
    if name.is_none() {
        problems.add("name", words::account::wrong_name(l));
    }
    if language.is_none() {
        problems.add("language", words::account::wrong_choice(l));
    }
    let (Some(name), Some(language)) = (name, language) else {
        return Ok(draw_profile(&ask, StatusCode::UNPROCESSABLE_ENTITY, input, problems));
    };
    change_profile(&ask.centre, who, name, language).await?;
    Ok(ask.see_other("/account?done=profile"))
}

fn draw_profile(ask: &Ask, status: StatusCode, input: Input, problems: Problems) -> Response {
    let l = ask.language;
    let title = words::account::profile(l);
    let action = ask.link("/account/profile");
    let languages = Language::ALL.iter().map(|l| Choice::new(l.code(), l.name())).collect();
    ask.refuse(status, title, move || {
        view! {
            <div class="narrow">
                <Breadcrumb l way=own_crumb(l) here=title/>
                <PageHead title/>
                <Form l action input problems>
                    <TextInput
                        name="name"
                        label=words::account::name(l)
                        required=true
                        autocomplete="name"
                        maxlength=60
                    />
                    <RadioGroup
                        name="language"
                        legend=words::account::language(l)
                        hint=words::account::language_hint(l)
                        required=true
                        choices=languages
                    />
                    <div class="actions"><Button>{words::account::save(l)}</Button></div>
                </Form>
            </div>
        }
    })
}

fn kind_of(word: &str) -> Result<ContactKind, AppError> {
    ContactKind::parse(word).ok_or(AppError::NotFound)
}

pub async fn show_contact(ask: Ask, Path(kind): Path<String>) -> Result<Response, AppError> {
    let kind = kind_of(&kind)?;
    let profile = profile(&ask).await?;
    let shown = profile.contact(kind).map(|contact| contact.address.shown()).unwrap_or_default();
    let input = Input::new([("address", shown)]);
    Ok(draw_contact(&ask, StatusCode::OK, kind, &profile, input, Problems::default()))
}

/// Sends a code to the new address, which takes the old one's place once it is typed; or removes the address.
pub async fn submit_contact(
    ask: Ask,
    Extension(gate): Extension<Gate>,
    Path(kind): Path<String>,
    input: Input,
) -> Result<Response, AppError> {
    let l = ask.language;
    let kind = kind_of(&kind)?;
    let who = ask.signed_in()?;
    let profile = profile(&ask).await?;
    let refuse = |status, field: &str, sentence: String| {
        draw_contact(&ask, status, kind, &profile, input.clone(), Problems::one(field, sentence))
    };
    if input.text("act") == "remove" {
        return match remove_contact(&ask.centre, who, kind).await {
            Ok(()) => Ok(ask.see_other("/account?done=contact-removed")),
            Err(RemoveContactError::Last) => {
                Ok(refuse(StatusCode::CONFLICT, "", words::account::last_contact(l).to_owned()))
            }
            Err(RemoveContactError::Database(error)) => Err(error.into()),
        };
    }
    let (parsed, wrong) = match kind {
        ContactKind::Phone => (Address::parse_phone(input.text("address")), words::account::wrong_phone(l)),
        ContactKind::Email => (Address::parse_email(input.text("address")), words::account::wrong_email(l)),
    };
    let Some(address) = parsed else {
        return Ok(refuse(StatusCode::UNPROCESSABLE_ENTITY, "address", wrong.to_owned()));
    };
    let present =
        profile.contact(kind).is_some_and(|contact| contact.confirmed && contact.address == address);
    if present {
        return Ok(refuse(StatusCode::CONFLICT, "address", words::account::same_address(l).to_owned()));
    }
    let too_many = |refusal: TooMany| {
        let form = refuse(StatusCode::OK, "address", throttle::sentence(&ask, refusal));
        Ok(throttle::refused(form, refusal))
    };
    if let Err(refusal) = gate.throttle.check(ask.source, Some(&address)) {
        return too_many(refusal);
    }
    match send(&ask.centre, l, &address, Intent::Contact(who.id())).await {
        Ok(id) => Ok(ask.see_other(&confirm::path(id, Way::Contact, ""))),
        Err(SendError::TooMany { retry_after }) => too_many(TooMany { retry_after }),
        Err(SendError::Database(error)) => Err(error.into()),
    }
}

fn draw_contact(
    ask: &Ask,
    status: StatusCode,
    kind: ContactKind,
    profile: &Profile,
    input: Input,
    problems: Problems,
) -> Response {
    let l = ask.language;
    let title = say::contact_kind(l, kind);
    let action = ask.link(&contact_path(kind));
    let is_there = profile.contact(kind).is_some();
    let (hint, inputmode) = match kind {
        ContactKind::Phone => (words::account::phone_hint(l), "tel"),
        ContactKind::Email => (words::account::email_hint(l), "email"),
    };
    let remove_action = action.clone();
    ask.refuse(status, title, move || {
        view! {
            <div class="narrow">
                <Breadcrumb l way=own_crumb(l) here=title/>
                <PageHead title lead=words::account::contact_lead(l)/>
                <Form l action input problems>
                    <TextInput
                        name="address"
                        label=title
                        hint
                        required=true
                        kind=inputmode
                        autocomplete=inputmode
                        inputmode
                        maxlength=254
                    />
                    <div class="actions"><Button>{words::account::send_code(l)}</Button></div>
                </Form>
                {is_there.then(|| view! {
                    <h2 class="section-title">{words::account::remove_contact(l)}</h2>
                    <p>{words::account::remove_contact_lead(l)}</p>
                    <Form l action=remove_action id="remove">
                        <Hidden name="act" value="remove"/>
                        <div class="actions">
                            <Button look=Look::Danger small=true>{words::account::remove_contact(l)}</Button>
                        </div>
                    </Form>
                })}
            </div>
        }
    })
}

pub async fn show_password(ask: Ask) -> Result<Response, AppError> {
    let profile = profile(&ask).await?;
    Ok(draw_password(&ask, StatusCode::OK, profile.has_password, Problems::default()))
}

/// Sets or removes the password. Who knows only the browser, not the password that is set, can do neither.
pub async fn submit_password(
    ask: Ask,
    Extension(gate): Extension<Gate>,
    input: Input,
) -> Result<Response, AppError> {
    let l = ask.language;
    let who = ask.signed_in()?;
    let profile = profile(&ask).await?;
    let refuse = |status, problems: Problems| Ok(draw_password(&ask, status, profile.has_password, problems));
    let removes = input.text("act") == "remove";
    let new = Password::parse(input.raw("new_password"));
    if new.is_none() && !removes {
        let problems = Problems::one("new_password", words::account::wrong_password_shape(l));
        return refuse(StatusCode::UNPROCESSABLE_ENTITY, problems);
    }
    let own = profile.contacts.first().map(|contact| &contact.address);
    if let Err(refusal) = gate.throttle.check(ask.source, own) {
        let form = refuse(StatusCode::OK, Problems::one("", throttle::sentence(&ask, refusal)))?;
        return Ok(throttle::refused(form, refusal));
    }
    let present = Password::parse(input.raw("password"));
    if !is_password_of(&ask.centre, &gate.passwords, who, present).await? {
        let problems = Problems::one("password", words::account::wrong_present_password(l));
        return refuse(StatusCode::UNPROCESSABLE_ENTITY, problems);
    }
    let hash = match new.filter(|_| !removes) {
        Some(new) => Some(gate.passwords.hash(new).await?),
        None => None,
    };
    change_password(&ask.centre, who, hash).await?;
    // It ended every session, this one too.
    ask.sign_in(who.id()).await?;
    Ok(ask.see_other(if removes { "/account?done=password-removed" } else { "/account?done=password" }))
}

fn draw_password(ask: &Ask, status: StatusCode, has_one: bool, problems: Problems) -> Response {
    let l = ask.language;
    let title = words::account::password(l);
    let (action, reset) = (ask.link("/account/password"), ask.link("/reset"));
    let lead = if has_one { words::account::password_lead(l) } else { words::account::no_password_lead(l) };
    ask.refuse(status, title, move || {
        view! {
            <div class="narrow">
                <Breadcrumb l way=own_crumb(l) here=title/>
                <PageHead title lead/>
                <Form l action problems>
                    {has_one.then(|| view! {
                        <TextInput
                            name="password"
                            label=words::account::present_password(l)
                            kind="password"
                            required=true
                            autocomplete="current-password"
                            maxlength=128
                        />
                        <Beside text=words::account::forgot(l) href=reset label=words::account::reset(l)/>
                    })}
                    <TextInput
                        name="new_password"
                        label=words::account::new_password(l)
                        hint=words::account::password_rule(l)
                        kind="password"
                        required=!has_one
                        autocomplete="new-password"
                        maxlength=128
                    />
                    <div class="actions">
                        <Button>{words::account::save(l)}</Button>
                        {has_one.then(|| view! {
                            <Button look=Look::Danger attr:name="act" attr:value="remove">
                                {words::account::remove_password(l)}
                            </Button>
                        })}
                    </div>
                </Form>
            </div>
        }
    })
}

pub async fn show_consents(ask: Ask) -> Result<Response, AppError> {
    let profile = profile(&ask).await?;
    let ticked = profile.consents.iter().map(|purpose| (sign_up::field_of(*purpose), "yes".to_owned()));
    let input = Input::new(ticked.chain(figures::filled(profile.figures)));
    draw_consents(&ask, StatusCode::OK, input, Problems::default()).await
}

/// Gives and withdraws with the same ticks and the same button.
pub async fn submit_consents(ask: Ask, input: Input) -> Result<Response, AppError> {
    let who = ask.signed_in()?;
    let mut problems = Problems::default();
    let figures: Figures = figures::read(&ask.centre, ask.language, &input, &mut problems);
    if !problems.is_empty() {
        return draw_consents(&ask, StatusCode::UNPROCESSABLE_ENTITY, input, problems).await;
    }
    let optional = Purpose::ALL.iter().copied().filter(|purpose| purpose.is_optional());
    let given: Vec<Purpose> = optional.filter(|purpose| input.flag(sign_up::field_of(*purpose))).collect();
    change_consents(&ask.centre, who, &given, figures).await?;
    Ok(ask.see_other("/account?done=consents"))
}

async fn draw_consents(
    ask: &Ask,
    status: StatusCode,
    input: Input,
    problems: Problems,
) -> Result<Response, AppError> {
    let l = ask.language;
    let history = consent_history(ask.centre.database(), ask.signed_in()?).await?;
    let title = words::account::consents(l);
    let action = ask.link("/account/consents");
    let phone = ask.centre.settings().phone.clone();
    let required = Purpose::REQUIRED
        .map(|purpose| Fact::new(say::purpose(l, purpose), view! { {say::purpose_note(l, purpose)} }));
    let columns = vec![
        Column::text(words::account::purpose(l)),
        Column::text(words::account::given_or_withdrawn(l)),
        Column::text(words::account::at(l)),
    ];
    let rows = history
        .into_iter()
        .map(|event| {
            let word = if event.given { words::account::given(l) } else { words::account::withdrawn(l) };
            let at = view! { <time datetime=when::machine(event.at)>{when::moment(l, event.at)}</time> };
            vec![say::purpose(l, event.purpose).into_any(), word.into_any(), at.into_any()]
        })
        .collect();
    Ok(ask.refuse(status, title, move || {
        view! {
            <div class="narrow">
                <Breadcrumb l way=own_crumb(l) here=title/>
                <PageHead title lead=words::account::own_consents_lead(l)/>
                <Form l action input problems>
                    <h2 class="section-title">{words::account::optional_consents(l)}</h2>
                    {sign_up::consent_box(l, Purpose::News)}
                    {sign_up::consent_box(l, Purpose::Figures)}
                    <FigureFields l/>
                    <div class="actions"><Button>{words::account::save(l)}</Button></div>
                </Form>
                <h2 class="section-title">{words::account::required_consents(l)}</h2>
                <DescriptionList items=required.into()/>
                <p>{words::account::withdraw_required(l, phone)}</p>
                <h2 class="section-title">{words::account::consent_history(l)}</h2>
                <Table caption=words::account::consent_history(l) columns rows hidden_caption=true/>
            </div>
        }
    }))
}
