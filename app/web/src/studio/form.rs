//! The form in which somebody asks for a space.

use axum::http::StatusCode;
use axum::response::Response;
use chrono::{Datelike, NaiveDate, NaiveTime};
use domain::account::{Audience, SignedIn};
use domain::course::Line;
use domain::seoul;
use domain::space::Slot;
use domain::space::entity::{space, thing};
use domain::space::rules::SpaceRules;
use domain::studio::ask::{self as studio, Obstacle, Wish};
use domain::studio::store::list_things;
use domain::studio::{BookingState, Kind, MOST_OCCURRENCES};
use leptos::prelude::*;

use super::kind_word;
use super::page::{house_rules, to_calls};
use super::sentence::{Refused, obstacle_list};
use crate::AppError;
use crate::ask::Ask;
use crate::ui::{
    Breadcrumb, Button, Checkbox, Choice, Crumb, EmptyState, Form, Hidden, Input, PageHead, Problems, Query,
    RadioGroup, Select, TextArea, TextInput,
};
use crate::words::{Language, studio as words};

/// The longest line, and the longest text about the help one needs, in characters.
const LINE: usize = 100;
const TEXT: usize = 1000;

/// What the form offers this person.
struct Offer {
    rules: SpaceRules,
    things: Vec<thing::Model>,
    audience: Audience,
    /// The spaces they may ask for, and those they decide about.
    spaces: Vec<space::Model>,
    /// Whether they decide about any.
    decides: bool,
}

impl Offer {
    async fn load(ask: &Ask, viewer: &SignedIn) -> Result<Self, AppError> {
        let db = ask.centre.database();
        let rules = SpaceRules::load(db).await?;
        let today = seoul::day(ask.centre.clock().now());
        let audience = if viewer.is_staff() { Audience::Staff } else { Audience::Resident };
        let decides_about = |space: &space::Model| {
            viewer.on_duty(rules.approver(space.id).duty()).is_ok() && space.holds_classes()
        };
        let offered = |space: &&space::Model| {
            let asked = rules.may_be_asked_by(space.id, audience) || decides_about(space);
            asked && space.in_use_until.is_none_or(|until| today <= until)
        };
        let spaces: Vec<space::Model> = rules.tree.all().iter().filter(offered).cloned().collect();
        let decides = spaces.iter().any(decides_about);
        Ok(Self { things: list_things(db).await?, rules, audience, spaces, decides })
    }
}

/// `GET /studio/new?place=&date=&start=&end=`: the form, with what the calendar or a search knows already.
pub async fn page(ask: Ask, Query(query): Query) -> Result<Response, AppError> {
    let viewer = ask.signed_in()?;
    let offer = Offer::load(&ask, viewer).await?;
    let mut known = vec![("key".to_owned(), ask.centre.clock().id().to_string())];
    known.push(("in_charge".into(), viewer.name().to_owned()));
    let tomorrow = seoul::day(ask.centre.clock().now()) + chrono::Days::new(1);
    let first = offer.spaces.first().map(|space| space.code.clone()).unwrap_or_default();
    let standing = [
        ("place", first),
        ("date", tomorrow.to_string()),
        ("start", String::new()),
        ("end", String::new()),
        ("kind", String::new()),
    ];
    for (name, otherwise) in standing {
        let given = query.text(name);
        known.push((name.to_owned(), if given.is_empty() { otherwise } else { given.to_owned() }));
    }
    known.extend(query.all("thing").filter_map(|thing| {
        let (code, number) = thing.split_once(':')?;
        Some((format!("thing-{code}"), number.to_owned()))
    }));
    let drawn = Drawn { input: Input::new(known), ..Drawn::default() };
    Ok(draw(&ask, &offer, drawn))
}

