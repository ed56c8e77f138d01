//! The work report as the office writes it: overview, results, what is to come, timetable, budget. The page prints on A4; the
//! same sections go into a paper.

use axum::http::StatusCode;
use axum::response::Response;
use chrono::{Datelike, Days, NaiveDate};
use domain::course::{Line, Mode, RunCode};
use domain::space::holiday::parse_day;
use domain::space::store::{Tree, tree};
use domain::statistics::work::{self, Named, QuietWeek, WorkError};
use domain::statistics::{Counts, Dimension, Key, Question, fact, plan};
use leptos::prelude::*;

use super::plan::{against, as_of, money};
use super::sentence::audience_word;
use super::sheet::{Sheet, Value};
use super::{studio, tabs};
use crate::AppError;
use crate::ask::Ask;
use crate::course::{mode_word, title};
use crate::ui::{
    Alert, Breadcrumb, Button, Choice, Crumb, Form, Hidden, Input, LinkButton, Look, PageHead, Problems,
    Query, RadioGroup, Select, TextInput, Tone,
};
use crate::when;
use crate::words::{Language, statistics as words};

/// The longest note on a week, in characters.
const NOTE: usize = 100;

/// A part of the report: lines, then tables.
pub struct Section {
    pub title: String,
    pub lines: Vec<String>,
    pub sheets: Vec<Sheet>,
}

pub struct Report {
    pub title: String,
    /// As of which day.
    pub under: String,
    pub sections: Vec<Section>,
}

/// What the report is made of that its page asks for too.
struct Work {
    runs: Vec<Named>,
    weeks: Vec<QuietWeek>,
}

/// The report as of the day that the address says; `year` alone stands for its end.
pub async fn report(ask: &Ask, query: &Input) -> Result<(Report, NaiveDate), AppError> {
    let as_of = as_of(ask, query);
    let work = read(ask, as_of).await?;
    Ok((write(ask, as_of, &work).await?, as_of))
}

async fn read(ask: &Ask, as_of: NaiveDate) -> Result<Work, AppError> {
    ask.signed_in()?.training_manager()?;
    let runs = work::runs_of_year(&ask.centre, as_of.year()).await?;
    Ok(Work { runs, weeks: work::quiet_weeks(&ask.centre, as_of).await? })
}

async fn write(ask: &Ask, as_of: NaiveDate, work: &Work) -> Result<Report, AppError> {
    let l = ask.language;
    let tree = tree(&ask.centre).await?;
    let (first, last) = plan::year(as_of.year());
    let facts = fact::load(&ask.centre, (first, last), as_of).await?;
    let table = facts.table(&Question {
        first,
        last,
        only: Vec::new(),
        rows: Dimension::Audience,
        columns: Some(Dimension::Mode),
    });
    let mut results = Sheet::new(
        words::results(l),
        [words::audience(l), words::mode(l), words::runs(l), words::hours(l), words::enrolled(l)]
            .map(str::to_owned),
    );
    let row = |audience: &str, mode: &str, counts: &Counts| {
        vec![
            Value::text(audience),
            Value::text(mode),
            Value::Count(counts.runs.into()),
            Value::Hours(counts.minutes),
            Value::Count(counts.enrolled),
        ]
    };
    let mut by_audience = Vec::new();
    for &audience in domain::course::Audience::ALL {
        let key = Some(Key::Audience(audience));
        for &mode in Mode::ALL {
            let counts = table.cell(key, Some(Key::Mode(mode)));
            if counts != Counts::default() {
                results.rows.push(row(audience_word(l, audience), mode_word(l, mode), &counts));
            }
        }
        by_audience.push((audience, table.cell(key, None)));
    }
    let total = table.cell(None, None);
    results.rows.push(row(words::total(l), "", &total));
    let year_plan = plan::load(ask.centre.database(), as_of).await?;
    let to_come: Vec<&Named> =
        work.runs.iter().filter(|it| it.days.is_some_and(|(first, _)| first > as_of)).collect();
    let mut result_sheets = vec![results, against(l, &year_plan, &by_audience)];
    result_sheets.extend(weeks_sheet(l, &work.weeks));
    result_sheets.extend(studio::sheets(ask, (first, last), as_of).await?);
    let sections = vec![
        Section {
            title: words::section_overview(l).to_owned(),
            lines: overview(l, &tree, (first, as_of), &total),
            sheets: Vec::new(),
        },
        Section {
            title: words::section_results(l).to_owned(),
            lines: pilot_lines(l, &work.runs, as_of),
            sheets: result_sheets,
        },
        Section {
            title: words::section_plans(l).to_owned(),
            lines: vec![words::to_come(l, to_come.len())],
            sheets: months_to_come(l, &to_come).into_iter().collect(),
        },
        Section {
            title: words::section_timetable(l).to_owned(),
            lines: Vec::new(),
            sheets: timetable(l, &tree, &to_come).into_iter().collect(),
        },
        Section {
            title: words::section_budget(l).to_owned(),
            lines: vec![words::unit_money(l).to_owned()],
            sheets: vec![money(l, &year_plan)],
        },
    ];
    let under = words::as_of_day(l, when::day(l, as_of));
    Ok(Report { title: words::report_of(l, as_of.year()), under, sections })
}

