//! The sheet of a class: a tap on a seat for present, a list beside it for the rest. Marks wait in the browser while there is
//! no line; without scripts each press is a form.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::attendance::{Mark, MarkWay, Presence};
use domain::language::Language;
use domain::space::{PlanSeat, RoomPlan, SeatCode};
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::offline::{self, Sent};
use crate::registration::browser::move_focus;
use crate::space::plan::{room, tabs};
use crate::ui::{Alert, Badge, Button, Glyph, Icon, LinkButton, Look, Tone};
use crate::words::sheet as words;

/// Somebody with a place in the class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetPerson {
    pub application: Uuid,
    pub name: String,
    pub seat: Option<SeatCode>,
}

/// What stands about somebody.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetLine {
    pub mark: Option<(Mark, MarkWay)>,
    pub contest: Option<Contest>,
    /// They have said that they won't come.
    pub notice: bool,
}

/// A mark that arrived after a newer one had been made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contest {
    /// `None` would take the mark back.
    pub mark: Option<Mark>,
    /// When it was made: `10:05`
    pub made: String,
}

/// Whether marks are taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SheetTime {
    Early {
        from: String,
    },
    Open,
    /// By the office, with a reason.
    Late,
    Closed,
}

/// All that changes on a sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetState {
    pub lines: BTreeMap<Uuid, SheetLine>,
    /// Who has a place, and the seat they have. Names come with the page alone.
    pub places: BTreeMap<Uuid, Option<SeatCode>>,
    pub time: SheetTime,
}

/// A mark as the browser sends it. Without a presence it takes the mark back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posted {
    pub nonce: Uuid,
    pub application: Uuid,
    pub presence: Option<Presence>,
    /// Minutes; where it isn't said, those since the start or until the end.
    pub missed: Option<u32>,
    /// Milliseconds since it was made.
    pub age: u64,
}

/// How marks that were sent are answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// Why none was taken.
    pub refused: Option<String>,
    /// How many are about people who have no place any more.
    pub without_place: usize,
    pub state: SheetState,
}

/// How often the sheet asks what others have marked, and sends what waits.
const ROUND: Duration = Duration::from_secs(4);

/// A mark made here that the server hasn't answered yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Waiting {
    pub path: String,
    pub posted: Posted,
    /// By this device's clock, in milliseconds.
    pub made: f64,
}

/// What the parts of the sheet share.
#[derive(Clone, Copy)]
struct Desk {
    l: Language,
    state: RwSignal<SheetState>,
    waiting: RwSignal<Vec<Waiting>>,
    lost: RwSignal<bool>,
    /// Whether the page opens again without a line.
    stays: RwSignal<bool>,
    refused: RwSignal<Option<String>>,
    /// How many marks were about people who have no place any more.
    gone: RwSignal<usize>,
    path: StoredValue<String>,
    /// Who had a place, and where, when the page was drawn.
    drawn: StoredValue<BTreeMap<Uuid, Option<SeatCode>>>,
    busy: StoredValue<bool>,
}

impl Desk {
    /// How somebody is marked, by what waits here or else by what stands.
    fn presence(self, application: Uuid) -> Option<Presence> {
        let waits = self.waiting.with(|all| {
            all.iter().rev().find(|it| it.posted.application == application).map(|it| it.posted.presence)
        });
        waits.unwrap_or_else(|| {
            self.line(application, |line| line.mark.map(|(mark, _)| mark.presence())).flatten()
        })
    }

    fn line<T>(self, application: Uuid, read: impl FnOnce(&SheetLine) -> T) -> Option<T> {
        self.state.with(|state| state.lines.get(&application).map(read))
    }

    fn waits(self, application: Uuid) -> bool {
        self.waiting.with(|all| all.iter().any(|it| it.posted.application == application))
    }

    /// Marks somebody here, keeps it, and sends it as soon as there is a line. What isn't open is a form's to send.
    fn mark(self, event: &MouseEvent, application: Uuid, presence: Option<Presence>, missed: Option<u32>) {
        if self.state.with_untracked(|state| state.time != SheetTime::Open) {
            return;
        }
        event.prevent_default();
        self.enter(vec![(application, presence)], missed);
    }

