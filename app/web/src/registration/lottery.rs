//! What the page of a run and that of an application say of a draw: by what rule, when, by which code.

use chrono::{DateTime, Utc};
use domain::course::entity::run;
use domain::registration::entity::draw;
use domain::registration::store::{MyCourse, Standing};
use domain::registration::{Book, State, ValueKind, drawing};
use leptos::prelude::*;

use crate::AppError;
use crate::ask::Ask;
use crate::ui::{Alert, Button, DescriptionList, Fact, Tone};
use crate::when;
use crate::words::{Language, draw as words};

/// The page of a run's draw, without the language's prefix.
pub(super) fn path(code: &str) -> String {
    format!("/courses/{code}/draw")
}

/// The part of a run's page that says how its places are drawn. Empty where nothing is promised.
pub(super) async fn notice(ask: &Ask, run: &run::Model, standing: &Standing) -> Result<AnyView, AppError> {
    let Some(draw) = drawing::find_draw(&ask.centre, run.id).await? else { return Ok(().into_any()) };
    let l = ask.language;
    let items = announced(l, &draw, &standing.book, ask.centre.clock().now());
    let page = l.path(&path(&run.code));
    Ok(view! {
        <p>{words::rule(l)}</p>
        <DescriptionList items=items/>
        <p><a href=page>{words::to_page(l)}</a></p>
    }
    .into_any())
}

/// When a draw is held, while that is to come, and by which public value.
pub(super) fn announced(l: Language, draw: &draw::Model, book: &Book, now: DateTime<Utc>) -> Vec<Fact> {
    let after = book.draws_after().filter(|_| book.draw_is_to_come(now));
    let after = after.map(|after| Fact::new(words::when(l), words::when_after(l, when::moment(l, after))));
    after.into_iter().chain([Fact::new(words::source(l), source(l, draw, book))]).collect()
}

/// The promise of a draw.
pub(super) fn commitment(l: Language, draw: &draw::Model) -> Fact {
    let published = words::committed_at(l, when::moment(l, draw.committed_at));
    Fact::new(
        words::commitment(l),
        view! { <code class="hash">{draw.commitment.clone()}</code> <br/> {published} },
    )
}

/// Where the public value comes from; what the office has written itself is in Korean.
pub(super) fn source(l: Language, draw: &draw::Model, book: &Book) -> AnyView {
    let words = source_words(l, draw, book);
    let lang = (draw.value_kind == ValueKind::Other).then_some("ko");
    view! { <span lang=lang>{words}</span> }.into_any()
}

pub(super) fn source_words(l: Language, draw: &draw::Model, book: &Book) -> String {
    match draw.value_kind {
        ValueKind::Lotto => words::source_lotto(l).to_owned(),
        ValueKind::Drand => {
            let round = book.apply_until.and_then(|until| draw.value_kind.round(until)).unwrap_or_default();
            words::source_drand(l, round)
        }
        ValueKind::Other => draw.source.clone(),
    }
}

/// The one press by which somebody gets into a draw; a seat is chosen after it.
pub(super) fn form(l: Language, code: &str, key: String) -> impl IntoView + use<> {
    view! {
        <form method="post" action=l.path(&format!("/courses/{code}")) class="draw-form">
            <input type="hidden" name="key" value=key/>
            <p>{words::apply_hint(l)}</p>
            <Button attr:name="seat" attr:value="any">{words::apply(l)}</Button>
        </form>
    }
}

/// How somebody stands who waits for a draw.
pub(super) async fn own(ask: &Ask, standing: &Standing) -> Result<Option<AnyView>, AppError> {
    let Some(mine) = standing.mine.as_ref().filter(|mine| mine.state == State::Asked) else {
        return Ok(None);
    };
    let l = ask.language;
    let code = code_of(ask, mine.id).await?.unwrap_or_default();
    let after = standing.book.draws_after().map(|after| when::moment(l, after)).unwrap_or_default();
    let page = l.path(&format!("/my/{}", mine.id));
    Ok(Some(
        view! {
            <div role="status">
                <Alert l=l tone=Tone::Information>
                    <p>{words::entered(l, code, after)}</p>
                    <p><a href=page>{crate::words::registration::see_application(l)}</a></p>
                </Alert>
            </div>
        }
        .into_any(),
    ))
}

async fn code_of(ask: &Ask, application: uuid::Uuid) -> Result<Option<String>, AppError> {
    Ok(drawing::ticket_of(&ask.centre, application).await?.map(|ticket| ticket.code))
}

/// An application's part in a draw.
pub(super) struct Part {
    code: String,
    /// When the draw is held, where it is still to come.
    after: Option<String>,
    page: String,
}

impl Part {
    /// `None` where it was never in one.
    pub(super) async fn load(ask: &Ask, mine: &MyCourse) -> Result<Option<Self>, AppError> {
        let Some(code) = code_of(ask, mine.application.id).await? else { return Ok(None) };
        let after = match mine.application.state {
            State::Asked => {
                let standing = domain::registration::store::standing(&ask.centre, mine.run.id, None).await?;
                standing.and_then(|standing| standing.book.draws_after())
            }
            _ => None,
        };
        let l = ask.language;
        let after = after.map(|after| when::moment(l, after));
        Ok(Some(Self { code, after, page: l.path(&path(&mine.run.code)) }))
    }

    /// How the application stands, where that is for the draw to decide.
    pub(super) fn standing(&self, l: Language) -> Option<String> {
        self.after.as_ref().map(|after| words::entered(l, &self.code, after))
    }

    pub(super) fn fact(&self, l: Language) -> Fact {
        let code = self.code.clone();
        let page = self.page.clone();
        Fact::new(
            words::code(l),
            view! {
                <strong>{code}</strong> <br/> {words::code_hint(l)} <br/>
                <a href=page>{words::to_page(l)}</a>
            },
        )
    }
}
