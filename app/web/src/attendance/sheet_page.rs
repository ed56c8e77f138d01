//! The sheets of the day, and one sheet: as a page, as forms and as what its island asks for.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use domain::account::{Denied, Duty, RunEditor, mask_name};
use domain::attendance::completion::closed_at;
use domain::attendance::entity::{mark, mark_event};
use domain::attendance::sheet::{self, Attendee, AttendeeStanding, MarkError, MarkRefusal, SentMark, Sheet};
use domain::attendance::{Arrival, Mark, MarkTime, Presence, missed_at};
use domain::course::RunCode;
use domain::course::entity::{class_session, course, run};
use domain::course::store::find_course;
use domain::registration::store::{plan, standing};
use domain::registration::{Book, Entry, State};
use domain::seoul;
use domain::space::{RoomPlan, SeatCode};
use leptos::prelude::*;
use uuid::Uuid;

use super::page::no_store;
use super::sheet::{
    Answered, AttendanceSheet, Contest, Posted, SheetLine, SheetPerson, SheetState, SheetTime,
};
use crate::AppError;
use crate::ask::{Ask, InPlace};
use crate::registration::reason;
use crate::ui::{
    Alert, Badge, Breadcrumb, Crumb, EmptyState, Fact, Input, LinkButton, Look, PageHead, Query,
    StructuredItem, StructuredList, Tone,
};
use crate::when;
use crate::words::{Language, broadcast, check_in, registration, seats as seat_words, sheet as words};

/// `GET /sheets?day=2021-03-03`: the classes of a day, an instructor's own or, for the office, all.
pub async fn list(ask: Ask, Query(query): Query) -> Result<Response, AppError> {
    let l = ask.language;
    let viewer = ask.signed_in()?;
    let manages = viewer.training_manager().is_ok();
    if !manages && !viewer.has(Duty::Instructor) {
        return Err(Denied.into());
    }
    let today = seoul::day(ask.centre.clock().now());
    let day = query.text("day").parse::<NaiveDate>().unwrap_or(today);
    let span = (seoul::midnight(day), seoul::midnight(day + Days::new(1)));
    let of = (!manages).then(|| viewer.id());
    let mut classes = Vec::new();
    for (class, run) in sheet::list_classes(&ask.centre, span, of).await? {
        let course = find_course(ask.centre.database(), run.course_id).await?.ok_or(AppError::NotFound)?;
        classes.push((class, run, course));
    }
    let title = words::sheets(l);
    Ok(ask.page(title, || {
        let items: Vec<_> = classes.into_iter().map(|(class, run, course)| item(&ask, &class, &run, &course)).collect();
        let near = |days: i64, label: String| {
            let day = day + TimeDelta::days(days);
            view! { <LinkButton href=l.path(&format!("/sheets?day={day}")) look=Look::Tertiary small=true>{label}</LinkButton> }
        };
        view! {
            <Breadcrumb l=l here=title/>
            <PageHead title=title lead=when::day(l, day)/>
            <nav class="actions" aria-label=words::days(l)>
                {near(-1, words::day_before(l).to_owned())}
                {(day != today).then(|| view! {
                    <LinkButton href=l.path("/sheets") look=Look::Tertiary small=true>{words::today(l)}</LinkButton>
                })}
                {near(1, words::day_after(l).to_owned())}
            </nav>
            {if items.is_empty() {
                view! { <EmptyState title=words::no_classes(l)><p>{words::no_classes_lead(l)}</p></EmptyState> }.into_any()
            } else {
                view! { <StructuredList>{items}</StructuredList> }.into_any()
            }}
        }
    }))
}

fn item(
    ask: &Ask,
    class: &class_session::Model,
    run: &run::Model,
    course: &course::Model,
) -> impl IntoView + use<> {
    let l = ask.language;
    let title = broadcast::title_of_class(l, crate::course::title(l, course), class.number);
    let facts = vec![
        Fact::new(words::when(l), when::span(l, class.starts_at, class.ends_at)),
        Fact::new(words::instructor(l), run.instructor.clone()),
    ];
    let now = ask.centre.clock().now();
    let goes_on = class.starts_at <= now && now < class.ends_at;
    let badge = goes_on.then(|| view! { <Badge tone=Tone::Success text=words::goes_on(l)/> });
    view! { <StructuredItem href=l.path(&address(run, class)) title=title items=facts badges=badge.into_any()/> }
}

