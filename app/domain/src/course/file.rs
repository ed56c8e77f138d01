//! The office's file of runs: read with every error named by line and column, brought in all or nothing, and given
//! out again byte for byte.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Datelike, NaiveDateTime, NaiveTime, Utc};
use csv::StringRecord;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use thiserror::Error;
use uuid::Uuid;

use crate::DbErr;
use crate::account::{TrainingManager, record};
use crate::centre::{Centre, turn};
use crate::course::edit::{CourseDetails, EditError, Refusal, Saving, insert_course};
use crate::course::entity::{course, run};
use crate::course::programme::{Programme, Sessions, Source};
use crate::course::store::in_year;
use crate::course::{
    Audience, Category, DeskShut, Line, Mode, Pattern, RunCode, RunDetails, RunState, Selection, Weekdays,
    desk_shut, hours_text, minutes_of_hours,
};
use crate::lines::Lines;
use crate::named::named;
use crate::registration::drawing::follow_window;
use crate::seoul;
use crate::space::diary::{Clash, Over};
use crate::space::holiday::parse_day;
use crate::space::store::Tree;

/// The largest file that is read, in bytes.
pub const MAX_BYTES: usize = 2 * 1024 * 1024;

named! {
    /// The columns of the file, in its order.
    pub enum Column {
        RunCode = "run_code",
        Title = "title",
        Category = "category",
        Audience = "audience",
        Mode = "mode",
        Space = "space",
        Instructor = "instructor",
        FirstDate = "first_date",
        Weekdays = "weekdays",
        Start = "start",
        End = "end",
        SessionCount = "session_count",
        Hours = "hours",
        Capacity = "capacity",
        Selection = "selection",
        ApplyFrom = "apply_from",
        ApplyUntil = "apply_until",
        Enrolled = "enrolled",
    }
}

/// One thing that is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// From 1, as an editor counts; 0 for the file as a whole.
    pub line: u64,
    /// `None` for the line as a whole.
    pub column: Option<Column>,
    pub fault: Fault,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    TooBig,
    /// Mostly a file saved by a Korean spreadsheet in its old encoding.
    NotUtf8,
    MissingColumn(Column),
    UnknownColumn(String),
    ColumnTwice(String),
    FieldCount {
        expected: usize,
        found: usize,
    },
    /// Nothing stands there.
    Empty,
    RunCode,
    /// A line of text of at most so many characters.
    Text(usize),
    /// One of these words.
    OneOf(Vec<&'static str>),
    Date,
    Time,
    Weekdays,
    /// A whole number in this span.
    Number(u32, u32),
    Hours,
    Instant,
    UnknownSpace,
    NeedsSpace,
    /// The run stands on an earlier line already.
    RunTwice {
        line: u64,
    },
    /// The same title stands under another category or audience on an earlier line.
    CourseDiffers {
        line: u64,
        word: &'static str,
    },
    /// The course is known here under another category or audience.
    CourseKnown {
        word: &'static str,
    },
    /// The room or instructor is taken by a run on another line.
    ClashInFile {
        line: u64,
        clash: Clash,
    },
    Refused(Refusal),
}

/// What an import did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub created: Vec<String>,
    pub changed: Vec<Changed>,
    pub unchanged: usize,
    pub hints: Vec<Hint>,
}

/// A run that the file changes, and in which columns; a draft is also published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    pub code: String,
    pub columns: Vec<Column>,
}

/// The window of a created or changed run ends when the desk is shut. No error: the office may mean it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    pub line: u64,
    pub code: String,
    pub shut: DeskShut,
}

#[derive(Debug, Error)]
pub enum ImportError {
    /// All of them, by line.
    #[error("the file has {} errors", .0.len())]
    Problems(Vec<Problem>),
    #[error(transparent)]
    Db(#[from] DbErr),
}

/// Whether an import only looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    DryRun,
    Commit,
}

/// Brings a file in, all or nothing; a dry run does the same and takes it back.
pub async fn import(
    centre: &Centre,
    by: &TrainingManager,
    bytes: &[u8],
    act: Act,
) -> Result<Report, ImportError> {
    bring_in(centre, Some(by.id()), bytes, act).await
}

/// The same at the command line and for the demonstration, where nobody is signed in.
pub async fn install(centre: &Centre, bytes: &[u8], act: Act) -> Result<Report, ImportError> {
    bring_in(centre, None, bytes, act).await
}

