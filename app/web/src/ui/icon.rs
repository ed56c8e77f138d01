//! The few pictures the pages need, drawn as lines in the colour of the text beside them.

use leptos::prelude::*;

/// What is drawn; always beside words, so it is hidden from screen readers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyph {
    Arrow,
    Calendar,
    Check,
    Clock,
    Contrast,
    Cross,
    Download,
    Globe,
    Information,
    Mark,
    Person,
    Phone,
    Pin,
    Search,
    Seat,
    Warning,
    Wheelchair,
    Wrench,
}

impl Glyph {
    /// Lines on a field of 24 by 24, drawn two wide.
    fn path(self) -> &'static str {
        match self {
            Self::Arrow => "M9 5l7 7-7 7",
            Self::Calendar => "M4 6h16v14H4zM4 11h16M8 3v5M16 3v5",
            Self::Check => "M4 12.5l5.5 5.5L20 7",
            Self::Clock => "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5.5l3.5 2",
            Self::Contrast => "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 3v18M15 5.5v13M18 7.5v9",
            Self::Cross => "M6 6l12 12M18 6L6 18",
            Self::Download => "M12 4v11M7 11l5 5 5-5M4 20h16",
            Self::Globe => {
                "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM3 12h18M12 3c-6 6-6 12 0 18M12 3c6 6 6 12 0 18"
            }
            Self::Information => "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 11v6M12 7v.5",
            Self::Mark => {
                "M3 5h18v12H3zM8 21h8M12 17v4M12 8.5c-1.5-1-3.3-1-5-.5v5.5c1.7-.5 3.5-.5 5 .5 1.5-1 3.3-1 5-.5V8c-1.7-.5-3.5-.5-5 .5zv5.5"
            }
            Self::Person => "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4 21c0-4 3.5-6 8-6s8 2 8 6",
            Self::Phone => {
                "M5 4h4l2 5-2.5 1.5a11 11 0 0 0 5 5L15 13l5 2v4c0 1-1 2-2 2C10.5 20.5 3.5 13.5 3 6c0-1 1-2 2-2z"
            }
            Self::Pin => {
                "M12 21c-4.5-4.5-7-8-7-11a7 7 0 0 1 14 0c0 3-2.5 6.5-7 11zM12 7.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z"
            }
            Self::Search => "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5L21 21",
            Self::Seat => "M7 4v9h10V4M5 10v7h14v-7M8 17v4M16 17v4",
            Self::Warning => "M12 3.5L22 20.5H2zM12 10v5M12 17.5v.5",
            Self::Wheelchair => {
                "M11 4.5a1.2 1.2 0 1 0 .1 0M11 8v6h5.5l2.5 5.5M11 10.5h5M8.5 11.5a5 5 0 1 0 7 6.5"
            }
            Self::Wrench => {
                "M14.5 7.5a4.5 4.5 0 0 1 5.8-3.2l-2.8 2.8.4 2.2 2.2.4 2.8-2.8a4.5 4.5 0 0 1-6 5.3L8 20.5a2 2 0 0 1-3-3z"
            }
        }
    }
}

/// A small picture in the line of the text.
#[component]
pub fn Icon(glyph: Glyph) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d=glyph.path()></path>
        </svg>
    }
}
