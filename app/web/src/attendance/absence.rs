//! One's own absences without notice among one's courses, what followed, and the appeal against it.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};
use domain::attendance::bar::{self, Absences, BarError, BarRefusal, NoShow};
use domain::attendance::entity::absence_bar;
use domain::attendance::{AppealWords, NoShowOutcome};
use leptos::prelude::*;
use uuid::Uuid;

use crate::AppError;
use crate::ask::Ask;
use crate::course::{category_word, title};
use crate::registration::draw_list;
use crate::ui::{
    Alert, Badge, Button, Cell, Column, DescriptionList, Fact, Form, Input, Look, Problems, Table, TextArea,
    Tone,
};
use crate::when;
use crate::words::{Language, absence as words, catalogue};

/// An appeal that isn't taken: against which bar, what was typed, what was wrong. The field `""` is said above all.
#[derive(Clone, Debug)]
pub(crate) struct Refused {
    bar: Uuid,
    input: Input,
    problems: Problems,
}

/// The part of the page.
pub(crate) struct Part {
    absences: Absences,
    refused: Option<Refused>,
    now: DateTime<Utc>,
}

impl Part {
    /// Nothing for whoever always came, or said that they wouldn't.
    pub(crate) async fn load(ask: &Ask, refused: Option<Refused>) -> Result<Option<Self>, AppError> {
        let absences = bar::list_mine(&ask.centre, ask.signed_in()?).await?;
        let is_there = absences != Absences::default();
        Ok(is_there.then(|| Self { absences, refused, now: ask.centre.clock().now() }))
    }

    pub(crate) fn draw(self, l: Language) -> impl IntoView + use<> {
        let Self { absences: Absences { no_shows, bars }, refused, now } = self;
        let above = refused.as_ref().and_then(|it| it.problems.of("")).map(str::to_owned);
        let bars: Vec<_> = bars
            .iter()
            .map(|bar| {
                let sent = refused.as_ref().filter(|it| it.bar == bar.id);
                let sent = sent.map(|it| (it.input.clone(), it.problems.clone()));
                bar_part(l, bar, now, sent.unwrap_or_default())
            })
            .collect();
        view! {
            <section aria-labelledby="absences">
                <h2 class="section-title" id="absences">{words::mine(l)}</h2>
                {above.map(|sentence| view! {
                    <div role="alert" tabindex="-1" autofocus><Alert l=l tone=Tone::Danger><p>{sentence}</p></Alert></div>
                })}
                {bars}
                {(!no_shows.is_empty()).then(|| view! {
                    <p>{words::mine_lead(l)}</p>
                    {no_show_table(l, words::mine(l), &no_shows)}
                })}
            </section>
        }
    }
}

fn bar_part(
    l: Language,
    bar: &absence_bar::Model,
    now: DateTime<Utc>,
    (input, problems): (Input, Problems),
) -> impl IntoView + use<> {
    let category = category_word(l, bar.category);
    let until = when::moment(l, bar.until_at);
    let (tone, sentence) = match bar.lifted_at {
        Some(at) => (Tone::Information, words::bar_lifted(l, category, when::moment(l, at))),
        None if bar.is_in_force(now) => (Tone::Warning, words::barred(l, until, category)),
        None => (Tone::Information, words::bar_over(l, category, until)),
    };
    let may_appeal = bar.is_in_force(now) && bar.appealed_at.is_none();
    let action = l.path(&format!("/my/bars/{}/appeal", bar.id));
    view! {
        <div class="absence-bar">
            <Alert l=l tone=tone><p>{sentence}</p></Alert>
            {said(l, bar)}
            {bar.is_open_appeal().then(|| view! { <p>{words::appeal_waits(l)}</p> })}
            {may_appeal.then(|| view! {
                <Form l=l action=action input=input problems=problems id=format!("bar-{}", bar.id)>
                    <TextArea
                        name="words" label=words::appeal(l) hint=words::appeal_hint(l) required=true
                        maxlength=500
                    />
                    <Button look=Look::Secondary>{words::appeal_send(l)}</Button>
                </Form>
            })}
        </div>
    }
}

