//! The files a centre's rooms and seats come in: `spaces.csv` and `seats.csv`.

use std::collections::HashMap;
use std::io::{self, Read};

use chrono::NaiveDate;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use thiserror::Error;
use uuid::Uuid;

use crate::centre::{Centre, turn};
use crate::clock::Clock;
use crate::decimal;
use crate::lines::Lines;
use crate::space::entity::seat;
use crate::space::store::Tree;
use crate::space::{PlanSeat, SeatCode, SpaceCode, SpaceKind, rows_of_six};

#[derive(Debug, Error)]
pub enum SpaceFileError {
    #[error("{file}: {source}")]
    Read { file: &'static str, source: io::Error },
    #[error("{file}: {source}")]
    Csv { file: &'static str, source: csv::Error },
    #[error("{file}, line {line}: {problem}")]
    Line { file: &'static str, line: u64, problem: String },
    #[error(transparent)]
    Db(#[from] DbErr),
}

const SPACES: &str = "spaces.csv";
const SEATS: &str = "seats.csv";

/// A line of `spaces.csv`. What visitors are told (from `name_en` on) may be left out of the file altogether.
#[derive(Deserialize)]
struct SpaceLine {
    code: String,
    name: String,
    parent: Option<String>,
    kind: SpaceKind,
    seats: Option<u16>,
    area_m2: Option<String>,
    in_use_from: NaiveDate,
    in_use_until: Option<NaiveDate>,
    name_en: Option<String>,
    address: Option<String>,
    directions: Option<String>,
    lift: Option<String>,
    phone: Option<String>,
}

/// A line of `seats.csv`.
#[derive(Deserialize)]
struct SeatLine {
    space: String,
    seat: String,
    row: u16,
    column: u16,
    accessible: String,
}

/// Brings in rooms and seats, all or nothing. A space that is there already takes the file's figures and keeps its
/// seats as the administrator has arranged them; seats it lacks are added. A classroom with a number of seats and
/// none of its own, nor in its parts, gets rows of six.
pub async fn import(centre: &Centre, spaces: impl Read, seats: impl Read) -> Result<(), SpaceFileError> {
    let spaces: Vec<(u64, SpaceLine)> = lines(SPACES, spaces)?;
    let seats: Vec<(u64, SeatLine)> = lines(SEATS, seats)?;
    let tx = centre.begin().await?;
    turn(&tx).await?;
    for (line, space) in &spaces {
        put_space(&tx, centre.clock(), *line, space).await?;
    }
    let tree = Tree::load(&tx).await?;
    let present = seat::Entity::find().all(&tx).await?;
    let mut plans = plans_of_file(&tree, &present, &seats)?;
    for space in tree.all().iter().filter(|space| space.kind == SpaceKind::Classroom) {
        let planned = |id: &Uuid| plans.contains_key(id) || present.iter().any(|seat| seat.space_id == *id);
        if let (Some(count), false) = (space.seats, tree.within(space.id).iter().any(planned)) {
            let number = tree.number_in_hall(space.id);
            plans.insert(space.id, rows_of_six(number, u16::try_from(count).unwrap_or_default()));
        }
    }
    let is_present = |space_id: Uuid, code: &SeatCode| {
        present.iter().any(|seat| seat.space_id == space_id && seat.code == code.as_str())
    };
    let new: Vec<seat::ActiveModel> = plans
        .iter()
        .flat_map(|(space_id, plan)| plan.iter().map(|seat| (*space_id, seat)))
        .filter(|(space_id, seat)| !is_present(*space_id, &seat.code))
        .map(|(space_id, seat)| seat_row(centre.clock(), space_id, seat))
        .collect();
    if !new.is_empty() {
        seat::Entity::insert_many(new).exec_without_returning(&tx).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// A seat as a new row.
pub(super) fn seat_row(clock: &Clock, space_id: Uuid, seat: &PlanSeat) -> seat::ActiveModel {
    seat::ActiveModel {
        id: Set(clock.id()),
        space_id: Set(space_id),
        code: Set(seat.code.as_str().to_owned()),
        line: Set(seat.line.into()),
        position: Set(seat.position.into()),
        accessible: Set(seat.accessible),
        out_of_service: Set(seat.out_of_service.clone()),
    }
}

fn lines<T: DeserializeOwned>(
    file: &'static str,
    reader: impl Read,
) -> Result<Vec<(u64, T)>, SpaceFileError> {
    let wrong = |source| SpaceFileError::Csv { file, source };
    let text = io::read_to_string(reader).map_err(|source| SpaceFileError::Read { file, source })?;
    let mut lines = Lines::of(&text);
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let headers = reader.headers().map_err(wrong)?.clone();
    reader
        .records()
        .map(|record| {
            let record = record.map_err(wrong)?;
            let line = lines.line(record.position());
            Ok((line, record.deserialize(Some(&headers)).map_err(wrong)?))
        })
        .collect()
}

async fn put_space(
    tx: &impl ConnectionTrait,
    clock: &Clock,
    line: u64,
    given: &SpaceLine,
) -> Result<(), SpaceFileError> {
    let wrong = |problem: String| SpaceFileError::Line { file: SPACES, line, problem };
    let code = SpaceCode::parse(&given.code).ok_or_else(|| wrong(format!("{} is no code", given.code)))?;
    let tree = Tree::load(tx).await?;
    let parent = match &given.parent {
        None => None,
        Some(parent) => Some(
            tree.by_code(parent)
                .filter(|parent| parent.code != code.as_str())
                .ok_or_else(|| wrong(format!("the space {parent} does not stand above it")))?,
        ),
    };
    let area = match &given.area_m2 {
        None => None,
        Some(text) => {
            let area = decimal::hundredths(text).and_then(|area| i32::try_from(area).ok());
            Some(area.ok_or_else(|| wrong(format!("{text} is no area")))?)
        }
    };
    let present = tree.by_code(code.as_str());
    let mut row = present.map_or_else(Default::default, |space| space.clone().into_active_model());
    row.name = Set(given.name.clone());
    row.parent_id = Set(parent.map(|parent| parent.id));
    row.kind = Set(given.kind);
    row.seats = Set(given.seats.map(i32::from));
    row.area_dm2 = Set(area);
    row.in_use_from = Set(given.in_use_from);
    row.in_use_until = Set(given.in_use_until);
    row.name_en = Set(given.name_en.clone());
    row.address = Set(given.address.clone());
    row.directions = Set(given.directions.clone());
    row.lift = Set(given.lift.clone());
    row.phone = Set(given.phone.clone());
    if present.is_some() {
        row.update(tx).await?;
    } else {
        row.id = Set(clock.id());
        row.code = Set(code.as_str().to_owned());
        row.insert(tx).await?;
    }
    Ok(())
}

fn plans_of_file(
    tree: &Tree,
    present: &[seat::Model],
    seats: &[(u64, SeatLine)],
) -> Result<HashMap<Uuid, Vec<PlanSeat>>, SpaceFileError> {
    let mut plans: HashMap<Uuid, Vec<PlanSeat>> = HashMap::new();
    for (line, given) in seats {
        let wrong = |problem: String| SpaceFileError::Line { file: SEATS, line: *line, problem };
        let space = tree.by_code(&given.space).ok_or_else(|| wrong(format!("no space {}", given.space)))?;
        let seat = PlanSeat {
            code: SeatCode::parse(&given.seat).ok_or_else(|| wrong(format!("{} is no code", given.seat)))?,
            line: given.row,
            position: given.column,
            accessible: match given.accessible.as_str() {
                "yes" => true,
                "no" => false,
                other => return Err(wrong(format!("accessible is yes or no, not {other}"))),
            },
            out_of_service: None,
        };
        let hall = tree.hall_of(space.id);
        let in_file =
            |room: &Uuid| plans.get(room).is_some_and(|plan| plan.iter().any(|it| it.code == seat.code));
        let elsewhere = |other: &seat::Model| {
            other.space_id != space.id && hall.contains(&other.space_id) && other.code == given.seat
        };
        if hall.iter().any(in_file) || present.iter().any(elsewhere) {
            return Err(wrong(format!("{} occurs twice in its hall", given.seat)));
        }
        let same_place = |other: &PlanSeat| (other.line, other.position) == (seat.line, seat.position);
        let plan = plans.entry(space.id).or_default();
        if plan.iter().any(same_place) {
            return Err(wrong(format!("where {} stands is another seat", given.seat)));
        }
        plan.push(seat);
    }
    Ok(plans)
}
