//! What hangs in the hall: four faces that take turns by themselves, right again after a lost connection.

use std::time::Duration;

use domain::board::turn;
use domain::language::Language;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};

use crate::calendar::Shown;
use crate::registration::browser::{fetch, uptime};
use crate::words::board as words;

/// How often the screen asks. What was put on a minute ago is early enough.
const ROUND: Duration = Duration::from_secs(30);

const DAY: i64 = 24 * 60 * 60;

/// What a board shows now and in the days to come, by the server's clock.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Screen {
    /// Seconds of Seoul's wall clock since 1970 when this was true; the same count below.
    pub second: i64,
    pub notices: Vec<Showing>,
    pub video: Vec<Showing>,
    pub left_poster: Vec<Showing>,
    pub right_poster: Vec<Showing>,
    /// What is on in the house today, from midnight on in seconds, for the time when nobody has put up a notice.
    pub today: Vec<Shown>,
}

/// An item as the screen shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Showing {
    pub from: i64,
    pub until: i64,
    /// How long its turn takes.
    pub seconds: i64,
    pub title: String,
    pub lines: Vec<String>,
    /// Where its file is, and of which type.
    pub source: Option<(String, String)>,
}

/// The one whose turn it is.
pub(super) fn on_turn(showing: &[Showing], second: i64) -> Option<&Showing> {
    let due: Vec<&Showing> = showing.iter().filter(|it| it.from <= second && second < it.until).collect();
    let (index, _) = turn(due.iter().map(|it| it.seconds), second)?;
    due.get(index).copied()
}

/// Asks every half minute, and counts the seconds itself in between: without a connection it still shows what was to come
/// when it last heard, day by day, and says since when it has not heard. `path` is where the state is asked for; `about` is
/// what an empty face says: the centre's name, and how to reach it.
#[island]
pub fn BoardScreen(l: Language, path: String, about: (String, String), screen: Screen) -> impl IntoView {
    let state = RwSignal::new(screen);
    let heard = RwSignal::new(0.0_f64);
    let passed = RwSignal::new(0.0_f64);
    let lost = RwSignal::new(false);
    Effect::new(move || {
        heard.set(uptime());
        set_interval(move || passed.set((uptime() - heard.get_untracked()).max(0.0)), Duration::from_secs(1));
        let path = path.clone();
        set_interval(
            move || {
                let path = path.clone();
                spawn_local(async move {
                    match fetch::<Screen>(&path).await {
                        Some(screen) => {
                            heard.set(uptime());
                            passed.set(0.0);
                            state.set(screen);
                            lost.set(false);
                        }
                        None => lost.set(true),
                    }
                });
            },
            ROUND,
        );
    });
    let second = Memo::new(move |_| state.with(|screen| screen.second) + (passed.get() / 1000.0) as i64);
    let minute = Memo::new(move |_| second.get() / 60);
    // Kept apart from the clock, so that a clip goes on while nothing changes.
    let face = move |of: fn(&Screen) -> &Vec<Showing>| {
        Memo::new(move |_| state.with(|screen| on_turn(of(screen), second.get()).cloned()))
    };
    let notice = face(|screen| &screen.notices);
    let clip = face(|screen| &screen.video);
    let left = face(|screen| &screen.left_poster);
    let right = face(|screen| &screen.right_poster);
    let today = Memo::new(move |_| {
        let now = minute.get() * 60;
        state.with(|screen| {
            let midnight = screen.second - screen.second.rem_euclid(DAY);
            let is_to_come = |it: &&Shown| now < midnight + i64::from(it.until);
            screen.today.iter().filter(is_to_come).cloned().collect::<Vec<_>>()
        })
    });
    let about = StoredValue::new(about);
    view! {
        <section class="board-face board-left" aria-label=words::face_left_poster(l)>
            {move || poster(left.get(), about.get_value())}
        </section>
        <section class="board-face board-video" aria-label=words::face_video(l)>
            {move || film(clip.get(), about.get_value())}
        </section>
        <section class="board-face board-notices" aria-label=words::face_notices(l)>
            {move || match notice.get() {
                Some(notice) => text(notice),
                None => programme(l, today.get(), about.get_value()),
            }}
        </section>
        <section class="board-face board-right" aria-label=words::face_right_poster(l)>
            {move || poster(right.get(), about.get_value())}
        </section>
        <p class="board-state">
            <span class="board-clock">{move || clock(minute.get())}</span>
            " "
            <span role="status">
                {move || lost.get().then(|| words::lost(l, clock(state.with(|screen| screen.second) / 60)))}
            </span>
        </p>
    }
}

