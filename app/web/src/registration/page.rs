//! Where people see what they may apply for and what they have applied for.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::attendance::completion::Progress;
use domain::centre::Centre;
use domain::course::entity::run;
use domain::course::store::RunView;
use domain::course::{self, Audience, Mode, RunCode, RunState, Selection, Window, window};
use domain::registration::entity::application_event;
use domain::registration::store::{self, MyCourse, Standing};
use domain::registration::{EventKind, State};
use leptos::prelude::*;
use uuid::Uuid;

use super::view::{Board, Mine, Offer};
use super::{Countdown, SeatBoard, lottery};
use crate::AppError;
use crate::ask::{Ask, with_next};
use crate::attendance::{absence, away};
use crate::ui::{
    Alert, Badge, Breadcrumb, Button, Cell, Column, Crumb, DescriptionList, EmptyState, Fact, Form, Input,
    LinkButton, Look, PageHead, Problems, Table, TextArea, Tone,
};
use crate::when;
use crate::words::{Language, registration as words};

/// A run by the code in its URL.
pub(super) async fn find_run(centre: &Centre, code: &str) -> Result<RunView, AppError> {
    let code = RunCode::parse(code).ok_or(AppError::NotFound)?;
    course::store::find_run(centre, &code).await?.ok_or(AppError::NotFound)
}

/// The part of a run's page in which one applies: how it stands, the countdown, the seats. `refused` is a sentence
/// about what was just tried.
pub async fn part(ask: &Ask, run: &run::Model, refused: Option<String>) -> Result<AnyView, AppError> {
    let viewer = ask.viewer.as_ref().map(domain::account::SignedIn::id);
    let standing = store::standing(&ask.centre, run.id, viewer).await?.ok_or(AppError::NotFound)?;
    let seated = standing.mine.as_ref().is_some_and(|mine| mine.seat.is_some());
    // Where places are given by approval, a seat is chosen after the yes.
    let draws = standing.book.selection == Selection::Lottery;
    // Nor does a draw ask for one.
    let asks_first = standing.book.selection == Selection::Approval || standing.book.awaits_draw();
    let plan = match asks_first {
        true if !seated => std::sync::Arc::default(),
        _ => store::plan(&ask.centre, run, &standing.book).await?,
    };
    let l = ask.language;
    let now = ask.centre.clock().now();
    let can = Can::of(ask, &standing, now);
    let of_draw = if draws { Some(lottery::notice(ask, run, &standing).await?) } else { None };
    let in_draw = if draws { lottery::own(ask, &standing).await? } else { None };
    let draw_form =
        matches!(can, Can::Draw).then(|| lottery::form(l, &run.code, ask.centre.clock().id().to_string()));
    let awaits_draw = standing.book.awaits_draw();
    let board = Board {
        path: format!("/courses/{}", run.code),
        plan: std::sync::Arc::unwrap_or_clone(plan),
        capacity: standing.book.capacity,
        snapshot: standing.book.snapshot(),
        offer: can.offer(ask, standing.book.mode),
        mine: standing.mine.map(|mine| mine_view(l, mine)),
    };
    let phone = ask.centre.settings().phone.clone();
    let sign_in = ask.link(&with_next("/sign-in", &format!("/courses/{}", run.code)));
    let lead = match can {
        Can::SignIn => view! {
            <p>{words::sign_in_first(l)}</p>
            <LinkButton href=sign_in>{words::sign_in_and_apply(l)}</LinkButton>
        }
        .into_any(),
        Can::Not(sentence) => view! { <p>{sentence}</p> }.into_any(),
        Can::Draw => draw_form.into_any(),
        Can::AtDesk => view! { <p>{words::at_desk_only(l, phone)}</p> }.into_any(),
        Can::Apply | Can::Change | Can::Wait => ().into_any(),
    };
    let left = run.apply_from.map_or(0, |from| (from - now).num_milliseconds());
    let milliseconds = u64::try_from(left).unwrap_or_default();
    let soon =
        window(run.apply_from, run.apply_until, now) == Window::Soon && run.state == RunState::Published;
    Ok(view! {
        <section class="registration" aria-labelledby="registration-title">
            <h2 id="registration-title">{words::title(l)}</h2>
            {refused.map(|sentence| view! {
                <div role="alert" tabindex="-1" autofocus><Alert l=l tone=Tone::Danger><p>{sentence}</p></Alert></div>
            })}
            {soon.then(|| view! { <Countdown l=l milliseconds=milliseconds/> })}
            {of_draw}
            {in_draw}
            {lead}
            {(!awaits_draw).then(|| view! { <SeatBoard l=l board=board/> })}
        </section>
    }
    .into_any())
}

