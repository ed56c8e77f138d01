//! What stands below the player, and beside whoever presents: questions and the attendance code.

use domain::broadcast::question::store as questions;
use domain::broadcast::store::{Host, Shown};
use leptos::prelude::*;

use super::question::{Asked, Desk, QuestionBox, QuestionDesk, Typed};
use super::{Heard, ask, watch};
use crate::AppError;
use crate::ask::Ask;
use crate::attendance::minutes::Watching;
use crate::attendance::{self, Board, CodeBoard, CodeEntry, Entry};
use crate::words::Language;

/// What was sent from the page, and how it was refused.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sent {
    pub typed: Option<Typed>,
    /// The sentence at the field of the attendance code.
    pub code: Option<String>,
}

impl Sent {
    /// What the address says was done.
    pub fn done(word: &str) -> Self {
        let typed = (word == "asked").then(|| Typed { sent: true, ..Typed::default() });
        Self { typed, code: None }
    }
}

/// The words by which an open page knows which of its parts have to be others.
pub(super) async fn heard(ask: &Ask, shown: &Shown, at: watch::Side) -> Result<Heard, AppError> {
    Ok(Heard {
        show: watch::word_of(ask, shown, at),
        questions: ask::word_of(ask, shown).await?,
        code: attendance::word_of(ask, shown).await?,
    })
}

/// Below the player.
pub(super) struct Beside {
    path: String,
    asked: Asked,
    typed: Typed,
    entry: Entry,
    address: String,
    wrong: Option<String>,
    watching: Option<Watching>,
}

impl Beside {
    pub async fn load(ask: &Ask, shown: &Shown, sent: Sent) -> Result<Self, AppError> {
        let mut typed = sent.typed.unwrap_or_default();
        if let Some(who) = ask.viewer.as_ref().filter(|_| typed.problems.is_empty()) {
            typed.nickname = questions::last_nickname(&ask.centre, who).await?.unwrap_or_default();
        }
        Ok(Self {
            path: ask.link(&watch::path(shown)),
            asked: ask::asked(ask, shown).await?,
            typed,
            entry: attendance::entry_of(ask, shown).await?,
            address: attendance::address(ask),
            wrong: sent.code,
            watching: Watching::load(ask, shown).await?,
        })
    }

    pub fn draw(self, l: Language) -> impl IntoView + use<> {
        let Self { path, asked, typed, entry, address, wrong, watching } = self;
        view! {
            {watching.as_ref().map(|watching| watching.draw(l))}
            <CodeEntry l=l path=path.clone() address=address entry=entry wrong=wrong/>
            {watching.as_ref().map(|watching| watching.draw_link(l))}
            <QuestionBox l=l path=path asked=asked typed=typed/>
        }
    }
}

/// Beside whoever presents.
pub(super) struct BesideHost {
    path: String,
    desk: Desk,
    board: Option<Board>,
}

impl BesideHost {
    /// Nothing for whoever only ended a show that stood in the way of theirs.
    pub async fn load(ask: &Ask, shown: &Shown) -> Result<Option<Self>, AppError> {
        let by = ask.viewer.as_ref().and_then(|viewer| Host::of(viewer, &shown.subject));
        let Some(by) = by else { return Ok(None) };
        Ok(Some(Self {
            path: ask.link(&format!("{}/host", watch::path(shown))),
            desk: ask::desk_of(ask, &by, shown).await?,
            board: attendance::board_of(ask, &by, shown).await?,
        }))
    }

    pub fn draw(self, l: Language) -> impl IntoView + use<> {
        let Self { path, desk, board } = self;
        let questions = format!("{path}/questions");
        view! {
            {board.map(|board| view! { <CodeBoard l=l path=path.clone() board=board/> })}
            <QuestionDesk l=l path=questions desk=desk/>
        }
    }
}
