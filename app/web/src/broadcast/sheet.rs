//! The run sheet of a show, on the screen or on paper: what is when, what is ticked off, begin and end.

use axum::extract::Path;
use axum::response::Response;
use domain::account::Producer;
use domain::broadcast::CheckItem;
use domain::broadcast::sheet::{self, Ticked};
use domain::broadcast::store::{self as broadcasts, Shown};
use leptos::prelude::*;

use super::sentence::{encoder_sentence, state_badge, title};
use crate::AppError;
use crate::ask::Ask;
use crate::ui::{
    Breadcrumb, Button, Crumb, DescriptionList, Fact, Form, Hidden, Input, LinkButton, Look, PageHead,
    Telephone,
};
use crate::when;
use crate::words::{Language, broadcast as words};

async fn find(ask: &Ask, code: &str) -> Result<(Shown, Producer), AppError> {
    let producer = ask.signed_in()?.producer()?;
    let shown = broadcasts::find(&ask.centre, code).await?.ok_or(AppError::NotFound)?;
    Ok((shown, producer))
}

/// `GET /manage/broadcasts/{code}/sheet`
pub async fn page(ask: Ask, Path(code): Path<String>) -> Result<Response, AppError> {
    let l = ask.language;
    let (shown, _) = find(&ask, &code).await?;
    let ticked = sheet::list(&ask.centre, shown.row.id).await?;
    let heading = words::sheet_of(l, title(l, &shown));
    let way = vec![
        Crumb::new(l, words::broadcasts(l), "/manage/broadcasts"),
        Crumb::new(l, title(l, &shown), &format!("/manage/broadcasts/{code}")),
    ];
    let act = |act: &str| l.path(&format!("/live/{code}/{act}"));
    let (host, start, end) = (act("host"), act("start"), act("end"));
    Ok(ask.page(&heading.clone(), || {
        let subject = &shown.subject;
        let facts = vec![
            Fact::new(words::when(l), when::span(l, subject.starts_at, subject.ends_at)),
            Fact::new(words::presenter(l), subject.presenter.clone()),
            Fact::new(words::channel(l), shown.channel.as_ref().map(|it| it.title.clone())),
            Fact::new(words::picture(l), encoder_sentence(l, shown.encoder.as_ref())),
            Fact::new(words::state(l), state_badge(l, shown.row.state)),
            Fact::new(words::sheet_watch(l), format!("{}/live/{code}", ask.centre.settings().public_url)),
        ];
        let lines: Vec<_> = CheckItem::ALL.iter().map(|item| line(l, &code, *item, &ticked)).collect();
        let now = ask.centre.clock().now();
        let (begins, ends) = (shown.may_start(now), shown.may_end(now));
        let phone = ask.centre.settings().phone.clone();
        view! {
            <Breadcrumb l=l way=way here=words::sheet(l)/>
            <PageHead title=heading>
                <LinkButton href=host small=true>{words::host(l)}</LinkButton>
            </PageHead>
            <DescriptionList items=facts/>
            <h2 class="section-title">{words::sheet_list(l)}</h2>
            <ol class="run-sheet">{lines}</ol>
            <div class="actions">
                {begins.then(|| view! { <Form l=l action=start><Button>{words::start(l)}</Button></Form> })}
                {ends.then(|| view! { <Form l=l action=end><Button look=Look::Danger>{words::end(l)}</Button></Form> })}
            </div>
            {(!phone.is_empty()).then(|| view! { <p class="live-phone">{words::host_help(l)} " " <Telephone number=phone/></p> })}
        }
    }))
}

fn line(l: Language, code: &str, item: CheckItem, ticked: &[Ticked]) -> impl IntoView + use<> {
    let done = ticked.iter().find(|it| it.row.item == item);
    let action = l.path(&format!("/manage/broadcasts/{code}/sheet"));
    let (next, press) = match done {
        Some(_) => ("", words::sheet_untick(l, item_word(l, item))),
        None => ("yes", words::sheet_tick(l, item_word(l, item))),
    };
    let by = done.map(|it| words::sheet_ticked(l, &it.name, when::time(it.row.checked_at)));
    let (mark, button) = match done {
        Some(_) => ("☑", words::sheet_take_back(l)),
        None => ("☐", words::sheet_done(l)),
    };
    view! {
        <li class="run-sheet-line">
            <span class="run-sheet-mark" aria-hidden="true">{mark}</span>
            <span class="run-sheet-text">
                {item_word(l, item)}
                {by.map(|by| view! { <span class="run-sheet-by">{by}</span> })}
            </span>
            <Form l=l action=action>
                <Hidden name="item" value=item.as_str()/>
                <Hidden name="done" value=next/>
                <Button look=Look::Tertiary small=true attr:aria-label=press>{button}</Button>
            </Form>
        </li>
    }
}

fn item_word(l: Language, item: CheckItem) -> &'static str {
    match item {
        CheckItem::Encoder => words::check_encoder(l),
        CheckItem::Sound => words::check_sound(l),
        CheckItem::Picture => words::check_picture(l),
        CheckItem::Slides => words::check_slides(l),
        CheckItem::Consent => words::check_consent(l),
        CheckItem::Helper => words::check_helper(l),
        CheckItem::Replay => words::check_replay(l),
    }
}

/// `POST /manage/broadcasts/{code}/sheet`: ticks `item` off, or takes that back.
pub async fn tick(ask: Ask, Path(code): Path<String>, input: Input) -> Result<Response, AppError> {
    let (shown, by) = find(&ask, &code).await?;
    let Some(item) = CheckItem::parse(input.text("item")) else { return Err(AppError::BadRequest) };
    sheet::tick(&ask.centre, &by, shown.row.id, item, input.flag("done")).await?;
    Ok(ask.see_other(&format!("/manage/broadcasts/{code}/sheet")))
}
