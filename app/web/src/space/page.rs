//! What people read before they set out: where a place is, how to get in, what it holds.

use std::collections::HashMap;

use axum::extract::Path;
use axum::response::Response;
use chrono::NaiveDate;
use domain::language::Language;
use domain::space::entity::space;
use domain::space::store::{Tree, plan_of, seats_in_service};
use domain::space::{PlanSeat, SeatPlan, SpaceKind};
use domain::{decimal, seoul};
use leptos::prelude::*;
use uuid::Uuid;

use super::plan;
use crate::ask::Ask;
use crate::ui::{
    Badge, Breadcrumb, Cell, Column, Crumb, DescriptionList, EmptyState, Fact, LinkButton, Look, PageHead,
    StructuredItem, StructuredList, Table, Telephone, Tone,
};
use crate::words::place as words;
use crate::{AppError, when};

/// Everything about places that both pages ask.
struct Places {
    l: Language,
    tree: Tree,
    in_service: HashMap<Uuid, u32>,
    today: NaiveDate,
}

/// `GET /places`: buildings and rooms that stand by themselves, those in use first.
pub async fn list(ask: Ask) -> Result<Response, AppError> {
    let places = Places::load(&ask).await?;
    let l = ask.language;
    let mut roots: Vec<&space::Model> = places.tree.children(None).collect();
    roots.sort_by_key(|space| !space.in_use_on(places.today));
    Ok(ask.page(words::title(l), || {
        let items: Vec<_> = roots.into_iter().map(|space| places.item(space)).collect();
        view! {
            <Breadcrumb l=l here=words::title(l)/>
            <PageHead title=words::title(l) lead=words::lead(l)/>
            {if items.is_empty() {
                view! { <EmptyState title=words::empty(l)/> }.into_any()
            } else {
                view! { <StructuredList>{items}</StructuredList> }.into_any()
            }}
        }
    }))
}

/// `GET /places/{code}`: the way there, the rooms in it, and the seats in the room's shape.
pub async fn detail(ask: Ask, Path(code): Path<String>) -> Result<Response, AppError> {
    let places = Places::load(&ask).await?;
    let l = ask.language;
    let space = places.tree.by_code(&code).ok_or(AppError::NotFound)?;
    let plan = plan_of(ask.centre.database(), space).await?;
    let around = places.tree.ancestry(space.id);
    let crumbs = around.iter().skip(1).rev().map(|space| Crumb::new(l, space.name_in(l), &path_of(space)));
    let way = [Crumb::new(l, words::title(l), "/places")].into_iter().chain(crumbs).collect();
    let title = space.name_in(l).to_owned();
    let courses = ask.link(&format!("/courses?place={code}"));
    let calendar = ask.link(&format!("/calendar?view=week&place={code}"));
    let phone = ask.centre.settings().phone.clone();
    Ok(ask.page(&title.clone(), || {
        view! {
            <Breadcrumb l=l way=way here=title.clone()/>
            <PageHead title=title/>
            <div class="krds-badge-wrap">{places.state(space)}</div>
            <DescriptionList items=places.facts(space, phone)/>
            {space.in_use_on(places.today).then(|| view! {
                <div class="actions">
                    {(space.kind == SpaceKind::Classroom).then(|| view! {
                        <LinkButton href=courses look=Look::Secondary>{words::courses(l)}</LinkButton>
                    })}
                    <LinkButton href=calendar look=Look::Tertiary>{words::calendar(l)}</LinkButton>
                </div>
            })}
            {places.parts(space)}
            {seat_plan(l, &plan)}
        }
    }))
}

fn path_of(space: &space::Model) -> String {
    format!("/places/{}", space.code)
}

impl Places {
    async fn load(ask: &Ask) -> Result<Self, AppError> {
        let database = ask.centre.database();
        let tree = Tree::load(database).await?;
        let in_service = seats_in_service(database, &tree).await?;
        Ok(Self { l: ask.language, tree, in_service, today: seoul::day(ask.centre.clock().now()) })
    }

    fn item(&self, space: &space::Model) -> impl IntoView + use<> {
        let l = self.l;
        let parts: Vec<&str> = self.tree.children(Some(space.id)).map(|part| part.name_in(l)).collect();
        let parts = (!parts.is_empty()).then(|| Fact::new(words::parts(l), parts.join(", ")));
        let facts =
            [self.told(words::address(l), space, |space| &space.address), self.seats_fact(space), parts];
        view! {
            <StructuredItem
                href=l.path(&path_of(space))
                title=space.name_in(l)
                badges=self.state(space)
                items=facts.into_iter().flatten().collect()
            />
        }
    }

    fn state(&self, space: &space::Model) -> AnyView {
        let (tone, word) = if space.in_use_on(self.today) {
            (Tone::Success, words::in_use(self.l))
        } else if self.today < space.in_use_from {
            (Tone::Information, words::not_yet(self.l))
        } else {
            (Tone::Neutral, words::closed(self.l))
        };
        view! { <Badge tone=tone text=word/> }.into_any()
    }

