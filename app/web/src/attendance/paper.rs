//! The papers of a run: the sheet to sign, and the log of each class.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::attendance::Presence;
use domain::attendance::paper::{self, Log, NOTES_MAX, Sheet, SheetRow, TOPIC_MAX};
use domain::course::entity::class_session;
use domain::course::store::RunView;
use domain::course::{ClassState, Line, hours_text};
use domain::seoul;
use leptos::prelude::*;

use crate::AppError;
use crate::ask::Ask;
use crate::course::{find_to_edit, title};
use crate::ui::{
    Alert, Breadcrumb, Button, Cell, Column, Crumb, DescriptionList, EmptyState, Fact, Form, Input,
    LinkButton, Look, PageHead, Problems, Query, Table, TextArea, TextInput, Tone,
};
use crate::when;
use crate::words::{Language, course as course_words, paper as words};

fn way(l: Language, view: &RunView) -> Vec<Crumb> {
    let path = format!("/manage/runs/{}", view.run.code);
    vec![
        Crumb::new(l, course_words::runs(l), "/manage/runs"),
        Crumb::new(l, view.run.code.clone(), &path),
        Crumb::new(l, words::title(l), &format!("{path}/papers")),
    ]
}

/// `GET /manage/runs/{code}/papers`
pub async fn index(ask: Ask, Path(code): Path<String>) -> Result<Response, AppError> {
    let l = ask.language;
    let (view, editor) = find_to_edit(&ask, &code).await?;
    let mut classes = Vec::new();
    for class in view.sessions.iter().filter(|class| class.state == ClassState::Planned) {
        classes.extend(paper::find_log(&ask.centre, &editor, class.number).await?);
    }
    let month = seoul::day(ask.centre.clock().now()).format("%Y-%m").to_string();
    let heading = words::title_of(l, title(l, &view.course), &code);
    Ok(ask.page(&heading.clone(), || {
        let path = l.path(&format!("/manage/runs/{code}/papers"));
        let mut way = way(l, &view);
        way.pop();
        let rows = classes.iter().map(|log| log_row(l, &path, log)).collect();
        let columns = [words::class(l), words::when(l), words::log_state(l)].map(Column::text).into();
        view! {
            <Breadcrumb l=l way=way here=words::title(l)/>
            <PageHead title=heading lead=words::lead(l)/>
            <p class="actions">
                <LinkButton href=format!("{path}/sheet") look=Look::Secondary small=true>{words::sheet(l)}</LinkButton>
                <LinkButton href=l.path(&format!("/manage/taught/{month}")) look=Look::Secondary small=true>
                    {words::month_papers(l)}
                </LinkButton>
            </p>
            <h2 class="section-title">{words::logs(l)}</h2>
            {match classes.is_empty() {
                true => view! { <EmptyState title=words::no_classes(l)/> }.into_any(),
                false => view! { <Table caption=words::logs(l) hidden_caption=true columns=columns rows=rows/> }.into_any(),
            }}
        }
    }))
}

fn log_row(l: Language, path: &str, log: &Log) -> Vec<Cell> {
    let class = &log.class;
    let href = format!("{path}/classes/{}", class.number);
    let state = if log.log.is_some() { words::log_written(l) } else { words::log_missing(l) };
    vec![
        view! { <a href=href>{words::class_number(l, class.number)}</a> }.into_any(),
        when::span(l, class.starts_at, class.ends_at).into_any(),
        state.into_any(),
    ]
}

/// `GET /manage/runs/{code}/papers/sheet`
pub async fn sheet(ask: Ask, Path(code): Path<String>) -> Result<Response, AppError> {
    let l = ask.language;
    let (view, editor) = find_to_edit(&ask, &code).await?;
    let sheet = paper::sheet(&ask.centre, &editor, &view.run).await?;
    let heading = words::sheet_of(l, title(l, &view.course), &code);
    Ok(ask.page(&heading.clone(), || {
        view! {
            <Breadcrumb l=l way=way(l, &view) here=words::sheet(l)/>
            <div class="paper paper-wide">
                <PageHead title=heading lead=words::sheet_lead(l)/>
                <p>{words::instructor(l, &view.run.instructor)}</p>
                {sheet_table(l, &sheet)}
                <p class="paper-sign">{words::sign(l)}</p>
            </div>
        }
    }))
}

fn sheet_table(l: Language, sheet: &Sheet) -> impl IntoView + use<> {
    let date = |class: &class_session::Model| seoul::day(class.starts_at).format("%-m/%-d").to_string();
    let classes =
        sheet.classes.iter().map(|class| Column::text(words::class_of(l, class.number, date(class))));
    let columns = [Column::text(words::order(l)), Column::text(words::name(l))].into_iter().chain(classes);
    let row = |(number, row): (usize, &SheetRow)| -> Vec<Cell> {
        let signs = row.presences.iter().map(|presence| presence.map_or("", |it| sign(l, it)).into_any());
        let name = if row.has_left { words::has_left(l, &row.name) } else { row.name.clone() };
        [number.to_string().into_any(), name.into_any()].into_iter().chain(signs).collect()
    };
    let rows = (1..).zip(&sheet.rows).map(row).collect();
    view! { <Table caption=words::sheet(l) hidden_caption=true grid=true columns=columns.collect() rows=rows/> }
}