/// What the viewer may do on a run's page.
enum Can {
    Apply,
    /// Enters the list of a draw.
    Draw,
    Change,
    /// Has applied, holds no seat to change.
    Wait,
    SignIn,
    AtDesk,
    Not(String),
}

impl Can {
    fn of(ask: &Ask, standing: &Standing, now: chrono::DateTime<chrono::Utc>) -> Self {
        let (l, book) = (ask.language, &standing.book);
        let over = book.meets.last().is_none_or(|(_, end)| *end <= now);
        if let Some(mine) = &standing.mine {
            let may_change = mine.state == State::Booked && mine.seat.is_some() && !over;
            return if may_change { Self::Change } else { Self::Wait };
        }
        if book.state == RunState::Cancelled {
            return Self::Not(words::refused_run_cancelled(l).into());
        }
        if book.begins().is_none_or(|begins| begins <= now) {
            return Self::Not(words::refused_begun(l).into());
        }
        match window(book.apply_from, book.apply_until, now) {
            Window::Closed if book.awaits_draw() => {
                let after = book.draws_after().map(|after| when::moment(l, after)).unwrap_or_default();
                Self::Not(crate::words::draw::awaited(l, after))
            }
            Window::Unset | Window::Closed => Self::Not(words::refused_closed(l).into()),
            _ if book.selection == Selection::Lottery && book.lottery.is_none() => {
                Self::Not(crate::words::draw::not_ready(l, &ask.centre.settings().phone))
            }
            _ if book.selection == Selection::Staged => Self::AtDesk,
            Window::Soon | Window::Open => match &ask.viewer {
                None => Self::SignIn,
                Some(viewer) if book.audience == Audience::Staff && !viewer.is_staff() => {
                    Self::Not(words::refused_staff_only(l).into())
                }
                Some(_) if book.awaits_draw() => Self::Draw,
                Some(_) => Self::Apply,
            },
        }
    }

    fn offer(&self, ask: &Ask, mode: Mode) -> Offer {
        match self {
            Self::Apply => {
                Offer::Apply { key: ask.centre.clock().id().to_string(), online: mode == Mode::Both }
            }
            Self::Change => Offer::Change,
            _ => Offer::Look,
        }
    }
}

pub(super) fn mine_view(l: Language, mine: store::Mine) -> Mine {
    Mine {
        path: format!("/my/{}", mine.id),
        state: mine.state,
        seat: mine.seat,
        rank: mine.rank,
        until: mine.offer_until.map(|until| when::moment(l, until)),
    }
}

/// `GET /my`: everything one has applied for, what needs doing first.
pub async fn list(ask: Ask) -> Result<Response, AppError> {
    draw_list(&ask, StatusCode::OK, None).await
}

