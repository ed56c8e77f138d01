//! The rules by which a place is asked for, and the days on which it is closed; for administrators.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::NaiveDate;
use domain::account::{Administrator, Audience};
use domain::decimal;
use domain::space::arrange::{self, ArrangeError, Arrangement, Closed, Opening};
use domain::space::diary::Clash;
use domain::space::entity::{closure, opening, space};
use domain::space::rules::SpaceRules;
use domain::space::{Approver, AskedBy, Margin, Use};
use leptos::prelude::*;
use uuid::Uuid;

use crate::AppError;
use crate::ask::Ask;
use crate::ui::{
    Alert, Breadcrumb, Button, Checkbox, Choice, Crumb, Form, Input, Look, PageHead, Problems, Query, Select,
    TextArea, TextInput, Tone,
};
use crate::when;
use crate::words::{Language, space as words};

/// The longest text about equipment and the longest reason, in characters.
const TEXT: usize = 500;
const REASON: usize = 100;

/// How the page is drawn this time.
#[derive(Default)]
struct Drawn {
    status: StatusCode,
    rules: Option<(Input, Problems)>,
    closing: Option<(Input, Problems)>,
    held: Vec<Clash>,
    done: Option<&'static str>,
}

/// `GET /manage/places/{code}`
pub async fn page(ask: Ask, Path(code): Path<String>, Query(query): Query) -> Result<Response, AppError> {
    let l = ask.language;
    let done = match query.text("done") {
        "rules" => Some(words::rules_done(l)),
        "closed" => Some(words::closure_done(l)),
        "open" => Some(words::reopen_done(l)),
        _ => None,
    };
    draw(&ask, &code, Drawn { done, ..Drawn::default() }).await
}

/// `POST /manage/places/{code}`: the rules as a whole.
pub async fn change(ask: Ask, Path(code): Path<String>, input: Input) -> Result<Response, AppError> {
    let (administrator, _, id) = find(&ask, &code).await?;
    let wanted = match parse(ask.language, &input) {
        Ok(wanted) => wanted,
        Err(problems) => return refuse_rules(&ask, &code, input, problems).await,
    };
    match arrange::arrange(&ask.centre, &administrator, id, &wanted).await {
        Ok(()) => Ok(ask.see_other(&format!("/manage/places/{code}?done=rules"))),
        Err(ArrangeError::Opening) => {
            let problems = Problems::one("staff-1", words::wrong_hours(ask.language));
            refuse_rules(&ask, &code, input, problems).await
        }
        Err(error) => Err(or_not_found(error)),
    }
}

async fn refuse_rules(ask: &Ask, code: &str, input: Input, problems: Problems) -> Result<Response, AppError> {
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    draw(ask, code, Drawn { status, rules: Some((input, problems)), ..Drawn::default() }).await
}

fn or_not_found(error: ArrangeError) -> AppError {
    match error {
        ArrangeError::Db(error) => error.into(),
        ArrangeError::NotFound => AppError::NotFound,
        other => AppError::Broken(other.to_string()),
    }
}

/// `POST /manage/places/{code}/closures`: names what is held on those days, unless told to close anyway.
pub async fn close(ask: Ask, Path(code): Path<String>, input: Input) -> Result<Response, AppError> {
    let l = ask.language;
    let (administrator, _, id) = find(&ask, &code).await?;
    let mut problems = Problems::default();
    let mut day = |name: &str| {
        let day = input.text(name).parse::<NaiveDate>().ok();
        if day.is_none() {
            problems.add(name, words::wrong_day(l));
        }
        day
    };
    let (first, last) = (day("first_day"), day("last_day"));
    let reason = input.text("reason");
    if reason.is_empty() || reason.chars().count() > REASON || reason.chars().any(char::is_control) {
        problems.add("reason", words::wrong_name(l, REASON));
    }
    let (Some(first_day), Some(last_day), true) = (first, last, problems.is_empty()) else {
        return refuse_closing(&ask, &code, StatusCode::UNPROCESSABLE_ENTITY, input, problems, Vec::new())
            .await;
    };
    let anyway = input.flag("anyway");
    let days = Closed { first_day, last_day, reason: reason.to_owned(), anyway };
    match arrange::close(&ask.centre, &administrator, id, &days).await {
        Ok(()) => Ok(ask.see_other(&format!("/manage/places/{code}?done=closed"))),
        Err(ArrangeError::Backwards) => {
            let problems = Problems::one("last_day", words::wrong_last(l));
            refuse_closing(&ask, &code, StatusCode::UNPROCESSABLE_ENTITY, input, problems, Vec::new()).await
        }
        Err(ArrangeError::Held(held)) => {
            let problems = Problems::one("anyway", words::closure_held(l));
            refuse_closing(&ask, &code, StatusCode::CONFLICT, input, problems, held).await
        }
        Err(error) => Err(or_not_found(error)),
    }
}

