//! The search for what is free: two hours in a studio with an encoder next week, afternoons.

use axum::http::StatusCode;
use axum::response::Response;
use chrono::{Days, NaiveDate, TimeDelta};
use domain::account::{Audience, SignedIn};
use domain::seoul;
use domain::space::diary::Diary;
use domain::space::entity::{space, thing};
use domain::space::free::{Found, Search, search};
use domain::space::holiday::parse_day;
use domain::space::rules::SpaceRules;
use domain::space::{Slot, SpaceKind};
use domain::studio::Kind;
use domain::studio::store::list_things;
use leptos::prelude::*;
use uuid::Uuid;

use super::entry::kind_word;
use crate::ask::Ask;
use crate::ui::{
    Breadcrumb, Button, Choice, Crumb, EmptyState, Form, Input, PageHead, Problems, Query, Select, TextInput,
};
use crate::words::{Language, calendar as words};
use crate::{AppError, when};

/// The longest time that is searched, in days.
const MOST_DAYS: u64 = 31;

/// The most of one thing that somebody asks for.
const MOST_THINGS: u32 = 100;

/// Lengths that are offered, in minutes.
const LENGTHS: [i64; 8] = [30, 60, 90, 120, 180, 240, 360, 480];

/// Stands for any place of a kind; no code of a space has a colon in it.
const ANY_STUDIO: &str = "any:studio";
const ANY_ROOM: &str = "any:room";

/// A part of the day by its word in the URL, in minutes from midnight.
const PARTS: [(&str, u16, u16); 4] = [
    ("day", 0, 1440),
    ("morning", 6 * 60, 12 * 60),
    ("afternoon", 12 * 60, 18 * 60),
    ("evening", 18 * 60, 1440),
];

/// What may be asked for by whoever looks.
struct Offer {
    rules: SpaceRules,
    things: Vec<thing::Model>,
    audience: Audience,
    today: NaiveDate,
}

impl Offer {
    async fn load(ask: &Ask) -> Result<Self, AppError> {
        let db = ask.centre.database();
        let staff = ask.viewer.as_ref().is_some_and(SignedIn::is_staff);
        Ok(Self {
            rules: SpaceRules::load(db).await?,
            things: list_things(db).await?,
            audience: if staff { Audience::Staff } else { Audience::Resident },
            today: seoul::day(ask.centre.clock().now()),
        })
    }

    fn spaces(&self) -> impl Iterator<Item = &space::Model> {
        self.rules.tree.all().iter().filter(|space| {
            let asked = self.rules.may_be_asked_by(space.id, self.audience);
            asked && space.in_use_until.is_none_or(|until| self.today <= until)
        })
    }

    /// The spaces that a choice means; none for one that isn't offered.
    fn chosen(&self, choice: &str) -> Vec<Uuid> {
        let meant = |space: &&space::Model| match choice {
            ANY_STUDIO => space.kind == SpaceKind::Studio,
            ANY_ROOM => space.kind == SpaceKind::Classroom,
            code => space.code == code,
        };
        self.spaces().filter(meant).map(|space| space.id).collect()
    }
}

/// `GET /calendar/free?place=&kind=&length=&from=&until=&part=&thing-CODE=`
pub async fn page(ask: Ask, Query(query): Query) -> Result<Response, AppError> {
    let l = ask.language;
    let offer = Offer::load(&ask).await?;
    if !query.flag("place") {
        let from = (offer.today + Days::new(1)).to_string();
        let until = (offer.today + Days::new(7)).to_string();
        let first = if offer.chosen(ANY_STUDIO).is_empty() { ANY_ROOM } else { ANY_STUDIO };
        let begin =
            [("place", first), ("kind", Kind::Recording.as_str()), ("length", "120"), ("part", "day")];
        let begin = begin.into_iter().map(|(name, value)| (name, value.to_owned()));
        let input = Input::new(begin.chain([("from", from), ("until", until)]));
        return Ok(draw(&ask, &offer, StatusCode::OK, input, Problems::default(), None));
    }
    let wanted = match parse(l, &offer, &query) {
        Ok(wanted) => wanted,
        Err(problems) => {
            return Ok(draw(&ask, &offer, StatusCode::UNPROCESSABLE_ENTITY, query, problems, None));
        }
    };
    // Set-up may reach into the day before, strike into the day after.
    let span = Slot {
        starts_at: seoul::midnight(wanted.first - Days::new(1)),
        ends_at: seoul::midnight(wanted.last + Days::new(2)),
    };
    let diary = Diary::load(ask.centre.database(), span).await?;
    let found = search(&offer.rules, &diary, &wanted, ask.centre.clock().now());
    let found = results(l, &offer, &wanted, &found);
    Ok(draw(&ask, &offer, StatusCode::OK, query, Problems::default(), Some(found)))
}

