//! Plan against result: what a year was to bring and has brought, and what was spent of its budget.

use axum::http::StatusCode;
use axum::response::Response;
use chrono::{Datelike, NaiveDate};
use domain::course::{Audience, Line, minutes_of_hours};
use domain::seoul;
use domain::space::holiday::parse_day;
use domain::statistics::plan::{self, Plan, PlanError, Spending, Target, YearPlan};
use domain::statistics::{Counts, Dimension, Key, Question, Share, fact};
use leptos::prelude::*;

use super::sentence::audience_word;
use super::sheet::{Sheet, Value, hours};
use super::tabs;
use crate::AppError;
use crate::ask::Ask;
use crate::ui::Choice;
use crate::ui::{
    Alert, Breadcrumb, Button, Crumb, Form, Hidden, Input, Look, PageHead, Problems, Query, Select,
    TextInput, Tone,
};
use crate::when;
use crate::words::{Language, statistics as words};

/// The largest number that a target may have, and the largest sum, in thousand won.
const MOST_RUNS: u32 = 10_000;
const MOST_MONEY: u32 = 100_000_000;

/// The longest purpose, in characters.
const PURPOSE: usize = 100;

/// How the page is drawn this time.
#[derive(Default)]
struct Drawn {
    status: StatusCode,
    /// Which form was sent.
    form: &'static str,
    input: Input,
    problems: Problems,
    done: Option<&'static str>,
}

impl Drawn {
    fn wrong(form: &'static str, input: Input, problems: Problems) -> Self {
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, form, input, problems, done: None }
    }

    /// What a form shows: what was sent by it, or else what is so.
    fn of(&self, form: &str, present: Input) -> (Input, Problems) {
        match self.form == form {
            true => (self.input.clone(), self.problems.clone()),
            false => (present, Problems::default()),
        }
    }
}

/// The last day of the year that is asked for, or today where that is earlier or it is asked for as of a day.
pub fn as_of(ask: &Ask, query: &Input) -> NaiveDate {
    let today = seoul::day(ask.centre.clock().now());
    if let Some(day) = parse_day(query.text("as_of")) {
        return day.min(today);
    }
    let year = query.text("year").parse().ok().filter(|year| (2000..=today.year()).contains(year));
    year.map_or(today, |year| plan::year(year).1.min(today))
}

/// `GET /manage/statistics/plan?year=&as_of=`
pub async fn page(ask: Ask, Query(query): Query) -> Result<Response, AppError> {
    let l = ask.language;
    let done = match query.text("done") {
        "set" => Some(words::done_set(l)),
        "spent" => Some(words::done_spent(l)),
        _ => None,
    };
    let as_of = as_of(&ask, &query);
    draw(&ask, as_of, Drawn { done, ..Drawn::default() }).await
}

/// `GET` of an address that only takes forms: after a sign-in one is led back to it.
pub async fn back(ask: Ask) -> Response {
    ask.see_other("/manage/statistics/plan")
}

/// `POST /manage/statistics/plan`: the targets and the budget of a `year`, made from `version`.
pub async fn set(ask: Ask, input: Input) -> Result<Response, AppError> {
    let l = ask.language;
    let by = ask.signed_in()?.training_manager()?;
    let today = seoul::day(ask.centre.clock().now());
    let year: i32 = input.text("year").parse().map_err(|_| AppError::BadRequest)?;
    let version = input.text("version").parse().map_err(|_| AppError::BadRequest)?;
    if !(2000..=today.year() + 1).contains(&year) {
        return Err(AppError::BadRequest);
    }
    let shown = plan::year(year).1.min(today);
    let mut problems = Problems::default();
    let number = |name: &str, most: u32| input.text(name).parse::<u32>().ok().filter(|it| *it <= most);
    let minutes = |name: &str| minutes_of_hours(input.text(name)).filter(|it| *it <= MOST_RUNS * 100 * 60);
    let mut target = |runs: &'static str, hours: &'static str| {
        let (count, minutes) = (number(runs, MOST_RUNS), minutes(hours));
        if count.is_none() {
            problems.add(runs, words::wrong_number(l, MOST_RUNS));
        }
        if minutes.is_none() {
            problems.add(hours, words::wrong_hours(l));
        }
        Some(Target { runs: count?, minutes: minutes? })
    };
    let (resident, staff) = (target("resident_runs", "resident_hours"), target("staff_runs", "staff_hours"));
    let budget = number("budget", MOST_MONEY);
    if budget.is_none() {
        problems.add("budget", words::wrong_money(l));
    }
    let (Some(resident), Some(staff), Some(budget)) = (resident, staff, budget) else {
        return draw(&ask, shown, Drawn::wrong("plan", input, problems)).await;
    };
    match plan::set(&ask.centre, &by, year, version, &Plan { resident, staff, budget }).await {
        Ok(()) => Ok(ask.see_other(&format!("/manage/statistics/plan?year={year}&done=set"))),
        Err(PlanError::Stale) => {
            let problems = Problems::one("", words::refused_stale(l));
            let drawn = Drawn { status: StatusCode::CONFLICT, ..Drawn::wrong("plan", input, problems) };
            draw(&ask, shown, drawn).await
        }
        Err(PlanError::Db(error)) => Err(error.into()),
    }
}

