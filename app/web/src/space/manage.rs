//! Arranging the seats of a room, for administrators. Nobody loses a seat to it.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::account::Administrator;
use domain::space::entity::space;
use domain::space::plan::{self as plans, PlanError};
use domain::space::store::{Tree, plan_of};
use domain::space::{PlanSeat, RoomPlan, SeatCode, SeatPlan, SpaceKind};
use leptos::prelude::*;

use super::plan;
use crate::AppError;
use crate::ask::Ask;
use crate::ui::{
    Alert, Breadcrumb, Button, Cell, Checkbox, Column, Crumb, EmptyState, Form, Input, LinkButton, Look,
    PageHead, Problems, Query, Table, TextInput, Tone,
};
use crate::words::{Language, place, space as words};

/// The largest number of a row or of a place in it.
const SIDE: u16 = 40;

/// The longest reason for a seat being out of service.
const REASON: usize = 100;

/// `GET /manage/places`: every space, with its rules and, where it has seats, its plan.
pub async fn list(ask: Ask) -> Result<Response, AppError> {
    let l = ask.language;
    ask.signed_in()?.administrator()?;
    let tree = Tree::load(ask.centre.database()).await?;
    let seats = domain::space::store::seats_in_service(ask.centre.database(), &tree).await?;
    Ok(ask.page(words::places(l), move || {
        let row = |room: &space::Model| -> Vec<Cell> {
            let href = l.path(&format!("/manage/places/{}", room.code));
            let plan = (room.kind == SpaceKind::Classroom).then(|| {
                let count = seats.get(&room.id).copied().unwrap_or_default();
                view! { <a href=l.path(&plan_path(&room.code))>{place::seat_count(l, count)}</a> }.into_any()
            });
            vec![
                view! { <a href=href>{room.name_in(l).to_owned()}</a> }.into_any(),
                plan.unwrap_or_else(|| "–".into_any()),
            ]
        };
        let rows: Vec<Vec<Cell>> = tree.all().iter().map(row).collect();
        let columns = vec![Column::text(place::name(l)), Column::number(place::seats(l))];
        view! {
            <Breadcrumb l=l here=words::places(l)/>
            <PageHead title=words::places(l) lead=words::places_lead(l)>
                <LinkButton href=l.path("/manage/things") look=Look::Tertiary small=true>{words::things(l)}</LinkButton>
            </PageHead>
            {if rows.is_empty() {
                view! { <EmptyState title=place::empty(l)/> }.into_any()
            } else {
                view! { <Table caption=words::places(l) hidden_caption=true columns=columns rows=rows/> }.into_any()
            }}
        }
    }))
}

fn plan_path(code: &str) -> String {
    format!("/manage/places/{code}/plan")
}

/// How the page is drawn this time.
#[derive(Default)]
struct Drawn {
    status: StatusCode,
    /// The seat whose form is shown.
    seat: Option<String>,
    /// What was typed into it, or into the form of a new one, with what was wrong.
    sent: Option<(Input, Problems)>,
    done: Option<&'static str>,
}

/// `GET /manage/places/{code}/plan?seat=`: the plan, and the form of one of its seats.
pub async fn page(ask: Ask, Path(code): Path<String>, Query(query): Query) -> Result<Response, AppError> {
    let l = ask.language;
    let done = match query.text("done") {
        "added" => Some(words::done_added(l)),
        "changed" => Some(words::done_changed(l)),
        "removed" => Some(words::done_removed(l)),
        _ => None,
    };
    let seat = Some(query.text("seat").to_owned()).filter(|seat| !seat.is_empty());
    draw(&ask, &code, Drawn { seat, done, ..Drawn::default() }).await
}

/// `POST /manage/places/{code}/plan`: a new seat.
pub async fn add(ask: Ask, Path(code): Path<String>, input: Input) -> Result<Response, AppError> {
    let (administrator, room) = find(&ask, &code).await?;
    let answer = match parse(ask.language, &input) {
        Ok(seat) => plans::add_seat(&ask.centre, &administrator, room.id, &seat).await,
        Err(problems) => {
            return refuse(&ask, &code, None, input, StatusCode::UNPROCESSABLE_ENTITY, problems).await;
        }
    };
    finish(&ask, &code, None, input, "added", answer).await
}

