//! The code of an online class, below the player and beside whoever presents. It comes and goes while one looks: the player
//! goes on.

use domain::language::Language;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlFormElement};

use crate::broadcast::switch::{CODE, when_told};
use crate::registration::browser::{fetch, send};
use crate::ui::{Alert, Button, LiveField, Look, Tone};
use crate::words::attendance as words;

/// How somebody stands towards the code of a class, as their page shows it. Times are `10:15`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Entry {
    /// Nothing is asked of them here.
    Nothing,
    NotShown,
    Open {
        until: String,
    },
    Barred,
    Heard {
        at: String,
    },
    Missed,
}

/// How a code that an island has sent is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The sentence at the field.
    pub wrong: Option<String>,
    pub entry: Entry,
}

/// The codes of a class as whoever presents sees them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Board {
    /// The one that is good now, and until when.
    pub digits: Option<(String, String)>,
    /// Whether one was shown before.
    pub is_again: bool,
    /// Why none can be shown, where none can.
    pub refused: Option<String>,
    pub answers: u64,
    pub places: u64,
    /// For how many minutes a code is shown.
    pub minutes: u32,
    /// What is said to those who watch elsewhere: `learn.example.kr/code`.
    pub address: String,
}

/// The field for the code while there is one to enter, and what became of it. `path` is the page's, `address` where one
/// may enter it instead.
#[island]
pub fn CodeEntry(
    l: Language,
    path: String,
    address: String,
    entry: Entry,
    wrong: Option<String>,
) -> impl IntoView {
    let entry = RwSignal::new(entry);
    let wrong = RwSignal::new(wrong);
    let typed = RwSignal::new(String::new());
    let lost = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let state = format!("{path}/attendance");
    Effect::new(move || {
        let state = state.clone();
        when_told(CODE, move || {
            let state = state.clone();
            spawn_local(async move {
                let Some(now) = fetch::<Entry>(&state).await else { return };
                // Another code has nothing to do with what was typed for the one before.
                let was_open = matches!(entry.get_untracked(), Entry::Open { .. });
                if matches!(now, Entry::Open { .. }) && !was_open {
                    typed.set(String::new());
                    wrong.set(None);
                }
                entry.set(now);
            });
        });
    });
    let enter = move |event: SubmitEvent| {
        event.prevent_default();
        let form = event.target().and_then(|form| form.dyn_into::<HtmlFormElement>().ok());
        let Some(form) = form.filter(|_| !busy.get_untracked()) else { return };
        busy.set(true);
        spawn_local(async move {
            let answer = send::<Answer>(&form).await;
            lost.set(answer.is_none());
            if let Some(answer) = answer {
                if answer.wrong.is_some() {
                    focus("attendance-code");
                }
                wrong.set(answer.wrong);
                entry.set(answer.entry);
            }
            busy.set(false);
        });
    };
    let is_there = Memo::new(move |_| entry.get() != Entry::Nothing || wrong.with(Option::is_some));
    // Only whether: a field that stands there keeps what is typed.
    let is_open = Memo::new(move |_| matches!(entry.get(), Entry::Open { .. }));
    let is_awaited = Memo::new(move |_| matches!(entry.get(), Entry::NotShown | Entry::Open { .. }));
    // Where no field is left to say it at, and the standing doesn't say it.
    let refused = move || match entry.get() {
        _ if lost.get() => Some(words::not_sent(l).to_owned()),
        Entry::Nothing | Entry::NotShown | Entry::Heard { .. } => wrong.get(),
        Entry::Open { .. } | Entry::Barred | Entry::Missed => None,
    };
    let action = format!("{path}/attend");
    let elsewhere = move || {
        let address = address.clone();
        is_awaited
            .get()
            .then(|| view! { <p>{words::elsewhere(l)} " " <a href=l.path("/code")>{address}</a></p> })
    };
    view! {
        <Show when=move || is_there.get()>
            <section class="attendance" aria-labelledby="attendance">
                <h2 class="section-title" id="attendance">{words::title(l)}</h2>
                <div role="status">{move || standing(l, &entry.get())}</div>
                <div role="alert">{move || refused().map(|sentence| view! { <p class="form-hint-invalid">{sentence}</p> })}</div>
                {
                    let action = action.clone();
                    move || is_open.get().then(|| view! {
                        <form class="form" method="post" action=action.clone() novalidate on:submit=enter>
                            <LiveField
                                l=l id="attendance-code" name="code" label=words::field(l) hint=words::field_hint(l)
                                value=typed problem=wrong.into() maxlength=9 inputmode="numeric"
                            />
                            <Button>{words::send(l)}</Button>
                        </form>
                    })
                }
                {elsewhere.clone()}
            </section>
        </Show>
    }
}

fn focus(id: &str) {
    let found = document().get_element_by_id(id).and_then(|found| found.dyn_into::<HtmlElement>().ok());
    // A focus that fails leaves it where it was.
    let _moved = found.map(|found| found.focus());
}

fn standing(l: Language, entry: &Entry) -> AnyView {
    let (tone, sentence) = match entry {
        Entry::Nothing => return ().into_any(),
        Entry::NotShown => return view! { <p>{words::waiting(l)}</p> }.into_any(),
        Entry::Open { until } => (Tone::Warning, words::open(l, until)),
        Entry::Heard { at } => (Tone::Success, words::heard(l, at)),
        Entry::Barred => (Tone::Danger, words::barred(l).to_owned()),
        Entry::Missed => (Tone::Warning, words::missed(l).to_owned()),
    };
    view! { <Alert l=l tone=tone><p>{sentence}</p></Alert> }.into_any()
}

/// The digits, large enough to be filmed, and how many have entered them. `path` is the page's.
#[island]
pub fn CodeBoard(l: Language, path: String, board: Board) -> impl IntoView {
    let board = RwSignal::new(board);
    let state = format!("{path}/attendance");
    Effect::new(move || {
        let state = state.clone();
        when_told(CODE, move || {
            let state = state.clone();
            spawn_local(async move { fetch(&state).await.into_iter().for_each(|now| board.set(now)) });
        });
    });
    let digits = Memo::new(move |_| board.with(|board| board.digits.clone()));
    let shows = Memo::new(move |_| {
        board.with(|board| (board.digits.is_none() && board.refused.is_none()).then_some(board.is_again))
    });
    let said = move || {
        let board = board.get();
        match (board.digits, board.refused) {
            (Some((_, until)), _) => words::good_until(l, until),
            (None, Some(refused)) => refused,
            (None, None) if board.is_again => words::is_over(l).to_owned(),
            (None, None) => words::show_lead(l, board.minutes),
        }
    };
    view! {
        <section class="attendance" aria-labelledby="attendance">
            <h2 class="section-title" id="attendance">{words::title(l)}</h2>
            {move || digits.get().map(|(digits, _)| {
                let apart = digits.chars().map(String::from).collect::<Vec<_>>().join(" ");
                view! { <p class="attendance-digits" role="img" aria-label=words::digits(l, apart)>{digits}</p> }
            })}
            <p>{said}</p>
            {move || board.with(|board| (board.digits.is_some() || board.is_again).then(|| view! {
                <p class="attendance-count">{words::counted(l, board.places, board.answers)}</p>
            }))}
            {move || digits.get().map(|_| view! { <p>{words::say_aloud(l, board.with(|board| board.address.clone()))}</p> })}
            {move || shows.get().map(|is_again| view! {
                <form method="post" action=format!("{path}/code")>
                    <Button look=Look::Secondary>{if is_again { words::show_again(l) } else { words::show(l) }}</Button>
                </form>
            })}
        </section>
    }
}