    fn enter(self, marks: Vec<(Uuid, Option<Presence>)>, missed: Option<u32>) {
        let Some(path) = self.path.try_get_value() else { return };
        let made = offline::now();
        let new: Vec<Waiting> = marks
            .into_iter()
            .map(|(application, presence)| {
                let nonce = offline::nonce();
                let posted = Posted { nonce, application, presence, missed, age: 0 };
                Waiting { path: path.clone(), posted, made }
            })
            .collect();
        self.waiting.update(|all| all.extend(new.iter().cloned()));
        spawn_local(async move {
            offline::keep(&new).await;
            self.send().await;
        });
    }

    /// Sends what waits, or asks what others have marked.
    async fn send(self) {
        if self.busy.get_value() {
            return;
        }
        self.busy.set_value(true);
        let path = self.path.get_value();
        let sent: Vec<Waiting> = match self.refused.get_untracked() {
            Some(_) => Vec::new(),
            None => self.waiting.get_untracked(),
        };
        let answer = if sent.is_empty() {
            offline::ask::<SheetState>(&format!("{path}/state")).await.map(|state| Answered {
                refused: None,
                without_place: 0,
                state,
            })
        } else {
            let now = offline::now();
            let body: Vec<Posted> = sent
                .iter()
                .map(|it| Posted { age: (now - it.made).max(0.0) as u64, ..it.posted.clone() })
                .collect();
            offline::post::<Answered>(&format!("{path}/marks"), &body).await
        };
        self.busy.set_value(false);
        match answer {
            Sent::Answered(answer) => {
                self.lost.set(false);
                if answer.refused.is_none() {
                    let done: Vec<Uuid> = sent.iter().map(|it| it.posted.nonce).collect();
                    self.waiting.update(|all| all.retain(|it| !done.contains(&it.posted.nonce)));
                    offline::forget(&done).await;
                    self.gone.update(|gone| *gone += answer.without_place);
                } else {
                    self.refused.set(answer.refused);
                }
                if self.state.with_untracked(|state| *state != answer.state) {
                    self.state.set(answer.state);
                }
            }
            Sent::SignIn => self.refused.set(Some(words::sign_in_again(self.l).to_owned())),
            Sent::Lost => self.lost.set(true),
        }
        // What was marked meanwhile.
        let more = self.waiting.with_untracked(|all| !all.is_empty());
        if more && !self.lost.get_untracked() && self.refused.with_untracked(Option::is_none) {
            Box::pin(self.send()).await;
        }
    }

    async fn undo(self) {
        let path = self.path.get_value();
        // What was made at one press is taken back together.
        let last = self.waiting.with_untracked(|all| all.last().map(|it| it.made));
        let mut taken_back = Vec::new();
        self.waiting.update(|all| {
            all.retain(|it| {
                let stays = Some(it.made) != last;
                if !stays {
                    taken_back.push(it.posted.nonce);
                }
                stays
            });
        });
        match last {
            Some(_) => offline::forget(&taken_back).await,
            None => match offline::post::<Answered>(&format!("{path}/undo"), &()).await {
                Sent::Answered(answer) => {
                    self.refused.set(answer.refused);
                    self.state.set(answer.state);
                }
                Sent::SignIn => self.refused.set(Some(words::sign_in_again(self.l).to_owned())),
                Sent::Lost => self.lost.set(true),
            },
        }
    }

    /// Gives up what waits and is not taken.
    async fn discard(self) {
        let gone: Vec<Uuid> =
            self.waiting.get_untracked().iter().map(|waiting| waiting.posted.nonce).collect();
        self.waiting.set(Vec::new());
        self.refused.set(None);
        offline::forget(&gone).await;
    }
}