fn overview(l: Language, tree: &Tree, (first, as_of): (NaiveDate, NaiveDate), total: &Counts) -> Vec<String> {
    let rooms = tree.all().iter().filter(|space| space.holds_classes() && space.in_use_on(as_of));
    let rooms: Vec<&str> = rooms.map(|space| space.name_in(l)).collect();
    vec![
        words::overview_period(l, when::days(l, first, as_of)),
        words::overview_places(l, rooms.join(", ")),
        words::overview_total(
            l,
            Value::Count(total.runs.into()).shown(),
            Value::Hours(total.minutes).shown(),
            Value::Count(total.enrolled).shown(),
        ),
    ]
}

fn pilot_lines(l: Language, runs: &[Named], as_of: NaiveDate) -> Vec<String> {
    let begun = |it: &&Named| it.pilot && it.days.is_some_and(|(first, _)| first <= as_of);
    let line = |it: &Named| {
        let days = it.days.map(|(first, last)| when::days(l, first, last)).unwrap_or_default();
        words::pilot_line(l, title(l, &it.course), &it.run.code, days)
    };
    runs.iter().filter(begun).map(line).collect()
}

/// Weeks of which the same is said, one after the other, are one line.
fn weeks_sheet(l: Language, weeks: &[QuietWeek]) -> Option<Sheet> {
    let columns = [words::week(l), words::calendar_says(l), words::note(l)];
    let mut sheet = Sheet::new(words::quiet_weeks(l, weeks.len()), columns.map(str::to_owned));
    let goes_on = |week: &QuietWeek, next: &QuietWeek| {
        week.monday + Days::new(7) == next.monday
            && (&week.reasons, &week.note) == (&next.reasons, &next.note)
    };
    let line = |weeks: &[QuietWeek]| {
        let last = weeks[weeks.len() - 1].monday + Days::new(6);
        vec![
            Value::Text(when::days(l, weeks[0].monday, last)),
            Value::Text(weeks[0].reasons.join(", ")),
            Value::Text(weeks[0].note.clone().unwrap_or_default()),
        ]
    };
    sheet.rows = weeks.chunk_by(goes_on).map(line).collect();
    (!sheet.rows.is_empty()).then_some(sheet)
}

fn months_to_come(l: Language, runs: &[&Named]) -> Option<Sheet> {
    let columns = [words::month(l), words::runs(l), words::hours(l)];
    let mut sheet = Sheet::new(words::months_to_come(l), columns.map(str::to_owned));
    let month = |it: &Named| it.days.map(|(first, _)| (first.year(), first.month()));
    for runs in runs.chunk_by(|one, other| month(one) == month(other)) {
        let minutes = runs.iter().map(|it| u64::try_from(it.run.minutes).unwrap_or_default()).sum();
        let name = runs[0].days.map(|(first, _)| when::month(l, first)).unwrap_or_default();
        sheet.rows.push(vec![Value::Text(name), Value::Count(runs.len() as u64), Value::Hours(minutes)]);
    }
    (!sheet.rows.is_empty()).then_some(sheet)
}