fn parse(l: Language, offer: &Offer, query: &Input) -> Result<Search, Problems> {
    let mut problems = Problems::default();
    let spaces = offer.chosen(query.text("place"));
    if spaces.is_empty() {
        problems.add("place", words::wrong_place(l));
    }
    let kind = Kind::parse(query.text("kind"));
    if kind.is_none() {
        problems.add("kind", words::wrong_kind(l));
    }
    let length = query.text("length").parse().ok().filter(|length| LENGTHS.contains(length));
    if length.is_none() {
        problems.add("length", words::wrong_length(l));
    }
    let day = |name: &str| parse_day(query.text(name));
    let (first, last) = (day("from"), day("until"));
    if first.is_none() {
        problems.add("from", words::wrong_day(l));
    }
    match (first, last) {
        (_, None) => problems.add("until", words::wrong_day(l)),
        (Some(first), Some(last)) if last < first => problems.add("until", words::wrong_order(l)),
        (Some(first), Some(last)) if last >= first + Days::new(MOST_DAYS) => {
            problems.add("until", words::wrong_span(l, MOST_DAYS));
        }
        _ => {}
    }
    let part = PARTS.into_iter().find(|part| part.0 == query.text("part"));
    if part.is_none() {
        problems.add("part", words::wrong_part(l));
    }
    let mut things = Vec::new();
    for thing in &offer.things {
        let name = format!("thing-{}", thing.code);
        match query.text(&name) {
            "" | "0" => {}
            text => match text.parse::<u32>().ok().filter(|number| *number <= MOST_THINGS) {
                Some(number) => things.push((thing.id, number)),
                None => problems.add(name.as_str(), words::wrong_number(l)),
            },
        }
    }
    let (Some(kind), Some(length), Some(first), Some(last), Some((_, from_minute, until_minute)), true) =
        (kind, length, first, last, part, problems.is_empty())
    else {
        return Err(problems);
    };
    Ok(Search {
        spaces,
        kind: kind.as_use(),
        audience: offer.audience,
        first,
        last,
        from_minute,
        until_minute,
        length: TimeDelta::minutes(length),
        things,
    })
}

fn draw(
    ask: &Ask,
    offer: &Offer,
    status: StatusCode,
    query: Input,
    problems: Problems,
    found: Option<AnyView>,
) -> Response {
    let l = ask.language;
    let way = vec![Crumb::new(l, words::title(l), "/calendar")];
    let nowhere = offer.spaces().next().is_none();
    ask.refuse(status, words::find_free(l), || {
        view! {
            <Breadcrumb l=l way=way here=words::find_free(l)/>
            <PageHead title=words::find_free(l) lead=words::find_free_lead(l)/>
            {match nowhere {
                true => view! { <EmptyState title=words::nothing_to_ask_for(l)/> }.into_any(),
                false => form(l, offer, query, problems).into_any(),
            }}
            {found}
        }
    })
}