/// `refused` is an appeal that was sent from it and isn't taken.
pub(crate) async fn draw_list(
    ask: &Ask,
    status: StatusCode,
    refused: Option<absence::Refused>,
) -> Result<Response, AppError> {
    let l = ask.language;
    let mut courses = store::list_mine(&ask.centre, ask.signed_in()?).await?;
    courses.sort_by_key(|course| {
        (course.application.state != State::Offered, !course.application.state.is_live())
    });
    let surveys = crate::attendance::open_surveys(ask, &courses).await?;
    let absences = absence::Part::load(ask, refused).await?;
    let lessons = crate::lesson::begun(ask).await?;
    let standings = crate::attendance::standings(ask).await?;
    let is_staff = ask.signed_in()?.is_staff();
    Ok(ask.refuse(status, words::my_courses(l), move || {
        let standing = |course: &MyCourse| standings.get(&course.application.id);
        let rows: Vec<Vec<Cell>> = courses.iter().map(|course| my_row(l, course, standing(course))).collect();
        let columns = [words::course(l), words::state(l), words::seat(l), words::dates(l)].map(Column::text);
        view! {
            <Breadcrumb l=l here=words::my_courses(l)/>
            <PageHead title=words::my_courses(l) lead=words::my_lead(l)>
                <LinkButton href=l.path("/code") look=Look::Tertiary small=true>{crate::words::attendance::code_page(l)}</LinkButton>
                {is_staff.then(|| view! {
                    <LinkButton href=l.path("/my/learning") look=Look::Tertiary small=true>{crate::words::paper::mine(l)}</LinkButton>
                })}
            </PageHead>
            {if rows.is_empty() {
                view! {
                    <EmptyState title=words::my_empty(l)>
                        <LinkButton href=l.path("/courses")>{crate::words::ui::menu_courses(l)}</LinkButton>
                    </EmptyState>
                }.into_any()
            } else {
                view! { <Table caption=words::my_courses(l) hidden_caption=true columns=columns.into() rows=rows/> }.into_any()
            }}
            {surveys}
            {absences.map(|absences| absences.draw(l))}
            {lessons}
        }
    }))
}

fn my_row(l: Language, course: &MyCourse, standing: Option<&Progress>) -> Vec<Cell> {
    let rate = crate::attendance::rate_of(l, standing);
    let href = l.path(&format!("/my/{}", course.application.id));
    let title = format!("{} ({})", title_of(l, course), course.run.code);
    vec![
        view! { <a href=href>{title}</a> }.into_any(),
        view! {
            <Badge tone=tone(course.application.state) text=state_word(l, course.run.selection, course.application.state, course.rank)/>
            {rate.map(|rate| view! { " " <span>{rate}</span> })}
        }
        .into_any(),
        course.seat.clone().unwrap_or_else(|| "–".into()).into_any(),
        dates_of(l, course).into_any(),
    ]
}

pub(super) fn title_of(l: Language, course: &MyCourse) -> String {
    crate::course::title(l, &course.course)
}

fn dates_of(l: Language, course: &MyCourse) -> String {
    match (course.begins, course.ends) {
        (Some(begins), Some(ends)) => when::days(l, domain::seoul::day(begins), domain::seoul::day(ends)),
        _ => "–".into(),
    }
}

fn tone(state: State) -> Tone {
    match state {
        State::Booked => Tone::Success,
        State::Offered => Tone::Warning,
        State::Waiting | State::Asked => Tone::Information,
        State::Declined | State::Cancelled | State::Lapsed => Tone::Neutral,
    }
}

pub(super) fn state_word(l: Language, selection: Selection, state: State, rank: Option<u32>) -> String {
    match (state, rank) {
        (State::Asked, _) if selection == Selection::Lottery => crate::words::draw::state_asked(l).into(),
        (State::Waiting, Some(rank)) => words::state_waiting_rank(l, rank),
        (State::Waiting, None) => words::state_waiting(l).into(),
        (State::Asked, _) => words::state_asked(l).into(),
        (State::Offered, _) => words::state_offered(l).into(),
        (State::Booked, _) => words::state_booked(l).into(),
        (State::Declined, _) => words::state_declined(l).into(),
        (State::Cancelled, _) => words::state_cancelled(l).into(),
        (State::Lapsed, _) => words::state_lapsed(l).into(),
    }
}