async fn bring_in(centre: &Centre, by: Option<Uuid>, bytes: &[u8], act: Act) -> Result<Report, ImportError> {
    let rows = read(bytes).map_err(ImportError::Problems)?;
    let tx = centre.begin().await?;
    turn(&tx).await?;
    let now = centre.clock().now();
    let first = rows.iter().map(|row| seoul::midnight(row.pattern.first_date)).min();
    let mut programme =
        Programme::load(&tx, centre.settings(), first.map_or(now, |first| first.min(now))).await?;
    let courses = course::Entity::find().all(&tx).await?;
    let mut plan = Plan::new(&rows, &courses);
    plan.check(&mut programme, now);
    if !plan.problems.is_empty() {
        tx.rollback().await?;
        plan.problems.sort_by_key(|problem| (problem.line, problem.column));
        return Err(ImportError::Problems(plan.problems));
    }
    let mut ids: HashMap<&str, Uuid> = courses.iter().map(|it| (it.title.as_str(), it.id)).collect();
    for row in &rows {
        if !ids.contains_key(row.title.as_str()) {
            let details = CourseDetails::bare(row.title.clone(), row.category, row.audience);
            ids.insert(row.title.as_str(), insert_course(&tx, centre.clock(), &details).await?);
        }
    }
    for step in &mut plan.steps {
        step.details.course_id = ids.get(step.row.title.as_str()).copied().unwrap_or_default();
    }
    for step in &plan.steps {
        step.saving(&programme).clear(&tx, now).await.map_err(|error| step.blame(error))?;
    }
    for step in &plan.steps {
        let written = step.saving(&programme).write(&tx, centre.clock(), &programme).await;
        let id = written.map_err(|error| step.blame(error))?;
        if let Some(run) = programme.runs.get(step.row.code.as_str()) {
            follow_window(&tx, run, step.details.apply_until).await?;
        }
        record(&tx, centre.clock(), by, "import", "run", &id.to_string(), &step.fields()).await?;
    }
    match act {
        Act::Commit => {
            tx.commit().await?;
            centre.settle().await;
        }
        Act::DryRun => tx.rollback().await?,
    }
    Ok(plan.report)
}

/// A line of the file, well formed.
#[derive(Clone, Debug)]
struct Row {
    line: u64,
    code: RunCode,
    title: Line,
    category: Category,
    audience: Audience,
    mode: Mode,
    /// Only an online run can do without.
    space: Option<String>,
    instructor: Line,
    pattern: Pattern,
    capacity: u16,
    selection: Selection,
    apply_from: DateTime<Utc>,
    apply_until: DateTime<Utc>,
    enrolled: Option<u32>,
}

/// A row that changes something.
struct Step<'a> {
    row: &'a Row,
    details: RunDetails,
    sessions: Sessions,
    columns: Vec<Column>,
}

impl Step<'_> {
    fn saving<'a>(&'a self, programme: &'a Programme) -> Saving<'a> {
        Saving {
            present: programme.runs.get(self.row.code.as_str()),
            code: &self.row.code,
            details: &self.details,
            state: RunState::Published,
            sessions: &self.sessions,
        }
    }

    fn fields(&self) -> String {
        self.columns.iter().map(|column| column.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// What the database's own guards refuse reads like a line of the check before.
    fn blame(&self, error: DbErr) -> ImportError {
        match EditError::from(error) {
            EditError::Db(error) => ImportError::Db(error),
            EditError::Refused(refusals) => ImportError::Problems(
                refusals.into_iter().map(|refusal| problem_of(self.row.line, refusal)).collect(),
            ),
        }
    }
}

/// The rows beside the programme: what they would change, and what is wrong with that.
struct Plan<'a> {
    rows: &'a [Row],
    courses: HashMap<Uuid, &'a course::Model>,
    steps: Vec<Step<'a>>,
    problems: Vec<Problem>,
    report: Report,
}

impl<'a> Plan<'a> {
    fn new(rows: &'a [Row], courses: &'a [course::Model]) -> Self {
        let mut plan = Self {
            rows,
            courses: courses.iter().map(|course| (course.id, course)).collect(),
            steps: Vec::new(),
            problems: Vec::new(),
            report: Report::default(),
        };
        plan.check_codes();
        plan.check_courses();
        plan
    }

    fn fault(&mut self, line: u64, column: Column, fault: Fault) {
        self.problems.push(Problem { line, column: Some(column), fault });
    }