/// The sheet. `path` is the page's; `reasoned` says that marks want a reason, which stands in the same form.
#[island]
pub fn AttendanceSheet(
    l: Language,
    path: String,
    people: Vec<SheetPerson>,
    rooms: Vec<RoomPlan>,
    state: SheetState,
    /// Milliseconds until marks are taken, where that is later.
    opens_in: Option<u64>,
    /// Whether names are masked, which stays so after a form.
    masked: bool,
    /// What was typed as the reason and refused.
    reason: Option<(String, String)>,
    reasoned: bool,
) -> impl IntoView {
    let desk = Desk {
        l,
        drawn: StoredValue::new(state.places.clone()),
        state: RwSignal::new(state),
        waiting: RwSignal::new(Vec::new()),
        lost: RwSignal::new(false),
        stays: RwSignal::new(false),
        refused: RwSignal::new(None),
        gone: RwSignal::new(0),
        path: StoredValue::new(path.clone()),
        busy: StoredValue::new(false),
    };
    let here = path.clone();
    Effect::new(move || {
        offline::stay(&l.path("/sheets/"), move || desk.stays.set(true));
        let here = here.clone();
        spawn_local(async move {
            let kept = offline::kept(&here).await;
            desk.waiting.update(|all| all.extend(kept));
            desk.send().await;
        });
        // Without a line nobody else says when the time has come. The server looks at when a mark was made.
        if let Some(opens_in) = opens_in {
            let open = move || {
                desk.state.update(|state| {
                    if matches!(state.time, SheetTime::Early { .. }) {
                        state.time = SheetTime::Open;
                    }
                });
            };
            set_timeout(open, Duration::from_millis(opens_in));
        }
        set_interval(
            move || {
                if offline::is_seen() {
                    spawn_local(desk.send());
                }
            },
            ROUND,
        );
        window_event_listener_untyped("online", move |_| spawn_local(desk.send()));
    });
    let seated: BTreeMap<SeatCode, SheetPerson> =
        people.iter().filter_map(|person| Some((person.seat.clone()?, person.clone()))).collect();
    let draw = |seat: &PlanSeat| seat_view(desk, seat, seated.get(&seat.code).cloned()).into_any();
    let tabs = tabs(l, &rooms, None);
    let has_plan = !rooms.is_empty() && !seated.is_empty();
    let rooms: Vec<_> = rooms.iter().enumerate().map(|(index, each)| room(l, index, each, draw)).collect();
    let ids: Vec<Uuid> = people.iter().map(|person| person.application).collect();
    let all_present = {
        let ids = ids.clone();
        move |event: MouseEvent| {
            if desk.state.with_untracked(|state| state.time != SheetTime::Open) {
                return;
            }
            event.prevent_default();
            let unmarked = ids.iter().filter(|id| desk.presence(**id).is_none());
            desk.enter(unmarked.map(|id| (*id, Some(Presence::Present))).collect(), None);
        }
    };
    let undo = move |event: MouseEvent| {
        event.prevent_default();
        spawn_local(desk.undo());
    };
    let counts = move || count(l, desk, &ids);
    let can_mark = Memo::new(move |_| {
        desk.state.with(|state| state.time == SheetTime::Open || state.time == SheetTime::Late && reasoned)
    });
    let (typed, wrong) = reason.unwrap_or_default();
    let is_wrong = !wrong.is_empty();
    let lines: Vec<_> = people.into_iter().map(|person| line_view(desk, person, can_mark)).collect();
    view! {
        <div class="sheet">
            <div role="status" class="sheet-said">{move || said(desk)}</div>
            <form method="post" action=path.clone() class="sheet-form">
                {masked.then(|| view! { <input type="hidden" name="names" value="masked"/> })}
                {reasoned.then(|| view! {
                    <div class="form-group">
                        <label for="sheet-reason">{words::reason(l)}</label>
                        <p class="form-hint" id="sheet-reason-hint">{words::reason_hint(l)}</p>
                        <input
                            type="text" id="sheet-reason" name="reason" class="krds-input" maxlength="300" value=typed
                            aria-describedby="sheet-reason-hint" aria-invalid=is_wrong.then_some("true")
                        />
                        {is_wrong.then(|| view! { <p class="form-hint-invalid" id="sheet-reason-problem">{wrong}</p> })}
                    </div>
                })}
                <p class="sheet-count">{counts}</p>
                {move || desk.stays.get().then(|| view! { <p class="sheet-stays">{words::stays(l)}</p> })}
                <div class="sheet-acts">
                    {move || can_mark.get().then(|| view! {
                        <Button small=true attr:name="all" attr:value="present" on:click=all_present.clone()>
                            {words::all_present(l)}
                        </Button>
                        <Button look=Look::Tertiary small=true attr:formaction=format!("{}/undo", desk.path.get_value()) on:click=undo>
                            {words::undo(l)}
                        </Button>
                    })}
                </div>
                {has_plan.then(|| view! {
                    <h2 class="section-title">{words::plan_title(l)}</h2>
                    <div class="seat-plan sheet-plan">
                        <p class="seat-hint">{words::plan_hint(l)}</p>
                        {tabs}
                        <div class="seat-rooms" on:keydown=move |event| move_focus(&event)>{rooms}</div>
                    </div>
                })}
                <h2 class="section-title">{words::list_title(l)}</h2>
                <ul class="sheet-list">{lines}</ul>
            </form>
        </div>
    }
}

