//! Reading the catalogue.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use sea_orm::sea_query::{Expr, LikeExpr, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, Order, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
};
use uuid::Uuid;

use crate::account::{Duty, SignedIn};
use crate::centre::Centre;
use crate::course::entity::{class_session, course, run};
use crate::course::{Audience, Category, ClassState, Mode, RunCode, RunState, Window, search_key, window};
use crate::kept::kept;
use crate::named::named;
use crate::registration::entity::application;
use crate::registration::{State, book};
use crate::seoul;
use crate::space::entity::space;
use crate::space::store::{Tree, seats_in_service};

named! {
    /// When a run meets, for those who work by day.
    pub enum When { Evening = "evening", Weekend = "weekend" }
}

/// What somebody looks for in the catalogue.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub words: String,
    pub category: Option<Category>,
    /// The code of a space; runs in its parts are meant too.
    pub space: Option<String>,
    pub mode: Option<Mode>,
    pub when: Option<When>,
    /// Only `Open` and `Soon` narrow the list.
    pub window: Option<Window>,
}

/// A run as lists show it.
#[derive(Clone, Debug)]
pub struct RunLine {
    pub run: run::Model,
    pub course: course::Model,
    pub space: Option<space::Model>,
    pub first: Option<DateTime<Utc>>,
    pub last: Option<DateTime<Utc>>,
    pub people: People,
    pub window: Window,
}

/// How many people stand where, and how many could.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct People {
    /// Booked, or held by an offer.
    pub taken: u32,
    pub waiting: u32,
    pub places: u32,
}

impl People {
    pub fn left(&self) -> u32 {
        self.places.saturating_sub(self.taken)
    }
}

/// A span in which time alone changes nothing in the catalogue. What was read in it is not true before it either.
#[derive(Clone, Copy, Debug)]
pub struct Still {
    pub from: DateTime<Utc>,
    pub until: DateTime<Utc>,
}

impl Still {
    fn at(&self, now: DateTime<Utc>) -> bool {
        (self.from..self.until).contains(&now)
    }
}

#[derive(Clone, Debug)]
pub struct Listing {
    pub lines: Vec<RunLine>,
    /// How many there are on all pages.
    pub total: u64,
    pub still: Still,
}

/// The published runs that `viewer` may take, `size` of them from page `page` (from 0) on: those still to be
/// applied for by opening time, then those that are over, the latest first. Read anew when the programme or the time has
/// changed it; people are counted each time.
pub async fn list_runs(
    centre: &Centre,
    filter: &Filter,
    viewer: Option<&SignedIn>,
    page: u64,
    size: u64,
) -> Result<Listing, DbErr> {
    let staff = viewer.is_some_and(SignedIn::is_staff);
    let now = centre.clock().now();
    let key = format!("{filter:?} {staff} {page} {size}");
    let good = |listing: &Arc<Listing>| listing.still.at(now);
    let read = || async { read_runs(centre, filter, staff, page, size, now).await.map(Arc::new) };
    let listing = kept(centre, &centre.programme().listings, key, good, read).await?;
    let mut listing = Arc::unwrap_or_clone(listing);
    let ids: Vec<Uuid> = listing.lines.iter().map(|line| line.run.id).collect();
    let counts = counts(centre.database(), &ids).await?;
    for line in &mut listing.lines {
        let people = counts.get(&line.run.id).copied().unwrap_or_default();
        line.people = People { places: line.people.places, ..people };
    }
    Ok(listing)
}

