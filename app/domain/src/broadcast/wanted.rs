//! What the centre's own rows want of each broadcast: a class that moves takes its broadcast along, since nothing of it is
//! written down twice.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Datelike, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::account::Audience;
use crate::broadcast::call::{Draft, Privacy};
use crate::broadcast::entity::{broadcast, broadcast_template, encoder, playlist};
use crate::broadcast::plan::{Record, Wanted};
use crate::broadcast::stream::Holders;
use crate::broadcast::{Facts, Template, Thumbnail};
use crate::centre::Centre;
use crate::course::entity::{class_session, course, run};
use crate::course::{ClassState, RunState};
use crate::language::Language;
use crate::seoul;
use crate::studio::entity::booking;

/// What a broadcast shows: a class or an event.
#[derive(Clone, Debug, PartialEq)]
pub struct Subject {
    pub title: String,
    pub title_en: Option<String>,
    /// Which class of its run.
    pub number: Option<i32>,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub presenter: String,
    pub cancelled: bool,
    /// Of a class: the run, its code, and who may take it.
    pub run: Option<OfRun>,
    template: Template,
}

#[derive(Clone, Debug, PartialEq)]
pub struct OfRun {
    pub id: Uuid,
    pub code: String,
    pub audience: Audience,
    pub instructor_id: Option<Uuid>,
    pub is_published: bool,
}

impl Subject {
    pub fn title_in(&self, language: Language) -> &str {
        language.choose(&self.title, self.title_en.as_deref())
    }
}

/// The rows behind some broadcasts.
#[derive(Clone, Debug, Default)]
pub struct Subjects {
    runs: HashMap<Uuid, run::Model>,
    courses: HashMap<Uuid, course::Model>,
    templates: HashMap<Uuid, Template>,
    classes: HashMap<(Uuid, i32), class_session::Model>,
    bookings: HashMap<Uuid, booking::Model>,
    encoders: HashMap<Uuid, encoder::Model>,
    /// By run and channel.
    playlists: HashMap<(Uuid, Uuid), playlist::Model>,
}

impl Subjects {
    pub async fn load<C: ConnectionTrait>(db: &C, of: &[broadcast::Model]) -> Result<Self, DbErr> {
        let runs: HashSet<Uuid> = of.iter().filter_map(|row| row.run_id).collect();
        let bookings: HashSet<Uuid> = of.iter().filter_map(|row| row.booking_id).collect();
        let mut subjects = Self::default();
        for some in chunks(runs) {
            let classes = class_session::Entity::find()
                .filter(class_session::Column::RunId.is_in(some.iter().copied()))
                .all(db)
                .await?;
            subjects.classes.extend(classes.into_iter().map(|row| ((row.run_id, row.number), row)));
            let playlists = playlist::Entity::find()
                .filter(playlist::Column::RunId.is_in(some.iter().copied()))
                .all(db)
                .await?;
            subjects.playlists.extend(playlists.into_iter().map(|row| ((row.run_id, row.channel_id), row)));
            let runs = run::Entity::find().filter(run::Column::Id.is_in(some)).all(db).await?;
            subjects.runs.extend(runs.into_iter().map(|row| (row.id, row)));
        }
        let courses: HashSet<Uuid> = subjects.runs.values().map(|run| run.course_id).collect();
        for some in chunks(courses) {
            let templates = broadcast_template::Entity::find()
                .filter(broadcast_template::Column::CourseId.is_in(some.iter().copied()))
                .all(db)
                .await?;
            let template = |row: broadcast_template::Model| {
                (row.course_id, Template { title: row.title, description: row.description })
            };
            subjects.templates.extend(templates.into_iter().map(template));
            let courses = course::Entity::find().filter(course::Column::Id.is_in(some)).all(db).await?;
            subjects.courses.extend(courses.into_iter().map(|row| (row.id, row)));
        }
        for some in chunks(bookings) {
            let rows = booking::Entity::find().filter(booking::Column::Id.is_in(some)).all(db).await?;
            subjects.bookings.extend(rows.into_iter().map(|row| (row.id, row)));
        }
        let encoders = encoder::Entity::find().all(db).await?;
        subjects.encoders = encoders.into_iter().map(|row| (row.id, row)).collect();
        Ok(subjects)
    }

    pub fn encoder(&self, row: &broadcast::Model) -> Option<&encoder::Model> {
        self.encoders.get(&row.encoder_id?)
    }

    pub(super) fn playlist(&self, run: Uuid, channel: Uuid) -> Option<&playlist::Model> {
        self.playlists.get(&(run, channel))
    }

    /// What it shows. A class that is no longer in its run's plan is a cancelled one, at the time it was last wanted for.
    pub fn of(&self, row: &broadcast::Model) -> Option<Subject> {
        match (row.run_id, row.number, row.booking_id) {
            (Some(run), Some(number), _) => self.class(row, run, number),
            (_, _, Some(booking)) => self.event(booking),
            _ => None,
        }
    }