/// What has to be said about the whole sheet: what waits here, what wasn't taken, that the time isn't right.
fn said(desk: Desk) -> impl IntoView {
    let l = desk.l;
    let waiting = desk.waiting.with(Vec::len);
    let discard = move |event: MouseEvent| {
        event.prevent_default();
        spawn_local(desk.discard());
    };
    let others = desk.drawn.with_value(|drawn| desk.state.with(|state| state.places != *drawn));
    let here = desk.path.get_value();
    let time = desk.state.with(|state| match &state.time {
        SheetTime::Open => None,
        SheetTime::Early { from } => Some(words::early(l, from)),
        SheetTime::Late => Some(words::late(l).to_owned()),
        SheetTime::Closed => Some(words::closed(l).to_owned()),
    });
    view! {
        {time.map(|sentence| view! { <Alert l=l tone=Tone::Information><p>{sentence}</p></Alert> })}
        {desk.refused.get().map(|sentence| view! {
            <Alert l=l tone=Tone::Danger>
                <p>{sentence}</p>
                {(waiting > 0).then(|| view! {
                    <p>{words::not_taken(l, waiting)}</p>
                    <Button kind="button" look=Look::Secondary small=true on:click=discard>{words::discard(l)}</Button>
                })}
            </Alert>
        })}
        {(desk.gone.get() > 0).then(|| view! {
            <Alert l=l tone=Tone::Warning><p>{words::gone(l, desk.gone.get())}</p></Alert>
        })}
        {others.then(|| view! {
            <Alert l=l tone=Tone::Information>
                <p>{words::list_changed(l)}</p>
                // Marks that wait are kept and stand on the new page, too.
                <p class="actions"><LinkButton href=here look=Look::Secondary small=true>{words::reload(l)}</LinkButton></p>
            </Alert>
        })}
        {desk.lost.get().then(|| view! {
            <Alert l=l tone=Tone::Warning>
                <p>{words::offline(l)}</p>
                <p>{words::offline_seats(l)}</p>
                {(waiting > 0).then(|| view! { <p>{words::waiting(l, waiting)}</p> })}
            </Alert>
        })}
    }
}

fn count(l: Language, desk: Desk, ids: &[Uuid]) -> String {
    let marked: Vec<Option<Presence>> = ids.iter().map(|id| desk.presence(*id)).collect();
    let of = |presence: Option<Presence>| marked.iter().filter(|it| **it == presence).count();
    let part = |presence: &Presence| match of(Some(*presence)) {
        0 => None,
        number => Some(words::counted(l, presence_word(l, *presence), number)),
    };
    let mut parts: Vec<String> = Presence::ALL.iter().filter_map(part).collect();
    let unmarked = of(None);
    if unmarked > 0 || parts.is_empty() {
        parts.push(words::counted(l, words::unmarked(l), unmarked));
    }
    parts.join(" · ")
}

