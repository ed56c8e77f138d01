//! The settings of single features: how the studio is lent, what attendance comes to, how large files may be, by what
//! places are drawn.

use domain::account::Address;
use domain::attendance::{AbsenceSettings, AttendanceSettings};
use domain::board::{BoardSettings, MEGABYTE};
use domain::lesson::LessonSettings;
use domain::registration::{DrawSettings, Source, ValueKind};
use domain::studio::StudioSettings;
use domain::survey::SurveySettings;
use serde::Deserialize;

use super::{ConfigError, read_domain, wrong};

/// How the studio is lent: [`StudioSettings`] says what each means.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct StudioFile {
    approved_at_once: Vec<String>,
    resident_days_ahead: Option<u32>,
    check_in_minutes: Option<u32>,
    no_show_minutes: Option<u32>,
    no_shows: Option<u32>,
    bar_days: Option<u32>,
    hold_minutes: Option<u32>,
}

impl StudioFile {
    pub fn read(self, defaults: StudioSettings) -> Result<StudioSettings, ConfigError> {
        for named in &self.approved_at_once {
            let domain = named.strip_prefix('@').is_some_and(|domain| read_domain(domain).is_ok());
            if !domain && Address::parse_email(named).is_none() {
                return Err(wrong(
                    "studio.approved_at_once",
                    format!("`{named}` is no address and no @domain"),
                ));
            }
        }
        Ok(StudioSettings {
            approved_at_once: self.approved_at_once,
            resident_days_ahead: positive(
                "studio.resident_days_ahead",
                self.resident_days_ahead,
                defaults.resident_days_ahead,
            )?,
            check_in_minutes: positive(
                "studio.check_in_minutes",
                self.check_in_minutes,
                defaults.check_in_minutes,
            )?,
            no_show_minutes: positive(
                "studio.no_show_minutes",
                self.no_show_minutes,
                defaults.no_show_minutes,
            )?,
            no_shows: positive("studio.no_shows", self.no_shows, defaults.no_shows)?,
            bar_days: positive("studio.bar_days", self.bar_days, defaults.bar_days)?,
            hold_minutes: positive("studio.hold_minutes", self.hold_minutes, defaults.hold_minutes)?,
        })
    }
}

/// How attendance is found out and what follows from it: [`AttendanceSettings`] says what each means.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct AttendanceFile {
    code_minutes: Option<u32>,
    mark_minutes_before: Option<u32>,
    mark_days_after: Option<u32>,
    check_in_minutes: Option<u32>,
    tolerated_minutes: Option<u32>,
    completion_percent: Option<u32>,
    watch_percent: Option<u32>,
    absence_hours: Option<u32>,
    absence_days: Option<u32>,
    absence_warning: Option<u32>,
    absence_bar: Option<u32>,
    absence_bar_days: Option<u32>,
}

impl AttendanceFile {
    pub fn read(&self, defaults: AttendanceSettings) -> Result<AttendanceSettings, ConfigError> {
        let completion_percent =
            percent("attendance.completion_percent", self.completion_percent, defaults.completion_percent)?;
        Ok(AttendanceSettings {
            code_minutes: positive("attendance.code_minutes", self.code_minutes, defaults.code_minutes)?,
            mark_minutes_before: self.mark_minutes_before.unwrap_or(defaults.mark_minutes_before),
            mark_days_after: self.mark_days_after.unwrap_or(defaults.mark_days_after),
            check_in_minutes: self.check_in_minutes.unwrap_or(defaults.check_in_minutes),
            tolerated_minutes: self.tolerated_minutes.unwrap_or(defaults.tolerated_minutes),
            completion_percent,
            watch_percent: percent("attendance.watch_percent", self.watch_percent, defaults.watch_percent)?,
            absence: AbsenceSettings {
                hours: self.absence_hours.unwrap_or(defaults.absence.hours),
                days: positive("attendance.absence_days", self.absence_days, defaults.absence.days)?,
                warning: positive(
                    "attendance.absence_warning",
                    self.absence_warning,
                    defaults.absence.warning,
                )?,
                bar: positive("attendance.absence_bar", self.absence_bar, defaults.absence.bar)?,
                bar_days: positive(
                    "attendance.absence_bar_days",
                    self.absence_bar_days,
                    defaults.absence.bar_days,
                )?,
            },
        })
    }
}