async fn refuse_closing(
    ask: &Ask,
    code: &str,
    status: StatusCode,
    input: Input,
    problems: Problems,
    held: Vec<Clash>,
) -> Result<Response, AppError> {
    draw(ask, code, Drawn { status, closing: Some((input, problems)), held, ..Drawn::default() }).await
}

/// `POST /manage/places/{code}/closures/{closure}/remove`
pub async fn reopen(ask: Ask, Path((code, closure)): Path<(String, Uuid)>) -> Result<Response, AppError> {
    let (administrator, ..) = find(&ask, &code).await?;
    arrange::reopen(&ask.centre, &administrator, closure).await.map_err(or_not_found)?;
    Ok(ask.see_other(&format!("/manage/places/{code}?done=open")))
}

async fn find(ask: &Ask, code: &str) -> Result<(Administrator, SpaceRules, Uuid), AppError> {
    let administrator = ask.signed_in()?.administrator()?;
    let rules = SpaceRules::load(ask.centre.database()).await?;
    let id = rules.tree.by_code(code).ok_or(AppError::NotFound)?.id;
    Ok((administrator, rules, id))
}

/// Both audiences with the name of their fields.
const HOURS: [(Audience, &str); 2] = [(Audience::Staff, "staff"), (Audience::Resident, "resident")];