pub fn presence_word(l: Language, presence: Presence) -> &'static str {
    match presence {
        Presence::Present => words::present(l),
        Presence::Late => words::late_mark(l),
        Presence::LeftEarly => words::left_early(l),
        Presence::Absent => words::absent(l),
        Presence::Excused => words::excused(l),
    }
}

pub(super) fn way_word(l: Language, way: MarkWay) -> Option<&'static str> {
    match way {
        MarkWay::Sheet => None,
        MarkWay::Office => Some(words::by_office(l)),
        MarkWay::Qr => Some(words::by_qr(l)),
        MarkWay::Desk => Some(words::by_desk(l)),
        MarkWay::Kiosk => Some(words::by_kiosk(l)),
        MarkWay::Code => Some(words::by_code(l)),
        MarkWay::Watch => Some(words::by_watch(l)),
    }
}

fn glyph(presence: Option<Presence>) -> Option<Glyph> {
    match presence? {
        Presence::Present | Presence::Excused => Some(Glyph::Check),
        Presence::Late | Presence::LeftEarly => Some(Glyph::Clock),
        Presence::Absent => Some(Glyph::Cross),
    }
}

fn class(presence: Option<Presence>) -> &'static str {
    match presence {
        None => "is-unmarked",
        Some(Presence::Present | Presence::Excused) => "is-present",
        Some(Presence::Late | Presence::LeftEarly) => "is-partly",
        Some(Presence::Absent) => "is-absent",
    }
}

/// A seat: pressed it marks whoever sits there present, and whoever is marked it finds in the list.
fn seat_view(desk: Desk, seat: &PlanSeat, person: Option<SheetPerson>) -> impl IntoView + use<> {
    let (l, code) = (desk.l, seat.code.as_str().to_owned());
    let Some(person) = person else {
        return view! { <span class="seat sheet-seat sheet-empty">{code}</span> }.into_any();
    };
    let (id, name) = (person.application, person.name);
    let presence = Memo::new(move |_| desk.presence(id));
    let face = {
        let (code, name) = (code.clone(), name.clone());
        move || {
            let how = presence.get().map_or(words::unmarked(l), |presence| presence_word(l, presence));
            view! {
                <span class="sheet-seat-code">{code.clone()} {glyph(presence.get()).map(|glyph| view! { <Icon glyph=glyph/> })}</span>
                " "
                <span class="sheet-seat-name">{name.clone()}</span>
                <span class="sr-only">" " {how}</span>
            }
        }
    };
    let class = move || format!("seat sheet-seat {}", class(presence.get()));
    (move || {
        if presence.get().is_none() {
            view! {
                <button
                    type="submit" name="mark" value=format!("{id}:present") class=class()
                    on:click=move |event| desk.mark(&event, id, Some(Presence::Present), None)
                >
                    {face()}
                </button>
            }
            .into_any()
        } else {
            view! { <a href=format!("#who-{id}") class=class()>{face()}</a> }.into_any()
        }
    })
    .into_any()
}