    fn check_codes(&mut self) {
        let mut lines: HashMap<&str, u64> = HashMap::new();
        for row in self.rows {
            if let Some(line) = lines.insert(row.code.as_str(), row.line) {
                self.fault(row.line, Column::RunCode, Fault::RunTwice { line });
            }
        }
    }

    /// A title means one course, so that its category and audience must be the same everywhere.
    fn check_courses(&mut self) {
        let known: HashMap<&str, &course::Model> =
            self.courses.values().map(|course| (course.title.as_str(), *course)).collect();
        let mut first: HashMap<&str, &Row> = HashMap::new();
        for row in self.rows {
            let before = *first.entry(row.title.as_str()).or_insert(row);
            if before.category != row.category {
                let fault = Fault::CourseDiffers { line: before.line, word: before.category.as_str() };
                self.fault(row.line, Column::Category, fault);
            }
            if before.audience != row.audience {
                let fault = Fault::CourseDiffers { line: before.line, word: before.audience.as_str() };
                self.fault(row.line, Column::Audience, fault);
            }
            let Some(course) = known.get(row.title.as_str()) else { continue };
            if course.category != row.category {
                self.fault(row.line, Column::Category, Fault::CourseKnown { word: course.category.as_str() });
            }
            if course.audience != row.audience {
                self.fault(row.line, Column::Audience, Fault::CourseKnown { word: course.audience.as_str() });
            }
        }
    }

    fn check(&mut self, programme: &mut Programme, now: DateTime<Utc>) {
        let rows = self.rows;
        let mut changing: Vec<(&Row, Vec<Column>)> = Vec::new();
        for row in rows {
            let present = programme.runs.get(row.code.as_str());
            let columns = self.changes(programme, row, present);
            match present {
                None => self.report.created.push(row.code.as_str().to_owned()),
                Some(run) if columns.is_empty() && run.state != RunState::Draft => {
                    self.report.unchanged += 1;
                    continue;
                }
                Some(run) => {
                    let (id, code) = (run.id, run.code.clone());
                    self.report.changed.push(Changed { code, columns: columns.clone() });
                    programme.vacate(id);
                }
            }
            changing.push((row, columns));
        }
        let lines: HashMap<&str, u64> = rows.iter().map(|row| (row.code.as_str(), row.line)).collect();
        for (row, columns) in changing {
            self.check_row(programme, row, columns, &lines, now);
        }
    }

    fn check_row(
        &mut self,
        programme: &mut Programme,
        row: &'a Row,
        columns: Vec<Column>,
        lines: &HashMap<&str, u64>,
        now: DateTime<Utc>,
    ) {
        let space = row.space.as_deref().map(|code| programme.rules.tree.by_code(code).map(|space| space.id));
        if space == Some(None) {
            self.fault(row.line, Column::Space, Fault::UnknownSpace);
            return;
        }
        let present = programme.runs.get(row.code.as_str()).cloned();
        let details = row.details(space.flatten(), present.as_ref());
        let id = present.as_ref().map_or(Uuid::nil(), |run| run.id);
        let sessions = match programme.check(present.as_ref(), &details, Source::File, now) {
            Ok(sessions) => sessions,
            Err(refusals) => {
                for refusal in refusals {
                    self.refuse(row.line, refusal, lines);
                }
                return;
            }
        };
        let spans = match &sessions {
            Sessions::Make(spans) => spans.clone(),
            Sessions::Stay | Sessions::Settle { .. } => programme.planned(id),
        };
        programme.occupy(id, row.code.as_str(), &details, &spans);
        if let Some(shut) = desk_shut(seoul::wall(row.apply_until), &programme.rules.holidays.days) {
            self.report.hints.push(Hint { line: row.line, code: row.code.as_str().to_owned(), shut });
        }
        self.steps.push(Step { row, details, sessions, columns });
    }

    /// A clash with a run of the same file names its line; the others name the run.
    fn refuse(&mut self, line: u64, refusal: Refusal, lines: &HashMap<&str, u64>) {
        let Refusal::Clashes(clashes) = refusal else {
            self.problems.push(problem_of(line, refusal));
            return;
        };
        for clash in clashes {
            let column = Some(column_of_clash(&clash));
            let fault = match lines.get(clash.with.as_str()) {
                Some(other) => Fault::ClashInFile { line: *other, clash },
                None => Fault::Refused(Refusal::Clashes(vec![clash])),
            };
            self.problems.push(Problem { line, column, fault });
        }
    }