fn clock(minute: i64) -> String {
    format!("{:02}:{:02}", minute / 60 % 24, minute % 60)
}

fn nothing((name, reach): (String, String)) -> AnyView {
    view! {
        <div class="board-nothing">
            <strong>{name}</strong>
            <p>{reach}</p>
        </div>
    }
    .into_any()
}

fn poster(showing: Option<Showing>, about: (String, String)) -> AnyView {
    match showing {
        Some(Showing { title, source: Some((source, _)), .. }) => {
            view! { <img class="board-poster" src=source alt=title/> }.into_any()
        }
        _ => nothing(about),
    }
}

/// Without sound, over and over. Whoever has asked their device for less motion gets the title instead: the file is not
/// even fetched.
fn film(showing: Option<Showing>, about: (String, String)) -> AnyView {
    let Some(Showing { title, source: Some((source, kind)), .. }) = showing else { return nothing(about) };
    view! {
        <video
            class="board-film"
            autoplay=true
            loop=true
            muted=true
            playsinline=true
            preload="auto"
            aria-label=title.clone()
            prop:muted=true
        >
            <source media="(prefers-reduced-motion: no-preference)" src=source type=kind/>
        </video>
        <p class="board-still"><strong>{title}</strong></p>
    }
    .into_any()
}

/// As large as its length lets it be.
fn text(showing: Showing) -> AnyView {
    let characters: usize = showing.lines.iter().map(|line| line.chars().count()).sum();
    let class = match (characters, showing.lines.len()) {
        (0..=60, 0..=2) => "board-notice board-large",
        (0..=120, 0..=4) => "board-notice",
        _ => "board-notice board-small",
    };
    let lines: Vec<_> = showing.lines.into_iter().map(|line| view! { <p>{line}</p> }).collect();
    view! { <div class=class><h2 class="board-title">{showing.title}</h2>{lines}</div> }.into_any()
}

/// As many as can be read from across the hall.
const LINES: usize = 5;

fn programme(l: Language, today: Vec<Shown>, about: (String, String)) -> AnyView {
    if today.is_empty() {
        return nothing(about);
    }
    let lines: Vec<_> = today
        .into_iter()
        .take(LINES)
        .map(|it| {
            view! {
                <li>
                    <span class="board-time">{it.time}</span>
                    " " <strong>{it.title}</strong>
                    " " <span class="board-more">{it.more}</span>
                </li>
            }
        })
        .collect();
    view! { <div class="board-notice"><h2 class="board-title">{words::today(l)}</h2><ol>{lines}</ol></div> }
        .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_word_from_the_server_days_begin_and_end_and_turns_are_taken() {
        let showing = |title: &str, from: i64, until: i64| Showing {
            from: from * DAY,
            until: until * DAY,
            seconds: 10,
            title: title.into(),
            lines: Vec::new(),
            source: None,
        };
        let all = [showing("a", 1, 2), showing("b", 1, 3), showing("c", 3, 4)];
        let on = |second: i64| on_turn(&all, second).map(|it| it.title.as_str());
        assert_eq!(on(DAY - 1), None);
        assert_eq!([DAY, DAY + 9, DAY + 10, DAY + 20].map(on), ["a", "a", "b", "a"].map(Some));
        assert_eq!([2 * DAY - 1, 2 * DAY, 3 * DAY - 1, 3 * DAY].map(on), ["b", "b", "b", "c"].map(Some));
        assert_eq!(on(4 * DAY), None);
    }
}