fn parse(l: Language, input: &Input) -> Result<Arrangement, Problems> {
    let mut problems = Problems::default();
    let approver = Approver::parse(input.text("approver"));
    if approver.is_none() && !input.text("approver").is_empty() {
        problems.add("approver", words::wrong_choice(l));
    }
    let asked_by = AskedBy::parse(input.text("asked_by"));
    if asked_by.is_none() && !input.text("asked_by").is_empty() {
        problems.add("asked_by", words::wrong_choice(l));
    }
    let limit = input.text("resident_hours");
    let hours = limit.parse::<u32>().ok().filter(|hours| (1..=744).contains(hours));
    if hours.is_none() && !limit.is_empty() {
        problems.add("resident_hours", words::wrong_limit(l));
    }
    let equipment = input.text("equipment");
    if equipment.chars().count() > TEXT {
        problems.add("equipment", words::wrong_text(l, TEXT));
    }
    let mut openings = Vec::new();
    for (audience, name) in HOURS {
        for weekday in 1..=7 {
            let field = format!("{name}-{weekday}");
            match parse_spans(input.text(&field)) {
                Some(spans) => openings.extend(spans.into_iter().map(|(from_minute, until_minute)| {
                    Opening { audience, weekday, from_minute, until_minute }
                })),
                None => problems.add(field, words::wrong_hours(l)),
            }
        }
    }
    let mut margins = Vec::new();
    for kind in Use::ALL {
        let field = format!("margin-{}", kind.as_str());
        let text = input.text(&field);
        match parse_margin(text) {
            Some(margin) => margins.push((*kind, margin)),
            None if text.is_empty() => {}
            None => problems.add(field, words::wrong_margin(l)),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let equipment = Some(equipment.to_owned()).filter(|text| !text.is_empty());
    let resident_minutes = hours.map(|hours| hours * 60);
    Ok(Arrangement { approver, asked_by, resident_minutes, equipment, openings, margins })
}

/// `09:00-12:00, 13:00-18:00` in minutes from midnight; nothing for nothing, `None` for nonsense.
fn parse_spans(text: &str) -> Option<Vec<(u16, u16)>> {
    let minute = |text: &str| {
        let (hour, minute) = text.trim().split_once(':')?;
        let digits = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        let (hour, minute) = Some((hour, minute)).filter(|(hour, minute)| digits(hour) && digits(minute))?;
        let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
        let of_day = hour * 60 + minute;
        (minute < 60 && of_day <= 1440).then_some(of_day)
    };
    let span = |text: &str| {
        let (from, until) = text.split_once(['-', '~'])?;
        let (from, until) = (minute(from)?, minute(until)?);
        (from < until).then_some((from, until))
    };
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(span).collect()
}

/// `30/15`: set-up and strike.
fn parse_margin(text: &str) -> Option<Margin> {
    let (set_up, strike) = text.split_once('/')?;
    let minutes = |text: &str| text.trim().parse::<u16>().ok().filter(|minutes| *minutes <= 600);
    Some(Margin { set_up: minutes(set_up)?, strike: minutes(strike)? })
}

/// The rules a space has, as the fields of the form.
fn filled(rules: &SpaceRules, space: &space::Model) -> Input {
    let mut fields: Vec<(String, String)> = vec![
        ("approver".into(), space.approver.map_or("", Approver::as_str).into()),
        ("asked_by".into(), space.asked_by.map_or("", AskedBy::as_str).into()),
        ("equipment".into(), space.equipment.clone().unwrap_or_default()),
    ];
    let minutes = space.resident_minutes.and_then(|minutes| u32::try_from(minutes).ok());
    let hours = minutes.map(|minutes| decimal::text(minutes.saturating_mul(100) / 60));
    fields.push(("resident_hours".into(), hours.unwrap_or_default()));
    let clock = |minute: i32| format!("{:02}:{:02}", minute / 60, minute % 60);
    for (audience, name) in HOURS {
        for weekday in 1..=7 {
            let of_day = |line: &&opening::Model| (line.audience, line.weekday) == (audience, weekday);
            let spans = rules.openings_of(space.id).iter().filter(of_day);
            let spans: Vec<String> =
                spans.map(|it| format!("{}-{}", clock(it.from_minute), clock(it.until_minute))).collect();
            fields.push((format!("{name}-{weekday}"), spans.join(", ")));
        }
    }
    for kind in Use::ALL {
        let margin = rules.margin_of(space.id, *kind);
        let text = margin.map(|margin| format!("{}/{}", margin.set_up, margin.strike));
        fields.push((format!("margin-{}", kind.as_str()), text.unwrap_or_default()));
    }
    Input::new(fields)
}

async fn draw(ask: &Ask, code: &str, drawn: Drawn) -> Result<Response, AppError> {
    let l = ask.language;
    let (_, rules, id) = find(ask, code).await?;
    let space = rules.tree.get(id).ok_or(AppError::NotFound)?.clone();
    let title = format!("{}: {}", words::rules(l), space.name_in(l));
    Ok(ask.refuse(drawn.status, &title.clone(), move || {
        let here = l.path(&format!("/manage/places/{}", space.code));
        let (input, problems) = drawn.rules.unwrap_or_else(|| (filled(&rules, &space), Problems::default()));
        let closures = rules.closures_of(space.id);
        let lines: Vec<_> = closures.iter().map(|closure| closed_line(l, &here, closure)).collect();
        view! {
            <Breadcrumb l=l way=vec![Crumb::new(l, words::places(l), "/manage/places")] here=title.clone()/>
            <PageHead title=title lead=words::rules_lead(l)/>
            {drawn.done.map(|done| view! {
                <div role="status"><Alert l=l tone=Tone::Success><p>{done}</p></Alert></div>
            })}
            {rules_form(l, here.clone(), input, problems)}
            <section aria-labelledby="closures-title">
                <h2 class="section-title" id="closures-title">{words::closures(l)}</h2>
                {if lines.is_empty() {
                    view! { <p>{words::closures_none(l)}</p> }.into_any()
                } else {
                    view! { <ul class="plain-list">{lines}</ul> }.into_any()
                }}
                {closing_form(l, &here, drawn.closing.unwrap_or_default(), &drawn.held)}
            </section>
        }
    }))
}

fn rules_form(l: Language, action: String, input: Input, problems: Problems) -> impl IntoView {
    let approver = |approver: &Approver| match approver {
        Approver::TrainingManager => words::approver_training_manager(l),
        Approver::Producer => words::approver_producer(l),
    };
    let approvers = Approver::ALL.iter().map(|it| Choice::new(it.as_str(), approver(it))).collect();
    let asker = |asked_by: &AskedBy| match asked_by {
        AskedBy::Nobody => words::asked_by_nobody(l),
        AskedBy::Staff => words::asked_by_staff(l),
        AskedBy::Everybody => words::asked_by_everybody(l),
    };
    let askers = AskedBy::ALL.iter().map(|it| Choice::new(it.as_str(), asker(it))).collect();
    view! {
        <Form l=l action=action input=input problems=problems>
            <Select name="approver" label=words::approver(l) choices=approvers none=words::inherited(l)/>
            <Select name="asked_by" label=words::asked_by(l) choices=askers none=words::inherited(l)/>
            <TextInput name="resident_hours" label=words::resident_hours_a_month(l) inputmode="numeric" short=true maxlength=3/>
            <TextArea name="equipment" label=words::equipment(l) rows=3 maxlength=500/>
            {week(l, "staff", words::hours_staff(l), words::hours_staff_hint(l))}
            {week(l, "resident", words::hours_resident(l), words::hours_resident_hint(l))}
            {margin_fields(l)}
            <Button>{words::rules_save(l)}</Button>
        </Form>
    }
}

/// A line for each weekday.
fn week(l: Language, name: &'static str, legend: &'static str, hint: &'static str) -> impl IntoView {
    let field = |number: u8| {
        let weekday = chrono::Weekday::try_from(number - 1).map(|day| when::weekday(l, day));
        let label = weekday.unwrap_or_default();
        view! { <TextInput name=format!("{name}-{number}") label=label short=true maxlength=40/> }
    };
    let fields: Vec<_> = (1..=7).map(field).collect();
    view! {
        <fieldset class="form-fields">
            <legend class="form-tit">{legend}</legend>
            <p class="form-hint">{hint}</p>
            {fields}
        </fieldset>
    }
}

fn margin_fields(l: Language) -> impl IntoView {
    let field = |kind: &Use| {
        let label = match kind {
            Use::Class => words::use_class(l),
            Use::Recording => words::use_recording(l),
            Use::Live => words::use_live(l),
            Use::Other => words::use_other(l),
        };
        view! { <TextInput name=format!("margin-{}", kind.as_str()) label=label short=true maxlength=7/> }
    };
    let fields: Vec<_> = Use::ALL.iter().map(field).collect();
    view! {
        <fieldset class="form-fields">
            <legend class="form-tit">{words::margins(l)}</legend>
            <p class="form-hint">{words::margins_hint(l)}</p>
            {fields}
        </fieldset>
    }
}

fn closed_line(l: Language, here: &str, closure: &closure::Model) -> impl IntoView + use<> {
    let days = when::days(l, closure.first_day, closure.last_day);
    let text = format!("{days}: {}", closure.reason);
    let action = format!("{here}/closures/{}/remove", closure.id);
    view! {
        <li>
            <p>{text}</p>
            <Form l=l action=action id=format!("open-{}", closure.id)>
                <Button look=Look::Tertiary small=true>{words::closure_remove(l)}</Button>
            </Form>
        </li>
    }
}

fn closing_form(
    l: Language,
    here: &str,
    (input, problems): (Input, Problems),
    held: &[Clash],
) -> impl IntoView + use<> {
    let action = format!("{here}/closures");
    let lines: Vec<_> = held
        .iter()
        .map(|clash| {
            let span = when::span(l, clash.starts_at, clash.ends_at);
            view! { <li>{words::closure_clash(l, &clash.with, span)}</li> }
        })
        .collect();
    let taken = !lines.is_empty();
    view! {
        {taken.then(|| view! {
            <Alert l=l tone=Tone::Warning>
                <p>{words::closure_held(l)}</p>
                <ul class="bullets">{lines}</ul>
            </Alert>
        })}
        <Form l=l action=action input=input problems=problems id="close">
            <TextInput name="first_day" label=words::closure_first(l) kind="date" required=true short=true/>
            <TextInput name="last_day" label=words::closure_last(l) kind="date" required=true short=true/>
            <TextInput name="reason" label=words::closure_reason(l) required=true maxlength=100/>
            {taken.then(|| view! { <Checkbox name="anyway" label=words::closure_anyway(l)/> })}
            <Button look=Look::Secondary>{words::closure_add(l)}</Button>
        </Form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_read_as_they_are_written() {
        assert_eq!(parse_spans("09:00-12:00, 13:00~18:00"), Some(vec![(540, 720), (780, 1080)]));
        assert_eq!(parse_spans("18:00-24:00"), Some(vec![(1080, 1440)]));
        assert_eq!(parse_spans(""), Some(Vec::new()));
        for bad in ["9-12", "09:00", "12:00-09:00", "25:00-26:00", "09:60-10:00", "09:00-10:00-11:00"] {
            assert_eq!(parse_spans(bad), None, "{bad}");
        }
        assert_eq!(parse_margin("30/15"), Some(Margin { set_up: 30, strike: 15 }));
        assert_eq!(parse_margin("30"), None);
        assert_eq!(parse_margin("30/601"), None);
    }
}