    fn class(&self, row: &broadcast::Model, run: Uuid, number: i32) -> Option<Subject> {
        let run = self.runs.get(&run)?;
        let course = self.courses.get(&run.course_id)?;
        let class = self.classes.get(&(run.id, number));
        let asked = draft(row.asked.as_deref());
        let (starts_at, ends_at) = match (class, &asked) {
            (Some(class), _) => (class.starts_at, class.ends_at),
            (None, Some(asked)) => (asked.starts_at, asked.ends_at),
            (None, None) => (row.created_at, row.created_at),
        };
        let is_planned = class.is_some_and(|class| class.state == ClassState::Planned);
        Some(Subject {
            title: course.title.clone(),
            title_en: course.title_en.clone(),
            number: Some(number),
            starts_at,
            ends_at,
            presenter: run.instructor.clone(),
            cancelled: !is_planned || run.state == RunState::Cancelled,
            run: Some(OfRun {
                id: run.id,
                code: run.code.clone(),
                audience: course.audience,
                instructor_id: run.instructor_id,
                is_published: run.state == RunState::Published,
            }),
            template: self.templates.get(&course.id).cloned().unwrap_or_default(),
        })
    }

    fn event(&self, booking: Uuid) -> Option<Subject> {
        let booking = self.bookings.get(&booking)?;
        let template = Template { title: "{course} ({date})".into(), description: "{link}".into() };
        Some(Subject {
            title: booking.purpose.clone(),
            title_en: None,
            number: None,
            starts_at: booking.starts_at,
            ends_at: booking.ends_at,
            presenter: booking.presenter.clone().unwrap_or_default(),
            cancelled: !booking.state.holds(),
            run: None,
            template,
        })
    }
}

impl Subject {
    /// Its day, as people write it.
    fn date(&self) -> String {
        let day = seoul::day(self.starts_at);
        format!("{}. {}. {}.", day.year(), day.month(), day.day())
    }

    pub fn thumbnail(&self) -> Thumbnail {
        let number = self.number.map(|number| format!("{number}차시"));
        let presenter = Some(self.presenter.clone()).filter(|name| !name.is_empty());
        let facts = [number, Some(self.date()), presenter].into_iter().flatten().collect();
        Thumbnail { title: self.title.clone(), facts }
    }

    /// What YouTube is to make of it.
    pub(super) fn wanted(&self, centre: &Centre, row: &broadcast::Model, record: &Record) -> Draft {
        let facts = Facts {
            course: self.title.clone(),
            number: self.number,
            date: self.date(),
            presenter: self.presenter.clone(),
            link: format!("{}/live/{}", centre.settings().public_url, row.code),
        };
        let template = Template {
            title: row.own_title.clone().unwrap_or_else(|| self.template.title.clone()),
            description: row.own_description.clone().unwrap_or_else(|| self.template.description.clone()),
        };
        let (title, description) = template.fill(&facts, &record.marker());
        Draft {
            title,
            description,
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            privacy: row.privacy,
            made_for_kids: row.made_for_kids,
            dvr: row.dvr,
            latency: row.latency,
        }
    }
}

impl Holders {
    pub(super) fn of(
        records: &[(broadcast::Model, Record)],
        subjects: &Subjects,
        now: DateTime<Utc>,
    ) -> Self {
        let mut holders = Self::default();
        for (row, record) in records {
            let subject = subjects.of(row).filter(|it| !it.cancelled && !row.unwanted && now < it.ends_at);
            let stream = subjects.encoder(row).and_then(|encoder| encoder.stream.as_deref());
            holders.add(record, stream, subject.map(|subject| subject.starts_at), now);
        }
        holders
    }

    /// All that decides about the next step.
    pub(super) fn wanted(
        &self,
        centre: &Centre,
        subjects: &Subjects,
        subject: &Subject,
        (row, record): (&broadcast::Model, &Record),
    ) -> Wanted {
        let stream = subjects.encoder(row).and_then(|encoder| encoder.stream.clone());
        let is_so = |ask: fn(&Self, &str, DateTime<Utc>, Uuid) -> bool| {
            stream.as_ref().is_some_and(|stream| ask(self, stream, subject.starts_at, row.id))
        };
        let today = seoul::day(centre.clock().now());
        let is_listed = row.privacy != Privacy::Private;
        let playlist =
            row.run_id.zip(row.channel_id).and_then(|(run, channel)| subjects.playlist(run, channel));
        Wanted {
            draft: subject.wanted(centre, row, record),
            thumbnail: subject.thumbnail(),
            playlist: playlist.filter(|_| is_listed).and_then(|playlist| playlist.youtube.clone()),
            stream_taken: is_so(Self::is_taken),
            stream_awaited: is_so(Self::is_awaited),
            stream_wanted_at: stream
                .as_ref()
                .and_then(|stream| self.wanted_after(stream, subject.starts_at, row.id)),
            stream,
            cancelled: subject.cancelled || row.unwanted,
            replay_ended: row.replay_until.is_some_and(|last| last < today),
        }
    }
}

pub(super) fn draft(json: Option<&str>) -> Option<Draft> {
    serde_json::from_str(json?).ok()
}

/// Ids in lists that a statement bears.
fn chunks(ids: HashSet<Uuid>) -> Vec<Vec<Uuid>> {
    let ids: Vec<Uuid> = ids.into_iter().collect();
    ids.chunks(500).map(<[Uuid]>::to_vec).collect()
}
