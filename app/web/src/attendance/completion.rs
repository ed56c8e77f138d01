//! Completion of a run for who runs it: how everybody stands, what it asks for, closing it, and certificates.

use std::collections::HashMap;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};
use domain::account::{RunEditor, TrainingManager};
use domain::attendance::certificate::{self, CertificateError, CertificateRefusal, For};
use domain::attendance::completion::{self, CloseError, CloseRefusal, Learner, Missing, Progress, Unmarked};
use domain::attendance::entity::certificate::Model as CertificateRow;
use domain::attendance::{CompletionState, Reach, Rule};
use domain::course::store::RunView;
use domain::course::{ClassState, Line, RunState, hours_text};
use domain::seoul;
use leptos::prelude::*;
use uuid::Uuid;

use crate::AppError;
use crate::ask::Ask;
use crate::course::{find_to_edit, title};
use crate::ui::{
    Alert, Badge, Breadcrumb, Button, Cell, Checkbox, Column, Crumb, DescriptionList, EmptyState, Fact, Form,
    Hidden, Input, LinkButton, Look, PageHead, Problems, Query, Table, TextInput, Tone,
};
use crate::when;
use crate::words::{Language, completion as words, course};

/// The longest reason, in characters.
const REASON: usize = 200;

/// How the page is drawn this time.
#[derive(Default)]
struct Drawn {
    status: StatusCode,
    /// Which form was sent.
    form: &'static str,
    input: Input,
    problems: Problems,
    missing: Missing,
    done: Option<&'static str>,
}

impl Drawn {
    /// What a form shows: what was sent by it, or else what is so. What concerns no field is said above everything.
    fn of(&self, form: &str, present: Input) -> (Input, Problems) {
        match self.form == form {
            true if self.problems.of("").is_some() => (self.input.clone(), Problems::default()),
            true => (self.input.clone(), self.problems.clone()),
            false => (present, Problems::default()),
        }
    }
}

pub(super) fn manager(ask: &Ask) -> Result<TrainingManager, AppError> {
    Ok(ask.signed_in()?.training_manager()?)
}

/// `GET /manage/runs/{code}/completion`
pub async fn page(ask: Ask, Path(code): Path<String>, Query(query): Query) -> Result<Response, AppError> {
    let l = ask.language;
    let done = match query.text("done") {
        "rule" => Some(words::done_rule(l)),
        "closed" => Some(words::done_closed(l)),
        "issued" => Some(words::done_issued(l)),
        "revoked" => Some(words::done_revoked(l)),
        _ => None,
    };
    draw(&ask, &code, Drawn { done, ..Drawn::default() }).await
}

/// `POST /manage/runs/{code}/completion/rule`
pub async fn rule(ask: Ask, Path(code): Path<String>, input: Input) -> Result<Response, AppError> {
    let l = ask.language;
    let by = manager(&ask)?;
    let (view, _) = find_to_edit(&ask, &code).await?;
    let percent = input.text("percent").parse().ok().filter(|percent| (1..=100).contains(percent));
    let Some(percent) = percent else {
        let problems = Problems::one("percent", words::wrong_percent(l));
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return draw(&ask, &code, Drawn { status, form: "rule", input, problems, ..Drawn::default() }).await;
    };
    let rule = Rule { percent, survey: input.flag("survey"), lessons: input.flag("lessons") };
    let answer = completion::set_rule(&ask.centre, &by, view.run.id, rule).await;
    finish(&ask, &code, ("rule", "rule"), input, answer).await
}

/// `POST /manage/runs/{code}/completion/close`: with `anyway` also where something is missing.
pub async fn close(ask: Ask, Path(code): Path<String>, input: Input) -> Result<Response, AppError> {
    let by = manager(&ask)?;
    let (view, _) = find_to_edit(&ask, &code).await?;
    let answer = completion::close(&ask.centre, &by, view.run.id, input.flag("anyway")).await;
    finish(&ask, &code, ("close", "closed"), input, answer).await
}