    /// The columns in which a row says something else than the run it stands for.
    fn changes(&self, programme: &Programme, row: &Row, present: Option<&run::Model>) -> Vec<Column> {
        let stored = present.and_then(|run| {
            let course = self.courses.get(&run.course_id)?;
            Some(fields(run, course, &programme.rules.tree))
        });
        let stored = stored.unwrap_or_default();
        let given = row.fields();
        let differs = |column: &Column| stored.get(column).is_none_or(|text| *text != given[column]);
        Column::ALL.iter().copied().filter(differs).collect()
    }
}

fn column_of_clash(clash: &Clash) -> Column {
    match clash.over {
        Over::Person => Column::Instructor,
        Over::Space | Over::Thing { .. } => Column::Space,
    }
}

fn problem_of(line: u64, refusal: Refusal) -> Problem {
    use crate::course::PatternError;
    let column = match &refusal {
        Refusal::Pattern(PatternError::Backwards) => Some(Column::End),
        Refusal::Pattern(PatternError::Count) => Some(Column::SessionCount),
        Refusal::Pattern(PatternError::Minutes(_)) => Some(Column::Hours),
        Refusal::Pattern(PatternError::NoHolidays(_)) | Refusal::Begun => Some(Column::FirstDate),
        Refusal::NoRoom
        | Refusal::RoomNotInUse(_)
        | Refusal::RoomClosed(..)
        | Refusal::RoomShut(_)
        | Refusal::PlacesHeld
        | Refusal::Clashes(_) => Some(Column::Space),
        Refusal::CapacityOverSeats(_) | Refusal::CapacityUnderTaken(_) | Refusal::MinimumOverCapacity => {
            Some(Column::Capacity)
        }
        Refusal::MinimumTooEarly => Some(Column::ApplyFrom),
        Refusal::MinimumTooLate => Some(Column::FirstDate),
        Refusal::WindowBackwards | Refusal::WindowStands | Refusal::DrawTooLate(_) => {
            Some(Column::ApplyUntil)
        }
        Refusal::Missing(_) => Some(Column::Space),
        _ => None,
    };
    Problem { line, column, fault: Fault::Refused(refusal) }
}

impl Row {
    /// What is not in the file stays as it is.
    fn details(&self, space_id: Option<Uuid>, present: Option<&run::Model>) -> RunDetails {
        let present = present.map(RunDetails::of);
        RunDetails {
            course_id: Uuid::nil(),
            mode: self.mode,
            space_id,
            instructor: Some(self.instructor.clone()),
            instructor_id: present.as_ref().and_then(|it| it.instructor_id),
            first_date: Some(self.pattern.first_date),
            weekdays: Some(self.pattern.weekdays.clone()),
            start: Some(self.pattern.start),
            end: Some(self.pattern.end),
            session_count: Some(self.pattern.session_count),
            minutes: Some(self.pattern.minutes),
            capacity: self.capacity,
            selection: self.selection,
            apply_from: Some(self.apply_from),
            apply_until: Some(self.apply_until),
            cancel_until: present.as_ref().and_then(|it| it.cancel_until),
            offer_minutes: present.as_ref().and_then(|it| it.offer_minutes),
            enrolled: self.enrolled,
            minimum: present.and_then(|it| it.minimum),
        }
    }

    fn fields(&self) -> BTreeMap<Column, String> {
        let pattern = &self.pattern;
        fields_of([
            self.code.as_str().to_owned(),
            self.title.as_str().to_owned(),
            self.category.as_str().to_owned(),
            self.audience.as_str().to_owned(),
            self.mode.as_str().to_owned(),
            self.space.clone().unwrap_or_default(),
            self.instructor.as_str().to_owned(),
            pattern.first_date.to_string(),
            pattern.weekdays.text(),
            pattern.start.format("%H:%M").to_string(),
            pattern.end.format("%H:%M").to_string(),
            pattern.session_count.to_string(),
            hours_text(pattern.minutes),
            self.capacity.to_string(),
            self.selection.as_str().to_owned(),
            instant_text(Some(self.apply_from)),
            instant_text(Some(self.apply_until)),
            self.enrolled.map(|people| people.to_string()).unwrap_or_default(),
        ])
    }
}

