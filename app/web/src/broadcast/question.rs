//! The question box while one watches, and beside whoever presents: sent without leaving the page, since a page that is
//! opened anew stops its player. Without scripts the same forms are sent as forms are.

use domain::broadcast::question::{Nickname, QuestionAct, QuestionState, QuestionWords};
use domain::language::Language;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlFormElement};

use super::switch::{QUESTIONS, when_told};
use crate::registration::browser::{fetch, send};
use crate::ui::{Badge, Button, LinkButton, LiveField, Look, Tone};
use crate::words::question as words;

/// A question as a page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub id: Uuid,
    pub nickname: String,
    pub words: String,
    /// `10:05`
    pub time: String,
    pub state: QuestionState,
}

/// What stands where one asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Asking {
    /// There is no box, and there was none.
    Nothing,
    /// `key` is that of the next question.
    Form {
        key: String,
    },
    SignIn {
        path: String,
    },
    NotYet {
        /// `09:45`
        from: String,
    },
    Closed,
    Over,
}

/// The box as whoever watches sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    pub asking: Asking,
    pub lines: Vec<Line>,
}

/// What was typed into the form, and how it was refused; field and sentence, without a field where it is the whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Typed {
    pub nickname: String,
    pub words: String,
    pub problems: Vec<(String, String)>,
    pub sent: bool,
}

/// How a question that an island has sent is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub problems: Vec<(String, String)>,
    pub asked: Asked,
}

/// The box as whoever presents sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Desk {
    pub is_open: bool,
    pub lines: Vec<Line>,
}

/// The questions of a broadcast and the form for one's own. `path` is the page's. Others' questions come and go silently;
/// what became of one's own is read aloud.
#[island]
pub fn QuestionBox(l: Language, path: String, asked: Asked, typed: Typed) -> impl IntoView {
    let key = RwSignal::new(key_of(&asked));
    let asked = RwSignal::new(asked);
    let (nickname, text) = (RwSignal::new(typed.nickname), RwSignal::new(typed.words));
    let problems = RwSignal::new(typed.problems);
    let said = RwSignal::new(typed.sent.then(|| words::sent(l)));
    let busy = RwSignal::new(false);
    let list = format!("{path}/questions");
    Effect::new(move || {
        let list = list.clone();
        when_told(QUESTIONS, move || {
            let list = list.clone();
            spawn_local(async move {
                let Some(now) = fetch::<Asked>(&list).await else { return };
                // The key of a form stays until it has done its work: sent again, it is answered as the first time.
                if key.get_untracked().is_empty() {
                    key.set(key_of(&now));
                }
                asked.set(now);
            });
        });
    });
    let ask = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(form) = form_of(&event).filter(|_| !busy.get_untracked()) else { return };
        busy.set(true);
        said.set(None);
        spawn_local(async move {
            match send::<Answer>(&form).await {
                Some(Answer { problems: found, asked: now }) => {
                    if found.is_empty() {
                        text.set(String::new());
                        key.set(key_of(&now));
                        said.set(Some(words::sent(l)));
                    }
                    let wrong = found.first().map(|(field, _)| format!("question-{field}"));
                    problems.set(found);
                    asked.set(now);
                    wrong.into_iter().for_each(|field| focus(&field));
                }
                None => said.set(Some(words::not_sent(l))),
            }
            busy.set(false);
        });
    };
    let problem = move |field: &'static str| {
        Signal::derive(move || {
            problems
                .with(|all| all.iter().find(|(name, _)| name == field).map(|(_, sentence)| sentence.clone()))
        })
    };
    let action = format!("{path}/ask");
    // Only which of them it is: a form that stands there is not made anew, nor what is typed in it lost.
    let place = Memo::new(move |_| match asked.get().asking {
        Asking::Form { .. } => Asking::Form { key: String::new() },
        other => other,
    });
    let form = move || match place.get() {
        Asking::Form { .. } => view! {
            <p>{words::lead(l)}</p>
            <form class="form" method="post" action=action.clone() novalidate on:submit=ask>
                <input type="hidden" name="key" prop:value=key value=key.get_untracked()/>
                <LiveField
                    l=l id="question-nickname" name="nickname" label=words::nickname(l)
                    hint=words::nickname_hint(l, Nickname::MAX) value=nickname problem=problem("nickname")
                    maxlength=40
                />
                <LiveField
                    l=l id="question-words" name="words" label=words::words(l)
                    hint=words::words_hint(l, QuestionWords::MAX) value=text problem=problem("words")
                    maxlength=600 rows=3
                />
                <Button look=Look::Secondary>{words::send(l)}</Button>
            </form>
        }
        .into_any(),
        Asking::SignIn { path } => view! {
            <p>{words::lead(l)}</p>
            <p class="actions"><LinkButton href=path look=Look::Secondary>{words::sign_in(l)}</LinkButton></p>
        }
        .into_any(),
        Asking::NotYet { from } => view! { <p>{words::not_yet(l, from)}</p> }.into_any(),
        Asking::Closed => view! { <p>{words::closed(l)}</p> }.into_any(),
        Asking::Over => view! { <p>{words::over(l)}</p> }.into_any(),
        Asking::Nothing => ().into_any(),
    };
    let whole = problem("");
    // A refusal is said also where the box went away meanwhile.
    let is_there = Memo::new(move |_| place.get() != Asking::Nothing || whole.get().is_some());
    view! {
        <div role="status">
            {move || said.get().map(|sentence| view! { <p>{sentence}</p> })}
        </div>
        <Show when=move || is_there.get()>
            <section class="questions" aria-labelledby="questions">
                <h2 class="section-title" id="questions">{words::title(l)}</h2>
                <div role="alert">
                    {move || whole.get().map(|sentence| view! { <p class="form-hint-invalid" id="question-problem">{sentence}</p> })}
                </div>
                {form.clone()}
                {move || asked.with(|asked| asked.lines.is_empty() && asked.asking != Asking::Nothing).then(|| view! { <p>{words::none(l)}</p> })}
                <ul class="question-list">
                    <For each=move || asked.get().lines key=|line| (line.id, line.state) let:line>
                        <li>{question(l, &line)}</li>
                    </For>
                </ul>
            </section>
        </Show>
    }
}