/// `GET /my/{application}`
pub async fn detail(ask: Ask, Path(application): Path<Uuid>) -> Result<Response, AppError> {
    draw_detail(&ask, application, StatusCode::OK, Input::default(), Problems::default()).await
}

/// One application: how it stands, what to do now, how it came about.
pub(super) async fn draw_detail(
    ask: &Ask,
    application: Uuid,
    status: StatusCode,
    input: Input,
    problems: Problems,
) -> Result<Response, AppError> {
    draw(ask, application, status, (input, problems), away::Sent::default()).await
}

/// The same, where what was sent from it is that one won't come to a class.
pub(crate) async fn draw_away(
    ask: &Ask,
    application: Uuid,
    status: StatusCode,
    sent: away::Sent,
) -> Result<Response, AppError> {
    draw(ask, application, status, Default::default(), sent).await
}

async fn draw(
    ask: &Ask,
    application: Uuid,
    status: StatusCode,
    (input, problems): (Input, Problems),
    sent: away::Sent,
) -> Result<Response, AppError> {
    let l = ask.language;
    let mine =
        store::find_mine(&ask.centre, ask.signed_in()?, application).await?.ok_or(AppError::NotFound)?;
    let now = ask.centre.clock().now();
    let over = mine.ends.is_some_and(|ends| ends <= now);
    let late = mine.run.cancel_until.or(mine.begins).is_some_and(|deadline| deadline <= now);
    let title = title_of(l, &mine);
    let draw = lottery::Part::load(ask, &mine).await?;
    let code = draw.as_ref().map(|draw| draw.fact(l));
    let number = crate::attendance::check_in_number(ask, &mine).await?;
    let number = number.map(|digits| Fact::new(crate::words::check_in::own_number(l), digits));
    let completion = crate::attendance::standing_part(ask, application).await?;
    let run_page = ask.link(&format!("/courses/{}", mine.run.code));
    let address = ask.link(&format!("/my/{application}"));
    // What concerns no field of the form for cancelling is said above everything.
    let refused = problems.of("").map(str::to_owned);
    let problems = if refused.is_some() { Problems::default() } else { problems };
    let away = away::Part::load(ask, &mine, sent).await?;
    Ok(ask.refuse(status, &title.clone(), move || {
        let live = mine.application.state.is_live();
        let watches = mine.application.state == State::Booked && mine.run.mode != Mode::InPerson && !over;
        let history = history_table(l, &mine);
        view! {
            <Breadcrumb l=l way=vec![Crumb::new(l, words::my_courses(l), "/my")] here=title.clone()/>
            <PageHead title=title.clone()/>
            {refused.map(|sentence| view! {
                <div role="alert" tabindex="-1" autofocus><Alert l=l tone=Tone::Danger><p>{sentence}</p></Alert></div>
            })}
            <div role="status">{standing(l, &mine, draw.as_ref())}</div>
            {(mine.application.state == State::Offered).then(|| view! {
                <Form l=l action=format!("{address}/accept")><Button>{words::accept(l)}</Button></Form>
            })}
            <DescriptionList items=facts(l, &mine).into_iter().chain(code).chain(number).collect()/>
            <div class="page-actions">
                {watches.then(|| view! {
                    <LinkButton href=l.path("/live")>{crate::words::broadcast::to_live(l)}</LinkButton>
                })}
                <LinkButton href=run_page look=Look::Secondary>
                    {if live && mine.seat.is_some() && !over { words::see_run_and_change(l) } else { words::see_run(l) }}
                </LinkButton>
            </div>
            {completion}
            {away.map(|away| away.draw(l))}
            {(live && !over).then(|| view! {
                <section aria-labelledby="cancel-title">
                    <h2 id="cancel-title">{if late { words::leave(l) } else { words::cancel(l) }}</h2>
                    <p>{if late { words::cancel_late(l) } else { words::cancel_free(l) }}</p>
                    <Form l=l action=format!("{address}/cancel") input=input problems=problems>
                        {late.then(|| view! {
                            <TextArea name="reason" label=words::reason(l) required=true rows=3 maxlength=300/>
                        })}
                        <Button look=Look::Danger>{if late { words::leave(l) } else { words::cancel(l) }}</Button>
                    </Form>
                </section>
            })}
            <h2>{words::history(l)}</h2>
            {history}
        }
    }))
}

