//! Short things said to the reader: badges and alerts, whose tone is also a word or a sign.

use super::icon::{Glyph, Icon};
use crate::words;
use domain::language::Language;
use leptos::prelude::*;

/// The tone of a badge or an alert.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    #[default]
    Neutral,
    Primary,
    Information,
    Success,
    Warning,
    Danger,
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Self::Neutral => "gray",
            Self::Primary => "primary",
            Self::Information => "information",
            Self::Success => "success",
            Self::Warning => "warning",
            Self::Danger => "danger",
        }
    }

    fn glyph(self) -> Glyph {
        match self {
            Self::Neutral | Self::Primary | Self::Information => Glyph::Information,
            Self::Success => Glyph::Check,
            Self::Warning | Self::Danger => Glyph::Warning,
        }
    }

    fn word(self, l: Language) -> &'static str {
        match self {
            Self::Neutral | Self::Primary | Self::Information => words::ui::tone_information(l),
            Self::Success => words::ui::tone_success(l),
            Self::Warning => words::ui::tone_warning(l),
            Self::Danger => words::ui::tone_danger(l),
        }
    }
}

/// One word about a thing: 접수중, 대면, 휠체어석. The word says all; the colour only helps.
#[component]
pub fn Badge(
    #[prop(optional)] tone: Tone,
    /// An outline instead of a filled field.
    #[prop(optional)]
    outline: bool,
    #[prop(into)] text: String,
) -> impl IntoView {
    let kind = if outline { "outline" } else { "bg-light" };
    view! { <span class=format!("krds-badge {kind}-{}", tone.class())>{text}</span> }
}

/// A KRDS critical alert: its tone as sign and word, then what is to be known. `attr:role="status"` has it read aloud.
#[component]
pub fn Alert(l: Language, tone: Tone, children: Children) -> impl IntoView {
    view! {
        <div class=format!("alert alert-{}", tone.class())>
            <strong class="alert-tone"><Icon glyph=tone.glyph()/> {tone.word(l)}</strong>
            <div class="alert-text">{children()}</div>
        </div>
    }
}