fn key_of(asked: &Asked) -> String {
    match &asked.asking {
        Asking::Form { key } => key.clone(),
        _ => String::new(),
    }
}

fn form_of(event: &SubmitEvent) -> Option<HtmlFormElement> {
    event.target()?.dyn_into().ok()
}

fn focus(id: &str) {
    let found = document().get_element_by_id(id).and_then(|found| found.dyn_into::<HtmlElement>().ok());
    // A focus that fails leaves it where it was.
    let _moved = found.map(|found| found.focus());
}

/// Who, when and what. Everything is text: addresses in it lead nowhere.
fn question(l: Language, line: &Line) -> impl IntoView + use<> {
    let badge = match line.state {
        QuestionState::Asked => None,
        QuestionState::Answered => Some(view! { <Badge tone=Tone::Success text=words::answered(l)/> }),
        QuestionState::Hidden => Some(view! { <Badge text=words::hidden(l)/> }),
    };
    view! {
        <p class="question-by">{words::by(l, &line.nickname, &line.time)} " " {badge}</p>
        <p class="question-words">{line.words.clone()}</p>
    }
}

/// Where the island reads what stands on it; `path` takes what is sent.
fn desk_of(path: &str) -> String {
    path.replace("/host/questions", "/host/desk")
}

/// All questions beside whoever presents, with what they do about each. How many wait is read aloud, and nothing else.
#[island]
pub fn QuestionDesk(l: Language, path: String, desk: Desk) -> impl IntoView {
    let desk = RwSignal::new(desk);
    let failed = RwSignal::new(false);
    let list = desk_of(&path);
    Effect::new(move || {
        let list = list.clone();
        when_told(QUESTIONS, move || {
            let list = list.clone();
            spawn_local(async move { fetch(&list).await.into_iter().for_each(|now| desk.set(now)) });
        });
    });
    let press = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(form) = form_of(&event) else { return };
        spawn_local(async move {
            let now = send::<Desk>(&form).await;
            failed.set(now.is_none());
            now.into_iter().for_each(|now| desk.set(now));
            // The button that was pressed may be gone with its line.
            request_animation_frame(move || {
                if !form.is_connected() {
                    focus("questions");
                }
            });
        });
    };
    let is_open = Memo::new(move |_| desk.with(|desk| desk.is_open));
    let waiting =
        move || desk.with(|desk| desk.lines.iter().filter(|line| line.state == QuestionState::Asked).count());
    let action = path.clone();
    let buttons = move |line: &Line| {
        let (state, path) = (line.state, path.clone());
        let button = |act: &QuestionAct| {
            let action = format!("{path}/{}/{}", line.id, act.as_str());
            let word = act_word(l, *act, state);
            let label = words::act_of(l, word, &line.nickname, &line.time);
            view! {
                <form method="post" action=action on:submit=press>
                    <Button look=Look::Tertiary small=true attr:aria-label=label>{word}</Button>
                </form>
            }
        };
        QuestionAct::ALL.iter().filter(|act| act.is_for(state)).map(button).collect_view()
    };
    view! {
        <section class="questions" aria-labelledby="questions">
            <h2 class="section-title" id="questions" tabindex="-1">{words::host_title(l)}</h2>
            <p class="question-waiting" aria-live="polite">{move || words::unanswered(l, waiting())}</p>
            <form class="question-switch" method="post" action=action on:submit=press>
                <input
                    type="hidden"
                    name="open"
                    value=if is_open.get_untracked() { "no" } else { "yes" }
                    prop:value=move || if is_open.get() { "no" } else { "yes" }
                />
                <p>{move || if is_open.get() { words::box_open(l) } else { words::box_closed(l) }}</p>
                <Button look=Look::Secondary small=true>
                    {move || if is_open.get() { words::close_box(l) } else { words::open_box(l) }}
                </Button>
            </form>
            <div role="alert">{move || failed.get().then(|| view! { <p class="form-hint-invalid">{words::not_done(l)}</p> })}</div>
            {move || desk.with(|desk| desk.lines.is_empty()).then(|| view! { <p>{words::none(l)}</p> })}
            <ul class="question-list">
                <For each=move || desk.get().lines key=|line| (line.id, line.state) let:line>
                    <li class=format!("is-{}", line.state.as_str())>
                        {question(l, &line)}
                        <div class="question-acts">{buttons(&line)}</div>
                    </li>
                </For>
            </ul>
        </section>
    }
}

fn act_word(l: Language, act: QuestionAct, state: QuestionState) -> &'static str {
    match (act, state) {
        (QuestionAct::Answer, _) => words::answer(l),
        (QuestionAct::Hide, _) => words::hide(l),
        (QuestionAct::Reopen, QuestionState::Hidden) => words::show_again(l),
        (QuestionAct::Reopen, _) => words::not_answered(l),
    }
}