/// `POST /manage/statistics/plan/spendings`: a `day`, an `amount` in thousand won, a `purpose`, and the form's `key`.
pub async fn spend(ask: Ask, input: Input) -> Result<Response, AppError> {
    let l = ask.language;
    let by = ask.signed_in()?.training_manager()?;
    let key = input.text("key").parse().map_err(|_| AppError::BadRequest)?;
    let today = seoul::day(ask.centre.clock().now());
    let mut problems = Problems::default();
    let day = parse_day(input.text("day")).filter(|day| *day <= today);
    if day.is_none() {
        problems.add("day", words::wrong_day(l));
    }
    let amount = parse_amount(input.text("amount"));
    if amount.is_none() {
        problems.add("amount", words::wrong_amount(l));
    }
    let purpose = Line::parse(input.text("purpose"), PURPOSE);
    if purpose.is_none() {
        problems.add("purpose", words::wrong_line(l, PURPOSE));
    }
    let (Some(day), Some(amount), Some(purpose)) = (day, amount, purpose) else {
        return draw(&ask, today, Drawn::wrong("spending", input, problems)).await;
    };
    plan::spend(&ask.centre, &by, key, &Spending { day, amount, purpose }).await?;
    Ok(ask.see_other(&format!("/manage/statistics/plan?year={}&done=spent", day.year())))
}