/// The fields of a stored run as the file has them.
fn fields(run: &run::Model, course: &course::Model, tree: &Tree) -> BTreeMap<Column, String> {
    let space = run.space_id.and_then(|id| tree.get(id));
    fields_of([
        run.code.clone(),
        course.title.clone(),
        course.category.as_str().to_owned(),
        course.audience.as_str().to_owned(),
        run.mode.as_str().to_owned(),
        space.map(|space| space.code.clone()).unwrap_or_default(),
        run.instructor.clone(),
        run.first_date.map(|day| day.to_string()).unwrap_or_default(),
        run.weekdays.clone(),
        run.starts.clone().unwrap_or_default(),
        run.ends.clone().unwrap_or_default(),
        run.session_count.to_string(),
        hours_text(u32::try_from(run.minutes).unwrap_or_default()),
        run.capacity.to_string(),
        run.selection.as_str().to_owned(),
        instant_text(run.apply_from),
        instant_text(run.apply_until),
        run.enrolled.map(|people| people.to_string()).unwrap_or_default(),
    ])
}

fn fields_of(texts: [String; 18]) -> BTreeMap<Column, String> {
    Column::ALL.iter().copied().zip(texts).collect()
}

fn instant_text(at: Option<DateTime<Utc>>) -> String {
    at.map(|at| seoul::wall(at).format("%Y-%m-%dT%H:%M").to_string()).unwrap_or_default()
}

/// The published runs of a year in the file's own form, lines ended as the office's spreadsheet ends them, in the
/// order in which they were made: a file that was brought in goes out in its own order.
pub async fn export(centre: &Centre, _by: &TrainingManager, year: i32) -> Result<Vec<u8>, DbErr> {
    let db = centre.database();
    let runs = run::Entity::find()
        .filter(in_year(year))
        .filter(run::Column::State.eq(RunState::Published))
        .order_by_asc(run::Column::Id)
        .all(db)
        .await?;
    let tree = Tree::load(db).await?;
    let courses = course::Entity::find().all(db).await?;
    let courses: HashMap<Uuid, course::Model> = courses.into_iter().map(|it| (it.id, it)).collect();
    let header: Vec<&str> = Column::ALL.iter().map(|column| column.as_str()).collect();
    let mut text = header.join(",");
    text.push_str("\r\n");
    for run in &runs {
        let Some(course) = courses.get(&run.course_id) else { continue };
        let line: Vec<String> = fields(run, course, &tree).values().map(|field| quoted(field)).collect();
        text.push_str(&line.join(","));
        text.push_str("\r\n");
    }
    Ok(text.into_bytes())
}

/// A field by RFC 4180, in quotes only where it needs them.
fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

/// Reads a file without looking at the database, or says everything that is wrong with its form.
fn read(bytes: &[u8]) -> Result<Vec<Row>, Vec<Problem>> {
    let whole = |fault| vec![Problem { line: 0, column: None, fault }];
    if bytes.len() > MAX_BYTES {
        return Err(whole(Fault::TooBig));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| whole(Fault::NotUtf8))?;
    if text.contains('\0') {
        return Err(whole(Fault::NotUtf8));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .has_headers(false)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut records = reader.records().map_while(Result::ok);
    let places = header(&records.next().unwrap_or_default())?;
    let mut rows = Vec::new();
    let mut problems = Vec::new();
    let mut lines = Lines::of(text);
    for record in records.filter(|record| record.iter().any(|field| !field.is_empty())) {
        let line = lines.line(record.position());
        if record.len() != places.len() {
            let fault = Fault::FieldCount { expected: places.len(), found: record.len() };
            problems.push(Problem { line, column: None, fault });
            continue;
        }
        rows.extend(Fields { line, record: &record, places: &places, problems: &mut problems }.row());
    }
    if problems.is_empty() { Ok(rows) } else { Err(problems) }
}

/// Where each column stands.
fn header(names: &StringRecord) -> Result<HashMap<Column, usize>, Vec<Problem>> {
    let mut places = HashMap::new();
    let mut faults = Vec::new();
    for (place, name) in names.iter().enumerate() {
        match Column::parse(name) {
            None => faults.push(Fault::UnknownColumn(name.chars().take(40).collect())),
            Some(column) if places.insert(column, place).is_some() => {
                faults.push(Fault::ColumnTwice(name.to_owned()));
            }
            Some(_) => {}
        }
    }
    let missing = Column::ALL.iter().copied().filter(|column| !places.contains_key(column));
    faults.extend(missing.map(Fault::MissingColumn));
    if faults.is_empty() {
        return Ok(places);
    }
    Err(faults.into_iter().map(|fault| Problem { line: 1, column: None, fault }).collect())
}

/// The fields of one line, each read by its own rule.
struct Fields<'a> {
    line: u64,
    record: &'a StringRecord,
    places: &'a HashMap<Column, usize>,
    problems: &'a mut Vec<Problem>,
}