fn form(l: Language, offer: &Offer, query: Input, problems: Problems) -> impl IntoView + use<> {
    let any = [(ANY_STUDIO, words::any_studio(l)), (ANY_ROOM, words::any_room(l))];
    let any = any.into_iter().filter(|(choice, _)| !offer.chosen(choice).is_empty());
    let places = any.map(|(choice, word)| Choice::new(choice, word));
    let places =
        places.chain(offer.spaces().map(|space| Choice::new(&space.code, space.name_in(l)))).collect();
    let kinds =
        Kind::ALL.iter().map(|kind| Choice::new(kind.as_str(), kind_word(l, kind.as_use()))).collect();
    let lengths =
        LENGTHS.iter().map(|length| Choice::new(length.to_string(), length_word(l, *length))).collect();
    let part = |(code, ..): (&str, u16, u16)| {
        let word = match code {
            "morning" => words::part_morning(l),
            "afternoon" => words::part_afternoon(l),
            "evening" => words::part_evening(l),
            _ => words::part_day(l),
        };
        Choice::new(code, word)
    };
    let parts = PARTS.map(part).into();
    let things: Vec<(String, String)> = offer
        .things
        .iter()
        .map(|thing| (format!("thing-{}", thing.code), words::thing_of(l, thing.name_in(l), thing.total)))
        .collect();
    view! {
        <Form l=l action=l.path("/calendar/free") get=true input=query problems=problems>
            <div class="free-fields">
                <Select name="place" label=words::place(l) choices=places/>
                <Select name="kind" label=words::kind(l) choices=kinds/>
                <Select name="length" label=words::length(l) choices=lengths/>
                <TextInput name="from" label=words::from_day(l) kind="date"/>
                <TextInput name="until" label=words::until_day(l) kind="date"/>
                <Select name="part" label=words::part(l) choices=parts/>
            </div>
            {thing_fields(l, things)}
            <div class="actions"><Button>{words::search(l)}</Button></div>
        </Form>
    }
}

/// A field for the number of each thing. Made inside of the form, so that it knows what was typed.
fn thing_fields(l: Language, things: Vec<(String, String)>) -> Option<impl IntoView> {
    if things.is_empty() {
        return None;
    }
    let field = |(name, label): (String, String)| {
        view! { <TextInput name=name label=label kind="number" inputmode="numeric" short=true/> }
    };
    let fields: Vec<_> = things.into_iter().map(field).collect();
    Some(view! {
        <fieldset class="form-group">
            <legend class="form-tit">{words::things(l)}</legend>
            <div class="free-things">{fields}</div>
        </fieldset>
    })
}

fn length_word(l: Language, minutes: i64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => words::length_minutes(l, minutes),
        (hours, 0) => words::length_hours(l, hours),
        (hours, minutes) => words::length_both(l, hours, minutes),
    }
}

/// What was found, day by day. Each line leads to the form in which one asks for it.
fn results(l: Language, offer: &Offer, wanted: &Search, found: &[Found]) -> AnyView {
    if found.is_empty() {
        return view! {
            <EmptyState title=words::found_nothing(l)><p>{words::found_nothing_hint(l)}</p></EmptyState>
        }
        .into_any();
    }
    let things = offer.things.iter().filter_map(|thing| {
        let (_, number) = wanted.things.iter().find(|(id, _)| *id == thing.id)?;
        Some(format!("&thing={}:{number}", thing.code))
    });
    let things: String = things.collect();
    let kind = wanted.kind.as_str();
    let line = |found: &Found| {
        let space = offer.rules.tree.get(found.space)?;
        let (starts_at, ends_at) = (found.first_start, found.first_start + wanted.length);
        let day = seoul::day(starts_at);
        let (start, end) = (when::time(starts_at), when::time(ends_at));
        let href = l.path(&format!(
            "/studio/new?place={}&kind={kind}&date={day}&start={start}&end={end}{things}",
            space.code
        ));
        let sentence = if found.first_start == found.last_start {
            words::found_at(l, &start)
        } else {
            words::found_between(l, &start, when::time(found.last_start))
        };
        let name = space.name_in(l).to_owned();
        Some(view! { <li><a href=href><strong>{name}</strong> " " <span>{sentence}</span></a></li> })
    };
    let mut days: Vec<NaiveDate> = found.iter().map(|found| seoul::day(found.first_start)).collect();
    days.dedup();
    let draw = |day: &NaiveDate| {
        let lines: Vec<_> =
            found.iter().filter(|found| seoul::day(found.first_start) == *day).filter_map(line).collect();
        view! {
            <section class="free-day"><h3>{when::day(l, *day)}</h3><ul class="free-list">{lines}</ul></section>
        }
    };
    let days: Vec<_> = days.iter().map(draw).collect();
    view! {
        <h2 class="section-title" id="found">{words::found(l)}</h2>
        <p>{words::found_lead(l)}</p>
        {days}
    }
    .into_any()
}