fn sign(l: Language, presence: Presence) -> &'static str {
    match presence {
        Presence::Present => "○",
        Presence::Late | Presence::LeftEarly => "△",
        Presence::Absent => "×",
        Presence::Excused => words::excused_sign(l),
    }
}

/// `GET /manage/runs/{code}/papers/classes/{number}`
pub async fn log(
    ask: Ask,
    Path((code, number)): Path<(String, i32)>,
    Query(query): Query,
) -> Result<Response, AppError> {
    let done = (query.text("done") == "saved").then(|| words::done_log(ask.language));
    draw_log(&ask, (&code, number), StatusCode::OK, None, Problems::default(), done).await
}

/// `POST /manage/runs/{code}/papers/classes/{number}`
pub async fn write_log(
    ask: Ask,
    Path((code, number)): Path<(String, i32)>,
    input: Input,
) -> Result<Response, AppError> {
    let l = ask.language;
    let (_, editor) = find_to_edit(&ask, &code).await?;
    let log = paper::find_log(&ask.centre, &editor, number).await?.ok_or(AppError::NotFound)?;
    if ask.centre.clock().now() < log.class.starts_at {
        let problems = Problems::one("", words::refused_early(l));
        return draw_log(&ask, (&code, number), StatusCode::CONFLICT, Some(input), problems, None).await;
    }
    let (topic, notes) = (Line::parse(input.text("topic"), TOPIC_MAX), input.text("notes").to_owned());
    let mut problems = Problems::default();
    if topic.is_none() {
        problems.add("topic", words::wrong_topic(l, TOPIC_MAX));
    }
    if notes.chars().count() > NOTES_MAX {
        problems.add("notes", words::wrong_notes(l, NOTES_MAX));
    }
    let Some(topic) = topic.filter(|_| problems.is_empty()) else {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return draw_log(&ask, (&code, number), status, Some(input), problems, None).await;
    };
    paper::write_log(&ask.centre, &editor, log.class.id, &topic, &notes).await?;
    Ok(ask.see_other(&format!("/manage/runs/{code}/papers/classes/{number}?done=saved")))
}

async fn draw_log(
    ask: &Ask,
    (code, number): (&str, i32),
    status: StatusCode,
    sent: Option<Input>,
    problems: Problems,
    done: Option<&'static str>,
) -> Result<Response, AppError> {
    let l = ask.language;
    let (view, editor) = find_to_edit(ask, code).await?;
    let Log { class, log, places, present, absent } =
        paper::find_log(&ask.centre, &editor, number).await?.ok_or(AppError::NotFound)?;
    let heading = words::log_of(l, title(l, &view.course), number);
    let action = l.path(&format!("/manage/runs/{code}/papers/classes/{number}"));
    Ok(ask.refuse(status, &heading.clone(), move || {
        let (topic, notes) = log.map(|log| (log.topic, log.notes)).unwrap_or_default();
        let input = sent.unwrap_or_else(|| Input::new([("topic", topic.clone()), ("notes", notes.clone())]));
        let hours = words::minutes(l, hours_text(class.minutes.unsigned_abs()));
        let facts = vec![
            Fact::new(words::when(l), when::span(l, class.starts_at, class.ends_at)),
            Fact::new(words::log_hours(l), hours),
            Fact::new(words::of_instructor(l), view.run.instructor.clone()),
            Fact::new(words::log_people(l), words::log_count(l, places, present, absent)),
        ];
        // On paper the form gives way to what it holds.
        let written = vec![Fact::new(words::topic(l), topic), Fact::new(words::notes(l), notes)];
        view! {
            <Breadcrumb l=l way=way(l, &view) here=words::class_number(l, number)/>
            <div class="paper">
                <PageHead title=heading/>
                {done.map(|done| view! { <div role="status"><Alert l=l tone=Tone::Success><p>{done}</p></Alert></div> })}
                <DescriptionList items=facts/>
                <div class="paper-only" aria-hidden="true"><DescriptionList items=written/></div>
                <Form l=l action=action input=input problems=problems>
                    <TextInput name="topic" label=words::topic(l) required=true maxlength=100/>
                    <TextArea name="notes" label=words::notes(l) hint=words::notes_hint(l) rows=8 maxlength=2000/>
                    <Button>{words::save(l)}</Button>
                </Form>
                <p class="paper-sign">{words::sign(l)}</p>
            </div>
        }
    }))
}