/// `POST /studio/new`
pub async fn send(ask: Ask, input: Input) -> Result<Response, AppError> {
    let viewer = ask.signed_in()?;
    let offer = Offer::load(&ask, viewer).await?;
    let wish = match parse(ask.language, &offer, &input)? {
        Ok(wish) => wish,
        Err(problems) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return Ok(draw(&ask, &offer, Drawn { status, input, problems, ..Drawn::default() }));
        }
    };
    match studio::ask(&ask.centre, viewer, &wish).await {
        Ok(asked) => {
            let done = match (asked.state, asked.count) {
                (BookingState::Waiting, _) => "waiting".to_owned(),
                (BookingState::Approved, 1) => "own".to_owned(),
                (_, 1) => "asked".to_owned(),
                (_, count) => format!("series&count={count}"),
            };
            let skipped: Vec<String> = asked.skipped.iter().map(ToString::to_string).collect();
            let skipped =
                if skipped.is_empty() { String::new() } else { format!("&skipped={}", skipped.join(",")) };
            Ok(ask.see_other(&format!("/studio/{}?done={done}{skipped}", asked.code)))
        }
        Err(error) => {
            let Refused { status, problems, obstacles } = Refused::of(&ask, error)?;
            Ok(draw(&ask, &offer, Drawn { status, input, problems, obstacles }))
        }
    }
}

/// What was typed, checked; a form that nobody could have filled in so is a bad request.
fn parse(l: Language, offer: &Offer, input: &Input) -> Result<Result<Wish, Problems>, AppError> {
    let key = input.text("key").parse().map_err(|_| AppError::BadRequest)?;
    let mut problems = Problems::default();
    let space = offer.rules.tree.by_code(input.text("place"));
    if space.is_none() {
        problems.add("place", words::wrong_place(l));
    }
    let kind = Kind::parse(input.text("kind"));
    if kind.is_none() {
        problems.add("kind", words::wrong_kind(l));
    }
    let purpose = needed_line(l, input, "purpose", &mut problems);
    let slot = parse_slot(l, input, &mut problems);
    let in_charge = needed_line(l, input, "in_charge", &mut problems);
    let department = line(l, input, "department", &mut problems);
    let presenter = line(l, input, "presenter", &mut problems);
    let displaces = line(l, input, "displaces", &mut problems);
    let people = match input.text("people") {
        "" => None,
        text => {
            let people = text.parse().ok().filter(|people| (1..=500).contains(people));
            if people.is_none() {
                problems.add("people", words::wrong_people(l));
            }
            people
        }
    };
    let help = input.text("help");
    if help.chars().count() > TEXT {
        problems.add("help", words::wrong_text(l, TEXT));
    }
    let things = parse_things(l, offer, input, &mut problems);
    let rule = match parse_rule(input) {
        Ok(rule) => rule,
        Err(Wrong::Repeat) => {
            problems.add("repeat", words::wrong_repeat(l));
            None
        }
        Err(Wrong::Count) => {
            problems.add("count", words::wrong_count(l, MOST_OCCURRENCES));
            None
        }
    };
    let parsed = (space, kind, purpose, slot, in_charge);
    let (Some(space), Some(kind), Some(purpose), Some(slot), Some(in_charge)) = parsed else {
        return Ok(Err(problems));
    };
    if !problems.is_empty() {
        return Ok(Err(problems));
    }
    Ok(Ok(Wish {
        space_id: space.id,
        kind,
        purpose,
        department,
        in_charge,
        presenter,
        presenter_id: None,
        people,
        help: Some(help.to_owned()).filter(|help| !help.is_empty()),
        slot,
        things,
        agreed: input.flag("agree"),
        rule,
        waits: input.flag("waits"),
        displaces,
        key,
    }))
}

/// An optional line of text.
pub(super) fn line(l: Language, input: &Input, name: &str, problems: &mut Problems) -> Option<Line> {
    if input.text(name).is_empty() { None } else { needed_line(l, input, name, problems) }
}

pub(super) fn needed_line(l: Language, input: &Input, name: &str, problems: &mut Problems) -> Option<Line> {
    let line = Line::parse(input.text(name), LINE);
    if line.is_none() {
        problems.add(name, words::wrong_line(l, LINE));
    }
    line
}