/// The appeal and its answer, in their authors' lines.
pub(super) fn said(l: Language, bar: &absence_bar::Model) -> impl IntoView + use<> {
    let of = |at: Option<DateTime<Utc>>| at.map(|at| when::moment(l, at)).unwrap_or_default();
    let fact = |title: String, text: &String| {
        let text = text.clone();
        Fact::new(title, view! { <span class="absence-words">{text}</span> })
    };
    let appeal = bar.appeal.as_ref().map(|text| fact(words::appealed(l, of(bar.appealed_at)), text));
    let answer = bar.answer.as_ref().map(|text| fact(words::answered(l, of(bar.answered_at)), text));
    view! { <DescriptionList items=appeal.into_iter().chain(answer).collect()/> }
}

/// Absences, one a line: the course, the class, what came of it.
pub(super) fn no_show_table(
    l: Language,
    caption: &'static str,
    no_shows: &[NoShow],
) -> impl IntoView + use<> {
    let rows: Vec<Vec<Cell>> = no_shows.iter().map(|it| no_show_cells(l, it).into()).collect();
    let columns = [words::course(l), words::class(l), words::outcome(l)].map(Column::text);
    view! { <Table caption=caption hidden_caption=true columns=columns.into() rows=rows/> }
}

pub(super) fn no_show_cells(l: Language, it: &NoShow) -> [Cell; 3] {
    let course = format!("{} ({})", title(l, &it.course), it.run_code);
    let class = format!("{} {}", catalogue::nth(l, it.class.number), when::moment(l, it.class.starts_at));
    let (tone, word) = match (it.row.withdrawn_at, it.row.outcome) {
        (Some(_), _) => (Tone::Neutral, words::outcome_withdrawn(l)),
        (None, NoShowOutcome::Told) => (Tone::Information, words::outcome_told(l)),
        (None, NoShowOutcome::Warned) => (Tone::Warning, words::outcome_warned(l)),
        (None, NoShowOutcome::Barred) => (Tone::Danger, words::outcome_barred(l)),
    };
    [course.into_any(), class.into_any(), view! { <Badge tone=tone text=word/> }.into_any()]
}

/// `POST /my/bars/{bar}/appeal`: `words` are one's own.
pub async fn appeal(ask: Ask, Path(id): Path<Uuid>, input: Input) -> Result<Response, AppError> {
    let (l, who) = (ask.language, ask.signed_in()?);
    let answer = match AppealWords::parse(input.text("words")) {
        Some(words) => bar::appeal(&ask.centre, who, id, &words).await,
        None => {
            let problems = Problems::one("words", words::wrong_appeal(l));
            let refused = Refused { bar: id, input, problems };
            return draw_list(&ask, StatusCode::UNPROCESSABLE_ENTITY, Some(refused)).await;
        }
    };
    match answer {
        Ok(()) => Ok(ask.see_other("/my#absences")),
        Err(error) => {
            let problems = Problems::one("", sentence(l, error)?);
            draw_list(&ask, StatusCode::CONFLICT, Some(Refused { bar: id, input, problems })).await
        }
    }
}

/// Why an appeal isn't taken or answered. What is not there is a page of its own.
pub(super) fn sentence(l: Language, error: BarError) -> Result<&'static str, AppError> {
    Ok(match error {
        BarError::Refused(BarRefusal::NotFound) => return Err(AppError::NotFound),
        BarError::Refused(BarRefusal::Over) => words::refused_over(l),
        BarError::Refused(BarRefusal::Appealed) => words::refused_appealed(l),
        BarError::Refused(BarRefusal::Answered) => words::refused_answered(l),
        BarError::Refused(BarRefusal::NoAppeal) => words::refused_no_appeal(l),
        BarError::Db(error) => return Err(error.into()),
    })
}
