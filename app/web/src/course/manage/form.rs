//! The form of a run: what it shows, and how what was typed is read.

use chrono::{DateTime, NaiveTime, Utc};
use domain::centre::Centre;
use domain::course::entity::{course, run};
use domain::course::file::{parse_hours, parse_instant, parse_time};
use domain::course::store;
use domain::course::{Line, Minimum, Mode, RunCode, RunDetails, Selection, Weekdays, hours_text};
use domain::seoul;
use domain::space::diary::Clash;
use domain::space::holiday::parse_day;
use domain::space::store::Tree;
use leptos::prelude::*;
use uuid::Uuid;

use super::sentence;
use crate::AppError;
use crate::course::{mode_word, selection_word};
use crate::ui::{
    Alert, Button, CheckboxGroup, Choice, Form, Hidden, Input, Problems, RadioGroup, Select, TextInput, Tone,
};
use crate::when;
use crate::words::{Language, course as words, minimum};

/// The largest number of people in a run.
const CAPACITY_MAX: u32 = 1000;

/// How long an offer may stand, in minutes: a week.
const OFFER_MAX: u32 = 7 * 24 * 60;

/// What there is to choose from.
pub struct Choices {
    courses: Vec<course::Model>,
    tree: Tree,
    /// Accounts of instructors, by name.
    accounts: Vec<(Uuid, String)>,
}

impl Choices {
    pub async fn load(centre: &Centre) -> Result<Self, AppError> {
        let db = centre.database();
        Ok(Self {
            courses: store::list_courses(db).await?,
            tree: Tree::load(db).await?,
            accounts: store::list_instructors(db).await?,
        })
    }
}

/// The label of a field, for the form and for sentences about it.
pub fn label(l: Language, field: &str) -> &'static str {
    match field {
        "code" => words::code(l),
        "course" => words::course(l),
        "mode" => words::mode(l),
        "space" => words::space(l),
        "instructor" => words::instructor(l),
        "instructor_account" => words::instructor_account(l),
        "first_date" => words::first_date(l),
        "weekdays" => words::weekdays(l),
        "start" => words::start(l),
        "end" => words::end(l),
        "session_count" => words::session_count(l),
        "hours" => words::hours(l),
        "capacity" => words::capacity(l),
        "selection" => words::selection(l),
        "apply_from" => words::apply_from(l),
        "apply_until" => words::apply_until(l),
        "cancel_until" => words::cancel_until(l),
        "offer_minutes" => words::offer_minutes(l),
        "minimum_people" => minimum::people(l),
        "minimum_at" => minimum::at(l),
        _ => "",
    }
}

/// A whole number between two others, written in digits.
pub fn whole(text: &str, from: u32, to: u32) -> Option<u32> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| digits && (from..=to).contains(number))
}

/// Reads fields one by one; the problems gather.
struct Reader<'a> {
    l: Language,
    input: &'a Input,
    problems: Problems,
}

impl Reader<'_> {
    /// A field that may stay empty in a draft.
    fn maybe<T>(&mut self, name: &str, parse: impl Fn(&str) -> Option<T>, sentence: String) -> Option<T> {
        let text = self.input.text(name);
        if text.is_empty() {
            return None;
        }
        let value = parse(text);
        if value.is_none() {
            self.problems.add(name, sentence);
        }
        value
    }

    /// A field without which there is no draft either.
    fn needed<T>(&mut self, name: &str, parse: impl Fn(&str) -> Option<T>, sentence: String) -> Option<T> {
        if self.input.text(name).is_empty() {
            self.problems.add(name, words::needed(self.l, label(self.l, name)));
            return None;
        }
        self.maybe(name, parse, sentence)
    }

    fn moment(&mut self, name: &str) -> Option<DateTime<Utc>> {
        self.maybe(name, parse_instant, words::wrong_moment(self.l).into())
    }

    /// Both of its fields, or neither.
    fn minimum(&mut self) -> Option<Minimum> {
        let number = |text: &str| whole(text, 1, CAPACITY_MAX).and_then(|people| u16::try_from(people).ok());
        let sentence = words::wrong_number(self.l, 1, CAPACITY_MAX);
        let people = self.maybe("minimum_people", number, sentence);
        let at = self.moment("minimum_at");
        let is_empty = |name| self.input.text(name).is_empty();
        match (is_empty("minimum_people"), is_empty("minimum_at")) {
            (true, false) => self.problems.add("minimum_people", minimum::both(self.l)),
            (false, true) => self.problems.add("minimum_at", minimum::both(self.l)),
            _ => {}
        }
        Some(Minimum { people: people?, at: at? })
    }
}

/// The code of a new run.
pub fn parse_code(l: Language, input: &Input) -> Result<RunCode, Problems> {
    let mut reader = Reader { l, input, problems: Problems::default() };
    let code = reader.needed("code", RunCode::parse, words::wrong_code(l).into());
    code.ok_or(reader.problems)
}