async fn read_runs(
    centre: &Centre,
    filter: &Filter,
    staff: bool,
    page: u64,
    size: u64,
    now: DateTime<Utc>,
) -> Result<Listing, DbErr> {
    let db = centre.database();
    let still = Still { from: now, until: next_change(centre, now).await? };
    let tree = Tree::load(db).await?;
    let mut wanted = Condition::all()
        .add(run::Column::State.eq(RunState::Published))
        .add_option(filter.mode.map(|mode| run::Column::Mode.eq(mode)));
    let mut courses = Condition::all().add_option(filter.category.map(|it| course::Column::Category.eq(it)));
    if !staff {
        courses = courses.add(course::Column::Audience.eq(Audience::Resident));
    }
    wanted = wanted.add(run::Column::CourseId.in_subquery(courses_that(courses)));
    let words = search_key(&filter.words);
    if !words.is_empty() {
        let found = Condition::all().add(course::Column::Search.like(holding(&words)));
        let by_code = run::Column::Code.like(holding(&words.to_uppercase()));
        let by_words = run::Column::CourseId.in_subquery(courses_that(found));
        wanted = wanted.add(Condition::any().add(by_words).add(by_code));
    }
    if let Some(code) = &filter.space {
        let within = tree.by_code(code).map(|space| tree.within(space.id)).unwrap_or_default();
        wanted = wanted.add(run::Column::SpaceId.is_in(within));
    }
    match filter.when {
        Some(When::Evening) => wanted = wanted.add(run::Column::Starts.gte("18:00")),
        Some(When::Weekend) => {
            let weekend = ["sat", "sun"].map(|day| run::Column::Weekdays.contains(day));
            wanted = wanted.add(weekend.into_iter().fold(Condition::any(), Condition::add));
        }
        None => {}
    }
    match filter.window {
        Some(Window::Open) => {
            wanted = wanted.add(run::Column::ApplyFrom.lte(now)).add(run::Column::ApplyUntil.gt(now));
        }
        Some(Window::Soon) => wanted = wanted.add(run::Column::ApplyFrom.gt(now)),
        _ => {}
    }
    let total = run::Entity::find().filter(wanted.clone()).count(db).await?;
    let to_come = || run::Column::ApplyUntil.gt(now);
    let is_past: Expr = Expr::case(to_come(), 0).finally(1).into();
    let opening: Expr = Expr::case(to_come(), Expr::col(run::Column::ApplyFrom)).into();
    let runs = run::Entity::find()
        .filter(wanted)
        .order_by(is_past, Order::Asc)
        .order_by(opening, Order::Asc)
        .order_by_desc(run::Column::ApplyFrom)
        .order_by_asc(run::Column::Code)
        .offset(page.saturating_mul(size))
        .limit(size)
        .all(db)
        .await?;
    Ok(Listing { lines: lines(db, runs, &tree, now).await?, total, still })
}

/// The runs of a year (by first date; those without one belong to every year) for those who keep the programme.
/// `of` narrows it to the runs of one instructor's account.
pub async fn list_programme(centre: &Centre, year: i32, of: Option<Uuid>) -> Result<Vec<RunLine>, DbErr> {
    let (db, now) = (centre.database(), centre.clock().now());
    let runs = run::Entity::find()
        .filter(Condition::any().add(in_year(year)).add(run::Column::FirstDate.is_null()))
        .filter(Condition::all().add_option(of.map(|person| run::Column::InstructorId.eq(person))))
        .order_by_asc(run::Column::FirstDate)
        .order_by_asc(run::Column::Code)
        .all(db)
        .await?;
    lines(db, runs, &Tree::load(db).await?, now).await
}

/// The years that have runs, the latest first.
pub async fn list_years<C: ConnectionTrait>(db: &C) -> Result<Vec<i32>, DbErr> {
    let days: Vec<Option<NaiveDate>> = run::Entity::find()
        .select_only()
        .column(run::Column::FirstDate)
        .filter(run::Column::FirstDate.is_not_null())
        .distinct()
        .into_tuple()
        .all(db)
        .await?;
    let mut years: Vec<i32> = days.into_iter().flatten().map(|day| day.year()).collect();
    years.sort_unstable_by(|a, b| b.cmp(a));
    years.dedup();
    Ok(years)
}