/// `POST /manage/places/{code}/plan/{seat}`: `act` is `change` or `remove`.
pub async fn change(
    ask: Ask,
    Path((code, seat)): Path<(String, String)>,
    input: Input,
) -> Result<Response, AppError> {
    let (administrator, room) = find(&ask, &code).await?;
    let which = SeatCode::parse(&seat).ok_or(AppError::NotFound)?;
    let (done, answer) = match (input.text("act"), parse(ask.language, &input)) {
        ("remove", _) => ("removed", plans::remove_seat(&ask.centre, &administrator, room.id, &which).await),
        ("change", Ok(wanted)) => {
            ("changed", plans::change_seat(&ask.centre, &administrator, room.id, &which, &wanted).await)
        }
        ("change", Err(problems)) => {
            return refuse(&ask, &code, Some(seat), input, StatusCode::UNPROCESSABLE_ENTITY, problems).await;
        }
        _ => return Err(AppError::BadRequest),
    };
    finish(&ask, &code, Some(seat), input, done, answer).await
}

async fn find(ask: &Ask, code: &str) -> Result<(Administrator, space::Model), AppError> {
    let administrator = ask.signed_in()?.administrator()?;
    let tree = Tree::load(ask.centre.database()).await?;
    let room = tree.by_code(code).filter(|space| space.kind == SpaceKind::Classroom);
    Ok((administrator, room.ok_or(AppError::NotFound)?.clone()))
}

async fn finish(
    ask: &Ask,
    code: &str,
    seat: Option<String>,
    input: Input,
    done: &str,
    answer: Result<(), PlanError>,
) -> Result<Response, AppError> {
    let l = ask.language;
    let conflict = StatusCode::CONFLICT;
    let (status, problems) = match answer {
        Ok(()) => return Ok(ask.see_other(&format!("{}?done={done}", plan_path(code)))),
        Err(PlanError::Db(error)) => return Err(error.into()),
        Err(PlanError::NotFound) => return Err(AppError::NotFound),
        Err(PlanError::InParts) => (conflict, Problems::one("", words::refused_in_parts(l))),
        Err(PlanError::CodeTaken) => (conflict, Problems::one("code", words::refused_code_taken(l))),
        Err(PlanError::PositionTaken) => {
            (conflict, Problems::one("position", words::refused_position_taken(l)))
        }
        Err(PlanError::Held) => (conflict, Problems::one("", words::refused_held(l))),
        Err(PlanError::InRecord) => (conflict, Problems::one("", words::refused_in_record(l))),
    };
    refuse(ask, code, seat, input, status, problems).await
}

async fn refuse(
    ask: &Ask,
    code: &str,
    seat: Option<String>,
    input: Input,
    status: StatusCode,
    problems: Problems,
) -> Result<Response, AppError> {
    draw(ask, code, Drawn { status, seat, sent: Some((input, problems)), done: None }).await
}

fn parse(l: Language, input: &Input) -> Result<PlanSeat, Problems> {
    let mut problems = Problems::default();
    let code = SeatCode::parse(input.text("code"));
    if code.is_none() {
        problems.add("code", words::wrong_code(l));
    }
    let side = |name: &str| {
        let text = input.text(name);
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|number: &u16| digits && (1..=SIDE).contains(number))
    };
    let (line, position) = (side("line"), side("position"));
    for (name, number) in [("line", line), ("position", position)] {
        if number.is_none() {
            problems.add(name, words::wrong_number(l, SIDE));
        }
    }
    let reason = input.text("out_of_service");
    if reason.chars().count() > REASON || reason.chars().any(char::is_control) {
        problems.add("out_of_service", words::wrong_reason(l, REASON));
    }
    match (code, line, position) {
        (Some(code), Some(line), Some(position)) if problems.is_empty() => Ok(PlanSeat {
            code,
            line,
            position,
            accessible: input.flag("accessible"),
            out_of_service: Some(reason.to_owned()).filter(|reason| !reason.is_empty()),
        }),
        _ => Err(problems),
    }
}

async fn draw(ask: &Ask, code: &str, drawn: Drawn) -> Result<Response, AppError> {
    let l = ask.language;
    let (_, room) = find(ask, code).await?;
    let plan = plan_of(ask.centre.database(), &room).await?;
    let in_parts = plan.rooms.iter().any(|part| part.code.as_str() != room.code);
    let chosen = match &drawn.seat {
        Some(code) if !in_parts => {
            Some(plan.seats().find(|seat| seat.code.as_str() == code).ok_or(AppError::NotFound)?.clone())
        }
        _ => None,
    };
    let title = words::plan_of(l, room.name_in(l));
    Ok(ask.refuse(drawn.status, &title.clone(), move || {
        let (input, problems) = drawn.sent.unwrap_or_default();
        let form = match chosen {
            _ if in_parts => view! {
                <Alert l=l tone=Tone::Information><p>{words::refused_in_parts(l)}</p></Alert>
            }
            .into_any(),
            Some(seat) => seat_form(l, &room, Some(&seat), input, problems).into_any(),
            None => seat_form(l, &room, None, input, problems).into_any(),
        };
        view! {
            <Breadcrumb l=l way=vec![Crumb::new(l, words::places(l), "/manage/places")] here=title.clone()/>
            <PageHead title=title lead=words::plan_lead(l)/>
            {drawn.done.map(|done| view! {
                <div role="status"><Alert l=l tone=Tone::Success><p>{done}</p></Alert></div>
            })}
            {drawing(l, &plan)}
            {form}
        }
    }))
}

