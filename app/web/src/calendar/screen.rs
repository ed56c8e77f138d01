//! The screen at a door: what is on and what comes next, right again by itself after a lost connection.

use std::time::Duration;

use domain::language::Language;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};

use crate::registration::browser::{fetch, uptime};
use crate::words::calendar as words;

/// How often the screen asks. A booking made a minute ago is early enough at a door.
const ROUND: Duration = Duration::from_secs(30);

/// The day of a place, by the server's clock.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Door {
    /// Seconds since midnight in Seoul when this was true.
    pub second: u32,
    /// By start. What is over is left out.
    pub shown: Vec<Shown>,
}

/// Something as the screen shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    /// Seconds since midnight; what began yesterday begins at 0.
    pub from: u32,
    pub until: u32,
    /// `10:00~12:00`
    pub time: String,
    pub title: String,
    /// Kind, who, and which part of the hall it takes.
    pub more: String,
}

/// Asks every half minute, and goes by its own count of the seconds in between, so that without a connection it still
/// shows the right hour of a day it knows; it then says when it last heard. `path` is where the state is asked for.
#[island]
pub fn DoorScreen(l: Language, path: String, door: Door) -> impl IntoView {
    let state = RwSignal::new(door);
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
                    match fetch::<Door>(&path).await {
                        Some(door) => {
                            heard.set(uptime());
                            passed.set(0.0);
                            state.set(door);
                            lost.set(false);
                        }
                        None => lost.set(true),
                    }
                });
            },
            ROUND,
        );
    });
    let second = Memo::new(move |_| state.with(|door| door.second) + (passed.get() / 1000.0) as u32);
    let minute = Memo::new(move |_| second.get() / 60);
    let on = move || {
        let second = minute.get() * 60;
        state.with(|door| {
            door.shown.iter().filter(|it| it.from <= second && second < it.until).cloned().collect::<Vec<_>>()
        })
    };
    let next = move || {
        let second = minute.get() * 60;
        state.with(|door| door.shown.iter().filter(|it| second < it.from).cloned().collect::<Vec<_>>())
    };
    view! {
        <p class="door-clock" aria-hidden="true">{move || clock(minute.get())}</p>
        <section class="door-now">
            <h2>{words::door_now(l)}</h2>
            {move || list(on(), words::door_free(l))}
        </section>
        <section class="door-next">
            <h2>{words::door_next(l)}</h2>
            {move || list(next(), words::door_nothing(l))}
        </section>
        <p class="door-state" role="status">
            {move || {
                let at = clock(state.with(|door| door.second) / 60);
                if lost.get() { words::door_lost(l, at) } else { words::door_true(l, at) }
            }}
        </p>
    }
}

fn clock(minute: u32) -> String {
    format!("{:02}:{:02}", minute / 60 % 24, minute % 60)
}

fn list(shown: Vec<Shown>, nothing: &'static str) -> AnyView {
    if shown.is_empty() {
        return view! { <p class="door-nothing">{nothing}</p> }.into_any();
    }
    let lines: Vec<_> = shown
        .into_iter()
        .map(|it| {
            view! {
                <li>
                    <span class="door-time">{it.time}</span>
                    " " <strong>{it.title}</strong>
                    " " <span class="door-more">{it.more}</span>
                </li>
            }
        })
        .collect();
    view! { <ol>{lines}</ol> }.into_any()
}