/// Runs whose pattern begins in a year.
pub(super) fn in_year(year: i32) -> Condition {
    let first = |year: i32| NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default();
    Condition::all()
        .add(run::Column::FirstDate.gte(first(year)))
        .add(run::Column::FirstDate.lt(first(year.saturating_add(1))))
}

fn courses_that(condition: Condition) -> SelectStatement {
    Query::select().column(course::Column::Id).from(course::Entity).cond_where(condition).to_owned()
}

/// A pattern for `LIKE` that finds `text` anywhere and takes nothing in it for a wildcard.
fn holding(text: &str) -> LikeExpr {
    let plain = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    LikeExpr::new(format!("%{plain}%")).escape('\\')
}

pub(super) async fn lines<C: ConnectionTrait>(
    db: &C,
    runs: Vec<run::Model>,
    tree: &Tree,
    now: DateTime<Utc>,
) -> Result<Vec<RunLine>, DbErr> {
    let ids: Vec<Uuid> = runs.iter().map(|run| run.id).collect();
    let course_ids: Vec<Uuid> = runs.iter().map(|run| run.course_id).collect();
    let courses = course::Entity::find().filter(course::Column::Id.is_in(course_ids)).all(db).await?;
    let courses: HashMap<Uuid, course::Model> = courses.into_iter().map(|it| (it.id, it)).collect();
    let spans = spans(db, &ids).await?;
    let counts = counts(db, &ids).await?;
    let seats = seats_in_service(db, tree).await?;
    let line = |run: run::Model| {
        let mut people = counts.get(&run.id).copied().unwrap_or_default();
        people.places = places(&run, &seats);
        let span = spans.get(&run.id);
        Some(RunLine {
            course: courses.get(&run.course_id)?.clone(),
            space: run.space_id.and_then(|id| tree.get(id)).cloned(),
            first: span.map(|span| span.0),
            last: span.map(|span| span.1),
            people,
            window: window(run.apply_from, run.apply_until, now),
            run,
        })
    };
    Ok(runs.into_iter().filter_map(line).collect())
}