/// How the survey after a run is held: [`SurveySettings`] says what each means.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SurveyFile {
    days: Option<u32>,
}

impl SurveyFile {
    pub fn read(&self, defaults: SurveySettings) -> Result<SurveySettings, ConfigError> {
        Ok(SurveySettings { days: positive("survey.days", self.days, defaults.days)? })
    }
}

/// When a lesson counts as watched, and how large the files of a course may be.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct LessonFile {
    done_percent: Option<u32>,
    handout_megabytes: Option<u32>,
}

impl LessonFile {
    pub fn read(&self, defaults: LessonSettings) -> Result<LessonSettings, ConfigError> {
        let done_percent = percent("lesson.done_percent", self.done_percent, defaults.done_percent)?;
        let handout_bytes =
            bytes("lesson.handout_megabytes", self.handout_megabytes, defaults.handout_bytes)?;
        Ok(LessonSettings { done_percent, handout_bytes })
    }
}

/// How large posters and clips may be.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct BoardFile {
    picture_megabytes: Option<u32>,
    clip_megabytes: Option<u32>,
}

impl BoardFile {
    pub fn read(&self, defaults: BoardSettings) -> Result<BoardSettings, ConfigError> {
        Ok(BoardSettings {
            picture_bytes: bytes("board.picture_megabytes", self.picture_megabytes, defaults.picture_bytes)?,
            clip_bytes: bytes("board.clip_megabytes", self.clip_megabytes, defaults.clip_bytes)?,
        })
    }
}

/// Files lie in the database and in every copy of it: larger ones belong elsewhere.
const MOST_MEGABYTES: u32 = 200;

fn bytes(name: &'static str, megabytes: Option<u32>, default: usize) -> Result<usize, ConfigError> {
    match megabytes {
        None => Ok(default),
        Some(megabytes) if (1..=MOST_MEGABYTES).contains(&megabytes) => Ok(megabytes as usize * MEGABYTE),
        Some(_) => Err(wrong(name, format!("must be from 1 to {MOST_MEGABYTES}"))),
    }
}

pub(super) fn positive(name: &'static str, value: Option<u32>, default: u32) -> Result<u32, ConfigError> {
    match value.unwrap_or(default) {
        0 => Err(wrong(name, "must be at least 1")),
        value => Ok(value),
    }
}

fn percent(name: &'static str, value: Option<u32>, default: u32) -> Result<u32, ConfigError> {
    match value.unwrap_or(default) {
        value @ 1..=100 => Ok(value),
        _ => Err(wrong(name, "must be from 1 to 100")),
    }
}

/// By what places are drawn where a run says nothing else.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct DrawFile {
    value: Option<String>,
    source: Option<String>,
}

impl DrawFile {
    pub fn read(&self, defaults: DrawSettings) -> Result<DrawSettings, ConfigError> {
        let kind = match (&self.value, &self.source) {
            (None, None) => return Ok(defaults),
            (None, Some(_)) => ValueKind::Other,
            (Some(kind), _) => ValueKind::parse(kind)
                .ok_or_else(|| wrong("draw.value", "is none of lotto, drand and other"))?,
        };
        if kind != ValueKind::Other && self.source.is_some() {
            return Err(wrong("draw.source", "is said by the kind of value already"));
        }
        let source = Source::of(kind, self.source.as_deref().unwrap_or_default());
        let source = source.ok_or_else(|| wrong("draw.source", "is no line of 1 to 300 characters"))?;
        Ok(DrawSettings { source })
    }
}