impl Fields<'_> {
    /// `None` where any field was wrong; all of them are looked at first.
    fn row(mut self) -> Option<Row> {
        use Column as C;
        let code = self.parsed(C::RunCode, RunCode::parse, Fault::RunCode);
        let title =
            self.parsed(C::Title, |it| Line::parse(it, Line::TITLE_MAX), Fault::Text(Line::TITLE_MAX));
        let category = self.word(C::Category, Category::parse, Category::ALL, Category::as_str);
        let audience = self.word(C::Audience, Audience::parse, Audience::ALL, Audience::as_str);
        let mode = self.word(C::Mode, Mode::parse, Mode::ALL, Mode::as_str);
        let space = self.space(mode);
        let longest = Line::INSTRUCTOR_MAX;
        let instructor = self.parsed(C::Instructor, |it| Line::parse(it, longest), Fault::Text(longest));
        let first_date = self.parsed(C::FirstDate, parse_day, Fault::Date);
        let weekdays = self.parsed(C::Weekdays, Weekdays::parse, Fault::Weekdays);
        let start = self.parsed(C::Start, parse_time, Fault::Time);
        let end = self.parsed(C::End, parse_time, Fault::Time);
        let session_count = self.number(C::SessionCount, 1, 200);
        let minutes = self.parsed(C::Hours, parse_hours, Fault::Hours);
        let capacity = self.number(C::Capacity, 1, 1000);
        let selection = self.word(C::Selection, Selection::parse, Selection::ALL, Selection::as_str);
        let apply_from = self.parsed(C::ApplyFrom, parse_instant, Fault::Instant);
        let apply_until = self.parsed(C::ApplyUntil, parse_instant, Fault::Instant);
        let enrolled = if self.text(C::Enrolled).is_empty() {
            Some(None)
        } else {
            self.number(C::Enrolled, 0, 100_000).map(Some)
        };
        Some(Row {
            line: self.line,
            code: code?,
            title: title?,
            category: category?,
            audience: audience?,
            mode: mode?,
            space: space?,
            instructor: instructor?,
            pattern: Pattern {
                first_date: first_date?,
                weekdays: weekdays?,
                start: start?,
                end: end?,
                session_count: u16::try_from(session_count?).ok()?,
                minutes: minutes?,
            },
            capacity: u16::try_from(capacity?).ok()?,
            selection: selection?,
            apply_from: apply_from?,
            apply_until: apply_until?,
            enrolled: enrolled?,
        })
    }

    fn text(&self, column: Column) -> &str {
        self.places.get(&column).and_then(|place| self.record.get(*place)).unwrap_or_default()
    }

    fn parsed<T>(&mut self, column: Column, parse: impl Fn(&str) -> Option<T>, fault: Fault) -> Option<T> {
        let text = self.text(column);
        let fault = if text.is_empty() { Fault::Empty } else { fault };
        let value = parse(text);
        if value.is_none() {
            self.problems.push(Problem { line: self.line, column: Some(column), fault });
        }
        value
    }

    fn word<T: Copy>(
        &mut self,
        column: Column,
        parse: impl Fn(&str) -> Option<T>,
        all: &[T],
        word: impl Fn(T) -> &'static str,
    ) -> Option<T> {
        self.parsed(column, parse, Fault::OneOf(all.iter().map(|it| word(*it)).collect()))
    }

    fn number(&mut self, column: Column, from: u32, to: u32) -> Option<u32> {
        let parse = |text: &str| {
            let digits = text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse().ok().filter(|number| digits && (from..=to).contains(number))
        };
        self.parsed(column, parse, Fault::Number(from, to))
    }

    fn space(&mut self, mode: Option<Mode>) -> Option<Option<String>> {
        let code = self.text(Column::Space);
        if !code.is_empty() {
            return Some(Some(code.to_owned()));
        }
        if mode == Some(Mode::Online) {
            return Some(None);
        }
        self.problems.push(Problem {
            line: self.line,
            column: Some(Column::Space),
            fault: Fault::NeedsSpace,
        });
        None
    }
}

