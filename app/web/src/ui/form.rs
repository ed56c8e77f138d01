//! Forms: a `Form` knows what was typed and what was wrong, and each field inside asks it by its own name.
//!
//! A field shows its label, what was typed, its hint and its problem, and ties them together for screen readers. The
//! browser's own checks stay off (`novalidate`): the server's sentences are in the reader's language and say what to do.

use super::{Button, Glyph, Icon, Input, Look, Problems, field::escape};
use crate::words;
use domain::language::Language;
use leptos::{context::Provider, prelude::*};
use std::sync::Arc;

/// What the fields of a form need to know; a field outside a `Form` starts empty.
#[derive(Clone)]
struct Filled {
    language: Language,
    input: Arc<Input>,
    problems: Arc<Problems>,
    /// Stands before the id of every field, for pages with several forms.
    prefix: String,
    /// A search asks for nothing, so it marks nothing as required.
    asks: bool,
}

impl Filled {
    fn of_this_form() -> Self {
        use_context().unwrap_or_else(|| Self {
            language: Language::Ko,
            input: Arc::default(),
            problems: Arc::default(),
            prefix: String::new(),
            asks: false,
        })
    }

    fn id(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }
}

/// A form with, at its top, the list of what was wrong, each with a link to its field.
#[component]
pub fn Form(
    l: Language,
    #[prop(into)] action: String,
    #[prop(optional)] input: Input,
    #[prop(optional)] problems: Problems,
    /// Sends with `get`, for searches and filters; what it asks for is then in the URL.
    #[prop(optional)]
    get: bool,
    /// Sends files, as `multipart/form-data`.
    #[prop(optional)]
    upload: bool,
    /// Makes the ids of its fields differ from those of other forms on the page.
    #[prop(optional, into)]
    id: String,
    children: Children,
) -> impl IntoView {
    let prefix = if id.is_empty() { id } else { format!("{id}-") };
    let filled =
        Filled { language: l, input: Arc::new(input), problems: Arc::new(problems), prefix, asks: !get };
    let summary = (!filled.problems.is_empty()).then(|| error_summary(&filled));
    view! {
        <form
            class="form"
            method=if get { "get" } else { "post" }
            action=action
            enctype=upload.then_some("multipart/form-data")
            novalidate
        >
            {summary}
            <Provider value=filled>{children()}</Provider>
        </form>
    }
}

fn error_summary(filled: &Filled) -> impl IntoView + use<> {
    let line = |(field, sentence): (&str, &str)| {
        let sentence = sentence.to_owned();
        if field.is_empty() {
            view! { <li>{sentence}</li> }.into_any()
        } else {
            view! { <li><a href=format!("#{}", filled.id(field))>{sentence}</a></li> }.into_any()
        }
    };
    let lines: Vec<_> = filled.problems.iter().map(line).collect();
    view! {
        <div class="error-summary" role="alert" tabindex="-1" autofocus>
            <h2 class="error-summary-title"><Icon glyph=Glyph::Warning/> {words::ui::problems(filled.language)}</h2>
            <ul>{lines}</ul>
        </div>
    }
}

/// One field's part in the form: its id, its value, its problem.
struct Field {
    filled: Filled,
    name: String,
    id: String,
    hint: String,
    required: bool,
}

impl Field {
    fn new(name: String, hint: String, required: bool) -> Self {
        let filled = Filled::of_this_form();
        Self { id: filled.id(&name), filled, name, hint, required }
    }

    fn value(&self) -> String {
        self.filled.input.text(&self.name).to_owned()
    }

    fn problem(&self) -> Option<String> {
        self.filled.problems.of(&self.name).map(str::to_owned)
    }

    /// The ids of the hint and the problem, for `aria-describedby`.
    fn described_by(&self) -> Option<String> {
        let hint = (!self.hint.is_empty()).then(|| format!("{}-hint", self.id));
        let problem = self.problem().map(|_| format!("{}-problem", self.id));
        let ids: Vec<String> = hint.into_iter().chain(problem).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }

    fn invalid(&self) -> Option<&'static str> {
        self.problem().map(|_| "true")
    }

    /// 필수 or 선택, as a word beside the label.
    fn mark(&self) -> impl IntoView + use<> {
        let l = self.filled.language;
        self.filled.asks.then(|| match self.required {
            true => view! { <span class="form-mark form-mark-required">{words::ui::required(l)}</span> },
            false => view! { <span class="form-mark">{words::ui::optional(l)}</span> },
        })
    }

    fn below(&self) -> impl IntoView + use<> {
        let hint = (!self.hint.is_empty())
            .then(|| view! { <p class="form-hint" id=format!("{}-hint", self.id)>{self.hint.clone()}</p> });
        let problem = self.problem().map(|sentence| {
            view! { <p class="form-hint-invalid" id=format!("{}-problem", self.id)>{sentence}</p> }
        });
        (hint, problem)
    }

    fn contents(&self) -> &'static str {
        if self.problem().is_some() { "form-conts is-error" } else { "form-conts" }
    }

    /// A label, one control, and what is below them.
    fn around(&self, label: String, control: AnyView) -> impl IntoView + use<> {
        view! {
            <div class="form-group">
                <div class="form-tit"><label for=self.id.clone()>{label}</label>{self.mark()}</div>
                <div class=self.contents()>{control}</div>
                {self.below()}
            </div>
        }
    }

    /// A legend, several controls, and what is below them. The error summary's link finds the first control.
    fn around_group(&self, legend: String, controls: AnyView) -> impl IntoView + use<> {
        view! {
            <fieldset class="form-group" aria-describedby=self.described_by()>
                <legend class="form-tit">{legend}{self.mark()}</legend>
                <div class=self.contents()><div class="krds-check-area">{controls}</div></div>
                {self.below()}
            </fieldset>
        }
    }
}

/// A line of text: also e-mail, phone, date, number and password, by `kind`.
#[component]
pub fn TextInput(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] hint: String,
    #[prop(optional)] required: bool,
    /// The `type` of the input; a `password` is never filled in again.
    #[prop(default = "text")]
    kind: &'static str,
    /// What the browser may fill in: `name`, `tel`, `email`, `one-time-code`, `current-password`.
    #[prop(optional)]
    autocomplete: Option<&'static str>,
    /// The keyboard of a phone: `numeric`, `tel`, `email`.
    #[prop(optional)]
    inputmode: Option<&'static str>,
    #[prop(optional)] maxlength: Option<u32>,
    /// Only as wide as a code or a date.
    #[prop(optional)]
    short: bool,
    /// Where one types as soon as the page is there.
    #[prop(optional)]
    autofocus: bool,
) -> impl IntoView {
    let field = Field::new(name, hint, required);
    let value = (kind != "password").then(|| field.value());
    let control = view! {
        <input
            class=if short { "krds-input input-short" } else { "krds-input" }
            type=kind
            id=field.id.clone()
            name=field.name.clone()
            value=value
            required=required
            autocomplete=autocomplete
            inputmode=inputmode
            maxlength=maxlength
            autofocus=autofocus
            aria-describedby=field.described_by()
            aria-invalid=field.invalid()
        />
    };
    field.around(label, control.into_any())
}

/// A file of the reader's, in a `Form` with `upload`. What was chosen can't be shown again.
#[component]
pub fn FileInput(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] hint: String,
    #[prop(optional)] required: bool,
    /// The kinds that the browser offers first: `.csv,text/csv`.
    accept: &'static str,
) -> impl IntoView {
    let field = Field::new(name, hint, required);
    let control = view! {
        <input
            class="krds-input input-file"
            type="file"
            id=field.id.clone()
            name=field.name.clone()
            accept=accept
            required=required
            aria-describedby=field.described_by()
            aria-invalid=field.invalid()
        />
    };
    field.around(label, control.into_any())
}

/// Several lines of text.
#[component]
pub fn TextArea(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] hint: String,
    #[prop(optional)] required: bool,
    #[prop(default = 4)] rows: u32,
    #[prop(optional)] maxlength: Option<u32>,
) -> impl IntoView {
    let field = Field::new(name, hint, required);
    // Leptos does not escape what stands in a `textarea`. The parser swallows one line break after the tag: ours.
    let text = format!("\n{}", escape(&field.value()));
    let control = view! {
        <textarea
            class="krds-input"
            id=field.id.clone()
            name=field.name.clone()
            rows=rows
            required=required
            maxlength=maxlength
            aria-describedby=field.described_by()
            aria-invalid=field.invalid()
            inner_html=text
        ></textarea>
    };
    field.around(label, control.into_any())
}

/// One of the things a `Select`, `RadioGroup` or `CheckboxGroup` offers.
#[derive(Clone, Debug)]
pub struct Choice {
    value: String,
    label: String,
    note: String,
}

impl Choice {
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into(), note: String::new() }
    }

    /// Adds a sentence below the label; a `Select` has no room for it.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }
}