/// Somebody's line: how they are marked, and a button for each way to mark them.
fn line_view(desk: Desk, person: SheetPerson, can_mark: Memo<bool>) -> impl IntoView {
    let (l, id, name) = (desk.l, person.application, person.name);
    let presence = Memo::new(move |_| desk.presence(id));
    let button = move |each: Presence| {
        let word = presence_word(l, each);
        let pressed = move || if presence.get() == Some(each) { "true" } else { "false" };
        view! {
            <button
                type="submit" name="mark" value=format!("{id}:{}", each.as_str())
                class=format!("sheet-mark {}", class(Some(each))) aria-pressed=pressed
                on:click=move |event| desk.mark(&event, id, Some(each), None)
            >
                {word}
            </button>
        }
    };
    let buttons = move || {
        can_mark.get().then(|| {
            let each: Vec<_> = Presence::ALL.iter().map(|presence| button(*presence)).collect();
            view! {
                {each}
                {move || presence.get().is_some().then(|| view! {
                    <button
                        type="submit" name="mark" value=format!("{id}:") class="sheet-mark sheet-clear"
                        on:click=move |event| desk.mark(&event, id, None, None)
                    >
                        {words::take_back(l)}
                    </button>
                })}
            }
        })
    };
    let missed = move || {
        let minutes = desk.line(id, |line| {
            line.mark.filter(|(mark, _)| mark.presence().is_partly()).map(|(mark, _)| mark.missed())
        });
        let (minutes, partly) = (minutes.flatten()?, presence.get().filter(|presence| presence.is_partly())?);
        can_mark.get().then(|| {
            let field = format!("missed-{id}");
            let label = field.clone();
            view! {
                <span class="sheet-missed">
                    <label for=label>{words::missed(l, presence_word(l, partly))}</label>
                    <input
                        type="text" inputmode="numeric" maxlength="3" id=field.clone() name=field value=minutes.to_string()
                        on:change=move |event| {
                            let minutes = event_target_value(&event).trim().parse().ok();
                            if desk.state.with_untracked(|state| state.time == SheetTime::Open) && minutes.is_some() {
                                desk.enter(vec![(id, Some(partly))], minutes);
                            }
                        }
                    />
                </span>
            }
        })
    };
    let contest = move || {
        let contest = desk.line(id, |line| line.contest.clone()).flatten()?;
        Some(contest_view(desk, id, presence.get(), &contest))
    };
    let badges = move || {
        let way = desk.line(id, |line| line.mark.and_then(|(_, way)| way_word(l, way))).flatten();
        let notice = desk.line(id, |line| line.notice).unwrap_or_default();
        view! {
            {notice.then(|| view! { <Badge text=words::notice(l)/> })}
            {way.filter(|_| !desk.waits(id)).map(|way| view! { <Badge text=way/> })}
            {desk.waits(id).then(|| view! { <Badge tone=Tone::Warning text=words::waits(l)/> })}
        }
    };
    let label = name.clone();
    view! {
        <li id=format!("who-{id}") tabindex="-1" class=move || format!("sheet-line {}", class(presence.get()))>
            <p class="sheet-who">
                {person.seat.map(|seat| view! { <span class="sheet-who-seat">{seat.as_str().to_owned()}</span> })}
                <strong>{name}</strong>
                <span class="sheet-how">
                    {move || presence.get().map_or(words::unmarked(l), |presence| presence_word(l, presence))}
                </span>
                {badges}
            </p>
            <div class="sheet-marks" role="group" aria-label=label>{buttons} {missed}</div>
            {contest}
        </li>
    }
}

/// A mark that came too late, and the two ways to end the contest.
fn contest_view(desk: Desk, id: Uuid, stands: Option<Presence>, contest: &Contest) -> impl IntoView + use<> {
    let l = desk.l;
    let late = contest.mark.map(Mark::presence);
    let word = |presence: Option<Presence>| presence.map_or(words::unmarked(l), |it| presence_word(l, it));
    let missed = contest.mark.map(Mark::missed).filter(|missed| *missed > 0);
    let value = |presence: Option<Presence>, missed: Option<u32>| {
        let missed = missed.map(|missed| format!(":{missed}")).unwrap_or_default();
        format!("{id}:{}{missed}", presence.map_or("", Presence::as_str))
    };
    view! {
        <div class="sheet-contest" role="alert">
            <p>{words::contest(l, word(late), &contest.made, word(stands))}</p>
            <button
                type="submit" name="mark" value=value(late, missed) class="sheet-mark"
                on:click=move |event| desk.mark(&event, id, late, missed)
            >
                {words::take_late(l, word(late))}
            </button>
            <button
                type="submit" name="mark" value=value(stands, None) class="sheet-mark"
                on:click=move |event| desk.mark(&event, id, stands, None)
            >
                {words::keep_standing(l, word(stands))}
            </button>
        </div>
    }
}