fn timetable(l: Language, tree: &Tree, runs: &[&Named]) -> Option<Sheet> {
    let columns = [words::course(l), words::days(l), words::time_of_day(l), words::place(l), words::hours(l)];
    let mut sheet = Sheet::new(words::timetable(l), columns.map(str::to_owned));
    sheet.rows = runs
        .iter()
        .map(|it| {
            let place = it.run.space_id.and_then(|id| tree.get(id)).map(|space| space.name_in(l));
            let time = it.run.starts.as_deref().zip(it.run.ends.as_deref());
            let pilot = if it.pilot { words::pilot_mark(l) } else { "" };
            vec![
                Value::Text(format!("{}{pilot}", title(l, &it.course))),
                Value::Text(it.days.map(|(first, last)| when::days(l, first, last)).unwrap_or_default()),
                Value::Text(time.map(|(starts, ends)| format!("{starts}~{ends}")).unwrap_or_default()),
                Value::text(place.unwrap_or_else(|| words::no_place(l))),
                Value::Hours(u64::try_from(it.run.minutes).unwrap_or_default()),
            ]
        })
        .collect();
    (!sheet.rows.is_empty()).then_some(sheet)
}

/// How the page is drawn this time.
#[derive(Default)]
struct Drawn {
    status: StatusCode,
    form: &'static str,
    input: Input,
    problems: Problems,
    done: Option<&'static str>,
}

impl Drawn {
    fn wrong(form: &'static str, input: Input, problems: Problems) -> Self {
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, form, input, problems, done: None }
    }

    fn of(&self, form: &str) -> (Input, Problems) {
        match self.form == form {
            true => (self.input.clone(), self.problems.clone()),
            false => (Input::new([("act", "mark")]), Problems::default()),
        }
    }
}

/// `GET /manage/statistics/report?year=&as_of=`
pub async fn page(ask: Ask, Query(query): Query) -> Result<Response, AppError> {
    let done = match query.text("done") {
        "pilot" => Some(words::done_pilot(ask.language)),
        "note" => Some(words::done_note(ask.language)),
        _ => None,
    };
    let as_of = as_of(&ask, &query);
    draw(&ask, as_of, Drawn { done, ..Drawn::default() }).await
}

/// `GET` of an address that only takes forms: after a sign-in one is led back to it.
pub async fn back(ask: Ask) -> Response {
    ask.see_other("/manage/statistics/report")
}

/// `POST /manage/statistics/report/pilots`: the `code` of a run; `act` is `mark` or `unmark`.
pub async fn pilots(ask: Ask, input: Input) -> Result<Response, AppError> {
    let l = ask.language;
    let by = ask.signed_in()?.training_manager()?;
    let as_of = as_of(&ask, &input);
    let mut problems = Problems::default();
    let code = RunCode::parse(input.text("code"));
    let is_pilot = match input.text("act") {
        "mark" => Some(true),
        "unmark" => Some(false),
        _ => None,
    };
    if code.is_none() {
        problems.add("code", words::wrong_code(l));
    }
    if is_pilot.is_none() {
        problems.add("act", words::wrong_choice(l));
    }
    let (Some(code), Some(is_pilot)) = (code, is_pilot) else {
        return draw(&ask, as_of, Drawn::wrong("pilot", input, problems)).await;
    };
    match work::set_pilot(&ask.centre, &by, &code, is_pilot).await {
        Ok(()) => Ok(ask.see_other(&format!("/manage/statistics/report?as_of={as_of}&done=pilot"))),
        Err(WorkError::NoRun) => {
            let problems = Problems::one("code", words::refused_no_run(l));
            draw(&ask, as_of, Drawn::wrong("pilot", input, problems)).await
        }
        Err(WorkError::Db(error)) => Err(error.into()),
    }
}

