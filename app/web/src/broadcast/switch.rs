//! Lets a page follow what it shows: a countdown by the server's clock, and the next page as soon as the state is another.

use std::time::Duration;

use domain::language::Language;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::registration::browser::{fetch, uptime};
use crate::words::broadcast as words;

/// How often it asks. Who watches is glad of seconds, and the answer is a word.
const ROUND: Duration = Duration::from_secs(10);

/// Asks `path` for the word that stands for the state, and opens the page anew when it is another than `state`. Without
/// scripts the reader opens it anew. `milliseconds` are those until the start when the page was drawn; none where nothing
/// is counted down.
#[island]
pub fn LiveSwitch(l: Language, path: String, state: String, milliseconds: Option<u64>) -> impl IntoView {
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
        let (path, state) = (path.clone(), state.clone());
        set_interval(
            move || {
                let (path, state) = (path.clone(), state.clone());
                spawn_local(async move {
                    // Where the line is cut, what is shown stays, and the next round asks again.
                    if fetch::<String>(&path).await.is_some_and(|now| now != state) {
                        let _gone = window().location().reload();
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