/// `1,200`, and what came back as `△1,200` or `-1200`. Not nothing.
fn parse_amount(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix(['△', '-']) {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let amount: u32 = digits.replace(',', "").parse().ok().filter(|it| (1..=MOST_MONEY).contains(it))?;
    Some(sign * i64::from(amount))
}

/// What a year has brought for each audience, as of a day.
pub async fn results(ask: &Ask, as_of: NaiveDate) -> Result<Vec<(Audience, Counts)>, AppError> {
    let (first, last) = plan::year(as_of.year());
    let facts = fact::load(&ask.centre, (first, last), as_of).await?;
    let table =
        facts.table(&Question { first, last, only: Vec::new(), rows: Dimension::Audience, columns: None });
    let counts = |it: &Audience| (*it, table.cell(Some(Key::Audience(*it)), None));
    Ok(Audience::ALL.iter().map(counts).collect())
}

/// Plan, result and rate, by audience.
pub fn against(l: Language, plan: &YearPlan, results: &[(Audience, Counts)]) -> Sheet {
    let columns = [
        words::audience(l),
        words::planned_runs(l),
        words::runs(l),
        words::rate(l),
        words::planned_hours(l),
        words::hours(l),
        words::rate(l),
    ];
    let mut sheet = Sheet::new(words::against(l), columns.map(str::to_owned));
    let row = |name: &str, target: Option<Target>, runs: u64, minutes: u64| {
        let planned = |number: Option<u32>, value: fn(u64) -> Value| {
            number.map_or(Value::Nothing, |number| value(number.into()))
        };
        let rate =
            |part: u64, whole: Option<u32>| Value::from(whole.and_then(|it| Share::of(part, it.into())));
        let (planned_runs, planned_minutes) = (target.map(|it| it.runs), target.map(|it| it.minutes));
        vec![
            Value::text(name),
            planned(planned_runs, Value::Count),
            Value::Count(runs),
            rate(runs, planned_runs),
            planned(planned_minutes, Value::Hours),
            Value::Hours(minutes),
            rate(minutes, planned_minutes),
        ]
    };
    let lines = results.iter().map(|(audience, counts)| {
        row(audience_word(l, *audience), plan.target(*audience), counts.runs.into(), counts.minutes)
    });
    sheet.rows.extend(lines);
    let both = plan
        .resident
        .zip(plan.staff)
        .map(|(one, other)| Target { runs: one.runs + other.runs, minutes: one.minutes + other.minutes });
    let runs = results.iter().map(|(_, counts)| u64::from(counts.runs)).sum();
    let minutes = results.iter().map(|(_, counts)| counts.minutes).sum();
    sheet.rows.push(row(words::total(l), both, runs, minutes));
    sheet
}

/// Budget, spent, what is left, and the rate.
pub fn money(l: Language, plan: &YearPlan) -> Sheet {
    let columns =
        [words::budget_year(l), words::budget(l), words::spent(l), words::left(l), words::spent_rate(l)];
    let mut sheet = Sheet::new(words::money(l), columns.map(str::to_owned));
    let budget = plan.budget;
    let whole = |amount: i64| u64::try_from(amount).unwrap_or_default();
    sheet.rows.push(vec![
        Value::text(words::training_budget(l)),
        budget.map_or(Value::Nothing, Value::Money),
        Value::Money(plan.spent),
        budget.map_or(Value::Nothing, |budget| Value::Money(budget - plan.spent)),
        budget.and_then(|budget| Share::of(whole(plan.spent), whole(budget))).into(),
    ]);
    sheet
}

async fn draw(ask: &Ask, as_of: NaiveDate, drawn: Drawn) -> Result<Response, AppError> {
    let l = ask.language;
    ask.signed_in()?.training_manager()?;
    let year = as_of.year();
    let plan = plan::load(ask.centre.database(), as_of).await?;
    let results = results(ask, as_of).await?;
    let this_year = seoul::day(ask.centre.clock().now()).year();
    let years = (2000..=this_year).rev().take_while(|year| *year >= 2020);
    let years = years.map(|year| Choice::new(year.to_string(), words::year_of(l, year))).collect();
    let asked = Input::new([("year", year.to_string()), ("as_of", as_of.to_string())]);
    let target = |target: Option<Target>| {
        let target = target.unwrap_or_default();
        (target.runs.to_string(), hours(target.minutes.into()))
    };
    let ((resident_runs, resident_hours), (staff_runs, staff_hours)) =
        (target(plan.resident), target(plan.staff));
    let present = Input::new([
        ("year", year.to_string()),
        ("version", plan.version.to_string()),
        ("resident_runs", resident_runs),
        ("resident_hours", resident_hours),
        ("staff_runs", staff_runs),
        ("staff_hours", staff_hours),
        ("budget", plan.budget.unwrap_or_default().to_string()),
    ]);
    let (plan_input, plan_problems) = drawn.of("plan", present);
    let fresh = Input::new([("key", ask.centre.clock().id().to_string()), ("day", as_of.to_string())]);
    let (spending_input, spending_problems) = drawn.of("spending", fresh);
    let mut spendings = Sheet::new(
        words::spendings(l),
        [words::day(l), words::purpose(l), words::amount(l)].map(str::to_owned),
    );
    spendings.rows = plan
        .spendings
        .iter()
        .map(|it| vec![Value::Text(when::day(l, it.day)), Value::text(&it.purpose), Value::Money(it.amount)])
        .collect();
    let (against, money) = (against(l, &plan, &results), money(l, &plan));
    let heading = words::plan_of(l, year, when::day(l, as_of));
    Ok(ask.refuse(drawn.status, words::plan(l), move || {
        let way = vec![Crumb::new(l, words::title(l), "/manage/statistics")];
        view! {
            <Breadcrumb l=l way=way here=words::plan(l)/>
            <PageHead title=words::plan(l) lead=words::plan_lead(l)/>
            {tabs(l, "/manage/statistics/plan")}
            {drawn.done.map(|done| view! { <Alert l=l tone=Tone::Success>{done}</Alert> })}
            <Form l=l action=l.path("/manage/statistics/plan") get=true input=asked id="asked">
                <div class="statistics-asked">
                    <Select name="year" label=words::year(l) choices=years/>
                </div>
                <Button look=Look::Secondary small=true>{words::show(l)}</Button>
            </Form>
            <h2>{heading}</h2>
            {against.draw()}
            {money.draw()}
            <h2>{words::set_plan(l)}</h2>
            <Form l=l action=l.path("/manage/statistics/plan") input=plan_input.clone() problems=plan_problems id="plan">
                <Hidden name="year" value=plan_input.text("year").to_owned()/>
                <Hidden name="version" value=plan_input.text("version").to_owned()/>
                <TextInput name="resident_runs" label=words::resident_runs(l) inputmode="numeric" required=true short=true maxlength=6/>
                <TextInput name="resident_hours" label=words::resident_hours(l) inputmode="decimal" required=true short=true maxlength=10/>
                <TextInput name="staff_runs" label=words::staff_runs(l) inputmode="numeric" required=true short=true maxlength=6/>
                <TextInput name="staff_hours" label=words::staff_hours(l) inputmode="decimal" required=true short=true maxlength=10/>
                <TextInput name="budget" label=words::training_budget(l) hint=words::thousand_won(l) inputmode="numeric" required=true short=true maxlength=9/>
                <Button>{words::save(l)}</Button>
            </Form>
            <h2>{words::spendings(l)}</h2>
            {(!spendings.rows.is_empty()).then(|| spendings.draw())}
            <Form l=l action=l.path("/manage/statistics/plan/spendings") input=spending_input.clone() problems=spending_problems id="spending">
                <Hidden name="key" value=spending_input.text("key").to_owned()/>
                <TextInput name="day" label=words::day(l) kind="date" required=true short=true/>
                <TextInput name="amount" label=words::amount(l) hint=words::amount_hint(l) required=true short=true maxlength=14/>
                <TextInput name="purpose" label=words::purpose(l) required=true maxlength=100/>
                <Button>{words::add_spending(l)}</Button>
            </Form>
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_that_came_back_has_a_sign() {
        for (text, amount) in [("1,200", 1200), ("△1,200", -1200), ("-3", -3)] {
            assert_eq!(parse_amount(text), Some(amount), "{text}");
        }
        for text in ["", "0", "1.5", "△", "--1", "+", "100000001"] {
            assert_eq!(parse_amount(text), None, "{text}");
        }
    }
}