/// `POST /manage/statistics/report/weeks`: the Monday of a `week` and a `note`.
pub async fn note(ask: Ask, input: Input) -> Result<Response, AppError> {
    let l = ask.language;
    let by = ask.signed_in()?.training_manager()?;
    let as_of = as_of(&ask, &input);
    let mut problems = Problems::default();
    let week = parse_day(input.text("week")).filter(|day| *day <= as_of);
    if week.is_none() {
        problems.add("week", words::wrong_choice(l));
    }
    let note = Line::parse(input.text("note"), NOTE);
    if note.is_none() {
        problems.add("note", words::wrong_line(l, NOTE));
    }
    let (Some(week), Some(note)) = (week, note) else {
        return draw(&ask, as_of, Drawn::wrong("week", input, problems)).await;
    };
    work::note_week(&ask.centre, &by, week, &note).await?;
    Ok(ask.see_other(&format!("/manage/statistics/report?as_of={as_of}&done=note")))
}

async fn draw(ask: &Ask, as_of: NaiveDate, drawn: Drawn) -> Result<Response, AppError> {
    let l = ask.language;
    let work = read(ask, as_of).await?;
    let report = write(ask, as_of, &work).await?;
    let weeks = work.weeks.iter();
    let weeks = weeks.map(|it| {
        let days = when::days(l, it.monday, it.monday + Days::new(6));
        Choice::new(it.monday.to_string(), days)
    });
    let weeks: Vec<Choice> = weeks.collect();
    let acts = vec![Choice::new("mark", words::mark_pilot(l)), Choice::new("unmark", words::unmark_pilot(l))];
    let (pilot_input, pilot_problems) = drawn.of("pilot");
    let (week_input, week_problems) = drawn.of("week");
    let sections: Vec<_> = report
        .sections
        .iter()
        .map(|section| {
            let lines: Vec<_> = section.lines.iter().map(|line| view! { <p>{line.clone()}</p> }).collect();
            view! {
                <section class="statistics-section">
                    <h2>{section.title.clone()}</h2>
                    {lines}
                    {section.sheets.iter().map(Sheet::draw).collect_view()}
                </section>
            }
        })
        .collect();
    Ok(ask.refuse(drawn.status, words::report(l), move || {
        let way = vec![Crumb::new(l, words::title(l), "/manage/statistics")];
        let asked = format!("?as_of={as_of}");
        let (here, there) = (as_of.to_string(), as_of.to_string());
        view! {
            <Breadcrumb l=l way=way here=words::report(l)/>
            <PageHead title=report.title.clone() lead=report.under.clone()/>
            {tabs(l, "/manage/statistics/report")}
            {drawn.done.map(|done| view! { <Alert l=l tone=Tone::Success>{done}</Alert> })}
            <div class="actions">
                <Form l=l action=l.path("/manage/statistics/report") get=true input=Input::new([("as_of", as_of.to_string())]) id="asked">
                    <div class="statistics-asked"><TextInput name="as_of" label=words::as_of(l) kind="date" short=true/></div>
                    <Button look=Look::Secondary small=true>{words::show(l)}</Button>
                </Form>
                <LinkButton href=l.path(&format!("/manage/statistics/report.hwpx{asked}")) look=Look::Tertiary small=true attr:download="">{words::as_hwpx(l)}</LinkButton>
            </div>
            <p class="list-count">{words::print_hint(l)}</p>
            {sections}
            <section class="statistics-edit">
                <h2>{words::pilots(l)}</h2>
                <Form l=l action=l.path("/manage/statistics/report/pilots") input=pilot_input problems=pilot_problems id="pilot">
                    <Hidden name="as_of" value=here/>
                    <TextInput name="code" label=words::run_code(l) hint=words::run_code_hint(l) required=true short=true maxlength=20/>
                    <RadioGroup name="act" legend=words::pilots(l) choices=acts required=true/>
                    <Button>{words::save(l)}</Button>
                </Form>
                <h2>{words::why_quiet(l)}</h2>
                <Form l=l action=l.path("/manage/statistics/report/weeks") input=week_input problems=week_problems id="week">
                    <Hidden name="as_of" value=there/>
                    <Select name="week" label=words::week(l) choices=weeks none=words::choose(l) required=true/>
                    <TextInput name="note" label=words::note(l) required=true maxlength=100/>
                    <Button>{words::save(l)}</Button>
                </Form>
            </section>
        }
    }))
}