pub(crate) fn address(run: &run::Model, class: &class_session::Model) -> String {
    format!("/sheets/{}/{}", run.code, class.number)
}

/// A class whose sheet whoever asks may mark.
pub(super) struct Opened {
    pub run: run::Model,
    pub class: class_session::Model,
    pub by: RunEditor,
}

impl Opened {
    pub async fn find(ask: &Ask, code: &str, number: i32) -> Result<Self, AppError> {
        let viewer = ask.signed_in()?;
        let code = RunCode::parse(code).ok_or(AppError::NotFound)?;
        let (run, class) = sheet::find_class(&ask.centre, &code, number).await?.ok_or(AppError::NotFound)?;
        let by = viewer.editor_of(run.id, run.instructor_id)?;
        Ok(Self { run, class, by })
    }

    pub fn path(&self) -> String {
        address(&self.run, &self.class)
    }

    async fn state(&self, ask: &Ask) -> Result<SheetState, AppError> {
        let standings = sheet::read_standings(&ask.centre, &self.class).await?;
        let is_closed = closed_at(ask.centre.database(), self.run.id).await?.is_some();
        let lines = standings.iter().map(|(id, standing)| (*id, line(standing))).collect();
        let places = match standing(&ask.centre, self.run.id, None).await? {
            Some(standing) => places(&standing.book),
            None => BTreeMap::new(),
        };
        Ok(SheetState {
            lines,
            places,
            time: time(ask, sheet::time_for_marks(&ask.centre, &self.class), is_closed),
        })
    }

    /// The mark that a presence with so many missed minutes means, in this class, for one who comes or goes then.
    fn mark(
        &self,
        presence: Presence,
        missed: Option<u32>,
        (made_at, tolerated): (DateTime<Utc>, u32),
    ) -> Mark {
        let length =
            u32::try_from((self.class.ends_at - self.class.starts_at).num_minutes()).unwrap_or(u32::MAX);
        let now = || missed_at(presence, (self.class.starts_at, self.class.ends_at), made_at, tolerated);
        Mark::new(presence, missed.map_or_else(now, |missed| missed.min(length)))
    }
}

/// Who has a place, and the seat they have.
fn places(book: &Book) -> BTreeMap<Uuid, Option<SeatCode>> {
    let seat = |entry: &Entry| book.seat_code(entry.place).and_then(|code| SeatCode::parse(&code));
    let booked = book.live.iter().filter(|(_, entry)| entry.state == State::Booked);
    booked.map(|(_, entry)| (entry.id, seat(entry))).collect()
}

fn time(ask: &Ask, time: MarkTime, is_closed: bool) -> SheetTime {
    match time {
        _ if is_closed => SheetTime::Closed,
        MarkTime::Early { from } => SheetTime::Early { from: when::moment(ask.language, from) },
        MarkTime::Open => SheetTime::Open,
        MarkTime::Late => SheetTime::Late,
    }
}

fn line(standing: &AttendeeStanding) -> SheetLine {
    let contest = |event: &mark_event::Model| Contest { mark: event.mark(), made: when::time(event.made_at) };
    SheetLine {
        mark: standing.mark.as_ref().map(|row: &mark::Model| (row.mark(), row.way)),
        contest: standing.overtaken.as_ref().map(contest),
        notice: standing.notice.is_some(),
    }
}

fn sentence(l: Language, refusal: MarkRefusal) -> (StatusCode, String) {
    match refusal {
        MarkRefusal::NoClass => (StatusCode::NOT_FOUND, words::refused_no_class(l).into()),
        MarkRefusal::Early(from) => (StatusCode::CONFLICT, words::early(l, when::moment(l, from))),
        MarkRefusal::Late => (StatusCode::CONFLICT, words::late(l).into()),
        MarkRefusal::Closed => (StatusCode::CONFLICT, words::closed(l).into()),
    }
}

