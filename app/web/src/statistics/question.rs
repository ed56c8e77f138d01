//! What is asked of the figures, as it stands in the address: a period, a day as of which, sides, and what is left out.

use chrono::{Datelike, NaiveDate};
use domain::account::{Neighbourhood, Sex};
use domain::course::{Audience, Category, Mode};
use domain::seoul;
use domain::space::holiday::parse_day;
use domain::space::store::Tree;
use domain::statistics::{AgeGroup, DayPart, Dimension, Facts, Key, Measure, Question, plan};
use leptos::prelude::*;

use super::sentence::{dimension_word, key_word, measure_word};
use crate::ask::Ask;
use crate::ui::{Button, Choice, Disclosure, Form, Input, Look, Select, TextInput};
use crate::words::{Language, statistics as words};

/// The sides by which one can leave out what isn't meant; years and months are the period's.
const FILTERS: [Dimension; 9] = [
    Dimension::Audience,
    Dimension::Mode,
    Dimension::Category,
    Dimension::Place,
    Dimension::Instructor,
    Dimension::DayPart,
    Dimension::Sex,
    Dimension::Age,
    Dimension::Neighbourhood,
];

/// What the address says, with what it doesn't say filled in: this year, as of today, by month.
#[derive(Clone, Debug)]
pub struct Asked {
    pub period: (NaiveDate, NaiveDate),
    pub as_of: NaiveDate,
    pub rows: Dimension,
    pub columns: Option<Dimension>,
    pub measure: Measure,
    only: Vec<(Dimension, String)>,
}

impl Asked {
    /// What it doesn't understand counts as not said.
    pub fn read(ask: &Ask, input: &Input) -> Self {
        let today = seoul::day(ask.centre.clock().now());
        let as_of = parse_day(input.text("as_of")).filter(|day| *day <= today).unwrap_or(today);
        let (first, last) = plan::year(as_of.year());
        let first = parse_day(input.text("from")).unwrap_or(first);
        let last = parse_day(input.text("until")).unwrap_or(last);
        let rows = Dimension::parse(input.text("rows")).unwrap_or(Dimension::Month);
        let said = |side: &Dimension| {
            let word = input.text(side.as_str());
            (!word.is_empty()).then(|| (*side, word.to_owned()))
        };
        Self {
            period: (first.min(last), first.max(last)),
            as_of,
            rows,
            columns: Dimension::parse(input.text("columns")).filter(|columns| *columns != rows),
            measure: Measure::parse(input.text("measure")).unwrap_or(Measure::Enrolled),
            only: FILTERS.iter().filter_map(said).collect(),
        }
    }

    pub fn question(&self, facts: &Facts) -> Question {
        Question {
            first: self.period.0,
            last: self.period.1,
            only: self.only.iter().filter_map(|(side, word)| facts.key(*side, word)).collect(),
            rows: self.rows,
            columns: self.columns,
        }
    }

    /// Whether people are counted by what they say of themselves, so that runs and hours make no sense.
    pub fn is_of_people(&self) -> bool {
        let sides = self.only.iter().map(|(side, _)| *side).chain([self.rows]).chain(self.columns);
        sides.into_iter().any(Dimension::is_of_people)
    }

    fn fields(&self) -> Vec<(&'static str, String)> {
        let mut fields = vec![
            ("from", self.period.0.to_string()),
            ("until", self.period.1.to_string()),
            ("as_of", self.as_of.to_string()),
            ("rows", self.rows.as_str().to_owned()),
            ("columns", self.columns.map_or("", Dimension::as_str).to_owned()),
            ("measure", self.measure.as_str().to_owned()),
        ];
        fields.extend(self.only.iter().map(|(side, word)| (side.as_str(), word.clone())));
        fields
    }

    /// The same question at another address, `path` without the language's prefix.
    pub fn path(&self, path: &str) -> String {
        let fields: Vec<_> = self.fields().into_iter().filter(|(_, value)| !value.is_empty()).collect();
        format!("{path}?{}", serde_urlencoded::to_string(fields).unwrap_or_default())
    }

    /// The form by which one asks.
    pub fn form(&self, l: Language, facts: &Facts, tree: &Tree) -> impl IntoView + use<> {
        let side = |side: &Dimension| Choice::new(side.as_str(), dimension_word(l, *side));
        let sides: Vec<Choice> = Dimension::ALL.iter().map(side).collect();
        let input = Input::new(self.fields());
        let is_narrowed = !self.only.is_empty();
        let measures = Measure::ALL.iter().map(|it| Choice::new(it.as_str(), measure_word(l, *it))).collect();
        let filters: Vec<_> = FILTERS
            .iter()
            .map(|side| {
                let keys = keys(facts, *side).into_iter();
                let choices = keys.map(|key| {
                    let word = if key.is_unknown() { "none".to_owned() } else { facts.word(key) };
                    Choice::new(word, key_word(l, facts, tree, key))
                });
                let choices = choices.collect();
                view! { <Select name=side.as_str() label=dimension_word(l, *side) choices=choices none=words::all(l)/> }
            })
            .collect();
        view! {
            <Form l=l action=l.path("/manage/statistics") get=true input=input>
                <div class="statistics-asked">
                    <TextInput name="from" label=words::from(l) kind="date" short=true/>
                    <TextInput name="until" label=words::until(l) kind="date" short=true/>
                    <TextInput name="as_of" label=words::as_of(l) kind="date" short=true/>
                    <Select name="rows" label=words::rows(l) choices=sides.clone()/>
                    <Select name="columns" label=words::columns(l) choices=sides none=words::no_columns(l)/>
                    <Select name="measure" label=words::measure(l) choices=measures/>
                </div>
                <Disclosure summary=words::filters(l) open=is_narrowed>
                    <div class="statistics-asked">{filters}</div>
                </Disclosure>
                <Button look=Look::Secondary>{words::show(l)}</Button>
            </Form>
        }
    }
}

/// All that one side may be.
fn keys(facts: &Facts, side: Dimension) -> Vec<Key> {
    let index = |list: &[String]| {
        let mut by_name: Vec<u32> = (0..u32::try_from(list.len()).unwrap_or_default()).collect();
        by_name.sort_by_key(|index| list.get(*index as usize));
        by_name
    };
    match side {
        Dimension::Audience => Audience::ALL.iter().map(|it| Key::Audience(*it)).collect(),
        Dimension::Mode => Mode::ALL.iter().map(|it| Key::Mode(*it)).collect(),
        Dimension::Category => Category::ALL.iter().map(|it| Key::Category(*it)).collect(),
        Dimension::Place => (0..).zip(&facts.places).map(|(index, _)| Key::Place(Some(index))).collect(),
        Dimension::Instructor => {
            index(&facts.instructors).into_iter().map(|index| Key::Instructor(Some(index))).collect()
        }
        Dimension::DayPart => DayPart::ALL.iter().map(|it| Key::DayPart(Some(*it))).collect(),
        Dimension::Sex => with_unknown(Sex::ALL.iter().copied(), Key::Sex),
        Dimension::Age => with_unknown(AgeGroup::all(), Key::Age),
        Dimension::Neighbourhood => with_unknown(Neighbourhood::ALL.iter().copied(), Key::Neighbourhood),
        Dimension::Year | Dimension::Month => Vec::new(),
    }
}

fn with_unknown<T>(known: impl Iterator<Item = T>, key: impl Fn(Option<T>) -> Key) -> Vec<Key> {
    known.map(Some).chain([None]).map(key).collect()
}
