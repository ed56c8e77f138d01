//! The history of the marks of a class: what was said of whom and when, by whom and from where.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::account::access::look;
use crate::account::store::names_of;
use crate::account::{RunEditor, Subject};
use crate::attendance::entity::{kiosk, mark_event};
use crate::centre::Centre;
use crate::course::entity::{class_session, run};
use crate::registration::entity::application;

/// A line of it, with the names that people have today; empty where they are erased.
#[derive(Clone, Debug, PartialEq)]
pub struct MarkLine {
    pub event: mark_event::Model,
    pub name: String,
    /// Nobody where a machine found it out, or they checked themselves in.
    pub by: Option<String>,
    /// Where they checked in, if it was at one.
    pub kiosk: Option<kiosk::Model>,
}

/// What was said of the marks of a class, the latest first, with whole names; that somebody looked is written down.
pub async fn list(
    centre: &Centre,
    by: &RunEditor,
    run: &run::Model,
    class: &class_session::Model,
) -> Result<Vec<MarkLine>, DbErr> {
    look(centre, by.id(), by.duty(), Subject::Run, &run.code).await?;
    let db = centre.database();
    // Found by `mark_event_class`.
    let events = mark_event::Entity::find()
        .filter(mark_event::Column::ClassSessionId.eq(class.id))
        .order_by_desc(mark_event::Column::ArrivedAt)
        .order_by_desc(mark_event::Column::Id)
        .all(db)
        .await?;
    let places = application::Entity::find().filter(application::Column::RunId.eq(run.id)).all(db).await?;
    let person: HashMap<Uuid, Uuid> = places.iter().map(|place| (place.id, place.person_id)).collect();
    let judges = events.iter().filter_map(|event| event.by_id);
    let names = names_of(db, person.values().copied().chain(judges)).await?;
    let kiosks = kiosk::Entity::find()
        .filter(kiosk::Column::Id.is_in(events.iter().filter_map(|event| event.kiosk_id)))
        .all(db)
        .await?;
    let kiosks: HashMap<Uuid, kiosk::Model> = kiosks.into_iter().map(|kiosk| (kiosk.id, kiosk)).collect();
    let name = |id: &Uuid| names.get(id).cloned().unwrap_or_default();
    let line = |event: mark_event::Model| MarkLine {
        name: person.get(&event.application_id).map(name).unwrap_or_default(),
        by: event.by_id.as_ref().map(name),
        kiosk: event.kiosk_id.and_then(|id| kiosks.get(&id).cloned()),
        event,
    };
    Ok(events.into_iter().map(line).collect())
}
