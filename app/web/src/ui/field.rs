//! A field of a form that an island sends without leaving the page: what is typed stays, and problems come and go.

use crate::words;
use domain::language::Language;
use leptos::prelude::*;

/// Drawn as a `TextInput` is, or with `rows` as a `TextArea`. Where it has a problem from the start, as on a page that
/// refuses, the reader begins there.
#[component]
pub fn LiveField(
    l: Language,
    id: &'static str,
    name: &'static str,
    label: &'static str,
    #[prop(into)] hint: String,
    value: RwSignal<String>,
    problem: Signal<Option<String>>,
    maxlength: u32,
    #[prop(optional)] rows: Option<u32>,
    /// Only as wide as a code.
    #[prop(optional)]
    inputmode: Option<&'static str>,
) -> impl IntoView {
    let (hint_id, problem_id) = (format!("{id}-hint"), format!("{id}-problem"));
    let described_by = {
        let (hint_id, problem_id) = (hint_id.clone(), problem_id.clone());
        move || if problem.get().is_some() { format!("{hint_id} {problem_id}") } else { hint_id.clone() }
    };
    let invalid = move || problem.get().map(|_| "true");
    let autofocus = problem.get_untracked().is_some();
    let control = match rows {
        None => view! {
            <input
                class=if inputmode.is_some() { "krds-input input-short" } else { "krds-input" }
                type="text"
                id=id
                name=name
                value=value.get_untracked()
                prop:value=value
                on:input=move |event| value.set(event_target_value(&event))
                required=true
                autocomplete="off"
                inputmode=inputmode
                maxlength=maxlength
                autofocus=autofocus
                aria-describedby=described_by
                aria-invalid=invalid
            />
        }
        .into_any(),
        Some(rows) => view! {
            <textarea
                class="krds-input"
                id=id
                name=name
                rows=rows
                prop:value=value
                on:input=move |event| value.set(event_target_value(&event))
                required=true
                maxlength=maxlength
                autofocus=autofocus
                aria-describedby=described_by
                aria-invalid=invalid
                // The parser swallows one line break after the tag: ours.
                inner_html=format!("\n{}", escape(&value.get_untracked()))
            ></textarea>
        }
        .into_any(),
    };
    view! {
        <div class="form-group">
            <div class="form-tit">
                <label for=id>{label}</label>
                <span class="form-mark form-mark-required">{words::ui::required(l)}</span>
            </div>
            <div class=move || if problem.get().is_some() { "form-conts is-error" } else { "form-conts" }>{control}</div>
            <p class="form-hint" id=hint_id>{hint}</p>
            {move || problem.get().map(|sentence| view! { <p class="form-hint-invalid" id=problem_id.clone()>{sentence}</p> })}
        </div>
    }
}

/// Text for elements that Leptos fills unescaped or with markers of its own: `textarea` and `title`.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