fn standing(l: Language, mine: &MyCourse, draw: Option<&lottery::Part>) -> impl IntoView + use<> {
    let sentence = match (mine.application.state, mine.seat.clone()) {
        (State::Booked, Some(seat)) => words::standing_seat(l, seat),
        (State::Booked, None) => words::standing_admitted(l).into(),
        (State::Offered, _) => {
            let until = mine.application.offer_until.map(|until| when::moment(l, until));
            words::standing_offered(l, until.unwrap_or_default())
        }
        (State::Waiting, _) => words::standing_waiting(l, mine.rank.unwrap_or_default()),
        (State::Asked, _) => {
            draw.and_then(|draw| draw.standing(l)).unwrap_or_else(|| words::standing_asked(l).into())
        }
        (State::Declined, _) => words::standing_declined(l).into(),
        (State::Cancelled, _) => words::standing_cancelled(l).into(),
        (State::Lapsed, _) => words::standing_lapsed(l).into(),
    };
    view! { <Alert l=l tone=tone(mine.application.state)><p>{sentence}</p></Alert> }
}

pub(super) fn facts(l: Language, mine: &MyCourse) -> Vec<Fact> {
    let mut facts = vec![
        Fact::new(words::run_code(l), mine.run.code.clone()),
        Fact::new(words::dates(l), dates_of(l, mine)),
    ];
    if let Some(begins) = mine.begins {
        facts.push(Fact::new(words::first_class(l), when::moment(l, begins)));
    }
    if let Some(space) = &mine.space {
        let name = space.name_in(l).to_owned();
        let href = l.path(&format!("/places/{}", space.code));
        facts.push(Fact::new(words::place(l), view! { <a href=href>{name}</a> }));
    }
    if let Some(seat) = &mine.seat {
        facts.push(Fact::new(words::seat(l), seat.clone()));
    }
    facts.push(Fact::new(words::applied_at(l), when::moment(l, mine.application.applied_at)));
    facts
}

/// How an application came about.
pub(super) fn history_table(l: Language, mine: &MyCourse) -> impl IntoView + use<> {
    let rows: Vec<Vec<Cell>> =
        mine.history.iter().map(|event| history_row(l, mine.run.selection, event)).collect();
    let columns = [words::at(l), words::what(l), words::seat(l), words::reason(l)].map(Column::text);
    view! { <Table caption=words::history(l) hidden_caption=true columns=columns.into() rows=rows/> }
}

fn history_row(l: Language, selection: Selection, event: &application_event::Model) -> Vec<Cell> {
    let what = match event.kind {
        EventKind::Asked if selection == Selection::Lottery => crate::words::draw::event_asked(l),
        EventKind::Asked => words::event_asked(l),
        EventKind::Waiting => words::event_waiting(l),
        EventKind::Booked => words::event_booked(l),
        EventKind::Promoted => words::event_promoted(l),
        EventKind::Offered => words::event_offered(l),
        EventKind::Accepted => words::event_accepted(l),
        EventKind::Lapsed => words::event_lapsed(l),
        EventKind::Moved => words::event_moved(l),
        EventKind::Approved => words::event_approved(l),
        EventKind::Declined => words::event_declined(l),
        EventKind::Cancelled => words::event_cancelled(l),
    };
    let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".into()).into_any();
    vec![when::moment(l, event.at).into_any(), what.into_any(), or_dash(&event.seat), or_dash(&event.reason)]
}
