//! What one presses: buttons that send a form, and links that look like them.

use leptos::prelude::*;

/// How loudly a button speaks; a page has one `Primary` at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Look {
    #[default]
    Primary,
    Secondary,
    Tertiary,
    /// Takes part of a life away: cancelling, closing an account.
    Danger,
    Text,
}

impl Look {
    fn class(self, small: bool) -> String {
        let look = match self {
            Self::Primary => "primary",
            Self::Secondary => "secondary",
            Self::Tertiary => "tertiary",
            Self::Danger => "tertiary danger",
            Self::Text => "text",
        };
        format!("krds-btn {look} {}", if small { "medium" } else { "large" })
    }
}

/// A button; other attributes and events are put on it as `attr:name="…"` and `on:click=…`.
#[component]
pub fn Button(
    #[prop(optional)] look: Look,
    /// 48 px high instead of 56.
    #[prop(optional)]
    small: bool,
    /// `button` for one that only an island answers.
    #[prop(default = "submit")]
    kind: &'static str,
    children: Children,
) -> impl IntoView {
    view! { <button type=kind class=look.class(small)>{children()}</button> }
}

/// A link that looks like a button, for going somewhere; what changes something is a `Button` in a form.
#[component]
pub fn LinkButton(
    #[prop(into)] href: String,
    #[prop(optional)] look: Look,
    #[prop(optional)] small: bool,
    children: Children,
) -> impl IntoView {
    view! { <a href=href class=look.class(small)>{children()}</a> }
}

/// A telephone number that a phone calls when it is pressed.
#[component]
pub fn Telephone(#[prop(into)] number: String) -> impl IntoView {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    view! { <a href=format!("tel:{digits}")>{number}</a> }
}
