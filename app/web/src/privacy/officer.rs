//! The privacy officer's page: who looked at whom, and what has been kept long enough.

use axum::http::StatusCode;
use axum::response::Response;
use domain::account::access::{AtWhom, Look as Seen, list_looks};
use domain::account::audit::LINES_A_PAGE;
use domain::account::{PrivacyOfficer, Purpose};
use domain::privacy::{self, Due};
use leptos::prelude::*;
use uuid::Uuid;

use crate::account::say;
use crate::ask::Ask;
use crate::ui::{
    Alert, Breadcrumb, Button, Cell, Checkbox, Column, EmptyState, Form, Input, LinkButton, Look, PageHead,
    Problems, Query, Table, Tone,
};
use crate::words::{Language, account, privacy as words};
use crate::{AppError, when};

/// `GET /manage/privacy`; `before` leads to earlier looks, `done` comes after a purge.
pub async fn show(ask: Ask, Query(query): Query) -> Result<Response, AppError> {
    let officer = ask.signed_in()?.privacy_officer()?;
    let before = query.text("before").parse().ok();
    let done = query.text("done").parse::<u64>().ok();
    draw(&ask, &officer, before, StatusCode::OK, Problems::default(), done).await
}

/// `POST /manage/privacy/purge`: `sure` says that it was meant; nothing brings back what is erased.
pub async fn purge(ask: Ask, input: Input) -> Result<Response, AppError> {
    let officer = ask.signed_in()?.privacy_officer()?;
    if !input.flag("sure") {
        let problems = Problems::one("sure", words::purge_unsure(ask.language));
        return draw(&ask, &officer, None, StatusCode::UNPROCESSABLE_ENTITY, problems, None).await;
    }
    let erased: u64 = privacy::purge(&ask.centre, &officer).await?.iter().map(|due| due.people).sum();
    Ok(ask.see_other(&format!("/manage/privacy?done={erased}")))
}

async fn draw(
    ask: &Ask,
    officer: &PrivacyOfficer,
    before: Option<Uuid>,
    status: StatusCode,
    problems: Problems,
    done: Option<u64>,
) -> Result<Response, AppError> {
    let l = ask.language;
    let looks = list_looks(ask.centre.database(), officer, before).await?;
    let due = privacy::due(&ask.centre, officer).await?;
    let title = words::officer_page(l);
    let earlier = (looks.len() as u64 == LINES_A_PAGE)
        .then(|| looks.last().map(|look| ask.link(&format!("/manage/privacy?before={}", look.id))))
        .flatten();
    let action = ask.link("/manage/privacy/purge");
    let anything = due.iter().any(|due| due.people > 0);
    let due_rows: Vec<Vec<Cell>> = due.iter().map(|due| due_row(l, due)).collect();
    let due_columns = vec![
        Column::text(words::purpose(l)),
        Column::text(words::erased_data(l)),
        Column::text(words::kept_for(l)),
        Column::number(words::due_people(l)),
    ];
    let look_columns = [account::at(l), words::viewer(l), words::by_duty(l), words::at_whom(l)];
    let look_rows: Vec<Vec<Cell>> = looks.into_iter().map(|look| look_row(l, look)).collect();
    Ok(ask.refuse(status, title, move || {
        view! {
            <Breadcrumb l=l here=title/>
            <PageHead title=title lead=words::officer_lead(l)/>
            {done.map(|people| view! {
                <Alert l=l tone=Tone::Success attr:role="status">{words::purged(l, people)}</Alert>
            })}
            <h2 class="section-title">{words::due(l)}</h2>
            <p>{words::due_lead(l)}</p>
            <Table caption=words::due(l) hidden_caption=true columns=due_columns rows=due_rows/>
            {if anything {
                view! {
                    <Form l=l action=action problems=problems>
                        <Checkbox name="sure" label=words::purge_sure(l) required=true/>
                        <div class="actions"><Button look=Look::Danger>{words::purge(l)}</Button></div>
                    </Form>
                }.into_any()
            } else {
                view! { <p>{words::due_nobody(l)}</p> }.into_any()
            }}
            <h2 class="section-title">{words::looks(l)}</h2>
            {if look_rows.is_empty() {
                view! { <EmptyState title=words::looks_none(l)/> }.into_any()
            } else {
                let columns = look_columns.map(Column::text).into();
                view! { <Table caption=words::looks(l) hidden_caption=true columns=columns rows=look_rows/> }.into_any()
            }}
            {earlier.map(|href| view! {
                <div class="actions">
                    <LinkButton href=href look=Look::Tertiary>{account::earlier(l)}</LinkButton>
                </div>
            })}
        }
    }))
}

fn due_row(l: Language, due: &Due) -> Vec<Cell> {
    let data = match due.purpose {
        Purpose::Statutory => words::erases_statutory(l),
        Purpose::Necessary => words::erases_necessary(l),
        Purpose::Figures => words::erases_figures(l),
        Purpose::News => words::erases_news(l),
    };
    vec![
        say::purpose(l, due.purpose).into_any(),
        data.into_any(),
        words::years(l, due.purpose.retention_years()).into_any(),
        due.people.to_string().into_any(),
    ]
}

fn look_row(l: Language, look: Seen) -> Vec<Cell> {
    let whom = match look.at_whom {
        AtWhom::Person(name) if name.is_empty() => words::erased_person(l).to_owned(),
        AtWhom::Person(name) => name,
        AtWhom::Run(code) => words::list_of_run(l, code),
    };
    vec![
        view! { <time datetime=when::machine(look.at)>{when::moment(l, look.at)}</time> }.into_any(),
        look.viewer.into_any(),
        say::duty(l, look.duty).into_any(),
        whom.into_any(),
    ]
}
