//! What an administrator sees of the outbox: what is stuck or late, and a button to try again.

use axum::extract::Path;
use axum::response::Response;
use domain::account::{self, Address, mask_name};
use domain::notice::entity::notice;
use domain::notice::{NoticeState, store};
use leptos::prelude::*;
use uuid::Uuid;

use super::letter::subject;
use crate::AppError;
use crate::ask::Ask;
use crate::ui::{Alert, Breadcrumb, Button, Cell, Column, EmptyState, Look, PageHead, Query, Table, Tone};
use crate::when;
use crate::words::{Language, notice as words};

/// More than anybody reads; the rest shows when these are done.
const MOST: u64 = 200;

/// `GET /manage/notices`, with `retried` after a retry.
pub async fn list(ask: Ask, Query(query): Query) -> Result<Response, AppError> {
    let who = ask.signed_in()?.administrator()?;
    let db = ask.centre.database();
    let rows = store::list_troubled(&ask.centre, &who, MOST).await?;
    let names = account::store::names_of(db, rows.iter().filter_map(|row| row.person_id)).await?;
    let mut entries = Vec::new();
    for row in rows {
        let address = match (&row.address, row.person_id) {
            (Some(address), _) => Address::parse(address),
            (None, Some(person)) => account::store::preferred_contact(db, person).await?,
            (None, None) => None,
        };
        let name = row.person_id.and_then(|person| names.get(&person).cloned());
        entries.push((row, name, address));
    }
    let l = ask.language;
    let retry = |id: Uuid| ask.link(&format!("/manage/notices/{id}/retry"));
    let cells: Vec<Vec<Cell>> = entries
        .into_iter()
        .map(|(row, name, address)| cells(l, retry(row.id), &row, name.as_deref(), address.as_ref()))
        .collect();
    let retried = query.flag("retried");
    Ok(ask.page(words::title(l), move || {
        let columns = vec![
            Column::text(words::column_event(l)),
            Column::text(words::column_to(l)),
            Column::text(words::column_created(l)),
            Column::number(words::column_tries(l)),
            Column::text(words::column_state(l)),
            Column::text(words::column_retry(l)),
        ];
        let table = match cells.is_empty() {
            true => view! { <EmptyState title=words::none_title(l)><p>{words::none(l)}</p></EmptyState> }
                .into_any(),
            false => view! { <Table caption=words::caption(l) columns=columns rows=cells/> }.into_any(),
        };
        view! {
            <Breadcrumb l=l here=words::title(l)/>
            <PageHead title=words::title(l) lead=words::lead(l)/>
            {retried.then(|| view! { <Alert l=l tone=Tone::Success><p>{words::retried(l)}</p></Alert> })}
            {table}
        }
    }))
}

fn cells(
    l: Language,
    retry: String,
    row: &notice::Model,
    name: Option<&str>,
    address: Option<&Address>,
) -> Vec<Cell> {
    let to: Vec<String> = [name.map(mask_name), address.map(Address::masked)].into_iter().flatten().collect();
    let to = if to.is_empty() { words::nobody(l).to_owned() } else { to.join(" ") };
    let course = serde_json::from_str::<domain::notice::Facts>(&row.facts).unwrap_or_default().course;
    let mut state = match row.state {
        NoticeState::Stuck => words::stuck(l).to_owned(),
        _ => words::late(l, when::moment(l, row.next_at)),
    };
    if let Some(trouble) = &row.trouble {
        state = format!("{state}. {}", words::trouble(l, trouble));
    }
    let button = view! {
        <form method="post" action=retry><Button look=Look::Tertiary small=true>{words::retry(l)}</Button></form>
    };
    vec![
        // The name of a course whose facts are emptied is missing at the end.
        subject(l, row.event, course.as_deref().unwrap_or_default())
            .trim_end_matches(": ")
            .to_owned()
            .into_any(),
        to.into_any(),
        when::moment(l, row.created_at).into_any(),
        words::tries(l, row.tries).into_any(),
        state.into_any(),
        button.into_any(),
    ]
}

/// `POST /manage/notices/{notice}/retry`
pub async fn retry(ask: Ask, Path(id): Path<Uuid>) -> Result<Response, AppError> {
    let who = ask.signed_in()?.administrator()?;
    match store::retry(&ask.centre, &who, id).await? {
        true => Ok(ask.see_other("/manage/notices?retried=yes")),
        false => Err(AppError::Conflict),
    }
}
