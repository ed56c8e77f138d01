//! The screen of a room in which a class begins: the code that people scan, and who has come, with masked names.

use std::time::Duration;

use domain::language::Language;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};

use crate::registration::browser::fetch;
use crate::words::check_in as words;

/// How often the screen asks: a code stands for twenty seconds, and the one before it will do.
const ROUND: Duration = Duration::from_secs(5);

/// How many of those who have come are shown.
const SHOWN: usize = 6;

/// What a screen shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomScreen {
    /// The code as a picture in SVG; none outside the time for it.
    pub code: Option<String>,
    /// Why there is no code.
    pub said: Option<String>,
    /// The last who came first, with masked names.
    pub arrived: Vec<String>,
    pub places: u64,
}

/// Asks every five seconds. `path` is where the state is asked for.
#[island]
pub fn WallScreen(l: Language, path: String, screen: RoomScreen) -> impl IntoView {
    let state = RwSignal::new(screen);
    let lost = RwSignal::new(false);
    Effect::new(move || {
        let path = path.clone();
        set_interval(
            move || {
                let path = path.clone();
                spawn_local(async move {
                    let now = fetch::<RoomScreen>(&path).await;
                    lost.set(now.is_none());
                    if let Some(now) = now.filter(|now| state.with_untracked(|state| state != now)) {
                        state.set(now);
                    }
                });
            },
            ROUND,
        );
    });
    view! {
        {move || state.with(|screen| screen.code.clone()).filter(|_| !lost.get()).map(|code| view! {
            <div class="wall-code" role="img" aria-label=words::code_label(l) inner_html=code></div>
            <p class="wall-lead">{words::scan_lead(l)}</p>
        })}
        {move || state.with(|screen| screen.said.clone()).map(|said| view! { <p class="wall-lead">{said}</p> })}
        {move || lost.get().then(|| view! { <p class="wall-lead">{words::screen_lost(l)}</p> })}
        <p class="wall-count">{move || state.with(|screen| words::arrived(l, screen.places, screen.arrived.len()))}</p>
        <ul class="wall-names">
            {move || state.with(|screen| {
                screen.arrived.iter().take(SHOWN).map(|name| view! { <li>{words::has_come(l, name)}</li> }).collect_view()
            })}
        </ul>
    }
}