/// What was typed, or every field that is wrong. What the form doesn't show stays as it is in `present`.
pub fn parse(
    l: Language,
    input: &Input,
    choices: &Choices,
    present: Option<&run::Model>,
) -> Result<RunDetails, Problems> {
    let mut reader = Reader { l, input, problems: Problems::default() };
    let choose = || words::choose(l).to_owned();
    let course = |text: &str| choices.courses.iter().find(|course| course.id.to_string() == text);
    let space = |text: &str| choices.tree.by_code(text).filter(|space| space.holds_classes());
    let account = |text: &str| choices.accounts.iter().find(|account| account.0.to_string() == text);
    let days: Vec<&str> = input.all("weekdays").collect();
    let weekdays = Weekdays::parse(&days.join(" "));
    if weekdays.is_none() && !days.is_empty() {
        reader.problems.add("weekdays", choose());
    }
    let number = |from: u32, to: u32| move |text: &str| whole(text, from, to);
    let course_id = reader.needed("course", |text| course(text).map(|course| course.id), choose());
    let mode = reader.needed("mode", Mode::parse, choose());
    let capacity =
        reader.needed("capacity", number(1, CAPACITY_MAX), words::wrong_number(l, 1, CAPACITY_MAX));
    let selection = reader.needed("selection", Selection::parse, choose());
    let longest = Line::INSTRUCTOR_MAX;
    let rest = RunDetails {
        course_id: course_id.unwrap_or_default(),
        mode: mode.unwrap_or(Mode::InPerson),
        space_id: reader.maybe("space", |text| space(text).map(|space| space.id), choose()),
        instructor: reader.maybe(
            "instructor",
            |text| Line::parse(text, longest),
            words::wrong_line(l, longest),
        ),
        instructor_id: reader.maybe("instructor_account", |text| account(text).map(|it| it.0), choose()),
        first_date: reader.maybe("first_date", parse_day, words::wrong_date(l).into()),
        weekdays,
        start: reader.maybe("start", parse_time, words::wrong_time(l).into()),
        end: reader.maybe("end", parse_time, words::wrong_time(l).into()),
        session_count: reader
            .maybe("session_count", number(1, 200), words::wrong_number(l, 1, 200))
            .and_then(|count| u16::try_from(count).ok()),
        minutes: reader.maybe("hours", parse_hours, words::wrong_hours(l).into()),
        capacity: capacity.and_then(|count| u16::try_from(count).ok()).unwrap_or(1),
        selection: selection.unwrap_or(Selection::FirstCome),
        apply_from: reader.moment("apply_from"),
        apply_until: reader.moment("apply_until"),
        cancel_until: reader.moment("cancel_until"),
        offer_minutes: reader
            .maybe("offer_minutes", number(1, OFFER_MAX), words::wrong_number(l, 1, OFFER_MAX))
            .and_then(|minutes| u16::try_from(minutes).ok()),
        enrolled: present.and_then(|run| RunDetails::of(run).enrolled),
        minimum: reader.minimum(),
    };
    if reader.problems.is_empty() { Ok(rest) } else { Err(reader.problems) }
}

/// The fields of a stored run, as the form shows them.
pub fn filled(run: &run::Model, choices: &Choices) -> Input {
    let details = RunDetails::of(run);
    let time = |time: Option<NaiveTime>| time.map(|time| time.format("%H:%M").to_string());
    // As a `datetime-local` field wants it.
    let moment =
        |at: Option<DateTime<Utc>>| at.map(|at| seoul::wall(at).format("%Y-%m-%dT%H:%M").to_string());
    let space = details.space_id.and_then(|id| choices.tree.get(id)).map(|space| space.code.clone());
    let fields = [
        ("course", Some(details.course_id.to_string())),
        ("mode", Some(details.mode.as_str().to_owned())),
        ("space", space),
        ("instructor", details.instructor.as_ref().map(|name| name.as_str().to_owned())),
        ("instructor_account", details.instructor_id.map(|id| id.to_string())),
        ("first_date", details.first_date.map(|day| day.to_string())),
        ("start", time(details.start)),
        ("end", time(details.end)),
        ("session_count", details.session_count.map(|count| count.to_string())),
        ("hours", details.minutes.map(hours_text)),
        ("capacity", Some(details.capacity.to_string())),
        ("selection", Some(details.selection.as_str().to_owned())),
        ("apply_from", moment(details.apply_from)),
        ("apply_until", moment(details.apply_until)),
        ("cancel_until", moment(details.cancel_until)),
        ("offer_minutes", details.offer_minutes.map(|minutes| minutes.to_string())),
        ("minimum_people", details.minimum.map(|minimum| minimum.people.to_string())),
        ("minimum_at", moment(details.minimum.map(|minimum| minimum.at))),
    ];
    let weekdays = run.weekdays.split_whitespace().map(|day| ("weekdays", day.to_owned()));
    Input::new(fields.into_iter().filter_map(|(name, value)| Some((name, value?))).chain(weekdays))
}