/// The first start and the last end of the planned class sessions of each run.
async fn spans<C: ConnectionTrait>(
    db: &C,
    runs: &[Uuid],
) -> Result<HashMap<Uuid, (DateTime<Utc>, DateTime<Utc>)>, DbErr> {
    let found: Vec<(Uuid, DateTime<Utc>, DateTime<Utc>)> = class_session::Entity::find()
        .select_only()
        .column(class_session::Column::RunId)
        .column_as(class_session::Column::StartsAt.min(), "first")
        .column_as(class_session::Column::EndsAt.max(), "last")
        .filter(class_session::Column::RunId.is_in(runs.iter().copied()))
        .filter(class_session::Column::State.eq(ClassState::Planned))
        .group_by(class_session::Column::RunId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(found.into_iter().map(|(run, first, last)| (run, (first, last))).collect())
}

async fn counts<C: ConnectionTrait>(db: &C, runs: &[Uuid]) -> Result<HashMap<Uuid, People>, DbErr> {
    let found: Vec<(Uuid, State, i64)> = application::Entity::find()
        .select_only()
        .column(application::Column::RunId)
        .column(application::Column::State)
        .column_as(application::Column::Id.count(), "people")
        .filter(application::Column::RunId.is_in(runs.iter().copied()))
        .group_by(application::Column::RunId)
        .group_by(application::Column::State)
        .into_tuple()
        .all(db)
        .await?;
    let mut counts: HashMap<Uuid, People> = HashMap::new();
    for (run, state, count) in found {
        let (people, count) = (counts.entry(run).or_default(), u32::try_from(count).unwrap_or(u32::MAX));
        match state {
            State::Booked | State::Offered => people.taken += count,
            State::Waiting => people.waiting += count,
            _ => {}
        }
    }
    Ok(counts)
}

/// How many a run can take: its capacity, and in a room no more than the seats in service.
fn places(run: &run::Model, seats: &HashMap<Uuid, u32>) -> u32 {
    let capacity = u32::try_from(run.capacity).unwrap_or_default();
    let seats = run.space_id.filter(|_| run.mode == Mode::InPerson).and_then(|space| seats.get(&space));
    seats.map_or(capacity, |seats| capacity.min(*seats))
}

/// A run with all that its page says.
#[derive(Clone, Debug)]
pub struct RunView {
    pub run: run::Model,
    pub course: course::Model,
    pub space: Option<space::Model>,
    /// In order of number, cancelled ones too.
    pub sessions: Vec<class_session::Model>,
    pub people: People,
    pub window: Window,
}

impl RunView {
    /// Whether `viewer` may know of it: drafts are their editors', staff courses for staff.
    pub fn may_be_seen_by(&self, viewer: Option<&SignedIn>) -> bool {
        let edits = viewer.is_some_and(|it| it.editor_of(self.run.id, self.run.instructor_id).is_ok());
        let staff = viewer.is_some_and(SignedIn::is_staff);
        edits || (self.run.state != RunState::Draft && (self.course.audience == Audience::Resident || staff))
    }
}

/// When the last class of a run that takes place ends.
pub(crate) async fn last_end<C: ConnectionTrait>(db: &C, run: Uuid) -> Result<Option<DateTime<Utc>>, DbErr> {
    let last = class_session::Entity::find()
        .filter(class_session::Column::RunId.eq(run))
        .filter(class_session::Column::State.eq(ClassState::Planned))
        .order_by_desc(class_session::Column::EndsAt)
        .one(db)
        .await?;
    Ok(last.map(|class| class.ends_at))
}

/// The run of a code, whoever may see it. Nothing is read for one that nobody has changed.
pub async fn find_run(centre: &Centre, code: &RunCode) -> Result<Option<RunView>, DbErr> {
    let Some(id) = find_run_id(centre, code).await? else { return Ok(None) };
    let read = || async { read_run(centre, id).await.map(Arc::new) };
    let view = kept(centre, &centre.programme().runs, id, |_| true, read).await?;
    let Some(book) = book(centre, view.run.id).await? else { return Ok(None) };
    let mut view = Arc::unwrap_or_clone(view);
    view.window = window(view.run.apply_from, view.run.apply_until, centre.clock().now());
    view.people.taken = book.live.held().len().try_into().unwrap_or(u32::MAX);
    view.people.waiting = book.live.waiting().len().try_into().unwrap_or(u32::MAX);
    Ok(Some(view))
}

async fn read_run(centre: &Centre, id: Uuid) -> Result<RunView, DbErr> {
    let (db, now) = (centre.database(), centre.clock().now());
    let missing = || DbErr::RecordNotFound("a run that was there".into());
    let run = run::Entity::find_by_id(id).one(db).await?.ok_or_else(missing)?;
    let sessions = class_session::Entity::find()
        .filter(class_session::Column::RunId.eq(id))
        .order_by_asc(class_session::Column::Number)
        .all(db)
        .await?;
    let line = lines(db, vec![run], &Tree::load(db).await?, now).await?.pop().ok_or_else(missing)?;
    Ok(RunView {
        run: line.run,
        course: line.course,
        space: line.space,
        sessions,
        people: line.people,
        window: line.window,
    })
}

/// The id of the run with this code, in whatever state; the second time without asking the database.
pub async fn find_run_id(centre: &Centre, code: &RunCode) -> Result<Option<Uuid>, DbErr> {
    let code = code.as_str().to_owned();
    // What never changes is true under any number.
    if let Some(known) = centre.run_ids().get(0, &code) {
        return Ok(Some(known));
    }
    let found = run::Entity::find()
        .select_only()
        .column(run::Column::Id)
        .filter(run::Column::Code.eq(&code))
        .into_tuple()
        .one(centre.database())
        .await?;
    if let Some(id) = found {
        centre.run_ids().put(0, code, id);
    }
    Ok(found)
}

/// Every course, by title.
pub async fn list_courses<C: ConnectionTrait>(db: &C) -> Result<Vec<course::Model>, DbErr> {
    course::Entity::find().order_by_asc(course::Column::Title).all(db).await
}

pub async fn find_course<C: ConnectionTrait>(db: &C, id: Uuid) -> Result<Option<course::Model>, DbErr> {
    course::Entity::find_by_id(id).one(db).await
}

/// The course of a run.
pub async fn find_course_of(centre: &Centre, run: Uuid) -> Result<Option<course::Model>, DbErr> {
    let of_run = Query::select()
        .column(run::Column::CourseId)
        .from(run::Entity)
        .and_where(run::Column::Id.eq(run))
        .to_owned();
    course::Entity::find().filter(course::Column::Id.in_subquery(of_run)).one(centre.database()).await
}

/// The accounts that may be named as a run's instructor: id and name, by name.
pub async fn list_instructors<C: ConnectionTrait>(db: &C) -> Result<Vec<(Uuid, String)>, DbErr> {
    use crate::account::PersonState;
    use crate::account::entity::{duty, person};
    let teaching = Query::select()
        .column(duty::Column::PersonId)
        .from(duty::Entity)
        .and_where(duty::Column::Name.eq(Duty::Instructor))
        .to_owned();
    person::Entity::find()
        .select_only()
        .column(person::Column::Id)
        .column(person::Column::Name)
        .filter(person::Column::Id.in_subquery(teaching))
        .filter(person::Column::State.eq(PersonState::Active))
        .order_by_asc(person::Column::Name)
        .into_tuple()
        .all(db)
        .await
}

/// The first published run that opens for applications after `from` and not after `until`, and when: its code and the
/// instant. Reads the index `run_window`.
pub async fn find_opening<C: ConnectionTrait>(
    db: &C,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Option<(String, DateTime<Utc>)>, DbErr> {
    let opens = run::Column::ApplyFrom;
    run::Entity::find()
        .select_only()
        .columns([run::Column::Code, opens])
        .filter(run::Column::State.eq(RunState::Published))
        .filter(opens.gt(from))
        .filter(opens.lte(until))
        .order_by_asc(opens)
        .into_tuple()
        .one(db)
        .await
}

/// The next instant after `now` at which the catalogue changes without anybody's doing: a window opens or closes, a class
/// begins or ends, a day begins in Seoul. Uses the indexes `run_window` and `class_session_time`.
pub async fn next_change(centre: &Centre, now: DateTime<Utc>) -> Result<DateTime<Utc>, DbErr> {
    let read = || read_next_change(centre.database(), now);
    Ok(kept(centre, &centre.programme().still, (), |still| still.at(now), read).await?.until)
}

async fn read_next_change<C: ConnectionTrait>(db: &C, now: DateTime<Utc>) -> Result<Still, DbErr> {
    let of_run = async |column: run::Column| {
        let later = run::Entity::find().select_only().column(column).filter(column.gt(now));
        later.order_by_asc(column).into_tuple::<DateTime<Utc>>().one(db).await
    };
    let of_class = async |column: class_session::Column| {
        let later = class_session::Entity::find().select_only().column(column).filter(column.gt(now));
        later.order_by_asc(column).into_tuple::<DateTime<Utc>>().one(db).await
    };
    let instants = [
        of_run(run::Column::ApplyFrom).await?,
        of_run(run::Column::ApplyUntil).await?,
        of_class(class_session::Column::StartsAt).await?,
        of_class(class_session::Column::EndsAt).await?,
    ];
    let tomorrow = seoul::midnight(seoul::day(now) + chrono::Days::new(1));
    Ok(Still { from: now, until: instants.into_iter().flatten().fold(tomorrow, DateTime::min) })
}