/// `date`, `start`, `end` and, where it ends on another day, `end_date`; wall-clock times in Seoul.
pub(super) fn parse_slot(l: Language, input: &Input, problems: &mut Problems) -> Option<Slot> {
    let mut day = |name: &str| {
        let day = input.text(name).parse::<NaiveDate>().ok().filter(|day| (2000..2200).contains(&day.year()));
        if day.is_none() {
            problems.add(name, words::wrong_date(l));
        }
        day
    };
    let first = day("date");
    let last = if input.text("end_date").is_empty() { first } else { day("end_date") };
    let mut time = |name: &str| {
        let time = NaiveTime::parse_from_str(input.text(name), "%H:%M").ok();
        if time.is_none() {
            problems.add(name, words::wrong_time(l));
        }
        time
    };
    let (start, end) = (time("start"), time("end"));
    let instant = |day: NaiveDate, time| seoul::instant(day.and_time(time));
    Some(Slot { starts_at: instant(first?, start?)?, ends_at: instant(last?, end?)? })
}

fn parse_things(
    l: Language,
    offer: &Offer,
    input: &Input,
    problems: &mut Problems,
) -> Vec<(uuid::Uuid, u32)> {
    let mut things = Vec::new();
    for thing in &offer.things {
        let name = format!("thing-{}", thing.code);
        let text = input.text(&name);
        let most = u32::try_from(thing.total).unwrap_or_default();
        match text.parse::<u32>().ok().filter(|number| *number <= most) {
            Some(0) => {}
            Some(number) => things.push((thing.id, number)),
            None if text.is_empty() => {}
            None => problems.add(name, words::wrong_number(l, most)),
        }
    }
    things
}

enum Wrong {
    Repeat,
    Count,
}

/// The rule of RFC 5545 that the choice and the count come to. The first date says on which weekday.
fn parse_rule(input: &Input) -> Result<Option<String>, Wrong> {
    let count = || {
        let count = input.text("count").parse::<u16>().ok();
        count.filter(|count| (1..=MOST_OCCURRENCES).contains(count)).ok_or(Wrong::Count)
    };
    let by_weekday = || {
        let day = input.text("date").parse::<NaiveDate>().map_err(|_| Wrong::Repeat)?;
        let name = day.weekday().to_string().to_uppercase();
        Ok(format!("{}{}", day.day0() / 7 + 1, &name[..2]))
    };
    let rule = match input.text("repeat") {
        "" | "none" => return Ok(None),
        "weekly" => "FREQ=WEEKLY".to_owned(),
        "biweekly" => "FREQ=WEEKLY;INTERVAL=2".to_owned(),
        "weekdays" => "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR".to_owned(),
        "monthly" => format!("FREQ=MONTHLY;BYDAY={}", by_weekday()?),
        _ => return Err(Wrong::Repeat),
    };
    Ok(Some(format!("{rule};COUNT={}", count()?)))
}

/// How the page is drawn this time.
#[derive(Default)]
struct Drawn {
    status: StatusCode,
    input: Input,
    problems: Problems,
    obstacles: Vec<Obstacle>,
}

fn draw(ask: &Ask, offer: &Offer, drawn: Drawn) -> Response {
    let l = ask.language;
    let settings = ask.centre.settings();
    let lead =
        if offer.decides { words::ask_lead_at_once(l).into() } else { words::ask_lead(l, &settings.phone) };
    ask.refuse(drawn.status, words::ask(l), || {
        let way = vec![Crumb::new(l, words::title(l), "/studio")];
        view! {
            <Breadcrumb l=l way=way here=words::ask(l)/>
            <PageHead title=words::ask(l) lead=lead/>
            <p>{to_calls(l)}</p>
            {obstacle_list(l, &offer.rules.tree, &drawn.obstacles)}
            {if offer.spaces.is_empty() {
                view! { <EmptyState title=words::places_empty(l)/> }.into_any()
            } else {
                fields(ask, offer, drawn.input, drawn.problems, !drawn.obstacles.is_empty()).into_any()
            }}
        }
    })
}

