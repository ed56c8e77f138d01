//! YouTube's player without cookies.

use leptos::prelude::*;

use crate::ask::Ask;
use crate::words::broadcast as words;

/// The player of a video, which begins at second `at`, and the way to YouTube's own program. `enablejsapi` lets our page
/// hear where it stands; `origin` says which page that is.
pub(crate) fn player(ask: &Ask, video: &str, title: &str, at: u32) -> impl IntoView + use<> {
    let l = ask.language;
    let public_url = ask.centre.settings().public_url.clone();
    let start = at.to_string();
    let asked =
        [("rel", "0"), ("hl", l.code()), ("enablejsapi", "1"), ("origin", &public_url), ("start", &start)];
    let asked = serde_urlencoded::to_string(asked).unwrap_or_default();
    let source = format!("https://www.youtube-nocookie.com/embed/{video}?{asked}");
    let watch = format!("https://www.youtube.com/watch?v={video}&t={start}s");
    let title = title.to_owned();
    view! {
        <div class="live-player" id="player">
            <iframe src=source title=title allow="autoplay; fullscreen; picture-in-picture" referrerpolicy="strict-origin-when-cross-origin"></iframe>
        </div>
        <p><a href=watch rel="noreferrer">{words::on_youtube(l)}</a></p>
    }
}
