//! The fields that somebody may fill in for the figures: part of signing up, and of the page of one's consents.

use domain::account::{BirthYear, Figures, Neighbourhood, Sex};
use domain::centre::Centre;
use domain::language::Language;
use domain::seoul;
use leptos::prelude::*;

use super::say;
use crate::ui::{Choice, Input, Problems, RadioGroup, Select, TextInput};
use crate::words;

/// Reads the fields; empty ones were not answered.
pub fn read(centre: &Centre, l: Language, input: &Input, problems: &mut Problems) -> Figures {
    let typed = |name: &str| Some(input.text(name).to_owned()).filter(|text| !text.is_empty());
    let this_year = chrono::Datelike::year(&seoul::day(centre.clock().now()));
    let birth_year = typed("birth_year").map(|text| BirthYear::parse(&text, this_year));
    let sex = typed("sex").map(|word| Sex::parse(&word));
    let neighbourhood = typed("neighbourhood").map(|word| Neighbourhood::parse(&word));
    if birth_year == Some(None) {
        problems.add("birth_year", words::account::wrong_birth_year(l));
    }
    if sex == Some(None) {
        problems.add("sex", words::account::wrong_choice(l));
    }
    if neighbourhood == Some(None) {
        problems.add("neighbourhood", words::account::wrong_choice(l));
    }
    Figures { birth_year: birth_year.flatten(), sex: sex.flatten(), neighbourhood: neighbourhood.flatten() }
}

/// What the fields show at first.
pub fn filled(figures: Figures) -> Vec<(&'static str, String)> {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    vec![
        ("birth_year", figures.birth_year.map(|year| year.get().to_string()).unwrap_or_default()),
        ("sex", text(figures.sex.map(Sex::as_str))),
        ("neighbourhood", text(figures.neighbourhood.map(Neighbourhood::as_str))),
    ]
}

/// The three fields, each with what it is for.
#[component]
pub fn FigureFields(l: Language) -> impl IntoView {
    let sexes = Sex::ALL.iter().map(|sex| Choice::new(sex.as_str(), say::sex(l, *sex)));
    let sexes = sexes.chain([Choice::new("", words::account::not_said(l))]).collect();
    let dongs =
        Neighbourhood::ALL.iter().map(|dong| Choice::new(dong.as_str(), say::neighbourhood(l, *dong)));
    view! {
        <TextInput
            name="birth_year"
            label=words::account::birth_year(l)
            hint=words::account::birth_year_hint(l)
            inputmode="numeric"
            autocomplete="bday-year"
            maxlength=4
            short=true
        />
        <RadioGroup name="sex" legend=words::account::sex(l) hint=words::account::sex_hint(l) choices=sexes/>
        <Select
            name="neighbourhood"
            label=words::account::neighbourhood(l)
            hint=words::account::neighbourhood_hint(l)
            none=words::account::not_said(l)
            choices=dongs.collect()
        />
    }
}
