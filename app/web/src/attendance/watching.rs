//! The minutes that somebody has watched of an online class: a page in sight reports that it is.

use std::time::Duration;

use domain::language::Language;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};

use crate::registration::browser::post;
use crate::words::watching as words;

/// As `domain::attendance::ROUND` has it.
const ROUND: Duration = Duration::from_secs(30);

/// How far somebody has come with a class, in whole minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Minutes {
    pub watched: u32,
    /// From so many on they were there.
    pub needed: u32,
    pub is_present: bool,
    /// Another page of theirs counts.
    pub is_elsewhere: bool,
}

/// Reports every half minute, while it is in sight, that this page is open, and says what counts so far. Nothing of it is
/// read aloud by itself. `path` is the page's, `page` its id.
#[island]
pub fn WatchMinutes(l: Language, path: String, page: String, minutes: Minutes) -> impl IntoView {
    let minutes = RwSignal::new(minutes);
    Effect::new(move || {
        let (path, body) = (format!("{path}/watching"), format!(r#"{{"page":"{page}"}}"#));
        let report = move || {
            if document().hidden() {
                return;
            }
            let (path, body) = (path.clone(), body.clone());
            // What isn't answered is in the next report, up to a point.
            spawn_local(async move { post(&path, &body).await.into_iter().for_each(|now| minutes.set(now)) });
        };
        report();
        set_interval(report, ROUND);
    });
    let sentence = move || {
        let Minutes { watched, needed, is_present, .. } = minutes.get();
        if is_present { words::present(l, watched) } else { words::needed(l, watched, needed) }
    };
    let is_elsewhere = Memo::new(move |_| minutes.get().is_elsewhere);
    view! {
        <p class="watch-minutes">{sentence}</p>
        {move || is_elsewhere.get().then(|| view! { <p class="form-hint">{words::elsewhere(l)}</p> })}
    }
}