fn fields(ask: &Ask, offer: &Offer, input: Input, problems: Problems, taken: bool) -> impl IntoView + use<> {
    let l = ask.language;
    let places = offer.spaces.iter().map(|space| Choice::new(&space.code, space.name_in(l))).collect();
    let kinds = Kind::ALL.iter().map(|kind| {
        let choice = Choice::new(kind.as_str(), kind_word(l, *kind));
        if *kind == Kind::Other { choice.note(words::kind_other_note(l)) } else { choice }
    });
    let kinds: Vec<Choice> = kinds.collect();
    let things = lent(l, &offer.things);
    let decides = offer.decides;
    let rules = (offer.audience == Audience::Resident).then(|| house_rules(ask));
    let is_staff = offer.audience == Audience::Staff;
    let key = input.text("key").to_owned();
    let waits = taken || input.flag("waits");
    view! {
        <Form l=l action=l.path("/studio/new") input=input problems=problems>
            <Hidden name="key" value=key/>
            <Select name="place" label=words::place(l) choices=places required=true/>
            <RadioGroup name="kind" legend=words::kind(l) choices=kinds required=true/>
            <TextInput name="purpose" label=words::purpose(l) hint=words::purpose_hint(l) required=true maxlength=100/>
            <TextInput name="date" label=words::date(l) kind="date" required=true short=true/>
            <TextInput name="start" label=words::start(l) kind="time" required=true short=true/>
            <TextInput name="end" label=words::end(l) kind="time" required=true short=true/>
            <TextInput name="in_charge" label=words::in_charge(l) required=true maxlength=100/>
            {is_staff.then(|| view! { <TextInput name="department" label=words::department(l) maxlength=100/> })}
            <TextInput name="people" label=words::people(l) inputmode="numeric" short=true maxlength=3/>
            <TextInput name="presenter" label=words::presenter(l) hint=words::presenter_hint(l) maxlength=100/>
            {(!things.is_empty()).then(|| thing_fields(l, things))}
            <TextArea name="help" label=words::help(l) hint=words::help_hint(l) rows=3 maxlength=1000/>
            {is_staff.then(|| staff_fields(l))}
            {waits.then(|| view! { <Checkbox name="waits" label=words::waits(l)/> })}
            {decides.then(|| view! {
                <TextInput name="displaces" label=words::displaces(l) hint=words::displaces_hint(l) maxlength=100/>
            })}
            {rules.map(|rules| view! { {rules} <Checkbox name="agree" label=words::agree(l) required=true/> })}
            <Button>{words::send(l)}</Button>
        </Form>
    }
}

/// What can be lent: the name of its field, and its label.
fn lent(l: Language, things: &[thing::Model]) -> Vec<(String, String)> {
    let line = |thing: &thing::Model| {
        let name = l.choose(&thing.name, thing.name_en.as_deref());
        (format!("thing-{}", thing.code), words::thing_of(l, name, thing.total))
    };
    things.iter().filter(|thing| thing.total > 0).map(line).collect()
}

fn thing_fields(l: Language, things: Vec<(String, String)>) -> impl IntoView {
    let field = |(name, label)| {
        view! { <TextInput name=name label=label inputmode="numeric" short=true maxlength=3/> }
    };
    let fields: Vec<_> = things.into_iter().map(field).collect();
    view! { <fieldset class="form-fields"><legend class="form-tit">{words::things(l)}</legend>{fields}</fieldset> }
}

/// What only the office's own people may ask for: more than a day, and more than once.
fn staff_fields(l: Language) -> impl IntoView {
    let repeats = vec![
        Choice::new("none", words::repeat_none(l)),
        Choice::new("weekly", words::repeat_weekly(l)),
        Choice::new("biweekly", words::repeat_biweekly(l)),
        Choice::new("weekdays", words::repeat_weekdays(l)),
        Choice::new("monthly", words::repeat_monthly(l)),
    ];
    view! {
        <TextInput name="end_date" label=words::end_date(l) hint=words::end_date_hint(l) kind="date" short=true/>
        <Select name="repeat" label=words::repeat(l) choices=repeats/>
        <TextInput
            name="count"
            label=words::repeat_count(l)
            hint=words::repeat_count_hint(l, MOST_OCCURRENCES)
            inputmode="numeric"
            short=true
            maxlength=3
        />
    }
}