/// Why marks weren't taken, with its status.
fn refused<T>(l: Language, answer: Result<T, MarkError>) -> Result<Option<(StatusCode, String)>, AppError> {
    match answer {
        Ok(_) => Ok(None),
        Err(MarkError::Refused(refusal)) => Ok(Some(sentence(l, refusal))),
        Err(MarkError::Db(error)) => Err(error.into()),
    }
}

/// What `names` says, in the address and in the forms, where others see the screen.
pub(super) const MASKED: &str = "masked";

pub(super) fn masking(masked: bool) -> &'static str {
    if masked { "?names=masked" } else { "" }
}

/// `GET /sheets/{code}/{number}`; with `names=masked` for a screen that others see.
pub async fn show(
    ask: Ask,
    Path((code, number)): Path<(String, i32)>,
    Query(query): Query,
) -> Result<Response, AppError> {
    let opened = Opened::find(&ask, &code, number).await?;
    draw(&ask, &opened, query.text("names") == MASKED, StatusCode::OK, None, Input::default()).await
}

/// `GET /sheets/{code}/{number}/state`
pub async fn state(ask: Ask, Path((code, number)): Path<(String, i32)>) -> Result<Response, AppError> {
    let opened = Opened::find(&ask, &code, number).await?;
    Ok(no_store(Json(opened.state(&ask).await?)).into_response())
}

/// More than there are people in a class, several times marked.
const MARKS: usize = 1_000;

/// `POST /sheets/{code}/{number}/marks`: a list of [`Posted`] as JSON. Sent again it changes nothing.
pub async fn take(
    ask: Ask,
    Path((code, number)): Path<(String, i32)>,
    body: String,
) -> Result<Response, AppError> {
    let opened = Opened::find(&ask, &code, number).await?;
    let posted: Vec<Posted> = serde_json::from_str(&body).map_err(|_| AppError::BadRequest)?;
    if posted.len() > MARKS {
        return Err(AppError::BadRequest);
    }
    let (now, tolerated) = (ask.centre.clock().now(), ask.centre.settings().attendance.tolerated_minutes);
    let sent: Vec<SentMark> = posted
        .into_iter()
        .map(|it| {
            let made_at = now - TimeDelta::milliseconds(i64::try_from(it.age).unwrap_or(i64::MAX).min(MOST));
            let mark = it.presence.map(|presence| opened.mark(presence, it.missed, (made_at, tolerated)));
            SentMark { nonce: it.nonce, application: it.application, mark, made_at: Some(made_at) }
        })
        .collect();
    let answer = sheet::mark(&ask.centre, &opened.by, opened.class.id, &sent, None).await;
    let without_place = answer.as_ref().map_or(0, |arrivals| without_place(arrivals));
    in_place(&ask, &opened, refused(ask.language, answer)?, without_place).await
}

/// A year in milliseconds: no mark waits longer.
const MOST: i64 = 366 * 24 * 60 * 60 * 1_000;

fn without_place(arrivals: &[Arrival]) -> usize {
    arrivals.iter().filter(|arrival| **arrival == Arrival::NoPlace).count()
}

async fn in_place(
    ask: &Ask,
    opened: &Opened,
    refused: Option<(StatusCode, String)>,
    without_place: usize,
) -> Result<Response, AppError> {
    let status = refused.as_ref().map_or(StatusCode::OK, |(status, _)| *status);
    let refused = refused.map(|(_, sentence)| sentence);
    Ok((status, no_store(Json(Answered { refused, without_place, state: opened.state(ask).await? })))
        .into_response())
}

