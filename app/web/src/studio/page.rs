//! What the studio offers, and what somebody has asked for.

use axum::response::Response;
use chrono::NaiveTime;
use domain::account::{Audience, SignedIn};
use domain::decimal;
use domain::language::Language;
use domain::space::entity::{opening, space};
use domain::space::rules::SpaceRules;
use domain::studio::ask::find_bar;
use domain::studio::entity::booking;
use domain::studio::store::list_mine;
use leptos::prelude::*;

use super::{kind_word, state_badge};
use crate::AppError;
use crate::ask::Ask;
use crate::ui::{
    Alert, Badge, Breadcrumb, Cell, Column, EmptyState, Fact, LinkButton, Look, PageHead, StructuredItem,
    StructuredList, Table, Tone,
};
use crate::when;
use crate::words::studio as words;

/// How many of one's requests are shown.
const MINE: u64 = 50;

/// `GET /studio`
pub async fn page(ask: Ask) -> Result<Response, AppError> {
    let l = ask.language;
    let rules = SpaceRules::load(ask.centre.database()).await?;
    let viewer = ask.viewer.as_ref();
    let audience = if viewer.is_some_and(SignedIn::is_staff) { Audience::Staff } else { Audience::Resident };
    let (mut mine, mut barred) = (Vec::new(), None);
    if let Some(viewer) = viewer {
        mine = list_mine(&ask.centre, viewer, MINE).await?;
        barred = find_bar(ask.centre.database(), viewer.id(), ask.centre.clock().now()).await?;
    }
    let phone = ask.centre.settings().phone.clone();
    Ok(ask.page(words::title(l), || {
        // A studio stands for its rooms, which the form offers too.
        let asked = |id: uuid::Uuid| rules.may_be_asked_by(id, audience);
        let stands_alone = |space: &&space::Model| {
            asked(space.id) && !space.parent_id.is_some_and(asked)
        };
        let spaces = rules.tree.all().iter().filter(stands_alone);
        let items: Vec<_> = spaces.map(|space| item(l, &rules, space, audience)).collect();
        view! {
            <Breadcrumb l=l here=words::title(l)/>
            <PageHead title=words::title(l) lead=words::lead(l)>
                <LinkButton href=l.path("/studio/new")>{words::ask(l)}</LinkButton>
            </PageHead>
            <p>{to_calls(l)}</p>
            {barred.map(|bar| view! {
                <Alert l=l tone=Tone::Warning>
                    <p>{words::barred(l, when::moment(l, bar.until_at), phone)}</p>
                </Alert>
            })}
            {viewer.map(|_| my_requests(l, &rules, &mine))}
            <h2 class="section-title">{words::places(l)}</h2>
            {if items.is_empty() {
                view! { <EmptyState title=words::places_empty(l)/> }.into_any()
            } else {
                view! { <StructuredList>{items}</StructuredList> }.into_any()
            }}
            {house_rules(&ask)}
            <p class="actions">
                <LinkButton href=l.path("/studio/uses") look=Look::Tertiary small=true>{words::uses(l)}</LinkButton>
            </p>
        }
    }))
}

/// The way to programmes that one takes part in, for whoever doesn't want a place of their own.
pub(super) fn to_calls(l: Language) -> impl IntoView {
    view! { {words::calls_lead(l)} " " <a href=l.path("/studio/calls")>{crate::words::call::title(l)}</a> }
}

fn my_requests(l: Language, rules: &SpaceRules, mine: &[booking::Model]) -> impl IntoView + use<> {
    let table = if mine.is_empty() {
        view! { <p>{words::mine_empty(l)}</p> }.into_any()
    } else {
        request_table(l, rules, words::mine(l), mine).into_any()
    };
    view! {
        <h2 class="section-title">{words::mine(l)}</h2>
        {table}
    }
}

/// Bookings as a table, each leading to its page.
pub(super) fn request_table(
    l: Language,
    rules: &SpaceRules,
    caption: &'static str,
    bookings: &[booking::Model],
) -> impl IntoView + use<> {
    let columns = vec![
        Column::text(words::purpose(l)),
        Column::text(words::state(l)),
        Column::text(words::when(l)),
        Column::text(words::place(l)),
        Column::text(words::kind(l)),
    ];
    let row = |booking: &booking::Model| -> Vec<Cell> {
        let href = l.path(&format!("/studio/{}", booking.code));
        let name = format!("{} ({})", booking.purpose, booking.code);
        let place = rules.tree.get(booking.space_id).map(|space| space.name_in(l).to_owned());
        vec![
            view! { <a href=href>{name}</a> }.into_any(),
            state_badge(l, booking.state).into_any(),
            when::span(l, booking.starts_at, booking.ends_at).into_any(),
            place.into_any(),
            kind_word(l, booking.kind).into_any(),
        ]
    };
    let rows = bookings.iter().map(row).collect();
    view! { <Table caption=caption hidden_caption=true columns=columns rows=rows/> }
}

