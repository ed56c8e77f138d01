//! How the viewer stands in a run, on the pages of their courses.

use std::collections::HashMap;

use domain::attendance::completion::Progress;
use domain::attendance::{CompletionState, Reach, certificate, completion};
use domain::course::hours_text;
use domain::registration::store::MyCourse;
use domain::survey;
use leptos::prelude::*;
use uuid::Uuid;

use crate::AppError;
use crate::ask::Ask;
use crate::ui::{Alert, LinkButton, Look, Tone};
use crate::words::{Language, completion as words};

/// How the viewer stands in each of their runs, by application.
pub(crate) async fn standings(ask: &Ask) -> Result<HashMap<Uuid, Progress>, AppError> {
    Ok(completion::list_mine(&ask.centre, ask.signed_in()?).await?)
}

/// A line for the list of somebody's courses; nothing before the first mark.
pub(crate) fn rate_of(l: Language, progress: Option<&Progress>) -> Option<String> {
    let progress = progress.filter(|it| it.frozen.is_some() || it.hours.open < it.hours.planned)?;
    Some(words::rate(l, progress.hours.percent()))
}

/// The surveys that wait for the viewer's word, of those courses of theirs that are over.
pub(crate) async fn open_surveys(ask: &Ask, courses: &[MyCourse]) -> Result<AnyView, AppError> {
    let l = ask.language;
    let open = survey::store::list_open(&ask.centre, ask.signed_in()?).await?;
    let open = courses.iter().filter(|it| open.contains(&it.application.id)).map(|it| {
        let label = words::answer_survey_of(l, crate::course::title(l, &it.course));
        (l.path(&format!("/my/{}/survey", it.application.id)), label)
    });
    let links = open.map(|(href, label)| view! { <LinkButton href=href>{label}</LinkButton> });
    let links: Vec<_> = links.collect();
    Ok((!links.is_empty()).then(|| view! { <p class="actions">{links}</p> }).into_any())
}

/// How the viewer stands in one of their runs, the way to the survey, and their certificate.
pub(crate) async fn part(ask: &Ask, application: Uuid) -> Result<AnyView, AppError> {
    let (l, who) = (ask.language, ask.signed_in()?);
    let found = completion::find_mine(&ask.centre, who, application).await?;
    let Some(progress) = found else { return Ok(().into_any()) };
    let asked = survey::store::find_mine(&ask.centre, who, application).await?;
    let may_answer =
        asked.is_some_and(|asked| !asked.has_answered && asked.span.holds(ask.centre.clock().now()));
    let certificate = certificate::find_mine(&ask.centre, who, application).await?;
    let (tone, said) = sentence(l, &progress);
    let waits = certificate.is_none() && progress.frozen == Some(CompletionState::Completed);
    let paper = l.path(&format!("/my/{application}/certificate.pdf"));
    let latin = certificate.as_ref().is_some_and(|it| it.latin_name.is_some());
    let latin_paper = format!("{paper}?name=latin");
    Ok(view! {
        <section aria-labelledby="completion-title">
            <h2 id="completion-title">{words::standing(l)}</h2>
            <p>{attended(l, &progress)}</p>
            {progress.frozen.is_none().then(|| view! { <p>{wanted(l, &progress)}</p> })}
            <Alert l=l tone=tone><p>{said}</p></Alert>
            {waits.then(|| view! { <p>{words::certificate_waits(l)}</p> })}
            <div class="page-actions">
                {may_answer.then(|| view! {
                    <LinkButton href=l.path(&format!("/my/{application}/survey"))>{words::answer_survey(l)}</LinkButton>
                })}
                {certificate.is_some().then(|| view! { <LinkButton href=paper>{words::download(l)}</LinkButton> })}
                {latin.then(|| view! {
                    <LinkButton href=latin_paper look=Look::Secondary>{words::download_latin(l)}</LinkButton>
                })}
            </div>
        </section>
    }
    .into_any())
}

fn attended(l: Language, progress: &Progress) -> String {
    let hours = progress.hours;
    words::attended(l, hours_text(hours.planned), hours_text(hours.attended), hours.percent())
}

fn wanted(l: Language, progress: &Progress) -> String {
    let rule = progress.rule;
    let mut sentences = vec![words::wanted(l, rule.percent)];
    if rule.survey {
        sentences.push(words::wanted_survey(l).into());
    }
    if rule.lessons {
        sentences.push(words::wanted_lessons(l).into());
    }
    sentences.join(" ")
}

fn sentence(l: Language, progress: &Progress) -> (Tone, &'static str) {
    match (progress.frozen, progress.reach) {
        (Some(CompletionState::Completed), _) => (Tone::Success, words::frozen_completed(l)),
        (Some(CompletionState::NotCompleted), _) => (Tone::Neutral, words::frozen_not_completed(l)),
        (None, Reach::Done) => (Tone::Success, words::reach_done(l)),
        (None, Reach::SurveyMissing) => (Tone::Information, words::reach_survey_missing(l)),
        (None, Reach::Open) => (Tone::Information, words::reach_open(l)),
        (None, Reach::OutOfReach) => (Tone::Warning, words::reach_out_of_reach(l)),
    }
}
