//! The words and badges of faces and of what stands on them.

use domain::board::entity::board_item;
use domain::board::{Face, Stage};
use leptos::prelude::*;

use crate::ui::{Badge, Tone};
use crate::words::{Language, board as words};

pub fn face_word(l: Language, face: Face) -> &'static str {
    match face {
        Face::Notices => words::face_notices(l),
        Face::Video => words::face_video(l),
        Face::LeftPoster => words::face_left_poster(l),
        Face::RightPoster => words::face_right_poster(l),
    }
}

pub fn stage_badge(l: Language, stage: Stage) -> impl IntoView {
    let (tone, word) = match stage {
        Stage::Now => (Tone::Success, words::stage_now(l)),
        Stage::Next => (Tone::Information, words::stage_next(l)),
        Stage::Over => (Tone::Neutral, words::stage_over(l)),
        Stage::Ended => (Tone::Neutral, words::stage_ended(l)),
    };
    view! { <Badge tone=tone text=word/> }
}

/// A poster small, a clip as its first frame, a notice as what it says.
pub fn thumbnail(item: &board_item::Model, path: &str) -> AnyView {
    let (path, title) = (path.to_owned(), item.title.clone());
    match item.media_type {
        _ if item.ended_at.is_some() => ().into_any(),
        None => {
            let lines = item.lines.clone().unwrap_or_default();
            view! { <p class="board-lines">{lines}</p> }.into_any()
        }
        Some(kind) if kind.is_picture() => {
            view! { <img class="board-thumb" src=path alt=title loading="lazy"/> }.into_any()
        }
        Some(_) => {
            // Browsers draw a frame only where one is asked for.
            let path = format!("{path}#t=0.1");
            view! { <video class="board-thumb" src=path aria-label=title preload="metadata" muted=true></video> }
                .into_any()
        }
    }
}