fn item(l: Language, rules: &SpaceRules, space: &space::Model, audience: Audience) -> impl IntoView + use<> {
    let hours = |audience: Audience, term: &'static str| {
        let lines = hours_lines(l, rules, space.id, audience);
        (!lines.is_empty()).then(|| Fact::new(term, lines.join(", ")))
    };
    let foreign = (l != Language::Ko).then_some(Language::Ko.code());
    let equipment = rules.equipment(space.id);
    let limit = rules.resident_minutes(space.id).filter(|_| audience == Audience::Resident);
    let facts = [
        match audience {
            Audience::Staff => hours(Audience::Staff, words::open_hours(l)),
            Audience::Resident => hours(Audience::Resident, words::resident_hours(l)),
        },
        equipment.map(|text| Fact::new(words::equipment(l), view! { <span lang=foreign>{text}</span> })),
    ];
    let badge = limit.map(|minutes| {
        let hours = decimal::text(minutes.saturating_mul(100) / 60);
        view! { <Badge tone=Tone::Information text=words::month_limit(l, hours)/> }
    });
    let free = l.path(&format!("/calendar?place={}", space.code));
    view! {
        <StructuredItem
            href=l.path(&format!("/places/{}", space.code))
            title=space.name_in(l)
            badges=view! { {badge} }.into_any()
            items=facts.into_iter().flatten().collect()
            action=view! { <LinkButton href=free look=Look::Tertiary small=true>{words::to_calendar(l)}</LinkButton> }.into_any()
        />
    }
}

/// The opening hours of a space in words, days of the same hours together: `월~금 09:00~18:00`.
fn hours_lines(l: Language, rules: &SpaceRules, space: uuid::Uuid, audience: Audience) -> Vec<String> {
    let mut own: Vec<&opening::Model> = Vec::new();
    for around in rules.tree.ancestry(space) {
        own = rules.openings_of(around.id).iter().filter(|line| line.audience == audience).collect();
        if !own.is_empty() {
            break;
        }
    }
    own.sort_by_key(|line| (line.from_minute, line.until_minute, line.weekday));
    let mut lines: Vec<(i32, i32, &opening::Model)> = Vec::new();
    for line in own {
        match lines.last_mut() {
            Some((_, last, like))
                if (like.from_minute, like.until_minute) == (line.from_minute, line.until_minute)
                    && *last + 1 == line.weekday =>
            {
                *last = line.weekday;
            }
            _ => lines.push((line.weekday, line.weekday, line)),
        }
    }
    lines.sort_by_key(|(first, ..)| *first);
    let day = |number: i32| {
        let day = chrono::Weekday::try_from(u8::try_from(number - 1).unwrap_or_default());
        day.map(|day| when::weekday(l, day)).unwrap_or_default()
    };
    let minute = |minute: i32| match minute {
        1440 => "24:00".to_owned(),
        _ => {
            let seconds = u32::try_from(minute * 60).unwrap_or_default();
            let time = NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0).unwrap_or_default();
            time.format("%H:%M").to_string()
        }
    };
    let text = |(first, last, line): (i32, i32, &opening::Model)| {
        let days =
            if first == last { day(first).to_owned() } else { format!("{}~{}", day(first), day(last)) };
        format!("{days} {}~{}", minute(line.from_minute), minute(line.until_minute))
    };
    lines.into_iter().map(text).collect()
}

/// What everybody agrees to who is not of the office.
pub(super) fn house_rules(ask: &Ask) -> impl IntoView + use<> {
    let (l, studio) = (ask.language, &ask.centre.settings().studio);
    view! {
        <section aria-labelledby="house-rules">
            <h2 class="section-title" id="house-rules">{words::rules_title(l)}</h2>
            <ul class="bullets">
                <li>{words::rules_1(l, studio.no_show_minutes)}</li>
                <li>{words::rules_2(l, studio.no_shows, studio.bar_days)}</li>
                <li>{words::rules_3(l)}</li>
                <li>{words::rules_4(l)}</li>
            </ul>
        </section>
    }
}
