//! How long until applications open, by the server's clock.

use std::time::Duration;

use domain::language::Language;
use leptos::prelude::*;

use super::browser::uptime;
use crate::words::registration as words;

/// Counts down to the opening. `milliseconds` is what the server found when it drew the page; the visitor's own clock is
/// never asked, since it may be wrong. It starts when the island does, which is after the page was drawn: it may say
/// "open" a little late, never early. Without JavaScript the sentence stands as it was drawn.
#[island]
pub fn Countdown(l: Language, milliseconds: u64) -> impl IntoView {
    let left = RwSignal::new(seconds(milliseconds));
    Effect::new(move || {
        let start = uptime();
        let tick = set_interval_with_handle(
            move || {
                let passed = (uptime() - start).max(0.0) as u64;
                left.set(seconds(milliseconds.saturating_sub(passed)));
            },
            Duration::from_millis(250),
        );
        on_cleanup(move || tick.into_iter().for_each(|tick| tick.clear()));
    });
    view! {
        <p class="countdown">{move || sentence(l, left.get())}</p>
        // Only the opening is read aloud, not every second.
        <p class="sr-only" role="status">{move || (left.get() == 0).then(|| words::opened(l))}</p>
    }
}

/// Whole seconds, rounded up: nought means that it is open.
fn seconds(milliseconds: u64) -> u32 {
    u32::try_from(milliseconds.div_ceil(1_000)).unwrap_or(u32::MAX)
}

fn sentence(l: Language, seconds: u32) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match (seconds, days, hours) {
        (0, ..) => words::opened(l).to_owned(),
        (_, 0, 0) => words::opens_in_minutes(l, minutes, seconds % 60),
        (_, 0, _) => words::opens_in_hours(l, hours, minutes),
        _ => words::opens_in_days(l, days, hours),
    }
}
