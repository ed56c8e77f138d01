//! The history of a class's marks, as whoever teaches it and the office read it.

use axum::extract::Path;
use axum::response::Response;
use domain::attendance::history::{self, MarkLine};
use domain::attendance::{Mark, MarkOutcome, MarkWay};
use domain::course::store::find_course;
use leptos::prelude::*;

use super::sheet::{presence_word, way_word};
use super::sheet_page::Opened;
use crate::AppError;
use crate::ask::Ask;
use crate::ui::{Badge, Breadcrumb, Cell, Column, Crumb, EmptyState, PageHead, Table, Tone};
use crate::when;
use crate::words::{Language, broadcast, sheet as words};

/// `GET /sheets/{code}/{number}/history`
pub async fn page(ask: Ask, Path((code, number)): Path<(String, i32)>) -> Result<Response, AppError> {
    let l = ask.language;
    let opened = Opened::find(&ask, &code, number).await?;
    let (run, class) = (&opened.run, &opened.class);
    let course = find_course(ask.centre.database(), run.course_id).await?.ok_or(AppError::NotFound)?;
    let lines = history::list(&ask.centre, &opened.by, run, class).await?;
    let sheet =
        words::sheet_of(l, broadcast::title_of_class(l, crate::course::title(l, &course), class.number));
    let columns = [
        words::who(l),
        words::mark(l),
        words::made(l),
        words::made_by(l),
        words::from_where(l),
        words::reason(l),
    ];
    Ok(ask.page(words::history(l), || {
        let way = vec![Crumb::new(l, words::sheets(l), "/sheets"), Crumb::new(l, sheet, &opened.path())];
        let rows: Vec<Vec<Cell>> = lines.iter().map(|line| row(l, line)).collect();
        view! {
            <Breadcrumb l=l way=way here=words::history(l)/>
            <PageHead title=words::history(l) lead=words::history_lead(l)/>
            {if rows.is_empty() {
                view! { <EmptyState title=words::history_empty(l)/> }.into_any()
            } else {
                let columns = columns.into_iter().map(Column::text).collect();
                view! { <Table caption=words::history(l) hidden_caption=true columns=columns rows=rows/> }.into_any()
            }}
        }
    }))
}

fn row(l: Language, line: &MarkLine) -> Vec<Cell> {
    let event = &line.event;
    let overtaken = (event.outcome == MarkOutcome::Overtaken)
        .then(|| view! { " " <Badge tone=Tone::Warning text=words::overtaken(l)/> });
    let mark = event.mark().map_or_else(|| words::taken_back(l).to_owned(), |mark| mark_word(l, mark));
    // What was made without a line arrives later.
    let arrived = (event.arrived_at - event.made_at).num_minutes() > 0;
    let arrived = arrived.then(|| format!(" ({})", words::arrived(l, when::moment(l, event.arrived_at))));
    let way = way_word(l, event.way).unwrap_or(words::by_sheet(l));
    let from = match &line.kiosk {
        Some(kiosk) => words::at_kiosk(l, way, &kiosk.name, &kiosk.place),
        None => way.to_owned(),
    };
    let by = line.by.clone().unwrap_or_else(|| match event.way {
        MarkWay::Qr | MarkWay::Kiosk => words::by_themselves(l).to_owned(),
        _ => words::by_itself(l).to_owned(),
    });
    let reason = event.reason.clone().unwrap_or_else(|| "–".to_owned());
    vec![
        line.name.clone().into_any(),
        view! { {mark} {overtaken} }.into_any(),
        view! { {when::moment(l, event.made_at)} {arrived} }.into_any(),
        by.into_any(),
        from.into_any(),
        reason.into_any(),
    ]
}

fn mark_word(l: Language, mark: Mark) -> String {
    let word = presence_word(l, mark.presence());
    match mark.missed() {
        0 => word.to_owned(),
        missed => words::with_missed(l, word, missed),
    }
}