/// `POST /sheets/{code}/{number}`: `mark` is `APPLICATION:PRESENCE` or `APPLICATION:PRESENCE:MINUTES`, and takes the mark
/// back without a presence; or `all=present` for those without one. After the time for marks the office gives a `reason`.
pub async fn mark_one(
    ask: Ask,
    Path((code, number)): Path<(String, i32)>,
    input: Input,
) -> Result<Response, AppError> {
    let l = ask.language;
    let opened = Opened::find(&ask, &code, number).await?;
    let masked = input.text("names") == MASKED;
    let is_late = sheet::time_for_marks(&ask.centre, &opened.class) == MarkTime::Late;
    let is_wanted = is_late && opened.by.duty() == Duty::TrainingManager;
    let why = match reason(l, &input) {
        Ok(None) if is_wanted => Err(registration::refused_reason_wanted(l).to_owned()),
        Ok(why) => Ok(why.filter(|_| is_wanted)),
        Err(problems) => Err(problems.of("reason").unwrap_or_default().to_owned()),
    };
    let why = match why {
        Ok(why) => why,
        Err(sentence) => {
            let refused = Refused { sentence, of_reason: true };
            return draw(&ask, &opened, masked, StatusCode::UNPROCESSABLE_ENTITY, Some(refused), input).await;
        }
    };
    let sent = parse(&ask, &opened, &input).await?;
    let place = match sent.as_slice() {
        [one] => format!("#who-{}", one.application),
        _ => String::new(),
    };
    let answer = sheet::mark(&ask.centre, &opened.by, opened.class.id, &sent, why.as_deref()).await;
    let gone = answer.as_ref().is_ok_and(|arrivals| without_place(arrivals) > 0);
    let gone = gone.then(|| (StatusCode::CONFLICT, words::refused_no_place(l).to_owned()));
    match refused(l, answer)?.or(gone) {
        None => Ok(ask.see_other(&format!("{}{}{place}", opened.path(), masking(masked)))),
        Some((status, sentence)) => {
            draw(&ask, &opened, masked, status, Some(Refused { sentence, of_reason: false }), input).await
        }
    }
}

/// Reads what a form wants marked. What no form of ours holds is a bad request.
async fn parse(ask: &Ask, opened: &Opened, input: &Input) -> Result<Vec<SentMark>, AppError> {
    let (now, tolerated) = (ask.centre.clock().now(), ask.centre.settings().attendance.tolerated_minutes);
    let sent = |application, presence: Option<Presence>, missed| SentMark {
        nonce: ask.centre.clock().id(),
        application,
        mark: presence.map(|presence| opened.mark(presence, missed, (now, tolerated))),
        made_at: None,
    };
    if input.text("all") == "present" {
        let unmarked = sheet::list_unmarked(&ask.centre, &opened.class).await?;
        return Ok(unmarked.into_iter().map(|id| sent(id, Some(Presence::Present), None)).collect());
    }
    let mut parts = input.text("mark").split(':');
    let application: Uuid = parts.next().and_then(|id| id.parse().ok()).ok_or(AppError::BadRequest)?;
    let presence = match parts.next() {
        None | Some("") => None,
        Some(word) => Some(Presence::parse(word).ok_or(AppError::BadRequest)?),
    };
    // What stands in the field beside the button counts where the button says nothing itself.
    let field = format!("missed-{application}");
    let missed = parts.next().unwrap_or_else(|| input.text(&field)).trim().parse().ok();
    Ok(vec![sent(application, presence, missed)])
}

/// `POST /sheets/{code}/{number}/undo`
pub async fn undo(
    ask: Ask,
    Path((code, number)): Path<(String, i32)>,
    InPlace(is_in_place): InPlace,
    body: String,
) -> Result<Response, AppError> {
    let opened = Opened::find(&ask, &code, number).await?;
    let masked = body.contains("names=masked");
    let refused = refused(ask.language, sheet::undo(&ask.centre, &opened.by, opened.class.id).await)?;
    if is_in_place {
        return in_place(&ask, &opened, refused, 0).await;
    }
    match refused {
        None => Ok(ask.see_other(&format!("{}{}", opened.path(), masking(masked)))),
        Some((status, sentence)) => {
            let refused = Refused { sentence, of_reason: false };
            draw(&ask, &opened, masked, status, Some(refused), Input::default()).await
        }
    }
}