async fn finish(
    ask: &Ask,
    code: &str,
    (form, done): (&'static str, &str),
    input: Input,
    answer: Result<(), CloseError>,
) -> Result<Response, AppError> {
    let l = ask.language;
    let refusal = match answer {
        Ok(()) => return Ok(ask.see_other(&format!("/manage/runs/{code}/completion?done={done}"))),
        Err(CloseError::Db(error)) => return Err(error.into()),
        Err(CloseError::Refused(refusal)) => refusal,
    };
    let (field, sentence) = match &refusal {
        CloseRefusal::NotFound => ("", words::refused_not_found(l)),
        CloseRefusal::Closed => ("", words::refused_closed(l)),
        CloseRefusal::NotOver => ("", words::refused_not_over(l)),
        CloseRefusal::Missing(_) => ("anyway", words::refused_missing(l)),
    };
    let missing = match refusal {
        CloseRefusal::Missing(missing) => missing,
        _ => Missing::default(),
    };
    let problems = Problems::one(field, sentence);
    let status = StatusCode::CONFLICT;
    draw(ask, code, Drawn { status, form, input, problems, missing, done: None }).await
}

/// `POST /manage/runs/{code}/completion/certificates`: to everybody, or to the one `application`.
pub async fn issue(ask: Ask, Path(code): Path<String>, input: Input) -> Result<Response, AppError> {
    let l = ask.language;
    let by = manager(&ask)?;
    let (view, _) = find_to_edit(&ask, &code).await?;
    let whom = match input.text("application") {
        "" => For::All,
        id => For::One(id.parse().map_err(|_| AppError::BadRequest)?),
    };
    let sentence = match certificate::issue(&ask.centre, &by, view.run.id, whom).await {
        Ok(_) => return Ok(ask.see_other(&format!("/manage/runs/{code}/completion?done=issued"))),
        Err(CertificateError::Db(error)) => return Err(error.into()),
        Err(CertificateError::Refused(CertificateRefusal::NotClosed)) => words::refused_not_closed(l),
        Err(CertificateError::Refused(_)) => words::refused_nobody(l),
    };
    let (status, problems) = (StatusCode::CONFLICT, Problems::one("", sentence));
    draw(&ask, &code, Drawn { status, form: "issue", problems, ..Drawn::default() }).await
}

/// All that the page shows.
struct Whole {
    view: RunView,
    learners: Vec<Learner>,
    certificates: HashMap<Uuid, Vec<CertificateRow>>,
    rule: Rule,
    closed_at: Option<DateTime<Utc>>,
    manages: bool,
    is_over: bool,
}

impl Whole {
    async fn read(ask: &Ask, code: &str) -> Result<Self, AppError> {
        let (view, editor): (RunView, RunEditor) = find_to_edit(ask, code).await?;
        let (db, run) = (ask.centre.database(), view.run.id);
        let mut certificates: HashMap<Uuid, Vec<CertificateRow>> = HashMap::new();
        for row in certificate::list_of_run(&ask.centre, &editor).await? {
            certificates.entry(row.application_id).or_default().push(row);
        }
        let now = ask.centre.clock().now();
        let planned = || view.sessions.iter().filter(|class| class.state == ClassState::Planned);
        let is_over = planned().next().is_some() && planned().all(|class| class.ends_at <= now);
        Ok(Self {
            learners: completion::list_learners(&ask.centre, &editor).await?,
            certificates,
            rule: completion::rule_of(db, ask.centre.settings(), run).await?,
            closed_at: completion::closed_at(db, run).await?,
            manages: manager(ask).is_ok(),
            is_over: is_over && view.run.state == RunState::Published,
            view,
        })
    }

    /// The true certificate of an application.
    fn true_one(&self, application: Uuid) -> Option<&CertificateRow> {
        self.certificates.get(&application)?.iter().find(|row| row.revoked_at.is_none())
    }

    fn completed(&self) -> impl Iterator<Item = &Learner> {
        self.learners.iter().filter(|it| it.progress.frozen == Some(CompletionState::Completed))
    }

    /// How many of those who have completed it have no certificate.
    fn without(&self) -> usize {
        self.completed().filter(|it| self.true_one(it.progress.application).is_none()).count()
    }
}

async fn draw(ask: &Ask, code: &str, drawn: Drawn) -> Result<Response, AppError> {
    let l = ask.language;
    let whole = Whole::read(ask, code).await?;
    let heading = words::title_of(l, title(l, &whole.view.course), &whole.view.run.code);
    Ok(ask.refuse(drawn.status, &heading.clone(), move || {
        let code = whole.view.run.code.clone();
        let path = format!("/manage/runs/{code}");
        let lead = match whole.closed_at {
            Some(at) => {
                words::lead_closed(l, when::moment(l, at), whole.learners.len(), whole.completed().count())
            }
            None => words::lead_open(l).to_owned(),
        };
        let way = vec![Crumb::new(l, course::runs(l), "/manage/runs"), Crumb::new(l, code, &path)];
        let certificates = (whole.manages && whole.closed_at.is_some()).then(|| issuing(l, &path, &whole));
        let refused = drawn.problems.of("").map(str::to_owned);
        let closing = (whole.manages && whole.closed_at.is_none()).then(|| closing(l, &path, &whole, &drawn));
        view! {
            <Breadcrumb l=l way=way here=words::title(l)/>
            <PageHead title=heading lead=lead/>
            {drawn.done.map(|done| view! { <div role="status"><Alert l=l tone=Tone::Success><p>{done}</p></Alert></div> })}
            {refused.map(|sentence| view! {
                <div role="alert" tabindex="-1" autofocus><Alert l=l tone=Tone::Danger><p>{sentence}</p></Alert></div>
            })}
            {table(l, &path, &whole)}
            {certificates}
            {closing}
        }
    }))
}

fn table(l: Language, path: &str, whole: &Whole) -> AnyView {
    if whole.learners.is_empty() {
        return view! { <EmptyState title=words::learners_empty(l)/> }.into_any();
    }
    let row = |learner: &Learner| -> Vec<Cell> {
        let progress = &learner.progress;
        let hours = progress.hours;
        vec![
            learner.name.clone().into_any(),
            words::hours_of(l, hours_text(hours.attended), hours_text(hours.planned)).into_any(),
            format!("{}%", hours.percent()).into_any(),
            badge(l, progress).into_any(),
            certificate_cell(l, path, whole, progress),
        ]
    };
    let rows = whole.learners.iter().map(row).collect();
    let columns = vec![
        Column::text(words::name(l)),
        Column::number(words::hours(l)),
        Column::number(words::percent(l)),
        Column::text(words::state(l)),
        Column::text(words::certificate(l)),
    ];
    view! { <Table caption=words::title(l) hidden_caption=true columns=columns rows=rows/> }.into_any()
}

fn badge(l: Language, progress: &Progress) -> impl IntoView + use<> {
    let (tone, text) = match (progress.frozen, progress.reach) {
        (Some(CompletionState::Completed), _) => (Tone::Success, words::word_completed(l)),
        (Some(CompletionState::NotCompleted), _) => (Tone::Neutral, words::word_not_completed(l)),
        (None, Reach::Done) => (Tone::Success, words::word_done(l)),
        // Who has answered is nobody's business before the run is closed: with the results beside it one could guess what.
        (None, Reach::SurveyMissing) => (Tone::Success, words::word_done(l)),
        (None, Reach::Open) => (Tone::Information, words::word_open(l)),
        (None, Reach::OutOfReach) => (Tone::Warning, words::word_out_of_reach(l)),
    };
    view! { <Badge tone=tone text=text/> }
}

fn certificate_cell(l: Language, path: &str, whole: &Whole, progress: &Progress) -> Cell {
    let application = progress.application;
    let link = |row: &CertificateRow| {
        let text = match row.revoked_at {
            None => words::number(l, row.number()),
            Some(_) => words::number_revoked(l, row.number()),
        };
        let href = l.path(&format!("{path}/certificates/{}", row.id));
        match whole.manages {
            true => view! { <li><a href=href>{text}</a></li> }.into_any(),
            false => view! { <li>{text}</li> }.into_any(),
        }
    };
    let links: Vec<_> = whole.certificates.get(&application).into_iter().flatten().map(link).collect();
    let may_issue = whole.manages
        && progress.frozen == Some(CompletionState::Completed)
        && whole.true_one(application).is_none();
    let issue = may_issue.then(|| {
        let action = l.path(&format!("{path}/completion/certificates"));
        view! {
            <Form l=l action=action id=format!("issue-{application}")>
                <Hidden name="application" value=application.to_string()/>
                <Button look=Look::Secondary small=true>{words::issue(l)}</Button>
            </Form>
        }
    });
    if links.is_empty() && issue.is_none() {
        return "–".into_any();
    }
    view! { {(!links.is_empty()).then(|| view! { <ul class="plain-list">{links}</ul> })} {issue} }.into_any()
}

/// Of a closed run: certificates for everybody at once.
fn issuing(l: Language, path: &str, whole: &Whole) -> impl IntoView + use<> {
    let without = whole.without();
    let has_some = whole.completed().any(|it| whole.true_one(it.progress.application).is_some());
    let action = l.path(&format!("{path}/completion/certificates"));
    let print = l.path(&format!("{path}/certificates.pdf"));
    view! {
        <section aria-labelledby="certificates-title">
            <h2 class="section-title" id="certificates-title">{words::certificate(l)}</h2>
            {(without > 0).then(|| view! {
                <p>{words::issue_all_lead(l, without)}</p>
                <Form l=l action=action id="issue">
                    <Button>{words::issue_all(l)}</Button>
                </Form>
            })}
            {has_some.then(|| view! {
                <p class="actions"><LinkButton href=print look=Look::Secondary>{words::print_all(l)}</LinkButton></p>
            })}
        </section>
    }
}

/// Of a run that isn't closed: what it asks for, and the way to close it once it is over.
fn closing(l: Language, path: &str, whole: &Whole, drawn: &Drawn) -> impl IntoView + use<> {
    let yes = |flag: bool| if flag { "yes" } else { "" };
    let rule = whole.rule;
    let present = Input::new([
        ("percent", rule.percent.to_string().as_str()),
        ("survey", yes(rule.survey)),
        ("lessons", yes(rule.lessons)),
    ]);
    let (rule_input, rule_problems) = drawn.of("rule", present);
    let (input, problems) = drawn.of("close", Input::default());
    let (rule_action, action) =
        (l.path(&format!("{path}/completion/rule")), l.path(&format!("{path}/completion/close")));
    let missing = missing_lines(l, &whole.view.run.code, &drawn.missing);
    view! {
        <section aria-labelledby="rule-title">
            <h2 class="section-title" id="rule-title">{words::rule(l)}</h2>
            <Form l=l action=rule_action input=rule_input problems=rule_problems id="rule">
                <TextInput
                    name="percent" label=words::rule_percent(l) hint=words::rule_percent_hint(l) required=true short=true
                    inputmode="numeric" maxlength=3
                />
                <Checkbox name="survey" label=words::rule_survey(l)/>
                <Checkbox name="lessons" label=words::rule_lessons(l)/>
                <Button look=Look::Secondary>{words::rule_save(l)}</Button>
            </Form>
        </section>
        {whole.is_over.then(|| view! {
            <section aria-labelledby="close-title">
                <h2 class="section-title" id="close-title">{words::close(l)}</h2>
                <p>{words::close_lead(l)}</p>
                {missing}
                <Form l=l action=action input=input problems=problems id="close">
                    <Checkbox name="anyway" label=words::close_anyway(l) note=words::close_anyway_note(l)/>
                    <Button look=Look::Danger>{words::close(l)}</Button>
                </Form>
            </section>
        })}
    }
}

fn missing_lines(l: Language, code: &str, missing: &Missing) -> Option<impl IntoView + use<>> {
    let mark = |class: &Unmarked| {
        let sheet = l.path(&format!("/sheets/{code}/{}", class.number));
        let said = words::missing_marks(l, class.number, class.people.join(", "));
        view! { <li><a href=sheet>{said}</a></li> }.into_any()
    };
    let until = |until| view! { <li>{words::missing_survey(l, when::moment(l, until))}</li> }.into_any();
    let lines: Vec<_> = missing.marks.iter().map(mark).chain(missing.survey_until.map(until)).collect();
    (!lines.is_empty())
        .then(|| view! { <Alert l=l tone=Tone::Warning><ul class="bullets">{lines}</ul></Alert> })
}

/// `GET /manage/runs/{code}/certificates/{id}`
pub async fn certificate(ask: Ask, Path((code, id)): Path<(String, Uuid)>) -> Result<Response, AppError> {
    draw_certificate(&ask, &code, id, StatusCode::OK, Input::default(), Problems::default()).await
}

/// `POST /manage/runs/{code}/certificates/{id}/revoke`: with a `reason`.
pub async fn revoke(
    ask: Ask,
    Path((code, id)): Path<(String, Uuid)>,
    input: Input,
) -> Result<Response, AppError> {
    let l = ask.language;
    let by = manager(&ask)?;
    let (view, _) = find_to_edit(&ask, &code).await?;
    let Some(reason) = Line::parse(input.text("reason"), REASON) else {
        let problems = Problems::one("reason", words::wrong_reason(l, REASON));
        return draw_certificate(&ask, &code, id, StatusCode::UNPROCESSABLE_ENTITY, input, problems).await;
    };
    match certificate::revoke(&ask.centre, &by, view.run.id, id, &reason).await {
        Ok(()) => Ok(ask.see_other(&format!("/manage/runs/{code}/completion?done=revoked"))),
        Err(CertificateError::Db(error)) => Err(error.into()),
        Err(CertificateError::Refused(_)) => {
            let problems = Problems::one("", words::refused_gone(l));
            draw_certificate(&ask, &code, id, StatusCode::CONFLICT, input, problems).await
        }
    }
}

async fn draw_certificate(
    ask: &Ask,
    code: &str,
    id: Uuid,
    status: StatusCode,
    input: Input,
    problems: Problems,
) -> Result<Response, AppError> {
    let l = ask.language;
    manager(ask)?;
    let whole = Whole::read(ask, code).await?;
    let row =
        whole.certificates.values().flatten().find(|row| row.id == id).ok_or(AppError::NotFound)?.clone();
    let learner = whole.learners.iter().find(|it| it.progress.application == row.application_id);
    let name = learner.map(|it| it.name.clone()).unwrap_or_default();
    let heading = words::revoke_of(l, row.number());
    Ok(ask.refuse(status, &heading.clone(), move || {
        let path = format!("/manage/runs/{}", whole.view.run.code);
        let way = vec![
            Crumb::new(l, course::runs(l), "/manage/runs"),
            Crumb::new(l, whole.view.run.code.clone(), &path),
            Crumb::new(l, words::title(l), &format!("{path}/completion")),
        ];
        let facts = vec![
            Fact::new(words::issued_to(l), name),
            Fact::new(words::issued_at(l), when::date(l, seoul::day(row.issued_at))),
        ];
        let revoked = row
            .revoked_at
            .map(|at| words::revoked_on(l, when::moment(l, at), row.reason.clone().unwrap_or_default()));
        let action = l.path(&format!("{path}/certificates/{id}/revoke"));
        let shows = revoked.is_none() || !problems.is_empty();
        view! {
            <Breadcrumb l=l way=way here=words::number(l, row.number())/>
            <PageHead title=heading/>
            <DescriptionList items=facts/>
            {revoked.map(|said| view! { <Alert l=l tone=Tone::Neutral><p>{said}</p></Alert> })}
            {shows.then(|| view! {
                <p>{words::revoke_lead(l)}</p>
                <Form l=l action=action input=input problems=problems>
                    <TextInput name="reason" label=words::reason(l) required=true maxlength=200/>
                    <Button look=Look::Danger>{words::revoke(l)}</Button>
                </Form>
            })}
        }
    }))
}
