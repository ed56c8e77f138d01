//! Lets a page follow what it shows: a countdown by the server's clock, the next page as soon as the state is another, and
//! a word to the other islands of the page as soon as theirs is.

use std::time::Duration;

use domain::language::Language;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::Event;

use crate::registration::browser::{fetch, uptime};
use crate::words::broadcast as words;

/// How often it asks. Who watches is glad of seconds, and the answer is three words.
const ROUND: Duration = Duration::from_secs(10);

/// A word for each part of a page, another as soon as the part has to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    /// The player and what stands around it: the page is opened anew.
    pub show: String,
    pub questions: String,
    pub code: String,
}

/// What another island keeps true, by the name of the event that tells it to ask.
pub(crate) const QUESTIONS: &str = "live-questions";
pub(crate) const CODE: &str = "live-code";

/// Calls `ask` whenever a part of the page has to be another, for as long as the page is open.
pub(crate) fn when_told(part: &str, ask: impl Fn() + 'static) {
    let listen = Closure::<dyn Fn(Event)>::new(move |_| ask());
    // Without it the page is as true as it was when it was opened.
    let _added = document().add_event_listener_with_callback(part, listen.as_ref().unchecked_ref());
    listen.forget();
}

fn tell(part: &str) {
    if let Ok(event) = Event::new(part) {
        let _heard = document().dispatch_event(&event);
    }
}

/// Asks `path` for the words of the page's parts. Where what is on show is another than in `state`, it opens the page
/// anew; without scripts the reader does. `milliseconds` are those until the start when the page was drawn; none where
/// nothing is counted down.
#[island]
pub fn LiveSwitch(l: Language, path: String, state: Heard, milliseconds: Option<u64>) -> impl IntoView {
    let left = RwSignal::new(milliseconds.map(seconds));
    Effect::new(move || {
        let begun = uptime();
        if let Some(milliseconds) = milliseconds {
            let count = move || {
                let passed = (uptime() - begun).max(0.0) as u64;
                left.set(Some(seconds(milliseconds.saturating_sub(passed))));
            };
            set_interval(count, Duration::from_millis(500));
        }
        let (path, heard) = (path.clone(), StoredValue::new(state.clone()));
        set_interval(
            move || {
                let path = path.clone();
                spawn_local(async move {
                    // Where the line is cut, what is shown stays, and the next round asks again.
                    let Some(now) = fetch::<Heard>(&path).await else { return };
                    let before = heard.get_value();
                    if now.show != before.show {
                        let _gone = window().location().reload();
                        return;
                    }
                    heard.set_value(now.clone());
                    for (part, before, now) in
                        [(QUESTIONS, before.questions, now.questions), (CODE, before.code, now.code)]
                    {
                        if before != now {
                            tell(part);
                        }
                    }
                });
            },
            ROUND,
        );
    });
    move || left.get().map(|left| view! { <p class="live-countdown">{sentence(l, left)}</p> })
}

/// Whole seconds, rounded up.
fn seconds(milliseconds: u64) -> u32 {
    u32::try_from(milliseconds.div_ceil(1_000)).unwrap_or(u32::MAX)
}

fn sentence(l: Language, seconds: u32) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match (seconds, days, hours) {
        (0, ..) => words::begins_now(l).to_owned(),
        (_, 0, 0) => words::begins_in_minutes(l, minutes, seconds % 60),
        (_, 0, _) => words::begins_in_hours(l, hours, minutes),
        _ => words::begins_in_days(l, days, hours),
    }
}
