//! Closing one's own account: what goes at once, what stays how long, and one confirming tick.

use axum::http::StatusCode;
use axum::response::Response;
use domain::account::Purpose;
use domain::privacy::{self, CloseError};
use domain::studio::call::CallError;
use leptos::prelude::*;

use crate::AppError;
use crate::ask::Ask;
use crate::ui::{
    Alert, Breadcrumb, Button, Checkbox, Crumb, Form, Input, LinkButton, Look, PageHead, Problems, Tone,
};
use crate::words::{account, privacy as words};

/// `GET /account/close`
pub async fn show(ask: Ask) -> Result<Response, AppError> {
    draw(&ask, StatusCode::OK, Problems::default())
}

/// `POST /account/close`: `sure` says that it was meant.
pub async fn submit(ask: Ask, input: Input) -> Result<Response, AppError> {
    let l = ask.language;
    let who = ask.signed_in()?;
    if !input.flag("sure") {
        let problems = Problems::one("sure", words::close_unsure(l));
        return draw(&ask, StatusCode::UNPROCESSABLE_ENTITY, problems);
    }
    match privacy::close(&ask.centre, who, words::close_reason(l)).await {
        Ok(()) => {
            ask.sign_out().await?;
            Ok(ask.see_other("/closed"))
        }
        Err(CloseError::OnDuty) => {
            draw(&ask, StatusCode::CONFLICT, Problems::one("", words::close_on_duty(l)))
        }
        Err(CloseError::Database(error)) => Err(error.into()),
        Err(CloseError::Writer(error)) => Err(error.into()),
        Err(CloseError::Call(CallError::Db(error))) => Err(error.into()),
        Err(CloseError::Call(error)) => Err(AppError::Broken(error.to_string())),
    }
}

fn draw(ask: &Ask, status: StatusCode, problems: Problems) -> Result<Response, AppError> {
    ask.signed_in()?;
    let l = ask.language;
    let title = words::close(l);
    let (action, back) = (ask.link("/account/close"), ask.link("/account"));
    let way = vec![Crumb::new(l, account::account(l), "/account")];
    let years = |purpose: Purpose| purpose.retention_years();
    Ok(ask.refuse(status, title, move || {
        view! {
            <div class="narrow">
                <Breadcrumb l=l way=way here=title/>
                <PageHead title=title lead=words::close_lead(l)/>
                <ul class="plain-list">
                    <li>{words::close_places(l)}</li>
                    <li>{words::close_sign_in(l)}</li>
                    <li>{words::close_kept(l, years(Purpose::Necessary), years(Purpose::Statutory))}</li>
                </ul>
                <Form l=l action=action problems=problems>
                    <Checkbox name="sure" label=words::close_sure(l) required=true/>
                    <div class="actions">
                        <Button look=Look::Danger>{words::close_button(l)}</Button>
                        <LinkButton href=back look=Look::Tertiary>{words::close_not(l)}</LinkButton>
                    </div>
                </Form>
            </div>
        }
    }))
}

/// `GET /closed`: says so where nobody is signed in any more.
pub async fn closed(ask: Ask) -> Response {
    let l = ask.language;
    let title = words::closed(l);
    let courses = ask.link("/courses");
    ask.page(title, move || {
        view! {
            <div class="narrow">
                <Breadcrumb l=l here=title/>
                <PageHead title=title/>
                <Alert l=l tone=Tone::Success attr:role="status">{words::closed_lead(l)}</Alert>
                <div class="actions">
                    <LinkButton href=courses look=Look::Secondary>{crate::words::ui::menu_courses(l)}</LinkButton>
                </div>
            </div>
        }
    })
}