    fn facts(&self, space: &space::Model, phone: String) -> Vec<Fact> {
        let l = self.l;
        let phone = self.inherited(space, |space| &space.phone).unwrap_or(phone);
        let area = space.area_dm2.and_then(|area| u32::try_from(area).ok());
        let span = match space.in_use_until {
            Some(until) => when::days(l, space.in_use_from, until),
            None => words::since(l, when::day(l, space.in_use_from)),
        };
        let facts = [
            self.told(words::address(l), space, |space| &space.address),
            self.told(words::directions(l), space, |space| &space.directions),
            self.told(words::lift(l), space, |space| &space.lift),
            (!phone.is_empty()).then(|| Fact::new(words::phone(l), view! { <Telephone number=phone/> })),
            self.seats_fact(space),
            area.map(|area| Fact::new(words::area(l), words::square_metres(l, decimal::text(area)))),
            Some(Fact::new(words::span(l), span)),
        ];
        facts.into_iter().flatten().collect()
    }

    /// What the place itself says, or else what is around it: a room has its building's address.
    fn inherited(&self, space: &space::Model, field: fn(&space::Model) -> &Option<String>) -> Option<String> {
        self.tree.ancestry(space.id).into_iter().find_map(|space| field(space).clone())
    }

    /// Text of the office's own, which is written in Korean whoever reads it.
    fn told(
        &self,
        term: &str,
        space: &space::Model,
        field: fn(&space::Model) -> &Option<String>,
    ) -> Option<Fact> {
        let foreign = (self.l != Language::Ko).then_some(Language::Ko.code());
        let text = self.inherited(space, field)?;
        Some(Fact::new(term, view! { <span lang=foreign>{text}</span> }))
    }

    fn seats_fact(&self, space: &space::Model) -> Option<Fact> {
        Some(Fact::new(words::seats(self.l), words::seat_count(self.l, self.seats(space)?)))
    }

    /// Seats in service; where there is no plan, how many it is said to hold; else what its parts hold together.
    fn seats(&self, space: &space::Model) -> Option<u32> {
        let said = || space.seats.and_then(|seats| u32::try_from(seats).ok());
        let in_parts = || {
            let parts: Vec<u32> =
                self.tree.children(Some(space.id)).filter_map(|part| self.seats(part)).collect();
            (!parts.is_empty()).then(|| parts.iter().sum())
        };
        self.in_service.get(&space.id).copied().or_else(said).or_else(in_parts)
    }

    /// Everything inside it, each part followed by its own.
    fn parts(&self, space: &space::Model) -> Option<impl IntoView + use<>> {
        let l = self.l;
        let mut rows = Vec::new();
        self.add_parts(space, &mut rows);
        let columns = vec![
            Column::text(words::name(l)),
            Column::text(words::kind(l)),
            Column::text(words::state(l)),
            Column::number(words::seats(l)),
        ];
        (!rows.is_empty()).then(|| {
            view! {
                <h2 class="section-title">{words::parts(l)}</h2>
                <Table caption=words::parts(l) hidden_caption=true columns=columns rows=rows/>
            }
        })
    }

    fn add_parts(&self, space: &space::Model, rows: &mut Vec<Vec<Cell>>) {
        let l = self.l;
        for part in self.tree.children(Some(space.id)) {
            let (href, name) = (l.path(&path_of(part)), part.name_in(l).to_owned());
            let kind = match part.kind {
                SpaceKind::Venue => words::kind_venue(l),
                SpaceKind::Classroom => words::kind_classroom(l),
                SpaceKind::Studio => words::kind_studio(l),
            };
            rows.push(vec![
                view! { <a href=href>{name}</a> }.into_any(),
                kind.into_any(),
                self.state(part),
                self.seats(part)
                    .map_or_else(|| "–".to_owned(), |count| words::seat_count(l, count))
                    .into_any(),
            ]);
            self.add_parts(part, rows);
        }
    }
}

/// The plan to look at; the sentences above it say the same to whoever can't.
fn seat_plan(l: Language, plan: &SeatPlan) -> Option<impl IntoView + use<>> {
    if plan.rooms.is_empty() {
        return None;
    }
    let list = |wanted: fn(&PlanSeat) -> bool, name: fn(&PlanSeat) -> String| {
        let codes: Vec<String> = plan.seats().filter(|seat| wanted(seat)).map(name).collect();
        (!codes.is_empty()).then(|| codes.join(", "))
    };
    let wheelchair = list(|seat| seat.accessible, |seat| seat.code.as_str().to_owned());
    let out = list(
        |seat| seat.out_of_service.is_some(),
        |seat| format!("{} ({})", seat.code.as_str(), seat.out_of_service.as_deref().unwrap_or_default()),
    );
    let draw = |seat: &PlanSeat| {
        let (mark, _) = plan::at_rest(l, seat);
        let code = seat.code.as_str().to_owned();
        view! { <span class=mark.class() aria-hidden="true">{mark.sign()} <span>{code}</span></span> }
            .into_any()
    };
    let rooms: Vec<_> =
        plan.rooms.iter().enumerate().map(|(index, room)| plan::room(l, index, room, draw)).collect();
    Some(view! {
        <h2 class="section-title">{words::plan(l)}</h2>
        <p>{words::plan_count(l, plan.in_service())}</p>
        {wheelchair.map(|codes| view! { <p>{words::plan_wheelchair(l, codes)}</p> })}
        {out.map(|codes| view! { <p>{words::plan_out(l, codes)}</p> })}
        <div class="seat-plan">
            {plan::legend(l, plan::marks_at_rest(l))}
            {plan::tabs(l, &plan.rooms, None)}
            <div class="seat-rooms">{rooms}</div>
        </div>
    })
}