/// Why nothing was marked.
struct Refused {
    sentence: String,
    /// Whether it is about the reason given.
    of_reason: bool,
}

async fn draw(
    ask: &Ask,
    opened: &Opened,
    masked: bool,
    status: StatusCode,
    refused: Option<Refused>,
    input: Input,
) -> Result<Response, AppError> {
    let l = ask.language;
    let Opened { run, class, by } = opened;
    let course = find_course(ask.centre.database(), run.course_id).await?.ok_or(AppError::NotFound)?;
    let Sheet { attendees, time: when_marked, is_closed } =
        sheet::read_sheet(&ask.centre, by, run, class).await?;
    let rooms: Vec<RoomPlan> = match standing(&ask.centre, run.id, None).await? {
        Some(standing) => plan(&ask.centre, run, &standing.book).await?.rooms.clone(),
        None => Vec::new(),
    };
    let opens_in = match when_marked {
        MarkTime::Early { from } => u64::try_from((from - ask.centre.clock().now()).num_milliseconds()).ok(),
        MarkTime::Open | MarkTime::Late => None,
    };
    let reasoned = when_marked == MarkTime::Late && !is_closed && by.duty() == Duty::TrainingManager;
    let lines = attendees.iter().map(|it| (it.application, line(&it.standing))).collect();
    let seat = |it: &Attendee| it.seat.as_deref().and_then(SeatCode::parse);
    let places = attendees.iter().map(|it| (it.application, seat(it))).collect();
    let state = SheetState { lines, places, time: time(ask, when_marked, is_closed) };
    let people: Vec<SheetPerson> = attendees
        .into_iter()
        .map(|it| SheetPerson {
            application: it.application,
            seat: seat(&it),
            name: if masked { mask_name(&it.name) } else { it.name },
        })
        .collect();
    let path = l.path(&opened.path());
    let title = broadcast::title_of_class(l, crate::course::title(l, &course), class.number);
    let heading = words::sheet_of(l, title);
    let lead = when::span(l, class.starts_at, class.ends_at);
    Ok(ask.refuse(status, &heading.clone(), || {
        let way = vec![Crumb::new(l, words::sheets(l), "/sheets")];
        let (of_reason, whole) = match refused {
            Some(Refused { sentence, of_reason: true }) => (Some((input.text("reason").to_owned(), sentence)), None),
            Some(Refused { sentence, .. }) => (None, Some(sentence)),
            None => (None, None),
        };
        let (other, label) = match masked {
            true => (path.clone(), words::show_names(l)),
            false => (format!("{path}?names=masked"), words::hide_names(l)),
        };
        let is_empty = people.is_empty();
        let seats = format!("{path}/seats{}", masking(masked));
        view! {
            <Breadcrumb l=l way=way here=run.code.clone()/>
            <PageHead title=heading lead=lead/>
            {whole.map(|sentence| view! { <div role="alert"><Alert l=l tone=Tone::Danger><p>{sentence}</p></Alert></div> })}
            {if is_empty {
                view! {
                    <EmptyState title=words::nobody(l)><p>{words::nobody_lead(l)}</p></EmptyState>
                    <p class="actions"><LinkButton href=seats look=Look::Tertiary small=true>{seat_words::title(l)}</LinkButton></p>
                }
                .into_any()
            } else {
                view! {
                    <p class="actions">
                        <LinkButton href=seats look=Look::Tertiary small=true>{seat_words::title(l)}</LinkButton>
                        <LinkButton href=format!("{path}/screen") look=Look::Tertiary small=true>{check_in::screen(l)}</LinkButton>
                        {(!masked).then(|| view! {
                            <LinkButton href=format!("{path}/history") look=Look::Tertiary small=true>{words::history(l)}</LinkButton>
                        })}
                        <LinkButton href=other look=Look::Tertiary small=true>{label}</LinkButton>
                    </p>
                    <AttendanceSheet l=l path=path people=people rooms=rooms state=state opens_in=opens_in masked=masked reason=of_reason reasoned=reasoned/>
                }.into_any()
            }}
        }
    }))
}