/// The plan; each seat leads to its form.
fn drawing(l: Language, plan: &SeatPlan) -> AnyView {
    if plan.rooms.is_empty() {
        return view! { <EmptyState title=words::no_seats(l)/> }.into_any();
    }
    let draw = |(index, room): (usize, &RoomPlan)| {
        let code = room.code.as_str().to_owned();
        plan::room(l, index, room, move |seat| seat_link(l, &code, seat))
    };
    let rooms: Vec<_> = plan.rooms.iter().enumerate().map(draw).collect();
    view! {
        <h2 class="section-title">{place::plan(l)}</h2>
        <p>{place::plan_count(l, plan.in_service())}</p>
        <div class="seat-plan">
            {plan::legend(l, plan::marks_at_rest(l))}
            {plan::tabs(l, &plan.rooms, None)}
            <div class="seat-rooms">{rooms}</div>
        </div>
    }
    .into_any()
}

fn seat_link(l: Language, room: &str, seat: &PlanSeat) -> AnyView {
    let (mark, word) = plan::at_rest(l, seat);
    let code = seat.code.as_str().to_owned();
    let href = l.path(&format!("{}?seat={code}#seat-title", plan_path(room)));
    let label = words::change_seat(l, &code, word);
    view! { <a class=mark.class() href=href aria-label=label>{mark.sign()} <span aria-hidden="true">{code}</span></a> }
        .into_any()
}

/// The form of a seat that is there, or of a new one.
fn seat_form(
    l: Language,
    room: &space::Model,
    seat: Option<&PlanSeat>,
    input: Input,
    problems: Problems,
) -> impl IntoView + use<> {
    let plan = plan_path(&room.code);
    let action = seat.map_or_else(|| plan.clone(), |seat| format!("{plan}/{}", seat.code.as_str()));
    let title = seat
        .map_or_else(|| words::add_title(l).to_owned(), |seat| words::change_title(l, seat.code.as_str()));
    let input = match seat {
        Some(seat) if input == Input::default() => {
            let accessible = seat.accessible.then(|| ("accessible", "yes".to_owned()));
            let fields = [
                ("code", seat.code.as_str().to_owned()),
                ("line", seat.line.to_string()),
                ("position", seat.position.to_string()),
                ("out_of_service", seat.out_of_service.clone().unwrap_or_default()),
            ];
            Input::new(fields.into_iter().chain(accessible))
        }
        _ => input,
    };
    let stays = seat.is_some();
    view! {
        <section aria-labelledby="seat-title">
            <h2 class="section-title" id="seat-title">{title}</h2>
            <Form l=l action=l.path(&action) input=input problems=problems>
                <TextInput name="code" label=words::code(l) hint=words::code_hint(l) required=true short=true maxlength=12/>
                <TextInput name="line" label=words::line(l) hint=words::line_hint(l) inputmode="numeric" required=true short=true maxlength=2/>
                <TextInput name="position" label=words::position(l) hint=words::position_hint(l) inputmode="numeric" required=true short=true maxlength=2/>
                <Checkbox name="accessible" label=place::wheelchair_seat(l)/>
                <TextInput name="out_of_service" label=words::out_of_service(l) hint=words::out_of_service_hint(l) maxlength=100/>
                {if stays {
                    view! {
                        <div class="actions">
                            <Button attr:name="act" attr:value="change">{words::save(l)}</Button>
                            <Button look=Look::Danger attr:name="act" attr:value="remove">{words::remove(l)}</Button>
                            <LinkButton href=l.path(&plan) look=Look::Tertiary>{words::another(l)}</LinkButton>
                        </div>
                    }.into_any()
                } else {
                    view! { <Button>{words::add(l)}</Button> }.into_any()
                }}
            </Form>
        </section>
    }
}