/// One of many, in the browser's own menu.
#[component]
pub fn Select(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    choices: Vec<Choice>,
    /// What stands for "none of them", with the empty value, before the choices.
    #[prop(optional, into)]
    none: String,
    #[prop(optional, into)] hint: String,
    #[prop(optional)] required: bool,
) -> impl IntoView {
    let field = Field::new(name, hint, required);
    let chosen = field.value();
    let none = (!none.is_empty()).then(|| Choice::new("", none));
    let options: Vec<_> = none
        .into_iter()
        .chain(choices)
        .map(|choice| {
            let selected = choice.value == chosen;
            view! { <option value=choice.value selected=selected>{choice.label}</option> }
        })
        .collect();
    let control = view! {
        <select
            class="krds-form-select"
            id=field.id.clone()
            name=field.name.clone()
            required=required
            aria-describedby=field.described_by()
            aria-invalid=field.invalid()
        >
            {options}
        </select>
    };
    field.around(label, control.into_any())
}

/// One of a few, all in view.
#[component]
pub fn RadioGroup(
    #[prop(into)] name: String,
    #[prop(into)] legend: String,
    choices: Vec<Choice>,
    #[prop(optional, into)] hint: String,
    #[prop(optional)] required: bool,
) -> impl IntoView {
    let field = Field::new(name, hint, required);
    let chosen = field.value();
    let tick = |choice: &Choice| choice.value == chosen;
    field.around_group(legend, ticks(&field, "radio", choices, tick))
}

/// Any of a few; `Input::all` gives the ticked ones.
#[component]
pub fn CheckboxGroup(
    #[prop(into)] name: String,
    #[prop(into)] legend: String,
    choices: Vec<Choice>,
    #[prop(optional, into)] hint: String,
    #[prop(optional)] required: bool,
) -> impl IntoView {
    let field = Field::new(name, hint, required);
    let tick = |choice: &Choice| field.filled.input.all(&field.name).any(|value| value == choice.value);
    field.around_group(legend, ticks(&field, "checkbox", choices, tick))
}

fn ticks(
    field: &Field,
    kind: &'static str,
    choices: Vec<Choice>,
    ticked: impl Fn(&Choice) -> bool,
) -> AnyView {
    let draw = |(index, choice): (usize, Choice)| {
        // The first has the group's own id, so that the error summary finds it.
        let id = if index == 0 { field.id.clone() } else { format!("{}-{index}", field.id) };
        let ticked = ticked(&choice);
        let required = field.required && kind == "radio";
        tick(kind, id, field.name.clone(), choice, ticked, required, (None, field.invalid()))
    };
    choices.into_iter().enumerate().map(draw).collect_view().into_any()
}

/// A single yes: a consent, a setting; the `note` says more, below the label.
#[component]
pub fn Checkbox(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] note: String,
    #[prop(optional)] required: bool,
) -> impl IntoView {
    let field = Field::new(name, String::new(), required);
    let mark = required.then(|| format!("{label} ({})", words::ui::required(field.filled.language)));
    let choice = Choice::new("yes", mark.unwrap_or(label)).note(note);
    let ticked = field.filled.input.flag(&field.name);
    let aria = (field.described_by(), field.invalid());
    view! {
        <div class="form-group">
            <div class=field.contents()>
                {tick("checkbox", field.id.clone(), field.name.clone(), choice, ticked, required, aria)}
            </div>
            {field.below()}
        </div>
    }
}

/// A native radio button or checkbox with its label; `aria` is what describes it and whether it is invalid.
fn tick(
    kind: &'static str,
    id: String,
    name: String,
    choice: Choice,
    ticked: bool,
    required: bool,
    aria: (Option<String>, Option<&'static str>),
) -> impl IntoView {
    let note =
        (!choice.note.is_empty()).then(|| view! { <span class="krds-form-check-p">{choice.note}</span> });
    view! {
        <div class="krds-form-check">
            <input
                type=kind
                id=id.clone()
                name=name
                value=choice.value
                checked=ticked
                required=required
                aria-describedby=aria.0
                aria-invalid=aria.1
            />
            <label for=id>{choice.label}{note}</label>
        </div>
    }
}

/// What a form sends without showing it, as an idempotency key.
#[component]
pub fn Hidden(#[prop(into)] name: String, #[prop(into)] value: String) -> impl IntoView {
    view! { <input type="hidden" name=name value=value/> }
}

/// A search field with its button, for inside a `Form` with `get`.
#[component]
pub fn SearchBox(#[prop(into)] name: String, #[prop(into)] label: String) -> impl IntoView {
    let field = Field::new(name, String::new(), false);
    let l = field.filled.language;
    view! {
        <div class="search-box">
            <label class="sr-only" for=field.id.clone()>{label.clone()}</label>
            <input
                class="krds-input"
                type="search"
                id=field.id.clone()
                name=field.name.clone()
                value=field.value()
                placeholder=label
                enterkeyhint="search"
            />
            <Button look=Look::Primary><Icon glyph=Glyph::Search/> {words::ui::search(l)}</Button>
        </div>
    }
}
