//! Listening to YouTube's player on the page: how much of a lesson was really played, and which line is being said.
//! Compiled for the server too, where nothing calls it.
//!
//! The player is spoken to by messages alone, in the words of YouTube's own script, so that no script of theirs runs in
//! our pages. Source: "YouTube IFrame Player API", as its script sends and receives it.

use std::time::Duration;

use domain::language::Language;
use domain::lesson::progress::{Meter, Watched};
use leptos::leptos_dom::helpers::{IntervalHandle, set_interval_with_handle};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::js_sys::{Object, Reflect};
use web_sys::{Element, Event, HtmlElement, HtmlIFrameElement, MessageEvent, RequestInit, Response, Window};

use crate::words::lesson as words;

const YOUTUBE: &str = "https://www.youtube-nocookie.com";

/// How often what was watched is reported while it goes on.
const ROUND: Duration = Duration::from_secs(20);

/// How often the player is told that somebody listens, until it answers.
const KNOCK: Duration = Duration::from_millis(500);

/// YouTube's number for "plays".
const PLAYING: i32 = 1;

/// Counts what the player on the page plays of a video of so many seconds, marks the line of the transcript that is being
/// said, and lets links to a moment move the player instead of opening the page anew. `report` is where it tells how much
/// was watched, every 20 seconds, on a pause and when the page is left; nobody is told where there is none. `watched` is
/// known already.
#[island]
pub fn PlayerFollow(l: Language, report: Option<String>, length: u32, watched: Watched) -> impl IntoView {
    let percent = RwSignal::new(watched.percent(length));
    let reports = report.is_some();
    Effect::new(move || {
        let Some(frame) = find_player() else { return };
        let state = StoredValue::new_local(State {
            frame,
            meter: Meter::new(length, watched.clone()),
            length,
            second: 0.0,
            is_playing: false,
            has_played: false,
            knocking: None,
            report: report.clone(),
            sent: String::new(),
            percent,
        });
        let knock =
            move || state.with_value(|state| state.say(r#"{"event":"listening","id":1,"channel":"widget"}"#));
        let knocking = set_interval_with_handle(knock, KNOCK).ok();
        state.update_value(|state| state.knocking = knocking);
        on(&window(), "message", move |event| {
            if let Some(event) = event.dyn_ref::<MessageEvent>() {
                hear(state, event);
            }
        });
        on(&window(), "pagehide", move |_| tell(state));
        set_interval(move || tell(state), ROUND);
        on(&document(), "click", move |event| jump(state, &event));
    });
    view! {
        {reports.then(|| view! { <p class="lesson-percent">{move || words::watched_percent(l, percent.get())}</p> })}
    }
}

struct State {
    frame: HtmlIFrameElement,
    meter: Meter,
    length: u32,
    second: f64,
    is_playing: bool,
    /// Who only opens the page leaves what they had left off as it was.
    has_played: bool,
    /// While the player has not answered.
    knocking: Option<IntervalHandle>,
    report: Option<String>,
    /// What the server last took.
    sent: String,
    percent: RwSignal<u32>,
}

type Held = StoredValue<State, LocalStorage>;

impl State {
    /// A player that is gone hears nothing.
    fn say(&self, message: &str) {
        let window = self.frame.content_window();
        let _said = window.map(|window| window.post_message(&JsValue::from_str(message), YOUTUBE));
    }

    fn is_from_player(&self, event: &MessageEvent) -> bool {
        // Another origin's window is no `Window` of ours, only the same or not.
        let is_same = |source: Object, window: Window| Object::is(&source, &window);
        let frame = event.source().zip(self.frame.content_window());
        event.origin() == YOUTUBE && frame.is_some_and(|(source, window)| is_same(source, window))
    }
}

/// What of a player's messages concerns us; those of other shapes are about something else.
#[derive(Deserialize)]
struct Said {
    info: Info,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Info {
    current_time: Option<f64>,
    player_state: Option<i32>,
}

fn find_player() -> Option<HtmlIFrameElement> {
    document().query_selector("#player iframe").ok().flatten()?.dyn_into().ok()
}

/// A listener that can't be added leaves a page that works as it does without scripts.
fn on(target: &web_sys::EventTarget, name: &str, run: impl Fn(Event) + 'static) {
    let listen = Closure::<dyn Fn(Event)>::new(run);
    let _added = target.add_event_listener_with_callback(name, listen.as_ref().unchecked_ref());
    listen.forget();
}

fn hear(state: Held, event: &MessageEvent) {
    if !state.with_value(|state| state.is_from_player(event)) {
        return;
    }
    let said = event.data().as_string().and_then(|text| serde_json::from_str::<Said>(&text).ok());
    let mut turned = false;
    state.update_value(|state| {
        if let Some(knocking) = state.knocking.take() {
            knocking.clear();
        }
        let Some(Said { info }) = said else { return };
        let was_playing = state.is_playing;
        state.is_playing = info.player_state.map_or(was_playing, |now| now == PLAYING);
        state.has_played |= state.is_playing;
        turned = was_playing != state.is_playing;
        if let Some(second) = info.current_time {
            state.second = second;
            state.meter.hear(second, state.is_playing);
            state.percent.set(state.meter.watched().percent(state.length));
            mark(second);
        }
    });
    // The first word opens the account; a pause may be the last that is heard.
    if turned {
        tell(state);
    }
}

/// Tells the server all that was watched since the page was opened, so that a report that was lost is in the next one.
fn tell(state: Held) {
    let news = state.with_value(|state| {
        let path = state.report.clone()?;
        let (position, watched) = (state.second as u32, state.meter.watched());
        let body = format!(r#"{{"position":{position},"watched":"{watched}"}}"#);
        (body != state.sent && state.has_played).then_some((path, body))
    });
    let Some((path, body)) = news else { return };
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_body(&JsValue::from_str(&body));
    // Lets the browser send it after the page is gone; one that doesn't know the word sends it as long as it can.
    let _known = Reflect::set(&init, &"keepalive".into(), &JsValue::TRUE);
    let answer = JsFuture::from(window().fetch_with_str_and_init(&path, &init));
    spawn_local(async move {
        let answer = answer.await.ok().and_then(|answer| answer.dyn_into::<Response>().ok());
        if answer.is_some_and(|answer| answer.ok()) {
            state.update_value(|state| state.sent = body);
        }
    });
}

/// Marks the last line of each transcript that has begun; whoever reads elsewhere is not scrolled away.
fn mark(second: f64) {
    for transcript in elements(document().query_selector_all(".transcript").ok()) {
        let lines = elements(transcript.query_selector_all("[data-at]").ok());
        let has_begun = |line: &Element| moment_of(line).is_some_and(|at| f64::from(at) <= second);
        let current = lines.iter().rposition(has_begun);
        for (index, line) in lines.iter().enumerate() {
            let _marked = match (Some(index) == current, line.has_attribute("aria-current")) {
                (true, false) => line.set_attribute("aria-current", "true"),
                (false, true) => line.remove_attribute("aria-current"),
                _ => Ok(()),
            };
        }
    }
}

fn elements(nodes: Option<web_sys::NodeList>) -> Vec<Element> {
    let Some(nodes) = nodes else { return Vec::new() };
    (0..nodes.length()).filter_map(|index| nodes.get(index)?.dyn_into().ok()).collect()
}

fn moment_of(link: &Element) -> Option<u32> {
    link.get_attribute("data-at")?.parse().ok()
}

/// A link to a moment moves the player that is there.
fn jump(state: Held, event: &Event) {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let link = target.and_then(|target| target.closest("a[data-at]").ok().flatten());
    let Some(at) = link.as_ref().and_then(moment_of) else { return };
    event.prevent_default();
    state.with_value(|state| {
        state.say(&format!(r#"{{"event":"command","func":"seekTo","args":[{at},true]}}"#));
        state.say(r#"{"event":"command","func":"playVideo","args":[]}"#);
        // A focus that fails leaves it where it was.
        let _moved = state.frame.unchecked_ref::<HtmlElement>().focus();
    });
}
