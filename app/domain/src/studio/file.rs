//! The office's file of studio uses, brought in all or nothing. What it holds was agreed on elsewhere: no set-up, no
//! strike, nobody to check in, and what is over is done.

use std::collections::HashSet;

use chrono::{NaiveDate, NaiveTime};
use sea_orm::{ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, QueryFilter};
use serde::Deserialize;
use thiserror::Error;

use crate::account::Audience;
use crate::centre::Centre;
use crate::course::Line;
use crate::lines::Lines;
use crate::seoul;
use crate::space::Slot;
use crate::space::diary::{Diary, Wanted};
use crate::space::rules::SpaceRules;
use crate::studio::ask::StudioError;
use crate::studio::entity::booking;
use crate::studio::write::{Step, begin};
use crate::studio::{BookingCode, BookingEvent, BookingState, Kind};

/// The longest purpose and department, in characters.
const TEXT: usize = 100;

#[derive(Debug, Error)]
pub enum StudioFileError {
    #[error("not UTF-8")]
    NotUtf8,
    #[error(transparent)]
    Csv(#[from] csv::Error),
    /// All of them, by line.
    #[error("{}", .0.iter().map(|(line, problem)| format!("line {line}: {problem}")).collect::<Vec<_>>().join("\n"))]
    Lines(Vec<(u64, String)>),
    #[error(transparent)]
    Studio(#[from] StudioError),
}

impl From<DbErr> for StudioFileError {
    fn from(error: DbErr) -> Self {
        Self::Studio(error.into())
    }
}

/// A line as it stands in the file: dates `2020-01-09`, times `11:00`, in Seoul.
#[derive(Deserialize)]
struct Row {
    booking_code: String,
    space: String,
    kind: String,
    purpose: String,
    date: String,
    start: String,
    end: String,
    department: Option<String>,
}

/// What an import did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub created: usize,
    /// Those whose code is there already stay as they are.
    pub known: usize,
}

/// Brings a file in.
pub async fn import(centre: &Centre, bytes: &[u8]) -> Result<Report, StudioFileError> {
    let rows = read(bytes)?;
    let tx = begin(centre).await?;
    let rules = SpaceRules::load(&tx).await?;
    let step = Step { centre, rules: &rules, actor: None };
    let codes: Vec<&str> = rows.iter().map(|(_, row)| row.booking_code.as_str()).collect();
    let present = booking::Entity::find().filter(booking::Column::Code.is_in(codes)).all(&tx).await?;
    let present: HashSet<String> = present.into_iter().map(|booking| booking.code).collect();
    let (mut problems, mut bookings) = (Vec::new(), Vec::new());
    let mut seen: HashSet<&str> = HashSet::new();
    for (line, row) in &rows {
        if !seen.insert(&row.booking_code) {
            problems.push((*line, format!("{} stands on an earlier line already", row.booking_code)));
        } else if !present.contains(&row.booking_code) {
            match row.booking(&step) {
                Ok(booking) => bookings.push((*line, booking)),
                Err(problem) => problems.push((*line, problem)),
            }
        }
    }
    let span = bookings.iter().map(|(_, booking)| booking.slot()).reduce(|all, slot| Slot {
        starts_at: all.starts_at.min(slot.starts_at),
        ends_at: all.ends_at.max(slot.ends_at),
    });
    if let Some(span) = span {
        let mut diary = Diary::load(&tx, span).await?;
        for (line, booking) in &bookings {
            let leaves = rules.tree.leaves_of(booking.space_id);
            let wanted = Wanted { slot: booking.slot(), leaves, things: Vec::new(), people: Vec::new() };
            for clash in diary.clashes(&wanted) {
                problems.push((*line, format!("{} is there at that time", clash.with)));
            }
            diary.enter(booking.id, &booking.code, &wanted);
        }
    }
    if !problems.is_empty() {
        problems.sort();
        return Err(StudioFileError::Lines(problems));
    }
    for (_, booking) in &bookings {
        booking::ActiveModel::from(booking.clone()).reset_all().insert(&tx).await?;
        step.note(&tx, booking.id, BookingEvent::Imported, None).await?;
        step.hold(&tx, booking, Vec::new()).await?;
    }
    tx.commit().await?;
    Ok(Report { created: bookings.len(), known: rows.len() - bookings.len() })
}

fn read(bytes: &[u8]) -> Result<Vec<(u64, Row)>, StudioFileError> {
    let text = std::str::from_utf8(bytes).map_err(|_| StudioFileError::NotUtf8)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = Lines::of(text);
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let headers = reader.headers()?.clone();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record?;
        let line = lines.line(record.position());
        rows.push((line, record.deserialize(Some(&headers))?));
    }
    Ok(rows)
}

impl Row {
    /// The booking of a line, or what is wrong with it.
    fn booking(&self, step: &Step<'_>) -> Result<booking::Model, String> {
        let code =
            BookingCode::parse(&self.booking_code).ok_or("booking_code: capital letters, digits and -")?;
        let space = step.rules.tree.by_code(&self.space).ok_or_else(|| format!("no space {}", self.space))?;
        let kind = Kind::parse(&self.kind).ok_or("kind: recording, live or other")?;
        let purpose =
            Line::parse(&self.purpose, TEXT).ok_or("purpose: one line of at most 100 characters")?;
        let department = match self.department.as_deref().filter(|text| !text.is_empty()) {
            None => None,
            Some(text) => {
                let line = Line::parse(text, TEXT).ok_or("department: one line of at most 100 characters")?;
                Some(line.as_str().to_owned())
            }
        };
        let day: NaiveDate = self.date.parse().map_err(|_| "date: as 2020-01-09")?;
        let time =
            |text: &str| NaiveTime::parse_from_str(text, "%H:%M").map_err(|_| "start and end: as 09:00");
        let instant = |time| seoul::instant(day.and_time(time)).ok_or("no such hour on that day");
        let (starts_at, ends_at) = (instant(time(&self.start)?)?, instant(time(&self.end)?)?);
        if starts_at >= ends_at {
            return Err("it ends before it starts".into());
        }
        if !space.in_use_on(day) {
            return Err(format!("{} is not in use then", self.space));
        }
        let over = ends_at <= step.now();
        let id = step.clock().id();
        Ok(booking::Model {
            id,
            code: code.as_str().to_owned(),
            space_id: space.id,
            kind,
            purpose: purpose.as_str().to_owned(),
            audience: Audience::Staff,
            person_id: None,
            department,
            in_charge: None,
            presenter: None,
            presenter_id: None,
            people: None,
            help: None,
            rules: None,
            starts_at,
            ends_at,
            set_up: 0,
            strike: 0,
            state: if over { BookingState::Done } else { BookingState::Approved },
            reason: None,
            held_until: None,
            checked_in_at: None,
            made_kind: over.then_some(kind),
            made_title: None,
            made_link: None,
            made_channel: None,
            series_id: None,
            number: 1,
            request_key: id,
            sequence: 0,
            version: 1,
            created_at: step.now(),
        })
    }
}