/// What a new run's form begins with: what most runs are.
pub fn fresh() -> Input {
    Input::new([("mode", Mode::InPerson.as_str()), ("selection", Selection::FirstCome.as_str())])
}

/// The form of a new run (`version` of none) or of a stored one.
pub fn view(
    l: Language,
    action: String,
    version: Option<i32>,
    choices: &Choices,
    input: Input,
    problems: Problems,
) -> impl IntoView + use<> {
    let courses = choices.courses.iter().map(|it| Choice::new(it.id.to_string(), &it.title)).collect();
    let rooms = choices.tree.all().iter().filter(|space| space.holds_classes());
    let rooms = rooms.map(|space| Choice::new(&space.code, space.name_in(l))).collect();
    let accounts = choices.accounts.iter().map(|(id, name)| Choice::new(id.to_string(), name)).collect();
    let modes = Mode::ALL.iter().map(|one| Choice::new(one.as_str(), mode_word(l, *one))).collect();
    let selections =
        Selection::ALL.iter().map(|it| Choice::new(it.as_str(), selection_word(l, *it))).collect();
    let days = Weekdays::all().map(|(word, day)| Choice::new(word, when::weekday(l, day))).collect();
    let none = words::none(l);
    view! {
        <Form l=l action=action input=input problems=problems>
            {version.map(|version| view! { <Hidden name="version" value=version.to_string()/> })}
            {version.is_none().then(|| view! {
                <TextInput name="code" label=words::code(l) hint=words::code_hint(l) required=true short=true maxlength=20/>
            })}
            <Select name="course" label=words::course(l) choices=courses none=words::choose_course(l) required=true/>
            <RadioGroup name="mode" legend=words::mode(l) choices=modes required=true/>
            <Select name="space" label=words::space(l) choices=rooms none=none hint=words::space_hint(l)/>
            <TextInput name="instructor" label=words::instructor(l) hint=words::instructor_hint(l) maxlength=40/>
            <Select name="instructor_account" label=words::instructor_account(l) choices=accounts none=none
                hint=words::instructor_account_hint(l)/>
            <h2 class="section-title">{words::pattern(l)}</h2>
            <p>{words::pattern_lead(l)}</p>
            <TextInput name="first_date" label=words::first_date(l) kind="date" short=true/>
            <CheckboxGroup name="weekdays" legend=words::weekdays(l) choices=days/>
            <TextInput name="start" label=words::start(l) kind="time" short=true/>
            <TextInput name="end" label=words::end(l) kind="time" short=true/>
            <TextInput name="session_count" label=words::session_count(l) inputmode="numeric" short=true maxlength=3/>
            <TextInput name="hours" label=words::hours(l) hint=words::hours_hint(l) inputmode="decimal" short=true maxlength=7/>
            <h2 class="section-title">{words::places(l)}</h2>
            <TextInput name="capacity" label=words::capacity(l) inputmode="numeric" required=true short=true maxlength=4/>
            <RadioGroup name="selection" legend=words::selection(l) choices=selections hint=words::selection_hint(l) required=true/>
            <TextInput name="apply_from" label=words::apply_from(l) kind="datetime-local"/>
            <TextInput name="apply_until" label=words::apply_until(l) kind="datetime-local"/>
            <TextInput name="cancel_until" label=words::cancel_until(l) hint=words::cancel_until_hint(l) kind="datetime-local"/>
            <TextInput name="offer_minutes" label=words::offer_minutes(l) hint=words::offer_minutes_hint(l) inputmode="numeric" short=true maxlength=5/>
            <TextInput name="minimum_people" label=minimum::people(l) hint=minimum::people_hint(l) inputmode="numeric" short=true maxlength=4/>
            <TextInput name="minimum_at" label=minimum::at(l) kind="datetime-local"/>
            <Button>{if version.is_some() { words::save(l) } else { words::save_draft(l) }}</Button>
        </Form>
    }
}

/// What stands in the way, date by date.
pub fn clash_list(l: Language, clashes: &[Clash]) -> Option<AnyView> {
    let lines: Vec<_> =
        clashes.iter().map(|clash| view! { <li>{sentence::clash_sentence(l, clash)}</li> }).collect();
    (!clashes.is_empty()).then(|| {
        view! {
            <Alert l=l tone=Tone::Danger>
                <p>{words::clash_lead(l)}</p>
                <ul class="bullets">{lines}</ul>
            </Alert>
        }
        .into_any()
    })
}