/// A wall-clock time, written `09:00`.
pub fn parse_time(text: &str) -> Option<NaiveTime> {
    NaiveTime::parse_from_str(text, "%H:%M").ok().filter(|_| text.len() == 5)
}

/// Hours of at least a minute, 1000 at most.
pub fn parse_hours(text: &str) -> Option<u32> {
    minutes_of_hours(text).filter(|minutes| (1..=60_000).contains(minutes))
}

/// A wall-clock moment in Seoul in the years 2000 to 2100, written `2021-01-04T09:00`.
pub fn parse_instant(text: &str) -> Option<DateTime<Utc>> {
    let wall = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").ok()?;
    let fits = text.len() == 16 && (2000..=2100).contains(&wall.year());
    fits.then(|| seoul::instant(wall)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "run_code,title,category,audience,mode,space,instructor,first_date,weekdays,start,end,\
                          session_count,hours,capacity,selection,apply_from,apply_until,enrolled";
    const GOOD: &str = "P21-001,엑셀 기초,practical,resident,in_person,mullae,강사01,2021-01-04,mon tue,10:00,12:00,\
                        10,20,30,first_come,2020-12-14T09:00,2020-12-31T18:00,";

    fn faults(text: &str) -> Vec<(u64, Option<Column>, Fault)> {
        let problems = read(text.as_bytes()).unwrap_err();
        problems.into_iter().map(|problem| (problem.line, problem.column, problem.fault)).collect()
    }

    #[test]
    fn a_row_is_written_as_it_was_read() {
        let rows = read(format!("\u{feff}{HEADER}\r\n{GOOD}\r\n,,,\r\n").as_bytes()).unwrap();
        let fields: Vec<String> = rows[0].fields().into_values().collect();
        assert_eq!(fields.join(","), GOOD);
        assert_eq!(rows[0].line, 2);
    }

    #[test]
    fn every_error_is_named_by_line_and_column() {
        let bad = "p21,=1,sport,all,tv,mullae,,2021-13-04,monday,9:00,25:00,0,0.33,none,luck,2020-12-14,x,-1";
        let found = faults(&format!("{HEADER}\n{GOOD}\n{bad}\nP21-002,too,short\n"));
        assert!(found.iter().take(17).all(|(line, column, _)| *line == 3 && column.is_some()));
        let columns: Vec<Column> = found.iter().filter_map(|(_, column, _)| *column).collect();
        let wrong: Vec<Column> = Column::ALL.iter().copied().filter(|it| *it != Column::Space).collect();
        assert_eq!(columns, wrong);
        assert_eq!(found.last(), Some(&(4, None, Fault::FieldCount { expected: 18, found: 3 })));
    }

    #[test]
    fn columns_that_are_missing_unknown_or_doubled_are_all_named() {
        let header = HEADER.replace("hours", "hour").replace("enrolled", "title");
        assert_eq!(
            faults(&format!("{header}\n{GOOD}\n")),
            [
                (1, None, Fault::UnknownColumn("hour".into())),
                (1, None, Fault::ColumnTwice("title".into())),
                (1, None, Fault::MissingColumn(Column::Hours)),
                (1, None, Fault::MissingColumn(Column::Enrolled)),
            ]
        );
        assert_eq!(faults("").len(), 18);
    }

    #[test]
    fn a_file_in_the_old_encoding_or_too_big_is_refused_whole() {
        let cp949 = [HEADER.as_bytes(), b"\nP21-001,\xbf\xa2\xbc\xbf"].concat();
        assert_eq!(read(&cp949).unwrap_err()[0].fault, Fault::NotUtf8);
        assert_eq!(read(&vec![b'a'; MAX_BYTES + 1]).unwrap_err()[0].fault, Fault::TooBig);
    }

    #[test]
    fn an_unclosed_quote_is_a_line_with_too_few_fields() {
        let found = faults(&format!("{HEADER}\n\"P21-001,x\n{GOOD}\n"));
        assert_eq!(found, [(2, None, Fault::FieldCount { expected: 18, found: 1 })]);
    }

    #[test]
    fn fields_are_quoted_only_where_they_must_be() {
        assert_eq!(quoted("엑셀, \"기초\""), "\"엑셀, \"\"기초\"\"\"");
        assert_eq!(quoted("엑셀 기초"), "엑셀 기초");
    }
}
